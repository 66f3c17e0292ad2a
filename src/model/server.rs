//! What was learned about a server: where it does otherwise than most, and which lines of the configuration follow from that.

/// What was learned about a server while files were sent to it. The default knows of nothing unusual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a trait of its own")]
pub struct ServerTraits {
    /// It offers `fsync@openssh.com` and refused to sync a file: its status, and its words, which may hold anything.
    pub sync_refused: Option<(u32, String)>,
    /// How many files it lets one session have open at once, where it refused to open more.
    pub open_at_once: Option<usize>,
    /// It does not tell an open file's size, or not the right one.
    pub without_handle_size: bool,
    /// It does not tell the size of a closed file either, or tells 0.
    pub without_size: bool,
    /// It does not let a file be read that was just stored.
    pub unreadable: bool,
    /// It has no LSTAT, so that STAT is asked in its place.
    pub without_lstat: bool,
    /// The status by which it says that a name is absent, where that is not 2.
    pub absent_status: Option<u32>,
}

impl ServerTraits {
    /// Adds what another connection to the same server learned.
    pub fn merge(&mut self, other: &ServerTraits) {
        self.sync_refused = self.sync_refused.take().or_else(|| other.sync_refused.clone());
        self.open_at_once = match (self.open_at_once, other.open_at_once) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.without_handle_size |= other.without_handle_size;
        self.without_size |= other.without_size;
        self.unreadable |= other.unreadable;
        self.without_lstat |= other.without_lstat;
        self.absent_status = self.absent_status.or(other.absent_status);
    }

    /// The lines of `[sftp]` without which no file goes to such a server, as they stand in the configuration. A person
    /// decides whether to write them: each gives up a certainty.
    #[must_use]
    pub fn config_lines(&self) -> Vec<&'static str> {
        let sync = self.sync_refused.is_some().then_some("sync = \"best_effort\"");
        let verify = (self.without_size && self.unreadable).then_some("verify = \"none\"");
        sync.into_iter().chain(verify).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_without_anything_unusual_needs_no_line() {
        let usual =
            ServerTraits { without_handle_size: true, without_lstat: true, ..ServerTraits::default() };
        assert!(usual.config_lines().is_empty());
    }

    #[test]
    fn each_certainty_that_a_server_cannot_give_has_its_line() {
        let mut odd = ServerTraits { without_size: true, ..ServerTraits::default() };
        assert!(odd.config_lines().is_empty(), "it can still be read back");
        odd.merge(&ServerTraits {
            unreadable: true,
            sync_refused: Some((4, String::new())),
            ..ServerTraits::default()
        });
        assert_eq!(odd.config_lines(), ["sync = \"best_effort\"", "verify = \"none\""]);
    }

    #[test]
    fn the_fewest_open_files_count() {
        let mut learned = ServerTraits { open_at_once: Some(5), ..ServerTraits::default() };
        learned.merge(&ServerTraits::default());
        learned.merge(&ServerTraits { open_at_once: Some(1), ..ServerTraits::default() });
        assert_eq!(learned.open_at_once, Some(1));
    }
}
