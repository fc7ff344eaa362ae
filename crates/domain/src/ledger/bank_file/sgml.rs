//! OFX as a tree: the SGML of version 1, whose elements need no end, the XML of version 2, and what some banks send in between.
//!
//! An element with text ends where the next begins. One without text that nobody closed had nothing in it: what follows stands
//! beside it, not in it.

use super::tree::{DEEPEST, Element, Lines};
use crate::values::file_problem::FileProblems;

/// Reads all elements of a text; whatever stands outside of them is left to the caller.
pub(super) fn read(text: &str, problems: &mut FileProblems) -> Element {
    let mut lines = Lines::of(text);
    let mut open = vec![Element { name: "file".into(), line: 1, ..Element::default() }];
    let mut left = text.find('<').unwrap_or(text.len());
    while left < text.len() {
        let line = lines.at(left);
        let rest = &text[left..];
        if let Some(skipped) = passed_over(rest) {
            left += skipped;
            continue;
        }
        let Some(end) = rest.find('>') else {
            problems.refuse(line, "the file", rest, "ends within a tag: fetch it anew");
            break;
        };
        let tag = rest[1..end].trim();
        left += end + 1;
        let value_end = text[left..].find('<').map_or(text.len(), |next| left + next);
        let mut value = unescaped(text[left..value_end].trim());
        left = value_end;
        if let Some(data) = text[left..].strip_prefix("<![CDATA[") {
            let length = data.find("]]>").unwrap_or(data.len());
            value.push_str(data[..length].trim());
            left += 9 + (length + 3).min(data.len());
        }
        if let Some(name) = tag.strip_prefix('/') {
            close(&mut open, &name.trim().to_ascii_uppercase(), line, problems);
            if !value.is_empty() {
                problems.note(line, format!("</{}>", name.trim()), &value, "is text outside of any element, and was passed over");
            }
            continue;
        }
        let (name, is_empty) = match tag.strip_suffix('/') {
            Some(name) => (name, true),
            None => (tag, false),
        };
        let name = name.split_ascii_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        if open.len() >= DEEPEST {
            // Elements that nobody closes and that have no text: the oldest of them hold nothing.
            fold(&mut open);
        }
        // A value ends its element: the next tag stands beside it.
        if open.last().is_some_and(|element| !element.text.is_empty()) {
            fold(&mut open);
        }
        let element = Element { name, line, text: value, ..Element::default() };
        if is_empty {
            if let Some(parent) = open.last_mut() {
                parent.children.push(element);
            }
        } else {
            open.push(element);
        }
    }
    while open.len() > 1 {
        let unclosed = open.last().filter(|element| element.text.is_empty() && !element.children.is_empty());
        if let Some(element) = unclosed.filter(|element| element.name == "OFX") {
            problems.refuse(element.line, "<OFX>", "", "is not closed: the file ends too early; fetch it anew");
            fold_whole(&mut open);
        } else {
            fold(&mut open);
        }
    }
    open.pop().unwrap_or_default()
}

/// How much a comment or an instruction takes.
fn passed_over(rest: &str) -> Option<usize> {
    let (end, length) = match rest {
        _ if rest.starts_with("<!--") => ("-->", 3),
        _ if rest.starts_with("<?") || rest.starts_with("<!") && !rest.starts_with("<![") => (">", 1),
        _ => return None,
    };
    Some(rest.find(end).map_or(rest.len(), |at| at + length))
}

/// Closes the innermost element of a name; those within it that are still open end with it.
fn close(open: &mut Vec<Element>, name: &str, line: usize, problems: &mut FileProblems) {
    if !open.iter().skip(1).any(|element| element.name == name) {
        problems.note(line, format!("</{name}>"), "", "closes what is not open, and was passed over");
        return;
    }
    while open.last().is_some_and(|element| element.name != name) {
        fold(open);
    }
    fold_whole(open);
}

/// Ends the innermost element, which nobody closed: it has its text alone, and what seemed to stand within it stands beside it.
fn fold(open: &mut Vec<Element>) {
    if open.len() < 2 {
        return;
    }
    if let (Some(mut element), Some(parent)) = (open.pop(), open.last_mut()) {
        let beside = std::mem::take(&mut element.children);
        parent.children.push(element);
        parent.children.extend(beside);
    }
}

/// Ends the innermost element with all that is in it.
fn fold_whole(open: &mut Vec<Element>) {
    if open.len() < 2 {
        return;
    }
    if let (Some(element), Some(parent)) = (open.pop(), open.last_mut()) {
        parent.children.push(element);
    }
}

/// With the escapes of OFX put back.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len());
    let mut left = text;
    while let Some(at) = left.find('&') {
        out.push_str(&left[..at]);
        left = &left[at..];
        let known = left.find(';').filter(|end| *end <= 10).and_then(|end| Some((meant(&left[1..end])?, end)));
        match known {
            Some((character, end)) => {
                out.push(character);
                left = &left[end + 1..];
            }
            None => {
                out.push('&');
                left = &left[1..];
            }
        }
    }
    out + left
}

fn meant(name: &str) -> Option<char> {
    match name.to_ascii_lowercase().as_str() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        number => {
            let number = number.strip_prefix('#')?;
            let code = number.strip_prefix('x').map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
            char::from_u32(code).filter(|character| !character.is_control())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> (Element, usize) {
        let mut problems = FileProblems::default();
        let root = read(text, &mut problems);
        (root, problems.in_order().len())
    }

    #[test]
    fn elements_end_with_their_text_or_where_they_are_closed() {
        let (root, problems) = tree("OFXHEADER:100\n\n<OFX>\n<A><B>1 &amp; 2\n<C>\n<D>x</D><E/></A>\n<F><![CDATA[<y>]]></F>\n</OFX>");
        let a = root.at("OFX/A").unwrap();
        let names: Vec<&str> = a.children.iter().map(|child| child.name.as_str()).collect();
        assert_eq!((names, problems), (vec!["B", "C", "D", "E"], 0));
        assert_eq!((a.text_at("B"), a.text_at("C"), a.child("D").unwrap().line), ("1 & 2", "", 6));
        assert_eq!(root.text_at("OFX/F"), "<y>");
    }

    #[test]
    fn what_is_broken_is_said() {
        for text in ["<OFX></A></OFX>", "<OFX><A", "<OFX></OFX> more", "<OFX><A>1"] {
            assert!(tree(text).1 > 0, "{text}");
        }
        // However deep, nothing is lost and nothing overflows.
        let (root, _) = tree(&"<A>".repeat(100_000));
        assert!(root.children.len() > 1_000);
    }
}
