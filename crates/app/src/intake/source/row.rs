//! One row: its number, its cells in one piece of text, and what is wrong with single cells.

/// What is wrong with one cell already as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellProblem {
    /// The column, counted from 0.
    pub column: usize,
    /// The end of the sentence "it …".
    pub says: String,
}

/// One row of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceRow {
    /// Its number as a spreadsheet shows the file: blank rows and lines above the head are counted.
    pub number: u64,
    /// The line of the file it starts on, where that is another number: line breaks within cells make it larger.
    pub line: u64,
    text: String,
    ends: Vec<usize>,
    problems: Vec<CellProblem>,
}

impl SourceRow {
    /// An empty row to be filled.
    pub(super) fn numbered(number: u64, line: u64) -> SourceRow {
        SourceRow { number, line, ..SourceRow::default() }
    }

    /// Adds a cell.
    pub(super) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Says what is wrong with a cell.
    pub(super) fn say(&mut self, column: usize, says: impl Into<String>) {
        self.problems.push(CellProblem { column, says: says.into() });
    }

    /// Adds empty cells up to a number of them.
    pub(super) fn pad_to(&mut self, cells: usize) {
        if self.ends.len() < cells {
            self.ends.resize(cells, self.text.len());
        }
    }

    /// Whether no cell says anything and none is wrong.
    pub(super) fn is_nothing(&self) -> bool {
        self.problems.is_empty() && self.text.trim().is_empty()
    }

    /// Leaves out empty cells beyond the heads: a delimiter at the end of a line adds no column.
    pub(super) fn drop_empty_beyond(&mut self, heads: usize) {
        while self.ends.len() > heads && self.cell(self.ends.len() - 1).trim().is_empty() {
            self.ends.pop();
        }
    }

    /// A cell's text; empty beyond the last.
    pub fn cell(&self, at: usize) -> &str {
        let Some(end) = self.ends.get(at) else { return "" };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        self.text.get(start..*end).unwrap_or_default()
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Every cell as it stands.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.cell(at))
    }

    /// What is wrong with single cells.
    pub fn problems(&self) -> &[CellProblem] {
        &self.problems
    }
}
