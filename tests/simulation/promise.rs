//! What must be true whatever happened: compares what the program says with what KP really got.

use std::collections::BTreeMap;

use traekfil::config::{Config, Disposal, Publish};
use traekfil::digest::Digest;
use traekfil::ledger::LedgerReader;
use traekfil::ledger::query::Filter;
use traekfil::model::decision::Reason;
use traekfil::model::delivery::State;
use traekfil::model::ledger::Delivery;
use traekfil::model::run_report::{FileOutcome, FileReport, RunReport};

use crate::folder::{Key, key};
use crate::records;
use crate::world::{Visible, World, is_hidden};

fn key_of(visible: &Visible) -> Key {
    key(visible.path.trim_start_matches("ind/"), &visible.bytes)
}

/// Whether KP got the file of a delivery; none if it got a part of it.
pub fn at_kp(world: &World, delivery: &Delivery) -> Option<bool> {
    let mine = |visible: &&Visible| delivery.remote_path.as_ref() == Some(&visible.path);
    if got(world, delivery) {
        return Some(true);
    }
    let in_part = world.visible.iter().filter(mine).any(|visible| !visible.whole);
    (!in_part).then_some(false)
}

fn got(world: &World, delivery: &Delivery) -> bool {
    world.visible.iter().any(|visible| {
        visible.whole
            && delivery.remote_path.as_ref() == Some(&visible.path)
            && Digest::of(&visible.bytes) == delivery.key.digest
    })
}

/// What must be true at every moment.
pub fn check(world: &mut World, config: &Config, ledger: &LedgerReader) {
    let deliveries = ledger.history(&Filter::default()).unwrap();
    let mut broken = Vec::new();
    broken.extend(twice(world));
    if world.folder.has_records {
        broken.extend(records::taken_twice(world).0);
    }
    broken.extend(lost(world, config));
    broken.extend(falsely_delivered(world, &deliveries));
    broken.extend(unaccounted(world, &deliveries));
    for what in broken {
        world.violated(what);
    }
}

/// Each key became visible at KP at most once.
fn twice(world: &World) -> Vec<String> {
    let mut times: BTreeMap<Key, usize> = BTreeMap::new();
    // A direct write that broke before its first byte has no content, so it stands for no key.
    for visible in world.visible.iter().filter(|visible| visible.whole || !visible.bytes.is_empty()) {
        *times.entry(key_of(visible)).or_default() += 1;
    }
    times
        .into_iter()
        .filter(|(_, n)| *n > 1)
        .map(|(key, n)| format!("KP got {} {n} times", shown(&key)))
        .collect()
}

/// Every file ever dropped is at KP, or in the folder, or was taken back by the supplier; and what left
/// the folder lies in the archive.
fn lost(world: &World, config: &Config) -> Vec<String> {
    let here: Vec<Key> = world.folder.files().iter().map(|(name, bytes)| key(name, bytes)).collect();
    let archived = world.folder.archived();
    let keeps =
        config.originals.delivered == Disposal::Archive && config.originals.duplicates != Disposal::Delete;
    let mut broken = Vec::new();
    for key in world.folder.dropped.iter().filter(|key| !world.folder.withdrawn.contains(key)) {
        if here.contains(key) {
            continue;
        }
        if !world.visible.iter().any(|visible| key_of(visible) == *key) {
            broken.push(format!("{} left the folder, and KP never got it", shown(key)));
        }
        if keeps && !archived.contains(&key.1) {
            broken.push(format!("{} is in neither folder nor archive", shown(key)));
        }
    }
    broken
}

/// What the ledger calls delivered, KP got: these bytes under this name.
fn falsely_delivered(world: &World, deliveries: &[Delivery]) -> Vec<String> {
    deliveries
        .iter()
        .filter(|delivery| delivery.state.is_delivered() && !got(world, delivery))
        .map(|delivery| format!("delivery {} of {} never came to KP", delivery.id, delivery.path))
        .collect()
}

/// For everything that KP got there is a delivery; a direct write that broke is in doubt.
fn unaccounted(world: &World, deliveries: &[Delivery]) -> Vec<String> {
    let answers = |delivery: &&Delivery, visible: &Visible| match world.publish {
        Publish::Rename => {
            delivery.temporary.as_ref() == Some(&visible.via)
                && Digest::of(&visible.bytes) == delivery.key.digest
                // What came after a person's word keeps its key.
                && (delivery.state.is_delivered() || delivery.state.is_unclear() || !delivery.temporary_is_gone())
        }
        Publish::Direct => {
            delivery.remote_path.as_ref() == Some(&visible.path)
                && if visible.whole {
                    delivery.state.is_delivered() || delivery.state.is_unclear()
                } else {
                    matches!(delivery.state, State::Publishing | State::InDoubt | State::NotDelivered)
                }
        }
    };
    world
        .visible
        .iter()
        .filter(|visible| !deliveries.iter().any(|delivery| answers(&delivery, visible)))
        .map(|visible| format!("no delivery answers for {} from {}", visible.path, visible.via))
        .collect()
}

/// A run that comes to its end says of every file how it fared, and calls none delivered that KP has not got.
pub fn check_report(world: &mut World, report: &RunReport) {
    let mut broken = Vec::new();
    for file in &report.files {
        *world.tally.entry(fate(file.outcome)).or_default() += 1;
        let delivered = || {
            world.visible.iter().any(|visible| {
                visible.whole
                    && Some(&visible.path) == file.remote_path.as_ref()
                    && Some(Digest::of(&visible.bytes)) == file.sha256
            })
        };
        match file.outcome {
            None => broken.push(format!("{} is told without its fate", file.path)),
            Some(FileOutcome::Delivered) if !delivered() => {
                broken.push(format!("{} is not at KP", file.path));
            }
            Some(FileOutcome::Failed) if file.error.is_none() => {
                broken.push(format!("{} fails without a word", file.path));
            }
            Some(_) => {}
        }
    }
    let lines: Vec<String> = report
        .files
        .iter()
        .map(|file| {
            format!(
                "  {}: {:?} {} {}",
                file.path,
                file.outcome,
                file.reason.name(),
                file.error.as_deref().unwrap_or("")
            )
        })
        .collect();
    for line in lines {
        world.tell(line);
    }
    for what in broken {
        world.violated(what);
    }
}

