//! A line that can be cut from within.

use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

/// A second hold on a connection's socket.
#[derive(Clone)]
pub struct Line(Arc<TcpStream>);

impl Line {
    /// Takes a second hold on the socket.
    pub fn hold(socket: &TcpStream) -> std::io::Result<Line> {
        Ok(Line(Arc::new(socket.try_clone()?)))
    }

    /// Ends the connection in both directions, at once.
    pub fn cut(&self) {
        // The client may have been faster; then there is nothing to cut.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}
