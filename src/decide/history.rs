//! What the deliveries so far say of names: which series are known, which slot an earlier file has by today's
//! `[[series]]`, and which of KP's files a name looks like. Pure.
//!
//! Made once a run from all deliveries, and only where a file gets as far as the rows that ask for it.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::model::delivery::{Key, Slot};
use crate::model::ledger::Delivery;
use crate::names::{self, Core};
use crate::period::Period;
use crate::series::{self, PerPeriod, SeriesRule};

/// So many months tell whether two series belong together.
const MONTHS_OF_A_PAIR: usize = 3;

/// The deliveries so far, found by what their names say.
#[derive(Debug, Default)]
pub struct History {
    /// The deliveries that KP got or may have got, oldest first.
    delivered: Vec<Delivery>,
    /// Of each of these, whether its series takes one file a period today.
    takes_one: Vec<bool>,
    /// Whether KP got anything by a run that came to the end of all its files, or outside of runs.
    begun: bool,
    /// The series that an earlier run let go, in comparable form.
    known: HashSet<String>,
    /// The months that each series was delivered for.
    months: HashMap<String, BTreeSet<Period>>,
    /// Deliveries, as indices, whose file name gets another slot today than the ledger holds.
    renamed: HashMap<Slot, Vec<usize>>,
    /// Deliveries, as indices, by period and in their order.
    by_period: HashMap<Period, Vec<usize>>,
}

impl History {
    /// From all deliveries, oldest first, today's `[[series]]`, and the newest run that came to the end of all its files.
    ///
    /// A series counts as known by each delivery, in whatever state it is: an earlier run let its file go, so that a
    /// first upload that failed asks nobody.
    #[must_use]
    pub fn of(deliveries: Vec<Delivery>, rules: &[SeriesRule], last_whole_run: Option<i64>) -> History {
        let mut history = History::default();
        for delivery in deliveries {
            history.begun |=
                delivery.state.is_delivered() && delivery.run.is_none_or(|run| last_whole_run >= Some(run));
            history.add(delivery, rules);
        }
        history
    }

    fn add(&mut self, delivery: Delivery, rules: &[SeriesRule]) {
        let then = &delivery.key.slot;
        let identified = series::identify(rules, file_name(&delivery.path), &[]);
        // Where the period is read in the content, the name does not tell it.
        let today = Slot { series: identified.series, period: identified.period.or(then.period) };
        let series = [names::comparable(&then.series), names::comparable(&today.series)];
        self.known.extend(series.iter().cloned());
        if !(delivery.state.is_delivered() || delivery.state.is_unclear()) {
            return;
        }
        let at = self.delivered.len();
        for (series, period) in series.into_iter().zip([then.period, today.period]) {
            self.months.entry(series).or_default().extend(period);
        }
        if let Some(period) = then.period {
            self.by_period.entry(period).or_default().push(at);
        }
        if today != *then && today.period.is_some() {
            self.renamed.entry(today).or_default().push(at);
        }
        self.takes_one.push(series::per_period(rules, identified.rule) == PerPeriod::One);
        self.delivered.push(delivery);
    }

    /// Whether an earlier run let a file of this series go, by the ledger or by today's `[[series]]`.
    #[must_use]
    pub fn knows(&self, series: &str) -> bool {
        self.known.contains(&names::comparable(series))
    }

    /// Whether KP got anything before this run. A first run that was cut off does not count until one
    /// came to the end of all its files: what it did not come to is not new.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// The deliveries whose file name gets this slot today, while the ledger holds them under another one; oldest first.
    pub fn renamed_into(&self, slot: &Slot) -> impl Iterator<Item = &Delivery> {
        self.renamed.get(slot).into_iter().flatten().map(|&at| &self.delivered[at])
    }

    /// Whether two series belong together, as a file and its checksum do, so that neither is a copy of the other: of the
    /// last months before this one in which either was delivered, both were in more than half. So a correction that was
    /// approved once makes no pair with the file that comes every month.
    #[must_use]
    pub fn came_together(&self, one: &str, other: &str, before: Period) -> bool {
        let months = |series: &str| self.months.get(&names::comparable(series));
        let Some((one, other)) = months(one).zip(months(other)) else { return false };
        let mut last: Vec<&Period> = one.union(other).filter(|month| **month < before).collect();
        last.drain(..last.len().saturating_sub(MONTHS_OF_A_PAIR));
        let together = last.iter().filter(|month| one.contains(month) && other.contains(month)).count();
        2 * together > last.len()
    }

    /// The file names of a period's deliveries, for finding look-alikes among them.
    #[must_use]
    pub fn names_of(&self, period: Period) -> NamesOfPeriod {
        let mut names = NamesOfPeriod { period, by_key: HashMap::new() };
        for &at in self.by_period.get(&period).into_iter().flatten() {
            let core = names::core_of(file_name(&self.delivered[at].path));
            for key in core.keys() {
                names.by_key.entry(key).or_default().push((core.clone(), at));
            }
        }
        names
    }

    /// The delivery whose file name is a look-alike of a file's and whose content is another one; of several one whose series takes
    /// one file a period, where the file's own does not, then the newest with the same ending, or the newest. `names` are those of the
    /// slot's period. The second answer says whether the series of either takes one.
    #[must_use]
    pub fn look_alike(
        &self,
        names: &NamesOfPeriod,
        (key, name, core): (&Key, &str, &Core),
        one_per_period: bool,
    ) -> Option<(&Delivery, bool)> {
        let same_ending = |at: usize| {
            let ending =
                |name: &str| names::comparable(name.rsplit_once('.').map_or("", |(_, ending)| ending));
            ending(file_name(&self.delivered[at].path)) == ending(name)
        };
        let counts = |at: usize| one_per_period || self.takes_one[at];
        let others = self.alike(names, key, core).filter(|at| self.delivered[*at].key.digest != key.digest);
        let found = others.max_by_key(|&at| (counts(at), same_ending(at), at))?;
        Some((&self.delivered[found], counts(found)))
    }

    /// The newest delivery of a file's bytes in another slot that is the file's own but for its name: that of a look-alike for the
    /// same period, or one that today's `[[series]]` call this one.
    #[must_use]
    pub fn copy(&self, names: &NamesOfPeriod, key: &Key, core: &Core) -> Option<&Delivery> {
        let renamed = self.renamed.get(&key.slot).into_iter().flatten().copied();
        let same =
            |at: &usize| self.delivered[*at].key.digest == key.digest && self.delivered[*at].key != *key;
        self.alike(names, key, core).chain(renamed).filter(same).max().map(|at| &self.delivered[at])
    }

    /// The deliveries, as indices, whose file name is a look-alike of a file's, but for those that belong together with it.
    fn alike<'a>(
        &'a self,
        names: &'a NamesOfPeriod,
        key: &'a Key,
        core: &'a Core,
    ) -> impl Iterator<Item = usize> + 'a {
        let alike = core.keys().filter_map(|key| names.by_key.get(&key)).flatten();
        let alike = alike.filter(|(other, _)| core.is_alike_but_for_the_period(other)).map(|(_, at)| *at);
        alike.filter(|at| {
            let series = &self.delivered[*at].key.slot.series;
            !self.came_together(&key.slot.series, series, names.period)
        })
    }
}

/// The file names of one period's deliveries by the keys of their cores.
#[derive(Debug)]
pub struct NamesOfPeriod {
    period: Period,
    by_key: HashMap<String, Vec<(Core, usize)>>,
}

/// The last part of a path, as any system writes it.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests;
