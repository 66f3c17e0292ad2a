//! What only Windows has: files that another program has open, device names, long paths, shares, access lists, and Windows'
//! own programs, which are replaced by one that notes its arguments.
#![cfg(windows)]

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use traekfil::platform::{self, Access, Account};

use crate::content::samples::{WITH_TRAILER, records, with_trailer};
use crate::support::output::{Output, Running, assert_decided, decisions, entry};
use crate::support::servers::Server;
use crate::support::town::{Town, open_to_all};
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

const SHARE_READ: u32 = 1;
const SHARE_ALL: u32 = 7;

/// Opens a file as another program would.
fn elsewhere(path: &Path, write: bool, share: u32) -> File {
    OpenOptions::new().read(true).write(write).share_mode(share).open(path).unwrap()
}

#[test]
fn a_file_that_is_open_elsewhere_waits_and_goes_with_the_next_run() {
    // Opened without sharing; opened for writing, sharing everything; opened for reading, sharing only reading, so that it
    // cannot be moved.
    for (write, share) in [(false, 0), (true, SHARE_ALL), (false, SHARE_READ)] {
        let town = Town::new();
        for series in ["mad", "vask"] {
            town.series(&format!("name = '{series}'\nfiles = ['{series}_*.txt']"));
        }
        let path = town.file(MAD, MAD_APRIL);
        town.file(VASK, VASK_APRIL);
        let held = elsewhere(&path, write, share);
        let run = town.deliver(0);
        assert_decided(&run, MAD, "wait", "unsettled", "waiting");
        assert_decided(&run, VASK, "send", "new", "delivered");
        drop(held);
        assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
        assert_eq!(town.server.received().len(), 2);
        assert!(town.dropped().is_empty());
    }
}

#[test]
fn a_file_that_is_locked_waits() {
    let town = Town::new();
    let path = town.file(MAD, MAD_APRIL);
    let held = elsewhere(&path, false, SHARE_ALL);
    held.lock().unwrap();
    assert_decided(&town.deliver(0), MAD, "wait", "unsettled", "waiting");
    drop(held);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
}

#[test]
fn a_file_that_somebody_reads_is_put_away_under_their_eyes() {
    for disposal in ["archive", "delete"] {
        let town = Town::new();
        town.set("originals.delivered", disposal);
        let path = town.file(MAD, MAD_APRIL);
        let mut held = elsewhere(&path, false, SHARE_ALL);
        assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
        let mut text = String::new();
        held.read_to_string(&mut text).unwrap();
        assert_eq!(text, MAD_APRIL, "{disposal}");
        drop(held);
        assert!(town.dropped().is_empty(), "{disposal}: {:?}", town.dropped());
        assert_eq!(town.archived().len(), usize::from(disposal == "archive"));
    }
}

/// Such names can be created with a `\\?\` path; opened by their plain path, another file or none would be read and moved.
#[test]
fn names_that_windows_takes_for_others_are_held_and_can_be_rejected() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let drop = platform::verbatim(&town.path("drop"));
    let odd = ["mad_korsbaek_202304.txt.", "nul.txt", "com1_202304 "];
    let odd: Vec<&str> = odd.into_iter().filter(|name| fs::write(drop.join(name), MAD_MAY).is_ok()).collect();
    assert!(odd.contains(&"mad_korsbaek_202304.txt."), "{odd:?}");
    let run = town.deliver(3);
    for name in &odd {
        assert_decided(&run, name, "hold", "unsafe_file", "held");
    }
    assert_decided(&run, MAD, "send", "new", "delivered");
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
    for name in &odd {
        town.run(["reject", name, "--reason", "forkert navn"]).exit(0);
    }
    assert!(town.dropped().is_empty(), "{:?}", town.dropped());
    let rejected = platform::verbatim(&town.path("archive/rejected"));
    for name in &odd {
        assert_eq!(fs::read_to_string(rejected.join(name)).unwrap(), MAD_MAY, "{name}");
    }
}

