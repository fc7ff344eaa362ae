//! Every route against the who-may table, and what stands in front of the routes.

use axum::http::Method;
use duly::store::Value;
use duly::web::Web;
use duly::web::router::routes;
use duly_domain::identity::{Permission, Role, may};
use duly_testkit::{Engine, Floor};
use reqwest::{Client, Response, StatusCode, redirect};

pub fn client() -> Client {
    Client::builder().cookie_store(true).redirect(redirect::Policy::none()).build().expect("a client")
}

/// Signs in and returns the token that forms carry.
pub async fn sign_in(client: &Client, base: &str, email: &str) -> String {
    let form = [("email", email), ("password", "a floor's password")];
    let answer = client.post(format!("{base}/sign-in")).form(&form).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{email} signs in");
    let page = client.get(format!("{base}/password")).send().await.expect("an answer").text().await.expect("a page");
    let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form with its token");
    token.to_string()
}

async fn send(client: &Client, base: &str, method: &Method, path: &str, csrf: &str) -> Response {
    let url = format!("{base}{path}");
    let request = match *method {
        Method::GET => client.get(url),
        _ if path == "/imports" => client.post(url).multipart(reqwest::multipart::Form::new().text("csrf", csrf.to_string())),
        _ => client.post(url).form(&[("csrf", csrf)]),
    };
    request.send().await.expect("an answer")
}

#[test]
fn every_route_is_held_to_the_table_for_every_role() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    for role in Role::ALL {
        floor.user(role.code(), role);
    }
    let base = floor.serve();
    let table = routes(Web::new(floor.app.clone())).table;
    assert!(table.len() >= 30);
    floor.runtime.block_on(async {
        for role in Role::ALL {
            let client = client();
            let csrf = sign_in(&client, &base, &format!("{}@example.org", role.code())).await;
            for (method, path, permission) in table.iter().filter(|(_, path, _)| *path != "/sign-out") {
                let path = path
                    .replace("{account}", &maria.account.to_string())
                    .replace("{hold}", "hld_00000000000000000000000000000000")
                    .replace("{preference}", "prf_00000000000000000000000000000000")
                    .replace("{contact}", "con_00000000000000000000000000000000")
                    .replace("{promise}", "ptp_00000000000000000000000000000000")
                    .replace("{payment}", "pay_00000000000000000000000000000000")
                    .replace("{upload}", "none");
                let status = send(&client, &base, method, &path, &csrf).await.status();
                let refused = status == StatusCode::FORBIDDEN;
                assert_eq!(refused, !may(role, *permission), "{role} {method} {path} answered {status}");
                assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{role} {method} {path}");
            }
        }
    });
}

#[test]
fn without_a_session_every_room_leads_to_the_door() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    floor.officer("Dana");
    let base = floor.serve();
    let table = routes(Web::new(floor.app.clone())).table;
    floor.runtime.block_on(async {
        for (method, path, _) in table.iter().filter(|(_, _, permission)| *permission != Permission::Anyone) {
            let answer = send(&client(), &base, method, &path.replace(['{', '}'], ""), "none").await;
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{method} {path}");
            assert_eq!(answer.headers()["location"], "/sign-in");
        }
    });
}

#[test]
fn forms_of_others_are_refused_and_answers_carry_their_headers() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    floor.officer("Dana");
    let base = floor.serve();
    floor.runtime.block_on(async {
        let client = client();
        let csrf = sign_in(&client, &base, "dana@example.org").await;
        let url = format!("{base}/accounts/{}/promises", maria.account);
        let form = |token: &str| {
            vec![("csrf".to_string(), token.to_string()), ("amount".into(), "10".into()), ("due".into(), "2026-03-05".into())]
        };
        for token in ["", "0123456789abcdef0123456789abcdef"] {
            assert_eq!(client.post(&url).form(&form(token)).send().await.unwrap().status(), StatusCode::FORBIDDEN);
        }
        // In parts, as an upload comes, it is no more welcome.
        for (path, kind) in [("promises", "amount"), ("stops", "kind"), ("statuses", "status"), ("holds", "reason")] {
            let parts = reqwest::multipart::Form::new().text(kind, "cease");
            let url = format!("{base}/accounts/{}/{path}", maria.account);
            assert_eq!(client.post(url).multipart(parts).send().await.unwrap().status(), StatusCode::FORBIDDEN, "{path}");
        }
        let elsewhere = client.post(&url).header("sec-fetch-site", "cross-site").form(&form(&csrf)).send().await.unwrap();
        assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN);
        assert_eq!(client.post(&url).form(&form(&csrf)).send().await.unwrap().status(), StatusCode::SEE_OTHER);

        let page = client.get(format!("{base}/my-day")).send().await.unwrap();
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.headers()["cache-control"], "no-store");
        assert_eq!(page.headers()["x-content-type-options"], "nosniff");
        let html = page.text().await.unwrap();
        assert!(!html.contains(" style=") && !html.contains("onclick"), "the policy forbids what stands in the page itself");
    });
    assert_eq!(floor.promises(maria), ["open"]);
}

