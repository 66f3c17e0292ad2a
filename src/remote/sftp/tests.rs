//! The client against a peer in memory that can be told to misbehave.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::client::Client;
use crate::digest::Digest;
use crate::remote::{
    ConnectionFault, Remote, RemoteError, RemoteStat, Removal, Source, Upload, UploadError, Uploaded,
};
use peer::{Memory, Peer, Script, frame, status, string};

mod peer;

const TIMEOUT: Duration = Duration::from_secs(30);

struct World {
    client: Client<Memory>,
    peer: Rc<RefCell<Peer>>,
    now: Rc<Cell<Instant>>,
}

fn world(script: Script, files: &[(&str, &[u8])]) -> World {
    let files = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    let peer = Rc::new(RefCell::new(Peer { script, files, ..Peer::default() }));
    let now = Rc::new(Cell::new(Instant::now()));
    let line = Memory { peer: Rc::clone(&peer), now: Rc::clone(&now) };
    let client = Client::start(line, TIMEOUT, now.get() + TIMEOUT).unwrap();
    World { client, peer, now }
}

struct Bytes {
    left: Vec<u8>,
    fail_at: Option<usize>,
}

impl Source for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fail_at.is_some_and(|at| self.left.len() <= at) {
            return Err(io::Error::other("disk"));
        }
        let length = self.left.len().min(buffer.len()).min(7001);
        buffer[..length].copy_from_slice(&self.left[..length]);
        self.left.drain(..length);
        Ok(length)
    }
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| u8::try_from((i * 7 + i / 256) % 251).unwrap()).collect()
}

type StoreResult = Result<Uploaded, UploadError>;

fn store(client: &mut Client<Memory>, files: &[(&str, usize)], fail_at: Option<usize>) -> Vec<StoreResult> {
    let acknowledged = AtomicU64::new(0);
    let mut sources: Vec<Bytes> =
        files.iter().map(|&(_, length)| Bytes { left: bytes(length), fail_at }).collect();
    let mut stores: Vec<Upload<'_>> = files
        .iter()
        .zip(&mut sources)
        .map(|(&(path, length), source)| Upload { path, source, size: length as u64 })
        .collect();
    let results = client.store(&mut stores, &|bytes| {
        acknowledged.fetch_add(bytes, Ordering::SeqCst);
    });
    assert_eq!(results.len(), files.len());
    let sent: u64 = results.iter().flatten().map(|stored| stored.sent).sum();
    assert!(acknowledged.into_inner() >= sent);
    results
}

fn done(length: usize) -> Uploaded {
    Uploaded { sent: length as u64, size: Some(length as u64) }
}

#[test]
fn files_are_stored_renamed_read_and_removed() {
    for (backwards, short, narrow) in [(0, None, None), (5, Some(1000), Some(999)), (64, Some(31_999), None)]
    {
        let script = Script { narrow, backwards, short, ..Script::default() };
        let mut world = world(script, &[("taget", b"x")]);
        let sizes = [0, 1, 31_999, 32_000, 32_001, 64_000, 200_003];
        let names: Vec<String> = (0..sizes.len()).map(|i| format!("fil{i}")).collect();
        let files: Vec<(&str, usize)> = names.iter().map(String::as_str).zip(sizes).collect();
        for (result, size) in store(&mut world.client, &files, None).into_iter().zip(sizes) {
            assert_eq!(result.unwrap(), done(size));
        }
        let digests: Vec<_> = sizes.iter().map(|&size| Ok(Some(Digest::of(&bytes(size))))).collect();
        for shorter in [0, 1, 32_000] {
            // A file is read to the expected size and one byte further: one that has this byte has no digest.
            let read: Vec<(&str, u64)> =
                files.iter().map(|(name, size)| (*name, size.saturating_sub(shorter) as u64)).collect();
            for ((digest, whole), (size, (_, expected))) in
                world.client.digest(&read).into_iter().zip(&digests).zip(sizes.iter().zip(&read))
            {
                let fits = *size as u64 <= *expected;
                assert_eq!(&digest, if fits { whole } else { &Ok(None) }, "{size} against {expected}");
            }
        }
        let longer: Vec<(&str, u64)> =
            files.iter().map(|(name, size)| (*name, *size as u64 + 50_000)).collect();
        assert_eq!(world.client.digest(&longer), digests);
        assert!(matches!(
            world.client.digest(&[("ingen", 1)])[0],
            Err(RemoteError::Refused { status: 2, .. })
        ));

        let moved = world.client.publish(&[("fil1", "ny1"), ("fil2", "taget")]);
        assert_eq!(moved[0], Ok(()));
        assert!(matches!(moved[1], Err(RemoteError::Refused { status: 4, .. })));
        let looks = world.client.stat(&["fil1", "ny1", "fil2"]);
        assert_eq!(
            looks,
            [
                Ok(RemoteStat::Absent),
                Ok(RemoteStat::Present { size: Some(1) }),
                Ok(RemoteStat::Present { size: Some(31_999) })
            ]
        );
        assert_eq!(world.client.remove(&["ny1", "ny1"]), [Ok(Removal::Removed), Ok(Removal::NothingThere)]);
        assert_eq!(world.peer.borrow().open, 0);
        assert!(!world.client.is_closed());
    }
}

