//! A town's month rewritten in a hundred ways, of which no deduction reaches KP twice unasked; and ordinary years, which
//! nobody is asked about.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{after_april, town};
use crate::content::samples::{Record, elements, record, records, semicolons, windows, with_trailer};
use crate::support::output::entry;

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.roll(at + 1));
        }
    }
}

/// A file of these records in one of the layouts, under a name of its own.
fn written(dice: &mut Dice, number: usize, records: &[Record]) -> (String, Vec<u8>) {
    match dice.roll(4) {
        0 => {
            let header = format!("MADSERVICE{:<4}", dice.roll(1000));
            let text = with_trailer(records, "202304").replacen("MADSERVICE    ", &header, 1);
            (format!("mad_{number}_202304.txt"), text.into_bytes())
        }
        1 => (format!("kost_{number}_202304.csv"), semicolons(records, "202304").into_bytes()),
        2 => (format!("samlet_{number}_apr2023.csv"), windows(&semicolons(records, "202304"))),
        _ => (format!("træk_{number}_2023-04.xml"), elements(records, "202304").into_bytes()),
    }
}

#[test]
fn a_month_rewritten_in_a_hundred_ways_reaches_kp_once() {
    let town = after_april(30);
    let by_b: Vec<Record> = (30..50).map(record).collect();
    town.file("kost_korsbaek_202304.csv", semicolons(&by_b, "202304"));
    town.deliver(0);
    let received = town.server.received();
    assert_eq!(received.len(), 2);
    let mut names = BTreeSet::new();
    for seed in 0..100 {
        let mut dice = Dice(seed);
        let mut month = if dice.roll(2) == 0 { records(30) } else { records(50) };
        for _ in 0..dice.roll(3) {
            match dice.roll(3) {
                0 => month.push(record(200 + dice.roll(50))),
                1 => drop(month.remove(0)),
                _ => month[3].ore += 100,
            }
        }
        if dice.roll(2) == 0 {
            dice.shuffle(&mut month);
        }
        let pieces = if dice.roll(3) == 0 { 15 } else { month.len() };
        for (at, piece) in month.chunks(pieces).enumerate() {
            let (name, bytes) = written(&mut dice, usize::try_from(seed).unwrap() * 10 + at, piece);
            // A piece that holds nothing but new citizens would rightly go.
            if piece.iter().any(|of| records(50).iter().any(|old| old.citizen == of.citizen)) {
                town.file(&name, bytes);
                names.insert(name);
            }
        }
    }
    assert!(names.len() >= 100, "{}", names.len());
    let run = town.deliver(3);
    for name in &names {
        let file = entry(&run, name);
        let reasons = file["reasons"].as_array().unwrap();
        assert!(reasons.contains(&Value::from("records_delivered")), "{name}: {file:#}");
        assert_eq!(file["outcome"], "held", "{name}");
    }
    assert_eq!(town.server.received(), received);
    // Together in one run, before KP has any of it: one of them goes, and nothing twice.
    let town = super::town("per_period = \"many\"");

    for seed in 0..20 {
        let mut dice = Dice(seed);
        let mut month = records(30);
        dice.shuffle(&mut month);
        let (name, bytes) = written(&mut dice, usize::try_from(seed).unwrap(), &month);
        town.file(name, bytes);
    }
    town.deliver(3);
    assert!(town.server.received().len() <= 1);
}

/// How many years are lived through.
fn years() -> u64 {
    std::env::var("TRAEKFIL_YEARS").ok().and_then(|years| years.parse().ok()).unwrap_or(5)
}

/// The clients of a kitchen, who come and go.
struct Clients {
    all: Vec<Record>,
    next: usize,
}

impl Clients {
    fn newcomer(&mut self) -> Record {
        self.next += 1;
        record(self.next)
    }

    /// Some move away or come, and prices rise once a year.
    fn live_on(&mut self, dice: &mut Dice, month: usize) {
        for _ in 0..dice.roll(4) {
            let gone = dice.roll(self.all.len());
            self.all[gone] = self.newcomer();
        }
        if month == 6 {
            self.all.iter_mut().for_each(|client| client.ore += 300);
        }
    }

    /// Those who came late in a month, and sometimes a correction of what one of the others was deducted in it.
    fn late(&mut self, dice: &mut Dice) -> Vec<Record> {
        let mut late = vec![self.newcomer()];
        if dice.roll(2) == 0 {
            let client = &self.all[0];
            late.push(Record { ore: -client.ore, ..client.clone() });
            late.push(Record { ore: client.ore + 100, ..client.clone() });
        }
        late
    }
}

#[test]
fn ordinary_years_are_hardly_ever_held() {
    let mut held = 0;
    for seed in 0..years() {
        let mut dice = Dice(seed);
        let town = town("per_period = \"many\"");
        let mut clients = Clients { all: records(40), next: 300 };
        let mut late: Option<(String, String)> = None;
        for at in 0..12 {
            let (year, month) = if at < 9 { (2023, at + 4) } else { (2024, at - 8) };
            town.at(&format!("{year}-{month:02}-14T06:00:00+02:00"));
            let period = format!("{year}{month:02}");
            clients.live_on(&mut dice, at);
            town.file(format!("mad_korsbaek_{period}.txt"), with_trailer(&clients.all, &period));
            town.file(format!("vask_korsbaek_{period}.csv"), semicolons(&clients.all[..20], &period));
            // What came late for the month before comes with this month's.
            if let Some((name, text)) = late.take() {
                town.file(name, text);
            }
            late = Some((format!("mad_efter_{period}.txt"), with_trailer(&clients.late(&mut dice), &period)));
            let run = town.run(["run", "--json"]).json();
            held += run["summary"]["hold"].as_u64().unwrap();
            assert_eq!(run["summary"]["failed"], 0, "{run:#}");
            for file in fs::read_dir(town.path("drop")).unwrap() {
                fs::remove_file(file.unwrap().path()).unwrap();
            }
        }
    }
    assert!(held < years(), "{held} in {} years", years());
}
