//! A person is told: by mail, by a program, once a day, and never at the cost of a delivery.

use std::net::TcpListener;

#[cfg(unix)]
use crate::support::aiosmtpd::Aiosmtpd;
use crate::support::output::Output;
use crate::support::server::Rename;
#[cfg(unix)]
use crate::support::smtp::papers;
use crate::support::smtp::{Letter, Smtp, Speaks};
use crate::support::town::{Town, open_to_all};
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

const SECOND: &str = "mad_korsbaek_202304_ny.txt";
const NEXT_DAY: &str = "2023-04-15T00:00:30+02:00";

/// A town that is told by this mail server, in Danish.
fn told_by(mail: &Smtp, tls: &str) -> Town {
    told_at(mail.port(), &mail.authority, tls)
}

fn told_at(port: u16, authority: &str, tls: &str) -> Town {
    let town = Town::new();
    town.secret("smtp-ca.pem", authority);
    town.set("language", "da")
        .set("notify.mail_to", vec!["kp@korsbaek.example.dk", "Drift <drift@korsbaek.example.dk>"])
        .set("notify.mail_from", "traekfil@korsbaek.example.dk")
        .set("notify.smtp_host", "127.0.0.1")
        .set("notify.smtp_port", port)
        .set("notify.smtp_tls", tls);
    if tls != "none" {
        town.set("notify.smtp_ca", "smtp-ca.pem");
    }
    town
}

/// Two different files of April: both are held.
fn held(town: &Town) {
    town.file(MAD, MAD_APRIL);
    town.file(SECOND, MAD_MAY);
}

#[track_caller]
fn only(mail: &Smtp) -> Letter {
    let mut letters = mail.letters();
    assert_eq!(letters.len(), 1, "one mail, with all matters in it: {letters:#?}");
    letters.pop().unwrap()
}

/// Who is told does not depend on the rest of the configuration being right.
#[test]
fn a_configuration_that_is_wrong_is_told_of_where_notify_is_right() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = told_by(&mail, "none");
    town.set("scan.setle", "10s").set("name", "Korsbæk Kommune");
    for _ in 0..2 {
        run(&town).exit(2).says("setle");
    }
    let letter = only(&mail);
    let text = letter.text();
    assert!(text.contains("[scan] setle") && text.contains("Korsbæk Kommune"), "{text}");
    // What is wrong in [notify] itself, or what is only shown, tells nobody.
    town.set("notify.mail_tol", "x");
    run(&town).exit(2);
    town.run(["run", "--dry-run"]).exit(2);
    town.run(["status"]).exit(2);
    assert_eq!(mail.letters().len(), 1);
}

/// A mail is read far from the machine: it says whose it is, and its commands work in any folder there.
#[test]
fn a_mail_names_the_town_and_its_configuration() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = told_by(&mail, "none");
    town.set("name", "Korsbæk Kommune");
    town.series("name = 'mad'\nfiles = ['mad_*']");
    held(&town);
    let json = run(&town).exit(3).json();
    assert_eq!(json["town"], "Korsbæk Kommune");
    assert!(json["host"].is_string(), "{json}");
    let config = std::fs::canonicalize(town.path("config.toml")).unwrap();
    assert_eq!(std::fs::canonicalize(json["config"].as_str().unwrap()).unwrap(), config);
    let letter = only(&mail);
    assert!(letter.header("Subject").contains("Korsbæk Kommune, "), "{letter:#?}");
    let text = letter.text();
    let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("     traekfil ")).collect();
    assert!(commands.len() >= 5, "{text}");
    for command in commands {
        assert!(command.contains(" --config ") && command.contains("config.toml"), "{command}");
    }
}

fn run(town: &Town) -> Output {
    town.run(["run", "--json"])
}

