//! Whom the program believes: what others could have changed is refused before anything is read of it, and behind root
//! everything is done as the user whose configuration it is.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use traekfil::platform;

use crate::support::output::{Output, Running};
use crate::support::servers::{PASSWORD, Server};
use crate::support::town::{Town, names_in};
use crate::support::users::{self, ANNA, BO, SERVICE, give, set};
use crate::{MAD, MAD_APRIL};

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A town that is all a user's; the users and the program stay root's.
fn town_of(user: u32) -> (Town, String) {
    let town = Town::new();
    let program = users::program(&town).display().to_string();
    users::command(&town, 0, None, &[]);
    town.file(MAD, MAD_APRIL);
    give(&town.path(""), user);
    give(&town.path("users"), 0);
    give(&town.path("bin"), 0);
    (town, program)
}

/// Exit 2, with this in what is said, nothing sent, and nobody asked to log in.
#[track_caller]
fn refused(town: &Town, ran: Output, said: &[&str]) {
    said.iter().fold(ran.exit(2), |ran, what| ran.says(what));
    assert_eq!(town.server.as_embedded().counts().logins_tried, 0);
    assert!(town.server.received().is_empty());
}

#[test]
fn what_others_could_have_changed_or_read_is_refused() {
    let table: [(&str, u32, &str); 9] = [
        ("config.toml", 0o666, "chmod go-w"),
        ("config.toml", 0o646, "chmod go-w"),
        ("", 0o757, "chmod go-w"),
        ("id_ed25519", 0o644, "chmod 600"),
        ("id_ed25519", 0o602, "chmod 600"),
        ("id_ed25519", 0o604, "chmod 600"),
        ("ledger.db", 0o666, "chmod"),
        ("kode", 0o644, "chmod 600"),
        ("known_hosts", 0o666, "chmod go-w"),
    ];
    for (what, open, mend) in table {
        let town = Town::new();
        town.secret("kode", PASSWORD);
        town.set("sftp.password_file", "kode").set("sftp.known_hosts", "known_hosts");
        town.unset("sftp.host_key");
        fs::write(town.path("known_hosts"), "").unwrap();
        town.file(MAD, MAD_APRIL);
        mode(&town.path(what), open);
        for command in [
            &["run"][..],
            &["run", "--dry-run"],
            &["check"],
            &["check", "--offline"],
            &["status"],
            &["history"],
        ] {
            refused(&town, town.run(command), &[mend]);
        }
        // The command that is named mends it.
        let said = String::from_utf8(town.run(["run", "--language", "en"]).stderr).unwrap();
        let said: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let command = said.split("Run: ").nth(1).unwrap().to_owned();
        assert!(Command::new("sh").arg("-c").arg(&command).status().unwrap().success(), "{command}");
        town.run(["status"]).exit_in(&[0, 3]);
    }
}

/// Closing `/tmp` to others would stop every other program on the machine.
#[test]
fn nobody_is_told_to_close_a_folder_that_others_need() {
    let town = Town::new();
    let common = town.path("faelles");
    fs::create_dir(&common).unwrap();
    mode(&common, 0o1777);
    for folder in [common.to_str().unwrap(), "/tmp", "/var/tmp"] {
        if fs::metadata(folder).map_or(0, |about| about.mode()) & 0o1002 != 0o1002 {
            continue;
        }
        town.set("ledger.path", format!("{folder}/regnskab.db"));
        for command in [&["run"][..], &["check", "--offline"], &["ledger", "begin", "--yes"]] {
            let ran = town.run(command).never_says("chmod").never_says("chown");
            refused(&town, ran, &["folder of its own"]);
        }
    }
    town.unset("ledger.path");
    town.secret("kode", PASSWORD);
    fs::rename(town.path("kode"), common.join("kode")).unwrap();
    town.set("sftp.password_file", "faelles/kode");
    mode(&common.join("kode"), 0o644);
    // What is wrong with a file in such a folder is mended.
    refused(&town, town.run(["run"]), &["chmod 600"]);
}

