//! What a Danish reader types and reads.

use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY};

#[test]
fn commands_have_their_danish_names() {
    let town = Town::new();
    let help = town.run(["--help", "--language", "da"]).exit(0).out();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for (danish, name) in [
        ("kør", "run"),
        ("koer", "run"),
        ("overblik", "status"),
        ("godkend", "approve"),
        ("afvis", "reject"),
        ("afgør", "resolve"),
        ("afgoer", "resolve"),
        ("sager", "cases"),
        ("fortryd", "withdraw"),
        ("indskriv", "adopt"),
        ("tjek", "check"),
        ("rapport", "report"),
    ] {
        let of = |word: &str| town.run([word, "--help", "--language", "da"]).exit(0).out();
        assert_eq!(of(danish), of(name));
        let shown = help.contains(&format!("(også {danish})"));
        assert_eq!(shown, !danish.ends_with("oer"), "{danish} in {help}");
    }
    let english = town.run(["--help"]).exit(0).stdout_lacks("sager").out();
    assert!(!english.contains("(also"), "{english}");
    town.run(["godkent", "--language", "da"]).exit(2).says("Mente du godkend?");
    town.file(MAD, MAD_APRIL);
    town.run(["kør"]).exit(0);
    assert_eq!(town.server.received().len(), 1);
    town.run(["overblik", "--language", "da"]).exit(0).stdout_has("alt gik godt");
}

#[test]
fn states_are_taken_in_danish_too() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_MAY);
    town.run(["run"]).exit(3);
    let entries = |state: &str| {
        let json = town.run(["history", "--state", state, "--json"]).exit(0).json();
        json["entries"].as_array().unwrap().clone()
    };
    for (danish, name) in [
        ("leveret og arkiveret", "archived"),
        ("Arkiveret", "archived"),
        ("uafklaret", "in_doubt"),
        ("ikke modtaget", "not_delivered"),
        ("opgivet", "abandoned"),
        ("indskrevet", "adopted"),
        ("tilbageholdt", "held"),
        ("godkendt", "approved"),
    ] {
        assert_eq!(entries(danish), entries(name), "{danish}");
    }
    assert_eq!(entries("archived").len(), 1);
    let held = &entries("tilbageholdt")[0];
    assert_eq!((&held["hold_id"], &held["reasons"][0]), (&1.into(), &"slot_taken".into()), "{held:#}");
    town.run(["history", "--state", "tilbageholdt", "--language", "da"]).exit(0).stdout_has("tilbageholdt");
    town.run(["reject", "1", "--reason", "forkert"]).exit(0);
    assert!(entries("tilbageholdt").is_empty());
    assert_eq!(entries("afvist").len(), 1);
}

#[test]
fn danish_excel_gets_semicolons_and_a_mark_and_others_plain_csv() {
    let town = Town::new();
    town.file("mad_køkken_202304.txt", MAD_APRIL);
    town.run(["run"]).exit(0);
    for words in [&["history", "--format", "csv"][..], &["ledger", "export", "--format", "csv"]] {
        let csv = |language: &str| town.run([words, &["--language", language]].concat()).exit(0).out();
        let (danish, english) = (csv("da"), csv("en"));
        assert!(danish.starts_with("\u{feff}delivery_id;run_id;state;"), "{danish}");
        assert!(english.starts_with("delivery_id,run_id,state,"), "{english}");
        assert!(danish.lines().nth(1).unwrap().contains(";mad_køkken_202304.txt;"), "{danish}");
        assert_eq!(danish.trim_start_matches('\u{feff}').replace(';', ","), english);
    }
}

#[test]
fn one_is_one_and_none_is_none() {
    let town = Town::new();
    town.run(["run", "--language", "da"]).exit(0).stdout_has("Ingen nye filer.").stdout_lacks("0 B");
    town.run(["run", "--dry-run", "--language", "da"]).exit(0).stdout_has("Ingen nye filer.");
    let verify = || town.run(["ledger", "verify", "--language", "da"]).exit(0);
    verify().stdout_has("endnu ingen kvitteringer");
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    verify().stdout_has("den ene kvittering er kendt").stdout_lacks("1 kvitteringer");
    town.file(MAD, MAD_APRIL);
    let again = town.run(["run", "--language", "da"]).exit(0);
    again.stdout_has("Ingen nye filer, 1 dublet.");
    let status = town.run(["status", "--language", "da"]).exit(0);
    status.stdout_lacks("afvist").stdout_has("dublet, lagt væk");
    town.file(MAD, MAD_MAY);
    town.run(["run", "--language", "da"]).exit(3).stdout_has("Ingen filer leveret, 1 tilbageholdt.");
}

#[test]
fn a_hold_has_one_number_and_asks_the_question() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.file("snak.txt", "uden måned");
    town.run(["run"]).exit(3);
    town.file(MAD, MAD_MAY);
    let run = town.run(["run", "--language", "da"]).exit(3).out();
    let status = town.run(["status", "--language", "da"]).exit(3).out();
    town.run(["report", "-o", "side.html", "--language", "da"]).exit(3);
    let page = std::fs::read_to_string(town.path("side.html")).unwrap();
    for said in [&run, &status, &page] {
        let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("(sag 2)"), "{said}");
        assert!(words.contains("kommer den oven i den første, eller i stedet for den?"), "{said}");
        assert!(words.contains("spørg KP først"), "{said}");
    }
    assert!(!status.contains(" 1. ") && !status.contains(" 2. "), "nothing else is counted off: {status}");
    assert!(!page.contains("<ol"), "{page}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_system_speaks_danish_with_its_own_words_behind() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    // A port that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    town.set("sftp.port", port);
    let ran = town.run(["run", "--language", "da"]).exit(4);
    let ran = ran.says("forbindelsen blev afvist: Connection refused, os error 111");
    ran.never_says("(Connection refused (os error");
    town.run(["run", "--language", "en"]).exit(4).says("Connection refused (os error 111)");
    town.set("sftp.host", "findes-ikke.invalid");
    town.run(["run", "--language", "da"]).exit(4).says("kan ikke slås op (nav");
}

#[test]
fn a_reader_that_has_seen_enough_stops_no_command() {
    let town = Town::new();
    town.file("snak.txt", "uden måned");
    town.run(["run"]).exit(3);
    for args in [
        &["--help"][..],
        &["help", "run"],
        &["man"],
        &["completions", "bash"],
        &["report", "-o", "-"],
        &["report", "-o", "side.html"],
        &["status"],
        &["cases", "--json"],
        &["ledger", "export"],
        &["history", "--format", "csv"],
        &["approve", "1", "--reason", "rigtig"],
        &["run", "-v"],
        &["rnu"],
        &[],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = town.command(args);
        command.stdout(writer.try_clone().unwrap()).stderr(writer);
        let code = command.status().unwrap().code();
        let expected = match args {
            ["report" | "cases", ..] | ["status"] => 3,
            ["rnu"] | [] => 2,
            _ => 0,
        };
        assert_eq!(code, Some(expected), "{args:?}");
    }
    assert_eq!(town.server.received().len(), 1, "the run was carried through");
}
