//! Both engines end with the same tables and columns; every id has its key, every amount its currency.

use duly::jobs::check;
use duly::store::migrate::migrate;
use duly_testkit::{Engine, Floor};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

type Schema = BTreeMap<String, BTreeSet<String>>;

fn schema(floor: &Floor, sql: &str) -> Schema {
    let rows: Vec<(String, String)> =
        floor.runtime.block_on(async { floor.app.db.read().await?.all(sql, &[]).await }).expect("the catalogue is read");
    let mut schema = Schema::new();
    for (table, column) in rows {
        schema.entry(table).or_default().insert(column);
    }
    schema
}

const SQLITE: &str =
    "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%'";
const SQLITE_AND_VIEWS: &str = "
    select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
     where m.type in ('table', 'view') and m.name not like 'sqlite_%'";
const POSTGRES: &str = "
    select cast(table_name as text), cast(column_name as text) from information_schema.columns where table_schema = 'public'";
const KEYS: &str = "select m.name, f.\"from\" from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table'";

#[test]
fn both_engines_have_the_same_tables_views_and_columns() {
    let (sqlite, postgres) = (Floor::on(Engine::Sqlite, "2026-03-02"), Floor::on(Engine::Postgres, "2026-03-02"));
    let (left, right) = (schema(&sqlite, SQLITE_AND_VIEWS), schema(&postgres, POSTGRES));
    assert!(left.len() > 20);
    assert_eq!(left, right);
}

#[test]
fn a_table_that_is_gone_is_named_with_the_way_out() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for table in ["views", "worklist", "letters", "schema_steps"] {
            let mut floor = Floor::on(engine, "2026-03-02");
            assert_eq!(floor.runtime.block_on(migrate(&floor.app.db, floor.app.moment().at)).unwrap(), 0, "whole, nothing is missed");
            let cascade = if engine == Engine::Postgres { " cascade" } else { "" };
            floor.tamper("delete from contact_disclosures", &[]);
            floor.tamper(&format!("drop table {table}{cascade}"), &[]);
            let says = floor.runtime.block_on(migrate(&floor.app.db, floor.app.moment().at)).unwrap_err().to_string();
            assert!(says.contains(&format!("lacks the table {table},")) && says.contains("duly restore FILE"), "{engine:?} {says}");
            if table == "views" {
                // The same where a program runs on, as the night or the page of the checks says it.
                let today = floor.app.moment().business_day;
                let run = async { check::run(&mut floor.app.db.read().await.unwrap(), &floor.app.keys, today).await };
                let says = floor.runtime.block_on(run).unwrap_err().to_string();
                assert!(says.contains(table) && says.contains("duly restore FILE") && !says.contains("select"), "{engine:?} {says}");
            }
        }
    }
}

#[test]
fn every_id_has_its_key_and_every_amount_its_currency() {
    let floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let (columns, keys) = (schema(&floor, SQLITE), schema(&floor, KEYS));
    for (table, columns) in &columns {
        for column in columns.iter().filter(|column| column.ends_with("_id")) {
            assert!(keys.get(table).is_some_and(|keys| keys.contains(column)), "{table}.{column} has no foreign key");
        }
        // On the worklist and in promises, payments and accounts alike.
        if columns.iter().any(|column| column.ends_with("_minor")) {
            assert!(columns.contains("currency"), "{table} has amounts without a currency");
        }
    }
}

#[test]
fn a_key_asked_for_twice_is_answered_once() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let floor = Floor::on(engine, "2026-03-02");
        // The same key at both ends of a list longer than one statement takes.
        let keys: Vec<duly::store::Value> = (1..=90i64).chain([1]).map(duly::store::Value::from).collect();
        let sql = "select number from schema_steps where number in ($keys)";
        let found: Vec<(i64,)> = floor.runtime.block_on(async { floor.app.db.read().await?.all_in(sql, &keys).await }).unwrap();
        assert_eq!(found.iter().filter(|(number,)| *number == 1).count(), 1, "{engine:?}");
    }
}

