//! Appending events to the chain and updating the tables by them, in one transaction.

use std::io;
use std::ops::Deref;

use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, named_params, params};

use super::event::{Event, Held, Started};
use super::{Ledger, LedgerReader, chain, trouble};
use crate::clock::moment;
use crate::exit::{ExitCode, UserError};
use crate::messages::ledger as say;
use crate::model::delivery::{State, Step};
use crate::model::keys::KeyedRecords;
use crate::model::ledger::{ChainPosition, Delivery};
use crate::names;
use crate::period::Period;

/// A ledger to write to, as the delivery protocol needs it: it can be asked as well.
pub trait Journal: Deref<Target = LedgerReader> {
    /// Writes all these events down, or none. When it answers, they survive a power cut.
    ///
    /// # Errors
    /// Nothing was written, or that is not known: the run has to end, and the next one finds out.
    fn record(&mut self, at: DateTime<FixedOffset>, events: &[Event]) -> Result<(), UserError>;

    /// Writes a line to the witness for each of these deliveries, before their `publishing` is recorded, and the lines
    /// that are owed of earlier events. When it answers, they survive a power cut.
    ///
    /// # Errors
    /// What the file system says. The lines may stand there all the same, or some of them.
    fn announce(&mut self, at: DateTime<FixedOffset>, started: &[&Started]) -> io::Result<()>;

    /// Writes the lines that are owed to the witness of what was recorded.
    ///
    /// # Errors
    /// What the file system says. The lines are owed still, and written with the next ones.
    fn attest(&mut self) -> io::Result<()>;

    /// The end of the chain.
    fn head(&self) -> ChainPosition;

    /// The ledger's random name: the lines of the witness carry it.
    fn id(&self) -> &str;
}

impl Journal for Ledger {
    fn record(&mut self, at: DateTime<FixedOffset>, events: &[Event]) -> Result<(), UserError> {
        let head = self.head;
        self.noted.head = None;
        let at = moment(at);
        let written = (|| {
            let transaction = self.view.db.transaction()?;
            let head = append(&transaction, head, &at, events)?;
            let covered = self.attestor.covers(events, head);
            if let Some(covered) = covered {
                self.attestor.write_reach(&transaction, covered)?;
            }
            transaction.commit()?;
            Ok((head, covered))
        })();
        let (head, covered) = written.map_err(|error: rusqlite::Error| {
            // The usual sentence for a busy ledger says that nothing was touched, which may not be true here.
            match trouble(&self.view.path, &error) {
                UserError { exit: ExitCode::Unexpected, message } => UserError::unexpected(message),
                UserError { exit: ExitCode::Busy, .. } => {
                    UserError::unexpected(say::not_written(&self.view.path, &error))
                }
                other => UserError { message: say::not_written(&self.view.path, &error), ..other },
            }
        })?;
        self.head = head;
        self.attestor.committed(&self.view, (&self.id, head, &at), events, covered)?;
        self.noted.head = Some(self.head);
        Ok(())
    }

    fn announce(&mut self, at: DateTime<FixedOffset>, started: &[&Started]) -> io::Result<()> {
        self.announce_all(at, started)
    }

    fn attest(&mut self) -> io::Result<()> {
        self.attest_all()
    }

    fn head(&self) -> ChainPosition {
        self.head
    }

    fn id(&self) -> &str {
        &self.id
    }
}

/// Appends to the chain that ends in `head`, within the caller's transaction, and answers its new end.
pub(super) fn append(
    db: &Connection,
    mut head: ChainPosition,
    at: &str,
    events: &[Event],
) -> rusqlite::Result<ChainPosition> {
    let mut insert = db.prepare_cached("INSERT INTO events (seq, at, body, hash) VALUES (?1, ?2, ?3, ?4)")?;
    for event in events {
        let body = serde_json::to_string(event)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        let hash = chain::hash(head, at, &body);
        head = ChainPosition { seq: head.seq + 1, hash };
        insert.execute(params![head.seq, at, body, hash.as_bytes()])?;
        apply(db, at, event)?;
    }
    Ok(head)
}

