//! Files of records in three layouts, and their formats.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::Local;

/// A layout, by the end of its file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Lines of 80 characters.
    Fixed,
    /// Columns between semicolons, with headings.
    Csv,
    /// Elements.
    Xml,
}

impl Layout {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Layout::Fixed => "fixed",
            Layout::Csv => "csv",
            Layout::Xml => "xml",
        }
    }

    /// A series whose files have it.
    pub fn config(self) -> String {
        let fields = match self {
            Layout::Fixed => {
                "encoding = \"windows-1252\"\nlines = { record = '^G68' }\n\
                 record = { citizen = \"13-22\", amount = { at = \"40-48\", unit = \"øre\", sign = \"39\" }, \
                 period = { at = \"30-35\", form = \"YYYYMM\" } }\n"
            }
            Layout::Csv => {
                "separator = \";\"\nheading = true\n\
                 record = { citizen = \"CPR\", amount = { at = \"Kroner\", unit = \"kroner\", decimal = \",\", sign = \"leading\" }, \
                 period = { at = \"Måned\", form = \"YYYY-MM\" } }\n"
            }
            Layout::Xml => {
                "record_element = \"post\"\n\
                 record = { citizen = \"person/cpr\", amount = { at = \"kroner\", unit = \"kroner\", decimal = \".\", sign = \"leading\" }, \
                 period = { at = \"periode\", form = \"YYYY-MM\" } }\n"
            }
        };
        let name = self.name();
        format!(
            "[[series]]\nname = \"mad\"\nfiles = [\"mad_*.txt\"]\nformat = \"{name}\"\ndeduction = \"mad\"\nper_period = \"many\"\n\
             [formats.{name}]\nkind = \"{name}\"\n{fields}"
        )
    }

    /// Writes a file of so many records for this month, each of another citizen. It is never held whole: what this process
    /// holds counts to the memory of those that it starts.
    pub fn write(self, path: &Path, records: u32) -> io::Result<()> {
        let now = Local::now();
        let (month, period) = (now.format("%Y%m").to_string(), now.format("%Y-%m").to_string());
        let mut file = BufWriter::new(File::create(path)?);
        match self {
            Layout::Fixed => {}
            Layout::Csv => writeln!(file, "CPR;Navn;Kroner;Måned\r")?,
            Layout::Xml => writeln!(file, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<liste>")?,
        }
        for n in 0..records {
            let citizen = format!(
                "{:02}{:02}{:02}{:04}",
                n % 28 + 1,
                n / 28 % 12 + 1,
                n / 336 % 100,
                9999 - n / 33_600
            );
            let ore = 80_000 + n * 37 % 300_000;
            let (kroner, rest) = (ore / 100, ore % 100);
            match self {
                Layout::Fixed => {
                    writeln!(file, "G68         {citizen}       {month}   +{ore:09}{:32}\r", "")?;
                }
                Layout::Csv => writeln!(file, "{citizen};Beboer {n};{kroner},{rest:02};{period}\r")?,
                Layout::Xml => writeln!(
                    file,
                    "<post><person><cpr>{citizen}</cpr><navn>Beboer {n}</navn></person>\
                     <kroner>{kroner}.{rest:02}</kroner><periode>{period}</periode></post>"
                )?,
            }
        }
        if self == Layout::Xml {
            writeln!(file, "</liste>")?;
        }
        settled(&file.into_inner()?)
    }
}

/// Gives a file a time of change that lies well back.
fn settled(file: &File) -> io::Result<()> {
    file.set_modified(SystemTime::now() - Duration::from_secs(3600))
}

/// Writes a file whose time of change lies well back.
pub fn write_settled(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(content)?;
    settled(&file)
}
