//! A case read: the record and the proposal, with every name given a key.

use super::amended::amend;
use duly_domain::compliance::amendments::Amendment;
use duly_domain::compliance::caps::Jurisdiction;
use duly_domain::compliance::limitation::Agreement;
use duly_domain::compliance::policy::{ContactPolicy, Limits, Version};
use duly_domain::compliance::record::{
    Bankruptcy, Care, Closure, CollectorRole, Consumer, Contact, Debt, Dialing, Direction, Disclosure, EVERY_DAY, Hours, Key, LocationCall,
    Notice, NoticeKind, OrdersNotice, Outcome, Particulars, Person, Place, Preference, Proposal, Purpose, Record, Service, Standing, Wish,
};
use duly_domain::values::channel::Channel;
use duly_domain::values::money::Money;
use duly_domain::values::region::{LocationSignal, state_code};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value as Json;
use std::collections::HashMap;

/// Gives every name of a case a key.
#[derive(Default)]
pub(super) struct Names(HashMap<String, Key>);

impl Names {
    pub(super) fn key(&mut self, name: &str) -> Key {
        let next = self.0.len() as Key + 1;
        *self.0.entry(name.to_string()).or_insert(next)
    }

    pub(super) fn keys(&mut self, json: &Json) -> Vec<Key> {
        json.as_array().into_iter().flatten().filter_map(Json::as_str).map(|name| self.key(name)).collect()
    }
}

pub(super) fn field<'j>(json: &'j Json, name: &str) -> Result<&'j Json, String> {
    json.get(name).ok_or_else(|| format!("{name} is missing"))
}

pub(super) fn text<'j>(json: &'j Json, name: &str) -> Option<&'j str> {
    json.get(name).and_then(Json::as_str)
}

pub(super) fn flag(json: &Json, name: &str, absent: bool) -> bool {
    json.get(name).and_then(Json::as_bool).unwrap_or(absent)
}

pub(super) fn list<'j>(json: &'j Json, name: &str) -> impl Iterator<Item = &'j Json> {
    json.get(name).and_then(Json::as_array).into_iter().flatten()
}

pub(super) fn instant(json: &Json, name: &str) -> Result<Timestamp, String> {
    let written = text(json, name).ok_or_else(|| format!("{name} is missing"))?;
    written.parse().map_err(|_| format!("{name} {written:?} is not an instant with its offset"))
}

/// A civil date, where one is given.
pub(super) fn date(json: &Json, name: &str) -> Result<Option<Date>, String> {
    let Some(written) = text(json, name) else { return Ok(None) };
    written.parse().map(Some).map_err(|_| format!("{name} {written:?} is not a date"))
}

