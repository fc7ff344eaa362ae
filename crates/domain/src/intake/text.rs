//! Characters that a cell may hold and nobody sees: what they are called, and where they are a fault.

use crate::values::point::is_invisible;

/// The first character that no text of one line may hold: controls, and line breaks and tabs.
pub fn control_in(text: &str) -> Option<String> {
    text.chars().find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')).map(name_of)
}

/// The first control character that even a text of several lines may not hold.
pub fn control_in_lines(text: &str) -> Option<String> {
    text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')).map(name_of)
}

/// The first character that nobody can see.
pub fn invisible_in(text: &str) -> Option<String> {
    text.chars().find(|c| is_invisible(*c)).map(name_of)
}

/// The first character that turns the direction of writing, by which a name can be made to look like another.
pub fn direction_in(text: &str) -> Option<String> {
    text.chars().find(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')).map(name_of)
}

/// A text without what nobody can see: figures and dates copied from elsewhere carry it along.
pub fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).collect()
}

/// A character by its name.
fn name_of(c: char) -> String {
    let name = match c {
        '\0' => "a NUL character",
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => "a line break",
        '\t' => "a tab",
        '\u{7f}' => "a delete character",
        '\u{ad}' => "a soft hyphen",
        '\u{200b}' | '\u{feff}' | '\u{2060}' => "a space of no width",
        '\u{200c}' | '\u{200d}' => "a joiner of letters",
        '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "a mark that turns the direction of writing"
        }
        _ if c.is_control() => "a control character",
        _ => "a character that cannot be seen",
    };
    format!("{name} (U+{:04X})", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_told_by_name() {
        for (text, control, invisible) in [
            ("Ann\0", Some("a NUL character (U+0000)"), None),
            ("a\nb", Some("a line break (U+000A)"), None),
            ("\u{1b}[31m", Some("a control character (U+001B)"), None),
            ("A\u{200b}1", None, Some("a space of no width (U+200B)")),
            ("\u{202e}1-A", None, Some("a mark that turns the direction of writing (U+202E)")),
            ("می‌خواهم", None, Some("a joiner of letters (U+200C)")),
            ("Zoë 王小明", None, None),
        ] {
            assert_eq!((control_in(text).as_deref(), invisible_in(text).as_deref()), (control, invisible), "{text:?}");
        }
        assert_eq!(control_in_lines("two\r\nlines"), None);
        assert_eq!(visible("\u{200e}12/03/2026"), "12/03/2026");
    }
}
