//! Telling by mail.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, FixedOffset};
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use native_tls::{Certificate, Protocol, TlsConnector};

use super::smtp::{Conversation, Failure, Server};
use super::text::{Message, host};
use crate::config::Mail;
use crate::messages::config::shown_path;
use crate::messages::{escape, notify as say};
use crate::names::without_cpr_numbers;
use crate::secrets;

/// The longest time that sending may take, from the first packet to the last.
pub(super) const LIMIT: Duration = Duration::from_secs(30);

/// Sends the message.
///
/// # Errors
/// What failed and what to do, in the person's language. If the server went silent, it may have accepted the mail.
pub(super) fn send(
    mail: &Mail,
    message: &Message,
    now: DateTime<FixedOffset>,
    limit: Duration,
) -> Result<(), String> {
    let letter = letter(mail, message, now)?;
    speak(mail, limit, move |server| server.send(letter.envelope(), &letter.formatted()))
}

/// Connects, starts TLS and logs in, and sends nothing.
///
/// # Errors
/// As [`send`].
pub fn check(mail: &Mail) -> Result<String, String> {
    speak(mail, LIMIT, Conversation::noop)?;
    Ok(address(mail))
}

/// Sends a letter of a person's to somebody outside; answers go to those whom `[notify]` tells. What could be a CPR number is
/// masked.
///
/// # Errors
/// As [`send`].
pub fn write_to(
    mail: &Mail,
    to: &Mailbox,
    subject: &str,
    body: &str,
    now: DateTime<FixedOffset>,
) -> Result<(), String> {
    let mut letter = lettre::Message::builder()
        .from(mail.from.clone())
        .to(to.clone())
        .subject(without_cpr_numbers(subject))
        .date(now.into())
        .message_id(Some(message_id()))
        .header(ContentType::TEXT_PLAIN);
    for reader in &mail.to {
        letter = letter.reply_to(reader.clone());
    }
    let letter = letter.body(without_cpr_numbers(body)).map_err(|error| say::mail_not_made(&error))?;
    speak(mail, LIMIT, move |server| server.send(letter.envelope(), &letter.formatted()))
}

fn letter(mail: &Mail, message: &Message, now: DateTime<FixedOffset>) -> Result<lettre::Message, String> {
    let automatic =
        HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    let mut letter = lettre::Message::builder()
        .from(mail.from.clone())
        .subject(&message.subject)
        .date(now.into())
        .message_id(Some(message_id()))
        .raw_header(automatic)
        .header(ContentType::TEXT_PLAIN);
    for to in &mail.to {
        letter = letter.to(to.clone());
    }
    letter.body(message.text()).map_err(|error| say::mail_not_made(&error))
}

/// A Message-ID that no other mail has.
fn message_id() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("<{nanos:x}.{:x}.{count:x}@{}>", std::process::id(), domain())
}

/// This machine's name in the form that mail servers accept.
fn domain() -> String {
    let name = host();
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    if plain && !name.is_empty() { name } else { "localhost".to_owned() }
}

/// Connects and runs `act`, which must be over within `limit`. That is done on a thread of its own, since the system's resolver
/// takes no time limit.
fn speak(
    mail: &Mail,
    limit: Duration,
    act: impl FnOnce(&mut Conversation) -> Result<(), Failure> + Send + 'static,
) -> Result<(), String> {
    let server = server(mail)?;
    let until = Instant::now() + limit;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let done = server.open(until).and_then(|mut conversation| {
            let done = act(&mut conversation);
            conversation.quit();
            done
        });
        // Sending fails when the time is over, since the receiver is gone then.
        drop(sender.send(done));
    });
    match receiver.recv_timeout(limit).unwrap_or(Err(Failure::TooSlow)) {
        Ok(()) => Ok(()),
        Err(failure) => Err(explain(mail, &failure, limit)),
    }
}

fn server(mail: &Mail) -> Result<Server, String> {
    let connector = connector(mail)?;
    let password = secrets::smtp_password(mail).map_err(|error| error.message)?;
    Ok(Server {
        host: mail.host.clone(),
        port: mail.port,
        tls: mail.tls,
        connector,
        hello: domain(),
        login: mail.user.clone().zip(password),
    })
}

