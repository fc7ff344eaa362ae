//! Letters as PDF: laid out on US Letter pages, tagged for screen readers, the same file byte for byte each time.
//!
//! Three steps, one file each: [`typeset`] turns text into lines of glyphs, [`layout`] sets lines on pages and says what is
//! what, [`write`] writes both as PDF/UA. Nothing asks what time it is: the only date is the letter's own.
//!
//! A [`Printer`] is made once and used for many letters; it keeps the lines it has set, since most of a letter stands in the
//! next one too. Lengths are points, 72 to the inch, in floating point: they are places on paper and never money.

#![allow(clippy::float_arithmetic, reason = "places on paper, in points; money comes as text")]

mod layout;
mod typeset;
mod write;

use duly_domain::outreach::letter::{Letter, Span};
use std::cell::RefCell;
use typeset::Typesetter;

/// Sets and writes letters; not to be shared between threads.
pub struct Printer {
    typesetter: Typesetter,
    fonts: [krilla::text::Font; 2],
}

/// A letter as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendering {
    /// The PDF.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
}

/// Why a letter cannot be printed. Names no text of the letter: it may be somebody's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// A character the letters' font does not have.
    #[error("the letter holds the character U+{:04X}, which the font of the letters does not have: write it in Latin letters", u32::from(*.0))]
    Character(char),
    /// A block that must stay whole is higher than a page.
    #[error("a part of the letter that must stay whole is higher than a page: shorten it")]
    TooHigh,
    /// The fonts that come with the program cannot be read.
    #[error("the fonts of the letters cannot be read")]
    Fonts,
    /// The file would not be what it says it is.
    #[error("the letter cannot be written as PDF/UA: {0}")]
    Format(String),
}

impl Printer {
    /// A printer with the fonts that come with the program.
    pub fn new() -> Result<Printer, PdfError> {
        let font = |bytes: &'static [u8]| krilla::text::Font::new(bytes.into(), 0).ok_or(PdfError::Fonts);
        Ok(Printer { typesetter: Typesetter::new()?, fonts: [font(typeset::REGULAR)?, font(typeset::BOLD)?] })
    }

    /// Lays out and writes one letter.
    pub fn print(&mut self, letter: &Letter) -> Result<Rendering, PdfError> {
        let laid = layout::lay_out(&mut self.typesetter, letter)?;
        let bytes = write::write(letter, &laid, &self.fonts)?;
        Ok(Rendering { bytes, pages: laid.pages })
    }
}

thread_local! {
    static PRINTER: RefCell<Option<Printer>> = const { RefCell::new(None) };
}

/// Prints with this thread's own printer.
pub fn print(letter: &Letter) -> Result<Rendering, PdfError> {
    with_printer(|printer| printer.print(letter))
}

/// The first character of a text that the letters' font does not have.
pub fn find_unprintable(text: &str) -> Result<Option<char>, PdfError> {
    with_printer(|printer| match printer.typesetter.set(&[Span { text: text.into(), is_strong: false }], 10.0, 500.0) {
        Ok(_) => Ok(None),
        Err(PdfError::Character(character)) => Ok(Some(character)),
        Err(error) => Err(error),
    })
}

fn with_printer<T>(run: impl FnOnce(&mut Printer) -> Result<T, PdfError>) -> Result<T, PdfError> {
    PRINTER.with_borrow_mut(|printer| match printer {
        Some(printer) => run(printer),
        None => run(printer.insert(Printer::new()?)),
    })
}
