//! Caps of states and cities: how many contacts of which kind in how many days, as data.
//!
//! [`CAPS`] is the whole table. [`super::facts::gather`] counts for the rows that apply to a proposal, the rules of
//! `rules/ma_calls.rs` and its neighbors say which row is full. A cap "in seven days" looks at the day of the proposal
//! and the six before it; a new cap is a new row and a card.

use super::amendments::Column;
use super::facts::ContactFacts;
use super::record::{CollectorRole, Contact, Direction, Outcome, Place, Proposal, Purpose};
use crate::decision::{Detail, Finding, Instant, day};
use crate::values::channel::Channel;
use serde::{Deserialize, Serialize};

/// A place with limits of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Jurisdiction {
    Massachusetts,
    DistrictOfColumbia,
    Washington,
    NewYorkCity,
    Florida,
    NewHampshire,
    Oregon,
    WestVirginia,
}

impl Jurisdiction {
    /// Where a state and a city within it lead; `None` where we know no limits beyond the federal ones.
    pub fn of(state: &str, locality: Option<&str>) -> Option<Jurisdiction> {
        match state {
            "MA" => Some(Jurisdiction::Massachusetts),
            "DC" => Some(Jurisdiction::DistrictOfColumbia),
            "WA" => Some(Jurisdiction::Washington),
            "NY" if locality == Some("nyc") => Some(Jurisdiction::NewYorkCity),
            "FL" => Some(Jurisdiction::Florida),
            "NH" => Some(Jurisdiction::NewHampshire),
            "OR" => Some(Jurisdiction::Oregon),
            "WV" => Some(Jurisdiction::WestVirginia),
            _ => None,
        }
    }

    /// The state it is or lies in.
    pub const fn state(self) -> &'static str {
        match self {
            Jurisdiction::Massachusetts => "MA",
            Jurisdiction::DistrictOfColumbia => "DC",
            Jurisdiction::Washington => "WA",
            Jurisdiction::NewYorkCity => "NY",
            Jurisdiction::Florida => "FL",
            Jurisdiction::NewHampshire => "NH",
            Jurisdiction::Oregon => "OR",
            Jurisdiction::WestVirginia => "WV",
        }
    }

    /// The pack in which its limits stand.
    pub const fn pack(self) -> &'static str {
        match self {
            Jurisdiction::Massachusetts => "us-ma",
            Jurisdiction::DistrictOfColumbia => "us-dc",
            Jurisdiction::Washington => "us-wa",
            Jurisdiction::NewYorkCity => "us-ny-nyc",
            Jurisdiction::Florida => "us-fl",
            Jurisdiction::NewHampshire => "us-nh",
            Jurisdiction::Oregon => "us-or",
            Jurisdiction::WestVirginia => "us-wv",
        }
    }

    /// Whether `regulation/rules.md` names its limits, so that conformance cases may ask for them; those of the others stand in
    /// `states.csv` alone.
    pub const fn is_in_the_rules(self) -> bool {
        use Jurisdiction::{DistrictOfColumbia, Massachusetts, NewYorkCity, Washington};
        matches!(self, Massachusetts | DistrictOfColumbia | Washington | NewYorkCity)
    }
}

/// Names a row of the table, also in the facts kept with a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the table says what each is")]
pub enum CapId {
    MaHomeOrMobile,
    MaElsewhere,
    DcCalls,
    DcElectronic,
    DcAsking,
    WaWeek,
    WaWork,
    WaMobileDay,
    NycAll,
    NhWork,
    OrWork,
    WvCalls,
    WvTalks,
}

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Each debt for itself.
    Debt,
    /// All debts of the person.
    Person,
}

/// Which media it limits and counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// Calls, ringless voice mail too.
    Calls,
    /// Calls and texts.
    CallsAndTexts,
    /// E-mail, texts, private messages.
    Electronic,
    /// Every one, letters too.
    All,
}

/// Which contacts by these media it limits and counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Any,
    /// To the home or a personal number; a contact that names no place is one.
    HomeOrMobile,
    /// To any other place.
    Elsewhere,
    /// To the workplace.
    Work,
    /// To the same mobile number.
    SameMobile,
    /// To the same number.
    SameNumber,
    /// Those that ask for consent to electronic messages.
    Asking,
}

