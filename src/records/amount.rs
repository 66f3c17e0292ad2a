//! Amounts of money as whole øre, and how a file writes them.

/// An amount in øre, negative where the deduction is taken back.
///
/// 128 bits, so that the sum of a file cannot overflow where each amount is a plausible one. Where an
/// overflow is possible all the same, the methods give none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ore(i128);

impl Ore {
    /// No money.
    pub const ZERO: Ore = Ore(0);

    /// More than any file's deductions come to, in øre: what is larger has no place in the ledger, so that a
    /// few thousand files can be added up in 64 bits.
    pub const LARGEST_SUM: Ore = Ore(1_000_000_000_000_000);

    /// So many øre.
    #[must_use]
    pub const fn new(ore: i128) -> Ore {
        Ore(ore)
    }

    /// An amount as the configuration writes one: kroner, a point, øre: `4500.00`.
    ///
    /// # Errors
    /// Where the text is no such amount.
    pub fn from_kroner(text: &str) -> Result<Ore, AmountError> {
        AmountForm { unit: Unit::Kroner(Decimal::Point), sign: SignForm::Leading }.read(text, None)
    }

    /// The number of øre.
    #[must_use]
    pub const fn get(self) -> i128 {
        self.0
    }

    /// The number of øre, where 64 bits hold it.
    #[must_use]
    pub fn to_i64(self) -> Option<i64> {
        i64::try_from(self.0).ok()
    }

    /// Both together; none on overflow.
    #[must_use]
    pub fn plus(self, other: Ore) -> Option<Ore> {
        self.0.checked_add(other.0).map(Ore)
    }

    /// This without the other; none on overflow.
    #[must_use]
    pub fn minus(self, other: Ore) -> Option<Ore> {
        self.0.checked_sub(other.0).map(Ore)
    }

    /// How much it is, whatever its sign, in øre.
    #[must_use]
    pub const fn size(self) -> u128 {
        self.0.unsigned_abs()
    }

    /// Whether it is below nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

/// How a field writes an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmountForm {
    /// What its digits count.
    pub unit: Unit,
    /// How its sign is told.
    pub sign: SignForm,
}

/// What an amount's digits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Whole øre, without a decimal mark.
    Ore,
    /// Kroner, with up to two decimals after the mark, or none.
    Kroner(Decimal),
    /// The same, with a mark between thousands, or without it: `1.234,50`, `1234,50`.
    Grouped(Decimal, Thousands),
}

/// The mark between thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thousands {
    /// `1.234,50`
    Point,
    /// `1,234.50`
    Comma,
    /// `1 234,50`, a blank that does not break included.
    Blank,
    /// `1'234.50`
    Apostrophe,
}

/// The mark between kroner and øre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimal {
    /// `123,45`
    Comma,
    /// `123.45`
    Point,
}

/// How an amount's sign is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignForm {
    /// Not at all: digits only.
    None,
    /// `+` or `-` before the digits, or nothing for plus.
    Leading,
    /// `+` or `-` after the digits, or nothing for plus.
    Trailing,
    /// The last digit is a letter that tells digit and sign, as mainframes write zoned decimals.
    Overpunch,
    /// One of these words before or after the digits.
    Letters(SignWords),
    /// One of these words in a field of its own.
    Apart(SignWords),
}

/// The words that tell a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignWords {
    /// For a deduction. An empty word is a blank field.
    pub plus: Vec<String>,
    /// For one taken back.
    pub minus: Vec<String>,
    /// For an amount that must be zero.
    pub zero: Vec<String>,
}

impl Default for SignWords {
    /// `+` or blank, and `-`.
    fn default() -> SignWords {
        let plus = vec!["+".to_owned(), String::new()];
        SignWords { plus, minus: vec!["-".to_owned()], zero: Vec::new() }
    }
}

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AmountError {
    /// Nothing stands there.
    Blank,
    /// Something other than digits, or decimals of another kind than the format says.
    Digits,
    /// A sign that the format does not name, or a zero sign beside an amount.
    Sign,
    /// More than 128 bits hold.
    TooLarge,
}

/// What a sign does to the digits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Plus,
    Minus,
    Zero,
}

