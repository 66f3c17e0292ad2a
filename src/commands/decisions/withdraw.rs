//! `withdraw`: a person takes back an approval that no delivery has used.

use serde::Serialize;

use crate::cli::{self, Global};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::failpoint::failpoint;
use crate::ledger::event::Event;
use crate::ledger::witness::line::Kind;
use crate::ledger::{Journal, Ledger};
use crate::messages::{case as say, escape};
use crate::model::delivery::Key;
use crate::model::ledger::{Decision, Hold, Verdict};
use crate::output::done;
use crate::report::text::sentence;
use crate::wording;

use super::super::context::{attest, now, open_ledger, who};
use super::named::is_named;

#[derive(Serialize)]
struct Withdrawn {
    hold_id: Option<i64>,
    path: String,
    /// The approvals that were taken back.
    decisions: Vec<i64>,
}

/// Takes back every approval that would let the file go; the file is held again as it was before.
pub(in crate::commands) fn withdraw(
    config: &Config,
    options: &cli::Withdraw,
    global: &Global,
) -> anyhow::Result<ExitCode> {
    let mut ledger = open_ledger(config, now())?;
    let about = about(config, &ledger, &options.file)?;
    let open: Vec<&Decision> = about.decisions.iter().rev().take_while(|one| lets_go(one)).collect();
    let open: Vec<i64> = open.into_iter().filter(|one| one.is_open_approval()).map(|one| one.id).collect();
    let path = escape(&about.path);
    let decisions = if open.is_empty() {
        // An earlier `withdraw` recorded this and died before its line, which was written when the ledger was opened.
        let at_last = withdrawn_at_last(&ledger, &about.key);
        if at_last.is_empty() {
            return Err(refused(&about, &path).into());
        }
        at_last
    } else {
        let event = |&decision: &i64| Event::Withdrawn { decision, why: options.reason.clone(), who: who() };
        ledger.record(now(), &open.iter().map(event).collect::<Vec<_>>())?;
        failpoint("withdrawn");
        open
    };
    attest(config, &mut ledger)?;
    let said = say::said_withdrawn(&path, decisions.len());
    let withdrawn = Withdrawn { hold_id: about.hold, path: about.path, decisions };
    done(global, &withdrawn, sentence(&said))
}

/// What a person names, and every decision about it, oldest first.
struct About {
    hold: Option<i64>,
    path: String,
    key: Key,
    decisions: Vec<Decision>,
}

/// Finds what is named by the number of a hold, or by the file's name. The file need not lie in the folder any more: its
/// approval lets it go as soon as it comes back.
fn about(config: &Config, ledger: &Ledger, name: &str) -> Result<About, UserError> {
    let unknown = || UserError::usage(say::no_approval(&escape(name)));
    let all = ledger.decisions()?;
    let numbered = match name.parse::<i64>() {
        Ok(id) => ledger.hold(id)?.map(|(hold, _)| hold),
        Err(_) => None,
    };
    let key = if let Some(hold) = &numbered {
        hold.digest.zip(hold.slot.clone()).map(|(digest, slot)| Key { slot, digest })
    } else {
        let named: Vec<&Decision> = all.iter().filter(|one| is_named(config, &one.path, name)).collect();
        // Of several contents that a file had, the one whose approval stands is meant.
        let stands = named.iter().rev().find(|one| one.is_open_approval());
        stands.or(named.last()).map(|one| one.key.clone())
    };
    let key = key.ok_or_else(unknown)?;
    let decisions: Vec<Decision> = all.into_iter().filter(|one| one.key == key).collect();
    let newest = decisions.iter().rev().find(|one| one.verdict == Verdict::Approved).ok_or_else(unknown)?;
    let is_about = |hold: &Hold| hold.digest == Some(key.digest) && hold.slot.as_ref() == Some(&key.slot);
    let open = ledger.open_holds()?.into_iter().find(is_about);
    let hold = numbered.or(open).map(|hold| hold.id);
    Ok(About { hold, path: newest.path.clone(), key, decisions })
}

/// Whether an approval may still stand behind this decision: a rejection, and a delivery that used one up, end what came
/// before them.
fn lets_go(decision: &Decision) -> bool {
    decision.verdict == Verdict::Approved && decision.used_by.is_none()
}

/// The approvals whose taking back got its line only when the ledger was opened now.
fn withdrawn_at_last(ledger: &Ledger, key: &Key) -> Vec<i64> {
    let lines = ledger.caught_up().iter().filter(|line| line.attests == Kind::Withdrawn);
    lines.filter(|line| line.key().as_ref() == Some(key)).filter_map(|line| line.decision).collect()
}

/// Why there is no approval to take back.
fn refused(about: &About, path: &str) -> UserError {
    let newest = about.decisions.iter().rev().find(|one| one.verdict == Verdict::Approved);
    UserError::usage(match newest.map(|one| (one.used_by, &one.withdrawn)) {
        Some((Some(delivery), _)) => say::approval_used(path, delivery),
        Some((None, Some(taken))) => {
            say::already_withdrawn(path, &wording::moment(&taken.at), &escape(&taken.who))
        }
        _ => say::no_approval(path),
    })
}
