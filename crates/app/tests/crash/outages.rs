//! The file is taken away under a running server; the clock is set back; a key was written by halves.

use super::place::Template;
use super::served::{Served, Visitor};
use duly_testkit::{Engine, both_engines};
use std::time::{Duration, SystemTime};
use uuid::{NoContext, Uuid};

fn template(engine: Engine) -> Template {
    Template::of(engine, "2026-03-02", |floor| {
        floor.debtor("Maria", "420.00");
        floor.officer("Dana");
    })
}

#[test]
fn a_database_file_removed_or_replaced_under_a_server_is_said() {
    let place = template(Engine::Sqlite).copy();
    let served = Served::start(&place, Some("2026-03-02T10:00:00-05:00"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let visitor = runtime.block_on(Visitor::signs_in(&served.base, "dana"));
    let opens = || runtime.block_on(async { visitor.opens(&served.base, "/accounts/R-1").await.unwrap().status().as_u16() });
    let reserves = || runtime.block_on(async { visitor.reserves(&served.base, "R-1").await.unwrap().status().as_u16() });
    let (file, away) = (place.folder.join("duly.db"), place.folder.join("away.db"));
    assert_eq!(opens(), 200);
    std::fs::rename(&file, &away).unwrap();
    assert_eq!((opens(), reserves()), (503, 503), "removed");
    std::fs::write(&file, b"").unwrap();
    assert_eq!((opens(), reserves()), (503, 503), "replaced");
    std::fs::remove_file(&file).unwrap();
    std::fs::rename(&away, &file).unwrap();
    // The same file is back at its place: nothing was written elsewhere in between.
    assert_eq!((opens(), reserves()), (200, 303));
    drop(served);
    assert_eq!(place.count("select count(*) from contacts"), 1);
    place.is_whole("2026-03-02");
}

#[test]
fn a_program_that_ended_leaves_one_file_with_everything() {
    let place = template(Engine::Sqlite).copy();
    place.does(&["check"]);
    let post = ["payment", "post", "--account", "R-1", "--amount", "100", "--on", "2026-03-02", "--reference", "ONE"];
    place.does(&post);
    assert!(!place.folder.join("duly.db-wal").exists(), "the log is emptied into the file");
    assert_eq!(place.count("select count(*) from payments"), 1);
}

fn a_clock_set_back(engine: Engine) {
    let place = template(engine).copy();
    let post = ["payment", "post", "--account", "R-1", "--amount", "100", "--on", "2026-03-02", "--reference", "ONE"];
    place.does(&post);
    // As if the newest entry had been written an hour from now: before the clock was set back.
    let later = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() + Duration::from_secs(3_600);
    let id = Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, later.as_secs(), 0));
    place.tamper("update audit_entries set id = $1 where act = 'payment.post'", &[id.into()]);

    let other = ["payment", "post", "--account", "R-1", "--amount", "100", "--on", "2026-03-02", "--reference", "TWO"];
    let refused = place.ends(&other);
    let says = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{says}");
    assert!(says.contains("set the clock right, or give the time with --now") && says.lines().count() == 1, "{says}");
    assert_eq!(place.count("select count(*) from payments"), 1);
    // What proves and saves the record goes on.
    place.does(&["check"]);
    place.does(&["backup", "now.duly"]);
    // A named time is meant, also one before the last: the chain goes by its numbers.
    place.does(&[&other[..], &["--now", "2026-03-02T18:00:00-05:00"]].concat());
    assert_eq!(place.count("select count(*) from payments"), 2);
    place.is_whole("2026-03-02");

    let served = Served::start(&place, None);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (page, status) = runtime.block_on(async {
        let visitor = Visitor::signs_in(&served.base, "dana").await;
        let page = visitor.opens(&served.base, "/accounts/R-1").await.unwrap().text().await.unwrap();
        (page, visitor.reserves(&served.base, "R-1").await.unwrap().status().as_u16())
    });
    assert!(page.contains("The clock of this machine was set back"), "{page}");
    assert_eq!(status, 409);
    drop(served);
    assert_eq!(place.count("select count(*) from contacts"), 0);
    assert_eq!(place.count("select count(*) from decisions"), 0);
}

#[test]
fn a_clock_set_back_on_sqlite() {
    a_clock_set_back(Engine::Sqlite);
}

#[test]
fn a_clock_set_back_on_postgres() {
    a_clock_set_back(Engine::Postgres);
}

both_engines! {
    fn a_key_half_written_by_a_process_that_died_is_written_anew(mut floor: "2026-03-02") {
        floor.debtor("Maria", "420.00");
        let folder = floor.app.keys.folder().to_path_buf();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("signing-key.part"), b"-----BEGIN").unwrap();
        floor.night_of("2026-03-02");
        assert!(!folder.join("signing-key.part").exists());
        assert!(floor.app.keys.find().unwrap().is_some());
        assert_eq!(floor.count("select count(*) from audit_roots"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}
