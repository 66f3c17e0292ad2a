//! A year of KP's runs, played day by day through the real program: what the person is told, in text, mail and exit code.
//!
//! The whole of it is held against `snapshots/`, in both languages. `TRAEKFIL_SNAPSHOTS=write` writes them anew.

#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use chrono::{Datelike, NaiveDate, TimeZone, Weekday};
use chrono_tz::Europe::Copenhagen;

use crate::support::servers::Server;
use crate::support::smtp::{Smtp, Speaks};
use crate::support::town::Town;

const RUNS: [&str; 8] = [
    "2026-07-14",
    "2026-08-14",
    "2026-09-15",
    "2026-10-15 12:00",
    "2026-11-16",
    "2026-12-15",
    "2027-01-14",
    "2027-02-12",
];
/// Entered when the calendar has ended.
const LATER: [&str; 4] = ["2027-03-12", "2027-04-15", "2027-05-12", "2027-06-14"];

/// The year, and what was told of it so far.
struct Year {
    town: Town,
    mail: Smtp,
    told: String,
    /// The last status, mails and exit code that were written down.
    last: (String, String, i32),
    letters: usize,
}

impl Year {
    fn begin(language: &str) -> Year {
        let mail = Smtp::start(Speaks::Plainly);
        let town = Town::without_ledger(Server::embedded());
        // The town's own clock, with its daylight saving, whatever the machine's is.
        town.env("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");
        town.at("2026-07-01T06:00:00+02:00").begin();
        town.set("language", language)
            .set("calendar.runs", RUNS.to_vec())
            .set("calendar.warn_before", "3 banking days")
            .set("notify.mail_to", vec!["kp@korsbaek.example.dk"])
            .set("notify.mail_from", "Korsbæk Kommune <traekfil@korsbaek.example.dk>")
            .set("notify.smtp_host", "127.0.0.1")
            .set("notify.smtp_port", mail.port())
            .set("notify.smtp_tls", "none");
        town.series("name = 'mad'\nfiles = ['mad_*']\ndue = 'run'\ncontact = 'Køkkenet, 99 99 99 98'");
        town.series(
            "name = 'vask'\nfiles = ['vask_*']\ndue = 'run'\nnot_due = ['2026-07']\ncontact = 'Vaskeriet, 99 99 99 99'\n\
             mail = 'Vaskeriet <kontor@vask.example.dk>'",
        );
        town.series("name = 'husleje'\nfiles = ['husleje_*']\ndue = 'run'");
        town.series("name = 'telefon'\nfiles = ['telefon_*']\ndue_day = 20");
        let last = (String::new(), String::new(), 0);
        Year { town, mail, told: String::new(), last, letters: 0 }
    }

    fn clock(&self, day: NaiveDate, hour: u32, minute: u32) {
        let at = Copenhagen.from_local_datetime(&day.and_hms_opt(hour, minute, 0).unwrap()).unwrap();
        self.town.at(&at.to_rfc3339());
    }

    fn file(&self, series: &str, period: &str, more: &str) {
        let name = format!("{series}_korsbaek_{}{more}.txt", period.replace('-', ""));
        self.town.file(name, format!("{series};{period}{more}\n000000-0000;100,00\n"));
    }

    /// What the status says beside the grid, without the line about the last run.
    fn status(&self) -> String {
        let out = self.town.run(["status"]).plain();
        let text = out.out();
        let parts: Vec<&str> = text.trim_end().split("\n\n").collect();
        let grid = |part: &&&str| {
            !part.contains(" 20") || !part.lines().next().is_some_and(|line| line.starts_with("   "))
        };
        let told: Vec<&str> = parts[..parts.len() - 1].iter().filter(grid).copied().collect();
        let who = self.town.run(["status", "--json"]).json()["asked"][0]["who"].as_str().map(str::to_owned);
        let told = told.join("\n");
        who.map_or(told.clone(), |who| told.replace(&format!("({who})"), "(bodil)"))
    }

    /// Runs the program, and writes down what it told where that is another thing than before.
    fn run(&mut self, day: NaiveDate, time: &str) {
        let out = self.town.run(["run"]);
        let exit = out.code().unwrap();
        let letters = self.mail.letters();
        let mut mails = String::new();
        for letter in &letters[self.letters..] {
            let host = whoami::hostname().unwrap();
            let text = format!("{}\n{}", letter.header("Subject"), letter.text()).replace('\r', "");
            let config = self.town.path("config.toml").display().to_string();
            let text = text.replace(&host, "srv01").replace(&config, "/srv/korsbaek/config.toml");
            writeln!(mails, "{}", without_head(&text).trim_end()).unwrap();
        }
        self.letters = letters.len();
        if exit == self.last.2 && mails.is_empty() {
            return;
        }
        let status = self.status();
        let now = (status, mails, exit);
        if now == self.last {
            return;
        }
        writeln!(self.told, "=== {} {time}  exit {exit}", day.format("%a %F")).unwrap();
        writeln!(self.told, "{}", now.0).unwrap();
        if !now.1.is_empty() {
            let mail: Vec<String> =
                now.1.lines().map(|line| format!("    | {line}").trim_end().to_owned()).collect();
            writeln!(self.told, "{}", mail.join("\n")).unwrap();
        }
        self.told.push('\n');
        self.last = now;
    }

