//! What the ledger writes down: every change is one of these, and nothing else changes it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::model::delivery::{State, Step};
use crate::model::keys::KeyedRecords;
use crate::model::ledger::{AskedAbout, Attested, ContentTotals, Verdict};
use crate::period::Period;

/// One change, as it stands in the chain. The JSON of an event is hashed, so its form never changes;
/// a new kind of change is a new variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The ledger was made.
    LedgerMade {
        /// A random name, which receipts carry.
        ledger: String,
    },
    /// A run began.
    RunStarted {
        /// Its number.
        run: i64,
    },
    /// A run ended by itself.
    RunFinished {
        /// Its number.
        run: i64,
        /// The exit code.
        exit: u8,
        /// What went wrong beside the files, as a person was told.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<String>,
    },
    /// A delivery is about to be uploaded.
    Started(Started),
    /// A delivery took a step.
    Stepped {
        /// The delivery.
        delivery: i64,
        /// The step.
        step: Step,
        /// Why, in the words of the protocol, or a person's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
        /// The person, where one decided it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<String>,
    },
    /// A person says that a file was delivered before this ledger began.
    Adopted {
        /// The delivery's number.
        delivery: i64,
        /// Series.
        series: String,
        /// Period.
        period: Option<Period>,
        /// Digest.
        digest: Digest,
        /// Size in bytes.
        size: u64,
        /// The file as the person named it.
        path: String,
        /// Why.
        why: String,
        /// Who.
        who: String,
        /// What its records come to, where its series has a format.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<ContentTotals>,
        /// The keys of its records, where they were made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keyed: Option<KeyedRecords>,
    },
    /// The secret that the keys of records are made under was made, or put in the place of one that was lost: then the keys
    /// made under that one are gone.
    RecordsKeyMade {
        /// What tells it from every other.
        fingerprint: String,
        /// Who did it, where a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<String>,
    },
    /// The records of a delivery got their keys from its content.
    Keyed {
        /// The delivery.
        delivery: i64,
        /// The keys.
        keyed: KeyedRecords,
    },
    /// The records of a delivery cannot get keys: its content is gone, or is not read by the description of its layout.
    NotKeyed {
        /// The delivery.
        delivery: i64,
        /// What tells that description from every other.
        by: String,
    },
    /// Keys were deleted, as `records.keep` says.
    KeysDeleted {
        /// Those of months before this one, and those of no month that were delivered before it.
        before: Period,
    },
    /// The witness tells of a delivery that the ledger does not know, or further than the ledger knows.
    Restored {
        /// The state that the witness attests.
        state: State,
        /// When KP got it, or a person said so, RFC 3339.
        delivered_at: String,
        /// The delivery; its run is not known.
        #[serde(flatten)]
        delivery: Attested,
        /// Its temporary path on the server, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        temporary: Option<String>,
        /// The approval that it went by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decision: Option<i64>,
        /// Why it stands there, where a person said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
        /// Who said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<String>,
    },
    /// The witness tells of a decision that the ledger does not know.
    RestoredDecision {
        /// The decision's number.
        decision: i64,
        /// What was decided.
        verdict: Verdict,
        /// Series.
        series: String,
        /// Period.
        period: Option<Period>,
        /// Digest.
        digest: Digest,
        /// The file as the person saw it.
        path: String,
        /// Why.
        why: String,
        /// Who.
        who: String,
        /// When it was decided, RFC 3339.
        decided_at: String,
        /// The reasons by name that an approval covers; none where the witness does not tell.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reasons: Vec<String>,
        /// As [`Event::Decided`] has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        records: Option<u64>,
    },
    /// The witness tells of a hold that the ledger does not know.
    RestoredHold {
        /// Since when, RFC 3339.
        opened_at: String,
        /// The hold.
        #[serde(flatten)]
        held: Held,
    },
    /// A ledger that was put back from a copy was made whole from the witness.
    Reconciled {
        /// Why, in a person's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
        /// Who.
        who: String,
    },
    /// The ledger sends nothing any more.
    Retired {
        /// Why, in a person's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
        /// Who.
        who: String,
    },
    /// A file is held, for the first time or for other reasons than before.
    Held(Held),
    /// A hold is over: its file is gone, or is held no more.
    HoldEnded {
        /// The hold.
        hold: i64,
        /// Why, where a person ended it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
        /// Who, where a person ended it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<String>,
    },
    /// A person decided about a digest in a slot.
    Decided {
        /// The decision's number.
        decision: i64,
        /// What she decided.
        verdict: Verdict,
        /// Series.
        series: String,
        /// Period.
        period: Option<Period>,
        /// Digest.
        digest: Digest,
        /// The file she saw.
        path: String,
        /// Why.
        why: String,
        /// Who.
        who: String,
        /// The reasons that she saw and that an approval covers, by name; none in an event of an earlier version, which
        /// covers the reason that the hold then named.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reasons: Vec<String>,
        /// Of how many of the file's records she was told that KP has got them or may have: an approval covers no more than
        /// these. None in an approval that was not about records.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        records: Option<u64>,
    },
    /// A person took an approval back that no delivery had used.
    Withdrawn {
        /// The approval's number.
        decision: i64,
        /// Why.
        why: String,
        /// Who.
        who: String,
    },
    /// A file that had been delivered already was put away, unsent.
    DuplicatePutAway {
        /// The file.
        path: String,
        /// The delivery it repeats.
        delivery: i64,
    },
    /// A delivered file was no longer in KP's folder: KP has taken it.
    PickedUp {
        /// The delivery.
        delivery: i64,
    },
    /// Archived content was deleted, as `originals.keep_archive` says, or was found to be gone.
    ContentDeleted {
        /// Its digest.
        digest: Digest,
        /// The deliveries, by number, whose original it was.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        deliveries: Vec<i64>,
        /// The duplicates, by number, that it was.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        duplicates: Vec<i64>,
        /// The rejections, by the decision's number, that it fell under.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        decisions: Vec<i64>,
        /// The files that were deleted, as paths in the archive with `/`; none where it was gone already.
        files: Vec<String>,
    },
    /// Nothing of a delivery can still come: a run removed its temporary file, or the file was seen absent before a person
    /// said that KP never got it, or before she said so again. Only after that may its key go again.
    TemporaryGone {
        /// The delivery.
        delivery: i64,
    },
    /// A temporary file that the server refuses to remove lies there under this path, and nothing becomes of it. A later
    /// [`Event::TemporaryGone`] says that it is removed.
    TemporaryLeft {
        /// The delivery.
        delivery: i64,
        /// The path on the server.
        path: String,
    },
    /// What one look at the drop folder changes about the held files, all at once.
    Holds {
        /// Files that are held, for the first time or for another reason than before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        held: Vec<Held>,
        /// The holds, by number, that are over: their files are gone, or are held no more.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ended: Vec<i64>,
    },
    /// A person asked a supplier about a file.
    Asked {
        /// Its number.
        asked: i64,
        /// Series.
        series: String,
        /// Period, where it is about one.
        period: Option<Period>,
        /// Why.
        about: AskedAbout,
        /// The holds, by number, that it is about.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        holds: Vec<i64>,
        /// The address that the program sent it to; none where the program only made the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent_to: Option<String>,
        /// The subject.
        subject: String,
        /// Who.
        who: String,
    },
    /// The witness tells of a question to a supplier that the ledger does not know.
    RestoredAsked {
        /// Its number.
        asked: i64,
        /// Series.
        series: String,
        /// Period, where it is about one.
        period: Option<Period>,
        /// Why.
        about: AskedAbout,
        /// The address that the program sent it to; none where the program only made the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent_to: Option<String>,
        /// The subject.
        subject: String,
        /// Who.
        who: String,
        /// When, RFC 3339.
        asked_at: String,
    },
    /// A person was told of these open matters.
    Told {
        /// Their keys.
        matters: Vec<String>,
    },
}

