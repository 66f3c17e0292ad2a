//! The dates of KP's runs in `init`: pasted, by a flag, and into a configuration that is there.

use std::fs;

use super::{flags, told, town};

#[test]
fn the_dates_of_kps_runs_are_pasted_and_shown_as_they_were_understood() {
    let town = town();
    let port = town.server.port().to_string();
    let fingerprint = town.server.fingerprint();
    let before = [
        "da",
        "",
        "",
        "",
        "",
        "",
        "127.0.0.1",
        &port,
        "korsbaek",
        "",
        "ind",
        &fingerprint,
        "mad",
        "",
        "kørsel",
        "-",
    ];
    // Two lines of a mail, one date that there is none of, and then the same without it.
    let wrong = ["Kørslerne er mandag d. 14. december 2099 kl. 12", "og 31/2 2099", "", "nej"];
    let right = ["14/1-2099 kl. 12 og", "15. februar 2099", "", "ja", "2 bankdage", ""];
    let lines: Vec<&str> = before.iter().copied().chain(wrong).chain(right).collect();
    let ran = told(&town, &["init"], &lines).plain();
    let ran = ran.stdout_has("Ikke forstået").stdout_has("31/2 2099");
    ran.stdout_has("- onsdag den 14. januar 2099 kl. 12:00").stdout_has("- søndag den 15. februar 2099");
    let config = fs::read_to_string(town.path("config.toml")).unwrap();
    assert!(config.contains("runs = [\"2099-01-14 12:00\", \"2099-02-15\"]"), "{config}");
    assert!(
        config.contains("warn_before = \"2 banking days\"") && config.contains("due = \"run\""),
        "{config}"
    );
    town.run(["status"]).stdout_has("14. januar 2099 kl. 12:00");
}

#[test]
fn a_flag_with_dates_is_taken_whole_or_refused() {
    let flags = [
        "init",
        "--yes",
        "--language",
        "en",
        "--host",
        "127.0.0.1",
        "--user",
        "u",
        "--series",
        "mad=mad_*:run",
    ];
    for (runs, says) in [
        (None, "mad is due before KP's run"),
        (Some("15. december"), "--runs"),
        (Some("03/04 2099"), "two different dates"),
        (Some("nothing"), "--runs"),
    ] {
        let town = town();
        let given = runs.map(|runs| ["--runs", runs]);
        town.run(flags.iter().chain(given.iter().flatten())).exit(2).says(says);
        assert!(!town.path("config.toml").exists());
    }
    let town = town();
    town.run(flags.iter().chain(&["--runs", "14. januar 2099, 15. februar 2099"])).exit_in(&[2, 3, 4]);
    let config = fs::read_to_string(town.path("config.toml")).unwrap();
    assert!(config.contains("runs = [\"2099-01-14\", \"2099-02-15\"]\n"), "{config}");
}

#[test]
fn kps_runs_are_entered_into_a_config_that_is_there() {
    let town = town();
    town.run(flags(&town)).exit(0);
    let file = town.path("config.toml");
    let before = fs::read_to_string(&file).unwrap();
    assert!(!before.lines().any(|line| line.starts_with("runs")), "{before}");
    let edit = |more: &[&str], exit: i32| {
        let json = town.run(["init", "--yes", "--json"].iter().chain(more)).exit(exit).json();
        (json["outcome"].as_str().unwrap().to_owned(), fs::read_to_string(&file).unwrap())
    };
    let (outcome, first) = edit(&["--runs", "14. januar 2099, 15. februar 2099 kl. 12"], 0);
    assert_eq!(outcome, "changed");
    assert!(first.contains("runs = [\"2099-01-14\", \"2099-02-15 12:00\"]"), "{first}");
    assert!(first.contains("warn_before = \"3 banking days\""), "{first}");
    assert!(before.lines().all(|line| first.contains(line)), "every line and comment stays: {first}");
    assert_eq!(edit(&["--runs", "2099-01-14, 2099-02-15 12:00"], 0), ("unchanged".to_owned(), first.clone()));
    // A new list keeps the runs before it, and a comment beside the old one.
    fs::write(&file, first.replace("12:00\"]", "12:00\"]  # fra KP's brev")).unwrap();
    let (outcome, second) = edit(&["--runs", "2099-02-16, 2099-03-15"], 0);
    assert_eq!(outcome, "changed");
    let runs = "runs = [\"2099-01-14\", \"2099-02-15 12:00\", \"2099-02-16\", \"2099-03-15\"]";
    assert!(
        second.contains(&format!("{runs}  # fra KP's brev")) || second.contains("# fra KP's brev"),
        "{second}"
    );
    town.run(["status"]).stdout_has("14. januar 2099");
    // In the dialogue, an empty line keeps them, and a line keeps them out.
    let lines = ["", "config.toml", "", "", "", "", "", "", "", "", "", "", "", "", ""];
    told(&town, &["init"], &lines).exit(0);
    assert_eq!(fs::read_to_string(&file).unwrap(), second);
    let wrong = town.run(["init", "--yes", "--runs", "31. februar 2099"]);
    wrong.exit(2).says("--runs");
    assert_eq!(fs::read_to_string(&file).unwrap(), second);
}
