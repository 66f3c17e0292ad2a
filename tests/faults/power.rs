//! The power cut at every moment of a run, on a disk that keeps what it was told to sync and nothing else for sure.
//!
//! One run is recorded with strace. From its calls every state is made that a power cut may leave, and held against the
//! promise as it stands: what KP has the ledger knows to be sent, what the ledger says is put away is there, whole. Then
//! the program is run on some of these states until it has nothing left to do, and held to account again.
//! `TRAEKFIL_EVERY=1` runs it on all of them. `docs/reliability.md` says which scenario guards which sync.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

use crate::halted::kill_at;
use crate::sha256;
use crate::stride;
use crate::support::output::Running;
use crate::support::server::Moment;
use crate::support::servers::Server;
use crate::support::town::Town;
use crate::traced::can_trace;
use crate::{MAD, MAD_APRIL, MAD_CHANGED};

use self::disk::{Disk, Kind, Left, Unsynced, put_back};
use self::trace::Call;

mod disk;
mod trace;

/// The program is run on so many states of each recording, where not on all.
const RUN_ON: usize = 4;
/// A file system in memory.
const MEMORY: &str = "/dev/shm";
/// Where `init` makes a drop folder within another.
const IN_NEW_FOLDER: &str = "ny/mad_korsbaek_202304.txt";
const MAY: &str = "mad_korsbaek_202305.txt";
const MAY_TEXT: &str = "MAD;2023-05\n000000-0000;412,50\n";
const WASH: &str = "vask_korsbaek_202304.txt";
const WASH_TEXT: &str = "VASK;2023-04\n000000-0002;120,00\n";

