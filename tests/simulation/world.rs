//! What surrounds the program: the server, the receiver who takes files from it, the supplier who drops
//! files, and chance, which lets each of them act, and things break, between any two steps.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::panic;
use std::path::PathBuf;

use chrono::{DateTime, FixedOffset, TimeDelta};
use traekfil::config::{Config, Publish, Verify};

use crate::chance::Chance;
use crate::folder::{Folder, Key};

/// The most steps and connections of one run: far more than any run here needs, so that one without an end is noticed.
const MOST_STEPS: usize = 20_000;
const MOST_CONNECTIONS: usize = 150;

/// The payload of the panic by which the simulated process dies.
pub struct Died;

/// A request that the server executes only after the connection is gone.
#[derive(Debug)]
pub enum Late {
    Rename(String, String),
    Remove(String),
    /// A file with these bytes, and whether they are all of it.
    Create(String, Vec<u8>, bool),
}

/// A file that came to stand under a final name, by the program's doing.
pub struct Visible {
    pub path: String,
    /// The name it was renamed from; its own if it was written directly.
    pub via: String,
    pub bytes: Vec<u8>,
    /// Whether it was complete; false for a direct write that broke.
    pub whole: bool,
}

/// Which faults a history has. Leaving some out makes histories possible in which long chains of the others happen.
#[allow(clippy::struct_excessive_bools)] // each is a kind of weather of its own
pub struct Weather {
    /// The factor on every fault's own probability.
    pub wild: usize,
    /// Somebody removes temporary files.
    pub vanish: bool,
    /// Somebody else puts files of their own under final names.
    pub strangers: bool,
    /// The receiver takes files at once, rather than now and then.
    pub eager: bool,
    /// The server's rename overwrites. Then nobody else makes files between the check and the rename, and no request is
    /// late, since the program cannot guard against those.
    pub overwrites: bool,
    /// The server answers now and then with any status, whether it did what was asked or not.
    pub anyhow: bool,
}

pub struct World {
    pub chance: Chance,
    pub weather: Weather,
    /// Nothing breaks any more.
    pub calm: bool,
    pub publish: Publish,
    /// The program reads back what it stored.
    pub read_back: bool,
    pub now: DateTime<FixedOffset>,
    /// The steps and the connections of this run so far.
    pub steps: usize,
    pub connections: usize,
    pub server: BTreeMap<String, Vec<u8>>,
    pub late: Vec<Late>,
    /// Temporary files that were made late, which the program does not know of.
    pub strays: BTreeSet<String>,
    /// The server cannot be reached for the rest of this run.
    pub away: bool,
    /// Temporary files of deliveries that a person said KP never got, and whether a run has seen since that they are gone.
    pub never_came: BTreeMap<String, bool>,
    /// Final names from renames done by half, each with the temporary name that is still there.
    pub half: BTreeMap<String, String>,
    pub visible: Vec<Visible>,
    /// The files whose records a person let go, though KP may have them.
    pub approved_records: BTreeSet<Key>,
    pub folder: Folder,
    pub log: Vec<String>,
    pub tally: BTreeMap<&'static str, usize>,
    pub violations: Vec<String>,
    /// Where the archive was moved, so that nothing can be put into it.
    blocked: Option<(PathBuf, PathBuf)>,
}

impl World {
    pub fn new(seed: u64, config: &Config, now: DateTime<FixedOffset>, folder: Folder) -> World {
        let mut chance = Chance::of(seed);
        // With `gone_after_publish = "delivered"` only the receiver may remove files. And a file at a final name is taken
        // for ours when our temporary file is gone, so nobody both removes temporary files and puts others in their place.
        let vanish = !config.policy.gone_is_delivered && chance.per_mille(400);
        let weather = Weather {
            wild: chance.one_of(&[1, 1, 2, 4]),
            vanish,
            strangers: !vanish && chance.per_mille(400),
            eager: chance.per_mille(400),
            overwrites: chance.per_mille(200),
            anyhow: false,
        };
        World {
            chance,
            weather,
            calm: false,
            publish: config.sftp.publish,
            read_back: config.sftp.verify == Verify::ReadBack,
            now,
            steps: 0,
            connections: 0,
            server: BTreeMap::new(),
            late: Vec::new(),
            strays: BTreeSet::new(),
            away: false,
            never_came: BTreeMap::new(),
            half: BTreeMap::new(),
            visible: Vec::new(),
            approved_records: BTreeSet::new(),
            folder,
            log: Vec::new(),
            tally: BTreeMap::new(),
            violations: Vec::new(),
            blocked: None,
        }
    }

    pub fn tell(&mut self, what: impl Display) {
        self.log.push(format!("  {what}"));
    }

    pub fn violated(&mut self, what: impl Display) {
        self.log.push(format!("! {what}"));
        self.violations.push(what.to_string());
    }

