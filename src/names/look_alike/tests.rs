#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::*;

/// The same, with who made them and when.
const BY_WHOM: &[&str] = &[
    "mad_korsbaek_202610 (rettet af AB).txt",
    "mad_korsbaek_202610 (Rettet AB 12.10).txt",
    "mad_korsbaek_202610_(ændret_af_anne_jensen).txt",
    "mad_korsbaek_202610 [korrigeret 14-10-2026 kl. 8].txt",
    "mad_korsbaek_202610_rettet af AB.txt",
    "mad_korsbaek_202610_rettet_af_AB (2).txt",
    "mad_korsbaek_202610 - corrected by Anne.txt",
    "mad_korsbaek_202610_rettet_2.txt",
    "mad_korsbaek_202610_rettet2.txt",
    "mad_korsbaek_202610 kopi 3.txt",
    "mad_korsbaek_202610 - Copy (2).txt",
    "mad_korsbaek_202610 rettet 12.10.txt",
    "mad_korsbaek_202610 rettet d. 12-10-2026.txt",
    "mad_korsbaek_202610_rettet_121026.txt",
    "mad_korsbaek_202610_rettet_20261112.txt",
    "mad_korsbaek_202610_rettet d. 1210.txt",
    "mad_korsbaek_20261012T0812.txt",
    "mad_korsbaek_202610_20261012T0812.txt",
    "mad_korsbaek_202610_20261112T081233Z.txt",
    "mad_korsbaek_202610_20261112_081233.txt",
    "mad_korsbaek_202610_20261012081233.txt",
    "mad_korsbaek_202610 2026-11-12 08.12.txt",
    "mad_korsbaek_202610-20261012 kl. 0812.txt",
];

