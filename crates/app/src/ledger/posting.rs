//! Payments are posted together: one, the rows of a file, or those that several ask for at once.
//!
//! What is known of all their accounts is read first; then each payment is decided and allocated in memory, in the order in
//! which they were given, so that a later one sees what an earlier one did; then everything is written at once.
//! A payment that cannot be posted leaves no trace and does not hold up the others.
//!
//! Read [`post_all`] first. Always true: what many leave behind is what they would have left one by one.

use super::actions::{PostPayment, Posted, state_after};
use super::charges;
use super::store::{self, Arrival, NewPayment};
use crate::accounts::store::standing::{Next, Settled, Standing};
use crate::app::{Actor, Failure, new_uuid};
use crate::audit::chains::Chains;
use crate::audit::kept::InHand;
use crate::plans::agreed::course::{self, By, Course};
use crate::plans::store::PromiseRow;
use crate::store::{Keyed, StoreError, Tx, Value};
use crate::strategy::store::WorkRow;
use crate::{accounts, strategy};
use duly_domain::accounts::Bucket;
use duly_domain::ledger::{AllocationOrder, Buckets, plan_payment};
use duly_domain::plans::promise::PromiseState;
use duly_domain::values::ids::{AccountId, PaymentId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use foldhash::{HashMap, HashMapExt};
use jiff::civil::Date;
use std::borrow::Cow;
use std::fmt::Write;

/// A payment that somebody posts at a moment.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// Who posts it.
    pub who: &'a Actor,
    /// When; all that are posted together are posted on one business day.
    pub at: Moment,
    /// The payment.
    pub payment: &'a PostPayment,
}

/// What became of each payment.
pub type Fates = Vec<Result<Posted, Failure>>;

/// Posts what one person gave, as [`post_asked`] does.
pub async fn post_all(tx: &mut Tx, who: &Actor, at: Moment, standings: Vec<Standing>, asks: &[PostPayment]) -> Result<Fates, Failure> {
    let asks: Vec<Asked<'_>> = asks.iter().map(|payment| Asked { who, at, payment }).collect();
    post_asked(tx, standings, &asks).await
}

