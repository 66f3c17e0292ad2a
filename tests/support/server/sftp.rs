//! SFTP version 3 over the [`World`]: one [`Sftp`] per channel.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use russh_sftp::protocol::{
    Attrs, Data, File, FileAttributes, Handle, Name, OpenFlags, Packet, Status, StatusCode, Version,
};
use russh_sftp::server::Handler;

use super::cut::Line;
use super::world::{Answer, Ask, Odd, PERMISSION_DENIED, Rename, When, World};

/// One client's channel.
pub struct Sftp {
    world: Arc<Mutex<World>>,
    line: Line,
    requests: u64,
    handles: HashMap<String, Open>,
    made: u64,
    /// How often each kind was asked.
    asked: HashMap<Ask, usize>,
}

enum Open {
    File { id: u64, path: String, written: bool },
    Folder { names: Option<Vec<File>> },
}

impl Sftp {
    pub fn new(world: Arc<Mutex<World>>, line: Line) -> Sftp {
        Sftp { world, line, requests: 0, handles: HashMap::new(), made: 0, asked: HashMap::new() }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        if world.record.is_some() {
            let moment = world.moment();
            world.record.get_or_insert_default().push(moment);
        }
        world
    }

    /// Counts the request, and waits as long as the server's behaviour says; for ever if it answers no more.
    async fn turn(&mut self) {
        self.requests += 1;
        let (silent, delay) = {
            let behaviour = &self.world().behaviour;
            (behaviour.silent_after.is_some_and(|n| self.requests > n), behaviour.delay)
        };
        if silent {
            pending::<()>().await;
        }
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    /// What the server does in place of the right thing; none where it does the right thing.
    async fn odd(&mut self, ask: Ask, path: &str) -> Result<Option<Answer>, StatusCode> {
        let asked = self.asked.entry(ask).or_default();
        *asked += 1;
        let before = *asked - 1;
        let here = self.handles.values().any(|open| matches!(open, Open::File { .. }));
        let answer = {
            let world = self.world();
            let path = plain(path);
            let there = world.files.contains_key(&path) || world.folders.contains(&path);
            let fits = |when: When| match when {
                When::Always => true,
                When::Absent => !there,
                When::Named(part) => path.contains(part),
                When::OtherOpen => here,
                When::SameOpen => world.open.contains_key(&path),
                When::After(many) => before >= many,
            };
            let odd = world.behaviour.odd.iter().find(|Odd(kind, when, _)| *kind == ask && fits(*when));
            odd.map(|Odd(.., answer)| *answer)
        };
        match answer {
            Some(Answer::Status(code)) => Err(status(code)),
            Some(Answer::HangsUp) => self.hang_up().await,
            other => Ok(other),
        }
    }

    /// The path of an open file.
    fn path_of(&self, handle: &str) -> String {
        match self.handles.get(handle) {
            Some(Open::File { path, .. }) => path.clone(),
            _ => String::new(),
        }
    }

    /// Cuts the connection and never answers.
    async fn hang_up(&self) -> ! {
        self.line.cut();
        pending::<()>().await;
        unreachable!("pending never ends")
    }

    fn handle(&mut self, id: u32, open: Open) -> Handle {
        self.made += 1;
        let handle = self.made.to_string();
        if let Open::File { path, .. } = &open {
            *self.world().open.entry(path.clone()).or_default() += 1;
        }
        self.handles.insert(handle.clone(), open);
        Handle { id, handle }
    }

    fn file_id(&self, handle: &str) -> Result<u64, StatusCode> {
        match self.handles.get(handle) {
            Some(Open::File { id, .. }) => Ok(*id),
            _ => Err(StatusCode::Failure),
        }
    }

    fn attributes(&self, path: &str) -> Result<FileAttributes, StatusCode> {
        let world = self.world();
        let path = plain(path);
        if world.folders.contains(&path) {
            return Ok(FileAttributes { permissions: Some(0o040_755), ..FileAttributes::default() });
        }
        let file = world.files.get(&path).ok_or(StatusCode::NoSuchFile)?;
        Ok(regular(file.bytes.len() as u64, world.behaviour.size_lie))
    }
}

impl Drop for Sftp {
    /// A file that was being written under its final name when the connection broke is visible to KP all the same.
    fn drop(&mut self) {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        for open in self.handles.values() {
            if let Open::File { path, written, .. } = open {
                world.closed(path);
                if *written {
                    world.becomes_visible(path);
                }
            }
        }
    }
}

impl Handler for Sftp {
    type Error = StatusCode;

