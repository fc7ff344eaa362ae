//! Conformance cases: facts in, answer out, in the shape of `regulation/cases/README.md`.

use crate::compliance::gate::decision_json;
use duly_domain::compliance::decide_contact;
use duly_domain::compliance::facts::gather;
use duly_domain::compliance::policy::ContactPolicy;
use duly_domain::compliance::record::{
    Closure, CollectorRole, Consumer, Contact, Debt, Direction, EVERY_DAY, Hours, Key, LocationCall, Notice, NoticeKind, Outcome, Person,
    Place, Preference, Proposal, Purpose, Record, Standing, Wish,
};
use duly_domain::values::channel::Channel;
use duly_domain::values::region::LocationSignal;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Decides one case; the error names what cannot be read.
pub fn decide(case: &Json) -> Result<Json, String> {
    let mut names = Names::default();
    let proposed = field(case, "proposed")?;
    match text(proposed, "action").unwrap_or("contact") {
        "contact" => {}
        action => return Err(format!("proposed.action {action:?} is not decided by this version")),
    }
    let record = record(field(case, "given")?, &mut names)?;
    let when = text(case, "when").ok_or("when is missing")?;
    let proposal = proposal(proposed, when, &record, &mut names)?;
    if let Some(unknown) =
        list(proposed, "debts").filter_map(Json::as_str).find(|name| !list(&case["given"], "accounts").any(|a| text(a, "id") == Some(name)))
    {
        return Err(format!("proposed.debts names {unknown:?}, which is not among given.accounts"));
    }
    let decision = decide_contact(&gather(&record, &proposal), &ContactPolicy::LAW);
    let mut json = decision_json(&decision);
    json["not_judged"] = Json::from(not_judged(case));
    Ok(json)
}

/// Facts on record that no rule of this version reads: the answer says nothing about them.
fn not_judged(case: &Json) -> Vec<String> {
    const EVENTS: [&str; 7] = [
        "call_consent",
        "call_consent_revoked",
        "cease_notice",
        "attorney_known",
        "attorney_unresponsive",
        "attorney_consents",
        "attorney_withdrew",
    ];
    let events = list(&case["given"], "history").filter_map(|entry| text(entry, "event")).filter(|event| !EVENTS.contains(event));
    let insolvent = list(&case["given"], "accounts").filter(|account| account.get("bankruptcy").is_some()).map(|_| "bankruptcy");
    let dialed = text(&case["proposed"], "dialing").filter(|dialing| *dialing != "manual").map(|_| "dialing");
    let mut names: Vec<String> = events.chain(insolvent).chain(dialed).map(String::from).collect();
    names.sort();
    names.dedup();
    names
}

/// Runs one case against its expectation: `id, pass, expected, got`.
pub fn run(case: &Json) -> Json {
    let id = text(case, "id").unwrap_or("?");
    let expected = case.get("expect").cloned().unwrap_or(Json::Null);
    match decide(case) {
        Ok(got) => json!({"id": id, "pass": agrees(&expected, &got), "expected": expected, "got": got}),
        Err(error) => json!({"id": id, "pass": false, "expected": expected, "got": {"error": error}}),
    }
}

/// Whether an answer is the one expected: what an expectation does not name is not compared.
fn agrees(expected: &Json, got: &Json) -> bool {
    let same_set = |name: &str| {
        let sorted = |json: &Json| {
            let mut ids: Vec<String> = json[name].as_array().into_iter().flatten().filter_map(|id| id.as_str().map(String::from)).collect();
            ids.sort();
            ids
        };
        sorted(expected) == sorted(got)
    };
    let same_moment = || match (expected["next_allowed_at"].as_str(), got["next_allowed_at"].as_str()) {
        (Some(expected), Some(got)) => expected.parse::<Timestamp>().ok().zip(got.parse::<Timestamp>().ok()).is_some_and(|(a, b)| a == b),
        (None, None) => true,
        _ => false,
    };
    let values_match =
        || expected["values"].as_object().is_none_or(|values| values.iter().all(|(name, value)| got["values"][name] == *value));
    expected["allowed"] == got["allowed"]
        && same_set("rules")
        && (expected.get("warnings").is_none() || same_set("warnings"))
        && (expected.get("next_allowed_at").is_none() || same_moment())
        && values_match()
}

