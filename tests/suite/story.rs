//! April in Korsbæk Kommune, from the first delivery to the month in which nobody emptied the folder.

use std::fs;
use std::thread;
use std::time::Duration;

use chrono::DateTime;
use serde_json::{Value, json};

use crate::support::output::{Running, assert_decided, entry};
use crate::support::servers::on_both_servers;
use crate::support::town::{NOW, Town};
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

fn april(town: &Town) {
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
}

fn kp_has_april_once(town: &Town) {
    let april = [(format!("ind/{MAD}"), MAD_APRIL.into()), (format!("ind/{VASK}"), VASK_APRIL.into())];
    assert_eq!(town.server.received(), april);
}

fn april_is_delivered_and_put_away(town: &Town) {
    april(town);
    town.run(["run"]).exit(0).stdout_has(MAD).stdout_has(VASK).plain();
    kp_has_april_once(town);
    assert!(town.dropped().is_empty());
    assert_eq!(town.archived(), [format!("2023-04/{MAD}"), format!("2023-04/{VASK}")]);
    assert_eq!(std::fs::read_to_string(town.path("archive/2023-04").join(MAD)).unwrap(), MAD_APRIL);
    let nothing = town.deliver(0);
    assert_eq!(nothing["files"], json!([]));
}

fn json_says_all_of_it(town: &Town) {
    april(town);
    let run = town.deliver(0);
    assert_eq!(run["schema"], 1);
    assert!(run["run_id"].as_i64().is_some(), "{run:#}");
    assert_eq!(run["dry_run"], false);
    for moment in ["started_at", "finished_at"] {
        let told = DateTime::parse_from_rfc3339(run[moment].as_str().unwrap()).unwrap();
        assert_eq!(told, DateTime::parse_from_rfc3339(NOW).unwrap(), "{moment}");
    }
    let mut mad = entry(&run, MAD).clone();
    let id = mad.as_object_mut().unwrap().remove("delivery_id").unwrap();
    assert!(id.as_i64().is_some(), "{run:#}");
    assert_eq!(
        mad,
        json!({
            "path": MAD, "size": MAD_APRIL.len(), "sha256": crate::sha256(MAD_APRIL),
            "series": "mad_korsbaek_*.txt", "period": "2023-04",
            "decision": "send", "reason": "new", "reasons": ["new"], "outcome": "delivered",
            "remote_path": format!("ind/{MAD}"), "hold_id": null, "earlier": null, "error": null
        })
    );
    assert_decided(&run, VASK, "send", "new", "delivered");
    assert_eq!(run["recovered"], json!([]));
    let bytes = MAD_APRIL.len() + VASK_APRIL.len();
    assert_eq!(
        run["summary"],
        json!({"send": 2, "duplicate": 0, "hold": 0, "wait": 0, "skip": 0, "delivered": 2, "failed": 0, "in_doubt": 0, "bytes": bytes})
    );
    assert_eq!(run["exit_code"], 0);
}

fn nobody_empties_the_folder(town: &Town) {
    april(town);
    let first = town.deliver(0);
    april(town);
    let again = town.deliver(0);
    assert_decided(&again, MAD, "duplicate", "already_delivered", "duplicate");
    assert_decided(&again, VASK, "duplicate", "already_delivered", "duplicate");
    let earlier = &entry(&again, MAD)["earlier"];
    assert_eq!(earlier["delivery_id"], entry(&first, MAD)["delivery_id"]);
    assert_eq!(earlier["period"], "2023-04");
    assert_eq!(earlier["series"], "mad_korsbaek_*.txt");
    assert!(DateTime::parse_from_rfc3339(earlier["delivered_at"].as_str().unwrap()).is_ok());
    assert_eq!(again["summary"]["duplicate"], 2);
    kp_has_april_once(town);
}

fn in_may_april_lies_there_still(town: &Town) {
    april(town);
    town.run(["run"]).exit(0);
    town.at("2023-05-12T06:00:00+02:00");
    april(town);
    town.file("mad_korsbaek_202305.txt", MAD_MAY);
    let run = town.deliver(0);
    assert_decided(&run, MAD, "duplicate", "already_delivered", "duplicate");
    assert_decided(&run, "mad_korsbaek_202305.txt", "send", "new", "delivered");
    assert_eq!(town.server.received().len(), 3, "each month's file once");
}

fn aprils_bytes_under_mays_name_are_held(town: &Town) {
    april(town);
    let first = town.deliver(0);
    town.at("2023-05-12T06:00:00+02:00");
    town.file("mad_korsbaek_202305.txt", MAD_APRIL);
    let run = town.deliver(3);
    let reason = "same_content_other_slot";
    assert_decided(&run, "mad_korsbaek_202305.txt", "hold", reason, "held");
    let held = entry(&run, "mad_korsbaek_202305.txt");
    assert!(!held["hold_id"].is_null(), "{run:#}");
    assert_eq!(held["earlier"]["delivery_id"], entry(&first, MAD)["delivery_id"]);
    assert_eq!(held["earlier"]["period"], "2023-04");
    assert_eq!(town.dropped(), ["mad_korsbaek_202305.txt"]);
    kp_has_april_once(town);
}

fn a_second_different_april_is_held(town: &Town) {
    april(town);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_MAY);
    let run = town.deliver(3);
    assert_decided(&run, MAD, "hold", "slot_taken", "held");
    let text = town.run(["run"]).exit(3).says(MAD);
    let id = id_text(&entry(&run, MAD)["hold_id"]);
    text.says(&id);
    kp_has_april_once(town);
}

