//! The situations that are decided: a thousand people with two time zones each, seven in ten of whom may be called.

use duly_domain::compliance::caps::Jurisdiction;
use duly_domain::compliance::facts::{ContactFacts, Facts, gather};
use duly_domain::compliance::record::{
    Closure, CollectorRole, Consumer, Contact, Debt, Dialing, Direction, Notice, NoticeKind, Outcome, Preference, Proposal, Purpose,
    Record, Wish,
};
use duly_domain::values::channel::Channel;
use duly_domain::values::region::LocationSignal;
use jiff::{SignedDuration, Timestamp};

/// How many there are.
pub const SITUATIONS: u64 = 1_000;

/// One situation: the record as it is stored, the facts of our gate, and the same as numbers for the others.
pub struct Situation {
    pub record: Record,
    pub proposal: Proposal,
    pub facts: ContactFacts,
    pub numbers: Numbers,
}

/// What the eight rules ask about, counted.
#[derive(Clone, Copy)]
pub struct Numbers {
    /// The minute of the day in each of the two zones.
    pub minutes: [u16; 2],
    pub attempts: u32,
    pub days_since_conversation: u32,
    pub opted_out: bool,
    pub ceased: bool,
    pub lawyer: bool,
    pub disputed: bool,
    pub cap_used: u32,
    pub cap_max: u32,
}

/// All of them.
pub fn all() -> Vec<Situation> {
    (0..SITUATIONS).map(situation).collect()
}

fn situation(i: u64) -> Situation {
    // A hundred kinds, in an order that no branch predictor knows.
    let kind = i.wrapping_mul(2_654_435_761) % 4_294_967_296 / 97 % 100;
    let base: Timestamp = "2026-04-07T16:00:00Z".parse().expect("an instant");
    let early = if kind < 8 { -5 * 60 } else { 0 };
    let at = base + SignedDuration::from_mins(i64::try_from(i % 360).unwrap_or(0) + early);
    let zones = ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"];
    let zone = |k: u64| LocationSignal { kind: "address".into(), zone: zones[((i + k) % 4) as usize].into() };
    let in_massachusetts = (8..14).contains(&kind);
    let calls = match kind {
        8..11 => 1,
        11..14 => 3,
        14..19 => 7,
        _ => i % 5,
    };
    let call = |days: u64, outcome| Contact {
        key: None,
        at: at - SignedDuration::from_hours(24 * i64::try_from(days).unwrap_or(0)) - SignedDuration::from_mins(20),
        channel: Channel::Call,
        direction: Direction::Out,
        outcome: Some(outcome),
        person: 1,
        debts: vec![10],
        discussed: None,
        address: None,
        place: None,
        purpose: Purpose::Collection,
        in_response_to: None,
        gives_call_consent: None,
        was_unreachable: false,
        dialing: Dialing::Manual,
        is_limited_content: false,
        is_ours: true,
        disclosed: None,
    };
    let mut contacts: Vec<Contact> = (0..calls).rev().map(|days| call(days, Outcome::NoAnswer)).collect();
    if (19..24).contains(&kind) {
        contacts.insert(0, call(5, Outcome::Conversation));
    }
    let days_ago = |days: i64| base - SignedDuration::from_hours(24 * days);
    let told = |days, kind| Notice { key: None, at: days_ago(days), debts: vec![10], person: 1, number: None, kind };
    let dispute = NoticeKind::Dispute { in_writing: true, submitted_on: None, is_duplicative: false };
    let notices = match kind {
        24..26 => vec![told(9, NoticeKind::Cease)],
        26..28 => vec![told(8, NoticeKind::AttorneyKnown(None))],
        28..30 => vec![told(20, NoticeKind::ValidationNoticeSent { sent_on: None, stated_end: None }), told(9, dispute)],
        _ => Vec::new(),
    };
    let closed = Preference { at: days_ago(30), until: None, wish: Wish::NoChannel(Closure::One(Channel::Call)) };
    let record = Record {
        role: CollectorRole::ThirdParty,
        consumer: Consumer {
            key: 1,
            signals: vec![zone(0), zone(1)],
            preferences: if (30..32).contains(&kind) { vec![closed] } else { Vec::new() },
            jurisdictions: if in_massachusetts { vec![Jurisdiction::Massachusetts] } else { Vec::new() },
            ..Consumer::default()
        },
        persons: Vec::new(),
        clock_events: Vec::new(),
        debts: vec![Debt::of(10)],
        contacts,
        notices,
    };
    let proposal = Proposal::of(at, Channel::Call, 1, vec![10]);
    let facts = gather(&record, &proposal);
    let numbers = numbers(&facts, in_massachusetts);
    Situation { record, proposal, facts, numbers }
}

fn numbers(facts: &ContactFacts, in_massachusetts: bool) -> Numbers {
    let today = facts.instant(facts.at).day;
    let in_run = |days: &[i32]| u32::try_from(days.iter().filter(|day| **day > today - 7 && **day <= today).count()).unwrap_or(u32::MAX);
    let minute = |clock: usize| u16::try_from(facts.clocks[clock].local(facts.at).1 / 60).unwrap_or(0);
    Numbers {
        minutes: [minute(0), minute(1)],
        attempts: in_run(&facts.debts[0].attempt_days),
        days_since_conversation: facts.debts[0].conversation_day.map_or(999, |on| today.abs_diff(on)),
        opted_out: !facts.closures.is_empty(),
        ceased: facts.ceased_at.is_some(),
        lawyer: facts.attorney_at.is_some(),
        disputed: facts.dispute.written_at.is_some(),
        cap_used: facts.caps.iter().map(|count| in_run(&count.days)).max().unwrap_or(0),
        // Two calls about a debt in seven days.
        cap_max: if in_massachusetts { 2 } else { 999 },
    }
}

/// The eight rules as one function, without a word of why.
pub fn plain(numbers: &Numbers) -> bool {
    let open = |minute: u16| (480..1260).contains(&minute);
    open(numbers.minutes[0])
        && open(numbers.minutes[1])
        && numbers.attempts < 7
        && numbers.days_since_conversation >= 7
        && !numbers.opted_out
        && !numbers.ceased
        && !numbers.lawyer
        && !numbers.disputed
        && numbers.cap_used < numbers.cap_max
}
