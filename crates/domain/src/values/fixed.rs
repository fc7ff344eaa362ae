//! Records of fixed width: one table of fields says what stands where, and reading follows it.
//!
//! A [`Layout`] is a list of fields in their order; where each begins follows from the widths before it, as the standards print them.
//! [`Layout::read`] takes a record apart and names every field that is not what its kind wants; [`Layout::write`] puts one together by
//! the same table.
//!
//! Always true: every character of a record belongs to one field; a number that does not fit its field is not cut, it is refused.

use super::file_problem::FileProblems;
use jiff::civil::Date;
use std::fmt::Write;

/// What a field may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Exactly this.
    Is(&'static str),
    /// Letters and digits, filled with blanks.
    Text,
    /// As text; what stands there is not shown in problems.
    Guarded,
    /// Digits alone.
    Number,
    /// Digits alone, or blanks where there is none.
    NumberOrBlank,
    /// Digits or blanks that are not shown in problems.
    GuardedNumber,
    /// A day as year, month and day of two digits each; zeros or blanks for none.
    YyMmDd,
    /// A day as month, day and year of four digits; zeros or blanks for none.
    MmDdYyyy,
    /// A day as above with hour, minute and second.
    MmDdYyyyTime,
    /// One of these, or blanks; another is said.
    OneOf(&'static [&'static str]),
    /// Nothing: blanks or zeros.
    Reserved,
}

/// One field of a record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// What it is called in answers and problems.
    pub name: &'static str,
    /// How many characters it has.
    pub width: usize,
    /// What it may hold.
    pub kind: Kind,
}

/// A field, for tables.
pub const fn field(name: &'static str, width: usize, kind: Kind) -> Field {
    Field { name, width, kind }
}

/// A record's fields in their order.
#[derive(Debug)]
pub struct Layout {
    /// What the record is called.
    pub name: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
}

