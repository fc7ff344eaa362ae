//! Amendments of the rule packs: proposed with a source, their difference shown, approved by a second person, binding from their day to
//! their last, and named wherever they speak. And whose law it is where nothing but a number is known.

use crate::permissions::{client, sign_in};
use duly::accounts::limitation::actions::{Enter, enter};
use duly::accounts::limitation::{EntryKind, reckoning_of};
use duly::app::{Actor, Failure};
use duly::compliance::acts;
use duly::compliance::amendments::actions::{ProposeAmendment, approve_amendment, propose_amendment, withdraw_amendment};
use duly::compliance::difference::Difference;
use duly::compliance::replay::replay;
use duly_domain::compliance::acts::Act;
use duly_domain::compliance::amendments::Column;
use duly_domain::compliance::states::Confidence;
use duly_domain::decision::{Answer, Whose};
use duly_domain::identity::Role;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::AmendmentId;
use duly_testkit::{Floor, Person, both_engines};
use reqwest::StatusCode;

fn lives_in(floor: &mut Floor, of: Person, state: &str) {
    floor.tamper(&format!("update debtors set state = '{state}' where id = $1"), &[duly::store::Value::from(of.debtor)]);
}

fn ask(pack: &str, column: Column, says: &str, from: &str, to: &str) -> ProposeAmendment {
    ProposeAmendment {
        pack: pack.into(),
        column,
        says: says.into(),
        from_on: from.parse().unwrap(),
        to_on: (!to.is_empty()).then(|| to.parse().unwrap()),
        source: "S. B. 12 of 2026".into(),
        confidence: Confidence::Medium,
    }
}

fn proposes(floor: &mut Floor, who: &Actor, ask: &ProposeAmendment) -> Result<(AmendmentId, Difference), Failure> {
    floor.runtime.block_on(propose_amendment(&floor.app, who, floor.app.moment(), ask))
}

fn approves(floor: &mut Floor, who: &Actor, amendment: AmendmentId) -> Result<Difference, Failure> {
    floor.runtime.block_on(approve_amendment(&floor.app, who, floor.app.moment(), amendment))
}

/// The rules that stand in the way of a call, and whose they are; the call is made if none does.
fn called(floor: &mut Floor, person: Person) -> Vec<(&'static str, Whose)> {
    let reserved = floor.officer("Dana").reserves(person, Channel::Call).unwrap();
    if let Some(contact) = reserved.contact {
        floor.officer("Dana").records(contact, "no_answer").unwrap();
    }
    reserved.decision.because.iter().map(|reason| (reason.rule.id, reason.whose())).collect()
}

fn replayed(floor: &mut Floor) -> (u64, usize) {
    let (app, from, to) = (floor.app.clone(), "2026-12-01T00:00:00Z".parse().unwrap(), "2027-02-01T00:00:00Z".parse().unwrap());
    let replayed = floor.runtime.block_on(replay(&app, from, to)).unwrap();
    (replayed.judged, replayed.differences.len())
}

/// What was kept with the newest decision: its facts and its reasons.
fn kept(floor: &mut Floor) -> (serde_json::Value, String) {
    let newest = floor.texts("select facts, because from decisions order by decided_at desc, id desc limit 1").remove(0);
    (serde_json::from_str(&newest.0.unwrap()).unwrap(), newest.1.unwrap())
}

/// The version of a pack that was kept with the newest decision.
fn kept_version(floor: &mut Floor, pack: &str) -> String {
    let (facts, _) = kept(floor);
    let packs = facts["law"]["packs"].as_array().unwrap().clone();
    packs.iter().find(|known| known["pack"] == pack).unwrap()["version"].as_str().unwrap().to_string()
}