#[test]
fn trying_passwords_is_limited_and_a_session_ends() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    floor.officer("Dana");
    floor.officer("Eli");
    let base = floor.serve();
    let eli = floor.runtime.block_on(async {
        for i in 0..11 {
            let form = [("email", "dana@example.org"), ("password", "wrong")];
            let answer = client().post(format!("{base}/sign-in")).form(&form).send().await.unwrap();
            let expected = if i < 10 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::TOO_MANY_REQUESTS };
            assert_eq!(answer.status(), expected, "try {i}");
            let page = answer.text().await.unwrap();
            assert!(!page.contains("value=\"wrong\""), "a password is never shown again");
        }
        // Another account is not locked out by it.
        let eli = client();
        sign_in(&eli, &base, "eli@example.org").await;
        eli
    });
    floor.clock("10:01"); // not used for an hour and a minute
    floor.runtime.block_on(async {
        for (request, door, says) in [
            (eli.get(format!("{base}/my-day")), "/sign-in?ended=yes", "You were signed out"),
            (eli.post(format!("{base}/password")), "/sign-in?ended=sent", "What you just sent was not kept"),
        ] {
            let answer = request.send().await.unwrap();
            assert_eq!((answer.status(), answer.headers()["location"].to_str().unwrap()), (StatusCode::SEE_OTHER, door));
            let page = eli.get(format!("{base}{door}")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains(says), "{page}");
        }
    });
}

#[test]
fn an_empty_database_leads_to_the_first_set_up_once() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let base = floor.serve();
    floor.runtime.block_on(async {
        let client = client();
        let at = |answer: &Response| answer.headers().get("location").map(|to| to.to_str().unwrap().to_string());
        assert_eq!(at(&client.get(&base).send().await.unwrap()).as_deref(), Some("/setup"));
        let form = |password: &str, again: &str| {
            [
                ("company", "Bellwether Recovery"),
                ("zone", "America/Chicago"),
                ("name", "Ines"),
                ("email", "ines@example.org"),
                ("password", password),
                ("again", again),
            ]
            .map(|(k, v)| (k.to_string(), v.to_string()))
        };
        let url = format!("{base}/setup");
        let short = client.post(&url).form(&form("short", "short")).send().await.unwrap().text().await.unwrap();
        assert!(short.contains("shorter than 12 characters"));
        let differs = client.post(&url).form(&form("long enough to pass", "other")).send().await.unwrap().text().await.unwrap();
        assert!(differs.contains("is not the same"));
        let done = client.post(&url).form(&form("long enough to pass", "long enough to pass")).send().await.unwrap();
        assert_eq!(at(&done).as_deref(), Some("/users"));
        let again = client.post(&url).form(&form("long enough to pass", "long enough to pass")).send().await.unwrap();
        assert_eq!(at(&again).as_deref(), Some("/sign-in"), "there is one first set-up");
        assert_eq!(client.get(format!("{base}/users")).send().await.unwrap().status(), StatusCode::OK);
    });
    assert_eq!(floor.count("select count(*) from users"), 1);
    assert_eq!(floor.app.zone().iana_name(), Some("America/Chicago"), "its business days begin there from now on");
    assert_eq!(floor.count("select count(*) from settings"), 2);
}