#[test]
fn a_newer_schema_is_refused() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    floor.tamper("insert into schema_steps (number, name, hash, applied_at) values (99, 'later', '', 0)", &[]);
    let refused = floor.runtime.block_on(duly::store::migrate::migrate(&floor.app.db, jiff::Timestamp::UNIX_EPOCH));
    let says = refused.unwrap_err().to_string();
    assert!(says.starts_with("the database was upgraded by a newer duly (schema 99, this program knows "), "{says}");
}

/// One account and what it refers to, in a schema of any age.
const ONE_ACCOUNT: &str = "
    insert into desks (id, name, created_at) values ('00000000-0000-0000-0000-000000000001', 'Desk', 0);
    insert into creditors (id, name, desk_id, created_at)
    values ('00000000-0000-0000-0000-000000000002', 'Larkfield', '00000000-0000-0000-0000-000000000001', 0);
    insert into debtors (id, search_name, created_at) values ('00000000-0000-0000-0000-000000000003', 'maria', 0);
    insert into accounts (id, creditor_id, desk_id, debtor_id, reference, kind, state, currency, placed_minor, balance_minor,
        placed_on, stage, created_at)
    values ('00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000002',
        '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000003', 'R-1', 'consumer', 'open', 'USD', 1, 1,
        '2026-03-02', 'current', 0);";

#[test]
fn the_stops_of_an_older_database_become_notices() {
    const OLD: [&str; 3] = [
        include_str!("../../../migrations/0001_identity/1_both.sql"),
        include_str!("../../../migrations/0002_parties/1_both.sql"),
        include_str!("../../../migrations/0003_accounts/1_both.sql"),
    ];
    const FILLED: &str = "
        insert into stops values ('00000000-0000-0000-0000-000000000005', '00000000-0000-0000-0000-000000000004',
            '00000000-0000-0000-0000-000000000003', 'call_consent', 3, 'Call me.', 77, 'Dana', 78);";
    for engine in [Engine::Sqlite, Engine::Postgres] {
        // Another schema of the floor's own database stands in for the older one.
        let floor = Floor::on(engine, "2026-03-02");
        let found: Vec<(String, i64, i64, String, i64)> = floor.runtime.block_on(async {
            let mut tx = floor.app.db.begin().await.unwrap();
            drop_everything(&mut tx, engine).await;
            for sql in OLD.into_iter().chain([ONE_ACCOUNT, FILLED, include_str!("../../../migrations/0011_notices/1_both.sql")]) {
                tx.batch(sql).await.unwrap();
            }
            tx.all("select kind, days, happened_at, words, in_writing from notices", &[]).await.unwrap()
        });
        assert_eq!(found, [("call_consent".to_string(), 3, 77, "Call me.".to_string(), 1)], "{engine:?}");
    }
}

/// The folders of the steps, in their order.
fn steps() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    let mut steps: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|step| step.unwrap().path()).collect();
    steps.sort();
    steps
}

/// What a step runs on an engine.
fn sql_of(step: &Path, engine: &str) -> String {
    let own = step.join(format!("1_{engine}.sql"));
    std::fs::read_to_string(if own.exists() { own } else { step.join("1_both.sql") }).unwrap()
}

/// What the narrow tables hold, in the order of their keys.
const NARROW: [&str; 4] = [
    "select 'line', line_no, code, coalesce(bucket, ''), amount_minor, currency from entry_lines order by entry_id, line_no",
    "select 'balance', amount_minor, bucket, currency, 0, '' from balances order by account_id, bucket",
    "select 'head', seq, chain, '', rooted_seq, '' from audit_heads order by chain",
    "select 'work', expected_minor, lane, because, balance_minor, currency from worklist order by account_id",
];

