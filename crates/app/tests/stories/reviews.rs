//! Calls are drawn, marked blind by their officer and a reviewer, disputed and decided; goals, pauses, and notes that are theirs alone.

use crate::permissions::{client, sign_in};
use duly::app::{Actor, Failure};
use duly::coaching::reviews::goals::{SetGoal, close_goal, set_goal};
use duly::coaching::reviews::marking::{DisputeMark, GiveMarks, Marked, decide, dispute, give_marks};
use duly::coaching::reviews::numbers::{self, Numbers};
use duly::coaching::reviews::{calibration, care, drawing, scope, scored, store};
use duly::outreach::calls::actions::{self, WrapUp};
use duly_domain::coaching::goal::Outcome;
use duly_domain::coaching::review::{Purpose, Seat};
use duly_domain::coaching::scorecard::{Mark, Scorecard};
use duly_domain::identity::Role;
use duly_domain::outreach::conversation::{Answered, Choice, Means, Step, Trigger};
use duly_domain::parties::right_party::{Check, Fit};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{CallId, ReviewId};
use duly_testkit::{Floor, Person, both_engines};
use jiff::SignedDuration;
use reqwest::StatusCode;

const MAPPING: &str = "[columns]\nreference = \"reference\"\nname = \"name\"\nstreet = \"street\"\ncity = \"city\"\nstate = \"state\"\n\
    zip = \"zip\"\ndate_of_birth = \"born\"\nmobile = \"mobile\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";

/// People who can be verified, and an officer, two supervisors of whom Ada leads the officer's team.
pub fn people(floor: &mut Floor, count: usize) -> Vec<Person> {
    for (name, role) in
        [("Dana", Role::Officer), ("Eli", Role::Officer), ("Ada", Role::Supervisor), ("Ben", Role::Supervisor), ("Piet", Role::Compliance)]
    {
        floor.user(name, role);
    }
    let mut rows = String::from("reference,name,street,city,state,zip,born,mobile,principal,due_on\n");
    for at in 0..count {
        rows += &format!("QM-{at:04},Person {at},11{at} Oak Street,Columbus,OH,43205,1984-08-19,61455501{at:02},420.00,2026-01-20\n");
    }
    assert_eq!(floor.import(&rows, MAPPING, "Larkfield").unwrap().accepted as usize, count);
    floor.debtor("Somebody", "10.00"); // everybody joins the desk
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let (dana, ada) = (who(floor, "Dana", Role::Officer), who(floor, "Ada", Role::Supervisor));
    floor.runtime.block_on(async {
        let team = duly::accounts::desks::actions::add_team(&app, &Actor::command(), at, "Contact", ada.id.unwrap()).await.unwrap();
        duly::accounts::desks::actions::set_team(&app, &Actor::command(), at, dana.id.unwrap(), Some(team)).await.unwrap();
    });
    (0..count).map(|at| floor.person(&format!("QM-{at:04}"))).collect()
}

pub fn who(floor: &mut Floor, name: &str, role: Role) -> Actor {
    floor.user(name, role).actor()
}

/// Dana leads a call with these steps after verifying, and wraps it up.
pub fn leads(floor: &mut Floor, person: Person, more: &[Step]) -> CallId {
    leads_as(floor, "Dana", person, more)
}

pub fn leads_as(floor: &mut Floor, name: &str, person: Person, more: &[Step]) -> CallId {
    let contact = floor.officer(name).reserves(person, Channel::Call).unwrap().contact.expect("it is allowed");
    let (app, who, at) = (floor.app.clone(), who(floor, name, Role::Officer), floor.app.moment());
    let checked = |check| Step::Checked { check, fit: Fit::Matches };
    let begin = [Step::Answered { who: Answered::Person }, checked(Check::DateOfBirth), checked(Check::LastFour)];
    floor.runtime.block_on(async {
        let call = actions::begin_call(&app, &who, at, contact).await.unwrap();
        for step in begin.into_iter().chain(more.iter().cloned()) {
            actions::take_step(&app, &who, at, call, step).await.unwrap();
        }
        let led = actions::load(&mut app.db.read().await.unwrap(), &who, call).await.unwrap();
        let result = led.conversation.result().code.to_string();
        let follow_up_on = Some(at.business_day.saturating_add(jiff::Span::new().days(7)));
        let ask = WrapUp { call, result, note: String::new(), follow_up_on, follow_up_at: None };
        actions::wrap_call(&app, &who, at, &ask).await.unwrap();
        call
    })
}

