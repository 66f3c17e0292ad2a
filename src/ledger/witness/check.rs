//! Holding the lines of the witness against the ledger, and finding the lines that the witness lacks.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;

use rusqlite::OptionalExtension;

use super::FOLDER;
use super::files::{self, Damage, Listing, Placed, Unread, Verified};
use super::holdings::{self, Holdings, Name};
use super::line::{Kind, Line};
use super::lookup;
use crate::delivery::witness::{Standing, hold_against, may_go_again};
use crate::exit::{ExitCode, UserError};
use crate::ledger::{LedgerReader, rows};
use crate::messages::{escape, witness as say};
use crate::model::delivery::{Key, State};
use crate::model::ledger::{AskedAbout, ChainPosition, Decision, Delivery, Hold, Verdict};

/// How far the witness has been held against the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Each file's name, and how far it was read.
    pub(crate) files: BTreeMap<String, Verified>,
    /// Up to this event every line had been written.
    pub(crate) events: i64,
}

/// What came of holding the witness against the ledger.
#[derive(Debug, Default)]
pub(crate) struct Witnessed {
    /// Lines that the witness lacks: the process died after a commit and before its line.
    pub(crate) lacking: Vec<Line>,
    /// Deliveries whose line was written and whose commit of `publishing` was lost, each with that line.
    pub(crate) publish_first: BTreeMap<i64, Line>,
    /// The files that have lines behind the last ones that were held against the ledger: nobody knows whether those are
    /// on the disk, since the process that wrote them may have died before its sync, or its sync may have failed.
    pub(crate) unsynced: Vec<String>,
    /// The archive bears no name yet, and is this ledger's.
    pub(crate) unnamed: bool,
    /// How far it was read.
    pub(crate) reach: Reach,
    /// How many of the lines are receipts: they say that KP got a file, or did not.
    pub(crate) receipts: usize,
}

/// That the archive cannot be reached now.
pub(crate) fn away(archive: &Path, error: &io::Error) -> UserError {
    UserError { exit: ExitCode::Incomplete, message: say::archive_away(archive, error) }
}

/// What is wrong with the witness, as a sentence and an exit code.
pub(crate) fn refused(archive: &Path, unread: Unread) -> UserError {
    let damage = match unread {
        Unread::Io(error) => return away(archive, &error),
        Unread::Damaged(damage) => damage,
    };
    UserError::ledger(match damage {
        Damage::Strange(file) => say::strange_file(&file),
        Damage::Empty(file) => say::empty_file(&file),
        Damage::Line(file, line) => say::line_unreadable(&file, line),
        Damage::Changed(file) => say::file_changed(&file),
    })
}

/// The files of the witness before the ledger is opened: where a run is under way, later lines may be newer than what
/// the reader sees of the ledger.
///
/// # Errors
/// As [`refused`].
pub(crate) fn listing(archive: &Path) -> Result<Listing, UserError> {
    files::list(archive).map(Option::unwrap_or_default).map_err(|unread| refused(archive, unread))
}

impl LedgerReader {
    /// Holds the archive against the ledger. `before` is what [`listing`] said before the ledger was opened, where a run
    /// is under way; `whole` reads every line, and not only those since the last time.
    ///
    /// # Errors
    /// [`ExitCode::Incomplete`] where the archive cannot be reached now; [`ExitCode::Ledger`] where it was read and
    /// disagrees with the ledger, or cannot be understood.
    pub(in crate::ledger) fn hold_against_witness(
        &self,
        archive: &Path,
        before: Option<&Listing>,
        whole: bool,
    ) -> Result<Witnessed, UserError> {
        let holdings = holdings::look(archive).map_err(|error| away(archive, &error))?;
        let id = self.id()?;
        self.is_named_so(archive, &holdings, &id)?;
        let known = self.reach()?;
        let now = files::list(archive).map_err(|unread| refused(archive, unread))?;
        self.has_receipts(archive, &holdings, now.is_some(), &known)?;
        let now = now.unwrap_or_default();
        if let Some(gone) = known.files.keys().find(|name| !now.contains_key(*name)) {
            return Err(UserError::ledger(say::file_changed(&archive.join(FOLDER).join(gone))));
        }
        let mut lines = Vec::new();
        let mut unsynced = Vec::new();
        let mut reach = Reach { files: BTreeMap::new(), events: known.events };
        for (name, &length) in &now {
            let length = before.map_or(length, |before| before.get(name).copied().unwrap_or_default());
            let verified = known.files.get(name).copied();
            let read = |verified| {
                files::read(archive, (name, length), verified, &mut 0)
                    .map_err(|unread| refused(archive, unread))
            };
            let tail = read(verified)?;
            if !tail.is_empty() {
                unsynced.push(name.clone());
            }
            lines.extend(if whole { read(None)? } else { tail });
            let reached = match verified.filter(|verified| verified.length >= length) {
                Some(verified) => verified,
                None => files::reach_at(archive, name, length).map_err(|error| away(archive, &error))?,
            };
            reach.files.insert(name.clone(), reached);
        }
        let mut publish_first = self.stand(archive, &lines, &id)?;
        if before.is_none() {
            self.find_lines_of_uploading(archive, &mut publish_first)?;
        }
        let unnamed = holdings.name == Name::None;
        if unnamed {
            self.may_name(archive, &lines)?;
        }
        let lacking = self.lacking(&lines, if whole { 0 } else { known.events }, &id)?;
        let is_receipt = |kind| matches!(kind, Kind::Delivered | Kind::Adopted | Kind::NotDelivered);
        let receipts = lines.iter().filter(|placed| is_receipt(placed.line.attests)).count();
        Ok(Witnessed { lacking, publish_first, unsynced, unnamed, reach, receipts })
    }

