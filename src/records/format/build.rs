//! From the description as it is written to one that is sound, or to everything that is wrong with it.

use encoding_rs::Encoding;
use oem_cp::code_table::{DECODING_TABLE_CP850, DECODING_TABLE_CP865};

use super::expression::{Expression, compile};
use super::table::{FormatTable, HeaderTable, LinesTable, RecordTable, Rest, TrailerTable};
use super::{
    FaultKind, Fields, FileEncoding, Format, FormatFault, HeaderFields, Kind, LONGEST_LINE, LineKinds, Place,
    RecordFields, TrailerFields,
};
use crate::names;

/// A series that uses the format.
#[derive(Debug, Clone, Copy)]
pub struct SeriesUse<'a> {
    /// Its name.
    pub name: &'a str,
    /// What its records deduct for, where the series says so.
    pub deduction: Option<&'a str>,
}

/// The description so far, and what is wrong with it.
pub(super) struct Builder<'a> {
    name: &'a str,
    pub(super) kind: Kind,
    /// Whether the kind is missing or wrong.
    kind_is_guessed: bool,
    pub(super) line_length: Option<usize>,
    pub(super) heading: bool,
    /// How many paths were read.
    pub(super) paths: usize,
    /// The places of the line's fields so far, with their keys.
    pub(super) taken: Vec<(String, Place)>,
    faults: Vec<FormatFault>,
}

impl Format {
    /// The format of `[formats.name]`, used by these series.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its whole key, in the order of the keys.
    pub fn build(
        name: &str,
        table: &FormatTable,
        series: &[SeriesUse<'_>],
    ) -> Result<Format, Vec<FormatFault>> {
        let mut builder = Builder {
            name,
            kind: Kind::default(),
            kind_is_guessed: false,
            line_length: None,
            heading: table.heading.unwrap_or(false),
            paths: 0,
            taken: Vec::new(),
            faults: Vec::new(),
        };
        let format = builder.format(table, series);
        match format {
            Some(format) if builder.faults.is_empty() => Ok(format),
            _ => Err(builder.faults),
        }
    }
}

impl Builder<'_> {
    /// The whole key.
    pub(super) fn whole(&self, key: &str) -> String {
        format!("formats.{}.{key}", self.name)
    }

    /// Notes what is wrong with a key.
    pub(super) fn fault(&mut self, key: &str, problem: FaultKind) {
        if self.kind_is_guessed && problem.depends_on_the_kind() {
            return;
        }
        let key = self.whole(key);
        self.faults.push(FormatFault { key, problem });
    }

