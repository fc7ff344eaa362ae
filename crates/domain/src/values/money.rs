//! Money: whole minor units of one currency.
//!
//! There is no `Add`: [`Money::plus`] and [`Money::minus`] return errors the caller sees.
//! Text such as "1,234.50" is parsed once, at the border, by [`Money::parse`].

use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU32;

/// ISO 4217 currencies the ledger knows, each with the number of its minor digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// United States dollar, two minor digits.
    Usd,
    /// Canadian dollar, two minor digits.
    Cad,
    /// Euro, two minor digits.
    Eur,
    /// Pound sterling, two minor digits.
    Gbp,
    /// Mexican peso, two minor digits.
    Mxn,
    /// Japanese yen, no minor digits.
    Jpy,
}

impl Currency {
    const ALL: [Currency; 6] = [Currency::Usd, Currency::Cad, Currency::Eur, Currency::Gbp, Currency::Mxn, Currency::Jpy];

    /// The three-letter code of ISO 4217.
    pub const fn code(self) -> &'static str {
        match self {
            Currency::Usd => "USD",
            Currency::Cad => "CAD",
            Currency::Eur => "EUR",
            Currency::Gbp => "GBP",
            Currency::Mxn => "MXN",
            Currency::Jpy => "JPY",
        }
    }

    /// How many digits stand behind the decimal point.
    pub const fn digits(self) -> usize {
        match self {
            Currency::Jpy => 0,
            _ => 2,
        }
    }

    /// Finds a currency by its code, in any case.
    pub fn parse(code: &str) -> Option<Currency> {
        Currency::ALL.into_iter().find(|currency| currency.code().eq_ignore_ascii_case(code.trim()))
    }
}

