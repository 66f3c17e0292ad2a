//! The properties that must hold for any input: one function for each fuzz target, shared with `cargo test`.
//!
//! Each answers whether the input was taken (a configuration, a period, a packet, a name), so that a
//! corpus that tries only one side is noticed.

use std::path::{Component, Path};
use std::time::Duration;

use traekfil::config::Config;
use traekfil::deliver::{remote_path, temporary_path};
use traekfil::digest::Digest;
use traekfil::drop_folder::unsafe_name;
use traekfil::exit::ExitCode;
use traekfil::messages::escape;
use traekfil::model::delivery::{Key, Slot};
use traekfil::names::nfc;
use traekfil::period::{Recognised, recognise};
use traekfil::records::format::table::FormatTable;
use traekfil::records::format::{Format, SeriesUse};
use traekfil::records::guess;
use traekfil::records::reader::{Reader, Reading, Record};
use traekfil::remote::sftp::packet::{self, MAX_HANDLE, MAX_PACKET, Malformed, Packet, Reply, Request};
use traekfil::series::identify;
use traekfil::template::{Placeholder, Template};

/// The longest name of a file, in bytes.
const LONGEST_NAME: usize = 255;
/// As the executor makes them: the delivery's number and the ledger's random name.
const ID: &str = "1234567-0123456789abcdef";

/// Any bytes are a configuration within its bounds, or are refused with a text that can be shown.
pub fn config(bytes: &[u8]) -> bool {
    let config = match Config::of(Path::new("config.toml"), bytes.to_vec()) {
        Ok(config) => config,
        Err(error) => {
            assert_eq!(error.exit, ExitCode::Usage);
            assert_shown(&error.message.replace('\n', ""));
            return false;
        }
    };
    let sftp = &config.sftp;
    assert!(!sftp.host.is_empty() && !sftp.host.contains(char::is_whitespace), "host {:?}", sftp.host);
    assert!(!sftp.user.trim().is_empty(), "user {:?}", sftp.user);
    assert!(sftp.port > 0 && (1..=8).contains(&sftp.connections));
    assert!(
        (1..=3600).contains(&sftp.timeout.as_secs()) && config.scan.settle <= Duration::from_secs(24 * 3600)
    );
    assert!(config.originals.keep_archive.is_none_or(|kept| kept >= Duration::from_secs(24 * 3600)));
    assert!(config.period.months_back <= 120 && config.period.months_ahead <= 120);
    assert!(sftp.temporary_name.has(Placeholder::Id) && !sftp.remote_name.has(Placeholder::Id));
    let folders = config.series.iter().filter_map(|rule| rule.remote_folder.as_ref());
    for folder in folders.chain([&sftp.folder]) {
        assert!(!folder.split('/').any(|part| part == "..") && !folder.contains('\\'), "folder {folder:?}");
    }
    for (at, rule) in config.series.iter().enumerate() {
        assert!(!rule.name.is_empty() && !rule.files.is_empty(), "series {at}");
        assert!(config.series[..at].iter().all(|earlier| earlier.name != rule.name), "{:?} twice", rule.name);
        assert!(rule.due_day.is_none_or(|day| (1..=31).contains(&day)));
    }
    let rule = identify(&config.series, "mad_202304.txt", b"2023-04").rule;
    assert!(rule.is_none_or(|rule| rule < config.series.len()));
    true
}

/// A period that is recognised stands in the name where the recogniser says, and the case does not matter.
pub fn period(bytes: &[u8]) -> bool {
    let name = &*String::from_utf8_lossy(bytes);
    let Recognised { period, spans } = recognise(name);
    assert_eq!(period.is_some(), !spans.is_empty());
    let mut end = 0;
    for span in &spans {
        assert!(end <= span.start && span.start < span.end, "spans {spans:?}");
        let there = name.get(span.clone()).expect("a span lies in the name, between characters");
        assert_eq!(recognise(there).period, period, "read alone: {there:?}");
        end = span.end;
    }
    let identified = identify(&[], name, b"");
    assert_eq!(identified.period, recognise(&nfc(name)).period);
    for other in [name.to_ascii_uppercase(), name.to_ascii_lowercase()] {
        assert_eq!(recognise(&other), Recognised { period, spans: spans.clone() }, "case of {other:?}");
        assert_eq!(identify(&[], &other, b"").series, identified.series);
    }
    period.is_some()
}

