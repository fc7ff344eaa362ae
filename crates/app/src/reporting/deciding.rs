//! What is known of accounts before bureaus are told of them: how they ended, what is disputed, what was paid, what was told before.

use super::joint;
use super::store::{self, FurnishingRow, ToTell};
use crate::app::{Actor, Failure, new_uuid};
use crate::audit::kept;
use crate::compliance::acts::ask_act;
use crate::compliance::facts::{Known, gather_many};
use crate::store::{Tx, Value};
use crate::{disputes, ledger};
use duly_domain::compliance::acts::Act;
use duly_domain::compliance::record::{CollectorRole, NoticeKind};
use duly_domain::disputes::case::{CaseKind, CaseOutcome};
use duly_domain::reporting::correcting::Since;
use duly_domain::reporting::furnishing::{Condition, End, Facts, Furnishing, LeftOut, Status, Told};
use duly_domain::values::ids::{AccountId, DecisionId, FurnishingId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use std::collections::HashMap;

/// An account with all that is asked for before it is told.
pub struct Judged {
    pub(super) to_tell: ToTell,
    pub(super) known: Known,
    /// What was told of it, the newest last.
    pub(super) rows: Vec<FurnishingRow>,
    /// The same, as the domain has it.
    pub(super) told: Vec<Told>,
    pub(super) dispute: Option<Condition>,
    /// What was paid in the month, in minor units, and when last.
    pub(super) paid: (i64, Option<Date>),
    pub(super) since: Since,
    /// Somebody else made the debt: a case of identity theft ended with the end of collection.
    pub(super) is_theft: bool,
    /// Who is told of beside the debtor.
    pub(super) joint: joint::Joint,
}

impl Judged {
    /// What is decided on; what was told is the first so many rows.
    pub(super) fn facts<'j>(&self, told: &'j [Told], as_of: Date) -> Result<Facts<'j>, Failure> {
        let account = &self.known.account;
        Ok(Facts {
            is_consumer: account.kind == "consumer",
            is_first_party: self.known.record.role == CollectorRole::FirstParty,
            end: self.end(),
            balance: Money::of(account.balance_minor, ledger::store::currency(&account.currency)?),
            placed_on: account.placed_on,
            delinquent_since: account.due_on,
            dispute: self.dispute,
            is_paused: account.paused_until.is_some_and(|until| as_of < until),
            told,
        })
    }

    fn end(&self) -> Option<End> {
        let account = &self.known.account;
        end_of(&account.state, account.closed_because.as_deref(), self.to_tell.classification.is_empty(), self.paid.1.is_some())
    }

    /// Whether it came from fraud, as far as anybody found.
    pub(super) fn is_fraud(&self) -> bool {
        self.is_theft || self.end() == Some(End::Fraud)
    }
}

/// How an account ended; one whose creditor wants no report any more is withdrawn. What was given up as too small to collect was settled
/// for less where they paid on it, and is no longer ours to tell where they did not; what was given up otherwise was not paid.
fn end_of(state: &str, closed_because: Option<&str>, is_unwanted: bool, has_paid: bool) -> Option<End> {
    match (state, closed_because) {
        (_, Some("fraud")) => Some(End::Fraud),
        _ if is_unwanted => Some(End::Withdrawn),
        ("open", _) => None,
        ("paid", _) => Some(End::Paid),
        (_, Some("settled")) => Some(End::Settled),
        (_, Some("small_balance")) if has_paid => Some(End::Settled),
        _ => Some(End::Withdrawn),
    }
}

