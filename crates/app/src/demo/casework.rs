//! The sample agency's cases: opened by what people say, worked a little every business day, most of them decided in time.

use super::life::Dice;
use crate::app::{Actor, App, Failure};
use crate::disputes::actions::{AddStep, CloseCase, OpenCase, add_step, close_case, kind_of_code, open_case};
use crate::disputes::store;
use duly_domain::disputes::case::{CaseKind, CaseOutcome, Ground, RootCause, StepKind};
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::day_number;

/// Somebody complains.
pub async fn complain(past: &App, who: &Actor, account: AccountId, dice: &mut Dice) -> Result<(), Failure> {
    let words = [
        "I was called twice in one morning at my mother's house.",
        "I paid at the counter in May and nobody has seen it.",
        "The person I spoke with would not let me finish a sentence.",
    ][dice.of(3)];
    let ask = OpenCase { words: Some(words.into()), channel: Some("call".into()), ..OpenCase::of(account, CaseKind::Complaint, false) };
    open_case(past, who, past.moment(), &ask).await.map(drop)
}

/// Somebody says that another made the debt in their name.
pub async fn claim_theft(past: &App, who: &Actor, account: AccountId) -> Result<(), Failure> {
    let words = Some("I never opened this. I have filed a report with the police.".into());
    let ask = OpenCase { words, ground: Some(Ground::NotMine), ..OpenCase::of(account, CaseKind::IdentityTheft, true) };
    open_case(past, who, past.moment(), &ask).await.map(drop)
}

/// A compliance officer's hour: each case as far as its days allow; now and then one is left lying.
pub async fn work_cases(past: &App, who: &Actor, dice: &mut Dice) -> Result<(), Failure> {
    let at = past.moment();
    let open = store::list_open(&mut past.db.read().await?, 500).await?;
    for case in open {
        let kind = kind_of_code(&case.kind)?;
        let answer = match kind {
            CaseKind::Dispute => StepKind::VerificationSent,
            CaseKind::OriginalCreditor => StepKind::OriginalCreditorSent,
            CaseKind::IdentityTheft | CaseKind::Complaint => StepKind::Answered,
        };
        let plan = [
            (2, StepKind::Acknowledged, "A letter says by when we answer."),
            (3, StepKind::CreditorAsked, "Asked for the agreement and the last statement."),
            (8, StepKind::CreditorSent, "Agreement, last statement and payments since came."),
            (12, answer, "With copies of what came."),
        ];
        let age = day_number(at.business_day) - day_number(case.received_on);
        let done = store::list_steps(&mut past.db.read().await?, case.id).await?;
        let is_done = |step: StepKind| done.iter().any(|known| known.kind == step.code());
        if let Some((_, step, words)) = plan.into_iter().find(|(due, step, _)| age >= *due && !is_done(*step)) {
            if dice.of(5) > 0 {
                let ask = AddStep { words: Some(words.into()), ..AddStep::of(step, at.business_day) };
                add_step(past, who, at, case.id, &ask).await?;
            }
        } else if age >= 14 && is_done(answer) && dice.of(3) > 0 {
            let (outcome, root_cause, found) = match kind {
                CaseKind::Complaint => {
                    (CaseOutcome::PartlyUpheld, Some(RootCause::PaymentNotSeen), "The receipt was filed under another account.")
                }
                CaseKind::OriginalCreditor => (CaseOutcome::Supplied, None, "Name and address were sent."),
                _ => (CaseOutcome::Verified, None, "The agreement bears the signature on file; the balance agrees with the statements."),
            };
            close_case(past, who, at, &CloseCase { case: case.id, outcome, root_cause, found: found.into(), correction: None }).await?;
        }
    }
    Ok(())
}
