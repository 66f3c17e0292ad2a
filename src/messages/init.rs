//! What `init` asks and says.

use std::fmt::Display;

crate::messages::catalogue! {
    // questions
    welcome() {
        da "Her laves konfiguration, mapper og regnskab. Enter tager det, der står i [ ]. Intet bliver lavet, \
            før det sidste spørgsmål er besvaret, og du har set det hele. ? forklarer et spørgsmål, < går et tilbage, Ctrl-C afbryder.",
        en "This makes the configuration, the folders and the ledger. Enter takes what stands in [ ]. Nothing is \
            made before the last question is answered and you have seen it all. ? explains a question, < goes back one, Ctrl-C ends it.",
    }
    ask_language() { da "Sprog / Language (da, en)", en "Language / Sprog (en, da)" }
    ask_config() { da "Konfigurationens fil", en "The configuration's file" }
    ask_drop() { da "Mappen, som filerne lægges i", en "The folder that the files arrive in" }
    archive_in_drop(archive: &str, drop: &str) {
        da "Arkivet {archive} ligger i mappen {drop}: det, der er leveret, ville ligge mellem det, der skal sendes. Giv dem hver sin mappe.",
        en "The archive {archive} lies in the folder {drop}: what was delivered would lie among what is to be sent. Give them a folder each.",
    }
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
    ask_due_day(name: &str) {
        da "{name}: senest hvilken dag, 1 til 31, eller kørsel (- for ingen)",
        en "{name}: by which day, 1 to 31, or run (- for none)",
    }
    ask_name() { da "Kommunens navn (- for intet)", en "The town's name (- for none)" }
    ask_make_folder(folder: &str) {
        da "Mappen {folder} findes ikke. Skal den laves?",
        en "The folder {folder} is not there. Make it?",
    }
    ask_ledger_goes_on(file: &str) {
        da "Der ligger et regnskab i {file}. Er det denne kommunes, og skal det føres videre?",
        en "There is a ledger at {file}. Is it this town's, and should it be continued?",
    }
    ask_again() { da "Vil du rette serverens navn og port?", en "Do you want to correct the server's name and port?" }
    ask_drafts() { da "Skal de med i konfigurationen?", en "Shall they stand in the configuration?" }
    ask_formats() {
        da "Skal der også laves et udkast til filernes format?",
        en "Draft the format of these files as well?",
    }
    ask_make() { da "Skal det laves?", en "Shall it be made?" }
    series_drafted() {
        da "Efter navnene på de filer, der ligger i mappen, er der disse serier:",
        en "By the names of the files that lie in the folder there are these series:",
    }
    folder_is_empty() { da "Der ligger ingen filer i den.", en "No files lie in it." }
    files_lie_there(n: usize, names: &str) {
        da [n] "Der ligger 1 fil i den: {names}" "Der ligger {n} filer i den: {names}",
        en [n] "1 file lies in it: {names}" "{n} files lie in it: {names}",
    }

    // what ? says
    help_config() {
        da "Stien til den fil, som svarene bliver skrevet i. Findes den, bliver den rettet.",
        en "The path of the file that the answers are written to. If it exists, it is edited.",
    }
    help_name() {
        da "Skriv fx Korsbæk Kommune. Navnet står i mails, i rapporten og i JSON, så man kan se, hvilken kommune det drejer sig om.",
        en "Write for instance Korsbæk Kommune. The name stands in mails, in the report and in JSON, so that one can see which town it is about.",
    }
    help_drop() {
        da "Stien til mappen, som leverandørernes filer bliver lagt i (mappe X). En delt mappe skrives med hele sin sti.",
        en "The path of the folder that the suppliers' files are put in. A shared folder is written with its whole path.",
    }
    help_archive() {
        da "Stien til en mappe, som kun programmet og dem, der må se filerne, har adgang til. Den må ikke være mappen, som filerne lægges i.",
        en "The path of a folder that only the program and those who may see the files have access to. It may not be the folder that the files arrive in.",
    }
    help_ledger() {
        da "Stien til en databasefil på maskinens egen disk, ikke på et netværksdrev. Den husker, hvad KP har fået.",
        en "The path of a database file on the machine's own disk, not on a network drive. It remembers what KP has got.",
    }
    help_ledger_goes_on() {
        da "Svar ja, hvis det er denne kommunes eget regnskab, og konfigurationen til det er gået tabt. Svar nej for at vælge et andet sted.",
        en "Answer yes if it is this town's own ledger and its configuration was lost. Answer no to choose another place.",
    }
    help_formats() {
        da "Med et format kan programmet se i filerne, fx om de er hele, og om kontroltallene passer. Udkastet gør intet, før du har set det efter med traekfil format test og skrevet det på serien; sæt afsnittet [policy] til observe den første måned.",
        en "With a format the program can look into the files, such as whether they are whole and their control totals come out right. The draft does nothing before you have looked at it with traekfil format test and written it under the series; set the section [policy] to observe for the first month.",
    }
    help_make_folder() {
        da "Svar nej, hvis stien er skrevet forkert; så bliver du spurgt om den igen.",
        en "Answer no if the path is mistyped; you are then asked for it again.",
    }
    help_host() {
        da "Serverens navn, som KP's driftsleverandør har oplyst det, fx sftp.example.dk: uden sftp:// foran og uden port.",
        en "The server's name as KP's operator has told it, such as sftp.example.dk: without sftp:// before it and without a port.",
    }
    help_user() {
        da "Brugernavnet, som KP's driftsleverandør har givet kommunen til serveren.",
        en "The user name that KP's operator has given the town for the server.",
    }
    help_again() {
        da "Svar nej for at gå videre: resten kan laves, og traekfil check prøver igen senere.",
        en "Answer no to go on: the rest can be made, and traekfil check tries again later.",
    }
    help_identity() {
        da "Stien til filen med den private nøgle, som serveren kender kommunen på. Findes filen ikke, kan der laves en ny nøgle dér. Skriv - for at logge ind uden nøgle.",
        en "The path of the file with the private key by which the server knows the town. If it does not exist, a new key can be made there. Write - to log in without a key.",
    }
    help_passphrase_file() {
        da "Stien til en fil, som kun programmets bruger må læse, med den adgangssætning, der låser nøglen op. Skriv - for ingen.",
        en "The path of a file that only the program's user may read, with the passphrase that unlocks the key. Write - for none.",
    }
    help_remote_folder() {
        da "Mappen på KP's server, som filerne skal lægges i, fx ind. Skriv . for den, man logger ind i.",
        en "The folder on KP's server that the files are put in, such as ind. Write . for the one you log in to.",
    }
    help_series_pattern() {
        da "Filernes navn, med * for det, der skifter, fx mad_*.txt.",
        en "The files' name, with * for what changes, such as mad_*.txt.",
    }
    help_due_day() {
        da "Er dagen forbi, uden at KP har fået månedens fil, siger programmet til. Skriv kørsel, hvis filen skal være hos KP før månedskørslen, og - for ingen frist.",
        en "If the day passes and KP has not got the month's file, the program says so. Write run if KP must have it before the monthly run, and - for no due day.",
    }
    help_make() {
        da "Enter laver det. Skriv < for at gå tilbage og rette et svar, eller nej for ikke at lave noget.",
        en "Enter makes it. Write < to go back and correct an answer, or no to make nothing.",
    }

    // before it is made
    summary() { da "Det her bliver lavet:", en "This is what will be made:" }
    summary_of_changes(file: &str) {
        da "Det her bliver rettet i {file}:",
        en "This is what will be changed in {file}:",
    }
    summary_name() { da "Kommune", en "Town" }
    summary_server() { da "KP's server", en "KP's server" }
    summary_user() { da "Brugernavn", en "User name" }
    summary_folder() { da "Mappe på serveren", en "Folder on the server" }
    summary_key() { da "Nøgle", en "Key" }
    summary_host_key() { da "Værtsnøgle", en "Host key" }
    summary_series() { da "Serie", en "Series" }
    due_on(day: u8) { da ", senest den {day}.", en ", by day {day}" }
    due_by_run() { da ", før KP's kørsel", en ", before KP's run" }
    summary_format() { da "Udkast til format", en "Draft of a format" }
    summary_runs() { da "KP's kørsler", en "KP's runs" }
    no_key() { da "ingen", en "none" }
    will_be_made(path: &str) { da "{path} (bliver lavet)", en "{path} (will be made)" }
    pinned_later() { da "bekræftes senere", en "confirmed later" }
    due_already(series: &str, month: &str) {
        da "Fristen for {month} er allerede gået ({series}). Har KP filen, så indskriv den som leveret med traekfil adopt; ellers melder næste kørsel, at den mangler.",
        en "The due day for {month} has passed already ({series}). If KP has the file, record it as delivered with traekfil adopt; otherwise the next run says that it is missing.",
    }
    nothing_made() { da "Der er ikke lavet noget.", en "Nothing has been made." }
    cut_off() { da "Afbrudt. Der er ikke lavet noget.", en "Cut off. Nothing has been made." }
    cut_off_making() {
        da "Afbrudt, mens det blev lavet. Konfigurationen bliver skrevet til sidst: findes den ikke, så kør traekfil init igen.",
        en "Cut off while it was being made. The configuration is written last: if it is not there, run traekfil init again.",
    }
    nothing_before() { da "Der er intet spørgsmål før dette.", en "There is no question before this one." }

    // a configuration that is there
    config_edited(file: &str) {
        da "{file} findes allerede. Svarene retter den; det, der står i [ ], er det, den siger nu.",
        en "{file} exists already. The answers edit it; what stands in [ ] is what it says now.",
    }
    unchanged(file: &str) {
        da "Uændret: {file} siger det samme i forvejen. Der er ikke lavet noget.",
        en "unchanged: {file} says the same already. Nothing has been made.",
    }
    changed() { da "Det er rettet i konfigurationen:", en "Changed in the configuration:" }
    key_removed(key: &str) { da "{key} er taget ud", en "{key} is taken out" }
    not_edited(file: &str, error: &dyn Display) {
        da "{file} kan ikke rettes: {error}",
        en "{file} cannot be edited: {error}",
    }
    series_not_edited(file: &str) {
        da "Serierne i {file} står ikke som afsnit med [[series]], så der kan ikke lægges nye til. Ret dem i filen.",
        en "The series in {file} do not stand as sections with [[series]], so none can be added. Edit them in the file.",
    }
    not_a_ledger(file: &str) {
        da "{file} findes, men er ikke et regnskab. Vælg en anden fil; den bliver ikke rørt.",
        en "{file} exists but is no ledger. Choose another file; it is not touched.",
    }
    other_unread(file: &str) {
        da "{file} kan ikke læses. Er det en konfiguration, så se selv efter, at den ikke bruger de samme mapper og det samme regnskab.",
        en "{file} cannot be read. If it is a configuration, see to it that it does not use the same folders and the same ledger.",
    }
    drop_is_used(path: &str, config: &str, edit: &str) {
        da "Mappen {path} bruges allerede af konfigurationen {config}. To konfigurationer med samme mappe ville levere de samme filer hver for sig. Vælg en anden mappe, eller ret den konfiguration: {edit}",
        en "The folder {path} is already used by the configuration {config}. Two configurations with one folder would each deliver the same files. Choose another folder, or edit that configuration: {edit}",
    }
    archive_is_used(path: &str, config: &str) {
        da "{path} er arkivet for konfigurationen {config} eller ligger i det. Hver konfiguration skal have sine egne mapper. Vælg en anden.",
        en "{path} is the archive of the configuration {config}, or lies in it or around it. Each configuration needs its own folders. Choose another.",
    }
    ledger_is_used(path: &str, config: &str, edit: &str) {
        da "Regnskabet {path} bruges allerede af konfigurationen {config}. Hver konfiguration skal have sit eget. Vælg en anden fil, eller ret den konfiguration: {edit}",
        en "The ledger {path} is already used by the configuration {config}. Each configuration needs its own. Choose another file, or edit that configuration: {edit}",
    }
    yes() { da "ja", en "yes" }
    no() { da "nej", en "no" }

    // wrong answers
    answer_needed() { da "Her skal der stå noget.", en "This needs an answer." }
    yes_or_no() { da "Svar ja eller nej.", en "Answer yes or no." }
    no_yes_here(help: &str) {
        da "Her kan der ikke svares ja eller nej. {help}",
        en "This is not a question of yes or no. {help}",
    }
    not_a_path(text: &str => crate::messages::escape(text)) {
        da "»{text}« er ikke en sti. Skriv hele stien, fx ./{text}, hvis det virkelig er navnet; ? forklarer spørgsmålet.",
        en "“{text}” is no path. Write the whole path, such as ./{text}, if that really is the name; ? explains the question.",
    }
    not_a_name(text: &str => crate::messages::escape(text)) {
        da "»{text}« er ikke et navn. ? forklarer spørgsmålet.",
        en "“{text}” is no name. ? explains the question.",
    }
    not_text() { da "Det er ikke gyldig tekst (UTF-8).", en "That is not valid text (UTF-8)." }
    control_character() { da "Der er et usynligt tegn i svaret. Skriv det igen.", en "There is an invisible character in it. Type it again." }
    language_wrong() { da "Skriv da eller en.", en "Write da or en." }
    port_wrong() { da "Skriv et helt tal fra 1 til 65535.", en "Write a whole number from 1 to 65535." }
    day_wrong() { da "Skriv en dag fra 1 til 31, eller kørsel.", en "Write a day from 1 to 31, or run." }
    series_form() { da "Skriv navn=mønster, navn=mønster:dag eller navn=mønster:run, fx mad=mad_*.txt:20.", en "Write name=pattern, name=pattern:day or name=pattern:run, e.g. mad=mad_*.txt:20." }
    config_exists(file: &str) {
        da "{file} findes allerede og bliver ikke overskrevet. Kør traekfil init igen for at rette den, eller vælg en anden fil (--config).",
        en "{file} exists already and is not overwritten. Run traekfil init again to edit it, or name another file (--config).",
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
