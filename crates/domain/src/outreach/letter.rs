//! A letter as content: what stands in it and in which order it is read; nothing here knows of fonts, points or pages.
//!
//! A [`Letter`] is one mailing. It has a [`Part`] per language, each beginning on a page of its own; the pages are counted
//! through all of them. Everything a letter shows comes from here, its dates too, so that the same letter is the same file.
//!
//! Always true: a block without a language of its own is in that of its part, and the parts follow in reading order.

use crate::values::money::{Currency, Money};
use jiff::civil::Date;
use std::fmt;

/// A language that letters are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// American English.
    English,
    /// Spanish as it is written in the United States.
    Spanish,
}

impl Language {
    /// The languages of a letter to somebody who reads this one: English stands first in each.
    pub const fn of_letter(self) -> &'static [Language] {
        match self {
            Language::English => &[Language::English],
            Language::Spanish => &[Language::English, Language::Spanish],
        }
    }

    /// Finds a language by a code as people and files write it: `es`, `es-MX`, `spa`, `Spanish`.
    pub fn parse(text: &str) -> Option<Language> {
        let code = text.trim().to_ascii_lowercase();
        match code.split(['-', '_']).next().unwrap_or_default() {
            "en" | "eng" | "english" => Some(Language::English),
            "es" | "spa" | "spanish" | "español" => Some(Language::Spanish),
            _ => None,
        }
    }

    /// Its tag, as screen readers know it.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::English => "en-US",
            Language::Spanish => "es-US",
        }
    }

    /// A day, written out.
    pub fn day(self, on: Date) -> String {
        let month = usize::from(on.month().unsigned_abs().saturating_sub(1));
        let word = |months: [&'static str; 12]| months.get(month).copied().unwrap_or_default();
        match self {
            Language::English => format!("{} {}, {}", word(MONTHS), on.day(), on.year()),
            Language::Spanish => format!("{} de {} de {}", on.day(), word(MESES), on.year()),
        }
    }

    /// The number of a page among all.
    pub fn page_of(self, page: usize, pages: usize) -> String {
        match self {
            Language::English => format!("Page {page} of {pages}"),
            Language::Spanish => format!("Página {page} de {pages}"),
        }
    }
}

/// The word for it on screens.
impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::English => "English",
            Language::Spanish => "Spanish",
        })
    }
}

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const MESES: [&str; 12] =
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];

/// A whole letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it is, for the head of a window and for screen readers.
    pub title: String,
    /// The day it bears: the only date its file knows.
    pub dated_on: Date,
    /// Whom it is from.
    pub sender: String,
    /// Its parts, each in a language.
    pub parts: Vec<Part>,
}

/// A letter in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The language of all that names no other.
    pub language: Language,
    /// Who writes, the name first, then the address and how to be reached.
    pub head: Vec<String>,
    /// What stands beside it: the date, the reference.
    pub marks: Vec<String>,
    /// The name and address that show in the window of the envelope.
    pub addressee: Vec<String>,
    /// What it says.
    pub body: Vec<Block>,
    /// What stands at the foot of every page beside its number.
    pub foot: String,
}

/// A piece of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its language, where that is not the part's.
    pub language: Option<Language>,
    /// What it is.
    pub content: Content,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A heading, of level 1 to 6.
    Heading(u8, String),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// Lines that belong together, such as an address.
    Lines(Vec<String>),
    /// A list, each item with a bullet and in its own language where it names one.
    Bullets(Vec<Item>),
    /// Boxes to check; an item's own boxes stand below it.
    Checks(Vec<Check>),
    /// Amounts with their labels.
    Amounts(Amounts),
    /// A frame around blocks.
    Boxed(Vec<Block>),
    /// Two columns, the left one read first and so many hundredths of the width wide.
    Columns(u8, Vec<Block>, Vec<Block>),
    /// What is cut off and sent back: kept whole at the foot of a page, below a perforation line.
    TearOff(Vec<Block>),
    /// What follows begins on a new page.
    NewPage,
}

/// Text of one weight.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The text.
    pub text: String,
    /// Whether it is bold.
    pub is_strong: bool,
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its language, where that is not the block's.
    pub language: Option<Language>,
    /// What it says.
    pub spans: Vec<Span>,
}

/// One box to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What checking it says.
    pub item: Item,
    /// The boxes below it.
    pub below: Vec<Check>,
}

/// A table of amounts: labels on the left, money at the right edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// What the table shows, for who cannot see it.
    pub summary: String,
    /// The heads of its columns, where they are printed.
    pub head: Option<[String; 2]>,
    /// Its rows.
    pub rows: Vec<AmountRow>,
}

/// One row of amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountRow {
    /// What the amount is.
    pub label: String,
    /// The amount; none where the label speaks of the rows below.
    pub amount: Option<(Sign, Money)>,
    /// Whether it is a sum.
    pub is_total: bool,
}

