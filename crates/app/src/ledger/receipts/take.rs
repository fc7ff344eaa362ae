//! A bank's file is taken: what is certain is posted, the rest waits, and what was told before is known.
//!
//! Statement by statement and piece by piece, each piece whole in a transaction. A statement remembers how far it was taken, so that a
//! file that was cut off is simply given again. What a payer's words name is looked up before the piece has its turn to write.
//!
//! Read [`take_file`].

use super::look::{certain, in_codes, texts_of};
use super::store::{self, EntryRow, PartRow, StatementRow};
use super::together;
use crate::accounts::store::standing::{self, Standing};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::intake::source::hash_of;
use crate::ledger::actions::PostPayment;
use crate::ledger::bank_file::open_bank_file;
use crate::ledger::clearing;
use crate::ledger::clearing::store::{ClearingRow, insert_clearings};
use crate::ledger::posting::post_all;
use crate::store::{Tx, Value};
use crate::transaction;
use duly_domain::ledger::bank_file::{BankFile, Form, Keep, Statement};
use duly_domain::ledger::clearing::Found;
use duly_domain::ledger::matching::{Proposal, stands};
use duly_domain::ledger::receipts::{self, Alike, Booking, Direction, Movement, State, Told, is_said};
use duly_domain::values::file_problem::FileProblem;
use duly_domain::values::ids::{AccountId, ReceiptId, StatementId};
use duly_domain::values::iso4217::CurrencyCode;
use duly_domain::values::moment::Moment;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

/// Bookings in one transaction at the most.
pub const PIECE_MAX: usize = 100;

/// What is kept of a bank's words at the most; nobody reads more.
const TEXT_MAX: usize = 2_000;

/// A file to take.
#[derive(Clone, Debug)]
pub struct TakeFile {
    /// The file, packed or not.
    pub path: PathBuf,
    /// Bookings in one transaction.
    pub piece: usize,
}

/// How many movements, and how much in minor units by currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub entries: u64,
    /// How much; below zero where money left.
    pub minor: BTreeMap<&'static str, i64>,
}

impl Count {
    fn add(&mut self, movement: &Movement) {
        self.entries += 1;
        let sum = self.minor.entry(movement.amount.currency.code()).or_default();
        *sum = sum.saturating_add(movement.amount.minor);
    }
}

/// What a file came to.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its form.
    pub form: Form,
    /// The statements, as they are kept.
    pub statements: Vec<StatementRow>,
    /// Movements told: posted, known, unidentified, came back and went out together.
    pub all: Count,
    /// Told before.
    pub known: Count,
    /// Taken now, by their state.
    pub taken: BTreeMap<&'static str, Count>,
    /// Entries that are not on the books, and are not kept.
    pub pending: u64,
    /// What is wrong in the file.
    pub problems: Vec<FileProblem>,
    /// Whether it was stopped before its end.
    pub is_stopped: bool,
}

impl Taken {
    /// What was taken now in a state.
    pub fn of(&self, state: State) -> Count {
        self.taken.get(state.code()).cloned().unwrap_or_default()
    }

    /// Whether something of the file could not be used.
    pub fn refuses(&self) -> bool {
        self.problems.iter().any(|problem| problem.refuses)
    }
}

