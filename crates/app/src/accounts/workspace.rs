//! The account workspace: who, what is owed, what is allowed now and why, what happened.

use super::brief::Brief;
use super::closing::{CLOSE_REASONS, in_words_of_closing};
use super::hardship::panel::{FORMS as PAUSE_FORMS, PausePanel};
use super::limitation::panel::LimitationPanel;
use super::notice::{CHOICES, Choice};
use super::papers;
use super::papers::store::{Document, Note};
use super::people_on::{PersonOn, ShownPoint, also_owed, people_on, shown_point};
use super::search::store::FoundRow;
use super::store::{self, Hold};
use super::strip::{Chip, DisputedPart, Why, chip, explain, next_text, places};
use super::timeline::{self, Event};
use crate::app::{Failure, Problems};
use crate::cli::output::money;
use crate::compliance::facts::{Known, gather};
use crate::compliance::gate::{Seen, decision_json, look, look_at};
use crate::compliance::law::{Law, is_by_house_alone};
use crate::compliance::licenses::warnings_on;
use crate::disputes::pages::CaseOn;
use crate::ledger::charges::panel::{ChargesPanel, FORMS as CHARGES_FORMS};
use crate::ledger::debits::panel::DebitPanel;
use crate::ledger::direct::store::DirectPayment;
use crate::ledger::processor::panel::{CardsPanel, FORMS as CARD_FORMS};
use crate::ledger::store::{Payment, Refund};
use crate::ledger::write_offs::panel::WriteOffPanel;
use crate::outreach::claims::ShownClaim;
use crate::outreach::words::DueWords;
use crate::parties::masking::{DATE_OF_BIRTH, REASONS, Revealed};
use crate::parties::pages::in_words;
use crate::parties::status::panel::StatusPanel;
use crate::plans::agreed::panel::PlanPanel;
use crate::plans::approvals::panel::AskingPanel;
use crate::plans::said::pages::SaidPanel;
use crate::plans::store::PromiseRow;
use crate::store::Tx;
use crate::strategy::actions::local_time;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use crate::{audit, disputes, ledger, outreach, plans};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use duly_domain::accounts::{Bucket, DebtKind};
use duly_domain::decision::{Answer, Decision};
use duly_domain::disputes::case::Ground;
use duly_domain::identity::{Permission, may};
use duly_domain::outreach::result::{ResultCode, for_channel};
use duly_domain::parties::circumstance::Circumstance;
use duly_domain::parties::role::ROLES;
use duly_domain::plans::promise::PromiseState;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, DebtorId, PointId};
use duly_domain::values::moment::{Moment, written};
use duly_domain::values::money::Money;
use duly_domain::values::point::MASK;
use serde_json::{Value as Json, json};
use std::collections::HashMap;

/// What a form left unfinished, to be shown again.
#[derive(Default)]
pub struct Unfinished {
    /// Which form.
    pub form: &'static str,
    /// What was typed.
    pub fields: Fields,
    /// What is wrong with it.
    pub problems: Problems,
    /// The refusal, if the rules said no.
    pub refused: Option<Decision>,
}

