//! Small records for the tables of the rules: one consumer, one credit-card debt, a third-party collector.

use crate::compliance::policy::ContactPolicy;
use crate::compliance::record::{CollectorRole, Consumer, Contact, Debt, Direction, Outcome, Preference, Proposal, Purpose, Record, Wish};
use crate::compliance::{decide_contact, facts};
use crate::decision::Decision;
use crate::values::channel::Channel;
use crate::values::region::LocationSignal;

/// The consumer and the debt of every small record.
pub const CONSUMER: u128 = 1;
/// The debt of every small record.
pub const DEBT: u128 = 10;

/// A record with nothing on it but where the consumer may be.
pub fn consumer_in(zones: &[&str]) -> Record {
    let signals = zones.iter().map(|zone| LocationSignal { kind: "address".into(), zone: (*zone).into() }).collect();
    Record {
        role: CollectorRole::ThirdParty,
        consumer: Consumer { key: CONSUMER, signals, ..Consumer::default() },
        persons: Vec::new(),
        debts: vec![Debt { key: DEBT, is_consumer_purpose: true, serviced_as: None }],
        contacts: Vec::new(),
        notices: Vec::new(),
    }
}

/// The same with wishes told long ago.
pub fn wishes(mut record: Record, wishes: impl IntoIterator<Item = Wish>) -> Record {
    let at = "2020-01-01T00:00:00Z".parse().unwrap();
    record.consumer.preferences.extend(wishes.into_iter().map(|wish| Preference { at, until: None, wish }));
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
        debts: vec![DEBT],
        discussed: None,
        place: None,
        purpose: Purpose::Collection,
        in_response_to: None,
        gives_call_consent: None,
        is_ours: true,
    }
}

/// Decides an ordinary call at a moment.
pub fn decide(record: &Record, when: &str) -> Decision {
    let proposal = Proposal::of(when.parse().unwrap(), Channel::Call, CONSUMER, vec![DEBT]);
    decide_contact(&facts::gather(record, &proposal), &ContactPolicy::LAW)
}
