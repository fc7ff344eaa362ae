//! A file of payments leaves what the same payments leave when they are posted one by one.

use super::negotiation::{agrees, terms};
use duly::accounts::actions::place_hold;
use duly::accounts::notice::{Kind, RecordNotice, record_notice};
use duly::app::{Actor, Failure};
use duly::audit::kept;
use duly::ledger::actions::{PostPayment, Posted, post_payment};
use duly::ledger::payment_file::{COMMIT_MAX, ImportPayments, Report, import_payments};
use duly::store::{FromRow, Row, StoreError, Value};
use duly_testkit::{Engine, Floor, Person, both_engines};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Three debts with several buckets, which come to have the references P-1 to P-3 after.
const PLACED: &str = "reference,name,principal,interest,fees,due_on
P-1,Pia,300.00,20.00,7.50,2026-01-10
P-2,Paul,40.00,3.00,0.00,2026-01-10
P-3,Petra,90.00,0.00,0.00,2025-06-10
";

const MAPPING: &str = "[columns]\nreference = \"reference\"\nname = \"name\"\nprincipal = \"principal\"\ninterest = \"interest\"\nfees = \"fees\"\ndue_on = \"due_on\"\n";

/// Account, amount, day, reference; and whether it is refused.
const ROWS: [(&str, &str, &str, &str, bool); 22] = [
    // A promise of 100.00 is kept by the second; the third comes after.
    ("R-1", "60.00", "2026-03-03", "A1", false),
    ("R-1", "50.00", "2026-03-04", "A2", false),
    ("R-1", "10.00", "2026-03-04", "A3", false),
    ("R-1", "60.00", "2026-03-03", "A1", false),
    ("R-1", "61.00", "2026-03-03", "A1", true),
    // Overpaid, then paid again.
    ("R-2", "75.00", "2026-03-04", "B1", false),
    ("R-2", "5.00", "2026-03-04", "B2", false),
    // One that a dispute hangs on, one on hold, one whose promise broke.
    ("R-3", "20.00", "2026-03-04", "C1", false),
    ("R-4", "20.00", "2026-03-04", "D1", false),
    ("R-5", "5.00", "2026-03-04", "E1", false),
    // Effective when it was due, posted late.
    ("R-5", "25.00", "2026-02-27", "E2", false),
    ("P-1", "7.00", "2026-03-01", "F1", false),
    ("R-1", "1.00", "2026-03-04", "A4", false),
    ("P-1", "21.00", "2026-03-01", "F2", false),
    ("P-1", "1.00", "2026-03-09", "F3", true),
    ("P-1", "0.00", "2026-03-01", "F4", true),
    ("P-1", "300.00", "2026-03-02", "F5", false),
    ("P-2", "43.00", "2026-03-02", "G1", false),
    ("P-9", "43.00", "2026-03-02", "G1", true),
    ("P-2", "1.00", "2026-03-02", "", true),
    ("P-1", "300.00", "2026-03-02", "F5", false),
    ("P-2", "9000000000000000.00", "2026-03-02", "G2", true),
];

/// The same floor each time: promises, a dispute, a hold, a payment from before.
fn prepared(engine: Engine) -> Floor {
    let mut floor = Floor::on(engine, "2026-02-24");
    let people = ["Maria", "Otto", "Ann", "Ida", "Ben"].map(|name| floor.debtor(name, if name == "Otto" { "60.00" } else { "420.00" }));
    let [maria, _, ann, ida, ben] = people;
    floor.import(PLACED, MAPPING, "Larkfield").unwrap();
    floor.pays(maria, "20.00", "BEFORE");
    floor.officer("Dana").takes_promise(ben, "30.00", "2026-02-26");
    floor.morning_of("2026-03-03");
    assert_eq!(floor.promises(ben), ["broken"]);
    floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-06");
    floor.officer("Dana").takes_promise(ann, "400.00", "2026-03-09");
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(record_notice(&app, &who, at, RecordNotice::of(ann.account, Kind::Dispute, at.at))).unwrap();
    floor.runtime.block_on(place_hold(&app, &who, at, ida.account, "Waiting for papers", "2026-03-20".parse().unwrap())).unwrap();
    floor.morning_of("2026-03-04");
    floor
}

fn post_file(floor: &Floor, rows_a_commit: usize) -> Report {
    let lines: Vec<String> =
        ROWS.iter().map(|(account, amount, on, reference, _)| format!("{account},{amount},{on},{reference}")).collect();
    post_rows(floor, &lines, rows_a_commit)
}

