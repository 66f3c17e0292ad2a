#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;

use super::*;
use crate::calendar::due_soon::DueRule;
use crate::calendar::runs::WarnBefore;
use crate::exit::ExitCode;
use crate::model::decision::Reason;
use crate::model::policy::{ContentPolicy, ContentRule as Choice};
use crate::records::amount::Ore;
use crate::records::totals::Percent;
use crate::series::{PerPeriod, PeriodSource, Route};
use crate::template::Placeholder;

const EXAMPLE: &str = include_str!("../../config.example.toml");
const SFTP: &str = "[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\n";

fn read(text: &str) -> Result<Config, UserError> {
    sections::checked(Path::new("base/config.toml"), text.parse().unwrap())
}

/// The keys that are wrong, in either language.
fn wrong(text: &str) -> Vec<String> {
    let Err(error) = read(text) else { return Vec::new() };
    assert_eq!(error.exit, ExitCode::Usage);
    let problems = error.message.lines().filter_map(|line| line.strip_prefix("  - ")?.split(": ").next());
    problems.map(|key| key.replace(" nr. ", " ").replace(" no. ", " ")).collect()
}

fn assert_defaults(config: &Config) {
    assert_eq!(config.drop, Path::new("base/drop"));
    assert_eq!(config.archive, Path::new("base/archive"));
    assert_eq!(config.ledger, Path::new("base/ledger.db"));
    let scan = &config.scan;
    assert!(scan.include.is_match("hvad som helst"));
    for name in ["a.TMP", "a.part", ".skjult", "~$a.docx"] {
        assert!(scan.exclude.is_match(name), "{name}");
    }
    assert!(!scan.exclude.is_match("mad_202304.txt"));
    assert_eq!((scan.subfolders, scan.settle), (false, Duration::from_secs(10)));
    assert_eq!(scan.largest, 1024 * 1024 * 1024);
    assert_eq!(config.alert.unsettled_after, Some(Duration::from_secs(24 * 60 * 60)));
    assert_eq!((config.period.months_back, config.period.months_ahead), (1, 1));
    let policy = config.policy;
    let rules = [
        policy.same_content_other_slot,
        policy.unknown_period,
        policy.old_period,
        policy.future_period,
        policy.unknown_series,
        policy.new_series,
        policy.slot_taken,
    ];
    assert_eq!((rules, policy.gone_is_delivered, policy.two_persons), ([Rule::Hold; 7], false, false));
    assert_eq!(policy.content.rule(Reason::RecordsRepeat, false), Choice::Hold);
    assert_eq!(policy.content.rule(Reason::RecordsDelivered, false), Choice::Hold);
    let unsaid = ContentPolicy { records_delivered: None, records_repeat: None, ..policy.content };
    assert_eq!(unsaid, ContentPolicy::USUAL);
    assert_eq!(config.records.keep_months, 36);
    assert!(config.contents.iter().all(Option::is_none) && config.formats.is_empty());
    let sftp = &config.sftp;
    assert_eq!((sftp.host.as_str(), sftp.port, sftp.user.as_str()), ("sftp.example.dk", 22, "korsbaek"));
    assert_eq!(sftp.folder, "");
    let value = |place: Placeholder| place.word().to_owned();
    assert_eq!(sftp.remote_name.render(value), "name");
    assert_eq!(sftp.temporary_name.render(value), ".name.id.part");
    assert_eq!((sftp.verify, sftp.publish), (Verify::Size, Publish::Rename));
    assert_eq!((sftp.sync, sftp.pieces), (SyncRule::Required, false));
    assert_eq!((sftp.timeout, sftp.connections), (Duration::from_secs(30), 4));
    let originals = config.originals;
    assert_eq!((originals.delivered, originals.duplicates), (Disposal::Archive, Disposal::Archive));
    assert_eq!(originals.keep_archive, None);
}

