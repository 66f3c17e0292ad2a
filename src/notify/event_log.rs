//! Telling by an entry in Windows' event log, where a municipality's monitoring finds it: through `eventcreate.exe`,
//! which is part of Windows.

use std::path::Path;
use std::process::{Command, Stdio};

use super::text::Message;
use crate::messages::{escape, notify as say};
use crate::platform;
use crate::secrets;

/// The entry's source.
const SOURCE: &str = "traekfil";
/// The longest text that Windows' own tools show of an entry, in characters.
const LONGEST: usize = 8000;
/// Event numbers, by which monitoring tells the entries apart; `eventcreate` allows 1 to 1000.
const ALL_WELL: &str = "1";
const NEEDS_A_PERSON: &str = "3";

/// Writes an entry: a warning if something needs a person, otherwise an information.
///
/// # Errors
/// `eventcreate` is missing or Windows refused; in a sentence with what Windows said and what to do.
pub(super) fn write(message: &Message) -> Result<(), String> {
    write_by(&platform::system_program("eventcreate"), message)
}

fn write_by(program: &Path, message: &Message) -> Result<(), String> {
    let (kind, id) = if message.items > 0 { ("WARNING", NEEDS_A_PERSON) } else { ("INFORMATION", ALL_WELL) };
    // A long text loses its end, but never where the ledger's chain ended.
    let room = LONGEST.saturating_sub(message.seal.chars().count());
    let text: String = format!("{}\n\n{}", message.subject, message.body).chars().take(room).collect();
    let text = text + &message.seal;
    let failed =
        |why: &str| say::event_log_failed(&escape(&program.display().to_string()), &escape(why.trim()));
    let said = secrets::withheld_from(Command::new(program))
        .args(["/L", "APPLICATION", "/SO", SOURCE, "/T", kind, "/ID", id, "/D", &text])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(&error.to_string()))?;
    if said.status.success() {
        return Ok(());
    }
    let why = platform::said_by_program(if said.stderr.is_empty() { said.stdout } else { said.stderr });
    Err(failed(&if why.trim().is_empty() { said.status.to_string() } else { why }))
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn an_entry_says_how_grave_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let fake = folder.path().join("eventcreate");
        let calls = folder.path().join("calls");
        let script = |end: &str| {
            fs::write(&fake, format!("#!/bin/sh\nprintf '%s|' \"$@\" >> '{}'\n{end}\n", calls.display()))
                .unwrap();
            fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
        };
        let message = |items| Message {
            subject: "\"æøå\" & %PATH%".into(),
            body: "1. mad\n".into(),
            seal: "\nkæde 1:ab\n".into(),
            items,
        };
        script("");
        write_by(&fake, &message(2)).unwrap();
        write_by(&fake, &message(0)).unwrap();
        let said = "\"æøå\" & %PATH%\n\n1. mad\n\nkæde 1:ab\n|";
        assert_eq!(
            fs::read_to_string(&calls).unwrap(),
            format!(
                "/L|APPLICATION|/SO|traekfil|/T|WARNING|/ID|3|/D|{said}/L|APPLICATION|/SO|traekfil|/T|INFORMATION|/ID|1|/D|{said}"
            )
        );
        fs::remove_file(&calls).unwrap();
        let long = Message { body: "x".repeat(2 * LONGEST), ..message(1) };
        write_by(&fake, &long).unwrap();
        let said = fs::read_to_string(&calls).unwrap();
        assert!(said.ends_with("x\nkæde 1:ab\n|"), "cut before the chain's end");
        assert!(said.chars().count() < LONGEST + 100);
        script("echo 'ERROR: Access is denied.' >&2; exit 1");
        assert!(write_by(&fake, &message(1)).unwrap_err().contains("Access is denied."));
        assert!(write_by(Path::new("findes-ikke"), &message(1)).is_err());
    }
}