#[test]
fn a_group_of_ones_own_is_oneself() {
    if !users::can_be_had() {
        return;
    }
    let (town, _) = town_of(ANNA);
    // As a umask of 002 makes them.
    for (what, open) in [("", 0o775), ("config.toml", 0o664), ("drop", 0o775), ("archive", 0o775)] {
        mode(&town.path(what), open);
    }
    users::run(&town, ANNA, None, &["status"]).exit_in(&[0, 3]);
    set(&town.path("config.toml"), ANNA, 4200, 0o664);
    users::run(&town, ANNA, None, &["status"]).exit_in(&[0, 3]);
    for group in [4100, 4002, 990, 4999] {
        set(&town.path("config.toml"), ANNA, group, 0o664);
        refused(&town, users::run(&town, ANNA, None, &["run"]), &["chmod go-w"]);
    }
    set(&town.path("config.toml"), ANNA, ANNA, 0o644);
    set(&town.path("id_ed25519"), ANNA, 4200, 0o640);
    users::run(&town, ANNA, None, &["check", "--offline"]).exit(0);
    set(&town.path("id_ed25519"), ANNA, 4100, 0o640);
    refused(&town, users::run(&town, ANNA, None, &["run"]), &["chmod 600"]);
    set(&town.path("id_ed25519"), ANNA, ANNA, 0o600);
    users::run(&town, ANNA, None, &["run"]).exit(0);
}

#[test]
fn what_belongs_to_somebody_else_is_refused() {
    if !users::can_be_had() {
        return;
    }
    for what in ["config.toml", "id_ed25519", "ledger.db", ""] {
        let (town, _) = town_of(ANNA);
        std::os::unix::fs::lchown(town.path(what), Some(BO), Some(BO)).unwrap();
        let config = town.path("config.toml");
        let args = ["run", "--config", config.to_str().unwrap()];
        refused(&town, users::run(&town, ANNA, None, &args), &["chown anna"]);
        // Nor does root believe two.
        refused(&town, users::run(&town, 0, None, &args), &["chown"]);
    }
}

#[test]
fn a_planted_configuration_is_nobodys_but_its_owners() {
    if !users::can_be_had() {
        return;
    }
    let (town, _) = town_of(BO);
    // In its folder: of bo's for anna and for root, in a sticky folder too.
    for open in [0o755, 0o1777] {
        mode(&town.path(""), open);
        for user in [ANNA, 0] {
            for command in [&["run"][..], &["check", "--send-test-mail"], &["adopt", "--remote", "--dry-run"]]
            {
                refused(&town, users::run(&town, user, None, command), &["--config"]);
            }
        }
    }
    mode(&town.path(""), 0o755);
    fs::remove_file(town.path("config.toml")).unwrap();
    std::os::unix::fs::lchown(town.path(""), Some(ANNA), Some(ANNA)).unwrap();
    symlink("/etc/passwd-none", town.path("config.toml")).unwrap();
    std::os::unix::fs::lchown(town.path("config.toml"), Some(BO), Some(BO)).unwrap();
    refused(&town, users::run(&town, ANNA, None, &["run"]), &["--config"]);
}

#[test]
fn behind_root_everything_is_done_as_the_owner() {
    if !users::can_be_had() {
        return;
    }
    let (town, _) = town_of(ANNA);
    let root_only = town.path("bin/root_only");
    fs::write(&root_only, PASSWORD).unwrap();
    mode(&root_only, 0o600);
    let config = town.path("config.toml");
    let config = config.to_str().unwrap();
    users::run(&town, 0, None, &["run", "--config", config]).exit(0);
    for part in ["ledger.db", "ledger.db.lock", "archive/receipts"] {
        assert_eq!(fs::metadata(town.path(part)).unwrap().uid(), ANNA, "{part}");
    }
    // A file that root alone may read does not go to the server as a password.
    town.unset("sftp.identity").set("sftp.password_file", "bin/root_only");
    give(&town.path("config.toml"), ANNA);
    let tried = town.server.as_embedded().counts().logins_tried;
    for command in
        [&["check"][..], &["check", "--send-test-mail"], &["adopt", "--remote", "--dry-run"], &["run"]]
    {
        let args: Vec<&str> = command.iter().copied().chain(["--config", config]).collect();
        users::run(&town, 0, None, &args).exit(2);
        assert_eq!(town.server.as_embedded().counts().logins_tried, tried, "{command:?}");
    }
}

