//! A listener that starts a process for each connection, as inetd does.
//!
//! The process gets the accepted socket, so the port is never free for somebody else.
#![cfg(unix)]

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// The listener. Everything it started ends when it is dropped.
pub struct Inetd {
    port: u16,
    stopping: Arc<AtomicBool>,
    connections: Arc<AtomicU64>,
    listener: Option<JoinHandle<()>>,
    children: Arc<Mutex<Vec<(Child, TcpStream)>>>,
}

impl Inetd {
    /// Listens on a free port; `program` makes what a connection gets.
    pub fn start(program: impl Fn() -> Command + Send + 'static) -> Inetd {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let stopping = Arc::new(AtomicBool::new(false));
        let connections = Arc::new(AtomicU64::new(0));
        let children = Arc::new(Mutex::new(Vec::new()));
        let listener = thread::spawn({
            let (stopping, connections, children) =
                (Arc::clone(&stopping), Arc::clone(&connections), Arc::clone(&children));
            move || {
                for connection in socket.incoming().flatten() {
                    if stopping.load(Ordering::SeqCst) {
                        return;
                    }
                    connections.fetch_add(1, Ordering::SeqCst);
                    children.lock().unwrap().push(serve(connection, program()).expect("the server starts"));
                }
            }
        });
        Inetd { port, stopping, connections, listener: Some(listener), children }
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Inetd {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Connect once, so that the listener wakes up and sees that it must end.
        let woken = TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        if let Some(listener) = self.listener.take().filter(|_| woken) {
            let _ = listener.join();
        }
        for (child, socket) in &mut *self.children.lock().unwrap() {
            let _ = socket.shutdown(Shutdown::Both);
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn serve(connection: TcpStream, mut program: Command) -> io::Result<(Child, TcpStream)> {
    let held = connection.try_clone()?;
    let child = program
        .stdin(Stdio::from(OwnedFd::from(connection.try_clone()?)))
        .stdout(Stdio::from(OwnedFd::from(connection)))
        .spawn()?;
    Ok((child, held))
}
