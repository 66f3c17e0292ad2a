//! What counts as a value: each function takes the text of one and answers it, or says what is wrong with it.
//!
//! `init` asks for the same values that the sections read, so both use these.

use crate::messages::{calendar as say_calendar, config as say, needs_escape};

/// The name or address of a server, without a port.
pub(crate) fn host(text: &str) -> Result<String, String> {
    let with_port = text.matches(':').count() == 1;
    if with_port
        || text.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@' | '\\'))
    {
        return Err(say::not_a_host(&say::shown(text)));
    }
    Ok(text.to_owned())
}

/// A name to log in with.
pub(crate) fn user(text: &str) -> Result<String, String> {
    if text.contains(char::is_control) || text.trim() != text {
        Err(say::not_a_user())
    } else {
        Ok(text.to_owned())
    }
}

/// A series' name, which `{series}` may put into a name on the server.
pub(crate) fn part_of_a_file_name(text: &str) -> Result<String, String> {
    if text.contains(['/', '\\']) || text.contains(char::is_control) || text.trim() != text {
        return Err(say::not_a_series_name(&say::shown(text)));
    }
    Ok(text.to_owned())
}

/// Whom to ask, as it is shown to people: one line, and no number that could be somebody's CPR number.
pub(crate) fn contact(text: &str) -> Result<String, String> {
    let text = text.trim();
    let digits = |part: &str| part.chars().filter(char::is_ascii_digit).count();
    let like_cpr =
        text.split(|c: char| !c.is_ascii_digit() && !"- ".contains(c)).any(|run| digits(run) == 10);
    if text.is_empty() {
        return Err(say::empty());
    }
    if text.chars().count() > 200 || text.contains(needs_escape) || like_cpr {
        return Err(say_calendar::contact_unfit());
    }
    Ok(text.to_owned())
}

/// OpenSSH's form: SHA-256 in base64 without padding, 43 characters.
pub(crate) fn fingerprint(text: &str) -> Result<String, String> {
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    match text.strip_prefix("SHA256:") {
        Some(code) if code.len() == 43 && code.bytes().all(base64) => Ok(text.to_owned()),
        _ => Err(say::not_a_fingerprint(&say::shown(text))),
    }
}

/// A folder on the server: a leading `/` stays, empty parts and `.` go. Empty is the login folder.
pub(crate) fn remote_folder(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if text.contains('\\') || text.contains(char::is_control) || parts.contains(&"..") {
        return Err(say::not_a_remote_folder(&say::shown(text)));
    }
    let root = if text.starts_with('/') { "/" } else { "" };
    Ok(format!("{root}{}", parts.join("/")))
}
