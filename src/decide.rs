//! Facts about one file → what happens to it, and why. Pure.
//!
//! The rows stand in the order in which they are tried, and the first that fits decides. A hold names the others that fit
//! as well, so that a person who approves it has seen all of them; an approval passes the rows that it names and no other.
//! A policy of `send` means that its row holds nothing: the rows after it are still tried, so that no policy lets a
//! file past an unrelated doubt, and the file goes with the reason of the first row that a policy opened.
//! Two rows more, about the other files of the same run, are in [`crate::plan`].

use crate::delivery::witness::may_go_again;
use crate::model::decision::{Blocked, Choice, Earlier, Judgement, Reason};
use crate::model::delivery::{Key, State};
use crate::model::ledger::{Delivery, Verdict};
use crate::model::person;
use crate::model::policy::{ContentRule, PeriodLimits, Policy, Rule};

pub mod history;

/// A person's approval that still counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who gave it.
    pub who: String,
    /// The reasons that it covers.
    pub covers: Vec<Reason>,
    /// How many records it lets go that KP has got; none where it sets no bound.
    pub records: Option<u64>,
}

impl Approval {
    /// Whether it lets a file go of which KP has got so many records.
    #[must_use]
    pub fn lets_go(&self, records: u64) -> bool {
        self.records.is_none_or(|seen| records <= seen)
    }
}

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
    /// The approvals of the key since it was last rejected or delivered.
    pub approvals: Vec<Approval>,
    /// The same bytes were delivered, or may have been, for another slot.
    pub elsewhere: Option<Earlier>,
    /// Other bytes were delivered, or may have been, for the same slot, be it by the ledger or by what today's
    /// `[[series]]` make of the earlier file's name.
    pub slot_taken: Option<Earlier>,
    /// The same bytes for another slot, as [`Past::not_free`].
    pub elsewhere_not_free: Option<Earlier>,
    /// Other bytes for the same slot, as [`Past::not_free`].
    pub slot_not_free: Option<Earlier>,
    /// Records of it in a delivery that is as [`Past::not_free`].
    pub records_not_free: Option<Earlier>,
    /// A file whose name is a look-alike of this one's, and whose bytes are others, was delivered, or may have been, for the same
    /// period.
    pub look_alike: Option<Earlier>,
    /// Whether the series of that look-alike takes one file a period.
    pub look_alike_is_one: bool,
    /// The same bytes were delivered, or may have been, for the same period under a look-alike's name, or in a slot that today's
    /// `[[series]]` call this one: KP has the file, whatever its series was called then.
    pub copy: Option<Earlier>,
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
        let other_bytes = |d: &&Delivery| d.key.digest != key.digest;
        let last = |found: Option<&Delivery>| found.map(Earlier::from);
        let has_slot = key.slot.period.is_some();
        Past {
            unclear: last(same_bytes.iter().rev().find(|d| mine(d) && d.state.is_unclear())),
            delivered: last(same_bytes.iter().rev().find(|d| mine(d) && d.state.is_delivered())),
            not_free: last(same_bytes.iter().rev().find(|d| mine(d) && not_free(d))),
            verdict,
            approvals: Vec::new(),
            elsewhere: last(same_bytes.iter().rev().filter(counts).find(|d| !mine(d))),
            slot_taken: last(same_slot.iter().rev().filter(counts).find(other_bytes).filter(|_| has_slot)),
            elsewhere_not_free: last(same_bytes.iter().rev().filter(not_free).find(|d| !mine(d))),
            slot_not_free: last(
                same_slot.iter().rev().filter(not_free).find(other_bytes).filter(|_| has_slot),
            ),
            records_not_free: None,
            look_alike: None,
            look_alike_is_one: false,
            copy: None,
        }
    }
}

