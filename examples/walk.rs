//! The first day and a month, as pictures of a terminal, and the report half a year later: the real program, and a
//! receiver of our own.
//!
//! `cargo run --example walk -- FOLDER` writes `first-day.svg`, `a-month.svg` and `overblik.html`; `docs/pictures/make`
//! puts them where the README shows them. It needs Linux and `script`, which shows the program a terminal of 90
//! columns. The files are made up, the days are given, and the temporary folder is shown as `/srv/traekfil`; all else
//! is what the program said.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anstyle_svg::Term;
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, TimeDelta};
use russh::keys::PublicKey;

use server::{Embedded, Login};

#[path = "../tests/support/server.rs"]
mod server;
mod stage;

/// Where the town lies in the pictures: a path as long as the real one, so that lines break at the same places.
const SHOWN: &str = "/srv/traekfil";

fn main() -> Result<()> {
    ensure!(cfg!(debug_assertions), "only a debug build takes the day that it is told: leave --release out");
    let folder = PathBuf::from(env::args().nth(1).context("usage: walk FOLDER")?);
    let town = Town::set_up()?;
    write(&folder.join("first-day.svg"), &town.first_day()?)?;
    write(&folder.join("a-month.svg"), &town.a_month()?)?;
    let report = town.half_a_year_later()?.replace(&*town.folder.path().to_string_lossy(), SHOWN);
    Ok(fs::write(folder.join("overblik.html"), report)?)
}

fn write(file: &Path, transcript: &str) -> Result<()> {
    let picture = Term::new()
        .palette(anstyle_svg::WIN10_CONSOLE)
        .fg_color(anstyle::RgbColor(0xe6, 0xe6, 0xe6).into())
        .bg_color(anstyle::RgbColor(0x16, 0x1b, 0x22).into())
        .render_svg(transcript);
    fs::write(file, picture).with_context(|| format!("cannot write {}", file.display()))?;
    println!("{}", file.display());
    Ok(())
}

/// Korsbæk Kommune before its first day, and KP.
struct Town {
    program: PathBuf,
    folder: tempfile::TempDir,
    kp: Embedded,
}

impl Town {
    fn set_up() -> Result<Town> {
        let folder =
            tempfile::Builder::new().prefix("").rand_bytes(SHOWN.len() - "/tmp/".len()).tempdir_in("/tmp")?;
        let kp = Embedded::start(Login { user: "korsbaek".into(), ..Login::default() });
        Ok(Town { program: stage::program()?, folder, kp })
    }

    /// From nothing to a ledger that knows what KP has.
    fn first_day(&self) -> Result<String> {
        let day = "2026-04-14T09:00:00+02:00";
        let port = self.kp.port().to_string();
        fs::create_dir(self.path("drop"))?;
        self.put(day, "mad_korsbaek_202603.txt", "MAD;202603\n000000-0000;412,50\n")?;
        let town = "Korsbæk Kommune";
        let answers =
            ["", town, "", "", "", "127.0.0.1", &port, "korsbaek", "", "", "ind", "ja", "", "20", "", "", ""]
                .join("\\n");
        let mut said = self.play(day, "init", Some(&answers), 4)?;
        let public = fs::read_to_string(self.path("id_ed25519.pub"))?;
        self.kp.register(PublicKey::from_openssh(&public)?);
        said += &remark("KP har registreret nøglen.");
        said += &self.play(day, "check", None, 0)?;
        said += &remark("Marts ligger stadig i mappen: den leverede KMD.");
        said += &self.play(
            day,
            "adopt drop/mad_korsbaek_202603.txt --reason \"leveret af KMD i marts\"",
            None,
            0,
        )?;
        Ok(said)
    }

