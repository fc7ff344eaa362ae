//! What an account agreed, in memory: its promises, its plans and their payments, judged and followed without asking the database.
//!
//! Read [`Course::judge`] first. Promises are judged by the money that arrived, plans follow their promises, and for the payment whose turn
//! has come the money may be there already: both go on until nothing changes. What is said of it goes into the accounts' [`Chains`];
//! what changed is written at the end, of many accounts together ([`write_all`]).

use super::following::{Planned, what_next};
use super::store::{self, InstallmentRow, PlanRow};
use crate::accounts::store::standing::NextAction;
use crate::app::{Actor, new_uuid};
use crate::audit::chains::Chains;
use crate::ledger::store::Arrival;
use crate::plans::judging::{judge_all, last_day_over};
use crate::plans::store as promises;
use crate::plans::store::PromiseRow;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::plans::plan::{self, PlanState};
use duly_domain::plans::promise::PromiseState;
use duly_domain::values::ids::{AccountId, InstallmentId, PlanId, PromiseId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

/// Who brings money or closes a day, and when.
#[derive(Clone, Copy)]
pub struct By<'a> {
    /// Who it is.
    pub who: &'a Actor,
    /// When.
    pub at: Moment,
    /// The last day that is over.
    pub closed_day: Date,
    /// From this day on it is planned what follows.
    pub next_day: Date,
}

impl<'a> By<'a> {
    /// While a day lasts: yesterday is the last that is over.
    pub fn during(who: &'a Actor, at: Moment) -> By<'a> {
        By { who, at, closed_day: last_day_over(at), next_day: at.business_day }
    }
}

/// What follows for an account.
#[derive(Debug, Default)]
pub struct Follows {
    /// The states that promises came to.
    pub changed: Vec<PromiseState>,
    /// What the account does next, where that is new.
    pub next: Option<NextAction>,
}

/// What one account agreed, with what changed and is not written yet.
#[derive(Debug, Default)]
pub struct Course {
    /// The newest first.
    promises: Vec<PromiseRow>,
    /// The newest first.
    plans: Vec<PlanRow>,
    /// Of each plan in their order.
    installments: Vec<InstallmentRow>,
    /// Of the creditor, for promises that are taken.
    grace_days: i64,
    /// Promises that were taken, and by whom.
    taken: Vec<(PromiseId, String)>,
    judged: BTreeSet<PromiseId>,
    decided: BTreeSet<PlanId>,
    linked: BTreeSet<InstallmentId>,
}

/// Reads what accounts agreed; only those are there that ever promised something.
pub async fn read_all(tx: &mut Tx, accounts: &[Value]) -> Result<HashMap<AccountId, Course>, StoreError> {
    let mut courses: HashMap<AccountId, Course> = HashMap::new();
    for Keyed(account, promise) in promises::list_promises_of(tx, accounts).await? {
        courses.entry(account).or_default().promises.push(promise);
    }
    let mut owners = HashMap::new();
    for plan in store::list_plans_of(tx, accounts).await? {
        owners.insert(plan.id, plan.account);
        courses.entry(plan.account).or_default().plans.push(plan);
    }
    let plans: Vec<Value> = owners.keys().map(|plan| Value::from(*plan)).collect();
    for one in store::list_installments_of(tx, &plans).await? {
        if let Some(course) = owners.get(&one.plan).and_then(|account| courses.get_mut(account)) {
            course.installments.push(one);
        }
    }
    let planned: BTreeSet<AccountId> = owners.into_values().collect();
    let planned: Vec<Value> = planned.into_iter().map(Value::from).collect();
    for Keyed(account, (grace_days,)) in store::list_grace_days(tx, &planned).await? {
        courses.entry(account).or_default().grace_days = grace_days;
    }
    Ok(courses)
}

/// Writes what changed of accounts, before what is said of it is.
pub async fn write_all(tx: &mut Tx, courses: &[&Course]) -> Result<(), StoreError> {
    let taken: HashMap<PromiseId, &str> =
        courses.iter().flat_map(|course| &course.taken).map(|(promise, by)| (*promise, by.as_str())).collect();
    let (mut judged, mut new) = (Vec::new(), Vec::new());
    for course in courses.iter().filter(|course| !course.judged.is_empty()) {
        for promise in course.promises.iter().filter(|promise| course.judged.contains(&promise.id)) {
            match taken.get(&promise.id) {
                Some(by) => new.push((promise, *by)),
                None => judged.push(promise),
            }
        }
    }
    // What is over first: an account has at most one open.
    promises::update_judged(tx, &judged).await?;
    promises::insert_promises(tx, &new).await?;
    let decided = courses.iter().flat_map(|course| course.plans.iter().filter(|plan| course.decided.contains(&plan.id)));
    store::update_states(tx, &decided.collect::<Vec<_>>()).await?;
    let linked = courses.iter().flat_map(|course| course.installments.iter().filter(|one| course.linked.contains(&one.id)));
    store::update_promises(tx, &linked.collect::<Vec<_>>()).await
}

impl Course {
    /// Its promises, the newest first.
    pub fn promises(&self) -> &[PromiseRow] {
        &self.promises
    }

