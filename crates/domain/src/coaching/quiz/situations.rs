//! Situations drawn from a seed: what is on record, and what somebody wants to do. All people are invented.

use super::Law;
use super::cities::{CITIES, City, NAMES, STRICTER, ago, capital};
use crate::coaching::draw::Draw;
use crate::coaching::topic::Topic;
use crate::compliance::caps::Jurisdiction;
use crate::compliance::packs::pack_of_state;
use crate::compliance::record::{
    Bankruptcy, Care, Closure, CollectorRole, Consumer, Contact, Debt, Dialing, Direction, Hours, Notice, NoticeKind, Outcome, Person,
    Place, Preference, Proposal, Purpose, Record, Standing, Wish,
};
use crate::compliance::{decide, decide_contact, facts, rules};
use crate::decision::Decision;
use crate::values::channel::Channel;
use crate::values::moment::written;
use crate::values::region::LocationSignal;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

const CONSUMER: u128 = 1;
const DEBT: u128 = 10;
const SISTER: u128 = 2;
const NUMBER: &str = "+16145550101";

/// What is asked about.
enum Wanted {
    Contact(Box<Proposal>),
    Suit,
}

/// What is the case, and what is wanted.
pub(super) struct Situation {
    pub words: String,
    pub asks: String,
    record: Record,
    at: Timestamp,
    wanted: Wanted,
}

impl Situation {
    pub fn draw(topic: Topic, draw: &mut Draw, on: Date, law: &Law) -> Situation {
        let mut made = Making::of(draw, on, law, topic == Topic::States);
        match topic {
            Topic::Frequency => made.frequency(),
            Topic::Hours => made.hours_and_places(),
            Topic::Channels => made.channels(),
            Topic::Machines => made.machines(),
            Topic::People => made.people(),
            Topic::Disputes => made.disputes(),
            Topic::States => made.states(),
            Topic::Policy => made.policy(),
            Topic::Money => made.suit(),
        }
        made.finish()
    }

    /// What the rules say of it.
    pub fn decide(&self, law: &Law) -> Decision {
        match &self.wanted {
            Wanted::Contact(proposal) => decide_contact(&facts::gather(&self.record, proposal), &law.policy),
            Wanted::Suit => decide(&rules::SUIT, &facts::gather_suit(&self.record, self.at, CONSUMER, &[DEBT], false), &()),
        }
    }
}

/// What makes a proposal another one.
type Difference = Box<dyn Fn(&mut Proposal)>;

/// A situation while it is made.
struct Making<'d> {
    draw: &'d mut Draw,
    name: &'static str,
    city: &'static City,
    day: Date,
    minute: i64,
    said: Vec<String>,
    asks: Option<String>,
    record: Record,
    channel: Channel,
    differ: Vec<Difference>,
    is_suit: bool,
}

fn instant(zone: &str, day: Date, minute: i64) -> Timestamp {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let midnight = day.to_zoned(zone).map_or(Timestamp::UNIX_EPOCH, |midnight| midnight.timestamp());
    let time = midnight.saturating_add(Span::new().minutes(minute));
    time.unwrap_or(midnight)
}

fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

