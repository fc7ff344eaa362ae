//! The rules, in the order people read them: what is wrong in its kind first, then who, when, where, how, how often.
//!
//! One rule, one file. The handbook, *Why?* and the audit record are made from their cards.

pub mod amended;
pub mod amount_authorized;
pub mod attorney;
pub mod bankruptcy_discharge;
pub mod bankruptcy_stay;
pub mod call_frequency;
pub mod calling_hours;
pub mod cease;
pub mod credit_precondition;
pub mod dc_calls;
pub mod dc_electronic;
pub mod debit_authorization;
pub mod debit_notice;
pub mod deceased;
pub mod default_judgment;
pub mod designated_time;
pub mod email_procedures;
pub mod esign;
pub mod hardship_pause;
pub mod identity_theft;
pub mod interest_cap;
pub mod limited_content;
pub mod location_info;
pub mod ma_calls;
pub mod mini_miranda;
pub mod minor;
pub mod notice_timing;
pub mod nyc_contacts;
pub mod obsolete;
pub mod opt_out;
pub mod opt_out_notice;
pub mod original_creditor;
pub mod overshadowing;
pub mod payment_application;
pub mod period_end;
pub mod place;
pub mod policy_limits;
pub mod postdated;
pub mod report_as_disputed;
pub mod retention;
pub mod social_media;
pub mod state_caps;
pub mod state_hours;
pub mod tcpa_consent;
pub mod tcpa_residential;
pub mod tcpa_revocation;
pub mod text_procedures;
pub mod third_party;
pub mod time_barred;
pub mod transfer_prohibited;
pub mod venue;
pub mod vulnerable;
pub mod wa_contacts;
pub mod work_email;
pub mod written_dispute;

#[cfg(test)]
pub mod proposal_tests;

use super::facts::{
    BasisFacts, ContactFacts, DebitFacts, DeletionFacts, DeliveryFacts, DepositFacts, FeeFacts, FurnishFacts, InterestFacts, JudgmentFacts,
    MessageFacts, NoticeFacts, PaymentFacts, PeriodFacts, SuitFacts, TransferFacts,
};
use super::policy::ContactPolicy;
use super::{
    BasisRule, Catalogue, ContactRule, DebitRule, DeletionRule, DeliveryRule, DepositRule, FeeRule, FurnishRule, InterestRule,
    JudgmentRule, MessageRule, NoticeRule, PaymentRule, PeriodRule, SuitRule, TransferRule,
};
use crate::decision::RuleCard;

/// About contacts. The first three speak alone: an act that is wrong in its kind gets that one reason.
pub static CONTACT: Catalogue<ContactFacts, ContactPolicy> = Catalogue::of(&CONTACT_RULES, 3);

/// About reports to a bureau.
pub static FURNISH: Catalogue<FurnishFacts, ()> = Catalogue::of(&FURNISH_RULES, 0);

/// About how a payment is laid on debts.
pub static PAYMENT: Catalogue<PaymentFacts, ()> = Catalogue::of(&PAYMENT_RULES, 0);

/// About the end that a validation notice states.
pub static PERIOD: Catalogue<PeriodFacts, ()> = Catalogue::of(&PERIOD_RULES, 0);

/// About the day on which a validation notice goes out.
pub static NOTICE: Catalogue<NoticeFacts, ()> = Catalogue::of(&NOTICE_RULES, 0);

/// About suits and threats of suit.
pub static SUIT: Catalogue<SuitFacts, ()> = Catalogue::of(&SUIT_RULES, 0);

/// About required disclosures that go electronically.
pub static DELIVERY: Catalogue<DeliveryFacts, ()> = Catalogue::of(&DELIVERY_RULES, 0);

/// About what a limited-content message may say: what these rules refuse is another message, which may go as what it is.
pub static MESSAGE: Catalogue<MessageFacts, ()> = Catalogue::of(&MESSAGE_RULES, 0);

/// About how we came to an address or number: what these rules refuse has no shelter if others read it.
pub static BASIS: Catalogue<BasisFacts, ()> = Catalogue::of(&BASIS_RULES, 0);

/// About a fee that would be added.
pub static FEE: Catalogue<FeeFacts, ()> = Catalogue::of(&FEE_RULES, 0);

/// About interest at a rate.
pub static INTEREST: Catalogue<InterestFacts, ()> = Catalogue::of(&INTEREST_RULES, 0);

/// About depositing a postdated instrument.
pub static DEPOSIT: Catalogue<DepositFacts, ()> = Catalogue::of(&DEPOSIT_RULES, 0);

/// About one debit of a series authorized ahead.
pub static DEBIT: Catalogue<DebitFacts, ()> = Catalogue::of(&DEBIT_RULES, 0);

/// About asking for judgment by default.
pub static JUDGMENT: Catalogue<JudgmentFacts, ()> = Catalogue::of(&JUDGMENT_RULES, 0);

/// About passing debts on.
pub static TRANSFER: Catalogue<TransferFacts, ()> = Catalogue::of(&TRANSFER_RULES, 0);

