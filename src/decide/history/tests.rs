#![allow(clippy::unwrap_used, clippy::expect_used)]

use globset::GlobBuilder;

use super::*;
use crate::digest::Digest;
use crate::model::delivery::State;
use crate::series::{PerPeriod, PeriodSource, Route};

fn rule(name: &str, glob: &str) -> SeriesRule {
    SeriesRule {
        name: name.to_owned(),
        files: vec![GlobBuilder::new(glob).case_insensitive(true).build().unwrap().compile_matcher()],
        period: PeriodSource::BuiltIn,
        per_period: PerPeriod::One,
        due_day: None,
        due_before_run: false,
        due_from: None,
        not_due: Vec::new(),
        remote_folder: None,
        contact: None,
        mail: None,
        route: Route::Us,
    }
}

fn month(text: &str) -> Period {
    text.parse().unwrap()
}

/// A delivery of a file with that path, under the series that its name gives without any `[[series]]`.
fn delivery(id: i64, path: &str, state: State) -> Delivery {
    let found = series::identify(&[], file_name(path), b"");
    let slot = Slot { series: found.series, period: found.period };
    Delivery {
        id,
        run: Some(1),
        state,
        key: Key { slot, digest: Digest::of(path.as_bytes()) },
        path: path.to_owned(),
        size: 7,
        temporary: None,
        temporary_gone_at: None,
        left_as: None,
        content: None,
        observed: Vec::new(),
        remote_path: None,
        reason: "new".to_owned(),
        started_at: String::new(),
        changed_at: String::new(),
        picked_up_at: None,
        delivered_at: None,
        why: None,
        who: None,
    }
}

fn delivered(paths: &[&str], rules: &[SeriesRule]) -> History {
    let numbered = (1..).zip(paths);
    History::of(numbered.map(|(id, path)| delivery(id, path, State::Archived)).collect(), rules, Some(1))
}

fn looks_like(history: &History, name: &str) -> Option<String> {
    let found = series::identify(&[], name, b"");
    let slot = Slot { series: found.series, period: found.period };
    let key = Key { slot, digest: Digest::of(b"another content") };
    let names = history.names_of(key.slot.period.unwrap());
    let found = history.look_alike(&names, (&key, name, &names::core_of(name)), true);
    found.map(|(delivery, _)| delivery.path.clone())
}

#[test]
fn a_series_is_known_by_any_delivery_and_nothing_is_had_by_a_failed_one() {
    for &state in State::ALL {
        let history = History::of(vec![delivery(1, "mad_202304.txt", state)], &[], Some(1));
        assert!(history.knows("mad_*.txt") && history.knows("MAD_*.TXT"), "{state:?}");
        assert!(!history.knows("vask_*.txt"), "{state:?}");
        assert_eq!(history.has_begun(), state.is_delivered(), "{state:?}");
    }
    assert!(!History::default().knows("mad_*.txt") && !History::default().has_begun());
}

#[test]
fn a_series_of_an_older_ledger_is_known_whatever_its_normal_form() {
    let mut old = delivery(1, "MA\u{30a}LTID_202304.txt", State::Archived);
    old.key.slot.series = "ma\u{30a}ltid_*.txt".to_owned();
    let history = History::of(vec![old], &[], None);
    assert!(history.knows("måltid_*.txt"));
}

#[test]
fn an_earlier_name_gets_todays_slot() {
    let rules = [rule("mad", "mad_*")];
    let history = delivered(&["nord/mad_202304.txt", "vask_202304.txt"], &rules);
    let slot = |series: &str, period| Slot { series: series.to_owned(), period };
    let ids = |slot: &Slot| history.renamed_into(slot).map(|delivery| delivery.id).collect::<Vec<_>>();
    assert_eq!(ids(&slot("mad", Some(month("2023-04")))), [1]);
    assert_eq!(ids(&slot("Mad", Some(month("2023-04")))), [1]);
    assert_eq!(ids(&slot("mad", Some(month("2023-05")))), [0; 0]);
    // The ledger itself tells of this one.
    assert_eq!(ids(&slot("vask_*.txt", Some(month("2023-04")))), [0; 0]);
    assert!(history.knows("mad") && history.knows("mad_*.txt"));
}

