//! One file for each command: it reads its options, calls the rooms that do the work, and shows the answer.
//!
//! In goes what [`crate::cli`] read from the command line; out comes an exit code, or the error that `main` prints. No
//! command decides what may be sent: `run` and the commands about held files ask [`crate::run`].
//!
//! The files, in reading order: [`dispatch`] below; `context`, what most commands begin with (configuration, ledger, who
//! gives the command); `run` with `progress` and `interrupt`; the commands that only read, `status`, `report`, `history` and `check`; those
//! with which a person decides, `decisions` (`approve`, `reject`), `resolve` and `adopt`; those that set things up, `init`
//! and `schedule`; `ledger`; and `help`, which also makes the completions and the manual page.

use crate::cli::{Cli, Command, LedgerCommand, Scheduler};
use crate::exit::ExitCode;

mod adopt;
mod check;
mod context;
mod decisions;
mod help;
mod history;
mod init;
mod interrupt;
mod ledger;
mod progress;
mod report;
mod resolve;
mod run;
mod schedule;
mod status;

/// Does what the command line asks for.
///
/// # Errors
/// What failed; [`crate::output::error`] says it and knows the exit code.
pub fn dispatch(cli: &Cli) -> anyhow::Result<ExitCode> {
    let global = &cli.global;
    let config = || context::load(global);
    match &cli.command {
        Command::Run(options) if options.dry_run => run::preview(&config()?, options, global),
        Command::Run(options) => run::run(&context::to_write(global)?, options, global),
        Command::Status => status::status(&config()?, global),
        Command::Report(options) => report::report(&config()?, options, global),
        Command::History(options) => history::history(&config()?, options, global),
        Command::Approve(options) => decisions::approve(&context::to_write(global)?, options, global),
        Command::Reject(options) => decisions::reject(&context::to_write(global)?, options, global),
        Command::Resolve(options) => resolve::resolve(&context::to_write(global)?, options, global),
        Command::Adopt(options) if options.dry_run => adopt::adopt(&config()?, options, global),
        Command::Adopt(options) => adopt::adopt(&context::to_write(global)?, options, global),
        Command::Init(options) => init::init(options, global),
        Command::Check(options) => check::check(options, global),
        Command::Ledger(
            command @ (LedgerCommand::Verify { .. }
            | LedgerCommand::Export { .. }
            | LedgerCommand::Backup { .. }),
        ) => ledger::ledger(&config()?, command, global),
        Command::Ledger(command) => ledger::ledger(&context::to_write(global)?, command, global),
        Command::Schedule(options) if options.scheduler == Scheduler::List => schedule::list(options, global),
        Command::Schedule(options) => schedule::schedule(&config()?, options, global),
        Command::Completions { shell } => help::completions(*shell),
        Command::Man => help::man(),
        Command::Help { command } => help::help(command),
    }
}
