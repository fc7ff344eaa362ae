//! How cases are decided: as everything is, by the whole catalogue.
//!
//! The tests of this file decide every case once more for each rule of each catalogue with that one rule left out, and demand
//! that some case then fails. Contacts go the way they go outside, by what is prepared once ([`Prepared`]), and must come out
//! there as by the rules asked one by one.
//!
//! [`Prepared`]: duly_domain::compliance::prepared::Prepared
//! Outside the tests there is nothing here that could leave one out.

#[cfg(not(test))]
pub(super) use duly_domain::compliance::{acts::decide_act, decide, decide_contact};
#[cfg(not(test))]
pub(super) use duly_domain::outreach::validation_notice::missing as missing_of_notice;

#[cfg(test)]
pub(super) use without::{decide, decide_act, decide_contact, missing_of_notice};

#[cfg(test)]
mod without {
    use duly_domain::compliance::acts::ActFacts;
    use duly_domain::compliance::asked::Policy;
    use duly_domain::compliance::facts::{ContactFacts, Facts};
    use duly_domain::compliance::policy::ContactPolicy;
    use duly_domain::compliance::prepared::Prepared;
    use duly_domain::compliance::rules::{self, CONTACT};
    use duly_domain::compliance::{self, Catalogue};
    use duly_domain::decision::Decision;
    use duly_domain::outreach::validation_notice::{Missing, NoticeFacts, missing};
    use std::any::type_name;
    use std::cell::Cell;

    /// A rule of one catalogue: the name of its facts, and its id.
    pub type Place = (&'static str, &'static str);

    thread_local! {
        static LEFT_OUT: Cell<Option<Place>> = const { Cell::new(None) };
    }

    /// Runs with one rule left out.
    pub fn leaving_out<T>(place: Place, run: impl FnOnce() -> T) -> T {
        LEFT_OUT.set(Some(place));
        let out = run();
        LEFT_OUT.set(None);
        out
    }

    /// What a notice must hold: one of the readings, and decided all the same.
    pub const NOTICE_CONTENT: Place = ("NoticeContent", super::super::notices::CONTENT);

    pub fn missing_of_notice(facts: &NoticeFacts) -> Vec<Missing> {
        if LEFT_OUT.get() == Some(NOTICE_CONTENT) { Vec::new() } else { missing(facts) }
    }

    /// Every rule of a catalogue.
    pub fn places<F, P>(catalogue: &Catalogue<F, P>) -> Vec<Place> {
        catalogue.rules.iter().map(|rule| (type_name::<F>(), rule.card.id)).collect()
    }

    pub fn decide_contact(facts: &ContactFacts, policy: &ContactPolicy) -> Decision {
        let catalogue = remaining(&CONTACT);
        let prepared = Prepared::by(catalogue, facts, policy).decide(facts.at).read();
        let one_by_one = compliance::decide(catalogue, facts, policy);
        assert_eq!(prepared, one_by_one, "what is prepared once answers otherwise than the rules asked one by one");
        prepared
    }

    pub fn decide_act(facts: &ActFacts) -> Decision {
        match facts {
            ActFacts::Furnish(facts) => decide(&rules::FURNISH, facts, &()),
            ActFacts::Transfer(facts) => decide(&rules::TRANSFER, facts, &()),
            ActFacts::Fee(facts) => decide(&rules::FEE, facts, &()),
            ActFacts::Interest(facts) => decide(&rules::INTEREST, facts, &()),
            ActFacts::Deposit(facts) => decide(&rules::DEPOSIT, facts, &()),
            ActFacts::Debit(facts) => decide(&rules::DEBIT, facts, &()),
            ActFacts::Delete(facts) => decide(&rules::DELETION, facts, &()),
            ActFacts::Suit(facts) => decide(&rules::SUIT, facts, &()),
            ActFacts::Judgment(facts) => decide(&rules::JUDGMENT, facts, &()),
        }
    }

    pub fn decide<F: Facts, P: Policy>(catalogue: &'static Catalogue<F, P>, facts: &F, policy: &P) -> Decision {
        compliance::decide(remaining(catalogue), facts, policy)
    }

    /// A catalogue, but for the rule that is left out.
    fn remaining<F, P>(catalogue: &'static Catalogue<F, P>) -> &'static Catalogue<F, P> {
        let out = LEFT_OUT.get().filter(|(of, _)| *of == type_name::<F>());
        let Some(place) = out.and_then(|(_, id)| catalogue.rules.iter().position(|rule| rule.card.id == id)) else {
            return catalogue;
        };
        let mut rules = catalogue.rules.to_vec();
        rules.remove(place);
        // Catalogues live as long as the program: what a test makes of one does too.
        Box::leak(Box::new(Catalogue::of(rules.leak(), catalogue.exclusive - usize::from(place < catalogue.exclusive))))
    }
}

#[cfg(test)]
mod tests {
    use super::without::{NOTICE_CONTENT, Place, leaving_out, places};
    use crate::compliance::cases;
    use duly_domain::compliance::readings::READINGS;
    use duly_domain::compliance::rules::{self, cards};
    use serde_json::Value as Json;
    use std::path::Path;

    /// Every rule of every kind of act.
    fn all() -> Vec<Place> {
        let contacts = [places(&rules::CONTACT), places(&rules::MESSAGE), places(&rules::BASIS), places(&rules::DELIVERY)];
        let notices = [places(&rules::NOTICE), places(&rules::PERIOD), places(&rules::FURNISH), places(&rules::PAYMENT)];
        let money = [places(&rules::FEE), places(&rules::INTEREST), places(&rules::DEPOSIT), places(&rules::DEBIT)];
        let last = [places(&rules::SUIT), places(&rules::JUDGMENT), places(&rules::TRANSFER), places(&rules::DELETION)];
        [contacts, notices, money, last, [vec![NOTICE_CONTENT], Vec::new(), Vec::new(), Vec::new()]].concat().concat()
    }

    #[test]
    fn what_is_obeyed_without_a_rule_has_a_case_or_says_why_it_has_none() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../regulation/cases");
        let cases = cases::read(&[folder]).unwrap();
        let covered = |id: &str| cases.iter().flat_map(|case| case["covers"].as_array().into_iter().flatten()).any(|covers| *covers == id);
        for reading in &READINGS {
            assert_eq!(covered(reading.id), reading.no_case.is_none(), "{}: a case, or why there is none", reading.id);
        }
    }

    #[test]
    fn every_rule_left_out_of_its_catalogue_fails_a_case() {
        let all = all();
        for card in cards() {
            assert!(all.iter().any(|(_, id)| *id == card.id), "{}: its catalogue is not among those tried", card.id);
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../regulation/cases");
        let cases = cases::read(&[folder]).unwrap();
        let passes = |case: &Json| cases::run(case)["pass"] == true;
        let failed: Vec<String> = cases.iter().map(cases::run).filter(|ran| ran["pass"] != true).map(|ran| ran.to_string()).collect();
        assert_eq!(failed, Vec::<String>::new(), "with every rule in its place every case passes");
        let unproved = all.iter().filter(|place| leaving_out(**place, || cases.iter().all(passes)));
        let unproved: Vec<String> =
            unproved.map(|(facts, id)| format!("{id} over {}", facts.rsplit("::").next().unwrap_or(facts))).collect();
        assert_eq!(unproved, Vec::<String>::new(), "no case fails without these: write one each in regulation/cases");
    }
}
