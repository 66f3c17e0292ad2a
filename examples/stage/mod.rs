//! What the examples that play a town have in common.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The program of the same profile as this example. Cargo does not build it for an example, so it is
/// asked to; where it is fresh that takes no time.
pub fn program() -> Result<PathBuf> {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--bin", "traekfil"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    ensure!(build.status().context("cannot start cargo")?.success(), "cargo could not build the program");
    let example = env::current_exe()?;
    let profile = example.parent().and_then(Path::parent).context("a target folder above the example")?;
    Ok(profile.join("traekfil").with_extension(env::consts::EXE_EXTENSION))
}
