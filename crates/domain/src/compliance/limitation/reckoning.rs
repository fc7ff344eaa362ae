//! The reckoning of the time to sue, line by line: which laws may govern, when each began to count, what stood still, and which ends first.
//!
//! Nothing lengthens or restarts the time by itself. A stretch in which it stood still and an event that begins it anew are put on
//! record with their evidence; the second counts only under the law of a state of which our table says that it can.

use super::{Agreement, Limitation};
use crate::compliance::editions::Edition;
use crate::compliance::states::{Confidence, Said, State};
use crate::values::moment::written;
use jiff::Span;
use jiff::civil::Date;
use std::fmt;
use std::sync::Arc;

/// Days after the end of a stay within which a suit may still be brought (11 USC 108(c)(2)).
const AFTER_STAY_DAYS: i64 = 30;

/// Why the time to sue stood still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tolling {
    /// They served in the forces.
    Service,
    /// A stay in bankruptcy forbade the suit.
    Stay,
    /// They were away from the state.
    Absence,
    /// They were under age or not able to act.
    Disability,
    /// A court or another law says so.
    Order,
}

impl Tolling {
    /// All of them, as screens list them.
    pub const ALL: [Tolling; 5] = [Tolling::Service, Tolling::Stay, Tolling::Absence, Tolling::Disability, Tolling::Order];

    /// Its code in tables and commands.
    pub const fn code(self) -> &'static str {
        match self {
            Tolling::Service => "service",
            Tolling::Stay => "stay",
            Tolling::Absence => "absence",
            Tolling::Disability => "disability",
            Tolling::Order => "order",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Tolling> {
        Tolling::ALL.into_iter().find(|known| known.code() == code)
    }

    /// Where it stands; whether a state's law reaches that far is for a lawyer to say.
    pub const fn source(self) -> &'static str {
        match self {
            Tolling::Service => "50 USC 3936(a)",
            Tolling::Stay => "11 USC 108(c)",
            Tolling::Absence | Tolling::Disability => "the state's law, as counsel reads it",
            Tolling::Order => "the order or law named with it",
        }
    }

    /// Whether federal law says so everywhere.
    const fn is_federal(self) -> bool {
        matches!(self, Tolling::Service | Tolling::Stay)
    }
}

impl fmt::Display for Tolling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tolling::Service => "Service in the forces",
            Tolling::Stay => "Stay in bankruptcy",
            Tolling::Absence => "Away from the state",
            Tolling::Disability => "Under age or unable to act",
            Tolling::Order => "Another law, or a court's order",
        })
    }
}

/// What made the time to sue stand still or begin anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockEvent {
    /// It stood still in these days, the last one too; it still does where there is none.
    Tolled {
        /// Why.
        because: Tolling,
        /// The first day.
        from: Date,
        /// The last.
        until: Option<Date>,
    },
    /// Something happened by which a state's law begins it anew.
    Revived {
        /// The day.
        on: Date,
    },
}

/// What the time to sue is counted from.
#[derive(Clone, Debug)]
pub struct ClockFacts {
    /// What kind of agreement the debt arose from.
    pub agreement: Agreement,
    /// The day it accrued, where evidence of it is held.
    pub accrued_on: Option<Date>,
    /// The state in which the consumer lives, by its code.
    pub consumer: Option<&'static str>,
    /// The state whose law the contract chose.
    pub contract: Option<&'static str>,
    /// What made it stand still or begin anew.
    pub events: Vec<ClockEvent>,
    /// The day as of which it is counted.
    pub today: Date,
    /// The table by which it is counted.
    pub law: Arc<Edition>,
}

/// The time to sue by the law of one state.
#[derive(Clone, Debug)]
pub struct ByLaw {
    /// The state, as its row stands.
    pub state: State,
    /// The contract chose its law; otherwise the consumer lives there.
    pub is_chosen: bool,
    /// How many years.
    pub years: u8,
    /// From which day they count.
    pub began_on: Date,
    /// That day is not the day of accrual: the law of the state began the time anew.
    pub is_revived: bool,
    /// What stood still, and by how many days the end moved.
    pub stood_still: Vec<(Tolling, i64)>,
    /// The last day for a suit.
    pub last_day: Date,
    /// Whether everything it rests on is beyond doubt.
    pub is_verified: bool,
    /// The amendment of the table that names the years, if one does.
    pub amendment: Option<u32>,
}

