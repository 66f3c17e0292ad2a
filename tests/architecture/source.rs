//! Reads from the source which file uses which: from `use` declarations, and from paths in the code that begin with `crate`,
//! `super`, `self` or a child module.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module's path without `crate`, such as `remote::sftp::packet`.
pub type Module = String;

/// The whole source, by module.
pub struct House {
    pub files: BTreeMap<Module, File>,
}

/// What one file names.
#[derive(Default)]
pub struct File {
    /// Every path, those from `use` and those in the code; `self`, `super` and `crate` still in front.
    pub paths: Vec<Vec<String>>,
    /// What `pub use` passes on: the name, and the path that it stands for.
    passed_on: BTreeMap<String, Vec<String>>,
    /// Modules below this one.
    children: BTreeSet<String>,
}

impl House {
    pub fn read() -> House {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = BTreeMap::new();
        read_folder(&root, "", &mut files);
        House { files }
    }

    /// Which other files a file uses.
    pub fn uses(&self, module: &str) -> BTreeSet<&str> {
        let found = self.files[module].paths.iter().filter_map(|path| self.resolve(module, path));
        found.filter(|used| *used != module).collect()
    }

    /// The file that holds what a path names; none where that is outside the crate.
    fn resolve(&self, from: &str, path: &[String]) -> Option<&str> {
        let (mut at, mut rest): (Vec<&str>, &[String]) = match path.first()?.as_str() {
            "crate" => (Vec::new(), &path[1..]),
            "self" | "super" => (from.split("::").collect(), path),
            child if self.files[from].children.contains(child) => (from.split("::").collect(), path),
            _ => return None,
        };
        while let Some((step, left)) = rest.split_first() {
            match step.as_str() {
                "self" => {}
                "super" => drop(at.pop()),
                name => {
                    let below =
                        if at.is_empty() { name.to_owned() } else { format!("{}::{name}", at.join("::")) };
                    let here = at.join("::");
                    if self.files.contains_key(&below) {
                        at.push(name);
                    } else if let Some(behind) =
                        self.files.get(&here).and_then(|file| file.passed_on.get(name))
                    {
                        return self.resolve(&here, behind);
                    } else {
                        break;
                    }
                }
            }
            rest = left;
        }
        self.files.get_key_value(&at.join("::")).map(|(module, _)| module.as_str())
    }
}

/// The code of every file without its tests, comments, strings and blanks.
pub fn code() -> BTreeMap<Module, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut code = BTreeMap::new();
    each_file(&root, "", &mut |module, text: &str| {
        code.insert(module, without_tests(tokens(text)).concat());
    });
    code
}

fn read_folder(folder: &Path, above: &str, files: &mut BTreeMap<Module, File>) {
    each_file(folder, above, &mut |module, text: &str| {
        files.insert(module, File::parse(text));
    });
}

/// Hands over every file of the source that is no test, by its module.
fn each_file(folder: &Path, above: &str, read: &mut impl FnMut(Module, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let place = entry.unwrap().path();
        let stem = place.file_stem().unwrap().to_str().unwrap();
        let module = if above.is_empty() { stem.to_owned() } else { format!("{above}::{stem}") };
        if place.is_dir() {
            each_file(&place, &module, read);
        } else if place.extension().is_some_and(|ending| ending == "rs") && !matches!(stem, "tests" | "lib") {
            read(module, &fs::read_to_string(&place).unwrap());
        }
    }
}

impl File {
    fn parse(text: &str) -> File {
        let tokens = without_tests(tokens(text));
        let mut file = File::default();
        let mut at = 0;
        while at < tokens.len() {
            let before = if at == 0 { "" } else { tokens[at - 1].as_str() };
            match tokens[at].as_str() {
                "mod" if tokens.get(at + 2).is_some_and(|next| next == ";") => {
                    file.children.insert(tokens[at + 1].clone());
                    at += 2;
                }
                "use" => {
                    let public = matches!(before, "pub" | ")");
                    let mut leaves = Vec::new();
                    at = tree(&tokens, at + 1, &[], &mut leaves);
                    for (path, name) in leaves {
                        if public {
                            file.passed_on.insert(name, path);
                        } else {
                            file.paths.push(path);
                        }
                    }
                }
                word if before != "::"
                    && is_name(word)
                    && tokens.get(at + 1).is_some_and(|next| next == "::") =>
                {
                    let mut leaves = Vec::new();
                    at = tree(&tokens, at, &[], &mut leaves);
                    file.paths.extend(leaves.into_iter().map(|(path, _)| path));
                }
                _ => at += 1,
            }
        }
        file
    }
}

