//! What is kept about accounts is what the record says was kept: whatever is altered, added or removed past it is named.

use duly::accounts::notice::{Kind, RecordNotice, record_notice};
use duly::accounts::papers::{FileDocument, file_document, write_note};
use duly::app::Actor;
use duly::audit::kept;
use duly::ledger::refund::{RefundOverpayment, refund};
use duly::parties::actions::{TellPreference, end_preference, tell_preference};
use duly::store::Value;
use duly::{accounts, jobs, outreach, plans};
use duly_domain::values::channel::Channel;
use duly_testkit::{Floor, Person, both_engines};
use uuid::Uuid;

const CHECK: &str = "rows as their entries say";

/// What the check of rows says, and whether it is content.
fn rows(floor: &mut Floor) -> (bool, String) {
    let today = floor.today();
    let checks = floor.runtime.block_on(async { jobs::check::run(&mut floor.app.db.read().await.unwrap(), &floor.app.keys, today).await });
    let check = checks.unwrap().into_iter().find(|check| check.name == CHECK).unwrap();
    (check.ok, check.detail)
}

/// One of everything that is kept about an account; the ids of what is told by id.
struct Life {
    note: String,
    contact: String,
    decision: String,
    promise: String,
    payment: String,
    wish: String,
    notice: String,
    hold: String,
    document: String,
    refund: String,
}

