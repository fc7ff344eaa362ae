//! Is this the right person? What may be asked before anything about a debt is said, and what the answers come to.
//!
//! The officer types what is said and never sees the answer: [`OnFile::compare`] looks at both, and what was typed is not kept. Who
//! matches two checks is the right party ([`verdict`]); where only one thing is on file, that one. After three misses the talk
//! ends, whoever it was.
//!
//! Always true: a check that was missed counts as a miss for good, also where it matched later; nothing on file proves nobody.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many different checks must match, where as many are on file.
pub const CHECKS_NEEDED: usize = 2;

/// How many misses end the talk.
pub const MISSES_MAX: usize = 3;

/// Something that the right person knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Date of birth.
    DateOfBirth,
    /// House number and ZIP code of an address on file.
    HouseAndZip,
    /// The last four of the number under which the creditor knows the account.
    LastFour,
}

impl Check {
    /// Every check, in the order in which they are asked.
    pub const ALL: [Check; 3] = [Check::DateOfBirth, Check::HouseAndZip, Check::LastFour];

    /// Its code in forms.
    pub const fn code(self) -> &'static str {
        match self {
            Check::DateOfBirth => "date_of_birth",
            Check::HouseAndZip => "house_and_zip",
            Check::LastFour => "last_four",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Check> {
        Check::ALL.into_iter().find(|check| check.code() == code)
    }

    /// What stands in its field until something is typed.
    pub const fn example(self) -> &'static str {
        match self {
            Check::DateOfBirth => "such as 4 Mar 1971",
            Check::HouseAndZip => "such as 27, 10001",
            Check::LastFour => "four letters or digits",
        }
    }
}

/// The words on screens.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Check::DateOfBirth => "Date of birth",
            Check::HouseAndZip => "House no. and ZIP",
            Check::LastFour => "Last 4 of the account no.",
        })
    }
}

/// What an answer came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// It is what is on file.
    Matches,
    /// It is not.
    Differs,
    /// They preferred not to say.
    Declined,
}

/// What is on file about whoever is to be reached.
#[derive(Clone, Debug, Default)]
pub struct OnFile {
    /// Their date of birth.
    pub date_of_birth: Option<Date>,
    /// Their addresses in one line each, with the ZIP code where it is known apart from it.
    pub addresses: Vec<(String, Option<String>)>,
    /// The number under which the creditor knows the account.
    pub reference: String,
}

impl OnFile {
    /// The checks that can be made.
    pub fn checks(&self) -> Vec<Check> {
        Check::ALL.into_iter().filter(|check| self.has(*check)).collect()
    }

    fn has(&self, check: Check) -> bool {
        match check {
            Check::DateOfBirth => self.date_of_birth.is_some(),
            Check::HouseAndZip => self.houses().next().is_some(),
            Check::LastFour => last_four(&self.reference).is_some(),
        }
    }

    /// Compares what was said with what is on file; an error names what cannot be read, and is no miss.
    pub fn compare(&self, check: Check, said: &str) -> Result<Fit, &'static str> {
        let is_same = match check {
            Check::DateOfBirth => {
                let said = read_date(said).ok_or("is no date such as 4 Mar 1971")?;
                self.date_of_birth == Some(said)
            }
            Check::HouseAndZip => {
                let said = digits(said);
                let [house, zip, ..] = said.as_slice() else { return Err("needs the house number and the ZIP code, such as 27, 10001") };
                self.houses().any(|(known_house, known_zip)| known_house == *house && known_zip == *zip)
            }
            Check::LastFour => {
                let said = last_four(said).ok_or("needs four letters or digits")?;
                last_four(&self.reference) == Some(said)
            }
        };
        Ok(if is_same { Fit::Matches } else { Fit::Differs })
    }

    /// House number and ZIP code of each address that has both.
    fn houses(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.addresses.iter().filter_map(|(line, zip)| {
            let numbers = digits(line);
            let zip = zip.clone().or_else(|| numbers.iter().rev().find(|number| number.len() == 5).cloned())?;
            let house = numbers.into_iter().next()?;
            (house != zip).then(|| (house, zip.chars().take(5).collect()))
        })
    }
}

/// Where the checks stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// More is needed.
    Open {
        /// How many checks must still match.
        needed: usize,
        /// How many misses are left.
        misses_left: usize,
    },
    /// It is the right person.
    Verified,
    /// Too many misses, or nothing on file.
    Failed,
}

/// What the answers so far come to, in the order in which they were given.
pub fn verdict(on_file: &[Check], answers: &[(Check, Fit)]) -> Verdict {
    let needed = on_file.len().min(CHECKS_NEEDED);
    let misses = answers.iter().filter(|(_, fit)| *fit == Fit::Differs).count();
    if needed == 0 || misses >= MISSES_MAX {
        return Verdict::Failed;
    }
    let last = |check: &Check| answers.iter().rev().find(|(asked, _)| asked == check).map(|(_, fit)| *fit);
    let matched = on_file.iter().filter(|check| last(check) == Some(Fit::Matches)).count();
    if matched >= needed {
        return Verdict::Verified;
    }
    // What they will not say can be said after all, so only misses and an empty file end it.
    Verdict::Open { needed: needed - matched, misses_left: MISSES_MAX - misses }
}

/// The groups of digits in a text.
fn digits(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).map(str::to_string).collect()
}

/// The last four letters and digits, in lower case.
fn last_four(text: &str) -> Option<String> {
    let known: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    known.len().checked_sub(4).map(|start| known[start..].iter().collect())
}

