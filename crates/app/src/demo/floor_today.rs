//! What is under way on the floor when somebody opens the sample: a call with a request that waits, and some that were answered today.

use super::at_its_own_time;
use crate::accounts::papers::write_note;
use crate::accounts::store::load_account;
use crate::app::{Actor, App, Failure, Outcome};
use crate::compliance::gate::AskContact;
use crate::identity::actions::sign_in;
use crate::ledger;
use crate::outreach::actions::reserve_contact;
use crate::outreach::calls::actions::{WrapUp, begin_call, end_call, load, take_step, wrap_call};
use crate::outreach::store::find_reserved;
use crate::parties::store::list_points;
use crate::plans::actions::{TakePromise, take_promise};
use crate::plans::approvals::actions::{AskApproval, answer, ask};
use crate::strategy::actions::{Work, list_worklist};
use duly_domain::identity::Role;
use duly_domain::outreach::conversation::{Answered, Choice, Reason, Step, draft};
use duly_domain::parties::right_party::Fit;
use duly_domain::plans::approval::{Terms, Verdict};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, ApprovalId, CallId, UserId};
use duly_domain::values::money::Money;
use jiff::{SignedDuration, Span};

/// Accounts looked at for one that suits.
const LOOKED_AT: usize = 60;

/// Days ahead that are beyond an officer's limits.
const FAR: i64 = 120;

/// Leaves requests and calls of today, through the same actions.
pub async fn leave_under_way(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    let officers: Vec<&(UserId, Actor)> = users.iter().filter(|(_, who)| who.role == Role::Officer).collect();
    let supervisor = users.iter().find(|(_, who)| who.role == Role::Supervisor);
    let ([(_, one), (user, other)], Some((_, supervisor))) = (officers.as_slice(), supervisor) else { return Ok(()) };
    let past = at_its_own_time(app);
    let ago = |minutes: i64| past.set_clock(app.moment().at.saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(app.moment().at));
    // Whom nobody may call at all is asked for nothing.
    let work = list_worklist(&mut app.db.read().await?, *user, app.moment(), None, LOOKED_AT).await?;
    let (now, later): (Vec<Work>, Vec<Work>) = work.into_iter().partition(Work::is_workable);
    let later = later.into_iter().filter(|work| work.call.decision.next_allowed_at.is_some());
    let mut accounts = now.into_iter().chain(later).map(|work| work.item.account);

    ago(170);
    if let Some((id, account, terms)) =
        asks(&past, other, &mut accounts, "New job from the first of the month; can pay nothing before.").await?
    {
        ago(168);
        answer(&past, supervisor, past.moment(), id, &Verdict::Approve, "Fine. Note the employer's start date.").await?;
        ago(165);
        if let Some((amount, due_on)) = terms.as_promise() {
            take_promise(&past, other, past.moment(), TakePromise { account, amount_minor: amount.minor(), due_on }).await?;
        }
    }
    ago(130);
    if let Some((id, _, terms)) = asks(&past, one, &mut accounts, "Wants to wait for the tax refund.").await?
        && let Some((amount, due_on)) = terms.as_promise()
    {
        ago(127);
        let nearer = Terms::promise(amount, due_on.saturating_sub(Span::new().days(45)));
        answer(&past, supervisor, past.moment(), id, &Verdict::Counter(nearer), "The refund comes sooner than that.").await?;
    }
    ago(95);
    if let Some((id, ..)) = asks(&past, one, &mut accounts, "Says next spring is the earliest.").await? {
        ago(91);
        answer(&past, supervisor, past.moment(), id, &Verdict::Refuse, "Offer the hardship pause first, then agree a day.").await?;
    }
    ago(60);
    for _ in 0..2 {
        call(&past, other, &mut accounts, true).await?;
    }
    ago(12);
    asks(&past, other, &mut accounts, "Seasonal work: paid again when the season begins.").await?;
    ago(4);
    if let Some(on) = call(&past, one, &mut accounts, false).await? {
        ago(1);
        let account = load(&mut past.db.read().await?, one, on).await?.call.account;
        let words = "Starts a new job and would pay from the second wage on.";
        if let Some(terms) = far(&past, account).await? {
            ask(&past, one, past.moment(), &AskApproval { account, call: Some(on), terms, words: words.into() }).await?;
        }
    }
    if let Some(account) = accounts.next() {
        ago(35);
        let words = "Long talk, pays again from Friday. Told them we will waive the late fee if the rest is in by the end of the month.";
        write_note(&past, other, past.moment(), account, words).await?;
    }
    for (_, email, _) in super::USERS.iter().filter(|(_, _, role)| *role == Role::Officer) {
        sign_in(app, app.moment(), email, super::PASSWORD).await?;
    }
    Ok(())
}

