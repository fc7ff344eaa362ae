//! Reads the record for one proposed contact.
//!
//! Most people have little on record: [`gather`] begins with the facts of somebody with nothing, and opens no part of the record
//! that is empty. The contacts are walked once. Facts are filled where they stand, since they are large to move: who asks about one
//! after another gathers [`gather_into`] one place.

use super::disputes::Disputes;
use super::past::Past;
use super::wishes::Wishes;
use super::{BankruptcyFacts, Confirmation, ContactFacts, DisputeFacts, Reply, Seldom, clock_of_days, regf_binds};
use crate::compliance::asked::Topics;
use crate::compliance::record::{Care, Dialing, Person, Proposal, Record, Standing};
use crate::compliance::rules::designated_time::is_designated;
use crate::values::channel::Channel;
use crate::values::moment::day_number;
use crate::values::region::{Clocks, clocks, clocks_into};
use smallvec::SmallVec;

/// Reads from the record what the rules may know about a proposal. Entries later than the proposal are not looked at.
pub fn gather(record: &Record, proposal: &Proposal) -> ContactFacts {
    let (past, person) = seen_from(record, proposal);
    let mut facts = of_proposal(&past, person);
    fill(&past, person, &mut facts);
    facts
}

/// The same, in the place of facts that are needed no more.
pub fn gather_into(facts: &mut ContactFacts, record: &Record, proposal: &Proposal) {
    let (past, person) = seen_from(record, proposal);
    *facts = of_proposal(&past, person);
    fill(&past, person, facts);
}

/// The record as it is seen from the person to be reached, and who of the others they are, where they are on record.
#[inline(always)]
fn seen_from<'r>(record: &'r Record, proposal: &'r Proposal) -> (Past<'r>, Option<&'r Person>) {
    let person = record.persons.iter().find(|person| person.key == proposal.person);
    let standing =
        if proposal.person == record.consumer.key { Standing::Consumer } else { person.map_or(Standing::ThirdParty, |p| p.standing) };
    (Past::of(record, proposal, standing), person)
}

/// Fills in what happened before.
fn fill(past: &Past, person: Option<&Person>, facts: &mut ContactFacts) {
    let Past { record, proposal, standing, .. } = *past;
    let signals = person.map(|person| person.signals.as_slice()).filter(|signals| !signals.is_empty()).unwrap_or(&record.consumer.signals);
    clocks_into(&mut facts.clocks, signals, proposal.at);
    past.count_calls(facts);
    bankruptcy(past, &mut facts.bankruptcy);
    facts.paused_until_day = past.debts.iter().filter_map(|debt| debt.paused_until).max().map(day_number);
    facts.reply = past.reply().map(|incoming| Reply {
        at: incoming.at.as_second(),
        place: incoming.place(),
        came_at_designated_time: false,
        clocks: clocks(signals, incoming.at).into_vec(),
    });
    if !record.consumer.preferences.is_empty() || person.is_some_and(|person| !person.preferences.is_empty()) {
        heed_wishes(past, person, facts);
    }
    facts.machine = past.machine();
    facts.confirmation = past.confirmation(&facts.closures, facts.machine.and_then(|machine| machine.revoked_at));
    if !record.notices.is_empty() {
        facts.ceased_at = past.ceased_at();
        facts.served_since_cease_at = past.served_since_cease();
        facts.attorney_at = past.attorney_at();
        facts.dispute = if facts.regf_binds { disputes(past) } else { DisputeFacts::default() };
    }
    if past.has_caps(standing) {
        facts.caps = past.cap_counts(standing, facts.reply.is_some()).into();
        facts.hours_of = past.hours_of().into();
        facts.lacks_electronic_consent = past.lacks_electronic_consent();
    }
    facts.amended = past.amended(standing, facts.reply.is_some()).into();
    facts.electronic_days = past.electronic_days().into();
    facts.disclosure = past.disclosure(standing);
    facts.topics = facts.topics_touched();
}

