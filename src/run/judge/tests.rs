//! The real judge on a folder and a ledger in memory: no two files for one slot go unasked, whatever they are called.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::digest::Digest;
use crate::ledger::event::{Event, Started};
use crate::model::delivery::Step;
use crate::series::identify;

const NOW: &str = "2026-10-14T06:00:00+02:00";

fn config(root: &Path, series: &str) -> Config {
    let text = format!(
        "{series}\n[scan]\nsettle = \"0s\"\n[sftp]\nhost = \"sftp.example.dk\"\nuser = \"korsbaek\"\n"
    );
    let config = Config::of(&root.join("config.toml"), text.into_bytes()).unwrap();
    fs::create_dir_all(&config.drop).unwrap();
    config
}

/// A ledger in which these files were delivered, each with its name for its content, under today's series.
fn delivered(config: &Config, names: &[&str]) -> LedgerReader {
    LedgerReader::in_memory(NOW, &delivered_events(config, names)).unwrap()
}

fn delivered_events(config: &Config, names: &[&str]) -> Vec<Event> {
    let mut events =
        vec![Event::LedgerMade { ledger: "0123456789abcdef".to_owned() }, Event::RunStarted { run: 1 }];
    for (delivery, name) in (1..).zip(names) {
        let found = identify(&config.series, name, b"");
        events.push(Event::Started(Started {
            delivery,
            run: 1,
            series: found.series,
            period: found.period,
            digest: Digest::of(name.as_bytes()),
            size: 7,
            path: (*name).to_owned(),
            temporary: format!(".{name}.part"),
            remote_path: (*name).to_owned(),
            reason: "new".to_owned(),
            decision: None,
            content: None,
            observed: Vec::new(),
            keyed: None,
        }));
        for step in [Step::Publish, Step::Confirm, Step::PutAway] {
            events.push(Event::Stepped { delivery, step, why: None, who: None });
        }
    }
    events.push(Event::RunFinished { run: 1, exit: 0, warnings: Vec::new() });
    events
}

/// What happens to these files where they lie in the folder, each with a content of its own.
fn judged(config: &Config, ledger: &LedgerReader, names: &[&str]) -> Vec<(String, Judgement)> {
    for (n, name) in names.iter().enumerate() {
        fs::write(config.drop.join(name), format!("{n}")).unwrap();
    }
    let now = DateTime::parse_from_rfc3339(NOW).unwrap();
    let planned = scan_and_judge(config, ledger, now).unwrap().files;
    planned.into_iter().map(|file| (file.scanned.file.path, file.judgement)).collect()
}

fn sent(judged: &[(String, Judgement)]) -> Vec<&str> {
    let sent = judged.iter().filter(|(_, judgement)| judgement.choice == Choice::Send);
    sent.map(|(path, _)| path.as_str()).collect()
}

const MAD: &str = "[[series]]\nname = \"mad\"\nfiles = [\"mad*\"]\n";

/// Other names that a file for October may have once it was copied, corrected or exported again.
const AGAIN: [&str; 21] = [
    "mad_kommune21_202610_v2.txt",
    "mad_kommune21_202610 (2).txt",
    "mad_kommune21_202610-ny.txt",
    "mad_kommune21_202610.csv",
    "mad_kommune21_202610 - Kopi.txt",
    "mad_kommune21_202610 - Kopi (3).txt",
    "mad_kommune21_202610[1].txt",
    "mad_kommune21_202610.txt.txt",
    "mad_kommune21_202610_rettet.xml",
    "mad_kommune21_202610_FINAL2.txt",
    "mad-kommune21-2026-10.txt",
    "mad kommune21 oktober 2026.txt",
    "mad_kommune21_202610_korrektion1.txt",
    "Kopi af mad_kommune21_202610.txt",
    "Copy of mad_kommune21_202610.txt",
    "rettet_mad_kommune21_202610.txt",
    "endelig mad_kommune21_10-2026.txt",
    "20261001_mad_kommune21.txt",
    "mad_kommune21_202610_ver. 3.txt",
    "MAD_KOMMUNE21_202610_2. udgave.TXT",
    "mad_kommune21_202610_1.txt",
];