#[test]
fn copies_and_corrections_look_alike() {
    let copies = [
        "mad_korsbaek_202610.txt",
        "MAD_KORSBAEK_202610.TXT",
        "mad_korsbæk_202610.txt",
        "mad_korsbaek_202610 (2).txt",
        "mad_korsbaek_202610(1).txt",
        "mad_korsbaek_202610 (1) (2).txt",
        "mad_korsbaek_202610[3].txt",
        "mad_korsbaek_202610 - Kopi.txt",
        "mad_korsbaek_202610 - Kopi (2).txt",
        "mad_korsbaek_202610 - Kopi - Kopi.txt",
        "mad_korsbaek_202610 kopi 2.txt",
        "mad_korsbaek_202610 (kopi).txt",
        "mad_korsbaek_202610 (endnu en kopi).txt",
        "mad_korsbaek_202610 (3. kopi).txt",
        "Kopi af mad_korsbaek_202610.txt",
        "Kopi (2) af mad_korsbaek_202610.txt",
        "Kopi nr. 2 af mad_korsbaek_202610.txt",
        "Kopi af mad_korsbaek_202610 - rettet (2).txt",
        "Copy of mad_korsbaek_202610.txt",
        "mad_korsbaek_202610 - Copy (3).txt",
        "mad_korsbaek_202610 (another copy).txt",
        "mad_korsbaek_202610 copy 2.txt",
        "mad_korsbaek_202610_v2.txt",
        "mad_korsbaek_v2.1_202610.txt",
        "mad_korsbaek_202610-V02b.txt",
        "mad_korsbaek_202610 ver2.txt",
        "mad_korsbaek_202610 ver. 2.txt",
        "mad_korsbaek_202610_version 2.txt",
        "mad_korsbaek_202610_rev1.txt",
        "mad_korsbaek_202610v2.txt",
        "mad_korsbaek_202610 rev. A.txt",
        "mad_korsbaek_rev_202610.txt",
        "mad_korsbaek_2. rettelse_202610.txt",
        "3. udgave af mad_korsbaek_202610.txt",
        "mad_korsbaek_202610 (rettet).txt",
        "mad_korsbaek_202610_korr1.txt",
        "mad_korsbaek_202610_NY fil.txt",
        "Genvej til mad_korsbaek_202610.txt.lnk",
        "mad_korsbaek_202610-v20261014.txt",
        "mad_korsbaek_202610-ny.txt",
        "ny_mad_korsbaek_202610.txt",
        "mad_ny_korsbaek_202610.txt",
        "mad_korsbaek_202610_NYESTE.txt",
        "mad_korsbaek_202610ny.txt",
        "rettet_mad_korsbaek_202610.txt",
        "202610 rettelse 2 til mad korsbaek.txt",
        "mad_korsbaek_korrigeret_202610.txt",
        "mad_korsbaek_202610_korrektion_01.txt",
        "mad_korsbaek_202610_opdateret.txt",
        "mad_korsbaek_202610_\u{c6}NDRET.txt",
        "mad_korsbaek_202610_aendret.txt",
        "mad_korsbaek_202610.corrected.txt",
        "mad_korsbaek_202610_updated_final.txt",
        "mad_korsbaek_202610_endelig_version.txt",
        "mad_korsbaek_202610_sidste nye.txt",
        "mad_korsbaek_202610_udkast.txt",
        "mad_korsbaek_202610_genfremsendt.txt",
        "mad_korsbaek_202610_gensendt.txt",
        "mad_korsbaek_202610_erstatning for.txt",
        "mad_korsbaek_202610.csv",
        "mad_korsbaek_202610",
        "mad_korsbaek_202610.txt.txt",
        "mad_korsbaek_202610.txt.sha256",
        "mad_korsbaek_202610.csv.gz",
        "mad_korsbaek_202610_txt.txt",
        "mad_korsbaek_202610.txt - Kopi",
        "mad_korsbaek_202610.txt (2).txt",
        "mad_korsbaek_202610.rettet",
        "mad_korsbaek_202610.xyz - Kopi",
        "mad_korsbaek_202610.txt.bak2",
        "mad-korsbaek 2026-10.txt",
        "mad.korsbaek.2026.10.txt",
        "madkorsbaek oktober 2026.txt",
        "Mad – Korsbæk, okt_26.txt",
        "mad  korsbaek 202610 .txt",
        "mad\u{a0}korsbaek_202610.txt",
        "mad%20korsbaek_202610%20(2).txt",
        "2026-10_mad_korsbaek.txt",
        "ny_202610_mad_korsbaek (2).txt",
        "mad_korsbaek_202610 (Kontorets modstridende kopi 2026-10-03).txt",
        "mad_korsbaek_202610 (conflicted copy 2026-10-03 120000).txt",
        "mad_korsbaek_202610.sync-conflict-20261103-120000-ABCDEFG.txt",
        "mad_korsbaek_202610_conflict-20261003-120000.txt",
        "mad_korsbaek_202610-KONTOR-PC-safeBackup-0001.txt",
    ];
    let copies = [&copies[..], BY_WHOM].concat();
    for &one in &copies {
        for &other in &copies {
            assert!(look_alike(one, other), "{one} ({:?}), {other} ({:?})", core_of(one), core_of(other));
        }
    }
}