/// Posts rows such as `R-1,60.00,2026-03-03,A1` as a file.
pub(super) fn post_rows(floor: &Floor, lines: &[String], rows_a_commit: usize) -> Report {
    let path = std::env::temp_dir().join(format!("duly_{}.csv", uuid::Uuid::now_v7().simple()));
    std::fs::write(&path, format!("account,amount,on,reference\n{}\n", lines.join("\n"))).unwrap();
    let ask = ImportPayments { path: path.clone(), rows_a_commit, refusals: None };
    let report = floor.runtime.block_on(import_payments(&floor.app, &Actor::command(), floor.app.moment(), &ask, |_| ())).unwrap();
    std::fs::remove_file(path).unwrap();
    report
}

fn post_one_by_one(floor: &mut Floor) {
    for (account, amount, on, reference, is_refused) in ROWS {
        if matches!(account, "P-9") || amount.len() > 12 {
            continue;
        }
        let person = floor.person_of(account);
        assert_eq!(floor.pays_on(person, amount, on, reference).is_err(), is_refused, "{account} {amount} {reference}");
    }
}

/// A row as it stands.
struct Cells(Vec<Value>);

impl FromRow for Cells {
    fn from_row(row: Row) -> Result<Cells, StoreError> {
        Ok(Cells(row.0))
    }
}

/// Everything that posting may leave, in the order in which it came to be, without what names rows: ids are new each time.
const LEFT: [(&str, &str); 7] = [
    (
        "accounts",
        "select reference, state, balance_minor, principal_minor, interest_minor, fees_minor, costs_minor, other_minor, next_action, next_action_on, next_action_at, stage from accounts order by reference",
    ),
    (
        "payments",
        "select a.reference, p.reference, p.amount_minor, p.unapplied_minor, p.currency, p.effective_on, p.state, p.posted_by, p.created_at
        from payments p join accounts a on a.id = p.account_id order by a.reference, p.id",
    ),
    (
        "entries",
        "select a.reference, e.kind, e.booked_on, e.memo, e.created_at, e.currency, e.principal_minor, e.interest_minor, e.fees_minor,
        e.costs_minor, e.other_minor, e.placed_minor, e.trust_bank_minor, e.client_payable_minor, e.unapplied_minor
        from entries e join accounts a on a.id = e.account_id order by a.reference, e.id",
    ),
    (
        "promises",
        "select a.reference, p.state, p.amount_minor, p.arrived_minor, p.decided_at
        from promises p join accounts a on a.id = p.account_id order by a.reference, p.id",
    ),
    (
        "plans",
        "select a.reference, p.state, p.decided_at, i.number, i.due_on, i.amount_minor, r.state, r.arrived_minor
        from plans p join accounts a on a.id = p.account_id join plan_installments i on i.plan_id = p.id
        left join promises r on r.id = i.promise_id order by a.reference, i.number",
    ),
    (
        "worklist",
        "select a.reference, w.lane, w.expected_minor, w.currency, w.due_at, w.built_on
        from worklist w join accounts a on a.id = w.account_id order by a.reference",
    ),
    (
        "audit",
        "select e.seq, e.recorded_at, e.actor, e.act, e.detail
        from audit_entries e where e.chain like 'acc%' order by e.chain, e.seq",
    ),
];

fn left(floor: &Floor) -> Vec<(&'static str, Vec<String>)> {
    let read = async |sql: &str| floor.app.db.read().await?.all::<Cells>(sql, &[]).await;
    let text = |cells: Cells| {
        let shown: Vec<String> = cells.0.iter().map(|value| format!("{value:?}")).collect();
        masked(&shown.join(" "))
    };
    LEFT.into_iter().map(|(table, sql)| (table, floor.runtime.block_on(read(sql)).unwrap().into_iter().map(text).collect())).collect()
}

/// Without the digits of ids such as `pay_0198…`, and without hashes of rows, which hold ids.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|sign: char| sign.is_ascii_hexdigit()) {
        let digits = rest[at..].chars().take_while(char::is_ascii_hexdigit).count();
        masked += if matches!(digits, 32 | 64) { &rest[..at] } else { &rest[..at + digits] };
        rest = &rest[at + digits..];
    }
    masked + rest
}

