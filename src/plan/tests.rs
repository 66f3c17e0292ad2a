//! What the files of one run mean for each other, by example and by property.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::*;
use crate::model::decision::{Choice, Judgement, Reason};
use crate::model::policy::ContentPolicy;
use crate::names;

const HOLD: Policy = Policy {
    same_content_other_slot: Rule::Hold,
    unknown_period: Rule::Hold,
    old_period: Rule::Hold,
    future_period: Rule::Hold,
    unknown_series: Rule::Hold,
    new_series: Rule::Hold,
    slot_taken: Rule::Hold,
    content: ContentPolicy::USUAL,
    gone_is_delivered: false,
    two_persons: false,
};

fn file(path: &str, content: &str, series: &str, period: Option<&str>) -> Candidate {
    let period = period.map(|period| period.parse().unwrap());
    let key =
        Key { slot: Slot { series: series.to_owned(), period }, digest: Digest::of(content.as_bytes()) };
    Candidate {
        index: 0,
        path: path.to_owned(),
        core: key.slot.period.map(|_| names::core_of(path)),
        key: Some(key),
        one_per_period: true,
        remote_path: Some(format!("ind/{path}")),
        judgement: Judgement::new(Choice::Send, Reason::New, None),
        covered: Reason::ALL.to_vec(),
        one_approval: false,
    }
}

fn plan(files: Vec<Candidate>, policy: Policy) -> Vec<Candidate> {
    super::plan(files, policy, &History::default(), &[])
}

fn reasons(files: Vec<Candidate>, policy: Policy) -> Vec<(String, Choice, Reason)> {
    plan(files, policy).into_iter().map(|f| (f.path, f.judgement.choice, f.judgement.reason)).collect()
}

fn expect(files: Vec<Candidate>, policy: Policy, expected: &[(&str, Choice, Reason)]) {
    let expected: Vec<_> = expected.iter().map(|(path, c, r)| ((*path).to_owned(), *c, *r)).collect();
    assert_eq!(reasons(files, policy), expected);
}

#[test]
fn row_16_the_same_bytes_for_the_same_slot_go_once() {
    let files = vec![file("b", "x", "mad", Some("2023-04")), file("a", "x", "mad", Some("2023-04"))];
    expect(
        files,
        HOLD,
        &[("a", Choice::Send, Reason::New), ("b", Choice::Duplicate, Reason::DuplicateInRun)],
    );
}

#[test]
fn one_approval_is_not_enough_for_what_the_run_itself_makes_two_of() {
    let approved = |path, content, period| Candidate {
        judgement: Judgement::new(Choice::Send, Reason::Approved, None),
        one_approval: true,
        ..file(path, content, "mad", Some(period))
    };
    let first = ("a", Choice::Send, Reason::Approved);
    let slot = || vec![approved("a", "x", "2023-04"), approved("b", "y", "2023-04")];
    expect(slot(), HOLD, &[first, ("b", Choice::Hold, Reason::SlotTaken)]);
    expect(
        slot(),
        Policy { slot_taken: Rule::Send, ..HOLD },
        &[first, ("b", Choice::Send, Reason::Approved)],
    );
    let bytes = || vec![approved("a", "x", "2023-04"), approved("b", "x", "2023-05")];
    expect(bytes(), HOLD, &[first, ("b", Choice::Hold, Reason::SameContentOtherSlot)]);
    let both = bytes().into_iter().map(|file| Candidate { one_approval: false, ..file }).collect();
    expect(both, HOLD, &[first, ("b", Choice::Send, Reason::Approved)]);
}

#[test]
fn row_17_different_files_for_one_slot_are_all_held() {
    let files = ["a", "b", "c"].map(|name| file(name, name, "mad", Some("2023-04"))).to_vec();
    let held = |name| (name, Choice::Hold, Reason::ConflictInRun);
    expect(files, HOLD, &[held("a"), held("b"), held("c")]);
}

#[test]
fn row_17_is_not_for_a_series_of_many() {
    let mut files = ["a", "b"].map(|name| file(name, name, "mad", Some("2023-04"))).to_vec();
    for file in &mut files {
        file.one_per_period = false;
    }
    expect(files, HOLD, &[("a", Choice::Send, Reason::New), ("b", Choice::Send, Reason::New)]);
}

#[test]
fn an_approved_file_goes_and_its_rivals_stay() {
    let mut files = vec![file("a", "1", "mad", Some("2023-04")), file("b", "2", "mad", Some("2023-04"))];
    files[0].judgement.reason = Reason::Approved;
    expect(files, HOLD, &[("a", Choice::Send, Reason::Approved), ("b", Choice::Hold, Reason::ConflictInRun)]);
}

