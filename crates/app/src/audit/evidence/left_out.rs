//! What a pack does not hold because it was told on an account that the pack is not about, by file, and why.

use super::store::Lines;
use std::collections::HashSet;
use uuid::Uuid;

/// Why something is left out.
const WHY: &str = "People may owe on several accounts. What they told us on an account that this pack is not about belongs to that account's \
                   creditor and is left out: notices, wishes, and the steps of calls led there whole; of a call or letter about several debts \
                   that was made there, the note and the account's id. The rules heed what a person said wherever it was said, so a decision may name what is not here; its \
                   reasons and facts are whole. The evidence pack of the other account has the rest.";
/// What cannot be left out.
const WHOLE: &str = "chain/entries.jsonl is whole, since its proof breaks with one line less: an entry about a contact may name the id of \
                     another account, and nothing else of it. Names, numbers and addresses are the person's and are whole too.";

/// What is not in a pack about one account.
#[derive(Default)]
pub struct LeftOut {
    lines: Vec<String>,
    rows: usize,
    /// The rows of which nothing, or not all, may be told.
    pub untold: HashSet<Uuid>,
}

impl LeftOut {
    /// Notes what one file is without.
    pub fn note(&mut self, file: &str, lines: &Lines) {
        let rows = |count: usize| format!("{count} {}", if count == 1 { "row" } else { "rows" });
        if lines.left_out > 0 {
            self.lines.push(format!("data/{file}.jsonl: {} told on another account", rows(lines.left_out)));
        }
        if lines.cut > 0 {
            self.lines.push(format!("data/{file}.jsonl: of {} the account on which it was made, and the note there", rows(lines.cut)));
        }
        self.rows += lines.left_out + lines.cut;
        self.untold.extend(&lines.untold);
    }

    /// How many rows are not in it, or not whole.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// What is left out, a line each.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Why, in a paragraph each.
    pub fn why(&self) -> &'static [&'static str] {
        if self.rows == 0 { &[] } else { &[WHY, WHOLE] }
    }

    /// The file that says so.
    pub fn text(&self) -> String {
        if self.rows == 0 {
            return "Nothing was left out.\n".into();
        }
        let mut text = String::from("Left out:\n");
        self.lines.iter().for_each(|line| text.push_str(&format!("- {line}\n")));
        self.why().iter().for_each(|why| text.push_str(&format!("\n{why}\n")));
        text
    }
}
