//! The command line: arguments go in; what is asked for, or a refusal with its exit code, comes out.
//!
//! The files, in reading order: this one has the types that clap fills, with those of two commands in `schedule` and `history`; [`read()`] turns the arguments into them and says
//! what is wrong with them, [`words`] puts the texts in the person's language on clap's commands, and `man` makes the manual
//! page from the same texts.
//!
//! The doc comments of the types are for those who read the code: what `--help` says stands in `messages/help.rs`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::messages::{Language, usage as say};
use crate::model::ledger::ChainMark;
use crate::names::holds_cpr_number;
use crate::period::Period;

mod history;
pub(crate) mod man;
mod read;
mod schedule;
pub mod words;

pub use history::{History, HistoryState};
pub use read::{Asked, Refusal, asked, read};
pub use schedule::{Every, Schedule, Scheduler};

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
    /// How each series stands in each month, and what needs a person
    Status,
    /// The overview and the history as one page
    Report(Report),
    /// A finished mail to a supplier about a file
    Ask(Ask),
    /// Search the ledger of deliveries
    History(History),
    /// Let a held file go with the next run
    Approve(DecisionArgs),
    /// Take a held file out of the drop folder, unsent
    Reject(DecisionArgs),
    /// Take back an approval that has not been used yet
    Withdraw(Withdraw),
    /// Go through what needs a person, in questions and answers
    Cases,
    /// Settle a delivery that is in doubt, or take one back that KP never got
    Resolve(Resolve),
    /// Record files that KP has had since before the ledger began as delivered, unsent
    Adopt(Adopt),
    /// Lay a held file beside what KP has
    Compare(Compare),
    /// Draft the format of a file, or show what is read of it
    #[command(subcommand)]
    Format(FormatCommand),
    /// Make config, folders, key and ledger, asking step by step
    Init(Box<Init>),
    /// Try configuration, folders, ledger, host key, login, remote folder and mail, a line each
    Check(Check),
    /// Begin, verify, copy or export the ledger, or make a lost one again
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Print the job that runs traekfil by itself, or install it
    Schedule(Schedule),
    /// What is known of the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
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

/// `init`. Each question has a flag that answers it.
#[derive(Debug, Args)]
pub struct Init {
    /// Ask nothing: take every default; --host and --user have none
    #[arg(long)]
    pub yes: bool,
    /// The town's name, as it stands in mails, reports and JSON; - for none
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The folder that the files arrive in
    #[arg(long, value_name = "DIR")]
    pub drop: Option<String>,
    /// The folder that delivered files are moved to
    #[arg(long, value_name = "DIR")]
    pub archive: Option<String>,
    /// The ledger, on a local disk
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<String>,
    /// The name of KP's server
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// Its port
    #[arg(long)]
    pub port: Option<String>,
    /// The user to log in as
    #[arg(long, value_name = "NAME")]
    pub login: Option<String>,
    /// With --login, the user of this machine that the program works as, which root alone can choose; without it the user to
    /// log in as
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// The private key, an existing file; - for none
    #[arg(long, value_name = "FILE")]
    pub identity: Option<String>,
    /// Make a new key, at --identity where that is given; never overwrites one
    #[arg(long)]
    pub new_key: bool,
    /// The file with the existing key's passphrase
    #[arg(long, value_name = "FILE", conflicts_with = "new_key")]
    pub passphrase_file: Option<String>,
    /// The folder on the server
    #[arg(long, value_name = "FOLDER")]
    pub remote_folder: Option<String>,
    /// The server's host key, as KP's operator has told it
    #[arg(long, value_name = "SHA256:...")]
    pub host_key: Option<String>,
    /// Pin the host key that the server shows now, without comparing it
    #[arg(long, conflicts_with = "host_key")]
    pub accept_host_key: bool,
    /// A supplier's series of files, and the day of the month they are due; may be repeated
    #[arg(long, value_name = "NAME=PATTERN[:DAY]")]
    pub series: Vec<String>,
    /// The dates of KP's runs, as they stand in a list or a mail
    #[arg(long, value_name = "TEXT")]
    pub runs: Option<String>,
}

/// `ledger`.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Walk the chain of events, replay it against the tables, and hold the receipts against it
    Verify {
        /// Say whether the chain contains this mark, which a notice, a report or `status -v` showed
        #[arg(long, value_name = "SEQ:HASH")]
        head: Option<ChainMark>,
    },
    /// Print every delivery, for the auditor
    Export {
        /// The form
        #[arg(long, value_enum, default_value_t = ExportFormat::Csv)]
        format: ExportFormat,
    },
    /// Make a lost or damaged ledger again from the receipts in the archive
    Rebuild,
    /// Begin a ledger, and give the archive its name
    Begin(LedgerBegin),
    /// Copy the ledger, also while a run is under way
    Backup {
        /// The copy; it must not exist
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Write into a ledger that was put back from a copy what the receipts know
    Restored(LedgerReason),
    /// Have the ledger send nothing any more
    Retire(LedgerReason),
}

