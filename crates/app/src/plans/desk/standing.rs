//! What the desk knows of a case: gathered from the record, for the page, for commands and again when a plan is agreed.

use super::budgeting::{Told, find_told};
use super::store::{self, OfferPolicyRow};
use crate::accounts::limitation::reckoning_of;
use crate::accounts::store::{Account, Creditor};
use crate::app::Failure;
use crate::plans::actions::facts_of;
use crate::store::Tx;
use crate::{accounts, ledger, parties};
use duly_domain::decision::{Decision, Reason};
use duly_domain::identity::Role;
use duly_domain::parties::circumstance::Circumstance;
use duly_domain::plans::FieldProblem;
use duly_domain::plans::limits::{GrantAsked, LimitCase, LimitTable, decide_grant};
use duly_domain::plans::offers::{Offer, OfferBook, OfferCase, OfferPolicy, Offers, find_offers, offer_of};
use duly_domain::plans::promise::{PromiseFacts, decide_promise};
use duly_domain::plans::schedule::PlanTerms;
use duly_domain::plans::worth::Odds;
use duly_domain::values::ids::{AccountId, CreditorId, OfferPolicyId};
use duly_domain::values::moment::{Moment, day_number};
use duly_domain::values::money::Money;
use jiff::civil::Date;

/// Fewer decided promises than these say nothing about the next.
const DECIDED_MIN: i64 = 30;

/// Everything that an offer on an account follows from.
#[derive(Clone)]
pub struct Desk {
    /// The account.
    pub account: Account,
    /// To whom it is owed.
    pub creditor: Creditor,
    /// What the rules of a promise ask.
    pub facts: PromiseFacts,
    /// The facts of the case.
    pub case: OfferCase,
    /// What they told of their budget, where they were asked.
    pub told: Option<Told>,
    /// The policy of the day.
    pub policy: OfferPolicy,
    /// The same as it is kept.
    pub book: OfferBook,
    /// Which version it is; nothing where the house's own stands.
    pub policy_row: Option<OfferPolicyRow>,
    /// How likely it is that money comes.
    pub odds: Odds,
    /// The chance that an installment is kept, in millionths.
    pub kept_ppm: u32,
    /// Where that number is from, in words.
    pub kept_from: String,
    /// Since when the time to sue is over, where it is.
    pub barred_since: Option<Date>,
    /// How old the debt is, in days.
    pub days_past_due: i32,
    /// What somebody may grant alone.
    pub limits: LimitTable,
}

/// The policy of a day for a creditor's debts: the creditor's newest that has begun, else the house's, else what is built in. Where nobody is
/// named, the house's.
pub async fn book_of(tx: &mut Tx, creditor: Option<CreditorId>, on: Date) -> Result<(OfferBook, Option<OfferPolicyRow>), Failure> {
    let rows = store::list_policies(tx).await?;
    let newest = |whose: Option<CreditorId>| {
        let begun = rows.iter().filter(move |row| row.creditor == whose && row.from_on <= on);
        begun.max_by_key(|row| (row.from_on, row.number))
    };
    match creditor.and_then(|creditor| newest(Some(creditor))).or_else(|| newest(None)) {
        None => Ok((OfferBook::house(), None)),
        Some(row) => {
            let unreadable = || Failure::Stale(format!("the policy {} cannot be read: run duly check", row.id));
            Ok((serde_json::from_str(&row.terms).map_err(|_| unreadable())?, Some(row.clone())))
        }
    }
}

/// How likely it is that an installment is kept, in millionths, and where that is from.
async fn chance(tx: &mut Tx, creditor: &Creditor, book: &OfferBook) -> Result<(u32, String), Failure> {
    let ppm = |(decided, kept): (i64, i64)| u32::try_from(kept * 1_000_000 / decided).unwrap_or(0).clamp(10_000, 1_000_000);
    let with = store::count_kept(tx, Some(creditor.id)).await?;
    if with.0 >= DECIDED_MIN {
        return Ok((ppm(with), format!("{} of the last {} promises to {} were kept", with.1, with.0, creditor.name)));
    }
    let all = store::count_kept(tx, None).await?;
    if all.0 >= DECIDED_MIN {
        return Ok((ppm(all), format!("{} of the last {} promises to all creditors were kept", all.1, all.0)));
    }
    Ok((book.kept_assumed_ppm, format!("assumed by policy: only {} promises are decided yet, of {DECIDED_MIN} that say something", all.0)))
}

