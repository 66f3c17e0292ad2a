//! The configuration's sections, with their defaults and bounds.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use globset::{Glob, GlobSet};
use regex::Regex;
use toml::{Table, Value};

use super::calendar::calendar;
use super::formats::{self, ContentKeys};
use super::glob::glob;
use super::notify::{mailbox, notify};
use super::reader::{Keys, Problems, Section};
use super::values::{contact, fingerprint, host, part_of_a_file_name, remote_folder, user};
use super::{
    Alert, Config, Disposal, NotifyAlone, Originals, PeriodLimits, Policy, Publish, Records, Rule, Scan,
    Sftp, SyncRule, Verify,
};
use crate::exit::UserError;
use crate::messages::{Language, calendar as say_calendar, config as say};
use crate::names::{self, unfinished_files};
use crate::period::Period;
use crate::records::content::SharedSecret;
use crate::series::{PerPeriod, PeriodSource, Route, SeriesRule};

pub(super) fn checked(file: &Path, table: Table) -> Result<Config, UserError> {
    let problems = Problems::default();
    let config = read(file, table, &problems, None);
    let problems = problems.into_inner();
    if problems.is_empty() {
        return Ok(config);
    }
    let list: Vec<String> = problems.iter().map(|problem| format!("  - {problem}")).collect();
    Err(UserError::usage(say::config_wrong(&say::shown_path(file), &list.join("\n"))))
}

/// Every key that is read of a configuration, and what its value must be.
pub(super) fn keys() -> Keys {
    let keys = RefCell::default();
    // One empty entry, so that the keys of a series are read as well.
    let series = Value::Array(vec![Value::Table(Table::new())]);
    let table = Table::from_iter([("series".to_owned(), series)]);
    let _ = read(Path::new(""), table, &Problems::default(), Some(&keys));
    keys.into_inner()
}

/// What tells whom to tell, of a configuration in which something else is wrong.
pub(super) fn notify_alone(file: &Path, table: &Table) -> Option<NotifyAlone> {
    let base = file.parent().unwrap_or(Path::new(""));
    let (of_notify, of_others) = (Problems::default(), Problems::default());
    let mut others = Section::top(table.clone(), base, &of_others, None);
    let (name, ledger) = (others.text("name"), ledger(others.section("ledger")));
    let notify = notify(Section::top(table.clone(), base, &of_notify, None).section("notify"), base);
    of_notify.into_inner().is_empty().then_some(NotifyAlone { notify, name, ledger })
}

/// Reads every section. What is wrong is noted in `problems`, and in `keys` which keys are read, where somebody asks.
fn read(file: &Path, table: Table, problems: &Problems, keys: Option<&RefCell<Keys>>) -> Config {
    let mut top = Section::top(table, file.parent().unwrap_or(Path::new("")), problems, keys);
    let language = top.choice("language", &[("da", Language::Da), ("en", Language::En)]);
    let name = top.text("name");
    let (drop, archive) = folders(top.section("folders"));
    // in the order of the example, so that what is wrong is told in that order
    let (ledger, scan) = (ledger(top.section("ledger")), scan(top.section("scan")));
    let period = period(top.section("period"));
    let (calendar, with_runs) = calendar(top.section("calendar"));
    let written = top.tables("formats");
    let (series, contents) = series(top.entries("series"), with_runs, &written);
    let formats = formats::build(&written, &contents, problems);
    let secret = SharedSecret::default();
    let contents = contents.into_iter().map(|content| content.with(&formats, &written, &secret)).collect();
    let config = Config {
        file: file.to_owned(),
        name,
        language,
        drop,
        archive,
        ledger,
        scan,
        records: records(top.section("records"), period),
        period,
        series,
        calendar,
        contents,
        formats,
        policy: policy(top.section("policy")),
        sftp: sftp(top.section("sftp")),
        originals: originals(top.section("originals")),
        alert: alert(top.section("alert")),
        notify: notify(top.section("notify"), file.parent().unwrap_or(Path::new(""))),
    };
    top.close();
    config
}

fn folders(mut of: Section) -> (PathBuf, PathBuf) {
    let folders = (of.path_or("drop", "drop"), of.path_or("archive", "archive"));
    of.close();
    folders
}

fn ledger(mut of: Section) -> PathBuf {
    let path = of.path_or("path", "ledger.db");
    of.close();
    path
}

