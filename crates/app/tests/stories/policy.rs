//! Policy: proposed, its difference shown, approved by a second person, binding from its day; and which law applies.

use crate::permissions::{client, sign_in};
use duly::app::{Actor, Failure};
use duly::compliance::difference::Difference;
use duly::compliance::policy::actions::{ProposePolicy, approve_policy, propose_policy, withdraw_policy};
use duly::compliance::replay::replay;
use duly_domain::compliance::policy::Limits;
use duly_domain::decision::Whose;
use duly_domain::identity::Role;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{CreditorId, PolicyId};
use duly_testkit::{Floor, Person, both_engines};
use reqwest::StatusCode;

fn calls(max: u32) -> Limits {
    Limits { attempts_max_7_days: Some(max), ..Limits::NONE }
}

fn proposes(
    floor: &mut Floor,
    who: &Actor,
    creditor: Option<CreditorId>,
    limits: Limits,
    from: &str,
) -> Result<(PolicyId, Difference), Failure> {
    let ask = ProposePolicy { creditor, limits, from_on: from.parse().unwrap(), reason: "Fewer calls, better ones.".into() };
    floor.runtime.block_on(propose_policy(&floor.app, who, floor.app.moment(), &ask))
}

fn approves(floor: &mut Floor, who: &Actor, policy: PolicyId) -> Result<Difference, Failure> {
    floor.runtime.block_on(approve_policy(&floor.app, who, floor.app.moment(), policy))
}

/// The rules that stand in the way of a call to the mobile number, and whose they are; the call is made if none does.
fn called(floor: &mut Floor, person: Person) -> Vec<(&'static str, Whose)> {
    let reserved = floor.officer("Dana").reserves(person, Channel::Call).unwrap();
    if let Some(contact) = reserved.contact {
        floor.officer("Dana").records(contact, "no_answer").unwrap();
    }
    reserved.decision.because.iter().map(|reason| (reason.rule.id, reason.whose())).collect()
}