/// As the `.deb` lays it out: root's configuration, the service's ledger.
#[test]
fn the_packages_layout_works_for_the_service_and_behind_root() {
    if !users::can_be_had() {
        return;
    }
    for user in [SERVICE, 0] {
        let (town, _) = town_of(SERVICE);
        let etc = town.path("etc");
        fs::create_dir(&etc).unwrap();
        let config = etc.join("config.toml");
        let text = fs::read_to_string(town.path("config.toml")).unwrap();
        let data = town.path("data");
        fs::create_dir(&data).unwrap();
        for part in ["drop", "archive", "ledger.db"] {
            fs::rename(town.path(part), data.join(part)).unwrap();
        }
        let key = town.path("etc/id_ed25519");
        fs::rename(town.path("id_ed25519"), &key).unwrap();
        let data = data.display();
        let paths = format!(
            "[folders]\ndrop = '{data}/drop'\narchive = '{data}/archive'\n[ledger]\npath = '{data}/ledger.db'\n"
        );
        fs::write(&config, format!("{text}{paths}")).unwrap();
        give(&town.path(""), 0);
        give(&town.path("data"), SERVICE);
        set(&etc, 0, SERVICE, 0o750);
        set(&config, 0, SERVICE, 0o640);
        set(&key, SERVICE, SERVICE, 0o600);
        let config = config.to_str().unwrap();
        users::run(&town, user, None, &["check", "--offline", "--config", config]).exit(0);
        users::run(&town, user, None, &["run", "--config", config]).exit(0);
        assert_eq!(fs::metadata(town.path("data/ledger.db.lock")).unwrap().uid(), SERVICE);
        // Root's own key, which the service cannot read, is named with what mends it.
        set(&key, 0, 0, 0o600);
        users::run(&town, user, None, &["run", "--config", config]).exit(2).says("chown traekfil");
    }
}

#[test]
fn a_job_of_roots_runs_only_what_root_alone_can_change() {
    if !users::can_be_had() {
        return;
    }
    let (town, program) = town_of(ANNA);
    let root_only = town.path("bin/root_only");
    fs::write(&root_only, PASSWORD).unwrap();
    mode(&root_only, 0o600);
    town.set("sftp.password_file", root_only.to_str().unwrap());
    give(&town.path("config.toml"), ANNA);
    for tool in ["crontab", "systemctl", "id"] {
        fs::write(
            town.path("bin").join(tool),
            format!("#!/bin/sh\necho {tool} >> {}\n/bin/cat > /dev/null\n", town.path("bin/calls").display()),
        )
        .unwrap();
        mode(&town.path("bin").join(tool), 0o755);
    }
    let units = town.path("bin/units");
    fs::create_dir(&units).unwrap();
    let config = town.path("config.toml");
    let run = |words: &[&str]| {
        let path = format!("PATH={}:/usr/sbin:/usr/bin:/sbin:/bin", town.path("bin").display());
        let units = format!("TRAEKFIL_SYSTEMD_DIR={}", units.display());
        let head = ["env", &path, &units, &program, "schedule"];
        let all: Vec<&str> = head
            .into_iter()
            .chain(words.iter().copied())
            .chain(["--config", config.to_str().unwrap()])
            .collect();
        Running::start(&mut users::command(&town, 0, None, &all)).finish()
    };
    for words in
        [&["cron", "--install"][..], &["systemd", "--install"], &["systemd", "--install", "--user", "root"]]
    {
        run(words).exit(2).says("--user anna");
    }
    assert!(!town.path("bin/calls").exists() && names_in(&units).is_empty());
    // Anna's own job may run it, but systemd hands it no file of root's.
    run(&["systemd", "--install", "--user", "anna"]).exit(0);
    let service = names_in(&units).into_iter().find(|name| name.ends_with(".service")).unwrap();
    let unit = fs::read_to_string(units.join(service)).unwrap();
    assert!(unit.contains("User=anna") && !unit.contains("LoadCredential"), "{unit}");
    // A program that another could exchange is no job of anybody's.
    std::os::unix::fs::lchown(town.path("bin"), Some(BO), Some(BO)).unwrap();
    run(&["cron", "--install", "--user", "anna"]).exit(2).says("chown");
}

