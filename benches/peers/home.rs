//! A town's folders, for `traekfil` to work in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;

use crate::bed::{Bed, shown};
use crate::workload::Workload;

/// The program, as it is built for use.
const PROGRAM: &str = env!("CARGO_BIN_EXE_traekfil");
use traekfil::ledger::Ledger;

/// Configuration, drop folder, archive and ledger.
pub struct Home {
    path: PathBuf,
}

impl Home {
    /// Makes it, with a ledger in which nothing stands yet. `target` is the folder on the server.
    pub fn make(bed: &Bed, name: &str, port: u16, target: &Path) -> anyhow::Result<Home> {
        let home = Home { path: bed.path(name) };
        fs::create_dir_all(home.drop_folder())?;
        // The files were made just now, as their times of status say. All else as the program has it by itself.
        let config = format!(
            "language = \"en\"\n[folders]\ndrop = \"drop\"\narchive = \"archive\"\n[ledger]\npath = \"ledger.db\"\n\
             [scan]\nsettle = \"0s\"\n\
             [sftp]\nhost = \"127.0.0.1\"\nport = {port}\nuser = \"{}\"\nidentity = \"{}\"\nhost_key = [\"{}\"]\n\
             folder = \"{}\"\n[originals]\nduplicates = \"leave\"\n",
            bed.user,
            shown(&bed.path("key")),
            bed.fingerprint,
            shown(target),
        );
        fs::write(home.path.join("config.toml"), config)?;
        home.begin()?;
        Ok(home)
    }

    /// Begins the ledger, as `init` does.
    fn begin(&self) -> anyhow::Result<()> {
        let now = chrono::Local::now().fixed_offset();
        Ledger::begin(&self.ledger(), &self.archive(), now)
            .map_err(|trouble| anyhow::anyhow!(trouble.message))
    }

    /// The archive.
    pub fn archive(&self) -> PathBuf {
        self.path.join("archive")
    }

    /// Where files are put for delivery.
    pub fn drop_folder(&self) -> PathBuf {
        self.path.join("drop")
    }

    /// The ledger.
    pub fn ledger(&self) -> PathBuf {
        self.path.join("ledger.db")
    }

    /// One run.
    pub fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg("--config").arg(self.path.join("config.toml")).args(["--quiet", "run"]);
        command.env_clear().env("HOME", &self.path).env("TZ", "Europe/Copenhagen");
        command
    }

    /// Makes ledger and archive anew, as if nothing had ever been delivered from here.
    pub fn forget(&self) -> anyhow::Result<()> {
        let (drop_folder, aside) = (self.drop_folder(), self.path.join("aside"));
        fs::rename(&drop_folder, &aside)?;
        fs::create_dir(&drop_folder)?;
        for gone in ["archive", "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock"] {
            let gone = self.path.join(gone);
            let removed = if gone.is_dir() { fs::remove_dir_all(&gone) } else { fs::remove_file(&gone) };
            ensure!(removed.is_ok() || !gone.exists(), "{} cannot be removed", gone.display());
        }
        self.begin()?;
        let status = self.command().status()?;
        ensure!(status.success(), "an empty run: {status}");
        fs::remove_dir(&drop_folder)?;
        fs::rename(&aside, &drop_folder)?;
        Ok(())
    }

    /// Puts the delivered files back into the drop folder; every one of them has to be in the archive.
    pub fn take_back(&self, workload: Workload) -> anyhow::Result<()> {
        let month = chrono::Local::now().format("%Y-%m").to_string();
        for name in workload.names() {
            fs::rename(self.path.join("archive").join(&month).join(&name), self.drop_folder().join(&name))?;
        }
        Ok(())
    }
}