both_engines! {
    fn what_is_said_of_a_payment_in_hand_is_what_reading_it_says(mut floor: "2026-03-04") {
        let maria = floor.debtor("Maria", "420.00");
        for (amount, on, reference) in [("1.00", "2026-03-04", "plain"), ("500.00", "1999-12-31", "\"Zahlung\", é\\ '5' ☂")] {
            floor.pays_on(maria, amount, on, reference).unwrap();
        }
        floor.runtime.block_on(async {
            let mut tx = floor.app.db.read().await.unwrap();
            let payments = duly::ledger::store::list_payments(&mut tx, maria.account).await.unwrap();
            assert_eq!(payments.len(), 2);
            for payment in payments {
                let entry = duly::audit::store::find_naming(&mut tx, maria.account, &payment.id.to_string()).await.unwrap().unwrap();
                assert_eq!(kept::compare(&mut tx, payment.id.into(), &entry).await.unwrap(), kept::Stands::AsSaid, "{}", payment.reference);
            }
        });
    }

    fn a_file_of_which_a_part_stands_is_posted_without_that_part(mut floor: "2026-03-04") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        floor.pays_on(maria, "1.00", "2026-03-04", "K1").unwrap();
        for (rows_a_commit, run) in [(COMMIT_MAX, "a"), (2, "b"), (1, "c")] {
            let lines = [
                format!("R-2,2.00,2026-03-04,N1{run}"),
                format!("R-1,3.00,2026-03-04,N2{run}"),
                "R-1,1.00,2026-03-04,K1".into(),
                // Twice in the file itself, the second time in another commit.
                format!("R-2,2.00,2026-03-04,N1{run}"),
                "R-1,9.00,2026-03-04,K1".into(),
            ];
            let report = post_rows(&floor, &lines, rows_a_commit);
            assert_eq!((report.accepted, report.duplicates, report.refused), (2, 2, 1), "{rows_a_commit}: {:?}", report.by_problem);
            let says = report.by_problem.keys().map(|(_, says)| says.as_str()).collect::<Vec<_>>();
            assert_eq!(says, ["was posted before on this account with another amount"]);
        }
        assert_eq!((floor.balance(maria), floor.balance(otto)), ("410.00".into(), "54.00".into()));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_file_leaves_what_its_payments_leave_one_by_one(mut floor: "2026-03-04") {
        let engine = if floor.app.db.engine() == "sqlite" { Engine::Sqlite } else { Engine::Postgres };
        let mut single = prepared(engine);
        let before = left(&single);
        post_one_by_one(&mut single);
        let expected = left(&single);
        assert_ne!(before, expected);
        let refused = ROWS.iter().filter(|(.., is_refused)| *is_refused).count() as u64;
        for rows_a_commit in [COMMIT_MAX, 4, 1] {
            floor = prepared(engine);
            assert_eq!(left(&floor), before, "the floor is the same each time");
            let report = post_file(&floor, rows_a_commit);
            assert_eq!((report.accepted, report.duplicates, report.refused), (14, 2, refused), "{:?}", report.by_problem);
            for ((table, rows), (_, expected)) in left(&floor).iter().zip(&expected) {
                assert_eq!(rows, expected, "{table}, {rows_a_commit} a commit");
            }
            // And once more: nothing twice.
            let again = post_file(&floor, rows_a_commit);
            assert_eq!((again.accepted, again.duplicates, again.refused), (0, 16, refused));
            assert_eq!(left(&floor), expected);
            assert_eq!(floor.failed_checks(), Vec::<String>::new());
        }
        let people = ["R-1", "R-2", "R-3", "R-5"].map(|reference| floor.person_of(reference));
        assert_eq!(people.map(|person| floor.promises(person)), [vec!["kept"], vec![], vec!["open"], vec!["partly_kept"]]);
        assert_eq!((floor.balance(people[1]), floor.account(people[1]).state), ("0.00".into(), "paid".into()));
        assert_eq!(single.failed_checks(), Vec::<String>::new());
    }
}

/// Account, amount, day and reference on plans of three installments of a hundred and more, the first of which is due.
const ON_PLANS: [(&str, &str, &str, &str); 10] = [
    // The first is kept, then the second ahead of its day and a part of the third.
    ("R-1", "133.34", "2026-03-16", "A1"),
    ("R-1", "200.00", "2026-03-17", "A2"),
    // In two parts.
    ("R-2", "60.00", "2026-03-16", "B1"),
    ("R-2", "73.34", "2026-03-17", "B2"),
    // All of it at once.
    ("R-3", "400.00", "2026-03-17", "C1"),
    // Too little; the same again is the same.
    ("R-4", "10.00", "2026-03-17", "D1"),
    ("R-4", "10.00", "2026-03-17", "D1"),
    // One without a plan, and more than is owed.
    ("R-5", "30.00", "2026-03-17", "E1"),
    ("R-3", "5.00", "2026-03-17", "C2"),
    ("R-1", "66.66", "2026-03-17", "A3"),
];

fn planned(engine: Engine) -> Floor {
    let mut floor = Floor::on(engine, "2026-03-02");
    for name in ["Maria", "Otto", "Ann", "Ida", "Ben"] {
        let person = floor.debtor(name, "400.00");
        if name != "Ben" {
            assert_eq!(agrees(&mut floor, person, terms("400.00", "0", 3, "2026-03-16")), Vec::<&str>::new());
        }
    }
    floor.morning_of("2026-03-17");
    floor
}