/// The facts where nothing happened before: what is proposed, and to whom.
#[inline(always)]
fn of_proposal(past: &Past, person: Option<&Person>) -> ContactFacts {
    let Past { record, proposal, standing, .. } = *past;
    let is_the_consumer = standing == Standing::Consumer;
    ContactFacts {
        at: proposal.at.as_second(),
        regf_binds: regf_binds(record) && past.concerns_consumer_debts(),
        standing,
        channel: proposal.channel,
        place: proposal.place,
        purpose: proposal.purpose,
        day_clock: clock_of_days(record, proposal.at),
        clocks: Clocks::new(),
        wish_clocks: Seldom::NONE,
        time_wishes: Seldom::NONE,
        closed_places: Seldom::NONE,
        employer_prohibits: None,
        caps: Seldom::NONE,
        hours_of: Seldom::NONE,
        amended: Seldom::NONE,
        paused_until_day: None,
        electronic_days: Seldom::NONE,
        reply: None,
        debts: SmallVec::new(),
        connected_calls: SmallVec::new(),
        confirmation: Confirmation::None,
        closures: Seldom::NONE,
        lacks_opt_out_notice: proposal.lacks_opt_out_notice,
        is_employer_address_without_basis: proposal.is_employer_address_without_basis,
        is_required_in_this_medium: proposal.is_required_in_this_medium,
        ceased_at: None,
        served_since_cease_at: None,
        attorney_at: None,
        is_deceased: person.map_or(is_the_consumer && record.consumer.is_deceased, |person| person.is_deceased),
        third_party_consented: proposal.third_party_consented,
        location: proposal.location,
        asked_location_at: None,
        is_consumers_lawyer: person.is_some_and(|person| person.is_consumers_lawyer),
        dispute: DisputeFacts::default(),
        bankruptcy: BankruptcyFacts::default(),
        lacks_electronic_consent: false,
        disclosure: None,
        machine: None,
        care: person.map_or(if is_the_consumer { record.consumer.care } else { Care::default() }, |person| person.care),
        is_by_machine: proposal.dialing != Dialing::Manual || proposal.channel == Channel::RinglessVoicemail,
        is_by_trained: proposal.is_by_trained,
        topics: Topics::ALL,
    }
}

/// What the wishes that bind say of the proposal.
fn heed_wishes(past: &Past, person: Option<&Person>, facts: &mut ContactFacts) {
    let wishes = Wishes::binding(past.record, person, past.standing, past.proposal.at);
    facts.time_wishes = wishes.about_time().into();
    if !facts.time_wishes.is_empty() {
        facts.wish_clocks = clocks(wishes.signals, past.proposal.at).into_vec().into();
    }
    facts.closed_places = wishes.closed_places().into();
    facts.employer_prohibits = wishes.employer_prohibits();
    facts.closures = wishes.closures(past.proposal, facts.reply.as_ref()).into();
    if let (Some(reply), Some(incoming)) = (&mut facts.reply, past.reply()) {
        reply.came_at_designated_time = is_designated(&facts.time_wishes, &clocks(wishes.signals, incoming.at), reply.at);
    }
}

fn disputes(past: &Past) -> DisputeFacts {
    let events = Disputes::new(past.record, past.proposal.at);
    let today = events.day_of(past.proposal.at);
    let ends = || past.consumer_debts().filter_map(|debt| events.period_end(debt, today)).max();
    let written_at = past.consumer_debts().filter_map(|debt| events.written_dispute_at(debt)).min();
    // What is about several debts and disputed in part waits whole: which of them is spoken of, nobody could tell afterwards.
    let one = past.debts.first().filter(|_| past.proposal.debts.len() == 1 && past.debts.len() == 1 && written_at.is_some());
    DisputeFacts {
        written_at,
        undisputed: one.and_then(|debt| events.undisputed(debt)),
        is_about_undisputed: past.proposal.is_about_undisputed,
        creditor_request_at: past.consumer_debts().filter_map(|debt| events.creditor_request_at(debt)).min(),
        threat_until_day: past.proposal.pay_by.and_then(|pay_by| ends().filter(|end| day_number(pay_by) <= *end && today <= *end)),
    }
}

fn bankruptcy(past: &Past, facts: &mut BankruptcyFacts) {
    for debt in &past.debts {
        facts.is_stayed |= debt.is_stayed(false);
        facts.is_stayed_for_co_debtors |= debt.is_stayed(true);
        facts.is_discharged |= debt.is_discharged();
        facts.is_stayed_by_others |= past.record.is_stayed_by_others(debt, past.person);
        facts.is_discharged_for_them |= past.record.is_discharged_for(debt, past.person);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::drawn::{proposal, record};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_is_left_of_the_facts_that_stood_in_the_place(
            before in (record(), proposal()), record in record(), proposal in proposal(),
        ) {
            let mut facts = gather(&before.0, &before.1);
            gather_into(&mut facts, &record, &proposal);
            let alone = gather(&record, &proposal);
            prop_assert_eq!(format!("{facts:?}"), format!("{alone:?}"));
        }
    }
}
