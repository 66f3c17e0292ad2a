//! A proxy in front of the server whose connections close, stall or slow down at a given byte.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What happens to the bytes after the given one.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// The connection is closed in both directions.
    Close,
    /// Nothing is passed on any more, and the connection stays open.
    Stall,
    /// They are passed on one by one, slowly.
    Trickle,
}

/// Where and how a connection breaks.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// The direction: to the server, or back.
    pub to_server: bool,
    /// After so many bytes of a connection.
    pub at: u64,
    /// How.
    pub fault: Fault,
    /// How many connections break; later ones do not.
    pub connections: u64,
}

/// The running proxy. Dropped, it ends all its connections and is gone.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

struct Shared {
    cut: Option<Cut>,
    over: AtomicBool,
    sockets: Mutex<Vec<TcpStream>>,
    to_server: AtomicU64,
    to_client: AtomicU64,
}

impl Proxy {
    /// Starts a proxy for the server on this port.
    pub fn before(port: u16, cut: Option<Cut>) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            cut,
            over: AtomicBool::new(false),
            sockets: Mutex::default(),
            to_server: AtomicU64::new(0),
            to_client: AtomicU64::new(0),
        });
        let its = Arc::clone(&shared);
        let listener = thread::spawn(move || {
            let mut pumps = Vec::new();
            for (nth, client) in (0..).zip(listener.incoming()) {
                if its.over.load(Ordering::SeqCst) {
                    break;
                }
                pumps.extend(its.join(
                    client.unwrap(),
                    TcpStream::connect(("127.0.0.1", port)).unwrap(),
                    nth,
                ));
            }
            for pump in pumps {
                pump.join().unwrap();
            }
        });
        Proxy { port: own, shared, listener: Some(listener) }
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many bytes went to the server, and back.
    pub fn passed(&self) -> [u64; 2] {
        [&self.shared.to_server, &self.shared.to_client].map(|count| count.load(Ordering::SeqCst))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        let woken = TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        for socket in &*self.shared.sockets.lock().unwrap() {
            // Fails if the connection is closed already.
            let _ = socket.shutdown(Shutdown::Both);
        }
        if let Some(listener) = self.listener.take().filter(|_| woken) {
            let _ = listener.join();
        }
    }
}

impl Shared {
    /// Passes bytes on both ways, on two threads.
    fn join(self: &Arc<Self>, client: TcpStream, server: TcpStream, nth: u64) -> [JoinHandle<()>; 2] {
        self.sockets.lock().unwrap().extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
        let cut = self.cut.filter(|cut| nth < cut.connections);
        let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
        [(true, client, server), (false, back.0, back.1)].map(|(to_server, from, to)| {
            let shared = Arc::clone(self);
            let cut = cut.filter(|cut| cut.to_server == to_server);
            // An error is the end of a connection, which is then ended in both directions.
            thread::spawn(move || {
                let _ = shared.pump(&from, &to, to_server, cut);
                let _ = to.shutdown(Shutdown::Both);
                let _ = from.shutdown(Shutdown::Both);
            })
        })
    }

    fn pump(
        &self,
        mut from: &TcpStream,
        mut to: &TcpStream,
        to_server: bool,
        cut: Option<Cut>,
    ) -> std::io::Result<()> {
        let count = if to_server { &self.to_server } else { &self.to_client };
        let mut buffer = [0; 16 * 1024];
        let mut passed = 0;
        loop {
            let left = cut.map_or(u64::MAX, |cut| cut.at - passed);
            if left == 0 {
                break;
            }
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let read = from.read(&mut buffer[..most])?;
            if read == 0 {
                return Ok(());
            }
            to.write_all(&buffer[..read])?;
            passed += read as u64;
            count.fetch_add(read as u64, Ordering::SeqCst);
        }
        match cut.map(|cut| cut.fault) {
            Some(Fault::Stall) => while from.read(&mut buffer)? > 0 {},
            Some(Fault::Trickle) => {
                while from.read(&mut buffer[..1])? > 0 {
                    to.write_all(&buffer[..1])?;
                    thread::sleep(Duration::from_millis(100));
                }
            }
            Some(Fault::Close) | None => {}
        }
        Ok(())
    }
}
