//! `schedule`: what is printed for cron, systemd and Windows, and what is done with their own programs.
//! Those are replaced by scripts that keep what they are called with.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::support::town::{Town, names_in};

/// A town whose `PATH` holds nothing but these scripts. Each first notes its name and arguments in `calls`.
fn with(scripts: &[(&str, &str)]) -> Town {
    let town = Town::new();
    fs::create_dir(town.path("bin")).unwrap();
    fs::create_dir(town.path("units")).unwrap();
    for (name, script) in scripts {
        let file = town.path("bin").join(name);
        fs::write(&file, format!("#!/bin/sh\necho {name} \"$@\" >> calls\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    town.env("PATH", town.path("bin").to_str().unwrap());
    town.env("TRAEKFIL_SYSTEMD_DIR", town.path("units").to_str().unwrap());
    town
}

fn calls(town: &Town) -> String {
    let calls = fs::read_to_string(town.path("calls")).unwrap_or_default();
    drop(fs::remove_file(town.path("calls")));
    calls
}

/// A crontab in the file `tab`.
const CRONTAB: (&str, &str) = (
    "crontab",
    "case $1 in\n-l) [ -e tab ] || { echo no crontab for korsbaek >&2; exit 1; }; /bin/cat tab;;\n-) /bin/cat > tab;;\n*) exit 9;;\nesac",
);

/// Makes the config under another name, with all that is hard about names.
fn odd(town: &Town) -> PathBuf {
    let folder = town.path("æ ø'å 100% $HOME \"x\"");
    fs::create_dir(&folder).unwrap();
    fs::create_dir(folder.join("drop")).unwrap();
    let file = folder.join("config.toml");
    fs::copy(town.path("config.toml"), &file).unwrap();
    file
}

#[test]
fn cron_gets_one_block_and_gives_it_back() {
    let others = "MAILTO=it@example.dk\n# noget andet\n0 5 * * * /usr/bin/true %x\n";
    for before in [others, ""] {
        let town = with(&[CRONTAB]);
        if !before.is_empty() {
            fs::write(town.path("tab"), before).unwrap();
        }
        let tab = || fs::read_to_string(town.path("tab")).unwrap();
        town.run(["schedule", "cron", "--install", "--language", "da"]).exit(0).stdout_has("hver time");
        let first = tab();
        assert!(first.starts_with(before) && first.contains("\n0 * * * * "), "{first}");
        town.run(["schedule", "cron", "--install", "--language", "da"]).exit(0);
        assert_eq!(tab(), first);
        fs::write(town.path("tab"), format!("{first}# bagefter\n")).unwrap();
        town.run(["schedule", "cron", "--install", "--at", "06:05", "--language", "en"])
            .exit(0)
            .stdout_has("06:05");
        assert_eq!(tab().matches("traekfil begin").count(), 1);
        assert!(
            tab().contains("\n5 6 * * * ") && tab().ends_with("# traekfil end\n# bagefter\n"),
            "{}",
            tab()
        );
        town.run(["schedule", "cron", "--remove"]).exit(0);
        assert_eq!(tab(), format!("{before}# bagefter\n"));
        calls(&town);
        town.run(["schedule", "cron", "--remove", "--language", "en"])
            .exit(0)
            .stdout_has("nothing to remove");
        assert_eq!(calls(&town), "crontab -l\n");
    }
}

#[test]
fn a_cron_line_has_five_fields_and_a_command_that_runs() {
    let town = with(&[]);
    let config = odd(&town);
    for (flags, times) in [
        (&[][..], "0 * * * *"),
        (&["--every", "15m"], "*/15 * * * *"),
        (&["--every", "4h"], "0 */4 * * *"),
        (&["--at", "18:30"], "30 18 * * *"),
    ] {
        let args = ["schedule", "cron", "--config", config.to_str().unwrap()];
        let out = town.run(args.iter().chain(flags)).exit(0).out();
        let lines: Vec<&str> = out.lines().collect();
        let begin = format!("# traekfil begin {}", config.display());
        assert_eq!((lines.len(), lines[0], lines[3]), (4, begin.as_str(), "# traekfil end"), "{out}");
        let command = lines[2].strip_prefix(times).unwrap().trim_start();
        // Cron hands `\%` on as `%`; an unescaped one would end the command.
        let command = command.replace(r"\%", "\0");
        assert!(!command.contains('%'), "{command}");
        let command = command.replace('\0', "%").replace(" run --quiet ", " check --json ");
        let ran = Command::new("/bin/sh").arg("-c").arg(&command).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(said.contains("\"checks\""), "{command}: {said}{}", String::from_utf8_lossy(&ran.stderr));
    }
}

#[test]
fn what_the_schedulers_programs_say_is_told() {
    let town = with(&[("crontab", "echo 'you are not allowed to use this program' >&2; exit 1")]);
    let ran = town.run(["schedule", "cron", "--install", "--language", "da"]).exit(1);
    ran.says("not allowed").says("crontab -l").says("sudo");
    let town = with(&[]);
    town.run(["schedule", "cron", "--install", "--language", "en"])
        .exit(1)
        .says("crontab is not on this machine");
    town.run(["schedule", "systemd", "--install", "--language", "en"]).exit(if cfg!(target_os = "linux") {
        1
    } else {
        2
    });
    let town = with(&[CRONTAB]);
    fs::write(town.path("tab"), "# traekfil begin\n0 * * * * x\n").unwrap();
    town.run(["schedule", "cron", "--install"]).exit(1).says("crontab -e");
    assert_eq!(fs::read_to_string(town.path("tab")).unwrap(), "# traekfil begin\n0 * * * * x\n");
}

#[test]
fn another_platforms_job_is_printed_but_not_installed() {
    let town = with(&[("schtasks", "")]);
    for flag in ["--install", "--remove"] {
        town.run(["schedule", "windows", flag, "--language", "da"])
            .exit(2)
            .says("findes ikke på denne maskine");
    }
    town.run(["schedule", "windows"]).exit(0);
    assert_eq!(calls(&town), "");
    let json = town.run(["schedule", "systemd", "--json"]).exit(0).json();
    assert_eq!((&json["schema"], &json["installed"]), (&1.into(), &false.into()));
    assert_eq!(json["files"].as_array().unwrap().len(), 2);
    town.run(["schedule", "cron", "--every", "7m"]).exit(2);
    town.run(["schedule", "cron", "--user", "-x"]).exit(2);
}

#[cfg(target_os = "linux")]
#[test]
fn systemd_is_set_up_and_taken_away() {
    let town = with(&[("systemctl", ""), ("id", "")]);
    let name = job_of(&town);
    for flags in [&[][..], &["--at", "06:00"]] {
        let args = ["schedule", "systemd", "--install", "--language", "en"];
        town.run(args.iter().chain(flags)).exit(0).stdout_has(&format!("journalctl -u {name}\n"));
        let want = format!(
            "systemctl --version\nid -u traekfil\nsystemctl daemon-reload\n\
             systemctl enable {name}.timer\nsystemctl restart {name}.timer\n"
        );
        assert_eq!(calls(&town), want);
    }
    assert_eq!(names_in(&town.path("units")), [format!("{name}.service"), format!("{name}.timer")]);
    let timer = fs::read_to_string(town.path("units").join(format!("{name}.timer"))).unwrap();
    assert!(
        timer.contains("\nOnCalendar=*-*-* 06:00:00\n") && timer.contains("\nPersistent=yes\n"),
        "{timer}"
    );
    town.run(["schedule", "systemd", "--remove", "--language", "da"]).exit(0).stdout_has("fjernet");
    assert_eq!(calls(&town), format!("systemctl disable --now {name}.timer\nsystemctl daemon-reload\n"));
    assert_eq!(names_in(&town.path("units")), [""; 0]);
    town.run(["schedule", "systemd", "--remove", "--language", "da"])
        .exit(0)
        .stdout_has("ikke noget at fjerne");
}

/// The name of the town's own job: its configuration lies in a folder of its own.
fn job_of(town: &Town) -> String {
    let folder = town.path("").canonicalize().unwrap();
    let folder = folder.file_name().unwrap().to_str().unwrap().to_lowercase();
    format!("traekfil@{}", folder.trim_start_matches('.').replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
}

/// Configurations of two more towns beside the first one's.
fn more_towns(town: &Town) -> [PathBuf; 2] {
    ["korsbaek.toml", "Nørre Ærø.toml"].map(|name| {
        let file = town.path(name);
        fs::copy(town.path("config.toml"), &file).unwrap();
        file
    })
}

#[test]
fn a_second_towns_job_leaves_the_first_ones_alone() {
    let town = with(&[CRONTAB]);
    let [korsbaek, aeroe] = more_towns(&town);
    let schedule = |config: &PathBuf, what: &[&str]| {
        let args = ["schedule", "cron", "--language", "en", "--config", config.to_str().unwrap()];
        town.run(args.iter().chain(what)).exit(0).out()
    };
    let own = town.path("config.toml");
    for config in [&own, &korsbaek, &aeroe, &korsbaek] {
        schedule(config, &["--install"]);
    }
    let tab = || fs::read_to_string(town.path("tab")).unwrap();
    assert_eq!(tab().matches(" run --quiet ").count(), 3, "{}", tab());
    let listed = town.run(["schedule", "list", "--language", "en"]).exit(0).out();
    for name in [job_of(&town), "traekfil@korsbaek".to_owned(), "traekfil@noerre-aeroe".to_owned()] {
        assert!(listed.contains(&format!("{name} (cron): every hour\n")), "{name}: {listed}");
    }
    let json = town.run(["schedule", "list", "--json"]).exit(0).json();
    assert_eq!(json["jobs"].as_array().unwrap().len(), 3);
    assert_eq!(json["jobs"][1]["config"], korsbaek.to_str().unwrap());
    assert!(schedule(&korsbaek, &["--remove"]).contains("traekfil@korsbaek"));
    assert!(!tab().contains("korsbaek.toml") && tab().contains("Nørre Ærø.toml"), "{}", tab());
    assert!(schedule(&korsbaek, &["--remove"]).contains("nothing to remove"));

    // A block that an earlier version wrote names its configuration in its command alone.
    let old = format!(
        "# traekfil begin\n# x\n0 * * * * /x run --quiet --config {}\n# traekfil end\n",
        korsbaek.display()
    );
    fs::write(town.path("tab"), format!("{old}{}", tab())).unwrap();
    schedule(&korsbaek, &["--install", "--at", "06:00"]);
    assert_eq!(tab().matches(" run --quiet ").count(), 3, "{}", tab());
    assert!(tab().starts_with(&format!("# traekfil begin {}\n", korsbaek.display())), "{}", tab());
}

#[cfg(target_os = "linux")]
#[test]
fn units_of_two_towns_stand_beside_each_other() {
    let town = with(&[("systemctl", ""), ("id", "")]);
    let [korsbaek, aeroe] = more_towns(&town);
    let schedule = |config: &PathBuf, what: &str| {
        town.run(["schedule", "systemd", what, "--language", "en", "--config", config.to_str().unwrap()])
    };
    // An earlier version called every job traekfil; this one is of the first town.
    schedule(&korsbaek, "--install").exit(0);
    for kind in ["service", "timer"] {
        let unit = |name: &str| town.path("units").join(format!("{name}.{kind}"));
        fs::rename(unit("traekfil@korsbaek"), unit("traekfil")).unwrap();
    }
    schedule(&aeroe, "--install").exit(0);
    let both = [
        "traekfil.service",
        "traekfil.timer",
        "traekfil@noerre-aeroe.service",
        "traekfil@noerre-aeroe.timer",
    ];
    assert_eq!(names_in(&town.path("units")), both);
    schedule(&aeroe, "--remove").exit(0);
    assert_eq!(names_in(&town.path("units")), &both[..2]);
    schedule(&korsbaek, "--install").exit(0);
    assert_eq!(names_in(&town.path("units")), ["traekfil@korsbaek.service", "traekfil@korsbaek.timer"]);

    // Another configuration with the same name does not take the job.
    fs::create_dir_all(town.path("andet/drop")).unwrap();
    let other = town.path("andet/korsbaek.toml");
    fs::copy(&korsbaek, &other).unwrap();
    schedule(&other, "--install").exit(2).says("traekfil@korsbaek").says(korsbaek.to_str().unwrap());
    schedule(&other, "--remove").exit(0).stdout_has("nothing to remove");
    assert_eq!(names_in(&town.path("units")).len(), 2);
    town.run(["schedule", "list", "--language", "da"])
        .exit(0)
        .stdout_has("traekfil@korsbaek (systemd): hver time");
}

#[cfg(target_os = "linux")]
#[test]
fn a_unit_of_somebody_elses_is_left_alone() {
    let town = with(&[("systemctl", ""), ("id", "")]);
    let timer = format!("{}.timer", job_of(&town));
    fs::write(town.path("units").join(&timer), "[Timer]\n").unwrap();
    town.run(["schedule", "systemd", "--install", "--language", "da"])
        .exit(2)
        .says("ikke lavet af dette program");
    town.run(["schedule", "systemd", "--remove", "--language", "en"])
        .exit(2)
        .says("not made by this program");
    assert_eq!(names_in(&town.path("units")), [timer]);
    let town = with(&[("systemctl", ""), ("id", "exit 1")]);
    town.run(["schedule", "systemd", "--install", "--language", "da"]).exit(2).says("useradd --system");
    assert_eq!(names_in(&town.path("units")), [""; 0]);
    let town =
        with(&[("systemctl", "[ $1 != enable ] || { echo 'Access denied' >&2; exit 4; }"), ("id", "")]);
    town.run(["schedule", "systemd", "--install", "--language", "en"])
        .exit(1)
        .says("Access denied")
        .says("sudo");
}

#[cfg(target_os = "linux")]
#[test]
fn systemd_finds_no_fault_with_the_units() {
    let town = with(&[]);
    town.set("sftp.password_file", "kode ord")
        .set("notify.mail_to", vec!["kp@korsbaek.example.dk"])
        .set("notify.mail_from", "traekfil@korsbaek.example.dk")
        .set("notify.smtp_host", "127.0.0.1")
        .set("notify.smtp_user", "traekfil")
        .set("notify.smtp_password_file", "mailkode");
    let config = odd(&town);
    let args = ["schedule", "systemd", "--json", "--user", "root", "--config", config.to_str().unwrap()];
    let json = town.run(args).exit(0).json();
    let mut files: Vec<PathBuf> = Vec::new();
    for file in json["files"].as_array().unwrap() {
        let path = PathBuf::from(file["path"].as_str().unwrap());
        fs::write(&path, file["content"].as_str().unwrap()).unwrap();
        files.push(path);
    }
    let service = fs::read_to_string(&files[0]).unwrap();
    let folder = "/æ ø'å 100%% $HOME \\\"x\\\"";
    assert!(
        service
            .lines()
            .any(|line| line.starts_with("ReadWritePaths=") && line.contains(&format!("{folder}/drop\""))),
        "{service}"
    );
    assert!(service.contains(&format!("{}/config.toml\"", folder.replace('$', "$$"))), "{service}");
    for (name, file) in [("TRAEKFIL_PASSWORD", "/kode ord"), ("TRAEKFIL_SMTP_PASSWORD", "/mailkode")] {
        let handed = format!("LoadCredential={name}:/");
        assert!(service.lines().any(|line| line.starts_with(&handed) && line.ends_with(file)), "{service}");
    }
    // The service may write to the existing folder in which the archive and the ledger will be made.
    let town_folder = town.path("").display().to_string();
    assert!(service.contains(town_folder.trim_end_matches('/')));
    let verify = Command::new("systemd-analyze").arg("verify").args(&files).output();
    let Ok(verify) = verify else {
        eprintln!("systemd-analyze is not on this machine");
        return;
    };
    let said = String::from_utf8_lossy(&verify.stderr);
    let ours: Vec<&str> = said.lines().filter(|line| line.contains("traekfil")).collect();
    assert!(verify.status.success() && ours.is_empty(), "{said}\n{service}");
}
