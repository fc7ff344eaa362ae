//! Limits and the policy for offers are proposed by one person, decided about by another, and hold from their day.

use crate::permissions::{client, sign_in};
use duly::app::{Actor, Failure};
use duly::plans::desk::limits::table_of;
use duly::plans::desk::policy;
use duly::plans::desk::standing::book_of;
use duly::plans::desk::terms::About;
use duly::plans::desk::terms::actions::{ProposeTerms, approve_terms, propose_terms, refuse_terms, withdraw_terms};
use duly_domain::identity::Role;
use duly_domain::plans::limits::LimitCase;
use duly_domain::plans::offers::OfferBook;
use duly_domain::values::ids::{CreditorId, TermsProposalId};
use duly_testkit::{Floor, both_engines};
use reqwest::StatusCode;
use uuid::Uuid;

const SIX_MONTHS: &str = "[[row]]\nlimits = { months_max = 6, promise_days_max = 30 }\n";

fn actor(floor: &mut Floor, name: &str) -> Actor {
    let role = if name == "Cora" { Role::Compliance } else { Role::Supervisor };
    floor.user(name, role).actor()
}

fn proposes(floor: &mut Floor, name: &str, about: About, body: &str, from: &str) -> Result<(TermsProposalId, Vec<String>), Failure> {
    let (app, who, at) = (floor.app.clone(), actor(floor, name), floor.app.moment());
    let ask = ProposeTerms {
        about,
        creditor: None,
        body: body.into(),
        from_on: from.parse().unwrap(),
        reason: "Too many long plans break.".into(),
    };
    let done = floor.runtime.block_on(propose_terms(&app, &who, at, &ask));
    done.map(|(id, changes)| (id, changes.into_iter().flat_map(|change| [vec![change.title], change.gone, change.new].concat()).collect()))
}

fn approves(floor: &mut Floor, name: &str, id: TermsProposalId) -> Result<String, Failure> {
    let (app, who, at) = (floor.app.clone(), actor(floor, name), floor.app.moment());
    floor.runtime.block_on(approve_terms(&app, &who, at, id)).map(|on| on.to_string())
}

/// Days within which an officer takes a promise alone.
fn days(floor: &mut Floor) -> i32 {
    let today = floor.today();
    let case = LimitCase { creditor: CreditorId(Uuid::nil()), product: "consumer", days_past_due: 10, role: Role::Officer };
    floor
        .runtime
        .block_on(async { table_of(&mut floor.app.db.read().await.unwrap(), today).await.unwrap().promises(&case).unwrap().days_max })
}

