//! `format`: drafts the format of a file, and shows what is read of one by its format. No citizen is shown.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::cli::{FormatTest, Global};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::messages::{escape, format as say, run as say_run};
use crate::output::{answer, warn};
use crate::period::Period;
use crate::records::citizen::Citizen;
use crate::records::content::{ContentRule, Tallier};
use crate::records::format::{Field, Format};
use crate::records::reader::{Ending, LineCounts, Reader, Reading, Record, Visitor as _};
use crate::records::totals::{self, Against, Repeats, Tallied};
use crate::report::listing::{Column, Listing};
use crate::report::text;
use crate::series::{self, HEAD_BYTES};
use crate::wording::content;

mod draft;

use draft::{best, name_of, reads, written};

/// How many records are shown one by one; more with `-v`.
const SHOWN: usize = 5;
const SHOWN_VERBOSE: usize = 50;
/// How many bytes are read at a time.
const PIECE: usize = 256 * 1024;

#[derive(Serialize)]
struct Guessed {
    format: String,
    /// The draft, to be put into the configuration.
    toml: String,
    records: u64,
    /// Whether nothing of any sample was left unread or did not add up.
    reads_all: bool,
    files: Vec<Tried>,
    exit_code: u8,
}

#[derive(Serialize)]
struct Tried {
    file: PathBuf,
    records: u64,
    reads_all: bool,
}

/// `format guess`: a draft from the sample that serves them all best. The draft alone is on standard output, so that it can be
/// appended to the configuration.
pub(super) fn guess(files: &[PathBuf], global: &Global) -> anyhow::Result<ExitCode> {
    let (drafted, format, samples) = best(files)?;
    let name = name_of(&files[0]);
    let tried: Vec<Tried> = files
        .iter()
        .zip(&samples)
        .map(|(file, sample)| {
            let reading = sample.read(&format);
            let reads_all = reads(&reading, sample.whole);
            Tried { file: file.clone(), records: reading.totals.records, reads_all }
        })
        .collect();
    let json = Guessed {
        toml: written(&drafted, &name),
        format: name,
        records: drafted.reading.totals.records,
        reads_all: tried.iter().all(|tried| tried.reads_all),
        files: tried,
        exit_code: ExitCode::Ok.code(),
    };
    answer(global, &json, || json.toml.clone())?;
    if !global.quiet && !global.json {
        for tried in json.files.iter().filter(|tried| !tried.reads_all) {
            warn(&say::not_all_read(&escape(&tried.file.display().to_string())));
        }
    }
    Ok(ExitCode::Ok)
}

/// A draft made from one file, as its name and the text for a configuration; none where none can be made. `init` offers it
/// when a file lies in the drop folder.
pub(super) fn offered(file: &Path) -> Option<(String, String)> {
    let (drafted, ..) = best(&[file.to_owned()]).ok()?;
    let name = name_of(file);
    let toml = written(&drafted, &name);
    Some((name, toml))
}

fn open(file: &Path) -> Result<File, UserError> {
    let is_file = std::fs::metadata(file).map_err(|error| unread(file, &error))?.is_file();
    if !is_file {
        return Err(unread(file, &io::Error::other(say_run::is_not_a_file())));
    }
    File::open(file).map_err(|error| unread(file, &error))
}

fn unread(file: &Path, error: &io::Error) -> UserError {
    UserError::usage(say::not_read(&escape(&file.display().to_string()), error))
}

/// One record as it is shown.
#[derive(Serialize)]
struct Shown {
    line: u64,
    citizen: String,
    deduction: String,
    period: Option<String>,
    amount_ore: i128,
}

#[derive(Serialize)]
struct FieldShown {
    field: &'static str,
    at: String,
}

#[derive(Serialize)]
struct LinesShown {
    header: u64,
    record: u64,
    trailer: u64,
    ignored: u64,
    unknown: u64,
}

/// Something that holds such a file, or lets it wait.
#[derive(Serialize)]
struct Matter {
    /// The reason's name; `no_records` where nothing is deducted.
    kind: &'static str,
    series: Option<String>,
    period: Option<Period>,
    path: PathBuf,
    text: String,
    commands: Vec<String>,
}

#[derive(Serialize)]
struct Tested {
    file: PathBuf,
    format: String,
    fields: Vec<FieldShown>,
    lines: LinesShown,
    records: u64,
    sum_ore: i128,
    periods: Vec<String>,
    header_periods: Vec<String>,
    whole: bool,
    faults: Vec<String>,
    matters: Vec<Matter>,
    first: Vec<Shown>,
    exit_code: u8,
}

