//! Calls and texts by machine: consent goes with the number, by the person's page and by history, and taken back it binds at once.

use duly::app::Actor;
use duly::compliance::gate::{AskContact, try_out};
use duly::outreach::actions::reserve_contact;
use duly::parties::people::{add_point, record_consent};
use duly_domain::compliance::record::Dialing;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, PointId};
use duly_testkit::{Floor, Person, both_engines};

/// The number of a label.
fn number(floor: &mut Floor, person: Person, label: &str) -> PointId {
    let points = floor
        .runtime
        .block_on(async { duly::parties::store::list_points(&mut floor.app.db.read().await.unwrap(), person.debtor).await.unwrap() });
    points.into_iter().find(|point| point.kind == "phone" && point.label == label).expect("a number").id
}

fn ask(account: AccountId, channel: Channel, dialing: Dialing, point: PointId) -> AskContact {
    AskContact { point: Some(point), dialing, ..AskContact::with_debtor(account, channel) }
}

/// The rules in the way of a contact.
fn rules(floor: &mut Floor, ask: &AskContact) -> Vec<&'static str> {
    let at = floor.app.moment().at;
    let tried = floor.runtime.block_on(async { try_out(&mut floor.app.db.read().await.unwrap(), at, ask).await }).unwrap();
    tried.decision.because.iter().map(|reason| reason.rule.id).collect()
}

fn says(floor: &mut Floor, person: Person, point: PointId, what: &str) {
    let (at, who) = (floor.app.moment(), Actor::command());
    floor.runtime.block_on(record_consent(&floor.app, &who, at, person.account, person.debtor, point, what)).unwrap();
}

both_engines! {
    fn machines_wait_for_consent_by_the_persons_page(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let maria = floor.debtor("Maria", "420.00");
        let mobile = number(&mut floor, maria, "mobile");
        let recorded = ask(maria.account, Channel::Call, Dialing::Prerecorded, mobile);
        let text = ask(maria.account, Channel::Text, Dialing::Automatic, mobile);
        let by_hand = ask(maria.account, Channel::Call, Dialing::Manual, mobile);
        let dropped = ask(maria.account, Channel::RinglessVoicemail, Dialing::Manual, mobile);
        for machine in [&recorded, &text, &dropped] {
            assert_eq!(rules(&mut floor, machine), ["tcpa.cell.consent"]);
        }
        assert_eq!(rules(&mut floor, &by_hand), [""; 0]);
        says(&mut floor, maria, mobile, "tcpa_consent text");
        assert_eq!((rules(&mut floor, &text), rules(&mut floor, &recorded)), (vec![], vec!["tcpa.cell.consent"]), "to texts alone");
        floor.clock("11:05");
        says(&mut floor, maria, mobile, "tcpa_consent");
        assert_eq!((rules(&mut floor, &text), rules(&mut floor, &recorded)), (vec![], vec![]));
        floor.clock("11:10");
        says(&mut floor, maria, mobile, "tcpa_revoked");
        assert_eq!((rules(&mut floor, &text), rules(&mut floor, &recorded)), (vec!["tcpa.revocation"], vec!["tcpa.revocation"]));
        let dana = floor.officer("Dana").actor();
        let reserved = floor.runtime.block_on(reserve_contact(&floor.app, &dana, floor.app.moment(), &recorded, None)).unwrap();
        assert!(reserved.contact.is_none(), "the act is bound as the try was");
        assert_eq!(floor.count("select count(*) from decisions where rules = 'tcpa.revocation'"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn consent_that_history_tells_goes_with_its_number(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let maria = floor.debtor("Maria", "420.00");
        let mobile = number(&mut floor, maria, "mobile");
        let value = floor.texts("select value, label from contact_points where label = 'mobile'")[0].0.clone().unwrap();
        let reference = floor.account(maria).reference;
        let recorded = ask(maria.account, Channel::Call, Dialing::Prerecorded, mobile);
        let heads = "account,kind,date,phone,channel";
        let report = floor.import_history(&format!("{heads}\n{reference},tcpa_consent,2026-01-05,,\n"), None, "Larkfield").unwrap();
        assert_eq!((report.accepted, report.refused), (0, 1), "consent goes with a number");
        floor.import_history(&format!("{heads}\n{reference},tcpa_consent,2026-01-05,614 555 0999,\n"), None, "Larkfield").unwrap();
        assert_eq!(rules(&mut floor, &recorded), ["tcpa.cell.consent"], "another number");
        let told = format!("{heads}\n{reference},tcpa_consent,2026-01-06,{value},\n");
        assert_eq!(floor.import_history(&told, None, "Larkfield").unwrap().accepted, 1);
        assert_eq!(rules(&mut floor, &recorded), [""; 0]);
        assert_eq!(floor.import_history(&told, None, "Larkfield").unwrap().accepted, 0, "told once");
        floor.import_history(&format!("{heads}\n{reference},tcpa_revoked,2026-02-01,,\n"), None, "Larkfield").unwrap();
        assert_eq!(rules(&mut floor, &recorded), ["tcpa.revocation"], "without a number it is taken back for all");
    }

    fn a_recording_speaks_to_a_home_line_three_times_in_thirty_days(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let maria = floor.debtor("Maria", "420.00");
        let (at, who) = (floor.app.moment(), Actor::command());
        let home = floor.runtime.block_on(add_point(&floor.app, &who, at, maria.account, maria.debtor, "phone", "home", "614 555 0150")).unwrap();
        let recorded = ask(maria.account, Channel::Call, Dialing::Prerecorded, home);
        for day in ["2026-03-02", "2026-03-03", "2026-03-04"] {
            floor.morning_of(day);
            floor.clock("11:00");
            let dana = floor.officer("Dana").actor();
            let reserved = floor.runtime.block_on(reserve_contact(&floor.app, &dana, floor.app.moment(), &recorded, None)).unwrap();
            let contact = reserved.contact.expect("one of three");
            floor.officer("Dana").records(contact, "no_answer").unwrap();
        }
        floor.morning_of("2026-03-05");
        floor.clock("11:00");
        assert_eq!(rules(&mut floor, &recorded), ["tcpa.residential.prerecorded-limit"]);
        let by_hand = AskContact { dialing: Dialing::Manual, ..recorded.clone() };
        assert_eq!(rules(&mut floor, &by_hand), [""; 0]);
    }

    fn a_number_that_a_search_found_may_be_a_mobile(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let maria = floor.debtor("Maria", "420.00");
        let reference = floor.account(maria).reference;
        floor.import_history(&format!("account,kind,date,phone\n{reference},phone,2026-02-20,614 555 0160\n"), None, "Larkfield").unwrap();
        let found = number(&mut floor, maria, "home");
        let recorded = ask(maria.account, Channel::Call, Dialing::Prerecorded, found);
        assert_eq!(rules(&mut floor, &recorded), ["tcpa.cell.consent"]);
    }

    fn whoever_takes_it_back_takes_it_back_for_all_they_owe(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let (maria, other) = (floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"));
        floor.merge(maria.debtor, other.debtor);
        let mobile = number(&mut floor, maria, "mobile");
        let second = Person { account: other.account, debtor: maria.debtor };
        for one in [maria, second] {
            says(&mut floor, one, mobile, "tcpa_consent");
        }
        let about_second = ask(second.account, Channel::Call, Dialing::Prerecorded, mobile);
        assert_eq!(rules(&mut floor, &about_second), [""; 0]);
        floor.clock("11:05");
        says(&mut floor, maria, mobile, "tcpa_revoked");
        assert_eq!(rules(&mut floor, &about_second), ["tcpa.revocation"]);
    }
}
