//! `init`: asked step by step through a pipe, and with flags.

use std::fs::{self, File};

use crate::content;
use crate::support::output::{Output, Running};
use crate::support::servers::Server;
use crate::support::town::{Town, names_in};
use crate::{MAD, MAD_APRIL};

#[cfg(unix)]
mod cut_off;
mod runs;

/// A town with no config yet: a key that the server knows, and an empty folder for the rest.
fn town() -> Town {
    let town = Town::without_ledger(Server::embedded());
    fs::remove_file(town.path("config.toml")).unwrap();
    fs::remove_dir(town.path("archive")).unwrap();
    town
}

/// Runs the program with these lines to read.
fn told(town: &Town, args: &[&str], lines: &[&str]) -> Output {
    let input = town.path("answers");
    fs::write(&input, lines.join("\n") + if lines.is_empty() { "" } else { "\n" }).unwrap();
    let mut command = town.command(args);
    command.stdin(File::open(&input).unwrap());
    Running::start(&mut command).finish()
}

#[cfg(unix)]
fn mode(town: &Town, name: &str) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(town.path(name)).unwrap().permissions().mode() & 0o777
}

#[test]
fn step_by_step_to_the_first_delivery() {
    for (language, yes) in [("da", "ja"), ("en", "y")] {
        let town = town();
        let port = town.server.port().to_string();
        let lines = [
            language,
            "",
            "Korsbæk Kommune",
            "",
            "",
            "",
            "127.0.0.1",
            &port,
            "korsbaek",
            "",
            "ind",
            yes,
            "mad",
            "",
            "20",
            "",
            "",
            "",
        ];
        let ran = told(&town, &["init"], &lines).exit(0).plain().stdout_has(&town.server.fingerprint());
        for line in ran.out().lines().filter(|line| !line.contains(town.path("").to_str().unwrap())) {
            assert!(line.chars().count() <= 80 || line.contains("ssh-ed25519"), "{line}");
        }
        ran.stdout_has(if language == "da" { "Det mangler endnu" } else { "What is left to do" })
            .stdout_has("traekfil adopt")
            .stdout_has("traekfil schedule");
        #[cfg(unix)]
        assert_eq!(
            [mode(&town, "config.toml"), mode(&town, "archive"), mode(&town, "ledger.db")],
            [0o600, 0o700, 0o600]
        );
        let config = fs::read_to_string(town.path("config.toml")).unwrap();
        assert!(
            config.contains(&format!("language = \"{language}\"")) && config.contains("quiet_for = \"3d\"")
        );
        assert!(config.contains("\nname = \"Korsbæk Kommune\"\n"), "{config}");
        assert!(config.contains("name = \"mad\"\nfiles = [\"mad_*.txt\"]\ndue_day = 20\n"), "{config}");
        town.file(MAD, MAD_APRIL);
        let run = town.deliver(0);
        assert_eq!(run["files"][0]["series"], "mad");
        assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
    }
}

#[test]
fn a_new_key_is_private_and_its_public_half_is_shown() {
    let town = town();
    let port = town.server.port().to_string();
    let lines =
        ["", "127.0.0.1", &port, "korsbaek", "nøgler/kp", "ja", ".", &town.server.fingerprint(), "-", "", ""];
    let flags = [
        "init",
        "--language",
        "da",
        "--config",
        "ny.toml",
        "--drop",
        "ind",
        "--archive",
        "arkiv",
        "--ledger",
        "r.db",
    ];
    // The server does not know the key yet: what was made stands all the same.
    let ran = told(&town, &flags, &lines).exit(4).plain();
    let public = fs::read_to_string(town.path("nøgler/kp.pub")).unwrap();
    assert!(
        public.starts_with("ssh-ed25519 ") && public.ends_with("traekfil korsbaek@127.0.0.1\n"),
        "{public}"
    );
    let ran = ran.stdout_has(public.trim()).stdout_has("✗ Login");
    assert!(ran.out().contains("--config"), "a config of another name is named in the commands");
    let key = fs::read_to_string(town.path("nøgler/kp")).unwrap();
    let read = russh::keys::PrivateKey::from_openssh(&key).unwrap();
    assert_eq!(read.public_key().to_openssh().unwrap(), public.trim());
    ran.never_says("BEGIN OPENSSH");
    #[cfg(unix)]
    assert_eq!([mode(&town, "nøgler/kp"), mode(&town, "ny.toml")], [0o600, 0o600]);
    assert!(fs::read_to_string(town.path("ny.toml")).unwrap().contains(&town.server.fingerprint()));
    // A second time the key is not made again.
    let again = [
        "init",
        "--yes",
        "--config",
        "to.toml",
        "--host",
        "h",
        "--user",
        "u",
        "--new-key",
        "--identity",
        "nøgler/kp",
    ];
    town.run(again).exit(2).says("--identity");
    assert_eq!(fs::read_to_string(town.path("nøgler/kp")).unwrap(), key);
    assert!(!town.path("to.toml").exists());
}

