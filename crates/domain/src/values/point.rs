//! Points of contact, normalized: telephone numbers, e-mail and postal addresses.
//!
//! A point checks its form only. Whether it reaches the right person is learnt from results (see `outreach`).

use std::fmt;

/// What stands for what is hidden.
pub const MASK: &str = "•••";

/// A telephone number in E.164 form, such as `+16145550100`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Phone(String);

impl Phone {
    /// Reads a number as people write it. Ten digits are taken as North American; others need their `+` and country.
    pub fn parse(text: &str) -> Result<Phone, &'static str> {
        let text = text.trim();
        let text = text.split_once(['x', 'X']).map_or(text, |(number, _extension)| number);
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if text.chars().any(|c| !(c.is_ascii_digit() || "+-.()/ \u{a0}".contains(c))) {
            return Err("is not a telephone number");
        }
        let national = if text.starts_with('+') {
            match digits.strip_prefix('1') {
                Some(national) => national,
                None if (8..=15).contains(&digits.len()) && !digits.starts_with('0') => return Ok(Phone(format!("+{digits}"))),
                None => return Err("is not a telephone number"),
            }
        } else {
            match digits.len() {
                11 => digits.strip_prefix('1').ok_or("needs its + and country code")?,
                10 => &digits,
                7 => return Err("has no area code"),
                _ => return Err("is not a telephone number of ten digits"),
            }
        };
        let bytes = national.as_bytes();
        // Area and exchange codes start with 2 to 9 (North American Numbering Plan).
        if bytes.len() == 10 && bytes[0] >= b'2' && bytes[3] >= b'2' {
            Ok(Phone(format!("+1{national}")))
        } else {
            Err("is not a North American number that can exist")
        }
    }

    /// The E.164 text.
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// `(614) •••-••00`: enough to recognize, not enough to dial.
    pub fn masked(&self) -> String {
        let last: String = self.0.chars().skip(self.0.len().saturating_sub(2)).collect();
        match self.nanp() {
            Some(digits) => format!("({}) {MASK}-••{last}", &digits[..3]),
            None => format!("{}{MASK}{last}", &self.0[..3]),
        }
    }

    /// The national digits of a North American number.
    pub fn nanp(&self) -> Option<&str> {
        self.0.strip_prefix("+1").filter(|digits| digits.len() == 10)
    }
}

/// `(614) 555-0100`, or the E.164 text outside North America.
impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.nanp() {
            Some(digits) => write!(f, "({}) {}-{}", &digits[..3], &digits[3..6], &digits[6..]),
            None => f.write_str(&self.0),
        }
    }
}

/// An e-mail address with its domain in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address: one `@`, something before it, a dotted domain after it, no blanks.
    pub fn parse(text: &str) -> Result<EmailAddress, &'static str> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or("is not an e-mail address")?;
        let well_formed = !local.is_empty()
            && !local.contains('@')
            && domain.split('.').count() >= 2
            && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
            && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c))
            && text.len() <= 254;
        if well_formed { Ok(EmailAddress(format!("{local}@{}", domain.to_lowercase()))) } else { Err("is not an e-mail address") }
    }

    /// The address.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// `marisol.q•••@example.org`: enough to recognize, not enough to use.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let shown: String = local.chars().take(local.chars().count().div_ceil(2)).collect();
        format!("{shown}{MASK}@{domain}")
    }
}

/// The five digits of a ZIP code, from `90505`, `90505-1234` or, where a spreadsheet ate the zeros, `6103`.
pub fn parse_zip(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let five = text.split('-').next().unwrap_or_default();
    let plain = match five.len() {
        3..=5 if five.bytes().all(|b| b.is_ascii_digit()) => format!("{five:0>5}"),
        9 if five.bytes().all(|b| b.is_ascii_digit()) => five[..5].to_string(),
        _ => return Err("is not a ZIP code"),
    };
    if plain == "00000" { Err("is not a ZIP code") } else { Ok(plain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, e164) in [
            ("(614) 555-0100", Ok("+16145550100")),
            ("1-614-555-0100", Ok("+16145550100")),
            ("+1 614 555 0100", Ok("+16145550100")),
            ("614.555.0100 x12", Ok("+16145550100")),
            ("+44 20 7946 0958", Ok("+442079460958")),
            ("555-0188", Err("has no area code")),
            ("114 555 0100", Err("is not a North American number that can exist")),
            ("call me", Err("is not a telephone number")),
            ("", Err("is not a telephone number of ten digits")),
        ] {
            assert_eq!(Phone::parse(text).as_ref().map(Phone::e164).map_err(|e| *e), e164, "{text}");
        }
        assert_eq!(Phone::parse("6145550142").unwrap().to_string(), "(614) 555-0142");
        assert_eq!(Phone::parse("6145550142").unwrap().masked(), "(614) •••-••42");
        assert_eq!(Phone::parse("+44 20 7946 0958").unwrap().masked(), "+44•••58");
    }

    #[test]
    fn addresses_and_zip_codes_are_checked_for_form() {
        assert_eq!(EmailAddress::parse(" Ann@Example.ORG ").unwrap().text(), "Ann@example.org");
        assert_eq!(EmailAddress::parse("marisol.q@example.org").unwrap().masked(), "maris•••@example.org");
        for wrong in ["ann", "ann@", "@b.c", "a b@c.de", "a@b", "a@b..c", "a@@b.c"] {
            assert!(EmailAddress::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_zip("6103").as_deref(), Ok("06103"));
        assert_eq!(parse_zip("90505-1234").as_deref(), Ok("90505"));
        assert!(parse_zip("ABCDE").is_err());
    }
}
