//! A walk through the worlds, told so that a person can follow it.

use std::fmt::Write;

use traekfil::delivery::witness::Standing;
use traekfil::delivery::{Observed, RecoveryAction};
use traekfil::model::delivery::State;

use crate::protocol::{Action, How, Scenario};
use crate::records::{self, NOT_READ, RECORDS};
use crate::rules;
use crate::world::{FILES, Final, Mark, Phase, Temporary, World};

/// Worlds, each with the action that leads to the next one; the last has none, or one that is not told.
pub type Walk = Vec<(World, Option<Action>)>;

/// The walk, a sentence a step, and where it leaves ledger, witness, server and folder.
pub fn tell(scenario: &Scenario, walk: &Walk) -> String {
    let mut story = String::new();
    for (number, pair) in walk.windows(2).enumerate() {
        let ((before, Some(action)), (after, _)) = (&pair[0], &pair[1]) else { continue };
        let said = sentence(scenario, before, *action, after);
        writeln!(story, "{:>4}. {said}", number + 1).unwrap();
    }
    let (end, _) = walk.last().unwrap();
    if scenario.records != NOT_READ {
        for record in 0..RECORDS {
            let (times, _) = records::taken(scenario, end, record, |_| 0);
            writeln!(story, "      At the end KP has got record {} {times} times.", record + 1).unwrap();
        }
    }
    for file in 0..usize::from(scenario.files) {
        writeln!(story, "      At the end, file {}: {}", file + 1, leaves(end, file)).unwrap();
    }
    story
}

fn leaves(world: &World, file: usize) -> String {
    let states: Vec<&str> =
        world.host.ledger[file].attempts.iter().filter_map(|row| row.state).map(State::name).collect();
    let server = &world.server[file];
    format!(
        "ledger {states:?}, published {} times, KP {} it whole, original {:?}, `not_delivered` said {} times ({} times wrongly).",
        server.publications,
        if server.got_whole { "has" } else { "lacks" },
        world.originals[file],
        world.said[file].not_delivered,
        world.said[file].wrongly,
    )
}

fn sentence(scenario: &Scenario, before: &World, action: Action, after: &World) -> String {
    let name = |file: u8| format!("file {}", file + 1);
    match action {
        Action::Run => "A run begins; it holds the witness against the ledger.".to_owned(),
        Action::Step(file, how) => step(scenario, before, file, how, after),
        Action::Commit => commit(scenario, before, after),
        Action::Sync(true) => "The witness is synced.".to_owned(),
        Action::Sync(false) if scenario.guards.failed_line_leaves_all => {
            "Syncing the witness fails; the run ends and leaves all as it is.".to_owned()
        }
        Action::Sync(false) => "Syncing the witness fails.".to_owned(),
        Action::Killed => "The process is killed.".to_owned(),
        Action::PowerCut => "The power fails; the lines that were not synced are gone.".to_owned(),
        Action::Copy => "Somebody sets a copy of the ledger aside.".to_owned(),
        Action::Restore => "Somebody puts the older copy in the ledger's place.".to_owned(),
        Action::SayRestored => "A person says `ledger restored`.".to_owned(),
        Action::SayDelivered(file, _) => format!("A person says of {}: delivered.", name(file)),
        Action::SayNotDelivered { file, reached, .. } => {
            let true_or_not =
                if before.server[usize::from(file)].publications == 0 { "truly" } else { "wrongly" };
            let look = if reached { "; her command looks at the temporary name first" } else { "" };
            format!("A person says of {} ({true_or_not}): not delivered{look}.", name(file))
        }
        Action::Approve(file) => format!("A person approves {}.", name(file)),
        Action::Reject(file) => format!("A person rejects {}.", name(file)),
        Action::Adopt(file) => format!("A person says that KP had {} before this ledger.", name(file)),
        Action::Drop(file) => format!("{} comes into the folder.", name(file)),
        Action::Take(file) => {
            let what = match before.server[usize::from(file)].published {
                Final::OursInPart => "KP takes the part of ours that stands at the final name",
                Final::StrangersOfOurSize => "KP takes the stranger's file at the final name",
                Final::Ours | Final::Nothing => "KP takes ours from the final name",
            };
            format!("{what} of {}.", name(file))
        }
        Action::RenameComes(file, _) => {
            format!("The server now does the rename of {} that nobody waits for any more.", name(file))
        }
        Action::Stranger(file) => {
            format!("A stranger puts a file of the same size at the final name of {}.", name(file))
        }
        Action::TemporaryRemoved(file, _) => {
            format!("Somebody removes the temporary file of {}.", name(file))
        }
    }
}

