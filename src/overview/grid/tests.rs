use std::time::Duration;

use chrono::DateTime;

use super::*;
use crate::digest::Digest;
use crate::model::attention::{AttentionItem, AttentionKind};
use crate::model::decision::{Earlier, Reason};
use crate::model::delivery::{Key, Slot};
use crate::model::ledger::{ChainPosition, DuplicateRecord, PastRun};
use crate::series::{PerPeriod, PeriodSource, Route};

const NOW: &str = "2023-04-25T06:00:00+02:00";

fn month(text: &str) -> Period {
    text.parse().unwrap()
}

fn rule(name: &str, due_day: Option<u8>) -> SeriesRule {
    SeriesRule {
        name: name.into(),
        files: Vec::new(),
        period: PeriodSource::BuiltIn,
        per_period: PerPeriod::One,
        due_day,
        due_before_run: false,
        due_from: None,
        not_due: Vec::new(),
        remote_folder: None,
        contact: None,
        mail: None,
        route: Route::Us,
    }
}

fn delivery(id: i64, series: &str, period: &str, state: State) -> Delivery {
    let slot = Slot { series: series.into(), period: Some(month(period)) };
    Delivery {
        id,
        run: Some(1),
        state,
        key: Key { slot, digest: Digest::from_bytes([7; 32]) },
        path: format!("{series}_{period}.txt"),
        size: 1,
        temporary: None,
        remote_path: Some(format!("ind/{series}_{period}.txt")),
        reason: "new".into(),
        started_at: format!("{period}-14T06:00:00+02:00"),
        changed_at: format!("{period}-15T06:00:00+02:00"),
        delivered_at: state.is_delivered().then(|| format!("{period}-14T06:00:00+02:00")),
        picked_up_at: None,
        temporary_gone_at: None,
        left_as: None,
        content: None,
        observed: Vec::new(),
        why: None,
        who: None,
    }
}

fn file(path: &str, period: Option<&str>, decision: Choice, reason: Reason) -> FileReport {
    FileReport {
        path: path.into(),
        size: 1,
        sha256: None,
        series: Some("mad".into()),
        period: period.map(month),
        decision,
        reason,
        reasons: vec![reason],
        outcome: None,
        delivery_id: None,
        remote_path: None,
        hold_id: (decision == Choice::Hold).then_some(3),
        earlier: None,
        error: None,
        content: None,
        notes: Vec::new(),
        delivered_records: 0,
        delivered_with: Vec::new(),
        observed: Vec::new(),
        compared: None,
        look_alike: None,
        approved_before: false,
        blocked: None,
        advice: None,
        is_folder: false,
        waiting_since: None,
        approved_by: None,
    }
}

fn because_of(mut file: FileReport, delivery: &Delivery) -> FileReport {
    file.earlier = Some(Earlier::from(delivery));
    file
}

/// The deliveries, as the ledger would answer.
fn facts(series: &[SeriesRule], deliveries: Vec<Delivery>, files: Vec<FileReport>) -> Facts<'_> {
    let mut first = std::collections::HashMap::new();
    for delivery in
        deliveries.iter().filter(|delivery| delivery.state != State::Adopted && delivery.state.is_delivered())
    {
        let period = delivery.key.slot.period.unwrap();
        let known = first.entry(delivery.key.slot.series.clone()).or_insert(period);
        *known = period.min(*known);
    }
    Facts {
        now: DateTime::parse_from_rfc3339(NOW).unwrap(),
        series,
        calendar: Box::leak(Box::default()),
        asked: Vec::new(),
        left_on_server: Vec::new(),
        quiet_for: None,
        files,
        in_doubt: deliveries.iter().filter(|d| d.state == State::InDoubt).cloned().collect(),
        not_picked_up: Vec::new(),
        deliveries,
        refused: Vec::new(),
        altered: Vec::new(),
        held_since: [(3, "2023-04-10T06:00:00+02:00".to_owned())].into(),
        first,
        last_run: None,
        run_under_way: false,
        made_at: Some("2023-03-02T06:00:00+01:00".into()),
        chain_head: ChainPosition { seq: 1, hash: Digest::from_bytes([1; 32]) },
    }
}

/// The standings of a series in a month.
fn standings(overview: &Overview, series: &str, period: &str) -> Vec<SlotStatus> {
    let at = overview.months.iter().position(|at| *at == month(period)).unwrap();
    let row = overview.series.iter().find(|row| row.series == series).unwrap();
    row.cells[at].marks.iter().map(|mark| mark.standing).collect()
}

fn keys(overview: &Overview) -> Vec<&str> {
    overview.matters.iter().map(|matter| matter.key.as_str()).collect()
}

