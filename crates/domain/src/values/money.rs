//! Money: whole minor units of one currency.
//!
//! There is no `Add`: [`Money::plus`] and [`Money::minus`] return errors the caller sees.
//! Text such as "1,234.50" is parsed once, at the border, by [`Money::parse`].

use std::fmt;
use std::num::NonZeroU32;

/// ISO 4217 currencies the ledger knows, each with the number of its minor digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

    /// Reads an amount as people write it: "1,234.50", "$ 12", "(3.10)", "-4".
    ///
    /// More digits behind the point than the currency has are refused unless they are zeros: nothing is rounded silently.
    pub fn parse(text: &str, currency: Currency) -> Result<Money, MoneyError> {
        let text = text.trim();
        let (text, bracketed) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(inner) => (inner.trim(), true),
            None => (text, false),
        };
        let (text, signed) = match text.strip_prefix('-').or_else(|| text.strip_prefix('\u{2212}')) {
            Some(rest) => (rest.trim_start(), true),
            None => (text, false),
        };
        let text = text.strip_prefix(currency.code()).unwrap_or(text).trim_start();
        let text = text.strip_prefix(['$', '€', '£', '¥']).unwrap_or(text).trim_start();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let whole = ungroup(whole)?;
        if whole.is_empty() && fraction.is_empty() {
            return Err(MoneyError::Unreadable("is empty, not an amount"));
        }
        if !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return Err(MoneyError::Unreadable("is not an amount such as 1234.50"));
        }
        let digits = currency.digits();
        let (kept, rest) = fraction.split_at(fraction.len().min(digits));
        if rest.bytes().any(|b| b != b'0') {
            return Err(MoneyError::Unreadable("has more decimals than its currency"));
        }
        let all: String = whole.chars().chain(kept.chars()).chain("00".chars().take(digits - kept.len())).collect();
        let minor: i64 = if all.is_empty() { 0 } else { all.parse().map_err(|_| MoneyError::Overflow)? };
        Ok(Money { minor: if signed != bracketed { -minor } else { minor }, currency })
    }
}

/// Drops the commas of "1,234,567"; commas anywhere else make the text no amount.
fn ungroup(whole: &str) -> Result<String, MoneyError> {
    const NOT_AN_AMOUNT: MoneyError = MoneyError::Unreadable("is not an amount such as 1234.50");
    let mut groups = whole.split(',');
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
            ("12,34", Err(MoneyError::Unreadable("is not an amount such as 1234.50"))),
            ("1e5", Err(MoneyError::Unreadable("is not an amount such as 1234.50"))),
            ("NA", Err(MoneyError::Unreadable("is not an amount such as 1234.50"))),
            ("", Err(MoneyError::Unreadable("is empty, not an amount"))),
            ("99999999999999999999", Err(MoneyError::Overflow)),
        ] {
            assert_eq!(Money::parse(text, Currency::Usd).map(Money::minor), minor, "{text:?}");
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
