//! A town: its folders, its config, its key, and the program that it runs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use chrono::DateTime;
use russh::keys::ssh_key::{Cipher, Kdf, LineEnding};
use serde_json::Value;
use tempfile::TempDir;
use traekfil::ledger::Ledger;

use super::output::{Output, Running};
use super::servers::{PASSPHRASE, Server};
use super::snapshot::{Snapshot, snapshot};

/// When every story begins.
pub const NOW: &str = "2023-04-14T06:00:00+02:00";

/// Korsbæk Kommune, in a temporary folder of its own.
pub struct Town {
    root: TempDir,
    /// The receiver.
    pub server: Server,
    now: RefCell<String>,
    keys: RefCell<BTreeMap<String, BTreeMap<String, Value>>>,
    series: RefCell<Vec<String>>,
    env: RefCell<BTreeMap<OsString, OsString>>,
}

impl Town {
    /// A town that delivers to our own server.
    pub fn new() -> Town {
        Town::on(Server::embedded())
    }

    /// A town that delivers to this server: empty folders, a key that opens, the host key pinned, a ledger begun.
    pub fn on(server: Server) -> Town {
        Town::below(&std::env::temp_dir(), server)
    }

    /// The same in this folder.
    pub fn below(folder: &Path, server: Server) -> Town {
        let town = Town::without_ledger_below(folder, server);
        town.begin();
        town
    }

    /// Begins the ledger, as `ledger begin` does.
    pub fn begin(&self) {
        let now = DateTime::parse_from_rfc3339(&self.now.borrow()).unwrap();
        Ledger::begin(&self.path("ledger.db"), &self.path("archive"), now).unwrap();
    }

    /// A town that has never delivered anything, not even a ledger.
    pub fn without_ledger(server: Server) -> Town {
        Town::without_ledger_below(&std::env::temp_dir(), server)
    }

    /// The same in this folder.
    pub fn without_ledger_below(folder: &Path, server: Server) -> Town {
        let root = tempfile::Builder::new().prefix("traekfil-town-").tempdir_in(folder).unwrap();
        let town = Town {
            root,
            now: RefCell::new(NOW.into()),
            keys: RefCell::default(),
            series: RefCell::default(),
            env: RefCell::default(),
            server,
        };
        // On Unix the folder is made so.
        #[cfg(windows)]
        traekfil::platform::restrict_to_owner(town.root.path()).unwrap();
        fs::create_dir(town.path("drop")).unwrap();
        fs::create_dir(town.path("archive")).unwrap();
        let key = town.server.key.to_openssh(LineEnding::LF).unwrap();
        town.secret("id_ed25519", &key);
        town.set("scan.settle", "0s")
            .set("sftp.host", "127.0.0.1")
            .set("sftp.port", town.server.port())
            .set("sftp.user", town.server.user())
            .set("sftp.identity", "id_ed25519")
            .set("sftp.host_key", vec![town.server.fingerprint()])
            .set("sftp.folder", "ind")
            .set("sftp.timeout", "10s");
        town
    }

