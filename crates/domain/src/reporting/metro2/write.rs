//! A Metro 2 file of characters is written record by record, a line each, and its trailer counts what went before.
//!
//! Read [`Writer`]. Fields are named as in [`layout`](super::layout); a field that is not named is blank, or zeros where digits belong.

use super::layout::{BASE, CHARACTERS, HEADER, TRAILER};
use super::{ReportedAccount, counted};
use crate::values::file_problem::FileProblems;
use crate::values::fixed::{Layout, Values};
use std::collections::BTreeMap;

/// Fields of a record by their names.
pub type Cells<'a> = [(&'a str, &'a str)];

/// Writes a file: the header, an account at a time, the trailer. Every answer is a line with its end.
#[derive(Debug, Default)]
pub struct Writer {
    counts: BTreeMap<&'static str, usize>,
}

impl Writer {
    /// The line that opens the file.
    pub fn header(&self, cells: &Cells<'_>) -> Result<String, String> {
        line(&HEADER, cells, &[])
    }

    /// The line of one account with its segments in their order; nothing is counted where the error says why it cannot be written.
    pub fn account(&mut self, base: &Cells<'_>, segments: &[(&'static Layout, &Cells<'_>)]) -> Result<String, String> {
        let line = line(&BASE, base, segments)?;
        let chars: Vec<char> = line.chars().collect();
        let mut problems = FileProblems::default();
        let mut at = CHARACTERS;
        let mut read: Vec<Values> = Vec::with_capacity(segments.len());
        for (layout, _) in segments {
            read.push(layout.read(0, &chars[at..at + layout.width()], &mut problems));
            at += layout.width();
        }
        let account = ReportedAccount { record: 0, base: BASE.read(0, &chars[..CHARACTERS], &mut problems), segments: read };
        super::prove_base(0, &account.base, &mut problems);
        if let Some(problem) = problems.in_order().into_iter().find(|problem| problem.refuses) {
            return Err(problem.to_string());
        }
        for (name, count) in counted(0, &[account]) {
            *self.counts.entry(name).or_default() += count;
        }
        Ok(line)
    }

    /// How many accounts were written.
    pub fn accounts(&self) -> usize {
        self.counts.get("base records").copied().unwrap_or_default()
    }

    /// The line that closes the file and counts what it holds.
    pub fn trailer(&self) -> Result<String, String> {
        // Each record is a block of its own: the header, the accounts and this one.
        let mut counts = self.counts.clone();
        counts.insert("blocks", self.accounts() + 2);
        let counts: Vec<(&str, String)> = counts.into_iter().map(|(name, count)| (name, count.to_string())).collect();
        let cells: Vec<(&str, &str)> = counts.iter().map(|(name, count)| (*name, count.as_str())).collect();
        line(&TRAILER, &cells, &[])
    }
}

fn line(layout: &Layout, cells: &Cells<'_>, segments: &[(&'static Layout, &Cells<'_>)]) -> Result<String, String> {
    let width = CHARACTERS + segments.iter().map(|(layout, _)| layout.width()).sum::<usize>();
    let length = format!("{width:04}");
    let cells: Vec<(&str, &str)> = std::iter::once(("record length", length.as_str())).chain(cells.iter().copied()).collect();
    let mut line = layout.write(&cells)?;
    for (layout, cells) in segments {
        line.push_str(&layout.write(cells)?);
    }
    line.push('\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::super::layout::{K1, SEGMENTS};
    use super::super::read;
    use super::*;
    use proptest::prelude::*;

    /// A base that has what every one must have, with some of its own.
    fn base<'a>(own: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let must = [
            ("identification number", "HARBOR01"),
            ("account number", "A-1"),
            ("portfolio type", "O"),
            ("account type", "48"),
            ("account status", "93"),
            ("surname", "LOPEZ"),
            ("ecoa", "1"),
            ("opened on", "11032025"),
            ("account information on", "03022026"),
        ];
        must.into_iter().filter(|(name, _)| !own.iter().any(|(other, _)| other == name)).chain(own.iter().copied()).collect()
    }

    #[test]
    fn a_file_is_read_again_with_every_count() {
        let mut writer = Writer::default();
        let first = [("original creditor", "LARKFIELD"), ("creditor classification", "10")];
        let with: &[(&'static Layout, &Cells<'_>)] = &[(&K1, &first)];
        let mut file = writer.header(&[("reporter", "HARBOR RECOVERY")]).unwrap();
        file += &writer.account(&base(&[("born on", "05171980"), ("current balance", "420")]), with).unwrap();
        file += &writer.account(&base(&[("account status", "DA"), ("ecoa", "Z")]), &[]).unwrap();
        file += &writer.trailer().unwrap();
        let read = read(file.as_bytes()).unwrap();
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        assert_eq!((read.accounts.len(), read.sum_minor("current balance")), (2, 42_000));
        let trailer = read.trailer.unwrap();
        let counts = ["base records", "status 93", "status DA", "ecoa Z", "K1 segments", "dates of birth", "blocks"]
            .map(|name| trailer.number(name));
        assert_eq!(counts, [Some(2), Some(1), Some(1), Some(1), Some(1), Some(1), Some(4)]);
        assert_eq!(file.lines().map(str::len).collect::<Vec<_>>(), [426, 460, 426, 426]);
    }

    #[test]
    fn what_must_not_be_blank_is_refused_and_not_counted() {
        let mut writer = Writer::default();
        let says = writer.account(&base(&[("surname", "")]), &[]).unwrap_err();
        assert!(says.contains("base, surname") && says.contains("must not be"), "{says}");
        assert!(writer.account(&base(&[("account status", "99")]), &[]).unwrap_err().contains("\"99\" is none of"));
        assert_eq!(writer.accounts(), 0);
    }

    proptest! {
        /// Any words in any field come back, or the account is refused; the file stays whole.
        #[test]
        fn any_words_are_written_whole_or_refused(said in prop::collection::vec((0..BASE.fields.len(), ".{0,40}"), 0..6), segment in 0..SEGMENTS.len()) {
            let own: Vec<(&str, &str)> = said.iter().map(|(at, text)| (BASE.fields[*at].name, text.as_str())).filter(|(name, _)| *name != "record length").collect();
            let mut writer = Writer::default();
            let mut file = writer.header(&[]).unwrap();
            let with: &[(&'static Layout, &Cells<'_>)] = &[(SEGMENTS[segment], &[])];
            let line = writer.account(&base(&own), with);
            prop_assert_eq!(writer.accounts(), usize::from(line.is_ok()));
            file += line.as_deref().unwrap_or_default();
            file += &writer.trailer().unwrap();
            let read = read(file.as_bytes()).unwrap();
            prop_assert!(!read.refuses(), "{:?}", read.problems);
            prop_assert_eq!(read.accounts.len(), usize::from(line.is_ok()));
        }
    }
}
