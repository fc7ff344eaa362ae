//! What the bank is waited for to show, found anew from the record each time.
//!
//! The debits of a file that take effect on one day, each of its batches, and all files of a day together; debits that came back, alone,
//! by the file that told of them and by day; and a file less what came back, as banks that net show it.
//!
//! Read [`list_open`].

use super::store::{self, OpenFile, OpenReturn, SentRow};
use crate::app::Failure;
use crate::ledger::store::currency;
use crate::store::{Tx, Value};
use duly_domain::audit::hex;
use duly_domain::ledger::clearing::{Expected, Part, days_of_credit, days_of_return, is_late};
use duly_domain::ledger::debits::DebitKind;
use duly_domain::values::ids::DebitFileId;
use duly_domain::values::moment::written;
use duly_domain::values::money::Currency;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is older is not looked for by itself.
const DAYS_BACK: i64 = 60;

/// Files that are older were shown before anybody matched them.
const DAYS_LATE: i64 = 400;

/// What the bank is waited for to show as one sum, with what it is called.
#[derive(Clone, Debug)]
pub struct Waited {
    /// What it stands for.
    pub expected: Expected,
    /// What it is.
    pub says: String,
    /// The day on which it was due.
    since: Date,
    /// Whether it stands alone: what is put together of others is counted with them.
    pub is_alone: bool,
}

impl Waited {
    /// The day on which it was due: that on which debits took effect, or on which we were told of a return.
    pub fn due_on(&self) -> Date {
        self.since
    }

    /// Whether the bank should have shown it long ago.
    pub fn is_late(&self, today: Date) -> bool {
        is_late(self.since, today)
    }

    /// What it is known by in a form: a short mark of its pieces.
    pub fn mark(&self) -> String {
        let mut mark = hex(&Sha256::digest(self.expected.key().as_bytes()));
        mark.truncate(24);
        mark
    }

    fn of(pieces: &[&Waited], says: String) -> Option<Waited> {
        let (first, rest) = pieces.split_first()?;
        let mut expected = first.expected.clone();
        for one in rest {
            let Expected { pieces, days, traces, .. } = &one.expected;
            expected.pieces.extend(pieces.iter().cloned());
            expected.days = (expected.days.0.min(days.0), expected.days.1.max(days.1));
            expected.traces.extend(traces.iter().cloned());
        }
        Some(Waited { expected, says, since: first.since, is_alone: false })
    }
}

/// What is waited for of the time before a day.
pub async fn list_open(tx: &mut Tx, before: Date) -> Result<Vec<Waited>, Failure> {
    let since = before.checked_sub(DAYS_BACK.days()).unwrap_or(Date::MIN);
    list_since(tx, since).await
}

/// What is waited for of all files and returns since a day.
pub async fn list_since(tx: &mut Tx, since: Date) -> Result<Vec<Waited>, Failure> {
    let files: HashMap<DebitFileId, OpenFile> = store::list_open_files(tx, since).await?.into_iter().map(|file| (file.id, file)).collect();
    let keys: Vec<Value> = files.keys().copied().map(Value::from).collect();
    let sent = store::list_sent(tx, &keys).await?;
    let shown: BTreeSet<(DebitFileId, Date, String)> = store::list_shown(tx, &keys).await?.into_iter().collect();
    let told_since = since.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |day| day.timestamp());
    let returns = store::list_open_returns(tx, told_since).await?;
    let mut all = Vec::new();
    let mut by_file: BTreeMap<(DebitFileId, Date), Vec<SentRow>> = BTreeMap::new();
    for row in sent {
        by_file.entry((row.file, row.on)).or_default().push(row);
    }
    let mut days: BTreeMap<Date, Vec<Waited>> = BTreeMap::new();
    let mut whole: Vec<(DebitFileId, Date, Waited)> = Vec::new();
    for ((id, on), rows) in by_file {
        let Some(file) = files.get(&id) else { continue };
        let is_shown = |batch: &str| shown.contains(&(id, on, batch.to_string()));
        let batches = by_batch(&rows);
        if is_shown("") {
            continue;
        }
        let is_begun = batches.keys().any(|batch| is_shown(batch));
        if !is_begun {
            let one = of_file(file, on, "", &rows)?;
            days.entry(on).or_default().push(one.clone());
            whole.push((id, on, one));
        }
        if batches.len() > 1 {
            for (batch, rows) in batches.iter().filter(|(batch, _)| !is_shown(batch)) {
                let one = of_file(file, on, batch, rows)?;
                all.push(Waited { is_alone: is_begun, ..one });
            }
        }
    }
    for (on, files) in days.iter().filter(|(_, files)| files.len() > 1) {
        let says = format!("debits of {} files that took effect on {}", files.len(), written(*on));
        all.extend(Waited::of(&files.iter().collect::<Vec<_>>(), says));
    }
    let sets = sets_of(&returns)?;
    for (id, on, file) in &whole {
        let own: Vec<&Waited> =
            returns.iter().zip(&sets.alone).filter(|(row, _)| row.file == *id && row.effective_on == *on).map(|(_, one)| one).collect();
        let own = Waited::of(&own, format!("what came back of it ({})", own.len()));
        let is_near = |less: &&Waited| less.expected.days.0 <= file.expected.days.1 && file.expected.days.0 <= less.expected.days.1;
        for less in own.iter().chain(&sets.alone).chain(&sets.together).filter(is_near) {
            all.extend(Waited::of(&[file, less], format!("{}, less {}", file.says, less.says)));
        }
    }
    all.extend(whole.into_iter().map(|(.., one)| one));
    all.extend(sets.alone);
    all.extend(sets.together);
    let mut seen = BTreeSet::new();
    all.retain(|one| seen.insert(one.expected.key()));
    Ok(all)
}