fn step(scenario: &Scenario, before: &World, file: u8, how: How, after: &World) -> String {
    let at = usize::from(file);
    let name = format!("file {}", file + 1);
    let row = &before.host.in_flight[at];
    match before.host.phase {
        Phase::Lacking => format!("The line that the witness lacks about {name} is appended."),
        Phase::PersonsLine => {
            format!("The line of that word about {name} is appended and synced; it is answered as done.")
        }
        Phase::RemoveUploading | Phase::GiveUp => format!("The temporary file of {name} is removed."),
        Phase::Receipts(_) => format!("The receipt of {name} is appended to the witness."),
        Phase::PutAway(_) => format!("The original of {name} is put away."),
        Phase::RemoveAfterWord => {
            let there = before.server[at].temporary[usize::from(row.attempt)] != Temporary::Absent;
            let done = if there { "is removed" } else { "is seen to be absent" };
            format!("After that word the temporary file of {name} {done}.")
        }
        Phase::Store => format!("The temporary file of {name} is stored{}.", ending(how)),
        Phase::Look => format!("The final name of {name} is looked at: {:?}.", before.server[at].published),
        Phase::Append => {
            format!("The witness gets its line about {name}: its final name is about to be asked for.")
        }
        Phase::Publish | Phase::Settle(_)
            if row.mark == Mark::Todo && before.host.phase == Phase::Publish =>
        {
            let done = after.server[at].publications > before.server[at].publications;
            let refused = if !done && how == How::Answered { " (refused: a file stands there)" } else { "" };
            let what = if scenario.direct { "The final file of" } else { "The rename of" };
            format!("{what} {name} is asked for{}{refused}.", ending(how))
        }
        Phase::Publish => format!("The final file of {name} is written{}.", ending(how)),
        _ => settling(before, at, &name, how, after),
    }
}

fn ending(how: How) -> &'static str {
    match how {
        How::Answered => "",
        How::Refused => ", and the server refuses",
        How::RequestLost => ", and the request is lost",
        How::ReplyLost => ", and the reply is lost",
        How::Late => ", and there is no answer; the server may still come to it",
    }
}

fn settling(before: &World, file: usize, name: &str, how: How, after: &World) -> String {
    let row = &before.host.in_flight[file];
    let seen = |observed: Observed| match observed {
        Observed::Nothing => "nothing",
        Observed::RightSize => "a file of the right size",
        Observed::Other => "a file of another size",
    };
    match (row.mark, row.choice) {
        (Mark::Todo, _) => {
            let found = after.host.in_flight[file].temporary.map_or("", seen);
            format!("Recovery looks at the temporary name of {name}: {found}.")
        }
        (Mark::LookedAtTemporary, _) => {
            format!("Recovery looks at the final name of {name}: {:?}.", before.server[file].published)
        }
        (Mark::ToRead, _) => match before.server[file].published {
            Final::Nothing => {
                format!("Recovery wants to read the final file of {name}, and it is gone by now.")
            }
            _ => format!("Recovery reads the final file of {name}."),
        },
        (_, Some(RecoveryAction::RenameAgain)) => {
            format!("Recovery asks for the rename of {name} again{}.", ending(how))
        }
        (_, Some(choice)) => format!("Recovery's choice for {name}: {choice:?}."),
        (_, None) => format!("Recovery goes on with {name}."),
    }
}

/// What the commit wrote down, delivery by delivery.
fn commit(scenario: &Scenario, before: &World, after: &World) -> String {
    let mut written = Vec::new();
    for file in 0..FILES {
        let rows = before.host.ledger[file].attempts.iter().zip(&after.host.ledger[file].attempts);
        for (attempt, (was, is)) in rows.enumerate() {
            let first = rules::standing(scenario, before, file, attempt) == Some(Standing::PublishFirst)
                && before.host.phase == Phase::PublishFirst;
            let why = if first { " (its line was there)" } else { "" };
            if was.state != is.state {
                let keys = if is.keyed && !was.keyed { " with the keys of its records" } else { "" };
                written.push(format!("file {} `{}`{keys}{why}", file + 1, is.state.map_or("", State::name)));
            } else if is.keyed && !was.keyed {
                written.push(format!("file {}: the keys of its records, from its content", file + 1));
            } else if was.temporary_is_gone != is.temporary_is_gone {
                written.push(format!("file {}: its temporary file is gone", file + 1));
            }
        }
    }
    format!("The ledger commits: {}.", written.join(", "))
}
