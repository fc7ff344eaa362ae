//! A file of accounts is imported piece by piece, or tried.
//!
//! Each piece of rows is one transaction: an import that is stopped or killed leaves whole accounts, its batch says `loading`,
//! and the same file for the same creditor goes on where it stood. [`super::undo`] takes a batch back. A trial only reads.

use super::guessed::guess_of;
use super::mapping_file::MappingFile;
use super::placing::{Placing, Tables};
use super::progress::{Progress, Reached};
use super::reading::{Ahead, Piece, Read, reference_head};
use super::report::{Change, Report, SHOWN, Tally};
use super::source::{Source, SourceRow, hash_of};
use super::store::{self, Placed};
use crate::accounts::store::Creditor;
use crate::app::{Actor, App, Failure, new_uuid};
use crate::store::Tx;
use crate::{accounts, audit, ledger, strategy, transaction};
use duly_domain::intake::mapping::{Field, Mapping};
use duly_domain::intake::row::{Layout, NewAccount, Problem};
use duly_domain::ledger::AllocationOrder;
use duly_domain::values::ids::{AccountId, BatchId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// After so many rows, who waits to write is let in.
const PIECE: usize = 128;

/// From so many new accounts on, the planner is told that the tables have grown.
const ANALYZE_FROM: u64 = 100;

/// A server keeps the plan it made for small tables until it is told that they have grown so many times.
const GROWN: u64 = 8;

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
    /// Where to write what was refused, and beside it the refused rows and the acknowledgement; nowhere unless named.
    pub refusals: Option<PathBuf>,
}

impl ImportAccounts {
    /// A file for a creditor: guessed, for good, nothing altered, no files written.
    pub fn of(path: &Path, creditor: &str) -> ImportAccounts {
        ImportAccounts {
            path: path.to_path_buf(),
            file_name: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            creditor: creditor.to_string(),
            mapping: None,
            is_trial: false,
            updates: false,
            refusals: None,
        }
    }
}

/// Imports a file piece by piece, or tries it; goes on with a batch of the same file that was left half loaded.
pub async fn import_accounts(app: &App, who: &Actor, at: Moment, ask: &ImportAccounts, progress: &Progress) -> Result<Report, Failure> {
    if ask.creditor.trim().is_empty() {
        return Err(Failure::wrong("creditor", "has no name"));
    }
    let hash = hash_of(&ask.path).map_err(Failure::File)?;
    let choice = ask.mapping.as_ref().map(|mapping| mapping.file.clone()).unwrap_or_default();
    let source = Source::open(&ask.path, &choice).map_err(Failure::File)?;
    let heads = source.heads().to_vec();
    let mut notices = source.notices().to_vec();
    let mapping = match &ask.mapping {
        Some(mapping) => mapping.mapping.clone(),
        None => guessed(&ask.path, &mut notices)?,
    };
    let (creditor, unfinished) = {
        let mut tx = app.db.read().await?;
        let creditor = accounts::store::find_creditor_by_name(&mut tx, ask.creditor.trim()).await?;
        let unfinished = match &creditor {
            Some(creditor) if !ask.is_trial => accounts::store::find_unfinished_batch(&mut tx, creditor.id, &hash, "accounts").await?,
            _ => None,
        };
        (creditor, unfinished)
    };
    let order = creditor.as_ref().and_then(|creditor| AllocationOrder::parse(&creditor.allocation_order)).unwrap_or_default();
    Layout::of(&mapping, &heads, order).map_err(|missing| Failure::wrong("mapping", not_in_file(&missing, &heads)))?;
    let is_amount = |field: Field| matches!(field, Field::Amount(_) | Field::Balance);
    if !mapping.columns.iter().any(|column| is_amount(column.field)) {
        let says = "names no column for what is owed: take one for balance, or for principal, interest, fees, costs, other";
        return Err(Failure::wrong("mapping", says));
    }
    let mut import = Import {
        ask,
        who,
        at,
        hash,
        mapping: &mapping,
        creditor,
        batch: unfinished.unwrap_or_else(|| BatchId(new_uuid())),
        is_begun: unfinished.is_some(),
        tally: Tally::begin(ask.refusals.as_deref(), &heads, ask.is_trial)?,
        taken_up_to: 0,
    };
    let mut analyze_at = ANALYZE_FROM * GROWN;
    import.tally.report =
        Report { currency: mapping.currency.code().into(), is_guess: ask.mapping.is_none(), notices, ..Report::default() };
    let columns = mapping.columns.iter().map(|column| (column.field.name(), column.head.as_str()));
    import.tally.describe(&heads, columns);
    let mut ahead = Ahead::start(source, mapping.clone(), order, at.business_day);
    while let Some(Piece { rows, read, total }) = ahead.next().await? {
        import.take(app, rows, progress).await?;
        let report = &import.tally.report;
        let taken = report.accepted + report.duplicates + report.changed;
        progress.say(Reached { rows: import.taken_up_to, taken, refused: report.refused, read, total });
        if app.db.keeps_plans() && !ask.is_trial && import.count_new() >= analyze_at {
            analyze(app, import.count_new()).await?;
            analyze_at = import.count_new() * GROWN;
        }
        // Embedded, nothing waits by itself: let others have their turn.
        tokio::task::yield_now().await;
    }
    let report = import.finish(app).await?;
    let new = report.accepted - report.resumed;
    if new >= ANALYZE_FROM && !ask.is_trial {
        analyze(app, new).await?;
    }
    Ok(report)
}

