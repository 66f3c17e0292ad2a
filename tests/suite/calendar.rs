//! KP's runs: exit codes, the opening lines, files of another route, mails to suppliers, and the month's account.

use std::fs;

use crate::support::smtp::{Smtp, Speaks};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

const MAD_SERIES: &str = "name = 'mad'\nfiles = ['mad_*']\ndue = 'run'\ncontact = 'Køkkenet, 99 99 99 98'";
const SECOND: &str = "mad_korsbaek_202304_ny.txt";

/// A town with a run of KP's on the 17th of April, three days from now.
fn town() -> Town {
    let town = Town::new();
    town.set("language", "da").set("calendar.runs", vec!["2023-04-17", "2023-05-15", "2023-06-15"]);
    town.series(MAD_SERIES);
    town
}

#[test]
fn without_a_warning_nobody_is_paged_before_the_run_and_with_one_until_the_file_has_come() {
    let town = town();
    town.run(["run"]).exit(0);
    town.run(["status"])
        .exit(0)
        .stdout_has("mandag den 17. april 2023, om én bankdag")
        .stdout_has("Der mangler: mad (Køkkenet, 99 99 99 98).");
    town.set("calendar.warn_before", "3 banking days");
    let run = town.deliver(3);
    assert_eq!(run["exit_code"], 3);
    town.run(["run"]).exit(3).stdout_has("traekfil ask mad 2023-04");
    let status = town.run(["status", "--json"]).exit(3).json();
    assert_eq!(status["matters"][0]["kind"], "due_soon");
    assert_eq!(status["matters"][0]["key"], "due_soon:mad:2023-04");
    assert_eq!(status["next_run"]["on"], "2023-04-17");
    assert_eq!(status["next_run"]["missing"][0]["series"], "mad");
    town.at("2023-04-17T06:00:00+02:00").run(["run"]).exit(3).stdout_has("I DAG er sidste dag");
    town.file(MAD, MAD_APRIL);
    // What a preview would deliver is not told of as missing.
    town.run(["run", "--dry-run"]).exit(0);
    town.deliver(0);
    town.run(["status"]).exit(0).stdout_has("Alt, hvad der skal med, er leveret.");
    town.at("2023-05-16T06:00:00+02:00")
        .run(["run"])
        .exit(3)
        .stdout_has("skulle være leveret senest 15. maj 2023");
}

#[test]
fn a_held_file_counts_as_missing_with_its_case() {
    let town = town();
    town.set("calendar.warn_before", "5d");
    town.file(MAD, MAD_APRIL);
    town.file(SECOND, MAD_MAY);
    town.run(["run"]).exit(3);
    town.run(["status"])
        .exit(3)
        .stdout_has("mad (tilbageholdt som sag")
        .stdout_has("er tilbageholdt som sag");
}

#[test]
fn a_time_of_day_counts_to_the_minute() {
    let town = town();
    town.set("calendar.runs", vec!["2023-04-17 12:00"])
        .set("calendar.warn_before", "1d")
        .env("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");
    #[cfg(unix)]
    {
        town.at("2023-04-17T11:59:00+02:00").run(["status"]).exit(3).stdout_has("inden kl. 12:00");
        town.at("2023-04-17T12:00:00+02:00")
            .run(["status"])
            .exit(3)
            .stdout_has("senest 17. april 2023 kl. 12:00");
    }
}

#[test]
fn a_calendar_that_ends_is_told_of_and_pages_only_once_it_has_ended() {
    let town = town();
    town.set("calendar.runs", vec!["2023-04-17"]);
    town.file(MAD, MAD_APRIL);
    town.deliver(0);
    town.run(["status"]).exit(0).stdout_has("slutter med 17. april 2023");
    town.run(["check"]).exit(0).stdout_has("? KP's kørsler").stdout_has("slutter med");
    town.at("2023-04-18T06:00:00+02:00");
    town.run(["run"]).exit(3).stdout_has("[calendar] runs");
    town.run(["check"]).exit(3).stdout_has("✗ KP's kørsler");
}