/// A promise beyond an officer's limits on an account: a quarter of what is owed, and late.
async fn far(app: &App, account: AccountId) -> Result<Option<Terms>, Failure> {
    let account = load_account(&mut app.db.read().await?, account).await?;
    let amount = Money::of(account.balance_minor / 4 / 500 * 500, ledger::store::currency(&account.currency)?);
    let due_on = app.moment().business_day.saturating_add(Span::new().days(FAR));
    Ok((amount.minor() > 0).then(|| Terms::promise(amount, due_on)))
}

/// Somebody asks on the first account on which it can be asked.
async fn asks(
    app: &App,
    who: &Actor,
    accounts: &mut impl Iterator<Item = AccountId>,
    words: &str,
) -> Result<Option<(ApprovalId, AccountId, Terms)>, Failure> {
    for account in accounts {
        let Some(terms) = far(app, account).await? else { continue };
        let wanted = AskApproval { account, call: None, terms: terms.clone(), words: words.into() };
        if let Outcome::Done(id) = ask(app, who, app.moment(), &wanted).await? {
            return Ok(Some((id, account, terms)));
        }
    }
    Ok(None)
}

/// A call on the first account that may be called at this hour: led to what can be done, or to its end.
async fn call(app: &App, who: &Actor, accounts: &mut impl Iterator<Item = AccountId>, to_its_end: bool) -> Result<Option<CallId>, Failure> {
    for account in accounts {
        let debtor = load_account(&mut app.db.read().await?, account).await?.debtor;
        let points = list_points(&mut app.db.read().await?, debtor).await?;
        let Some(phone) = points.iter().find(|point| point.kind == "phone" && !matches!(point.state.as_str(), "wrong" | "dead")) else {
            continue;
        };
        let wanted = AskContact { point: Some(phone.id), ..AskContact::with_debtor(account, Channel::Call) };
        match reserve_contact(app, who, app.moment(), &wanted, None).await {
            Ok(reserved) if reserved.contact.is_some() => {}
            Ok(_) | Err(Failure::Stale(_)) => continue,
            Err(failure) => return Err(failure),
        }
        let Some(contact) = find_reserved(&mut app.db.read().await?, account, app.moment().at).await? else { continue };
        let call = begin_call(app, who, app.moment(), contact.id).await?;
        let at = |second: i64| app.moment_at(app.moment().at.saturating_add(SignedDuration::from_secs(second)).unwrap_or(app.moment().at));
        take_step(app, who, at(8), call, Step::Answered { who: Answered::Person }).await?;
        for check in load(&mut app.db.read().await?, who, call).await?.on_file.checks().into_iter().take(2) {
            take_step(app, who, at(30), call, Step::Checked { check, fit: Fit::Matches }).await?;
        }
        let led = load(&mut app.db.read().await?, who, call).await?;
        if led.conversation.may_show_debt() {
            let words = led.due().filter(|due| due.words.is_ok()).map(|due| due.wording.id.to_string()).collect();
            take_step(app, who, at(45), call, Step::Disclosed { words }).await?;
            let reason = Reason::LostIncome;
            let told = Step::Told { reason, since: "this fall".into(), words: "Hours were cut.".into(), agreed: true };
            for (second, step) in [(60, Step::Purpose), (90, told), (110, Step::Offered { choices: Choice::ALL.to_vec() })] {
                take_step(app, who, at(second), call, step).await?;
            }
        }
        if !to_its_end && led.conversation.may_show_debt() {
            return Ok(Some(call));
        }
        end_call(app, who, at(150), call).await?;
        let led = load(&mut app.db.read().await?, who, call).await?;
        let wrap = WrapUp {
            call,
            result: led.conversation.result().code.into(),
            note: draft(&led.conversation, "them"),
            follow_up_on: Some(at(160).business_day.saturating_add(Span::new().days(7))),
            follow_up_at: None,
        };
        wrap_call(app, who, at(165), &wrap).await?;
        if to_its_end {
            return Ok(Some(call));
        }
    }
    Ok(None)
}
