#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;

fn judged(text: &str, passphrase: bool) -> Result<bool, String> {
    examine(text.to_owned().into(), "nøgle", passphrase).map(|identity| identity.locked)
}

#[test]
fn each_kind_of_wrong_file_is_told_apart() {
    let cases = [
        ("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", say::key_putty("nøgle")),
        ("ssh-ed25519 AAAA korsbaek\n", say::key_public("nøgle")),
        ("ecdsa-sha2-nistp256 AAAA\n", say::key_public("nøgle")),
        ("---- BEGIN SSH2 PUBLIC KEY ----\n", say::key_public("nøgle")),
        ("-----BEGIN PUBLIC KEY-----\n", say::key_public("nøgle")),
        ("-----BEGIN CERTIFICATE-----\n", say::key_unsupported("nøgle")),
        ("-----BEGIN DSA PRIVATE KEY-----\n", say::key_unsupported("nøgle")),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
            say::key_damaged("nøgle"),
        ),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", say::key_locked("nøgle")),
        ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", say::key_locked("nøgle")),
        ("", say::key_unknown("nøgle")),
        ("mad;2023-04;000000-0000\n", say::key_unknown("nøgle")),
    ];
    for (text, message) in cases {
        assert_eq!(judged(text, false), Err(message), "{text}");
    }
    assert_eq!(judged("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", true), Ok(true));
    assert_eq!(judged("-----BEGIN RSA PRIVATE KEY-----\nMII\n", true), Ok(false));
}

#[test]
fn a_file_that_cannot_be_read_is_told_apart() {
    let home = tempfile::tempdir().unwrap();
    crate::platform::restrict_to_owner(home.path()).unwrap();
    let load = |path: &Path| load(path, "nøgle").map(|text| text.expose_secret().to_owned());
    assert_eq!(load(home.path()), Err(say::key_is_folder("nøgle")));
    assert_eq!(load(&home.path().join("ingen")), Err(say::key_missing("nøgle")));
    let path = home.path().join("nøgle");
    drop(crate::platform::create_new_private(&path).unwrap());
    std::fs::write(&path, [0xff, 0xfe, 0]).unwrap();
    assert_eq!(load(&path), Err(say::key_unknown("nøgle")));
    std::fs::write(&path, vec![b'a'; 65 * 1024]).unwrap();
    assert_eq!(load(&path), Err(say::key_unknown("nøgle")));
    std::fs::write(&path, "\u{feff}a\r\nb\r\n").unwrap();
    assert_eq!(load(&path), Ok("a\nb\n".to_owned()));
}
