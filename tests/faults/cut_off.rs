//! The connection is cut at any byte in either direction: the run ends by itself, and the next one completes the delivery.

use std::time::Duration;

use crate::account::{comes_to_rest, files};
use crate::chance::Chance;
use crate::proxy::{Cut, Fault, Proxy};
use crate::support::output::Running;
use crate::support::town::Town;
use crate::{at_once, stride};

/// The longest a run may take: with `timeout = "2s"` all its time-outs are over ten seconds before that, even on a slow
/// machine.
const PATIENCE: Duration = Duration::from_secs(if cfg!(windows) { 120 } else { 45 });
/// The seed of the random offsets.
const SEED: u64 = 0x6b6f_7273_6261_656b;

fn town(takes_at_once: bool) -> Town {
    let town = Town::new();
    town.server.as_embedded().behave(|b| b.takes_at_once = takes_at_once);
    town
}

/// Bytes that a whole delivery takes, to the server and back.
fn length() -> [u64; 2] {
    let town = town(false);
    let proxy = Proxy::before(town.server.port(), None);
    town.set("sftp.port", proxy.port());
    files(&town, 3);
    town.run(["run"]).exit(0);
    proxy.passed()
}

fn cut_off(cut: Cut, takes_at_once: bool) {
    eprintln!("{cut:?}, receiver takes at once: {takes_at_once}");
    let town = town(takes_at_once);
    let files = files(&town, 3);
    let proxy = Proxy::before(town.server.port(), Some(cut));
    town.set("sftp.port", proxy.port()).set("sftp.timeout", "2s");
    let ran = Running::start(&mut town.command(["run"])).finish_within(PATIENCE);
    ran.exit_in(&[0, 3, 4]);
    drop(proxy);
    town.set("sftp.port", town.server.port()).set("sftp.timeout", "10s");
    let in_doubt = comes_to_rest(&town, &files);
    assert!(in_doubt == 0 || takes_at_once, "a receiver that leaves its files leaves no doubt");
}

/// Cuts at all these places.
fn cut_off_at(places: Vec<Cut>) {
    assert!(!places.is_empty());
    at_once(places.into_iter().enumerate(), |(n, cut)| cut_off(cut, n % 2 == 1));
}

/// Random offsets, the same ones every time.
fn random_offsets(length: u64, count: usize) -> impl Iterator<Item = u64> {
    let mut chance = Chance::of(SEED);
    (0..count).map(move |_| chance.below(usize::try_from(length).unwrap()) as u64)
}

fn everywhere(fault: Fault, step: usize, connections: u64) -> Vec<Cut> {
    let cut = |to_server, at| Cut { to_server, at, fault, connections };
    let of = |(to_server, length): (bool, u64)| {
        let chosen = (1..length).step_by(step);
        chosen.chain(random_offsets(length, 6)).map(move |at| cut(to_server, at))
    };
    [true, false].into_iter().zip(length()).flat_map(of).collect()
}

#[test]
fn the_connection_is_closed() {
    cut_off_at(everywhere(Fault::Close, stride(97), 1));
}

#[test]
fn every_connection_is_closed() {
    cut_off_at(everywhere(Fault::Close, stride(311), u64::MAX));
}

#[test]
fn the_connection_falls_silent() {
    cut_off_at(everywhere(Fault::Stall, stride(311), 1));
}

#[test]
fn every_connection_falls_silent() {
    cut_off_at(everywhere(Fault::Stall, stride(617), u64::MAX));
}

#[test]
fn the_connection_trickles() {
    cut_off_at(everywhere(Fault::Trickle, stride(617), 1));
}
