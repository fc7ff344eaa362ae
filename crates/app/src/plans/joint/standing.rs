//! What every account says to a joint plan: gathered from the record for each, asked for each, with its own reasons.
//!
//! One payment is made for the whole, so its shape is asked of each account as though the whole were owed there: the least installment and
//! the months of its creditor's policy, its last day for a suit, its recall, what the budget leaves, and the limits of whoever agrees it.
//! What is asked for on the account itself is asked of its part: the rules of a promise, disputes, holds and pauses.

use super::store::JointPayment;
use crate::accounts::store::{Account, is_held, load_account};
use crate::app::Failure;
use crate::ledger;
use crate::plans::desk::budgeting::{Told, find_told};
use crate::plans::desk::standing::Desk;
use crate::store::Tx;
use duly_domain::decision::{Answer, Decision};
use duly_domain::identity::Role;
use duly_domain::plans::FieldProblem;
use duly_domain::plans::joint::{ACCOUNTS_MAX, decide_standstill, split};
use duly_domain::plans::limits::{GrantAsked, LimitCase, decide_grant};
use duly_domain::plans::offers::{Offer, OfferBook, OfferCase, offer_of};
use duly_domain::plans::promise::decide_promise;
use duly_domain::plans::schedule::PlanTerms;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;

/// What is known of all accounts of a joint plan.
pub struct JointDesk {
    /// Each as it stands for a plan of its own; the one at whose desk it is agreed first.
    pub desks: Vec<Desk>,
    /// What they told last on any of them, as each creditor's policy has it.
    told: Vec<Option<Told>>,
    /// Whether a hold stands on each.
    held: Vec<bool>,
    /// What is asked for on all of them.
    pub total: Money,
}

/// What one account says to the plan.
#[derive(Clone, Debug)]
pub struct Said {
    /// Which one.
    pub account: AccountId,
    /// Its reference.
    pub reference: String,
    /// To whom it is owed.
    pub creditor: String,
    /// What is asked for on it.
    pub asked: Money,
    /// Law, house and limits, with every reason.
    pub decision: Decision,
    /// What policy and budget have against it.
    pub problems: Vec<FieldProblem>,
}

impl Said {
    /// Whether it may be agreed here, by somebody, or by nobody.
    pub fn answer(&self) -> Answer {
        if self.problems.is_empty() { self.decision.answer } else { Answer::No }
    }

    /// Its reasons in one line each, for people.
    pub fn reasons(&self) -> Vec<String> {
        let of_rules = self.decision.because.iter().map(|reason| format!("{} {}", reason.rule.plain, reason.detail).trim_end().to_string());
        self.problems.iter().map(|problem| problem.says.clone()).chain(of_rules).collect()
    }
}

/// A plan over all of them, as it would be agreed.
pub struct JointOffer {
    /// As each account weighs the whole.
    pub offers: Vec<Offer>,
    /// The payments of the whole.
    pub payments: Vec<JointPayment>,
    /// Of each account its part of each payment, in minor units.
    pub parts: Vec<Vec<i64>>,
}

/// Accounts that can have a plan together: open or not, of one person and in one currency, each once.
pub async fn together(tx: &mut Tx, accounts: &[AccountId]) -> Result<Vec<Account>, Failure> {
    let mut all: Vec<Account> = Vec::with_capacity(accounts.len());
    for id in accounts {
        if all.iter().any(|known| known.id == *id) {
            continue;
        }
        let account = load_account(tx, *id).await?;
        if let Some(first) = all.first() {
            if first.debtor != account.debtor {
                return Err(Failure::wrong("with", format!("names {}, which another person owes", account.reference)));
            }
            if first.currency != account.currency {
                let says = format!("names {}, which is in {} and not in {}", account.reference, account.currency, first.currency);
                return Err(Failure::wrong("with", says));
            }
        }
        all.push(account);
    }
    match all.len() {
        0 | 1 => Err(Failure::wrong("with", "names no other account: a joint plan is over two at the least")),
        2..=ACCOUNTS_MAX => Ok(all),
        _ => Err(Failure::wrong("with", format!("names more than {ACCOUNTS_MAX} accounts: agree two plans"))),
    }
}

impl JointDesk {
    /// Reads what stands of all accounts today.
    pub async fn of(tx: &mut Tx, accounts: &[AccountId], at: Moment) -> Result<JointDesk, Failure> {
        let mut desks = Vec::with_capacity(accounts.len());
        let mut held = Vec::with_capacity(accounts.len());
        for account in together(tx, accounts).await? {
            held.push(is_held(tx, account.id, at.business_day).await?);
            desks.push(Desk::of(tx, account.id, at).await?);
        }
        let currency = ledger::store::currency(&desks[0].account.currency)?;
        let newest = desks.iter().filter_map(|desk| desk.told.as_ref()).max_by_key(|told| told.row.made_at).map(|told| told.row.account);
        let mut told = Vec::with_capacity(desks.len());
        for desk in &desks {
            told.push(match newest {
                Some(account) => find_told(tx, account, currency, desk.book.budget_share_bp).await?,
                None => None,
            });
        }
        let total = desks.iter().try_fold(0_i64, |sum, desk| sum.checked_add(desk.case.balance.minor()));
        let total = Money::of(total.ok_or_else(|| Failure::wrong("with", "comes to more than a debt can be"))?, currency);
        Ok(JointDesk { desks, told, held, total })
    }

