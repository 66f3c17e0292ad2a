//! What is said about the server and the line to it.

crate::messages::catalogue! {}

use crate::remote::{LineFault, RemoteError};

/// What happened to the line.
pub(crate) fn line_fault(_fault: &LineFault) -> String {
    String::new()
}

/// What is known of the request.
pub(crate) fn remote_error(_error: &RemoteError) -> String {
    String::new()
}
