//! What the command line says of itself, and how its answers fit a screen and a log.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::output::{Output, Running};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY};

/// What the program says to these words in this language, outside of any configuration.
fn says(town: &Town, language: &str, words: &[&str], exit: i32) -> Output {
    town.run(["--language", language].iter().chain(words)).exit(exit).plain()
}

#[test]
fn help_is_in_the_language_asked_for() {
    let town = Town::new();
    for words in
        [&["--help"][..], &["-h"], &["run", "--help"], &["ledger", "export", "-h"], &["help", "approve"]]
    {
        let (da, en) = (says(&town, "da", words, 0).out(), says(&town, "en", words, 0).out());
        assert!(da.contains("\nBrug: traekfil") && da.contains("Eksempler:"), "{da}");
        assert!(en.contains("\nUsage: traekfil") && en.contains("Examples:"), "{en}");
        assert!(!en.contains(['æ', 'ø', 'å']) || words == ["--help"] || words == ["-h"], "{en}");
    }
    says(&town, "da", &["--help"], 0).stdout_has("Afslutningskoder:").stdout_has("  approve ");
    says(&town, "da", &["history", "--help"], 0)
        .stdout_has("in_doubt       uafklaret")
        .stdout_has("[standard: 50]");
}

#[test]
fn the_schema_of_the_configuration_is_in_the_language_asked_for() {
    let town = Town::new();
    for (language, port) in [("da", "Dens port (1 til 65535)."), ("en", "Its port (1 to 65535).")] {
        let schema: serde_json::Value =
            serde_json::from_str(&says(&town, language, &["config", "schema"], 0).out()).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["properties"]["sftp"]["properties"]["port"]["description"], port);
        assert_eq!(schema["required"], serde_json::json!(["sftp"]));
        let json = says(&town, language, &["config", "schema", "--json"], 0).json();
        assert_eq!((&json["schema"], &json["json_schema"]), (&1.into(), &schema));
    }
    says(&town, "da", &["config"], 2);
}

#[test]
fn the_language_is_the_words_then_the_configurations_then_the_systems() {
    let town = Town::new();
    town.run(["--help"]).exit(0).stdout_has("Usage:");
    // Windows has its language from the account, not from the environment.
    if cfg!(unix) {
        town.env("LC_ALL", "da_DK.UTF-8");
        town.run(["--help"]).exit(0).stdout_has("Brug:");
        town.run(["rnu"]).exit(2).says("Mente du run?");
    }
    town.set("language", "en");
    town.run(["--help"]).exit(0).stdout_has("Usage:");
    fs::write(town.path("anden.toml"), "language = \"da\"\n").unwrap();
    town.run(["rnu", "--config", "anden.toml"]).exit(2).says("Mente du run?");
    town.run(["rnu", "--config=anden.toml", "--language=en"]).exit(2).says("Did you mean run?");
}

#[test]
fn a_wrong_word_is_named_with_the_nearest_right_one_and_where_help_is() {
    let table: [(&[&str], &str, &str, &str); 14] = [
        (
            &["rnu"],
            "»rnu« er ikke en kommando. Mente du run?",
            "“rnu” is not a command. Did you mean run?",
            "",
        ),
        (&["ledger", "exprt"], "Mente du export?", "Did you mean export?", " ledger"),
        (&["ledger", "--json"], "verify, export, rebuild", "verify, export, rebuild", " ledger"),
        (&["run", "--dryrun"], "Mente du --dry-run?", "Did you mean --dry-run?", " run"),
        (&["run", "mad.txt"], "»mad.txt« hører ikke til her", "“mad.txt” does not belong here", " run"),
        (&["history", "--state", "in_dobt"], "Mente du in_doubt?", "Did you mean in_doubt?", " history"),
        (
            &["history", "--period", "2023-4"],
            "Skriv en måned som 2023-04",
            "Write a month such as 2023-04",
            " history",
        ),
        (&["history", "--limit", "0"], "et helt tal fra 1", "a whole number from 1", " history"),
        (&["approve", "3"], "Der mangler --reason <TEKST>", "Missing: --reason <TEXT>", " approve"),
        (&["approve", "3", "--reason", " "], "mindst ét ord", "at least one word", " approve"),
        (&["approve", "--min_202304.txt"], "-- --min_202304.txt", "-- --min_202304.txt", " approve"),
        (
            &["resolve", "12", "--reason", "x"],
            "--delivered|--not-delivered",
            "--delivered|--not-delivered",
            " resolve",
        ),
        (&["run", "--quiet", "-v"], "kan ikke bruges sammen", "cannot be used together", " run"),
        (
            &["run", "--config"],
            "Der mangler en værdi til --config <FIL>",
            "A value for --config <FILE> is missing",
            " run",
        ),
    ];
    let town = Town::new();
    for (words, da, en, help) in table {
        for (language, expected, help) in [
            ("da", da, format!("Hjælp: traekfil{help} --help")),
            ("en", en, format!("Help: traekfil{help} --help")),
        ] {
            let ran = says(&town, language, words, 2);
            let flowing = ran.err().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flowing.contains(expected), "`{expected}` in {flowing}");
            assert!(ran.err().ends_with(&format!("{help}\n")), "`{help}` in {}", ran.err());
            let asked_json = words.contains(&"--json");
            assert!(asked_json || ran.out().is_empty(), "{}", ran.out());
        }
    }
    town.run(["rnu", "--color", "always"]).exit(2).says("\u{1b}[");
    town.run(["r\u{1b}]0;x\u{7}nu"]).exit(2).plain();
}

