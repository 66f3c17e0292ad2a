//! Numbers that could be somebody's CPR number: masked in what leaves the machine, and never taken into the ledger as
//! part of a reason.

use std::fs;

#[cfg(unix)]
use crate::support::server::Rename;
#[cfg(unix)]
use crate::support::smtp::{Smtp, Speaks};
#[cfg(unix)]
use crate::support::terminal::Terminal;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL};

/// No such number was given out: the day is one of replacement numbers, and there is no such serial number.
const NUMBERS: [&str; 6] =
    ["610101-0000", "6101010000", "61.01.01-0000", "610101 -- 0000", "610101\u{a0}0000", "61 01 01 / 00 00"];

#[test]
fn a_reason_with_a_cpr_number_is_refused_and_not_repeated() {
    let town = Town::new();
    town.file("uden_maaned.txt", "x");
    town.run(["run"]).exit(3);
    town.file(MAD, MAD_APRIL);
    let before = town.snapshot();
    for number in NUMBERS {
        let reason = format!("aftalt om {number} i telefonen");
        for command in [
            &["approve", "1", "--reason", &reason][..],
            &["reject", "uden_maaned.txt", "--reason", &reason],
            &["withdraw", "1", "--reason", &reason],
            &["resolve", "1", "--delivered", "--reason", &reason],
            &["resolve", "1", "--not-delivered", "--reason", &reason],
            &["adopt", MAD, "--reason", &reason],
            &["ledger", "restored", "--reason", &reason],
            &["ledger", "retire", "--reason", &reason],
        ] {
            let refused = town.run(command).exit(2).says("CPR").plain();
            for part in [number, "0000", "00 00"] {
                assert!(!refused.err().contains(part), "{command:?}: {}", refused.err());
            }
        }
        let refused = town.run(["approve", "1", "--json", "--reason", &reason]).exit(2);
        assert!(!refused.out().contains("0000") && !refused.err().contains("0000"), "{reason}");
    }
    assert_eq!(before, town.snapshot(), "nothing was touched");
    town.run(["reject", "1", "--language", "da", "--reason", "610101-0000"]).exit(2).says("uden nummeret");
    for reason in ["Aftalt 12.11.2023 09:15 på 12 34 56 78", "os error 2147942405", "bilag 0000001234"] {
        town.file("uden_maaned.txt", reason);
        town.run(["run"]).exit(3);
        town.run(["reject", "uden_maaned.txt", "--reason", reason]).exit(0);
        assert!(town.run(["history", "--json"]).json().to_string().contains(reason));
    }
    assert!(!fs::read(town.path("ledger.db")).unwrap().windows(6).any(|six| six == b"610101"));
}

#[cfg(unix)]
#[test]
fn a_reason_with_one_is_refused_in_the_questions_too_and_asked_for_again() {
    let town = Town::new();
    town.file("uden_maaned.txt", "x");
    town.run(["run"]).exit(3);
    let before = town.snapshot();
    for number in NUMBERS {
        let mut terminal = Terminal::start(&mut town.command(["cases", "--language", "da"]), 80);
        terminal.types(&format!("afvis\naftalt om {number} i telefonen\n"));
        terminal.shows("uden nummeret");
        terminal.types("\n");
        let (code, screen) = terminal.finish();
        assert_eq!(code, Some(3), "{number}: {screen}");
        assert!(screen.contains("Intet blev afgjort"), "{number}: {screen}");
    }
    assert_eq!(before, town.snapshot(), "nothing was touched");
    let mut terminal = Terminal::start(&mut town.command(["cases", "--language", "da"]), 80);
    terminal.types("afvis\naftalt om 610101-0000\naftalt i telefonen\n");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(0), "{screen}");
    assert!(!fs::read(town.path("ledger.db")).unwrap().windows(6).any(|six| six == b"610101"));
}

