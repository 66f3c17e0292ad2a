//! Speaking SMTP (RFC 5321) with the town's mail server, within a time and a number of bytes.
//!
//! The commands and replies are lettre's. The connection is not: lettre reads a line to its end, however long it is, and waits
//! anew for every byte.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding};
use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Noop, Quit, Rcpt, Starttls};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter, ServerInfo};
use lettre::transport::smtp::response::Response;
use native_tls::{TlsConnector, TlsStream};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::config::SmtpTls;

/// The most bytes that a server may send over one connection, TLS included.
const MOST_BYTES: usize = 256 * 1024;
/// The longest line of a reply, in bytes. RFC 5321, section 4.5.3.1.5, allows 512.
const LONGEST_LINE: usize = 4096;

/// Why the conversation failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It was not over in time.
    TooSlow,
    /// The server sent more than any reply needs.
    TooMuch,
    /// The server refused, with this code and these words.
    Refused(u16, String),
    /// Anything else, in the system's or a library's words.
    Other(String),
}

impl From<lettre::transport::smtp::Error> for Failure {
    fn from(error: lettre::transport::smtp::Error) -> Failure {
        Failure::Other(error.to_string())
    }
}

/// Whom to speak to, and how.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: SmtpTls,
    pub(super) connector: TlsConnector,
    /// How this machine introduces itself.
    pub(super) hello: String,
    pub(super) login: Option<(String, SecretString)>,
}

impl Server {
    /// Connects, starts TLS and logs in, all before `until`.
    ///
    /// # Errors
    /// Why that was not possible.
    pub(super) fn open(&self, until: Instant) -> Result<Conversation, Failure> {
        let line = Line::connect(&self.host, self.port, until)?;
        let mut conversation = Conversation {
            over: Arc::clone(&line.over),
            until,
            stream: Some(Stream::Plain(line)),
            read: Vec::new(),
            features: ServerInfo::default(),
        };
        if self.tls == SmtpTls::Tls {
            conversation.encrypt(self)?;
        }
        conversation.reply()?;
        conversation.hello(self)?;
        if self.tls == SmtpTls::StartTls {
            if !conversation.features.supports_feature(Extension::StartTls) {
                return Err(Failure::Other("no STARTTLS".to_owned()));
            }
            conversation.command(&Starttls)?;
            conversation.encrypt(self)?;
            conversation.hello(self)?;
        }
        if let Some((user, password)) = &self.login {
            conversation.log_in(user, password)?;
        }
        Ok(conversation)
    }
}

/// A connection to the server that has said hello.
pub(super) struct Conversation {
    /// None only while TLS begins.
    stream: Option<Stream>,
    /// What was read and is not used yet.
    read: Vec<u8>,
    features: ServerInfo,
    until: Instant,
    /// Whether the server has sent too much.
    over: Arc<AtomicBool>,
}

impl Conversation {
    /// Sends one mail.
    ///
    /// # Errors
    /// Why it was not accepted. After a time-out it may have been.
    pub(super) fn send(&mut self, envelope: &Envelope, mail: &[u8]) -> Result<(), Failure> {
        let addresses: Vec<&Address> = envelope.to().iter().chain(envelope.from()).collect();
        let international = addresses.iter().any(|address| !address.to_string().is_ascii());
        if international && !self.features.supports_feature(Extension::SmtpUtfEight) {
            return Err(Failure::Other("no SMTPUTF8".to_owned()));
        }
        let parameters = if international { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
        self.command(&Mail::new(envelope.from().cloned(), parameters))?;
        for to in envelope.to() {
            self.command(&Rcpt::new(to.clone(), Vec::new()))?;
        }
        self.command(&Data)?;
        self.write(&transparent(mail))?;
        self.reply().map(drop)
    }

    /// Asks for nothing.
    ///
    /// # Errors
    /// The server does not answer that either.
    pub(super) fn noop(&mut self) -> Result<(), Failure> {
        self.command(&Noop).map(drop)
    }

    /// Says goodbye; the answer does not matter.
    pub(super) fn quit(mut self) {
        drop(self.command(&Quit));
    }

    fn hello(&mut self, server: &Server) -> Result<(), Failure> {
        let reply = self.command(&Ehlo::new(ClientId::Domain(server.hello.clone())))?;
        self.features = ServerInfo::from_response(&reply)?;
        Ok(())
    }

    fn encrypt(&mut self, server: &Server) -> Result<(), Failure> {
        // What came in the clear must not pass for something said under TLS.
        if !self.read.is_empty() {
            return Err(Failure::Other("text after STARTTLS".to_owned()));
        }
        let Some(Stream::Plain(line)) = self.stream.take() else { return Ok(()) };
        let secured = server.connector.connect(&server.host, line);
        let secured = secured.map_err(|error| self.failure(&error))?;
        self.stream = Some(Stream::Tls(Box::new(secured)));
        Ok(())
    }

    fn log_in(&mut self, user: &str, password: &SecretString) -> Result<(), Failure> {
        let coded = |bytes: &[u8]| Zeroizing::new(Base64::encode_string(bytes));
        let password = password.expose_secret();
        match self.features.get_auth_mechanism(&[Mechanism::Plain, Mechanism::Login]) {
            Some(Mechanism::Plain) => {
                let both = Zeroizing::new(format!("\0{user}\0{password}"));
                let command = Zeroizing::new(format!("AUTH PLAIN {}\r\n", *coded(both.as_bytes())));
                self.write(command.as_bytes())?;
            }
            Some(_) => {
                self.write(b"AUTH LOGIN\r\n")?;
                for answer in [user, password] {
                    self.expect(334)?;
                    let line = Zeroizing::new(format!("{}\r\n", *coded(answer.as_bytes())));
                    self.write(line.as_bytes())?;
                }
            }
            None => return Err(Failure::Other("no AUTH PLAIN, no AUTH LOGIN".to_owned())),
        }
        self.expect(235)
    }

    fn expect(&mut self, code: u16) -> Result<(), Failure> {
        let reply = self.reply()?;
        if reply.has_code(code) { Ok(()) } else { Err(refused(&reply)) }
    }

    fn command(&mut self, command: &impl ToString) -> Result<Response, Failure> {
        self.write(command.to_string().as_bytes())?;
        self.reply()
    }

    /// Reads a reply, which may have several lines.
    fn reply(&mut self) -> Result<Response, Failure> {
        let mut text = String::new();
        loop {
            let line = self.line()?;
            text.push_str(&line);
            if line.as_bytes().get(3) != Some(&b'-') {
                break;
            }
        }
        let reply: Response = text.parse()?;
        if reply.is_positive() { Ok(reply) } else { Err(refused(&reply)) }
    }

    /// Reads to the next line's end.
    fn line(&mut self) -> Result<String, Failure> {
        loop {
            if let Some(end) = self.read.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).into_owned());
            }
            if self.read.len() > LONGEST_LINE {
                return Err(Failure::TooMuch);
            }
            let mut buffer = [0; LONGEST_LINE];
            match self.stream()?.read(&mut buffer) {
                Ok(0) => return Err(self.failure(&io::Error::from(ErrorKind::UnexpectedEof))),
                Ok(count) => self.read.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failure(&error)),
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let stream = self.stream()?;
        let written = stream.write_all(bytes).and_then(|()| stream.flush());
        written.map_err(|error| self.failure(&error))
    }

    fn stream(&mut self) -> Result<&mut Stream, Failure> {
        self.stream.as_mut().ok_or_else(|| Failure::Other(ErrorKind::NotConnected.to_string()))
    }

    /// What an error means: under TLS it does not tell itself that the time is over or that too much came.
    fn failure(&self, error: &dyn std::error::Error) -> Failure {
        if self.over.load(Ordering::Relaxed) {
            Failure::TooMuch
        } else if Instant::now() >= self.until {
            Failure::TooSlow
        } else {
            Failure::Other(with_causes(error))
        }
    }
}