both_engines! {
    fn an_amendment_binds_from_its_day_to_its_last_and_replays_as_it_stood(mut floor: "2026-12-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        let nina = floor.debtor("Nina", "90.00");
        lives_in(&mut floor, maria, "IN");
        lives_in(&mut floor, nina, "IN");
        let (sven, cora) = (floor.user("Sven", Role::Supervisor).actor(), floor.user("Cora", Role::Compliance).actor());
        assert!(called(&mut floor, maria).is_empty());
        let shipped = kept_version(&mut floor, "us-in");
        // What cannot be enforced, comes too late or names no source is refused at entry.
        let caps = |says: &str| ask("us-in", Column::ContactCaps, says, "2026-12-03", "2026-12-04");
        for (wrong, says) in [
            (caps("few calls"), "3 calls per debt in 7 days"),
            (ask("us-in", Column::ContactCaps, "none", "2026-12-01", ""), "lies back"),
            (ask("us-in", Column::ContactCaps, "none", "2026-12-03", "2026-12-02"), "before the first day"),
            (ProposeAmendment { source: " ".into(), ..caps("none") }, "where does the law say so"),
            (ask("us", Column::ContactCaps, "none", "2026-12-03", ""), "with a release"),
            (ask("us-ny-nyc", Column::Revival, "no revival", "2026-12-03", ""), "hours and caps alone"),
            (ask("us-xx", Column::ContactCaps, "none", "2026-12-03", ""), "is not there"),
        ] {
            let refused = proposes(&mut floor, &sven, &wrong).unwrap_err().to_string();
            assert!(refused.contains(says), "{refused}");
        }
        let (amendment, difference) = proposes(&mut floor, &sven, &caps("0 calls per debt in 7 days, creditors too")).unwrap();
        let number = &difference.numbers[0];
        assert_eq!((number.what.as_str(), number.from.as_str(), number.accounts), ("Contact caps", "none stricter known", 1), "{difference:?}");
        let noon = difference.answers.iter().find(|change| change.channel == "call" && change.when.contains("noon")).unwrap();
        assert_eq!((noon.from.as_str(), noon.to.as_str(), noon.accounts), ("allowed", "refused", 1));
        assert!(difference.cases.run == difference.cases.passed && difference.cases.looser == 0, "{:?}", difference.cases);
        assert!(difference.tested().contains("Under this amendment"));
        assert!(matches!(proposes(&mut floor, &cora, &caps("none")), Err(Failure::Stale(_))), "one at a time");
        assert!(approves(&mut floor, &sven, amendment).unwrap_err().to_string().contains("second person"));
        approves(&mut floor, &cora, amendment).unwrap();
        assert!(matches!(approves(&mut floor, &cora, amendment), Err(Failure::Stale(_))), "once");

        // Its day has come for whoever lives there, and for nobody else.
        floor.morning_of("2026-12-03");
        assert_eq!(called(&mut floor, maria), [("state.amended.contact-cap", Whose::Amended)]);
        let amended = kept_version(&mut floor, "us-in");
        assert!(amended != shipped && amended.ends_with("+1"), "{amended}");
        let (_, because) = kept(&mut floor);
        for said in ["our amendment 1", "S. B. 12 of 2026", "medium", "us-in", "amended_law"] {
            assert!(because.contains(said), "{said}: {because}");
        }
        assert!(called(&mut floor, otto).is_empty());

        // A later one gives the column back, at once when its day has come; what was decided is judged by what was in force then.
        let (ended, _) = proposes(&mut floor, &cora, &ask("us-in", Column::ContactCaps, "as shipped", "2026-12-03", "")).unwrap();
        floor.clock("10:00");
        approves(&mut floor, &sven, ended).unwrap();
        assert!(called(&mut floor, maria).is_empty());
        assert_eq!(kept_version(&mut floor, "us-in"), shipped);
        assert_eq!(replayed(&mut floor), (3, 0));

        let (third, _) = proposes(&mut floor, &cora, &caps("none")).unwrap();
        floor.runtime.block_on(withdraw_amendment(&floor.app, &cora, floor.app.moment(), third)).unwrap();
        let bound = floor.runtime.block_on(withdraw_amendment(&floor.app, &cora, floor.app.moment(), amendment)).unwrap_err();
        assert!(bound.to_string().contains("another amendment ends it"), "{bound}");
        assert_eq!(floor.count("select count(*) from audit_entries where chain = 'agency' and act like 'amendment.%'"), 6);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update amendments set says = 'none' where id = $1", &[amendment.into()]);
        let faults = floor.failed_checks().join("\n");
        assert!(faults.contains(&format!("amendment {amendment} was altered")), "{faults}");
    }
}

both_engines! {
    fn law_that_became_looser_opens_and_its_last_day_closes_again(mut floor: "2026-12-02") {
        let maria = floor.debtor("Maria", "420.00");
        lives_in(&mut floor, maria, "MA");
        let (sven, cora) = (floor.user("Sven", Role::Supervisor).actor(), floor.user("Cora", Role::Compliance).actor());
        for time in ["10:00", "11:00"] {
            floor.clock(time);
            assert!(called(&mut floor, maria).is_empty());
        }
        floor.clock("12:00");
        assert_eq!(called(&mut floor, maria)[0], ("state.ma.call-cap", Whose::Law));
        let looser = ask("us-ma", Column::ContactCaps, "3 calls and texts per debt in 7 days, creditors too", "2026-12-03", "2026-12-03");
        let (amendment, difference) = proposes(&mut floor, &sven, &looser).unwrap();
        assert!(difference.cases.looser > 0 && difference.tested().contains("ma-001"), "the cases that change are named: {}", difference.tested());
        approves(&mut floor, &cora, amendment).unwrap();
        floor.morning_of("2026-12-03");
        assert!(called(&mut floor, maria).is_empty());
        assert_eq!(called(&mut floor, maria)[0], ("state.amended.contact-cap", Whose::Amended));
        floor.morning_of("2026-12-04");
        assert_eq!(called(&mut floor, maria)[0], ("state.ma.call-cap", Whose::Law));
        assert_eq!(replayed(&mut floor), (3, 0));
    }
}

