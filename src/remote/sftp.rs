//! SFTP version 3 (draft-ietf-secsh-filexfer-02), with many requests under way at once.

pub mod client;
pub mod packet;
