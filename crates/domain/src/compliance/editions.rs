//! The table of the states and the packs made from it, as shipped and as the agency amended them since.
//!
//! An [`Edition`] is what holds in one stretch of time; [`Editions`] holds them all and finds the one of a second or of a day. They are
//! made once for a set of amendments: a decision finds its edition and builds nothing.
//!
//! Always true: without amendments there is one edition, and it says what the program was shipped with.

use super::amendments::{Amendment, NO_END, Says, speaking};
use super::packs::{Pack, of_states, pack_of_state};
use super::states::{State, states};
use jiff::ToSpan;
use jiff::civil::Date;
use std::sync::{Arc, OnceLock};

/// What holds in one stretch of time.
#[derive(Debug)]
pub struct Edition {
    states: Vec<State>,
    packs: Vec<Arc<Pack>>,
    /// The numbers of the amendments that it rests on.
    numbers: Vec<u32>,
}

impl Edition {
    fn shipped() -> &'static Arc<Edition> {
        static SHIPPED: OnceLock<Arc<Edition>> = OnceLock::new();
        SHIPPED.get_or_init(|| Arc::new(Edition { states: states().to_vec(), packs: of_states(states(), &[]), numbers: Vec::new() }))
    }

    /// As amendments leave what was shipped; one speaks for a column at most.
    fn of(amendments: &[&Arc<Amendment>]) -> Arc<Edition> {
        if amendments.is_empty() {
            return Edition::shipped().clone();
        }
        let mut states = states().to_vec();
        for state in &mut states {
            let pack = pack_of_state(state.code);
            amendments.iter().filter(|amendment| amendment.pack == pack).for_each(|amendment| state.amend(amendment));
        }
        let packs = of_states(&states, amendments);
        Arc::new(Edition { states, packs, numbers: amendments.iter().map(|amendment| amendment.number).collect() })
    }

    /// The row of a state, by its code.
    pub fn state(&self, code: &str) -> Option<&State> {
        self.states.iter().find(|state| state.code == code)
    }

    /// Every pack: federal law first, then the states by name, New York City behind its state.
    pub fn packs(&self) -> &[Arc<Pack>] {
        &self.packs
    }

    /// The pack of an id.
    pub fn pack(&self, id: &str) -> Option<&Arc<Pack>> {
        self.packs.iter().find(|pack| pack.id == id)
    }

    /// The packs that apply to somebody who lives, or may live, in these states, and in New York City or not.
    pub fn applying<'s>(&self, states: impl IntoIterator<Item = &'s str>, is_in_new_york_city: bool) -> Vec<&Arc<Pack>> {
        let mut ids = vec![super::packs::FEDERAL.to_string()];
        ids.extend(states.into_iter().map(pack_of_state));
        ids.extend(is_in_new_york_city.then(|| super::packs::NEW_YORK_CITY.to_string()));
        self.packs.iter().filter(|pack| ids.contains(&pack.id)).collect()
    }
}

/// All that holds at any time.
#[derive(Clone, Debug)]
pub struct Editions(Arc<All>);

#[derive(Debug)]
struct All {
    amendments: Vec<Arc<Amendment>>,
    /// From which second each edition holds.
    by_second: Vec<(i64, Arc<Edition>)>,
    /// From which day each edition holds.
    by_day: Vec<(Date, Arc<Edition>)>,
}

/// What was shipped, at all times.
impl Default for Editions {
    fn default() -> Editions {
        static SHIPPED: OnceLock<Editions> = OnceLock::new();
        SHIPPED.get_or_init(|| Editions::of(Vec::new())).clone()
    }
}

