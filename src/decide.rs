//! Facts about one file → what happens to it, and why. Pure.
//!
//! The rows stand in the order in which they are tried, and the first that fits decides. A policy of
//! `send` means that its row holds nothing: the rows after it are still tried, so that no policy lets a
//! file past an unrelated doubt, and the file goes with the reason of the first row that a policy opened.
//! Two rows more, about the other files of the same run, are in [`crate::plan`].

use crate::delivery::witness::may_go_again;
use crate::model::decision::{Blocked, Choice, Earlier, Judgement, Reason};
use crate::model::delivery::{Key, State};
use crate::model::ledger::{Delivery, Verdict};
use crate::model::policy::{PeriodLimits, Policy, Rule};

/// What the ledger knows that matters to one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The same key is in doubt, or was published and not confirmed.
    pub unclear: Option<Earlier>,
    /// The same key was delivered.
    pub delivered: Option<Earlier>,
    /// A person says that KP never got the same key, and its temporary file may still be on the server.
    pub not_free: Option<Earlier>,
    /// What a person decided about the key, and that decision's number.
    pub verdict: Option<(i64, Verdict)>,
    /// How many persons have approved the key since it was last rejected or delivered.
    pub approvers: usize,
    /// The same bytes were delivered, or may have been, for another slot.
    pub elsewhere: Option<Earlier>,
    /// Other bytes were delivered, or may have been, for the same slot.
    pub slot_taken: Option<Earlier>,
    /// The same bytes for another slot, as [`Past::not_free`].
    pub elsewhere_not_free: Option<Earlier>,
    /// Other bytes for the same slot, as [`Past::not_free`].
    pub slot_not_free: Option<Earlier>,
}

impl Past {
    /// What a key's past is, from all deliveries of its bytes and all deliveries into its slot.
    #[must_use]
    pub fn of(
        key: &Key,
        same_bytes: &[Delivery],
        same_slot: &[Delivery],
        verdict: Option<(i64, Verdict)>,
    ) -> Past {
        let counts = |d: &&Delivery| d.state.is_delivered() || d.state.is_unclear();
        let mine = |d: &&Delivery| d.key == *key;
        // Where a later delivery of the same key was begun, the key was free by then.
        let went_again = |d: &Delivery| {
            same_bytes.iter().chain(same_slot).any(|later| later.id > d.id && later.key == d.key)
        };
        let not_free = |d: &&Delivery| {
            let waits = !may_go_again(Some(d.state), None, d.temporary_is_gone());
            d.state == State::NotDelivered && waits && !went_again(d)
        };
        let last = |found: Option<&Delivery>| found.map(Earlier::from);
        let has_slot = key.slot.period.is_some();
        Past {
            unclear: last(same_bytes.iter().rev().find(|d| mine(d) && d.state.is_unclear())),
            delivered: last(same_bytes.iter().rev().find(|d| mine(d) && d.state.is_delivered())),
            not_free: last(same_bytes.iter().rev().find(|d| mine(d) && not_free(d))),
            verdict,
            approvers: 0,
            elsewhere: last(same_bytes.iter().rev().filter(counts).find(|d| !mine(d))),
            slot_taken: last(same_slot.iter().rev().filter(counts).find(|d| !mine(d)).filter(|_| has_slot)),
            elsewhere_not_free: last(same_bytes.iter().rev().filter(not_free).find(|d| !mine(d))),
            slot_not_free: last(
                same_slot.iter().rev().filter(not_free).find(|d| !mine(d)).filter(|_| has_slot),
            ),
        }
    }
}

/// What is known about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Why it cannot be looked into, where it cannot.
    pub blocked: Option<Blocked>,
    /// Its size in bytes.
    pub size: u64,
    /// Whether its slot takes one file alone.
    pub one_per_period: bool,
    /// How many months its period lies after the current one; none without a period.
    pub months_ahead: Option<i32>,
    /// What the ledger knows.
    pub past: Past,
}

