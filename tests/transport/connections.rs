//! Several connections to one server.

use std::fs;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use traekfil::remote::ssh::SshConnector;
use traekfil::remote::{
    Connect, Load, Remote, RemoteError, RemoteStat, RemoteStats, Source, Terms, Upload, UploadError, Uploaded,
};
use traekfil::secrets::Secrets;

use crate::server::{Server, content};

/// A file in memory that does something before its byte at `at` is read.
struct Halting<'a> {
    bytes: io::Cursor<&'a [u8]>,
    at: u64,
    act: Option<&'a (dyn Fn() + Sync)>,
}

impl Source for Halting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(act) = self.act.take_if(|_| self.bytes.position() >= self.at) {
            act();
        }
        io::Read::read(&mut self.bytes, buffer)
    }
}

/// Waits until so many have logged in.
fn logged_in(server: &Server, lines: usize) {
    let give_up = Instant::now() + Duration::from_secs(60);
    while server.log().matches("Accepted publickey").count() < lines {
        assert!(Instant::now() < give_up, "{}", server.log());
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(server.log().matches("Accepted publickey").count(), lines);
}

/// Uploads a batch over four connections; one of the files runs an action when it is read at a given byte.
fn store_over_connections(
    server: &Server,
    files: &[(String, Vec<u8>)],
    (halting, at): (usize, u64),
    act: &(dyn Fn() + Sync),
    pieces: bool,
) -> (Vec<Result<Uploaded, UploadError>>, RemoteStats, Box<dyn Remote>) {
    let mut settings = server.settings(Some(server.path("key")));
    settings.connections = 4;
    let mut connector = SshConnector::new(&settings, Secrets::default());
    let bytes = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    connector.expect(Load { files: files.len(), bytes, pieces });
    let mut remote = connector.connect().unwrap();
    remote.go_by(&Terms { pieces, ..Terms::default() });
    let mut sources: Vec<Halting<'_>> = files
        .iter()
        .enumerate()
        .map(|(n, (_, bytes))| Halting {
            bytes: io::Cursor::new(bytes),
            at,
            act: (n == halting).then_some(act),
        })
        .collect();
    let mut stores: Vec<Upload<'_>> = files
        .iter()
        .zip(&mut sources)
        .map(|((path, bytes), source)| Upload { path, source, size: bytes.len() as u64 })
        .collect();
    let finals: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    let (answers, looks) = remote.store_and_stat(&mut stores, &finals, &|_| ());
    (answers, looks, remote)
}

#[test]
fn a_large_batch_goes_over_several_connections() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    server.user_key("key", "ed25519", &[], "");
    let files: Vec<(String, Vec<u8>)> =
        (0..700).map(|i| (server.remote(&format!("mad_{i}")), content(i, 1000 + i))).collect();
    // The first connection is held up, so the others have to do the work.
    let (stored, looks, remote) =
        store_over_connections(&server, &files, (0, 0), &|| logged_in(&server, 4), false);
    for ((stored, look), (path, bytes)) in stored.into_iter().zip(looks).zip(&files) {
        let size = Some(bytes.len() as u64);
        assert_eq!(stored.unwrap(), Uploaded { sent: bytes.len() as u64, size });
        assert_eq!(look, Ok(RemoteStat::Present { size }));
        assert_eq!(&fs::read(path).unwrap(), bytes);
    }
    assert!(!remote.is_closed());
}

#[test]
fn a_few_files_go_over_one_line() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    server.user_key("key", "ed25519", &[], "");
    let files: Vec<(String, Vec<u8>)> =
        (0..90).map(|i| (server.remote(&format!("mad_{i}")), content(i, 1000 + i))).collect();
    let (stored, ..) = store_over_connections(&server, &files, (0, 0), &|| (), false);
    assert!(stored.iter().all(Result::is_ok));
    logged_in(&server, 1);
    assert_eq!(server.children.lock().unwrap().len(), 1);
}

