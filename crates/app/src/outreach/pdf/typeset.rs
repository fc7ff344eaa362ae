//! Text into lines of glyphs: shaped and broken once, kept for the next letter that says the same.

use super::PdfError;
use duly_domain::outreach::letter::Span;
use krilla::text::{GlyphId, KrillaGlyph};
use parley::fontique::{Blob, Collection, CollectionOptions, SourceCache};
use parley::style::{FontFamily, FontWeight, OverflowWrap, StyleProperty};
use parley::{FontContext, Layout, LayoutContext};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Noto Sans, the Latin letters of it; see `fonts/README.md` for its version, license and how it was cut.
pub const REGULAR: &[u8] = include_bytes!("fonts/NotoSans-Regular-Latin.ttf");
/// The same in bold.
pub const BOLD: &[u8] = include_bytes!("fonts/NotoSans-Bold-Latin.ttf");

/// The name the fonts are registered under.
const FAMILY: &str = "Noto Sans";
/// Texts kept; when there are more, all are dropped: the ones every letter says are back at once.
const TEXTS_KEPT: usize = 4_096;

/// A text set in a width.
#[derive(Debug)]
pub struct Text {
    /// What the glyphs stand for.
    pub source: String,
    /// Its lines from the top.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Debug)]
pub struct Line {
    /// Runs of one weight, each with where it begins.
    pub runs: Vec<Run>,
    /// How wide it is, without the space it ends with.
    pub width: f32,
}

/// Glyphs of one weight.
#[derive(Debug)]
pub struct Run {
    /// Whether they are bold.
    pub is_strong: bool,
    /// From the left edge of the line.
    pub x: f32,
    /// The glyphs, measured in parts of the font's size.
    pub glyphs: Vec<KrillaGlyph>,
}

type Key = (Vec<Span>, u32, u32);

/// Shapes and breaks text, and keeps what it has set.
pub struct Typesetter {
    fonts: FontContext,
    layouts: LayoutContext<()>,
    bold: u64,
    kept: HashMap<Key, Rc<Text>>,
}

impl Typesetter {
    /// A typesetter that knows the two fonts and none of the machine's.
    pub fn new() -> Result<Typesetter, PdfError> {
        let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        let mut id = 0;
        for bytes in [REGULAR, BOLD] {
            let blob = Blob::new(Arc::new(bytes));
            id = blob.id();
            if collection.register_fonts(blob, None).is_empty() {
                return Err(PdfError::Fonts);
            }
        }
        let fonts = FontContext { collection, source_cache: SourceCache::default() };
        Ok(Typesetter { fonts, layouts: LayoutContext::new(), bold: id, kept: HashMap::new() })
    }

    /// Sets spans in a width at a size.
    pub fn set(&mut self, spans: &[Span], size: f32, width: f32) -> Result<Rc<Text>, PdfError> {
        let key = (spans.to_vec(), size.to_bits(), width.to_bits());
        if let Some(text) = self.kept.get(&key) {
            return Ok(text.clone());
        }
        let text = Rc::new(self.shape(spans, size, width)?);
        if self.kept.len() >= TEXTS_KEPT {
            self.kept.clear();
        }
        self.kept.insert(key, text.clone());
        Ok(text)
    }

    fn shape(&mut self, spans: &[Span], size: f32, width: f32) -> Result<Text, PdfError> {
        // Whatever breaks a line or hides in a name would be a glyph of its own.
        let clean = |span: &Span| span.text.replace(char::is_control, " ");
        let pieces: Vec<(String, bool)> = spans.iter().map(|span| (clean(span), span.is_strong)).collect();
        let source: String = pieces.iter().map(|(text, _)| text.as_str()).collect();
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, &source, 1.0, false);
        builder.push_default(StyleProperty::FontFamily(FontFamily::named(FAMILY)));
        builder.push_default(StyleProperty::FontSize(size));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        let mut at = 0;
        for (text, is_strong) in &pieces {
            if *is_strong && !text.is_empty() {
                builder.push(StyleProperty::FontWeight(FontWeight::BOLD), at..at + text.len());
            }
            at += text.len();
        }
        let mut layout: Layout<()> = builder.build(&source);
        layout.break_all_lines(Some(width));
        let mut lines = Vec::with_capacity(layout.len());
        for line in layout.lines() {
            let (mut runs, mut x, mut width) = (Vec::new(), 0.0, 0.0);
            for run in line.runs() {
                let begins = x;
                let mut glyphs: Vec<KrillaGlyph> = Vec::with_capacity(run.len());
                for cluster in run.visual_clusters() {
                    if cluster.is_ligature_continuation() {
                        if let Some(glyph) = glyphs.last_mut() {
                            glyph.text_range.end = cluster.text_range().end;
                        }
                        continue;
                    }
                    for glyph in cluster.glyphs() {
                        let range = cluster.text_range();
                        if glyph.id == 0 {
                            let missing = source.get(range).and_then(|text| text.chars().next());
                            return Err(PdfError::Character(missing.unwrap_or(char::REPLACEMENT_CHARACTER)));
                        }
                        let (dx, dy, advance) = (glyph.x / size, glyph.y / size, glyph.advance / size);
                        glyphs.push(KrillaGlyph::new(GlyphId::new(glyph.id), advance, dx, dy, 0.0, range, None));
                        x += glyph.advance;
                    }
                    width = if cluster.is_space_or_nbsp() { width } else { x };
                }
                if !glyphs.is_empty() {
                    runs.push(Run { is_strong: run.font().data.id() == self.bold, x: begins, glyphs });
                }
            }
            lines.push(Line { runs, width });
        }
        Ok(Text { source, lines })
    }
}
