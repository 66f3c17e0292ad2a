//! The packets.
