//! Wishes: each person is reached as they themselves asked; and contacts about several debts are on record with each.

use duly::app::Failure;
use duly::parties::actions::TellPreference;
use duly::parties::people::AddPerson;
use duly_domain::identity::Role;
use duly_domain::values::ids::DebtorId;
use duly_testkit::{Floor, Person, both_engines};

fn beside(floor: &mut Floor, person: Person, role: &str) -> DebtorId {
    let ask = AddPerson { name: "Jorge".into(), role: role.into(), phone: Some("614 555 0177".into()), ..AddPerson::default() };
    floor.add_person(person, &ask).unwrap()
}

fn rules_with(floor: &mut Floor, person: Person, other: DebtorId) -> Vec<&'static str> {
    let reserved = floor.officer("Dana").reserves_with(person, other).unwrap();
    if let Some(contact) = reserved.contact {
        floor.officer("Dana").records(contact, "busy").unwrap();
    }
    reserved.decision.because.iter().map(|reason| reason.rule.id).collect()
}

fn timeline(floor: &mut Floor, person: Person) -> Vec<String> {
    let account = floor.account(person);
    let at = floor.app.moment().at;
    let zone = floor.app.zone();
    let events = floor.runtime.block_on(async {
        let mut tx = floor.app.db.read().await.unwrap();
        duly::accounts::timeline::list(&mut tx, &account, at, &zone).await
    });
    events.unwrap().into_iter().map(|event| format!("{}: {}", event.title, event.more)).collect()
}

