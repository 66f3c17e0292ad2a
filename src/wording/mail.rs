//! A finished mail to KP about a delivery in doubt.

use serde::Serialize;

use super::{bytes, moment};
use crate::messages::{escape, mail as say};
use crate::model::ledger::Delivery;

/// A mail that only needs to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// One line.
    pub subject: String,
    /// Plain text, with line breaks.
    pub body: String,
}

impl Mail {
    /// The mail that asks KP whether this delivery was received: which file, how large, when, under which name on the
    /// server, and what to answer.
    #[must_use]
    pub fn about(delivery: &Delivery) -> Mail {
        let remote = delivery.remote_path.as_deref().unwrap_or("–");
        let name = escape(remote.rsplit('/').next().unwrap_or(remote));
        let at = moment(&delivery.started_at);
        let about = say::About {
            path: &escape(&delivery.path),
            bytes: &bytes(delivery.size),
            at: &at,
            remote: &escape(remote),
        };
        Mail { subject: say::subject(&name, &at), body: say::body(&about) }
    }

    /// Subject and body as they are shown, each line behind `mark`.
    #[must_use]
    pub fn text(&self, mark: &str) -> String {
        let subject = say::subject_line(&self.subject);
        let lines = [subject.as_str(), ""].into_iter().chain(self.body.lines());
        lines.map(|line| format!("{mark}{line}").trim_end().to_owned() + "\n").collect()
    }
}
