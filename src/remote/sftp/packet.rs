//! The packets of SFTP version 3: encoding requests and decoding replies. Pure.
//!
//! Sections named here are those of draft-ietf-secsh-filexfer-02. Every length that the server gives is checked against a
//! limit, and no memory is allocated for bytes that have not arrived.

/// The version that is spoken.
pub const VERSION: u32 = 3;
/// The longest packet accepted from the server, in bytes: more than the reply to the longest READ.
pub const MAX_PACKET: usize = 256 * 1024 + 1024;
/// The longest handle, in bytes (section 3).
pub const MAX_HANDLE: usize = 256;
/// The longest file name accepted from the server, in bytes.
pub const MAX_NAME: usize = 4096;

/// The most that is kept of the server's words in a status, in bytes: a hundred thousand refusals are kept at once.
pub const MAX_WORDS: usize = 256;

/// Status: done.
pub const OK: u32 = 0;
/// Status: end of the file or of the listing.
pub const EOF: u32 = 1;
/// Status: no such file.
pub const NO_SUCH_FILE: u32 = 2;
/// Status: the server does not know the operation.
pub const UNSUPPORTED: u32 = 8;

/// A file that the server holds open, by the name that the server gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle(Vec<u8>);

/// What is asked of the server (section 4 and 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request<'a> {
    /// Make a file that must not exist yet, for writing, with the server's own attributes.
    Create(&'a str),
    /// Open a file for reading.
    Open(&'a str),
    /// Open a file that is there for writing; what is in it stays.
    Reopen(&'a str),
    /// Write these bytes at this offset.
    Write(&'a Handle, u64, &'a [u8]),
    /// Read at most so many bytes at this offset.
    Read(&'a Handle, u64, u32),
    /// Bring the file to the server's disk: `fsync@openssh.com`, only where it was announced.
    Sync(&'a Handle),
    /// The attributes of an open file.
    Fstat(&'a Handle),
    /// Close an open file or folder.
    Close(&'a Handle),
    /// The attributes at a path; links are not followed.
    Lstat(&'a str),
    /// The attributes at a path; links are followed. For servers without LSTAT.
    Stat(&'a str),
    /// Rename; version 3 does not overwrite.
    Rename(&'a str, &'a str),
    /// Remove a file.
    Remove(&'a str),
    /// Open a folder to list it.
    Opendir(&'a str),
    /// The next names of a folder.
    Readdir(&'a Handle),
}

/// The attributes that matter here (section 5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attrs {
    /// Size in bytes.
    pub size: Option<u64>,
    /// POSIX mode, with the file's kind in its upper bits.
    pub mode: Option<u32>,
}

/// One name of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name; what is not UTF-8 in it is replaced.
    pub name: String,
    /// Its attributes.
    pub attrs: Attrs,
}

/// What the server answers to a request (section 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// A status code and the server's words with it.
    Status(u32, String),
    /// A file or folder was opened.
    Handle(Handle),
    /// Bytes that were read.
    Data(Vec<u8>),
    /// Names of a folder.
    Names(Vec<Name>),
    /// Attributes.
    Attrs(Attrs),
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// The answer to INIT: the version, and whether `fsync@openssh.com` is offered.
    Version(u32, bool),
    /// The answer to the request of this id.
    Reply(u32, Reply),
}

/// Why bytes are not a packet of version 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// The packet's length is 0 or above the limit.
    Length(u32),
    /// The packet's type is not that of any reply to the requests made here.
    Type(u8),
    /// The packet's content does not fit its length, or exceeds a limit.
    Content,
}

const INIT: u8 = 1;
const EXTENDED: u8 = 200;
const FSYNC: &str = "fsync@openssh.com";
const FLAG_READ: u32 = 0x01;
const FLAG_WRITE: u32 = 0x02;
const FLAG_CREATE: u32 = 0x08;
const FLAG_EXCLUSIVE: u32 = 0x20;
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

impl Attrs {
    /// Whether it is a folder; false where the server does not report the mode.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.mode.is_some_and(|mode| mode & KIND == FOLDER)
    }

    /// The size of a regular file, in bytes. Where the server does not report the mode, it is taken for a regular file.
    #[must_use]
    pub fn file_size(&self) -> Option<u64> {
        self.size.filter(|_| self.mode.is_none_or(|mode| matches!(mode & KIND, REGULAR | 0)))
    }
}

/// Appends INIT, the first packet of a conversation, to `out`.
pub fn encode_init(out: &mut Vec<u8>) {
    framed(out, INIT, |out| number(out, VERSION));
}

/// Appends a request with its id to `out`.
pub fn encode(out: &mut Vec<u8>, id: u32, request: &Request<'_>) {
    let kind = match request {
        Request::Create(_) | Request::Open(_) | Request::Reopen(_) => 3,
        Request::Close(_) => 4,
        Request::Read(..) => 5,
        Request::Write(..) => 6,
        Request::Lstat(_) => 7,
        Request::Fstat(_) => 8,
        Request::Opendir(_) => 11,
        Request::Readdir(_) => 12,
        Request::Remove(_) => 13,
        Request::Stat(_) => 17,
        Request::Rename(..) => 18,
        Request::Sync(_) => EXTENDED,
    };
    framed(out, kind, |out| {
        number(out, id);
        body(out, request);
    });
}

fn body(out: &mut Vec<u8>, request: &Request<'_>) {
    match *request {
        // Send no attributes: the server chooses permissions and times.
        Request::Create(path) => {
            string(out, path.as_bytes());
            number(out, FLAG_WRITE | FLAG_CREATE | FLAG_EXCLUSIVE);
            number(out, 0);
        }
        Request::Open(path) => {
            string(out, path.as_bytes());
            number(out, FLAG_READ);
            number(out, 0);
        }
        Request::Reopen(path) => {
            string(out, path.as_bytes());
            number(out, FLAG_WRITE);
            number(out, 0);
        }
        Request::Write(Handle(handle), offset, data) => {
            string(out, handle);
            out.extend_from_slice(&offset.to_be_bytes());
            string(out, data);
        }
        Request::Read(Handle(handle), offset, length) => {
            string(out, handle);
            out.extend_from_slice(&offset.to_be_bytes());
            number(out, length);
        }
        Request::Sync(Handle(handle)) => {
            string(out, FSYNC.as_bytes());
            string(out, handle);
        }
        Request::Fstat(Handle(handle))
        | Request::Close(Handle(handle))
        | Request::Readdir(Handle(handle)) => {
            string(out, handle);
        }
        Request::Lstat(path) | Request::Stat(path) | Request::Remove(path) | Request::Opendir(path) => {
            string(out, path.as_bytes());
        }
        Request::Rename(from, to) => {
            string(out, from.as_bytes());
            string(out, to.as_bytes());
        }
    }
}

fn framed(out: &mut Vec<u8>, kind: u8, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0, 0, 0, 0, kind]);
    body(out);
    let length = length_of(&out[start + 4..]);
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

fn number(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, length_of(bytes));
    out.extend_from_slice(bytes);
}

/// Encodes a length. Only paths and chunks of files are sent, so it never comes near the 4 GiB where it would saturate.
fn length_of(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// Decodes the first packet in `input` and returns it with its length in bytes; `None` while it is incomplete.
///
/// # Errors
/// The bytes are not a packet that a server may send here.
pub fn decode(input: &[u8]) -> Result<Option<(Packet, usize)>, Malformed> {
    let Some((prefix, rest)) = input.split_first_chunk::<4>() else { return Ok(None) };
    let told = u32::from_be_bytes(*prefix);
    let length = told as usize;
    if length == 0 || length > MAX_PACKET {
        return Err(Malformed::Length(told));
    }
    match rest.get(..length) {
        None => Ok(None),
        Some(inside) => Ok(Some((packet(inside)?, 4 + length))),
    }
}

fn packet(inside: &[u8]) -> Result<Packet, Malformed> {
    let mut left = Left(inside);
    let kind = left.byte()?;
    let first = left.number()?;
    let reply = match kind {
        2 => {
            let mut sync = false;
            while !left.0.is_empty() {
                let (name, version) = (left.string(MAX_NAME)?, left.string(MAX_NAME)?);
                sync |= name == FSYNC.as_bytes() && version == b"1";
            }
            return Ok(Packet::Version(first, sync));
        }
        101 => {
            let status = left.number()?;
            // Servers older than the draft leave out the text and its language.
            let words = if left.0.is_empty() { &[][..] } else { left.string(MAX_PACKET)? };
            Reply::Status(status, text(&words[..words.len().min(MAX_WORDS)]))
        }
        102 => Reply::Handle(Handle(left.string(MAX_HANDLE)?.to_vec())),
        103 => Reply::Data(left.string(MAX_PACKET)?.to_vec()),
        104 => Reply::Names(names(&mut left)?),
        105 => Reply::Attrs(left.attrs()?),
        other => return Err(Malformed::Type(other)),
    };
    Ok(Packet::Reply(first, reply))
}

fn names(left: &mut Left<'_>) -> Result<Vec<Name>, Malformed> {
    let count = left.number()?;
    let mut names = Vec::new();
    for _ in 0..count {
        let name = text(left.string(MAX_NAME)?);
        // Skip the long name: it is a line of `ls` for people, in no defined format (section 7).
        left.string(MAX_PACKET)?;
        names.push(Name { name, attrs: left.attrs()? });
    }
    Ok(names)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The bytes of a packet that are not decoded yet.
struct Left<'a>(&'a [u8]);

impl<'a> Left<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, left) = self.0.split_at_checked(length).ok_or(Malformed::Content)?;
        self.0 = left;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?[0])
    }

    fn number(&mut self) -> Result<u32, Malformed> {
        let (bytes, left) = self.0.split_first_chunk().ok_or(Malformed::Content)?;
        self.0 = left;
        Ok(u32::from_be_bytes(*bytes))
    }

    fn long(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from(self.number()?) << 32 | u64::from(self.number()?))
    }

    fn string(&mut self, longest: usize) -> Result<&'a [u8], Malformed> {
        let length = self.number()? as usize;
        if length > longest {
            return Err(Malformed::Content);
        }
        self.take(length)
    }

    fn attrs(&mut self) -> Result<Attrs, Malformed> {
        let flags = self.number()?;
        let mut attrs = Attrs::default();
        if flags & 0x1 != 0 {
            attrs.size = Some(self.long()?);
        }
        if flags & 0x2 != 0 {
            self.take(8)?; // owner and group
        }
        if flags & 0x4 != 0 {
            attrs.mode = Some(self.number()?);
        }
        if flags & 0x8 != 0 {
            self.take(8)?; // times
        }
        if flags & 0x8000_0000 != 0 {
            for _ in 0..self.number()? {
                self.string(MAX_PACKET)?;
                self.string(MAX_PACKET)?;
            }
        }
        Ok(attrs)
    }
}

#[cfg(test)]
mod tests;