/// How a file's series is a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// There are `[[series]]`, its name fits none of them, and the series that its name gives is not known.
    FitsNoSeries,
    /// There are no `[[series]]`, and its series is not known to a ledger that knows others.
    New,
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
    /// Whether nothing is known of its series.
    pub stranger: Option<Stranger>,
    /// Whether its supplier sends the files of its series to KP himself.
    pub other_route: bool,
    /// What the ledger knows.
    pub past: Past,
    /// What speaks against its content, in the order of the rows; nothing where its series has no format.
    pub content: Vec<Reason>,
    /// How many of its records KP has got, or may have.
    pub delivered_records: u64,
    /// Whether several records of one citizen are expected in it, since nothing tells them apart.
    pub may_repeat: bool,
}

impl Facts {
    /// The delivery that takes the slot: another file for it, or a look-alike's, unless the slots of both take many; or the very
    /// same file, in a slot that is this one but for its name.
    ///
    /// A stranger's look-alike is a matter of the rows about strangers alone, and so of their policies. The same file is a matter of
    /// the row about the same content, unless a policy opens that.
    fn taken_by(&self, policy: Policy) -> Option<&Earlier> {
        let takes_one = self.one_per_period || self.past.look_alike_is_one;
        let look_alike = self.past.look_alike.as_ref().filter(|_| self.stranger.is_none() && takes_one);
        let slot_taken = self.past.slot_taken.as_ref().filter(|_| self.one_per_period);
        let is_open = policy.same_content_other_slot == Rule::Send;
        slot_taken.or(look_alike).or(self.past.copy.as_ref().filter(|_| is_open))
    }

    /// Whether the approvals cover a reason as far as it goes now: what KP has got since of a file's records, nobody saw.
    fn covers(&self, reason: Reason) -> bool {
        self.past.approvals.iter().any(|approval| {
            approval.covers.contains(&reason)
                && (reason != Reason::RecordsDelivered || approval.lets_go(self.delivered_records))
        })
    }

    /// The reasons that the approvals cover, together.
    #[must_use]
    pub fn covered(&self) -> Vec<Reason> {
        self.past.approvals.iter().flat_map(|approval| approval.covers.iter().copied()).collect()
    }
}

/// A row that fits, and what it makes of the file.
struct Row<'a> {
    reason: Reason,
    choice: Choice,
    earlier: Option<&'a Earlier>,
}

/// What happens to a file by its own facts.
#[must_use]
pub fn decide(facts: &Facts, policy: Policy, limits: PeriodLimits) -> Judgement {
    match facts.blocked {
        Some(Blocked::Unsafe(_)) => return Judgement::new(Choice::Hold, Reason::UnsafeFile, None),
        Some(Blocked::Unsettled(_)) => return Judgement::new(Choice::Wait, Reason::Unsettled, None),
        None => {}
    }
    let mut judgement = judged(facts, policy, limits);
    let observes = |reason: &&Reason| policy.content.rule(**reason, facts.may_repeat) == ContentRule::Observe;
    judgement.observed = facts.content.iter().filter(observes).copied().collect();
    judgement
}

