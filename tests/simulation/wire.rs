//! The receiver's server as bytes, below the program's own SFTP client: it may answer any request with any status, hang up, or
//! fall silent, whether it did what was asked or not.

use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use traekfil::remote::sftp::{ByteStream, Client};
use traekfil::remote::{Connect, ConnectError, Remote};

use crate::server::{Shared, told_size};
use crate::world::{Late, World, is_hidden};

const TIMEOUT: Duration = Duration::from_secs(30);
const OK: u32 = 0;
const EOF: u32 = 1;
const NO_SUCH_FILE: u32 = 2;
const FAILURE: u32 = 4;

pub struct WireConnector(pub Shared);

impl Connect for WireConnector {
    fn connect(&mut self) -> Result<Box<dyn Remote>, ConnectError> {
        {
            let mut world = self.0.borrow_mut();
            world.step();
            world.connected();
            if world.away && !world.calm || world.strikes("server away", 200) {
                world.tell("the server is away");
                return Err(ConnectError::Unreachable("away".to_owned()));
            }
            world.tell("connected");
        }
        let wire = Wire::to(Rc::clone(&self.0));
        let until = wire.now + TIMEOUT;
        match Client::start(wire, TIMEOUT, until) {
            Ok(client) => Ok(Box::new(client)),
            Err(fault) => Err(ConnectError::Unreachable(fault.to_string())),
        }
    }
}

enum Open {
    File(String),
    /// A folder, with the names in it that were not told yet.
    Folder(Vec<String>),
}

/// A line to the server. Time goes by only while the client waits.
struct Wire {
    world: Shared,
    now: Instant,
    /// What came from the client and is no whole request yet.
    unread: Vec<u8>,
    /// What the client has not read yet.
    out: Vec<u8>,
    handles: Vec<Open>,
    hung_up: bool,
    silent: bool,
    /// The next request is answered truly. A server that says of a rename that it is done, which it is not, and hides the
    /// old name as well, deceives everybody.
    true_next: bool,
}

/// The fields of a request.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn number(&mut self) -> u32 {
        let (bytes, rest) = self.0.split_first_chunk().unwrap();
        self.0 = rest;
        u32::from_be_bytes(*bytes)
    }

    fn offset(&mut self) -> usize {
        assert_eq!(self.number(), 0, "no file here is that large");
        self.number() as usize
    }

    fn bytes(&mut self) -> &'a [u8] {
        let length = self.number() as usize;
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes
    }

    fn text(&mut self) -> String {
        String::from_utf8(self.bytes().to_vec()).unwrap()
    }
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

/// What a request is answered with, without its number.
enum Answer {
    Status(u32),
    Handle(Open),
    Data(Vec<u8>),
    Size(Option<u64>),
    Names(Vec<String>),
}

fn attributes(size: Option<u64>) -> Vec<u8> {
    match size {
        Some(size) => [&1u32.to_be_bytes()[..], &size.to_be_bytes()].concat(),
        None => 0u32.to_be_bytes().to_vec(),
    }
}

impl Wire {
    fn to(world: Shared) -> Wire {
        Wire {
            world,
            now: Instant::now(),
            unread: Vec::new(),
            out: Vec::new(),
            handles: Vec::new(),
            hung_up: false,
            silent: false,
            true_next: false,
        }
    }

    fn put(&mut self, kind: u8, parts: &[&[u8]]) {
        let inside = parts.concat();
        self.out.extend_from_slice(&u32::try_from(inside.len() + 1).unwrap().to_be_bytes());
        self.out.push(kind);
        self.out.extend_from_slice(&inside);
    }

    fn reply(&mut self, id: u32, answer: Answer) {
        let id = id.to_be_bytes();
        match answer {
            Answer::Status(code) => self.put(101, &[&id, &code.to_be_bytes(), &string(b""), &string(b"")]),
            Answer::Handle(open) => {
                self.handles.push(open);
                let handle = u32::try_from(self.handles.len() - 1).unwrap().to_be_bytes();
                self.put(102, &[&id, &string(&handle)]);
            }
            Answer::Data(data) => self.put(103, &[&id, &string(&data)]),
            Answer::Size(size) => self.put(105, &[&id, &attributes(size)]),
            Answer::Names(names) => {
                let entries: Vec<Vec<u8>> = names
                    .iter()
                    .map(|name| [string(name.as_bytes()), string(b""), attributes(None)].concat())
                    .collect();
                let count = u32::try_from(entries.len()).unwrap().to_be_bytes();
                self.put(104, &[&id, &count, &entries.concat()]);
            }
        }
    }

    /// Takes one request.
    fn take(&mut self, packet: &[u8]) {
        let (kind, mut fields) = (packet[0], Fields(&packet[1..]));
        let id = fields.number();
        if kind == 1 {
            let sync = [string(b"fsync@openssh.com"), string(b"1")].concat();
            return self.put(2, &[&3u32.to_be_bytes(), &sync]);
        }
        let world = Rc::clone(&self.world);
        let mut world = world.borrow_mut();
        world.step();
        let what = format!("request {kind} {:?}", about(kind, packet));
        world.may_die("dies before a request", format!("before {what}"));
        world.tell(&what);
        let is_true = std::mem::take(&mut self.true_next);
        if !is_true && let Some(done) = self.is_lost(&mut world, kind, &fields) {
            if done {
                drop(self.act(&mut world, kind, fields));
            }
            return;
        }
        let anyhow = if is_true { None } else { world.answers_anyhow() };
        let answer = match anyhow {
            Some((status, done)) => {
                // Such a server also says that it did what it did not do.
                let status = if world.chance.per_mille(150) { OK } else { status };
                if done {
                    drop(self.act(&mut world, kind, fields));
                }
                self.true_next = kind == 18 && status == OK && !done;
                world.tell(format!("  answered {status}, done: {done}"));
                Answer::Status(status)
            }
            None => self.act(&mut world, kind, fields),
        };
        world.may_die("dies after a request", format!("after {what}"));
        self.reply(id, answer);
    }