#[test]
fn a_wrong_answer_is_explained_and_asked_again() {
    for (language, words) in [
        ("da", ["1 til 65535", "Her skal der stå noget", "IKKE", "Svar ja eller nej", "1 til 31"]),
        ("en", ["1 to 65535", "This needs an answer", "NOT", "Answer yes or no", "1 to 31"]),
    ] {
        let town = town();
        let port = town.server.port().to_string();
        let other = format!("SHA256:{}", "A".repeat(43));
        let lines = [
            "da\u{7}nsk",
            "fransk",
            language,
            "",
            "",
            "",
            "",
            "",
            "",
            "sftp://x",
            "127.0.0.1",
            "0",
            "x",
            &port,
            " ",
            "korsbaek",
            "none",
            "no",
            "answers",
            "",
            "..",
            "ind",
            "måske",
            &other,
            "no",
            "mad",
            "[a",
            "mad_*",
            "40",
            "",
            "",
            "",
            "",
        ];
        let mut ran = told(&town, &["init"], &lines).exit(2).plain();
        for word in words {
            ran = ran.stdout_has(word);
        }
        let config = fs::read_to_string(town.path("config.toml")).unwrap();
        assert!(config.contains("#host_key") && !config.contains(&town.server.fingerprint()));
        ran.stdout_has("traekfil check");
    }
}

#[test]
fn when_the_input_ends_nothing_is_there() {
    for lines in
        [&[][..], &["da"], &["da", "", "", "", "", "", "127.0.0.1", "1", "nej", "korsbaek", "ny", "ja", ""]]
    {
        let town = town();
        fs::remove_file(town.path("id_ed25519")).unwrap();
        let before = names_in(&town.path(""));
        let ran = told(&town, &["init"], lines).exit(2).says("traekfil init --help");
        assert!(ran.err().starts_with("traekfil: "), "{}", ran.err());
        let mut after = names_in(&town.path(""));
        after.retain(|name| name != "answers");
        assert_eq!(after, before);
    }
}

/// The flags of a whole `init`, for the town's own server.
fn flags(town: &Town) -> Vec<String> {
    let port = town.server.port().to_string();
    let flags = ["init", "--yes", "--language", "da", "--host", "127.0.0.1", "--user", "korsbaek"];
    let more = ["--remote-folder", "ind", "--accept-host-key", "--name", "Korsbæk Kommune", "--port", &port];
    flags.iter().chain(&more).map(|&flag| flag.to_owned()).collect()
}

#[test]
fn the_same_flags_a_second_time_change_nothing() {
    let town = town();
    let mut flags = flags(&town);
    flags.extend(["--new-key", "--identity", "ny"].map(str::to_owned));
    flags.extend(["--series", "mad=mad_*.txt:20"].map(str::to_owned));
    town.run(&flags).exit(4);
    let before = town.snapshot();
    // Files that came since are no reason to write anything.
    town.file("vask_202304.txt", MAD_APRIL);
    town.run(&flags).exit(0).stdout_has("Uændret").never_says("traekfil adopt");
    let json: Vec<String> = flags.iter().cloned().chain(["--json".to_owned()]).collect();
    let answer = town.run(&json).exit(0).json();
    assert_eq!((answer["outcome"].as_str(), answer["exit_code"].as_i64()), (Some("unchanged"), Some(0)));
    assert_eq!(answer["host_key"], town.server.fingerprint());
    fs::remove_file(town.path("drop/vask_202304.txt")).unwrap();
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        town.snapshot().keys().collect::<Vec<_>>(),
        "nothing was made"
    );
}