    /// What they told last, as the first account's creditor reckons with it.
    pub fn told(&self) -> Option<&Told> {
        self.told.first().and_then(Option::as_ref)
    }

    /// What policy and budget of one account say to the whole.
    fn offer(&self, place: usize, terms: PlanTerms, at: Moment) -> Result<Offer, Vec<FieldProblem>> {
        let desk = &self.desks[place];
        // One payment has one day, whichever creditor would move it where.
        let book = OfferBook { shift: self.desks[0].book.shift, ladder: Vec::new(), ..desk.book.clone() };
        let policy = book.policy(at.business_day, self.total.currency())?;
        let told = self.told[place].as_ref();
        let case = OfferCase { balance: self.total, pay_days: told.and_then(|told| told.pay_days), ..desk.case };
        offer_of(&policy, &case, told.map(|told| &told.means), &desk.odds, terms)
    }

    /// Asks every account; the plan as it would be where policy and budget of all have it.
    pub fn weigh(&self, terms: PlanTerms, role: Role, at: Moment) -> (Option<JointOffer>, Vec<Said>) {
        let (mut offers, mut saids) = (Vec::new(), Vec::new());
        for (place, desk) in self.desks.iter().enumerate() {
            let standstill = decide_standstill(self.held[place], desk.account.paused_until, at.business_day);
            let offer = self.offer(place, terms, at);
            let schedule = offer.as_ref().ok().map(Offer::schedule);
            let first_on = match schedule {
                Some(schedule) if schedule.down().minor() > 0 => schedule.agreed_on(),
                Some(schedule) => schedule.installments().first().map_or(schedule.agreed_on(), |first| first.due_on),
                None => terms.first_on,
            };
            let mut because = standstill.because;
            because.extend(decide_promise(&desk.facts, desk.case.balance, first_on, at.business_day).because);
            // What is refused anyway is nobody's to grant.
            if let (Some(schedule), true) = (schedule, because.is_empty()) {
                let asked = GrantAsked {
                    schedule,
                    frequency: terms.frequency,
                    balance: self.total,
                    means: self.told[place].as_ref().map(|told| &told.means),
                    broken_in_a_row: desk.facts.broken_in_a_row,
                };
                let case = LimitCase { creditor: desk.creditor.id, product: &desk.account.kind, days_past_due: desk.days_past_due, role };
                because.extend(decide_grant(&asked, &case, &desk.limits).because);
            }
            let decision = Decision { answer: Decision::answer_of(&because), next_allowed_at: None, because, warnings: Vec::new() };
            saids.push(Said {
                account: desk.account.id,
                reference: desk.account.reference.clone(),
                creditor: desk.creditor.name.clone(),
                asked: desk.case.balance,
                decision,
                problems: offer.as_ref().err().cloned().unwrap_or_default(),
            });
            offers.extend(offer.ok());
        }
        let joint = (offers.len() == self.desks.len()).then(|| self.cut(offers)).flatten();
        (joint, saids)
    }

    /// The payments of the whole and the parts of each account.
    fn cut(&self, offers: Vec<Offer>) -> Option<JointOffer> {
        let schedule = offers.first()?.schedule();
        let down = JointPayment {
            number: 0,
            wanted_on: schedule.agreed_on(),
            due_on: schedule.agreed_on(),
            amount_minor: schedule.down().minor(),
        };
        let parts = schedule.installments().iter().map(|one| JointPayment {
            number: i64::from(one.no),
            wanted_on: one.wanted_on,
            due_on: one.due_on,
            amount_minor: one.amount.minor(),
        });
        let payments: Vec<JointPayment> = Some(down).filter(|down| down.amount_minor > 0).into_iter().chain(parts).collect();
        let amounts: Vec<i64> = payments.iter().map(|payment| payment.amount_minor).collect();
        let asked: Vec<i64> = self.desks.iter().map(|desk| desk.case.balance.minor()).collect();
        let parts = split(&amounts, &asked)?;
        Some(JointOffer { offers, payments, parts })
    }
}

/// The answer of all: one that refuses refuses for all.
pub fn answer_of(saids: &[Said]) -> Answer {
    match () {
        () if saids.iter().any(|said| said.answer() == Answer::No) => Answer::No,
        () if saids.iter().any(|said| said.answer() == Answer::NeedsSupervisor) => Answer::NeedsSupervisor,
        () => Answer::Yes,
    }
}
