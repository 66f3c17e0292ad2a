//! The exit codes, and the error that carries one.
//!
//! Schedulers and scripts act on these numbers, so each has one meaning and they never change.

/// How a command ended, as the process tells it to the scheduler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// All done, or nothing to do; nothing needs a person.
    Ok = 0,
    /// An error of the program or the machine that fits no other code.
    Unexpected = 1,
    /// Wrong arguments or configuration; nothing was touched.
    Usage = 2,
    /// Something waits for a person: held, in doubt, or overdue.
    Attention = 3,
    /// Something could not be delivered now; the next run tries again.
    Incomplete = 4,
    /// Another run holds the lock; nothing was touched.
    Busy = 5,
    /// The ledger is damaged, newer than the program, or gone; nothing was sent.
    Ledger = 6,
}

impl ExitCode {
    /// The number the process exits with.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// Its name, as the JSON of a command that failed spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ExitCode::Ok => "ok",
            ExitCode::Unexpected => "unexpected",
            ExitCode::Usage => "usage",
            ExitCode::Attention => "attention",
            ExitCode::Incomplete => "incomplete",
            ExitCode::Busy => "busy",
            ExitCode::Ledger => "ledger",
        }
    }

    /// Of two ends that both fit, the one that counts: 6, 2, 5, 1, 4, 3, 0 in this order.
    #[must_use]
    pub fn or(self, other: ExitCode) -> ExitCode {
        if other.rank() < self.rank() { other } else { self }
    }

    fn rank(self) -> u8 {
        match self {
            ExitCode::Ledger => 0,
            ExitCode::Usage => 1,
            ExitCode::Busy => 2,
            ExitCode::Unexpected => 3,
            ExitCode::Incomplete => 4,
            ExitCode::Attention => 5,
            ExitCode::Ok => 6,
        }
    }
}

/// An error that a person can act on: a sentence in her language, and the exit code it means.
///
/// Everything else that reaches `main` exits with [`ExitCode::Unexpected`].
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct UserError {
    /// What it means to the scheduler.
    pub exit: ExitCode,
    /// What failed, on which file or key, and what to do now.
    pub message: String,
}

impl UserError {
    /// Wrong arguments or configuration.
    pub fn usage(message: impl Into<String>) -> UserError {
        UserError { exit: ExitCode::Usage, message: message.into() }
    }

    /// The program or the machine failed.
    pub fn unexpected(message: impl Into<String>) -> UserError {
        UserError { exit: ExitCode::Unexpected, message: message.into() }
    }

    /// The ledger cannot be trusted or used.
    pub fn ledger(message: impl Into<String>) -> UserError {
        UserError { exit: ExitCode::Ledger, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::ExitCode::{Attention, Busy, Incomplete, Ledger, Ok, Unexpected, Usage};

    #[test]
    fn the_first_that_fits_is_6_2_5_1_4_3_0() {
        let order = [Ledger, Usage, Busy, Unexpected, Incomplete, Attention, Ok];
        for (i, &first) in order.iter().enumerate() {
            for &later in &order[i..] {
                assert_eq!(first.or(later), first);
                assert_eq!(later.or(first), first);
            }
        }
    }
}
