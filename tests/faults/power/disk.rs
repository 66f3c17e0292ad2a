//! A disk that forgets: what was asked of it, and every state that a power cut may leave it in.
//!
//! Two kinds are told apart. One keeps its names in a single journal, as ext4 does: any full sync writes down all names so
//! far, and what is kept is a beginning of their history. The other keeps each folder by itself, as btrfs's log does:
//! a folder has at least the names it had when it was last synced, whatever the others have. Bytes that were not synced
//! are kept, not kept, kept by half, or zeros.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::trace::Call;

type Inode = usize;

/// How the names are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    OneJournal,
    EachFolder,
}

/// What became of the bytes that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsynced {
    Kept,
    Missing,
    Half,
    Zeros,
}

/// The paths and contents that are left, below the roots; a folder has none.
pub type Left = BTreeMap<PathBuf, Option<Vec<u8>>>;

struct Name {
    at: usize,
    folder: Inode,
    text: String,
    leads_to: Option<Inode>,
}

enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

struct Data {
    at: usize,
    inode: Inode,
    change: Change,
}

enum What {
    Names(Inode),
    Data(Inode),
    All(usize),
}

/// The history of one disk or two, from a moment at which everything was durable.
pub struct Disk {
    roots: Vec<PathBuf>,
    names: Vec<Name>,
    data: Vec<Data>,
    syncs: Vec<(usize, What)>,
    /// The root that each inode is below, and whether it is a folder.
    inodes: Vec<(usize, bool)>,
    now: BTreeMap<Inode, BTreeMap<String, Inode>>,
    length: Vec<usize>,
    at: usize,
}

impl Disk {
    /// The folders as they are on the machine now; each root stands for a disk of its own.
    pub fn read(roots: &[PathBuf]) -> Disk {
        let mut disk = Disk {
            roots: roots.to_vec(),
            names: Vec::new(),
            data: Vec::new(),
            syncs: Vec::new(),
            inodes: Vec::new(),
            now: BTreeMap::new(),
            length: Vec::new(),
            at: 0,
        };
        for (n, root) in roots.iter().enumerate() {
            disk.inode(n, true);
            assert_eq!(disk.inodes.len(), n + 1);
            assert!(root.is_dir());
        }
        for root in roots {
            for entry in walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name() {
                let entry = entry.unwrap();
                let is_folder = entry.file_type().is_dir();
                let inode = disk.make(entry.path(), is_folder);
                if !is_folder && !is_memory(entry.path()) {
                    disk.change(inode, Change::Write(0, fs::read(entry.path()).unwrap()));
                }
            }
        }
        for n in 0..roots.len() {
            disk.syncs.push((0, What::All(n)));
        }
        disk
    }

    /// A file was written by somebody else, and not synced.
    pub fn is_dirty(&mut self, path: &Path, bytes: &[u8]) {
        self.at += 1;
        let inode = match self.find(path) {
            Some(inode) => inode,
            None => self.make(path, false),
        };
        self.change(inode, Change::Write(0, bytes.to_vec()));
        // Its name was.
        let (folder, _) = self.folder_of(path).unwrap();
        self.syncs.push((self.at, What::Names(folder)));
    }

    fn inode(&mut self, root: usize, is_folder: bool) -> Inode {
        self.inodes.push((root, is_folder));
        self.length.push(0);
        let inode = self.inodes.len() - 1;
        if is_folder {
            self.now.insert(inode, BTreeMap::new());
        }
        inode
    }

    /// The root of a path, and the parts below it; none for what lies elsewhere.
    fn below(&self, path: &Path) -> Option<(usize, Vec<String>)> {
        self.roots.iter().enumerate().find_map(|(n, root)| {
            let inside = path.strip_prefix(root).ok()?;
            Some((n, inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect()))
        })
    }

    fn find(&self, path: &Path) -> Option<Inode> {
        let (root, parts) = self.below(path)?;
        parts.iter().try_fold(root, |folder, part| self.now.get(&folder)?.get(part).copied())
    }

    fn folder_of(&self, path: &Path) -> Option<(Inode, String)> {
        let folder = self.find(path.parent()?)?;
        Some((folder, path.file_name()?.to_str()?.to_owned()))
    }

    fn set(&mut self, folder: Inode, name: String, leads_to: Option<Inode>) {
        let names = self.now.get_mut(&folder).unwrap();
        match leads_to {
            Some(inode) => names.insert(name.clone(), inode),
            None => names.remove(&name),
        };
        self.names.push(Name { at: self.at, folder, text: name, leads_to });
    }

