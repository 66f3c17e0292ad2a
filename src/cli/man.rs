//! The manual page: one page with every command, in the person's language.

use clap::{Arg, Command};
use roff::{Inline, Roff, bold, italic, roman};

use super::words::{self, heading};
use crate::messages::Language;
use crate::messages::help::text;

/// The page, as roff.
#[must_use]
pub fn page(language: Language) -> String {
    let mut command = words::described(language);
    command.build();
    let mut page = Page { roff: Roff::new(), language };
    page.head(&command);
    page.section("commands");
    page.commands(&command, "");
    page.section("everywhere");
    command.get_arguments().for_each(|arg| page.argument(arg, ""));
    page.tail();
    page.roff.render()
}

struct Page {
    roff: Roff,
    language: Language,
}

impl Page {
    fn text(&self, key: &str) -> &'static str {
        text(self.language, key).unwrap_or_default()
    }

    fn section(&mut self, of: &str) {
        self.roff.control("SH", [heading(self.language, of).to_uppercase().as_str()]);
    }

    fn head(&mut self, command: &Command) {
        let version = format!("traekfil {}", env!("CARGO_PKG_VERSION"));
        // The empty string stands for the date, so that two builds make the same page.
        self.roff.control("TH", ["TRAEKFIL", "1", "\"\"", &version, self.text("man title")]);
        self.section("name");
        self.line([roman(format!("traekfil - {}", self.text("traekfil").trim_end_matches('.')))]);
        self.section("usage");
        self.usage(command);
        self.section("description");
        self.line([roman(self.text("man description"))]);
    }

    /// Every command below this one, and those below them.
    fn commands(&mut self, command: &Command, path: &str) {
        for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
            let path = format!("{path} {}", inner.get_name());
            let path = path.trim_start();
            self.roff.control("SS", [format!("traekfil {path}").as_str()]);
            self.line([roman(words::about(self.language, path))]);
            self.roff.control("PP", []);
            self.usage(inner);
            let own = |arg: &&Arg| !arg.is_global_set() && !arg.is_hide_set();
            inner.get_arguments().filter(own).for_each(|arg| self.argument(arg, path));
            self.roff.control("PP", []);
            self.examples(path);
            self.commands(inner, path);
        }
    }

    fn usage(&mut self, command: &Command) {
        let usage = command.get_overridden_usage().map(ToString::to_string).unwrap_or_default();
        self.line([bold(usage.split_whitespace().collect::<Vec<_>>().join(" "))]);
    }

    fn argument(&mut self, arg: &Arg, path: &str) {
        let mut names = Vec::new();
        if let Some(short) = arg.get_short() {
            names.extend([bold(format!("-{short}")), roman(", ")]);
        }
        let shown = arg.to_string();
        let (name, value) =
            shown.split_once(' ').map_or((shown.as_str(), None), |(name, value)| (name, Some(value)));
        names.push(if arg.is_positional() { italic(name) } else { bold(name) });
        if let Some(value) = value {
            names.extend([roman(" "), italic(value)]);
        }
        self.item(names, &self.says(arg, path));
    }

    /// What an argument is for, its default, and its values.
    fn says(&self, arg: &Arg, path: &str) -> String {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let says = format!("{help}{}.", words::defaults(self.language, arg));
        let values = arg.get_possible_values();
        if values.is_empty() || !arg.get_action().takes_values() {
            return says;
        }
        let about = |value: &str| words::below(self.language, path, &format!("{}={value}", words::name(arg)));
        let value = |value: &str| about(value).map_or(value.to_owned(), |about| format!("{value} ({about})"));
        let values: Vec<String> = values.iter().map(|each| value(each.get_name())).collect();
        format!("{says} {}: {}.", self.text("values"), values.join(", "))
    }

    fn examples(&mut self, path: &str) {
        self.roff.control("RS", ["4"]);
        self.roff.control("nf", []);
        for (line, says) in words::examples(self.language, path) {
            if !says.is_empty() {
                self.line([roman(format!("# {says}"))]);
            }
            self.line([bold(line)]);
        }
        self.roff.control("fi", []);
        self.roff.control("RE", []);
    }

    /// What follows the commands.
    fn tail(&mut self) {
        self.section("exit");
        for code in 0..=6 {
            self.item(vec![bold(code.to_string())], self.text(&format!("exit {code}")));
        }
        self.section("files");
        for file in ["./config.toml", "/etc/traekfil/config.toml"] {
            self.item(vec![italic(file)], self.text(&format!("file {file}")));
        }
        self.section("environment");
        let variables =
            ["CONFIG", "PASSWORD", "PASSPHRASE", "SMTP_PASSWORD"].map(|name| format!("TRAEKFIL_{name}"));
        for name in variables.iter().map(String::as_str).chain(["CREDENTIALS_DIRECTORY", "NO_COLOR"]) {
            self.item(vec![bold(name)], self.text(&format!("env {name}")));
        }
        self.section("examples");
        self.examples("");
    }

    fn item(&mut self, name: Vec<Inline>, says: &str) {
        self.roff.control("TP", []);
        self.roff.text(name);
        self.line([roman(says)]);
    }

    fn line<const N: usize>(&mut self, inlines: [Inline; N]) {
        self.roff.text(inlines);
    }
}