/// Any bytes are packets, an incomplete packet, or malformed; and never more is read or allocated than has arrived.
pub fn sftp(bytes: &[u8]) -> bool {
    let mut left = bytes;
    let mut taken = false;
    loop {
        let told = left.first_chunk().map(|length| u32::from_be_bytes(*length));
        let out_of_bounds = told.filter(|&length| length == 0 || length as usize > MAX_PACKET);
        match packet::decode(left) {
            Ok(Some((packet, used))) => {
                assert_eq!(Some(used), told.map(|length| 4 + length as usize));
                assert!(used <= left.len(), "{used} bytes of {}", left.len());
                assert_eq!(packet::decode(&left[..used]), Ok(Some((packet.clone(), used))));
                assert_eq!(packet::decode(&left[..used - 1]), Ok(None));
                assert_no_more_than(&packet, used);
                left = &left[used..];
                taken = true;
            }
            Ok(None) => {
                assert!(
                    told.is_none_or(|length| left.len() < 4 + length as usize) && out_of_bounds.is_none()
                );
                return taken;
            }
            Err(Malformed::Length(length)) => {
                assert_eq!(Some(length), out_of_bounds);
                return taken;
            }
            Err(Malformed::Type(_) | Malformed::Content) => {
                assert!(told.is_some_and(|length| left.len() >= 4 + length as usize));
                return taken;
            }
        }
    }
}

/// The most memory that a decoded packet of so many bytes may use.
fn assert_no_more_than(packet: &Packet, bytes: usize) {
    // an invalid UTF-8 byte becomes U+FFFD, which has three bytes
    let text = |text: &str| assert!(text.len() <= 3 * bytes.min(packet::MAX_NAME));
    match packet {
        Packet::Version(..) | Packet::Reply(_, Reply::Attrs(_)) => {}
        Packet::Reply(_, Reply::Status(_, words)) => text(words),
        Packet::Reply(_, Reply::Data(data)) => assert!(data.capacity() <= bytes),
        Packet::Reply(_, Reply::Names(names)) => {
            // the shortest entry has three numbers, and a growing vector at most doubles
            assert!(names.len() <= bytes / 12 && names.capacity() <= bytes / 6 + 4);
            for name in names {
                text(&name.name);
            }
        }
        Packet::Reply(_, Reply::Handle(handle)) => {
            let mut close = Vec::new();
            packet::encode(&mut close, 7, &Request::Close(handle));
            assert!(close.len() <= 13 + MAX_HANDLE.min(bytes), "a handle of {} bytes", close.len() - 13);
        }
    }
}

/// Lines of text: the folder, `remote_name`, `temporary_name`, a series (or nothing), and the file's name.
///
/// Names that the configuration and the drop folder accept lead to names that stay in the remote folder and that a server
/// can store.
pub fn names(bytes: &[u8]) -> bool {
    let text = &*String::from_utf8_lossy(bytes);
    assert_shown(&escape(text));
    assert_eq!(escape(&escape(text)), escape(text));
    text.split('\n').for_each(assert_template);
    let mut lines = text.splitn(5, '\n');
    let [Some(folder), Some(remote), Some(temporary), Some(series), Some(name)] =
        std::array::from_fn(|_| lines.next())
    else {
        return false;
    };
    let path = Path::new(name);
    let is_one_name = path.components().eq([Component::Normal(name.as_ref())]) && !name.contains('/');
    if !is_one_name || unsafe_name(path).is_some() {
        return false;
    }
    let Ok(config) = configured(folder, remote, temporary, series) else { return false };
    let identified = identify(&config.series, name, b"");
    let slot = Slot { series: identified.series, period: identified.period };
    let key = Key { slot, digest: Digest::of(bytes) };
    let sftp = &config.sftp;
    let last = remote_path(sftp, None, name, &key);
    let last_name = in_folder(&sftp.folder, &last);
    if *remote == *"{name}" {
        assert_eq!(last_name, name);
    }
    let first = temporary_path(sftp, &last, &key, ID);
    let first_name = in_folder(&sftp.folder, &first);
    assert!(first_name.contains(ID), "{first_name:?}");
    let fixed =
        sftp.temporary_name.render(|place| (place == Placeholder::Id).then_some(ID).into_iter().collect());
    assert!(first_name.len() <= LONGEST_NAME.max(fixed.len()), "{} bytes: {first_name}", first_name.len());
    true
}

