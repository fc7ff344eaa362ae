//! The time to sue: entered with evidence, reckoned line by line, asked of the rule, shown wherever the account is.

use crate::permissions::{client, sign_in};
use duly::accounts::limitation::actions::{Enter, enter, withdraw};
use duly::accounts::limitation::{EntryKind, list_ending, reckoning_of};
use duly::app::{Actor, Failure};
use duly::compliance::acts;
use duly::compliance::facts::gather;
use duly::outreach::letters::facts;
use duly_domain::compliance::acts::Act;
use duly_domain::compliance::limitation::Limitation;
use duly_domain::decision::Answer;
use duly_domain::identity::Role;
use duly_domain::values::ids::LimitationEntryId;
use duly_testkit::{Floor, Person, both_engines};
use jiff::civil::Date;
use reqwest::StatusCode;

fn lives_in(floor: &mut Floor, of: Person, state: &str) {
    floor.tamper(&format!("update debtors set state = '{state}' where id = $1"), &[duly::store::Value::from(of.debtor)]);
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn enters(floor: &mut Floor, of: Person, kind: EntryKind, value: &str, from: &str, until: &str) -> Result<LimitationEntryId, Failure> {
    let date = |text: &str| (!text.is_empty()).then(|| day(text));
    let ask = Enter {
        account: of.account,
        kind,
        value: value.into(),
        from: date(from),
        until: date(until),
        source: "Statement of the creditor, in the file".into(),
        document: None,
    };
    floor.runtime.block_on(enter(&floor.app, &Actor::command(), floor.app.moment(), &ask))
}

fn time(floor: &mut Floor, of: Person) -> Option<Limitation> {
    let today = floor.today();
    let found = floor.runtime.block_on(async { reckoning_of(&mut floor.app.db.read().await.unwrap(), of.account, today).await });
    found.unwrap().limitation()
}

fn may_sue(floor: &mut Floor, of: Person) -> (Answer, Vec<&'static str>) {
    let cora = floor.user("Cora", Role::Compliance).actor();
    let suit = Act::Suit { venue: None, is_proof_of_claim: false, accrued_on: None, agreement: None };
    let decision = floor.runtime.block_on(acts::ask(&floor.app, &cora, floor.app.moment(), of.account, &suit)).unwrap().decision;
    (decision.answer, decision.because.iter().map(|reason| reason.rule.id).collect())
}

both_engines! {
    fn what_is_not_known_is_barred_and_what_is_entered_is_counted(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        lives_in(&mut floor, maria, "NY");
        let barred = (Answer::No, vec!["regf.time-barred.suit"]);
        assert_eq!((time(&mut floor, maria), may_sue(&mut floor, maria)), (None, barred.clone()));
        let accrued = enters(&mut floor, maria, EntryKind::Accrued, "", "2024-03-10", "").unwrap();
        assert_eq!(time(&mut floor, maria).unwrap().last_day, day("2027-03-10"), "the shortest of New York's periods");
        assert_eq!(may_sue(&mut floor, maria), (Answer::Yes, vec![]));
        floor.pays(maria, "20.00", "REF 1");
        assert_eq!(time(&mut floor, maria).unwrap().last_day, day("2027-03-10"), "a payment restarts nothing");
        enters(&mut floor, maria, EntryKind::Agreement, "promissory_note", "", "").unwrap();
        assert_eq!(time(&mut floor, maria).unwrap().years, 6);
        enters(&mut floor, maria, EntryKind::ContractLaw, "DC", "", "").unwrap();
        assert_eq!(time(&mut floor, maria).unwrap().years, 3, "the shorter of two laws");
        enters(&mut floor, maria, EntryKind::Accrued, "", "2022-03-10", "").unwrap();
        assert_eq!(may_sue(&mut floor, maria), barred.clone());
        enters(&mut floor, maria, EntryKind::Tolled, "service", "2023-01-01", "2024-06-30").unwrap();
        assert_eq!(time(&mut floor, maria).unwrap().last_day, day("2026-09-08"), "547 days do not count");
        assert_eq!(may_sue(&mut floor, maria).0, Answer::Yes);
        // What was wrong is withdrawn with its reason, and stands in the record.
        let at = floor.app.moment();
        let gone = floor.runtime.block_on(withdraw(&floor.app, &Actor::command(), at, maria.account, accrued, " "));
        assert!(matches!(gone, Err(Failure::Wrong(_))));
        floor.runtime.block_on(withdraw(&floor.app, &Actor::command(), at, maria.account, accrued, "Another account's day")).unwrap();
        assert_eq!(floor.count("select count(*) from decisions where act_kind = 'suit'"), 4);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update limitation_entries set from_on = '2025-03-10' where from_on = '2022-03-10'", &[]);
        assert!(floor.failed_checks()[0].contains("limitation entry lim_"), "{:?}", floor.failed_checks());
    }

    fn nothing_is_entered_without_evidence_nor_revived_where_no_law_does(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        lives_in(&mut floor, maria, "NY");
        enters(&mut floor, maria, EntryKind::Accrued, "", "2020-03-10", "").unwrap();
        let says = |done: Result<LimitationEntryId, Failure>| done.unwrap_err().to_string();
        assert!(says(enters(&mut floor, maria, EntryKind::Revived, "", "2025-01-01", "")).contains("no law that may govern"));
        assert!(says(enters(&mut floor, maria, EntryKind::Accrued, "", "", "")).contains("from is missing"));
        assert!(says(enters(&mut floor, maria, EntryKind::Accrued, "", "2026-03-03", "")).contains("in the future"));
        assert!(says(enters(&mut floor, maria, EntryKind::Agreement, "handshake", "", "")).contains("agreement is not chosen"));
        assert!(says(enters(&mut floor, maria, EntryKind::ContractLaw, "XX", "", "")).contains("law is no state"));
        assert!(says(enters(&mut floor, maria, EntryKind::Tolled, "service", "2024-01-02", "2024-01-01")).contains("before the first day"));
        let bare = Enter { account: maria.account, kind: EntryKind::Accrued, value: String::new(), from: Some(day("2024-01-01")), until: None, source: " ".into(), document: None };
        assert!(says(floor.runtime.block_on(enter(&floor.app, &Actor::command(), floor.app.moment(), &bare))).contains("what shows it?"));
        lives_in(&mut floor, maria, "CA");
        enters(&mut floor, maria, EntryKind::Agreement, "written", "", "").unwrap();
        enters(&mut floor, maria, EntryKind::Revived, "", "2025-01-01", "").unwrap();
        let time = time(&mut floor, maria).unwrap();
        assert_eq!((time.last_day, time.is_verified), (day("2029-01-01"), false), "our table is not sure how California begins it anew");
    }

    fn compliance_sees_whose_time_ends_soon_by_creditor_and_desk_in_the_order_asked_for(mut floor: "2026-03-02") {
        let (maria, otto, vera) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"), floor.debtor("Vera", "900.00"));
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nprincipal = \"principal\"\n";
        floor.import("reference,name,principal\nN-1,Abel,60.00\nN-2,Zoe,1.00\n", mapping, "Northmere").unwrap();
        let (abel, zoe) = (floor.person("N-1"), floor.person("N-2"));
        //                            three years in New York: the last day
        for (person, accrued) in [(maria, "2023-03-12"), (otto, "2023-05-31"), (vera, "2023-06-01"), (abel, "2023-03-02"), (zoe, "2023-03-01")] {
            lives_in(&mut floor, person, "NY");
            enters(&mut floor, person, EntryKind::Accrued, "", accrued, "").unwrap();
        }
        floor.user("Cora", Role::Compliance);
        let northmere = floor.texts("select name, cast(role as text) from creditors where name = 'Northmere'").len();
        assert_eq!(northmere, 1);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let cora = client();
            sign_in(&cora, &base, "cora@example.org").await;
            let reads = async |query: &str| cora.get(format!("{base}/compliance/limitation{query}")).send().await.unwrap().text().await.unwrap();
            let names = |page: &str| {
                let rows = page.split("<tr data-row>").skip(1).map(|row| row.split("<bdi>").nth(1).unwrap().split('<').next().unwrap().to_string());
                rows.collect::<Vec<_>>()
            };
            let page = reads("").await;
            assert_eq!(names(&page), ["Abel", "Maria", "Otto"], "the ninetieth day counts, the ninety-first does not, yesterday is over");
            assert!(page.contains("10 days") && page.contains("90 days") && page.contains(">today<"), "{page}");
            assert!(page.contains("aria-sort=\"ascending\"") && page.contains("aria-current=\"page\">Time to sue"), "{page}");
            assert_eq!(names(&reads("?show=out").await), ["Zoe"]);
            assert_eq!(names(&reads("?show=all&sort=name").await), ["Abel", "Maria", "Otto", "Zoe"]);
            assert_eq!(names(&reads("?show=all&sort=balance").await), ["Maria", "Abel", "Otto", "Zoe"]);
            let creditor = page.split("<option value=\"crd_").skip(1).find(|rest| rest.contains(">Northmere<")).unwrap();
            assert_eq!(names(&reads(&format!("?show=all&creditor=crd_{}", &creditor[..32])).await), ["Zoe", "Abel"]);
            let mut by_desk = Vec::new();
            for desk in page.split("<option value=\"dsk_").skip(1) {
                by_desk.extend(names(&reads(&format!("?desk=dsk_{}&sort=nonsense&page=99", &desk[..32])).await));
            }
            by_desk.sort();
            assert_eq!(by_desk, ["Abel", "Maria", "Otto"], "each is on one desk");
            assert!(reads("?creditor=nobody").await.contains("No open account of this choice."));
        });
    }

    fn a_barred_account_is_marked_and_its_letters_say_so_where_the_state_asks(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        floor.officer("Dana");
        floor.user("Cora", Role::Compliance);
        for (person, state) in [(maria, "NY"), (otto, "NJ")] {
            lives_in(&mut floor, person, state);
            enters(&mut floor, person, EntryKind::Accrued, "", "2015-03-10", "").unwrap();
        }
        let texts = |floor: &mut Floor, of: Person| {
            let notice = floor.runtime.block_on(async {
                let mut tx = floor.app.db.read().await.unwrap();
                let known = gather(&mut tx, of.account).await.unwrap();
                facts::gather(&mut tx, &known, None, day("2026-03-03")).await.unwrap()
            });
            notice.state_texts.into_iter().map(|text| text.text).collect::<Vec<_>>()
        };
        let said = texts(&mut floor, maria);
        assert!(said.len() == 2 && said[0].contains("we will not sue you") && said[1].contains("no lo demandaremos"), "{said:?}");
        assert_eq!(texts(&mut floor, otto), Vec::<String>::new(), "our table names no such word for New Jersey");
        let soon = floor.runtime.block_on(async { list_ending(&mut floor.app.db.read().await.unwrap(), day("2026-03-02"), 90).await }).unwrap();
        assert_eq!(soon.len(), 2);
        let base = floor.serve();
        let url = format!("{base}/accounts/{}", maria.account);
        floor.runtime.block_on(async {
            let officer = client();
            let csrf = sign_in(&officer, &base, "dana@example.org").await;
            let page = officer.get(&url).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Time-barred since Sun 11 Mar 2018"), "{page}");
            assert!(officer.get(format!("{base}/my-day")).send().await.unwrap().text().await.unwrap().contains("Time-barred"));
            let question = [("csrf", csrf.as_str())];
            let refused = officer.post(format!("{url}/limitation/questions")).form(&question).send().await.unwrap();
            assert_eq!(refused.status(), StatusCode::FORBIDDEN, "an officer does not ask for suits");

            let compliance = client();
            let csrf = sign_in(&compliance, &base, "cora@example.org").await;
            let question = [("csrf", csrf.as_str())];
            let refused = compliance.post(format!("{url}/limitation/questions")).form(&question).send().await.unwrap();
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
            let page = refused.text().await.unwrap();
            assert!(page.contains("no suit, and no threat of one") && page.contains("12 CFR 1006.26(b)"), "{page}");
            assert!(page.contains("New York: 3 years; the consumer lives there."), "{page}");
            let page = compliance.get(&url).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Sue, or threaten to: refused"), "{page}");
            let decision = page.split("/decisions/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            let decision = compliance.get(format!("{url}/decisions/{decision}")).send().await.unwrap().text().await.unwrap();
            assert!(decision.contains("the same answer") && decision.contains("Decision: sue, or threaten to"), "{decision}");
        });
    }
}