#[test]
fn only_so_many_files_are_open_at_once() {
    let mut world = world(Script { backwards: 400, ..Script::default() }, &[]);
    let names: Vec<String> = (0..700).map(|i| format!("fil{i}")).collect();
    let files: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 10)).collect();
    assert!(store(&mut world.client, &files, None).iter().all(Result::is_ok));
    assert_eq!(world.peer.borrow().most_open, 256);
}

#[test]
fn an_existing_file_is_not_touched() {
    let mut world = world(Script::default(), &[("a", b"gammel")]);
    let results = store(&mut world.client, &[("a", 10), ("b", 10)], None);
    assert!(matches!(results[0], Err(UploadError::NotOpened(RemoteError::Refused { status: 4, .. }))));
    assert_eq!(*results[1].as_ref().unwrap(), done(10));
    assert_eq!(world.peer.borrow().files["a"], b"gammel");
}

#[test]
fn a_refused_write_close_or_sync_breaks_the_file_and_leaves_no_handle() {
    for kind in [6, 200, 4] {
        let mut world = world(Script { refuse: Some((kind, 4)), ..Script::default() }, &[]);
        let results = store(&mut world.client, &[("a", 100_000)], None);
        match &results[0] {
            Err(UploadError::NotSynced(RemoteError::Refused { status: 4, .. })) => assert_eq!(kind, 200),
            Err(UploadError::Broken(RemoteError::Refused { status: 4, .. })) => assert_ne!(kind, 200),
            other => panic!("{kind}: {other:?}"),
        }
        let peer = world.peer.borrow();
        let closes: Vec<&u8> = peer.kinds.iter().filter(|kind| **kind == 4).collect();
        assert_eq!(closes.len(), 1);
        assert!(!world.client.is_closed());
    }
    // A size that the open file does not tell is told of the closed one.
    for (kind, code, size) in [(8, 3, Some(9)), (200, 8, Some(9))] {
        let mut world = world(Script { refuse: Some((kind, code)), ..Script::default() }, &[]);
        let result = store(&mut world.client, &[("a", 9)], None).remove(0);
        assert_eq!(result.unwrap(), Uploaded { sent: 9, size });
    }
}

#[test]
fn sync_is_asked_only_where_it_is_offered_and_attributes_never() {
    for no_sync in [true, false] {
        let mut world = world(Script { no_sync, ..Script::default() }, &[]);
        store(&mut world.client, &[("a", 9)], None).remove(0).unwrap();
        let expected: &[u8] = if no_sync { &[1, 3, 6, 8, 4] } else { &[1, 3, 6, 200, 8, 4] };
        assert_eq!(world.peer.borrow().kinds, expected);
    }
}

#[test]
fn an_unreadable_original_closes_its_file_and_harms_no_other() {
    let mut world = world(Script::default(), &[]);
    let results = store(&mut world.client, &[("a", 90_000)], Some(20_000));
    assert!(matches!(&results[0], Err(UploadError::Source(error)) if error.to_string() == "disk"));
    assert_eq!(world.peer.borrow().open, 0);
    assert_eq!(*store(&mut world.client, &[("b", 5)], None)[0].as_ref().unwrap(), done(5));
}

