//! The ways of the negotiation desk go out by letter: once in each version, asked of the gate, a contact when they are in the mail.

use super::confirmations::people;
use super::hardship::{agrees, pauses};
use super::letters::mailed;
use crate::permissions::{client, sign_in};
use duly::app::Actor;
use duly::outreach::letters::comparisons::{Held, Sent, look, print_comparison};
use duly::outreach::letters::store::list_runs;
use duly::outreach::letters::{list_due, void_run};
use duly::plans::desk::standing::Desk;
use duly_domain::identity::Role;
use duly_domain::values::ids::LetterRunId;
use duly_testkit::{Floor, Person, both_engines};
use reqwest::StatusCode;

fn sends(floor: &mut Floor, person: Person) -> Sent {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(print_comparison(&app, &who, at, person.account)).unwrap()
}

fn held(floor: &mut Floor, person: Person) -> Held {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let seen = floor.runtime.block_on(async {
        let mut tx = app.db.read().await.unwrap();
        let desk = Desk::of(&mut tx, person.account, at).await.unwrap();
        look(&mut tx, &who, at, &desk).await.unwrap()
    });
    let Sent::Held(held) = sends(floor, person) else { panic!("it is held") };
    assert_eq!(seen.held.as_ref(), Some(&held), "the desk says before it is pressed what a press is told");
    held
}

fn last_run(floor: &mut Floor) -> LetterRunId {
    let app = floor.app.clone();
    floor.runtime.block_on(async { list_runs(&mut app.db.read().await.unwrap(), 1).await.unwrap().remove(0).id })
}

fn letters(floor: &mut Floor) -> i64 {
    floor.count("select count(*) from letters where kind = 'comparison' and state <> 'void'")
}

