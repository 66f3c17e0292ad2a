//! SFTP version 3 (draft-ietf-secsh-filexfer-02), with many requests under way at once.
//!
//! [`packet`] is the codec, `multiplexer` matches replies to requests and enforces the time limits, and `client` is the
//! [`Remote`](crate::remote::Remote) built on them. The batches of requests are in `upload` (files), `pieces` (one large file
//! over several connections) and `fetch` (reading back and listing); `look` asks what is at a name, and single requests are in
//! `client` itself.

pub(crate) mod client;
mod fetch;
pub(crate) mod multiplexer;
pub mod packet;
pub(super) mod pieces;
#[cfg(test)]
mod tests;
pub(super) mod upload;

pub use client::Client;
pub use multiplexer::ByteStream;