#[test]
#[cfg_attr(
    windows,
    ignore = "wine tells the server's certificate too late for TLS with an authority of our own"
)]
fn held_files_are_told_of_by_mail_under_tls() {
    for (speaks, tls) in [(Speaks::StartTls, "starttls"), (Speaks::Tls, "tls"), (Speaks::Plainly, "none")] {
        let mail = Smtp::start(speaks);
        let town = told_by(&mail, tls);
        town.series("name = 'mad'\nfiles = ['mad_*']");
        held(&town);
        run(&town).exit(3);
        let letter = only(&mail);
        assert_eq!(letter.under_tls, tls != "none", "{tls}");
        assert_eq!(letter.to, ["kp@korsbaek.example.dk", "drift@korsbaek.example.dk"]);
        assert!(letter.raw.is_ascii(), "encoded for every server on the way");
        assert!(letter.header("Subject").starts_with("traekfil: 2 sager venter på dig ("), "{letter:#?}");
        assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
        assert_eq!(letter.header("Content-Type"), "text/plain; charset=utf-8");
        assert_eq!(letter.header("Date"), "Fri, 14 Apr 2023 04:00:00 +0000");
        assert!(letter.header("Message-ID").starts_with('<'), "{letter:#?}");
        let text = letter.text();
        for told in
            [MAD, SECOND, "traekfil approve 1 --reason", "traekfil reject 2 --reason", "der venter på dig"]
        {
            assert!(text.contains(told), "{told} in {text}");
        }
        assert!(!text.contains("412,50") && !text.contains("000000-000"), "no content: {text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80 || line.starts_with("     ")), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn a_mail_server_of_others_takes_it_under_tls() {
    let papers = papers("127.0.0.1");
    let Some(mut server) = Aiosmtpd::start(&papers) else { return };
    let town = told_at(server.port, &papers.authority, "starttls");
    town.series("name = 'mad'\nfiles = ['mad_*']");
    held(&town);
    run(&town).exit(3);
    let mail = server.mail();
    assert_eq!(mail["under_tls"], true, "{mail:#}");
    assert_eq!(mail["to"], serde_json::json!(["kp@korsbaek.example.dk", "drift@korsbaek.example.dk"]));
    let text = |name: &str| mail[name].as_str().unwrap().to_owned();
    let letter = Letter { to: Vec::new(), under_tls: true, user: None, raw: text("raw") };
    assert!(letter.header("Subject").starts_with("traekfil: 2 sager"), "{letter:#?}");
    assert!(letter.text().contains(SECOND) && !letter.text().contains("412,50"), "{}", letter.text());
    town.run(["check", "--send-test-mail"]).exit(0);
    assert_eq!(server.mail()["under_tls"], true);
}

#[test]
#[cfg_attr(
    windows,
    ignore = "wine tells the server's certificate too late for TLS with an authority of our own"
)]
fn the_same_in_english() {
    let mail = Smtp::start(Speaks::StartTls);
    let town = told_by(&mail, "starttls");
    town.set("language", "en").series("name = 'mad'\nfiles = ['mad_*']");
    held(&town);
    run(&town).exit(3);
    let letter = only(&mail);
    assert!(letter.header("Subject").starts_with("traekfil: 2 matters wait for you ("), "{letter:#?}");
    assert!(letter.text().contains("matters that wait for you"), "{}", letter.text());
}

#[test]
fn nothing_is_sent_where_nothing_needs_a_person() {
    let mail = Smtp::start(Speaks::StartTls);
    let town = told_by(&mail, "starttls");
    town.file(MAD, MAD_APRIL);
    run(&town).exit(0);
    run(&town).exit(0);
    held(&town);
    town.run(["run", "--dry-run"]).exit(3);
    assert_eq!(mail.calls(), 0, "a preview tells nobody");
}