#[test]
fn init_behind_root_leaves_all_but_the_configuration_to_the_user() {
    if !users::can_be_had() {
        return;
    }
    let town = Town::without_ledger(Server::embedded());
    users::program(&town);
    fs::remove_file(town.path("config.toml")).unwrap();
    let port = town.server.port().to_string();
    let (etc, data) = (town.path("etc/config.toml"), town.path("data"));
    let at = |name: &str| data.join(name).display().to_string();
    let (drop, archive, ledger) = (at("drop"), at("archive"), at("ledger.db"));
    let args = [
        "init",
        "--yes",
        "--host",
        "127.0.0.1",
        "--port",
        &port,
        "--login",
        "korsbaek",
        "--user",
        "traekfil",
        "--accept-host-key",
        "--config",
        etc.to_str().unwrap(),
        "--drop",
        &drop,
        "--archive",
        &archive,
        "--ledger",
        &ledger,
    ];
    // The server does not know the new key.
    users::run(&town, 0, None, &args).exit(4);
    let owner = |path: PathBuf| fs::metadata(path).unwrap().uid();
    assert_eq!(owner(etc.clone()), 0);
    assert_eq!(fs::metadata(&etc).unwrap().mode() & 0o777, 0o640);
    for part in ["", "drop", "archive", "ledger.db", "id_ed25519"] {
        assert_eq!(owner(data.join(part)), SERVICE, "{part}");
    }
    for user in [SERVICE, 0] {
        users::run(&town, user, None, &["check", "--offline", "--config", etc.to_str().unwrap()]).exit(0);
    }
    // From here on the job runs as the service, and root's own hand does the same work as the service.
    let public = fs::read_to_string(data.join("id_ed25519.pub")).unwrap();
    town.server.as_embedded().register(public.parse().unwrap());
    let text = fs::read_to_string(&etc).unwrap();
    let settle = text.lines().find(|line| line.trim_start_matches('#').starts_with("settle")).unwrap();
    fs::write(&etc, text.replace(settle, "settle = \"0s\"")).unwrap();
    for (user, name) in [(SERVICE, "mad_korsbaek_202304.txt"), (0, "mad_korsbaek_202305.txt")] {
        let file = data.join("drop").join(name);
        fs::write(&file, name).unwrap();
        std::os::unix::fs::chown(&file, Some(SERVICE), Some(SERVICE)).unwrap();
        users::run(&town, user, None, &["run", "--config", etc.to_str().unwrap()]).exit(0);
    }
    assert_eq!(town.server.received().len(), 2);
    assert_eq!(owner(data.join("ledger.db")), SERVICE);
}

/// A draft is never a file that somebody has put there: nobody can know its name, and what stands at it is not opened.
#[test]
fn what_lies_in_a_sticky_folder_is_not_followed() {
    let town = Town::new();
    let shared = town.path("shared");
    fs::create_dir(&shared).unwrap();
    mode(&shared, 0o1777);
    let precious = town.path("precious");
    fs::write(&precious, "").unwrap();
    let page = shared.join("side.html");
    let drafts: std::collections::BTreeSet<PathBuf> =
        (0..200).map(|_| platform::temporary_sibling(&page, "")).collect();
    assert_eq!(drafts.len(), 200, "each name is drawn anew");
    let process = std::process::id().to_string();
    for draft in &drafts {
        let name = draft.file_name().unwrap().to_str().unwrap();
        let drawn = name.trim_start_matches(".side.html.").trim_end_matches(".tmp");
        assert!(drawn.len() >= 16 && drawn != process, "{name}");
        // If one were guessed all the same, it is no way to another file.
        symlink(&precious, draft).unwrap();
        assert!(platform::create_new_private(draft).is_err() && platform::create_private(draft).is_err());
        fs::remove_file(draft).unwrap();
    }
    assert_eq!(fs::read_to_string(&precious).unwrap(), "");
    // Nor is a page that somebody has put there.
    symlink(&precious, &page).unwrap();
    let args = ["report", "-o", page.to_str().unwrap()];
    town.run(args).exit(2);
    assert_eq!(fs::read_to_string(&precious).unwrap(), "");
    fs::remove_file(&page).unwrap();
    town.run(args).exit_in(&[0, 3]);
    assert!(fs::read_to_string(&page).unwrap().contains("<html"));
    assert_eq!(names_in(&shared), ["side.html"]);
}