/// A table of layouts, each a static of its own; after `all NAME;` also a list of them.
macro_rules! layouts {
    (all $all:ident; $($(#[$doc:meta])* $id:ident, $name:literal: $fields:tt;)+) => {
        $crate::values::fixed::layouts! { $($(#[$doc])* $id, $name: $fields;)+ }
        /// Every one.
        pub static $all: &[&$crate::values::fixed::Layout] = &[$(&$id),+];
    };
    ($($(#[$doc:meta])* $id:ident, $name:literal: [$($field:expr),+ $(,)?];)+) => {
        $($(#[$doc])* pub static $id: $crate::values::fixed::Layout = $crate::values::fixed::Layout {
            name: $name,
            fields: {
                const FIELDS: &[$crate::values::fixed::Field] = &[$($field),+];
                FIELDS
            },
        };)+
    };
}
pub(crate) use layouts;

/// What was read of a record: the text of each field.
#[derive(Clone, Debug)]
pub struct Values {
    layout: &'static Layout,
    texts: Vec<String>,
}

impl Layout {
    /// How many characters a record has.
    pub const fn width(&self) -> usize {
        let (mut at, mut width) = (0, 0);
        while at < self.fields.len() {
            width += self.fields[at].width;
            at += 1;
        }
        width
    }

    /// Takes a record apart; what is missing at its end counts as blank. Each field that is not of its kind is a problem.
    pub fn read(&'static self, line: usize, record: &[char], problems: &mut FileProblems) -> Values {
        let mut texts = Vec::with_capacity(self.fields.len());
        let mut left = record;
        for field in self.fields {
            let (own, rest) = left.split_at(left.len().min(field.width));
            left = rest;
            let text: String = own.iter().collect();
            field.prove(self.name, line, &text, problems);
            texts.push(text.trim().to_string());
        }
        Values { layout: self, texts }
    }
}

impl Layout {
    /// Puts a record together from the texts of some of its fields, by their names; the others are nothing: blanks, or zeros where
    /// digits or a day belong. Texts are cut at the width of their field, and lose what is no printable character of ASCII.
    ///
    /// The error names the field that cannot hold what it should: a number too long, a word that is no number, a name that is no field.
    pub fn write(&self, cells: &[(&str, &str)]) -> Result<String, String> {
        if let Some((unknown, _)) = cells.iter().find(|(name, _)| !self.fields.iter().any(|field| field.name == *name)) {
            return Err(format!("{}: has no field {unknown:?}", self.name));
        }
        let mut record = String::with_capacity(self.width());
        for field in self.fields {
            let text = cells.iter().find(|(name, _)| *name == field.name).map_or("", |(_, text)| *text);
            field.put(text, &mut record).map_err(|why| format!("{}, {}: {why}", self.name, field.name))?;
        }
        Ok(record)
    }
}

impl Field {
    fn put(&self, text: &str, record: &mut String) -> Result<(), String> {
        let width = self.width;
        match self.kind {
            Kind::Is(word) => write!(record, "{word:<width$}"),
            Kind::Number | Kind::NumberOrBlank | Kind::GuardedNumber => {
                if text.len() > width || !text.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(format!("is not a number of up to {width} digits"));
                }
                write!(record, "{text:0>width$}")
            }
            Kind::YyMmDd | Kind::MmDdYyyy | Kind::MmDdYyyyTime => {
                if !text.is_empty() && text.len() != width {
                    return Err(format!("is not a day of {width} digits"));
                }
                write!(record, "{text:0>width$}")
            }
            Kind::OneOf(known) if !text.is_empty() && !known.contains(&text) => {
                return Err(format!("{text:?} is none of {}", known.join(", ")));
            }
            Kind::Text | Kind::Guarded | Kind::OneOf(_) | Kind::Reserved => {
                let kept: String = text.chars().filter(|character| matches!(character, ' '..='~')).take(width).collect();
                write!(record, "{kept:<width$}")
            }
        }
        .map_err(|error| error.to_string())
    }

    fn prove(&self, record: &str, line: usize, text: &str, problems: &mut FileProblems) {
        let place = || format!("{record}, {}", self.name);
        let trimmed = text.trim();
        let is_number = || !trimmed.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let has_day = |day: fn(&str) -> Option<Date>| is_nothing(trimmed) || day(trimmed).is_some();
        match self.kind {
            Kind::Text | Kind::Guarded if text.chars().any(char::is_control) => {
                let shown = if self.kind == Kind::Guarded { HIDDEN } else { trimmed };
                problems.refuse(line, place(), shown, "holds characters that cannot be printed");
            }
            Kind::Is(wanted) if text != wanted => problems.refuse(line, place(), trimmed, format!("is not {wanted:?}")),
            Kind::Number if !is_number() => problems.refuse(line, place(), trimmed, format!("is not {} digits", self.width)),
            Kind::NumberOrBlank if !trimmed.is_empty() && !is_number() => {
                problems.refuse(line, place(), trimmed, format!("is not {} digits", self.width));
            }
            Kind::GuardedNumber if !trimmed.is_empty() && !is_number() => {
                problems.refuse(line, place(), HIDDEN, format!("is not {} digits", self.width));
            }
            Kind::YyMmDd if !has_day(yy_mm_dd) => problems.refuse(line, place(), trimmed, "is no day written as year, month, day"),
            Kind::MmDdYyyy if !has_day(mm_dd_yyyy) => problems.refuse(line, place(), trimmed, "is no day written as month, day, year"),
            Kind::MmDdYyyyTime if !has_day(mm_dd_yyyy_time) => {
                problems.refuse(line, place(), trimmed, "is no day and time written as month, day, year, hour, minute, second");
            }
            Kind::OneOf(known) if !trimmed.is_empty() && !known.contains(&trimmed) => {
                problems.refuse(line, place(), trimmed, format!("is none of {}", known.join(", ")));
            }
            Kind::Reserved if !is_nothing(trimmed) => problems.note(line, place(), trimmed, "stands where the standard wants blanks"),
            _ => {}
        }
    }
}

/// What is shown of what must not be.
const HIDDEN: &str = "•••";

/// Whether a text is blank or zeros alone.
fn is_nothing(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'0' || byte == b' ')
}

/// A day of this century.
pub fn yy_mm_dd(text: &str) -> Option<Date> {
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| text[at..at + 2].parse::<i8>().ok();
    Date::new(2000 + i16::from(part(0)?), part(2)?, part(4)?).ok()
}

/// A day with all four digits of its year.
pub fn mm_dd_yyyy(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Date::new(text[4..].parse().ok()?, text[..2].parse().ok()?, text[2..4].parse().ok()?).ok()
}

fn mm_dd_yyyy_time(text: &str) -> Option<Date> {
    if text.len() != 14
        || !text.bytes().all(|byte| byte.is_ascii_digit())
        || text[8..10] > *"23"
        || text[10..12] > *"59"
        || text[12..] > *"59"
    {
        return None;
    }
    mm_dd_yyyy(&text[..8])
}

impl Values {
    /// The text of a field, without the blanks around it; nothing where the record has no such field.
    pub fn text(&self, name: &str) -> &str {
        self.at(name).map_or("", |at| &self.texts[at])
    }

    /// The number in a field, where it is one.
    pub fn number(&self, name: &str) -> Option<i64> {
        let text = self.text(name);
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
    }

    /// The day in a field, where it is one.
    pub fn day(&self, name: &str) -> Option<Date> {
        let at = self.at(name)?;
        let text = &self.texts[at];
        match self.layout.fields[at].kind {
            Kind::YyMmDd => yy_mm_dd(text),
            Kind::MmDdYyyy => mm_dd_yyyy(text),
            Kind::MmDdYyyyTime => mm_dd_yyyy_time(text),
            _ => None,
        }
    }

    /// Every field with its text, but for what is reserved.
    pub fn each(&self) -> impl Iterator<Item = (&'static Field, &str)> + '_ {
        let fields = self.layout.fields.iter().zip(&self.texts);
        fields.filter(|(field, _)| field.kind != Kind::Reserved).map(|(field, text)| (field, text.as_str()))
    }

    /// The record it was read by.
    pub const fn layout(&self) -> &'static Layout {
        self.layout
    }

    fn at(&self, name: &str) -> Option<usize> {
        self.layout.fields.iter().position(|field| field.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static CARD: Layout = Layout {
        name: "card",
        fields: &[
            field("type", 1, Kind::Is("6")),
            field("name", 6, Kind::Text),
            field("number", 3, Kind::Number),
            field("on", 6, Kind::YyMmDd),
            field("", 2, Kind::Reserved),
            field("secret", 4, Kind::GuardedNumber),
        ],
    };

    fn read(record: &str) -> (Values, Vec<String>) {
        let (record, mut problems): (Vec<char>, _) = (record.chars().collect(), FileProblems::default());
        let values = CARD.read(4, &record, &mut problems);
        (values, problems.in_order().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_record_is_taken_apart_by_its_table() {
        assert_eq!(CARD.width(), 22);
        let (values, problems) = read("6Ännie 007260302  1234");
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!((values.text("name"), values.number("number")), ("Ännie", Some(7)));
        assert_eq!(values.day("on"), Some(jiff::civil::date(2026, 3, 2)));
        let all: Vec<&str> = values.each().map(|(field, _)| field.name).collect();
        assert_eq!(all, ["type", "name", "number", "on", "secret"]);
        assert_eq!((values.text("nothing"), values.day("name")), ("", None));
        // What is cut off counts as blank, which a number may not be.
        assert_eq!(read("6Annie").1, ["line 4, card, number is not 3 digits"]);
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let record = CARD.write(&[("name", "Annie Lee"), ("number", "7"), ("on", "260302")]).unwrap();
        assert_eq!(record, "6Annie 007260302  0000");
        let (values, problems) = read(&record);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!((values.text("name"), values.number("number")), ("Annie", Some(7)));
        assert_eq!(CARD.write(&[]).unwrap(), "6      000000000  0000");
        assert_eq!(CARD.write(&[("number", "1000")]).unwrap_err(), "card, number: is not a number of up to 3 digits");
        assert_eq!(CARD.write(&[("on", "0302")]).unwrap_err(), "card, on: is not a day of 6 digits");
        assert_eq!(CARD.write(&[("nmae", "A")]).unwrap_err(), "card: has no field \"nmae\"");
    }

    #[test]
    fn every_field_that_is_not_of_its_kind_is_named_and_secrets_are_not_shown() {
        let (_, problems) = read("7An\u{1}ie x07260230zz12x4");
        for part in ["type \"7\" is not \"6\"", "cannot be printed", "\"x07\" is not 3 digits", "\"260230\" is no day", "\"zz\" stands"] {
            assert!(problems.iter().any(|problem| problem.contains(part)), "{part}: {problems:?}");
        }
        assert!(problems.iter().any(|problem| problem == "line 4, card, secret \"•••\" is not 4 digits"), "{problems:?}");
    }

    #[test]
    fn days_are_read_as_their_field_writes_them() {
        assert_eq!(mm_dd_yyyy("11222019"), Some(jiff::civil::date(2019, 11, 22)));
        assert_eq!(mm_dd_yyyy_time("01012020011122"), Some(jiff::civil::date(2020, 1, 1)));
        for text in ["01012020241122", "0101202001112", "13012020011122", "ü1012020011122"] {
            assert_eq!(mm_dd_yyyy_time(text), None, "{text}");
        }
        assert_eq!((yy_mm_dd("000000"), yy_mm_dd("260231"), yy_mm_dd("ä0231")), (None, None, None));
    }
}
