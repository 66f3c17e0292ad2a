//! A connection that the server itself can cut.

use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

/// A second handle on a connection's socket.
#[derive(Clone)]
pub struct Line(Arc<TcpStream>);

impl Line {
    /// Takes a second handle on the socket.
    pub fn hold(socket: &TcpStream) -> std::io::Result<Line> {
        Ok(Line(Arc::new(socket.try_clone()?)))
    }

    /// Ends the connection in both directions, at once.
    pub fn cut(&self) {
        // Fails if the client has closed the connection already.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}
