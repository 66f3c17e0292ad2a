//! The description of a layout in the configuration.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzz/properties.rs"]
#[allow(dead_code, reason = "each target tries one of them")]
mod properties;

fuzz_target!(|bytes: &[u8]| {
    properties::format(bytes);
});
