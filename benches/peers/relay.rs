//! A connection with a delay: every byte arrives later by a fixed time, without a limit on the bytes in flight.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Listens on a free port for as long as the program runs, passes everything on to `to`, and answers its port.
///
/// `delay` is that of one way, so an answer comes after twice that. The making of the TCP connection itself is not delayed.
pub fn start(to: u16, delay: Duration) -> io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            // If the server cannot be reached, the client's connection is closed.
            drop(TcpStream::connect(("127.0.0.1", to)).and_then(|far| join(&near, &far, delay)));
        }
    });
    Ok(port)
}

fn join(near: &TcpStream, far: &TcpStream, delay: Duration) -> io::Result<()> {
    for (from, to) in [(near, far), (far, near)] {
        to.set_nodelay(true)?;
        let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
        let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
        thread::spawn(move || {
            for (due, bytes) in receiver {
                thread::sleep(due.saturating_duration_since(Instant::now()));
                if to.write_all(&bytes).is_err() {
                    return;
                }
            }
            drop(to.shutdown(Shutdown::Write));
        });
        thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                if sender.send((Instant::now() + delay, buffer[..count].to_vec())).is_err() {
                    // The other end is gone, so close the client's connection too.
                    drop(from.shutdown(Shutdown::Both));
                    return;
                }
            }
        });
    }
    Ok(())
}