/// `format test`.
pub(super) fn test(config: &Config, options: &FormatTest, global: &Global) -> anyhow::Result<ExitCode> {
    let file = in_place(config, &options.file);
    let (name, format, deduction) = chosen(config, options, &file)?;
    let most = if global.verbose > 0 { SHOWN_VERBOSE } else { SHOWN };
    let shown = (options.show_birthdays, most);
    let Read { reading, tallied, head, first } =
        tested((config, &file), (&name, &format), &deduction, shown)?;
    let file_name = file.file_name().unwrap_or_default().to_string_lossy();
    let period = series::identify(&config.series, &file_name, &head).period;
    let matters = matters((&reading, &tallied), period, &file);
    let exit = if matters.is_empty() { ExitCode::Ok } else { ExitCode::Attention };
    let LineCounts { header, record, trailer, ignored, unknown } = reading.lines;
    let json = Tested {
        file,
        format: name,
        fields: fields(&format),
        lines: LinesShown { header, record, trailer, ignored, unknown },
        records: reading.totals.records,
        sum_ore: reading.totals.sum.get(),
        periods: reading.periods.keys().map(ToString::to_string).collect(),
        header_periods: reading.header_periods.keys().map(ToString::to_string).collect(),
        whole: reading.ending != Ending::CutShort,
        faults: matters.iter().map(|matter| matter.text.clone()).collect(),
        matters,
        first,
        exit_code: exit.code(),
    };
    answer(global, &json, || json.text(global.quiet))?;
    Ok(exit)
}

/// The file as it was named, or the one of that name in the drop folder.
fn in_place(config: &Config, file: &Path) -> PathBuf {
    let dropped = config.drop.join(file);
    if !file.exists() && dropped.exists() { dropped } else { file.to_owned() }
}

/// The format to read a file by: the one asked for, that of its series, or the only one there is; and what its records
/// deduct for, where the series says so.
fn chosen(
    config: &Config,
    options: &FormatTest,
    file: &Path,
) -> Result<(String, Arc<Format>, String), UserError> {
    let file_name = file.file_name().unwrap_or_default().to_string_lossy();
    let rule = config.content_of(series::rule_of(&config.series, &file_name));
    let known = config.formats.keys().map(|name| escape(name)).collect::<Vec<_>>().join(", ");
    let only = config.formats.keys().next().filter(|_| config.formats.len() == 1);
    let name = options.format.as_ref().or(rule.map(|rule| &rule.name)).or(only);
    let name = name.ok_or_else(|| {
        UserError::usage(if known.is_empty() {
            say::no_formats()
        } else {
            say::which_format(&escape(&file_name), &known)
        })
    })?;
    let format = config.formats.get(name);
    let format = format.ok_or_else(|| {
        UserError::usage(if known.is_empty() {
            say::no_formats()
        } else {
            say::no_such_format(&escape(name), &known)
        })
    })?;
    let deduction = rule.map(|rule| rule.deduction.clone()).filter(|deduction| !deduction.is_empty());
    Ok((name.clone(), Arc::clone(format), deduction.unwrap_or_else(|| "–".to_owned())))
}

fn fields(format: &Format) -> Vec<FieldShown> {
    const ALL: [Field; 11] = [
        Field::Citizen,
        Field::Amount,
        Field::Deduction,
        Field::Reference,
        Field::Period,
        Field::HeaderPeriod,
        Field::Municipality,
        Field::TrailerRecords,
        Field::TrailerSum,
        Field::TrailerDebit,
        Field::TrailerCredit,
    ];
    let shown = |field: Field| {
        Some(FieldShown { field: content::field(field), at: content::place(format.place(field)?) })
    };
    ALL.into_iter().filter_map(shown).collect()
}

/// What would hold the file, or let it wait, each under its reason: all that the file shows by itself, without what KP has got.
fn matters((reading, tallied): (&Reading, &Tallied), period: Option<Period>, file: &Path) -> Vec<Matter> {
    let against = Against { period, ..Against::default() };
    let told = totals::suspicions(reading, Some(tallied), &against);
    let mut told: Vec<(&str, String)> =
        told.iter().map(|one| (one.reason().name(), content::suspicion(one))).collect();
    if reading.totals.records == 0 && reading.findings.is_empty() {
        told.push(("no_records", say::no_records()));
    }
    let path = file.to_owned();
    let matter = |(kind, text)| Matter {
        kind,
        series: None,
        period: None,
        path: path.clone(),
        text,
        commands: Vec::new(),
    };
    told.into_iter().map(matter).collect()
}

