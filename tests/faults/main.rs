//! The real program killed, cut off, lied to and tricked: nothing reaches KP twice, and nothing is forgotten.
//!
//! By default only some of the places are tried; `TRAEKFIL_EVERY=1` tries all of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, unused_imports, unused_macros, reason = "the other stories need the rest of it")]
#[path = "../support/mod.rs"]
mod support;

mod account;
mod any_moment;
#[allow(dead_code, reason = "the other test programs need the rest of it")]
#[path = "../support/chance.rs"]
mod chance;
mod cut_off;
mod folder;
mod halted;
#[cfg(target_os = "linux")]
mod hostile;
mod killed;
mod left_behind;
mod looked_at;
mod misbehaving;
#[cfg(target_os = "linux")]
mod power;
mod proxy;
mod secrets;
#[cfg(target_os = "linux")]
mod traced;

use support::sha256::sha256;

/// The food supplier's file for April.
const MAD: &str = "mad_korsbaek_202304.txt";
const MAD_APRIL: &str = "MAD;2023-04\n000000-0000;412,50\n000000-0001;388,00\n";
const MAD_CHANGED: &str = "MAD;2023-04\n000000-0000;999,99\n000000-0001;388,00\n";

/// The distance between two places that are tried: `otherwise`, or 1 if `TRAEKFIL_EVERY` is set.
fn stride(otherwise: usize) -> usize {
    if std::env::var_os("TRAEKFIL_EVERY").is_some() { 1 } else { otherwise }
}

/// Does something with each item, several at a time, since most of the time is spent waiting for servers.
fn at_once<T: Send>(each: impl Iterator<Item = T> + Send, act: impl Fn(T) + Sync) {
    const SEVERAL: usize = 8;
    let each = std::sync::Mutex::new(each);
    std::thread::scope(|scope| {
        for _ in 0..SEVERAL {
            scope.spawn(|| {
                loop {
                    let next = each.lock().unwrap().next();
                    let Some(next) = next else { break };
                    act(next);
                }
            });
        }
    });
}
