//! Money from a bank statement that is one payment of a joint plan: split over its accounts, proposed where it is in doubt, taken back whole.

use super::joint::{agrees, plan, stands, terms};
use super::receipts::{MAPPING, Told, counts, identifies, of_state, takes, takes_back, told, waiting};
use duly::accounts::actions::{end_hold, place_hold};
use duly::app::{Actor, Failure};
use duly::ledger::receipts::decide::{Back, identify_together, take_back};
use duly::ledger::receipts::look::propose;
use duly::ledger::receipts::store::list_parts;
use duly_domain::ledger::matching::Ground;
use duly_domain::ledger::receipts::State;
use duly_domain::values::ids::{PaymentId, ReceiptId};
use duly_testkit::{Floor, Person, both_engines};

/// Maria Lopez owes 400.00 to Larkfield on LF-100234 and 240.00 to Otterbrook on OTT-7001, and pays 160.00 a month for both.
pub fn maria_pays_together(floor: &mut Floor) -> [Person; 2] {
    let head = "reference,name,principal,due_on\n";
    floor.import(&format!("{head}LF-100234,Maria Lopez,400.00,2026-01-10\n"), MAPPING, "Larkfield").unwrap();
    floor.import(&format!("{head}OTT-7001,Maria Lopez,240.00,2026-01-10\n"), MAPPING, "Otterbrook").unwrap();
    let [one, two] = ["LF-100234", "OTT-7001"].map(|reference| floor.person(reference));
    floor.merge(one.debtor, two.debtor);
    let both = [one, two].map(|person| Person { debtor: one.debtor, ..person });
    assert_eq!(agrees(floor, &both, terms("640.00", "0", 4, "2026-03-16")), Vec::<String>::new());
    both
}

fn came(minor: i64, bank_reference: &'static str, text: &'static str) -> Told {
    Told { on: "2026-03-16", ..told(minor, bank_reference, "LOPEZ MARIA", text) }
}

fn owed(floor: &mut Floor, both: [Person; 2]) -> [String; 2] {
    both.map(|person| floor.balance(person))
}

/// All that is owed on both comes under one reference: it waits for a person.
pub fn waits_for_somebody(floor: &mut Floor) {
    floor.morning_of("2026-03-16");
    assert_eq!(counts(&takes(floor, 0, &[came(64_000, "B0", "LF-100234")])), [0, 0, 1, 0, 0]);
}

/// A reference, whether it is for the whole plan, how it would be split, and the grounds.
type Said = (String, bool, String, Vec<Ground>);

/// What is proposed for what waits.
fn proposed(floor: &mut Floor) -> Vec<Vec<Said>> {
    let (rows, at) = (waiting(floor), floor.app.moment());
    let shown = floor.runtime.block_on(async { propose(&mut floor.app.db.read().await.unwrap(), at, &rows).await.unwrap() });
    let of = |one: duly::ledger::receipts::look::Shown| {
        let split = one.split_says();
        (one.reference, one.proposal.joint.is_some(), split, one.proposal.grounds)
    };
    shown.into_iter().map(|all| all.into_iter().map(of).collect()).collect()
}

fn identifies_together(floor: &mut Floor, entry: ReceiptId, person: Person) -> Result<usize, Failure> {
    let joint = plan(floor, person).0.joint.expect("a joint plan");
    let (app, at) = (floor.app.clone(), floor.app.moment());
    floor.runtime.block_on(identify_together(&app, &Actor::command(), at, entry, joint)).map(|posted| posted.parts.len())
}

