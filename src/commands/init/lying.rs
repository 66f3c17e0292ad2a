//! What lies in the drop folder before the first run: the names, and the series that they look to be of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::calendar::banking_days;
use crate::commands::context::now;
use crate::config::{Config, glob};
use crate::drop_folder::list;
use crate::exit::UserError;
use crate::messages::config::{self as rules, shown_path};
use crate::messages::{escape, init as say};
use crate::names::{self, holds_cpr_number, without_cpr_numbers};
use crate::period::Period;
use crate::series::{self, SeriesRule};
use crate::wording;

use super::answers::Series;

/// How many names are shown.
const SHOWN: usize = 6;

/// The names of the files in a drop folder that a run would look at, sorted.
pub(super) struct Lying(Vec<String>);

/// A series that files lie there of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) series: Series,
    /// The months of its files, the earliest first.
    pub(super) months: Vec<String>,
    /// One of its files, from the drop folder.
    pub(super) sample: String,
}

impl Lying {
    /// Lists the folder.
    ///
    /// # Errors
    /// It cannot be listed.
    pub(super) fn look(drop: &Path) -> Result<Lying, UserError> {
        let scan = Config::of(Path::new(""), b"[sftp]\nhost = \"-\"\nuser = \"-\"\n".to_vec())?.scan;
        let mut found = Vec::new();
        list(drop, &scan, |file| found.push(file.path))
            .map_err(|error| UserError::usage(rules::drop_unreadable(&shown_path(drop), &error.error)))?;
        found.sort();
        Ok(Lying(found))
    }

    /// How many files lie there, and the first names.
    pub(super) fn told(&self) -> String {
        if self.0.is_empty() {
            return say::folder_is_empty();
        }
        let name = |name: &String| without_cpr_numbers(&escape(name));
        let mut shown: Vec<String> = self.0.iter().take(SHOWN).map(name).collect();
        if self.0.len() > SHOWN {
            shown.push("…".to_owned());
        }
        say::files_lie_there(self.0.len(), &shown.join(", "))
    }

    /// The series of the files whose name has a month and that no rule takes.
    pub(super) fn drafts(&self, known: &[SeriesRule]) -> Vec<Draft> {
        let mut found: BTreeMap<String, (BTreeSet<String>, &String)> = BTreeMap::new();
        for name in self.0.iter().filter(|name| !holds_cpr_number(name)) {
            let identified = series::identify(known, name, b"");
            if let (None, Some(period)) = (identified.rule, identified.period) {
                let (months, sample) =
                    found.entry(identified.series).or_insert_with(|| (BTreeSet::new(), name));
                months.insert(period.to_string());
                *sample = name;
            }
        }
        // The first pattern that fits a name counts, so the closest ones come first.
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.chars().count()));
        let mut taken: Vec<String> = known.iter().map(|rule| rule.name.clone()).collect();
        let mut drafts = Vec::new();
        for (pattern, (months, sample)) in found {
            if glob::glob(&pattern).is_err() {
                continue;
            }
            let Some(name) = name_for(&pattern, &taken) else { continue };
            taken.push(name.clone());
            let series = Series { name, pattern, due_day: None, before_run: false };
            let months = months.into_iter().collect();
            drafts.push(Draft { series, months, sample: sample.clone() });
        }
        drafts
    }
}

/// What to say of series whose due day of this month has passed already, when KP may well have the file from before.
pub(super) fn due_already(series: &[Series]) -> Option<String> {
    let today = now().date_naive();
    let month = Period::of(today)?;
    let passed = |series: &&Series| series.due_day.is_some_and(|day| banking_days::due(month, day) < today);
    let names: Vec<&str> = series.iter().filter(passed).map(|series| series.name.as_str()).collect();
    (!names.is_empty()).then(|| say::due_already(&names.join(", "), &wording::period(Some(month))))
}

/// A short name for the files of this pattern that no other series has: the first word of it, else all its words. None
/// where the pattern has no word, since it would take every supplier's files.
fn name_for(pattern: &str, taken: &[String]) -> Option<String> {
    let stem = pattern.rsplit_once('.').map_or(pattern, |(stem, _)| stem);
    let words: Vec<&str> = stem
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.contains(char::is_alphabetic))
        .collect();
    let first = (*words.first()?).to_owned();
    let whole: String = pattern.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    let candidates = [first, words.join("_"), whole.trim_matches('_').to_owned()];
    let free = |name: &String| !name.is_empty() && !taken.iter().any(|other| names::same(other, name));
    candidates.into_iter().find(free)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drafts(names: &[&str]) -> Vec<(String, String, String)> {
        let lying = Lying(names.iter().map(|&name| name.to_owned()).collect());
        let one = |draft: Draft| (draft.series.name, draft.series.pattern, draft.months.join(" "));
        lying.drafts(&[]).into_iter().map(one).collect()
    }

    #[test]
    fn each_kind_of_name_with_a_month_is_a_series() {
        let of = |name: &str, pattern: &str, months: &str| {
            (name.to_owned(), pattern.to_owned(), months.to_owned())
        };
        let found = drafts(&[
            "mad_korsbaek_202303.txt",
            "mad_korsbaek_202304.txt",
            "mad_nord_202304.txt",
            "Vask April2023.csv",
            "2023-04.txt",
            "læsmig.txt",
            "mad_010190-0000_202304.txt",
        ]);
        assert_eq!(
            found,
            [
                of("mad", "mad_korsbaek_*.txt", "2023-03 2023-04"),
                of("mad_nord", "mad_nord_*.txt", "2023-04"),
                of("vask", "vask *.csv", "2023-04"),
            ]
        );
        assert!(drafts(&["læsmig.txt", "mad_202303_202304.txt"]).is_empty());
    }
}
