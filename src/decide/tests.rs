//! Every row, alone and against every row after it.

use super::*;
use crate::digest::Digest;
use crate::model::decision::{Unsafe, Unsettled};
use crate::model::delivery::State;
use crate::model::policy::ContentPolicy;

const LIMITS: PeriodLimits = PeriodLimits { months_back: 1, months_ahead: 1 };

fn policy(all: Rule) -> Policy {
    Policy {
        same_content_other_slot: all,
        unknown_period: all,
        old_period: all,
        future_period: all,
        unknown_series: all,
        new_series: all,
        slot_taken: all,
        content: ContentPolicy::USUAL,
        gone_is_delivered: false,
        two_persons: false,
    }
}

fn earlier(delivery_id: i64) -> Earlier {
    Earlier {
        delivery_id,
        period: None,
        series: "mad".to_owned(),
        delivered_at: None,
        path: String::new(),
        digest: Digest::of(b""),
        state: State::Archived,
    }
}

fn plain() -> Facts {
    Facts {
        blocked: None,
        size: 7,
        one_per_period: true,
        months_ahead: Some(0),
        stranger: None,
        other_route: false,
        past: Past::default(),
        content: Vec::new(),
        delivered_records: 0,
        may_repeat: false,
    }
}

/// An approval that covers every reason.
fn covering(reason: Reason) -> Approval {
    Approval { who: "Bodil".to_owned(), covers: vec![reason], records: None }
}

fn approval(who: &str) -> Approval {
    Approval { who: who.to_owned(), covers: Reason::ALL.to_vec(), records: None }
}

type Row = (Reason, Choice, fn(&mut Facts));

/// The rows in the order in which they are tried, up to the taken slot, each as the change to a plain
/// file that makes it fit.
fn rows() -> Vec<Row> {
    vec![
        (Reason::UnsafeFile, Choice::Hold, |f| f.blocked = Some(Blocked::Unsafe(Unsafe::Symlink))),
        (Reason::Unsettled, Choice::Wait, |f| f.blocked = Some(Blocked::Unsettled(Unsettled::InUse))),
        (Reason::Empty, Choice::Hold, |f| f.size = 0),
        (Reason::InDoubt, Choice::Hold, |f| f.past.unclear = Some(earlier(4))),
        (Reason::AlreadyDelivered, Choice::Duplicate, |f| f.past.delivered = Some(earlier(5))),
        (Reason::Unsettled, Choice::Wait, |f| f.past.not_free = Some(earlier(13))),
        (Reason::Approved, Choice::Send, |f| {
            f.past.verdict = Some((6, Verdict::Approved));
            f.past.approvals = vec![approval("Bodil")];
        }),
        (Reason::Rejected, Choice::Hold, |f| f.past.verdict = Some((7, Verdict::Rejected))),
        (Reason::SameContentOtherSlot, Choice::Hold, |f| f.past.elsewhere = Some(earlier(8))),
        (Reason::UnknownPeriod, Choice::Hold, |f| f.months_ahead = None),
        (Reason::OldPeriod, Choice::Hold, |f| f.months_ahead = Some(-2)),
        (Reason::FuturePeriod, Choice::Hold, |f| f.months_ahead = Some(2)),
        (Reason::OtherRoute, Choice::Hold, |f| f.other_route = true),
        (Reason::UnknownSeries, Choice::Hold, |f| f.stranger = Some(Stranger::FitsNoSeries)),
        (Reason::NewSeries, Choice::Hold, |f| f.stranger = Some(Stranger::New)),
        (Reason::SlotTaken, Choice::Hold, |f| f.past.slot_taken = Some(earlier(14))),
    ]
}

fn decided(facts: &Facts, rule: Rule) -> (Reason, Choice) {
    let judgement = decide(facts, policy(rule), LIMITS);
    (judgement.reason, judgement.choice)
}

#[test]
fn nothing_against_it_is_new() {
    assert_eq!(decided(&plain(), Rule::Hold), (Reason::New, Choice::Send));
    for months in [-1, 1] {
        let facts = Facts { months_ahead: Some(months), ..plain() };
        assert_eq!(decided(&facts, Rule::Hold), (Reason::New, Choice::Send), "{months}");
    }
}

