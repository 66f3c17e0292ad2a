//! What is said about the server and the line to it.

use crate::remote::{LineFault, RemoteError};

crate::messages::catalogue! {
    /// The line: time-out.
    timed_out() {
        da "serveren svarede ikke i tide",
        en "the server did not answer in time",
    }
    /// The line: ended, no more is known.
    closed() {
        da "forbindelsen til serveren blev afbrudt",
        en "the connection to the server ended",
    }
    /// The line: ended, and why.
    closed_because(why: &str) {
        da "forbindelsen til serveren blev afbrudt ({why})",
        en "the connection to the server ended ({why})",
    }
    /// The line: the server does not keep to the protocol.
    protocol(what: &str) {
        da "serveren følger ikke SFTP version 3: {what}",
        en "the server does not keep to SFTP version 3: {what}",
    }
    /// Protocol: the version.
    wrong_version(version: u32) {
        da "den vil tale version {version}",
        en "it wants to speak version {version}",
    }
    /// Protocol: a reply before the hello.
    reply_before_hello() {
        da "den svarede, før den var spurgt",
        en "it answered before it was asked",
    }
    /// Protocol: the hello came twice.
    second_hello() {
        da "den sagde goddag to gange",
        en "it said hello twice",
    }
    /// Protocol: a reply to nothing.
    unknown_reply() {
        da "den svarede på noget, den ikke var spurgt om",
        en "it answered something that it was not asked",
    }
    /// Protocol: a reply of the wrong kind.
    wrong_reply() {
        da "den svarede på en anden måde, end der blev spurgt",
        en "its answer does not fit the question",
    }
    /// Protocol: the length is impossible; often a greeting text where packets should be.
    giant_packet() {
        da "den sendte en pakke med en umulig længde; måske skriver den en velkomsttekst, hvor der skulle være SFTP",
        en "it sent a packet of an impossible length; it may print a greeting where SFTP should be",
    }
    /// Protocol: a packet that cannot be read.
    malformed_packet() {
        da "den sendte en pakke, der ikke kan læses",
        en "it sent a packet that cannot be read",
    }
    /// A request was refused, and the server gave no words.
    refused(why: &str, status: u32) {
        da "serveren afviste: {why} (SFTP-status {status})",
        en "the server refused: {why} (SFTP status {status})",
    }
    /// A request was refused, with the server's words.
    refused_saying(why: &str, status: u32, text: &str) {
        da "serveren afviste: {why} (SFTP-status {status}, »{text}«)",
        en "the server refused: {why} (SFTP status {status}, “{text}”)",
    }
    /// A request never left.
    not_sent(fault: &str) {
        da "blev ikke sendt: {fault}",
        en "was not sent: {fault}",
    }
    /// A request left, and no answer came.
    no_answer(fault: &str) {
        da "blev sendt, men svaret kom ikke: {fault}",
        en "was sent, but no answer came: {fault}",
    }
    /// Status 1.
    status_eof() {
        da "filen er slut",
        en "end of file",
    }
    /// Status 2.
    status_no_such_file() {
        da "filen eller mappen findes ikke",
        en "no such file or folder",
    }
    /// Status 3.
    status_permission() {
        da "brugeren mangler rettigheder dér",
        en "the user lacks permission there",
    }
    /// Status 4, which servers use for much.
    status_failure() {
        da "det lykkedes ikke; filen findes måske allerede, eller disken er fuld",
        en "it failed; the file may exist already, or the disk be full",
    }
    /// Status 5.
    status_bad_message() {
        da "serveren forstod ikke anmodningen",
        en "the server did not understand the request",
    }
    /// Status 8.
    status_unsupported() {
        da "serveren tilbyder ikke dette",
        en "the server does not offer this",
    }
    /// Any other status.
    status_other() {
        da "uden nærmere grund",
        en "for no reason that is known",
    }
}

/// What happened to the line.
pub(crate) fn line_fault(fault: &LineFault) -> String {
    match fault {
        LineFault::TimedOut => timed_out(),
        LineFault::Closed(why) if why.is_empty() => closed(),
        LineFault::Closed(why) => closed_because(&printable(why)),
        LineFault::Protocol(what) => protocol(what),
    }
}

/// What is known of the request.
pub(crate) fn remote_error(error: &RemoteError) -> String {
    match error {
        RemoteError::Refused { status, text } if text.is_empty() => refused(&status_text(*status), *status),
        RemoteError::Refused { status, text } => {
            refused_saying(&status_text(*status), *status, &printable(text))
        }
        RemoteError::NotSent(fault) => not_sent(&line_fault(fault)),
        RemoteError::NoAnswer(fault) => no_answer(&line_fault(fault)),
    }
}

fn status_text(status: u32) -> String {
    match status {
        1 => status_eof(),
        2 => status_no_such_file(),
        3 => status_permission(),
        4 => status_failure(),
        5 => status_bad_message(),
        8 => status_unsupported(),
        _ => status_other(),
    }
}

/// Text from outside, made harmless for a terminal and a log: one line, no control or direction
/// characters, and not endless.
pub(crate) fn printable(text: &str) -> String {
    const LONGEST: usize = 200;
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        match c {
            _ if count >= LONGEST => {
                shown.push('…');
                break;
            }
            c if hidden(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}