/// Tells the planner how large the tables are, if so many new accounts change what it should know: it holds up whoever writes.
async fn analyze(app: &App, new: u64) -> Result<(), Failure> {
    let all = accounts::store::count_accounts(&mut app.db.read().await?).await?;
    if new.saturating_mul(4) < u64::try_from(all).unwrap_or(0) {
        return Ok(());
    }
    let mut turn = app.turns.take("statistics").await;
    turn.begins();
    app.db.analyze().await?;
    turn.ends();
    Ok(())
}

fn guessed(path: &Path, notices: &mut Vec<String>) -> Result<Mapping, Failure> {
    let guess = guess_of(path)?;
    notices.extend(guess.notices);
    let mapping = guess.mapping;
    if mapping.columns.iter().all(|column| column.field != Field::Reference) {
        let says = "cannot be guessed: no head looks like the number of an account; choose its column under Which column is which, or give a mapping that names the column of reference";
        return Err(Failure::wrong("mapping", says));
    }
    Ok(mapping)
}

/// What became of a good row.
enum Fate {
    Placed {
        account: AccountId,
        minor: i64,
    },
    /// Placed by an earlier run of the same batch.
    PlacedBefore {
        account: AccountId,
        minor: i64,
    },
    Known {
        account: AccountId,
    },
    Changed {
        change: Change,
        is_altered: bool,
    },
    Refused(Problem),
}

/// What one transaction kept.
struct Kept {
    fates: Vec<Fate>,
    creditor: Creditor,
    is_begun: bool,
    /// How many rows it took.
    taken: usize,
}

/// One import on its way.
struct Import<'a> {
    ask: &'a ImportAccounts,
    who: &'a Actor,
    at: Moment,
    hash: String,
    mapping: &'a Mapping,
    /// None until the first account of an unknown creditor is placed.
    creditor: Option<Creditor>,
    batch: BatchId,
    is_begun: bool,
    tally: Tally,
    /// Rows whose outcome is kept.
    taken_up_to: u64,
}