/// Front to back through one handle is what every server bears.
#[test]
fn a_large_file_goes_over_one_line_unless_told_otherwise() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    server.user_key("key", "ed25519", &[], "");
    let files = [(server.remote("stor"), content(3, 129 << 20))];
    let (stored, ..) = store_over_connections(&server, &files, (9, 0), &|| (), false);
    assert_eq!(stored[0].as_ref().unwrap().sent, 129 << 20);
    assert!(fs::read(&files[0].0).unwrap() == files[0].1);
    logged_in(&server, 1);
    assert_eq!(server.children.lock().unwrap().len(), 1);
}

#[test]
fn a_large_file_goes_over_several_connections_in_pieces() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    server.user_key("key", "ed25519", &[], "");
    let large = content(3, 193 << 20);
    let files = [(server.remote("stor"), large), (server.remote("lille"), content(1, 5))];
    let (stored, looks, remote) =
        store_over_connections(&server, &files, (0, 1 << 20), &|| logged_in(&server, 4), true);
    for ((stored, look), (path, bytes)) in stored.into_iter().zip(looks).zip(&files) {
        let size = Some(bytes.len() as u64);
        assert_eq!(stored.unwrap(), Uploaded { sent: bytes.len() as u64, size });
        assert_eq!(look, Ok(RemoteStat::Present { size }));
        assert!(&fs::read(path).unwrap() == bytes);
    }
    let (again, ..) = store_over_connections(&server, &files[..1], (9, 0), &|| (), true);
    assert!(
        matches!(again[0], Err(UploadError::NotOpened(RemoteError::Refused { .. }))),
        "never overwritten"
    );
    assert!(!remote.is_closed());
}

/// Ends every connection but the first.
fn cut_the_others(server: &Server) {
    logged_in(server, 4);
    for child in server.children.lock().unwrap().iter_mut().skip(1) {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn a_further_line_that_is_lost_takes_only_what_it_had_with_it() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    server.user_key("key", "ed25519", &[], "");
    let files: Vec<(String, Vec<u8>)> =
        (0..900).map(|i| (server.remote(&format!("mad_{i}")), content(i, 40_000))).collect();
    let (stored, _, mut remote) =
        store_over_connections(&server, &files, (0, 0), &|| cut_the_others(&server), false);
    assert!(!remote.is_closed());
    assert!(stored[0].is_ok());
    for (stored, (path, bytes)) in stored.iter().zip(&files) {
        match stored {
            Ok(_) => assert_eq!(&fs::read(path).unwrap(), bytes),
            // What became of this file is unknown, and the answer must say so.
            Err(
                UploadError::Broken(RemoteError::NoAnswer(_))
                | UploadError::NotOpened(RemoteError::NoAnswer(_) | RemoteError::NotSent(_)),
            ) => {}
            Err(other) => panic!("{path}: {other:?}"),
        }
    }
    assert_eq!(remote.stat(&[&files[0].0]), [Ok(RemoteStat::Present { size: Some(40_000) })]);
}

#[test]
fn a_large_file_whose_further_line_is_lost_is_not_stored() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    server.user_key("key", "ed25519", &[], "");
    let files = [(server.remote("stor"), content(3, 300 << 20))];
    let seen = AtomicBool::new(false);
    let cut = || {
        logged_in(&server, 4);
        seen.store(true, Ordering::SeqCst);
        cut_the_others(&server);
    };
    let (stored, _, mut remote) = store_over_connections(&server, &files, (0, 150 << 20), &cut, true);
    assert!(seen.load(Ordering::SeqCst));
    // A connection that was idle when it was cut does not matter.
    let whole = stored[0].is_ok();
    let broken = matches!(stored[0], Err(UploadError::Broken(RemoteError::NoAnswer(_))));
    assert!(whole || broken, "{:?}", stored[0]);
    assert_eq!(whole, fs::read(&files[0].0).unwrap() == files[0].1);
    assert!(!remote.is_closed());
    assert!(remote.stat(&[&files[0].0])[0].is_ok());
}
