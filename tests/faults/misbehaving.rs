//! Servers that misbehave: what the program says about them in both languages, and that the file goes once they behave again.
//!
//! What becomes of the files meanwhile is tested in `tests/suite/receiver.rs`.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::account::{comes_to_rest, everything_once, files};
use crate::support::output::{Output, Running};
use crate::support::server::{Behaviour, Rename};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, at_once};

/// A town with one file, and a server with this behaviour.
fn meets(change: impl FnOnce(&mut Behaviour)) -> Town {
    let town = Town::new();
    town.set("sftp.timeout", "2s");
    town.file(MAD, MAD_APRIL);
    town.server.as_embedded().behave(change);
    town
}

/// The program's output with its line breaks replaced by blanks.
fn said(ran: &Output) -> String {
    format!("{} {}", ran.out(), ran.err()).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs in both languages and checks the exit code and that all these words are said, without control characters.
#[track_caller]
fn says(make: impl Fn() -> Town, exit: i32, danish: &[&str], english: &[&str]) {
    for (language, words) in [("da", danish), ("en", english)] {
        let town = make();
        let ran = town.run(["run", "--language", language]).exit(exit).plain();
        let said = said(&ran);
        assert!(said.contains(MAD), "{MAD} in {said}");
        for word in words {
            assert!(said.contains(word), "`{word}` in {said}");
        }
        town.server.as_embedded().behave(|b| *b = Behaviour::default());
    }
}

/// The same against a server with this behaviour; when it behaves well again, the file is delivered once.
#[track_caller]
fn fails_saying(change: impl Fn(&mut Behaviour), danish: &[&str], english: &[&str]) {
    says(|| meets(&change), 4, danish, english);
    let town = meets(&change);
    town.run(["run"]).exit(4);
    assert!(town.server.received().is_empty());
    town.server.as_embedded().behave(|b| *b = Behaviour::default());
    comes_to_rest(&town, &[(MAD.into(), MAD_APRIL.into())]);
}

#[test]
fn lies_about_sizes() {
    for lie in [1, -1] {
        let told = MAD_APRIL.len().checked_add_signed(lie).unwrap().to_string();
        let (da, en) = (format!("melder {told} bytes"), format!("reports {told} bytes"));
        let lies = |b: &mut Behaviour| b.size_lie = i64::try_from(lie).unwrap();
        fails_saying(lies, &[&da, "ikke leveret", "næste kørsel"], &[&en, "not delivered", "next run"]);
    }
}

#[test]
fn refuses_to_rename() {
    for (status, da, en) in [(3, "SFTP-status 3", "SFTP status 3"), (4, "SFTP-status 4", "SFTP status 4")] {
        fails_saying(
            |b| b.rename = Rename::Refused(status),
            &["endelige navn", da, "ikke sendt igen"],
            &["final name", en, "not sent again"],
        );
    }
}

#[test]
fn has_a_full_disk() {
    fails_saying(
        |b| b.disk = Some(10),
        &["tog ikke imod", "ikke leveret"],
        &["did not take", "not delivered"],
    );
}

#[test]
fn denies_to_make_files() {
    fails_saying(|b| b.denies_open = true, &["[sftp] folder", "skrive"], &["[sftp] folder", "write"]);
}

#[test]
fn closes_after_login() {
    let closes = |b: &mut Behaviour| b.closes_after_login = true;
    fails_saying(closes, &[], &[]);
    // How far the login gets depends on timing, but the program must not say that it was refused.
    for (language, hung_up, no_sftp, refused) in [
        ("da", "afbrød forbindelsen", "ingen SFTP-forbindelse", "afviste"),
        ("en", "hung up", "no SFTP connection", "refused"),
    ] {
        let said = said(&meets(closes).run(["run", "--language", language]).exit(4));
        assert!(said.contains(hung_up) || said.contains(no_sftp), "{said}");
        assert!(!said.contains(refused), "{said}");
    }
}

#[test]
fn is_away() {
    fails_saying(|b| b.unreachable = true, &["127.0.0.1"], &["127.0.0.1"]);
}

#[test]
fn leaves_a_doubt() {
    let doubtful = |b: &mut Behaviour| {
        (b.rename, b.rename_times, b.takes_at_once) = (Rename::DoneReplyLost, Some(1), true);
    };
    says(|| meets(doubtful), 3, &["KP kan have hentet den", "resolve"], &["KP may have taken it", "resolve"]);
}

#[test]
fn has_the_name_already() {
    for (there, da, en) in [("noget andet", "navn", "name"), (MAD_APRIL, "ligger allerede", "already")] {
        let with_it = || {
            let town = meets(|_| {});
            town.server.as_embedded().put(&format!("ind/{MAD}"), there.as_bytes());
            town
        };
        says(with_it, 3, &[da, "server"], &[en, "server"]);
    }
}

#[test]
fn changes_its_host_key_between_runs() {
    let changed = || {
        let town = meets(|_| {});
        town.run(["run"]).exit(0);
        town.file(MAD, "MAD;2023-04;rettet\n");
        town.run(["approve", MAD, "--reason", "rettet"]).exit(0);
        town.server.as_embedded().empty();
        town.server.as_embedded().change_host_key();
        town
    };
    says(changed, 4, &["værtsnøgle", "SHA256:"], &["host key", "SHA256:"]);
    let town = changed();
    let logins = town.server.as_embedded().counts().logins_tried;
    town.run(["run"]).exit(4);
    assert_eq!(town.server.as_embedded().counts().logins_tried, logins, "no login is tried");
    assert_eq!(town.server.received().len(), 1);
    town.set("sftp.host_key", vec![town.server.fingerprint()]);
    town.run(["run"]).exit(0);
    assert_eq!(town.server.received().len(), 2);
}

/// A server whose newest algorithms are from before 2010. It names them and reads what the client sends.
fn antique() -> u16 {
    const LISTS: [&str; 10] = [
        "diffie-hellman-group1-sha1",
        "ssh-dss",
        "3des-cbc",
        "3des-cbc",
        "hmac-md5",
        "hmac-md5",
        "none",
        "none",
        "",
        "",
    ];
    let mut payload = vec![20];
    payload.extend([0; 16]);
    for list in LISTS {
        payload.extend(u32::try_from(list.len()).unwrap().to_be_bytes());
        payload.extend(list.as_bytes());
    }
    payload.extend([0; 5]);
    // RFC 4253, section 6: length, padding, and all a multiple of eight.
    let padding = 12 - (payload.len() + 1) % 8;
    let length = u32::try_from(payload.len() + 1 + padding).unwrap();
    let mut packet = length.to_be_bytes().to_vec();
    packet.push(u8::try_from(padding).unwrap());
    packet.extend(payload);
    packet.extend(vec![0; padding]);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        // The thread serves one connection.
        let (mut client, _) = listener.accept().unwrap();
        client.write_all(b"SSH-2.0-OpenSSH_3.9p1\r\n").unwrap();
        client.write_all(&packet).unwrap();
        // The client may have closed the connection already.
        let _ = client.read_to_end(&mut Vec::new());
    });
    port
}