#[test]
fn one_approval_sends_one_copy() {
    let mut files = vec![file("a", "x", "mad", Some("2023-04")), file("b", "x", "mad", Some("2023-04"))];
    for file in &mut files {
        file.judgement.reason = Reason::Approved;
    }
    expect(
        files,
        HOLD,
        &[("a", Choice::Send, Reason::Approved), ("b", Choice::Duplicate, Reason::DuplicateInRun)],
    );
}

#[test]
fn the_same_bytes_for_two_months_fare_as_in_two_runs() {
    let files =
        || vec![file("a_may", "x", "mad", Some("2023-05")), file("b_april", "x", "mad", Some("2023-04"))];
    for (rule, choice, reason) in [
        (Rule::Hold, Choice::Hold, Reason::SameContentOtherSlot),
        (Rule::Skip, Choice::Skip, Reason::SameContentOtherSlot),
        (Rule::Send, Choice::Send, Reason::New),
    ] {
        let policy = Policy { same_content_other_slot: rule, ..HOLD };
        expect(files(), policy, &[("b_april", Choice::Send, Reason::New), ("a_may", choice, reason)]);
    }
}

#[test]
fn the_same_bytes_under_a_look_alikes_name_take_the_slot_where_a_policy_lets_them_pass() {
    let copies = || {
        vec![
            file("Kopi af mad_202304.txt", "x", "kopi af mad_*.txt", Some("2023-04")),
            file("mad_202304.txt", "x", "mad_*.txt", Some("2023-04")),
            file("mad_202305 (2).txt", "x", "mad_* (2).txt", Some("2023-05")),
        ]
    };
    let sent = |name| (name, Choice::Send, Reason::New);
    let held = |name, reason| (name, Choice::Hold, reason);
    let (original, copy, of_may) = ("mad_202304.txt", "Kopi af mad_202304.txt", "mad_202305 (2).txt");
    let same = Reason::SameContentOtherSlot;
    expect(copies(), HOLD, &[sent(original), held(copy, same), held(of_may, same)]);
    let open = Policy { same_content_other_slot: Rule::Send, ..HOLD };
    expect(copies(), open, &[sent(original), held(copy, Reason::SlotTaken), sent(of_may)]);
    // Whichever of the two takes many: no file is many because it lies there twice.
    let mut many = copies();
    for file in &mut many {
        file.one_per_period = false;
    }
    expect(many, open, &[sent(original), held(copy, Reason::SlotTaken), sent(of_may)]);
    let all_open = Policy { slot_taken: Rule::Send, ..open };
    expect(copies(), all_open, &[sent(original), sent(copy), sent(of_may)]);
    // A person who saw that lets it go; one who is one of two does not.
    let approved = |one_approval, covered: Vec<Reason>| {
        let mut files = copies();
        files[0].judgement.reason = Reason::Approved;
        (files[0].one_approval, files[0].covered) = (one_approval, covered);
        plan(files, open)[1].judgement.reason
    };
    assert_eq!(approved(false, vec![Reason::SlotTaken]), Reason::Approved);
    assert_eq!(approved(false, vec![Reason::OldPeriod]), Reason::SlotTaken);
    assert_eq!(approved(true, vec![Reason::SlotTaken]), Reason::SlotTaken);
    let mut files = copies();
    files[0].judgement = Judgement::new(Choice::Hold, Reason::OtherRoute, None);
    assert_eq!(plan(files, open)[1].judgement.reasons, [Reason::OtherRoute, Reason::SlotTaken]);
}

#[test]
fn of_equal_files_for_one_period_the_one_without_marks_goes() {
    let names = ["Kopi af mad_202304.txt", "mad_202304 (2).txt", "mad_202304-1.txt", "mad_202304.txt"];
    let files = names.map(|name| file(name, "x", name, Some("2023-04"))).to_vec();
    let held = |name| (name, Choice::Hold, Reason::SameContentOtherSlot);
    expect(
        files,
        HOLD,
        &[("mad_202304.txt", Choice::Send, Reason::New), held(names[0]), held(names[1]), held(names[2])],
    );
    // In one series, the others are its duplicates.
    let files = names.map(|name| file(name, "x", "mad", Some("2023-04"))).to_vec();
    assert_eq!(plan(files, HOLD)[0].path, "mad_202304.txt");
    // Earlier periods come first whatever their names are.
    let files =
        vec![file("mad_202305", "x", "a", Some("2023-05")), file("mad_202304_v2", "x", "b", Some("2023-04"))];
    assert_eq!(plan(files, HOLD)[0].path, "mad_202304_v2");
}

