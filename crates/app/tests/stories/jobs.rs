//! The night: once, resumed, in order.

use duly::jobs::nightly;
use duly_testkit::{Floor, both_engines};
use std::time::Duration;

/// Everything the night may change, as text.
fn state(floor: &mut Floor) -> Vec<i64> {
    [
        "select count(*) from worklist",
        "select cast(coalesce(sum(expected_minor), 0) as bigint) from worklist",
        "select count(*) from promises where state = 'broken'",
        "select count(*) from holds where ended_at is not null",
        "select count(*) from audit_entries",
        "select count(*) from accounts where stage = '31-60'",
    ]
    .map(|sql| floor.count(sql))
    .to_vec()
}

fn busy(floor: &mut Floor) {
    for i in 0..30 {
        let person = floor.debtor(&format!("Person {i}"), "100.00");
        floor.officer("Dana").takes_promise(person, "10.00", "2026-03-02");
    }
}

both_engines! {
    fn a_day_that_is_not_over_is_closed_on_screen_only_by_who_says_so(mut floor: "2026-03-02") {
        busy(&mut floor);
        floor.user("Sade", duly_domain::identity::Role::Supervisor);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let sade = crate::permissions::client();
            let csrf = crate::permissions::sign_in(&sade, &base, "sade@example.org").await;
            let close = async |fields: &[(&str, &str)]| {
                let form: Vec<(&str, &str)> = [("csrf", csrf.as_str())].iter().chain(fields).copied().collect();
                sade.post(format!("{base}/nights")).form(&form).send().await.unwrap()
            };
            let answer = close(&[("day", "2026-03-02")]).await.text().await.unwrap();
            assert!(answer.contains("Today is not over"), "{answer}");
            let answer = close(&[("day", "2026-03-03"), ("early", "yes")]).await.text().await.unwrap();
            assert!(answer.contains("it lies in the future"), "{answer}");
            assert_eq!(close(&[("day", "2026-03-02"), ("early", "yes")]).await.headers()["location"], "/nights?said=night");
        });
        assert_eq!(floor.count("select count(*) from nights"), 1);
    }

    fn twice_is_once(mut floor: "2026-03-02") {
        busy(&mut floor);
        floor.night_of("2026-03-05");
        let before = state(&mut floor);
        let again = floor.run_night("2026-03-05".parse().unwrap()).unwrap();
        assert!(again.was_done);
        assert_eq!(state(&mut floor), before);
        assert_eq!(before[2], 30);
        assert_eq!(again.steps.len(), 7);
    }

    fn a_night_cut_off_anywhere_resumes_to_the_same_result(mut floor: "2026-03-02") {
        busy(&mut floor);
        floor.night_of("2026-03-04");
        floor.clock("23:30");
        let day = floor.today();
        // Drops the run after ever longer whiles until it gets through.
        let mut cuts = 0;
        for wait in (0..).map(|i| Duration::from_micros(300 * i)) {
            let app = floor.app.clone();
            let done = floor.runtime.block_on(async { tokio::time::timeout(wait, nightly::run(&app, app.moment(), day)).await });
            if let Ok(report) = done {
                report.unwrap();
                break;
            }
            cuts += 1;
        }
        assert!(cuts > 0, "the first whiles are too short for a night");
        assert_eq!(floor.count("select count(*) from promises where state = 'broken'"), 30);
        assert_eq!(floor.count("select count(*) from worklist"), 30);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'promise.judge'"), 30);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'night.begin'"), 4);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn nights_run_in_order(mut floor: "2026-03-02") {
        floor.debtor("Maria", "100.00");
        floor.night_of("2026-03-04");
        let earlier = floor.run_night("2026-03-01".parse().unwrap()).unwrap_err();
        assert_eq!(earlier.to_string(), "the night of 2026-03-04 is done: an earlier day cannot be closed after it");
    }

    fn accounts_age_by_the_day(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "100.00"); // due forty days ago
        assert_eq!(floor.account(maria).stage, "31-60");
        floor.night_of("2026-03-21");
        assert_eq!(floor.account(maria).stage, "31-60");
        floor.night_of("2026-03-22"); // tomorrow it is 61
        assert_eq!(floor.account(maria).stage, "61-90");
    }
}
