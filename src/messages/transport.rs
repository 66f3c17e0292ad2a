//! What is said about the server and the connection to it.

crate::messages::catalogue! {
    /// The connection: time-out.
    timed_out() {
        da "serveren svarede ikke i tide",
        en "the server did not answer in time",
    }
    /// The connection: closed, no reason known.
    closed() {
        da "forbindelsen til serveren blev afbrudt",
        en "the connection to the server ended",
    }
    /// The connection: closed, with the reason.
    closed_because(why: &str) {
        da "forbindelsen til serveren blev afbrudt ({why})",
        en "the connection to the server ended ({why})",
    }
    /// The connection: the server breaks the protocol.
    protocol(what: &str) {
        da "serveren følger ikke SFTP version 3: {what}",
        en "the server does not keep to SFTP version 3: {what}",
    }
    /// Protocol: the version.
    wrong_version(version: u32) {
        da "den vil bruge version {version}",
        en "it wants to speak version {version}",
    }
    /// Protocol: a reply before the hello.
    reply_before_hello() {
        da "den svarede, før den var spurgt",
        en "it answered before it was asked",
    }
    /// Protocol: the hello came twice.
    second_hello() {
        da "den indledte forbindelsen to gange",
        en "it opened the conversation twice",
    }
    /// Protocol: a reply to nothing.
    unknown_reply() {
        da "den svarede på noget, den ikke var spurgt om",
        en "it answered something that it was not asked",
    }
    /// Protocol: a reply of the wrong kind.
    wrong_reply() {
        da "den svarede på en anden måde, end der blev spurgt",
        en "its answer does not fit the question",
    }
    /// Protocol: the length is impossible; often a greeting text where packets should be.
    giant_packet() {
        da "den sendte en pakke med en umulig længde; måske skriver den en velkomsttekst, hvor der skulle være SFTP",
        en "it sent a packet of an impossible length; it may print a greeting where SFTP should be",
    }
    /// Protocol: a packet that cannot be read.
    malformed_packet() {
        da "den sendte en pakke, der ikke kan læses",
        en "it sent a packet that cannot be read",
    }
    /// The server sends without being asked, more than any server has reason to.
    too_much_sent() {
        da "den bliver ved med at sende noget, den ikke er bedt om",
        en "it keeps sending what it was not asked for",
    }
    /// A listing of a folder is too long to be kept.
    listing_too_long(names: usize, megabytes: usize) {
        da "mappen har over {names} navne, eller navnene fylder over {megabytes} MiB",
        en "the folder has over {names} names, or they take more than {megabytes} MiB",
    }
    /// No agreement: the one cipher in common needs what the server does not offer.
    not_strict(cipher: &str) {
        da "{cipher} bruges kun sammen med »strict key exchange«, som serveren ikke tilbyder",
        en "{cipher} is used only with strict key exchange, which the server does not offer",
    }
    /// A request was refused, and the server gave no words.
    refused(why: &str, status: u32) {
        da "serveren afviste: {why} (SFTP-status {status})",
        en "the server refused: {why} (SFTP status {status})",
    }
    /// A request was refused, with the server's words.
    refused_saying(why: &str, status: u32, text: &str) {
        da "serveren afviste: {why} (SFTP-status {status}, »{text}«)",
        en "the server refused: {why} (SFTP status {status}, “{text}”)",
    }
    /// A request was not sent.
    not_sent(fault: &str) {
        da "blev ikke sendt: {fault}",
        en "was not sent: {fault}",
    }
    /// A request was sent, and no answer came.
    no_answer(fault: &str) {
        da "blev sendt, men svaret kom ikke: {fault}",
        en "was sent, but no answer came: {fault}",
    }
    /// Status 1.
    status_eof() {
        da "filen er slut",
        en "end of file",
    }
    /// Status 2.
    status_no_such_file() {
        da "filen eller mappen findes ikke",
        en "no such file or folder",
    }
    /// Status 3.
    status_permission() {
        da "brugeren mangler rettigheder dér",
        en "the user lacks permission there",
    }
    /// Status 4, which servers use for many kinds of failure.
    status_failure() {
        da "det lykkedes ikke, og den siger ikke hvorfor",
        en "it failed, and it does not say why",
    }
    /// Status 5.
    status_bad_message() {
        da "serveren forstod ikke anmodningen",
        en "the server did not understand the request",
    }
    /// Status 8.
    status_unsupported() {
        da "serveren tilbyder ikke dette",
        en "the server does not offer this",
    }
    /// Any other status.
    status_other() {
        da "uden nærmere grund",
        en "for no reason that is known",
    }
}