#[test]
fn only_host_and_user_are_needed_and_the_example_shows_the_defaults() {
    for text in [SFTP, EXAMPLE] {
        let config = read(text).unwrap();
        assert_defaults(&config);
        let sftp = &config.sftp;
        assert!(sftp.identity.is_none() && sftp.password_file.is_none() && sftp.passphrase_file.is_none());
        assert!(sftp.host_key.is_empty() && sftp.known_hosts.is_none());
        assert!(config.series.is_empty() && config.language.is_none());
    }
    assert_eq!(wrong(""), ["[sftp] host", "[sftp] user"]);
}

#[test]
fn unfinished_files_of_known_programs_do_not_count_unless_the_list_is_ones_own() {
    let unfinished = [
        "mad_202304.txt.filepart",
        "mad_202304.txt.crdownload (1)",
        "mad_202304.txt.partial",
        "mad_202304.txt.download",
        "mad_202304.bak",
        "mad_202304.txt~",
        ".mad_202304.txt.swp",
        "mad_202304.txt.camelLock",
        "mad_202304.txt.inprogress",
        "MAD_202304.TXT.ARIA2",
    ];
    let (by_itself, own) =
        (read(SFTP).unwrap(), read(&format!("[scan]\nexclude = ['gammel*']\n{SFTP}")).unwrap());
    for name in unfinished {
        assert!(by_itself.scan.exclude.is_match(name), "{name}");
        assert!(!own.scan.exclude.is_match(name), "{name}");
    }
    for name in ["mad_202304.txt", "mad_202304", "vask-april.csv", "partner_202304.txt", "mad_202304_ny.txt"]
    {
        assert!(!by_itself.scan.exclude.is_match(name), "{name}");
    }
}

#[test]
fn sizes() {
    let largest =
        |text: &str| read(&format!("[scan]\nlargest = {text}\n{SFTP}")).map(|config| config.scan.largest);
    for (text, bytes) in [("'1KiB'", 1024), ("'2 MB'", 2_000_000), ("'1.5GiB'", 3 << 29), ("'1PiB'", 1 << 50)]
    {
        assert_eq!(largest(text).unwrap(), bytes, "{text}");
    }
    for text in ["1024", "'1024'", "'1023B'", "'2PiB'", "'stor'", "'-1GiB'", "''", "true"] {
        assert_eq!(wrong(&format!("[scan]\nlargest = {text}\n{SFTP}")), ["[scan] largest"], "{text}");
    }
}

#[test]
fn waiting_files_are_told_of_after_a_day_unless_it_says_otherwise() {
    let after = |line: &str| read(&format!("[alert]\n{line}\n{SFTP}")).unwrap().alert.unsettled_after;
    assert_eq!(after(""), Some(Duration::from_secs(24 * 3600)));
    assert_eq!(after("unsettled_after = '2h'"), Some(Duration::from_secs(2 * 3600)));
    assert_eq!(after("unsettled_after = 'never'"), None);
}

