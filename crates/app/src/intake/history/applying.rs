//! A fact of the past is put where it belongs: contacts among contacts, stops among notices, money on the books or before them.

use crate::accounts::notice::{Kind, RecordNotice, record_notice_in};
use crate::app::{Actor, Failure, new_uuid};
use crate::audit::kept::KeptRow;
use crate::disputes::told::{self, ToldCase};
use crate::ledger::actions::{PostPayment, post_within};
use crate::outreach::store::{PastContact, insert_past};
use crate::parties::people::{FoundPoint, circumstance, found_point, heed};
use crate::parties::store::PreferenceRow;
use crate::plans::store::PromiseRow;
use crate::store::Tx;
use crate::{accounts, outreach, parties, plans};
use duly_domain::compliance::record::{EVERY_DAY, Outcome};
use duly_domain::intake::history::{Field, Past, PastRow};
use duly_domain::outreach::result;
use duly_domain::values::ids::{AccountId, ContactId, NoteId, PreferenceId, PromiseId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::{Currency, Money};
use uuid::Uuid;

/// What a fact became.
pub struct Kept {
    /// Its kind.
    pub kind: &'static str,
    /// In words, for the timeline.
    pub summary: String,
    /// What was paid before the account was here, in minor units.
    pub paid_before: Option<i64>,
    /// The row it became, where no entry of its own names it.
    pub row: Option<KeptRow>,
    /// The row it made; none where the fact has no row of its own, or had one before.
    pub made: Option<Uuid>,
    /// What somebody should look at twice, by the field it is about: it was kept all the same.
    pub doubts: Vec<(Field, String)>,
}

fn kept(kind: &'static str, made: Option<Uuid>, summary: impl Into<String>) -> Kept {
    Kept { kind, summary: summary.into(), paid_before: None, row: None, made, doubts: Vec::new() }
}

/// As [`kept`], with the row that the entry about the whole piece is to name.
fn kept_as(row: impl Into<KeptRow>, kind: &'static str, summary: impl Into<String>) -> Kept {
    let row = row.into();
    Kept { row: Some(row), ..kept(kind, Some(row.id), summary) }
}

/// Puts one fact where it belongs, within the transaction of its piece.
pub async fn apply(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, row: &PastRow, currency: Currency) -> Result<Kept, Failure> {
    let held = accounts::store::load_account(tx, account).await?;
    match &row.past {
        Past::Contact { channel, is_incoming, result, outcome, to } => {
            let code = outreach::actions::outcome_code(*outcome);
            let id = ContactId(new_uuid());
            let contact = PastContact {
                id,
                account,
                debtor: held.debtor,
                channel: channel.code(),
                direction: if *is_incoming { "in" } else { "out" },
                purpose: "collection",
                result: *result,
                outcome: code,
                note: row.words.as_deref(),
                officer: None,
                at: row.at,
                recorded_at: at.at,
            };
            insert_past(tx, contact).await?;
            if *outcome == Outcome::Conversation {
                accounts::store::update_reached(tx, account).await?;
            }
            if let (Some(to), Some(state)) = (to, result.and_then(result::find).and_then(|result| result.point.state())) {
                mark(tx, &held, to, state, row).await?;
            }
            Ok(kept_as(id, "contact", format!("{channel}, {code}")))
        }
        Past::Payment { minor, reference } => payment(tx, who, at, &held, row, *minor, reference.as_deref(), currency).await,
        Past::Promise { minor, due_on, state } => {
            if state == "open" && plans::store::list_promises(tx, account).await?.iter().any(|promise| promise.state == "open") {
                return Err(Failure::Stale("an open promise is on record already: an account has at most one".into()));
            }
            let creditor = accounts::store::load_creditor(tx, held.creditor).await?;
            let is_open = state == "open";
            let promise = PromiseRow {
                id: PromiseId(new_uuid()),
                account,
                amount_minor: *minor,
                currency: held.currency.clone(),
                taken_on: row.on,
                due_on: *due_on,
                grace_days: creditor.grace_days,
                state: state.clone(),
                arrived_minor: if state == "kept" { *minor } else { 0 },
                taken_at: row.at,
                decided_at: (!is_open).then_some(row.at),
            };
            plans::store::insert_promise(tx, &promise, who.label()).await?;
            if is_open && held.state == "open" {
                accounts::actions::set_next(tx, account, "Promise due", (*due_on).max(at.business_day), None).await?;
            }
            Ok(kept_as(promise.id, "promise", format!("{} due {due_on}, {state}", Money::of(*minor, currency))))
        }
        Past::Notice { kind, days, in_writing, submitted_on, stated_end_on, chapter, to, disputed_minor, is_closed } => {
            let Some(known) = Kind::parse(kind) else {
                return Err(Failure::wrong(
                    "kind",
                    format!(
                        "{kind:?} is nothing that history tells: say what it means under Which column is which, or in [words] of the mapping"
                    ),
                ));
            };
            let is_dispute = matches!(known, Kind::Dispute | Kind::OriginalCreditorRequest);
            let ask = RecordNotice {
                days: *days,
                in_writing: *in_writing,
                submitted_on: submitted_on.filter(|_| is_dispute),
                sent_on: Some(row.on).filter(|_| known == Kind::ValidationNoticeSent),
                stated_end_on: *stated_end_on,
                chapter: *chapter,
                address: to.clone(),
                words: row.words.clone(),
                disputed: told::disputed_part(tx, account, disputed_minor.filter(|_| known == Kind::Dispute)).await?,
                ..RecordNotice::of(account, known, row.at)
            };
            let notice = record_notice_in(tx, who, at, &ask).await?;
            told::heed_told(tx, who, at, &ask, notice, row.on, *is_closed).await?;
            Ok(kept("notice", Some(notice.0), known.words()))
        }
        Past::Case { kind, in_writing, submitted_on, is_closed } => {
            let submitted_on = submitted_on.unwrap_or(row.on);
            let notice = match ToldCase::notice_kind(*kind) {
                Some(notice) => {
                    let (submitted_on, words) = (Some(submitted_on), row.words.clone());
                    let ask = RecordNotice { in_writing: *in_writing, submitted_on, words, ..RecordNotice::of(account, notice, row.at) };
                    Some(record_notice_in(tx, who, at, &ask).await?)
                }
                None => None,
            };
            let case = ToldCase {
                kind: *kind,
                in_writing: *in_writing,
                disputed_minor: None,
                words: row.words.clone(),
                received_on: submitted_on,
                at: row.at,
                is_closed: *is_closed,
                notice,
            };
            let (id, is_new) = told::open_told(tx, who, at, account, &case).await?;
            Ok(kept("case", Some(id.0).filter(|_| is_new), kind.to_string()))
        }
        Past::Consent { kind, channel, to } => {
            let Some(known) = Kind::parse(kind) else { return Err(Failure::wrong("kind", format!("{kind:?} is no consent"))) };
            let told = RecordNotice::of(account, known, row.at);
            let ask = RecordNotice { channel: channel.clone(), address: to.clone(), words: row.words.clone(), ..told };
            let notice = record_notice_in(tx, who, at, &ask).await?;
            Ok(kept("notice", Some(notice.0), known.words()))
        }
        Past::Wish { kind, channel, place, from_minute, to_minute, to } => {
            let wish = PreferenceRow {
                id: PreferenceId(new_uuid()),
                kind: kind.clone(),
                days: from_minute.map(|_| i64::from(EVERY_DAY)),
                from_minute: *from_minute,
                to_minute: *to_minute,
                place: place.clone(),
                channel: channel.clone(),
                address: to.clone(),
                words: row.words.clone(),
                source: "history".into(),
                told_at: row.at,
                ended_at: None,
            };
            parties::store::insert_preference(tx, held.debtor, account, &wish).await?;
            Ok(kept_as(wish.id, "wish", parties::pages::in_words(&wish)))
        }
        Past::Hold { until } => {
            let reason = row.words.clone().unwrap_or_else(|| "Restricted before it was here".into());
            let mut made = None;
            if *until > at.business_day && held.state == "open" {
                made = Some(accounts::actions::hold(tx, who, at, account, &reason, *until).await?.0);
            }
            Ok(kept("hold", made, format!("{reason}, until {until}")))
        }
        Past::Heed { kind } => {
            let told = circumstance(kind.code(), row.on, "history", row.words.clone(), at);
            // What stood before keeps its own row.
            let stands = heed(tx, who, at, held.debtor, account, &told).await?;
            Ok(kept("heed", Some(stands.0).filter(|_| stands == told.id), kind.to_string()))
        }
        Past::Point { kind, value, source } => {
            let label = if *kind == "email" { "personal" } else { "home" };
            let found = FoundPoint { kind, label, value, zip: None, source, found_on: row.on, account };
            let was_known = parties::store::find_point(tx, held.debtor, kind, value).await?.is_some();
            let point = found_point(tx, at, held.debtor, &found).await?;
            Ok(kept("point", Some(point.0).filter(|_| !was_known), format!("{source} names a {kind}")))
        }
        Past::Note => {
            let body = row.words.clone().unwrap_or_default();
            let note =
                accounts::papers::store::Note { id: NoteId(new_uuid()), body, by: "history".into(), by_name: None, written_at: row.at };
            accounts::papers::store::insert_note(tx, account, &note, None).await?;
            Ok(kept_as(note.id, "note", "Note"))
        }
        Past::Recall => {
            accounts::closing::close(tx, who, at, account, "recalled", row.words.as_deref()).await?;
            Ok(kept("recall", Some(account.0).filter(|_| held.state != "closed"), "Recalled"))
        }
    }
}

/// A payment made before the account was here is in its placed balance already; a later one is posted.
///
/// What enters the books must be possible: more than the debt ever was stays out. What is only told is kept and named, for a debt
/// may have been larger before anybody itemized it.
async fn payment(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    held: &accounts::store::Account,
    row: &PastRow,
    minor: i64,
    reference: Option<&str>,
    currency: Currency,
) -> Result<Kept, Failure> {
    if held.currency != currency.code() {
        return Err(Failure::wrong("amount", format!("is in {} and the account in {}", currency.code(), held.currency)));
    }
    let amount = Money::of(minor, currency);
    let known = [held.paid_before_minor, held.reduced_before_minor].into_iter().fold(held.placed_minor, i64::saturating_add);
    let most = Money::of(known.max(held.balance_minor), currency);
    if row.on < held.placed_on {
        let mut doubts = Vec::new();
        if minor > most.minor() {
            let says = format!(
                "is more than this debt ever was here: {most} with what was paid and taken off; right if it was larger once, else mend the amount or the account"
            );
            doubts.push((Field::Amount, says));
        }
        if let Some(first) = [held.itemized_on, held.due_on, held.charged_off_on].into_iter().flatten().min().filter(|on| row.on < *on) {
            let says = format!(
                "is before the first date of this debt: {first}; right if it was paid before the debt was overdue, else mend the date"
            );
            doubts.push((Field::At, says));
        }
        return Ok(Kept { paid_before: Some(minor), doubts, ..kept("payment", None, format!("{amount} paid before placement")) });
    }
    if minor > most.minor() {
        let says = format!(
            "is more than this debt ever was: {most} with what was paid and taken off; mend the amount or the account, or post what truly \
             arrived on the account itself"
        );
        return Err(Failure::wrong("amount", says));
    }
    // Two payments of one day and amount are two: the file says so by telling them twice.
    let reference = reference.map_or_else(|| format!("history {} {} {}", row.on, minor, row.occurrence), String::from);
    let ask = PostPayment { account: held.id, amount_minor: minor, effective_on: row.on, reference };
    let posted = post_within(tx, who, at, &ask).await?;
    if posted.is_repeat {
        return Ok(kept("payment", None, format!("{amount} was posted before")));
    }
    let mut kept = kept("payment", Some(posted.payment.0), format!("{amount} posted"));
    if posted.unapplied.minor() > 0 {
        kept.doubts.push((Field::Amount, format!("is more than was owed on that day: {} is kept to be given back", posted.unapplied)));
    }
    Ok(kept)
}

/// What a result said about a number, unless something newer is known.
async fn mark(tx: &mut Tx, held: &accounts::store::Account, to: &str, state: &str, row: &PastRow) -> Result<(), Failure> {
    for kind in ["phone", "email"] {
        if let Some(point) = parties::store::find_point(tx, held.debtor, kind, to).await?
            && point.proven_at.is_none_or(|proven| proven < row.at)
        {
            parties::store::update_point_state(tx, point.id, state, (state == "verified").then_some(row.at)).await?;
        }
    }
    Ok(())
}