/// What is waited for, each thing once and what is not due yet left out, the oldest first.
pub async fn list_due(tx: &mut Tx, today: Date) -> Result<Vec<Waited>, Failure> {
    let since = today.checked_sub(DAYS_LATE.days()).unwrap_or(Date::MIN);
    let mut all = list_since(tx, since).await?;
    all.retain(|one| one.is_alone && one.due_on() <= today);
    all.sort_by_key(|one| (one.due_on(), one.expected.key()));
    Ok(all)
}

/// What the bank should have shown long ago.
pub async fn list_late(tx: &mut Tx, today: Date) -> Result<Vec<(Currency, i64)>, Failure> {
    let all = list_due(tx, today).await?;
    let late = all.into_iter().filter(|one| one.is_late(today));
    Ok(late.filter_map(|one| Some((one.expected.currency, one.expected.minor()?))).collect())
}

/// What a file sends in batches of their own, as its bank reads it.
fn by_batch(rows: &[SentRow]) -> BTreeMap<String, Vec<SentRow>> {
    let mut batches: BTreeMap<String, Vec<SentRow>> = BTreeMap::new();
    for row in rows {
        let description = DebitKind::parse(&row.kind).unwrap_or(DebitKind::First).description();
        batches.entry(format!("{} {description}", row.class)).or_default().push(row.clone());
    }
    batches
}

fn of_file(file: &OpenFile, on: Date, batch: &str, rows: &[SentRow]) -> Result<Waited, Failure> {
    let minor = rows.iter().map(|row| row.minor).sum();
    let debits: i64 = rows.iter().map(|row| row.debits).sum();
    let of = if batch.is_empty() { String::new() } else { format!(", batch {batch}") };
    let count = if debits == 1 { "1 debit".into() } else { format!("{debits} debits") };
    let says = format!("{count} of {} in the file of {} {}{of}", written(on), written(file.created_on), file.modifier);
    let expected = Expected {
        pieces: vec![(Part::Debits { file: file.id, on, batch: batch.into() }, minor)],
        currency: currency(&file.currency)?,
        days: days_of_credit(on),
        traces: rows.iter().map(|row| (row.first_trace.clone(), row.last_trace.clone())).collect(),
        sender_no: file.company_no.clone(),
        names: vec![file.sender.clone(), file.bank_name.clone()],
    };
    Ok(Waited { expected, says, since: on, is_alone: true })
}

/// What came back: each alone, and several together as a bank may show them.
struct Returns {
    alone: Vec<Waited>,
    together: Vec<Waited>,
}

fn sets_of(rows: &[OpenReturn]) -> Result<Returns, Failure> {
    let alone: Vec<Waited> = rows.iter().map(of_return).collect::<Result<_, Failure>>()?;
    let mut sets: BTreeMap<String, Vec<&Waited>> = BTreeMap::new();
    for (row, one) in rows.iter().zip(&alone) {
        let day = told_on(row);
        sets.entry(format!("day {day}")).or_default().push(one);
        if let Some(file) = &row.told_by {
            sets.entry(format!("file {file}")).or_default().push(one);
        }
    }
    let several = sets.into_values().filter(|set| set.len() > 1);
    let together = several.filter_map(|set| Waited::of(&set, format!("{} debits that came back", set.len())));
    Ok(Returns { together: together.collect(), alone })
}

fn told_on(row: &OpenReturn) -> Date {
    row.told_at.to_zoned(TimeZone::UTC).date()
}

fn of_return(row: &OpenReturn) -> Result<Waited, Failure> {
    let says = format!("debit of {} on {} that came back {}", written(row.effective_on), row.account_reference, row.code);
    let expected = Expected {
        pieces: vec![(Part::Return(row.debit), -row.minor)],
        currency: currency(&row.currency)?,
        days: days_of_return(told_on(row)),
        traces: vec![(row.trace.clone(), row.trace.clone())],
        sender_no: row.company_no.clone(),
        names: vec![row.sender.clone(), row.bank_name.clone()],
    };
    Ok(Waited { expected, says, since: told_on(row), is_alone: true })
}