#[test]
fn names_are_one_whatever_their_case() {
    let town = Town::new();
    town.file("MAD_KORSBAEK_202304.TXT", MAD_APRIL);
    assert_eq!(town.deliver(0)["files"][0]["series"], "mad_korsbaek_*.txt");
    town.file(MAD, MAD_APRIL);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    town.file(MAD, MAD_MAY);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    town.run(["approve", "MAD_Korsbaek_202304.Txt", "--reason", "leverandøren bekræfter"]).exit(0);
    town.set("scan.subfolders", true);
    town.file("Æbler/frugt.txt", "uden måned");
    town.run(["approve", r"æBLER\FRUGT.txt", "--reason", "uden måned"]).exit(0);
    town.server.as_embedded().empty();
    assert_eq!(town.deliver(0)["summary"]["delivered"], 2);
}

/// Drop folder and archive in paths longer than 260 characters, with forward slashes and a dot.
#[test]
fn long_paths_are_no_trouble() {
    let town = Town::new();
    let deep = "en mappe med et langt navn på dansk æøå/".repeat(8);
    for (key, folder) in [("folders.drop", "ind"), ("folders.archive", "arkiv")] {
        let path = town.path(&deep).join(folder);
        fs::create_dir_all(&path).unwrap();
        assert!(path.to_str().unwrap().encode_utf16().count() > 300);
        town.set(key, format!("{deep}./{folder}"));
    }
    let drop = town.path(&deep).join("ind");
    fs::write(drop.join(MAD), MAD_APRIL).unwrap();
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
    fs::write(drop.join(MAD), MAD_APRIL).unwrap();
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    assert_eq!(fs::read_dir(&drop).unwrap().count(), 0);
    assert!(town.path(&deep).join("arkiv/2023-04").join(MAD).exists());
    town.run(["check"]).exit(0);
}

