//! The receiver's server as the program sees it: a connection that may break at any request.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use traekfil::config::Publish;
use traekfil::digest::Digest;
use traekfil::remote::{
    Connect, ConnectError, ConnectionFault, Entry, Progress, Remote, RemoteError, RemoteStat, Removal,
    Upload, UploadError, Uploaded,
};

use crate::world::{Late, World};

pub type Shared = Rc<RefCell<World>>;

pub struct Connector(pub Shared);

impl Connect for Connector {
    fn connect(&mut self) -> Result<Box<dyn Remote>, ConnectError> {
        let mut world = self.0.borrow_mut();
        world.step();
        world.connected();
        if world.away && !world.calm || world.strikes("server away", 200) {
            world.tell("the server is away");
            return Err(ConnectError::Unreachable("away".to_owned()));
        }
        world.tell("connected");
        Ok(Box::new(Line { world: Rc::clone(&self.0), lost: None }))
    }
}

struct Line {
    world: Shared,
    lost: Option<Arc<ConnectionFault>>,
}

/// What becomes of a request.
enum Fate {
    /// Done and answered.
    Answered,
    /// It was not sent.
    NotSent(Arc<ConnectionFault>),
    /// It was sent and not answered; `done` says whether the server did it.
    NoAnswer { fault: Arc<ConnectionFault>, done: Done },
}

#[derive(Clone, Copy, PartialEq)]
enum Done {
    Yes,
    No,
    Later,
}

impl Line {
    /// What becomes of the next request of a batch. `behind`: the connection was lost within this batch, so requests that
    /// were sent before may still be executed.
    fn fate(&mut self, behind: bool, what: &str) -> Fate {
        let mut world = self.world.borrow_mut();
        let dones = if world.weather.overwrites {
            &[Done::Yes, Done::No][..]
        } else {
            &[Done::Yes, Done::No, Done::Later]
        };
        if let Some(fault) = &self.lost {
            if !behind || world.chance.per_mille(500) {
                return Fate::NotSent(Arc::clone(fault));
            }
            let done = world.chance.one_of(dones);
            world.tell(format!("{what}: no answer either"));
            return Fate::NoAnswer { fault: Arc::clone(fault), done };
        }
        world.step();
        world.may_die("dies before a request", format!("before {what}"));
        let done = if world.strikes("reply lost", 100) {
            Done::Yes
        } else if world.strikes("request lost", 100) {
            Done::No
        } else if !world.weather.overwrites && world.strikes("request late", 100) {
            Done::Later
        } else {
            world.tell(what);
            return Fate::Answered;
        };
        let how = match done {
            Done::Yes => "its reply is lost",
            Done::No => "it is lost",
            Done::Later => "it is late",
        };
        world.tell(format!("{what}: {how}"));
        let fault = Arc::new(ConnectionFault::TimedOut);
        self.lost = Some(Arc::clone(&fault));
        Fate::NoAnswer { fault, done }
    }

    /// Asks one thing of each item.
    fn each<T>(
        &mut self,
        count: usize,
        what: impl Fn(usize) -> String,
        act: impl Fn(&mut World, usize) -> Result<T, RemoteError>,
        late: impl Fn(usize) -> Option<Late>,
    ) -> Vec<Result<T, RemoteError>> {
        let alive = self.lost.is_none();
        let one = |i| {
            let what = what(i);
            let fate = self.fate(alive, &what);
            let mut world = self.world.borrow_mut();
            match fate {
                Fate::Answered => {
                    if let Some((status, done)) = world.answers_anyhow() {
                        if done {
                            drop(act(&mut world, i));
                        }
                        world.tell(format!("  answered {status}, done: {done}"));
                        return Err(refused(status));
                    }
                    let answer = act(&mut world, i);
                    if let Err(error) = &answer {
                        world.tell(format!("  refused: {error:?}"));
                    }
                    world.may_die("dies after a request", format!("after {what}"));
                    answer
                }
                Fate::NotSent(fault) => Err(RemoteError::NotSent(fault)),
                Fate::NoAnswer { fault, done } => {
                    match done {
                        Done::Yes => drop(act(&mut world, i)),
                        Done::No => {}
                        Done::Later => world.late.extend(late(i)),
                    }
                    Err(RemoteError::NoAnswer(fault))
                }
            }
        };
        (0..count).map(one).collect()
    }

    fn store_one(&mut self, behind: bool, file: &mut Upload<'_>) -> Result<Uploaded, UploadError> {
        let fate = self.fate(behind, &format!("store {}", file.path));
        if let Fate::NotSent(fault) = fate {
            return Err(UploadError::NotOpened(RemoteError::NotSent(fault)));
        }
        if self.world.borrow().server.contains_key(file.path) {
            return Err(UploadError::NotOpened(refused(4)));
        }
        let (bytes, read) = read(file);
        let mut world = self.world.borrow_mut();
        if let Fate::NoAnswer { fault, done } = fate {
            match done {
                Done::Yes => {
                    let whole = read.is_ok() && world.chance.per_mille(500);
                    world.create(file.path, bytes, whole);
                    return Err(UploadError::Broken(RemoteError::NoAnswer(fault)));
                }
                Done::Later => world.late.push(Late::Create(file.path.to_owned(), bytes, read.is_ok())),
                Done::No => {}
            }
            return Err(UploadError::NotOpened(RemoteError::NoAnswer(fault)));
        }
        if let Some((status, done)) = world.answers_anyhow() {
            world.tell(format!("  answered {status}, begun: {done}"));
            if done {
                world.create(file.path, bytes, false);
                return Err(UploadError::Broken(refused(status)));
            }
            return Err(UploadError::NotOpened(refused(status)));
        }
        if world.strikes("store refused", 100) {
            world.tell("  refused");
            return Err(UploadError::NotOpened(refused(3)));
        }
        let full = world.strikes("server full", 100);
        let whole = read.is_ok() && !full;
        let sent = bytes.len() as u64;
        world.create(file.path, bytes, whole);
        world.may_die("dies after a request", format!("after store {}", file.path));
        if let Err(error) = read {
            return Err(UploadError::Source(error));
        }
        if full {
            return Err(UploadError::Broken(refused(4)));
        }
        if world.strikes("stored short, without a word", 50)
            && let Some(there) = world.server.get_mut(file.path)
        {
            there.pop();
            let size = there.len() as u64;
            world.shorten(file.path);
            return Ok(Uploaded { sent, size: Some(size) });
        }
        let size = told_size(&mut world, sent);
        // Only with `verify = "read_back"`: without it a wrong content of the right size cannot be noticed.
        if world.read_back && world.publish == Publish::Rename {
            garble(&mut world, file.path);
        }
        Ok(Uploaded { sent, size })
    }
}