#[test]
fn each_row_decides_alone() {
    for (reason, choice, fit) in rows() {
        let mut facts = plain();
        fit(&mut facts);
        assert_eq!(decided(&facts, Rule::Hold), (reason, choice));
    }
}

#[test]
fn an_earlier_row_goes_before_every_later_one() {
    let rows = rows();
    for (i, (reason, choice, fit)) in rows.iter().enumerate() {
        for (other, _, later) in &rows[i + 1..] {
            let mut facts = plain();
            // The later one first: where both set the same fact, the earlier one stands.
            later(&mut facts);
            fit(&mut facts);
            assert_eq!(decided(&facts, Rule::Hold), (*reason, *choice), "{reason:?} before {other:?}");
        }
    }
}

#[test]
fn the_earlier_delivery_is_named() {
    for (reason, number) in [
        (Reason::InDoubt, 4),
        (Reason::AlreadyDelivered, 5),
        (Reason::SameContentOtherSlot, 8),
        (Reason::SlotTaken, 14),
    ] {
        let mut facts = plain();
        rows().into_iter().find(|row| row.0 == reason).unwrap().2(&mut facts);
        assert_eq!(decide(&facts, policy(Rule::Hold), LIMITS).earlier, Some(earlier(number)));
    }
}

#[test]
fn a_policy_of_send_opens_its_row_and_no_other() {
    let open = |reason| {
        let mut policy = policy(Rule::Hold);
        *match reason {
            Reason::SameContentOtherSlot => &mut policy.same_content_other_slot,
            Reason::UnknownPeriod => &mut policy.unknown_period,
            Reason::OldPeriod => &mut policy.old_period,
            Reason::FuturePeriod => &mut policy.future_period,
            Reason::UnknownSeries => &mut policy.unknown_series,
            Reason::NewSeries => &mut policy.new_series,
            _ => &mut policy.slot_taken,
        } = Rule::Send;
        policy
    };
    let rows = rows();
    // No policy opens the row of another route.
    let opens = |row: &(usize, &Row)| row.0 >= 8 && row.1.0 != Reason::OtherRoute;
    for (i, (reason, _, fit)) in rows.iter().enumerate().filter(opens) {
        let mut facts = plain();
        fit(&mut facts);
        let judgement = decide(&facts, open(*reason), LIMITS);
        assert_eq!((judgement.reason, judgement.choice), (*reason, Choice::Send));
        if i < 15 {
            // Another row that fits as well still holds it.
            facts.past.slot_taken = Some(earlier(12));
            let judgement = decide(&facts, open(*reason), LIMITS);
            assert_eq!((judgement.reason, judgement.choice), (Reason::SlotTaken, Choice::Hold), "{reason:?}");
        }
    }
}

#[test]
fn what_a_late_rename_would_hold_waits() {
    let waits = (Reason::Unsettled, Choice::Wait);
    for fit in [
        |f: &mut Facts| {
            f.past.elsewhere_not_free = Some(earlier(3));
            Reason::SameContentOtherSlot
        },
        |f: &mut Facts| {
            f.past.slot_not_free = Some(earlier(3));
            Reason::SlotTaken
        },
        |f: &mut Facts| {
            f.past.records_not_free = Some(earlier(3));
            Reason::RecordsDelivered
        },
    ] {
        let mut facts = plain();
        let reason = fit(&mut facts);
        for rule in [Rule::Hold, Rule::Skip] {
            assert_eq!(decided(&facts, rule), waits);
        }
        assert_eq!(decide(&facts, policy(Rule::Hold), LIMITS).earlier, Some(earlier(3)));
        let mut open = policy(Rule::Send);
        open.content.records_delivered = Some(ContentRule::Send);
        assert_eq!(decide(&facts, open, LIMITS).choice, Choice::Send, "the row is open");
        facts.past.verdict = Some((6, Verdict::Approved));
        facts.past.approvals = vec![covering(Reason::OldPeriod)];
        assert_eq!(decided(&facts, Rule::Hold), waits, "nobody has said that it may come on top");
        facts.past.approvals = vec![covering(reason)];
        // What may still come of its records, nobody could see when she approved it.
        let passes = (Reason::Approved, Choice::Send);
        let expected = if reason == Reason::RecordsDelivered { waits } else { passes };
        assert_eq!(decided(&facts, Rule::Hold), expected, "{reason:?}");
    }
    let mut many = Facts { one_per_period: false, ..plain() };
    many.past.slot_not_free = Some(earlier(3));
    assert_eq!(decided(&many, Rule::Hold), (Reason::New, Choice::Send));
}

