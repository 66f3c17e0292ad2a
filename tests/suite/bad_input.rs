//! Files that are not plain files, and names that could mislead.

use crate::support::output::assert_decided;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, VASK, VASK_APRIL};

/// A good file beside the bad one; it must be delivered.
fn beside_a_good_one() -> Town {
    let town = Town::new();
    town.file(VASK, VASK_APRIL);
    town
}

/// Checks that the bad file is held as unsafe and the good one is delivered.
#[track_caller]
fn unsafe_and_kept(town: &Town, name: &str) {
    let run = town.deliver(3);
    assert_decided(&run, name, "hold", "unsafe_file", "held");
    assert_decided(&run, VASK, "send", "new", "delivered");
    assert_eq!(town.server.received(), [(format!("ind/{VASK}"), VASK_APRIL.into())]);
    assert_eq!(town.dropped(), [name]);
    town.run(["run"]).exit(3).says(name).plain();
}

#[test]
fn a_file_with_two_names() {
    let town = beside_a_good_one();
    let path = town.file(MAD, MAD_APRIL);
    std::fs::hard_link(&path, town.path("et_andet_navn.txt")).unwrap();
    unsafe_and_kept(&town, MAD);
}

#[cfg(unix)]
mod not_a_plain_file {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::{beside_a_good_one, unsafe_and_kept};
    use crate::{MAD, MAD_APRIL};

    #[test]
    fn symlink_to_a_file() {
        let town = beside_a_good_one();
        fs::write(town.path("andetsteds.txt"), MAD_APRIL).unwrap();
        symlink(town.path("andetsteds.txt"), town.path("drop").join(MAD)).unwrap();
        unsafe_and_kept(&town, MAD);
    }

    #[test]
    fn symlink_to_nothing() {
        let town = beside_a_good_one();
        symlink("ingenting", town.path("drop").join(MAD)).unwrap();
        unsafe_and_kept(&town, MAD);
    }

    /// No decision can be about bytes that nobody read; who took it out, and why, is told all the same.
    #[test]
    fn rejected_it_stands_in_the_history() {
        let town = beside_a_good_one();
        symlink("ingenting", town.path("drop").join(MAD)).unwrap();
        town.run(["reject", MAD, "--reason", "før nogen kørsel"]).exit(0);
        symlink("ingenting", town.path("drop").join(MAD)).unwrap();
        town.deliver(3);
        let id = town.run(["status", "--json"]).json()["matters"][0]["hold_id"].to_string();
        town.run(["reject", &id, "--reason", "et link igen"]).exit(0);
        let history = town.run(["history"]).exit(0);
        history.stdout_has("før nogen kørsel").stdout_has("et link igen").stdout_has(MAD);
        let json = town.run(["history", "--json"]).exit(0).json();
        let last = &json["entries"].as_array().unwrap()[1];
        assert_eq!((&last["kind"], &last["state"]), (&"decision".into(), &"rejected".into()), "{json:#}");
        assert_eq!((&last["hold_id"].to_string(), &last["path"]), (&id, &MAD.into()));
        assert!(last["who"].is_string() && last["sha256"].is_null());
        town.run(["ledger", "export", "--format", "json"]).exit(0).stdout_has("et link igen");
        town.run(["ledger", "verify"]).exit(0);
    }

    #[test]
    fn fifo() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let town = beside_a_good_one();
        let path = town.path("drop").join(MAD);
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        unsafe_and_kept(&town, MAD);
    }

    #[test]
    fn unreadable() {
        if rustix::process::geteuid().is_root() {
            eprintln!("skipped: root reads everything");
            return;
        }
        let town = beside_a_good_one();
        let path = town.file(MAD, MAD_APRIL);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        unsafe_and_kept(&town, MAD);
    }
}

#[cfg(unix)]
mod hostile_names {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::{MAD_APRIL, Town, VASK, VASK_APRIL, beside_a_good_one};
    use crate::support::output::decisions;

    #[track_caller]
    fn held_and_harmless(town: &Town) {
        let ran = town.run(["run", "--json"]).exit(3).plain();
        let got: Vec<_> = decisions(&ran.json()).into_iter().map(|(_, d, r, o)| (d, r, o)).collect();
        let held = ("hold".into(), "unsafe_file".into(), "held".into());
        assert_eq!(got.iter().filter(|it| **it == held).count(), got.len() - 1, "{got:?}");
        assert_eq!(town.server.received(), [(format!("ind/{VASK}"), VASK_APRIL.into())]);
        for args in [&["run"][..], &["run", "--dry-run"], &["run", "-v"], &["history"]] {
            town.run(args).plain();
        }
        town.run(["run", "--color", "always"]).exit(3).never_says("\u{1b}]0;").never_says("\u{1b}[2J");
    }

    #[test]
    fn escape_sequences_and_line_ends() {
        let town = beside_a_good_one();
        town.file("mad_\u{1b}]0;overtaget\u{7}_202304.txt", MAD_APRIL);
        town.file("mad_\u{1b}[2J_202304.txt", "anden");
        town.file("mad_\nALT ER LEVERET_202304.txt", "tredje");
        held_and_harmless(&town);
        let line = |line: &str| line.trim_start().starts_with("ALT ER LEVERET");
        assert!(!town.run(["run"]).exit(3).out().lines().any(line), "a name is not a line of its own");
    }

    #[test]
    fn not_unicode() {
        let town = beside_a_good_one();
        town.file(OsStr::from_bytes(b"mad_\xe6\xf8\xe5_202304.txt"), MAD_APRIL);
        held_and_harmless(&town);
    }
}

#[test]
fn a_name_that_looks_like_an_option() {
    let town = beside_a_good_one();
    town.file("--quiet_202304.txt", MAD_APRIL);
    let run = town.deliver(0);
    assert_eq!(run["summary"]["delivered"], 2);
}

#[test]
fn danish_letters_and_spaces_are_nothing_hostile() {
    let town = beside_a_good_one();
    let name = "mad på Sølyst æblegården_202304.txt";
    town.file(name, MAD_APRIL);
    assert_decided(&town.deliver(0), name, "send", "new", "delivered");
    assert!(town.server.received().contains(&(format!("ind/{name}"), MAD_APRIL.into())));
    assert!(town.archived().contains(&format!("2023-04/{name}")));
}

#[test]
fn two_thousand_files_go_once_each() {
    let town = Town::new();
    let letter = |n: u32| char::from(b'a' + u8::try_from(n % 26).unwrap());
    for n in 0..2000 {
        // Letters, since digits could be read as a period; and no three alone, since `aug` is a month.
        let supplier: String = ['l', letter(n / 676), letter(n / 26), letter(n)].iter().collect();
        town.file(format!("{supplier}_202304.txt"), format!("fil nummer {n}"));
    }
    let run = town.deliver(0);
    assert_eq!(run["summary"]["delivered"], 2000);
    let received = town.server.received();
    let mut names: Vec<_> = received.iter().map(|(path, _)| path).collect();
    names.dedup();
    assert_eq!(names.len(), 2000, "each once");
    assert!(town.dropped().is_empty());
    assert_eq!(town.archived().len(), 2000);
}