/// Every case of files and of the JSON files below folders, in order of path.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Json>, String> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        match serde_json::from_str(&text).map_err(|error| format!("{} is not JSON: {error}", file.display()))? {
            Json::Array(all) => cases.extend(all),
            one => cases.push(one),
        }
    }
    Ok(cases)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    if path.is_file() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let entries = std::fs::read_dir(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() || path.extension().is_some_and(|ext| ext == "json") {
            collect(&path, files)?;
        }
    }
    Ok(())
}

/// Gives every name of a case a key.
#[derive(Default)]
struct Names(HashMap<String, Key>);

impl Names {
    fn key(&mut self, name: &str) -> Key {
        let next = self.0.len() as Key + 1;
        *self.0.entry(name.to_string()).or_insert(next)
    }

    fn keys(&mut self, json: &Json) -> Vec<Key> {
        json.as_array().into_iter().flatten().filter_map(Json::as_str).map(|name| self.key(name)).collect()
    }
}

fn field<'j>(json: &'j Json, name: &str) -> Result<&'j Json, String> {
    json.get(name).ok_or_else(|| format!("{name} is missing"))
}

fn text<'j>(json: &'j Json, name: &str) -> Option<&'j str> {
    json.get(name).and_then(Json::as_str)
}

fn flag(json: &Json, name: &str, absent: bool) -> bool {
    json.get(name).and_then(Json::as_bool).unwrap_or(absent)
}

fn list<'j>(json: &'j Json, name: &str) -> impl Iterator<Item = &'j Json> {
    json.get(name).and_then(Json::as_array).into_iter().flatten()
}

fn instant(json: &Json, name: &str) -> Result<Timestamp, String> {
    let written = text(json, name).ok_or_else(|| format!("{name} is missing"))?;
    written.parse().map_err(|_| format!("{name} {written:?} is not an instant with its offset"))
}

fn record(given: &Json, names: &mut Names) -> Result<Record, String> {
    let role = match text(field(given, "collector")?, "role") {
        Some("third_party") => CollectorRole::ThirdParty,
        Some("debt_buyer") => CollectorRole::DebtBuyer,
        Some("first_party") => CollectorRole::FirstParty,
        other => return Err(format!("collector.role {:?} is not known", other.unwrap_or("nothing"))),
    };
    let consumer = field(given, "consumer")?;
    let consumer_key = names.key(text(consumer, "id").unwrap_or("consumer"));
    let preferences = list(consumer, "preferences").map(preference).collect::<Result<Vec<_>, _>>()?;
    let persons = list(given, "persons")
        .map(|person| Person {
            key: names.key(text(person, "id").unwrap_or("person")),
            standing: Standing::of_role(text(person, "role").unwrap_or("")),
            signals: signals(person),
        })
        .collect();
    let debts: Vec<Debt> = list(given, "accounts")
        .map(|account| Debt {
            key: names.key(text(account, "id").unwrap_or("account")),
            is_consumer_purpose: flag(account, "consumer_purpose", true),
            serviced_as: account
                .get("servicing_account")
                .filter(|number| !number.is_null() && text(account, "kind") == Some("student_loan"))
                .map(|number| names.key(&format!("servicing {number}"))),
        })
        .collect();
    let all: Vec<Key> = debts.iter().map(|debt| debt.key).collect();
    let (mut contacts, mut notices) = (Vec::new(), Vec::new());
    for entry in list(given, "history") {
        if entry.get("event").is_some() {
            notices.extend(notice(entry, consumer_key, &all, names)?);
        } else {
            contacts.push(contact(entry, consumer_key, names)?);
        }
    }
    let is_deceased = consumer.get("flags").is_some_and(|flags| flag(flags, "deceased", false));
    let consumer = Consumer { key: consumer_key, signals: signals(consumer), preferences, is_deceased };
    Ok(Record { role, consumer, persons, debts, contacts, notices })
}

