//! Which logins a server accepts, and which servers the program accepts.

use std::fs;
use std::path::Path;
use std::process::Command;

use traekfil::remote::ConnectError;
use traekfil::remote::ssh::{SshConnector, Stage, seen_host_key};
use traekfil::secrets::Secrets;

use crate::server::{SSHD, Server, connect, keygen, passphrase};

#[test]
fn every_kind_of_key_logs_in() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    let kinds: [(&str, &str, &[&str], &str); 9] = [
        ("a", "ed25519", &[], ""),
        ("b", "ed25519", &[], "hemmelig"),
        ("c", "rsa", &["-b", "2048"], ""),
        ("d", "rsa", &["-b", "2048", "-m", "PEM"], ""),
        ("e", "rsa", &["-b", "2048", "-m", "PEM"], "hemmelig"),
        ("f", "rsa", &["-b", "2048", "-m", "PKCS8"], "hemmelig"),
        ("g", "ecdsa", &[], "hemmelig"),
        ("h", "ecdsa", &["-m", "PEM"], ""),
        ("i", "ecdsa", &["-m", "PKCS8"], ""),
    ];
    for (name, kind, how, phrase) in kinds {
        let key = server.user_key(name, kind, how, phrase);
        let secrets = if phrase.is_empty() { Secrets::default() } else { passphrase(phrase) };
        let mut stages = Vec::new();
        let result = SshConnector::new(&server.settings(Some(key.clone())), secrets)
            .connect_reporting(|stage| stages.push(stage));
        assert!(result.is_ok(), "{kind} {how:?} {phrase}: {:?}", result.err());
        assert_eq!(stages, [Stage::Reached, Stage::HostKey, Stage::Login, Stage::Sftp]);

        if !phrase.is_empty() {
            let error = connect(&server.settings(Some(key)), passphrase("forkert")).err().unwrap();
            assert!(matches!(&error, ConnectError::Login(text) if text.contains("does not fit")), "{error}");
        }
    }
    let text = fs::read_to_string(server.path("a")).unwrap().replace('\n', "\r\n");
    // Copied first, so that it is as private as the key.
    fs::copy(server.path("a"), server.path("windows")).unwrap();
    fs::write(server.path("windows"), text).unwrap();
    connect(&server.settings(Some(server.path("windows"))), Secrets::default()).map(drop).unwrap();
}

#[test]
fn a_refused_login_says_what_was_tried() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    let stranger = server.path("stranger");
    keygen(&stranger, "ed25519", &[], "");
    let error = connect(&server.settings(Some(stranger)), Secrets::default()).err().unwrap();
    assert!(matches!(&error, ConnectError::Login(_)));
    assert!(error.to_string().contains("the key") && error.to_string().contains("publickey"), "{error}");
}

#[test]
fn a_password_is_not_offered_to_a_server_that_takes_none() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    let secrets = Secrets { password: Some("hemmelig".to_owned().into()), ..Secrets::default() };
    let error = connect(&server.settings(None), secrets).err().unwrap();
    assert!(matches!(&error, ConnectError::Login(_)), "{error}");
    assert!(!error.to_string().contains("hemmelig"));
    assert!(server.log().contains("method none"), "{}", server.log());
    assert!(!server.log().contains("method password"), "{}", server.log());
}

#[test]
fn another_host_key_is_refused_before_any_login() {
    let Some(server) = Server::start(&["ed25519", "ecdsa", "rsa"], "") else { return };
    let key = server.user_key("key", "ed25519", &[], "");
    let mut settings = server.settings(Some(key));
    settings.host_key = vec![format!("SHA256:{}", "A".repeat(43))];
    let mut stages = Vec::new();
    let error = SshConnector::new(&settings, Secrets::default()).connect_reporting(|s| stages.push(s)).err();
    assert!(matches!(&error, Some(ConnectError::HostKey(_))), "{error:?}");
    assert_eq!(stages, [Stage::Reached]);
    assert!(!server.log().contains("userauth-request"));

    let seen = seen_host_key(&settings).unwrap();
    assert_eq!((seen.key_type.as_str(), seen.fingerprint), ("ssh-ed25519", server.fingerprint("ed25519")));

    // Any of the server's keys may be the pinned one.
    for kind in ["rsa", "ecdsa", "ed25519"] {
        settings.host_key = vec![server.fingerprint(kind)];
        connect(&settings, Secrets::default()).map(drop).unwrap();
    }
    assert!(server.log().contains("userauth-request"));
}

