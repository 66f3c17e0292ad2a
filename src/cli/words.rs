//! The command line with its texts in the person's language.
//!
//! The texts are in `messages/help.rs`; the doc comments of the types are for those who
//! read the code.

use clap::builder::{PossibleValue, PossibleValuesParser, Styles};
use clap::{Arg, ArgAction, Command, CommandFactory};

use super::Cli;
use crate::messages::Language;
use crate::messages::help::text;
use crate::report::paragraph::WIDTH;

/// The command line as it is parsed, and as `--help` shows it.
#[must_use]
pub fn command(language: Language) -> Command {
    Words { language, values_in_help: true }.dress(Cli::command(), "")
}

/// The same for completions and the manual page, which show values and defaults in their own way. It is never used to parse.
#[must_use]
pub fn described(language: Language) -> Command {
    Words { language, values_in_help: false }.dress(Cli::command(), "")
}

/// The text for an option or value of a command; if there is none, the text for it under the commands above.
pub(super) fn below(language: Language, path: &str, name: &str) -> Option<&'static str> {
    match (text(language, format!("{path} {name}").trim_start()), path) {
        (None, "") => None,
        (None, path) => below(language, path.rsplit_once(' ').map_or("", |(above, _)| above), name),
        (found, _) => found,
    }
}

/// A heading, or an empty text.
pub(super) fn heading(language: Language, of: &str) -> &'static str {
    text(language, &format!("heading {of}")).unwrap_or_default()
}

/// What an argument is called in the catalogue.
pub(super) fn name(arg: &Arg) -> String {
    arg.get_long().map_or_else(|| format!("<{}>", arg.get_id()), |long| format!("--{long}"))
}

/// The Danish names of a command, the first one as it is spelled; they are understood in both languages and shown in Danish.
pub(super) fn danish_names(path: &str) -> impl Iterator<Item = &'static str> {
    text(Language::Da, &format!("names {path}")).unwrap_or_default().split_whitespace()
}

/// What a command does, in Danish with its Danish name.
pub(super) fn about(language: Language, path: &str) -> String {
    let about = text(language, path).unwrap_or_default();
    match danish_names(path).next().filter(|_| language == Language::Da) {
        Some(name) => format!("{about} ({} {name})", text(language, "also named").unwrap_or_default()),
        None => about.to_owned(),
    }
}

/// The examples of a command: what to write, and what that does.
pub(super) fn examples(language: Language, path: &str) -> Vec<(&'static str, &'static str)> {
    let lines = text(language, format!("{path} examples").trim_start()).unwrap_or_default().lines();
    lines.map(|line| line.split_once("  # ").unwrap_or((line, ""))).collect()
}

/// An option's default, in brackets; empty if it has none.
pub(super) fn defaults(language: Language, arg: &Arg) -> String {
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if defaults.is_empty() || !arg.get_action().takes_values() {
        return String::new();
    }
    format!(" [{}: {}]", text(language, "default").unwrap_or_default(), defaults.join(", "))
}

struct Words {
    language: Language,
    values_in_help: bool,
}

