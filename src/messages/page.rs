//! What only the report page says; the rest of its words are those of `status` and `history`.

use std::path::Path;

crate::messages::catalogue! {
    title() { da "Overblik over trækfiler", en "Overview of trækfiler" }
    made(at: &str) { da "Dannet {at}", en "Made {at}" }
    from_folder(drop: &Path => crate::messages::escape(&drop.to_string_lossy())) { da "Mappe: {drop}", en "Folder: {drop}" }
    to_server(server: &str) { da "KP's server: {server}", en "KP's server: {server}" }
    month_by_month() { da "Måned for måned", en "Month by month" }
    no_series() { da "Der er ingen serier endnu.", en "There are no series yet." }
    series_wide() { da "Tabel over serier og måneder", en "Table of series and months" }
    legend() { da "Tegnene betyder:", en "The signs mean:" }
    by(day: &str) { da "senest {day}", en "by {day}" }
    copy() { da "Kopiér", en "Copy" }
    copied() { da "Kopieret", en "Copied" }
    year() { da "Året på et blik", en "The year at a glance" }
    kp_has_it() { da "KP har filen", en "KP has the file" }
    kp_has_none() { da "ingen fil hos KP", en "no file at KP" }
    what_to_do() { da "Det afgøres med:", en "It is settled with:" }

    /// The plots.
    volume() { da "Leveringer pr. måned", en "Deliveries per month" }
    when_delivered() {
        da "Talt efter den dag, filen blev leveret. Filer, som blev indskrevet som leveret før regnskabet, er ikke talt med.",
        en "Counted by the day the file was delivered. Files recorded as delivered before the ledger began are not counted.",
    }
    files() { da "Antal filer", en "Number of files" }
    amount(unit: &str) { da "Mængde i {unit}", en "Amount in {unit}" }
    decimal_point() { da ",", en "." }
    month() { da "Måned", en "Month" }
    as_table() { da "Tallene som tabel", en "The figures as a table" }

    /// The history.
    history() { da "Historik", en "History" }
    search() { da "Søg i historikken", en "Search the history" }
    one_hit() { da "1 række vist", en "1 row shown" }
    hits() { da "rækker vist", en "rows shown" }
    older(n: usize) {
        da [n] "1 ældre levering er ikke vist; traekfil history og traekfil ledger export har den."
            "{n} ældre leveringer er ikke vist; traekfil history og traekfil ledger export har dem alle.",
        en [n] "1 older delivery is not shown; traekfil history and traekfil ledger export have it."
            "{n} older deliveries are not shown; traekfil history and traekfil ledger export have them all.",
    }
    head_when() { da "Hvornår", en "When" }
    head_who() { da "Hvem", en "Who" }
    head_why() { da "Hvorfor", en "Why" }
    head_verdict() { da "Afgørelse", en "Decision" }
    head_digest() { da "SHA-256", en "SHA-256" }
    no_decisions() { da "Der er ingen beslutninger.", en "There are no decisions." }
    made_by(version: &str) {
        da "Dannet af traekfil {version}. Siden indeholder ingen filers indhold og henter intet fra nettet.",
        en "Made by traekfil {version}. The page holds no file's content and fetches nothing from the net.",
    }

    page_or_json() {
        da "Både -o - og --json skriver til standard output. Angiv en fil med -o, eller udelad --json.",
        en "Both -o - and --json write to standard output. Name a file with -o, or leave out --json.",
    }
    written(path: &Path => path.display()) { da "Rapporten er skrevet: {path}", en "The report is written: {path}" }
}
