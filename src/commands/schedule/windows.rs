//! A task for Windows' Task Scheduler, in schema version 1.2 ([MS-TSCH] 2.5), which prescribes the order of a trigger's elements.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::Path;

use crate::digest::Digest;
use crate::exit::UserError;
use crate::messages::{
    command,
    config::{shown, shown_path},
    schedule as say,
};
use crate::platform;

use super::job_name::PROGRAM;
use super::program::{must, must_at_terminal, refused, run, words};
use super::{Job, Listed, When};

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
    <Source>{source}</Source>
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
        source = source(job),
        description = xml(&say::task_description(&job.town(), &job.when.said())),
        program = xml(&job.program),
        arguments = xml(&arguments(job)),
        folder = xml(&folder(&job.config_file)),
    ))
}

fn arguments(job: &Job) -> String {
    format!("run --quiet --config {}", quoted(&job.config_file))
}

/// Which configuration's job a task is. In ASCII, since `schtasks` prints a task in the console's code page.
fn source(job: &Job) -> String {
    let digest = Digest::of(job.config_file.to_lowercase().as_bytes()).to_string();
    format!("traekfil {}", &digest[..16])
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
    if let Some(task) = there(&job.name, schtasks)?.filter(|task| !belongs_to(task, job)) {
        let other = element(&task, "Arguments").unwrap_or_default();
        return Err(UserError::usage(say::job_of_another(&job.name, &shown(&other))));
    }
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
    // An earlier version called every job by the program's name alone.
    if job.name != PROGRAM && there(PROGRAM, schtasks)?.is_some_and(|task| belongs_to(&task, job)) {
        take_away(PROGRAM, schtasks)?;
    }
    Ok(say::task_installed(
        &job.name,
        &job.when.said(),
        &command("schedule windows --remove"),
        &command("status"),
    ) + "\n")
}

/// The task of this name, as `schtasks` prints it; none where there is none.
///
/// # Errors
/// Nobody can tell: it says of this name something else than of a name that is none.
fn there(name: &str, schtasks: &OsStr) -> Result<Option<String>, UserError> {
    let query = |name: &str| {
        let args = words(&["/Query", "/TN", name, "/XML"]);
        run(schtasks, &args, None).map(|output| (args, output))
    };
    let (args, output) = query(name)?;
    if output.status.success() {
        return Ok(Some(decoded(&output.stdout)));
    }
    // It ends with 1 for whatever reason, and gives the reason in Windows' language.
    let (_, of_none) = query(&format!("{PROGRAM}-{}", platform::drawn_number()))?;
    if output.stderr == of_none.stderr { Ok(None) } else { Err(refused(schtasks, &args, &output)) }
}

