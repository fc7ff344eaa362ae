//! Acts that are no contact: asked on an account, kept, proved, made again.

use crate::permissions::{client, sign_in};
use duly::accounts::closing::close_account;
use duly::compliance::acts::ask;
use duly::compliance::replay::{Judged, Kind, replay};
use duly_domain::compliance::acts::Act;
use duly_domain::compliance::facts::{KeptRecord, Transferee, Venue};
use duly_domain::identity::Role;
use duly_testkit::{Floor, Person, both_engines};
use jiff::civil::date;

fn fee(is_in_agreement: bool) -> Act {
    Act::Fee { what: "Postage".into(), amount_minor: Some(500), is_in_agreement, is_permitted_by_law: false }
}

/// The rules that stand in the way of an act.
fn asked(floor: &mut Floor, person: Person, act: &Act) -> Vec<&'static str> {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let who = floor.user("Cora", Role::Compliance).actor();
    let asked = floor.runtime.block_on(ask(&app, &who, at, person.account, act)).unwrap();
    asked.decision.because.iter().map(|reason| reason.rule.id).collect()
}

fn is_whole(floor: &mut Floor) -> bool {
    floor.failed_checks().is_empty()
}

both_engines! {
    fn an_act_is_decided_by_what_is_on_record_and_the_answer_is_kept_and_proved(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        floor.clock("11:00");
        let furnish = Act::Furnish { bureau: "Any bureau".into(), shows_dispute: false, delinquency_began: Some(date(2025, 9, 1)) };
        assert_eq!(asked(&mut floor, maria, &furnish), ["regf.credit-report.precondition"], "nobody has told her of it");
        assert!(floor.officer("Dana").calls(maria, "talked").is_empty());
        assert_eq!(asked(&mut floor, maria, &furnish), Vec::<&str>::new(), "spoken with");
        assert_eq!((asked(&mut floor, maria, &fee(false)), asked(&mut floor, maria, &fee(true))), (vec!["fdcpa.amount.authorised"], vec![]));
        let suit = Act::Suit { venue: Some(Venue::ConsumerLivesThere), is_proof_of_claim: false, accrued_on: None, agreement: None };
        assert_eq!(asked(&mut floor, maria, &suit), ["regf.time-barred.suit"], "what is not known counts as run out");
        let delete = Act::Delete { kept: KeptRecord::Evidence, last_activity_on: None };
        assert_eq!(asked(&mut floor, otto, &delete), ["regf.retention"], "placed this year");
        assert_eq!(floor.count("select count(*) from decisions where act_kind is not null"), 6);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'act.ask'"), 6);
        assert!(is_whole(&mut floor));
        let timeline: Vec<String> = floor.timeline(maria).into_iter().map(|(title, _)| title).collect();
        assert!(timeline.iter().any(|title| title == "Add a fee: refused"), "{timeline:?}");
        assert!(timeline.iter().any(|title| title == "Add a fee: allowed"), "{timeline:?}");
        // What was asked cannot be bent past the record, nor a decision about a contact be made one about an act.
        floor.tamper("update decisions set act_kind = null, act = null where act_kind = 'suit'", &[]);
        assert!(!is_whole(&mut floor));
    }

    fn a_paid_debt_is_not_sold_and_the_refusal_is_kept(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        floor.pays(maria, "420.00", "M-1");
        let sale = |to| Act::Transfer { to, name: "Somebody".into(), shows_dispute: true };
        assert_eq!(asked(&mut floor, maria, &sale(Transferee::Buyer)), ["regf.transfer.prohibited"]);
        assert_eq!(asked(&mut floor, maria, &sale(Transferee::Owner)), Vec::<&str>::new());
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let sven = floor.user("Sven", Role::Supervisor).actor();
        let close = |account, because: &'static str| close_account(&app, &sven, at, account, because, None);
        let refused = floor.runtime.block_on(close(maria.account, "sold")).unwrap_err().to_string();
        assert!(refused.contains("1006.30(b)") && refused.contains("dec_"), "{refused}");
        floor.runtime.block_on(close(otto.account, "sold")).unwrap();
        assert_eq!(floor.count("select count(*) from accounts where closed_because = 'sold'"), 1);
        assert_eq!(floor.count("select count(*) from decisions where act_kind = 'transfer'"), 4, "both answers are kept");
        assert!(is_whole(&mut floor));
    }

    fn kept_answers_are_made_again_from_their_facts(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.clock("11:00");
        assert!(asked(&mut floor, maria, &fee(true)).is_empty());
        assert!(!asked(&mut floor, maria, &fee(false)).is_empty());
        let replayed = |floor: &mut Floor| {
            let app = floor.app.clone();
            let (from, to) = ("2026-03-01T00:00:00Z".parse().unwrap(), "2026-04-01T00:00:00Z".parse().unwrap());
            floor.runtime.block_on(replay(&app, from, to)).unwrap()
        };
        let done = replayed(&mut floor);
        assert_eq!((done.acts, done.differences.len()), (2, 0));
        floor.tamper("update decisions set answer = 'allowed', rules = '' where act_kind = 'fee'", &[]);
        let done = replayed(&mut floor);
        assert_eq!((done.count(Kind::Facts), done.differences.len()), (1, 1), "the refusal was bent");
        assert!(matches!(done.differences[0].of, Judged::Act(_)));
        floor.tamper("update decisions set act = '{}' where act_kind = 'fee'", &[]);
        assert_eq!(replayed(&mut floor).count(Kind::NotJudged), 2, "what was asked was bent");
    }

    fn on_screen_it_is_asked_answered_and_listed(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.user("Cora", Role::Compliance);
        floor.user("Otis", Role::Auditor);
        floor.clock("11:00");
        let base = floor.serve();
        floor.runtime.block_on(async {
            let cora = client();
            let csrf = sign_in(&cora, &base, "cora@example.org").await;
            let url = format!("{base}/accounts/{}/acts", maria.account);
            let form = cora.get(format!("{url}?act=fee")).send().await.unwrap().text().await.unwrap();
            assert!(form.contains("May we add a fee to this debt?") && !form.contains(" selected"), "nothing is chosen beforehand");
            let empty = cora.post(&url).form(&[("csrf", csrf.as_str()), ("act", "fee")]).send().await.unwrap();
            assert_eq!(empty.status(), 422);
            assert_eq!(empty.text().await.unwrap().matches("It is not said.").count(), 4);
            let fields = [("csrf", csrf.as_str()), ("act", "fee"), ("what", "Postage"), ("amount", "5.00"), ("in_agreement", "no"), ("law_permits", "no")];
            let answer = cora.post(&url).form(&fields).send().await.unwrap();
            assert_eq!(answer.status(), 303);
            let to = answer.headers()["location"].to_str().unwrap().to_string();
            let page = cora.get(format!("{base}{to}")).send().await.unwrap().text().await.unwrap();
            for says in ["Decision: add a fee", "refused", "15 USC 1692f(1)", "Instead:", "Postage", "the same answer", "is what entry"] {
                assert!(page.contains(says), "{says}: {page}");
            }
            let list = cora.get(format!("{base}/compliance/acts")).send().await.unwrap().text().await.unwrap();
            assert!(list.contains("Add a fee") && list.contains("Cora") && list.contains("Showing 1 to 1 of 1"));
            let room = cora.get(format!("{base}/compliance")).send().await.unwrap().text().await.unwrap();
            assert!(room.contains("Add a fee"), "a refusal stands among the refusals");
            let account = cora.get(format!("{base}/accounts/{}", maria.account)).send().await.unwrap().text().await.unwrap();
            assert!(account.contains("Add a fee: refused"));
            for wrong in ["act=juggle", "act="] {
                assert_eq!(cora.get(format!("{url}?{wrong}")).send().await.unwrap().status(), 404, "{wrong}");
            }
            let otis = client();
            sign_in(&otis, &base, "otis@example.org").await;
            let seen = otis.get(&url).send().await.unwrap().text().await.unwrap();
            assert!(seen.contains("Add a fee") && !seen.contains("Ask and keep the answer"), "an auditor sees and does not ask");
        });
    }
}
