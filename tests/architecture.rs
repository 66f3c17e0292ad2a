//! The floors of the house, as `docs/architecture.md` draws them: which room may use which, and which rooms are pure.
//!
//! [`source`] reads the rooms and their uses from `src/`. Test modules are left out, since they may use everything.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

#[path = "architecture/source.rs"]
mod source;

use source::House;

/// The rooms, floor by floor from the top. A room uses rooms of its own floor or of those below it.
const FLOORS: [&[&str]; 19] = [
    &["main"],
    &["commands"],
    &["output"],
    &["cli"],
    &["run"],
    &["report", "notify"],
    &["deliver"],
    &["overview"],
    &["archive"],
    &["wording"],
    &["remote"],
    &["document", "drop_folder", "secrets", "config"],
    &["ledger"],
    &["platform"],
    &["plan", "decide", "delivery"],
    &["records"],
    &["model"],
    &["messages"],
    &["names", "series", "period", "calendar", "template", "digest", "exit", "clock", "failpoint"],
];

/// Rooms, and files of other rooms, that do no input or output and read no clock: what they need is handed in.
const PURE: [&str; 16] = [
    "plan",
    "decide",
    "delivery",
    "records",
    "model",
    "messages",
    "names",
    "series",
    "period",
    "calendar",
    "template",
    "digest",
    "exit",
    "remote::sftp::packet",
    "platform::access",
    "platform::names",
];

/// What no pure room may name.
const IMPURE: [&str; 9] = [
    "std::fs",
    "std::net",
    "std::process",
    "rusqlite",
    "ssh2",
    "SystemTime::now",
    "Instant::now",
    "Utc::now",
    "Local::now",
];

/// Rooms that decide, and so hold reasons as types: the sentences for them are in `wording`.
const WORDLESS: [&str; 11] = [
    "plan", "decide", "delivery", "records", "model", "names", "series", "period", "calendar", "template",
    "digest",
];

fn room(module: &str) -> &str {
    module.split("::").next().unwrap()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// Groups in which everything reaches everything else by `uses`, of two and more.
fn circles<'a>(uses: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<BTreeSet<&'a str>> {
    let reached = |from: &'a str| {
        let mut seen = BTreeSet::new();
        let mut next = vec![from];
        while let Some(at) = next.pop() {
            next.extend(uses.get(at).into_iter().flatten().filter(|used| seen.insert(**used)));
        }
        seen
    };
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        uses.keys().map(|&module| (module, reached(module))).collect();
    let circle = |module: &&'a str| -> BTreeSet<&'a str> {
        reach[module].iter().filter(|other| reach[**other].contains(module)).copied().collect()
    };
    let found: BTreeSet<_> = uses.keys().map(circle).filter(|circle| circle.len() > 1).collect();
    found.into_iter().collect()
}

#[test]
fn every_file_has_a_floor() {
    let house = House::read();
    assert!(house.files.len() > 100, "only {} files were read", house.files.len());
    let lost: BTreeSet<&str> =
        house.files.keys().map(|module| room(module)).filter(|room| floor(room).is_none()).collect();
    assert!(lost.is_empty(), "rooms without a floor: {lost:?}");
}

#[test]
fn no_room_uses_one_above_it() {
    let house = House::read();
    let (mut upward, mut count) = (BTreeSet::new(), 0);
    for module in house.files.keys() {
        for used in house.uses(module) {
            count += 1;
            if floor(room(used)) < floor(room(module)) {
                upward.insert(format!("{module} uses {used}"));
            }
        }
    }
    assert!(count > 300, "only {count} uses were found");
    assert!(upward.is_empty(), "{} uses lead upward:\n{}", upward.len(), list(&upward));
}

#[test]
fn no_rooms_use_each_other() {
    let house = House::read();
    let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for module in house.files.keys() {
        let rooms = uses.entry(room(module)).or_default();
        rooms.extend(house.uses(module).into_iter().map(room).filter(|used| *used != room(module)));
    }
    let found = circles(&uses);
    assert!(found.is_empty(), "rooms in a circle: {found:#?}");
}

/// A child may use its parent, whose types it adds to; the two count as one file.
#[test]
fn no_files_use_each_other() {
    let house = House::read();
    let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for module in house.files.keys() {
        let is_above = |used: &&str| module.strip_prefix(used).is_some_and(|rest| rest.starts_with("::"));
        uses.insert(module, house.uses(module).into_iter().filter(|used| !is_above(used)).collect());
    }
    let found = circles(&uses);
    assert!(found.is_empty(), "files in a circle: {found:#?}");
}

#[test]
fn pure_rooms_are_pure() {
    let house = House::read();
    let is_in = |module: &str, rooms: &[&str]| {
        rooms.iter().any(|room| {
            module.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
    };
    let mut impure = BTreeSet::new();
    for (module, file) in house.files.iter().filter(|(module, _)| is_in(module, &PURE)) {
        for path in &file.paths {
            let path = format!("::{}::", path.join("::"));
            let named = IMPURE.iter().find(|word| path.contains(&format!("::{word}::")));
            impure.extend(named.map(|word| format!("{module} names {word}")));
        }
        for used in house.uses(module) {
            if is_in(module, &WORDLESS) && is_in(used, &["messages", "wording"]) {
                impure.insert(format!("{module} holds sentences: it uses {used}"));
            } else if !is_in(used, &PURE) && !["clock", "failpoint"].contains(&used) {
                impure.insert(format!("{module} uses {used}, which is not pure"));
            }
        }
    }
    assert!(impure.is_empty(), "{} places are not pure:\n{}", impure.len(), list(&impure));
}

/// A program that is started gets none of the secrets in its environment: see `secrets::withheld_from`.
#[test]
fn every_program_is_started_without_the_secrets() {
    let (mut started, mut with) = (0, BTreeSet::new());
    for (module, code) in source::code() {
        for (at, _) in code.match_indices("Command::new(") {
            started += 1;
            if !code[..at].ends_with("withheld_from(") {
                with.insert(module.clone());
            }
        }
    }
    assert!(started >= 4, "only {started} were found");
    assert!(with.is_empty(), "these start a program with the secrets:\n{}", list(&with));
}

fn list(lines: &BTreeSet<String>) -> String {
    lines.iter().flat_map(|line| ["  ", line, "\n"]).collect()
}

#[test]
fn circles_are_found() {
    let uses = BTreeMap::from([
        ("a", BTreeSet::from(["b"])),
        ("b", BTreeSet::from(["c"])),
        ("c", BTreeSet::from(["a", "d"])),
        ("d", BTreeSet::new()),
    ]);
    assert_eq!(circles(&uses), [BTreeSet::from(["a", "b", "c"])]);
}
