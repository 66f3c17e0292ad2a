//! Whose run it is, and where: what the JSON of `run` and `status` says beside the answer itself.

use std::path::Path;

use serde::Serialize;

use crate::config::Config;
use crate::notify;

/// What `run` and `status` answer with `--json`.
#[derive(Serialize)]
pub(super) struct Answer<R> {
    #[serde(flatten)]
    pub(super) report: R,
    #[serde(flatten)]
    pub(super) place: Place,
}

/// Whose it is, and where.
#[derive(Serialize)]
pub(super) struct Place {
    /// The town's name; none where the configuration gives none, or cannot be read.
    town: Option<String>,
    /// This machine's name.
    host: String,
    /// The configuration's path; none where there is none.
    config: Option<String>,
}

impl Place {
    pub(super) fn of(config: &Config) -> Place {
        Place::with(config.name.clone(), Some(&config.file))
    }

    /// As far as it can be told without a configuration that was read: `named` is the one that the command line names.
    pub(super) fn found(named: Option<&Path>) -> Place {
        let file = Config::find(named).ok();
        let name = file.as_deref().and_then(|file| Config::load(file).ok()?.name);
        Place::with(name, file.as_deref().or(named))
    }

    fn with(town: Option<String>, file: Option<&Path>) -> Place {
        let whole = |file: &Path| std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        Place { town, host: notify::host(), config: file.map(|file| whole(file).display().to_string()) }
    }
}
