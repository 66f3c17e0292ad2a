//! The form of one line of the witness.

use serde::{Deserialize, Serialize};

use crate::delivery::witness::Word;
use crate::digest::Digest;
use crate::model::delivery::Key;
use crate::model::delivery::Slot;
use crate::model::ledger::{AskedAbout, Attested, ChainPosition, ContentTotals};
use crate::period::Period;

/// The form that is written now. Lines of form 1 tell of deliveries alone and are read for ever.
pub const SCHEMA: u32 = 2;

/// What a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A delivery's final name is about to be asked for.
    Publishing,
    /// A delivery was given up after its line was written.
    Abandoned,
    /// KP has the file.
    Delivered,
    /// A person says that KP had it before the ledger began.
    Adopted,
    /// A person says that KP never got it.
    NotDelivered,
    /// A person lets a held file go, once.
    Approved,
    /// A person refuses a held file.
    Rejected,
    /// A person takes an approval back.
    Withdrawn,
    /// A file is held.
    Held,
    /// A hold is over.
    HoldEnded,
    /// The ledger sends nothing any more.
    Retired,
    /// A person asked a supplier about a file.
    Asked,
}

impl Kind {
    /// What it says about a delivery; none where it is about something else.
    #[must_use]
    pub fn word(self) -> Option<Word> {
        match self {
            Kind::Publishing => Some(Word::Publishing),
            Kind::Abandoned => Some(Word::Abandoned),
            Kind::Delivered => Some(Word::Delivered),
            Kind::Adopted => Some(Word::Adopted),
            Kind::NotDelivered => Some(Word::NotDelivered),
            Kind::Approved
            | Kind::Rejected
            | Kind::Withdrawn
            | Kind::Held
            | Kind::HoldEnded
            | Kind::Retired
            | Kind::Asked => None,
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The form of this line; 1 or [`SCHEMA`].
    pub schema: u32,
    /// What it tells.
    pub attests: Kind,
    /// The random name of the ledger it belongs to.
    pub ledger: String,
    /// The end of that ledger's chain when the line was written, and that event's hash.
    pub event: i64,
    /// See `event`.
    pub hash: Digest,
    /// When it happened, RFC 3339.
    pub at: String,
    /// The delivery's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<i64>,
    /// The decision's number; with a delivery, the approval that it goes by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<i64>,
    /// When an approval was given that is taken back, RFC 3339: with the key it tells that approval from every other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// The hold's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<i64>,
    /// The number of a question to a supplier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<i64>,
    /// Series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The content's digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// In bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The file's path in the drop folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The temporary path on the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary: Option<String>,
    /// The final path on the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_path: Option<String>,
    /// What the file's records come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentTotals>,
    /// Why a file is held or was let go, as the reasons' names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Of how many of its records the person who let it go was told that KP has got them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// Why a supplier was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<AskedAbout>,
    /// The address that the question was sent to; none where the program only made the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_to: Option<String>,
    /// The subject of the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The person, where one said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// Why, in that person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Where and when a line is written.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// The ledger's random name.
    pub ledger: &'a str,
    /// The end of the chain.
    pub head: ChainPosition,
    /// RFC 3339.
    pub at: &'a str,
}

impl Line {
    /// A line that tells nothing but its kind yet.
    #[must_use]
    pub fn new(attests: Kind, stamp: Stamp<'_>) -> Line {
        Line {
            schema: SCHEMA,
            attests,
            ledger: stamp.ledger.to_owned(),
            event: stamp.head.seq,
            hash: stamp.head.hash,
            at: stamp.at.to_owned(),
            delivery: None,
            decision: None,
            decided_at: None,
            hold: None,
            asked: None,
            series: None,
            period: None,
            sha256: None,
            size: None,
            path: None,
            temporary: None,
            remote_path: None,
            content: None,
            reasons: Vec::new(),
            records: None,
            about: None,
            sent_to: None,
            subject: None,
            who: None,
            why: None,
        }
    }

    /// A line about a delivery.
    #[must_use]
    pub fn of_delivery(attests: Kind, stamp: Stamp<'_>, about: Attested, temporary: Option<String>) -> Line {
        Line {
            delivery: Some(about.delivery),
            series: Some(about.series),
            period: about.period,
            sha256: Some(about.digest),
            size: Some(about.size),
            path: Some(about.path),
            temporary,
            remote_path: about.remote_path,
            content: about.content,
            ..Line::new(attests, stamp)
        }
    }

    /// The delivery that it tells of; none where it is about something else.
    #[must_use]
    pub fn attested(&self) -> Option<Attested> {
        self.attests.word()?;
        Some(Attested {
            delivery: self.delivery?,
            series: self.series.clone()?,
            period: self.period,
            digest: self.sha256?,
            size: self.size?,
            path: self.path.clone()?,
            remote_path: self.remote_path.clone(),
            content: self.content,
        })
    }

    /// The key that it tells of, where it names one.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        let slot = Slot { series: self.series.clone()?, period: self.period };
        Some(Key { slot, digest: self.sha256? })
    }

    /// The temporary path, where it tells one delivery from every other: a direct delivery has none of its own.
    #[must_use]
    pub fn own_temporary(&self) -> Option<&str> {
        self.temporary.as_deref().filter(|temporary| Some(*temporary) != self.remote_path.as_deref())
    }

    /// Reads a line, which must have all that its kind needs.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Line> {
        let line: Line = serde_json::from_slice(bytes).ok()?;
        let first_form = matches!(line.attests, Kind::Delivered | Kind::Adopted | Kind::NotDelivered);
        let known = line.schema == SCHEMA || line.schema == 1 && first_form;
        let decides =
            line.decision.is_some() && line.key().is_some() && line.who.is_some() && line.path.is_some();
        let whole = match line.attests {
            Kind::Approved | Kind::Rejected => decides,
            Kind::Withdrawn => decides && line.decided_at.is_some(),
            Kind::Held => line.hold.is_some() && line.path.is_some(),
            Kind::HoldEnded => line.hold.is_some(),
            Kind::Retired => true,
            Kind::Asked => {
                let is_about = line.series.is_some() && line.about.is_some();
                is_about && line.asked.is_some() && line.subject.is_some() && line.who.is_some()
            }
            _ => line.attested().is_some(),
        };
        (known && whole && month_of(&line.at).is_some()).then_some(line)
    }
}