impl Unfinished {
    /// Whether a field was left at a value.
    pub fn is(&self, field: &str, value: &str) -> bool {
        self.fields.text(field) == value
    }
}

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct WorkspacePage {
    frame: Frame,
    id: AccountId,
    name: String,
    language: String,
    kind: String,
    creditor: String,
    reference: String,
    description: String,
    local: String,
    place: String,
    others: String,
    people: Vec<PersonOn>,
    also: Vec<(FoundRow, Money)>,
    heeded: Vec<String>,
    balance: Money,
    state: String,
    chips: Vec<Chip>,
    part: Option<DisputedPart>,
    licenses: Vec<String>,
    why: Option<Why>,
    tab: String,
    buckets: Vec<(Bucket, Money)>,
    principal_width: i64,
    itemized_on: String,
    due_on: String,
    aged_from: String,
    paid_before: Money,
    reduced_before: Money,
    stage: String,
    points: Vec<ShownPoint>,
    wish_action: String,
    teller: String,
    promises: Vec<(PromiseRow, Money, String, String)>,
    kept: String,
    payments: Vec<(Payment, Money)>,
    direct_payments: Vec<(DirectPayment, Money)>,
    overpaid: Money,
    refunds: Vec<(Refund, Money)>,
    notes: Vec<(Note, String)>,
    documents: Vec<(Document, String)>,
    closed: String,
    close_reasons: [(&'static str, &'static str); 9],
    may_close: bool,
    may_file: bool,
    cases: Vec<CaseOn>,
    grounds: [Ground; 8],
    notice_is_open: bool,
    holds: Vec<Hold>,
    next_action: String,
    brief: Brief,
    events: Vec<Event>,
    reserved: Option<ReservedContact>,
    claim: Option<ShownClaim>,
    form: Unfinished,
    refused_until: String,
    is_by_house_alone: bool,
    stop_choices: &'static [(&'static str, &'static [Choice])],
    statuses: StatusPanel,
    limitation: LimitationPanel,
    charges: Option<ChargesPanel>,
    write_off: Option<WriteOffPanel>,
    written_off: Money,
    may_write_off: bool,
    cards: Option<CardsPanel>,
    pause: PausePanel,
    asking: Option<AskingPanel>,
    plan: PlanPanel,
    debits: DebitPanel,
    said: SaidPanel,
    today: String,
    recall_on: String,
    due_suggestion: String,
    may_work: bool,
    may_stop: bool,
    may_post: bool,
    may_release: bool,
    may_unmask: bool,
    may_see_views: bool,
    is_deceased: bool,
    can_reach: bool,
    born: String,
    reasons_to_see: [(&'static str, &'static str); 6],
}

/// A contact whose result is awaited.
pub struct ReservedContact {
    /// Its id.
    pub id: String,
    /// Its channel.
    pub channel: Channel,
    /// Until when.
    pub until: String,
    /// The results it can come to.
    pub results: Vec<&'static ResultCode>,
    /// Who is reached, as they are called and stand to the account.
    pub who: String,
    /// What to dial, if a number was chosen.
    pub dial: String,
    /// The words that are due.
    pub words: Vec<DueWords>,
    /// They called us.
    pub came_in: bool,
}

/// Shows the workspace with a form left unfinished.
pub async fn show(web: &Web, visit: &Visit, account: &str, query: &HashMap<String, String>, form: Unfinished) -> Result<Response, Failure> {
    show_with(web, visit, account, query, form, None).await
}