    fn unimplemented(&self) -> StatusCode {
        StatusCode::OpUnsupported
    }

    async fn init(&mut self, _: u32, _: HashMap<String, String>) -> Result<Version, StatusCode> {
        self.turn().await;
        let mut version = Version::new();
        if !self.world().behaviour.without_fsync {
            version.extensions.insert("fsync@openssh.com".into(), "1".into());
        }
        Ok(version)
    }

    async fn open(
        &mut self,
        id: u32,
        filename: String,
        flags: OpenFlags,
        _: FileAttributes,
    ) -> Result<Handle, StatusCode> {
        self.turn().await;
        let path = plain(&filename);
        let written = flags.contains(OpenFlags::WRITE);
        let is_open = self.handles.values().any(|open| matches!(open, Open::File { .. }));
        let ask = match (written, flags.contains(OpenFlags::CREATE)) {
            (true, true) => Ask::Create,
            (true, false) => Ask::Reopen,
            _ => Ask::Read,
        };
        let truncates = self.odd(ask, &path).await? == Some(Answer::Truncates);
        let file = {
            let mut world = self.world();
            world.counts.opens += 1;
            let there = world.files.get(&path).map(|file| file.id);
            if world.behaviour.denies_open && written {
                return Err(StatusCode::PermissionDenied);
            }
            if world.behaviour.refuses_hidden_names && written && name(&path).starts_with('.') {
                return Err(StatusCode::PermissionDenied);
            }
            if world.behaviour.one_open_file && is_open {
                return Err(StatusCode::Failure);
            }
            if world.behaviour.denies_read && !written {
                return Err(StatusCode::PermissionDenied);
            }
            match there {
                Some(_) if flags.contains(OpenFlags::EXCLUDE) => return Err(StatusCode::Failure),
                Some(file) => {
                    if (truncates || flags.contains(OpenFlags::TRUNCATE))
                        && let Some(stored) = world.by_id(file)
                    {
                        stored.bytes.clear();
                    }
                    file
                }
                None if !flags.contains(OpenFlags::CREATE) => return Err(StatusCode::NoSuchFile),
                None if !world.folders.contains(parent(&path)) => return Err(StatusCode::NoSuchFile),
                None => world.make(&path),
            }
        };
        Ok(self.handle(id, Open::File { id: file, path, written }))
    }

    async fn close(&mut self, id: u32, handle: String) -> Result<Status, StatusCode> {
        self.turn().await;
        let path = self.path_of(&handle);
        self.odd(Ask::Close, &path).await?;
        let open = self.handles.remove(&handle).ok_or(StatusCode::Failure)?;
        if let Open::File { path, written, .. } = open {
            let mut world = self.world();
            world.closed(&path);
            if written {
                world.becomes_visible(&path);
            }
        }
        Ok(done(id))
    }

    async fn write(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        data: Vec<u8>,
    ) -> Result<Status, StatusCode> {
        self.turn().await;
        let path = self.path_of(&handle);
        if self.odd(Ask::Write, &path).await? == Some(Answer::Done) {
            return Ok(done(id));
        }
        let file = self.file_id(&handle)?;
        let mut world = self.world();
        let world = &mut *world;
        if world.behaviour.disk.is_some_and(|disk| world.used() + data.len() as u64 > disk) {
            return Err(StatusCode::Failure);
        }
        world.counts.written += data.len() as u64;
        // As on a real disk, a file that was removed while it was open can still be written to.
        let Some(stored) = world.by_id(file) else { return Ok(done(id)) };
        let start = usize::try_from(offset).map_err(|_| StatusCode::Failure)?;
        let end = start + data.len();
        if stored.bytes.len() < end {
            stored.bytes.resize(end, 0);
        }
        stored.bytes[start..end].copy_from_slice(&data);
        Ok(done(id))
    }