    /// Whether the fault of that name happens now; `chance` is in ten thousand.
    pub fn strikes(&mut self, fault: &'static str, chance: usize) -> bool {
        let strikes = !self.calm && self.chance.below(10_000) < chance * self.weather.wild;
        if strikes {
            *self.tally.entry(fault).or_default() += 1;
        }
        strikes
    }

    /// The status by which the server refuses a request for no reason, and whether it did it all the same; none where it
    /// answers truly.
    pub fn answers_anyhow(&mut self) -> Option<(u32, bool)> {
        let strikes = self.weather.anyhow && self.strikes("answered anyhow", 800);
        strikes.then(|| (self.chance.one_of(&[1, 2, 3, 4, 5, 6, 7, 8, 31]), self.chance.per_mille(500)))
    }

    /// The process may die here.
    pub fn may_die(&mut self, fault: &'static str, at: impl Display) {
        if self.strikes(fault, 100) {
            self.tell(format!("DIES {at}"));
            panic::resume_unwind(Box::new(Died));
        }
    }

    /// Between any two steps of the program, the others may act.
    pub fn step(&mut self) {
        self.steps += 1;
        assert!(self.steps < MOST_STEPS, "a run without an end");
        if !self.calm {
            self.others_act();
        }
        while self.weather.eager && self.receiver_takes() {}
    }

    /// The program connects once more.
    pub fn connected(&mut self) {
        self.connections += 1;
        assert!(self.connections < MOST_CONNECTIONS, "a run that connects without an end");
    }

    fn others_act(&mut self) {
        if !self.late.is_empty() && self.chance.per_mille(250) {
            self.run_late();
        }
        if self.chance.per_mille(60) {
            self.receiver_takes();
        }
        let hidden: Vec<String> = self.server.keys().filter(|path| is_hidden(path)).cloned().collect();
        if self.weather.vanish && !hidden.is_empty() && self.strikes("temporary file vanishes", 200) {
            let path = hidden[self.chance.below(hidden.len())].clone();
            self.tell(format!("somebody removes {path}"));
            self.server.remove(&path);
            self.half.retain(|_, temporary| *temporary != path);
        }
        if self.weather.strangers && !self.weather.overwrites && self.strikes("stranger's file", 200) {
            // If there is a temporary file, take the final name that it is to get.
            let name = match hidden.first() {
                Some(path) => final_name(path),
                None => self.folder.some_name(&mut self.chance),
            };
            let path = format!("ind/{name}");
            if !self.server.contains_key(&path) {
                let ours = hidden.first().and_then(|hidden| self.server.get(hidden)).map_or(8, Vec::len);
                let bytes =
                    if self.chance.per_mille(800) { "stranger".repeat(16) } else { "else".to_owned() };
                let bytes = &bytes.as_bytes()[..bytes.len().min(ours)];
                self.tell(format!("somebody else puts {path} {:?}", String::from_utf8_lossy(bytes)));
                self.server.insert(path, bytes.to_vec());
            }
        }
        if self.strikes("supplier acts during a run", 200) {
            self.supplier_acts();
        }
        if self.blocked.is_none() && self.strikes("archive fails", 60) {
            self.block_archive();
        }
    }

    pub fn supplier_acts(&mut self) {
        self.now += TimeDelta::seconds(1);
        let what = self.folder.supplier_acts(&mut self.chance, self.now);
        self.tell(what);
    }

    /// Lets the server execute a request from a connection that is gone.
    pub fn run_late(&mut self) {
        let at = self.chance.below(self.late.len());
        // A rename that comes after a person's word, or after a run has ruled it out, is worth waiting for.
        let patience = match &self.late[at] {
            Late::Rename(from, _) if self.never_came.get(from) == Some(&false) => 900,
            Late::Rename(..) => 700,
            Late::Remove(_) | Late::Create(..) => 0,
        };
        if !self.calm && self.chance.per_mille(patience) {
            return;
        }
        self.run_late_at(at);
    }

    /// The server comes to a rename that a person has ruled out, before a run has.
    pub fn run_late_rename_of(&mut self, temporary: &str) {
        let of_it = |late: &Late| matches!(late, Late::Rename(from, _) if from == temporary);
        if let Some(at) = self.late.iter().position(of_it) {
            self.run_late_at(at);
        }
    }

    fn run_late_at(&mut self, at: usize) {
        let late = self.late.remove(at);
        self.tell(format!("late: {late:?}"));
        *self.tally.entry("late request done").or_default() += 1;
        match late {
            Late::Rename(from, to) => {
                let done = self.rename(&from, &to).is_ok();
                match self.never_came.get(&from) {
                    Some(false) if done => {
                        *self.tally.entry("late rename after a person's word").or_default() += 1;
                    }
                    Some(true) if !done => {
                        *self.tally.entry("late rename of what is free finds nothing").or_default() += 1;
                    }
                    _ => {}
                }
            }
            Late::Remove(path) => drop(self.remove(&path)),
            Late::Create(path, bytes, whole) => {
                if !self.server.contains_key(&path) {
                    self.create(&path, bytes, whole);
                    self.strays.insert(path);
                }
            }
        }
    }

