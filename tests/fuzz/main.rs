//! The fuzz targets' properties over their corpus and over mutations of it: the same ones each time.
//!
//! `docs/reliability.md` says how to let the fuzzer look for more. What it finds belongs into
//! `fuzz/corpus/`, under a name that says what it is.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use chance::Chance;

#[path = "../support/chance.rs"]
mod chance;
mod properties;

/// Bytes that mean something to one of the readers.
const TELLING: &[u8] = b"\0\x01\x7f\x80\xff\xc3 \t\r\n-_./\\*?[]{}()\"'=#0129aZ";
/// The longest mutated input, in bytes.
const LONGEST: usize = 4096;

/// Tries the corpus, which must hold inputs that are taken and such that are refused, and so many mutations of it.
fn try_all(target: &str, property: fn(&[u8]) -> bool, mutations: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let corpus: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    let holds = |input: &[u8], what: &str| {
        catch_unwind(|| property(input))
            .unwrap_or_else(|_| panic!("{target} does not hold for {what}: b\"{}\"", input.escape_ascii()))
    };
    let (mut taken, mut refused) = (0, 0);
    for (file, input) in files.iter().zip(&corpus) {
        let count = if holds(input, &file.display().to_string()) { &mut taken } else { &mut refused };
        *count += 1;
    }
    assert!(taken >= 8 && refused >= 8, "the corpus tries one side only: {taken} taken, {refused} refused");
    let mut chance = Chance::of(20_230_414);
    for number in 0..mutations {
        holds(&mutated(&corpus, &mut chance), &format!("mutation {number}"));
    }
}

/// An input of the corpus with a few changes, now and then with the end of another one.
fn mutated(corpus: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut input = corpus[chance.below(corpus.len())].clone();
    for _ in 0..=chance.below(4) {
        let at = chance.below(input.len() + 1);
        let to = at + chance.below(input.len() + 1 - at);
        match chance.below(6) {
            0 => input.insert(at, chance.one_of(TELLING)),
            1 => drop(input.drain(at..to.min(at + 8))),
            2 => {
                let again = input[at..to].to_vec();
                input.splice(at..at, again);
            }
            3 => {
                let other = &corpus[chance.below(corpus.len())];
                input.truncate(at);
                input.extend_from_slice(&other[chance.below(other.len() + 1)..]);
            }
            _ if at == input.len() => {}
            4 => input[at] = chance.one_of(TELLING),
            _ => input[at] ^= 1 << chance.below(8),
        }
    }
    if chance.per_mille(50) {
        input = input.repeat(8);
    }
    input.truncate(LONGEST);
    input
}

#[test]
fn any_bytes_are_a_configuration_or_refused() {
    try_all("config", properties::config, 1000);
}

#[test]
fn any_name_tells_one_period_or_none() {
    try_all("period", properties::period, 8000);
}

#[test]
fn any_bytes_are_packets_or_refused() {
    try_all("sftp", properties::sftp, 8000);
}

#[test]
fn any_names_stay_in_their_folder() {
    try_all("names", properties::names, 2000);
}

#[test]
fn any_bytes_are_a_format_or_refused() {
    try_all("format", properties::format, 1000);
}

#[test]
fn any_content_is_read_to_its_end() {
    try_all("records", properties::records, 4000);
}

#[test]
fn a_draft_of_any_bytes_is_sound() {
    try_all("guess", properties::guess, 400);
}