#[test]
fn other_files_do_not() {
    let others = [
        ("mad_nord_202610.txt", "mad_syd_202610.txt"),
        ("mad_202610.txt", "vask_202610.txt"),
        ("mad1_202610.txt", "mad2_202610.txt"),
        ("mad_1_202610.txt", "mad_2_202610.txt"),
        ("mad_202610_1.txt", "mad_202610_2.txt"),
        ("mad_202610-1.txt", "mad_202610-2.csv"),
        ("mad_202610.001", "mad_202610.002"),
        ("mad_202610.nord", "mad_202610.syd"),
        ("mad_202610.nord.txt", "mad_202610.syd.txt"),
        ("202610_mad.nord.txt", "202610_mad.syd.txt"),
        ("202610_mad.nord.txt", "202610_mad.txt"),
        ("mad_202610_del1.txt", "mad_202610_del2.txt"),
        ("mad_202610_1_af_2.txt", "mad_202610_2_af_2.txt"),
        ("mad_101_202610.txt", "mad_751_202610.txt"),
        ("mad(101)_202610.txt", "mad(751)_202610.txt"),
        ("mad_101_202610.txt", "mad_202610.txt"),
        ("202610_mad1.txt", "202610_mad2.txt"),
        ("mad_202610.txt", "mad_202611.txt"),
        ("mad_202610.txt", "mad_202611_v2.txt"),
        ("mad_202610.txt", "mad.txt"),
        ("nyborg_202610.txt", "borg_202610.txt"),
        ("mad_finale_202610.txt", "mad_202610.txt"),
        ("mad_nyborg_202610.txt", "mad_borg_202610.txt"),
        ("mad_kopiservice_202610.txt", "mad_service_202610.txt"),
        ("mad_retter_202610.txt", "mad_202610.txt"),
        ("mad_ekstra_202610.txt", "mad_202610.txt"),
        ("mad_v_202610.txt", "mad_202610.txt"),
        ("mad_vest2_202610.txt", "mad_202610.txt"),
        ("mad_for_nord_202610.txt", "mad_nord_202610.txt"),
        ("202610.mad", "202610.vask"),
        ("202610_rettet.mad", "202610_rettet.vask"),
        ("mad.nord.202610", "mad.syd.202610"),
        ("mad.nord.202610.txt", "mad.syd.202610.txt"),
        ("mad_12_202610.txt", "mad_1_2_202610.txt"),
        ("mad_☀_202610.txt", "mad_☂_202610.txt"),
        ("питание_202610.txt", "стирка_202610.txt"),
        ("mad_2023.txt", "mad_2024.txt"),
        ("nord_mad_202610.txt", "mad_nord_202610.txt"),
        ("mad_x_202610.txt", "mad_202610.txt"),
        ("mad_1.rettet_202610.txt", "mad_2.rettet_202610.txt"),
        ("mad (nord)_202610.txt", "mad (syd)_202610.txt"),
        ("mad_202610_rettet_ab.txt", "mad_202610_rettet_cd.txt"),
        ("korsbaek_202610_rettet_mad.txt", "korsbaek_202610_rettet_vask.txt"),
        ("korsbaek_mad_202610.txt", "korsbaek_202610_rettet_vask.txt"),
        ("mad_20261014_1012.txt", "mad_20261014_1015.txt"),
        ("mad_202610_101234.txt", "mad_202610_101256.txt"),
        ("mad_202610_751234.txt", "mad_202610.txt"),
        ("mad_by_202610.txt", "mad_202610.txt"),
        ("mad_ny_by_202610.txt", "mad_202610.txt"),
    ];
    for (one, other) in others {
        assert!(!look_alike(one, other), "{one} ({:?}), {other} ({:?})", core_of(one), core_of(other));
        let (copy, correction) = (format!("Kopi af {one}"), format!("{other}.rettet (2).txt"));
        assert!(!look_alike(&copy, &correction), "{:?} {:?}", core_of(&copy), core_of(&correction));
    }
}

#[test]
fn a_number_at_the_end_may_be_a_copys() {
    let plain = "mad_202610.txt";
    let numbered =
        ["mad_202610_1.txt", "mad_202610-2.txt", "mad_202610 3.txt", "mad_202610.txt.4", "mad_202610.005"];
    for (number, name) in (1..).zip(numbered) {
        assert_eq!(core_of(name).number, Some(number), "{name}");
        assert!(look_alike(plain, name) && look_alike(name, plain), "{name}");
        for other in numbered.iter().filter(|other| **other != name) {
            assert!(!look_alike(name, other), "{name} {other}");
        }
    }
    assert!(look_alike("mad_202610_1.txt", "mad_202610_1 - Kopi (2).txt"));
    assert!(look_alike("mad_202610_1.txt", "mad_202610_01_rettet.csv"));
    assert!(!look_alike("mad_202610_2.txt", "mad_202610_1_rettet.csv"));
    assert!(!look_alike("202610_mad.txt", "202610_mad1.txt"));
    assert!(!look_alike("mad_202610.txt", "mad_202610_1234.txt"));
}

#[test]
fn a_derived_series_has_the_core_of_its_files() {
    for name in
        ["mad_1_202610.txt", "mad_202610_1.txt", "Kopi af Mad 2026-10.csv", "202610_vask.kmd", "okt_26 (2)"]
    {
        let series = crate::series::identify(&[], name, b"").series;
        let (file, derived) = (core_of(name), core_of(&series));
        assert!(
            derived.is_alike_but_for_the_period(&file) && derived.words == file.words,
            "{name} {derived:?}"
        );
    }
}