#[test]
fn offers_only_old_algorithms() {
    let town = || {
        let town = meets(|_| {});
        town.set("sftp.port", antique());
        town
    };
    says(town, 4, &["127.0.0.1", "SSH", "algoritmer"], &["127.0.0.1", "SSH", "algorithms"]);
}

/// Lets the server answer so many requests and no more; answers whether that was enough for a delivery.
fn silent_after(answered: u64, takes_at_once: bool) -> bool {
    let town = Town::new();
    town.set("sftp.timeout", "1s");
    let files = files(&town, 2);
    town.server.as_embedded().behave(|b| {
        (b.silent_after, b.takes_at_once) = (Some(answered), takes_at_once);
    });
    let run = Running::start(&mut town.command(["run"]));
    let patience = Duration::from_secs(if cfg!(windows) { 120 } else { 40 });
    let enough = run.finish_within(patience).exit_in(&[0, 3, 4]) == 0;
    town.server.as_embedded().behave(|b| b.silent_after = None);
    // A long time-out from here on, so that a slow answer is not taken for a missing one.
    town.set("sftp.timeout", "10s");
    if enough {
        everything_once(&town, &files);
    } else {
        let in_doubt = comes_to_rest(&town, &files);
        assert!(in_doubt == 0 || takes_at_once, "silent after {answered}");
    }
    enough
}

#[test]
fn falls_silent_at_any_request() {
    for takes_at_once in [false, true] {
        let enough = AtomicBool::new(false);
        let more = (0..200).take_while(|_| !enough.load(Ordering::SeqCst));
        at_once(more, |answered| {
            enough.fetch_or(silent_after(answered, takes_at_once), Ordering::SeqCst);
        });
        assert!(enough.into_inner(), "the run came to its end");
    }
}
