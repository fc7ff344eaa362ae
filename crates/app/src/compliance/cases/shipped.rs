//! The conformance cases that ship with the program: a change of policy is tried on them before it may bind.
//!
//! By the law alone every case must come out as expected. Under the proposed policy no answer may be looser, and no rule of the law
//! may fall silent: policy adds to the law and takes nothing from it.

use super::{decide_under, run};
use duly_domain::compliance::policy::ContactPolicy;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The files of `regulation/cases`.
#[rustfmt::skip]
const FILES: [&str; 31] = [
    include_str!("../../../../../regulation/cases/bankruptcy.json"),
    include_str!("../../../../../regulation/cases/call_consent.json"),
    include_str!("../../../../../regulation/cases/call_frequency.json"),
    include_str!("../../../../../regulation/cases/channels.json"),
    include_str!("../../../../../regulation/cases/clocks.json"),
    include_str!("../../../../../regulation/cases/conversation.json"),
    include_str!("../../../../../regulation/cases/credit_reporting.json"),
    include_str!("../../../../../regulation/cases/disclosures.json"),
    include_str!("../../../../../regulation/cases/disputes.json"),
    include_str!("../../../../../regulation/cases/each_rule.json"),
    include_str!("../../../../../regulation/cases/esign.json"),
    include_str!("../../../../../regulation/cases/fees.json"),
    include_str!("../../../../../regulation/cases/hours.json"),
    include_str!("../../../../../regulation/cases/house.json"),
    include_str!("../../../../../regulation/cases/legal.json"),
    include_str!("../../../../../regulation/cases/limited_content.json"),
    include_str!("../../../../../regulation/cases/location_information.json"),
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CasesRun {
    /// How many there are.
    pub run: usize,
    /// Those that come out as expected by the law alone.
    pub passed: usize,
    /// Those that the policy answers more strictly.
    pub stricter: usize,
    /// Those that it answers more loosely: none, or it may not bind.
    pub looser: usize,
}

impl CasesRun {
    /// Whether the policy may bind.
    pub fn is_good(&self) -> bool {
        self.run > 0 && self.passed == self.run && self.looser == 0
    }
}

/// Every case that ships.
pub fn cases() -> Vec<Json> {
    let read = FILES.iter().filter_map(|text| serde_json::from_str(text).ok());
    read.flat_map(|file: Json| match file {
        Json::Array(all) => all,
        one => vec![one],
    })
    .collect()
}

/// Tries a policy on every case.
pub fn try_policy(policy: &ContactPolicy) -> CasesRun {
    let mut done = CasesRun::default();
    for case in cases() {
        let ran = run(&case);
        done.run += 1;
        done.passed += usize::from(ran["pass"] == true);
        match decide_under(&case, policy) {
            Ok(under) if is_looser(&ran["got"], &under) => done.looser += 1,
            Ok(under) => done.stricter += usize::from(under["rules"] != ran["got"]["rules"]),
            Err(_) => done.looser += 1,
        }
    }
    done
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
