//! The conformance cases that ship with the program: a change of policy is tried on them before it may bind.
//!
//! By the law alone every case must come out as expected. Under the proposed policy no answer may be looser, and no rule of the law
//! may fall silent: policy adds to the law and takes nothing from it.

use super::{decide_amended, decide_under, run};
use duly_domain::compliance::amendments::Amendment;
use duly_domain::compliance::packs::{NEW_YORK_CITY, pack_of_state};
use duly_domain::compliance::policy::ContactPolicy;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::OnceLock;

/// The files of `regulation/cases`.
#[rustfmt::skip]
const FILES: [&str; 34] = [
    include_str!("../../../../../regulation/cases/amended.json"),
    include_str!("../../../../../regulation/cases/bankruptcy.json"),
    include_str!("../../../../../regulation/cases/call_consent.json"),
    include_str!("../../../../../regulation/cases/call_frequency.json"),
    include_str!("../../../../../regulation/cases/channels.json"),
    include_str!("../../../../../regulation/cases/clocks.json"),
    include_str!("../../../../../regulation/cases/conversation.json"),
    include_str!("../../../../../regulation/cases/credit_reporting.json"),
    include_str!("../../../../../regulation/cases/disclosures.json"),
    include_str!("../../../../../regulation/cases/disputes.json"),
    include_str!("../../../../../regulation/cases/partial_disputes.json"),
    include_str!("../../../../../regulation/cases/each_rule.json"),
    include_str!("../../../../../regulation/cases/esign.json"),
    include_str!("../../../../../regulation/cases/fees.json"),
    include_str!("../../../../../regulation/cases/hours.json"),
    include_str!("../../../../../regulation/cases/house.json"),
    include_str!("../../../../../regulation/cases/legal.json"),
    include_str!("../../../../../regulation/cases/limited_content.json"),
    include_str!("../../../../../regulation/cases/location_information.json"),
    include_str!("../../../../../regulation/cases/notice_content.json"),
    include_str!("../../../../../regulation/cases/postdated.json"),
    include_str!("../../../../../regulation/cases/preauthorised.json"),
    include_str!("../../../../../regulation/cases/retention.json"),
    include_str!("../../../../../regulation/cases/safe_harbour.json"),
    include_str!("../../../../../regulation/cases/servicemembers.json"),
    include_str!("../../../../../regulation/cases/several_people.json"),
    include_str!("../../../../../regulation/cases/state_limits.json"),
    include_str!("../../../../../regulation/cases/stops_parties.json"),
    include_str!("../../../../../regulation/cases/tcpa.json"),
    include_str!("../../../../../regulation/cases/time_barred.json"),
    include_str!("../../../../../regulation/cases/times_places.json"),
    include_str!("../../../../../regulation/cases/transfers.json"),
    include_str!("../../../../../regulation/cases/validation_notice.json"),
    include_str!("../../../../../regulation/cases/validation_period.json"),
];

/// How the cases came out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CasesRun {
    /// How many there are.
    pub run: usize,
    /// Those that come out as expected by the law alone.
    pub passed: usize,
    /// Those that the change refuses where they were allowed.
    pub stricter: usize,
    /// Those that it allows where they were refused: none, or a policy may not bind. Law can become looser.
    pub looser: usize,
    /// Those that come to the same answer by other rules.
    #[serde(default)]
    pub by_other_rules: usize,
    /// Those that come to the same answer by the same rules, with other numbers.
    #[serde(default)]
    pub with_other_numbers: usize,
    /// Those that come out otherwise, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
}

impl CasesRun {
    /// Whether the policy may bind.
    pub fn is_good(&self) -> bool {
        self.run > 0 && self.passed == self.run && self.looser == 0
    }

    /// Those that come out otherwise, in words that add up to their number.
    pub fn changes(&self) -> String {
        let CasesRun { stricter, looser, by_other_rules, with_other_numbers, .. } = *self;
        // What was found before the rest was counted names them alone.
        let rest = self.changed.len().saturating_sub(stricter + looser + by_other_rules + with_other_numbers);
        let parts = [
            (stricter, "refused where it was allowed"),
            (looser, "allowed where it was refused"),
            (by_other_rules, "the same answer by other rules"),
            (with_other_numbers, "the same answer with other numbers"),
            (rest, "the same answer otherwise reasoned"),
        ];
        let all = stricter + looser + by_other_rules + with_other_numbers + rest;
        let said: Vec<String> = parts.iter().filter(|(count, _)| *count > 0).map(|(count, says)| format!("{count} {says}")).collect();
        match all {
            0 => "none comes out otherwise".into(),
            1 => format!("1 comes out otherwise: {}", said.join(", ")),
            _ => format!("{all} come out otherwise: {}", said.join(", ")),
        }
    }

    /// Counts a case that came out otherwise than by the law as it is.
    fn count_changed(&mut self, ran: &Ran, under: &Json) {
        let is_same = |part: &str| under[part] == ran.got[part];
        if ["allowed", "rules", "values"].into_iter().all(is_same) {
            return;
        }
        self.changed.push(ran.id.clone());
        match (ran.got["allowed"] == true, under["allowed"] == true) {
            (true, false) => self.stricter += 1,
            (false, true) => self.looser += 1,
            _ if !is_same("allowed") || !is_same("rules") => self.by_other_rules += 1,
            _ => self.with_other_numbers += 1,
        }
    }
}

/// Every case that ships.
pub fn cases() -> &'static [Json] {
    static CASES: OnceLock<Vec<Json>> = OnceLock::new();
    CASES.get_or_init(|| {
        let read = FILES.iter().filter_map(|text| serde_json::from_str(text).ok());
        let all = read.flat_map(|file: Json| match file {
            Json::Array(all) => all,
            one => vec![one],
        });
        all.collect()
    })
}