    /// Whether the line ends with this request or stays silent from now on, and then whether it is done.
    fn is_lost(&mut self, world: &mut World, kind: u8, fields: &Fields<'_>) -> Option<bool> {
        if world.strikes("hangs up", 60) {
            self.hung_up = true;
        } else if world.strikes("falls silent", 60) {
            self.silent = true;
        } else {
            return None;
        }
        let done = world.chance.per_mille(500);
        world.tell(format!("  no answer, done: {done}"));
        if kind == 18 && !done && world.chance.per_mille(500) {
            let mut fields = Fields(fields.0);
            let (from, to) = (fields.text(), fields.text());
            world.late.push(Late::Rename(from, to));
            // A server that is slow with a rename may well be away when somebody wants to look.
            world.away |= world.chance.per_mille(700);
        }
        Some(done)
    }

    fn path(&self, fields: &mut Fields<'_>) -> Option<String> {
        match &self.handles[u32::from_be_bytes(fields.bytes().try_into().unwrap()) as usize] {
            Open::File(path) => Some(path.clone()),
            Open::Folder(_) => None,
        }
    }

    /// Does what is asked.
    fn act(&mut self, world: &mut World, kind: u8, mut fields: Fields<'_>) -> Answer {
        let code = |done: Result<(), u32>| Answer::Status(done.err().unwrap_or(OK));
        match kind {
            3 => {
                let (path, flags) = (fields.text(), fields.number());
                let makes = flags & 8 != 0;
                match (makes, world.server.contains_key(&path)) {
                    (true, true) => return Answer::Status(FAILURE),
                    (false, false) => return Answer::Status(NO_SUCH_FILE),
                    (true, false) => drop(world.server.insert(path.clone(), Vec::new())),
                    (false, true) => {}
                }
                Answer::Handle(Open::File(path))
            }
            5 => {
                let path = self.path(&mut fields).unwrap();
                let (offset, length) = (fields.offset(), fields.number() as usize);
                let there = world.server.get(&path).and_then(|bytes| bytes.get(offset..)).unwrap_or_default();
                let data = there[..there.len().min(length)].to_vec();
                if data.is_empty() { Answer::Status(EOF) } else { Answer::Data(data) }
            }
            6 => {
                let path = self.path(&mut fields).unwrap();
                let (offset, data) = (fields.offset(), fields.bytes());
                if let Some(there) = world.server.get_mut(&path) {
                    there.resize(there.len().max(offset + data.len()), 0);
                    there[offset..offset + data.len()].copy_from_slice(data);
                }
                Answer::Status(OK)
            }
            7 | 8 | 17 => {
                let path = if kind == 8 { self.path(&mut fields).unwrap() } else { fields.text() };
                let Some(size) = world.server.get(&path).map(|bytes| bytes.len() as u64) else {
                    return Answer::Status(NO_SUCH_FILE);
                };
                Answer::Size(told_size(world, size))
            }
            11 => {
                let folder = format!("{}/", fields.text().trim_end_matches('/'));
                let names = world.server.keys().filter_map(|path| path.strip_prefix(&folder));
                Answer::Handle(Open::Folder(names.map(str::to_owned).collect()))
            }
            12 => {
                let at = u32::from_be_bytes(fields.bytes().try_into().unwrap()) as usize;
                let Open::Folder(names) = &mut self.handles[at] else { return Answer::Status(FAILURE) };
                let names = std::mem::take(names);
                if names.is_empty() { Answer::Status(EOF) } else { Answer::Names(names) }
            }
            13 => {
                let path = fields.text();
                if !is_hidden(&path) {
                    world.violated(format!("asked to remove {path}, which KP may be reading"));
                }
                code(world.remove(&path))
            }
            18 => {
                let (from, to) = (fields.text(), fields.text());
                if world.strikes("rename by half", 150) && world.rename_by_half(&from, &to) {
                    world.tell("  done by half");
                    return Answer::Status(FAILURE);
                }
                code(world.rename(&from, &to))
            }
            4 | 200 => Answer::Status(OK),
            other => panic!("request {other}"),
        }
    }
}

/// What a request is about, for the log.
fn about(kind: u8, packet: &[u8]) -> String {
    match kind {
        3 | 7 | 11 | 13 | 17 | 18 => Fields(&packet[5..]).text(),
        _ => String::new(),
    }
}

impl ByteStream for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.out.len().min(buffer.len());
        if length == 0 {
            return if self.hung_up { Ok(0) } else { Err(io::ErrorKind::WouldBlock.into()) };
        }
        buffer[..length].copy_from_slice(&self.out[..length]);
        self.out.drain(..length);
        Ok(length)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unread.extend_from_slice(bytes);
        while let Some(prefix) = self.unread.first_chunk::<4>() {
            let length = u32::from_be_bytes(*prefix) as usize;
            if self.unread.len() < 4 + length {
                break;
            }
            let packet: Vec<u8> = self.unread.drain(..4 + length).skip(4).collect();
            if !self.hung_up && !self.silent {
                self.take(&packet);
            }
        }
        Ok(bytes.len())
    }

    fn wait(&mut self, until: Instant) -> io::Result<()> {
        self.now = self.now.max(until);
        Ok(())
    }

    fn end(&mut self) {
        self.hung_up = true;
    }

    fn now(&self) -> Instant {
        self.now
    }
}
