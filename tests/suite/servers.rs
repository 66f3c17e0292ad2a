//! The servers themselves: that they keep the promises the other stories lean on.

use std::net::TcpStream;

use ssh2::{OpenFlags, OpenType, RenameFlags, Session, Sftp};

use std::io::{Read, Write};
use std::path::Path;

use crate::support::server::{Embedded, Rename};
use crate::support::servers::{PASSWORD, on_both_servers};
use crate::support::town::Town;

fn connect(town: &Town) -> Session {
    let mut session = Session::new().unwrap();
    session.set_timeout(10_000);
    session.set_tcp_stream(TcpStream::connect(("127.0.0.1", town.server.port())).unwrap());
    session.handshake().unwrap();
    session
}

fn login(town: &Town) -> Sftp {
    let session = connect(town);
    let user = town.server.user();
    session.userauth_pubkey_file(&user, None, &town.path("id_ed25519"), None).unwrap();
    session.sftp().unwrap()
}

fn store(sftp: &Sftp, path: &str, content: &[u8]) -> Result<(), ssh2::Error> {
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    let mut file = sftp.open_mode(path, flags, 0o644, OpenType::File)?;
    file.write_all(content).unwrap();
    file.fsync()?;
    file.close()
}

fn rename(sftp: &Sftp, old: &str, new: &str) -> Result<(), ssh2::Error> {
    sftp.rename(Path::new(old), Path::new(new), Some(RenameFlags::empty()))
}

fn misbehaving(rename_as: Rename) -> (Town, Sftp) {
    let town = Town::new();
    let sftp = login(&town);
    store(&sftp, "ind/.a.part", b"april").unwrap();
    town.server.as_embedded().behave(|b| b.rename = rename_as);
    (town, sftp)
}

fn names(server: &Embedded) -> Vec<String> {
    server.files().into_iter().map(|(path, _)| path).collect()
}

fn stores_and_renames_and_never_overwrites(town: &Town) {
    let sftp = login(town);
    store(&sftp, "ind/.a.1.part", b"april").unwrap();
    store(&sftp, "ind/.a.1.part", b"april").unwrap_err();
    rename(&sftp, "ind/.a.1.part", "ind/a.txt").unwrap();
    store(&sftp, "ind/.a.2.part", b"maj").unwrap();
    rename(&sftp, "ind/.a.2.part", "ind/a.txt").unwrap_err();
    sftp.unlink(Path::new("ind/.a.2.part")).unwrap();
    assert_eq!(sftp.lstat(Path::new("ind/a.txt")).unwrap().size, Some(5));
    let mut back = String::new();
    sftp.open(Path::new("ind/a.txt")).unwrap().read_to_string(&mut back).unwrap();
    assert_eq!(back, "april");
    let listed: Vec<_> = sftp.readdir(Path::new("ind")).unwrap();
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(town.server.received(), [("ind/a.txt".into(), "april".into())]);
    assert_eq!(town.server.connections(), 1);
}

on_both_servers! { stores_and_renames_and_never_overwrites }

#[test]
fn the_inbox_remembers_what_was_taken() {
    let town = Town::new();
    town.server.as_embedded().behave(|b| b.takes_at_once = true);
    let sftp = login(&town);
    for content in ["april", "april igen"] {
        store(&sftp, "ind/.a.part", content.as_bytes()).unwrap();
        rename(&sftp, "ind/.a.part", "ind/a.txt").unwrap();
    }
    assert!(town.server.as_embedded().files().is_empty());
    let both = [("ind/a.txt".into(), "april".into()), ("ind/a.txt".into(), "april igen".into())];
    assert_eq!(town.server.received(), both);
}

#[test]
fn a_password_opens_and_a_wrong_one_does_not() {
    let town = Town::new();
    let session = connect(&town);
    assert_eq!(town.server.as_embedded().counts().logins_tried, 0);
    session.userauth_password("korsbaek", "forkert").unwrap_err();
    session.userauth_password("korsbaek", PASSWORD).unwrap();
    assert!(session.authenticated());
    assert_eq!(town.server.as_embedded().counts().logins_tried, 2);
}

#[test]
fn a_rename_can_be_refused_with_either_status() {
    for status in [3, 4] {
        let (town, sftp) = misbehaving(Rename::Refused(status));
        let error = rename(&sftp, "ind/.a.part", "ind/a.txt").unwrap_err();
        assert_eq!(error.code(), ssh2::ErrorCode::SFTP(i32::try_from(status).unwrap()));
        assert_eq!(names(town.server.as_embedded()), ["ind/.a.part"]);
    }
}

#[test]
fn a_lost_reply_hides_what_became_of_the_rename() {
    for (what, left) in [
        (Rename::DoneReplyLost, &["ind/a.txt"][..]),
        (Rename::NotDoneReplyLost, &["ind/.a.part"]),
        (Rename::HalfDone, &["ind/.a.part", "ind/a.txt"]),
    ] {
        let (town, sftp) = misbehaving(what);
        rename(&sftp, "ind/.a.part", "ind/a.txt").unwrap_err();
        assert_eq!(names(town.server.as_embedded()), left, "{what:?}");
    }
}

#[test]
fn misbehaviour_can_be_counted() {
    let (town, sftp) = misbehaving(Rename::Refused(4));
    town.server.as_embedded().behave(|b| b.rename_times = Some(1));
    rename(&sftp, "ind/.a.part", "ind/a.txt").unwrap_err();
    rename(&sftp, "ind/.a.part", "ind/a.txt").unwrap();
}

#[test]
fn sizes_lie_and_disks_fill() {
    let town = Town::new();
    let server = town.server.as_embedded();
    server.behave(|b| (b.size_lie, b.disk) = (3, Some(5)));
    let sftp = login(&town);
    store(&sftp, "ind/a.txt", b"april").unwrap();
    assert_eq!(sftp.lstat(Path::new("ind/a.txt")).unwrap().size, Some(8));
    let flags = OpenFlags::WRITE | OpenFlags::CREATE;
    let mut file = sftp.open_mode("ind/b.txt", flags, 0o644, OpenType::File).unwrap();
    file.write_all(b"x").unwrap_err();
}

#[test]
fn the_server_can_be_away_silent_or_somebody_else() {
    let town = Town::new();
    let server = town.server.as_embedded();
    let before = server.fingerprint();
    server.change_host_key();
    assert_ne!(server.fingerprint(), before);
    server.behave(|b| b.silent_after = Some(1));
    let session = connect(&town);
    session.userauth_password("korsbaek", PASSWORD).unwrap();
    session.set_timeout(300);
    let sftp = session.sftp().unwrap();
    let error = sftp.lstat(Path::new("ind")).unwrap_err();
    assert_eq!(error.code(), ssh2::ErrorCode::Session(-9), "libssh2's time-out");
    server.behave(|b| b.unreachable = true);
    let mut session = Session::new().unwrap();
    session.set_timeout(10_000);
    session.set_tcp_stream(TcpStream::connect(("127.0.0.1", server.port())).unwrap());
    session.handshake().unwrap_err();
}
