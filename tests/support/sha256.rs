//! A text's digest, computed without the program's own code.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// SHA-256 as the program writes it: 64 lower-case hex digits.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}
