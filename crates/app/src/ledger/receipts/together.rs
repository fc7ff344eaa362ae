//! A movement of money that is one payment of a joint plan: split over its accounts as [`pay_joint_in`] splits every such payment.
//!
//! Each account has a payment of its own with the same reference. The first of them stands in the entry, the others in `bank_parts`, so
//! that all of them are taken back together, and the entry's amount is what they come to (`duly check`).

use super::look::in_codes;
use super::store::{self, EntryRow, PartRow};
use super::take::reference_of;
use crate::app::{Actor, Failure, new_uuid};
use crate::plans::joint::arriving::find_awaited;
use crate::plans::joint::paying::{JointPosted, PayJoint, pay_joint_in};
use crate::store::Tx;
use duly_domain::ledger::matching::Proposal;
use duly_domain::ledger::receipts::State;
use duly_domain::values::ids::{BankPartId, JointPlanId, PaymentId};
use duly_domain::values::moment::Moment;

/// Posts an entry on the accounts of a joint plan; the entry is as it is to be kept, with what of it stands on other accounts.
pub(super) async fn post(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    row: &mut EntryRow,
    joint: JointPlanId,
) -> Result<(JointPosted, Vec<PartRow>), Failure> {
    let ask = PayJoint { joint, amount_minor: row.amount_minor, effective_on: row.value_on, reference: reference_of(row) };
    let posted = pay_joint_in(tx, who, at, &ask).await?;
    let Some((first, others)) = posted.parts.split_first() else {
        return Err(Failure::Stale("no account of the plan takes money: post it on one account".into()));
    };
    (row.state, row.account, row.payment) = (State::Posted.code().into(), Some(first.account), Some(first.posted.payment));
    (row.times_posted, row.note, row.grounds) = (row.times_posted + 1, String::new(), String::new());
    let parts = others
        .iter()
        .map(|part| PartRow {
            id: BankPartId(new_uuid()),
            posting_no: row.times_posted,
            account: part.account,
            payment: part.posted.payment,
            amount_minor: part.amount.minor(),
            currency: row.currency.clone(),
            account_reference: part.reference.clone(),
        })
        .collect();
    Ok((posted, parts))
}

/// Posts what is certain, if the plan waits for it still; else it waits for a person and says why.
pub(super) async fn post_certain(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    row: &mut EntryRow,
    (joint, proposal): (JointPlanId, &Proposal),
) -> Result<Vec<PartRow>, Failure> {
    if row.value_on > at.business_day {
        row.note = Failure::wrong("date", "is in the future").to_string();
        return Ok(Vec::new());
    }
    // It was looked up before; what came since, also with the same file, may have paid a part of it.
    let awaited = find_awaited(tx, joint, at).await?;
    let waits = awaited.is_some_and(|awaited| awaited.standing.waits_for(row.amount_minor) && awaited.currency.code() == row.currency);
    if !waits {
        row.note = "the joint plan waited for this amount when the file was read, and does not any more".into();
        return Ok(Vec::new());
    }
    let (_, parts) = post(tx, who, at, row, joint).await?;
    row.grounds = in_codes(&proposal.grounds);
    (row.decided_by, row.decided_at) = (Some(who.label().into()), Some(at.at));
    Ok(parts)
}

/// All payments that a posted entry stands for, its own first.
pub(super) async fn payments_of(tx: &mut Tx, row: &EntryRow) -> Result<Vec<PaymentId>, Failure> {
    let parts = store::list_parts(tx, &[row.id]).await?;
    Ok(row.payment.into_iter().chain(parts.into_iter().map(|part| part.1.payment)).collect())
}
