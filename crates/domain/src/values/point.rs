//! Points of contact, normalized: telephone numbers, e-mail and postal addresses.
//!
//! A point checks its form only. Whether it reaches the right person is learnt from results (see `outreach`).

use std::fmt;

/// What stands for what is hidden.
pub const MASK: &str = "•••";

/// A telephone number in E.164 form, such as `+16145550100`, and the extension behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Phone {
    e164: String,
    extension: Option<String>,
}

impl Phone {
    /// Reads a number as people write it. Ten digits are taken as North American; others need their `+` and country.
    pub fn parse(text: &str) -> Result<Phone, &'static str> {
        Phone::parse_in(text, "US")
    }

    /// Reads a number as people of a region (`DE`) write it: national numbers are that region's, others need their `+`.
    pub fn parse_in(text: &str, region: &str) -> Result<Phone, &'static str> {
        let text: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        let text = text.trim().trim_start_matches("tel:").trim();
        let (number, extension) = parted(text)?;
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        if number.chars().any(|c| !(c.is_ascii_digit() || c.is_whitespace() || "+-.()/\u{2010}\u{2011}\u{2013}".contains(c)))
            || number.chars().skip(1).any(|c| c == '+')
        {
            return Err("is not a telephone number");
        }
        if digits.is_empty() || digits.bytes().all(|digit| digit == b'0') {
            return Err("is not a telephone number of ten digits");
        }
        let is_american = is_nanp(region);
        // Abroad is reached by 011 from North America and by 00 from most of the world.
        let abroad = if is_american { digits.strip_prefix("011") } else { digits.strip_prefix("00") };
        let e164 = match (number.starts_with('+'), abroad) {
            // Books abroad show the (0) that is dialed within the country alone.
            (true, _) if number.contains("(0)") => {
                international(&number.replace("(0)", "").chars().filter(char::is_ascii_digit).collect::<String>())?
            }
            (true, _) => international(&digits)?,
            (false, Some(abroad)) => international(abroad)?,
            (false, None) if is_american => north_american(&digits)?,
            (false, None) => national(&digits, region)?,
        };
        Ok(Phone { e164, extension })
    }

    /// The E.164 text.
    pub fn e164(&self) -> &str {
        &self.e164
    }

    /// What is dialed when the call is taken.
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }

    /// `(614) •••-••00`: enough to recognize, not enough to dial.
    pub fn masked(&self) -> String {
        let last: String = self.e164.chars().skip(self.e164.len().saturating_sub(2)).collect();
        match self.nanp() {
            Some(digits) => format!("({}) {MASK}-••{last}", &digits[..3]),
            None => format!("{}{MASK}{last}", &self.e164[..3]),
        }
    }

    /// The national digits of a North American number.
    pub fn nanp(&self) -> Option<&str> {
        self.e164.strip_prefix("+1").filter(|digits| digits.len() == 10)
    }
}

/// `(614) 555-0100`, or the E.164 text outside North America.
impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.nanp() {
            Some(digits) => write!(f, "({}) {}-{}", &digits[..3], &digits[3..6], &digits[6..]),
            None => f.write_str(&self.e164),
        }
    }
}

/// Whether a region numbers as North America does.
fn is_nanp(region: &str) -> bool {
    const REGIONS: [&str; 25] = [
        "US", "CA", "PR", "AG", "AI", "AS", "BB", "BM", "BS", "DM", "DO", "GD", "GU", "JM", "KN", "KY", "LC", "MP", "MS", "SX", "TC", "TT",
        "VC", "VG", "VI",
    ];
    REGIONS.contains(&region)
}

/// Whether a text names a region as telephone numbers know it, such as `DE`.
pub fn is_phone_region(region: &str) -> bool {
    region.parse::<phonenumber::country::Id>().is_ok()
}

/// The number and the extension behind it: `x12`, `ext. 12`, `#12`, `;ext=12`.
fn parted(text: &str) -> Result<(&str, Option<String>), &'static str> {
    let Some(at) = text.find(['x', 'X', 'e', 'E', '#', ';']) else { return Ok((text, None)) };
    let (number, rest) = text.split_at(at);
    let digits = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
    let word: String = rest[..rest.len() - digits.len()].chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if !["", "x", "ext", "extn", "extension"].contains(&word.as_str()) {
        return Err("is not a telephone number");
    }
    let digits = digits.trim_end();
    match digits.len() {
        0 => Ok((number, None)),
        1..=7 if digits.bytes().all(|b| b.is_ascii_digit()) => Ok((number, Some(digits.to_string()))),
        _ => Err("has an extension that cannot be dialed"),
    }
}

