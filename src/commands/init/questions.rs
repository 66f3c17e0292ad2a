//! The questions, in their order, and what counts as an answer.

use std::path::{Path, PathBuf};

use crate::cli::{self, Global};
use crate::config::{Config, glob, values};
use crate::exit::UserError;
use crate::messages::config::{self as rules, shown_path};
use crate::messages::{self, Language, init as say};
use crate::platform::Acting;
use crate::remote::ssh;

use super::answers::{Answers, Key, RunDates, Series};
use super::config_template;
use super::key;
use super::prompter::{Prompter, Question, paragraph, yes_or_no};
use super::runs;
use super::worker::{acting, worker};

/// Asks every question that no flag answers.
///
/// # Errors
/// Exit code 2: a flag is wrong; it is missing and nobody is asked; or the input ended.
pub(super) fn gather(
    options: &cli::Init,
    global: &Global,
    prompter: &Prompter,
) -> Result<Answers, UserError> {
    let language = language(global, prompter)?;
    messages::speak(language);
    prompter.say(&paragraph("", &say::welcome()))?;
    let config = config_place(global, prompter)?;
    let places = places(options, prompter, &config)?;
    let account = account(options, prompter)?;
    let worker = worker(options, &config, &places.ledger)?;
    // A key, a passphrase and a server are looked at as the user who works with them.
    let acting = worker.as_ref().map(acting).transpose()?;
    let default_key = match &worker {
        Some(_) => places.ledger.with_file_name("id_ed25519"),
        None => beside(&config, "id_ed25519"),
    };
    let key = key(options, prompter, &default_key, &places.drop)?;
    let passphrase_file = passphrase_file(options, prompter, &key, &places.drop)?;
    let default = Some(".".to_owned());
    let given = options.remote_folder.as_deref();
    let question = Question { text: say::ask_remote_folder(), flag: "--remote-folder", given, default };
    let remote_folder = prompter.ask(question, values::remote_folder)?;
    let mut answers = Answers {
        language,
        config,
        drop: places.drop,
        archive: places.archive,
        ledger: places.ledger,
        host: account.host,
        port: account.port,
        user: account.user,
        key,
        passphrase_file,
        remote_folder,
        host_key: None,
        series: Vec::new(),
        worker,
        calendar: RunDates::default(),
    };
    answers.host_key = host_key(options, prompter, &answers)?;
    answers.series = series(options, prompter)?;
    acting.map_or(Ok(()), Acting::end).map_err(|error| UserError::unexpected(error.to_string()))?;
    answers.calendar = runs::runs(options, prompter, &answers.series)?;
    Ok(answers)
}

/// The folders and the ledger on this machine.
struct Places {
    drop: PathBuf,
    archive: PathBuf,
    ledger: PathBuf,
}

fn places(options: &cli::Init, prompter: &Prompter, config: &Path) -> Result<Places, UserError> {
    let default = |name: &str| Some(shown_path(&beside(config, name)));
    let question = Question {
        text: say::ask_drop(),
        flag: "--drop",
        given: options.drop.as_deref(),
        default: default("drop"),
    };
    let drop = prompter.ask(question, |text| drop_folder(path(text)?, config))?;
    let question = Question {
        text: say::ask_archive(),
        flag: "--archive",
        given: options.archive.as_deref(),
        default: default("archive"),
    };
    let archive = prompter.ask(question, |text| archive_folder(path(text)?, &drop))?;
    let question = Question {
        text: say::ask_ledger(),
        flag: "--ledger",
        given: options.ledger.as_deref(),
        default: default("ledger.db"),
    };
    let ledger = prompter.ask(question, |text| ledger_file(path(text)?, &drop))?;
    Ok(Places { drop, archive, ledger })
}

/// The account on KP's server.
struct Account {
    host: String,
    port: u16,
    user: String,
}

fn account(options: &cli::Init, prompter: &Prompter) -> Result<Account, UserError> {
    let question = |text, flag, given, default| Question { text, flag, given, default };
    let host = question(say::ask_host(), "--host", options.host.as_deref(), None);
    let host = prompter.ask(host, |text| filled(text, values::host))?;
    let port = question(say::ask_port(), "--port", options.port.as_deref(), Some("22".to_owned()));
    let port = prompter.ask(port, self::port)?;
    let login = options.login.as_deref().or(options.user.as_deref());
    let user = question(say::ask_user(), "--user", login, None);
    let user = prompter.ask(user, |text| filled(text, values::user))?;
    Ok(Account { host, port, user })
}