both_engines! {
    fn a_file_of_payments_on_plans_leaves_what_they_leave_one_by_one(mut floor: "2026-03-04") {
        let engine = if floor.app.db.engine() == "sqlite" { Engine::Sqlite } else { Engine::Postgres };
        let mut single = planned(engine);
        let before = left(&single);
        for (account, amount, on, reference) in ON_PLANS {
            let person = single.person_of(account);
            single.pays_on(person, amount, on, reference).unwrap();
        }
        let expected = left(&single);
        assert_ne!(before, expected);
        let states = single.texts("select reference, p.state from plans p join accounts a on a.id = p.account_id order by reference");
        let states: Vec<String> = states.into_iter().map(|(reference, state)| format!("{} {}", reference.unwrap(), state.unwrap())).collect();
        assert_eq!(states, ["R-1 kept", "R-2 active", "R-3 kept", "R-4 active"]);
        let lines: Vec<String> = ON_PLANS.iter().map(|(account, amount, on, reference)| format!("{account},{amount},{on},{reference}")).collect();
        for rows_a_commit in [COMMIT_MAX, 3, 1] {
            floor = planned(engine);
            assert_eq!(left(&floor), before, "the floor is the same each time");
            let report = post_rows(&floor, &lines, rows_a_commit);
            assert_eq!((report.accepted, report.duplicates, report.refused), (9, 1, 0), "{:?}", report.by_problem);
            for ((table, rows), (_, expected)) in left(&floor).iter().zip(&expected) {
                assert_eq!(rows, expected, "{table}, {rows_a_commit} a commit");
            }
            assert_eq!(floor.failed_checks(), Vec::<String>::new());
        }
    }
}

/// A payment that somebody posts while others do.
fn posting(floor: &Floor, who: &Actor, person: Person, amount_minor: i64, reference: &str) -> JoinHandle<Result<Posted, Failure>> {
    let (app, who, at) = (floor.app.clone(), who.clone(), floor.app.moment());
    let ask = PostPayment { account: person.account, amount_minor, effective_on: at.business_day, reference: reference.into() };
    floor.runtime.spawn(async move { post_payment(&app, &who, at, &ask).await })
}

both_engines! {
    fn what_several_post_at_once_is_as_if_each_had_come_alone(mut floor: "2026-03-02") {
        let people = [floor.debtor("Maria", "420.00"), floor.debtor("Otto", "6.00")];
        let officers = [floor.officer("Dana").actor(), floor.officer("Ben").actor(), floor.officer("Ida").actor()];
        floor.officer("Dana").takes_promise(people[0], "10.00", "2026-03-06");
        for is_repeat in [false, true] {
            let (mut good, mut wrong, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
            for no in 0..20usize {
                for (at, person) in people.into_iter().enumerate() {
                    let (who, reference) = (&officers[(no + at) % officers.len()], format!("AT {at} {no:02}"));
                    good.push(posting(&floor, who, person, 100, &reference));
                    wanted.push((Some(reference), Some(who.label().to_string())));
                }
                wrong.push(posting(&floor, &officers[0], people[0], 0, &format!("NONE {no}")));
            }
            for posted in good {
                assert_eq!(floor.runtime.block_on(posted).unwrap().expect("the payment is good").is_repeat, is_repeat);
            }
            for refused in wrong {
                let says = floor.runtime.block_on(refused).unwrap().unwrap_err().to_string();
                assert!(says.contains("above zero"), "{says}");
            }
            wanted.sort_unstable();
            assert_eq!(floor.texts("select reference, posted_by from entries where kind = 'payment' order by reference"), wanted);
        }
        assert_eq!((floor.balance(people[0]), floor.balance(people[1])), ("400.00".into(), "0.00".into()));
        assert_eq!(floor.promises(people[0]), ["kept"]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}

#[test]
fn what_was_put_down_is_posted_when_nobody_waits_for_it() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let ask = PostPayment { account: maria.account, amount_minor: 100, effective_on: at.business_day, reference: "GONE".into() };
    floor.runtime.block_on(async {
        let held = app.db.begin().await.unwrap();
        let asked = tokio::time::timeout(Duration::from_millis(100), post_payment(&app, &Actor::command(), at, &ask)).await;
        assert!(asked.is_err(), "they went away while somebody else wrote");
        held.rollback().await;
    });
    // Whoever comes after is posted after.
    let answered = floor.runtime.block_on(post_payment(&app, &Actor::command(), at, &PostPayment { reference: "NEXT".into(), ..ask }));
    assert!(answered.is_ok());
    assert_eq!(floor.balance(maria), "418.00");
}
