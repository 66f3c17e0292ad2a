//! What `format guess` and `format test` say.

use std::io;

crate::messages::catalogue! {
    not_read(file: &str, error: &io::Error) {
        da "{file} kan ikke læses: {error}. Kontrollér navnet og dine rettigheder til filen.",
        en "{file} cannot be read: {error}. Check the name and your access to the file.",
    }
    no_citizens(file: &str) {
        da "Der er intet i {file}, som ligner CPR-numre på samme sted i linjerne, så der er intet udkast. Er det en trækfil? Beskriv ellers \
            formatet selv; config.example.toml har et eksempel.",
        en "Nothing in {file} looks like CPR numbers in one place of its lines, so there is no draft. Is it a trækfil? If so, describe the \
            format yourself; config.example.toml has an example.",
    }
    no_amounts(file: &str) {
        da "{file} har CPR-numre, men intet i linjerne ligner beløb, så der er intet udkast. Beskriv formatet selv; config.example.toml har \
            et eksempel.",
        en "{file} has CPR numbers, but nothing in its lines looks like amounts, so there is no draft. Describe the format yourself; \
            config.example.toml has an example.",
    }
    no_layout(file: &str) {
        da "{file} har ikke en form, der kan beskrives, så der er intet udkast. Spørg leverandøren, hvordan filen er bygget op.",
        en "{file} has no layout that can be described, so there is no draft. Ask the supplier how the file is built.",
    }
    line_ends(file: &str) {
        da "Linjerne i {file} slutter med vognretur alene (CR), som programmet ikke læser. Bed leverandøren om linjer, der slutter med CRLF eller LF.",
        en "The lines of {file} end with a carriage return alone (CR), which the program does not read. Ask the supplier for lines that end with \
            CRLF or LF.",
    }
    not_all_read(file: &str) {
        da "Udkastet læser ikke alt i {file}. Sæt det ind i konfigurationen, og se fejlene med: traekfil format test {file}",
        en "The draft does not read all of {file}. Put it into the configuration, and see the faults with: traekfil format test {file}",
    }
    drafted(records: &str) {
        da "Udkast lavet ud fra en fil: {records} poster er læst, og intet er ulæst.",
        en "A draft made from a file: {records} records were read, and nothing was left unread.",
    }
    drafted_in_part(records: &str) {
        da "Udkast lavet ud fra en fil: {records} poster er læst, men ikke alt kunne læses. Ret det, og prøv med traekfil format test.",
        en "A draft made from a file: {records} records were read, but not everything could be. Correct it, and try traekfil format test.",
    }
    proven() { da "bevist: filens egne kontroltal passer med det", en "proven: the file's own control totals come out right with it" }
    likely() { da "sandsynligt: intet andet i filen passer", en "likely: nothing else in the file would do" }
    guessed() { da "gæt: se efter, om det er rigtigt", en "a guess: look whether it is right" }
    guessed_among(others: &str) {
        da "gæt: også {others} kunne være det. Se efter i filen, eller spørg leverandøren",
        en "a guess: {others} could be it as well. Look into the file, or ask the supplier",
    }
    about_unit() {
        da "Filen viser ikke, om beløbene er øre eller kroner. Spørg leverandøren, og ret unit, hvis det er forkert.",
        en "The file does not show whether its amounts are øre or kroner. Ask the supplier, and correct unit if it is wrong.",
    }
    about_deduction(name: &str) {
        da "Har filen et felt for trækkets art, så skriv det her; ellers skriv deduction i [[series]], fx \"{name}\".",
        en "If the file has a field for the kind of deduction, write it here; if not, write deduction in [[series]], e.g. \"{name}\".",
    }
    about_reference() {
        da "Har en borger flere poster i samme fil (uge, aftale), så skriv feltet, der skelner dem.",
        en "If a citizen has several records in one file (week, agreement), write the field that tells them apart.",
    }
    reference_found(repeats: &str) {
        da "{repeats} poster er for en borger, der har en post før. Det kan holde filen tilbage (records_repeat). Er feltet her en uge eller en \
            aftale, så fjern #; er det et løbenummer, så lad være.",
        en "{repeats} records are for a citizen who has one before. That may hold the file (records_repeat). If this field is a week or an \
            agreement, take the # away; if it is a running number, do not.",
    }
    reference_wanted(repeats: &str) {
        da "{repeats} poster er for en borger, der har en post før. Det kan holde filen tilbage (records_repeat). Skriv her feltet, der skelner dem \
            (uge, aftale), hvis der er et.",
        en "{repeats} records are for a citizen who has one before. That may hold the file (records_repeat). Write here the field that tells \
            them apart (week, agreement), if there is one.",
    }
    series_needs(name: &str) {
        da "Skriv under jeres [[series]], så filerne bliver læst:\nformat = \"{name}\"\ndeduction = \"{name}\"",
        en "Write this under your [[series]], so that its files are read:\nformat = \"{name}\"\ndeduction = \"{name}\"",
    }
    no_such_format(name: &str, known: &str) {
        da "Der er intet afsnit [formats.{name}] i konfigurationen. Den har: {known}",
        en "The configuration has no section [formats.{name}]. It has: {known}",
    }
    no_formats() {
        da "Konfigurationen har intet [formats]. Lav et udkast med: traekfil format guess FIL",
        en "The configuration has no [formats]. Make a draft with: traekfil format guess FILE",
    }
    which_format(file: &str, known: &str) {
        da "{file} hører ikke til en serie med et format. Nævn formatet med --format: {known}",
        en "{file} belongs to no series with a format. Name the format with --format: {known}",
    }
    tested(file: &str, format: &str) {
        da "{file}, læst efter [formats.{format}]:",
        en "{file}, read by [formats.{format}]:",
    }
    head_field() { da "Felt", en "Field" }
    head_place() { da "Sted", en "Place" }
    head_line() { da "Linje", en "Line" }
    head_citizen() { da "Borger", en "Citizen" }
    head_deduction() { da "Træk", en "Deduction" }
    head_period() { da "Måned", en "Month" }
    head_amount() { da "Beløb", en "Amount" }
    lines(header: &str, record: &str, trailer: &str, ignored: &str, unknown: &str) {
        da "Linjer: {header} i hovedet, {record} poster, {trailer} i slutningen, {ignored} uden betydning, {unknown} ukendte.",
        en "Lines: {header} of the header, {record} records, {trailer} of the trailer, {ignored} ignored, {unknown} unknown.",
    }
    totals(records: &str, sum: &str) { da "{records} poster, {sum} i alt.", en "{records} records, {sum} in all." }
    periods(records: &str, headers: &str) {
        da "Måneder i posterne: {records}. Måneder i hovedet: {headers}.",
        en "Months in the records: {records}. Months in the header: {headers}.",
    }
    no_records() { da "der er ingen poster", en "there are no records" }
    all_read() {
        da "Alt er læst, og kontroltallene passer, hvor der er nogen.",
        en "All of it was read, and control totals are right where there are any.",
    }
    faults() { da "Fejl:", en "Faults:" }
}
