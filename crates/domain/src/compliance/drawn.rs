//! Records and proposals drawn at random, for what must hold whatever is on record.

use super::amendments::{Amendment, Column, NO_END, Says};
use super::caps::Jurisdiction;
use super::policy::{ContactPolicy, Limits, Version};
use super::record::{
    Bankruptcy, Care, Closure, CollectorRole, Consumer, Contact, Debt, Dialing, Direction, Disclosure, Hours, Key, LocationCall, Notice,
    NoticeKind, Outcome, Particulars, Person, Place, Preference, Proposal, Purpose, Record, Standing, Wish,
};
use super::states::Confidence;
use crate::values::channel::Channel;
use crate::values::moment::date_of_day;
use crate::values::money::Money;
use crate::values::region::{LocationSignal, STATED};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::sync::Arc;

/// The consumer of every record drawn.
pub const CONSUMER: Key = 1;
/// The others who may be around.
pub const OTHERS: [Key; 2] = [2, 3];
/// A person who is on no record.
pub const STRANGER: Key = 9;
/// The debts of every record drawn.
pub const DEBTS: [Key; 2] = [10, 11];

const CHANNELS: [Channel; 7] = [
    Channel::Call,
    Channel::Call,
    Channel::RinglessVoicemail,
    Channel::Text,
    Channel::Email,
    Channel::Letter,
    Channel::SocialPrivateMessage,
];
const ZONES: [&str; 6] = ["America/New_York", "America/Chicago", "America/Phoenix", "America/Los_Angeles", "Pacific/Honolulu", "Nowhere"];
const ADDRESSES: [&str; 2] = ["+16145550101", "+16145550102"];

/// The last of the moments at which anything is on record, and about which proposals are made.
fn base() -> Timestamp {
    "2026-03-01T15:00:00Z".parse().unwrap()
}

/// So many minutes before; most in the last days, where the rules count.
fn before() -> impl Strategy<Value = Timestamp> {
    prop_oneof![5 => 0..6 * 24 * 60i64, 2 => 0..14 * 24 * 60i64, 1 => 0..400 * 24 * 60i64]
        .prop_map(|minutes| base() - SignedDuration::from_mins(minutes))
}

fn debts() -> impl Strategy<Value = Vec<Key>> {
    prop_oneof![2 => Just(DEBTS.to_vec()), 1 => subsequence(DEBTS.to_vec(), 0..=2)]
}

fn anybody() -> impl Strategy<Value = Key> {
    prop_oneof![5 => Just(CONSUMER), 1 => Just(OTHERS[0]), 1 => Just(OTHERS[1]), 1 => Just(STRANGER)]
}

fn place() -> impl Strategy<Value = Option<Place>> {
    of(select(vec![Place::Home, Place::Work, Place::School]))
}

fn address() -> impl Strategy<Value = Option<String>> {
    of(select(ADDRESSES.to_vec()).prop_map(String::from))
}

fn dialing() -> impl Strategy<Value = Dialing> {
    select(vec![Dialing::Manual, Dialing::Manual, Dialing::Automatic, Dialing::Prerecorded, Dialing::ArtificialVoice])
}

fn purpose() -> impl Strategy<Value = Purpose> {
    select(vec![
        Purpose::Collection,
        Purpose::Collection,
        Purpose::Collection,
        Purpose::LocationInformation,
        Purpose::OptOutConfirmation,
        Purpose::AskElectronicConsent,
        Purpose::EndingCollection,
        Purpose::MayInvokeRemedy,
        Purpose::WillInvokeRemedy,
        Purpose::RequiredByLaw,
        Purpose::SendVerification,
        Purpose::SendOriginalCreditor,
        Purpose::AnswerDuplicativeDispute,
        Purpose::ProofOfClaim,
    ])
}

fn outcome() -> impl Strategy<Value = Option<Outcome>> {
    of(select(vec![
        Outcome::NoAnswer,
        Outcome::Voicemail,
        Outcome::Conversation,
        Outcome::AnsweredDropped,
        Outcome::AnsweredBusy,
        Outcome::RecordingNoMessage,
        Outcome::LeftMessage,
        Outcome::Delivered,
        Outcome::Busy,
        Outcome::NotInService,
    ]))
}

