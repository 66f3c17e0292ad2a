//! One file for each command: it reads its options, calls the rooms that do the work, and shows the answer.
//!
//! In goes what [`crate::cli`] read from the command line; out comes an exit code, or the error that `main` prints. No
//! command decides what may be sent: `run` and the commands about held files ask [`crate::run`].
//!
//! The files, in reading order: [`dispatch`] below; `context`, what most commands begin with (configuration, ledger, who
//! gives the command); `run` with `place`, `progress` and `interrupt`; the commands that only read, `status`, `report`, `history`, `compare`, `format` and `check`;
//! those with which a person decides, `decisions` (`approve`, `reject`, `withdraw`), `cases`, `resolve` and `adopt`; `ask`, which writes to a
//! supplier; those that set things up, `init` and `schedule`; `ledger`; `help`, which also makes the completions, the manual page and the configuration's JSON Schema; and
//! `failure`, which says what failed, in words and as JSON.

use std::panic::{self, AssertUnwindSafe};

use crate::cli::{Asked, Cli, Command, ConfigCommand, FormatCommand, Refusal};
use crate::exit::ExitCode;
use crate::platform;

mod adopt;
mod ask;
mod cases;
mod check;
mod compare;
mod context;
mod decisions;
mod failure;
mod format;
mod help;
mod history;
mod init;
mod interrupt;
mod ledger;
mod place;
mod progress;
mod report;
mod resolve;
mod run;
mod schedule;
mod status;

/// Does what the command line asks for, says what failed, and answers the exit code.
#[must_use]
pub fn carry_out(cli: &Cli, asked: &Asked) -> ExitCode {
    // whatever the command, the files that it reads have citizens in them
    platform::keep_out_of_dumps();
    match panic::catch_unwind(AssertUnwindSafe(|| dispatch(cli))) {
        Ok(Ok(exit)) => exit,
        Ok(Err(error)) => failure::tell(&error, asked),
        Err(_) => failure::tell_panic(asked),
    }
}

/// Says why the command line leaves nothing to do, and answers the exit code that goes with it.
#[must_use]
pub fn refuse(refusal: &Refusal, asked: &Asked) -> ExitCode {
    failure::refused(refusal, asked)
}

/// Does what the command line asks for.
///
/// # Errors
/// What failed; `failure` says it and knows the exit code.
fn dispatch(cli: &Cli) -> anyhow::Result<ExitCode> {
    let global = &cli.global;
    let config = || context::load(global);
    match &cli.command {
        Command::Run(options) if options.dry_run => run::preview(&config()?, options, global),
        Command::Run(options) => run::run(options, global),
        Command::Status => status::status(&config()?, global),
        Command::Report(options) => report::report(&config()?, options, global),
        Command::History(options) => history::history(&config()?, options, global),
        Command::Approve(options) => decisions::approve(&config()?, options, global),
        Command::Reject(options) => decisions::reject(&config()?, options, global),
        Command::Withdraw(options) => decisions::withdraw(&config()?, options, global),
        Command::Cases => cases::cases(&config()?, global),
        Command::Resolve(options) => resolve::resolve(&config()?, options, global),
        Command::Adopt(options) => adopt::adopt(&config()?, options, global),
        Command::Ask(options) => ask::ask(&config()?, options, global),
        Command::Compare(options) => compare::compare(&config()?, options, global),
        Command::Format(FormatCommand::Guess { files }) => format::guess(files, global),
        Command::Format(FormatCommand::Test(options)) => format::test(&config()?, options, global),
        Command::Init(options) => init::init(options, global),
        Command::Check(options) => check::check(options, global),
        Command::Ledger(command) => ledger::ledger(&config()?, command, global),
        Command::Schedule(options) => schedule::schedule(options, global),
        Command::Config(ConfigCommand::Schema) => help::schema(global),
        Command::Completions { shell } => help::completions(*shell, global),
        Command::Man => help::man(global),
        Command::Help { command } => help::help(command, global),
    }
}
