//! What a remittance would hold: payments that are cleared, what came back, and the fee of each with its reason. Nothing is written.
//!
//! What is known is cut off at a moment, so that whoever approves sees what was prepared, or learns that it is no longer so.

use super::store::{self, FactsRow, LineRow};
use crate::app::{App, Failure};
use crate::ledger::rates::{self, store::RatePlanRow};
use crate::ledger::store::currency;
use crate::ledger::trust;
use crate::store::{StoreError, Tx, Value};
use duly_domain::audit::hex;
use duly_domain::ledger::rates::{Mode, Paid, RatePlan};
use duly_domain::ledger::remittance::{Line, LineKind, Owes, Remittance, close};
use duly_domain::values::ids::{AccountId, CreditorId, EntryId, RatePlanId, RemittanceId};
use duly_domain::values::moment::{Moment, day_number};
use duly_domain::values::money::{Currency, Money};
use jiff::Span;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// For whom.
    pub creditor: CreditorId,
    /// In which currency.
    pub currency: String,
    /// The period.
    pub from_on: Date,
    /// Its last day.
    pub to_on: Date,
    /// The remittance whose fees it puts right; none for a period.
    pub corrects: Option<RemittanceId>,
}

/// A payment that is not cleared yet.
#[derive(Clone, Debug)]
pub struct Held {
    /// Of which account.
    pub account: AccountId,
    /// The creditor's reference of it.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// The day it counts from.
    pub paid_on: Date,
    /// The day on which it is cleared.
    pub free_on: Date,
}

/// What a remittance would hold.
#[derive(Clone, Debug)]
pub struct Gathered {
    /// Its lines; of no remittance yet.
    pub lines: Vec<LineRow>,
    /// Payments of the period that are not cleared.
    pub held: Vec<Held>,
    /// What stands in the way.
    pub problems: Vec<String>,
    /// How fees are got.
    pub mode: Mode,
    /// What it comes to.
    pub figures: Remittance,
}

impl Gathered {
    /// What the lines say, as one hash.
    pub fn hash(&self) -> String {
        hash_of_lines(&self.lines)
    }
}

/// SHA-256 over lines, in hexadecimal digits.
pub fn hash_of_lines(lines: &[LineRow]) -> String {
    let mut text = String::new();
    for line in lines {
        let LineRow { line_no, kind, account, entry, plan, amount_minor, costs_minor, fee_minor, currency, paid_on, why, .. } = line;
        text.push_str(&format!(
            "{line_no}\u{1f}{kind}\u{1f}{account}\u{1f}{entry}\u{1f}{plan}\u{1f}{amount_minor}\u{1f}{costs_minor}\u{1f}{fee_minor}\u{1f}{currency}\u{1f}{paid_on}\u{1f}{why}\u{1e}"
        ));
    }
    hex(&Sha256::digest(text.as_bytes()))
}

/// A kept line as the domain has it.
pub fn line_of(row: &LineRow) -> Result<Line, StoreError> {
    let kind = LineKind::parse(&row.kind).ok_or_else(|| StoreError::Column(format!("kind {:?}", row.kind)))?;
    Ok(Line { kind, is_direct: row.is_direct, amount: row.amount_minor, costs: row.costs_minor, fee: row.fee_minor })
}

/// What is known while lines are made.
struct Making<'a> {
    app: &'a App,
    ask: &'a Ask,
    of: Currency,
    plans: Vec<(RatePlanRow, RatePlan)>,
    facts: HashMap<AccountId, FactsRow>,
    /// Costs that were laid out and not recovered.
    costs: HashMap<AccountId, i64>,
    /// What bore fees before.
    before: HashMap<AccountId, i64>,
    lines: Vec<LineRow>,
    problems: BTreeSet<String>,
}