impl SignWords {
    fn sign(&self, word: &str) -> Option<Sign> {
        // such words are short: quicker told byte by byte
        let same = |known: &String| known.len() == word.len() && known.bytes().eq(word.bytes());
        let among = |words: &[String]| words.iter().any(same);
        match () {
            () if among(&self.plus) => Some(Sign::Plus),
            () if among(&self.minus) => Some(Sign::Minus),
            () if among(&self.zero) => Some(Sign::Zero),
            () => None,
        }
    }

    /// The sign that stands at either end of the text, and the text without it. A word that is not
    /// empty wins over the blank one.
    fn cut<'a>(&self, text: &'a str) -> Option<(Sign, &'a str)> {
        let all = [(&self.minus, Sign::Minus), (&self.zero, Sign::Zero), (&self.plus, Sign::Plus)];
        let mut blank = None;
        for (words, sign) in all {
            for word in words {
                if word.is_empty() {
                    blank = Some((sign, text));
                } else if let Some(rest) = text.strip_suffix(word.as_str()).or(text.strip_prefix(&**word)) {
                    return Some((sign, rest.trim_ascii()));
                }
            }
        }
        blank
    }
}

impl AmountForm {
    /// Reads an amount; `sign` is the text of the sign's own field, where the format has one.
    /// Blanks around either do not count, nor does `kr.` or `DKK` beside kroner.
    ///
    /// # Errors
    /// Where the text is not an amount of this form.
    pub fn read(&self, text: &str, sign: Option<&str>) -> Result<Ore, AmountError> {
        self.read_trimmed(text.trim_ascii(), sign.map(str::trim_ascii))
    }

    /// The same of texts without blanks around them.
    pub(super) fn read_trimmed(&self, text: &str, sign: Option<&str>) -> Result<Ore, AmountError> {
        let read = self.without_currency(text, sign);
        if read.is_ok() || self.unit == Unit::Ore {
            return read;
        }
        match without_currency(text) {
            Some(text) => self.without_currency(text.trim_ascii(), sign),
            None => read,
        }
    }

    fn without_currency(&self, text: &str, sign: Option<&str>) -> Result<Ore, AmountError> {
        if text.is_empty() {
            return Err(AmountError::Blank);
        }
        let (sign, digits) = match &self.sign {
            SignForm::None => (Sign::Plus, text),
            SignForm::Leading => marked(text, text.strip_prefix('-'), text.strip_prefix('+')),
            SignForm::Trailing => marked(text, text.strip_suffix('-'), text.strip_suffix('+')),
            SignForm::Letters(words) => words.cut(text).ok_or(AmountError::Sign)?,
            SignForm::Apart(words) => (words.sign(sign.unwrap_or_default()).ok_or(AmountError::Sign)?, text),
            SignForm::Overpunch => return overpunched(self.unit, text),
        };
        signed(sign, self.unit.read(digits)?)
    }
}

/// The text without the currency's name, where that stands before or after all digits.
fn without_currency(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (at, word) = ["dkk", "kr.", "kr"].iter().find_map(|word| Some((lower.find(word)?, *word)))?;
    let (before, after) = (text.get(..at)?.trim(), text.get(at + word.len()..)?.trim());
    let has_digit = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    (!has_digit(before) || !has_digit(after)).then(|| format!("{before}{after}"))
}

fn marked<'a>(text: &'a str, minus: Option<&'a str>, plus: Option<&'a str>) -> (Sign, &'a str) {
    match (minus, plus) {
        (Some(rest), _) => (Sign::Minus, rest.trim_ascii()),
        (None, rest) => (Sign::Plus, rest.unwrap_or(text).trim_ascii()),
    }
}

fn signed(sign: Sign, ore: i128) -> Result<Ore, AmountError> {
    match sign {
        Sign::Plus => Ok(Ore(ore)),
        // what was read has no sign of its own, so the negative of it exists
        Sign::Minus => Ok(Ore(-ore)),
        Sign::Zero if ore == 0 => Ok(Ore::ZERO),
        Sign::Zero => Err(AmountError::Sign),
    }
}