both_engines! {
    fn a_transfer_that_names_one_account_is_the_payment_of_all(mut floor: "2026-03-02") {
        let both @ [one, two] = maria_pays_together(&mut floor);
        floor.morning_of("2026-03-16");
        let day = [came(16_000, "B1", "payment lf 100234 thank you"), came(500, "B2", "nothing is named")];
        assert_eq!(counts(&takes(&floor, 0, &day)), [1, 0, 1, 0, 0]);
        assert_eq!(owed(&mut floor, both), ["300.00", "180.00"]);
        for person in both {
            assert_eq!(stands(&mut floor, person), "active: kept open - -");
        }
        let row = of_state(&mut floor, State::Posted).remove(0);
        assert_eq!((row.account, row.grounds.as_str(), row.times_posted), (Some(one.account), "reference joint_due name", 1));
        assert_eq!(floor.count("select count(*) from bank_parts where amount_minor = 6000"), 1);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'payment.post-jointly'"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        // Told again, in the same file and in one that overlaps, it is posted once.
        assert_eq!(counts(&takes(&floor, 0, &day)), [0, 2, 0, 0, 0]);
        let next = [&day[..], &[came(16_000, "B3", "OTT-7001 and LF-100234")]].concat();
        assert_eq!(counts(&takes(&floor, 0, &next)), [1, 2, 0, 0, 0], "both are named, and nothing else");
        assert_eq!((owed(&mut floor, both), floor.count("select count(*) from payments")), (["200.00".into(), "120.00".into()], 4));
        // With another amount the account that is named is meant, and nothing of it is for the others.
        assert_eq!(counts(&takes(&floor, 7, &[came(10_000, "B4", "LF-100234")])), [1, 0, 0, 0, 0]);
        assert_eq!(owed(&mut floor, both), ["100.00", "120.00"]);
        assert_eq!(floor.count("select count(*) from bank_parts"), 2);
        assert_eq!((stands(&mut floor, one).as_str(), stands(&mut floor, two).as_str()), ("active: kept kept kept open", "active: kept kept open -"));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_may_be_for_one_or_for_all_waits_with_both_proposals(mut floor: "2026-03-02") {
        let both @ [one, two] = maria_pays_together(&mut floor);
        floor.morning_of("2026-03-16");
        let (app, at, who) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
        let until = "2026-04-10".parse().unwrap();
        let hold = floor.runtime.block_on(place_hold(&app, &who, at, two.account, "Waits for papers", until)).unwrap();
        let day = [came(16_000, "B1", "LF-100234"), came(64_000, "B2", "LF-100234"), came(9_000, "B3", "LF-100234 OTT-7001")];
        assert_eq!(counts(&takes(&floor, 0, &day)), [0, 0, 3, 0, 0]);
        use Ground::*;
        let all = proposed(&mut floor);
        let first = |of: &[(String, bool, String, Vec<Ground>)]| of[0].clone();
        let whole = |split: &str, grounds: Vec<Ground>| ("LF-100234".to_string(), true, split.to_string(), grounds);
        assert_eq!(first(&all[0]), whole("USD 100.00 on LF-100234, USD 60.00 on OTT-7001", vec![Reference, JointDue, Name, JointStill]));
        assert_eq!(all[0][1], ("LF-100234".to_string(), false, String::new(), vec![Reference, Name, JointToo]));
        assert_eq!(first(&all[1]), whole("USD 400.00 on LF-100234, USD 240.00 on OTT-7001", vec![Reference, JointBalance, Name, JointStill]));
        assert_eq!(first(&all[2]), whole("USD 56.25 on LF-100234, USD 33.75 on OTT-7001", vec![Reference, Name, JointStill]));
        // A person decides: for all of them, and taken back from all of them; then for one alone.
        floor.runtime.block_on(end_hold(&app, &who, at, two.account, hold)).unwrap();
        let rows = waiting(&mut floor);
        assert_eq!(identifies_together(&mut floor, rows[2].id, one).unwrap(), 2);
        assert_eq!(owed(&mut floor, both), ["343.75", "206.25"]);
        assert_eq!(identifies_together(&mut floor, rows[2].id, one).unwrap_err().to_string(), "it is posted already: take that back first");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        assert!(matches!(takes_back(&mut floor, rows[2].id), Ok(Back::WaitsAgain(_))));
        assert_eq!((owed(&mut floor, both), waiting(&mut floor).len()), (["400.00".into(), "240.00".into()], 3));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        identifies(&mut floor, rows[2].id, two).unwrap();
        assert_eq!(owed(&mut floor, both), ["400.00", "150.00"]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        // And again for all: what was posted before stands in the record, and counts no more.
        assert!(matches!(takes_back(&mut floor, rows[2].id), Ok(Back::WaitsAgain(_))));
        assert_eq!(identifies_together(&mut floor, rows[2].id, two).unwrap(), 2);
        assert_eq!((owed(&mut floor, both), floor.count("select count(*) from bank_parts")), (["343.75".into(), "206.25".into()], 2));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn money_that_went_back_is_taken_from_all_accounts(mut floor: "2026-03-02") {
        let both @ [_, two] = maria_pays_together(&mut floor);
        floor.morning_of("2026-03-16");
        let returned = |minor, bank_reference, text| Told { reason: "AC04", ..came(minor, bank_reference, text) };
        // It came in naming one, and went back naming the other; the second went back with no word of it.
        let day = [
            came(16_000, "B1", "LF-100234"), came(16_000, "B2", "LF-100234"),
            returned(-16_000, "B3", "your OTT-7001"), returned(-16_000, "B4", "returned unpaid"),
        ];
        let taken = takes(&floor, 0, &day);
        assert_eq!(counts(&taken), [2, 0, 0, 2, 0]);
        assert_eq!(owed(&mut floor, both), ["200.00", "120.00"]);
        let back = waiting(&mut floor);
        assert_eq!((back[0].payment, back[1].payment), (None, None), "two payments are named by it: a person says which");
        let posted: Vec<ReceiptId> = of_state(&mut floor, State::Posted).into_iter().rev().map(|row| row.id).collect();
        let parts = floor.runtime.block_on(async { list_parts(&mut floor.app.db.read().await.unwrap(), &posted).await.unwrap() });
        let parts: Vec<PaymentId> = parts.into_iter().map(|part| part.1.payment).collect();
        let (app, at) = (floor.app.clone(), floor.app.moment());
        // Named by its part on the other account, all of it goes back.
        let done = floor.runtime.block_on(take_back(&app, &Actor::command(), at, back[0].id, at.business_day, Some(parts[0])));
        assert!(matches!(done, Ok(Back::Reversed(_))), "{done:?}");
        assert_eq!(owed(&mut floor, both), ["300.00", "180.00"]);
        let again = floor.runtime.block_on(take_back(&app, &Actor::command(), at, back[1].id, at.business_day, Some(parts[0])));
        assert!(again.unwrap_err().to_string().contains("went back by another entry"));
        let done = floor.runtime.block_on(take_back(&app, &Actor::command(), at, back[1].id, at.business_day, Some(parts[1])));
        assert!(matches!(done, Ok(Back::Reversed(_))), "{done:?}");
        assert_eq!((owed(&mut floor, both), stands(&mut floor, two).as_str()), (["400.00".into(), "240.00".into()], "active: open - - -"));
        assert_eq!(floor.count("select count(*) from payments where state = 'reversed'"), 4);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn one_that_went_back_is_found_by_either_reference(mut floor: "2026-03-02") {
        let both = maria_pays_together(&mut floor);
        floor.morning_of("2026-03-16");
        takes(&floor, 0, &[came(16_000, "B1", "LF-100234"), Told { reason: "AC04", ..came(-16_000, "B2", "ott 7001 unpaid") }]);
        let back = waiting(&mut floor).remove(0);
        let posted = of_state(&mut floor, State::Posted).remove(0);
        assert_eq!(back.payment, posted.payment);
        let says = takes_back(&mut floor, posted.id).unwrap_err().to_string();
        assert!(says.starts_with("its money went back, as the bank said"), "{says}");
        assert!(matches!(takes_back(&mut floor, back.id), Ok(Back::Reversed(_))));
        assert_eq!(owed(&mut floor, both), ["400.00", "240.00"]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_the_same_file_brought_before_counts(mut floor: "2026-03-02") {
        let both = maria_pays_together(&mut floor);
        floor.morning_of("2026-03-16");
        // A part alone comes first: the plan waits for the rest of that payment, and not for the whole of it any more.
        let day = [
            came(10_000, "B1", "LF-100234"),
            came(16_000, "B2", "OTT-7001"),
            Told { parts: vec![came(6_000, "", "OTT-7001"), came(16_000, "", "LF-100234")], ..came(22_000, "B3", "") },
        ];
        assert_eq!(counts(&takes(&floor, 0, &day)), [3, 0, 1, 0, 0]);
        assert_eq!(owed(&mut floor, both), ["200.00", "120.00"]);
        let waits = waiting(&mut floor);
        assert!(waits[0].note.contains("does not any more") && waits[0].payment.is_none(), "{}", waits[0].note);
        // It waits for as much again, so that what waited is proposed; nobody posts it by itself.
        assert_eq!(proposed(&mut floor)[0][0].3, [Ground::Reference, Ground::JointDue, Ground::Name]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn parts_that_were_altered_are_named(mut floor: "2026-03-02") {
        maria_pays_together(&mut floor);
        floor.morning_of("2026-03-16");
        takes(&floor, 0, &[came(16_000, "B1", "LF-100234")]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        for (tamper, undo) in [
            ("update bank_parts set amount_minor = 5999", "update bank_parts set amount_minor = 6000"),
            ("update bank_parts set posting_no = 2", "update bank_parts set posting_no = 1"),
        ] {
            floor.tamper(tamper, &[]);
            let failed = floor.failed_checks();
            assert!(failed.iter().any(|fault| fault.starts_with("bank statements whole: ") && fault.contains("without a payment of its amount")), "{tamper}: {failed:?}");
            assert!(failed.iter().any(|fault| fault.starts_with("rows as their entries say: ") && fault.contains("was altered")), "{tamper}: {failed:?}");
            floor.tamper(undo, &[]);
            assert_eq!(floor.failed_checks(), Vec::<String>::new(), "{undo}");
        }
        assert!(floor.is_refused("update bank_parts set amount_minor = 0", &[]));
    }
}
