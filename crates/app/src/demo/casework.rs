//! The sample agency's cases: opened by what people say, worked a little every business day, most of them decided in time.

use super::life::Dice;
use super::mail::{answer, file_evidence};
use crate::accounts;
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

/// Somebody disputes the fees, and nothing else, in writing.
pub async fn dispute_part(past: &App, who: &Actor, account: AccountId) -> Result<(), Failure> {
    let balance = accounts::store::load_account(&mut past.db.read().await?, account).await?.balance_minor;
    let ask = OpenCase {
        words: Some("The late fees were waived. The rest is right.".into()),
        ground: Some(Ground::WrongAmount),
        channel: Some("letter".into()),
        disputed_minor: Some(balance / 10).filter(|minor| *minor > 0),
        ..OpenCase::of(account, CaseKind::Dispute, true)
    };
    open_case(past, who, past.moment(), &ask).await.map(drop)
}

/// A compliance officer's hour: each case as far as its days allow; now and then one is left lying.
pub async fn work_cases(past: &App, who: &Actor, dice: &mut Dice) -> Result<(), Failure> {
    let at = past.moment();
    let open = store::list_open(&mut past.db.read().await?, 500).await?;
    for case in open {
        let kind = kind_of_code(&case.kind)?;
        let plan = [
            (2, StepKind::Acknowledged, "A letter says by when we answer."),
            (3, StepKind::CreditorAsked, "Asked for the agreement and the last statement."),
            (8, StepKind::CreditorSent, "Agreement, last statement and payments since came."),
        ];
        let age = day_number(at.business_day) - day_number(case.received_on);
        let done = store::list_steps(&mut past.db.read().await?, case.id).await?;
        let is_done = |step: StepKind| done.iter().any(|known| known.kind == step.code());
        let is_answered = kind.answers().iter().any(|answer| is_done(*answer));
        if let Some((_, step, words)) = plan.into_iter().find(|(due, step, _)| age >= *due && !is_done(*step)) {
            if dice.of(5) > 0 {
                let document = match step {
                    StepKind::CreditorSent => Some(file_evidence(past, who, case.account).await?),
                    _ => None,
                };
                let ask = AddStep { words: Some(words.into()), document, ..AddStep::of(step, at.business_day) };
                add_step(past, who, at, case.id, &ask).await?;
            }
        } else if age >= 11 && !is_answered && dice.of(5) > 0 {
            let evidence = done.iter().find_map(|step| step.document);
            answer(past, who, &case, kind, evidence).await?;
        } else if age >= 13 && is_answered && dice.of(3) > 0 {
            let complaints = [RootCause::PaymentNotSeen, RootCause::TooOften, RootCause::Tone, RootCause::CreditorsFile];
            let (outcome, root_cause, found) = match kind {
                CaseKind::Complaint => (
                    CaseOutcome::PartlyUpheld,
                    Some(complaints[dice.of(complaints.len())]),
                    "The receipt was filed under another account; it is mended.",
                ),
                CaseKind::OriginalCreditor => (CaseOutcome::Supplied, None, "Name and address were sent."),
                _ => (CaseOutcome::Verified, None, "The agreement bears the signature on file; the balance agrees with the statements."),
            };
            close_case(past, who, at, &CloseCase { case: case.id, outcome, root_cause, found: found.into(), correction: None }).await?;
        }
    }
    Ok(())
}
