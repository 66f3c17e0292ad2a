//! Text cut into lines as it comes, with a bound on each.

use memchr::memchr;
use secrecy::zeroize::Zeroizing;

use super::format::LONGEST_LINE;

/// Cuts text at line feeds; a carriage return before one belongs to neither line.
pub(super) struct Splitter {
    /// The beginning of a line whose end has not come.
    held: Zeroizing<String>,
    /// The line that is being read, from 1.
    number: u64,
    /// Whether that line is already too long, and what comes of it is dropped.
    too_long: bool,
}

/// A line's text, or none where the line is too long.
pub(super) type Line<'a> = Option<&'a str>;

impl Splitter {
    pub(super) fn new() -> Splitter {
        Splitter { held: Zeroizing::new(String::new()), number: 1, too_long: false }
    }

    /// Takes more text and gives each line that ends in it, with its number.
    pub(super) fn push(&mut self, mut text: &str, to: &mut dyn FnMut(u64, Line<'_>)) {
        while let Some(end) = memchr(b'\n', text.as_bytes()) {
            let line = &text[..end];
            text = &text[end + 1..];
            if self.held.is_empty() && !self.too_long && line.len() <= LONGEST_LINE {
                to(self.number, Some(without_return(line)));
            } else {
                self.hold(line);
                self.give(to);
            }
            self.number += 1;
        }
        self.hold(text);
    }

    /// How many bytes are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.held.capacity()
    }

    /// Gives the last line, where it has no end of its own.
    pub(super) fn finish(&mut self, to: &mut dyn FnMut(u64, Line<'_>)) {
        if self.too_long || !self.held.is_empty() {
            self.give(to);
        }
    }

    fn hold(&mut self, more: &str) {
        if self.too_long || self.held.len() + more.len() > LONGEST_LINE {
            self.too_long = true;
            self.held.clear();
        } else {
            self.held.push_str(more);
        }
    }

    fn give(&mut self, to: &mut dyn FnMut(u64, Line<'_>)) {
        to(self.number, if self.too_long { None } else { Some(without_return(&self.held)) });
        self.held.clear();
        self.too_long = false;
    }
}

fn without_return(line: &str) -> &str {
    line.strip_suffix('\r').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, chunk: usize) -> Vec<(u64, Option<String>)> {
        let mut splitter = Splitter::new();
        let mut found = Vec::new();
        let mut note = |number: u64, line: Line<'_>| found.push((number, line.map(str::to_owned)));
        for piece in text.as_bytes().chunks(chunk) {
            splitter.push(&String::from_utf8_lossy(piece), &mut note);
        }
        splitter.finish(&mut note);
        found
    }

    #[test]
    fn lines_of_either_end_and_one_without() {
        for chunk in 1..12 {
            let wanted = [
                (1, Some("a".to_owned())),
                (2, Some(String::new())),
                (3, Some("b\rc".to_owned())),
                (4, Some("d".to_owned())),
            ];
            assert_eq!(lines("a\r\n\nb\rc\r\nd", chunk), wanted);
        }
        assert_eq!(lines("", 1), []);
        assert_eq!(lines("a\n", 1), [(1, Some("a".to_owned()))]);
    }

    #[test]
    fn a_line_past_the_bound_is_dropped_and_told() {
        let text = format!("a\n{}\nb", "x".repeat(LONGEST_LINE + 1));
        for chunk in [1000, 1 << 20] {
            assert_eq!(
                lines(&text, chunk),
                [(1, Some("a".to_owned())), (2, None), (3, Some("b".to_owned()))]
            );
        }
        let text = "x".repeat(LONGEST_LINE);
        assert_eq!(lines(&text, 999), [(1, Some(text.clone()))]);
    }
}