fn language(global: &Global, prompter: &Prompter) -> Result<Language, UserError> {
    if let Some(language) = global.language {
        return Ok(language);
    }
    let default = Some(if messages::language() == Language::Da { "da" } else { "en" }.to_owned());
    let question = Question { text: say::ask_language(), flag: "--language", given: None, default };
    prompter.ask(question, |text| match text.to_lowercase().as_str() {
        "da" | "dansk" | "danish" => Ok(Language::Da),
        "en" | "engelsk" | "english" => Ok(Language::En),
        _ => Err(say::language_wrong()),
    })
}

fn config_place(global: &Global, prompter: &Prompter) -> Result<PathBuf, UserError> {
    let variable = std::env::var_os("TRAEKFIL_CONFIG").filter(|value| !value.is_empty()).map(PathBuf::from);
    let named = global.config.clone().or(variable);
    let named = match named.as_ref().map(|path| path.to_str()) {
        Some(None) => return Err(UserError::usage(say::flag_wrong("--config", &say::not_text()))),
        Some(Some(text)) => Some(text),
        None => None,
    };
    let free = Path::new("config.toml").symlink_metadata().is_err();
    // Without questions the default name is kept even if such a file exists; the error then names the file.
    let default = (free || prompter.is_silent()).then(|| "config.toml".to_owned());
    if named.is_none() && !free {
        prompter.say(&paragraph("  ! ", &say::config_exists("config.toml")))?;
    }
    let question = Question { text: say::ask_config(), flag: "--config", given: named, default };
    prompter.ask(question, |text| {
        let mut file = path(text)?;
        if file.is_dir() {
            file.push("config.toml");
        }
        // Not `exists`: it is false for a dangling link.
        if file.symlink_metadata().is_ok() { Err(say::config_exists(&shown_path(&file))) } else { Ok(file) }
    })
}

/// The default place of a file: beside the config. Beside a config in /etc, data goes to /var/lib instead, since
/// /etc is for configuration.
fn beside(config: &Path, name: &str) -> PathBuf {
    let folder = config.parent().unwrap_or(Path::new("."));
    if folder == Path::new("/etc/traekfil") && name != "id_ed25519" {
        return Path::new("/var/lib/traekfil").join(name);
    }
    folder.join(name)
}

/// A typed path; a relative one counts from the working folder.
fn path(text: &str) -> Result<PathBuf, String> {
    let home = text.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    let typed = home.unwrap_or_else(|| PathBuf::from(text));
    if text.is_empty() {
        return Err(say::answer_needed());
    }
    std::path::absolute(typed).map_err(|error| error.to_string())
}

fn filled(text: &str, read: fn(&str) -> Result<String, String>) -> Result<String, String> {
    if text.is_empty() { Err(say::answer_needed()) } else { read(text) }
}

fn drop_folder(drop: PathBuf, config: &Path) -> Result<PathBuf, String> {
    if drop.exists() && !drop.is_dir() {
        return Err(rules::drop_is_file(&shown_path(&drop)));
    }
    outside("--config", config, &drop)?;
    Ok(drop)
}

fn archive_folder(archive: PathBuf, drop: &Path) -> Result<PathBuf, String> {
    if archive.exists() && !archive.is_dir() {
        return Err(rules::archive_is_file(&shown_path(&archive)));
    }
    if drop.starts_with(&archive) {
        return Err(rules::drop_in_archive(&shown_path(drop), &shown_path(&archive)));
    }
    Ok(archive)
}

fn ledger_file(ledger: PathBuf, drop: &Path) -> Result<PathBuf, String> {
    if ledger.is_dir() {
        return Err(rules::ledger_is_folder(&shown_path(&ledger)));
    }
    outside("[ledger] path", &ledger, drop)?;
    Ok(ledger)
}

/// Refuses a file in the drop folder, where a run would deliver it. The config's own check follows links as well,
/// before anything is written.
fn outside(what: &str, file: &Path, drop: &Path) -> Result<(), String> {
    if file.parent() == Some(drop) {
        return Err(rules::private_file_taken(what, &shown_path(file), &shown_path(drop)));
    }
    Ok(())
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(say::port_wrong)
}