fn said() -> Step {
    Step::Disclosed { words: vec!["us.first".into()] }
}

pub fn well() -> Vec<Step> {
    let on = "2026-03-20".parse().unwrap();
    vec![
        said(),
        Step::Purpose,
        Step::Offered { choices: vec![Choice::InFull, Choice::Time] },
        Step::Agreed { on, minute: None, by: Means::Call },
    ]
}

/// Every item marked alike, but for some.
pub fn marks(of: Mark, but: &[(&str, Mark)]) -> GiveMarks {
    let mut marks: std::collections::BTreeMap<String, Mark> = Scorecard::shipped().items.into_iter().map(|item| (item.code, of)).collect();
    marks.extend(but.iter().map(|(item, mark)| (item.to_string(), *mark)));
    GiveMarks { marks, words: "The pause before the offer was good.".into() }
}

pub fn asks(floor: &mut Floor, call: CallId, purpose: Purpose) -> ReviewId {
    let (app, ada, at) = (floor.app.clone(), who(floor, "Ada", Role::Supervisor), floor.app.moment());
    floor.runtime.block_on(drawing::ask(&app, &ada, at, call, purpose)).unwrap()
}

pub fn gives(floor: &mut Floor, actor: &Actor, review: ReviewId, given: &GiveMarks) -> Result<Seat, Failure> {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    floor.runtime.block_on(give_marks(&app, actor, at, review, given))
}

fn sees(floor: &mut Floor, actor: &Actor, review: ReviewId) -> Result<Marked, Failure> {
    let (app, now) = (floor.app.clone(), floor.app.moment().at);
    floor.runtime.block_on(async { Marked::load(&mut app.db.read().await.unwrap(), actor, review, now).await })
}

