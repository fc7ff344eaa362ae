//! A file of accounts is imported, or tried.

use super::guessed::guess_of;
use super::mapping_file::MappingFile;
use super::refusals::{RefusalFiles, is_same_head, wrong_cells};
use super::source::{Source, SourceRow, hash_of};
use super::store::{self, Placed};
use crate::accounts::store::Creditor;
use crate::app::{Actor, App, Failure, new_uuid};
use crate::store::{Tx, Value};
use crate::{accounts, audit, ledger, params, parties, strategy, transaction};
use duly_domain::accounts::{Stage, days_past_due};
use duly_domain::intake::mapping::{Field, Mapping};
use duly_domain::intake::row::{Layout, NewAccount, Problem, read};
use duly_domain::ledger::{AllocationOrder, plan_opening};
use duly_domain::values::ids::{AccountId, BatchId, DebtorId, EntryId, PointId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;
use std::collections::HashMap;
use std::path::PathBuf;

/// Rows taken together.
const CHUNK: usize = 500;

/// From so many new accounts on, the planner is told that the tables have grown.
const ANALYZE_FROM: u64 = 100;

/// How many problems and rows a report keeps for a screen; files hold all.
const SHOWN: usize = 200;

/// What to import.
#[derive(Clone, Debug)]
pub struct ImportAccounts {
    /// The file.
    pub path: PathBuf,
    /// Its name as the user knows it.
    pub file_name: String,
    /// The creditor's name.
    pub creditor: String,
    /// The mapping and how the file is written; guessed where there is none.
    pub mapping: Option<MappingFile>,
    /// Try only: nothing is kept.
    pub is_trial: bool,
    /// Alter known accounts that come with other values.
    pub updates: bool,
    /// Where to write what was refused; nowhere unless named.
    pub refusals: Option<PathBuf>,
}

/// One problem of one row, as it is shown.
#[derive(Clone, Debug)]
pub struct RowProblem {
    /// The row's number in the file.
    pub row: u64,
    /// The problem.
    pub problem: Problem,
}

/// A known account that comes again with other values.
#[derive(Clone, Debug)]
pub struct Change {
    /// The row's number in the file.
    pub row: u64,
    /// The account.
    pub account: AccountId,
    /// What differs: field, what we have, what the file says.
    pub differences: Vec<(&'static str, String, String)>,
}

/// What an import came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Rows read.
    pub rows: u64,
    /// Rows placed.
    pub accepted: u64,
    /// Rows that stay out.
    pub refused: u64,
    /// Rows placed before, with the same values.
    pub duplicates: u64,
    /// Rows placed before that come with other values.
    pub changed: u64,
    /// Of those, how many were altered.
    pub updated: u64,
    /// Rows placed with a gap to fill.
    pub gaps: u64,
    /// What is placed, in minor units.
    pub placed_minor: i64,
    /// The currency.
    pub currency: String,
    /// The batch, unless nothing was placed.
    pub batch: Option<BatchId>,
    /// Problems counted by column and sentence.
    pub by_problem: Vec<(String, String, bool, u64)>,
    /// The first problems.
    pub problems: Vec<RowProblem>,
    /// The first changes.
    pub changes: Vec<Change>,
    /// The mapping that was used, as `field ← column`.
    pub matched: Vec<(String, String)>,
    /// Columns that no field took.
    pub unmatched: Vec<String>,
    /// Whether the mapping was guessed.
    pub is_guess: bool,
    /// What a person must hear about the file and the guess.
    pub notices: Vec<String>,
    /// Where the problems were written: row, column, value, problem.
    pub refusals: Option<PathBuf>,
    /// Where the refused rows were written, to be mended and imported again.
    pub refused_rows: Option<PathBuf>,
}

/// Imports a file in one transaction, or tries it.
pub async fn import_accounts(app: &App, who: &Actor, at: Moment, ask: &ImportAccounts) -> Result<Report, Failure> {
    let hash = hash_of(&ask.path).map_err(Failure::File)?;
    let report = transaction!(app.db, tx, {
        let creditor = accounts::actions::ensure_creditor(tx, who, at, &ask.creditor).await?;
        let choice = ask.mapping.as_ref().map(|mapping| mapping.file.clone()).unwrap_or_default();
        let mut source = Source::open(&ask.path, &choice).map_err(Failure::File)?;
        let mut notices = source.notices().to_vec();
        let guessed = ask.mapping.is_none();
        let mapping = match &ask.mapping {
            Some(mapping) => mapping.mapping.clone(),
            None => {
                let guess = guess_of(&ask.path)?;
                notices.extend(guess.notices);
                guess.mapping
            }
        };
        if guessed && mapping.columns.iter().all(|column| column.field != Field::Reference) {
            let says = "cannot be guessed: no head looks like the number of an account; give a mapping that names the column of reference";
            return Err(Failure::wrong("mapping", says));
        }
        let order = AllocationOrder::parse(&creditor.allocation_order).unwrap_or_default();
        let layout = Layout::of(&mapping, source.heads(), order)
            .map_err(|missing| Failure::wrong("mapping", format!("names columns that the file does not have: {}", missing.join(", "))))?;
        let mut import = Import::new(ask, &creditor, &mapping, at);
        import.report.is_guess = guessed;
        import.report.notices = notices;
        import.describe(source.heads(), &mapping);
        // A trial goes the same way to the end, and then everything is taken back.
        let currency = mapping.currency.code();
        accounts::store::insert_batch(tx, import.batch, creditor.id, &ask.file_name, &hash, currency, who.label(), at.at).await?;
        let heads = source.heads().to_vec();
        import.files.open(&heads)?;
        let mut pending: Vec<(SourceRow, NewAccount)> = Vec::with_capacity(CHUNK);
        loop {
            let row = match source.next_row() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) => return Err(Failure::File(error)),
            };
            import.report.rows += 1;
            if row.len() != heads.len() {
                let says = format!("has {} cells where the head has {}", row.len(), heads.len());
                import.refuse(&row, vec![Problem { column: "row".into(), value: String::new(), says, refuses: true }])?;
                continue;
            }
            let wrong = wrong_cells(&row, &heads, &mapping);
            if !wrong.is_empty() {
                import.refuse(&row, wrong)?;
                continue;
            }
            let (account, problems) = read(&layout, |i| row.cell(i), at.business_day);
            match account {
                None => import.refuse(&row, problems)?,
                Some(account) => {
                    if !problems.is_empty() {
                        import.report.gaps += 1;
                        import.note(row.number, problems)?;
                    }
                    pending.push((row, account));
                    if pending.len() == CHUNK {
                        import.take(tx, who, std::mem::take(&mut pending)).await?;
                        // Embedded, nothing waits by itself: let others have their turn.
                        tokio::task::yield_now().await;
                    }
                }
            }
        }
        import.take(tx, who, pending).await?;
        import.finish(tx, who, at).await
    });
    match report {
        // What was made on the way is taken back; what was found is said.
        Err(Failure::Trial(report)) => Ok(*report),
        other => {
            if other.as_ref().is_ok_and(|report| report.accepted >= ANALYZE_FROM) {
                app.db.analyze().await?;
            }
            other
        }
    }
}

