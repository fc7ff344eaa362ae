//! Hardship pauses: granted, reached back, reviewed, ended; plans that go on otherwise.

use super::charges::{charges_fee, sets, waives};
use crate::permissions::{client, sign_in};
use duly::accounts::closing::set_recall;
use duly::accounts::hardship::actions::{GrantPause, end_pause, grant_pause};
use duly::app::{Failure, Outcome};
use duly::plans::agreed::revising::revise_plan;
use duly::plans::agreed::store::{PlanRow, list_installments, list_plans};
use duly::plans::approvals::actions::{AskApproval, answer, ask};
use duly::plans::desk::agreeing::{AgreePlan, Agreed, agree_plan};
use duly::plans::desk::limits;
use duly_domain::accounts::Bucket;
use duly_domain::accounts::hardship::PauseReason;
use duly_domain::compliance::record::Purpose;
use duly_domain::identity::Role;
use duly_domain::ledger::charges::InterestSource;
use duly_domain::plans::approval::{Terms, Verdict};
use duly_domain::plans::revision::Revision;
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::channel::Channel;
use duly_domain::values::money::Money;
use duly_testkit::{Floor, Person, both_engines};

/// A pause from a day for so many days ahead, by an officer; the rules against it.
pub fn pauses(floor: &mut Floor, person: Person, from: &str, days: i64) -> Vec<&'static str> {
    let (app, at, who) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
    let until_on = at.business_day.saturating_add(jiff::Span::new().days(days));
    let ask = GrantPause {
        account: person.account,
        from_on: from.parse().unwrap(),
        until_on,
        reason: PauseReason::Work,
        words: "Laid off in February.".into(),
        is_for_person: false,
    };
    match floor.runtime.block_on(grant_pause(&app, &who, at, &ask)).unwrap() {
        Outcome::Done(_) => vec![],
        Outcome::Refused(decision) => decision.because.iter().map(|reason| reason.rule.id).collect(),
    }
}

fn agrees(floor: &mut Floor, person: Person, total: i64, count: u32, first_on: &str) {
    let (app, at, who) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
    let terms = PlanTerms {
        total: Money::usd(total),
        down: Money::usd(0),
        cut: Cut::Count(count),
        first_on: first_on.parse().unwrap(),
        frequency: Frequency::Monthly,
    };
    let agreed = floor.runtime.block_on(agree_plan(&app, &who, at, AgreePlan { account: person.account, terms })).unwrap();
    assert!(matches!(agreed, Agreed::Done(_)), "{agreed:?}");
}

/// The newest plan and when its payments are due: `04-16 133.34`.
fn plan(floor: &mut Floor, person: Person) -> (PlanRow, Vec<String>) {
    floor.runtime.block_on(async {
        let mut tx = floor.app.db.read().await.unwrap();
        let plan = list_plans(&mut tx, person.account).await.unwrap().remove(0);
        let own = list_installments(&mut tx, person.account).await.unwrap().into_iter().filter(|one| one.plan == plan.id);
        let own = own.map(|one| format!("{} {}", one.due_on.strftime("%m-%d"), Money::usd(one.amount_minor).figures())).collect();
        (plan, own)
    })
}

pub(super) fn revises(floor: &mut Floor, person: Person, revision: Revision) -> Result<(), Failure> {
    let (app, at, who) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
    let id = plan(floor, person).0.id;
    floor.runtime.block_on(revise_plan(&app, &who, at, person.account, id, revision, "They asked for it.")).map(drop)
}

fn interest(floor: &mut Floor, person: Person) -> i64 {
    floor.account(person).owed_minor[Bucket::Interest as usize]
}

