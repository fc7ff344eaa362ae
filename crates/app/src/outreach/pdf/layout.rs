//! Lines onto pages, and what each piece is: the tree that a screen reader walks, in reading order.
//!
//! The pages are US Letter, folded in three for an envelope with its window on the left: the address stands where it shows.

use super::PdfError;
use super::typeset::{Text, Typesetter};
use duly_domain::outreach::letter::{AmountRow, Amounts, Block, Check, Content, Item, Language, Letter, Part, Span};
use std::rc::Rc;

/// The page.
pub const PAGE: (f32, f32) = (612.0, 792.0);
const LEFT: f32 = 50.0;
const RIGHT: f32 = PAGE.0 - LEFT;
const TOP: f32 = 44.0;
/// Where text ends; the foot stands below.
const BOTTOM: f32 = PAGE.1 - 52.0;
const FOOT: f32 = PAGE.1 - 30.0;
/// The window of a number 10 envelope: 7/8 inch from its left, half an inch above its foot, 4 1/2 by 1 1/8 inches. The sheet
/// moves in it by an inch to the side and half an inch up and down; what stands here shows wherever it lies.
const WINDOW: (f32, f32) = (72.0, 226.0);
const WINDOW_WIDTH: f32 = 240.0;
/// Where an address of many lines begins at the highest, below the sender.
const WINDOW_TOP: f32 = 138.0;
/// Where the text begins: nothing but the address may show in the window, wherever the sheet lies.
const BELOW_WINDOW: f32 = 264.0;
const MARKS_LEFT: f32 = 372.0;
/// Between two columns.
const GUTTER: f32 = 24.0;
/// Sizes of type.
const SIZE: f32 = 9.0;
const SMALL: f32 = 8.0;
const HEADINGS: [f32; 3] = [10.5, 9.75, 9.25];
/// Line to line, in sizes; and from the top of a line to where its letters stand.
const LEADING: f32 = 1.25;
const STANDS_AT: f32 = 1.0;
/// Below a paragraph.
const SPACE: f32 = 4.0;
const INDENT: f32 = 12.0;
const BOX: f32 = 8.0;

/// What a piece of a letter is.
#[derive(Clone, Debug)]
pub enum Role {
    Part,
    Division,
    Heading(u8, String),
    Paragraph,
    List { has_bullets: bool },
    Item,
    Label,
    Body,
    Table(String),
    Row,
    RowHead { spans_both: bool },
    ColumnHead,
    Cell,
}

/// A piece and what belongs to it, in reading order.
#[derive(Clone, Debug)]
pub struct Node {
    pub role: Role,
    pub language: Option<Language>,
    pub children: Vec<Child>,
}

/// What belongs to a piece: another piece, or marks on a page.
#[derive(Clone, Copy, Debug)]
pub enum Child {
    Node(usize),
    Mark(usize),
}

/// Something drawn.
#[derive(Clone, Debug)]
pub struct Mark {
    pub page: usize,
    pub x: f32,
    pub y: f32,
    pub shape: Shape,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A line of text; `is_foot` where it stands on every page again and is no part of what is read.
    Line { text: Rc<Text>, line: usize, size: f32, is_foot: bool },
    /// A box to check.
    Box(f32),
    /// A line across; dashed where the page is cut.
    Rule { width: f32, is_cut: bool },
    /// A frame.
    Frame(f32, f32),
}

/// A letter on its pages.
#[derive(Debug, Default)]
pub struct Laid {
    pub pages: usize,
    pub marks: Vec<Mark>,
    pub nodes: Vec<Node>,
    /// The pieces at the top, one per part.
    pub roots: Vec<usize>,
}

/// Where the next line goes.
#[derive(Clone, Copy, Debug)]
struct Place {
    page: usize,
    x: f32,
    y: f32,
    width: f32,
    bottom: f32,
}

/// Lays a letter out.
pub fn lay_out(typesetter: &mut Typesetter, letter: &Letter) -> Result<Laid, PdfError> {
    let mut desk = Desk { typesetter, laid: Laid::default(), language: Language::English };
    let mut feet = Vec::new();
    for part in &letter.parts {
        let first = desk.laid.pages;
        desk.part(part, first)?;
        feet.extend((first..desk.laid.pages).map(|page| (page, part)));
    }
    let pages = desk.laid.pages;
    for (page, part) in feet {
        let left = desk.typesetter.set(&[Span::plain(&part.foot)], SMALL, RIGHT - LEFT)?;
        let right = desk.typesetter.set(&[Span::plain(part.language.page_of(page + 1, pages))], SMALL, RIGHT - LEFT)?;
        let width = right.lines.first().map_or(0.0, |line| line.width);
        for (text, x) in [(left, LEFT), (right, RIGHT - width)] {
            let shape = Shape::Line { text, line: 0, size: SMALL, is_foot: true };
            desk.laid.marks.push(Mark { page, x, y: FOOT, shape });
        }
    }
    Ok(desk.laid)
}

