//! Which law applies to an account, and what says so: our role, the purpose of the debt, the places, and the clocks.
//!
//! Places follow from the state on file and the ZIP codes of addresses; where neither is known, and they told us nothing, from the area
//! codes of their numbers, with low confidence. Clocks follow from addresses and numbers; what a person said
//! about where they are settles their clock (tables in `regulation/`, their sources in `PROVENANCE.md`).

use super::facts::{Known, lives_in_new_york_city, states_of};
use duly_domain::compliance::packs::Pack;
use duly_domain::compliance::record::CollectorRole;
use duly_domain::decision::RuleCard;
use duly_domain::values::region::STATED;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Which law applies, and what says so.
pub struct Law {
    role: CollectorRole,
    purpose: String,
    is_house_scope: bool,
    /// The packs that apply, federal law first, each with what says so.
    packs: Vec<(Arc<Pack>, &'static str)>,
    /// The zones in which the person may be, each with what says so.
    clocks: Vec<(String, Vec<String>)>,
    is_stated: bool,
}

impl Law {
    /// The law of an account at a moment.
    pub fn of(known: &Known, at: Timestamp) -> Law {
        let states = states_of(&known.debtor, &known.points);
        let in_city = lives_in_new_york_city(&known.debtor, &known.points);
        let edition = known.record.consumer.law.at(at.as_second());
        let packs = edition.applying(states.iter().map(|(state, _)| *state), in_city && states.iter().any(|(state, _)| *state == "NY"));
        let sign = |pack: &Pack| match states.iter().find(|(state, _)| pack.id == format!("us-{}", state.to_lowercase())) {
            Some((_, sign)) => *sign,
            None if pack.id == "us" => "the whole country",
            None => "the ZIP code or the city on file",
        };
        let signals = &known.record.consumer.signals;
        let is_stated = signals.iter().any(|signal| signal.kind == STATED);
        let mut clocks: Vec<(String, Vec<String>)> = Vec::new();
        for signal in signals.iter().filter(|signal| !is_stated || signal.kind == STATED) {
            let said = in_words(&signal.kind);
            match clocks.iter_mut().find(|(zone, _)| *zone == signal.zone.name()) {
                Some((_, signs)) if signs.contains(&said) => {}
                Some((_, signs)) => signs.push(said),
                None => clocks.push((signal.zone.name().to_string(), vec![said])),
            }
        }
        Law {
            role: known.record.role,
            purpose: known.account.kind.clone(),
            is_house_scope: known.creditor.rule_scope == "all",
            packs: packs.into_iter().map(|pack| (pack.clone(), sign(pack))).collect(),
            clocks,
            is_stated,
        }
    }

    /// Whether Regulation F binds, and why or why not.
    fn regulation_f(&self) -> &'static str {
        match (self.role, self.purpose.as_str()) {
            (CollectorRole::FirstParty, _) => "no: a creditor in its own name",
            (_, "consumer") => "yes",
            (_, _) if self.is_house_scope => "as house policy: the debt is no consumer's",
            _ => "no: the debt is no consumer's",
        }
    }

    fn role(&self) -> (&'static str, &'static str) {
        match self.role {
            CollectorRole::ThirdParty => ("third_party", "third party: an agency for another"),
            CollectorRole::DebtBuyer => ("debt_buyer", "debt buyer: the owner of what was bought"),
            CollectorRole::FirstParty => ("first_party", "first party: the creditor in its own name"),
        }
    }

    /// As *Why?* shows it.
    pub fn words(&self) -> Vec<(&'static str, String)> {
        let places: Vec<String> = self
            .packs
            .iter()
            .map(|(pack, sign)| match (pack.id.as_str(), pack.is_verified()) {
                ("us", _) => format!("{} ({})", pack.name, pack.version),
                (_, true) => format!("{} ({}), by {sign}", pack.name, pack.version),
                (_, false) => format!("{} ({}, unverified), by {sign}", pack.name, pack.version),
            })
            .collect();
        let clocks: Vec<String> = self.clocks.iter().map(|(zone, signs)| format!("{zone}: {}", signs.join(", "))).collect();
        let clocks = match (clocks.is_empty(), self.is_stated) {
            (true, _) => "nothing says where: every clock of the country".to_string(),
            (false, true) => format!("{}; that settles it", clocks.join("; ")),
            (false, false) => clocks.join("; "),
        };
        vec![
            ("We act as", self.role().1.to_string()),
            ("The debt is", format!("for {} purposes", self.purpose)),
            ("Regulation F binds", self.regulation_f().to_string()),
            ("Law of", places.join("; ")),
            ("Clock by", clocks),
        ]
    }

    /// As commands print it and as it is kept with a decision.
    pub fn json(&self) -> Json {
        let packs = self.packs.iter().map(|(pack, sign)| json!({"pack": pack.id, "version": pack.version, "by": sign}));
        let clocks = self.clocks.iter().map(|(zone, signs)| json!({"zone": zone, "by": signs}));
        json!({
            "role": self.role().0,
            "purpose": self.purpose,
            "regulation_f": self.regulation_f(),
            "packs": packs.collect::<Vec<_>>(),
            "clocks": clocks.collect::<Vec<_>>(),
        })
    }
}

/// Whether rules for consumer debts bind on an account by the creditor's setting alone, and not by law.
pub fn is_by_house_alone(known: &Known) -> bool {
    known.record.role != CollectorRole::FirstParty && known.creditor.rule_scope == "all" && known.account.kind != "consumer"
}

/// Where a rule stands, as it is cited about an account: on a debt that is no consumer's the federal rules for collectors bind as house
/// policy, and the citation says that the law itself does not reach it.
pub fn cite_of(known: &Known, rule: &RuleCard) -> String {
    let is_for_consumer_debts = rule.id.starts_with("regf.") || rule.id.starts_with("fdcpa.");
    if is_for_consumer_debts && is_by_house_alone(known) {
        return format!("house policy, as for consumer debts; {} does not reach this debt", rule.cite);
    }
    rule.cite.to_string()
}

/// A sign of where somebody is, in words.
fn in_words(kind: &str) -> String {
    match kind {
        STATED => "said by the person".into(),
        "address" => "the ZIP code of an address".into(),
        kind => format!("a {} number", kind.trim_end_matches("_area_code").replace('_', " ")),
    }
}