/// Takes a file, and goes on after each piece as long as `goes_on` says so, which is told how many bookings are in the record.
pub async fn take_file(app: &App, who: &Actor, at: Moment, ask: &TakeFile, goes_on: impl Fn(u64) -> bool) -> Result<Taken, Failure> {
    if !(1..=PIECE_MAX).contains(&ask.piece) {
        return Err(Failure::wrong("piece", format!("must be between 1 and {PIECE_MAX} bookings")));
    }
    let hash = hash_of(&ask.path).map_err(Failure::File)?;
    let BankFile { form, mut statements, mut problems, .. } = open_bank_file(&ask.path, Keep::Money).map_err(Failure::File)?.file;
    let mut alike = Alike::default();
    let told: Vec<Told> = statements.iter_mut().map(|statement| receipts::tell(statement, &mut alike)).collect();
    drop(alike);
    let unusable =
        told.iter().flat_map(|told| &told.unusable).filter(|(line, _)| !problems.iter().any(|known| known.refuses && known.line == *line));
    let unusable: Vec<FileProblem> = unusable.map(|(line, says)| unusable_entry(*line, says)).collect();
    problems.extend(unusable);
    let pending = told.iter().map(|told| told.pending).sum();
    let mut taken = Taken {
        form,
        statements: Vec::new(),
        all: Count::default(),
        known: Count::default(),
        taken: BTreeMap::new(),
        pending,
        problems,
        is_stopped: false,
    };
    let mut kept = 0;
    for (place, (statement, told)) in (0..).zip(statements.iter().zip(&told)) {
        let row = begin(app, who, at, &hash, place, form, statement, told).await?;
        let mut done = usize::try_from(row.bookings_taken).unwrap_or(usize::MAX).min(told.bookings.len());
        for movement in told.bookings[..done].iter().flat_map(|booking| &booking.movements) {
            taken.all.add(movement);
            taken.known.add(movement);
        }
        kept += done as u64;
        while done < told.bookings.len() {
            let piece = &told.bookings[done..told.bookings.len().min(done + ask.piece)];
            for (movement, fate) in take_piece(app, who, at, row.id, done, piece).await? {
                taken.all.add(movement);
                match fate {
                    Some(state) => taken.taken.entry(state.code()).or_default().add(movement),
                    None => taken.known.add(movement),
                }
            }
            done += piece.len();
            kept += piece.len() as u64;
            if !goes_on(kept) && (done < told.bookings.len() || place + 1 < statements.len() as i64) {
                taken.is_stopped = true;
                break;
            }
            // Embedded, nothing waits by itself: let others have their turn.
            tokio::task::yield_now().await;
        }
        taken.statements.push(store::load_statement(&mut app.db.read().await?, row.id).await?);
        if taken.is_stopped {
            break;
        }
    }
    Ok(taken)
}

fn unusable_entry(line: usize, says: &str) -> FileProblem {
    FileProblem { line, place: "the entry".into(), value: String::new(), says: says.into(), refuses: true }
}

/// The currency in which a statement is kept.
fn currency_of(statement: &Statement, told: &Told) -> Option<CurrencyCode> {
    let of_balance = || receipts::opening(statement).or_else(|| receipts::closing(statement)).and_then(|balance| balance.amount);
    let of_entry = || Some(told.bookings.first()?.movements.first()?.amount);
    statement.currency.or_else(|| of_balance().or_else(of_entry).map(|amount| amount.currency))
}

/// Finds a statement of a file as it was begun, or begins it.
async fn begin(
    app: &App,
    who: &Actor,
    at: Moment,
    hash: &str,
    place: i64,
    form: Form,
    statement: &Statement,
    told: &Told,
) -> Result<StatementRow, Failure> {
    let (opening, closing) = (receipts::opening(statement), receipts::closing(statement));
    let bookings = i64::try_from(told.bookings.len()).unwrap_or(i64::MAX);
    transaction!(app.db, tx, {
        if let Some(known) = store::find_statement(tx, hash, place).await? {
            if known.bookings != bookings {
                return Err(Failure::Stale("this file was read otherwise by an earlier version: ask the bank for a new one".into()));
            }
            return Ok(known);
        }
        let row = StatementRow {
            id: StatementId(new_uuid()),
            bank_account: receipts::bank_account(statement),
            form: form.name().into(),
            number: cut(&statement.number),
            currency: currency_of(statement, told).map(CurrencyCode::code).unwrap_or_default().into(),
            opening_minor: opening.and_then(|balance| balance.amount).map(|amount| amount.minor),
            opening_on: opening.and_then(|balance| balance.on),
            closing_minor: closing.and_then(|balance| balance.amount).map(|amount| amount.minor),
            closing_on: closing.and_then(|balance| balance.on),
            adds_up: statement.adds_up,
            bookings,
            taken_by: who.label().into(),
            taken_at: at.at,
            bookings_taken: 0,
            told_minor: 0,
            known_minor: 0,
        };
        store::insert_statement(tx, &row, hash, place).await?;
        let detail = json!({"statement": row.id.to_string(), "file": hash, "bookings": bookings});
        kept::record_of_agency(tx, who, at.at, "bank.begin", detail, &[row.id.into()]).await?;
        Ok(row)
    })
}

