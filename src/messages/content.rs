//! What is in a file: its records, and what is suspicious about them.

crate::messages::catalogue! {
    line(number: &str) { da "linje {number}", en "line {number}" }
    lines(numbers: &str) { da "linje {numbers}", en "lines {numbers}" }
    and_more(n: &str) { da " og {n} flere", en " and {n} more" }
    at_positions(at: &str) { da "plads {at}", en "positions {at}" }
    at_column(at: &str) { da "kolonne {at}", en "column {at}" }

    /// What is suspicious.
    incomplete() {
        da "filen slutter ikke, som dens format siger: den kan være afbrudt undervejs",
        en "the file does not end as its format says: it may have been cut off on its way",
    }
    unreadable() {
        da "noget i filen kan ikke læses efter dens format",
        en "something in the file cannot be read by its format",
    }
    totals_differ() {
        da "filens egne kontroltal passer ikke med dens poster",
        en "the file's own control totals are not those of its records",
    }
    other_period() {
        da "filen nævner en anden måned end sin egen",
        en "the file names another month than its own",
    }
    repeats() { da "samme post står der flere gange", en "the same record stands there more than once" }
    same_totals() {
        da "antal og sum er de samme som i en anden levering",
        en "count and sum are those of another delivery",
    }
    unusual() { da "antal eller sum er usædvanlig", en "count or sum is unusual" }
    over() { da "et beløb er over largest_amount", en "an amount is over largest_amount" }
    header_of_other_period(expected: &str, named: &str, at: &str) {
        da "filen er for {expected}, men dens hoved siger {named} ({at})",
        en "the file is for {expected}, but its header says {named} ({at})",
    }
    records_of_other_period(expected: &str, named: &str, at: &str) {
        da "filen er for {expected}, men poster er for {named} ({at})",
        en "the file is for {expected}, but records are for {named} ({at})",
    }
    records_repeat(n: u64, count: &str, sum: &str, pairs: &str) {
        da [n] "{count} post gentager en, der står tidligere i filen ({sum}): {pairs}"
            "{count} poster gentager en, der står tidligere i filen ({sum}): {pairs}",
        en [n] "{count} record repeats one that stands earlier in the file ({sum}): {pairs}"
            "{count} records repeat one that stands earlier in the file ({sum}): {pairs}",
    }
    line_repeats(again: u64, first: u64) {
        da "linje {again} gentager linje {first}",
        en "line {again} repeats line {first}",
    }
    not_compared(n: &str) {
        da "filen har så mange poster, at {n} ikke er holdt op mod de andre",
        en "the file has so many records that {n} were not held against the others",
    }
    totals_repeat(records: &str, sum: &str, delivery: i64, period: &str) {
        da "antal og sum ({records} poster, {sum}) er de samme som i levering {delivery} for {period}",
        en "count and sum ({records} records, {sum}) are those of delivery {delivery} for {period}",
    }
    unusual_records(records: &str, median: &str) {
        da "der er {records} poster; i de seneste måneder er det midterste antal {median}",
        en "there are {records} records; the middle of the last months is {median}",
    }
    unusual_sum(sum: &str, median: &str) {
        da "summen er {sum}; i de seneste måneder er den midterste sum {median}",
        en "the sum is {sum}; the middle of the last months is {median}",
    }
    amount_over(n: u64, count: &str, limit: &str, at: &str, largest: &str) {
        da [n] "{count} post er på mere end {limit} ({at}); det største beløb er {largest}"
            "{count} poster er på mere end {limit} ({at}); det største beløb er {largest}",
        en [n] "{count} record is over {limit} ({at}); the largest amount is {largest}"
            "{count} records are over {limit} ({at}); the largest amount is {largest}",
    }
    count_differs(at: &str, claimed: &str, found: &str) {
        da "slutposten ({at}) siger {claimed} poster, men der er {found}",
        en "the trailer ({at}) says {claimed} records, but there are {found}",
    }
    sum_differs(at: &str, claimed: &str, found: &str) {
        da "slutposten ({at}) siger {claimed}, men posterne giver {found}",
        en "the trailer ({at}) says {claimed}, but the records come to {found}",
    }
    debit_differs(at: &str, claimed: &str, found: &str) {
        da "slutposten ({at}) siger {claimed} i træk, men posterne giver {found}",
        en "the trailer ({at}) says {claimed} of deductions, but the records come to {found}",
    }
    credit_differs(at: &str, claimed: &str, found: &str) {
        da "slutposten ({at}) siger {claimed} tilbageført, men posterne giver {found}",
        en "the trailer ({at}) says {claimed} taken back, but the records come to {found}",
    }

    /// Why something cannot be read.
    no_kind() { da "linjen passer ikke til nogen af formatets linjer", en "the line fits none of the format's kinds of lines" }
    too_long() { da "linjen er længere, end der læses", en "the line is longer than is read" }
    line_length() { da "linjen har ikke den længde, som line_length siger", en "the line has not the length that line_length says" }
    missing() { da "mangler", en "is missing" }
    blank() { da "er tomt", en "is empty" }
    not_a_citizen() { da "er ikke et CPR-nummer", en "is no CPR number" }
    not_an_amount() { da "er ikke et beløb, som formatet skriver dem", en "is no amount as the format writes them" }
    unknown_sign() { da "har et fortegn, som formatet ikke kender", en "has a sign that the format does not know" }
    amount_too_large() { da "er for stort et tal", en "is too large a number" }
    not_a_period() { da "er ikke en måned, som formatet skriver dem", en "is no month as the format writes them" }
    not_a_deduction() { da "har så mange cifre, at det ligner et CPR-nummer", en "has so many digits that it looks like a CPR number" }
    not_a_number() { da "er ikke et antal", en "is no count" }
    undecodable() { da "har tegn, som ikke findes i formatets tegnkodning", en "has characters that the format's encoding does not have" }
    repeated() { da "står der mere end én gang", en "stands there more than once" }
    no_heading() { da "ingen kolonne har den overskrift", en "no column has that heading" }
    no_records() {
        da "der er ingen poster i filen, og den siger ikke selv, at der ingen er",
        en "there are no records in the file, and it does not say itself that there are none",
    }
    unclosed_quote() { da "et anførselstegn bliver ikke lukket", en "a quotation mark is not closed" }
    sum_too_large() { da "summen er større, end nogen fils træk kan være", en "the sum is larger than any file's deductions can be" }
    malformed() { da "filen er ikke gyldig XML herfra", en "from here on the file is not valid XML" }
    record_in_record() {
        da "en post står inde i en anden post, og intet efter den er læst",
        en "a record stands inside another record, and nothing after it was read",
    }
    document_type() {
        da "filen har en dokumenttype (DTD), som aldrig bliver læst",
        en "the file has a document type (DTD), which is never read",
    }
    entity() { da "filen har sin egen entitet, som aldrig bliver læst", en "the file has an entity of its own, which is never read" }
    too_deep() { da "elementer ligger for dybt i hinanden", en "elements stand too deep in each other" }

    /// Month by month.
    totals(n: u64, records: &str, sum: &str) {
        da [n] "{records} post, {sum}" "{records} poster, {sum}",
        en [n] "{records} record, {sum}" "{records} records, {sum}",
    }
    than_before(records: &str, sum: &str) {
        da "{records}, {sum} i forhold til måneden før",
        en "{records}, {sum} against the month before",
    }
    records_and_kroner() { da "Poster og kroner:", en "Records and kroner:" }
    of_series(series: &str, period: &str, totals: &str) { da "{series}, {period}: {totals}", en "{series}, {period}: {totals}" }
    observed_reasons(reasons: &str) { da "sendt, men bemærket: {reasons}", en "sent, but observed: {reasons}" }
    records_of(series: &str) { da "{series}: antal poster", en "{series}: number of records" }
    kroner_of(series: &str, unit: &str) { da "{series}: sum i {unit}", en "{series}: sum in {unit}" }
    kr() { da "kr.", en "kr." }
    thousands() { da "tusind kr.", en "thousand kr." }
    millions() { da "mio. kr.", en "million kr." }
    by_period() {
        da "Talt efter den måned, filerne er for, i det, som KP har fået.",
        en "Counted by the month that the files are for, of what KP has got.",
    }

    /// Beside what KP has.
    same_as(same: &str, all: &str, delivery: i64) {
        da "{same} af {all} poster er de samme som i levering {delivery}",
        en "{same} of {all} records are the same as in delivery {delivery}",
    }
    n_new(n: u64, count: &str) { da [n] "{count} ny" "{count} nye", en "{count} new" }
    n_gone(n: u64, count: &str) { da [n] "{count} er væk" "{count} er væk", en "{count} gone" }
    n_changed(n: u64, count: &str) {
        da [n] "{count} har et andet beløb" "{count} har et andet beløb",
        en [n] "{count} has another amount" "{count} have another amount",
    }
    on_top_or_in_place() {
        da "Spørg leverandøren: Kommer den oven i den første, eller i stedet for den? Kommer den oven i, så godkend den; ellers afvis den",
        en "Ask the supplier: does it come on top of the first, or in its place? On top: approve it; if not, reject it",
    }
    next_unreadable(; test = crate::messages::command("format test FIL"), test_it = crate::messages::command("format test FILE")) {
        da "{test} viser hver fejl. Har leverandøren ændret filens form, så ret [formats]; er filen forkert, så bed om en ny, og afvis den",
        en "{test_it} shows each fault. If the supplier has changed the file's form, correct [formats]; if the file is wrong, ask for \
            another and reject it",
    }
    next_other_period() {
        da "Spørg leverandøren, hvilken måned filen er for. Er den sidste måneds fil under et nyt navn, så afvis den",
        en "Ask the supplier which month the file is for. If it is last month's under a new name, reject it",
    }
    incomplete_long(path: &str, since: &str, why: &str) {
        da "{path} har ventet siden {since} på resten af filen og er ikke sendt: {why}.",
        en "{path} has been waiting for the rest of the file since {since}, and was not sent: {why}.",
    }
    next_incomplete() {
        da "Bed leverandøren lægge hele filen igen; er den hel, som den er, så godkend den",
        en "Ask the supplier to put the whole file there again; if it is whole as it is, approve it",
    }
    observed_head(n: usize) {
        da [n] "Sendt, men ville være tilbageholdt, hvis [policy] sagde hold i stedet for observe:"
            "Sendt, men {n} ting ville være grund til at holde filer tilbage, hvis [policy] sagde hold i stedet for observe:",
        en [n] "Sent, but would have been held if [policy] said hold instead of observe:"
            "Sent, but {n} things would have held files if [policy] said hold instead of observe:",
    }
    would_observe_head(n: usize) {
        da [n] "Sendes, men ville blive tilbageholdt, hvis [policy] sagde hold i stedet for observe:"
            "Sendes, men {n} ting ville holde filer tilbage, hvis [policy] sagde hold i stedet for observe:",
        en [n] "Goes, but would be held if [policy] said hold instead of observe:"
            "Go, but {n} things would hold files if [policy] said hold instead of observe:",
    }
    observed_line(path: &str, reason: &str, text: &str) { da "{path}: {reason}: {text}", en "{path}: {reason}: {text}" }
}