/// As [`show`], with one masked value in full.
pub async fn show_with(
    web: &Web,
    visit: &Visit,
    account: &str,
    query: &HashMap<String, String>,
    form: Unfinished,
    revealed: Option<Revealed>,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let id = store::resolve(&mut tx, account).await?;
    let view = audit::views::begin(&web.app, &visit.who, visit.at.at, id, audit::views::WORKSPACE);
    let known = gather(&mut tx, id).await?;
    let events = timeline::folded(timeline::list(&mut tx, &known.account, visit.at.at, &visit.zone).await?);
    let buckets = known.account.owed()?;
    let promises = plans::store::list_promises(&mut tx, id).await?;
    let payments = ledger::store::list_payments(&mut tx, id).await?;
    let direct = ledger::direct::store::list_direct(&mut tx, id).await?;
    let holds = store::list_holds(&mut tx, id).await?;
    let claim = outreach::store::find_claim(&mut tx, id, visit.at.at).await?.filter(|claim| claim.is_of_another(visit.who.id));
    // What somebody else reserved is theirs to record, or a supervisor's.
    let may_record = claim.is_none() || may(visit.who.role, Permission::ReleaseContacts);
    let reserved = outreach::store::find_reserved(&mut tx, id, visit.at.at).await?.filter(|_| may_record);
    let seen: Vec<Seen> = Channel::STRIP.into_iter().map(|channel| look(&known, visit.at.at, channel)).collect();
    let status = if form.form.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };

    let account = &known.account;
    let currency = ledger::store::currency(&account.currency)?;
    let amount = |minor: i64| Money::of(minor, currency);
    let name = crate::parties::name_of(known.debtor.name.as_deref()).to_string();
    let may_here = |permission| may(visit.who.role, permission);
    let sees_numbers = may_here(Permission::ReadNumbers);
    let mut frame = Frame::of(visit, "/accounts", &name).saying(query.get("said").map(String::as_str));
    frame.next_after = id.to_string();
    let default_tab = if may_here(Permission::WorkAccounts) { "contact" } else { "payment" };
    let tab = if form.form.is_empty() || form.form == "unmask" { query.get("do").map_or(default_tab, String::as_str) } else { form.form }
        .to_string();
    let words = match &reserved {
        Some(contact) if tab == "contact" || tab == "result" => outreach::words::due_in(&mut tx, &visit.who, contact.id).await?,
        _ => Vec::new(),
    };
    let why = query.get("why").and_then(|code| Channel::parse(code)).and_then(|channel| seen.iter().find(|seen| seen.channel == channel));
    let (place, others) = places(&seen[0], visit.at.at);
    let total = buckets.total()?.minor().max(1);
    let decided = promises.iter().filter(|promise| matches!(promise.state.as_str(), "kept" | "partly_kept" | "broken")).count();
    let kept = promises.iter().filter(|promise| promise.state == "kept").count();
    let people = people_on(&mut tx, id, &known, sees_numbers, visit.at.at, &visit.zone).await?;
    let also = also_owed(&mut tx, id, known.debtor.id).await?;
    let papers = papers::list(&mut tx, id, &visit.zone).await?;
    let overpaid = amount(ledger::store::unapplied(&mut tx, id).await?);
    let refunds = ledger::store::list_refunds(&mut tx, id).await?;
    let heeded = crate::parties::store::list_circumstances(&mut tx, known.debtor.id).await?;
    // Whoever is reached, not the debtor alone.
    let reachable: Vec<(PointId, String)> =
        people.iter().flat_map(|person| &person.points).map(|shown| (shown.point.id, shown.point.value.clone())).collect();
    let reached: Vec<(DebtorId, String)> = people.iter().map(|person| (person.id, format!("{}, {}", person.name, person.role))).collect();
    let may_print = tab == "papers" && account.state == "open" && may_here(Permission::PrintLetters);
    let notice_is_open = may_print && !outreach::letters::store::has_notice(&mut tx, id).await?;
    let can_reach = people.iter().flat_map(|person| &person.points).any(|shown| shown.icon != "no");
    let refused_until = refused_until(&known, visit.at, &form);
    let statuses = StatusPanel::of(&mut tx, visit, id, &form, &papers.documents).await?;
    let limitation = LimitationPanel::of(&mut tx, visit, id, &form, &papers.documents).await?;
    let form_tab = |names: &[&str]| names.contains(&form.form);
    let tab = if form_tab(&CHARGES_FORMS) {
        "charges".to_string()
    } else if form_tab(&CARD_FORMS) {
        "card".to_string()
    } else if form_tab(&PAUSE_FORMS) {
        "pause".to_string()
    } else {
        tab
    };
    let charges = match tab.as_str() {
        "charges" => Some(ChargesPanel::of(&mut tx, visit, id, &form).await?),
        _ => None,
    };
    let write_off = match tab.as_str() {
        "close" => Some(WriteOffPanel::of(&mut tx, visit, id, &form).await?),
        _ => None,
    };
    let cards = match tab.as_str() {
        "card" => Some(CardsPanel::of(&mut tx, visit, id, &form, web.app.processor.is_some()).await?),
        _ => None,
    };
    let pause = PausePanel::of(&mut tx, visit, id, &form).await?;
    let asking = asking(&mut tx, visit, id, tab == "promise", &form).await?;
    let plan = PlanPanel::of(&mut tx, visit, account, &form.fields).await?;
    let debits = DebitPanel::of(&mut tx, visit, id, account.state == "open").await?;
    let said = SaidPanel::of(&mut tx, visit, id).await?;
    let frame = frame.watching(asking.as_ref().map(|asking| asking.live.as_str()));
    let shown = WorkspacePage {
        people,
        wish_action: format!("/accounts/{id}/preferences"),
        teller: form.fields.text("person").to_string(),
        also,
        heeded: heeded
            .iter()
            .filter(|row| row.ended_at.is_none())
            .filter_map(|row| Circumstance::parse(&row.kind))
            .map(|kind| kind.to_string())
            .collect(),
        id,
        language: known.debtor.language.clone().unwrap_or_default(),
        kind: DebtKind::parse(&account.kind).map(|kind| kind.to_string()).unwrap_or_default(),
        creditor: known.creditor.name.clone(),
        reference: account.reference.clone(),
        description: account.description.clone().unwrap_or_default(),
        local: local_time(&seen[0], visit.at.at),
        place,
        others,
        balance: amount(account.balance_minor),
        state: account.state.clone(),
        chips: seen.iter().map(|seen| chip(seen, &known, visit.at)).collect(),
        part: DisputedPart::of(&seen[0].facts, amount(account.balance_minor)),
        licenses: warnings_on(&mut tx, &known, visit.at.business_day).await?,
        why: why.map(|seen| explain(seen, &known, visit.at)),
        tab,
        principal_width: buckets.get(Bucket::Principal).minor().max(0).saturating_mul(100) / total,
        buckets: buckets.each().filter(|(_, amount)| amount.minor() != 0).collect(),
        itemized_on: account.itemized_on.map(written).unwrap_or_default(),
        due_on: account.due_on.map(written).unwrap_or_default(),
        aged_from: account.aged_from_on.map(written).unwrap_or_default(),
        paid_before: amount(account.paid_before_minor),
        reduced_before: amount(account.reduced_before_minor),
        stage: account.stage.clone(),
        points: known.points.iter().cloned().map(|point| shown_point(point, sees_numbers, revealed.as_ref())).collect(),
        promises: promises.into_iter().take(6).map(shown_promise).collect::<Result<_, Failure>>()?,
        kept: if decided == 0 { String::new() } else { format!("kept {kept} of {decided}") },
        payments: payments.into_iter().take(8).map(|payment| (payment.clone(), amount(payment.amount_minor))).collect(),
        direct_payments: direct.into_iter().map(|payment| (payment.clone(), amount(payment.amount_minor))).collect(),
        overpaid,
        refunds: refunds.into_iter().map(|refund| (refund.clone(), amount(refund.amount_minor))).collect(),
        notes: papers.notes,
        documents: papers.documents,
        closed: account.closed_because.as_deref().map(in_words_of_closing).unwrap_or_default().to_string(),
        close_reasons: CLOSE_REASONS,
        may_close: may_here(Permission::CloseAccounts),
        may_file: may_here(Permission::FileDocuments),
        cases: disputes::pages::open_on(&mut tx, &known, &holds, visit.at).await?,
        grounds: Ground::ALL,
        notice_is_open,
        holds: holds.into_iter().filter(|hold| hold.ended_at.is_none()).collect(),
        next_action: match (&account.next_action, account.next_action_on) {
            (Some(action), Some(on)) => format!("{action}, {}", written(on)),
            _ => String::new(),
        },
        brief: super::brief::of(&mut tx, &known, visit.at, &visit.zone).await?,
        events,
        reserved: reserved.map(|contact| {
            let channel = Channel::parse(&contact.channel).unwrap_or(Channel::Call);
            let dial = contact
                .point
                .filter(|_| sees_numbers)
                .and_then(|id| reachable.iter().find(|(point, _)| *point == id))
                .map(|(_, value)| value.clone());
            let who = reached.iter().find(|(id, _)| *id == contact.debtor).map(|(_, who)| who.clone()).unwrap_or_default();
            ReservedContact {
                who,
                id: contact.id.to_string(),
                channel,
                until: contact.expires_at.map(|at| at.to_zoned(visit.zone.clone()).strftime("%H:%M").to_string()).unwrap_or_default(),
                results: for_channel(channel).filter(|result| contact.direction != "in" || result.comes_in()).collect(),
                came_in: contact.direction == "in",
                dial: dial.unwrap_or_default(),
                words,
            }
        }),
        claim: claim.map(|claim| claim.shown(&visit.zone)),
        form,
        refused_until,
        is_by_house_alone: is_by_house_alone(&known),
        stop_choices: &CHOICES,
        statuses,
        limitation,
        charges,
        write_off,
        written_off: amount(account.written_off_minor),
        may_write_off: may_here(Permission::WriteOff),
        cards,
        pause,
        asking,
        plan,
        debits,
        said,
        today: visit.at.business_day.to_string(),
        recall_on: account.recall_on.map(|on| on.to_string()).unwrap_or_default(),
        due_suggestion: visit.at.business_day.saturating_add(jiff::Span::new().days(7)).to_string(),
        may_work: may_here(Permission::WorkAccounts),
        may_stop: may_here(Permission::RecordStops),
        may_post: may_here(Permission::PostPayments),
        may_release: may_here(Permission::ReleaseContacts),
        may_unmask: may_here(Permission::Unmask),
        may_see_views: may_here(Permission::ReadCompliance),
        is_deceased: known.debtor.is_deceased,
        can_reach,
        born: match (known.debtor.date_of_birth, revealed.as_ref().filter(|revealed| revealed.what == DATE_OF_BIRTH)) {
            (None, _) => String::new(),
            (Some(_), Some(revealed)) => revealed.value.clone(),
            (Some(_), None) => MASK.into(),
        },
        reasons_to_see: REASONS,
        name,
        frame,
    };
    let shown = page(&shown);
    // Others read meanwhile.
    tx.rollback().await;
    view.kept().await?;
    Ok((status, shown).into_response())
}

