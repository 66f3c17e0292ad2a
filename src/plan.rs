//! The whole run, decided before anything is done: what `--dry-run` shows is what `run` does. Pure.
//!
//! To each file's own decision this adds what the other files of the run mean for it. Files are ordered by
//! period and path, never by how the folder listed them, so the same folder always gives the same
//! plan; and a file that an earlier one of the run speaks against is treated as if the earlier one had been delivered
//! by a run before.

use std::collections::{HashMap, HashSet};

use crate::digest::Digest;
use crate::model::decision::{Choice, Judgement, Reason};
use crate::model::delivery::{Key, Slot};
use crate::model::policy::{Policy, Rule};
use crate::period::Period;

/// One file, decided by its own facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which of the caller's files it is.
    pub index: usize,
    /// Its path in the drop folder, with `/`.
    pub path: String,
    /// What it is and is for; none where it could not be read.
    pub key: Option<Key>,
    /// Whether its slot takes one file alone.
    pub one_per_period: bool,
    /// The path it would get on the server; none where it could not be read.
    pub remote_path: Option<String>,
    /// What its own facts make of it.
    pub judgement: Judgement,
    /// Whether it goes by one approval where a second file for KP takes two (`policy.two_persons`).
    pub one_approval: bool,
}

/// Decides rows 13 and 14, and answers the files in the order of the run.
///
/// `policy` decides about the same bytes under two slots in one run as it does about two runs. Two files
/// that would get one name on the server are both held, since the second would find the first there; so is one
/// whose name is among `claimed`, those of deliveries that nobody knows the end of yet.
#[must_use]
pub fn plan(mut files: Vec<Candidate>, policy: Policy, claimed: &[String]) -> Vec<Candidate> {
    files.sort_by(|a, b| order(a.key.as_ref(), &a.path).cmp(&order(b.key.as_ref(), &b.path)));
    hold_conflicts(&mut files);
    hold_for_a_second_person(&mut files, policy);
    settle_repeats(&mut files, policy);
    hold_same_names(&mut files, claimed);
    files
}

/// The order of the run: by period, then by path.
#[must_use]
pub fn order<'a>(key: Option<&Key>, path: &'a str) -> (Option<Period>, &'a str) {
    (key.and_then(|key| key.slot.period), path)
}

/// The files that are to be sent, with their key.
fn sends(files: &[Candidate]) -> impl Iterator<Item = (usize, &Candidate, &Key)> {
    let send = |file: &&Candidate| file.judgement.choice == Choice::Send;
    files
        .iter()
        .enumerate()
        .filter_map(move |(i, file)| Some((i, send(&file).then_some(file)?, file.key.as_ref()?)))
}

/// Row 14, for the first file of each digest; row 13 takes the others.
fn hold_conflicts(files: &mut [Candidate]) {
    let mut digests: HashMap<&Slot, HashSet<Digest>> = HashMap::new();
    for (_, file, key) in sends(files) {
        if file.one_per_period && key.slot.period.is_some() {
            digests.entry(&key.slot).or_default().insert(key.digest);
        }
    }
    let held: Vec<usize> = sends(files)
        .filter(|(_, file, key)| {
            file.judgement.reason != Reason::Approved
                && digests.get(&key.slot).is_some_and(|seen| seen.len() > 1)
        })
        .map(|(i, ..)| i)
        .collect();
    let mut seen: HashSet<Option<Key>> = HashSet::new();
    for i in held {
        files[i].judgement = if seen.insert(files[i].key.clone()) {
            judgement(Choice::Hold, Reason::ConflictInRun)
        } else {
            judgement(Choice::Duplicate, Reason::DuplicateInRun)
        };
    }
}

/// Row 12 within the run, where an approval does not pass it: of the files for one slot that one person approved,
/// the first goes and the others fare as if they came a run later.
fn hold_for_a_second_person(files: &mut [Candidate], policy: Policy) {
    let mut gone: HashMap<Slot, Digest> = HashMap::new();
    for file in files.iter_mut().filter(|file| file.judgement.choice == Choice::Send) {
        let Some(key) = file.key.as_ref().filter(|key| file.one_per_period && key.slot.period.is_some())
        else {
            continue;
        };
        let first = *gone.entry(key.slot.clone()).or_insert(key.digest);
        if first != key.digest && file.one_approval && policy.slot_taken == Rule::Hold {
            file.judgement = judgement(Choice::Hold, Reason::SlotTaken);
        }
    }
}

/// Row 13, and row 8 within the run.
fn settle_repeats(files: &mut [Candidate], policy: Policy) {
    let mut slots: HashMap<Digest, Vec<Slot>> = HashMap::new();
    for file in files.iter_mut().filter(|file| file.judgement.choice == Choice::Send) {
        let Some(key) = &file.key else { continue };
        let before = slots.entry(key.digest).or_default();
        if before.contains(&key.slot) {
            file.judgement = judgement(Choice::Duplicate, Reason::DuplicateInRun);
            continue;
        }
        if !before.is_empty() && (file.judgement.reason != Reason::Approved || file.one_approval) {
            match policy.same_content_other_slot {
                Rule::Hold => file.judgement = judgement(Choice::Hold, Reason::SameContentOtherSlot),
                Rule::Skip => file.judgement = judgement(Choice::Skip, Reason::SameContentOtherSlot),
                Rule::Send => {}
            }
        }
        if file.judgement.choice == Choice::Send {
            before.push(key.slot.clone());
        }
    }
}

/// Two files of one run for one name on the server, whatever the case: both are held.
fn hold_same_names(files: &mut [Candidate], claimed: &[String]) {
    let mut names: HashMap<String, usize> = claimed.iter().map(|name| (name.to_lowercase(), 1)).collect();
    let name = |file: &Candidate| file.remote_path.as_ref().map(|path| path.to_lowercase());
    for (_, file, _) in sends(files) {
        *names.entry(name(file).unwrap_or_default()).or_default() += 1;
    }
    let taken: Vec<usize> = sends(files)
        .filter(|(_, file, _)| name(file).is_some_and(|name| names.get(&name).is_some_and(|&n| n > 1)))
        .map(|(i, ..)| i)
        .collect();
    for i in taken {
        files[i].judgement = judgement(Choice::Hold, Reason::RemoteNameTaken);
    }
}

fn judgement(choice: Choice, reason: Reason) -> Judgement {
    Judgement { choice, reason, earlier: None }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
