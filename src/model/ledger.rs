//! What the ledger tells: its rows, and a place in its chain.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::delivery::{Key, Slot, State};
use crate::digest::Digest;
use crate::period::Period;

/// A place in the chain: an event and its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainPosition {
    /// The event's number, from 1.
    pub seq: i64,
    /// Its hash.
    pub hash: Digest,
}

/// Its number, a colon and its hash, as [`ChainMark`] reads it.
impl fmt::Display for ChainPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl Serialize for ChainPosition {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A place in the chain as somebody kept it: an event's number and at least the beginning of its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainMark {
    /// The event's number, from 1.
    pub seq: i64,
    /// 16 to 64 lower-case hex digits.
    hash: String,
}

impl ChainMark {
    /// The fewest hex digits of a hash: another chain that has as many by luck takes 2^64 tries.
    const FEWEST: usize = 16;

    /// Whether it is about an event with this hash.
    #[must_use]
    pub fn is_of(&self, hash: &Digest) -> bool {
        hash.to_string().starts_with(&self.hash)
    }
}

impl fmt::Display for ChainMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for ChainMark {
    type Err = NotAMark;

    fn from_str(text: &str) -> Result<ChainMark, NotAMark> {
        let (seq, hash) = text.trim().split_once(':').ok_or(NotAMark)?;
        let seq: i64 = seq.parse().ok().filter(|seq| *seq > 0).ok_or(NotAMark)?;
        let is_hash =
            (ChainMark::FEWEST..=64).contains(&hash.len()) && hash.bytes().all(|b| b.is_ascii_hexdigit());
        if is_hash { Ok(ChainMark { seq, hash: hash.to_ascii_lowercase() }) } else { Err(NotAMark) }
    }
}

/// The text was not a number, a colon, and 16 to 64 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an event's number, a colon, and at least 16 hex digits of its hash")]
pub struct NotAMark;

/// What a delivered file's records come to. Nothing of any citizen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ContentTotals {
    /// How many records.
    pub records: u64,
    /// Their sum in øre, without what is taken back.
    pub sum_ore: i64,
    /// The first month that they are for, where they or a header name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_period: Option<Period>,
    /// The last month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_period: Option<Period>,
}

/// One delivery, as its row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// The run that began it; none where a person adopted it.
    pub run: Option<i64>,
    /// Where it stands.
    pub state: State,
    /// What it is and what it is for.
    pub key: Key,
    /// The file's path in the drop folder, with `/`.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its temporary path on the server.
    pub temporary: Option<String>,
    /// Its final path on the server.
    pub remote_path: Option<String>,
    /// Why it was sent.
    pub reason: String,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When its state last changed.
    pub changed_at: String,
    /// When it was delivered.
    pub delivered_at: Option<String>,
    /// When KP was first seen to have taken it out of its folder.
    pub picked_up_at: Option<String>,
    /// Why it stands where it stands.
    pub why: Option<String>,
    /// The person who decided that, where one did.
    pub who: Option<String>,
    /// When it became certain that nothing of it can still come: its temporary file was removed, or seen absent before a
    /// person said that KP never got it, RFC 3339.
    pub temporary_gone_at: Option<String>,
    /// Where on the server a temporary file of it lies that may not be removed, and of which nothing becomes.
    pub left_as: Option<String>,
    /// What its records come to, where its series had a format.
    pub content: Option<ContentTotals>,
    /// What would have held it and was only observed, as the reasons' names.
    pub observed: Vec<String>,
}

impl Delivery {
    /// Whether nothing of it can turn into its final name any more, as far as the ledger knows: that was seen, or it was
    /// not sent by this ledger and never had a name on the server.
    #[must_use]
    pub fn temporary_is_gone(&self) -> bool {
        self.temporary_gone_at.is_some() || self.temporary.is_none()
    }

    /// Whether it is delivered by what the server showed, and not by a person's word: then its temporary file is gone.
    #[must_use]
    pub fn was_confirmed(&self) -> bool {
        self.state.is_delivered()
            && self.who.is_none()
            && self.why.as_deref() != Some(Delivery::TEMPORARY_LEFT)
    }

    /// Whether it was written under its final name at once and may still come, so that no run can rule it out.
    #[must_use]
    pub fn may_come_directly(&self) -> bool {
        self.is_direct() && !self.temporary_is_gone() && !self.was_confirmed()
    }

    /// The path on the server at which a temporary file of it may still lie that the server refused to remove.
    #[must_use]
    pub fn left_on_server(&self) -> Option<&str> {
        let was_refused = self.state == State::Abandoned
            && self.why.as_deref() == Some(Delivery::TEMPORARY_LEFT)
            && self.temporary_gone_at.is_none();
        self.left_as.as_deref().or(self.temporary.as_deref().filter(|_| was_refused))
    }

    /// Why a delivery is confirmed whose temporary file could not be removed.
    pub const TEMPORARY_LEFT: &str = "temporary_left";

    /// Whether it is written under its final name at once (`publish = "direct"`).
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.temporary == self.remote_path
    }
}

/// A delivered file whose original in the archive was changed after it had been put away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlteredOriginal {
    /// The delivery.
    pub delivery: Delivery,
    /// The file in the archive.
    pub place: std::path::PathBuf,
}

