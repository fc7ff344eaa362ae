//! Practice and training: calls with a scripted person, what changed rules ask for, and permissions that wait for a certificate.

use crate::permissions::{client, sign_in};
use duly::app::{Actor, Failure};
use duly::coaching::practice::actions::{begin, choose, load, shown_order};
use duly::coaching::training::actions::{About, acknowledge, answer_quiz, draw_quiz, load_quiz};
use duly::coaching::training::{assigning, certificates, store};
use duly::compliance::policy::actions::{ProposePolicy, approve_policy, propose_policy};
use duly_domain::coaching::course::Course;
use duly_domain::coaching::practice::Worth;
use duly_domain::compliance::policy::Limits;
use duly_domain::identity::Role;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::PracticeId;
use duly_testkit::{Floor, both_engines};
use reqwest::StatusCode;

/// Plays a scenario to its end, with the first choice of a worth wherever there is one.
fn plays(floor: &mut Floor, who: &Actor, code: &str, worth: Worth) -> PracticeId {
    let app = floor.app.clone();
    floor.runtime.block_on(async {
        let id = begin(&app, who, app.moment(), code).await.unwrap();
        loop {
            let played = load(&mut app.db.read().await.unwrap(), who, id).await.unwrap();
            if played.play.is_over() {
                return id;
            }
            let choices = &played.play.node().choices;
            let choice = choices.iter().position(|choice| choice.worth == worth).unwrap_or(0);
            let place = shown_order(&played).iter().position(|known| *known == choice).unwrap();
            let seq = played.play.taken.len();
            choose(&app, who, app.moment(), id, seq, place).await.unwrap();
            // Pressed twice, it is made once.
            choose(&app, who, app.moment(), id, seq, place).await.unwrap();
        }
    })
}

/// Answers a quiz, right or wrong in every question; whether it passed.
fn answers(floor: &mut Floor, who: &Actor, about: About, is_right: bool) -> bool {
    let app = floor.app.clone();
    floor.runtime.block_on(async {
        let id = draw_quiz(&app, who, app.moment(), about).await.unwrap();
        let (_, questions) = load_quiz(&mut app.db.read().await.unwrap(), who, &app, id).await.unwrap();
        let (_, again) = load_quiz(&mut app.db.read().await.unwrap(), who, &app, id).await.unwrap();
        assert_eq!(questions, again, "the same quiz is shown again");
        let missing = answer_quiz(&app, who, app.moment(), id, &vec![None; questions.len()]).await.unwrap_err();
        assert!(missing.to_string().contains("every question needs one"), "{missing}");
        let chosen: Vec<Option<usize>> = questions
            .iter()
            .map(|question| Some(if is_right { question.key } else { (question.key + 1) % question.options.len() }))
            .collect();
        let is_passed = answer_quiz(&app, who, app.moment(), id, &chosen).await.unwrap();
        let twice = answer_quiz(&app, who, app.moment(), id, &chosen).await.unwrap_err();
        assert!(twice.to_string().contains("answered already"), "{twice}");
        is_passed
    })
}

