//! What the ledger keeps of a delivery's records: their keys in blocks, and what the chain says of each block.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::period::Period;

/// The keys of a delivery's records. The chain gets the marks alone: the keys lie beside it, so that they can be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyedRecords {
    /// By which description of their layout they were read: see `ContentRule::by`.
    pub by: String,
    /// Whether the file has lines that could not be read, so that nobody knows whose deductions KP got with them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// A mark for each month, the earliest first.
    pub marks: Vec<KeyMark>,
    /// The keys themselves, a block for each mark.
    #[serde(skip)]
    pub blocks: Arc<Vec<KeyBlock>>,
}

/// What the chain says of the keys of one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyMark {
    /// The month that the records are for, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// How many records.
    pub records: u64,
    /// The digest over their sorted keys.
    pub digest: Digest,
}

/// The keys of one month, sorted, 16 bytes each, and their amounts, sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyBlock {
    /// The month.
    pub period: Option<Period>,
    /// The keys.
    pub keys: Vec<u8>,
    /// The amounts, in the order of the keys.
    pub amounts: Vec<u8>,
}

impl fmt::Debug for KeyBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyBlock").field("period", &self.period).finish_non_exhaustive()
    }
}