#[test]
fn completions_and_manual_need_no_configuration() {
    let town = Town::new();
    fs::remove_file(town.path("config.toml")).unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        says(&town, "da", &["completions", shell], 0).stdout_has("traekfil").stdout_has("approve");
    }
    says(&town, "da", &["man"], 0).stdout_has(".SH BESKRIVELSE").stdout_has("traekfil ledger export");
    says(&town, "en", &["man"], 0).stdout_has(".SH DESCRIPTION").stdout_has("traekfil ledger export");
}

/// Runs another program with this on its standard input; none where it is not installed.
fn other(program: &str, args: &[&str], input: &str) -> Option<Output> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), input).unwrap();
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: {program} is not installed");
        return None;
    }
    let mut command = Command::new(program);
    command.args(args).env("LC_ALL", "C.UTF-8").env("MANWIDTH", "80");
    command.stdin(fs::File::open(file.path()).unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Some(Running::start(&mut command).finish())
}

#[test]
#[cfg_attr(windows, ignore = "there is no bash in wine")]
fn bash_completes_commands_options_and_values() {
    let town = Town::new();
    let script = says(&town, "da", &["completions", "bash"], 0).out();
    let completes = |words: &str, expected: &str| {
        let ask = format!(
            "{script}\nCOMP_WORDS=({words})\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _traekfil traekfil \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"\n\
             echo \"${{COMPREPLY[@]}}\"\n"
        );
        if let Some(ran) = other("bash", &["--norc", "-s"], &ask) {
            assert_eq!(ran.exit(0).out().trim(), expected, "after {words}");
        }
    };
    if let Some(ran) = other("bash", &["-n"], &script) {
        assert_eq!(ran.exit(0).err(), "");
    }
    completes("traekfil hist", "history");
    completes("traekfil run --dry", "--dry-run");
    completes("traekfil history --state in_", "in_doubt");
    completes("traekfil ledger exp", "export");
}

#[test]
#[cfg_attr(windows, ignore = "there is no zsh and no fish in wine")]
fn other_shells_can_read_their_completions() {
    let town = Town::new();
    for (shell, args) in [("zsh", &["-n"][..]), ("fish", &["--no-execute"])] {
        let script = says(&town, "da", &["completions", shell], 0).out();
        if let Some(ran) = other(shell, args, &script) {
            assert_eq!(ran.exit(0).err(), "");
        }
    }
}

#[test]
#[cfg_attr(windows, ignore = "there is no groff in wine")]
fn the_manual_page_is_clean_roff() {
    let town = Town::new();
    for language in ["da", "en"] {
        let page = says(&town, language, &["man"], 0).out();
        if let Some(ran) = other("groff", &["-ww", "-Kutf8", "-Tutf8", "-man", "-z"], &page) {
            assert_eq!(ran.exit(0).err(), "", "{language}");
        }
        if let Some(ran) = other("man", &["--warnings", "-l", "-"], &page) {
            let shown = ran.exit(0);
            assert_eq!(shown.err(), "", "{language}");
            assert!(shown.out().contains("traekfil resolve"), "{}", shown.out());
        }
    }
}

const LONG: &str = "madservice_for_hjemmeboende_i_hele_korsbaek_kommune_og_omegn_maaltider";

