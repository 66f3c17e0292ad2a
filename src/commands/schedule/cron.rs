//! A block in a crontab: crontab(5), where `%` ends the command unless a backslash stands before it.

use std::ffi::OsString;
use std::path::Path;

use crate::exit::UserError;
use crate::messages::schedule as say;

use super::job_name::{self, PROGRAM};
use super::program::{must, refused, run, words};
use super::{Job, Listed, When};

const BEGIN: &str = "# traekfil begin";
const END: &str = "# traekfil end";

/// The lines that are ours, with their marks. The first names the configuration, by which the block is found again.
pub(super) fn block(job: &Job) -> String {
    let comment = say::cron_comment(&job.town(), &job.when.said());
    format!("{BEGIN} {}\n# {comment}\n{}\n{END}\n", job.config_file, line(job))
}

/// Cron mails what a job prints; with `--quiet` that is only what needs a person.
fn line(job: &Job) -> String {
    let (program, config) = (quoted(&job.program), quoted(&job.config_file));
    format!("{} {program} run --quiet --config {config}", times(job.when))
}

fn times(when: When) -> String {
    match when {
        When::At(at) => {
            let (hour, minute) = When::hour_and_minute(at);
            format!("{minute} {hour} * * *")
        }
        When::Every(60) => "0 * * * *".to_owned(),
        When::Every(minutes) if minutes < 60 => format!("*/{minutes} * * * *"),
        When::Every(minutes) => format!("0 */{} * * *", minutes / 60),
    }
}

/// A word, quoted for the shell and escaped for cron. In a crontab `\%` stands for `%`, so each `%` gets a backslash; where the
/// word itself has a backslash before `%`, quotes are put between the two.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._-/".contains(c);
    if word.chars().all(plain) {
        return word.to_owned();
    }
    let shell = word.replace('\'', r"'\''");
    let cron = shell.replace(r"\%", r"\''%").replace('%', r"\%");
    format!("'{cron}'")
}

pub(super) fn install(job: &Job) -> Result<String, UserError> {
    let crontab = current(job)?;
    let all = blocks(&crontab)?;
    let ours: Vec<&Block> = all.iter().filter(|block| block.belongs_to(job)).collect();
    let at = ours.first().map_or(crontab.len(), |block| block.begin);
    let (before, after) = (&crontab[..at], without_from(&crontab, at, &ours));
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    replace(job, &format!("{before}{gap}{}{after}", block(job)))?;
    Ok(say::cron_installed(&job.name, &job.when.said(), &job.config_file) + "\n")
}

pub(super) fn remove(job: &Job) -> Result<String, UserError> {
    let crontab = current(job)?;
    let all = blocks(&crontab)?;
    let ours: Vec<&Block> = all.iter().filter(|block| block.belongs_to(job)).collect();
    if ours.is_empty() {
        return Ok(say::nothing_to_remove() + "\n");
    }
    replace(job, &without_from(&crontab, 0, &ours))?;
    Ok(say::cron_removed(&job.name) + "\n")
}

/// The jobs in the crontab of `user`, or of whoever asks.
pub(super) fn list(user: Option<&str>) -> Result<Vec<Listed>, UserError> {
    let crontab = crontab_of(user)?;
    let listed = |block: &Block| {
        let config = block.config.clone().or_else(|| command_config(block.line).map(str::to_owned));
        Listed {
            scheduler: "cron",
            name: config.as_deref().map_or_else(|| PROGRAM.to_owned(), |file| job_name::of(Path::new(file))),
            when: When::of_cron(block.line).map_or_else(|| times_of(block.line), When::said),
            config,
            user: user.map(str::to_owned),
        }
    };
    Ok(blocks(&crontab)?.iter().map(listed).collect())
}

/// One of our blocks in a crontab.
#[derive(Debug)]
struct Block<'a> {
    /// Where it begins and ends in the crontab, in bytes.
    begin: usize,
    end: usize,
    /// The configuration that its first line names; none in a block of an earlier version.
    config: Option<String>,
    /// The line with the command.
    line: &'a str,
}

impl Block<'_> {
    /// Whether it is this configuration's job. A block of an earlier version names it in its command alone.
    fn belongs_to(&self, job: &Job) -> bool {
        match &self.config {
            Some(config) => *config == job.config_file,
            None => command_config(self.line) == Some(&quoted(&job.config_file)),
        }
    }
}

/// What stands after `--config` in a command, as it is written there.
fn command_config(line: &str) -> Option<&str> {
    line.split_once(" --config ").map(|(_, config)| config.trim_end())
}

/// The first five fields of a crontab's line.
fn times_of(line: &str) -> String {
    line.split_whitespace().take(5).collect::<Vec<_>>().join(" ")
}