crate::messages::catalogue! {
    /// Connecting: the name is not known.
    not_resolved(host: &str, why: &str) {
        da "servernavnet {host} kan ikke slås op ({why}). Kontrollér sftp.host i konfigurationen og maskinens netværk.",
        en "the server name {host} cannot be looked up ({why}). Check sftp.host in the configuration and the machine's network.",
    }
    /// Connecting: the name has no address.
    no_address(host: &str) {
        da "servernavnet {host} har ingen adresse. Kontrollér sftp.host i konfigurationen.",
        en "the server name {host} has no address. Check sftp.host in the configuration.",
    }
    /// Connecting: the name service is silent.
    resolver_silent(host: &str) {
        da "servernavnet {host} kunne ikke slås op i tide. Kontrollér maskinens netværk og DNS.",
        en "the server name {host} could not be looked up in time. Check the machine's network and DNS.",
    }
    /// Connecting: no connection.
    not_reached(address: &str, why: &str) {
        da "der er ingen forbindelse til {address} ({why}). Kontrollér sftp.host og sftp.port, og at firewallen tillader forbindelsen.",
        en "{address} cannot be reached ({why}). Check sftp.host and sftp.port, and that the firewall allows the connection.",
    }
    /// Connecting: no answer in time.
    no_answer_from(address: &str) {
        da "{address} svarede ikke i tide. Kontrollér sftp.host og sftp.port, og at firewallen tillader forbindelsen; er serveren langsom, så sæt sftp.timeout op.",
        en "{address} did not answer in time. Check sftp.host and sftp.port, and that the firewall allows the connection; if the server is slow, raise sftp.timeout.",
    }
    /// Connecting: no SSH.
    no_handshake(address: &str, why: &str) {
        da "{address} svarer, men SSH-forbindelsen kom ikke i stand ({why}). Kontrollér, at porten er serverens SFTP-port.",
        en "{address} answers, but no SSH connection came about ({why}). Check that the port is the server's SFTP port.",
    }
    /// Connecting: no algorithms in common.
    not_agreed(address: &str, why: &str) {
        da "{address} svarer, men der kunne ikke aftales nogen SSH-algoritmer ({why}). Serveren tilbyder formentlig kun forældede: bed KP's driftsleverandør om at tillade nutidige, fx curve25519-sha256, ssh-ed25519 og aes256-gcm@openssh.com.",
        en "{address} answers, but no SSH algorithms could be agreed on ({why}). The server probably offers only outdated ones: ask KP's operator to allow current ones, such as curve25519-sha256, ssh-ed25519 and aes256-gcm@openssh.com.",
    }
    /// Connecting: no SFTP.
    no_sftp(address: &str, why: &str) {
        da "login på {address} lykkedes, men serveren gav ingen SFTP-forbindelse ({why}). Spørg KP's driftsleverandør, om brugeren har adgang til SFTP.",
        en "the login at {address} succeeded, but the server gave no SFTP connection ({why}). Ask KP's operator whether the user has access to SFTP.",
    }
    /// Host key: none shown, or one that cannot be read.
    no_host_key(address: &str) {
        da "{address} viste ingen værtsnøgle, der kan læses. Der er ikke logget ind. Spørg KP's driftsleverandør, hvilken nøgle serveren har.",
        en "{address} showed no host key that can be read. No login was tried. Ask KP's operator which key the server has.",
    }
    /// Host key: not the pinned one.
    host_key_wrong(address: &str, key_type: &str, fingerprint: &str, pinned: &str) {
        da "{address} viste en anden værtsnøgle end den godkendte: {key_type} {fingerprint} i stedet for {pinned}. Der er ikke logget ind, og intet er sendt. Spørg KP's driftsleverandør, om nøglen er skiftet, og ret først sftp.host_key eller known_hosts, når den har bekræftet fingeraftrykket.",
        en "{address} showed another host key than the approved one: {key_type} {fingerprint} instead of {pinned}. No login was tried and nothing was sent. Ask KP's operator whether the key has changed, and change sftp.host_key or known_hosts only when they have confirmed the fingerprint.",
    }
    /// Host key: revoked.
    host_key_revoked(address: &str, key_type: &str, fingerprint: &str) {
        da "{address} viste en værtsnøgle, der er trukket tilbage i known_hosts: {key_type} {fingerprint}. Der er ikke logget ind, og intet er sendt. Kontakt KP's driftsleverandør.",
        en "{address} showed a host key that known_hosts marks as revoked: {key_type} {fingerprint}. No login was tried and nothing was sent. Contact KP's operator.",
    }
    /// Host key: a pinned value that is no fingerprint.
    bad_pin(pin: &str) {
        da "»{pin}« i sftp.host_key er ikke et fingeraftryk. Skriv det som SHA256:… , sådan som »ssh-keygen -lf« viser det.",
        en "“{pin}” in sftp.host_key is no fingerprint. Write it as SHA256:… , as `ssh-keygen -lf` shows it.",
    }
    /// Host key: no file.
    known_hosts_unreadable(path: &str, why: &str) {
        da "filen {path} fra sftp.known_hosts kan ikke læses ({why}). Ret stien eller filens rettigheder.",
        en "the file {path} from sftp.known_hosts cannot be read ({why}). Correct the path or the file's permissions.",
    }
    /// Host key: the file does not know the server.
    not_in_known_hosts(name: &str, path: &str) {
        da "{path} har ingen nøgle for {name}. Tilføj linjen for netop dette navn, når KP's driftsleverandør har bekræftet fingeraftrykket.",
        en "{path} has no key for {name}. Add the line for exactly this name when KP's operator has confirmed the fingerprint.",
    }
    /// Host key: nothing to compare with.
    nothing_pinned() {
        da "ingen værtsnøgle er godkendt. Skriv serverens fingeraftryk, som KP's driftsleverandør har oplyst, i sftp.host_key, eller angiv sftp.known_hosts.",
        en "no host key is approved. Write the server's fingerprint, as KP's operator has told it, into sftp.host_key, or give sftp.known_hosts.",
    }
    /// Key file: missing.
    key_missing(path: &str) {
        da "nøglefilen {path} findes ikke. Ret sftp.identity, eller læg nøglen dér.",
        en "the key file {path} does not exist. Correct sftp.identity, or put the key there.",
    }
    /// Key file: a folder.
    key_is_folder(path: &str) {
        da "{path} er en mappe, ikke en nøglefil. Ret sftp.identity.",
        en "{path} is a folder and not a key file. Correct sftp.identity.",
    }
    /// Key file: unreadable.
    key_unreadable(path: &str, why: &str) {
        da "nøglefilen {path} kan ikke læses ({why}). Giv den bruger, som programmet kører under, læseadgang.",
        en "the key file {path} cannot be read ({why}). Give the user that the program runs as permission to read it.",
    }
    /// Key file: PuTTY's.
    key_putty(path: &str) {
        da "{path} er en PuTTY-nøgle. Åbn den i PuTTYgen, vælg »Conversions → Export OpenSSH key«, og angiv den nye fil i sftp.identity.",
        en "{path} is a PuTTY key. Open it in PuTTYgen, choose “Conversions → Export OpenSSH key”, and name the new file in sftp.identity.",
    }
    /// Key file: the public half.
    key_public(path: &str) {
        da "{path} er den offentlige nøgle. Angiv den private nøgle i sftp.identity; den har som regel samme navn uden .pub.",
        en "{path} is the public key. Name the private key in sftp.identity; it usually has the same name without .pub.",
    }
    /// Key file: locked, and no passphrase.
    key_locked(path: &str) {
        da "nøglefilen {path} er låst med en adgangssætning. Angiv den i TRAEKFIL_PASSPHRASE eller i filen fra sftp.passphrase_file.",
        en "the key file {path} is locked with a passphrase. Give it in TRAEKFIL_PASSPHRASE or in the file of sftp.passphrase_file.",
    }
    /// Key file: locked, and the passphrase does not fit.
    key_passphrase_wrong(path: &str) {
        da "adgangssætningen passer ikke til nøglefilen {path}. Ret TRAEKFIL_PASSPHRASE eller filen fra sftp.passphrase_file.",
        en "the passphrase does not fit the key file {path}. Correct TRAEKFIL_PASSPHRASE or the file of sftp.passphrase_file.",
    }
    /// Key file: of a kind that is not supported.
    key_unsupported(path: &str) {
        da "nøglefilen {path} er af en type, der ikke kan bruges. Brug en ed25519-, ecdsa- eller rsa-nøgle, låst med ssh-keygens almindelige kryptering.",
        en "the key file {path} is of a kind that cannot be used. Use an ed25519, ecdsa or rsa key, locked with ssh-keygen's usual cipher.",
    }
    /// Key file: damaged.
    key_damaged(path: &str) {
        da "nøglefilen {path} er beskadiget og kan ikke bruges. Hent den igen, eller lav en ny nøgle.",
        en "the key file {path} is damaged and cannot be used. Fetch it again, or make a new key.",
    }
    /// Key file: no key at all.
    key_unknown(path: &str) {
        da "{path} er ikke en privat nøgle. Angiv en nøgle i OpenSSH- eller PEM-format i sftp.identity.",
        en "{path} is no private key. Name a key in OpenSSH or PEM format in sftp.identity.",
    }
    /// Login: tried the key.
    tried_key(path: &str) {
        da "nøglen {path}",
        en "the key {path}",
    }
    /// Login: tried a key of the agent.
    tried_agent(comment: &str) {
        da "agentens nøgle »{comment}«",
        en "the agent's key “{comment}”",
    }
    /// Login: tried the password.
    tried_password() {
        da "adgangskoden",
        en "the password",
    }
    /// Login: refused.
    login_refused(user: &str, tried: &str, offered: &str) {
        da "serveren afviste brugeren {user} med {tried}; den tager imod: {offered}. Kontrollér sftp.user, og at KP's driftsleverandør har registreret netop denne nøgle eller adgangskode.",
        en "the server refused the user {user} with {tried}; it accepts: {offered}. Check sftp.user, and that KP's operator has registered this very key or password.",
    }
    /// Login: nothing to log in with.
    nothing_to_log_in_with(user: &str, offered: &str) {
        da "der er intet at logge brugeren {user} ind med; serveren tager imod: {offered}. Angiv en nøglefil i sftp.identity, start en ssh-agent med nøglen, eller sæt TRAEKFIL_PASSWORD.",
        en "there is nothing to log the user {user} in with; the server accepts: {offered}. Name a key file in sftp.identity, start an ssh agent that holds the key, or set TRAEKFIL_PASSWORD.",
    }
    /// Login: the password has expired.
    password_expired(user: &str) {
        da "adgangskoden for brugeren {user} er udløbet: serveren vil have en ny. Bed KP's driftsleverandør om en, eller skift den selv med et andet SFTP-program, og sæt den i TRAEKFIL_PASSWORD eller i filen fra sftp.password_file.",
        en "the password of the user {user} has expired: the server wants a new one. Ask KP's operator for one, or change it yourself with another SFTP program, and set it in TRAEKFIL_PASSWORD or in the file of sftp.password_file.",
    }
    /// Login: the key was taken, and more is wanted.
    key_taken_more_wanted(user: &str, path: &str, offered: &str) {
        da "serveren tog imod nøglen {path} for brugeren {user}, men den vil have mere end nøglen: {offered}. Bed KP's driftsleverandør om adgangskoden, og sæt den i TRAEKFIL_PASSWORD eller i filen fra sftp.password_file.",
        en "the server took the key {path} of the user {user}, but it wants more than the key: {offered}. Ask KP's operator for the password, and set it in TRAEKFIL_PASSWORD or in the file of sftp.password_file.",
    }
    /// Login: the key was taken, and the password beside it was not.
    key_taken_password_refused(user: &str, path: &str) {
        da "serveren tog imod nøglen {path} for brugeren {user}, men afviste adgangskoden, som den også vil have. Ret TRAEKFIL_PASSWORD eller filen fra sftp.password_file.",
        en "the server took the key {path} of the user {user}, but refused the password that it also wants. Correct TRAEKFIL_PASSWORD or the file of sftp.password_file.",
    }
    /// Login: too slow.
    login_timed_out(user: &str) {
        da "serveren svarede ikke i tide, da brugeren {user} skulle logges ind. Prøv igen senere, eller sæt sftp.timeout op.",
        en "the server did not answer in time while the user {user} was to be logged in. Try again later, or raise sftp.timeout.",
    }
    /// Login: the server asks again and again.
    login_asks_for_ever(user: &str, rounds: u32) {
        da "serveren blev ved med at stille spørgsmål, da brugeren {user} skulle logges ind, og fik ikke svar på flere end {rounds}. Spørg \
            modtageren, hvordan der skal logges ind.",
        en "the server kept asking questions while the user {user} was to be logged in, and was answered no more than {rounds} times. Ask \
            the receiver how to log in.",
    }
    /// Login: the connection was closed.
    login_broken(user: &str, why: &str) {
        da "serveren afbrød forbindelsen, da brugeren {user} skulle logges ind ({why}). Kontrollér sftp.user og adgangen hos KP's driftsleverandør.",
        en "the server hung up while the user {user} was to be logged in ({why}). Check sftp.user and the access with KP's operator.",
    }
}

/// Text from outside, made safe for a terminal and a log: one line, no control or direction characters, and of limited
/// length.
pub(crate) fn printable(text: &str) -> String {
    const LONGEST: usize = 200;
    let (kept, rest) = text.char_indices().nth(LONGEST).map_or((text, ""), |(end, _)| text.split_at(end));
    let end = if rest.is_empty() { "" } else { "…" };
    super::config::shown(kept) + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_stays_on_its_line() {
        assert_eq!(printable("nej\r\n\u{1b}[31mrødt\u{202e}\u{7f}"), r"nej\r\n\u{1b}[31mrødt\u{202e}\u{7f}");
        assert_eq!(printable(&"æ".repeat(300)), "æ".repeat(200) + "…");
    }
}