both_engines! {
    fn the_years_to_sue_follow_the_amendment(mut floor: "2026-12-02") {
        let maria = floor.debtor("Maria", "420.00");
        lives_in(&mut floor, maria, "NJ");
        let (sven, cora) = (floor.user("Sven", Role::Supervisor).actor(), floor.user("Cora", Role::Compliance).actor());
        for (kind, value, from) in [(EntryKind::Accrued, "", Some("2022-03-10")), (EntryKind::Agreement, "open_account", None)] {
            let from = from.map(|day| day.parse().unwrap());
            let source = "Statement of the creditor".into();
            let enters = Enter { account: maria.account, kind, value: value.into(), from, until: None, source, document: None };
            floor.runtime.block_on(enter(&floor.app, &Actor::command(), floor.app.moment(), &enters)).unwrap();
        }
        let sue = |floor: &mut Floor| {
            let suit = Act::Suit { venue: None, is_proof_of_claim: false, accrued_on: None, agreement: None };
            floor.runtime.block_on(acts::ask(&floor.app, &cora, floor.app.moment(), maria.account, &suit)).unwrap().decision
        };
        assert_eq!(sue(&mut floor).answer, Answer::Yes);
        let (amendment, difference) =
            proposes(&mut floor, &sven, &ask("us-nj", Column::OpenAccountYears, "4", "2026-12-03", "")).unwrap();
        let said = difference.sentences().join(" ");
        assert!(said.contains("from 6 to 4 for 1 account") && said.contains("The time to sue: from running to run out"), "{said}");
        approves(&mut floor, &cora, amendment).unwrap();
        assert_eq!(sue(&mut floor).answer, Answer::Yes, "its day has not come");
        floor.morning_of("2026-12-03");
        let refused = sue(&mut floor);
        assert_eq!((refused.answer, refused.because[0].whose()), (Answer::No, Whose::Amended));
        assert!(refused.because[0].detail.to_string().contains("our amendment 1"), "{}", refused.because[0].detail);
        let today = floor.today();
        let reckoning = floor.runtime.block_on(async { reckoning_of(&mut floor.app.db.read().await.unwrap(), maria.account, today).await });
        let lines = reckoning.unwrap().lines();
        assert!(lines.iter().any(|line| line.source.contains("S. B. 12 of 2026 (our amendment 1, medium confidence)")), "{lines:?}");
        // What is no longer known counts as run out.
        let (unknown, _) = proposes(&mut floor, &sven, &ask("us-nj", Column::OpenAccountYears, "unknown", "2026-12-03", "")).unwrap();
        approves(&mut floor, &cora, unknown).unwrap();
        assert_eq!(sue(&mut floor).answer, Answer::No);
        assert_eq!(replayed(&mut floor), (0, 0));
    }
}

