//! What bears interest when somebody opens the sample, what was charged and waived, a pause that holds and one that is up for review.

use crate::accounts::hardship::actions::{GrantPause, grant_pause};
use crate::accounts::store::{Account, load_account};
use crate::app::{Actor, App, Failure, Outcome};
use crate::ledger::charges::actions::{ChargeFee, SetInterest, Waive, charge_fee, set_interest, waive};
use crate::plans::approvals::actions::{AskApproval, ask};
use crate::strategy::actions::list_worklist;
use duly_domain::accounts::Bucket;
use duly_domain::accounts::hardship::PauseReason;
use duly_domain::identity::Role;
use duly_domain::ledger::charges::InterestSource;
use duly_domain::ledger::interest::DayCount;
use duly_domain::plans::approval::Terms;
use duly_domain::values::ids::UserId;
use duly_domain::values::money::Money;
use jiff::Span;

/// Accounts looked at for those that suit.
const LOOKED_AT: usize = 160;

/// How many of them are charged.
const CHARGED: usize = 5;

/// Leaves interest, a fee, waivers and pauses of today, through the same actions.
pub async fn charge(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    let of_role = |role: Role| users.iter().find(|(_, who)| who.role == role);
    let (Some((user, officer)), Some((_, back_office)), Some((_, supervisor))) =
        (of_role(Role::Officer), of_role(Role::BackOffice), of_role(Role::Supervisor))
    else {
        return Ok(());
    };
    let at = app.moment();
    let mut tx = app.db.read().await?;
    let work = list_worklist(&mut tx, *user, at, None, LOOKED_AT).await?;
    let mut accounts: Vec<Account> = Vec::new();
    for work in work.into_iter().rev() {
        let account = load_account(&mut tx, work.item.account).await?;
        let is_old = account.placed_on <= at.business_day.saturating_sub(Span::new().days(20));
        if is_old && account.owed_minor[Bucket::Principal as usize] >= 40_000 && work.item.next_action.as_deref() != Some("Promise due") {
            accounts.push(account);
        }
        if accounts.len() == CHARGED {
            break;
        }
    }
    tx.rollback().await;
    for (nth, account) in accounts.iter().enumerate() {
        let is_judgment = nth == 1;
        let terms = SetInterest {
            account: account.id,
            source: if is_judgment { InterestSource::Judgment } else { InterestSource::Agreement },
            rate_ppm: if is_judgment { 60_000 } else { 149_000 },
            day_count: DayCount::Actual365,
            from_on: account.placed_on,
            words: if is_judgment {
                "Municipal court of the sample city, no. 26-CV-100"
            } else {
                "Section 4 of the agreement: 14.9 % a year"
            }
            .into(),
        };
        // What the rules refuse for one of them stays on record as an answer.
        if let Outcome::Refused(_) = set_interest(app, back_office, at, &terms).await? {
            continue;
        }
        let waived = |amount_minor| Waive {
            account: account.id,
            bucket: Bucket::Interest,
            amount_minor,
            because: "The statement came back; they could not know of it.".into(),
        };
        match nth {
            0 => {
                let fee = ChargeFee {
                    account: account.id,
                    bucket: Bucket::Fees,
                    amount_minor: 2_500,
                    what: "Check returned by the bank, section 6 of the agreement".into(),
                    is_in_agreement: true,
                    is_permitted_by_law: false,
                };
                charge_fee(app, back_office, at, &fee).await?;
                waive(app, officer, at, &waived(50)).await?;
                // All of it, whatever fees it came with: more than an officer waives alone.
                let all = account.owed_minor[Bucket::Fees as usize] + fee.amount_minor;
                let terms = Terms::waiver(Bucket::Fees, Money::of(all, crate::ledger::store::currency(&account.currency)?));
                let words = "The bank wrote that the check came back by its own mistake.".into();
                ask(app, officer, at, &AskApproval { account: account.id, call: None, terms, words }).await?;
            }
            2 | 3 => {
                waive(app, officer, at, &waived(100)).await?;
                let (back, ahead) = if nth == 2 { (20, 45) } else { (15, 1) };
                let pause = GrantPause {
                    account: account.id,
                    from_on: at.business_day.saturating_sub(Span::new().days(back)).max(account.placed_on),
                    until_on: at.business_day.saturating_add(Span::new().days(ahead)),
                    reason: if nth == 2 { PauseReason::Illness } else { PauseReason::Work },
                    words: if nth == 2 { "In hospital until the end of the month." } else { "Begins work again on Monday." }.into(),
                    is_for_person: false,
                };
                grant_pause(app, supervisor, at, &pause).await?;
            }
            _ => {}
        }
    }
    Ok(())
}
