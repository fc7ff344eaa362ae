//! The rules, in the order people read them: what is wrong in its kind first, then who, when, where, how, how often.
//!
//! One rule, one file. The handbook, *Why?* and the audit record are made from their cards.

pub mod attorney;
pub mod call_frequency;
pub mod calling_hours;
pub mod cease;
pub mod deceased;
pub mod designated_time;
pub mod location_info;
pub mod opt_out;
pub mod opt_out_notice;
pub mod place;
pub mod social_media;
pub mod third_party;
pub mod work_email;

#[cfg(test)]
pub mod proposal_tests;

use super::ContactRule;

/// How many of the first rules speak alone: an act that is wrong in its kind gets that one reason.
pub const EXCLUSIVE: usize = 3;

/// Every rule about contacts.
pub static CONTACT: [ContactRule; 16] = [
    social_media::RULE,
    location_info::RULE,
    third_party::RULE,
    cease::RULE,
    attorney::RULE,
    deceased::RULE,
    calling_hours::RULE,
    designated_time::RULE,
    place::INCONVENIENT,
    place::EMPLOYER_PROHIBITS,
    opt_out::RULE,
    opt_out_notice::RULE,
    work_email::RULE,
    call_frequency::ATTEMPTS,
    call_frequency::CONVERSATION,
    call_frequency::PATTERN,
];
