//! Files uploaded, renamed, read back and removed.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use traekfil::digest::Digest;
use traekfil::remote::{ConnectError, RemoteError, RemoteStat, UploadError};
use traekfil::secrets::Secrets;

use crate::server::{Server, connect, content, store};

#[test]
fn three_hundred_files_go_out_and_come_back() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    let key = server.user_key("key", "ed25519", &[], "");
    fs::create_dir(server.path("ind")).unwrap();
    let mut remote = connect(&server.settings(Some(key)), Secrets::default()).unwrap();
    let files: Vec<(String, Vec<u8>)> =
        (0..300).map(|i| (server.remote(&format!("ind/.mad_{i}.part")), content(i, i * 401))).collect();

    for (result, (_, bytes)) in store(&mut *remote, &files).into_iter().zip(&files) {
        let stored = result.unwrap();
        assert_eq!((stored.sent, stored.size), (bytes.len() as u64, Some(bytes.len() as u64)));
    }
    let again = store(&mut *remote, &files[..3]);
    assert!(again.iter().all(|r| matches!(r, Err(UploadError::NotOpened(RemoteError::Refused { .. })))));

    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    let read: Vec<(&str, u64)> =
        files.iter().map(|(path, bytes)| (path.as_str(), bytes.len() as u64)).collect();
    for (digest, (_, bytes)) in remote.digest(&read).into_iter().zip(&files) {
        assert_eq!(digest, Ok(Some(Digest::of(bytes))));
    }
    let finals: Vec<String> = (0..300).map(|i| server.remote(&format!("ind/mad_{i}.txt"))).collect();
    let moves: Vec<(&str, &str)> = paths.iter().zip(&finals).map(|(from, to)| (*from, to.as_str())).collect();
    assert!(remote.publish(&moves).iter().all(Result::is_ok));
    assert!(remote.stat(&paths).iter().all(|look| *look == Ok(RemoteStat::Absent)));
    assert_eq!(remote.stat(&[&finals[2]]), [Ok(RemoteStat::Present { size: Some(802) })]);
    // A name that is taken is never overwritten.
    fs::write(server.path("ind/other"), "other").unwrap();
    let other = server.remote("ind/other");
    assert!(matches!(remote.publish(&[(&other, &finals[7])])[0], Err(RemoteError::Refused { .. })));

    let mut entries = remote.list(&server.remote("ind")).unwrap();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(entries.len(), 301);
    assert_eq!(
        (entries[1].name.as_str(), entries[1].size, entries[1].folder),
        ("mad_1.txt", Some(401), false)
    );
    assert!(matches!(remote.list("/findes/ikke"), Err(RemoteError::Refused { status: 2, .. })));

    for (path, (_, bytes)) in finals.iter().zip(&files) {
        assert_eq!(&fs::read(path).unwrap(), bytes);
    }
    let finals: Vec<&str> = finals.iter().map(String::as_str).collect();
    for _ in 0..2 {
        assert!(remote.remove(&finals).iter().all(Result::is_ok));
    }
    assert_eq!(fs::read_dir(server.path("ind")).unwrap().count(), 1);
    assert!(!remote.is_closed());
}

#[test]
fn a_large_file_survives_rekeying() {
    let Some(server) = Server::start(&["ed25519"], "RekeyLimit 2M") else { return };
    let key = server.user_key("key", "ed25519", &[], "");
    let mut remote = connect(&server.settings(Some(key)), Secrets::default()).unwrap();
    let files = [(server.remote("stor"), content(1, 40 * 1024 * 1024 + 17))];
    let stored = store(&mut *remote, &files).remove(0).unwrap();
    assert_eq!(stored.size, Some(files[0].1.len() as u64));
    let read = [(files[0].0.as_str(), files[0].1.len() as u64)];
    assert_eq!(remote.digest(&read), [Ok(Some(Digest::of(&files[0].1)))]);
    assert!(fs::read(&files[0].0).unwrap() == files[0].1);
    let rekeyed = server.log().matches("rekeying in progress").count()
        + server.log().matches("SSH2_MSG_KEXINIT sent").count();
    assert!(rekeyed > 5, "the server rekeyed {rekeyed} times");
}

#[test]
fn a_silent_server_is_given_up_in_time() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut settings = server.settings(None);
    settings.port = silent.local_addr().unwrap().port();
    settings.timeout = Duration::from_millis(400);
    let begun = Instant::now();
    let error = connect(&settings, Secrets::default()).err();
    assert!(matches!(error, Some(ConnectError::Unreachable(_))), "{error:?}");
    assert!((Duration::from_millis(390)..Duration::from_secs(5)).contains(&begun.elapsed()));
    drop(silent);
    let error = connect(&settings, Secrets::default()).err();
    assert!(matches!(error, Some(ConnectError::Unreachable(_))), "{error:?}");
}

#[test]
fn a_server_that_dies_leaves_a_lost_line() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    let key = server.user_key("key", "ed25519", &[], "");
    let mut settings = server.settings(Some(key));
    settings.timeout = Duration::from_secs(2);
    let mut remote = connect(&settings, Secrets::default()).unwrap();
    assert_eq!(remote.stat(&["/findes/ikke"]), [Ok(RemoteStat::Absent)]);
    server.kill();
    let error = remote.stat(&["/"]).remove(0).unwrap_err();
    assert!(error.connection_fault().is_some(), "{error}");
    assert!(remote.is_closed());
    assert!(matches!(remote.stat(&["/"])[0], Err(RemoteError::NotSent(_))));
}
