//! `schedule`: what runs the job, when, and as whom.

use std::str::FromStr;

use chrono::NaiveTime;
use clap::{Args, ValueEnum};

/// `schedule`.
#[derive(Debug, Args)]
pub struct Schedule {
    /// What runs it
    #[arg(value_enum)]
    pub scheduler: Scheduler,
    /// How often: 5m, 10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h or 12h; without it every hour
    #[arg(long, value_name = "TIME", conflicts_with = "at")]
    pub every: Option<Every>,
    /// Once a day at this time
    #[arg(long, value_name = "HH:MM", value_parser = time_of_day)]
    pub at: Option<NaiveTime>,
    /// Whom it runs as; without it: cron, yourself; systemd, traekfil; windows, SYSTEM
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Set it up on this machine
    #[arg(long, conflicts_with = "remove")]
    pub install: bool,
    /// Take it away from this machine again
    #[arg(long)]
    pub remove: bool,
}

/// What can run a job by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scheduler {
    /// A line in a crontab.
    Cron,
    /// A service and its timer.
    Systemd,
    /// A task of the Task Scheduler.
    Windows,
    /// None: the jobs that are set up are listed.
    List,
}

impl Scheduler {
    /// How it is written on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Scheduler::Cron => "cron",
            Scheduler::Systemd => "systemd",
            Scheduler::Windows => "windows",
            Scheduler::List => "list",
        }
    }

    /// What its makers call it, in any language.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Scheduler::Cron => "cron",
            Scheduler::Systemd => "systemd",
            Scheduler::Windows => "Windows' Task Scheduler",
            Scheduler::List => "list",
        }
    }
}

/// A stretch of time that a day is a multiple of, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Every(pub u32);

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Every, String> {
        let hours = text.strip_suffix('h').and_then(|n| n.parse::<u32>().ok()?.checked_mul(60));
        let minutes = hours.or_else(|| text.strip_suffix('m')?.parse().ok());
        match minutes {
            Some(minutes @ (5 | 10 | 15 | 20 | 30 | 60 | 120 | 180 | 240 | 360 | 480 | 720)) => {
                Ok(Every(minutes))
            }
            _ => Err("write 5m, 10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h or 12h, or use --at".to_owned()),
        }
    }
}

fn time_of_day(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| "write a time such as 06:00".to_owned())
}
