//! `[notify]`: how a person is told of what needs attention when nobody watches the screen.

use std::path::{Path, PathBuf};

use lettre::message::Mailbox;

use super::reader::Section;
use super::values;
use crate::messages::config as say;

/// `[notify]`.
#[derive(Debug, Clone, Default)]
pub struct Notify {
    /// The mail to send; none sends none.
    pub mail: Option<Mail>,
    /// A program to run, by its name or path, with its arguments; none runs none.
    pub command: Option<Vec<String>>,
    /// Whether to write an entry to Windows' event log.
    pub event_log: bool,
    /// Whether to tell also when everything expected in a month has been delivered.
    pub monthly: bool,
}

/// The mail server, with sender and recipients.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The recipients.
    pub to: Vec<Mailbox>,
    /// The sender.
    pub from: Mailbox,
    /// The mail server's name or address.
    pub host: String,
    /// The mail server's port.
    pub port: u16,
    /// Whether and how the connection is encrypted.
    pub tls: SmtpTls,
    /// The user to log in as; none sends without a login.
    pub user: Option<String>,
    /// A file that holds the password.
    pub password_file: Option<PathBuf>,
    /// A file with the certificate, in PEM, of an authority that the system does not know.
    pub ca: Option<PathBuf>,
}

/// `notify.smtp_tls`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// STARTTLS: begin unencrypted, and send nothing before TLS is agreed on (RFC 3207).
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// Unencrypted. Not allowed with a login.
    None,
}

impl SmtpTls {
    fn port(self) -> u16 {
        match self {
            SmtpTls::StartTls => 587,
            SmtpTls::Tls => 465,
            SmtpTls::None => 25,
        }
    }
}

pub(super) const MAIL: [&str; 8] = [
    "mail_to",
    "mail_from",
    "smtp_host",
    "smtp_port",
    "smtp_tls",
    "smtp_user",
    "smtp_password_file",
    "smtp_ca",
];

/// Reads the section. A relative path of the command counts from `base`, the configuration's folder.
pub(super) fn notify(mut of: Section, base: &Path) -> Notify {
    let wanted = MAIL.iter().any(|key| of.has(key));
    let (mail, monthly) = (mail(&mut of, wanted), of.flag("monthly").unwrap_or(false));
    let has_command = of.has("command");
    let command = command(&mut of, base);
    let event_log = of.flag("event_log").unwrap_or(false);
    if event_log && !cfg!(windows) {
        of.problem("event_log", say::event_log_is_windows());
    }
    if monthly && !wanted && !has_command && !event_log {
        of.problem("monthly", say::monthly_needs_a_way());
    }
    of.close();
    Notify { mail, command, event_log, monthly }
}

/// Reads all keys even where one is missing, so that all problems are told at once.
fn mail(of: &mut Section, wanted: bool) -> Option<Mail> {
    for key in ["mail_to", "mail_from", "smtp_host"] {
        if wanted && !of.has(key) {
            of.problem(key, say::mail_needs());
        }
    }
    let to = of.list_of("mail_to", false, mailbox);
    if to.as_ref().is_some_and(Vec::is_empty) {
        of.problem("mail_to", say::empty_mail_to());
    }
    let from = of.parsed("mail_from", mailbox);
    let host = of.some_text("smtp_host", values::host);
    let tls = of.choice(
        "smtp_tls",
        &[("starttls", SmtpTls::StartTls), ("tls", SmtpTls::Tls), ("none", SmtpTls::None)],
    );
    let tls = tls.unwrap_or(SmtpTls::StartTls);
    let port = of.number("smtp_port", 1..=65535).unwrap_or(tls.port());
    let login = of.has("smtp_user");
    let user = of.parsed("smtp_user", values::user).filter(|user| !user.is_empty());
    let password_file = of.path("smtp_password_file");
    if password_file.is_some() && !login {
        of.problem("smtp_user", say::password_needs_user());
    }
    if login && tls == SmtpTls::None {
        of.problem("smtp_tls", say::login_needs_tls());
    }
    let ca = of.path("smtp_ca");
    Some(Mail { to: to?, from: from?, host: host?, port, tls, user, password_file, ca })
}

pub(super) fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|_| say::not_an_address(&say::shown(text)))
}

fn command(of: &mut Section, base: &Path) -> Option<Vec<String>> {
    let mut command = of.list_of("command", false, |text| Ok(text.to_owned()))?;
    let Some(program) = command.first_mut() else {
        of.problem("command", say::empty_command());
        return None;
    };
    // Keep a name without a folder as it is: the system finds the program in PATH.
    if program.contains(std::path::is_separator) {
        *program = base.join(&*program).to_string_lossy().into_owned();
    }
    Some(command)
}