#[test]
fn narrow_tables_keep_what_an_older_database_holds() {
    const FILLED: &str = "
        insert into entries values ('00000000-0000-0000-0000-000000000006', '00000000-0000-0000-0000-000000000004', 'opening',
            '2026-03-02', null, 'placed', 0);
        insert into entry_lines values ('00000000-0000-0000-0000-000000000006', 2, 'placed', null, -5, 'USD');
        insert into entry_lines values ('00000000-0000-0000-0000-000000000006', 1, 'receivable', 'principal', 5, 'USD');
        insert into balances values ('00000000-0000-0000-0000-000000000004', 'principal', 5, 'USD');
        insert into balances values ('00000000-0000-0000-0000-000000000004', 'interest', 0, 'USD');
        insert into audit_heads (chain, seq, hash, rooted_seq) values ('b', 7, '', 3);
        insert into audit_heads (chain, seq, hash, rooted_seq) values ('agency', 2, '', 2);
        insert into worklist (account_id, desk_id, lane, expected_minor, currency, because, built_on, balance_minor)
        values ('00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000001', 'broken', 4, 'USD', '{}', '2026-03-02', 5);";
    let steps = steps();
    let upgrade = steps.iter().position(|step| step.ends_with("0025_narrow_tables")).unwrap();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let floor = Floor::on(engine, "2026-03-02");
        floor.runtime.block_on(async {
            let mut tx = floor.app.db.begin().await.unwrap();
            drop_everything(&mut tx, engine).await;
            for step in &steps[..upgrade] {
                tx.batch(&sql_of(step, tx.engine())).await.unwrap();
            }
            tx.batch(ONE_ACCOUNT).await.unwrap();
            tx.batch(FILLED).await.unwrap();
            let before = narrow(&mut tx).await;
            assert_eq!(before.len(), 7);
            tx.batch(&sql_of(&steps[upgrade], tx.engine())).await.unwrap();
            assert_eq!(narrow(&mut tx).await, before, "{engine:?}");
            tx.commit().await.unwrap();
            for wrong in [
                "update balances set amount_minor = -1 where bucket = 'principal'",
                "update entry_lines set code = 'cash'",
                "update worklist set lane = 'soon'",
                "update entries set kind = 'gift'",
                "update entries set account_id = id",
                "update entry_lines set entry_id = '00000000-0000-0000-0000-000000000004'",
                "insert into balances select * from balances",
            ] {
                let mut tx = floor.app.db.begin().await.unwrap();
                assert!(tx.run(wrong, &[]).await.is_err(), "{engine:?} still refuses: {wrong}");
            }
        });
    }
}

type Narrow = (String, i64, String, String, i64, String);

async fn narrow(tx: &mut duly::store::Tx) -> Vec<Narrow> {
    let mut rows = Vec::new();
    for sql in NARROW {
        rows.extend(tx.all::<Narrow>(sql, &[]).await.unwrap());
    }
    rows
}

async fn drop_everything(tx: &mut duly::store::Tx, engine: Engine) {
    if engine == Engine::Postgres {
        return tx.batch("drop schema public cascade; create schema public").await.unwrap();
    }
    let all: Vec<(String, String)> = tx
        .all("select type, name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%' order by type desc", &[])
        .await
        .unwrap();
    tx.batch("pragma defer_foreign_keys = on").await.unwrap();
    for (kind, name) in all {
        tx.batch(&format!("drop {kind} {name}")).await.unwrap();
    }
}

/// What the wide entries hold: the entry's currency and places, then the account's buckets.
const WIDE: &str = "
    select e.currency, e.principal_minor, e.interest_minor, e.placed_minor, a.principal_minor, a.interest_minor
      from entries e join accounts a on a.id = e.account_id order by e.id";