impl Import<'_> {
    /// Accounts placed by this run.
    fn count_new(&self) -> u64 {
        self.tally.report.accepted - self.tally.report.resumed
    }

    /// Takes rows: places what is new, compares what is known, then counts; in one transaction while nobody waits.
    async fn take(&mut self, app: &App, mut rows: Vec<Read>, progress: &Progress) -> Result<(), Failure> {
        while !rows.is_empty() {
            let (fates, taken) = if rows.iter().all(|read| read.account.is_none()) {
                (Vec::new(), rows.len())
            } else if self.ask.is_trial {
                (self.try_rows(&mut app.db.read().await?, &rows).await?, rows.len())
            } else {
                let mut turn = app.turns.take("import").await;
                let kept = transaction!(app.db, tx, {
                    let began = turn.begins();
                    let is_wanted = || app.db.should_make_room(began) || progress.is_stopped();
                    self.place_rows(tx, &rows, &is_wanted).await
                })?;
                turn.ends();
                (self.creditor, self.is_begun) = (Some(kept.creditor), kept.is_begun);
                (kept.fates, kept.taken)
            };
            let mut fates = fates.into_iter();
            for Read { row, account, problems } in rows.drain(..taken) {
                self.taken_up_to += 1;
                self.tally.report.rows += 1;
                match account {
                    None => self.tally.refuse(&row, problems)?,
                    Some(account) => {
                        let fate = fates.next().expect("every account that was taken has its fate");
                        self.count(&row, &account, problems, fate)?;
                    }
                }
            }
            if progress.is_stopped() {
                return Err(self.stopped());
            }
        }
        Ok(())
    }

    /// Places pieces of rows in one transaction, until all are placed or the transaction is wanted by somebody else.
    async fn place_rows(&self, tx: &mut Tx, rows: &[Read], is_wanted: &impl Fn() -> bool) -> Result<Kept, Failure> {
        let creditor = match &self.creditor {
            Some(creditor) => creditor.clone(),
            None => accounts::actions::ensure_creditor(tx, self.who, self.at, &self.ask.creditor).await?,
        };
        if self.is_begun && accounts::store::load_batch(tx, self.batch).await?.state != "loading" {
            return Err(Failure::Stale(format!("batch {} was taken back while it came in: nothing more is placed", self.batch)));
        }
        let mut kept = Kept { fates: Vec::with_capacity(rows.len()), creditor, is_begun: self.is_begun, taken: 0 };
        for piece in rows.chunks(PIECE) {
            self.place_piece(tx, piece, &mut kept).await?;
            kept.taken += piece.len();
            if is_wanted() {
                break;
            }
        }
        Ok(kept)
    }

    /// What would become of the accounts of a piece.
    async fn try_rows(&self, tx: &mut Tx, piece: &[Read]) -> Result<Vec<Fate>, Failure> {
        let known = match &self.creditor {
            Some(creditor) => known(tx, creditor, piece).await?,
            None => HashMap::new(),
        };
        let accounts = piece.iter().filter_map(|read| Some((read.row.number, read.account.as_ref()?)));
        accounts
            .map(|(row, account)| match known.get(account.reference.as_str()) {
                None => Ok(Fate::Placed { account: AccountId(new_uuid()), minor: account.owed.total()?.minor() }),
                Some(placed) => Ok(self.compare(row, placed, account)),
            })
            .collect()
    }

    /// Places the accounts of a piece and compares those known already.
    async fn place_piece(&self, tx: &mut Tx, piece: &[Read], kept: &mut Kept) -> Result<(), Failure> {
        let (who, at) = (self.who, self.at);
        let known = known(tx, &kept.creditor, piece).await?;
        let placing = Placing { creditor: &kept.creditor, mapping: self.mapping, batch: self.batch, by: who.label(), at };
        let mut tables = Tables::default();
        let mut fates = Vec::with_capacity(piece.len());
        for read in piece {
            let Some(account) = &read.account else { continue };
            let fate = match known.get(account.reference.as_str()) {
                None => {
                    let minor = account.owed.total()?.minor();
                    Fate::Placed { account: placing.place(&mut tables, account, minor)?, minor }
                }
                Some(placed) => match self.compare(read.row.number, placed, account) {
                    Fate::Changed { change, .. } if self.ask.updates => match self.update(tx, read.row.number, placed, account).await? {
                        Some(problem) => Fate::Refused(problem),
                        None => Fate::Changed { change, is_altered: true },
                    },
                    fate => fate,
                },
            };
            fates.push(fate);
        }
        // A batch without an account, and a creditor without one, are not kept.
        let keeps = fates.iter().any(|fate| matches!(fate, Fate::Placed { .. } | Fate::Changed { is_altered: true, .. }));
        if keeps && !kept.is_begun {
            let (file, currency) = (&self.ask.file_name, self.mapping.currency.code());
            accounts::store::insert_batch(tx, self.batch, kept.creditor.id, "accounts", file, &self.hash, currency, who.label(), at.at)
                .await?;
            kept.is_begun = true;
        }
        tables.insert(tx).await?;
        kept.fates.extend(fates);
        Ok(())
    }

    /// Alters a known account to what its creditor says now; what the ledger cannot follow stays as it was and is told.
    async fn update(&self, tx: &mut Tx, row: u64, placed: &Placed, new: &NewAccount) -> Result<Option<Problem>, Failure> {
        let account = accounts::store::load_account(tx, placed.account).await?;
        let refused =
            |says: String| Ok(Some(Problem { column: reference_head(self.mapping), value: new.reference.clone(), says, refuses: true }));
        if account.currency != new.owed.currency().code() {
            return refused(format!("is in {} here: a currency is not altered", account.currency));
        }
        if account.written_off_minor > 0 {
            return refused("was written off here: take it up again first".into());
        }
        let memo = format!("placed anew by {}", self.ask.file_name);
        match ledger::actions::adjust_placed(tx, self.who, self.at, &account, &new.owed, &memo).await {
            Ok(()) => {}
            Err(Failure::Ledger(error)) => return refused(format!("cannot be altered: {error}")),
            Err(failure) => return Err(failure),
        }
        accounts::store::update_placed(tx, account.id, new, new.owed.total()?.minor()).await?;
        accounts::itemized::store::replace(tx, account.id, &new.itemization, "creditor's file", self.at.at).await?;
        let detail = json!({"row": row, "placed_minor": new.owed.total()?.minor()});
        audit::record(tx, self.who, self.at.at, Some(account.id), "account.update", &detail).await?;
        strategy::actions::place_on_worklist(tx, account.id, self.at).await?;
        Ok(None)
    }

    /// Compares a known account with what the file says.
    fn compare(&self, row: u64, placed: &Placed, account: &NewAccount) -> Fate {
        let minor = account.owed.total().map(|total| total.minor()).unwrap_or(0);
        if placed.batch == Some(self.batch) {
            return Fate::PlacedBefore { account: placed.account, minor };
        }
        let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let pairs = [
            ("balance", placed.placed_minor.to_string(), minor.to_string()),
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
            return Fate::Known { account: placed.account };
        }
        Fate::Changed { change: Change { row, account: placed.account, differences }, is_altered: false }
    }

    /// Counts what became of a good row, and says it to the creditor.
    fn count(&mut self, row: &SourceRow, account: &NewAccount, problems: Vec<Problem>, fate: Fate) -> Result<(), Failure> {
        let report = &mut self.tally.report;
        let (outcome, id) = match fate {
            Fate::Refused(problem) => return self.tally.refuse(row, vec![problem]),
            Fate::Placed { account, minor } | Fate::PlacedBefore { account, minor } => {
                report.accepted += 1;
                report.resumed += u64::from(matches!(fate, Fate::PlacedBefore { .. }));
                report.placed_minor = report.placed_minor.checked_add(minor).unwrap_or(i64::MAX);
                report.gaps += u64::from(!problems.is_empty());
                report.settled += u64::from(minor == 0);
                ("accepted", account)
            }
            Fate::Known { account } => {
                report.duplicates += 1;
                ("known", account)
            }
            Fate::Changed { change, is_altered } => {
                report.changed += 1;
                report.updated += u64::from(is_altered);
                let account = change.account;
                if report.changes.len() < SHOWN {
                    report.changes.push(change);
                }
                (if is_altered { "altered" } else { "known with other values" }, account)
            }
        };
        let minor = account.owed.total()?.minor();
        self.tally.outcome(row.number, &account.reference, outcome, Some((id, minor, account.owed.currency())), problems)
    }

    fn stopped(&self) -> Failure {
        let row = self.taken_up_to;
        Failure::Stale(if !self.is_begun {
            format!("the import was stopped after {row} rows; nothing was kept")
        } else {
            let batch = self.batch;
            format!("the import was stopped after {row} rows: start it again to go on, or take batch {batch} back")
        })
    }

    async fn finish(self, app: &App) -> Result<Report, Failure> {
        let mut report = self.tally.finish()?;
        if !self.is_begun {
            return Ok(report);
        }
        let counts = report.counts();
        let [rows, accepted, refused, duplicates, ..] = counts;
        let creditor = self.creditor.as_ref().map(|creditor| creditor.id.to_string());
        let detail = json!({"batch": self.batch.to_string(), "creditor": creditor, "rows": rows, "accepted": accepted,
            "refused": refused, "duplicates": duplicates, "placed_minor": report.placed_minor});
        transaction!(app.db, tx, {
            accounts::store::finish_batch(tx, self.batch, counts, report.placed_minor).await?;
            audit::record_in(tx, self.who, self.at.at, &self.batch.to_string(), "accounts.import", &detail).await
        })?;
        report.batch = Some(self.batch);
        Ok(report)
    }
}

/// What is known of the references of a piece.
async fn known(tx: &mut Tx, creditor: &Creditor, piece: &[Read]) -> Result<HashMap<String, Placed>, Failure> {
    let references: Vec<&str> = piece.iter().filter_map(|read| Some(read.account.as_ref()?.reference.as_str())).collect();
    let placed = store::list_placed(tx, creditor.id, &references).await?;
    Ok(placed.into_iter().map(|placed| (placed.reference.clone(), placed)).collect())
}

/// Columns that a mapping names and the file lacks, beside those it has.
fn not_in_file(missing: &[impl AsRef<str>], heads: &[String]) -> String {
    let missing: Vec<&str> = missing.iter().map(AsRef::as_ref).collect();
    format!("names columns that the file does not have: {}; its columns are {}", missing.join(", "), heads.join(", "))
}
