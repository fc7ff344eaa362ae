//! Open cases, the one whose clock runs out first on top.

use super::actions::{clocks_of, kind_of_code};
use super::store::{self, CaseStep, ListedCase};
use crate::app::Failure;
use crate::store::{Keyed, Tx, Value};
use duly_domain::disputes::case::CaseKind;
use duly_domain::disputes::clock::{Clock, Stand, next};
use duly_domain::values::ids::CaseId;
use jiff::civil::Date;
use std::collections::HashMap;

/// How many cases a screen shows and counts.
pub const SHOWN: i64 = 500;

/// An open case with the clock that runs out first.
pub struct QueuedCase {
    /// The case.
    pub case: ListedCase,
    /// What it is about.
    pub kind: CaseKind,
    /// What is due next; nothing when it only waits for its outcome.
    pub clock: Option<Clock>,
}

impl QueuedCase {
    /// The day it is ordered by: what is answered waits for its outcome since it reached us.
    pub fn due_on(&self) -> Date {
        self.clock.map_or(self.case.received_on, |clock| clock.due_on)
    }

    /// How its clock stands.
    pub fn stand(&self, today: Date) -> Option<Stand> {
        self.clock.map(|clock| clock.stand(today))
    }
}

/// Reads open cases with their clocks.
pub async fn read(tx: &mut Tx, limit: i64) -> Result<Vec<QueuedCase>, Failure> {
    let cases = store::list_open(tx, limit).await?;
    let steps = steps_of(tx, cases.iter().map(|case| case.id)).await?;
    let queued = cases.into_iter().map(|case| {
        let kind = kind_of_code(&case.kind)?;
        let clock = next(&clocks_of(kind, case.received_on, steps.get(&case.id).into_iter().flatten())).copied();
        Ok(QueuedCase { case, kind, clock })
    });
    let mut queued = queued.collect::<Result<Vec<_>, Failure>>()?;
    queued.sort_by_key(|queued| (queued.due_on(), queued.case.id));
    Ok(queued)
}

/// The steps of some cases, each case's oldest first.
pub async fn steps_of(tx: &mut Tx, cases: impl Iterator<Item = CaseId>) -> Result<HashMap<CaseId, Vec<CaseStep>>, Failure> {
    let keys: Vec<Value> = cases.map(Value::from).collect();
    let mut steps: HashMap<CaseId, Vec<CaseStep>> = HashMap::new();
    for Keyed(case, step) in store::list_steps_of(tx, &keys).await? {
        steps.entry(case).or_default().push(step);
    }
    Ok(steps)
}

/// How the open cases stand.
pub struct CaseCounts {
    /// All of them.
    pub open: usize,
    /// Those with a clock that ran out.
    pub late: usize,
    /// Those with one that does within two days.
    pub near: usize,
}

impl CaseCounts {
    /// Counts cases by the clock that runs out first.
    pub fn of(queued: &[QueuedCase], today: Date) -> CaseCounts {
        let count = |wanted: Stand| queued.iter().filter(|queued| queued.stand(today) == Some(wanted)).count();
        CaseCounts { open: queued.len(), late: count(Stand::Late), near: count(Stand::Near) }
    }
}
