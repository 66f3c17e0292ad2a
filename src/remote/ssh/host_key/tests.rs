#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIKJ5Y8uqvFTBJATql8tKxajRfWQDarmV8cJ4hDf7D5Y";

fn known(lines: &str, host: &str, port: u16) -> (usize, usize) {
    let mut rules = Rules::default();
    rules.add_known_hosts(lines.as_bytes(), &Address { host: host.to_owned(), port });
    (rules.known.len(), rules.revoked.len())
}

#[test]
fn a_line_counts_for_its_host_and_port_alone() {
    let cases = [
        ("sftp.example.dk", "sftp.example.dk", 22, 1),
        ("sftp.example.dk", "SFTP.Example.DK", 22, 1),
        ("SFTP.example.dk", "sftp.example.dk", 22, 1),
        ("sftp.example.dk", "sftp.example.dk", 2222, 0),
        ("[sftp.example.dk]:2222", "sftp.example.dk", 2222, 1),
        ("[sftp.example.dk]:2222", "sftp.example.dk", 22, 0),
        ("a.example.dk,*.example.dk", "sftp.example.dk", 22, 1),
        ("*.example.dk,!sftp.example.dk", "sftp.example.dk", 22, 0),
        ("!sftp.*,*", "sftp.example.dk", 22, 0),
        ("!sftp.example.dk", "b.example.dk", 22, 0),
        ("sft?.example.dk", "sftp.example.dk", 22, 1),
        ("sftp.example", "sftp.example.dk", 22, 0),
    ];
    for (pattern, host, port, expected) in cases {
        assert_eq!(
            known(&format!("{pattern} {KEY}\n"), host, port),
            (expected, 0),
            "{pattern} {host}:{port}"
        );
    }
}

#[test]
fn bad_lines_take_no_good_one_with_them() {
    let lines = format!(
        "# note\r\n\r\nnonsense\r\na.example.dk ssh-ed25519 !!!!\r\n@new a.example.dk {KEY}\r\n\
         a.example.dk\t {KEY}  a note\r\n@revoked *.example.dk {KEY}\r\n@cert-authority * {KEY}\r\n{}",
        "x".repeat(100_000)
    );
    assert_eq!(known(&lines, "a.example.dk", 22), (1, 1));
}

#[test]
fn a_revoked_key_is_refused_though_it_is_known_and_pinned() {
    let key = PublicKey::from_openssh(KEY).unwrap();
    let pin = vec![key.fingerprint(HashAlg::Sha256)];
    let rules = |known: bool, revoked: bool| Rules {
        fingerprints: pin.clone(),
        known: known.then(|| key.clone()).into_iter().collect(),
        revoked: revoked.then(|| key.clone()).into_iter().collect(),
    };
    assert_eq!(rules(true, true).verdict(&key), Verdict::Revoked);
    assert_eq!(rules(false, false).verdict(&key), Verdict::Pinned);
    assert_eq!(Rules::default().verdict(&key), Verdict::Unknown);
}

#[test]
fn known_types_are_asked_for_first() {
    let mut rules = Rules::default();
    assert!(rules.preference().starts_with("ssh-ed25519,"));
    assert_eq!(rules.others(None), []);
    let rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDUk0Zr4vXhZIKlhs1XuF0iOyj0iwcyXqGDSFFVWyBWTHcjzSKZjcL\
               ajPr5VPyJMcIrpnOFkvsuNjNfDJtMXwpnQIqKDJlNpK6GQjTHu0+eqHAmVKUD6OgLVxTBpSGaMGyDUgZ0PBr7ACGfhMBc\
               sBVZgNDvFWYFnAGXrw8kd3rgvw==";
    let line = format!("a {rsa}");
    rules.add_known_hosts(line.as_bytes(), &Address { host: "a".to_owned(), port: 22 });
    assert_eq!(rules.known.len(), 1);
    assert!(rules.preference().starts_with("rsa-sha2-512,rsa-sha2-256,ssh-ed25519"));
    assert_eq!(rules.others(Some(Family::Ed25519)), [Family::Rsa]);
    assert_eq!(rules.others(Some(Family::Rsa)), []);
}
