//! What the configuration lets pass without asking a person.

/// `[period]`: which periods are sent without asking, in months from the current one.
#[derive(Debug, Clone, Copy)]
pub struct PeriodLimits {
    /// Months before the current one.
    pub months_back: u32,
    /// Months after the current one.
    pub months_ahead: u32,
}

/// What a policy makes of a file that its row fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A person decides.
    Hold,
    /// Send it all the same, unless a later row holds it.
    Send,
    /// Leave it, and say so.
    Skip,
}

/// `[policy]`.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// The same bytes were delivered for another slot.
    pub same_content_other_slot: Rule,
    /// No period, or more than one. Never [`Rule::Skip`].
    pub unknown_period: Rule,
    /// Older than `period.months_back`.
    pub old_period: Rule,
    /// Later than `period.months_ahead`. Never [`Rule::Skip`].
    pub future_period: Rule,
    /// There are `[[series]]`, and the file fits none of them and is new to the ledger.
    pub unknown_series: Rule,
    /// There are no `[[series]]`, and the file's series is new to a ledger that knows others. Never [`Rule::Skip`].
    pub new_series: Rule,
    /// The slot has another file already. Never [`Rule::Skip`].
    pub slot_taken: Rule,
    /// Approving a second file for a slot, or the same bytes for another slot, takes two persons.
    pub two_persons: bool,
    /// After a crash between the rename and its record, when the file is gone from the server:
    /// true takes it as delivered, false leaves it in doubt.
    pub gone_is_delivered: bool,
}