    fn is_named_so(&self, archive: &Path, holdings: &Holdings, id: &str) -> Result<(), UserError> {
        let file = archive.join(holdings::NAME);
        match &holdings.name {
            Name::Of(name) if name == id => Ok(()),
            Name::Of(_) => Err(UserError::ledger(say::archive_of_another(self.path(), &file))),
            Name::Unreadable => Err(UserError::ledger(say::name_unreadable(&file))),
            Name::None => Ok(()),
        }
    }

    /// Whether the folder of the receipts is there, wherever it must be.
    fn has_receipts(
        &self,
        archive: &Path,
        holdings: &Holdings,
        there: bool,
        known: &Reach,
    ) -> Result<(), UserError> {
        if there {
            return Ok(());
        }
        if let Some(aside) = &holdings.aside {
            return Err(UserError::ledger(say::rebuild_interrupted(aside)));
        }
        if holdings.name == Name::None && holdings.month.is_none() && self.has_published()? {
            return Err(UserError::ledger(say::archive_unnamed(self.path(), archive)));
        }
        let named = holdings.name != Name::None;
        if named || holdings.month.is_some() || !known.files.is_empty() || self.has_published()? {
            return Err(UserError::ledger(say::receipts_gone(archive)));
        }
        Ok(())
    }

    /// Whether KP got, or may have got, anything by this ledger.
    fn has_published(&self) -> Result<bool, UserError> {
        self.query(|db| {
            db.query_row(
                "SELECT EXISTS (SELECT 1 FROM deliveries WHERE state NOT IN ('uploading', 'abandoned'))",
                [],
                |row| row.get(0),
            )
        })
    }

    /// Whether an archive without a name, as earlier versions left it, is this ledger's: its newest line is of an event
    /// of the ledger, or nothing was ever delivered.
    fn may_name(&self, archive: &Path, lines: &[Placed]) -> Result<(), UserError> {
        let newest = lines.iter().map(|placed| &placed.line).max_by_key(|line| line.event);
        let known = match newest {
            Some(line) => self.has(ChainPosition { seq: line.event, hash: line.hash })?,
            None => !self.has_published()?,
        };
        if known { Ok(()) } else { Err(UserError::ledger(say::archive_unnamed(self.path(), archive))) }
    }

    /// Holds each line against the ledger; answers the deliveries that must be `publishing` first, with their lines.
    fn stand(&self, archive: &Path, lines: &[Placed], id: &str) -> Result<BTreeMap<i64, Line>, UserError> {
        let mut publish_first = BTreeMap::new();
        let mut newest: Option<&Placed> = None;
        for placed in lines {
            if placed.line.ledger != id {
                let file = archive.join(FOLDER).join(&placed.file);
                return Err(UserError::ledger(say::archive_of_another(self.path(), &file)));
            }
            match self.standing(&placed.line)? {
                Standing::Known => {}
                Standing::PublishFirst => {
                    let row = self.told_of_by(&placed.line)?;
                    publish_first.extend(row.map(|row| (row.id, placed.line.clone())));
                }
                Standing::LedgerIsOlder => {
                    newest = newest.filter(|other| other.line.event > placed.line.event).or(Some(placed));
                }
            }
        }
        if let Some(Placed { line, file }) = newest {
            let file = archive.join(FOLDER).join(file);
            return Err(UserError::ledger(say::older(self.path(), &file, &what(line), &line.at)));
        }
        Ok(publish_first)
    }