/// Minor units (cents, yen) of one currency. Mixing currencies or overflowing is an error the caller sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why two amounts could not be combined, or a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoneyError {
    /// The amounts are in two currencies.
    CurrencyMismatch,
    /// The result does not fit 64 bits of minor units.
    Overflow,
    /// The text is no amount; the words say why.
    Unreadable(&'static str),
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MoneyError::CurrencyMismatch => f.write_str("the amounts are in two currencies"),
            MoneyError::Overflow => f.write_str("the amount is too large"),
            MoneyError::Unreadable(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for MoneyError {}

impl Money {
    /// The largest amount of one debt or payment, in minor units: sums over millions of them still fit.
    pub const LARGEST_MINOR: i64 = 1_000_000_000_000;

    /// An amount of minor units.
    pub const fn of(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// An amount of whole units: dollars, pounds, yen.
    pub const fn whole(units: u32, currency: Currency) -> Money {
        let minor = match currency.digits() {
            0 => units as i64,
            _ => units as i64 * 100,
        };
        Money::of(minor, currency)
    }

    /// Cents of the United States dollar.
    pub const fn usd(minor: i64) -> Money {
        Money::of(minor, Currency::Usd)
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency of the amount.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Nothing, in the same currency.
    pub const fn zero(self) -> Money {
        Money { minor: 0, ..self }
    }

    /// Adds an amount of the same currency.
    pub fn plus(self, other: Money) -> Result<Money, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// Takes away an amount of the same currency; the result may be below zero.
    pub fn minus(self, other: Money) -> Result<Money, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    fn combine(self, other: Money, with: fn(i64, i64) -> Option<i64>) -> Result<Money, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        with(self.minor, other.minor).map(|minor| Money { minor, ..self }).ok_or(MoneyError::Overflow)
    }

    /// Cuts the amount into parts that add back to it exactly; the first parts carry the odd cents.
    pub fn split(self, parts: NonZeroU32) -> Vec<Money> {
        let parts = i64::from(parts.get());
        let (share, odd) = (self.minor.div_euclid(parts), self.minor.rem_euclid(parts));
        (0..parts).map(|i| Money { minor: share + i64::from(i < odd), ..self }).collect()
    }

    /// Reads an amount as people write it with a decimal point: "1,234.50", "$ 12", "(3.10)", "12.34-", "12.34 CR".
    ///
    /// More digits behind the point than the currency has are refused unless they are zeros: nothing is rounded silently.
    pub fn parse(text: &str, currency: Currency) -> Result<Money, MoneyError> {
        Money::parse_marked(text, currency, DecimalMark::Point)
    }

    /// Reads an amount whose decimals stand behind a mark. Thousands are grouped by the other mark, blanks or apostrophes.
    pub fn parse_marked(text: &str, currency: Currency, mark: DecimalMark) -> Result<Money, MoneyError> {
        let (figures, is_negative) = signed(text.trim(), currency)?;
        let (whole, fraction) = figures.rsplit_once(mark.decimal()).unwrap_or((figures, ""));
        let Ok(whole) = ungroup(whole, mark) else { return Err(not_an_amount(figures, mark)) };
        if whole.is_empty() && fraction.is_empty() {
            return Err(MoneyError::Unreadable("is empty, not an amount"));
        }
        if !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return Err(not_an_amount(figures, mark));
        }
        let digits = currency.digits();
        let (kept, rest) = fraction.split_at(fraction.len().min(digits));
        if rest.bytes().any(|b| b != b'0') {
            return Err(MoneyError::Unreadable("has more decimals than its currency"));
        }
        let all: String = whole.chars().chain(kept.chars()).chain("00".chars().take(digits - kept.len())).collect();
        let minor: i64 = if all.is_empty() { 0 } else { all.parse().map_err(|_| MoneyError::Overflow)? };
        Ok(Money { minor: if is_negative { -minor } else { minor }, currency })
    }
}

/// What stands before the decimals of an amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1,234.50`.
    #[default]
    Point,
    /// `1.234,50`.
    Comma,
}

impl DecimalMark {
    const fn decimal(self) -> char {
        match self {
            DecimalMark::Point => '.',
            DecimalMark::Comma => ',',
        }
    }
}

const NOT_AN_AMOUNT: MoneyError = MoneyError::Unreadable("is not an amount such as 1234.50");

/// Signs of currencies as they stand before or behind an amount, longer ones first.
const SIGNS: [(&str, &[Currency]); 9] = [
    ("US$", &[Currency::Usd]),
    ("CA$", &[Currency::Cad]),
    ("MX$", &[Currency::Mxn]),
    ("C$", &[Currency::Cad]),
    ("$", &[Currency::Usd, Currency::Cad, Currency::Mxn]),
    ("€", &[Currency::Eur]),
    ("£", &[Currency::Gbp]),
    ("¥", &[Currency::Jpy]),
    ("￥", &[Currency::Jpy]),
];

/// The figures alone, and whether a minus, brackets or CR (credit) made them negative.
fn signed(text: &str, currency: Currency) -> Result<(&str, bool), MoneyError> {
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Ok((text, false));
    }
    let (mut text, mut is_negative, mut is_marked) = (text, false, false);
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (text, is_negative, is_marked) = (inner.trim(), true, true);
    }
    let ending = text.get(text.len().saturating_sub(2)..).unwrap_or_default();
    let is_credit = ending.eq_ignore_ascii_case("CR");
    if is_credit || ending.eq_ignore_ascii_case("DR") {
        text = text[..text.len() - 2].trim_end();
        is_negative |= is_credit;
    }
    // A sign may stand outside or inside of the currency, before or behind, but only once.
    for _ in 0..2 {
        let bare = unsigned(text);
        if bare.len() < text.len() {
            let is_minus = !text.starts_with('+');
            if is_marked {
                return Err(MoneyError::Unreadable("has two signs"));
            }
            (text, is_negative, is_marked) = (bare, is_negative || is_minus, true);
        }
        text = without_currency(text, currency)?;
    }
    Ok((text, is_negative))
}

fn unsigned(text: &str) -> &str {
    const SIGN: [char; 2] = ['-', '\u{2212}'];
    text.strip_prefix('+').or_else(|| text.strip_prefix(SIGN)).or_else(|| text.strip_suffix(SIGN)).map_or(text, str::trim)
}

