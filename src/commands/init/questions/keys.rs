//! The private key: an existing file, a new one, or none.

use crate::messages::config::{self as rules, shown_path};
use crate::messages::init as say;

use super::super::answers::Key;
use super::super::key;
use super::super::prompter::Asked;
use super::places::outside;
use super::{Interview, typed};

pub(super) fn key(interview: &mut Interview) -> Asked<()> {
    let options = interview.options;
    let default = match &interview.answers.key {
        Key::None => "-".to_owned(),
        Key::Unasked => shown_path(&match &interview.answers.worker {
            // What is root's the worker cannot read.
            Some(_) => interview.answers.ledger.with_file_name("id_ed25519"),
            None => typed::beside(&interview.answers.config, "id_ed25519"),
        }),
        Key::Existing(path, _) | Key::New(path) => shown_path(path),
    };
    let drop = interview.answers.drop.clone();
    let configured = interview.answers.before.as_ref().and_then(|before| before.config.sftp.identity.clone());
    let configured = configured.and_then(|file| std::path::absolute(file).ok());
    // A missing file that --identity names may be a typing error, so a new key is not offered in its place.
    let may_be_new = options.new_key || options.identity.is_none();
    let read = |text: &str| {
        if text == "-" && !options.new_key {
            return Ok(Key::None);
        }
        let file = typed::path(text)?;
        outside("[sftp] identity", &file, &drop)?;
        if file.symlink_metadata().is_err() {
            let public = key::public_file(&file);
            return match public.symlink_metadata() {
                Ok(_) => Err(say::public_exists(&shown_path(&public))),
                Err(_) if may_be_new => Ok(Key::New(file)),
                Err(_) => Err(say::no_such_key(&shown_path(&file))),
            };
        }
        // The second time with the same flags, the key is the one that was made the first time.
        if options.new_key && configured.as_ref() != Some(&file) {
            return Err(say::key_exists(&shown_path(&file)));
        }
        let known = key::look_at(&file)?;
        Ok(Key::Existing(file, known))
    };
    loop {
        let asked = (say::ask_identity(), say::help_identity());
        let given = options.identity.as_deref();
        let key = interview.text(asked, ("--identity", given), Some(default.clone()), read)?;
        if let Key::New(file) = &key
            && !options.new_key
            && interview.is_asking()
            && !interview.prompter.ask_whether(
                say::confirm_new_key(&shown_path(file)),
                say::help_identity(),
                true,
            )?
        {
            continue;
        }
        interview.answers.key = key;
        return Ok(());
    }
}

pub(super) fn passphrase_file(interview: &mut Interview) -> Asked<()> {
    let given = interview.options.passphrase_file.as_deref();
    let locked = matches!(&interview.answers.key, Key::Existing(_, known) if known.locked);
    if !locked && given.is_none() {
        interview.answers.passphrase_file = None;
        return Ok(());
    }
    let default = interview.answers.passphrase_file.as_deref().map_or_else(|| "-".to_owned(), shown_path);
    let asked = (say::ask_passphrase_file(), say::help_passphrase_file());
    let drop = interview.answers.drop.clone();
    interview.answers.passphrase_file =
        interview.text(asked, ("--passphrase-file", given), Some(default), |text| {
            if text == "-" {
                return Ok(None);
            }
            let file = typed::path(text)?;
            outside("[sftp] passphrase_file", &file, &drop)?;
            if file.is_file() {
                Ok(Some(file))
            } else {
                Err(rules::file_missing("passphrase_file", &shown_path(&file)))
            }
        })?;
    Ok(())
}