/// Brings the tables up to one event.
pub(super) fn apply(db: &Connection, at: &str, event: &Event) -> rusqlite::Result<()> {
    match event {
        Event::LedgerMade { ledger } => {
            execute(db, "INSERT INTO ledger (id, made_at) VALUES (?1, ?2)", params![ledger, at])
        }
        Event::RunStarted { run } => {
            execute(db, "INSERT INTO runs (id, started_at) VALUES (?1, ?2)", params![run, at])
        }
        Event::RunFinished { run, exit, warnings } => {
            let warnings = (!warnings.is_empty()).then(|| serde_json::json!(warnings).to_string());
            execute(
                db,
                "UPDATE runs SET finished_at = ?2, exit_code = ?3, warnings = ?4 WHERE id = ?1",
                params![run, at, exit, warnings],
            )
        }
        Event::Started(started) => {
            start(db, at, started)?;
            started.keyed.as_ref().map_or(Ok(()), |keyed| keep_keys(db, started.delivery, keyed))
        }
        Event::Stepped { delivery, step, why, who } => {
            take_step(db, at, *delivery, *step, why.as_deref(), who.as_deref())
        }
        Event::Adopted { .. } => adopt(db, at, event),
        Event::RecordsKeyMade { fingerprint, .. } => {
            let emptied = ["DELETE FROM keyed", "DELETE FROM key_marks", "DELETE FROM record_keys"];
            emptied.into_iter().try_for_each(|sql| execute(db, sql, []))?;
            execute(db, "UPDATE ledger SET records_key = ?1", [fingerprint])
        }
        Event::Keyed { delivery, keyed } => {
            forget_keys(db, *delivery)?;
            keep_keys(db, *delivery, keyed)
        }
        // Keys that were made by an earlier description count still.
        Event::NotKeyed { delivery, by } => execute(
            db,
            "INSERT INTO keyed (delivery, by, gone) VALUES (?1, ?2, 1)
             ON CONFLICT (delivery) DO UPDATE SET by = excluded.by, gone = 1",
            params![delivery, by],
        ),
        Event::KeysDeleted { before } => delete_keys(db, &before.to_string()),
        Event::Restored { .. } => restore(db, event),
        Event::RestoredHold { opened_at, held } => hold(db, opened_at, held),
        Event::Reconciled { .. } => Ok(()),
        Event::Retired { .. } => execute(db, "UPDATE ledger SET retired_at = ?1", [at]),
        Event::Held(held) => hold(db, at, held),
        Event::HoldEnded { hold, .. } => end_hold(db, at, *hold),
        Event::Holds { held, ended } => {
            held.iter().try_for_each(|held| hold(db, at, held))?;
            ended.iter().try_for_each(|hold| end_hold(db, at, *hold))
        }
        Event::Decided { .. } | Event::RestoredDecision { .. } => decide(db, at, event),
        Event::Withdrawn { decision, why, who } => withdraw(db, at, *decision, why, who),
        Event::DuplicatePutAway { path, delivery } => execute(
            db,
            "INSERT INTO duplicates (delivery, path, at) VALUES (?1, ?2, ?3)",
            params![delivery, path, at],
        ),
        Event::PickedUp { delivery } => {
            execute(db, "UPDATE deliveries SET picked_up_at = ?2 WHERE id = ?1", params![delivery, at])
        }
        Event::TemporaryGone { delivery } => {
            execute(db, "DELETE FROM left_on_server WHERE delivery = ?1", [delivery])?;
            execute(db, "UPDATE deliveries SET temporary_gone_at = ?2 WHERE id = ?1", params![delivery, at])?;
            forget_keys_of_what_cannot_come(db, *delivery)
        }
        Event::TemporaryLeft { delivery, path } => execute(
            db,
            "INSERT INTO left_on_server (delivery, path) VALUES (?1, ?2)
             ON CONFLICT (delivery) DO UPDATE SET path = excluded.path",
            params![delivery, path],
        ),
        Event::ContentDeleted { deliveries, duplicates, decisions, .. } => {
            let of = [("deliveries", deliveries), ("duplicates", duplicates), ("decisions", decisions)];
            of.into_iter().try_for_each(|(table, ids)| {
                let sql = format!("UPDATE {table} SET content_deleted_at = ?2 WHERE id = ?1");
                ids.iter().try_for_each(|id| execute(db, &sql, params![id, at]))
            })
        }
        Event::Asked { asked, series, period, about, sent_to, subject, who, .. }
        | Event::RestoredAsked { asked, series, period, about, sent_to, subject, who, .. } => {
            let at = match event {
                Event::RestoredAsked { asked_at, .. } => asked_at,
                _ => at,
            };
            execute(
                db,
                "INSERT INTO asked (id, series, period, about, sent_to, subject, at, who)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![asked, series, period.map(|p| p.to_string()), about.name(), sent_to, subject, at, who],
            )
        }
        Event::Told { matters } => matters.iter().try_for_each(|matter| {
            execute(
                db,
                "INSERT INTO told (matter, at) VALUES (?1, ?2) ON CONFLICT (matter) DO UPDATE SET at = excluded.at",
                params![matter, at],
            )
        }),
    }
}