    /// Preview, delivery, a file that is held, and what is done about it.
    fn a_month(&self) -> Result<String> {
        let april = "mad_korsbaek_202604.txt";
        let day = "2026-04-15T06:00:00+02:00";
        self.put(day, april, "MAD;202604\n000000-0000;412,50\n")?;
        let mut said = remark("15. april: leverandøren har lagt aprils fil ved siden af den for marts.");
        said += &self.play(day, "run --dry-run", None, 0)?;
        said += &self.play(day, "run", None, 0)?;
        self.kp.empty();
        let later = "2026-04-17T06:00:00+02:00";
        self.put(later, april, "MAD;202604\n000000-0000;437,50\n000000-0001;388,00\n")?;
        said += &remark("17. april: endnu en fil for april, med andet indhold.");
        said += &self.play(later, "run", None, 3)?;
        said += &remark("Leverandøren bekræfter: de to beløb manglede.");
        said +=
            &self.play(later, "approve 1 --reason \"Efterlevering, bekræftet af leverandøren\"", None, 0)?;
        said += &self.play(later, "run", None, 0)?;
        said += &self.play(later, "status", None, 0)?;
        said += &self.play(later, "report -o overblik.html", None, 0)?;
        Ok(said)
    }

    /// The report in September, with a file that came again, one that is held, and one that is late.
    fn half_a_year_later(&self) -> Result<String> {
        let config = fs::read_to_string(self.path("config.toml"))?;
        let vask =
            "\n[[series]]\nname = \"vask\"\nfiles = [\"vask_*.txt\"]\ndue_day = 20\ndue_from = \"2026-05\"\n";
        fs::write(self.path("config.toml"), config.replace("\n[policy]", &format!("{vask}\n[policy]")))?;
        for (month, amounts) in (5..=9).zip([60, 75, 58, 66, 71]) {
            self.kp.empty();
            let day = format!("2026-{month:02}-{:02}T06:00:00+02:00", 10 + month % 4);
            let lines = |per_line: usize| "000000-0000;412,50\n".repeat(amounts * per_line);
            self.put(&day, &format!("mad_korsbaek_2026{month:02}.txt"), &lines(40))?;
            if month < 9 {
                self.put(&day, &format!("vask_korsbaek_2026{month:02}.txt"), &lines(13))?;
            }
            self.play(&day, "run", None, 0)?;
            if month == 7 {
                self.put(&day, "mad_korsbaek_202607.txt", &lines(40))?;
                self.play(&day, "run", None, 0)?;
            }
        }
        let day = "2026-09-23T06:00:00+02:00";
        self.put(day, "mad_korsbaek_202609.txt", "MAD;202609\n000000-0001;388,00\n")?;
        self.play(day, "run", None, 3)?;
        self.play(day, "report -o overblik.html", None, 3)?;
        Ok(fs::read_to_string(self.path("overblik.html"))?)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a file into the drop folder, as it lay there a minute before.
    fn put(&self, now: &str, name: &str, content: &str) -> Result<()> {
        let path = self.path("drop").join(name);
        fs::write(&path, content)?;
        let at = DateTime::parse_from_rfc3339(now)? - TimeDelta::minutes(1);
        Ok(File::options().write(true).open(&path)?.set_modified(at.into())?)
    }

    /// What a terminal shows of one command, which must end with this code, but for the moving bar. The answers come through a pipe, and the
    /// program shows them itself.
    fn play(&self, now: &str, words: &str, answers: Option<&str>, exit: i32) -> Result<String> {
        let program = self.program.display();
        let typed = answers.map_or(String::new(), |answers| format!("printf '{answers}\\n' | "));
        let mut command = Command::new("script");
        command.args([
            "-qec",
            &format!("stty cols 90 && {typed}{program} {words} --language da 2>/dev/null"),
            "/dev/null",
        ]);
        command
            .current_dir(self.folder.path())
            .env("TRAEKFIL_NOW", now)
            .env("TERM", "xterm")
            .stdin(Stdio::null());
        for variable in ["TRAEKFIL_CONFIG", "TRAEKFIL_PASSWORD", "TRAEKFIL_PASSPHRASE", "NO_COLOR", "CI"] {
            command.env_remove(variable);
        }
        let ran = command.output().context("cannot start `script` (package bsdutils)")?;
        let out = String::from_utf8(ran.stdout)?;
        ensure!(ran.status.code() == Some(exit), "traekfil {words}: {}, not {exit}\n{out}", ran.status);
        let out = out.replace('\r', "").replace(&*self.folder.path().to_string_lossy(), SHOWN);
        Ok(format!(
            "\u{1b}[1m$ traekfil {words}\u{1b}[0m\n{}\n",
            out.trim_end_matches('\n').to_owned() + "\n"
        ))
    }
}

/// What happens between two commands.
fn remark(text: &str) -> String {
    format!("\u{1b}[36m# {text}\u{1b}[0m\n")
}
