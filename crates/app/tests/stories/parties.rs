//! People: found however they are written, made one and parted, heeded, reached and reaching us.

use duly::accounts::search::find;
use duly::outreach::actions::Reserved;
use duly::parties::people::AddPerson;
use duly_domain::values::ids::DebtorId;
use duly_testkit::{Floor, Person, both_engines};

fn found(floor: &Floor, text: &str) -> Vec<(String, &'static str)> {
    let found = floor.runtime.block_on(async { find(&mut floor.app.db.read().await.unwrap(), text).await }).unwrap();
    found.into_iter().map(|found| (found.row.reference, found.by)).collect()
}

fn placed(floor: &mut Floor, rows: &str) {
    let file = std::env::temp_dir().join(format!("duly_{}.csv", uuid::Uuid::now_v7().simple()));
    std::fs::write(&file, format!("account,name,dob,phone,email,balance\n{rows}")).unwrap();
    let report = floor.import_file(&file, None, "Clinic", false).unwrap();
    assert_eq!(report.refused, 0, "{:?}", report.problems);
    floor.find_likenesses(report.batch.unwrap());
    std::fs::remove_file(file).unwrap();
}

fn rules(reserved: &Reserved) -> Vec<&'static str> {
    reserved.decision.because.iter().map(|reason| reason.rule.id).collect()
}

fn person(floor: &mut Floor, reference: &str) -> Person {
    floor.person_of(reference)
}

