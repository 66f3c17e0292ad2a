//! How fast `traekfil` is beside the tools that one would pick instead.
//!
//! `cargo bench --bench peers -- [W1 … W7] [--rounds N] [--received FOLDER] [--write]`
//!
//! An sshd of its own on loopback, the same through a delay, and the tools in turn in each round. `--write` puts the
//! table and the plot into `docs/`. With `--received` the server keeps what it gets in that folder, such as one in memory. What is not installed is named and left out.

#[cfg(unix)]
mod bed;
#[cfg(unix)]
mod home;
#[cfg(unix)]
mod ledger;
#[cfg(unix)]
mod measure;
#[cfg(unix)]
mod plot;
#[cfg(unix)]
mod relay;
#[cfg(unix)]
mod rounds;
#[cfg(unix)]
mod table;
#[cfg(unix)]
mod tools;
#[cfg(unix)]
mod workload;

#[cfg(unix)]
fn main() -> anyhow::Result<()> {
    rounds::main()
}

#[cfg(windows)]
fn main() {
    println!("This benchmark needs sshd and the peers of a Unix system.");
}