#[test]
fn a_copy_or_correction_is_held_and_names_what_kp_has() {
    for series in ["", MAD] {
        for name in AGAIN {
            let root = tempfile::tempdir().unwrap();
            let config = config(root.path(), series);
            let ledger = delivered(&config, &["mad_kommune21_202610.txt"]);
            let judged = judged(&config, &ledger, &[name]);
            let judgement = &judged[0].1;
            assert_eq!(judgement.choice, Choice::Hold, "{series} {name}");
            let expected = [Reason::NewSeries, Reason::UnknownSeries, Reason::SlotTaken];
            assert!(expected.contains(&judgement.reason), "{name}: {:?}", judgement.reason);
            let named = judgement.look_alike.as_deref().or(judgement.earlier.as_ref());
            assert_eq!(named.map(|earlier| earlier.delivery_id), Some(1), "{series} {name}: {judgement:?}");
        }
    }
}

#[test]
fn in_one_run_neither_goes() {
    for series in ["", MAD] {
        for name in AGAIN {
            let root = tempfile::tempdir().unwrap();
            let config = config(root.path(), series);
            let judged = judged(&config, &delivered(&config, &[]), &["mad_kommune21_202610.txt", name]);
            assert_eq!(sent(&judged), [""; 0], "{series} {name}");
            for (path, judgement) in &judged {
                assert!(judgement.reasons.contains(&Reason::ConflictInRun), "{path}: {judgement:?}");
            }
        }
    }
}

#[test]
fn the_first_run_of_a_fresh_ledger_asks_about_no_series() {
    let root = tempfile::tempdir().unwrap();
    let config = config(root.path(), "");
    let judged =
        judged(&config, &delivered(&config, &[]), &["mad_202610.txt", "vask_202610.txt", "snak_202610.csv"]);
    assert!(judged.iter().all(|(_, judgement)| judgement.reason == Reason::New), "{judged:?}");
}

#[test]
fn a_name_that_fits_no_series_is_held_even_in_the_first_run() {
    let root = tempfile::tempdir().unwrap();
    let config = config(root.path(), MAD);
    let judged = judged(&config, &delivered(&config, &[]), &["mad_202610.txt", "vask_202610.txt"]);
    let reasons: Vec<_> = judged.iter().map(|(path, judgement)| (path.as_str(), judgement.reason)).collect();
    assert_eq!(reasons, [("mad_202610.txt", Reason::New), ("vask_202610.txt", Reason::UnknownSeries)]);
}

#[test]
fn adding_a_series_frees_no_slot() {
    let root = tempfile::tempdir().unwrap();
    let before = config(root.path(), "");
    let ledger = delivered(&before, &["mad_202610.txt"]);
    let today = config(root.path(), MAD);
    for name in ["mad_202610.txt", "mad_oktober_2026.csv"] {
        let judged = judged(&today, &ledger, &[name]);
        let judgement = &judged.iter().find(|(path, _)| path == name).unwrap().1;
        assert_eq!((judgement.choice, judgement.reason), (Choice::Hold, Reason::SlotTaken), "{name}");
        assert_eq!(judgement.earlier.as_ref().map(|earlier| earlier.delivery_id), Some(1));
        fs::remove_file(today.drop.join(name)).unwrap();
    }
    // Nor does taking it away, and what was known stays known.
    let ledger = delivered(&today, &["mad_202609.txt", "mad_202610.txt"]);
    let again = judged(&before, &ledger, &["mad_202610.txt", "mad_202611.txt"]);
    let reasons: Vec<_> = again.iter().map(|(path, judgement)| (path.as_str(), judgement.reason)).collect();
    assert_eq!(reasons, [("mad_202610.txt", Reason::SlotTaken), ("mad_202611.txt", Reason::New)]);
}

#[test]
fn a_file_and_its_checksum_stay_a_pair() {
    let root = tempfile::tempdir().unwrap();
    let config = config(root.path(), "");
    let ledger = delivered(&config, &["mad_202609.txt", "mad_202609.txt.sha256"]);
    let judged = judged(&config, &ledger, &["mad_202610.txt", "mad_202610.txt.sha256"]);
    assert_eq!(sent(&judged).len(), 2, "{judged:?}");
}