/// The environment, set by `ci/windows`, has the shared folder and its name.
#[test]
fn the_drop_folder_may_be_a_share() {
    let Ok(share) = std::env::var("TRAEKFIL_SHARE") else {
        eprintln!("skipped: no shared folder");
        return;
    };
    let town = Town::new();
    let folder = tempfile::Builder::new().prefix("traek æøå ").tempdir_in(&share).unwrap();
    town.set("folders.drop", folder.path().to_str().unwrap());
    for (file, decision) in [(MAD_APRIL, "send"), (MAD_APRIL, "duplicate")] {
        fs::write(folder.path().join(MAD), file).unwrap();
        assert_eq!(entry(&town.deliver(0), MAD)["decision"], decision);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
    fs::write(folder.path().join(MAD), MAD_MAY).unwrap();
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    let place = folder.path().join(MAD);
    town.run(["approve", place.to_str().unwrap(), "--reason", "rettet fil"]).exit(0);
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn what_init_makes_is_closed_to_others() {
    let town = Town::without_ledger(Server::embedded());
    fs::remove_file(town.path("config.toml")).unwrap();
    let port = town.server.port().to_string();
    let args = ["init", "--yes", "--host", "127.0.0.1", "--port", &port, "--user", "korsbaek", "--new-key"];
    let places =
        ["--config", r"ny\config.toml", "--identity", r"nøgler\kp", "--ledger", r"regnskab\ledger.db"];
    town.run(args.iter().chain(&places)).exit_in(&[0, 2, 4]);
    for path in [r"ny\config.toml", "ny", r"nøgler\kp", "nøgler", r"regnskab\ledger.db", "regnskab"] {
        for may in [Access::Read, Access::Write] {
            assert_eq!(platform::others_who_may(may, &town.path(path)).unwrap(), [""; 0], "{path}");
        }
    }
    let config = fs::read_to_string(town.path(r"ny\config.toml")).unwrap();
    assert!(config.contains(r"nøgler\kp'") || config.contains(r#"nøgler\\kp""#), "{config}");
}

#[test]
fn check_names_who_else_may_touch_ledger_and_key() {
    let town = Town::new();
    town.run(["check"]).exit(0);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.run(["check"]).exit(0);
    for file in ["ledger.db", "id_ed25519"] {
        let path = town.path(file);
        open_to_all(&path);
        assert_eq!(platform::others_who_may(Access::Read, &path).unwrap().len(), 1);
        town.run(["run"]).exit(2).says("icacls").says(file);
        town.run(["check", "--language", "da"]).exit(2).says("icacls").says("*S-1-1-0").says(file);
        platform::restrict_to_owner(&path).unwrap();
        town.run(["check"]).exit(0);
    }
}

#[test]
fn the_secret_of_records_and_its_copy_are_closed_to_others() {
    let town = Town::new();
    town.series(&format!(
        "name = \"mad\"\nfiles = [\"mad_*.txt\"]\nformat = \"madservice\"\ndeduction = \"mad\"\n\
         per_period = \"many\"\n[formats.madservice]\n{WITH_TRAILER}"
    ));
    town.set("policy.records_delivered", "hold");
    town.file(MAD, with_trailer(&records(20), "202304"));
    town.deliver(0);
    town.run(["ledger", "backup", "kopi.db"]).exit(0).stdout_has("kopi.db.key");
    for file in ["records.key", "kopi.db", "kopi.db.key"] {
        for may in [Access::Read, Access::Write] {
            assert_eq!(platform::others_who_may(may, &town.path(file)).unwrap(), [""; 0], "{file}");
        }
    }
    let secret = town.path("records.key");
    open_to_all(&secret);
    town.run(["run"]).exit(2).says("records.key").says(r#"/remove:g "*S-1-1-0""#);
    // As it is put back from a backup.
    fs::remove_file(&secret).unwrap();
    town.run(["run"]).exit(6).says("records.key");
    fs::copy(town.path("kopi.db.key"), &secret).unwrap();
    platform::restrict_to_owner(&secret).unwrap();
    town.file("mad_igen_202304.txt", with_trailer(&records(21), "202304"));
    assert_decided(&town.deliver(3), "mad_igen_202304.txt", "hold", "records_delivered", "held");
}

#[test]
fn a_configuration_that_others_may_change_is_refused_and_so_is_one_in_an_open_folder() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    for (open, says) in [("config.toml", "config.toml"), ("", "config.toml"), ("ledger", "ledger")] {
        fs::create_dir_all(town.path("ledger")).unwrap();
        let path = town.path(open);
        if open == "ledger" {
            town.set("ledger.path", "ledger/ledger.db");
        }
        open_to_all(&path);
        for command in [&["run"][..], &["run", "--dry-run"], &["check", "--offline"], &["status"]] {
            town.run(command).exit(2).says("icacls").says("/inheritance:d").says(says);
        }
        platform::restrict_to_owner(&path).unwrap();
    }
    assert!(town.server.received().is_empty());
}

/// A folder with a replacement for a Windows program; none, with a printed line, if there is no replacement.
fn stand_in(town: &Town, name: &str) -> Option<PathBuf> {
    let Some(recorder) = std::env::var_os("TRAEKFIL_RECORDER") else {
        eprintln!("skipped: no stand-in for {name}");
        return None;
    };
    let folder = town.path("System32 æøå");
    fs::create_dir(&folder).unwrap();
    fs::copy(recorder, folder.join(format!("{name}.exe"))).unwrap();
    town.env("TRAEKFIL_SYSTEM32", folder.to_str().unwrap());
    Some(folder)
}

#[test]
fn a_run_that_needs_a_person_is_written_into_the_event_log() {
    let town = Town::new();
    town.set("notify.event_log", true).set("language", "da");
    let Some(folder) = stand_in(&town, "eventcreate") else { return };
    let calls = || fs::read_to_string(folder.join("calls")).unwrap_or_default();
    town.file(VASK, VASK_APRIL);
    town.run(["run"]).exit(0);
    assert_eq!(calls(), "");
    town.file("uden \"måned\" & %PATH%.txt".replace('"', "'"), "x");
    town.run(["run"]).exit(3);
    let said = calls();
    assert!(
        said.starts_with("/L\nAPPLICATION\n/SO\ntraekfil\n/T\nWARNING\n/ID\n3\n/D\ntraekfil: 1 sag"),
        "{said}"
    );
    assert!(said.contains("uden 'måned' & %PATH%.txt"), "{said}");
    town.run(["run"]).exit(3);
    assert_eq!(calls(), said, "once a day");
    town.at("2023-04-15T06:00:00+02:00");
    fs::write(folder.join("code"), "1").unwrap();
    town.run(["run"]).exit(1).says("Access is denied").says("administrator");
    fs::write(folder.join("code"), "0").unwrap();
    let tried = town.run(["check", "--send-test-mail"]).exit(0);
    tried.stdout_has("hændelsesloggen");
    assert!(calls().contains("INFORMATION\n/ID\n1\n"), "{}", calls());
}

/// The program in a folder that the machine alone can change, as a job's must be, with these arguments.
fn installed(town: &Town, args: &[&str]) -> Output {
    let program = town.path("Program Files/traekfil.exe");
    if !program.exists() {
        fs::create_dir(program.parent().unwrap()).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_traekfil"), &program).unwrap();
    }
    let as_built = town.command(args);
    let mut command = Command::new(program);
    command.args(as_built.get_args()).current_dir(as_built.get_current_dir().unwrap());
    for (name, value) in as_built.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running::start(&mut command).finish()
}

#[test]
fn the_task_is_given_to_schtasks_and_taken_back() {
    let town = Town::new();
    let Some(folder) = stand_in(&town, "schtasks") else { return };
    let calls = || -> Vec<String> {
        let calls = fs::read_to_string(folder.join("calls")).unwrap_or_default();
        let calls = calls.split('/').filter(|call| call.starts_with("Create") || call.starts_with("Delete"));
        calls.map(|call| call.trim().to_owned()).collect()
    };
    // SYSTEM does not run what a person could change.
    let user = Account::own().name();
    let by_system = ["schedule", "windows", "--install", "--language", "da"];
    installed(&town, &by_system).exit(2).says("icacls").says(r#"/setowner "*S-1-5-32-544""#);
    assert_eq!(calls(), [""; 0]);
    let install = ["schedule", "windows", "--install", "--language", "da", "--user", &user];
    let remove = ["schedule", "windows", "--remove", "--language", "da"];
    installed(&town, &install).exit(0).stdout_has("hver time").stdout_has("0x3 noget venter på dig");
    assert_eq!(calls(), ["Create"]);
    let bytes = fs::read(folder.join("xml")).unwrap();
    assert_eq!(bytes[..2], [0xff, 0xfe]);
    let units: Vec<u16> = bytes[2..].chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let xml = String::from_utf16(&units).unwrap();
    let xml = roxmltree::Document::parse(&xml).unwrap();
    let named = |tag: &str| {
        let found = xml.descendants().find(|node| node.tag_name().name() == tag);
        found.and_then(|node| node.text()).unwrap_or_default().to_owned()
    };
    assert!(named("Command").ends_with(r"\Program Files\traekfil.exe"), "{}", named("Command"));
    assert_eq!((named("UserId"), named("LogonType")), (user.clone(), "Password".to_owned()));
    let config = town.path("config.toml");
    assert_eq!(named("Arguments"), format!("run --quiet --config \"{}\"", config.display()));
    // A second time it takes the place of the first.
    installed(&town, &install).exit(0);
    let listed = installed(&town, &["schedule", "list", "--json"]).exit(0).json();
    assert_eq!(listed["jobs"].as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(listed["jobs"][0]["config"], config.to_str().unwrap());
    installed(&town, &remove).exit(0).stdout_has("fjernet");
    assert_eq!(calls(), ["Create", "Create", "Delete"]);
    installed(&town, &remove).exit(0).stdout_has("ikke noget at fjerne");
    fs::write(folder.join("code"), "1").unwrap();
    installed(&town, &install).exit(1).says("administrator");
    installed(&town, &["schedule", "list"]).exit(1).says("Access is denied.");
    for other in ["cron", "systemd"] {
        installed(&town, &["schedule", other, "--install", "--language", "da"]).exit(2);
    }
}

#[test]
fn a_program_of_the_municipalitys_own_gets_the_message() {
    let town = Town::new();
    town.set("language", "da").set("notify.command", vec!["cmd.exe", "/d", "/c", "more > besked.txt"]);
    town.file("uden_maaned.txt", "x");
    town.run(["run"]).exit(3);
    let told = fs::read_to_string(town.path("besked.txt")).unwrap();
    assert!(told.contains("uden_maaned.txt"), "{told}");
    town.set("notify.command", vec!["cmd.exe", "/d", "/c", "exit 7"]).at("2023-04-15T06:00:00+02:00");
    town.run(["run"]).exit(1).says("cmd.exe").says("7");
    assert_eq!(decisions(&town.deliver(1)).len(), 1);
}