#[test]
fn a_config_that_is_there_is_edited_and_keeps_its_comments() {
    let town = town();
    town.run(flags(&town)).exit(0);
    let file = town.path("config.toml");
    let text = fs::read_to_string(&file).unwrap().replace("\nuser = ", "\n# spørg driften\nuser = ");
    fs::write(&file, text.replace("settle = \"10s\"", "settle = \"11s\"  # hurtig disk")).unwrap();
    let answer = town
        .run(["init", "--yes", "--json", "--user", "vask", "--series", "mad=mad_*.txt:20"])
        .exit(4)
        .json();
    assert_eq!(answer["outcome"], "changed");
    let text = fs::read_to_string(&file).unwrap();
    for line in [
        "# spørg driften\nuser = \"vask\"",
        "settle = \"11s\"  # hurtig disk",
        "name = \"Korsbæk Kommune\"",
        "language = \"da\"",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    // In the dialogue, Enter keeps what is there; only what is answered otherwise is changed.
    let lines = ["", "config.toml", "", "", "", "", "", "", "korsbaek", "", "", "", "", ""];
    told(&town, &["init"], &lines).exit(0).stdout_has("findes allerede").stdout_has("user = \"korsbaek\"");
    let now = fs::read_to_string(&file).unwrap();
    assert_eq!(now, text.replace("user = \"vask\"", "user = \"korsbaek\""));
    // A broken one is named, not replaced.
    fs::write(&file, "[sftp\n").unwrap();
    town.run(["init", "--yes", "--host", "h", "--user", "u"]).exit(2).says("config.toml");
    assert_eq!(fs::read_to_string(&file).unwrap(), "[sftp\n");
}

#[test]
fn an_edited_config_gets_no_second_ledger() {
    let town = town();
    town.run(flags(&town)).exit(0);
    let before = fs::read(town.path("config.toml")).unwrap();
    for other in [["--ledger", "ny.db"], ["--archive", "nyt"]] {
        let ran = town.run(["init", "--yes"].iter().chain(&other));
        assert_ne!(ran.code(), Some(0), "{}", ran.err());
        assert_eq!(fs::read(town.path("config.toml")).unwrap(), before);
        assert!(!town.path(other[1]).exists(), "{other:?}");
    }
    // What the configuration names and is not there, such as a disk that is not mounted, is not made.
    fs::rename(town.path("archive"), town.path("away")).unwrap();
    town.run(["init", "--yes", "--name", "Korsbæk"]);
    assert!(!town.path("archive").exists());
}

#[test]
fn a_question_mark_explains_and_a_yes_or_no_is_no_path() {
    let town = town();
    let before = names_in(&town.path(""));
    let lines =
        ["da", "?", "", "?", "", "n", "?", "ja", "", "n", "nej", "x", "mappe*", "", "??", "", "?", "j"];
    let ran = told(&town, &["init"], &lines).exit(2).plain();
    for word in ["Stien til en mappe", "ikke svares ja eller nej", "ikke en sti", "fx sftp.example.dk"] {
        assert!(ran.out().contains(word), "{word}\n{}", ran.out());
    }
    let mut after = names_in(&town.path(""));
    after.retain(|name| name != "answers");
    assert_eq!(after, before);
}

#[test]
fn the_way_back_and_the_summary() {
    let town = town();
    let port = town.server.port().to_string();
    let lines = [
        "<",
        "da",
        "",
        "<",
        "",
        "Forkert",
        "<",
        "Korsbæk",
        "",
        "",
        "",
        "127.0.0.1",
        &port,
        "korsbaek",
        "",
        "<",
        "",
        "ind",
        "nej",
        "",
        "",
        "tilbage",
        "",
        "nej",
    ];
    let before = names_in(&town.path(""));
    let ran = told(&town, &["init"], &lines).exit(2).plain();
    ran.stdout_has("no question before").stdout_has("Kommune: Korsbæk\n").says("ikke lavet noget");
    let mut after = names_in(&town.path(""));
    after.retain(|name| name != "answers");
    assert_eq!(after, before);
}

#[test]
fn it_looks_before_it_takes() {
    let town = town();
    town.file("mad_korsbaek_202303.txt", MAD_APRIL);
    town.file("vask_202304.txt", MAD_APRIL);
    town.file("læsmig.txt", "x");
    let port = town.server.port().to_string();
    let lines = [
        "da",
        "",
        "",
        "mappex",
        "nej",
        "drop",
        "",
        "",
        "127.0.0.1",
        "1",
        "ja",
        "127.0.0.1",
        &port,
        "korsbaek",
        "",
        "ind",
        "ja",
        "",
        "10",
        "",
        "",
        "",
        "",
    ];
    let ran = told(&town, &["init"], &lines).plain();
    let out = ran.out();
    for word in
        ["mappex findes ikke. Skal den laves?", "3 filer", "læsmig.txt", "rette serverens navn", "2023-03"]
    {
        let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(word), "{word}\n{out}");
    }
    assert!(!town.path("mappex").exists());
    let config = fs::read_to_string(town.path("config.toml")).unwrap();
    assert!(
        config.contains("name = \"mad\"\nfiles = [\"mad_korsbaek_*.txt\"]\ndue_day = 10\n")
            && config.contains("name = \"vask\"\nfiles = [\"vask_*.txt\"]\n"),
        "{config}"
    );
    // The 10th has passed, and nobody could say yet what KP has.
    assert!(out.contains("Fristen for") && !out.contains("overskredet"), "{out}");
    town.run(["run", "--dry-run"]).exit(3).stdout_has("mad");
}