/// Takes a piece of a statement; what became of each movement, nothing where it was known.
async fn take_piece<'p>(
    app: &App,
    who: &Actor,
    at: Moment,
    statement: StatementId,
    before: usize,
    piece: &'p [Booking],
) -> Result<Vec<(&'p Movement, Option<State>)>, Failure> {
    let all: Vec<(&Booking, &Movement)> =
        piece.iter().flat_map(|booking| booking.movements.iter().map(move |movement| (booking, movement))).collect();
    let (places, came_in): (Vec<usize>, Vec<&Movement>) = (0..)
        .zip(&all)
        .map(|(place, (_, movement))| (place, *movement))
        .filter(|(_, movement)| movement.direction() == Direction::CameIn)
        .unzip();
    let found = certain(&mut app.db.read().await?, at, &came_in).await?;
    let certain: HashMap<usize, Proposal> =
        places.into_iter().zip(found).filter_map(|(place, proposal)| Some((place, proposal?))).collect();
    let mut turn = app.turns.take("receipts").await;
    let fates = transaction!(app.db, tx, {
        turn.begins();
        let row = store::load_statement(tx, statement).await?;
        if usize::try_from(row.bookings_taken) != Ok(before) {
            return Err(Failure::Stale("somebody else is taking the same file: give it again when they are done".into()));
        }
        let marks: Vec<Value> = piece.iter().map(|booking| Value::from(&booking.mark)).collect();
        let known = store::list_known(tx, &marks).await?;
        let new: Vec<(usize, &Booking, &Movement)> = all
            .iter()
            .enumerate()
            .filter(|(_, (booking, _))| !known.contains(&booking.mark))
            .map(|(place, (booking, movement))| (place, *booking, *movement))
            .collect();
        let Kept { rows, parts, pieces } = keep(tx, who, at, &row, &certain, &new).await?;
        let sum = |of: &mut dyn Iterator<Item = &Movement>| -> i64 {
            of.filter(|movement| movement.amount.currency.code() == row.currency).map(|movement| movement.amount.minor).sum()
        };
        let told_minor = sum(&mut all.iter().map(|(_, movement)| *movement));
        let known_minor = told_minor - sum(&mut new.iter().map(|(_, _, movement)| *movement));
        let taken = i64::try_from(before + piece.len()).unwrap_or(i64::MAX);
        store::update_taken(tx, statement, taken, told_minor, known_minor).await?;
        let detail =
            json!({"statement": statement.to_string(), "bookings": [before, before + piece.len()], "known": all.len() - new.len()});
        let named: Vec<kept::KeptRow> = std::iter::once(statement.into())
            .chain(rows.iter().map(|row| row.id.into()))
            .chain(parts.iter().map(|(_, part)| part.id.into()))
            .chain(pieces.iter().map(|piece| piece.id.into()))
            .collect();
        kept::record_of_agency(tx, who, at.at, "bank.take", detail, &named).await?;
        let mut fates: Vec<Option<State>> = vec![None; all.len()];
        for ((place, ..), row) in new.iter().zip(&rows) {
            fates[*place] = State::parse(&row.state);
        }
        Ok::<_, Failure>(fates)
    })?;
    turn.ends();
    Ok(all.into_iter().map(|(_, movement)| movement).zip(fates).collect())
}

/// What of entries stands on other accounts than their own.
type Parts = Vec<(ReceiptId, PartRow)>;

/// What was kept of a piece of a file.
struct Kept {
    /// In the order of the movements.
    rows: Vec<EntryRow>,
    parts: Parts,
    /// What sums stand for.
    pieces: Vec<ClearingRow>,
}

