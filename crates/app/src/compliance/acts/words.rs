//! What was asked about an act, and what it was decided on, in words.

use super::form::TRANSFEREES;
use crate::cli::output::written as amount_written;
use duly_domain::compliance::acts::{Act, ActFacts};
use duly_domain::compliance::facts::{KeptRecord, Stops, Transferee, Venue};
use duly_domain::compliance::limitation::Agreement;
use duly_domain::values::moment::{date_of_day, written};
use jiff::Timestamp;
use jiff::civil::Date;

type Words = Vec<(&'static str, String)>;

fn yes_no(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.into()
}

fn day(on: Option<Date>) -> String {
    on.map_or_else(|| "not known".into(), written)
}

fn day_number(day: Option<i32>) -> String {
    day.map_or_else(|| "not known".into(), |day| written(date_of_day(day)))
}

fn since(at: Option<i64>) -> String {
    let known = at.and_then(|at| Timestamp::from_second(at).ok());
    known.map_or_else(|| "no".into(), |at| format!("since {}", at.strftime("%Y-%m-%d %H:%M UTC")))
}

/// What was asked.
pub fn of_act(act: &Act, currency: &str) -> Words {
    let amount = |minor: Option<i64>| minor.map_or_else(|| "not said".into(), |minor| amount_written(minor, currency));
    match act {
        Act::Furnish { bureau, shows_dispute, delinquency_began } => {
            vec![("Bureau", bureau.clone()), ("Delinquency began", day(*delinquency_began)), ("A dispute is shown", yes_no(*shows_dispute))]
        }
        Act::Transfer { to, name, shows_dispute } => {
            vec![("To", transferee(*to).into()), ("Name", name.clone()), ("A dispute is told with it", yes_no(*shows_dispute))]
        }
        Act::Fee { what, amount_minor, is_in_agreement, is_permitted_by_law } => vec![
            ("What for", what.clone()),
            ("Amount", amount(*amount_minor)),
            ("In the agreement", yes_no(*is_in_agreement)),
            ("A law permits it", yes_no(*is_permitted_by_law)),
        ],
        Act::Interest { rate_basis_points, is_in_agreement, is_permitted_by_law } => vec![
            ("Rate", format!("{}.{:02} percent a year", rate_basis_points / 100, rate_basis_points.rem_euclid(100))),
            ("In the agreement", yes_no(*is_in_agreement)),
            ("A law permits it", yes_no(*is_permitted_by_law)),
        ],
        Act::Deposit { accepted_on, instrument_dated, notice_sent_on, is_to_threaten_prosecution } => vec![
            ("Accepted", written(*accepted_on)),
            ("Bears the date", written(*instrument_dated)),
            ("Written notice", notice_sent_on.map_or_else(|| "none".into(), written)),
            ("To threaten prosecution", yes_no(*is_to_threaten_prosecution)),
        ],
        Act::Debit {
            is_single,
            is_authorized_in_writing,
            is_revoked,
            copy_given,
            amount_minor,
            usual_minor,
            agreed_range_minor,
            notice_sent_on,
        } => {
            vec![
                ("A single one", yes_no(*is_single)),
                ("Authorized in writing", yes_no(*is_authorized_in_writing)),
                ("A copy was given", yes_no(*copy_given)),
                ("Taken back", yes_no(*is_revoked)),
                ("Amount", amount(*amount_minor)),
                ("Last or agreed amount", amount(*usual_minor)),
                (
                    "Range without notice",
                    agreed_range_minor
                        .map_or_else(|| "none".into(), |(low, high)| format!("{} to {}", amount(Some(low)), amount(Some(high)))),
                ),
                ("Written notice", notice_sent_on.map_or_else(|| "none".into(), written)),
            ]
        }
        Act::Delete { kept, last_activity_on } => {
            let (what, on) = match kept {
                KeptRecord::Evidence => ("evidence of what was done", None),
                KeptRecord::Recording(on) => ("the recording of a call", *on),
                KeptRecord::DebitAuthorization(on) => ("the writing behind debits", *on),
            };
            vec![("What", what.into()), ("Of", day(on)), ("Last activity beside contacts", day(*last_activity_on))]
        }
        Act::Suit { venue, is_proof_of_claim, accrued_on, agreement } => vec![
            ("Court", venue.map_or("not said", in_words_of_venue).into()),
            ("A claim in a bankruptcy", yes_no(*is_proof_of_claim)),
            ("Accrued", day(*accrued_on)),
            ("Agreement", agreement.map_or("as on file", in_words_of_agreement).into()),
        ],
        Act::Judgment { has_military_affidavit } => vec![("Affidavit of military service", yes_no(*has_military_affidavit))],
    }
}

fn transferee(to: Transferee) -> &'static str {
    let code = match to {
        Transferee::Buyer => "buyer",
        Transferee::Owner => "owner",
        Transferee::PreviousOwnerByContract => "previous_owner_by_contract",
        Transferee::SecurityInterest => "security_interest",
        Transferee::MergerSuccessor => "merger_successor",
    };
    TRANSFEREES.iter().find(|(known, _)| *known == code).map_or(code, |(_, words)| words)
}

