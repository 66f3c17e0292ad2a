//! Going through what is open in a terminal, and how lists look in one.

use textwrap::core::display_width;

use crate::approvals::in_doubt;
use crate::support::output::{assert_decided, entry};
use crate::support::terminal::Terminal;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY};

/// April was delivered, and another April is held.
fn held() -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.server.as_embedded().empty();
    town.file(MAD, MAD_MAY);
    town.run(["run"]).exit(3);
    town
}

fn cases(town: &Town, language: &str) -> Terminal {
    Terminal::start(&mut town.command(["cases", "--language", language]), 80)
}

/// Everything that the ledger and its witness hold.
fn written(town: &Town) -> Vec<Vec<u8>> {
    ["ledger.db", "archive/receipts/2023-04.jsonl"].map(|file| std::fs::read(town.path(file)).unwrap()).into()
}

#[test]
fn a_held_file_is_shown_with_what_kp_has_and_approved_with_a_reason() {
    for (language, key, asks, on_top, done) in [
        (
            "da",
            "g\n",
            "oven i den første, eller i stedet for den?",
            "bliver begge trukket",
            "Det blev afgjort:",
        ),
        (
            "en",
            "approve\n",
            "on top of the first one, or in place of it?",
            "both are deducted",
            "This was decided:",
        ),
    ] {
        let town = held();
        let mut terminal = cases(&town, language);
        terminal.shows("]: ");
        terminal.types("?\n");
        terminal.types(key);
        terminal.types("  \n");
        let (code, screen) = terminal.finish();
        assert_eq!(code, Some(3), "without a reason nothing is decided: {screen}");
        let mut terminal = cases(&town, language);
        terminal.types(key);
        terminal.types("kommer oven i, siger leverandøren\n");
        let (code, screen) = terminal.finish();
        let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        for text in [asks, on_top, done, "KP ha", "(50 B, mad_korsbaek_*.txt 2023-04)"] {
            assert!(words.contains(text), "{text} in {screen}");
        }
        assert_eq!(code, Some(0), "{screen}");
        assert_decided(&town.deliver(0), MAD, "send", "approved", "delivered");
    }
}

#[test]
fn later_and_the_end_of_the_input_change_nothing() {
    let town = held();
    let before = written(&town);
    for keys in ["\n", "s\n", "senere\n", "\u{4}", "g\n\n", "g\n\u{4}"] {
        let mut terminal = cases(&town, "da");
        terminal.types(keys);
        let (code, screen) = terminal.finish();
        assert_eq!(code, Some(3), "{keys:?}: {screen}");
        assert!(screen.contains("Intet blev afgjort") && screen.contains("1 ting venter stadig"), "{screen}");
    }
    assert_eq!(written(&town), before);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
}

#[test]
fn a_held_file_can_be_rejected() {
    let town = held();
    let mut terminal = cases(&town, "da");
    terminal.types("afvis\nforkert fil\n");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(0), "{screen}");
    assert!(town.dropped().is_empty(), "{screen}");
    assert_eq!(town.deliver(0)["summary"]["hold"], 0);
}

#[test]
fn nothing_is_decided_about_a_file_that_is_not_the_one_shown() {
    let town = held();
    let mut terminal = cases(&town, "da");
    terminal.shows("]: ");
    town.file(MAD, "en tredje april");
    terminal.types("g\nkommer oven i\n");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(3), "{screen}");
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    // The same where no run has held the file yet, so that it is known by its name alone.
    let town = held();
    town.file("snak.txt", "uden måned");
    let mut terminal = cases(&town, "da");
    terminal.shows("]: ");
    town.file("snak.txt", "noget andet");
    terminal.types("g\nden er rigtig\ns\n");
    let (_, screen) = terminal.finish();
    assert!(screen.contains("er ændret, siden den blev vist"), "{screen}");
    assert_eq!(entry(&town.deliver(3), "snak.txt")["decision"], "hold");
}