both_engines! {
    fn a_practice_call_is_marked_like_a_real_one_and_touches_nothing(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let before = floor.account(maria);
        let (dana, eli) = (floor.officer("Dana").actor(), floor.officer("Eli").actor());
        let cora = floor.user("Cora", Role::Compliance).actor();
        let good = plays(&mut floor, &dana, "lost-job", Worth::Good);
        let bad = plays(&mut floor, &dana, "lost-job", Worth::Wrong);
        let weak = plays(&mut floor, &dana, "spanish", Worth::Weak);
        let app = floor.app.clone();
        floor.runtime.block_on(async {
            let mut tx = app.db.read().await.unwrap();
            let came_to = |played: duly::coaching::practice::actions::Played| (played.row.percent.unwrap(), played.row.is_passed);
            assert_eq!(came_to(load(&mut tx, &dana, good).await.unwrap()), (100, Some(true)));
            assert_eq!(load(&mut tx, &dana, bad).await.unwrap().row.is_passed, Some(false));
            let weak = came_to(load(&mut tx, &dana, weak).await.unwrap());
            assert!(weak.0 < 100, "{weak:?}");
            // It is seen by whoever made it and by compliance, and by nobody else.
            assert!(matches!(load(&mut tx, &eli, good).await, Err(Failure::NotFound(_))));
            assert!(load(&mut tx, &cora, good).await.is_ok());
        });
        // What was begun is taken up again.
        let (first, again) = floor.runtime.block_on(async {
            (begin(&app, &eli, app.moment(), "ill").await.unwrap(), begin(&app, &eli, app.moment(), "ill").await.unwrap())
        });
        assert_eq!(first, again);
        for table in ["contacts", "calls", "call_steps", "promises", "cases", "decisions"] {
            assert_eq!(floor.count(&format!("select count(*) from {table}")), 0, "{table}");
        }
        let after = floor.account(maria);
        assert_eq!((before.next_action_on, before.balance_minor), (after.next_action_on, after.balance_minor));
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'practice.end'"), 3);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_changed_policy_is_a_lesson_a_quiz_and_a_day(mut floor: "2026-03-02") {
        let (dana, sven) = (floor.officer("Dana").actor(), floor.user("Sven", Role::Supervisor).actor());
        let cora = floor.user("Cora", Role::Compliance).actor();
        let app = floor.app.clone();
        let limits = Limits { attempts_max_7_days: Some(3), closes_minute: Some(18 * 60), ..Limits::NONE };
        let ask = ProposePolicy { creditor: None, limits, from_on: "2026-03-20".parse().unwrap(), reason: "Quieter evenings.".into() };
        floor.runtime.block_on(async {
            let (policy, _) = propose_policy(&app, &sven, app.moment(), &ask).await.unwrap();
            assert!(store::list_open(&mut app.db.read().await.unwrap()).await.unwrap().is_empty(), "what is proposed binds nobody");
            approve_policy(&app, &cora, app.moment(), policy).await.unwrap();
        });
        let open = |floor: &mut Floor, who: &Actor| {
            let user = who.id.unwrap();
            floor.runtime.block_on(async { store::list_open_of(&mut app.db.read().await.unwrap(), user).await.unwrap() })
        };
        assert!(open(&mut floor, &cora).is_empty(), "who contacts nobody has nothing to learn");
        assert_eq!(open(&mut floor, &sven).len(), 1);
        let mine = open(&mut floor, &dana).remove(0);
        assert_eq!(mine.due_on.to_string(), "2026-03-20");
        assert!(mine.title.contains("3 calls in 7 days, closes 18:00"), "{}", mine.title);
        assert!(!answers(&mut floor, &dana, About::Assignment(mine.id), false));
        assert!(answers(&mut floor, &dana, About::Assignment(mine.id), true));
        assert_eq!(open(&mut floor, &dana).len(), 1, "it is not read yet");
        floor.runtime.block_on(acknowledge(&app, &dana, app.moment(), mine.id)).unwrap();
        assert!(open(&mut floor, &dana).is_empty());
        let not_hers = floor.runtime.block_on(acknowledge(&app, &sven, app.moment(), mine.id)).unwrap_err();
        assert!(matches!(not_hers, Failure::NotFound(_)));
        // The day passes: the supervisor is late, and compliance sees it.
        floor.morning_of("2026-03-23");
        let base = floor.serve();
        floor.runtime.block_on(async {
            let client = client();
            sign_in(&client, &base, "sven@example.org").await;
            let page = client.get(format!("{base}/my-day")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Required reading: changed rules") && page.contains("Overdue since Fri 20 Mar 2026"), "{page}");
            let page = client.get(format!("{base}/practice/team")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Sven") && page.contains("overdue: Fri 20 Mar 2026") && !page.contains("<td class=\"b\">Dana"), "{page}");
        });
        // A program with another rule set asks everybody again, once.
        let noticed = |floor: &mut Floor| floor.runtime.block_on(assigning::notice_release(&app)).unwrap();
        assert!(!noticed(&mut floor), "the first rule set is no change");
        floor.tamper("update rule_sets_seen set rule_set = 'us-2020.1.1'", &[]);
        assert!(noticed(&mut floor) && !noticed(&mut floor));
        assert_eq!(open(&mut floor, &dana).len(), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_permission_waits_for_a_certificate_from_its_day(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let dana = floor.officer("Dana").actor();
        let cora = floor.user("Cora", Role::Compliance).actor();
        let app = floor.app.clone();
        let set = |floor: &mut Floor, permission: &str, from: &str| {
            let from = from.parse().unwrap();
            floor.runtime.block_on(certificates::set_need(&app, &cora, app.moment(), permission, "calls", from))
        };
        for (permission, from, says) in [
            ("administer", "2026-03-04", "is none that can wait"),
            ("lead_calls", "2026-03-01", "lies in the past"),
        ] {
            let refused = set(&mut floor, permission, from).unwrap_err().to_string();
            assert!(refused.contains(says), "{refused}");
        }
        let need = set(&mut floor, "lead_calls", "2026-03-04").unwrap();
        assert!(set(&mut floor, "lead_calls", "2026-03-05").unwrap_err().to_string().contains("waits for this certificate already"));
        let stopped = floor.runtime.block_on(async {
            let permission = duly_domain::identity::Permission::LeadCalls;
            certificates::would_stop(&mut app.db.read().await.unwrap(), permission, Course::Calls, app.moment().business_day).await.unwrap()
        });
        assert!(stopped.contains(&"Dana".to_string()) && !stopped.contains(&"Cora".to_string()), "{stopped:?}");
        // Until its day nobody is stopped; then the refusal names the course.
        floor.morning_of("2026-03-03");
        floor.clock("10:00");
        assert!(floor.officer("Dana").calls(maria, "no_answer").is_empty());
        floor.morning_of("2026-03-04");
        floor.clock("10:00");
        let refused = floor.officer("Dana").reserves(maria, Channel::Call).unwrap_err().to_string();
        assert!(refused.contains("the certificate Calls") && refused.contains("under Practice"), "{refused}");
        let base = floor.serve();
        floor.runtime.block_on(async {
            let client = client();
            let csrf = sign_in(&client, &base, "dana@example.org").await;
            let url = format!("{base}/accounts/{}/contacts/con_00000000000000000000000000000000/calls", maria.account);
            let answer = client.post(url).form(&[("csrf", csrf.as_str())]).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN);
            let page = answer.text().await.unwrap();
            assert!(page.contains("the certificate Calls") && page.contains("href=\"/practice\">Take the course"), "{page}");
            // A letter needs no such certificate.
            assert_eq!(client.get(format!("{base}/calls")).send().await.unwrap().status(), StatusCode::OK);
        });
        // The course: its scenarios and its quiz, and nothing less.
        for code in Course::Calls.scenarios() {
            plays(&mut floor, &dana, code, Worth::Good);
        }
        assert!(floor.officer("Dana").reserves(maria, Channel::Call).is_err(), "the quiz is missing");
        assert!(!answers(&mut floor, &dana, About::Course(Course::Calls), false));
        assert!(answers(&mut floor, &dana, About::Course(Course::Calls), true));
        assert_eq!(floor.count("select count(*) from certificates"), 1);
        assert!(floor.officer("Dana").calls(maria, "no_answer").is_empty());
        // It holds for a year, and the requirement can be ended.
        floor.runtime.block_on(certificates::end_need(&app, &cora, app.moment(), need)).unwrap();
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'certificate.issue'"), 1);
        // Who passed Special care counts as trained for it.
        let user = dana.id.unwrap();
        let is_trained = |floor: &mut Floor| {
            floor.runtime.block_on(async {
                certificates::is_trained_for_care(&mut app.db.read().await.unwrap(), user, app.moment().business_day).await.unwrap()
            })
        };
        assert!(!is_trained(&mut floor));
        for code in Course::Care.scenarios() {
            plays(&mut floor, &dana, code, Worth::Good);
        }
        assert!(answers(&mut floor, &dana, About::Course(Course::Care), true));
        assert!(is_trained(&mut floor));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}
