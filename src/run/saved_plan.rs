//! A plan as a document: `run --dry-run --save` writes it, and `run --plan` sends no more than it says.
//!
//! What happens to a file is always decided anew, by the same rules; the document only narrows that. So a plan that
//! somebody else approved, or an old one, can never make the run send what it would not have sent by itself.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::judge::PlannedFile;
use crate::config::Config;
use crate::digest::Digest;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::messages::{escape, plan as say};
use crate::model::decision::{Choice, Reason};
use crate::model::delivery::{Key, Slot};
use crate::model::ledger::ChainPosition;
use crate::model::run_report::{Difference, DifferenceKind, FileReport, PlanReport};
use crate::period::Period;
use crate::platform;
use crate::report::document;
use crate::wording::{self, advice};

/// The version of the document.
const SCHEMA: u32 = 1;
/// The value of `document`, which tells a plan from any other JSON file.
const DOCUMENT: &str = "traekfil plan";

/// The plan of one preview.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    #[serde(rename = "document")]
    kind: String,
    schema: u32,
    /// When it was made, RFC 3339.
    made_at: String,
    /// The program that made it.
    version: String,
    /// The ledger that it was made by, and the newest event then; none where there was no ledger yet.
    ledger: Option<Mark>,
    target: Target,
    files: Vec<File>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    id: String,
    event: i64,
    hash: Digest,
}

/// From which folder to which server: a plan for others does not apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Target {
    drop: String,
    host: String,
    port: u16,
    user: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct File {
    path: String,
    size: u64,
    sha256: Option<Digest>,
    series: Option<String>,
    period: Option<Period>,
    decision: Choice,
    reason: Reason,
    /// Every reason of a hold, the deciding one first; empty in a plan of an earlier version.
    #[serde(default)]
    reasons: Vec<Reason>,
    remote_path: Option<String>,
}

/// A plan that was read, and where it was read from.
#[derive(Debug)]
pub(crate) struct Saved {
    file: PathBuf,
    document: Document,
}

/// The fields that every version of the document has.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "document")]
    kind: String,
    schema: u32,
}

impl Document {
    /// The plan of these files.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub(crate) fn of(
        config: &Config,
        ledger: &LedgerReader,
        planned: &[PlannedFile],
        made_at: &str,
    ) -> Result<Document, UserError> {
        let mark = |(id, stamp): (String, ChainPosition)| Mark { id, event: stamp.seq, hash: stamp.hash };
        Ok(Document {
            kind: DOCUMENT.to_owned(),
            schema: SCHEMA,
            made_at: made_at.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ledger: ledger.mark()?.map(mark),
            target: Target::of(config),
            files: planned.iter().map(File::of).collect(),
        })
    }

    /// Writes it.
    ///
    /// # Errors
    /// What the file system says; an older plan is then still there.
    pub(crate) fn save(&self, path: &Path) -> Result<(), UserError> {
        let text =
            serde_json::to_string_pretty(self).map_err(|error| UserError::unexpected(error.to_string()))?;
        document::Document::Plan.write(path, format!("{text}\n").as_bytes())
    }

    /// What is told of a plan that was just written.
    pub(crate) fn saved(&self, path: &Path) -> PlanReport {
        PlanReport {
            file: path.display().to_string(),
            made_at: self.made_at.clone(),
            saved: true,
            differences: Vec::new(),
        }
    }
}

impl Saved {
    /// Reads a plan and checks that it is for the configured folder and server.
    ///
    /// # Errors
    /// Exit code 2: it cannot be read, is no plan or a later version's, or is for another folder or server.
    pub(crate) fn read(config: &Config, path: &Path) -> Result<Saved, UserError> {
        let bytes = document::read(path).map_err(|error| UserError::usage(say::not_read(path, &error)))?;
        let head: Head = serde_json::from_slice(&bytes).map_err(|_| UserError::usage(say::no_plan(path)))?;
        if head.kind != DOCUMENT {
            return Err(UserError::usage(say::no_plan(path)));
        }
        if head.schema > SCHEMA {
            return Err(UserError::usage(say::newer(path)));
        }
        let document: Document =
            serde_json::from_slice(&bytes).map_err(|error| UserError::usage(say::broken(path, &error)))?;
        if document.target != Target::of(config) {
            return Err(UserError::usage(say::other_target(path)));
        }
        Ok(Saved { file: path.to_owned(), document })
    }