/// What was asked of a supervisor, for those who work accounts; the form for it stands with the promise.
async fn asking(tx: &mut Tx, visit: &Visit, id: AccountId, can_ask: bool, form: &Unfinished) -> Result<Option<AskingPanel>, Failure> {
    if !may(visit.who.role, Permission::WorkAccounts) {
        return Ok(None);
    }
    // What a limit stands against is asked for with what was typed.
    let passes = form.refused.as_ref().is_some_and(|decision| decision.answer == Answer::NeedsSupervisor);
    let mut problems = form.problems.clone();
    if passes {
        problems.0.push(("limit", "is passed: a supervisor may grant it".into()));
    }
    let panel = AskingPanel::of(tx, visit, (id, None), can_ask, &form.fields, &problems).await?;
    Ok(Some(panel).filter(|panel| !panel.is_empty()))
}

/// From when what was refused is allowed, by the clock of whom it was to reach.
fn refused_until(known: &Known, at: Moment, form: &Unfinished) -> String {
    let Some(next) = form.refused.as_ref().and_then(|decision| decision.next_allowed_at) else { return String::new() };
    let person = form.fields.text("to").split(' ').nth(2).and_then(|person| person.parse().ok()).unwrap_or(known.debtor.id);
    next_text(&look_at(known, at.at, Channel::Call, person), next, at.at)
}