fn scan(mut of: Section) -> Scan {
    let scan = Scan {
        include: glob_set(&mut of, "include", || vec!["*".to_owned()]),
        exclude: glob_set(&mut of, "exclude", unfinished_files),
        subfolders: of.flag("subfolders").unwrap_or(false),
        settle: of.duration("settle", "0s", "24h").unwrap_or(Duration::from_secs(10)),
        largest: of.size("largest", "1KiB", "1PiB").unwrap_or(1 << 30),
    };
    of.close();
    scan
}

fn glob_set(of: &mut Section, key: &'static str, default: impl Fn() -> Vec<String>) -> GlobSet {
    let default = || default().iter().filter_map(|pattern| glob(pattern).ok()).collect::<Vec<Glob>>();
    let globs = of.globs(key, key == "exclude").unwrap_or_else(default);
    // Each pattern was compiled before, so this fails only where the whole set is too large.
    GlobSet::new(globs).unwrap_or_else(|error| {
        of.problem(key, say::shown(&error.to_string()));
        GlobSet::empty()
    })
}

fn period(mut of: Section) -> PeriodLimits {
    let limits = PeriodLimits {
        months_back: of.number("months_back", 0..=120).unwrap_or(1),
        months_ahead: of.number("months_ahead", 0..=120).unwrap_or(1),
    };
    of.close();
    limits
}

/// At least as long as a file may lie back and ahead, so that nothing is forgotten that may still come again.
fn records(mut of: Section, period: PeriodLimits) -> Records {
    let least = period.months_back + period.months_ahead + 1;
    let keep_months = of.parsed("keep", |text| {
        let number = text.strip_suffix("months").or_else(|| text.strip_suffix("month")).map(str::trim);
        let number =
            number.and_then(|number| number.parse().ok()).filter(|number| (1..=1200).contains(number));
        let months: u32 = number.ok_or_else(|| say::not_months(&say::shown(text)))?;
        if months < least { Err(say::kept_too_short(&say::shown(text), least)) } else { Ok(months) }
    });
    of.close();
    Records { keep_months: keep_months.unwrap_or(36).max(least) }
}

/// The series, and beside each what it says of its content. `formats` are the tables that they may name; `with_runs` says
/// whether the calendar has any.
fn series(entries: Vec<Section>, with_runs: bool, formats: &Table) -> (Vec<SeriesRule>, Vec<ContentKeys>) {
    let mut contents = Vec::new();
    let mut rules: Vec<SeriesRule> = Vec::new();
    for mut of in entries {
        let by_day = of.has("due_day");
        let rule = SeriesRule {
            name: of.required("name", part_of_a_file_name),
            files: files(&mut of),
            period: period_source(&mut of),
            per_period: of
                .choice("per_period", &[("one", PerPeriod::One), ("many", PerPeriod::Many)])
                .unwrap_or(PerPeriod::One),
            due_day: of.number("due_day", 1..=31),
            due_before_run: of.choice("due", &[("run", true)]).unwrap_or(false),
            due_from: of.parsed("due_from", month),
            not_due: of.list("not_due", month).unwrap_or_default(),
            remote_folder: of.parsed("remote_folder", remote_folder),
            contact: of.parsed("contact", contact),
            mail: of.parsed("mail", mailbox),
            route: of
                .choice("route", &[("us", Route::Us), ("supplier", Route::Supplier)])
                .unwrap_or(Route::Us),
        };
        if rule.due_before_run && by_day {
            of.problem("due", say_calendar::due_twice());
        } else if rule.due_before_run && !with_runs {
            of.problem("due", say_calendar::due_needs_runs());
        }
        if !rule.name.is_empty() && rules.iter().any(|earlier| names::same(&earlier.name, &rule.name)) {
            of.problem("name", say::series_twice());
        }
        contents.push(ContentKeys::read(&mut of, &rule, formats));
        of.close();
        rules.push(rule);
    }
    (rules, contents)
}

fn month(text: &str) -> Result<Period, String> {
    text.parse().map_err(|_| say::not_a_month(&say::shown(text)))
}

fn files(of: &mut Section) -> Vec<globset::GlobMatcher> {
    of.needs("files");
    of.globs("files", false).unwrap_or_default().iter().map(Glob::compile_matcher).collect()
}

fn period_source(of: &mut Section) -> PeriodSource {
    let given = of.has("period");
    let expression = of.parsed("period", expression);
    let in_content = of.choice("period_in", &[("name", false), ("content", true)]).unwrap_or(false);
    match expression {
        Some(expression) if in_content => PeriodSource::Content(expression),
        Some(expression) => PeriodSource::Name(expression),
        None => {
            if in_content && !given {
                of.problem("period_in", say::content_needs_expression());
            }
            PeriodSource::BuiltIn
        }
    }
}