#[test]
#[cfg_attr(
    windows,
    ignore = "wine tells the server's certificate too late for TLS with an authority of our own"
)]
fn an_open_matter_is_told_of_once_a_day_and_a_settled_one_no_more() {
    let mail = Smtp::start(Speaks::StartTls);
    let town = told_by(&mail, "starttls");
    town.file("uden_maaned.txt", "x");
    run(&town).exit(3);
    town.at("2023-04-14T23:59:59+02:00");
    run(&town).exit(3);
    assert_eq!((mail.letters().len(), mail.calls()), (1, 1), "once on that day");

    town.file("heller_ikke.txt", "y");
    run(&town).exit(3);
    let both = mail.letters();
    assert_eq!(both.len(), 2, "what is new is told of at once");
    assert!(both[1].text().contains("heller_ikke.txt") && !both[1].text().contains("uden_maaned.txt"));
    assert!(both[1].text().contains("1 sag mere er stadig åben"), "{}", both[1].text());

    town.at(NEXT_DAY);
    run(&town).exit(3);
    run(&town).exit(3);
    let letters = mail.letters();
    assert_eq!(letters.len(), 3, "and again on the next");
    assert!(letters[2].text().contains("heller_ikke.txt") && letters[2].text().contains("uden_maaned.txt"));

    for file in ["uden_maaned.txt", "heller_ikke.txt"] {
        town.run(["reject", file, "--reason", "ikke til KP"]).exit(0);
    }
    town.at("2023-04-16T06:00:00+02:00");
    run(&town).exit(0);
    assert_eq!(mail.letters().len(), 3);
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
#[cfg_attr(
    windows,
    ignore = "wine tells the server's certificate too late for TLS with an authority of our own"
)]
fn a_doubt_comes_with_a_finished_mail_to_kp() {
    let mail = Smtp::start(Speaks::StartTls);
    let town = told_by(&mail, "starttls");
    town.file(MAD, MAD_APRIL);
    town.server.as_embedded().behave(|b| {
        (b.rename, b.rename_times, b.takes_at_once) = (Rename::DoneReplyLost, Some(1), true);
    });
    run(&town).exit(3);
    let text = only(&mail).text();
    for line in [
        "  > Emne: Har I modtaget mad_korsbaek_202304.txt fra os den 14. april 2023 kl. 06:00?",
        "  >   Størrelse:         50 bytes",
        "  >   Navn på serveren:  ind/mad_korsbaek_202304.txt",
        "  >   2. Nej, vi har ikke modtaget filen, og den ligger ikke på serveren.",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[cfg(unix)]
#[test]
fn a_number_in_a_name_that_could_be_somebodys_is_masked() {
    let mail = Smtp::start(Speaks::StartTls);
    let town = told_by(&mail, "starttls");
    let log = town.path("besked.txt");
    tell_by_program(&town, &format!("cat > {}", log.display()));
    town.file("ret_000000-0001.txt", "x");
    town.file("ret_0000000002_x.txt", "y");
    run(&town).exit(3);
    for text in [only(&mail).text(), only(&mail).raw, told_to_program(&town, "besked.txt")] {
        assert!(!text.contains("000000-0001") && !text.contains("0000000002"), "{text}");
    }
    assert!(only(&mail).text().contains("ret_******-****.txt"), "{}", only(&mail).text());
}

#[test]
#[cfg_attr(
    windows,
    ignore = "wine tells the server's certificate too late for TLS with an authority of our own"
)]
fn a_login_is_used_and_a_wrong_one_is_told() {
    for speaks in [Speaks::StartTls, Speaks::Tls] {
        let mail = Smtp::with(speaks, Some(("traekfil", "sesam-æøå")), "127.0.0.1");
        let town = told_by(&mail, if speaks == Speaks::Tls { "tls" } else { "starttls" });
        town.set("notify.smtp_user", "traekfil").set("notify.smtp_password_file", "kode");
        town.secret("kode", "sesam-æøå\n");
        town.file("uden_maaned.txt", "x");
        run(&town).exit(3);
        assert_eq!(only(&mail).user.as_deref(), Some("traekfil"));

        town.env("TRAEKFIL_SMTP_PASSWORD", "forkert-1234").at(NEXT_DAY);
        let refused = run(&town).exit(1);
        assert_eq!(refused.json()["exit_code"], 1);
        refused
            .says("afviste login")
            .says("smtp_user")
            .never_says("sesam")
            .never_says("forkert-1234")
            .plain();
        // It does not count as told, so the next run tries again.
        town.env("TRAEKFIL_SMTP_PASSWORD", "");
        run(&town).exit(3);
        assert_eq!(mail.letters().len(), 2);
    }
}