both_engines! {
    fn a_call_is_scored_from_its_steps_when_it_is_wrapped_up(mut floor: "2026-03-03") {
        let people = people(&mut floor, 2);
        floor.clock("10:00");
        let (good, bad) = (leads(&mut floor, people[0], &well()), {
            let on = "2026-03-20".parse().unwrap();
            leads(&mut floor, people[1], &[said(), Step::Opened { trigger: Trigger::Lawyer }, Step::Refused, Step::Agreed { on, minute: None, by: Means::None }])
        });
        let app = floor.app.clone();
        let kept = |call| floor.runtime.block_on(async { scored::find(&mut app.db.read().await.unwrap(), call).await.unwrap().unwrap() });
        let (good, bad) = (kept(good), kept(bad));
        assert!(good.failed_by.is_empty(), "{:?}", good.failed_by);
        assert_eq!(bad.failed_by, ["stop"]);
        assert!(good.basis_points > bad.basis_points, "{good:?} {bad:?}");
        let verified = good.marks.iter().find(|mark| mark.item == "verified").unwrap();
        assert_eq!((verified.mark, verified.steps.as_slice()), (Some(Mark::Yes), &[1, 2][..]));
        assert!(good.marks.iter().any(|mark| mark.item == "respect" && mark.mark.is_none()), "only who listens can say");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update call_scores set failed_by = ''", &[]);
        assert!(!floor.failed_checks().is_empty(), "a score cannot be altered unseen");
    }

    fn a_week_is_drawn_once_by_chance_and_by_risk(mut floor: "2026-03-03") {
        let people = people(&mut floor, 9);
        let mut calls = Vec::new();
        for (at, person) in people.iter().enumerate() {
            floor.clock(&format!("{}:15", 10 + at / 2));
            let steps = if at == 4 { vec![said(), Step::Opened { trigger: Trigger::Bankrupt }, Step::Refused] } else { well() };
            calls.push(leads(&mut floor, *person, &steps));
        }
        let (app, ada, dana) = (floor.app.clone(), who(&mut floor, "Ada", Role::Supervisor), who(&mut floor, "Dana", Role::Officer));
        let (ben, officer, monday) = (who(&mut floor, "Ben", Role::Supervisor), dana.id.unwrap(), "2026-03-02".parse().unwrap());
        let draw = |floor: &Floor, who: &Actor, on: jiff::civil::Date| {
            floor.runtime.block_on(drawing::draw_week(&app, who, floor.app.moment(), officer, on, "a seed"))
        };
        assert!(matches!(draw(&floor, &ada, monday), Err(Failure::Wrong(_))), "the week is not over");
        floor.morning_of("2026-03-09");
        assert_eq!(drawing::last_week(floor.today()), monday);
        let settled = Numbers { sample: duly_domain::coaching::sample::Numbers { random_most: 2, risk_most: 1, first_calls: 0, long_minutes: 12 }, ..Numbers::default() };
        floor.runtime.block_on(numbers::settle(&app, &ada, floor.app.moment(), settled)).unwrap();
        assert!(matches!(draw(&floor, &dana, monday), Err(Failure::Stale(_))), "nobody draws of their own");
        assert!(matches!(draw(&floor, &ben, monday), Err(Failure::NotFound(_))), "Dana is in Ada's team");
        assert!(matches!(draw(&floor, &ada, floor.today()), Err(Failure::Wrong(_))));
        draw(&floor, &ada, monday).unwrap();
        assert!(matches!(draw(&floor, &ada, monday), Err(Failure::Stale(_))), "a draw is not made again");
        let reviews = floor.runtime.block_on(async { store::list_reviews(&mut app.db.read().await.unwrap(), officer).await.unwrap() });
        let by = |reason: &str| reviews.iter().filter(|review| review.reasons.split(' ').any(|one| one == reason)).count();
        assert_eq!(by("chance"), 2);
        assert!(reviews.iter().any(|review| review.call == calls[4] && review.reasons.contains("fails")), "what fails is drawn by risk, or was by chance");
        assert!(reviews.len() <= 3);
        // Anyone who has the seed comes to the same calls.
        let kept = floor.runtime.block_on(async { store::list_draws(&mut app.db.read().await.unwrap(), monday).await.unwrap() }).remove(0);
        let (ids, facts) = floor.runtime.block_on(async { drawing::week(&mut app.db.read().await.unwrap(), officer, monday, &app.zone()).await.unwrap() });
        assert_eq!((kept.calls, kept.population), (9, duly_domain::coaching::sample::population(&facts)));
        let again = duly_domain::coaching::sample::draw(&facts, &kept.seed, &settled.sample);
        assert!(again.iter().all(|one| reviews.iter().any(|review| review.call == ids[one.at])), "{again:?}");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update review_draws set seed = 'another'", &[]);
        assert!(!floor.failed_checks().is_empty(), "a draw cannot be altered unseen");
    }

    fn both_mark_blind_and_a_dispute_is_decided_by_a_third(mut floor: "2026-03-03") {
        let people = people(&mut floor, 1);
        floor.clock("10:00");
        let call = leads(&mut floor, people[0], &well());
        let review = asks(&mut floor, call, Purpose::Review);
        assert_eq!(asks(&mut floor, call, Purpose::Review), review, "a call is looked at once");
        let [dana, eli] = ["Dana", "Eli"].map(|name| who(&mut floor, name, Role::Officer));
        let [ada, ben] = ["Ada", "Ben"].map(|name| who(&mut floor, name, Role::Supervisor));
        let piet = who(&mut floor, "Piet", Role::Compliance);
        assert!(matches!(sees(&mut floor, &eli, review), Err(Failure::NotFound(_))), "a colleague's review is not there for them");
        assert!(matches!(sees(&mut floor, &ben, review), Err(Failure::NotFound(_))), "nor another team's");
        assert!(matches!(gives(&mut floor, &dana, review, &GiveMarks::default()), Err(Failure::Wrong(_))), "every item has a mark");
        assert_eq!(gives(&mut floor, &ada, review, &marks(Mark::Yes, &[("heard", Mark::No)])).unwrap(), Seat::Reviewer);
        assert!(matches!(gives(&mut floor, &ada, review, &marks(Mark::No, &[])), Err(Failure::Stale(_))), "marks stay as they are given");
        assert!(!sees(&mut floor, &dana, review).unwrap().is_open, "the officer does not see the reviewer's marks first");
        let early = DisputeMark { item: "heard".into(), wanted: Some(Mark::Yes), reason: "I said it back.".into() };
        let (app, at) = (floor.app.clone(), floor.app.moment());
        assert!(floor.runtime.block_on(dispute(&app, &dana, at, review, &early)).is_err());
        assert_eq!(gives(&mut floor, &dana, review, &marks(Mark::Yes, &[])).unwrap(), Seat::Officer);
        let marked = sees(&mut floor, &dana, review).unwrap();
        assert!(marked.is_open);
        assert_eq!(marked.scored(&marked.marks(Seat::Officer).unwrap()).basis_points, Some(10_000));
        assert!(marked.scored(&marked.standing().unwrap()).basis_points < Some(10_000));

        for (item, wanted) in [("heard", Mark::No), ("nonsense", Mark::Yes)] {
            let ask = DisputeMark { item: item.into(), wanted: Some(wanted), reason: "So.".into() };
            assert!(matches!(floor.runtime.block_on(dispute(&app, &dana, at, review, &ask)), Err(Failure::Wrong(_))), "{item}");
        }
        assert!(matches!(floor.runtime.block_on(dispute(&app, &ada, at, review, &early)), Err(Failure::Stale(_))), "only the officer disputes");
        let id = floor.runtime.block_on(dispute(&app, &dana, at, review, &early)).unwrap();
        assert!(floor.runtime.block_on(dispute(&app, &dana, at, review, &early)).is_err(), "once an item");
        for who in [&ada, &dana] {
            let own = floor.runtime.block_on(decide(&app, who, at, (review, id), Some(Mark::Yes), "Heard."));
            assert!(matches!(own, Err(Failure::Stale(_))), "who marked does not decide");
        }
        // Of another team, but of a disputed review a supervisor decides, and compliance.
        assert!(sees(&mut floor, &ben, review).is_ok() && sees(&mut floor, &piet, review).is_ok());
        assert!(floor.runtime.block_on(decide(&app, &piet, at, (review, id), Some(Mark::Partly), " ")).is_err(), "with a reason");
        floor.runtime.block_on(decide(&app, &piet, at, (review, id), Some(Mark::Partly), "It is there, late.")).unwrap();
        assert!(floor.runtime.block_on(decide(&app, &ben, at, (review, id), Some(Mark::No), "No.")).is_err(), "once");
        let marked = sees(&mut floor, &dana, review).unwrap();
        assert_eq!(marked.marks(Seat::Reviewer).unwrap()["heard"], Mark::No, "what was given stays");
        assert_eq!(marked.standing().unwrap()["heard"], Mark::Partly);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        let of_account = floor.runtime.block_on(async {
            duly::audit::store::list_of_chain(&mut app.db.read().await.unwrap(), &people[0].account.to_string(), 100).await.unwrap()
        });
        assert!(of_account.iter().all(|entry| !entry.act.starts_with("review")), "an officer's review is no part of the account's record");
        floor.tamper("update review_scores set marks = '{}' where seat = 'reviewer'", &[]);
        assert!(!floor.failed_checks().is_empty(), "marks cannot be altered unseen");
    }

    fn who_does_not_mark_keeps_nothing_from_being_seen(mut floor: "2026-03-03") {
        let people = people(&mut floor, 1);
        floor.clock("10:00");
        let call = leads(&mut floor, people[0], &well());
        let review = asks(&mut floor, call, Purpose::Review);
        let (ada, dana) = (who(&mut floor, "Ada", Role::Supervisor), who(&mut floor, "Dana", Role::Officer));
        gives(&mut floor, &ada, review, &marks(Mark::Yes, &[])).unwrap();
        floor.app.set_clock(floor.app.moment().at + SignedDuration::from_hours(24 * 7 - 1));
        assert!(!sees(&mut floor, &dana, review).unwrap().is_open);
        floor.app.set_clock(floor.app.moment().at + SignedDuration::from_hours(1));
        assert!(sees(&mut floor, &dana, review).unwrap().is_open);
    }

    fn two_reviewers_calibrate_and_few_pairs_say_little(mut floor: "2026-03-03") {
        let people = people(&mut floor, 2);
        floor.clock("10:00");
        let [ada, ben] = ["Ada", "Ben"].map(|name| who(&mut floor, name, Role::Supervisor));
        let dana = who(&mut floor, "Dana", Role::Officer);
        let calls: Vec<CallId> = people.iter().map(|person| leads(&mut floor, *person, &well())).collect();
        let pair: Vec<ReviewId> = calls.iter().map(|call| asks(&mut floor, *call, Purpose::Calibration)).collect();
        assert!(matches!(gives(&mut floor, &dana, pair[0], &marks(Mark::Yes, &[])), Err(Failure::NotFound(_))), "it is about the reviewers");
        assert_eq!(gives(&mut floor, &ada, pair[0], &marks(Mark::Yes, &[])).unwrap(), Seat::Reviewer);
        assert!(!sees(&mut floor, &ben, pair[0]).unwrap().is_open);
        assert_eq!(gives(&mut floor, &ben, pair[0], &marks(Mark::Yes, &[("heard", Mark::No)])).unwrap(), Seat::Second);
        gives(&mut floor, &ben, pair[1], &marks(Mark::Yes, &[])).unwrap();
        let (app, now) = (floor.app.clone(), floor.app.moment().at);
        let all = floor.runtime.block_on(async { calibration::list(&mut app.db.read().await.unwrap(), now).await.unwrap() });
        let heard = duly_domain::coaching::calibration::agreement(&calibration::pairs_of(&all, "heard"));
        assert_eq!((heard.pairs, heard.same, heard.kappa), (1, 0, None), "the second call waits for its second reviewer");
        assert!(heard.is_few());
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_goal_is_looked_at_again_on_its_day(mut floor: "2026-03-03") {
        people(&mut floor, 1);
        let [ada, ben] = ["Ada", "Ben"].map(|name| who(&mut floor, name, Role::Supervisor));
        let dana = who(&mut floor, "Dana", Role::Officer).id.unwrap();
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let day = |text: &str| Some(text.parse().unwrap());
        let ask = SetGoal { item: Some("heard".into()), goal: "Say it back before answering".into(), practice: "Two calls of practice".into(), due_on: day("2026-03-09"), recheck_on: day("2026-03-10"), review: None };
        let set = |who: &Actor, ask: SetGoal| floor.runtime.block_on(set_goal(&app, who, at, dana, &ask));
        assert!(matches!(set(&ben, ask.clone()), Err(Failure::NotFound(_))), "Dana is in Ada's team");
        assert!(matches!(set(&ada, SetGoal { recheck_on: day("2026-03-08"), ..ask.clone() }), Err(Failure::Wrong(_))));
        assert!(matches!(set(&ada, SetGoal::default()), Err(Failure::Wrong(problems)) if problems.0.len() == 4));
        let goal = set(&ada, ask).unwrap();
        let due = |on: &str| floor.runtime.block_on(async { store::goals::list_due(&mut app.db.read().await.unwrap(), on.parse().unwrap()).await.unwrap().len() });
        assert_eq!((due("2026-03-09"), due("2026-03-10")), (0, 1));
        floor.runtime.block_on(close_goal(&app, &ada, at, goal, Outcome::Reached, "Heard it three times.")).unwrap();
        assert!(floor.runtime.block_on(close_goal(&app, &ada, at, goal, Outcome::Dropped, "")).is_err(), "an outcome stands once");
        assert_eq!(due("2026-03-10"), 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn an_abusive_call_gives_a_pause_and_nothing_new_is_offered(mut floor: "2026-03-03") {
        let people = people(&mut floor, 2);
        floor.clock("10:00");
        let call = leads(&mut floor, people[0], &well());
        let [dana, eli] = ["Dana", "Eli"].map(|name| who(&mut floor, name, Role::Officer));
        let (app, ada) = (floor.app.clone(), who(&mut floor, "Ada", Role::Supervisor));
        let marks = |floor: &Floor, who: &Actor| floor.runtime.block_on(care::mark_abusive(&app, who, floor.app.moment(), call));
        assert!(matches!(marks(&floor, &eli), Err(Failure::NotFound(_))), "only who led it says so");
        let pause = marks(&floor, &dana).unwrap();
        assert_eq!(marks(&floor, &dana).unwrap().id, pause.id, "pressed twice it is one");
        let until = |floor: &Floor, who: &Actor| {
            let (id, now) = (who.id.unwrap(), floor.app.moment().at);
            floor.runtime.block_on(async { care::pausing_until(&mut app.db.read().await.unwrap(), id, now).await.unwrap() })
        };
        assert_eq!(until(&floor, &dana), Some(floor.app.moment().at + SignedDuration::from_mins(10)));
        assert_eq!(until(&floor, &eli), None);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let (hers, his) = (client(), client());
            sign_in(&hers, &base, "dana@example.org").await;
            let next = hers.get(format!("{base}/next")).send().await.unwrap();
            assert_eq!(next.headers()["location"], "/coaching/care?said=pausing");
            sign_in(&his, &base, "eli@example.org").await;
            let next = his.get(format!("{base}/next")).send().await.unwrap();
            assert!(next.headers()["location"].to_str().unwrap().starts_with("/accounts/"), "others go on");
            let lead = client();
            sign_in(&lead, &base, "ada@example.org").await;
            let page = lead.get(format!("{base}/coaching")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("pausing until 10:10, abusive call"), "{page}");
        });
        let firm = Numbers { pause_is_firm: true, ..Numbers::default() };
        floor.runtime.block_on(numbers::settle(&app, &ada, floor.app.moment(), firm)).unwrap();
        assert!(matches!(floor.runtime.block_on(care::end_pause(&app, &dana, floor.app.moment())), Err(Failure::Stale(_))));
        floor.runtime.block_on(numbers::settle(&app, &ada, floor.app.moment(), Numbers::default())).unwrap();
        floor.runtime.block_on(care::end_pause(&app, &dana, floor.app.moment())).unwrap();
        assert_eq!(until(&floor, &dana), None);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_note_of_ones_own_is_ones_own(mut floor: "2026-03-03") {
        let people = people(&mut floor, 1);
        let [dana, eli] = ["Dana", "Eli"].map(|name| who(&mut floor, name, Role::Officer));
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let before = floor.count("select count(*) from audit_entries");
        let note = floor.runtime.block_on(care::write_note(&app, &dana, at, "Shaky after the third call.")).unwrap();
        assert!(matches!(floor.runtime.block_on(care::write_note(&app, &dana, at, " ")), Err(Failure::Wrong(_))));
        let reads = |who: &Actor| floor.runtime.block_on(async { care::list_notes(&mut app.db.read().await.unwrap(), who).await.unwrap().len() });
        assert_eq!((reads(&dana), reads(&eli)), (1, 0));
        assert!(matches!(floor.runtime.block_on(care::delete_note(&app, &eli, note)), Err(Failure::NotFound(_))));
        assert_eq!(reads(&dana), 1);
        assert_eq!(floor.count("select count(*) from audit_entries"), before, "it is in no chain");
        let admin = floor.user("Ines", Role::Administrator).actor();
        let _ = (admin, people);
        let base = floor.serve();
        floor.user("Oskar", Role::Auditor);
        floor.runtime.block_on(async {
            for email in ["ada@example.org", "ines@example.org", "oskar@example.org", "eli@example.org", "piet@example.org"] {
                let other = client();
                sign_in(&other, &base, email).await;
                for path in ["/coaching/care".to_string(), "/coaching".into(), format!("/coaching/officers/{}", dana.id.unwrap())] {
                    let page = other.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
                    assert!(!page.contains("Shaky"), "{email} {path}");
                }
            }
        });
        floor.runtime.block_on(care::delete_note(&app, &dana, note)).unwrap();
        assert_eq!(floor.count("select count(*) from mood_notes"), 0, "what is deleted is gone");
    }

    fn the_pages_show_no_more_than_may_be_seen(mut floor: "2026-03-03") {
        let people = people(&mut floor, 1);
        floor.clock("10:00");
        let call = leads(&mut floor, people[0], &well());
        let review = asks(&mut floor, call, Purpose::Review);
        floor.user("Oskar", Role::Auditor);
        let base = floor.serve();
        let url = format!("{base}/coaching/reviews/{review}");
        let form = |csrf: &str, mark: &str| {
            let mut form: Vec<(String, String)> = Scorecard::shipped().items.into_iter().map(|item| (format!("mark.{}", item.code), mark.to_string())).collect();
            form.extend([("csrf".to_string(), csrf.to_string()), ("words".into(), format!("All {mark}."))]);
            form
        };
        floor.runtime.block_on(async {
            let mut tokens = std::collections::HashMap::new();
            for name in ["dana", "eli", "ada", "ben", "oskar"] {
                let client = client();
                let csrf = sign_in(&client, &base, &format!("{name}@example.org")).await;
                tokens.insert(name, (client, csrf));
            }
            for (name, status) in [("dana", 200), ("eli", 404), ("ada", 200), ("ben", 404), ("oskar", 200)] {
                assert_eq!(tokens[name].0.get(&url).send().await.unwrap().status().as_u16(), status, "{name}");
            }
            let page = async |name: &str| tokens[name].0.get(&url).send().await.unwrap().text().await.unwrap();
            let post = async |path: String, name: &str, form: Vec<(String, String)>| tokens[name].0.post(path).form(&form).send().await.unwrap().status();
            let first = page("dana").await;
            assert!(first.contains("Your own view, before you see another") && !first.contains("Steps</th>"), "{first}");
            assert_eq!(post(format!("{url}/scores"), "dana", vec![("csrf".into(), tokens["dana"].1.clone())]).await, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(post(format!("{url}/scores"), "ada", form(&tokens["ada"].1, "no")).await, StatusCode::SEE_OTHER);
            assert_eq!(post(format!("{url}/scores"), "eli", form(&tokens["eli"].1, "no")).await, StatusCode::NOT_FOUND);
            for name in ["dana", "oskar"] {
                let page = page(name).await;
                assert!(!page.contains("All no."), "{name} does not see the reviewer's words before both are in");
            }
            let mine = tokens["dana"].0.get(format!("{base}/coaching")).send().await.unwrap().text().await.unwrap();
            assert!(mine.contains("waits for your own view") && mine.contains("given") && !mine.contains("fails"), "{mine}");
            let day = tokens["dana"].0.get(format!("{base}/my-day")).send().await.unwrap().text().await.unwrap();
            assert!(day.contains("1 call waits for your own view"));
            assert_eq!(post(format!("{url}/scores"), "dana", form(&tokens["dana"].1, "yes")).await, StatusCode::SEE_OTHER);
            let both = page("dana").await;
            for part in ["All no.", "All yes.", "far apart", "fails the call", "Steps</th>", "You see a mark otherwise?"] {
                assert!(both.contains(part), "{part}");
            }
            let lead = page("ada").await;
            assert!(lead.contains("Set a goal from this call") && !lead.contains("You see a mark otherwise?"));
            let seen = page("oskar").await;
            assert!(seen.contains("far apart") && !seen.contains("Set a goal"), "an auditor reads");
            let about = tokens["eli"].0.get(format!("{base}/coaching/officers/{}", "usr_00000000000000000000000000000000")).send().await.unwrap();
            assert_eq!(about.status(), StatusCode::NOT_FOUND);
        });
        let _ = scope::user(&Actor::night()).unwrap_err();
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}
