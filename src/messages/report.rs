//! What a run, the history and the decisions look like to a person.

use std::fmt::Display;

use super::command;

crate::messages::catalogue! {
    head_number() { da "Nr.", en "No." }
    head_file() { da "Fil", en "File" }
    head_series() { da "Serie", en "Series" }
    head_period() { da "Periode", en "Period" }
    head_size() { da "Størrelse", en "Size" }
    head_would() { da "Hvad vil ske", en "What would happen" }
    head_what() { da "Hvad skete", en "What happened" }
    head_state() { da "Tilstand", en "State" }
    head_since() { da "Siden", en "Since" }

    /// Reasons, in a few words.
    empty() { da "filen er tom", en "the file is empty" }
    in_doubt() { da "det er uafklaret, om KP har fået den", en "it is not known whether KP got it" }
    earlier(series: &str, period: &str, at: &str, delivery: i64) {
        da "{series} {period}, levering {delivery}, {at}",
        en "{series} {period}, delivery {delivery}, {at}",
    }
    already_delivered(slot: &str) { da "KP har den allerede ({slot})", en "KP has it already ({slot})" }
    approved() { da "godkendt", en "approved" }
    unsafe_file() { da "den er ikke en almindelig fil med et almindeligt navn", en "it is not a plain file with a plain name" }
    delivered_already() { da "KP har den allerede", en "KP has it already" }
    period_has_other_file() {
        da "perioden har allerede en anden fil",
        en "the period has another file already",
    }
    rejected() { da "afvist tidligere", en "rejected before" }
    same_content_in_run() {
        da "samme indhold som en anden fil i denne kørsel, men til en anden periode eller serie",
        en "the same content as another file of this run, but for another period or series",
    }
    same_content_seen() {
        da "samme indhold er set før, men til en anden periode eller serie",
        en "the same content was seen before, but for another period or series",
    }
    same_content_in_doubt(slot: &str) {
        da "samme indhold er måske leveret, men til en anden periode eller serie: det er uafklaret, om KP har fået det ({slot})",
        en "the same content may have been delivered, but for another period or series: it is not known whether KP got it ({slot})",
    }
    same_content_other_slot(slot: &str) {
        da "samme indhold er leveret før, men til en anden periode eller serie ({slot})",
        en "the same content was delivered before, but for another period or series ({slot})",
    }
    unknown_period() { da "ingen entydig periode", en "no clear period" }
    two_months(one: &str, other: &str) {
        da "ingen entydig periode: navnet nævner både »{one}« og »{other}«",
        en "no clear period: the name speaks of both \"{one}\" and \"{other}\"",
    }
    old_period() { da "perioden er for gammel", en "the period is too old" }
    future_period() { da "perioden ligger for langt fremme", en "the period lies too far ahead" }
    unknown_series() {
        da "navnet passer ikke til nogen [[series]], og KP har ikke fået filer med det navn før",
        en "the name fits no [[series]], and KP never got files of that name",
    }
    other_route() {
        da "leverandøren sender selv denne series filer til KP",
        en "the supplier sends the files of this series to KP himself",
    }
    next_other_route() {
        da "Spørg leverandøren, om KP har fået den fra ham; så skal den afvises her. Godkend den kun, hvis den ikke er sendt og ikke bliver det",
        en "Ask the supplier whether KP got it from him; then reject it here. Approve it only if it was not sent and will not be",
    }
    new_series() {
        da "KP har ikke fået filer med det navn før",
        en "KP never got files of that name",
    }
    looks_like(path: &str, delivery: i64) {
        da "; navnet ligner {path}, som KP har fået for perioden (levering {delivery}), så det kan være en kopi eller en rettelse",
        en "; the name is like {path}, which KP got for the period (delivery {delivery}), so it may be a copy or a correction",
    }
    looks_like_one_in_doubt(path: &str, delivery: i64) {
        da "; navnet ligner {path}, og det er uafklaret, om KP har fået den for perioden (levering {delivery}), så det kan være en kopi eller \
            en rettelse",
        en "; the name is like {path}, and it is not known whether KP got that for the period (delivery {delivery}), so it may be a copy or a \
            correction",
    }
    look_alike_in_doubt(path: &str, slot: &str) {
        da "det er uafklaret, om KP har fået {path} for perioden ({slot}), og navnene ligner hinanden: det kan være en kopi eller en rettelse",
        en "it is not known whether KP got {path} for the period ({slot}), and the names are alike: it may be a copy or a correction",
    }
    look_alike_delivered(path: &str, slot: &str) {
        da "KP har allerede fået {path} for perioden ({slot}), og navnene ligner hinanden: det kan være en kopi eller en rettelse",
        en "KP got {path} for the period already ({slot}), and the names are alike: it may be a copy or a correction",
    }
    same_content_delivered(path: &str, slot: &str) {
        da "KP har allerede fået {path} for perioden ({slot}), og indholdet er det samme",
        en "KP got {path} for the period already ({slot}), and the content is the same",
    }
    also(reasons: &str) { da ". Også: {reasons}", en ". Also: {reasons}" }
    new_since_approved(reasons: &str) {
        da "den er godkendt, men ikke for dette: {reasons}",
        en "it was approved, but not for this: {reasons}",
    }
    slot_taken(slot: &str) {
        da "der er allerede leveret en anden fil for perioden ({slot})",
        en "another file was delivered for the period already ({slot})",
    }
    slot_in_doubt(slot: &str) {
        da "perioden har allerede en anden fil, og det er uafklaret, om KP har fået den ({slot})",
        en "the period has another file already, and it is not known whether KP got that one ({slot})",
    }
    slot_taken_in_run() {
        da "en anden fil for perioden går med i denne kørsel",
        en "another file for the period goes with this run",
    }
    duplicate_in_run() {
        da "samme indhold til samme periode som en anden fil i denne kørsel",
        en "the same content for the same period as another file of this run",
    }
    conflict_in_run() {
        da "flere forskellige filer til samme periode i denne kørsel",
        en "several different files for the same period in this run",
    }
    new_file() { da "ny", en "new" }
    remote_name_taken() {
        da "navnet er optaget af noget andet på KP's server",
        en "something else has that name on KP's server",
    }
    already_on_server() {
        da "filen ligger allerede på KP's server, men regnskabet kender den ikke",
        en "the file is on KP's server already, but the ledger does not know of it",
    }

    /// What to do, before the commands that do it.
    next_approve() {
        da "Spørg leverandøren, om den er rigtig, og godkend eller afvis den",
        en "Ask the supplier whether it is right, and approve or reject it",
    }
    next_slot_taken() {
        da "Spørg leverandøren: kommer den oven i den første, eller i stedet for den? Oven i: godkend den. I stedet for: spørg KP først, for KP \
            har den første, og godkendes den nye, bliver begge trukket. Er den sendt ved en fejl: afvis den",
        en "Ask the supplier: does it come on top of the first one, or in place of it? On top: approve it. In place: ask KP first, since KP has \
            the first one, and if the new one is approved, both are deducted. If it was sent by mistake: reject it",
    }
    next_slot_in_doubt(mail: &str) {
        da "Afgør først, om KP har fået den første (en færdig mail: {mail}). Spørg så leverandøren: kommer denne oven i den første, eller i \
            stedet for den? Oven i: godkend den. I stedet for: har KP den første, så spørg KP, for godkendes denne, bliver begge trukket. Er \
            den sendt ved en fejl: afvis den",
        en "Settle first whether KP got the first one (a finished mail: {mail}). Then ask the supplier: does this one come on top of it, or in \
            place of it? On top: approve it. In place: if KP has the first one, ask KP, since both are deducted if this one is approved. If it \
            was sent by mistake: reject it",
    }
    next_slot_perhaps_taken() {
        da "Spørg leverandøren: kommer den oven i den første, eller i stedet for den? Oven i: godkend den. I stedet for: har KP den første, så \
            spørg KP, for godkendes den nye, bliver begge trukket. Er den sendt ved en fejl: afvis den",
        en "Ask the supplier: does it come on top of the first one, or in place of it? On top: approve it. In place: if KP has the first one, \
            ask KP, since both are deducted if the new one is approved. If it was sent by mistake: reject it",
    }
    next_second_person(who: &str) {
        da "Godkendt af {who}; endnu en person skal godkende den under sit eget brugernavn. Skal den ikke sendes, så afvis den",
        en "Approved by {who}; one more person has to approve it under a user name of their own. If it is not to be sent, reject it",
    }
    next_conflict() {
        da "Spørg leverandøren, hvilken der gælder; godkend den, og afvis de andre",
        en "Ask the supplier which one counts; approve it, and reject the others",
    }
    next_same_content() {
        da "Det er den samme fil en gang til: afvis den. Godkend den kun, hvis leverandøren siger, at beløbene skal trækkes en gang mere",
        en "It is the same file once more: reject it. Approve it only if the supplier says that the amounts are to be deducted once more",
    }
    next_unknown_period() {
        da "Sæt perioden i filnavnet, eller fortæl i [[series]], hvor den står; eller godkend den, som den er, eller afvis den",
        en "Put the period into the file name, or say in [[series]] where it stands; or approve it as it is, or reject it",
    }
    next_unknown_series() {
        da "Er det en rettelse eller en kopi, så spørg leverandøren, om den skal sendes oven i den første; er det en ny slags fil, så \
            beskriv den i [[series]]. Godkend den eller afvis den",
        en "If it is a correction or a copy, ask the supplier whether it is to be sent on top of the first one; if it is a new kind of \
            file, describe it in [[series]]. Approve it or reject it",
    }
    next_new_series() {
        da "Er det en ny leverandør eller en ny slags fil, så godkend den; de næste måneder går så uden at spørge. Ellers spørg \
            leverandøren, eller afvis den",
        en "If it is a new supplier or a new kind of file, approve it; the months after it then go without asking. Otherwise ask the \
            supplier, or reject it",
    }
    next_unsafe() {
        da "Læg en almindelig kopi af filen i mappen under et almindeligt navn, og afvis denne",
        en "Put a plain copy of the file into the folder under a plain name, and reject this one",
    }
    next_bad_folder() {
        da "Giv programmet adgang til mappen, eller tag den ud; skal der aldrig ses i den, så sæt dens navn i [scan] exclude",
        en "Give the program access to the folder, or take it out; if it is never to be looked into, put its name into [scan] exclude",
    }
    next_too_large() {
        da "Spørg leverandøren, om filen er rigtig. Skal så store filer sendes, så sæt [scan] largest op; ellers afvis den",
        en "Ask the supplier whether the file is right. If files of that size are to be sent, raise [scan] largest; if not, reject it",
    }
    waiting_long(path: &str, since: &str, why: &str) {
        da "{path} har ventet siden {since} på at falde til ro og er ikke sendt: {why}.",
        en "{path} has been waiting to settle since {since}, and was not sent: {why}.",
    }
    next_waiting() {
        da "Find ud af, hvilket program der bliver ved med at skrive i filen eller ændre dens dato, eller om datoen ligger i fremtiden, og få \
            programmet stoppet eller filen lagt i mappen igen; så sender den næste kørsel den",
        en "Find out which program keeps writing to the file or changing its date, or whether that date lies in the future, and have the \
            program stopped or the file put into the folder again; the next run then sends it",
    }
    next_empty() {
        da "Bed leverandøren om filen igen, og afvis den tomme",
        en "Ask the supplier for the file again, and reject the empty one",
    }
    next_rejected() {
        da "Nogen har lagt den tilbage. Afvis den igen, eller godkend den, hvis den alligevel skal sendes",
        en "Somebody has put it back. Reject it again, or approve it if it is to be sent all the same",
    }
    next_publishing() {
        da "En kørsel blev afbrudt; den næste, der når serveren, finder selv ud af det. Bliver det ved, så spørg KP, om filen er modtaget",
        en "A run was interrupted; the next one that reaches the server finds out by itself. If it goes on, ask KP whether the file was \
            received",
    }
    next_in_doubt(mail: &str) {
        da "Spørg KP, om filen er modtaget (en færdig mail: {mail}), og svar",
        en "Ask KP whether the file was received (a finished mail: {mail}), and answer",
    }
    next_remote_name_taken() {
        da "Er det en fil, der blev leveret før under samme navn (se traekfil history), så har KP ikke hentet den endnu; næste \
            kørsel efter det sender denne. Ellers spørg KP, hvad det er. Bruger leverandøren samme navn hver måned, så sæt [sftp] \
            remote_name, fx \"{{stem}}_{{period}}.{{ext}}\". Skal den ikke sendes, så afvis den",
        en "If it is a file that was delivered before under that name (see traekfil history), KP has not taken it yet, and the next \
            run after that sends this one. Otherwise ask KP what it is. If the supplier uses one name every month, set [sftp] \
            remote_name, for example to \"{{stem}}_{{period}}.{{ext}}\". If it is not to be sent, reject it",
    }
    next_already_on_server() {
        da "Nogen har sendt den uden om traekfil. Spørg KP, om den er modtaget. Er den det, så indskriv den i regnskabet, så lægger \
            næste kørsel filen væk som dublet; skal den ikke i regnskabet, så afvis den",
        en "Somebody sent it past traekfil. Ask KP whether it was received. If so, record it in the ledger, and the next run puts the \
            file away as a duplicate; if it is not to be recorded, reject it",
    }
    doubt(path: &str, delivery: i64, remote: &str) {
        da "{path}: levering {delivery} til {remote} er uafklaret: KP kan have fået filen.",
        en "{path}: delivery {delivery} to {remote} is in doubt: KP may have got the file.",
    }
    doubt_because(path: &str, delivery: i64, remote: &str, why: &str) {
        da "{path}: levering {delivery} til {remote} er uafklaret: {why}.",
        en "{path}: delivery {delivery} to {remote} is in doubt: {why}.",
    }
    name_wanted_twice() {
        da "en anden fil, eller en uafklaret levering, skal have samme navn på KP's server",
        en "another file, or a delivery in doubt, is to have the same name on KP's server",
    }
    next_name_wanted_twice() {
        da "Giv filerne hver sit navn med [sftp] remote_name, fx \"{{stem}}_{{digest8}}.{{ext}}\", eller afgør leveringen. Skal den \
            ikke sendes, så afvis den",
        en "Give each file a name of its own with [sftp] remote_name, for example \"{{stem}}_{{digest8}}.{{ext}}\", or settle the \
            delivery. If it is not to be sent, reject it",
    }
    number_of_next_run() { da "NUMMER (som næste kørsel giver den)", en "NUMBER (which the next run gives it)" }
    with_hold(path: &str, hold: i64) { da "{path} (sag {hold})", en "{path} (hold {hold})" }
    and_others(n: usize) { da [n] " og 1 anden" " og {n} andre", en [n] " and 1 other" " and {n} others" }
    so_far(files: &str, bytes: &dyn Display, total: &dyn Display) {
        da "Indtil nu: fil {files}, {bytes} af {total}",
        en "So far: file {files}, {bytes} of {total}",
    }
    needs_you(n: usize) {
        da [n] "Dette kræver handling:" "Disse {n} ting kræver handling:",
        en [n] "This needs a person:" "These {n} matters need a person:",
    }
    recovered(path: &str, delivery: i64, state: &str) {
        da "Fra en tidligere kørsel: {path} (levering {delivery}) er nu {state}.",
        en "From an earlier run: {path} (delivery {delivery}) is now {state}.",
    }
    original_changed(path: &str, delivery: i64, at: &str, place: &str) {
        da "{path}: filen fra levering {delivery} blev ændret, efter at den var lagt i arkivet {at}: et program skrev videre i den. KP har \
            kun det, der stod i den da. Spørg leverandøren, om {place} er den rigtige fil. Skal KP have den, så flyt den tilbage i mappen, hvor \
            næste kørsel tilbageholder den, til den er godkendt; ellers flyt den ud af arkivet.",
        en "{path}: the file of delivery {delivery} was changed after it had been put into the archive on {at}: a program went on writing \
            to it. KP has only what stood in it then. Ask the supplier whether {place} is the right file. If KP is to have it, move it \
            back into the folder, where the next run holds it until it is approved; if not, move it out of the archive.",
    }
    not_picked_up(path: &str, delivery: i64, at: &str, remote: &str) {
        da "{path}: levering {delivery} fra {at} ligger stadig på KP's server som {remote}. Spørg KP's driftsleverandør, om filerne \
            bliver hentet. Filen bliver ikke sendt igen.",
        en "{path}: delivery {delivery} of {at} still lies on KP's server as {remote}. Ask KP's operator whether the files \
            are being taken. The file is not sent again.",
    }
    cleared(n: usize) {
        da [n] "1 fil er slettet fra arkivet, fordi den har ligget der så længe, som [originals] keep_archive siger."
            "{n} filer er slettet fra arkivet, fordi de har ligget der så længe, som [originals] keep_archive siger.",
        en [n] "1 file was deleted from the archive, where it had lain for as long as [originals] keep_archive says."
            "{n} files were deleted from the archive, where they had lain for as long as [originals] keep_archive says.",
    }
    left_on_server(path: &str) {
        da "en midlertidig fil kan ligge på serveren som {path}",
        en "a temporary file may lie on the server as {path}",
    }
    picked_up(at: &str) { da "hentet af KP senest {at}", en "taken by KP by {at}" }
    left_out(excluded: usize, folders: usize) {
        da "Ikke medtaget efter [scan]: filer: {excluded}, mapper: {folders}.",
        en "Left out by [scan]: files: {excluded}, folders: {folders}.",
    }

    /// The summary.
    no_new_files() { da "Ingen nye filer", en "No new files" }
    none_would_go() { da "Ingen filer vil blive sendt", en "No file would be sent" }
    none_delivered() { da "Ingen filer leveret", en "No file delivered" }
    count_would_send(n: usize, bytes: &str) {
        da [n] "1 fil vil blive sendt ({bytes})" "{n} filer vil blive sendt ({bytes})",
        en [n] "1 file would be sent ({bytes})" "{n} files would be sent ({bytes})",
    }
    count_delivered(n: usize, bytes: &str) {
        da [n] "1 fil leveret ({bytes})" "{n} filer leveret ({bytes})",
        en [n] "1 file delivered ({bytes})" "{n} files delivered ({bytes})",
    }
    count_failed(n: usize) { da "{n} ikke leveret", en "{n} not delivered" }
    count_duplicates(n: usize) { da [n] "1 dublet" "{n} dubletter", en [n] "1 duplicate" "{n} duplicates" }
    count_held(n: usize) { da "{n} tilbageholdt", en "{n} held" }
    count_in_doubt(n: usize) { da [n] "1 uafklaret" "{n} uafklarede", en "{n} in doubt" }
    count_overdue(n: usize) { da "{n} overskredet", en "{n} overdue" }
    count_waiting(n: usize) { da "{n} venter", en "{n} waiting" }
    count_skipped(n: usize) { da "{n} sprunget over", en "{n} skipped" }
    nothing_was_done() { da "Intet er gjort.", en "Nothing was done." }

    /// The history.
    no_history() { da "Der er ingen leveringer i regnskabet, som passer til søgningen.", en "The ledger has no deliveries that match." }
    decisions() { da "Beslutninger:", en "Decisions:" }
    decision_line(at: &str, path: &str, verdict: &str, who: &str, why: &str) {
        da "{at}  {path}: {verdict} af {who}: {why}",
        en "{at}  {path}: {verdict} by {who}: {why}",
    }
    taken_back(at: &str, who: &str, why: &str) {
        da " (trukket tilbage {at} af {who}: {why})",
        en " (taken back {at} by {who}: {why})",
    }
    used_by(delivery: i64) { da " (brugt af levering {delivery})", en " (used by delivery {delivery})" }

    /// States.
    state_uploading() { da "under overførsel", en "uploading" }
    state_publishing() { da "under navngivning", en "publishing" }
    state_delivered() { da "leveret", en "delivered" }
    state_archived() { da "leveret og arkiveret", en "delivered, put away" }
    state_abandoned() { da "opgivet", en "abandoned" }
    state_in_doubt() { da "uafklaret", en "in doubt" }
    state_not_delivered() { da "ikke modtaget", en "not delivered" }
    state_adopted() { da "leveret før regnskabet", en "delivered before the ledger" }
    verdict_approved() { da "godkendt", en "approved" }
    verdict_rejected() { da "afvist", en "rejected" }

    /// What happens to a file.
    would_send() { da "sendes", en "send" }
    would_hold() { da "tilbageholdes", en "hold" }
    would_wait() { da "venter", en "wait" }
    would_skip() { da "springes over", en "skip" }
    duplicate() { da "dublet", en "duplicate" }
    delivered() { da "leveret", en "delivered" }
    failed() { da "ikke leveret", en "not delivered" }
    doubtful() { da "uafklaret", en "in doubt" }
    held() { da "tilbageholdt", en "held" }
    skipped() { da "sprunget over", en "skipped" }

    /// Decisions taken.
    said_approved(path: &str, period: &str) {
        da "{path} ({period}) er godkendt og går med næste kørsel.",
        en "{path} ({period}) is approved and goes with the next run.",
    }
    said_approved_in_part(path: &str, reasons: &str) {
        da "{path} er godkendt for det, som sagen nævnte. Siden er der kommet mere til, så den bliver liggende: {reasons}. Se sagen efter \
            næste kørsel, og godkend den igen, hvis den skal sendes alligevel.",
        en "{path} is approved for what the hold named. More has come up since, so it stays: {reasons}. Look at the hold after the next \
            run, and approve it again if it is to be sent all the same.",
    }
    said_approved_first(path: &str, who: &str) {
        da "{path} er godkendt af {who}. Den kræver to personer ([policy] two_persons), så den bliver liggende, til en anden bruger også \
            har godkendt den.",
        en "{path} is approved by {who}. It takes two persons ([policy] two_persons), so it stays until another user has approved it as \
            well.",
    }
    approved_by_you(path: &str, who: &str) {
        da "{path} er allerede godkendt af {who}, og den kræver to forskellige personer ([policy] two_persons). Få en anden til at godkende \
            den under sit eget brugernavn. Intet er ændret.",
        en "{path} is approved by {who} already, and it takes two different persons ([policy] two_persons). Have somebody else approve it \
            under a user name of their own. Nothing was changed.",
    }
    said_rejected_in_doubt(path: &str, to: &str, delivery: i64; settle = command(&format!("resolve {delivery}"))) {
        da "{path} er afvist og lagt i {to}. Den bliver ikke sendt igen, men det er stadig uafklaret, om KP har fået den med levering \
            {delivery}. Afgør det: {settle}",
        en "{path} is rejected and lies in {to}. It is not sent again, but it is still not known whether KP got it by delivery {delivery}. \
            Settle that: {settle}",
    }
    said_rejected(path: &str, to: &str) {
        da "{path} er afvist og lagt i {to}. Den er ikke sendt.",
        en "{path} is rejected and lies in {to}. It was not sent.",
    }
    said_delivered(path: &str, delivery: i64) {
        da "Levering {delivery} ({path}) står nu som leveret. Næste kørsel lægger originalen i arkivet.",
        en "Delivery {delivery} ({path}) now stands as delivered. The next run puts the original away.",
    }
    /// The name that may still be published is on the server, or nobody could look.
    said_not_delivered_yet(path: &str, delivery: i64) {
        da "Levering {delivery} ({path}) står nu som ikke modtaget. Filen venter, til en kørsel har set på serveren, at intet af leveringen kan \
            komme mere; derefter ser den på filen som en ny. Ligger den ikke i mappen mere, så læg den der igen, fx fra arkivet.",
        en "Delivery {delivery} ({path}) now stands as not delivered. Its file waits until a run has seen on the server that nothing of the \
            delivery can come any more, and then it is looked at as a new one. If it is not in the folder any more, put it there again, for \
            example from the archive.",
    }
    said_not_delivered_directly(path: &str, delivery: i64) {
        da "Levering {delivery} ({path}) står nu som ikke modtaget.",
        en "Delivery {delivery} ({path}) now stands as not delivered.",
    }
    said_not_delivered(path: &str, delivery: i64) {
        da "Levering {delivery} ({path}) står nu som ikke modtaget. Næste kørsel ser på filen som en ny. Ligger den ikke i mappen mere, så læg \
            den der igen, fx fra arkivet.",
        en "Delivery {delivery} ({path}) now stands as not delivered. The next run looks at its file as at a new one. If it is not in the \
            folder any more, put it there again, for example from the archive.",
    }
    no_such_file(what: &str; preview = command("run --dry-run")) {
        da "Der er hverken en sag eller en fil i mappen med navnet {what}. Se numrene med: {preview}",
        en "There is neither a hold nor a file in the folder called {what}. See the numbers with: {preview}",
    }
    cannot_approve(path: &str, why: &str) {
        da "{path} kan ikke godkendes: {why}. Intet er ændret.",
        en "{path} cannot be approved: {why}. Nothing was changed.",
    }
    not_held(path: &str, why: &str) {
        da "{path} er ikke tilbageholdt ({why}), så der er intet at afgøre. Intet er ændret.",
        en "{path} is not held ({why}), so there is nothing to decide. Nothing was changed.",
    }
    no_such_delivery(id: i64; history = command("history")) {
        da "Der er ingen levering {id} i regnskabet. Se numrene med: {history}",
        en "There is no delivery {id} in the ledger. See the numbers with: {history}",
    }
    not_in_doubt(id: i64, state: &str; history = command("history")) {
        da "Levering {id} er {state}, så der er intet at spørge KP om. Intet er ændret. Fik KP den aldrig, så tilføj --not-delivered --reason \"…\". \
            Se leveringerne med: {history}",
        en "Delivery {id} is {state}, so there is nothing to ask KP about. Nothing was changed. If KP never got it, add --not-delivered \
            --reason \"…\". See the deliveries with: {history}",
    }
    cannot_resolve(id: i64, state: &str) {
        da "Levering {id} er {state}, og det kan ikke ændres på den måde. Intet er ændret.",
        en "Delivery {id} is {state}, and that cannot be changed in this way. Nothing was changed.",
    }
    not_taken_out(path: &str, error: &dyn Display) {
        da "{path} er afvist og bliver ikke sendt, men filen ligger stadig i mappen: den kunne ikke flyttes til arkivet ({error}). Sørg \
            for plads og skriveadgang, og afvis den igen, eller flyt den i hånden.",
        en "{path} is rejected and is not sent, but it still lies in the folder: it could not be moved to the archive ({error}). See to \
            space and write access and reject it again, or move it by hand.",
    }
}
