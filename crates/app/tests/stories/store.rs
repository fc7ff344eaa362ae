//! The record leaves with everything and comes back with everything.

use super::audit::Folder;
use duly::accounts::limitation::list_ending;
use duly::app::Actor;
use duly::ledger::payment_file::{ImportPayments, import_payments};
use duly::store::backup::{backup, restore};
use duly::store::state::{self, State};
use duly::store::transfer::transfer;
use duly::store::{Db, Value, archive};
use duly_domain::values::channel::Channel;
use duly_testkit::{Engine, Floor, both_engines};
use futures_util::FutureExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

fn state(floor: &Floor) -> State {
    floor.runtime.block_on(async { state::read(&mut floor.app.db.read().await.unwrap()).await }).unwrap()
}

/// People with everything that can be recorded about them, and two nights.
fn busy(floor: &mut Floor) {
    let maria = floor.debtor("Maria \"é\" O'Neil \\ 🙂 日本", "420.00");
    let otto = floor.debtor("Otto", "60.00");
    floor.clock("12:00");
    floor.officer("Dana").calls(maria, "no_answer");
    floor.officer("Dana").reserves(otto, Channel::Call).unwrap();
    floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-03");
    let payment = floor.pays(otto, "75.00", "OVER");
    floor.reverses(payment);
    let who = floor.officer("Dana").actor();
    let at = floor.app.moment().at;
    floor.runtime.block_on(duly::audit::views::record(&floor.app, &who, at, maria.account, "workspace")).unwrap();
    floor.night_of("2026-03-03");
}

fn other(engine: Engine) -> Floor {
    Floor::on(engine, "2026-03-02")
}