/// About deleting a record.
pub static DELETION: Catalogue<DeletionFacts, ()> = Catalogue::of(&DELETION_RULES, 0);

static CONTACT_RULES: [ContactRule; 47] = [
    social_media::RULE,
    location_info::RULE,
    third_party::RULE,
    bankruptcy_stay::RULE,
    bankruptcy_discharge::RULE,
    cease::RULE,
    attorney::RULE,
    deceased::RULE,
    minor::RULE,
    hardship_pause::RULE,
    written_dispute::RULE,
    original_creditor::RULE,
    overshadowing::RULE,
    calling_hours::RULE,
    designated_time::RULE,
    place::INCONVENIENT,
    place::EMPLOYER_PROHIBITS,
    opt_out::RULE,
    opt_out_notice::RULE,
    work_email::RULE,
    tcpa_consent::RULE,
    tcpa_revocation::RULE,
    tcpa_residential::RULE,
    mini_miranda::RULE,
    call_frequency::ATTEMPTS,
    call_frequency::CONVERSATION,
    call_frequency::PATTERN,
    ma_calls::RULE,
    dc_calls::RULE,
    dc_electronic::RULE,
    wa_contacts::RULE,
    nyc_contacts::RULE,
    state_caps::NEW_HAMPSHIRE,
    state_caps::OREGON,
    state_caps::WEST_VIRGINIA,
    state_hours::FLORIDA,
    state_hours::MASSACHUSETTS,
    state_hours::WASHINGTON,
    amended::HOURS,
    amended::CAPS,
    policy_limits::HOURS,
    policy_limits::DAYS_OFF,
    policy_limits::CALLS,
    policy_limits::MESSAGES,
    vulnerable::VULNERABLE,
    vulnerable::INCARCERATED,
    vulnerable::NOTE,
];

static FURNISH_RULES: [FurnishRule; 5] =
    [written_dispute::FURNISH, original_creditor::FURNISH, report_as_disputed::RULE, credit_precondition::RULE, obsolete::RULE];

static PAYMENT_RULES: [PaymentRule; 1] = [payment_application::RULE];

static FEE_RULES: [FeeRule; 4] = [amount_authorized::RULE, bankruptcy_stay::of_act(), bankruptcy_discharge::of_act(), hardship_pause::FEE];

static INTEREST_RULES: [InterestRule; 4] =
    [amount_authorized::INTEREST, interest_cap::RULE, bankruptcy_stay::of_act(), bankruptcy_discharge::of_act()];

static DEPOSIT_RULES: [DepositRule; 4] =
    [bankruptcy_discharge::of_act(), written_dispute::of_act(), original_creditor::of_act(), postdated::RULE];

static DEBIT_RULES: [DebitRule; 7] = [
    bankruptcy_stay::of_act(),
    bankruptcy_discharge::of_act(),
    written_dispute::of_act(),
    original_creditor::of_act(),
    debit_authorization::RULE,
    debit_notice::RULE,
    hardship_pause::DEBIT,
];

static SUIT_RULES: [SuitRule; 6] =
    [bankruptcy_stay::SUIT, bankruptcy_discharge::SUIT, written_dispute::SUIT, original_creditor::SUIT, time_barred::RULE, venue::RULE];

static JUDGMENT_RULES: [JudgmentRule; 5] = [
    bankruptcy_stay::of_act(),
    bankruptcy_discharge::of_act(),
    written_dispute::of_act(),
    original_creditor::of_act(),
    default_judgment::RULE,
];

static TRANSFER_RULES: [TransferRule; 3] = [transfer_prohibited::RULE, identity_theft::RULE, report_as_disputed::TRANSFER];

static DELETION_RULES: [DeletionRule; 2] = [retention::RULE, debit_authorization::DELETION];

static PERIOD_RULES: [PeriodRule; 1] = [period_end::RULE];

static NOTICE_RULES: [NoticeRule; 1] = [notice_timing::RULE];

static DELIVERY_RULES: [DeliveryRule; 1] = [esign::RULE];

static MESSAGE_RULES: [MessageRule; 1] = [limited_content::RULE];

static BASIS_RULES: [BasisRule; 2] = [email_procedures::RULE, text_procedures::RULE];

/// Every card once, in the order people read them: what is contacted about first, then notices, reports, money, courts, records.
pub fn cards() -> Vec<&'static RuleCard> {
    let mut cards: Vec<&'static RuleCard> = Vec::new();
    let contacts = of(&CONTACT).chain(of(&MESSAGE)).chain(of(&BASIS)).chain(of(&DELIVERY));
    let notices = of(&NOTICE).chain(of(&PERIOD)).chain(of(&FURNISH)).chain(of(&PAYMENT));
    let money = of(&FEE).chain(of(&INTEREST)).chain(of(&DEPOSIT)).chain(of(&DEBIT));
    let last = of(&SUIT).chain(of(&JUDGMENT)).chain(of(&TRANSFER)).chain(of(&DELETION));
    for card in contacts.chain(notices).chain(money).chain(last) {
        if !cards.iter().any(|known| known.id == card.id) {
            cards.push(card);
        }
    }
    cards
}

