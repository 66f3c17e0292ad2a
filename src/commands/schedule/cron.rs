//! A block in a crontab: crontab(5), where `%` ends the command unless a backslash stands before it.

use std::ffi::OsString;

use crate::exit::UserError;
use crate::messages::schedule as say;

use super::program::{must, refused, run, words};
use super::{Job, When};

const BEGIN: &str = "# traekfil begin";
const END: &str = "# traekfil end";

/// The lines that are ours, with their marks.
pub(super) fn block(job: &Job) -> String {
    format!("{BEGIN}\n# {}\n{}\n{END}\n", say::cron_comment(&job.when.said()), line(job))
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
    let (before, after) = without_block(&current(job)?)?;
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    replace(job, &format!("{before}{gap}{}{after}", block(job)))?;
    Ok(say::cron_installed(&job.when.said()) + "\n")
}

pub(super) fn remove(job: &Job) -> Result<String, UserError> {
    let crontab = current(job)?;
    let (before, after) = without_block(&crontab)?;
    let rest = format!("{before}{after}");
    if rest == crontab {
        return Ok(say::nothing_to_remove() + "\n");
    }
    replace(job, &rest)?;
    Ok(say::cron_removed() + "\n")
}

/// The text before our block and the text after it; if there is no block, all of it and an empty text.
fn without_block(crontab: &str) -> Result<(String, String), UserError> {
    let mark = |mark: &str| {
        let mut at = 0;
        let lines = crontab.split_inclusive('\n').map(|line| {
            at += line.len();
            (at - line.len(), at, line.trim_end())
        });
        lines.filter(|(_, _, line)| *line == mark).map(|(begin, end, _)| (begin, end)).collect::<Vec<_>>()
    };
    match (&mark(BEGIN)[..], &mark(END)[..]) {
        ([], []) => Ok((crontab.to_owned(), String::new())),
        (&[(begin, inside)], &[(last, end)]) if inside <= last => {
            Ok((crontab[..begin].to_owned(), crontab[end..].to_owned()))
        }
        _ => Err(UserError::unexpected(say::cron_marks_broken(BEGIN, END))),
    }
}

fn args(job: &Job, last: &str) -> Vec<OsString> {
    match &job.user {
        Some(user) => words(&["-u", user, last]),
        None => words(&[last]),
    }
}

fn current(job: &Job) -> Result<String, UserError> {
    let args = args(job, "-l");
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
    must("crontab".as_ref(), &args(job, "-"), Some(crontab)).map(drop)
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
        let split = |text: &str| without_block(text).unwrap();
        let ours = format!("{BEGIN}\n0 * * * * x\n{END}\n");
        assert_eq!(split("a\nb"), ("a\nb".into(), String::new()));
        assert_eq!(split(&format!("a\n{ours}b\n")), ("a\n".into(), "b\n".into()));
        assert_eq!(split(&ours), (String::new(), String::new()));
        assert_eq!(split(&format!("# {BEGIN} x\n{ours}")), (format!("# {BEGIN} x\n"), String::new()));
        for broken in [BEGIN, END, &format!("{END}\n{BEGIN}\n"), &format!("{ours}{ours}")] {
            assert!(without_block(broken).is_err(), "{broken}");
        }
    }
}