both_engines! {
    fn limits_are_proposed_by_one_and_approved_by_another_and_hold_from_their_day(mut floor: "2026-03-02") {
        let (id, changes) = proposes(&mut floor, "Cora", About::Limits, SIX_MONTHS, "2026-03-05").unwrap();
        assert_eq!(changes, ["Officers", "A promise is due within 30 days.", "A plan runs 6 months at the most."]);
        assert_eq!(days(&mut floor), 90, "a proposal holds nothing");
        let says = approves(&mut floor, "Cora", id).unwrap_err().to_string();
        assert!(says.contains("a second person decides"), "{says}");
        let says = proposes(&mut floor, "Sam", About::Limits, SIX_MONTHS, "2026-03-05").unwrap_err().to_string();
        assert!(says.contains("proposed already"), "{says}");
        assert_eq!(approves(&mut floor, "Sam", id).unwrap(), "2026-03-05");
        assert!(approves(&mut floor, "Sam", id).unwrap_err().to_string().contains("approved already"));
        assert_eq!(days(&mut floor), 90);
        floor.morning_of("2026-03-05");
        assert_eq!(days(&mut floor), 30);
        assert_eq!(floor.count("select count(*) from grant_limits l join terms_proposals p on p.made = l.id where l.set_by <> l.approved_by"), 1);
        // What says what holds is no change.
        let says = proposes(&mut floor, "Sam", About::Limits, SIX_MONTHS, "2026-03-09").unwrap_err().to_string();
        assert!(says.contains("what holds now"), "{says}");

        // Approved after its day it holds from today; refused with a reason, or taken back, it holds never.
        let two = SIX_MONTHS.replace("30", "20");
        let (late, _) = proposes(&mut floor, "Sam", About::Limits, &two, "2026-03-06").unwrap();
        floor.morning_of("2026-03-10");
        assert_eq!(approves(&mut floor, "Cora", late).unwrap(), "2026-03-10");
        assert_eq!(days(&mut floor), 20);
        let (refused, _) = proposes(&mut floor, "Sam", About::Limits, SIX_MONTHS, "2026-03-11").unwrap();
        let (app, at, cora, sam) = (floor.app.clone(), floor.app.moment(), actor(&mut floor, "Cora"), actor(&mut floor, "Sam"));
        assert!(floor.runtime.block_on(refuse_terms(&app, &cora, at, refused, " ")).is_err(), "a refusal has a reason");
        assert!(matches!(floor.runtime.block_on(withdraw_terms(&app, &cora, at, refused)), Err(Failure::Forbidden)));
        floor.runtime.block_on(refuse_terms(&app, &cora, at, refused, "Twenty days work.")).unwrap();
        let (back, _) = proposes(&mut floor, "Sam", About::Limits, SIX_MONTHS, "2026-03-11").unwrap();
        floor.runtime.block_on(withdraw_terms(&app, &sam, at, back)).unwrap();
        floor.morning_of("2026-03-12");
        assert_eq!(days(&mut floor), 20);
        assert_eq!(floor.count("select count(*) from audit_entries where act like 'terms.%'"), 8);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update terms_proposals set decided_words = 'Thirty days work.' where state = 'refused'", &[]);
        assert!(floor.failed_checks().iter().any(|fault| fault.contains("proposed terms")), "{:?}", floor.failed_checks());
    }

    fn every_problem_of_a_text_is_named_by_its_line(mut floor: "2026-03-02") {
        floor.debtor("Maria", "420.00");
        let text = "[[row]]\nlimits = { months_max = 6 }\n\n[[row]]\ncreditor = \"Nobody\"\nlimits = { months_max = 6 }\n\n[[row]]\nlimits = { write_off_max_minor = -1 }\n";
        let says = proposes(&mut floor, "Cora", About::Limits, text, "2026-03-02").unwrap_err().to_string();
        assert!(says.contains("line 4, creditor: \"Nobody\" is no creditor") && says.contains("line 8, write_off:"), "{says}");
        let says = proposes(&mut floor, "Cora", About::Limits, "[[row]]\nlimits = { month_max = 6 }\n", "2026-03-01").unwrap_err().to_string();
        assert!(says.contains("line 2") && says.contains("lies back"), "{says}");
        let house = policy::write(&OfferBook::house()).unwrap();
        let says = proposes(&mut floor, "Cora", About::Offers, &house.replace("months_max = 36", "months_max = 0"), "2026-03-02").unwrap_err().to_string();
        let line = 1 + house.lines().position(|line| line.starts_with("months_max")).unwrap();
        assert!(says.contains(&format!("line {line}, months_max:")), "{says}");
        assert_eq!(floor.count("select count(*) from terms_proposals"), 0);
    }

    fn a_policy_for_offers_is_proposed_the_same_way(mut floor: "2026-03-02") {
        let house = policy::write(&OfferBook::house()).unwrap();
        let (id, changes) = proposes(&mut floor, "Sam", About::Offers, &house.replace("months_max = 36", "months_max = 24"), "2026-03-02").unwrap();
        assert_eq!(changes, ["Installments", "A plan runs 36 months at the most.", "A plan runs 24 months at the most."]);
        approves(&mut floor, "Cora", id).unwrap();
        let today = floor.today();
        let (book, row) = floor.runtime.block_on(async { book_of(&mut floor.app.db.read().await.unwrap(), None, today).await.unwrap() });
        assert_eq!((book.months_max, row.map(|row| row.number)), (24, Some(1)));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn both_are_read_proposed_and_decided_on_their_page(mut floor: "2026-03-02") {
        floor.debtor("Maria", "420.00");
        for name in ["Cora", "Sam"] {
            actor(&mut floor, name);
        }
        floor.user("Alma", Role::Auditor);
        let site = floor.serve();
        floor.runtime.block_on(async {
            let (cora, sam, alma) = (client(), client(), client());
            let cora_csrf = sign_in(&cora, &site, "cora@example.org").await;
            let sam_csrf = sign_in(&sam, &site, "sam@example.org").await;
            sign_in(&alma, &site, "alma@example.org").await;
            let url = |path: &str| format!("{site}/compliance/terms/{path}");
            let page = alma.get(url("limits")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Nobody set any") && page.contains("What is left is written off up to 500.00.") && !page.contains("Propose a change"), "{page}");
            let wrong = [("csrf", cora_csrf.as_str()), ("text", "[[row]]\nlimits = { month_max = 6 }\n"), ("do", "show")];
            let answer = cora.post(url("limits")).form(&wrong).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            let page = answer.text().await.unwrap();
            assert!(page.contains("line 2") && page.contains("month_max = 6"), "what was typed stays: {page}");
            let right = [("csrf", cora_csrf.as_str()), ("text", SIX_MONTHS), ("from", "2026-03-02"), ("reason", "Long plans break.")];
            let shown = cora.post(url("limits")).form(&[&right[..], &[("do", "show")]].concat()).send().await.unwrap().text().await.unwrap();
            assert!(shown.contains("It changes 1 part.") && shown.contains("A plan runs 6 months at the most."), "{shown}");
            let done = cora.post(url("limits")).form(&[&right[..], &[("do", "propose")]].concat()).send().await.unwrap();
            assert_eq!(done.status(), StatusCode::SEE_OTHER);
            let page = cora.get(url("limits")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("You proposed it: somebody else decides."), "{page}");
            let page = sam.get(url("limits")).send().await.unwrap().text().await.unwrap();
            let path = page.split_once("/compliance/terms/proposals/").unwrap().1.split_once("/approvals").unwrap().0.to_string();
            let own = cora.post(url(&format!("proposals/{path}/approvals"))).form(&[("csrf", cora_csrf.as_str())]).send().await.unwrap();
            assert_eq!(own.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(own.text().await.unwrap().contains("The approver is who proposed it"));
            let done = sam.post(url(&format!("proposals/{path}/approvals"))).form(&[("csrf", sam_csrf.as_str())]).send().await.unwrap();
            assert_eq!(done.status(), StatusCode::SEE_OTHER);
            let page = sam.get(url("limits")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Version 1 holds since Mon 2 Mar 2026") && page.contains("A promise is due within 30 days."), "{page}");

            // A creditor's own policy for offers, and one that is refused.
            let page = sam.get(url("offers")).send().await.unwrap().text().await.unwrap();
            let text = page.split_once("spellcheck=\"false\" required>").unwrap().1.split_once("</textarea>").unwrap().0.trim().replace("&#34;", "\"");
            let whose = page.split_once("<option value=\"crd").unwrap().1.split_once('"').unwrap().0;
            let whose = format!("crd{whose}");
            let changed = text.replace("count_max = 36", "count_max = 12");
            let form = [("csrf", sam_csrf.as_str()), ("whose", &whose), ("text", &changed), ("from", "2026-03-02"), ("reason", "They ask for it."), ("do", "propose")];
            assert_eq!(sam.post(url("offers")).form(&form).send().await.unwrap().status(), StatusCode::SEE_OTHER);
            let page = cora.get(url("offers")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Larkfield, from Mon 2 Mar 2026"), "{page}");
            let path = page.split_once("/compliance/terms/proposals/").unwrap().1.split_once("/approvals").unwrap().0.to_string();
            let refused = cora.post(url(&format!("proposals/{path}/refusals"))).form(&[("csrf", cora_csrf.as_str()), ("words", "Not in their contract.")]);
            assert_eq!(refused.send().await.unwrap().status(), StatusCode::SEE_OTHER);
            let page = sam.get(url("offers")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Not in their contract.") && page.contains("what comes with the program holds"), "{page}");
        });
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}
