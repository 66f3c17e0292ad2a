//! Logging in: with the key file or the agent, then with the password, by either of SSH's two methods for it.

use secrecy::{ExposeSecret, SecretString};
use ssh2::{ErrorCode, KeyboardInteractivePrompt, Prompt};

use super::key_file::Identity;
use super::link::{Link, StepError};
use crate::config::Sftp;
use crate::messages::transport as say;
use crate::remote::ConnectError;
use crate::secrets::Secrets;

/// libssh2's codes for a refused login: LIBSSH2_ERROR_AUTHENTICATION_FAILED and
/// LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED.
const REFUSED: [ErrorCode; 2] = [ErrorCode::Session(-18), ErrorCode::Session(-19)];
/// LIBSSH2_ERROR_PASSWORD_EXPIRED.
const EXPIRED: ErrorCode = ErrorCode::Session(-15);
/// LIBSSH2_ERROR_AUTHENTICATION_FAILED, and its text where the server wants a new password (SSH_MSG_USERAUTH_PASSWD_CHANGEREQ,
/// RFC 4252, section 8). libssh2 gives [`EXPIRED`] only to those who hand it a callback for that, which `ssh2` does not; the text of a
/// refused password is longer.
const NEW_PASSWORD_WANTED: (ErrorCode, &str) = (ErrorCode::Session(-18), "Authentication failed");
/// LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED: the server knows the key, and the login with it was not enough.
const KNOWN: ErrorCode = ErrorCode::Session(-19);
/// libssh2's codes for an ended connection: SOCKET_SEND, SOCKET_DISCONNECT, SOCKET_RECV.
const ENDED: [ErrorCode; 3] = [ErrorCode::Session(-7), ErrorCode::Session(-13), ErrorCode::Session(-43)];

/// How often a server may ask for answers before it is left: one that asks for ever would never be done with.
const MOST_ROUNDS: u32 = 20;

/// Logs in as `sftp.user`.
///
/// # Errors
/// Which logins were refused, or why the connection ended.
pub(super) fn log_in(
    link: &Link,
    sftp: &Sftp,
    identity: Option<&Identity>,
    secrets: &Secrets,
) -> Result<(), ConnectError> {
    Login { link, user: &sftp.user, tried: Vec::new(), known: None }.run(identity, secrets)
}

struct Login<'a> {
    link: &'a Link,
    user: &'a str,
    /// The logins that were refused, in the person's language.
    tried: Vec<String>,
    /// The key file that the server knows, though it did not let the user in.
    known: Option<String>,
}