/// What is recorded.
struct Scenario {
    town: Town,
    /// The archive on another file system, where it lies on one.
    elsewhere: Option<TempDir>,
    /// What was done right before, and not synced, as by a program that was killed.
    before: fn(&Scenario) -> Vec<Call>,
    commands: Vec<Vec<String>>,
    exit: i32,
    /// What the supplier puts there right before each command, synced by nobody.
    dropped: Vec<Vec<(&'static str, String)>>,
    /// Is done before each command that follows the first.
    between: fn(&Town),
    /// What must be so once the last command has ended.
    said: fn(&State<'_>) -> bool,
    /// Whether originals are deleted rather than kept.
    deletes: bool,
}

impl Scenario {
    fn new(town: Town, args: &[&str], dropped: &[(&'static str, &str)]) -> Scenario {
        Scenario {
            town,
            elsewhere: None,
            before: |_| Vec::new(),
            commands: vec![args.iter().map(|arg| (*arg).to_owned()).collect()],
            exit: 0,
            dropped: vec![dropped.iter().map(|(name, text)| (*name, (*text).to_owned())).collect()],
            between: |_| (),
            said: |state| state.everything_is_put_away(),
            deletes: false,
        }
    }

    fn archive(&self) -> PathBuf {
        self.elsewhere
            .as_ref()
            .map_or_else(|| self.town.path("archive"), |other| other.path().join("archive"))
    }

    fn roots(&self) -> Vec<PathBuf> {
        let other = self.elsewhere.iter().map(|other| other.path().to_owned());
        std::iter::once(self.town.path("")).chain(other).map(|path| path.canonicalize().unwrap()).collect()
    }

    /// All that suppliers put there.
    fn originals(&self) -> impl Iterator<Item = &(&'static str, String)> {
        self.dropped.iter().flatten()
    }
}

/// A moment at which the power may go, and what the server had and KP had got by then.
struct Cut {
    at: usize,
    begun: usize,
    server: Moment,
}

struct Recording {
    disk: Disk,
    cuts: Vec<Cut>,
    /// When each command had ended.
    ends: Vec<usize>,
}

/// Runs the scenario's commands under strace.
fn record(scenario: &Scenario) -> Recording {
    let town = &scenario.town;
    let mut disk = Disk::read(&scenario.roots());
    let server = town.server.as_embedded();
    let mut cuts = Vec::new();
    let mut ends = Vec::new();
    for call in (scenario.before)(scenario) {
        let done = match &call {
            Call::Folder { path } => fs::create_dir(path),
            Call::Open { path, .. } => fs::write(path, ""),
            Call::Write { path, bytes, .. } => fs::write(path, bytes),
            Call::Remove { path } => fs::remove_file(path),
            other => panic!("{other:?}"),
        };
        done.unwrap();
        disk.asked(&call);
    }
    for (n, (args, dropped)) in scenario.commands.iter().zip(&scenario.dropped).enumerate() {
        if n > 0 {
            (scenario.between)(town);
        }
        for (name, text) in dropped {
            let place = town.file(name, text);
            disk.is_dirty(&place.canonicalize().unwrap(), text.as_bytes());
        }
        server.record();
        let log =
            strace(town, args, if n + 1 == scenario.commands.len() { Some(scenario.exit) } else { None });
        server.all_gone();
        let (mut moments, last) = server.recorded();
        moments.push(last);
        let mut now = moments[0].clone();
        let changes = moments.windows(2).filter_map(|pair| {
            let changed = (&pair[0].files, &pair[0].inbox) != (&pair[1].files, &pair[1].inbox);
            changed.then(|| (pair[0].time, pair[1].clone()))
        });
        let mut changes = changes.peekable();
        cuts.push(Cut { at: disk.at(), begun: n + 1, server: now.clone() });
        for (time, call) in trace::read(&log, &town.path("").canonicalize().unwrap()) {
            while let Some((_, then)) = changes.next_if(|(at, _)| *at < time) {
                now = then;
                cuts.push(Cut { at: disk.at(), begun: n + 1, server: now.clone() });
            }
            if disk.asked(&call) {
                cuts.push(Cut { at: disk.at(), begun: n + 1, server: now.clone() });
            }
        }
        for (_, then) in changes {
            now = then;
        }
        cuts.push(Cut { at: disk.at(), begun: n + 1, server: now });
        ends.push(disk.at());
    }
    Recording { disk, cuts, ends }
}

/// One thing after the other: else the order of two calls would be a matter of chance.
fn strace(town: &Town, args: &[String], exit: Option<i32>) -> String {
    let log = tempfile::NamedTempFile::new().unwrap();
    let command = town.command(args);
    let mut strace = Command::new("strace");
    let calls: Vec<String> = trace::CALLS.split(',').map(|call| format!("?{}", call.trim())).collect();
    strace.args(["-f", "-qq", "-y", "-ttt", "-s", "4000000", "-e", "signal=none", "-e"]);
    strace.arg(format!("trace={}", calls.join(","))).arg("-o").arg(log.path());
    strace
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    strace.env("RAYON_NUM_THREADS", "1");
    // Else strace could not show paths to an ordinary user: the program keeps its memory to itself.
    strace.env("TRAEKFIL_TRACED", "1");
    strace.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ran = Running::start(&mut strace).finish();
    if let Some(exit) = exit {
        ran.exit(exit);
    }
    fs::read_to_string(log.path()).unwrap()
}

/// A state of disk and server, and what the ledger in it says.
struct State<'a> {
    scenario: &'a Scenario,
    left: &'a Left,
    server: &'a Moment,
    /// Whether suppliers had not synced what they wrote.
    dirty: bool,
    /// How many of the commands had begun.
    begun: usize,
    /// Contents that had been put away before.
    before: &'a HashSet<String>,
    ledger: Facts,
}

/// What a ledger says; nothing where there is none.
#[derive(Debug, Clone, Default)]
struct Facts {
    deliveries: Vec<Delivery>,
    duplicates: Vec<String>,
    /// Contents that were rejected and whose hold has ended.
    taken_out: Vec<String>,
}

#[derive(Debug, Clone)]
struct Delivery {
    digest: String,
    state: String,
    why: Option<String>,
    path: String,
    /// Whether it was deleted from the archive.
    cleared: bool,
}

impl State<'_> {
    fn at(&self, path: impl AsRef<Path>) -> Option<&[u8]> {
        self.left.get(path.as_ref())?.as_deref()
    }

    /// The files below a folder, with their digests.
    fn below(&self, folder: PathBuf) -> impl Iterator<Item = (&Path, String)> {
        let files = self.left.iter().filter(move |(path, _)| path.starts_with(&folder));
        files.filter_map(|(path, content)| Some((path.as_path(), digest(content.as_deref()?))))
    }

    fn has(&self, folder: PathBuf, wanted: &str) -> bool {
        self.below(folder).any(|(_, digest)| digest == wanted)
    }

    fn root(&self) -> PathBuf {
        self.scenario.roots()[0].clone()
    }

    fn archive(&self) -> PathBuf {
        let roots = self.scenario.roots();
        roots.last().unwrap().join("archive")
    }

    fn receipts(&self) -> String {
        let files = self.below(self.archive());
        let files =
            files.filter(|(path, _)| path.parent().is_some_and(|folder| folder.ends_with("receipts")));
        files.map(|(path, _)| String::from_utf8_lossy(self.at(path).unwrap()).into_owned()).collect()
    }

    /// What breaks the promise as it stands.
    fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let sent = ["publishing", "in_doubt", "delivered", "archived", "not_delivered"];
        for got in &self.server.inbox {
            let digest = digest(&got.bytes);
            let known =
                self.ledger.deliveries.iter().any(|d| d.digest == digest && sent.contains(&&*d.state));
            if !known {
                broken.push(format!("KP has {}, and the ledger does not know that it was sent", got.path));
            }
        }
        let receipts = self.receipts();
        for delivery in self.ledger.deliveries.iter().filter(|delivery| delivery.state == "archived") {
            let Delivery { digest, path, .. } = delivery;
            let kept = ["archived", "original_gone"].iter().any(|why| delivery.why.as_deref() == Some(why));
            if kept && !self.scenario.deletes && !self.has(self.archive(), digest) {
                broken.push(format!("the ledger says that {path} is archived, and it is not"));
            }
            if delivery.cleared && self.has(self.archive(), digest) {
                broken
                    .push(format!("the ledger says that {path} is deleted from the archive, and it is not"));
            }
            if !self.before.contains(digest) && self.has(self.root().join("drop"), digest) {
                broken.push(format!(
                    "the ledger says that {path} is put away, and it still lies in the folder"
                ));
            }
            if !receipts.contains(digest) {
                broken.push(format!("{path} is archived without a receipt"));
            }
        }
        for path in &self.ledger.duplicates {
            let text = self.scenario.originals().find(|(name, _)| name == path).map(|(_, text)| sha256(text));
            let kept = self.below(self.archive()).any(|(place, digest)| {
                place.parent().is_some_and(|folder| folder.ends_with("duplicates"))
                    && Some(&digest) == text.as_ref()
            });
            let stays = text.as_deref().is_some_and(|text| self.has(self.root().join("drop"), text));
            if !kept && !self.scenario.deletes || stays {
                broken.push(format!("the ledger says that the duplicate {path} is put away, and it is not"));
            }
        }
        for digest in &self.ledger.taken_out {
            if !self.has(self.archive().join("rejected"), digest) {
                broken.push("the ledger says that a rejected file is taken out, and it is not".into());
            }
        }
        let there = self.scenario.dropped.iter().take(self.begun).flatten();
        broken.extend(there.filter_map(|original| self.lost(original)));
        broken.extend(self.half_begun());
        let note = self.at(self.root().join("ledger.db.check")).unwrap_or_default();
        let note = String::from_utf8_lossy(note);
        let trials = self.server.files.keys().filter(|path| path.contains("check-") && !note.contains(*path));
        broken.extend(trials.map(|path| format!("{path} is on the server, and nobody knows")));
        broken
    }

    /// An original that is nowhere. Its bytes are excused where its supplier had not synced them, its name is not.
    fn lost(&self, (name, text): &(&str, String)) -> Option<String> {
        let stem = name.rsplit('/').next().unwrap().trim_end_matches(".txt");
        let wanted = sha256(text);
        if self.scenario.deletes && self.server.inbox.iter().any(|got| digest(&got.bytes) == wanted) {
            return None;
        }
        let drop = self.root().join("drop");
        let mut places = self.below(drop).chain(self.below(self.archive()));
        let named = |path: &Path| path.file_name().unwrap().to_str().unwrap().contains(stem);
        let is_here = places.any(|(path, digest)| if self.dirty { named(path) } else { digest == wanted });
        (!is_here).then(|| format!("{name} is nowhere"))
    }

    /// A configuration is made last, so with it there is all that it names.
    fn half_begun(&self) -> Vec<String> {
        let Some(config) = self.at(self.root().join("config.toml")) else { return Vec::new() };
        let config = String::from_utf8_lossy(config);
        let mut broken = Vec::new();
        if self.scenario.commands.len() > 1 {
            if !config.contains("nøgler/nye/kp") {
                broken.push("the configuration is not whole".to_owned());
            }
            for (file, content) in [
                ("nøgler/nye/kp", "BEGIN OPENSSH"),
                ("nøgler/nye/kp.pub", "ssh-ed25519"),
                ("bog/ny/ledger.db", "SQLite"),
            ] {
                let whole = self
                    .at(self.root().join(file))
                    .is_some_and(|bytes| String::from_utf8_lossy(bytes).contains(content));
                if !whole {
                    broken.push(format!("there is a configuration, and no {file}"));
                }
            }
            for folder in ["drop/ny", "archive/ny"].map(|folder| self.root().join(folder)) {
                if !self.left.contains_key(&folder) {
                    broken.push(format!("there is a configuration, and no {}", folder.display()));
                }
            }
        }
        broken
    }

    fn everything_is_put_away(&self) -> bool {
        self.scenario.originals().all(|(_, text)| {
            let wanted = sha256(text);
            let of = |delivery: &&Delivery| delivery.digest == wanted;
            self.ledger.deliveries.iter().filter(of).any(|delivery| delivery.state == "archived")
        })
    }
}

fn digest(bytes: &[u8]) -> String {
    traekfil::digest::Digest::of(bytes).to_string()
}

/// Reads ledgers as the next run would, with what stands in the log. Many states have the same one.
#[derive(Default)]
struct Ledgers(HashMap<u64, Result<Facts, String>>);

impl Ledgers {
    fn read(&mut self, left: &Left, folder: &Path) -> Result<Facts, String> {
        let names = ["ledger.db", "ledger.db-wal", "ledger.db-journal"];
        let files: Vec<Option<&[u8]>> =
            names.iter().map(|name| left.get(&folder.join(name)).and_then(Option::as_deref)).collect();
        let mut hasher = DefaultHasher::new();
        files.hash(&mut hasher);
        let known = self.0.entry(hasher.finish());
        known.or_insert_with(|| facts(&names, &files).map_err(|error| error.to_string())).clone()
    }
}

fn facts(names: &[&str], files: &[Option<&[u8]>]) -> rusqlite::Result<Facts> {
    if files[0].is_none_or(<[u8]>::is_empty) {
        return Ok(Facts::default());
    }
    let folder = tempfile::tempdir_in(MEMORY).or_else(|_| tempfile::tempdir()).unwrap();
    for (name, bytes) in names.iter().zip(files) {
        if let Some(bytes) = bytes {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
    }
    let db = rusqlite::Connection::open(folder.path().join(names[0]))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(Facts::default());
    }
    let sound: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    assert_eq!(sound, "ok");
    let deliveries = db
        .prepare(
            "SELECT lower(hex(digest)), state, why, path, content_deleted_at IS NOT NULL FROM deliveries",
        )?
        .query_map([], |row| {
            Ok(Delivery {
                digest: row.get(0)?,
                state: row.get(1)?,
                why: row.get(2)?,
                path: row.get(3)?,
                cleared: row.get(4)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    let duplicates = db
        .prepare("SELECT path FROM duplicates")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let taken_out = db
        .prepare(
            "SELECT lower(hex(d.digest)) FROM decisions d WHERE verdict = 'rejected'
                AND EXISTS (SELECT 1 FROM holds h WHERE h.digest = d.digest AND h.ended_at IS NOT NULL)",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(Facts { deliveries, duplicates, taken_out })
}

/// Every state that a power cut may leave, once: held against the promise as it stands, and some run on from.
fn cut_everywhere(name: &str, scenario: &Scenario) {
    let recording = record(scenario);
    let (disk, last) = (&recording.disk, recording.cuts.last().unwrap().at);
    let mut ledgers = Ledgers::default();
    let folder = scenario.roots()[0].join(if scenario.commands.len() > 1 { "bog/ny" } else { "" });
    let first = disk.left(recording.cuts[0].at, &[usize::MAX; 2], Kind::OneJournal, Unsynced::Kept);
    let first = ledgers.read(&first, &folder).unwrap();
    let archived = first.deliveries.into_iter().filter(|delivery| delivery.state == "archived");
    let before: HashSet<String> = archived.map(|delivery| delivery.digest).collect();
    let mut seen = HashSet::new();
    let mut states: Vec<(Left, Moment, bool, String)> = Vec::new();
    for cut in &recording.cuts {
        for kind in [Kind::OneJournal, Kind::EachFolder] {
            for moments in disk.moments(cut.at, kind) {
                for unsynced in [Unsynced::Kept, Unsynced::Missing, Unsynced::Half, Unsynced::Zeros] {
                    for dirty in [true, false] {
                        let mut left = disk.left(cut.at, &moments, kind, unsynced);
                        if !dirty {
                            make_whole(scenario, &mut left);
                        }
                        let mut hasher = DefaultHasher::new();
                        (&left, &cut.server.files, dirty, cut.server.inbox.len(), cut.at == last)
                            .hash(&mut hasher);
                        if !seen.insert(hasher.finish()) {
                            continue;
                        }
                        let story = format!(
                            "{name}: cut at {} of {last}, names from {moments:?}, {kind:?}, unsynced bytes {unsynced:?}, \
                             suppliers' bytes {}",
                            cut.at,
                            if dirty { "unsynced" } else { "synced" }
                        );
                        let ledger = ledgers.read(&left, &folder);
                        let ledger = ledger.unwrap_or_else(|error| panic!("{story}: {error}"));
                        let state = State {
                            scenario,
                            left: &left,
                            server: &cut.server,
                            dirty,
                            begun: cut.begun,
                            before: &before,
                            ledger,
                        };
                        let mut broken = state.broken();
                        if cut.at >= recording.ends[0]
                            && scenario.commands.len() > 1
                            && state.at(state.root().join("config.toml")).is_none()
                        {
                            broken.push("init had ended, and its configuration is gone".into());
                        }
                        if cut.at == last && !(scenario.said)(&state) {
                            broken.push("what was said to be done is not".into());
                        }
                        assert!(
                            broken.is_empty(),
                            "{story}\n{broken:#?}\n{:#?}\n{:#?}",
                            state.ledger,
                            paths(&left)
                        );
                        states.push((left, cut.server.clone(), dirty, story));
                    }
                }
            }
        }
    }
    let step = stride((states.len() / RUN_ON).max(1));
    let mut ran = 0;
    for (left, server, dirty, story) in states.iter().skip(step / 2).step_by(step) {
        eprintln!("{story}");
        run_on(scenario, left, server, *dirty);
        ran += 1;
    }
    eprintln!("{name}: {} moments, {} states, {ran} run on", recording.cuts.len(), states.len());
}

fn paths(left: &Left) -> BTreeMap<&Path, Option<usize>> {
    left.iter().map(|(path, content)| (path.as_path(), content.as_ref().map(Vec::len))).collect()
}

/// Originals whose suppliers had synced them.
fn make_whole(scenario: &Scenario, left: &mut Left) {
    let drop = scenario.roots()[0].join("drop");
    for (path, content) in left.iter_mut() {
        let original = scenario.originals().find(|(original, _)| path.ends_with(original));
        if let (Some((_, text)), Some(bytes)) = (original, content)
            && path.starts_with(&drop)
        {
            *bytes = text.as_bytes().to_vec();
        }
    }
}

/// Runs the program on a state until it has nothing left to do, and holds it to account.
fn run_on(scenario: &Scenario, left: &Left, server: &Moment, dirty: bool) {
    let town = &scenario.town;
    put_back(&scenario.roots(), left);
    town.server.as_embedded().restore(server);
    age(&town.path("drop"));
    if scenario.commands.len() > 1 {
        begin_again(scenario);
    }
    let mut exits = Vec::new();
    for _ in 0..5 {
        let ran = town.run(["run", "--json"]);
        exits.push(ran.exit_in(&[0, 1, 3]));
        let said = ran.json();
        let done = |file: &Value| ["held", "skipped"].iter().any(|fate| file["outcome"] == *fate);
        let quiet =
            said["files"].as_array().unwrap().iter().all(done) && said["recovered"] == Value::Array(vec![]);
        if quiet && exits.last() != Some(&1) {
            break;
        }
    }
    assert_ne!(exits.last(), Some(&1), "it comes to rest: {exits:?}");
    let inbox = town.server.as_embedded().inbox();
    let mut digests: Vec<String> = inbox.iter().map(|got| digest(&got.bytes)).collect();
    digests.sort();
    let all = digests.len();
    digests.dedup();
    assert_eq!(digests.len(), all, "twice at KP: {inbox:?}");
    town.run(["ledger", "verify"]).exit(0);
    assert_eq!(town.server.as_embedded().leftovers(), [""; 0]);
    let files = |folder: PathBuf| -> Vec<PathBuf> {
        let all = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
        all.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
    };
    let kept: Vec<PathBuf> = [files(town.path("drop")), files(scenario.archive())].concat();
    for path in &kept {
        assert!(!path.to_string_lossy().ends_with("ing.tmp"), "{} is left behind", path.display());
    }
    let kept: HashSet<String> = kept.iter().map(|path| digest(&fs::read(path).unwrap())).collect();
    for (name, text) in scenario.originals() {
        let wanted = sha256(text);
        // Where the supplier's own bytes were lost before anything was done with them, nobody has them.
        let whole = left.values().flatten().any(|bytes| digest(bytes) == wanted);
        let at_kp = digests.contains(&wanted);
        assert!(kept.contains(&wanted) || !whole || scenario.deletes && at_kp, "{name} is lost");
        assert!(dirty || whole || at_kp, "{name} was lost");
    }
}

/// As after a day: files have settled.
fn age(drop: &Path) {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    let files = walkdir::WalkDir::new(drop).into_iter().filter_map(Result::ok);
    for file in files.filter(|entry| entry.file_type().is_file()) {
        fs::File::options().write(true).open(file.path()).unwrap().set_modified(at).unwrap();
    }
}

/// A person who finds no configuration begins again; the key that is there is taken.
fn begin_again(scenario: &Scenario) {
    let town = &scenario.town;
    if !town.path("config.toml").exists() {
        let mut args = scenario.commands[0].clone();
        if town.path("nøgler/nye/kp").exists() {
            // Half a key is of no use to anybody.
            fs::remove_file(town.path("nøgler/nye/kp")).unwrap();
            let _ = fs::remove_file(town.path("nøgler/nye/kp.pub"));
        }
        town.run(std::mem::take(&mut args)).exit(4);
    }
    (scenario.between)(town);
    if !town.path("drop").join(IN_NEW_FOLDER).exists() && town.server.received().is_empty() {
        town.file(IN_NEW_FOLDER, MAD_APRIL);
    }
}

/// Records a scenario with a receiver that leaves what it gets, and with one that takes it.
fn cut(name: &str, make: impl Fn(Town) -> Option<Scenario>) {
    cut_new(name, |town| {
        town.begin();
        make(town)
    });
}

/// The same of a town without a ledger.
fn cut_new(name: &str, make: impl Fn(Town) -> Option<Scenario>) {
    if !can_trace() {
        return;
    }
    for takes in [false, true] {
        // What the real disk does with a sync is not asked here, so it need not be waited for.
        let memory = Path::new(MEMORY);
        let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let town = Town::without_ledger_below(&folder, Server::embedded());
        town.server.as_embedded().behave(|b| b.takes_at_once = takes);
        if let Some(scenario) = make(town) {
            cut_everywhere(&format!("{name}, receiver takes: {takes}"), &scenario);
        }
    }
}

/// A town that has run before.
fn begun(town: Town) -> Town {
    town.run(["run"]).exit(0);
    town
}

/// A town that has delivered April.
fn delivered(town: Town) -> Town {
    town.file(MAD, MAD_APRIL);
    begun(town)
}

#[test]
fn a_delivery() {
    cut("a delivery", |town| {
        Some(Scenario::new(begun(town), &["run"], &[(MAD, MAD_APRIL), (WASH, WASH_TEXT)]))
    });
}

fn folders_of_a_killed_run(scenario: &Scenario) -> Vec<Call> {
    vec![Call::Folder { path: scenario.archive().join("2023-04") }]
}

/// The same where nothing is put into the archive but the receipts, and no other file of the program lies beside it.
#[test]
fn a_deletion_with_folders_of_a_killed_run() {
    cut_new("deletion with folders of a killed run", |town| {
        fs::remove_dir(town.path("archive")).unwrap();
        town.set("originals.delivered", "delete");
        let other = tempfile::tempdir_in(town.path("").parent().unwrap()).unwrap();
        town.set("folders.archive", other.path().join("archive").to_str().unwrap());
        town.run(["ledger", "begin"]).exit(0);
        let mut scenario = Scenario::new(begun(town), &["run"], &[(MAD, MAD_APRIL)]);
        scenario.elsewhere = Some(other);
        scenario.deletes = true;
        scenario.before = folders_of_a_killed_run;
        Some(scenario)
    });
}

/// The folders were made by a run that was killed, and nobody has synced their names.
#[test]
fn a_delivery_into_folders_of_a_killed_run() {
    cut("folders of a killed run", |town| {
        let mut scenario = Scenario::new(begun(town), &["run"], &[(MAD, MAD_APRIL)]);
        scenario.before = folders_of_a_killed_run;
        Some(scenario)
    });
}

/// The original was moved by a run that was killed before it synced anything.
#[test]
fn an_original_that_a_killed_run_had_moved() {
    cut("moved by a killed run", |town| {
        let town = begun(town);
        town.file(MAD, MAD_APRIL);
        assert!(kill_at(&town, &["run"], "receipts"));
        town.server.as_embedded().all_gone();
        let mut scenario = Scenario::new(town, &["run"], &[]);
        scenario.before = |scenario| {
            let folder = scenario.archive().join("2023-04");
            let to = folder.join(MAD);
            let bytes = MAD_APRIL.as_bytes().to_vec();
            vec![
                Call::Folder { path: folder },
                Call::Open { path: to.clone(), empty: false },
                Call::Write { path: to, at: Some(0), bytes },
                Call::Remove { path: scenario.town.path("drop").join(MAD) },
            ]
        };
        Some(scenario)
    });
}

/// What cannot be sent for its two names is taken out unread.
#[test]
fn a_rejection_of_an_unsafe_file() {
    cut("unsafe file", |town| {
        let town = begun(town);
        let args = ["reject", MAD, "--reason", "forkert fil"];
        fs::hard_link(town.file(MAD, MAD_APRIL), town.path("drop/.andet_navn")).unwrap();
        let mut scenario = Scenario::new(town, &args, &[(MAD, MAD_APRIL)]);
        scenario.said = |state| state.has(state.archive().join("rejected"), &sha256(MAD_APRIL));
        Some(scenario)
    });
}

#[test]
fn a_clearing_of_the_archive() {
    cut("clearing", |town| {
        town.set("originals.keep_archive", "30d");
        let town = delivered(town);
        town.at("2023-06-14T06:00:00+02:00");
        let mut scenario = Scenario::new(town, &["run"], &[]);
        scenario.deletes = true;
        scenario.said = |state| state.ledger.deliveries.iter().all(|delivery| delivery.cleared);
        Some(scenario)
    });
}

/// More than are synced one by one.
#[test]
fn a_delivery_of_many() {
    cut("many", |town| {
        let files =
            [("a_202304.txt", "A"), ("b_202304.txt", "B"), ("c_202304.txt", "C"), ("d_202304.txt", "D")];
        Some(Scenario::new(begun(town), &["run"], &files))
    });
}

#[test]
fn the_first_run_ever() {
    cut("first run", |town| Some(Scenario::new(town, &["run"], &[(MAD, MAD_APRIL)])));
}

#[test]
fn a_run_that_makes_up_for_a_killed_one() {
    cut("recovery", |town| {
        let town = begun(town);
        town.file(MAD, MAD_APRIL);
        assert!(kill_at(&town, &["run"], "delivered"));
        town.server.as_embedded().all_gone();
        Some(Scenario::new(town, &["run"], &[(MAD, MAD_APRIL)]))
    });
}

#[test]
fn a_duplicate() {
    cut("duplicate", |town| Some(Scenario::new(delivered(town), &["run"], &[(MAD, MAD_APRIL)])));
}

#[test]
fn a_rejection() {
    cut("rejection", |town| {
        let town = delivered(town);
        let mut scenario =
            Scenario::new(town, &["reject", MAD, "--reason", "forkert fil"], &[(MAD, MAD_CHANGED)]);
        scenario.said = |state| state.has(state.archive().join("rejected"), &sha256(MAD_CHANGED));
        Some(scenario)
    });
}

#[test]
fn a_deletion() {
    cut("deletion", |town| {
        town.set("originals.delivered", "delete");
        let mut scenario = Scenario::new(begun(town), &["run"], &[(MAD, MAD_APRIL)]);
        scenario.deletes = true;
        scenario.said = |state| {
            state.everything_is_put_away() && !state.has(state.root().join("drop"), &sha256(MAD_APRIL))
        };
        Some(scenario)
    });
}

#[test]
fn an_archive_on_another_disk() {
    cut_new("another disk", |town| {
        let other = tempfile::Builder::new().prefix("traekfil-archive-").tempdir().unwrap();
        let device = |path: &Path| fs::metadata(path).unwrap().dev();
        if device(other.path()) == device(&town.path("drop")) {
            eprintln!("skipped: no second file system here");
            return None;
        }
        town.set("folders.archive", other.path().join("archive").to_str().unwrap());
        fs::remove_dir(town.path("archive")).unwrap();
        town.run(["ledger", "begin"]).exit(0);
        let mut scenario = Scenario::new(begun(town), &["run"], &[(MAD, MAD_APRIL), (WASH, WASH_TEXT)]);
        scenario.elsewhere = Some(other);
        Some(scenario)
    });
}

#[test]
fn a_turn_of_the_month() {
    cut("turn of the month", |town| {
        let town = delivered(town);
        town.at("2023-05-14T06:00:00+02:00");
        Some(Scenario::new(town, &["run"], &[(MAY, MAY_TEXT)]))
    });
}

#[test]
fn a_delivery_taken_back() {
    cut("taken back", |town| {
        let town = delivered(town);
        let args = ["resolve", "1", "--not-delivered", "--reason", "KP fik den aldrig"];
        let mut scenario = Scenario::new(town, &args, &[]);
        scenario.said = |state| {
            state.receipts().contains("not_delivered")
                && state.ledger.deliveries.iter().all(|d| d.state == "not_delivered")
        };
        Some(scenario)
    });
}

/// A check, which makes a trial file on the server.
#[test]
fn a_check() {
    cut("check", |town| {
        let mut scenario = Scenario::new(begun(town), &["check"], &[]);
        scenario.said = |state| state.server.files.is_empty();
        Some(scenario)
    });
}

/// `init`, and the first delivery after it.
#[test]
fn a_beginning() {
    cut_new("init", |town| {
        for name in ["config.toml", "id_ed25519"] {
            fs::remove_file(town.path(name)).unwrap();
        }
        for name in ["archive", "drop"] {
            fs::remove_dir(town.path(name)).unwrap();
        }
        let port = town.server.port().to_string();
        let pin = town.server.fingerprint();
        let args = [
            "init",
            "--yes",
            "--language",
            "en",
            "--drop",
            "drop/ny",
            "--archive",
            "archive/ny",
            "--ledger",
            "bog/ny/ledger.db",
            "--host",
            "127.0.0.1",
            "--port",
            &port,
            "--user",
            "korsbaek",
            "--identity",
            "nøgler/nye/kp",
            "--new-key",
            "--host-key",
            &pin,
            "--remote-folder",
            "ind",
        ];
        let mut scenario = Scenario::new(town, &args, &[]);
        scenario.commands.push(vec!["run".into()]);
        scenario.dropped.push(vec![(IN_NEW_FOLDER, MAD_APRIL.to_owned())]);
        scenario.between = |town| {
            let public = fs::read_to_string(town.path("nøgler/nye/kp.pub")).unwrap();
            town.server.as_embedded().register(public.parse().unwrap());
        };
        Some(scenario)
    });
}