/// One line of the reasoning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What.
    pub says: String,
    /// Where it stands.
    pub source: String,
    /// Whether that is beyond doubt.
    pub is_verified: bool,
}

/// The time to sue with everything it follows from.
#[derive(Clone, Debug)]
pub struct Reckoning {
    /// By each law that may govern: the consumer's state, then that of the contract.
    pub by_laws: Vec<ByLaw>,
    /// What is not known; no suit may rest on the rest.
    pub missing: Vec<&'static str>,
    agreement: Agreement,
    accrued_on: Option<Date>,
}

/// Counts the time to sue.
pub fn reckon(facts: &ClockFacts) -> Reckoning {
    let state = |code: &str| facts.law.state(code);
    let mut missing = Vec::new();
    if facts.accrued_on.is_none() {
        missing.push("the day on which the debt accrued, with evidence of it");
    }
    if facts.consumer.and_then(state).is_none() {
        missing.push("the state in which the consumer lives");
    }
    if facts.contract.is_some_and(|code| state(code).is_none()) {
        missing.push("the law of the state that the contract chose");
    }
    let chosen = facts.contract.filter(|code| Some(*code) != facts.consumer);
    let laws = facts.consumer.map(|code| (code, false)).into_iter().chain(chosen.map(|code| (code, true)));
    let governing: Vec<(&State, bool)> = laws.filter_map(|(code, is_chosen)| Some((state(code)?, is_chosen))).collect();
    if governing.iter().any(|(state, _)| facts.agreement.years(&state.limitation).is_none()) {
        missing.push("the number of years by the law of a state that may govern");
    }
    let by_laws = governing.into_iter().filter_map(|(state, is_chosen)| by_law(facts, state, is_chosen)).collect();
    Reckoning { by_laws, missing, agreement: facts.agreement, accrued_on: facts.accrued_on }
}

fn by_law(facts: &ClockFacts, state: &State, is_chosen: bool) -> Option<ByLaw> {
    let accrued_on = facts.accrued_on?;
    let years = facts.agreement.years(&state.limitation)?;
    let revived = facts.events.iter().filter_map(|event| match event {
        ClockEvent::Revived { on } if state.can_revive() && *on > accrued_on && *on <= facts.today => Some(*on),
        _ => None,
    });
    let began_on = revived.max().unwrap_or(accrued_on);
    let mut last_day = began_on.checked_add(Span::new().years(i64::from(years))).ok()?;
    let mut still: Vec<(Tolling, Date, Date)> = facts
        .events
        .iter()
        .filter_map(|event| match event {
            ClockEvent::Tolled { because, from, until } => Some((*because, *from, until.unwrap_or(facts.today).min(facts.today))),
            ClockEvent::Revived { .. } => None,
        })
        .collect();
    still.sort_by_key(|(_, from, until)| (*from, *until));
    let mut stood_still = Vec::new();
    // A day stands still once, whatever the reasons.
    let mut counted_to = began_on;
    for (because, from, until) in still {
        // What begins after the end gives nothing back.
        if from > last_day || until < began_on {
            continue;
        }
        let before = last_day;
        if because == Tolling::Stay {
            last_day = last_day.max(until.checked_add(Span::new().days(AFTER_STAY_DAYS)).ok()?);
        } else {
            let first = from.max(counted_to);
            let days = i64::from(days_between(first, until)) + 1;
            if days > 0 {
                last_day = last_day.checked_add(Span::new().days(days)).ok()?;
                counted_to = until.checked_add(Span::new().days(1)).ok()?;
            }
        }
        stood_still.push((because, i64::from(days_between(before, last_day))));
    }
    let is_revived = began_on != accrued_on;
    let is_verified = source_of(facts.agreement, state).is_verified()
        && (!is_revived || state.revival.is_verified())
        && stood_still.iter().all(|(because, _)| because.is_federal());
    let amendment = facts.agreement.columns().iter().find_map(|column| state.amendment(*column)).map(|amendment| amendment.number);
    let state = state.clone();
    Some(ByLaw { state, is_chosen, years, began_on, is_revived, stood_still, last_day, is_verified, amendment })
}