struct Desk<'a> {
    typesetter: &'a mut Typesetter,
    laid: Laid,
    language: Language,
}

impl Desk<'_> {
    fn part(&mut self, part: &Part, page: usize) -> Result<(), PdfError> {
        self.language = part.language;
        let root = self.node(None, Role::Part, Some(part.language));
        self.laid.roots.push(root);
        self.laid.pages = page + 1;
        let at = |x, y, width| Place { page, x, y, width, bottom: f32::INFINITY };
        let lines = part.head.iter().enumerate().map(|(at, line)| Span { text: line.clone(), is_strong: at == 0 });
        let mut head = at(LEFT, TOP, MARKS_LEFT - LEFT - GUTTER);
        self.lines(root, &mut head, lines)?;
        let mut marks = at(MARKS_LEFT, TOP, RIGHT - MARKS_LEFT);
        self.lines(root, &mut marks, part.marks.iter().map(Span::plain))?;
        let mut height = 0.0;
        for line in &part.addressee {
            height += self.typesetter.set(&[Span::plain(line)], SIZE, WINDOW_WIDTH)?.lines.len() as f32 * SIZE * LEADING;
        }
        let mut window = at(WINDOW.0, (WINDOW.1 - height).max(head.y + SPACE).max(WINDOW_TOP), WINDOW_WIDTH);
        self.lines(root, &mut window, part.addressee.iter().map(Span::plain))?;
        // What is addressed to nobody goes into no envelope.
        let is_mailed = !part.addressee.is_empty();
        let y = if is_mailed { BELOW_WINDOW.max(window.y + SPACE) } else { head.y.max(marks.y) + 2.0 * SPACE };
        let mut place = Place { page, x: LEFT, y, width: RIGHT - LEFT, bottom: BOTTOM };
        self.blocks(root, &mut place, &part.body)
    }

    fn blocks(&mut self, parent: usize, place: &mut Place, blocks: &[Block]) -> Result<(), PdfError> {
        blocks.iter().try_for_each(|block| self.block(parent, place, block))
    }

    fn block(&mut self, parent: usize, place: &mut Place, block: &Block) -> Result<(), PdfError> {
        match &block.content {
            Content::Heading(level, text) => {
                let size = HEADINGS.get(usize::from(level.saturating_sub(1))).copied().unwrap_or(SIZE);
                let node = self.node(Some(parent), Role::Heading(*level, text.clone()), block.language);
                // A heading never stands alone at the foot of a page.
                self.make_room(place, size * LEADING + 3.0 * SIZE * LEADING)?;
                self.text(node, place, &[Span::strong(text)], size)?;
                place.y += 2.0;
            }
            Content::Paragraph(spans) => {
                let node = self.node(Some(parent), Role::Paragraph, block.language);
                self.text(node, place, spans, SIZE)?;
                place.y += SPACE;
            }
            Content::Lines(lines) => {
                let node = self.node(Some(parent), Role::Division, block.language);
                self.make_room(place, lines.len() as f32 * SIZE * LEADING)?;
                self.lines(node, place, lines.iter().map(Span::plain))?;
                place.y += SPACE;
            }
            Content::Bullets(items) => {
                let list = self.node(Some(parent), Role::List { has_bullets: true }, block.language);
                items.iter().try_for_each(|item| self.bullet(list, place, item))?;
            }
            Content::Checks(checks) => self.checks(parent, place, checks, block.language)?,
            Content::Amounts(amounts) => self.amounts(parent, place, amounts, block.language)?,
            Content::Boxed(blocks) => {
                let node = self.node(Some(parent), Role::Division, block.language);
                self.whole(node, place, blocks, false)?;
            }
            Content::Columns(share, left, right) => {
                let width = (place.width - GUTTER) * f32::from((*share).min(90)) / 100.0;
                let mut one = Place { width, ..*place };
                let mut other = Place { width: place.width - GUTTER - width, x: place.x + width + GUTTER, ..*place };
                for (column, blocks) in [(&mut one, left), (&mut other, right)] {
                    let node = self.node(Some(parent), Role::Division, block.language);
                    self.blocks(node, column, blocks)?;
                }
                let last = if (other.page, other.y) > (one.page, one.y) { other } else { one };
                (place.page, place.y) = (last.page, last.y);
            }
            Content::TearOff(blocks) => {
                let node = self.node(Some(parent), Role::Division, block.language);
                self.whole(node, place, blocks, true)?;
            }
            Content::NewPage => self.turn(place),
        }
        Ok(())
    }

    /// Blocks that stay on one page: in a frame, or below the line of perforation at its foot.
    fn whole(&mut self, node: usize, place: &mut Place, blocks: &[Block], is_torn_off: bool) -> Result<(), PdfError> {
        let (first, pages) = (self.laid.marks.len(), self.laid.pages);
        let inset = if is_torn_off { 0.0 } else { 8.0 };
        let width = place.width - 2.0 * inset;
        let mut trial = Place { page: place.page, x: place.x + inset, y: 0.0, width, bottom: f32::INFINITY };
        self.blocks(node, &mut trial, blocks)?;
        self.laid.pages = pages;
        let (above, height) = if is_torn_off { (14.0, trial.y) } else { (inset, trial.y + 2.0 * inset) };
        if height + above > BOTTOM - TOP {
            return Err(PdfError::TooHigh);
        }
        if place.y + above + height > place.bottom {
            self.turn(place);
        }
        if is_torn_off {
            place.y = place.bottom - height;
        }
        let top = if is_torn_off { place.y } else { place.y + inset };
        for mark in self.laid.marks.iter_mut().skip(first) {
            mark.page = place.page;
            mark.y += top;
        }
        let (x, y, shape) = if is_torn_off {
            (0.0, place.y - above, Shape::Rule { width: PAGE.0, is_cut: true })
        } else {
            (place.x, place.y, Shape::Frame(place.width, height))
        };
        self.laid.marks.push(Mark { page: place.page, x, y, shape });
        place.y += height + SPACE;
        Ok(())
    }

    fn bullet(&mut self, list: usize, place: &mut Place, item: &Item) -> Result<(), PdfError> {
        let node = self.node(Some(list), Role::Item, item.language);
        let (label, body) = (self.node(Some(node), Role::Label, None), self.node(Some(node), Role::Body, None));
        self.make_room(place, SIZE * LEADING)?;
        self.text(label, &mut { *place }, &[Span::plain("•")], SIZE)?;
        let mut inner = Place { x: place.x + INDENT, width: place.width - INDENT, ..*place };
        self.text(body, &mut inner, &item.spans, SIZE)?;
        (place.page, place.y) = (inner.page, inner.y + SPACE);
        Ok(())
    }

    fn checks(&mut self, parent: usize, place: &mut Place, checks: &[Check], language: Option<Language>) -> Result<(), PdfError> {
        let list = self.node(Some(parent), Role::List { has_bullets: false }, language);
        for check in checks {
            let node = self.node(Some(list), Role::Item, check.item.language);
            let (label, body) = (self.node(Some(node), Role::Label, None), self.node(Some(node), Role::Body, None));
            self.make_room(place, SIZE * LEADING)?;
            let y = place.y + (SIZE * STANDS_AT - BOX);
            self.mark(label, Mark { page: place.page, x: place.x, y, shape: Shape::Box(BOX) });
            let indent = BOX + 6.0;
            let mut inner = Place { x: place.x + indent, width: place.width - indent, ..*place };
            self.text(body, &mut inner, &check.item.spans, SIZE)?;
            inner.y += 3.0;
            if !check.below.is_empty() {
                self.checks(body, &mut inner, &check.below, None)?;
            }
            (place.page, place.y) = (inner.page, inner.y);
        }
        Ok(())
    }

    fn amounts(&mut self, parent: usize, place: &mut Place, amounts: &Amounts, language: Option<Language>) -> Result<(), PdfError> {
        let table = self.node(Some(parent), Role::Table(amounts.summary.clone()), language);
        if let Some([label, amount]) = &amounts.head {
            let row = self.node(Some(table), Role::Row, None);
            let (left, right) = (self.node(Some(row), Role::ColumnHead, None), self.node(Some(row), Role::ColumnHead, None));
            self.row(place, left, right, &Span::strong(label), Some(Span::strong(amount)))?;
        }
        let mut page = place.page;
        for AmountRow { label, amount, is_total } in &amounts.rows {
            // Room for the whole row is made first, so that the heads stand above whatever goes on below them.
            let span = |text: String| Span { text, is_strong: *is_total };
            let printed = amount.map(|(sign, money)| span(sign.print(money)));
            let height = self.height_of_row(place, &span(label.clone()), printed.clone())? + if *is_total { 4.0 } else { 0.0 };
            self.make_room(place, height)?;
            if place.page != page {
                page = place.page;
                amounts.head.iter().try_for_each(|head| self.repeat(place, head))?;
            }
            let row = self.node(Some(table), Role::Row, None);
            let left = self.node(Some(row), Role::RowHead { spans_both: printed.is_none() }, None);
            let right = if printed.is_some() { self.node(Some(row), Role::Cell, None) } else { left };
            if *is_total {
                let shape = Shape::Rule { width: place.width, is_cut: false };
                self.laid.marks.push(Mark { page: place.page, x: place.x, y: place.y, shape });
                place.y += 3.0;
            }
            self.row(place, left, right, &span(label.clone()), printed)?;
        }
        place.y += SPACE;
        Ok(())
    }

    fn height_of_row(&mut self, place: &Place, label: &Span, amount: Option<Span>) -> Result<f32, PdfError> {
        let (label, _) = self.cells(place, label, amount)?;
        Ok(label.lines.len() as f32 * SIZE * LEADING)
    }

    /// The two texts of a row, set: the label as wide as the amount leaves room for.
    fn cells(&mut self, place: &Place, label: &Span, amount: Option<Span>) -> Result<(Rc<Text>, Option<Rc<Text>>), PdfError> {
        let amount = amount.map(|amount| self.typesetter.set(&[amount], SIZE, place.width)).transpose()?;
        let amount_width = amount.as_ref().and_then(|text| text.lines.first()).map_or(0.0, |line| line.width + GUTTER / 2.0);
        let label = self.typesetter.set(std::slice::from_ref(label), SIZE, (place.width - amount_width).max(place.width / 3.0))?;
        Ok((label, amount))
    }

    /// The heads of a table again, above what goes on of it: for the eye, as what is read aloud has them once.
    fn repeat(&mut self, place: &mut Place, head: &[String; 2]) -> Result<(), PdfError> {
        for (at, text) in head.iter().enumerate() {
            let text = self.typesetter.set(&[Span::strong(text)], SIZE, place.width)?;
            let width = text.lines.first().map_or(0.0, |line| line.width);
            let x = if at == 0 { place.x } else { place.x + place.width - width };
            let shape = Shape::Line { text, line: 0, size: SIZE, is_foot: true };
            self.laid.marks.push(Mark { page: place.page, x, y: place.y + SIZE * STANDS_AT, shape });
        }
        place.y += SIZE * LEADING;
        Ok(())
    }

    /// One row: the label, and the amount at the right edge of the label's last line.
    fn row(&mut self, place: &mut Place, left: usize, right: usize, label: &Span, amount: Option<Span>) -> Result<(), PdfError> {
        let (label, amount) = self.cells(place, label, amount)?;
        self.make_room(place, label.lines.len() as f32 * SIZE * LEADING)?;
        let edge = place.x + place.width;
        self.set(left, &mut { *place }, &label, SIZE);
        place.y += label.lines.len().saturating_sub(1) as f32 * SIZE * LEADING;
        if let Some(text) = amount {
            let width = text.lines.first().map_or(0.0, |line| line.width);
            self.set(right, &mut Place { x: edge - width, ..*place }, &text, SIZE);
        }
        place.y += SIZE * LEADING;
        Ok(())
    }

    /// Lines that stand below each other, each a paragraph of its own.
    fn lines(&mut self, parent: usize, place: &mut Place, lines: impl Iterator<Item = Span>) -> Result<(), PdfError> {
        for line in lines {
            let node = self.node(Some(parent), Role::Paragraph, None);
            self.text(node, place, &[line], SIZE)?;
        }
        Ok(())
    }

    fn text(&mut self, node: usize, place: &mut Place, spans: &[Span], size: f32) -> Result<(), PdfError> {
        let text = self.typesetter.set(spans, size, place.width)?;
        self.set(node, place, &text, size);
        Ok(())
    }

    fn set(&mut self, node: usize, place: &mut Place, text: &Rc<Text>, size: f32) {
        for line in 0..text.lines.len() {
            if place.y + size * LEADING > place.bottom {
                self.turn(place);
            }
            let shape = Shape::Line { text: text.clone(), line, size, is_foot: false };
            self.mark(node, Mark { page: place.page, x: place.x, y: place.y + size * STANDS_AT, shape });
            place.y += size * LEADING;
        }
    }

    /// Turns the page unless so much still fits below.
    fn make_room(&mut self, place: &mut Place, height: f32) -> Result<(), PdfError> {
        if place.bottom.is_finite() && height > place.bottom - TOP {
            return Err(PdfError::TooHigh);
        }
        if place.y + height > place.bottom {
            self.turn(place);
        }
        Ok(())
    }

    fn turn(&mut self, place: &mut Place) {
        place.page += 1;
        place.y = TOP;
        self.laid.pages = self.laid.pages.max(place.page + 1);
    }

    fn mark(&mut self, node: usize, mark: Mark) {
        self.laid.nodes[node].children.push(Child::Mark(self.laid.marks.len()));
        self.laid.marks.push(mark);
    }

    fn node(&mut self, parent: Option<usize>, role: Role, language: Option<Language>) -> usize {
        let id = self.laid.nodes.len();
        self.laid.nodes.push(Node { role, language, children: Vec::new() });
        if let Some(parent) = parent {
            self.laid.nodes[parent].children.push(Child::Node(id));
        }
        id
    }
}
