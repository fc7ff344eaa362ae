//! Pages and their tree as PDF/UA-1. The file bears the letter's date and nothing of the machine or the hour.

use super::PdfError;
use super::layout::{Child, Laid, Mark, Node, PAGE, Role, Shape};
use duly_domain::outreach::letter::{Language, Letter};
use krilla::color::luma;
use krilla::configure::{Accessibility, ConfigurationBuilder, Validator};
use krilla::destination::XyzDestination;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use krilla::text::Font;
use krilla::{Document, SerializeSettings};
use std::num::{NonZeroU16, NonZeroU32};

/// How a box to check is read aloud.
const CHECK_BOX: &str = "\u{2610}";

pub fn write(letter: &Letter, laid: &Laid, fonts: &[Font; 2]) -> Result<Vec<u8>, PdfError> {
    let format = |error: &dyn std::fmt::Debug| PdfError::Format(format!("{error:?}"));
    let configuration = ConfigurationBuilder::new().set_validator(Validator::Ua(Accessibility::UA1));
    let configuration = configuration.finish().map_err(|error| format(&error))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut identifiers: Vec<Option<Identifier>> = vec![None; laid.marks.len()];
    let read = read_marks(laid);
    for page_number in 0..laid.pages {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| PdfError::Format("no page size".into()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for (at, mark) in laid.marks.iter().enumerate().filter(|(_, mark)| mark.page == page_number) {
            let identifier = surface.start_tagged(tag_of(mark));
            draw(&mut surface, mark, fonts);
            surface.end_tagged();
            identifiers[at] = read[at].then_some(identifier);
        }
        surface.finish();
        page.finish();
    }
    let language = letter.parts.first().map_or(Language::English, |part| part.language);
    let mut tree = TagTree::new().with_lang(Some(language.tag().into()));
    for root in &laid.roots {
        tree.push(group(laid, *root, &mut identifiers));
    }
    document.set_tag_tree(tree);
    document.set_outline(outline(letter, laid));
    document.set_metadata(metadata(letter, language));
    document.finish().map_err(|error| format(&error))
}

/// The headings, to move by: PDF/UA wants them; a letter without headings is listed by its title.
fn outline(letter: &Letter, laid: &Laid) -> Outline {
    let mut outline = Outline::new();
    let mut is_empty = true;
    for node in &laid.nodes {
        let Role::Heading(_, title) = &node.role else { continue };
        let first = node.children.iter().find_map(|child| match child {
            Child::Mark(mark) => laid.marks.get(*mark),
            Child::Node(_) => None,
        });
        if let Some(mark) = first {
            outline.push_child(OutlineNode::new(title.clone(), XyzDestination::new(mark.page, Point::from_xy(mark.x, mark.y))));
            is_empty = false;
        }
    }
    if is_empty {
        outline.push_child(OutlineNode::new(letter.title.clone(), XyzDestination::new(0, Point::from_xy(0.0, 0.0))));
    }
    outline
}

fn metadata(letter: &Letter, language: Language) -> Metadata {
    let number = |value: i8| value.unsigned_abs();
    let dated = letter.dated_on;
    let dated = DateTime::new(dated.year().unsigned_abs()).month(number(dated.month())).day(number(dated.day()));
    Metadata::new()
        .title(letter.title.clone())
        .language(language.tag().into())
        .authors(vec![letter.sender.clone()])
        .producer("Duly".into())
        .creation_date(dated)
}

/// Which marks are read: those that belong to a piece.
fn read_marks(laid: &Laid) -> Vec<bool> {
    let mut read = vec![false; laid.marks.len()];
    for child in laid.nodes.iter().flat_map(|node| &node.children) {
        if let Child::Mark(mark) = child {
            read[*mark] = true;
        }
    }
    read
}

fn tag_of(mark: &Mark) -> ContentTag<'static> {
    match mark.shape {
        Shape::Line { is_foot: false, .. } => ContentTag::Span(SpanTag::empty()),
        Shape::Line { is_foot: true, .. } if mark.y < PAGE.1 / 2.0 => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Header)),
        Shape::Line { is_foot: true, .. } => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)),
        Shape::Box(_) => ContentTag::Span(SpanTag::empty().with_actual_text(Some(CHECK_BOX))),
        Shape::Rule { .. } | Shape::Frame(..) => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
    }
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, fonts: &[Font; 2]) {
    let black = luma::Color::new(0);
    let stroke = |width: f32, dash: Option<StrokeDash>| Stroke { paint: black.into(), width, dash, ..Stroke::default() };
    match &mark.shape {
        Shape::Line { text, line, size, .. } => {
            surface.set_stroke(None);
            surface.set_fill(Some(Fill { paint: black.into(), ..Fill::default() }));
            for run in text.lines.get(*line).map(|line| line.runs.as_slice()).unwrap_or_default() {
                let font = fonts[usize::from(run.is_strong)].clone();
                surface.draw_glyphs(Point::from_xy(mark.x + run.x, mark.y), &run.glyphs, font, &text.source, *size, false);
            }
        }
        Shape::Box(side) => line_around(surface, Rect::from_xywh(mark.x, mark.y, *side, *side), stroke(0.8, None)),
        Shape::Frame(width, height) => line_around(surface, Rect::from_xywh(mark.x, mark.y, *width, *height), stroke(0.6, None)),
        Shape::Rule { width, is_cut } => {
            let dash = is_cut.then(|| StrokeDash { array: vec![4.0, 3.0], offset: 0.0 });
            let mut path = PathBuilder::new();
            path.move_to(mark.x, mark.y);
            path.line_to(mark.x + width, mark.y);
            draw_stroked(surface, path.finish(), stroke(0.6, dash));
        }
    }
}

