//! The whole run, decided before anything is done: what `--dry-run` shows is what `run` does. Pure.
//!
//! To each file's own decision this adds what the other files of the run mean for it. Files are ordered by
//! period and name, never by how the folder listed them, so the same folder always gives the same
//! plan; and a file that an earlier one of the run speaks against is treated as if the earlier one had been delivered
//! by a run before. A file that is held all the same learns what the others have against it, so that who approves it
//! knows; and it speaks against the others, since nobody has said yet which of them counts.

use std::collections::{HashMap, HashSet};

use crate::decide::history::History;
use crate::digest::Digest;
use crate::model::decision::{Choice, Judgement, Reason};
use crate::model::delivery::{Key, Slot};
use crate::model::policy::{Policy, Rule};
use crate::names::{Core, comparable};
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
    /// What is left of its name without its period and the marks of copies; none where it has no period.
    pub core: Option<Core>,
    /// Whether its slot takes one file alone.
    pub one_per_period: bool,
    /// The path it would get on the server; none where it could not be read.
    pub remote_path: Option<String>,
    /// What its own facts make of it.
    pub judgement: Judgement,
    /// The reasons that a person has approved.
    pub covered: Vec<Reason>,
    /// Whether it goes by one approval where a second file for KP takes two (`policy.two_persons`).
    pub one_approval: bool,
}

impl Candidate {
    /// Whether it counts for the others: it is to be sent, or waits for a person who may let it go.
    fn counts(&self) -> bool {
        self.judgement.choice == Choice::Send
            || self.judgement.is_held_to_be_approved() && self.judgement.reason != Reason::Rejected
    }

    /// Its place in the run, see [`order`].
    fn order(&self) -> (Option<Period>, bool, &str) {
        order(self.key.as_ref(), self.core.as_ref(), &self.path)
    }

    /// Whether a person approved it, this reason among others.
    fn is_approved_for(&self, reason: Reason) -> bool {
        self.judgement.reason == Reason::Approved && self.covered.contains(&reason)
    }
}

/// Decides about duplicates and conflicts among the files, and answers them in the order of the run.
///
/// `policy` decides about the same bytes under two slots in one run as it does about two runs. `history` tells which
/// series come together, and so are no look-alikes. Two files that would get one name on the server are both held, since
/// the second would find the first there; so is one whose name is among `claimed`, those of deliveries that nobody knows
/// the end of yet.
#[must_use]
pub fn plan(
    mut files: Vec<Candidate>,
    policy: Policy,
    history: &History,
    claimed: &[String],
) -> Vec<Candidate> {
    files.sort_by(|a, b| a.order().cmp(&b.order()));
    hold_conflicts(&mut files, history);
    hold_for_a_second_person(&mut files, policy);
    settle_repeats(&mut files, policy, history);
    hold_same_names(&mut files, claimed);
    files
}

/// The order of the run: by period, then names without the marks of copies before those with one, so that of two equal files the
/// original goes, then by path.
#[must_use]
pub fn order<'a>(key: Option<&Key>, core: Option<&Core>, path: &'a str) -> (Option<Period>, bool, &'a str) {
    (key.and_then(|key| key.slot.period), core.is_some_and(Core::is_marked), path)
}

/// The files that are to be sent, with their key.
fn sends(files: &[Candidate]) -> impl Iterator<Item = (usize, &Candidate, &Key)> {
    let send = |file: &&Candidate| file.judgement.choice == Choice::Send;
    files
        .iter()
        .enumerate()
        .filter_map(move |(i, file)| Some((i, send(&file).then_some(file)?, file.key.as_ref()?)))
}

/// Conflicts, for the first file of each digest: the others are its duplicates.
fn hold_conflicts(files: &mut [Candidate], history: &History) {
    let rivals = with_a_rival(files, history);
    let mut seen: HashSet<Option<Key>> = HashSet::new();
    for at in rivals {
        let file = &mut files[at];
        if file.judgement.choice == Choice::Hold {
            file.judgement.also(Reason::ConflictInRun);
        } else if file.is_approved_for(Reason::ConflictInRun) {
            // The person saw that there were others.
        } else if seen.insert(file.key.clone()) {
            file.judgement = judgement(Choice::Hold, Reason::ConflictInRun);
        } else {
            file.judgement = judgement(Choice::Duplicate, Reason::DuplicateInRun);
        }
    }
}

