//! Names on the server, made from a template such as `{stem}_{digest8}.{ext}`.

/// A checked template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(Placeholder),
}

/// What may stand in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// The file's name.
    Name,
    /// The name up to its last dot.
    Stem,
    /// What follows the last dot.
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