fn line_around(surface: &mut Surface<'_>, rect: Option<Rect>, stroke: Stroke) {
    let mut path = PathBuilder::new();
    rect.into_iter().for_each(|rect| path.push_rect(rect));
    draw_stroked(surface, path.finish(), stroke);
}

fn draw_stroked(surface: &mut Surface<'_>, path: Option<Path>, stroke: Stroke) {
    let Some(path) = path else { return };
    surface.set_fill(None);
    surface.set_stroke(Some(stroke));
    surface.draw_path(&path);
}

fn group(laid: &Laid, at: usize, identifiers: &mut [Option<Identifier>]) -> TagGroup {
    let node = &laid.nodes[at];
    let mut group = TagGroup::new(kind(node));
    for child in &node.children {
        match child {
            Child::Node(child) => group.push(self::group(laid, *child, identifiers)),
            Child::Mark(mark) => {
                if let Some(identifier) = identifiers[*mark].take() {
                    group.push(identifier);
                }
            }
        }
    }
    group
}

fn kind(node: &Node) -> TagKind {
    let language = node.language.map(|language| language.tag().to_string());
    let both = NonZeroU32::new(2);
    match &node.role {
        Role::Part => Tag::Part.with_lang(language).into(),
        Role::Division => Tag::Div.with_lang(language).into(),
        Role::Heading(level, title) => {
            let level = NonZeroU16::new(u16::from(*level)).unwrap_or(NonZeroU16::MIN);
            Tag::Hn(level, Some(title.clone())).with_lang(language).into()
        }
        Role::Paragraph => Tag::P.with_lang(language).into(),
        Role::List { has_bullets } => {
            let numbering = if *has_bullets { ListNumbering::Disc } else { ListNumbering::None };
            Tag::L(numbering).with_lang(language).into()
        }
        Role::Item => Tag::LI.with_lang(language).into(),
        Role::Label => Tag::Lbl.with_lang(language).into(),
        Role::Body => Tag::LBody.with_lang(language).into(),
        Role::Table(summary) => Tag::Table.with_summary(Some(summary.clone())).with_lang(language).into(),
        Role::Row => Tag::TR.with_lang(language).into(),
        Role::RowHead { spans_both: true } => Tag::TH(TableHeaderScope::Row).with_col_span(both).into(),
        Role::RowHead { spans_both: false } => Tag::TH(TableHeaderScope::Row).with_lang(language).into(),
        Role::ColumnHead => Tag::TH(TableHeaderScope::Column).with_lang(language).into(),
        Role::Cell => Tag::TD.with_lang(language).into(),
    }
}
