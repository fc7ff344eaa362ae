//! The fuzz target of case files: whatever bytes come, there is an answer or an error that says what is wrong; never a panic.
//!
//! Cases that people wrote are bent: values swapped for others, fields dropped, renamed or doubled, bytes changed. What still can be
//! decided is explained. `cargo xtask fuzz` runs it as long as wanted.

use super::{decide, read};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value as Json, json};
use std::path::Path;
use std::sync::OnceLock;

fn cases() -> &'static [Json] {
    static CASES: OnceLock<Vec<Json>> = OnceLock::new();
    CASES.get_or_init(|| read(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("../../regulation/cases")]).unwrap())
}

/// Every place within a document, as pointers.
fn places(json: &Json, at: String, found: &mut Vec<String>) {
    found.push(at.clone());
    match json {
        Json::Object(fields) => fields.iter().for_each(|(name, value)| places(value, format!("{at}/{name}"), found)),
        Json::Array(values) => values.iter().enumerate().for_each(|(i, value)| places(value, format!("{at}/{i}"), found)),
        _ => {}
    }
}

/// What may stand where something else was expected.
fn strange() -> impl Strategy<Value = Json> {
    let texts = vec![
        "",
        " ",
        "call",
        "in",
        "99:99",
        "9999:00",
        "65535:59",
        "24:00",
        "2026-02-30",
        "-9999-01-01",
        "9999-12-31",
        "0001-01-01",
        "é",
        "9999-12-30T22:00:00Z",
        "-009999-01-02T01:59:59Z",
        "2026-05-06T11:00:00-04:00",
        "America/New_York",
        "Nowhere",
        "DC",
        "1e400",
        "99999999.999",
    ];
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<u8>().prop_map(Json::from),
        Just(json!(1.5e300)),
        prop::sample::select(texts).prop_map(Json::from),
        ".{0,12}".prop_map(Json::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!(["D1", 7, null, {"id": "D1"}])),
    ]
}

/// One way to bend a document.
#[derive(Clone, Debug)]
enum Bend {
    /// Something strange in a place.
    Put(Index, Json),
    /// A place from another case in this one.
    Graft(Index, Index, Index),
    /// Nothing where something was.
    Drop(Index),
}

fn bend() -> impl Strategy<Value = Bend> {
    prop_oneof![
        3 => (any::<Index>(), strange()).prop_map(|(at, json)| Bend::Put(at, json)),
        2 => (any::<Index>(), any::<Index>(), any::<Index>()).prop_map(|(at, other, from)| Bend::Graft(at, other, from)),
        1 => any::<Index>().prop_map(Bend::Drop),
    ]
}

fn bent(case: &mut Json, bend: &Bend) {
    let place = |json: &Json, at: &Index| {
        let mut found = Vec::new();
        places(json, String::new(), &mut found);
        at.get(&found).clone()
    };
    match bend {
        Bend::Put(at, strange) => {
            let at = place(case, at);
            case.pointer_mut(&at).into_iter().for_each(|there| *there = strange.clone());
        }
        Bend::Graft(at, other, from) => {
            let other = other.get(cases());
            let grafted = other.pointer(&place(other, from)).cloned().unwrap_or(Json::Null);
            let at = place(case, at);
            case.pointer_mut(&at).into_iter().for_each(|there| *there = grafted.clone());
        }
        Bend::Drop(at) => {
            let at = place(case, at);
            let Some((parent, name)) = at.rsplit_once('/') else { return };
            match case.pointer_mut(parent) {
                Some(Json::Object(fields)) => drop(fields.remove(name)),
                Some(Json::Array(values)) => drop(name.parse().ok().filter(|i| *i < values.len()).map(|i: usize| values.remove(i))),
                _ => {}
            }
        }
    }
}

/// An answer explains itself, an error says something.
fn explains_itself(case: &Json) -> Result<(), TestCaseError> {
    match decide(case) {
        Ok(answer) => {
            let is_refused = answer["allowed"] != true;
            prop_assert_eq!(is_refused, answer["rules"].as_array().is_some_and(|rules| !rules.is_empty()), "{}", answer);
            for reason in answer["because"].as_array().into_iter().flatten() {
                for field in ["rule", "citation", "plain"] {
                    prop_assert!(reason[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {reason}");
                }
            }
            prop_assert!(answer["rule_set"].is_string() && answer["values"].is_object() && answer["not_judged"].is_array(), "{}", answer);
        }
        Err(says) => prop_assert!(says.len() > 5, "{says:?}"),
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_bent_case_is_answered_or_named(which: Index, bends in prop::collection::vec(bend(), 1..5)) {
        let mut case = which.get(cases()).clone();
        bends.iter().for_each(|bend| bent(&mut case, bend));
        explains_itself(&case)?;
    }

    #[test]
    fn any_bytes_are_answered_or_named(which: Index, changes in prop::collection::vec((any::<Index>(), any::<u8>()), 0..6)) {
        let mut bytes = which.get(cases()).to_string().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(case) = serde_json::from_slice::<Json>(&bytes) {
            explains_itself(&case)?;
        }
    }
}
