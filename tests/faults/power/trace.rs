//! What a run asked of the disk, in its order, read from strace's account of it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The calls that change what a disk holds, or make it hold it. One that is traced and not understood fails the test.
pub const CALLS: &str = "open,openat,creat,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,rename,\
    renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,fsync,fdatasync,syncfs,sync,\
    sync_file_range,copy_file_range,sendfile,splice";

/// One call that succeeded. Paths are absolute.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// Opened for writing, and made where it was not there; whether it was emptied.
    Open {
        path: PathBuf,
        empty: bool,
    },
    /// Bytes at a place; at the end where none is told.
    Write {
        path: PathBuf,
        at: Option<usize>,
        bytes: Vec<u8>,
    },
    /// So many bytes of another file, at the end.
    Copy {
        from: PathBuf,
        to: PathBuf,
        count: usize,
    },
    Truncate {
        path: PathBuf,
        length: usize,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Remove {
        path: PathBuf,
    },
    Folder {
        path: PathBuf,
    },
    /// A file or folder; `data` alone or all that is known of it.
    Sync {
        path: PathBuf,
        data: bool,
    },
    /// The whole file system of a path.
    SyncAll {
        path: PathBuf,
    },
}

/// The calls of a log with the times at which they were made, in seconds. `here` is where the program worked.
pub fn read(log: &str, here: &Path) -> Vec<(f64, Call)> {
    let mut begun: HashMap<&str, String> = HashMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        let Some((process, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        let Some((time, rest)) = rest.split_once(' ') else { continue };
        if let Some(part) = rest.strip_suffix("<unfinished ...>") {
            begun.insert(process, part.to_owned());
            continue;
        }
        let whole = match rest.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            Some((_, end)) => begun.remove(process).unwrap() + end,
            None => rest.to_owned(),
        };
        if whole.starts_with(['+', '-']) {
            continue;
        }
        calls.extend(call(&whole, here).map(|call| (time.parse().unwrap(), call)));
    }
    calls
}

/// The parts of a line that matter: quoted strings, paths of descriptors, and the bare words between commas.
struct Parts {
    strings: Vec<Vec<u8>>,
    /// For each string the path of the descriptor right before it, from which a relative name counts.
    folders: Vec<Option<PathBuf>>,
    paths: Vec<PathBuf>,
    bare: String,
}

fn parts(text: &str) -> Parts {
    let mut parts =
        Parts { strings: Vec::new(), folders: Vec::new(), paths: Vec::new(), bare: String::new() };
    let mut rest = text.bytes().peekable();
    let mut folder = None;
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => {
                parts.strings.push(quoted(&mut rest, b'"'));
                parts.folders.push(folder.take());
            }
            b'<' => {
                let path = String::from_utf8(quoted(&mut rest, b'>')).unwrap();
                folder = Some(PathBuf::from(&path));
                parts.paths.push(path.into());
            }
            other => parts.bare.push(char::from(other)),
        }
    }
    parts
}

/// C's escapes undone, up to the closing mark.
fn quoted(rest: &mut std::iter::Peekable<std::str::Bytes<'_>>, end: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(byte) = rest.next() {
        if byte == end {
            break;
        }
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let escaped = rest.next().unwrap();
        bytes.push(match escaped {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 11,
            b'f' => 12,
            b'0'..=b'7' => {
                let mut value = u32::from(escaped - b'0');
                for _ in 0..2 {
                    let Some(digit) = rest.next_if(|digit| (b'0'..=b'7').contains(digit)) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                }
                u8::try_from(value).unwrap()
            }
            other => other,
        });
    }
    bytes
}

fn call(line: &str, here: &Path) -> Option<Call> {
    let (name, rest) = line.split_once('(')?;
    let Parts { strings, folders, paths, bare } = parts(rest);
    let (given, answer) = bare.rsplit_once('=').unwrap();
    let answer = answer.split_whitespace().next().unwrap();
    if answer.starts_with('-') || answer == "?" {
        return None;
    }
    let count = || -> usize { answer.parse().unwrap() };
    let number = |n: usize| -> usize {
        given.trim_end().trim_end_matches(')').split(',').nth(n).unwrap().trim().parse().unwrap()
    };
    let named =
        |n: usize| folders[n].as_deref().unwrap_or(here).join(std::str::from_utf8(&strings[n]).unwrap());
    let place = || paths[0].clone();
    let bytes = || {
        let mut bytes = strings.concat();
        assert!(bytes.len() >= count(), "strace told all of {line}");
        bytes.truncate(count());
        bytes
    };
    Some(match name {
        "open" | "openat" | "creat" => {
            if !given.contains("O_CREAT") && !given.contains("O_TRUNC") {
                return None;
            }
            Call::Open { path: paths.last().unwrap().clone(), empty: given.contains("O_TRUNC") }
        }
        "write" | "writev" => Call::Write { path: place(), at: None, bytes: bytes() },
        "pwrite64" => Call::Write { path: place(), at: Some(number(3)), bytes: bytes() },
        "copy_file_range" => Call::Copy { from: place(), to: paths[1].clone(), count: count() },
        "sendfile" => Call::Copy { from: paths[1].clone(), to: place(), count: count() },
        "ftruncate" => Call::Truncate { path: place(), length: number(1) },
        "rename" | "renameat" | "renameat2" => Call::Rename { from: named(0), to: named(1) },
        "unlink" | "unlinkat" | "rmdir" => Call::Remove { path: named(0) },
        "mkdir" | "mkdirat" => Call::Folder { path: named(0) },
        "fsync" | "fdatasync" => Call::Sync { path: place(), data: name == "fdatasync" },
        "syncfs" => Call::SyncAll { path: place() },
        _ => panic!("a call that is not understood: {line}"),
    })
}
