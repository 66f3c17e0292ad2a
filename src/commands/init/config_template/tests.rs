#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;

use proptest::prelude::*;

use super::super::answers::{Key, RunDates};
use super::*;
use crate::config::Config;

fn folder() -> PathBuf {
    PathBuf::from(if cfg!(windows) { r"D:\trækfiler" } else { "/srv/trækfiler" })
}

fn answers() -> Answers {
    Answers {
        language: Language::Da,
        config: folder().join("config.toml"),
        before: None,
        name: Some("Korsbæk Kommune".to_owned()),
        drop: folder().join("drop"),
        archive: folder().join("arkiv"),
        ledger: folder().join("ledger.db"),
        host: "sftp.example.dk".to_owned(),
        port: 22,
        user: "korsbaek".to_owned(),
        key: Key::New(folder().join("id_ed25519")),
        passphrase_file: None,
        remote_folder: "ind".to_owned(),
        host_key: Some(format!("SHA256:{}", "A".repeat(43))),
        calendar: RunDates::default(),
        series: Vec::new(),
        worker: None,
        formats: Vec::new(),
    }
}

/// Checks that the configuration made from the answers has their values.
#[track_caller]
fn comes_back(answers: &Answers) -> Config {
    let text = text(answers).unwrap();
    let config = Config::of(&answers.config, text.clone().into_bytes())
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(config.language, Some(answers.language), "{text}");
    assert_eq!(config.name, answers.name, "{text}");
    assert_eq!(
        [&config.drop, &config.archive, &config.ledger],
        [&answers.drop, &answers.archive, &answers.ledger]
    );
    assert_eq!((&config.sftp.host, config.sftp.port), (&answers.host, answers.port));
    assert_eq!(config.sftp.user, answers.user);
    assert_eq!(config.sftp.identity.as_deref(), answers.key.path());
    assert_eq!(config.sftp.passphrase_file, answers.passphrase_file);
    assert_eq!(config.sftp.folder, answers.remote_folder);
    assert_eq!(config.sftp.host_key, Vec::from_iter(answers.host_key.clone()));
    let series: Vec<_> = config.series.iter().map(|one| (&one.name, one.due_day)).collect();
    assert_eq!(series, answers.series.iter().map(|one| (&one.name, one.due_day)).collect::<Vec<_>>());
    for (rule, one) in config.series.iter().zip(&answers.series) {
        assert!(rule.files[0].is_match(one.pattern.replace(['*', '?'], "x")), "{}", one.pattern);
    }
    assert_eq!(config.alert.quiet_for, Some(std::time::Duration::from_secs(3 * 24 * 3600)));
    config
}

#[test]
fn the_answers_stand_in_the_config() {
    let config = comes_back(&answers());
    let text = text(&answers()).unwrap();
    assert!(text.contains("\ndrop = \"drop\"\n") && text.contains("\nidentity = \"id_ed25519\"\n"), "{text}");
    // Everything else has its default.
    assert_eq!((config.period.months_back, config.sftp.connections), (1, 4));
}

#[test]
fn without_a_host_key_the_config_says_how_to_get_one() {
    for language in [Language::Da, Language::En] {
        let answers = Answers { host_key: None, language, ..answers() };
        comes_back(&answers);
        let text = text(&answers).unwrap();
        let (before, _) = text.split_once("\n#host_key = ").unwrap();
        assert!(before.lines().rev().take(3).any(|line| line.contains("traekfil check")), "{text}");
    }
}

