//! The words that mark copies, corrections and versions, in comparable form and without Danish letters.

/// Words that mark a copy or a correction. They count as whole words only: `nyborg` and `finale` are no marks.
///
/// Words that announce another delivery of its own are left out on purpose: `ekstra`, `tillæg`, `supplement`, `del`.
pub(super) const MARKS: &[&str] = &[
    // copies
    "kopi",
    "kopien",
    "kopier",
    "kopieret",
    "copy",
    "copies",
    "copied",
    "dublet",
    "dubleret",
    "duplicate",
    "duplikat",
    "duplikeret",
    "dup",
    "sikkerhedskopi",
    "backup",
    "bak",
    "original",
    "originalen",
    "orig",
    // new and old
    "ny",
    "nye",
    "nyt",
    "nyere",
    "nyeste",
    "new",
    "newer",
    "newest",
    "gammel",
    "gamle",
    "gammelt",
    "old",
    "older",
    "tidligere",
    "seneste",
    "sidste",
    "latest",
    "igen",
    "again",
    // corrections
    "rettet",
    "rettede",
    "rettelse",
    "rettelsen",
    "rettelser",
    "fejlrettet",
    "tilrettet",
    "korrigeret",
    "korrigerede",
    "korrektion",
    "korrektionen",
    "korrektioner",
    "korrekt",
    "korrekte",
    "korr",
    "rigtig",
    "rigtige",
    "aendret",
    "aendrede",
    "aendring",
    "aendringer",
    "opdateret",
    "opdaterede",
    "opdatering",
    "revideret",
    "reviderede",
    "correct",
    "corrected",
    "correction",
    "corrections",
    "corr",
    "update",
    "updated",
    "revised",
    "amended",
    "amendment",
    "changed",
    "modified",
    "edited",
    "fixed",
    // drafts and final ones
    "udkast",
    "kladde",
    "draft",
    "foreloebig",
    "foreloebige",
    "final",
    "endelig",
    "endelige",
    "endeligt",
    "faerdig",
    // sent again, or instead
    "genfremsendt",
    "genfremsend",
    "genfremsendelse",
    "gensendt",
    "gensend",
    "gensendelse",
    "genudsendt",
    "resend",
    "resent",
    "erstatning",
    "erstatter",
    "erstattet",
    "erstattes",
    "replacement",
    "replaces",
    "replaced",
    // a version without its number
    "version",
    "versionen",
    "udgave",
    "revision",
    "rev",
    // shortcuts
    "genvej",
    "shortcut",
];

/// Words of [`MARKS`] that say that something was done to the file, and so may be followed by who did it, and when.
pub(super) const DONE: &[&str] = &[
    "rettet",
    "rettede",
    "rettelse",
    "rettelser",
    "fejlrettet",
    "tilrettet",
    "korrigeret",
    "korrigerede",
    "korrektion",
    "aendret",
    "aendrede",
    "aendring",
    "opdateret",
    "opdaterede",
    "opdatering",
    "revideret",
    "reviderede",
    "correct",
    "corrected",
    "correction",
    "update",
    "updated",
    "revised",
    "amended",
    "amendment",
    "changed",
    "modified",
    "edited",
    "fixed",
    "genfremsendt",
    "gensendt",
    "genudsendt",
    "resent",
];

/// Words between such a mark and who did it: `rettet af AB`.
pub(super) const BY: &[&str] = &["af", "by", "ved", "v"];

/// Words that make a version together with the number after them.
pub(super) const VERSIONS: &[&str] =
    &["v", "ver", "vers", "version", "versionen", "rev", "revision", "udg", "udgave"];

/// Words that tie a mark to the name: `Kopi af mad`, `rettelse til mad`.
pub(super) const TIES: &[&str] = &["af", "of", "til", "to", "for", "fil", "filen", "file"];

/// Words between a mark and its number: `kopi nr. 2`.
pub(super) const NUMBER_SIGNS: &[&str] = &["nr", "no", "nummer", "number"];

/// Extensions that are known as such wherever they stand, also one before another.
pub(super) const EXTENSIONS: &[&str] = &[
    // files of data
    "txt", "csv", "tsv", "dat", "asc", "prn", "fil", "edi", "xml", "json", "htm", "html",
    // office documents
    "xls", "xlsx", "xlsm", "ods", "doc", "docx", "rtf", "odt", "pdf",
    // packed, encrypted and signed
    "zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "xz", "zst", "pgp", "gpg", "sig", "p7m", "p7s",
    // sums
    "md5", "sha1", "sha256", "sha512", "sum", // spare copies, protocols and shortcuts
    "bak", "old", "orig", "tmp", "log", "lnk", "url",
];
