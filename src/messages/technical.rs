//! What the system and the SSH library say in English, put into Danish, with their own words after it.
//!
//! The macro `catalogue!` hands every finished Danish sentence to [`in_danish`], so that no sentence can forget to.

use std::io::{self, ErrorKind};

/// What stands at the end of every error of the system that has a number.
const NUMBERED: &str = " (os error ";

/// What the kinds of errors are in Danish.
const KINDS: [(ErrorKind, &str); 28] = [
    (ErrorKind::NotFound, "findes ikke"),
    (ErrorKind::PermissionDenied, "adgang nægtet"),
    (ErrorKind::ConnectionRefused, "forbindelsen blev afvist"),
    (ErrorKind::ConnectionReset, "forbindelsen blev afbrudt af den anden side"),
    (ErrorKind::ConnectionAborted, "forbindelsen blev afbrudt"),
    (ErrorKind::HostUnreachable, "maskinen kan ikke nås"),
    (ErrorKind::NetworkUnreachable, "netværket kan ikke nås"),
    (ErrorKind::NetworkDown, "netværket er nede"),
    (ErrorKind::NotConnected, "der er ingen forbindelse"),
    (ErrorKind::AddrInUse, "adressen er i brug"),
    (ErrorKind::AddrNotAvailable, "adressen findes ikke på denne maskine"),
    (ErrorKind::BrokenPipe, "modtageren af data er væk"),
    (ErrorKind::AlreadyExists, "findes allerede"),
    (ErrorKind::WouldBlock, "i brug lige nu"),
    (ErrorKind::NotADirectory, "er ikke en mappe"),
    (ErrorKind::IsADirectory, "er en mappe"),
    (ErrorKind::DirectoryNotEmpty, "mappen er ikke tom"),
    (ErrorKind::ReadOnlyFilesystem, "disken kan kun læses"),
    (ErrorKind::StaleNetworkFileHandle, "netværksdrevet svarer ikke mere"),
    (ErrorKind::InvalidInput, "ugyldig værdi"),
    (ErrorKind::InvalidData, "indholdet er ikke gyldigt"),
    (ErrorKind::TimedOut, "intet svar i tide"),
    (ErrorKind::StorageFull, "disken er fuld"),
    (ErrorKind::QuotaExceeded, "den tilladte plads er brugt op"),
    (ErrorKind::FileTooLarge, "filen er for stor"),
    (ErrorKind::ResourceBusy, "i brug af et andet program"),
    (ErrorKind::UnexpectedEof, "data slutter for tidligt"),
    (ErrorKind::OutOfMemory, "der er ikke mere hukommelse"),
];

/// Errors of Windows that have no kind, by their numbers: of shares, of files that are open elsewhere, of looking up a name.
const OF_WINDOWS: [(i32, &str); 11] = [
    (32, "i brug af et andet program"),
    (33, "låst af et andet program"),
    (53, "netværksstien findes ikke"),
    (55, "det delte drev er væk"),
    (59, "netværket fejlede"),
    (64, "det delte drev svarer ikke mere"),
    (67, "den delte mappe findes ikke"),
    (1326, "brugernavn eller adgangskode er forkert"),
    (11001, "navnet kendes ikke"),
    (11002, "navneserveren svarer ikke"),
    (11004, "navnet har ingen adresse"),
];

/// What looking up a server's name fails with, which has no kind.
const LOOKED_UP: [(&str, &str); 6] = [
    ("failed to lookup address information: Name or service not known", "navnet kendes ikke"),
    ("failed to lookup address information: No address associated with hostname", "navnet har ingen adresse"),
    (
        "failed to lookup address information: Temporary failure in name resolution",
        "navneserveren svarer ikke",
    ),
    ("failed to lookup address information: Name does not resolve", "navnet kendes ikke"),
    ("failed to lookup address information: Try again", "navneserveren svarer ikke"),
    ("failed to lookup address information", "navnet kunne ikke slås op"),
];

