//! The index as a letter to nobody: headings, lists and tables of the letters' own PDF, whatever script a text is in.

use crate::app::Failure;
use crate::outreach::pdf::{self, PdfError};
use duly_domain::outreach::letter::{Amounts, Block, Content, Item, Language, Letter, Part, Span};
use jiff::civil::Date;

/// An index that is being written.
pub struct Paper {
    title: String,
    dated_on: Date,
    sender: String,
    marks: Vec<String>,
    body: Vec<Block>,
}

impl Paper {
    /// An empty one, with what stands at its head.
    pub fn new(title: &str, dated_on: Date, sender: &str, marks: Vec<String>) -> Paper {
        Paper { title: title.into(), dated_on, sender: sender.into(), marks, body: Vec::new() }
    }

    /// A heading.
    pub fn heading(&mut self, level: u8, text: &str) {
        self.body.push(Block::heading(level, text));
    }

    /// A paragraph.
    pub fn says(&mut self, text: &str) {
        self.body.push(Block::of(Content::Paragraph(vec![Span::plain(one_line(text))])));
    }

    /// A list: in each item the first text is bold. An empty list says that there is nothing.
    pub fn list(&mut self, items: impl IntoIterator<Item = (String, String)>) {
        let items: Vec<Item> = items
            .into_iter()
            .map(|(strong, rest)| {
                let gap = if rest.is_empty() { "" } else { "  " };
                Item { language: None, spans: vec![Span::strong(one_line(&strong)), Span::plain(format!("{gap}{}", one_line(&rest)))] }
            })
            .collect();
        match items.is_empty() {
            true => self.says("Nothing is on record."),
            false => self.body.push(Block::of(Content::Bullets(items))),
        }
    }

    /// A table of amounts.
    pub fn amounts(&mut self, amounts: Amounts) {
        self.body.push(Block::of(Content::Amounts(amounts)));
    }

    /// The PDF. What the font of the letters does not have is written by its number, so that every name can be told.
    pub fn print(&self) -> Result<Vec<u8>, Failure> {
        let mut outcome = pdf::print(&self.letter(|_| true));
        for has in
            [|c: char| matches!(c, ' '..='~' | '\u{a1}'..='\u{17e}' | '–' | '—' | '“' | '”' | '’' | '•'), |c: char| matches!(c, ' '..='~')]
        {
            match outcome {
                Err(PdfError::Character(_) | PdfError::Format(_) | PdfError::TooHigh) => outcome = pdf::print(&self.letter(has)),
                Ok(_) | Err(PdfError::Fonts) => break,
            }
        }
        outcome.map(|done| done.bytes).map_err(|error| Failure::File(format!("the index cannot be printed: {error}")))
    }

    fn letter(&self, has: impl Fn(char) -> bool) -> Letter {
        let text = |text: &str| {
            let mut out = String::with_capacity(text.len());
            for c in text.chars() {
                if has(c) {
                    out.push(c);
                } else {
                    out.push_str(&format!("[U+{:04X}]", u32::from(c)));
                }
            }
            out
        };
        let spans = |spans: &[Span]| spans.iter().map(|span| Span { text: text(&span.text), ..span.clone() }).collect::<Vec<_>>();
        let body = self.body.iter().map(|block| {
            let content = match &block.content {
                Content::Heading(level, title) => Content::Heading(*level, text(title)),
                Content::Paragraph(all) => Content::Paragraph(spans(all)),
                Content::Bullets(items) => {
                    Content::Bullets(items.iter().map(|item| Item { spans: spans(&item.spans), ..item.clone() }).collect())
                }
                other => other.clone(),
            };
            Block { content, ..block.clone() }
        });
        let part = Part {
            language: Language::English,
            head: vec![text(&self.title), text(&self.sender)],
            marks: self.marks.iter().map(|mark| text(mark)).collect(),
            addressee: Vec::new(),
            body: body.collect(),
            foot: text(&self.title),
        };
        Letter { title: text(&self.title), dated_on: self.dated_on, sender: text(&self.sender), parts: vec![part] }
    }
}

/// Words of several lines as one.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
