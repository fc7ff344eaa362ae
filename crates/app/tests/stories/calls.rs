//! Calls led by the guide: every branch of who answers, what a word opens, and what is recorded.

use crate::permissions;
use duly::app::Failure;
use duly::outreach::calls::actions::{self, WrapUp};
use duly::outreach::calls::{opening, store};
use duly_domain::outreach::conversation::{Answered, Means, Reason, Stage, Step, Trigger, Way};
use duly_domain::parties::right_party::Check;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::CallId;
use duly_testkit::{Floor, Person, both_engines};
use jiff::SignedDuration;

pub const MAPPING: &str = "[columns]\nreference = \"reference\"\nname = \"name\"\nstreet = \"street\"\ncity = \"city\"\nstate = \"state\"\n\
    zip = \"zip\"\ndate_of_birth = \"born\"\nmobile = \"mobile\"\nwork_phone = \"work\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";

pub fn desmond(floor: &mut Floor) -> Person {
    let row = "reference,name,street,city,state,zip,born,mobile,work,principal,due_on\n\
        QM-88121,Desmond Okafor,1180 Oak Street,Columbus,OH,43205,1984-08-19,6145550163,6145550164,420.00,2026-01-20\n";
    assert_eq!(floor.import(row, MAPPING, "Larkfield").unwrap().accepted, 1);
    floor.officer("Dana");
    floor.debtor("Somebody", "10.00"); // officers join the desk
    floor.clock("10:00");
    floor.person("QM-88121")
}

pub fn begins(floor: &mut Floor, person: Person) -> CallId {
    let contact = floor.officer("Dana").reserves(person, Channel::Call).unwrap().contact.expect("it is allowed");
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(actions::begin_call(&app, &who, at, contact)).unwrap()
}

pub fn does(floor: &mut Floor, call: CallId, step: Step) -> Result<(), Failure> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(actions::take_step(&app, &who, at, call, step))
}

pub fn says(floor: &mut Floor, call: CallId, check: Check, said: &str) -> Result<(), Failure> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(actions::compare(&app, &who, at, call, check, said))
}

pub fn way(floor: &mut Floor, call: CallId) -> Way {
    let (app, who) = (floor.app.clone(), floor.officer("Dana").actor());
    floor.runtime.block_on(async { actions::load(&mut app.db.read().await.unwrap(), &who, call).await.unwrap().conversation.way() })
}

fn opens(floor: &mut Floor, call: CallId, trigger: Trigger, words: Option<&str>) {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let opened = floor.runtime.block_on(async {
        let call = store::load_call(&mut app.db.read().await.unwrap(), call).await.unwrap();
        opening::open(&app, &who, at, &call, trigger, words.map(String::from)).await
    });
    opened.unwrap_or_else(|failure| panic!("{trigger}: {failure}"));
    does(floor, call, Step::Opened { trigger }).unwrap();
}

/// Hangs up and wraps up as the steps say.
pub fn wraps(floor: &mut Floor, call: CallId, follow_up: Option<&str>) -> Result<String, Failure> {
    let (app, who) = (floor.app.clone(), floor.officer("Dana").actor());
    let at = floor.app.moment();
    floor.runtime.block_on(async {
        let led = actions::load(&mut app.db.read().await.unwrap(), &who, call).await.unwrap();
        let result = led.conversation.result().code.to_string();
        let note = duly_domain::outreach::conversation::draft(&led.conversation, "Desmond Okafor");
        let ask = WrapUp { call, result: result.clone(), note, follow_up_on: follow_up.map(|on| on.parse().unwrap()), follow_up_at: None };
        actions::wrap_call(&app, &who, at, &ask).await.map(|_| result)
    })
}

pub fn answered(who: Answered) -> Step {
    Step::Answered { who }
}