#[test]
fn måltid_is_one_series_however_it_is_written() {
    let root = tempfile::tempdir().unwrap();
    let config = config(root.path(), "");
    let ledger = delivered(&config, &["måltid_202609.txt", "måltid_202610.txt"]);
    let judged = judged(&config, &ledger, &["MA\u{30a}LTID_202610.TXT", "ma\u{30a}ltid_202611.txt"]);
    let reasons: Vec<_> = judged.iter().map(|(_, judgement)| judgement.reason).collect();
    assert_eq!(reasons, [Reason::SlotTaken, Reason::New]);
}

/// A year of ordinary files: suppliers of several names, a pair, a series of parts.
#[test]
fn an_ordinary_year_is_judged_as_before() {
    let monthly = |month: &str| {
        [
            format!("mad_korsbaek_{month}.txt"),
            format!("vask_korsbaek_{month}.txt"),
            format!("vask_korsbaek_{month}.txt.sha256"),
            format!("Måltid {month}.csv"),
            format!("tilskud_{month}_1.txt"),
            format!("tilskud_{month}_2.txt"),
            format!("{month}_nord_mad.xml"),
            format!("{month}_syd_mad.xml"),
        ]
    };
    let months = [
        "202510", "202511", "202512", "202601", "202602", "202603", "202604", "202605", "202606", "202607",
        "202608", "202609",
    ];
    let past: Vec<String> = months.iter().flat_map(|month| monthly(month)).collect();
    let past: Vec<&str> = past.iter().map(String::as_str).collect();
    let root = tempfile::tempdir().unwrap();
    let config = config(root.path(), "");
    let ledger = delivered(&config, &past);
    let today = monthly("202610");
    let judged = judged(&config, &ledger, &today.each_ref().map(String::as_str));
    let asked: Vec<_> = judged.iter().filter(|(_, judgement)| judgement.reason != Reason::New).collect();
    assert!(asked.is_empty(), "{asked:?}");
    assert_eq!(judged.len(), 8);
}

/// An approval that an earlier version wrote down, of a file that it held for one reason.
#[test]
fn an_approval_of_an_earlier_version_covers_the_reason_of_its_hold() {
    let root = tempfile::tempdir().unwrap();
    let config = config(root.path(), "");
    let digest = Digest::of(b"0");
    let held = |reason: &str| {
        format!(
            r#"{{"event":"held","hold":1,"path":"mad_202610.txt","digest":"{digest}","series":"mad_*.txt","period":"2026-10","reason":"{reason}"}}"#
        )
    };
    let decided = format!(
        r#"{{"event":"decided","decision":1,"verdict":"approved","series":"mad_*.txt","period":"2026-10","digest":"{digest}","path":"mad_202610.txt","why":"rettet","who":"Bodil"}}"#
    );
    for (reason, choice) in [("slot_taken", Choice::Send), ("old_period", Choice::Hold)] {
        let mut events = delivered_events(&config, &["mad_202610.txt"]);
        for text in [&held(reason), &decided] {
            let event: Event = serde_json::from_str(text).unwrap();
            assert_eq!(&serde_json::to_string(&event).unwrap(), text, "its hash stays what it was");
            events.push(event);
        }
        let ledger = LedgerReader::in_memory(NOW, &events).unwrap();
        let judged = judged(&config, &ledger, &["mad_202610.txt"]);
        assert_eq!(judged[0].1.choice, choice, "{reason}: {judged:?}");
    }
}

/// A ledger of an earlier version holds a series as the file's name wrote it.
#[test]
fn a_ledger_in_another_normal_form_takes_the_same_slots() {
    let root = tempfile::tempdir().unwrap();
    let config = config(root.path(), "");
    let mut events = delivered_events(&config, &["måltid_202610.txt"]);
    for event in &mut events {
        if let Event::Started(started) = event {
            started.series = "ma\u{30a}ltid_*.txt".to_owned();
        }
    }
    let ledger = LedgerReader::in_memory(NOW, &events).unwrap();
    // Windows has one file of both these names.
    let again = if cfg!(windows) { "måltid_2026-10.txt" } else { "måltid_202610.TXT" };
    fs::write(config.drop.join(again), "måltid_202610.txt").unwrap();
    let judged = judged(&config, &ledger, &["måltid_202610.txt"]);
    let reasons: Vec<_> = judged.iter().map(|(path, judgement)| (path.as_str(), judgement.reason)).collect();
    let expected = [(again, Reason::AlreadyDelivered), ("måltid_202610.txt", Reason::SlotTaken)];
    assert_eq!(reasons, expected);
}