/// Finds what a remittance would hold of what was known at a moment.
pub async fn gather(app: &App, tx: &mut Tx, at: Moment, ask: &Ask) -> Result<Gathered, Failure> {
    let of = currency(&ask.currency).map_err(|_| Failure::wrong("currency", "is none that the ledger knows"))?;
    let mut plans = Vec::new();
    for row in rates::store::list_of_creditor(tx, ask.creditor).await?.into_iter().filter(|row| row.state == "approved") {
        let plan = row.plan()?;
        plans.push((row, plan));
    }
    let remitted = store::list_lines_of_creditor(tx, ask.creditor, &ask.currency).await?;
    let candidates = match ask.corrects {
        None => store::list_candidates(tx, ask.creditor, &ask.currency, ask.to_on, at.at).await?,
        Some(_) => Vec::new(),
    };
    let came_back = match ask.corrects {
        None => store::list_came_back(tx, ask.creditor, &ask.currency, at.at).await?,
        Some(_) => Vec::new(),
    };
    let accounts: BTreeSet<AccountId> = candidates.iter().map(|one| one.account).chain(remitted.iter().map(|line| line.account)).collect();
    let keys: Vec<Value> = accounts.into_iter().map(Value::from).collect();
    let facts = store::list_facts(tx, &keys).await?.into_iter().map(|row| (row.account, row)).collect();
    let mut costs: HashMap<AccountId, i64> = store::list_costs(tx, &keys).await?.into_iter().collect();
    for line in &remitted {
        *costs.entry(line.account).or_default() -= line.costs_minor;
    }
    let mut making = Making { app, ask, of, plans, facts, costs, before: HashMap::new(), lines: Vec::new(), problems: BTreeSet::new() };
    match ask.corrects {
        Some(corrects) => making.put_right(corrects, &remitted)?,
        None => {
            for line in &remitted {
                *making.before.entry(line.account).or_default() += base_of(line);
            }
            for (account, entry) in &came_back {
                making.take_back(&remitted, *account, *entry);
            }
        }
    }
    let mut held = Vec::new();
    for one in candidates {
        let Some((_, plan)) = making.plan_of(one.paid_on) else { continue };
        let days = match (one.is_direct, one.by_bank > 0) {
            (true, _) => 0,
            (false, true) => plan.hold_days_bank,
            (false, false) => plan.hold_days,
        };
        let free_on = one.paid_on.saturating_add(Span::new().days(i64::from(days)));
        let amount = Money::of(one.amount_minor, of);
        if free_on > at.business_day {
            held.push(Held { account: one.account, reference: one.reference, amount, paid_on: one.paid_on, free_on });
        } else {
            making.pay(one.account, &one.reference, one.entry, amount, one.paid_on, one.is_direct)?;
        }
    }
    let mode = making.plan_of(ask.to_on).map_or(Mode::Net, |(_, plan)| plan.mode);
    let lines = making.lines.iter().map(line_of).collect::<Result<Vec<_>, _>>()?;
    let (returned, billed) = trust::store::owed_by(tx, ask.creditor, &ask.currency).await?;
    let figures = close(mode, &lines, Owes { returned, billed }).map_err(|error| trust::booking::refused(&error))?;
    Ok(Gathered { lines: making.lines, held, problems: making.problems.into_iter().collect(), mode, figures })
}

/// What of a line bears a fee.
fn base_of(line: &LineRow) -> i64 {
    line.amount_minor - line.costs_minor
}