fn fate(fate: Option<FileOutcome>) -> &'static str {
    match fate {
        None => "none",
        Some(FileOutcome::Delivered) => "delivered",
        Some(FileOutcome::Failed) => "failed",
        Some(FileOutcome::InDoubt) => "in doubt",
        Some(FileOutcome::Held) => "held",
        Some(FileOutcome::Waiting) => "waiting",
        Some(FileOutcome::Duplicate) => "duplicate",
        Some(FileOutcome::Skipped) => "skipped",
    }
}

/// After two runs without faults: what is left in the folder waits for a person, by name, and nothing else is open.
pub fn check_nothing_forgotten(world: &mut World, ledger: &LedgerReader, report: &RunReport) {
    let mut broken = Vec::new();
    for delivery in ledger.open_deliveries().unwrap() {
        if delivery.state != State::InDoubt {
            broken.push(format!("delivery {} is left {:?}", delivery.id, delivery.state));
        } else if !report.in_doubt.iter().any(|told| told.id == delivery.id) {
            broken.push(format!("nobody is told that delivery {} is in doubt", delivery.id));
        }
    }
    for delivery in ledger.history(&Filter { state: Some(State::Abandoned), ..Filter::default() }).unwrap() {
        // What the server refused to remove is noted; an answer for no reason may have hidden it.
        if delivery.why.as_deref() == Some(Delivery::TEMPORARY_LEFT) || world.weather.anyhow {
            continue;
        }
        let Some(temporary) = delivery.temporary.filter(|path| is_hidden(path)) else { continue };
        if world.server.contains_key(&temporary) && !world.strays.contains(&temporary) {
            broken.push(format!("{temporary} is left on the server"));
        }
    }
    let in_doubt = |digest| report.in_doubt.iter().any(|delivery| Some(delivery.key.digest) == digest);
    let at_kp = |key: &Key| world.visible.iter().any(|visible| key_of(visible) == *key);
    for (name, bytes) in world.folder.files() {
        let key = key(&name, &bytes);
        let Some(file) = report.files.iter().find(|file| file.path == name) else {
            broken.push(format!("{name} is forgotten"));
            continue;
        };
        let twin_waits = || {
            report.files.iter().any(|other| {
                other.sha256 == file.sha256
                    && (&other.series, other.period) == (&file.series, file.period)
                    && matches!(other.outcome, Some(FileOutcome::Held | FileOutcome::InDoubt))
            })
        };
        let accounted = match file.outcome {
            Some(FileOutcome::Held) => file.reason != Reason::InDoubt || in_doubt(file.sha256),
            Some(FileOutcome::InDoubt | FileOutcome::Skipped) => true,
            Some(FileOutcome::Duplicate) => at_kp(&key) || twin_waits(),
            Some(FileOutcome::Waiting) => keeps_waiting(world, ledger, file),
            Some(FileOutcome::Delivered | FileOutcome::Failed) | None => false,
        };
        if !accounted {
            broken.push(format!("{name} ends {:?} ({})", file.outcome, file.reason.name()));
        }
    }
    let (lost, others): (Vec<_>, Vec<_>) =
        report.warnings.iter().partition(|warning| is_nowhere(world, ledger, &warning.path));
    let waiting = report.files.iter().any(|file| file.outcome == Some(FileOutcome::Waiting));
    let exits: &[u8] = match lost.is_empty() {
        true if waiting => &[4],
        true => &[0, 3],
        false => &[1],
    };
    if !others.is_empty() || !exits.contains(&report.exit_code) {
        broken.push(format!("a run without faults ends {}: {:?}", report.exit_code, report.warnings));
    }
    for what in broken {
        world.violated(what);
    }
}

/// Whether a file rightly waits, told with a command for a person: KP got the earlier delivery after all, or somebody's
/// file stands at the name that was written directly.
fn keeps_waiting(world: &World, ledger: &LedgerReader, file: &FileReport) -> bool {
    let Some(earlier) = &file.earlier else { return false };
    let told = file.error.as_deref().is_some_and(|error| error.contains("--not-delivered"));
    ledger.delivery(earlier.delivery_id).unwrap().is_some_and(|delivery| {
        let blocked = delivery.temporary.as_ref().is_some_and(|name| world.server.contains_key(name));
        told && (blocked || at_kp(world, &delivery) != Some(false))
    })
}

/// Whether an original of that name was found gone, and its bytes are indeed nowhere: then a person must be told.
fn is_nowhere(world: &World, ledger: &LedgerReader, path: &str) -> bool {
    let here = |digest: Digest| {
        let files = [&world.folder.drop, &world.folder.archive].into_iter().flat_map(walkdir::WalkDir::new);
        files
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .any(|entry| Digest::of(&std::fs::read(entry.path()).unwrap()) == digest)
    };
    let all = ledger.history(&Filter::default()).unwrap();
    let gone =
        |delivery: &&Delivery| delivery.path == path && delivery.why.as_deref() == Some("original_gone");
    all.iter().filter(gone).any(|delivery| !here(delivery.key.digest))
}

fn shown((slot, bytes): &Key) -> String {
    format!("{slot} {:?}", String::from_utf8_lossy(bytes))
}