#[test]
fn the_example_names_every_key() {
    let keys = "language name drop archive path include exclude subfolders settle largest months_back months_ahead runs warn_before name files \
        period period_in per_period due_day due due_from not_due remote_folder contact mail route format deduction largest_amount unusual \
        kind encoding line_length header record trailer ignore citizen amount reference period period records sum keep \
        same_content_other_slot unknown_period old_period \
        future_period unknown_series new_series slot_taken incomplete unreadable_record totals_differ other_period \
        records_delivered records_repeat totals_repeat unusual_total amount_over two_persons gone_after_publish host port user identity password_file passphrase_file host_key \
        known_hosts folder remote_name temporary_name verify sync publish pieces timeout connections delivered duplicates \
        keep_archive quiet_for not_picked_up_after unsettled_after mail_to mail_from smtp_host smtp_port smtp_tls smtp_user \
        smtp_password_file smtp_ca monthly event_log command";
    let named = EXAMPLE.lines().filter_map(|line| Some(line.split_once(" = ")?.0.trim_start_matches('#')));
    assert_eq!(named.collect::<Vec<_>>(), keys.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn each_optional_line_of_the_example_can_be_used() {
    // `due` stands in the place of `due_day`, and needs the calendar.
    let optional =
        |line: &str| line.starts_with('#') && !line.starts_with("# ") && !line.starts_with("#due =");
    let lines: Vec<&str> = EXAMPLE.lines().collect();
    let series = lines.iter().position(|line| *line == "#[[series]]").unwrap();
    let policy = lines.iter().position(|line| *line == "[policy]").unwrap();
    let with = |used: &dyn Fn(usize) -> bool| {
        let line = |(at, line): (usize, &&str)| {
            if used(at) && optional(line) { line[1..].to_owned() } else { (*line).to_owned() }
        };
        read(&lines.iter().enumerate().map(line).collect::<Vec<_>>().join("\n"))
    };
    let rule = &with(&|at| (series..policy).contains(&at)).unwrap().series[0];
    assert_eq!((rule.name.as_str(), rule.per_period, rule.due_day), ("mad", PerPeriod::One, Some(20)));
    assert_eq!(rule.remote_folder.as_deref(), Some("ind"));
    assert!(rule.mail.is_some() && rule.contact.is_some() && rule.route == Route::Us);
    let by_run =
        EXAMPLE.replace("#runs", "runs").replace("#[[series]]", "[[series]]").replace("#due =", "due =");
    let by_run = by_run.replace("#name", "name").replace("#files", "files");
    assert_eq!(read(&by_run).unwrap().series[0].due(), Some(DueRule::Run));
    let content = with(&|at| (series..policy).contains(&at)).unwrap().contents[0].clone().unwrap();
    assert_eq!(
        (content.name.as_str(), content.deduction.as_str(), content.many),
        ("madservice", "mad", false)
    );
    assert_eq!((content.largest.map(Ore::get), content.unusual.map(Percent::get)), (Some(450_000), Some(50)));
    assert!(content.format.knows_its_end() && content.format.has_reference());
    assert!(matches!(rule.period, PeriodSource::Name(_)) && rule.files[0].is_match("MAD_202304.TXT"));
    let notify = lines.iter().position(|line| *line == "[notify]").unwrap();
    let told = with(&|at| at > notify).unwrap().notify;
    assert!(told.mail.is_some_and(|mail| mail.to.len() == 2 && mail.port == 587 && mail.ca.is_some()));
    assert_eq!(told.command.unwrap()[1..], ["--til", "it-drift"]);
    let parts = |at: &usize| (series..policy).contains(at) || *at > notify;
    let mut tried = 0;
    for only in (0..lines.len()).filter(|at| optional(lines[*at]) && !parts(at)) {
        let config = with(&|at| at == only).unwrap_or_else(|error| panic!("{}: {error}", lines[only]));
        assert_defaults(&config);
        tried += 1;
    }
    assert_eq!(
        tried, 12,
        "language, name, exclude, runs, warn_before, records_delivered, records_repeat, identity, two files of secrets, host_key, known_hosts"
    );
}

#[test]
fn the_config_to_copy_is_whole() {
    let config = read(MINIMAL).unwrap();
    assert!(config.check_host_key().is_err(), "`check` shows the key to compare first");
    assert_eq!(config.sftp.identity.as_deref(), Some(Path::new("base/id_ed25519")));
}

#[test]
fn values_are_taken_as_they_are_written() {
    let config = read(
        r#"
        language = "en"
        name = "Korsbæk Kommune"
        [folders]
        drop = '/srv/x'
        [scan]
        include = ["*.txt", "MÅL*"]
        exclude = []
        subfolders = true
        settle = "0s"
        [period]
        months_back = 0
        months_ahead = 120
        [[series]]
        name = "mad"
        files = ["a*", "b*"]
        period = '(?<year>\d+)(?<month>\d\d)'
        period_in = "content"
        per_period = "many"
        due_day = 31
        remote_folder = "/ind/mad/"
        [policy]
        same_content_other_slot = "skip"
        unknown_period = "send"
        two_persons = true
        gone_after_publish = "delivered"
        [sftp]
        host = "2001:db8::1"
        port = 65535
        user = "DOMÆNE\\bruger"
        password_file = "../kode"
        host_key = ["SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
        folder = "./ind//2023/"
        remote_name = "{stem}_{digest8}.{ext}"
        verify = "read_back"
        publish = "direct"
        timeout = "1h"
        connections = 8
        [originals]
        delivered = "delete"
        duplicates = "leave"
        keep_archive = "400d"
        "#,
    )
    .unwrap();
    assert_eq!(config.name.as_deref(), Some("Korsbæk Kommune"));
    assert_eq!((config.language, config.drop.as_path()), (Some(Language::En), Path::new("/srv/x")));
    assert!(config.scan.include.is_match("målebog") && !config.scan.include.is_match("a.csv"));
    assert!(!config.scan.exclude.is_match("a.tmp") && config.scan.subfolders);
    assert_eq!((config.scan.settle, config.period.months_ahead), (Duration::ZERO, 120));
    assert!(matches!(config.series[0].period, PeriodSource::Content(_)));
    assert_eq!((config.series[0].due_day, config.series[0].files.len()), (Some(31), 2));
    assert_eq!(config.series[0].remote_folder.as_deref(), Some("/ind/mad"));
    assert_eq!(config.policy.same_content_other_slot, Rule::Skip);
    assert!(config.policy.gone_is_delivered && config.policy.two_persons);
    assert_eq!(config.sftp.folder, "ind/2023");
    assert_eq!(config.sftp.password_file.as_deref(), Some(Path::new("base/../kode")));
    assert_eq!((config.sftp.timeout, config.sftp.connections), (Duration::from_secs(3600), 8));
    assert_eq!((config.sftp.verify, config.sftp.publish), (Verify::ReadBack, Publish::Direct));
    assert_eq!(config.originals.keep_archive, Some(Duration::from_secs(400 * 86400)));
    assert_eq!(config.originals.duplicates, Disposal::Leave);
}

#[test]
fn each_wrong_value_is_refused_by_its_key() {
    let table = [
        ("language", "'dk'"),
        ("name", "''"),
        ("folders.drop", "''"),
        ("folders.archive", "\"D:\\new\""),
        ("ledger.path", "7"),
        ("scan.include", "[]"),
        ("scan.include", "['']"),
        ("scan.include", "'*'"),
        ("scan.exclude", "['[a']"),
        ("scan.exclude", "['gammel/*']"),
        ("scan.subfolders", "'ja'"),
        ("scan.settle", "10"),
        ("scan.settle", "'25h'"),
        ("scan.settle", "'snart'"),
        ("period.months_back", "-1"),
        ("period.months_ahead", "121"),
        ("period.months_back", "1.5"),
        ("calendar.runs", "'2026-12-15'"),
        ("calendar.runs", "[1]"),
        ("calendar.runs", "['']"),
        ("calendar.runs", "['31-02-2026']"),
        ("calendar.runs", "['15. december']"),
        ("calendar.runs", "['03/04 2026']"),
        ("calendar.runs", "['12/15/2026']"),
        ("calendar.runs", "['2026-12-15 25:00']"),
        ("calendar.runs", "['mandag d. 15. december 2026']"),
        ("calendar.runs", "['2026-12-15', '15. december 2026']"),
        ("calendar.runs", "['2027-01-14', '2026-12-15']"),
        ("calendar.warn_before", "3"),
        ("calendar.warn_before", "'snart'"),
        ("calendar.warn_before", "'61d'"),
        ("policy.unknown_period", "'skip'"),
        ("policy.future_period", "'skip'"),
        ("policy.new_series", "'skip'"),
        ("policy.unknown_series", "'drop'"),
        ("policy.slot_taken", "'skip'"),
        ("policy.incomplete", "'skip'"),
        ("policy.other_period", "'wait'"),
        ("policy.totals_repeat", "'skip'"),
        ("records.keep", "'2 years'"),
        ("records.keep", "'2 months'"),
        ("policy.old_period", "'drop'"),
        ("policy.gone_after_publish", "true"),
        ("sftp.port", "0"),
        ("sftp.port", "65536"),
        ("sftp.port", "'22'"),
        ("sftp.identity", "' '"),
        ("sftp.host_key", "'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'"),
        ("sftp.host_key", "['SHA256:AAA']"),
        ("sftp.host_key", "['SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']"),
        ("sftp.folder", "'../ind'"),
        ("sftp.folder", "'a\\b'"),
        ("sftp.remote_name", "'{navn}'"),
        ("sftp.remote_name", "'{name}.{id}'"),
        ("sftp.remote_name", "'a/{name}'"),
        ("sftp.remote_name", "'..'"),
        ("sftp.temporary_name", "'{name}.part'"),
        ("sftp.temporary_name", "'{id'"),
        ("sftp.verify", "'md5'"),
        ("sftp.sync", "'never'"),
        ("sftp.pieces", "'yes'"),
        ("sftp.publish", "'Rename'"),
        ("sftp.timeout", "'999ms'"),
        ("sftp.timeout", "'61m'"),
        ("sftp.connections", "0"),
        ("sftp.connections", "9"),
        ("originals.delivered", "'leave'"),
        ("originals.keep_archive", "'0s'"),
        ("originals.keep_archive", "'12m'"),
        ("originals.keep_archive", "'99999999y'"),
        ("originals.keep_archive", "400"),
    ];
    for (key, value) in table {
        let (title, name) =
            key.rsplit_once('.').map_or((String::new(), key), |(s, n)| (format!("[{s}] "), n));
        let text = if key.starts_with("sftp.") {
            format!("{SFTP}{name} = {value}")
        } else {
            format!("{key} = {value}\n{SFTP}")
        };
        assert_eq!(wrong(&text), [format!("{title}{name}")], "{key} = {value}");
    }
    for host in ["''", "'sftp://kp.example.dk'", "'kp.example.dk:22'", "'a b'", "'bruger@kp.example.dk'", "1"]
    {
        assert_eq!(wrong(&format!("sftp.host = {host}\nsftp.user = 'x'")), ["[sftp] host"], "{host}");
    }
    assert_eq!(wrong("sftp = 1"), ["sftp", "[sftp] host", "[sftp] user"]);
    let both = "known_hosts = 'k'\nhost_key = ['SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']";
    assert_eq!(wrong(&format!("{SFTP}{both}")), ["[sftp] known_hosts"]);
}

#[test]
fn each_wrong_entry_of_the_series_is_named() {
    let entry =
        |text: &str| wrong(&format!("{SFTP}[[series]]\nname = 'a'\nfiles = ['a']\n[[series]]\n{text}"));
    assert_eq!(entry("name = 'b'\nfiles = ['b']"), [""; 0]);
    assert_eq!(entry(""), ["[[series]] 2 name", "[[series]] 2 files"]);
    let key = |key: &str| [format!("[[series]] 2 (b) {key}")];
    for (name, value) in [
        ("period", "'('"),
        ("period", r"'(?<year>\d+)'"),
        ("period", r"'(?<month>\d+)'"),
        ("period", "''"),
        ("period_in", "'content'"),
        ("period_in", "'indhold'"),
        ("per_period", "1"),
        ("due_day", "0"),
        ("due_day", "32"),
        ("due", "'kørsel'"),
        ("due", "'run'"),
        ("contact", "''"),
        ("contact", "'000000-0000'"),
        ("mail", "'vask'"),
        ("route", "'os'"),
        ("due_from", "'april'"),
        ("not_due", "['2023-13']"),
        ("remote_folder", "'..'"),
        ("filer", "1"),
    ] {
        assert_eq!(
            entry(&format!("name = 'b'\nfiles = ['b']\n{name} = {value}")),
            key(name),
            "{name} = {value}"
        );
    }
    assert_eq!(entry("name = 'b'\nfiles = []"), key("files"));
    assert_eq!(entry("name = 'b/c'\nfiles = ['b']"), ["[[series]] 2 (b/c) name"]);
    assert_eq!(entry("name = 'a'\nfiles = ['b']"), ["[[series]] 2 (a) name"]);
    assert_eq!(wrong(&format!("{SFTP}[series]\nname = 'a'")), ["series"]);
}

#[test]
fn the_calendar_is_read_in_danish_and_in_iso_form() {
    let calendar = |lines: &str| read(&format!("[calendar]\n{lines}\n{SFTP}")).unwrap().calendar;
    let runs =
        "runs = ['15. december 2026', '2027-01-14 12:00', 2027-02-12, 'fredag d. 12. marts 2027 kl. 9.30']";
    let dates: Vec<String> = calendar(runs).runs.all().iter().map(ToString::to_string).collect();
    assert_eq!(dates, ["2026-12-15", "2027-01-14 12:00", "2027-02-12", "2027-03-12 09:30"]);
    assert!(calendar("").runs.is_empty() && calendar("").warn_before.is_none());
    for (text, meant) in [
        ("3 banking days", WarnBefore::BankingDays(3)),
        ("3 bankdage", WarnBefore::BankingDays(3)),
        ("2d", WarnBefore::Days(2)),
    ] {
        assert_eq!(calendar(&format!("warn_before = '{text}'")).warn_before, Some(meant));
    }
    let both = format!(
        "[calendar]\nruns = ['2026-12-15']\n{SFTP}[[series]]\nname = 'a'\nfiles = ['a']\ndue = 'run'\ndue_day = 20"
    );
    assert_eq!(wrong(&both), ["[[series]] 1 (a) due"]);
    let supplier = format!("{SFTP}[[series]]\nname = 'a'\nfiles = ['a']\ndue_day = 20\nroute = 'supplier'");
    assert_eq!(read(&supplier).unwrap().series[0].due(), None, "what he sends himself is not awaited here");
}

#[test]
fn every_unknown_key_is_named_with_the_nearest_right_one() {
    let text =
        format!("langauge = 'da'\n[folder]\n[scan]\nSettle = '10s'\n{SFTP}password = 'hemmelig'\nprot = 22");
    let message = read(&text).unwrap_err().message;
    let pairs = [
        ("langauge", "language"),
        ("folder", "folders"),
        ("[scan] Settle", "settle"),
        ("[sftp] password", "password_file"),
        ("[sftp] prot", "port"),
    ];
    for (key, right) in pairs {
        let line = message.lines().find(|line| line.starts_with(&format!("  - {key}: "))).unwrap();
        assert!(line.ends_with(&format!(" {right}.")), "{line}");
    }
    assert_eq!(wrong(&text).len(), pairs.len());
    assert!(!message.contains("hemmelig"), "{message}");
}

#[test]
fn a_broken_file_says_where_and_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let message = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        let error = Config::load(&file).unwrap_err();
        assert_eq!(error.exit, ExitCode::Usage);
        error.message
    };
    let windows = message(b"[folders]\r\ndrop = \"D:\\mappe\"\r\n");
    assert!(windows.contains(" 2, ") && windows.contains("    drop = \"D:\\mappe\""), "{windows}");
    assert!(windows.contains("'D:\\mappe'"), "{windows}");
    for line in [
        r#"password = "hem\melig""#,
        "adgangskode = hemmelig",
        "Password: hemmelig",
        "x = { password_file = 'a', passphrase = 'hemmelig",
    ] {
        let secret = message(format!("[sftp]\n{line}\n").as_bytes());
        assert!(!secret.contains("melig") && secret.contains(" 2, "), "{secret}");
    }
    assert!(message(b"password_file = D:").contains("    password_file = D:"));
    assert!(!message(b"[sftp\n").contains("D:"));
    assert!(message(b"drop = \"m\xe5ned\"").contains("UTF-8"));
    fs::write(&file, format!("\u{feff}{SFTP}")).unwrap();
    assert!(Config::load(&file).is_ok());
    fs::remove_file(&file).unwrap();
    assert_eq!(Config::load(&file).unwrap_err().exit, ExitCode::Usage);
}

#[test]
fn the_language_is_found_in_a_broken_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let language = |text: &str| {
        fs::write(&file, text).unwrap();
        Config::language_of(&file)
    };
    assert_eq!(language("x = \"\\q\"\n  language='en'\n[sftp"), Some(Language::En));
    assert_eq!(language("\u{feff}language = \"da\" # dansk\n"), Some(Language::Da));
    for text in [
        "",
        "language",
        "language =",
        "language = d",
        "[x]\nlanguage = 'da'",
        "#language = 'da'",
        "language = 'åæ'",
    ] {
        assert_eq!(language(text), None, "{text}");
    }
    assert_eq!(Config::language_of(&folder.path().join("none")), None);
}