    /// Checks that the plan was made by this ledger. A plan from before there was a ledger fits any.
    ///
    /// # Errors
    /// Exit code 2 where another one made it, or this one has lost what it knew then.
    pub(crate) fn check_ledger(&self, ledger: &LedgerReader) -> Result<(), UserError> {
        let Some(mark) = &self.document.ledger else { return Ok(()) };
        let same = ledger.mark()?.is_some_and(|(id, _)| id == mark.id);
        if !same || !ledger.has(ChainPosition { seq: mark.event, hash: mark.hash })? {
            return Err(UserError::usage(say::other_ledger(&self.file)));
        }
        Ok(())
    }

    /// Takes out of the run what the plan does not say, and tells every difference that matters.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub(crate) fn narrow(
        &self,
        ledger: &LedgerReader,
        planned: &mut [PlannedFile],
    ) -> Result<PlanReport, UserError> {
        let files = &self.document.files;
        let mut missing: HashMap<&str, &File> = files.iter().map(|file| (file.path.as_str(), file)).collect();
        let mut differences = Vec::new();
        let mut out: HashSet<Key> = HashSet::new();
        for now in planned.iter_mut() {
            let before = missing.remove(now.scanned.file.path.as_str());
            let Some((kind, message)) = difference(before, now) else { continue };
            if now.judgement.choice == Choice::Send {
                now.judgement.choice = Choice::Skip;
                out.extend(now.scanned.key.clone());
            }
            differences.push(Difference { path: now.scanned.file.path.clone(), kind, message });
        }
        skip_duplicates_of(&out, planned, &mut differences);
        for gone in files.iter().filter(|file| file.decision == Choice::Send) {
            if missing.contains_key(gone.path.as_str()) {
                let (kind, message) = gone.gone(ledger)?;
                differences.push(Difference { path: gone.path.clone(), kind, message });
            }
        }
        Ok(PlanReport {
            file: self.file.display().to_string(),
            made_at: self.document.made_at.clone(),
            saved: false,
            differences,
        })
    }
}

/// How a file differs from what the plan says about it; none where that changes nothing about what is sent.
fn difference(before: Option<&File>, now: &PlannedFile) -> Option<(DifferenceKind, String)> {
    let sends = now.judgement.choice == Choice::Send;
    match before {
        None if sends => Some((DifferenceKind::New, say::new_since())),
        Some(before) if sends => before.changed(now).map(|message| (DifferenceKind::Changed, message)),
        Some(before) if before.decision == Choice::Send => Some(before.no_longer(now)),
        _ => None,
    }
}

/// Leaves the duplicates of files that the plan took out of the run where they are: KP has not got those files, so
/// nothing may be put away as a duplicate of them.
fn skip_duplicates_of(out: &HashSet<Key>, planned: &mut [PlannedFile], differences: &mut Vec<Difference>) {
    let duplicates = planned.iter_mut().filter(|file| {
        file.judgement.reason == Reason::DuplicateInRun
            && file.scanned.key.as_ref().is_some_and(|key| out.contains(key))
    });
    for duplicate in duplicates {
        duplicate.judgement.choice = Choice::Skip;
        let path = &duplicate.scanned.file.path;
        if differences.iter().all(|difference| difference.path != *path) {
            let (kind, message) = (DifferenceKind::Changed, say::copy_of_what_is_not_sent());
            differences.push(Difference { path: path.clone(), kind, message });
        }
    }
}

/// Marks the files that a plan took out of the run.
pub(crate) fn mark(files: &mut [FileReport], plan: Option<&PlanReport>) {
    let Some(plan) = plan else { return };
    let out: HashSet<&str> = plan.differences.iter().map(|difference| difference.path.as_str()).collect();
    for file in files {
        if file.decision == Choice::Skip && out.contains(file.path.as_str()) {
            file.blocked = Some(say::outside());
        }
    }
}