    /// The receiver takes one file, if there is one; but none whose rename was done by half. If it took such a file, only the
    /// temporary name would be left, and nobody could tell that from a rename that was never done.
    pub fn receiver_takes(&mut self) -> bool {
        let ready: Vec<String> = self
            .server
            .keys()
            .filter(|path| !is_hidden(path) && !self.half.contains_key(*path))
            .cloned()
            .collect();
        if ready.is_empty() {
            return false;
        }
        let path = ready[self.chance.below(ready.len())].clone();
        self.tell(format!("the receiver takes {path}"));
        self.server.remove(&path);
        true
    }

    /// SFTP's rename: status 4 where the new name is taken, 2 where the old one is not there.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), u32> {
        if self.server.contains_key(to) {
            if !self.weather.overwrites {
                return Err(4);
            }
            self.violated(format!("{to} is overwritten"));
        }
        let bytes = self.server.remove(from).ok_or(2u32)?;
        if is_hidden(to) {
            // Put aside: KP takes no file of such a name.
            self.server.insert(to.to_owned(), bytes);
        } else {
            self.show(to, from, bytes);
        }
        Ok(())
    }

    /// The link is made, and the old name stays.
    pub fn rename_by_half(&mut self, from: &str, to: &str) -> bool {
        let Some(bytes) = self.server.get(from).filter(|_| !self.server.contains_key(to)).cloned() else {
            return false;
        };
        if is_hidden(to) {
            self.server.insert(to.to_owned(), bytes);
        } else {
            self.show(to, from, bytes);
            self.half.insert(to.to_owned(), from.to_owned());
        }
        true
    }

    pub fn remove(&mut self, path: &str) -> Result<(), u32> {
        self.half.retain(|_, temporary| temporary != path);
        self.server.remove(path).map(drop).ok_or(2)
    }

    /// Makes a file with these bytes; `whole` says whether they are all it should have.
    pub fn create(&mut self, path: &str, bytes: Vec<u8>, whole: bool) {
        let there = if whole { bytes.clone() } else { bytes[..bytes.len() / 2].to_vec() };
        if self.publish == Publish::Direct {
            self.visible.push(Visible { path: path.to_owned(), via: path.to_owned(), bytes, whole });
        }
        self.server.insert(path.to_owned(), there);
    }

    /// The last file made lacks some of its bytes.
    pub fn shorten(&mut self, path: &str) {
        self.tell("  its last byte is missing");
        if let Some(last) = self.visible.last_mut().filter(|visible| visible.via == path) {
            last.whole = false;
        }
    }

    fn show(&mut self, path: &str, via: &str, bytes: Vec<u8>) {
        self.tell(format!("visible: {path} {:?}", String::from_utf8_lossy(&bytes)));
        self.visible.push(Visible {
            path: path.to_owned(),
            via: via.to_owned(),
            bytes: bytes.clone(),
            whole: true,
        });
        self.server.insert(path.to_owned(), bytes);
    }

    /// The server answers now and then with any status. A name that is there may be told as absent then, which with
    /// `gone_after_publish = "delivered"` stands for a delivery, so that is left out.
    pub fn answer_anyhow(&mut self, config: &Config) {
        self.weather.anyhow = !config.policy.gone_is_delivered;
        (self.weather.strangers, self.weather.vanish, self.weather.overwrites) = (false, false, false);
    }

    /// From now on nothing can be put into the archive, or into one month's folder of it.
    fn block_archive(&mut self) {
        let whole = self.chance.per_mille(500);
        let root = self.folder.archive.clone();
        let place = if whole { root } else { root.join(self.chance.one_of(&["2023-04", "2023-05"])) };
        let aside = self.folder.root.join("archive-out-of-the-way");
        if place.exists() {
            std::fs::rename(&place, &aside).unwrap();
        } else if !whole && !self.folder.archive.exists() {
            return;
        }
        std::fs::write(&place, "in the way").unwrap();
        self.tell(format!("{} fails", place.file_name().unwrap().display()));
        self.blocked = Some((place, aside));
    }

    /// Answers whether it was out of the way.
    pub fn free_archive(&mut self) -> bool {
        let was_blocked = self.blocked.is_some();
        if let Some((place, aside)) = self.blocked.take() {
            std::fs::remove_file(&place).unwrap();
            if aside.exists() {
                std::fs::rename(&aside, &place).unwrap();
            }
            self.tell("the archive can be written to again");
        }
        was_blocked
    }
}

/// The name that a temporary file is to get.
fn final_name(temporary: &str) -> String {
    let name = temporary.trim_start_matches("ind/.");
    format!("{}.txt", name.split(".txt").next().unwrap_or(name))
}

/// The receiver takes no name that begins with a dot.
pub fn is_hidden(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with('.'))
}
