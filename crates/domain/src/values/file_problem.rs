//! What is wrong in a file that somebody else made: the line, the place in it, what stands there, and what is wrong with it.
//!
//! A problem that *refuses* means that something of the file cannot be used as it stands; any other is said and passed over.
//! Nothing is dropped without one.

/// How much of a value is shown.
const SHOWN: usize = 120;

/// One problem of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// The line, counted from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// The tag, field or element.
    pub place: String,
    /// What stands there, cut where it is long.
    pub value: String,
    /// What is wrong, in words that follow the value.
    pub says: String,
    /// Whether something of the file cannot be used for it.
    pub refuses: bool,
}

/// `line 3, :61: "…" has no amount`.
impl std::fmt::Display for FileProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, ", self.line)?;
        }
        f.write_str(&self.place)?;
        if !self.value.is_empty() {
            write!(f, " {:?}", self.value)?;
        }
        write!(f, " {}", self.says)
    }
}

/// The problems of a file, in the order in which they were met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileProblems(Vec<FileProblem>);

impl FileProblems {
    /// Something cannot be used.
    pub fn refuse(&mut self, line: usize, place: impl Into<String>, value: &str, says: impl Into<String>) {
        self.add(line, place.into(), value, says.into(), true);
    }

    /// Something is odd, or was not understood and stands aside.
    pub fn note(&mut self, line: usize, place: impl Into<String>, value: &str, says: impl Into<String>) {
        self.add(line, place.into(), value, says.into(), false);
    }

    /// Puts those of a part behind the others.
    pub fn append(&mut self, mut of_part: FileProblems) {
        self.0.append(&mut of_part.0);
    }

    fn add(&mut self, line: usize, place: String, value: &str, says: String, refuses: bool) {
        let value = match value.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", &value[..end]),
            None => value.to_string(),
        };
        self.0.push(FileProblem { line, place, value, says, refuses });
    }

    /// Whether anything cannot be used.
    pub fn refuses(&self) -> bool {
        self.0.iter().any(|problem| problem.refuses)
    }

    /// In the order of the lines; what concerns the whole file comes last.
    pub fn in_order(mut self) -> Vec<FileProblem> {
        self.0.sort_by_key(|problem| if problem.line == 0 { usize::MAX } else { problem.line });
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_line_place_and_value() {
        let mut problems = FileProblems::default();
        problems.note(0, "the file", "", "has no trailer");
        problems.note(3, ":61:", &"é".repeat(200), "is long");
        assert!(!problems.refuses());
        problems.refuse(2, "amount", "$1", "is not an amount");
        assert!(problems.refuses());
        let said: Vec<String> = problems.in_order().iter().map(ToString::to_string).collect();
        assert_eq!((said[0].as_str(), said[2].as_str()), ("line 2, amount \"$1\" is not an amount", "the file has no trailer"));
        assert_eq!(said[1], format!("line 3, :61: \"{}…\" is long", "é".repeat(120)));
    }
}