#[test]
fn known_hosts_is_read_as_openssh_reads_it() {
    let Some(server) = Server::start(&["ed25519", "rsa"], "") else { return };
    let key = server.user_key("key", "ed25519", &[], "");
    let mut settings = server.settings(Some(key));
    settings.host_key.clear();
    settings.known_hosts = Some(server.path("known_hosts"));
    let (port, ours, rsa) = (server.port, server.public("ed25519"), server.public("rsa"));
    fs::write(server.path("plain"), format!("[127.0.0.1]:{port} {ours}\n")).unwrap();
    let hashed = Command::new("ssh-keygen").arg("-Hf").arg(server.path("plain")).output().unwrap();
    assert!(hashed.status.success());
    let hashed = fs::read_to_string(server.path("plain")).unwrap();
    assert!(hashed.starts_with("|1|"));
    let wide = format!("\u{feff}[127.0.0.1]:{port} {ours}\r\n");
    let wide: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();

    let good = [
        format!("[127.0.0.1]:{port} {ours}").into_bytes(),
        format!("noise\r\n[127.0.0.1]:{port}\t{ours} note\r\n").into_bytes(),
        format!("[127.0.0.?]:* {rsa}").into_bytes(),
        hashed.into_bytes(),
        wide,
    ];
    for lines in good {
        fs::write(server.path("known_hosts"), &lines).unwrap();
        let result = connect(&settings, Secrets::default());
        assert!(result.is_ok(), "{}: {:?}", String::from_utf8_lossy(&lines), result.err());
    }
    let bad = [
        String::new(),
        format!("127.0.0.1 {ours}"),
        format!("[127.0.0.1]:{} {ours}", port ^ 1),
        format!("[127.0.0.1]:{port},!*:{port} {ours}"),
        format!("@cert-authority [127.0.0.1]:{port} {ours}"),
        format!("#[127.0.0.1]:{port} {ours}"),
        format!("[127.0.0.1]:{port} {ours}\n@revoked * {ours}"),
        format!("[127.0.0.1]:{port} {}", fs::read_to_string(server.path("key.pub")).unwrap()),
    ];
    for lines in bad {
        fs::write(server.path("known_hosts"), &lines).unwrap();
        let result = connect(&settings, Secrets::default());
        assert!(matches!(result, Err(ConnectError::HostKey(_))), "{lines}");
    }
}

/// The agent is found by an environment variable, so this runs in a process of its own.
#[test]
#[ignore = "started by an_agents_key_logs_in, with an agent in its environment"]
fn with_an_agent() {
    let Some(server) = Server::start(&["ed25519"], "") else { return };
    let key = server.user_key("key", "ed25519", &[], "");
    for name in ["stranger", "key"] {
        if name == "stranger" {
            keygen(&server.path(name), "ecdsa", &[], "");
        }
        assert!(Command::new("ssh-add").arg("-q").arg(server.path(name)).status().unwrap().success());
    }
    fs::remove_file(key).unwrap();
    connect(&server.settings(None), Secrets::default()).map(drop).unwrap();
    println!("logged in");
}

#[test]
fn an_agents_key_logs_in() {
    if !Path::new(SSHD).exists() {
        return println!("skipped: no {SSHD}");
    }
    // The agent ends with the process that it starts.
    let run = Command::new("ssh-agent")
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "login::with_an_agent", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("logged in"), "{said}");
}