#[test]
fn wide_entries_keep_what_an_older_database_holds() {
    const FILLED: &str = "
        insert into entries (id, account_id, kind, booked_on, memo, created_at)
        values ('00000000-0000-0000-0000-000000000006', '00000000-0000-0000-0000-000000000004', 'opening', '2026-03-02', 'placed', 0),
               ('00000000-0000-0000-0000-000000000007', '00000000-0000-0000-0000-000000000004', 'adjustment', '2026-03-02', 'nil', 0);
        insert into entry_lines values ('00000000-0000-0000-0000-000000000006', 1, 'receivable', 'principal', 5, 'USD');
        insert into entry_lines values ('00000000-0000-0000-0000-000000000006', 2, 'receivable', 'interest', 2, 'USD');
        insert into entry_lines values ('00000000-0000-0000-0000-000000000006', 3, 'placed', null, -5, 'USD');
        insert into entry_lines values ('00000000-0000-0000-0000-000000000006', 4, 'placed', null, -2, 'USD');
        insert into balances values ('00000000-0000-0000-0000-000000000004', 'principal', 4, 'USD');
        insert into balances values ('00000000-0000-0000-0000-000000000004', 'interest', 0, 'USD');";
    let steps = steps();
    let upgrade = steps.iter().position(|step| step.ends_with("0033_wide_entries")).unwrap();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let floor = Floor::on(engine, "2026-03-02");
        let held: Vec<(String, i64, i64, i64, i64, i64)> = floor.runtime.block_on(async {
            let mut tx = floor.app.db.begin().await.unwrap();
            drop_everything(&mut tx, engine).await;
            for step in &steps[..upgrade] {
                tx.batch(&sql_of(step, tx.engine())).await.unwrap();
            }
            for sql in [ONE_ACCOUNT, FILLED, &sql_of(&steps[upgrade], tx.engine())] {
                tx.batch(sql).await.unwrap();
            }
            tx.all(WIDE, &[]).await.unwrap()
        });
        assert_eq!(held, [("USD".into(), 5, 2, -7, 4, 0), ("USD".into(), 0, 0, 0, 4, 0)], "{engine:?}");
    }
}

/// What lies by its account from the step on: entries, what names them, and places on the worklist.
const BY_ACCOUNT: [&str; 4] = [
    "select 'entry', principal_minor, kind || memo, currency, created_at, coalesce(cast(reverses_entry_id as text), '') from entries order by id",
    "select 'payment', amount_minor, reference || state, currency, created_at, cast(entry_id as text) from payments order by id",
    "select 'refund', amount_minor, reference || state, currency, created_at, cast(entry_id as text) from refunds order by id",
    "select 'work', expected_minor, lane, currency, coalesce(due_at, 0), '' from worklist order by account_id",
];