impl Making<'_> {
    /// The plan for a payment of a day; that there is none is a problem.
    fn plan_of(&mut self, on: Date) -> Option<(RatePlanId, RatePlan)> {
        let begun = self.plans.iter().filter(|(row, _)| row.from_on <= on).max_by_key(|(row, _)| (row.from_on, row.number));
        let found = begun.map(|(row, plan)| (row.id, plan.clone()));
        if found.is_none() {
            self.problems.insert(format!("no approved rate plan holds for payments of {on}: propose one that begins by then"));
        }
        found
    }

    /// A payment, with its costs first and its fee.
    fn pay(
        &mut self,
        account: AccountId,
        reference: &str,
        entry: EntryId,
        amount: Money,
        paid_on: Date,
        is_direct: bool,
    ) -> Result<(), Failure> {
        let Some((plan, terms)) = self.plan_of(paid_on) else { return Ok(()) };
        let (open, before) = (self.costs.entry(account).or_default(), self.before.entry(account).or_default());
        // What was paid to the creditor itself recovers nothing for us.
        let costs = if is_direct { 0 } else { (*open).clamp(0, amount.minor()) };
        let fee = match terms.fee(&paid(self.app, self.facts.get(&account), amount, costs, *before, paid_on, is_direct)) {
            Ok(fee) => fee,
            Err(fault) => {
                self.problems.insert(format!("{reference}: {fault}"));
                return Ok(());
            }
        };
        *open -= costs;
        *before += amount.minor() - costs;
        let mut why = fee.why(self.of);
        if costs > 0 {
            why = format!("{} of costs recovered first; {why}", Money::of(costs, self.of).figures());
        }
        let kind = if is_direct { LineKind::Direct } else { LineKind::Trust };
        let line = Line { kind, is_direct, amount: amount.minor(), costs, fee: fee.amount.minor() };
        self.add(account, reference, entry, plan, line, paid_on, why);
        Ok(())
    }

    /// What came back, with the costs and all fees that were charged for it.
    fn take_back(&mut self, remitted: &[LineRow], account: AccountId, entry: EntryId) {
        let mut of = remitted.iter().filter(|line| (line.account, line.entry) == (account, entry));
        let Some(first) = of.clone().find(|line| line.kind == "trust" || line.kind == "direct") else { return };
        let fee = of.clone().map(|line| line.fee_minor).sum();
        let charged = Line { kind: LineKind::Trust, is_direct: first.is_direct, amount: first.amount_minor, costs: first.costs_minor, fee };
        let why = match of.any(|line| line.kind == "correction") {
            true => format!("came back; with the fee as it was put right: {}", first.why),
            false => format!("came back; with the fee that was charged: {}", first.why),
        };
        *self.costs.entry(account).or_default() += first.costs_minor;
        *self.before.entry(account).or_default() -= base_of(first);
        let (reference, paid_on, plan) = (first.reference.clone(), first.paid_on, first.plan);
        self.add(account, &reference, entry, plan, Line::clawback(&charged), paid_on, why);
    }

    /// The fees of a remittance as the plans say them now, where that is something else.
    fn put_right(&mut self, corrects: RemittanceId, remitted: &[LineRow]) -> Result<(), Failure> {
        let mut right: Vec<(LineRow, i64, String, RatePlanId)> = Vec::new();
        for line in remitted {
            let before = *self.before.entry(line.account).or_default();
            let is_payment = line.kind == "trust" || line.kind == "direct";
            if line.remittance == corrects && is_payment {
                let all: Vec<&LineRow> = remitted.iter().filter(|one| (one.account, one.entry) == (line.account, line.entry)).collect();
                // What was taken back has its fees back.
                if all.iter().all(|one| one.kind != "returned") {
                    let Some((plan, terms)) = self.plan_of(line.paid_on) else { continue };
                    let (amount, facts) = (Money::of(line.amount_minor, self.of), self.facts.get(&line.account));
                    let asked = paid(self.app, facts, amount, line.costs_minor, before, line.paid_on, line.is_direct);
                    match terms.fee(&asked) {
                        Ok(fee) => {
                            let charged: i64 = all.iter().map(|one| one.fee_minor).sum();
                            right.push((line.clone(), fee.amount.minor() - charged, fee.why(self.of), plan));
                        }
                        Err(fault) => drop(self.problems.insert(format!("{}: {fault}", line.reference))),
                    }
                }
            }
            *self.before.entry(line.account).or_default() += base_of(line);
        }
        for (row, fee, why, plan) in right.into_iter().filter(|(_, fee, ..)| *fee != 0) {
            let line = Line { kind: LineKind::Correction, is_direct: row.is_direct, amount: 0, costs: 0, fee };
            self.add(row.account, &row.reference, row.entry, plan, line, row.paid_on, format!("put right: {why}"));
        }
        Ok(())
    }

    fn add(&mut self, account: AccountId, reference: &str, entry: EntryId, plan: RatePlanId, line: Line, paid_on: Date, why: String) {
        self.lines.push(LineRow {
            remittance: RemittanceId(uuid::Uuid::nil()),
            line_no: i64::try_from(self.lines.len()).unwrap_or(i64::MAX).saturating_add(1),
            kind: line.kind.code().into(),
            is_direct: line.is_direct,
            account,
            reference: reference.to_string(),
            entry,
            plan,
            amount_minor: line.amount,
            costs_minor: line.costs,
            fee_minor: line.fee,
            currency: self.ask.currency.clone(),
            paid_on,
            why,
        });
    }
}

/// What the fee of a payment is asked with.
fn paid(app: &App, facts: Option<&FactsRow>, amount: Money, costs_minor: i64, before: i64, paid_on: Date, is_direct: bool) -> Paid {
    let overdue_since = facts.and_then(|facts| facts.due_on.or(facts.charged_off_on));
    let age_days = facts.zip(overdue_since).map(|(facts, since)| day_number(facts.placed_on) - day_number(since));
    let judged_on = facts.and_then(|facts| facts.judgment_at).map(|at| app.moment_at(at).business_day);
    Paid { amount, costs_minor, is_direct, age_days, has_judgment: judged_on.is_some_and(|on| on <= paid_on), before_minor: before.max(0) }
}
