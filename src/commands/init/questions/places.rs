//! The folders and the ledger on this machine. Each is looked at before it is taken.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::ledger::Ledger;
use crate::messages::config::{self as rules, shown_path};
use crate::messages::init as say;

use super::super::lying::Lying;
use super::super::others::What;
use super::super::prompter::{Asked, Stop};
use super::{Interview, free, typed};

pub(super) fn drop_folder(interview: &mut Interview) -> Asked<()> {
    let given = interview.options.drop.as_deref();
    let suggested = suggested(interview, &interview.answers.drop, "drop", What::Drop);
    let config = interview.answers.config.clone();
    let asked = (say::ask_drop(), say::help_drop());
    let drop = interview.text(asked, ("--drop", given), Some(shown_path(&suggested)), |text| {
        let drop = typed::path(text)?;
        if drop.exists() && !drop.is_dir() {
            return Err(rules::drop_is_file(&shown_path(&drop)));
        }
        outside("--config", &config, &drop)?;
        free(interview, &drop, What::Drop)?;
        Ok(drop)
    })?;
    may_be_made(interview, &drop, &suggested, given.is_some())?;
    told_of(interview, &drop)?;
    interview.answers.drop = drop;
    Ok(())
}

pub(super) fn archive(interview: &mut Interview) -> Asked<()> {
    let given = interview.options.archive.as_deref();
    let suggested = suggested(interview, &interview.answers.archive, "archive", What::Archive);
    let asked = (say::ask_archive(), say::help_archive());
    let drop = interview.answers.drop.clone();
    let archive = interview.text(asked, ("--archive", given), Some(shown_path(&suggested)), |text| {
        let archive = typed::path(text)?;
        if archive.exists() && !archive.is_dir() {
            return Err(rules::archive_is_file(&shown_path(&archive)));
        }
        if drop.starts_with(&archive) {
            return Err(rules::drop_in_archive(&shown_path(&drop), &shown_path(&archive)));
        }
        if archive.starts_with(&drop) {
            return Err(say::archive_in_drop(&shown_path(&archive), &shown_path(&drop)));
        }
        free(interview, &archive, What::Archive)?;
        Ok(archive)
    })?;
    may_be_made(interview, &archive, &suggested, given.is_some())?;
    told_of(interview, &archive)?;
    interview.answers.archive = archive;
    Ok(())
}

pub(super) fn ledger(interview: &mut Interview) -> Asked<()> {
    let given = interview.options.ledger.as_deref();
    let suggested = suggested(interview, &interview.answers.ledger, "ledger.db", What::Ledger);
    let asked = (say::ask_ledger(), say::help_ledger());
    let drop = interview.answers.drop.clone();
    let ledger = interview.text(asked, ("--ledger", given), Some(shown_path(&suggested)), |text| {
        let ledger = typed::path(text)?;
        if ledger.is_dir() {
            return Err(rules::ledger_is_folder(&shown_path(&ledger)));
        }
        if ledger.exists() && !is_database(&ledger) {
            return Err(say::not_a_ledger(&shown_path(&ledger)));
        }
        outside("[ledger] path", &ledger, &drop)?;
        free(interview, &ledger, What::Ledger)?;
        Ok(ledger)
    })?;
    if interview.is_asking() && interview.answers.before.is_none() {
        if ledger.exists() {
            let text = say::ask_ledger_goes_on(&shown_path(&ledger));
            if !interview.prompter.ask_whether(text, say::help_ledger_goes_on(), false)? {
                return Err(Stop::Back);
            }
        } else if let Err(error) = Ledger::may_begin(&ledger, &interview.answers.archive) {
            // With flags alone there is nothing to go back to.
            if given.is_some() && interview.options.archive.is_some() {
                return Err(error.into());
            }
            interview.warn(&error.message)?;
            return Err(Stop::Back);
        }
    }
    interview.answers.ledger = ledger;
    Ok(())
}

/// Whether a file begins as every SQLite database does; what is wrong inside it shows when it is opened.
fn is_database(file: &Path) -> bool {
    let mut head = [0; 16];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == *b"SQLite format 3\0"
}

/// Says what lies in a folder that is taken.
fn told_of(interview: &Interview, folder: &Path) -> Asked<()> {
    if interview.is_asking() && folder.is_dir() {
        interview.prompter.say(&super::paragraph("  ", &Lying::look(folder)?.told()))?;
    }
    Ok(())
}

/// The answer that stands already, else a place beside the config that no other configuration uses.
fn suggested(interview: &Interview, earlier: &Path, name: &str, what: What) -> PathBuf {
    if !earlier.as_os_str().is_empty() {
        return earlier.to_owned();
    }
    let config = &interview.answers.config;
    let place = typed::beside(config, name);
    match config.file_stem().and_then(|stem| stem.to_str()) {
        Some(stem) if free(interview, &place, what).is_err() => {
            typed::beside(config, &format!("{stem}-{name}"))
        }
        _ => place,
    }
}

/// Asks before a folder is made that a person typed: it may be a typing error. The suggested one, and one that a flag
/// names, are made with the rest.
fn may_be_made(interview: &Interview, folder: &Path, suggested: &Path, given: bool) -> Asked<()> {
    if !interview.is_asking() || given || folder.is_dir() || folder == suggested {
        return Ok(());
    }
    let text = say::ask_make_folder(&shown_path(folder));
    if interview.prompter.ask_whether(text, say::help_make_folder(), true)? {
        Ok(())
    } else {
        Err(Stop::Back)
    }
}

/// Refuses a file in the drop folder, where a run would deliver it. The config's own check follows links as well,
/// before anything is written.
pub(super) fn outside(what: &str, file: &Path, drop: &Path) -> Result<(), String> {
    if file.parent() == Some(drop) {
        return Err(rules::private_file_taken(what, &shown_path(file), &shown_path(drop)));
    }
    Ok(())
}