#[test]
fn skip_is_said() {
    let facts = Facts { months_ahead: Some(-9), ..plain() };
    assert_eq!(decided(&facts, Rule::Skip), (Reason::OldPeriod, Choice::Skip));
}

#[test]
fn a_series_of_many_takes_another_file() {
    let mut facts = Facts { one_per_period: false, ..plain() };
    facts.past.slot_taken = Some(earlier(1));
    assert_eq!(decided(&facts, Rule::Hold), (Reason::New, Choice::Send));
}

mod past {
    use super::*;
    use crate::digest::Digest;
    use crate::model::delivery::{Slot, State};

    fn delivery(id: i64, state: State, content: &[u8], series: &str, period: Option<&str>) -> Delivery {
        Delivery {
            id,
            run: Some(1),
            state,
            key: key(content, series, period),
            path: String::new(),
            size: 7,
            temporary: None,
            remote_path: Some(String::new()),
            reason: String::new(),
            started_at: String::new(),
            changed_at: String::new(),
            picked_up_at: None,
            temporary_gone_at: None,
            left_as: None,
            content: None,
            observed: Vec::new(),
            delivered_at: None,
            why: None,
            who: None,
        }
    }

    fn key(content: &[u8], series: &str, period: Option<&str>) -> Key {
        let period = period.map(|period| period.parse().unwrap());
        Key { slot: Slot { series: series.to_owned(), period }, digest: Digest::of(content) }
    }

    fn past(key: &Key, all: &[Delivery]) -> Past {
        let same_bytes: Vec<_> = all.iter().filter(|d| d.key.digest == key.digest).cloned().collect();
        let same_slot: Vec<_> = all.iter().filter(|d| d.key.slot == key.slot).cloned().collect();
        Past::of(key, &same_bytes, &same_slot, None)
    }

    #[test]
    fn each_state_counts_for_what_it_says() {
        let mine = key(b"april", "mad", Some("2023-04"));
        for &state in State::ALL {
            let known = past(&mine, &[delivery(3, state, b"april", "mad", Some("2023-04"))]);
            assert_eq!(known.unclear.is_some(), state.is_unclear(), "{state:?}");
            assert_eq!(known.delivered.is_some(), state.is_delivered(), "{state:?}");
            assert_eq!((known.elsewhere, known.slot_taken), (None, None), "{state:?}");

            let counts = state.is_delivered() || state.is_unclear();
            let moved = past(&mine, &[delivery(3, state, b"april", "mad", Some("2023-05"))]);
            assert_eq!(moved.elsewhere.is_some(), counts, "{state:?}");
            let other = past(&mine, &[delivery(3, state, b"second", "mad", Some("2023-04"))]);
            assert_eq!(other.slot_taken.is_some(), counts, "{state:?}");
            assert_eq!((other.unclear, other.delivered, other.elsewhere), (None, None, None), "{state:?}");
        }
    }

    #[test]
    fn a_delivery_taken_back_frees_its_key() {
        let mine = key(b"april", "mad", Some("2023-04"));
        let all = [delivery(3, State::NotDelivered, b"april", "mad", Some("2023-04"))];
        assert_eq!(past(&mine, &all), Past::default());
    }

    /// One that a person says KP never got, with a temporary file that may still be there.
    fn not_free(content: &[u8], series: &str, period: Option<&str>) -> Delivery {
        let temporary = Some("ind/.april.part".to_owned());
        Delivery { temporary, ..delivery(3, State::NotDelivered, content, series, period) }
    }

