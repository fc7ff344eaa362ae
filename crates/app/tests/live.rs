//! Live pages over a real server: an event arrives when somebody else acted, and a stream ends with its session, its user and the server.

use crate::browser::{Driver, chord, faults, press, script, sign_in as enter, tab_to, text, visit, wait_for, wait_for_text};
use crate::permissions::{client, sign_in};
use duly::app::{Actor, App, Clock, Outcome};
use duly::identity::actions::switch_off;
use duly::outreach::calls::actions::{begin_call, take_step};
use duly::plans::approvals::actions::{AskApproval, answer, ask};
use duly::store::{Db, Value};
use duly_domain::identity::Role;
use duly_domain::outreach::conversation::{Answered, Step};
use duly_domain::parties::right_party::{Check, Fit};
use duly_domain::plans::approval::{Terms, Verdict};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{ApprovalId, CallId};
use duly_domain::values::money::Money;
use duly_testkit::{Engine, Floor, Person, both_engines};
use reqwest::{Client, Response, StatusCode};
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

/// Within so long an event of this process arrives; of another one, it is seen by looking every two seconds.
const SOON: Duration = Duration::from_secs(2);
const BY_LOOKING: Duration = Duration::from_secs(6);

async fn asks(app: &App, who: &Actor, person: Person, minor: i64) -> ApprovalId {
    let terms = Terms::promise(Money::usd(minor), "2026-03-09".parse().unwrap());
    let wanted = AskApproval { account: person.account, call: None, terms, words: "She starts work in June.".into() };
    match ask(app, who, app.moment(), &wanted).await.unwrap() {
        Outcome::Done(id) => id,
        Outcome::Refused(decision) => panic!("{decision:?}"),
    }
}

/// Where a page watches what it shows.
async fn watched(client: &Client, base: &str, page: &str) -> String {
    let page = client.get(format!("{base}{page}")).send().await.unwrap().text().await.unwrap();
    page.split("data-live=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a page that watches").to_string()
}

async fn opens(client: &Client, url: &str) -> Response {
    let stream = client.get(url).send().await.unwrap();
    assert_eq!(stream.status(), StatusCode::OK, "{url}");
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    stream
}

/// The next event of a stream, and how long it took; nothing when the stream is over.
async fn next(stream: &mut Response, within: Duration) -> Option<(String, Duration)> {
    let began = Instant::now();
    loop {
        let left = within.checked_sub(began.elapsed()).expect("the event comes in time");
        let chunk = tokio::time::timeout(left, stream.chunk()).await.expect("the event comes in time").unwrap_or(None)?;
        let text = String::from_utf8(chunk.to_vec()).unwrap();
        if text.contains("event: look") {
            return Some((text, began.elapsed()));
        }
    }
}

async fn is_silent(stream: &mut Response, during: Duration) -> bool {
    tokio::time::timeout(during, stream.chunk()).await.is_err()
}

