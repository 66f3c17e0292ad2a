//! The real program against real servers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod servers;
mod support;
