//! What the program is built from: versions below these have known holes.

#![allow(clippy::unwrap_used)]

use toml::Table;

/// The version of a package in Cargo.lock, as numbers; of several the lowest.
fn locked(name: &str) -> (u64, u64, u64) {
    let lock: Table = include_str!("../Cargo.lock").parse().unwrap();
    let versions =
        lock["package"].as_array().unwrap().iter().filter(|package| package["name"].as_str() == Some(name));
    let numbers = |version: &str| -> (u64, u64, u64) {
        let mut parts = version.split(['.', '+', '-']).map(|part| part.parse().unwrap());
        (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap())
    };
    versions.map(|package| numbers(package["version"].as_str().unwrap())).min().unwrap()
}

#[test]
fn ssh2_brings_a_libssh2_without_the_known_remote_holes() {
    // libssh2 1.11.1 and older: CVE-2026-55200 and others.
    assert!(locked("ssh2") >= (0, 9, 6));
    assert!(locked("libssh2-sys") >= (0, 3, 4));
}

#[test]
fn sqlite_is_bundled_and_recent() {
    // Before 3.50.2: CVE-2025-6965.
    assert!(rusqlite::version_number() >= 3_050_002, "{}", rusqlite::version());
}

#[test]
fn openssl_is_built_in_and_supported() {
    let lock: Table = include_str!("../Cargo.lock").parse().unwrap();
    let source =
        lock["package"].as_array().unwrap().iter().find(|p| p["name"].as_str() == Some("openssl-src"));
    let version = source.unwrap()["version"].as_str().unwrap();
    let openssl = version.split_once('+').unwrap().1;
    assert!(openssl.starts_with("3."), "OpenSSL {openssl}");
}