fn lives(floor: &mut Floor, maria: Person) -> Life {
    floor.clock("11:00");
    let dana = floor.officer("Dana").actor();
    let contact = floor.officer("Dana").reserves(maria, Channel::Call).unwrap().contact.expect("the gate allows");
    floor.officer("Dana").records(contact, "no_answer").unwrap();
    assert!(floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-09").is_empty());
    let (at, app) = (floor.app.moment(), floor.app.clone());
    let account = maria.account;
    let payment = floor.pays(maria, "20.00", "REF 1").to_string();
    let otto = floor.debtor("Otto", "10.00");
    floor.pays(otto, "15.00", "TOO MUCH");
    floor.runtime.block_on(async {
        let note = write_note(&app, &dana, at, account, "She asked for time until Friday.").await.unwrap().to_string();
        let told = TellPreference { kind: "no_channel".into(), channel: Some("text".into()), ..TellPreference::default() };
        let wish = tell_preference(&app, &dana, at, account, &told).await.unwrap().to_string();
        let notice = record_notice(&app, &dana, at, RecordNotice::of(account, Kind::CallConsent, at.at)).await.unwrap().to_string();
        let until = "2026-03-20".parse().unwrap();
        let hold = accounts::actions::place_hold(&app, &dana, at, account, "Waits for papers", until).await.unwrap().to_string();
        let paper = FileDocument {
            kind: "statement".into(),
            file_name: "march.txt".into(),
            media_type: "text/plain".into(),
            source: "Maria".into(),
            body: b"paper".to_vec(),
        };
        let document = file_document(&app, &dana, at, account, &paper).await.unwrap().to_string();
        let ask = RefundOverpayment { account: otto.account, amount_minor: 500, on: at.business_day, reference: "BACK 1".into() };
        let refund = refund(&app, &dana, at, &ask).await.unwrap().to_string();
        let mut tx = app.db.read().await.unwrap();
        let promise = plans::store::list_promises(&mut tx, account).await.unwrap()[0].id.to_string();
        let (_, decision) = outreach::store::list_decisions_of(&mut tx, account, 1).await.unwrap()[0];
        let (contact, decision) = (contact.to_string(), decision.to_string());
        Life { note, contact, decision, promise, payment, wish, notice, hold, document, refund }
    })
}

both_engines! {
    fn every_row_that_is_altered_is_named_with_its_account(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let life = lives(&mut floor, maria);
        let (is_whole, says) = rows(&mut floor);
        assert!(is_whole && says == "11 rows are as their entries say", "{says}");
        for (kind, id, tamper, undo) in [
            ("note", &life.note, "update notes set body = 'She refused to pay.'", "update notes set body = 'She asked for time until Friday.'"),
            ("decision", &life.decision, "update decisions set answer = 'refused'", "update decisions set answer = 'allowed'"),
            ("decision", &life.decision, "update decisions set facts = '{}' || facts", "update decisions set facts = substr(facts, 3)"),
            ("contact", &life.contact, "update contacts set outcome = 'conversation'", "update contacts set outcome = 'no_answer'"),
            ("contact", &life.contact, "update contacts set contacted_at = contacted_at - 86400000000", "update contacts set contacted_at = contacted_at + 86400000000"),
            ("promise", &life.promise, "update promises set amount_minor = amount_minor * 2", "update promises set amount_minor = amount_minor / 2"),
            ("promise", &life.promise, "update promises set state = 'kept'", "update promises set state = 'open'"),
            ("wish", &life.wish, "update preferences set ended_at = 1", "update preferences set ended_at = null"),
            ("notice", &life.notice, "update notices set kind = 'call_consent_revoked'", "update notices set kind = 'call_consent'"),
            ("hold", &life.hold, "update holds set until_on = '2026-03-03'", "update holds set until_on = '2026-03-20'"),
            ("payment", &life.payment, "update entries set effective_on = '2026-02-01' where reference = 'REF 1'", "update entries set effective_on = '2026-03-02' where reference = 'REF 1'"),
            ("document", &life.document, "update documents set source = 'Somebody'", "update documents set source = 'Maria'"),
            ("refund", &life.refund, "update refunds set reference = 'BACK 2'", "update refunds set reference = 'BACK 1'"),
        ] {
            floor.tamper(tamper, &[]);
            let failed = floor.failed_checks();
            assert_eq!(failed.len(), 1, "{tamper}: {failed:?}");
            let expected = format!("{CHECK}: {kind} {id} of account acc_");
            assert!(failed[0].starts_with(&expected) && failed[0].contains("was altered: it is not what entry "), "{tamper}: {failed:?}");
            if kind != "refund" {
                assert!(failed[0].contains(&maria.account.to_string()), "{failed:?}");
            }
            floor.tamper(undo, &[]);
            assert_eq!(floor.failed_checks(), Vec::<String>::new(), "{undo}");
        }
    }

    fn what_is_heeded_counted_placed_and_permitted_is_proved(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let life = lives(&mut floor, maria);
        floor.heeds(maria, "vulnerable");
        let gone = floor.heeds(maria, "deceased");
        floor.lifts(maria, gone);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        let (account, contact) = (maria.account, &life.contact);
        for (tamper, undo, named) in [
            ("update circumstances set kind = 'minor' where kind = 'vulnerable'", "update circumstances set kind = 'vulnerable' where kind = 'minor'", vec![format!("of account {account} was altered")]),
            ("update circumstances set ended_at = 1 where kind = 'vulnerable'", "update circumstances set ended_at = null where kind = 'vulnerable'", vec![format!("of account {account} was altered")]),
            ("update debtors set is_deceased = 1 where name = 'Maria'", "update debtors set is_deceased = 0", vec![format!("person {} is marked as deceased", maria.debtor)]),
            ("update users set role = 'administrator' where name = 'Dana'", "update users set role = 'officer' where name = 'Dana'", vec!["is administrator, active: its entries say officer, active".into()]),
            ("update users set state = 'switched_off' where name = 'Dana'", "update users set state = 'active' where name = 'Dana'", vec!["is officer, switched_off: its entries say officer, active".into()]),
            ("delete from contact_debts", "insert into contact_debts (contact_id, account_id) select id, account_id from contacts", vec![format!("contact {contact} of account {account} is not counted for its debt")]),
        ] {
            floor.tamper(tamper, &[]);
            let (is_whole, says) = rows(&mut floor);
            assert!(!is_whole && named.iter().all(|named| says.contains(named)), "{tamper}: {says}");
            floor.tamper(undo, &[]);
            assert_eq!(floor.failed_checks(), Vec::<String>::new(), "{undo}");
        }
        // A debt raised on every book at once, so that the books agree with each other.
        let raised = [
            "update entries set principal_minor = principal_minor + 5000, placed_minor = placed_minor - 5000
                where kind = 'opening' and account_id = $1",
            "update accounts set placed_minor = placed_minor + 5000, balance_minor = balance_minor + 5000,
                principal_minor = principal_minor + 5000 where id = $1",
        ];
        for statement in raised {
            floor.tamper(statement, &[Value::from(account)]);
        }
        let failed = floor.failed_checks();
        assert_eq!(failed, [format!("{CHECK}: account {account} was placed with 42000 by its entry, and stands with 47000 on the books")]);
    }

    fn the_bytes_of_a_document_are_proved(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        lives(&mut floor, maria);
        let body = |text: &str| Value::from(text.as_bytes().to_vec());
        floor.tamper("update document_bodies set body = $1", &[body("other")]);
        let failed = floor.failed_checks();
        assert!(failed.len() == 1 && failed[0].starts_with("documents whole: the bytes kept as ") && failed[0].ends_with("are not what was filed"), "{failed:?}");
    }

    fn kinds_that_were_added_are_counted_once_and_what_was_told_stays(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.heeds(maria, "vulnerable");
        let newest = "select id from circumstances order by id desc limit 1";
        floor.tamper(&format!("insert into kept_before select 'circumstance', count(*), ({newest}) from circumstances"), &[]);
        assert!(!rows(&mut floor).0, "no entry says so yet");
        floor.runtime.block_on(kept::begin(&floor.app)).unwrap();
        assert!(rows(&mut floor).0);
        floor.tamper("insert into kept_before select 'letter', 0, id from circumstances", &[]);
        floor.runtime.block_on(kept::begin(&floor.app)).unwrap();
        let told = "select count(*) from audit_entries where chain = 'kept'";
        assert!(rows(&mut floor).0 && floor.count(told) == 2);
        // What was told of a kind is never told anew.
        floor.tamper("update kept_before set row_count = 9 where kind = 'circumstance'", &[]);
        floor.tamper("insert into kept_before select 'note', 0, id from circumstances", &[]);
        floor.runtime.block_on(kept::begin(&floor.app)).unwrap();
        assert!(!rows(&mut floor).0 && floor.count(told) == 2);
    }

    fn what_is_removed_or_added_past_the_record_is_named(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let life = lives(&mut floor, maria);
        let account = maria.account;
        floor.tamper("delete from promises", &[]);
        let (is_whole, says) = rows(&mut floor);
        assert!(!is_whole && says.starts_with(&format!("promise {} of account {account} is gone: entry ", life.promise)), "{says}");

        let added = [Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7()];
        let id = |i: usize| Value::from(added[i]);
        let (person, account_id) = (Value::from(maria.debtor), Value::from(account));
        let wish = "insert into preferences (id, debtor_id, kind, channel, source, told_at) values ($1, $2, 'no_channel', 'email', 'said to us', 1)";
        floor.tamper(wish, &[id(0), person.clone()]);
        let wish = "insert into preferences (id, debtor_id, account_id, kind, channel, source, told_at) values ($1, $2, $3, 'no_channel', 'email', 'said to us', 1)";
        floor.tamper(wish, &[id(1), person, account_id.clone()]);
        floor.tamper("insert into notes (id, account_id, body, written_by, written_at) values ($1, $2, 'Agreed.', 'command', 1)", &[id(2), account_id]);
        let (_, says) = rows(&mut floor);
        for (kind, prefix, uuid) in [("wish", "prf", added[0]), ("wish", "prf", added[1]), ("note", "nte", added[2])] {
            assert!(says.contains(&format!("{kind} {prefix}_{} of account {account} ", uuid.simple())), "{says}");
        }
        assert_eq!(says.matches("was added: no entry says it was kept").count(), 3, "{says}");
    }

    fn a_later_act_does_not_cover_up_what_was_altered_before_it(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let life = lives(&mut floor, maria);
        floor.tamper("update promises set amount_minor = 1", &[]);
        floor.officer("Dana").withdraws_promise(maria).unwrap();
        let (_, says) = rows(&mut floor);
        assert!(says.starts_with(&format!("promise {} of account {} was altered before entry ", life.promise, maria.account)), "{says}");
    }

    fn what_changes_by_the_rules_stays_proved(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let life = lives(&mut floor, maria);
        let dana = floor.officer("Dana").actor();
        let (at, app) = (floor.app.moment(), floor.app.clone());
        floor.runtime.block_on(end_preference(&app, &dana, at, maria.account, life.wish.parse().unwrap())).unwrap();
        let payment = floor.pays(maria, "30.00", "REF 2"); // counts towards the promise, which stays open
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.reverses(payment);
        floor.morning_of("2026-03-21"); // the promise is broken, the hold has ended
        assert_eq!(floor.promises(maria), ["partly_kept"]);
        assert!(floor.count("select count(*) from holds where ended_at is not null") > 0);
        floor.clock("11:00");
        floor.officer("Dana").reserves(maria, Channel::Call).unwrap().contact.expect("the gate allows");
        floor.night_of("2026-03-22"); // and a reservation without a result ends
        assert_eq!(floor.count("select count(*) from contacts where state = 'expired'"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn rows_that_move_between_people_stay_proved(mut floor: "2026-03-02") {
        let (one, two) = (floor.debtor("Maria Lopez", "100.00"), floor.debtor("Maria Lopes", "200.00"));
        lives(&mut floor, one);
        floor.officer("Dana").calls(two, "no_answer");
        floor.tells_no_calls(two);
        let merge = floor.merge(one.debtor, two.debtor);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.reaches_us(two, "call", "talked");
        floor.tells_no_calls(one);
        floor.part(merge);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        // Somebody else's contact is told as altered.
        floor.tamper("update contacts set debtor_id = $1 where debtor_id <> $1", &[Value::from(one.debtor)]);
        assert!(!floor.failed_checks().is_empty());
    }

    fn what_was_kept_before_is_counted_and_nothing_slips_in_among_it(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let account = Value::from(maria.account);
        let old = [Uuid::now_v7(), Uuid::now_v7()];
        let insert = "insert into notes (id, account_id, body, written_by, written_at) values ($1, $2, 'Long ago.', 'command', 1)";
        floor.tamper(insert, &[Value::from(old[1]), account.clone()]);
        lives(&mut floor, maria);
        // As the upgrade finds it: whatever stands is counted, kind by kind.
        let upgrades = [
            include_str!("../../../../migrations/0022_kept/1_both.sql"),
            include_str!("../../../../migrations/0028_proof_of_more/1_both.sql"),
        ];
        let counts: Vec<&str> = upgrades.iter().flat_map(|upgrade| upgrade.lines()).filter(|line| line.starts_with("insert into kept_before")).collect();
        // Cases and calls with their steps and recaps, approvals, policies, statuses, what the time to sue is counted from, the words of
        // contacts, what bureaus are told, budgets, plans (joint ones too) and their installments, re-ages, flags on notes, payments to
        // creditors, costs, terms of interest, charges, write-offs, pauses, confirmations, comparisons, debits and what they are authorized by, cards
        // and charges of the processor were never kept without a hash.
        assert_eq!(counts.len() + 29, kept::KINDS.len());
        for line in counts {
            floor.tamper(line, &[]);
        }
        let failed = rows(&mut floor).1;
        assert!(failed.contains("is not what the chain kept says"), "{failed}");
        let app = floor.app.clone();
        for _ in 0..2 {
            floor.runtime.block_on(kept::begin(&app)).unwrap();
        }
        assert_eq!(floor.count("select count(*) from audit_entries where chain = 'kept'"), 1);
        let (is_whole, says) = rows(&mut floor);
        assert!(is_whole && says == "11 rows are as their entries say; 1 not covered: kept before 2026-03-02, when entries got hashes", "{says}");

        floor.tamper(insert, &[Value::from(old[0]), account.clone()]);
        assert!(rows(&mut floor).1.contains("3 notes stand where 2 were counted when entries got hashes"), "{}", rows(&mut floor).1);
        floor.tamper("delete from notes where body = 'Long ago.'", &[]);
        assert!(rows(&mut floor).1.contains("1 of the 2 notes kept before entries had hashes are gone"), "{}", rows(&mut floor).1);
        floor.tamper("update kept_before set row_count = 1 where kind = 'note'", &[]);
        assert!(rows(&mut floor).1.contains("is not what the chain kept says"));
    }

    fn history_is_proved_like_what_happened_here(mut floor: "2026-03-03") {
        let text = "account,name,balance\nA-1,Maria,100.00\n";
        let mapping = "[columns]\nreference = \"account\"\nname = \"name\"\nbalance = \"balance\"\n";
        assert_eq!(floor.import(text, mapping, "Clinic").unwrap().accepted, 1);
        let history = "account,kind,date,channel,result,amount,due_on,state,from,till,note\n\
            A-1,contact,2026-03-01 09:00,call,no_answer,,,,,,\n\
            A-1,promise,2025-12-01,,,40.00,2025-12-20,broken,,,\n\
            A-1,inconvenient_time,2026-02-01,,,,,,08:00,18:00,After work only\n\
            A-1,note,2026-02-10,,,,,,,,She prefers letters.\n";
        assert_eq!(floor.import_history(history, None, "Clinic").unwrap().refused, 0);
        let (is_whole, says) = rows(&mut floor);
        assert!(is_whole && says == "4 rows are as their entries say", "{says}");
        for tamper in ["update notes set body = 'x'", "update preferences set to_minute = 600", "update contacts set direction = 'in'"] {
            floor.tamper(tamper, &[]);
        }
        let (_, says) = rows(&mut floor);
        assert_eq!(says.matches("was altered").count(), 3, "{says}");
    }
}

#[test]
fn duly_check_names_it_and_ends_with_one() {
    let mut floor = Floor::on(duly_testkit::Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    let (at, app) = (floor.app.moment(), floor.app.clone());
    let note = floor.runtime.block_on(write_note(&app, &Actor::command(), at, maria.account, "As it was.")).unwrap();
    let check = |floor: &Floor| {
        let duly = std::process::Command::new(env!("CARGO_BIN_EXE_duly"));
        let mut duly = duly;
        duly.args(["check", "--database", &floor.address, "--now", "2026-03-02T12:00:00-05:00", "--keys"]).arg(floor.app.keys.folder());
        let output = duly.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(check(&floor).0, Some(0));
    floor.tamper("update notes set body = 'As it is.'", &[]);
    let (code, says) = check(&floor);
    assert_eq!(code, Some(1), "{says}");
    assert!(says.contains(&format!("note {note} of account {} was altered", maria.account)), "{says}");
}