/// A town where names are long and something of each kind has happened.
fn eventful() -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.file(format!("{LONG}_202304.txt"), "MAD;2023-04;lang");
    town.deliver(0);
    town.file(MAD, MAD_MAY);
    town.file(format!("{LONG} {LONG}_202304.txt"), "MAD;2023-04;anden lang");
    town.file(format!("{LONG}_uden_maaned.txt"), "uden måned");
    town.file("tom_202304.txt", "");
    town.deliver(3);
    town
}

/// Whether a line is wider only since it shows a name, a path or a command in one piece.
fn fits(line: &str) -> bool {
    let wide = |text: &str| textwrap::core::display_width(text) > 80;
    let one_piece = |line: &str| {
        let line = line.trim_start_matches([' ', '•']);
        line.split(' ').count() == 1 || line.starts_with("traekfil ") || wide_word(line)
    };
    !wide(line) || one_piece(line)
}

/// Whether a word alone would not fit beside what must stand before it.
fn wide_word(line: &str) -> bool {
    line.split(' ').any(|word| textwrap::core::display_width(word) > 60)
}

#[test]
fn sentences_fit_eighty_columns_and_logs_stay_plain() {
    let town = eventful();
    let told: [(&[&str], Option<i32>); 11] = [
        (&["run", "--quiet"], None),
        (&["run", "--dry-run", "--quiet"], None),
        (&["check"], None),
        (&["ledger", "verify"], None),
        (&["approve", "99", "--reason", "x"], Some(2)),
        (&["resolve", "99", "--delivered", "--reason", "x"], Some(2)),
        (&["run", "--config", "findes_ikke/i_en/meget/lang/mappe/som/ingen/har/lavet.toml"], Some(2)),
        (&["history", "--state", "x"], Some(2)),
        (&["rnu"], Some(2)),
        (&["help"], Some(0)),
        (&["help", "nope"], Some(2)),
    ];
    for language in ["da", "en"] {
        for (words, exit) in &told {
            let ran = town.run(["--language", language].iter().chain(*words)).plain();
            if let Some(exit) = exit {
                ran.exit_in(&[*exit]);
            }
            let (out, err) = (ran.out(), ran.err());
            assert!(!format!("{out}{err}").is_empty(), "{words:?} says something");
            for line in out.lines().chain(err.lines()) {
                assert!(fits(line), "{words:?} in {language}: `{line}`");
            }
        }
        let tables: [&[&str]; 3] = [&["run", "--dry-run"], &["run", "-v"], &["history"]];
        for words in tables {
            town.run(["--language", language].iter().chain(words)).plain().stdout_has(LONG);
        }
    }
}

#[test]
fn colour_obeys_the_environment_and_the_words_go_before_it() {
    let town = eventful();
    let esc = "\u{1b}[";
    let dry = |more: &[&str]| town.run(["run", "--dry-run"].iter().chain(more)).exit(3);
    town.env("CLICOLOR_FORCE", "1");
    dry(&[]).stdout_has(esc);
    dry(&["--color", "never"]).plain();
    town.env("NO_COLOR", "1").env("CLICOLOR_FORCE", "0");
    dry(&[]).plain();
    dry(&["--color", "always"]).stdout_has(esc);
    says(&town, "da", &["--help"], 0);
    town.run(["--help", "--color", "always"]).exit(0).stdout_has(esc);
}

/// As `script` shows it: the same on a terminal of eighty columns.
#[test]
#[cfg(target_os = "linux")]
fn tables_fit_a_terminal_and_no_color_holds_there() {
    if Command::new("script").arg("--version").output().is_err() {
        eprintln!("skipped: script is not installed");
        return;
    }
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.deliver(0);
    town.file(MAD, MAD_MAY);
    town.file("mad på Sølyst æblegården_uden_maaned.txt", "uden måned");
    let program = env!("CARGO_BIN_EXE_traekfil");
    for (words, no_color) in [("run --dry-run", true), ("history", true), ("run --dry-run", false)] {
        let mut command = town.command(["--version"]);
        command = {
            let mut script = Command::new("script");
            script.args(["-qec", &format!("stty cols 80 && {program} --language da {words}"), "/dev/null"]);
            script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
            script.current_dir(town.path("")).env("TERM", "xterm").env_remove("NO_COLOR").env_remove("CI");
            script
        };
        if no_color {
            command.env("NO_COLOR", "1");
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let shown = Running::start(&mut command).finish().out();
        assert!(shown.contains(MAD), "{shown}");
        assert_eq!(shown.contains('\u{1b}'), !no_color, "{words}: {shown}");
        for line in shown.lines() {
            let width = textwrap::core::display_width(line.trim_end());
            assert!(width <= 80, "{words}: {width} columns in `{line}`");
        }
    }
}