/// Checks that a text has nothing that moves the cursor, ends the line, or changes the direction of text.
fn assert_shown(text: &str) {
    let controls = |c: char| {
        c.is_control()
            // Unicode's Bidi_Control
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(controls), "shown: {text:?}");
}

fn assert_template(text: &str) {
    match Template::parse(text) {
        Ok(template) => assert_eq!(template.render(|place| format!("{{{}}}", place.word())), text),
        Err(_) => assert!(text.contains(['{', '}'])),
    }
}

fn configured(folder: &str, remote: &str, temporary: &str, series: &str) -> Result<Config, impl Sized> {
    let quoted = |text: &str| -> String {
        text.chars().flat_map(|c| ["\\U".to_owned(), format!("{:08x}", u32::from(c))]).collect()
    };
    let rule = if series.is_empty() {
        String::new()
    } else {
        format!("[[series]]\nname = \"{}\"\nfiles = ['*']\n", quoted(series))
    };
    let text = format!(
        "[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\nfolder = \"{}\"\nremote_name = \"{}\"\n\
         temporary_name = \"{}\"\n{rule}",
        quoted(folder),
        quoted(remote),
        quoted(temporary)
    );
    Config::of(Path::new("config.toml"), text.into_bytes())
}

/// The name of a path that lies in the folder itself.
fn in_folder<'a>(folder: &str, path: &'a str) -> &'a str {
    let inside = match folder {
        "" => Some(path),
        "/" => path.strip_prefix('/'),
        folder => path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
    };
    let name = inside.unwrap_or_else(|| panic!("{path:?} lies outside {folder:?}"));
    assert!(!matches!(name, "" | "." | ".."), "{path:?} names no file in {folder:?}");
    assert!(!name.contains(['/', '\\']) && !name.contains(char::is_control), "{path:?} in {folder:?}");
    name
}

/// The layouts by which any content is read; the first byte of an input chooses.
const LAYOUTS: [&str; 6] = [
    "kind = 'fixed'\nline_length = 40\nlines = { header = '^H', record = '^R', trailer = '^T' }\n\
     record = { citizen = '2-11', amount = { at = '13-20', unit = 'øre', sign = '12' }, period = { at = '21-26', form = 'YYYYMM' } }\n\
     header.period = { at = '2-7', form = 'YYYYMM' }\ntrailer = { records = '2-9', sum = { at = '10-20', unit = 'øre' } }",
    "kind = 'fixed'\nencoding = 'cp850'\nlines.ignore = '^\\s*$'\n\
     record = { citizen = '1-11', amount = { at = '12-20', unit = 'kroner', sign = 'trailing' }, deduction = '21-23', reference = '24-30' }",
    "kind = 'csv'\nseparator = ';'\nheading = true\nlines.trailer = '^Antal'\n\
     record = { citizen = { at = 'CPR', leading_zero = 'restore' }, amount = { at = 'Beløb', unit = 'kroner', sign = 'leading' } }\n\
     trailer.records = 2",
    "kind = 'csv'\nseparator = ','\nquote = ''\n\
     record = { citizen = 1, amount = { at = 2, unit = 'øre', sign = { minus = ['K'], plus = ['D'] } }, period = { at = 3, form = 'MM/YYYY' } }",
    "kind = 'xml'\nrecord_element = 'post'\n\
     record = { citizen = 'person/cpr', amount = { at = 'kr', unit = 'kroner', decimal = '.', sign = 'leading' }, deduction = '@art' }\n\
     header.period = { at = 'hoved/md', form = 'YYYY-MM' }\n\
     trailer = { records = 'slut/antal', debit = { at = 'slut/debet', unit = 'øre' }, credit = { at = 'slut/kredit', unit = 'øre' } }",
    "kind = 'fixed'\nencoding = 'utf-16le'\nrecord = { citizen = '1-10', amount = { at = '11-15', unit = 'øre' } }",
];