/// Whether a plan may be written there.
///
/// # Errors
/// Exit code 2; nothing was touched.
pub(crate) fn check_place(config: &Config, path: &Path) -> Result<(), UserError> {
    let is_plan =
        |bytes: &[u8]| serde_json::from_slice::<Head>(bytes).is_ok_and(|head| head.kind == DOCUMENT);
    document::Document::Plan.check_place(config, path, is_plan)
}

impl Target {
    fn of(config: &Config) -> Target {
        let drop = platform::canonical(&config.drop).unwrap_or_else(|_| config.drop.clone());
        Target {
            drop: drop.to_string_lossy().into_owned(),
            host: config.sftp.host.clone(),
            port: config.sftp.port,
            user: config.sftp.user.clone(),
        }
    }
}

impl File {
    fn of(planned: &PlannedFile) -> File {
        let key = planned.scanned.key.as_ref();
        File {
            path: planned.scanned.file.path.clone(),
            size: planned.scanned.size(),
            sha256: key.map(|key| key.digest),
            series: key.map(|key| key.slot.series.clone()),
            period: key.and_then(|key| key.slot.period),
            decision: planned.judgement.choice,
            reason: planned.judgement.reason,
            reasons: planned.judgement.reasons.clone(),
            remote_path: planned.remote_path.clone(),
        }
    }

    fn slot(&self) -> Option<Slot> {
        Some(Slot { series: self.series.clone()?, period: self.period })
    }

    /// Why a file that would be sent now must not be; none where it is as it was planned.
    fn changed(&self, now: &PlannedFile) -> Option<String> {
        let now = File::of(now);
        if self.sha256 != now.sha256 {
            Some(say::other_content())
        } else if self.slot() != now.slot() {
            let slot = |file: &File| {
                format!("{} {}", escape(file.series.as_deref().unwrap_or("–")), wording::period(file.period))
            };
            Some(say::other_slot(&slot(self), &slot(&now)))
        } else if self.decision != Choice::Send {
            Some(say::was_not_sent(
                &wording::outcome(self.decision, None),
                &advice::reason_alone(self.reason),
            ))
        } else if self.remote_path != now.remote_path {
            let name = |file: &File| escape(file.remote_path.as_deref().unwrap_or("–"));
            Some(say::other_name(&name(self), &name(&now)))
        } else {
            None
        }
    }

    /// What is said of a file that the plan sends but the rules no longer do.
    fn no_longer(&self, now: &PlannedFile) -> (DifferenceKind, String) {
        let judgement = &now.judgement;
        match &judgement.earlier {
            Some(earlier)
                if judgement.reason == Reason::AlreadyDelivered
                    && now.scanned.key.as_ref().map(|key| key.digest) == self.sha256 =>
            {
                (DifferenceKind::Delivered, say::delivered_since(earlier.delivery_id))
            }
            _ => {
                let what = wording::outcome(judgement.choice, None);
                (DifferenceKind::Changed, say::not_sent_now(&what, &advice::reason_alone(judgement.reason)))
            }
        }
    }

    /// What is said of a file that the plan sends but that is no longer in the folder.
    fn gone(&self, ledger: &LedgerReader) -> Result<(DifferenceKind, String), UserError> {
        let (Some(digest), Some(series)) = (self.sha256, self.series.clone()) else {
            return Ok((DifferenceKind::Gone, say::gone()));
        };
        let key = Key { slot: Slot { series, period: self.period }, digest };
        let delivered = ledger
            .deliveries_of(&digest)?
            .into_iter()
            .rev()
            .find(|delivery| delivery.key == key && delivery.state.is_delivered());
        Ok(match delivered {
            Some(delivery) => (DifferenceKind::Delivered, say::delivered_since(delivery.id)),
            None => (DifferenceKind::Gone, say::gone()),
        })
    }
}