pub(super) fn record(given: &Json, tried: Option<&Amendment>, names: &mut Names) -> Result<Record, String> {
    let role = match text(field(given, "collector")?, "role") {
        Some("third_party") => CollectorRole::ThirdParty,
        Some("debt_buyer") => CollectorRole::DebtBuyer,
        Some("first_party") => CollectorRole::FirstParty,
        other => return Err(format!("collector.role {:?} is not known", other.unwrap_or("nothing"))),
    };
    let consumer = field(given, "consumer")?;
    let consumer_key = names.key(text(consumer, "id").unwrap_or("consumer"));
    let preferences = list(consumer, "preferences").map(preference).collect::<Result<Vec<_>, _>>()?;
    let debts = list(given, "accounts").map(|account| debt(account, names)).collect::<Result<Vec<_>, _>>()?;
    let all: Vec<Key> = debts.iter().map(|debt| debt.key).collect();
    let persons = list(given, "persons").map(|person| {
        // Their own case reaches every debt they owe here.
        let case = bankruptcy(person)?;
        Ok(Person {
            key: names.key(text(person, "id").unwrap_or("person")),
            standing: Standing::of_role(text(person, "role").unwrap_or("")),
            is_consumers_lawyer: Standing::is_consumers_lawyer(text(person, "role").unwrap_or("")),
            signals: signals(person),
            // In a case the wishes are the consumer's.
            preferences: Vec::new(),
            is_deceased: flag(person, "deceased", false),
            cases: case.into_iter().flat_map(|case| all.iter().map(move |debt| (*debt, case))).collect(),
            care: Care::default(),
        })
    });
    let persons = persons.collect::<Result<Vec<_>, String>>()?;
    let (mut contacts, mut notices) = (Vec::new(), Vec::new());
    for entry in list(given, "history") {
        if entry.get("event").is_some() {
            notices.extend(notice(entry, consumer_key, &all, names)?);
        } else {
            contacts.push(contact(entry, consumer_key, names)?);
        }
    }
    let is_flagged = |name: &str| consumer.get("flags").is_some_and(|flags| flag(flags, name, false));
    // Cases are written from the fact sheet; what the table of the states alone states is asked of those that want it.
    let jurisdiction = Jurisdiction::of(text(consumer, "state").unwrap_or(""), text(consumer, "locality"));
    let asks_table = flag(given, "table_of_states", false);
    let jurisdictions: Vec<Jurisdiction> = jurisdiction.into_iter().filter(|place| asks_table || place.is_in_the_rules()).collect();
    let mut consumer = Consumer {
        key: consumer_key,
        signals: signals(consumer).into(),
        preferences,
        is_deceased: is_flagged("deceased"),
        service: service(&consumer["flags"]["military"])?,
        state: text(consumer, "state").and_then(state_code),
        jurisdictions,
        is_number_reassigned: is_flagged("number_reassigned"),
        care: Care {
            is_vulnerable: is_flagged("vulnerable"),
            is_incarcerated: is_flagged("incarcerated"),
            is_minor: is_flagged("minor"),
            is_in_hardship: is_flagged("hardship"),
        },
        ..Consumer::default()
    };
    amend(given, &mut consumer, tried)?;
    Ok(Record { role, consumer, persons, debts: debts.into(), contacts, notices, clock_events: Vec::new() })
}

fn debt(account: &Json, names: &mut Names) -> Result<Debt, String> {
    let case = account.get("bankruptcy").filter(|case| !case.is_null());
    // Either place is one where a reader looks for these two.
    let either = |name: &str| flag(account, name, false) || case.is_some_and(|case| flag(case, name, false));
    Ok(Debt {
        is_consumer_purpose: flag(account, "consumer_purpose", true),
        serviced_as: account
            .get("servicing_account")
            .filter(|number| !number.is_null() && text(account, "kind") == Some("student_loan"))
            .map(|number| names.key(&format!("servicing {number}"))),
        incurred_on: date(account, "incurred_on")?,
        is_secured_by_real_property: flag(account, "secured_by_real_property", is_mortgage(text(account, "kind").unwrap_or(""))),
        is_paid: flag(account, "paid", false),
        is_settled: flag(account, "settled", false),
        is_from_identity_theft: flag(account, "identity_theft_notice", false),
        bankruptcy: bankruptcy(account)?,
        survives_discharge: either("survives_discharge"),
        is_post_petition: either("post_petition"),
        delinquency_began: date(account, "delinquency_began")?,
        agreement: Agreement::of_kind(text(account, "kind").unwrap_or("")),
        accrued_on: date(account, "accrued_on")?,
        contract_law: contract_law(account)?,
        owed: cents(account, "owed_cents")?,
        paused_until: date(account, "paused_until")?,
        ..Debt::of(names.key(text(account, "id").unwrap_or("account")))
    })
}

/// An amount in cents, where one is told.
fn cents(of: &Json, name: &str) -> Result<Option<Money>, String> {
    let Some(cents) = of.get(name).filter(|cents| !cents.is_null()) else { return Ok(None) };
    let minor = cents.as_i64().filter(|minor| (0..=Money::LARGEST_MINOR).contains(minor));
    minor.map(|minor| Some(Money::usd(minor))).ok_or_else(|| format!("{name} {cents} is no number of cents"))
}

/// The case in bankruptcy of an account, or of somebody else who owes it; none where it was dismissed.
fn bankruptcy(of: &Json) -> Result<Option<Bankruptcy>, String> {
    let Some(case) = of.get("bankruptcy").filter(|case| !case.is_null()) else { return Ok(None) };
    match text(case, "status") {
        Some("dismissed" | "closed") => Ok(None),
        Some(status @ ("open" | "discharged")) => Ok(Some(Bankruptcy {
            is_discharged: status == "discharged",
            chapter: case["chapter"].as_u64().and_then(|chapter| u8::try_from(chapter).ok()),
            is_stay_lifted: flag(case, "stay_lifted", false),
        })),
        other => Err(format!("bankruptcy.status {:?} is not known", other.unwrap_or("nothing"))),
    }
}