fn north_american(digits: &str) -> Result<String, &'static str> {
    let national = match digits.len() {
        11 => digits.strip_prefix('1').ok_or("needs its + and country code")?,
        10 => digits,
        7 => return Err("has no area code"),
        _ => return Err("is not a telephone number of ten digits"),
    };
    let bytes = national.as_bytes();
    // Area and exchange codes start with 2 to 9 (North American Numbering Plan).
    if bytes[0] >= b'2' && bytes[3] >= b'2' { Ok(format!("+1{national}")) } else { Err("is not a North American number that can exist") }
}

fn international(digits: &str) -> Result<String, &'static str> {
    if digits.starts_with('1') {
        return if digits.len() == 11 { north_american(digits) } else { Err("is not a telephone number of ten digits behind +1") };
    }
    checked(phonenumber::parse(None, format!("+{digits}")))
}

fn national(digits: &str, region: &str) -> Result<String, &'static str> {
    let region = region.parse::<phonenumber::country::Id>().map_err(|_| "needs its + and country code")?;
    checked(phonenumber::parse(Some(region), digits))
}

fn checked<E>(parsed: Result<phonenumber::PhoneNumber, E>) -> Result<String, &'static str> {
    let number = parsed.map_err(|_| "is not a telephone number of any country")?;
    if number.is_valid() {
        Ok(number.format().mode(phonenumber::Mode::E164).to_string())
    } else {
        Err("is not a number that can exist in its country")
    }
}

/// Whether a character leaves nothing to see: marks of direction, zero width spaces and joiners.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
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
            && !text.chars().any(|c| c.is_whitespace() || c.is_control() || is_invisible(c) || "<>,;\"".contains(c))
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

/// The five digits of a ZIP code, from `90505`, `90505-1234`, `905051234` or, where a spreadsheet ate the zeros, `6103`.
pub fn parse_zip(text: &str) -> Result<String, &'static str> {
    let text = text.trim().trim_end_matches(".0");
    let (five, four) = text.split_once(['-', ' ']).map_or((text, ""), |(five, four)| (five, four.trim()));
    let plain = match (five.len(), four.len()) {
        _ if !text.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b' ') => return Err("is not a ZIP code"),
        (3..=5, 0 | 4) => format!("{five:0>5}"),
        (7..=9, 0) => format!("{five:0>9}")[..5].to_string(),
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
            ("+44 (0)20 7946 0958", Ok("+442079460958")),
            ("011 44 20 7946 0958", Ok("+442079460958")),
            ("\u{202a}614\u{a0}555\u{2011}0100\u{202c}", Ok("+16145550100")),
            ("+44 20 7946", Err("is not a number that can exist in its country")),
            ("614 555 0100 / 614 555 0101", Err("is not a telephone number of ten digits")),
            ("1-800-FLOWERS", Err("is not a telephone number")),
            ("000-000-0000", Err("is not a telephone number of ten digits")),
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
        assert_eq!(Phone::parse("6145550100").unwrap().to_string(), "(614) 555-0100");
        for (text, extension) in [("614 555 0100 ext. 42", Some("42")), ("6145550100;ext=7", Some("7")), ("6145550100x", None)] {
            assert_eq!(Phone::parse(text).unwrap().extension(), extension, "{text}");
        }
        for (text, region, e164) in
            [("030 901820", "DE", "+4930901820"), ("020 7946 0958", "GB", "+442079460958"), ("+1 614 555 0100", "FR", "+16145550100")]
        {
            assert_eq!(Phone::parse_in(text, region).unwrap().e164(), e164, "{text}");
        }
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
        assert_eq!(parse_zip("61031234").as_deref(), Ok("06103"));
        assert_eq!(parse_zip("43205.0").as_deref(), Ok("43205"));
        for wrong in ["ABCDE", "12345-", "K1A 0B1", "00000", "12345-12", "1é345"] {
            assert_eq!(parse_zip(wrong).is_ok(), wrong == "12345-", "{wrong}");
        }
    }
}
