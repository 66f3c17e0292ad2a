//! The crates that the program is built from: no version with a known vulnerability, only allowed
//! licences, all from the registry, and none in two versions without a reason.

#![allow(clippy::unwrap_used)]

use toml::Table;

/// The version of a package in Cargo.lock, as numbers; the lowest if there are several.
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

/// What `cargo metadata` says of every package in Cargo.lock.
fn packages() -> Vec<serde_json::Value> {
    let metadata = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let mut metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    metadata["packages"].take().as_array().unwrap().clone()
}

#[test]
#[cfg_attr(windows, ignore = "it asks cargo, which is not in wine")]
fn every_licence_is_one_that_is_allowed() {
    let rules: Table = include_str!("../deny.toml").parse().unwrap();
    let allowed: Vec<spdx::Licensee> = rules["licenses"]["allow"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| spdx::Licensee::parse(name.as_str().unwrap()).unwrap())
        .collect();
    let packages = packages();
    assert!(packages.len() > 100, "only {} packages", packages.len());
    for package in packages {
        let licence = package["license"].as_str().unwrap_or_default();
        let expression = spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX)
            .unwrap_or_else(|error| panic!("{}: {licence}: {error}", package["name"]));
        let fits = expression.evaluate(|needed| allowed.iter().any(|licence| licence.satisfies(needed)));
        assert!(fits, "{} {}: {licence} is not in deny.toml", package["name"], package["version"]);
    }
}

#[test]
#[cfg_attr(windows, ignore = "it asks cargo, which is not in wine")]
fn every_package_is_from_the_registry() {
    for package in packages() {
        let source = package["source"].as_str().unwrap_or("this one");
        let known = source == "this one"
            || source.starts_with("registry+https://github.com/rust-lang/crates.io-index");
        assert!(known, "{}: {source}", package["name"]);
    }
}

#[test]
#[cfg_attr(windows, ignore = "it asks cargo, which is not in wine")]
fn nothing_that_ships_comes_twice_but_what_is_known() {
    // `ssh-key` still needs an older version of these; `syn` is used to build and is not in the program.
    const KNOWN: [&str; 6] = ["block-buffer", "cpufeatures", "crypto-common", "digest", "sha2", "syn"];
    let tree = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--duplicates", "--edges", "normal", "--depth", "0", "--prefix", "none"])
        .arg("--locked")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let name = line.split_whitespace().next().unwrap();
        assert!(KNOWN.contains(&name), "{line} is there in another version too");
    }
}