#[test]
fn the_file_is_looked_for_in_order_and_never_elsewhere_when_it_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (a, b, c, none) = (at("a"), at("b"), at("c"), at("none"));
    for file in [&a, &b, &c] {
        fs::write(file, "").unwrap();
    }
    let places = [none.clone(), c.clone()];
    assert_eq!(find_among(Some(&a), Some(b.clone().into()), &places).unwrap(), a);
    assert_eq!(find_among(None, Some(b.clone().into()), &places).unwrap(), b);
    assert_eq!(find_among(None, Some("".into()), &places).unwrap(), c);
    for error in [
        find_among(Some(&none), Some(b.into()), &places).unwrap_err(),
        find_among(None, Some(none.clone().into()), &places).unwrap_err(),
    ] {
        assert_eq!(error.exit, ExitCode::Usage);
        assert!(error.message.contains(none.to_str().unwrap()), "{error}");
    }
    let error = find_among(None, None, std::slice::from_ref(&none)).unwrap_err();
    assert!(error.message.contains(MINIMAL) && error.message.contains(none.to_str().unwrap()), "{error}");
}

#[test]
fn a_server_that_cannot_be_recognised_is_refused() {
    let error = read(SFTP).unwrap().check_host_key().unwrap_err();
    assert_eq!(error.exit, ExitCode::Usage);
    assert!(error.message.contains("traekfil check"), "{error}");
    assert!(read(&format!("{SFTP}known_hosts = 'k'")).unwrap().check_host_key().is_ok());
}

