//! A file of payments is posted: a bank's or a creditor's list, up to a thousand rows a commit, fewer where somebody waits to write.
//!
//! A row that cannot be posted is refused with every reason and the list goes on. What is posted is known by account and
//! reference: the same file again posts nothing twice, so a list that was cut off is simply given again.
//!
//! Read [`import_payments`] first. Always true: when [`Report::kept`] says a row, all rows up to it are in the record.

use super::actions::{PostPayment, Posted};
use super::posting::{post_all, post_new};
use super::store;
use crate::accounts::store::standing::{self, Standing};
use crate::app::{Actor, App, Failure};
use crate::intake::refusals::{RefusalFiles, is_same_head};
use crate::intake::source::{FileChoice, Source, SourceRow, hash_of};
use crate::store::tries::Conflict;
use crate::store::{Keyed, Tx, Value};
use crate::{audit, transaction};
use duly_domain::intake::row::Problem;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use foldhash::{HashMap, HashMapExt};
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rows posted in one commit at most.
pub const COMMIT_MAX: usize = 1_000;

/// After so many rows, who waits to write is let in.
const PIECE: usize = 250;

/// A file of payments, and how to take it.
#[derive(Clone, Debug)]
pub struct ImportPayments {
    /// The file: any form the intake reads.
    pub path: PathBuf,
    /// Rows in one commit.
    pub rows_a_commit: usize,
    /// Where to write what was refused; nowhere unless named.
    pub refusals: Option<PathBuf>,
}

/// What a file of payments came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Rows read.
    pub rows: u64,
    /// Rows posted now.
    pub accepted: u64,
    /// Rows that stay out.
    pub refused: u64,
    /// Rows posted before.
    pub duplicates: u64,
    /// Amounts posted now, by currency, in minor units.
    pub posted_minor: BTreeMap<&'static str, i64>,
    /// Problems counted by column and sentence.
    pub by_problem: BTreeMap<(String, String), u64>,
    /// Where problems, refused rows and the acknowledgement were written.
    pub files: [Option<PathBuf>; 3],
    /// The number of the last row whose fate is in the record.
    pub kept: u64,
}

/// What the columns are called, as a bank or a creditor may call them.
const ACCOUNT: [&str; 4] = ["account", "account reference", "account_reference", "account number"];
const AMOUNT: [&str; 3] = ["amount", "payment", "paid"];
const ON: [&str; 5] = ["on", "date", "paid on", "paid_on", "value date"];
const REFERENCE: [&str; 4] = ["reference", "payment reference", "payment_reference", "bank reference"];

/// Where the columns stand.
struct Columns {
    account: usize,
    amount: usize,
    on: usize,
    reference: usize,
}

/// What became of a row.
enum Fate {
    Posted(AccountId, Posted, Money),
    Refused(Problem),
}

/// Why nothing of some rows was posted.
enum Undone {
    /// Some of them may stand already, though it was taken that none does.
    MayStand,
    Failed(Failure),
}

impl<F: Into<Failure>> From<F> for Undone {
    fn from(failure: F) -> Undone {
        Undone::Failed(failure.into())
    }
}

impl Conflict for Undone {
    fn is_conflict(&self) -> bool {
        matches!(self, Undone::Failed(failure) if failure.is_conflict())
    }
}

/// Posts a file commit by commit; `kept` is told the last row of each.
pub async fn import_payments(app: &App, who: &Actor, at: Moment, ask: &ImportPayments, kept: impl Fn(u64)) -> Result<Report, Failure> {
    if !(1..=COMMIT_MAX).contains(&ask.rows_a_commit) {
        return Err(Failure::wrong("commit", format!("must be between 1 and {COMMIT_MAX} rows")));
    }
    let hash = hash_of(&ask.path).map_err(Failure::File)?;
    let mut source = Source::open(&ask.path, &FileChoice::default()).map_err(Failure::File)?;
    let heads = source.heads().to_vec();
    let columns = find_columns(&ask.path, &heads)?;
    let mut files = RefusalFiles::at(ask.refusals.as_deref());
    files.open(&heads, false)?;
    let mut report = Report::default();
    // A file is seldom given twice: none of it is taken to stand, until some of it does.
    let (mut may_stand, mut is_end) = (false, false);
    while !is_end {
        let mut piece = Vec::with_capacity(ask.rows_a_commit);
        while piece.len() < ask.rows_a_commit {
            match source.next_row().map_err(Failure::File)? {
                Some(row) => piece.push(row),
                None => {
                    is_end = true;
                    break;
                }
            }
        }
        let mut rows = piece.as_slice();
        while !rows.is_empty() {
            let mut turn = app.turns.take("payments").await;
            let fates = transaction!(app.db, tx, {
                let began = turn.begins();
                post_rows(tx, who, at, (&columns, &heads), rows, may_stand, || app.db.should_make_room(began)).await
            });
            let fates = match fates {
                Ok(fates) => fates,
                Err(Undone::MayStand) => {
                    may_stand = true;
                    continue;
                }
                Err(Undone::Failed(failure)) => return Err(failure),
            };
            turn.ends();
            let (posted, left) = rows.split_at(fates.len());
            for (row, fate) in posted.iter().zip(fates) {
                count(&mut report, &mut files, &columns, row, fate)?;
                report.kept = row.number;
            }
            rows = left;
            kept(report.kept);
            // Embedded, nothing waits by itself: let others have their turn.
            tokio::task::yield_now().await;
        }
    }
    report.files = files.finish()?;
    if report.accepted > 0 {
        let detail = json!({"file": hash, "rows": report.rows, "accepted": report.accepted, "refused": report.refused,
            "duplicates": report.duplicates, "posted_minor": report.posted_minor});
        transaction!(app.db, tx, { audit::record(tx, who, at.at, None, "payments.import", &detail).await })?;
    }
    Ok(report)
}

