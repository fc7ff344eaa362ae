//! The timeline of an account: everything that happened, newest first, from every room.

use super::notice::Kind;
use super::store as accounts;
use crate::app::Failure;
use crate::identity::names::Names;
use crate::outreach::words::store::KeptDisclosure;
use crate::parties::store::PersonRow;
use crate::store::{Keyed, Tx, Value};
use crate::web::shell::when;
use crate::{audit, compliance, disputes, ledger, outreach, parties, plans, reporting};
use duly_domain::compliance::acts::word as act_word;
use duly_domain::compliance::status::Status;
use duly_domain::disputes::case::CaseOutcome;
use duly_domain::outreach::result;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, ContactId, DebtorId, DecisionId};
use duly_domain::values::moment::written;
use duly_domain::values::money::{Currency, Money};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// One thing that happened.
pub struct Event {
    /// The moment.
    pub at: Timestamp,
    /// Its icon in the sprite.
    pub icon: &'static str,
    /// `ok`, `no` or nothing.
    pub tone: &'static str,
    /// What.
    pub title: String,
    /// More about it.
    pub more: String,
    /// When, in the organization's time.
    pub when: String,
    /// Where it can be opened.
    pub href: Option<String>,
    /// Whether the gate refused it.
    is_refusal: bool,
}

/// How many of each kind a page shows.
const MOST: i64 = 50;

/// Reads an account's timeline as a page shows it.
pub async fn list(tx: &mut Tx, account: &accounts::Account, now: Timestamp, zone: &TimeZone) -> Result<Vec<Event>, Failure> {
    list_most(tx, account, now, zone, MOST, &HashSet::new()).await
}

/// With refusals for one reason told once, as long as nothing else happened between them: the newest, and how often since when.
pub fn folded(events: Vec<Event>) -> Vec<Event> {
    let mut shown: Vec<(Event, u32, String)> = Vec::new();
    for event in events {
        let last = shown.iter().rposition(|(known, ..)| !known.is_refusal).map_or(0, |at| at + 1);
        let same = |known: &Event| event.is_refusal && known.title == event.title && known.more == event.more;
        match shown[last..].iter_mut().find(|(known, ..)| same(known)) {
            Some((_, times, since)) => (*times, *since) = (*times + 1, event.when),
            None => shown.push((event, 1, String::new())),
        }
    }
    let told = |(event, times, since): (Event, u32, String)| match times {
        1 => event,
        _ => Event { more: format!("{times} times since {since}: {}", event.more), ..event },
    };
    shown.into_iter().map(told).collect()
}