/// As [`post_all`], taking it that none of the payments stands already, so that nothing is looked up for that: the database refuses those
/// that do. `None` where some may: then the transaction is to be taken back and all of it posted by [`post_all`].
pub async fn post_new(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    standings: Vec<Standing>,
    asks: &[PostPayment],
) -> Result<Option<Fates>, Failure> {
    let asks: Vec<Asked<'_>> = asks.iter().map(|payment| Asked { who, at, payment }).collect();
    match post_with(tx, standings, &asks, Before::Nothing).await {
        // What is refused may be refused otherwise, or not at all, where it is known.
        Ok(fates) => Ok(fates.iter().all(Result::is_ok).then_some(fates)),
        Err(Failure::Store(error)) if error.is_taken() => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Posts payments in their order on accounts that were read in the same transaction; what became of each.
pub async fn post_asked(tx: &mut Tx, standings: Vec<Standing>, asks: &[Asked<'_>]) -> Result<Fates, Failure> {
    post_with(tx, standings, asks, Before::LookedUp).await
}

/// What is known of payments that may stand already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// They are looked up.
    LookedUp,
    /// It is taken that there are none.
    Nothing,
}

async fn post_with(tx: &mut Tx, standings: Vec<Standing>, asks: &[Asked<'_>], before: Before) -> Result<Fates, Failure> {
    match standings.iter().any(charges::posting::is_posted_alone) {
        true => charges::posting::post_bearing(tx, standings, asks).await,
        false => post_plain(tx, standings, asks, before).await,
    }
}

/// As [`post_asked`], on accounts whose interest stands as it should.
pub(super) async fn post_plain(tx: &mut Tx, standings: Vec<Standing>, asks: &[Asked<'_>], before: Before) -> Result<Fates, Failure> {
    let mut books = Books::open(tx, standings, asks, before).await?;
    let mut fates = Vec::with_capacity(asks.len());
    for asked in asks {
        fates.push(match books.post(asked) {
            Err(failure @ (Failure::Wrong(_) | Failure::Ledger(_) | Failure::NotFound(_))) => Err(failure),
            Err(failure) => return Err(failure),
            Ok(posted) => Ok(posted),
        });
    }
    books.write(tx).await?;
    Ok(fates)
}

/// A payment that stands already, so that the same reference is the same payment.
struct Known {
    payment: PaymentId,
    /// Its file was taken back, so that it makes no other payment known.
    is_free: bool,
    amount_minor: i64,
    effective_on: Date,
    allocation: Vec<(Bucket, Money)>,
    unapplied: Money,
}

/// What is known of one account, as it is after the payments so far.
struct Book<'a> {
    standing: Standing,
    order: AllocationOrder,
    owed: Buckets,
    /// The same in all, in minor units.
    total: i64,
    /// With their references: those of this list and those of its file before, which are few.
    known: Vec<(Cow<'a, str>, Known)>,
    /// Its promises and plans.
    course: Course,
    /// What the promises are judged by; nothing where there are none.
    arrivals: Vec<Arrival>,
    next: Option<Next>,
    /// What its place on the worklist follows from, as it was at the payment that moved what is next.
    place: Option<WorkRow>,
    /// Who moved money on it last, and when; nobody yet.
    moved: Option<(&'a Actor, Moment)>,
}

/// The books of some accounts, open to be written into.
struct Books<'a> {
    books: HashMap<AccountId, Book<'a>>,
    chains: Chains<'a>,
    in_hand: InHand,
    /// Rows of [`store::INSERT_PAYMENT`] that wait.
    payments: Vec<[Value; 21]>,
    /// Accounts on which money moved, in that order.
    moved: Vec<AccountId>,
}

impl<'a> Books<'a> {
    /// Reads what posting needs to know of accounts.
    async fn open(tx: &mut Tx, standings: Vec<Standing>, asks: &[Asked<'a>], before: Before) -> Result<Books<'a>, Failure> {
        let ids: Vec<AccountId> = standings.iter().map(|standing| standing.id).collect();
        let promising: Vec<Value> =
            standings.iter().filter(|standing| standing.promises > 0).map(|standing| Value::from(standing.id)).collect();
        let mut orders = HashMap::new();
        let mut books = HashMap::with_capacity(standings.len());
        for standing in standings {
            let order = match orders.get(&standing.creditor) {
                Some(order) => *order,
                None => {
                    let creditor = accounts::store::load_creditor(tx, standing.creditor).await?;
                    let order = AllocationOrder::parse(&creditor.allocation_order).unwrap_or_default();
                    orders.insert(standing.creditor, order);
                    order
                }
            };
            books.insert(standing.id, Book::of(standing, order)?);
        }
        for (account, course) in course::read_all(tx, &promising).await? {
            books.entry(account).and_modify(|book| book.course = course);
        }
        for Keyed(account, arrival) in store::list_arrivals(tx, &promising).await? {
            books.entry(account).and_modify(|book| book.arrivals.push(arrival));
        }
        if before == Before::LookedUp {
            read_known(tx, &mut books, asks).await?;
        }
        let chains = Chains::open(tx, &ids).await?;
        let in_hand = InHand::of(PaymentId::PREFIX, &store::SHOWN).expect("what is shown of a payment is what its entry names");
        let (payments, moved) = (Vec::with_capacity(asks.len()), Vec::with_capacity(asks.len()));
        Ok(Books { books, chains, in_hand, payments, moved })
    }

    /// Posts one payment, or finds that it stands already.
    fn post(&mut self, &Asked { who, at, payment: ask }: &Asked<'a>) -> Result<Posted, Failure> {
        let reference = proved(ask, at)?;
        let book = self.books.get_mut(&ask.account).ok_or_else(|| Failure::NotFound(format!("account {}", ask.account)))?;
        let mut posting_no = 0;
        for (_, before) in book.known.iter().filter(|(known, _)| known == reference) {
            if !before.is_free {
                return repeated(before, ask, book.owed);
            }
            posting_no += 1;
        }
        let amount = Money::of(ask.amount_minor, book.owed.currency());
        let (allocation, lines) = plan_payment(amount, &book.owed, book.order)?;
        let owed = book.owed.after(&lines)?;
        let total = owed.total()?.minor();
        let (payment, account) = (PaymentId(new_uuid()), ask.account);
        let (unapplied, effective_on) = (allocation.unapplied, ask.effective_on);
        let row = NewPayment {
            id: payment,
            account,
            booked_on: at.business_day,
            lines: &lines,
            amount,
            unapplied,
            effective_on,
            reference,
            posting_no,
            by: who.label(),
            at: at.at,
        };
        // Numbers, ids, a day and a code: nothing needs escaping.
        let mut detail = String::with_capacity(512);
        write!(
            detail,
            "{{\"payment\":\"{payment}\",\"amount_minor\":{},\"currency\":\"{}\",\"effective_on\":\"{effective_on}\",\"unapplied_minor\":{}}}",
            amount.minor(),
            amount.currency().code(),
            unapplied.minor()
        )
        .expect("writing to a string cannot fail");
        self.chains.record_said((who, at.at), account, "payment.post", detail, payment.into(), self.in_hand.claim(&row.shown()));
        self.payments.push(row.values());
        let known = Known {
            payment,
            is_free: false,
            amount_minor: amount.minor(),
            effective_on: ask.effective_on,
            allocation: allocation.parts.clone(),
            unapplied: allocation.unapplied,
        };
        book.known.push((Cow::Borrowed(reference), known));
        if book.moved.replace((who, at)).is_none() {
            self.moved.push(account);
        }
        (book.owed, book.total) = (owed, total);
        if !book.course.promises().is_empty() {
            book.arrivals.push(Arrival { effective_on: ask.effective_on, posted_at: at.at, amount_minor: amount.minor() });
        }
        book.settle(who, at, &mut self.chains)?;
        Ok(Posted { payment, allocation: allocation.parts, unapplied: allocation.unapplied, balance: owed, is_repeat: false })
    }

    /// Writes what was posted, and what follows from it for accounts, promises and worklists.
    async fn write(self, tx: &mut Tx) -> Result<(), Failure> {
        let moved: Vec<&Book> = self.moved.iter().filter_map(|account| self.books.get(account)).collect();
        tx.insert_many(store::INSERT_PAYMENT, &self.payments).await?;
        course::write_all(tx, &moved.iter().map(|book| &book.course).collect::<Vec<_>>()).await?;
        let settled: Vec<Settled<'_>> = moved.iter().map(|book| book.settled()).collect();
        accounts::store::standing::update_settled(tx, &settled).await?;
        self.chains.write(tx).await?;
        let mut places: Vec<WorkRow> = moved.iter().filter_map(|book| book.place.clone()).collect();
        if let Some((_, at)) = moved.iter().find_map(|book| book.moved) {
            strategy::store::read_stays(tx, &mut places).await?;
            strategy::actions::place_all(tx, &places, at.business_day).await?;
        }
        Ok(())
    }
}

impl<'a> Book<'a> {
    fn of(standing: Standing, order: AllocationOrder) -> Result<Book<'a>, StoreError> {
        let owed = Buckets::of(store::currency(&standing.currency)?, standing.owed_minor);
        Ok(Book {
            standing,
            order,
            owed,
            total: 0,
            known: Vec::new(),
            course: Course::default(),
            arrivals: Vec::new(),
            next: None,
            place: None,
            moved: None,
        })
    }

    /// After money moved: the account's balance and state, its promises, what it does next.
    fn settle(&mut self, who: &'a Actor, at: Moment, chains: &mut Chains<'a>) -> Result<(), Failure> {
        let state = state_after(&self.standing.state, self.total);
        let next_before = self.next.take();
        let follows = self.course.judge(By::during(who, at), &self.arrivals, chains)?;
        if follows.next.is_some() {
            self.does_next(follows.next);
        }
        if state == "paid" {
            self.does_next(None);
        } else if self.standing.state == "paid" && state == "open" {
            self.does_next(Some(("Payment came back".into(), at.business_day)));
        }
        self.standing.state = state.into();
        // Whether an account is listed, and in which lane, follows from its state, its promises and what it does next. Neither of the
        // first two changes here without the third, so a payment that leaves what is next leaves the place: see decision 0039.
        match self.next {
            Some(_) => self.place = Some(self.work()),
            None => self.next = next_before,
        }
        Ok(())
    }

    fn does_next(&mut self, next: Next) {
        (self.standing.next_action_on, self.standing.next_action_at) = (next.as_ref().map(|(_, on)| *on), None);
        self.next = Some(next);
    }

    fn settled(&self) -> Settled<'_> {
        Settled { standing: &self.standing, owed: &self.owed, total: self.total, next: self.next.as_ref() }
    }

    /// What the account's place on the worklist follows from.
    fn work(&self) -> WorkRow {
        let Standing { id, desk, aged_from, next_action_on, next_action_at, was_reached, .. } = self.standing;
        let (state, currency) = (self.standing.state.clone(), self.standing.currency.clone());
        let is = |promise: &PromiseRow, states: &[PromiseState]| states.iter().any(|state| promise.state == state.code());
        let count = |states: &[PromiseState]| self.course.promises().iter().map(|promise| i64::from(is(promise, states))).sum();
        let open = self.course.promises().iter().filter(|promise| is(promise, &[PromiseState::Open])).min_by_key(|promise| promise.id);
        WorkRow {
            account: id,
            desk,
            state,
            balance_minor: self.total,
            currency,
            aged_from,
            next_action_on,
            next_action_at,
            was_reached,
            promise_due_on: open.map(|promise| promise.due_on),
            last_promise: self.course.promises().first().map(|promise| promise.state.clone()),
            promises_kept: count(&[PromiseState::Kept]),
            promises_decided: count(&[PromiseState::Kept, PromiseState::PartlyKept, PromiseState::Broken]),
            // At least the one that was posted now: only whether there is one is asked.
            payments: 1,
            // Read where there are such rows: most payments leave none.
            held_until: None,
            returned: 0,
        }
    }
}

/// The reference of a payment that is right in itself.
fn proved(ask: &PostPayment, at: Moment) -> Result<&str, Failure> {
    let reference = ask.reference.trim();
    if reference.is_empty() {
        return Err(Failure::wrong("reference", "is empty: it is what makes a payment known"));
    }
    if ask.effective_on > at.business_day {
        return Err(Failure::wrong("date", "is in the future"));
    }
    if ask.amount_minor <= 0 {
        return Err(Failure::wrong("amount", "must be above zero"));
    }
    if ask.amount_minor > Money::LARGEST_MINOR {
        return Err(Failure::wrong("amount", "is too large to be one payment"));
    }
    Ok(reference)
}

/// Reads which of the payments stand already.
async fn read_known(tx: &mut Tx, books: &mut HashMap<AccountId, Book<'_>>, asks: &[Asked<'_>]) -> Result<(), Failure> {
    let pairs: Vec<[Value; 2]> =
        asks.iter().map(|ask| [Value::from(ask.payment.account), Value::from(ask.payment.reference.trim())]).collect();
    let before = store::list_payments_by_references(tx, pairs).await?;
    let entries: Vec<[Value; 2]> =
        before.iter().map(|Keyed(_, payment)| [Value::from(payment.account), Value::from(payment.entry)]).collect();
    let mut allocations = store::list_allocations(tx, &entries).await?;
    for Keyed(is_free, payment) in before {
        let Some(book) = books.get_mut(&payment.account) else { continue };
        let mut allocation = allocations.remove(&payment.entry).unwrap_or_default();
        book.order.sort(&mut allocation);
        let known = Known {
            payment: payment.id,
            is_free,
            amount_minor: payment.amount_minor,
            effective_on: payment.effective_on,
            allocation,
            unapplied: Money::of(payment.unapplied_minor, book.owed.currency()),
        };
        book.known.push((Cow::Owned(payment.reference), known));
    }
    Ok(())
}

/// The same reference again: the first outcome, unless the request differs.
fn repeated(before: &Known, ask: &PostPayment, balance: Buckets) -> Result<Posted, Failure> {
    let differs = if before.amount_minor != ask.amount_minor {
        Some("amount")
    } else if before.effective_on != ask.effective_on {
        Some("date")
    } else {
        None
    };
    if let Some(field) = differs {
        return Err(Failure::wrong("reference", format!("was posted before on this account with another {field}")));
    }
    let (allocation, unapplied) = (before.allocation.clone(), before.unapplied);
    Ok(Posted { payment: before.payment, allocation, unapplied, balance, is_repeat: true })
}