/// Which earlier contacts use it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Whatever was placed or sent.
    Placed,
    /// What could reach them: not where neither they nor a mailbox could be reached.
    Reachable,
    /// What did reach them.
    Reached,
    /// What they spoke in.
    Spoken,
}

/// One row.
#[derive(Debug)]
pub struct Cap {
    /// Its name.
    pub id: CapId,
    /// Where it binds.
    pub jurisdiction: Jurisdiction,
    /// Whom it binds.
    pub roles: &'static [CollectorRole],
    /// What is counted together.
    pub unit: Unit,
    /// Which media.
    pub media: Media,
    /// Which contacts by them.
    pub scope: Scope,
    /// Which earlier ones use it up.
    pub counts: Counts,
    /// Answers to them, and what the law requires to be sent, stand outside.
    pub leaves_out_answers: bool,
    /// How many.
    pub max: u32,
    /// In how many days.
    pub days: i32,
    /// The first day on which it binds, as a day number.
    pub in_force_from: i32,
    /// The first day on which it binds no more; `None` while no end is known.
    pub in_force_until: Option<i32>,
    /// Our source is beyond doubt; a cap that is not verified binds all the same and is marked.
    pub is_verified: bool,
}

const EVERYBODY: &[CollectorRole] = &[CollectorRole::ThirdParty, CollectorRole::DebtBuyer, CollectorRole::FirstParty];
const COLLECTORS: &[CollectorRole] = &[CollectorRole::ThirdParty, CollectorRole::DebtBuyer];

/// From when the city's cap binds: 6 RCNY 5-77 as amended.
pub(super) const NYC_IN_FORCE_FROM: i32 = day(2026, 9, 1);
/// From when what `states.csv` alone states is enforced: it names no first days, so it binds from the day as of which it stands.
pub(super) const TABLE_IN_FORCE_FROM: i32 = day(2026, 11, 1);

const MA: Cap = Cap {
    id: CapId::MaHomeOrMobile,
    jurisdiction: Jurisdiction::Massachusetts,
    roles: EVERYBODY,
    unit: Unit::Debt,
    media: Media::CallsAndTexts,
    scope: Scope::HomeOrMobile,
    // Hanging up on voice mail by choice is a call (Armata v. Target Corp., 480 Mass. 14 (2018)).
    counts: Counts::Reachable,
    leaves_out_answers: false,
    max: 2,
    days: 7,
    in_force_from: day(2012, 3, 2),
    in_force_until: None,
    is_verified: false,
};
const DC: Cap = Cap {
    id: CapId::DcCalls,
    jurisdiction: Jurisdiction::DistrictOfColumbia,
    roles: EVERYBODY,
    unit: Unit::Debt,
    media: Media::Calls,
    scope: Scope::Any,
    counts: Counts::Placed,
    leaves_out_answers: false,
    max: 4,
    days: 7,
    in_force_from: day(2023, 1, 1),
    in_force_until: None,
    is_verified: false,
};
const WA: Cap = Cap {
    id: CapId::WaWeek,
    jurisdiction: Jurisdiction::Washington,
    roles: COLLECTORS,
    unit: Unit::Person,
    media: Media::All,
    scope: Scope::Any,
    counts: Counts::Reached,
    leaves_out_answers: true,
    max: 3,
    days: 7,
    in_force_from: day(2011, 7, 22),
    in_force_until: None,
    is_verified: false,
};

/// A visit or call to the workplace, once in so many days.
const WORK: Cap = Cap {
    id: CapId::OrWork,
    jurisdiction: Jurisdiction::Oregon,
    roles: EVERYBODY,
    unit: Unit::Person,
    media: Media::All,
    scope: Scope::Work,
    counts: Counts::Placed,
    leaves_out_answers: true,
    max: 1,
    days: 7,
    in_force_from: TABLE_IN_FORCE_FROM,
    in_force_until: None,
    is_verified: false,
};