#[test]
fn what_may_be_an_extension_is_one_beside_a_name_without() {
    for name in ["mad_202610.kmd", "mad_202610.kmd.txt", "mad_202610.kmd - Kopi.csv", "mad_202610.x2 (2)"] {
        assert!(
            look_alike(name, "mad_202610.txt") && look_alike("mad_202610", name),
            "{name} {:?}",
            core_of(name)
        );
    }
    assert!(look_alike("202610_mad.nord", "mad_nord_202610.txt"));
    assert!(look_alike("202610_mad.nord", "202610_mad.txt"));
    assert!(look_alike("202610_mad.kmd", "202610_mad.kmd.txt"));
    assert!(!look_alike("mad_202610.kmd", "mad_202610.nord"));
}

#[test]
fn what_may_be_initials_or_a_stamp_is_none_beside_a_name_without() {
    for name in ["mad_202610_rettet_AB.txt", "mad_202610 rettet 2 ab (3).txt", "mad_202610_081233.txt"] {
        assert!(
            look_alike(name, "mad_202610.txt") && look_alike("mad_202610.csv", name),
            "{:?}",
            core_of(name)
        );
    }
    // The series' own word stands behind the mark.
    for name in ["korsbaek_202610_rettet_mad.txt", "rettet_korsbaek_mad_202610.txt"] {
        assert!(look_alike(name, "korsbaek_mad_202610.txt"), "{:?}", core_of(name));
    }
    assert!(look_alike("202610_rettet_mad.txt", "mad_202610.txt"));
    assert!(look_alike("mad (rettet 202610).txt", "mad_202610.txt"));
}

#[test]
fn names_of_marks_alone_have_an_empty_core() {
    for name in ["202610.txt", "202610 (2).txt", "rettet_202610.csv", "202610_v2", "Kopi af 202610.txt"] {
        assert_eq!(core_of(name).words, "", "{name}");
        assert!(look_alike(name, "202610.txt"));
    }
    for name in ["", ".", "()", "kopi", ".txt", "v2", "(2)", "2"] {
        assert!(look_alike(name, name), "{name}");
    }
}

#[test]
fn the_tables_are_in_comparable_form() {
    assert!(words::DONE.iter().all(|word| words::MARKS.contains(word)));
    let lists = [
        words::MARKS,
        words::DONE,
        words::BY,
        words::VERSIONS,
        words::TIES,
        words::NUMBER_SIGNS,
        words::EXTENSIONS,
    ];
    for word in lists.concat() {
        assert_eq!(word, comparable(word));
        assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{word}");
    }
}

/// A mark, as it is set before a name.
const FRONT: &[&str] = &[
    "",
    "Kopi af ",
    "Copy of ",
    "Kopi (2) af ",
    "ny_",
    "rettet-",
    "ENDELIG ",
    "Rettelse til ",
    "v2_",
    "opdateret.",
];
/// As it stands between words.
const MIDDLE: &[&str] = &["", "_ny_", " - rettet - ", "_v3_", " (2) ", "_final_", "-rev2-", " ver. 2.1 "];
/// As it is set after a name.
const END: &[&str] = &[
    "",
    " (2)",
    "(1)",
    " - Kopi",
    " - Kopi (2)",
    " - Copy",
    "_v2",
    "-v2.1",
    " version 2",
    "_rev1",
    "-ny",
    "_nye",
    "_rettet",
    " rettelse 2",
    "_korrigeret",
    ".korrektion",
    "_opdateret",
    " updated",
    "_CORRECTED",
    "_final",
    "_endelig",
    "_sidste",
    "_genfremsendt",
    "-gensendt",
    " erstatning",
    " kopi 3",
    "_rettet_final (2)",
    "_Ændret",
];
const EXTENSION: &[&str] = &["", ".txt", ".TXT", ".csv", ".txt.txt", ".dat", ".xml", ".txt.gz", ".kmd"];
const SEPARATOR: &[&str] = &["_", "-", " ", ".", ""];
const SERIES: &[&[&str]] = &[
    &["mad"],
    &["vask"],
    &["mad", "nord"],
    &["mad", "syd"],
    &["mad", "nyborg"],
    &["borg"],
    &["mad1"],
    &["mad2"],
    &["kopiservice"],
    &["måltid", "rødby"],
    &["питание"],
    &["γεύμα", "1a"],
    &["101", "mad"],
    &["751", "mad"],
];
const MONTH: &[&str] =
    &["202610", "2026-10", "2026_10", "10-2026", "102026", "oktober2026", "okt_26", "20261014"];

