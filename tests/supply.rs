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
    // libssh2 1.11.1 and older: CVE-2026-55200 and others. CVE-2023-48795 (Terrapin) is answered since 1.11.1.
    assert!(locked("ssh2") >= (0, 9, 6));
    assert!(locked("libssh2-sys") >= (0, 3, 4));
}

#[test]
fn sqlite_is_bundled_and_recent() {
    // Before 3.50.2: CVE-2025-6965. Before 3.49.1: CVE-2025-29087 and CVE-2025-3277.
    assert!(rusqlite::version_number() >= 3_050_002, "{}", rusqlite::version());
    assert!(locked("libsqlite3-sys") >= (0, 35, 0));
}

#[test]
fn openssl_is_built_in_and_without_the_known_holes() {
    let lock: Table = include_str!("../Cargo.lock").parse().unwrap();
    let source =
        lock["package"].as_array().unwrap().iter().find(|p| p["name"].as_str() == Some("openssl-src"));
    let version = source.unwrap()["version"].as_str().unwrap();
    let openssl = version.split_once('+').unwrap().1;
    let numbers: Vec<u64> = openssl.split('.').map(|part| part.parse().unwrap()).collect();
    // Before 3.6.1: CVE-2025-15467, which a message can trigger, and others of January 2026.
    assert!(numbers[0] == 3 && numbers >= vec![3, 6, 1], "OpenSSL {openssl}");
}

/// The version number alone could be that of a source without the fixes, since libssh2 has released none that has them: so
/// the C source that is compiled is looked at for the checks themselves.
#[test]
#[cfg_attr(windows, ignore = "it asks cargo, which is not in wine")]
fn the_libssh2_that_is_built_has_the_fixes() {
    let packages = packages();
    let bundled = packages.iter().find(|package| package["name"] == "libssh2-sys").unwrap();
    let folder = std::path::Path::new(bundled["manifest_path"].as_str().unwrap()).parent().unwrap();
    let source = |file: &str| {
        let text = std::fs::read_to_string(folder.join("libssh2/src").join(file)).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for (file, at_least, check, why) in [
        // In each of the three ways in which a packet's length is read, before memory is taken for it.
        ("transport.c", 3, "p->packet_length > LIBSSH2_PACKET_MAXPAYLOAD)", "CVE-2026-55200"),
        ("transport.c", 3, "p->packet_length < 1)", "CVE-2019-3857, CVE-2019-3858"),
        (
            "transport.c",
            1,
            "if(p->total_num < mac_len + 4 + (size_t)blocksize)",
            "a short packet under an EtM MAC",
        ),
        ("transport.c", 2, "if(p->padding_length > p->packet_length - 1)", "padding longer than its packet"),
        ("packet.c", 1, "if(session->kex_strict && seq)", "CVE-2023-48795"),
        ("transport.c", 1, "session->kex_strict && data[0] == SSH_MSG_NEWKEYS", "CVE-2023-48795"),
        ("kex.c", 2, "kex-strict-c-v00@openssh.com", "CVE-2023-48795"),
    ] {
        let found = source(file).matches(check).count();
        assert!(found >= at_least, "{file} has `{check}` {found} times: {why}");
    }
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
    const KNOWN: [&str; 8] =
        ["block-buffer", "cipher", "cpufeatures", "crypto-common", "digest", "inout", "sha2", "syn"];
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