fn shown_promise(promise: PromiseRow) -> Result<(PromiseRow, Money, String, String), Failure> {
    let amount = Money::of(promise.amount_minor, ledger::store::currency(&promise.currency)?);
    let state = PromiseState::parse(&promise.state).map(|state| state.to_string()).unwrap_or_default();
    let due = written(promise.due_on);
    Ok((promise, amount, due, state))
}

/// What the workspace shows, for commands.
pub async fn workspace_json(tx: &mut Tx, at: Moment, account: AccountId) -> Result<Json, Failure> {
    let known = gather(tx, account).await?;
    let buckets = known.account.owed()?;
    let promises = plans::store::list_promises(tx, account).await?;
    let payments = ledger::store::list_payments(tx, account).await?;
    let holds = store::list_holds(tx, account).await?;
    let people = crate::parties::store::list_people(tx, account).await?;
    let events = timeline::list(tx, &known.account, at.at, &jiff::tz::TimeZone::UTC).await?;
    let channels: serde_json::Map<String, Json> = Channel::STRIP
        .into_iter()
        .map(|channel| {
            let seen = look(&known, at.at, channel);
            let mut json = decision_json(&seen.decision);
            json["until"] = json!(seen.until.map(|until| until.to_string()));
            json["attempts_used"] = json!(seen.attempts.0);
            json["attempts_max"] = json!(seen.attempts.1);
            (channel.code().to_string(), json)
        })
        .collect();
    let wishes_of = |person: &DebtorId| {
        let told = known.preferences.get(person).into_iter().flatten().filter(|wish| wish.ended_at.is_none());
        told.map(|wish| json!({"id": wish.id.to_string(), "kind": wish.kind, "says": in_words(wish)})).collect::<Vec<_>>()
    };
    let preferences = wishes_of(&known.debtor.id);
    let people: Vec<Json> = people
        .iter()
        .map(|person| json!({"id": person.debtor.to_string(), "role": person.role, "name": person.name, "preferences": wishes_of(&person.debtor)}))
        .collect();
    let law = Law::of(&known, at.at).json();
    let licenses = warnings_on(tx, &known, at.business_day).await?;
    let Known { account, creditor, debtor, points, .. } = known;
    let currency = account.currency.as_str();
    Ok(json!({
        "account": {"id": account.id.to_string(), "reference": account.reference, "creditor": creditor.name, "kind": account.kind,
            "state": account.state, "stage": account.stage, "placed_on": account.placed_on.to_string(),
            "itemized_on": account.itemized_on.map(|on| on.to_string()), "due_on": account.due_on.map(|on| on.to_string()), "aged_from_on": account.aged_from_on.map(|on| on.to_string()),
            "description": account.description, "placed": money(account.placed_minor, currency)},
        "people": people,
        "debtor": {"id": debtor.id.to_string(), "name": debtor.name, "language": debtor.language, "state": debtor.state, "deceased": debtor.is_deceased},
        "points": points.iter().cloned().map(|point| shown_point(point, true, None)).map(|shown| json!({"id": shown.point.id.to_string(), "kind": shown.point.kind, "label": shown.point.label, "shown": shown.text, "state": shown.point.state})).collect::<Vec<_>>(),
        "preferences": preferences,
        "buckets": crate::cli::buckets_json(&buckets),
        "balance": money(account.balance_minor, currency),
        "written_off": money(account.written_off_minor, currency),
        "promises": promises.iter().map(|promise| json!({"id": promise.id.to_string(), "amount": money(promise.amount_minor, &promise.currency), "arrived": money(promise.arrived_minor, &promise.currency), "taken_on": promise.taken_on.to_string(), "due_on": promise.due_on.to_string(), "state": promise.state})).collect::<Vec<_>>(),
        "payments": payments.iter().map(|payment| json!({"id": payment.id.to_string(), "amount": money(payment.amount_minor, &payment.currency), "effective_on": payment.effective_on.to_string(), "reference": payment.reference, "state": payment.state})).collect::<Vec<_>>(),
        "holds": holds.iter().filter(|hold| hold.ended_at.is_none()).map(|hold| json!({"id": hold.id.to_string(), "reason": hold.reason, "until": hold.until_on.map(|on| on.to_string())})).collect::<Vec<_>>(),
        "next_action": account.next_action.as_ref().map(|action| json!({"action": action, "on": account.next_action_on.map(|on| on.to_string()), "at": account.next_action_at.map(|at| at.to_string())})),
        "channels": channels,
        "law": law,
        "licenses": licenses,
        "timeline": events.iter().map(|event| json!({"title": event.title, "when": event.when, "more": event.more})).collect::<Vec<_>>(),
    }))
}
