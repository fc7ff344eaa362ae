//! The agency's licenses: put on file with their paper, told where they are missing or end, and never a reason to refuse.

use crate::permissions::{client, sign_in};
use duly::app::{Actor, Failure};
use duly::compliance::amendments::actions::{ProposeAmendment, approve_amendment, propose_amendment};
use duly::compliance::licenses::Standings;
use duly::compliance::licenses::actions::{KeepLicense, keep_license, read_paper, withdraw_license};
use duly_domain::compliance::amendments::Column;
use duly_domain::compliance::licenses::Kind;
use duly_domain::compliance::states::Confidence;
use duly_domain::identity::Role;
use duly_domain::values::ids::LicenseId;
use duly_testkit::{Floor, Person, both_engines};
use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};

fn lives_in(floor: &mut Floor, of: Person, state: &str) {
    floor.tamper(&format!("update debtors set state = '{state}' where id = $1"), &[duly::store::Value::from(of.debtor)]);
}

fn license(place: &str, kind: Kind, number: &str, from: &str, until: &str) -> KeepLicense {
    let day = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
    KeepLicense { place: place.into(), kind: Some(kind), number: number.into(), from: day(from), until: day(until), paper: None }
}

fn keeps(floor: &mut Floor, ask: &KeepLicense) -> Result<LicenseId, Failure> {
    let cora = floor.user("Cora", Role::Compliance).actor();
    floor.runtime.block_on(keep_license(&floor.app, &cora, floor.app.moment(), ask))
}

fn told(floor: &mut Floor) -> Vec<(String, i64)> {
    let today = floor.today();
    let standings = floor.runtime.block_on(async { Standings::read(&mut floor.app.db.read().await.unwrap(), today).await }).unwrap();
    standings.told(today).map(|(place, says)| (says, place.accounts)).collect()
}

