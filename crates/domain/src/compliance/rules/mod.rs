//! The rules, in the order people read them: what is wrong in its kind first, then who, when, where, how, how often.
//!
//! One rule, one file. The handbook, *Why?* and the audit record are made from their cards.

pub mod attorney;
pub mod bankruptcy_discharge;
pub mod bankruptcy_stay;
pub mod call_frequency;
pub mod calling_hours;
pub mod cease;
pub mod credit_precondition;
pub mod dc_calls;
pub mod dc_electronic;
pub mod deceased;
pub mod designated_time;
pub mod email_procedures;
pub mod esign;
pub mod limited_content;
pub mod location_info;
pub mod ma_calls;
pub mod mini_miranda;
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
pub mod report_as_disputed;
pub mod social_media;
pub mod tcpa_consent;
pub mod tcpa_residential;
pub mod tcpa_revocation;
pub mod text_procedures;
pub mod third_party;
pub mod time_barred;
pub mod wa_contacts;
pub mod work_email;
pub mod written_dispute;

#[cfg(test)]
pub mod proposal_tests;

use super::facts::{
    BasisFacts, ContactFacts, DeliveryFacts, FurnishFacts, MessageFacts, NoticeFacts, PaymentFacts, PeriodFacts, SuitFacts,
};
use super::policy::ContactPolicy;
use super::{BasisRule, Catalogue, ContactRule, DeliveryRule, FurnishRule, MessageRule, NoticeRule, PaymentRule, PeriodRule, SuitRule};
use crate::decision::RuleCard;

/// About contacts. The first three speak alone: an act that is wrong in its kind gets that one reason.
pub static CONTACT: Catalogue<ContactFacts, ContactPolicy> = Catalogue { rules: &CONTACT_RULES, exclusive: 3 };

/// About reports to a bureau.
pub static FURNISH: Catalogue<FurnishFacts, ()> = Catalogue { rules: &FURNISH_RULES, exclusive: 0 };

/// About how a payment is laid on debts.
pub static PAYMENT: Catalogue<PaymentFacts, ()> = Catalogue { rules: &PAYMENT_RULES, exclusive: 0 };

/// About the end that a validation notice states.
pub static PERIOD: Catalogue<PeriodFacts, ()> = Catalogue { rules: &PERIOD_RULES, exclusive: 0 };

/// About the day on which a validation notice goes out.
pub static NOTICE: Catalogue<NoticeFacts, ()> = Catalogue { rules: &NOTICE_RULES, exclusive: 0 };

/// About suits and threats of suit.
pub static SUIT: Catalogue<SuitFacts, ()> = Catalogue { rules: &SUIT_RULES, exclusive: 0 };

/// About required disclosures that go electronically.
pub static DELIVERY: Catalogue<DeliveryFacts, ()> = Catalogue { rules: &DELIVERY_RULES, exclusive: 0 };

/// About what a limited-content message may say: what these rules refuse is another message, which may go as what it is.
pub static MESSAGE: Catalogue<MessageFacts, ()> = Catalogue { rules: &MESSAGE_RULES, exclusive: 0 };

/// About how we came to an address or number: what these rules refuse has no shelter if others read it.
pub static BASIS: Catalogue<BasisFacts, ()> = Catalogue { rules: &BASIS_RULES, exclusive: 0 };

static CONTACT_RULES: [ContactRule; 30] = [
    social_media::RULE,
    location_info::RULE,
    third_party::RULE,
    bankruptcy_stay::RULE,
    bankruptcy_discharge::RULE,
    cease::RULE,
    attorney::RULE,
    deceased::RULE,
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
];

static FURNISH_RULES: [FurnishRule; 5] =
    [written_dispute::FURNISH, original_creditor::FURNISH, report_as_disputed::RULE, credit_precondition::RULE, obsolete::RULE];

static PAYMENT_RULES: [PaymentRule; 1] = [payment_application::RULE];

static PERIOD_RULES: [PeriodRule; 1] = [period_end::RULE];

static NOTICE_RULES: [NoticeRule; 1] = [notice_timing::RULE];

static SUIT_RULES: [SuitRule; 5] =
    [bankruptcy_stay::SUIT, bankruptcy_discharge::SUIT, written_dispute::SUIT, original_creditor::SUIT, time_barred::RULE];

static DELIVERY_RULES: [DeliveryRule; 1] = [esign::RULE];

static MESSAGE_RULES: [MessageRule; 1] = [limited_content::RULE];

static BASIS_RULES: [BasisRule; 2] = [email_procedures::RULE, text_procedures::RULE];

/// Every card once, in the order people read them: what is contacted about first, then the other acts.
pub fn cards() -> Vec<&'static RuleCard> {
    let mut cards: Vec<&'static RuleCard> = CONTACT.rules.iter().map(|rule| &rule.card).collect();
    let others = FURNISH.rules.iter().map(|rule| &rule.card).chain(PAYMENT.rules.iter().map(|rule| &rule.card));
    let notices = NOTICE.rules.iter().map(|rule| &rule.card).chain(PERIOD.rules.iter().map(|rule| &rule.card));
    let suits = SUIT.rules.iter().map(|rule| &rule.card).chain(DELIVERY.rules.iter().map(|rule| &rule.card));
    let messages = MESSAGE.rules.iter().map(|rule| &rule.card).chain(BASIS.rules.iter().map(|rule| &rule.card));
    for card in others.chain(notices).chain(suits).chain(messages) {
        if !cards.iter().any(|known| known.id == card.id) {
            cards.push(card);
        }
    }
    cards
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_card_says_what_is_wrong_and_what_can_be_done_instead() {
        let cards = super::cards();
        assert!(cards.len() >= 39, "{}", cards.len());
        for card in cards {
            for sentence in [card.plain, card.instead] {
                assert!(sentence.len() > 15 && sentence.ends_with('.'), "{}: {sentence:?}", card.id);
            }
        }
    }
}
