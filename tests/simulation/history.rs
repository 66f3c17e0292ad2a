//! One history: suppliers drop files, runs happen and break, people decide; then all faults stop.

use std::cell::RefCell;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use traekfil::config::{Config, Publish, SyncRule};
use traekfil::deliver::{End, Watch};
use traekfil::exit::ExitCode;
use traekfil::ledger::event::Event;
use traekfil::ledger::query::Sequence;
use traekfil::ledger::{self, Journal, Ledger};
use traekfil::model::decision::Reason;
use traekfil::model::delivery::Step;
use traekfil::model::ledger::{Delivery, Hold, Verdict};
use traekfil::model::run_report::RunReport;
use traekfil::records::content::SharedSecret;
use traekfil::remote::Connect;
use traekfil::run::pipeline;

use crate::chance::Chance;
use crate::faulty_ledger::FaultyLedger;
use crate::folder::Folder;
use crate::promise;
use crate::records;
use crate::server::{Connector, Shared};
use crate::wire::WireConnector;
use crate::world::{Died, Late, World};

struct Unwatched;

impl Watch for Unwatched {
    fn bytes(&self, _more: u64) {}
    fn ended(&self, _path: &str, _end: &End) {}
}

pub struct History {
    pub config: Config,
    pub world: Shared,
    /// The program speaks SFTP to the server.
    wired: bool,
}