#[test]
fn the_sample_agency_goes_from_engine_to_engine_and_back_unchanged() {
    let mut sqlite = Floor::on(Engine::Sqlite, "2026-03-02");
    sqlite.runtime.block_on(duly::demo::make(&sqlite.app, 40, 7)).unwrap();
    // Whoever opens the sample finds something true on every screen of the compliance room.
    let today = sqlite.today();
    let ending = sqlite.runtime.block_on(async { list_ending(&mut sqlite.app.db.read().await?, today, 90).await }).unwrap();
    let soon = ending.iter().filter(|ending| ending.days_left(today) >= 0).count();
    assert!(soon >= 3, "{soon} of {}", ending.len());
    assert!(sqlite.count("select count(*) from cases where state = 'open' and kind = 'dispute' and disputed_minor is not null") > 0);
    // Somebody owes to several creditors, and pays one plan over all of it.
    let joint = "select count(*) from plans p join joint_plans j on j.id = p.joint_id join accounts a on a.id = p.account_id
                   join debtors d on d.id = a.debtor_id where p.state = 'active' and a.state = 'open' and d.name = 'Delphine Okafor-Lindgren'";
    assert!(sqlite.count(joint) > 1, "{} accounts are on it", sqlite.count(joint));
    assert!(sqlite.count("select count(*) from audit_entries where act = 'payment.post-jointly'") > 0);
    let (postgres, back) = (other(Engine::Postgres), other(Engine::Sqlite));
    let off = "select count(*) from limitation_entries l join accounts a on a.id = l.account_id where l.kind = 'accrued' and l.from_on <> a.due_on";
    let (told, off) = sqlite.runtime.block_on(async {
        let mut tx = sqlite.app.db.read().await.unwrap();
        (
            tx.number("select count(*) from limitation_entries where kind = 'accrued'", &[]).await.unwrap(),
            tx.number(off, &[]).await.unwrap(),
        )
    });
    assert!(told > 0 && off == 0, "{off} of {told} debts accrued on another day than the one since which they are unpaid");
    let before = state(&sqlite);
    assert!(before.rows() > 2_000 && before.0.iter().filter(|held| held.rows > 0).count() > 18, "{before:?}");
    let there = sqlite.runtime.block_on(transfer(&sqlite.app.db, &postgres.app.db)).unwrap();
    let here = sqlite.runtime.block_on(transfer(&postgres.app.db, &back.app.db)).unwrap();
    assert_eq!((there.hash(), here.hash()), (before.hash(), before.hash()));
    for mut floor in [postgres, back] {
        // The books are whole there too, and the roots can be drawn again.
        assert!(floor.app.keys.take_from(&sqlite.app.keys).unwrap());
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}

both_engines! {
    fn everything_leaves_and_comes_back_on_the_other_engine(mut floor: "2026-03-02") {
        busy(&mut floor);
        let out = Folder::new();
        let left = floor.runtime.block_on(archive::export_all(&floor.app.db, &out.0)).unwrap();
        assert_eq!(left, state(&floor));
        let shell = Command::new("sh").args(["-c", "LC_ALL=C; export LC_ALL; sha256sum *.jsonl | sha256sum"]).current_dir(&out.0).output().unwrap();
        assert!(String::from_utf8_lossy(&shell.stdout).starts_with(&left.hash()), "the state hash needs no program of ours");
        let text = std::fs::read_to_string(out.0.join("manifest.json")).unwrap();
        assert!(text.contains("\"sessions\"") && !out.0.join("sessions.jsonl").exists());

        let mut there = other(if floor.app.db.engine() == "sqlite" { Engine::Postgres } else { Engine::Sqlite });
        let came = there.runtime.block_on(archive::import_all(&there.app.db, &out.0)).unwrap();
        assert_eq!((came.hash(), state(&there).hash()), (left.hash(), left.hash()));
        assert!(there.app.keys.take_from(&floor.app.keys).unwrap());
        assert_eq!(there.failed_checks(), Vec::<String>::new());
        let mine = there.runtime.block_on(archive::import_all(&there.app.db, &out.0)).unwrap_err();
        assert!(mine.to_string().contains("database is not empty"), "{mine}");
        let again = there.runtime.block_on(archive::export_all(&there.app.db, &out.0)).unwrap_err();
        assert!(again.to_string().contains("is not empty: name a new one"), "{again}");
    }

    fn what_is_damaged_is_refused_and_leaves_nothing(mut floor: "2026-03-02") {
        busy(&mut floor);
        let out = Folder::new();
        std::fs::create_dir_all(&out.0).unwrap();
        let file = out.0.join("monday.duly");
        let taken = floor.runtime.block_on(backup(&floor.app.db, &file)).unwrap();
        assert_eq!(taken.state, state(&floor));
        let sums = Command::new("sha256sum").args(["-c", "monday.duly.sha256"]).current_dir(&out.0).output().unwrap();
        assert!(sums.status.success());
        let tar = Command::new("tar").args(["-xzf", "monday.duly", "--one-top-level=unpacked"]).current_dir(&out.0).output().unwrap();
        assert!(tar.status.success(), "{}", String::from_utf8_lossy(&tar.stderr));

        let empty = other(if floor.app.db.engine() == "sqlite" { Engine::Sqlite } else { Engine::Postgres });
        let nothing = state(&empty).hash();
        let whole = std::fs::read(&file).unwrap();
        std::fs::remove_file(out.0.join("monday.duly.sha256")).unwrap();
        let refused = |bytes: &[u8]| {
            std::fs::write(&file, bytes).unwrap();
            let says = empty.runtime.block_on(restore(&empty.app.db, &file)).map(|_| ()).unwrap_err().to_string();
            assert!(says.contains("damaged") && says.contains("use another copy"), "{says}");
            assert_eq!(state(&empty).hash(), nothing);
        };
        for at in (40..whole.len()).step_by(whole.len() / 12) {
            let mut changed = whole.clone();
            changed[at] ^= 0x10;
            // A few bits of the packing say nothing, such as which of two equal stretches was copied.
            if unpacked(&changed) != unpacked(&whole) {
                refused(&changed);
            }
        }
        for length in [0, 20, whole.len() / 2, whole.len() - 4] {
            refused(&whole[..length]);
        }
        refused(b"not a backup at all");

        // The folder's files likewise.
        let unpacked = out.0.join("unpacked");
        let users = unpacked.join("users.jsonl");
        let text = std::fs::read_to_string(&users).unwrap();
        for wrong in [text.replace("Dana", "Eve"), text.replace("\"email\"", "\"mail\""), String::new(), format!("{text}{text}")] {
            std::fs::write(&users, wrong).unwrap();
            let says = empty.runtime.block_on(archive::import_all(&empty.app.db, &unpacked)).unwrap_err().to_string();
            assert!(says.starts_with("users.jsonl is damaged"), "{says}");
            assert_eq!(state(&empty).hash(), nothing);
        }
        std::fs::write(&users, text).unwrap();

        std::fs::write(&file, &whole).unwrap();
        let came = empty.runtime.block_on(restore(&empty.app.db, &file)).unwrap();
        assert_eq!((came.state.hash(), state(&empty).hash()), (taken.state.hash(), taken.state.hash()));
    }

    fn an_import_cut_off_anywhere_leaves_an_empty_database(mut floor: "2026-03-02") {
        busy(&mut floor);
        let out = Folder::new();
        floor.runtime.block_on(archive::export_all(&floor.app.db, &out.0)).unwrap();
        let there = other(if floor.app.db.engine() == "sqlite" { Engine::Postgres } else { Engine::Sqlite });
        let nothing = state(&there).hash();
        let mut cuts = 0;
        for wait in (0..).map(|i| Duration::from_micros(500 * i)) {
            let done = there.runtime.block_on(async { tokio::time::timeout(wait, archive::import_all(&there.app.db, &out.0)).await });
            if let Ok(came) = done {
                assert_eq!(came.unwrap().hash(), state(&floor).hash());
                break;
            }
            cuts += 1;
            let now = state(&there).hash();
            if now == state(&floor).hash() {
                break; // cut off after it was made to last
            }
            assert_eq!(now, nothing);
        }
        assert!(cuts > 0, "the first whiles are too short");
    }

    fn a_backup_taken_while_an_import_runs_is_whole(mut floor: "2026-03-02") {
        busy(&mut floor);
        let accounts = floor.count("select count(*) from accounts");
        let mut rows = String::from("reference,name,zip,principal,due_on\n");
        for i in 0..3_000 {
            rows.push_str(&format!("B-{i},Person {i},43205,10.00,2026-01-02\n"));
        }
        let out = Folder::new();
        std::fs::create_dir_all(&out.0).unwrap();
        let (file, csv) = (out.0.join("busy.duly"), out.0.join("big.csv"));
        std::fs::write(&csv, rows).unwrap();
        let app = floor.app.clone();
        let target = file.clone();
        let taking = floor.runtime.spawn(async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            backup(&app.db, &target).await.map(|taken| taken.state.hash())
        });
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nzip = \"zip\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";
        floor.import_file(&csv, Some(mapping), "Larkfield", false).unwrap();
        let hash = floor.runtime.block_on(taking).unwrap().unwrap();
        let mut there = other(if floor.app.db.engine() == "sqlite" { Engine::Sqlite } else { Engine::Postgres });
        assert_eq!(there.runtime.block_on(restore(&there.app.db, &file)).unwrap().state.hash(), hash);
        let came = there.count("select count(*) from accounts");
        assert!((accounts..=accounts + 3_000).contains(&came));
        assert!(there.app.keys.take_from(&floor.app.keys).unwrap());
        assert_eq!(there.failed_checks(), Vec::<String>::new());
    }

    fn whoever_goes_away_leaves_nothing_begun_to_others(mut floor: "2026-03-02") {
        floor.officer("Dana");
        let db = floor.app.db.clone();
        floor.runtime.block_on(async {
            // As many as there are connections, and more.
            for round in 0..40 {
                // They went away when the server was asked for a snapshot and had not answered.
                drop(db.read().now_or_never());
                let mut tx = db.begin().await.unwrap();
                tx.run("update users set name = $1", &[format!("Dana {round}").into()]).await.unwrap();
                tx.commit().await.unwrap();
            }
        });
        assert_eq!(floor.count("select count(*) from users where name = 'Dana 39'"), 1);
    }

    fn rows_that_name_later_rows_of_their_table_arrive(mut floor: "2026-03-02") {
        busy(&mut floor);
        // Each account's first entry names its last, which no action does.
        floor.tamper("update entries set reverses_entry_id = (select e.id from entries e where e.account_id = entries.account_id
                         order by e.id desc limit 1) where kind = 'opening'", &[]);
        assert_eq!(floor.count("select count(*) from entries where kind = 'opening' and reverses_entry_id > id"), 1);
        let there = other(Engine::Postgres);
        let moved = floor.runtime.block_on(transfer(&floor.app.db, &there.app.db)).unwrap();
        assert_eq!(moved.hash(), state(&floor).hash());
    }
}

