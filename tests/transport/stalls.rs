//! A server that stops answering at any moment.

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use traekfil::config::Sftp;
use traekfil::remote::{ConnectError, ConnectionFault, RemoteError, UploadError};
use traekfil::secrets::Secrets;

use crate::server::{Server, connect, content, store};

/// A proxy that passes on bytes until it has passed so many from the server, and then nothing.
struct Stalling {
    port: u16,
    working: Option<JoinHandle<()>>,
    sockets: Arc<Mutex<Vec<TcpStream>>>,
}

impl Stalling {
    fn start(server: u16, passes: usize) -> Stalling {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let sockets = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&sockets);
        let working = thread::spawn(move || {
            let (client, _) = listener.accept().unwrap();
            let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).unwrap();
            let both = || [client.try_clone().unwrap(), server.try_clone().unwrap()];
            kept.lock().unwrap().extend(both());
            let [mut from_client, mut to_server] = both();
            let forth = thread::spawn(move || io::copy(&mut from_client, &mut to_server));
            let mut limited = io::Read::take(&server, passes as u64);
            let _ = io::copy(&mut limited, &mut &client);
            let _ = forth.join();
        });
        Stalling { port, working: Some(working), sockets }
    }
}

impl Drop for Stalling {
    fn drop(&mut self) {
        for socket in self.sockets.lock().unwrap().iter() {
            let _ = socket.shutdown(std::net::Shutdown::Both);
        }
        let _ = self.working.take().unwrap().join();
    }
}

#[test]
fn a_stall_at_any_stage_ends_in_time() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    let key = server.user_key("key", "ed25519", &[], "");
    let mut settings = server.settings(Some(key));
    settings.timeout = Duration::from_millis(1500);
    let connected: Vec<bool> = thread::scope(|scope| {
        let stalls = [0, 20, 500, 1200, 1800, 2600, 8000, 20_000];
        let tries = stalls.map(|passes| {
            let (server, settings) = (&server, settings.clone());
            scope.spawn(move || stalled(server, settings, passes))
        });
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(connected.first(), Some(&false));
    assert_eq!(connected.last(), Some(&true));
}

/// Connects and uploads through a connection that stalls; answers whether it connected.
fn stalled(server: &Server, mut settings: Sftp, passes: usize) -> bool {
    let stalling = Stalling::start(server.port, passes);
    settings.port = stalling.port;
    let begun = Instant::now();
    let connected = match connect(&settings, Secrets::default()) {
        Ok(mut remote) => {
            let path = |i| server.remote(&format!("{passes}_{i}"));
            let files: Vec<(String, Vec<u8>)> = (0..400).map(|i| (path(i), content(i, 20_000))).collect();
            let results = store(&mut *remote, &files);
            assert!(remote.is_closed());
            assert!(results.iter().any(|result| match result {
                Err(UploadError::Broken(RemoteError::NoAnswer(fault))) =>
                    **fault == ConnectionFault::TimedOut,
                _ => false,
            }));
            true
        }
        Err(ConnectError::Unreachable(_)) => false,
        Err(other) => panic!("{passes}: {other}"),
    };
    // Twice the time-out, for connecting and uploading, and some time for a busy machine.
    assert!(begun.elapsed() < Duration::from_secs(15), "{passes}: {:?}", begun.elapsed());
    connected
}
