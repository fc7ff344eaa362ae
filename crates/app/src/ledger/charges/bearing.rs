//! Interest is brought to a day: worked out from terms, entries and pauses, asked of the gate, posted; and put right where the past is
//! known better by now.
//!
//! What was posted too much is taken back by entries of its own, the newest first, until what stands is not too much; what is missing then
//! is posted. So a payment of an earlier day, one that came back, and a pause that reaches back all leave what the terms say.
//!
//! Read [`bring_to`]. Always true: after it, what is posted is what the terms say to the end of the account's day.

use super::store::{self, ChargeRow, TermsRow};
use crate::accounts::store::{Account, relief};
use crate::app::{Actor, Failure, new_uuid};
use crate::audit::kept;
use crate::compliance::acts::ask_act;
use crate::ledger::actions::settle_account;
use crate::ledger::store as ledger;
use crate::store::Tx;
use crate::{accounts, strategy};
use duly_domain::accounts::Bucket;
use duly_domain::compliance::acts::Act;
use duly_domain::ledger::charges::{Accrual, ChargeKind, InterestSource, InterestTerms, Rest, plan_charge, plan_room, plan_waiver};
use duly_domain::ledger::{AllocationOrder, Buckets};
use duly_domain::values::ids::{AccountId, ApprovalId, ChargeId, DecisionId};
use duly_domain::values::moment::{Moment, written};
use duly_domain::values::money::Money;
use jiff::civil::Date;
use serde_json::json;

/// What the interest of an account is worked out from, and how much of it is posted.
pub struct Borne {
    /// All interest by its days.
    pub accrual: Accrual,
    /// What is posted and was not taken back, in minor units.
    pub posted_minor: i64,
    /// The terms, the oldest first.
    pub terms: Vec<TermsRow>,
}

/// Reads what the interest of an account is worked out from.
pub async fn read(tx: &mut Tx, account: &Account) -> Result<Borne, Failure> {
    let terms = store::list_terms(tx, account.id).await?;
    let moved = store::list_moved(tx, account.id).await?;
    let pauses = accounts::hardship::store::list_of_account(tx, account.id).await?;
    let rests: Vec<Rest> =
        pauses.iter().map(|pause| Rest { from: pause.from_on, until: Some(pause.ended_on.unwrap_or(pause.until_on)) }).collect();
    let in_words: Vec<InterestTerms> = terms.iter().map(TermsRow::terms).collect::<Result<_, _>>()?;
    let currency = ledger::currency(&account.currency)?;
    let accrual = Accrual::of(currency, &in_words, &moved, &rests)
        .map_err(|fault| Failure::Stale(format!("the terms of interest on account {} say nothing whole: {fault}", account.id)))?;
    Ok(Borne { accrual, posted_minor: store::posted(tx, account.id).await?, terms })
}

/// Brings the interest of an account to the end of a day, or to where it stood if that is later; what is owed then, if anything moved.
pub async fn bring_to(tx: &mut Tx, who: &Actor, at: Moment, id: AccountId, to: Date) -> Result<Option<Buckets>, Failure> {
    let account = accounts::store::load_account(tx, id).await?;
    let Some(before) = account.interest_to_on.filter(|_| account.state != "closed") else { return Ok(None) };
    let to = to.max(before);
    let mut borne = read(tx, &account).await?;
    let mut more = borne.accrual.to_post(to, borne.posted_minor).minor();
    let mut decision = None;
    if let Some(terms) = running(&borne.terms, before, to).filter(|_| more > 0) {
        let asked = ask_act(tx, who, at, id, &act(terms)).await?;
        decision = Some(asked.id);
        if let Some(says) = asked.refusal() {
            // From here on nothing is added: what the rules refuse is stopped, and somebody looks.
            stop_within(tx, who, at, terms, before.max(terms.from_on), &says).await?;
            accounts::actions::set_next(tx, id, "Interest refused by the rules: look at its terms", at.business_day, None).await?;
            strategy::actions::place_on_worklist(tx, id, at).await?;
            borne = read(tx, &account).await?;
            more = borne.accrual.to_post(to, borne.posted_minor).minor();
        }
    }
    let mut book = Book::of(tx, &account).await?;
    for charge in store::list_standing(tx, id, ChargeKind::Interest).await? {
        if more >= 0 {
            break;
        }
        book.take_back(tx, who, at, &charge, "interest is worked out anew").await?;
        more += charge.amount_minor;
    }
    if more > 0 {
        let decision = decision.or_else(|| borne.terms.last().map(|terms| terms.decision));
        let new = NewCharge {
            kind: ChargeKind::Interest,
            bucket: Bucket::Interest,
            minor: more,
            on: if to > before { to } else { at.business_day },
            to_on: Some(to),
            words: format!("interest to {to}"),
            decision,
            approval: None,
        };
        book.add(tx, who, at, new).await?;
    }
    if to > before {
        relief::update_interest_to(tx, id, to).await?;
    }
    book.settle(tx, who, at).await
}

