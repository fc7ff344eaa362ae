//! On screen, what is larger than it should be, and what undoes something, is asked about first.

use crate::permissions::{client, sign_in};
use duly_domain::identity::Role;
use duly_testkit::both_engines;
use reqwest::{Client, Response, StatusCode};

/// The clerk's browser.
struct Clerk {
    client: Client,
    base: String,
    csrf: String,
}

impl Clerk {
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let form: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", self.csrf.as_str())]).collect();
        self.client.post(format!("{}{path}", self.base)).form(&form).send().await.unwrap()
    }

    /// The page that asks, and the word its answer carries.
    async fn is_asked(&self, path: &str, fields: &[(&str, &str)]) -> (String, String) {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status(), StatusCode::OK, "the page asks");
        let page = answer.text().await.unwrap();
        let word = page.split("name=\"understood\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        (page.clone(), word.unwrap_or_else(|| panic!("no question on\n{page}")).to_string())
    }
}

/// Posted from the form with these amounts.
fn fields<'a>(amount: &'a str, reference: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [("amount", amount), ("date", "2026-03-02"), ("reference", reference)].into_iter().chain(more.iter().copied()).collect()
}

both_engines! {
    fn a_payment_above_what_is_owed_or_the_limit_is_asked_about(mut floor: "2026-03-02") {
        let (maria, anna) = (floor.debtor("Maria", "420.00"), floor.debtor("Anna", "50000.00"));
        floor.user("clerk", Role::BackOffice);
        let base = floor.serve();
        let clerk = floor.runtime.block_on(async {
            let client = client();
            let csrf = sign_in(&client, &base, "clerk@example.org").await;
            Clerk { client, base, csrf }
        });
        let (here, there) = (format!("/accounts/{}/payments", maria.account), format!("/accounts/{}/payments", anna.account));
        floor.runtime.block_on(async {
            // What is like any other is posted at once.
            assert_eq!(clerk.post(&here, &fields("20.00", "A", &[])).await.status(), StatusCode::SEE_OTHER);
            assert_eq!(clerk.post(&there, &fields("10000.00", "L1", &[])).await.status(), StatusCode::SEE_OTHER);

            let (page, word) = clerk.is_asked(&here, &fields("4000.00", "B", &[])).await;
            assert!(page.contains("This overpays the account by USD 3,600.00, which stays as unapplied money"), "{page}");
            assert!(page.contains("leaves the worklist") && page.contains("value=\"4000.00\""), "{page}");
            // Going back posts nothing and keeps what was typed.
            let back = clerk.post(&here, &fields("4000.00", "B", &[("understood", &word), ("back", "yes")])).await;
            assert!(back.text().await.unwrap().contains("name=\"amount\" inputmode=\"decimal\" required value=\"4000.00\""));
            // What was understood is no answer to another amount.
            let (page, _) = clerk.is_asked(&here, &fields("5000.00", "B", &[("understood", &word)])).await;
            assert!(page.contains("Look again") && page.contains("USD 4,600.00"), "{page}");

            let (page, large) = clerk.is_asked(&there, &fields("10000.01", "L2", &[])).await;
            assert!(page.contains("It is more than USD 10,000.00") && !page.contains("overpays"), "{page}");
            assert_eq!(clerk.post(&there, &fields("10000.01", "L2", &[("understood", &large)])).await.status(), StatusCode::SEE_OTHER);
        });
        assert_eq!((floor.balance(maria), floor.balance(anna)), ("400.00".into(), "29,999.99".into()));

        // Somebody else posts meanwhile: the answer is to another question.
        let (_, word) = floor.runtime.block_on(clerk.is_asked(&here, &fields("4000.00", "B", &[])));
        floor.pays(maria, "100.00", "MEANWHILE");
        floor.runtime.block_on(async {
            let (page, word) = clerk.is_asked(&here, &fields("4000.00", "B", &[("understood", &word)])).await;
            assert!(page.contains("USD 3,700.00"), "{page}");
            for said in ["posted", "repeated"] {
                let done = clerk.post(&here, &fields("4000.00", "B", &[("understood", &word)])).await;
                assert_eq!(done.headers()["location"].to_str().unwrap(), format!("/accounts/{}?said={said}", maria.account));
            }
        });
        assert_eq!((floor.balance(maria), floor.account(maria).state), ("0.00".into(), "paid".into()));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_reversal_says_what_it_undoes_before_it_does(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-05");
        let payment = floor.pays(maria, "430.00", "ALL");
        assert_eq!((floor.promises(maria), floor.account(maria).state), (vec!["kept".to_string()], "paid".into()));
        floor.user("clerk", Role::BackOffice);
        let base = floor.serve();
        let clerk = floor.runtime.block_on(async {
            let client = client();
            let csrf = sign_in(&client, &base, "clerk@example.org").await;
            Clerk { client, base, csrf }
        });
        let path = format!("/accounts/{}/payments/{payment}/reversals", maria.account);
        let word = floor.runtime.block_on(async {
            let page = clerk.client.get(format!("{}{path}", clerk.base)).send().await.unwrap().text().await.unwrap();
            for says in ["USD 10.00 that was overpaid", "open again and comes back today", "The promise of USD 100.00, due Thu 5 Mar 2026, is open again", "USD 420.00"] {
                assert!(page.contains(says), "{says} on\n{page}");
            }
            // On another account there is no such payment.
            let elsewhere = format!("/accounts/{}/payments/{payment}/reversals", otto.account);
            assert_eq!(clerk.post(&elsewhere, &[]).await.status(), StatusCode::NOT_FOUND);
            clerk.is_asked(&path, &[]).await.1
        });
        assert_eq!(floor.balance(maria), "0.00", "asking undoes nothing");
        floor.runtime.block_on(async {
            for _ in 0..2 {
                assert_eq!(clerk.post(&path, &[("understood", &word)]).await.status(), StatusCode::SEE_OTHER);
            }
        });
        assert_eq!((floor.balance(maria), floor.promises(maria), floor.account(maria).state), ("420.00".into(), vec!["open".into()], "open".into()));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}