/// `ledger begin`.
#[derive(Debug, Args)]
pub struct LedgerBegin {
    /// The ledger exists: name a new, empty archive and write the receipts there
    #[arg(long)]
    pub archive: bool,
    /// Do not ask whether the disk is mounted
    #[arg(long)]
    pub yes: bool,
}

/// Why, for a command on the ledger itself.
#[derive(Debug, Args)]
pub struct LedgerReason {
    /// Why; it stands in the ledger
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: Option<String>,
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
#[derive(Debug, Default, Args)]
pub struct Run {
    /// Only show the plan; write nothing anywhere and connect to nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Write the plan into FILE, to be looked at and done later with --plan
    #[arg(long, value_name = "FILE", requires = "dry_run", conflicts_with = "plan")]
    pub save: Option<PathBuf>,
    /// Send no more than this plan says; what has changed since is named and not sent
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
}

/// `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// Where to; - for standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// That month's account alone, to be printed
    #[arg(long, value_name = "YYYY-MM")]
    pub month: Option<Period>,
}

/// `ask`.
#[derive(Debug, Args)]
pub struct Ask {
    /// The series
    #[arg(value_name = "SERIES")]
    pub series: String,
    /// The month; without it the one that needs it most
    #[arg(value_name = "YYYY-MM")]
    pub period: Option<Period>,
    /// Send it to the supplier by the mail server of `[notify]`
    #[arg(long)]
    pub send: bool,
}

/// `approve` and `reject`.
#[derive(Debug, Args)]
pub struct DecisionArgs {
    /// The number of the hold, or the file
    #[arg(required = true, value_name = "ID|FILE")]
    pub files: Vec<String>,
    /// Why; it stands in the ledger
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: String,
}

/// `compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// The number of the hold, or the file
    #[arg(value_name = "ID|FILE")]
    pub file: String,
    /// The delivery to compare it with; without it, the one that holds it
    #[arg(long, value_name = "DELIVERY")]
    pub with: Option<i64>,
}

/// `config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the JSON Schema of the configuration, for editors
    Schema,
}

/// `format`.
#[derive(Debug, Subcommand)]
pub enum FormatCommand {
    /// Draft the format of sample files
    Guess {
        /// Files of one layout
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Show what is read of a file
    Test(FormatTest),
}

/// `format test`.
#[derive(Debug, Args)]
pub struct FormatTest {
    /// The file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The format; without it, that of the series that the file's name fits
    #[arg(long, value_name = "NAME")]
    pub format: Option<String>,
    /// Show citizens' birthdays, never more
    #[arg(long)]
    pub show_birthdays: bool,
}

/// `withdraw`.
#[derive(Debug, Args)]
pub struct Withdraw {
    /// The number of the hold, or the file
    #[arg(value_name = "ID|FILE")]
    pub file: String,
    /// Why; it stands in the ledger
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: String,
}

/// `resolve`. Without an answer it shows a mail that asks KP.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("word").args(["delivered", "not_delivered"]))]
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
    #[arg(long, requires = "word", required_if_eq_any([("delivered", "true"), ("not_delivered", "true")]), value_name = "TEXT", value_parser = reason)]
    pub reason: Option<String>,
}

/// `check`.
#[derive(Debug, Default, Args)]
pub struct Check {
    /// Send a test message on every way that `[notify]` names
    #[arg(long)]
    pub send_test_mail: bool,
    /// Look at the configuration and what it names on this machine alone: connect to nothing, write nothing
    #[arg(long, conflicts_with = "send_test_mail")]
    pub offline: bool,
}

/// `adopt`.
#[derive(Debug, Clone, Args)]
pub struct Adopt {
    /// Files, or folders with everything in them; they stay where they are
    #[arg(required_unless_present = "remote", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Hold the drop folder (and each PATH) against what lies in KP's folder now; only reads there, even with --dry-run
    #[arg(long)]
    pub remote: bool,
    /// Only show what would be recorded; write nothing anywhere
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Why; it stands in the ledger
    #[arg(long, required_unless_present = "dry_run", value_name = "TEXT", value_parser = reason)]
    pub reason: Option<String>,
}

/// A person's reason as it goes into the ledger, which never forgets: some words, and no number that could be a CPR number.
///
/// # Errors
/// What is wrong with it, as the end of a sentence, without the text itself.
pub(crate) fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err(say::reason_needed()),
        text if holds_cpr_number(text) => Err(say::reason_with_cpr_number()),
        text => Ok(text.to_owned()),
    }
}