/// Puts the interest of an account right after something of the past moved; what is owed then, if that moved anything.
pub async fn restate(tx: &mut Tx, who: &Actor, at: Moment, account: &Account) -> Result<Option<Buckets>, Failure> {
    match account.interest_to_on {
        Some(to) => bring_to(tx, who, at, account.id, to).await,
        None => Ok(None),
    }
}

/// The newest terms of which a day between two is.
fn running(terms: &[TermsRow], before: Date, to: Date) -> Option<&TermsRow> {
    terms.iter().rev().find(|terms| terms.from_on < to && terms.until_on.is_none_or(|until| until > before))
}

/// What the gate is asked about terms: a rate between two hundredths of a percent counts as the higher one.
pub fn act(terms: &TermsRow) -> Act {
    Act::Interest {
        rate_basis_points: terms.rate_ppm.saturating_add(99) / 100,
        is_in_agreement: terms.source == InterestSource::Agreement.code(),
        is_permitted_by_law: terms.source == InterestSource::Judgment.code(),
    }
}

/// Ends terms with a day.
pub async fn stop_within(tx: &mut Tx, who: &Actor, at: Moment, terms: &TermsRow, until: Date, because: &str) -> Result<(), Failure> {
    if store::update_stopped(tx, terms.id, until, who.label(), because, at.at).await? {
        let detail = json!({"terms": terms.id.to_string(), "until": until.to_string(), "because": because});
        kept::record(tx, who, at.at, terms.account, "interest.stop", detail, &[terms.id.into()]).await?;
    }
    Ok(())
}

/// Takes back what was charged on an account for days of a pause: fees by entries of their own, interest by working it out anew.
pub async fn rest_from(tx: &mut Tx, who: &Actor, at: Moment, id: AccountId, from: Date) -> Result<(), Failure> {
    let account = accounts::store::load_account(tx, id).await?;
    restate(tx, who, at, &account).await?;
    let account = accounts::store::load_account(tx, id).await?;
    let mut book = Book::of(tx, &account).await?;
    for fee in store::list_standing(tx, id, ChargeKind::Fee).await? {
        if ledger::load_booked_on(tx, id, fee.entry).await? >= from {
            book.take_back(tx, who, at, &fee, "a hardship pause reaches back to before it").await?;
        }
    }
    if book.settle(tx, who, at).await?.is_some() {
        // What was turned to principal by it bears no interest any more.
        let account = accounts::store::load_account(tx, id).await?;
        restate(tx, who, at, &account).await?;
    }
    Ok(())
}

/// What is charged now.
pub struct NewCharge {
    /// What it is.
    pub kind: ChargeKind,
    /// On which bucket.
    pub bucket: Bucket,
    /// How much, above zero, in minor units; a waiver takes it off.
    pub minor: i64,
    /// On which day it is booked.
    pub on: Date,
    /// For interest, to the end of which day.
    pub to_on: Option<Date>,
    /// What for.
    pub words: String,
    /// The answer of the gate.
    pub decision: Option<DecisionId>,
    /// The request by which it was granted.
    pub approval: Option<ApprovalId>,
}

/// An account's book, open to be charged.
pub struct Book<'a> {
    account: &'a Account,
    order: AllocationOrder,
    /// What is owed after what was done so far.
    pub owed: Buckets,
    is_moved: bool,
    /// Waivers that were taken back, to be laid anew: of which bucket, how much, and why they were granted.
    unwaived: Vec<(Bucket, i64, String)>,
}