fn spelled_month() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "202610",
        "2026-10",
        "2026_10",
        "10-2026",
        "102026",
        "20261001",
        "oktober2026",
        "okt_26",
        "Oktober 2026",
    ])
}

/// A plain name for October, and one for the same month and words with other separators, marks, ending, case and form.
fn two_names() -> impl Strategy<Value = (String, String)> {
    let words =
        prop::sample::select(vec!["mad", "mad kommune21", "måltid nord", "blåbær", "питание", "μισθός λ"]);
    let separators = || prop::sample::select(vec!["_", "-", " ", "."]);
    let before = prop::sample::select(vec![
        "",
        "Kopi af ",
        "Copy of ",
        "rettet_",
        "NY ",
        "korrigeret-",
        "Endelig ",
        "v3_",
    ]);
    let after = prop::sample::select(vec![
        "",
        " (2)",
        "(17)",
        "[1]",
        " - Kopi",
        " - Kopi (2)",
        " - Copy",
        "_v2",
        "-ny",
        "_rettet",
        "_korrigeret",
        "_final",
        " endelig",
        "_rev. B",
        "_kopi2",
        " (3. kopi)",
    ]);
    let ending = || prop::sample::select(vec![".txt", ".csv", ".TXT", ".xml", ".txt.txt", ".dat", ""]);
    let form = 0..4_u8;
    let plain = (words, separators(), spelled_month(), ending());
    let marked = (before, separators(), spelled_month(), after.clone(), after, ending(), form);
    (plain, marked).prop_map(|((words, gap, month, end), (before, gap2, month2, one, two, end2, form))| {
        let name = |gap: &str, month: &str| format!("{}{gap}{month}", words.replace(' ', gap));
        let again = format!("{before}{}{one}{two}{end2}", name(gap2, month2));
        let again = match form {
            0 => again,
            1 => unicode_normalization::UnicodeNormalization::nfd(again.as_str()).collect(),
            2 => again.to_uppercase(),
            _ => again.to_lowercase(),
        };
        (name(gap, month) + end, again)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_two_files_for_one_slot_go_unasked((plain, again) in two_names(), rule in any::<bool>()) {
        prop_assume!(!names::same(&plain, &again));
        let series = if rule { MAD } else { "" };
        let root = tempfile::tempdir().unwrap();
        let fresh = config(root.path(), series);
        // In one run.
        let together = judged(&fresh, &delivered(&fresh, &[]), &[&plain, &again]);
        prop_assert!(sent(&together).len() < 2, "{together:?}");
        // After one of them was delivered, in either order.
        for (first, second) in [(&plain, &again), (&again, &plain)] {
            // Without a period it is for no slot, so that nothing says what it would be a copy of.
            if identify(&fresh.series, first, b"").period.is_none() {
                continue;
            }
            let root = tempfile::tempdir().unwrap();
            let config = config(root.path(), series);
            let ledger = delivered(&config, &[first]);
            let alone = judged(&config, &ledger, &[second]);
            prop_assert_eq!(sent(&alone), [""; 0], "{} after {}", second, first);
        }
        // After both series became known in months of their own.
        let earlier = [plain.as_str(), &again].map(in_another_month);
        if let [Some(one), Some(other)] = earlier {
            let root = tempfile::tempdir().unwrap();
            let config = config(root.path(), series);
            let other = other.replace("202608", "202609");
            let ledger = delivered(&config, &[&one, &other, &plain]);
            let alone = judged(&config, &ledger, &[&again]);
            prop_assert_eq!(sent(&alone), [""; 0], "{} after {} and {}", again, plain, other);
        }
    }
}

/// The same name for August 2026, where its period is written as digits alone.
fn in_another_month(name: &str) -> Option<String> {
    name.contains("202610").then(|| name.replace("202610", "202608"))
}