/// The state whose law the contract chose; one that is not known is an error, as leaving it out would lengthen the time to sue.
fn contract_law(account: &Json) -> Result<Option<&'static str>, String> {
    let Some(code) = text(account, "choice_of_law") else { return Ok(None) };
    state_code(code).map(Some).ok_or_else(|| format!("choice_of_law {code:?} is not a state"))
}

fn dialing(json: &Json) -> Result<Dialing, String> {
    let Some(code) = text(json, "dialing") else { return Ok(Dialing::Manual) };
    Dialing::parse(code).ok_or_else(|| format!("dialing {code:?} is not known"))
}

/// Kinds of debts that real property secures.
fn is_mortgage(kind: &str) -> bool {
    matches!(kind, "mortgage" | "second_mortgage" | "home_equity" | "home_equity_loan" | "home_equity_line" | "heloc" | "deed_of_trust")
}

/// Military service: `true` alone says that they serve, and nothing of when it began or whether they asked for anything.
fn service(json: &Json) -> Result<Option<Service>, String> {
    if json.is_null() || *json == false {
        return Ok(None);
    }
    let notice = match &json["notice_given"] {
        Json::Bool(true) => OrdersNotice::InTime,
        Json::Null | Json::Bool(false) => OrdersNotice::Missing,
        _ => date(json, "notice_given")?.map_or(OrdersNotice::Missing, OrdersNotice::On),
    };
    Ok(Some(Service { entered: date(json, "entered")?, left: date(json, "left")?, notice }))
}

fn signals(person: &Json) -> Vec<LocationSignal> {
    list(person, "location_signals")
        .filter_map(|signal| Some(LocationSignal { kind: text(signal, "kind")?.to_string().into(), zone: text(signal, "zone")?.into() }))
        .collect()
}

fn preference(json: &Json) -> Result<Preference, String> {
    let kind = text(json, "kind").ok_or("a preference has no kind")?;
    let channel = || match text(json, "channel") {
        None => Ok(Closure::Any),
        Some("electronic") => Ok(Closure::Electronic),
        Some(code) => Channel::parse(code).map(Closure::One).ok_or_else(|| format!("channel {code:?} is not known")),
    };
    let wish = match kind {
        "inconvenient_time" => Wish::InconvenientTime(hours(json)?),
        "convenient_only" => Wish::ConvenientOnly(hours(json)?),
        "time_consent" => Wish::TimeConsent(hours(json)?),
        "inconvenient_place" => Wish::InconvenientPlace(Place::parse(text(json, "place").unwrap_or(""))),
        "employer_prohibits" => Wish::EmployerProhibits,
        "no_channel" => Wish::NoChannel(channel()?),
        "no_address" => Wish::NoAddress { closure: channel()?, address: text(json, "address").unwrap_or("").to_string() },
        other => return Err(format!("preference kind {other:?} is not known")),
    };
    let until = json.get("until").filter(|until| !until.is_null()).map(|_| instant(json, "until")).transpose()?;
    let at = json.get("at").map_or(Ok(Timestamp::UNIX_EPOCH), |_| instant(json, "at"))?;
    Ok(Preference { at, until, wish })
}

/// What the creditor of a case asks beyond the law, with what binds besides.
pub(super) fn policy_with(given: &Json, besides: &ContactPolicy) -> Result<ContactPolicy, String> {
    let Some(asked) = given.get("creditor_policy").filter(|asked| !asked.is_null()) else { return Ok(*besides) };
    let number = |name: &str| match asked.get(name).filter(|number| !number.is_null()) {
        None => Ok(None),
        Some(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()).map(Some).ok_or(format!("{name} is no count")),
    };
    let limits = Limits {
        attempts_max_7_days: number("attempts_max_7_days")?,
        electronic_max_7_days: number("electronic_max_7_days")?,
        opens_minute: minute(asked, "opens")?,
        closes_minute: minute(asked, "closes")?,
        is_off_on_sundays: flag(asked, "off_on_sundays", false),
        is_off_on_holidays: flag(asked, "off_on_holidays", false),
    };
    Ok(ContactPolicy { creditor: Version { number: 1, limits }, ..*besides })
}

