//! A file's bytes to text, as they come: by a byte order mark, else by the format's encoding, else by
//! what the bytes turn out to be.

use encoding_rs::{CoderResult, Encoding, UTF_8, WINDOWS_1252};
use secrecy::zeroize::Zeroizing;

use super::format::FileEncoding;

/// How much text is made at a time, in bytes.
const BUFFER: usize = 16 * 1024;
/// How far the declaration of an XML file may reach, in bytes.
const LONGEST_DECLARATION: usize = 256;
/// What every XML declaration begins with.
const DECLARATION: &[u8] = b"<?xml";

/// Turns bytes to text.
pub(super) struct Decoder {
    state: State,
    /// What the format says.
    given: Option<FileEncoding>,
    /// Whether a declaration of XML may name the encoding.
    xml: bool,
    /// Bytes that wait for those after them.
    held: Vec<u8>,
    buffer: Zeroizing<Vec<u8>>,
}

enum State {
    /// The first bytes: is there a byte order mark, or a declaration?
    Start,
    /// Nothing but ASCII so far, and the format does not say.
    Unsaid,
    Web(Box<encoding_rs::Decoder>),
    Oem(&'static [char; 128]),
}

impl Decoder {
    pub(super) fn new(given: Option<FileEncoding>, xml: bool) -> Decoder {
        let buffer = Zeroizing::new(vec![0; BUFFER]);
        Decoder { state: State::Start, given, xml, held: Vec::new(), buffer }
    }

    /// Takes more bytes and gives what text they make.
    pub(super) fn push(&mut self, bytes: &[u8], to: &mut dyn FnMut(&str)) {
        match self.state {
            State::Start => {
                self.held.extend_from_slice(bytes);
                if self.start_is_known() {
                    self.begin(to);
                }
            }
            State::Unsaid => self.unsaid(bytes, to),
            _ => self.decode(bytes, false, to),
        }
    }

    /// Ends the text: what is cut off in the middle of a character becomes U+FFFD.
    pub(super) fn finish(&mut self, to: &mut dyn FnMut(&str)) {
        if matches!(self.state, State::Start) {
            self.begin(to);
        }
        if matches!(self.state, State::Unsaid) && !self.held.is_empty() {
            // a character that was begun and not ended is not UTF-8
            self.settle(WINDOWS_1252, to);
        }
        self.decode(&[], true, to);
    }

    /// Whether the bytes held are enough to tell a mark and a declaration.
    fn start_is_known(&self) -> bool {
        let declares = self.xml && self.given.is_none();
        let held = self.held.len();
        let may_declare = declares
            && self.held[..held.min(DECLARATION.len())] == DECLARATION[..held.min(DECLARATION.len())];
        held >= if may_declare { LONGEST_DECLARATION } else { 3 }
            || (may_declare && self.held.contains(&b'>'))
    }

    fn begin(&mut self, to: &mut dyn FnMut(&str)) {
        let held = std::mem::take(&mut self.held);
        let (state, skip) = match (Encoding::for_bom(&held), self.given) {
            (Some((marked, length)), _) => (State::web(marked), length),
            (None, Some(FileEncoding::Web(encoding))) => (State::web(encoding), 0),
            (None, Some(FileEncoding::Oem(table))) => (State::Oem(table), 0),
            (None, None) => {
                let first = &held[..held.len().min(LONGEST_DECLARATION)];
                let declared = if self.xml { declared(first) } else { None };
                (declared.map_or(State::Unsaid, State::web), 0)
            }
        };
        self.state = state;
        self.push(&held[skip..], to);
    }

    /// Passes ASCII on; the first other character settles whether the file is UTF-8 or Windows-1252,
    /// which most suppliers' systems still write.
    fn unsaid(&mut self, bytes: &[u8], to: &mut dyn FnMut(&str)) {
        let ascii = if self.held.is_empty() { Encoding::ascii_valid_up_to(bytes) } else { 0 };
        let (text, rest) = bytes.split_at(ascii);
        for text in text.chunks(BUFFER) {
            std::str::from_utf8(text).into_iter().for_each(&mut *to);
        }
        if rest.is_empty() {
            return;
        }
        self.held.extend_from_slice(rest);
        match std::str::from_utf8(&self.held) {
            Err(error) if error.valid_up_to() == 0 && error.error_len().is_some() => {
                self.settle(WINDOWS_1252, to);
            }
            // a character that is not whole yet may still be either
            Err(error) if error.valid_up_to() == 0 => {}
            _ => self.settle(UTF_8, to),
        }
    }

    fn settle(&mut self, encoding: &'static Encoding, to: &mut dyn FnMut(&str)) {
        self.state = State::web(encoding);
        let held = std::mem::take(&mut self.held);
        self.decode(&held, false, to);
    }