    /// Judges its promises by what arrived, and follows its plans.
    pub fn judge<'a>(&mut self, by: By<'a>, arrivals: &[Arrival], chains: &mut Chains<'a>) -> Result<Follows, StoreError> {
        let mut follows = Follows::default();
        if self.promises.is_empty() {
            return Ok(follows);
        }
        loop {
            let planned = Planned::of(&self.plans, &self.installments, arrivals);
            let judged = judge_all(&mut self.promises, arrivals, &planned, by.at.at, by.closed_day, by.next_day)?;
            for judged in judged {
                let promise = &self.promises[judged.at];
                let (id, account) = (promise.id, promise.account);
                chains.record((by.who, by.at.at), account, "promise.judge", &judged.detail(&self.promises), id.into());
                self.judged.insert(id);
                self.show(judged.at);
                if judged.is_decided_anew() {
                    let (action, on) = judged.next;
                    follows.next = Some((action.into(), on));
                    follows.changed.push(judged.to);
                }
            }
            // For the payment whose turn has come the money may be there already.
            if planned.is_empty() || !self.follow(by, chains, &mut follows) {
                return Ok(follows);
            }
        }
    }

    /// Brings its plans to what their promises say; whether a promise was taken, for which the money may be there already.
    pub fn follow<'a>(&mut self, by: By<'a>, chains: &mut Chains<'a>, follows: &mut Follows) -> bool {
        let mut has_taken = false;
        for place in 0..self.plans.len() {
            let (id, standing) = (self.plans[place].id, self.plans[place].standing());
            if standing == PlanState::Withdrawn {
                continue;
            }
            let (own, others): (Vec<usize>, Vec<usize>) = (0..self.installments.len()).partition(|at| self.installments[*at].plan == id);
            let is_open = |at: &&usize| self.installments[**at].standing() == Some(PromiseState::Open);
            let is_other_active = self.plans.iter().any(|other| other.id != id && other.standing() == PlanState::Active);
            let open = self.promises.iter().filter(|promise| promise.state == PromiseState::Open.code()).count();
            let own_open = own.iter().filter(is_open).count();
            let may_go_on = !is_other_active && open == own_open && !others.iter().any(|at| is_open(&at));
            let standings: Vec<Option<PromiseState>> = own.iter().map(|at| self.installments[*at].standing()).collect();
            let follow = plan::follow(standing, &standings, may_go_on);
            if follow.state != standing {
                self.decide(place, follow.state, by, chains);
                let waiting = own.iter().map(|at| &self.installments[*at]);
                follows.next = Some(what_next(&self.plans[place], follow.state, waiting, by.next_day));
            }
            if let Some(at) = follow.back.and_then(|nth| own.get(nth)) {
                self.put_back(*at, by, chains);
            }
            if let Some(at) = follow.next.and_then(|nth| own.get(nth)) {
                self.take(place, *at, by, chains, follows);
                has_taken = true;
            }
        }
        has_taken
    }

    /// Promises the first payment of a plan that was just agreed.
    pub fn take_first<'a>(&mut self, plan: PlanId, by: By<'a>, chains: &mut Chains<'a>, follows: &mut Follows) -> Option<PromiseId> {
        let place = self.plans.iter().position(|one| one.id == plan)?;
        let first = self.installments.iter().position(|one| one.plan == plan)?;
        Some(self.take(place, first, by, chains, follows))
    }

    fn decide<'a>(&mut self, place: usize, state: PlanState, by: By<'a>, chains: &mut Chains<'a>) {
        let plan = &mut self.plans[place];
        let detail = json!({"plan": plan.id.to_string(), "from": plan.state, "to": state.code()});
        plan.state = state.code().into();
        plan.decided_at = (state != PlanState::Active).then_some(by.at.at);
        chains.record((by.who, by.at.at), plan.account, "plan.judge", &detail, plan.id.into());
        self.decided.insert(plan.id);
    }

    /// A payment's turn has come: it is promised.
    fn take<'a>(&mut self, place: usize, at: usize, by: By<'a>, chains: &mut Chains<'a>, follows: &mut Follows) -> PromiseId {
        let (plan, one) = (&self.plans[place], &mut self.installments[at]);
        let promise = PromiseRow {
            id: PromiseId(new_uuid()),
            account: plan.account,
            amount_minor: one.amount_minor,
            currency: plan.currency.clone(),
            taken_on: by.at.business_day,
            due_on: one.due_on,
            grace_days: self.grace_days,
            state: PromiseState::Open.code().into(),
            arrived_minor: 0,
            taken_at: by.at.at,
            decided_at: None,
        };
        let id = promise.id;
        (one.promise, one.grace_days) = (Some(id), Some(promise.grace_days));
        let detail = json!({"plan": plan.id.to_string(), "installment": one.number, "promise": id.to_string(),
            "amount_minor": one.amount_minor, "currency": plan.currency, "due_on": one.due_on.to_string()});
        chains.record_of((by.who, by.at.at), plan.account, "plan.promise", &detail, vec![id.into(), one.id.into()]);
        self.linked.insert(one.id);
        self.taken.push((id, by.who.label().into()));
        self.judged.insert(id);
        self.promises.insert(0, promise);
        self.show(0);
        follows.next = Some(what_next(&self.plans[place], PlanState::Active, std::iter::once(&self.installments[at]), by.next_day));
        id
    }

    /// An earlier payment is open again: the turn of this one comes after it.
    fn put_back<'a>(&mut self, at: usize, by: By<'a>, chains: &mut Chains<'a>) {
        let one = &mut self.installments[at];
        let Some(id) = one.promise.take() else { return };
        (one.promise_state, one.arrived_minor, one.grace_days) = (None, None, None);
        self.linked.insert(one.id);
        let Some(promise) = self.promises.iter_mut().find(|promise| promise.id == id) else { return };
        (promise.state, promise.decided_at) = (PromiseState::Withdrawn.code().into(), Some(by.at.at));
        self.judged.insert(id);
        let detail = json!({"promise": id.to_string(), "plan": one.plan.to_string(), "because": "an earlier installment is open again"});
        chains.record_of((by.who, by.at.at), promise.account, "promise.withdraw", &detail, vec![id.into(), one.id.into()]);
    }

    /// The payment that a promise is shows how the promise stands.
    fn show(&mut self, promise: usize) {
        let promise = &self.promises[promise];
        if let Some(one) = self.installments.iter_mut().find(|one| one.promise == Some(promise.id)) {
            (one.promise_state, one.arrived_minor) = (Some(promise.state.clone()), Some(promise.arrived_minor));
        }
    }
}