    fn make(&mut self, path: &Path, is_folder: bool) -> Inode {
        let (folder, name) =
            self.folder_of(path).unwrap_or_else(|| panic!("a folder for {}", path.display()));
        let inode = self.inode(self.inodes[folder].0, is_folder);
        self.set(folder, name, Some(inode));
        inode
    }

    fn change(&mut self, inode: Inode, change: Change) {
        self.length[inode] = match &change {
            Change::Write(at, bytes) => self.length[inode].max(at + bytes.len()),
            Change::Length(length) => *length,
        };
        self.data.push(Data { at: self.at, inode, change });
    }

    /// What the program asked. Calls about other places are passed over. Answers whether a power cut right behind it can
    /// leave another state than one before it, bytes aside.
    pub fn asked(&mut self, call: &Call) -> bool {
        self.at += 1;
        match call {
            Call::Open { path, empty } => {
                if self.below(path).is_none() {
                    return false;
                }
                match self.find(path) {
                    None => {
                        self.make(path, false);
                        return true;
                    }
                    Some(inode) if *empty => self.change(inode, Change::Length(0)),
                    Some(_) => {}
                }
                false
            }
            Call::Write { path, at, bytes } => {
                if let Some(inode) = self.find(path).filter(|_| !is_memory(path)) {
                    let at = at.unwrap_or(self.length[inode]);
                    self.change(inode, Change::Write(at, bytes.clone()));
                }
                false
            }
            Call::Copy { from, to, count } => {
                if let Some(inode) = self.find(to) {
                    let source = self.content(self.find(from).unwrap(), self.at, Unsynced::Kept);
                    let at = self.length[inode];
                    self.change(inode, Change::Write(at, source[at..at + count].to_vec()));
                }
                false
            }
            Call::Truncate { path, length } => {
                if let Some(inode) = self.find(path).filter(|_| !is_memory(path)) {
                    self.change(inode, Change::Length(*length));
                }
                false
            }
            Call::Rename { from, to } => {
                let Some(inode) = self.find(from) else { return false };
                let (old, old_name) = self.folder_of(from).unwrap();
                let (new, new_name) = self.folder_of(to).unwrap();
                self.set(new, new_name, Some(inode));
                self.set(old, old_name, None);
                true
            }
            Call::Remove { path } => {
                if self.find(path).is_none() {
                    return false;
                }
                let (folder, name) = self.folder_of(path).unwrap();
                self.set(folder, name, None);
                true
            }
            Call::Folder { path } => {
                let is_here = self.below(path).is_some();
                if is_here {
                    self.make(path, true);
                }
                is_here
            }
            Call::Sync { path, data } => {
                let Some(inode) = self.find(path) else { return false };
                let what = if *data { What::Data(inode) } else { What::Names(inode) };
                self.syncs.push((self.at, what));
                true
            }
            Call::SyncAll { path } => {
                let Some((root, _)) = self.below(path) else { return false };
                self.syncs.push((self.at, What::All(root)));
                true
            }
        }
    }

    /// How far the history has come.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The moments from which the names may date after a power cut at `cut`: one for each disk, which keep to themselves.
    pub fn moments(&self, cut: usize, kind: Kind) -> Vec<Vec<usize>> {
        let of_each = (0..self.roots.len()).map(|root| {
            let least = self.all_names_until(root, cut, kind);
            let mine =
                self.names.iter().filter(|name| self.inodes[name.folder].0 == root).map(|name| name.at);
            let later = mine.filter(|at| (least + 1..=cut).contains(at));
            std::iter::once(least).chain(later).collect::<BTreeSet<usize>>()
        });
        of_each.fold(vec![Vec::new()], |before, moments| {
            let with = |known: &Vec<usize>| {
                let known = known.clone();
                moments.iter().map(move |moment| [known.clone(), vec![*moment]].concat()).collect::<Vec<_>>()
            };
            before.iter().flat_map(with).collect()
        })
    }

    /// Up to when all names of a disk are surely kept.
    fn all_names_until(&self, root: usize, cut: usize, kind: Kind) -> usize {
        self.last_sync(cut, |what| match what {
            What::All(synced) => *synced == root,
            What::Names(inode) => kind == Kind::OneJournal && self.inodes[*inode].0 == root,
            What::Data(_) => false,
        })
    }

