//! What only the page of one month says.

crate::messages::catalogue! {
    title(month: &str) { da "Trækfiler for {month}", en "Trækfiler for {month}" }
    what_it_is(month: &str) {
        da "Månedens regnskab: de filer, hvis beløb er for {month}, uanset hvornår de blev leveret, og de filer uden periode, der kom i den måned.",
        en "The month's account: the files whose amounts are for {month}, whenever they were delivered, and the files without a period that came in that month.",
    }
    ledger_at(event: i64, hash: &str) {
        da "Regnskabets seneste hændelse: nr. {event}, kontroltal {hash}",
        en "The ledger's newest event: no. {event}, hash {hash}",
    }
    runs_of_month(days: &str) { da "KP's månedskørsel: {days}", en "KP's run of the month: {days}" }
    expected() { da "Hvad der blev ventet", en "What was expected" }
    nothing_expected() { da "Der er ingen serier med en frist for den måned.", en "No series has a deadline for that month." }
    head_deadline() { da "Senest", en "Due by" }
    head_standing() { da "Hvordan det gik", en "How it went" }
    in_time(at: &str) { da "leveret {at}", en "delivered {at}" }
    too_late(at: &str) { da "leveret for sent, {at}", en "delivered late, {at}" }
    before_ledger() { da "leveret før regnskabet", en "delivered before the ledger" }
    not_yet() { da "ikke leveret", en "not delivered" }
    deliveries() { da "Leveringer", en "Deliveries" }
    no_deliveries() { da "Der er ingen leveringer for den måned.", en "There are no deliveries for that month." }
    head_run() { da "Kørsel", en "Run" }
    head_sent_as() { da "Navn hos KP", en "Name at KP" }
    run_at(run: i64, at: &str) { da "nr. {run}, {at}", en "no. {run}, {at}" }
    holds() { da "Tilbageholdte filer", en "Held files" }
    no_holds() { da "Ingen filer for den måned blev holdt tilbage.", en "No files for that month were held." }
    head_case() { da "Sag", en "Case" }
    head_until() { da "Til", en "Until" }
    still_open() { da "er stadig åben", en "still open" }
    decisions() { da "Hvem der tog stilling, og hvorfor", en "Who decided, and why" }
    refused() { da "Dubletter, som ikke blev sendt", en "Duplicates that were not sent" }
    head_repeats() { da "Gentager levering", en "Repeats delivery" }
    asked() { da "Hvad leverandørerne blev spurgt om", en "What the suppliers were asked" }
    nothing_asked() { da "Der blev ikke spurgt om noget.", en "Nothing was asked." }
    signed() { da "Gennemgået af", en "Reviewed by" }
    signed_on() { da "Dato", en "Date" }
    made_by(version: &str) {
        da "Dannet af traekfil {version}. Siden indeholder ingen filers indhold og ingen CPR-numre.",
        en "Made by traekfil {version}. The page holds no file's content and no CPR numbers.",
    }
}
