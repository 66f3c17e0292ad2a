//! What tells one record from another without keeping either: a keyed hash.

use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use hmac::{Hmac, KeyInit, Mac};
use secrecy::zeroize::{Zeroize, Zeroizing};
use sha2::Sha256;
use sha2::block_api::compress256;

use crate::period::Period;

use super::reader::Record;

/// What the hash is keyed with: a CPR number has too few possibilities for a bare hash.
pub struct Secret([u8; 32]);

impl Secret {
    /// The secret of these bytes.
    #[must_use]
    pub const fn of(bytes: [u8; 32]) -> Secret {
        Secret(bytes)
    }

    /// One of this process, for keys that are not kept past it.
    pub(super) fn passing() -> Secret {
        let mut bytes = [0; 32];
        for part in bytes.chunks_exact_mut(8) {
            part.copy_from_slice(&RandomState::new().hash_one(part.len()).to_ne_bytes());
        }
        Secret(bytes)
    }

    /// A new one, for what is not kept past the process.
    ///
    /// # Errors
    /// Where the operating system gives no random bytes.
    pub fn random() -> Result<Secret, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::getrandom(&mut bytes)?;
        Ok(Secret(bytes))
    }
}

impl Secret {
    /// The secret that is written so: 64 hexadecimal digits; none of anything else.
    #[must_use]
    pub fn read(text: &str) -> Option<Secret> {
        let digits = text.as_bytes();
        let mut bytes = Zeroizing::new([0; 32]);
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let value = |digit: u8| char::from(digit).to_digit(16);
            *byte = u8::try_from(value(pair[0])? * 16 + value(pair[1])?).ok()?;
        }
        Some(Secret(*bytes))
    }

    /// How it is written: 64 hexadecimal digits.
    #[must_use]
    pub fn written(&self) -> Zeroizing<String> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        // Room for all of it from the start: a text that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(64));
        for byte in self.0 {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        text
    }

    /// What tells it from every other and gives nothing of it away: 16 hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let bytes = self.derived("traekfil records fingerprint");
        format!("{:016x}", bytes.first_chunk().map_or(0, |part| u64::from_be_bytes(*part)))
    }

    /// A secret of its own for another use.
    pub(super) fn derived(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut mac = Keyer::new(self).bytes();
        mac.update(purpose.as_bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// HMAC-SHA-256, cut to 16 bytes, of what makes a record itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordKey([u8; 16]);

impl RecordKey {
    /// The key of these bytes.
    #[must_use]
    pub const fn of(bytes: [u8; 16]) -> RecordKey {
        RecordKey(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl Hash for RecordKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // the bytes are a keyed hash already, so a part of them spreads as well as all
        state.write_u64(self.0.first_chunk().map_or(0, |part| u64::from_le_bytes(*part)));
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Takes eight bytes of a [`RecordKey`] as they are: for tables of keys.
#[derive(Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// Makes the keys of one secret.
pub struct Keyer {
    long: Hmac<Sha256>,
    short: OneBlock,
}

impl fmt::Debug for Keyer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyer(…)")
    }
}

impl Keyer {
    /// Makes keys under this secret.
    #[must_use]
    pub fn new(secret: &Secret) -> Keyer {
        // a secret as long as a block is its own key: the same bytes as for the shorter one, padded with zeros
        let mut block = Zeroizing::new([0; BLOCK]);
        block[..secret.0.len()].copy_from_slice(&secret.0);
        Keyer { long: Hmac::new(&(*block).into()), short: OneBlock::new(&block) }
    }

    /// The key over citizen, deduction, period, the amount's sign and the reference. `period` is the
    /// month that the record counts for, where one is known.
    #[must_use]
    pub fn key(&self, record: &Record<'_>, period: Option<Period>) -> RecordKey {
        self.pair(record, period).0
    }

    /// The same, and the key that the record would have with the other sign.
    #[must_use]
    pub fn pair(&self, record: &Record<'_>, period: Option<Period>) -> (RecordKey, RecordKey) {
        let mut message = Message::with_capacity(LONGEST_USUAL);
        message.append(record, period);
        self.pair_of(&message.0, record.amount.is_negative())
    }

    /// The keys of the record whose [`Message`] this is, of its own sign and of the other: the halves of one HMAC are the
    /// keys of the two signs, so that a reversal is found without a second one.
    pub(super) fn pair_of(&self, message: &[u8], is_taken_back: bool) -> (RecordKey, RecordKey) {
        let hash = self.short.hash(message).unwrap_or_else(|| {
            let mut mac = self.bytes();
            mac.update(message);
            mac.finalize().into_bytes().into()
        });
        let (halves, _) = hash.as_chunks::<16>();
        let (deducted, taken_back) = (RecordKey(halves[0]), RecordKey(halves[1]));
        if is_taken_back { (taken_back, deducted) } else { (deducted, taken_back) }
    }

    /// The key of any bytes, such as a line's.
    pub(super) fn bytes(&self) -> Hmac<Sha256> {
        self.long.clone()
    }

    /// The key of what was hashed.
    pub(super) fn cut(mac: Hmac<Sha256>) -> RecordKey {
        let mut key = [0; 16];
        key.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        RecordKey(key)
    }
}

/// HMAC-SHA-256 (RFC 2104) of messages that fit one block, as nearly all do: for each, two blocks are hashed and nothing else
/// is done. It is the same as that of the crate for any message, which takes twice as long for such short ones.
struct OneBlock {
    /// What SHA-256 comes to after the secret's block, for the message and for its hash.
    inner: [u32; 8],
    outer: [u32; 8],
}

/// Bytes of a block of SHA-256, and of those at its end that tell the length.
const BLOCK: usize = 64;
const LENGTH: usize = 8;
/// What SHA-256 begins with (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

impl OneBlock {
    fn new(secret: &[u8; BLOCK]) -> OneBlock {
        let after = |pad: u8| {
            let mut state = INITIAL;
            compress256(&mut state, &[secret.map(|byte| byte ^ pad)]);
            state
        };
        OneBlock { inner: after(0x36), outer: after(0x5c) }
    }

    /// None of a longer message.
    fn hash(&self, message: &[u8]) -> Option<[u8; 32]> {
        if message.len() >= BLOCK - LENGTH {
            return None;
        }
        Some(last_block(self.outer, &last_block(self.inner, message)))
    }
}

/// What SHA-256 comes to with this as all that follows on one block; it must leave room for the length.
fn last_block(mut state: [u32; 8], rest: &[u8]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    let (text, length) = block.split_at_mut(BLOCK - LENGTH);
    text[..rest.len()].copy_from_slice(rest);
    text[rest.len()] = 0x80;
    let bits = (BLOCK + rest.len()) as u64 * 8;
    length.copy_from_slice(&bits.to_be_bytes());
    compress256(&mut state, &[block]);
    let mut hash = [0; 32];
    let (words, _) = hash.as_chunks_mut::<4>();
    words.iter_mut().zip(state).for_each(|(bytes, word)| *bytes = word.to_be_bytes());
    hash
}

/// What the keys of records are made from: citizen, period, deduction and reference, one record after the other. No part of it
/// stays in memory.
#[derive(Default)]
pub(super) struct Message(Zeroizing<Vec<u8>>);

/// The bytes of a message of one record whose texts are as short as they usually are.
const LONGEST_USUAL: usize = 64;

impl Message {
    /// An empty one, with room for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Message {
        Message(Zeroizing::new(Vec::with_capacity(bytes)))
    }

    /// Adds one record, with the month that it counts for, and answers where it ends.
    pub(super) fn append(&mut self, record: &Record<'_>, period: Option<Period>) -> usize {
        let (year, month) = period.map_or((0, 0), |period| (period.year(), period.month()));
        let [high, low] = year.to_be_bytes();
        // with its length, so that no two pairs of texts make the same bytes
        let length = u64::try_from(record.deduction.len()).unwrap_or(u64::MAX).to_be_bytes();
        let (citizen, fixed) = (record.citizen.digits(), [high, low, month]);
        self.reserve(citizen.len() + 7 + record.deduction.len() + record.reference.len());
        self.0.extend_from_slice(citizen);
        self.0.extend_from_slice(&fixed);
        self.0.extend_from_slice(&length[4..]);
        self.0.extend_from_slice(record.deduction.as_bytes());
        if !record.reference.is_empty() {
            self.0.extend_from_slice(record.reference.as_bytes());
        }
        self.0.len()
    }

    /// The bytes from one place to another.
    pub(super) fn between(&self, from: usize, to: usize) -> &[u8] {
        &self.0[from..to]
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Makes room without leaving a copy behind.
    fn reserve(&mut self, more: usize) {
        let needed = self.0.len() + more;
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(2 * needed));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::records::amount::Ore;
    use crate::records::citizen::Citizen;

    fn key(
        secret: u8,
        citizen: &str,
        deduction: &str,
        reference: &str,
        ore: i128,
        period: &str,
    ) -> RecordKey {
        let citizen = Citizen::read(citizen, false).unwrap();
        let record =
            Record { line: 1, citizen: &citizen, deduction, reference, amount: Ore::new(ore), period: None };
        Keyer::new(&Secret::of([secret; 32])).key(&record, period.parse().ok())
    }

    #[test]
    fn what_makes_a_record_itself_and_what_does_not() {
        let plain = key(1, "0101009999", "mad", "a", 100, "2023-04");
        assert_eq!(plain, key(1, "010100-9999", "mad", "a", 99_999, "2023-04"));
        let others = [
            key(2, "0101009999", "mad", "a", 100, "2023-04"),
            key(1, "0101009998", "mad", "a", 100, "2023-04"),
            key(1, "0101009999", "vask", "a", 100, "2023-04"),
            key(1, "0101009999", "mada", "", 100, "2023-04"),
            key(1, "0101009999", "ma", "da", 100, "2023-04"),
            key(1, "0101009999", "mad", "a", -100, "2023-04"),
            key(1, "0101009999", "mad", "a", 100, "2023-05"),
            key(1, "0101009999", "mad", "a", 100, ""),
        ];
        for other in others {
            assert_ne!(plain, other);
        }
    }

    #[test]
    fn short_messages_have_the_hmac_that_the_crate_gives_them() {
        let keyer = Keyer::new(&Secret::of([0xa7; 32]));
        for length in 0..200 {
            let message: Vec<u8> = (0..length).collect();
            let mut mac = keyer.bytes();
            mac.update(&message);
            let whole: [u8; 32] = mac.finalize().into_bytes().into();
            let short = keyer.short.hash(&message);
            assert_eq!(short, Some(whole).filter(|_| length < 56), "{length}");
            let (deducted, taken_back) = keyer.pair_of(&message, false);
            assert_eq!([deducted.0, taken_back.0].as_flattened(), whole, "{length}");
        }
    }

    #[test]
    fn a_secret_is_written_and_read_and_nothing_else_is_one() {
        let secret = Secret::of([0xa7; 32]);
        let written = secret.written();
        assert_eq!(Secret::read(&written).unwrap().0, secret.0);
        assert_eq!(Secret::read(&written).unwrap().fingerprint(), secret.fingerprint());
        assert_ne!(Secret::of([1; 32]).fingerprint(), secret.fingerprint());
        assert!(!written.contains(&secret.fingerprint()));
        for wrong in ["", "a7", &written[1..], &format!("{}g", &written[1..]), &format!("{}æ", &written[2..])]
        {
            assert!(Secret::read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_reversal_has_the_key_of_the_other_sign() {
        let keys = |ore| {
            let citizen = Citizen::read("0101009999", false).unwrap();
            let (line, amount) = (1, Ore::new(ore));
            let record =
                Record { line, citizen: &citizen, deduction: "mad", reference: "", amount, period: None };
            Keyer::new(&Secret::of([1; 32])).pair(&record, None)
        };
        let (own, other) = keys(100);
        assert_eq!(keys(-70), (other, own));
        assert_ne!(own, other);
    }

    #[test]
    fn secrets_are_not_shown_and_not_alike() {
        assert_eq!(format!("{:?}", Secret::of([7; 32])), "Secret(…)");
        assert_ne!(Secret::random().unwrap().0, Secret::random().unwrap().0);
    }
}
