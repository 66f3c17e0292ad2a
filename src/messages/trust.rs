//! What is said of files that others could change or read, and of whom a command comes from.

use std::fmt::Display;

crate::messages::catalogue! {
    configuration() { da "konfigurationen", en "the configuration" }
    ledger_folder() { da "regnskabets mappe", en "the ledger's folder" }
    program() { da "programmet", en "the program" }
    secret() { da "filen med en hemmelighed", en "the file that holds a secret" }

    belongs_to(who: &str) { da "hører til {who}", en "belongs to {who}" }
    writable_by(who: &str) { da "kan ændres af andre ({who})", en "can be changed by others ({who})" }
    readable_by(who: &str) { da "kan læses af andre ({who})", en "can be read by others ({who})" }
    not_a_file() { da "er ikke en almindelig fil", en "is not a regular file" }
    unseen(error: &dyn Display) { da "kan ikke læses ({error})", en "cannot be read ({error})" }

    refused(what: &str, path: &str, why: &str) {
        da "{path} {why}, så {what} bruges ikke.",
        en "{path} {why}, so {what} is not used.",
    }
    refused_below(what: &str, file: &str, path: &str, why: &str) {
        da "{path} {why}, så {what} {file} bruges ikke.",
        en "{path} {why}, so {what} {file} is not used.",
    }
    run_this(command: &str) { da "Kør: {command}", en "Run: {command}" }
    correct_the_path() { da "Ret stien, eller giv programmets bruger adgang.", en "Correct the path, or give the program's user access." }

    put_it_elsewhere() {
        da "Den mappe bruges også af andre og skal blive, som den er. Læg filen i en mappe for sig, som kun programmets bruger kan skrive i, \
            og ret stien.",
        en "That folder is used by others too, and is to stay as it is. Put the file into a folder of its own that only the program's user \
            can write to, and correct the path.",
    }

    // where the configuration is looked for
    not_own(file: &str) {
        da "{file} i denne mappe tæller ikke, for filen eller mappen er ikke din egen, og der vælges ikke en anden i stedet. Er det den, du \
            mener, så nævn den: --config {file}. Ellers gå til en anden mappe.",
        en "{file} in this folder does not count, since the file or the folder is not your own, and no other is taken instead. If it is the \
            one you mean, name it: --config {file}. Otherwise go to another folder.",
    }

    // jobs
    job_as_another(user: &str, owner: &str, scheduler: &str) {
        da "Jobbet ville køre som {user}, men konfigurationen kan ændres af {owner}. Lad jobbet køre som {owner}: \
            traekfil schedule {scheduler} --user {owner}",
        en "The job would run as {user}, but {owner} can change the configuration. Let the job run as {owner}: \
            traekfil schedule {scheduler} --user {owner}",
    }
    job_doubtful(why: &str) {
        da "Sådan kan jobbet ikke sættes op med --install: {why}",
        en "In this way the job cannot be set up with --install: {why}",
    }

    // persons
    approved_by_unknown(path: &str, user: &str) {
        da "{path} er godkendt, men det kan ikke ses, hvem du er. I regnskabet står unknown, og det tæller ikke som en af de to personer, der \
            skal til ([policy] two_persons). Log ind på maskinen som dig selv, og godkend den igen, fx med sudo -u {user} foran, uden su og \
            uden at ændre SUDO_UID.",
        en "{path} is approved, but who you are cannot be told. The ledger says unknown, and that does not count as one of the two persons \
            that it takes ([policy] two_persons). Log in to the machine as yourself and approve it again, for example with sudo -u {user} in \
            front, without su and without changing SUDO_UID.",
    }
    unknown_is_no_second(path: &str, user: &str) {
        da "{path} kræver to forskellige personer ([policy] two_persons), og det kan ikke ses, hvem du er. Log ind på maskinen som dig selv, og \
            godkend den igen, fx med sudo -u {user} foran, uden su og uden at ændre SUDO_UID. Intet er ændret.",
        en "{path} takes two different persons ([policy] two_persons), and who you are cannot be told. Log in to the machine as yourself and \
            approve it again, for example with sudo -u {user} in front, without su and without changing SUDO_UID. Nothing was changed.",
    }

    // init behind root
    no_such_user(user: &str) {
        da "--user: brugeren {user} findes ikke på denne maskine. Opret den: sudo useradd --system --shell /usr/sbin/nologin {user}",
        en "--user: there is no user {user} on this machine. Make it: sudo useradd --system --shell /usr/sbin/nologin {user}",
    }
    only_root_may(user: &str) {
        da "--user: kun root kan gøre arbejdet som {user}. Kør kommandoen igen med sudo.",
        en "--user: only root can do the work as {user}. Run the command again with sudo.",
    }
    not_become(user: &str, error: &dyn Display) {
        da "Programmet kan ikke arbejde som {user}: {error}. Kør det som den bruger, fx med sudo -u {user}",
        en "The program cannot work as {user}: {error}. Run it as that user, for example with sudo -u {user}",
    }
}