/// One import on its way.
struct Import<'a> {
    ask: &'a ImportAccounts,
    creditor: &'a Creditor,
    mapping: &'a Mapping,
    at: Moment,
    batch: BatchId,
    report: Report,
    by_problem: HashMap<(String, String), (bool, u64)>,
    files: RefusalFiles,
}

impl<'a> Import<'a> {
    fn new(ask: &'a ImportAccounts, creditor: &'a Creditor, mapping: &'a Mapping, at: Moment) -> Import<'a> {
        Import {
            ask,
            creditor,
            mapping,
            at,
            batch: BatchId(new_uuid()),
            report: Report { currency: mapping.currency.code().into(), ..Report::default() },
            by_problem: HashMap::new(),
            files: RefusalFiles::at(ask.refusals.as_deref()),
        }
    }

    fn describe(&mut self, heads: &[String], mapping: &Mapping) {
        self.report.matched = mapping.columns.iter().map(|column| (column.field.name().to_string(), column.head.clone())).collect();
        let is_matched = |head: &String| mapping.columns.iter().any(|column| is_same_head(&column.head, head));
        self.report.unmatched = heads.iter().filter(|head| !is_matched(head)).cloned().collect();
    }

    fn refuse(&mut self, row: &SourceRow, problems: Vec<Problem>) -> Result<(), Failure> {
        self.report.refused += 1;
        self.files.write_row(row, &problems)?;
        self.note(row.number, problems)
    }

    fn note(&mut self, row: u64, problems: Vec<Problem>) -> Result<(), Failure> {
        for problem in problems {
            self.files.write_problem(row, &problem)?;
            // Sentences with figures in them would each be counted alone.
            let says = problem.says.split(':').next().unwrap_or_default().split(" by ").next().unwrap_or_default();
            let says = says.split(" in row ").next().unwrap_or_default().to_string();
            self.by_problem.entry((problem.column.clone(), says)).or_insert((problem.refuses, 0)).1 += 1;
            if self.report.problems.len() < SHOWN {
                self.report.problems.push(RowProblem { row, problem });
            }
        }
        Ok(())
    }

    /// Places a chunk of good rows; those known already are compared instead.
    async fn take(&mut self, tx: &mut Tx, who: &Actor, chunk: Vec<(SourceRow, NewAccount)>) -> Result<(), Failure> {
        if chunk.is_empty() {
            return Ok(());
        }
        let references: Vec<&str> = chunk.iter().map(|(_, account)| account.reference.as_str()).collect();
        let known: HashMap<String, Placed> = store::list_placed(tx, self.creditor.id, &references)
            .await?
            .into_iter()
            .map(|placed| (placed.reference.clone(), placed))
            .collect();
        let mut seen: HashMap<String, u64> = HashMap::new();
        let mut tables = Tables::default();
        for (row, account) in chunk {
            let earlier = seen.insert(account.reference.clone(), row.number);
            let in_this_batch = known.get(&account.reference).is_some_and(|placed| placed.batch == Some(self.batch));
            if earlier.is_some() || in_this_batch {
                let says = earlier
                    .map_or_else(|| "stands in an earlier row too".to_string(), |earlier| format!("is the same as in row {earlier}"));
                let problem = Problem { column: self.reference_head(), value: account.reference, says, refuses: true };
                self.refuse(&row, vec![problem])?;
                continue;
            }
            if let Some(placed) = known.get(&account.reference) {
                if self.compare(row.number, placed, &account) && self.ask.updates {
                    self.update(tx, who, &row, placed, &account).await?;
                }
                continue;
            }
            self.report.accepted += 1;
            let total = account.owed.total()?.minor();
            self.report.placed_minor = self.report.placed_minor.checked_add(total).unwrap_or(i64::MAX);
            self.place(&mut tables, who, &account, total)?;
        }
        tables.insert(tx).await
    }

    fn reference_head(&self) -> String {
        let column = self.mapping.columns.iter().find(|column| column.field == Field::Reference);
        column.map_or_else(|| "reference".into(), |column| column.head.clone())
    }

    /// Alters a known account to what its creditor says now; what the ledger cannot follow stays as it was and is told.
    async fn update(&mut self, tx: &mut Tx, who: &Actor, row: &SourceRow, placed: &Placed, new: &NewAccount) -> Result<(), Failure> {
        let account = accounts::store::load_account(tx, placed.account).await?;
        let column = self.reference_head();
        let refused = |says: String| vec![Problem { column, value: new.reference.clone(), says, refuses: true }];
        if account.currency != new.owed.currency().code() {
            return self.refuse(row, refused(format!("is in {} here: a currency is not altered", account.currency)));
        }
        let memo = format!("placed anew by {}", self.ask.file_name);
        match ledger::actions::adjust_placed(tx, who, self.at, &account, &new.owed, &memo).await {
            Ok(()) => {}
            Err(Failure::Ledger(error)) => return self.refuse(row, refused(format!("cannot be altered: {error}"))),
            Err(failure) => return Err(failure),
        }
        accounts::store::update_placed(tx, account.id, new, new.owed.total()?.minor()).await?;
        let detail = json!({"row": row.number, "placed_minor": new.owed.total()?.minor()});
        audit::record(tx, who, self.at.at, Some(account.id), "account.update", &detail).await?;
        strategy::actions::place_on_worklist(tx, account.id, self.at).await?;
        self.report.updated += 1;
        Ok(())
    }

    /// Compares a known account with what the file says; whether anything differs.
    fn compare(&mut self, row: u64, placed: &Placed, account: &NewAccount) -> bool {
        let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let total = account.owed.total().map(|total| total.minor()).unwrap_or(0);
        let pairs = [
            ("balance", placed.placed_minor.to_string(), total.to_string()),
            ("currency", placed.currency.clone(), account.owed.currency().code().to_string()),
            ("paid", placed.paid_before_minor.to_string(), account.itemization.paid.minor().to_string()),
            ("reduced", placed.reduced_before_minor.to_string(), account.itemization.reduced.minor().to_string()),
            ("itemized_on", date(placed.itemized_on), date(account.itemized_on)),
            ("due_on", date(placed.due_on), date(account.due_on)),
            ("charged_off_on", date(placed.charged_off_on), date(account.charged_off_on)),
            ("description", text(&placed.description), text(&account.description)),
            ("creditor_status", text(&placed.creditor_status), text(&account.creditor_status)),
        ];
        let differences: Vec<_> = pairs.into_iter().filter(|(_, before, after)| before != after).collect();
        if differences.is_empty() {
            self.report.duplicates += 1;
            return false;
        }
        self.report.changed += 1;
        if self.report.changes.len() < SHOWN {
            self.report.changes.push(Change { row, account: placed.account, differences });
        }
        true
    }

    /// Lays one account out over the tables.
    fn place(&self, tables: &mut Tables, who: &Actor, new: &NewAccount, total: i64) -> Result<(), Failure> {
        let (account, debtor, entry) = (AccountId(new_uuid()), DebtorId(new_uuid()), EntryId(new_uuid()));
        let (at, today) = (self.at.at, self.at.business_day);
        let currency = new.owed.currency().code();
        tables.debtors.push(parties::store::debtor_values(
            debtor,
            new.is_business.unwrap_or(self.mapping.debtors_are_businesses),
            new.name.as_deref(),
            new.language.as_deref(),
            new.date_of_birth,
            new.state.as_deref(),
            at,
        ));
        let point = |kind: &str, label: &str, value: &str, zip: Option<&str>| {
            params![PointId(new_uuid()), debtor, kind, label, value, zip, "creditor's file", at].to_vec()
        };
        tables.points.extend(new.address().map(|text| point("address", "home", &text, new.zip.as_deref())));
        tables.points.extend(new.phones.iter().map(|(label, phone)| {
            let label = phone.extension().map_or_else(|| (*label).to_string(), |extension| format!("{label}, extension {extension}"));
            point("phone", &label, phone.e164(), None)
        }));
        tables.points.extend(new.email.iter().map(|email| point("email", "personal", email.text(), None)));

        let is_open = total > 0;
        let past_due = days_past_due(new.due_on, today);
        let next_action = if new.phones.is_empty() { "Find a telephone number" } else { "First contact" };
        tables.accounts.push(
            params![
                account,
                self.creditor.id,
                self.batch,
                self.creditor.desk,
                debtor,
                &new.reference,
                self.mapping.debts.code(),
                new.description.clone(),
                new.creditor_status.clone(),
                if is_open { "open" } else { "paid" },
                currency,
                total,
                total,
                new.itemization.paid.minor(),
                new.itemization.reduced.minor(),
                today,
                new.itemized_on,
                new.due_on,
                new.charged_off_on,
                Stage::of_days(past_due).code(),
                is_open.then_some(next_action),
                is_open.then_some(today),
                at
            ]
            .to_vec(),
        );
        tables.people.push(params![account, debtor, "debtor"].to_vec());
        let opening = plan_opening(&new.owed)?;
        tables.entries.push(ledger::store::entry_values(entry, account, "opening", today, None, "placed", at));
        tables.lines.extend(ledger::store::line_values(entry, &opening));
        let owed = new.owed.each().filter(|(_, amount)| amount.minor() != 0);
        tables.balances.extend(owed.map(|(bucket, amount)| params![account, bucket.code(), amount.minor(), currency].to_vec()));
        if is_open {
            let row = strategy::store::WorkRow {
                account,
                desk: self.creditor.desk,
                state: "open".into(),
                balance_minor: total,
                currency: currency.into(),
                due_on: new.due_on,
                next_action_on: Some(today),
                next_action_at: None,
                was_reached: false,
                promise_due_on: None,
                last_promise: None,
                promises_kept: 0,
                promises_decided: 0,
                payments: 0,
                holds: 0,
            };
            tables.worklist.extend(strategy::actions::work_values(&row, today)?);
        }
        let chain = account.to_string();
        let detail = json!({"batch": self.batch.to_string(), "placed_minor": total, "currency": currency}).to_string();
        let linked = audit::link(&chain, 1, at, who.label(), "account.place", &detail, &duly_domain::audit::START);
        tables.heads.push(params![chain, 1, &linked.hash].to_vec());
        tables.audits.push(linked.row);
        Ok(())
    }

    async fn finish(mut self, tx: &mut Tx, who: &Actor, at: Moment) -> Result<Report, Failure> {
        let mut by_problem: Vec<_> =
            self.by_problem.drain().map(|((column, says), (refuses, count))| (column, says, refuses, count)).collect();
        by_problem.sort_by(|a, b| (b.3, &a.0, &a.1).cmp(&(a.3, &b.0, &b.1)));
        self.report.by_problem = by_problem;
        (self.report.refusals, self.report.refused_rows) = self.files.finish()?;
        // Where nothing is new, nothing is kept either: no empty batch, no creditor without an account.
        if self.ask.is_trial || self.report.accepted + self.report.updated == 0 {
            return Err(Failure::Trial(Box::new(self.report)));
        }
        let counts = [self.report.rows, self.report.accepted, self.report.refused, self.report.duplicates + self.report.changed];
        let [rows, accepted, refused, duplicates] = counts.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
        accounts::store::update_batch(tx, self.batch, [rows, accepted, refused, duplicates, self.report.placed_minor]).await?;
        let detail = json!({"batch": self.batch.to_string(), "creditor": self.creditor.id.to_string(), "rows": rows, "accepted": accepted,
            "refused": refused, "duplicates": duplicates, "placed_minor": self.report.placed_minor});
        audit::record_in(tx, who, at.at, &self.batch.to_string(), "accounts.import", &detail).await?;
        self.report.batch = Some(self.batch);
        Ok(self.report)
    }
}

/// Rows for every table a chunk touches.
#[derive(Default)]
struct Tables {
    debtors: Vec<Vec<Value>>,
    points: Vec<Vec<Value>>,
    accounts: Vec<Vec<Value>>,
    people: Vec<Vec<Value>>,
    entries: Vec<Vec<Value>>,
    lines: Vec<Vec<Value>>,
    balances: Vec<Vec<Value>>,
    worklist: Vec<Vec<Value>>,
    audits: Vec<Vec<Value>>,
    heads: Vec<Vec<Value>>,
}

impl Tables {
    async fn insert(self, tx: &mut Tx) -> Result<(), Failure> {
        // Referenced tables first.
        for (head, rows) in [
            (parties::store::INSERT_DEBTOR, self.debtors),
            (parties::store::INSERT_POINT, self.points),
            (accounts::store::INSERT_ACCOUNT, self.accounts),
            (accounts::store::INSERT_PERSON, self.people),
            (ledger::store::INSERT_ENTRY, self.entries),
            (ledger::store::INSERT_LINE, self.lines),
            (ledger::store::INSERT_BALANCE, self.balances),
            (strategy::store::INSERT, self.worklist),
            (audit::store::INSERT, self.audits),
            (audit::store::INSERT_HEAD, self.heads),
        ] {
            tx.insert_many(head, &rows).await?;
        }
        Ok(())
    }
}
