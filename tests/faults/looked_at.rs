//! `status` while a run is halted at a failpoint, and after it was killed there.

use serde_json::{Value, json};

use crate::halted::halt;
use crate::support::snapshot::Snapshot;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL};

const POINTS: [&str; 11] = [
    "run_started",
    "looked",
    "uploading",
    "stored",
    "announced",
    "publishing",
    "renamed",
    "delivered",
    "put_away",
    "archived",
    "done",
];

fn status(town: &Town, exits: &[i32]) -> Value {
    let ran = town.run(["status", "--json"]);
    ran.exit_in(exits);
    ran.json()
}

/// The town's files without the ledger's `-shm` file, which every SQLite reader changes.
fn files(town: &Town) -> Snapshot {
    let mut files = town.snapshot();
    files.remove(std::path::Path::new("ledger.db-shm"));
    files
}

#[test]
fn a_run_under_way_needs_no_person_and_a_broken_off_one_shows() {
    for point in POINTS {
        let town = Town::new();
        town.file(MAD, MAD_APRIL);
        let halted = halt(&town, &["run"], point).ok().unwrap();
        let before = files(&town);
        let seen = status(&town, &[0]);
        let said = town.run(["status", "--language", "da"]).exit(0).out();
        assert_eq!(files(&town), before, "{point}");
        assert!(said.contains("er i gang"), "{point}: {said}");
        assert_eq!(
            (&seen["matters"], &seen["run_under_way"]),
            (&json!([]), &json!(true)),
            "{point}: {seen:#}"
        );
        assert!(!said.contains("dublet"), "{point}: {said}");

        halted.kill();
        let seen = status(&town, &[0, 3]);
        let said = town.run(["status", "--language", "da"]).out();
        assert!(said.contains("blev afbrudt"), "{point}: {said}");
        assert_eq!(seen["run_under_way"], false, "{point}");
        // What became of the file is unknown until the next run has asked the server.
        let open = ["announced", "publishing", "renamed"].contains(&point);
        let keys: Vec<&Value> =
            seen["matters"].as_array().unwrap().iter().map(|matter| &matter["key"]).collect();
        let held = json!(format!("held:{MAD}"));
        assert_eq!(keys, if open { vec![&held] } else { vec![] }, "{point}");
        town.run(["run"]).exit(0);
        let said = town.run(["status", "--language", "da"]).exit(0).stdout_has("✓ 14.");
        said.stdout_has("alt gik godt").stdout_lacks("dublet");
    }
}