#[test]
fn without_a_password_for_its_login_somebody_is_told() {
    let mail = Smtp::with(Speaks::StartTls, Some(("traekfil", "sesam")), "127.0.0.1");
    let town = told_by(&mail, "starttls");
    town.set("notify.smtp_user", "traekfil");
    town.file("uden_maaned.txt", "x");
    run(&town).exit(1).says("smtp_password_file");
    open_to_all(&town.secret("kode", "sesam"));
    town.set("notify.smtp_password_file", "kode");
    run(&town).exit(2).says(if cfg!(windows) { "icacls" } else { "chmod 600" }).never_says("sesam");
    assert!(mail.letters().is_empty());
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let others = Smtp::start(Speaks::StartTls);
    let elsewhere = Smtp::with(Speaks::StartTls, None, "mail.andeby.example.dk");
    for (mail, authority) in
        [(&others, ""), (&others, &*elsewhere.authority), (&elsewhere, &*elsewhere.authority)]
    {
        let town = told_by(mail, "starttls");
        town.secret("smtp-ca.pem", authority);
        if authority.is_empty() {
            town.unset("notify.smtp_ca");
        }
        town.file(MAD, MAD_APRIL);
        town.file("uden_maaned.txt", "x");
        run(&town).exit(1).says("smtp_ca").plain();
        assert_eq!(town.server.received().len(), 1, "delivered all the same");
        assert!(mail.letters().is_empty());
    }
}

#[test]
fn a_server_without_starttls_gets_no_mail() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = told_by(&mail, "starttls");
    town.file("uden_maaned.txt", "x");
    run(&town).exit(1).says("127.0.0.1");
    assert!(mail.letters().is_empty());
}

#[test]
fn what_a_mail_server_says_is_escaped() {
    let mail = Smtp::start(Speaks::Refusing);
    let town = told_by(&mail, "none");
    town.file("uden_maaned.txt", "x");
    run(&town).exit(1).says("nobody of that name").plain();
}

#[test]
#[cfg_attr(
    windows,
    ignore = "wine tells the server's certificate too late for TLS with an authority of our own"
)]
fn a_mail_server_that_is_away_costs_no_delivery() {
    let mail = Smtp::start(Speaks::StartTls);
    let town = told_by(&mail, "starttls");
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    town.set("notify.smtp_port", free);
    town.file(VASK, VASK_APRIL);
    town.file("uden_maaned.txt", "x");
    town.run(["run"]).exit(1).stdout_has(VASK).says("mailserveren 127.0.0.1").plain();
    assert_eq!(town.server.received().len(), 1);
    let last = town.run(["ledger", "verify"]);
    last.exit(0);
    town.set("notify.smtp_port", mail.port());
    run(&town).exit(3);
    assert!(only(&mail).text().contains("uden_maaned.txt"));
}

#[test]
#[cfg_attr(
    windows,
    ignore = "wine tells the server's certificate too late for TLS with an authority of our own"
)]
fn what_could_not_be_delivered_is_told_of_once_a_day() {
    let mail = Smtp::start(Speaks::StartTls);
    let town = told_by(&mail, "starttls");
    let port = town.server.port();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    town.set("sftp.port", free);
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    run(&town).exit(4);
    run(&town).exit(4);
    let text = only(&mail).text();
    assert!(text.contains(MAD) && text.contains(VASK), "{text}");
    assert!(only(&mail).header("Subject").contains("1 sag venter"), "one cause, one matter");
    town.at(NEXT_DAY);
    run(&town).exit(4);
    assert_eq!(mail.letters().len(), 2);
    town.set("sftp.port", port);
    run(&town).exit(0);
    assert_eq!(mail.letters().len(), 2);
}

