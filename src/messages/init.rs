//! What `init` asks and says.

use std::fmt::Display;

crate::messages::catalogue! {
    // questions
    welcome() {
        da "Her laves konfiguration, mapper og regnskab. Enter tager det, der står i [ ]. Intet bliver lavet, \
            før det sidste spørgsmål er besvaret; Ctrl-C afbryder.",
        en "This makes the configuration, the folders and the ledger. Enter takes what stands in [ ]. Nothing is \
            made before the last question is answered; Ctrl-C ends it.",
    }
    ask_language() { da "Sprog / Language (da, en)", en "Language / Sprog (en, da)" }
    ask_config() { da "Konfigurationens fil", en "The configuration's file" }
    ask_drop() { da "Mappen, som filerne lægges i", en "The folder that the files arrive in" }
    ask_archive() { da "Arkivet, som leverede filer flyttes til", en "The archive that delivered files are moved to" }
    ask_ledger() { da "Regnskabet over leveringer (på en lokal disk)", en "The ledger of deliveries (on a local disk)" }
    ask_host() { da "KP's server (navn eller adresse)", en "KP's server (name or address)" }
    ask_port() { da "Serverens port", en "The server's port" }
    ask_user() { da "Brugernavn på serveren", en "User name on the server" }
    ask_identity() { da "Den private nøgle (- for ingen)", en "The private key (- for none)" }
    confirm_new_key(file: &str) {
        da "{file} findes ikke. Skal der laves en ny nøgle?",
        en "{file} does not exist. Make a new key there?",
    }
    ask_passphrase_file() {
        da "Nøglen er låst. Fil med dens adgangssætning (- for ingen)",
        en "The key is locked. File with its passphrase (- for none)",
    }
    ask_remote_folder() {
        da "Mappe på serveren (. er den, man logger ind i)",
        en "Folder on the server (. is the one you log in to)",
    }
    fetching_host_key(address: &str) {
        da "Henter værtsnøglen fra {address} …",
        en "Fetching the host key from {address} …",
    }
    host_key_not_fetched(error: &dyn Display) {
        da "{error} Resten kan laves alligevel; værtsnøglen mangler så i konfigurationen.",
        en "{error} The rest can be made all the same; the configuration then lacks the host key.",
    }
    compare_host_key() {
        da "Sammenlign fingeraftrykket med det, KP's driftsleverandør har oplyst på anden vis, fx i et brev eller over telefonen.",
        en "Compare the fingerprint with the one that KP's operator has told you in another way, such as in a letter or over the telephone.",
    }
    ask_host_key() {
        da "Er de ens? (ja, nej, eller indsæt det oplyste fingeraftryk)",
        en "Are they the same? (yes, no, or paste the one you were told)",
    }
    host_key_differs(seen: &str) {
        da "Det er IKKE det, serveren viser ({seen}). Stop, og ring til KP's driftsleverandør. Svar nej for at gå videre uden den.",
        en "That is NOT what the server shows ({seen}). Stop, and call KP's operator. Answer no to go on without.",
    }
    about_series() {
        da "En serie er én leverandørs filer af én slags. Står de her, kan programmet sige til, når en fil mangler. Enter springer over.",
        en "A series is one supplier's files of one kind. With them here the program can tell when a file is missing. Enter skips this.",
    }
    ask_series_name() { da "Seriens navn, fx mad (- for ikke flere)", en "The series' name, e.g. mad (- for no more)" }
    ask_series_pattern() { da "Mønster for filernes navne", en "Pattern of the files' names" }
    ask_due_day() {
        da "Senest hvilken dag i måneden, 1 til 31, eller kørsel (- for ingen frist)",
        en "By which day of the month, 1 to 31, or run (- for no due day)",
    }
    yes() { da "ja", en "yes" }
    no() { da "nej", en "no" }

    // wrong answers
    answer_needed() { da "Her skal der stå noget.", en "This needs an answer." }
    yes_or_no() { da "Svar ja eller nej.", en "Answer yes or no." }
    not_text() { da "Det er ikke gyldig tekst (UTF-8).", en "That is not valid text (UTF-8)." }
    control_character() { da "Der er et usynligt tegn i svaret. Skriv det igen.", en "There is an invisible character in it. Type it again." }
    language_wrong() { da "Skriv da eller en.", en "Write da or en." }
    port_wrong() { da "Skriv et helt tal fra 1 til 65535.", en "Write a whole number from 1 to 65535." }
    day_wrong() { da "Skriv en dag fra 1 til 31, eller kørsel.", en "Write a day from 1 to 31, or run." }
    series_form() { da "Skriv navn=mønster, navn=mønster:dag eller navn=mønster:run, fx mad=mad_*.txt:20.", en "Write name=pattern, name=pattern:day or name=pattern:run, e.g. mad=mad_*.txt:20." }
    config_exists(file: &str) {
        da "{file} findes allerede og bliver ikke overskrevet. Vælg en anden fil (--config), eller ret i den, der er.",
        en "{file} exists already and is not overwritten. Name another file (--config), or edit the one that is there.",
    }
    key_exists(file: &str) {
        da "{file} findes allerede; en nøgle bliver aldrig overskrevet. Vælg en anden fil, eller brug den, der er (uden --new-key).",
        en "{file} exists already; a key is never overwritten. Name another file, or use the one that is there (without --new-key).",
    }
    public_exists(file: &str) {
        da "{file} findes allerede, men ikke den private nøgle til den. Vælg en anden fil.",
        en "{file} exists already, but not the private key to it. Name another file.",
    }
    no_such_key(file: &str) {
        da "{file} findes ikke. Ret stien, eller lav en ny nøgle dér med --new-key.",
        en "{file} does not exist. Correct the path, or make a new key there with --new-key.",
    }
    flag_wrong(flag: &str, what: &str) { da "{flag}: {what}", en "{flag}: {what}" }
    flag_needed(flag: &str) {
        da "Med --yes er {flag} nødvendig: den har ingen standardværdi. Der er ikke lavet noget.",
        en "With --yes {flag} is needed: it has no default. Nothing has been made.",
    }
    json_asks_nothing() {
        da "Med --json kan der ikke spørges. Tilføj --yes og de flag, der svarer på spørgsmålene (traekfil init --help).",
        en "With --json nothing can be asked. Add --yes and the flags that answer the questions (traekfil init --help).",
    }
    input_ended() {
        da "Svarene slap op, før alt var besvaret. Der er ikke lavet noget. Begynd igen, eller brug --yes og flag (traekfil init --help).",
        en "The input ended before all was answered. Nothing has been made. Begin again, or use --yes and flags (traekfil init --help).",
    }

    // making
    path_not_text(path: &str) {
        da "Stien {path} er ikke gyldig tekst (UTF-8) og kan ikke stå i konfigurationen. Vælg en anden.",
        en "The path {path} is not valid text (UTF-8) and cannot stand in the configuration. Choose another.",
    }
    folder_not_made(folder: &str, error: &dyn Display) {
        da "Mappen {folder} kan ikke oprettes: {error}. Opret den, eller giv brugeren adgang, og begynd igen.",
        en "The folder {folder} cannot be made: {error}. Make it, or give the user access, and begin again.",
    }
    key_not_made(file: &str, error: &dyn Display) {
        da "Nøglen {file} kan ikke laves: {error}.",
        en "The key {file} cannot be made: {error}.",
    }
    config_not_written(file: &str, error: &dyn Display) {
        da "Konfigurationen {file} kan ikke skrives: {error}. Ret det, og begynd igen.",
        en "The configuration {file} cannot be written: {error}. Mend that, and begin again.",
    }
    not_said(error: &dyn Display) { da "Der kan ikke skrives på skærmen: {error}", en "Nothing can be written to the screen: {error}" }
    not_heard(error: &dyn Display) { da "Svaret kan ikke læses: {error}", en "The answer cannot be read: {error}" }

    // in the config
    config_head() {
        da "Lavet af traekfil init. Linjer med # foran en nøgle viser, hvad der også kan stå.",
        en "Made by traekfil init. Lines with # before a key show what may stand there too.",
    }
    pin_later() {
        da "MANGLER: serverens nøgle er ikke bekræftet endnu. Kør traekfil check, sammenlign fingeraftrykket med det, \
            KP's driftsleverandør har oplyst på anden vis, og skriv det her uden # foran.",
        en "MISSING: the server's key is not confirmed yet. Run traekfil check, compare the fingerprint with the one that \
            KP's operator has told you in another way, and write it here without the #.",
    }

    // afterwards
    made() { da "Det er på plads:", en "In place now:" }
    made_config() { da "Konfiguration", en "Configuration" }
    made_drop() { da "Mappe til filerne", en "Folder for the files" }
    made_archive() { da "Arkiv", en "Archive" }
    made_ledger() { da "Regnskab", en "Ledger" }
    made_key() { da "Ny nøgle", en "New key" }
    not_pinned(command: &str) {
        da "Værtsnøglen er ikke bekræftet, og før det sendes der intet. {command} viser den og linjen, der skal ind under [sftp].",
        en "The host key is not confirmed, and nothing is sent before it is. {command} shows it and the line that belongs under [sftp].",
    }
    now_checked() { da "Kontrol (traekfil check):", en "Check (traekfil check):" }
    now_previewed() { da "Prøvekørsel (traekfil run --dry-run):", en "Preview (traekfil run --dry-run):" }
    next() { da "Det mangler endnu:", en "What is left to do:" }
    next_send_key() {
        da "Send denne linje, den offentlige nøgle, til KP's driftsleverandør. Den private nøgle sendes aldrig.",
        en "Send this line, the public key, to KP's operator. The private key is never sent.",
    }
    next_no_key() {
        da "Uden nøgle bruges ssh-agenten eller en adgangskode: sæt TRAEKFIL_PASSWORD, eller password_file i konfigurationen.",
        en "Without a key the ssh agent or a password is used: set TRAEKFIL_PASSWORD, or password_file in the configuration.",
    }
    next_check() {
        da "Ret det, der står ✗ ved ovenfor, og kontrollér igen:",
        en "Mend what stands above with ✗, and check again:",
    }
    next_adopt() {
        da "Ligger der filer, som KP fik før nu? Indskriv dem som leveret, før noget sendes:",
        en "Are there files that KP got before now? Record them as delivered before anything is sent:",
    }
    adopt_command() { da "adopt FIL... --reason \"…\"", en "adopt FILE... --reason \"…\"" }
    next_run() { da "Se, hvad der ville ske, og send så:", en "See what would happen, and then send:" }
    next_schedule() { da "Lad maskinen gøre det hver time:", en "Let the machine do it every hour:" }
}
