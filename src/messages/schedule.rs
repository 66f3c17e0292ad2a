//! What `schedule` says, and what it writes into the jobs that it makes.

use std::fmt::Display;

crate::messages::catalogue! {
    // when
    every_minutes(minutes: u32) { da "hvert {minutes}. minut", en "every {minutes} minutes" }
    every_hours(hours: u32) {
        da [hours] "hver time" "hver {hours}. time",
        en [hours] "every hour" "every {hours} hours",
    }
    daily_at(at: &dyn Display) { da "hver dag kl. {at}", en "every day at {at}" }

    // in the jobs
    cron_comment(town: &str, when: &str) {
        da "{town}: leverer trækfiler til KP {when}. Cron sender en mail, når der er noget at tage stilling til.",
        en "{town}: delivers trækfiler to KP {when}. Cron mails what needs a person.",
    }
    unit_made() { da "lavet af programmet, fjernes med --remove", en "made by the program, taken away with --remove" }
    unit_description(town: &str) { da "Lever trækfiler til KP: {town}", en "Deliver trækfiler to KP: {town}" }
    timer_description(town: &str, when: &str) {
        da "Lever trækfiler til KP {when}: {town}",
        en "Deliver trækfiler to KP {when}: {town}",
    }
    unit_exit_codes(name: &str) {
        da "Enhver anden kode end 0 står som fejlet, også 3 (noget skal afgøres), så systemctl --failed viser det. \
            journalctl -u {name} fortæller resten.",
        en "Every code but 0 stands as failed, also 3 (something needs a person), so that systemctl --failed shows it. \
            journalctl -u {name} tells the rest.",
    }
    user_not_here(user: &str) {
        da "Der er ingen bruger {user} på denne maskine. Skal jobbet køre her, så ret navnet, eller opret brugeren først.",
        en "There is no user {user} on this machine. If the job is to run here, correct the name, or make that user first.",
    }
    unit_stop() {
        da "Et stop lader det, der er i gang, blive gjort færdigt. Tager det længere, bliver kørslen afbrudt, og den næste finder ud af, hvor langt den nåede.",
        en "A stop lets what is under way end. What takes longer is killed, and the next run finds out how far it came.",
    }
    unit_hardening() {
        da "Programmet må læse det, dets bruger må, skrive i disse mapper og tale med nettet. Ikke andet.",
        en "It may read what its user may, write into these folders, and talk to the network. Nothing else.",
    }
    unit_persistent() {
        da "En kørsel, der skulle være sket, mens maskinen var slukket, sker, når den tændes.",
        en "A run that was due while the machine was off comes when it is on again.",
    }
    task_description(town: &str, when: &str) {
        da "{town}: leverer trækfiler til KP {when}. Lavet af traekfil schedule windows.",
        en "{town}: delivers trækfiler to KP {when}. Made by traekfil schedule windows.",
    }

    // done
    cron_installed(name: &str, when: &str, config: &str) {
        da "{name} står nu i crontab og kører {when}. Tag den ud igen med: traekfil schedule cron --remove --config '{config}'",
        en "{name} now stands in the crontab and runs {when}. Take it out again with: traekfil schedule cron --remove --config '{config}'",
    }
    cron_removed(name: &str) { da "{name} er taget ud af crontab.", en "{name} has been taken out of the crontab." }
    systemd_installed(name: &str, when: &str, user: &str, program: &str, config: &str) {
        da "{name} kører nu {when} som {user}.\nPrøv, at {user} kan alt det, der skal til:\n  \
            sudo -u {user} '{program}' check --config '{config}'\n\
            Se næste kørsel: systemctl list-timers {name}.timer\nSe den seneste: journalctl -u {name}\n",
        en "{name} now runs {when} as {user}.\nTry whether {user} can do all that it takes:\n  \
            sudo -u {user} '{program}' check --config '{config}'\n\
            See the next run: systemctl list-timers {name}.timer\nSee the last one: journalctl -u {name}\n",
    }
    systemd_removed(name: &str) { da "{name}.timer og {name}.service er fjernet.", en "{name}.timer and {name}.service have been removed." }
    task_installed(name: &str, when: &str, remove: &str, status: &str) {
        da "Opgaven {name} står nu i Opgavestyring og kører {when}. Fjern den igen med: {remove}\n\
            »Resultat af seneste kørsel« er programmets afslutningskode: 0x0 alt i orden, 0x1 fejl på maskinen, 0x2 forkert \
            konfiguration, 0x3 noget venter på dig, 0x4 noget kunne ikke leveres endnu, 0x5 en anden kørsel var i gang, \
            0x6 regnskabet er skadet. Se hvad: {status}",
        en "The task {name} now stands in the Task Scheduler and runs {when}. Take it away again with: {remove}\n\
            “Last Run Result” is the program's exit code: 0x0 all well, 0x1 an error of the machine, 0x2 wrong configuration, \
            0x3 something waits for you, 0x4 something could not be delivered yet, 0x5 another run was under way, \
            0x6 the ledger is damaged. See what: {status}",
    }
    task_removed(name: &str) { da "Opgaven {name} er fjernet fra Opgavestyring.", en "The task {name} has been removed from the Task Scheduler." }

    // those that are set up
    no_jobs() {
        da "Der er ikke sat noget job op, som kan ses herfra. Vis et med: traekfil schedule systemd (eller cron, windows)",
        en "No job is set up that can be seen from here. Show one with: traekfil schedule systemd (or cron, windows)",
    }
    job_config_unknown() { da "(konfigurationen kan ikke læses af jobbet)", en "(the job does not tell its configuration)" }
    no_timer() { da "uden timer", en "without a timer" }
    job_of_another(name: &str, other: &str) {
        da "Jobbet {name} er allerede sat op for en anden konfiguration: {other}. Det bliver ikke rørt. Giv denne konfigurations fil \
            et andet navn, eller fjern først det andet job med schedule … --remove og dets --config.",
        en "The job {name} is already set up for another configuration: {other}. It is left alone. Give this configuration's \
            file another name, or first remove the other job with schedule … --remove and its --config.",
    }
    nothing_to_remove() { da "Der var ikke noget at fjerne.", en "There was nothing to remove." }

    // not done
    not_here(scheduler: &str) {
        da "{scheduler} findes ikke på denne maskine. Uden --install og --remove vises det, så det kan bruges på en anden.",
        en "{scheduler} is not on this machine. Without --install and --remove the job is printed, for use on another.",
    }
    no_own_path(error: &dyn Display) {
        da "Programmets egen sti kan ikke findes: {error}. Start det med dets fulde sti.",
        en "The program's own path cannot be found: {error}. Start it by its full path.",
    }
    path_not_plain(path: &str) {
        da "Stien {path} er ikke ren tekst og kan ikke stå i et job. Flyt filen til en sti uden usynlige tegn.",
        en "The path {path} is not plain text and cannot stand in a job. Move the file to a path without invisible characters.",
    }
    percent_in_path(path: &str) {
        da "Stien {path} har flere % i sig, og Opgavestyring ville læse en variabel. Flyt filen til en sti uden %.",
        en "The path {path} has more than one % in it, and the Task Scheduler would read a variable. Move the file to a path without %.",
    }
    not_a_user(user: &str) { da "--user: {user} er ikke et brugernavn.", en "--user: {user} is not a user name." }
    no_such_user(user: &str) {
        da "Brugeren {user} findes ikke på denne maskine. Opret den, og giv den konfiguration, nøgle, mapper og regnskab:\n  \
            sudo useradd --system --shell /usr/sbin/nologin {user}\nEller vælg en anden med --user.",
        en "There is no user {user} on this machine. Make it, and give it config, key, folders and ledger:\n  \
            sudo useradd --system --shell /usr/sbin/nologin {user}\nOr choose another with --user.",
    }
    program_missing(program: &str) {
        da "Programmet {program} findes ikke på denne maskine (eller ikke i PATH). Der er ikke ændret noget med det.",
        en "The program {program} is not on this machine (or not in PATH). Nothing was changed through it.",
    }
    program_failed(program: &str, error: &dyn Display) {
        da "{program} kunne ikke køres: {error}",
        en "{program} could not be run: {error}",
    }
    program_refused(command: &str, said: &str) {
        da "{command} lykkedes ikke:\n{said}\nMangler der rettigheder, så prøv igen med sudo, på Windows som administrator.",
        en "{command} failed:\n{said}\nIf it lacks rights, try again with sudo, on Windows as administrator.",
    }
    cron_marks_broken(begin: &str, end: &str) {
        da "Linjerne »{begin}« og »{end}« står ikke parvis i crontab. Ret dem med crontab -e; der er ikke ændret noget.",
        en "The lines “{begin}” and “{end}” do not stand as a pair in the crontab. Mend them with crontab -e; nothing was changed.",
    }
    crontab_not_text() {
        da "Din crontab er ikke gyldig tekst (UTF-8) og bliver ikke rørt. Tilføj selv linjerne med crontab -e.",
        en "Your crontab is not valid text (UTF-8) and is left alone. Add the lines yourself with crontab -e.",
    }
    unit_not_ours(file: &str) {
        da "{file} er ikke lavet af dette program og bliver ikke rørt. Flyt den, eller sæt jobbet op i hånden.",
        en "{file} was not made by this program and is left alone. Move it, or set up the job by hand.",
    }
    needs_root(file: &str) {
        da "{file} må kun ændres af root. Kør kommandoen igen med sudo.",
        en "{file} may be changed by root only. Run the command again with sudo.",
    }
    unit_not_changed(file: &str, error: &dyn Display) {
        da "{file} kan ikke ændres: {error}",
        en "{file} cannot be changed: {error}",
    }
    task_not_written(file: &str, error: &dyn Display) {
        da "{file} kan ikke skrives: {error}",
        en "{file} cannot be written: {error}",
    }
}