#[test]
fn the_grid_is_five_months_back_to_the_next_one() {
    let overview = build(&facts(&[], Vec::new(), Vec::new()));
    let months: Vec<String> = overview.months.iter().map(ToString::to_string).collect();
    assert_eq!(months, ["2022-11", "2022-12", "2023-01", "2023-02", "2023-03", "2023-04", "2023-05"]);
    assert!(overview.series.is_empty() && overview.matters.is_empty());
    assert_eq!(overview.exit().code(), 0);
}

#[test]
fn the_expectation_begins_with_the_ledger_or_an_earlier_delivery() {
    use SlotStatus::{Delivered, Overdue};
    let series = [rule("mad", Some(20)), rule("vask", Some(28)), rule("post", None)];
    let overview = build(&facts(&series, vec![delivery(1, "mad", "2023-01", State::Archived)], Vec::new()));
    let all = |name: &str| -> Vec<Vec<SlotStatus>> {
        overview.months.iter().map(|period| standings(&overview, name, &period.to_string())).collect()
    };
    let none = Vec::new;
    let late = || vec![Overdue];
    assert_eq!(all("mad"), [none(), none(), vec![Delivered], late(), late(), late(), none()]);
    // The ledger was made in March; April's is due on the 28th.
    assert_eq!(all("vask"), [none(), none(), none(), none(), late(), vec![SlotStatus::Missing], none()]);
    assert!(all("post").concat().is_empty(), "nothing is expected of a series without a due day");
    assert_eq!(
        keys(&overview),
        ["overdue:mad:2023-02", "overdue:mad:2023-03", "overdue:vask:2023-03", "overdue:mad:2023-04"]
    );
    let due = &overview.series[0].cells.iter().map(|cell| cell.due).collect::<Vec<_>>()[4..];
    assert_eq!(
        due,
        ["2023-03-20", "2023-04-20"]
            .map(|day| Some(day.parse().unwrap()))
            .into_iter()
            .chain([None])
            .collect::<Vec<_>>()
    );
}

#[test]
fn the_configuration_says_from_when_and_in_which_months_none_comes() {
    let from = |due_from: &str| SeriesRule { due_from: due_from.parse().ok(), ..rule("mad", Some(10)) };
    let late = |rule: SeriesRule, first: &str| {
        let deliveries = vec![delivery(1, "mad", first, State::Archived)];
        keys(&build(&facts(&[rule], deliveries, Vec::new()))).join(" ")
    };
    assert_eq!(
        late(rule("mad", Some(10)), "2023-04"),
        "overdue:mad:2023-03",
        "what was due before the first delivery"
    );
    assert_eq!(late(from("2023-04"), "2023-04"), "");
    assert_eq!(late(from("2023-02"), "2023-04"), "overdue:mad:2023-02 overdue:mad:2023-03");
    let summer = SeriesRule { not_due: vec![month("2023-03")], ..from("2023-02") };
    assert_eq!(late(summer, "2023-04"), "overdue:mad:2023-02");
}

#[test]
fn what_was_adopted_makes_no_month_expected() {
    let adopted =
        vec![delivery(1, "mad", "2022-11", State::Adopted), delivery(2, "mad", "2023-03", State::Adopted)];
    let series = [rule("mad", Some(28))];
    assert!(build(&facts(&series, adopted, Vec::new())).matters.is_empty());
}

#[test]
fn a_file_is_overdue_from_the_day_after_it_was_due() {
    let series = [rule("mad", Some(22))]; // a Saturday: due on Friday the 21st
    for (now, standing) in [
        ("2023-04-21T23:59:59+02:00", SlotStatus::Missing),
        ("2023-04-22T00:00:00+02:00", SlotStatus::Overdue),
        // It is the local day that counts.
        ("2023-04-21T22:30:00+00:00", SlotStatus::Missing),
    ] {
        let mut facts = facts(&series, Vec::new(), Vec::new());
        facts.now = DateTime::parse_from_rfc3339(now).unwrap();
        facts.made_at = Some("2023-04-01T06:00:00+02:00".into());
        assert_eq!(standings(&build(&facts), "mad", "2023-04"), [standing], "{now}");
    }
}

/// 1 January is a holiday: the file for January is due in December.
#[test]
fn a_file_that_is_due_before_its_month_is_overdue_before_it_too() {
    let series = [rule("mad", Some(1))];
    for (now, standings_then, matter) in [
        ("2023-12-28T06:00:00+01:00", vec![], false),
        ("2023-12-29T06:00:00+01:00", vec![SlotStatus::Missing], false),
        ("2023-12-30T06:00:00+01:00", vec![SlotStatus::Overdue], true),
        ("2024-01-01T06:00:00+01:00", vec![SlotStatus::Overdue], true),
    ] {
        let mut facts = facts(&series, Vec::new(), Vec::new());
        facts.now = DateTime::parse_from_rfc3339(now).unwrap();
        facts.made_at = Some("2023-12-05T06:00:00+01:00".into());
        let overview = build(&facts);
        assert_eq!(standings(&overview, "mad", "2024-01"), standings_then, "{now}");
        assert_eq!(keys(&overview).contains(&"overdue:mad:2024-01"), matter, "{now}");
    }
}

