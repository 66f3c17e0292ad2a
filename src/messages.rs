//! Every sentence a person reads, in Danish and English, side by side.
//!
//! The catalogue is code: each sentence is a function made by the macro `catalogue!`, so the compiler refuses a sentence
//! that lacks one of the languages, names a value that is not there, or is called with the wrong values; and a sentence that
//! is no longer used is a dead-code warning.
//!
//! A leaf: strings and numbers go in, a string comes out, and of the other rooms only `names` is asked. `wording` puts the types of the
//! model into words.
//!
//! The files: this one has the language, the macro, and how names and commands are shown; then there is a file for each
//! group of sentences, most of them named for the room that says them. `help` has the texts of the command line, found by
//! their place on it.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::names;

/// A language the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// Danish.
    Da,
    /// English.
    En,
}

static DANISH: AtomicBool = AtomicBool::new(false);

/// Chooses the language of everything said from now on, in the whole process.
pub fn speak(language: Language) {
    DANISH.store(language == Language::Da, Ordering::Relaxed);
}

/// The language that is spoken now.
#[must_use]
pub fn language() -> Language {
    if DANISH.load(Ordering::Relaxed) { Language::Da } else { Language::En }
}

/// The system's language: Danish if its locale says so, else English.
#[must_use]
pub fn system_language() -> Language {
    match sys_locale::get_locale() {
        Some(locale) if locale.to_ascii_lowercase().starts_with("da") => Language::Da,
        _ => Language::En,
    }
}

/// Makes one function per sentence: `name(value: type) { da "…", en "…" }`.
///
/// A value stands in the sentence as `{value}`; `value: type => expression` shows the expression in its place.
/// After a `;` stand values that need no caller, above all commands: `; rebuild = command("ledger rebuild")`.
/// For a sentence that depends on a number, `da [number] "one" "many"` chooses between singular and plural.
macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident(
        $($arg:ident: $type:ty $(=> $shown:expr)?),* $(,)? $(; $($local:ident = $value:expr),+)?
    ) {
        da $([$da_n:expr])? $da:literal $($da_many:literal)?,
        en $([$en_n:expr])? $en:literal $($en_many:literal)? $(,)?
    })*) => {$(
        $(#[$doc])*
        #[must_use]
        pub(crate) fn $name($($arg: $type),*) -> String {
            $($(let $arg = $shown;)?)*
            $($(let $local = $value;)+)?
            match $crate::messages::language() {
                $crate::messages::Language::Da => $crate::messages::technical::in_danish(
                    $crate::messages::sentence!($([$da_n])? $da $($da_many)?)
                ),
                $crate::messages::Language::En =>
                    $crate::messages::sentence!($([$en_n])? $en $($en_many)?),
            }
        }
    )*};
}

macro_rules! sentence {
    ($text:literal) => {
        format!($text)
    };
    ([$n:expr] $one:literal $many:literal) => {
        if $n == 1 { format!($one) } else { format!($many) }
    };
}

pub(crate) use {catalogue, sentence};

/// The configuration that all commands name, as `--config` and a path with a blank before it.
static NAMED: OnceLock<String> = OnceLock::new();

/// Makes all commands that are shown from now on name this configuration. Otherwise a command that is pasted into another
/// shell could act on another municipality's files.
pub fn name_configuration(file: &Path) {
    // Setting it again fails, but a process reads only one configuration.
    let _ = NAMED.set(config_option(file));
}

/// ` --config` and the path, as it can be pasted into any shell; `…` stands for a path that cannot.
fn config_option(file: &Path) -> String {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned()).display().to_string();
    // Windows accepts both kinds of slash, and no shell treats this one specially.
    let file = if cfg!(windows) { file.replace('\\', "/") } else { file };
    format!(" --config {}", pasted(&file).unwrap_or_else(|| "…".to_owned()))
}

/// A command of this program, ready to be pasted: its words after the program's name.
#[must_use]
pub fn command(words: &str) -> String {
    format!("traekfil {words}{}", NAMED.get().map_or("", String::as_str))
}

