//! What is at a name on the server, also on servers that do not answer as the draft says.
//!
//! Some have no LSTAT, and some answer about an absent name that they failed, or that it is forbidden. Such an answer proves
//! nothing by itself: a server may hide what it does not let us see. So it is held against the answer about a name that is
//! certainly absent, and it counts as absent only where a listing shows other files and not this one, or where a file that
//! is there is answered differently. Whatever remains unclear stays an error.

use std::collections::{BTreeMap, BTreeSet};

use super::Client;
use crate::names;
use crate::remote::sftp::multiplexer::ByteStream;
use crate::remote::sftp::packet::{self, Request};
use crate::remote::sftp::upload;
use crate::remote::{Entry, Remote, RemoteError, RemoteStat, RemoteStats};

/// The statuses of the answers to LSTAT and STAT; none where the request was not made or not refused.
type Refusals = (Option<u32>, Option<u32>);

/// What a client remembers of its session in order to understand such answers.
#[derive(Default)]
pub(in crate::remote::sftp) struct Looks {
    /// A file in each folder that was stored there and may still be there.
    stored: BTreeMap<String, String>,
    /// How the server answers about an absent name in each folder.
    absent: BTreeMap<String, Option<Refusals>>,
}

impl Looks {
    /// Remembers a file that was stored.
    pub(in crate::remote::sftp) fn stored(&mut self, path: &str) {
        self.stored.insert(folder_of(path).to_owned(), path.to_owned());
    }
}

/// The folder of a path, without the slash at its end.
fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..slash])
}

fn name_of(path: &str) -> &str {
    path.rfind('/').map_or(path, |slash| &path[slash + 1..])
}

fn refused(answer: &Result<RemoteStat, RemoteError>) -> Option<u32> {
    match answer {
        Err(RemoteError::Refused { status, .. }) => Some(*status),
        _ => None,
    }
}

impl<S: ByteStream> Client<S> {
    /// The request that asks what is at a path.
    pub(in crate::remote::sftp) fn look_at<'p>(&self, path: &'p str) -> Request<'p> {
        if self.traits.without_lstat { Request::Stat(path) } else { Request::Lstat(path) }
    }

    /// Asks what is at each path.
    pub(in crate::remote::sftp) fn look(&mut self, paths: &[&str]) -> RemoteStats {
        let without = self.traits.without_lstat;
        let request = |path| if without { Request::Stat(path) } else { Request::Lstat(path) };
        let answers =
            self.each(paths.len(), |index| request(paths[index]), |_, reply| upload::stat_of(reply));
        self.understand(paths, answers)
    }

    /// Finds out what refusals among the answers about these paths mean.
    pub(in crate::remote::sftp) fn understand(
        &mut self,
        paths: &[&str],
        mut answers: RemoteStats,
    ) -> RemoteStats {
        let unclear: Vec<usize> = (0..paths.len()).filter(|&i| refused(&answers[i]).is_some()).collect();
        if unclear.is_empty() {
            return answers;
        }
        let asked: Vec<&str> = unclear.iter().map(|&i| paths[i]).collect();
        let second = self.ask_otherwise(&asked);
        let mut left = Vec::new();
        for (&i, second) in unclear.iter().zip(second) {
            let first = refused(&answers[i]);
            match second {
                Some(Ok(RemoteStat::Present { size })) => {
                    self.traits.without_lstat = true;
                    answers[i] = Ok(RemoteStat::Present { size });
                }
                Some(Ok(RemoteStat::Absent)) if first == Some(packet::UNSUPPORTED) => {
                    self.traits.without_lstat = true;
                    answers[i] = Ok(RemoteStat::Absent);
                }
                Some(Err(error)) if error.connection_fault().is_some() => answers[i] = Err(error),
                second => left.push((i, (first, second.as_ref().and_then(refused)))),
            }
        }
        let seen: BTreeSet<&str> = (0..paths.len())
            .filter(|&i| matches!(answers[i], Ok(RemoteStat::Present { .. })))
            .map(|i| folder_of(paths[i]))
            .collect();
        let mut listings = BTreeMap::new();
        for (i, refusals) in left {
            let folder = folder_of(paths[i]);
            if self.answer_of_absent(folder) != Some(refusals) {
                continue;
            }
            // STAT says clearly that nothing is there, and LSTAT says nothing about any name.
            let is_clear = !self.traits.without_lstat && refusals.1.is_none();
            let found = if is_clear {
                self.traits.without_lstat = true;
                Some(RemoteStat::Absent)
            } else {
                let listing = listings.entry(folder).or_insert_with(|| self.list(folder).ok());
                let distinguishes = seen.contains(folder) || self.sees_what_is_stored(folder);
                judge(name_of(paths[i]), listing.as_deref(), distinguishes)
            };
            if let Some(found) = found {
                if found == RemoteStat::Absent {
                    self.traits.absent_status = refusals.0.or(refusals.1);
                }
                answers[i] = Ok(found);
            }
        }
        answers
    }

    /// Asks by STAT about paths that LSTAT was refused for; nothing where STAT was what was refused.
    fn ask_otherwise(&mut self, paths: &[&str]) -> Vec<Option<Result<RemoteStat, RemoteError>>> {
        if self.traits.without_lstat {
            return paths.iter().map(|_| None).collect();
        }
        let answers =
            self.each(paths.len(), |index| Request::Stat(paths[index]), |_, reply| upload::stat_of(reply));
        answers.into_iter().map(Some).collect()
    }

    /// How the server refuses to tell of a name in this folder that is certainly absent; none where it does not refuse.
    fn answer_of_absent(&mut self, folder: &str) -> Option<Refusals> {
        if let Some(known) = self.looks.absent.get(folder) {
            return *known;
        }
        let path = random_name(folder)?;
        let (path, without) = (path.as_str(), self.traits.without_lstat);
        let requests: &[Request<'_>] =
            if without { &[Request::Stat(path)] } else { &[Request::Lstat(path), Request::Stat(path)] };
        let answers =
            self.each(requests.len(), |index| requests[index].clone(), |_, reply| upload::stat_of(reply));
        let lost = answers
            .iter()
            .any(|answer| answer.as_ref().is_err_and(|error| error.connection_fault().is_some()));
        let is_there = answers.iter().any(|answer| matches!(answer, Ok(RemoteStat::Present { .. })));
        let refusals = (refused(&answers[0]), answers.get(1).and_then(refused));
        let known = (!lost && !is_there).then_some(refusals);
        self.looks.absent.insert(folder.to_owned(), known);
        known
    }

    /// Whether the server tells of the file that was stored last in this folder, so that it tells apart what is there and
    /// what is not.
    fn sees_what_is_stored(&mut self, folder: &str) -> bool {
        let Some(stored) = self.looks.stored.get(folder).cloned() else { return false };
        let answers = self.each(1, |_| Request::Stat(&stored), |_, reply| upload::stat_of(reply));
        matches!(answers[..], [Ok(RemoteStat::Present { .. })])
    }
}