/// Reads an account's timeline, so many contacts and answers at the most, without what was said in some rows: notices and wishes are
/// not told then, contacts without their note.
pub async fn list_most(
    tx: &mut Tx,
    account: &accounts::Account,
    now: Timestamp,
    zone: &TimeZone,
    most: i64,
    untold: &HashSet<Uuid>,
) -> Result<Vec<Event>, Failure> {
    let mut events = Vec::new();
    let id = account.id;
    let people = parties::store::list_people(tx, id).await?;
    contacts(tx, account, &people, &mut events, most, untold).await?;
    refusals(tx, id, &mut events, most).await?;
    acts(tx, id, &mut events, most).await?;
    money(tx, id, &mut events, zone).await?;
    for hold in accounts::list_holds(tx, id).await? {
        let until = hold.until_on.map_or_else(|| "until somebody ends it".into(), |on| format!("until {}", written(on)));
        let state = if hold.ended_at.is_some() { "; ended" } else { "" };
        events.push(event(midnight(hold.from_on, zone), "pause", "", format!("On hold: {}", hold.reason), format!("{until}{state}")));
    }
    cases(tx, id, &mut events).await?;
    statuses(tx, id, &mut events).await?;
    for note in super::papers::store::list_notes(tx, id).await? {
        let by = note.by_name.unwrap_or(note.by);
        events.push(event(note.written_at, "text", "", format!("Note by {by}"), note.body));
    }
    for document in super::papers::store::list_documents(tx, id).await? {
        // A letter of ours is told with its dates below.
        if document.kind != "letter_sent" {
            let filed = event(document.filed_at, "import", "", format!("Filed {}", document.file_name), document.source);
            events.push(Event { href: Some(format!("/accounts/{id}/documents/{}", document.id)), ..filed });
        }
    }
    let letters = outreach::letters::store::list_of_account(tx, id).await?;
    let keys: Vec<Value> = letters.iter().map(|letter| Value::from(letter.id)).collect();
    let carried = outreach::words::store::list_of_letters(tx, &keys).await?;
    for letter in letters {
        let ends = letter.period_ends_on.map(|on| format!(", period ends {}", written(on))).unwrap_or_default();
        let proof = format!("SHA-256 {}…", letter.hash.get(..12).unwrap_or_default());
        let more = match (letter.state.as_str(), letter.mailed_on) {
            ("mailed", Some(on)) => format!("mailed {}{ends} · {proof}", written(on)),
            ("void", _) => "taken back, never mailed".into(),
            _ => format!("for mailing on {}{ends} · {proof}", written(letter.mailing_on)),
        };
        let rows: Vec<KeptDisclosure> = carried.iter().filter(|Keyed(of, _)| *of == letter.id).map(|Keyed(_, row)| row.clone()).collect();
        let said = outreach::words::in_a_line(&rows);
        let more = if said.is_empty() { more } else { format!("{more} · {said}") };
        let what = outreach::letters::store::in_words(&letter.kind);
        let printed = event(letter.printed_at, "letter", "", format!("{what} printed"), more);
        events.push(Event { href: Some(format!("/accounts/{id}/documents/{}", letter.document)), ..printed });
    }
    for Keyed(_, row) in reporting::store::list_told(tx, &[Value::from(id)]).await? {
        let (state, more) = reporting::words::row_in_words(&row);
        let told = event(row.told_at, "text", "", format!("Told the bureaus: {state}"), more);
        events.push(Event { href: Some(format!("/accounts/{id}/reporting")), ..told });
    }
    if let (Some(on), Some(because)) = (account.closed_on, account.closed_because.as_deref()) {
        events.push(event(midnight(on, zone), "pause", "", "Closed".into(), super::closing::in_words_of_closing(because).to_string()));
    }
    for person in &people {
        for wish in parties::store::list_preferences(tx, person.debtor).await?.into_iter().filter(|wish| !untold.contains(&wish.id.0)) {
            let words = wish.words.as_deref().map(|words| format!("“{words}”")).unwrap_or_default();
            let whose = beside(&people, account.debtor, person.debtor);
            let more = [whose.as_str(), &words].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
            events.push(event(wish.told_at, "text", "", parties::pages::in_words(&wish), more));
        }
    }
    let notices = accounts::notices::list_notices_of(tx, &[Value::from(account.debtor)]).await?;
    for Keyed(_, notice) in notices.into_iter().filter(|Keyed(_, notice)| !untold.contains(&notice.id.0)) {
        let (icon, tone) = Kind::parse(&notice.kind).map_or(("text", ""), Kind::icon);
        events.push(event(notice.happened_at, icon, tone, notice.title(), notice.words.unwrap_or_default()));
    }
    let owed = Currency::parse(&account.currency).map(|currency| Money::of(account.placed_minor, currency).to_string()).unwrap_or_default();
    events.push(event(
        midnight(account.placed_on, zone),
        "import",
        "",
        format!("Placed with {owed}"),
        account.description.clone().unwrap_or_default(),
    ));
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    for event in &mut events {
        event.when = when(event.at, now, zone);
    }
    Ok(events)
}

fn event(at: Timestamp, icon: &'static str, tone: &'static str, title: String, more: String) -> Event {
    Event { at, icon, tone, title, more, when: String::new(), href: None, is_refusal: false }
}

