use textwrap::core::display_width;

use super::{Column, Listing, shortened};

const LONG: &str =
    "mad_korsbaek_kommune_visiterede_borgere_i_eget_hjem_og_paa_plejecentre_leverance_202304_rettet_2.txt";

fn columns() -> [Column; 5] {
    [
        Column::name("Fil".to_owned()),
        Column::spare("Serie".to_owned()),
        Column::fact("Periode".to_owned()),
        Column::spare("Størrelse".to_owned()),
        Column::fact("Hvad skete".to_owned()),
    ]
}

fn listing(rows: usize) -> Listing {
    let mut listing = Listing::new(columns());
    let facts = |name: &str, what: &str| {
        ["mad", "2023-04", "50,00 KiB"]
            .iter()
            .fold(vec![name.to_owned()], |mut facts, fact| {
                facts.push((*fact).to_owned());
                facts
            })
            .into_iter()
            .chain([what.to_owned()])
            .collect::<Vec<_>>()
    };
    listing.add(facts(LONG, "tilbageholdt"), ["der er allerede leveret en anden fil for perioden (mad 2023-04, levering 12, 14. april 2023 kl. 06:00)".to_owned()]);
    listing.add(facts("mad_korsbaek_202304.txt", "leveret"), ["ny".to_owned()]);
    for n in 2..rows {
        listing.add(facts(&format!("mad_{n:03}_202304.txt"), "leveret"), ["ny".to_owned()]);
    }
    listing
}

#[test]
fn every_line_fits_and_an_ordinary_file_takes_one() {
    for width in [40, 60, 80, 120, 200] {
        for rows in [3, 300] {
            let text = listing(rows).text(Some(width));
            assert!(text.lines().all(|line| display_width(line) <= width), "{width}: {text}");
            // Up to sixty columns other facts move beneath, a line for each file.
            let most = rows + 4 + if width > 60 { 0 } else { rows + 2 };
            assert!(text.lines().count() <= most, "{width}: {} lines\n{text}", text.lines().count());
        }
    }
}

#[test]
fn it_looks_so() {
    let at = |width| listing(3).text(width);
    let shown = [Some(60), Some(80), Some(120), Some(200), None].map(at).join("\n");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_name_keeps_its_end_and_its_period() {
    for (name, width) in [
        (LONG, 24),
        (LONG, 40),
        ("vask_202304_korsbaek_kommune_visiterede_borgere_i_eget_hjem.txt", 30),
        ("korsbaek_kommune_vask_april2023_visiterede_borgere_i_eget_hjem_og_andre.txt", 28),
    ] {
        let cut = shortened(name, width);
        assert!(display_width(&cut) <= width, "{cut}");
        assert!(cut.contains("202304") || cut.contains("april2023"), "{cut}");
        assert!(cut.ends_with("txt") && cut.contains('…'), "{cut}");
        assert_eq!(cut.chars().next(), name.chars().next(), "{cut}");
    }
    assert_eq!(shortened("mad.txt", 7), "mad.txt");
    assert_eq!(shortened("smørrebrød_på_plejehjem_og_i_eget_hjem.txt", 20), "smørrebr…et_hjem.txt");
}

#[test]
fn in_a_pipe_a_file_has_one_line_and_its_whole_name() {
    let text = listing(300).text(None);
    assert_eq!(text.lines().count(), 301);
    assert!(text.lines().any(|line| line.starts_with(LONG) && line.contains("levering 12")), "{text}");
}