/// The same for a file that can be looked into, without what is only observed.
fn judged(facts: &Facts, policy: Policy, limits: PeriodLimits) -> Judgement {
    let (is_approved, approval_counts) = match facts.past.verdict {
        Some((_, Verdict::Approved)) => (true, !waits_for_second(facts, policy)),
        _ => (false, false),
    };
    let certain = certain_rows(facts);
    let mut doubts = doubts(facts, policy, limits);
    if is_approved && approval_counts {
        doubts.retain(|row| !facts.covers(row.reason));
        // A person expects the file to go, so a doubt that came up since is hers too, whatever the policy leaves.
        for row in doubts.iter_mut().filter(|row| row.choice == Choice::Skip) {
            row.choice = Choice::Hold;
        }
        if certain.is_empty() && doubts.iter().all(|row| row.choice == Choice::Send) {
            return match waits_for_server(facts, policy, &facts.covered()) {
                Some(earlier) => Judgement::new(Choice::Wait, Reason::Unsettled, Some(earlier)),
                None => Judgement::new(Choice::Send, Reason::Approved, None),
            };
        }
    }
    let opened = doubts.iter().find(|row| row.choice == Choice::Send).map(|row| (row.reason, row.earlier));
    let against: Vec<Row> =
        certain.into_iter().chain(doubts.into_iter().filter(|row| row.choice != Choice::Send)).collect();
    let Some(first) = against.first() else {
        if let Some(earlier) = waits_for_server(facts, policy, &[]) {
            return Judgement::new(Choice::Wait, Reason::Unsettled, Some(earlier));
        }
        let (reason, earlier) = opened.unwrap_or((Reason::New, None));
        return Judgement::new(Choice::Send, reason, earlier);
    };
    let mut judgement = Judgement::new(first.choice, first.reason, first.earlier);
    // What waits for the rest of it may be approved as it is, so a person sees all of that as well.
    if first.choice == Choice::Hold || first.reason == Reason::Incomplete {
        let holding = |row: &&Row| row.choice != Choice::Duplicate && row.reason != Reason::Unsettled;
        judgement.reasons = against.iter().filter(holding).map(|row| row.reason).collect();
    }
    let about_names = [Reason::UnknownSeries, Reason::NewSeries, Reason::SlotTaken];
    if judgement.reasons.iter().any(|reason| about_names.contains(reason)) {
        judgement.look_alike = facts.past.look_alike.clone().map(Box::new);
    }
    judgement
}

/// Whether `policy.two_persons` asks for two approvals: KP has another file for the slot, or the same bytes for
/// another slot, and no policy lets that pass. Whatever else holds the file as well does not make one enough.
#[must_use]
pub fn takes_two(facts: &Facts, policy: Policy) -> bool {
    !by_two(facts, policy).is_empty()
}

/// The reasons that fit and that it takes two persons to approve.
fn by_two(facts: &Facts, policy: Policy) -> Vec<Reason> {
    let elsewhere = facts.past.elsewhere.is_some() && policy.same_content_other_slot == Rule::Hold;
    let taken = facts.taken_by(policy).is_some() && policy.slot_taken == Rule::Hold;
    let fits = [(elsewhere, Reason::SameContentOtherSlot), (taken, Reason::SlotTaken)];
    fits.into_iter().filter(|(fits, _)| *fits && policy.two_persons).map(|(_, reason)| reason).collect()
}

/// Who has approved the file, each person once, without those who could not be told: where it takes two, those who saw all
/// that it takes two for.
#[must_use]
pub fn approvers(facts: &Facts, policy: Policy) -> Vec<String> {
    let needed = by_two(facts, policy);
    let saw_all = |approval: &&Approval| needed.iter().all(|reason| approval.covers.contains(reason));
    let mut approvers: Vec<String> =
        facts.past.approvals.iter().filter(saw_all).map(|approval| approval.who.clone()).collect();
    approvers.retain(|who| person::is_known(who));
    approvers.sort_unstable();
    let mut persons: Vec<String> = Vec::new();
    for who in approvers {
        if !persons.iter().any(|known| person::is_same(known, &who)) {
            persons.push(who);
        }
    }
    persons
}

fn waits_for_second(facts: &Facts, policy: Policy) -> bool {
    takes_two(facts, policy) && approvers(facts, policy).len() < 2
}

/// The rows that no policy opens, where they fit: empty, in doubt, delivered already, not free yet, rejected.
fn certain_rows(facts: &Facts) -> Vec<Row<'_>> {
    let past = &facts.past;
    let rejected = matches!(past.verdict, Some((_, Verdict::Rejected)));
    let rows = [
        (facts.size == 0, Choice::Hold, Reason::Empty, None),
        (past.unclear.is_some(), Choice::Hold, Reason::InDoubt, past.unclear.as_ref()),
        (past.delivered.is_some(), Choice::Duplicate, Reason::AlreadyDelivered, past.delivered.as_ref()),
        (past.not_free.is_some(), Choice::Wait, Reason::Unsettled, past.not_free.as_ref()),
        (rejected, Choice::Hold, Reason::Rejected, None),
    ];
    let fitting = rows.into_iter().filter(|(fits, ..)| *fits);
    fitting.map(|(_, choice, reason, earlier)| Row { reason, choice, earlier }).collect()
}

