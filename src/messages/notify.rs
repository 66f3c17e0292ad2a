//! What a person is told by mail or by a program, and what is said where that fails.

use std::fmt::Display;
use std::path::Path;

crate::messages::catalogue! {
    subject_matters(n: usize, host: &str) {
        da [n] "traekfil: 1 sag venter på dig ({host})" "traekfil: {n} sager venter på dig ({host})",
        en [n] "traekfil: 1 matter waits for you ({host})" "traekfil: {n} matters wait for you ({host})",
    }
    subject_complete(months: &str, host: &str) {
        da "traekfil: alt for {months} er leveret ({host})",
        en "traekfil: everything for {months} is delivered ({host})",
    }
    subject_observed(n: usize, host: &str) {
        da [n] "traekfil: bemærket, men sendt ({host})" "traekfil: {n} ting bemærket, men sendt ({host})",
        en [n] "traekfil: observed, and sent ({host})" "traekfil: {n} things observed, and sent ({host})",
    }
    subject_trial(host: &str) {
        da "traekfil: prøvebesked ({host})",
        en "traekfil: test message ({host})",
    }
    matters(n: usize, host: &str) {
        da [n] "traekfil ({host}) har 1 sag, der venter på dig:" "traekfil ({host}) har {n} sager, der venter på dig:",
        en [n] "traekfil ({host}) has 1 matter that waits for you:" "traekfil ({host}) has {n} matters that wait for you:",
    }
    others(n: usize) {
        da [n] "1 sag mere er stadig åben; den er meldt tidligere i dag." "{n} sager mere er stadig åbne; de er meldt tidligere i dag.",
        en [n] "1 more matter is still open; it was told of earlier today." "{n} more matters are still open; they were told of earlier today.",
    }
    not_named(n: usize) {
        da [n] "1 sag mere venter på dig og er ikke nævnt her." "{n} sager mere venter på dig og er ikke nævnt her.",
        en [n] "1 more matter waits for you and is not named here." "{n} more matters wait for you and are not named here.",
    }
    chain_ends() {
        da "Her endte regnskabets kæde, da beskeden blev skrevet. Gem beskeden: kommandoen viser senere, om regnskabet stadig er det samme \
            indtil da.",
        en "Here the ledger's chain ended when this was written. Keep the notice: the command shows later whether the ledger is still the \
            same up to then.",
    }
    complete(months: &str, host: &str) {
        da "Alle de filer, som traekfil ({host}) forventer for {months}, er leveret til KP.",
        en "All the files that traekfil ({host}) expects for {months} have been delivered to KP.",
    }
    see_all() {
        da "En åben sag meldes højst én gang om dagen. Alt, hvad der er åbent, ses på maskinen med denne kommando:",
        en "An open matter is told of once a day at most. All that is open is shown on the machine by this command:",
    }
    of_configuration(file: &str) { da "Konfiguration: {file}", en "Configuration: {file}" }
    trial(host: &str) {
        da "Dette er en prøve fra traekfil ({host}). Beskeder om sager, der venter på dig, kommer samme vej. Du skal ikke gøre noget.",
        en "This is a test from traekfil ({host}). Word of matters that wait for you comes the same way. There is nothing to do.",
    }
    run_failed(why: &str) {
        da "Kørslen kunne ikke gennemføres, så intet nyt er leveret: {why}",
        en "The run could not be carried through, so nothing new was delivered: {why}",
    }

    /// What failed.
    not_told(why: &str) {
        da "Beskeden kunne ikke sendes: {why} Det, der er leveret, er leveret; den næste kørsel prøver igen at sende beskeden.",
        en "The notice could not be sent: {why} What was delivered is delivered; the next run tries again to send the notice.",
    }
    mail_not_made(error: &dyn Display) {
        da "mailen kunne ikke laves ({error}). Kontrollér [notify] mail_to og mail_from.",
        en "the mail could not be made ({error}). See to [notify] mail_to and mail_from.",
    }
    mail_too_slow(server: &str, seconds: u64) {
        da "mailserveren {server} svarede ikke inden for {seconds} sekunder. Kontrollér [notify] smtp_host, smtp_port og smtp_tls, og om en \
            firewall spærrer.",
        en "the mail server {server} did not answer within {seconds} seconds. See to [notify] smtp_host, smtp_port and smtp_tls, and whether \
            a firewall is in the way.",
    }
    mail_too_much(server: &str) {
        da "mailserveren {server} sendte langt mere, end et svar fylder, så forbindelsen blev afbrudt. Kontrollér, at [notify] smtp_host og \
            smtp_port er mailserverens.",
        en "the mail server {server} sent far more than a reply takes, so the connection was ended. Check that [notify] smtp_host and \
            smtp_port are the mail server's.",
    }
    mail_login_refused(server: &str, why: &str) {
        da "mailserveren {server} afviste login ({why}). Kontrollér [notify] smtp_user og adgangskoden.",
        en "the mail server {server} refused the login ({why}). See to [notify] smtp_user and the password.",
    }
    mail_refused(server: &str, why: &dyn Display) {
        da "mailserveren {server} kunne ikke bruges ({why}). Kontrollér [notify] smtp_host, smtp_port og smtp_tls; kender systemet ikke \
            serverens certifikat, så angiv udstederens i smtp_ca.",
        en "the mail server {server} could not be used ({why}). See to [notify] smtp_host, smtp_port and smtp_tls; where the system does not \
            know the server's certificate, name its authority's with smtp_ca.",
    }
    ca_not_read(file: &str, error: &dyn Display) {
        da "certifikatet {file} ([notify] smtp_ca) kan ikke læses ({error}). Det skal være en fil i PEM-format.",
        en "the certificate {file} ([notify] smtp_ca) cannot be read ({error}). It must be a file in PEM format.",
    }
    command_failed(program: &str, why: &str) {
        da "programmet {program} ([notify] command) fejlede ({why}). Prøv det i hånden: traekfil check --send-test-mail.",
        en "the program {program} ([notify] command) failed ({why}). Try it by hand: traekfil check --send-test-mail.",
    }
    command_too_slow(seconds: u64) {
        da "det blev ikke færdigt inden for {seconds} sekunder og er standset",
        en "it did not finish within {seconds} seconds and was stopped",
    }
    event_log_failed(program: &str, why: &str) {
        da "hændelsesloggen ([notify] event_log) kunne ikke skrives med {program} ({why}). Den første hændelse skal skrives af \
            en administrator: kør én gang traekfil check --send-test-mail som administrator.",
        en "the event log ([notify] event_log) could not be written with {program} ({why}). The first entry must be written by \
            an administrator: run traekfil check --send-test-mail once as administrator.",
    }
    no_such_command(program: &str) {
        da "{program} findes ikke. Skriv hele stien i [notify] command, eller læg programmet, hvor systemet leder",
        en "{program} does not exist. Write the whole path in [notify] command, or put the program where the system looks",
    }
    not_remembered(file: &Path => file.display(), error: &dyn Display) {
        da "beskeden er sendt, men det kunne ikke skrives i {file} ({error}), så den bliver sendt igen. Undersøg disken og programmets adgang.",
        en "the notice was sent, but that could not be written into {file} ({error}), so it is sent again. See to the disk and the program's \
            access.",
    }
}
