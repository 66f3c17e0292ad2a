//! Settings that change how a file travels, how the program logs in, and where originals go.

use std::fs;

use crate::support::output::{assert_decided, entry};
use crate::support::servers::{PASSPHRASE, PASSWORD, on_both_servers};
use crate::support::town::{Town, open_to_all};
use crate::{MAD, MAD_APRIL, sha256};

fn with_april(town: Town) -> Town {
    town.file(MAD, MAD_APRIL);
    town
}

#[track_caller]
fn delivered_once(town: &Town) {
    town.run(["run"]).exit(0);
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
}

#[track_caller]
fn refused(town: &Town, exit: i32, says: &str) {
    town.run(["run"]).exit(exit).says(says);
    assert!(town.server.received().is_empty());
    assert_eq!(town.dropped(), [MAD]);
}

fn reads_back(town: &Town) {
    town.file(MAD, MAD_APRIL);
    town.set("sftp.verify", "read_back");
    delivered_once(town);
}

fn publishes_directly(town: &Town) {
    town.file(MAD, MAD_APRIL);
    town.set("sftp.publish", "direct");
    delivered_once(town);
}

fn names_by_template(town: &Town) {
    town.file(MAD, MAD_APRIL);
    town.series("name = \"mad\"\nfiles = [\"mad_*.txt\"]");
    town.set("sftp.remote_name", "{series}_{period}_{stem}_{digest8}.{ext}");
    let run = town.deliver(0);
    let digest = sha256(MAD_APRIL);
    let path = format!("ind/mad_2023-04_mad_korsbaek_202304_{}.txt", &digest[..8]);
    assert_eq!(entry(&run, MAD)["remote_path"], path.as_str());
    assert_eq!(town.server.received(), [(path, MAD_APRIL.into())]);
}

fn delivers_to_the_login_folder(town: &Town) {
    town.file(MAD, MAD_APRIL);
    town.set("sftp.folder", "");
    town.run(["run"]).exit(0);
    assert_eq!(town.server.received(), [(MAD.into(), MAD_APRIL.into())]);
}

fn finds_the_host_in_known_hosts(town: &Town) {
    town.file(MAD, MAD_APRIL);
    town.unset("sftp.host_key").set("sftp.known_hosts", "known_hosts");
    let (port, key) = (town.server.port(), town.server.public_key());
    fs::write(town.path("known_hosts"), format!("# KP\n[127.0.0.1]:{port} {key}\n")).unwrap();
    delivered_once(town);
}

fn opens_a_locked_key(town: &Town) {
    town.file(MAD, MAD_APRIL);
    town.lock_key();
    town.env("TRAEKFIL_PASSPHRASE", PASSPHRASE);
    delivered_once(town);
}

on_both_servers! {
    reads_back
    publishes_directly
    names_by_template
    delivers_to_the_login_folder
    finds_the_host_in_known_hosts
    opens_a_locked_key
}

#[test]
fn verify_reads_only_when_it_is_told_to() {
    for (verify, reads) in [("size", false), ("read_back", true)] {
        let town = with_april(Town::new());
        town.set("sftp.verify", verify);
        delivered_once(&town);
        assert_eq!(town.server.as_embedded().counts().reads > 0, reads, "{verify}");
    }
}

#[test]
fn direct_needs_no_rename() {
    let town = with_april(Town::new());
    town.set("sftp.publish", "direct");
    delivered_once(&town);
    assert_eq!(town.server.as_embedded().counts().renames, 0);
}

#[test]
fn a_series_can_have_its_own_folder() {
    let town = with_april(Town::new());
    town.server.as_embedded().make_folder("ind/mad");
    town.series("name = \"mad\"\nfiles = [\"mad_*.txt\"]\nremote_folder = \"ind/mad\"");
    town.run(["run"]).exit(0);
    assert_eq!(town.server.received(), [(format!("ind/mad/{MAD}"), MAD_APRIL.into())]);
}

