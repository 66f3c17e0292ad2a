//! Servers that want to hold the program for ever or fill its memory: each run ends soon after `sftp.timeout`, in little memory.
//!
//! Figures of these servers stand in docs/security.md.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::output::{Output, Running};
use crate::support::server::{Behaviour, Flood};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL};

/// `sftp.timeout` of these towns, in seconds.
const TIMEOUT: u64 = 3;
/// What a busy machine may take on top: the end must come of itself, long before the patience of a test is over.
const BUSY: Duration = Duration::from_secs(25);
/// The most memory that a run may need at its peak, in KiB.
const MOST: u64 = 64 * 1024;

fn town() -> Town {
    let town = Town::new();
    town.set("sftp.timeout", format!("{TIMEOUT}s"));
    town.file(MAD, MAD_APRIL);
    town
}

/// The most memory that a process has had so far, in KiB; none once it is gone.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

/// Runs the program and checks how long it took and how much memory.
#[track_caller]
fn bounded(town: &Town, what: &str, args: &[&str]) -> Output {
    let begun = Instant::now();
    let mut run = Running::start(&mut town.command(args));
    let mut most = 0;
    while !run.is_over() {
        most = most.max(peak(run.id()).unwrap_or_default());
        assert!(most < MOST, "{what}: {most} KiB");
        assert!(begun.elapsed() < Duration::from_secs(TIMEOUT + 2) + BUSY, "{what}: no end");
        thread::sleep(Duration::from_millis(2));
    }
    let took = begun.elapsed();
    eprintln!("{what}: {:.1} s, {} MB", took.as_secs_f64(), most / 1024);
    assert!(most > 1024, "{what}: the memory was not seen");
    run.finish()
}

/// A server that sends `opening` and then `rest` again and again. Answers its port.
fn pours(opening: &'static [u8], rest: Vec<u8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, rest) = (client.unwrap(), rest.clone());
            thread::spawn(move || {
                // It goes on until the client has closed the connection.
                let _ = client.write_all(opening);
                while client.write_all(&rest).is_ok() {}
            });
        }
    });
    port
}

/// An SSH packet in the clear (RFC 4253, section 6).
fn packet(kind: u8, length: usize) -> Vec<u8> {
    let mut packet = u32::try_from(length + 6).unwrap().to_be_bytes().to_vec();
    packet.extend([4, kind]);
    packet.extend(vec![7; length]);
    packet.extend([0; 4]);
    packet
}

#[test]
fn before_the_login_nobody_holds_a_run_or_fills_its_memory() {
    let ssh = b"SSH-2.0-x\r\n";
    let many = |kind| packet(kind, 10).repeat(1000);
    for (what, opening, rest) in [
        ("endless lines", &b""[..], b"velkommen\r\n".repeat(1000)),
        ("one endless line", b"", vec![b'x'; 10_000]),
        ("empty lines", b"", b"\r\n".repeat(1000)),
        ("unknown packets in the key exchange", ssh, many(192)),
        ("large packets in the key exchange", ssh, packet(99, 30_000)),
        ("IGNORE in the key exchange", ssh, many(2)),
        ("DEBUG in the key exchange", ssh, many(4)),
    ] {
        let town = town();
        town.set("sftp.port", pours(opening, rest));
        bounded(&town, what, &["run"]).exit(4).plain();
        assert!(town.server.received().is_empty());
    }
}

/// A server that asks for the password, is given it, and asks again.
#[test]
fn a_server_that_asks_for_ever_is_answered_twenty_times() {
    let town = town();
    town.env("TRAEKFIL_PASSWORD", "hemmelig");
    town.server.as_embedded().behave(|b| b.asks_for_ever = true);
    bounded(&town, "questions without end", &["run", "--language", "en"])
        .exit(4)
        .says("no more than 20 times");
    assert_eq!(town.server.as_embedded().counts().answers, 20);
}

#[test]
fn after_the_login_neither() {
    for flood in [Flood::Answers, Flood::Errors, Flood::Channels, Flood::Data, Flood::Requests, Flood::Debug]
    {
        let town = town();
        town.server.as_embedded().behave(|b| (b.flood, b.silent_after) = (Some(flood), Some(1)));
        let ran = bounded(&town, &format!("{flood:?} after the login"), &["run", "--language", "en"]).exit(4);
        if matches!(flood, Flood::Errors | Flood::Debug) {
            ran.says("keeps sending what it was not asked for");
        }
        town.server.as_embedded().behave(|b| *b = Behaviour::default());
        town.run(["run"]).exit(0);
        assert_eq!(town.server.received().len(), 1, "{flood:?}: once");
    }
}

#[test]
fn a_file_without_end_is_read_no_further_than_it_should_go() {
    let town = town();
    town.set("sftp.verify", "read_back");
    town.server.as_embedded().behave(|b| b.endless_file = true);
    bounded(&town, "a file without end", &["run"]).exit(4);
    // Our file takes one piece, and one more byte shows that it is longer.
    assert!(town.server.as_embedded().counts().reads <= 4, "{:?}", town.server.as_embedded().counts());
    assert!(town.server.received().is_empty());
}