/// The files, as indices, whose slot takes one file and has another digest in this run, or a look-alike with one where the slot of
/// either takes one file.
fn with_a_rival(files: &[Candidate], history: &History) -> Vec<usize> {
    let mut digests: HashMap<&Slot, HashSet<Digest>> = HashMap::new();
    let mut alike: HashMap<(Period, String), Vec<&Candidate>> = HashMap::new();
    for (file, key, period) in files.iter().filter_map(rival) {
        if file.one_per_period {
            digests.entry(&key.slot).or_default().insert(key.digest);
        }
        for words in file.core.iter().flat_map(Core::keys) {
            alike.entry((period, words)).or_default().push(file);
        }
    }
    let has_look_alike = |file: &Candidate, key: &Key, period: Period| {
        let words = file.core.iter().flat_map(Core::keys);
        let mut others = words.filter_map(|words| alike.get(&(period, words))).flatten();
        others.any(|other| {
            let takes_one = file.one_per_period || other.one_per_period;
            takes_one
                && other.key.as_ref().is_some_and(|of| of.digest != key.digest)
                && is_look_alike(file, other, history)
        })
    };
    let has_rival = |(_, file): &(usize, &Candidate)| {
        rival(file).is_some_and(|(_, key, period)| {
            file.one_per_period && digests.get(&key.slot).is_some_and(|seen| seen.len() > 1)
                || has_look_alike(file, key, period)
        })
    };
    files.iter().enumerate().filter(has_rival).map(|(at, _)| at).collect()
}

/// A file that another one for its slot, or for a look-alike's, may be too many for, with its key and its period.
fn rival(file: &Candidate) -> Option<(&Candidate, &Key, Period)> {
    let key = file.key.as_ref().filter(|_| file.counts())?;
    Some((file, key, key.slot.period?))
}

/// Whether two files for one period and two slots have names that are alike, and do not belong together.
fn is_look_alike(one: &Candidate, other: &Candidate, history: &History) -> bool {
    let (Some(mine), Some(its)) = (&one.key, &other.key) else { return false };
    let (Some(core), Some(of)) = (&one.core, &other.core) else { return false };
    let Some(period) = mine.slot.period.filter(|period| its.slot.period == Some(*period)) else {
        return false;
    };
    mine.slot != its.slot
        && core.is_alike_but_for_the_period(of)
        && !history.came_together(&mine.slot.series, &its.slot.series, period)
}

/// A slot that is taken within the run, where an approval does not pass it: of the files for one slot that one person approved,
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

/// Duplicates within the run, and the same content for another slot: as in two runs, the earlier file first. Where the policy lets
/// that pass, the same content under a look-alike's name takes the slot.
fn settle_repeats(files: &mut [Candidate], policy: Policy, history: &History) {
    let mut slots: HashMap<Digest, Repeated> = HashMap::new();
    for at in 0..files.len() {
        let Some(key) = files[at].key.clone().filter(|_| files[at].counts()) else { continue };
        let before = slots.entry(key.digest).or_default();
        let elsewhere = before.sent.iter().chain(&before.held).any(|slot| *slot != key.slot);
        let of_look_alike =
            || before.going.iter().any(|&sent| is_look_alike(&files[at], &files[sent], history));
        let is_copy = policy.same_content_other_slot == Rule::Send && of_look_alike();
        let file = &mut files[at];
        if file.judgement.choice == Choice::Hold {
            if elsewhere && policy.same_content_other_slot != Rule::Send {
                file.judgement.also(Reason::SameContentOtherSlot);
            }
            if is_copy && policy.slot_taken != Rule::Send {
                file.judgement.also(Reason::SlotTaken);
            }
            before.held.push(key.slot);
            continue;
        }
        if before.sent.contains(&key.slot) {
            file.judgement = judgement(Choice::Duplicate, Reason::DuplicateInRun);
            continue;
        }
        let may_repeat = file.is_approved_for(Reason::SameContentOtherSlot) && !file.one_approval;
        if !before.sent.is_empty() && !may_repeat {
            match policy.same_content_other_slot {
                Rule::Hold => file.judgement = judgement(Choice::Hold, Reason::SameContentOtherSlot),
                Rule::Skip => file.judgement = judgement(Choice::Skip, Reason::SameContentOtherSlot),
                Rule::Send => {}
            }
        }
        let may_be_second = file.is_approved_for(Reason::SlotTaken) && !file.one_approval;
        if is_copy && !may_be_second && policy.slot_taken != Rule::Send {
            file.judgement = judgement(Choice::Hold, Reason::SlotTaken);
        }
        if file.judgement.choice == Choice::Send {
            before.sent.push(key.slot);
            before.going.push(at);
        }
    }
}

/// The slots of one digest in this run so far.
#[derive(Default)]
struct Repeated {
    sent: Vec<Slot>,
    held: Vec<Slot>,
    /// The files that are sent, as indices.
    going: Vec<usize>,
}

/// Two files of one run for one name on the server, whatever the case and normal form: both are held.
fn hold_same_names(files: &mut [Candidate], claimed: &[String]) {
    let mut names: HashMap<String, usize> = claimed.iter().map(|name| (comparable(name), 1)).collect();
    let name = |file: &Candidate| file.remote_path.as_deref().map(comparable);
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
    Judgement::new(choice, reason, None)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