fn adopt(db: &Connection, at: &str, event: &Event) -> rusqlite::Result<()> {
    let Event::Adopted { delivery, series, period, digest, size, path, why, who, content, keyed } = event
    else {
        return Ok(());
    };
    execute(
        db,
            "INSERT INTO deliveries (id, state, digest, series, period, path, size, reason, started_at, changed_at,
                                     delivered_at, why, who, series_key, records, sum_ore, first_period, last_period)
             VALUES (?1, 'adopted', ?2, ?3, ?4, ?5, ?6, 'adopted', ?7, ?7, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            params![
                delivery,
                digest.as_bytes(),
                series,
                period.map(|p| p.to_string()),
                path,
                size.cast_signed(),
                at,
                why,
                who,
                names::comparable(series),
                content.map(|content| content.records.cast_signed()),
                content.map(|content| content.sum_ore),
                content.and_then(|content| content.first_period).map(|p| p.to_string()),
                content.and_then(|content| content.last_period).map(|p| p.to_string()),
            ],
    )?;
    keyed.as_ref().map_or(Ok(()), |keyed| keep_keys(db, *delivery, keyed))
}

/// Writes the marks of a delivery's keys, and the keys where they are at hand: who replays the chain has none.
fn keep_keys(db: &Connection, delivery: i64, keyed: &KeyedRecords) -> rusqlite::Result<()> {
    execute(
        db,
        "INSERT INTO keyed (delivery, by, gone) VALUES (?1, ?2, ?3)",
        params![delivery, keyed.by, keyed.partial],
    )?;
    for mark in &keyed.marks {
        execute(
            db,
            "INSERT INTO key_marks (delivery, period, records, digest) VALUES (?1, ?2, ?3, ?4)",
            params![delivery, month(mark.period), mark.records.cast_signed(), mark.digest.as_bytes()],
        )?;
    }
    for block in keyed.blocks.iter() {
        execute(
            db,
            "INSERT INTO record_keys (delivery, period, keys, amounts) VALUES (?1, ?2, ?3, ?4)",
            params![delivery, month(block.period), block.keys, block.amounts],
        )?;
    }
    Ok(())
}

/// Takes away what is known of a delivery's records.
fn forget_keys(db: &Connection, delivery: i64) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM keyed WHERE delivery = ?1",
        "DELETE FROM key_marks WHERE delivery = ?1",
        "DELETE FROM record_keys WHERE delivery = ?1",
    ] {
        execute(db, sql, [delivery])?;
    }
    Ok(())
}

/// Takes away the keys of a delivery whose records KP never got, once nothing of it can come.
fn forget_keys_of_what_cannot_come(db: &Connection, delivery: i64) -> rusqlite::Result<()> {
    let nowhere: bool = db
        .prepare_cached(
            "SELECT state = 'abandoned' OR state = 'not_delivered' AND (temporary_gone_at IS NOT NULL OR temporary IS NULL)
               FROM deliveries WHERE id = ?1",
        )?
        .query_row([delivery], |row| row.get(0))?;
    if nowhere { forget_keys(db, delivery) } else { Ok(()) }
}

/// Deletes the keys of months before `before`, and those of no month that were delivered before it.
fn delete_keys(db: &Connection, before: &str) -> rusqlite::Result<()> {
    for table in ["record_keys", "key_marks"] {
        let sql = format!(
            "DELETE FROM {table} WHERE period < ?1 AND (period <> '' OR EXISTS
                (SELECT 1 FROM deliveries WHERE id = delivery AND substr(started_at, 1, 7) < ?1))"
        );
        execute(db, &sql, [before])?;
    }
    Ok(())
}

/// A month as the tables of keys have it.
pub(super) fn month(period: Option<Period>) -> String {
    period.map(|period| period.to_string()).unwrap_or_default()
}

fn execute(db: &Connection, sql: &str, values: impl rusqlite::Params) -> rusqlite::Result<()> {
    db.prepare_cached(sql)?.execute(values).map(|_| ())
}