impl Book<'_> {
    /// Opens the book of an account as it stands.
    pub async fn of<'a>(tx: &mut Tx, account: &'a Account) -> Result<Book<'a>, Failure> {
        let creditor = accounts::store::load_creditor(tx, account.creditor).await?;
        let order = AllocationOrder::parse(&creditor.allocation_order).unwrap_or_default();
        Ok(Book { account, order, owed: account.owed()?, is_moved: false, unwaived: Vec::new() })
    }

    /// Adds a charge or a waiver, by an entry.
    pub async fn add(&mut self, tx: &mut Tx, who: &Actor, at: Moment, new: NewCharge) -> Result<ChargeId, Failure> {
        let id = self.account.id;
        let amount = Money::of(new.minor, self.owed.currency());
        let lines = match new.kind {
            ChargeKind::Waiver => plan_waiver(&self.owed, new.bucket, amount)?,
            ChargeKind::Interest | ChargeKind::Fee => plan_charge(new.bucket, amount)?,
        };
        let owed = self.owed.after(&lines)?;
        let memo = match new.kind {
            ChargeKind::Interest => new.words.clone(),
            kind => format!("{}: {}", kind.to_string().to_lowercase(), new.words),
        };
        let entry = ledger::insert_entry(tx, id, new.kind.code(), new.on, None, &memo, &lines, at.at).await?;
        let row = ChargeRow {
            id: ChargeId(new_uuid()),
            account: id,
            entry,
            kind: new.kind.code().into(),
            bucket: new.bucket.code().into(),
            amount_minor: if new.kind == ChargeKind::Waiver { -new.minor } else { new.minor },
            currency: self.account.currency.clone(),
            to_on: new.to_on,
            words: new.words,
            decision: new.decision,
            charged_by: who.label().to_string(),
            charged_at: at.at,
            reversed_on: None,
        };
        store::insert_charge(tx, &row, new.approval).await?;
        let detail = json!({"charge": row.id.to_string(), "kind": row.kind, "bucket": row.bucket, "amount_minor": row.amount_minor,
            "currency": row.currency, "on": new.on.to_string()});
        kept::record(tx, who, at.at, id, "charge.add", detail, &[row.id.into()]).await?;
        (self.owed, self.is_moved) = (owed, true);
        Ok(row.id)
    }

    /// Takes a charge or a waiver back by an opposite entry. Where the bucket holds too little, waivers of it are taken back first and laid on
    /// what is owed of it in the end, and what was paid of the charge is turned to what else is owed.
    pub async fn take_back(&mut self, tx: &mut Tx, who: &Actor, at: Moment, charge: &ChargeRow, because: &str) -> Result<(), Failure> {
        let id = self.account.id;
        let bucket = Bucket::parse(&charge.bucket).unwrap_or(Bucket::Other);
        let is_short = |book: &Book<'_>| charge.amount_minor > book.owed.get(bucket).minor();
        let waivers = if is_short(self) { store::list_standing(tx, id, ChargeKind::Waiver).await? } else { Vec::new() };
        for waiver in waivers.into_iter().filter(|waiver| waiver.bucket == charge.bucket) {
            if !is_short(self) {
                break;
            }
            self.reverse(tx, who, at, &waiver, "what was waived is worked out anew").await?;
            self.unwaived.push((bucket, -waiver.amount_minor, waiver.words));
        }
        let taken = Money::of(charge.amount_minor, self.owed.currency());
        if let Some(room) = plan_room(&self.owed, bucket, taken, self.order)? {
            let memo = format!("paid for {}, turned to what else is owed", charge.words);
            ledger::insert_entry(tx, id, "reallocation", at.business_day, None, &memo, &room, at.at).await?;
            self.owed = self.owed.after(&room)?;
        }
        self.reverse(tx, who, at, charge, because).await
    }

    /// The opposite entry of a charge, for which there is room.
    async fn reverse(&mut self, tx: &mut Tx, who: &Actor, at: Moment, charge: &ChargeRow, because: &str) -> Result<(), Failure> {
        if !store::update_reversed(tx, charge.id, at.business_day).await? {
            return Err(Failure::Stale("it was taken back already".into()));
        }
        let id = self.account.id;
        let lines = ledger::load_lines(tx, id, charge.entry).await?.reversed();
        let memo = format!("reversal of {}", charge.words);
        ledger::insert_entry(tx, id, "reversal", at.business_day, Some(charge.entry), &memo, &lines, at.at).await?;
        self.owed = self.owed.after(&lines)?;
        self.is_moved = true;
        let detail = json!({"charge": charge.id.to_string(), "on": at.business_day.to_string(), "because": because});
        kept::record(tx, who, at.at, id, "charge.reverse", detail, &[charge.id.into()]).await
    }

    /// Keeps what is owed now with what follows from it; nothing where nothing moved.
    pub async fn settle(mut self, tx: &mut Tx, who: &Actor, at: Moment) -> Result<Option<Buckets>, Failure> {
        if !self.is_moved {
            return Ok(None);
        }
        // What somebody was told is waived stays so, as far as anything of its kind is owed.
        for (bucket, minor, words) in std::mem::take(&mut self.unwaived) {
            let minor = minor.min(self.owed.get(bucket).minor());
            if minor > 0 {
                let on = at.business_day;
                let new = NewCharge { kind: ChargeKind::Waiver, bucket, minor, on, to_on: None, words, decision: None, approval: None };
                self.add(tx, who, at, new).await?;
            }
        }
        settle_account(tx, who, at, self.account, &self.owed).await?;
        Ok(Some(self.owed))
    }
}

/// What the interest of an account comes to, against what is posted: nothing where they are the same.
pub async fn difference(tx: &mut Tx, id: AccountId) -> Result<Option<String>, Failure> {
    let account = accounts::store::load_account(tx, id).await?;
    let Some(to) = account.interest_to_on.filter(|_| account.state != "closed") else { return Ok(None) };
    let borne = read(tx, &account).await?;
    let off = borne.accrual.to_post(to, borne.posted_minor);
    Ok((off.minor() != 0).then(|| format!("account {id}: {off} of interest to {} is not posted", written(to))))
}