#[test]
fn a_folder_without_end_is_listed_no_further_than_it_can_be_kept() {
    let town = town();
    town.server.as_embedded().behave(|b| b.endless_folder = true);
    let args = ["adopt", "--remote", "--dry-run", "--reason", "prøve", "--language", "en"];
    bounded(&town, "a folder without end", &args).says("MiB").says("names");
}

#[test]
fn a_mail_server_neither() {
    for (what, rest) in [
        ("one endless line of mail", vec![b'2'; 10_000]),
        ("endless lines of mail", b"220-hej\r\n".repeat(1000)),
    ] {
        let town = town();
        town.file("uden_maaned.txt", "x");
        town.set("notify.mail_to", vec!["kp@korsbaek.example.dk"])
            .set("notify.mail_from", "traekfil@korsbaek.example.dk")
            .set("notify.smtp_host", "127.0.0.1")
            .set("notify.smtp_port", pours(b"", rest))
            .set("notify.smtp_tls", "none");
        bounded(&town, what, &["run", "--language", "en"]).exit(1).says("far more than a reply takes");
        assert_eq!(town.server.received().len(), 1, "delivered all the same");
    }
}

/// What the program offers in its KEXINIT (RFC 4253, section 7.1): ten lists.
fn offered() -> Vec<Vec<String>> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let town = town();
    town.set("sftp.port", listener.local_addr().unwrap().port());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        client.write_all(b"SSH-2.0-x\r\n").unwrap();
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let mut byte = [0];
            client.read_exact(&mut byte).unwrap();
            line.extend(byte);
        }
        let mut length = [0; 4];
        client.read_exact(&mut length).unwrap();
        let mut packet = vec![0; u32::from_be_bytes(length) as usize];
        client.read_exact(&mut packet).unwrap();
        sender.send(packet).unwrap();
    });
    town.run(["run"]).exit(4);
    let packet = receiver.recv().unwrap();
    assert_eq!(packet[1], 20, "KEXINIT");
    let mut rest = &packet[2 + 16..];
    let mut lists = Vec::new();
    for _ in 0..10 {
        let (length, after) = rest.split_first_chunk::<4>().unwrap();
        let (list, after) = after.split_at(u32::from_be_bytes(*length) as usize);
        let list = String::from_utf8(list.to_vec()).unwrap();
        lists.push(list.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect());
        rest = after;
    }
    lists
}

#[test]
fn nothing_weak_is_offered_and_what_needs_a_strict_key_exchange_comes_last() {
    let lists = offered();
    for name in lists.iter().flatten() {
        for weak in ["sha1", "md5", "cbc", "arcfour", "ripemd", "umac-64", "-96", "dss", "group1-", "zlib"] {
            assert!(!name.contains(weak), "{name}");
        }
        assert_ne!(name, "ssh-rsa");
    }
    assert!(lists[0].iter().any(|name| name == "kex-strict-c-v00@openssh.com"), "{:?}", lists[0]);
    for (list, least) in lists.iter().zip([5, 3, 4, 4, 4, 4, 1, 1]) {
        assert!(list.len() >= least, "{list:?}");
    }
    for ciphers in &lists[2..4] {
        assert_eq!(ciphers.last().map(String::as_str), Some("chacha20-poly1305@openssh.com"));
        assert_eq!(ciphers[0], "aes128-gcm@openssh.com");
    }
    assert_eq!(lists[6], ["none"]);
}

/// While secrets are held, the memory is not written to a dump and not shown to other programs of the same user.
#[test]
fn secrets_are_kept_out_of_dumps() {
    let town = town();
    let halted = crate::halted::halt(&town, &["run"], "stored").ok().unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", halted.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    // The files in /proc of a process that may not be dumped belong to root, so this is seen only by another user.
    let owner = fs::metadata(format!("/proc/{}/environ", halted.id())).unwrap().uid();
    assert_eq!(owner, 0);
    halted.go_on().exit(0);
}

/// A command that holds no secret, killed in a way that leaves a dump, leaves none: what it read has citizens in it.
#[test]
#[cfg(target_os = "linux")]
fn what_was_read_is_in_no_dump_of_a_command_without_secrets() {
    use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};

    fn dumps(folder: &std::path::Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|name| name.starts_with("core"))
            .collect()
    }

    let most = getrlimit(Resource::Core).maximum;
    setrlimit(Resource::Core, Rlimit { current: most, maximum: most }).unwrap();
    let abort = |id: u32| {
        kill_process(Pid::from_raw(id.cast_signed()).unwrap(), Signal::ABORT).unwrap();
    };
    let town = Town::new();
    // another program leaves one here, or this machine cannot show that ours leaves none
    let mut other = std::process::Command::new("sleep").arg("60").current_dir(town.path("")).spawn().unwrap();
    abort(other.id());
    other.wait().unwrap();
    let by_another = dumps(&town.path(""));
    if by_another.is_empty() {
        println!(
            "SKIPPED: this machine writes no dumps into the folder of a program (core_pattern, ulimit -c)"
        );
    }
    for name in by_another {
        fs::remove_file(town.path(name)).unwrap();
    }
    town.file(MAD, MAD_APRIL);
    town.file("vask_korsbaek_202304.txt", "000000-0000;1,00");
    let halted = crate::halted::halt(&town, &["run", "--dry-run"], "opening@2").ok().unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", halted.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    abort(halted.id());
    halted.wait();
    assert_eq!(dumps(&town.path("")), Vec::<String>::new());
}
