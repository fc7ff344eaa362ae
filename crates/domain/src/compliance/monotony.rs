//! A further stop never turns a no into a yes: every act other than a contact, over records made at random.

use super::facts::{self, Transferee, Venue};
use super::record::{Bankruptcy, CollectorRole, NoticeKind, OrdersNotice, Record, Service};
use super::rules;
use super::rules::proposal_tests::{DEBT, consumer_in, drawn, happened, refusals, transfer};
use jiff::civil::date;
use proptest::prelude::*;

const STOPS: usize = 8;

/// Puts one more stop on record.
fn stop(record: &mut Record, which: usize) {
    let at = "2026-05-01T12:00:00-04:00";
    let debt = &mut record.debts[0];
    match which {
        0 => debt.is_paid = true,
        1 => debt.is_settled = true,
        2 => debt.is_from_identity_theft = true,
        3 => debt.bankruptcy = debt.bankruptcy.or(Some(Bankruptcy { is_discharged: false, chapter: Some(13), is_stay_lifted: false })),
        4 => debt.bankruptcy = debt.bankruptcy.or(Some(Bankruptcy { is_discharged: true, chapter: Some(7), is_stay_lifted: false })),
        5 => happened(record, at, NoticeKind::Dispute { in_writing: true, submitted_on: None, is_duplicative: false, part: None }),
        6 => happened(record, at, NoticeKind::OriginalCreditorRequest { in_writing: true, submitted_on: None }),
        _ => {
            let notice = OrdersNotice::InTime;
            record.consumer.service = Some(Service { entered: Some(date(2025, 1, 1)), left: None, notice });
        }
    }
}

/// What stands in the way of every act.
fn all(record: &Record, rate: i64, venue: Venue, to: Transferee) -> Vec<Vec<&'static str>> {
    let at = "2026-05-06T11:00:00-04:00".parse().unwrap();
    let mut found = drawn(record).to_vec();
    found.push(refusals(&rules::FEE, &facts::gather_fee(record, at, &[DEBT], false, false)));
    found.push(refusals(&rules::INTEREST, &facts::gather_interest(record, at, &[DEBT], rate, false)));
    let suit = facts::gather_suit(record, at, record.consumer.key, &[DEBT], false);
    found.push(refusals(&rules::SUIT, &facts::SuitFacts { venue: Some(venue), ..suit }));
    found.push(refusals(&rules::DELETION, &facts::gather_deletion(record, at, &[DEBT], facts::KeptRecord::Evidence, None)));
    found.extend([transfer(record, to, false), transfer(record, to, true)]);
    found
}

proptest! {
    #[test]
    fn a_further_stop_never_opens_anything(
        role in prop::sample::select(vec![CollectorRole::ThirdParty, CollectorRole::DebtBuyer, CollectorRole::FirstParty]),
        is_consumer_purpose: bool,
        before in prop::collection::vec(0..STOPS, 0..4),
        further in 0..STOPS,
        rate in 0..3_000i64,
        venue in prop::sample::select(vec![Venue::ConsumerLivesThere, Venue::RealPropertyLiesThere, Venue::Elsewhere]),
        to in prop::sample::select(vec![Transferee::Buyer, Transferee::Owner, Transferee::MergerSuccessor]),
    ) {
        let mut record = consumer_in(&["America/New_York"]);
        record.role = role;
        record.debts[0].is_consumer_purpose = is_consumer_purpose;
        before.iter().for_each(|which| stop(&mut record, *which));
        let without = all(&record, rate, venue, to);
        stop(&mut record, further);
        let with = all(&record, rate, venue, to);
        for (without, with) in without.iter().zip(&with) {
            prop_assert!(without.iter().all(|rule| with.contains(rule)), "{without:?} {with:?}");
        }
    }
}
