use std::path::Path;

use proptest::prelude::*;

use super::*;

fn because(name: &str) -> Option<UnsafeName> {
    unsafe_because(OsStr::new(name))
}

#[test]
fn ordinary_names_are_safe() {
    let names = [
        "mad_korsbaek_202304.txt",
        "Måltider på hjul – april 2023 (2).TXT",
        "ma\u{30a}ltid_202304.txt",
        "\u{212b}rhus_202304.txt",
        "mad .txt",
        "fru hansen’s “mad” – nr. 1 — æble·é°´ü.txt",
        "m×d_202304¹_№ 3™.txt",
        "~$mad.xlsx",
        "mad_m²_½_202304.csv",
        "vask & rens [1] #2 100% 'ok'; a=b, c+d {x}",
        "γεύμα_202304.txt",
        "питание_202304.txt",
        "отчет о питании 202304.txt",
        "РАСЧЁТ_202304.TXT",
        "食事_202304.txt",
        "كشف_202304.txt",
        "mad_питание_202304.txt",
        "œuvre_Łódź_ığdır_ẞ_202304.txt",
        "€ 202304",
        "mad_202304",
        "a",
    ];
    for name in names {
        assert_eq!(because(name), None, "{name}");
    }
}

#[test]
fn names_that_mislead() {
    use UnsafeName::{BlankAtEnd, Control, Direction, DotAtEnd, Invisible};
    let table = [
        ("mad\n.txt", Control),
        ("mad\u{1b}[2J.txt", Control),
        ("mad\u{7f}.txt", Control),
        ("mad\u{85}.txt", Control),
        ("\t", Control),
        ("mad\u{202e}txt.exe", Direction),
        ("mad\u{200f}.txt", Direction),
        ("mad\u{61c}.txt", Direction),
        ("mad\u{2066}x\u{2069}.txt", Direction),
        (r"mappe\mad.txt", UnsafeName::Backslash),
        (" mad.txt", BlankAtEnd),
        ("mad_202304.txt ", BlankAtEnd),
        ("mad_202304.txt\u{a0}", BlankAtEnd),
        ("\u{3000}mad.txt", BlankAtEnd),
        ("mad.txt\u{2009}", BlankAtEnd),
        ("\u{1680}mad.txt", BlankAtEnd),
        ("mad_202304.txt.", DotAtEnd),
        ("mad_202304.", DotAtEnd),
        (".mad_202304.txt", DotAtEnd),
        ("..", DotAtEnd),
    ];
    for (name, expected) in table {
        assert_eq!(because(name), Some(expected), "{name:?}");
    }
    let invisible = "\u{ad}\u{34f}\u{115f}\u{1160}\u{17b4}\u{180b}\u{180e}\u{200b}\u{200c}\u{200d}\u{2028}\u{2029}\
                     \u{2060}\u{2064}\u{206a}\u{2800}\u{3164}\u{fe00}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{fffb}\
                     \u{1d173}\u{e0001}\u{e0041}\u{e0100}\u{e000}\u{f028}\u{fdd0}\u{ffff}\u{378}\u{10fffd}";
    for c in invisible.chars() {
        for name in [format!("mad{c}_202304.txt"), format!("{c}mad.txt"), format!("mad.txt{c}")] {
            assert_eq!(because(&name), Some(Invisible), "{name:?}");
        }
    }
}

#[test]
fn blanks_and_signs_that_pass_for_those_of_the_keyboard() {
    for c in "\u{a0}\u{1680}\u{2000}\u{2003}\u{2007}\u{2009}\u{200a}\u{202f}\u{205f}\u{3000}".chars() {
        assert_eq!(because(&format!("mad{c}202304.txt")), Some(UnsafeName::OtherBlank), "{c:?}");
    }
    let signs = "\u{2024}\u{2025}\u{2026}\u{ff0e}\u{fe52}\u{ff0f}\u{2215}\u{2044}\u{29f8}\u{ff3c}\u{2216}\u{fe68}\u{2010}\u{2011}\u{2012}\
                 \u{2212}\u{ff0d}\u{fe63}\u{2043}\u{ff3f}\u{fe4d}\u{ff1a}\u{2236}\u{a789}\u{ff08}\u{ff09}\u{ff0a}\u{ff1f}\u{ff02}\u{fe64}\u{ff5c}";
    for c in signs.chars() {
        assert_eq!(because(&format!("mad{c}202304.txt")), Some(UnsafeName::LookAlikeSign), "{c:?}");
    }
}

