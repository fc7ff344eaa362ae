//! What a case proposes, decided: a contact, a report to a bureau, how a payment is laid, dates, and what the files beside this one
//! hold.

use super::deciding::{decide as decide_by, decide_act, decide_contact};
use super::messages;
use super::reading::{Names, date, flag, list, proposal, text};
use super::{court, drawing, notices};
use crate::compliance::acts;
use crate::compliance::gate::decision_json;
use duly_domain::compliance::acts::gather_act;
use duly_domain::compliance::consent::revocation_deadline;
use duly_domain::compliance::facts::{gather, gather_notice, gather_payment, gather_period};
use duly_domain::compliance::policy::ContactPolicy;
use duly_domain::compliance::record::Record;
use duly_domain::compliance::rules;
use duly_domain::compliance::validation::Period;
use duly_domain::decision::Decision;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

/// The kinds of acts that are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Contact,
    FurnishCredit,
    ApplyPayment,
    ComputeValidationEnd,
    ValidationNoticeDeadline,
    /// To bring a suit or to threaten one: the law treats both alike.
    Suit,
    DeliverDisclosure,
    TcpaRevocationDeadline,
    ClassifyMessage,
    MessageBasis,
    AddFee,
    ChargeInterest,
    DepositPostdated,
    DebitAuthorized,
    DefaultJudgment,
    TransferDebt,
    DeleteRecord,
    MakeValidationNotice,
}

impl Act {
    pub(super) fn parse(code: &str) -> Option<Act> {
        Some(match code {
            "contact" => Act::Contact,
            "furnish_credit" => Act::FurnishCredit,
            "apply_payment" => Act::ApplyPayment,
            "compute_validation_end" => Act::ComputeValidationEnd,
            "validation_notice_deadline" => Act::ValidationNoticeDeadline,
            "file_suit" | "threaten_suit" => Act::Suit,
            "deliver_disclosure_electronically" => Act::DeliverDisclosure,
            "tcpa_revocation_deadline" => Act::TcpaRevocationDeadline,
            "classify_message" => Act::ClassifyMessage,
            "message_basis" => Act::MessageBasis,
            "add_fee" => Act::AddFee,
            "charge_interest" => Act::ChargeInterest,
            "deposit_postdated" => Act::DepositPostdated,
            "debit_preauthorised" => Act::DebitAuthorized,
            "request_default_judgment" => Act::DefaultJudgment,
            "transfer_debt" => Act::TransferDebt,
            "delete_record" => Act::DeleteRecord,
            "make_validation_notice" => Act::MakeValidationNotice,
            _ => return None,
        })
    }

    /// The events of the history that its rules read.
    fn events(self) -> &'static [&'static str] {
        match self {
            Act::Contact => &[
                "call_consent",
                "call_consent_revoked",
                "cease_notice",
                "attorney_known",
                "attorney_unresponsive",
                "attorney_consents",
                "attorney_withdrew",
                "validation_notice_sent",
                "undeliverable",
                "dispute",
                "verification_sent",
                "duplicative_dispute_answered",
                "original_creditor_request",
                "original_creditor_sent",
                "electronic_consent",
                "tcpa_consent",
                "tcpa_revoked",
            ],
            Act::FurnishCredit | Act::DepositPostdated | Act::DebitAuthorized | Act::DefaultJudgment => &[
                "validation_notice_sent",
                "undeliverable",
                "dispute",
                "verification_sent",
                "duplicative_dispute_answered",
                "original_creditor_request",
                "original_creditor_sent",
            ],
            Act::ApplyPayment | Act::TransferDebt => &["dispute"],
            // A payment is read by not being read: it never begins the time to sue anew.
            Act::Suit => &[
                "validation_notice_sent",
                "undeliverable",
                "dispute",
                "verification_sent",
                "duplicative_dispute_answered",
                "original_creditor_request",
                "original_creditor_sent",
                "payment",
            ],
            _ => &[],
        }
    }
}

/// Every debt that a proposal names, with the field that does.
pub(super) fn debts_named(proposed: &Json) -> Vec<(&'static str, &str)> {
    let listed = list(proposed, "debts").filter_map(Json::as_str).map(|name| ("debts", name));
    let keyed = ["allocation", "consumer_direction"]
        .into_iter()
        .flat_map(|field| proposed[field].as_object().into_iter().flatten().map(move |(name, _)| (field, name.as_str())));
    listed.chain(keyed).collect()
}

