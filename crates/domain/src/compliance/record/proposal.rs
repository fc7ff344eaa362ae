//! One contact somebody wants to make.

use super::{Dialing, Disclosure, Key, Keys, Place, Purpose};
use crate::values::channel::Channel;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One contact somebody wants to make.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// When.
    pub at: Timestamp,
    /// By which medium.
    pub channel: Channel,
    /// To whom.
    pub person: Key,
    /// About which debts.
    pub debts: Keys,
    /// To which place.
    pub place: Option<Place>,
    /// To which number or address.
    pub address: Option<String>,
    /// What for.
    pub purpose: Purpose,
    /// In answer to which incoming contact.
    pub in_response_to: Option<Key>,
    /// The address is known to be the employer's, and nothing on record opens it.
    pub is_employer_address_without_basis: bool,
    /// The message lacks the statement of how to opt out.
    pub lacks_opt_out_notice: bool,
    /// It threatens something unless they pay by this day.
    pub pay_by: Option<Date>,
    /// The number is known to be a mobile one.
    pub is_to_mobile: bool,
    /// The number is known to be a home line.
    pub is_to_home_line: bool,
    /// Who or what dials and speaks.
    pub dialing: Dialing,
    /// A recording lacks the automated way to opt out.
    pub lacks_automated_opt_out: bool,
    /// What it says about who speaks and why, where that is known.
    pub disclosure: Option<Disclosure>,
    /// It is a limited-content message (12 CFR 1006.2(j)).
    pub is_limited_content: bool,
    /// It is a formal pleading in a suit.
    pub is_formal_pleading: bool,
    /// Says more than a confirmation of an opt-out may.
    pub has_extra_text: bool,
    /// The law requires this medium.
    pub is_required_in_this_medium: bool,
    /// The consumer consented, directly, to contact with this third party.
    pub third_party_consented: bool,
    /// Whoever speaks was trained for people who need particular care.
    pub is_by_trained: bool,
    /// It asks for the part of the debt alone that is not disputed, and speaks of the rest as disputed.
    pub is_about_undisputed: bool,
    /// For location calls.
    pub location: LocationCall,
}

/// What is particular to asking a third party for location information.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct LocationCall {
    /// The debt is mentioned.
    pub mentions_debt: bool,
    /// The employer's name is volunteered.
    pub volunteers_employer: bool,
    /// The consumer's location is known already.
    pub location_already_known: bool,
    /// The third party asked us to come back.
    pub asked_again: bool,
    /// The earlier answer is believed wrong, and they now know better.
    pub earlier_answer_wrong: bool,
}

impl Proposal {
    /// Ordinary collection by a channel, with nothing particular about it.
    pub fn of(at: Timestamp, channel: Channel, person: Key, debts: impl Into<Keys>) -> Proposal {
        Proposal {
            at,
            channel,
            person,
            debts: debts.into(),
            place: None,
            address: None,
            purpose: Purpose::Collection,
            in_response_to: None,
            is_employer_address_without_basis: false,
            lacks_opt_out_notice: false,
            pay_by: None,
            is_to_mobile: false,
            is_to_home_line: false,
            dialing: Dialing::Manual,
            lacks_automated_opt_out: false,
            disclosure: None,
            is_limited_content: false,
            is_formal_pleading: false,
            has_extra_text: false,
            is_required_in_this_medium: false,
            third_party_consented: false,
            is_by_trained: false,
            is_about_undisputed: false,
            location: LocationCall::default(),
        }
    }
}
