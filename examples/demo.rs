//! Two months of trækfiler in ten seconds: the real program, and a receiver of our own on this machine.
//!
//! `cargo run --release --example demo`, in English with `-- --language en`. Nothing leaves the
//! machine, and the files are made up.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use chrono::{Datelike, Local, Months, NaiveDate};
use russh::keys::PrivateKey;
use russh::keys::ssh_key::LineEnding;

use server::{Embedded, Login, new_key};
use traekfil::ledger::Ledger;

#[path = "../tests/support/server.rs"]
mod server;
mod stage;

const MONTHS: [[&str; 2]; 12] = [
    ["januar", "January"],
    ["februar", "February"],
    ["marts", "March"],
    ["april", "April"],
    ["maj", "May"],
    ["juni", "June"],
    ["juli", "July"],
    ["august", "August"],
    ["september", "September"],
    ["oktober", "October"],
    ["november", "November"],
    ["december", "December"],
];

fn main() -> Result<ExitCode> {
    let demo = Demo::set_up(Language::from_arguments()?)?;
    demo.play()?;
    demo.tell_what_kp_received()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Da,
    En,
}

impl Language {
    fn from_arguments() -> Result<Language> {
        let arguments: Vec<String> = env::args().skip(1).collect();
        match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] | ["--language", "da"] => Ok(Language::Da),
            ["--language", "en"] => Ok(Language::En),
            _ => bail!("usage: demo [--language da|en]"),
        }
    }

    fn flag(self) -> &'static str {
        if self == Language::Da { "da" } else { "en" }
    }

    fn say<'a>(self, da: &'a str, en: &'a str) -> &'a str {
        if self == Language::Da { da } else { en }
    }
}

/// Korsbæk Kommune and KP, in a temporary folder.
struct Demo {
    language: Language,
    program: PathBuf,
    town: tempfile::TempDir,
    kp: Embedded,
    this_month: Month,
    next_month: Month,
}

struct Month {
    name: &'static str,
    digits: String,
}

impl Month {
    fn of(day: NaiveDate, language: Language) -> Month {
        let name = MONTHS[day.month0() as usize];
        Month { name: language.say(name[0], name[1]), digits: day.format("%Y%m").to_string() }
    }
}

impl Demo {
    fn set_up(language: Language) -> Result<Demo> {
        let key = new_key();
        let login =
            Login { user: "korsbaek".into(), key: Some(key.public_key().clone()), ..Login::default() };
        let kp = Embedded::start(login);
        let town = tempfile::Builder::new().prefix("traekfil-demo-").tempdir()?;
        write_config(town.path(), &key, &kp)?;
        Ledger::begin(
            &town.path().join("ledger.db"),
            &town.path().join("archive"),
            Local::now().fixed_offset(),
        )?;
        let today = Local::now().date_naive().with_day(1).context("a first of the month")?;
        let next = today.checked_add_months(Months::new(1)).context("a next month")?;
        Ok(Demo {
            language,
            program: stage::program()?,
            town,
            kp,
            this_month: Month::of(today, language),
            next_month: Month::of(next, language),
        })
    }

    /// The six scenes, each with the exit code the program should end with.
    fn play(&self) -> Result<()> {
        let (this, next) = (&self.this_month, &self.next_month);
        self.scene(
            &format!(
                "Det er {}: to leverandører har lagt deres filer i mappen. Hvad ville der ske?",
                this.name
            ),
            &format!(
                "It is {}: two suppliers have put their files into the folder. What would happen?",
                this.name
            ),
        );
        self.suppliers_deliver(this)?;
        self.run(&["--dry-run"], 0)?;
        self.scene("Det ser rigtigt ud. Så leveres de.", "That looks right. So they are delivered.");
        self.run(&[], 0)?;
        self.scene(
            "Ingen tømmer mappen mere: de samme filer ligger der igen.",
            "Nobody empties the folder any more: the same files lie there again.",
        );
        self.suppliers_deliver(this)?;
        self.run(&[], 0)?;
        self.scene(
            &format!("Så kommer {}, og filerne for {} ligger der stadig.", next.name, this.name),
            &format!("Then comes {}, and {}'s files still lie there.", next.name, this.name),
        );
        self.suppliers_deliver(this)?;
        self.suppliers_deliver(next)?;
        self.run(&[], 0)?;
        self.scene(
            &format!("En leverandør sender en anden fil for {} end den første.", this.name),
            &format!("One supplier sends another file for {}, unlike the first.", this.name),
        );
        self.drop_file(&mad(this), "MAD\n000000-0000;999,00\n")?;
        self.run(&[], 3)?;
        self.scene(
            &format!(
                "En tredje leverandør har et format, så der ses i filen. {} bliver leveret; så kommer den igen, skrevet på ny som {}.",
                this.name, next.name
            ),
            &format!(
                "A third supplier has a format, so the file is looked into. {} is delivered; then it comes again, written anew as {}.",
                this.name, next.name
            ),
        );
        self.drop_file(&fod(this), &fod_content(this, "1"))?;
        self.run(&["--quiet"], 3)?;
        self.drop_file(&fod(next), &fod_content(this, "2"))?;
        self.run(&[], 3)
    }