/// What is at a name that the server answers about as about an absent one: by the folder's listing, where there is one, and
/// by whether the server answers differently about a file that is there. None where neither proves anything.
fn judge(name: &str, listing: Option<&[Entry]>, distinguishes: bool) -> Option<RemoteStat> {
    let entries = listing.unwrap_or_default();
    if let Some(entry) = entries.iter().find(|entry| names::same(&entry.name, name)) {
        return Some(RemoteStat::Present { size: entry.size.filter(|_| !entry.folder) });
    }
    // An empty listing may hide what is there.
    (distinguishes || !entries.is_empty()).then_some(RemoteStat::Absent)
}

/// A path that is certainly absent; none where the system has no random numbers.
fn random_name(folder: &str) -> Option<String> {
    let mut random = [0; 8];
    getrandom::getrandom(&mut random).ok()?;
    let name = format!(".traekfil-{:016x}.part", u64::from_be_bytes(random));
    Some(if folder.is_empty() { name } else { format!("{folder}/{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> Entry {
        Entry { name: name.to_owned(), size: Some(7), folder: false }
    }

    #[test]
    fn an_answer_as_about_an_absent_name_proves_nothing_by_itself() {
        let absent = Some(RemoteStat::Absent);
        assert_eq!(judge("mad.txt", None, false), None);
        assert_eq!(judge("mad.txt", Some(&[]), false), None, "an empty listing may hide everything");
        assert_eq!(judge("mad.txt", None, true), absent);
        assert_eq!(judge("mad.txt", Some(&[entry("vask.txt")]), false), absent);
        assert_eq!(
            judge("mad.txt", Some(&[entry("MAD.txt")]), true),
            Some(RemoteStat::Present { size: Some(7) }),
            "the listing has it after all"
        );
    }

    #[test]
    fn a_path_has_a_folder_and_a_name() {
        for (path, folder, name) in [("ind/a.txt", "ind", "a.txt"), ("a.txt", "", "a.txt"), ("/a", "", "a")] {
            assert_eq!((folder_of(path), name_of(path)), (folder, name));
        }
    }
}