    #[test]
    fn a_delivery_taken_back_frees_nothing_before_its_temporary_file_is_gone() {
        let mine = key(b"april", "mad", Some("2023-04"));
        let of = |all: &[Delivery]| {
            let known = past(&mine, all);
            [known.not_free, known.elsewhere_not_free, known.slot_not_free].map(|found| found.is_some())
        };
        let april = Some("2023-04");
        assert_eq!(of(&[not_free(b"april", "mad", april)]), [true, false, false]);
        assert_eq!(of(&[not_free(b"april", "mad", Some("2023-05"))]), [false, true, false]);
        assert_eq!(of(&[not_free(b"second", "mad", april)]), [false, false, true]);
        let mut gone = [
            not_free(b"april", "mad", april),
            not_free(b"april", "mad", Some("2023-05")),
            not_free(b"second", "mad", april),
        ];
        for one in &mut gone {
            one.temporary_gone_at = Some("2023-04-14T06:00:00+02:00".to_owned());
        }
        assert_eq!(past(&mine, &gone), Past::default());
    }

    #[test]
    fn one_that_was_written_directly_waits_too_and_one_that_was_never_sent_does_not() {
        let mine = key(b"april", "mad", Some("2023-04"));
        let direct = Delivery {
            remote_path: Some("ind/.april.part".to_owned()),
            ..not_free(b"april", "mad", Some("2023-04"))
        };
        assert!(past(&mine, std::slice::from_ref(&direct)).not_free.is_some());
        let adopted = Delivery { temporary: None, remote_path: None, ..direct };
        assert_eq!(past(&mine, &[adopted]), Past::default());
    }

    #[test]
    fn a_key_that_went_again_was_free_by_then() {
        let (mine, april) = (key(b"april", "mad", Some("2023-04")), Some("2023-04"));
        let first = not_free(b"april", "mad", april);
        let again = |id, content| delivery(id, State::Abandoned, content, "mad", april);
        assert_eq!(past(&mine, &[first.clone(), again(first.id + 1, b"april")]), Past::default());
        assert!(past(&mine, &[again(first.id - 1, b"april"), first.clone()]).not_free.is_some());
        assert!(past(&mine, &[first.clone(), again(first.id + 1, b"other")]).not_free.is_some());
    }

    #[test]
    fn without_a_period_no_slot_is_taken() {
        let mine = key(b"one", "snak.txt", None);
        assert_eq!(past(&mine, &[delivery(3, State::Archived, b"other", "snak.txt", None)]), Past::default());
    }
}

#[test]
fn two_persons_approve_what_would_be_a_second_file() {
    let two = Policy { two_persons: true, ..policy(Rule::Hold) };
    let approved = |approvers, change: fn(&mut Facts)| {
        let mut facts = plain();
        facts.past.verdict = Some((6, Verdict::Approved));
        facts.past.approvals = ["Bodil", "Karen"][..approvers].iter().map(|who| approval(who)).collect();
        change(&mut facts);
        facts
    };
    let decided = |facts: &Facts, policy| {
        let judgement = decide(facts, policy, LIMITS);
        (judgement.reason, judgement.choice)
    };
    let send = (Reason::Approved, Choice::Send);
    for (reason, change) in [
        (Reason::SlotTaken, (|f| f.past.slot_taken = Some(earlier(12))) as fn(&mut Facts)),
        (Reason::SameContentOtherSlot, |f| f.past.elsewhere = Some(earlier(8))),
        (Reason::OldPeriod, |f| {
            (f.months_ahead, f.past.slot_taken) = (Some(-2), Some(earlier(12)));
        }),
    ] {
        assert_eq!(decided(&approved(1, change), two), (reason, Choice::Hold));
        assert_eq!(decided(&approved(2, change), two), send);
        assert_eq!(decided(&approved(1, change), policy(Rule::Hold)), send);
    }
    assert_eq!(
        decided(&approved(1, |f| f.months_ahead = Some(-2)), two),
        send,
        "nothing was delivered twice"
    );
    let many = approved(1, |f| (f.one_per_period, f.past.slot_taken) = (false, Some(earlier(12))));
    assert_eq!(decided(&many, two), send);
    let opened = Policy { slot_taken: Rule::Send, ..two };
    assert_eq!(decided(&approved(1, |f| f.past.slot_taken = Some(earlier(12))), opened), send);
}