#[test]
fn entries_by_account_keep_what_an_older_database_holds_and_what_names_them() {
    const FILLED: &str = "
        insert into entries (id, account_id, kind, booked_on, reverses_entry_id, memo, created_at, currency, principal_minor, placed_minor)
        values ('00000000-0000-0000-0000-000000000006', '00000000-0000-0000-0000-000000000004', 'opening', '2026-03-02', null, 'a', 1, 'USD', 5, -5),
               ('00000000-0000-0000-0000-000000000007', '00000000-0000-0000-0000-000000000004', 'payment', '2026-03-02', null, 'b', 2, 'USD', -3, 3),
               ('00000000-0000-0000-0000-000000000008', '00000000-0000-0000-0000-000000000004', 'reversal', '2026-03-02',
                '00000000-0000-0000-0000-000000000007', 'c', 3, 'USD', 3, -3);
        insert into payments (id, account_id, entry_id, amount_minor, unapplied_minor, currency, effective_on, reference, state, posted_by, created_at)
        values ('00000000-0000-0000-0000-000000000009', '00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000007', 3, 0, 'USD',
            '2026-03-02', 'P1', 'reversed', 'Dana', 4);
        insert into refunds (id, account_id, entry_id, amount_minor, currency, refunded_on, reference, refunded_by, created_at)
        values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000008', 2, 'USD',
            '2026-03-02', 'B1', 'Dana', 5);
        insert into worklist (account_id, desk_id, lane, expected_minor, currency, because, due_at, built_on, balance_minor)
        values ('00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000001', 'broken', 4, 'USD', '{}', 6, '2026-03-02', 5);";
    let steps = steps();
    let upgrade = steps.iter().position(|step| step.ends_with("0039_places")).unwrap();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let floor = Floor::on(engine, "2026-03-02");
        floor.runtime.block_on(async {
            let mut tx = floor.app.db.begin().await.unwrap();
            drop_everything(&mut tx, engine).await;
            for step in &steps[..upgrade] {
                tx.batch(&sql_of(step, tx.engine())).await.unwrap();
            }
            tx.batch(ONE_ACCOUNT).await.unwrap();
            tx.batch(FILLED).await.unwrap();
            tx.commit().await.unwrap();
            // In a transaction of its own, so that every key is proved as an upgrade proves it.
            let mut tx = floor.app.db.begin().await.unwrap();
            let before = by_account(&mut tx).await;
            assert_eq!(before.len(), 6);
            for step in &steps[upgrade..upgrade + 2] {
                tx.batch(&sql_of(step, tx.engine())).await.unwrap();
            }
            assert_eq!(by_account(&mut tx).await, before, "{engine:?}");
            tx.commit().await.unwrap();
            for wrong in [
                "update entries set kind = 'gift'",
                "update entries set unapplied_minor = 1",
                "update entries set reverses_entry_id = '00000000-0000-0000-0000-000000000004' where kind = 'reversal'",
                "update payments set entry_id = '00000000-0000-0000-0000-000000000004'",
                "update payments set state = 'lost'",
                "update refunds set entry_id = '00000000-0000-0000-0000-000000000004'",
                "delete from entries where kind = 'payment'",
                "insert into entries select * from entries",
            ] {
                let mut tx = floor.app.db.begin().await.unwrap();
                assert!(tx.run(wrong, &[]).await.is_err(), "{engine:?} still refuses: {wrong}");
            }
        });
    }
}

type ByAccount = (String, i64, String, String, i64, String);

async fn by_account(tx: &mut duly::store::Tx) -> Vec<ByAccount> {
    let mut rows = Vec::new();
    for sql in BY_ACCOUNT {
        rows.extend(tx.all::<ByAccount>(sql, &[]).await.unwrap());
    }
    rows
}

/// What a payment said before it was its own entry.
const PAYMENTS: &str = "
    select cast(id as text) || cast(account_id as text) || cast(entry_id as text), amount_minor, currency || reference || state || posted_by,
           cast(effective_on as text) || coalesce(cast(reversed_on as text), ''), unapplied_minor, ''
      from payments order by id";

/// From a database as it is now back to one before payments were entries.
const BEFORE: &str = "
    create table kept (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        entry_id uuid not null,
        amount_minor bigint not null,
        unapplied_minor bigint not null,
        currency text not null,
        effective_on date not null,
        reference text not null,
        state text not null,
        reversed_on date,
        posted_by text not null,
        created_at bigint not null,
        unique (account_id, reference),
        foreign key (account_id, entry_id) references entries (account_id, id)
    );
    insert into kept select id, account_id, entry_id, amount_minor, unapplied_minor, currency, effective_on, reference, state, reversed_on,
        posted_by, created_at from payments;
    drop view payments;
    drop index entries_payment;
    drop index entries_reference;
    drop index entries_reversal;
    alter table entries drop column posting_no;
    alter table entries drop column posted_by;
    alter table entries drop column reference;
    alter table entries drop column effective_on;
    alter table entries drop column payment;
    alter table kept rename to payments;";

