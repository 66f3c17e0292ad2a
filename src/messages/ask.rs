//! What a supplier is asked, and what `ask` says to the person who asks.

use std::fmt::Display;
use std::path::Path;

crate::messages::catalogue! {
    head_about() { da "Om", en "About" }
    head_way() { da "Hvordan", en "How" }

    // the letter
    subject_missing(series: &str, period: &str) {
        da "Trækfil mangler: {series}, {period}",
        en "Deduction file missing: {series}, {period}",
    }
    subject_held(series: &str, period: &str) {
        da "Spørgsmål til trækfil: {series}, {period}",
        en "Question about a deduction file: {series}, {period}",
    }
    subject_again(series: &str, period: &str) {
        da "Trækfil ønskes igen: {series}, {period}",
        en "Deduction file wanted again: {series}, {period}",
    }
    dear(name: &str) { da "Kære {name}", en "Dear {name}" }
    hello() { da "Hej", en "Hello" }
    missing(series: &str, period: &str) {
        da "Vi har ikke modtaget jeres trækfil for {period} ({series}).",
        en "We have not received your deduction file for {period} ({series}).",
    }
    due(deadline: &str) {
        da "Den skal være hos KP (Kommunernes Pensionssystem) senest {deadline}. Kommer den senere, mangler trækket i månedens pension. \
            Vi beder jer derfor lægge den i mappen snarest, eller svare, hvornår den kommer.",
        en "It must reach KP (Kommunernes Pensionssystem) by {deadline}. If it comes later, the deduction is missing from the month's \
            pensions. Please put it into the folder as soon as you can, or tell us when it will come.",
    }
    was_due(deadline: &str) {
        da "Den skulle have været hos KP (Kommunernes Pensionssystem) senest {deadline}. Vi beder jer lægge den i mappen snarest, og svare, \
            hvornår den kommer.",
        en "It should have reached KP (Kommunernes Pensionssystem) by {deadline}. Please put it into the folder as soon as you can, and tell \
            us when it will come.",
    }
    no_deadline() {
        da "Vi beder jer lægge den i mappen snarest, eller svare, hvornår den kommer.",
        en "Please put it into the folder as soon as you can, or tell us when it will come.",
    }
    last_file(path: &str, period: &str) {
        da "Den seneste fil, vi har fået fra jer, er {path} for {period}.",
        en "The last file we got from you is {path} for {period}.",
    }
    no_file_this_month() {
        da "Er der intet at trække for den måned, så svar det.",
        en "If there is nothing to deduct for that month, please answer that.",
    }
    held(path: &str, period: &str, why: &str) {
        da "Vi har modtaget filen {path} for {period}, men har ikke sendt den videre til KP: {why}.",
        en "We have received the file {path} for {period}, but have not sent it on to KP: {why}.",
    }
    held_without_period(path: &str, why: &str) {
        da "Vi har modtaget filen {path}, men har ikke sendt den videre til KP: {why}.",
        en "We have received the file {path}, but have not sent it on to KP: {why}.",
    }
    held_until() {
        da "Den bliver liggende, til vi har jeres svar.",
        en "It stays with us until we have your answer.",
    }
    by_then(deadline: &str) {
        da "For at komme med skal den være hos KP senest {deadline}.",
        en "It must reach KP by {deadline} to be in time.",
    }
    was_delivered(path: &str, at: &str) {
        da "Vi har modtaget filen {path} og leveret den til KP den {at}.",
        en "We received the file {path} and delivered it to KP on {at}.",
    }
    wanted_again(period: &str) {
        da "Vi har brug for at få filen for {period} igen. Læg den i mappen, og skriv til os, om den er den samme, en rettelse, der skal \
            erstatte den første, eller noget, der kommer oveni.",
        en "We need the file for {period} once more. Please put it into the folder, and tell us whether it is the same, a correction that \
            replaces the first one, or something that comes on top.",
    }
    was_rejected(path: &str) {
        da "Vi har afvist filen {path}, og den bliver ikke sendt til KP.",
        en "We have rejected the file {path}, and it is not sent to KP.",
    }
    new_one(period: &str) {
        da "Vi beder jer lægge en ny fil for {period} i mappen, og svare, hvornår den kommer.",
        en "Please put a new file for {period} into the folder, and tell us when it will come.",
    }
    never_came(path: &str) {
        da "KP har ikke fået filen {path}.",
        en "KP never got the file {path}.",
    }
    nothing_private() {
        da "Skriv ikke CPR-numre, og vedhæft ikke filen: læg den i mappen, som I plejer.",
        en "Please write no CPR numbers and do not attach the file: put it into the folder as usual.",
    }
    regards() { da "Med venlig hilsen", en "Kind regards" }

    // the reasons as a supplier understands them
    why_empty() { da "filen er tom. Send den igen", en "the file is empty. Please send it again" }
    why_unsafe() {
        da "den kan ikke læses som en almindelig fil. Læg den igen under et almindeligt navn",
        en "it cannot be read as a plain file. Please send it again under a plain name",
    }
    why_slot_taken() {
        da "KP har allerede fået en anden fil fra jer for måneden. Er den ny en rettelse, der erstatter den første, kommer den oveni, eller er det en fejl",
        en "KP has got another file from you for that month already. Is this one a correction that replaces the first, does it come on top, or is it a mistake",
    }
    why_same_content() {
        da "samme indhold er leveret før, for en anden måned. Er det den rigtige fil",
        en "the same content was delivered before, for another month. Is it the right file",
    }
    why_conflict() {
        da "der ligger flere forskellige filer for samme måned. Hvilken gælder",
        en "there are several different files for the same month. Which one counts",
    }
    why_no_period() {
        da "måneden fremgår ikke entydigt. Hvilken måned er den for? Skriv fremover måneden i filens navn",
        en "the month is not clear. Which month is it for? Please have the month in the file's name from now on",
    }
    why_old() { da "den er for en tidligere måned. Er det rigtigt", en "it is for an earlier month. Is that right" }
    why_early() { da "den er for en senere måned. Er det rigtigt", en "it is for a later month. Is that right" }
    why_other_route() {
        da "vi går ud fra, at I selv sender den til KP. Har I det, eller skal vi sende den",
        en "we take it that you send it to KP yourselves. Have you, or are we to send it",
    }
    why_rejected() {
        da "vi har afvist den samme fil før. Er den lagt der igen ved en fejl",
        en "we have rejected the same file before. Was it put there again by mistake",
    }

    // to the person
    to_line(to: &str) { da "Til: {to}", en "To: {to}" }
    subject_line(subject: &str) { da "Emne: {subject}", en "Subject: {subject}" }
    sent(to: &str) { da "Sendt til {to}. Det står i regnskabet.", en "Sent to {to}. It stands in the ledger." }
    not_sent(; send = super::command("ask … --send")) {
        da "Teksten er ikke sendt, men det står i regnskabet, at den er lavet. Kopiér den til en mail, eller lad programmet sende den: {send}",
        en "The text is not sent, but the ledger says that it was made. Copy it into a mail, or let the program send it: {send}",
    }
    unknown_series(series: &str, known: &str) {
        da "Der er ingen serie {series}. De kendte er: {known}. Intet er gjort.",
        en "There is no series {series}. Those known are: {known}. Nothing was done.",
    }
    none_known() { da "ingen", en "none" }
    no_mail(series: &str, file: &Path => file.display()) {
        da "[[series]] mail mangler for {series}, så der er ingen adresse at sende til. Skriv den i {file}, eller udelad --send. Intet er gjort.",
        en "[[series]] mail is missing for {series}, so there is no address to send to. Write it into {file}, or leave out --send. Nothing was done.",
    }
    no_mail_server(file: &Path => file.display()) {
        da "[notify] mail_to, mail_from og smtp_host mangler, så der er ingen mailserver at sende med. Skriv dem i {file}, eller udelad --send. \
            Intet er gjort.",
        en "[notify] mail_to, mail_from and smtp_host are missing, so there is no mail server to send by. Write them into {file}, or leave out \
            --send. Nothing was done.",
    }
    is_waiting(path: &str, run: &str) {
        da "{path} ligger i mappen og bliver leveret af næste kørsel ({run}), så der er intet at spørge om. Intet er gjort.",
        en "{path} lies in the folder and is delivered by the next run ({run}), so there is nothing to ask. Nothing was done.",
    }
    is_in_doubt(delivery: i64, resolve: &str) {
        da "Levering {delivery} er uafklaret. Spørg KP, ikke leverandøren, og afgør den så: {resolve}. Intet er gjort.",
        en "Delivery {delivery} is in doubt. Ask KP, not the supplier, and then settle it: {resolve}. Nothing was done.",
    }
    mail_failed(why: &str) {
        da "Mailen er ikke sendt: {why} Prøv igen, eller kopiér teksten uden --send.",
        en "The mail was not sent: {why} Try again, or copy the text without --send.",
    }
    line_not_written(archive: &Path => archive.display(), error: &dyn Display) {
        da "Spørgsmålet står i regnskabet, men linjen om det i arkivet {archive} kunne ikke skrives ({error}). Sørg for plads og skriveadgang: så \
            skrives den af næste kørsel.",
        en "The question stands in the ledger, but its line in the archive {archive} could not be written ({error}). See to space and write \
            access: then the next run writes it.",
    }
    sent_not_recorded(to: &str, why: &str) {
        da "Mailen er sendt til {to}, men det kunne ikke skrives i regnskabet: {why}",
        en "The mail was sent to {to}, but that could not be written into the ledger: {why}",
    }
}