/// `{ABCDEFGHI` are 0 to 9 with plus, `}JKLMNOPQR` with minus; a Danish code page shows the braces as æ and å.
fn overpunched(unit: Unit, text: &str) -> Result<Ore, AmountError> {
    let last = text.chars().next_back().ok_or(AmountError::Blank)?;
    let (sign, digit) = match last {
        '0'..='9' => return signed(Sign::Plus, unit.read(text)?),
        '{' | 'æ' => (Sign::Plus, '0'),
        '}' | 'å' => (Sign::Minus, '0'),
        'A'..='I' => (Sign::Plus, char::from_digit(u32::from(last) - u32::from('A') + 1, 10).unwrap_or('0')),
        'J'..='R' => (Sign::Minus, char::from_digit(u32::from(last) - u32::from('J') + 1, 10).unwrap_or('0')),
        _ => return Err(AmountError::Sign),
    };
    let mut digits = text[..text.len() - last.len_utf8()].to_owned();
    digits.push(digit);
    signed(sign, unit.read(&digits)?)
}

impl Unit {
    fn read(self, text: &str) -> Result<i128, AmountError> {
        let (decimal, thousands) = match self {
            Unit::Ore => return digits(text.as_bytes()),
            Unit::Kroner(decimal) => (decimal, None),
            Unit::Grouped(decimal, thousands) => (decimal, Some(thousands)),
        };
        let mark = match decimal {
            Decimal::Comma => b',',
            Decimal::Point => b'.',
        };
        let text = text.as_bytes();
        let (kroner, decimals) = match text.iter().position(|byte| *byte == mark) {
            Some(at) => (&text[..at], &text[at + 1..]),
            None => (text, &b"0"[..]),
        };
        let (two, more) = decimals.split_at(decimals.len().min(2));
        // databases write four decimals of money, and the last two are zeros
        if more.iter().any(|byte| *byte != b'0') {
            return Err(AmountError::Digits);
        }
        let ore = digits(two)? * if two.len() == 1 { 10 } else { 1 };
        let kroner = match thousands {
            Some(thousands) => thousands.read(kroner)?,
            None => digits(kroner)?,
        };
        let kroner = kroner.checked_mul(100).ok_or(AmountError::TooLarge)?;
        kroner.checked_add(ore).ok_or(AmountError::TooLarge)
    }
}

impl Thousands {
    /// A number with this mark before every three digits, or without any.
    fn read(self, text: &[u8]) -> Result<i128, AmountError> {
        let text = std::str::from_utf8(text).map_err(|_| AmountError::Digits)?;
        let is_mark = |c: char| match self {
            Thousands::Point => c == '.',
            Thousands::Comma => c == ',',
            Thousands::Blank => matches!(c, ' ' | '\u{a0}' | '\u{202f}'),
            Thousands::Apostrophe => matches!(c, '\'' | '’'),
        };
        let mut groups = text.split(is_mark);
        let first = groups.next().unwrap_or_default();
        let mut number = first.to_owned();
        for group in groups {
            if group.len() != 3 || !(1..=3).contains(&first.len()) {
                return Err(AmountError::Digits);
            }
            number.push_str(group);
        }
        digits(number.as_bytes())
    }
}

/// A number of ASCII digits, one at least.
pub(super) fn digits(text: &[u8]) -> Result<i128, AmountError> {
    if (1..=18).contains(&text.len()) {
        // 18 digits always fit, so the common amount needs no check for each of them
        let (mut number, mut rest) = (0, text);
        if let Some((first, others)) = text.split_first_chunk() {
            (number, rest) = (eight_digits(*first).ok_or(AmountError::Digits)?, others);
        }
        let mut all = true;
        for byte in rest {
            let digit = byte.wrapping_sub(b'0');
            all &= digit <= 9;
            number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        }
        return if all { Ok(i128::from(number)) } else { Err(AmountError::Digits) };
    }
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return Err(AmountError::Digits);
    }
    text.iter()
        .try_fold(0_i128, |number, digit| number.checked_mul(10)?.checked_add(i128::from(digit - b'0')))
        .ok_or(AmountError::TooLarge)
}

/// The number that eight ASCII digits write, all of them at once: pairs of digits, then pairs of these, then both halves.
fn eight_digits(text: [u8; 8]) -> Option<u64> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let text = u64::from_le_bytes(text);
    let below = text.wrapping_sub(EACH * u64::from(b'0'));
    let above = text.wrapping_add(EACH * u64::from(0x7f - b'9'));
    if (text | below | above) & EACH << 7 != 0 {
        return None;
    }
    let pairs = below.wrapping_mul(10).wrapping_add(below >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    Some((fours & 0xffff) * 10_000 + (fours >> 32))
}

#[cfg(test)]
mod tests;