/// The same with another configuration, such as one that was just made; none if the command finds it without `--config`.
#[must_use]
pub fn command_with(words: &str, file: Option<&Path>) -> String {
    format!("traekfil {words}{}", file.map_or_else(String::new, config_option))
}

/// Whose messages they are.
static TOWN: OnceLock<Town> = OnceLock::new();

struct Town {
    name: Option<String>,
    /// The configuration's whole path.
    file: String,
    /// What a command needs to find it from any folder; none where it finds it by itself.
    option: Option<String>,
}

/// Remembers the town and its configuration for messages that are read somewhere else, such as mails. `found_anywhere` says
/// that a command finds the configuration in whatever folder it is given.
pub fn name_town(name: Option<&str>, file: &Path, found_anywhere: bool) {
    let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let option = (!found_anywhere).then(|| config_option(file));
    // Setting it again fails, but a process reads only one configuration.
    let _ = TOWN.set(Town { name: name.map(escape), file: escape(&whole.to_string_lossy()), option });
}

/// The town's name, as it may be shown.
pub(crate) fn town() -> Option<&'static str> {
    TOWN.get()?.name.as_deref()
}

/// The configuration's whole path, as it may be shown.
pub(crate) fn configuration() -> Option<&'static str> {
    TOWN.get().map(|town| town.file.as_str())
}

/// A command as it works in whatever folder it is given: it names the configuration.
pub(crate) fn from_anywhere(command: &str) -> String {
    let option = TOWN.get().and_then(|town| town.option.as_deref());
    match option {
        Some(option) if command.starts_with("traekfil ") && !command.contains(" --config ") => {
            format!("{command}{option}")
        }
        _ => command.to_owned(),
    }
}

/// A path as it can be pasted into a command, in any shell; none where a shell could read something else in it.
pub(crate) fn pasted(path: &str) -> Option<String> {
    let plain = |c: char| c.is_alphanumeric() || "._-/".contains(c);
    let tame = |c: char| plain(c) || " ,;:+=@~#&()[]{}".contains(c);
    match path {
        _ if path.starts_with('-') || !path.chars().all(tame) => None,
        _ if path.chars().all(plain) => Some(path.to_owned()),
        _ => Some(format!("\"{path}\"")),
    }
}

/// Whether a character must be escaped before it is shown: control characters, line ends, characters that change the
/// direction of text, and invisible ones.
pub(crate) fn needs_escape(c: char) -> bool {
    names::misleads(c)
}

/// A name as it may be shown: what misleads or cannot be seen is escaped.
#[must_use]
pub fn escape(name: &str) -> String {
    escaped_by(name, char::escape_unicode).collect()
}

/// The characters of `text`, with those that may not be shown replaced by what `by` makes of them.
pub(crate) fn escaped_by<E: Iterator<Item = char>>(
    text: &str,
    by: fn(char) -> E,
) -> impl Iterator<Item = char> {
    text.chars().flat_map(move |c| {
        let (plain, escaped) = if needs_escape(c) { (None, Some(by(c))) } else { (Some(c), None) };
        plain.into_iter().chain(escaped.into_iter().flatten())
    })
}

pub(crate) mod adopt;
pub(crate) mod ask;
pub(crate) mod calendar;
pub(crate) mod case;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod config;
pub(crate) mod content;
pub(crate) mod document;
pub(crate) mod format;
pub(crate) mod formats;
pub(crate) mod help;
pub(crate) mod init;
pub(crate) mod ledger;
pub(crate) mod mail;
pub(crate) mod month;
pub(crate) mod notify;
pub(crate) mod overview;
pub(crate) mod page;
pub(crate) mod plan;
pub(crate) mod records;
pub(crate) mod report;
pub(crate) mod resolve;
pub(crate) mod run;
pub(crate) mod schedule;
pub(crate) mod technical;
pub(crate) mod transport;
pub(crate) mod trust;
pub(crate) mod usage;
pub(crate) mod witness;