#[test]
#[cfg_attr(
    windows,
    ignore = "wine tells the server's certificate too late for TLS with an authority of our own"
)]
fn a_run_that_came_to_no_end_is_told_of_without_its_ledger() {
    let mail = Smtp::start(Speaks::StartTls);
    let town = told_by(&mail, "starttls");
    town.file(MAD, MAD_APRIL);
    run(&town).exit(0);
    let whole = std::fs::read(town.path("ledger.db")).unwrap();
    std::fs::write(town.path("ledger.db"), "ikke et regnskab").unwrap();
    run(&town).exit(6);
    run(&town).exit(6);
    assert!(only(&mail).text().contains("Kørslen kunne ikke gennemføres"), "{}", only(&mail).text());
    town.at(NEXT_DAY);
    run(&town).exit(6);
    assert_eq!(mail.letters().len(), 2);
    std::fs::write(town.path("ledger.db"), whole).unwrap();
    run(&town).exit(0);
    std::fs::write(town.path("ledger.db"), "ikke et regnskab").unwrap();
    run(&town).exit(6);
    assert_eq!(mail.letters().len(), 3, "it had been mended, and is broken anew");

    // The drop folder is missing: without a notice nobody would know that nothing is delivered.
    let mail = Smtp::start(Speaks::StartTls);
    let town = told_by(&mail, "starttls");
    std::fs::remove_dir(town.path("drop")).unwrap();
    run(&town).exit(2);
    assert!(only(&mail).text().contains("[folders] drop"), "{}", only(&mail).text());
}

#[test]
#[cfg_attr(
    windows,
    ignore = "wine tells the server's certificate too late for TLS with an authority of our own"
)]
fn a_file_that_kp_leaves_is_told_of() {
    let mail = Smtp::start(Speaks::StartTls);
    let town = told_by(&mail, "starttls");
    town.set("alert.not_picked_up_after", "2d");
    town.file(MAD, MAD_APRIL);
    run(&town).exit(0);
    town.at("2023-04-17T06:00:00+02:00");
    run(&town).exit(3);
    let text = only(&mail).text();
    assert!(text.contains(MAD) && text.contains("stadig på KP's server"), "{text}");
}

#[test]
#[cfg_attr(
    windows,
    ignore = "wine tells the server's certificate too late for TLS with an authority of our own"
)]
fn once_a_month_that_all_is_delivered() {
    let mail = Smtp::start(Speaks::StartTls);
    let town = told_by(&mail, "starttls");
    town.set("notify.monthly", true)
        .series("name = 'mad'\nfiles = ['mad_*']\ndue_day = 20")
        .series("name = 'vask'\nfiles = ['vask_*']\ndue_day = 25")
        .series("name = 'andet'\nfiles = ['andet_*']");
    town.file(MAD, MAD_APRIL);
    run(&town).exit(0);
    assert_eq!(mail.calls(), 0, "the laundry's is missing");
    town.file(VASK, VASK_APRIL);
    run(&town).exit(0);
    assert!(only(&mail).header("Subject").starts_with("traekfil: alt for 2023-04 er leveret"));
    for day in ["2023-04-14T07:00:00+02:00", "2023-04-15T06:00:00+02:00", "2023-05-02T06:00:00+02:00"] {
        town.at(day);
        run(&town).exit(0);
    }
    assert_eq!(mail.letters().len(), 1);
}