/// Posts or matches what is certain, and keeps everything that is new.
async fn keep(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    statement: &StatementRow,
    certain: &HashMap<usize, Proposal>,
    new: &[(usize, &Booking, &Movement)],
) -> Result<Kept, Failure> {
    let mut rows: Vec<EntryRow> = new.iter().map(|(_, booking, movement)| entry(statement, booking, movement)).collect();
    let (mut alone, mut parts): (Vec<(usize, &Proposal)>, Parts) = (Vec::new(), Vec::new());
    for (place, (number, ..)) in new.iter().enumerate() {
        let Some(proposal) = certain.get(number) else { continue };
        let Some(joint) = proposal.joint else {
            alone.push((place, proposal));
            continue;
        };
        // In the order of the file: what came before counts for what a joint plan waits for.
        post_alone(tx, who, at, &mut rows, std::mem::take(&mut alone)).await?;
        let own = together::post_certain(tx, who, at, &mut rows[place], (joint, proposal)).await?;
        parts.extend(own.into_iter().map(|part| (rows[place].id, part)));
    }
    post_alone(tx, who, at, &mut rows, alone).await?;
    let (back, forth): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|at| rows[*at].amount_minor < 0);
    let mut pieces = clear(tx, who, at, &mut rows, &forth).await?;
    let came: Vec<EntryRow> = forth.into_iter().map(|at| rows[at].clone()).collect();
    store::insert_entries(tx, &came).await?;
    store::insert_parts(tx, &parts).await?;
    // What went back may have come in with the same piece.
    for at in &back {
        rows[*at] = went(tx, rows[*at].clone(), new[*at].2.direction()).await?;
        if rows[*at].payment.is_some() {
            store::insert_entries(tx, std::slice::from_ref(&rows[*at])).await?;
        }
    }
    pieces.extend(clear(tx, who, at, &mut rows, &back).await?);
    let left: Vec<EntryRow> = back.into_iter().map(|at| rows[at].clone()).filter(|row| row.payment.is_none()).collect();
    store::insert_entries(tx, &left).await?;
    insert_clearings(tx, &pieces).await?;
    Ok(Kept { rows, parts, pieces })
}

/// Posts what is certain for one account each, all at once.
async fn post_alone(tx: &mut Tx, who: &Actor, at: Moment, rows: &mut [EntryRow], certain: Vec<(usize, &Proposal)>) -> Result<(), Failure> {
    let accounts: Vec<Value> = certain.iter().map(|(_, proposal)| Value::from(proposal.account)).collect();
    let standings: Vec<Standing> = standing::list_standings(tx, &accounts).await?;
    // Some may have been closed since they were looked up.
    let open: HashMap<AccountId, &str> =
        standings.iter().filter(|standing| standing.state != "closed").map(|standing| (standing.id, standing.currency.as_str())).collect();
    let (mut asks, mut asked) = (Vec::new(), Vec::new());
    for (place, proposal) in certain {
        if open.get(&proposal.account) == Some(&rows[place].currency.as_str()) {
            asks.push(ask(&rows[place], proposal.account));
            asked.push((place, proposal));
        }
    }
    for ((place, proposal), fate) in asked.into_iter().zip(post_all(tx, who, at, standings, &asks).await?) {
        let row = &mut rows[place];
        match fate {
            Ok(posted) => {
                (row.state, row.grounds) = (State::Posted.code().into(), in_codes(&proposal.grounds));
                (row.account, row.payment, row.times_posted) = (Some(proposal.account), Some(posted.payment), 1);
                (row.decided_by, row.decided_at) = (Some(who.label().into()), Some(at.at));
            }
            // It waits, and says why.
            Err(failure) => row.note = failure.to_string(),
        }
    }
    Ok(())
}

/// Matches those that certainly are a sum that is waited for; the pieces they stand for. Money that left and may be one waits for somebody.
async fn clear(tx: &mut Tx, who: &Actor, at: Moment, rows: &mut [EntryRow], places: &[usize]) -> Result<Vec<ClearingRow>, Failure> {
    let free: Vec<usize> = places.iter().copied().filter(|place| rows[*place].payment.is_none()).collect();
    let looked: Vec<&EntryRow> = free.iter().map(|place| &rows[*place]).collect();
    let (open, found) = clearing::matching::look(tx, &looked).await?;
    let mut pieces = Vec::new();
    for (place, found) in free.into_iter().zip(found) {
        let row = &mut rows[place];
        match found {
            Found::Certain(one) => pieces.extend(clearing::matching::matched(who, at, row, &open[one.at], &one.grounds)),
            Found::Proposed(_) if row.amount_minor < 0 => row.state = State::CameBack.code().into(),
            Found::Proposed(_) | Found::Nothing => {}
        }
    }
    Ok(pieces)
}