/// Decides an act by the rules of its kind.
pub(super) fn decide(
    act: Act,
    record: &Record,
    at: Timestamp,
    proposed: &Json,
    names: &mut Names,
    policy: &ContactPolicy,
) -> Result<Json, String> {
    let debts = names.keys(&proposed["debts"]);
    let person = text(proposed, "person").map_or(record.consumer.key, |person| names.key(person));
    let decided = |act| {
        let facts = gather_act(record, at, person, &debts, &act);
        acts::answer_json(&decide_act(&facts), &facts)
    };
    Ok(match act {
        Act::Contact => decision_json(&decide_contact(&gather(record, &proposal(proposed, at, record, names)?), policy)),
        Act::FurnishCredit => decided(court::furnish(proposed)),
        Act::ApplyPayment => {
            let mut parts = Vec::new();
            let mut all: Vec<&str> = debts_named(proposed).into_iter().map(|(_, name)| name).collect();
            all.sort_unstable();
            all.dedup();
            for name in all {
                let directed = match &proposed["consumer_direction"] {
                    Json::Null => None,
                    direction => Some(cents(direction, name)?),
                };
                parts.push((names.key(name), cents(&proposed["allocation"], name)?, directed));
            }
            decision_json(&decide_by(&rules::PAYMENT, &gather_payment(record, at, &parts), &()))
        }
        Act::ComputeValidationEnd => {
            let sent_on = date(proposed, "sent_on")?.ok_or("proposed.sent_on is missing")?;
            let stated_end = date(proposed, "stated_end")?;
            let facts = gather_period(record, at, &debts, sent_on, stated_end);
            let period = Period::of(sent_on);
            let mut json = decision_json(&decide_by(&rules::PERIOD, &facts, &()));
            json["values"] = json!({
                "assumed_receipt": period.assumed_receipt.to_string(),
                "validation_end": period.ends_on.to_string(),
                "earliest_lawful_end": period.earliest_lawful_end.to_string(),
            });
            if let Some(stated) = stated_end {
                json["values"]["stated_end_ok"] = Json::from(stated >= period.earliest_lawful_end);
            }
            json
        }
        Act::AddFee => decided(drawing::fee(proposed)?),
        Act::ChargeInterest => decided(drawing::interest(proposed)?),
        Act::DepositPostdated => decided(drawing::deposit(proposed)?),
        Act::DebitAuthorized => decided(drawing::debit(proposed)?),
        Act::Suit => decided(court::suit(proposed)),
        Act::DefaultJudgment => decided(court::judgment(proposed)),
        Act::TransferDebt => decided(court::transfer(proposed)),
        Act::DeleteRecord => decided(court::deletion(proposed)?),
        Act::ValidationNoticeDeadline => {
            let first = date(proposed, "initial_communication_on")?.ok_or("proposed.initial_communication_on is missing")?;
            let was_paid = flag(proposed, "paid_before_deadline", false);
            let facts = gather_notice(record, at, &debts, first, date(proposed, "sent_on")?, was_paid);
            let mut json = decision_json(&decide_by(&rules::NOTICE, &facts, &()));
            json["values"] = json!({"deadline": facts.deadline.to_string()});
            json
        }
        Act::TcpaRevocationDeadline => {
            let received_on = date(proposed, "received_on")?.ok_or("proposed.received_on is missing")?;
            let mut json = decision_json(&Decision::yes());
            json["values"] = json!({"deadline": revocation_deadline(received_on).to_string()});
            json
        }
        Act::DeliverDisclosure => messages::deliver(record, at, proposed, &debts)?,
        Act::ClassifyMessage => messages::classify(record, at, proposed)?,
        Act::MessageBasis => messages::basis(record, at, proposed)?,
        Act::MakeValidationNotice => notices::make(proposed)?,
    })
}

/// A debt's part of an allocation; none is nothing.
pub(super) fn cents(parts: &Json, name: &str) -> Result<i64, String> {
    match parts.get(name) {
        None => Ok(0),
        Some(amount) => amount.as_i64().ok_or_else(|| format!("{name}: {amount} is not a whole number of cents")),
    }
}

/// Facts on record that no rule about this act reads: the answer says nothing about them.
pub(super) fn not_judged(act: Act, case: &Json) -> Vec<String> {
    let given = &case["given"];
    let events = list(given, "history").filter_map(|entry| text(entry, "event")).filter(|event| !act.events().contains(event));
    let of_accounts = ["bankruptcy", "identity_theft_notice", "paid", "settled", "accrued_on", "delinquency_began"]
        .into_iter()
        .filter(|name| match act {
            Act::Contact | Act::DepositPostdated | Act::DebitAuthorized | Act::DefaultJudgment => *name != "bankruptcy",
            Act::FurnishCredit => *name != "delinquency_began",
            Act::Suit => !matches!(*name, "bankruptcy" | "accrued_on"),
            Act::TransferDebt => !["bankruptcy", "identity_theft_notice", "paid", "settled"].contains(name),
            _ => true,
        })
        .filter(|name| list(given, "accounts").any(|account| account.get(*name).is_some_and(|fact| !fact.is_null() && *fact != false)));
    let of_consumer = ["military", "number_reassigned"]
        .into_iter()
        .filter(|name| !matches!((act, *name), (Act::Contact | Act::MessageBasis, "number_reassigned") | (Act::ChargeInterest, "military")))
        .filter(|name| given["consumer"]["flags"].get(*name).is_some_and(|fact| !fact.is_null() && *fact != false));
    let mut names: Vec<String> = events.chain(of_accounts).chain(of_consumer).map(String::from).collect();
    names.sort();
    names.dedup();
    names
}