#[test]
fn two_files_for_one_name_on_the_server_are_both_held() {
    let mut files = vec![file("a", "1", "mad", Some("2023-04")), file("b", "2", "vask", Some("2023-04"))];
    files[0].remote_path = Some("ind/Liste.txt".to_owned());
    files[1].remote_path = Some("ind/liste.TXT".to_owned());
    let held = |name| (name, Choice::Hold, Reason::RemoteNameTaken);
    expect(files, HOLD, &[held("a"), held("b")]);
}

#[test]
fn a_name_that_an_unsettled_delivery_claims_is_not_given_to_another() {
    let files = vec![file("liste.txt", "1", "mad", Some("2023-04"))];
    let planned = super::plan(files, HOLD, &History::default(), &["ind/LISTE.txt".to_owned()]);
    assert_eq!(planned[0].judgement, judgement(Choice::Hold, Reason::RemoteNameTaken));
}

#[test]
fn look_alikes_are_all_held_unless_they_come_together() {
    let pair = || {
        vec![
            file("mad_202304.txt", "1", "mad_*.txt", Some("2023-04")),
            file("mad_202304_v2.txt", "2", "mad_*_v2.txt", Some("2023-04")),
        ]
    };
    let held = |name| (name, Choice::Hold, Reason::ConflictInRun);
    expect(pair(), HOLD, &[held("mad_202304.txt"), held("mad_202304_v2.txt")]);

    let sent = |name| (name, Choice::Send, Reason::New);
    for (one, other) in [(true, false), (false, true), (false, false)] {
        let mut files = pair();
        (files[0].one_per_period, files[1].one_per_period) = (one, other);
        let each = if one || other { held } else { sent };
        expect(files, HOLD, &[each("mad_202304.txt"), each("mad_202304_v2.txt")]);
    }

    let mut of_two_months = pair();
    of_two_months[1].key.as_mut().unwrap().slot.period = Some("2023-05".parse().unwrap());
    expect(of_two_months, HOLD, &[sent("mad_202304.txt"), sent("mad_202304_v2.txt")]);

    let mut copies = pair();
    copies[1].key.as_mut().unwrap().digest = Digest::of(b"1");
    let other = ("mad_202304_v2.txt", Choice::Hold, Reason::SameContentOtherSlot);
    expect(copies, HOLD, &[sent("mad_202304.txt"), other]);
}

#[test]
fn a_held_file_learns_what_the_others_have_against_it_and_speaks_against_them() {
    let mut files = vec![
        file("mad_202304.txt", "1", "mad_*.txt", Some("2023-04")),
        file("mad_202304_v2.txt", "2", "mad_*_v2.txt", Some("2023-04")),
    ];
    files[1].judgement = Judgement::new(Choice::Hold, Reason::NewSeries, None);
    let planned = plan(files.clone(), HOLD);
    assert_eq!(planned[0].judgement.reasons, [Reason::ConflictInRun]);
    assert_eq!(planned[1].judgement.reasons, [Reason::NewSeries, Reason::ConflictInRun]);
    // What nobody can let go, or a person took out, speaks against nothing.
    for reason in [Reason::Rejected, Reason::Empty, Reason::InDoubt, Reason::UnsafeFile] {
        files[1].judgement = Judgement::new(Choice::Hold, reason, None);
        let planned = plan(files.clone(), HOLD);
        assert_eq!(planned[0].judgement.reason, Reason::New, "{reason:?}");
        assert_eq!(planned[1].judgement.reasons, [reason]);
    }
}

#[test]
fn a_held_copy_for_another_month_names_that() {
    let mut files = vec![file("a", "x", "mad", Some("2023-04")), file("b", "x", "mad", Some("2023-05"))];
    files[1].judgement = Judgement::new(Choice::Hold, Reason::NewSeries, None);
    let planned = plan(files.clone(), HOLD);
    assert_eq!(planned[1].judgement.reasons, [Reason::NewSeries, Reason::SameContentOtherSlot]);
    let open = Policy { same_content_other_slot: Rule::Send, ..HOLD };
    assert_eq!(plan(files, open)[1].judgement.reasons, [Reason::NewSeries]);
}

#[test]
fn an_approval_that_did_not_see_the_others_does_not_pass_them() {
    let approved = |path, content, period| Candidate {
        judgement: Judgement::new(Choice::Send, Reason::Approved, None),
        covered: vec![Reason::OldPeriod],
        ..file(path, content, "mad", Some(period))
    };
    let rivals = vec![approved("a", "1", "2023-04"), file("b", "2", "mad", Some("2023-04"))];
    let held = |name| (name, Choice::Hold, Reason::ConflictInRun);
    expect(rivals, HOLD, &[held("a"), held("b")]);
    let copies = vec![approved("a", "1", "2023-04"), approved("b", "1", "2023-05")];
    let other = ("b", Choice::Hold, Reason::SameContentOtherSlot);
    expect(copies, HOLD, &[("a", Choice::Send, Reason::Approved), other]);
}