#[test]
fn who_need_not_dial_sees_masks_and_a_shown_value_leaves_its_reason() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    floor.tamper("update debtors set date_of_birth = $1", &[Value::Date(jiff::civil::date(1980, 5, 17))]);
    for role in Role::ALL {
        floor.user(role.code(), role);
    }
    let base = floor.serve();
    let url = format!("{base}/accounts/{}", maria.account);
    let (number, masked, email) = ("(614) 555-0101", "(614) •••-••01", "person1@example.org");
    floor.runtime.block_on(async {
        for role in Role::ALL.into_iter().filter(|role| may(*role, Permission::ReadAccounts)) {
            let client = client();
            let csrf = sign_in(&client, &base, &format!("{}@example.org", role.code())).await;
            let page = client.get(&url).send().await.unwrap().text().await.unwrap();
            let (digits, sees) = (page.contains(number), may(role, Permission::ReadNumbers));
            assert_eq!((digits, page.contains(masked)), (sees, !sees), "{role}");
            assert!(!page.contains(email) && !page.contains("May 1980"), "{role}");
            // A tab that is not theirs hides it too.
            let page = client.get(format!("{url}?do=contact")).send().await.unwrap().text().await.unwrap();
            assert_eq!(page.contains(number) || page.contains("+16145550101"), sees, "{role}");
            assert_eq!(page.contains("/unmaskings"), may(role, Permission::Unmask), "{role}");
            let link = format!("/accounts/{}/views", maria.account);
            assert_eq!(page.contains(&link), may(role, Permission::ReadCompliance), "{role}");

            if role != Role::Auditor {
                continue;
            }
            let option = page.split("<option value=\"pnt_").skip(1).find(|rest| rest.contains("@example.org")).expect("the masked address");
            let point = format!("pnt_{}", &option[..32]);
            let ask = |what: &str, why: &str, words: &str| {
                [("csrf", csrf.as_str()), ("what", what), ("why", why), ("words", words)].map(|(k, v)| (k.to_string(), v.to_string()))
            };
            let post = async |form: [(String, String); 4]| {
                let answer = client.post(format!("{url}/unmaskings")).form(&form).send().await.unwrap();
                (answer.status(), answer.text().await.unwrap())
            };
            for (form, says) in [
                (ask(&point, "", ""), "The reason is not one of the list."),
                (ask(&point, "other", " "), "The words are missing."),
                (ask("pnt_00000000000000000000000000000000", "identity", ""), "It is not on file for this person."),
            ] {
                let (status, page) = post(form).await;
                assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(says) && !page.contains(email), "{says}");
            }
            let (status, page) = post(ask(&point, "inspection", "sample 12")).await;
            assert_eq!(
                (status, page.contains(email), page.contains("May 1980"), page.contains(masked)),
                (StatusCode::OK, true, false, true)
            );
            let (_, page) = post(ask("date_of_birth", "inspection", "")).await;
            assert!(page.contains("Sat 17 May 1980") && !page.contains(email));
            let seen = client.get(format!("{url}/views")).send().await.unwrap().text().await.unwrap();
            for part in ["e-mail address shown", "An audit or inspection: sample 12", "date of birth shown", "An audit or inspection</td>"]
            {
                assert!(seen.contains(part), "who saw it says {part}: {seen}");
            }
            assert!(!seen.contains(email) && !seen.contains("May 1980"), "the value itself is not kept");
            let page = client.get(&url).send().await.unwrap().text().await.unwrap();
            assert!(!page.contains(email) && !page.contains("May 1980"), "shown for that request only");
        }
    });
    let entries = floor.runtime.block_on(async {
        let mut tx = floor.app.db.read().await.unwrap();
        duly::audit::store::list_of_chain(&mut tx, &maria.account.to_string(), 50).await.unwrap()
    });
    let shown: Vec<&str> = entries.iter().filter(|entry| entry.act == "value.show").map(|entry| entry.detail.as_str()).collect();
    assert_eq!(shown.len(), 2, "what was refused leaves no entry");
    assert!(shown[1].contains("\"reason\":\"inspection\"") && shown[1].contains("sample 12") && shown[1].contains("\"what\":\"email\""));
    assert!(entries.iter().all(|entry| !entry.detail.contains(email) && !entry.detail.contains("May 1980")));
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

#[test]
fn compliance_sees_who_saw_an_account() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
    floor.officer("Dana");
    floor.user("Piet", Role::Compliance);
    let base = floor.serve();
    let app = floor.app.clone();
    floor.runtime.block_on(async {
        let (dana, piet) = (client(), client());
        sign_in(&dana, &base, "dana@example.org").await;
        sign_in(&piet, &base, "piet@example.org").await;
        let (hers, his) = (format!("{base}/accounts/{}/views", maria.account), format!("{base}/accounts/{}/views", otto.account));
        let page = piet.get(&hers).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("Nobody has opened it yet"));
        dana.get(format!("{base}/accounts/{}", maria.account)).send().await.unwrap();
        // While somebody else writes, reading does not wait, and the view is not lost.
        let busy = app.db.begin().await.unwrap();
        let open = dana.get(format!("{base}/accounts/{}", maria.account)).send();
        let answer = tokio::time::timeout(std::time::Duration::from_secs(20), open).await;
        busy.rollback().await;
        answer.expect("a page is shown while an import runs").unwrap();
        let page = piet.get(&hers).send().await.unwrap().text().await.unwrap();
        assert_eq!(page.matches("Dana (officer)").count(), 2);
        assert!(piet.get(&his).send().await.unwrap().text().await.unwrap().contains("Nobody has opened it yet"));
    });
}