both_engines! {
    fn what_is_missing_or_ends_is_told_and_refuses_nothing(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        lives_in(&mut floor, maria, "TX");
        lives_in(&mut floor, otto, "TX");
        let vera = floor.debtor("Vera", "70.00"); // by her ZIP code alone, in Ohio, which asks for nothing
        let missing = "No license on file for Texas: it asks for a bond or a filing, unverified".to_string();
        assert_eq!(told(&mut floor), [(missing.clone(), 2)]);
        assert!(floor.may_call(maria) && floor.may_call(vera), "nothing is refused for want of a license");

        // Of another state, and over: neither helps.
        keeps(&mut floor, &license("CA", Kind::License, "60DBO-1", "2026-01-01", "")).unwrap();
        keeps(&mut floor, &license("TX", Kind::Bond, "B-1", "2024-01-01", "2026-02-28")).unwrap();
        assert_eq!(told(&mut floor), [(missing.clone(), 2)]);
        let bond = keeps(&mut floor, &license("TX", Kind::Bond, "B-2", "2026-03-01", "2026-03-20")).unwrap();
        assert_eq!(told(&mut floor), [("What is on file for Texas ends in 18 days, on Fri 20 Mar 2026".to_string(), 2)]);
        keeps(&mut floor, &license("TX", Kind::Bond, "B-2", "2026-03-21", "2027-03-20")).unwrap();
        assert_eq!(told(&mut floor), [], "a renewal without a day's break");
        let (at, who) = (floor.app.moment(), Actor::command());
        let nothing = floor.runtime.block_on(withdraw_license(&floor.app, &who, at, bond, " ")).unwrap_err().to_string();
        assert!(nothing.contains("what was wrong with it"), "{nothing}");
        floor.runtime.block_on(withdraw_license(&floor.app, &who, at, bond, "The surety took it back")).unwrap();
        assert_eq!(told(&mut floor), [(missing, 2)]);
        let twice = floor.runtime.block_on(withdraw_license(&floor.app, &who, at, bond, "again"));
        assert!(matches!(twice, Err(Failure::Stale(_))), "{twice:?}");

        // A creditor who collects in its own name is not asked.
        floor.tamper("update creditors set role = 'first_party'", &[]);
        assert_eq!(told(&mut floor), []);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update licenses set until_on = '2028-03-20' where until_on = '2027-03-20'", &[]);
        assert!(floor.failed_checks()[0].contains("license lic_"), "{:?}", floor.failed_checks());
    }

    fn what_is_wrong_with_one_is_named_all_at_once(mut floor: "2026-03-02") {
        let says = |done: Result<LicenseId, Failure>| done.unwrap_err().to_string();
        let all = says(keeps(&mut floor, &KeepLicense::default()));
        for part in ["place is not chosen", "kind is not chosen", "number is empty", "from is missing"] {
            assert!(all.contains(part), "{part}: {all}");
        }
        let ends = says(keeps(&mut floor, &license("TX", Kind::Bond, "B-1", "2026-03-01", "2026-02-01")));
        assert!(ends.contains("until is before the first day"), "{ends}");
        let empty = KeepLicense { paper: Some(("bond.pdf".into(), Vec::new())), ..license("TX", Kind::Bond, "B-1", "2026-03-01", "") };
        assert!(says(keeps(&mut floor, &empty)).contains("file is empty"));
        let first = keeps(&mut floor, &license("TX", Kind::Bond, "B-1", "2026-03-01", "")).unwrap();
        let again = says(keeps(&mut floor, &license("TX", Kind::Bond, " B-1 ", "2026-03-01", "2027-01-01")));
        assert!(again.contains(&format!("as {first}")), "{again}");
        assert_eq!(floor.count("select count(*) from licenses"), 1);
    }

    fn compliance_keeps_them_on_the_page_with_their_paper_and_others_read(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        lives_in(&mut floor, maria, "CA");
        floor.officer("Dana");
        floor.user("Cora", Role::Compliance);
        floor.user("Ada", Role::Auditor);
        let base = floor.serve();
        let (page, account) = (format!("{base}/compliance/licenses"), format!("{base}/accounts/{}", maria.account));
        let warning = "No license on file for California: it asks for a license, unverified";
        floor.runtime.block_on(async {
            let reads = async |client: &reqwest::Client, url: &str| client.get(url).send().await.unwrap().text().await.unwrap();
            let officer = client();
            sign_in(&officer, &base, "dana@example.org").await;
            assert!(reads(&officer, &account).await.contains(warning));

            let cora = client();
            let csrf = sign_in(&cora, &base, "cora@example.org").await;
            assert!(reads(&cora, &format!("{base}/compliance")).await.contains(warning));
            assert!(reads(&cora, &page).await.contains("none on file"));
            let form = |csrf: &str, number: &str, bytes: &[u8]| {
                let paper = Part::bytes(bytes.to_vec()).file_name("cert & seal.pdf");
                let text = |form: Form, name: &'static str, value: &str| form.text(name, value.to_string());
                let form = text(Form::new(), "csrf", csrf);
                let form = text(text(text(form, "place", "CA"), "kind", "license"), "number", number);
                text(text(form, "from", "2026-01-01"), "until", "2026-12-31").part("file", paper)
            };
            let foreign = cora.post(&page).multipart(form("none", "60DBO-1", b"paper")).send().await.unwrap();
            assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
            let wrong = cora.post(&page).multipart(form(&csrf, " ", b"paper")).send().await.unwrap();
            assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
            let shown = wrong.text().await.unwrap();
            assert!(shown.contains("The number is empty.") && shown.contains("value=\"2026-12-31\""), "what was typed stays: {shown}");
            let kept = cora.post(&page).multipart(form(&csrf, "60DBO-1", b"paper")).send().await.unwrap();
            assert_eq!((kept.status(), &kept.headers()["location"]), (StatusCode::SEE_OTHER, &"/compliance/licenses?said=licensed".parse().unwrap()));
            assert!(!reads(&officer, &account).await.contains(warning));

            let auditor = client();
            let token = sign_in(&auditor, &base, "ada@example.org").await;
            let shown = reads(&auditor, &page).await;
            assert!(shown.contains("60DBO-1") && shown.contains("cert &#38; seal.pdf") && !shown.contains("Put one on file"), "{shown}");
            let refused = auditor.post(&page).multipart(form(&token, "60DBO-2", b"paper")).send().await.unwrap();
            assert_eq!(refused.status(), StatusCode::FORBIDDEN);
            let id = shown.split("/compliance/licenses/lic_").nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_string();
            let paper = auditor.get(format!("{page}/lic_{id}/paper")).send().await.unwrap();
            assert!(paper.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
            assert_eq!(paper.bytes().await.unwrap().as_ref(), b"paper");

            let withdraw = async |because: &str| {
                let form = [("csrf", csrf.as_str()), ("because", because)];
                let answer = cora.post(format!("{page}/lic_{id}/withdrawals")).form(&form).send().await.unwrap();
                (answer.status(), answer.text().await.unwrap())
            };
            let (status, shown) = withdraw("").await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && shown.contains("Not withdrawn"), "{shown}");
            assert_eq!(withdraw("Another firm's").await.0, StatusCode::SEE_OTHER);
            let shown = reads(&cora, &page).await;
            assert!(shown.contains("withdrawn") && shown.contains("Another firm&#39;s"), "{shown}");
        });
        let id = floor.texts("select cast(hash as text), number from licenses")[0].0.clone().unwrap();
        floor.tamper("update document_bodies set body = $1 where hash = $2", &[duly::store::Value::Bytes(b"other".to_vec()), id.into()]);
        let license = floor.runtime.block_on(async {
            let mut tx = floor.app.db.read().await.unwrap();
            let id = duly::compliance::licenses::store::list_licenses(&mut tx).await.unwrap()[0].id;
            read_paper(&mut tx, id).await
        });
        assert!(matches!(license, Err(Failure::Stale(_))), "{license:?}");
        assert_eq!(floor.failed_checks().len(), 1, "{:?}", floor.failed_checks());
    }

    fn an_amended_license_is_asked_for_from_its_day(mut floor: "2026-12-02") {
        let otto = floor.debtor("Otto", "60.00"); // in Ohio, which asks for nothing by the table as shipped
        lives_in(&mut floor, otto, "OH");
        let (sven, cora) = (floor.user("Sven", Role::Supervisor).actor(), floor.user("Cora", Role::Compliance).actor());
        let ask = ProposeAmendment {
            pack: "us-oh".into(),
            column: Column::License,
            says: "registration".into(),
            from_on: floor.today().tomorrow().unwrap(),
            to_on: None,
            source: "H. B. 7 of 2026".into(),
            confidence: Confidence::High,
        };
        let (amendment, _) = floor.runtime.block_on(propose_amendment(&floor.app, &sven, floor.app.moment(), &ask)).unwrap();
        floor.runtime.block_on(approve_amendment(&floor.app, &cora, floor.app.moment(), amendment)).unwrap();
        assert_eq!(told(&mut floor), [], "not before its day");
        floor.morning_of("2026-12-03");
        let missing = "No license on file for Ohio: it asks for a registration";
        assert_eq!(told(&mut floor), [(missing.to_string(), 1)]);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let cora = client();
            sign_in(&cora, &base, "cora@example.org").await;
            let account = cora.get(format!("{base}/accounts/{}", otto.account)).send().await.unwrap().text().await.unwrap();
            assert!(account.contains(missing), "the account's strip tells it: {account}");
        });
    }
}
