//! Asks questions line by line; or asks none, and takes flags and defaults.

use std::cell::Cell;
use std::io::{self, BufRead, IsTerminal, Write};

use crate::exit::UserError;
use crate::messages::init as say;
use crate::report::paragraph::fill;
use crate::report::text::line_width;

/// Asks on standard output and reads answers from standard input; `silent` asks nothing and takes every default.
pub(in crate::commands) struct Prompter {
    silent: bool,
    asked: Cell<usize>,
}

/// A question, and how it can be answered without asking it.
pub(super) struct Question<'a> {
    /// Its text.
    pub(super) text: String,
    /// What `?` says about it.
    pub(super) help: String,
    /// The flag that answers it.
    pub(super) flag: &'static str,
    /// The value of that flag; if it was given, the question is not asked.
    pub(super) given: Option<&'a str>,
    /// The answer for an empty line; none if an answer must be typed.
    pub(super) default: Option<String>,
    /// What kind of answer it takes.
    pub(super) kind: Kind,
}

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a path: a yes or a no is none, however it is spelled.
    Text,
    /// A word out of a few, or a number.
    Choice,
}

/// Why a question has no answer.
#[derive(Debug)]
pub(super) enum Stop {
    /// The person wants to go back to the question before.
    Back,
    /// It cannot be answered.
    Failed(UserError),
}

impl From<UserError> for Stop {
    fn from(error: UserError) -> Stop {
        Stop::Failed(error)
    }
}

/// An answer, or why there is none.
pub(super) type Asked<T> = Result<T, Stop>;

impl Prompter {
    pub(in crate::commands) fn new(silent: bool) -> Prompter {
        Prompter { silent, asked: Cell::new(0) }
    }

    pub(super) fn is_silent(&self) -> bool {
        self.silent
    }

    /// How many questions were asked so far; those that a flag or a default answered do not count.
    pub(super) fn asked(&self) -> usize {
        self.asked.get()
    }

    /// Prints something between the questions, unless nobody is asked.
    pub(super) fn say(&self, text: &str) -> Result<(), UserError> {
        if self.silent { Ok(()) } else { print(&format!("{text}\n")) }
    }

    /// Asks until `read` accepts the answer, and explains each wrong one. A wrong flag is an error at once.
    ///
    /// # Errors
    /// [`Stop::Back`], or exit code 2: a flag is wrong; it is missing and nobody is asked; or the input ended.
    pub(super) fn ask<T>(
        &self,
        question: Question,
        mut read: impl FnMut(&str) -> Result<T, String>,
    ) -> Asked<T> {
        let mut sound = |answer: &str| {
            if answer.contains(char::is_control) { Err(say::control_character()) } else { read(answer) }
        };
        let wrong = |what: String| Stop::Failed(UserError::usage(say::flag_wrong(question.flag, &what)));
        if let Some(given) = question.given {
            return sound(given.trim()).map_err(wrong);
        }
        if self.silent {
            let default =
                question.default.ok_or_else(|| UserError::usage(say::flag_needed(question.flag)))?;
            return sound(&default).map_err(wrong);
        }
        self.asked.set(self.asked.get() + 1);
        let default = question.default.as_ref().map_or_else(String::new, |default| format!(" [{default}]"));
        loop {
            print(&format!("{}{default}: ", question.text))?;
            let answer = match (line()?, &question.default) {
                (None, _) => Err(say::not_text()),
                (Some(line), Some(default)) if line.is_empty() => Ok(default.clone()),
                (Some(line), None) if line.is_empty() => Err(say::answer_needed()),
                (Some(line), _) => match spoken(&line) {
                    Some(Word::Back) => return Err(Stop::Back),
                    Some(Word::Help) => {
                        print(&format!("{}\n", paragraph("  ? ", &question.help)))?;
                        continue;
                    }
                    None if question.kind == Kind::Text && yes_or_no(&line).is_some() => {
                        Err(say::no_yes_here(&question.help))
                    }
                    None => Ok(line),
                },
            };
            match answer.and_then(|answer| sound(&answer)) {
                Ok(answer) => return Ok(answer),
                Err(what) => print(&format!("{}\n", paragraph("  ! ", &what)))?,
            }
        }
    }

