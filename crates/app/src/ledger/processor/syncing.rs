//! What messages missed is read from the processor: those that wait are tried again, charges without an answer are looked for, and what
//! was charged since a moment is compared.
//!
//! A charge without an answer is looked for before it is asked again with the same key, for keys are kept for a day alone.

use super::adapter::{Processor, Reading, Unanswered};
use super::applying::{Became, apply_event, apply_reading, waiting};
use super::charging::{answered, came_to_nothing, may_ask_again, wanted};
use super::methods::processor_of;
use super::store::{self, ChargeRow};
use crate::app::{Actor, App, Failure};
use duly_domain::ledger::processor::Progress;
use duly_domain::values::ids::ProcessorChargeId;
use duly_domain::values::moment::Moment;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// For how long a charge without an answer is asked again; Stripe keeps keys for a day.
const AGAIN_HOURS: i64 = 23;
/// How far the clocks of both sides may be apart, when charges are looked for by their day.
const CLOCK_HOURS: i64 = 24;

/// What a sync came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// Messages that waited and were applied.
    pub messages: u64,
    /// Charges without an end that were asked about.
    pub asked: u64,
    /// Charges of the processor that were read.
    pub read: u64,
    /// Of those, not ours.
    pub foreign: u64,
    /// Charges that stand otherwise now.
    pub changed: Vec<ProcessorChargeId>,
    /// What could not be taken in, and why.
    pub problems: Vec<String>,
}

impl Synced {
    fn note(&mut self, id: ProcessorChargeId, taken: Result<(ChargeRow, bool), Failure>) -> Result<(), Failure> {
        match taken {
            Ok((_, true)) if !self.changed.contains(&id) => self.changed.push(id),
            Ok(_) => {}
            Err(failure @ (Failure::Wrong(_) | Failure::Stale(_) | Failure::Ledger(_))) => self.problems.push(format!("{id}: {failure}")),
            Err(failure) => return Err(failure),
        }
        Ok(())
    }
}

/// Reads what the processor knows of charges made since a moment.
pub async fn sync(app: &App, who: &Actor, at: Moment, since: Timestamp) -> Result<Synced, Failure> {
    let processor = processor_of(app)?;
    let mut synced = Synced::default();
    for event in waiting(app).await? {
        match apply_event(app, who, at, event.id).await? {
            Became::Applied(id) => {
                synced.messages += 1;
                if !synced.changed.contains(&id) {
                    synced.changed.push(id);
                }
            }
            Became::Known(_) | Became::Nothing => synced.messages += 1,
            Became::Waits(says) => synced.problems.push(format!("message {}: {says}", event.event)),
        }
    }
    let mut after = ProcessorChargeId(Uuid::nil());
    loop {
        let page = store::list_under_way(&mut app.db.read().await?, after).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for row in page {
            synced.asked += 1;
            let id = row.id;
            let taken = look_for(app, &processor, who, at, row).await;
            synced.note(id, taken)?;
        }
    }
    let mut from: Option<String> = None;
    loop {
        let (readings, more) = processor.list(since, None, from.as_deref()).await?;
        for reading in readings {
            synced.read += 1;
            match store::find_told(&mut app.db.read().await?, &reading).await? {
                Some(row) => {
                    let taken = apply_reading(app, who, at, row.id, &reading).await;
                    synced.note(row.id, taken)?;
                }
                None => synced.foreign += 1,
            }
        }
        match more {
            Some(last) => from = Some(last),
            None => return Ok(synced),
        }
    }
}

/// Finds out how a charge without an end stands, and asks for it again where the processor knows nothing of it.
pub async fn look_for(app: &App, processor: &Processor, who: &Actor, at: Moment, row: ChargeRow) -> Result<(ChargeRow, bool), Failure> {
    let reading = match &row.intent {
        Some(intent) => Some(processor.read(intent).await?),
        None => find_intent(app, processor, &row).await?,
    };
    if let Some(reading) = reading {
        return apply_reading(app, who, at, row.id, &reading).await;
    }
    let nothing = |says: String| came_to_nothing(at, says);
    if at.at.duration_since(row.asked_at) > SignedDuration::from_hours(AGAIN_HOURS) {
        let says = format!("the processor knows nothing of it after {AGAIN_HOURS} hours");
        return apply_reading(app, who, at, row.id, &nothing(says)).await;
    }
    let method = store::load_method(&mut app.db.read().await?, row.method).await?;
    if let Some(says) = may_ask_again(app, who, at, &row, &method).await? {
        return apply_reading(app, who, at, row.id, &nothing(says)).await;
    }
    let answer = processor.charge(wanted(&row, &method)).await;
    let row = answered(app, who, at, row, answer).await?;
    let is_new = row.progress != Progress::Asked.code();
    Ok((row, is_new))
}

/// The charge among those of its customer, if the processor has it.
async fn find_intent(app: &App, processor: &Processor, row: &ChargeRow) -> Result<Option<Reading>, Unanswered> {
    let customer = match store::load_method(&mut app.db.read().await.map_err(unread)?, row.method).await {
        Ok(method) => method.customer,
        Err(failure) => return Err(Unanswered::Unknown(failure.to_string())),
    };
    let since = row.asked_at.saturating_sub(SignedDuration::from_hours(CLOCK_HOURS)).unwrap_or(row.asked_at);
    let mut from: Option<String> = None;
    loop {
        let (readings, more) = processor.list(since, Some(&customer), from.as_deref()).await?;
        for reading in readings {
            let Some(intent) = reading.intent else { continue };
            let whole = processor.read(&intent).await?;
            if whole.ours == Some(row.id) {
                return Ok(Some(whole));
            }
        }
        match more {
            Some(last) => from = Some(last),
            None => return Ok(None),
        }
    }
}

fn unread(error: crate::store::StoreError) -> Unanswered {
    Unanswered::Unknown(error.to_string())
}