/// Where a state's years for an agreement stand: in the table, or in what we amended; of several the least sure speaks for all.
fn source_of(agreement: Agreement, state: &State) -> Said {
    let columns = agreement.columns();
    let amended: Vec<_> = columns.iter().filter_map(|column| state.amendment(*column)).collect();
    if amended.is_empty() {
        return state.limitation_source.clone();
    }
    let mut words: Vec<String> =
        amended.iter().map(|one| format!("{} ({}, {} confidence)", one.source, one.named(), one.confidence.code())).collect();
    let shipped = (amended.len() < columns.len()).then_some(&state.limitation_source);
    words.extend(shipped.map(|said| said.words.to_string()));
    let confidence = amended.iter().map(|one| one.confidence).chain(shipped.map(|said| said.confidence)).min();
    Said { words: words.join("; ").into(), confidence: confidence.unwrap_or(Confidence::Low) }
}

fn days_between(from: Date, to: Date) -> i32 {
    crate::values::moment::day_number(to) - crate::values::moment::day_number(from)
}

impl Reckoning {
    /// The law whose time ends first: the shorter of two wins.
    pub fn governing(&self) -> Option<&ByLaw> {
        let first = self.by_laws.iter().min_by_key(|law| law.last_day)?;
        self.missing.is_empty().then_some(first)
    }

    /// The time that counts; `None` where something is not known, and then no suit may rest on it.
    pub fn limitation(&self) -> Option<Limitation> {
        let law = self.governing()?;
        Some(Limitation { years: law.years, last_day: law.last_day, is_verified: law.is_verified, amendment: law.amendment })
    }

    /// The last day for a suit, where it lies before a day.
    pub fn barred_since(&self, today: Date) -> Option<Date> {
        self.limitation().map(|time| time.last_day).filter(|last| *last < today)
    }