/// A movement as it is kept before anything is decided.
fn entry(statement: &StatementRow, booking: &Booking, movement: &Movement) -> EntryRow {
    let is_in = movement.amount.minor > 0;
    EntryRow {
        id: ReceiptId(new_uuid()),
        statement: statement.id,
        bank_account: statement.bank_account.clone(),
        line: i64::try_from(movement.line).unwrap_or(i64::MAX),
        mark: booking.mark.clone(),
        part: movement.part,
        booked_on: movement.booked_on,
        value_on: movement.value_on,
        amount_minor: movement.amount.minor,
        currency: movement.amount.currency.code().into(),
        reference: cut(&movement.reference),
        bank_reference: cut(&movement.bank_reference),
        counterparty: cut(&movement.counterparty),
        words: cut(&movement.text),
        is_reversal: movement.is_reversal,
        return_reason: cut(&movement.return_reason),
        state: if is_in { State::Unidentified } else { State::WentOut }.code().into(),
        account: None,
        payment: None,
        grounds: String::new(),
        times_posted: 0,
        note: String::new(),
        decided_by: None,
        decided_at: None,
        account_reference: None,
        name: None,
    }
}

fn cut(text: &str) -> String {
    // No engine keeps the letter that ends a text.
    text.chars().filter(|letter| *letter != '\0').take(TEXT_MAX).collect()
}

/// The payment that an entry would be.
pub(super) fn ask(row: &EntryRow, account: AccountId) -> PostPayment {
    PostPayment { account, amount_minor: row.amount_minor, effective_on: row.value_on, reference: reference_of(row) }
}

/// The bank's reference with a mark of the entry: the same movement is one payment.
pub(super) fn reference_of(row: &EntryRow) -> String {
    let said = [&row.bank_reference, &row.reference].into_iter().find(|reference| is_said(reference)).map_or("bank", String::as_str);
    let mut reference: String = said.chars().take(60).collect();
    reference.push_str(&format!(" [{}", row.mark.get(..10).unwrap_or(&row.mark)));
    if row.part > 0 {
        reference.push_str(&format!("-{}", row.part + 1));
    }
    if row.times_posted > 0 {
        reference.push_str(&format!(" no {}", row.times_posted + 1));
    }
    reference.push(']');
    reference
}

/// What money that left is: a payment that came back, if one is named, or what the bank says it is.
async fn went(tx: &mut Tx, mut row: EntryRow, direction: Direction) -> Result<EntryRow, Failure> {
    let like = store::list_posted_like(tx, &row.bank_account, -row.amount_minor, &row.currency).await?;
    // What was split over several accounts may be named by any of them.
    let parts = store::list_parts(tx, &like.iter().map(|paid| paid.id).collect::<Vec<_>>()).await?;
    let others =
        |paid: &EntryRow| parts.iter().filter(|part| part.0 == paid.id).any(|part| stands(&part.1.account_reference, &texts_of(&row)));
    let named: Vec<&EntryRow> = like.iter().filter(|paid| is_of(&row, paid) || others(paid)).collect();
    if named.is_empty() && direction != Direction::WentBack {
        return Ok(row);
    }
    row.state = State::CameBack.code().into();
    if let [paid] = named.as_slice() {
        (row.account, row.payment) = (paid.account, paid.payment);
    }
    Ok(row)
}

/// Whether money that left names a payment that came.
fn is_of(row: &EntryRow, paid: &EntryRow) -> bool {
    let is_same = |one: &str, other: &str| is_said(one) && one == other;
    is_same(&row.reference, &paid.reference)
        || is_same(&row.bank_reference, &paid.bank_reference)
        || paid.account_reference.as_deref().is_some_and(|reference| stands(reference, &texts_of(row)))
}
