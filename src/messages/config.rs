//! What is said about the configuration.

use std::io;
use std::path::Path;

use super::command;

/// The text with control and direction characters escaped, so that it can be shown.
pub(crate) fn shown(text: &str) -> String {
    super::escaped_by(text, char::escape_default).collect()
}

/// The same for a path.
pub(crate) fn shown_path(path: &Path) -> String {
    shown(&path.to_string_lossy())
}

crate::messages::catalogue! {
    // where the configuration is
    config_missing(source: &str, file: &str) {
        da "{source} peger på {file}, som ikke findes. Ret stien, eller lav filen.",
        en "{source} points at {file}, which does not exist. Correct the path, or make the file.",
    }
    no_config(looked: &str, minimal: &str) {
        da "Der er ingen konfiguration. Hverken --config eller TRAEKFIL_CONFIG er angivet, og disse filer findes ikke:\n{looked}\nLav en trin for trin med: traekfil init\nEller gem dette som config.toml, ret værdierne, og kør traekfil check, som viser, hvad der mangler:\n\n{minimal}",
        en "There is no configuration. Neither --config nor TRAEKFIL_CONFIG is given, and these files do not exist:\n{looked}\nMake one step by step: traekfil init\nOr save this as config.toml, change the values, and run traekfil check, which shows what is missing:\n\n{minimal}",
    }
    config_unreadable(file: &str, error: &io::Error) {
        da "Konfigurationen {file} kan ikke læses: {error}. Kontrollér stien og dine rettigheder til filen.",
        en "The configuration {file} cannot be read: {error}. Check the path and your access to the file.",
    }
    config_not_utf8(file: &str) {
        da "Konfigurationen {file} er ikke gemt som UTF-8. Åbn den i et tekstprogram, og gem den igen med kodningen UTF-8.",
        en "The configuration {file} is not saved as UTF-8. Open it in a text editor and save it again with the encoding UTF-8.",
    }

    // its form
    not_toml(file: &str, line: usize, column: usize, reason: &str, text: &str) {
        da "{file}, linje {line}, kolonne {column}: linjen er ikke gyldig TOML ({reason}):\n\n    {text}\n\nRet linjen, og kør igen.",
        en "{file}, line {line}, column {column}: the line is not valid TOML ({reason}):\n\n    {text}\n\nCorrect the line and run again.",
    }
    windows_paths() {
        da "Mellem dobbelte anførselstegn har \\ en særlig betydning. Skriv Windows-stier mellem enkelte: 'D:\\mappe'",
        en "Between double quotes, \\ has a special meaning. Write Windows paths between single ones: 'D:\\mappe'",
    }
    config_wrong(file: &str, problems: &str) {
        da "Konfigurationen {file} kan ikke bruges:\n{problems}\nRet filen, og kør igen. Intet er sendt.",
        en "The configuration {file} cannot be used:\n{problems}\nCorrect the file and run again. Nothing was sent.",
    }
    entry(key: &str, number: usize, name: &str) {
        da "[[{key}]] nr. {number}{name}",
        en "[[{key}]] no. {number}{name}",
    }
    unknown_key(nearest: &str) {
        da "ukendt nøgle. Den nærmeste rigtige er {nearest}.",
        en "unknown key. The nearest right one is {nearest}.",
    }
    no_such_key() {
        da "ukendt nøgle, og ingen af de rigtige ligner den. Fjern den, eller se dem alle i config.example.toml.",
        en "unknown key, and none of the right ones is like it. Take it out, or see all of them in config.example.toml.",
    }
    schema_title() {
        da "Konfigurationen af traekfil (config.toml)",
        en "The configuration of traekfil (config.toml)",
    }
    required() {
        da "mangler og skal være der.",
        en "is missing, and must be there.",
    }
    empty() {
        da "må ikke være tom.",
        en "must not be empty.",
    }
    empty_list() {
        da "listen er tom, så ingen filer ville høre til. Skriv mindst ét mønster, fx [\"*.txt\"].",
        en "the list is empty, so no file would belong to it. Write at least one pattern, e.g. [\"*.txt\"].",
    }

    // types
    wrong_type(found: &str, wanted: &str) {
        da "her står {found}. Skriv {wanted}.",
        en "this is {found}. Write {wanted}.",
    }
    a_text() { da "en tekst", en "a text" }
    a_number() { da "et tal", en "a number" }
    a_flag() { da "true eller false", en "true or false" }
    a_date() { da "en dato", en "a date" }
    a_list() { da "en liste", en "a list" }
    a_section() { da "et afsnit", en "a section" }
    wants_text() {
        da "en tekst i anførselstegn",
        en "a text in quotes",
    }
    wants_flag() {
        da "true eller false uden anførselstegn",
        en "true or false without quotes",
    }
    wants_number() {
        da "et helt tal uden anførselstegn",
        en "a whole number without quotes",
    }
    wants_list() {
        da "en liste af tekster i firkantede parenteser, fx [\"…\", \"…\"]",
        en "a list of texts in square brackets, e.g. [\"…\", \"…\"]",
    }
    wants_duration() {
        da "en varighed i anførselstegn, fx \"30s\", \"10m\" eller \"400d\"",
        en "a duration in quotes, e.g. \"30s\", \"10m\" or \"400d\"",
    }
    wants_size() {
        da "en størrelse i anførselstegn, fx \"500MiB\" eller \"1GiB\"",
        en "a size in quotes, e.g. \"500MiB\" or \"1GiB\"",
    }
    wants_section(key: &str) {
        da "[{key}] på en linje for sig, og nøglerne under den",
        en "[{key}] on a line of its own, and its keys below it",
    }
    wants_entries(key: &str) {
        da "[[{key}]] med dobbelte firkantede parenteser på en linje for sig, én gang for hver serie",
        en "[[{key}]] with double brackets on a line of its own, once for each series",
    }

    // values
    number_out_of_range(number: i64, least: i64, most: i64) {
        da "{number} kan ikke bruges. Skriv et helt tal fra {least} til {most}.",
        en "{number} cannot be used. Write a whole number from {least} to {most}.",
    }
    not_a_duration(text: &str) {
        da "\"{text}\" er ikke en varighed. Skriv fx \"30s\" (sekunder), \"10m\" (minutter), \"2h\" (timer) eller \"400d\" (døgn).",
        en "\"{text}\" is not a duration. Write e.g. \"30s\" (seconds), \"10m\" (minutes), \"2h\" (hours) or \"400d\" (days).",
    }
    duration_out_of_range(text: &str, least: &str, most: &str) {
        da "\"{text}\" kan ikke bruges. Varigheden skal ligge fra {least} til {most} (s er sekunder, m minutter, h timer, d døgn).",
        en "\"{text}\" cannot be used. The duration must lie from {least} to {most} (s is seconds, m minutes, h hours, d days).",
    }
    not_a_size(text: &str) {
        da "\"{text}\" er ikke en størrelse. Skriv fx \"500KiB\", \"500MiB\" eller \"1GiB\".",
        en "\"{text}\" is not a size. Write e.g. \"500KiB\", \"500MiB\" or \"1GiB\".",
    }
    size_out_of_range(text: &str, least: &str, most: &str) {
        da "\"{text}\" kan ikke bruges. Størrelsen skal ligge fra {least} til {most}.",
        en "\"{text}\" cannot be used. The size must lie from {least} to {most}.",
    }
    not_a_choice(text: &str, choices: &str) {
        da "\"{text}\" er ikke en mulighed. Vælg en af disse: {choices}.",
        en "\"{text}\" is not a choice. Choose one of these: {choices}.",
    }
    control_in_path(path: &str, hint: &str) {
        da "\"{path}\" indeholder et styretegn. {hint}",
        en "\"{path}\" holds a control character. {hint}",
    }
    glob_with_folder(pattern: &str) {
        da "mønsteret \"{pattern}\" har en mappe i sig. Mønstre gælder kun filens navn. Skriv det uden / og \\.",
        en "the pattern \"{pattern}\" has a folder in it. Patterns are for the file's name only. Write it without / and \\.",
    }
    glob_set_beyond_ascii(pattern: &str) {
        da "mønsteret \"{pattern}\" har andet end a-z, tal og almindelige tegn i [ ]. Skriv fx {{æ,ø}} i stedet for [æø].",
        en "the pattern \"{pattern}\" has more than a-z, digits and plain signs in [ ]. Write e.g. {{æ,ø}} instead of [æø].",
    }
    glob_too_complex(pattern: &str) {
        da "mønsteret \"{pattern}\" er for langt eller for indviklet. Del det op i flere mønstre.",
        en "the pattern \"{pattern}\" is too long or too complex. Split it into several patterns.",
    }
    bad_glob(pattern: &str, reason: &str) {
        da "mønsteret \"{pattern}\" kan ikke læses ({reason}). Brug * for hvad som helst og ? for ét tegn.",
        en "the pattern \"{pattern}\" cannot be read ({reason}). Use * for anything and ? for one character.",
    }
    bad_expression(reason: &str) {
        da "det regulære udtryk kan ikke læses. Ret det der, hvor ^ peger:\n{reason}",
        en "the regular expression cannot be read. Correct it where ^ points:\n{reason}",
    }
    group_missing(group: &str) {
        da "udtrykket mangler gruppen {group}. Skriv fx '(?<year>\\d{{4}})(?<month>\\d{{2}})'.",
        en "the expression lacks the group {group}. Write e.g. '(?<year>\\d{{4}})(?<month>\\d{{2}})'.",
    }
    content_needs_expression() {
        da "\"content\" kræver, at period siger, hvordan perioden står i filen, fx '(?<year>\\d{{4}})-(?<month>\\d{{2}})'.",
        en "\"content\" needs period to say how the period stands in the file, e.g. '(?<year>\\d{{4}})-(?<month>\\d{{2}})'.",
    }
    series_twice() {
        da "en tidligere serie har samme navn. Giv hver serie sit eget navn, eller saml deres mønstre i files.",
        en "an earlier series has the same name. Give each series its own name, or join their patterns in files.",
    }
    not_a_month(text: &str) {
        da "{text} er ikke en måned. Skriv fx \"2023-04\".",
        en "{text} is not a month. Write e.g. \"2023-04\".",
    }
    not_months(text: &str) {
        da "\"{text}\" er ikke et antal måneder. Skriv fx \"36 months\".",
        en "\"{text}\" is not a number of months. Write e.g. \"36 months\".",
    }
    kept_too_short(text: &str, least: u32) {
        da "\"{text}\" er for kort: efter [period] kan filer for {least} måneder sendes, og så længe skal der huskes mindst.",
        en "\"{text}\" is too short: by [period] files for {least} months may be sent, and as long as that must be remembered.",
    }
    not_a_series_name(name: &str) {
        da "\"{name}\" kan ikke være et navn på en serie. Undgå /, \\, styretegn og mellemrum i enderne.",
        en "\"{name}\" cannot be the name of a series. Avoid /, \\, control characters and blanks at the ends.",
    }
    unknown_placeholder(word: &str, known: &str) {
        da "{{{word}}} kan ikke bruges her. Brug {known}.",
        en "{{{word}}} cannot be used here. Use {known}.",
    }
    lone_brace(known: &str) {
        da "en af tuborgklammerne {{ og }} står alene. Brug {known}.",
        en "one of the braces {{ and }} stands alone. Use {known}.",
    }
    id_needed() {
        da "skal indeholde {{id}}, så to leveringer aldrig får samme midlertidige navn.",
        en "must hold {{id}}, so that no two deliveries get the same temporary name.",
    }
    not_a_file_name(text: &str) {
        da "\"{text}\" er ikke et filnavn. Skriv det uden / og \\; mappen skrives i folder.",
        en "\"{text}\" is not a file name. Write it without / and \\; the folder belongs in folder.",
    }
    not_a_host(text: &str) {
        da "\"{text}\" kan ikke bruges. Skriv kun serverens navn eller adresse, uden sftp://, bruger, mappe og port; de har deres egne nøgler.",
        en "\"{text}\" cannot be used. Write only the server's name or address, without sftp://, user, folder and port; they have their own keys.",
    }
    not_a_user() {
        da "må ikke have styretegn eller mellemrum i enderne.",
        en "must not have control characters, or blanks at its ends.",
    }
    not_a_fingerprint(text: &str) {
        da "\"{text}\" er ikke et fingeraftryk af en værtsnøgle. Det er SHA256: og 43 tegn; traekfil check viser serverens.",
        en "\"{text}\" is not the fingerprint of a host key. It is SHA256: and 43 characters; traekfil check shows the server's.",
    }
    two_sources_of_host_keys() {
        da "står sammen med host_key. Behold kun den ene af de to.",
        en "stands together with host_key. Keep only one of the two.",
    }
    not_a_remote_folder(text: &str) {
        da "\"{text}\" er ikke en mappe på serveren. Skriv / mellem mapperne, og brug hverken \\ eller ..",
        en "\"{text}\" is not a folder on the server. Write / between folders, and use neither \\ nor ..",
    }

    // [notify]
    mail_needs() {
        da "mangler. Mail kræver mail_to, mail_from og smtp_host.",
        en "is missing. Mail needs mail_to, mail_from and smtp_host.",
    }
    empty_mail_to() {
        da "listen er tom. Skriv mindst én adresse, eller fjern alle nøgler til mail.",
        en "the list is empty. Write at least one address, or take out all keys for mail.",
    }
    empty_command() {
        da "listen er tom. Skriv et program og dets argumenter, eller fjern nøglen.",
        en "the list is empty. Write a program and its arguments, or take the key out.",
    }
    not_an_address(text: &str) {
        da "\"{text}\" er ikke en mailadresse. Skriv fx \"it-drift@korsbaek.example.dk\" eller \"Drift <it-drift@korsbaek.example.dk>\".",
        en "\"{text}\" is not a mail address. Write e.g. \"it-drift@korsbaek.example.dk\" or \"Drift <it-drift@korsbaek.example.dk>\".",
    }
    password_needs_user() {
        da "mangler. Adgangskoden i smtp_password_file skal høre til en bruger.",
        en "is missing. The password in smtp_password_file must belong to a user.",
    }
    login_needs_tls() {
        da "\"none\" går ikke sammen med smtp_user: adgangskoden ville gå ukrypteret over nettet. Brug \"starttls\" eller \"tls\".",
        en "\"none\" will not do with smtp_user: the password would cross the network unencrypted. Use \"starttls\" or \"tls\".",
    }
    event_log_is_windows() {
        da "findes kun i Windows. Slet linjen, eller skriv false.",
        en "exists on Windows only. Delete the line, or write false.",
    }
    monthly_needs_a_way() {
        da "kræver mail (mail_to, mail_from, smtp_host), command eller event_log: der er ingen at fortælle det til.",
        en "needs mail (mail_to, mail_from, smtp_host), command or event_log: there is nobody to tell.",
    }

    // the folders and files that it names
    drop_missing(drop: &str) {
        da "Mappen {drop} ([folders] drop) findes ikke. Opret den, eller ret stien.",
        en "The folder {drop} ([folders] drop) does not exist. Make it, or correct the path.",
    }
    drop_is_file(drop: &str) {
        da "{drop} ([folders] drop) er ikke en mappe. Ret stien.",
        en "{drop} ([folders] drop) is not a folder. Correct the path.",
    }
    drop_unreadable(drop: &str, error: &io::Error) {
        da "Mappen {drop} ([folders] drop) kan ikke læses: {error}. Kontrollér, at programmets bruger har adgang til den.",
        en "The folder {drop} ([folders] drop) cannot be read: {error}. Check that the program's user has access to it.",
    }
    archive_is_file(archive: &str) {
        da "{archive} ([folders] archive) er ikke en mappe. Ret stien.",
        en "{archive} ([folders] archive) is not a folder. Correct the path.",
    }
    archive_parent_missing(archive: &str) {
        da "Arkivet {archive} ([folders] archive) kan ikke oprettes, for mappen over det findes ikke. Opret den, eller ret stien.",
        en "The archive {archive} ([folders] archive) cannot be made, since the folder above it does not exist. Make that, or correct the path.",
    }
    above_unseen(key: &str, path: &str, error: &io::Error) {
        da "Mappen, som {path} ({key}) ligger i, kan ikke ses: {error}. Kontrollér, at programmets bruger har adgang til den.",
        en "The folder that {path} ({key}) lies in cannot be seen: {error}. Check that the program's user has access to it.",
    }
    drop_in_archive(drop: &str, archive: &str) {
        da "Mappen {drop} ([folders] drop) er eller ligger i arkivet {archive} ([folders] archive). Giv dem hver sin mappe.",
        en "The folder {drop} ([folders] drop) is, or lies in, the archive {archive} ([folders] archive). Give them a folder each.",
    }
    archive_in_drop(archive: &str, drop: &str) {
        da "Arkivet {archive} ([folders] archive) ligger i {drop} ([folders] drop), og [scan] subfolders er true: arkivets filer ville blive læst som nye. Flyt arkivet.",
        en "The archive {archive} ([folders] archive) lies in {drop} ([folders] drop), and [scan] subfolders is true: its files would be read as new. Move the archive.",
    }
    ledger_folder_missing(ledger: &str) {
        da "Mappen til {ledger} ([ledger] path) findes ikke. Opret den, eller ret stien.",
        en "The folder of {ledger} ([ledger] path) does not exist. Make it, or correct the path.",
    }
    ledger_is_folder(ledger: &str) {
        da "{ledger} ([ledger] path) er en mappe. Skriv stien til en fil, fx ledger.db i mappen.",
        en "{ledger} ([ledger] path) is a folder. Write the path of a file, e.g. ledger.db in it.",
    }
    private_file_taken(key: &str, file: &str, drop: &str) {
        da "{file} ({key}) ligger i {drop}, hvor filer tages og sendes til KP. Flyt den et andet sted hen.",
        en "{file} ({key}) lies in {drop}, where files are taken and sent to KP. Move it elsewhere.",
    }
    file_missing(key: &str, file: &str) {
        da "{file} ([sftp] {key}) findes ikke. Læg filen der, eller ret stien.",
        en "{file} ([sftp] {key}) does not exist. Put the file there, or correct the path.",
    }
    not_a_file(key: &str, file: &str) {
        da "{file} ([sftp] {key}) er ikke en fil. Ret stien.",
        en "{file} ([sftp] {key}) is not a file. Correct the path.",
    }
    file_unreadable(key: &str, file: &str, error: &io::Error) {
        da "{file} ([sftp] {key}) kan ikke læses: {error}. Kontrollér, at programmets bruger har adgang til filen.",
        en "{file} ([sftp] {key}) cannot be read: {error}. Check that the program's user has access to the file.",
    }
    no_host_key(file: &str; check = command("check")) {
        da "{file} siger ikke, hvordan serveren kendes: [sftp] host_key mangler. Kør {check}, sammenlign det viste fingeraftryk med det, som KP's driftsleverandør har oplyst, og skriv det i host_key.",
        en "{file} does not say how the server is recognised: [sftp] host_key is missing. Run {check}, compare the fingerprint it shows with the one that KP's operator gave you, and write it into host_key.",
    }

    // secrets
    secret_variable_not_text(variable: &str) {
        da "Miljøvariablen {variable} er ikke gyldig tekst. Sæt den igen.",
        en "The environment variable {variable} is not valid text. Set it again.",
    }
    no_smtp_password() {
        da "[notify] smtp_user er sat, men der er ingen adgangskode. Skriv den i en fil, som smtp_password_file peger på, eller sæt TRAEKFIL_SMTP_PASSWORD.",
        en "[notify] smtp_user is set, but there is no password. Write it into a file that smtp_password_file names, or set TRAEKFIL_SMTP_PASSWORD.",
    }
    secret_unreadable(file: &str, error: &io::Error) {
        da "Filen {file} med en hemmelighed kan ikke læses: {error}. Kontrollér stien og programmets adgang til filen.",
        en "The file {file} that holds a secret cannot be read: {error}. Check the path and the program's access to the file.",
    }
}
