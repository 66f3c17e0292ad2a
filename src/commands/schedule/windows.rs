//! A task for Windows' Task Scheduler, in schema version 1.2 ([MS-TSCH] 2.5), which prescribes the order of a trigger's elements.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::Path;

use crate::exit::UserError;
use crate::messages::{config::shown_path, schedule as say};
use crate::platform;

use super::program::{must, must_at_terminal, words};
use super::{Job, When};

const NAME: &str = "traekfil";
/// The machine's own account, SYSTEM.
const SYSTEM: &str = "S-1-5-18";

/// The task without its XML declaration. The function is long because it is the task's text.
///
/// # Errors
/// Exit code 2: a path has two `%`, between which the Task Scheduler would see a variable.
pub(super) fn task(job: &Job) -> Result<String, UserError> {
    for path in [&job.program, &job.config_file] {
        if path.matches('%').count() > 1 {
            return Err(UserError::usage(say::percent_in_path(path)));
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

/// A word, quoted for a Windows command line (CommandLineToArgvW): a backslash needs escaping only before a quote.
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

/// The task for the screen or a pipe: only ASCII, and no encoding declared, so that it stays valid in any encoding in which a
/// shell writes it to a file.
pub(super) fn printed(task: &str) -> String {
    let mut text = String::from("<?xml version=\"1.0\"?>\n");
    for c in task.chars() {
        match c {
            c if c.is_ascii() => text.push(c),
            // Writing to a String never fails.
            c => drop(write!(text, "&#x{:X};", u32::from(c))),
        }
    }
    text
}

/// The task as a file in UTF-16, as Windows exports it.
fn encoded(task: &str) -> Vec<u8> {
    let text = format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n{task}").replace('\n', "\r\n");
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The path of Windows' `schtasks`.
pub(super) fn schtasks() -> OsString {
    platform::system_program("schtasks").into_os_string()
}

pub(super) fn install(job: &Job, schtasks: &OsStr) -> Result<String, UserError> {
    let file = std::env::temp_dir().join(format!("traekfil-{}.xml", platform::drawn_number()));
    let task = task(job)?;
    let write = |mut new: fs::File| new.write_all(&encoded(&task));
    platform::private(fs::OpenOptions::new().write(true).create_new(true))
        .open(&file)
        .and_then(write)
        .map_err(|error| UserError::unexpected(say::task_not_written(&shown_path(&file), &error)))?;
    let created = create(job, schtasks, &file);
    drop(fs::remove_file(&file));
    created?;
    Ok(say::task_installed(&job.when.said()) + "\n")
}

fn create(job: &Job, schtasks: &OsStr, file: &Path) -> Result<(), UserError> {
    let mut args = words(&["/Create", "/TN", NAME, "/F", "/XML"]);
    args.push(file.into());
    match &job.user {
        // With `*`, `schtasks` asks for the user's password on the terminal.
        Some(user) => {
            args.extend(["/RU", user, "/RP", "*"].map(OsString::from));
            must_at_terminal(schtasks, &args)
        }
        None => must(schtasks, &args, None).map(drop),
    }
}

pub(super) fn remove(schtasks: &OsStr) -> Result<String, UserError> {
    must(schtasks, &words(&["/Delete", "/TN", NAME, "/F"]), None)?;
    Ok(say::task_removed() + "\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::config::Config;

    fn config() -> Config {
        let text = "[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\n";
        Config::of(Path::new("config.toml"), text.into()).unwrap()
    }

    fn job<'a>(config: &'a Config, config_file: &str, user: Option<&str>) -> Job<'a> {
        Job {
            program: r"C:\Program Files\træk & fil\traekfil.exe".to_owned(),
            config_file: config_file.to_owned(),
            config,
            when: When::Every(30),
            user: user.map(str::to_owned),
        }
    }

    /// Splits arguments as `CommandLineToArgvW` does after the program's name.
    fn taken_apart(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quoted, mut backslashes) = (Vec::new(), String::new(), false, 0);
        for c in line.chars() {
            if c == '\\' {
                backslashes += 1;
                continue;
            }
            let literal = c == '"' && backslashes % 2 == 1;
            word.push_str(&"\\".repeat(if c == '"' { backslashes / 2 } else { backslashes }));
            backslashes = 0;
            match c {
                '"' if !literal => quoted = !quoted,
                ' ' if !quoted => words.push(std::mem::take(&mut word)),
                c => word.push(c),
            }
        }
        word.push_str(&"\\".repeat(backslashes));
        words.push(word);
        words
    }

    #[test]
    fn the_arguments_come_back_as_they_were() {
        let config = config();
        for path in
            [r"D:\mappe x\config.toml", r"\\server\andel$\a b\", r"D:\<æøå> & 'x'\c.toml", "/a \"b\\\"/c"]
        {
            let printed = printed(&task(&job(&config, path, None)).unwrap());
            assert!(printed.is_ascii());
            let xml = roxmltree::Document::parse(&printed).unwrap();
            let text = |tag: &str| {
                let node = xml.descendants().find(|node| node.tag_name().name() == tag).unwrap();
                node.text().unwrap().to_owned()
            };
            assert_eq!(text("Command"), r"C:\Program Files\træk & fil\traekfil.exe");
            assert_eq!(taken_apart(&text("Arguments")), ["run", "--quiet", "--config", path]);
            assert_eq!(text("Interval"), "PT30M");
        }
    }

    #[test]
    fn what_looks_like_a_variable_is_refused() {
        let config = config();
        assert!(task(&job(&config, r"D:\100%\c.toml", None)).is_ok());
        assert!(task(&job(&config, r"D:\%TEMP%\c.toml", None)).is_err());
    }

    #[test]
    fn a_user_logs_on_with_a_password() {
        let config = config();
        let task = task(&job(&config, "c.toml", Some(r"KORSBÆK\svc-traekfil"))).unwrap();
        assert!(
            task.contains(r"<UserId>KORSBÆK\svc-traekfil</UserId>") && task.contains("<LogonType>Password<")
        );
        assert!(!task.contains(SYSTEM));
    }

    #[cfg(unix)]
    #[test]
    fn it_is_given_to_schtasks_as_windows_writes_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let fake = folder.path().join("schtasks");
        let text = format!(
            "#!/bin/sh\ncd '{}'\necho \"$@\" >> calls\n[ \"$1\" = /Create ] && cat \"$6\" > file\n[ ! -e broken ] || {{ echo 'ERROR: Access is denied.' >&2; exit 1; }}\n",
            folder.path().display()
        );
        fs::write(&fake, text).unwrap();
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
        let config = config();
        let job = job(&config, r"D:\trækfil\config.toml", None);
        install(&job, fake.as_os_str()).unwrap();
        let bytes = fs::read(folder.path().join("file")).unwrap();
        assert_eq!(bytes[..2], [0xff, 0xfe]);
        let units: Vec<u16> =
            bytes[2..].chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        let xml = String::from_utf16(&units).unwrap();
        assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<Task "), "{xml}");
        assert!(xml.contains(r"D:\trækfil\config.toml"));
        fs::write(folder.path().join("broken"), "").unwrap();
        let refused = remove(fake.as_os_str()).unwrap_err();
        assert!(
            refused.message.contains("Access is denied.") && refused.message.contains("/Delete"),
            "{refused}"
        );
        let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
        let calls: Vec<&str> = calls.lines().collect();
        assert!(calls[0].starts_with("/Create /TN traekfil /F /XML /"), "{calls:?}");
        assert_eq!(calls[1], "/Delete /TN traekfil /F");
        let left = calls[0].rsplit(' ').next().unwrap();
        assert!(!Path::new(left).exists());
    }
}
