//! Calls that come in: who is calling, what is said to them, and what counts.

use super::calls::{answered, desmond, does, says, way, wraps};
use crate::permissions;
use duly::app::Failure;
use duly::outreach::calls::actions;
use duly::outreach::calls::answering::{AnswerCall, answer_call, talk_about};
use duly_domain::outreach::conversation::{Answered, Means, Stage, Step, Way};
use duly_domain::outreach::disclosures::Kind;
use duly_domain::parties::right_party::Check;
use duly_domain::values::ids::CallId;
use duly_testkit::{Floor, Person, both_engines};
use jiff::SignedDuration;

fn comes_in(floor: &mut Floor, person: Person, number: &str) -> CallId {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let ask = AnswerCall { account: person.account, person: None, number: number.into() };
    floor.runtime.block_on(answer_call(&app, &who, at, &ask)).unwrap()
}

fn verifies(floor: &mut Floor, call: CallId) {
    does(floor, call, answered(Answered::Person)).unwrap();
    says(floor, call, Check::DateOfBirth, "Aug 19 1984").unwrap();
    says(floor, call, Check::LastFour, "8121").unwrap();
}

/// The kinds of words that are due, the state of payment's stages, and what wrapping up would say.
fn led<T>(floor: &mut Floor, call: CallId, of: impl Fn(&actions::Led) -> T) -> T {
    let (app, who) = (floor.app.clone(), floor.officer("Dana").actor());
    floor.runtime.block_on(async { of(&actions::load(&mut app.db.read().await.unwrap(), &who, call).await.unwrap()) })
}

fn due(floor: &mut Floor, call: CallId) -> Vec<Kind> {
    led(floor, call, |led| led.words.iter().map(|due| due.wording.kind).collect())
}

fn settles_company(floor: &mut Floor) {
    floor.tamper("insert into settings (name, value) values ('company', 'Bellwether Recovery')", &[]);
}

