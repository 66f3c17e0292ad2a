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
    /// Root works for another user.
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
    chain_has(mark: &str) {
        da "Kæden indeholder {mark}: indtil den hændelse er regnskabet det samme, som da mærket blev skrevet.",
        en "The chain contains {mark}: up to that event the ledger is the same as when the mark was written.",
    }
    /// Verify.
    other_event(path: &Path => path.display(), mark: &str, has: &str) {
        da "Regnskabet {path} er ikke det, som mærket {mark} blev skrevet af: på den plads står {has}. Enten er det et andet regnskab, eller \
            det er ændret siden. Gem filen og det, mærket stod i, og find ud af hvorfor, før der sendes mere.",
        en "The ledger {path} is not the one that the mark {mark} was written of: in its place stands {has}. Either it is another ledger, or \
            it was changed since. Keep the file and what the mark stood in, and find out why before anything more is sent.",
    }
    /// Verify.
    chain_too_short(path: &Path => path.display(), mark: &str, end: i64) {
        da "Regnskabet {path} når ikke til mærket {mark}: det ender ved hændelse {end}. Enten er det et andet regnskab eller en ældre kopi, eller \
            noget er skåret af. Gem filen og det, mærket stod i, og find ud af hvorfor, før der sendes mere.",
        en "The ledger {path} does not reach the mark {mark}: it ends at event {end}. Either it is another ledger or an older copy, or something \
            was cut off. Keep the file and what the mark stood in, and find out why before anything more is sent.",
    }
    /// Verify.
    in_order_with(path: &Path => path.display(), events: &str, receipts: &str) {
        da "Regnskabet {path} er i orden: {events} i ubrudt kæde, og {receipts}.",
        en "The ledger {path} is in order: {events} in an unbroken chain, and {receipts}.",
    }
    events_counted(n: i64) { da [n] "1 hændelse" "{n} hændelser", en [n] "1 event" "{n} events" }
    receipts_known(n: usize) {
        da [n] "den ene kvittering er kendt" "alle {n} kvitteringer er kendt",
        en [n] "its one receipt is known" "all {n} receipts are known",
    }
    no_receipts_yet() { da "der er endnu ingen kvitteringer", en "there are no receipts yet" }
    /// Rebuild.
    receipts_unread(n: usize) {
        da [n] "Mellem linjerne stod 1 blok nuller, som et strømsvigt efterlader." "Mellem linjerne stod {n} blokke nuller, som et strømsvigt efterlader.",
        en [n] "Among the lines stood 1 block of zeros, as a power cut leaves." "Among the lines stood {n} blocks of zeros, as a power cut leaves.",
    }
    /// Rebuild.
    months_missing(months: &str; record = command("adopt FIL --reason \"…\""), record_it = command("adopt FILE --reason \"…\"")) {
        da "Der er ingen kvitteringer for {months}, men både for tidligere og senere måneder. Skete der intet i den tid, er det i orden. Ellers \
            mangler de, og regnskabet ved ikke, hvad KP fik dengang: indskriv de filer, før der køres: {record}",
        en "There are no receipts for {months}, though there are for earlier and later months. If nothing happened in that time, all is well. \
            Else they are missing, and the ledger does not know what KP got then: record those files before the next run: {record_it}",
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
        da "Kvitteringerne kan ikke fortælle, hvad der skete, før arkivet fik sine linjer om undervejs, godkendt, afvist og tilbageholdt, og heller ikke \
            om tidligere kørsler. Spørg KP, hvad der blev modtaget den dag, regnskabet gik tabt, og kør først {see}.",
        en "The receipts cannot tell what happened before the archive had its lines on publishing, approvals, rejections and holds, nor of \
            earlier runs. Ask KP what was received on the day the ledger was lost, and first run {see}.",
    }
}
