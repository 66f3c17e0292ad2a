//! Runs killed or cut off at random moments, many times in the same town: nothing twice, nothing lost.

use std::thread;
use std::time::Duration;

use crate::account::{comes_to_rest, files};
use crate::at_once;
use crate::chance::Chance;
use crate::proxy::{Cut, Fault, Proxy};
use crate::support::output::Running;
use crate::support::town::Town;

/// The number of kills and cuts; `TRAEKFIL_CHANCES` sets another one.
const CHANCES: usize = 60;
/// How many of them happen in one town before its files are checked.
const A_TOWN: usize = 4;
/// The longest a run may take with `timeout = "2s"`.
const PATIENCE: Duration = Duration::from_secs(45);

/// A first delivery of three files takes some 120 ms and 7,000 bytes each way.
fn break_one(town: &Town, chance: &mut Chance) {
    if chance.below(2) == 0 {
        let run = Running::start(&mut town.command(["run"]));
        thread::sleep(Duration::from_micros(chance.below(150_000) as u64));
        run.kill();
    } else {
        let fault = if chance.below(8) == 0 { Fault::Stall } else { Fault::Close };
        let cut =
            Cut { to_server: chance.below(2) == 0, at: chance.below(8_000) as u64, fault, connections: 1 };
        let proxy = Proxy::before(town.server.port(), Some(cut));
        town.set("sftp.port", proxy.port());
        Running::start(&mut town.command(["run"])).finish_within(PATIENCE).exit_in(&[0, 3, 4]);
        drop(proxy);
        town.set("sftp.port", town.server.port());
    }
}

#[test]
fn at_any_moment() {
    let chances = std::env::var("TRAEKFIL_CHANCES").map_or(CHANCES, |n| n.parse().unwrap());
    at_once(0..chances.div_ceil(A_TOWN), |seed| {
        eprintln!("town {seed}");
        let mut chance = Chance::of(seed as u64);
        let town = Town::new();
        town.server.as_embedded().behave(|b| b.takes_at_once = seed % 2 == 1);
        town.set("sftp.timeout", "2s");
        let files = files(&town, 3);
        for _ in 0..A_TOWN {
            break_one(&town, &mut chance);
        }
        comes_to_rest(&town, &files);
    });
}
