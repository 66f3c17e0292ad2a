//! SFTP version 3 (draft-ietf-secsh-filexfer-02), with many requests under way at once.
//!
//! [`packet`] is the codec, [`multiplexer`] moves packets and keeps the time, and [`client`] is the
//! [`Remote`](crate::remote::Remote) made of them: single requests in [`client`] itself, files on their
//! way out in [`store`], a large one over several connections in [`pieces`], files and listings on their way in in [`fetch`].

pub mod client;
mod fetch;
pub mod multiplexer;
pub mod packet;
pub(super) mod pieces;
#[cfg(test)]
mod tests;
pub(super) mod upload;