    /// Another thing happens on that day, after the morning's run.
    fn later(&mut self, day: NaiveDate) {
        match day.to_string().as_str() {
            "2026-09-15" => {
                // The kitchen is late for the first time, on the last day.
                self.clock(day, 14, 0);
                self.file("mad", "2026-09", "");
                self.run(day, "14:00");
            }
            "2026-10-12" => {
                self.clock(day, 9, 0);
                self.file("husleje", "2026-10", "");
                self.file("husleje", "2026-10", "_ny");
                self.run(day, "09:00");
            }
            "2026-10-15" => {
                self.clock(day, 9, 30);
                let files = self.town.run(["run", "--dry-run", "--json"]).json();
                let id = |name: &str| {
                    let files = files["files"].as_array().unwrap();
                    let file = files.iter().find(|file| file["path"] == name).unwrap();
                    file["hold_id"].to_string()
                };
                let (first, second) =
                    (id("husleje_korsbaek_202610.txt"), id("husleje_korsbaek_202610_ny.txt"));
                self.town.run(["reject", &first, "--reason", "erstattet af den nye"]).exit(0);
                self.town.run(["approve", &second, "--reason", "den gælder, siger udlejeren"]).exit(0);
                self.run(day, "09:30");
            }
            "2026-12-11" => {
                self.clock(day, 9, 0);
                self.town.run(["ask", "vask", "--send"]).exit(0);
                let letter = self.mail.letters().pop().unwrap();
                assert_eq!(letter.to, ["kontor@vask.example.dk"]);
                let text = format!("{}\n{}", letter.header("Subject"), letter.text()).replace('\r', "");
                let lines: Vec<String> = text
                    .trim_end()
                    .lines()
                    .map(|line| format!("    > {line}").trim_end().to_owned())
                    .collect();
                writeln!(
                    self.told,
                    "=== {} 09:00  ask vask --send\n{}\n",
                    day.format("%a %F"),
                    lines.join("\n")
                )
                .unwrap();
                self.letters = self.mail.letters().len();
            }
            // The laundry comes after the run.
            "2026-12-17" => {
                self.clock(day, 9, 0);
                self.file("vask", "2026-12", "");
                self.run(day, "09:00");
            }
            "2027-03-01" => {
                self.town.set("calendar.runs", [&RUNS[..], &LATER].concat());
                self.clock(day, 9, 0);
                self.run(day, "09:00");
            }
            _ => {}
        }
    }
}

fn played(language: &str) -> String {
    let mut year = Year::begin(language);
    let first: NaiveDate = "2026-07-01".parse().unwrap();
    let late = [("mad", "2026-09"), ("husleje", "2026-10"), ("vask", "2026-12"), ("vask", "2026-07")];
    // The last deadline of a month is the telephone's, on the 20th; the days after it are left out.
    let working = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && day.day() <= 21;
    let mut sent = String::new();
    for day in first.iter_days().take_while(|day| (day.year(), day.month()) < (2027, 7)).filter(working) {
        year.clock(day, 8, 0);
        let period = day.format("%Y-%m").to_string();
        if sent != period {
            for series in ["mad", "vask", "husleje", "telefon"] {
                if !late.contains(&(series, period.as_str())) {
                    year.file(series, &period, "");
                }
            }
            sent = period;
        }
        year.run(day, "08:00");
        year.later(day);
        if day.to_string() == "2027-01-14" {
            writeln!(year.told, "=== {} status\n{}\n", day.format("%a %F"), year.status()).unwrap();
        }
    }
    year.told
}

#[track_caller]
fn as_before(name: &str, told: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/snapshots").join(name);
    if std::env::var("TRAEKFIL_SNAPSHOTS").is_ok_and(|how| how == "write") {
        fs::write(&file, told).unwrap();
    }
    let before = fs::read_to_string(&file).unwrap();
    let differs = before.lines().zip(told.lines()).position(|(before, now)| before != now);
    assert_eq!(before, told, "{name} differs from line {:?}", differs.map(|at| at + 1));
}

#[test]
fn a_year_in_danish_warns_in_time_of_what_is_missing_and_of_nothing_else() {
    as_before("year_da.txt", &played("da"));
}

#[test]
fn a_year_in_english_warns_in_time_of_what_is_missing_and_of_nothing_else() {
    as_before("year_en.txt", &played("en"));
}

/// The text without the hash that ends the ledger's chain, which is another one each time.
fn without_head(text: &str) -> String {
    let head = |line: &str| line.split_once("--head ").map(|(before, _)| format!("{before}--head …"));
    text.lines().map(|line| head(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}