/// Reads a path, or a tree of them in braces, from `at`: each with the name that it gets. Answers where it ends.
fn tree(
    tokens: &[String],
    mut at: usize,
    above: &[String],
    leaves: &mut Vec<(Vec<String>, String)>,
) -> usize {
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    let mut path = above.to_vec();
    loop {
        match token(at) {
            "{" => {
                at += 1;
                while !matches!(token(at), "}" | "") {
                    at = tree(tokens, at, &path, leaves);
                    at += usize::from(token(at) == ",");
                }
                return at + 1;
            }
            "*" => return at + 1,
            word if is_name(word) => {
                path.push(word.to_owned());
                at += 1;
            }
            _ => break,
        }
        if token(at) != "::" {
            break;
        }
        at += 1;
    }
    let Some(last) = path.last().cloned() else { return at + 1 };
    if token(at) == "as" {
        leaves.push((path, token(at + 1).to_owned()));
        return at + 2;
    }
    leaves.push((path, last));
    at
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The words and signs of the source, without its comments, strings and characters.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(raw) = raw_string(rest) {
            raw
        } else if first == '"' {
            quoted(rest, '"')
        } else if first == '\'' && is_character(rest) {
            quoted(rest, '\'')
        } else {
            let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let length = match word {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                word => word,
            };
            if !first.is_whitespace() {
                tokens.push(rest[..length].to_owned());
            }
            length
        };
        rest = &rest[length..];
    }
    tokens
}

/// How long a raw string at the beginning is, if there is one.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let signs = after.len() - after.trim_start_matches('#').len();
    let inside = after[signs..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(signs));
    Some(text.len() - inside.len() + inside.find(&end)? + end.len())
}

/// Whether a quote begins a character, and no lifetime.
fn is_character(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    chars.next() == Some('\\') || chars.next() == Some('\'')
}

/// How long the text in quotes at the beginning is.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// Leaves out the modules that are only built for tests.
fn without_tests(mut tokens: Vec<String>) -> Vec<String> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    while let Some(start) = tokens.windows(MARK.len()).position(|window| window == MARK) {
        let mut depth = 0;
        let ends = |token: &String| {
            depth += i32::from(token == "{") - i32::from(token == "}");
            depth == 0 && matches!(token.as_str(), "}" | ";")
        };
        let length = tokens[start..].iter().position(ends).map_or(tokens.len() - start, |last| last + 1);
        tokens.drain(start..start + length);
    }
    tokens
}

#[test]
fn uses_are_read_from_the_source() {
    let file = File::parse(
        r##"
        //! crate::in_a_comment::X
        mod child;
        pub use self::child::Passed;
        use std::{fs, io::{self, Read as _}};
        use crate::ledger::{Ledger, rows::{Row as LedgerRow}, *};
        fn f<'a>(x: &'a str) { super::sibling::call('"', "crate::in_text::X", r#"crate::"raw"::X"#); child::g(x) }
        #[cfg(test)]
        mod tests { use crate::only_for_tests::X; }
        "##,
    );
    let paths: Vec<String> = file.paths.iter().map(|path| path.join("::")).collect();
    let read = [
        "std::fs",
        "std::io::self",
        "std::io::Read",
        "crate::ledger::Ledger",
        "crate::ledger::rows::Row",
        "super::sibling::call",
        "child::g",
    ];
    assert_eq!(paths, read);
    assert_eq!(file.passed_on["Passed"], ["self", "child", "Passed"]);
    assert_eq!(file.children, BTreeSet::from(["child".to_owned()]));
}