/// Rows 1 to 12 and 15: what happens to a file by its own facts.
#[must_use]
pub fn decide(facts: &Facts, policy: Policy, limits: PeriodLimits) -> Judgement {
    let past = &facts.past;
    match facts.blocked {
        Some(Blocked::Unsafe(_)) => return Judgement::new(Choice::Hold, Reason::UnsafeFile, None),
        Some(Blocked::Unsettled(_)) => return Judgement::new(Choice::Wait, Reason::Unsettled, None),
        None => {}
    }
    if facts.size == 0 {
        return Judgement::new(Choice::Hold, Reason::Empty, None);
    }
    if let Some(earlier) = &past.unclear {
        return Judgement::new(Choice::Hold, Reason::InDoubt, Some(earlier));
    }
    if let Some(earlier) = &past.delivered {
        return Judgement::new(Choice::Duplicate, Reason::AlreadyDelivered, Some(earlier));
    }
    if let Some(earlier) = &past.not_free {
        return Judgement::new(Choice::Wait, Reason::Unsettled, Some(earlier));
    }
    match past.verdict {
        Some((_, Verdict::Approved)) if !waits_for_second(facts, policy) => {
            return Judgement::new(Choice::Send, Reason::Approved, None);
        }
        Some((_, Verdict::Rejected)) => return Judgement::new(Choice::Hold, Reason::Rejected, None),
        Some((_, Verdict::Approved)) | None => {}
    }
    by_policy(facts, policy, limits)
}

/// Whether `policy.two_persons` asks for two approvals: KP has another file for the slot, or the same bytes for
/// another slot, and no policy lets that pass. Whatever else holds the file as well does not make one enough.
#[must_use]
pub fn takes_two(facts: &Facts, policy: Policy) -> bool {
    policy.two_persons
        && (facts.past.elsewhere.is_some() && policy.same_content_other_slot == Rule::Hold
            || facts.past.slot_taken.is_some() && facts.one_per_period && policy.slot_taken == Rule::Hold)
}

fn waits_for_second(facts: &Facts, policy: Policy) -> bool {
    facts.past.approvers < 2 && takes_two(facts, policy)
}

/// The delivery that a person says KP never got and that would hold the file by row 8 or 12 if KP got it late; none
/// where a policy opens that row.
fn waits_for_server(facts: &Facts, policy: Policy) -> Option<&Earlier> {
    let elsewhere = facts.past.elsewhere_not_free.as_ref();
    let slot = facts.past.slot_not_free.as_ref().filter(|_| facts.one_per_period);
    elsewhere
        .filter(|_| policy.same_content_other_slot != Rule::Send)
        .or(slot.filter(|_| policy.slot_taken != Rule::Send))
}

/// Rows 8 to 12, which a policy may open, and row 15.
fn by_policy(facts: &Facts, policy: Policy, limits: PeriodLimits) -> Judgement {
    let past = &facts.past;
    let months = |limit: u32| i64::from(limit);
    let ahead = facts.months_ahead.map(i64::from);
    let rows = [
        (
            past.elsewhere.is_some(),
            policy.same_content_other_slot,
            Reason::SameContentOtherSlot,
            &past.elsewhere,
        ),
        (ahead.is_none(), policy.unknown_period, Reason::UnknownPeriod, &None),
        (ahead.is_some_and(|m| m < -months(limits.months_back)), policy.old_period, Reason::OldPeriod, &None),
        (
            ahead.is_some_and(|m| m > months(limits.months_ahead)),
            policy.future_period,
            Reason::FuturePeriod,
            &None,
        ),
        (
            past.slot_taken.is_some() && facts.one_per_period,
            policy.slot_taken,
            Reason::SlotTaken,
            &past.slot_taken,
        ),
    ];
    let mut opened: Option<Judgement> = None;
    for (_, rule, reason, earlier) in rows.into_iter().filter(|(fits, ..)| *fits) {
        match rule {
            Rule::Hold => return Judgement::new(Choice::Hold, reason, earlier.as_ref()),
            Rule::Skip => return Judgement::new(Choice::Skip, reason, earlier.as_ref()),
            Rule::Send => {
                opened.get_or_insert_with(|| Judgement::new(Choice::Send, reason, earlier.as_ref()));
            }
        }
    }
    if let Some(earlier) = waits_for_server(facts, policy) {
        return Judgement::new(Choice::Wait, Reason::Unsettled, Some(earlier));
    }
    opened.unwrap_or_else(|| Judgement::new(Choice::Send, Reason::New, None))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
