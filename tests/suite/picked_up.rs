//! Whether KP takes what it is given.

use serde_json::Value;

use crate::support::output::entry;
use crate::support::server::{Answer, Ask, Odd, When};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

/// A town that minds when KP leaves a file for more than two days, with one file delivered.
fn delivered() -> Town {
    let town = Town::new();
    town.set("alert.not_picked_up_after", "2d");
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town
}

fn picked_up_at(town: &Town, n: usize) -> Value {
    let history = town.run(["history", "--json"]).exit(0).json();
    history["entries"][n]["picked_up_at"].clone()
}

#[test]
fn a_file_that_kp_takes_is_noted_once() {
    let town = delivered();
    assert_eq!(picked_up_at(&town, 0), Value::Null);
    town.server.as_embedded().empty();
    town.at("2023-04-15T06:00:00+02:00");
    town.run(["run"]).exit(0);
    assert_eq!(picked_up_at(&town, 0), "2023-04-15T06:00:00+02:00");
    // Nothing is left to ask about, so nobody calls the server.
    let calls = town.server.connections();
    town.at("2023-04-25T06:00:00+02:00");
    town.run(["run"]).exit(0);
    assert_eq!(town.server.connections(), calls);
    assert_eq!(picked_up_at(&town, 0), "2023-04-15T06:00:00+02:00");

    town.run(["history", "--language", "da"]).exit(0).never_says("hentet");
    town.run(["history", "-v", "--language", "da"])
        .exit(0)
        .stdout_has("hentet af KP senest 15. april 2023 kl. 06:00");
    town.run(["history", "-v", "--language", "en"]).exit(0).stdout_has("taken by KP by 15 April 2023 06:00");
    let csv = town.run(["ledger", "export"]).exit(0).out();
    assert!(csv.lines().next().unwrap().contains("delivered_at,picked_up_at,who"), "{csv}");
    assert!(csv.contains(",2023-04-15T06:00:00+02:00,,"), "{csv}");
}

#[test]
fn a_file_that_kp_leaves_is_told_of_with_its_name() {
    let town = delivered();
    town.at("2023-04-16T06:00:00+02:00");
    town.run(["run"]).exit(0).never_says("ligger stadig");
    town.at("2023-04-16T06:00:01+02:00");
    town.run(["run", "--language", "da"]).exit(3).stdout_has(MAD).says("ligger stadig").plain();
    town.run(["run", "--quiet", "--language", "en"]).exit(3).stdout_has(MAD).says("still lies on");
    town.run(["run", "--dry-run", "--language", "da"]).exit(3).stdout_has(MAD).says("ligger stadig");
    let calls = town.server.connections();
    town.run(["status", "--language", "da"]).exit(3).stdout_has(MAD).says("ligger stadig").plain();
    let matters = town.run(["status", "--json"]).exit(3).json()["matters"].clone();
    assert_eq!(
        (&matters[0]["key"], &matters[0]["kind"]),
        (&"not_picked_up:1".into(), &"not_picked_up".into())
    );
    assert_eq!(town.server.connections(), calls, "known without asking");
    assert_eq!(town.server.received().len(), 1, "it is not sent again");
    town.server.as_embedded().empty();
    town.run(["run"]).exit(0);
}

#[test]
fn nobody_asks_where_it_is_not_to_be_watched() {
    let town = delivered();
    town.unset("alert.not_picked_up_after").at("2023-05-01T06:00:00+02:00");
    town.server.as_embedded().empty();
    let calls = town.server.connections();
    town.run(["run"]).exit(0);
    assert_eq!(town.server.connections(), calls);
    assert_eq!(picked_up_at(&town, 0), Value::Null);
}

#[test]
fn a_server_that_cannot_be_asked_is_no_error_of_its_own() {
    let town = delivered();
    let port = town.server.port();
    // A port that nobody listens at.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    town.set("sftp.port", free).at("2023-04-15T06:00:00+02:00");
    town.run(["run"]).exit(0);
    town.set("sftp.port", port);
    town.server.as_embedded().empty();
    town.run(["run"]).exit(0);
    assert_eq!(picked_up_at(&town, 0), "2023-04-15T06:00:00+02:00");
}

#[test]
fn a_name_that_was_given_again_was_free() {
    let town = Town::new();
    town.set("alert.not_picked_up_after", "2d").set("sftp.remote_name", "mad.txt");
    town.file(MAD, MAD_APRIL);
    town.unset("alert.not_picked_up_after").run(["run"]).exit(0);
    town.server.as_embedded().empty();
    town.at("2023-05-12T06:00:00+02:00");
    town.file("mad_korsbaek_202305.txt", MAD_MAY);
    town.run(["run"]).exit(0);
    town.set("alert.not_picked_up_after", "40d");
    town.run(["run"]).exit(0);
    assert_eq!(picked_up_at(&town, 1), "2023-05-12T06:00:00+02:00", "April's, the newest first");
    assert_eq!(picked_up_at(&town, 0), Value::Null, "May's lies there");
}

#[test]
fn what_was_delivered_long_ago_is_not_looked_for() {
    let town = delivered();
    town.server.as_embedded().empty();
    town.at("2023-07-01T06:00:00+02:00");
    let calls = town.server.connections();
    town.run(["run"]).exit(0);
    assert_eq!((town.server.connections(), picked_up_at(&town, 0)), (calls, Value::Null));
}

#[test]
fn a_receiver_that_takes_at_once_is_seen_at_once() {
    let town = Town::new();
    town.set("alert.not_picked_up_after", "2d");
    town.server.as_embedded().behave(|b| b.takes_at_once = true);
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    let run = town.deliver(0);
    assert_eq!(entry(&run, VASK)["outcome"], "delivered");
    assert_eq!(picked_up_at(&town, 0), "2023-04-14T06:00:00+02:00");
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn a_server_that_ends_each_session_early_is_asked_about_all_files() {
    let town = Town::new();
    town.set("alert.not_picked_up_after", "2d").set("sftp.timeout", "5s");
    for n in 1..=7 {
        town.file(format!("mad{n}_202304.txt"), n.to_string());
    }
    town.deliver(0);
    town.server.as_embedded().empty();
    town.server.as_embedded().behave(|b| b.odd = vec![Odd(Ask::Lstat, When::After(3), Answer::HangsUp)]);
    town.at("2023-04-15T06:00:00+02:00").deliver(0);
    for n in 0..7 {
        assert_eq!(picked_up_at(&town, n), "2023-04-15T06:00:00+02:00", "{n}");
    }
}