/// A time of the day, in minutes, where one is given.
fn minute(json: &Json, name: &str) -> Result<Option<u16>, String> {
    let Some(written) = text(json, name) else { return Ok(None) };
    let parsed = written.split_once(':').and_then(|(hour, minute)| Some((hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?)));
    let of_the_day = parsed.filter(|(hour, minute)| *hour <= 24 && *minute < 60).map(|(hour, minute)| hour * 60 + minute);
    let proved = of_the_day.filter(|minute| *minute <= 1440).ok_or_else(|| format!("{name} {written:?} is not a time of the day"));
    proved.map(Some)
}

fn hours(json: &Json) -> Result<Hours, String> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let mut days = 0u8;
    for day in list(json, "days").filter_map(Json::as_str) {
        let at = DAYS.iter().position(|known| day.to_lowercase().starts_with(known));
        days |= 1 << at.ok_or_else(|| format!("days: {day:?} is not one of mon, tue, wed, thu, fri, sat, sun"))?;
    }
    Ok(Hours {
        days: if days == 0 { EVERY_DAY } else { days },
        from: minute(json, "from")?.unwrap_or(0),
        to: minute(json, "to")?.unwrap_or(1440),
    })
}

fn contact(entry: &Json, consumer: Key, names: &mut Names) -> Result<Contact, String> {
    let code = text(entry, "channel").ok_or("an entry of the history has neither channel nor event")?;
    let particulars = Particulars {
        discussed: entry.get("discussed").map(|debts| names.keys(debts)),
        address: text(entry, "number").or(text(entry, "address")).map(String::from),
        place: text(entry, "place").map(Place::parse),
        in_response_to: text(entry, "in_response_to").map(|id| names.key(id)),
        gives_call_consent: entry
            .get("gives_call_consent")
            .and_then(|consent| if consent.as_bool() == Some(false) { None } else { Some(consent["days"].as_u64().unwrap_or(7)) })
            .and_then(|days| u32::try_from(days).ok()),
    };
    Ok(Contact {
        key: text(entry, "id").map(|id| names.key(id)),
        at: instant(entry, "at")?,
        channel: Channel::parse(code).ok_or_else(|| format!("channel {code:?} is not known"))?,
        direction: if text(entry, "direction") == Some("in") { Direction::In } else { Direction::Out },
        outcome: match text(entry, "outcome") {
            None => None,
            Some(code) => Some(Outcome::parse(code).ok_or_else(|| format!("outcome {code:?} is not known"))?),
        },
        person: text(entry, "person").map_or(consumer, |person| names.key(person)),
        debts: names.keys(&entry["debts"]).into(),
        purpose: text(entry, "purpose").and_then(Purpose::parse).unwrap_or_default(),
        particulars: Some(Box::new(particulars)),
        was_unreachable: !flag(entry, "message_possible", true),
        dialing: dialing(entry)?,
        is_limited_content: flag(entry, "limited_content", false) || flag(&entry["content"], "limited_content", false),
        disclosed: None,
        is_ours: text(entry, "by").is_none_or(|by| by == "us"),
    })
}

