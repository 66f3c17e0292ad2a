//! One history: suppliers drop files, runs happen and break, people decide; then all faults stop.

use std::cell::RefCell;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::rc::Rc;

use chrono::{DateTime, TimeDelta};
use traekfil::config::Config;
use traekfil::deliver::{End, Watch};
use traekfil::ledger::event::Event;
use traekfil::ledger::query::Sequence;
use traekfil::ledger::receipts;
use traekfil::ledger::{Journal, Ledger};
use traekfil::model::decision::Reason;
use traekfil::model::delivery::{State, Step};
use traekfil::model::ledger::{Hold, Verdict};
use traekfil::model::run_report::RunReport;
use traekfil::run::pipeline;

use crate::book::Book;
use crate::chance::Chance;
use crate::folder::Folder;
use crate::promise;
use crate::server::{Connector, Shared};
use crate::world::{Died, World};

struct Unwatched;

impl Watch for Unwatched {
    fn bytes(&self, _more: u64) {}
    fn ended(&self, _path: &str, _end: &End) {}
}

pub struct History {
    pub config: Config,
    pub world: Shared,
}

/// What is configured is drawn by lot too.
fn config(chance: &mut Chance, root: &Path) -> Config {
    let mut pick = |words: &[&'static str]| chance.one_of(words);
    let text = format!(
        r#"
[[series]]
name = "mad"
files = ["mad_*"]

[[series]]
name = "vask"
files = ["vask_*"]
per_period = "many"

[policy]
same_content_other_slot = "{}"
unknown_period = "{}"
old_period = "{}"
slot_taken = "{}"
gone_after_publish = "{}"

[scan]
# Content bears the times of the world, status those of the machine.
settle = "0s"
[sftp]
host = "sftp.example.dk"
user = "korsbaek"
folder = "ind"
publish = "{}"
verify = "{}"

[originals]
delivered = "{}"
duplicates = "{}"
"#,
        pick(&["hold", "hold", "send", "skip"]),
        pick(&["hold", "send"]),
        pick(&["hold", "send", "skip"]),
        pick(&["hold", "send"]),
        pick(&["in_doubt", "in_doubt", "delivered"]),
        pick(&["rename", "rename", "rename", "direct"]),
        pick(&["size", "size", "read_back"]),
        pick(&["archive", "archive", "delete"]),
        pick(&["archive", "delete", "leave"]),
    );
    let file = root.join("config.toml");
    fs::write(&file, text).unwrap();
    Config::load(&file).unwrap()
}

impl History {
    pub fn of(seed: u64, root: &Path) -> History {
        let config = config(&mut Chance::of(!seed), root);
        let now = DateTime::parse_from_rfc3339("2023-04-14T06:00:00+02:00").unwrap();
        let world = World::new(seed, &config, now, Folder::new(root));
        History { config, world: Rc::new(RefCell::new(world)) }
    }

    /// Lives through it all. What was broken stands in the world's violations.
    pub fn live(&self) {
        let runs = 1 + self.world.borrow_mut().chance.below(5);
        for _ in 0..runs {
            self.between_runs();
            self.run();
        }
        {
            let mut world = self.world.borrow_mut();
            world.log.push("the faults stop".to_owned());
            world.calm = true;
            while !world.late.is_empty() {
                world.run_late();
            }
        }
        let last = || {
            self.world.borrow_mut().now += TimeDelta::hours(1);
            self.run()
        };
        drop(last());
        let last = last();
        let mut world = self.world.borrow_mut();
        let Some((report, ledger)) = last else {
            return world.violated("a run without faults did not come to its end");
        };
        promise::check(&mut world, &self.config, &ledger);
        promise::check_nothing_forgotten(&mut world, &ledger, &report);
        match ledger.verify_chain(1) {
            Ok(events) if events == ledger.head().seq => {}
            other => world.violated(format!("the chain: {other:?}")),
        }
    }

    fn between_runs(&self) {
        let mut world = self.world.borrow_mut();
        for _ in 0..world.chance.below(4) {
            world.supplier_acts();
        }
        if world.chance.per_mille(800) {
            world.now += TimeDelta::minutes(1);
        }
        while world.chance.per_mille(600) && world.receiver_takes() {}
        if !world.late.is_empty() && world.chance.per_mille(500) {
            world.run_late();
        }
    }

    fn open(&self) -> Ledger {
        let witness = receipts::newest(&self.config.archive).unwrap();
        Ledger::open(&self.config.ledger, witness.as_ref(), self.world.borrow().now).unwrap()
    }

    /// One run, to its end, its trouble or its death.
    fn run(&self) -> Option<(RunReport, Ledger)> {
        let mut ledger = self.open();
        {
            let mut world = self.world.borrow_mut();
            let now = world.now;
            world.log.push(format!("run at {now}"));
            promise::check(&mut world, &self.config, &ledger);
        }
        self.people_decide(&mut ledger);
        let mut book = Book { ledger, world: Rc::clone(&self.world), failed: false };
        let now = || self.world.borrow().now;
        let ended = panic::catch_unwind(AssertUnwindSafe(|| {
            let server = Box::new(Connector(Rc::clone(&self.world)));
            pipeline::run(&self.config, &mut book, server, &now, |_| Unwatched)
        }));
        let Book { ledger, failed, .. } = book;
        let mut world = self.world.borrow_mut();
        world.free_archive();
        match ended {
            Ok(Ok((report, exit))) => {
                if failed {
                    world.violated("a commit failed, and the run went on");
                }
                world.tell(format!("ends with {exit:?}"));
                promise::check_report(&mut world, &report);
                Some((report, ledger))
            }
            Ok(Err(trouble)) => {
                world.tell(format!("ends: {trouble}"));
                if !failed {
                    world.violated(format!("the run ended for no reason: {trouble}"));
                }
                None
            }
            Err(payload) if payload.is::<Died>() => None,
            Err(payload) => panic::resume_unwind(payload),
        }
    }

    /// People let held files go or refuse them, and settle doubts, knowing the truth.
    fn people_decide(&self, ledger: &mut Ledger) {
        let mut world = self.world.borrow_mut();
        for hold in ledger.open_holds().unwrap() {
            let verdict = match world.chance.below(10) {
                0..3 => Verdict::Approved,
                3 => Verdict::Rejected,
                _ => continue,
            };
            if let Some(event) = decided(ledger, &hold, verdict) {
                world.tell(format!("a person: {} {}", verdict.name(), hold.path));
                ledger.record(world.now, &[event]).unwrap();
            }
        }
        // What was asked for and is still to come, nobody can know.
        if !world.late.is_empty() {
            return;
        }
        for delivery in ledger.open_deliveries().unwrap() {
            if delivery.state != State::InDoubt || world.chance.per_mille(500) {
                continue;
            }
            let step = match promise::at_kp(&world, &delivery) {
                Some(true) => Step::ResolveDelivered,
                Some(false) => Step::ResolveNotDelivered,
                None => continue,
            };
            world.tell(format!("a person: {} {step:?}", delivery.id));
            let (why, who) = (Some("asked KP".to_owned()), Some("a person".to_owned()));
            ledger.record(world.now, &[Event::Stepped { delivery: delivery.id, step, why, who }]).unwrap();
        }
    }
}

fn decided(ledger: &Ledger, hold: &Hold, verdict: Verdict) -> Option<Event> {
    let slot = hold.slot.clone()?;
    Reason::named(&hold.reason).filter(|reason| reason.can_be_approved())?;
    Some(Event::Decided {
        decision: ledger.next(Sequence::Decision).unwrap(),
        verdict,
        series: slot.series,
        period: slot.period,
        digest: hold.digest?,
        path: hold.path.clone(),
        why: "known".to_owned(),
        who: "a person".to_owned(),
    })
}
