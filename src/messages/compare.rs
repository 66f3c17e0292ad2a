//! What `compare` says.

crate::messages::catalogue! {
    beside(path: &str, delivery: i64, earlier: &str, at: &str) {
        da "{path} ved siden af levering {delivery} ({earlier}, {at}):",
        en "{path} beside delivery {delivery} ({earlier}, {at}):",
    }
    by_lines(same: &str, delivery: i64, new: &str, gone: &str) {
        da "{same} linjer er de samme som i levering {delivery}, {new} er nye, og {gone} er væk.",
        en "{same} lines are the same as in delivery {delivery}, {new} are new, and {gone} are gone.",
    }
    same() { da "Samme", en "Same" }
    new() { da "Nye", en "New" }
    gone() { da "Væk", en "Gone" }
    changed() { da "Ændret", en "Changed" }
    more() { da "Forskel", en "Difference" }
    all() { da "I alt", en "All" }
    nothing_to_compare(path: &str) {
        da "{path} er ikke tilbageholdt på grund af en levering. Nævn den, der skal sammenlignes med: --with NUMMER (se traekfil history)",
        en "{path} is not held because of a delivery. Name the one to compare it with: --with NUMBER (see traekfil history)",
    }
    content_gone(delivery: i64, path: &str) {
        da "Filen fra levering {delivery} ({path}) ligger hverken i arkivet eller i mappen, så den kan ikke sammenlignes. Bed leverandøren om den.",
        en "The file of delivery {delivery} ({path}) lies neither in the archive nor in the folder, so it cannot be compared. Ask the \
            supplier for it.",
    }
    not_read(path: &str, why: &str) {
        da "{path} kan ikke sammenlignes: {why}. Prøv igen.",
        en "{path} cannot be compared: {why}. Try again.",
    }
    archive_not_read(delivery: i64, why: &str) {
        da "Filen fra levering {delivery} kunne ikke læses i arkivet: {why}. Kontrollér, at arkivet er tilsluttet, og prøv igen.",
        en "The file of delivery {delivery} could not be read in the archive: {why}. Check that the archive is mounted, and try again.",
    }
}