fn start(db: &Connection, at: &str, started: &Started) -> rusqlite::Result<()> {
    let content = started.content.as_ref();
    execute(
        db,
        "INSERT INTO deliveries (id, run, state, digest, series, series_key, period, path, size, temporary, remote_path,
                                 reason, decision, started_at, changed_at, records, sum_ore, first_period, last_period, observed)
         VALUES (:id, :run, 'uploading', :digest, :series, :series_key, :period, :path, :size, :temporary, :remote_path, :reason,
                 :decision, :at, :at, :records, :sum_ore, :first_period, :last_period, :observed)",
        named_params! {
            ":id": started.delivery,
            ":run": started.run,
            ":digest": started.digest.as_bytes(),
            ":series": started.series,
            ":series_key": names::comparable(&started.series),
            ":period": started.period.map(|p| p.to_string()),
            ":path": started.path,
            ":size": started.size.cast_signed(),
            ":temporary": started.temporary,
            ":remote_path": started.remote_path,
            ":reason": started.reason,
            ":decision": started.decision,
            ":at": at,
            ":records": content.map(|content| content.records.cast_signed()),
            ":sum_ore": content.map(|content| content.sum_ore),
            ":first_period": content.and_then(|content| content.first_period).map(|p| p.to_string()),
            ":last_period": content.and_then(|content| content.last_period).map(|p| p.to_string()),
            ":observed": Some(started.observed.join(",")).filter(|names| !names.is_empty()),
        },
    )
}

/// The one place where a delivery's state changes: by the transition function, or not at all.
fn take_step(
    db: &Connection,
    at: &str,
    delivery: i64,
    step: Step,
    why: Option<&str>,
    who: Option<&str>,
) -> rusqlite::Result<()> {
    // What the server confirmed left no temporary file behind, so nothing of it comes once a person takes it back.
    let (state, confirmed): (String, bool) = db
        .prepare_cached(
            "SELECT state, state IN ('delivered', 'archived') AND who IS NULL AND why IS NOT ?2 FROM deliveries WHERE id = ?1",
        )?
        .query_row(params![delivery, Delivery::TEMPORARY_LEFT], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let refused =
        |error: Box<dyn std::error::Error + Send + Sync>| rusqlite::Error::ToSqlConversionFailure(error);
    let from = State::named(&state).ok_or_else(|| refused(format!("unknown state {state}").into()))?;
    let to = from.after(step).map_err(|error| refused(Box::new(error)))?;
    execute(
        db,
        "UPDATE deliveries
            SET state = ?2, changed_at = ?3, why = coalesce(?4, why), who = coalesce(?5, who),
                delivered_at = CASE WHEN ?2 = 'delivered' THEN ?3 WHEN ?2 = 'not_delivered' THEN NULL ELSE delivered_at END,
                temporary_gone_at = CASE WHEN ?2 = 'not_delivered' AND ?6 THEN ?3 ELSE temporary_gone_at END
          WHERE id = ?1",
        params![delivery, to.name(), at, why, who, confirmed],
    )?;
    if step == Step::NotOpened {
        execute(db, "UPDATE decisions SET used_by = NULL WHERE used_by = ?1", [delivery])?;
    }
    match to {
        State::Publishing => use_up(db, delivery),
        State::Abandoned | State::NotDelivered => forget_keys_of_what_cannot_come(db, delivery),
        _ => Ok(()),
    }
}

/// Writes a person's decision down, one that was made at `at` or one that the witness tells of. An earlier version named no
/// reasons: then an approval covers the reason that the file was held for.
fn decide(db: &Connection, at: &str, event: &Event) -> rusqlite::Result<()> {
    let (Event::Decided { decision, verdict, series, period, digest, path, why, who, reasons, records }
    | Event::RestoredDecision {
        decision,
        verdict,
        series,
        period,
        digest,
        path,
        why,
        who,
        reasons,
        records,
        ..
    }) = event
    else {
        return Ok(());
    };
    let at = match event {
        Event::RestoredDecision { decided_at, .. } => decided_at,
        _ => at,
    };
    execute(
        db,
        "INSERT INTO decisions (id, verdict, digest, series, series_key, period, path, at, who, why, records, reasons)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?12,
                 CASE WHEN ?11 <> '' OR ?2 = 'rejected' THEN ?11
                      ELSE coalesce((SELECT reason FROM holds WHERE digest = ?3 AND series = ?4 AND period IS ?6
                                      ORDER BY id DESC LIMIT 1), '') END)",
        params![
            decision,
            verdict.name(),
            digest.as_bytes(),
            series,
            names::comparable(series),
            period.map(|p| p.to_string()),
            path,
            at,
            who,
            why,
            reasons.join(","),
            records.map(u64::cast_signed)
        ],
    )
}

