//! The time to sue on an account: what it is counted from, the reasoning line by line, and "May we sue?" with its decision.
//!
//! Kind of agreement, accrual, choice of law, stretches in which the time stood still and events that began it anew are entered with
//! their evidence; the last entry of a kind counts, a withdrawn one does not. Nothing restarts by itself: a payment is shown, and that
//! is all. What is not known counts as run out (see `duly_domain::compliance::limitation`).
//!
//! [`ending`] lists the accounts whose time ends soon. Read [`clock_of`] first. The acts that hang on it ask [`crate::compliance::facts::gather_for_acts`], which calls [`fill`].

pub mod actions;
pub mod ending;
pub mod pages;
pub mod panel;
pub mod store;

use crate::app::Failure;
use crate::compliance::amendments::editions;
use crate::store::{Keyed, Tx, Value};
use duly_domain::compliance::editions::Editions;
use duly_domain::compliance::limitation::{Agreement, ClockEvent, ClockFacts, Limitation, Reckoning, Tolling, reckon};
use duly_domain::compliance::record::Record;
use duly_domain::values::ids::AccountId;
use duly_domain::values::region::state_code;
use jiff::Span;
use jiff::civil::Date;
use std::collections::HashMap;
use std::fmt;
use store::{AccruedRow, EntryRow};
use uuid::Uuid;

/// What an entry is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// What kind of agreement it was.
    Agreement,
    /// The day it accrued.
    Accrued,
    /// The state whose law the contract chose.
    ContractLaw,
    /// Days in which the time stood still.
    Tolled,
    /// What began it anew.
    Revived,
}

impl EntryKind {
    /// All of them, as screens list them.
    pub const ALL: [EntryKind; 5] =
        [EntryKind::Agreement, EntryKind::Accrued, EntryKind::ContractLaw, EntryKind::Tolled, EntryKind::Revived];

    /// Its code in forms, commands and the table.
    pub const fn code(self) -> &'static str {
        match self {
            EntryKind::Agreement => "agreement",
            EntryKind::Accrued => "accrued",
            EntryKind::ContractLaw => "contract_law",
            EntryKind::Tolled => "tolled",
            EntryKind::Revived => "revived",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<EntryKind> {
        EntryKind::ALL.into_iter().find(|known| known.code() == code)
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EntryKind::Agreement => "Kind of agreement",
            EntryKind::Accrued => "Day it accrued",
            EntryKind::ContractLaw => "Law the contract chose",
            EntryKind::Tolled => "The time stood still",
            EntryKind::Revived => "The time began anew",
        })
    }
}

/// What the time to sue is counted from, by the entries of one account, oldest first, and the state in which the debtor lives.
pub fn clock_of(entries: &[EntryRow], state: Option<&str>, today: Date, law: &Editions) -> ClockFacts {
    let standing = || entries.iter().filter(|row| row.withdrawn_at.is_none());
    let last = |kind: EntryKind| standing().rfind(|row| row.kind == kind.code());
    let text = |row: &EntryRow| row.value.clone().unwrap_or_default();
    let events = standing().filter_map(|row| match EntryKind::parse(&row.kind)? {
        EntryKind::Tolled => {
            Some(ClockEvent::Tolled { because: Tolling::parse(row.value.as_deref()?)?, from: row.from_on?, until: row.until_on })
        }
        EntryKind::Revived => Some(ClockEvent::Revived { on: row.from_on? }),
        _ => None,
    });
    ClockFacts {
        agreement: last(EntryKind::Agreement).and_then(|row| Agreement::parse(&text(row))).unwrap_or_default(),
        accrued_on: last(EntryKind::Accrued).and_then(|row| row.from_on),
        consumer: state.and_then(state_code),
        contract: last(EntryKind::ContractLaw).and_then(|row| state_code(&text(row))),
        events: events.collect(),
        today,
        law: law.on(today),
    }
}