fn find_columns(path: &Path, heads: &[String]) -> Result<Columns, Failure> {
    let at = |names: &[&str]| names.iter().find_map(|name| heads.iter().position(|head| is_same_head(head, name)));
    let mut missing = Vec::new();
    let mut find = |names: &[&'static str]| {
        at(names).unwrap_or_else(|| {
            missing.push(names[0]);
            0
        })
    };
    let columns = Columns { account: find(&ACCOUNT), amount: find(&AMOUNT), on: find(&ON), reference: find(&REFERENCE) };
    if missing.is_empty() {
        return Ok(columns);
    }
    let says = format!("{} has no column {}: a file of payments has account, amount, on, reference", path.display(), missing.join(", "));
    Err(Failure::wrong("file", says))
}

/// Posts rows piece by piece in one transaction, until all are posted or somebody else waits to write; what became of those taken.
async fn post_rows(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    form: (&Columns, &[String]),
    rows: &[SourceRow],
    may_stand: bool,
    is_wanted: impl Fn() -> bool,
) -> Result<Vec<Fate>, Undone> {
    let mut fates = Vec::with_capacity(rows.len());
    for piece in rows.chunks(PIECE) {
        fates.extend(post_piece(tx, who, at, form, piece, may_stand).await?);
        if is_wanted() {
            break;
        }
    }
    Ok(fates)
}

/// Posts the rows of a piece together; what became of each. Nothing is written for one that is refused.
async fn post_piece(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    (columns, heads): (&Columns, &[String]),
    piece: &[SourceRow],
    may_stand: bool,
) -> Result<Vec<Fate>, Undone> {
    let named = Named::read(tx, columns, piece).await?;
    let mut asks = Vec::with_capacity(piece.len());
    let mut fates = Vec::with_capacity(piece.len());
    for row in piece {
        fates.push(match read_row(&named, columns, heads, row)? {
            Ok((ask, amount)) => {
                asks.push(ask);
                Ok(amount)
            }
            Err(problem) => Err(problem),
        });
    }
    let posted = match may_stand {
        true => Some(post_all(tx, who, at, named.standings(), &asks).await?),
        false => post_new(tx, who, at, named.standings(), &asks).await?,
    };
    let mut posted = asks.iter().map(|ask| ask.account).zip(posted.ok_or(Undone::MayStand)?);
    let fates = piece.iter().zip(fates).map(|(row, fate)| {
        let amount = match fate {
            Ok(amount) => amount,
            Err(problem) => return Ok(Fate::Refused(problem)),
        };
        let (account, posted) = posted.next().expect("every row that was read has its fate");
        match posted {
            Ok(posted) => Ok(Fate::Posted(account, posted, amount)),
            Err(failure) => why_refused(columns, heads, row, failure).map(Fate::Refused),
        }
    });
    Ok(fates.collect::<Result<_, Failure>>()?)
}

/// What the accounts' column names: accounts by their ids, or by references, which more than one may have.
struct Named {
    by_id: HashMap<AccountId, Standing>,
    /// Nothing where more than one account has the reference.
    by_reference: HashMap<String, Option<AccountId>>,
}