both_engines! {
    fn a_co_debtors_own_time_closes_for_them_alone(mut floor: "2026-03-02") {
        let otto = floor.debtor("Otto", "60.00");
        let ines = beside(&mut floor, otto, "co_debtor");
        let wish = floor.tells_no_mornings(otto, Some(ines)).unwrap();
        assert_eq!(rules_with(&mut floor, otto, ines), ["regf.time.consumer-designated"]);
        assert!(floor.may_call(otto), "the debtor named no time");
        floor.clock("12:00");
        assert_eq!(rules_with(&mut floor, otto, ines), Vec::<&str>::new());
        floor.clock("11:00");
        floor.takes_back(otto, wish);
        assert_eq!(rules_with(&mut floor, otto, ines), Vec::<&str>::new(), "they took it back");
    }

    fn a_spouse_and_a_co_debtor_are_reached_as_the_debtor_asked_until_they_name_their_own(mut floor: "2026-03-02") {
        for role in ["spouse", "co_debtor"] {
            let maria = floor.debtor("Maria", "420.00");
            let jorge = beside(&mut floor, maria, role);
            floor.tells_no_mornings(maria, None).unwrap();
            assert_eq!(rules_with(&mut floor, maria, jorge), ["regf.time.consumer-designated"], "{role}");
            let (from_minute, to_minute) = (Some(1200), Some(1260));
            let kind = "inconvenient_time".into();
            let told = TellPreference { person: Some(jorge), kind, from_minute, to_minute, ..TellPreference::default() };
            let evening = floor.tells(maria, told).unwrap();
            assert_eq!(rules_with(&mut floor, maria, jorge), Vec::<&str>::new(), "{role}: theirs alone counts");
            assert!(!floor.may_call(maria));
            floor.takes_back(maria, evening);
            assert_eq!(rules_with(&mut floor, maria, jorge), ["regf.time.consumer-designated"], "{role} took it back");
        }
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_wish_is_of_somebody_on_the_account(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        let refused = floor.tells_no_mornings(maria, Some(otto.debtor));
        assert!(matches!(refused, Err(Failure::NotFound(_))), "{refused:?}");
        assert!(floor.may_call(otto));
    }

    fn a_lawyer_and_a_death_of_a_co_debtor_are_theirs(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let jorge = beside(&mut floor, maria, "co_debtor");
        let of_jorge = Person { debtor: jorge, ..maria };
        let circumstance = floor.heeds(of_jorge, "deceased");
        assert_eq!(rules_with(&mut floor, maria, jorge), ["regf.deceased.personal-representative"]);
        assert!(floor.may_call(maria));
        floor.lifts(of_jorge, circumstance);
        floor.heeds(of_jorge, "represented");
        assert_eq!(rules_with(&mut floor, maria, jorge), ["regf.attorney.represented"]);
        assert!(floor.may_call(maria), "the lawyer is Jorge's");
    }
}

both_engines! {
    fn a_contact_about_two_debts_is_on_record_with_both(mut floor: "2026-03-02") {
        let (one, two) = (floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"));
        let merge = floor.merge(one.debtor, two.debtor);
        floor.clock("09:10");
        let contact = floor.officer("Dana").reserves_about(one, None, &[two.account]).unwrap().contact.unwrap();
        let refused = floor.officer("Eli").reserves_about(two, None, &[]).unwrap_err().to_string();
        assert!(refused.starts_with("Dana has a call reserved on this account"), "{refused}");
        assert!(floor.place("Eli", two).is_some());
        floor.officer("Dana").records(contact, "no_answer").unwrap();
        for person in [one, two] {
            assert_eq!(floor.calls_used(person), 1);
            let told = timeline(&mut floor, person);
            assert!(told[0].starts_with("Call out: no answer") && told[0].contains("about 2 debts"), "{told:?}");
            assert_eq!(floor.place("Eli", person), None, "both come back on the next day");
            for act in ["contact.reserve", "contact.record"] {
                let sql = format!("select count(*) from audit_entries where act = '{act}' and chain = '{}'", person.account);
                assert_eq!(floor.count(&sql), 1, "{act}");
            }
        }
        // Nobody knows any more about which of the two it was: it counts for both.
        floor.clock("09:20");
        floor.part(merge);
        assert_eq!((floor.calls_used(one), floor.calls_used(two)), (1, 1));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_refusal_about_two_debts_is_told_on_both(mut floor: "2026-03-02") {
        let (one, two) = (floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"));
        floor.merge(one.debtor, two.debtor);
        floor.tells_no_mornings(one, None).unwrap();
        let refused = floor.officer("Dana").reserves_about(one, None, &[two.account]).unwrap();
        assert!(refused.contact.is_none(), "a refusal is recorded, not an error");
        for person in [one, two] {
            let told = timeline(&mut floor, person);
            let count = told.iter().filter(|event| event.starts_with("Call refused: They told us this time does not suit them.")).count();
            assert_eq!(count, 1, "{told:?}");
        }
        assert_eq!(floor.count("select count(*) from decisions where answer <> 'allowed'"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_talk_about_two_debts_closes_the_week_for_both(mut floor: "2026-03-02") {
        let (one, two) = (floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"));
        floor.merge(one.debtor, two.debtor);
        let contact = floor.officer("Dana").reserves_about(two, None, &[one.account]).unwrap().contact.unwrap();
        floor.officer("Dana").records(contact, "disputes").unwrap();
        assert_eq!(floor.count("select count(*) from holds where ended_at is null"), 2);
        assert_eq!(floor.count("select count(*) from accounts where was_reached = 1"), 2);
        assert!(!floor.may_call(one) && !floor.may_call(two));
    }

    fn a_call_to_a_co_debtor_about_two_debts_counts_for_each(mut floor: "2026-03-02") {
        let (one, two) = (floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"));
        floor.merge(one.debtor, two.debtor);
        let jorge = beside(&mut floor, one, "co_debtor");
        let stranger = floor.officer("Dana").reserves_about(one, Some(jorge), &[two.account]).unwrap_err().to_string();
        assert!(stranger.contains("may not be told about the debt"), "{stranger}");
        floor.add_person(two, &AddPerson { known: Some(jorge), role: "co_debtor".into(), ..AddPerson::default() }).unwrap();
        for used in 1..=7 {
            let reserved = floor.officer("Dana").reserves_about(one, Some(jorge), &[two.account]).unwrap();
            assert_eq!(reserved.attempts, (used, 7));
            floor.officer("Dana").records(reserved.contact.unwrap(), "no_answer").unwrap();
            assert_eq!((floor.sees_other(one, jorge).1, floor.sees_other(two, jorge).1), (used, used));
        }
        let eighth = floor.officer("Dana").reserves_about(two, Some(jorge), &[]).unwrap();
        let rules: Vec<_> = eighth.decision.because.iter().map(|reason| reason.rule.id).collect();
        assert_eq!(rules, ["regf.call-frequency.attempts"]);
        assert_eq!((floor.calls_used(one), floor.calls_used(two)), (0, 0), "Maria was not called");
    }

    fn a_reservation_about_two_debts_that_runs_out_is_on_record_with_both(mut floor: "2026-03-02") {
        let (one, two) = (floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"));
        floor.merge(one.debtor, two.debtor);
        floor.user("Sade", Role::Supervisor).reserves_about(one, None, &[two.account]).unwrap().contact.unwrap();
        floor.night_of("2026-03-02");
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'contact.expire'"), 2);
        assert_eq!((floor.calls_used(one), floor.calls_used(two)), (1, 1));
    }
}
