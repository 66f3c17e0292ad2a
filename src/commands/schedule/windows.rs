//! A task for Windows' Task Scheduler: schema version 1.2 ([MS-TSCH] 2.5), whose triggers keep an order.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::Path;

use crate::exit::Trouble;
use crate::messages::{config::shown_path, schedule as say};
use crate::platform;

use super::program::{must, must_at_terminal, words};
use super::{Job, When};

const NAME: &str = "traekfil";
/// The machine's own account, SYSTEM.
const SYSTEM: &str = "S-1-5-18";

/// The task without its XML declaration.
///
/// # Errors
/// Exit code 2 where a path has something in it that the Task Scheduler would take for a variable.
pub(super) fn task(job: &Job) -> Result<String, Trouble> {
    for path in [&job.program, &job.config_file] {
        if path.matches('%').count() > 1 {
            return Err(Trouble::usage(say::percent_in_path(path)));
        }
    }
    let (start, repetition) = match job.when {
        When::At(at) => (at.format("%H:%M").to_string(), String::new()),
        When::Every(minutes) => ("00:00".to_owned(), repetition(minutes)),
    };
    // A user's task needs a password to run while nobody is logged on, and to reach shared folders.
    let principal = match &job.user {
        Some(user) => format!("<UserId>{}</UserId>\n      <LogonType>Password</LogonType>", xml(user)),
        None => format!("<UserId>{SYSTEM}</UserId>"),
    };
    Ok(format!(
        r#"<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{description}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <Enabled>true</Enabled>
      <StartBoundary>2024-01-01T{start}:00</StartBoundary>
{repetition}      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      {principal}
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT4H</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
      <WorkingDirectory>{folder}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"#,
        description = xml(&say::task_description(&job.when.said())),
        program = xml(&job.program),
        arguments = xml(&format!("run --quiet --config {}", quoted(&job.config_file))),
        folder = xml(&folder(&job.config_file)),
    ))
}

fn repetition(minutes: u32) -> String {
    let interval =
        if minutes.is_multiple_of(60) { format!("PT{}H", minutes / 60) } else { format!("PT{minutes}M") };
    format!(
        "      <Repetition>
        <Interval>{interval}</Interval>
        <Duration>P1D</Duration>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
"
    )
}

/// The folder of a file.
fn folder(file: &str) -> String {
    Path::new(file).parent().map_or_else(String::new, |folder| folder.to_string_lossy().into_owned())
}

/// A word as Windows programs take their command line apart (CommandLineToArgvW): backslashes count only before
/// a quote.
fn quoted(word: &str) -> String {
    let mut quoted = String::from("\"");
    let mut backslashes = 0;
    for c in word.chars() {
        if c == '"' {
            quoted.push_str(&"\\".repeat(backslashes + 1));
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        quoted.push(c);
    }
    quoted + &"\\".repeat(backslashes) + "\""
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// As text for the screen or a pipe: nothing but ASCII and no encoding named, so that it is true in whatever
/// encoding a shell redirects it into a file.
pub(super) fn printed(task: &str) -> String {
    let mut text = String::from("<?xml version=\"1.0\"?>\n");
    for c in task.chars() {
        match c {
            c if c.is_ascii() => text.push(c),
            // Writing into a String does not fail.
            c => drop(write!(text, "&#x{:X};", u32::from(c))),
        }
    }
    text
}

/// As a file, the way Windows exports one.
fn encoded(task: &str) -> Vec<u8> {
    let text = format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n{task}").replace('\n', "\r\n");
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

pub(super) fn install(job: &Job, schtasks: &OsStr) -> Result<String, Trouble> {
    let file = std::env::temp_dir().join(format!("traekfil-{}.xml", std::process::id()));
    let task = task(job)?;
    let write = |mut new: fs::File| new.write_all(&encoded(&task));
    platform::private(fs::OpenOptions::new().write(true).create_new(true))
        .open(&file)
        .and_then(write)
        .map_err(|error| Trouble::unexpected(say::task_not_written(&shown_path(&file), &error)))?;
    let created = create(job, schtasks, &file);
    drop(fs::remove_file(&file));
    created?;
    Ok(say::task_installed(&job.when.said()) + "\n")
}

fn create(job: &Job, schtasks: &OsStr, file: &Path) -> Result<(), Trouble> {
    let mut args = words(&["/Create", "/TN", NAME, "/F", "/XML"]);
    args.push(file.into());
    match &job.user {
        // It asks for the user's password itself.
        Some(user) => {
            args.extend(["/RU", user, "/RP", "*"].map(OsString::from));
            must_at_terminal(schtasks, &args)
        }
        None => must(schtasks, &args, None).map(drop),
    }
}

pub(super) fn remove(schtasks: &OsStr) -> Result<String, Trouble> {
    must(schtasks, &words(&["/Delete", "/TN", NAME, "/F"]), None)?;
    Ok(say::task_removed() + "\n")
}