#[test]
fn a_record_of_another_schema_says_what_to_do() {
    let floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let out = Folder::new();
    floor.runtime.block_on(archive::export_all(&floor.app.db, &out.0)).unwrap();
    let newest = duly::store::migrate::newest();
    change(&out.0.join("manifest.json"), &format!("\"schema\": {newest}"), "\"schema\": 1");
    let says = floor.runtime.block_on(archive::import_all(&floor.app.db, &out.0)).unwrap_err().to_string();
    assert_eq!(says, format!("the record has schema 1, this program {newest}: bring it in with duly 0.1.0 and upgrade then"));
}

/// What a packed file holds, if it can be unpacked.
fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut held = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut held).ok().map(|_| held)
}

fn change(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

/// Another handle on the same file, as another process has it: it waits for the writer and says so.
fn waits(floor: &Floor, says: std::sync::mpsc::Sender<&'static str>) -> std::thread::JoinHandle<()> {
    let (other, runtime) = (floor.runtime.block_on(Db::open(&floor.address)).unwrap(), floor.runtime.handle().clone());
    std::thread::spawn(move || {
        runtime.block_on(async {
            let tx = other.begin().await.unwrap();
            says.send("the other").unwrap();
            tx.rollback().await;
        });
    })
}

#[test]
fn who_waits_in_another_process_writes_before_who_has_just_written() {
    let floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let db = floor.app.db.clone();
    for _ in 0..20 {
        let (says, told) = std::sync::mpsc::channel();
        let long = floor.runtime.block_on(db.begin()).unwrap();
        assert!(!db.should_make_room(Instant::now()));
        let other = waits(&floor, says.clone());
        let until = Instant::now() + Duration::from_secs(10);
        while !db.should_make_room(Instant::now()) {
            assert!(Instant::now() < until, "who waits in another process is seen");
            std::thread::yield_now();
        }
        // Without a line, whoever is quicker writes, and that is who is here already.
        floor.runtime.block_on(async {
            long.commit().await.unwrap();
            let again = db.begin().await.unwrap();
            says.send("the long work").unwrap();
            again.rollback().await;
        });
        other.join().unwrap();
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["the other", "the long work"]);
    }
}