    /// A path in the town's folder.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(path)
    }

    /// Sets a key of the config, `section.key`.
    pub fn set(&self, key: &str, value: impl Into<Value>) -> &Town {
        let (section, key) = key.rsplit_once('.').unwrap_or(("", key));
        let section = section.to_owned();
        self.keys.borrow_mut().entry(section).or_default().insert(key.into(), value.into());
        self.write_config()
    }

    /// Takes a key out of the config.
    pub fn unset(&self, key: &str) -> &Town {
        let (section, key) = key.rsplit_once('.').unwrap_or(("", key));
        let gone = self.keys.borrow_mut().get_mut(section).and_then(|keys| keys.remove(key));
        assert!(gone.is_some(), "{key} stood in the config");
        self.write_config()
    }

    /// Adds a `[[series]]`, its lines as they stand in TOML.
    pub fn series(&self, lines: &str) -> &Town {
        self.series.borrow_mut().push(lines.into());
        self.write_config()
    }

    fn write_config(&self) -> &Town {
        let mut text = String::new();
        for (section, keys) in &*self.keys.borrow() {
            if !section.is_empty() {
                writeln!(text, "[{section}]").unwrap();
            }
            for (key, value) in keys {
                // JSON's strings, numbers, booleans and lists are TOML's as well.
                writeln!(text, "{key} = {value}").unwrap();
            }
        }
        for lines in &*self.series.borrow() {
            writeln!(text, "[[series]]\n{lines}").unwrap();
        }
        fs::write(self.path("config.toml"), text).unwrap();
        self
    }

    /// Writes a file that only its owner may read.
    pub fn secret(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        #[cfg(windows)]
        traekfil::platform::restrict_to_owner(&path).unwrap();
        path
    }

    /// Puts the town's key under [`PASSPHRASE`], in its own file.
    pub fn lock_key(&self) {
        let kdf = Kdf::Bcrypt { salt: vec![7; 16], rounds: 4 };
        let locked = self.server.key.encrypt_with(Cipher::Aes256Ctr, kdf, 4711, PASSPHRASE).unwrap();
        self.secret("id_ed25519", &locked.to_openssh(LineEnding::LF).unwrap());
    }

    /// Sets an environment variable for the program.
    pub fn env(&self, name: &str, value: &str) -> &Town {
        self.env.borrow_mut().insert(name.into(), value.into());
        self
    }

    /// From now on it is this time, RFC 3339.
    pub fn at(&self, now: &str) -> &Town {
        self.now.replace(now.into());
        self
    }

    /// The town's time.
    pub fn now(&self) -> SystemTime {
        DateTime::parse_from_rfc3339(&self.now.borrow()).unwrap().into()
    }

    /// Puts a file into the drop folder, last changed an hour ago.
    pub fn file(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        self.file_aged(name, content, Duration::from_secs(60 * 60))
    }

    /// Puts a file into the drop folder that was last changed so long ago.
    pub fn file_aged(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>, age: Duration) -> PathBuf {
        let path = self.path("drop").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(self.now() - age).unwrap();
        path
    }

    /// The names in the drop folder, sorted.
    pub fn dropped(&self) -> Vec<String> {
        names_in(&self.path("drop"))
    }

    /// The trækfiler in the archive as paths from there, with `/`, sorted; without receipts.
    pub fn archived(&self) -> Vec<String> {
        let archive = self.path("archive");
        let mut found: Vec<String> = walkdir::WalkDir::new(&archive)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.path().extension() == Some(OsStr::new("txt")) && entry.path().is_file())
            .map(|entry| entry.path().strip_prefix(&archive).unwrap().to_string_lossy().replace('\\', "/"))
            .collect();
        found.sort();
        found
    }

    /// Everything in the town's folder: what it is, when it was changed, what is in it.
    pub fn snapshot(&self) -> Snapshot {
        snapshot(self.root.path())
    }

    /// Runs the program to its end.
    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Output {
        Running::start(&mut self.command(args)).finish()
    }

    /// Runs `traekfil run --json`, wants this exit code, and answers the JSON.
    #[track_caller]
    pub fn deliver(&self, exit: i32) -> Value {
        self.run(["run", "--json"]).exit(exit).json()
    }

    /// The program with these arguments in the town's folder, its output piped, not yet started.
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_traekfil"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let ours = ["TRAEKFIL_", "SSH_", "LC_"].iter().any(|start| text.starts_with(start));
            if ours || ["LANG", "LANGUAGE", "NO_COLOR", "CREDENTIALS_DIRECTORY"].contains(&text.as_ref()) {
                command.env_remove(&name);
            }
        }
        command
            .args(args)
            .current_dir(self.root.path())
            .env("HOME", self.root.path())
            .env("LC_ALL", "C.UTF-8")
            .env("TRAEKFIL_NOW", &*self.now.borrow())
            .envs(&*self.env.borrow())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

impl Drop for Town {
    /// Prints the server's log if the test failed.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the server\n{}", self.server.log());
        }
    }
}

/// The names in a folder, sorted.
pub fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Lets everybody read and write a file.
pub fn open_to_all(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
    }
    #[cfg(windows)]
    {
        use windows_permissions::constants::{SeObjectType::SE_FILE_OBJECT, SecurityInformation};
        use windows_permissions::{LocalBox, SecurityDescriptor, wrappers::SetNamedSecurityInfo};
        let list: LocalBox<SecurityDescriptor> = "D:(A;;FA;;;WD)".parse().unwrap();
        let what = SecurityInformation::Dacl;
        SetNamedSecurityInfo(path, SE_FILE_OBJECT, what, None, None, list.dacl(), None).unwrap();
    }
}
