//! What happened before the accounts were here comes in by a file: contacts, payments, promises, consents, stops, restrictions.
//!
//! Without it seven-in-seven is wrong on the first morning. Each row is one fact, kept once however often files tell it: a
//! fingerprint of its meaning, and of how often the same file told the same before, makes it known. Rows are kept piece by piece,
//! as an import of accounts is, and the same file again goes on where it stood.

pub mod applying;
pub mod mapping;
pub mod pointing;
pub mod store;
pub mod taking_back;

use super::guessed::samples_of;
use super::progress::{Progress, Reached};
use super::refusals::is_same_head;
use super::report::{Report, Tally};
use super::source::{Source, SourceRow, hash_of};
use crate::accounts::store::Creditor;
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept::KeptRow;
use crate::intake;
use crate::store::Tx;
use crate::{accounts, audit, strategy, transaction};
use duly_domain::intake::history::{Field, Guess, HistoryLayout, HistoryMapping, PastRow, guess, read};
use duly_domain::intake::row::Problem;
use duly_domain::values::ids::{AccountId, BatchId};
use duly_domain::values::moment::Moment;
use mapping::HistoryFile;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// Rows kept together.
const PIECE: usize = 100;

/// A file of history to import.
#[derive(Clone, Debug)]
pub struct ImportHistory {
    /// The file.
    pub path: PathBuf,
    /// Its name as the user knows it.
    pub file_name: String,
    /// The creditor whose accounts it is about.
    pub creditor: String,
    /// The mapping; guessed from the heads where there is none.
    pub mapping: Option<HistoryFile>,
    /// Try only: nothing is kept.
    pub is_trial: bool,
    /// Where to write what was refused; nowhere unless named.
    pub refusals: Option<PathBuf>,
}

impl ImportHistory {
    /// A file for a creditor: guessed, for good, no files written.
    pub fn of(path: &Path, creditor: &str) -> ImportHistory {
        ImportHistory {
            path: path.to_path_buf(),
            file_name: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            creditor: creditor.to_string(),
            mapping: None,
            is_trial: false,
            refusals: None,
        }
    }
}

/// Imports a file of history, or tries it.
pub async fn import_history(app: &App, who: &Actor, at: Moment, ask: &ImportHistory, progress: &Progress) -> Result<Report, Failure> {
    let hash = hash_of(&ask.path).map_err(Failure::File)?;
    let choice = ask.mapping.as_ref().map(|mapping| mapping.file.clone()).unwrap_or_default();
    let mut source = Source::open(&ask.path, &choice).map_err(Failure::File)?;
    let heads = source.heads().to_vec();
    let mut notices = source.notices().to_vec();
    let mapping = match &ask.mapping {
        Some(file) => file.mapping.clone(),
        None => {
            let guess = guess_of(&ask.path)?;
            notices.extend(guess.notices);
            guess.mapping
        }
    };
    let zone = ask.mapping.as_ref().and_then(|file| file.zone.clone()).unwrap_or_else(|| app.zone());
    let layout = HistoryLayout::of(&mapping, &heads, zone, at.at).map_err(|says| Failure::wrong("mapping", says))?;
    let (creditor, unfinished) = {
        let mut tx = app.db.read().await?;
        let found = accounts::store::find_creditor_by_name(&mut tx, ask.creditor.trim()).await?;
        let creditor = found.ok_or_else(|| Failure::NotFound(format!("creditor {:?}: import its accounts first", ask.creditor.trim())))?;
        let unfinished = accounts::store::find_unfinished_batch(&mut tx, creditor.id, &hash, "history").await?;
        (creditor, unfinished.filter(|_| !ask.is_trial))
    };
    let mut import = Import {
        ask,
        who,
        at,
        hash,
        mapping: &mapping,
        heads: &heads,
        creditor,
        batch: unfinished.unwrap_or_else(|| BatchId(new_uuid())),
        is_begun: unfinished.is_some(),
        told: HashMap::new(),
        tally: Tally::begin(ask.refusals.as_deref(), &heads, ask.is_trial)?,
    };
    import.tally.report =
        Report { currency: mapping.currency.code().into(), is_guess: ask.mapping.is_none(), notices, ..Report::default() };
    import.tally.describe(&heads, mapping.columns.iter().map(|(field, head, _)| (field.name(), head.as_str())));
    let mut piece = Vec::with_capacity(PIECE);
    while let Some(row) = source.next_row().map_err(Failure::File)? {
        piece.push(import.read(&layout, row));
        if piece.len() == PIECE {
            import.take(app, std::mem::take(&mut piece)).await?;
            let report = &import.tally.report;
            let (read, total) = source.progress();
            let taken = report.accepted + report.duplicates;
            progress.say(Reached { rows: report.rows, taken, refused: report.refused, read, total });
            if progress.is_stopped() {
                let says = format!("the import was stopped after {} rows: start it again to go on", report.rows);
                return Err(Failure::Stale(says));
            }
            tokio::task::yield_now().await;
        }
    }
    import.take(app, piece).await?;
    import.finish(app).await
}