fn contact() -> impl Strategy<Value = Contact> {
    let what = (before(), select(CHANNELS.to_vec()), prop::bool::weighted(0.3), outcome(), anybody(), debts(), weighted(0.2, debts()));
    let how = (address(), place(), purpose(), weighted(0.1, 0..6u128), weighted(0.1, 0..10u32), any::<bool>(), dialing(), any::<bool>());
    let told = weighted(0.3, select(vec![Disclosure::None, Disclosure::Short, Disclosure::Full]));
    (what, how, prop::bool::weighted(0.9), told).prop_map(|(what, how, is_ours, disclosed)| {
        let (at, channel, came_in, outcome, person, debts, discussed) = what;
        let (address, place, purpose, in_response_to, gives_call_consent, was_unreachable, dialing, is_limited_content) = how;
        let in_response_to = in_response_to.map(|nth| 100 + nth);
        let particulars = Particulars { discussed, address, place, in_response_to, gives_call_consent };
        Contact {
            key: None,
            at,
            channel,
            direction: if came_in { Direction::In } else { Direction::Out },
            outcome,
            person,
            debts: debts.into(),
            purpose,
            was_unreachable,
            dialing,
            is_limited_content,
            is_ours,
            disclosed,
            particulars: Some(Box::new(particulars)),
        }
    })
}

fn kind() -> impl Strategy<Value = NoticeKind> {
    let channel = || of(select(vec![Channel::Call, Channel::Text]));
    prop_oneof![
        (0..10u32, any::<bool>()).prop_map(|(days, direct)| NoticeKind::CallConsent { days, direct }),
        Just(NoticeKind::CallConsentRevoked),
        Just(NoticeKind::Cease),
        of(5..7u128).prop_map(NoticeKind::AttorneyKnown),
        of(5..7u128).prop_map(NoticeKind::AttorneyReleased),
        Just(NoticeKind::ValidationNoticeSent { sent_on: None, stated_end: None }),
        Just(NoticeKind::Undeliverable(None)),
        (any::<bool>(), any::<bool>(), of(Just(Money::usd(1_000)))).prop_map(|(in_writing, is_duplicative, part)| NoticeKind::Dispute {
            in_writing,
            submitted_on: None,
            is_duplicative,
            part
        }),
        Just(NoticeKind::VerificationSent),
        Just(NoticeKind::DuplicativeDisputeAnswered),
        any::<bool>().prop_map(|in_writing| NoticeKind::OriginalCreditorRequest { in_writing, submitted_on: None }),
        Just(NoticeKind::OriginalCreditorSent),
        Just(NoticeKind::ElectronicConsent),
        channel().prop_map(|channel| NoticeKind::TcpaConsent { channel }),
        channel().prop_map(|channel| NoticeKind::TcpaRevoked { channel }),
    ]
}

fn notice() -> impl Strategy<Value = Notice> {
    (before(), debts(), anybody(), address(), kind()).prop_map(|(at, debts, person, number, kind)| Notice {
        key: None,
        at,
        debts: debts.into(),
        person,
        number,
        kind,
    })
}

fn wish() -> impl Strategy<Value = Wish> {
    let hours = || (1..128u8, 0..1440u16, 0..=1440u16).prop_map(|(days, from, to)| Hours { days, from, to });
    let closure = || prop_oneof![select(CHANNELS.to_vec()).prop_map(Closure::One), Just(Closure::Electronic), Just(Closure::Any)];
    prop_oneof![
        2 => hours().prop_map(Wish::InconvenientTime),
        1 => hours().prop_map(Wish::ConvenientOnly),
        1 => hours().prop_map(Wish::TimeConsent),
        1 => select(vec![Place::Home, Place::Work]).prop_map(Wish::InconvenientPlace),
        1 => Just(Wish::EmployerProhibits),
        1 => closure().prop_map(Wish::NoChannel),
        1 => (closure(), select(ADDRESSES.to_vec())).prop_map(|(closure, address)| Wish::NoAddress { closure, address: address.into() }),
    ]
}

fn preference() -> impl Strategy<Value = Preference> {
    (before(), weighted(0.3, 0..60 * 24 * 60i64), wish()).prop_map(|(at, lasts, wish)| Preference {
        at,
        until: lasts.map(|minutes| base() + SignedDuration::from_mins(minutes)),
        wish,
    })
}

fn signals() -> impl Strategy<Value = Vec<LocationSignal>> {
    vec((select(ZONES.to_vec()), prop::bool::weighted(0.1)), 0..3).prop_map(|signals| {
        let signal = |(zone, is_stated): (&'static str, bool)| LocationSignal {
            kind: if is_stated { STATED.into() } else { "address".into() },
            zone: zone.into(),
        };
        signals.into_iter().map(signal).collect()
    })
}