#[test]
fn letters_that_pass_for_others() {
    let names = [
        // one Cyrillic, Greek, Armenian or Cherokee letter among Latin ones
        "mаd_202304.txt",
        "mαd_202304.txt",
        "mαltid_202304.txt",
        "νask_202304.txt",
        "vasк_202304.txt",
        "Μad_202304.txt",
        "måltіd_202304.txt",
        "mօd_202304.txt",
        "Ꮇad_202304.txt",
        "mad_202304.tхt",
        "madω_202304.txt",
        // a word of such letters alone
        "mad_а_202304.txt",
        "сор_202304.txt",
        "ВАТ_202304.txt",
        "ΜΑΤ_202304.txt",
        "mad_О_питание_202304.txt",
        "mad_202304_\u{661}.txt",
        // letters and digits in another shape
        "ｍａｄ_202304.txt",
        "mad_２０２３04.txt",
        "𝐦ad_202304.txt",
        "mɑd_202304.txt",
        "ﬁn_202304.txt",
        "mad_ⅰ_202304.txt",
        // a stroke laid over a letter
        "fo\u{338}l_202304.txt",
        "mad\u{335}_202304.txt",
        // a Cyrillic word that only looks Latin, beside a Greek one
        "γεύμα_1\u{43e}_202304.txt",
    ];
    for name in names {
        assert_eq!(because(name), Some(UnsafeName::LookAlikeLetters), "{name}");
    }
}

#[test]
fn the_length_is_counted_in_bytes() {
    assert_eq!(because(&"a".repeat(255)), None);
    assert_eq!(because(&"a".repeat(256)), Some(UnsafeName::TooLong));
    assert_eq!(because(&"å".repeat(127)), None);
    assert_eq!(because(&"å".repeat(128)), Some(UnsafeName::TooLong));
}

#[test]
fn each_folder_on_the_way_counts() {
    assert_eq!(unsafe_path(Path::new("2023/april/mad.txt")), None);
    assert_eq!(unsafe_path(Path::new("april /mad.txt")), Some(UnsafeName::BlankAtEnd));
    assert_eq!(unsafe_path(Path::new("april/mad\u{200b}.txt")), Some(UnsafeName::Invisible));
}

#[cfg(unix)]
#[test]
fn bytes_that_are_not_unicode() {
    use std::os::unix::ffi::OsStrExt;
    assert_eq!(unsafe_because(OsStr::from_bytes(b"m\xe5ltid.txt")), Some(UnsafeName::NotUnicode));
}

#[cfg(windows)]
#[test]
fn units_that_are_not_unicode_and_devices() {
    use std::os::windows::ffi::OsStringExt;
    let name = std::ffi::OsString::from_wide(&[0x6d, 0xd800, 0x64]);
    assert_eq!(unsafe_because(&name), Some(UnsafeName::NotUnicode));
    assert_eq!(because("NUL.txt"), Some(UnsafeName::Device));
}

proptest! {
    /// Names in Danish, however they are written down, are never in the way.
    #[test]
    fn danish_names_are_safe(name in "[a-zA-ZæøåÆØÅéüöäß0-9][a-zA-ZæøåÆØÅéüöäß0-9 _()+,.&-]{0,40}[a-zæøå0-9]") {
        use unicode_normalization::UnicodeNormalization;
        prop_assume!(!(cfg!(windows) && windows::is_device(&name)));
        prop_assert_eq!(because(&name), None);
        prop_assert_eq!(because(&name.nfd().collect::<String>()), None);
    }

    /// A safe name is safe in each normal form, and so is the form that it is compared in.
    #[test]
    fn the_normal_form_does_not_matter(name in "\\PC{1,12}") {
        use unicode_normalization::UnicodeNormalization;
        let nfd: String = name.nfd().collect();
        prop_assert_eq!(because(&nfc(&name)), because(&nfd));
    }
}
