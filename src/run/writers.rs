//! Files that another program still writes, found after the files were judged: only those that would be sent or moved are
//! asked about, and all of them in one look at the system.

use std::collections::HashSet;

use super::judge::PlannedFile;
use crate::config::{Config, Disposal};
use crate::model::decision::{Blocked, Choice, Judgement, Reason, Unsettled};
use crate::platform;

/// Has the files wait that another program holds open for writing, as far as that can be seen.
pub(super) fn let_written_files_wait(config: &Config, planned: &mut [PlannedFile]) {
    let numbers: HashSet<(u64, u64)> = planned.iter().filter_map(|file| number(config, file)).collect();
    if numbers.is_empty() {
        return;
    }
    let written = platform::written_by_others(&numbers);
    if written.is_empty() {
        return;
    }
    for file in planned {
        if number(config, file).is_some_and(|number| written.contains(&number)) {
            file.scanned.reading = Err(Blocked::Unsettled(Unsettled::InUse));
            // What was read is not the whole file, so it has neither digest nor slot yet.
            file.scanned.key = None;
            file.judgement = Judgement::new(Choice::Wait, Reason::Unsettled, None);
            (file.remote_path, file.decision, file.takes_two) = (None, None, false);
        }
    }
}

/// The number of a file that is to be sent or moved; none for any other.
fn number(config: &Config, file: &PlannedFile) -> Option<(u64, u64)> {
    let moves = match file.judgement.choice {
        Choice::Send => true,
        Choice::Duplicate => config.originals.duplicates != Disposal::Leave,
        Choice::Hold | Choice::Wait | Choice::Skip => false,
    };
    let reading = file.scanned.reading.as_ref().ok().filter(|_| moves)?;
    Some(reading.identity.number())
}