impl Editions {
    /// As amendments leave what was shipped.
    pub fn of(amendments: Vec<Arc<Amendment>>) -> Editions {
        let mut made: Vec<Arc<Edition>> = vec![Edition::shipped().clone()];
        let mut edition = |is_in_force: &dyn Fn(&Amendment) -> bool| {
            let spoken = spoken(&amendments, is_in_force);
            let numbers: Vec<u32> = spoken.iter().map(|amendment| amendment.number).collect();
            if let Some(known) = made.iter().find(|known| known.numbers == numbers) {
                return known.clone();
            }
            made.push(Edition::of(&spoken));
            made[made.len() - 1].clone()
        };
        let mut seconds: Vec<i64> = amendments.iter().flat_map(|amendment| [amendment.begins_at, amendment.ends_at]).collect();
        seconds.retain(|second| *second != NO_END);
        let mut days: Vec<Date> = amendments.iter().map(|amendment| amendment.from_on).collect();
        days.extend(amendments.iter().filter_map(|amendment| amendment.to_on?.checked_add(1.day()).ok()));
        seconds.sort_unstable();
        days.sort_unstable();
        let by_second = seconds.into_iter().map(|second| (second, edition(&|one| one.is_in_force(second)))).collect();
        let by_day = days.into_iter().map(|day| (day, edition(&|one| one.is_in_force_on(day)))).collect();
        Editions(Arc::new(All { amendments, by_second, by_day }))
    }

    /// The same with one more amendment.
    pub fn with(&self, amendment: Amendment) -> Editions {
        let mut amendments = self.0.amendments.clone();
        amendments.push(Arc::new(amendment));
        Editions::of(amendments)
    }

    /// Every amendment.
    pub fn amendments(&self) -> &[Arc<Amendment>] {
        &self.0.amendments
    }

    /// What holds at a second.
    pub fn at(&self, second: i64) -> Arc<Edition> {
        let begun = self.0.by_second.iter().rev().find(|(from, _)| *from <= second);
        begun.map_or_else(|| Edition::shipped().clone(), |(_, edition)| edition.clone())
    }

    /// What holds on a day, for what is counted in days.
    pub fn on(&self, day: Date) -> Arc<Edition> {
        let begun = self.0.by_day.iter().rev().find(|(from, _)| *from <= day);
        begun.map_or_else(|| Edition::shipped().clone(), |(_, edition)| edition.clone())
    }

    /// The amendments about contacts of some packs, of all times.
    pub fn about_contacts(&self, is_of: impl Fn(&str) -> bool) -> Vec<Arc<Amendment>> {
        let about = self.0.amendments.iter().filter(|amendment| amendment.column.is_about_contacts() && is_of(&amendment.pack));
        about.cloned().collect()
    }
}