/// Reads a date as people say it in the United States: `19 Aug 1984`, `August 19, 1984`, `8/19/1984`, `08191984`, `1984-08-19`.
fn read_date(text: &str) -> Option<Date> {
    let parts: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty() && !["de", "del", "of", "the"].contains(part))
        .map(|part| {
            part.trim_end_matches(|c: char| c.is_ascii_alphabetic() && part.starts_with(|c: char| c.is_ascii_digit())).to_lowercase()
        })
        .collect();
    let number = |part: &str| part.parse::<i16>().ok();
    let (year, month, day) = match parts.as_slice() {
        [only] if only.len() == 8 && only.bytes().all(|b| b.is_ascii_digit()) => {
            (number(&only[4..])?, number(&only[..2])?, number(&only[2..4])?)
        }
        // June and July have four letters, as a year has figures.
        [year, month, day] if year.len() == 4 && number(year).is_some() => (number(year)?, month_of(month)?, number(day)?),
        [day, month, year] if !month.starts_with(|c: char| c.is_ascii_digit()) => (number(year)?, month_of(month)?, number(day)?),
        [month, day, year] => (number(year)?, month_of(month)?, number(day)?),
        _ => return None,
    };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().filter(|date| date.year() > 1_800)
}

fn month_of(text: &str) -> Option<i16> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const MESES: [&str; 12] = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let head = text.get(..3)?;
    let at = MONTHS.iter().position(|month| *month == head).or_else(|| MESES.iter().position(|month| *month == head))?;
    i16::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::Check::{DateOfBirth, HouseAndZip, LastFour};
    use super::Fit::{Declined, Differs, Matches};
    use super::*;
    use jiff::civil::date;

    fn desmond() -> OnFile {
        OnFile {
            date_of_birth: Some(date(1984, 8, 19)),
            addresses: vec![("1180 Oak St Apt 3, Columbus OH 43205".into(), None), ("7 Elm Rd".into(), Some("43206-1111".into()))],
            reference: "QM-00-88121".into(),
        }
    }

    #[test]
    fn what_is_said_is_read_as_people_say_it() {
        let cases = [
            (DateOfBirth, "19 Aug 1984", Ok(Matches)),
            (DateOfBirth, "August 19, 1984", Ok(Matches)),
            (DateOfBirth, "August 19th, 1984", Ok(Matches)),
            (DateOfBirth, "8/19/1984", Ok(Matches)),
            (DateOfBirth, "08191984", Ok(Matches)),
            (DateOfBirth, "1984-08-19", Ok(Matches)),
            (DateOfBirth, "19 de agosto de 1984", Ok(Matches)),
            (DateOfBirth, "June 19, 1984", Ok(Differs)),
            (DateOfBirth, "july 19 1984", Ok(Differs)),
            (DateOfBirth, "18 Aug 1984", Ok(Differs)),
            (DateOfBirth, "8/19/84", Err(())),
            (DateOfBirth, "31 Feb 1984", Err(())),
            (DateOfBirth, "", Err(())),
            (HouseAndZip, "1180, 43205", Ok(Matches)),
            (HouseAndZip, "1180 Oak Street 43205", Ok(Matches)),
            (HouseAndZip, "7 43206", Ok(Matches)),
            (HouseAndZip, "1180 43206", Ok(Differs)),
            (HouseAndZip, "1180", Err(())),
            (LastFour, "8121", Ok(Matches)),
            (LastFour, "QM-00-88121", Ok(Matches)),
            (LastFour, "8122", Ok(Differs)),
            (LastFour, "812", Err(())),
        ];
        for (check, said, expected) in cases {
            assert_eq!(desmond().compare(check, said).map_err(|_| ()), expected, "{check} {said:?}");
        }
    }

    #[test]
    fn two_checks_make_the_right_party_and_three_misses_end_it() {
        let all = Check::ALL;
        let open = |needed, misses_left| Verdict::Open { needed, misses_left };
        type Case<'a> = (&'a [Check], &'a [(Check, Fit)], Verdict);
        let cases: [Case; 11] = [
            (&all, &[], open(2, 3)),
            (&all, &[(DateOfBirth, Matches)], open(1, 3)),
            (&all, &[(DateOfBirth, Matches), (DateOfBirth, Matches)], open(1, 3)),
            (&all, &[(DateOfBirth, Matches), (LastFour, Matches)], Verdict::Verified),
            (&all, &[(DateOfBirth, Differs), (DateOfBirth, Matches), (LastFour, Matches)], Verdict::Verified),
            (&all, &[(DateOfBirth, Matches), (DateOfBirth, Differs), (LastFour, Matches)], open(1, 2)),
            (&all, &[(DateOfBirth, Differs), (HouseAndZip, Differs), (LastFour, Matches)], open(1, 1)),
            (&all, &[(DateOfBirth, Differs), (HouseAndZip, Differs), (LastFour, Differs)], Verdict::Failed),
            (&all, &[(DateOfBirth, Declined), (HouseAndZip, Declined), (LastFour, Declined)], open(2, 3)),
            (&[LastFour], &[(LastFour, Matches)], Verdict::Verified),
            (&[], &[(LastFour, Matches)], Verdict::Failed),
        ];
        for (on_file, answers, expected) in cases {
            assert_eq!(verdict(on_file, answers), expected, "{answers:?}");
        }
    }

    #[test]
    fn only_what_is_on_file_is_asked() {
        assert_eq!(desmond().checks(), Check::ALL);
        let bare = OnFile { reference: "12".into(), addresses: vec![("PO Box".into(), None)], ..OnFile::default() };
        assert_eq!(bare.checks(), []);
        let only_zip = OnFile { addresses: vec![("Rural Route, 43205".into(), None)], ..OnFile::default() };
        assert_eq!(only_zip.checks(), [], "a ZIP code is no house number");
    }
}