fn bankruptcy() -> impl Strategy<Value = Bankruptcy> {
    (any::<bool>(), of(select(vec![7, 11, 12, 13])), any::<bool>()).prop_map(|(is_discharged, chapter, is_stay_lifted)| Bankruptcy {
        is_discharged,
        chapter,
        is_stay_lifted,
    })
}

fn care() -> impl Strategy<Value = Care> {
    let seldom = || prop::bool::weighted(0.05);
    (seldom(), seldom(), seldom(), seldom()).prop_map(|(is_vulnerable, is_incarcerated, is_minor, is_in_hardship)| Care {
        is_vulnerable,
        is_incarcerated,
        is_minor,
        is_in_hardship,
    })
}

fn person(key: Key) -> impl Strategy<Value = Person> {
    let roles = vec!["spouse", "co_debtor", "consumer_attorney", "creditor", "neighbor", "executor"];
    (select(roles), signals(), vec(preference(), 0..3), prop::bool::weighted(0.1), weighted(0.1, bankruptcy()), care()).prop_map(
        move |(role, signals, preferences, is_deceased, case, care)| Person {
            key,
            standing: Standing::of_role(role),
            is_consumers_lawyer: Standing::is_consumers_lawyer(role),
            signals,
            preferences,
            is_deceased,
            care,
            cases: case.map(|case| (DEBTS[0], case)).into_iter().collect(),
        },
    )
}

fn debt(key: Key) -> impl Strategy<Value = Debt> {
    let flags = (prop::bool::weighted(0.8), any::<bool>(), prop::bool::weighted(0.1), prop::bool::weighted(0.1));
    (flags, weighted(0.1, bankruptcy()), weighted(0.1, -3..12i32)).prop_map(
        move |((is_consumer_purpose, is_serviced, survives_discharge, is_post_petition), case, paused)| {
            let serviced_as = is_serviced.then_some(77);
            Debt {
                is_consumer_purpose,
                serviced_as,
                survives_discharge,
                is_post_petition,
                bankruptcy: case,
                owed: Some(Money::usd(2_500)),
                paused_until: paused.map(|days| date_of_day(i32::try_from(base().as_second().div_euclid(86_400)).unwrap_or(0) + days)),
                ..Debt::of(key)
            }
        },
    )
}

/// What was amended where they live: around the moments at which things are asked, and in any order.
fn amendments() -> impl Strategy<Value = Vec<Arc<Amendment>>> {
    const SAYS: [(Column, &str); 7] = [
        (Column::CallingHours, "10:00-16:00 for calls, creditors too"),
        (Column::CallingHours, "09:00-20:00 for contacts"),
        (Column::CallingHours, "as shipped"),
        (Column::ContactCaps, "1 calls per debt in 3 days, creditors too"),
        (Column::ContactCaps, "2 contacts per person in 30 days; 1 electronic messages per debt in 1 day"),
        (Column::ContactCaps, "none"),
        (Column::ContactCaps, "as shipped"),
    ];
    let one = (select(SAYS.to_vec()), select(vec!["us-ma", "us-fl", "us-oh"]), -3000..3000i64, weighted(0.5, 1..9000i64));
    prop_oneof![3 => Just(Vec::new()), 1 => vec(one, 0..3)].prop_map(|drawn| {
        let amend = |(number, drawn): (u32, ((Column, &str), &str, i64, _))| {
            let ((column, says), pack, minute, lasts): (_, _, _, Option<i64>) = drawn;
            let begins_at = base().as_second() + minute * 60;
            Arc::new(Amendment {
                number,
                pack: pack.to_string(),
                column,
                says: Says::parse(column, says).unwrap(),
                source: "a source".into(),
                confidence: Confidence::Low,
                from_on: jiff::civil::date(2026, 3, 1),
                to_on: None,
                begins_at,
                ends_at: lasts.map_or(NO_END, |lasts| begins_at + lasts * 60),
            })
        };
        (1..).zip(drawn).map(amend).collect()
    })
}

