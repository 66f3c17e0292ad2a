#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;

fn reply(kind: u8, inside: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    framed(&mut out, kind, |out| {
        number(out, 7);
        inside(out);
    });
    out
}

#[test]
fn a_create_is_as_the_draft_draws_it() {
    let mut out = Vec::new();
    encode(&mut out, 0x0102_0304, &Request::Create("ind/a"));
    let expected = b"\0\0\0\x16\x03\x01\x02\x03\x04\0\0\0\x05ind/a\0\0\0\x2a\0\0\0\0";
    assert_eq!(out, expected);
}

#[test]
fn a_write_is_as_the_draft_draws_it() {
    let mut out = vec![0xff];
    encode(&mut out, 1, &Request::Write(&Handle(b"h".to_vec()), 0x1_0000_0002, b"xy"));
    assert_eq!(out, b"\xff\0\0\0\x18\x06\0\0\0\x01\0\0\0\x01h\0\0\0\x01\0\0\0\x02\0\0\0\x02xy");
}

#[test]
fn replies_are_read() {
    let cases = [
        (reply(101, |o| number(o, 4)), Reply::Status(4, String::new())),
        (
            reply(101, |o| {
                number(o, 3);
                string(o, "nej tak\u{1b}".as_bytes());
                string(o, b"da");
            }),
            Reply::Status(3, "nej tak\u{1b}".to_owned()),
        ),
        (reply(102, |o| string(o, b"\0\x01")), Reply::Handle(Handle(vec![0, 1]))),
        (reply(103, |o| string(o, b"abc")), Reply::Data(b"abc".to_vec())),
        (
            reply(105, |o| {
                number(o, 0xf | 0x8000_0000);
                o.extend_from_slice(&5u64.to_be_bytes());
                o.extend_from_slice(&[0; 8]);
                number(o, 0o100_644);
                o.extend_from_slice(&[0; 8]);
                number(o, 1);
                string(o, b"name@example.dk");
                string(o, b"value");
            }),
            Reply::Attrs(Attrs { size: Some(5), mode: Some(0o100_644) }),
        ),
        (
            reply(104, |o| {
                number(o, 1);
                string(o, b"\xc3\xa6\xff");
                string(o, b"-rw-r--r-- ...");
                number(o, 0);
            }),
            Reply::Names(vec![Name { name: "æ\u{fffd}".to_owned(), attrs: Attrs::default() }]),
        ),
    ];
    for (bytes, expected) in cases {
        let length = bytes.len();
        assert_eq!(decode(&bytes), Ok(Some((Packet::Reply(7, expected), length))));
        for cut in 0..length {
            assert_eq!(decode(&bytes[..cut]), Ok(None), "cut at {cut}");
        }
    }
}

#[test]
fn sync_counts_only_in_the_version_that_is_known() {
    for (version, expected) in [("1", true), ("2", false)] {
        let mut out = Vec::new();
        framed(&mut out, 2, |o| {
            number(o, 3);
            for text in ["posix-rename@openssh.com", "1", "fsync@openssh.com", version] {
                string(o, text.as_bytes());
            }
        });
        assert_eq!(decode(&out), Ok(Some((Packet::Version(3, expected), out.len()))));
    }
}

#[test]
fn no_length_is_believed() {
    let longest = u32::try_from(MAX_PACKET).unwrap();
    for told in [0, longest + 1, u32::MAX] {
        assert_eq!(decode(&told.to_be_bytes()), Err(Malformed::Length(told)));
    }
    assert_eq!(decode(&longest.to_be_bytes()), Ok(None));
    assert_eq!(decode(&reply(102, |o| string(o, &[0; MAX_HANDLE + 1]))), Err(Malformed::Content));
    assert_eq!(decode(&reply(103, |o| number(o, u32::MAX))), Err(Malformed::Content));
    assert_eq!(decode(&reply(104, |o| number(o, u32::MAX))), Err(Malformed::Content));
    assert_eq!(decode(&reply(201, |_| ())), Err(Malformed::Type(201)));
}

#[test]
fn the_size_of_what_is_no_file_is_not_told() {
    let attrs = |mode| Attrs { size: Some(4096), mode };
    assert_eq!(attrs(Some(0o040_755)).file_size(), None);
    assert_eq!(attrs(Some(0o120_777)).file_size(), None);
    assert_eq!(attrs(Some(0o100_600)).file_size(), Some(4096));
    assert_eq!(attrs(Some(0o600)).file_size(), Some(4096));
    assert_eq!(attrs(None).file_size(), Some(4096));
    assert!(attrs(Some(0o040_755)).is_folder() && !attrs(None).is_folder());
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(
        kind in prop::sample::select(vec![2u8, 101, 102, 103, 104, 105, 200]),
        inside in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = decode(&inside);
        let bytes = reply(kind, |out| out.extend_from_slice(&inside));
        if let Ok(Some((_, length))) = decode(&bytes) {
            prop_assert_eq!(length, bytes.len());
        }
    }

    #[test]
    fn replies_come_back_as_they_were(
        id in any::<u32>(), status in any::<u32>(), text in "\\PC{0,40}", data in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut out = Vec::new();
        framed(&mut out, 101, |o| { number(o, id); number(o, status); string(o, text.as_bytes()); });
        let first = out.len();
        framed(&mut out, 103, |o| { number(o, id); string(o, &data); });
        prop_assert_eq!(decode(&out), Ok(Some((Packet::Reply(id, Reply::Status(status, text)), first))));
        let second = out.len() - first;
        prop_assert_eq!(decode(&out[first..]), Ok(Some((Packet::Reply(id, Reply::Data(data)), second))));
    }
}