/// Any bytes are the description of a layout, with no place past its line, or are refused with a text that can be shown.
pub fn format(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let config = format!(
        "[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\n[[series]]\nname = 'mad'\nfiles = ['mad*']\n\
         format = 'x'\ndeduction = 'mad'\n[formats.x]\n{text}"
    );
    match Config::of(Path::new("config.toml"), config.into_bytes()) {
        Ok(config) => {
            let rule = config.content_of(Some(0)).expect("the series has its format");
            let reading = read(&rule.format, b"0101009999;1\n<a>\n", 3).0;
            assert!(reading.totals.records <= 2);
            true
        }
        Err(error) => {
            assert_eq!(error.exit, ExitCode::Usage);
            assert_shown(&error.message.replace('\n', ""));
            false
        }
    }
}

/// Whatever is in a file, it is read to its end, the same in pieces of any size; what cannot be read is told by its line; and
/// nothing that is told holds ten digits in a row, as a citizen's number has.
pub fn records(bytes: &[u8]) -> bool {
    let Some((which, content)) = bytes.split_first() else { return false };
    let layout = LAYOUTS[usize::from(*which) % LAYOUTS.len()];
    let format = built(layout).expect("the layouts are sound");
    let (whole, sum) = read(&format, content, usize::MAX);
    for piece in [1, 7, 64] {
        assert_eq!(read(&format, content, piece), (whole.clone(), sum), "in pieces of {piece}");
    }
    let Reading { totals, lines, findings, .. } = &whole;
    assert!(totals.records <= lines.record, "{totals:?} {lines:?}");
    assert!(findings.iter().all(|finding| finding.lines.first.len() <= 10), "{findings:?}");
    let told = format!("{:?}", (findings, &whole.periods, &whole.header_periods));
    let digits = told.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    assert!(digits.is_none_or(|digits| digits < 10), "{told}");
    findings.is_empty() && totals.records > 0
}

/// A draft of any file is a description that is sound, and that reads what it says it reads.
pub fn guess(bytes: &[u8]) -> bool {
    let month = bytes.len().is_multiple_of(2).then(|| "2023-04".parse().expect("a month"));
    let Ok(guess) = guess::guess(bytes, true, month) else { return false };
    let toml = guess.toml("prøve", &|_| "en bemærkning".to_owned());
    let config = format!(
        "[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\n[[series]]\nname = 'mad'\nfiles = ['mad*']\n\
         format = 'prøve'\ndeduction = 'mad'\n{toml}"
    );
    let config = Config::of(Path::new("config.toml"), config.into_bytes());
    let config = config.unwrap_or_else(|error| panic!("{}\n{toml}", error.message));
    let rule = config.content_of(Some(0)).expect("the series has its format");
    assert_eq!(read(&rule.format, bytes, usize::MAX).0, guess.reading, "{toml}");
    guess.reads_the_sample()
}

fn built(layout: &str) -> Option<Format> {
    let table: FormatTable = toml::from_str(layout).ok()?;
    Format::build("x", &table, &[SeriesUse { name: "mad", deduction: Some("mad") }]).ok()
}

/// What is read of content that comes in such pieces, and the sum of the records that were shown.
fn read(format: &Format, content: &[u8], piece: usize) -> (Reading, i128) {
    let mut sum = 0_i128;
    let mut reader = Reader::new(format, "mad", |record: &Record<'_>| {
        sum = sum.wrapping_add(record.amount.get());
    });
    content.chunks(piece).for_each(|piece| reader.push(piece));
    let reading = reader.finish();
    (reading, sum)
}
