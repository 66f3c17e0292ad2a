//! What the documents name exists: commands, configurations, sections, links, pictures, and places in the code.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use traekfil::cli::words;
use traekfil::config::Config;
use traekfil::messages::Language;
use traekfil::model::decision::Reason;

const GUIDE: &str = "docs/vejledning.md";
const README: &str = "README.md";
const ARCHITECTURE: &str = "docs/architecture.md";
const CONTRIBUTING: &str = "CONTRIBUTING.md";

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// The fenced blocks, each with its language, and the text around them.
fn taken_apart(text: &str) -> (Vec<(String, String)>, String) {
    let (mut blocks, mut prose, mut open) = (Vec::new(), String::new(), false);
    // A line that ends in a backslash goes on in the next one.
    let text = text.replace(" \\\n", " ");
    for line in text.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            open = !open;
            if open {
                blocks.push((language.trim().to_owned(), String::new()));
            }
            continue;
        }
        let into = if open { &mut blocks.last_mut().unwrap().1 } else { &mut prose };
        into.push_str(line);
        into.push('\n');
    }
    assert!(!open, "a block does not end");
    (blocks, prose)
}

/// The words of a line as a shell takes it apart, up to a comment, a pipe or a redirection.
fn shell_words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            None if matches!(c, '"' | '\'') => (quote, begun) = (Some(c), true),
            None if c.is_whitespace() => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                    begun = false;
                }
            }
            None if matches!(c, '|' | '>' | '&' | ';') || c == '#' && word.is_empty() => break,
            _ => word.push(c),
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}

/// The words of a line from the program's name on, where it is this program that the line starts.
fn started(line: &str) -> Option<Vec<String>> {
    let mut words = shell_words(line);
    loop {
        let first = words.first()?;
        let name = first.rsplit(['/', '\\']).next()?;
        match (first.as_str(), words.get(1).map(String::as_str)) {
            _ if name == "traekfil" || name == "traekfil.exe" => return Some(words),
            ("sudo", Some("-u")) => drop(words.drain(..3)),
            ("sudo" | "$", _) => drop(words.remove(0)),
            _ => return None,
        }
    }
}

fn refused(words: &[String], may_miss: bool) -> Option<String> {
    let error = words::command(Language::Da).try_get_matches_from(words).err()?;
    let fine = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => true,
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => may_miss,
        _ => false,
    };
    (!fine).then(|| format!("{}: {error}", words.join(" ")))
}

#[test]
fn every_command_can_be_typed() {
    for (file, at_least) in [(GUIDE, 40), (README, 10)] {
        let (blocks, prose) = taken_apart(&read(file));
        let in_blocks = blocks
            .iter()
            .filter(|(language, _)| matches!(language.as_str(), "sh" | "bat" | "console"))
            .flat_map(|(_, text)| text.lines())
            .filter_map(started)
            .map(|words| (words, false));
        // A command in the middle of a sentence may leave out what it is done to.
        let spans = prose.split('`').skip(1).step_by(2).filter(|span| span.starts_with("traekfil "));
        let in_prose = spans.filter_map(started).map(|words| (words, true));
        let all: Vec<_> = in_blocks.chain(in_prose).collect();
        assert!(all.len() >= at_least, "{file}: only {} commands found", all.len());
        let wrong: Vec<String> =
            all.iter().filter_map(|(words, may_miss)| refused(words, *may_miss)).collect();
        assert!(wrong.is_empty(), "{file}:\n{}", wrong.join("\n"));
    }
}

/// A fragment with the two keys that have no default.
fn completed(text: &str) -> String {
    let has = |key: &str| text.lines().any(|line| line.trim_start().starts_with(&format!("{key} =")));
    let mut missing = String::new();
    for (key, line) in [("host", "host = 'sftp.example.dk'\n"), ("user", "user = 'korsbaek'\n")] {
        if !has(key) {
            missing += line;
        }
    }
    if missing.is_empty() {
        return text.to_owned();
    }
    let text: String = text.lines().map(|line| line.trim_start().to_owned() + "\n").collect();
    match text.split_once("[sftp]\n") {
        Some((before, after)) => format!("{before}[sftp]\n{missing}{after}"),
        None => format!("{text}\n[sftp]\n{missing}"),
    }
}

#[test]
fn every_configuration_is_one() {
    for (file, at_least) in [(GUIDE, 5), (README, 0)] {
        let (blocks, _) = taken_apart(&read(file));
        let configs: Vec<_> = blocks.iter().filter(|(language, _)| language == "toml").collect();
        assert!(configs.len() >= at_least, "{file}: only {} configurations found", configs.len());
        for (_, text) in configs {
            let read = Config::of(Path::new("config.toml"), completed(text).into_bytes());
            assert!(read.is_ok(), "{file}:\n{text}\n{}", read.unwrap_err().message);
        }
    }
}

