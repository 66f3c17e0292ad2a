//! Sentences in lines that fit a screen, with the commands in them in one piece, so that they can be pasted.

use textwrap::{Options, WordSeparator, WordSplitter};

/// The width of a line if the screen's is not known, in columns.
pub const WIDTH: usize = 80;

/// Breaks the text into lines of at most `width` columns; only a word or a command that is longer exceeds it. `first` is put
/// before the first line, `rest` before the others. Line ends in the text are kept, and lines that are deeply indented
/// are not broken, since they show something literally.
#[must_use]
pub fn fill(text: &str, first: &str, rest: &str, width: usize) -> String {
    let mut filled = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let before = if n == 0 { first } else { rest };
        let says = line.trim_start();
        let further = line.len() - says.strip_prefix("- ").unwrap_or(says).len();
        if line.starts_with("    ") || line.is_empty() {
            filled.push(format!("{before}{line}").trim_end().to_owned());
            continue;
        }
        let hanging = format!("{rest}{:further$}", "");
        let options = Options::new(width)
            .initial_indent(before)
            .subsequent_indent(&hanging)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .break_words(false);
        let whole = with_whole_commands(line);
        filled.extend(textwrap::wrap(&whole, options).into_iter().map(|line| line.replace(GLUE, " ")));
    }
    filled.join("\n") + "\n"
}

/// Stands for a blank at which a line must not be broken: a noncharacter, so it is in no text, and as wide as a blank.
const GLUE: char = '\u{fdd0}';

fn with_whole_commands(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let mut out = String::new();
    let mut whole_until = 0;
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            out.push(if at < whole_until { GLUE } else { ' ' });
        }
        out.push_str(word);
        if *word == "traekfil" {
            whole_until = whole_until.max(at + command_length(&words[at..]));
        }
    }
    out
}

/// How many words belong to the command that `words` begin with: everything up to `--reason "…"` if that follows in the
/// same sentence, otherwise the program's name, the command and the options directly after it.
fn command_length(words: &[&str]) -> usize {
    let ends = |word: &&str| word.ends_with(['.', ',', ':', ';']) || *word == "traekfil";
    let sentence = 1 + words[1..].iter().position(ends).unwrap_or(words.len() - 1);
    let reason = words.iter().take(sentence).position(|word| *word == "--reason");
    let named = if words.get(1) == Some(&"ledger") { 3 } else { 2 };
    let mut length = reason.map_or(named, |at| at + 2).min(words.len());
    while words.get(length).is_some_and(|word| word.starts_with("--"))
        && !words[length - 1].ends_with(['.', ','])
    {
        length += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stay_whole() {
        let text = "Spørg leverandøren, om den er rigtig, før noget andet. Skal den sendes, så skriv: traekfil approve \
                    \"mad på Sølyst.txt\" --reason \"…\". Skal den ikke: traekfil reject 3 --reason \"…\"";
        let filled = fill(text, "  • ", "    ", 60);
        assert!(filled.contains("traekfil approve \"mad på Sølyst.txt\" --reason \"…\"."), "{filled}");
        assert!(filled.contains("traekfil reject 3 --reason \"…\""), "{filled}");
        assert!(filled.lines().all(|line| textwrap::core::display_width(line) <= 60), "{filled}");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&filled)[1..], words(text), "nothing is lost");
    }

    #[test]
    fn lines_of_their_own_stay() {
        let text = "Ret filen:\n  - [sftp] host: mangler, og skal være der.\n\n    host_key = [\"SHA256:abc def\"]\nKør igen.";
        let filled = fill(text, "", "", 30);
        let expected = "Ret filen:\n  - [sftp] host: mangler, og\n    skal være der.\n\n    \
                        host_key = [\"SHA256:abc def\"]\nKør igen.\n";
        assert_eq!(filled, expected);
    }
}
