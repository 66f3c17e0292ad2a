//! What a command tells: the same facts as JSON for programs and as text for people.
//!
//! In go the types of the model; out comes a text. Nothing is asked of the ledger or the server here.
//!
//! The files, in reading order: `text` shows a run, `status` the months, `history` what the ledger holds, `case` what a person
//! reads before she decides; `page` puts months and history on one HTML page, with its plots in
//! `page/plot`. They share `listing` (a line of facts for each file, the reason beside or beneath), `paragraph` (lines that fit
//! a screen, with the commands in them whole) and `marks` (the signs that a screen can show). `csv` has the deliveries for a spreadsheet, `document` reads and writes the files that a
//! person names for a plan or a report.

pub mod case;
pub(crate) mod csv;
pub(crate) mod document;
pub mod history;
pub mod listing;
pub mod marks;
pub mod page;
pub mod paragraph;
pub mod status;
pub mod text;
