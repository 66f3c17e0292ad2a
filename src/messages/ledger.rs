//! What is said about the ledger.

use std::fmt::Display;
use std::path::Path;

crate::messages::catalogue! {
    /// Another run is under way.
    busy(path: &Path => path.display()) {
        da "En anden kørsel er i gang med regnskabet {path}. Intet er rørt. Prøv igen, når den er færdig.",
        en "Another run is under way with the ledger {path}. Nothing was touched. Try again when it has finished.",
    }
    /// No ledger, but receipts.
    gone(path: &Path => path.display(), receipts: &Path => receipts.display()) {
        da "Regnskabet {path} mangler, men kvitteringerne i {receipts} viser, at der er leveret filer før. Intet er sendt, \
            for uden regnskabet kan en fil blive leveret to gange. Læg regnskabet tilbage fra en sikkerhedskopi, eller \
            ret [ledger] path i konfigurationen.",
        en "The ledger {path} is missing, but the receipts in {receipts} show that files were delivered before. Nothing was \
            sent, since without the ledger a file could be delivered twice. Put the ledger back from a backup, or correct \
            [ledger] path in the configuration.",
    }
    /// Some other file.
    not_a_ledger(path: &Path => path.display()) {
        da "{path} er ikke et regnskab fra traekfil, eller det er beskadiget. Intet er sendt. Ret [ledger] path i \
            konfigurationen, eller læg regnskabet tilbage fra en sikkerhedskopi.",
        en "{path} is not a ledger of traekfil, or it is damaged. Nothing was sent. Correct [ledger] path in the \
            configuration, or put the ledger back from a backup.",
    }
    /// A later version made it.
    newer(path: &Path => path.display()) {
        da "Regnskabet {path} er skrevet af en nyere udgave af traekfil. Intet er sendt. Brug den nyere udgave.",
        en "The ledger {path} was written by a newer version of traekfil. Nothing was sent. Use the newer version.",
    }
    /// SQLite finds it damaged.
    damaged(path: &Path => path.display(), detail: &str) {
        da "Regnskabet {path} er beskadiget ({detail}). Intet er sendt. Gem filen, som den er, og læg regnskabet tilbage \
            fra en sikkerhedskopi.",
        en "The ledger {path} is damaged ({detail}). Nothing was sent. Keep the file as it is, and put the ledger back \
            from a backup.",
    }
    /// The chain does not hold.
    chain_broken(path: &Path => path.display(), seq: i64) {
        da "Regnskabet {path} er ændret eller beskadiget: kæden brydes ved hændelse {seq}. Intet er sendt. Gem filen, som \
            den er, og læg regnskabet tilbage fra en sikkerhedskopi.",
        en "The ledger {path} has been changed or damaged: the chain breaks at event {seq}. Nothing was sent. Keep the \
            file as it is, and put the ledger back from a backup.",
    }
    /// The receipts are another ledger's.
    another_ledger(path: &Path => path.display(), receipts: &Path => receipts.display()) {
        da "Regnskabet {path} er et andet end det, kvitteringerne i {receipts} hører til. Intet er sendt. Ret \
            [ledger] path eller [folders] archive i konfigurationen, så de hører sammen.",
        en "The ledger {path} is not the one that the receipts in {receipts} belong to. Nothing was sent. Correct \
            [ledger] path or [folders] archive in the configuration, so that they belong together.",
    }
    /// An older copy was put back.
    rolled_back(path: &Path => path.display(), receipts: &Path => receipts.display()) {
        da "Regnskabet {path} er en ældre kopi: kvitteringerne i {receipts} viser leveringer, som det ikke kender. Intet \
            er sendt, for de filer kunne blive leveret to gange. Læg det nyeste regnskab tilbage.",
        en "The ledger {path} is an older copy: the receipts in {receipts} show deliveries that it does not know of. \
            Nothing was sent, since those files could be delivered twice. Put the newest ledger back.",
    }
    /// The disk is full.
    disk_full(path: &Path => path.display()) {
        da "Disken med regnskabet {path} er fuld. Kørslen er standset; intet nyt bliver sendt, før der er plads. Den næste \
            kørsel finder selv ud af, hvor langt denne nåede.",
        en "The disk that holds the ledger {path} is full. The run has stopped; nothing new is sent until there is space. \
            The next run finds out by itself how far this one came.",
    }
    /// Writing failed otherwise.
    not_written(path: &Path => path.display(), error: &dyn Display) {
        da "Regnskabet {path} kunne ikke skrives ({error}). Kørslen er standset. Se efter, at disken virker, og at \
            programmet må skrive der; den næste kørsel finder selv ud af, hvor langt denne nåede.",
        en "The ledger {path} could not be written ({error}). The run has stopped. See that the disk works and that the \
            program may write there; the next run finds out by itself how far this one came.",
    }
    /// Reading failed.
    not_read(path: &Path => path.display(), error: &dyn Display) {
        da "Regnskabet {path} kunne ikke læses ({error}). Se efter, at programmet må læse det.",
        en "The ledger {path} could not be read ({error}). See that the program may read it.",
    }
}