fn signals(person: &Json) -> Vec<LocationSignal> {
    list(person, "location_signals")
        .filter_map(|signal| Some(LocationSignal { kind: text(signal, "kind")?.into(), zone: text(signal, "zone")?.into() }))
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

fn hours(json: &Json) -> Result<Hours, String> {
    let minute = |name: &str, absent: u16| {
        let Some(written) = text(json, name) else { return Ok(absent) };
        let parsed = written.split_once(':').and_then(|(hour, minute)| Some(hour.parse::<u16>().ok()? * 60 + minute.parse::<u16>().ok()?));
        parsed.filter(|minute| *minute <= 1440).ok_or_else(|| format!("{name} {written:?} is not a time of the day"))
    };
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let mut days = 0u8;
    for day in list(json, "days").filter_map(Json::as_str) {
        let at = DAYS.iter().position(|known| day.to_lowercase().starts_with(known));
        days |= 1 << at.ok_or_else(|| format!("days: {day:?} is not one of mon, tue, wed, thu, fri, sat, sun"))?;
    }
    Ok(Hours { days: if days == 0 { EVERY_DAY } else { days }, from: minute("from", 0)?, to: minute("to", 1440)? })
}

fn contact(entry: &Json, consumer: Key, names: &mut Names) -> Result<Contact, String> {
    let code = text(entry, "channel").ok_or("an entry of the history has neither channel nor event")?;
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
        debts: names.keys(&entry["debts"]),
        discussed: entry.get("discussed").map(|debts| names.keys(debts)),
        place: text(entry, "place").map(Place::parse),
        purpose: text(entry, "purpose").and_then(Purpose::parse).unwrap_or_default(),
        in_response_to: text(entry, "in_response_to").map(|id| names.key(id)),
        gives_call_consent: entry
            .get("gives_call_consent")
            .and_then(|consent| if consent.as_bool() == Some(false) { None } else { Some(consent["days"].as_u64().unwrap_or(7)) })
            .and_then(|days| u32::try_from(days).ok()),
        is_ours: text(entry, "by").is_none_or(|by| by == "us"),
    })
}

/// Events that no rule about contacts knows are left for the rules that do.
fn notice(entry: &Json, consumer: Key, all: &[Key], names: &mut Names) -> Result<Option<Notice>, String> {
    let kind = match text(entry, "event").unwrap_or("") {
        "call_consent" => NoticeKind::CallConsent {
            days: entry["days"].as_u64().and_then(|days| u32::try_from(days).ok()).unwrap_or(7),
            direct: flag(entry, "direct", true),
        },
        "call_consent_revoked" => NoticeKind::CallConsentRevoked,
        "cease_notice" => NoticeKind::Cease,
        "attorney_known" => NoticeKind::AttorneyKnown(text(entry, "attorney").map(|name| names.key(name))),
        "attorney_unresponsive" | "attorney_consents" | "attorney_withdrew" => {
            NoticeKind::AttorneyReleased(text(entry, "attorney").map(|name| names.key(name)))
        }
        _ => return Ok(None),
    };
    let person = text(entry, "person").map_or(consumer, |person| names.key(person));
    // An event that names no debt is about all of them.
    let debts = if entry.get("debts").is_some() { names.keys(&entry["debts"]) } else { all.to_vec() };
    Ok(Some(Notice { at: instant(entry, "at")?, debts, person, kind }))
}

fn proposal(proposed: &Json, when: &str, record: &Record, names: &mut Names) -> Result<Proposal, String> {
    let at: Timestamp = when.parse().map_err(|_| format!("when {when:?} is not an instant with its offset"))?;
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
        lacks_opt_out_notice: !flag(content, "opt_out_notice", true),
        has_extra_text: content.get("extra_text").is_some_and(|extra| extra.as_bool() != Some(false)),
        is_required_in_this_medium: flag(proposed, "required_by_law_in_this_medium", false),
        third_party_consented: flag(proposed, "third_party_consented", false),
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