const FORMAT: &str = "[formats.mad]\nkind = 'fixed'\n[formats.mad.record]\ncitizen = '1-10'\n";

#[test]
fn everything_that_is_wrong_with_a_format_is_told_at_once_by_its_whole_key() {
    let text = format!(
        "{SFTP}[[series]]\nname = 'mad'\nfiles = ['mad*']\nformat = 'mat'\nlargest_amount = '-1'\nunusual = '50'\n\
         {FORMAT}amount = {{ at = '9-20', unit = 3, sign = ['-'] }}\nperriod = '1'\n\
         [formats.mad.lines]\nrecord = '['\nheader = '^a$b'\n[formats.other]\nkind = 7\n"
    );
    let wanted = [
        "[[series]] 1 (mad) format",
        "[[series]] 1 (mad) largest_amount",
        "[[series]] 1 (mad) unusual",
        "formats.mad.record.amount.sign",
        "formats.mad.record.amount.unit",
        "formats.mad.lines.header",
        "formats.mad.lines.record",
        "formats.mad.record.perriod",
        "formats.mad.record.amount",
        "formats.other.kind",
        "formats.other.record.citizen",
        "formats.other.record.amount",
    ];
    let mut found = wrong(&text);
    let mut wanted = wanted.map(str::to_owned).to_vec();
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted, "{}", read(&text).unwrap_err().message);
}

#[test]
fn a_series_needs_its_format_and_a_format_what_it_deducts_for() {
    let series = |lines: &str| format!("{SFTP}[[series]]\nname = 'mad'\nfiles = ['mad*']\n{lines}\n");
    let amount = "amount = { at = '11-20', unit = 'øre' }\n";
    assert_eq!(wrong(&series("deduction = 'mad'")), ["[[series]] 1 (mad) deduction"]);
    assert_eq!(wrong(&series("format = 'mad'")), ["[[series]] 1 (mad) format"]);
    assert_eq!(wrong(&(series("format = 'mad'") + FORMAT + amount)), ["formats.mad.record.deduction"]);
    let config = read(&(series("format = 'mad'\ndeduction = 'mad'") + FORMAT + amount)).unwrap();
    assert!(config.content_of(Some(0)).is_some() && config.content_of(None).is_none());
}