/// Our blocks in a crontab, in their order.
///
/// # Errors
/// The marks do not stand in pairs.
fn blocks(crontab: &str) -> Result<Vec<Block<'_>>, UserError> {
    let broken = || UserError::unexpected(say::cron_marks_broken(BEGIN, END));
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    let mut at = 0;
    for line in crontab.split_inclusive('\n') {
        let (begin, text) = (at, line.trim_end());
        at += line.len();
        let named = text.strip_prefix(BEGIN).filter(|rest| rest.is_empty() || rest.starts_with(' '));
        match (&mut open, named) {
            (None, Some(named)) => {
                let config = Some(named.trim().to_owned()).filter(|named| !named.is_empty());
                open = Some(Block { begin, end: begin, config, line: "" });
            }
            (Some(_), Some(_)) => return Err(broken()),
            (Some(_), None) if text == END => {
                blocks.extend(open.take().map(|block| Block { end: at, ..block }));
            }
            (None, None) if text == END => return Err(broken()),
            (Some(block), None) if !text.starts_with('#') && !text.is_empty() => block.line = text,
            _ => {}
        }
    }
    if open.is_some() { Err(broken()) } else { Ok(blocks) }
}

/// The crontab from `at` on, without these blocks.
fn without_from(crontab: &str, mut at: usize, blocks: &[&Block]) -> String {
    let mut rest = String::new();
    for block in blocks {
        rest.push_str(&crontab[at..block.begin]);
        at = block.end;
    }
    rest + &crontab[at..]
}

fn args(user: Option<&str>, last: &str) -> Vec<OsString> {
    match user {
        Some(user) => words(&["-u", user, last]),
        None => words(&[last]),
    }
}

fn current(job: &Job) -> Result<String, UserError> {
    crontab_of(job.user.as_deref())
}

fn crontab_of(user: Option<&str>) -> Result<String, UserError> {
    let args = args(user, "-l");
    let output = run("crontab".as_ref(), &args, None)?;
    if output.status.success() {
        // A crontab that is not UTF-8 could not be written back unchanged.
        return String::from_utf8(output.stdout).map_err(|_| UserError::unexpected(say::crontab_not_text()));
    }
    if String::from_utf8_lossy(&output.stderr).to_lowercase().contains("no crontab for") {
        return Ok(String::new());
    }
    Err(refused("crontab".as_ref(), &args, &output))
}

fn replace(job: &Job, crontab: &str) -> Result<(), UserError> {
    must("crontab".as_ref(), &args(job.user.as_deref(), "-"), Some(crontab)).map(drop)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    /// What cron passes to the shell, by the rules in cronie's `do_command.c`.
    #[cfg(unix)]
    fn through_cron(command: &str) -> String {
        let (mut out, mut escaped) = (String::new(), false);
        for c in command.chars() {
            if escaped {
                if c == '%' {
                    out.pop();
                }
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == '%' {
                break;
            }
            out.push(c);
        }
        out
    }

    #[cfg(unix)]
    #[test]
    fn the_shell_gets_the_word_back() {
        let words = [
            "/usr/bin/traekfil",
            "/srv/mappe x/a",
            "/a%b",
            "/100%",
            "%%",
            r"/a\%b",
            r"\\%",
            r"a\",
            "it's",
            "'%'",
            "\"$HOME\"",
            "`id`",
            "æøå",
            "a;b&c|d",
            "*",
            "~",
            "#x",
            "!",
        ];
        for word in words {
            let command =
                through_cron(&format!("printf %s {}", "").replace('%', r"\%")) + &through_cron(&quoted(word));
            let output = std::process::Command::new("sh").arg("-c").arg(&command).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), word, "{command}");
        }
    }

    #[test]
    fn only_the_block_goes() {
        let rest = |text: &str| {
            let all = blocks(text).unwrap();
            without_from(text, 0, &all.iter().collect::<Vec<_>>())
        };
        let ours = format!("{BEGIN} /a b.toml\n# x\n0 * * * * x run --config '/a b.toml'\n{END}\n");
        let old = format!("{BEGIN}\n0 * * * * x run --config /c.toml\n{END}\n");
        assert_eq!(rest("a\nb"), "a\nb");
        assert_eq!(rest(&format!("a\n{ours}b\n{old}")), "a\nb\n");
        assert_eq!(rest(&format!("# {BEGIN} x\n{ours}")), format!("# {BEGIN} x\n"));
        assert_eq!(blocks(&ours).unwrap()[0].config.as_deref(), Some("/a b.toml"));
        assert_eq!(command_config(blocks(&old).unwrap()[0].line), Some("/c.toml"));
        for broken in [BEGIN, END, &format!("{END}\n{BEGIN}\n"), &format!("{BEGIN}\n{ours}")] {
            assert!(blocks(broken).is_err(), "{broken}");
        }
    }
}
