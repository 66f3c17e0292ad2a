//! The command line with its texts in the person's language.
//!
//! The texts are [`messages::help`](crate::messages::help)'s; the doc comments of the types are for those who
//! read the code.

use clap::builder::{PossibleValue, PossibleValuesParser, Styles};
use clap::{Arg, ArgAction, Command, CommandFactory};

use super::Cli;
use crate::messages::Language;
use crate::messages::help::text;

/// No line of the help is longer, in columns.
pub(super) const WIDTH: usize = 80;

/// The command line as it is parsed, and as `--help` shows it.
#[must_use]
pub fn command(language: Language) -> Command {
    Words { language, values_in_help: true }.dress(Cli::command(), "")
}

/// The same for tools that show values and defaults in a way of their own. It is never parsed with.
#[must_use]
pub fn described(language: Language) -> Command {
    Words { language, values_in_help: false }.dress(Cli::command(), "")
}

/// The text for something below a command, else what is said of it higher up.
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

/// The examples of a command: what to write, and what that does.
pub(super) fn examples(language: Language, path: &str) -> Vec<(&'static str, &'static str)> {
    let lines = text(language, format!("{path} examples").trim_start()).unwrap_or_default().lines();
    lines.map(|line| line.split_once("  # ").unwrap_or((line, ""))).collect()
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
            .about(self.text(if path.is_empty() { "traekfil" } else { path }))
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

    /// As clap would write it, but for its own words.
    fn usage(&self, command: &Command, path: &str) -> String {
        let mut usage = format!("traekfil {path}").trim_end().to_owned();
        let mut add = |part: &str| usage.extend([" ", part]);
        if let Some(own) = text(self.language, &format!("{path} usage")) {
            add(own);
        } else {
            let arguments = || command.get_arguments().filter(|arg| !arg.is_hide_set());
            let needed = arguments().filter(|arg| arg.is_required_set() && !arg.is_positional());
            needed.chain(arguments().filter(|arg| arg.is_positional())).for_each(|arg| add(&in_usage(arg)));
        }
        if command.has_subcommands() {
            add(self.text("<command>"));
        }
        add(self.text("[options]"));
        usage
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
            help.push_str(&self.defaults(&arg));
            help.push_str(&self.values(&values));
            arg.help(help).hide_default_value(true).hide_possible_values(true)
        } else if values.is_empty() {
            arg.help(help)
        } else {
            arg.help(help).value_parser(PossibleValuesParser::new(values))
        }
    }

    fn defaults(&self, arg: &Arg) -> String {
        let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        if defaults.is_empty() || arg.is_hide_default_value_set() {
            return String::new();
        }
        format!(" [{}: {}]", self.text("default"), defaults.join(", "))
    }

    /// The values, a line each where there is something to say about them.
    fn values(&self, values: &[PossibleValue]) -> String {
        let width = values.iter().map(|value| value.get_name().len()).max().unwrap_or(0);
        let line =
            |value: &PossibleValue| Some(format!("\n  {:width$}  {}", value.get_name(), value.get_help()?));
        match values.iter().map(line).collect::<Option<String>>() {
            _ if values.is_empty() => String::new(),
            Some(lines) => lines,
            None => {
                let names: Vec<_> = values.iter().map(PossibleValue::get_name).collect();
                format!(" [{}: {}]", self.text("values"), names.join(", "))
            }
        }
    }

    /// Examples; under the whole program's help the exit codes too.
    fn after(&self, path: &str) -> String {
        let style = Styles::styled();
        let style = style.get_header();
        let title = |of: &str| format!("{style}{}:{style:#}\n", heading(self.language, of));
        let mut after = title("examples");
        let examples = examples(self.language, path);
        let width = examples.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
        let fits = |(_, says): &(&str, &str)| width + says.chars().count() + 6 <= WIDTH;
        let beside = examples.iter().all(fits);
        for (line, says) in examples {
            after += &match says {
                "" => format!("  {line}\n"),
                says if beside => format!("  {line:width$}  # {says}\n"),
                says => format!("  # {says}\n  {line}\n"),
            };
        }
        if path.is_empty() {
            after += "\n";
            after += &title("exit");
            for code in 0..=6 {
                after += &format!("  {code}  {}\n", self.text(&format!("exit {code}")));
            }
        }
        after.trim_end().to_owned()
    }
}

/// An argument in the usage line.
fn in_usage(arg: &Arg) -> String {
    let value: String =
        arg.get_value_names().unwrap_or_default().iter().map(|name| format!("<{name}>")).collect();
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