#[test]
fn a_password_from_the_environment() {
    let town = with_april(Town::new());
    town.unset("sftp.identity").env("TRAEKFIL_PASSWORD", PASSWORD);
    delivered_once(&town);
}

#[test]
fn a_password_from_a_file() {
    let town = with_april(Town::new());
    town.secret("kodeord", &format!("{PASSWORD}\n"));
    town.unset("sftp.identity").set("sftp.password_file", "kodeord");
    delivered_once(&town);
}

#[test]
fn a_password_from_systemds_credentials() {
    let town = with_april(Town::new());
    fs::create_dir(town.path("credentials")).unwrap();
    town.secret("credentials/TRAEKFIL_PASSWORD", PASSWORD);
    let folder = town.path("credentials");
    town.unset("sftp.identity").env("CREDENTIALS_DIRECTORY", folder.to_str().unwrap());
    delivered_once(&town);
}

#[test]
fn a_wrong_password_is_no_harm_and_not_repeated() {
    let town = with_april(Town::new());
    town.unset("sftp.identity").env("TRAEKFIL_PASSWORD", "gætværk-0042");
    refused(&town, 4, "korsbaek");
    town.run(["run", "-v"]).exit(4).never_says("gætværk-0042");
}

#[test]
fn a_secret_that_others_can_read_is_refused() {
    for (key, secret) in [("sftp.password_file", PASSWORD), ("sftp.passphrase_file", PASSPHRASE)] {
        let town = with_april(Town::new());
        town.lock_key();
        let path = town.secret("hemmelighed", secret);
        open_to_all(&path);
        if key == "sftp.password_file" {
            town.unset("sftp.identity");
        }
        town.set(key, "hemmelighed");
        refused(&town, 2, "hemmelighed");
        assert_eq!(town.server.as_embedded().counts().logins_tried, 0);
    }
}

/// The form in which Windows' editors save a file.
#[test]
fn line_ends_of_windows_and_a_byte_order_mark_are_no_trouble() {
    let town = with_april(Town::new());
    let key = fs::read_to_string(town.path("id_ed25519")).unwrap().replace('\n', "\r\n");
    town.secret("id_ed25519", &key);
    town.unset("sftp.host_key").set("sftp.known_hosts", "known_hosts").set("sftp.password_file", "kode");
    town.secret("kode", &format!("{PASSWORD}\r\n"));
    let host = format!("[127.0.0.1]:{} {}\r\n", town.server.port(), town.server.public_key());
    fs::write(town.path("known_hosts"), format!("# KP\r\n{host}")).unwrap();
    let config = fs::read_to_string(town.path("config.toml")).unwrap().replace('\n', "\r\n");
    fs::write(town.path("config.toml"), format!("\u{feff}{config}")).unwrap();
    delivered_once(&town);
}

#[test]
fn a_passphrase_from_a_file() {
    let town = with_april(Town::new());
    town.lock_key();
    town.secret("kodeord", &format!("{PASSPHRASE}\n"));
    town.set("sftp.passphrase_file", "kodeord");
    delivered_once(&town);
}

#[test]
fn a_locked_key_without_its_passphrase_names_the_key() {
    let town = with_april(Town::new());
    town.lock_key();
    let ran = town.run(["run"]).says("id_ed25519");
    assert!(ran.err().contains("TRAEKFIL_PASSPHRASE") || ran.out().contains("TRAEKFIL_PASSPHRASE"));
    assert_eq!(town.dropped(), [MAD]);
    assert!(town.server.received().is_empty());
}

#[test]
fn a_host_that_known_hosts_does_not_know_is_refused_before_login() {
    let town = with_april(Town::new());
    town.unset("sftp.host_key").set("sftp.known_hosts", "known_hosts");
    let (port, key) = (town.server.port(), town.server.public_key());
    // The right key for another port; another key for the right port.
    let other = town.server.key.public_key().to_openssh().unwrap();
    fs::write(town.path("known_hosts"), format!("127.0.0.1 {key}\n[127.0.0.1]:{port} {other}\n")).unwrap();
    refused(&town, 4, "127.0.0.1");
    assert_eq!(town.server.as_embedded().counts().logins_tried, 0);
}

