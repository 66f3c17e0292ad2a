//! What a command tells: the same facts as JSON for programs and as text for people.

pub(crate) mod document;
pub mod history;
pub mod marks;
pub mod page;
pub mod paragraph;
pub mod status;
pub mod text;