/// The month of a moment in RFC 3339, `YYYY-MM`, in whatever year the clock stood; none where it does not begin with one.
#[must_use]
pub fn month_of(at: &str) -> Option<&str> {
    at.get(..7).filter(|month| is_month(month))
}

/// Whether that is a month of a year of four digits, `YYYY-MM`: what [`month_of`] answers. No [`Period`], since a clock may stand in any
/// year.
#[must_use]
pub fn is_month(text: &str) -> bool {
    let Some((year, month)) = text.split_once('-') else { return false };
    let digits = |part: &str, n| part.len() == n && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(year, 4) && digits(month, 2) && ("01"..="12").contains(&month)
}

/// The bytes without zeros at their end, which a power cut leaves of an append that was never synced: the file got its
/// length and not all of its bytes.
#[must_use]
pub fn without_zeros(bytes: &[u8]) -> &[u8] {
    let written = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    &bytes[..written]
}

/// Whether these bytes are what an interrupted append leaves of a line: its beginning, and no more.
#[must_use]
pub fn is_torn(bytes: &[u8]) -> bool {
    const BEGINNING: &[u8] = b"{\"schema\":";
    if bytes.contains(&0) {
        return false;
    }
    if bytes.len() < BEGINNING.len() {
        return BEGINNING.starts_with(bytes);
    }
    let cut_off = |error: serde_json::Error| error.is_eof();
    bytes.starts_with(BEGINNING) && serde_json::from_slice::<serde_json::Value>(bytes).is_err_and(cut_off)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = concat!(
        r#"{"schema":1,"attests":"delivered","ledger":"0123456789abcdef","event":9,"#,
        r#""hash":"0000000000000000000000000000000000000000000000000000000000000000","at":"2023-04-14T06:00:00+02:00","#,
        r#""delivery":1,"series":"mad","period":null,"#,
        r#""sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":8,"path":"mad.txt","#,
        r#""remote_path":"ind/mad.txt"}"#
    );

    #[test]
    fn a_line_of_the_first_form_is_read() {
        let line = Line::read(OLD.as_bytes());
        assert_eq!(line.map(|line| (line.attests, line.delivery)), Some((Kind::Delivered, Some(1))));
    }

    #[test]
    fn what_is_not_whole_or_of_another_form_is_not_read() {
        for (from, to) in [
            (r#""schema":1"#, r#""schema":3"#),
            (r#""schema":1"#, r#""schema":0"#),
            (r#""delivery":1,"#, ""),
            (r#""attests":"delivered""#, r#""attests":"publishing""#),
            (r#""attests":"delivered""#, r#""attests":"approved""#),
            ("2023-04-14", "14-04-2023"),
        ] {
            let changed = OLD.replace(from, to);
            assert_ne!(changed, OLD);
            assert_eq!(Line::read(changed.as_bytes()), None, "{to}");
        }
        assert_eq!(Line::read(&OLD.as_bytes()[..OLD.len() - 1]), None);
    }

    #[test]
    fn every_beginning_of_a_line_is_torn_and_nothing_else_is() {
        for length in 0..OLD.len() {
            assert!(is_torn(&OLD.as_bytes()[..length]), "{length}");
        }
        for bytes in [OLD.as_bytes(), &[0; 9], b"{\"schema\":1,\0", b"{}", b"PK", b"{\"schema\":1}}"] {
            assert!(!is_torn(bytes), "{bytes:?}");
        }
    }

    #[test]
    fn a_month_is_one_of_any_year() {
        for month in ["0000-01", "0001-12", "1980-01", "1999-12", "2023-04", "2100-02", "9999-12"] {
            assert!(is_month(month), "{month}");
            assert_eq!(month_of(&format!("{month}-14T06:00:00+02:00")), Some(month));
        }
        for text in [
            "", "2023-00", "2023-13", "2023-4", "2023-+4", "+100-01", "-001-01", "202304", "20230-4", "åå-01",
        ] {
            assert!(!is_month(text), "{text}");
        }
        for at in ["", "+10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "2023-0å"] {
            assert_eq!(month_of(at), None, "{at}");
        }
    }
}