#[test]
fn a_format_is_drafted_from_a_file_that_lies_there_and_does_nothing_before_a_series_has_it() {
    for (language, yes, no) in [("da", "ja", "nej"), ("en", "yes", "no")] {
        for answer in [yes, no, ""] {
            let town = town();
            let records = content::samples::records(12);
            town.file(MAD, content::samples::with_trailer(&records, "202304"));
            let port = town.server.port().to_string();
            let before =
                [language, "", "", "", "", "", "127.0.0.1", &port, "korsbaek", "", "ind", yes, yes, "10"];
            let lines = [&before[..], &[answer, "", "", ""]].concat();
            let out = told(&town, &["init"], &lines).plain().out();
            let asks = if language == "da" { "udkast til filernes format" } else { "Draft the format" };
            assert!(out.contains(asks), "{out}");
            let config = fs::read_to_string(town.path("config.toml")).unwrap();
            assert_eq!(config.contains("\n[formats.mad]\n"), answer == yes, "{config}");
            assert!(!config.contains(&records[0].citizen) && !out.contains(&records[0].citizen), "{out}");
            // it is there, and no series has it yet
            let run = town.run(["run", "--dry-run", "--json"]).exit(0).json();
            assert_eq!(run["files"][0]["content"], serde_json::Value::Null, "{run:#}");
            if answer == yes {
                let tested = town.run(["format", "test", MAD, "--json"]).exit(0).json();
                assert_eq!(tested["records"], 12, "{tested:#}");
                let used = config
                    .replace("\ndue_day = 10\n", "\ndue_day = 10\nformat = \"mad\"\ndeduction = \"mad\"\n");
                assert_ne!(used, config);
                fs::write(town.path("config.toml"), used).unwrap();
                let run = town.run(["run", "--dry-run", "--json"]).exit(0).json();
                assert_eq!(run["files"][0]["content"]["records"], 12, "{run:#}");
            }
        }
    }
}

#[test]
fn what_another_config_uses_is_not_taken() {
    let town = town();
    town.run(flags(&town)).exit(0);
    fs::create_dir(town.path("andet")).unwrap();
    let init = ["init", "--yes", "--language", "da", "--host", "h", "--user", "u"];
    for place in ["to.toml", "andet/to.toml"] {
        for (flag, path) in [
            ("--drop", "drop"),
            ("--drop", "andet/../drop"),
            ("--ledger", "ledger.db"),
            ("--archive", "archive"),
            ("--drop", "archive"),
            ("--archive", "."),
        ] {
            let more = ["--config", place, flag, path];
            town.run(init.iter().chain(&more)).exit(2).says(flag).says("");
            assert!(!town.path(place).exists(), "{place} {flag}");
        }
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(town.path("drop"), town.path("andet/link")).unwrap();
        let more = ["--config", "andet/to.toml", "--drop", "andet/link"];
        town.run(init.iter().chain(&more)).exit(2).says("config.toml");
    }
    // A ledger knows its configuration, wherever either lies.
    for folder in ["et", "to"] {
        fs::create_dir(town.path(folder)).unwrap();
    }
    let far = ["--ledger", "bog/ledger.db", "--archive", "arkiv/ny", "--drop", "ind/ny"];
    town.run(init.iter().chain(&["--config", "et/kommune.toml"]).chain(&far));
    assert!(town.path("et/kommune.toml").exists());
    let same = ["--config", "to/kommune.toml", "--ledger", "bog/ledger.db", "--archive", "arkiv/ny"];
    town.run(init.iter().chain(&same)).exit(2).says("kommune.toml");
    assert!(!town.path("to/kommune.toml").exists());
    // One that cannot be read may use anything: that is said.
    fs::write(town.path("andet/brudt.toml"), "[sftp\nhost").unwrap();
    town.run(init.iter().chain(&["--config", "andet/nyt.toml", "--port", "0"])).exit(2).says("brudt.toml");
    // What the defaults name is in use, so others are suggested.
    town.run(init.iter().chain(&["--config", "to.toml"]));
    assert!(town.path("to-drop").is_dir() && town.path("to-ledger.db").exists());
}

