//! Checks the server's host key against the pinned ones.
//!
//! `known_hosts` is read by OpenSSH's rules (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): a port other than 22 is written
//! `[host]:port`, a matching pattern with `!` excludes the whole line, and a key marked `@revoked` is refused. Certificates
//! are not supported, so `@cert-authority` lines are ignored.

use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use ssh_key::known_hosts::{Entry, HostPatterns, Marker};
use ssh_key::{Algorithm, Fingerprint, HashAlg, PublicKey};

use super::link::{Address, Link};
use crate::config::Sftp;
use crate::messages::transport as say;
use crate::remote::ConnectError;

/// A host key that a server presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenKey {
    /// Its type, as `ssh-ed25519`.
    pub key_type: String,
    /// Its fingerprint, `SHA256:…` as OpenSSH prints it.
    pub fingerprint: String,
}

/// The types of host keys. A server usually has one key of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Ed25519,
    Ecdsa,
    Rsa,
}

impl Family {
    const ALL: [Family; 3] = [Family::Ed25519, Family::Ecdsa, Family::Rsa];

    fn of(key: &PublicKey) -> Option<Family> {
        match key.algorithm() {
            Algorithm::Ed25519 => Some(Family::Ed25519),
            Algorithm::Ecdsa { .. } => Some(Family::Ecdsa),
            Algorithm::Rsa { .. } => Some(Family::Rsa),
            _ => None,
        }
    }

    /// SSH's names for the signature algorithms of this type of key, SHA-1 left out.
    pub(super) fn algorithms(self) -> &'static str {
        match self {
            Family::Ed25519 => "ssh-ed25519",
            Family::Ecdsa => "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521",
            Family::Rsa => "rsa-sha2-512,rsa-sha2-256",
        }
    }
}

/// Which host keys are accepted and which are refused.
#[derive(Debug, Default)]
pub(super) struct Rules {
    fingerprints: Vec<Fingerprint>,
    known: Vec<PublicKey>,
    revoked: Vec<PublicKey>,
}

impl Rules {
    /// Reads the pinned keys from the configuration and from the `known_hosts` file that it names.
    pub(super) fn read(sftp: &Sftp) -> Result<Rules, ConnectError> {
        let mut rules = Rules::default();
        for pin in &sftp.host_key {
            let fingerprint = pin.trim().trim_end_matches('=').parse::<Fingerprint>();
            match fingerprint {
                Ok(fingerprint) if fingerprint.is_sha256() => rules.fingerprints.push(fingerprint),
                _ => return Err(ConnectError::HostKey(say::bad_pin(&say::printable(pin)))),
            }
        }
        if let Some(path) = &sftp.known_hosts {
            let bytes = std::fs::read(path).map_err(|error| {
                ConnectError::HostKey(say::known_hosts_unreadable(&shown(path), &error.to_string()))
            })?;
            rules.add_known_hosts(&bytes, &Address::of(sftp));
            if rules.fingerprints.is_empty() && rules.known.is_empty() {
                let name = lookup_name(&Address::of(sftp));
                return Err(ConnectError::HostKey(say::not_in_known_hosts(
                    &say::printable(&name),
                    &shown(path),
                )));
            }
        }
        if rules.fingerprints.is_empty() && rules.known.is_empty() {
            return Err(ConnectError::HostKey(say::nothing_pinned()));
        }
        Ok(rules)
    }

    /// Adds the lines that are about this server. A line that cannot be read is ignored.
    fn add_known_hosts(&mut self, bytes: &[u8], address: &Address) {
        // Decode UTF-16 too, by its byte order mark: `>` in PowerShell writes it.
        let (text, _, _) = encoding_rs::UTF_8.decode(bytes);
        let name = lookup_name(address);
        for line in text.lines() {
            let line = line.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            let Ok(entry) = line.parse::<Entry>() else { continue };
            if line.starts_with('#') || !matches(entry.host_patterns(), &name) {
                continue;
            }
            match entry.marker() {
                None => self.known.push(entry.into()),
                Some(Marker::Revoked) => self.revoked.push(entry.into()),
                Some(Marker::CertAuthority) => {}
            }
        }
    }

    fn known_families(&self) -> Vec<Family> {
        let known: Vec<Family> = self.known.iter().filter_map(Family::of).collect();
        Family::ALL.into_iter().filter(|family| known.contains(family)).collect()
    }