    fn last_sync(&self, cut: usize, counts: impl Fn(&What) -> bool) -> usize {
        let synced = self.syncs.iter().filter(|(at, what)| *at <= cut && counts(what));
        synced.map(|(at, _)| *at).max().unwrap_or(0)
    }

    /// What is left after a power cut at `cut`, with names that date from these moments where no sync kept later ones.
    pub fn left(&self, cut: usize, moments: &[usize], kind: Kind, unsynced: Unsynced) -> Left {
        let mut kept: BTreeMap<Inode, BTreeMap<&str, Inode>> = BTreeMap::new();
        let mut until: BTreeMap<Inode, usize> = BTreeMap::new();
        for name in &self.names {
            let last = *until.entry(name.folder).or_insert_with(|| {
                let root = self.inodes[name.folder].0;
                let all = self.all_names_until(root, cut, kind);
                let own =
                    self.last_sync(cut, |what| matches!(what, What::Names(inode) if *inode == name.folder));
                moments[root].max(all).max(own).min(cut)
            });
            if name.at <= last {
                let names = kept.entry(name.folder).or_default();
                match name.leads_to {
                    Some(inode) => names.insert(&name.text, inode),
                    None => names.remove(name.text.as_str()),
                };
            }
        }
        let mut left = Left::new();
        for (n, root) in self.roots.iter().enumerate() {
            self.gather(n, root, &kept, &mut left, &|inode| self.content(inode, cut, unsynced));
        }
        left
    }

    fn gather(
        &self,
        folder: Inode,
        path: &Path,
        kept: &BTreeMap<Inode, BTreeMap<&str, Inode>>,
        left: &mut Left,
        content: &dyn Fn(Inode) -> Vec<u8>,
    ) {
        left.insert(path.to_owned(), None);
        for (name, &inode) in kept.get(&folder).into_iter().flatten() {
            let path = path.join(name);
            if self.inodes[inode].1 {
                self.gather(inode, &path, kept, left, content);
            } else if !is_memory(&path) {
                left.insert(path, Some(content(inode)));
            }
        }
    }

    fn content(&self, inode: Inode, cut: usize, unsynced: Unsynced) -> Vec<u8> {
        let root = self.inodes[inode].0;
        let synced = self.last_sync(cut, |what| match what {
            What::Names(other) | What::Data(other) => *other == inode,
            What::All(other) => *other == root,
        });
        let mut bytes = Vec::new();
        let mine = self.data.iter().filter(|data| data.inode == inode && data.at <= cut);
        let (durable, lost): (Vec<_>, Vec<_>) = mine.partition(|data| data.at <= synced);
        for data in durable {
            apply(&mut bytes, &data.change, |_| ());
        }
        let half = lost.len() / 2;
        for (n, data) in lost.into_iter().enumerate() {
            match unsynced {
                Unsynced::Kept => apply(&mut bytes, &data.change, |_| ()),
                Unsynced::Zeros => apply(&mut bytes, &data.change, |bytes| bytes.fill(0)),
                Unsynced::Half if n < half => apply(&mut bytes, &data.change, |_| ()),
                Unsynced::Half if n == half => {
                    apply(&mut bytes, &data.change, |bytes| {
                        let middle = bytes.len() / 2;
                        bytes[middle..].fill(0);
                    });
                }
                Unsynced::Half | Unsynced::Missing => {}
            }
        }
        bytes
    }
}

/// What SQLite's readers and writers share in memory; it is made anew.
fn is_memory(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "db-shm")
}

fn apply(bytes: &mut Vec<u8>, change: &Change, spoil: impl Fn(&mut [u8])) {
    match change {
        Change::Write(at, new) => {
            if bytes.len() < at + new.len() {
                bytes.resize(at + new.len(), 0);
            }
            let place = &mut bytes[*at..at + new.len()];
            place.copy_from_slice(new);
            spoil(place);
        }
        Change::Length(length) => bytes.resize(*length, 0),
    }
}

/// Makes the roots look like this, and like nothing else.
pub fn put_back(roots: &[PathBuf], left: &Left) {
    for root in roots {
        for entry in fs::read_dir(root).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
    }
    for (path, content) in left {
        match content {
            None if roots.contains(path) => {}
            None => fs::DirBuilder::new().mode(0o700).create(path).unwrap(),
            Some(bytes) => {
                let mut file =
                    fs::File::options().write(true).create_new(true).mode(0o600).open(path).unwrap();
                file.write_all(bytes).unwrap();
            }
        }
    }
}