#[test]
fn odd_dates_are_questioned_and_are_no_failure() {
    let town = town();
    town.set("calendar.runs", vec!["2023-04-17", "2023-04-24", "2023-07-31", "2023-12-31"]);
    let check = town.run(["check"]).exit(0).stdout_has("? Er datoen rigtig?");
    let check = check.stdout_has("samme måned").stdout_has("29. december 2023");
    check.stdout_has("maj 2023 til juni 2023");
    town.set("calendar.runs", vec!["31-02-2023"]);
    town.run(["run"]).exit(2).says("[calendar] runs").says("findes ikke");
}

#[test]
fn what_the_supplier_sends_himself_is_held() {
    let town = Town::new();
    town.series("name = 'mad'\nfiles = ['mad_*']\nroute = 'supplier'\ndue_day = 1");
    town.file(MAD, MAD_APRIL);
    let run = town.deliver(3);
    assert_eq!(run["files"][0]["reason"], "other_route");
    assert!(town.server.received().is_empty());
    let hold = run["files"][0]["hold_id"].to_string();
    town.run(["approve", &hold, "--reason", "leverandøren kan ikke sende"]).exit(0);
    town.deliver(0);
    assert_eq!(town.server.received().len(), 1);
}

/// The town with a mail server, and an address of the kitchen's.
fn writing(mail: &Smtp) -> Town {
    let town = Town::new();
    town.set("language", "da")
        .set("notify.mail_to", vec!["kp@korsbaek.example.dk"])
        .set("notify.mail_from", "Korsbæk Kommune <traekfil@korsbaek.example.dk>")
        .set("notify.smtp_host", "127.0.0.1")
        .set("notify.smtp_port", mail.port())
        .set("notify.smtp_tls", "none");
    town.series("name = 'mad'\nfiles = ['mad_*']\ndue_day = 20\nmail = 'Køkkenet <mad@koekken.example.dk>'");
    town.series("name = 'vask'\nfiles = ['vask_*']");
    town
}

#[test]
fn a_supplier_is_asked_in_the_towns_language_and_the_ledger_says_so() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = writing(&mail);
    town.run(["ask", "mad", "--language", "en"])
        .exit(0)
        .stdout_has("Kære Køkkenet")
        .stdout_has("torsdag den 20. april 2023");
    assert_eq!(mail.letters().len(), 0, "nothing is sent unasked");
    let again = town.run(["ask", "mad", "--json"]).exit(0).json();
    assert_eq!(again["asked_before"], "2023-04-14T06:00:00+02:00", "{again:#}");
    town.run(["ask", "MAD", "2023-04", "--send"])
        .exit(0)
        .stdout_has("mad@koekken.example.dk")
        .stdout_has("er også spurgt før: 14. april 2023");
    town.run(["ask", "mad", "2023-03"]).exit(0).stdout_lacks("også spurgt før");
    let letter = mail.letters().pop().unwrap();
    assert_eq!(letter.to, ["mad@koekken.example.dk"]);
    assert!(letter.header("Reply-To").contains("kp@korsbaek.example.dk"), "{}", letter.raw);
    assert!(letter.text().contains("Vi har ikke modtaget jeres trækfil for april 2023"), "{}", letter.text());
    town.run(["status"])
        .exit(0)
        .stdout_has("Spurgt hos leverandørerne:")
        .stdout_has("mail til mad@koekken.example.dk");
    let asked = town.run(["status", "--json"]).exit(0).json();
    assert_eq!(asked["asked"].as_array().unwrap().len(), 4);
    town.run(["ledger", "verify"]).exit(0);
    town.file(MAD, MAD_APRIL);
    town.file(SECOND, MAD_MAY);
    town.deliver(3);
    town.run(["ask", "mad"]).exit(0).stdout_has("Spørgsmål til trækfil").stdout_has("Hvilken gælder?");
    fs::remove_file(town.path("drop").join(SECOND)).unwrap();
    town.deliver(0);
    town.run(["ask", "mad", "2023-04"]).exit(0).stdout_has("Trækfil ønskes igen");
    let to_kitchen = mail.letters().into_iter().filter(|letter| letter.to == ["mad@koekken.example.dk"]);
    assert_eq!(to_kitchen.count(), 1, "only what was to be sent is");
}