/// Reads the certificate of the mail server's authority, where one is named, and connects to nothing.
///
/// # Errors
/// Why it cannot be used, in the person's language.
pub fn check_certificate(mail: &Mail) -> Result<(), String> {
    connector(mail).map(drop)
}

fn connector(mail: &Mail) -> Result<TlsConnector, String> {
    let mut connector = TlsConnector::builder();
    connector.min_protocol_version(Some(Protocol::Tlsv12));
    if let Some(file) = &mail.ca {
        let unread = |error: &dyn std::fmt::Display| say::ca_not_read(&shown_path(file), error);
        let pem = fs::read(file).map_err(|error| unread(&error))?;
        connector.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| unread(&error))?);
    }
    connector.build().map_err(|error| say::mail_refused(&address(mail), &error))
}

/// What a failure means, with its causes and the server's own words.
fn explain(mail: &Mail, failure: &Failure, limit: Duration) -> String {
    let shown = |why: &str| without_cpr_numbers(&escape(why));
    match failure {
        Failure::TooSlow => say::mail_too_slow(&address(mail), limit.as_secs()),
        Failure::TooMuch => say::mail_too_much(&address(mail)),
        Failure::Refused(code @ (530 | 534 | 535 | 538), words) => {
            say::mail_login_refused(&address(mail), &shown(&format!("{code} {words}")))
        }
        Failure::Refused(code, words) => {
            say::mail_refused(&address(mail), &shown(&format!("{code} {words}")))
        }
        Failure::Other(why) => say::mail_refused(&address(mail), &shown(why)),
    }
}

fn address(mail: &Mail) -> String {
    format!("{}:{}", escape(&mail.host), mail.port)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::config::SmtpTls;

    fn mail(port: u16, tls: SmtpTls) -> Mail {
        let address = || "drift@korsbaek.example.dk".parse().unwrap();
        Mail {
            to: vec![address()],
            from: address(),
            host: "127.0.0.1".to_owned(),
            port,
            tls,
            user: None,
            password_file: None,
            ca: None,
        }
    }

    /// A server that accepts a connection, sends this part of a greeting byte by byte, and then is silent.
    fn silent(greeting: &'static [u8]) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut line, _) = listener.accept().unwrap();
            for byte in greeting {
                line.write_all(&[*byte]).unwrap();
                thread::sleep(Duration::from_millis(30));
            }
            // Keep the connection open until the client closes it.
            let _ = line.read_to_end(&mut Vec::new());
        });
        port
    }

    #[test]
    fn a_server_that_is_silent_or_trickles_is_not_waited_for() {
        let limit = Duration::from_millis(400);
        let message =
            Message { subject: "x".to_owned(), body: "x\n".to_owned(), seal: String::new(), items: 1 };
        let now = "2023-04-14T06:00:00+02:00".parse().unwrap();
        for (tls, greeting) in [
            (SmtpTls::None, &b""[..]),
            (SmtpTls::StartTls, b""),
            (SmtpTls::Tls, b""),
            (SmtpTls::None, b"220-a\r\n220-b\r\n220-c\r\n220-d\r\n220-e\r\n220-f\r\n"),
        ] {
            let began = Instant::now();
            let refused = send(&mail(silent(greeting), tls), &message, now, limit).unwrap_err();
            assert!(refused.contains("127.0.0.1"), "{refused}");
            assert!(began.elapsed() < Duration::from_secs(20), "{tls:?}");
        }
    }

    #[test]
    fn the_letter_says_what_it_is() {
        let message = Message {
            subject: "traekfil: æøå".to_owned(),
            body: "Kære æøå\n".to_owned(),
            seal: String::new(),
            items: 1,
        };
        let now = "2023-04-14T06:00:00+02:00".parse().unwrap();
        let letter = letter(&mail(25, SmtpTls::None), &message, now).unwrap().formatted();
        let text = String::from_utf8(letter).unwrap();
        for line in
            ["Auto-Submitted: auto-generated\r\n", "Message-ID: <", "Date: Fri, 14 Apr 2023 04:00:00 +0000"]
        {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(text.is_ascii(), "what is not is encoded: {text}");
        assert_ne!(message_id(), message_id());
    }
}