both_engines! {
    fn a_pack_shows_its_tests_and_is_amended_on_screen(mut floor: "2026-12-02") {
        let maria = floor.debtor("Maria", "420.00");
        lives_in(&mut floor, maria, "MA");
        for (name, role) in [("Sven", Role::Supervisor), ("Cora", Role::Compliance), ("Ada", Role::Auditor)] {
            floor.user(name, role);
        }
        floor.officer("Dana");
        let base = floor.serve();
        floor.runtime.block_on(async {
            let (sven, cora, ada) = (client(), client(), client());
            let csrf = sign_in(&sven, &base, "sven@example.org").await;
            let other = sign_in(&cora, &base, "cora@example.org").await;
            let third = sign_in(&ada, &base, "ada@example.org").await;
            let page = format!("{base}/compliance/packs/us-ma");
            let read = |who: reqwest::Client, path: String| async move { who.get(path).send().await.unwrap().text().await.unwrap() };
            let shown = read(ada.clone(), page.clone()).await;
            assert!(shown.contains("cases, all pass") && shown.contains("ma-001") && shown.contains("Cases set there"), "{shown}");
            assert!(!shown.contains("Propose an amendment"), "an auditor reads");
            let federal = read(sven.clone(), format!("{base}/compliance/packs/us")).await;
            assert!(federal.contains("Conformance cases") && !federal.contains("Propose an amendment"));

            let form = |who: &reqwest::Client, csrf: &str, do_what: &str, says: &str| {
                let form = [("csrf", csrf), ("column", "calling_hours"), ("says", says), ("from", "2026-12-02"), ("source", "S. B. 12"), ("confidence", "medium"), ("do", do_what)];
                let form: Vec<(String, String)> = form.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
                who.post(format!("{page}/amendments")).form(&form).send()
            };
            assert_eq!(form(&ada, &third, "propose", "none").await.unwrap().status(), StatusCode::FORBIDDEN);
            let wrong = form(&sven, &csrf, "propose", "early").await.unwrap();
            assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(wrong.text().await.unwrap().contains("09:00-20:00 for calls"));
            let tried = form(&sven, &csrf, "show", "10:00-12:00 for calls, creditors too").await.unwrap().text().await.unwrap();
            assert!(tried.contains("Calling hours: from 8:00-21:00") && tried.contains("Under this amendment"), "{tried}");
            assert_eq!(form(&sven, &csrf, "propose", "10:00-12:00 for calls, creditors too").await.unwrap().status(), StatusCode::SEE_OTHER);
            let proposed = read(cora.clone(), page.clone()).await;
            let id = proposed.split("/amendments/").find_map(|rest| rest.split('/').next().filter(|id| id.starts_with("amd_"))).unwrap();
            let approve = format!("{page}/amendments/{id}/approvals");
            let elsewhere = format!("{base}/compliance/packs/us-oh/amendments/{id}/approvals");
            assert_eq!(cora.post(&elsewhere).form(&[("csrf", &other)]).send().await.unwrap().status(), StatusCode::NOT_FOUND);
            assert_eq!(sven.post(&approve).form(&[("csrf", &csrf)]).send().await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(cora.post(&approve).form(&[("csrf", &other)]).send().await.unwrap().status(), StatusCode::SEE_OTHER);
            let amended = read(ada.clone(), page.clone()).await;
            assert!(amended.contains("our amendment 1") && amended.contains("our amendment stands in its place"), "{amended}");
            let why = read(ada.clone(), format!("{base}/accounts/{}/why?channel=call&at=2026-12-02T14:00", maria.account)).await;
            assert!(why.contains("state.amended.hours · unverified · the law, as we amended its table") && why.contains("S. B. 12"), "{why}");
            let account = read(sven.clone(), format!("{base}/accounts/{}?why=call", maria.account)).await;
            assert!(account.contains("+1, unverified"), "the version of the pack names the amendment: {account}");
        });
    }
}

both_engines! {
    fn a_state_follows_from_a_number_where_nothing_else_is_known(mut floor: "2026-12-02") {
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nzip = \"zip\"\nmobile = \"mobile\"\nwork_phone = \"work\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";
        let rows = "reference,name,zip,mobile,work,principal,due_on\n\
            N-1,Rosa,,6175550101,2025550102,80.00,2026-09-01\nN-2,Ines,10001,6175550103,,80.00,2026-09-01\nN-3,Olga,,6175550104,,80.00,2026-09-01\n";
        assert_eq!(floor.import(rows, mapping, "Sunshine Clinic").unwrap().accepted, 3);
        let [rosa, ines, olga] = ["N-1", "N-2", "N-3"].map(|reference| floor.person(reference));
        floor.tamper("update debtors set stated_zone = 'America/Chicago' where id = $1", &[olga.debtor.into()]);
        floor.user("Ada", Role::Auditor);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let ada = client();
            sign_in(&ada, &base, "ada@example.org").await;
            let why = |person: Person| {
                let path = format!("{base}/accounts/{}/why?channel=call", person.account);
                let ada = &ada;
                async move { ada.get(path).send().await.unwrap().text().await.unwrap() }
            };
            let of_rosa = why(rosa).await;
            assert!(of_rosa.contains("Massachusetts") && of_rosa.contains("District of Columbia"), "of several numbers each binds: {of_rosa}");
            assert!(of_rosa.contains("by the area code of a number alone, low confidence"));
            let of_ines = why(ines).await;
            assert!(of_ines.contains("New York") && !of_ines.contains("by the area code"), "an address says more than a number");
            assert!(!why(olga).await.contains("by the area code"), "so does their own word");
        });
        // The caps of both places bind, and no suit may rest on it.
        for time in ["10:00", "11:00"] {
            floor.clock(time);
            assert!(called(&mut floor, rosa).is_empty());
        }
        floor.clock("12:00");
        assert_eq!(called(&mut floor, rosa)[0].0, "state.ma.call-cap");
        let today = floor.today();
        let reckoning = floor.runtime.block_on(async { reckoning_of(&mut floor.app.db.read().await.unwrap(), rosa.account, today).await });
        assert!(reckoning.unwrap().missing.iter().any(|what| what.contains("the state in which")));
    }
}
