//! What is said about the witness: the lines in the archive that repeat what the ledger must never forget.

use std::fmt::Display;
use std::path::Path;

use crate::messages::command;

crate::messages::catalogue! {
    /// No ledger, and nothing that speaks of one.
    no_ledger(path: &Path => path.display(); begin = command("ledger begin")) {
        da "Der er intet regnskab i {path}, og intet er sendt. Er disken med regnskabet tilsluttet, og er [ledger] path i konfigurationen \
            rigtig? Er her aldrig sendt filer til KP før, så begynd et regnskab: {begin}",
        en "There is no ledger at {path}, and nothing was sent. Is the disk with the ledger mounted, and is [ledger] path in the \
            configuration right? If no files were ever sent to KP from here, begin a ledger: {begin}",
    }
    /// No ledger, but an archive.
    gone(path: &Path => path.display(), found: &Path => found.display(); rebuild = command("ledger rebuild")) {
        da "Regnskabet {path} mangler, men {found} viser, at der har været et. Intet er sendt, for uden regnskabet kan en fil blive \
            leveret to gange. Er disken med regnskabet tilsluttet? Ellers læg regnskabet tilbage fra en sikkerhedskopi, ret [ledger] path i \
            konfigurationen, eller lav det igen af kvitteringerne: {rebuild}",
        en "The ledger {path} is missing, but {found} shows that there has been one. Nothing was sent, since without the ledger a file \
            could be delivered twice. Is the disk with the ledger mounted? Else put the ledger back from a backup, correct [ledger] path in \
            the configuration, or make it again from the receipts: {rebuild}",
    }
    /// The archive cannot be reached.
    archive_away(archive: &Path => archive.display(), error: &dyn Display) {
        da "Arkivet {archive} kan ikke læses lige nu ({error}). Intet er sendt, for uden kvitteringerne kan det ikke ses, om regnskabet er det \
            nyeste. Er disken eller netdrevet tilsluttet, og må programmet læse der? Den næste kørsel prøver igen.",
        en "The archive {archive} cannot be read now ({error}). Nothing was sent, since without the receipts it cannot be seen whether the \
            ledger is the newest. Is the disk or the share mounted, and may the program read there? The next run tries again.",
    }
    /// The archive is another ledger's.
    archive_of_another(path: &Path => path.display(), file: &Path => file.display()) {
        da "Regnskabet {path} er et andet end det, som {file} hører til. Intet er sendt. Ret [ledger] path eller [folders] archive i \
            konfigurationen, så de hører sammen.",
        en "The ledger {path} is not the one that {file} belongs to. Nothing was sent. Correct [ledger] path or [folders] archive in the \
            configuration, so that they belong together.",
    }
    /// The name cannot be understood.
    name_unreadable(file: &Path => file.display()) {
        da "Arkivets navn i {file} kan ikke læses. Intet er sendt, for det kan ikke ses, hvilket regnskab arkivet hører til. Læg filen tilbage \
            fra en sikkerhedskopi.",
        en "The archive's name in {file} cannot be read. Nothing was sent, since it cannot be seen which ledger the archive belongs to. Put \
            the file back from a backup.",
    }
    /// The archive has no name.
    archive_unnamed(
        path: &Path => path.display(), archive: &Path => archive.display(); begin = command("ledger begin --archive")
    ) {
        da "Arkivet {archive} bærer intet regnskabs navn, men regnskabet {path} har leveret filer. Intet er sendt. Er arkivets disk tilsluttet, og \
            er [folders] archive i konfigurationen rigtig? Er det et nyt, tomt arkiv til dette regnskab, så skriv kvitteringerne der: {begin}",
        en "The archive {archive} bears no ledger's name, but the ledger {path} has delivered files. Nothing was sent. Is the archive's disk \
            mounted, and is [folders] archive in the configuration right? If it is a new, empty archive for this ledger, write the receipts \
            there: {begin}",
    }
    /// The receipts are gone.
    receipts_gone(archive: &Path => archive.display(); begin = command("ledger begin --archive")) {
        da "Mappen receipts med kvitteringerne mangler i arkivet {archive}. Intet er sendt, for uden dem kan det ikke ses, om regnskabet er det \
            nyeste. Læg mappen tilbage. Findes den ikke mere, så peg [folders] archive på en ny, tom mappe: {begin}",
        en "The folder receipts is missing in the archive {archive}. Nothing was sent, since without the receipts it cannot be seen whether \
            the ledger is the newest. Put the folder back. If there is none any more, point [folders] archive to a new, empty folder: {begin}",
    }
    /// A rebuild was interrupted.
    rebuild_interrupted(aside: &Path => aside.display(); rebuild = command("ledger rebuild")) {
        da "Regnskabet var ved at blive lavet igen, og det blev afbrudt: de gamle kvitteringer ligger i {aside}. Intet er sendt. Gør det \
            færdigt: {rebuild}",
        en "The ledger was being made again, and that was interrupted: the old receipts lie in {aside}. Nothing was sent. Finish \
            that: {rebuild}",
    }
    /// A file that is not a receipt file.
    strange_file(file: &Path => file.display()) {
        da "{file} er ikke en fil med kvitteringer, som traekfil har skrevet dem. Intet er sendt, for det kan være en, der har fået et andet \
            navn. Giv den sit navn tilbage (ÅÅÅÅ-MM.jsonl), eller flyt den ud af mappen, hvis den intet har der at gøre.",
        en "{file} is no file of receipts as traekfil writes them. Nothing was sent, since it may be one that was given another name. Give \
            it back its name (YYYY-MM.jsonl), or move it out of the folder if it has no business there.",
    }
    /// An empty file of receipts.
    empty_file(file: &Path => file.display(); begin = command("ledger begin --archive")) {
        da "{file} er tom. Intet er sendt, for en tom fil siger ikke, at intet er leveret. Læg filen tilbage fra en sikkerhedskopi. Er \
            regnskabet det nyeste, og findes der ingen kopi, så peg [folders] archive på en ny, tom mappe: {begin}",
        en "{file} is empty. Nothing was sent, since an empty file does not say that nothing was delivered. Put the file back from a \
            backup. If the ledger is the newest and there is no copy, point [folders] archive to a new, empty folder: {begin}",
    }
    /// A line that cannot be read.
    line_unreadable(file: &Path => file.display(), line: usize; begin = command("ledger begin --archive")) {
        da "Linje {line} i {file} kan ikke læses: den er beskadiget, eller en nyere udgave af traekfil har skrevet den. Intet er sendt, for \
            linjen kan fortælle om en levering. Læg filen tilbage fra en sikkerhedskopi. Er regnskabet det nyeste, og findes der ingen kopi, så \
            peg [folders] archive på en ny, tom mappe: {begin}",
        en "Line {line} of {file} cannot be read: it is damaged, or a newer version of traekfil wrote it. Nothing was sent, since the line \
            may tell of a delivery. Put the file back from a backup. If the ledger is the newest and there is no copy, point \
            [folders] archive to a new, empty folder: {begin}",
    }
    /// A file that is not as it was.
    file_changed(file: &Path => file.display(); begin = command("ledger begin --archive")) {
        da "{file} er ikke længere, som regnskabet har set den: den mangler, er kortere, eller der står andre linjer. Intet er sendt. Læg den \
            nyeste udgave af filen tilbage. Er regnskabet det nyeste, og findes filen ikke mere, så peg [folders] archive på en ny, tom \
            mappe: {begin}",
        en "{file} is no longer as the ledger has seen it: it is missing, is shorter, or has other lines. Nothing was sent. Put the newest \
            version of the file back. If the ledger is the newest and there is no such file any more, point [folders] archive to a new, \
            empty folder: {begin}",
    }
    /// The ledger is an older copy.
    older(
        path: &Path => path.display(), file: &Path => file.display(), what: &str, at: &str;
        restored = command("ledger restored")
    ) {
        da "Regnskabet {path} er ældre end sine kvitteringer: {file} fortæller om noget, som regnskabet ikke ved, senest {what} den {at}. \
            Intet er sendt, for en fil kunne blive leveret to gange. Er regnskabet lagt tilbage fra en sikkerhedskopi, så skriv det ind, der \
            mangler: {restored} · Er det ikke, så læg det nyeste regnskab tilbage.",
        en "The ledger {path} is older than its receipts: {file} tells of something that the ledger does not know, the newest being {what} at \
            {at}. Nothing was sent, since a file could be delivered twice. If the ledger was put back from a backup, write in what is \
            missing: {restored} · Else put the newest ledger back.",
    }
    /// What a line tells of.
    about_delivery(id: i64, path: &str) { da "levering {id} af {path}", en "delivery {id} of {path}" }
    /// What a line tells of.
    about_decision(id: i64, path: &str) { da "afgørelse {id} om {path}", en "decision {id} about {path}" }
    /// What a line tells of.
    about_hold(id: i64, path: &str) { da "sag {id} om {path}", en "hold {id} about {path}" }
    /// What a line tells of.
    about_question(subject: &str) { da "spørgsmålet „{subject}“ til en leverandør", en "the question “{subject}” to a supplier" }
    /// What a line tells of.
    about_retiring() { da "at regnskabet er nedlagt", en "that the ledger was retired" }
    /// A file that is to be sent stands in the witness.
    sent_before(path: &str, file: &Path => file.display(), delivery: i64; restored = command("ledger restored")) {
        da "{path} skulle sendes, men {file} fortæller om levering {delivery} af den, som regnskabet ikke ved besked med. Intet er sendt. Er \
            regnskabet lagt tilbage fra en sikkerhedskopi: {restored}",
        en "{path} was to be sent, but {file} tells of delivery {delivery} of it, which the ledger does not account for. Nothing was sent. If \
            the ledger was put back from a backup: {restored}",
    }
    /// Step 3b failed for a file.
    not_witnessed(archive: &Path => archive.display(), error: &dyn Display) {
        da "linjen om den i arkivet {archive} kunne ikke skrives ({error}), så den fik ikke sit rigtige navn hos KP. Sørg for plads og \
            skriveadgang; den næste kørsel prøver igen",
        en "the line about it in the archive {archive} could not be written ({error}), so it was not given its final name at KP. See to \
            space and write access; the next run tries again",
    }
    /// The ledger is opened.
    not_synced(archive: &Path => archive.display(), error: &dyn Display) {
        da "De nyeste linjer i arkivet {archive} kunne ikke sikres på disken ({error}), så intet er sendt eller ændret. Sørg for plads og \
            skriveadgang; den næste kørsel prøver igen.",
        en "The newest lines in the archive {archive} could not be made safe on the disk ({error}), so nothing was sent or changed. See to \
            space and write access; the next run tries again.",
    }
    /// Begin.
    is_disk_mounted(path: &Path => path.display(), archive: &Path => archive.display()) {
        da "Regnskabet begyndes i {path} med arkivet {archive}. Er de diske tilsluttet, og er her aldrig sendt filer før?",
        en "The ledger is begun at {path} with the archive {archive}. Are those disks mounted, and were files never sent from here before?",
    }
    /// Begin.
    not_begun() { da "Intet er lavet.", en "Nothing was made." }
    /// Begin.
    begun(path: &Path => path.display(), archive: &Path => archive.display()) {
        da "Regnskabet {path} er begyndt, og arkivet {archive} bærer dets navn. Har KP fået filer før nu, så indskriv dem, før noget sendes \
            (traekfil adopt).",
        en "The ledger {path} was begun, and the archive {archive} bears its name. If KP has had files before now, adopt them before \
            anything is sent (traekfil adopt).",
    }
    /// Begin.
    begun_already(path: &Path => path.display()) {
        da "Der er allerede et regnskab i {path}. Intet er ændret.",
        en "There is a ledger at {path} already. Nothing was changed.",
    }
    /// Begin.
    archive_is_used(
        archive: &Path => archive.display(), found: &Path => found.display(); rebuild = command("ledger rebuild")
    ) {
        da "Er disken med regnskabet tilsluttet? Der begyndes intet nyt regnskab, for arkivet {archive} har hørt til et: {found}. Læg det \
            regnskab tilbage, eller lav det igen af kvitteringerne: {rebuild} · Skal der begyndes forfra, så peg [folders] archive på en ny, \
            tom mappe.",
        en "Is the disk with the ledger mounted? No new ledger is begun, since the archive {archive} has belonged to one: {found}. Put that \
            ledger back, or make it again from the receipts: {rebuild} · To begin anew, point [folders] archive to a new, empty folder.",
    }
    /// Begin an archive.
    archive_not_empty(archive: &Path => archive.display(), found: &Path => found.display()) {
        da "Arkivet {archive} er ikke et nyt, tomt arkiv: {found}. Intet er ændret. Peg [folders] archive på en tom mappe.",
        en "The archive {archive} is not a new, empty archive: {found}. Nothing was changed. Point [folders] archive to an empty folder.",
    }
    /// Begin an archive.
    archive_begun(archive: &Path => archive.display(), lines: usize) {
        da [lines] "Arkivet {archive} bærer nu regnskabets navn, og 1 linje er skrevet der."
            "Arkivet {archive} bærer nu regnskabets navn, og {lines} linjer er skrevet der.",
        en [lines] "The archive {archive} now bears the ledger's name, and 1 line was written there."
            "The archive {archive} now bears the ledger's name, and {lines} lines were written there.",
    }
    /// Restored.
    reconciled(path: &Path => path.display(), entries: usize) {
        da [entries] "1 ting, som kvitteringerne ved, er skrevet ind i regnskabet {path}."
            "{entries} ting, som kvitteringerne ved, er skrevet ind i regnskabet {path}.",
        en [entries] "1 thing that the receipts know was written into the ledger {path}."
            "{entries} things that the receipts know were written into the ledger {path}.",
    }
    /// Restored.
    nothing_to_reconcile(path: &Path => path.display()) {
        da "Regnskabet {path} ved alt, hvad kvitteringerne ved. Intet er ændret.",
        en "The ledger {path} knows all that the receipts know. Nothing was changed.",
    }
    /// Restored and rebuilt.
    doubts_left(n: usize; status = command("status")) {
        da [n] "1 levering er uafklaret, for ingen ved, om KP fik filen: {status} siger hvilken. Spørg KP, og afgør den."
            "{n} leveringer er uafklarede, for ingen ved, om KP fik filerne: {status} siger hvilke. Spørg KP, og afgør dem.",
        en [n] "1 delivery is in doubt, since nobody knows whether KP got the file: {status} says which. Ask KP, and resolve it."
            "{n} deliveries are in doubt, since nobody knows whether KP got the files: {status} says which. Ask KP, and resolve them.",
    }
    /// Backup.
    backed_up(file: &Path => file.display()) {
        da "Regnskabet er kopieret til {file}.",
        en "The ledger was copied to {file}.",
    }
    /// Backup.
    backup_exists(file: &Path => file.display()) {
        da "{file} findes allerede og overskrives ikke. Vælg et andet navn.",
        en "{file} exists already and is not overwritten. Choose another name.",
    }
    /// Backup.
    not_backed_up(file: &Path => file.display(), error: &dyn Display) {
        da "Regnskabet kunne ikke kopieres til {file} ({error}). Der ligger ingen halv kopi.",
        en "The ledger could not be copied to {file} ({error}). No half copy is left.",
    }
    /// Backup.
    no_place_for_backup(file: &Path => file.display(), error: &dyn Display) {
        da "Regnskabet kan ikke kopieres til {file}: mappen er der ikke, eller den kan ikke læses ({error}). Ret stien, eller opret mappen.",
        en "The ledger cannot be copied to {file}: the folder is not there, or cannot be read ({error}). Correct the path, or make the folder.",
    }
    /// Retired.
    retired(path: &Path => path.display(), at: &str) {
        da "Regnskabet {path} blev nedlagt den {at} og sender intet mere. Det kan stadig læses. Er det det forkerte regnskab, så ret \
            [ledger] path i konfigurationen.",
        en "The ledger {path} was retired at {at} and sends nothing any more. It can still be read. If it is the wrong ledger, correct \
            [ledger] path in the configuration.",
    }
    /// Retired.
    now_retired(path: &Path => path.display()) {
        da "Regnskabet {path} er nedlagt: der sendes intet mere fra det. Det kan stadig læses.",
        en "The ledger {path} is retired: nothing is sent by it any more. It can still be read.",
    }
}
