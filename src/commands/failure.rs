//! What a command says where it fails: a sentence on standard error and, with `--json`, the object that it prints in any
//! case, with its lists empty.

use std::fmt;
use std::io::Write;

use serde::Serialize;
use serde_json::{Map, Value};

use super::help::Document;
use super::place::{Answer, Place};
use crate::cli::{Asked, Refusal};
use crate::clock;
use crate::exit::{ExitCode, UserError};
use crate::messages::{command, usage as say};
use crate::model::attention::AttentionItem;
use crate::model::run_report::RunReport;
use crate::output::{self, Failure};

/// An error together with what else a person was told when it came up.
#[derive(Debug)]
pub(super) struct Stopped {
    pub(super) error: UserError,
    pub(super) matters: Vec<AttentionItem>,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Stopped {}

/// Says why a command failed, and answers the exit code that goes with it.
pub(super) fn tell(error: &anyhow::Error, asked: &Asked) -> ExitCode {
    let stopped = error.downcast_ref::<Stopped>();
    let known = stopped.map(|stopped| &stopped.error).or_else(|| error.downcast_ref::<UserError>());
    let exit = known.map_or(ExitCode::Unexpected, |error| error.exit);
    let matters = stopped.map_or(&[][..], |stopped| &stopped.matters);
    said(exit, &format!("{error:#}"), matters, asked)
}

/// Says that the program itself is wrong; what it was has been said on standard error.
pub(super) fn tell_panic(asked: &Asked) -> ExitCode {
    said(ExitCode::Unexpected, &say::program_failed(&command("status")), &[], asked)
}

/// Says why the command line leaves nothing to do. Help that was asked for goes to standard output, everything else to
/// standard error.
pub(super) fn refused(refusal: &Refusal, asked: &Asked) -> ExitCode {
    match refusal {
        Refusal::HelpAsked(text) if asked.json => {
            output::print_object(&Document::new(text.to_string()));
            ExitCode::Ok
        }
        Refusal::HelpAsked(text) => {
            // Unlike `print!`, this does not panic where the reader has gone.
            let _ = write!(anstream::stdout(), "{}", text.ansi());
            ExitCode::Ok
        }
        Refusal::NoCommand(text) => {
            let _ = write!(anstream::stderr(), "{}", text.ansi());
            print(ExitCode::Usage, &say::no_command(&command("--help")), &[], asked)
        }
        Refusal::Wrong(error) => said(error.exit, &error.message, &[], asked),
    }
}

fn said(exit: ExitCode, message: &str, matters: &[AttentionItem], asked: &Asked) -> ExitCode {
    output::warn(message);
    print(exit, message, matters, asked)
}

/// Prints the object of a command that failed, where JSON is asked for.
fn print(exit: ExitCode, message: &str, matters: &[AttentionItem], asked: &Asked) -> ExitCode {
    if asked.json {
        let failure = Failure::new(exit, anstream::adapter::strip_str(message).to_string());
        if asked.command == "run" {
            output::failed(&run(exit, matters, asked), &failure);
        } else if asked.command == "status" {
            let place = Place::found(asked.config.as_deref());
            output::failed(&Answer { report: empty(exit, matters, asked), place }, &failure);
        } else {
            output::failed(&empty(exit, matters, asked), &failure);
        }
    }
    exit
}

/// A run that could not be carried through: the same object as that of any other, without a file.
fn run(exit: ExitCode, matters: &[AttentionItem], asked: &Asked) -> impl Serialize {
    let now = clock::moment(clock::now());
    let report = RunReport {
        dry_run: asked.dry_run,
        started_at: now.clone(),
        finished_at: now,
        exit_code: exit.code(),
        attention: matters.to_vec(),
        ..RunReport::default()
    };
    Answer { report, place: Place::found(asked.config.as_deref()) }
}

/// The lists of a command's answer, all empty, and the exit code.
fn empty(exit: ExitCode, matters: &[AttentionItem], asked: &Asked) -> impl Serialize {
    let mut object: Map<String, Value> =
        lists(&asked.command).iter().map(|key| ((*key).to_owned(), Value::Array(Vec::new()))).collect();
    if !matters.is_empty() {
        object.insert("matters".to_owned(), serde_json::to_value(matters).unwrap_or_default());
    }
    if asked.command == "adopt" {
        object.insert("dry_run".to_owned(), asked.dry_run.into());
    }
    object.insert("exit_code".to_owned(), exit.code().into());
    object
}

/// The keys of a command's answer that hold lists.
fn lists(command: &str) -> &'static [&'static str] {
    match command {
        "status" => &["months", "series", "matters", "asked", "left_on_server"],
        "history" | "ledger export" => &["entries"],
        "approve" | "reject" | "withdraw" => &["decisions"],
        "cases" => &["cases", "matters"],
        "format test" => &["fields", "periods", "header_periods", "faults", "first", "matters"],
        "adopt" => &["files", "matters"],
        "check" | "init" => &["checks"],
        "report" => &["matters"],
        "schedule" | "format guess" => &["files"],
        "ledger verify" => &["changed", "matters"],
        _ => &[],
    }
}