#[test]
fn a_hold_names_every_row_that_fits() {
    let rows = rows();
    let holds = |row: &&Row| row.1 == Choice::Hold && row.0 != Reason::UnsafeFile;
    for (at, (reason, _, fit)) in rows.iter().enumerate().filter(|(_, row)| holds(row)) {
        for (other, _, later) in rows[at + 1..].iter().filter(holds) {
            let mut facts = plain();
            later(&mut facts);
            fit(&mut facts);
            let named = decide(&facts, policy(Rule::Hold), LIMITS).reasons;
            let both = if one_fact(*reason, *other) { vec![*reason] } else { vec![*reason, *other] };
            assert_eq!(named, both, "{reason:?} and {other:?}");
        }
    }
}

/// Whether two rows ask the same fact, so that they never fit together.
fn one_fact(one: Reason, other: Reason) -> bool {
    let months = [Reason::UnknownPeriod, Reason::OldPeriod, Reason::FuturePeriod];
    let strangers = [Reason::UnknownSeries, Reason::NewSeries];
    [&months[..], &strangers].iter().any(|group| group.contains(&one) && group.contains(&other))
}

#[test]
fn what_a_policy_opens_is_not_named_and_what_it_skips_is() {
    let mut facts = plain();
    facts.past.elsewhere = Some(earlier(8));
    facts.stranger = Some(Stranger::FitsNoSeries);
    facts.past.slot_taken = Some(earlier(14));
    let policy =
        Policy { same_content_other_slot: Rule::Send, unknown_series: Rule::Hold, ..policy(Rule::Hold) };
    assert_eq!(decide(&facts, policy, LIMITS).reasons, [Reason::UnknownSeries, Reason::SlotTaken]);
    let skips = Policy { unknown_series: Rule::Skip, same_content_other_slot: Rule::Hold, ..policy };
    let judgement = decide(&facts, skips, LIMITS);
    assert_eq!(judgement.reasons, [Reason::SameContentOtherSlot, Reason::UnknownSeries, Reason::SlotTaken]);
    let skipped = decide(&Facts { past: Past::default(), ..facts }, skips, LIMITS);
    assert_eq!((skipped.choice, skipped.reason), (Choice::Skip, Reason::UnknownSeries));
}

#[test]
fn an_approval_passes_the_rows_that_it_names_and_no_other() {
    let doubts: Vec<Row> = rows().into_iter().skip(8).collect();
    for (covered, _, fit) in &doubts {
        for (other, _, later) in doubts.iter().filter(|(other, ..)| !one_fact(*covered, *other)) {
            let mut facts = plain();
            later(&mut facts);
            fit(&mut facts);
            facts.past.verdict = Some((6, Verdict::Approved));
            facts.past.approvals =
                vec![Approval { who: "Bodil".to_owned(), covers: vec![*covered], records: None }];
            let judgement = decide(&facts, policy(Rule::Hold), LIMITS);
            if covered == other {
                assert_eq!((judgement.reason, judgement.choice), (Reason::Approved, Choice::Send));
                continue;
            }
            assert_eq!(
                (judgement.choice, &judgement.reasons[..]),
                (Choice::Hold, &[*other][..]),
                "{covered:?}"
            );
            let skip = decide(&facts, policy(Rule::Skip), LIMITS);
            assert_eq!(
                (skip.choice, skip.reason),
                (Choice::Hold, *other),
                "an approved file is not left without a word"
            );
            facts.past.approvals.push(Approval {
                who: "Bodil".to_owned(),
                covers: vec![*other],
                records: None,
            });
            let judgement = decide(&facts, policy(Rule::Hold), LIMITS);
            assert_eq!(
                (judgement.reason, judgement.choice),
                (Reason::Approved, Choice::Send),
                "{covered:?} {other:?}"
            );
        }
    }
}

