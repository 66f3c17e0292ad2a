//! What the configuration lets pass without asking a person.

use super::decision::Reason;

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
    /// What becomes of a file whose content speaks against it.
    pub content: ContentPolicy,
    /// Approving a second file for a slot, or the same bytes for another slot, takes two persons.
    pub two_persons: bool,
    /// After a crash between the rename and its record, when the file is gone from the server:
    /// true takes it as delivered, false leaves it in doubt.
    pub gone_is_delivered: bool,
}

/// What a policy makes of a file whose content speaks against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentRule {
    /// A person decides.
    Hold,
    /// The file waits for the rest of it. For [`Reason::Incomplete`] alone.
    Wait,
    /// Send it all the same, unless another row holds it.
    Send,
    /// Send it as if nothing were the matter, and say what would have held it.
    Observe,
}

/// The policies about what is in a file, for series with a `format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentPolicy {
    /// The file does not end as its format says.
    pub incomplete: ContentRule,
    /// A line or a field cannot be read.
    pub unreadable_record: ContentRule,
    /// The trailer does not say what the records say.
    pub totals_differ: ContentRule,
    /// Another period is named.
    pub other_period: ContentRule,
    /// Records were delivered before; none where the configuration does not say.
    pub records_delivered: Option<ContentRule>,
    /// A record stands there more than once; none where the configuration does not say.
    pub records_repeat: Option<ContentRule>,
    /// Count and sum are another delivery's.
    pub totals_repeat: ContentRule,
    /// Count or sum is unusual.
    pub unusual_total: ContentRule,
    /// A record is over the largest amount.
    pub amount_over: ContentRule,
}

impl ContentPolicy {
    /// As long as the configuration says nothing.
    pub const USUAL: ContentPolicy = ContentPolicy {
        incomplete: ContentRule::Wait,
        unreadable_record: ContentRule::Hold,
        totals_differ: ContentRule::Hold,
        other_period: ContentRule::Hold,
        records_delivered: None,
        records_repeat: None,
        totals_repeat: ContentRule::Observe,
        unusual_total: ContentRule::Hold,
        amount_over: ContentRule::Hold,
    };

    /// What is made of a file for this reason; a reason that is not about content holds. `may_repeat` says that nothing
    /// in the format tells several records of one citizen apart, in a series that takes many files: a repeat is then
    /// only observed, unless the configuration says otherwise.
    #[must_use]
    pub fn rule(&self, reason: Reason, may_repeat: bool) -> ContentRule {
        let unsaid = if may_repeat { ContentRule::Observe } else { ContentRule::Hold };
        match reason {
            Reason::Incomplete => self.incomplete,
            Reason::UnreadableRecord => self.unreadable_record,
            Reason::TotalsDiffer => self.totals_differ,
            Reason::OtherPeriod => self.other_period,
            Reason::RecordsDelivered => self.records_delivered.unwrap_or(unsaid),
            Reason::RecordsRepeat => self.records_repeat.unwrap_or(unsaid),
            Reason::TotalsRepeat => self.totals_repeat,
            Reason::UnusualTotal => self.unusual_total,
            Reason::AmountOver => self.amount_over,
            _ => ContentRule::Hold,
        }
    }
}
