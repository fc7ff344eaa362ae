//! What people agree to: an authorization is kept, its number sealed; it is taken back at once, held and taken up again.

use super::sealing::{AccountNumber, Sealer};
use super::store::drawn::{DebitRow, insert_debit, list_debits_under, update_debit};
use super::store::{self, AuthorizationRow};
use crate::accounts;
use crate::app::{Actor, App, Failure, NAME_MAX, Problems, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::store::Tx;
use crate::{strategy, transaction};
use duly_domain::ledger::ach::writing::{BankAccountKind, EntryClass, Routing, is_number};
use duly_domain::ledger::debits::correcting::last_four;
use duly_domain::ledger::debits::{AuthorizationState, DebitKind, DebitState, looks_like_a_card, may_recur, next_bank_day};
use duly_domain::values::ids::{AccountId, DebitAuthorizationId, DebitId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;

/// The currency of every NACHA file.
const CURRENCY: &str = "USD";

/// An authorization to keep.
#[derive(Clone, Debug)]
pub struct Authorize {
    /// For which debt.
    pub account: AccountId,
    /// Whose account at the bank it is.
    pub holder: String,
    /// How it was agreed.
    pub class: EntryClass,
    /// Whether it is for a series.
    pub is_recurring: bool,
    /// The bank's nine digits.
    pub routing: String,
    /// The number of the account.
    pub number: AccountNumber,
    /// What kind of account it is.
    pub drawn_on: BankAccountKind,
    /// The amount that was agreed, in minor units.
    pub usual_minor: Option<i64>,
    /// The range within which they chose to have no notice.
    pub range_minor: Option<(i64, i64)>,
    /// What they agreed to, word by word.
    pub words: String,
    /// Where the proof of it is.
    pub evidence: String,
    /// When.
    pub agreed_on: Date,
    /// When they were given a copy.
    pub copy_given_on: Option<Date>,
    /// Whether a pre-note goes first.
    pub wants_prenote: bool,
}

/// What is wrong with details of a bank account.
fn prove_details(routing: &str, number: &AccountNumber, problems: &mut Problems) {
    if Routing::parse(routing).is_none() {
        problems.0.push(("routing", "is not the nine digits of a bank: the last one does not prove the others".into()));
    }
    if looks_like_a_card(number.whole()) {
        problems
            .0
            .push(("number", "is the number of a card, which is never kept: ask for the number of the account, as on a check".into()));
    } else if !is_number(number.whole()) {
        problems.0.push(("number", "is not the number of an account at a bank: up to 17 letters and digits".into()));
    }
}

impl Authorize {
    fn problems(&self, today: Date) -> Problems {
        let mut problems = Problems::default();
        prove_details(&self.routing, &self.number, &mut problems);
        for (field, text, most) in
            [("holder", &self.holder, NAME_MAX), ("words", &self.words, WORDS_MAX), ("evidence", &self.evidence, WORDS_MAX)]
        {
            if text.trim().is_empty() {
                problems.0.push((field, "is not said".into()));
            } else if let Err(Failure::Wrong(wrong)) = check_length(field, text, most) {
                problems.0.extend(wrong.0);
            }
        }
        if self.is_recurring && !may_recur(self.class) {
            let says =
                "does not do for a series: a spoken yes authorizes one debit; have them sign or authenticate a writing (12 CFR 1005.10(b))";
            problems.0.push(("class", says.into()));
        }
        if self.agreed_on > today {
            problems.0.push(("agreed_on", "is in the future".into()));
        }
        if self.copy_given_on.is_some_and(|on| on > today || on < self.agreed_on) {
            problems.0.push(("copy_given_on", "is not between the day it was agreed and today".into()));
        }
        if self.usual_minor.is_some_and(|minor| minor <= 0) {
            problems.0.push(("usual", "must be above zero".into()));
        }
        if self.range_minor.is_some_and(|(low, high)| low <= 0 || high < low) {
            problems.0.push(("range", "is no range from a lower to a higher amount".into()));
        }
        problems
    }
}

/// Keeps an authorization; a pre-note is planned where one is wanted.
pub async fn authorize(app: &App, who: &Actor, at: Moment, ask: &Authorize) -> Result<AuthorizationRow, Failure> {
    let problems = ask.problems(at.business_day);
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    let has_any = store::has_any(&mut app.db.read().await?).await?;
    let sealer = Sealer::find_or_make(&app.keys, has_any)?;
    let id = DebitAuthorizationId(new_uuid());
    let number_sealed = sealer.seal(id, &ask.number)?;
    transaction!(app.db, tx, {
        let account = accounts::store::load_account(tx, ask.account).await?;
        if account.state != "open" {
            return Err(Failure::Stale("the account is not open: nothing is to be drawn".into()));
        }
        if account.currency != CURRENCY {
            return Err(Failure::wrong("account", format!("is kept in {}: NACHA files move US dollars alone", account.currency)));
        }
        let row = AuthorizationRow {
            id,
            account: ask.account,
            holder: ask.holder.trim().into(),
            class: ask.class.code().into(),
            is_recurring: ask.is_recurring,
            usual_minor: ask.usual_minor,
            low_minor: ask.range_minor.map(|(low, _)| low),
            high_minor: ask.range_minor.map(|(_, high)| high),
            currency: CURRENCY.into(),
            words: ask.words.trim().into(),
            evidence: ask.evidence.trim().into(),
            agreed_on: ask.agreed_on,
            made_by: who.label().into(),
            made_at: at.at,
            routing: ask.routing.trim().into(),
            number_sealed: number_sealed.clone(),
            last_four: last_four(ask.number.whole()),
            bank_account: ask.drawn_on.code().into(),
            copy_given_on: ask.copy_given_on,
            state: AuthorizationState::Active.code().into(),
            because: String::new(),
            state_on: at.business_day,
        };
        store::insert_authorization(tx, &row).await?;
        let mut rows: Vec<KeptRow> = vec![id.into()];
        if ask.wants_prenote {
            let prenote = planned(who, at, &row, DebitKind::Prenote, 0, next_bank_day(at.business_day));
            insert_debit(tx, &prenote).await?;
            rows.push(prenote.id.into());
        }
        let detail = json!({"authorization": id.to_string(), "class": row.class, "recurring": row.is_recurring, "last_four": row.last_four,
            "agreed_on": row.agreed_on.to_string(), "prenote": ask.wants_prenote});
        kept::record(tx, who, at.at, ask.account, "debit.authorize", detail, &rows).await?;
        Ok(row)
    })
}

/// A debit as it is planned.
pub(super) fn planned(who: &Actor, at: Moment, of: &AuthorizationRow, kind: DebitKind, amount_minor: i64, wanted_on: Date) -> DebitRow {
    DebitRow {
        id: DebitId(new_uuid()),
        account: of.account,
        authorization: of.id,
        kind: kind.code().into(),
        amount_minor,
        currency: of.currency.clone(),
        wanted_on,
        installment: None,
        promise: None,
        first: None,
        first_on: None,
        try_no: 1,
        made_by: who.label().into(),
        made_at: at.at,
        notice_sent_on: None,
        state: DebitState::Planned.code().into(),
        because: String::new(),
        effective_on: None,
        file: None,
        trace: None,
        sent_routing: None,
        sent_sealed: None,
        sent_account: None,
        decision: None,
        payment: None,
        return_code: String::new(),
        decided_at: None,
    }
}

/// What taking an authorization back came to.
#[derive(Clone, Debug)]
pub struct Revoked {
    /// As it stands now.
    pub authorization: AuthorizationRow,
    /// Debits that are cancelled by it.
    pub cancelled: Vec<DebitRow>,
    /// Debits that are on their way already, and that their bank can stop.
    pub on_the_way: Vec<DebitRow>,
}

/// They took it back, by whatever way: from now on nothing is drawn under it. Taking it back twice is once.
pub async fn revoke(app: &App, who: &Actor, at: Moment, id: DebitAuthorizationId, how: &str) -> Result<Revoked, Failure> {
    if how.trim().is_empty() {
        return Err(Failure::wrong("how", "is not said: by telephone, by letter, by their bank"));
    }
    check_length("how", how, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let row = store::load_authorization(tx, id).await?;
        let was_revoked = row.standing() == AuthorizationState::Revoked;
        let revoked = revoke_in(tx, who, at, row, how.trim()).await?;
        if !was_revoked && accounts::store::load_account(tx, revoked.authorization.account).await?.state == "open" {
            let account = revoked.authorization.account;
            let next = "Debits were taken back: agree another way to pay";
            accounts::actions::set_next(tx, account, next, at.business_day, None).await?;
            strategy::actions::place_on_worklist(tx, account, at).await?;
        }
        Ok(revoked)
    })
}

/// As [`revoke`], within a transaction; the account's next action is the caller's.
pub(super) async fn revoke_in(tx: &mut Tx, who: &Actor, at: Moment, row: AuthorizationRow, because: &str) -> Result<Revoked, Failure> {
    let debits = list_debits_under(tx, row.id).await?;
    let on_the_way = debits.iter().filter(|debit| debit.standing() == DebitState::Sent).cloned().collect();
    if row.standing() == AuthorizationState::Revoked {
        return Ok(Revoked { authorization: row, cancelled: Vec::new(), on_the_way });
    }
    let mut cancelled = Vec::new();
    for debit in debits.into_iter().filter(|debit| debit.standing() == DebitState::Planned) {
        cancelled.push(cancelled_as(at, debit, "its authorization was taken back"));
    }
    for debit in &cancelled {
        update_debit(tx, debit).await?;
    }
    let mut row = stands(row, AuthorizationState::Revoked, because, at);
    store::update_authorization(tx, &row).await?;
    let rows: Vec<KeptRow> = std::iter::once(row.id.into()).chain(cancelled.iter().map(|debit| debit.id.into())).collect();
    let detail = json!({"authorization": row.id.to_string(), "because": because, "cancelled": cancelled.len()});
    kept::record(tx, who, at.at, row.account, "debit.revoke", detail, &rows).await?;
    row.state_on = at.business_day;
    Ok(Revoked { authorization: row, cancelled, on_the_way })
}

pub(super) fn stands(row: AuthorizationRow, state: AuthorizationState, because: &str, at: Moment) -> AuthorizationRow {
    AuthorizationRow { state: state.code().into(), because: because.into(), state_on: at.business_day, ..row }
}

pub(super) fn cancelled_as(at: Moment, debit: DebitRow, because: &str) -> DebitRow {
    DebitRow { state: DebitState::Cancelled.code().into(), because: because.into(), decided_at: Some(at.at), ..debit }
}

/// Details that were found to be wrong, as they are right.
#[derive(Clone, Debug)]
pub struct NewDetails {
    /// The bank's nine digits.
    pub routing: String,
    /// The number of the account.
    pub number: AccountNumber,
    /// What kind of account it is.
    pub drawn_on: BankAccountKind,
}

/// Takes a held authorization up again, with what was cleared up; with the right details where those were wrong.
pub async fn resume(
    app: &App,
    who: &Actor,
    at: Moment,
    id: DebitAuthorizationId,
    because: &str,
    details: Option<&NewDetails>,
) -> Result<AuthorizationRow, Failure> {
    if because.trim().is_empty() {
        return Err(Failure::wrong("because", "is not said: what was cleared up, with whom"));
    }
    check_length("because", because, WORDS_MAX)?;
    let mut problems = Problems::default();
    let sealed = match details {
        Some(details) => {
            prove_details(&details.routing, &details.number, &mut problems);
            Some(Sealer::find(&app.keys)?.seal(id, &details.number)?)
        }
        None => None,
    };
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    transaction!(app.db, tx, {
        let row = store::load_authorization(tx, id).await?;
        if row.standing() != AuthorizationState::Held {
            let says = format!("the authorization is not held: it {}", row.standing().to_string().to_lowercase());
            return Err(Failure::Stale(says));
        }
        let mut row = stands(row, AuthorizationState::Active, because.trim(), at);
        if let (Some(details), Some(sealed)) = (details, sealed.clone()) {
            row.routing = details.routing.trim().into();
            row.number_sealed = sealed;
            row.last_four = last_four(details.number.whole());
            row.bank_account = details.drawn_on.code().into();
        }
        store::update_authorization(tx, &row).await?;
        let detail = json!({"authorization": id.to_string(), "because": because.trim(), "new_details": details.is_some()});
        kept::record(tx, who, at.at, row.account, "debit.resume", detail, &[id.into()]).await?;
        Ok(row)
    })
}

/// They were given a copy.
pub async fn give_copy(app: &App, who: &Actor, at: Moment, id: DebitAuthorizationId, on: Date) -> Result<AuthorizationRow, Failure> {
    transaction!(app.db, tx, {
        let row = store::load_authorization(tx, id).await?;
        if on > at.business_day || on < row.agreed_on {
            return Err(Failure::wrong("copy_given_on", "is not between the day it was agreed and today"));
        }
        let row = AuthorizationRow { copy_given_on: Some(on), ..row };
        store::update_authorization(tx, &row).await?;
        let detail = json!({"authorization": id.to_string(), "on": on.to_string()});
        kept::record(tx, who, at.at, row.account, "debit.copy", detail, &[id.into()]).await?;
        Ok(row)
    })
}
