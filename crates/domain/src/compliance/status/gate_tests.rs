//! The lists and the gate say the same: every contact there is, asked of the real rules with and without each status.

use super::*;
use crate::compliance::facts::{InterestCap, gather, gather_interest};
use crate::compliance::policy::ContactPolicy;
use crate::compliance::record::{
    Bankruptcy, Closure, Dialing, Direction, NoticeKind, OrdersNotice, Outcome, Proposal, Record, Service, Standing, Wish,
};
use crate::compliance::rules::proposal_tests::{CONSUMER, DEBT, PERSON, after, call, refusals, wishes, with, with_person};
use crate::compliance::{decide_contact, rules};
use crate::decision::Answer;
use crate::identity::{Role, may};
use jiff::civil::date;

const PURPOSES: [Purpose; 12] = [
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
];
const CHANNELS: [Channel; 4] = [Channel::Call, Channel::Text, Channel::Email, Channel::Letter];

/// Puts a status on the consumer.
fn entered(status: Status, mut record: Record) -> Record {
    let care = &mut record.consumer.care;
    match status {
        Status::Cease => return after(record, NoticeKind::Cease),
        Status::Closed => return wishes(record, [Wish::NoChannel(Closure::One(Channel::Call))]),
        Status::Attorney => return after(record, NoticeKind::AttorneyKnown(None)),
        Status::Deceased => record.consumer.is_deceased = true,
        Status::Servicemember => record.consumer.service = Some(Service { entered: None, left: None, notice: OrdersNotice::InTime }),
        Status::Incarcerated => care.is_incarcerated = true,
        Status::Minor => care.is_minor = true,
        Status::Vulnerable => care.is_vulnerable = true,
        Status::Hardship => care.is_in_hardship = true,
        Status::Discharged => {
            record.debts[0].bankruptcy = Some(Bankruptcy { is_discharged: true, chapter: Some(7), is_stay_lifted: false });
        }
        petition => {
            let chapter = petition.chapter().and_then(|chapter| u8::try_from(chapter).ok());
            record.debts[0].bankruptcy = Some(Bankruptcy { is_discharged: false, chapter, is_stay_lifted: false });
        }
    }
    record
}

/// A record with one of each addressee beside the consumer, and a call and a message of theirs that wait for an answer.
fn record_with(to: Addressee) -> Record {
    let role = match to {
        Addressee::Them | Addressee::Other => "neighbor",
        Addressee::SpeaksForThem => "personal_representative",
        Addressee::CoDebtor => "co_debtor",
        Addressee::Lawyer => "consumer_attorney",
    };
    let came = CHANNELS.into_iter().zip(70..).map(|(channel, key)| {
        let mut came = call("2026-05-06T10:50:00-04:00", Direction::In, Outcome::LeftMessage);
        (came.channel, came.key) = (channel, Some(key));
        came
    });
    with(with_person(role), came)
}

fn is_allowed(record: &Record, to: Addressee, channel: Channel, purpose: Purpose, by_machine: bool, is_answer: bool) -> bool {
    let at = "2026-05-06T11:00:00-04:00".parse().unwrap();
    let person = if to == Addressee::Them { CONSUMER } else { PERSON };
    let key = CHANNELS.into_iter().zip(70..).find(|(known, _)| *known == channel).map(|(_, key)| key);
    let proposal = Proposal {
        purpose,
        dialing: if by_machine { Dialing::Automatic } else { Dialing::Manual },
        in_response_to: key.filter(|_| is_answer),
        ..Proposal::of(at, channel, person, vec![DEBT])
    };
    decide_contact(&gather(record, &proposal), &ContactPolicy::LAW).answer == Answer::Yes
}

