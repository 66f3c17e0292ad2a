//! Compares what KP got with what the program says: each file once, or in doubt and named.

use std::fs;

use serde_json::Value;

use crate::sha256;
use crate::support::town::Town;

/// A file of the drop folder: its name and content.
pub type File = (String, String);

/// Puts `count` files of April into the folder, each with a content of its own.
pub fn files(town: &Town, count: usize) -> Vec<File> {
    // Letters, since digits could be read as a period.
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    (0..count)
        .map(|n| {
            let name = format!("{}{}_korsbaek_202304.txt", letter(n / 26), letter(n));
            let content = format!("fil nummer {n};000000-0000;412,50\n");
            town.file(&name, &content);
            (name, content)
        })
        .collect()
}

/// Runs until nothing is left that a run can do, and checks every file. A delivery that is then in doubt must have been named
/// with exit code 3; it is resolved by what KP really got. Answers how many there were.
#[track_caller]
pub fn comes_to_rest(town: &Town, files: &[File]) -> usize {
    town.server.as_embedded().all_gone();
    // A preview must work after a killed run.
    town.run(["run", "--dry-run"]).exit_in(&[0, 3]);
    let ran = town.run(["run", "--json"]);
    let exit = ran.exit_in(&[0, 3]);
    let in_doubt = account(town, files);
    assert_eq!(exit == 3, !in_doubt.is_empty(), "a doubt is exit 3, and nothing else is: {}", ran.out());
    let named = in_doubt.first().map_or_else(String::new, |_| town.run(["run"]).exit(3).out());
    for (id, path) in &in_doubt {
        assert!(named.contains(path), "{path} is named as in doubt: {named}");
        let answer = if times(town, path) == 1 { "--delivered" } else { "--not-delivered" };
        town.run(["resolve", &id.to_string(), answer, "--reason", "KP er spurgt"]).exit(0);
    }
    if !in_doubt.is_empty() {
        town.run(["run"]).exit(0);
        assert!(account(town, files).is_empty());
    }
    assert_eq!(town.deliver(0)["files"], Value::Array(Vec::new()), "nothing is left to do");
    everything_once(town, files);
    in_doubt.len()
}

/// Checks that KP has each file once with its own content, the drop folder is empty, and the archive has each file and its
/// receipt.
#[track_caller]
pub fn everything_once(town: &Town, files: &[File]) {
    let mut planned: Vec<_> =
        files.iter().map(|(name, text)| (format!("ind/{name}"), text.clone())).collect();
    planned.sort();
    assert_eq!(town.server.received(), planned);
    assert_eq!(town.dropped(), [""; 0]);
    let mut archived: Vec<_> = files.iter().map(|(name, _)| format!("2023-04/{name}")).collect();
    archived.sort();
    assert_eq!(town.archived(), archived);
    let receipts = fs::read_to_string(town.path("archive/receipts/2023-04.jsonl")).unwrap();
    for (name, content) in files {
        assert!(receipts.contains(&sha256(content)), "a receipt of {name} in {receipts}");
    }
}

/// Checks that each file went at most once, and is either delivered and put away, or in doubt and still in the folder.
/// Answers those in doubt, as delivery and path.
#[track_caller]
fn account(town: &Town, files: &[File]) -> Vec<(i64, String)> {
    let history = town.run(["history", "--json", "--limit", "1000"]).exit(0).json();
    let entries = history["entries"].as_array().unwrap();
    let dropped = town.dropped();
    let mut in_doubt = Vec::new();
    for (name, content) in files {
        let of = |states: &[&str]| -> Vec<&Value> {
            let fits =
                |entry: &&Value| entry["path"] == **name && states.iter().any(|s| entry["state"] == **s);
            entries.iter().filter(fits).collect()
        };
        let got = times(town, name);
        assert!(got <= 1, "{name} reached KP {got} times");
        let (done, doubt) = (of(&["delivered", "archived"]), of(&["in_doubt"]));
        assert_eq!(done.len() + doubt.len(), 1, "{name} is delivered or in doubt, once: {history:#}");
        for entry in done.iter().chain(&doubt) {
            assert_eq!(entry["sha256"], sha256(content), "{name}");
        }
        if let [doubt] = doubt[..] {
            assert!(dropped.contains(name), "{name} is in doubt and stays");
            in_doubt.push((doubt["delivery_id"].as_i64().unwrap(), name.clone()));
        } else {
            assert_eq!(done[0]["state"], "archived", "{name}");
            assert_eq!(got, 1, "{name} is delivered");
            assert!(!dropped.contains(name), "{name} is put away");
        }
    }
    assert_eq!(town.server.as_embedded().leftovers(), [""; 0]);
    in_doubt
}

fn times(town: &Town, name: &str) -> usize {
    let path = format!("ind/{name}");
    town.server.as_embedded().inbox().iter().filter(|file| file.path == path).count()
}