both_engines! {
    fn people_are_found_however_they_are_written(mut floor: "2026-03-02") {
        placed(
            &mut floor,
            "A-1001,María del Carmen López,,614 555 0142,maria@example.org,10\nA-1002,\"Smith, John\",,,,20\nB-7788,Мария Иванова,,,,30\nB-7799,Łukasz Żak,,,,40\n",
        );
        for (typed, reference, by) in [
            ("maria del", "A-1001", "name"),
            ("lopez", "A-1001", "name"),
            ("LÓPEZ maria", "A-1001", "name"),
            ("lopes mario", "A-1001", "sounds alike"),
            ("Jon Smyth", "A-1002", "sounds alike"),
            ("john smith", "A-1002", "name"),
            ("ivanova", "B-7788", "name"),
            ("Иванова", "B-7788", "name"),
            ("zak", "B-7799", "name"),
            ("0142", "A-1001", "last four"),
            ("mar 0142", "A-1001", "last four"),
            ("7788", "B-7788", "last four"),
            ("(614) 555-0142", "A-1001", "number"),
            ("Maria@Example.org", "A-1001", "number"),
            ("A-1002", "A-1002", "reference"),
        ] {
            assert_eq!(found(&floor, typed).first(), Some(&(reference.to_string(), by)), "{typed}");
        }
        for nothing in ["", "zzzz", "9999", "%", "_", "'; drop table accounts"] {
            assert_eq!(found(&floor, nothing), [], "{nothing:?}");
        }
    }

    fn two_records_of_one_person_are_made_one_and_parted(mut floor: "2026-03-02") {
        placed(&mut floor, "A-1,Maria Lopez,1980-04-02,614 555 0142,,100\nA-2,\"LOPEZ, MARÍA\",1980-04-02,614 555 0142,,200\nA-3,Maria Lopez,1955-01-01,,,300\n");
        let likely = floor.likenesses();
        assert_eq!(likely.len(), 1, "same name alone is no likeness: {likely:?}");
        let (one, two) = (person(&mut floor, "A-1"), person(&mut floor, "A-2"));
        floor.officer("Dana").calls(one, "talked");
        assert_eq!(floor.calls_used(two), 0);

        let merge = floor.merge(one.debtor, two.debtor);
        assert_eq!(floor.count("select count(distinct debtor_id) from accounts where reference in ('A-1', 'A-2')"), 1);
        assert_eq!(floor.likenesses().len(), 0);
        // Each debt keeps its own count; the talk was about the first debt.
        assert_eq!((floor.calls_used(one), floor.calls_used(two)), (1, 0));
        floor.officer("Dana").calls(two, "no_answer");
        floor.part(merge);
        assert_eq!(floor.count("select count(distinct debtor_id) from accounts where reference in ('A-1', 'A-2')"), 2);
        assert_eq!((floor.calls_used(one), floor.calls_used(two)), (1, 1), "what came about in between goes with its account");
        assert_eq!(floor.count("select count(*) from account_people p join accounts a on a.id = p.account_id where p.debtor_id = a.debtor_id"), 3);
        assert_eq!(floor.count("select count(*) from contacts c join accounts a on a.id = c.account_id where c.debtor_id = a.debtor_id"), 2);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_was_told_while_two_were_one_binds_for_both(mut floor: "2026-03-02") {
        placed(&mut floor, "A-1,Maria Lopez,1980-04-02,614 555 0142,,100\nA-2,Maria Lopez,1980-04-02,614 555 0142,,200\n");
        let (one, two) = (person(&mut floor, "A-1"), person(&mut floor, "A-2"));
        let merge = floor.merge(one.debtor, two.debtor);
        floor.tells_no_calls(one);
        floor.part(merge);
        assert!(!floor.may_call(one) && !floor.may_call(two));
    }

    fn a_co_debtor_is_put_on_the_account_and_called(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let ask = AddPerson { name: "Jorge".into(), role: "co_debtor".into(), phone: Some("614 555 0177".into()), ..AddPerson::default() };
        let jorge = floor.add_person(maria, &ask).unwrap();
        assert_eq!(found(&floor, "jorge").len(), 1);
        let reserved = floor.officer("Dana").reserves_with(maria, jorge).unwrap();
        assert!(reserved.contact.is_some(), "{:?}", reserved.decision);
        let wrong = floor.add_person(maria, &AddPerson { role: "king".into(), phone: Some("12".into()), ..AddPerson::default() }).unwrap_err().to_string();
        assert!(wrong.contains("role is not one of") && wrong.contains("name is empty") && wrong.contains("phone"), "{wrong}");
    }

    fn a_talk_they_began_closes_calls_for_the_week(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.reaches_us(maria, "call", "talked");
        assert!(!floor.may_call(maria));
        floor.reaches_us(maria, "email", "message");
        assert_eq!(floor.count("select count(*) from accounts where next_action = 'Answer them'"), 1);
    }
}

both_engines! {
    fn whoever_asks_to_stop_is_left_alone_also_a_co_debtor(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let ask = AddPerson { name: "Jorge".into(), role: "co_debtor".into(), phone: Some("614 555 0177".into()), ..AddPerson::default() };
        let jorge = floor.add_person(maria, &ask).unwrap();
        let reserved = floor.officer("Dana").reserves_with(maria, jorge).unwrap().contact.unwrap();
        floor.officer("Dana").records(reserved, "asked_to_stop").unwrap();
        let refused = floor.officer("Dana").reserves_with(maria, jorge).unwrap();
        assert_eq!(rules(&refused), ["regf.channel.opt-out", "regf.call-frequency.conversation"]);
        assert!(floor.may_call(maria), "the debtor said nothing of the kind");
    }

    fn an_attorney_that_is_heeded_closes_calls(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let circumstance = floor.heeds(maria, "represented");
        assert!(!floor.may_call(maria));
        floor.lifts(maria, circumstance);
        assert!(floor.may_call(maria));
    }

    fn a_death_stays_with_whom_it_was_told_of(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"));
        floor.heeds(otto, "deceased");
        let merge = floor.merge(maria.debtor, otto.debtor);
        assert!(!floor.may_call(maria) && !floor.may_call(otto), "one person, who has died");
        floor.part(merge);
        assert!(floor.may_call(maria) && !floor.may_call(otto));
    }
}

both_engines! {
    fn a_co_debtors_own_bankruptcy_stays_contacts_with_them(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let beside = |name: &str| AddPerson { name: name.into(), role: "co_debtor".into(), phone: Some("614 555 0177".into()), ..AddPerson::default() };
        let (jorge, ana) = (floor.add_person(maria, &beside("Jorge")).unwrap(), floor.add_person(maria, &beside("Ana")).unwrap());
        let asked = |floor: &mut Floor, who: Option<DebtorId>| {
            let tried = floor.officer("Dana").reserves_about(maria, who, &[]).unwrap();
            if let Some(contact) = tried.contact {
                floor.officer("Dana").records(contact, "busy").unwrap();
            }
            rules(&tried)
        };
        // Chapter 7 protects him who filed; the other two still owe and may be asked.
        floor.files(maria, Some(jorge), Some(7));
        assert_eq!(asked(&mut floor, Some(jorge)), ["bankruptcy.stay"]);
        assert_eq!((asked(&mut floor, Some(ana)), asked(&mut floor, None)), (vec![], vec![]));
        // Discharged, he owes it no more, and they do.
        floor.clock("10:00");
        floor.notes(maria, Some(jorge), "bankruptcy_discharged", None);
        assert_eq!(asked(&mut floor, Some(jorge)), ["bankruptcy.discharge"]);
        assert_eq!(asked(&mut floor, Some(ana)), [""; 0]);
        // Chapter 13 shields whoever owes the consumer debt with him.
        floor.clock("10:10");
        floor.files(maria, Some(ana), Some(13));
        for who in [Some(ana), None] {
            assert_eq!(asked(&mut floor, who), ["bankruptcy.stay"]);
        }
        floor.clock("10:20");
        floor.notes(maria, Some(ana), "stay_lifted", None);
        assert_eq!((asked(&mut floor, Some(ana)), asked(&mut floor, None)), (vec![], vec![]));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_petition_known_by_another_account_reaches_who_owes_here_too(mut floor: "2026-03-02") {
        let (maria, jorge) = (floor.debtor("Maria", "420.00"), floor.debtor("Jorge", "60.00"));
        let ask = AddPerson { known: Some(jorge.debtor), role: "co_debtor".into(), ..AddPerson::default() };
        floor.files(jorge, None, Some(7));
        floor.add_person(maria, &ask).unwrap();
        assert_eq!(rules(&floor.officer("Dana").reserves_with(maria, jorge.debtor).unwrap()), ["bankruptcy.stay"]);
        assert!(floor.may_call(maria), "she did not file");
    }

    fn the_death_of_one_of_several_closes_that_one(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let ask = AddPerson { name: "Jorge".into(), role: "co_debtor".into(), phone: Some("614 555 0177".into()), ..AddPerson::default() };
        let jorge = floor.add_person(maria, &ask).unwrap();
        let heard = floor.heeds(Person { debtor: jorge, ..maria }, "deceased");
        assert_eq!(rules(&floor.officer("Dana").reserves_with(maria, jorge).unwrap()), ["regf.deceased.personal-representative"]);
        assert!(floor.may_call(maria));
        floor.lifts(Person { debtor: jorge, ..maria }, heard);
        assert!(floor.officer("Dana").reserves_with(maria, jorge).unwrap().contact.is_some());
    }
}
