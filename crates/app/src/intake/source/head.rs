//! Which row of a table holds the heads: lines of titles above them are left out, and said.

use super::dialect::most_common;

/// How many rows a head is looked for in.
const LOOKED_AT: usize = 30;

/// The row of the heads among the first rows, as an index; `None` where no row says anything.
pub(super) fn find<R: AsRef<[String]>>(rows: &[R]) -> Option<usize> {
    let filled = |row: &R| row.as_ref().iter().filter(|cell| !cell.trim().is_empty()).count();
    let usual = most_common(rows.iter().map(filled).filter(|count| *count > 0))?.0;
    let first = rows.iter().position(|row| filled(row) > 0)?;
    if usual == 1 {
        return Some(first);
    }
    let looks_like_heads = |row: &R| {
        let cells: Vec<&str> = row.as_ref().iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
        cells.len() >= 2 && cells.len() * 2 >= usual && cells.iter().all(|cell| is_name(cell))
    };
    let looked_at = &rows[..rows.len().min(LOOKED_AT)];
    // A first row as full as the others is the head, whatever it says: heads may be years.
    let full = looked_at.iter().position(|row| filled(row) + 1 >= usual && filled(row) >= 2);
    let named = looked_at.iter().position(looks_like_heads);
    match (named, full) {
        (Some(named), Some(full)) => Some(named.min(full)),
        (named, full) => named.or(full).or(Some(first)),
    }
}

/// Whether a text may be the head of a column: it has a letter and is no date or amount.
fn is_name(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    letters > 0 && digits <= letters && text.chars().count() <= 100
}

/// Heads as columns are known by: without white space around them.
pub(super) fn names<'c>(cells: impl Iterator<Item = &'c str>) -> Vec<String> {
    let mut heads: Vec<String> = cells.map(|cell| cell.trim().trim_start_matches('\u{feff}').to_string()).collect();
    while heads.len() > 1 && heads.last().is_some_and(String::is_empty) {
        heads.pop();
    }
    heads
}

/// Lines above the head, said.
pub(super) fn above(row: u64, above: &[String]) -> Option<String> {
    let shown: Vec<String> = above.iter().filter(|line| !line.trim().is_empty()).map(|line| shortened(line)).collect();
    match shown.as_slice() {
        [] => None,
        lines => Some(format!(
            "the heads were found in row {row}; left out above them: {}{}",
            lines.iter().take(3).map(|line| format!("\"{line}\"")).collect::<Vec<_>>().join(", "),
            if lines.len() > 3 { " and more" } else { "" }
        )),
    }
}

fn shortened(line: &str) -> String {
    let line = line.trim();
    if line.chars().count() <= 40 { line.to_string() } else { format!("{}…", line.chars().take(39).collect::<String>()) }
}

/// What is odd about heads.
pub(super) fn notices(heads: &[String]) -> Vec<String> {
    let mut said = Vec::new();
    let nameless = heads.iter().filter(|head| head.is_empty()).count();
    match nameless {
        0 => {}
        1 => said.push("one column has no head and cannot be named in a mapping".to_string()),
        count => said.push(format!("{count} columns have no head and cannot be named in a mapping")),
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut twice: Vec<String> = Vec::new();
    for head in heads.iter().filter(|head| !head.is_empty()) {
        let shown = format!("{head:?}");
        if !seen.insert(head.to_lowercase()) && !twice.contains(&shown) {
            twice.push(shown);
        }
    }
    if !twice.is_empty() {
        let more = if twice.len() > 5 { " and others" } else { "" };
        said.push(format!("more than one column is headed {}{more}: the first of each is read", twice[..twice.len().min(5)].join(", ")));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_found_below_titles() {
        let rows = |text: &str| -> Vec<Vec<String>> { text.lines().map(|line| line.split(',').map(String::from).collect()).collect() };
        for (text, head) in [
            ("id,name,balance\n1,Ann,2.00\n2,Bob,3.00", 0),
            ("Open items,,\nas of 2026-01-01,,\n,,\nid,name,balance\n1,Ann,2.00\n2,Bob,3.00", 3),
            ("Year,2000,2001,2002\nTimber,1,2,3\nPaper,4,5,6", 0),
            ("id,name,owed,\n1,Ann,x,y\n2,Bob,x,y", 0),
            ("1,2\n3,4", 0),
            ("one\ntwo\nthree", 0),
            ("id,a,b,c,d,e\n1,x,,,,\n2,y,,,,\n3,z,,,,", 0),
        ] {
            assert_eq!(find(&rows(text)), Some(head), "{text}");
        }
        assert_eq!(find::<Vec<String>>(&[vec![String::new()]]), None);
    }
}
