//! Compares the speed of `traekfil` with that of other tools for the same job.
//!
//! `cargo bench --bench peers -- [W1 … W7] [--rounds N] [--received FOLDER] [--write]`
//!
//! It starts an sshd on loopback, with and without a delay, and in each round every tool has its turn. `--write` puts the table
//! and the plot into `docs/`. `--received` names the folder for what the server gets, such as one in memory. Tools that are
//! not installed are named and left out.

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