#[test]
#[cfg_attr(
    windows,
    ignore = "wine tells the server's certificate too late for TLS with an authority of our own"
)]
fn check_tries_the_mail_server_and_sends_a_test_where_that_is_asked_for() {
    let mail = Smtp::with(Speaks::StartTls, Some(("traekfil", "sesam")), "127.0.0.1");
    let town = told_by(&mail, "starttls");
    town.set("notify.smtp_user", "traekfil").env("TRAEKFIL_SMTP_PASSWORD", "sesam");
    town.run(["check"]).exit(0).stdout_has("✓ Mailserver nået: 127.0.0.1");
    assert!(mail.letters().is_empty());
    town.run(["check", "--send-test-mail"]).exit(0).stdout_has("kp@korsbaek.example.dk").plain();
    assert!(only(&mail).header("Subject").starts_with("traekfil: prøvebesked"));
    assert!(only(&mail).text().contains("Dette er en prøve"));
    town.env("TRAEKFIL_SMTP_PASSWORD", "forkert");
    let refused = town.run(["check", "--json"]).exit(1);
    let checks = refused.json()["checks"].clone();
    let line = checks.as_array().unwrap().iter().find(|check| check["name"] == "mail").unwrap();
    assert_eq!(line["ok"], false, "{checks:#}");

    let town = Town::new();
    town.run(["check", "--send-test-mail", "--language", "da"]).exit(2).stdout_has("[notify] er tomt");
}

/// Sets a shell script as the town's `notify.command`.
#[cfg(unix)]
fn tell_by_program(town: &Town, script: &str) {
    town.set("notify.command", vec!["sh", "-c", script]);
}

#[cfg(unix)]
fn told_to_program(town: &Town, log: &str) -> String {
    std::fs::read_to_string(town.path(log)).unwrap_or_default()
}

#[cfg(unix)]
#[test]
fn a_program_gets_the_message_and_how_many_matters_it_names() {
    let town = Town::new();
    town.set("language", "da").env("TRAEKFIL_PASSWORD", "sesam1234");
    tell_by_program(
        &town,
        "cat >> besked.txt; echo \"[$TRAEKFIL_MATTERS|$TRAEKFIL_PASSWORD]\" >> besked.txt; echo støj",
    );
    town.file("uden_maaned.txt", "x");
    run(&town).exit(3);
    run(&town).exit(3);
    let text = told_to_program(&town, "besked.txt");
    assert!(text.starts_with("traekfil: 1 sag venter på dig ("), "{text}");
    assert!(text.contains("uden_maaned.txt") && text.ends_with("[1|]\n"), "{text}");
    assert_eq!(text.matches("uden_maaned.txt").count(), 1, "once a day: {text}");
    town.run(["check", "--send-test-mail"]).exit(0).stdout_has("✓ Program til beskeder");
    assert!(told_to_program(&town, "besked.txt").contains("Dette er en prøve"));
}

#[cfg(unix)]
#[test]
fn a_program_that_fails_is_told_and_tried_again() {
    let town = Town::new();
    town.set("language", "da");
    tell_by_program(&town, "echo x >> kald; exit 7");
    town.file("uden_maaned.txt", "x");
    run(&town).exit(1).says("programmet sh").says("7");
    run(&town).exit(1);
    assert_eq!(told_to_program(&town, "kald"), "x\nx\n");
    town.set("notify.command", vec!["/findes/ikke"]);
    run(&town).exit(1).says("/findes/ikke");
    town.run(["check"]).exit(1).stdout_has("✗ Program til beskeder: /findes/ikke findes ikke");
}

#[cfg(unix)]
#[test]
fn what_one_way_took_is_not_sent_on_it_again_since_the_other_failed() {
    let mail = Smtp::start(Speaks::StartTls);
    let town = told_by(&mail, "starttls");
    tell_by_program(&town, "exit 1");
    town.file("uden_maaned.txt", "x");
    run(&town).exit(1);
    run(&town).exit(1);
    assert_eq!(mail.letters().len(), 1);
    tell_by_program(&town, "cat > besked.txt");
    run(&town).exit(3);
    assert_eq!(mail.letters().len(), 1);
    assert!(told_to_program(&town, "besked.txt").contains("uden_maaned.txt"));
}

#[test]
fn a_plan_that_is_not_there_is_told_at_the_keyboard_alone() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = told_by(&mail, "none");
    held(&town);
    let before = town.snapshot();
    town.run(["run", "--plan", "tastefejl.json"]).exit(2).says("tastefejl.json");
    assert_eq!((mail.calls(), town.snapshot()), (0, before));
}
