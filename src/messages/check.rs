//! What `check` says.

use std::fmt::Display;
use std::path::Path;

crate::messages::catalogue! {
    config() { da "Konfiguration", en "Configuration" }
    folders() { da "Mapper", en "Folders" }
    drop() { da "Skriveadgang til [folders] drop", en "Write access to [folders] drop" }
    archive() { da "Skriveadgang til [folders] archive", en "Write access to [folders] archive" }
    space() { da "Ledig plads", en "Free space" }
    ledger() { da "Regnskab", en "Ledger" }
    identity() { da "Nøglefiler", en "Key files" }
    secrets() { da "Adgangskoder", en "Passwords" }
    server() { da "Forbindelse til serveren", en "Connection to the server" }
    host_key() { da "Værtsnøgle", en "Host key" }
    login() { da "Login", en "Login" }
    sftp() { da "SFTP", en "SFTP" }
    remote_folder() { da "Mappe på serveren", en "Folder on the server" }
    remote_write() { da "Midlertidig fil oprettet, omdøbt og fjernet", en "Temporary file made, renamed and removed" }

    ledger_sound(path: &Path => path.display(), events: i64, newest: &str) {
        da [events] "{path}, {events} hændelse, nyeste levering {newest}" "{path}, {events} hændelser, nyeste levering {newest}",
        en [events] "{path}, {events} event, newest delivery {newest}" "{path}, {events} events, newest delivery {newest}",
    }
    host_key_pinned() { da "er den, som konfigurationen kender", en "is the one that the configuration knows" }
    pin_host_key(kind: &str, fingerprint: &str) {
        da "serveren viser {fingerprint} ({kind}). Sammenlign det med det, som KP's driftsleverandør har oplyst på anden vis, fx i et brev eller over \
            telefonen. Er de ens, så sæt denne linje ind under [sftp]:\n    host_key = [\"{fingerprint}\"]",
        en "the server shows {fingerprint} ({kind}). Compare it with the one that KP's operator has told you in another way, such as in a letter \
            or over the telephone. If it is the same, put this line under [sftp]:\n    host_key = [\"{fingerprint}\"]",
    }
    not_writable(folder: &Path => folder.display(), error: &dyn Display) {
        da "programmet kan ikke skrive i {folder} ({error}). Giv brugeren, som kører programmet, skriveadgang",
        en "the program cannot write in {folder} ({error}). Give the user that runs the program write access",
    }
    little_space(folder: &Path => folder.display(), free: &dyn Display) {
        da "kun {free} på disken med {folder}. Ryd op, før arkivet løber fuldt",
        en "only {free} on the disk of {folder}. Make room before the archive is full",
    }
    space_unknown(folder: &Path => folder.display(), error: &dyn Display) {
        da "pladsen på disken med {folder} kan ikke læses ({error})",
        en "the space on the disk of {folder} cannot be read ({error})",
    }
    no_remote_folder(folder: &str) {
        da "{folder} findes ikke på serveren. Ret [sftp] folder eller remote_folder, eller bed KP's driftsleverandør oprette den",
        en "{folder} is not on the server. Correct [sftp] folder or remote_folder, or ask KP's operator to make it",
    }
    remote_folder_refused(folder: &str, error: &dyn Display) {
        da "serveren viser ikke {folder} ({error}). Spørg KP's driftsleverandør om brugerens adgang",
        en "the server does not show {folder} ({error}). Ask KP's operator about the user's access",
    }
    trial_not_stored(error: &dyn Display) {
        da "filen kunne ikke oprettes ({error}). Spørg KP's driftsleverandør om brugerens skriveadgang og om plads",
        en "the file could not be made ({error}). Ask KP's operator about the user's write access and about space",
    }
    trial_not_renamed(error: &dyn Display) {
        da "filen kunne ikke omdøbes ({error}). Spørg KP's driftsleverandør; kan serveren slet ikke omdøbe, så læs om \
            [sftp] publish = \"direct\" i vejledningen først",
        en "the file could not be renamed ({error}). Ask KP's operator; if the server cannot rename at all, first read about \
            [sftp] publish = \"direct\" in the README",
    }
    trial_not_removed(error: &dyn Display) {
        da "filen kunne ikke fjernes igen ({error}). Spørg KP's driftsleverandør om brugerens adgang til at slette",
        en "the file could not be removed again ({error}). Ask KP's operator about the user's right to delete",
    }
    mail() { da "Mailserver nået", en "Mail server reached" }
    test_mail() { da "Prøvemail", en "Test mail" }
    test_mail_sent(to: &str) { da "sendt til {to}", en "sent to {to}" }
    command() { da "Program til beskeder", en "Program for notices" }
    test_command() { da "Prøvebesked til programmet", en "Test message to the program" }
    test_command_done() { da "det tog imod den", en "it took it" }
    test_event() { da "Prøve skrevet i hændelsesloggen", en "Test written into the event log" }
    test_event_done() { da "Windows-logfiler, Program, kilde traekfil", en "Windows Logs, Application, source traekfil" }
    access() { da "Adgang", en "Access" }
    open_to_others(file: &str, others: &str, close: &str) {
        da "{file} kan bruges af andre ({others}). Kun programmets bruger skal have adgang. Kør: {close}",
        en "{file} can be used by others ({others}). Only the program's user should have access. Run: {close}",
    }
    nobody_to_tell() {
        da "[notify] er tomt, så der er ingen at sende en prøve til. Skriv mail_to, mail_from og smtp_host, eller command",
        en "[notify] is empty, so there is nobody to send a test to. Write mail_to, mail_from and smtp_host, or command",
    }
    open_files() { da "Filer, der stadig skrives i", en "Files still being written" }
    open_files_all() {
        da "ses hos alle programmer på denne maskine, og desuden venter hver fil, som [scan] settle siger",
        en "show for all programs of this machine, and each file also waits as [scan] settle says",
    }
    open_files_same_user() {
        da "ses kun hos programmer, der kører som samme bruger; for alle andre gælder kun ventetiden i [scan] settle",
        en "show only for programs that run as the same user; for all others the wait of [scan] settle alone counts",
    }
    open_files_share() {
        da "ses ikke, da mappen ligger på et netværksdrev; kun ventetiden i [scan] settle gælder",
        en "do not show, since the folder is a share of another machine; the wait of [scan] settle alone counts",
    }
    open_files_nobody() {
        da "ses ikke på denne maskine; kun ventetiden i [scan] settle gælder",
        en "do not show on this machine; the wait of [scan] settle alone counts",
    }
    open_files_refused() {
        da "bliver ikke læst, da Windows ikke åbner dem, og desuden venter hver fil, som [scan] settle siger",
        en "are not read, since Windows does not open them, and each file also waits as [scan] settle says",
    }
    trial_done() { da "i orden", en "in order" }
}
