//! The embedded server's state: its files, its behaviour, and a record of all that happened.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

/// SFTP's "permission denied" (draft-ietf-secsh-filexfer-02, section 7).
pub const PERMISSION_DENIED: u32 = 3;

/// How the server behaves. The default is that of a well-behaved OpenSSH.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "switches, each on its own")]
pub struct Behaviour {
    /// Closes each connection before sending a byte, like a load balancer whose server is down.
    pub unreachable: bool,
    /// Cuts the connection as soon as a login has succeeded.
    pub closes_after_login: bool,
    /// Does not announce `fsync@openssh.com`.
    pub without_fsync: bool,
    /// The receiver takes a file the moment it has its final name.
    pub takes_at_once: bool,
    /// What a rename really does.
    pub rename: Rename,
    /// How many renames misbehave before the server behaves well again; none: all of them.
    pub rename_times: Option<u32>,
    /// Added to every file size that the server reports, in bytes.
    pub size_lie: i64,
    /// Bytes the disk takes, over all files; a write beyond that fails with status 4.
    pub disk: Option<u64>,
    /// Refuses to make files, with status 3.
    pub denies_open: bool,
    /// Refuses to make files whose name begins with a dot, with status 3.
    pub refuses_hidden_names: bool,
    /// Refuses to open a file while one is open, with status 4.
    pub one_open_file: bool,
    /// Refuses to open files for reading, with status 3.
    pub denies_read: bool,
    /// Refuses to remove files, with status 3.
    pub denies_remove: bool,
    /// Answers so many SFTP requests of a connection, and none after that.
    pub silent_after: Option<u64>,
    /// Waits so long before each answer.
    pub delay: Duration,
    /// What it sends without end and unasked once SFTP has begun.
    pub flood: Option<Flood>,
    /// Takes no login but by answers to its questions, and has another question after each.
    pub asks_for_ever: bool,
    /// A file that is read has no end.
    pub endless_file: bool,
    /// A folder that is listed has names of 4 KB without end.
    pub endless_folder: bool,
    /// What it answers otherwise than it should: the first that fits a request.
    pub odd: Vec<Odd>,
}

/// What a server sends that nobody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flood {
    /// Answers to requests on a channel that were never made; libssh2 keeps them.
    Answers,
    /// The standard error of the other side.
    Errors,
    /// Channels that it opens.
    Channels,
    /// Bytes where SFTP's replies should be.
    Data,
    /// Requests about the whole connection, each of which wants an answer.
    Requests,
    /// Messages for whoever looks for a fault, large and small (SSH_MSG_DEBUG): far more than a client allows, all at once.
    Debug,
}

/// One oddity: which requests, and what becomes of them.
#[derive(Debug, Clone, Copy)]
pub struct Odd(pub Ask, pub When, pub Answer);

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ask {
    Create,
    Reopen,
    Read,
    Write,
    Close,
    Sync,
    Fstat,
    Lstat,
    Stat,
    List,
    Rename,
    Remove,
}

/// Which of these requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// All of them.
    Always,
    /// Those about a name at which nothing is.
    Absent,
    /// Those about a path that has this in it.
    Named(&'static str),
    /// Those while this session has a file open.
    OtherOpen,
    /// Those about a file that any session has open.
    SameOpen,
    /// Those that follow so many of their kind in the same session.
    After(usize),
}

/// What the server does in place of the right thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It refuses with this status, and does nothing.
    Status(u32),
    /// It answers that this is done, and does nothing.
    Done,
    /// It tells this size.
    Size(u64),
    /// It tells no size.
    NoSize,
    /// It empties the file, and then does the right thing.
    Truncates,
    /// It cuts the connection.
    HangsUp,
}

/// What becomes of a rename.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rename {
    /// Done, unless something has the new name already.
    #[default]
    Honest,
    /// Refused with this status; nothing changed.
    Refused(u32),
    /// Done, whatever stands there.
    Overwrites,
    /// Done, but the connection is cut before the answer.
    DoneReplyLost,
    /// Not done, and the connection is cut before the answer.
    NotDoneReplyLost,
    /// The new name is made and the old one stays, then the connection is cut.
    HalfDone,
}

