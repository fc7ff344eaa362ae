//! What was granted of waivers, pauses and write-offs is used: by the same actions as within somebody's own limits, with exactly those terms.

use super::store::Approval;
use crate::accounts::hardship::actions::{GrantPause, grant_pause};
use crate::app::{Failure, Outcome};
use crate::ledger::charges::actions::{Waive, waive};
use crate::ledger::write_offs::actions::{WriteOff, write_off};
use crate::web::Web;
use crate::web::guard::Visit;
use duly_domain::decision::Decision;

/// Uses a waiver, a pause or a write-off that stands granted: what is said of it, or what refuses it by now; nothing where it is none.
pub async fn use_granted(web: &Web, visit: &Visit, request: &Approval) -> Result<Option<Result<&'static str, Decision>>, Failure> {
    if !request.clock().state_at(visit.at.at).is_granted() {
        return Ok(None);
    }
    let terms = request.granted()?;
    let words = if request.words.trim().is_empty() { "granted by a supervisor".to_string() } else { request.words.clone() };
    if let Some((bucket, amount)) = terms.as_waiver() {
        let ask = Waive { account: request.account, bucket, amount_minor: amount.minor(), because: words };
        return Ok(Some(match waive(&web.app, &visit.who, visit.at, &ask).await? {
            Outcome::Done(_) => Ok("waived"),
            Outcome::Refused(decision) => Err(decision),
        }));
    }
    if let Some((_, because)) = terms.as_write_off() {
        let ask = WriteOff { account: request.account, because, note: request.words.trim().to_string() };
        return Ok(Some(match write_off(&web.app, &visit.who, visit.at, &ask).await? {
            Outcome::Done(_) => Ok("written-off"),
            Outcome::Refused(decision) => Err(decision),
        }));
    }
    let Some((from_on, until_on, reason)) = terms.as_pause() else { return Ok(None) };
    let ask = GrantPause { account: request.account, from_on, until_on, reason, words, is_for_person: false };
    Ok(Some(match grant_pause(&web.app, &visit.who, visit.at, &ask).await? {
        Outcome::Done(_) => Ok("paused"),
        Outcome::Refused(decision) => Err(decision),
    }))
}
