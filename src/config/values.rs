//! Values that several sections or commands check by the same rules.

use crate::messages::config as say;

pub(crate) fn host(text: &str) -> Result<String, String> {
    let with_port = text.matches(':').count() == 1;
    if with_port
        || text.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@' | '\\'))
    {
        return Err(say::not_a_host(&say::shown(text)));
    }
    Ok(text.to_owned())
}

pub(crate) fn user(text: &str) -> Result<String, String> {
    if text.contains(char::is_control) || text.trim() != text {
        Err(say::not_a_user())
    } else {
        Ok(text.to_owned())
    }
}

/// Checks a series' name: it must be usable in a file name, since `{series}` may put it into one on the server.
pub(crate) fn part_of_a_file_name(text: &str) -> Result<String, String> {
    if text.contains(['/', '\\']) || text.contains(char::is_control) || text.trim() != text {
        return Err(say::not_a_series_name(&say::shown(text)));
    }
    Ok(text.to_owned())
}

/// Checks a fingerprint in OpenSSH's form: `SHA256:` and 43 characters of base64, without padding.
pub(crate) fn fingerprint(text: &str) -> Result<String, String> {
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    match text.strip_prefix("SHA256:") {
        Some(code) if code.len() == 43 && code.bytes().all(base64) => Ok(text.to_owned()),
        _ => Err(say::not_a_fingerprint(&say::shown(text))),
    }
}

/// Normalizes a folder on the server: keeps a leading `/` and drops empty parts and `.`. The empty result is the login
/// folder.
pub(crate) fn remote_folder(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if text.contains('\\') || text.contains(char::is_control) || parts.contains(&"..") {
        return Err(say::not_a_remote_folder(&say::shown(text)));
    }
    let root = if text.starts_with('/') { "/" } else { "" };
    Ok(format!("{root}{}", parts.join("/")))
}