/// A hold that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its number.
    pub id: i64,
    /// The file's path in the drop folder, with `/`.
    pub path: String,
    /// Its digest, where it could be read.
    pub digest: Option<Digest>,
    /// Its series and period, where they were asked for.
    pub slot: Option<Slot>,
    /// Why, as the reason's name.
    pub reason: String,
    /// Every reason by name, that one first.
    pub reasons: Vec<String>,
    /// Since when, RFC 3339.
    pub opened_at: String,
    /// Until when; none where it is not over.
    pub ended_at: Option<String>,
}

/// A person's decision about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its number.
    pub id: i64,
    /// What she decided.
    pub verdict: Verdict,
    /// About what.
    pub key: Key,
    /// The file she saw.
    pub path: String,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
    /// The reasons that an approval covers, by name.
    pub reasons: Vec<String>,
    /// Of how many of the file's records an approval was told that KP has got them; none where it was not about records.
    pub records: Option<u64>,
    /// The delivery that used an approval up.
    pub used_by: Option<i64>,
    /// Who took an approval back, where a person did.
    pub withdrawn: Option<Withdrawal>,
}

impl Decision {
    /// Whether it is an approval that lets a file go still: neither used up nor taken back.
    #[must_use]
    pub fn is_open_approval(&self) -> bool {
        self.verdict == Verdict::Approved && self.used_by.is_none() && self.withdrawn.is_none()
    }
}

/// That a person took an approval back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
}

/// A file that a person took out of the drop folder and that nobody could read, so that no decision is about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadRejection {
    /// The hold that ended with it.
    pub hold: i64,
    /// The file she saw.
    pub path: String,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PastRun {
    /// Its number.
    pub id: i64,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When it ended; none where it was broken off, or is under way.
    pub finished_at: Option<String>,
    /// Its exit code, where it ended.
    pub exit_code: Option<u8>,
    /// What went wrong beside the files, as a person was told; they stand among the matters of an overview.
    #[serde(skip)]
    pub warnings: Vec<String>,
}

/// A file that had been delivered already and was put away, unsent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateRecord {
    /// The delivery it repeats.
    pub delivery: i64,
    /// The file's path in the drop folder, with `/`.
    pub path: String,
    /// When, RFC 3339.
    pub at: String,
}

/// What was delivered in a month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Volume {
    /// The month.
    pub month: Period,
    /// How many files.
    pub files: u64,
    /// How many bytes, all files together.
    pub bytes: u64,
}

/// What a person asked a supplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// Its number.
    #[serde(rename = "asked_id")]
    pub id: i64,
    /// The series it is about.
    pub series: String,
    /// The period, where it is about one.
    pub period: Option<Period>,
    /// Why.
    pub about: AskedAbout,
    /// The address that the program sent it to; none where the program only made the text.
    pub sent_to: Option<String>,
    /// The subject.
    pub subject: String,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub who: String,
}

/// Why a supplier is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedAbout {
    /// A file did not come.
    Missing,
    /// A file is held.
    Held,
    /// A file came, and is wanted again.
    Again,
}

impl AskedAbout {
    /// The name it has in the ledger.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            AskedAbout::Missing => "missing",
            AskedAbout::Held => "held",
            AskedAbout::Again => "again",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<AskedAbout> {
        [AskedAbout::Missing, AskedAbout::Held, AskedAbout::Again]
            .into_iter()
            .find(|about| about.name() == name)
    }
}

/// What a person decides about a held file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It may go, once.
    Approved,
    /// It may not.
    Rejected,
}

impl Verdict {
    /// The name it has in the ledger.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Approved => "approved",
            Verdict::Rejected => "rejected",
        }
    }
}

/// What a receipt attests of a delivery, so that a lost ledger can be made again from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attested {
    /// Its number.
    pub delivery: i64,
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
    /// The final path on the server.
    pub remote_path: Option<String>,
    /// What its records come to; none in a receipt of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentTotals>,
}

impl From<&Delivery> for Attested {
    fn from(delivery: &Delivery) -> Attested {
        Attested {
            delivery: delivery.id,
            series: delivery.key.slot.series.clone(),
            period: delivery.key.slot.period,
            digest: delivery.key.digest,
            size: delivery.size,
            path: delivery.path.clone(),
            remote_path: delivery.remote_path.clone(),
            content: delivery.content,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_mark_is_read_as_it_is_shown_and_in_short() {
        let head = ChainPosition { seq: 12, hash: Digest::of(b"") };
        let whole: ChainMark = head.to_string().parse().unwrap();
        assert_eq!(whole.to_string(), head.to_string());
        for text in ["12:e3b0c44298fc1c14", " 12:E3B0C44298FC1C149AFB\n"] {
            let mark: ChainMark = text.parse().unwrap();
            assert!(mark.seq == 12 && mark.is_of(&head.hash) && !mark.is_of(&Digest::of(b"x")), "{text}");
        }
        let long = format!("12:{}", "0".repeat(65));
        for wrong in [
            "",
            "12",
            "12:",
            "12:e3b0c44298fc1c1",
            "0:e3b0c44298fc1c14",
            "-1:e3b0c44298fc1c14",
            "x:e3b0c44298fc1c14",
            "12:e3b0c44298fc1c1g",
            &long,
        ] {
            assert_eq!(wrong.parse::<ChainMark>(), Err(NotAMark), "{wrong}");
        }
    }
}