/// Every cap.
pub static CAPS: [Cap; 13] = [
    MA,
    Cap { id: CapId::MaElsewhere, scope: Scope::Elsewhere, days: 30, ..MA },
    DC,
    Cap { id: CapId::DcElectronic, media: Media::Electronic, max: 5, ..DC },
    Cap { id: CapId::DcAsking, media: Media::Electronic, scope: Scope::Asking, max: 1, ..DC },
    WA,
    Cap { id: CapId::WaWork, scope: Scope::Work, max: 1, ..WA },
    Cap { id: CapId::WaMobileDay, media: Media::CallsAndTexts, scope: Scope::SameMobile, counts: Counts::Placed, max: 2, days: 1, ..WA },
    Cap {
        id: CapId::NycAll,
        jurisdiction: Jurisdiction::NewYorkCity,
        roles: EVERYBODY,
        unit: Unit::Debt,
        media: Media::All,
        scope: Scope::Any,
        counts: Counts::Placed,
        leaves_out_answers: true,
        max: 3,
        days: 7,
        in_force_from: NYC_IN_FORCE_FROM,
        in_force_until: None,
        is_verified: false,
    },
    // "No more than once a month" is read as once in any 31 days.
    Cap { id: CapId::NhWork, jurisdiction: Jurisdiction::NewHampshire, media: Media::Calls, days: 31, ..WORK },
    WORK,
    Cap { id: CapId::WvCalls, jurisdiction: Jurisdiction::WestVirginia, media: Media::Calls, scope: Scope::SameNumber, max: 30, ..WORK },
    Cap {
        id: CapId::WvTalks,
        jurisdiction: Jurisdiction::WestVirginia,
        media: Media::Calls,
        scope: Scope::Any,
        counts: Counts::Spoken,
        max: 10,
        ..WORK
    },
];

impl Cap {
    /// The row of a name.
    pub fn of(id: CapId) -> &'static Cap {
        // Every name has its row: the test beside this asks for each.
        CAPS.iter().find(|cap| cap.id == id).unwrap_or(&CAPS[0])
    }

    /// Whether it binds on a day.
    pub fn is_in_force(&self, day: i32) -> bool {
        self.in_force_from <= day && self.in_force_until.is_none_or(|until| day < until)
    }

    /// Which contacts it limits and counts.
    pub(super) const fn reach(&self) -> Reach {
        Reach { media: self.media, scope: self.scope, counts: self.counts, leaves_out_answers: self.leaves_out_answers }
    }
}

/// Which contacts a cap limits, and which use it up.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// Which media.
    pub media: Media,
    /// Which contacts by them.
    pub scope: Scope,
    /// Which earlier ones use it up.
    pub counts: Counts,
    /// Answers to them, and what the law requires to be sent, stand outside.
    pub leaves_out_answers: bool,
}

impl Reach {
    /// Whether it limits a proposal; `is_reply` where the proposal answers the consumer.
    pub(super) fn limits(&self, proposal: &Proposal, is_reply: bool) -> bool {
        self.media.covers(proposal.channel)
            && !(self.leaves_out_answers && (is_reply || proposal.purpose.is_owed()))
            && match self.scope {
                Scope::SameMobile => proposal.is_to_mobile,
                Scope::Asking => proposal.purpose == Purpose::AskElectronicConsent,
                scope => scope.covers_place(proposal.place),
            }
    }

    /// Whether an earlier contact uses it up, when this is proposed.
    pub(super) fn counts(&self, contact: &Contact, proposal: &Proposal) -> bool {
        let is_answer = contact.in_response_to().is_some() || contact.purpose.is_owed();
        contact.is_ours
            && contact.direction == Direction::Out
            && self.media.covers(contact.channel)
            && !(self.leaves_out_answers && is_answer)
            && match self.scope {
                // A call to a number that is not on record may have been to this one.
                Scope::SameMobile | Scope::SameNumber => {
                    contact.address().zip(proposal.address.as_deref()).is_none_or(|(a, b)| a.eq_ignore_ascii_case(b))
                }
                Scope::Asking => contact.purpose == Purpose::AskElectronicConsent,
                scope => scope.covers_place(contact.place()),
            }
            && match self.counts {
                Counts::Placed => true,
                Counts::Reachable => !contact.was_unreachable && contact.outcome.is_none_or(|outcome| !outcome.takes_no_message()),
                Counts::Spoken => contact.outcome == Some(Outcome::Conversation),
                // What became of a message is often unknown; it reached them unless it came back.
                Counts::Reached => match contact.outcome {
                    None => !contact.channel.is_call(),
                    Some(outcome) => outcome.reached_somebody() || outcome == Outcome::AnsweredDropped,
                },
            }
    }
}

