//! Trust, remittances and rates over HTTP, without a script: one proposes and prepares, another approves, an auditor reads.

use crate::permissions::{client, sign_in};
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor};
use reqwest::StatusCode;

const PLAN: &str = "mode = \"net\"\nhold_days = 0\nhold_days_bank = 0\nslices_of = \"account\"\n\n[[rates]]\nname = \"usual\"\n[[rates.slices]]\nbp = 2500\n";

#[test]
fn a_month_is_closed_by_forms_alone_and_by_two_people() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    let creditor = floor.account(maria).creditor;
    floor.user("Noor", Role::BackOffice);
    floor.user("Sven", Role::Supervisor);
    floor.user("Alma", Role::Auditor);
    let base = floor.serve();
    floor.runtime.block_on(async {
        let (noor, sven, alma) = (client(), client(), client());
        let csrf = sign_in(&noor, &base, "noor@example.org").await;
        let csrf_of_sven = sign_in(&sven, &base, "sven@example.org").await;
        sign_in(&alma, &base, "alma@example.org").await;
        let text =
            async |client: &reqwest::Client, path: &str| client.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
        let post = async |path: &str, fields: &[(&str, &str)]| {
            let with: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
            noor.post(format!("{base}{path}")).form(&with).send().await.unwrap()
        };
        let approves = async |path: &str| sven.post(format!("{base}{path}")).form(&[("csrf", csrf_of_sven.as_str())]).send().await.unwrap();

        // The creditor was paid itself, by the box on the payment's form.
        let direct = [("amount", "20.00"), ("date", "2026-03-02"), ("reference", "Desk"), ("direct", "yes")];
        let done = post(&format!("/accounts/{}/payments", maria.account), &direct).await;
        assert!(done.headers()["location"].to_str().unwrap().ends_with("said=direct"), "{done:?}");
        let panel = text(&noor, &format!("/accounts/{}?do=payment", maria.account)).await;
        assert!(panel.contains("USD 20.00 paid to Larkfield on 2026-03-02, Desk"), "{panel}");

        let id = creditor.to_string();
        let wrong = post("/rates", &[("creditor", &id), ("from", "2026-01-01"), ("plan", "mode = 1"), ("reason", "")]).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().await.unwrap().contains("plan cannot be read: line 1"));
        let plan = [("creditor", id.as_str()), ("from", "2026-01-01"), ("plan", PLAN), ("reason", "The contract, annex 2")];
        assert_eq!(post("/rates", &plan).await.status(), StatusCode::SEE_OTHER);
        let page = text(&noor, "/rates").await;
        assert!(page.contains("You proposed it: somebody else approves.") && page.contains("usual: 25 %"), "{page}");
        let plan = page.split("/rates/").find_map(|rest| rest.strip_prefix("rat_")).map(|rest| format!("rat_{}", &rest[..32])).unwrap();
        assert_eq!(post(&format!("/rates/{plan}/approvals"), &[]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(approves(&format!("/rates/{plan}/approvals")).await.status(), StatusCode::SEE_OTHER);

        let paid = [("amount", "100.00"), ("date", "2026-03-02"), ("reference", "A")];
        assert_eq!(post(&format!("/accounts/{}/payments", maria.account), &paid).await.status(), StatusCode::SEE_OTHER);
        let address = format!("/remittances/preview?creditor={id}&from=2026-03-01&to=2026-03-02");
        let preview = text(&noor, &address).await;
        for part in ["A preview: nothing is kept.", "usual: 25 % of 100.00", "USD 70.00", "Prepare it"] {
            assert!(preview.contains(part), "{part}: {preview}");
        }
        assert!(!text(&alma, &address).await.contains("Prepare it"), "an auditor reads");
        let period = [("creditor", id.as_str()), ("from", "2026-03-01"), ("to", "2026-03-02"), ("currency", "USD")];
        let done = post("/remittances", &period).await;
        let here = done.headers()["location"].to_str().unwrap().split('?').next().unwrap().to_string();
        let again = post("/remittances", &period).await;
        assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text().await.unwrap().contains("is prepared already"));
        let page = text(&noor, &here).await;
        assert!(page.contains("You prepared it: somebody else approves.") && !page.contains("Approve and lock"), "{page}");
        assert_eq!(post(&format!("{here}/approvals"), &[]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text(&sven, &here).await.contains("Approve and lock"));
        assert_eq!(approves(&format!("{here}/approvals")).await.status(), StatusCode::SEE_OTHER);
        let pdf = alma.get(format!("{base}{here}/statement.pdf")).send().await.unwrap();
        assert_eq!(pdf.headers()["content-type"], "application/pdf");
        assert!(pdf.bytes().await.unwrap().starts_with(b"%PDF"));
        let book = noor.get(format!("{base}{here}/statement.xlsx")).send().await.unwrap();
        assert!(book.headers()["content-disposition"].to_str().unwrap().contains("larkfield-remittance-0001.xlsx"));
        assert!(text(&noor, &format!("{here}/pay.csv")).await.contains(",Larkfield,70.00,USD,"));
        let nothing = post(&format!("{here}/corrections"), &[]).await;
        assert!(nothing.text().await.unwrap().contains("there is nothing to put right"));

        let wrong = post("/trust/sweeps", &[("amount", "31.00"), ("currency", "USD"), ("reference", "S1")]).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().await.unwrap().contains("more than the agency has in trust"));
        let swept = post("/trust/sweeps", &[("amount", "30.00"), ("currency", "USD"), ("reference", "S1")]).await;
        assert_eq!(swept.headers()["location"], "/trust?said=swept");
        assert_eq!(post("/trust/proofs", &[]).await.headers()["location"], "/trust?said=proved");
        let page = text(&alma, "/trust").await;
        for part in ["fees taken out", "remittance, Larkfield", "USD 70.00", "No bank statement in USD was taken"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("Take out"), "an auditor changes nothing");
    });
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}
