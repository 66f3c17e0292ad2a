//! Whatever bytes come in, a finding comes out.

use std::sync::LazyLock;

use super::*;

/// Formats of every kind, with much said and with little.
static FORMATS: LazyLock<Vec<Format>> = LazyLock::new(|| {
    let plain = "kind = \"csv\"\n[record]\ncitizen = 1\namount = { at = 2, unit = \"kroner\", sign = { minus = \"K\", plus = \"D\" } }";
    let utf16 = format!("encoding = \"utf-16le\"\n{EIGHTY}");
    let mut formats: Vec<Format> = layouts().into_iter().map(|layout| layout.1).collect();
    formats.extend([format(plain), format(&utf16), format(&format!("encoding = \"cp865\"\n{ELEMENTS}"))]);
    formats
});

/// A file of each layout.
static FILES: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| layouts().into_iter().map(|layout| layout.2).collect());

#[test]
fn a_line_as_long_as_a_disk_is_not_held() {
    for format in &*FORMATS {
        let mut reader = Reader::new(format, "mad", |_: &Record<'_>| {});
        let piece = vec![b'7'; 1 << 20];
        for _ in 0..16 {
            reader.push(&piece);
        }
        let held = reader.splitter.held() + reader.body.held();
        assert!(held <= 4 * LONGEST_LINE, "{held}");
        let reading = reader.finish();
        let told = |finding: &Finding| matches!(finding.problem, Problem::TooLong | Problem::NoKind);
        assert!(reading.findings.iter().any(told), "{:?}", reading.findings);
    }
}

#[test]
fn an_open_quote_does_not_swallow_the_file() {
    let file = format!(
        "CPR-nr;Navn;Beløb;Måned\n0101009999;\"x;1,00;2023-04\n{}",
        "0101009999;x;1,00;2023-04\n".repeat(9000)
    );
    for chunk in [999, usize::MAX] {
        let (reading, seen) = read_in(&format(SEMICOLONS), file.as_bytes(), chunk);
        assert_eq!(problems(&reading)[0], (Problem::TooLong, None, vec![2], 1));
        assert!(seen.len() > 5000, "{}", seen.len());
    }
    let reading = read(&format(SEMICOLONS), "CPR-nr;Navn;Beløb;Måned\n1;\"x\n".as_bytes());
    assert_eq!(problems(&reading), [(Problem::UnclosedQuote, None, vec![2], 1)]);
}

#[test]
fn bombs_and_entities_are_refused() {
    let bomb =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n<x>&b;</x>";
    let external = "<x>\n<post art=\"m\"><person><cpr>&secret;</cpr></person></post></x>";
    let attribute = "<x><post art=\"&secret;\"/></x>";
    let deep = "<x>".repeat(100);
    let table = [
        (bomb, Problem::DocumentType, 2),
        (external, Problem::Entity, 2),
        (attribute, Problem::Entity, 1),
        (&deep, Problem::TooDeep, 1),
        ("<x><y></x></y>", Problem::Malformed, 1),
        ("<x></x><x></x>", Problem::Malformed, 1),
        ("<x></x>more", Problem::Malformed, 1),
        ("no element>", Problem::Malformed, 1),
        ("<x>&#xFFFFFFFF;</x>", Problem::Malformed, 1),
        ("<x><post art=\"m></post></x>", Problem::Malformed, 1),
    ];
    for (file, problem, line) in table {
        for chunk in [1, 3, 1000] {
            let (reading, _) = read_in(&format(ELEMENTS), file.as_bytes(), chunk);
            if file.ends_with("m></post></x>") {
                // the open attribute may still be closed by what comes, so the file is not whole
                assert_eq!((problems(&reading), reading.ending), (vec![], Ending::CutShort));
                continue;
            }
            assert_eq!(problems(&reading), [(problem, None, vec![line], 1)], "{file} by {chunk}");
        }
    }
}

#[test]
fn an_element_that_stands_twice_in_a_record_is_not_read() {
    let file = elements(&deductions(2), "2023-04").replace("<beloeb>", "<beloeb>1.00</beloeb><beloeb>");
    let reading = read(&format(ELEMENTS), file.as_bytes());
    assert_eq!(problems(&reading), [(Problem::Repeated, Some(Field::Amount), vec![5, 6], 2)]);
    let control = "<kontrol><antal>0</antal><debet>0</debet><kredit>0</kredit></kontrol>";
    let file = format!("<x>{control}{control}</x>");
    let reading = read(&format(ELEMENTS), file.as_bytes());
    assert_eq!(problems(&reading)[0], (Problem::Repeated, Some(Field::TrailerRecords), vec![1], 1));
}

#[test]
fn a_control_section_that_is_missing_is_no_whole_file() {
    let reading = read(&format(ELEMENTS), b"<x></x>");
    assert_eq!((reading.ending, reading.trailers), (Ending::CutShort, 0));
}

#[test]
fn sums_past_64_and_128_bits() {
    let text = "kind = \"csv\"\n[record]\ncitizen = 1\namount = { at = 2, unit = \"øre\" }";
    let past_64 = format!("0101009999;{}\n", i64::MAX).repeat(4);
    let reading = read(&format(text), past_64.as_bytes());
    assert_eq!(reading.totals.sum, Ore::new(i128::from(i64::MAX) * 4));
    assert_eq!(reading.totals.sum.to_i64(), None);
    let past_128 = format!("0101009999;{}\n", i128::MAX).repeat(2);
    let reading = read(&format(text), past_128.as_bytes());
    assert_eq!(problems(&reading), [(Problem::SumTooLarge, Some(Field::Amount), vec![2], 1)]);
    assert_eq!(reading.totals.sum, Ore::new(i128::MAX));
}

/// Bytes that are near to files: pieces of the layouts, and bytes that mean something to a reader.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => (0..5_usize, 0..8000_usize, 0..300_usize).prop_map(|(which, from, length)| {
            let file = &FILES[which];
            let from = from.min(file.len());
            file[from..file.len().min(from + length)].to_vec()
        }),
        2 => proptest::sample::select(vec![
            &b"\n"[..], b"\r\n", b"\0", b"\"", b";", b"<post art='", b"</post>", b"<t:traek>", b"<![CDATA[", b"]]>", b"<!--",
            b"-->", b"<?", b"?>", b"&amp;", b"&", b"<!DOCTYPE", b">", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3", b"\x1a",
            b"<x>", b"</x>", b"Antal;", b"0020", b"BS042",
        ]).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

#[test]
fn a_reference_without_an_end_is_the_same_in_any_chunks() {
    let format = &FORMATS[7];
    for file in ["<traek>&--> nr;</traek>", "&-->;", "<a>&amp</a>;", "<a>&#3>1;</a>", "<a>&x;</a>"] {
        let whole = read_in(format, file.as_bytes(), usize::MAX);
        for chunk in 1..file.len() {
            assert_eq!(read_in(format, file.as_bytes(), chunk), whole, "{file} {chunk}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_by_any_format_in_any_chunks(bytes in bytes(), which in 0..8_usize, chunk in 1..200_usize) {
        let format = &FORMATS[which];
        let whole = read_in(format, &bytes, usize::MAX);
        prop_assert_eq!(read_in(format, &bytes, chunk), whole.clone());
        prop_assert_eq!(whole.1.len() as u64, whole.0.totals.records);
    }
}