both_engines! {
    fn an_answer_arrives_at_once_and_only_with_whoever_asked(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let (dana, _) = (floor.officer("Dana").actor(), floor.officer("Eli"));
        let sam = floor.user("Sam", Role::Supervisor).actor();
        let base = floor.serve();
        let app = floor.app.clone();
        floor.runtime.block_on(async {
            let (hers, his, theirs) = (client(), client(), client());
            sign_in(&hers, &base, "dana@example.org").await;
            sign_in(&his, &base, "eli@example.org").await;
            sign_in(&theirs, &base, "sam@example.org").await;
            let account = format!("/accounts/{}?do=promise", maria.account);
            let (at_hers, at_his) = (watched(&hers, &base, &account).await, watched(&his, &base, &account).await);
            let at_theirs = watched(&theirs, &base, "/payments").await;
            let (mut hers_now, mut his_now) = (opens(&hers, &format!("{base}{at_hers}")).await, opens(&his, &format!("{base}{at_his}")).await);
            let mut theirs_now = opens(&theirs, &format!("{base}{at_theirs}")).await;
            for header in ["content-security-policy", "x-content-type-options"] {
                assert!(hers_now.headers().contains_key(header), "{header} as on every page");
            }
            assert_eq!(hers_now.headers()["cache-control"], "no-store");

            let request = asks(&app, &dana, maria, 500).await;
            next(&mut theirs_now, SOON).await.expect("those who lead see it");
            next(&mut hers_now, SOON).await.expect("and so does whoever asked, in another tab");
            let page = theirs.get(format!("{base}/approvals/rows")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("USD 5.00 by Mon 9 Mar 2026") && page.contains("Dana"), "{page}");
            assert!(theirs.get(format!("{base}/approvals/count")).send().await.unwrap().text().await.unwrap().contains(">1<"));

            answer(&app, &sam, app.moment(), request, &Verdict::Approve, "For her, yes.").await.unwrap();
            let (event, took) = next(&mut hers_now, SOON).await.unwrap();
            assert!(took < SOON, "{took:?}");
            for secret in ["5.00", "Maria", "Sam", "R-1", "yes", &maria.account.to_string(), &request.to_string()] {
                assert!(!event.contains(secret), "{secret} is not in {event}");
            }
            assert!(is_silent(&mut his_now, Duration::from_secs(3)).await, "Eli asked for nothing");
            let page = hers.get(format!("{base}/accounts/{}/approvals", maria.account)).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Approved") && page.contains("For her, yes.") && page.contains("Sam"), "{page}");

            // A browser that comes back says what it saw last; one that saw it all hears nothing.
            let mut again = opens(&hers, &format!("{base}{at_hers}")).await;
            let (event, _) = next(&mut again, SOON).await.expect("the page it has is from before");
            let mark = event.split("id: ").nth(1).and_then(|rest| rest.lines().next()).unwrap().to_string();
            drop(again);
            let mut again = hers.get(format!("{base}{at_hers}")).header("last-event-id", mark).send().await.unwrap();
            assert!(is_silent(&mut again, Duration::from_secs(3)).await);
        });
    }

    fn what_another_process_does_is_seen_too_and_streams_end_with_what_they_hang_on(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let dana = floor.officer("Dana").actor();
        for name in ["Eli", "Zoe"] {
            floor.officer(name);
        }
        let sam = floor.user("Sam", Role::Supervisor).actor();
        let base = floor.serve();
        let (app, address, at) = (floor.app.clone(), floor.address.clone(), floor.app.moment());
        floor.runtime.block_on(async {
            let request = asks(&app, &dana, maria, 500).await;
            let (hers, his, zoes) = (client(), client(), client());
            let csrf = sign_in(&hers, &base, "dana@example.org").await;
            sign_in(&his, &base, "eli@example.org").await;
            sign_in(&zoes, &base, "zoe@example.org").await;
            let url = format!("{base}{}", watched(&hers, &base, "/approvals").await);
            let mut hers_now = opens(&hers, &url).await;
            let mut his_now = opens(&his, &format!("{base}/live/mine")).await;
            let mut zoes_now = opens(&zoes, &format!("{base}/live/mine")).await;

            let other = App::new(Db::open(&address).await.unwrap(), Clock::frozen(at.at)).with_keys(app.keys.clone());
            answer(&other, &sam, at, request, &Verdict::Refuse, "Ask for more.").await.unwrap();
            next(&mut hers_now, BY_LOOKING).await.expect("seen by looking");

            // So many and no more; one that is closed makes room.
            let more: Vec<Response> = [opens(&hers, &url).await, opens(&hers, &url).await, opens(&hers, &url).await].into();
            assert_eq!(hers.get(&url).send().await.unwrap().status(), StatusCode::TOO_MANY_REQUESTS);
            drop(more);
            tokio::time::sleep(SOON * 2).await;
            drop(opens(&hers, &url).await);

            let out = hers.post(format!("{base}/sign-out")).form(&[("csrf", csrf.as_str())]).send().await.unwrap();
            assert_eq!(out.status(), StatusCode::SEE_OTHER);
            assert!(next(&mut hers_now, SOON).await.is_none(), "it ends with the session");
            switch_off(&app, &Actor::command(), at, app_user(&app, "eli@example.org").await).await.unwrap();
            assert!(next(&mut his_now, SOON).await.is_none(), "and with the user");
            // Nobody is kept signed in by a page that looks by itself.
            app.set_clock(at.at + jiff::SignedDuration::from_mins(61));
            assert!(next(&mut zoes_now, BY_LOOKING).await.is_none(), "and when nobody was there for an hour");
        });
    }
}

async fn app_user(app: &App, email: &str) -> duly_domain::values::ids::UserId {
    duly::identity::store::find_by_email(&mut app.db.read().await.unwrap(), email).await.unwrap().unwrap().id
}

/// A call on which the right person is verified and the words are said.
async fn leads(app: &App, who: &Actor, contact: duly_domain::values::ids::ContactId) -> CallId {
    let at = app.moment();
    let call = begin_call(app, who, at, contact).await.unwrap();
    let checked = Step::Checked { check: Check::DateOfBirth, fit: Fit::Matches };
    for step in [Step::Answered { who: Answered::Person }, checked, Step::Disclosed { words: Vec::new() }] {
        take_step(app, who, at, call, step).await.unwrap();
    }
    call
}

