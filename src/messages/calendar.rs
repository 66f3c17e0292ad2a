//! KP's runs and what is due before them: in the configuration, in `check`, in `init`, and in the overview.

use crate::messages::command;

crate::messages::catalogue! {
    // [calendar] in the configuration
    run_refused(number: usize, text: &str, why: &str) {
        da "dato nr. {number} (\"{text}\"): {why}",
        en "date no. {number} (\"{text}\"): {why}",
    }
    not_a_date() {
        da "det er ikke en dato. Skriv fx \"2026-12-15\" eller \"2026-12-15 12:00\".",
        en "this is not a date. Write e.g. \"2026-12-15\" or \"2026-12-15 12:00\".",
    }
    no_such_day() { da "den dag findes ikke. Ret dagen eller måneden.", en "there is no such day. Correct the day or the month." }
    month_first() {
        da "måneden ser ud til at stå først. Skriv dagen først, eller som \"2026-12-15\".",
        en "the month seems to stand first. Write the day first, or as in \"2026-12-15\".",
    }
    no_year() { da "året mangler. Skriv fx \"2026-12-15\".", en "the year is missing. Write e.g. \"2026-12-15\"." }
    short_year() {
        da "det er ikke til at se, hvad der er året. Skriv det med fire cifre, fx \"2026-12-15\".",
        en "it is not clear which number is the year. Write it with four digits, e.g. \"2026-12-15\".",
    }
    year_out_of_range() { da "året skal ligge fra 2000 til 2099.", en "the year must lie from 2000 to 2099." }
    not_a_time() {
        da "det, der står efter datoen, er ikke et klokkeslæt. Skriv fx \"2026-12-15 12:00\".",
        en "what follows the date is not a time of day. Write e.g. \"2026-12-15 12:00\".",
    }
    other_weekday(own: &str) {
        da "ugedagen passer ikke: datoen er en {own}. Ret den ene af dem.",
        en "the weekday does not fit: the date is a {own}. Correct one of them.",
    }
    either_order() {
        da "det kan være to forskellige datoer, alt efter om dagen eller måneden står først. Skriv den som \"2026-12-15\".",
        en "it can be two different dates, by whether the day or the month stands first. Write it as in \"2026-12-15\".",
    }
    run_twice(first: &str) {
        da "den samme dag står i listen før (\"{first}\"). Slet den ene.",
        en "the same day stands in the list before (\"{first}\"). Take one out.",
    }
    out_of_order(before: &str) {
        da "den ligger før datoen foran (\"{before}\"). Er årstallet rigtigt? Skriv datoerne i rækkefølge.",
        en "it lies before the date ahead of it (\"{before}\"). Is the year right? Write the dates in order.",
    }
    not_a_warning(text: &str) {
        da "\"{text}\" kan ikke bruges. Skriv fx \"3 banking days\" (bankdage) eller \"2d\" (dage).",
        en "\"{text}\" cannot be used. Write e.g. \"3 banking days\" or \"2d\" (days).",
    }
    warning_too_long(text: &str, most: u16) {
        da "\"{text}\" er for længe. Skriv højst {most}.",
        en "\"{text}\" is too long. Write {most} at most.",
    }
    due_twice() {
        da "står sammen med due_day. Behold kun den ene af de to.",
        en "stands together with due_day. Keep only one of the two.",
    }
    due_needs_runs() {
        da "\"run\" kræver datoerne for KP's kørsler i [calendar] runs.",
        en "\"run\" needs the dates of KP's runs in [calendar] runs.",
    }
    contact_unfit() {
        da "må højst fylde 200 tegn og ikke have usynlige tegn eller noget, der ligner et CPR-nummer.",
        en "must have 200 characters at most, none that cannot be seen, and nothing like a CPR number.",
    }
    wants_runs() {
        da "en liste af datoer, fx [\"2026-12-15\", \"2027-01-14 12:00\"]",
        en "a list of dates, e.g. [\"2026-12-15\", \"2027-01-14 12:00\"]",
    }

    // days
    weekdays() {
        da "mandag tirsdag onsdag torsdag fredag lørdag søndag",
        en "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    }
    weekday_of(weekday: &str, day: &str) { da "{weekday} den {day}", en "{weekday} {day}" }
    at_time(day: &str, time: &str) { da "{day} kl. {time}", en "{day} at {time}" }
    number_words() {
        da "én to tre fire fem seks syv otte ni ti elleve tolv",
        en "one two three four five six seven eight nine ten eleven twelve",
    }
    today() { da "i dag", en "today" }
    in_banking_days(n: u32, words: &str) {
        da [n] "om {words} bankdag" "om {words} bankdage",
        en [n] "in {words} banking day" "in {words} banking days",
    }
    in_closed_days(n: i64) {
        da [n] "om 1 dag, som ikke er en bankdag" "om {n} dage, og ingen af dem er bankdage",
        en [n] "in 1 day, which is no banking day" "in {n} days, none of them a banking day",
    }

    // the next run
    next_run(day: &str, when: &str) {
        da "Næste månedskørsel hos KP er {day}, {when}.",
        en "KP's next run is on {day}, {when}.",
    }
    next_run_today(day: &str) {
        da "Næste månedskørsel hos KP er i dag, {day}.",
        en "KP's next run is today, {day}.",
    }
    next_run_misses(list: &str) { da "Der mangler: {list}.", en "Missing: {list}." }
    next_run_awaits(list: &str) { da "Den venter på: {list}.", en "It waits for: {list}." }
    next_run_complete() { da "Alt, hvad der skal med, er leveret.", en "Everything that belongs in it is delivered." }
    missing_held(hold: i64) { da "tilbageholdt som sag {hold}", en "held, hold {hold}" }
    missing_held_unseen() { da "tilbageholdt", en "held" }
    missing_in_doubt(delivery: i64) { da "levering {delivery} er uafklaret", en "delivery {delivery} is in doubt" }
    missing_waiting() { da "ligger i mappen", en "lies in the folder" }
    ends_soon(last: &str) {
        da "Kalenderen over KP's kørsler slutter med {last}. Skriv de næste datoer i [calendar] runs.",
        en "The calendar of KP's runs ends with {last}. Write the next dates into [calendar] runs.",
    }
    has_ended(last: &str) {
        da "Kalenderen over KP's kørsler er slut: den sidste dato var {last}. Skriv de næste datoer i [calendar] runs. Før det kan der \
            ikke siges til i tide.",
        en "The calendar of KP's runs has ended: its last date was {last}. Write the next dates into [calendar] runs. Until then \
            nothing can be warned of in time.",
    }

    // due soon
    due_soon(series: &str, period: &str, deadline: &str, when: &str) {
        da "{series}: filen for {period} skal være leveret senest {deadline}, {when}, og KP har ikke fået den.",
        en "{series}: the file for {period} is due by {deadline}, {when}, and KP has not got it.",
    }
    due_today(series: &str, period: &str) {
        da "I DAG er sidste dag for {series}: filen for {period} skal være leveret inden midnat, og KP har ikke fået den.",
        en "TODAY is the last day for {series}: the file for {period} must be delivered before midnight, and KP has not got it.",
    }
    due_today_at(series: &str, period: &str, time: &str) {
        da "I DAG er sidste dag for {series}: filen for {period} skal være leveret inden kl. {time}, og KP har ikke fået den.",
        en "TODAY is the last day for {series}: the file for {period} must be delivered before {time}, and KP has not got it.",
    }
    due_last_banking_day(series: &str, period: &str, deadline: &str) {
        da "I DAG er sidste bankdag før fristen for {series}: filen for {period} skal være leveret senest {deadline}, og KP har ikke fået den.",
        en "TODAY is the last banking day for {series}: the file for {period} is due by {deadline}, and KP has not got it.",
    }
    due_no_banking_day(series: &str, period: &str, deadline: &str) {
        da "Der er INGEN bankdage tilbage for {series}: filen for {period} skal være leveret senest {deadline}, og KP har ikke fået den.",
        en "NO banking day is left for {series}: the file for {period} is due by {deadline}, and KP has not got it.",
    }
    soon_ask() { da "Spørg leverandøren.", en "Ask the supplier." }
    soon_ask_whom(contact: &str) { da "Spørg leverandøren: {contact}.", en "Ask the supplier: {contact}." }
    soon_call() { da "Ring til leverandøren nu.", en "Call the supplier now." }
    soon_call_whom(contact: &str) { da "Ring til leverandøren nu: {contact}.", en "Call the supplier now: {contact}." }
    soon_held(path: &str, hold: i64) {
        da "{path} ligger i mappen, men er tilbageholdt som sag {hold}.",
        en "{path} lies in the folder, but is held (hold {hold}).",
    }
    soon_held_unseen(path: &str) {
        da "{path} ligger i mappen, men er tilbageholdt.",
        en "{path} lies in the folder, but is held.",
    }
    soon_in_doubt(delivery: i64) {
        da "Levering {delivery} er uafklaret: spørg KP, om filen er modtaget.",
        en "Delivery {delivery} is in doubt: ask KP whether the file was received.",
    }
    soon_waiting(path: &str; run = command("run")) {
        da "{path} ligger i mappen og er ikke leveret endnu. Vent på programmets næste kørsel, eller kør selv: {run}",
        en "{path} lies in the folder and is not delivered yet. Wait for the program's next run, or run it yourself: {run}",
    }
    contact_is(contact: &str) { da "Leverandøren: {contact}.", en "The supplier: {contact}." }
    asked_before(at: &str, about: &str, way: &str) {
        da "Leverandøren er også spurgt før: {at}, {about}, {way}.",
        en "The supplier was asked before as well: {at}, {about}, {way}.",
    }
    asked_at(at: &str) { da "Leverandøren er spurgt {at}.", en "The supplier was asked on {at}." }

    // what was asked
    asked_head() { da "Spurgt hos leverandørerne:", en "Asked of the suppliers:" }
    asked_line(at: &str, series: &str, period: &str, about: &str, who: &str, way: &str) {
        da "{at}  {series}, {period}: {about}, {way} ({who})",
        en "{at}  {series}, {period}: {about}, {way} ({who})",
    }
    about_missing() { da "filen manglede", en "the file was missing" }
    about_held() { da "filen var tilbageholdt", en "the file was held" }
    about_again() { da "filen ønsket igen", en "the file was wanted again" }
    by_mail(to: &str) { da "mail til {to}", en "mail to {to}" }
    by_text() { da "teksten skrevet, ikke sendt af programmet", en "the text made, not sent by the program" }

    // check
    check_title() { da "KP's kørsler", en "KP's runs" }
    check_next(n: usize, next: &str, when: &str, last: &str) {
        da [n] "1 dato; den næste er {next}, {when}" "{n} datoer; den næste er {next}, {when}, den sidste {last}",
        en [n] "1 date; the next is {next}, {when}" "{n} dates; the next is {next}, {when}, the last {last}",
    }
    question_title() { da "Er datoen rigtig?", en "Is the date right?" }
    question_late(run: &str, last: &str) {
        da "{run} ligger efter månedens sidste bankdag ({last}), hvor pensionen skal være udbetalt. Ret den i [calendar] runs, hvis den er forkert",
        en "{run} lies after the month's last banking day ({last}), by which pensions must have been paid. Correct it in [calendar] runs if it is wrong",
    }
    question_second(run: &str, first: &str) {
        da "{run} ligger i samme måned som {first}, og det er den første, der gælder for månedens filer",
        en "{run} lies in the same month as {first}, and the first one counts for the month's files",
    }
    question_gap(run: &str, from: &str, to: &str) {
        da "før {run} er der ingen kørsel i {from} til {to}, så filer for de måneder bliver ikke ventet før en kørsel",
        en "before {run} there is no run from {from} to {to}, so files for those months are due before none",
    }
    question_gap_one(run: &str, month: &str) {
        da "før {run} er der ingen kørsel i {month}, så filer for den måned bliver ikke ventet før en kørsel",
        en "before {run} there is no run in {month}, so files for that month are due before none",
    }
    not_watched(series: &str) {
        da "{series}: leverandøren sender selv til KP (route), så due og due_day bliver ikke brugt",
        en "{series}: the supplier sends to KP himself (route), so due and due_day are not used",
    }
    not_watched_title() { da "Hvem der leverer", en "Who delivers" }

    // init
    about_runs() {
        da "Hvornår er KP's månedskørsler? Indsæt datoerne, fx fra en mail, og slut med en tom linje. Så kan programmet sige til, \
            før det er for sent. Kun en tom linje springer over.",
        en "When are KP's monthly runs? Paste the dates, such as from a mail, and end with an empty line. The program can then warn \
            before it is too late. An empty line alone skips this.",
    }
    runs_kept(runs: &str) {
        da "Nu står der: {runs}. En tom linje beholder dem; - tager dem ud.",
        en "Now there are: {runs}. An empty line keeps them; - takes them out.",
    }
    ask_runs() { da "Datoer", en "Dates" }
    understood() { da "Sådan er det forstået:", en "This is what was understood:" }
    understood_date(day: &str) { da "- {day}", en "- {day}" }
    is_past() { da " (er forbi)", en " (is over)" }
    year_taken() { da " (året er ikke skrevet; det er gættet)", en " (the year is not written; it is a guess)" }
    other_order() { da " (dag før måned)", en " (day before month)" }
    not_understood(text: &str, why: &str) { da "Ikke forstået: \"{text}\": {why}", en "Not understood: \"{text}\": {why}" }
    confirm_runs() { da "Er det rigtigt?", en "Is that right?" }
    help_confirm_runs() {
        da "Svar nej, hvis en dato er forkert eller mangler; så kan du skrive dem igen.",
        en "Answer no if a date is wrong or missing; you can then write them again.",
    }
    help_warn_before() {
        da "Så længe før kørslen bliver du mindet om det, der mangler: fx 3 bankdage eller 2d. Skriv - for ingen påmindelse.",
        en "So long before the run you are reminded of what is missing: such as 3 banking days or 2d. Write - for no reminder.",
    }
    runs_again() { da "Skriv datoerne igen.", en "Write the dates again." }
    no_dates() { da "Der er ingen dato i det.", en "There is no date in it." }
    runs_needed(series: &str) {
        da "{series} skal være leveret før KP's kørsel, så datoerne er nødvendige.",
        en "{series} is due before KP's run, so the dates are needed.",
    }
    ask_warn_before() {
        da "Sig til så længe før, fx 2d (- for slet ikke)",
        en "Warn so long before, e.g. 2d (- for not at all)",
    }
    three_banking_days() { da "3 bankdage", en "3 banking days" }
}

/// A weekday's name, 0 for Monday to 6 for Sunday.
pub(crate) fn weekday(from_monday: u32) -> String {
    let index = usize::try_from(from_monday).unwrap_or_default();
    weekdays().split(' ').nth(index).unwrap_or_default().to_owned()
}

/// A small number in a word, a larger one in digits.
pub(crate) fn number(n: u32) -> String {
    let index = usize::try_from(n).ok().and_then(|n| n.checked_sub(1));
    let word = index.and_then(|index| number_words().split(' ').nth(index).map(str::to_owned));
    word.unwrap_or_else(|| n.to_string())
}
