//! Who gave a word, as the ledger writes it: the name of a user, or [`UNKNOWN`].

use crate::names;

/// What stands for a person who cannot be told.
pub const UNKNOWN: &str = "unknown";

/// What names nobody: who cannot be told, in this and in earlier versions, and the accounts that everybody may work as.
const NOBODY: [&str; 4] = [UNKNOWN, "?", "root", "system"];

/// Whether this names a person. One who cannot be told never counts as a second person.
#[must_use]
pub fn is_known(who: &str) -> bool {
    !who.is_empty() && !NOBODY.contains(&alone(who).as_str())
}

/// Whether both name one person: whatever the case, and whatever domain stands before or behind the name.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    alone(one) == alone(other)
}

fn alone(who: &str) -> String {
    let name = who.rsplit('\\').next().unwrap_or(who);
    let name = name.split('@').next().unwrap_or(name);
    names::comparable(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_one_by_every_spelling() {
        for spelling in ["bente", "Bente", "KORSBÆK\\bente", "bente@korsbaek.example.dk"] {
            assert!(is_same("bente", spelling) && is_known(spelling), "{spelling}");
        }
        assert!(!is_same("bente", "bent"));
        for nobody in ["", "?", "unknown", "root", "NT AUTHORITY\\SYSTEM"] {
            assert!(!is_known(nobody), "{nobody}");
        }
    }
}