#[test]
fn delivered_originals_can_be_deleted() {
    let town = with_april(Town::new());
    town.set("originals.delivered", "delete");
    delivered_once(&town);
    assert_eq!(town.dropped(), [""; 0]);
    assert_eq!(town.archived(), [""; 0]);
    town.file(MAD, MAD_APRIL);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
}

#[test]
fn duplicates_are_archived_deleted_or_left() {
    for (value, archived, dropped) in [("archive", 2, 0), ("delete", 1, 0), ("leave", 1, 1)] {
        let town = with_april(Town::new());
        town.set("originals.duplicates", value);
        delivered_once(&town);
        town.file(MAD, MAD_APRIL);
        assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
        assert_eq!(town.archived().len(), archived, "{value}: {:?}", town.archived());
        assert_eq!(town.dropped().len(), dropped, "{value}");
        let first = fs::read_to_string(town.path("archive/2023-04").join(MAD)).unwrap();
        assert_eq!(first, MAD_APRIL);
    }
}

#[test]
fn the_archive_never_overwrites() {
    let town = with_april(Town::new());
    fs::create_dir(town.path("archive/2023-04")).unwrap();
    fs::write(town.path("archive/2023-04").join(MAD), "noget ældre").unwrap();
    delivered_once(&town);
    assert_eq!(fs::read_to_string(town.path("archive/2023-04").join(MAD)).unwrap(), "noget ældre");
    assert_eq!(town.archived().len(), 2);
}

/// What a run refuses by the configuration and its files alone is told without a connection too.
#[test]
fn check_offline_tries_the_files_that_a_run_reads() {
    type Spoil = fn(&Town);
    let sound = Town::new();
    sound.run(["check", "--offline"]).exit(0);
    let table: [(Spoil, i32, i32, &str); 7] = [
        (|town| _ = town.set("sftp.password_file", "kodeord"), 2, 2, "kodeord"),
        (|town| _ = town.set("sftp.passphrase_file", "kodeord"), 2, 2, "kodeord"),
        (
            |town| {
                fs::write(town.path("id_ed25519"), "nøglen er tabt").unwrap();
            },
            4,
            4,
            "id_ed25519",
        ),
        (
            |town| {
                fs::write(town.path("known_hosts"), "andre.example.dk ssh-ed25519 AAAA\n").unwrap();
                town.unset("sftp.host_key").set("sftp.known_hosts", "known_hosts");
            },
            4,
            4,
            "known_hosts",
        ),
        (|town| _ = mailing(town).set("notify.smtp_password_file", "kodeord"), 2, 1, "kodeord"),
        (
            |town| {
                town.secret("kodeord", "\n");
                mailing(town).set("notify.smtp_password_file", "kodeord");
            },
            2,
            1,
            "smtp_password_file",
        ),
        (|town| _ = mailing(town).set("notify.smtp_ca", "ca.pem"), 1, 1, "ca.pem"),
    ];
    for (at, (spoil, told, run, says)) in table.into_iter().enumerate() {
        let town = Town::new();
        town.file("snak.txt", "uden måned");
        town.file(MAD, MAD_APRIL);
        spoil(&town);
        town.run(["check", "--offline"]).exit(told).says(says);
        town.run(["check", "--offline", "--json"]).exit(told).says("\"ok\":false");
        let ran = town.run(["run"]);
        assert_eq!(ran.code(), Some(run), "{at}: {}", ran.err());
    }
}

/// A town that tells by a mail server that nobody reaches.
fn mailing(town: &Town) -> &Town {
    town.set("notify.mail_to", vec!["drift@korsbaek.example.dk"])
        .set("notify.mail_from", "traekfil@korsbaek.example.dk")
        .set("notify.smtp_host", "127.0.0.1")
        .set("notify.smtp_user", "traekfil")
}
