//! What stands told of each account is one row, found by an index on either engine; the lists of the page have an end and go on.

use super::furnishing::{begin, starts, talks, tells};
use crate::permissions::{client, sign_in};
use duly::reporting::due::list_due;
use duly::reporting::store::{COUNT, TO_LOOK_AT};
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor, both_engines};
use uuid::Uuid;

/// Rows of what stands told that are not the newest telling of their account, and accounts that were told and have none.
const WRONG: &str = "
    select (select count(*) from told_accounts t join furnishings n on n.account_id = t.account_id
             where n.as_of > t.as_of or (n.as_of = t.as_of and n.id > t.furnishing_id))
         + (select count(*) from told_accounts t join furnishings f on f.id = t.furnishing_id where f.status <> t.status or f.told_at <> t.told_at)
         + (select count(*) from furnishings f where not exists (select 1 from told_accounts t where t.account_id = f.account_id))";

/// How the engine of a floor would answer a question, a line each.
fn plan_of(floor: &mut Floor, sql: &str) -> Vec<String> {
    let app = floor.app.clone();
    let sql = sql.replace("$1", "'00000000-0000-0000-0000-000000000000'").replace("$2", "1000");
    floor.runtime.block_on(async {
        let mut tx = app.db.read().await.unwrap();
        match tx.engine() {
            "sqlite" => {
                let rows: Vec<(i64, i64, i64, String)> = tx.all(&format!("explain query plan {sql}"), &[]).await.unwrap();
                rows.into_iter().map(|(.., line)| line).collect()
            }
            _ => {
                // A few rows are read whole whatever index there is: what is asked is whether there is one.
                tx.batch("set local enable_seqscan = off").await.unwrap();
                let rows: Vec<(String,)> = tx.all(&format!("explain {sql}"), &[]).await.unwrap();
                rows.into_iter().map(|(line,)| line).collect()
            }
        }
    })
}

both_engines! {
    fn nothing_is_read_whole_to_find_what_must_be_corrected(mut floor: "2026-03-30") {
        starts(&mut floor);
        let count = COUNT.replace("$1", "5001");
        for sql in [TO_LOOK_AT, &count] {
            let plan = plan_of(&mut floor, sql);
            assert!(plan.len() > 3, "{plan:#?}");
            assert!(plan.iter().any(|line| line.contains("told_accounts_") || line.contains("sqlite_autoindex_told_accounts")), "{plan:#?}");
            for line in &plan {
                // Creditors are few. An index that holds nothing but reversals is read whole.
                let is_whole = line.contains("Seq Scan") || (line.contains("SCAN ") && !line.contains("USING"));
                let is_few = line.contains("creditors") || ["SCAN c", "SCAN f", "SCAN d", "SCAN listed", "SCAN (subquery"].iter().any(|few| line.contains(few));
                assert!(!is_whole || is_few, "{line} of {plan:#?}");
                assert!(!line.contains("furnishings"), "every telling is looked at: {plan:#?}");
            }
        }
    }

    fn what_stands_told_is_the_newest_telling_and_the_list_goes_on(mut floor: "2026-03-30") {
        starts(&mut floor);
        begin(&mut floor, "10").unwrap();
        let people = [("A-1", "420.99"), ("A-2", "300.00"), ("A-5", "250.00")].map(|(reference, owed)| (floor.person(reference), owed));
        for (person, _) in people {
            talks(&mut floor, person);
        }
        tells(&mut floor).unwrap();
        assert_eq!((floor.count("select count(*) from told_accounts where status = '93'"), floor.count(WRONG)), (3, 0));
        for (person, owed) in people {
            floor.pays(person, owed, &format!("ALL OF {owed}"));
        }
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let due = |floor: &mut Floor, after, most| {
            let app = app.clone();
            let (due, is_more) = floor.runtime.block_on(async { list_due(&mut app.db.read().await.unwrap(), at, after, most).await }).unwrap();
            (due.iter().map(|one| one.account).collect::<Vec<_>>(), is_more)
        };
        let (all, is_more) = due(&mut floor, None, 50);
        assert_eq!((all.len(), is_more), (3, false));
        let (first, is_more) = due(&mut floor, None, 2);
        assert_eq!((first.as_slice(), is_more), (&all[..2], true));
        assert_eq!(due(&mut floor, Some(first[1]), 2), (all[2..].to_vec(), false));
        floor.morning_of("2026-03-31");
        floor.clock("10:00");
        tells(&mut floor).unwrap();
        assert_eq!((floor.count("select count(*) from told_accounts where status = '62'"), floor.count(WRONG)), (3, 0));
        assert!(due(&mut floor, None, 50).0.is_empty());
    }
}

#[test]
fn files_are_shown_twelve_at_a_time_and_the_older_behind_them() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-30");
    floor.user("Cora", Role::Compliance);
    for month in 1..=14 {
        let day = jiff::civil::date(2025, 1, 1).saturating_add(jiff::Span::new().months(month - 1)).last_of_month();
        floor.tamper(
            "insert into furnishing_files (id, kind, as_of, reporter, bureau, because, looked_at, accounts, people, dollars, told, left_out, named,
                                           hash, written_by, written_at)
             values ($1, 'monthly', $2, 'HARBOR01', 'the bureaus', '', 1, 1, 0, 60, '{\"93\":1}', '{}', '[]', '0123456789abcdef', 'command', 0)",
            &[Uuid::now_v7().into(), day.into()],
        );
    }
    let base = floor.serve();
    floor.runtime.block_on(async {
        let cora = client();
        sign_in(&cora, &base, "cora@example.org").await;
        let get = async |path: &str| cora.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
        let first = get("/reporting").await;
        assert_eq!(first.matches("SHA-256").count(), 12, "{first}");
        assert!(first.contains("Sat 28 Feb 2026") && !first.contains("Fri 28 Feb 2025"));
        let link =
            first.split("href=\"").find(|part| part.starts_with("/reporting?before=")).and_then(|part| part.split('"').next()).unwrap();
        let older = get(link).await;
        assert_eq!(older.matches("SHA-256").count(), 2, "{older}");
        assert!(older.contains("Fri 28 Feb 2025") && !older.contains("Older files") && older.contains("From the first again"));
    });
}
