//! The SSH channel as the byte stream for SFTP.

use std::io::{self, ErrorKind, Read, Write};
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
        // Read what libssh2 has before it gets more, so that it keeps as little as possible.
        let mut handed = false;
        loop {
            let read = self.channel.read(buffer);
            let sent = self.link.relay().send();
            match read {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Ok(count) => {
                    self.link.relay().received(count);
                    return Ok(count);
                }
                failed @ Err(_) => return failed,
            }
            if handed && !sent {
                return Err(ErrorKind::WouldBlock.into());
            }
            if !handed && !self.link.relay().receive()? && !sent {
                return Err(ErrorKind::WouldBlock.into());
            }
            handed = true;
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            let written = self.channel.write(bytes);
            let sent = self.link.relay().send();
            match written {
                // libssh2's socket was full and is no longer.
                Err(error) if error.kind() == ErrorKind::WouldBlock && sent => {}
                Ok(count) => {
                    self.link.relay().sent(count);
                    return Ok(count);
                }
                failed @ Err(_) => return failed,
            }
        }
    }

    fn asked(&mut self, requests: usize) {
        self.link.relay().asked(requests);
    }

    fn wait(&mut self, until: Instant) -> io::Result<()> {
        self.link.wait(until)
    }

    fn end(&mut self) {
        self.link.shut();
    }
}