both_engines! {
    fn a_policy_is_approved_by_a_second_person_and_binds_from_its_day(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        let (sven, cora) = (floor.user("Sven", Role::Supervisor).actor(), floor.user("Cora", Role::Compliance).actor());
        let creditor = floor.account(maria).creditor;
        for time in ["10:00", "11:00", "12:00"] {
            floor.clock(time);
            assert!(called(&mut floor, maria).is_empty());
        }
        // What is looser than the law is refused with the law's number, and a day that lies back too.
        for (limits, from, says) in [
            (calls(8), "2026-03-04", "7 calls in 7 days"),
            (Limits { opens_minute: Some(7 * 60), ..Limits::NONE }, "2026-03-04", "opens at 08:00"),
            (calls(3), "2026-03-01", "lies back"),
        ] {
            let refused = proposes(&mut floor, &sven, None, limits, from).unwrap_err().to_string();
            assert!(refused.contains(says), "{refused}");
        }
        let (policy, difference) = proposes(&mut floor, &sven, None, calls(3), "2026-03-04").unwrap();
        assert!(difference.asked >= 1 && !difference.is_sample());
        let number = &difference.numbers[0];
        assert_eq!((number.from.as_str(), number.to.as_str(), number.accounts), ("7", "3", difference.asked));
        assert!(difference.cases.is_good() && difference.cases.run >= 175, "{:?}", difference.cases);
        assert!(matches!(proposes(&mut floor, &cora, None, calls(2), "2026-03-04"), Err(Failure::Stale(_))), "one at a time");
        let alone = approves(&mut floor, &sven, policy).unwrap_err().to_string();
        assert!(alone.contains("second person"), "{alone}");
        approves(&mut floor, &cora, policy).unwrap();
        assert!(matches!(approves(&mut floor, &cora, policy), Err(Failure::Stale(_))), "once");

        // Its day has not come: the fourth call goes through. Then it has.
        floor.morning_of("2026-03-03");
        assert!(called(&mut floor, maria).is_empty());
        floor.morning_of("2026-03-04");
        assert_eq!(called(&mut floor, maria), [("policy.calls", Whose::House)]);
        assert!(called(&mut floor, otto).is_empty());

        // The creditor is stricter still: both speak for Maria, the creditor's alone for Otto.
        let (creditors, difference) = proposes(&mut floor, &cora, Some(creditor), calls(1), "2026-03-04").unwrap();
        floor.clock("09:30");
        approves(&mut floor, &sven, creditors).unwrap();
        let changed: usize = difference.answers.iter().filter(|change| change.when == "now" && change.channel == "call").map(|change| change.accounts).sum();
        assert_eq!(changed, 0, "who was called today is not on the worklist: {difference:?}");
        floor.clock("10:30");
        assert_eq!(called(&mut floor, otto), [("policy.calls", Whose::Creditor)]);
        assert_eq!(called(&mut floor, maria), [("policy.calls", Whose::Creditor)], "of two the stricter speaks");

        // What was decided then is judged by the policy of then.
        let (app, from, to) = (floor.app.clone(), "2026-03-01T00:00:00Z".parse().unwrap(), "2026-04-01T00:00:00Z".parse().unwrap());
        let replayed = floor.runtime.block_on(replay(&app, from, to)).unwrap();
        assert_eq!((replayed.judged, replayed.differences.len()), (5, 0), "{:?}", replayed.differences);

        // Who withdraws takes back a proposal and nothing that binds; all of it stays on record and cannot be altered unseen.
        let (third, _) = proposes(&mut floor, &cora, None, Limits::NONE, "2026-03-05").unwrap();
        floor.runtime.block_on(withdraw_policy(&floor.app, &cora, floor.app.moment(), third)).unwrap();
        assert!(matches!(floor.runtime.block_on(withdraw_policy(&floor.app, &cora, floor.app.moment(), policy)), Err(Failure::Stale(_))));
        assert_eq!(floor.count("select count(*) from policies"), 3);
        assert_eq!(floor.count("select count(*) from audit_entries where chain = 'agency' and act like 'policy.%'"), 6);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update policies set attempts_max_7_days = 7 where id = $1", &[policy.into()]);
        let faults = floor.failed_checks().join("\n");
        assert!(faults.contains(&format!("policy {policy} was altered")), "{faults}");
        floor.tamper("update policies set attempts_max_7_days = 3 where id = $1", &[policy.into()]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("delete from policies where id = $1", &[third.into()]);
        assert!(floor.failed_checks().join("\n").contains(&format!("{third} is gone")));
    }
}

both_engines! {
    fn packs_policy_and_the_law_that_applies_are_read_on_screen(mut floor: "2026-12-02") {
        let maria = floor.debtor("Maria", "420.00");
        for (name, role) in [("Sven", Role::Supervisor), ("Cora", Role::Compliance), ("Ada", Role::Auditor)] {
            floor.user(name, role);
        }
        floor.officer("Dana");
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nzip = \"zip\"\nmobile = \"mobile\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";
        let rows = "reference,name,zip,mobile,principal,due_on\nF-1,Rosa,33101,3055550101,80.00,2026-09-01\n";
        assert_eq!(floor.import(rows, mapping, "Sunshine Clinic").unwrap().accepted, 1);
        let rosa = floor.person("F-1");
        let creditor = floor.account(rosa).creditor;
        floor.tamper("update creditors set role = 'first_party' where id = $1", &[creditor.into()]);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let (sven, cora, ada) = (client(), client(), client());
            let csrf = sign_in(&sven, &base, "sven@example.org").await;
            let other = sign_in(&cora, &base, "cora@example.org").await;
            sign_in(&ada, &base, "ada@example.org").await;
            let read = |path: String| {
                let (ada, base) = (&ada, &base);
                async move {
                    let answer = ada.get(format!("{base}{path}")).send().await.unwrap();
                    (answer.status(), answer.text().await.unwrap())
                }
            };
            let (_, packs) = read("/compliance/packs".into()).await;
            assert!(packs.contains("/compliance/packs/us-oh") && packs.contains("New York City"));
            let (_, massachusetts) = read("/compliance/packs/us-ma".into()).await;
            assert!(massachusetts.contains("state.ma.hours") && massachusetts.contains(">unverified<") && massachusetts.contains("Not enforced:"));
            let (_, ohio) = read("/compliance/packs/us-oh".into()).await;
            assert!(ohio.contains("None known: permits") && ohio.contains("none stricter known"));
            assert_eq!(read("/compliance/packs/us-xx".into()).await.0, StatusCode::NOT_FOUND);

            // A creditor in its own name is not bound by Regulation F; the state closes its evening, and the page says whose rule it is.
            let (_, why) = read(format!("/accounts/{}/why?channel=call&at=2026-12-02T22:00", rosa.account)).await;
            assert!(why.contains("state.fl.hours · unverified") && why.contains("first party") && why.contains("Florida"), "{why}");
            assert!(!why.contains("12 CFR 1006.6(b)(1)(i); 15 USC 1692c(a)(1) · regf.time.hours</span></li>"));
            let (_, why) = read(format!("/accounts/{}/why?channel=call&at=2026-12-02T22:00", maria.account)).await;
            assert!(why.contains("regf.time.hours</span></li>") && why.contains("third party") && why.contains("the ZIP code of an address"));

            let propose = |do_what: &'static str, attempts: &'static str| {
                let form = [("csrf", csrf.clone()), ("attempts", attempts.into()), ("from", "2026-12-02".into()), ("reason", "Fewer.".into()), ("do", do_what.into())];
                sven.post(format!("{base}/compliance/policy")).form(&form).send()
            };
            let looser = propose("propose", "9").await.unwrap();
            assert_eq!(looser.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(looser.text().await.unwrap().contains("looser than the law, which presumes 7 calls in 7 days"));
            let shown = propose("show", "0").await.unwrap().text().await.unwrap();
            assert!(shown.contains("Attempts in 7 days: from 7 to 0 for 2 accounts.") && shown.contains("conformance cases"), "{shown}");
            assert_eq!(propose("propose", "0").await.unwrap().status(), StatusCode::SEE_OTHER);
            let (_, page) = read("/compliance/policy".into()).await;
            let id = page.split("/compliance/policy/").find_map(|rest| rest.split('/').next().filter(|id| id.starts_with("pol_"))).map(String::from);
            assert_eq!(id, None, "an auditor decides nothing");
            let page = cora.get(format!("{base}/compliance/policy")).send().await.unwrap().text().await.unwrap();
            let id = page.split("/compliance/policy/").find_map(|rest| rest.split('/').next().filter(|id| id.starts_with("pol_"))).unwrap();
            let approve = format!("{base}/compliance/policy/{id}/approvals");
            assert_eq!(sven.post(&approve).form(&[("csrf", &csrf)]).send().await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(cora.post(&approve).form(&[("csrf", &other)]).send().await.unwrap().status(), StatusCode::SEE_OTHER);
            let (_, why) = read(format!("/accounts/{}/why?channel=call&at=2026-12-02T11:00", maria.account)).await;
            assert!(why.contains("policy.calls · our own policy") && why.contains("so says our own policy"), "{why}");
            let (_, account) = read(format!("/accounts/{}?why=call", maria.account)).await;
            assert!(account.contains("All channels in 7 days") && account.contains("our own policy"), "{account}");
        });
    }
}