impl Media {
    pub(super) fn covers(self, channel: Channel) -> bool {
        match self {
            Media::Calls => channel.is_call(),
            Media::CallsAndTexts => channel.is_call() || channel == Channel::Text,
            Media::Electronic => channel.is_electronic(),
            Media::All => true,
        }
    }
}

impl Scope {
    pub(super) fn covers_place(self, place: Option<Place>) -> bool {
        match self {
            Scope::HomeOrMobile => matches!(place, None | Some(Place::Home)),
            Scope::Elsewhere => !matches!(place, None | Some(Place::Home)),
            Scope::Work => place == Some(Place::Work),
            Scope::Any | Scope::SameMobile | Scope::SameNumber | Scope::Asking => true,
        }
    }
}

/// What was counted for one row, and one debt where debts are counted apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CapCount {
    /// The row.
    pub cap: CapId,
    /// Day numbers of the contacts that use it up, oldest first.
    pub days: Vec<i32>,
}

/// Which of these rows are full; of several, the one that opens last.
pub(super) fn full(facts: &ContactFacts, now: Instant, rows: &[CapId]) -> Option<Finding> {
    let of_these = facts.caps.iter().filter(|count| rows.contains(&count.cap));
    of_these
        .filter_map(|count| {
            let cap = Some(Cap::of(count.cap)).filter(|cap| cap.is_in_force(now.day))?;
            // Where we amended the column, the amendment speaks and the row does not.
            if facts.is_amended(cap.jurisdiction.pack(), Column::ContactCaps, now.at) {
                return None;
            }
            let (used, free_on) = full_run(&count.days, cap.max, cap.days, now.day)?;
            let detail = Detail::Contacts { used, max: cap.max, days: cap.days.unsigned_abs(), free_on, is_verified: cap.is_verified };
            Some(Finding::until(facts.day_clock.instant(free_on, 0).min(facts.next_change(now.at)), detail))
        })
        .max_by_key(|finding| finding.until)
}

/// If as many of the days (oldest first) as may lie in the run that ends today: how many do, and the day on which one is free.
pub(super) fn full_run(days: &[i32], max: u32, run: i32, today: i32) -> Option<(u32, i32)> {
    let counted = |day: &&i32| **day > today - run && **day <= today;
    let used = u32::try_from(days.iter().rev().filter(counted).count()).unwrap_or(u32::MAX);
    if used < max {
        return None;
    }
    // One is free when the oldest that fills the limit leaves the run.
    let filling = days.iter().rev().filter(counted).nth(max.saturating_sub(1) as usize).copied();
    Some((used, filling.map_or(today + run, |day| day + run)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::states::state;

    #[test]
    fn every_name_has_its_row() {
        for cap in &CAPS {
            assert_eq!(Cap::of(cap.id).id, cap.id);
        }
        assert_eq!(Cap::of(CapId::NycAll).jurisdiction, Jurisdiction::NewYorkCity);
    }

    #[test]
    fn what_the_states_table_doubts_is_marked() {
        for cap in &CAPS {
            assert_eq!(cap.is_verified, state(cap.jurisdiction.state()).unwrap().contact_caps.is_verified(), "{:?}", cap.id);
        }
    }

    #[test]
    fn a_city_is_not_its_state() {
        assert_eq!(Jurisdiction::of("NY", Some("nyc")), Some(Jurisdiction::NewYorkCity));
        assert_eq!(Jurisdiction::of("NY", None), None);
        assert_eq!(Jurisdiction::of("OH", Some("nyc")), None);
    }

    #[test]
    fn a_cap_binds_from_its_first_day_to_its_last() {
        let cap = Cap { in_force_from: 10, in_force_until: Some(20), ..MA };
        for (day, binds) in [(9, false), (10, true), (19, true), (20, false)] {
            assert_eq!(cap.is_in_force(day), binds, "{day}");
        }
        assert!(MA.is_in_force(day(2026, 11, 1)) && !MA.is_in_force(day(2012, 3, 1)));
    }

    #[test]
    fn a_run_is_full_until_the_oldest_that_fills_it_leaves() {
        assert_eq!(full_run(&[1, 3], 2, 7, 7), Some((2, 8)));
        assert_eq!(full_run(&[1, 3], 2, 7, 8), None);
        assert_eq!(full_run(&[1, 3, 4], 2, 7, 7), Some((3, 10)));
        assert_eq!(full_run(&[], 0, 7, 7), Some((0, 14)));
    }
}