/// Of the amendments in force, the one that speaks for each column; none where it gives the column back.
fn spoken<'a>(amendments: &'a [Arc<Amendment>], is_in_force: &dyn Fn(&Amendment) -> bool) -> Vec<&'a Arc<Amendment>> {
    let standing: Vec<&Arc<Amendment>> = amendments.iter().filter(|amendment| is_in_force(amendment)).collect();
    let speaks = |amendment: &&&Arc<Amendment>| {
        let of_column = standing.iter().filter(|other| (&other.pack, other.column) == (&amendment.pack, amendment.column));
        speaking(of_column.map(|other| other.as_ref())).is_some_and(|last| last.number == amendment.number)
    };
    standing.iter().filter(speaks).filter(|amendment| amendment.says != Says::AsShipped).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::amendments::Column;
    use crate::compliance::packs::{Does, Part};
    use crate::compliance::states::Confidence;
    use jiff::civil::date;

    fn amendment(number: u32, pack: &str, column: Column, says: &str, from: Date, to: Option<Date>) -> Arc<Amendment> {
        let second = |day: Date| i64::from(crate::values::moment::day_number(day)) * 86_400;
        Arc::new(Amendment {
            number,
            pack: pack.into(),
            column,
            says: Says::parse(column, says).unwrap(),
            source: "S. B. 12".into(),
            confidence: Confidence::Medium,
            from_on: from,
            to_on: to,
            begins_at: second(from),
            ends_at: to.map_or(NO_END, |last| second(last) + 86_400),
        })
    }

    fn part(edition: &Edition, pack: &str, topic: &str) -> Part {
        edition.pack(pack).unwrap().parts.iter().find(|part| part.topic == topic).unwrap().clone()
    }

    #[test]
    fn each_day_has_the_edition_of_what_began_last() {
        let (march, june, july) = (date(2027, 3, 1), date(2027, 6, 1), date(2027, 7, 1));
        let editions = Editions::of(vec![
            amendment(1, "us-oh", Column::OpenAccountYears, "4", march, None),
            amendment(2, "us-oh", Column::OpenAccountYears, "3", june, Some(date(2027, 6, 30))),
            amendment(3, "us-oh", Column::OpenAccountYears, "as shipped", date(2028, 1, 1), None),
        ]);
        let years = |day: Date| editions.on(day).state("OH").unwrap().limitation.open_account;
        //   day                years
        for (day, expected) in [
            (date(2027, 2, 28), Some(6)),
            (march, Some(4)),
            (june, Some(3)),
            (date(2027, 6, 30), Some(3)),
            (july, Some(4)),
            (date(2027, 12, 31), Some(4)),
            (date(2028, 1, 1), Some(6)),
        ] {
            assert_eq!(years(day), expected, "{day}");
        }
        let second = i64::from(crate::values::moment::day_number(june)) * 86_400;
        assert_eq!(editions.at(second).state("OH").unwrap().limitation.open_account, Some(3));
        assert_eq!(editions.at(second - 1).state("OH").unwrap().limitation.open_account, Some(4));
        let (shipped, amended) = (editions.on(date(2027, 1, 1)), editions.on(march));
        assert_ne!(shipped.pack("us-oh").unwrap().version, amended.pack("us-oh").unwrap().version);
        assert_eq!(shipped.pack("us-pa").unwrap().version, amended.pack("us-pa").unwrap().version, "others stay as they are");
        assert_eq!(editions.on(date(2028, 1, 1)).pack("us-oh").unwrap().version, shipped.pack("us-oh").unwrap().version);
    }

    #[test]
    fn a_pack_says_what_was_amended_by_whom_and_how_sure_it_is() {
        let from = date(2027, 3, 1);
        let editions = Editions::of(vec![
            amendment(1, "us-ma", Column::ContactCaps, "3 calls per debt in 7 days, creditors too", from, None),
            amendment(2, "us-oh", Column::CallingHours, "09:00-20:00 for calls", from, Some(date(2027, 12, 31))),
            amendment(3, "us-ny-nyc", Column::ContactCaps, "none", from, None),
            amendment(4, "us-oh", Column::LetterNotices, "time-barred debt sentence", from, None),
            amendment(5, "us-oh", Column::NoteYears, "unknown", from, None),
        ]);
        let edition = editions.on(from);
        let caps = part(&edition, "us-ma", "Contact caps");
        assert_eq!((caps.does, caps.amended.as_slice(), caps.source.as_ref()), (Does::Enforces, &[1][..], "S. B. 12"));
        assert_eq!((caps.confidence, caps.in_force_from), (Confidence::Medium, from));
        assert!(matches!(part(&edition, "us-ma", "state.ma.call-cap").does, Does::Shows(why) if why.contains("amend")));
        let hours = part(&edition, "us-oh", "Calling hours");
        assert_eq!((hours.does, hours.in_force_to), (Does::Enforces, Some(date(2027, 12, 31))));
        assert_eq!(part(&edition, "us-ny-nyc", "Contact caps").does, Does::Permits);
        assert!(matches!(part(&edition, "us-ny-nyc", "state.nyc.contact-cap").does, Does::Shows(_)));
        assert!(
            edition.state("OH").unwrap().asks_time_barred_notice() && edition.state("OH").unwrap().limitation.promissory_note.is_none()
        );
        assert!(part(&edition, "us-oh", "Time to sue").says.contains("note not known"));
        assert!(edition.pack("us-ma").unwrap().version.ends_with("+1"), "{}", edition.pack("us-ma").unwrap().version);
    }

    #[test]
    fn without_amendments_every_moment_says_what_was_shipped() {
        let editions = Editions::default();
        assert!(Arc::ptr_eq(&editions.at(0), &editions.on(date(2030, 1, 1))));
        assert_eq!(editions.at(0).packs().len(), 53);
    }
}