/// What is known of some accounts, in their order.
pub(super) async fn judge(tx: &mut Tx, to_tell: Vec<ToTell>, at: Moment) -> Result<Vec<Judged>, Failure> {
    let ids: Vec<AccountId> = to_tell.iter().map(|one| one.account).collect();
    let keys: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let mut before: HashMap<AccountId, Vec<FurnishingRow>> = HashMap::new();
    for told in store::list_told(tx, &keys).await? {
        before.entry(told.0).or_default().push(told.1);
    }
    let mut known: HashMap<AccountId, Known> = gather_many(tx, &ids).await?.into_iter().map(|known| (known.account.id, known)).collect();
    let mut beside = joint::People::of(tx, &keys).await?;
    let mut judged = Vec::with_capacity(to_tell.len());
    for to_tell in to_tell {
        let Some(known) = known.remove(&to_tell.account) else { continue };
        let rows = before.remove(&to_tell.account).unwrap_or_default();
        let joint = beside.joint(tx, &known, rows.last(), at).await?;
        let (dispute, mut since, is_theft) = disputed(tx, &known, rows.last()).await?;
        let payments = ledger::store::list_payments(tx, known.account.id).await?;
        since.payment_came_back = rows.last().is_some_and(|row| {
            payments.iter().any(|one| one.effective_on <= row.as_of && one.reversed_on.is_some_and(|reversed| reversed >= row.as_of))
        });
        since.person_is_gone = joint.is_any_gone();
        let told = rows.iter().filter_map(told_of).collect();
        let paid = paid_in(&payments, at.business_day);
        judged.push(Judged { to_tell, known, rows, told, dispute, paid, since, is_theft, joint });
    }
    Ok(judged)
}

/// A row as the domain has it.
pub fn told_of(row: &FurnishingRow) -> Option<Told> {
    Some(Told {
        as_of: row.as_of,
        status: Status::parse(&row.status)?,
        delinquent_since: row.delinquent_since,
        balance_dollars: row.balance_dollars,
        condition: row.dispute.as_deref().and_then(Condition::parse),
        is_settled: row.is_settled,
        is_correction: row.corrects.is_some(),
    })
}

/// Whether they dispute the debt, or did: by a case, or by what they said where no case was made of it; what cases brought since it was told;
/// and whether one found that somebody else made it.
async fn disputed(tx: &mut Tx, known: &Known, last: Option<&FurnishingRow>) -> Result<(Option<Condition>, Since, bool), Failure> {
    let cases = disputes::store::list_of_account(tx, known.account.id).await?;
    let about = |kind: &str| kind == CaseKind::Dispute.code() || kind == CaseKind::IdentityTheft.code();
    let (mut was, mut is, mut is_theft, mut since) = (false, false, false, Since::default());
    for case in cases.iter().filter(|case| about(&case.kind)) {
        let is_of_theft = case.kind == CaseKind::IdentityTheft.code();
        let is_outcome = |outcome: CaseOutcome| case.outcome.as_deref() == Some(outcome.code());
        (was, is) = (true, is || case.closed_at.is_none());
        is_theft |= is_of_theft && is_outcome(CaseOutcome::Ended);
        since.is_identity_theft |= is_of_theft && case.closed_at.is_none();
        let is_after = case.closed_at.zip(last).is_some_and(|(closed, row)| closed >= row.told_at);
        since.was_corrected |= is_after && is_outcome(CaseOutcome::Corrected);
    }
    if was {
        return Ok((Some(if is { Condition::Disputed } else { Condition::WasDisputed }), since, is_theft));
    }
    let key = known.account.id.0.as_u128();
    let newest = |wanted: fn(&NoticeKind) -> bool| -> Option<Timestamp> {
        let notices = known.record.notices.iter().filter(|notice| wanted(&notice.kind) && notice.debts.contains(&key));
        notices.map(|notice| notice.at).max()
    };
    let disputed = newest(|kind| matches!(kind, NoticeKind::Dispute { .. }));
    let answered = newest(|kind| matches!(kind, NoticeKind::VerificationSent | NoticeKind::DuplicativeDisputeAnswered));
    let is_answered = |at: Timestamp| answered.is_some_and(|answered| answered >= at);
    let condition = disputed.map(|at| if is_answered(at) { Condition::WasDisputed } else { Condition::Disputed });
    Ok((condition, since, is_theft))
}

