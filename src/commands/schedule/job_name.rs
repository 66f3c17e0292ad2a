//! The name of a configuration's job: each town's job has its own, so that setting one up never replaces another.

use std::path::Path;

use crate::{config, names};

/// What every job's name begins with, and the whole name of the job of the platform's own configuration.
pub(super) const PROGRAM: &str = "traekfil";

/// The job's name: `traekfil` for the platform's own configuration, else `traekfil@` and the name of the configuration, which
/// is its file's name, or its folder's where the file is called `config.toml`.
///
/// It has only characters that systemd and the Task Scheduler allow in a name. Two configurations may get one name; whoever
/// installs a job looks whether another configuration has it.
pub(super) fn of(config: &Path) -> String {
    let (named, own) = (config.to_string_lossy(), config::platform_place());
    // Windows knows a path in any case.
    if config == own || cfg!(windows) && names::same(&named, &own.to_string_lossy()) {
        return PROGRAM.to_owned();
    }
    let folder = config.parent().and_then(Path::file_name);
    let name = match (config.file_stem(), folder) {
        (Some(stem), Some(folder)) if stem == "config" => folder,
        (Some(stem), _) => stem,
        (None, _) => config.as_os_str(),
    };
    format!("{PROGRAM}@{}", plain(&name.to_string_lossy()))
}

/// The name in ASCII letters, digits, `.`, `_` and `-`.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'æ' => plain.push_str("ae"),
            'ø' => plain.push_str("oe"),
            'å' => plain.push_str("aa"),
            c if c.is_ascii_alphanumeric() || "._-".contains(c) => plain.push(c),
            _ => plain.push('-'),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_job_is_named_after_the_configuration() {
        let name = |path: &str| of(Path::new(path));
        assert_eq!(of(&config::platform_place()), "traekfil");
        assert_eq!(name("/etc/traekfil/korsbaek.toml"), "traekfil@korsbaek");
        assert_eq!(name("/srv/korsbaek/config.toml"), "traekfil@korsbaek");
        assert_eq!(name("/srv/Korsbæk Kommune.toml"), "traekfil@korsbaek-kommune");
        assert_eq!(name("/srv/a%b@c.toml"), "traekfil@a-b-c");
        assert_eq!(name("/config.toml"), "traekfil@config");
    }
}