#[test]
fn where_there_is_nobody_to_write_to_nothing_is_done() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = writing(&mail);
    town.run(["ask", "vask", "--send"]).exit(2).says("[[series]] mail");
    town.run(["ask", "rejsekort"]).exit(2).says("mad, vask");
    town.file(VASK, VASK_APRIL);
    town.run(["ask", "vask", "2023-04"]).exit(2).says(VASK);
    let other = Town::new();
    other.set("language", "da").series("name = 'mad'\nfiles = ['mad_*']\nmail = 'mad@koekken.example.dk'");
    other.run(["ask", "mad", "--send"]).exit(2).says("smtp_host");
    assert_eq!(mail.letters().len(), 0);
    let asked = town.run(["status", "--json"]).json();
    assert_eq!(asked["asked"].as_array().unwrap().len(), 0);
}

#[test]
fn no_mail_holds_what_could_be_a_cpr_number() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = writing(&mail);
    town.file("mad_202304_000000-0000.txt", MAD_APRIL);
    town.file("mad_202304_000000-0001.txt", MAD_MAY);
    town.deliver(3);
    town.run(["ask", "mad", "--send"]).exit(0).never_says("000000-0000").never_says("412,50");
    let letter = mail.letters().into_iter().find(|letter| letter.to == ["mad@koekken.example.dk"]).unwrap();
    assert!(
        !letter.text().contains("000000-000") && letter.text().contains("******-****"),
        "{}",
        letter.text()
    );
}

#[test]
fn a_months_account_names_what_happened_and_no_cpr_number() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = writing(&mail);
    town.file("mad_202304_000000-0000.txt", MAD_APRIL);
    town.deliver(0);
    town.file(SECOND, MAD_MAY);
    let hold = town.deliver(3)["files"][0]["hold_id"].to_string();
    town.run(["approve", &hold, "--reason", "kommer oveni"]).exit(0);
    town.deliver(0);
    town.run(["ask", "mad", "2023-04"]).exit(0);
    town.file(VASK, VASK_APRIL);
    town.run(["report", "--month", "2023-04", "-o", "april.html"]).exit(0);
    let page = fs::read_to_string(town.path("april.html")).unwrap();
    for text in [
        "april 2023",
        "kommer oveni",
        "nr. 1, 14. april 2023",
        "Trækfil ønskes igen",
        "Gennemgået af",
        "******-****",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("000000-0000") && !page.contains("412,50") && !page.contains(VASK));
    town.run(["report", "--month", "2023-05", "-o", "april.html"]).exit(0);
    assert!(!fs::read_to_string(town.path("april.html")).unwrap().contains("kommer oveni"));
    town.run(["report", "--month", "april", "-o", "x.html"]).exit(2);
}

#[test]
fn what_was_asked_is_found_everywhere_and_outlives_the_ledger() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = writing(&mail);
    town.file(VASK, VASK_APRIL);
    town.deliver(0);
    town.run(["ledger", "backup", "copy.db"]).exit(0);
    town.run(["ask", "mad", "2023-04", "--send"]).exit(0);
    let receipts = || fs::read_to_string(town.path("archive/receipts/2023-04.jsonl")).unwrap();
    assert!(
        receipts().contains("\"attests\":\"asked\""),
        "its line stands there before the answer: {}",
        receipts()
    );
    let history = |args: &[&str]| {
        let json = town.run(["history", "--json"].iter().chain(args)).exit(0).json();
        let entries = json["entries"].as_array().unwrap().clone();
        entries.into_iter().filter(|entry| entry["kind"] == "asked").collect::<Vec<_>>()
    };
    let asked = history(&[]);
    assert_eq!(
        (&asked[0]["asked_id"], &asked[0]["about"], &asked[0]["sent_to"]),
        (&1.into(), &"missing".into(), &"mad@koekken.example.dk".into()),
        "{asked:?}"
    );
    assert_eq!(history(&["--series", "MAD", "--period", "2023-04"]), asked);
    for other in [&["--series", "vask"][..], &["--period", "2023-05"], &["--state", "archived"]] {
        assert!(history(other).is_empty(), "{other:?}");
    }
    town.run(["history"])
        .exit(0)
        .stdout_has("Spurgt hos leverandørerne:")
        .stdout_has("mail til mad@koekken.example.dk");
    let export = town.run(["ledger", "export", "--format", "json"]).exit(0).json();
    assert_eq!(export["entries"].as_array().unwrap().last(), asked.first());

    // A copy from before the question is noticed, and made whole.
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        let _ = fs::remove_file(town.path(name));
    }
    fs::copy(town.path("copy.db"), town.path("ledger.db")).unwrap();
    town.run(["run"]).exit(6).says("Trækfil mangler: mad, april 2023").says("ledger restored");
    town.run(["ledger", "restored"]).exit(0);
    assert_eq!(history(&[]), asked);
    town.run(["ledger", "restored"]).exit(0).stdout_has("Intet er ændret");
    // So is a ledger that is lost, and again.
    for _ in 0..2 {
        fs::remove_file(town.path("ledger.db")).unwrap();
        town.run(["ledger", "rebuild"]).exit(0);
        assert_eq!(history(&[]), asked);
        town.run(["ledger", "verify"]).exit(0);
    }
    town.run(["ask", "mad", "2023-04"]).exit(0);
    assert_eq!(history(&[])[0]["asked_id"], 2);
    // A table that somebody changed is noticed.
    let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    db.execute("UPDATE asked SET sent_to = NULL", []).unwrap();
    drop(db);
    town.run(["status"]).exit(6).says("asked");
}