fn of<F, P>(catalogue: &'static Catalogue<F, P>) -> impl Iterator<Item = &'static RuleCard> {
    catalogue.rules.iter().map(|rule| &rule.card)
}

#[cfg(test)]
mod tests {
    use super::proposal_tests::{DEBT, agree, ask, call, consumer_in, happened, wishes, with};
    use crate::compliance::facts::gather_suit;
    use crate::compliance::record::{
        Bankruptcy, Closure, Dialing, Direction, Disclosure, NoticeKind, Outcome, Place, Proposal, Record, Wish,
    };
    use crate::values::channel::Channel;

    const NUMBER: &str = "+16145550101";

    /// Stops that can come to a record, one by one.
    fn stops() -> [fn(Record) -> Record; 14] {
        const AT: &str = "2026-05-05T12:00:00-04:00";
        fn after(mut record: Record, kind: NoticeKind) -> Record {
            happened(&mut record, AT, kind);
            record
        }
        [
            |record| after(record, NoticeKind::Cease),
            |mut record| {
                record.consumer.care.is_minor = true;
                record
            },
            |mut record| {
                record.consumer.care.is_vulnerable = true;
                record
            },
            |record| after(record, NoticeKind::AttorneyKnown(None)),
            |record| after(record, NoticeKind::Dispute { in_writing: true, submitted_on: None, is_duplicative: false, part: None }),
            |record| after(record, NoticeKind::OriginalCreditorRequest { in_writing: true, submitted_on: None }),
            |record| agree(record, AT, Some(NUMBER), NoticeKind::TcpaRevoked { channel: None }),
            |record| agree(record, AT, None, NoticeKind::TcpaRevoked { channel: Some(Channel::Text) }),
            |record| wishes(record, [Wish::NoChannel(Closure::Electronic)]),
            |record| wishes(record, [Wish::NoAddress { closure: Closure::Any, address: NUMBER.into() }]),
            |record| wishes(record, [Wish::InconvenientPlace(Place::Work), Wish::EmployerProhibits]),
            |record| with(record, [call("2026-05-05T11:00:00-04:00", Direction::Out, Outcome::NoAnswer)]),
            |mut record| {
                record.consumer.is_number_reassigned = true;
                record
            },
            |mut record| {
                record.debts[0].bankruptcy = Some(Bankruptcy { is_discharged: false, chapter: Some(7), is_stay_lifted: false });
                record
            },
        ]
    }

    #[test]
    fn a_further_stop_never_turns_no_into_yes() {
        let agreed =
            agree(consumer_in(&["America/New_York"]), "2026-01-10T12:00:00-05:00", Some(NUMBER), NoticeKind::TcpaConsent { channel: None });
        let proposals: [fn(&mut Proposal); 5] = [
            |proposal| proposal.disclosure = Some(Disclosure::Short),
            |proposal| (proposal.dialing, proposal.is_to_mobile) = (Dialing::Prerecorded, true),
            |proposal| (proposal.dialing, proposal.is_to_home_line) = (Dialing::ArtificialVoice, true),
            |proposal| (proposal.channel, proposal.dialing) = (Channel::Text, Dialing::Automatic),
            |proposal| (proposal.channel, proposal.disclosure) = (Channel::Letter, Some(Disclosure::None)),
        ];
        for record in [consumer_in(&["America/New_York"]), agreed] {
            for (which, differ) in proposals.iter().enumerate() {
                let is_refused = |record: &Record| {
                    !ask(record, |proposal| {
                        proposal.address = Some(NUMBER.into());
                        differ(proposal);
                    })
                    .is_empty()
                };
                for (i, first) in stops().iter().enumerate() {
                    let once = first(record.clone());
                    assert!(is_refused(&once) || !is_refused(&record), "proposal {which}, stop {i}");
                    for (k, second) in stops().iter().enumerate() {
                        assert!(is_refused(&second(once.clone())) || !is_refused(&once), "proposal {which}, stops {i} and {k}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_further_stop_never_opens_a_suit() {
        let at = "2026-05-06T11:00:00-04:00".parse().unwrap();
        let is_refused = |record: &Record| {
            let facts = gather_suit(record, at, record.consumer.key, &[DEBT], false);
            !crate::compliance::decide(&super::SUIT, &facts, &()).because.is_empty()
        };
        let mut open = consumer_in(&["America/New_York"]);
        (open.consumer.state, open.debts[0].accrued_on) = (Some("NJ"), Some(jiff::civil::date(2025, 3, 10)));
        assert!(!is_refused(&open));
        for first in stops() {
            let once = first(open.clone());
            for second in stops() {
                assert!(is_refused(&second(once.clone())) || !is_refused(&once));
            }
        }
    }

    #[test]
    fn every_card_says_what_is_wrong_and_what_can_be_done_instead() {
        let cards = super::cards();
        assert!(cards.len() >= 51, "{}", cards.len());
        for card in cards {
            for sentence in [card.plain, card.instead] {
                assert!(sentence.len() > 15 && sentence.ends_with('.'), "{}: {sentence:?}", card.id);
            }
        }
    }
}