#[test]
fn what_a_list_says_is_allowed_is_allowed_and_nothing_else() {
    let mut asked = 0;
    for card in &CARDS {
        for to in Addressee::ALL {
            let without = record_with(to);
            let with = entered(card.status, without.clone());
            for channel in CHANNELS {
                for purpose in PURPOSES {
                    // Machines call and text.
                    for by_machine in [false, true].into_iter().filter(|machine| !machine || channel == Channel::Call) {
                        for is_answer in [false, true].into_iter().filter(|answer| !answer || to == Addressee::Them) {
                            if !is_allowed(&without, to, channel, purpose, by_machine, is_answer) {
                                continue;
                            }
                            let listed = card.allowed.iter().any(|item| item.covers(to, channel, purpose, by_machine, is_answer));
                            let allowed = is_allowed(&with, to, channel, purpose, by_machine, is_answer);
                            assert_eq!(
                                allowed, listed,
                                "{}: {to:?} by {channel} for {purpose:?}, machine {by_machine}, answer {is_answer}",
                                card.code
                            );
                            asked += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(asked > 2_000, "{asked} contacts were asked about");
}

#[test]
fn every_item_of_a_list_allows_something_that_nothing_forbade_before() {
    for card in &CARDS {
        for item in card.allowed {
            let some = item.to.iter().any(|to| {
                let record = entered(card.status, record_with(*to));
                CHANNELS.into_iter().any(|channel| {
                    PURPOSES.into_iter().any(|purpose| {
                        item.covers(*to, channel, purpose, false, item.is_answer)
                            && is_allowed(&record, *to, channel, purpose, false, item.is_answer)
                    })
                })
            });
            assert!(some, "{}: {}", card.code, item.says);
        }
    }
}

#[test]
fn what_may_be_said_once_is_refused_the_second_time() {
    let ceased = entered(Status::Cease, record_with(Addressee::Them));
    for item in Status::Cease.card().allowed.iter().filter(|item| item.is_once && item.to.contains(&Addressee::Them)) {
        let purpose = item.purposes[0];
        let mut said = call("2026-05-02T11:00:00-04:00", Direction::Out, Outcome::Delivered);
        (said.channel, said.purpose) = (Channel::Letter, purpose);
        assert!(!is_allowed(&with(ceased.clone(), [said]), Addressee::Them, Channel::Letter, purpose, false, false), "{}", item.says);
    }
}

#[test]
fn service_limits_interest_and_leaves_contacts_as_they_were() {
    let mut record = entered(Status::Servicemember, record_with(Addressee::Them));
    record.debts[0].incurred_on = Some(date(2020, 1, 1));
    let facts = |rate| gather_interest(&record, "2026-05-06T11:00:00-04:00".parse().unwrap(), &[DEBT], rate, false);
    assert_eq!(facts(601).caps, [InterestCap { from_day: None, last_day: None }]);
    assert_eq!(refusals(&rules::INTEREST, &facts(601)), ["scra.interest-cap"]);
    assert!(refusals(&rules::INTEREST, &facts(600)).is_empty());
}

#[test]
fn every_status_is_found_by_its_code_and_says_what_shows_it() {
    for card in &CARDS {
        assert_eq!(Status::parse(card.code), Some(card.status));
        assert_eq!(card.status.card().code, card.code);
        assert!(!card.allowed.is_empty() && !card.enter.is_empty() && !card.lift.is_empty() && !card.cite.is_empty(), "{}", card.code);
        assert!(card.allowed.iter().all(|item| item.says.ends_with('.')), "{}", card.code);
        for role in [Role::BackOffice, Role::Auditor] {
            assert!(!may(role, card.lifted_by), "{}", card.code);
        }
        assert!(card.status == Status::Closed || !may(Role::Officer, card.lifted_by), "{}: an officer lifts no stop", card.code);
    }
    for chapter in [Some(7), Some(11), Some(12), Some(13), None] {
        let status = Status::of_chapter(chapter);
        assert!(status.is_petition() && status.chapter() == chapter);
    }
    assert_eq!(Status::parse("pigeon"), None);
    assert!(!Status::Discharged.is_petition());
}

#[test]
fn who_speaks_for_an_estate_or_a_child_counts_as_the_consumer() {
    use crate::parties::role::{OF_ESTATE, OF_MINOR, can_be_added};
    for role in OF_ESTATE.into_iter().chain(OF_MINOR) {
        assert!(can_be_added(role), "{role}");
        assert_eq!(Standing::of_role(role), Standing::CountsAsConsumer, "{role}");
    }
}