#[cfg(unix)]
#[test]
fn the_finished_mail_in_a_notice_has_none_either() {
    const NAME: &str = "mad_610101-0007_korsbaek_202304.txt";
    let mail = Smtp::start(Speaks::Plainly);
    let town = Town::new();
    town.set("language", "da")
        .set("notify.mail_to", vec!["kp@korsbaek.example.dk"])
        .set("notify.mail_from", "traekfil@korsbaek.example.dk")
        .set("notify.smtp_host", "127.0.0.1")
        .set("notify.smtp_port", mail.port())
        .set("notify.smtp_tls", "none")
        .set("notify.command", vec!["sh", "-c", "cat > besked.txt"]);
    town.file(NAME, MAD_APRIL);
    town.server.as_embedded().behave(|b| {
        (b.rename, b.rename_times, b.takes_at_once) = (Rename::DoneReplyLost, Some(1), true);
    });
    town.run(["run"]).exit(3);
    let told = fs::read_to_string(town.path("besked.txt")).unwrap();
    for text in [mail.letters().pop().unwrap().text(), told] {
        let (matters, _) = text.split_once("--head").unwrap();
        assert!(!matters.contains("610101") && !matters.contains("0007"), "{matters}");
        let quoted = matters.lines().filter(|line| line.starts_with("  > ") && line.contains("******-****"));
        assert!(quoted.count() >= 3, "subject, name and name on the server, in {matters}");
        assert!(matters.contains("Størrelse:         50 bytes"), "{matters}");
    }
}

#[cfg(unix)]
#[test]
fn no_way_of_writing_one_in_a_name_passes_into_a_notice() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = Town::new();
    town.set("language", "da")
        .set("notify.mail_to", vec!["kp@korsbaek.example.dk"])
        .set("notify.mail_from", "traekfil@korsbaek.example.dk")
        .set("notify.smtp_host", "127.0.0.1")
        .set("notify.smtp_port", mail.port())
        .set("notify.smtp_tls", "none")
        .set("notify.command", vec!["sh", "-c", "cat > besked.txt"]);
    let names = [
        "a 61.01.01-0007.txt",
        "b_610101_0007.txt",
        "c_610101--0007.txt",
        "d_610101 - 0007.txt",
        "e_610101\u{a0}0007.txt",
        "f_61 01 01 00 07.txt",
        "g_610101\n0007.txt",
        "h_610101\u{200b}0007.txt",
        "et navn der er saa langt at linjen brydes lige her i nummeret 610101 0007.txt",
    ];
    for name in names {
        town.file(name, name);
    }
    town.run(["run"]).exit(3);
    let told = fs::read_to_string(town.path("besked.txt")).unwrap();
    for text in [mail.letters().pop().unwrap().text(), told] {
        let (matters, _) = text.split_once("--head").unwrap();
        for part in ["610101", "61.01", "61 01", "0007", "00 07"] {
            assert!(!matters.contains(part), "{part} in {matters}");
        }
        assert_eq!(matters.matches("******").count(), 7, "{matters}");
    }
}

#[test]
fn a_notice_about_many_files_names_two_hundred_and_they_are_held_by_one_event() {
    let town = Town::new();
    let mail = crate::support::smtp::Smtp::start(crate::support::smtp::Speaks::Plainly);
    town.set("language", "da")
        .set("notify.mail_to", vec!["kp@korsbaek.example.dk"])
        .set("notify.mail_from", "traekfil@korsbaek.example.dk")
        .set("notify.smtp_host", "127.0.0.1")
        .set("notify.smtp_port", mail.port())
        .set("notify.smtp_tls", "none");
    for n in 0..230 {
        town.file(format!("fil_x{n}x.txt"), n.to_string());
    }
    town.run(["run"]).exit(3);
    let letter = mail.letters().pop().unwrap();
    assert!(letter.header("Subject").contains("230 sager"), "{letter:#?}");
    let text = letter.text();
    let named = (0..230).filter(|n| text.contains(&format!("fil_x{n}x.txt"))).count();
    assert_eq!(named, 200);
    assert!(text.contains("30 sager mere venter på dig og er ikke nævnt her."), "{text}");
    let held = || {
        let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
        let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        let events = "SELECT count(*) FROM events WHERE body LIKE '%\"event\":\"";
        let many = count(&format!("{events}holds\"%'"));
        let single = count(&format!("{events}held\"%'")) + count(&format!("{events}hold_ended\"%'"));
        (many, single, count("SELECT count(*) FROM holds WHERE ended_at IS NULL"))
    };
    assert_eq!(held(), (1, 0, 230));
    // Those that were only counted have been told of as well.
    town.run(["run"]).exit(3);
    assert_eq!(mail.letters().len(), 1);
    for n in 0..230 {
        fs::remove_file(town.path(format!("drop/fil_x{n}x.txt"))).unwrap();
    }
    town.run(["run"]).exit(0);
    assert_eq!(held(), (2, 0, 0), "and let go by one");
}