both_engines! {
    fn the_ways_go_out_once_in_both_languages_and_count_once_mailed(mut floor: "2026-03-02") {
        let ([maria, ..], _) = people(&mut floor);
        assert!(matches!(sends(&mut floor, maria), Sent::Printed(_)));
        assert_eq!(sends(&mut floor, maria), Sent::Stands, "pressed twice");
        assert_eq!((letters(&mut floor), floor.count("select count(*) from comparisons")), (1, 1));
        let text = floor.texts("select content, language from letters").remove(0).0.unwrap();
        for says in ["María Núñez\n12 Elm St\nColumbus, OH 43205", "Pay in full", "Pagar todo", "$400.00", "debt collector", "ending in 0001",
            "cobrador", "Asesoría gratuita sobre deudas"] {
            assert!(text.contains(says), "{says} in {text}");
        }
        for later in ["USD 400.00 on Mon 16 Mar 2026", "USD 400.00 el 16 de marzo de 2026", "for an answer by March 16, 2026"] {
            assert!(text.contains(later), "a letter is read later: {later} in {text}");
        }
        assert!(!text.contains(" today") && !text.contains(" hoy"), "{text}");
        assert!(!text.contains("44-0001"), "others may open a letter: {text}");
        assert_eq!(floor.count("select count(distinct language) from contact_disclosures where letter_id is not null and was_given = 1"), 2);
        assert_eq!(floor.count("select count(*) from contacts"), 0, "what is printed is not in the mail");

        let run = last_run(&mut floor);
        assert_eq!(mailed(&mut floor, run, None).unwrap(), 1);
        assert!(mailed(&mut floor, run, None).is_err(), "it is mailed once");
        assert_eq!(floor.count("select count(*) from contacts where channel = 'letter' and direction = 'out' and outcome = 'delivered'"), 1);
        assert_eq!(floor.count("select count(*) from comparisons where contact_id is null"), 0);
        assert_eq!(sends(&mut floor, maria), Sent::Stands, "what is in the mail is not sent again");
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let due = floor.runtime.block_on(async { list_due(&app, &mut app.db.read().await.unwrap(), at, 10).await.unwrap() });
        assert_eq!(due.len(), 1, "a letter about the debt begins the days for the validation notice");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        // On another day the days of the ways are others; one waits for the mail at a time.
        floor.morning_of("2026-03-10");
        assert!(matches!(sends(&mut floor, maria), Sent::Printed(_)));
        floor.morning_of("2026-03-11");
        let because = held(&mut floor, maria).because.join(" ");
        assert!(because.contains("the comparison of Tue 10 Mar 2026 is printed and not in the mail"), "{because}");
        let run = last_run(&mut floor);
        floor.runtime.block_on(void_run(&floor.app, &Actor::command(), floor.app.moment(), run)).unwrap();
        assert!(matches!(sends(&mut floor, maria), Sent::Printed(_)), "what was taken back keeps nothing back");
        assert_eq!(letters(&mut floor), 2);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update comparisons set version = 'another'", &[]);
        assert!(!floor.failed_checks().is_empty(), "what was sent cannot be altered unseen");
    }

    fn what_may_not_go_is_refused_with_the_reason_and_the_next_moment(mut floor: "2026-03-02") {
        let ([maria, otto, ann], _) = people(&mut floor);
        assert!(held(&mut floor, ann).because.iter().any(|says| says.contains("mailing address")), "nowhere to send it");
        assert_eq!(floor.count("select count(*) from decisions"), 0, "what cannot be written is not asked for");
        // They asked us to stop: the gate refuses, and its answer is kept.
        floor.notes(maria, None, "cease", None);
        let stopped = held(&mut floor, maria);
        assert!(stopped.because[0].contains("15 USC 1692c(c)") && stopped.next.is_none(), "{stopped:?}");
        assert_eq!(floor.count("select count(*) from decisions where channel = 'letter' and answer = 'refused'"), 1);
        // A pause ends on a day: that is said.
        assert_eq!(pauses(&mut floor, otto, "2026-03-02", 30), Vec::<&str>::new());
        let paused = held(&mut floor, otto);
        let next = paused.next.expect("the pause has an end").to_zoned(floor.app.zone());
        assert!(next.date().to_string() == "2026-04-01", "{paused:?} {next}");
        assert_eq!(letters(&mut floor), 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn while_something_is_agreed_no_other_ways_are_sent(mut floor: "2026-03-02") {
        let ([maria, ..], _) = people(&mut floor);
        agrees(&mut floor, maria, 40_000, 4, "2026-03-16");
        let because = held(&mut floor, maria).because;
        assert!(because[0].contains("There is an open promise already"), "{because:?}");
    }

    fn the_desk_has_the_button_until_it_is_printed_and_says_what_became_of_it(mut floor: "2026-03-02") {
        let ([maria, otto, _], _) = people(&mut floor);
        floor.officer("Dana");
        floor.user("Alma", Role::Auditor);
        floor.notes(otto, None, "cease", None);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let client = client();
            let csrf = sign_in(&client, &base, "dana@example.org").await;
            let desk = |person: Person| format!("{base}/accounts/{}/offers", person.account);
            let page = async |person| client.get(desk(person)).send().await.unwrap().text().await.unwrap();
            let press = async |person| client.post(format!("{}/letters", desk(person))).form(&[("csrf", &csrf)]).send().await.unwrap();
            assert!(page(maria).await.contains("Send by mail"));
            for said in ["said=comparison#ways", "said=comparison-stands#ways"] {
                let pressed = press(maria).await;
                assert_eq!(pressed.status(), StatusCode::SEE_OTHER);
                assert!(pressed.headers()["location"].to_str().unwrap().ends_with(said), "{pressed:?}");
            }
            let shown = page(maria).await;
            assert!(shown.contains("printed Mon 2 Mar 2026, not in the mail yet") && !shown.contains("Send by mail"), "{shown}");
            let timeline = client.get(format!("{base}/accounts/{}", maria.account)).send().await.unwrap().text().await.unwrap();
            assert!(timeline.contains("Comparison of ways printed"), "{timeline}");
            assert!(page(otto).await.contains("Not by mail now."));
            let refused = press(otto).await;
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.text().await.unwrap().contains("15 USC 1692c(c)"));
            let alma = crate::permissions::client();
            let csrf = sign_in(&alma, &base, "alma@example.org").await;
            let auditor = alma.post(format!("{}/letters", desk(maria))).form(&[("csrf", &csrf)]).send().await.unwrap();
            assert_eq!(auditor.status(), StatusCode::FORBIDDEN);
        });
        assert_eq!(letters(&mut floor), 1);
    }
}