/// Events that no rule knows are left out; `not_judged` names them.
fn notice(entry: &Json, consumer: Key, all: &[Key], names: &mut Names) -> Result<Option<Notice>, String> {
    let kind = match text(entry, "event").unwrap_or("") {
        "call_consent" => NoticeKind::CallConsent {
            days: entry["days"].as_u64().and_then(|days| u32::try_from(days).ok()).unwrap_or(7),
            direct: flag(entry, "direct", true),
        },
        "call_consent_revoked" => NoticeKind::CallConsentRevoked,
        "cease_notice" => NoticeKind::Cease,
        "attorney_known" => NoticeKind::AttorneyKnown(text(entry, "attorney").map(|name| names.key(name))),
        "validation_notice_sent" => {
            NoticeKind::ValidationNoticeSent { sent_on: date(entry, "sent_on")?, stated_end: date(entry, "stated_end")? }
        }
        "undeliverable" => NoticeKind::Undeliverable(text(entry, "ref").map(|name| names.key(name))),
        "dispute" => NoticeKind::Dispute {
            in_writing: flag(entry, "in_writing", true),
            submitted_on: date(entry, "submitted_on")?,
            is_duplicative: flag(entry, "duplicative", false),
            part: cents(entry, "part_cents")?,
        },
        "verification_sent" => NoticeKind::VerificationSent,
        "duplicative_dispute_answered" => NoticeKind::DuplicativeDisputeAnswered,
        "original_creditor_request" => {
            NoticeKind::OriginalCreditorRequest { in_writing: flag(entry, "in_writing", true), submitted_on: date(entry, "submitted_on")? }
        }
        "original_creditor_sent" => NoticeKind::OriginalCreditorSent,
        "electronic_consent" => NoticeKind::ElectronicConsent,
        "tcpa_consent" => NoticeKind::TcpaConsent { channel: text(entry, "channel").and_then(Channel::parse) },
        "tcpa_revoked" => NoticeKind::TcpaRevoked { channel: text(entry, "channel").and_then(Channel::parse) },
        "attorney_unresponsive" | "attorney_consents" | "attorney_withdrew" => {
            NoticeKind::AttorneyReleased(text(entry, "attorney").map(|name| names.key(name)))
        }
        _ => return Ok(None),
    };
    let person = text(entry, "person").map_or(consumer, |person| names.key(person));
    // An event that names no debt is about all of them.
    let debts = if entry.get("debts").is_some() { names.keys(&entry["debts"]) } else { all.to_vec() };
    let key = text(entry, "id").map(|id| names.key(id));
    let number = text(entry, "number").map(String::from);
    Ok(Some(Notice { key, at: instant(entry, "at")?, debts: debts.into(), person, number, kind }))
}

pub(super) fn proposal(proposed: &Json, at: Timestamp, record: &Record, names: &mut Names) -> Result<Proposal, String> {
    let code = text(proposed, "channel").ok_or("proposed.channel is missing")?;
    let channel = Channel::parse(code).ok_or_else(|| format!("channel {code:?} is not known"))?;
    let person = text(proposed, "person").map_or(record.consumer.key, |person| names.key(person));
    let debts = names.keys(&proposed["debts"]);
    let content = &proposed["content"];
    let purpose = match text(proposed, "purpose") {
        None => Purpose::Collection,
        Some(code) => Purpose::parse(code).ok_or_else(|| format!("purpose {code:?} is not known"))?,
    };
    Ok(Proposal {
        place: text(proposed, "place").map(Place::parse),
        address: text(proposed, "address").or(text(proposed, "number")).map(String::from),
        purpose,
        in_response_to: text(proposed, "in_response_to").map(|id| names.key(id)),
        is_employer_address_without_basis: text(proposed, "address_kind") == Some("employer_provided")
            && !matches!(text(proposed, "address_basis"), Some("consumer_used_it" | "direct_consent" | "prior_collector")),
        pay_by: date(content, "threatens_action_unless_paid_by")?,
        is_to_mobile: text(proposed, "number_type") == Some("cell"),
        is_to_home_line: text(proposed, "number_type") == Some("residential"),
        dialing: dialing(proposed)?,
        lacks_automated_opt_out: !flag(content, "automated_opt_out", true),
        disclosure: match text(content, "disclosure") {
            None => None,
            Some(code) => Some(Disclosure::parse(code).ok_or_else(|| format!("content.disclosure {code:?} is not known"))?),
        },
        is_limited_content: flag(content, "limited_content", false),
        is_formal_pleading: flag(proposed, "formal_pleading", false),
        lacks_opt_out_notice: !flag(content, "opt_out_notice", true),
        has_extra_text: content.get("extra_text").is_some_and(|extra| extra.as_bool() != Some(false)),
        is_required_in_this_medium: flag(proposed, "required_by_law_in_this_medium", false),
        third_party_consented: flag(proposed, "third_party_consented", false),
        is_about_undisputed: flag(content, "undisputed_part_only", false),
        location: LocationCall {
            mentions_debt: flag(content, "mentions_debt", false),
            volunteers_employer: flag(content, "volunteers_employer", false),
            location_already_known: flag(proposed, "location_already_known", false),
            asked_again: flag(proposed, "third_party_asked_again", false),
            earlier_answer_wrong: flag(proposed, "earlier_answer_wrong_and_now_has_better", false),
        },
        ..Proposal::of(at, channel, person, debts)
    })
}