#[test]
fn a_period_in_the_content_is_the_ledgers() {
    let mut rules = [rule("mad", "mad.txt")];
    rules[0].period = PeriodSource::Content(regex::Regex::new(r"(?<year>\d{4})(?<month>\d\d)").unwrap());
    let mut old = delivery(1, "mad.txt", State::Archived);
    old.key.slot.period = Some(month("2023-04"));
    let history = History::of(vec![old], &rules, None);
    let slot = Slot { series: "mad".to_owned(), period: Some(month("2023-04")) };
    assert_eq!(history.renamed_into(&slot).count(), 1);
}

#[test]
fn the_newest_look_alike_is_found_by_name() {
    let history =
        delivered(&["mad_202304.txt", "mad_202304 (2).txt", "vask_202304.txt", "mad_202305.txt"], &[]);
    assert_eq!(looks_like(&history, "mad_202304_v2.txt").as_deref(), Some("mad_202304 (2).txt"));
    let endings = delivered(&["mad_202304.txt", "mad_202304.sha256"], &[]);
    assert_eq!(looks_like(&endings, "mad_202304_v2.TXT").as_deref(), Some("mad_202304.txt"));
    assert_eq!(looks_like(&endings, "mad_202304.csv").as_deref(), Some("mad_202304.sha256"));
    assert_eq!(looks_like(&history, "rettet vask april 2023.csv").as_deref(), Some("vask_202304.txt"));
    assert_eq!(looks_like(&history, "snak_202304.txt"), None);
    assert_eq!(looks_like(&history, "mad_202306.csv"), None);
    let failed = History::of(vec![delivery(1, "mad_202304.txt", State::Abandoned)], &[], None);
    assert_eq!(looks_like(&failed, "mad_202304_v2.txt"), None);
    let mut same = delivery(1, "mad_202304.txt", State::Archived);
    same.key.digest = Digest::of(b"another content");
    assert_eq!(looks_like(&History::of(vec![same], &[], None), "mad_202304_v2.txt"), None);
}

#[test]
fn series_that_came_together_are_no_look_alikes() {
    let pair = ["mad_202303.txt", "mad_202303.sha256", "mad_202304.txt"];
    let history = delivered(&pair, &[]);
    assert_eq!(looks_like(&history, "mad_202304.sha256"), None);
    assert!(history.came_together("mad_*.txt", "MAD_*.SHA256", month("2023-04")));
    assert!(
        !history.came_together("mad_*.txt", "mad_*.sha256", month("2023-03")),
        "a month before is asked for"
    );
    // One after the other is no pair: the supplier changed the ending.
    let changed = delivered(&["mad_202302.csv", "mad_202303.txt", "mad_202304.txt"], &[]);
    assert_eq!(looks_like(&changed, "mad_202304.csv").as_deref(), Some("mad_202304.txt"));
    // A [[series]] that is added later changes nothing about the pair.
    let history = delivered(&pair, &[rule("mad", "mad_*.txt")]);
    assert!(history.came_together("mad", "mad_*.sha256", month("2023-04")));
}

#[test]
fn a_first_run_that_was_cut_off_makes_no_other_series_new() {
    let begun = |run: Option<i64>, last_whole_run| {
        let delivery = Delivery { run, ..delivery(1, "mad_202304.txt", State::Archived) };
        History::of(vec![delivery], &[], last_whole_run).has_begun()
    };
    assert!(!begun(Some(1), None), "cut off");
    assert!(begun(Some(1), Some(1)) && begun(Some(1), Some(2)));
    assert!(!begun(Some(2), Some(1)));
    assert!(begun(None, None), "adopted");
}