impl Words {
    fn text(&self, key: &str) -> &'static str {
        text(self.language, key).unwrap_or_default()
    }

    fn dress(&self, command: Command, path: &str) -> Command {
        let command = command
            .about(about(self.language, if path.is_empty() { "traekfil" } else { path }))
            .aliases(danish_names(path))
            .long_about(None)
            .disable_help_flag(true)
            .disable_version_flag(true)
            .disable_help_subcommand(true)
            .subcommand_help_heading(heading(self.language, "commands"))
            .subcommand_value_name(self.text("<command>").trim_matches(['<', '>']))
            .max_term_width(WIDTH)
            .help_template(self.template())
            .after_help(self.after(path));
        let command = if path.is_empty() { command.args([help_flag(), version_flag()]) } else { command };
        let command = command.mut_args(|arg| self.argument(arg, path));
        let usage = self.usage(&command, path);
        command.override_usage(usage).mut_subcommands(|command| {
            let path = format!("{path} {}", command.get_name());
            self.dress(command, path.trim_start())
        })
    }

    fn template(&self) -> String {
        let style = Styles::styled();
        let style = style.get_usage();
        let usage = heading(self.language, "usage");
        format!("{{about}}\n\n{style}{usage}:{style:#} {{usage}}\n\n{{all-args}}{{after-help}}")
    }

    /// The usage line in clap's form, with our words.
    fn usage(&self, command: &Command, path: &str) -> String {
        let mut usage = format!("traekfil {path}").trim_end().to_owned();
        let mut add = |part: &str| usage.extend([" ", part]);
        for group in command.get_groups().filter(|group| group.is_required_set()) {
            let of_it = command.get_arguments().filter(|arg| group.get_args().any(|id| id == arg.get_id()));
            add(&of_it.map(name).collect::<Vec<_>>().join("|"));
        }
        let arguments = || command.get_arguments().filter(|arg| !arg.is_hide_set());
        let needed = arguments().filter(|arg| arg.is_required_set() && !arg.is_positional());
        needed.chain(arguments().filter(|arg| arg.is_positional())).for_each(|arg| add(&in_usage(arg)));
        if command.has_subcommands() {
            add(self.text("<command>"));
        }
        add(self.text("[options]"));
        let below = " ".repeat(heading(self.language, "usage").len() + ": ".len());
        let options = textwrap::Options::new(WIDTH - below.len())
            .subsequent_indent(&below)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::fill(&usage, options)
    }

    fn argument(&self, arg: Arg, path: &str) -> Arg {
        let name = name(&arg);
        let mut help = below(self.language, path, &name).unwrap_or_default().to_owned();
        let heading_of = if arg.is_positional() {
            "arguments"
        } else if arg.is_global_set() || ["--help", "--version"].contains(&name.as_str()) {
            "everywhere"
        } else {
            "options"
        };
        let arg = arg.long_help(None).help_heading(heading(self.language, heading_of));
        if !arg.get_action().takes_values() {
            return arg.help(help);
        }
        let shown = arg.get_value_names().unwrap_or_default().iter();
        let shown: Vec<_> = shown.map(|value| self.text(&format!("value {value}"))).collect();
        let values: Vec<PossibleValue> = arg
            .get_possible_values()
            .into_iter()
            .filter(|value| !value.is_hide_set())
            .map(|value| {
                let text = below(self.language, path, &format!("{name}={}", value.get_name()));
                value.help(text)
            })
            .collect();
        let arg = arg.value_names(shown);
        if self.values_in_help {
            help.push_str(&defaults(self.language, &arg));
            help.push_str(&self.values(&values));
            arg.help(help).hide_default_value(true).hide_possible_values(true)
        } else if values.is_empty() {
            arg.help(help)
        } else {
            arg.help(help).value_parser(PossibleValuesParser::new(values))
        }
    }

    /// The possible values: a line each if all of them have a text, otherwise in one line.
    fn values(&self, values: &[PossibleValue]) -> String {
        let width = values.iter().map(|value| value.get_name().len()).max().unwrap_or(0);
        let line =
            |value: &PossibleValue| Some(format!("\n  {:width$}  {}", value.get_name(), value.get_help()?));
        match values.iter().map(line).collect::<Option<String>>() {
            _ if values.is_empty() => String::new(),
            Some(lines) => lines,
            None => {
                let names: Vec<_> = values.iter().map(PossibleValue::get_name).collect();
                format!(" [{}: {}]", self.text("values").to_lowercase(), names.join(", "))
            }
        }
    }

    /// The examples and, in the help of the whole program, the exit codes.
    fn after(&self, path: &str) -> String {
        let style = Styles::styled();
        let style = style.get_header();
        let title = |of: &str| format!("{style}{}:{style:#}", heading(self.language, of));
        let mut after = vec![title("examples")];
        let examples = examples(self.language, path);
        let width = examples.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
        let fits = |(_, says): &(&str, &str)| width + says.chars().count() + 6 <= WIDTH;
        let beside = examples.iter().all(fits);
        after.extend(examples.into_iter().map(|(line, says)| match says {
            "" => format!("  {line}"),
            says if beside => format!("  {line:width$}  # {says}"),
            says => format!("  # {says}\n  {line}"),
        }));
        if path.is_empty() {
            after.extend([String::new(), title("exit")]);
            after.extend((0..=6).map(|code| format!("  {code}  {}", self.text(&format!("exit {code}")))));
        }
        after.join("\n")
    }
}