    /// Asks for several lines at once, such as a list that is pasted: they end with an empty line, or with the input. Where
    /// an answer is `needed`, input that has ended is an error, as for other questions.
    ///
    /// # Errors
    /// As [`Prompter::ask`].
    pub(super) fn ask_lines(&self, text: &str, help: &str, needed: bool) -> Asked<String> {
        if self.silent {
            return Ok(String::new());
        }
        self.asked.set(self.asked.get() + 1);
        print(&format!("{text}: "))?;
        let mut lines = String::new();
        loop {
            match next_line()? {
                Input::Ended if needed && lines.is_empty() => {
                    return Err(UserError::usage(say::input_ended()).into());
                }
                Input::Line(line) if !line.is_empty() => match spoken(&line).filter(|_| lines.is_empty()) {
                    Some(Word::Back) => return Err(Stop::Back),
                    Some(Word::Help) => print(&format!("{}\n{text}: ", paragraph("  ? ", help)))?,
                    None => lines.extend([line.as_str(), "\n"]),
                },
                Input::NotText => print(&format!("{}\n", paragraph("  ! ", &say::not_text())))?,
                Input::Ended | Input::Line(_) => return Ok(lines),
            }
        }
    }

    /// Asks for yes or no.
    ///
    /// # Errors
    /// As [`Prompter::ask`].
    pub(super) fn ask_whether(&self, text: String, help: String, default: bool) -> Asked<bool> {
        let default = Some(if default { say::yes() } else { say::no() });
        let question = Question { text, help, flag: "--yes", given: None, default, kind: Kind::Choice };
        self.ask(question, |answer| yes_or_no(answer).ok_or_else(say::yes_or_no))
    }

    /// Asks one question alone for yes or no, with yes as the default.
    ///
    /// # Errors
    /// Exit code 2: the input ended.
    pub(in crate::commands) fn confirm(&self, text: &str, flag: &'static str) -> Result<bool, UserError> {
        loop {
            let question = Question {
                text: text.to_owned(),
                help: say::yes_or_no(),
                flag,
                given: None,
                default: Some(say::yes()),
                kind: Kind::Choice,
            };
            match self.ask(question, |answer| yes_or_no(answer).ok_or_else(say::yes_or_no)) {
                Ok(answer) => return Ok(answer),
                Err(Stop::Failed(error)) => return Err(error),
                Err(Stop::Back) => self.say(&paragraph("  ! ", &say::nothing_before()))?,
            }
        }
    }
}

/// What can be said in the place of an answer.
enum Word {
    Help,
    Back,
}

fn spoken(line: &str) -> Option<Word> {
    match line.to_lowercase().as_str() {
        "<" | "tilbage" | "back" => Some(Word::Back),
        "hjælp" | "help" => Some(Word::Help),
        text if text.chars().all(|c| c == '?') => Some(Word::Help),
        _ => None,
    }
}

/// Whether an answer means yes, in either language.
pub(super) fn yes_or_no(answer: &str) -> Option<bool> {
    match answer.to_lowercase().trim_end_matches(['.', '!']) {
        "j" | "ja" | "jo" | "y" | "yes" => Some(true),
        "n" | "nej" | "no" => Some(false),
        _ => None,
    }
}

/// A text in lines of limited width, those after the first indented.
pub(super) fn paragraph(mark: &str, text: &str) -> String {
    let below = " ".repeat(mark.chars().count());
    fill(text, mark, &below, line_width()).trim_end().to_owned()
}

fn print(text: &str) -> Result<(), UserError> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| UserError::unexpected(say::not_said(&error)))
}

/// The next line, trimmed; none if it is not UTF-8.
fn line() -> Result<Option<String>, UserError> {
    match next_line()? {
        Input::Line(line) => Ok(Some(line)),
        Input::NotText => Ok(None),
        Input::Ended => Err(UserError::usage(say::input_ended())),
    }
}

/// What the input has next.
enum Input {
    /// A line, trimmed.
    Line(String),
    /// A line that is not UTF-8.
    NotText,
    /// Nothing more.
    Ended,
}

fn next_line() -> Result<Input, UserError> {
    let mut input = io::stdin().lock();
    let mut bytes = Vec::new();
    let read =
        input.read_until(b'\n', &mut bytes).map_err(|error| UserError::unexpected(say::not_heard(&error)))?;
    if read == 0 {
        print("\n")?;
        return Ok(Input::Ended);
    }
    let line =
        String::from_utf8(bytes).ok().map(|line| line.trim().trim_start_matches('\u{feff}').to_owned());
    // A terminal echoes what is typed; input from a pipe is printed here instead, so that the output reads as a dialogue.
    if let Some(line) = line.as_ref().filter(|_| !io::stdin().is_terminal()) {
        print(&format!("{}\n", crate::messages::escape(line)))?;
    }
    Ok(line.map_or(Input::NotText, Input::Line))
}