#[test]
fn an_officer_asks_on_a_call_and_hears_the_answer_without_loading_the_page() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-03");
    let maria = floor.debtor("Maria", "420.00");
    floor.tamper("update debtors set date_of_birth = $1", &[Value::Date(jiff::civil::date(1984, 8, 19))]);
    floor.user("Sam", Role::Supervisor);
    floor.clock("10:00");
    let contact = floor.officer("Dana").reserves(maria, Channel::Call).unwrap().contact.expect("it is allowed");
    let (app, dana) = (floor.app.clone(), floor.officer("Dana").actor());
    let base = floor.serve();
    let driver = Driver::start();
    let done: WebDriverResult<()> = floor.runtime.block_on(async {
        let call = leads(&app, &dana, contact).await;
        let (hers, his) = (driver.browser(false).await, driver.browser(false).await);
        enter(&hers, &base, "dana@example.org").await?;
        enter(&his, &base, "sam@example.org").await?;
        visit(&his, format!("{base}/floor")).await?;
        wait_for_text(&his, "Nobody waits").await?;
        assert!(text(&his).await?.contains("On a call"));

        // What is beyond her limits is refused, and the form for asking stands open with what was typed.
        visit(&hers, format!("{base}/calls/{call}?stage=commit")).await?;
        tab_to(&hers, "amount").await?;
        press(&hers, "5").await?;
        script(&hers, "document.getElementById('due').value = '2026-03-10'").await?;
        chord(&hers, Key::Enter).await?;
        wait_for_text(&hers, "smaller share of what is owed than an officer may grant alone").await?;
        assert_eq!(faults(&hers).await?, Vec::<String>::new());
        tab_to(&hers, "ask-words").await?;
        assert_eq!(hers.find(By::Id("ask-amount")).await?.value().await?.as_deref(), Some("5"));
        press(&hers, "First pay on the tenth.").await?;
        chord(&hers, Key::Enter).await?;
        wait_for(&hers, "said=asked").await?;
        wait_for_text(&hers, "They hold.").await?;
        script(&hers, "window.was = true; document.getElementById('amount').value = '7'").await?;
        assert_eq!(faults(&hers).await?, Vec::<String>::new());

        // It appears on the floor by itself; the supervisor counters by keyboard.
        wait_for_text(&his, "USD 5.00 by Tue 10 Mar 2026").await?;
        let counted = his.find(By::Id("waiting")).await?.text().await?;
        assert!(counted.contains('1'), "{counted}");
        assert_eq!(faults(&his).await?, Vec::<String>::new());
        his.find(By::LinkText("USD 5.00 by Tue 10 Mar 2026")).await?.send_keys(Key::Enter + "").await?;
        wait_for(&his, "/approvals/apr_").await?;
        let page = text(&his).await?;
        for part in [
            "Dana",
            "First pay on the tenth.",
            "The amount is a smaller share of what is owed than an officer may grant alone.",
            "USD 420.00",
            "The record has no promise like it yet.",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert_eq!(faults(&his).await?, Vec::<String>::new());
        tab_to(&his, "words").await?;
        press(&his, "Ten, then it is worth a call.").await?;
        tab_to(&his, "counter-amount").await?;
        chord(&his, "a").await?;
        press(&his, "10").await?;
        tab_to(&his, "counter-due").await?;
        his.find(By::Css("button[value=counter]")).await?.send_keys(Key::Enter + "").await?;
        wait_for(&his, "said=answered").await?;
        assert_eq!(faults(&his).await?, Vec::<String>::new());

        // Her page shows it, was not loaded again, keeps what she typed, and a screen reader hears it.
        wait_for_text(&hers, "Ten, then it is worth a call.").await?;
        assert_eq!(
            script(&hers, "return [window.was, document.getElementById('amount').value]").await?.json(),
            &serde_json::json!([true, "7"])
        );
        let heard = script(&hers, "return document.getElementById('told').textContent").await?;
        assert!(heard.json().as_str().unwrap_or_default().contains("countered with USD 10.00 by Tue 10 Mar 2026"), "{:?}", heard.json());
        assert_eq!(faults(&hers).await?, Vec::<String>::new());
        script(&hers, "document.activeElement.blur()").await?;
        press(&hers, "g").await?;
        wait_for(&hers, "stage=read_back").await?;
        assert!(text(&hers).await?.contains("You pay $10.00 by March 10, 2026."));
        wait_for_text(&his, "Used").await?;
        for page in ["/approvals", "/floor"] {
            visit(&his, format!("{base}{page}")).await?;
            for theme in ["light", "dark"] {
                his.execute("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await?;
                assert_eq!(faults(&his).await?, Vec::<String>::new(), "{theme} {page}");
            }
        }
        hers.quit().await?;
        his.quit().await
    });
    done.expect("the browsers do as they are told");
    assert_eq!(floor.promises(maria), ["open"]);
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}
