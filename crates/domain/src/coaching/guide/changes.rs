//! What differs between two texts of a guide, part by part: a stage, a card, the table.

use crate::outreach::conversation::Stage;

/// A part that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The part's head, such as `listen` or `card lost_job: I lost my job`.
    pub part: String,
    /// Lines that are gone.
    pub gone: Vec<String>,
    /// Lines that are new.
    pub new: Vec<String>,
}

impl Change {
    /// The part as a reader knows it: `Read back`, `“I lost my job”`.
    pub fn title(&self) -> String {
        let card = self.part.strip_prefix("card ").and_then(|card| card.split_once(':'));
        match (Stage::parse(&self.part), card) {
            (Some(stage), _) => stage.to_string(),
            (None, Some((_, title))) => format!("“{}”", title.trim()),
            (None, None) if self.part == "table" => "The table".into(),
            (None, None) => "The head of the text".into(),
        }
    }
}

/// What a text says otherwise than another, in its order; parts that are gone come last.
///
/// Remarks, empty lines and blanks around a line change nothing. Where the same lines stand in another order, they are named as gone and
/// as new: of two lines that fit alike the later one is said.
pub fn changes(before: &str, after: &str) -> Vec<Change> {
    let (before, after) = (parts(before), parts(after));
    let lines_of = |parts: &[(String, Vec<String>)], head: &str| -> Vec<String> {
        parts.iter().filter(|(known, _)| known == head).flat_map(|(_, lines)| lines.clone()).collect()
    };
    let gone = before.iter().filter(|(head, _)| !after.iter().any(|(known, _)| known == head));
    let mut changes = Vec::new();
    for (head, _) in after.iter().chain(gone) {
        let (old, new) = (lines_of(&before, head), lines_of(&after, head));
        let is_known = changes.iter().any(|change: &Change| change.part == *head);
        if old == new || is_known {
            continue;
        }
        let (mut only_old, mut only_new) = (without(&old, &new), without(&new, &old));
        if only_old.is_empty() && only_new.is_empty() {
            (only_old, only_new) = (old, new);
        }
        changes.push(Change { part: head.clone(), gone: only_old, new: only_new });
    }
    changes
}

/// The parts of a text with their lines; what stands before the first head is `opening`.
fn parts(text: &str) -> Vec<(String, Vec<String>)> {
    let mut parts = vec![("opening".to_string(), Vec::new())];
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")) {
        match (line.strip_prefix('#'), parts.last_mut()) {
            (None, Some((_, lines))) => lines.push(line.to_string()),
            (head, _) => parts.push((head.unwrap_or_default().trim().to_string(), Vec::new())),
        }
    }
    parts
}

/// Lines that another list does not have, each as often as it has too few.
fn without(lines: &[String], others: &[String]) -> Vec<String> {
    let mut left: Vec<&String> = others.iter().collect();
    let mut only = Vec::new();
    for line in lines {
        match left.iter().position(|other| *other == line) {
            Some(at) => drop(left.swap_remove(at)),
            None => only.push(line.clone()),
        }
    }
    only
}

#[cfg(test)]
mod tests {
    use super::super::shipped_text;
    use super::*;
    use crate::outreach::letter::Language;

    #[test]
    fn each_part_says_what_is_gone_and_new() {
        let before = "language: en\n# verify\nsay: Hello.\nhint: slowly\n# card a: A\nask: Why?\n# card b: B\nask: When?";
        //  what is done to the text            part                gone               new
        let cases = [
            ("say: Hello.", "say: Good day.", "verify", vec!["say: Hello."], vec!["say: Good day."]),
            ("hint: slowly", "// a remark\n\n  hint: slowly\nhint: louder", "verify", vec![], vec!["hint: louder"]),
            (
                "say: Hello.\nhint: slowly",
                "hint: slowly\nsay: Hello.",
                "verify",
                vec!["say: Hello.", "hint: slowly"],
                vec!["hint: slowly", "say: Hello."],
            ),
            ("# card b: B\nask: When?", "", "card b: B", vec!["ask: When?"], vec![]),
            ("language: en", "language: es", "opening", vec!["language: en"], vec!["language: es"]),
        ];
        for (from, to, part, gone, new) in cases {
            let after = before.replace(from, to);
            let owned = |lines: Vec<&str>| lines.into_iter().map(String::from).collect();
            assert_eq!(changes(before, &after), [Change { part: part.into(), gone: owned(gone), new: owned(new) }], "{after}");
        }
    }

    #[test]
    fn a_part_is_named_as_readers_know_it() {
        let parts = [
            ("read_back", "Read back"),
            ("card job: I lost my job", "“I lost my job”"),
            ("table", "The table"),
            ("opening", "The head of the text"),
        ];
        for (part, title) in parts {
            assert_eq!(Change { part: part.into(), gone: vec![], new: vec![] }.title(), title);
        }
    }

    #[test]
    fn a_text_does_not_differ_from_itself() {
        let text = shipped_text(Language::English);
        assert_eq!(changes(text, text), []);
        assert_eq!(changes(text, &text.replace('\n', "\r\n\r\n")), []);
        assert!(changes("", text).len() > 20);
    }
}