/// A folder with a Danish name, a run that is cut off between the rename and its record, the same file again, and a
/// correction.
fn a_danish_folder_and_a_run_that_is_killed(town: &Town) {
    let folder = town.path("Trækfiler på Sølyst/mappe æøå");
    fs::create_dir_all(&folder).unwrap();
    town.set("folders.drop", folder.to_str().unwrap()).set("folders.archive", "Arkiv æøå");
    fs::rename(town.path("archive"), town.path("Arkiv æøå")).unwrap();
    let put = |text: &str| fs::write(folder.join(MAD), text).unwrap();
    put(MAD_APRIL);
    let sign = town.path("her");
    let mut command = town.command(["run"]);
    command.env("TRAEKFIL_WAIT_AT", format!("renamed:{}", sign.display()));
    let mut run = Running::start(&mut command);
    while !town.path("her.reached").exists() {
        assert!(!run.is_over(), "it halts before its end");
        thread::sleep(Duration::from_millis(1));
    }
    run.kill();
    let next = town.deliver(0);
    assert_eq!(next["recovered"][0]["to"], "delivered", "{next:#}");
    put(MAD_APRIL);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    put(MAD_MAY);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
    assert!(town.path("Arkiv æøå/2023-04").join(MAD).exists());
    town.run(["ledger", "verify"]).exit(0);
}

/// The id as text for a command line.
pub fn id_text(id: &Value) -> String {
    match id {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => panic!("{other} is no id"),
    }
}

on_both_servers! {
    april_is_delivered_and_put_away
    a_danish_folder_and_a_run_that_is_killed
    json_says_all_of_it
    nobody_empties_the_folder
    in_may_april_lies_there_still
    aprils_bytes_under_mays_name_are_held
    a_second_different_april_is_held
}

#[test]
fn a_server_that_is_away_gets_it_next_time() {
    let town = Town::new();
    april(&town);
    town.server.as_embedded().behave(|b| b.unreachable = true);
    let run = town.deliver(4);
    assert_decided(&run, MAD, "send", "new", "failed");
    assert!(entry(&run, MAD)["error"].is_string(), "{run:#}");
    assert_eq!(run["summary"]["failed"], 2);
    assert_eq!(town.dropped(), [MAD, VASK]);
    town.server.as_embedded().behave(|b| b.unreachable = false);
    let run = town.deliver(0);
    assert_decided(&run, MAD, "send", "new", "delivered");
    kp_has_april_once(&town);
}

#[test]
fn a_port_where_nobody_listens_is_no_harm() {
    let town = Town::new();
    april(&town);
    // A port that is bound but not listening: nobody else can use it, and connections are refused.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let _inside = runtime.enter();
    let closed = tokio::net::TcpSocket::new_v4().unwrap();
    closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    town.set("sftp.port", closed.local_addr().unwrap().port());
    town.run(["run"]).exit(4).says("127.0.0.1");
    assert_eq!(town.dropped(), [MAD, VASK]);
}

#[test]
fn a_wrong_host_key_ends_it_before_any_login() {
    let town = Town::new();
    april(&town);
    let pinned = town.server.fingerprint();
    town.server.as_embedded().change_host_key();
    town.run(["run"]).exit(4).says(&town.server.fingerprint()).says(&pinned);
    let counts = town.server.as_embedded().counts();
    assert!(counts.connections > 0, "the server was asked for its key");
    assert_eq!(counts.logins_tried, 0);
    assert_eq!(town.dropped(), [MAD, VASK]);
}

#[test]
fn a_delivery_leaves_nothing_else_behind() {
    let town = Town::new();
    april(&town);
    town.run(["run"]).exit(0);
    let server = town.server.as_embedded();
    assert_eq!(server.leftovers(), [""; 0]);
    let counts = server.counts();
    assert_eq!(counts.attribute_changes, 0, "many receivers cannot bear them");
    assert_eq!(counts.fsyncs, 2);
    assert_eq!(counts.written, (MAD_APRIL.len() + VASK_APRIL.len()) as u64);
    assert!(counts.most_connections <= 2, "no more than there are files");
}

/// Ctrl-C, and what ends a service or a terminal, end a run after the batch that is under way: it says what is left, and the next
/// run sends that and no more.
#[cfg(unix)]
#[test]
fn a_run_that_is_asked_to_stop_leaves_the_rest_to_the_next_run() {
    use rustix::process::Signal;
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        asked_to_stop(signal);
    }
}

#[cfg(unix)]
fn asked_to_stop(signal: rustix::process::Signal) {
    let town = Town::new();
    // More than one batch.
    let name = |n: u32| format!("mad{n}_202304.txt");
    for n in 0..515 {
        town.file(name(n), format!("fil {n}"));
    }
    let halt = format!("uploading:{}", town.path("her").display());
    let mut command = town.command(["run", "--json", "--language", "da"]);
    let child = command.env("TRAEKFIL_WAIT_AT", halt).spawn().unwrap();
    while !town.path("her.reached").exists() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, signal).unwrap();
    fs::write(town.path("her.go"), "").unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(4), "{said}");
    assert!(said.contains("515 filer") && said.contains("næste"), "{said}");
    let run: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!((&run["summary"]["delivered"], &run["summary"]["failed"]), (&512.into(), &3.into()));
    let failed = run["files"].as_array().unwrap().iter().find(|file| file["outcome"] == "failed").unwrap();
    assert!(failed["error"].as_str().unwrap().contains("Ctrl-C"), "{failed}");
    assert_eq!(town.server.received().len(), 512);
    assert_eq!(town.deliver(0)["summary"]["delivered"], 3);
    let mut received: Vec<String> = town.server.received().into_iter().map(|(path, _)| path).collect();
    received.dedup();
    assert_eq!(received.len(), 515, "each of them once");
}