fn without_currency(text: &str, currency: Currency) -> Result<&str, MoneyError> {
    for known in Currency::ALL {
        if let Some(rest) = text.strip_prefix(known.code()).or_else(|| text.strip_suffix(known.code())) {
            return if known == currency { Ok(rest.trim()) } else { Err(OTHER_CURRENCY) };
        }
    }
    for (sign, currencies) in SIGNS {
        if let Some(rest) = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)) {
            return if currencies.contains(&currency) { Ok(rest.trim()) } else { Err(OTHER_CURRENCY) };
        }
    }
    Ok(text)
}

const OTHER_CURRENCY: MoneyError = MoneyError::Unreadable("is in another currency than the mapping names");

/// Why figures are no amount: perhaps only the other decimal mark is meant.
fn not_an_amount(figures: &str, mark: DecimalMark) -> MoneyError {
    match mark {
        DecimalMark::Point if reads(figures, DecimalMark::Comma) => {
            MoneyError::Unreadable("has a decimal comma, which the mapping does not name")
        }
        DecimalMark::Comma if reads(figures, DecimalMark::Point) => {
            MoneyError::Unreadable("has a decimal point where the mapping names a comma")
        }
        _ => NOT_AN_AMOUNT,
    }
}

/// Whether figures are an amount under a mark, with decimals behind it.
fn reads(figures: &str, mark: DecimalMark) -> bool {
    figures.rsplit_once(mark.decimal()).is_some_and(|(whole, fraction)| {
        matches!(fraction.len(), 1 | 2) && fraction.bytes().all(|b| b.is_ascii_digit()) && ungroup(whole, mark).is_ok()
    })
}

/// Drops what groups thousands in "1,234,567": one kind of mark, each group of three; anywhere else it makes the text no amount.
fn ungroup(whole: &str, mark: DecimalMark) -> Result<String, MoneyError> {
    if whole.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(whole.to_string());
    }
    let is_group = |c: char| match c {
        ',' => mark == DecimalMark::Point,
        '.' => mark == DecimalMark::Comma,
        ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{2007}' | '\'' | '\u{2019}' => true,
        _ => false,
    };
    let separator = whole.chars().find(|c| !c.is_ascii_digit()).filter(|c| is_group(*c)).ok_or(NOT_AN_AMOUNT)?;
    let mut groups = whole.split(separator);
    let first = groups.next().unwrap_or_default();
    let mut digits = String::from(first);
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return Err(NOT_AN_AMOUNT);
        }
        digits.push_str(group);
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) { Ok(digits) } else { Err(NOT_AN_AMOUNT) }
}

/// `USD 2,418.60`: always with its currency.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "\u{2212}" } else { "" };
        write!(f, "{} {sign}{}", self.currency.code(), self.figures())
    }
}

impl Money {
    /// The figures alone, grouped, without sign and currency: `2,418.60`. For columns whose head names the currency.
    pub fn figures(self) -> String {
        let digits = self.currency.digits();
        let text = format!("{:0>width$}", self.minor.unsigned_abs(), width = digits + 1);
        let (whole, fraction) = text.split_at(text.len() - digits);
        let mut out = String::with_capacity(text.len() + 4);
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        if digits > 0 {
            out.push('.');
            out.push_str(fraction);
        }
        out
    }