impl Named {
    async fn read(tx: &mut Tx, columns: &Columns, piece: &[SourceRow]) -> Result<Named, Failure> {
        let (mut ids, mut references) = (Vec::new(), Vec::new());
        for row in piece.iter().filter(|row| columns.account < row.len()) {
            let text = row.cell(columns.account).trim();
            match text.parse::<AccountId>() {
                Ok(id) => ids.push(Value::from(id)),
                Err(_) => references.push(Value::from(text)),
            }
        }
        let mut named = Named { by_id: HashMap::with_capacity(piece.len()), by_reference: HashMap::with_capacity(piece.len()) };
        for standing in standing::list_standings(tx, &ids).await? {
            named.by_id.insert(standing.id, standing);
        }
        for Keyed(reference, standing) in standing::list_standings_by_reference(tx, &references).await? {
            named.by_reference.entry(reference).and_modify(|one| *one = None).or_insert(Some(standing.id));
            named.by_id.insert(standing.id, standing);
        }
        Ok(named)
    }

    /// The account that a text names, or why it names none.
    fn find(&self, text: &str) -> Result<&Standing, &'static str> {
        let found = match text.parse::<AccountId>() {
            Ok(id) => self.by_id.get(&id),
            Err(_) => match self.by_reference.get(text) {
                Some(Some(id)) => self.by_id.get(id),
                Some(None) => return Err("is the reference of more than one account: name it by its id"),
                None => None,
            },
        };
        found.ok_or("is no account here")
    }

    fn standings(self) -> Vec<Standing> {
        self.by_id.into_values().collect()
    }
}

/// Reads one row, or says what is wrong with it.
fn read_row(named: &Named, columns: &Columns, heads: &[String], row: &SourceRow) -> Result<Result<(PostPayment, Money), Problem>, Failure> {
    let refused = |column: usize, says: String| Ok(Err(problem(heads, row, column, says)));
    if row.len() != heads.len() {
        let says = format!("has {} cells where the head has {}", row.len(), heads.len());
        return Ok(Err(Problem { column: "row".into(), value: String::new(), says, refuses: true }));
    }
    if let Some(wrong) = row.problems().iter().find(|wrong| wrong.column < heads.len()) {
        return refused(wrong.column, wrong.says.clone());
    }
    let account = match named.find(row.cell(columns.account).trim()) {
        Ok(account) => account,
        Err(says) => return refused(columns.account, says.into()),
    };
    let Ok(effective_on) = row.cell(columns.on).trim().parse::<Date>() else {
        return refused(columns.on, "is no date such as 2026-03-02".into());
    };
    let amount = match Money::parse(row.cell(columns.amount), store::currency(&account.currency)?) {
        Ok(amount) => amount,
        Err(error) => return refused(columns.amount, error.to_string()),
    };
    let reference = row.cell(columns.reference).to_string();
    Ok(Ok((PostPayment { account: account.id, amount_minor: amount.minor(), effective_on, reference }, amount)))
}

fn problem(heads: &[String], row: &SourceRow, column: usize, says: String) -> Problem {
    Problem { column: heads[column].clone(), value: row.cell(column).to_string(), says, refuses: true }
}

/// What posting says of a row it refused, at the column it concerns.
fn why_refused(columns: &Columns, heads: &[String], row: &SourceRow, failure: Failure) -> Result<Problem, Failure> {
    match failure {
        Failure::Wrong(problems) => {
            let (field, says) = problems.0.into_iter().next().unwrap_or(("row", "cannot be posted".into()));
            let column = match field {
                "amount" => columns.amount,
                "date" => columns.on,
                _ => columns.reference,
            };
            Ok(problem(heads, row, column, says))
        }
        Failure::Ledger(error) => Ok(problem(heads, row, columns.amount, format!("cannot be posted: {error}"))),
        failure => Err(failure),
    }
}

/// Counts a row's fate and writes it to the files.
fn count(report: &mut Report, files: &mut RefusalFiles, columns: &Columns, row: &SourceRow, fate: Fate) -> Result<(), Failure> {
    report.rows += 1;
    match fate {
        Fate::Refused(problem) => {
            report.refused += 1;
            let problems = std::slice::from_ref(&problem);
            files.write_problem(row.number, &problem)?;
            files.write_row(row, problems)?;
            files.write_outcome(row.number, row.cell(columns.reference), "refused", None, problems)?;
            *report.by_problem.entry((problem.column, problem.says)).or_default() += 1;
        }
        Fate::Posted(account, posted, amount) => {
            let left = posted.balance.total()?.minor();
            let outcome = if posted.is_repeat {
                report.duplicates += 1;
                "posted before"
            } else {
                report.accepted += 1;
                let sum = report.posted_minor.entry(amount.currency().code()).or_default();
                *sum = sum.saturating_add(amount.minor());
                "posted"
            };
            let owed = Some((account, left, amount.currency()));
            files.write_outcome(row.number, row.cell(columns.reference), outcome, owed, &[])?;
        }
    }
    Ok(())
}