#[test]
fn a_file_that_is_no_ledger_is_not_taken_for_one() {
    let town = town();
    fs::write(town.path("noter.txt"), "husk mælk").unwrap();
    fs::write(town.path("tom.db"), "").unwrap();
    let before = names_in(&town.path(""));
    for file in ["noter.txt", "tom.db"] {
        let init = ["init", "--yes", "--host", "h", "--user", "u", "--ledger", file];
        town.run(init).exit(2).says(file);
    }
    assert_eq!(names_in(&town.path("")), before);
    assert_eq!(fs::read_to_string(town.path("noter.txt")).unwrap(), "husk mælk");
}

#[test]
fn yes_names_the_flags_that_have_no_default() {
    let town = town();
    let before = names_in(&town.path(""));
    town.run(["init", "--yes", "--user", "u", "--language", "da"]).exit(2).says("--host");
    town.run(["init", "--yes", "--host", "h", "--language", "en"]).exit(2).says("--user");
    town.run(["init", "--json"]).exit(2).says("--yes");
    for wrong in [
        ["--port", "0"],
        ["--series", "mad"],
        ["--host-key", "SHA256:x"],
        ["--identity", "none"],
        ["--archive", "."],
    ] {
        let flags = ["init", "--yes", "--host", "h", "--user", "u"].into_iter().chain(wrong);
        town.run(flags).exit(2).says(wrong[0]);
    }
    assert_eq!(names_in(&town.path("")), before);
}

#[test]
fn with_a_flag_for_every_answer_nothing_is_asked() {
    let town = town();
    let port = town.server.port().to_string();
    let flags = [
        "init",
        "--yes",
        "--json",
        "--language",
        "da",
        "--config",
        "kp/min config.toml",
        "--drop",
        "mappe 'x'",
        "--archive",
        "arkiv",
        "--ledger",
        "regnskab/ledger.db",
        "--host",
        "127.0.0.1",
        "--port",
        &port,
        "--user",
        "korsbaek",
        "--identity",
        "id_ed25519",
        "--remote-folder",
        "ind",
        "--accept-host-key",
        "--series",
        "mad=mad_*.txt:20",
        "--series",
        "vask=vask_*",
    ];
    let answer = town.run(flags).exit(0).json();
    assert_eq!(answer["schema"], 1);
    assert_eq!(answer["host_key"], town.server.fingerprint());
    assert_eq!(answer["public_key"], town.server.key.public_key().to_openssh().unwrap());
    assert!(answer["checks"].as_array().unwrap().iter().all(|check| check["ok"] == true), "{answer:#}");
    assert!(town.path("mappe 'x'").is_dir() && town.path("regnskab/ledger.db").is_file());
    town.run(["run", "--config", "kp/min config.toml"]).exit(0);
}

#[test]
fn without_the_server_the_rest_is_made() {
    let town = town();
    let ran = town.run([
        "init",
        "--yes",
        "--language",
        "en",
        "--host",
        "127.0.0.1",
        "--port",
        "1",
        "--user",
        "u",
        "--accept-host-key",
    ]);
    ran.exit(4).stdout_has("not confirmed").stdout_has("✗ Connection to the server");
    assert!(town.path("config.toml").exists() && town.path("ledger.db").exists());
}
