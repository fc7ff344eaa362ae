//! Amounts of any currency, as files of banks hold them: exact, in minor units, with the decimals that ISO 4217 gives.
//!
//! The ledger knows few currencies ([`super::money::Currency`]); a bank's statement may be in any. An amount with more decimals than
//! its currency is refused unless they are zeros, and a code that is not in the table has no decimals that we could know.
//!
//! Read [`Amount::read`] first. Always true: an amount is whole minor units; nothing was rounded.

use std::fmt;

/// A currency by its code, with the number of its decimals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CurrencyCode {
    code: &'static str,
    digits: u8,
}

/// Codes by their decimals: those in use, and those that ended since 1999, which old statements still name.
const BY_DIGITS: [(u8, &str); 4] = [
    (0, "BEF BIF CLP DJF ESP GNF GRD ISK ITL JPY KMF KRW LUF PTE PYG ROL RWF TRL UGX UYI VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD ANG AOA ARS ATS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BYR BZD CAD CDF CHE CHF CHW \
         CNH CNY COP COU CRC CUC CUP CVE CYP CZK DEM DKK DOP DZD EEK EGP ERN ETB EUR FIM FJD FKP FRF GBP GEL GHS GIP GMD GTQ GYD HKD \
         HNL HRK HTG HUF IDR IEP ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL LTL LVL MAD MDL MGA MKD MMK MNT MOP MRO \
         MRU MTL MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NLG NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK \
         SGD SHP SIT SKK SLE SLL SOS SRD SSP STD STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VEF VES WST \
         XCD XCG YER ZAR ZMW ZWG ZWL",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

impl CurrencyCode {
    /// Finds a currency by its code, in any case.
    pub fn parse(code: &str) -> Option<CurrencyCode> {
        let code = code.trim();
        BY_DIGITS.iter().find_map(|(digits, codes)| {
            let code = codes.split_ascii_whitespace().find(|known| known.eq_ignore_ascii_case(code))?;
            Some(CurrencyCode { code, digits: *digits })
        })
    }

    /// The United States dollar.
    pub const USD: CurrencyCode = CurrencyCode { code: "USD", digits: 2 };

    /// The three letters.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// How many digits stand behind the decimal mark.
    pub const fn digits(self) -> u8 {
        self.digits
    }
}

impl fmt::Debug for CurrencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

/// Whole minor units of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    /// Minor units; below zero where money left.
    pub minor: i64,
    /// The currency.
    pub currency: CurrencyCode,
}

/// `USD 123.45`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = usize::from(self.currency.digits);
        let text = format!("{:0>width$}", self.minor.unsigned_abs(), width = digits + 1);
        let (whole, fraction) = text.split_at(text.len() - digits);
        let sign = if self.minor < 0 { "-" } else { "" };
        write!(f, "{} {sign}{whole}{}{fraction}", self.currency.code, if digits > 0 { "." } else { "" })
    }
}

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAmount {
    /// Nothing stands there.
    Empty,
    /// Something else than digits, one mark and a sign in front.
    Unreadable,
    /// More decimals than the currency has, and not all of them zeros.
    TooFine(CurrencyCode),
    /// More than 64 bits of minor units.
    TooLarge,
}

impl fmt::Display for NoAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoAmount::Empty => f.write_str("is empty, not an amount"),
            NoAmount::Unreadable => f.write_str("is not an amount: digits and at most one decimal mark"),
            NoAmount::TooFine(currency) => {
                write!(f, "has more decimals than {} has ({}): nothing is rounded", currency.code, currency.digits)
            }
            NoAmount::TooLarge => f.write_str("is too large to be an amount"),
        }
    }
}

impl Amount {
    /// Nothing.
    pub const fn zero(currency: CurrencyCode) -> Amount {
        Amount { minor: 0, currency }
    }

