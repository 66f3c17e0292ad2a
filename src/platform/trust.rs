//! Whether only those may change a file, or read a secret, whom the program believes: the types that both systems share.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// What nobody else may do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Nobody else may change it: a configuration, a program, a folder.
    ToWriters,
    /// Nobody else may read it either: a private key, a secret, a ledger.
    ToReaders,
}

/// A file or folder that is not believed, and the command that mends it.
#[derive(Debug)]
pub struct Breach {
    /// The file, or a folder above it.
    pub path: PathBuf,
    /// What is wrong with it.
    pub wrong: Wrong,
    /// The command with which a person mends it; empty where no command can.
    pub mend: String,
}

/// What is wrong with a file or folder.
#[derive(Debug)]
pub enum Wrong {
    /// It belongs to this account.
    Owner(String),
    /// These may change it: accounts, or a mode in octal.
    Writable(String),
    /// These may read it: accounts, or a mode in octal.
    Readable(String),
    /// It is no regular file.
    NotAFile,
    /// The system does not let it be looked at.
    Unseen(io::Error),
}

impl Breach {
    /// Whether there is no such file at all.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(&self.wrong, Wrong::Unseen(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// The error of a file that cannot be looked at.
    #[must_use]
    pub fn unseen(path: PathBuf, error: io::Error) -> Breach {
        Breach { path, wrong: Wrong::Unseen(error), mend: String::new() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wrong {
            Wrong::Unseen(error) => write!(f, "{}: {error}", self.path.display()),
            _ => f.write_str(&self.mend),
        }
    }
}

impl std::error::Error for Breach {}