fn one_of(list: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(list)
}

/// A name of this series for October 2026, with or without marks, in any case and normal form.
fn name_of(series: usize) -> impl Strategy<Value = String> {
    let marks = (one_of(FRONT), one_of(MIDDLE), one_of(END), one_of(EXTENSION));
    (marks, one_of(MONTH), one_of(SEPARATOR), 0..3usize, 0..3u8, any::<bool>()).prop_map(
        move |((front, middle, end, extension), month, by, place, case, nfd)| {
            // a dot before the last word of a name without extension makes it one
            let dot_misleads = by == "." && !extension.starts_with(".t");
            let words = SERIES[series].join(if by.is_empty() || dot_misleads { "_" } else { by });
            let joint = if middle.is_empty() { "_" } else { middle };
            let stem = match place {
                0 => format!("{front}{words}{joint}{month}{end}"),
                1 => format!("{front}{month}{joint}{words}{end}"),
                _ => format!("{month}_{front}{words}{end}"),
            };
            let name = format!("{stem}{extension}");
            let name = match case {
                0 => name,
                1 => name.to_uppercase(),
                _ => name.to_lowercase(),
            };
            if nfd { name.nfd().collect() } else { name }
        },
    )
}

fn names_of_two() -> impl Strategy<Value = (String, String)> {
    let two = (0..SERIES.len(), 1..SERIES.len());
    two.prop_flat_map(|(one, apart)| (name_of(one), name_of((one + apart) % SERIES.len())))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// No copy or correction for one slot passes for a file of its own. Where the name tells no period,
    /// because a mark's number stands at the month, the file is asked about for that reason.
    #[test]
    fn names_of_one_slot_are_one_name_or_look_alikes((one, other) in (0..SERIES.len())
        .prop_flat_map(|series| (name_of(series), name_of(series))))
    {
        let periods = [recognise(&one).period, recognise(&other).period];
        prop_assume!(periods.iter().all(Option::is_some));
        prop_assert!(look_alike(&one, &other), "{one} {:?} {other} {:?}", core_of(&one), core_of(&other));
    }

    /// Names of two series are no look-alikes, whatever marks they carry.
    #[test]
    fn names_of_two_series_are_none((one, other) in names_of_two()) {
        prop_assert!(!look_alike(&one, &other), "{one} {:?} {other} {:?}", core_of(&one), core_of(&other));
    }

    /// A name that is made to look like another one for the slot is unsafe, or a look-alike.
    #[test]
    fn a_disguised_name_is_unsafe_or_a_look_alike(
        (one, other) in (0..SERIES.len()).prop_flat_map(|series| (name_of(series), name_of(series))),
        disguise in 0..4usize,
        at in any::<prop::sample::Index>(),
        hidden in prop::sample::select("\u{200b}\u{feff}\u{2028}\u{ad}\u{202e}\u{3164}\u{fe0f}".chars().collect::<Vec<_>>()),
    ) {
        let places: Vec<usize> = other.char_indices().map(|(place, _)| place).collect();
        let (before, after) = other.split_at(*at.get(&places));
        let disguised = match disguise {
            0 => format!("{before}{hidden}{after}"),
            1 => format!("{before}{}", after.replacen(['a', 'e', 'o', 'p', 'c'], "о", 1)),
            2 => other.replace(' ', "\u{a0}"),
            _ => format!("{other}{}", if at.index(2) == 0 { '.' } else { '\u{2003}' }),
        };
        let is_unsafe = crate::names::unsafe_because(std::ffi::OsStr::new(&disguised)).is_some();
        let same = disguised == other || recognise(&disguised).period != recognise(&one).period;
        prop_assert!(is_unsafe || same || look_alike(&one, &disguised), "{one} {disguised}");
    }

    #[test]
    fn any_text_has_a_core(one in "\\PC{0,16}|[()\\[\\]a-v0-9._ -]{0,24}", other in "\\PC{0,16}") {
        prop_assert!(look_alike(&one, &one));
        prop_assert!(core_of(&one).looks_like(&core_of(&comparable(&one))));
        prop_assert_eq!(look_alike(&one, &other), look_alike(&other, &one));
    }
}