impl Desk {
    /// Reads what stands of an account today.
    pub async fn of(tx: &mut Tx, account: AccountId, at: Moment) -> Result<Desk, Failure> {
        let account = accounts::store::load_account(tx, account).await?;
        let creditor = accounts::store::load_creditor(tx, account.creditor).await?;
        let currency = ledger::store::currency(&account.currency)?;
        let facts = facts_of(tx, &account, None, at).await?;
        let (book, policy_row) = book_of(tx, Some(creditor.id), at.business_day).await?;
        let told = find_told(tx, account.id, currency, book.budget_share_bp).await?;
        let (kept_ppm, kept_from) = chance(tx, &creditor, &book).await?;
        let reckoning = reckoning_of(tx, account.id, at.business_day).await?;
        let heeded = parties::store::list_circumstances(tx, account.debtor).await?;
        let is_hard = |kind: &str| Circumstance::parse(kind) == Some(Circumstance::Hardship);
        let case = OfferCase {
            balance: facts.undisputed.unwrap_or(facts.balance),
            agreed_on: at.business_day,
            pay_days: told.as_ref().and_then(|told| told.pay_days),
            limitation_on: reckoning.limitation().map(|time| time.last_day).filter(|last| *last >= at.business_day),
            recall_on: account.recall_on.filter(|on| *on >= at.business_day),
            due_on: facts.open_promise_due_on,
            is_in_hardship: heeded.iter().any(|row| row.ended_at.is_none() && is_hard(&row.kind)),
        };
        // While a part is disputed nothing is settled: what would be forgiven is not known yet.
        let ladder = if facts.undisputed.is_some() { Vec::new() } else { book.ladder.clone() };
        let unusable = |_| Failure::Stale("the policy for offers says nothing whole: set it again with duly plan policy".into());
        let policy = OfferBook { ladder, ..book.clone() }.policy(at.business_day, currency).map_err(unusable)?;
        let odds = Odds::new(kept_ppm, book.discount_ppm).map_err(|problem| Failure::Stale(problem.says))?;
        let days_past_due = account.aged_from().map_or(0, |due| day_number(at.business_day) - day_number(due));
        let barred_since = reckoning.barred_since(at.business_day);
        let limits = super::limits::table_of(tx, at.business_day).await?;
        Ok(Desk {
            limits,
            account,
            creditor,
            facts,
            case,
            told,
            policy,
            book,
            policy_row,
            odds,
            kept_ppm,
            kept_from,
            barred_since,
            days_past_due,
        })
    }

    /// The same for what is agreed on a later day.
    pub fn agreed_on(&self, on: Date) -> Desk {
        Desk { case: OfferCase { agreed_on: on, ..self.case }, ..self.clone() }
    }

    /// What may be offered, or why nothing can be.
    pub fn offers(&self) -> Result<Offers, Vec<FieldProblem>> {
        find_offers(&self.policy, &self.case, self.told.as_ref().map(|told| &told.means), &self.odds)
    }

    /// The offer that terms are, or every reason why policy and budget have none such.
    pub fn offer_of(&self, terms: PlanTerms) -> Result<Offer, Vec<FieldProblem>> {
        offer_of(&self.policy, &self.case, self.told.as_ref().map(|told| &told.means), &self.odds, terms)
    }

    /// What the rules of a promise say to a plan.
    pub fn decide(&self, offer: &Offer) -> Decision {
        let schedule = offer.schedule();
        let is_down = schedule.down().minor() > 0;
        let first_on = schedule.installments().first().filter(|_| !is_down).map_or(schedule.agreed_on(), |first| first.due_on);
        decide_promise(&self.facts, schedule.total(), first_on, self.case.agreed_on)
    }

    /// Why nothing new can be agreed on the account now, whatever its terms: without an amount above zero no rule about it could be asked.
    pub fn stops(&self) -> Vec<Reason> {
        let least = Money::of(self.case.balance.minor().clamp(1, Money::LARGEST_MINOR), self.case.balance.currency());
        decide_promise(&self.facts, least, self.case.agreed_on, self.case.agreed_on).because
    }

    /// What of a plan is beyond what somebody of a role may grant alone.
    pub fn grant(&self, offer: &Offer, role: Role) -> Decision {
        let asked = GrantAsked {
            schedule: offer.schedule(),
            frequency: offer.terms().frequency,
            balance: self.case.balance,
            means: self.told.as_ref().map(|told| &told.means),
            broken_in_a_row: self.facts.broken_in_a_row,
        };
        let case = LimitCase { creditor: self.creditor.id, product: &self.account.kind, days_past_due: self.days_past_due, role };
        decide_grant(&asked, &case, &self.limits)
    }

    /// What is forgiven where so much is paid.
    pub fn forgiven(&self, offer: &Offer) -> Money {
        offer.forgiven(self.case.balance)
    }

    /// The version of policy, where one was set.
    pub fn policy_id(&self) -> Option<OfferPolicyId> {
        self.policy_row.as_ref().map(|row| row.id)
    }
}
