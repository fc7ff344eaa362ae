//! A document as a tree of elements, each with its line: what the readers of camt and OFX walk through.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Elements within one another; a statement needs some fifteen.
pub(super) const DEEPEST: usize = 60;

/// One element.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    /// Its name without a prefix.
    pub name: String,
    /// Its line.
    pub line: usize,
    /// The text in it, trimmed.
    pub text: String,
    /// Its attributes.
    pub attributes: Vec<(String, String)>,
    /// What is within.
    pub children: Vec<Element>,
    /// Where what was made of it stands, if it was taken as it ended: then nothing is within any more.
    pub taken: Option<usize>,
}

impl Element {
    /// The first child of a name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Every child of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The element at the end of a path of names parted by `/`, the first of each.
    pub(super) fn at(&self, path: &str) -> Option<&Element> {
        path.split('/').try_fold(self, Element::child)
    }

    /// The text at the end of a path; nothing where it is not there or empty.
    pub(super) fn text_at(&self, path: &str) -> &str {
        self.at(path).map_or("", |element| element.text.as_str())
    }

    /// The first text that is not empty, of several paths.
    pub(super) fn first_text(&self, paths: &[&str]) -> &str {
        paths.iter().map(|path| self.text_at(path)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Every element with text, at any depth, by its path.
    pub(super) fn leaves(&self, path: &str, found: &mut Vec<(String, String)>) {
        for child in &self.children {
            let path = if path.is_empty() { child.name.clone() } else { format!("{path}/{}", child.name) };
            if !child.text.is_empty() {
                let unit = child.attribute("Ccy");
                let text = if unit.is_empty() { child.text.clone() } else { format!("{unit} {}", child.text) };
                found.push((path.clone(), text));
            }
            child.leaves(&path, found);
        }
    }

    /// The first element of a name at any depth.
    pub(super) fn find(&self, is_it: &impl Fn(&Element) -> bool) -> Option<&Element> {
        if is_it(self) { Some(self) } else { self.children.iter().find_map(|child| child.find(is_it)) }
    }
}

/// Counts lines while the place in a text moves on.
pub(super) struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl<'t> Lines<'t> {
    /// At the start.
    pub(super) fn of(text: &'t str) -> Lines<'t> {
        Lines { text, at: 0, line: 1 }
    }

    /// The line of a place, which does not lie before the last one asked for.
    pub(super) fn at(&mut self, place: usize) -> usize {
        let place = place.min(self.text.len());
        if place > self.at {
            self.line += self.text.as_bytes()[self.at..place].iter().filter(|byte| **byte == b'\n').count();
            self.at = place;
        }
        self.line
    }
}

/// Reads XML; what is no XML is an error that names the line. Of each element that ends within those that are open, what `kept` makes of it
/// is kept.
pub(super) fn read_xml(text: &str, mut kept: impl FnMut(&[Element], Element) -> Element) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    let mut lines = Lines::of(text);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let before = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event();
        let line = lines.at(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX).max(before));
        let event = event.map_err(|error| format!("is no whole XML: line {line}, {error}"))?;
        let mut closed = None;
        match event {
            Event::Start(start) => {
                if open.len() >= DEEPEST {
                    return Err(format!("is no statement of a bank: line {line}, more than {DEEPEST} elements within one another"));
                }
                open.push(element(&start, line)?);
            }
            Event::Empty(start) => closed = Some(element(&start, line)?),
            Event::End(_) => closed = open.pop(),
            Event::Text(more) => add(&mut open, &more.xml10_content()),
            Event::CData(more) => add(&mut open, &more),
            Event::GeneralRef(reference) => add(&mut open, &meant(&reference)),
            Event::Eof => {
                let named = open.last().map(|element| format!(" (<{}> of line {})", element.name, element.line));
                return Err(match named {
                    Some(named) => format!("is no whole XML: it ends within an element{named}; fetch it anew"),
                    None => "is XML without an element".into(),
                });
            }
            Event::DocType(_) => return Err(format!("has a document type (line {line}), which no bank's statement has")),
            _ => {}
        }
        if let Some(mut element) = closed {
            element.text = element.text.trim().to_string();
            let element = kept(&open, element);
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None => return Ok(element),
            }
        }
    }
}

fn element(start: &BytesStart<'_>, line: usize) -> Result<Element, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| format!("is no whole XML: line {line}, {error}"))?;
        let value =
            attribute.normalized_value(XmlVersion::Implicit1_0).map_or_else(|_| attribute.value.to_string(), |value| value.into_owned());
        attributes.push((attribute.key.as_ref().to_string(), value));
    }
    Ok(Element { name: start.local_name().as_ref().to_string(), line, attributes, ..Element::default() })
}

fn add(open: &mut [Element], more: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(more);
    }
}

/// The character that a reference such as `&amp;` or `&#228;` means; one that means nothing is kept as it stands.
fn meant(reference: &BytesRef<'_>) -> String {
    let known = reference.resolve_char_ref().ok().flatten().map(String::from);
    let known = known.or_else(|| quick_xml::escape::resolve_predefined_entity(reference).map(String::from));
    known.unwrap_or_else(|| format!("&{};", &**reference))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(_: &[Element], element: Element) -> Element {
        element
    }

    #[test]
    fn elements_know_their_line_text_and_attributes() {
        let root =
            read_xml("<?xml version='1.0'?>\n<x:A xmlns:x=\"u\">\n <B c=\"1&amp;2\">q &amp; &#228;<![CDATA[<]]></B>\n <E/>\n</x:A>", whole)
                .unwrap();
        let b = root.child("B").unwrap();
        assert_eq!((root.name.as_str(), root.line, b.line, b.text.as_str()), ("A", 2, 3, "q & ä<"));
        assert_eq!((b.attribute("c"), root.attribute("xmlns:x"), root.children.len()), ("1&2", "u", 2));
        assert_eq!(root.text_at("B"), "q & ä<");
        assert_eq!(root.text_at("B/C"), "");
    }

    #[test]
    fn what_is_no_xml_is_refused_with_its_line() {
        for (text, part) in [
            ("<A>\n<B></A>", "line 2"),
            ("<A>\n", "<A> of line 1"),
            ("<!DOCTYPE x [<!ENTITY a \"b\">]><A/>", "document type"),
            ("<?xml version='1.0'?>", "without an element"),
            (&"<a>".repeat(100), "within one another"),
        ] {
            let error = read_xml(text, whole).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