    /// The reasoning in the order people read it.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut say = |says: String, source: &str, is_verified: bool| lines.push(Line { says, source: source.to_string(), is_verified });
        match self.agreement {
            Agreement::Unknown => {
                say("What kind of agreement it was is not on record: the shortest of a state's periods counts.".into(), "state.sol", true);
            }
            known => say(format!("Agreement: {known}."), "as put on record", true),
        }
        if let Some(on) = self.accrued_on {
            say(format!("Accrued on {}.", written(on)), "as put on record, with evidence", true);
        }
        for law in &self.by_laws {
            let whose = if law.is_chosen { "the contract chose its law" } else { "the consumer lives there" };
            let source = source_of(self.agreement, &law.state);
            say(format!("{}: {} years; {whose}.", law.state.name, law.years), &source.words, source.is_verified());
            if law.is_revived {
                let says = format!("{}: the time began anew on {}.", law.state.name, written(law.began_on));
                say(says, &law.state.revival.words, law.state.revival.is_verified());
            }
            for (because, days) in &law.stood_still {
                let says = format!("{}: {because}; the end moves by {days} {}.", law.state.name, if *days == 1 { "day" } else { "days" });
                say(says, because.source(), because.is_federal());
            }
            say(format!("{}: the last day for a suit is {}.", law.state.name, written(law.last_day)), "", law.is_verified);
        }
        if self.by_laws.len() > 1 && self.missing.is_empty() {
            say("Of two laws that may govern, the one that ends first counts.".into(), "state.sol, borrowing statutes", true);
        }
        for what in &self.missing {
            say(format!("Not known: {what}. What is not known counts as run out."), "regf.time-barred.suit", true);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn facts(consumer: &'static str, contract: Option<&'static str>, events: &[ClockEvent]) -> ClockFacts {
        ClockFacts {
            agreement: Agreement::OpenAccount,
            accrued_on: Some(date(2022, 3, 10)),
            consumer: Some(consumer),
            contract,
            events: events.to_vec(),
            today: date(2026, 3, 2),
            law: crate::compliance::editions::Editions::default().at(0),
        }
    }

    fn last_day(facts: &ClockFacts) -> Date {
        reckon(facts).limitation().unwrap().last_day
    }

    fn tolled(because: Tolling, from: Date, until: Option<Date>) -> ClockEvent {
        ClockEvent::Tolled { because, from, until }
    }

    #[test]
    fn what_stood_still_is_given_back_day_for_day() {
        use Tolling::{Absence, Service};
        let (may, june) = (date(2023, 5, 1), date(2023, 6, 1));
        //   stretches                                                              last day
        for (events, expected) in [
            (vec![], date(2025, 3, 10)),
            (vec![tolled(Service, may, Some(date(2023, 5, 10)))], date(2025, 3, 20)),
            (vec![tolled(Service, may, Some(may))], date(2025, 3, 11)),
            // Two reasons for one day give it back once.
            (
                vec![tolled(Service, may, Some(date(2023, 5, 10))), tolled(Absence, date(2023, 5, 6), Some(date(2023, 5, 15)))],
                date(2025, 3, 25),
            ),
            // What began before the debt accrued counts from then.
            (vec![tolled(Service, date(2022, 1, 1), Some(date(2022, 3, 19)))], date(2025, 3, 20)),
            // Over before it accrued, or begun after the end: nothing.
            (vec![tolled(Service, date(2021, 1, 1), Some(date(2022, 3, 9)))], date(2025, 3, 10)),
            (vec![tolled(Service, date(2025, 3, 11), None)], date(2025, 3, 10)),
            // Begun on the last day, and not over: up to today.
            (vec![tolled(Service, date(2025, 3, 10), None)], date(2026, 3, 3)),
            (vec![tolled(Service, june, Some(may))], date(2025, 3, 10)),
        ] {
            assert_eq!(last_day(&facts("NY", None, &events)), expected, "{events:?}");
        }
    }

    #[test]
    fn a_stay_leaves_thirty_days_after_its_end() {
        let stay = |until| facts("NY", None, &[tolled(Tolling::Stay, date(2024, 1, 1), until)]);
        assert_eq!(last_day(&stay(Some(date(2024, 6, 1)))), date(2025, 3, 10), "over long before the end");
        assert_eq!(last_day(&stay(Some(date(2025, 3, 1)))), date(2025, 3, 31));
        assert_eq!(last_day(&stay(None)), date(2026, 4, 1), "thirty days from today while it lasts");
    }

    #[test]
    fn only_a_state_of_which_we_know_it_begins_the_time_anew() {
        let anew = [ClockEvent::Revived { on: date(2024, 3, 10) }];
        assert_eq!(last_day(&facts("CA", None, &anew)), date(2028, 3, 10));
        for code in ["NY", "NJ", "MS", "CT", "TX"] {
            let (with, without) = (last_day(&facts(code, None, &anew)), last_day(&facts(code, None, &[])));
            assert_eq!(with, without, "{code}");
        }
        assert_eq!(last_day(&facts("CA", Some("DE"), &anew)), date(2025, 3, 10), "Delaware's shorter time is not begun anew");
        let early = [ClockEvent::Revived { on: date(2021, 1, 1) }, ClockEvent::Revived { on: date(2026, 3, 3) }];
        assert_eq!(last_day(&facts("CA", None, &early)), date(2026, 3, 10), "neither before it accrued nor in the future");
    }

    #[test]
    fn the_reasoning_names_its_sources_and_marks_what_is_in_doubt() {
        let reckoning = reckon(&facts("WA", Some("DE"), &[tolled(Tolling::Absence, date(2023, 5, 1), Some(date(2023, 5, 10)))]));
        let lines = reckoning.lines();
        let says: Vec<&str> = lines.iter().map(|line| line.says.as_str()).collect();
        assert_eq!(says[0], "Agreement: open account, credit cards too.");
        assert_eq!(says[2], "Washington: 6 years; the consumer lives there.");
        assert!(!lines[2].is_verified && says[3].contains("Away from the state; the end moves by 10 days"), "{says:?}");
        assert!(says.contains(&"Delaware: the last day for a suit is Thu 20 Mar 2025."), "{says:?}");
        assert_eq!(reckoning.governing().unwrap().state.code, "DE");
        assert!(!reckoning.limitation().unwrap().is_verified, "absence is for counsel to say");
        assert!(reckon(&facts("NY", None, &[])).limitation().unwrap().is_verified);
    }

    #[test]
    fn what_is_missing_is_named_and_leaves_no_time() {
        let known = facts("NY", None, &[]);
        for (facts, what) in [
            (ClockFacts { accrued_on: None, ..known.clone() }, "the day on which"),
            (ClockFacts { consumer: None, ..known.clone() }, "the state in which"),
            (ClockFacts { contract: Some("XX"), ..known.clone() }, "the contract chose"),
        ] {
            let reckoning = reckon(&facts);
            assert!(reckoning.limitation().is_none() && reckoning.barred_since(date(2099, 1, 1)).is_none());
            assert!(reckoning.lines().last().unwrap().says.contains(what), "{what}");
        }
        assert_eq!(reckon(&known).barred_since(date(2025, 3, 11)), Some(date(2025, 3, 10)));
        assert_eq!(reckon(&known).barred_since(date(2025, 3, 10)), None, "the last day is still a day");
    }
}
