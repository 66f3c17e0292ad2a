//! What `check` says.

use std::fmt::Display;
use std::path::Path;

crate::messages::catalogue! {
    config() { da "Konfiguration", en "Configuration" }
    formats() { da "Formater", en "Formats" }
    format_used(name: &str, series: &str) {
        da "[formats.{name}] læser filerne i serien {series}",
        en "[formats.{name}] reads the files of the series {series}",
    }
    format_unused(name: &str) {
        da "[formats.{name}] hører ikke til nogen serie, så ingen filer bliver læst efter det. Skriv format = \"{name}\" under den [[series]], det er til.",
        en "[formats.{name}] belongs to no series, so no files are read by it. Write format = \"{name}\" under the [[series]] it is for.",
    }
    folders() { da "Mapper", en "Folders" }
    drop() { da "Skriveadgang til [folders] drop", en "Write access to [folders] drop" }
    archive() { da "Skriveadgang til [folders] archive", en "Write access to [folders] archive" }
    space() { da "Ledig plads", en "Free space" }
    ledger() { da "Regnskab", en "Ledger" }
    identity() { da "Nøglefiler", en "Key files" }
    records_key() { da "Hemmeligheden bag posternes nøgler", en "The secret of the records' keys" }
    records_key_comes(path: &Path => path.display()) {
        da "der er ingen nøgler endnu, så den næste kørsel laver den i {path}",
        en "there are no keys yet, so the next run makes it in {path}",
    }
    secrets() { da "Adgangskoder", en "Passwords" }
    certificate() { da "Mailserverens certifikat", en "The mail server's certificate" }
    secret_closed(file: &Path => file.display()) {
        da "{file} kan ikke læses af denne bruger. Det er rigtigt, hvis jobbet får den af systemd (traekfil schedule systemd); ellers giv \
            programmets bruger adgang til den",
        en "{file} cannot be read by this user. That is right where the job gets it from systemd (traekfil schedule systemd); else give the \
            program's user access to it",
    }
    server() { da "Forbindelse til serveren", en "Connection to the server" }
    host_key() { da "Værtsnøgle", en "Host key" }
    login() { da "Login", en "Login" }
    sftp() { da "SFTP", en "SFTP" }
    remote_folder() { da "Mappe på serveren", en "Folder on the server" }
    remote_write() { da "To midlertidige filer gemt", en "Two temporary files stored" }
    remote_size() { da "Filens størrelse på serveren", en "The file's size on the server" }
    remote_read() { da "Filen læst tilbage", en "The file read back" }
    remote_look() { da "Opslag af et ledigt navn", en "A free name looked up" }
    remote_rename() { da "Fil omdøbt", en "File renamed" }
    remote_remove() { da "Filerne fjernet igen", en "The files removed again" }
    two_stored() { da "i samme forbindelse", en "in one session" }
    one_at_a_time() {
        da "serveren har kun én fil åben ad gangen, så filerne sendes én efter én",
        en "the server keeps one file open at a time, so files are sent one by one",
    }
    remote_sync() { da "Fil bragt på serverens disk", en "File synced to the server's disk" }
    sync_refused(error: &dyn Display) {
        da "serveren tilbyder at bringe en fil sikkert på sin disk (fsync), men afviste det ({error}). Bed KP's driftsleverandør rette det. Skal \
            filer leveres uden den sikkerhed, så skriv under [sftp]:",
        en "the server offers to bring a file safely to its disk (fsync), but refused to ({error}). Ask KP's operator to mend that. To deliver \
            files without that certainty, write under [sftp]:",
    }
    sync_left_out() {
        da "serveren afviste det, og [sftp] sync = \"best_effort\" lader filerne gå alligevel",
        en "the server refused to, and [sftp] sync = \"best_effort\" lets files go all the same",
    }
    known_by_reading() {
        da "serveren oplyser den ikke, så filer læses tilbage",
        en "the server does not tell it, so files are read back",
    }
    size_told(size: usize) { da "{size} bytes, som den skal være", en "{size} bytes, as it should be" }
    other_size_told(size: usize, seen: u64) {
        da "serveren melder {seen} bytes, men filen har {size}, så en kørsel leverer ingen filer dertil. Spørg KP's driftsleverandør, om \
            serverens disk er fuld, og hvorfor den melder en anden størrelse",
        en "the server reports {seen} bytes, but the file has {size}, so a run delivers no file there. Ask KP's operator whether the \
            server's disk is full, and why it reports another size",
    }
    no_size_told() {
        da "serveren oplyser ikke, hvor stor en fil er, så en kørsel kan ikke se, om den er hel. Læs om [sftp] verify i vejledningen, \
            og skriv under [sftp]:",
        en "the server does not say how large a file is, so a run cannot see whether it is whole. Read about [sftp] verify in the \
            README, and write under [sftp]:",
    }
    content_is_ours() { da "indholdet er det, der blev sendt", en "its content is what was sent" }
    content_differs() {
        da "serveren gav noget andet tilbage end det, der blev sendt. Spørg KP's driftsleverandør",
        en "the server gave back something else than was sent. Ask KP's operator",
    }
    trial_not_read(error: &dyn Display) {
        da "filen kunne ikke læses tilbage ({error}), som [sftp] verify = \"read_back\" kræver. Skriv i stedet under [sftp]:",
        en "the file could not be read back ({error}), as [sftp] verify = \"read_back\" asks. Write under [sftp] instead:",
    }
    free_name_seen() { da "serveren siger, at det er ledigt", en "the server says that it is free" }
    free_name_taken(name: &str) {
        da "serveren siger, at {name} er der, men ingen har lavet den. Spørg KP's driftsleverandør",
        en "the server says that {name} is there, but nobody made it. Ask KP's operator",
    }
    free_name_refused(error: &dyn Display) {
        da "serveren kan ikke sige, at et navn er ledigt ({error}), så en kørsel ved ikke, om den ville overskrive noget. Spørg KP's \
            driftsleverandør om brugerens adgang til at se mappens indhold",
        en "the server cannot say that a name is free ({error}), so a run does not know whether it would overwrite something. Ask KP's \
            operator about the user's right to see what is in the folder",
    }
    not_looked_after_rename(error: &dyn Display) {
        da "filen er omdøbt, men serveren viser den ikke bagefter ({error}). Spørg KP's driftsleverandør om brugerens adgang",
        en "the file was renamed, but the server does not show it afterwards ({error}). Ask KP's operator about the user's access",
    }
    rename_not_seen() {
        da "serveren siger, at filen er omdøbt, men den har ikke sit nye navn. Spørg KP's driftsleverandør",
        en "the server says that the file was renamed, but it does not have its new name. Ask KP's operator",
    }
    temporary_name_refused(error: &dyn Display) {
        da "serveren tager ikke imod navne som i [sftp] temporary_name ({error}), men den tog imod et andet. Spørg KP's \
            driftsleverandør, om KP lader filer med det navn ligge, og skriv så under [sftp]:",
        en "the server does not take names as in [sftp] temporary_name ({error}), but it took another one. Ask KP's operator whether KP \
            leaves files of that name alone, and then write under [sftp]:",
    }

    ledger_sound(path: &Path => path.display(), events: i64, newest: &str) {
        da [events] "{path}, {events} hændelse, nyeste levering {newest}" "{path}, {events} hændelser, nyeste levering {newest}",
        en [events] "{path}, {events} event, newest delivery {newest}" "{path}, {events} events, newest delivery {newest}",
    }
    host_key_pinned() { da "er den, som konfigurationen kender", en "is the one that the configuration knows" }
    pin_host_key(kind: &str, fingerprint: &str) {
        da "serveren viser {fingerprint} ({kind}). Sammenlign det med det, som KP's driftsleverandør har oplyst på anden vis, fx i et brev eller over \
            telefonen. Er de ens, så sæt denne linje ind under [sftp]:",
        en "the server shows {fingerprint} ({kind}). Compare it with the one that KP's operator has told you in another way, such as in a letter \
            or over the telephone. If it is the same, put this line under [sftp]:",
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
        da "filen kunne ikke omdøbes ({error}). Spørg KP's driftsleverandør. Kan serveren slet ikke omdøbe, så læs i \
            vejledningen, hvad det betyder at skrive dette under [sftp], før det bliver skrevet:",
        en "the file could not be renamed ({error}). Ask KP's operator. If the server cannot rename at all, read in the README \
            what it means to write this under [sftp] before it is written:",
    }
    trial_not_removed(error: &dyn Display) {
        da "filerne kunne ikke fjernes igen ({error}). Spørg KP's driftsleverandør om brugerens adgang til at slette; uden den bliver \
            midlertidige filer fra afbrudte kørsler liggende",
        en "the files could not be removed again ({error}). Ask KP's operator about the user's right to delete; without it, temporary \
            files of interrupted runs stay there",
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
    own_alone(; root = if cfg!(windows) { "SYSTEM" } else { "root" }) {
        da "kun {root} og programmets bruger kan ændre eller læse det, der kun er deres",
        en "nobody but {root} and the program's user can change or read what is theirs alone",
    }
    pinned() { da "står i konfigurationen", en "stands in the configuration" }
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