impl<'d> Making<'d> {
    fn of(draw: &'d mut Draw, on: Date, law: &Law, is_stricter: bool) -> Making<'d> {
        let city = if is_stricter { draw.one(&STRICTER) } else { draw.one(&CITIES) };
        let days = draw.between(1, 7);
        let consumer = Consumer {
            key: CONSUMER,
            signals: [LocationSignal { kind: "address".into(), zone: city.1.into() }].into_iter().collect(),
            state: Some(city.2),
            jurisdictions: Jurisdiction::of(city.2, (city.2 == "NY").then_some("nyc")).into_iter().collect(),
            amendments: law.editions.about_contacts(|pack| pack == pack_of_state(city.2)),
            law: law.editions.clone(),
            ..Consumer::default()
        };
        let record = Record {
            role: CollectorRole::ThirdParty,
            consumer,
            persons: Vec::new(),
            debts: [Debt::of(DEBT)].into_iter().collect(),
            contacts: Vec::new(),
            notices: Vec::new(),
            clock_events: Vec::new(),
        };
        Making {
            name: NAMES[draw.below(NAMES.len())],
            city,
            day: on.saturating_add(days.days()),
            // The middle of the day, unless hours are what it is about.
            minute: 11 * 60,
            draw,
            said: Vec::new(),
            asks: None,
            record,
            channel: Channel::Call,
            differ: Vec::new(),
            is_suit: false,
        }
    }

    fn say(&mut self, words: impl Into<String>) {
        self.said.push(words.into());
    }

    fn set(&mut self, differ: impl Fn(&mut Proposal) + 'static) {
        self.differ.push(Box::new(differ));
    }

    fn ago(&self, days: i64) -> Timestamp {
        instant(self.city.1, self.day.saturating_sub(days.days()), 10 * 60)
    }

    fn notice(&mut self, days: i64, kind: NoticeKind) {
        let at = self.ago(days);
        self.record.notices.push(Notice { key: None, at, debts: [DEBT].into_iter().collect(), person: CONSUMER, number: None, kind });
    }

    fn wish(&mut self, wish: Wish) {
        let at = self.ago(30);
        self.record.consumer.preferences.push(Preference { at, until: None, wish });
    }

    fn contact(&mut self, days: i64, channel: Channel, outcome: Option<Outcome>) {
        let at = self.ago(days);
        self.record.contacts.push(Contact {
            key: None,
            at,
            channel,
            direction: Direction::Out,
            outcome,
            person: CONSUMER,
            debts: [DEBT].into_iter().collect(),
            purpose: Purpose::Collection,
            was_unreachable: false,
            dialing: Dialing::Manual,
            is_limited_content: false,
            disclosed: None,
            is_ours: true,
            particulars: None,
        });
    }

    fn calls(&mut self, count: i64, within: i64) {
        for nth in 0..count {
            self.contact(1 + nth % within, Channel::Call, Some(Outcome::NoAnswer));
        }
        self.say(match count {
            0 => "Nobody has called about this debt lately.".to_string(),
            1 => format!("One call about this debt rang out in the last {within} days."),
            count => format!("{count} calls about this debt rang out in the last {within} days."),
        });
    }

    fn frequency(&mut self) {
        match self.draw.below(3) {
            0 => {
                let count = self.draw.between(4, 9);
                self.calls(count, 6);
            }
            1 => {
                let days = self.draw.between(1, 11);
                self.contact(days, Channel::Call, Some(Outcome::Conversation));
                self.say(format!("You spoke about the debt on the telephone {}.", ago(days)));
            }
            _ => {
                let (days, count) = (self.draw.between(2, 9), self.draw.between(0, 3));
                self.contact(days, Channel::Call, Some(Outcome::AnsweredBusy));
                self.say(format!("They answered {} and had no time; the debt was not raised.", ago(days)));
                self.calls(count, 3);
            }
        }
    }

    fn hours_and_places(&mut self) {
        match self.draw.below(4) {
            0 => {
                self.minute = self.draw.between(26, 90) * 15;
                self.channel = *self.draw.one(&[Channel::Call, Channel::Call, Channel::Email, Channel::Letter]);
            }
            1 => {
                let other = self.draw.one(&CITIES);
                self.record.consumer.signals.push(LocationSignal { kind: "mobile_area_code".into(), zone: other.1.into() });
                self.minute = self.draw.between(28, 86) * 15;
                self.say(format!("The number has an area code of {}; where they are just now nobody knows.", other.0));
            }
            2 => {
                let closed = if self.draw.below(2) == 0 { Wish::EmployerProhibits } else { Wish::InconvenientPlace(Place::Work) };
                let is_work = self.draw.below(2) == 0;
                self.say(match &closed {
                    Wish::EmployerProhibits => "Their employer does not allow such calls; they told us last month.",
                    _ => "They told us last month that their place of work is a bad place to be called at.",
                });
                self.wish(closed);
                let (place, words) = if is_work {
                    (Place::Work, "The number is that of their work.")
                } else {
                    (Place::Home, "The number is that of their home.")
                };
                self.say(words);
                self.set(move |proposal| proposal.place = Some(place));
            }
            _ => {
                let from = self.draw.between(9, 15);
                let hours = |minute: i64| u16::try_from(minute).unwrap_or(0);
                self.wish(Wish::InconvenientTime(Hours { days: 0b111_1111, from: hours(from * 60), to: hours(from * 60 + 120) }));
                self.say(format!("They told us last month not to be called between {} and {}.", clock(from * 60), clock(from * 60 + 120)));
                self.minute = (from - 1) * 60 + self.draw.between(0, 15) * 15;
            }
        }
    }

    fn channels(&mut self) {
        let closed = self.draw.below(4);
        let (closure, words) = match closed {
            0 => (Some(Closure::One(Channel::Call)), "Last month they asked us to stop calling."),
            1 => (Some(Closure::One(Channel::Email)), "Last month they asked us to stop e-mailing."),
            2 => (Some(Closure::Electronic), "Last month they asked us to stop everything electronic."),
            _ => (None, "They have closed no way of reaching them."),
        };
        if let Some(closure) = closure {
            self.wish(Wish::NoChannel(closure));
        }
        self.say(words);
        self.channel = *self.draw.one(&[Channel::Call, Channel::Email, Channel::Email, Channel::Letter, Channel::SocialPublic]);
        if self.channel == Channel::Email && self.draw.below(3) == 0 {
            self.say("The e-mail does not say how to stop further ones.");
            self.set(|proposal| proposal.lacks_opt_out_notice = true);
        }
        if self.channel == Channel::Email && self.draw.below(3) == 0 {
            self.say("The address is their employer's, and nothing on record opens it.");
            self.set(|proposal| proposal.is_employer_address_without_basis = true);
        }
    }

    fn machines(&mut self) {
        let consent = self.draw.below(3);
        if consent > 0 {
            self.agreed(60, NoticeKind::TcpaConsent { channel: None });
            self.say("Two months ago they agreed to calls and texts by machine to this mobile number.");
        } else {
            self.say("Nothing on record says that they agreed to calls by machine.");
        }
        if consent == 2 {
            self.agreed(20, NoticeKind::TcpaRevoked { channel: None });
            self.say("Twenty days ago they took that back.");
        }
        let dialing = *self.draw.one(&[Dialing::Prerecorded, Dialing::Manual, Dialing::ArtificialVoice]);
        self.say(match dialing {
            Dialing::Manual => "An officer dials by hand and speaks.",
            Dialing::Prerecorded => "A recording is to speak.",
            _ => "A voice made by a machine is to speak.",
        });
        self.set(move |proposal| (proposal.dialing, proposal.is_to_mobile, proposal.address) = (dialing, true, Some(NUMBER.into())));
    }

    fn agreed(&mut self, days: i64, kind: NoticeKind) {
        self.notice(days, kind);
        if let Some(notice) = self.record.notices.last_mut() {
            notice.number = Some(NUMBER.into());
        }
    }

    fn people(&mut self) {
        match self.draw.below(6) {
            0 => {
                let days = self.draw.between(2, 40);
                self.notice(days, NoticeKind::Cease);
                self.say(format!("{}, they wrote to us that we are to stop.", capital(&ago(days))));
                self.channel = *self.draw.one(&[Channel::Call, Channel::Letter, Channel::Email]);
                if self.draw.below(3) == 0 {
                    self.asks = Some("May you send them word that collection ends?".into());
                    self.channel = Channel::Letter;
                    self.set(|proposal| proposal.purpose = Purpose::EndingCollection);
                }
            }
            1 => {
                self.notice(25, NoticeKind::AttorneyKnown(None));
                self.say("We know of a lawyer who represents them about this debt.");
                if self.draw.below(2) == 0 {
                    self.notice(3, NoticeKind::AttorneyReleased(None));
                    self.say("Three days ago the lawyer told us in writing that they no longer represent them.");
                }
            }
            2 => {
                self.record.consumer.is_deceased = self.draw.below(2) == 0;
                self.record.consumer.care = Care { is_minor: !self.record.consumer.is_deceased, ..Care::default() };
                self.say(if self.record.consumer.is_deceased {
                    "The family told us that they have died."
                } else {
                    "They are sixteen years old."
                });
            }
            3 => {
                let (chapter, is_discharged, is_stay_lifted) =
                    (*self.draw.one(&[7_u8, 13]), self.draw.below(3) == 0, self.draw.below(4) == 0);
                self.record.debts[0].bankruptcy = Some(Bankruptcy { is_discharged, chapter: Some(chapter), is_stay_lifted });
                self.say(match (is_discharged, is_stay_lifted) {
                    (true, _) => format!("The debt was discharged in their bankruptcy under chapter {chapter}."),
                    (false, true) => format!("They are in bankruptcy under chapter {chapter}; the court lifted the stay for this debt."),
                    (false, false) => format!("They filed for bankruptcy under chapter {chapter}; the case is open."),
                });
            }
            _ => self.somebody_else(),
        }
    }

    fn somebody_else(&mut self) {
        self.record.persons.push(Person {
            key: SISTER,
            standing: Standing::ThirdParty,
            is_consumers_lawyer: false,
            signals: self.record.consumer.signals.to_vec(),
            preferences: Vec::new(),
            is_deceased: false,
            cases: Vec::new(),
            care: Care::default(),
        });
        let (is_asking, knows, mentions) = (self.draw.below(3) > 0, self.draw.below(3) == 0, self.draw.below(3) == 0);
        self.say(match (is_asking, mentions) {
            (false, _) => "You have their sister's number and would talk with her about the debt.",
            (true, true) => "You would ask their sister where they can be reached, and tell her that it is about a debt.",
            (true, false) => "You would ask their sister where they can be reached, and say nothing of a debt.",
        });
        if is_asking && knows {
            self.say("Where they live and their telephone number are known to you.");
        }
        self.asks = Some("May you call the sister?".into());
        self.set(move |proposal| {
            proposal.person = SISTER;
            if is_asking {
                proposal.purpose = Purpose::LocationInformation;
                (proposal.location.location_already_known, proposal.location.mentions_debt) = (knows, mentions);
            }
        });
    }

    fn disputes(&mut self) {
        let (sent, came, in_writing) = (self.draw.between(8, 50), self.draw.between(2, 7), self.draw.below(3) > 0);
        self.notice(sent, NoticeKind::ValidationNoticeSent { sent_on: None, stated_end: None });
        self.say(format!("The validation notice was mailed {}.", ago(sent)));
        match self.draw.below(3) {
            0 => {
                self.notice(came, NoticeKind::OriginalCreditorRequest { in_writing, submitted_on: None });
                let how = if in_writing { "in writing" } else { "on the telephone" };
                self.say(format!("{} they asked {how} for the original creditor's name and address.", capital(&ago(came))));
            }
            _ => {
                self.notice(came, NoticeKind::Dispute { in_writing, submitted_on: None, is_duplicative: false, part: None });
                let how = if in_writing { "by letter" } else { "on the telephone" };
                self.say(format!("{} they disputed the debt {how}.", capital(&ago(came))));
                if self.draw.below(3) == 0 {
                    self.notice(1, NoticeKind::VerificationSent);
                    self.say("Yesterday we mailed them the verification.");
                }
            }
        }
    }

    fn states(&mut self) {
        match self.draw.below(3) {
            0 => self.minute = self.draw.between(28, 86) * 15,
            1 => {
                let count = self.draw.between(1, 4);
                self.calls(count, 6);
            }
            _ => {
                let days = self.draw.between(1, 9);
                self.contact(days, Channel::Call, Some(Outcome::Conversation));
                self.say(format!("You spoke about the debt on the telephone {}.", ago(days)));
                self.channel = *self.draw.one(&[Channel::Call, Channel::Email]);
            }
        }
    }

    fn policy(&mut self) {
        match self.draw.below(4) {
            0 => self.minute = self.draw.between(30, 84) * 15,
            1 => {
                let count = self.draw.between(2, 6);
                self.calls(count, 6);
            }
            2 => {
                self.record.consumer.care = match self.draw.below(3) {
                    0 => Care { is_vulnerable: true, ..Care::default() },
                    1 => Care { is_incarcerated: true, ..Care::default() },
                    _ => Care::default(),
                };
                self.say(match self.record.consumer.care {
                    Care { is_vulnerable: true, .. } => "They need particular care; it is on record.",
                    Care { is_incarcerated: true, .. } => "They are in prison.",
                    _ => "Nothing on record calls for particular care.",
                });
                self.agreed(60, NoticeKind::TcpaConsent { channel: None });
                self.say("They agreed to calls by machine, and a recording is to speak.");
                self.set(|proposal| {
                    (proposal.dialing, proposal.is_to_mobile, proposal.address) = (Dialing::Prerecorded, true, Some(NUMBER.into()))
                });
            }
            _ => {
                let count = self.draw.between(1, 4);
                for nth in 0..count {
                    self.contact(1 + nth, Channel::Email, Some(Outcome::Delivered));
                }
                self.say(format!("{count} e-mails about the debt went to them on the last days, one a day."));
                self.channel = Channel::Email;
            }
        }
    }

    fn suit(&mut self) {
        let years = self.draw.between(1, 22);
        let accrued = self.day.saturating_sub(Span::new().years(years)).saturating_sub(40.days());
        self.record.debts[0].accrued_on = Some(accrued);
        self.record.debts[0].agreement =
            *self.draw.one(&[crate::compliance::limitation::Agreement::Written, crate::compliance::limitation::Agreement::OpenAccount]);
        let kind = match self.record.debts[0].agreement {
            crate::compliance::limitation::Agreement::Written => "a contract in writing",
            _ => "an open account",
        };
        self.say(format!("The debt is {kind}; the time to sue began on {}, and nothing made it stand still.", written(accrued)));
        if self.draw.below(4) == 0 {
            self.record.debts[0].bankruptcy = Some(Bankruptcy { is_discharged: false, chapter: Some(7), is_stay_lifted: false });
            self.say("They filed for bankruptcy under chapter 7; the case is open.");
        }
        self.asks = Some("May we bring a suit, or say that we will?".into());
        self.is_suit = true;
    }

    fn finish(self) -> Situation {
        let at = instant(self.city.1, self.day, self.minute);
        let place = format!("{} lives in {}.", self.name, self.city.0);
        // A clock elsewhere is part of the question where hours are.
        let now = match self.is_suit {
            true => format!("It is {}.", written(self.day)),
            false => format!("It is {} in {} on {}.", clock(self.minute.rem_euclid(1_440)), self.city.0, written(self.day)),
        };
        let mut words = vec![now, place];
        words.extend(self.said);
        if words.len() == 2 {
            words.push("Nothing else is on record.".into());
        }
        let verb = match self.channel {
            Channel::Email => "e-mail them",
            Channel::Letter => "mail them a letter asking for payment",
            Channel::SocialPublic => "write to them on a page that others can see",
            _ => "call them",
        };
        let mut proposal = Proposal::of(at, self.channel, CONSUMER, [DEBT].as_slice());
        for differ in &self.differ {
            differ(&mut proposal);
        }
        Situation {
            words: words.join(" "),
            asks: self.asks.unwrap_or_else(|| format!("May you {verb} now?")),
            record: self.record,
            at,
            wanted: if self.is_suit { Wanted::Suit } else { Wanted::Contact(Box::new(proposal)) },
        }
    }
}
