//! Which series and period a file belongs to, from its name or its content.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use globset::GlobMatcher;
use lettre::message::Mailbox;
use regex::{Captures, Regex};

use crate::calendar::due_soon::DueRule;
use crate::names;
use crate::period::{Period, month_named, recognise, two_months};

/// How many of a file's first bytes are read for a period in its content.
pub const HEAD_BYTES: usize = 64 * 1024;

/// Where the period of a series' files is read.
#[derive(Debug, Clone)]
pub enum PeriodSource {
    /// The built-in recogniser, on the file name.
    BuiltIn,
    /// This expression, with the groups `year` and `month`, on the file name.
    Name(Regex),
    /// Such an expression, on the first [`HEAD_BYTES`] of the content.
    Content(Regex),
}

/// How many different files KP should get for one slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PerPeriod {
    /// One: a second one is held.
    One,
    /// Any number.
    Many,
}

/// Who delivers a series' files to KP (`[[series]] route`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// This program.
    Us,
    /// The supplier himself: a file of it in the drop folder would be delivered twice.
    Supplier,
}

/// One `[[series]]` of the configuration.
#[derive(Debug, Clone)]
pub struct SeriesRule {
    /// Its name, as the ledger records it.
    pub name: String,
    /// Patterns on the file name, ignoring case, that say which files belong to it.
    pub files: Vec<GlobMatcher>,
    /// Where the period is read.
    pub period: PeriodSource,
    /// How many different files KP should get for a slot.
    pub per_period: PerPeriod,
    /// The day of the period's month (1–31) by which a file is expected; none where no file is expected.
    pub due_day: Option<u8>,
    /// Whether a file is expected before KP's run of the period's month (`due = "run"`), instead of by a day.
    pub due_before_run: bool,
    /// The first month in which a file is expected; none for every month.
    pub due_from: Option<Period>,
    /// Months in which no file is expected, as exceptions.
    pub not_due: Vec<Period>,
    /// The folder on the server; none for `sftp.folder`.
    pub remote_folder: Option<String>,
    /// Whom to ask about a file, as a person reads it: a name, a telephone number.
    pub contact: Option<String>,
    /// Where the supplier gets mail.
    pub mail: Option<Mailbox>,
    /// Who delivers its files to KP.
    pub route: Route,
}

impl SeriesRule {
    /// When its files are expected; none where none is expected here, as where the supplier delivers them himself.
    #[must_use]
    pub fn due(&self) -> Option<DueRule> {
        let by_day = self.due_day.map(DueRule::Day);
        let by_run = self.due_before_run.then_some(DueRule::Run);
        by_run.or(by_day).filter(|_| self.route == Route::Us)
    }
}

/// The series and period of a file, from its name or content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// The series' name.
    pub series: String,
    /// The period; none where none was found, or several different ones.
    pub period: Option<Period>,
    /// The index of the rule that it fell under; none where the series was derived from the name.
    pub rule: Option<usize>,
}

/// How many different files KP should get for the slot of a file that fell under this rule, counted from 0 in `rules`;
/// one where it fell under none.
#[must_use]
pub fn per_period(rules: &[SeriesRule], rule: Option<usize>) -> PerPeriod {
    rule.and_then(|rule| rules.get(rule)).map_or(PerPeriod::One, |rule| rule.per_period)
}

/// The series and period of the file with this name (without its folder) and these first bytes.
///
/// The first rule with a matching pattern counts. Without one the series is the name in lower case with its period replaced
/// by `*`, or the whole name in lower case where it has no period. The name counts in Unicode's NFC, so that `å` is one
/// letter however it was written. `head` is read only where [`needs_head`] says so; it may
/// be empty otherwise.
#[must_use]
pub fn identify(rules: &[SeriesRule], name: &str, head: &[u8]) -> Identified {
    let name = &*names::composed(name);
    let Some((at, rule)) = rule_for(rules, name) else {
        return derived(name);
    };
    let period = match &rule.period {
        PeriodSource::BuiltIn => recognise(name).period,
        PeriodSource::Name(expression) => agreed(expression, name, false),
        PeriodSource::Content(expression) => agreed(expression, &decoded(head), head.len() >= HEAD_BYTES),
    };
    Identified { series: rule.name.clone(), period, rule: Some(at) }
}

/// Whether the period of a file with this name is read from its content.
#[must_use]
pub fn needs_head(rules: &[SeriesRule], name: &str) -> bool {
    rule_for(rules, &names::composed(name))
        .is_some_and(|(_, rule)| matches!(rule.period, PeriodSource::Content(_)))
}

