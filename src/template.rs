//! Names on the server, made from a template such as `{stem}_{digest8}.{ext}`.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// A checked template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(Placeholder),
}

/// A placeholder of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Placeholder {
    /// The file's name.
    Name,
    /// The file's name up to its last dot.
    Stem,
    /// The extension: what follows the last dot of the name; empty without a dot.
    Ext,
    /// The series.
    Series,
    /// The period, `YYYY-MM`; empty where there is none.
    Period,
    /// The first eight digits of the digest.
    Digest8,
    /// The delivery's id; only in temporary names.
    Id,
}

impl Placeholder {
    /// All placeholders.
    pub const ALL: &'static [Placeholder] = Placeholder::VARIANTS;

    /// The word between the braces.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// Why a text is not a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateError {
    /// No placeholder has this name.
    Unknown(String),
    /// A `{` is not closed, or a `}` not opened.
    Brace,
}

impl Template {
    /// Parses a template: text with placeholders in braces. There is no way to write a literal brace.
    ///
    /// # Errors
    /// An unknown placeholder, or a brace that is not closed or not opened.
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, braced) = rest.split_at(at);
            let inner = braced.strip_prefix('{').ok_or(TemplateError::Brace)?;
            let (word, after) = inner.split_once('}').ok_or(TemplateError::Brace)?;
            let place = word.parse().map_err(|_| TemplateError::Unknown(word.to_owned()))?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Place(place));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Template { parts })
    }

    /// The text with each placeholder replaced by its value. A dot before `{ext}` goes where the extension is empty: Windows cuts a
    /// dot off the end of a name.
    #[must_use]
    pub fn render(&self, value: impl Fn(Placeholder) -> String) -> String {
        let mut rendered = String::new();
        let mut before = "";
        for part in &self.parts {
            match part {
                Part::Text(text) => rendered.push_str(text),
                Part::Place(place) => {
                    let value = value(*place);
                    if *place == Placeholder::Ext && value.is_empty() && before.ends_with('.') {
                        rendered.pop();
                    }
                    rendered.push_str(&value);
                }
            }
            before = if let Part::Text(text) = part { text } else { "" };
        }
        rendered
    }

    /// Whether the template has this placeholder.
    #[must_use]
    pub fn has(&self, place: Placeholder) -> bool {
        self.parts.contains(&Part::Place(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> Result<String, TemplateError> {
        Template::parse(text).map(|template| template.render(|place| format!("<{}>", place.word())))
    }

    #[test]
    fn placeholders_are_replaced_and_text_stays() {
        assert_eq!(rendered("{name}"), Ok("<name>".to_owned()));
        assert_eq!(rendered(".{name}.{id}.part"), Ok(".<name>.<id>.part".to_owned()));
        assert_eq!(rendered("æ{series}{period}å"), Ok("æ<series><period>å".to_owned()));
        assert_eq!(rendered("{stem}_{digest8}.{ext}"), Ok("<stem>_<digest8>.<ext>".to_owned()));
        assert_eq!(rendered("fast.txt"), Ok("fast.txt".to_owned()));
        assert_eq!(rendered(""), Ok(String::new()));
    }

    #[test]
    fn no_dot_is_left_before_an_extension_that_is_empty() {
        let named = |template: &str, ext: &str| {
            Template::parse(template).unwrap_or_default().render(|place| match place {
                Placeholder::Ext => ext.to_owned(),
                other => other.word().to_owned(),
            })
        };
        for (template, with, without) in [
            ("{stem}_{period}.{ext}", "stem_period.txt", "stem_period"),
            ("{stem}.{ext}", "stem.txt", "stem"),
            ("{stem}..{ext}.{id}", "stem..txt.id", "stem..id"),
            ("{stem}{ext}", "stemtxt", "stem"),
            ("{stem}.{series}{ext}", "stem.seriestxt", "stem.series"),
            ("{ext}.{stem}", "txt.stem", ".stem"),
        ] {
            assert_eq!((named(template, "txt"), named(template, "")), (with.to_owned(), without.to_owned()));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(rendered("{navn}"), Err(TemplateError::Unknown("navn".to_owned())));
        assert_eq!(rendered("{{name}}"), Err(TemplateError::Unknown("{name".to_owned())));
        for text in ["{", "{name", "name}", "{name}}", "}{"] {
            assert_eq!(rendered(text), Err(TemplateError::Brace), "{text}");
        }
    }

    #[test]
    fn it_knows_its_placeholders() {
        assert!(Template::parse("x{id}").is_ok_and(|t| t.has(Placeholder::Id) && !t.has(Placeholder::Name)));
    }
}