#[test]
fn a_second_person_counts_only_where_she_saw_what_it_takes_two_for() {
    let two = Policy { two_persons: true, ..policy(Rule::Hold) };
    let mut facts = plain();
    (facts.months_ahead, facts.past.slot_taken) = (Some(-2), Some(earlier(14)));
    facts.past.verdict = Some((6, Verdict::Approved));
    let old = Approval { who: "Bodil".to_owned(), covers: vec![Reason::OldPeriod], records: None };
    facts.past.approvals = vec![approval("Karen"), old];
    assert_eq!(approvers(&facts, two), ["Karen"]);
    let judgement = decide(&facts, two, LIMITS);
    assert_eq!(
        (judgement.choice, judgement.reasons),
        (Choice::Hold, vec![Reason::OldPeriod, Reason::SlotTaken])
    );
    facts.past.approvals.push(approval("Bodil"));
    assert_eq!(approvers(&facts, two), ["Bodil", "Karen"]);
    assert_eq!(decide(&facts, two, LIMITS).reason, Reason::Approved);
}

#[test]
fn a_look_alike_takes_the_slot_of_a_series_of_one_and_is_named() {
    let alike = Past { look_alike: Some(earlier(9)), ..Past::default() };
    let mut facts = Facts { past: alike, ..plain() };
    let judgement = decide(&facts, policy(Rule::Hold), LIMITS);
    assert_eq!((judgement.choice, judgement.reason), (Choice::Hold, Reason::SlotTaken));
    assert_eq!((judgement.earlier, judgement.look_alike), (Some(earlier(9)), Some(Box::new(earlier(9)))));
    facts.past.slot_taken = Some(earlier(14));
    assert_eq!(decide(&facts, policy(Rule::Hold), LIMITS).earlier, Some(earlier(14)));
    facts.stranger = Some(Stranger::New);
    let judgement = decide(&facts, policy(Rule::Hold), LIMITS);
    assert_eq!((judgement.reason, judgement.earlier), (Reason::NewSeries, Some(earlier(9))));
    facts.one_per_period = false;
    facts.stranger = None;
    assert_eq!(decided(&facts, Rule::Hold), (Reason::New, Choice::Send));
    facts.past.look_alike_is_one = true;
    let judgement = decide(&facts, policy(Rule::Hold), LIMITS);
    assert_eq!((judgement.reason, judgement.earlier), (Reason::SlotTaken, Some(earlier(9))));
}

#[test]
fn the_same_file_takes_the_slot_where_a_policy_opens_the_row_about_the_same_content() {
    let mut facts = plain();
    (facts.past.elsewhere, facts.past.copy) = (Some(earlier(3)), Some(earlier(3)));
    let held = decide(&facts, policy(Rule::Hold), LIMITS);
    assert_eq!(held.reasons, [Reason::SameContentOtherSlot], "that row's hold says all there is to say");
    let open = Policy { same_content_other_slot: Rule::Send, new_series: Rule::Send, ..policy(Rule::Hold) };
    for (stranger, one_per_period) in [(None, true), (None, false), (Some(Stranger::New), true)] {
        let facts = Facts { one_per_period, stranger, ..facts.clone() };
        let judgement = decide(&facts, open, LIMITS);
        assert_eq!((judgement.choice, judgement.reason), (Choice::Hold, Reason::SlotTaken));
        assert_eq!(judgement.earlier, Some(earlier(3)));
        let all_open = Policy { slot_taken: Rule::Send, ..open };
        assert_eq!(decide(&facts, all_open, LIMITS).choice, Choice::Send);
    }
    let skip = Policy { same_content_other_slot: Rule::Skip, ..open };
    assert_eq!(decide(&facts, skip, LIMITS).choice, Choice::Skip);
}

#[test]
fn what_the_supplier_sends_himself_is_held_whatever_the_policy_and_goes_by_approval_alone() {
    let mut facts = Facts { other_route: true, ..plain() };
    for rule in [Rule::Hold, Rule::Send, Rule::Skip] {
        assert_eq!(decided(&facts, rule), (Reason::OtherRoute, Choice::Hold));
    }
    facts.past.verdict = Some((6, Verdict::Approved));
    facts.past.approvals =
        vec![Approval { who: "Bodil".to_owned(), covers: vec![Reason::OtherRoute], records: None }];
    assert_eq!(decided(&facts, Rule::Hold), (Reason::Approved, Choice::Send));
}

mod content {
    use super::*;
    use crate::model::policy::ContentRule;