    async fn read(&mut self, id: u32, handle: String, offset: u64, len: u32) -> Result<Data, StatusCode> {
        self.turn().await;
        let file = self.file_id(&handle)?;
        let mut world = self.world();
        world.counts.reads += 1;
        if world.behaviour.endless_file {
            return Ok(Data { id, data: vec![b'x'; len as usize] });
        }
        let stored = world.by_id(file).ok_or(StatusCode::Failure)?;
        let start = usize::try_from(offset).map_err(|_| StatusCode::Failure)?;
        let rest = stored.bytes.get(start..).filter(|rest| !rest.is_empty()).ok_or(StatusCode::Eof)?;
        Ok(Data { id, data: rest[..rest.len().min(len as usize)].to_vec() })
    }

    async fn fstat(&mut self, id: u32, handle: String) -> Result<Attrs, StatusCode> {
        self.turn().await;
        let path = self.path_of(&handle);
        let odd = self.odd(Ask::Fstat, &path).await?;
        let file = self.file_id(&handle)?;
        let mut world = self.world();
        let lie = world.behaviour.size_lie;
        let stored = world.by_id(file).ok_or(StatusCode::Failure)?;
        Ok(Attrs { id, attrs: told(regular(stored.bytes.len() as u64, lie), odd) })
    }

    async fn lstat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        self.turn().await;
        let odd = self.odd(Ask::Lstat, &path).await?;
        Ok(Attrs { id, attrs: told(self.attributes(&path)?, odd) })
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        self.turn().await;
        let odd = self.odd(Ask::Stat, &path).await?;
        Ok(Attrs { id, attrs: told(self.attributes(&path)?, odd) })
    }

    async fn setstat(&mut self, id: u32, _: String, _: FileAttributes) -> Result<Status, StatusCode> {
        self.turn().await;
        self.world().counts.attribute_changes += 1;
        Ok(done(id))
    }

    async fn fsetstat(&mut self, id: u32, _: String, _: FileAttributes) -> Result<Status, StatusCode> {
        self.turn().await;
        self.world().counts.attribute_changes += 1;
        Ok(done(id))
    }

    async fn opendir(&mut self, id: u32, path: String) -> Result<Handle, StatusCode> {
        self.turn().await;
        self.odd(Ask::List, &path).await?;
        let folder = plain(&path);
        let names = {
            let world = self.world();
            if !world.folders.contains(&folder) {
                return Err(StatusCode::NoSuchFile);
            }
            let here = |path: &&String| !path.is_empty() && parent(path) == folder;
            let mut names = vec![File::dummy("."), File::dummy("..")];
            for path in world.folders.iter().filter(here) {
                let attrs = FileAttributes { permissions: Some(0o040_755), ..FileAttributes::default() };
                names.push(File::new(name(path), attrs));
            }
            for (path, file) in world.files.iter().filter(|(path, _)| here(path)) {
                let attrs = regular(file.bytes.len() as u64, world.behaviour.size_lie);
                names.push(File::new(name(path), attrs));
            }
            names
        };
        Ok(self.handle(id, Open::Folder { names: Some(names) }))
    }

    async fn readdir(&mut self, id: u32, handle: String) -> Result<Name, StatusCode> {
        self.turn().await;
        if self.world().behaviour.endless_folder {
            let files = (0..50).map(|_| File::dummy("x".repeat(4000))).collect();
            return Ok(Name { id, files });
        }
        match self.handles.get_mut(&handle) {
            Some(Open::Folder { names }) => {
                names.take().map(|files| Name { id, files }).ok_or(StatusCode::Eof)
            }
            _ => Err(StatusCode::Failure),
        }
    }