/// Takes an approval back; a number that is no approval's is refused.
fn withdraw(db: &Connection, at: &str, decision: i64, why: &str, who: &str) -> rusqlite::Result<()> {
    let changed = db
        .prepare_cached(
            "UPDATE decisions SET withdrawn_at = ?2, withdrawn_why = ?3, withdrawn_by = ?4
              WHERE id = ?1 AND verdict = 'approved'",
        )?
        .execute(params![decision, at, why, who])?;
    if changed == 1 { Ok(()) } else { Err(rusqlite::Error::StatementChangedRows(changed)) }
}

/// Uses up the approvals that a delivery goes by, the first of two persons' among them: KP may get the file.
fn use_up(db: &Connection, delivery: i64) -> rusqlite::Result<()> {
    execute(
        db,
        "UPDATE decisions SET used_by = ?1
          WHERE used_by IS NULL AND withdrawn_at IS NULL AND verdict = 'approved' AND id <= (SELECT decision FROM deliveries WHERE id = ?1)
            AND (digest, series_key, coalesce(period, '')) =
                (SELECT digest, series_key, coalesce(period, '') FROM deliveries WHERE id = ?1)
            AND id > (SELECT coalesce(max(r.id), 0) FROM decisions r
                       WHERE r.verdict = 'rejected' AND r.id < (SELECT decision FROM deliveries WHERE id = ?1) AND r.digest = decisions.digest
                         AND r.series_key = decisions.series_key AND r.period IS decisions.period)",
        [delivery],
    )
}

/// Writes a delivery as the witness tells of it, over the row of an older copy where there is one.
fn restore(db: &Connection, event: &Event) -> rusqlite::Result<()> {
    let Event::Restored { state, delivered_at, delivery, temporary, decision, why, who } = event else {
        return Ok(());
    };
    execute(
        db,
        "INSERT INTO deliveries (id, state, digest, series, period, path, size, remote_path, temporary, decision, why, who,
                                 reason, started_at, changed_at, delivered_at, series_key, records, sum_ore, first_period, last_period)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'restored', ?13, ?13,
                 CASE WHEN ?2 IN ('delivered', 'archived', 'adopted') THEN ?13 END, ?14, ?15, ?16, ?17, ?18)
         ON CONFLICT (id) DO UPDATE SET
            state = excluded.state, changed_at = excluded.changed_at, delivered_at = excluded.delivered_at,
            temporary = coalesce(temporary, excluded.temporary), decision = coalesce(decision, excluded.decision),
            why = coalesce(excluded.why, why), who = coalesce(excluded.who, who)",
        params![
            delivery.delivery,
            state.name(),
            delivery.digest.as_bytes(),
            delivery.series,
            delivery.period.map(|p| p.to_string()),
            delivery.path,
            delivery.size.cast_signed(),
            delivery.remote_path,
            temporary,
            decision,
            why,
            who,
            delivered_at,
            names::comparable(&delivery.series),
            delivery.content.map(|content| content.records.cast_signed()),
            delivery.content.map(|content| content.sum_ore),
            delivery.content.and_then(|content| content.first_period).map(|p| p.to_string()),
            delivery.content.and_then(|content| content.last_period).map(|p| p.to_string()),
        ],
    )?;
    forget_keys_of_what_cannot_come(db, delivery.delivery)?;
    if *state == State::Abandoned { Ok(()) } else { use_up(db, delivery.delivery) }
}

fn hold(db: &Connection, at: &str, held: &Held) -> rusqlite::Result<()> {
    execute(
        db,
        "INSERT INTO holds (id, path, digest, series, period, reason, opened_at, reasons)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, reasons = excluded.reasons",
        params![
            held.hold,
            held.path,
            held.digest.as_ref().map(crate::digest::Digest::as_bytes),
            held.series,
            held.period.map(|p| p.to_string()),
            held.reason,
            at,
            if held.reasons.is_empty() { held.reason.clone() } else { held.reasons.join(",") }
        ],
    )
}

fn end_hold(db: &Connection, at: &str, hold: i64) -> rusqlite::Result<()> {
    execute(db, "UPDATE holds SET ended_at = ?2 WHERE id = ?1", params![hold, at])
}
