#![allow(clippy::unwrap_used)]

use std::net::{Ipv4Addr, TcpListener};

use super::*;

/// A relay, libssh2's end of it, and the server's end.
fn relay() -> (Relay, LocalSocket, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    near.set_nonblocking(true).unwrap();
    let (relay, libssh2) = Relay::new(near).unwrap();
    (relay, libssh2, server)
}

/// Receives until the server has been read to its end, or was cut off; answers how much libssh2 got.
fn drained(relay: &mut Relay, libssh2: &mut LocalSocket) -> (usize, io::Result<()>) {
    let (mut got, mut buffer) = (0, vec![0; HANDED]);
    loop {
        let result = relay.receive();
        let mut handed = 0;
        let ended = loop {
            match libssh2.read(&mut buffer) {
                Ok(0) => break true,
                Ok(count) => handed += count,
                Err(_) => break false,
            }
        };
        assert!(handed <= HANDED, "{handed} bytes for one call");
        got += handed;
        match result {
            Err(error) => return (got, Err(error)),
            Ok(_) if ended => return (got, Ok(())),
            Ok(_) => std::thread::yield_now(),
        }
    }
}

#[test]
fn what_is_asked_for_comes_and_the_rest_is_cut_off() {
    let allowed = usize::try_from(BEFORE_LOGIN).unwrap();
    for (sends, logged_in, received, passes) in [
        (allowed, false, 0, true),
        (allowed + 1, false, 0, false),
        (allowed + 1, false, 1 << 20, false),
        (allowed + 1, true, 0, false),
        (allowed + (1 << 20), true, 1 << 20, true),
        (allowed + (1 << 20) + (1 << 14) + 1, true, 1 << 20, false),
    ] {
        let (mut relay, mut libssh2, mut server) = relay();
        if logged_in {
            relay.logged_in();
        }
        relay.received(received);
        let writing = std::thread::spawn(move || server.write_all(&vec![7; sends]));
        let (got, result) = drained(&mut relay, &mut libssh2);
        let refused = result.map_err(|error| error.kind());
        if passes {
            assert_eq!((got, refused), (sends, Ok(())));
        } else {
            assert_eq!(refused, Err(ErrorKind::InvalidData), "{sends} {received}");
            assert!(got <= sends);
            assert!(relay.has_ended());
        }
        // It fails where the relay has cut it off.
        let _ = writing.join().unwrap();
    }
}

#[test]
fn a_request_makes_room_for_its_reply_alone() {
    let account = |requests, sent, received| {
        Account { logged_in: true, came: 0, requests, sent, received }.allowed() - SLACK
    };
    assert_eq!(account(0, 0, 0), 0);
    // A thousand small files with six requests each, and a file of 1 GiB each way.
    assert_eq!(account(6000, 0, 0), 6000 * 256);
    assert_eq!(account(0, 1 << 30, 0), 4 << 20);
    assert_eq!(account(0, 0, 1 << 30), (1 << 30) + (16 << 20));
    assert_eq!(account(u64::MAX, u64::MAX, u64::MAX), u64::MAX - SLACK);
}

#[test]
fn both_ways_end_when_the_other_side_does() {
    let (mut relay, mut libssh2, mut server) = relay();
    libssh2.write_all(b"hello").unwrap();
    assert!(relay.send());
    let mut five = [0; 5];
    server.read_exact(&mut five).unwrap();
    assert_eq!(&five, b"hello");
    server.write_all(b"bye").unwrap();
    drop(server);
    let (got, result) = drained(&mut relay, &mut libssh2);
    assert_eq!((got, result.is_ok(), relay.has_ended()), (3, true, true));
    relay.shut();
    assert!(fails(&mut libssh2, &mut relay));
}

/// Whether libssh2 soon learns that what it writes goes nowhere: on Windows it reads the end, elsewhere its writing fails.
fn fails(libssh2: &mut LocalSocket, relay: &mut Relay) -> bool {
    (0..100_000).any(|_| {
        relay.send();
        std::thread::yield_now();
        let written = libssh2.write_all(b"more");
        match written {
            _ if cfg!(windows) => libssh2.read(&mut [0]).is_ok_and(|count| count == 0),
            Ok(()) => false,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    })
}

#[test]
fn what_cannot_be_sent_fails_for_libssh2_too() {
    let (mut relay, mut libssh2, _server) = relay();
    relay.server.shutdown(Shutdown::Write).unwrap();
    assert!(fails(&mut libssh2, &mut relay));
}