#[test]
fn a_long_work_writes_in_short_parts_while_others_are_at_work() {
    let floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let db = floor.app.db.clone();
    let long_ago = Instant::now() - Duration::from_secs(5);
    floor.runtime.block_on(async {
        let alone = db.begin().await.unwrap();
        assert!(!db.should_make_room(long_ago), "who is alone writes on");
        let waits = tokio::spawn({
            let db = db.clone();
            async move { db.begin().await.unwrap().rollback().await }
        });
        while !db.should_make_room(Instant::now()) {
            tokio::task::yield_now().await;
        }
        alone.rollback().await;
        waits.await.unwrap();
        let after = db.begin().await.unwrap();
        assert!(!db.should_make_room(Instant::now()), "nobody waits, and its part is not written");
        assert!(db.should_make_room(long_ago), "somebody waited a moment ago");
        after.rollback().await;
    });
}

#[test]
fn a_list_of_payments_makes_room_for_another_process() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "42000.00");
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    let path = folder.0.join("payments.csv");
    let lines: String = (0..1_000).map(|row| format!("{},0.01,2026-03-02,P {row}\n", maria.account)).collect();
    std::fs::write(&path, format!("account,amount,on,reference\n{lines}")).unwrap();
    let post = |kept: &dyn Fn(u64)| {
        let ask = ImportPayments { path: path.clone(), rows_a_commit: 1_000, refusals: None };
        floor.runtime.block_on(import_payments(&floor.app, &Actor::command(), floor.app.moment(), &ask, kept)).unwrap()
    };
    // A server beside it, which always has something to write.
    let (other, runtime) = (floor.runtime.block_on(Db::open(&floor.address)).unwrap(), floor.runtime.handle().clone());
    let is_over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let server = std::thread::spawn({
        let is_over = is_over.clone();
        move || {
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                runtime.block_on(async { other.begin().await.unwrap().rollback().await });
            }
        }
    });
    let rows = std::cell::RefCell::new(Vec::new());
    let report = post(&|row| rows.borrow_mut().push(row));
    is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    server.join().unwrap();
    let rows = rows.into_inner();
    assert_eq!((report.accepted, rows.last()), (1_000, Some(&1_001)));
    // The other may be between two of its turns when a piece ends: then the next piece is of the same commit.
    let is_after_a_piece = |row: &u64| (row - 1).is_multiple_of(250);
    assert!(rows.len() > 1 && rows.iter().all(is_after_a_piece), "a commit ends where it is waited for: {rows:?}");
    let again = post(&|_| ());
    assert_eq!((again.accepted, again.duplicates), (0, 1_000));
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

#[test]
fn a_session_does_not_leave() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    floor.officer("Dana");
    floor.tamper(
        "insert into sessions (token_hash, user_id, csrf, created_at, seen_at, expires_at) select $1, id, 'secret', 0, 0, 0 from users",
        &[Value::Bytes(vec![7; 32])],
    );
    let there = other(Engine::Sqlite);
    let moved = floor.runtime.block_on(transfer(&floor.app.db, &there.app.db)).unwrap();
    assert!(moved.rows() > 0 && moved.0.iter().all(|held| held.table != "sessions"));
}