/// The key: an existing file, a new one, or none.
fn key(options: &cli::Init, prompter: &Prompter, default: &Path, drop: &Path) -> Result<Key, UserError> {
    let question = || Question {
        text: say::ask_identity(),
        flag: "--identity",
        given: options.identity.as_deref(),
        default: Some(shown_path(default)),
    };
    // A missing file that --identity names may be a typing error, so a new key is not offered in its place.
    let may_be_new = options.new_key || options.identity.is_none();
    loop {
        let key = prompter.ask(question(), |text| {
            if text == "-" && !options.new_key {
                return Ok(Key::None);
            }
            let file = path(text)?;
            outside("[sftp] identity", &file, drop)?;
            if file.symlink_metadata().is_err() {
                let public = key::public_file(&file);
                return match public.symlink_metadata() {
                    Ok(_) => Err(say::public_exists(&shown_path(&public))),
                    Err(_) if may_be_new => Ok(Key::New(file)),
                    Err(_) => Err(say::no_such_key(&shown_path(&file))),
                };
            }
            if options.new_key {
                return Err(say::key_exists(&shown_path(&file)));
            }
            let known = key::look_at(&file)?;
            Ok(Key::Existing(file, known))
        })?;
        match &key {
            Key::New(file) if !options.new_key => {
                if prompter.confirm(say::confirm_new_key(&shown_path(file)), "--new-key")? {
                    return Ok(key);
                }
            }
            _ => return Ok(key),
        }
    }
}

fn passphrase_file(
    options: &cli::Init,
    prompter: &Prompter,
    key: &Key,
    drop: &Path,
) -> Result<Option<PathBuf>, UserError> {
    let locked = matches!(key, Key::Existing(_, known) if known.locked);
    if !locked && options.passphrase_file.is_none() {
        return Ok(None);
    }
    let question = Question {
        text: say::ask_passphrase_file(),
        flag: "--passphrase-file",
        given: options.passphrase_file.as_deref(),
        default: Some("-".to_owned()),
    };
    prompter.ask(question, |text| {
        if text == "-" {
            return Ok(None);
        }
        let file = path(text)?;
        outside("[sftp] passphrase_file", &file, drop)?;
        if file.is_file() {
            Ok(Some(file))
        } else {
            Err(rules::file_missing("passphrase_file", &shown_path(&file)))
        }
    })
}

/// The server's host key, if the person has compared it or a flag accepts it; none if it is to be pinned later.
fn host_key(
    options: &cli::Init,
    prompter: &Prompter,
    answers: &Answers,
) -> Result<Option<String>, UserError> {
    if let Some(given) = &options.host_key {
        let read = values::fingerprint(given.trim().trim_end_matches('='));
        return read.map(Some).map_err(|what| UserError::usage(say::flag_wrong("--host-key", &what)));
    }
    if prompter.is_silent() && !options.accept_host_key {
        return Ok(None);
    }
    let config = Config::of(&answers.config, config_template::text(answers)?.into_bytes())?;
    let address = format!("{}:{}", answers.host, answers.port);
    prompter.say(&say::fetching_host_key(&address))?;
    let seen = match ssh::seen_host_key(&config.sftp) {
        Ok(seen) => seen,
        Err(error) => {
            prompter.say(&paragraph("  ! ", &say::host_key_not_fetched(&error)))?;
            return Ok(None);
        }
    };
    if options.accept_host_key {
        return Ok(Some(seen.fingerprint));
    }
    prompter.say(&format!("  {} ({})", seen.fingerprint, seen.key_type))?;
    prompter.say(&paragraph("  ", &say::compare_host_key()))?;
    let question =
        Question { text: say::ask_host_key(), flag: "--host-key", given: None, default: Some(say::no()) };
    prompter.ask(question, |text| match yes_or_no(text) {
        Some(true) => Ok(Some(seen.fingerprint.clone())),
        Some(false) => Ok(None),
        None if text.trim_end_matches('=') == seen.fingerprint => Ok(Some(seen.fingerprint.clone())),
        None if text.starts_with("SHA256:") => Err(say::host_key_differs(&seen.fingerprint)),
        None => Err(say::yes_or_no()),
    })
}

