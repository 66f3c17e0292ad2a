//! One file for each command: it reads its options, calls the rooms that do the work, and shows the answer.

use crate::cli::{Cli, Command, LedgerCommand};
use crate::exit::ExitCode;

mod adopt;
mod check;
mod context;
mod decisions;
mod help;
mod history;
mod init;
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
            command @ (LedgerCommand::Verify | LedgerCommand::Export { .. } | LedgerCommand::Backup { .. }),
        ) => ledger::ledger(&config()?, command, global),
        Command::Ledger(command) => ledger::ledger(&context::to_write(global)?, command, global),
        Command::Schedule(options) => schedule::schedule(&config()?, options, global),
        Command::Completions { shell } => help::completions(*shell),
        Command::Man => help::man(),
        Command::Help { command } => help::help(command),
    }
}
