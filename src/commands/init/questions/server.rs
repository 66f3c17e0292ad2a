//! KP's server: its address, tried at once, and its host key.

use crate::config::{Config, values};
use crate::exit::UserError;
use crate::messages::init as say;
use crate::remote::ssh::{self, SeenKey};

use super::super::prompter::{Asked, Kind, Question, yes_or_no};
use super::{Interview, typed};

/// Asks for name and port, and reaches for the server: a mistyped name is mended here, not after the first failed run.
pub(super) fn server(interview: &mut Interview) -> Asked<()> {
    let (mut host, mut port) = (interview.options.host.as_deref(), interview.options.port.as_deref());
    loop {
        let earlier = Some(interview.answers.host.clone()).filter(|host| !host.is_empty());
        let asked = (say::ask_host(), say::help_host());
        interview.answers.host =
            interview.text(asked, ("--host", host), earlier, |text| typed::filled(text, values::host))?;
        let question = Question {
            text: say::ask_port(),
            help: say::port_wrong(),
            flag: "--port",
            given: port,
            default: Some(interview.answers.port.to_string()),
            kind: Kind::Choice,
        };
        interview.answers.port = interview.prompter.ask(question, number)?;
        interview.seen = None;
        let known = interview.answers.knows_server() || interview.options.host_key.is_some();
        let wanted = interview.is_asking() || interview.options.accept_host_key;
        if known || !wanted {
            return Ok(());
        }
        match fetched(interview) {
            Ok(seen) => interview.seen = Some(seen),
            Err(error) => {
                interview.warn(&say::host_key_not_fetched(&error))?;
                if interview.is_asking()
                    && interview.prompter.ask_whether(say::ask_again(), say::help_again(), true)?
                {
                    (host, port) = (None, None);
                    continue;
                }
            }
        }
        return Ok(());
    }
}

fn number(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(say::port_wrong)
}

/// The host key that the server shows.
fn fetched(interview: &Interview) -> Result<SeenKey, String> {
    let answers = &interview.answers;
    let address = format!("{}:{}", answers.host, answers.port);
    interview.prompter.say(&say::fetching_host_key(&address)).map_err(|error| error.message)?;
    let mut server = toml_edit::DocumentMut::new();
    server["sftp"]["host"] = toml_edit::value(&answers.host);
    server["sftp"]["port"] = toml_edit::value(i64::from(answers.port));
    server["sftp"]["user"] = toml_edit::value("-");
    let config =
        Config::of(&answers.config, server.to_string().into_bytes()).map_err(|error| error.message)?;
    ssh::seen_host_key(&config.sftp).map_err(|error| error.to_string())
}

/// The server's host key, if the person has compared it or a flag accepts it; none if it is to be pinned later.
pub(super) fn host_key(interview: &mut Interview) -> Asked<()> {
    interview.answers.host_key = None;
    if let Some(given) = &interview.options.host_key {
        let read = values::fingerprint(given.trim().trim_end_matches('='));
        let read = read.map_err(|what| UserError::usage(say::flag_wrong("--host-key", &what)))?;
        interview.answers.host_key = Some(read);
        return Ok(());
    }
    let Some(seen) = &interview.seen else { return Ok(()) };
    if interview.options.accept_host_key {
        interview.answers.host_key = Some(seen.fingerprint.clone());
        return Ok(());
    }
    let prompter = interview.prompter;
    prompter.say(&format!("  {} ({})", seen.fingerprint, seen.key_type))?;
    prompter.say(&super::paragraph("  ", &say::compare_host_key()))?;
    let question = Question {
        text: say::ask_host_key(),
        help: say::compare_host_key(),
        flag: "--host-key",
        given: None,
        default: Some(say::no()),
        kind: Kind::Choice,
    };
    let accepted = prompter.ask(question, |text| match yes_or_no(text) {
        Some(true) => Ok(Some(seen.fingerprint.clone())),
        Some(false) => Ok(None),
        None if text.trim_end_matches('=') == seen.fingerprint => Ok(Some(seen.fingerprint.clone())),
        None if text.starts_with("SHA256:") => Err(say::host_key_differs(&seen.fingerprint)),
        None => Err(say::yes_or_no()),
    })?;
    interview.answers.host_key = accepted;
    Ok(())
}
