//! How things stand: the words of `status`, the report and the notices.

use crate::messages::command;

crate::messages::catalogue! {
    /// How a series stands in a month.
    overdue() { da "overskredet", en "overdue" }
    in_doubt() { da "uafklaret", en "in doubt" }
    held() { da "tilbageholdt", en "held" }
    waiting() { da "venter", en "waiting" }
    missing() { da "mangler", en "missing" }
    delivered() { da "leveret", en "delivered" }
    adopted() { da "leveret før", en "adopted" }
    duplicate_refused() { da "dublet, lagt væk", en "duplicate, put away" }

    /// What needs a person.
    late(series: &str, period: &str, due: &str) {
        da "{series}: filen for {period} skulle være leveret senest {due}, og KP har ikke fået den.",
        en "{series}: the file for {period} was due on {due} at the latest, and KP has not got it.",
    }
    late_ask(; record = command("adopt FIL --reason \"…\""), record_it = command("adopt FILE --reason \"…\"")) {
        da "Spørg leverandøren efter filen. Er den leveret uden om traekfil, så indskriv den: {record}. Kommer \
            der ingen for den måned, så skriv den i [[series]] not_due.",
        en "Ask the supplier for the file. If it was delivered past traekfil, record it: {record_it}. If none \
            comes for that month, write it into [[series]] not_due.",
    }
    late_held(file: &str) { da "{file} ligger i mappen og er tilbageholdt.", en "{file} lies in the folder and is held." }
    late_waiting(path: &str) {
        da "{path} ligger i mappen og venter på næste kørsel.",
        en "{path} lies in the folder and waits for the next run.",
    }
    late_in_doubt(delivery: i64) { da "Levering {delivery} er uafklaret.", en "Delivery {delivery} is in doubt." }
    left_on_server() {
        da "På KP's server kan der ligge midlertidige filer, som vi ikke må slette. De bliver ikke til leveringer; bed KP's driftsleverandør om at fjerne dem:",
        en "On KP's server there may be temporary files that we may not delete. They become no deliveries; ask KP's operator to remove them:",
    }
    left_on_server_line(path: &str, delivery: i64) {
        da "{path} (levering {delivery})",
        en "{path} (delivery {delivery})",
    }
    quiet(at: &str) {
        da "Der har ikke været nogen kørsel siden {at}. Se efter, om det planlagte job stadig kører, og kør selv imens.",
        en "There has been no run since {at}. See whether the scheduled job still runs, and run it yourself meanwhile.",
    }
    never_ran(at: &str) {
        da "Der har endnu ikke været nogen kørsel, og regnskabet blev oprettet {at}. Se efter, om jobbet er planlagt, og kør selv imens.",
        en "There has been no run yet, and the ledger was made {at}. See whether the job is scheduled, and run it yourself meanwhile.",
    }

    /// Around the grid.
    older_months(n: usize) {
        da [n] "(En ældre måned kan ses i et bredere vindue.)" "({n} ældre måneder kan ses i et bredere vindue.)",
        en [n] "(One older month shows in a wider window.)" "({n} older months show in a wider window.)",
    }
    also(series: &str, period: &str, what: &str) { da "{series}, {period}: også {what}", en "{series}, {period}: also {what}" }
    expected(series: &str, due: &str) { da "{series} (senest {due})", en "{series} (by {due})" }
    not_there_yet(list: &str) { da "Mangler endnu: {list}", en "Not there yet: {list}" }
    nothing_needs_you() { da "Intet kræver handling.", en "Nothing needs a person." }
    how_to_begin(;
        check = command("check"), record = command("adopt MAPPE --reason \"…\""),
        record_it = command("adopt FOLDER --reason \"…\""), see = command("run --dry-run"), run = command("run")
    ) {
        da "Der er ikke leveret noget endnu. Sådan kommer I i gang:
  {check:<37} prøver mapper, nøgle og forbindelse
  {record:<37} indskriver det, som KP har i forvejen
  {see:<37} viser, hvad der vil ske
  {run:<37} leverer",
        en "Nothing has been delivered yet. To begin:
  {check:<37} tries folders, key and connection
  {record_it:<37} records what KP has already
  {see:<37} shows what would happen
  {run:<37} delivers",
    }
    no_run_yet() { da "Der har ikke været nogen kørsel endnu.", en "There has been no run yet." }
    last_run(id: i64, at: &str, how: &str) { da "Sidste kørsel: nr. {id}, {at}, {how}.", en "Last run: no. {id}, {at}, {how}." }

    chain_ends_at(head: &str) { da "Regnskabets kæde ender ved {head}", en "The ledger's chain ends at {head}" }

    /// How a run ended.
    under_way() { da "er i gang", en "is under way" }
    broken_off() {
        da "blev afbrudt; den næste finder ud af, hvor langt den kom",
        en "was broken off; the next one finds out how far it came",
    }
    ended_well() { da "alt gik godt", en "all went well" }
    ended_with_matters() { da "noget krævede handling", en "something needed a person" }
    ended_incomplete() {
        da "noget kunne ikke leveres; den næste prøver igen",
        en "something could not be delivered; the next one tries again",
    }
    ended_in_error() {
        da "noget gik galt i programmet eller på maskinen",
        en "something went wrong in the program or on the machine",
    }

    /// Days and months.
    day_of_this_month(day: u32) { da "{day}.", en "{day}" }
    day_of_other_month(day: u32, month: u32, short: &str) { da "{day}/{month}", en "{day} {short}" }
    months() {
        da "januar februar marts april maj juni juli august september oktober november december",
        en "January February March April May June July August September October November December",
    }
    thousands() { da ".", en "," }
    moment(day: &str, time: &str) { da "{day} kl. {time}", en "{day} {time}" }
    long_day(day: u32, month: &str, year: i32) { da "{day}. {month} {year}", en "{day} {month} {year}" }
}

/// A month's name, 1 to 12.
pub(crate) fn month(month: u32) -> String {
    let index = usize::try_from(month.saturating_sub(1)).unwrap_or_default();
    months().split(' ').nth(index).unwrap_or_default().to_owned()
}