/// Tries a policy on every case.
pub fn try_policy(policy: &ContactPolicy) -> CasesRun {
    let mut done = CasesRun::default();
    for (case, ran) in cases().iter().zip(ran()) {
        done.run += 1;
        done.passed += usize::from(ran.pass);
        match decide_under(case, policy) {
            Ok(under) if !is_looser(&ran.got, &under) => done.count_changed(ran, &under),
            _ => {
                done.looser += 1;
                done.changed.push(ran.id.clone());
            }
        }
    }
    done
}

/// Tries an amendment on every case: those of people who live elsewhere come out as before.
pub fn try_law(policy: &ContactPolicy, amendment: &Amendment) -> CasesRun {
    let mut done = CasesRun::default();
    for (case, ran) in cases().iter().zip(ran()) {
        done.run += 1;
        done.passed += usize::from(ran.pass);
        done.count_changed(ran, &decide_amended(case, policy, Some(amendment)).unwrap_or_default());
    }
    done
}

/// One case as it came out by the law as shipped.
#[derive(Debug)]
pub struct Ran {
    /// Its id.
    pub id: String,
    /// Whether it came out as expected.
    pub pass: bool,
    /// The rules that it is about, that it expects or that stood in the way, warnings too.
    pub rules: Vec<String>,
    /// The pack of the place in which its consumer lives.
    pub place: Option<String>,
    got: Json,
}

/// Every case that ships, run once: neither cases nor rules change while the program runs.
pub fn ran() -> &'static [Ran] {
    static RAN: OnceLock<Vec<Ran>> = OnceLock::new();
    RAN.get_or_init(|| cases().iter().map(|case| of(case, run(case))).collect())
}

fn of(case: &Json, ran: Json) -> Ran {
    let answers = ["expected", "got"].into_iter().flat_map(|of| ["rules", "warnings"].map(|which| &ran[of][which]));
    let named = answers.chain(case.get("covers"));
    let mut rules: Vec<String> = named.filter_map(Json::as_array).flatten().filter_map(Json::as_str).map(String::from).collect();
    rules.sort();
    rules.dedup();
    Ran {
        id: ran["id"].as_str().unwrap_or("?").to_string(),
        pass: ran["pass"] == true,
        rules,
        place: match (case["given"]["consumer"]["state"].as_str(), case["given"]["consumer"]["locality"].as_str()) {
            (Some("NY"), Some("nyc")) => Some(NEW_YORK_CITY.to_string()),
            (state, _) => state.map(pack_of_state),
        },
        got: ran["got"].clone(),
    }
}

/// Whether an answer allows more than the law's, or lacks a rule of it.
fn is_looser(law: &Json, under: &Json) -> bool {
    let rules = |answer: &Json| answer["rules"].as_array().cloned().unwrap_or_default();
    let under_rules = rules(under);
    rules(law).iter().any(|rule| !under_rules.contains(rule)) || (law["allowed"] != true && under["allowed"] == true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::cases::read;
    use duly_domain::compliance::policy::{Limits, Version};
    use serde_json::json;
    use std::path::PathBuf;

    #[test]
    fn every_case_of_the_folder_ships_and_policy_only_adds() {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../regulation/cases"));
        assert_eq!(cases().len(), read(&[folder]).unwrap().len());
        let law = try_policy(&ContactPolicy::LAW);
        assert_eq!((law.passed, law.stricter, law.looser), (law.run, 0, 0));
        let limits = Limits { attempts_max_7_days: Some(0), electronic_max_7_days: Some(0), is_off_on_sundays: true, ..Limits::NONE };
        let strict = try_policy(&ContactPolicy { house: Version { number: 1, limits }, ..ContactPolicy::LAW });
        assert!(strict.is_good() && strict.stricter > 20, "{strict:?}");
        assert!(strict.by_other_rules > 0, "what was refused before is refused by the house too: {strict:?}");
    }

    #[test]
    fn what_changed_adds_up_in_words() {
        let rest = CasesRun { stricter: 8, by_other_rules: 13, with_other_numbers: 1, ..CasesRun::default() };
        let all = CasesRun { changed: vec!["a".into(); 22], ..rest };
        assert_eq!(
            all.changes(),
            "22 come out otherwise: 8 refused where it was allowed, 13 the same answer by other rules, 1 the same answer with other numbers"
        );
        let kept_before = CasesRun { stricter: 1, changed: vec!["a".into(); 3], ..CasesRun::default() };
        assert!(kept_before.changes().ends_with("1 refused where it was allowed, 2 the same answer otherwise reasoned"));
        assert_eq!(CasesRun::default().changes(), "none comes out otherwise");
        let limits = Limits { attempts_max_7_days: Some(0), ..Limits::NONE };
        let strict = try_policy(&ContactPolicy { house: Version { number: 1, limits }, ..ContactPolicy::LAW });
        let CasesRun { stricter, looser, by_other_rules, with_other_numbers, changed, .. } = strict;
        assert_eq!(stricter + looser + by_other_rules + with_other_numbers, changed.len());
    }

    #[test]
    fn what_is_looser_is_seen() {
        let refused = json!({"allowed": false, "rules": ["regf.time.hours"]});
        let more = json!({"allowed": false, "rules": ["regf.time.hours", "policy.hours"]});
        let silent = json!({"allowed": false, "rules": ["policy.hours"]});
        let allowed = json!({"allowed": true, "rules": ["regf.time.hours"]});
        assert!(!is_looser(&refused, &more) && is_looser(&refused, &silent) && is_looser(&refused, &allowed));
    }
}