/// Anything on record; half of the records have little on them.
pub fn record() -> impl Strategy<Value = Record> {
    let roles = vec![CollectorRole::ThirdParty, CollectorRole::ThirdParty, CollectorRole::DebtBuyer, CollectorRole::FirstParty];
    let places = vec![
        Jurisdiction::Massachusetts,
        Jurisdiction::DistrictOfColumbia,
        Jurisdiction::Washington,
        Jurisdiction::NewYorkCity,
        Jurisdiction::Florida,
        Jurisdiction::WestVirginia,
        Jurisdiction::Oregon,
        Jurisdiction::NewHampshire,
    ];
    let consumer = (signals(), vec(preference(), 0..3), prop::bool::weighted(0.1), weighted(0.4, select(places)), any::<bool>(), care());
    let history = prop_oneof![(vec(contact(), 0..4), vec(notice(), 0..1)), (vec(contact(), 0..12), vec(notice(), 0..6))];
    let people = (person(OTHERS[0]), person(OTHERS[1]));
    let law = (select(roles), amendments());
    (law, consumer, people, (debt(DEBTS[0]), debt(DEBTS[1])), history).prop_map(|(law, consumer, people, debts, history)| {
        let (role, amendments) = law;
        let (signals, preferences, is_deceased, place, is_number_reassigned, care) = consumer;
        let jurisdictions = place.into_iter().collect();
        let (mut contacts, notices) = history;
        for (contact, nth) in contacts.iter_mut().zip(100..) {
            contact.key = Some(nth);
        }
        let consumer = Consumer {
            key: CONSUMER,
            signals: signals.into(),
            preferences,
            is_deceased,
            jurisdictions,
            amendments,
            is_number_reassigned,
            care,
            ..Consumer::default()
        };
        Record {
            role,
            consumer,
            persons: vec![people.0, people.1],
            debts: [debts.0, debts.1].into_iter().collect(),
            contacts,
            notices,
            clock_events: Vec::new(),
        }
    })
}

/// Anything somebody may want to do: most of it soon after the last thing on record, some of it before a rule was in force.
pub fn proposal() -> impl Strategy<Value = Proposal> {
    let minutes = prop_oneof![4 => 0..2 * 24 * 60i64, 2 => 0..30 * 24 * 60i64, 1 => 0..500 * 24 * 60i64, 1 => -4000 * 24 * 60..0i64];
    let channel = prop_oneof![9 => select(CHANNELS.to_vec()), 1 => Just(Channel::SocialPublic)];
    let what = (minutes, channel, anybody(), debts(), place(), address(), purpose(), weighted(0.2, 0..6u128));
    let disclosure = of(select(vec![Disclosure::None, Disclosure::Short, Disclosure::Full]));
    let how = (dialing(), disclosure, weighted(0.2, 0..60i64), vec(prop::bool::weighted(0.2), 16));
    (what, how).prop_map(|((minutes, channel, person, debts, place, address, purpose, answers), (dialing, disclosure, pay_in, is))| {
        let at = base() + SignedDuration::from_mins(minutes);
        let pay_by = pay_in.map(|days| crate::values::moment::date_of_day((at.as_second() / 86_400 + days) as i32));
        Proposal {
            place,
            address,
            purpose,
            in_response_to: answers.map(|nth| 100 + nth),
            is_employer_address_without_basis: is[0],
            lacks_opt_out_notice: is[1],
            pay_by,
            is_to_mobile: is[2],
            is_to_home_line: is[3],
            dialing,
            lacks_automated_opt_out: is[4],
            disclosure,
            is_limited_content: is[5],
            is_formal_pleading: is[6],
            has_extra_text: is[7],
            is_required_in_this_medium: is[8],
            third_party_consented: is[9],
            location: LocationCall {
                mentions_debt: is[10],
                volunteers_employer: is[11],
                location_already_known: is[12],
                asked_again: is[13],
                earlier_answer_wrong: is[14],
            },
            is_about_undisputed: is[15],
            ..Proposal::of(at, channel, person, debts)
        }
    })
}

/// A house that asks so much beyond the law.
pub fn house(calls: Option<u32>, opens: Option<u16>, closes: Option<u16>, sundays: bool, holidays: bool) -> ContactPolicy {
    let limits = Limits {
        attempts_max_7_days: calls,
        opens_minute: opens,
        closes_minute: closes,
        electronic_max_7_days: calls,
        is_off_on_sundays: sundays,
        is_off_on_holidays: holidays,
    };
    ContactPolicy { house: Version { number: 1, limits }, ..ContactPolicy::LAW }
}

/// The law, or a house with numbers of its own.
pub fn policy() -> impl Strategy<Value = ContactPolicy> {
    let limits = (prop::option::of(0..8u32), prop::option::of(480..720u16), prop::option::of(720..1261u16), any::<(bool, bool)>());
    let house = limits.prop_map(|(calls, opens, closes, (sundays, holidays))| house(calls, opens, closes, sundays, holidays));
    prop_oneof![Just(ContactPolicy::LAW), house]
}