impl Event {
    /// The changes that this event stands for, one by one: many for [`Event::Holds`], else itself.
    pub(crate) fn each(&self) -> Vec<Cow<'_, Event>> {
        match self {
            Event::Holds { held, ended } => {
                let held = held.iter().map(|held| Event::Held(held.clone()));
                let ended = ended.iter().map(|&hold| Event::HoldEnded { hold, why: None, who: None });
                held.chain(ended).map(Cow::Owned).collect()
            }
            event => vec![Cow::Borrowed(event)],
        }
    }
}

/// A delivery that begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Its number.
    pub delivery: i64,
    /// The run it belongs to.
    pub run: i64,
    /// Series.
    pub series: String,
    /// Period.
    pub period: Option<Period>,
    /// Digest.
    pub digest: Digest,
    /// Size in bytes.
    pub size: u64,
    /// The file, as a path in the drop folder with `/`.
    pub path: String,
    /// The temporary path on the server; the final one where files are published directly.
    pub temporary: String,
    /// The final path on the server.
    pub remote_path: String,
    /// Why it is sent, as the reason's name.
    pub reason: String,
    /// The approval that it uses up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<i64>,
    /// What its records come to, where its series has a format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentTotals>,
    /// What would have held it and is only observed, as the reasons' names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<String>,
    /// The keys of its records, where its series has a format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyed: Option<KeyedRecords>,
}

impl From<&Started> for Attested {
    fn from(started: &Started) -> Attested {
        Attested {
            delivery: started.delivery,
            series: started.series.clone(),
            period: started.period,
            digest: started.digest,
            size: started.size,
            path: started.path.clone(),
            remote_path: Some(started.remote_path.clone()),
            content: started.content,
        }
    }
}

/// A file that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The hold's number.
    pub hold: i64,
    /// The file, as a path in the drop folder with `/`.
    pub path: String,
    /// Its digest, where it could be read.
    pub digest: Option<Digest>,
    /// Its series, where it was asked for.
    pub series: Option<String>,
    /// Its period, where it has one.
    pub period: Option<Period>,
    /// Why, as the reason's name.
    pub reason: String,
    /// Every reason by name, that one first; none in an event of an earlier version, which named one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it stands in the ledgers of earlier versions.
    const BEFORE: &str = concat!(
        r#"{"event":"started","delivery":1,"run":1,"series":"mad","period":"2023-04","#,
        r#""digest":"0000000000000000000000000000000000000000000000000000000000000000","size":8,"path":"mad.txt","#,
        r#""temporary":".mad.txt.part","remote_path":"ind/mad.txt","reason":"new"}"#
    );

    #[test]
    fn an_event_without_totals_keeps_the_bytes_that_are_hashed() -> serde_json::Result<()> {
        let event: Event = serde_json::from_str(BEFORE)?;
        assert_eq!(serde_json::to_string(&event)?, BEFORE);
        let Event::Started(mut started) = event else { panic!("{event:?}") };
        started.content =
            Some(ContentTotals { records: 2, sum_ore: -5, first_period: None, last_period: None });
        started.observed = vec!["totals_repeat".to_owned()];
        let event = Event::Started(started);
        assert_eq!(serde_json::from_str::<Event>(&serde_json::to_string(&event)?)?, event);
        Ok(())
    }
}