/// Every program that this one starts, whoever asks for it, sees none of the secrets and not the way to them.
#[test]
fn no_program_that_is_started_sees_a_secret() {
    let town = Town::new();
    let (bin, seen, units) = (town.path("tools"), town.path("seen"), town.path("units"));
    for folder in [&bin, &seen, &units, &town.path("credentials")] {
        fs::create_dir(folder).unwrap();
    }
    let tools = ["crontab", "systemctl", "systemd-analyze", "loginctl", "id", "notice"];
    for tool in tools {
        let script = format!(
            "#!/bin/sh\n/usr/bin/env >> '{seen}/{tool}'\n[ -t 0 ] || /bin/cat > /dev/null\n",
            seen = seen.display()
        );
        fs::write(bin.join(tool), script).unwrap();
        mode(&bin.join(tool), 0o755);
    }
    let secrets = ["TRAEKFIL_PASSWORD", "TRAEKFIL_PASSPHRASE", "TRAEKFIL_SMTP_PASSWORD"];
    for name in secrets {
        town.env(name, "sesam1234");
    }
    let credentials = town.path("credentials");
    town.env("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap())
        .env("PATH", &format!("{}:/usr/bin:/bin", bin.display()))
        .env("TRAEKFIL_SYSTEMD_DIR", units.to_str().unwrap())
        .set("notify.command", vec![bin.join("notice").to_str().unwrap()]);
    town.file("uden_maaned.txt", MAD_APRIL);
    town.run(["run"]).exit(3);
    for words in [
        &["cron", "--install"][..],
        &["cron", "--remove"],
        &["systemd", "--install"],
        &["systemd", "--remove"],
        &["list"],
    ] {
        // Whether it can be done with tools that do nothing is not asked here.
        town.run(["schedule"].iter().chain(words));
    }
    town.run(["check", "--send-test-mail"]);
    let called = names_in(&seen);
    for tool in ["crontab", "systemctl", "notice"] {
        assert!(called.contains(&tool.to_owned()), "{tool} was called: {called:?}");
    }
    for tool in &called {
        let env = fs::read_to_string(seen.join(tool)).unwrap();
        assert!(env.contains("HOME="), "{env}");
        for hidden in secrets.iter().chain(&["CREDENTIALS_DIRECTORY", "sesam1234"]) {
            assert!(!env.contains(hidden), "{tool} sees {hidden}: {env}");
        }
    }
}

/// Whoever may list the drop folder and not look at what lies in it, or neither, is told so in the same words.
#[test]
fn a_drop_folder_that_may_not_be_read_is_told_as_one() {
    if !users::can_be_had() {
        return;
    }
    let (town, _) = town_of(ANNA);
    for open in [0o000, 0o100, 0o200, 0o300, 0o400, 0o600] {
        mode(&town.path("drop"), open);
        for command in [&["run"][..], &["run", "--dry-run"], &["status"], &["check", "--offline"]] {
            refused(&town, users::run(&town, ANNA, None, command), &["[folders] drop", "cannot be read"]);
        }
    }
    mode(&town.path("drop"), 0o700);
    users::run(&town, ANNA, None, &["run"]).exit(0);
}

/// What nobody may look at is not called missing.
#[test]
fn a_configuration_in_a_folder_that_may_not_be_entered_is_unread_and_not_missing() {
    if !users::can_be_had() {
        return;
    }
    let (town, _) = town_of(ANNA);
    fs::create_dir(town.path("lukket")).unwrap();
    fs::copy(town.path("config.toml"), town.path("lukket/config.toml")).unwrap();
    set(&town.path("lukket"), BO, BO, 0o700);
    let config = town.path("lukket/config.toml").display().to_string();
    let ran = users::run(&town, ANNA, None, &["run", "--config", &config]);
    refused(&town, ran.never_says("does not exist"), &["cannot be read"]);
    for (key, path) in [
        ("folders.archive", "lukket/dybere/arkiv"),
        ("folders.drop", "lukket/drop"),
        ("ledger.path", "lukket/l.db"),
    ] {
        town.set(key, path);
        let ran = users::run(&town, ANNA, None, &["run"]);
        refused(&town, ran.never_says("does not exist"), &["lukket"]);
        town.unset(key);
    }
    town.env("TRAEKFIL_CONFIG", &config);
    let ran = users::run(&town, ANNA, None, &["run"]);
    refused(&town, ran.never_says("does not exist"), &["cannot be read"]);
}
