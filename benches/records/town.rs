//! A town's folders, and a ledger with as many deliveries and keys of records as it takes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, FixedOffset, Local};
use traekfil::clock::moment;
use traekfil::config::Config;
use traekfil::digest::Digest;
use traekfil::ledger::event::Event;
use traekfil::ledger::query::Sequence;
use traekfil::ledger::{Journal as _, Ledger};
use traekfil::model::delivery::State;
use traekfil::model::keys::{KeyBlock, KeyMark, KeyedRecords};
use traekfil::model::ledger::Attested;
use traekfil::period::Period;

use crate::files::write_settled;
use crate::pairs;

/// Months of keys, and the deliveries of each.
const MONTHS: u32 = 36;
const A_MONTH: u32 = 139;
/// W4's files.
const FILES: u32 = 10_000;
/// Bytes that sealing adds to the amounts of a block: a nonce and a tag.
const SEALING: usize = 28;

/// A town's folders.
pub struct Town {
    /// Where they lie.
    pub path: PathBuf,
}

impl Town {
    /// Makes them, with these formats in the configuration and an empty ledger.
    pub fn make(root: &Path, name: &str, formats: &str) -> anyhow::Result<Town> {
        let town = Town { path: root.join(name) };
        fs::create_dir_all(town.path.join("drop"))?;
        let key = town.path.join("key");
        fs::write(&key, "none")?;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
        town.configure(formats)?;
        pairs::timed(&mut town.command(&["ledger", "begin", "--yes"]))?;
        Ok(town)
    }

    /// No server is asked: nothing of all this is sent.
    pub fn configure(&self, formats: &str) -> anyhow::Result<()> {
        let settings = "language = \"en\"\n[folders]\ndrop = \"drop\"\narchive = \"archive\"\n[ledger]\npath = \"ledger.db\"\n\
             [scan]\nsettle = \"0s\"\n[originals]\nduplicates = \"leave\"\n\
             [sftp]\nhost = \"127.0.0.1\"\nport = 1\nuser = \"ingen\"\nidentity = \"key\"\nfolder = \"ind\"\n\
             host_key = [\"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\"]\n";
        Ok(fs::write(self.config(), format!("{settings}{formats}"))?)
    }

    fn config(&self) -> PathBuf {
        self.path.join("config.toml")
    }

    /// The ledger.
    pub fn ledger(&self) -> PathBuf {
        self.path.join("ledger.db")
    }

    /// The archive.
    pub fn archive(&self) -> PathBuf {
        self.path.join("archive")
    }

    /// The program as it is built for use, with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_traekfil"));
        command.arg("--config").arg(self.config()).args(arguments);
        command.env_clear().env("HOME", &self.path).env("TZ", "Europe/Copenhagen");
        command
    }

    fn open(&self, now: DateTime<FixedOffset>) -> anyhow::Result<Ledger> {
        Ledger::open(&self.ledger(), &self.archive(), now).map_err(|error| anyhow::anyhow!(error.message))
    }

    /// Writes so many keys into the ledger, in as many deliveries whatever their number.
    pub fn deliver_keys(&self, keys: u32) -> anyhow::Result<()> {
        // an empty run makes the secret
        pairs::timed(&mut self.command(&["--quiet", "run"]))?;
        let config = Config::load(&self.config()).map_err(|error| anyhow::anyhow!(error.message))?;
        let by = &config.content_of(Some(0)).context("the format")?.by;
        let now = Local::now().fixed_offset();
        let mut ledger = self.open(now)?;
        let mut delivery = ledger.next(Sequence::Delivery).map_err(|error| anyhow::anyhow!(error.message))?;
        let this = Period::of(now.date_naive()).context("this month")?;
        for back in (0..MONTHS).rev() {
            let period = this.plus(-i32::try_from(back)?);
            let mut events = Vec::new();
            for n in 0..A_MONTH {
                let number = u32::try_from(delivery)?;
                events.push(archived(delivery, "mad", period, &format!("mad_{n}.txt"), number, now));
                let keyed = block(by, period, number, keys.div_ceil(MONTHS * A_MONTH));
                events.push(Event::Keyed { delivery, keyed });
                delivery += 1;
            }
            ledger.record(now, &events).map_err(|error| anyhow::anyhow!(error.message))?;
            ledger.attest()?;
        }
        Ok(())
    }

    /// Puts files into the drop folder that KP has had.
    pub fn have_files(&self) -> anyhow::Result<()> {
        let now = Local::now().fixed_offset();
        let (month, period) = (now.format("%Y%m"), Period::of(now.date_naive()));
        let mut ledger = self.open(now)?;
        let first = ledger.next(Sequence::Delivery).map_err(|error| anyhow::anyhow!(error.message))?;
        let mut events = Vec::new();
        for n in 0..FILES {
            // a number as letters in which no month is read
            let word: String = format!("{n:05}")
                .bytes()
                .map(|digit| char::from(b"bdfghkmpqv"[usize::from(digit - b'0')]))
                .collect();
            let (name, content) =
                (format!("{word}_{month}.txt"), Digest::of(&n.to_le_bytes()).to_string().repeat(63));
            write_settled(&self.path.join("drop").join(&name), content.as_bytes())?;
            let series = format!("{word}_*.txt");
            let mut event = archived(first + i64::from(n), &series, period, &name, n, now);
            if let Event::Restored { delivery, .. } = &mut event {
                delivery.digest = Digest::of(content.as_bytes());
            }
            events.push(event);
        }
        ledger.record(now, &events).map_err(|error| anyhow::anyhow!(error.message))?;
        ledger.attest()?;
        Ok(())
    }
}

fn archived(
    delivery: i64,
    series: &str,
    period: Option<Period>,
    path: &str,
    number: u32,
    now: DateTime<FixedOffset>,
) -> Event {
    Event::Restored {
        state: State::Archived,
        delivered_at: moment(now),
        delivery: Attested {
            delivery,
            series: series.to_owned(),
            period,
            digest: Digest::of(&[&number.to_be_bytes()[..], b"keys"].concat()),
            size: 4032,
            remote_path: Some(format!("ind/{delivery}_{path}")),
            path: path.to_owned(),
            content: None,
        },
        temporary: None,
        decision: None,
        why: None,
        who: None,
    }
}

/// Keys of nobody's records: hashes of numbers.
fn block(by: &str, period: Option<Period>, delivery: u32, records: u32) -> KeyedRecords {
    let key =
        |n: u32| Digest::of(&[delivery.to_be_bytes(), n.to_be_bytes()].concat()).as_bytes()[..16].to_vec();
    let mut keys: Vec<Vec<u8>> = (0..records).map(key).collect();
    keys.sort();
    let keys = keys.concat();
    let amounts = vec![7; SEALING + keys.len() / 2];
    let mark = KeyMark { period, records: records.into(), digest: Digest::of(&keys) };
    let blocks = Arc::new(vec![KeyBlock { period, keys, amounts }]);
    KeyedRecords { by: by.to_owned(), marks: vec![mark], blocks, partial: false }
}
