//! Statuses: entered and lifted with how we know, heeded by the gate, never by a score.

use crate::permissions::{client, sign_in};
use duly::app::{Actor, Failure};
use duly::compliance::facts::gather_for_acts;
use duly::compliance::gate::{AskContact, ask as ask_gate, look_at};
use duly::parties::people::AddPerson;
use duly::parties::status::actions::{EnterStatus, LiftStatus, enter, lift};
use duly::parties::status::standing::{By, service_of, standing};
use duly_domain::compliance::facts::gather_interest;
use duly_domain::compliance::record::{Dialing, Purpose};
use duly_domain::compliance::status::{CARDS, Evidence, Status};
use duly_domain::compliance::{decide, rules};
use duly_domain::decision::{Answer, Decision};
use duly_domain::identity::Role;
use duly_domain::parties::care::Need;
use duly_domain::values::channel::Channel;
use duly_testkit::{Floor, Person, both_engines};
use reqwest::StatusCode;

fn ask(floor: &Floor, of: Person, status: Status, source: Evidence) -> EnterStatus {
    EnterStatus { words: Some("As they wrote.".into()), ..EnterStatus::of(of.account, status, floor.today(), source) }
}

fn enters(floor: &mut Floor, who: &Actor, ask: &EnterStatus) -> Result<By, Failure> {
    floor.runtime.block_on(enter(&floor.app, who, floor.app.moment(), ask))
}

fn lifts(floor: &mut Floor, who: &Actor, of: Person, by: By, source: Evidence) -> Result<Status, Failure> {
    let ask = LiftStatus {
        account: of.account,
        by,
        on: floor.today(),
        source,
        because: "It was shown to be over.".into(),
        document: None,
        is_stay_alone: false,
    };
    floor.runtime.block_on(lift(&floor.app, who, floor.app.moment(), &ask))
}

/// What stands, by its code.
fn stands(floor: &mut Floor, of: Person) -> Vec<&'static str> {
    let all = floor.runtime.block_on(async { standing(&mut floor.app.db.read().await.unwrap(), of.account).await }).unwrap();
    all.into_iter().map(|known| known.status.code()).collect()
}

fn asked(floor: &mut Floor, who: &Actor, ask: &AskContact) -> Decision {
    floor.runtime.block_on(async {
        let mut tx = floor.app.db.begin().await.unwrap();
        let (_, decision, ..) = ask_gate(&mut tx, who, floor.app.moment(), ask).await.unwrap();
        tx.rollback().await;
        decision
    })
}

fn ids(reasons: &[duly_domain::decision::Reason]) -> Vec<&'static str> {
    reasons.iter().map(|reason| reason.rule.id).collect()
}