/// Guesses a mapping from the heads and the first rows.
pub fn guess_of(path: &Path) -> Result<Guess, Failure> {
    let (heads, samples) = samples_of(path)?;
    Ok(guess(&heads, &samples))
}

/// A row as it was read: the fact with its fingerprint, or what is wrong with it.
struct Read {
    row: SourceRow,
    fact: Option<(PastRow, [u8; 32])>,
    problems: Vec<Problem>,
}

/// What became of a good row.
enum Fate {
    /// Kept; with what somebody should look at twice.
    New(Vec<Problem>),
    /// Told by an earlier run of the same batch.
    Resumed,
    Known,
    Refused(Problem),
}

struct Import<'a> {
    ask: &'a ImportHistory,
    who: &'a Actor,
    at: Moment,
    hash: String,
    mapping: &'a HistoryMapping,
    heads: &'a [String],
    creditor: Creditor,
    batch: BatchId,
    is_begun: bool,
    /// How often this file told the same.
    told: HashMap<[u8; 32], u32>,
    tally: Tally,
}

impl Import<'_> {
    fn read(&mut self, layout: &HistoryLayout<'_>, row: SourceRow) -> Read {
        self.tally.report.rows += 1;
        if row.len() != self.heads.len() {
            let says = format!("has {} cells where the head has {}", row.len(), self.heads.len());
            let problem = Problem { column: "row".into(), value: String::new(), says, refuses: true };
            return Read { row, fact: None, problems: vec![problem] };
        }
        let wrong = self.wrong_cells(&row);
        if !wrong.is_empty() {
            return Read { row, fact: None, problems: wrong };
        }
        let (fact, problems) = read(layout, |i| row.cell(i));
        let fact = fact.map(|fact| {
            // Two unanswered calls of one day are two calls, not one told twice.
            let meaning = format!("{}|{}|{:?}|{:?}", fact.reference, fact.told_at, fact.past, fact.words);
            let bare: [u8; 32] = Sha256::digest(meaning.as_bytes()).into();
            let count = self.told.entry(bare).or_default();
            *count += 1;
            let print: [u8; 32] = Sha256::digest(format!("{meaning}|{count}").as_bytes()).into();
            (PastRow { occurrence: *count, ..fact }, print)
        });
        Read { row, fact, problems }
    }

    async fn take(&mut self, app: &App, piece: Vec<Read>) -> Result<(), Failure> {
        if piece.is_empty() {
            return Ok(());
        }
        let (fates, is_begun) = if self.ask.is_trial {
            // A trial goes the whole way, and everything is taken back.
            let turn = app.turns.take("history").await;
            let mut tx = app.db.begin().await?;
            let tried = self.keep(&mut tx, &piece).await;
            tx.rollback().await;
            turn.ends();
            (tried?.0, false)
        } else {
            let mut turn = app.turns.take("history").await;
            let kept = transaction!(app.db, tx, {
                turn.begins();
                self.keep(tx, &piece).await
            })?;
            turn.ends();
            kept
        };
        self.is_begun |= is_begun;
        let mut fates = fates.into_iter();
        for Read { row, fact, problems } in piece {
            let Some((fact, _)) = fact else {
                self.tally.refuse(&row, problems)?;
                continue;
            };
            match fates.next().expect("every fact of the piece has its fate") {
                Fate::Refused(problem) => self.tally.refuse(&row, vec![problem])?,
                Fate::New(doubts) => {
                    self.tally.report.accepted += 1;
                    self.tally.report.gaps += u64::from(!doubts.is_empty());
                    self.tally.outcome(row.number, &fact.reference, "accepted", None, doubts)?;
                }
                Fate::Resumed => {
                    self.tally.report.accepted += 1;
                    self.tally.report.resumed += 1;
                    self.tally.outcome(row.number, &fact.reference, "accepted", None, Vec::new())?;
                }
                Fate::Known => {
                    self.tally.report.duplicates += 1;
                    self.tally.outcome(row.number, &fact.reference, "known", None, Vec::new())?;
                }
            }
        }
        Ok(())
    }

    /// Keeps the facts of a piece; what became of each, and whether the batch is begun.
    async fn keep(&self, tx: &mut Tx, piece: &[Read]) -> Result<(Vec<Fate>, bool), Failure> {
        if self.is_begun && accounts::store::load_batch(tx, self.batch).await?.state != "loading" {
            return Err(Failure::Stale(format!("batch {} was taken back while it came in: nothing more is kept", self.batch)));
        }
        let facts: Vec<(&SourceRow, &PastRow, &[u8; 32])> =
            piece.iter().filter_map(|Read { row, fact, .. }| fact.as_ref().map(|(fact, print)| (row, fact, print))).collect();
        let references: Vec<&str> = facts.iter().map(|(_, fact, _)| fact.reference.as_str()).collect();
        let placed = intake::store::list_placed(tx, self.creditor.id, &references).await?;
        let known: HashMap<String, AccountId> = placed.into_iter().map(|placed| (placed.reference, placed.account)).collect();
        let mut is_begun = self.is_begun;
        let mut fates = Vec::with_capacity(facts.len());
        let mut touched: BTreeMap<AccountId, (u32, Vec<KeptRow>)> = BTreeMap::new();
        for (row, fact, print) in facts {
            let Some(account) = known.get(&fact.reference).copied() else {
                let says = format!("is no account of {} here: import it first", self.creditor.name);
                fates.push(Fate::Refused(self.problem(Field::Reference, row, says)));
                continue;
            };
            match store::find_batch(tx, account, print).await? {
                Some(batch) if batch == self.batch => {
                    fates.push(Fate::Resumed);
                    continue;
                }
                Some(_) => {
                    fates.push(Fate::Known);
                    continue;
                }
                None => {}
            }
            if !is_begun {
                let currency = self.mapping.currency.code();
                let (by, at) = (self.who.label(), self.at.at);
                accounts::store::insert_batch(
                    tx,
                    self.batch,
                    self.creditor.id,
                    "history",
                    &self.ask.file_name,
                    &self.hash,
                    currency,
                    by,
                    at,
                )
                .await?;
                is_begun = true;
            }
            match applying::apply(tx, self.who, self.at, account, fact, self.mapping.currency).await {
                Ok(kept) => {
                    let amount = kept.paid_before.map(|minor| (minor, self.mapping.currency.code()));
                    let values = store::values(account, print, self.batch, fact.at, &kept, amount);
                    store::insert(tx, &[values]).await?;
                    let (rows, named) = touched.entry(account).or_default();
                    *rows += 1;
                    named.extend(kept.row);
                    let doubts = kept.doubts.into_iter().map(|(field, says)| Problem { refuses: false, ..self.problem(field, row, says) });
                    fates.push(Fate::New(doubts.collect()));
                }
                // What cannot be is told and leaves the others be.
                Err(Failure::Wrong(problems)) => {
                    let (field, says) = problems.0.first().cloned().unwrap_or(("row", "cannot be kept".into()));
                    fates.push(Fate::Refused(match Field::parse(field) {
                        Some(field) => self.problem(field, row, says),
                        None => Problem { column: field.into(), value: String::new(), says, refuses: true },
                    }));
                }
                Err(Failure::Stale(says)) => fates.push(Fate::Refused(self.problem(Field::Kind, row, says))),
                Err(Failure::Ledger(error)) => fates.push(Fate::Refused(self.problem(Field::Amount, row, error.to_string()))),
                Err(failure) => return Err(failure),
            }
        }
        for (account, (rows, named)) in touched {
            let detail = json!({"batch": self.batch.to_string(), "rows": rows});
            audit::kept::record(tx, self.who, self.at.at, account, "history.take", detail, &named).await?;
            strategy::actions::place_on_worklist(tx, account, self.at).await?;
        }
        Ok((fates, is_begun))
    }

    /// What is wrong with the cells themselves: nothing, an error, something merged away, a NUL.
    fn wrong_cells(&self, row: &SourceRow) -> Vec<Problem> {
        let heads = self.heads;
        let is_mapped =
            |at: usize| heads.get(at).is_some_and(|head| self.mapping.columns.iter().any(|(_, known, _)| is_same_head(known, head)));
        let told = row.problems().iter().filter(|wrong| is_mapped(wrong.column)).map(|wrong| (wrong.column, wrong.says.clone()));
        let nul = (0..heads.len())
            .filter(|at| is_mapped(*at) && row.cell(*at).contains('\0'))
            .map(|at| (at, "holds a NUL character".to_string()));
        let problem = |(at, says): (usize, String)| Problem { column: heads[at].clone(), value: String::new(), says, refuses: true };
        told.chain(nul).map(problem).collect()
    }

    /// What keeps a row out, by the column that a field is taken from, with its cell as it stands.
    fn problem(&self, field: Field, row: &SourceRow, says: String) -> Problem {
        let head = self.mapping.columns.iter().find(|(known, ..)| *known == field).map(|(_, head, _)| head);
        let at = head.and_then(|head| self.heads.iter().position(|known| is_same_head(known, head)));
        let (column, value) = match at {
            Some(at) => (self.heads[at].clone(), row.cell(at).to_string()),
            None if field == Field::Kind => (field.name().to_string(), self.mapping.kind.clone().unwrap_or_default()),
            None => (field.name().to_string(), String::new()),
        };
        Problem { column, value, says, refuses: true }
    }

    async fn finish(self, app: &App) -> Result<Report, Failure> {
        let mut report = self.tally.finish()?;
        if !self.is_begun {
            return Ok(report);
        }
        let counts = report.counts();
        let [rows, accepted, refused, duplicates, ..] = counts;
        let detail = json!({"batch": self.batch.to_string(), "creditor": self.creditor.id.to_string(), "rows": rows,
            "accepted": accepted, "refused": refused, "duplicates": duplicates});
        transaction!(app.db, tx, {
            accounts::store::finish_batch(tx, self.batch, counts, 0).await?;
            audit::record_in(tx, self.who, self.at.at, &self.batch.to_string(), "history.import", &detail).await
        })?;
        report.batch = Some(self.batch);
        Ok(report)
    }
}
