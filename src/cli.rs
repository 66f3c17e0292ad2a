//! The command line: types alone.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::delivery::State;
use crate::messages::Language;
use crate::period::Period;

/// Delivers trækfiler to KP over SFTP: each file exactly once, or a person is told.
#[derive(Debug, Parser)]
#[command(name = "traekfil", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to do it.
    #[command(flatten)]
    pub global: Global,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  all done, nothing needs a person
  1  an error of the program or the machine
  2  wrong arguments or configuration; nothing was touched
  3  something waits for a person: held, in doubt, or overdue
  4  something could not be delivered now; the next run tries again
  5  another run is under way; nothing was touched
  6  the ledger is damaged, newer than the program, or gone; nothing was sent";

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
    #[command(
        after_help = "Examples:\n  traekfil run --dry-run    show what would happen, and change nothing\n  traekfil run --quiet      for cron: speak only when a person is needed"
    )]
    Run(Run),
    /// How each series stands in each month, and what needs a person
    #[command(
        after_help = "Examples:\n  traekfil status\n  traekfil status --quiet    say nothing where nothing needs a person"
    )]
    Status,
    /// Search the ledger of deliveries
    #[command(
        after_help = "Examples:\n  traekfil history --period 2023-04\n  traekfil history --state in_doubt --json"
    )]
    History(History),
    /// Let a held file go with the next run
    #[command(
        after_help = "Example:\n  traekfil approve 3 --reason \"the supplier confirms that the second April file comes on top\""
    )]
    Approve(Judge),
    /// Take a held file out of the drop folder, unsent
    #[command(after_help = "Example:\n  traekfil reject 3 --reason \"sent by mistake, says the supplier\"")]
    Reject(Judge),
    /// Settle a delivery that is in doubt, or take one back that KP never got
    #[command(after_help = "Example:\n  traekfil resolve 12 --delivered --reason \"KP sees the file\"")]
    Resolve(Resolve),
    /// Try configuration, folders, ledger, host key, login, remote folder and mail, a line each
    Check(Check),
    /// Verify the ledger, export it, or make a lost one again
    #[command(subcommand)]
    Ledger(LedgerCommand),
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
pub struct Resolve {
    /// The number of the delivery
    #[arg(value_name = "ID")]
    pub delivery: i64,
    /// KP has the file
    #[arg(long, required_unless_present = "not_delivered", conflicts_with = "not_delivered")]
    pub delivered: bool,
    /// KP never got the file: it may be sent again
    #[arg(long)]
    pub not_delivered: bool,
    /// Why; it stands in the ledger
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: String,
}

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Send a test message on every way that [notify] names
    #[arg(long)]
    pub send_test_mail: bool,
}

fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("a reason of at least one word is needed: it stands in the ledger".to_owned()),
        text => Ok(text.to_owned()),
    }
}