    /// Notes each key that is not one of these.
    pub(super) fn unknown_keys(&mut self, table: &str, rest: &Rest, known: &[&'static str]) {
        for key in &rest.0 {
            let nearest = names::nearest(key, known.iter().copied());
            let dot = if table.is_empty() { "" } else { "." };
            self.fault(&format!("{table}{dot}{key}"), FaultKind::UnknownKey { nearest });
        }
    }

    fn format(&mut self, table: &FormatTable, series: &[SeriesUse<'_>]) -> Option<Format> {
        self.unknown_keys(
            "",
            &table.rest,
            &[
                "kind",
                "encoding",
                "line_length",
                "separator",
                "quote",
                "heading",
                "record_element",
                "lines",
                "record",
                "header",
                "trailer",
            ],
        );
        match self.read_kind(table.kind.as_deref()) {
            Some(kind) => self.kind = kind,
            None => self.guess_kind(table),
        }
        self.keys_of_other_kinds(table);
        let encoding = self.encoding(table.encoding.as_deref());
        self.line_length = self.read_line_length(table.line_length);
        let (separator, quote) = self.marks(table);
        let lines = self.lines(&table.lines);
        let record = self.record(&table.record, series);
        let header = self.header(&table.header, table.lines.header.is_some());
        let trailer = self.trailer(&table.trailer, table.lines.trailer.is_some());
        let record_element = table.record_element.clone().unwrap_or_default();
        Some(Format {
            kind: self.kind,
            encoding,
            line_length: self.line_length,
            separator,
            quote,
            heading: self.heading,
            record_element,
            lines,
            fields: Fields { record: record?, header, trailer },
        })
    }

    /// Takes the kind that the other keys are of, so that what is wrong with those is told as well. No fault that
    /// the right kind may not have is noted then.
    fn guess_kind(&mut self, table: &FormatTable) {
        self.kind_is_guessed = true;
        self.kind = match () {
            () if table.record_element.is_some() => Kind::Xml,
            () if table.separator.is_some() || table.quote.is_some() || table.heading.is_some() => Kind::Csv,
            () => Kind::Fixed,
        };
    }

    fn read_kind(&mut self, kind: Option<&str>) -> Option<Kind> {
        let problem = match kind {
            Some("fixed") => return Some(Kind::Fixed),
            Some("csv") => return Some(Kind::Csv),
            Some("xml") => return Some(Kind::Xml),
            Some(_) => FaultKind::NotOneOf(&["fixed", "csv", "xml"]),
            None => FaultKind::Missing,
        };
        self.fault("kind", problem);
        None
    }

    fn keys_of_other_kinds(&mut self, table: &FormatTable) {
        let lines = &table.lines;
        let any_lines = [&lines.header, &lines.record, &lines.trailer, &lines.ignore];
        let given = [
            ("line_length", table.line_length.is_some(), &[Kind::Fixed][..]),
            ("separator", table.separator.is_some(), &[Kind::Csv]),
            ("quote", table.quote.is_some(), &[Kind::Csv]),
            ("heading", table.heading.is_some(), &[Kind::Csv]),
            ("record_element", table.record_element.is_some(), &[Kind::Xml]),
            ("lines", any_lines.iter().any(|line| line.is_some()), &[Kind::Fixed, Kind::Csv]),
        ];
        for (key, is_there, kinds) in given {
            if is_there && !kinds.contains(&self.kind) {
                self.fault(key, FaultKind::NotForKind(self.kind));
            }
        }
        let is_name =
            |name: &String| !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '/');
        match &table.record_element {
            None if self.kind == Kind::Xml => self.fault("record_element", FaultKind::Missing),
            Some(name) if self.kind == Kind::Xml && !is_name(name) => {
                self.fault("record_element", FaultKind::NotAPlace(Kind::Xml));
            }
            _ => {}
        }
    }

    fn encoding(&mut self, label: Option<&str>) -> Option<FileEncoding> {
        let label = label?.trim().to_lowercase();
        let known = match label.as_str() {
            "cp850" | "ibm850" => Some(FileEncoding::Oem(&DECODING_TABLE_CP850)),
            "cp865" | "ibm865" => Some(FileEncoding::Oem(&DECODING_TABLE_CP865)),
            _ => Encoding::for_label_no_replacement(label.as_bytes()).map(FileEncoding::Web),
        };
        if known.is_none() {
            self.fault("encoding", FaultKind::UnknownEncoding);
        }
        known
    }

    fn read_line_length(&mut self, length: Option<i64>) -> Option<usize> {
        let length = length?;
        let read = usize::try_from(length).ok().filter(|length| (1..=LONGEST_LINE).contains(length));
        if read.is_none() {
            self.fault("line_length", FaultKind::OutOfRange { most: LONGEST_LINE });
        }
        read
    }

    /// The separator and the quote.
    fn marks(&mut self, table: &FormatTable) -> (u8, Option<u8>) {
        let one = |text: &str| match text.as_bytes() {
            [mark] if mark.is_ascii() && !matches!(mark, b'\r' | b'\n' | 0) => Some(*mark),
            _ => None,
        };
        let separator = one(table.separator.as_deref().unwrap_or(";"));
        if separator.is_none() {
            self.fault("separator", FaultKind::NotACharacter);
        }
        let quote = match table.quote.as_deref().unwrap_or("\"") {
            "" => None,
            text => {
                let quote = one(text).filter(|quote| Some(*quote) != separator);
                if quote.is_none() {
                    self.fault("quote", FaultKind::NotACharacter);
                }
                quote
            }
        };
        (separator.unwrap_or(b';'), quote)
    }

    fn lines(&mut self, table: &LinesTable) -> LineKinds {
        self.unknown_keys("lines", &table.rest, &["header", "record", "trailer", "ignore"]);
        let nothing_after = table.trailer.is_none() && table.ignore.is_none();
        LineKinds {
            header: self.expression("lines.header", table.header.as_deref(), false),
            record: self.expression("lines.record", table.record.as_deref(), nothing_after),
            trailer: self.expression("lines.trailer", table.trailer.as_deref(), false),
            ignore: self.expression("lines.ignore", table.ignore.as_deref(), false),
        }
    }

    fn expression(&mut self, key: &str, text: Option<&str>, last: bool) -> Option<Expression> {
        match compile(text?, last) {
            Ok(expression) => Some(expression),
            Err(problem) => {
                self.fault(key, problem);
                None
            }
        }
    }

    fn record(&mut self, table: &RecordTable, series: &[SeriesUse<'_>]) -> Option<RecordFields> {
        self.unknown_keys("record", &table.rest, &["citizen", "amount", "deduction", "reference", "period"]);
        self.taken.clear();
        let citizen = self.citizen("record.citizen", table.citizen.as_ref());
        if table.amount.is_none() {
            self.fault("record.amount", FaultKind::Missing);
        }
        let amount = self.amount("record.amount", table.amount.as_ref());
        let deduction = self.plain("record.deduction", table.deduction.as_ref());
        if table.deduction.is_none() {
            for series in series.iter().filter(|series| series.deduction.is_none()) {
                let series = series.name.to_owned();
                self.fault("record.deduction", FaultKind::NoDeduction { series });
            }
        }
        let reference = self.plain("record.reference", table.reference.as_ref());
        let period = self.period("record.period", table.period.as_ref());
        let (citizen, restore_zero) = citizen?;
        Some(RecordFields { citizen, restore_zero, amount: amount?, deduction, reference, period })
    }

    fn header(&mut self, table: &HeaderTable, has_lines: bool) -> HeaderFields {
        self.unknown_keys("header", &table.rest, &["period", "municipality"]);
        let any = table.period.is_some() || table.municipality.is_some();
        self.needs_lines("header", "lines.header", any && !has_lines);
        self.taken.clear();
        HeaderFields {
            period: self.period("header.period", table.period.as_ref()),
            municipality: self.plain("header.municipality", table.municipality.as_ref()),
        }
    }

    fn trailer(&mut self, table: &TrailerTable, has_lines: bool) -> TrailerFields {
        self.unknown_keys("trailer", &table.rest, &["records", "sum", "debit", "credit"]);
        let fields = [&table.records, &table.sum, &table.debit, &table.credit];
        self.needs_lines("trailer", "lines.trailer", fields.iter().any(|f| f.is_some()) && !has_lines);
        self.taken.clear();
        TrailerFields {
            records: self.plain("trailer.records", table.records.as_ref()),
            sum: self.amount("trailer.sum", table.sum.as_ref()),
            debit: self.amount("trailer.debit", table.debit.as_ref()),
            credit: self.amount("trailer.credit", table.credit.as_ref()),
        }
    }

    fn needs_lines(&mut self, table: &str, key: &'static str, missing: bool) {
        if missing && self.kind != Kind::Xml {
            self.fault(table, FaultKind::NeedsLines { key });
        }
    }
}