    fn suppliers_deliver(&self, month: &Month) -> Result<()> {
        self.drop_file(&mad(month), &mad_content(month))?;
        self.drop_file(&vask(month), &vask_content(month))
    }

    fn drop_file(&self, name: &str, content: &str) -> Result<()> {
        Ok(fs::write(self.town.path().join("drop").join(name), content)?)
    }

    fn scene(&self, da: &str, en: &str) {
        println!("\n── {}", self.language.say(da, en));
    }

    fn run(&self, more: &[&str], exit: i32) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.arg("run").args(more).current_dir(self.town.path());
        println!("$ traekfil {}\n", [&["run"], more].concat().join(" "));
        command.args(["--config", "config.toml", "--language", self.language.flag()]);
        for secret in ["TRAEKFIL_CONFIG", "TRAEKFIL_PASSWORD", "TRAEKFIL_PASSPHRASE", "TRAEKFIL_NOW"] {
            command.env_remove(secret);
        }
        let status = command.status().with_context(|| format!("cannot start {}", self.program.display()))?;
        ensure!(status.code() == Some(exit), "the program ended with {status}, not with {exit}");
        println!("({} {exit})", self.language.say("slutkode", "exit code"));
        Ok(())
    }

    /// Lists KP's files and checks that each of the five came once, whole, and nothing else did.
    fn tell_what_kp_received(&self) -> Result<ExitCode> {
        let (this, next) = (&self.this_month, &self.next_month);
        self.scene("Det modtog KP:", "This is what KP received:");
        let mut received = Vec::new();
        for file in self.kp.inbox() {
            println!("   {}  {} bytes", file.path, file.bytes.len());
            received.push((file.path, String::from_utf8(file.bytes)?));
        }
        let mut wanted = [
            (format!("ind/{}", mad(this)), mad_content(this)),
            (format!("ind/{}", mad(next)), mad_content(next)),
            (format!("ind/{}", vask(this)), vask_content(this)),
            (format!("ind/{}", vask(next)), vask_content(next)),
            (format!("ind/{}", fod(this)), fod_content(this, "1")),
        ];
        wanted.sort();
        received.sort();
        if received != wanted {
            println!("\n✗ {}", self.language.say("Det er ikke hver fil én gang.", "Not each file once."));
            return Ok(ExitCode::FAILURE);
        }
        let once = self.language.say(
            "Hver fil én gang. Den afvigende fil, og den, der er skrevet på ny, venter på et menneske.",
            "Each file once. The different file, and the one written anew, wait for a person.",
        );
        println!("\n✓ {once}");
        Ok(ExitCode::SUCCESS)
    }
}

fn mad(month: &Month) -> String {
    format!("mad_korsbaek_{}.txt", month.digits)
}

fn vask(month: &Month) -> String {
    format!("vask_korsbaek_{}.txt", month.digits)
}

fn mad_content(month: &Month) -> String {
    format!("MAD;{}\n000000-0000;412,50\n000000-0001;388,00\n", month.digits)
}

fn vask_content(month: &Month) -> String {
    format!("VASK;{}\n000000-0000;96,25\n000000-0002;104,75\n", month.digits)
}

fn fod(month: &Month) -> String {
    format!("fodpleje_korsbaek_{}.txt", month.digits)
}

/// The records of a month, as the supplier's system wrote them in this try. The numbers are nobody's.
fn fod_content(month: &Month, written: &str) -> String {
    let records = "010101-0000;250,00\n020101-0000;250,00\n630101-0000;310,50\n";
    format!("FOD;{};{written}\n{records}SLUT;3;810,50\n", month.digits)
}

fn write_config(town: &Path, key: &PrivateKey, kp: &Embedded) -> Result<()> {
    fs::create_dir(town.join("drop"))?;
    fs::create_dir(town.join("archive"))?;
    let identity = town.join("id_ed25519");
    fs::write(&identity, key.to_openssh(LineEnding::LF)?.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&identity, fs::Permissions::from_mode(0o600))?;
    }
    let config = format!(
        r#"[scan]
settle = "0s"

[sftp]
host = "127.0.0.1"
port = {}
user = "korsbaek"
identity = "id_ed25519"
host_key = ["{}"]
folder = "ind"

[[series]]
name = "mad"
files = ["mad_*"]

[[series]]
name = "vask"
files = ["vask_*"]

[[series]]
name = "fodpleje"
files = ["fodpleje_*"]
format = "fodpleje"
deduction = "fodpleje"

[formats.fodpleje]
kind = "csv"
lines = {{ header = '^FOD', trailer = '^SLUT' }}
header.period = {{ at = 2, form = "YYYYMM" }}
record.citizen = 1
record.amount = {{ at = 2, unit = "kroner", decimal = "," }}
trailer.records = 2
trailer.sum = {{ at = 3, unit = "kroner", decimal = "," }}
"#,
        kp.port(),
        kp.fingerprint()
    );
    Ok(fs::write(town.join("config.toml"), config)?)
}