    async fn remove(&mut self, id: u32, filename: String) -> Result<Status, StatusCode> {
        self.turn().await;
        if self.odd(Ask::Remove, &filename).await? == Some(Answer::Done) {
            return Ok(done(id));
        }
        let mut world = self.world();
        world.counts.removes += 1;
        if world.behaviour.denies_remove {
            return Err(StatusCode::PermissionDenied);
        }
        world.files.remove(&plain(&filename)).map(|_| done(id)).ok_or(StatusCode::NoSuchFile)
    }

    async fn realpath(&mut self, id: u32, path: String) -> Result<Name, StatusCode> {
        self.turn().await;
        Ok(Name { id, files: vec![File::dummy(format!("/{}", plain(&path)))] })
    }

    async fn rename(&mut self, id: u32, old: String, new: String) -> Result<Status, StatusCode> {
        self.turn().await;
        if self.odd(Ask::Rename, &old).await? == Some(Answer::Done) {
            return Ok(done(id));
        }
        let (old, new) = (plain(&old), plain(&new));
        let what = self.world().next_rename();
        match what {
            Rename::Refused(PERMISSION_DENIED) => return Err(StatusCode::PermissionDenied),
            Rename::Refused(_) => return Err(StatusCode::Failure),
            Rename::NotDoneReplyLost => self.hang_up().await,
            Rename::Honest | Rename::Overwrites | Rename::DoneReplyLost | Rename::HalfDone => {}
        }
        rename(&mut self.world(), what, &old, &new)?;
        if matches!(what, Rename::DoneReplyLost | Rename::HalfDone) {
            self.hang_up().await;
        }
        Ok(done(id))
    }

    async fn extended(&mut self, id: u32, request: String, _: Vec<u8>) -> Result<Packet, StatusCode> {
        self.turn().await;
        self.odd(Ask::Sync, "").await?;
        let mut world = self.world();
        if request != "fsync@openssh.com" || world.behaviour.without_fsync {
            return Err(StatusCode::OpUnsupported);
        }
        world.counts.fsyncs += 1;
        Ok(Packet::Status(done(id)))
    }
}

fn rename(world: &mut World, what: Rename, old: &str, new: &str) -> Result<(), StatusCode> {
    let file = world.files.get(old).cloned().ok_or(StatusCode::NoSuchFile)?;
    if world.files.contains_key(new) && what != Rename::Overwrites {
        return Err(StatusCode::Failure);
    }
    if !world.folders.contains(parent(new)) {
        return Err(StatusCode::NoSuchFile);
    }
    if what != Rename::HalfDone {
        world.files.remove(old);
    }
    world.files.insert(new.into(), file);
    world.becomes_visible(new);
    Ok(())
}

fn regular(size: u64, lie: i64) -> FileAttributes {
    FileAttributes {
        size: Some(size.saturating_add_signed(lie)),
        permissions: Some(0o100_644),
        ..FileAttributes::default()
    }
}

/// The attributes as an odd server tells them.
fn told(attrs: FileAttributes, odd: Option<Answer>) -> FileAttributes {
    match odd {
        Some(Answer::Size(size)) => FileAttributes { size: Some(size), ..attrs },
        Some(Answer::NoSize) => FileAttributes { size: None, ..attrs },
        _ => attrs,
    }
}

/// The status of that number (draft-ietf-secsh-filexfer-02, section 7).
fn status(code: u32) -> StatusCode {
    match code {
        1 => StatusCode::Eof,
        2 => StatusCode::NoSuchFile,
        3 => StatusCode::PermissionDenied,
        5 => StatusCode::BadMessage,
        8 => StatusCode::OpUnsupported,
        _ => StatusCode::Failure,
    }
}

fn done(id: u32) -> Status {
    Status { id, status_code: StatusCode::Ok, error_message: String::new(), language_tag: "en".into() }
}

/// A path from the login folder, without `.`, `..`, and leading or doubled slashes.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
