//! What failed, each cause told once with all its files.

use crate::messages::{escape, report};
use crate::model::attention::AttentionItem;

/// A cause, and the files that failed because of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause<'a> {
    /// What went wrong, and what to do now.
    pub message: &'a str,
    /// Paths in the drop folder, with `/`.
    pub paths: Vec<&'a str>,
}

/// The causes of these items, each once, in the order in which they come.
#[must_use]
pub fn by_cause<'a>(items: impl Iterator<Item = &'a AttentionItem>) -> Vec<Cause<'a>> {
    let mut causes: Vec<Cause<'a>> = Vec::new();
    for item in items {
        let path = item.path.as_deref().unwrap_or_default();
        let why = item.cause.as_deref().unwrap_or(&item.message);
        match causes.iter_mut().find(|cause| cause.message == why) {
            Some(cause) => cause.paths.push(path),
            None => causes.push(Cause { message: why, paths: vec![path] }),
        }
    }
    causes
}

impl Cause<'_> {
    /// The files and the cause; no more than `most` of the files by name.
    #[must_use]
    pub fn text(&self, most: usize) -> String {
        let named: Vec<String> = self.paths.iter().take(most).map(|path| escape(path)).collect();
        let more = self.paths.len() - named.len();
        let rest = if more > 0 { report::and_others(more) } else { String::new() };
        format!("{}{rest}: {}", named.join(", "), self.message)
    }
}
