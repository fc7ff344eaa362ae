//! The situations that are decided: people with two time zones each, seven in ten of whom may be called, no two alike in all.
//!
//! Each is drawn from its own number, so that a million of them need no file and come out the same on every machine.

use duly_domain::compliance::caps::Jurisdiction;
use duly_domain::compliance::record::{
    Closure, CollectorRole, Consumer, Contact, Debt, Dialing, Direction, Notice, NoticeKind, Outcome, Preference, Proposal, Purpose,
    Record, Wish,
};
use duly_domain::values::channel::Channel;
use duly_domain::values::region::LocationSignal;
use jiff::Timestamp;

/// The first second of the forty days in which they lie, 2027-02-10T00:00Z. On one of them the clocks change.
pub const FIRST: i64 = 1_802_217_600;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Numbers drawn from a seed (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).cast_signed().rem_euclid(bound)
    }
}

/// One situation: the record as it is stored, and what somebody wants to do.
pub fn situation(nth: u64) -> (Record, Proposal) {
    let mut draw = Draw(nth.wrapping_mul(0xd605_1a94_2b6c_95d1));
    let kind = draw.below(100);
    // Refused: eight for the hour alone, and of the others some at a closed hour too.
    let is_at_night = kind < 8 || (kind < 30 && draw.below(8) == 0);
    // Columns count in whole minutes. From 16:00 to 01:00 it is day on every clock, from 04:00 to 12:00 night on one at least.
    let second = if is_at_night { 4 * HOUR + draw.below(8 * 60) * MINUTE } else { 16 * HOUR + draw.below(9 * 60) * MINUTE };
    let at = FIRST + draw.below(40) * DAY + second;
    let moment = |second: i64| Timestamp::from_second(second).expect("a second of the year 2027");

    let zones = ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"];
    let first = draw.below(4) as usize;
    let signals = [first, (first + 1) % 4].map(|zone| LocationSignal { kind: "address".into(), zone: zones[zone].into() });

    let in_massachusetts = (8..12).contains(&kind) || (30..33).contains(&kind);
    let calls = match kind {
        8..12 => 3,
        12..17 => 7,
        30..33 => 1,
        _ => draw.below(6),
    };
    let spoke_days_ago = match kind {
        17..22 => Some(1 + draw.below(5)),
        33..43 => Some(8 + draw.below(12)),
        _ => None,
    };
    let mut call = |days: i64, outcome| Contact {
        key: None,
        at: moment(at - days * DAY - 20 * MINUTE - draw.below(90 * MINUTE)),
        channel: Channel::Call,
        direction: Direction::Out,
        outcome: Some(outcome),
        person: 1,
        debts: vec![10].into(),
        purpose: Purpose::Collection,
        particulars: None,
        was_unreachable: false,
        dialing: Dialing::Manual,
        is_limited_content: false,
        is_ours: true,
        disclosed: None,
    };
    let spoken = spoke_days_ago.map(|days| call(days, Outcome::Conversation));
    let contacts = spoken.into_iter().chain((0..calls).rev().map(|days| call(days, Outcome::NoAnswer))).collect();

    let told = |days: i64, kind| Notice { key: None, at: moment(at - days * DAY), debts: vec![10].into(), person: 1, number: None, kind };
    let dispute = NoticeKind::Dispute { in_writing: true, submitted_on: None, is_duplicative: false, part: None };
    let notices = match kind {
        22..24 => vec![told(1 + draw.below(90), NoticeKind::Cease)],
        24..26 => vec![told(1 + draw.below(90), NoticeKind::AttorneyKnown(None))],
        26..28 => {
            let sent = 12 + draw.below(15);
            vec![told(sent, NoticeKind::ValidationNoticeSent { sent_on: None, stated_end: None }), told(1 + draw.below(10), dispute)]
        }
        _ => Vec::new(),
    };
    let closed = || Preference { at: moment(at - 30 * DAY), until: None, wish: Wish::NoChannel(Closure::One(Channel::Call)) };
    let record = Record {
        role: CollectorRole::ThirdParty,
        consumer: Consumer {
            key: 1,
            signals: signals.into(),
            preferences: if (28..30).contains(&kind) { vec![closed()] } else { Vec::new() },
            jurisdictions: if in_massachusetts { vec![Jurisdiction::Massachusetts] } else { Vec::new() },
            ..Consumer::default()
        },
        persons: Vec::new(),
        clock_events: Vec::new(),
        debts: [Debt::of(10)].into(),
        contacts,
        notices,
    };
    (record, Proposal::of(moment(at), Channel::Call, 1, vec![10]))
}