/// April is overdue unless something was delivered.
#[test]
fn only_a_delivery_or_an_adoption_makes_good() {
    use SlotStatus::{Adopted, Delivered, DuplicateRefused, Held, InDoubt, Missing, Overdue, Waiting};
    let of = |state| vec![delivery(1, "mad", "2023-04", state)];
    let lies = |decision, reason| vec![file("mad.txt", Some("2023-04"), decision, reason)];
    let held = || lies(Choice::Hold, Reason::SlotTaken);
    let waits = || lies(Choice::Wait, Reason::Unsettled);
    let sends = || lies(Choice::Send, Reason::New);
    let doubted =
        because_of(file("mad.txt", Some("2023-04"), Choice::Hold, Reason::InDoubt), &of(State::InDoubt)[0]);
    let cases = [
        (Vec::new(), Vec::new(), vec![Overdue], vec![Missing]),
        (of(State::Delivered), Vec::new(), vec![Delivered], vec![Delivered]),
        (of(State::Archived), Vec::new(), vec![Delivered], vec![Delivered]),
        (of(State::Adopted), Vec::new(), vec![Adopted], vec![Adopted]),
        (of(State::Abandoned), Vec::new(), vec![Overdue], vec![Missing]),
        (of(State::NotDelivered), Vec::new(), vec![Overdue], vec![Missing]),
        (of(State::InDoubt), Vec::new(), vec![Overdue, InDoubt], vec![InDoubt]),
        (of(State::InDoubt), vec![doubted], vec![Overdue, InDoubt], vec![InDoubt]),
        (of(State::Publishing), Vec::new(), vec![Overdue, Waiting], vec![Waiting]),
        (Vec::new(), held(), vec![Overdue, Held], vec![Held]),
        (Vec::new(), waits(), vec![Overdue, Waiting], vec![Waiting]),
        (Vec::new(), sends(), vec![Overdue, Waiting], vec![Waiting]),
        (Vec::new(), lies(Choice::Skip, Reason::OldPeriod), vec![Overdue], vec![Missing]),
        (of(State::Archived), held(), vec![Held, Delivered], vec![Held, Delivered]),
        (
            of(State::Archived),
            lies(Choice::Duplicate, Reason::AlreadyDelivered),
            vec![Delivered, DuplicateRefused],
            vec![Delivered, DuplicateRefused],
        ),
    ];
    for (at, (deliveries, files, late, early)) in cases.into_iter().enumerate() {
        for (due_day, expected) in [(20, &late), (28, &early)] {
            let series = [rule("mad", Some(due_day))];
            let mut facts = facts(&series, deliveries.clone(), files.clone());
            facts.made_at = Some("2023-04-01T06:00:00+02:00".into());
            let overview = build(&facts);
            assert_eq!(&standings(&overview, "mad", "2023-04"), expected, "case {at}, due on the {due_day}.");
            let overdue = keys(&overview).contains(&"overdue:mad:2023-04");
            assert_eq!(overdue, expected.contains(&Overdue), "case {at}");
        }
    }
}

#[test]
fn an_old_omission_stays_a_matter_for_a_year_after_it_left_the_grid() {
    let series = [rule("mad", Some(20))];
    // All was delivered since 2019 but for 2021 and two months of 2022.
    let months = [1, 2, 4, 5, 6, 7, 8, 9, 10, 12].map(|month| format!("2022-{month:02}"));
    let months =
        months.into_iter().chain(["2019-01", "2023-01", "2023-02", "2023-03", "2023-04"].map(String::from));
    let deliveries =
        months.zip(1..).map(|(month, id)| delivery(id, "mad", &month, State::Archived)).collect();
    let overview = build(&facts(&series, deliveries, Vec::new()));
    // Five months of the grid before this one, and twelve before those.
    let late = ["2021-11", "2021-12", "2022-03", "2022-11"].map(|month| format!("overdue:mad:{month}"));
    assert_eq!(keys(&overview), late);
    let whole: Vec<Delivery> = (0..18)
        .map(|back| month("2023-04").plus(-back).unwrap().to_string())
        .map(|period| delivery(1, "mad", &period, State::Adopted))
        .collect();
    assert!(build(&facts(&series, whole, Vec::new())).matters.is_empty());
}