both_engines! {
    fn a_pause_stops_interest_fees_contact_and_credit_reporting_together(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "3650.00");
        sets(&mut floor, maria, InterestSource::Agreement, 90_000, "2026-03-02").unwrap();
        floor.morning_of("2026-03-12");
        charges_fee(&mut floor, maria, "25.00", true).unwrap();
        floor.morning_of("2026-04-01");
        assert_eq!((interest(&mut floor, maria), floor.account(maria).owed_minor[Bucket::Fees as usize]), (2_610, 2_500));
        // It reaches back to 7 March: interest of 3 to 6 March stays, the fee of the 12th goes.
        assert_eq!(pauses(&mut floor, maria, "2026-03-07", 30), Vec::<&str>::new());
        assert_eq!((interest(&mut floor, maria), floor.account(maria).owed_minor[Bucket::Fees as usize]), (360, 0));
        assert_eq!(floor.count("select count(*) from entries where kind = 'reversal'"), 2);
        assert_eq!(floor.count("select count(*) from charges where reversed_on is null"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        // Nobody reaches out to collect, and no fee is added; what the law asks for goes.
        floor.clock("11:00");
        assert_eq!(floor.officer("Dana").calls(maria, "talked"), ["policy.hardship-pause"]);
        assert_eq!(charges_fee(&mut floor, maria, "5.00", true).unwrap(), ["policy.hardship-pause"]);
        let app = floor.app.clone();
        let (at, account) = (app.moment(), maria.account);
        let told = floor.runtime.block_on(async {
            let mut ask = duly::compliance::gate::AskContact::with_debtor(account, Channel::Letter);
            ask.purpose = Purpose::RequiredByLaw;
            duly::compliance::gate::try_out(&mut app.db.read().await.unwrap(), at.at, &ask).await
        });
        assert!(told.unwrap().decision.because.is_empty(), "a letter that is owed goes");
        assert!(floor.place("Dana", maria).is_none(), "it is off the list");
        assert_eq!(pauses(&mut floor, maria, "2026-04-01", 20), ["accounts.pause.one"]);
        // On its day it is over by itself, and somebody looks at it with them.
        floor.morning_of("2026-05-01");
        assert_eq!((floor.account(maria).paused_until, interest(&mut floor, maria)), (None, 360));
        assert!(floor.account(maria).next_action.unwrap().starts_with("Hardship pause over"));
        assert!(floor.place("Dana", maria).is_some());
        floor.morning_of("2026-06-01");
        assert_eq!(interest(&mut floor, maria), 360 + 31 * 90, "from its day of review on");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        let told: Vec<String> = floor.timeline(maria).into_iter().map(|(title, _)| title).collect();
        assert!(told.contains(&"Hardship pause until Fri 1 May 2026".to_string()), "{told:?}");
    }

    fn what_was_paid_for_interest_that_is_taken_back_pays_the_rest(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "3650.00");
        sets(&mut floor, maria, InterestSource::Agreement, 90_000, "2026-03-02").unwrap();
        floor.morning_of("2026-03-22");
        // 18.00 of interest are paid, and 2.00 of principal.
        floor.pays(maria, "20.00", "P1");
        assert_eq!((interest(&mut floor, maria), floor.balance(maria)), (0, "3,648.00".into()));
        // The pause reaches back to the 12th: 8.10 were paid for days before it, the rest is turned to principal.
        assert_eq!(pauses(&mut floor, maria, "2026-03-12", 30), Vec::<&str>::new());
        assert_eq!((interest(&mut floor, maria), floor.balance(maria)), (810, "3,638.10".into()));
        assert_eq!(floor.count("select count(*) from entries where kind = 'reallocation'"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_was_waived_stays_waived_of_what_is_left(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "3650.00");
        sets(&mut floor, maria, InterestSource::Agreement, 90_000, "2026-03-02").unwrap();
        floor.morning_of("2026-03-22");
        // 18.00 accrued, 5.00 of it are waived; the pause leaves the 9.00 from before the 13th.
        assert_eq!(waives(&mut floor, maria, Bucket::Interest, "5.00"), Vec::<&str>::new());
        assert_eq!(pauses(&mut floor, maria, "2026-03-13", 30), Vec::<&str>::new());
        assert_eq!(interest(&mut floor, maria), 900 - 500);
        assert_eq!(floor.balance(maria), "3,654.00");
        assert_eq!(floor.count("select count(*) from charges where kind = 'waiver' and reversed_on is null"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn beyond_an_officers_limits_a_supervisor_grants_it_and_it_ends_early(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        assert_eq!(pauses(&mut floor, maria, "2026-03-02", 61), ["accounts.limit.pause-days"]);
        assert_eq!(pauses(&mut floor, maria, "2026-03-02", 200), ["accounts.pause.until"]);
        assert_eq!(pauses(&mut floor, maria, "2026-03-01", 30), ["accounts.pause.from"], "before it was placed");
        let (app, at, dana) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
        let sam = floor.user("Sam", Role::Supervisor).actor();
        let until_on = at.business_day.saturating_add(jiff::Span::new().days(90));
        let terms = Terms::Pause { from_on: at.business_day, until_on, reason: PauseReason::Work };
        let asked = AskApproval { account: maria.account, call: None, terms, words: "Three months without work.".into() };
        let Outcome::Done(id) = floor.runtime.block_on(ask(&app, &dana, at, &asked)).unwrap() else { panic!("it is asked") };
        assert!(matches!(floor.runtime.block_on(answer(&app, &sam, at, id, &Verdict::Approve, "")).unwrap(), Outcome::Done(_)));
        assert_eq!(pauses(&mut floor, maria, "2026-03-02", 91), ["accounts.limit.pause-days"], "exactly these terms were granted");
        assert_eq!(pauses(&mut floor, maria, "2026-03-02", 90), Vec::<&str>::new());
        assert_eq!(floor.count("select count(*) from approvals where state = 'used'"), 1);
        // The hold is the pause's: it ends with it and not alone.
        let hold = floor.runtime.block_on(async { duly::accounts::store::list_holds(&mut app.db.read().await.unwrap(), maria.account).await }).unwrap()[0].id;
        let alone = floor.runtime.block_on(duly::accounts::actions::end_hold(&app, &dana, at, maria.account, hold)).unwrap_err();
        assert_eq!(alone.to_string(), "the hold belongs to a hardship pause: end the pause");
        floor.morning_of("2026-03-10");
        let at = floor.app.moment();
        floor.runtime.block_on(end_pause(&app, &dana, at, maria.account, "She has work again.")).unwrap();
        assert_eq!(floor.account(maria).paused_until, None);
        assert!(floor.place("Dana", maria).is_some());
        assert!(floor.runtime.block_on(end_pause(&app, &dana, at, maria.account, "again")).is_err());
        assert_eq!(pauses(&mut floor, maria, "2026-03-09", 30), ["accounts.pause.from"], "not into the one before");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn the_plan_comes_after_the_pause_to_the_cent(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "400.00"), floor.debtor("Otto", "60.00"));
        agrees(&mut floor, maria, 40_000, 3, "2026-03-16");
        assert_eq!(plan(&mut floor, maria).1, ["03-16 133.34", "04-16 133.33", "05-18 133.33"]);
        floor.morning_of("2026-03-17");
        floor.pays(maria, "33.34", "P1");
        assert_eq!(pauses(&mut floor, maria, "2026-03-17", 40), Vec::<&str>::new());
        let (after, days) = plan(&mut floor, maria);
        assert_eq!(days, ["05-18 100.00", "06-16 133.33", "07-16 133.33"]);
        assert_eq!((after.total_minor, after.revised()), (36_666, Some(Revision::Rest { until: "2026-04-26".parse().unwrap() })));
        floor.morning_of("2026-04-27");
        assert_eq!(floor.promises(maria), ["open", "withdrawn"], "nothing of it was broken");
        floor.morning_of("2026-05-18");
        floor.pays(maria, "366.66", "P2");
        assert_eq!((plan(&mut floor, maria).0.state, floor.account(maria).state), ("kept".into(), "paid".into()));
        // A promise alone is taken back with a pause: nobody breaks it meanwhile.
        floor.officer("Dana").takes_promise(otto, "20.00", "2026-05-25");
        assert_eq!(pauses(&mut floor, otto, "2026-05-18", 20), Vec::<&str>::new());
        floor.morning_of("2026-06-01");
        assert_eq!(floor.promises(otto), ["withdrawn"]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn the_tabs_lead_through_interest_a_fee_a_request_and_a_pause(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "3650.00");
        for (name, role) in [("Dana", Role::Officer), ("Sam", Role::Supervisor), ("Nora", Role::BackOffice)] {
            floor.user(name, role);
        }
        let base = floor.serve();
        let account = format!("{base}/accounts/{}", maria.account);
        floor.runtime.block_on(async {
            let get = async |who: &reqwest::Client, path: &str| who.get(format!("{account}{path}")).send().await.unwrap().text().await.unwrap();
            let nora = client();
            let csrf = sign_in(&nora, &base, "nora@example.org").await;
            assert!(get(&nora, "?do=charges").await.contains("This account bears no interest."));
            let set = [("csrf", csrf.as_str()), ("source", "agreement"), ("rate", "9 %"), ("days", "actual_365"), ("from", "2026-03-02"), ("words", "Clause 7")];
            assert_eq!(nora.post(format!("{account}/interest")).form(&set).send().await.unwrap().status(), 303);
            assert_eq!(nora.post(format!("{account}/interest")).form(&[set[0], ("rate", "nine"), ("from", "2026-03-02")]).send().await.unwrap().status(), 422);
            let page = get(&nora, "?do=charges").await;
            assert!(page.contains("9 % a year") && page.contains("Clause 7") && page.contains("USD 0.90 more"), "{page}");
            let fee = [("csrf", csrf.as_str()), ("what", "Returned check"), ("amount", "40.00"), ("bucket", "fees"), ("basis", "")];
            let refused = nora.post(format!("{account}/fees")).form(&fee).send().await.unwrap();
            assert_eq!(refused.status(), 422);
            assert!(refused.text().await.unwrap().contains("15 USC 1692f(1)"));
            let fee = [fee[0], fee[1], fee[2], fee[3], ("basis", "agreement")];
            assert_eq!(nora.post(format!("{account}/fees")).form(&fee).send().await.unwrap().status(), 303);
            // An officer waives a little, and asks for more.
            let dana = client();
            let csrf = sign_in(&dana, &base, "dana@example.org").await;
            let waive = |amount, what| [("csrf", csrf.as_str()), ("bucket", "fees"), ("amount", amount), ("because", "The bank erred."), ("do", what)];
            let large = dana.post(format!("{account}/waivers")).form(&waive("30.00", "waive")).send().await.unwrap();
            assert_eq!(large.status(), 422);
            assert!(large.text().await.unwrap().contains("ledger.limit.waiver-share"));
            assert_eq!(dana.post(format!("{account}/waivers")).form(&waive("10.00", "waive")).send().await.unwrap().status(), 303);
            assert_eq!(dana.post(format!("{account}/waivers")).form(&waive("30.00", "ask")).send().await.unwrap().status(), 303);
            let sam = client();
            let key = sign_in(&sam, &base, "sam@example.org").await;
            let list = sam.get(format!("{base}/approvals")).send().await.unwrap().text().await.unwrap();
            let id = list.split("/approvals/apr_").nth(1).or(list.split("href=\"/approvals/").nth(1)).and_then(|rest| rest.split('"').next()).unwrap();
            let id = if list.contains("/approvals/apr_") { format!("apr_{id}") } else { id.to_string() };
            let one = sam.get(format!("{base}/approvals/{id}")).send().await.unwrap().text().await.unwrap();
            assert!(one.contains("USD 30.00 of fees waived") && !one.contains("Or grant other terms"), "{one}");
            let answer = [("csrf", key.as_str()), ("verdict", "approve"), ("words", "")];
            assert_eq!(sam.post(format!("{base}/approvals/{id}/answers")).form(&answer).send().await.unwrap().status(), 303);
            assert!(get(&dana, "").await.contains("Grant USD 30.00 of fees waived"));
            assert_eq!(dana.post(format!("{base}/approvals/{id}/uses")).form(&[("csrf", csrf.as_str())]).send().await.unwrap().status(), 303);
            // A pause, from the tab; beyond the limits it is refused with the way out.
            let pause = |until, what| [("csrf", csrf.as_str()), ("reason", "illness"), ("from", "2026-03-02"), ("until", until), ("words", "In hospital."), ("do", what)];
            let long = dana.post(format!("{account}/pauses")).form(&pause("2026-08-01", "grant")).send().await.unwrap();
            assert_eq!(long.status(), 422);
            assert!(long.text().await.unwrap().contains("accounts.limit.pause-days"));
            assert_eq!(dana.post(format!("{account}/pauses")).form(&pause("2026-04-01", "grant")).send().await.unwrap().status(), 303);
            let page = get(&dana, "?do=pause").await;
            assert!(page.contains("hardship pause until Wed 1 Apr 2026") && page.contains("Illness or injury") && !page.contains("End the hold"), "{page}");
            let desk = get(&dana, "/offers").await;
            assert!(desk.contains("The pause in hardship that stands"), "{desk}");
            let end = [("csrf", csrf.as_str()), ("because", "They are back at work.")];
            assert_eq!(dana.post(format!("{account}/pauses/ends")).form(&end).send().await.unwrap().status(), 303);
            assert!(get(&dana, "?do=pause").await.contains("over since Mon 2 Mar 2026: They are back at work."));
        });
        assert_eq!(floor.account(maria).owed_minor[Bucket::Fees as usize], 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn limits_are_set_by_two_and_plans_end_before_a_recall(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "400.00");
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let (sam, cora) = (floor.user("Sam", Role::Supervisor).actor(), floor.user("Cora", Role::Compliance).actor());
        let written = limits::parse("[[row]]\ncreditor = \"Larkfield\"\nlimits = { months_max = 2, promise_days_max = 10 }\n").unwrap();
        let ask = limits::SetLimits { written: written.clone(), from_on: at.business_day, approver: sam.clone() };
        assert!(floor.runtime.block_on(limits::set_limits(&app, &sam, at, &ask)).is_err(), "nobody approves what they set");
        assert_eq!(floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-20"), Vec::<&str>::new());
        floor.officer("Dana").withdraws_promise(maria).unwrap();
        assert_eq!(floor.runtime.block_on(limits::set_limits(&app, &cora, at, &ask)).unwrap().number, 1);
        assert_eq!(floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-20"), ["plans.limit.days"]);
        let unknown = limits::Written { row: vec![limits::WrittenRow { creditor: Some("Nobody".into()), ..written.row[0].clone() }] };
        let wrong = limits::SetLimits { written: unknown, ..ask };
        assert!(floor.runtime.block_on(limits::set_limits(&app, &cora, at, &wrong)).is_err());
        // Four months are beyond two; and past the recall no plan runs for anybody.
        let terms = |count| PlanTerms {
            total: Money::usd(40_000),
            down: Money::usd(0),
            cut: Cut::Count(count),
            first_on: "2026-03-16".parse().unwrap(),
            frequency: Frequency::Monthly,
        };
        let dana = floor.officer("Dana").actor();
        let agreed = floor.runtime.block_on(agree_plan(&app, &dana, at, AgreePlan { account: maria.account, terms: terms(4) })).unwrap();
        assert!(matches!(&agreed, Agreed::Refused(decision) if decision.because.iter().any(|reason| reason.rule.id == "plans.limit.months")), "{agreed:?}");
        floor.runtime.block_on(set_recall(&app, &sam, at, maria.account, Some("2026-05-01".parse().unwrap()))).unwrap();
        assert!(floor.runtime.block_on(set_recall(&app, &sam, at, maria.account, Some("2026-03-02".parse().unwrap()))).is_err());
        let late = floor.runtime.block_on(agree_plan(&app, &sam, at, AgreePlan { account: maria.account, terms: terms(4) })).unwrap();
        assert!(matches!(late, Agreed::Outside(_)), "{late:?}");
        agrees(&mut floor, maria, 40_000, 2, "2026-03-16");
        let past = revises(&mut floor, maria, Revision::Skip).unwrap_err();
        assert!(past.to_string().contains("when the creditor takes the account back"), "{past}");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_plan_is_skipped_moved_and_merged_and_history_stands(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "400.00");
        agrees(&mut floor, maria, 40_000, 4, "2026-03-16");
        revises(&mut floor, maria, Revision::Skip).unwrap();
        assert_eq!(plan(&mut floor, maria).1, ["04-16 100.00", "05-18 100.00", "06-16 100.00", "07-16 100.00"]);
        revises(&mut floor, maria, Revision::DueDay { day: 1 }).unwrap();
        assert_eq!(plan(&mut floor, maria).1, ["05-01 100.00", "06-01 100.00", "07-01 100.00", "08-03 100.00"]);
        revises(&mut floor, maria, Revision::Merge).unwrap();
        assert_eq!(plan(&mut floor, maria).1, ["05-01 200.00", "07-01 100.00", "08-03 100.00"]);
        revises(&mut floor, maria, Revision::Skip).unwrap();
        let third = revises(&mut floor, maria, Revision::Skip).unwrap_err();
        assert!(third.to_string().contains("were skipped already"), "{third}");
        assert_eq!(floor.count("select count(*) from plans where state = 'withdrawn'"), 4);
        assert_eq!(floor.count("select count(*) from plans where state = 'active' and revises_id is not null"), 1);
        assert_eq!(floor.promises(maria).iter().filter(|state| *state == "open").count(), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}
