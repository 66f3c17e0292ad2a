//! Reads the command line's arguments: answers the command with its options, or what is wrong.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{StyledStr, Styles};
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Command, FromArgMatches, ValueEnum};

use super::{Cli, Colour, words};
use crate::config::Config;
use crate::exit::UserError;
use crate::messages::{self, Language, escape, usage as say};
use crate::names::without_cpr_numbers;

/// Why a command line leads to no command. The texts are ready to be printed.
#[derive(Debug)]
pub enum Refusal {
    /// Help or the version was asked for; the text of it.
    HelpAsked(StyledStr),
    /// No command was named; the help, which names all commands.
    NoCommand(StyledStr),
    /// The arguments are wrong.
    Wrong(UserError),
}

/// What a command line asks for, as far as it can be told even where the rest of it is wrong: enough to say in JSON what
/// failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The command by its own name, with that of the command below it; empty where none is named.
    pub command: String,
    /// Whether the answer is to be JSON.
    pub json: bool,
    /// Whether nothing is to be done.
    pub dry_run: bool,
    /// The configuration, where one is named.
    pub config: Option<PathBuf>,
}

/// Looks for these in the arguments, the program's own name first.
#[must_use]
pub fn asked(args: &[OsString]) -> Asked {
    let command = words::command(messages::language());
    let has = |names: &[&str]| {
        let mut words = args.iter().skip(1).take_while(|arg| *arg != "--");
        words.any(|arg| names.iter().any(|name| *arg == **name))
    };
    Asked {
        command: asked_of(&command, args).0,
        json: has(&["--json"]),
        dry_run: has(&["--dry-run", "-n"]),
        config: value_of(args, "--config").map(PathBuf::from),
    }
}

/// Reads the arguments, the program's own name first, and sets the language and the colours that they ask for.
///
/// # Errors
/// Why there is nothing to do: see [`Refusal`].
pub fn read(args: &[OsString]) -> Result<Cli, Refusal> {
    dress_for(args);
    let mut command = words::command(messages::language());
    let read = command.try_get_matches_from_mut(args).and_then(|mut found| {
        Cli::from_arg_matches_mut(&mut found).map_err(|error| error.format(&mut command))
    });
    read.map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Refusal::HelpAsked(error.render()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Refusal::NoCommand(error.render()),
        _ => Refusal::Wrong(UserError::usage(explained(&error, &command, args))),
    })
}

/// Sets language and colours before anything else is read, since errors in the rest are reported in them. The language is the
/// one asked for, otherwise the configuration's, otherwise the system's.
fn dress_for(args: &[OsString]) {
    let value = |name| value_of(args, name).and_then(|value| value.into_string().ok());
    match value("--color").and_then(|when| Colour::from_str(&when, false).ok()) {
        Some(Colour::Always) => anstream::ColorChoice::AlwaysAnsi.write_global(),
        Some(Colour::Never) => anstream::ColorChoice::Never.write_global(),
        Some(Colour::Auto) | None => {}
    }
    messages::speak(messages::system_language());
    let configured = || {
        let file = value_of(args, "--config").map(PathBuf::from);
        Config::language_of(&Config::find(file.as_deref()).ok()?)
    };
    let wanted = value("--language").and_then(|name| Language::from_str(&name, false).ok());
    if let Some(language) = wanted.or_else(configured) {
        messages::speak(language);
    }
}

/// The value of an option that every command has, written `--name value` or `--name=value`.
fn value_of(args: &[OsString], option: &str) -> Option<OsString> {
    let mut args = args.iter().skip(1).take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        if *arg == *option {
            return args.next().cloned();
        }
        let text = arg.to_str().and_then(|text| text.strip_prefix(option)?.strip_prefix('='));
        if let Some(value) = text {
            return Some(value.into());
        }
    }
    None
}

/// What is wrong, what was probably meant, and where help is.
fn explained(error: &Error, command: &Command, args: &[OsString]) -> String {
    let (path, inner) = asked_of(command, args);
    let mut sentences = vec![wrong(error, &path, inner)];
    let nearest = nearest(error, inner);
    if !nearest.is_empty() {
        sentences.push(say::did_you_mean(&nearest.join(&say::or())));
    }
    let unknown = strings(error, ContextKind::InvalidArg).pop().filter(|what| what.starts_with('-'));
    if let (ErrorKind::UnknownArgument, Some(what)) = (error.kind(), unknown)
        && inner.get_positionals().next().is_some()
    {
        sentences.push(say::perhaps_a_name(&what));
    }
    let style = Styles::styled();
    let style = style.get_literal();
    let help = say::help_at(&format!("{style}{}", format!("traekfil {path}").trim_end()));
    format!("{}\n{help}{style:#}", sentences.join(" "))
}