both_engines! {
    fn a_call_that_comes_in_is_led_and_counts_as_the_law_counts_it(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        // The week is closed for calls of ours and the hour is late: neither keeps us from answering.
        floor.officer("Dana").calls(desmond, "talked");
        floor.morning_of("2026-03-05");
        floor.clock("21:40");
        assert!(!floor.may_call(desmond));
        let call = comes_in(&mut floor, desmond, "(614) 555-0163");
        assert_eq!(comes_in(&mut floor, desmond, "614-555-0163"), call, "a press that is sent twice opens one");
        assert_eq!(floor.count("select count(*) from contacts where direction = 'in' and decision_id is null and point_id is not null"), 1);
        assert_eq!(floor.calls_used(desmond), 1, "their call is no attempt of ours");
        assert!(does(&mut floor, call, answered(Answered::Voicemail)).is_err(), "nobody calls us from a machine");
        assert!(does(&mut floor, call, Step::Purpose).is_err(), "nothing about the debt before they are verified");
        verifies(&mut floor, call);
        assert_eq!(way(&mut floor, call), Way::Talking);
        assert_eq!(due(&mut floor, call), [Kind::Later], "they were told once who we are");
        does(&mut floor, call, Step::Disclosed { words: vec!["us.later".into()] }).unwrap();
        assert_eq!(due(&mut floor, call), [Kind::Later], "what is due does not change while it is said");
        does(&mut floor, call, Step::Agreed { on: "2026-03-20".parse().unwrap(), minute: None, by: Means::Theirs }).unwrap();
        assert!(matches!(wraps(&mut floor, call, None), Err(Failure::Wrong(_))), "every open account needs a next step");
        assert_eq!(wraps(&mut floor, call, Some("2026-03-20")).unwrap(), "talked");
        let note = floor.texts("select note, outcome from contacts where direction = 'in'").remove(0);
        assert!(note.0.unwrap().starts_with("Desmond Okafor called us. Verified by"));
        assert_eq!(note.1.as_deref(), Some("conversation"));
        assert_eq!(floor.count("select count(*) from contact_disclosures where disclosure = 'us.later'"), 1);
        // Seven days from their call, not from ours.
        floor.morning_of("2026-03-11");
        floor.clock("10:00");
        assert!(!floor.may_call(desmond));
        floor.morning_of("2026-03-12");
        floor.clock("10:00");
        assert!(floor.may_call(desmond));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn whoever_else_calls_hears_nothing_of_a_debt(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let cases = [
            (Answered::Spouse, Way::ThirdParty, "third_party", "The spouse of Desmond Okafor called; nothing about a debt was said."),
            (Answered::Other, Way::ThirdParty, "third_party", "Somebody else called; nothing about a debt was said."),
            (Answered::Unsure, Way::ThirdParty, "third_party", "Somebody else called; nothing about a debt was said."),
        ];
        for (who, expected, result, note) in cases {
            let call = comes_in(&mut floor, desmond, "");
            does(&mut floor, call, answered(who)).unwrap();
            assert_eq!(way(&mut floor, call), expected);
            for stage in &Stage::ALL[1..] {
                assert!(led(&mut floor, call, |led| led.conversation.may_enter(*stage).is_err()), "{stage} stays closed to {who}");
            }
            assert_eq!(wraps(&mut floor, call, Some("2026-03-04")).unwrap(), result);
            assert_eq!(floor.texts("select note, outcome from contacts order by id desc").remove(0).0.as_deref(), Some(note));
            assert!(floor.may_call(desmond), "{who}: no talk, no week");
        }
        let call = comes_in(&mut floor, desmond, "");
        does(&mut floor, call, answered(Answered::Person)).unwrap();
        for (check, said) in [(Check::DateOfBirth, "1 Jan 1984"), (Check::LastFour, "0000"), (Check::HouseAndZip, "1 43205")] {
            says(&mut floor, call, check, said).unwrap();
        }
        assert_eq!(way(&mut floor, call), Way::NotVerified);
        assert_eq!(wraps(&mut floor, call, Some("2026-03-04")).unwrap(), "not_verified");
        let call = comes_in(&mut floor, desmond, "");
        assert_eq!(wraps(&mut floor, call, Some("2026-03-04")).unwrap(), "hung_up", "who said nothing was there all the same");
        let call = comes_in(&mut floor, desmond, "");
        does(&mut floor, call, answered(Answered::Person)).unwrap();
        does(&mut floor, call, Step::BadTime).unwrap();
        assert_eq!(wraps(&mut floor, call, Some("2026-03-04")).unwrap(), "cannot_talk");
        assert_eq!(floor.calls_used(desmond), 0);
        assert!(floor.may_call(desmond));
        // The number that it came from is somebody else's.
        let call = comes_in(&mut floor, desmond, "614 555 0164");
        does(&mut floor, call, answered(Answered::Wrong)).unwrap();
        assert_eq!(wraps(&mut floor, call, Some("2026-03-04")).unwrap(), "wrong_number");
        assert_eq!(floor.count("select count(*) from contact_points where value = '+16145550164' and state = 'wrong'"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_first_talk_that_they_begin_owes_every_word_and_the_notice(mut floor: "2026-03-03") {
        settles_company(&mut floor);
        let desmond = desmond(&mut floor);
        let call = comes_in(&mut floor, desmond, "");
        verifies(&mut floor, call);
        assert_eq!(due(&mut floor, call), [Kind::First], "nobody had spoken with them");
        assert!(does(&mut floor, call, Step::Purpose).is_err(), "the words come first");
        does(&mut floor, call, Step::Disclosed { words: vec!["us.first".into()] }).unwrap();
        does(&mut floor, call, Step::Purpose).unwrap();
        // Nobody wraps it up: it stays on the list, ends as the talk it was, and the notice is due.
        let at = floor.app.moment();
        floor.night_of("2026-03-03");
        floor.morning_of("2026-03-04");
        floor.clock("10:00");
        let (app, who) = (floor.app.clone(), floor.officer("Dana").actor());
        let (open, due) = floor.runtime.block_on(async {
            let mut tx = app.db.read().await.unwrap();
            let open = duly::outreach::calls::store::list_left_open(&mut tx, who.id.unwrap(), app.moment().at).await.unwrap();
            (open, duly::outreach::letters::list_due(&app, &mut tx, app.moment(), 10).await.unwrap())
        });
        assert_eq!((open.len(), open[0].id, open[0].direction.as_str()), (1, call, "in"));
        assert_eq!(due.iter().map(|due| due.first_on).collect::<Vec<_>>(), [at.business_day]);
        assert_eq!(floor.texts("select state, outcome from contacts"), [(Some("expired".into()), Some("conversation".into()))]);
        assert!(!floor.may_call(desmond));
        assert_eq!(wraps(&mut floor, call, Some("2026-03-12")).unwrap(), "talked");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_call_that_nobody_led_on_ends_as_no_talk(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let call = comes_in(&mut floor, desmond, "");
        does(&mut floor, call, answered(Answered::Other)).unwrap();
        floor.night_of("2026-03-03");
        assert_eq!(floor.texts("select state, outcome from contacts"), [(Some("expired".into()), Some("answered_busy".into()))]);
        assert_eq!(floor.calls_used(desmond), 0);
        floor.morning_of("2026-03-04");
        floor.clock("10:00");
        assert!(floor.may_call(desmond));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_stop_binds_what_is_said_also_when_they_call(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let base = floor.serve();
        for (kind, says, bars) in [
            ("cease", "Asked in writing to be left alone", false),
            ("attorney_known", "Has a lawyer", false),
            ("bankruptcy_filed", "In bankruptcy", true),
        ] {
            floor.notes(desmond, None, kind, None);
            let call = comes_in(&mut floor, desmond, "");
            let page = page_of(&mut floor, &base, call);
            for part in [says, "You may</b>", "You must not</b>", "Still allowed with them"] {
                assert!(page.contains(part), "{kind}: {part}");
            }
            assert!(!page.contains("420.00") && !page.contains("Larkfield"), "{kind}: nothing of the debt before they are verified");
            verifies(&mut floor, call);
            does(&mut floor, call, Step::Disclosed { words: vec!["us.first".into()] }).ok();
            does(&mut floor, call, Step::Disclosed { words: Vec::new() }).ok();
            let shut = led(&mut floor, call, |led| led.conversation.may_enter(Stage::Commit).is_err());
            assert_eq!(shut, bars, "{kind}");
            wraps(&mut floor, call, Some("2026-03-12")).unwrap();
        }
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn somebody_who_may_not_be_told_is_never_verified(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let neighbor = duly::parties::people::AddPerson {
            name: "Nora Neighbor".into(),
            role: "third_party".into(),
            ..duly::parties::people::AddPerson::default()
        };
        let neighbor = floor.add_person(desmond, &neighbor).unwrap();
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let ask = AnswerCall { account: desmond.account, person: Some(neighbor), number: String::new() };
        let call = floor.runtime.block_on(answer_call(&app, &who, at, &ask)).unwrap();
        assert_eq!(led(&mut floor, call, |led| led.call.person), desmond.debtor, "the call is about reaching the debtor");
        let stranger = AnswerCall { person: Some(duly_domain::values::ids::DebtorId(duly::app::new_uuid())), ..ask };
        let refused = floor.runtime.block_on(answer_call(&app, &who, at, &stranger));
        assert!(matches!(refused, Err(Failure::Wrong(_))));
    }

    fn whose_account_is_closed_may_call_too(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        floor.pays(desmond, "420.00", "CASH 1");
        assert_eq!(floor.account(desmond).state, "paid");
        let call = comes_in(&mut floor, desmond, "");
        verifies(&mut floor, call);
        does(&mut floor, call, Step::Disclosed { words: Vec::new() }).ok();
        wraps(&mut floor, call, None).expect("nothing is planned for an account that is paid");
        assert_eq!(floor.account(desmond).next_action, None);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn another_debt_is_spoken_of_once_they_are_verified(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let other = floor.debtor("Other", "77.00");
        floor.tamper("update accounts set debtor_id = $1 where id = $2", &[desmond.debtor.into(), other.account.into()]);
        floor.tamper("update account_people set debtor_id = $1 where account_id = $2", &[desmond.debtor.into(), other.account.into()]);
        let call = comes_in(&mut floor, desmond, "");
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let base = floor.serve();
        assert!(!page_of(&mut floor, &base, call).contains("77.00"), "others are shown once they are verified");
        assert!(floor.runtime.block_on(talk_about(&app, &who, at, call, other.account)).is_err());
        verifies(&mut floor, call);
        assert!(page_of(&mut floor, &base, call).contains("77.00"));
        floor.runtime.block_on(talk_about(&app, &who, at, call, other.account)).unwrap();
        floor.runtime.block_on(talk_about(&app, &who, at, call, other.account)).unwrap();
        assert_eq!(floor.count("select count(*) from contact_debts"), 2);
        does(&mut floor, call, Step::Disclosed { words: Vec::new() }).ok();
        wraps(&mut floor, call, Some("2026-03-12")).unwrap();
        let other = Person { account: other.account, debtor: desmond.debtor };
        assert!(!floor.may_call(desmond) && !floor.may_call(other), "a talk on several debts closes each");
    }

    fn the_search_of_a_caller_shows_only_what_is_needed_to_pick(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let base = floor.serve();
        let account = desmond.account;
        floor.runtime.block_on(async {
            let dana = permissions::client();
            let csrf = permissions::sign_in(&dana, &base, "dana@example.org").await;
            let get = async |path: &str| dana.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
            for query in ["614-555-0163", "okafor", "QM-88121", "Desmond Okafor"] {
                let page = get(&format!("/calls/in?q={}", query.replace(' ', "+"))).await;
                assert!(page.contains("Desmond Okafor") && page.contains("Open the call"), "{query}");
                for secret in ["420.00", "Larkfield", "1984", "1180", "43205", "0164", "(614) 555-0163"] {
                    assert!(!page.contains(secret), "{secret} is not in the page for {query}");
                }
                // Only what the officer typed stands there of the number.
                assert_eq!(page.contains("QM-88121"), query == "QM-88121");
            }
            assert!(get("/calls/in?q=okafor").await.contains("Our reference"));
            let nobody = get("/calls/in?q=Zebulon").await;
            assert!(nobody.contains("Nobody is found by") && nobody.contains("nothing is written down about them"));
            let form = [("csrf", csrf.as_str()), ("q", "okafor"), ("account", &account.to_string())].map(|(k, v)| (k.to_string(), v.to_string()));
            let opened = dana.post(format!("{base}/calls/in")).form(&form).send().await.unwrap();
            let to = opened.headers()["location"].to_str().unwrap().to_string();
            assert!(to.starts_with("/calls/cal_"), "{to}");
            let page = get(&to).await;
            assert!(page.contains("They called us") && page.contains("Who is calling?") && page.contains("May I have your full name"));
            for secret in ["420.00", "Larkfield", "QM-88121", "8121", "1984", "1180"] {
                assert!(!page.contains(secret), "{secret} is not in the page before they are verified");
            }
            assert!(get(&format!("/accounts/{account}")).await.contains("Call from Desmond Okafor"));
        });
        assert_eq!(floor.count("select count(*) from debtors"), 2, "a caller nobody knows leaves nothing");
    }
}

fn page_of(floor: &mut Floor, base: &str, call: CallId) -> String {
    // The page is as old as the call: the server's clock is the floor's.
    floor.app.set_clock(floor.app.moment().at + SignedDuration::from_secs(1));
    floor.runtime.block_on(async {
        let dana = permissions::client();
        permissions::sign_in(&dana, base, "dana@example.org").await;
        dana.get(format!("{base}/calls/{call}")).send().await.unwrap().text().await.unwrap()
    })
}