    fn decode(&mut self, bytes: &[u8], last: bool, to: &mut dyn FnMut(&str)) {
        match &mut self.state {
            State::Web(decoder) if decoder.encoding().is_single_byte() => {
                single_bytes(decoder, &mut self.buffer, bytes, to);
            }
            State::Web(decoder) => web(decoder, &mut self.buffer, bytes, last, to),
            State::Oem(table) => oem(table, bytes, to),
            State::Start | State::Unsaid => {}
        }
    }
}

impl State {
    fn web(encoding: &'static Encoding) -> State {
        State::Web(Box::new(encoding.new_decoder_without_bom_handling()))
    }
}

/// ASCII is the same in each of these, and none remembers a byte for the next one: what is nothing else is passed on as it is.
fn single_bytes(
    decoder: &mut encoding_rs::Decoder,
    buffer: &mut [u8],
    bytes: &[u8],
    to: &mut dyn FnMut(&str),
) {
    for piece in bytes.chunks(BUFFER) {
        let is_ascii = Encoding::ascii_valid_up_to(piece) == piece.len();
        match std::str::from_utf8(piece) {
            Ok(text) if is_ascii => to(text),
            _ => web(decoder, buffer, piece, false, to),
        }
    }
}

fn web(
    decoder: &mut encoding_rs::Decoder,
    buffer: &mut [u8],
    mut bytes: &[u8],
    last: bool,
    to: &mut dyn FnMut(&str),
) {
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(bytes, buffer, last);
        bytes = &bytes[read..];
        if let Ok(text) = std::str::from_utf8(&buffer[..written])
            && !text.is_empty()
        {
            to(text);
        }
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

fn oem(table: &[char; 128], mut bytes: &[u8], to: &mut dyn FnMut(&str)) {
    // pieces, so that a long chunk makes no long text, and few, so that each is worth its reader's while
    let mut text = Zeroizing::new(String::new());
    while !bytes.is_empty() {
        let (ascii, rest) = bytes.split_at(Encoding::ascii_valid_up_to(bytes).min(BUFFER));
        text.extend(ascii.iter().map(|byte| char::from(*byte)));
        bytes = rest;
        if let Some((first, after)) = rest.split_first().filter(|(first, _)| !first.is_ascii()) {
            text.push(table[usize::from(first & 0x7f)]);
            bytes = after;
        }
        if text.len() >= BUFFER || bytes.is_empty() {
            to(&text);
            text.clear();
        }
    }
}

/// The encoding that an XML declaration names.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = &head[..head.iter().position(|byte| *byte == b'>')?];
    let text = std::str::from_utf8(head).ok().filter(|text| text.starts_with("<?xml"))?;
    let after = text.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let label = after[1..].split(quote).next()?;
    Encoding::for_label_no_replacement(label.as_bytes())
        // a declaration that could be read as ASCII is not in UTF-16, whatever it says
        .map(Encoding::output_encoding)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use encoding_rs::WINDOWS_1252;
    use oem_cp::code_table::{DECODING_TABLE_CP850, DECODING_TABLE_CP865};
    use proptest::prelude::*;

    use super::*;

    fn decoded(given: Option<FileEncoding>, xml: bool, bytes: &[u8], chunk: usize) -> String {
        let mut decoder = Decoder::new(given, xml);
        let mut text = String::new();
        for bytes in bytes.chunks(chunk) {
            decoder.push(bytes, &mut |more| text.push_str(more));
        }
        decoder.finish(&mut |more| text.push_str(more));
        text
    }

    #[test]
    fn each_encoding_of_the_same_name() {
        let table: [(Option<FileEncoding>, &[u8], &str); 10] = [
            (Some(FileEncoding::Web(WINDOWS_1252)), b"K\xc3\xb8ge", "KÃ¸ge"),
            (Some(FileEncoding::Web(encoding_rs::SHIFT_JIS)), b"a\x82\xa0b\x81", "aあb\u{fffd}"),
            (None, b"K\xf8ge", "Køge"),
            (None, "Køge".as_bytes(), "Køge"),
            (None, b"\xef\xbb\xbfK\xc3\xb8ge", "Køge"),
            (None, b"\xff\xfeK\0\xf8\0", "Kø"),
            (Some(FileEncoding::Web(WINDOWS_1252)), b"\xef\xbb\xbfK\xc3\xb8ge", "Køge"),
            (Some(FileEncoding::Oem(&DECODING_TABLE_CP865)), b"K\x9bge", "Køge"),
            (Some(FileEncoding::Oem(&DECODING_TABLE_CP850)), b"\x91\x9b\x86\x92\x9d\x8f", "æøåÆØÅ"),
            (None, b"abc\xc3", "abcÃ"),
        ];
        for (given, bytes, wanted) in table {
            for chunk in 1..=bytes.len() {
                assert_eq!(decoded(given, false, bytes, chunk), wanted, "{bytes:?} by {chunk}");
            }
        }
    }

    #[test]
    fn an_xml_declaration_names_the_encoding() {
        let file = b"<?xml version='1.0' encoding='iso-8859-1'?><by>\xc3\xb8</by>";
        let wanted = "<?xml version='1.0' encoding='iso-8859-1'?><by>Ã¸</by>";
        for chunk in [1, 7, 100] {
            assert_eq!(decoded(None, true, file, chunk), wanted);
        }
        assert!(decoded(None, false, file, 7).contains('ø'));
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(bytes in proptest::collection::vec(any::<u8>(), 0..300), chunk in 1..40_usize, xml: bool, which in 0..5_usize) {
            let given = [
                None,
                Some(FileEncoding::Web(WINDOWS_1252)),
                Some(FileEncoding::Web(UTF_8)),
                Some(FileEncoding::Web(encoding_rs::UTF_16LE)),
                Some(FileEncoding::Oem(&DECODING_TABLE_CP850)),
            ][which];
            prop_assert_eq!(decoded(given, xml, &bytes, chunk), decoded(given, xml, &bytes, 1000));
        }
    }
}