    const ALL: [Reason; 9] = [
        Reason::Incomplete,
        Reason::UnreadableRecord,
        Reason::TotalsDiffer,
        Reason::OtherPeriod,
        Reason::RecordsDelivered,
        Reason::RecordsRepeat,
        Reason::TotalsRepeat,
        Reason::UnusualTotal,
        Reason::AmountOver,
    ];

    fn all(rule: ContentRule) -> Policy {
        let content = ContentPolicy {
            incomplete: rule,
            unreadable_record: rule,
            totals_differ: rule,
            other_period: rule,
            records_delivered: Some(rule),
            records_repeat: Some(rule),
            totals_repeat: rule,
            unusual_total: rule,
            amount_over: rule,
        };
        Policy { content, ..policy(Rule::Hold) }
    }

    fn facts(content: &[Reason]) -> Facts {
        Facts { content: content.to_vec(), ..plain() }
    }

    #[test]
    fn each_row_obeys_its_policy() {
        for reason in ALL {
            let decided = |rule| decide(&facts(&[reason]), all(rule), LIMITS);
            let held = decided(ContentRule::Hold);
            assert_eq!((held.choice, held.reason, held.reasons), (Choice::Hold, reason, vec![reason]));
            let sent = decided(ContentRule::Send);
            assert_eq!((sent.choice, sent.reason, sent.observed), (Choice::Send, reason, vec![]));
            let seen = decided(ContentRule::Observe);
            assert_eq!((seen.choice, seen.reason), (Choice::Send, Reason::New));
            assert_eq!(seen.observed, [reason]);
        }
    }

    #[test]
    fn what_is_usual() {
        let usual = |reason, may_repeat| {
            let facts = Facts { may_repeat, ..facts(&[reason]) };
            decide(&facts, policy(Rule::Hold), LIMITS).choice
        };
        assert_eq!(usual(Reason::Incomplete, false), Choice::Wait);
        assert_eq!(usual(Reason::TotalsRepeat, false), Choice::Send);
        assert_eq!(usual(Reason::RecordsRepeat, false), Choice::Hold);
        assert_eq!(usual(Reason::RecordsRepeat, true), Choice::Send);
        assert_eq!(usual(Reason::RecordsDelivered, false), Choice::Hold);
        assert_eq!(usual(Reason::RecordsDelivered, true), Choice::Send);
        for reason in
            [Reason::UnreadableRecord, Reason::TotalsDiffer, Reason::OtherPeriod, Reason::UnusualTotal]
        {
            assert_eq!(usual(reason, false), Choice::Hold, "{reason:?}");
        }
    }

    #[test]
    fn a_taken_slot_comes_first_and_what_waits_is_named_with_it() {
        let mut taken = facts(&[Reason::Incomplete, Reason::OtherPeriod]);
        taken.past.slot_taken = Some(earlier(12));
        let judgement = decide(&taken, policy(Rule::Hold), LIMITS);
        assert_eq!((judgement.choice, judgement.reason), (Choice::Hold, Reason::SlotTaken));
        assert_eq!(judgement.reasons, [Reason::SlotTaken, Reason::Incomplete, Reason::OtherPeriod]);
    }

    #[test]
    fn an_approval_covers_what_it_saw_and_no_more() {
        let mut approved = facts(&[Reason::TotalsDiffer, Reason::OtherPeriod]);
        approved.past.verdict = Some((1, Verdict::Approved));
        let covers = vec![Reason::TotalsDiffer];
        approved.past.approvals = vec![Approval { who: "Bodil".to_owned(), covers, records: None }];
        let judgement = decide(&approved, policy(Rule::Hold), LIMITS);
        assert_eq!((judgement.choice, judgement.reason), (Choice::Hold, Reason::OtherPeriod));
        approved.past.approvals.push(approval("Bodil"));
        assert_eq!(decide(&approved, policy(Rule::Hold), LIMITS).reason, Reason::Approved);
    }

    #[test]
    fn what_was_delivered_is_a_duplicate_whatever_is_in_it() {
        let mut delivered = facts(&ALL);
        delivered.past.delivered = Some(earlier(3));
        assert_eq!(decide(&delivered, policy(Rule::Hold), LIMITS).choice, Choice::Duplicate);
    }
}
