//! A sample's text, and the encoding to say where it cannot be told from the bytes of every file.

use encoding_rs::{Encoding, WINDOWS_1252};
use oem_cp::code_table::DECODING_TABLE_CP850;

use crate::records::decode::Decoder;
use crate::records::format::FileEncoding;

/// The Danish letters of code pages 850 and 865.
const DOS_LETTERS: [u8; 6] = [0x91, 0x9b, 0x86, 0x92, 0x9d, 0x8f];

/// The encoding's name, none where the file tells it or is UTF-8, and the text.
pub(super) fn decoded(sample: &[u8]) -> (Option<&'static str>, String) {
    let is_utf8 = std::str::from_utf8(sample).map_or_else(|error| error.error_len().is_none(), |_| true);
    let (name, given) = if is_utf8 || Encoding::for_bom(sample).is_some() {
        (None, None)
    } else if dos(sample) {
        (Some("cp850"), Some(FileEncoding::Oem(&DECODING_TABLE_CP850)))
    } else {
        (Some("windows-1252"), Some(FileEncoding::Web(WINDOWS_1252)))
    };
    let mut decoder = Decoder::new(given, true);
    let mut text = String::new();
    decoder.push(sample, &mut |more| text.push_str(more));
    decoder.finish(&mut |more| text.push_str(more));
    (name, text)
}

/// Whether its lines end as nothing here reads them: with a carriage return alone.
pub(super) fn ends_lines_otherwise(text: &str) -> bool {
    let returns = text.trim_end_matches(['\r', '\n']).matches('\r').count();
    let feeds = text.matches('\n').count();
    returns > feeds
}

/// Whether most of what is not ASCII is a Danish letter of DOS.
fn dos(sample: &[u8]) -> bool {
    let others = sample.iter().filter(|byte| !byte.is_ascii());
    let (letters, all) = others.fold((0_usize, 0_usize), |(letters, all), byte| {
        (letters + usize::from(DOS_LETTERS.contains(byte)), all + 1)
    });
    letters * 2 > all
}