/// A configuration with randomly chosen settings, whose series have a format where files have records.
fn config(chance: &mut Chance, root: &Path, has_records: bool) -> Config {
    let (format, formats) =
        if has_records { ("format = \"liste\"\ndeduction = ", records::FORMAT) } else { ("# ", "") };
    let mut pick = |words: &[&'static str]| chance.one_of(words);
    let text = format!(
        r#"
[[series]]
name = "mad"
files = ["mad_*"]
{format}"mad"

[[series]]
name = "vask"
files = ["vask_*"]
per_period = "many"
{format}"vask"

[[series]]
name = "kost"
files = ["kost_*"]
per_period = "many"
{format}"mad"

[policy]
same_content_other_slot = "{}"
unknown_period = "{}"
old_period = "{}"
slot_taken = "{}"
gone_after_publish = "{}"
records_delivered = "hold"

{formats}
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
        let mut chance = Chance::of(!seed);
        let has_records = chance.per_mille(600);
        let config = config(&mut chance, root, has_records);
        let now = DateTime::parse_from_rfc3339("2023-04-14T06:00:00+02:00").unwrap();
        let world = World::new(seed, &config, now, Folder::new(root, has_records));
        Ledger::begin(&config.ledger, &config.archive, now).unwrap();
        History { config, world: Rc::new(RefCell::new(world)), wired: false }
    }

    /// The same with a server that answers now and then with any status.
    pub fn answered_anyhow(seed: u64, root: &Path) -> History {
        let history = History::of(seed, root);
        history.world.borrow_mut().answer_anyhow(&history.config);
        history
    }

    /// The same byte for byte, below the program's SFTP client. What is written under its final name at once is left out: KP
    /// may take any part of that.
    pub fn wired(seed: u64, root: &Path) -> History {
        let mut history = History::of(seed, root);
        history.wired = true;
        history.config.sftp.publish = Publish::Rename;
        history.config.policy.gone_is_delivered = false;
        let mut world = history.world.borrow_mut();
        world.publish = Publish::Rename;
        world.answer_anyhow(&history.config);
        if world.chance.per_mille(500) {
            history.config.sftp.sync = SyncRule::BestEffort;
        }
        drop(world);
        history
    }

    /// Plays the history. Broken promises are added to the world's violations.
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
        self.ledger_misfortune();
        Ledger::open(&self.config.ledger, &self.config.archive, self.world.borrow().now).unwrap()
    }

    /// The ledger is away for one run, lost for good, or last put back from a copy: each is noticed before anything is
    /// sent, and a person makes it good with the command that the message names.
    fn ledger_misfortune(&self) {
        let mut world = self.world.borrow_mut();
        let (path, archive, now) = (&self.config.ledger, &self.config.archive, world.now);
        let copy = path.with_extension("copy");
        let noticed = |world: &mut World, what: &str| match Ledger::open(path, archive, now) {
            Err(trouble) if trouble.exit == ExitCode::Ledger => true,
            Err(trouble) => {
                world.violated(format!("{what}: {trouble}"));
                true
            }
            Ok(_) => false,
        };
        if world.strikes("ledger away", 300) {
            let aside = path.with_extension("aside");
            fs::rename(path, &aside).unwrap();
            if !noticed(&mut world, "the ledger is away") {
                world.violated("a ledger that is away was not noticed");
            }
            fs::rename(&aside, path).unwrap();
        }
        if world.strikes("ledger lost", 300) {
            world.tell("the ledger is lost");
            fs::remove_file(path).unwrap();
            if !noticed(&mut world, "the ledger is lost") {
                world.violated("a lost ledger was not noticed");
            }
            if fs::read_dir(archive.join("receipts")).unwrap().count() > 0 {
                ledger::rebuild(path, archive, now).unwrap();
            } else {
                // Nothing was ever said about a delivery: a person begins anew, with the archive's name taken away.
                fs::remove_file(archive.join("ledger.json")).unwrap();
                fs::remove_dir(archive.join("receipts")).unwrap();
                Ledger::begin(path, archive, now).unwrap();
            }
            let _ = fs::remove_file(&copy);
        }
        if copy.exists() && world.strikes("ledger put back from a copy", 800) {
            world.tell("the ledger is put back from a copy");
            fs::copy(&copy, path).unwrap();
            if noticed(&mut world, "an older ledger") {
                *world.tally.entry("older ledger noticed").or_default() += 1;
                Ledger::restored(path, archive, now, None, "a person".to_owned()).unwrap();
            }
        } else if world.chance.per_mille(500) {
            world.tell("the ledger is copied");
            let reader = ledger::LedgerReader::open(path, archive, false).unwrap();
            let _ = fs::remove_file(&copy);
            ledger::backup(&reader, &copy).unwrap();
        }
    }

    /// The configuration without what another process has read of the secret.
    fn of_one_process(&self) -> Config {
        let mut config = self.config.clone();
        let secret = SharedSecret::default();
        for rule in config.contents.iter_mut().flatten() {
            rule.secret = Arc::clone(&secret);
        }
        config
    }

    /// One run, to its end, its error or its death.
    fn run(&self) -> Option<(RunReport, Ledger)> {
        let mut ledger = self.open();
        {
            let mut world = self.world.borrow_mut();
            let now = world.now;
            world.away = false;
            (world.steps, world.connections) = (0, 0);
            world.log.push(format!("run at {now}"));
            promise::check(&mut world, &self.config, &ledger);
        }
        self.people_decide(&mut ledger);
        let config = self.of_one_process();
        let mut faulty = FaultyLedger { ledger, world: Rc::clone(&self.world), failed: false };
        let now = || self.world.borrow().now;
        let ended = panic::catch_unwind(AssertUnwindSafe(|| {
            let world = Rc::clone(&self.world);
            let server: Box<dyn Connect> =
                if self.wired { Box::new(WireConnector(world)) } else { Box::new(Connector(world)) };
            pipeline::run(&config, &mut faulty, server, &now, |_| Unwatched)
        }));
        let FaultyLedger { ledger, failed, .. } = faulty;
        let mut world = self.world.borrow_mut();
        let was_blocked = world.free_archive();
        match ended {
            Ok(Ok((report, exit))) => {
                if failed {
                    world.violated("a commit failed, and the run went on");
                }
                world.tell(format!("ends with {exit:?}"));
                promise::check_report(&mut world, &report);
                records::tally(&mut world, &report, &ledger);
                Some((report, ledger))
            }
            Ok(Err(error)) => {
                world.tell(format!("ends: {error}"));
                // Without the archive it cannot be looked up whether a file went before.
                let archive_away = error.exit == ExitCode::Incomplete && was_blocked;
                if !failed && !archive_away {
                    world.violated(format!("the run ended for no reason: {error}"));
                }
                None
            }
            Err(payload) if payload.is::<Died>() => None,
            Err(payload) => panic::resume_unwind(payload),
        }
    }

    /// People approve or reject held files, and resolve deliveries in doubt by what KP really got.
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
                if verdict == Verdict::Approved {
                    let key = records::let_go(&world, &hold);
                    world.approved_records.extend(key);
                }
                ledger.record(world.now, &[event]).unwrap();
                ledger.attest().unwrap();
            }
        }
        // Nobody can know yet about a direct write that is still to be executed.
        if !world.late.is_empty() && world.publish == Publish::Direct {
            return;
        }
        for delivery in ledger.open_deliveries().unwrap() {
            let awaited = world.late.iter().any(
                |late| matches!(late, Late::Rename(from, _) if delivery.temporary.as_ref() == Some(from)),
            );
            if !delivery.state.is_unclear() || !awaited && world.chance.per_mille(500) {
                continue;
            }
            let step = match promise::at_kp(&world, &delivery) {
                Some(true) => Step::ResolveDelivered,
                Some(false) => Step::ResolveNotDelivered,
                None => continue,
            };
            world.tell(format!("a person: {} {step:?}", delivery.id));
            let (why, who) = (Some("asked KP".to_owned()), Some("a person".to_owned()));
            let mut events = vec![Event::Stepped { delivery: delivery.id, step, why, who }];
            if step == Step::ResolveNotDelivered {
                // Now and then the server cannot be reached, and her word counts alone.
                let gone = delivery.temporary_is_gone()
                    || world.chance.per_mille(500) && is_absent(&world, &delivery);
                if gone && !delivery.temporary_is_gone() {
                    events.push(Event::TemporaryGone { delivery: delivery.id });
                }
                world.never_came.extend(delivery.temporary.clone().map(|temporary| (temporary, gone)));
            }
            ledger.record(world.now, &events).unwrap();
            ledger.attest().unwrap();
            // Now and then the server comes to the rename just then.
            if step == Step::ResolveNotDelivered && awaited && world.chance.per_mille(400) {
                world.run_late_rename_of(delivery.temporary.as_deref().unwrap_or_default());
            }
        }
        people_say_again(&mut world, ledger);
    }
}

/// Where a temporary file went after a person's word, she asks KP again, and says so where KP still has not got the file.
fn people_say_again(world: &mut World, ledger: &mut Ledger) {
    for delivery in ledger.not_free().unwrap() {
        let asks = world.calm || world.chance.per_mille(300);
        if !asks || promise::at_kp(world, &delivery) != Some(false) || !is_absent(world, &delivery) {
            continue;
        }
        world.tell(format!("a person: {} has not come, once more", delivery.id));
        *world.tally.entry("said once more").or_default() += 1;
        world.never_came.extend(delivery.temporary.map(|temporary| (temporary, true)));
        ledger.record(world.now, &[Event::TemporaryGone { delivery: delivery.id }]).unwrap();
    }
}

/// Whether nothing stands at the name from which a delivery could still come.
fn is_absent(world: &World, delivery: &Delivery) -> bool {
    delivery.temporary.as_ref().is_none_or(|temporary| !world.server.contains_key(temporary))
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
        reasons: hold.reasons.clone(),
        records: None,
    })
}