/// What was paid in the month of a day until then, in minor units, and when the last payment took effect.
fn paid_in(payments: &[ledger::store::Payment], as_of: Date) -> (i64, Option<Date>) {
    let standing = || payments.iter().filter(|payment| payment.state == "posted" && payment.effective_on <= as_of);
    let sum = standing().filter(|payment| payment.effective_on >= as_of.first_of_month()).map(|payment| payment.amount_minor).sum();
    (sum, standing().map(|payment| payment.effective_on).max())
}

/// The act that the rules are asked about.
pub(super) fn act_of(furnishing: &Furnishing, bureau: &str) -> Option<Act> {
    // What takes an account out, nothing forbids.
    (!furnishing.status.takes_out()).then(|| Act::Furnish {
        bureau: bureau.to_string(),
        shows_dispute: furnishing.condition.is_some(),
        delinquency_began: Some(furnishing.delinquent_since),
    })
}

/// What is told of an account, and what it corrects with the reason.
pub(super) struct Telling<'t> {
    pub furnishing: &'t Furnishing,
    pub corrects: Option<(FurnishingId, &'t str)>,
    pub bureau: &'t str,
}

/// Asks the rules, and keeps what is told.
pub(super) async fn keep(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    judged: &Judged,
    telling: &Telling<'_>,
) -> Result<Result<FurnishingRow, (LeftOut, String)>, Failure> {
    let Telling { furnishing, corrects, bureau } = telling;
    let account = judged.known.account.id;
    let decision: Option<DecisionId> = match act_of(furnishing, bureau) {
        None => None,
        Some(act) => {
            let asked = ask_act(tx, who, at, account, &act).await?;
            if let Some(says) = asked.refusal() {
                return Ok(Err((LeftOut::Refused, says)));
            }
            Some(asked.id)
        }
    };
    let row = FurnishingRow {
        id: FurnishingId(new_uuid()),
        as_of: at.business_day,
        status: furnishing.status.code().into(),
        balance_dollars: furnishing.balance_dollars,
        delinquent_since: furnishing.delinquent_since,
        dispute: furnishing.condition.map(|condition| condition.code().into()),
        is_settled: furnishing.is_settled,
        told_by: who.label().into(),
        told_at: at.at,
        corrects: corrects.map(|(row, _)| row),
        because: corrects.map(|(_, because)| because.to_string()),
        people: judged.joint.kept(),
    };
    store::insert_furnishing(tx, account, &row, decision).await?;
    let mut detail = json!({"furnishing": row.id.to_string(), "as_of": row.as_of.to_string(), "status": row.status,
        "balance_dollars": row.balance_dollars, "bureau": bureau});
    let act = match corrects {
        None => "furnish.tell",
        Some((corrected, because)) => {
            detail["corrects"] = json!(corrected.to_string());
            detail["because"] = json!(because);
            "furnish.correct"
        }
    };
    kept::record(tx, who, at.at, account, act, detail, &[row.id.into()]).await?;
    Ok(Ok(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_off_is_never_told_as_paid_whole() {
        //   state    closed because          paid on it  told as
        for (state, because, has_paid, end) in [
            ("open", None, true, None),
            ("paid", None, true, Some(End::Paid)),
            ("closed", Some("settled"), true, Some(End::Settled)),
            ("closed", Some("small_balance"), true, Some(End::Settled)),
            ("closed", Some("small_balance"), false, Some(End::Withdrawn)),
            ("closed", Some("uncollectible"), true, Some(End::Withdrawn)),
            ("closed", Some("bankruptcy"), true, Some(End::Withdrawn)),
            ("closed", Some("fraud"), true, Some(End::Fraud)),
        ] {
            assert_eq!(end_of(state, because, false, has_paid), end, "{state} {because:?}");
        }
        assert_eq!(end_of("open", None, true, false), Some(End::Withdrawn), "its creditor wants no report any more");
    }
}