#[test]
fn a_doubt_has_a_finished_mail_and_two_answers() {
    let (town, id) = in_doubt();
    let mut terminal = cases(&town, "da");
    terminal.types("m\nj\nKP har kvitteret\n");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(0), "{screen}");
    for text in [
        "Emne: Har I modtaget",
        "Navn på serveren:  ind/mad_korsbaek_202304.txt",
        "50 bytes",
        "står nu som leveret",
    ] {
        assert!(screen.contains(text), "{text} in {screen}");
    }
    town.run(["run"]).exit(0);
    assert_eq!(town.server.received().len(), 1);

    let (town, _) = in_doubt();
    let mail = town.run(["resolve", &id, "--language", "da"]).exit(3);
    let mail = mail.stdout_has("Emne: Har I modtaget").stdout_has("14. april 2023 kl. 06:00");
    mail.stdout_has(&format!("traekfil resolve {id} --delivered"));
    let json = town.run(["resolve", &id, "--json"]).exit(3).json();
    assert!(json["mail"]["body"].as_str().unwrap().contains("50 bytes"), "{json:#}");
    assert_decided(&town.deliver(3), MAD, "hold", "in_doubt", "held");
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let town = held();
    let before = written(&town);
    town.run(["cases", "--language", "da"]).exit(2).says("kræver en skærm").stdout_lacks("]: ");
    town.run(["sager"]).exit(2).says("traekfil cases --json");
    let json = town.run(["cases", "--json"]).exit(3).json();
    let case = &json["cases"][0];
    assert_eq!((&case["hold_id"], &case["reason"]), (&1.into(), &"slot_taken".into()), "{json:#}");
    assert_eq!(case["at_kp"][0]["delivery_id"], 1);
    assert_eq!(written(&town), before);
    town.run(["reject", "1", "--reason", "forkert"]).exit(0);
    let none = town.run(["cases", "--json"]).exit(0).json();
    assert_eq!(none["cases"], serde_json::json!([]));
    let (code, screen) = cases(&town, "da").finish();
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("Intet kræver handling"), "{screen}");
}

/// What a command shows in a terminal of so many columns.
fn shown(town: &Town, words: &[&str], columns: u16) -> String {
    Terminal::start(&mut town.command(words), columns).finish().1
}

/// Errors, checks, the grid and the list of jobs are as narrow as the screen; only what is to be copied is not broken.
#[test]
fn sentences_fit_a_narrow_terminal() {
    let town = Town::new();
    town.series("name = \"mad_til_korsbæk_kommunes_ældre\"\nfiles = [\"mad*\"]\ndue_day = 1");
    town.file(MAD, MAD_APRIL);
    town.file("mad_202304_ny.txt", "en anden");
    town.run(["run"]).exit(3);
    for language in ["da", "en"] {
        for columns in [40, 60, 72] {
            for words in [
                &["status"][..],
                &["check", "--offline"],
                &["approve", "99", "--reason", "x"],
                &["resolve", "99"],
                &["schedule", "list"],
            ] {
                let words = [words, &["--language", language]].concat();
                let screen = shown(&town, &words, columns);
                let whole = |line: &str| line.contains("traekfil ") || line.contains('/');
                let wide: Vec<&str> = screen
                    .lines()
                    .filter(|line| display_width(line) > usize::from(columns) && !whole(line))
                    .collect();
                assert!(wide.is_empty(), "{words:?} at {columns}: {wide:#?} in\n{screen}");
            }
        }
    }
}

#[test]
fn lists_fit_every_terminal_and_a_pipe_has_whole_names() {
    for many in [3, 300] {
        let town = Town::new();
        let long = format!("mad_{}_202304_rettet.txt", "korsbaek_kommune_visiterede_".repeat(3));
        town.file(&long, "en");
        for n in 1..many {
            town.file(format!("mad_{n:03}_202304.txt"), format!("fil {n}"));
        }
        town.set("policy.slot_taken", "send")
            .series("name = \"mad\"\nfiles = [\"mad_*\"]\nper_period = \"many\"");
        let dry = ["run", "--dry-run", "--language", "da"];
        for columns in [60, 80, 120, 200] {
            let screen = shown(&town, &dry, columns);
            let table: Vec<&str> = screen.lines().take_while(|line| !line.is_empty()).collect();
            assert_eq!(table.len(), many + 1, "{columns}: a line each in\n{screen}");
            let fits = |line: &&str| display_width(line) <= usize::from(columns);
            assert!(screen.lines().all(|line| fits(&line)), "{columns}:\n{screen}");
            assert!(
                table
                    .iter()
                    .any(|line| line.contains("202304") && (line.contains('…') || line.contains(&long))),
                "{screen}"
            );
        }
        let piped = town.run(dry).exit(0).out();
        assert_eq!(piped.lines().filter(|line| line.starts_with("mad_")).count(), many, "{piped}");
        assert!(piped.lines().any(|line| line.starts_with(&long)), "{piped}");
        if many > 3 {
            continue;
        }
        town.run(["adopt", "drop", "--reason", "leveret før"]).exit(0);
        for columns in [60, 80, 120, 200] {
            // In a sentence a name stays whole, and so does a command.
            for words in [&["history"][..], &["adopt", "drop", "--dry-run"], &["status"]] {
                let screen = shown(&town, &[words, &["--language", "da"]].concat(), columns);
                let fits = |line: &str| {
                    display_width(line) <= usize::from(columns)
                        || [long.as_str(), "traekfil"].into_iter().any(|whole| line.contains(whole))
                };
                assert!(screen.lines().all(fits), "{words:?} at {columns}:\n{screen}");
            }
        }
        assert!(town.run(["history"]).exit(0).out().contains(&long));
    }
}
