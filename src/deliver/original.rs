//! Reading an original for upload: through one descriptor, and digested while it is read.

use std::fs::File;
use std::io::{self, Read};

use crate::digest::{Digest, Hasher};
use crate::drop_folder;
use crate::failpoint::failpoint;
use crate::messages::run as say;
use crate::platform::{Identity, Place};
use crate::remote::Source;
use crate::wording;

/// An original that is being uploaded.
pub struct Original {
    place: Place,
    planned: Identity,
    size: u64,
    file: Option<File>,
    hasher: Hasher,
    read: u64,
    ended: bool,
}

impl Original {
    /// The file at `place`, which had this identity and so many bytes when it was planned.
    #[must_use]
    pub fn new(place: Place, planned: Identity, size: u64) -> Original {
        Original { place, planned, size, file: None, hasher: Hasher::new(), read: 0, ended: false }
    }

    /// The digest of what was read, to be compared with the plan's.
    #[must_use]
    pub fn digest(self) -> Digest {
        self.hasher.finish()
    }

    /// Checks that the file is still the planned one; called before and after it is read.
    fn check_unchanged(&self, identity: Identity) -> io::Result<()> {
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
            self.check_unchanged(about.identity)?;
            file
        };
        let n = file.read(buffer)?;
        failpoint("reading");
        self.read += n as u64;
        if n == 0 || self.read > self.size {
            self.ended = true;
            self.check_unchanged(Identity::of(&file)?)?;
        } else {
            self.hasher.update(&buffer[..n]);
            self.file = Some(file);
        }
        Ok(n)
    }
}