fn garble(world: &mut World, path: &str) {
    if world.strikes("content garbled", 100)
        && let Some(first) = world.server.get_mut(path).and_then(|bytes| bytes.first_mut())
    {
        *first ^= 1;
        world.tell(format!("  {path} is garbled"));
    }
}

fn read(file: &mut Upload<'_>) -> (Vec<u8>, io::Result<()>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 5];
    loop {
        match file.source.read(&mut buffer) {
            Ok(0) => return (bytes, Ok(())),
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
            Err(error) => return (bytes, Err(error)),
        }
    }
}

fn absent_by_status(answer: Result<RemoteStat, RemoteError>) -> Result<RemoteStat, RemoteError> {
    match answer {
        Err(RemoteError::Refused { status: 2, .. }) => Ok(RemoteStat::Absent),
        answer => answer,
    }
}

fn refused(status: u32) -> RemoteError {
    RemoteError::Refused { status, text: String::new() }
}

/// The size that the server reports, which may be wrong.
pub fn told_size(world: &mut World, size: u64) -> Option<u64> {
    if !world.strikes("size lies", 100) {
        return Some(size);
    }
    let told = if world.chance.per_mille(500) { None } else { Some(size + 1) };
    world.tell(format!("  the size is told as {told:?}"));
    told
}

impl Remote for Line {
    fn store(
        &mut self,
        files: &mut [Upload<'_>],
        progress: Progress<'_>,
    ) -> Vec<Result<Uploaded, UploadError>> {
        let alive = self.lost.is_none();
        files
            .iter_mut()
            .map(|file| {
                progress(file.size);
                self.store_one(alive, file)
            })
            .collect()
    }

    fn stat(&mut self, paths: &[&str]) -> Vec<Result<RemoteStat, RemoteError>> {
        let look = |world: &mut World, i: usize| {
            let size = world.server.get(paths[i]).map(|bytes| bytes.len() as u64);
            world.tell(format!("  there: {size:?}"));
            Ok(match size {
                None => RemoteStat::Absent,
                Some(size) => RemoteStat::Present { size: told_size(world, size) },
            })
        };
        let answers = self.each(paths.len(), |i| format!("look at {}", paths[i]), look, |_| None);
        // By that status a server says that nothing is there.
        answers.into_iter().map(absent_by_status).collect()
    }

    fn publish(&mut self, moves: &[(&str, &str)]) -> Vec<Result<(), RemoteError>> {
        let rename = |world: &mut World, i: usize| {
            let (from, to) = moves[i];
            if world.strikes("rename refused", 150) {
                return Err(refused(3));
            }
            if world.strikes("rename by half", 150) && world.rename_by_half(from, to) {
                world.tell("  done by half");
                return Err(refused(4));
            }
            world.rename(from, to).map_err(refused)
        };
        let asked = self.world.borrow().late.len();
        let late = |i: usize| Some(Late::Rename(moves[i].0.to_owned(), moves[i].1.to_owned()));
        let answers =
            self.each(moves.len(), |i| format!("rename {} {}", moves[i].0, moves[i].1), rename, late);
        let mut world = self.world.borrow_mut();
        // A server that is slow with a rename may well be away when somebody wants to look.
        world.away |= world.late.len() > asked && world.chance.per_mille(700);
        answers
    }

    fn remove(&mut self, paths: &[&str]) -> Vec<Result<Removal, RemoteError>> {
        let remove = |world: &mut World, i: usize| {
            if world.strikes("remove refused", 100) {
                return Err(refused(3));
            }
            if !crate::world::is_hidden(paths[i]) {
                world.violated(format!("asked to remove {}, which KP may be reading", paths[i]));
                return Ok(Removal::NothingThere);
            }
            Ok(world.remove(paths[i]).map_or(Removal::NothingThere, |()| Removal::Removed))
        };
        let late = |i: usize| Some(Late::Remove(paths[i].to_owned()));
        self.each(paths.len(), |i| format!("remove {}", paths[i]), remove, late)
    }

    fn digest(&mut self, files: &[(&str, u64)]) -> Vec<Result<Option<Digest>, RemoteError>> {
        let digest = |world: &mut World, i: usize| {
            let (path, size) = files[i];
            let found = world.server.get(path).ok_or_else(|| refused(2))?;
            Ok((found.len() as u64 <= size).then(|| Digest::of(found)))
        };
        self.each(files.len(), |i| format!("read {}", files[i].0), digest, |_| None)
    }

    fn list(&mut self, _folder: &str) -> Result<Vec<Entry>, RemoteError> {
        Ok(Vec::new())
    }

    fn is_closed(&self) -> bool {
        self.lost.is_some()
    }
}