/// What was asked of the server so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that were accepted.
    pub connections: u64,
    /// Tries to log in, by whatever means, also those that failed.
    pub logins_tried: u64,
    /// Answers to its questions in a login.
    pub answers: u64,
    /// Requests to open a file.
    pub opens: u64,
    /// Requests to rename one.
    pub renames: u64,
    /// Requests to remove one.
    pub removes: u64,
    /// Requests to sync one.
    pub fsyncs: u64,
    /// Requests to read from one.
    pub reads: u64,
    /// Bytes written, all files together.
    pub written: u64,
    /// Requests to change attributes, which many receivers refuse.
    pub attribute_changes: u64,
    /// Most connections open at once.
    pub most_connections: u64,
}

/// A file that KP could see under a final name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its whole path, without a leading slash.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A file on the server; `id` tells it from others that had the same name.
#[derive(Debug, Clone)]
pub struct Stored {
    pub id: u64,
    pub bytes: Vec<u8>,
}

/// The whole server's state, behind one lock.
#[derive(Debug, Default)]
pub struct World {
    pub behaviour: Behaviour,
    pub counts: Counts,
    pub files: BTreeMap<String, Stored>,
    pub folders: BTreeSet<String>,
    pub inbox: Vec<Received>,
    pub connected: u64,
    pub let_in: u64,
    /// How often each path is open now.
    pub open: BTreeMap<String, usize>,
    /// What was here before each request, where that is recorded.
    pub record: Option<Vec<Moment>>,
    next_id: u64,
}

/// The server at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Seconds since 1970.
    pub time: f64,
    /// Each file that is there, by path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Everything that ever had a final name.
    pub inbox: Vec<Received>,
}

impl World {
    /// A server with an empty login folder and the folder `ind` in it.
    pub fn new() -> World {
        World { folders: BTreeSet::from([String::new(), "ind".into()]), ..World::default() }
    }

    /// The server as it is.
    pub fn moment(&self) -> Moment {
        let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let files = self.files.iter().map(|(path, file)| (path.clone(), file.bytes.clone())).collect();
        Moment { time, files, inbox: self.inbox.clone() }
    }

    /// Becomes what it was.
    pub fn restore(&mut self, moment: &Moment) {
        self.files.clear();
        for (path, bytes) in &moment.files {
            let id = self.make(path);
            if let Some(file) = self.by_id(id) {
                file.bytes.clone_from(bytes);
            }
        }
        self.inbox.clone_from(&moment.inbox);
    }

    /// Makes an empty file at a path.
    pub fn make(&mut self, path: &str) -> u64 {
        self.next_id += 1;
        self.files.insert(path.into(), Stored { id: self.next_id, bytes: Vec::new() });
        self.next_id
    }

    /// The file with this id, whatever its name is now.
    pub fn by_id(&mut self, id: u64) -> Option<&mut Stored> {
        self.files.values_mut().find(|file| file.id == id)
    }

    /// A handle of this path is closed.
    pub fn closed(&mut self, path: &str) {
        let left = self.open.get(path).map_or(0, |times| times - 1);
        if left == 0 {
            self.open.remove(path)
        } else {
            self.open.insert(path.into(), left)
        };
    }

    /// Bytes on the disk.
    pub fn used(&self) -> u64 {
        self.files.values().map(|file| file.bytes.len() as u64).sum()
    }

    /// The file at a path has its final name from now on: KP sees it, and may take it.
    pub fn becomes_visible(&mut self, path: &str) {
        if is_temporary(path) {
            return;
        }
        if let Some(file) = self.files.get(path) {
            self.inbox.push(Received { path: path.into(), bytes: file.bytes.clone() });
        }
        if self.behaviour.takes_at_once {
            self.files.remove(path);
        }
    }

    /// What the next rename does, counting down the ones that misbehave.
    pub fn next_rename(&mut self) -> Rename {
        self.counts.renames += 1;
        match &mut self.behaviour.rename_times {
            Some(0) => Rename::Honest,
            Some(left) => {
                *left -= 1;
                self.behaviour.rename
            }
            None => self.behaviour.rename,
        }
    }
}

/// Whether the receiver leaves files of this name alone: hidden ones and those that end in `.part`.
pub fn is_temporary(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with('.') || name.rsplit('.').next() == Some("part")
}