fn in_words_of_venue(venue: Venue) -> &'static str {
    match venue {
        Venue::ConsumerLivesThere => "where the consumer lives",
        Venue::ContractSignedThere => "where the contract was signed",
        Venue::RealPropertyLiesThere => "where the real property lies",
        Venue::Elsewhere => "anywhere else",
    }
}

fn in_words_of_agreement(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Unknown => "not known",
        Agreement::Written => "a contract in writing",
        Agreement::Oral => "a spoken one",
        Agreement::PromissoryNote => "a promissory note",
        Agreement::OpenAccount => "an open account or a card",
    }
}

fn of_stops(stops: &Stops) -> Words {
    vec![
        ("Stayed in bankruptcy", yes_no(stops.is_stayed)),
        ("Discharged", yes_no(stops.is_discharged)),
        ("Written dispute waits", since(stops.written_at)),
        ("Request for the original creditor waits", since(stops.creditor_request_at)),
    ]
}

/// What it was decided on, from the record.
pub fn of_facts(facts: &ActFacts) -> Words {
    match facts {
        ActFacts::Furnish(facts) => facts
            .debts
            .iter()
            .flat_map(|debt| {
                vec![
                    ("Regulation F binds", yes_no(debt.regf_binds)),
                    ("Disputed", yes_no(debt.is_disputed)),
                    ("Written dispute waits", since(debt.written_at)),
                    ("Request for the original creditor waits", since(debt.creditor_request_at)),
                    ("Told enough from", debt.told_from_day.map_or_else(|| "not yet".into(), |day| day_number(Some(day)))),
                    ("May be reported until", day_number(debt.fresh_until_day)),
                ]
            })
            .collect(),
        ActFacts::Transfer(facts) => facts
            .debts
            .iter()
            .flat_map(|debt| {
                vec![
                    ("Regulation F binds", yes_no(debt.regf_binds)),
                    ("Paid or settled", yes_no(debt.is_paid_or_settled)),
                    ("Discharged", yes_no(debt.is_discharged)),
                    ("From identity theft, they say", yes_no(debt.is_from_identity_theft)),
                    ("Disputed", yes_no(debt.is_disputed)),
                ]
            })
            .collect(),
        ActFacts::Fee(facts) => vec![("The Act binds", yes_no(facts.fdcpa_binds))],
        ActFacts::Interest(facts) => {
            let cap = facts.caps.first().map_or_else(
                || "none".into(),
                |cap| {
                    let until = cap.last_day.map_or_else(|| "while they serve".into(), |day| format!("until {}", day_number(Some(day))));
                    format!("from {}, {until}", day_number(cap.from_day))
                },
            );
            vec![("The Act binds", yes_no(facts.fdcpa_binds)), ("Servicemember's limit", cap)]
        }
        ActFacts::Deposit(facts) => of_stops(&facts.stops),
        ActFacts::Debit(facts) => of_stops(&facts.stops),
        ActFacts::Judgment(facts) => of_stops(&facts.stops),
        ActFacts::Delete(facts) => vec![
            ("Regulation F binds", yes_no(facts.regf_binds)),
            ("Kept until", day_number(facts.kept_until_day)),
            (
                "Kept under Regulation E until",
                facts.debit_kept_until_day.map_or_else(|| "no such writing".into(), |day| day_number(Some(day))),
            ),
        ],
        ActFacts::Suit(facts) => facts
            .debts
            .iter()
            .flat_map(|debt| {
                let time = debt.limitation.map_or_else(
                    || "not known, so taken as run out".into(),
                    |time| {
                        let doubt = if time.is_verified { "" } else { "; the years are not verified" };
                        format!("{} years, until {}{doubt}", time.years, day_number(Some(time.last_day)))
                    },
                );
                vec![
                    ("Regulation F binds", yes_no(debt.regf_binds)),
                    ("Time to sue", time),
                    ("Stayed in bankruptcy", yes_no(debt.is_stayed)),
                    ("Discharged", yes_no(debt.is_discharged)),
                    ("Written dispute waits", since(debt.written_at)),
                ]
            })
            .collect(),
    }
}