/// The two parts of a file's name that speak of different months, where that is why [`identify`] reads no period in it: a rule
/// that says itself where the period stands is asked for nothing else.
#[must_use]
pub fn two_months_in(rules: &[SeriesRule], name: &str) -> Option<(String, String)> {
    let name = names::composed(name);
    let is_built_in =
        rule_for(rules, &name).is_none_or(|(_, rule)| matches!(rule.period, PeriodSource::BuiltIn));
    let (one, other) = two_months(&name).filter(|_| is_built_in)?;
    Some((one.to_owned(), other.to_owned()))
}

/// The rule that a file with this name falls under, counted from 0; none where it falls under none.
#[must_use]
pub fn rule_of(rules: &[SeriesRule], name: &str) -> Option<usize> {
    rule_for(rules, &names::composed(name)).map(|(at, _)| at)
}

fn rule_for<'a>(rules: &'a [SeriesRule], name: &str) -> Option<(usize, &'a SeriesRule)> {
    rules.iter().enumerate().find(|(_, rule)| rule.files.iter().any(|glob| glob.is_match(name)))
}

fn derived(name: &str) -> Identified {
    let recognised = recognise(name);
    let mut series = name.to_owned();
    for span in recognised.spans.into_iter().rev() {
        series.replace_range(span, "*");
    }
    Identified { series: series.to_lowercase(), period: recognised.period, rule: None }
}

/// The period on which all matches agree; none where one of them is no period, or they differ.
///
/// `cut` says that the text is only the beginning of the content: a match that reaches its end is then ignored, since more
/// digits may follow.
fn agreed(expression: &Regex, text: &str, cut: bool) -> Option<Period> {
    let mut periods = expression
        .captures_iter(text)
        .filter(|found| !cut || found.get(0).is_none_or(|whole| whole.end() < text.len()))
        .map(|found| period_of(&found));
    let first = periods.next()??;
    periods.all(|period| period == Some(first)).then_some(first)
}

fn period_of(found: &Captures<'_>) -> Option<Period> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let year = found.name("year")?.as_str();
    let year = match year.len() {
        4 if digits(year) => year.parse().ok()?,
        2 if digits(year) => 2000 + year.parse::<u16>().ok()?,
        _ => return None,
    };
    let month = found.name("month")?.as_str();
    let month =
        if matches!(month.len(), 1 | 2) && digits(month) { month.parse().ok()? } else { month_named(month)? };
    Period::new(year, month)
}

