//! What is said of a held file before a person decides, and when she goes through all that is open.

use crate::messages::command;

crate::messages::catalogue! {
    /// A file.
    facts(size: &str, series: &str, period: &str) {
        da "{size}, serie {series}, periode {period}",
        en "{size}, series {series}, period {period}",
    }
    nothing_at_kp(series: &str, period: &str) {
        da "KP har ikke fået noget for {series} {period} fra dette regnskab.",
        en "KP has got nothing for {series} {period} by this ledger.",
    }
    at_kp(path: &str, size: &str, slot: &str, at: &str, delivery: i64) {
        da "KP har {path} ({size}, {slot}), leveret {at}, levering {delivery}.",
        en "KP has {path} ({size}, {slot}), delivered {at}, delivery {delivery}.",
    }
    perhaps_at_kp(path: &str, size: &str, slot: &str, delivery: i64) {
        da "KP har måske {path} ({size}, {slot}): levering {delivery} er ikke afklaret.",
        en "KP may have {path} ({size}, {slot}): delivery {delivery} is not settled.",
    }
    and_more(n: usize) {
        da [n] "Der er 1 levering mere; se den med traekfil history." "Der er {n} leveringer mere; se dem med traekfil history.",
        en [n] "There is 1 more delivery; see it with traekfil history." "There are {n} more deliveries; see them with traekfil history.",
    }

    /// Going through what is open.
    no_terminal(; status = command("status"), list = command("cases --json")) {
        da "traekfil cases stiller spørgsmål og kræver en skærm og et tastatur. Intet er ændret. Se det, der venter, med: {status} eller {list}",
        en "traekfil cases asks questions and needs a screen and a keyboard. Nothing was changed. See what waits with: {status} or {list}",
    }
    so_many(n: usize) {
        da [n] "1 ting kræver handling. Enter er altid »senere«; så sker der intet."
            "{n} ting kræver handling, én ad gangen. Enter er altid »senere«; så sker der intet.",
        en [n] "1 matter needs a person. Enter always means “later”; then nothing happens."
            "{n} matters need a person, one at a time. Enter always means “later”; then nothing happens.",
    }
    left(n: usize) { da [n] "(1 til derefter)" "({n} til derefter)", en [n] "(1 more after this)" "({n} more after this)" }
    last_one() { da "(den sidste)", en "(the last one)" }
    your_answer(choices: &str, later: &str) { da "Dit svar ({choices}) [{later}]: ", en "Your answer ({choices}) [{later}]: " }
    one_of(choices: &str) { da "Skriv et af disse: {choices}.", en "Write one of these: {choices}." }
    why() { da "Begrundelse (den står i regnskabet): ", en "Reason (it stands in the ledger): " }
    reason_wrong(why: &str) { da "Begrundelsen kan ikke bruges: {why}", en "That reason cannot be used: {why}" }
    cannot_be_settled_here() {
        da "Det afgøres ikke her; den næste kørsel ser efter igen.",
        en "That is not settled here; the next run looks again.",
    }

    /// The answers: a letter, a word, and what it does.
    approve_letter() { da "g", en "a" }
    approve_word() { da "godkend", en "approve" }
    approve_does() { da "filen går med næste kørsel", en "the file goes with the next run" }
    approve_does_on_top() {
        da "filen går med næste kørsel, oven i den første: har KP den, bliver begge trukket",
        en "the file goes with the next run, on top of the first one: where KP has that, both are deducted",
    }
    approve_does_for_two() {
        da "godkendt for din del; filen går først, når to personer har godkendt den",
        en "approved on your part; the file goes only once two persons have approved it",
    }
    reject_letter() { da "a", en "r" }
    reject_word() { da "afvis", en "reject" }
    reject_does() {
        da "filen tages ud af mappen, usendt, og gemmes i arkivet under rejected",
        en "the file is taken out of the folder, unsent, and kept in the archive below rejected",
    }
    later_letter() { da "s", en "l" }
    later_word() { da "senere", en "later" }
    later_does() { da "intet sker; den bliver spurgt om igen", en "nothing happens; it is asked about again" }
    has_letter() { da "j", en "y" }
    has_word() { da "ja", en "yes" }
    has_does() {
        da "KP har filen: leveringen er afgjort, og næste kørsel lægger originalen i arkivet",
        en "KP has the file: the delivery is settled, and the next run puts the original away",
    }
    has_not_letter() { da "n", en "n" }
    has_not_word() { da "nej", en "no" }
    has_not_does() {
        da "KP fik den aldrig: filen kan sendes igen, så snart intet af leveringen kan komme mere",
        en "KP never got it: its file may be sent again, once nothing of the delivery can come any more",
    }
    mail_letter() { da "m", en "m" }
    mail_word() { da "mail", en "mail" }
    mail_does() { da "vis en færdig mail til KP, og spørg igen", en "show a finished mail to KP, and ask again" }

    /// The end.
    decided() { da "Det blev afgjort:", en "This was decided:" }
    nothing_decided() { da "Intet blev afgjort, og intet er ændret.", en "Nothing was decided, and nothing was changed." }
    still_open(n: usize) {
        da [n] "1 ting venter stadig." "{n} ting venter stadig.",
        en [n] "1 matter still waits." "{n} matters still wait.",
    }
    not_heard(error: &dyn std::fmt::Display) {
        da "Svaret kunne ikke læses ({error}). Det, der er afgjort indtil nu, gælder.",
        en "The answer could not be read ({error}). What was decided so far stands.",
    }
    changed_meanwhile(path: &str) {
        da "{path} er ændret, siden den blev vist. Intet er ændret; se den igen med traekfil cases.",
        en "{path} has changed since it was shown. Nothing was changed; look at it again with traekfil cases.",
    }

    /// Taking an approval back.
    said_withdrawn(path: &str, n: usize) {
        da [n] "Godkendelsen af {path} er trukket tilbage. Ligger filen i mappen, bliver den der under samme sag, til nogen afgør den igen."
            "{n} godkendelser af {path} er trukket tilbage. Ligger filen i mappen, bliver den der under samme sag, til nogen afgør den igen.",
        en [n] "The approval of {path} is taken back. If the file is in the folder, it stays there under the same hold until somebody decides again."
            "{n} approvals of {path} are taken back. If the file is in the folder, it stays there under the same hold until somebody decides again.",
    }
    no_approval(what: &str) {
        da "Der er ingen godkendelse af {what} at trække tilbage. Intet er ændret. Se sagerne med: traekfil status",
        en "There is no approval of {what} to take back. Nothing was changed. See the holds with: traekfil status",
    }
    approval_used(path: &str, delivery: i64) {
        da "Godkendelsen af {path} er brugt af levering {delivery} og kan ikke trækkes tilbage. Intet er ændret. Skulle KP ikke have filen, så \
            ring til KP.",
        en "The approval of {path} was used by delivery {delivery} and cannot be taken back. Nothing was changed. If KP was not to get the \
            file, call KP.",
    }
    already_withdrawn(path: &str, at: &str, who: &str) {
        da "Godkendelsen af {path} er allerede trukket tilbage ({at}, {who}). Intet er ændret.",
        en "The approval of {path} was taken back already ({at}, {who}). Nothing was changed.",
    }
}
