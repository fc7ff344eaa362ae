//! Small records for the tables of the rules: one consumer, one credit-card debt, a third-party collector.

use crate::compliance::caps::Jurisdiction;
use crate::compliance::policy::ContactPolicy;
use crate::compliance::record::{
    Care, CollectorRole, Consumer, Contact, Debt, Dialing, Direction, Notice, NoticeKind, Outcome, Person, Preference, Proposal, Purpose,
    Record, Standing, Wish,
};
use crate::compliance::{Catalogue, decide_contact, facts};
use crate::decision::Decision;
use crate::values::channel::Channel;
use crate::values::region::LocationSignal;

/// The consumer and the debt of every small record.
pub const CONSUMER: u128 = 1;
/// The debt of every small record.
pub const DEBT: u128 = 10;

/// A record with nothing on it but where the consumer may be.
pub fn consumer_in(zones: &[&'static str]) -> Record {
    let signals = zones.iter().map(|zone| LocationSignal { kind: "address".into(), zone: (*zone).into() }).collect();
    Record {
        role: CollectorRole::ThirdParty,
        consumer: Consumer { key: CONSUMER, signals, ..Consumer::default() },
        persons: Vec::new(),
        debts: [Debt::of(DEBT)].into(),
        contacts: Vec::new(),
        notices: Vec::new(),
        clock_events: Vec::new(),
    }
}

/// The same with wishes told long ago.
pub fn wishes(mut record: Record, wishes: impl IntoIterator<Item = Wish>) -> Record {
    let at = "2020-01-01T00:00:00Z".parse().unwrap();
    record.consumer.preferences.extend(wishes.into_iter().map(|wish| Preference { at, until: None, wish }));
    record
}

/// The same with wishes that the other person of [`with_person`] told long ago.
pub fn of_person(mut record: Record, wishes: impl IntoIterator<Item = Wish>) -> Record {
    let at = "2020-01-01T00:00:00Z".parse().unwrap();
    record.persons[0].preferences.extend(wishes.into_iter().map(|wish| Preference { at, until: None, wish }));
    record
}

/// The same with earlier contacts.
pub fn with(mut record: Record, contacts: impl IntoIterator<Item = Contact>) -> Record {
    record.contacts.extend(contacts);
    record
}

/// An earlier call about the debt.
pub fn call(at: &str, direction: Direction, outcome: Outcome) -> Contact {
    Contact {
        key: None,
        at: at.parse().unwrap(),
        channel: Channel::Call,
        direction,
        outcome: Some(outcome),
        person: CONSUMER,
        debts: vec![DEBT].into(),
        purpose: Purpose::Collection,
        particulars: None,
        was_unreachable: false,
        dialing: Dialing::Manual,
        is_limited_content: false,
        disclosed: None,
        is_ours: true,
    }
}

/// Decides an ordinary call at a moment.
pub fn decide(record: &Record, when: &str) -> Decision {
    let proposal = Proposal::of(when.parse().unwrap(), Channel::Call, CONSUMER, vec![DEBT]);
    decide_contact(&facts::gather(record, &proposal), &ContactPolicy::LAW)
}

/// Decides a contact at eleven in the morning of 6 May 2026, Eastern, that differs from an ordinary call; the rules that stand
/// in the way.
pub fn ask(record: &Record, differ: impl FnOnce(&mut Proposal)) -> Vec<&'static str> {
    let at = "2026-05-06T11:00:00-04:00".parse().unwrap();
    let mut proposal = Proposal::of(at, Channel::Call, CONSUMER, vec![DEBT]);
    differ(&mut proposal);
    let decision = decide_contact(&facts::gather(record, &proposal), &ContactPolicy::LAW);
    decision.because.iter().map(|reason| reason.rule.id).collect()
}

/// A consumer in New York with one more person around, of a role.
pub fn with_person(role: &str) -> Record {
    let mut record = consumer_in(&["America/New_York"]);
    record.persons.push(Person {
        key: PERSON,
        standing: Standing::of_role(role),
        is_consumers_lawyer: Standing::is_consumers_lawyer(role),
        signals: Vec::new(),
        preferences: Vec::new(),
        is_deceased: false,
        cases: Vec::new(),
        care: Care::default(),
    });
    record
}

/// The other person of [`with_person`].
pub const PERSON: u128 = 2;

/// The same with something that happened on 1 May 2026.
pub fn after(mut record: Record, kind: NoticeKind) -> Record {
    let at = "2026-05-01T12:00:00-04:00".parse().unwrap();
    record.notices.push(Notice { key: None, at, debts: vec![DEBT].into(), person: CONSUMER, number: None, kind });
    record
}

/// Adds what happened at a moment.
pub fn happened(record: &mut Record, at: &str, kind: NoticeKind) {
    record.notices.push(Notice { key: None, at: at.parse().unwrap(), debts: vec![DEBT].into(), person: CONSUMER, number: None, kind });
}

/// The same with consent to machines given or taken back at a moment, for a number or for all.
pub fn agree(mut record: Record, at: &str, number: Option<&str>, kind: NoticeKind) -> Record {
    let at = at.parse().unwrap();
    record.notices.push(Notice { key: None, at, debts: vec![DEBT].into(), person: CONSUMER, number: number.map(String::from), kind });
    record
}

/// A consumer on Eastern time who lives where there are limits beyond the federal ones.
pub fn lives_in(jurisdiction: Jurisdiction) -> Record {
    let mut record = consumer_in(&["America/New_York"]);
    record.consumer.jurisdictions.push(jurisdiction);
    record
}

/// Decides a report of the debt to a bureau at eleven in the morning of 6 May 2026, Eastern; the rules that stand in the way.
pub fn furnish(record: &Record, reports_as_disputed: bool) -> Vec<&'static str> {
    let at = "2026-05-06T11:00:00-04:00".parse().unwrap();
    let facts = facts::gather_furnish(record, at, &[DEBT], reports_as_disputed);
    super::super::decide(&super::FURNISH, &facts, &()).because.iter().map(|reason| reason.rule.id).collect()
}

/// Decides passing the debt on at eleven in the morning of 6 May 2026, Eastern; the rules that stand in the way.
pub fn transfer(record: &Record, to: facts::Transferee, hides_dispute: bool) -> Vec<&'static str> {
    let at = "2026-05-06T11:00:00-04:00".parse().unwrap();
    refusals(&super::TRANSFER, &facts::gather_transfer(record, at, &[DEBT], to, hides_dispute))
}

/// The rules of a catalogue that stand in the way of an act.
pub fn refusals<F: facts::Facts>(catalogue: &Catalogue<F, ()>, facts: &F) -> Vec<&'static str> {
    super::super::decide(catalogue, facts, &()).because.iter().map(|reason| reason.rule.id).collect()
}

/// What stands in the way, on 6 May 2026, of a deposit, a debit and a request for judgment that are otherwise in order.
pub fn drawn(record: &Record) -> [Vec<&'static str>; 3] {
    let at = "2026-05-06T11:00:00-04:00".parse().unwrap();
    let today = jiff::civil::date(2026, 5, 6);
    [
        refusals(&super::DEPOSIT, &facts::gather_deposit(record, at, &[DEBT], today, today, None)),
        refusals(&super::DEBIT, &facts::gather_debit(record, at, &[DEBT])),
        refusals(&super::JUDGMENT, &facts::gather_judgment(record, at, &[DEBT], true)),
    ]
}