#[test]
fn a_held_file_says_when_its_supplier_was_asked() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = writing(&mail);
    town.run(["ask", "mad", "2023-04"]).exit(0);
    town.at("2023-04-15T06:00:00+02:00").file(MAD, MAD_APRIL);
    town.deliver(0);
    town.at("2023-04-16T06:00:00+02:00").file(SECOND, MAD_MAY);
    town.deliver(3);
    let held =
        || town.run(["status", "--json"]).exit(3).json()["matters"][0]["text"].as_str().unwrap().to_owned();
    assert!(!held().contains("Leverandøren er spurgt"), "that was about the missing file: {}", held());
    town.at("2023-04-17T06:00:00+02:00").run(["ask", "mad", "2023-04"]).exit(0);
    assert!(held().contains("Leverandøren er spurgt 17. april 2023"), "{}", held());
    town.run(["status"]).exit(3).stdout_has("filen var tilbageholdt");
}

#[test]
fn what_is_overdue_says_how_the_supplier_is_asked() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = writing(&mail);
    town.at("2023-04-21T06:00:00+02:00");
    let run = town.deliver(3);
    let matter = &run["matters"][0];
    assert_eq!((&matter["kind"], &matter["series"]), (&"overdue".into(), &"mad".into()));
    assert_eq!(matter["commands"], serde_json::json!(["traekfil ask mad 2023-04"]), "{matter:#}");
    assert!(mail.letters().pop().unwrap().text().contains("traekfil ask mad 2023-04"));
    town.run(["run"]).exit(3).stdout_has("traekfil ask mad 2023-04");
    town.run(["status"]).exit(3).stdout_has("traekfil ask mad 2023-04");
    // The command works as it stands; and where a file waits to be sent, or KP must be asked, it is not named.
    town.run(["ask", "mad", "2023-04"]).exit(0);
    town.file(MAD, MAD_APRIL);
    let status = town.run(["status", "--json"]).exit(3).json();
    assert_eq!(status["matters"][0]["commands"], serde_json::json!([]), "{status:#}");
}

#[test]
fn letters_and_the_months_account_name_the_town() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = writing(&mail);
    town.run(["ask", "mad"]).exit(0).stdout_has("Med venlig hilsen\nKorsbæk Kommune\n");
    town.set("name", "Korsbæk Kommune, Ældre og Pension");
    town.run(["ask", "mad", "--send"]).exit(0);
    let letter = mail.letters().pop().unwrap();
    assert!(letter.text().trim_end().ends_with("\nKorsbæk Kommune, Ældre og Pension"), "{}", letter.text());
    town.run(["report", "--month", "2023-04", "-o", "april.html"]).exit(0);
    let page = fs::read_to_string(town.path("april.html")).unwrap();
    assert!(page.contains("<p class=\"town\">Korsbæk Kommune, Ældre og Pension</p>"), "{page}");
}
