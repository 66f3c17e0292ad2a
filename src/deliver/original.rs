//! An original on its way out: read through one descriptor, and digested as it goes.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use crate::digest::{Digest, Hasher};
use crate::drop_folder;
use crate::failpoint::failpoint;
use crate::messages::run as say;
use crate::platform::Identity;
use crate::remote::Source;
use crate::wording;

/// A planned file that is being sent.
pub struct Original {
    place: PathBuf,
    planned: Identity,
    size: u64,
    file: Option<File>,
    hasher: Hasher,
    read: u64,
    ended: bool,
}

impl Original {
    /// The file at `place`, which was `planned` and `size` bytes long when it was planned.
    #[must_use]
    pub fn new(place: PathBuf, planned: Identity, size: u64) -> Original {
        Original { place, planned, size, file: None, hasher: Hasher::new(), read: 0, ended: false }
    }

    /// The digest of what was read, for holding it against the plan.
    #[must_use]
    pub fn digest(self) -> Digest {
        self.hasher.finish()
    }

    /// The file must be, before and after it is read, what it was when it was planned.
    fn same(&self, identity: Identity) -> io::Result<()> {
        if identity == self.planned { Ok(()) } else { Err(io::Error::other(say::changed_since_planned())) }
    }
}

impl Source for Original {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        let mut file = if let Some(file) = self.file.take() {
            file
        } else {
            let (file, about) = drop_folder::open(&self.place)
                .map_err(|blocked| io::Error::other(wording::blocked(&blocked)))?;
            self.same(about.identity)?;
            file
        };
        let n = file.read(buffer)?;
        failpoint("reading");
        self.read += n as u64;
        if n == 0 || self.read > self.size {
            self.ended = true;
            self.same(Identity::of(&file)?)?;
        } else {
            self.hasher.update(&buffer[..n]);
            self.file = Some(file);
        }
        Ok(n)
    }
}
