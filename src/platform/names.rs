//! Which names mislead, and how Windows reads names and paths. Pure.

/// Whether it is a control character, or turns the direction of text (Unicode's `Bidi_Control`): a name with one is read
/// as another name.
#[must_use]
pub fn is_control_or_bidi(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The beginning of a text: as many whole characters as fit into so many bytes.
#[must_use]
pub fn at_most(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// An absolute path in the form that Windows does not reinterpret: `\\?\D:\drop`, `\\?\UNC\server\share`.
#[must_use]
#[cfg(any(windows, test))]
pub fn verbatim(path: &str) -> String {
    let is_drive = |path: &str| {
        let mut chars = path.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.as_str().starts_with(":\\")
    };
    if path.starts_with(r"\\?\") || path.starts_with(r"\\.\") {
        path.to_owned()
    } else if let Some(share) = path.strip_prefix(r"\\") {
        format!(r"\\?\UNC\{share}")
    } else if is_drive(path) {
        format!(r"\\?\{path}")
    } else {
        path.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_as_it_stands() {
        let table = [
            (r"D:\trækfil\mappe x", r"\\?\D:\trækfil\mappe x"),
            (r"\\server\deling\traek", r"\\?\UNC\server\deling\traek"),
        ];
        for (path, exact) in table {
            assert_eq!(verbatim(path), exact);
            assert_eq!(verbatim(exact), exact);
        }
        for path in [r"\\.\COM1", "D:relativ", "/srv/traek", "drop"] {
            assert_eq!(verbatim(path), path);
        }
    }
}