    /// The algorithms to ask for: those of known keys first, then the rest, so that a server without any of the known types
    /// still presents a key, which the refusal can then name.
    pub(super) fn preference(&self) -> String {
        let mut order = self.known_families();
        order.extend(Family::ALL.into_iter().filter(|family| !self.known_families().contains(family)));
        order.into_iter().map(Family::algorithms).collect::<Vec<_>>().join(",")
    }

    /// The types still to ask for after the server's key of type `seen` was not a pinned one.
    pub(super) fn others(&self, seen: Option<Family>) -> Vec<Family> {
        let worth = if self.fingerprints.is_empty() { self.known_families() } else { Family::ALL.to_vec() };
        worth.into_iter().filter(|family| Some(*family) != seen).collect()
    }

    /// Checks the server's key.
    ///
    /// # Errors
    /// The key is not accepted: its type, and what to tell the person.
    pub(super) fn check(&self, address: &Address, link: &Link) -> Result<(), (Option<Family>, ConnectError)> {
        let at = address.to_string();
        let Some(key) = shown_key(link) else {
            return Err((None, ConnectError::HostKey(say::no_host_key(&at))));
        };
        match self.verdict(&key) {
            Verdict::Pinned => Ok(()),
            verdict => {
                let SeenKey { key_type, fingerprint } = SeenKey::of(&key);
                let text = match verdict {
                    Verdict::Revoked => say::host_key_revoked(&at, &key_type, &fingerprint),
                    _ => say::host_key_wrong(&at, &key_type, &fingerprint, &self.pinned()),
                };
                Err((Family::of(&key), ConnectError::HostKey(text)))
            }
        }
    }

    /// The accepted fingerprints, for the refusal.
    fn pinned(&self) -> String {
        let known = self.known.iter().map(|key| key.fingerprint(HashAlg::Sha256));
        let all: Vec<String> =
            self.fingerprints.iter().copied().chain(known).map(|pin| pin.to_string()).collect();
        all.join(", ")
    }

    fn verdict(&self, key: &PublicKey) -> Verdict {
        let same = |other: &PublicKey| other.key_data() == key.key_data();
        if self.revoked.iter().any(same) {
            Verdict::Revoked
        } else if self.known.iter().any(same) || self.fingerprints.contains(&key.fingerprint(HashAlg::Sha256))
        {
            Verdict::Pinned
        } else {
            Verdict::Unknown
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Pinned,
    Unknown,
    Revoked,
}

impl SeenKey {
    fn of(key: &PublicKey) -> SeenKey {
        SeenKey {
            key_type: say::printable(key.algorithm().as_str()),
            fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
        }
    }
}

/// The key that the server presented and proved to own in the handshake.
pub(super) fn seen(link: &Link) -> Option<SeenKey> {
    shown_key(link).as_ref().map(SeenKey::of)
}

fn shown_key(link: &Link) -> Option<PublicKey> {
    let (blob, _) = link.session.host_key()?;
    PublicKey::from_bytes(blob).ok()
}

fn shown(path: &Path) -> String {
    say::printable(&path.display().to_string())
}

/// The server's name as `known_hosts` writes it.
fn lookup_name(address: &Address) -> String {
    let host = address.host.to_ascii_lowercase();
    if address.port == 22 { host } else { format!("[{host}]:{}", address.port) }
}

fn matches(patterns: &HostPatterns, name: &str) -> bool {
    match patterns {
        HostPatterns::HashedName { salt, hash } => Hmac::<Sha1>::new_from_slice(salt)
            .is_ok_and(|mac| mac.chain_update(name.as_bytes()).verify_slice(hash).is_ok()),
        HostPatterns::Patterns(patterns) => {
            let fits = |pattern: &str| fits(pattern.to_ascii_lowercase().as_bytes(), name.as_bytes());
            let taken_out = patterns.iter().filter_map(|p| p.strip_prefix('!')).any(fits);
            !taken_out && patterns.iter().any(|pattern| fits(pattern))
        }
    }
}

/// Whether the pattern matches the whole name; `*` stands for any characters and `?` for one.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where to continue when the last star has to match one more character.
    let mut star = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, n));
                p += 1;
            }
            Some(&c) if c == b'?' || c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((after, taken)) = star else { return false };
                star = Some((after, taken + 1));
                p = after;
                n = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests;