impl Login<'_> {
    fn run(mut self, identity: Option<&Identity>, secrets: &Secrets) -> Result<(), ConnectError> {
        let offered = match self.link.drive(|session| session.auth_methods(self.user).map(str::to_owned)) {
            Ok(offered) => offered,
            // libssh2 asks for the methods with the method `none`, and a server may accept that as the login.
            Err(_) if self.link.session.authenticated() => return Ok(()),
            Err(stop) => return Err(self.ended(&stop)),
        };
        let offers = |method: &str| offered.split(',').any(|offer| offer == method);
        if offers("publickey") {
            match identity {
                Some(identity) => self.key(identity, secrets.passphrase.as_ref())?,
                None => self.agent()?,
            }
        }
        // A server that wants both key and password may offer the password only after the key.
        let after_key = offers("publickey") && identity.is_some();
        if let Some(password) = &secrets.password {
            if offers("password") || after_key {
                self.password(password)?;
            }
            if offers("keyboard-interactive") || after_key {
                self.answer(password)?;
            }
        }
        self.finish(&offered)
    }

    fn key(&mut self, identity: &Identity, passphrase: Option<&SecretString>) -> Result<(), ConnectError> {
        let passphrase = passphrase.filter(|_| identity.locked).map(ExposeSecret::expose_secret);
        let text = identity.text.expose_secret();
        let result =
            self.link.drive(|session| session.userauth_pubkey_memory(self.user, None, text, passphrase));
        match result {
            Ok(()) => Ok(()),
            Err(stop) if self.link.has_ended() => Err(self.ended(&stop)),
            Err(StepError::Failed(error)) if REFUSED.contains(&error.code()) => {
                self.known = (error.code() == KNOWN).then(|| identity.shown.clone());
                self.tried.push(say::tried_key(&identity.shown));
                Ok(())
            }
            Err(StepError::Failed(error)) if !ENDED.contains(&error.code()) => {
                Err(ConnectError::Login(if identity.locked {
                    say::key_passphrase_wrong(&identity.shown)
                } else {
                    say::key_damaged(&identity.shown)
                }))
            }
            Err(stop) => Err(self.ended(&stop)),
        }
    }

    /// Tries each of the agent's keys. Without an agent there is nothing to try, which is no error.
    fn agent(&mut self) -> Result<(), ConnectError> {
        let Ok(mut agent) = self.link.session.agent() else { return Ok(()) };
        if agent.connect().is_err() || agent.list_identities().is_err() {
            return Ok(());
        }
        for key in agent.identities().unwrap_or_default() {
            match self.link.drive(|_| agent.userauth(self.user, &key)) {
                Ok(()) => return Ok(()),
                Err(StepError::Failed(error)) if !ENDED.contains(&error.code()) => {
                    self.tried.push(say::tried_agent(&say::printable(key.comment())));
                }
                Err(stop) => return Err(self.ended(&stop)),
            }
        }
        Ok(())
    }

    fn password(&mut self, password: &SecretString) -> Result<(), ConnectError> {
        if self.link.session.authenticated() {
            return Ok(());
        }
        let result =
            self.link.drive(|session| session.userauth_password(self.user, password.expose_secret()));
        match result {
            Ok(()) => Ok(()),
            Err(stop) if self.link.has_ended() => Err(self.ended(&stop)),
            Err(StepError::Failed(error)) if wants_new_password(&error) => {
                Err(ConnectError::Login(say::password_expired(&say::printable(self.user))))
            }
            Err(StepError::Failed(error)) if REFUSED.contains(&error.code()) => {
                self.tried.push(say::tried_password());
                Ok(())
            }
            Err(stop) => Err(self.ended(&stop)),
        }
    }

    fn answer(&mut self, password: &SecretString) -> Result<(), ConnectError> {
        if self.link.session.authenticated() {
            return Ok(());
        }
        let mut answers = Answers { password, link: self.link, rounds: 0 };
        let result =
            self.link.drive(|session| session.userauth_keyboard_interactive(self.user, &mut answers));
        match result {
            Ok(()) => Ok(()),
            Err(_) if answers.rounds > MOST_ROUNDS => {
                Err(ConnectError::Login(say::login_asks_for_ever(&say::printable(self.user), MOST_ROUNDS)))
            }
            Err(stop) if self.link.has_ended() => Err(self.ended(&stop)),
            Err(StepError::Failed(error)) if REFUSED.contains(&error.code()) => {
                // Name the password once: both methods use the same one.
                if !self.tried.contains(&say::tried_password()) {
                    self.tried.push(say::tried_password());
                }
                Ok(())
            }
            Err(stop) => Err(self.ended(&stop)),
        }
    }

    fn finish(self, offered: &str) -> Result<(), ConnectError> {
        if self.link.session.authenticated() {
            return Ok(());
        }
        if let Some(more) = self.wanted_beside_key() {
            return Err(ConnectError::Login(more));
        }
        let (user, offered) = (say::printable(self.user), say::printable(offered));
        Err(ConnectError::Login(if self.tried.is_empty() {
            say::nothing_to_log_in_with(&user, &offered)
        } else {
            say::login_refused(&user, &self.tried.join(", "), &offered)
        }))
    }

    /// That the server took the key and wants more, where that is so: it then offers only what is still wanted (RFC 4252,
    /// section 5.1), and no key any more.
    fn wanted_beside_key(&self) -> Option<String> {
        let key = self.known.as_deref()?;
        let offered = self.link.drive(|session| session.auth_methods(self.user).map(str::to_owned)).ok()?;
        if offered.is_empty() || offered.split(',').any(|offer| offer == "publickey") {
            return None;
        }
        let (user, offered) = (say::printable(self.user), say::printable(&offered));
        Some(if self.tried.contains(&say::tried_password()) {
            say::key_taken_password_refused(&user, key)
        } else {
            say::key_taken_more_wanted(&user, key, &offered)
        })
    }

    /// The connection ended during the login, so the login counts as refused: many servers close the connection on a user
    /// whom they do not accept.
    fn ended(&self, stop: &StepError) -> ConnectError {
        let user = say::printable(self.user);
        match stop {
            StepError::TimedOut => ConnectError::Unreachable(say::login_timed_out(&user)),
            StepError::Failed(_) | StepError::TooMuch | StepError::NotStrict => {
                ConnectError::Login(say::login_broken(&user, &stop.to_string()))
            }
        }
    }
}

/// Whether the server took the password and wants another one from now on.
fn wants_new_password(error: &ssh2::Error) -> bool {
    error.code() == EXPIRED || (error.code(), error.message()) == NEW_PASSWORD_WANTED
}

/// Answers the server's prompts: one that must not echo the input asks for the password.
struct Answers<'a> {
    password: &'a SecretString,
    link: &'a Link,
    /// How often the server has asked.
    rounds: u32,
}

impl KeyboardInteractivePrompt for Answers<'_> {
    fn prompt(&mut self, _user: &str, _instructions: &str, prompts: &[Prompt<'_>]) -> Vec<String> {
        self.rounds += 1;
        if self.rounds > MOST_ROUNDS {
            // There is no other way to tell libssh2 to stop: its next call finds the connection closed.
            self.link.shut();
            return Vec::new();
        }
        let answer = |prompt: &Prompt<'_>| {
            if prompt.echo { String::new() } else { self.password.expose_secret().to_owned() }
        };
        prompts.iter().map(answer).collect()
    }
}
