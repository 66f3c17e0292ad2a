//! What is said about the ledger.

use std::fmt::Display;
use std::path::Path;

use crate::messages::{command, escape};

crate::messages::catalogue! {
    /// Another run is under way.
    busy(path: &Path => path.display()) {
        da "En anden kørsel er i gang med regnskabet {path}. Intet er rørt. Prøv igen, når den er færdig.",
        en "Another run is under way with the ledger {path}. Nothing was touched. Try again when it has finished.",
    }
    /// No ledger, but receipts.
    gone(path: &Path => path.display(), receipts: &Path => receipts.display(); rebuild = command("ledger rebuild")) {
        da "Regnskabet {path} mangler, men kvitteringerne i {receipts} viser, at der er leveret filer før. Intet er sendt, \
            for uden regnskabet kan en fil blive leveret to gange. Læg regnskabet tilbage fra en sikkerhedskopi, ret \
            [ledger] path i konfigurationen, eller lav det igen af kvitteringerne: {rebuild}",
        en "The ledger {path} is missing, but the receipts in {receipts} show that files were delivered before. Nothing was \
            sent, since without the ledger a file could be delivered twice. Put the ledger back from a backup, correct \
            [ledger] path in the configuration, or make it again from the receipts: {rebuild}",
    }
    /// Some other file.
    not_a_ledger(path: &Path => path.display(); rebuild = command("ledger rebuild")) {
        da "{path} er ikke et regnskab fra traekfil, eller det er beskadiget. Intet er sendt. Ret [ledger] path i \
            konfigurationen, læg regnskabet tilbage fra en sikkerhedskopi, eller lav det igen af kvitteringerne: \
            {rebuild}",
        en "{path} is not a ledger of traekfil, or it is damaged. Nothing was sent. Correct [ledger] path in the \
            configuration, put the ledger back from a backup, or make it again from the receipts: {rebuild}",
    }
    /// A later version made it.
    newer(path: &Path => path.display()) {
        da "Regnskabet {path} er skrevet af en nyere udgave af traekfil. Intet er sendt. Brug den nyere udgave.",
        en "The ledger {path} was written by a newer version of traekfil. Nothing was sent. Use the newer version.",
    }
    /// SQLite finds it damaged.
    damaged(path: &Path => path.display(), detail: &str; rebuild = command("ledger rebuild")) {
        da "Regnskabet {path} er beskadiget ({detail}). Intet er sendt. Gem filen, som den er, og læg regnskabet tilbage \
            fra en sikkerhedskopi, eller lav det igen af kvitteringerne: {rebuild}",
        en "The ledger {path} is damaged ({detail}). Nothing was sent. Keep the file as it is, and put the ledger back \
            from a backup, or make it again from the receipts: {rebuild}",
    }
    /// The chain does not hold.
    chain_broken(path: &Path => path.display(), seq: i64; rebuild = command("ledger rebuild")) {
        da "Regnskabet {path} er ændret eller beskadiget: kæden brydes ved hændelse {seq}. Intet er sendt. Gem filen, som \
            den er, og læg regnskabet tilbage fra en sikkerhedskopi, eller lav det igen af kvitteringerne: \
            {rebuild}",
        en "The ledger {path} has been changed or damaged: the chain breaks at event {seq}. Nothing was sent. Keep the \
            file as it is, and put the ledger back from a backup, or make it again from the receipts: {rebuild}",
    }
    /// The receipts are another ledger's.
    another_ledger(path: &Path => path.display(), receipts: &Path => receipts.display()) {
        da "Regnskabet {path} er et andet end det, kvitteringerne i {receipts} hører til. Intet er sendt. Ret \
            [ledger] path eller [folders] archive i konfigurationen, så de hører sammen.",
        en "The ledger {path} is not the one that the receipts in {receipts} belong to. Nothing was sent. Correct \
            [ledger] path or [folders] archive in the configuration, so that they belong together.",
    }
    /// An older copy was put back.
    rolled_back(
        path: &Path => path.display(), receipts: &Path => receipts.display(); rebuild = command("ledger rebuild")
    ) {
        da "Regnskabet {path} er en ældre kopi: kvitteringerne i {receipts} viser leveringer, som det ikke kender. Intet \
            er sendt, for de filer kunne blive leveret to gange. Læg det nyeste regnskab tilbage, eller lav det igen af kvitteringerne: \
            {rebuild}",
        en "The ledger {path} is an older copy: the receipts in {receipts} show deliveries that it does not know of. \
            Nothing was sent, since those files could be delivered twice. Put the newest ledger back, or make it again from the receipts: \
            {rebuild}",
    }
    /// Root works for another user.
    not_its_owner(folder: &Path => folder.display(), error: &dyn Display) {
        da "Mappen {folder} tilhører en anden bruger, og root kunne ikke blive til den ({error}). Intet er ændret. Kør kommandoen som den \
            bruger: sudo -u BRUGER …",
        en "The folder {folder} belongs to another user, and root could not become that user ({error}). Nothing was changed. Run the \
            command as that user: sudo -u USER …",
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
    /// The receipts.
    receipts_not_read(archive: &Path => archive.display(), error: &dyn Display) {
        da "Kvitteringerne i arkivet {archive} kunne ikke læses ({error}). Intet er sendt, for uden dem kan det ikke ses, om regnskabet \
            er det nyeste. Se efter, at programmet må læse arkivet.",
        en "The receipts in the archive {archive} could not be read ({error}). Nothing was sent, since without them it cannot be seen \
            whether the ledger is the newest. See that the program may read the archive.",
    }
    /// The receipts.
    receipts_not_written(archive: &Path => archive.display(), error: &dyn Display) {
        da "Beslutningen står i regnskabet, men kvitteringen i arkivet {archive} kunne ikke skrives ({error}). Sørg for plads og \
            skriveadgang, og giv samme kommando igen: så skrives den.",
        en "The decision stands in the ledger, but its receipt in the archive {archive} could not be written ({error}). See to space and \
            write access, and give the same command again: then it is written.",
    }
    /// Verify.
    tables_differ(path: &Path => path.display(), table: &str) {
        da "Regnskabet {path} er ændret uden om programmet: tabellen {table} svarer ikke til kæden af hændelser. Intet er sendt. Gem \
            filen, som den er, og læg regnskabet tilbage fra en sikkerhedskopi.",
        en "The ledger {path} was changed without the program: the table {table} does not agree with the chain of events. Nothing was \
            sent. Keep the file as it is, and put the ledger back from a backup.",
    }
    /// Opening.
    schema_differs(path: &Path => path.display(), name: &str => escape(name)) {
        da "Regnskabet {path} er ændret uden om programmet: {name} mangler eller er ikke, som programmet lavede det. Intet er sendt. Gem \
            filen, som den er, og læg regnskabet tilbage fra en sikkerhedskopi.",
        en "The ledger {path} was changed without the program: {name} is missing or is not as the program made it. Nothing was sent. \
            Keep the file as it is, and put the ledger back from a backup.",
    }
    /// Verify.
    receipt_unknown(path: &Path => path.display(), delivery: i64) {
        da "Regnskabet {path} kender ikke kvitteringen for levering {delivery}: det er en ældre kopi eller et andet regnskab. Intet er sendt. \
            Læg det nyeste regnskab tilbage.",
        en "The ledger {path} does not know the receipt of delivery {delivery}: it is an older copy or another ledger. Nothing was sent. \
            Put the newest ledger back.",
    }
    /// Verify.
    in_order_with(path: &Path => path.display(), events: i64, receipts: usize) {
        da "Regnskabet {path} er i orden: {events} hændelser i ubrudt kæde, og alle {receipts} kvitteringer er kendt.",
        en "The ledger {path} is in order: {events} events in an unbroken chain, and all {receipts} receipts known.",
    }
    /// Verify and rebuild.
    receipts_unread(n: usize) {
        da [n] "1 linje i kvitteringerne kunne ikke læses." "{n} linjer i kvitteringerne kunne ikke læses.",
        en [n] "1 line of the receipts could not be read." "{n} lines of the receipts could not be read.",
    }
    /// Rebuild.
    in_order(path: &Path => path.display()) {
        da "Regnskabet {path} er i orden og bliver ikke lavet om. Intet er ændret.",
        en "The ledger {path} is in order and is not made again. Nothing was changed.",
    }
    /// Rebuild.
    no_receipts(archive: &Path => archive.display()) {
        da "Der er ingen kvitteringer i arkivet {archive}, så et regnskab kan ikke laves. Ret [folders] archive, eller læg \
            regnskabet tilbage fra en sikkerhedskopi.",
        en "There are no receipts in the archive {archive}, so there is nothing to make a ledger of. Correct [folders] archive, or put \
            the ledger back from a backup.",
    }
    /// Rebuild.
    rebuilt(path: &Path => path.display(), deliveries: usize, receipts: &Path => receipts.display()) {
        da [deliveries] "Regnskabet {path} er lavet igen med 1 levering. De gamle kvitteringer ligger i {receipts}."
            "Regnskabet {path} er lavet igen med {deliveries} leveringer. De gamle kvitteringer ligger i {receipts}.",
        en [deliveries] "The ledger {path} was made again with 1 delivery. The old receipts lie in {receipts}."
            "The ledger {path} was made again with {deliveries} deliveries. The old receipts lie in {receipts}.",
    }
    /// Rebuild.
    old_ledger_kept(path: &Path => path.display()) {
        da "Det gamle regnskab er gemt som {path}.",
        en "The old ledger is kept as {path}.",
    }
    /// Rebuild.
    not_known_after_rebuild(; see = command("run --dry-run")) {
        da "Kvitteringerne kan ikke fortælle: om en fil var undervejs, da regnskabet gik tabt; hvilke leveringer der var uafklarede; godkendelser, \
            afvisninger og sager; og tidligere kørsler. Spørg derfor KP, hvad der blev modtaget den dag, og kør først \
            {see}.",
        en "The receipts cannot tell: whether a file was under way when the ledger was lost; which deliveries were in doubt; approvals, \
            rejections and holds; and earlier runs. So ask KP what was received that day, and first run \
            {see}.",
    }
}
