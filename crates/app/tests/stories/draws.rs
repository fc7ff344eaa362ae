//! Weeks are drawn by the night where no supervisor did; what officers' talks and promises came to is counted for a fair comparison.

use super::reviews::{leads, leads_as, people, well, who};
use crate::permissions::{client, sign_in};
use duly::coaching::reviews::numbers::Numbers;
use duly::coaching::reviews::{comparison, drawing, store};
use duly_domain::coaching::comparison::Figure;
use duly_domain::identity::Role;
use duly_domain::values::ids::CallId;
use duly_testkit::{Floor, Person, both_engines};
use jiff::SignedDuration;

both_engines! {
    fn the_night_draws_the_week_that_ended_once_and_leaves_what_was_drawn(mut floor: "2026-03-03") {
        let people = people(&mut floor, 6);
        floor.clock("10:15");
        let dana: Vec<CallId> = people[..4].iter().map(|person| leads(&mut floor, *person, &well())).collect();
        for person in &people[4..] {
            leads_as(&mut floor, "Eli", *person, &well());
        }
        let (app, ada, officer) = (floor.app.clone(), who(&mut floor, "Ada", Role::Supervisor), who(&mut floor, "Eli", Role::Officer).id.unwrap());
        // Sunday is closed in its own evening: the week is not over by the clock, and nothing is drawn.
        floor.morning_of("2026-03-09");
        assert_eq!(floor.count("select count(*) from review_draws"), 0);
        let monday = drawing::last_week(floor.today());
        floor.runtime.block_on(drawing::draw_week(&app, &ada, floor.app.moment(), officer, monday, "a seed")).unwrap();
        let step = |floor: &mut Floor, day: &str| {
            let report = floor.run_night(day.parse().unwrap()).unwrap();
            let step = report.steps.into_iter().find(|step| step.name == "draw calls to review").expect("the night tells of it");
            (report.was_done, step.counts)
        };
        floor.clock("23:30");
        let (was_done, counts) = step(&mut floor, "2026-03-09");
        assert!(!was_done && counts.contains("\"officers\":1") && counts.contains("\"calls_drawn\":4"), "{counts}");
        let state = |floor: &mut Floor| {
            ["review_draws", "reviews", "audit_entries"].map(|table| floor.count(&format!("select count(*) from {table}")))
        };
        let before = state(&mut floor);
        assert_eq!(before[..2], [2, 6], "three by chance of each, and one more by risk: all are among their first");
        assert!(step(&mut floor, "2026-03-09").0, "twice is once");
        assert_eq!(state(&mut floor), before);
        let draws = floor.runtime.block_on(async { store::list_draws(&mut app.db.read().await.unwrap(), monday).await.unwrap() });
        let of = |officer| draws.iter().find(|draw| draw.officer == officer).unwrap();
        assert_eq!((of(officer).seed.as_str(), of(officer).calls), ("a seed", 2), "what a supervisor drew stays");
        let drawn = of(who(&mut floor, "Dana", Role::Officer).id.unwrap()).clone();
        assert_eq!((drawn.drawn_by.as_str(), drawn.calls, drawn.week_on), ("night", 4, monday));
        // Anyone who has the seed comes to the same calls.
        let (ids, facts) = floor.runtime.block_on(async { drawing::week(&mut app.db.read().await.unwrap(), drawn.officer, monday, &app.zone()).await.unwrap() });
        let numbers = floor.runtime.block_on(async { Numbers::read(&mut app.db.read().await.unwrap()).await.unwrap() }).sample;
        let reviews = floor.runtime.block_on(async { store::list_reviews(&mut app.db.read().await.unwrap(), drawn.officer).await.unwrap() });
        for one in duly_domain::coaching::sample::draw(&facts, &drawn.seed, &numbers) {
            assert!(reviews.iter().any(|review| review.call == ids[one.at]));
        }
        assert!(reviews.iter().all(|review| dana.contains(&review.call)), "each officer's are of their own calls");
        floor.morning_of("2026-03-17");
        assert_eq!(state(&mut floor)[..2], [2, 6], "a week without calls is not drawn");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        // It is said who drew; a review says it too.
        floor.tamper("update review_draws set week_on = $1", &[duly::store::Value::Date("2026-03-09".parse().unwrap())]);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let ada = client();
            sign_in(&ada, &base, "ada@example.org").await;
            let page = ada.get(format!("{base}/coaching")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("drawn by the night") && page.contains("drawn by Ada (supervisor)"), "{page}");
            let review = ada.get(format!("{base}/coaching/reviews/{}", reviews[0].id)).send().await.unwrap().text().await.unwrap();
            assert!(review.contains("Drawn by the night from 4 calls"), "{review}");
        });
    }

    fn a_draw_of_the_night_that_is_cut_off_goes_on_with_whoever_is_left(mut floor: "2026-03-03") {
        // More officers than one transaction draws.
        let names: Vec<String> = (0..23).map(|no| format!("Officer{no}")).collect();
        for name in &names {
            floor.user(name, Role::Officer);
        }
        let people = people(&mut floor, names.len());
        floor.clock("10:15");
        for (name, person) in names.iter().zip(&people) {
            leads_as(&mut floor, name, *person, &well());
        }
        floor.morning_of("2026-03-09");
        floor.clock("23:30");
        let mut cuts = 0;
        for wait in (0..).map(|i| std::time::Duration::from_millis(2 * i)) {
            let app = floor.app.clone();
            let night = async { duly::jobs::nightly::run(&app, app.moment(), "2026-03-09".parse().unwrap()).await };
            if let Ok(report) = floor.runtime.block_on(async { tokio::time::timeout(wait, night).await }) {
                let step = report.unwrap().steps.into_iter().find(|step| step.name == "draw calls to review").unwrap();
                assert!(step.counts.contains("\"officers\":23") && step.counts.contains("\"calls_drawn\":23"), "{}", step.counts);
                break;
            }
            cuts += 1;
        }
        assert!(cuts > 0, "the first whiles are too short for a night");
        assert_eq!(floor.count("select count(*) from review_draws"), 23);
        assert_eq!(floor.count("select count(distinct officer_id) from review_draws"), 23);
        assert_eq!(floor.count("select count(*) from reviews"), 23);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'reviews.draw'"), 23);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn talks_promises_and_what_became_of_them_are_counted_for_whoever_led_and_took_them(mut floor: "2026-03-03") {
        let people = people(&mut floor, 5);
        floor.clock("10:15");
        let since = floor.app.moment().at - SignedDuration::from_hours(24);
        let promised = |floor: &mut Floor, officer: &str, person: Person, due_on: &str| {
            leads_as(floor, officer, person, &well());
            assert!(floor.officer(officer).takes_promise(person, "100.00", due_on).is_empty());
        };
        promised(&mut floor, "Dana", people[0], "2026-03-06");
        promised(&mut floor, "Dana", people[1], "2026-03-06");
        promised(&mut floor, "Dana", people[2], "2026-03-06");
        leads(&mut floor, people[3], &well());
        promised(&mut floor, "Eli", people[4], "2026-03-20");
        let counted = |floor: &mut Floor, figure: Figure| {
            let app = floor.app.clone();
            let counted = floor.runtime.block_on(async { comparison::count(&mut app.db.read().await.unwrap(), figure, since).await.unwrap() });
            let of = |name: &str| {
                let theirs = counted.cells.iter().filter(|cell| cell.officer == name);
                theirs.fold((0, 0), |sum, cell| (sum.0 + cell.cases, sum.1 + cell.observed))
            };
            (of("Dana"), of("Eli"), counted)
        };
        let (dana, eli, cells) = counted(&mut floor, Figure::Promised);
        assert_eq!((dana, eli), ((4, 3), (1, 1)));
        assert!(cells.cells.iter().all(|cell| cell.stratum.ends_with("under 500, first talk")), "each promise stands with its talk: {cells:?}");
        assert_eq!((counted(&mut floor, Figure::Reached).0, counted(&mut floor, Figure::Kept).0), ((4, 4), (0, 0)));
        // One is paid, one is taken back, one is not paid; Eli's is open.
        floor.pays(people[0], "100.00", "R-1");
        floor.officer("Dana").withdraws_promise(people[1]).unwrap();
        floor.morning_of("2026-03-16");
        let (dana, eli, kept) = counted(&mut floor, Figure::Kept);
        assert_eq!((dana, eli), ((2, 1), (0, 0)), "what is open or was taken back is in no share");
        assert_eq!(kept.withdrawn.get("Dana"), Some(&1), "and is not hidden");
        // A promise that somebody else took, or a day after the talk, is not one of the talk.
        floor.clock("10:00");
        assert!(floor.officer("Dana").takes_promise(people[3], "100.00", "2026-03-20").is_empty());
        assert_eq!(counted(&mut floor, Figure::Promised).0, (4, 3));
        let base = floor.serve();
        floor.runtime.block_on(async {
            let ada = client();
            sign_in(&ada, &base, "ada@example.org").await;
            let page = ada.get(format!("{base}/coaching/comparison")).send().await.unwrap().text().await.unwrap();
            for part in ["Promises taken", "Promises kept", "75.00 %", "50.00 %", "Taken back", "too few to say", "only counted"] {
                assert!(page.contains(part), "{part}: {page}");
            }
            assert!(!page.contains("other than the floor"), "few cases are only counted: {page}");
        });
    }
}