/// What is read of a file.
struct Read {
    reading: Reading,
    tallied: Tallied,
    /// Its first bytes.
    head: Vec<u8>,
    /// Its first records.
    first: Vec<Shown>,
}

fn tested(
    (config, file): (&Config, &Path),
    (name, format): (&str, &Format),
    deduction: &str,
    (birthdays, most): (bool, usize),
) -> Result<Read, UserError> {
    let mut open = open(file)?;
    let file_name = file.file_name().unwrap_or_default().to_string_lossy();
    let rule = config.content_of(series::rule_of(&config.series, &file_name));
    let largest = rule.filter(|rule| rule.name == name).and_then(|rule| rule.largest);
    let named = series::identify(&config.series, &file_name, &[]).period;
    let mut tally = Tallier::new(largest, named);
    let (mut first, mut head) = (Vec::new(), Vec::new());
    let mut reader = Reader::new(format, deduction, |record: &Record<'_>| {
        tally.record(record);
        if first.len() < most {
            first.push(Shown {
                line: record.line,
                citizen: masked(record.citizen, birthdays),
                deduction: escape(record.deduction),
                period: record.period.map(|period| period.to_string()),
                amount_ore: record.amount.get(),
            });
        }
    });
    let mut buffer = vec![0; PIECE];
    loop {
        match open.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => {
                let more = HEAD_BYTES.saturating_sub(head.len()).min(n);
                head.extend_from_slice(&buffer[..more]);
                reader.push(&buffer[..n]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unread(file, &error)),
        }
    }
    let reading = reader.finish();
    let mut tallied = tally.finish();
    if rule.is_some_and(ContentRule::may_repeat) {
        // such files are expected to say a deduction more than once
        tallied.repeats = Repeats::default();
    }
    Ok(Read { reading, tallied, head, first })
}

/// A citizen as a person may see one: at most the birthday.
fn masked(citizen: &Citizen, birthdays: bool) -> String {
    let birthday = std::str::from_utf8(&citizen.digits()[..6]).ok().filter(|_| birthdays);
    format!("{}-••••", birthday.unwrap_or("••••••"))
}

impl Tested {
    fn text(&self, quiet: bool) -> String {
        let faults: String =
            self.faults.iter().map(|fault| text::sentence(&format!("  ! {fault}"))).collect();
        if quiet {
            return faults;
        }
        let head = say::tested(&escape(&self.file.display().to_string()), &escape(&self.format));
        let mut out = text::sentence(&head);
        let mut fields = Listing::new([Column::fact(say::head_field()), Column::name(say::head_place())]);
        for field in &self.fields {
            fields.add([field.field.to_owned(), field.at.clone()], []);
        }
        out.extend(["\n", &fields.text(text::list_width()), "\n"]);
        let n = |number: u64| content::grouped(number.into());
        let LinesShown { header, record, trailer, ignored, unknown } = &self.lines;
        let [header, record] = [*header, *record].map(n);
        out += &text::sentence(&say::lines(&header, &record, &n(*trailer), &n(*ignored), &n(*unknown)));
        out += &text::sentence(&say::totals(&n(self.records), &content::kroner(self.sum_ore)));
        if !self.periods.is_empty() || !self.header_periods.is_empty() {
            let list =
                |periods: &[String]| if periods.is_empty() { "–".to_owned() } else { periods.join(", ") };
            out += &text::sentence(&say::periods(&list(&self.periods), &list(&self.header_periods)));
        }
        if !self.first.is_empty() {
            out.extend(["\n", &self.records()]);
        }
        out.push('\n');
        if self.faults.is_empty() {
            out + &text::sentence(&say::all_read())
        } else {
            out + &text::sentence(&say::faults()) + &faults
        }
    }

    /// The first records, a line each.
    fn records(&self) -> String {
        let heads = [
            say::head_line(),
            say::head_citizen(),
            say::head_deduction(),
            say::head_period(),
            say::head_amount(),
        ];
        let mut table = Listing::new(heads.map(Column::fact));
        for shown in &self.first {
            let facts = [
                shown.line.to_string(),
                shown.citizen.clone(),
                shown.deduction.clone(),
                shown.period.clone().unwrap_or_else(|| "–".to_owned()),
                content::kroner(shown.amount_ore),
            ];
            table.add(facts, []);
        }
        table.text(text::list_width())
    }
}