/// Puts on a record what the time to sue on each of its debts is counted from.
pub async fn fill(tx: &mut Tx, record: &mut Record) -> Result<(), Failure> {
    let keys: Vec<Value> = record.debts.iter().map(|debt| Value::from(AccountId(Uuid::from_u128(debt.key)))).collect();
    let rows = read_entries(tx, &keys).await?;
    for debt in &mut record.debts {
        let Some(entries) = rows.get(&AccountId(Uuid::from_u128(debt.key))) else { continue };
        // The day as of which it is counted is the act's own.
        let clock = clock_of(entries, None, Date::default(), &Editions::default());
        (debt.agreement, debt.accrued_on, debt.contract_law) = (clock.agreement, clock.accrued_on, clock.contract);
        record.clock_events.extend(clock.events.into_iter().map(|event| (debt.key, event)));
    }
    Ok(())
}

/// The time to sue on one account, with its reasoning.
pub async fn reckoning_of(tx: &mut Tx, account: AccountId, today: Date) -> Result<Reckoning, Failure> {
    let entries = store::list_of_account(tx, account).await?;
    let states = store::list_states_of(tx, &[Value::from(account)]).await?;
    let state = states.first().and_then(|(_, state)| state.as_deref());
    Ok(reckon(&clock_of(&entries, state, today, &editions(tx).await?)))
}

/// An open account whose last day for a suit is known.
pub struct Ending {
    /// The account.
    pub row: AccruedRow,
    /// The time, by what is on record.
    pub time: Limitation,
}

impl Ending {
    /// Days from one day to the last; below zero where it has passed.
    pub fn days_left(&self, today: Date) -> i32 {
        self.time.last_day.since(today).map_or(0, |span| span.get_days())
    }
}

/// Open accounts on which the time to sue ends within some days or has ended, the first end first.
pub async fn list_ending(tx: &mut Tx, today: Date, within: i32) -> Result<Vec<Ending>, Failure> {
    let until = today.saturating_add(Span::new().days(within.clamp(0, 36_500)));
    let law = editions(tx).await?;
    let mut found = Vec::new();
    let mut after = AccountId(Uuid::nil());
    loop {
        let page = store::list_accrued(tx, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.account;
        let keys: Vec<Value> = page.iter().map(|row| Value::from(row.account)).collect();
        let entries = read_entries(tx, &keys).await?;
        for row in page {
            let entries = entries.get(&row.account).map_or(&[][..], Vec::as_slice);
            let time = reckon(&clock_of(entries, row.state.as_deref(), today, &law)).limitation();
            found.extend(time.filter(|time| time.last_day <= until).map(|time| Ending { row, time }));
        }
    }
    found.sort_by_key(|ending| (ending.time.last_day, ending.row.account));
    Ok(found)
}

/// Accounts read at once.
const PAGE: i64 = 500;

/// The entries of each account.
async fn read_entries(tx: &mut Tx, keys: &[Value]) -> Result<HashMap<AccountId, Vec<EntryRow>>, Failure> {
    let mut rows: HashMap<AccountId, Vec<EntryRow>> = HashMap::new();
    for Keyed(account, row) in store::list_of(tx, keys).await? {
        rows.entry(account).or_default().push(row);
    }
    Ok(rows)
}

/// Of some accounts those on which the time to sue has run out, each with its last day.
pub async fn list_barred(tx: &mut Tx, accounts: &[AccountId], today: Date) -> Result<HashMap<AccountId, Date>, Failure> {
    let keys: Vec<Value> = accounts.iter().map(|id| Value::from(*id)).collect();
    let states: HashMap<AccountId, Option<String>> = store::list_states_of(tx, &keys).await?.into_iter().collect();
    let rows = read_entries(tx, &keys).await?;
    let law = editions(tx).await?;
    let barred = rows.into_iter().filter_map(|(account, entries)| {
        let state = states.get(&account).and_then(|state| state.as_deref());
        Some((account, reckon(&clock_of(&entries, state, today, &law)).barred_since(today)?))
    });
    Ok(barred.collect())
}
