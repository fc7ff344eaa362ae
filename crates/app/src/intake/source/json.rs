//! JSON: one object to the line, or objects of an array. Nested values get heads with dots, and numbers stay as written.

use super::SourceRow;
use super::encoding::{NOT_TEXT, Survey, Text};
use super::packed::{Packed, broken};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::fmt;
use std::io::BufRead;

/// One object may not be larger.
const LARGEST_OBJECT: usize = 16 << 20;

/// Values nested deeper stay JSON in their cell.
const DEEPEST: usize = 16;

/// A table has no more columns.
const MOST_COLUMNS: usize = 5_000;

/// Whether a text starts as JSON of rows does.
pub(super) fn is_json(sample: &str) -> bool {
    let start = sample.trim_start_matches('\u{feff}').trim_start();
    let next = |rest: &str| rest.trim_start().chars().next();
    match start.chars().next() {
        Some('{') => matches!(next(&start[1..]), Some('"' | '}')),
        Some('[') => matches!(next(&start[1..]), Some('{' | ']')),
        _ => false,
    }
}

/// Objects as rows.
pub(super) struct JsonRows {
    objects: Objects,
    heads: HashMap<String, usize>,
}

impl JsonRows {
    /// Reads the whole file once for the names of its columns, so that no late one is lost.
    pub(super) fn open(packed: &Packed, survey: &Survey) -> Result<(Vec<String>, JsonRows), String> {
        let mut heads: Vec<String> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut objects = Objects::new(survey.text(packed)?);
        while let Some(object) = objects.next()? {
            // What is wrong with an object is told with its row.
            for (name, _) in cells(&object.text).unwrap_or_default() {
                if !places.contains_key(&name) {
                    places.insert(name.clone(), heads.len());
                    heads.push(name);
                }
            }
            if heads.len() > MOST_COLUMNS {
                return Err(format!("has more than {MOST_COLUMNS} columns by row {}: bring one object for each account", object.number));
            }
        }
        if heads.is_empty() {
            return Err("has no object with a value in it: each account is one JSON object".into());
        }
        Ok((heads, JsonRows { objects: Objects::new(survey.text(packed)?), heads: places }))
    }

    /// The next object as a row.
    pub(super) fn next_row(&mut self) -> Result<Option<SourceRow>, String> {
        let Some(object) = self.objects.next()? else { return Ok(None) };
        let mut row = SourceRow::numbered(object.number, object.line);
        let mut values: Vec<Option<String>> = vec![None; self.heads.len()];
        let mut twice = Vec::new();
        match cells(&object.text) {
            Ok(found) => {
                for (name, value) in found {
                    let Some(at) = self.heads.get(&name) else { continue };
                    match &mut values[*at] {
                        Some(_) => twice.push(*at),
                        empty => *empty = Some(value),
                    }
                }
            }
            Err(says) => row.say(0, says),
        }
        for (at, value) in values.iter().enumerate() {
            let value = value.as_deref().unwrap_or_default();
            row.push(value);
            if value.contains('\u{fffd}') {
                row.say(at, NOT_TEXT);
            }
        }
        for at in twice {
            row.say(at, "stands twice in its object");
        }
        Ok(Some(row))
    }
}

/// One object's text and where it stands.
struct Object {
    text: String,
    number: u64,
    line: u64,
}

/// Cuts the stream into values at the outermost level, whether lines, an array or one after the other.
struct Objects {
    text: Text,
    number: u64,
    line: u64,
    is_done: bool,
}

impl Objects {
    fn new(text: Text) -> Objects {
        Objects { text, number: 0, line: 1, is_done: false }
    }

    fn byte(&mut self) -> Result<Option<u8>, String> {
        let byte = self.text.fill_buf().map_err(broken)?.first().copied();
        if let Some(byte) = byte {
            self.text.consume(1);
            self.line += u64::from(byte == b'\n');
        }
        Ok(byte)
    }

    /// The next value; between values, white space, commas and the brackets of the array are passed over.
    fn next(&mut self) -> Result<Option<Object>, String> {
        let mut text: Vec<u8> = Vec::new();
        let (mut line, mut depth, mut in_string, mut is_escaped) = (self.line, 0usize, false, false);
        while !self.is_done {
            let Some(byte) = self.byte()? else {
                self.is_done = true;
                break;
            };
            if text.is_empty() {
                if byte.is_ascii_whitespace() || byte == b',' || byte == b'[' && self.number == 0 || byte == b']' {
                    continue;
                }
                line = self.line;
            }
            if !in_string && depth == 0 && (byte == b'\n' || byte == b',' || byte == b']') {
                break;
            }
            text.push(byte);
            if text.len() > LARGEST_OBJECT {
                return Err(format!(
                    "has an object on line {line} of more than {} MB: a bracket or quote is not closed",
                    LARGEST_OBJECT >> 20
                ));
            }
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if in_string => is_escaped = true,
                b'"' => in_string = !in_string,
                _ if in_string => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                _ => {}
            }
        }
        if text.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let text = String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Ok(Some(Object { text, number: self.number, line }))
    }
}

/// Names and values of one object, in its order.
fn cells(text: &str) -> Result<Vec<(String, String)>, String> {
    let members: Members<'_> = serde_json::from_str(text).map_err(|error| format!("is no JSON object: {error}"))?;
    let mut found = Vec::new();
    for (name, value) in members.0 {
        flatten(name, value.get(), 0, &mut found);
    }
    Ok(found)
}

fn flatten(name: String, json: &str, depth: usize, found: &mut Vec<(String, String)>) {
    let json = json.trim();
    let value = match json.as_bytes().first() {
        Some(b'{') if depth < DEEPEST => {
            if let Ok(members) = serde_json::from_str::<Members<'_>>(json) {
                for (inner, value) in members.0 {
                    flatten(format!("{name}.{inner}"), value.get(), depth + 1, found);
                }
                return;
            }
            json.to_string()
        }
        Some(b'[') if depth < DEEPEST => {
            if let Ok(items) = serde_json::from_str::<Items<'_>>(json) {
                for (at, value) in items.0.iter().enumerate() {
                    flatten(format!("{name}.{at}"), value.get(), depth + 1, found);
                }
                return;
            }
            json.to_string()
        }
        Some(b'"') => serde_json::from_str::<String>(json).unwrap_or_else(|_| "\u{fffd}".to_string()),
        Some(b'n') => String::new(),
        // Numbers, true and false stay as they are written.
        _ => json.to_string(),
    };
    found.push((name, value));
}

struct Members<'j>(Vec<(String, &'j RawValue)>);
struct Items<'j>(Vec<&'j RawValue>);

impl<'j> Deserialize<'j> for Members<'j> {
    fn deserialize<D: Deserializer<'j>>(from: D) -> Result<Self, D::Error> {
        struct Reading;
        impl<'j> Visitor<'j> for Reading {
            type Value = Members<'j>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object such as {\"reference\": \"A-1\"}")
            }
            fn visit_map<A: MapAccess<'j>>(self, mut map: A) -> Result<Members<'j>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Reading)
    }
}

impl<'j> Deserialize<'j> for Items<'j> {
    fn deserialize<D: Deserializer<'j>>(from: D) -> Result<Self, D::Error> {
        struct Reading;
        impl<'j> Visitor<'j> for Reading {
            type Value = Items<'j>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }
            fn visit_seq<A: SeqAccess<'j>>(self, mut items: A) -> Result<Items<'j>, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(Items(all))
            }
        }
        from.deserialize_seq(Reading)
    }
}