/// What is printed before an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Nothing.
    None,
    /// It is added.
    Plus,
    /// It is taken off.
    Minus,
}

impl Sign {
    /// The amount with its sign, as the model form prints it.
    pub fn print(self, amount: Money) -> String {
        match self {
            Sign::None => money(amount),
            Sign::Plus => format!("+ {}", money(amount)),
            Sign::Minus => format!("- {}", money(amount)),
        }
    }
}

/// An amount as letters print it: `$2,284.56`; another currency by its code.
pub fn money(amount: Money) -> String {
    let sign = if amount.minor() < 0 { "-" } else { "" };
    match amount.currency() {
        Currency::Usd => format!("{sign}${}", amount.figures()),
        other => format!("{sign}{} {}", other.code(), amount.figures()),
    }
}

impl Letter {
    /// Everything it says, in reading order, a line each.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            for line in part.head.iter().chain(&part.marks).chain(&part.addressee) {
                out.push_str(line);
                out.push('\n');
            }
            part.body.iter().for_each(|block| block.say(&mut out));
        }
        out
    }
}

impl Block {
    /// What it says, in reading order, a line each.
    pub fn say(&self, out: &mut String) {
        let mut line = |text: &str| {
            out.push_str(text);
            out.push('\n');
        };
        match &self.content {
            Content::Heading(_, text) => line(text),
            Content::Paragraph(spans) => line(&plain(spans)),
            Content::Lines(lines) => lines.iter().for_each(|text| line(text)),
            Content::Bullets(items) => items.iter().for_each(|item| line(&plain(&item.spans))),
            Content::Checks(checks) => checks.iter().for_each(|check| check.say(out)),
            Content::Amounts(table) => {
                for row in &table.rows {
                    let amount = row.amount.map(|(sign, amount)| sign.print(amount)).unwrap_or_default();
                    line(format!("{} {amount}", row.label).trim_end());
                }
            }
            Content::Boxed(blocks) | Content::TearOff(blocks) => blocks.iter().for_each(|block| block.say(out)),
            Content::Columns(_, left, right) => left.iter().chain(right).for_each(|block| block.say(out)),
            Content::NewPage => {}
        }
    }

    /// A block in the language of its part.
    pub const fn of(content: Content) -> Block {
        Block { language: None, content }
    }

    /// A heading.
    pub fn heading(level: u8, text: impl Into<String>) -> Block {
        Block::of(Content::Heading(level, text.into()))
    }

    /// A plain paragraph.
    pub fn paragraph(text: impl Into<String>) -> Block {
        Block::of(Content::Paragraph(vec![Span::plain(text)]))
    }
}

impl Span {
    /// Text as it is.
    pub fn plain(text: impl Into<String>) -> Span {
        Span { text: text.into(), is_strong: false }
    }

    /// Bold text.
    pub fn strong(text: impl Into<String>) -> Span {
        Span { text: text.into(), is_strong: true }
    }

    /// Reads text in which `**bold**` stands between two pairs of stars.
    pub fn marked(text: &str) -> Vec<Span> {
        let spans = text.split("**").enumerate().map(|(at, piece)| Span { text: piece.to_string(), is_strong: at % 2 == 1 });
        spans.filter(|span| !span.text.is_empty()).collect()
    }
}

impl Item {
    /// An item in the language of its block, with `**bold**` marked.
    pub fn of(text: &str) -> Item {
        Item { language: None, spans: Span::marked(text) }
    }
}

fn plain(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

impl Check {
    fn say(&self, out: &mut String) {
        out.push_str(&plain(&self.item.spans));
        out.push('\n');
        self.below.iter().for_each(|check| check.say(out));
    }

    /// A box without others below it.
    pub fn of(text: &str) -> Check {
        Check { item: Item::of(text), below: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn languages_are_found_and_write_days_and_pages() {
        for (text, language) in [
            ("es", Some(Language::Spanish)),
            ("ES-mx", Some(Language::Spanish)),
            ("Spanish", Some(Language::Spanish)),
            ("en_US", Some(Language::English)),
            ("fr", None),
            ("", None),
        ] {
            assert_eq!(Language::parse(text), language, "{text}");
        }
        assert_eq!(Language::English.day(date(2020, 8, 28)), "August 28, 2020");
        assert_eq!(Language::Spanish.day(date(2020, 8, 28)), "28 de agosto de 2020");
        assert_eq!(Language::Spanish.page_of(1, 2), "Página 1 de 2");
    }

    #[test]
    fn stars_mark_bold_and_signs_stand_before_money() {
        assert_eq!(Span::marked("by **August 28**, to"), [Span::plain("by "), Span::strong("August 28"), Span::plain(", to")]);
        assert_eq!(Span::marked(""), []);
        assert_eq!(Sign::Minus.print(Money::usd(5_000)), "- $50.00");
    }
}
