//! What `duly check` asks of joint plans: the parts add up to them.

use super::store::list_after;
use crate::app::Failure;
use crate::plans::agreed::store::{list_installments_of, list_of_joints};
use crate::store::{Tx, Value};
use duly_domain::values::ids::{AccountId, JointPlanId};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Joint plans that are read at a time.
const PAGE: i64 = 200;

/// Proves every joint plan against the plans that name it; what is wrong, or how many there are.
pub async fn verify(tx: &mut Tx) -> Result<Result<String, String>, Failure> {
    let (mut after, mut count, mut faults) = (JointPlanId(uuid::Uuid::nil()), 0usize, Vec::new());
    loop {
        let joints = list_after(tx, after, PAGE).await?;
        let Some(last) = joints.last() else { break };
        after = last.id;
        count += joints.len();
        let keys: Vec<Value> = joints.iter().map(|joint| Value::from(joint.id)).collect();
        let plans = list_of_joints(tx, &keys).await?;
        let keys: Vec<Value> = plans.iter().map(|plan| Value::from(plan.id)).collect();
        let installments = if keys.is_empty() { Vec::new() } else { list_installments_of(tx, &keys).await? };
        for joint in &joints {
            let own: Vec<_> = plans.iter().filter(|plan| plan.joint == Some(joint.id)).collect();
            let mut fault = |says: &str| faults.push(format!("joint plan {} {says}", joint.id));
            let accounts: BTreeSet<AccountId> = own.iter().map(|plan| plan.account).collect();
            if own.len() < if joint.revises.is_some() { 1 } else { 2 } || accounts.len() != own.len() {
                fault("is not over several accounts, each once");
            }
            if own.iter().map(|plan| plan.total_minor).sum::<i64>() != joint.total_minor {
                fault("is not what the plans of its accounts come to");
            }
            if own.iter().any(|plan| plan.currency != joint.currency) {
                fault("has a part in another currency");
            }
            let mut parts: BTreeMap<i64, (Date, i64)> = BTreeMap::new();
            for one in installments.iter().filter(|one| own.iter().any(|plan| plan.id == one.plan)) {
                let part = parts.entry(one.number).or_insert((one.due_on, 0));
                if part.0 != one.due_on {
                    fault("has a payment whose parts are due on different days");
                }
                part.1 += one.amount_minor;
            }
            let whole = joint.day_by_day()?.into_iter().map(|payment| (payment.number, (payment.due_on, payment.amount_minor)));
            if whole.collect::<BTreeMap<_, _>>() != parts {
                fault("has payments that their parts do not add up to");
            }
        }
    }
    Ok(match faults.is_empty() {
        true => Ok(format!("{count} joint plans are what their parts come to")),
        false => Err(faults.join("; ")),
    })
}
