//! The night: once, resumed, in order.

use duly::app::{Actor, App, aside};
use duly::intake::actions::{ImportAccounts, import_accounts};
use duly::intake::mapping_file::parse;
use duly::intake::progress::Progress;
use duly::jobs::nightly;
use duly_testkit::{Engine, Floor, both_engines};
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
        assert_eq!(again.steps.len(), 13);
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

    fn the_compliance_page_shows_what_the_checks_found_last_and_runs_none_itself(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "100.00");
        floor.user("Cora", duly_domain::identity::Role::Compliance);
        let base = floor.serve();
        let cora = crate::permissions::client();
        let signed_in = |floor: &Floor| floor.runtime.block_on(crate::permissions::sign_in(&cora, &base, "cora@example.org"));
        let look = |floor: &Floor| {
            let answer = async { cora.get(format!("{base}/compliance")).send().await.unwrap().text().await.unwrap() };
            floor.runtime.block_on(answer)
        };
        let page = |floor: &Floor| {
            signed_in(floor);
            look(floor)
        };
        assert!(page(&floor).contains("not proved yet"));
        floor.night_of("2026-03-02");
        let shown = page(&floor);
        assert!(shown.contains("by The night.") && shown.contains("ledger balanced"), "{shown}");
        assert!(!shown.contains("broken") && !shown.contains(">stale<"), "{shown}");

        // What was altered since is found by whoever looks for it, not by whoever opens the page.
        floor.tamper("update accounts set balance_minor = 1 where id = $1", &[maria.account.into()]);
        assert!(!page(&floor).contains("broken"));
        let csrf = signed_in(&floor);
        let form = [("csrf", csrf.as_str())];
        let answer = floor.runtime.block_on(async { cora.post(format!("{base}/compliance/checks")).form(&form).send().await.unwrap() });
        assert_eq!(answer.headers()["location"], "/compliance?said=checking");
        let began = std::time::Instant::now();
        while look(&floor).contains("Checks run since") {
            assert!(began.elapsed() < Duration::from_secs(60), "the checks do not end");
            std::thread::sleep(Duration::from_millis(50));
        }
        let shown = page(&floor);
        assert!(shown.contains("broken") && shown.contains("by Cora"), "{shown}");
        assert!(shown.contains(&format!("1 accounts owe other than their entries say: {}", maria.account)), "{shown}");
        assert_eq!(floor.count("select count(*) from audit_entries where chain = 'checks'"), 2);

        // A night that did not come is told.
        floor.tamper("update accounts set balance_minor = 10000 where id = $1", &[maria.account.into()]);
        floor.morning_of("2026-03-03");
        assert!(!page(&floor).contains(">stale<"));
        let later = floor.app.moment().at.saturating_add(jiff::SignedDuration::from_hours(40)).unwrap();
        floor.app.set_clock(later);
        assert!(page(&floor).contains(">stale<"));
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

/// A short write and what the long jobs wrote while it waited: pages that ended between its asking and its beginning.
async fn pages_waited_for(app: &App) -> u64 {
    let ended = || app.turns.pages().values().map(|pages| pages.count).sum::<u64>();
    let before = ended();
    let tx = app.db.begin().await.unwrap();
    let waited = ended() - before;
    tx.rollback().await;
    waited
}

#[test]
fn a_short_write_waits_for_one_page_of_whatever_runs() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-03");
    let file = |prefix: &str, count: usize| {
        let rows: String = (0..count).map(|i| format!("{prefix}-{i},Person {i},50.00\n")).collect();
        format!("reference,name,principal\n{rows}")
    };
    let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nprincipal = \"principal\"\n";
    floor.import(&file("A", 3_000), mapping, "Larkfield").unwrap();
    let path = std::env::temp_dir().join(format!("duly_{}.csv", duly::app::new_uuid().simple()));
    std::fs::write(&path, file("B", 3_000)).unwrap();
    let (night, coming) = (floor.app.clone(), floor.app.clone());
    let ask = ImportAccounts { mapping: Some(parse(mapping).unwrap()), ..ImportAccounts::of(&path, "Northmere") };
    let waits = floor.runtime.block_on(async {
        let closing = tokio::spawn(aside(async move { nightly::run(&night, night.moment(), "2026-03-02".parse().unwrap()).await }));
        let coming_in =
            tokio::spawn(aside(
                async move { import_accounts(&coming, &Actor::command(), coming.moment(), &ask, &Progress::default()).await },
            ));
        let mut waits = Vec::new();
        while !(closing.is_finished() && coming_in.is_finished()) {
            waits.push(pages_waited_for(&floor.app).await);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        closing.await.unwrap().unwrap().unwrap();
        coming_in.await.unwrap().unwrap().unwrap();
        waits
    });
    std::fs::remove_file(&path).unwrap();
    let pages = floor.app.turns.pages();
    for (job, least) in [("night", 10), ("root", 3), ("import", 3)] {
        assert!(pages[job].count >= least, "{job} wrote {} pages", pages[job].count);
    }
    // One that had ended but was not counted yet, and the one that wrote.
    assert!(waits.iter().all(|waited| *waited <= 2), "{waits:?}");
    assert!(waits.len() > 10, "{waits:?}");
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}
