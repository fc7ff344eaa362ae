//! Officers lead calls at the desk, from the reservation to the wrap-up: each press and the page it leads to.

use super::{Officer, REST, Waits, at_once, between};

/// Calls that each officer leads.
const CALLS: usize = 6;

/// What is pressed in one call, in order; `last_four` says what they answer to the check, and they promise all that is `owed`.
fn presses(last_four: &str, owed: &str) -> Vec<Vec<(&'static str, String)>> {
    let form = |fields: &[(&'static str, &str)]| fields.iter().map(|(name, value)| (*name, (*value).to_string())).collect();
    vec![
        form(&[("step", "answered"), ("who", "person")]),
        form(&[("step", "checked"), ("last_four", last_four)]),
        form(&[("step", "disclosed"), ("at", "disclose"), ("all", "yes")]),
        form(&[("step", "purpose"), ("at", "purpose")]),
        form(&[("step", "told"), ("at", "listen"), ("reason", "forgot")]),
        form(&[("step", "offered"), ("at", "options"), ("choice.promise", "yes")]),
        form(&[("step", "promised"), ("at", "commit"), ("amount", owed), ("due", "2026-03-09")]),
        form(&[("step", "read_back"), ("at", "read_back"), ("confirmed", "yes")]),
        form(&[("step", "agreed"), ("at", "close"), ("on", "2026-03-09"), ("by", "call")]),
    ]
}

/// Every officer leads calls, with a rest between two presses.
pub async fn lead(base: &str, cookies: &[String]) -> Waits {
    at_once(base, cookies, |mut officer| async move {
        officer.settle().await;
        for _ in 0..CALLS {
            call(&mut officer).await;
        }
        officer.waits
    })
    .await
}

async fn call(officer: &mut Officer) {
    let get = |officer: &Officer, path: &str| officer.client.get(format!("{}{path}", officer.base));
    let request = get(officer, "/next");
    let (account, _) = officer.ask(super::NEXT, request).await;
    let request = get(officer, &account);
    let (_, page) = officer.ask("account", request).await;
    let (Some(csrf), Some(to)) = (between(&page, "name=\"csrf\" value=\"", "\""), between(&page, "<option value=\"call ", "\"")) else {
        return;
    };
    let csrf = csrf.to_string();
    let form = [("csrf", csrf.clone()), ("to", format!("call {to}")), ("guide", "yes".into())];
    let request = officer.client.post(format!("{}{account}/contacts", officer.base)).form(&form);
    let (call, _) = officer.ask_at_once("reserve", request).await;
    assert!(call.starts_with("/calls/"), "the desk opens: {call}");
    let reference = between(&page, "<span class=\"cut\">Bench · ", " ·").expect("the account shows its reference").to_string();
    let digits: String = reference.chars().filter(char::is_ascii_digit).collect();
    let last_four = &digits[digits.len().saturating_sub(4)..];
    let request = get(officer, &call);
    officer.ask("call page", request).await;
    let owed = between(&page, "<p class=\"big\">USD ", "<").expect("the account shows what is owed").to_string();
    for mut press in presses(last_four, &owed) {
        press.push(("csrf", csrf.clone()));
        let request = officer.client.post(format!("{}{call}/steps", officer.base)).form(&press);
        let (to, _) = officer.ask_at_once("call press", request).await;
        assert!(to.starts_with(&call), "{press:?} leads on, and not to {to:?}");
        let request = get(officer, &to);
        officer.ask("call page", request).await;
    }
    let request = officer.client.post(format!("{}{call}/ends", officer.base)).form(&[("csrf", csrf.clone())]);
    officer.ask_at_once("call end", request).await;
    let request = get(officer, &call);
    officer.ask("call page", request).await;
    let form = [("csrf", csrf), ("result", "promised".into()), ("follow_up", "2026-03-09".into())];
    let request = officer.client.post(format!("{}{call}/wraps", officer.base)).form(&form);
    officer.ask_at_once("call wrap", request).await;
    tokio::time::sleep(REST / 4).await;
}
