//! What stands on the receiver's server of a delivery that a person is about to settle. Only looks there.

use serde::Serialize;

use crate::config::Config;
use crate::messages::{command, escape, resolve as say};
use crate::model::ledger::Delivery;
use crate::remote::ssh::SshConnector;
use crate::remote::{Connect, Remote, RemoteError, RemoteStat};
use crate::secrets::Secrets;

/// What stands at a name on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum There {
    /// Nothing.
    Nothing,
    /// A file with exactly the delivery's content.
    OurContent,
    /// A file of the delivery's size, whose content was not read.
    OurSize,
    /// Something else.
    Other,
}

/// What was seen on the server; or why nobody could look.
#[derive(Debug, Serialize)]
pub(super) struct Seen {
    /// At the temporary name; none where the delivery has none, or nobody could look.
    temporary: Option<There>,
    /// At the final name; none where nobody could look.
    remote: Option<There>,
    /// Why nobody could look.
    error: Option<String>,
}

impl Seen {
    /// Whether the server shows that KP's folder has the file.
    pub(super) fn is_delivered(&self) -> bool {
        self.remote == Some(There::OurContent)
    }

    /// Whether KP's folder has the file, or one of its size that may not be read.
    pub(super) fn may_be_delivered(&self) -> bool {
        matches!(self.remote, Some(There::OurContent | There::OurSize))
    }

    /// Whether the server was asked.
    pub(super) fn looked(&self) -> bool {
        self.error.is_none()
    }

    /// Whether nothing of the delivery can still come: nothing stands at the name that could still be published.
    pub(super) fn nothing_can_come(&self, delivery: &Delivery) -> bool {
        let name = if delivery.is_direct() { self.remote } else { self.temporary };
        name == Some(There::Nothing)
    }

    /// That nobody could look, where a person says once more that KP never got the file.
    pub(super) fn not_looked_again(&self, delivery: i64) -> String {
        say::could_not_look_again(delivery, self.error.as_deref().unwrap_or_default())
    }

    /// The same as sentences.
    pub(super) fn text(&self, delivery: &Delivery) -> String {
        let name = |path: &Option<String>| escape(path.as_deref().unwrap_or("–"));
        match (&self.error, self.temporary, self.remote) {
            (Some(error), ..) => say::could_not_look(error),
            (None, Some(temporary), Some(remote)) => say::seen_both(
                &name(&delivery.temporary),
                &words(temporary),
                &name(&delivery.remote_path),
                &words(remote),
            ),
            (None, _, remote) => {
                say::seen(&name(&delivery.remote_path), &words(remote.unwrap_or(There::Nothing)))
            }
        }
    }
}

/// Why a delivery whose file lies at KP is not taken for one that KP never got.
pub(super) fn lies_there(delivery: &Delivery) -> String {
    let remote = escape(delivery.remote_path.as_deref().unwrap_or("–"));
    let instead = command(&format!("resolve {} --delivered --reason \"…\"", delivery.id));
    say::lies_there(&remote, delivery.id, &instead)
}

/// That the file of a delivery stands at KP now, which a person says once more KP never got.
pub(super) fn came_since(delivery: &Delivery) -> String {
    say::came_since(&escape(delivery.remote_path.as_deref().unwrap_or("–")), delivery.id)
}

/// That the file of a delivery may go again.
pub(super) fn free_now(delivery: &Delivery) -> String {
    say::free_now(delivery.id, &escape(&delivery.path))
}

/// That something of a delivery can still come.
pub(super) fn still_there(delivery: &Delivery) -> String {
    if delivery.is_direct() {
        say::still_at_final_name(delivery.id, &escape(delivery.remote_path.as_deref().unwrap_or("–")))
    } else {
        say::still_temporary(delivery.id)
    }
}

/// Looks at both names of a delivery.
pub(super) fn look(config: &Config, delivery: &Delivery) -> Seen {
    match try_to_look(config, delivery) {
        Ok((temporary, remote)) => Seen { temporary, remote: Some(remote), error: None },
        Err(error) => Seen { temporary: None, remote: None, error: Some(error) },
    }
}

fn try_to_look(config: &Config, delivery: &Delivery) -> Result<(Option<There>, There), String> {
    let Some(remote_path) = delivery.remote_path.as_deref() else { return Err(say::no_name_there()) };
    let ready = config.check_sftp().and_then(|()| config.check_host_key());
    let secrets = ready.and_then(|()| Secrets::gather(&config.sftp)).map_err(|error| error.message)?;
    let mut server = SshConnector::new(&config.sftp, secrets).connect().map_err(|error| error.to_string())?;
    let temporary = delivery.temporary.as_deref().filter(|_| !delivery.is_direct());
    let paths: Vec<&str> = temporary.into_iter().chain([remote_path]).collect();
    let mut found = Vec::new();
    for stat in server.stat(&paths) {
        found.push(against(stat.map_err(|error| error.to_string())?, delivery.size));
    }
    let Some(mut remote) = found.pop() else { return Err(say::no_name_there()) };
    if remote == There::OurSize {
        remote = read(server.as_mut(), remote_path, delivery)?;
    }
    Ok((found.pop(), remote))
}

fn against(stat: RemoteStat, size: u64) -> There {
    match stat {
        RemoteStat::Absent => There::Nothing,
        RemoteStat::Present { size: Some(seen) } if seen == size => There::OurSize,
        RemoteStat::Present { .. } => There::Other,
    }
}

/// Reads a file of the right size, and compares it with the delivery where the server lets it be read.
fn read(server: &mut dyn Remote, path: &str, delivery: &Delivery) -> Result<There, String> {
    match server.digest(&[(path, delivery.size)]).pop() {
        Some(Ok(digest)) if digest == Some(delivery.key.digest) => Ok(There::OurContent),
        Some(Ok(_)) => Ok(There::Other),
        Some(Err(RemoteError::Refused { .. })) | None => Ok(There::OurSize),
        Some(Err(error)) => Err(error.to_string()),
    }
}

fn words(there: There) -> String {
    match there {
        There::Nothing => say::nothing_there(),
        There::OurContent => say::our_content(),
        There::OurSize => say::our_size(),
        There::Other => say::something_else(),
    }
}
