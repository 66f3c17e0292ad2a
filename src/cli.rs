//! The command line: types here, its texts in [`words`], how it is read in [`read()`].
//!
//! The doc comments are for those who read the code: what `--help` says stands in `messages/help.rs`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::delivery::State;
use crate::messages::{Language, usage as say};
use crate::period::Period;

pub mod man;
mod read;
pub mod words;

pub use read::read;

/// Delivers trækfiler to KP over SFTP: each file exactly once, or a person is told.
#[derive(Debug, Parser)]
#[command(name = "traekfil", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to do it.
    #[command(flatten)]
    pub global: Global,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The configuration; without it $TRAEKFIL_CONFIG, ./config.toml, then the system's own place
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print one JSON object on standard output, and messages on standard error
    #[arg(long, global = true)]
    pub json: bool,
    /// Say only what needs a person
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
    /// The language; without it the configuration's, then the system's
    #[arg(long, global = true, value_enum)]
    pub language: Option<Language>,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Deliver the new files of the drop folder
    Run(Run),
    /// Search the ledger of deliveries
    History(History),
    /// Let a held file go with the next run
    Approve(Judge),
    /// Take a held file out of the drop folder, unsent
    Reject(Judge),
    /// Settle a delivery that is in doubt, or take one back that KP never got
    Resolve(Resolve),
    /// Try configuration, folders, ledger, host key, login and remote folder, a line each
    Check,
    /// Verify the ledger, export it, or make a lost one again
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Print what a shell needs to complete words
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Show the help of a command
    Help {
        /// The command, a word each
        command: Vec<String>,
    },
}

/// `ledger`.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Walk the chain of events, replay it against the tables, and hold the receipts against it
    Verify,
    /// Print every delivery, for the auditor
    Export {
        /// The form
        #[arg(long, value_enum, default_value_t = ExportFormat::Csv)]
        format: ExportFormat,
    },
    /// Make a lost or damaged ledger again from the receipts in the archive
    Rebuild,
}

/// The forms of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One line a delivery, for a spreadsheet.
    Csv,
    /// One object with a list, decisions included.
    Json,
}

/// `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// Only show the plan; write nothing anywhere and connect to nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,
}

/// `history`.
#[derive(Debug, Args)]
pub struct History {
    /// Only this series
    #[arg(long)]
    pub series: Option<String>,
    /// Only this period
    #[arg(long, value_name = "YYYY-MM")]
    pub period: Option<Period>,
    /// Only this state
    #[arg(long, value_enum)]
    pub state: Option<State>,
    /// At most so many, the newest first
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
}

/// `approve` and `reject`.
#[derive(Debug, Args)]
pub struct Judge {
    /// The number of the hold, or the file
    #[arg(required = true, value_name = "ID|FILE")]
    pub files: Vec<String>,
    /// Why; it stands in the ledger
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: String,
}

/// `resolve`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("word").required(true).args(["delivered", "not_delivered"]))]
pub struct Resolve {
    /// The number of the delivery
    #[arg(value_name = "ID")]
    pub delivery: i64,
    /// KP has the file
    #[arg(long)]
    pub delivered: bool,
    /// KP never got the file: it may be sent again
    #[arg(long)]
    pub not_delivered: bool,
    /// Why; it stands in the ledger
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: String,
}

fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err(say::reason_needed()),
        text => Ok(text.to_owned()),
    }
}
