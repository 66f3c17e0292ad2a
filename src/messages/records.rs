//! What is said about the keys of records and their secret.

use std::fmt::Display;
use std::path::Path;

use crate::messages::command;

crate::messages::catalogue! {
    /// The keys are not what the chain says.
    keys_differ(path: &Path => path.display(), delivery: i64; rebuild = command("ledger rebuild")) {
        da "Regnskabet {path} er ændret eller beskadiget: nøglerne til posterne i levering {delivery} er ikke dem, som kæden siger. Intet er \
            sendt. Læg regnskabet tilbage fra en sikkerhedskopi, eller lav det igen af kvitteringerne: {rebuild}",
        en "The ledger {path} has been changed or damaged: the keys of the records in delivery {delivery} are not those that the chain says. \
            Nothing was sent. Put the ledger back from a backup, or make it again from the receipts: {rebuild}",
    }
    /// The secret is gone.
    secret_gone(path: &Path => path.display(); rebuild = command("ledger rebuild")) {
        da "Hemmeligheden {path} mangler, og uden den kan det ikke ses, hvilke poster KP allerede har fået. Intet er sendt. Læg den tilbage fra \
            sikkerhedskopien (filen, der ender på .key). Er den tabt, så lav en ny, og nøglerne igen af arkivet: {rebuild}",
        en "The secret {path} is missing, and without it nobody can see which records KP has got already. Nothing was sent. Put it back from the \
            backup (the file that ends in .key). If it is lost, make a new one, and the keys again from the archive: {rebuild}",
    }
    /// Another secret.
    secret_other(path: &Path => path.display(); rebuild = command("ledger rebuild")) {
        da "Hemmeligheden {path} er en anden end den, regnskabets nøgler er lavet med. Intet er sendt. Læg den rigtige tilbage fra \
            sikkerhedskopien (filen, der ender på .key). Er den tabt, så lav nøglerne igen af arkivet med denne: {rebuild}",
        en "The secret {path} is not the one that the ledger's keys were made under. Nothing was sent. Put the right one back from the backup \
            (the file that ends in .key). If it is lost, make the keys again from the archive under this one: {rebuild}",
    }
    /// It cannot be understood.
    secret_unreadable(path: &Path => path.display(); rebuild = command("ledger rebuild")) {
        da "Hemmeligheden {path} kan ikke læses: der skal stå 64 hexadecimale cifre. Intet er sendt. Læg den tilbage fra sikkerhedskopien (filen, \
            der ender på .key). Er den tabt, så slet filen, og lav nøglerne igen af arkivet: {rebuild}",
        en "The secret {path} cannot be read: it must be 64 hexadecimal digits. Nothing was sent. Put it back from the backup (the file that ends in \
            .key). If it is lost, delete the file, and make the keys again from the archive: {rebuild}",
    }
    secret_not_opened(path: &Path => path.display(), error: &dyn Display) {
        da "Hemmeligheden {path} kan ikke læses ({error}). Intet er sendt. Sørg for, at programmet må læse den.",
        en "The secret {path} cannot be read ({error}). Nothing was sent. See that the program may read it.",
    }
    secret_not_made(path: &Path => path.display(), error: &dyn Display) {
        da "Hemmeligheden {path} kunne ikke laves ({error}). Intet er sendt. Sørg for plads, og for at programmet må skrive i mappen.",
        en "The secret {path} could not be made ({error}). Nothing was sent. See to space, and that the program may write in the folder.",
    }
    not_keyed(delivery: i64, why: &str) {
        da "Nøglerne til posterne i levering {delivery} kan ikke laves lige nu ({why}). Intet er sendt, for uden dem kan det ikke ses, om poster er \
            leveret før. Er arkivets disk tilsluttet, og må programmet læse der? Den næste kørsel prøver igen.",
        en "The keys of the records in delivery {delivery} cannot be made now ({why}). Nothing was sent, since without them it cannot be seen whether \
            records were delivered before. Is the archive's disk mounted, and may the program read there? The next run tries again.",
    }
    not_sealed(error: &dyn Display) {
        da "Systemet giver ingen tilfældige tal ({error}), så posternes beløb kan ikke forsegles. Intet er sendt.",
        en "The system gives no random numbers ({error}), so that the records' amounts cannot be sealed. Nothing was sent.",
    }
    secret_renewed(path: &Path => path.display()) {
        da "Regnskabets nøgler til poster hører fra nu af til hemmeligheden {path}. Den næste kørsel laver dem igen af arkivet. Tag en \
            sikkerhedskopi.",
        en "From now on the ledger's keys of records belong to the secret {path}. The next run makes them again from the archive. Make a backup.",
    }
    backed_up(file: &Path => file.display()) {
        da "Hemmeligheden til posternes nøgler er gemt i {file}. Gem den et andet sted end regnskabets kopi: hvem der har begge, kan finde borgerne.",
        en "The secret of the records' keys is kept in {file}. Keep it in another place than the ledger's copy: whoever has both can find the citizens.",
    }
    /// Why a file is held.
    delivered() {
        da "poster i filen er leveret til KP før",
        en "records in the file were delivered to KP before",
    }
    with(n: u64, count: &str, records: &str, at: &str, delivery: i64, sum: &str) {
        da [n] "{count} af {records} poster er leveret {at} (levering {delivery}, {sum})"
            "{count} af {records} poster er leveret {at} (levering {delivery}, {sum})",
        en [n] "{count} of {records} records was delivered {at} (delivery {delivery}, {sum})"
            "{count} of {records} records were delivered {at} (delivery {delivery}, {sum})",
    }
    with_one_in_doubt(n: u64, count: &str, records: &str, delivery: i64, sum: &str) {
        da [n] "{count} af {records} poster står i levering {delivery} ({sum}), og det er uafklaret, om KP har fået den"
            "{count} af {records} poster står i levering {delivery} ({sum}), og det er uafklaret, om KP har fået den",
        en [n] "{count} of {records} records stands in delivery {delivery} ({sum}), and it is not known whether KP got that"
            "{count} of {records} records stand in delivery {delivery} ({sum}), and it is not known whether KP got that",
    }
    on(day: &str) { da "den {day}", en "on {day}" }
    before() { da "før", en "before" }
    new(n: u64, count: &str) {
        da [n] "{count} er ny" "{count} er nye",
        en [n] "{count} is new" "{count} are new",
    }
    changed(n: u64, count: &str, more: &str) {
        da [n] "{count} har et andet beløb ({more})" "{count} har et andet beløb ({more})",
        en [n] "{count} has another amount ({more})" "{count} have another amount ({more})",
    }
    in_run(n: u64, count: &str, records: &str, path: &str) {
        da [n] "{count} af {records} poster står også i {path}, som sendes i denne kørsel" "{count} af {records} poster står også i {path}, som sendes i denne kørsel",
        en [n] "{count} of {records} records stands in {path} as well, which goes in this run" "{count} of {records} records stand in {path} as well, which goes in this run",
    }
    not_comparable(delivery: i64, period: &str) {
        da "levering {delivery} for {period} kan ikke holdes op mod filen post for post: dens indhold er ikke i arkivet mere, eller kan ikke læses efter formatet",
        en "delivery {delivery} for {period} cannot be held against the file record by record: its content is not in the archive any more, or is not read by the format",
    }
    next_delivered() {
        da "Spørg leverandøren, om posterne med rette kommer igen. Gør de ikke, så afvis filen, og bed om en uden dem; ellers godkend den",
        en "Ask the supplier whether these records rightly come again. If not, reject the file and ask for one without them; else approve it",
    }
}