/// Decodes a file's first bytes: by the byte order mark, else as UTF-8 where they are valid (a character cut at the end
/// aside), else as Windows-1252, which most suppliers' systems still write.
fn decoded(head: &[u8]) -> String {
    let encoding = Encoding::for_bom(head).map(|(encoding, _)| encoding);
    let encoding = encoding.unwrap_or_else(|| match std::str::from_utf8(head) {
        Err(error) if error.error_len().is_some() => WINDOWS_1252,
        _ => UTF_8,
    });
    encoding.decode(head).0.into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use globset::GlobBuilder;

    use super::*;

    fn rule(name: &str, glob: &str, period: PeriodSource) -> SeriesRule {
        let glob = GlobBuilder::new(glob).case_insensitive(true).build().unwrap();
        SeriesRule {
            name: name.to_owned(),
            files: vec![glob.compile_matcher()],
            period,
            per_period: PerPeriod::Many,
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

    fn regex(text: &str) -> Regex {
        Regex::new(text).unwrap()
    }

    fn period(identified: &Identified) -> String {
        identified.period.map(|period| period.to_string()).unwrap_or_default()
    }

    #[test]
    fn without_a_rule_the_name_gives_series_and_period() {
        let table = [
            ("mad_korsbaek_202304.txt", "mad_korsbaek_*.txt", "2023-04"),
            ("MÅLTID_April2023.TXT", "måltid_*.txt", "2023-04"),
            ("2023-04_vask_apr23.txt", "*_vask_*.txt", "2023-04"),
            ("Vask.txt", "vask.txt", ""),
            ("mad_202304_202305.txt", "mad_202304_202305.txt", ""),
            ("MA\u{30a}LTID_202304.txt", "måltid_*.txt", "2023-04"),
        ];
        for (name, series, expected) in table {
            let identified = identify(&[], name, b"");
            assert_eq!(
                (identified.series.as_str(), period(&identified).as_str()),
                (series, expected),
                "{name}"
            );
            assert_eq!((identified.rule, per_period(&[], identified.rule)), (None, PerPeriod::One));
        }
    }

    #[test]
    fn two_months_are_told_where_the_name_was_asked() {
        let name = "mad_oktober_20261103.txt";
        let told = Some(("20261103".to_owned(), "oktober".to_owned()));
        assert_eq!(two_months_in(&[], name), told);
        assert_eq!(two_months_in(&[rule("mad", "mad*", PeriodSource::BuiltIn)], name), told);
        for source in [PeriodSource::Name(regex("x")), PeriodSource::Content(regex("x"))] {
            assert_eq!(two_months_in(&[rule("mad", "mad*", source)], name), None);
        }
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        let rules =
            [rule("mad", "mad_*.txt", PeriodSource::BuiltIn), rule("alt", "*.txt", PeriodSource::BuiltIn)];
        let identified = identify(&rules, "MAD_202304.TXT", b"");
        assert_eq!((identified.series.as_str(), identified.rule), ("mad", Some(0)));
        assert_eq!(period(&identified), "2023-04");
        assert_eq!(per_period(&rules, identified.rule), PerPeriod::Many);
        assert_eq!(identify(&rules, "vask_202304.txt", b"").rule, Some(1));
        assert_eq!(identify(&rules, "vask_202304.csv", b"").series, "vask_*.csv");
    }

    #[test]
    fn an_expression_reads_the_name() {
        let read = |expression: &str, name: &str| {
            period(&identify(&[rule("x", "*", PeriodSource::Name(regex(expression)))], name, b""))
        };
        let short = r"(?<month>\w+?)(?<year>\d{2})\b";
        assert_eq!(read(r"_(?<year>\d{4})(?<month>\d{2})", "mad_202304_7.txt"), "2023-04");
        assert_eq!(read(r"_(?<year>\d{4})(?<month>\d{2})", "mad_202304_202305"), "");
        assert_eq!(read(r"_(?<year>\d{4})(?<month>\d{2})", "mad_202304_202304"), "2023-04");
        assert_eq!(read(r"_(?<year>\d{4})(?<month>\d{2})", "mad_202313"), "");
        assert_eq!(read(r"_(?<year>\d{4})(?<month>\d{2})", "mad_202304_202313"), "");
        assert_eq!(read(r"(?<year>\d{2})-(?<month>\d)\b", "23-4"), "2023-04");
        assert_eq!(read(short, "Sept23"), "2023-09");
        assert_eq!(read(short, "maj23"), "2023-05");
        assert_eq!(read(short, "may23"), "");
        assert_eq!(read(r"(?<year>\d{3})-(?<month>\d)", "203-4"), "");
        // a group that took no part in the match
        assert_eq!(read(r"a|(?<year>\d{4})-(?<month>\d)", "a"), "");
    }

    #[test]
    fn an_expression_reads_the_content_in_its_encoding() {
        let rules =
            [rule("x", "*.txt", PeriodSource::Content(regex(r"Måned: (?<year>\d{4})-(?<month>\d+)")))];
        assert!(needs_head(&rules, "A.TXT") && !needs_head(&rules, "a.csv"));
        let text = "Måned: 2023-04\r\nrest æøå";
        let utf16 = |big: bool| -> Vec<u8> {
            let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(unit).collect()
        };
        let cut = text.len() - 1;
        let heads = [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            text.as_bytes()[..cut].to_vec(),
            utf16(true),
            utf16(false),
            WINDOWS_1252.encode(text).0.into_owned(),
        ];
        for head in heads {
            assert_eq!(period(&identify(&rules, "a.txt", &head)), "2023-04", "{head:x?}");
        }
        assert_eq!(period(&identify(&rules, "a.txt", b"")), "");
        let two = "Måned: 2023-04 Måned: 2023-05";
        assert_eq!(period(&identify(&rules, "a.txt", two.as_bytes())), "");
    }

    #[test]
    fn a_match_cut_at_the_end_of_the_head_is_not_believed() {
        let rules = [rule("x", "*", PeriodSource::Content(regex(r"(?<year>\d{4})-(?<month>\d+)")))];
        let mut head = vec![b' '; HEAD_BYTES];
        head[..7].copy_from_slice(b"2023-12");
        head[HEAD_BYTES - 6..].copy_from_slice(b"2023-1");
        assert_eq!(period(&identify(&rules, "a", &head)), "2023-12");
        assert_eq!(period(&identify(&rules, "a", &head[1..])), "2023-01");
    }
}