fn expression(text: &str) -> Result<Regex, String> {
    let expression = Regex::new(text).map_err(|error| {
        let lines: Vec<String> =
            error.to_string().lines().map(|line| format!("      {}", say::shown(line))).collect();
        say::bad_expression(&lines.join("\n"))
    })?;
    let lacks = |group: &str| expression.capture_names().flatten().all(|name| name != group);
    match ["year", "month"].into_iter().find(|group| lacks(group)) {
        Some(group) => Err(say::group_missing(group)),
        None => Ok(expression),
    }
}

fn policy(mut of: Section) -> Policy {
    const TWO: [(&str, Rule); 2] = [("hold", Rule::Hold), ("send", Rule::Send)];
    const THREE: [(&str, Rule); 3] = [TWO[0], TWO[1], ("skip", Rule::Skip)];
    let mut rule = |key, choices: &[_]| of.choice(key, choices).unwrap_or(Rule::Hold);
    let policy = Policy {
        same_content_other_slot: rule("same_content_other_slot", &THREE),
        unknown_period: rule("unknown_period", &TWO),
        old_period: rule("old_period", &THREE),
        future_period: rule("future_period", &TWO),
        unknown_series: rule("unknown_series", &THREE),
        new_series: rule("new_series", &TWO),
        slot_taken: rule("slot_taken", &TWO),
        content: formats::policy(&mut of),
        two_persons: of.flag("two_persons").unwrap_or(false),
        gone_is_delivered: of
            .choice("gone_after_publish", &[("in_doubt", false), ("delivered", true)])
            .unwrap_or(false),
    };
    of.close();
    policy
}

fn sftp(mut of: Section) -> Sftp {
    let sftp = Sftp {
        host: of.required("host", host),
        port: of.number("port", 1..=65535).unwrap_or(22),
        user: of.required("user", user),
        identity: of.path("identity"),
        password_file: of.path("password_file"),
        passphrase_file: of.path("passphrase_file"),
        host_key: of.list("host_key", fingerprint).unwrap_or_default(),
        known_hosts: of.path("known_hosts"),
        folder: of.parsed("folder", remote_folder).unwrap_or_default(),
        remote_name: of.template("remote_name", "{name}", false),
        temporary_name: of.template("temporary_name", ".{name}.{id}.part", true),
        verify: of
            .choice(
                "verify",
                &[("size", Verify::Size), ("read_back", Verify::ReadBack), ("none", Verify::None)],
            )
            .unwrap_or(Verify::Size),
        sync: of
            .choice("sync", &[("required", SyncRule::Required), ("best_effort", SyncRule::BestEffort)])
            .unwrap_or_default(),
        publish: of
            .choice("publish", &[("rename", Publish::Rename), ("direct", Publish::Direct)])
            .unwrap_or(Publish::Rename),
        pieces: of.flag("pieces").unwrap_or(false),
        timeout: of.duration("timeout", "1s", "1h").unwrap_or(Duration::from_secs(30)),
        connections: of.number::<u8>("connections", 1..=8).unwrap_or(4).into(),
    };
    if !sftp.host_key.is_empty() && sftp.known_hosts.is_some() {
        of.problem("known_hosts", say::two_sources_of_host_keys());
    }
    of.close();
    sftp
}

fn originals(mut of: Section) -> Originals {
    const ALL: [(&str, Disposal); 3] =
        [("archive", Disposal::Archive), ("delete", Disposal::Delete), ("leave", Disposal::Leave)];
    let originals = Originals {
        delivered: of.choice("delivered", &ALL[..2]).unwrap_or(Disposal::Archive),
        duplicates: of.choice("duplicates", &ALL).unwrap_or(Disposal::Archive),
        // At least a day: who writes "12m" for 12 months gets 12 minutes, and deleted content cannot be restored.
        keep_archive: of.duration_or_never("keep_archive", "1d", "36500d"),
    };
    of.close();
    originals
}

/// A day where nothing is said, unlike the other limits of the section: a file that never settles is never delivered.
fn unsettled_after(of: &mut Section) -> Option<Duration> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let given = of.has("unsettled_after");
    let limit = of.duration_or_never("unsettled_after", "1m", "36500d");
    if given { limit } else { Some(DAY) }
}

fn alert(mut of: Section) -> Alert {
    let alert = Alert {
        quiet_for: of.duration_or_never("quiet_for", "1m", "36500d"),
        not_picked_up_after: of.duration_or_never("not_picked_up_after", "1m", "36500d"),
        unsettled_after: unsettled_after(&mut of),
    };
    of.close();
    alert
}
