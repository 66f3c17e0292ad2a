//! The SSH channel as the byte stream for SFTP.

use std::io::{self, Read, Write};
use std::time::Instant;

use ssh2::Channel;

use super::link::Link;
use crate::remote::sftp::multiplexer::ByteStream;

/// A channel with the subsystem `sftp`.
pub(super) struct SshByteStream {
    // Must stay before `channel`: fields are dropped in order, and once the socket is shut, dropping the channel cannot wait.
    link: Link,
    channel: Channel,
}

impl SshByteStream {
    pub(super) fn new(link: Link, channel: Channel) -> SshByteStream {
        SshByteStream { link, channel }
    }
}

impl ByteStream for SshByteStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.channel.read(buffer)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.channel.write(bytes)
    }

    fn wait(&mut self, until: Instant) -> io::Result<()> {
        self.link.wait(until)
    }

    fn end(&mut self) {
        self.link.shut();
    }
}