both_engines! {
    fn every_status_is_entered_heeded_and_lifted_by_whoever_may(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let dana = floor.officer("Dana").actor();
        let cora = floor.user("Cora", Role::Compliance).actor();
        for card in &CARDS {
            let maria = floor.debtor("Maria", "420.00");
            let mut asking = ask(&floor, maria, card.status, card.enter[0]);
            match card.status {
                Status::Closed => asking.channel = Some("call".into()),
                Status::Vulnerable | Status::Hardship => asking.words = None,
                _ => {}
            }
            let by = enters(&mut floor, &dana, &asking).unwrap();
            assert_eq!(stands(&mut floor, maria), [card.code]);
            let collecting = AskContact::with_debtor(maria.account, Channel::Call);
            let listed = card.allowed.iter().any(|item| {
                item.covers(duly_domain::compliance::status::Addressee::Them, Channel::Call, Purpose::Collection, false, false)
            });
            assert_eq!(asked(&mut floor, &dana, &collecting).answer == Answer::Yes, listed, "{}", card.code);

            let wrong = Evidence::ALL.iter().find(|known| !card.lift.contains(known)).unwrap();
            let lifter = if card.status == Status::Closed { dana.clone() } else { cora.clone() };
            assert!(matches!(lifts(&mut floor, &lifter, maria, by, *wrong), Err(Failure::Wrong(_))), "{}", card.code);
            if card.status != Status::Closed {
                assert!(matches!(lifts(&mut floor, &dana, maria, by, card.lift[0]), Err(Failure::Forbidden)), "{}", card.code);
            }
            assert_eq!(stands(&mut floor, maria), [card.code], "nothing was lifted");
            assert_eq!(lifts(&mut floor, &lifter, maria, by, card.lift[0]).unwrap(), card.status);
            assert_eq!(stands(&mut floor, maria), [""; 0], "{}", card.code);
            assert_eq!(asked(&mut floor, &dana, &collecting).answer, Answer::Yes, "{}", card.code);
            assert!(matches!(lifts(&mut floor, &lifter, maria, by, card.lift[0]), Err(Failure::NotFound(_))), "once");
        }
        assert_eq!(floor.count("select count(*) from status_evidence where act = 'entered'"), 15);
        assert_eq!(floor.count("select count(*) from status_evidence where act = 'lifted'"), 15);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update status_evidence set source = 'said' where status = 'cease' and act = 'entered'", &[]);
        assert!(floor.failed_checks()[0].contains("status evidence sev_"), "{:?}", floor.failed_checks());
    }

    fn particulars_of_a_need_are_kept_with_consent_alone(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let maria = floor.debtor("Maria", "420.00");
        let dana = floor.officer("Dana").actor();
        for status in [Status::Vulnerable, Status::Hardship] {
            let told = ask(&floor, maria, status, Evidence::Said);
            let refused = enters(&mut floor, &dana, &told).unwrap_err().to_string();
            assert!(refused.contains("without consent only that there is a need is kept"), "{refused}");
            let kinds = EnterStatus { words: None, needs: vec![Need::Health], ..told.clone() };
            assert!(enters(&mut floor, &dana, &kinds).is_err());
            let bare = EnterStatus { words: None, ..told.clone() };
            enters(&mut floor, &dana, &bare).unwrap();
            let agreed = EnterStatus {
                needs: vec![Need::Health, Need::IncomeLoss],
                consented_by: Some("Maria".into()),
                consented_on: Some(floor.today()),
                consented_how: Some("On the phone: yes, please note it.".into()),
                ..told
            };
            enters(&mut floor, &dana, &agreed).unwrap();
        }
        assert_eq!(stands(&mut floor, maria), ["vulnerable", "hardship"], "said twice, it stands once");
        let kept = floor.texts("select care_kinds, consented_by from status_evidence order by id");
        let agreed = (Some("health income_loss".to_string()), Some("Maria".to_string()));
        assert_eq!(kept, [(None, None), agreed.clone(), (None, None), agreed]);
        let entries = floor.texts("select detail, act from audit_entries where act = 'status.enter'");
        assert!(entries.iter().all(|(detail, _)| !detail.as_ref().unwrap().contains("health")), "no particulars in the record of acts");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn care_changes_how_they_are_reached_and_never_when_their_turn_comes(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "419.00"));
        let dana = floor.officer("Dana").actor();
        let place = |floor: &mut Floor| (floor.place("Dana", maria), floor.texts("select cast(expected_minor as text), lane from worklist order by account_id"));
        let before = place(&mut floor);
        for status in [Status::Vulnerable, Status::Incarcerated, Status::Hardship] {
            let bare = EnterStatus { words: None, ..ask(&floor, maria, status, Evidence::Said) };
            enters(&mut floor, &dana, &bare).unwrap();
        }
        assert_eq!(place(&mut floor), before, "no score knows of it");
        assert!(floor.may_call(otto));
        let by_hand = AskContact::with_debtor(maria.account, Channel::Call);
        let shown = asked(&mut floor, &dana, &by_hand);
        assert_eq!((shown.answer, ids(&shown.warnings)), (Answer::Yes, vec!["policy.care-note"]));
        let trained = dana.id.unwrap();
        floor.runtime.block_on(duly::identity::actions::train(&floor.app, &Actor::command(), floor.app.moment(), trained, true)).unwrap();
        assert_eq!(ids(&asked(&mut floor, &dana, &by_hand).warnings), [""; 0]);
        let by_machine = AskContact { dialing: Dialing::Prerecorded, ..by_hand };
        let found = ids(&asked(&mut floor, &dana, &by_machine).because);
        assert!(found.ends_with(&["policy.vulnerable", "policy.incarcerated"]), "{found:?}");
    }

    fn after_a_death_who_acts_for_the_estate_is_named_and_reached(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let maria = floor.debtor("Maria", "420.00");
        let dana = floor.officer("Dana").actor();
        let died = ask(&floor, maria, Status::Deceased, Evidence::Family);
        enters(&mut floor, &dana, &died).unwrap();
        assert!(!floor.may_call(maria));
        for role in ["executor", "administrator", "surviving_spouse"] {
            let named = AddPerson { name: format!("Ann {role}"), role: role.into(), phone: Some("614 555 0177".into()), ..AddPerson::default() };
            let ann = floor.add_person(maria, &named).unwrap();
            assert!(floor.sees_other(maria, ann).0, "{role}");
        }
        let nephew = AddPerson { name: "Nephew".into(), role: "third_party".into(), phone: Some("614 555 0178".into()), ..AddPerson::default() };
        let nephew = floor.add_person(maria, &nephew).unwrap();
        assert!(!floor.sees_other(maria, nephew).0);
    }

    fn a_guardian_is_reached_in_place_of_a_child(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let maria = floor.debtor("Maria", "420.00");
        let dana = floor.officer("Dana").actor();
        let minor = ask(&floor, maria, Status::Minor, Evidence::BirthDocument);
        enters(&mut floor, &dana, &minor).unwrap();
        let refused = asked(&mut floor, &dana, &AskContact::with_debtor(maria.account, Channel::Letter));
        assert_eq!((refused.answer, ids(&refused.because)), (Answer::No, vec!["policy.minor"]));
        let named = AddPerson { name: "Ana".into(), role: "guardian".into(), phone: Some("614 555 0177".into()), ..AddPerson::default() };
        let ana = floor.add_person(maria, &named).unwrap();
        assert!(floor.sees_other(maria, ana).0);
    }

    fn service_reaches_the_acts_it_protects_from(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let maria = floor.debtor("Maria", "420.00");
        let dana = floor.officer("Dana").actor();
        let capped = |floor: &mut Floor| {
            floor.runtime.block_on(async {
                let mut tx = floor.app.db.read().await.unwrap();
                let known = gather_for_acts(&mut tx, maria.account).await.unwrap();
                let facts = gather_interest(&known.record, floor.app.moment().at, &[maria.account.0.as_u128()], 900, false);
                decide(&rules::INTEREST, &facts, &()).because.iter().any(|reason| reason.rule.id == "scra.interest-cap")
            })
        };
        let serves = EnterStatus {
            served_from: Some("2025-06-01".parse().unwrap()),
            ..ask(&floor, maria, Status::Servicemember, Evidence::DefenseRegister)
        };
        enters(&mut floor, &dana, &serves).unwrap();
        assert!(!capped(&mut floor), "nobody asked for the limit");
        let orders = EnterStatus { orders_on: Some(floor.today()), ..ask(&floor, maria, Status::Servicemember, Evidence::Orders) };
        enters(&mut floor, &dana, &orders).unwrap();
        assert!(capped(&mut floor), "the limit holds with what both entries say");
        let service = floor.runtime.block_on(async { service_of(&mut floor.app.db.read().await.unwrap(), maria.debtor).await }).unwrap().unwrap();
        assert_eq!(service.entered, Some("2025-06-01".parse().unwrap()));
        assert_eq!(stands(&mut floor, maria), ["servicemember"]);
        let wrong = EnterStatus { served_until: Some("2025-01-01".parse().unwrap()), ..serves };
        assert!(enters(&mut floor, &dana, &wrong).unwrap_err().to_string().contains("is before the first day"));
        assert!(floor.may_call(maria));
    }

    fn a_petition_binds_from_its_day_on_every_debt_and_a_lifted_stay_frees_one(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let (maria, other) = (floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"));
        floor.merge(maria.debtor, other.debtor);
        let dana = floor.officer("Dana").actor();
        let cora = floor.user("Cora", Role::Compliance).actor();
        let filed = EnterStatus { on: "2026-02-20".parse().unwrap(), ..ask(&floor, maria, Status::Chapter13, Evidence::Docket) };
        let by = enters(&mut floor, &dana, &filed).unwrap();
        assert_eq!(floor.count("select count(*) from notices where chapter = 13 and happened_at < 1771700000000000"), 1, "from the petition on");
        assert!(!floor.may_call(maria) && !floor.may_call(other));
        let freed = LiftStatus {
            account: maria.account,
            by,
            on: floor.today(),
            source: Evidence::CourtOrder,
            because: "Order of 1 March.".into(),
            document: None,
            is_stay_alone: true,
        };
        floor.runtime.block_on(lift(&floor.app, &cora, floor.app.moment(), &freed)).unwrap();
        assert!(floor.may_call(maria) && !floor.may_call(other));
        assert_eq!(stands(&mut floor, maria), ["bankruptcy_13"], "the case goes on");
    }

    fn the_account_shows_what_is_still_allowed(mut floor: "2026-03-02") {
        floor.clock("11:00");
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana");
        let base = floor.serve();
        let url = format!("{base}/accounts/{}", maria.account);
        floor.runtime.block_on(async {
            let client = client();
            let csrf = sign_in(&client, &base, "dana@example.org").await;
            let form = [("csrf", csrf.as_str()), ("status", "cease"), ("on", "2026-03-02"), ("source", "letter"), ("words", "Leave me alone.")];
            assert_eq!(client.post(format!("{url}/statuses")).form(&form).send().await.unwrap().status(), StatusCode::SEE_OTHER);
            for page in [format!("{url}?do=stop"), format!("{url}/people/{}", maria.debtor), url.clone()] {
                let page = client.get(page).send().await.unwrap().text().await.unwrap();
                assert!(page.contains("Asked in writing to be left alone") && page.contains("One message that collection ends."), "{page}");
            }
            let page = client.get(format!("{url}?do=stop")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Leave me alone.") && page.contains("Lifted by a compliance officer."), "{page}");
        });
        let page = floor.runtime.block_on(async {
            let mut tx = floor.app.db.read().await.unwrap();
            let known = duly::compliance::facts::gather(&mut tx, maria.account).await.unwrap();
            look_at(&known, floor.app.moment().at, Channel::Call, maria.debtor).decision.answer
        });
        assert_eq!(page, Answer::No);
    }
}