/// Whether a file is ever held for this reason.
fn holds(reason: Reason) -> bool {
    match reason {
        Reason::Unsettled
        | Reason::AlreadyDelivered
        | Reason::Approved
        | Reason::DuplicateInRun
        | Reason::New => false,
        Reason::UnsafeFile
        | Reason::Empty
        | Reason::InDoubt
        | Reason::Rejected
        | Reason::SameContentOtherSlot
        | Reason::UnknownPeriod
        | Reason::OldPeriod
        | Reason::FuturePeriod
        | Reason::UnknownSeries
        | Reason::OtherRoute
        | Reason::NewSeries
        | Reason::SlotTaken
        | Reason::Incomplete
        | Reason::UnreadableRecord
        | Reason::TotalsDiffer
        | Reason::OtherPeriod
        | Reason::RecordsDelivered
        | Reason::RecordsRepeat
        | Reason::TotalsRepeat
        | Reason::UnusualTotal
        | Reason::AmountOver
        | Reason::ConflictInRun
        | Reason::RemoteNameTaken
        | Reason::AlreadyOnServer => true,
    }
}

#[test]
fn every_reason_to_hold_a_file_has_its_section() {
    let (_, prose) = taken_apart(&read(GUIDE));
    for reason in Reason::ALL.iter().copied().filter(|reason| holds(*reason)) {
        let name = format!("`{}`", reason.name());
        let found = prose.lines().any(|line| line.starts_with("### ") && line.contains(&name));
        assert!(found, "no section for {name}");
    }
}

#[test]
fn every_reason_has_its_place_among_the_rules() {
    let (_, prose) = taken_apart(&read(ARCHITECTURE));
    let rules = prose.split("## ").find(|part| part.starts_with("The rules, in order")).unwrap();
    let named: Vec<&str> = spans(rules).collect();
    let missing: Vec<&str> =
        Reason::ALL.iter().map(|reason| reason.name()).filter(|name| !named.contains(name)).collect();
    assert!(missing.is_empty(), "{ARCHITECTURE} does not say where these are decided: {missing:?}");
}

/// What a heading is called in a link, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

#[test]
fn every_link_leads_somewhere() {
    for file in [GUIDE, README, ARCHITECTURE, CONTRIBUTING] {
        let (_, prose) = taken_apart(&read(file));
        let anchors: Vec<String> = prose
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| anchor(line.trim_start_matches('#')))
            .collect();
        let here: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let after = |open: &'static str, close: char| {
            prose.split(open).skip(1).filter_map(move |rest| rest.split(close).next())
        };
        let targets = after("](", ')').chain(after("src=\"", '"')).chain(after("href=\"", '"'));
        let mut seen = 0;
        for target in targets.filter(|target| !target.contains("://")) {
            seen += 1;
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            assert!(path.is_empty() || here.with_file_name(path).exists(), "{file}: {target} does not exist");
            assert!(
                !path.is_empty() || anchors.iter().any(|anchor| anchor == heading),
                "{file}: no heading for {target}"
            );
        }
        let at_least = if file == ARCHITECTURE { 1 } else { 3 };
        assert!(seen >= at_least, "{file}: only {seen} links found");
    }
}

/// The text between backticks.
fn spans(prose: &str) -> impl Iterator<Item = &str> {
    prose.split('`').skip(1).step_by(2)
}

#[test]
fn every_place_in_the_code_is_there() {
    let (_, prose) = taken_apart(&read(ARCHITECTURE));
    let mut seen = 0;
    let mut wrong = Vec::new();
    for span in spans(&prose).filter(|span| span.contains(".rs") && !span.contains([' ', '*'])) {
        let (file, item) = span.split_once("::").unwrap_or((span, ""));
        if file == "commands/name.rs" {
            continue;
        }
        seen += 1;
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let found = [root.join("src").join(file), root.join(file)].into_iter().find(|path| path.exists());
        let Some(text) = found.map(|path| fs::read_to_string(path).unwrap()) else {
            wrong.push(format!("{file} does not exist"));
            continue;
        };
        let defines = |kind: &str| {
            let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
            text.split(&format!("{kind} {item}")).skip(1).any(ends)
        };
        if !item.is_empty() && !["fn", "struct", "enum"].into_iter().any(defines) {
            wrong.push(format!("{file} has no {item}"));
        }
    }
    assert!(seen > 50, "only {seen} places found");
    assert!(wrong.is_empty(), "{ARCHITECTURE}:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_has_its_line() {
    let (_, prose) = taken_apart(&read(ARCHITECTURE));
    let floors = prose.split("## ").find(|part| part.starts_with("The floors")).unwrap();
    let named: Vec<&str> =
        spans(floors).map(|span| span.trim_end_matches(".rs").trim_end_matches('/')).collect();
    let mut rooms: Vec<String> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    rooms.retain(|room| room != "lib" && !named.contains(&room.as_str()));
    assert!(rooms.is_empty(), "{ARCHITECTURE} has no line for {rooms:?}");
}