#[test]
fn comments_stand_in_one_language() {
    let example = |language| ConfigTemplate::of(EXAMPLE, language).0.split_off(1);
    let (danish, english) = (example(Language::Da), example(Language::En));
    assert_eq!(danish.len(), english.len());
    let mut pairs = 0;
    for (da, en) in danish.iter().zip(&english) {
        if da.starts_with("# ") {
            pairs += 1;
            assert_ne!(da, en);
            // Words that occur in one of the languages only.
            let words = |line: &str, words: &[&str]| {
                line.split(|c: char| !c.is_alphabetic()).any(|word| words.contains(&word))
            };
            assert!(!words(da, &["the", "The", "of", "files", "File", "whose"]), "{da}");
            assert!(!words(en, &["og", "eller", "filer", "skal", "med", "ikke", "på"]), "{en}");
        } else {
            assert_eq!(da, en);
        }
    }
    assert!(pairs > 30 && pairs * 2 + 2 == EXAMPLE.lines().filter(|line| line.starts_with("# ")).count());
}

#[test]
fn every_key_that_is_set_stands_in_the_example() {
    for language in [Language::Da, Language::En] {
        let draft = ConfigTemplate::of(EXAMPLE, language);
        for (head, key) in [
            ("", "language"),
            ("[folders]", "drop"),
            ("[folders]", "archive"),
            ("[ledger]", "path"),
            ("[sftp]", "host"),
            ("[sftp]", "port"),
            ("[sftp]", "user"),
            ("[sftp]", "identity"),
            ("[sftp]", "passphrase_file"),
            ("[sftp]", "host_key"),
            ("[sftp]", "folder"),
            ("[alert]", "quiet_for"),
        ] {
            assert!(draft.find(head, key).is_some(), "{head} {key}");
        }
        assert!(draft.0.iter().any(|line| line == "#[[series]]"));
    }
}

#[test]
fn windows_paths_stand_in_single_quotes() {
    assert_eq!(quoted(r"D:\trækfiler\nye"), r"'D:\trækfiler\nye'");
    assert_eq!(quoted(r"D:\Hansen's\nye"), r#""D:\\Hansen's\\nye""#);
    assert_eq!(quoted(r"\\server\andel$\ind"), r"'\\server\andel$\ind'");
    assert_eq!(quoted("mappe \"x\""), r#""mappe \"x\"""#);
    assert_eq!(quoted("O'Hara/æøå"), "\"O'Hara/æøå\"");
}

#[test]
fn odd_names_come_back_as_they_were() {
    for name in [
        "æ ø å",
        "a'b",
        "a\"b",
        "a\\b",
        "'''",
        "\"\"\"",
        "a#b",
        "a=b",
        "[folders]",
        "# drop",
        "{x}",
        "50%",
        "ü\u{301}",
        "日本",
    ] {
        let series = |due_day| Series {
            name: name.replace('\\', "-"),
            pattern: "mad_*.txt".to_owned(),
            due_day,
            before_run: false,
        };
        let mut answers = Answers {
            drop: Path::new(if cfg!(windows) { r"E:\" } else { "/mnt" }).join(name.replace(['"', '\\'], "-")),
            archive: folder().join(name.replace(['"', '\\'], "-")),
            user: name.to_owned(),
            series: vec![series(Some(31))],
            ..answers()
        };
        comes_back(&answers);
        answers.language = Language::En;
        answers.key = Key::None;
        answers.passphrase_file = Some(folder().join("kode"));
        answers.series = vec![
            series(None),
            Series {
                name: "vask".to_owned(),
                pattern: "våsk_?.csv".to_owned(),
                due_day: Some(1),
                before_run: false,
            },
        ];
        comes_back(&answers);
    }
}

proptest! {
    #[test]
    fn any_text_comes_back(name in "[^\\pC\\\\/]{1,20}", drop in "[^\\pC/]{1,20}", port in 1u16..) {
        prop_assume!(name.trim() == name && !drop.trim().is_empty());
        prop_assume!(!drop.split(['/', '\\']).any(|part| matches!(part, "." | "..")));
        let answers = Answers {
            drop: Path::new(if cfg!(windows) { r"E:\" } else { "/mnt" }).join(drop),
            user: name.clone(),
            series: vec![Series { name, pattern: "mad_*".to_owned(), due_day: None, before_run: false }],
            port,
            ..answers()
        };
        comes_back(&answers);
    }
}