    /// A plain decimal for machines: `-2418.60`.
    pub fn decimal(self) -> String {
        let digits = self.currency.digits();
        let text = format!("{:0>width$}", self.minor.unsigned_abs(), width = digits + 1);
        let (whole, fraction) = text.split_at(text.len() - digits);
        let sign = if self.minor < 0 { "-" } else { "" };
        if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        //     text          minor
        for (text, minor) in [
            ("1,234.50", Ok(123_450)),
            ("$ 12", Ok(1_200)),
            ("(3.10)", Ok(-310)),
            ("-4", Ok(-400)),
            (".5", Ok(50)),
            ("0.120", Ok(12)),
            ("USD 7.00", Ok(700)),
            ("0.125", Err(MoneyError::Unreadable("has more decimals than its currency"))),
            ("12.34-", Ok(-1_234)),
            ("-12.34 CR", Ok(-1_234)),
            ("12.34 cr", Ok(-1_234)),
            ("12.34DR", Ok(1_234)),
            ("-$12.34", Ok(-1_234)),
            ("$-12.34", Ok(-1_234)),
            ("12.34 USD", Ok(1_234)),
            ("US$ 1 234.50", Ok(123_450)),
            ("1\u{202f}234\u{202f}567.00", Ok(123_456_700)),
            ("1'234.50", Ok(123_450)),
            ("+5", Ok(500)),
            ("(-3)", Err(MoneyError::Unreadable("has two signs"))),
            ("€5", Err(MoneyError::Unreadable("is in another currency than the mapping names"))),
            ("1,234 567", Err(MoneyError::Unreadable("is not an amount such as 1234.50"))),
            ("12,34", Err(MoneyError::Unreadable("has a decimal comma, which the mapping does not name"))),
            ("1.234,56", Err(MoneyError::Unreadable("has a decimal comma, which the mapping does not name"))),
            ("1e5", Err(MoneyError::Unreadable("is not an amount such as 1234.50"))),
            ("NA", Err(MoneyError::Unreadable("is not an amount such as 1234.50"))),
            ("", Err(MoneyError::Unreadable("is empty, not an amount"))),
            ("99999999999999999999", Err(MoneyError::Overflow)),
        ] {
            assert_eq!(Money::parse(text, Currency::Usd).map(Money::minor), minor, "{text:?}");
        }
    }

    #[test]
    fn a_decimal_comma_is_read_where_it_is_named() {
        for (text, minor) in [
            ("1.234,56", Ok(123_456)),
            ("1 234,5 €", Ok(123_450)),
            ("12", Ok(1_200)),
            (",5", Ok(50)),
            ("1,234", Err(MoneyError::Unreadable("has more decimals than its currency"))),
            ("12.34", Err(MoneyError::Unreadable("has a decimal point where the mapping names a comma"))),
        ] {
            assert_eq!(Money::parse_marked(text, Currency::Eur, DecimalMark::Comma).map(Money::minor), minor, "{text:?}");
        }
    }

    #[test]
    fn amounts_print_with_their_currency() {
        assert_eq!(Money::usd(241_860).to_string(), "USD 2,418.60");
        assert_eq!(Money::usd(-5).to_string(), "USD \u{2212}0.05");
        assert_eq!(Money::of(1_234_567, Currency::Jpy).to_string(), "JPY 1,234,567");
        assert_eq!(Money::usd(-5).decimal(), "-0.05");
    }

    #[test]
    fn currencies_do_not_mix() {
        assert_eq!(Money::usd(1).plus(Money::of(1, Currency::Eur)), Err(MoneyError::CurrencyMismatch));
        assert_eq!(Money::usd(i64::MAX).plus(Money::usd(1)), Err(MoneyError::Overflow));
    }

    proptest! {
        #[test]
        fn splits_add_back(minor in -1_000_000_000i64..1_000_000_000, parts in 1u32..500) {
            let parts = NonZeroU32::new(parts).unwrap();
            let shares = Money::usd(minor).split(parts);
            prop_assert_eq!(shares.iter().map(|share| share.minor()).sum::<i64>(), minor);
            let (low, high) = (shares.iter().map(|s| s.minor()).min().unwrap(), shares.iter().map(|s| s.minor()).max().unwrap());
            prop_assert!(high - low <= 1);
        }

        #[test]
        fn what_is_printed_is_read_back(minor in -1_000_000_000_000i64..1_000_000_000_000) {
            prop_assert_eq!(Money::parse(&Money::usd(minor).decimal(), Currency::Usd), Ok(Money::usd(minor)));
        }
    }
}