    /// Adds the deliveries that are `uploading` and of which a line tells that was verified before: a process whose line
    /// failed may have written later ones.
    fn find_lines_of_uploading(
        &self,
        archive: &Path,
        publish_first: &mut BTreeMap<i64, Line>,
    ) -> Result<(), UserError> {
        let open = self.open_deliveries()?;
        let uploading: HashSet<&Key> =
            open.iter().filter(|row| row.state == State::Uploading).map(|row| &row.key).collect();
        if uploading.is_empty() {
            return Ok(());
        }
        for Placed { line, .. } in
            lookup::lines_about(archive, &uploading).map_err(|unread| refused(archive, unread))?
        {
            let row = self.told_of_by(&line)?.filter(|row| row.state == State::Uploading);
            if let Some(row) = row
                && self.standing(&line)? == Standing::PublishFirst
            {
                publish_first.entry(row.id).or_insert(line);
            }
        }
        Ok(())
    }

    /// What one line means for the ledger.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub(in crate::ledger) fn standing(&self, line: &Line) -> Result<Standing, UserError> {
        let known = |known| if known { Standing::Known } else { Standing::LedgerIsOlder };
        Ok(match line.attests {
            Kind::Approved | Kind::Rejected => known(self.knows_decision(line)?),
            Kind::Withdrawn => {
                known(self.withdrawn_approval(line)?.is_none_or(|approval| approval.withdrawn.is_some()))
            }
            Kind::Held => known(self.held(line)?.is_some()),
            Kind::HoldEnded => known(self.held(line)?.is_some_and(|(_, ended)| ended)),
            Kind::Retired => known(self.retired_at()?.is_some()),
            Kind::Asked => known(self.knows_question(line)?),
            _ => match line.attests.word() {
                Some(word) => hold_against(self.told_of_by(line)?.map(|delivery| delivery.state), word),
                None => Standing::LedgerIsOlder,
            },
        })
    }

    /// The delivery that a line tells of: by its temporary path where the line has one, else by number and key.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub(in crate::ledger) fn told_of_by(&self, line: &Line) -> Result<Option<Delivery>, UserError> {
        let (Some(id), Some(key)) = (line.delivery, line.key()) else { return Ok(None) };
        let is_it = |delivery: &Delivery| {
            // Lines of the first form, and lines about direct deliveries, have no temporary path of their own.
            let told = line.own_temporary();
            delivery.key == key && told.is_none_or(|told| delivery.temporary.as_deref() == Some(told))
        };
        if let Some(delivery) = self.delivery(id)?.filter(is_it) {
            return Ok(Some(delivery));
        }
        // Two histories of one ledger may have used one number: then the later one to be restored got another.
        let others = self.deliveries_of(&key.digest)?;
        Ok(others.into_iter().find(|delivery| {
            is_it(delivery) && (line.own_temporary().is_some() || delivery.reason == "restored")
        }))
    }

    fn knows_decision(&self, line: &Line) -> Result<bool, UserError> {
        let verdict = verdict(line.attests);
        let (Some(key), Some(id)) = (line.key(), line.decision) else { return Ok(false) };
        let period = key.slot.period.map(|period| period.to_string());
        self.query(|db| {
            // Where two histories used one number, the restored decision got another.
            db.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM decisions
                  WHERE digest = ?1 AND series = ?2 AND period IS ?3 AND verdict = ?4 AND who = ?5
                    AND (id = ?6 OR at = ?7))",
            )?
            .query_row(
                rusqlite::params![
                    key.digest.as_bytes(),
                    key.slot.series,
                    period,
                    verdict.name(),
                    line.who,
                    id,
                    line.at
                ],
                |row| row.get(0),
            )
        })
    }

    /// Whether the ledger has the question to a supplier that a line tells of: by its slot and its moment, since a restored
    /// one may have got another number.
    fn knows_question(&self, line: &Line) -> Result<bool, UserError> {
        let period = line.period.map(|period| period.to_string());
        let about = line.about.map(AskedAbout::name);
        self.query(|db| {
            db.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM asked
                  WHERE series = ?1 AND period IS ?2 AND about = ?3 AND who = ?4 AND at = ?5 AND sent_to IS ?6)",
            )?
            .query_row(
                rusqlite::params![line.series, period, about, line.who, line.at, line.sent_to],
                |row| row.get(0),
            )
        })
    }

    /// The approval that a line takes back, whether or not the ledger has it as taken back: by its key and the moment it
    /// was given, since two histories may have used one number. None where the ledger does not know that approval; the line
    /// that gave it says so then.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub(in crate::ledger) fn withdrawn_approval(&self, line: &Line) -> Result<Option<Decision>, UserError> {
        let Some(key) = line.key() else { return Ok(None) };
        let period = key.slot.period.map(|period| period.to_string());
        self.query(|db| {
            db.prepare_cached(
                "SELECT * FROM decisions
                  WHERE digest = ?1 AND series = ?2 AND period IS ?3 AND verdict = 'approved' AND at = ?4
                  ORDER BY id = ?5 DESC, id LIMIT 1",
            )?
            .query_row(
                rusqlite::params![
                    key.digest.as_bytes(),
                    key.slot.series,
                    period,
                    line.decided_at,
                    line.decision
                ],
                rows::decision,
            )
            .optional()
        })
    }

    /// The hold that a line tells of, and whether it is over.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub(in crate::ledger) fn held(&self, line: &Line) -> Result<Option<(Hold, bool)>, UserError> {
        let Some(id) = line.hold else { return Ok(None) };
        let same = |hold: &Hold| line.path.as_ref().is_none_or(|path| *path == hold.path);
        if let Some(found) = self.hold(id)?.filter(|(hold, _)| same(hold)) {
            return Ok(Some(found));
        }
        let Some(path) = &line.path else { return Ok(None) };
        self.query(|db| {
            db.prepare_cached("SELECT * FROM holds WHERE path = ?1 AND opened_at = ?2 LIMIT 1")?
                .query_row([path, &line.at], |row| Ok((rows::hold(row)?, is_over(row)?)))
                .optional()
        })
    }

    /// The hold of that number, and whether it is over.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn hold(&self, id: i64) -> Result<Option<(Hold, bool)>, UserError> {
        self.query(|db| {
            db.prepare_cached("SELECT * FROM holds WHERE id = ?1")?
                .query_row([id], |row| Ok((rows::hold(row)?, is_over(row)?)))
                .optional()
        })
    }

    /// When a person retired the ledger, RFC 3339; none where nobody did.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn retired_at(&self) -> Result<Option<String>, UserError> {
        let at =
            self.query(|db| db.query_row("SELECT retired_at FROM ledger", [], |row| row.get(0)).optional())?;
        Ok(at.flatten())
    }

    /// How far the witness was held against the ledger, as the ledger has it.
    fn reach(&self) -> Result<Reach, UserError> {
        self.query(|db| {
            let mut reach = Reach::default();
            let mut query = db.prepare("SELECT file, length, last, events FROM witness")?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let last = crate::digest::Digest::from_bytes(row.get(2)?);
                let length = row.get::<_, i64>(1)?.cast_unsigned();
                reach.files.insert(row.get(0)?, Verified { length, last });
                reach.events = reach.events.max(row.get(3)?);
            }
            Ok(reach)
        })
    }

    /// How far the witness reaches that was just read to its end.
    ///
    /// # Errors
    /// As [`refused`].
    pub(in crate::ledger) fn reach_of(&self, archive: &Path, listing: &Listing) -> Result<Reach, UserError> {
        let mut reach = Reach { files: BTreeMap::new(), events: self.head()?.seq };
        for (name, &length) in listing {
            let reached = files::reach_at(archive, name, length).map_err(|error| away(archive, &error))?;
            reach.files.insert(name.clone(), reached);
        }
        Ok(reach)
    }

    /// Searches the whole witness for deliveries of these keys, which are about to be sent.
    ///
    /// # Errors
    /// [`ExitCode::Ledger`] where a line tells of a delivery that forbids that; else as [`refused`].
    pub fn look_up(&self, keys: &HashSet<&Key>) -> Result<(), UserError> {
        if keys.is_empty() {
            return Ok(());
        }
        let about =
            lookup::lines_about(&self.archive, keys).map_err(|unread| refused(&self.archive, unread))?;
        for Placed { line, file } in about {
            let state = self.told_of_by(&line)?.map(|delivery| delivery.state);
            // A file whose delivery was taken back is planned only once its temporary file is gone.
            if !may_go_again(state, line.attests.word(), true) {
                let file = self.archive.join(FOLDER).join(file);
                let path = escape(line.path.as_deref().unwrap_or_default());
                let delivery = line.delivery.unwrap_or_default();
                return Err(UserError::ledger(say::sent_before(&path, &file, delivery)));
            }
        }
        Ok(())
    }
}

fn is_over(row: &rusqlite::Row<'_>) -> rusqlite::Result<bool> {
    Ok(row.get::<_, Option<String>>("ended_at")?.is_some())
}

/// The verdict of a line about a decision.
pub(in crate::ledger) fn verdict(kind: Kind) -> Verdict {
    if kind == Kind::Approved { Verdict::Approved } else { Verdict::Rejected }
}

/// What a line tells of, in words.
fn what(line: &Line) -> String {
    let path = escape(line.path.as_deref().unwrap_or("–"));
    if line.attests == Kind::Asked {
        return say::about_question(&escape(line.subject.as_deref().unwrap_or("–")));
    }
    match (line.attests, line.delivery, line.decision, line.hold) {
        (_, Some(id), ..) => say::about_delivery(id, &path),
        (_, _, Some(id), _) => say::about_decision(id, &path),
        (_, _, _, Some(id)) => say::about_hold(id, &path),
        _ => say::about_retiring(),
    }
}
