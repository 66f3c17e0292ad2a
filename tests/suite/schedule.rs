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
        assert_eq!((lines.len(), lines[0], lines[3]), (4, "# traekfil begin", "# traekfil end"), "{out}");
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
    for flags in [&[][..], &["--at", "06:00"]] {
        let args = ["schedule", "systemd", "--install", "--language", "en"];
        town.run(args.iter().chain(flags)).exit(0).stdout_has("journalctl -u traekfil");
        let want = "systemctl --version\nid -u traekfil\nsystemctl daemon-reload\n\
                    systemctl enable traekfil.timer\nsystemctl restart traekfil.timer\n";
        assert_eq!(calls(&town), want);
    }
    assert_eq!(names_in(&town.path("units")), ["traekfil.service", "traekfil.timer"]);
    let timer = fs::read_to_string(town.path("units/traekfil.timer")).unwrap();
    assert!(
        timer.contains("\nOnCalendar=*-*-* 06:00:00\n") && timer.contains("\nPersistent=yes\n"),
        "{timer}"
    );
    town.run(["schedule", "systemd", "--remove", "--language", "da"]).exit(0).stdout_has("fjernet");
    assert_eq!(calls(&town), "systemctl disable --now traekfil.timer\nsystemctl daemon-reload\n");
    assert_eq!(names_in(&town.path("units")), [""; 0]);
    town.run(["schedule", "systemd", "--remove", "--language", "da"])
        .exit(0)
        .stdout_has("ikke noget at fjerne");
}

#[cfg(target_os = "linux")]
#[test]
fn a_unit_of_somebody_elses_is_left_alone() {
    let town = with(&[("systemctl", ""), ("id", "")]);
    fs::write(town.path("units/traekfil.timer"), "[Timer]\n").unwrap();
    town.run(["schedule", "systemd", "--install", "--language", "da"])
        .exit(2)
        .says("ikke lavet af dette program");
    town.run(["schedule", "systemd", "--remove", "--language", "en"])
        .exit(2)
        .says("not made by this program");
    assert_eq!(names_in(&town.path("units")), ["traekfil.timer"]);
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
