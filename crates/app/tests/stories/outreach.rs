//! Contacts: asked for, reserved, recorded, refused.

use crate::permissions;
use duly::app::Failure;
use duly::compliance::gate::AskContact;
use duly::outreach::actions::reserve_contact;
use duly_domain::decision::Answer;
use duly_domain::identity::Role;
use duly_domain::values::channel::Channel;
use duly_testkit::both_engines;

both_engines! {
    fn a_kept_decision_is_read_with_everything_it_was_made_on(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.clock("23:10");
        assert!(!floor.officer("Dana").calls(maria, "no_answer").is_empty(), "it is night where she is");
        floor.officer("Eva"); // reads it, made it not
        floor.user("Coen", Role::Compliance);
        floor.user("Ines", Role::Administrator);
        let base = floor.serve();
        let link = floor.runtime.block_on(async {
            let coen = permissions::client();
            permissions::sign_in(&coen, &base, "coen@example.org").await;
            let get = async |path: &str| coen.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
            let href = |page: &str| {
                let mut links = page.split("href=\"").filter_map(|rest| rest.split('"').next());
                links.find(|link| link.contains("/decisions/dec_")).map(String::from)
            };
            let link = href(&get("/compliance").await).expect("the control room leads there");
            assert_eq!(href(&get(&format!("/accounts/{}", maria.account)).await), Some(link.clone()), "and so does the timeline");
            let page = get(&link).await;
            for part in ["Decision: call", "Dana (officer)", "15 USC 1692c(a)(1)", "Instead: ", "Next allowed", "Policy version", duly_domain::compliance::RULE_SET,
                "the same answer", "This decision is what entry 2 says it was", "7 at the most"] {
                assert!(page.contains(part), "{part} in {page}");
            }
            let hash = get(&link).await.split("<dt>Hash</dt><dd>").nth(1).map(|rest| rest[..64].to_string()).unwrap();
            assert!(hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
            let other = format!("/accounts/{}/decisions/dec_00000000000000000000000000000000", maria.account);
            assert_eq!(coen.get(format!("{base}{other}")).send().await.unwrap().status(), reqwest::StatusCode::NOT_FOUND);
            let ines = permissions::client();
            permissions::sign_in(&ines, &base, "ines@example.org").await;
            assert_eq!(ines.get(format!("{base}{link}")).send().await.unwrap().status(), reqwest::StatusCode::FORBIDDEN);
            link
        });
        assert_eq!(floor.count("select count(*) from views where what = 'decision'"), 2, "reading it is seeing the account");
        floor.tamper("update decisions set answer = 'allowed'", &[]);
        let page = floor.runtime.block_on(async {
            let eva = permissions::client();
            permissions::sign_in(&eva, &base, "eva@example.org").await;
            eva.get(format!("{base}{link}")).send().await.unwrap().text().await.unwrap()
        });
        assert!(page.contains("This decision was altered: it is not what entry 2 says it was"), "{page}");
    }

    fn the_eighth_call_in_seven_days_waits_for_a_day_or_a_supervisor(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        for day in 2..=8 {
            floor.morning_of(&format!("2026-03-{day:02}"));
            assert!(floor.officer("Dana").calls(maria, "no_answer").is_empty(), "{day} March");
        }
        floor.clock("17:00");
        let reserved = floor.officer("Dana").reserves(maria, Channel::Call).unwrap();
        assert_eq!(reserved.decision.answer, Answer::NeedsSupervisor);
        assert_eq!((reserved.contact, reserved.attempts), (None, (7, 7)));
        assert_eq!(reserved.decision.next_allowed_at.unwrap().to_string(), "2026-03-09T12:00:00Z"); // 08:00 in daylight time

        // An officer cannot release it; a supervisor can, with a reason, and it is on record.
        let refused = floor.officer("Dana").reserves_because(maria, Channel::Call, Some("please"));
        assert!(matches!(refused, Err(Failure::Forbidden)));
        let released = floor.user("Sade", Role::Supervisor).reserves_because(maria, Channel::Call, Some("She asked us to ring today")).unwrap();
        let contact = released.contact.expect("released");
        floor.user("Sade", Role::Supervisor).records(contact, "no_answer").unwrap();
        assert_eq!(floor.count("select count(*) from contacts where released_by is not null"), 1);

        // The released call counts too, so the next day is still full.
        floor.morning_of("2026-03-09");
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.call-frequency.attempts"]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_talk_closes_the_telephone_for_a_week_and_busy_is_free(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        for _ in 0..9 {
            assert!(floor.officer("Dana").calls(maria, "busy").is_empty());
        }
        assert!(floor.officer("Dana").calls(maria, "talked").is_empty());
        floor.morning_of("2026-03-08");
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.call-frequency.conversation"]);
        floor.morning_of("2026-03-09");
        assert!(floor.officer("Dana").calls(maria, "no_answer").is_empty());
    }

    fn a_reservation_without_a_result_expires_and_counts(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let reserved = floor.officer("Dana").reserves(maria, Channel::Call).unwrap();
        let other = floor.officer("Eli").reserves(maria, Channel::Call);
        assert!(matches!(other, Err(Failure::Stale(_))), "one reservation at a time");

        floor.clock("09:31");
        let second = floor.officer("Eli").reserves(maria, Channel::Call).unwrap();
        assert_eq!(second.attempts, (2, 7), "the first counts though nobody said what became of it");
        floor.officer("Eli").records(second.contact.unwrap(), "no_answer").unwrap();

        floor.night_of("2026-03-02");
        assert_eq!(floor.count("select count(*) from contacts where state = 'expired'"), 1);
        // Its result may still be told, once; saying now that it was not made does not take the attempt back.
        let told = floor.officer("Dana").records(reserved.contact.unwrap(), "not_made").unwrap();
        assert_eq!(told.attempts, (2, 7));
        assert!(matches!(floor.officer("Dana").records(reserved.contact.unwrap(), "busy"), Err(Failure::Stale(_))));
    }

    fn a_reservation_is_its_officers_or_a_supervisors_to_record(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let contact = floor.officer("Dana").reserves(maria, Channel::Call).unwrap().contact.unwrap();
        let says = |refused: Result<_, Failure>| refused.map(|_: duly::outreach::actions::Recorded| ()).unwrap_err().to_string();
        assert_eq!(says(floor.officer("Eli").records(contact, "no_answer")), "Dana reserved this call: they, or a supervisor, record its result");
        let refused = floor.officer("Eli").reserves(maria, Channel::Call).map(|_| ()).unwrap_err().to_string();
        assert_eq!(refused, "Dana has a call reserved on this account until 09:30: wait for its result");
        let own = floor.officer("Dana").reserves(maria, Channel::Call).map(|_| ()).unwrap_err().to_string();
        assert_eq!(own, "a call is reserved on this account already: record its result first");
        // A reservation that ran out is still not another officer's to tell.
        floor.clock("09:31");
        assert!(says(floor.officer("Eli").records(contact, "talked")).starts_with("Dana reserved this call"));
        floor.user("Sade", Role::Supervisor).records(contact, "no_answer").unwrap();
    }

    fn the_next_account_is_not_one_that_somebody_is_on(mut floor: "2026-03-02") {
        let people = ["900.00", "800.00", "700.00"].map(|owes| floor.debtor("Person", owes));
        let next = |floor: &mut duly_testkit::Floor, name: &str| {
            let user = floor.officer(name).actor().id.unwrap();
            let (app, at) = (floor.app.clone(), floor.app.moment());
            floor.runtime.block_on(duly::strategy::actions::next_best(&app, user, at, None)).unwrap().unwrap()
        };
        let order = ["Dana", "Eli", "Fay"].map(|name| next(&mut floor, name));
        assert_eq!(order, people.map(|person| person.account), "each is led to an account of their own");
        assert_eq!(next(&mut floor, "Dana"), people[0].account, "and Dana back to hers");

        // After some minutes who was led there has no hold on it; who reserved it has.
        floor.officer("Dana").reserves(people[0], Channel::Call).unwrap();
        floor.clock("09:10");
        assert_eq!(next(&mut floor, "Eli"), people[1].account);
        floor.clock("09:31");
        assert_eq!(next(&mut floor, "Fay"), people[0].account, "a reservation that ran out is nobody's");
    }

    fn two_officers_cannot_both_spend_the_last_attempt(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        for _ in 0..6 {
            floor.officer("Dana").calls(maria, "no_answer");
        }
        let officers: Vec<_> = ["Dana", "Eli", "Fay", "Gus"].map(|name| floor.officer(name).actor()).to_vec();
        let app = floor.app.clone();
        let results = floor.runtime.block_on(async move {
            let tries = (0..16).map(|i| {
                let (app, who) = (app.clone(), officers[i % officers.len()].clone());
                tokio::spawn(async move {
                    let ask = AskContact::with_debtor(maria.account, Channel::Call);
                    reserve_contact(&app, &who, app.moment(), &ask, None).await
                })
            });
            let mut results = Vec::new();
            for task in tries.collect::<Vec<_>>() {
                results.push(task.await.expect("no panic"));
            }
            results
        });
        let made = results.iter().filter(|result| result.as_ref().is_ok_and(|reserved| reserved.contact.is_some())).count();
        let errors: Vec<String> = results.iter().filter_map(|result| result.as_ref().err()).filter(|e| !matches!(e, Failure::Stale(_))).map(|e| e.to_string()).collect();
        assert_eq!((made, errors), (1, Vec::<String>::new()));
        assert_eq!(floor.count("select count(*) from contacts"), 7);
    }

    fn the_hour_where_they_are_decides(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.clock("07:59");
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.time.hours"]);
        floor.clock("08:00");
        assert!(floor.officer("Dana").calls(maria, "no_answer").is_empty());
        floor.clock("21:00");
        let reserved = floor.officer("Dana").reserves(maria, Channel::Text).unwrap();
        assert_eq!(reserved.decision.answer, Answer::No);
        assert_eq!(reserved.decision.next_allowed_at.unwrap().to_string(), "2026-03-03T13:00:00Z");
        // Refusals are kept with their facts and the version of the rules.
        assert_eq!(floor.count("select count(*) from decisions where answer = 'refused' and rules = 'regf.time.hours' and rule_set <> ''"), 2);
    }

    fn what_they_say_in_a_talk_binds_at_once(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana").calls(maria, "asked_to_stop");
        floor.morning_of("2026-03-12");
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.channel.opt-out"]);
        let by_mail = floor.officer("Dana").reserves(maria, Channel::Email).unwrap();
        assert_eq!(by_mail.decision.answer, Answer::Yes, "the request was about calls");

        let otto = floor.debtor("Otto", "60.00");
        floor.officer("Dana").calls(otto, "disputes");
        let held = floor.officer("Dana").reserves(otto, Channel::Letter).unwrap_err();
        assert_eq!(held.to_string(), "the account is on hold: end the hold first");
        assert_eq!(floor.place("Dana", otto), None);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_wrong_number_is_never_dialed_again(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana").calls(maria, "wrong_number");
        assert_eq!(floor.count("select count(*) from contact_points where state = 'wrong'"), 1);
        let account = floor.account(maria);
        assert_eq!(account.next_action.as_deref(), Some("Find another number"));
        assert_eq!(account.next_action_on.unwrap().to_string(), "2026-03-03");
    }

    fn a_kept_decision_is_made_again_from_its_facts_alone(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        for time in ["07:30", "09:00", "12:00"] {
            floor.clock(time);
            floor.officer("Dana").calls(maria, "no_answer");
        }
        floor.officer("Dana").calls(maria, "asked_to_stop");
        floor.morning_of("2026-03-04");
        floor.officer("Dana").calls(maria, "no_answer");
        let kept: Vec<(String, String, String)> = floor
            .runtime
            .block_on(async { floor.app.db.read().await?.all("select answer, rules, facts from decisions order by decided_at", &[]).await })
            .unwrap();
        assert_eq!(kept.len(), 5);
        for (answer, rules, facts) in kept {
            let again = duly::compliance::gate::decide_again(&facts).unwrap();
            let ids: Vec<&str> = again.because.iter().map(|reason| reason.rule.id).collect();
            assert_eq!((again.answer.code(), ids.join(" ")), (answer.as_str(), rules));
        }
    }

    fn a_result_must_be_one_that_can_come_about(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let letter = floor.officer("Dana").reserves(maria, Channel::Email).unwrap().contact.unwrap();
        let says = |result: Result<_, Failure>| result.map(|_: duly::outreach::actions::Recorded| ()).unwrap_err().to_string();
        assert_eq!(says(floor.officer("Dana").records(letter, "no_answer")), "result no_answer does not come about by email");
        assert!(says(floor.officer("Dana").records(letter, "hello")).starts_with("result \"hello\" is no result code; there are no_answer"));
        floor.officer("Dana").records(letter, "sent").unwrap();
    }
}
