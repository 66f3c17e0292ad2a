//! Every sentence a person reads, in Danish and English, side by side.
//!
//! The catalogue is code: each sentence is a function made by [`catalogue!`], so the compiler refuses
//! a sentence that lacks one of the languages, names a value that is not there, or is called with
//! the wrong values; and one that nobody says any more is a dead-code warning.

use std::sync::atomic::{AtomicBool, Ordering};

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
/// For a sentence that depends on a number, `da [number] "one" "many"` chooses between singular and plural.
macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty $(=> $shown:expr)?),* $(,)?) {
        da $([$da_n:expr])? $da:literal $($da_many:literal)?,
        en $([$en_n:expr])? $en:literal $($en_many:literal)? $(,)?
    })*) => {$(
        $(#[$doc])*
        #[must_use]
        pub(crate) fn $name($($arg: $type),*) -> String {
            $($(let $arg = $shown;)?)*
            match $crate::messages::language() {
                $crate::messages::Language::Da =>
                    $crate::messages::sentence!($([$da_n])? $da $($da_many)?),
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

/// Whether it is a control character, or turns the direction of text (Unicode's `Bidi_Control`).
pub(crate) fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether it may not be shown as it is: it misleads, ends a line, or cannot be seen at all.
pub(crate) fn hides(c: char) -> bool {
    misleads(c) || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// A name as it may be shown: what misleads or cannot be seen is escaped.
#[must_use]
pub fn escape(name: &str) -> String {
    name.chars().map(|c| if hides(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

pub(crate) mod adopt;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod document;
pub(crate) mod help;
pub(crate) mod init;
pub(crate) mod ledger;
pub(crate) mod notify;
pub(crate) mod overview;
pub(crate) mod page;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod schedule;
pub(crate) mod transport;
pub(crate) mod usage;