/// What a program of Windows printed: UTF-16 where it begins with its mark, else the console's code page, of which only the
/// ASCII part is needed.
fn decoded(bytes: &[u8]) -> String {
    match bytes.strip_prefix(&[0xff, 0xfe]) {
        Some(wide) => {
            let units: Vec<u16> =
                wide.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Whether a task is the job of this configuration. One of an earlier version tells by its arguments alone.
fn belongs_to(task: &str, job: &Job) -> bool {
    match element(task, "Source") {
        Some(found) => found == source(job),
        None => element(task, "Arguments").is_some_and(|found| found == arguments(job)),
    }
}

/// The text of the first element of this name.
fn element(task: &str, name: &str) -> Option<String> {
    let (_, rest) = task.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
}

fn create(job: &Job, schtasks: &OsStr, file: &Path) -> Result<(), UserError> {
    let mut args = words(&["/Create", "/TN", &job.name, "/F", "/XML"]);
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

pub(super) fn remove(job: &Job, schtasks: &OsStr) -> Result<String, UserError> {
    let mut removed = false;
    for name in [job.name.as_str(), PROGRAM] {
        if there(name, schtasks)?.is_some_and(|task| belongs_to(&task, job)) {
            take_away(name, schtasks)?;
            removed = true;
        }
    }
    Ok(if removed { say::task_removed(&job.name) } else { say::nothing_to_remove() } + "\n")
}

fn take_away(name: &str, schtasks: &OsStr) -> Result<(), UserError> {
    must(schtasks, &words(&["/Delete", "/TN", name, "/F"]), None).map(drop)
}

/// The tasks of this program, by their names.
pub(super) fn list(schtasks: &OsStr) -> Result<Vec<Listed>, UserError> {
    let names = must(schtasks, &words(&["/Query", "/FO", "CSV", "/NH"]), None)?;
    let mut jobs = Vec::new();
    for line in names.lines() {
        let name =
            line.trim_start_matches('"').split('"').next().unwrap_or_default().trim_start_matches('\\');
        if name != PROGRAM && !name.starts_with(&format!("{PROGRAM}@")) {
            continue;
        }
        let Some(task) = there(name, schtasks)? else { continue };
        let arguments = element(&task, "Arguments").unwrap_or_default();
        let config = arguments.split_once("--config ").map(|(_, word)| word.trim_matches('"').to_owned());
        let user = element(&task, "UserId").filter(|user| user != SYSTEM);
        jobs.push(Listed { scheduler: "windows", name: name.to_owned(), config, when: when(&task), user });
    }
    jobs.dedup_by(|a, b| a.name == b.name);
    Ok(jobs)
}

/// When a task runs, for a person.
fn when(task: &str) -> String {
    let interval = element(task, "Interval");
    let minutes = interval.as_deref().and_then(|text| {
        let hours = text.strip_prefix("PT").and_then(|text| text.strip_suffix('H'));
        let minutes = text.strip_prefix("PT").and_then(|text| text.strip_suffix('M'));
        hours.and_then(|hours| hours.parse::<u32>().ok()?.checked_mul(60)).or_else(|| minutes?.parse().ok())
    });
    let start = element(task, "StartBoundary").unwrap_or_default();
    let at = start.get(11..16).and_then(|at| chrono::NaiveTime::parse_from_str(at, "%H:%M").ok());
    match (minutes, interval, at) {
        (Some(minutes), _, _) => When::Every(minutes).said(),
        (None, None, Some(at)) => When::At(at).said(),
        (None, interval, _) => interval.unwrap_or(start),
    }
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
            name: "traekfil@korsbaek".to_owned(),
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
            "#!/bin/sh\ncd '{}'\necho \"$@\" >> calls\n[ -e \"denied-$3\" ] && {{ echo 'ERROR: Access is denied.' >&2; exit 1; }}\n[ \"$1\" = /Query ] && {{ [ -e \"task-$3\" ] && exec cat \"task-$3\" || exit 1; }}\n[ \"$1\" = /Create ] && cat \"$6\" > file\n[ ! -e broken ] || {{ echo 'ERROR: Access is denied.' >&2; exit 1; }}\n",
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
        let there = folder.path().join("task-traekfil@korsbaek");
        fs::write(&there, &bytes).unwrap();
        fs::write(folder.path().join("broken"), "").unwrap();
        let refused = remove(&job, fake.as_os_str()).unwrap_err();
        assert!(
            refused.message.contains("Access is denied.") && refused.message.contains("/Delete"),
            "{refused}"
        );
        let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
        let calls: Vec<&str> = calls.lines().filter(|call| !call.starts_with("/Query")).collect();
        assert!(calls[0].starts_with("/Create /TN traekfil@korsbaek /F /XML /"), "{calls:?}");
        assert_eq!(calls[1], "/Delete /TN traekfil@korsbaek /F");
        let left = calls[0].rsplit(' ').next().unwrap();
        assert!(!Path::new(left).exists());

        // Another configuration of the same name is left alone, and so is an earlier version's job of another one.
        let other = Job { config_file: r"E:\andet\config.toml".to_owned(), ..job };
        let refused = install(&other, fake.as_os_str()).unwrap_err();
        assert!(refused.message.contains("traekfil@korsbaek"), "{refused}");
        fs::write(folder.path().join("task-traekfil"), &bytes).unwrap();
        fs::remove_file(folder.path().join("broken")).unwrap();
        assert!(remove(&other, fake.as_os_str()).is_ok());
        let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
        assert_eq!(calls.matches("/Delete").count(), 1, "{calls}");

        // One that may not be read is not taken for none.
        fs::write(folder.path().join("denied-traekfil@korsbaek"), "").unwrap();
        for refused in [install(&other, fake.as_os_str()), remove(&other, fake.as_os_str())] {
            assert!(refused.unwrap_err().message.contains("Access is denied."));
        }
    }
}