fn midnight(on: jiff::civil::Date, zone: &TimeZone) -> Timestamp {
    on.to_zoned(zone.clone()).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// Who it was, as they are called and stand to the account; nothing for the debtor.
fn beside(people: &[PersonRow], debtor: DebtorId, who: DebtorId) -> String {
    let Some(person) = people.iter().find(|person| person.debtor == who) else { return "somebody else".into() };
    match who == debtor {
        true => String::new(),
        false => format!("{}, {}", person.name.as_deref().unwrap_or("no name on file"), parties::pages::role(&person.role)),
    }
}

async fn contacts(
    tx: &mut Tx,
    account: &accounts::Account,
    people: &[PersonRow],
    events: &mut Vec<Event>,
    most: i64,
    untold: &HashSet<Uuid>,
) -> Result<(), Failure> {
    let decisions: HashMap<ContactId, DecisionId> = outreach::store::list_decisions_of(tx, account.id, most).await?.into_iter().collect();
    let contacts = outreach::store::list_of_account(tx, account.id, most).await?;
    let keys: Vec<Value> = contacts.iter().map(|contact| Value::from(contact.id)).collect();
    let debts: HashMap<ContactId, i64> = outreach::store::list_debt_counts(tx, &keys).await?.into_iter().collect();
    let mut words: HashMap<ContactId, Vec<KeptDisclosure>> = HashMap::new();
    for Keyed(contact, row) in outreach::words::store::list_of_contacts(tx, &keys).await? {
        words.entry(contact).or_default().push(row);
    }
    for contact in contacts {
        let channel = Channel::parse(&contact.channel).unwrap_or(Channel::Call);
        let way = if contact.direction == "in" { "in" } else { "out" };
        let (title, counts) = match contact.state.as_str() {
            "reserved" if way == "in" => (format!("{channel} came in"), "its result is not recorded yet"),
            "reserved" => (format!("{channel} reserved"), "its result is not recorded yet"),
            "expired" if contact.outcome.as_deref() == Some("conversation") => (format!("{channel} {way}, no result"), "counts as a talk"),
            "expired" if way == "in" => (format!("{channel} in, no result"), ""),
            "expired" => (format!("{channel} {way}, no result"), "counts as an attempt"),
            _ => {
                let label = contact.result.as_deref().and_then(result::find).map_or("recorded", |result| result.words(way == "in"));
                let counts =
                    contact.outcome.as_deref().is_some_and(|outcome| matches!(outcome, "busy" | "not_in_service" | "not_connected"));
                (
                    format!("{channel} {way}: {}", label.to_lowercase()),
                    if channel.is_call() && way == "out" && !counts { "counts" } else { "" },
                )
            }
        };
        let note = contact.note.as_deref().filter(|_| !untold.contains(&contact.id.0)).unwrap_or_default();
        let whom = if contact.debtor == account.debtor { String::new() } else { beside(people, account.debtor, contact.debtor) };
        let about = debts.get(&contact.id).filter(|debts| **debts > 1).map(|debts| format!("about {debts} debts")).unwrap_or_default();
        let said = words.get(&contact.id).map(|rows| outreach::words::in_a_line(rows)).unwrap_or_default();
        let more = [whom.as_str(), counts, &about, &said, note].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        // The decision stands with the account it was asked for, also where the contact was about this one as well.
        let href = decisions.get(&contact.id).map(|decision| format!("/accounts/{}/decisions/{decision}", contact.account));
        events.push(Event { href, ..event(contact.contacted_at, icon(channel), "", title, more) });
    }
    Ok(())
}

async fn refusals(tx: &mut Tx, account: AccountId, events: &mut Vec<Event>, most: i64) -> Result<(), Failure> {
    let mut refusals = compliance::store::list_of_account(tx, account, most).await?;
    let elsewhere = asked_elsewhere(tx, account, most).await?;
    refusals.extend(compliance::store::list_refusals_in(tx, &elsewhere).await?);
    for refusal in refusals {
        let channel = Channel::parse(&refusal.channel).unwrap_or(Channel::Call);
        let refused = event(refusal.decided_at, "no", "no", format!("{channel} refused"), reasons(&refusal.because));
        // The decision stands with the account it was asked for.
        let href = Some(format!("/accounts/{}/decisions/{}", refusal.account, refusal.id));
        events.push(Event { href, is_refusal: true, ..refused });
    }
    Ok(())
}

/// What was asked about acts that are no contact, whatever was answered.
async fn acts(tx: &mut Tx, account: AccountId, events: &mut Vec<Event>, most: i64) -> Result<(), Failure> {
    for asked in compliance::store::list_acts_of_account(tx, account, most).await? {
        let (tone, said) = compliance::acts::pages::said(&asked.answer);
        let title = format!("{}: {said}", act_word(&asked.channel));
        let told = event(asked.decided_at, tone, if tone == "wait" { "" } else { tone }, title, reasons(&asked.because));
        events.push(Event { href: Some(format!("/accounts/{account}/decisions/{}", asked.id)), ..told });
    }
    Ok(())
}

/// Kept reasons in one line.
fn reasons(because: &str) -> String {
    let because: Vec<Json> = serde_json::from_str(because).unwrap_or_default();
    let text = |reason: &Json, name: &str| reason[name].as_str().unwrap_or_default().to_string();
    because.iter().map(|reason| format!("{} {}", text(reason, "plain"), text(reason, "citation"))).collect::<Vec<_>>().join(" · ")
}

/// Cases, when they were opened and when they were decided.
async fn cases(tx: &mut Tx, account: AccountId, events: &mut Vec<Event>) -> Result<(), Failure> {
    for case in disputes::store::list_of_account(tx, account).await? {
        let (kind, href) = (disputes::actions::kind_of(&case)?, Some(format!("/disputes/{}", case.id)));
        if let Some(at) = case.closed_at {
            let outcome = case.outcome.as_deref().and_then(CaseOutcome::parse).map(|outcome| outcome.to_string()).unwrap_or_default();
            events.push(Event { href: href.clone(), ..event(at, "ok", "ok", format!("{kind}: case closed"), outcome) });
        }
        events.push(Event { href, ..event(case.opened_at, "warn", "", format!("{kind}: case opened"), case.words.unwrap_or_default()) });
    }
    Ok(())
}

/// Statuses that were entered or lifted. What binds by a notice is told by that.
async fn statuses(tx: &mut Tx, account: AccountId, events: &mut Vec<Event>) -> Result<(), Failure> {
    for row in parties::status::store::list_of_account(tx, account).await? {
        let Some(status) = Status::parse(&row.status).filter(|_| row.notice.is_none()) else { continue };
        let (title, icon, tone) = match row.act.as_str() {
            "lifted" => (format!("Lifted: {}", status.to_string().to_lowercase()), "ok", "ok"),
            _ => (status.to_string(), "warn", ""),
        };
        events.push(event(row.recorded_at, icon, tone, title, parties::status::panel::in_words(&row)));
    }
    Ok(())
}

/// Decisions asked for on another account that were about this one as well: its own record names them.
async fn asked_elsewhere(tx: &mut Tx, account: AccountId, most: i64) -> Result<Vec<Value>, Failure> {
    let own = account.to_string();
    let entries = audit::store::list_of_act(tx, &own, "contact.reserve", most).await?;
    let asked = entries.iter().filter_map(|entry| {
        let told: Json = serde_json::from_str(&entry.detail).ok()?;
        let first = told["about"].get(0)?.as_str()?;
        let id: DecisionId = told["decision"].as_str().filter(|_| first != own)?.parse().ok()?;
        Some(Value::from(id))
    });
    Ok(asked.collect())
}

async fn money(tx: &mut Tx, account: AccountId, events: &mut Vec<Event>, zone: &TimeZone) -> Result<(), Failure> {
    for payment in ledger::store::list_payments(tx, account).await? {
        let amount = Money::of(payment.amount_minor, ledger::store::currency(&payment.currency)?);
        let more = format!("reference {}, effective {}", payment.reference, written(payment.effective_on));
        events.push(event(payment.created_at, "money", "ok", format!("Paid {amount}"), more.clone()));
        if let Some(on) = payment.reversed_on {
            // The day alone is known; it was not before the payment came in.
            let at = midnight(on, zone)
                .max(payment.created_at.saturating_add(jiff::SignedDuration::from_micros(1)).unwrap_or(payment.created_at));
            events.push(event(at, "money", "no", format!("{amount} taken back"), more));
        }
    }
    for paid in crate::intake::history::store::list_paid_before(tx, account).await? {
        let amount = Money::of(paid.amount_minor, ledger::store::currency(&paid.currency)?);
        events.push(event(
            paid.happened_at,
            "money",
            "",
            format!("Paid {amount} before placement"),
            "in the placed balance already".into(),
        ));
    }
    for refund in ledger::store::list_refunds(tx, account).await? {
        let amount = Money::of(refund.amount_minor, ledger::store::currency(&refund.currency)?);
        let state = if refund.state == "reversed" { "; did not arrive" } else { "" };
        let more = format!("reference {}{state}", refund.reference);
        events.push(event(midnight(refund.refunded_on, zone), "money", "", format!("Refunded {amount}"), more));
    }
    for charge in ledger::charges::store::list_charges(tx, account, MOST).await? {
        let amount = Money::of(charge.amount_minor.abs(), ledger::store::currency(&charge.currency)?);
        let title = match charge.kind.as_str() {
            "interest" => format!("Interest of {amount}"),
            "waiver" => format!("{amount} waived"),
            _ => format!("Fee of {amount}"),
        };
        let gone = charge.reversed_on.map(|on| format!("; taken back {}", written(on))).unwrap_or_default();
        events.push(event(charge.charged_at, "money", "", title, format!("{}{gone}", charge.words)));
    }
    for row in ledger::write_offs::store::list_of_account(tx, account).await? {
        let title = format!("{} written off", Money::of(row.amount_minor, ledger::store::currency(&row.currency)?));
        let gone = row.reversed_on.map(|on| format!("; taken back {}", written(on))).unwrap_or_default();
        let words = if row.words.is_empty() { String::new() } else { format!(": {}", row.words) };
        events.push(event(row.at, "money", "", title, format!("{}{words}{gone}", row.reason()?)));
    }
    for pause in super::hardship::store::list_of_account(tx, account).await? {
        let ended = pause.ended_on.map(|on| format!("; over since {}", written(on))).unwrap_or_default();
        let title = format!("Hardship pause until {}", written(pause.until_on));
        events.push(event(pause.granted_at, "pause", "", title, format!("from {}{ended}", written(pause.from_on))));
    }
    for promise in plans::store::list_promises(tx, account).await? {
        let amount = Money::of(promise.amount_minor, ledger::store::currency(&promise.currency)?);
        let state = duly_domain::plans::promise::PromiseState::parse(&promise.state)
            .map(|state| state.to_string().to_lowercase())
            .unwrap_or_default();
        let title = format!("Promised {amount} by {}", written(promise.due_on));
        events.push(event(promise.taken_at, "promise", "", title, state));
    }
    let mut names = Names::default();
    for plan in plans::agreed::store::list_plans(tx, account).await? {
        let by = names.of(tx, &plan.agreed_by).await?;
        let total = Money::of(plan.total_minor, ledger::store::currency(&plan.currency)?);
        let title = format!("Agreed: {} of {total}, the last on {}", plan.offered().to_string().to_lowercase(), written(plan.last_on));
        let title = if plan.joint.is_some() { format!("{title}, with other accounts") } else { title };
        let otherwise = plan.revised().map(|revision| format!(" · {revision}")).unwrap_or_default();
        let state = format!("{}{otherwise} · by {by}", plan.standing().to_string().to_lowercase());
        events.push(Event { href: Some(format!("/accounts/{account}#plan")), ..event(plan.agreed_at, "promise", "", title, state) });
    }
    for row in plans::re_age::store::list_of_account(tx, account).await? {
        let by = names.of(tx, &row.made_by).await?;
        let gone = row.taken_back_because.map(|because| format!("; taken back: {because}")).unwrap_or_default();
        let title = format!("Brought current: its age counts from {}", written(row.aged_from_on));
        events.push(event(row.made_at, "promise", "", title, format!("“{}” · by {by}{gone}", row.words)));
    }
    for request in plans::approvals::store::list_of_account(tx, account).await? {
        let asked = request.asked()?;
        let by = request.answerer.as_deref().unwrap_or("nobody");
        let words = [Some(request.words.as_str()), request.answer_words.as_deref()];
        let words: Vec<String> = words.into_iter().flatten().filter(|words| !words.is_empty()).map(|words| format!("“{words}”")).collect();
        let state = request.clock().state;
        let more = match state.is_granted() || request.answered_at.is_some() {
            true => format!("{}, {by} · {}", state, words.join(" · ")),
            false => format!("{} · {}", state, words.join(" · ")),
        };
        let title = format!("{} asked for {asked}", request.asker);
        events.push(event(request.asked_at, "promise", "", title, more.trim_end_matches([' ', '·']).to_string()));
    }
    Ok(())
}

/// The icon of a channel in the sprite.
pub fn icon(channel: Channel) -> &'static str {
    match channel {
        Channel::Call | Channel::RinglessVoicemail => "phone",
        Channel::Email => "email",
        Channel::Letter => "letter",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_for_one_reason_are_told_once_between_other_things() {
        let refused = |title: &str, more: &str, when: &str| {
            let event = event(Timestamp::UNIX_EPOCH, "no", "no", title.into(), more.into());
            Event { when: when.into(), is_refusal: true, ..event }
        };
        let paid = event(Timestamp::UNIX_EPOCH, "money", "ok", "Paid".into(), "a".into());
        let events = vec![
            refused("Letter refused", "a", "Fri"),
            refused("Call refused", "a", "Thu"),
            refused("Letter refused", "a", "Wed"),
            refused("Letter refused", "b", "Tue"),
            refused("Letter refused", "a", "Mon"),
            paid,
            refused("Letter refused", "a", "Sun"),
        ];
        let shown: Vec<_> = folded(events).into_iter().map(|event| (event.when, event.title, event.more)).collect();
        let expected = [
            ("Fri", "Letter refused", "3 times since Mon: a"),
            ("Thu", "Call refused", "a"),
            ("Tue", "Letter refused", "b"),
            ("", "Paid", "a"),
            ("Sun", "Letter refused", "a"),
        ];
        assert_eq!(shown, expected.map(|(when, title, more)| (when.into(), title.into(), more.into())));
    }
}