    /// Reads digits with at most one of the decimal marks, and a sign in front; no groups.
    pub fn read(text: &str, marks: &[char], currency: CurrencyCode) -> Result<Amount, NoAmount> {
        let text = text.trim();
        let (is_negative, figures) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = figures.split_once(marks).unwrap_or((figures, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(if text.is_empty() { NoAmount::Empty } else { NoAmount::Unreadable });
        }
        if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            return Err(NoAmount::Unreadable);
        }
        let digits = usize::from(currency.digits);
        let (kept, rest) = fraction.split_at(fraction.len().min(digits));
        if rest.bytes().any(|byte| byte != b'0') {
            return Err(NoAmount::TooFine(currency));
        }
        let figures = whole.bytes().chain(kept.bytes()).chain(std::iter::repeat_n(b'0', digits - kept.len()));
        let minor = figures
            .map(|byte| i64::from(byte - b'0'))
            .try_fold(0i64, |minor, digit| minor.checked_mul(10)?.checked_add(digit))
            .ok_or(NoAmount::TooLarge)?;
        Ok(Amount { minor: if is_negative { -minor } else { minor }, currency })
    }

    /// Reads whole minor units, as files write them that have no decimal mark.
    pub fn of_minor(text: &str, currency: CurrencyCode) -> Result<Amount, NoAmount> {
        Amount::read(text, &[], CurrencyCode { digits: 0, ..currency }).map(|amount| Amount { currency, ..amount })
    }

    /// The other way.
    pub const fn negative(self) -> Amount {
        // Read amounts never reach the lowest number, which has no opposite.
        Amount { minor: self.minor.saturating_neg(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, code: &str) -> Result<i64, NoAmount> {
        Amount::read(text, &['.', ','], CurrencyCode::parse(code).unwrap()).map(|amount| amount.minor)
    }

    #[test]
    fn amounts_are_exact_in_the_decimals_of_their_currency() {
        for (text, code, minor) in [
            ("1234.50", "USD", 123_450),
            ("1234,5", "eur", 123_450),
            ("7260,", "EUR", 726_000),
            (",23", "EUR", 23),
            ("-0.01", "USD", -1),
            ("+00000000000115.8300", "USD", 11_583),
            ("18.150", "EUR", 1_815),
            ("500", "JPY", 500),
            ("500.00", "JPY", 500),
            ("1.5", "KWD", 1_500),
            ("92233720368547758.07", "USD", i64::MAX),
        ] {
            assert_eq!(read(text, code), Ok(minor), "{text} {code}");
        }
        for (text, code, why) in [
            ("", "USD", NoAmount::Empty),
            ("-", "USD", NoAmount::Unreadable),
            (".", "USD", NoAmount::Unreadable),
            ("$120", "USD", NoAmount::Unreadable),
            ("1,234.50", "USD", NoAmount::Unreadable),
            ("1 000", "USD", NoAmount::Unreadable),
            ("--1", "USD", NoAmount::Unreadable),
            ("92233720368547758.08", "USD", NoAmount::TooLarge),
        ] {
            assert_eq!(read(text, code), Err(why), "{text} {code}");
        }
        assert_eq!(read("1.005", "USD"), Err(NoAmount::TooFine(CurrencyCode::USD)));
        assert!(matches!(read("0.5", "JPY"), Err(NoAmount::TooFine(_))));
        assert_eq!(Amount::of_minor("+000208500", CurrencyCode::USD).unwrap().minor, 208_500);
        assert_eq!(Amount::of_minor("2085.00", CurrencyCode::USD), Err(NoAmount::Unreadable));
    }

    #[test]
    fn currencies_are_known_once_and_printed_with_their_decimals() {
        let mut seen = std::collections::BTreeSet::new();
        for (_, codes) in BY_DIGITS {
            for code in codes.split_ascii_whitespace() {
                assert!(code.len() == 3 && seen.insert(code), "{code}");
            }
        }
        assert_eq!(CurrencyCode::parse("XXQ"), None);
        let shown = |minor, code| Amount { minor, currency: CurrencyCode::parse(code).unwrap() }.to_string();
        assert_eq!((shown(5, "USD"), shown(-123_450, "EUR")), ("USD 0.05".into(), "EUR -1234.50".into()));
        assert_eq!((shown(7, "JPY"), shown(-1_500, "KWD")), ("JPY 7".into(), "KWD -1.500".into()));
    }
}