/// What was probably meant: clap's suggestions; for a command without any, the names at most two edits away.
fn nearest(error: &Error, command: &Command) -> Vec<String> {
    let kinds = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let mut found: Vec<String> = kinds.into_iter().flat_map(|kind| strings(error, kind)).collect();
    // clap lists its best suggestion last.
    found.reverse();
    if !found.is_empty() {
        return found;
    }
    let unknown = strings(error, ContextKind::InvalidSubcommand).pop().unwrap_or_default();
    let far = |name: &str| strsim::damerau_levenshtein(&unknown, name);
    let names = command.get_subcommands().flat_map(|inner| {
        std::iter::once(inner.get_name()).chain(inner.get_all_aliases()).map(str::to_owned)
    });
    names.filter(|name| far(name) <= 2 && far(name) < name.len()).collect()
}

/// The innermost command that was named, and its path without the program's name.
fn asked_of<'a>(command: &'a Command, args: &[OsString]) -> (String, &'a Command) {
    let (mut path, mut inner) = (Vec::new(), command);
    let mut words = args.iter().skip(1).take_while(|arg| *arg != "--");
    while let Some(word) = words.next() {
        // What follows these is a value, even where it is spelled like a command.
        if ["--config", "--color", "--language"].iter().any(|option| *word == **option) {
            words.next();
        } else if let Some(found) = word.to_str().and_then(|word| inner.find_subcommand(word)) {
            path.push(found.get_name());
            inner = found;
        }
    }
    (path.join(" "), inner)
}

fn wrong(error: &Error, path: &str, command: &Command) -> String {
    let first = |kind| strings(error, kind).into_iter().next().unwrap_or_default();
    let option = first(ContextKind::InvalidArg);
    // A refused value may be refused because it holds a CPR number, and errors end up in logs.
    let value = without_cpr_numbers(&first(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::InvalidSubcommand => say::unknown_command(&first(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => {
            say::command_missing(&strings(error, ContextKind::ValidSubcommand).join(", "))
        }
        ErrorKind::UnknownArgument if option.starts_with('-') => say::unknown_option(&option),
        ErrorKind::UnknownArgument => say::surplus(&option),
        ErrorKind::InvalidValue if value.is_empty() => say::value_missing(&option),
        ErrorKind::InvalidValue => {
            say::not_a_choice(&option, &value, &strings(error, ContextKind::ValidValue).join(", "))
        }
        ErrorKind::ValueValidation => wrong_value(error, &option, &value, path, command),
        ErrorKind::TooFewValues => say::value_missing(&option),
        ErrorKind::TooManyValues => say::surplus(&value),
        ErrorKind::ArgumentConflict => {
            let others = strings(error, ContextKind::PriorArg);
            if others.contains(&option) {
                say::twice(&option)
            } else {
                say::not_together(&option, &others.join(&say::and()))
            }
        }
        ErrorKind::MissingRequiredArgument => {
            say::missing(&strings(error, ContextKind::InvalidArg).join(&say::and()))
        }
        ErrorKind::InvalidUtf8 => say::not_unicode(),
        _ => say::not_understood(&escape(&error.kind().to_string())),
    }
}

/// An invalid value: what to write instead or, if that is not known, what the value's parser said.
fn wrong_value(error: &Error, option: &str, value: &str, path: &str, command: &Command) -> String {
    let arg = command.get_arguments().find(|arg| arg.to_string() == option);
    let wanted =
        arg.and_then(|arg| words::below(messages::language(), path, &format!("{} wants", words::name(arg))));
    match (wanted, std::error::Error::source(error)) {
        (Some(wanted), _) => say::wrong_value(option, value, wanted),
        (None, Some(why)) => say::wrong_value_because(option, value, &why.to_string()),
        (None, None) => say::not_understood(option),
    }
}

/// The error's text of this kind, escaped.
fn strings(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(one)) => vec![shown(one)],
        Some(ContextValue::Strings(many)) => many.iter().map(|one| shown(one)).collect(),
        _ => Vec::new(),
    }
}

/// The text without the `...` that clap adds to a repeatable option.
fn shown(text: &str) -> String {
    escape(text.strip_suffix("...").unwrap_or(text))
}