/// A Danish sentence with what the system says in it in Danish, the system's own words behind that in parentheses.
#[must_use]
pub(crate) fn in_danish(sentence: String) -> String {
    let mut text = sentence;
    let mut from = 0;
    while let Some(found) = text[from..].find(NUMBERED).map(|at| from + at) {
        let Some((range, said)) = numbered(&text, found) else {
            from = found + NUMBERED.len();
            continue;
        };
        from = range.start + said.len();
        text.replace_range(range, &said);
    }
    // The longer texts stand first, so the first that is found is the whole of it.
    if let Some((at, english, danish)) = LOOKED_UP.iter().find_map(|(en, da)| Some((text.find(en)?, en, da)))
        && !text[..at].ends_with(&format!("{danish}: "))
        && !text[..at].ends_with(&format!("{danish} ("))
    {
        let said = beside(&text[..at], danish, english);
        text.replace_range(at..at + english.len(), &said);
    }
    // Errors without a number are only their kind: they stand alone between parentheses.
    if text.contains('(') {
        for (kind, danish) in KINDS {
            let english = format!("({})", io::Error::from(kind));
            if text.contains(&english) {
                text = text.replace(&english, &format!("({danish}: {}", &english[1..]));
            }
        }
    }
    text
}

/// The error whose number begins at `found`: where it stands, and what it is in Danish.
fn numbered(text: &str, found: usize) -> Option<(std::ops::Range<usize>, String)> {
    let number = &text[found + NUMBERED.len()..];
    let number = &number[..number.find(')')?];
    let error = io::Error::from_raw_os_error(number.parse().ok()?);
    let english = error.to_string();
    let end = found + NUMBERED.len() + number.len() + 1;
    let start = end.checked_sub(english.len()).filter(|start| text.is_char_boundary(*start))?;
    if text[start..end] != english {
        return None;
    }
    let of_kind = || KINDS.iter().find(|(kind, _)| *kind == error.kind()).map(|(_, danish)| *danish);
    let of_windows = OF_WINDOWS.iter().find(|(of, _)| cfg!(windows) && error.raw_os_error() == Some(*of));
    let danish = of_windows.map(|(_, danish)| *danish).or_else(of_kind)?;
    // Windows ends its sentences.
    let own = english.strip_suffix(&format!("{NUMBERED}{number})"))?.trim_end_matches('.');
    let own = format!("{own}, os error {number}");
    Some((start..end, beside(&text[..start], danish, &own)))
}

/// The Danish words and the system's own, after this text: within parentheses no further ones are opened.
fn beside(before: &str, danish: &str, own: &str) -> String {
    if before.ends_with('(') { format!("{danish}: {own}") } else { format!("{danish} ({own})") }
}

crate::messages::catalogue! {
    /// What libssh2 reports, by its number.
    ssh_failed_so(what: &str, text: &str) { da "{what} ({text})", en "{what} ({text})" }
    ssh_no_banner() { da "serveren sendte ingen SSH-hilsen", en "the server sent no SSH banner" }
    ssh_broken() { da "forbindelsen blev afbrudt", en "the connection broke off" }
    ssh_not_agreed() { da "der kunne ikke aftales en kryptering", en "no encryption could be agreed on" }
    ssh_timeout() { da "serveren svarede ikke i tide", en "the server did not answer in time" }
    ssh_garbled() { da "serveren sendte noget, der ikke er gyldig SSH", en "the server sent what is not valid SSH" }
    ssh_login() { da "login lykkedes ikke", en "the login did not succeed" }
    ssh_channel() { da "serveren ville ikke åbne en kanal", en "the server would not open a channel" }
    ssh_closed() { da "serveren lukkede kanalen", en "the server closed the channel" }
    ssh_agent() { da "ssh-agenten svarer ikke, som den skal", en "the ssh agent does not answer as it should" }
    ssh_other() { da "SSH-forbindelsen fejlede", en "the SSH connection failed" }
}

/// What libssh2 reports under this number (`LIBSSH2_ERROR_…` in its header), with its own words after it.
#[must_use]
pub(crate) fn ssh_failed(code: i32, text: &str) -> String {
    let what = match code {
        -2 | -3 => ssh_no_banner(),
        -7 | -13 | -43 | -45 | -1 => ssh_broken(),
        -5 | -8 | -33 | -51 => ssh_not_agreed(),
        -9 | -30 => ssh_timeout(),
        -4 | -10 | -11 | -12 | -14 | -52 => ssh_garbled(),
        -15 | -16 | -17 | -18 | -19 | -48 | -50 => ssh_login(),
        -23..=-20 | -32 => ssh_channel(),
        -27..=-24 => ssh_closed(),
        -42 => ssh_agent(),
        _ => ssh_other(),
    };
    ssh_failed_so(&what, &super::transport::printable(text))
}

#[cfg(test)]
mod tests;