/// The delivery that a person says KP never got and that would hold the file if KP got it late: as the same content, in its slot, or
/// for its records. None where a policy opens that row, or approvals cover it; none covers what may still come of its records,
/// since nobody could see that yet.
fn waits_for_server<'a>(facts: &'a Facts, policy: Policy, covered: &[Reason]) -> Option<&'a Earlier> {
    let past = &facts.past;
    let slot = past.slot_not_free.as_ref().filter(|_| facts.one_per_period);
    let records = policy.content.rule(Reason::RecordsDelivered, facts.may_repeat);
    let holds = matches!(records, ContentRule::Hold | ContentRule::Wait);
    let rows = [
        (
            past.elsewhere_not_free.as_ref(),
            policy.same_content_other_slot != Rule::Send && !covered.contains(&Reason::SameContentOtherSlot),
        ),
        (slot, policy.slot_taken != Rule::Send && !covered.contains(&Reason::SlotTaken)),
        (past.records_not_free.as_ref(), holds),
    ];
    rows.into_iter().find_map(|(earlier, holds)| earlier.filter(|_| holds))
}

/// The rows that a policy may open, where they fit, each with what its policy makes of it.
fn doubts(facts: &Facts, policy: Policy, limits: PeriodLimits) -> Vec<Row<'_>> {
    let past = &facts.past;
    let months = |limit: u32| i64::from(limit);
    let ahead = facts.months_ahead.map(i64::from);
    let too_old = ahead.is_some_and(|m| m < -months(limits.months_back));
    let too_early = ahead.is_some_and(|m| m > months(limits.months_ahead));
    let is = |stranger| facts.stranger == Some(stranger);
    let (elsewhere, taken_by) = (past.elsewhere.as_ref(), facts.taken_by(policy));
    let alike = past.look_alike.as_ref().or(past.copy.as_ref());
    let rows = [
        (elsewhere.is_some(), policy.same_content_other_slot, Reason::SameContentOtherSlot, elsewhere),
        (ahead.is_none(), policy.unknown_period, Reason::UnknownPeriod, None),
        (too_old, policy.old_period, Reason::OldPeriod, None),
        (too_early, policy.future_period, Reason::FuturePeriod, None),
        (facts.other_route, Rule::Hold, Reason::OtherRoute, None),
        (is(Stranger::FitsNoSeries), policy.unknown_series, Reason::UnknownSeries, alike),
        (is(Stranger::New), policy.new_series, Reason::NewSeries, alike),
        (taken_by.is_some(), policy.slot_taken, Reason::SlotTaken, taken_by),
    ];
    let choice = |rule| match rule {
        Rule::Hold => Choice::Hold,
        Rule::Skip => Choice::Skip,
        Rule::Send => Choice::Send,
    };
    let fitting = rows.into_iter().filter(|(fits, ..)| *fits);
    let fitting = fitting.map(|(_, rule, reason, earlier)| Row { reason, choice: choice(rule), earlier });
    fitting.chain(content_rows(facts, policy)).collect()
}

/// The rows about what is in the file, but for those that are only observed.
fn content_rows(facts: &Facts, policy: Policy) -> impl Iterator<Item = Row<'_>> {
    facts.content.iter().filter_map(move |&reason| {
        let choice = match policy.content.rule(reason, facts.may_repeat) {
            ContentRule::Hold => Choice::Hold,
            ContentRule::Wait => Choice::Wait,
            ContentRule::Send => Choice::Send,
            ContentRule::Observe => return None,
        };
        Some(Row { reason, choice, earlier: None })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