const AN_OLD_ONE: &str = "
    insert into entries (id, account_id, kind, booked_on, memo, created_at, currency, principal_minor, placed_minor, trust_bank_minor,
        client_payable_minor, unapplied_minor)
    select '00000000-0000-0000-0000-000000000001', account_id, kind, booked_on, memo, created_at, currency, principal_minor, placed_minor,
           trust_bank_minor, client_payable_minor, unapplied_minor
      from entries where kind = 'payment' and unapplied_minor <> 0;
    insert into payments (id, account_id, entry_id, amount_minor, unapplied_minor, currency, effective_on, reference, state, posted_by,
        created_at)
    select '00000000-0000-0000-0000-000000000002', account_id, '00000000-0000-0000-0000-000000000001', amount_minor, unapplied_minor,
           currency, '2026-03-01', 'AN OLD ONE', state, 'Dana', created_at
      from payments where reference = 'TOO MUCH';";

#[test]
fn payments_become_entries_and_what_the_record_says_of_them_stays_true() {
    let steps = steps();
    let step = steps.iter().find(|step| step.ends_with("0049_payments_are_entries")).unwrap();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut floor = Floor::on(engine, "2026-03-02");
        let maria = floor.debtor("Maria", "420.00");
        let otto = floor.debtor("Otto", "10.00");
        let first = floor.pays(maria, "20.00", "REF 1");
        floor.pays(maria, "30.00", "REF 2");
        floor.pays(otto, "15.00", "TOO MUCH");
        floor.reverses(first);
        let (before, after) = floor.runtime.block_on(async {
            let mut tx = floor.app.db.begin().await.unwrap();
            tx.batch(BEFORE).await.unwrap();
            let before: Vec<ByAccount> = tx.all(PAYMENTS, &[]).await.unwrap();
            tx.commit().await.unwrap();
            // One with an id of its own, as all had then; no act kept it, so it goes again.
            let mut tx = floor.app.db.begin().await.unwrap();
            tx.batch(AN_OLD_ONE).await.unwrap();
            let one_more: Vec<ByAccount> = tx.all(PAYMENTS, &[]).await.unwrap();
            tx.batch(&sql_of(step, tx.engine())).await.unwrap();
            assert_eq!(tx.all::<ByAccount>(PAYMENTS, &[]).await.unwrap(), one_more, "{engine:?}");
            tx.rollback().await;
            let mut tx = floor.app.db.begin().await.unwrap();
            tx.batch(&sql_of(step, tx.engine())).await.unwrap();
            let after: Vec<ByAccount> = tx.all(PAYMENTS, &[]).await.unwrap();
            tx.commit().await.unwrap();
            (before, after)
        });
        assert_eq!((before.len(), &after), (3, &before), "{engine:?}");
        assert_eq!(floor.failed_checks(), Vec::<String>::new(), "{engine:?}");
        // The same reference is still the same payment, and what was taken back is not taken back again.
        assert_eq!(floor.pays(maria, "30.00", "REF 2").to_string(), floor.pays(maria, "30.00", "REF 2").to_string());
        floor.reverses(first);
        assert_eq!(floor.balance(maria), "390.00");
        for wrong in [
            "update entries set kind = 'adjustment' where payment is not null",
            "update entries set reference = null where payment is not null",
            "update entries set payment = null where payment is not null",
            "update entries set reference = 'REF 3' where kind = 'opening'",
            "update entries set reference = 'REF 1' where reference = 'REF 2'",
            "update entries set payment = (select p.id from payments p where p.reference = 'REF 1') where reference = 'REF 2'",
            "update entries set trust_bank_minor = 0, client_payable_minor = client_payable_minor + trust_bank_minor where reference = 'REF 2'",
            "insert into entries (account_id, id, kind, booked_on, reverses_entry_id, memo, created_at, currency)
             select account_id, account_id, kind, booked_on, reverses_entry_id, memo, created_at, currency from entries where kind = 'reversal'",
        ] {
            assert!(floor.is_refused(wrong, &[]), "{engine:?} refuses: {wrong}");
        }
    }
}
