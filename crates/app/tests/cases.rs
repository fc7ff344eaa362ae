//! The conformance cases of the families that the gate decides, whole.

use std::path::PathBuf;

/// Families that pass whole.
const FAMILIES: [&str; 29] = [
    "each_rule",
    "several_people",
    "clocks",
    "hours",
    "call_frequency",
    "conversation",
    "times_places",
    "channels",
    "stops_parties",
    "call_consent",
    "disputes",
    "bankruptcy",
    "state_limits",
    "validation_period",
    "validation_notice",
    "credit_reporting",
    "disclosures",
    "limited_content",
    "esign",
    "tcpa",
    "time_barred",
    "safe_harbour",
    "fees",
    "legal",
    "postdated",
    "preauthorised",
    "retention",
    "servicemembers",
    "transfers",
];

#[test]
fn every_case_of_the_decided_families_passes() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../regulation/cases");
    let paths: Vec<PathBuf> = FAMILIES.iter().map(|family| folder.join(format!("{family}.json"))).collect();
    let cases = duly::compliance::cases::read(&paths).expect("the cases are there");
    assert!(cases.len() >= 150, "{} cases", cases.len());
    let failed: Vec<String> =
        cases.iter().map(duly::compliance::cases::run).filter(|ran| ran["pass"] != true).map(|ran| ran.to_string()).collect();
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn a_case_that_cannot_be_read_names_what_is_wrong() {
    for (case, says) in [
        (r#"{}"#, "proposed is missing"),
        (r#"{"proposed": {"action": "sing"}}"#, "proposed.action \"sing\" is not decided by this version"),
        (r#"{"proposed": {"channel": "call"}, "given": {"collector": {"role": "pirate"}}}"#, "collector.role \"pirate\" is not known"),
        (
            r#"{"proposed": {"channel": "pigeon"}, "when": "2026-05-05T10:00:00-04:00",
                "given": {"collector": {"role": "third_party"}, "consumer": {"id": "C"}}}"#,
            "channel \"pigeon\" is not known",
        ),
        (
            r#"{"proposed": {"channel": "call"}, "when": "yesterday",
                "given": {"collector": {"role": "third_party"}, "consumer": {"id": "C"}}}"#,
            "when \"yesterday\" is not an instant with its offset",
        ),
    ] {
        let case = serde_json::from_str(case).expect("the test's case is JSON");
        assert_eq!(duly::compliance::cases::decide(&case), Err(says.to_string()));
    }
}