#[test]
fn matters_come_by_urgency_and_bring_their_commands() {
    let series = [rule("mad", Some(20))];
    let doubt = delivery(12, "vask", "2023-03", State::InDoubt);
    let held = file("mad_uden_måned.txt", None, Choice::Hold, Reason::UnknownPeriod);
    let mut facts = facts(&series, vec![doubt], vec![held]);
    facts.quiet_for = Some(Duration::from_secs(3600));
    facts.made_at = Some("2023-04-01T06:00:00+02:00".into());
    let overview = build(&facts);
    assert_eq!(keys(&overview), ["in_doubt:12", "overdue:mad:2023-04", "held:3", "quiet"]);
    let [doubt, overdue, held, quiet] = <[AttentionItem; 4]>::try_from(overview.matters.clone()).unwrap();
    assert_eq!(
        doubt.commands,
        [
            "traekfil resolve 12 --delivered --reason \"…\"",
            "traekfil resolve 12 --not-delivered --reason \"…\""
        ]
    );
    assert_eq!(held.commands, ["traekfil approve 3 --reason \"…\"", "traekfil reject 3 --reason \"…\""]);
    assert_eq!((overdue.since.as_deref(), overdue.kind), (Some("2023-04-20"), AttentionKind::Overdue));
    assert_eq!((held.reason, held.hold_id), (Some(Reason::UnknownPeriod), Some(3)));
    assert_eq!(held.since.as_deref(), Some("2023-04-10T06:00:00+02:00"));
    assert_eq!(quiet.since.as_deref(), Some("2023-04-01T06:00:00+02:00"));
    assert_eq!(overview.exit().code(), 3);
}

#[test]
fn a_file_in_doubt_is_one_matter_with_its_delivery() {
    let doubt = delivery(12, "mad", "2023-04", State::InDoubt);
    let held = because_of(file("mad.txt", Some("2023-04"), Choice::Hold, Reason::InDoubt), &doubt);
    let overview = build(&facts(&[], vec![doubt], vec![held]));
    assert_eq!(keys(&overview), ["in_doubt:12"]);
    assert_eq!(overview.matters[0].hold_id, Some(3));
}

#[test]
fn what_a_run_has_in_hand_is_no_matter_until_it_was_broken_off() {
    let publishing = delivery(12, "mad", "2023-04", State::Publishing);
    let held = because_of(file("mad.txt", Some("2023-04"), Choice::Hold, Reason::InDoubt), &publishing);
    let mut facts = facts(&[], vec![publishing], vec![held]);
    let overview = build(&facts);
    assert_eq!(
        (keys(&overview), standings(&overview, "mad", "2023-04")),
        (vec!["held:3"], vec![SlotStatus::Held])
    );
    facts.run_under_way = true;
    let overview = build(&facts);
    assert_eq!(
        (keys(&overview), standings(&overview, "mad", "2023-04")),
        (vec![], vec![SlotStatus::Waiting])
    );
}

#[test]
fn a_duplicate_put_away_is_told_of_once() {
    use SlotStatus::{Delivered, DuplicateRefused};
    let original = delivery(1, "mad", "2023-04", State::Archived);
    let mut again =
        because_of(file("mad.txt", Some("2023-04"), Choice::Duplicate, Reason::AlreadyDelivered), &original);
    again.outcome = Some(FileOutcome::Duplicate);
    let mut facts = facts(&[], vec![original], vec![again]);
    let refused =
        DuplicateRecord { delivery: 1, path: "mad.txt".into(), at: "2023-05-02T06:00:00+02:00".into() };
    facts.refused = vec![refused];
    assert_eq!(standings(&build(&facts), "mad", "2023-04"), [Delivered, DuplicateRefused]);
    // The same file lies there once more, not yet put away.
    facts.files[0].outcome = None;
    assert_eq!(standings(&build(&facts), "mad", "2023-04"), [Delivered, DuplicateRefused, DuplicateRefused]);
}

#[test]
fn it_is_quiet_when_the_last_run_is_too_long_ago() {
    let run = |at: &str| {
        Some(PastRun {
            id: 1,
            started_at: at.into(),
            finished_at: None,
            exit_code: None,
            warnings: Vec::new(),
        })
    };
    for (last_run, made_at, quiet) in [
        (run("2023-04-24T06:00:00+02:00"), None, false),
        (run("2023-04-24T05:59:59+02:00"), None, true),
        (run("2023-04-24T05:30:00+01:00"), None, false), // another offset, the same clock for all
        (None, Some("2023-04-24T05:59:59+02:00"), true),
        (None, Some("2023-04-24T06:00:00+02:00"), false),
        (None, None, false),
    ] {
        let mut facts = facts(&[], Vec::new(), Vec::new());
        (facts.last_run, facts.made_at) = (last_run.clone(), made_at.map(Into::into));
        facts.quiet_for = Some(Duration::from_secs(24 * 60 * 60));
        assert_eq!(keys(&build(&facts)) == ["quiet"], quiet, "{last_run:?} {made_at:?}");
        facts.quiet_for = None;
        assert!(build(&facts).matters.is_empty());
    }
}
