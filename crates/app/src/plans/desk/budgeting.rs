//! A budget is told, judged and kept: a few lines of what comes in, what they need and what comes first.

use super::standing;
use super::store::{self, BudgetRow};
use crate::app::{Actor, App, Failure, Problems, new_uuid};
use crate::audit::kept;
use crate::store::Tx;
use crate::{accounts, ledger, transaction};
use duly_domain::plans::FieldProblem;
use duly_domain::plans::budget::{BudgetForm, Means, Regular, judge_budget};
use duly_domain::plans::rhythm::{Frequency, Rhythm};
use duly_domain::values::ids::{AccountId, BudgetId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::{Currency, Money};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// One line, with the word for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is, such as wages or rent.
    pub what: String,
    /// How much each time, in minor units.
    pub amount_minor: i64,
    /// How often.
    pub every: Frequency,
}

/// The lines of a budget, as they are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// What comes in.
    pub income: Vec<Line>,
    /// What they need to live.
    pub essentials: Vec<Line>,
    /// Debts that come before this one.
    pub priority_debts: Vec<Line>,
}

/// A budget to keep.
#[derive(Clone, Debug)]
pub struct KeepBudget {
    /// On which account.
    pub account: AccountId,
    /// The lines.
    pub lines: Lines,
    /// What they could pay once, in minor units.
    pub at_hand_minor: i64,
    /// How often they are paid, and the next such day, where they told.
    pub pay: Option<(Frequency, Date)>,
}

/// The longest word for a line.
const WHAT_MAX: usize = 60;
/// The most lines of one kind.
const LINES_MAX: usize = 20;

fn form(lines: &Lines, at_hand: Money, share_bp: u32) -> BudgetForm {
    let regular = |lines: &[Line]| {
        lines.iter().map(|line| Regular::new(Money::of(line.amount_minor, at_hand.currency()), line.every)).collect::<Vec<_>>()
    };
    BudgetForm {
        income: regular(&lines.income),
        essentials: regular(&lines.essentials),
        priority_debts: regular(&lines.priority_debts),
        at_hand,
        share_bp,
    }
}

/// Problems of the domain as forms have them.
pub fn in_fields(problems: Vec<FieldProblem>) -> Problems {
    Problems(problems.into_iter().map(|problem| (problem.field, problem.says)).collect())
}

/// Keeps what they told; a newer budget stands in the place of an older one, which stays.
pub async fn keep_budget(app: &App, who: &Actor, at: Moment, ask: &KeepBudget) -> Result<BudgetId, Failure> {
    transaction!(app.db, tx, {
        let account = accounts::store::load_account(tx, ask.account).await?;
        let creditor = accounts::store::load_creditor(tx, account.creditor).await?;
        let currency = ledger::store::currency(&account.currency)?;
        let (book, _) = standing::book_of(tx, Some(creditor.id), at.business_day).await?;
        let mut problems = match judge_budget(&form(&ask.lines, Money::of(ask.at_hand_minor, currency), book.budget_share_bp)) {
            Ok(_) => Problems::default(),
            Err(problems) => in_fields(problems),
        };
        let named = [("income", &ask.lines.income), ("essentials", &ask.lines.essentials), ("priority_debts", &ask.lines.priority_debts)];
        for (field, lines) in named {
            if lines.len() > LINES_MAX {
                problems.0.push((field, format!("At most {LINES_MAX} lines: add up what belongs together.")));
            }
            if lines.iter().any(|line| line.what.chars().count() > WHAT_MAX) {
                problems.0.push((field, format!("The word for a line is at most {WHAT_MAX} letters.")));
            }
        }
        let days = 0..=62;
        if ask.pay.is_some_and(|(_, on)| !days.contains(&(on - at.business_day).get_days())) {
            problems.0.push(("pay_on", "The next pay day is from today to two months ahead.".into()));
        }
        if !problems.is_empty() {
            return Err(Failure::Wrong(problems));
        }
        let means = means_of(&ask.lines, Money::of(ask.at_hand_minor, currency), book.budget_share_bp)?;
        let left = means.missing_per_month().map_or(means.left_per_month().minor(), |missing| -missing.minor());
        let row = BudgetRow {
            id: BudgetId(new_uuid()),
            account: account.id,
            lines: serde_json::to_string(&ask.lines)
                .map_err(|_| Failure::Stale("the budget cannot be written: look at its lines".into()))?,
            left_minor: left,
            at_hand_minor: ask.at_hand_minor,
            currency: account.currency.clone(),
            share_bp: i64::from(book.budget_share_bp),
            pay_every: ask.pay.map(|(every, _)| every.code().to_string()),
            pay_on: ask.pay.map(|(_, on)| on),
            made_by: who.label().to_string(),
            made_at: at.at,
        };
        // Pressed twice it is one.
        if let Some(known) = store::find_budget(tx, account.id).await?
            && (&known.lines, known.at_hand_minor, &known.pay_every, known.pay_on, known.made_by.as_str())
                == (&row.lines, row.at_hand_minor, &row.pay_every, row.pay_on, row.made_by.as_str())
            && (at.at.duration_since(known.made_at)).as_secs() < 3_600
        {
            return Ok(known.id);
        }
        store::insert_budget(tx, &row).await?;
        // What they told is read where it is kept; the record says that they told it.
        let detail = json!({"budget": row.id.to_string()});
        kept::record(tx, who, at.at, account.id, "budget.keep", detail, &[row.id.into()]).await?;
        Ok(row.id)
    })
}

fn means_of(lines: &Lines, at_hand: Money, share_bp: u32) -> Result<Means, Failure> {
    judge_budget(&form(lines, at_hand, share_bp)).map_err(|problems| Failure::Wrong(in_fields(problems)))
}

/// A budget that was kept, read again.
#[derive(Clone)]
pub struct Told {
    /// The row.
    pub row: BudgetRow,
    /// Its lines.
    pub lines: Lines,
    /// What they can pay, by the share that policy has now.
    pub means: Means,
    /// When they are paid.
    pub pay_days: Option<Rhythm>,
}

/// What they told last on an account.
pub async fn find_told(tx: &mut Tx, account: AccountId, currency: Currency, share_bp: u32) -> Result<Option<Told>, Failure> {
    let Some(row) = store::find_budget(tx, account).await? else { return Ok(None) };
    let unreadable = || Failure::Stale("the budget cannot be read: run duly check, or write a new one".into());
    let lines: Lines = serde_json::from_str(&row.lines).map_err(|_| unreadable())?;
    let means = means_of(&lines, Money::of(row.at_hand_minor, currency), share_bp)?;
    let pay_days = row.pay_every.as_deref().and_then(Frequency::parse).zip(row.pay_on).map(|(every, on)| Rhythm::from_first(every, on));
    Ok(Some(Told { row, lines, means, pay_days }))
}