#[test]
fn one_name_on_the_server_has_one_normal_form() {
    let mut files = vec![file("a", "1", "mad", Some("2023-04")), file("b", "2", "vask", Some("2023-04"))];
    files[0].remote_path = Some("ind/måltid.txt".to_owned());
    files[1].remote_path = Some("ind/MA\u{30a}LTID.txt".to_owned());
    let held = |name| (name, Choice::Hold, Reason::RemoteNameTaken);
    expect(files, HOLD, &[held("a"), held("b")]);
}

fn any_file() -> impl Strategy<Value = Candidate> {
    let period = prop_oneof![Just(None), Just(Some("2023-04")), Just(Some("2023-05"))];
    let parts = (0..30_u8, 0..4_u8, 0..3_u8, period, any::<bool>(), 0..6_u8);
    parts.prop_map(|(name, content, series, period, one, kind)| {
        let mut it = file(&format!("f{name}"), &format!("c{content}"), &format!("s{series}"), period);
        it.one_per_period = one;
        it.judgement = match kind {
            0 => Judgement::new(Choice::Hold, Reason::Rejected, None),
            1 => Judgement::new(Choice::Send, Reason::Approved, None),
            2 => Judgement::new(Choice::Send, Reason::OldPeriod, None),
            _ => it.judgement,
        };
        it
    })
}

fn any_folder() -> impl Strategy<Value = Vec<Candidate>> {
    prop::collection::vec(any_file(), 0..25).prop_map(|files| {
        let mut seen = HashSet::new();
        let mut folder: Vec<_> = files.into_iter().filter(|file| seen.insert(file.path.clone())).collect();
        // A series either takes one file a period or many, for all its files.
        let mut takes = HashMap::new();
        for (index, file) in folder.iter_mut().enumerate() {
            file.index = index;
            let series = file.key.as_ref().unwrap().slot.series.clone();
            file.one_per_period = *takes.entry(series).or_insert(file.one_per_period);
        }
        folder
    })
}

fn any_policy() -> impl Strategy<Value = Policy> {
    prop_oneof![Just(Rule::Hold), Just(Rule::Skip), Just(Rule::Send)]
        .prop_map(|rule| Policy { same_content_other_slot: rule, ..HOLD })
}

proptest! {
    #[test]
    fn no_digest_is_planned_twice_for_a_slot(folder in any_folder(), policy in any_policy()) {
        let mut sent = HashSet::new();
        for file in plan(folder, policy).iter().filter(|file| file.judgement.choice == Choice::Send) {
            prop_assert!(sent.insert(file.key.clone()), "{}", file.path);
        }
    }

    #[test]
    fn a_plan_does_not_depend_on_the_order_of_the_folder(
        folder in any_folder(), policy in any_policy(), seed in any::<prop::sample::Index>()
    ) {
        let mut other = folder.clone();
        if !other.is_empty() {
            let at = seed.index(other.len());
            other.rotate_left(at);
            other.reverse();
        }
        prop_assert_eq!(reasons(folder, policy), reasons(other, policy));
    }

    #[test]
    fn every_file_gets_one_decision(folder in any_folder(), policy in any_policy()) {
        let mut planned: Vec<usize> = plan(folder.clone(), policy).iter().map(|file| file.index).collect();
        planned.sort_unstable();
        prop_assert_eq!(planned, (0..folder.len()).collect::<Vec<_>>());
    }

    #[test]
    fn a_slot_of_one_gets_one_file_unless_a_person_says_more(folder in any_folder(), policy in any_policy()) {
        let mut digests: HashMap<Slot, HashSet<Digest>> = HashMap::new();
        for file in plan(folder, policy) {
            let key = file.key.unwrap();
            let counts = file.judgement.choice == Choice::Send && file.judgement.reason != Reason::Approved;
            if counts && file.one_per_period && key.slot.period.is_some() {
                let seen = digests.entry(key.slot).or_default();
                seen.insert(key.digest);
                prop_assert_eq!(seen.len(), 1);
            }
        }
    }

    #[test]
    fn what_is_held_on_its_own_stays_held(folder in any_folder(), policy in any_policy()) {
        for file in plan(folder.clone(), policy) {
            if folder[file.index].judgement.choice == Choice::Hold {
                prop_assert_eq!(file.judgement, folder[file.index].judgement.clone());
            }
        }
    }
}