fn series(options: &cli::Init, prompter: &Prompter) -> Result<Vec<Series>, UserError> {
    let mut all: Vec<Series> = Vec::new();
    for given in &options.series {
        let one = one_series(given)
            .and_then(|one| Ok(Series { name: new_name(&one.name, &all)?, ..one }))
            .map_err(|what| UserError::usage(say::flag_wrong("--series", &what)))?;
        all.push(one);
    }
    if prompter.is_silent() || !all.is_empty() {
        return Ok(all);
    }
    prompter.say(&paragraph("", &say::about_series()))?;
    let question = |text, default: &str| Question {
        text,
        flag: "--series",
        given: None,
        default: Some(default.to_owned()),
    };
    loop {
        let name = prompter.ask(question(say::ask_series_name(), "-"), |text| match text {
            "-" => Ok(None),
            text => new_name(text, &all).map(Some),
        })?;
        let Some(name) = name else { return Ok(all) };
        let pattern = prompter.ask(question(say::ask_series_pattern(), &format!("{name}_*.txt")), pattern)?;
        let (due_day, before_run) = prompter.ask(question(say::ask_due_day(), "-"), due)?;
        all.push(Series { name, pattern, due_day, before_run });
    }
}

/// By which day a file is due, or whether it is due before KP's run; `-` for neither.
fn due(text: &str) -> Result<(Option<u8>, bool), String> {
    match text.to_lowercase().as_str() {
        "-" => Ok((None, false)),
        "run" | "kørsel" | "kørslen" => Ok((None, true)),
        text => day(text).map(|day| (Some(day), false)),
    }
}

/// `name=pattern`, `name=pattern:day` or `name=pattern:run`.
fn one_series(text: &str) -> Result<Series, String> {
    let (name, rest) = text.split_once('=').ok_or_else(say::series_form)?;
    let (files, (due_day, before_run)) = match rest.rsplit_once(':') {
        Some((_, text)) if text.trim() == "-" => return Err(say::day_wrong()),
        Some((files, text)) => (files, due(text.trim())?),
        None => (rest, (None, false)),
    };
    Ok(Series { name: name.trim().to_owned(), pattern: pattern(files.trim())?, due_day, before_run })
}

fn new_name(text: &str, others: &[Series]) -> Result<String, String> {
    let name = filled(text, values::part_of_a_file_name)?;
    if others.iter().any(|other| other.name == name) { Err(rules::series_twice()) } else { Ok(name) }
}

fn pattern(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err(say::answer_needed());
    }
    glob::glob(text).map(|_| text.to_owned())
}

fn day(text: &str) -> Result<u8, String> {
    text.parse().ok().filter(|day| (1..=31).contains(day)).ok_or_else(say::day_wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn a_series_is_its_name_its_pattern_and_perhaps_a_day() {
        let series = |name: &str, pattern: &str, due_day| Series {
            name: name.to_owned(),
            pattern: pattern.to_owned(),
            due_day,
            before_run: false,
        };
        assert_eq!(one_series("mad=mad_*.txt"), Ok(series("mad", "mad_*.txt", None)));
        assert_eq!(one_series("mad=mad_*.txt:20"), Ok(series("mad", "mad_*.txt", Some(20))));
        assert_eq!(one_series(" tøj = vask=*.csv : 1 "), Ok(series("tøj", "vask=*.csv", Some(1))));
        let by_run = Series { before_run: true, ..series("mad", "mad_*.txt", None) };
        assert_eq!(one_series("mad=mad_*.txt:run"), Ok(by_run));
        for wrong in ["mad", "mad=", "mad=mad_*:0", "mad=mad_*:32", "mad=mad_*:tyve", "mad=ind/*", "mad=[a"] {
            assert!(one_series(wrong).is_err(), "{wrong}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_grows_does_not_lie_in_etc() {
        let default = |config: &str, name| beside(Path::new(config), name);
        assert_eq!(default("/etc/traekfil/config.toml", "drop"), Path::new("/var/lib/traekfil/drop"));
        assert_eq!(default("/etc/traekfil/config.toml", "id_ed25519"), Path::new("/etc/traekfil/id_ed25519"));
        assert_eq!(default("/srv/a/config.toml", "drop"), Path::new("/srv/a/drop"));
    }
}
