//! Names that look like others are not touched.

use crate::support::output::assert_decided;
use crate::support::town::Town;

const APRIL: &str = "MAD;2023-04\n000000-0000;412,50\n";

/// A name, what is said of it, and how it is shown.
#[track_caller]
fn is_unsafe(name: &str, said: &str, shown: &str) {
    let town = Town::new();
    town.set("language", "da");
    town.file(name, APRIL);
    assert_decided(&town.deliver(3), name, "hold", "unsafe_file", "held");
    let text = town.run(["run"]).exit(3).says(said).says(shown);
    assert!(!text.out().contains(['\u{200b}', '\u{feff}', '\u{2028}', '\u{202e}', '\u{ad}']));
    assert!(town.server.received().is_empty());
}

#[test]
#[cfg_attr(windows, ignore = "Windows cuts off what stands at the end")]
fn blanks_and_dots_at_the_ends() {
    for name in ["mad_202304.txt ", " mad_202304.txt", "mad_202304.txt\u{a0}", "\u{3000}mad_202304.txt"] {
        is_unsafe(name, "mellemrum", "mad_202304.txt");
    }
    is_unsafe("mad_202304.txt.", "punktum", "mad_202304.txt.");
}

#[test]
fn what_cannot_be_seen() {
    for c in ['\u{200b}', '\u{feff}', '\u{2028}', '\u{ad}', '\u{2060}', '\u{e000}'] {
        let shown = format!("mad{}_202304.txt", c.escape_unicode());
        is_unsafe(&format!("mad{c}_202304.txt"), "ikke kan ses", &shown);
    }
    is_unsafe("mad\u{202e}txt.202304", "læseretningen", "mad\\u{202e}txt.202304");
}

#[test]
fn blanks_and_signs_that_are_not_those_of_the_keyboard() {
    for c in ['\u{a0}', '\u{202f}', '\u{3000}'] {
        is_unsafe(&format!("mad{c}202304.txt"), "mellemrum af en anden slags", "202304.txt");
    }
    for c in ['\u{2024}', '\u{ff0e}', '\u{ff0f}', '\u{2215}', '\u{2010}', '\u{ff3f}'] {
        is_unsafe(&format!("mad{c}202304.txt"), "et tegn, der ligner", "202304.txt");
    }
}

#[test]
fn letters_of_two_scripts_that_look_alike() {
    for name in
        ["m\u{3b1}d_202304.txt", "m\u{430}d_202304.txt", "\u{ff4d}ad_202304.txt", "mad_2023\u{ff10}4.txt"]
    {
        is_unsafe(name, "to skrifter", name);
    }
}

#[test]
fn names_of_other_scripts_are_names() {
    for name in ["Питание_202304.txt", "måltid_æøå_202304.txt", "γεύματα_202304.txt", "Straße_202304.txt"]
    {
        let town = Town::new();
        town.file(name, APRIL);
        assert_decided(&town.deliver(0), name, "send", "new", "delivered");
    }
}