/// Cut anywhere, either way: what is said to be done is done, and what is said to be unsent is not.
#[test]
fn a_cut_at_any_byte_is_told_truly() {
    let files = [("a", 40), ("b", 0), ("c", 70)];
    let moves = [("x", "x2"), ("y", "y2")];
    let whole = {
        let mut world = world(Script::default(), &[("x", b"1"), ("y", b"2")]);
        store(&mut world.client, &files, None);
        world.client.publish(&moves);
        let peer = world.peer.borrow();
        (peer.taken, peer.given)
    };
    for (length, inward) in [(whole.0, true), (whole.1, false)] {
        // The hello is 9 bytes out; its answer is longer, and must be whole for there to be a client.
        let hello = if inward { 9 } else { 9 + 4 + 17 + 4 + 1 };
        for cut in hello..length {
            let (cut_in, cut_out) = if inward { (Some(cut), None) } else { (None, Some(cut)) };
            let script = Script { cut_in, cut_out, ..Script::default() };
            let mut world = world(script, &[("x", b"1"), ("y", b"2")]);
            let results = store(&mut world.client, &files, None);
            for (result, (name, length)) in results.into_iter().zip(files) {
                let there = world.peer.borrow().files.get(name).cloned();
                match result {
                    Ok(stored) => {
                        assert_eq!(stored, done(length));
                        assert_eq!(there, Some(bytes(length)));
                    }
                    Err(UploadError::NotOpened(RemoteError::NotSent(_))) => {
                        assert_eq!(there, None, "cut {cut}");
                    }
                    Err(UploadError::Broken(RemoteError::NoAnswer(_))) => {}
                    Err(other) => panic!("cut {cut}: {other:?}"),
                }
            }
            for (result, (from, to)) in world.client.publish(&moves).into_iter().zip(moves) {
                let peer = world.peer.borrow();
                let (old, new) = (peer.files.contains_key(from), peer.files.contains_key(to));
                match result {
                    Ok(()) => assert!(!old && new),
                    Err(RemoteError::NotSent(_)) => assert!(old && !new, "cut {cut}"),
                    Err(RemoteError::NoAnswer(_)) => assert!(old != new),
                    Err(other @ RemoteError::Refused { .. }) => panic!("cut {cut}: {other:?}"),
                }
            }
            assert!(world.client.is_closed() && world.peer.borrow().ended);
            assert!(matches!(world.client.stat(&["x"])[0], Err(RemoteError::NotSent(_))));
            assert!(matches!(world.client.list(""), Err(RemoteError::NotSent(_))));
        }
    }
}

#[test]
fn silence_ends_after_the_time_out() {
    let mut world = world(Script { silent_after: Some(3), ..Script::default() }, &[]);
    let begun = world.now.get();
    let looks = world.client.stat(&["a", "b", "c"]);
    assert_eq!(looks[..2], [Ok(RemoteStat::Absent), Ok(RemoteStat::Absent)]);
    assert!(matches!(&looks[2], Err(RemoteError::NoAnswer(fault)) if **fault == ConnectionFault::TimedOut));
    assert_eq!(world.now.get() - begun, TIMEOUT);
}

#[test]
fn a_trickle_ends_with_the_budget() {
    // A reply has some 27 bytes, so it comes within the time-out; but there are many of them.
    let mut world = world(Script::default(), &[]);
    world.peer.borrow_mut().script.trickle = Some(Duration::from_secs(1));
    let begun = world.now.get();
    let looks = world.client.stat(&["a"; 100]);
    assert_eq!(looks[0], Ok(RemoteStat::Absent));
    assert!(matches!(&looks[99], Err(RemoteError::NoAnswer(fault)) if **fault == ConnectionFault::TimedOut));
    assert_eq!(world.now.get() - begun, TIMEOUT + Duration::from_secs(25));
    assert!(world.client.is_closed());
}

#[test]
fn a_single_reply_that_trickles_is_silence() {
    let mut world = world(Script::default(), &[]);
    world.peer.borrow_mut().script.trickle = Some(Duration::from_secs(2));
    let begun = world.now.get();
    let results = store(&mut world.client, &[("a", 10_000_000)], None);
    assert!(matches!(results[0], Err(UploadError::Broken(RemoteError::NoAnswer(_)))));
    assert_eq!(world.now.get() - begun, TIMEOUT);
}

#[test]
fn replies_that_do_not_fit_lose_the_line() {
    let handle = frame(102, &[&0u32.to_be_bytes(), &string(b"h")]);
    let long = frame(102, &[&0u32.to_be_bytes(), &string(&[0; 257])]);
    let cases = [
        status(99, 0),
        handle,
        long,
        vec![255; 4],
        vec![0; 4],
        frame(2, &[&3u32.to_be_bytes()]),
        frame(9, &[]),
    ];
    for bytes in cases {
        let mut world = world(Script { instead: Some((1, bytes)), ..Script::default() }, &[("a", b"x")]);
        let looks = world.client.stat(&["a", "a"]);
        for look in looks {
            assert!(
                matches!(&look, Err(RemoteError::NoAnswer(fault)) if matches!(**fault, ConnectionFault::Protocol(_))),
                "{look:?}"
            );
        }
        assert!(world.client.is_closed());
    }
}

#[test]
fn a_status_of_ok_opens_nothing() {
    let mut world = world(Script { refuse: Some((3, 0)), ..Script::default() }, &[]);
    let result = store(&mut world.client, &[("a", 1)], None).remove(0);
    assert!(matches!(result, Err(UploadError::Broken(RemoteError::NoAnswer(_)))));
    assert!(world.client.is_closed());
}
