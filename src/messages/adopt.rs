//! What is said about files that were delivered before the ledger began.

use std::fmt::Display;
use std::path::Path;

use crate::messages::command;

crate::messages::catalogue! {
    nothing_fits(pattern: &str) {
        da "Ingen fil passer til {pattern}, hverken her eller i mappen. Ret mønsteret. Intet er indskrevet.",
        en "No file fits {pattern}, neither here nor in the folder. Correct the pattern. Nothing was recorded.",
    }
    no_such_path(path: &str, error: &dyn Display) {
        da "{path} findes ikke eller kan ikke ses ({error}). Intet er ændret. Skriv filens eller mappens navn; en mappe tages med alt, \
            hvad der ligger i den.",
        en "{path} does not exist or cannot be seen ({error}). Nothing was changed. Name the file or the folder; a folder is taken with \
            everything in it.",
    }
    would_adopt() { da "indskrives som leveret", en "would be recorded as delivered" }
    adopted(delivery: i64) { da "indskrevet som leveret (levering {delivery})", en "recorded as delivered (delivery {delivery})" }
    known(delivery: i64) { da "kendt i forvejen (levering {delivery})", en "known already (delivery {delivery})" }
    refused() { da "ikke indskrevet", en "not recorded" }
    not_at_kp() {
        da "ligger ikke hos KP; næste kørsel ser på den som en ny fil",
        en "does not lie at KP; the next run looks at it as a new file",
    }
    no_period() {
        da "uden entydig periode, så kun indholdet genkendes",
        en "without a clear period, so only its content is recognised",
    }
    slot_has_another(delivery: i64) {
        da "perioden har også en anden fil (levering {delivery})",
        en "the period has another file as well (delivery {delivery})",
    }
    in_doubt(
        delivery: i64;
        has = command(&format!("resolve {delivery} --delivered --reason \"…\"")),
        has_not = command(&format!("resolve {delivery} --not-delivered --reason \"…\""))
    ) {
        da "levering {delivery} af den er uafklaret. Har KP den: {has}. Har KP den ikke: {has_not}",
        en "delivery {delivery} of it is in doubt. If KP has it: {has}. If not: {has_not}",
    }
    taken_back(delivery: i64) {
        da "levering {delivery} af den er meldt som ikke modtaget af KP. Har KP den alligevel, så nævn filen selv i stedet for mappen",
        en "delivery {delivery} of it was said not to have reached KP. If KP has it all the same, name the file itself instead of the folder",
    }
    try_again(because: &str) { da "{because}; prøv igen om lidt", en "{because}; try again in a while" }
    needs(path: &str, because: &str) {
        da "{path} er ikke indskrevet: {because}.",
        en "{path} was not recorded: {because}.",
    }

    /// What lies at KP.
    name_and_size_alone() {
        da "navn og størrelse passer; indholdet kan ikke læses på serveren",
        en "name and size fit; the server does not let its content be read",
    }
    under_another_name(path: &str) { da "ligger hos KP som {path}", en "lies at KP as {path}" }
    other_at_kp(path: &str) {
        da "hos KP ligger en anden fil som {path}. Spørg KP, hvad det er; næste kørsel sender ikke oven i den",
        en "another file lies at KP as {path}. Ask KP what it is; the next run does not overwrite it",
    }
    lies_at_kp_alone() { da "ligger kun hos KP", en "lies at KP alone" }
    cannot_be_read(; find = command("adopt FIL --reason \"…\""), find_it = command("adopt FILE --reason \"…\"")) {
        da "den ligger hos KP, men ikke her, og den kan ikke læses på serveren. Find den i et gammelt arkiv: {find}",
        en "it lies at KP but not here, and the server does not let it be read. Find it in an old archive: {find_it}",
    }
    server_went_away(error: &dyn Display) {
        da "Serveren svarede ikke til ende ({error}). Intet er indskrevet; prøv igen.",
        en "The server did not answer to the end ({error}). Nothing was recorded; try again.",
    }

    /// The summary.
    count_would(n: usize) {
        da [n] "1 fil vil blive indskrevet som leveret" "{n} filer vil blive indskrevet som leveret",
        en [n] "1 file would be recorded as delivered" "{n} files would be recorded as delivered",
    }
    nothing_to_adopt() { da "Der er intet at indskrive", en "There is nothing to record" }
    none_would() { da "Ingen filer vil blive indskrevet", en "No files would be recorded" }
    none_adopted() { da "Ingen filer blev indskrevet", en "No files were recorded" }
    count_adopted(n: usize) {
        da [n] "1 fil indskrevet som leveret" "{n} filer indskrevet som leveret",
        en [n] "1 file recorded as delivered" "{n} files recorded as delivered",
    }
    count_known(n: usize) { da "{n} kendt i forvejen", en "{n} known already" }
    count_refused(n: usize) { da "{n} ikke indskrevet", en "{n} not recorded" }
    count_not_at_kp(n: usize) { da "{n} ikke hos KP", en "{n} not at KP" }
    count_excluded(n: usize) { da "{n} ikke medtaget efter [scan]", en "{n} left out by [scan]" }
    nothing_moved() { da "Filerne ligger, hvor de lå, og intet er sendt.", en "The files lie where they lay, and nothing was sent." }
    next_run_archives() {
        da "De, der ligger i mappen, lægger næste kørsel i arkivet som dubletter.",
        en "Those in the drop folder go to the archive as duplicates with the next run.",
    }
    next_run_deletes() {
        da "De, der ligger i mappen, SLETTER næste kørsel som dubletter ([originals] duplicates = \"delete\"). Skal de gemmes, så kopiér \
            dem først.",
        en "The next run DELETES those in the drop folder as duplicates ([originals] duplicates = \"delete\"). To keep them, copy them \
            first.",
    }
    next_run_leaves() {
        da "De, der ligger i mappen, lader næste kørsel ligge som dubletter.",
        en "The next run leaves those in the drop folder there, as duplicates.",
    }
    receipts_not_written(archive: &Path => archive.display(), error: &dyn Display) {
        da "Filerne er indskrevet i regnskabet, men kvitteringerne i {archive} kunne ikke skrives ({error}). Sørg for plads og skriveadgang, og \
            kør samme kommando igen: så skrives de.",
        en "The files are recorded in the ledger, but the receipts in {archive} could not be written ({error}). See to space and write \
            access and give the same command again: then they are written.",
    }
}