fn refused(reply: &Response) -> Failure {
    let words: Vec<&str> = reply.message().map(str::trim).collect();
    Failure::Refused(reply.code().into(), words.join(" "))
}

/// An error and what caused it, each said once.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut causes = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !causes.iter().any(|told| told.contains(&text)) {
            causes.push(text);
        }
        source = cause.source();
    }
    causes.join(": ")
}

/// A mail as it goes behind DATA: a line that begins with a dot gets another one, and a dot ends it (RFC 5321, section 4.5.2).
fn transparent(mail: &[u8]) -> Vec<u8> {
    let mut sent = Vec::with_capacity(mail.len() + 8);
    for line in mail.split_inclusive(|&byte| byte == b'\n') {
        if line.starts_with(b".") {
            sent.push(b'.');
        }
        sent.extend_from_slice(line);
    }
    if !sent.ends_with(b"\r\n") {
        sent.extend_from_slice(b"\r\n");
    }
    sent.extend_from_slice(b".\r\n");
    sent
}

/// The connection, in the clear or not.
enum Stream {
    Plain(Line),
    Tls(Box<TlsStream<Line>>),
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(line) => line.read(buffer),
            Stream::Tls(secured) => secured.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(line) => line.write(bytes),
            Stream::Tls(secured) => secured.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(line) => line.flush(),
            Stream::Tls(secured) => secured.flush(),
        }
    }
}

/// A socket that ends at a moment, or when it has given a number of bytes.
#[derive(Debug)]
struct Line {
    socket: TcpStream,
    until: Instant,
    left: usize,
    over: Arc<AtomicBool>,
}

impl Line {
    /// Connects to the host's addresses in turn, until one answers.
    fn connect(host: &str, port: u16, until: Instant) -> Result<Line, Failure> {
        let mut last = io::Error::from(ErrorKind::NotFound);
        let addresses = (host, port).to_socket_addrs().map_err(|error| Failure::Other(error.to_string()))?;
        for address in addresses {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Failure::TooSlow);
            }
            match TcpStream::connect_timeout(&address, left) {
                Ok(socket) => {
                    return Ok(Line { socket, until, left: MOST_BYTES, over: Arc::default() });
                }
                Err(error) => last = error,
            }
        }
        Err(match last.kind() {
            ErrorKind::TimedOut => Failure::TooSlow,
            _ => Failure::Other(last.to_string()),
        })
    }

    /// The time that is left, for the next call on the socket.
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

/// A socket's own time-out looks like a call that would block, which TLS would repeat.
fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::WouldBlock { ErrorKind::TimedOut.into() } else { error }
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(self.left()?)?;
        let count = self.socket.read(buffer).map_err(timed_out)?;
        self.left = self.left.checked_sub(count).ok_or_else(|| {
            self.over.store(true, Ordering::Relaxed);
            io::Error::from(ErrorKind::InvalidData)
        })?;
        Ok(count)
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(self.left()?)?;
        self.socket.write(bytes).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_dot_does_not_end_a_mail() {
        for (mail, sent) in [
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            (".\r\n.b\r\nc.\r\n", "..\r\n..b\r\nc.\r\n.\r\n"),
            ("", "\r\n.\r\n"),
        ] {
            assert_eq!(transparent(mail.as_bytes()), sent.as_bytes(), "{mail:?}");
        }
    }
}