both_engines! {
    fn a_call_to_the_right_person_documents_itself(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let call = begins(&mut floor, desmond);
        assert_eq!(begins_again(&mut floor), call, "a call is begun once");
        assert!(does(&mut floor, call, Step::Purpose).is_err(), "nothing about the debt before they are verified");
        does(&mut floor, call, answered(Answered::Person)).unwrap();
        assert!(matches!(says(&mut floor, call, Check::DateOfBirth, "84"), Err(Failure::Wrong(_))), "it cannot be read, and is no miss");
        says(&mut floor, call, Check::DateOfBirth, "Aug 19 1984").unwrap();
        says(&mut floor, call, Check::LastFour, "8121").unwrap();
        assert_eq!(way(&mut floor, call), Way::Talking);
        does(&mut floor, call, Step::Disclosed { words: Vec::new() }).unwrap();
        let told = Step::Told { reason: Reason::Ill, since: "Nov 2025".into(), words: "Off work.".into(), agreed: true };
        does(&mut floor, call, told.clone()).unwrap();
        does(&mut floor, call, told).unwrap();
        assert!(does(&mut floor, call, Step::ReadBack { confirmed: true }).is_err(), "there is nothing to read back");
        does(&mut floor, call, Step::Agreed { on: "2026-03-20".parse().unwrap(), minute: Some(600), by: Means::Letter }).unwrap();
        assert!(matches!(wraps(&mut floor, call, None), Err(Failure::Wrong(_))), "every open account needs a next step");
        assert_eq!(wraps(&mut floor, call, Some("2026-03-20")).unwrap(), "talked");
        assert!(wraps(&mut floor, call, Some("2026-03-20")).is_err(), "it is wrapped up once");
        assert!(does(&mut floor, call, Step::Purpose).is_err(), "and then it is closed");
        let note = floor.texts("select note, outcome from contacts where note is not null").remove(0);
        assert_eq!(note.1.as_deref(), Some("conversation"));
        let note = note.0.unwrap();
        assert!(note.starts_with("Spoke with Desmond Okafor. Verified by date of birth and last 4 of the account no."), "{note}");
        assert_eq!(floor.count("select count(*) from call_steps"), 6, "what is pressed twice stands once");
        assert_eq!(floor.count("select count(*) from call_steps where done like '%1984%' or done like '%8121%'"), 0, "what was typed is not kept");
        assert_eq!(floor.account(desmond).next_action_on.unwrap().to_string(), "2026-03-20");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update call_steps set done = '{\"step\":\"purpose\"}' where seq = 1", &[]);
        assert!(!floor.failed_checks().is_empty(), "what was done in a call cannot be altered unseen");
    }

    fn three_misses_end_it_and_a_letter_follows(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let call = begins(&mut floor, desmond);
        does(&mut floor, call, answered(Answered::Person)).unwrap();
        for said in ["1 Jan 1984", "2 Jan 1984", "3 Jan 1984"] {
            says(&mut floor, call, Check::DateOfBirth, said).unwrap();
            floor.app.set_clock(floor.app.moment().at + SignedDuration::from_secs(9));
        }
        assert_eq!(way(&mut floor, call), Way::Verifying, "the same miss again is pressed twice");
        says(&mut floor, call, Check::LastFour, "0000").unwrap();
        says(&mut floor, call, Check::HouseAndZip, "1 43205").unwrap();
        assert_eq!(way(&mut floor, call), Way::NotVerified);
        assert!(does(&mut floor, call, Step::Disclosed { words: Vec::new() }).is_err());
        assert_eq!(wraps(&mut floor, call, Some("2026-03-04")).unwrap(), "not_verified");
        assert_eq!(floor.account(desmond).next_action.as_deref(), Some("Write instead"));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn whoever_else_answers_hears_nothing_of_a_debt(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let cases = [
            (Answered::Spouse, Some(Step::Located { told: true }), Way::ThirdParty, "third_party"),
            (Answered::Other, Some(Step::Located { told: false }), Way::ThirdParty, "third_party"),
            (Answered::Voicemail, Some(Step::MessageLeft), Way::Voicemail, "left_message"),
            (Answered::Nobody, None, Way::Nobody, "no_answer"),
            (Answered::Busy, None, Way::Nobody, "busy"),
        ];
        for (day, (who, step, expected, result)) in cases.into_iter().enumerate() {
            floor.morning_of(&format!("2026-03-{:02}", day + 4));
            floor.clock("10:00");
            let call = begins(&mut floor, desmond);
            does(&mut floor, call, answered(who)).unwrap();
            assert_eq!(way(&mut floor, call), expected);
            for stage in &Stage::ALL[1..] {
                let step = Step::Disclosed { words: Vec::new() };
                assert!(does(&mut floor, call, step).is_err(), "{stage} stays closed to {who}");
            }
            if let Some(step) = step {
                does(&mut floor, call, step).unwrap();
            }
            let follow_up = format!("2026-03-{:02}", day + 5);
            assert_eq!(wraps(&mut floor, call, Some(&follow_up)).unwrap(), result);
        }
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_bad_time_keeps_the_window_and_offers_a_callback(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let call = begins(&mut floor, desmond);
        does(&mut floor, call, answered(Answered::Person)).unwrap();
        does(&mut floor, call, Step::BadTime).unwrap();
        assert_eq!(wraps(&mut floor, call, Some("2026-03-04")).unwrap(), "cannot_talk");
        assert!(floor.may_call(desmond), "nothing about the debt was said: the seven days after a talk do not begin");
        assert_eq!(floor.account(desmond).next_action.as_deref(), Some("Call back"));
    }

    fn a_word_opens_its_case_in_place(mut floor: "2026-03-03") {
        for (at, trigger) in Trigger::ALL.iter().copied().enumerate() {
            let reference = format!("R-{at:04}");
            let row = format!("reference,name,street,city,state,zip,born,mobile,work,principal,due_on\n\
                {reference},Person {at},11{at} Oak Street,Columbus,OH,43205,1984-08-19,61455501{at:02},61455502{at:02},420.00,2026-01-20\n");
            assert_eq!(floor.import(&row, MAPPING, "Larkfield").unwrap().accepted, 1);
            floor.officer("Dana");
            if at == 0 {
                floor.debtor("Somebody", "10.00");
            }
            floor.clock("10:00");
            let person = floor.person(&reference);
            let call = begins(&mut floor, person);
            does(&mut floor, call, answered(Answered::Person)).unwrap();
            let before = rows(&mut floor);
            opens(&mut floor, call, trigger, opening::needs_words(trigger).then_some("You called on a Sunday"));
            assert!(rows(&mut floor) > before, "{trigger} leaves something on record");
            let closes = !matches!(trigger, Trigger::CannotAfford | Trigger::Ill | Trigger::Complaint | Trigger::AtWork);
            wraps(&mut floor, call, Some("2026-03-10")).unwrap_or_else(|failure| panic!("{trigger}: {failure}"));
            if closes {
                let again = floor.officer("Dana").reserves(person, Channel::Call);
                assert!(again.is_err() || again.is_ok_and(|reserved| reserved.contact.is_none()), "{trigger} closes calls");
            }
        }
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn the_brief_says_what_matters_and_where_it_stands(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let call = begins(&mut floor, desmond);
        does(&mut floor, call, answered(Answered::Person)).unwrap();
        says(&mut floor, call, Check::DateOfBirth, "Aug 19 1984").unwrap();
        says(&mut floor, call, Check::LastFour, "8121").unwrap();
        does(&mut floor, call, Step::Disclosed { words: Vec::new() }).unwrap();
        let told = |reason, words: &str, agreed| Step::Told { reason, since: "Nov 2025".into(), words: words.into(), agreed };
        does(&mut floor, call, told(Reason::LostIncome, "The plant closed.", false)).unwrap();
        wraps(&mut floor, call, Some("2026-03-12")).unwrap();
        floor.pays(desmond, "20.00", "CASH 1");
        floor.tells_no_mornings(desmond, None).unwrap();
        floor.officer("Dana").takes_promise(desmond, "80.00", "2026-03-20");
        let base = floor.serve();
        let account = desmond.account;
        floor.runtime.block_on(async {
            let dana = permissions::client();
            permissions::sign_in(&dana, &base, "dana@example.org").await;
            let page = dana.get(format!("{base}/accounts/{account}")).send().await.unwrap().text().await.unwrap();
            let brief = page.split("id=\"brief\"").nth(1).and_then(|rest| rest.split("</section>").next()).expect("a brief");
            for part in ["USD 400.00 to Larkfield, unpaid since Tue 20 Jan 2026", "Paid USD 20.00 on Tue 3 Mar 2026", "Lost work or income since Nov 2025",
                "The plant closed.", "Talked, nothing agreed: Spoke with Desmond Okafor.", "Promised USD 80.00 by Fri 20 Mar 2026", "Not between"] {
                assert!(brief.contains(part), "{part} in {brief}");
            }
            let links: Vec<&str> = brief.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            assert!(links.len() >= 7, "{links:?}");
            for link in links {
                let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
                let answer = dana.get(format!("{base}{path}")).send().await.unwrap();
                assert!(answer.status().is_success(), "{link} leads to {}", answer.status());
                let there = answer.text().await.unwrap();
                assert!(anchor.is_empty() || there.contains(&format!("id=\"{anchor}\"")), "{link} leads to its place");
            }
        });
    }

    fn a_talk_that_nobody_wraps_up_counts_as_one(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let call = begins(&mut floor, desmond);
        does(&mut floor, call, answered(Answered::Person)).unwrap();
        says(&mut floor, call, Check::DateOfBirth, "Aug 19 1984").unwrap();
        assert!(floor.may_call(desmond), "nothing about the debt was said");
        says(&mut floor, call, Check::LastFour, "8121").unwrap();
        does(&mut floor, call, Step::Disclosed { words: Vec::new() }).unwrap();
        assert!(!floor.may_call(desmond), "the seven days begin with the talk, not with its record");
        floor.night_of("2026-03-03");
        assert_eq!(floor.texts("select state, outcome from contacts"), [(Some("expired".into()), Some("conversation".into()))]);
        floor.morning_of("2026-03-09");
        floor.clock("10:00");
        assert!(!floor.may_call(desmond), "six days later the week is not over");
        // What is said of it later takes nothing back.
        assert_eq!(wraps(&mut floor, call, Some("2026-03-12")).unwrap(), "talked");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_call_is_led_by_whoever_reserved_it(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let call = begins(&mut floor, desmond);
        let (app, ben, at) = (floor.app.clone(), floor.officer("Ben").actor(), floor.app.moment());
        let done = floor.runtime.block_on(actions::take_step(&app, &ben, at, call, answered(Answered::Person)));
        assert!(matches!(done, Err(Failure::Stale(says)) if says.contains("somebody else leads this call")));
        let contact = contact_of(&mut floor);
        assert!(floor.officer("Dana").records(contact, "no_answer").is_ok(), "without the guide its result is recorded as ever");
    }
}

fn contact_of(floor: &mut Floor) -> duly_domain::values::ids::ContactId {
    let (app, who) = (floor.app.clone(), floor.officer("Dana").actor());
    floor.runtime.block_on(async {
        let mut tx = app.db.read().await.unwrap();
        let calls = store::list_lately(&mut tx, who.id.unwrap(), jiff::Timestamp::UNIX_EPOCH).await.unwrap();
        store::load_call(&mut tx, calls[0].id).await.unwrap().contact
    })
}

fn begins_again(floor: &mut Floor) -> CallId {
    let contact = contact_of(floor);
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let again = floor.runtime.block_on(actions::begin_call(&app, &who, at, contact)).unwrap();
    assert_eq!(floor.count("select count(*) from calls"), 1);
    again
}

/// What a word can leave behind.
fn rows(floor: &mut Floor) -> i64 {
    ["cases", "circumstances", "notices", "preferences"].iter().map(|table| floor.count(&format!("select count(*) from {table}"))).sum()
}