/// An argument in the usage line.
fn in_usage(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    let value = format!("<{}>", names.join("> <"));
    let many = if matches!(arg.get_action(), ArgAction::Append) { "..." } else { "" };
    match arg.get_long() {
        Some(long) => format!("--{long} {value}"),
        None if arg.is_required_set() => format!("{value}{many}"),
        None => format!("[{}]{many}", value.trim_matches(['<', '>'])),
    }
}

fn help_flag() -> Arg {
    Arg::new("help").short('h').long("help").action(ArgAction::Help).global(true)
}

fn version_flag() -> Arg {
    Arg::new("version").short('V').long("version").action(ArgAction::Version)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What reads the same in both languages.
    const SAME: [&str; 8] = [
        "value PORT",
        "value SHA256:...",
        "check examples",
        "completions examples",
        "ledger rebuild examples",
        "ledger backup examples",
        "man examples",
        "help examples",
    ];
    /// Proper names: they need no text.
    const NAMES: [&str; 1] = ["completions <shell>"];

    /// Every place of the command line that needs a text of its own.
    fn places(command: &Command, path: &str, all: &mut BTreeSet<(String, String)>) {
        all.insert((String::new(), if path.is_empty() { "traekfil" } else { path }.to_owned()));
        all.insert((String::new(), format!("{path} examples").trim_start().to_owned()));
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            all.insert((path.to_owned(), name(arg)));
            if !arg.get_action().takes_values() {
                continue;
            }
            for value in arg.get_value_names().unwrap_or_default() {
                all.insert((String::new(), format!("value {value}")));
            }
            for value in arg.get_possible_values() {
                if !NAMES.contains(&format!("{path} {}", name(arg)).as_str()) {
                    all.insert((path.to_owned(), format!("{}={}", name(arg), value.get_name())));
                }
            }
        }
        for inner in command.get_subcommands() {
            places(inner, format!("{path} {}", inner.get_name()).trim_start(), all);
        }
    }

    #[test]
    fn everything_has_a_text_in_both_languages() {
        let mut all = BTreeSet::new();
        let mut bare = Cli::command().disable_help_subcommand(true);
        bare.build();
        places(&bare, "", &mut all);
        assert!(all.len() > 60, "it was walked through");
        let mut wrong = Vec::new();
        for (path, name) in all {
            let key = format!("{path} {name}").trim_start().to_owned();
            let said = |language| below(language, &path, &name).filter(|text| !text.is_empty());
            match (said(Language::Da), said(Language::En)) {
                (Some(da), Some(en)) if da == en && !SAME.contains(&key.as_str()) => {
                    wrong.push(format!("{key}: the same in both languages"));
                }
                (Some(_), Some(_)) => {}
                _ => wrong.push(format!("{key}: no text in messages/help.rs")),
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn help_fits_the_screen() {
        for language in [Language::Da, Language::En] {
            let mut command = command(language);
            command.build();
            command.clone().debug_assert();
            fits(&mut command, language);
        }
    }

    fn fits(command: &mut Command, language: Language) {
        let help = command.render_help().to_string();
        for line in help.lines() {
            assert!(textwrap::core::display_width(line) <= WIDTH, "`{line}` in {help}");
        }
        assert!(help.contains(heading(language, "usage")) && help.contains(heading(language, "examples")));
        command.get_subcommands_mut().for_each(|inner| fits(inner, language));
    }

    #[test]
    fn clap_itself_says_nothing_in_danish() {
        let mut command = command(Language::Da);
        command.build();
        let mut all = vec![command.render_help().to_string()];
        for inner in command.get_subcommands_mut() {
            all.push(inner.render_help().to_string());
            all.extend(inner.get_subcommands_mut().map(|inner| inner.render_help().to_string()));
        }
        for help in all {
            for word in
                ["Usage", "Options", "OPTIONS", "Commands", "Arguments", "Print ", "default:", "possible"]
            {
                assert!(!help.contains(word), "{word} in {help}");
            }
        }
    }
}
