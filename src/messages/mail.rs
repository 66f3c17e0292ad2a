//! The finished mail to KP about a delivery in doubt.

/// What the mail is about, ready to be shown.
pub(crate) struct About<'a> {
    /// The file in the drop folder.
    pub(crate) path: &'a str,
    /// Its size in bytes, written out.
    pub(crate) bytes: &'a str,
    /// When it was sent.
    pub(crate) at: &'a str,
    /// The final path on the server.
    pub(crate) remote: &'a str,
}

/// The mail's text, signed with the town's name where the configuration gives one: KP has many towns' files.
#[must_use]
pub(crate) fn body(about: &About) -> String {
    let About { path, bytes, at, remote } = about;
    let text = text(path, bytes, at, remote);
    super::town().map_or_else(|| text.clone(), |town| format!("{text}\n{town}"))
}

crate::messages::catalogue! {
    subject(name: &str, at: &str) {
        da "Har I modtaget {name} fra os den {at}?",
        en "Did you receive {name} from us on {at}?",
    }
    subject_line(subject: &str) { da "Emne: {subject}", en "Subject: {subject}" }
    shown_below() {
        da "Denne mail kan sendes til KP, som den er:",
        en "This mail can be sent to KP as it is:",
    }
    text(path: &str, bytes: &str, at: &str, remote: &str) {
        da "Hej

Vi har lagt en trækfil på jeres SFTP-server, men forbindelsen blev afbrudt,
så vi ved ikke, om I har fået den:

  Fil:               {path}
  Størrelse:         {bytes} bytes
  Sendt:             {at}
  Navn på serveren:  {remote}

Vil I svare med det, der passer?

  1. Ja, vi har modtaget hele filen ({bytes} bytes).
  2. Nej, vi har ikke modtaget filen, og den ligger ikke på serveren.
  3. Vi har modtaget en fil, men den har en anden størrelse, nemlig …

Vi sender den ikke igen, før I har svaret, så intet bliver trukket to gange.

Venlig hilsen",
        en "Hello

We put a trækfil on your SFTP server, but the connection broke off, so we do
not know whether you have got it:

  File:                {path}
  Size:                {bytes} bytes
  Sent:                {at}
  Name on the server:  {remote}

Please answer with what is right:

  1. Yes, we have received the whole file ({bytes} bytes).
  2. No, we have not received the file, and it is not on the server.
  3. We have received a file, but its size is another, namely …

We do not send it again before you have answered, so that nothing is deducted
twice.

Kind regards",
    }
}
