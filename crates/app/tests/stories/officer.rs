//! Forms of the workspace, filled as people fill them: in haste, by half, with a slip of the hand.

use crate::permissions::{client, sign_in};
use duly_domain::identity::Role;
use duly_testkit::{Floor, Person, both_engines};
use reqwest::{Client, StatusCode};

/// Somebody's browser on one account.
struct Desk {
    client: Client,
    place: String,
    csrf: String,
}

impl Desk {
    fn of(floor: &mut Floor, name: &str, role: Role, person: Person) -> Desk {
        floor.user(name, role);
        let base = floor.serve();
        let place = format!("{base}/accounts/{}", person.account);
        floor.runtime.block_on(async {
            let client = client();
            let csrf = sign_in(&client, &base, &format!("{}@example.org", name.to_lowercase())).await;
            Desk { client, place, csrf }
        })
    }

    async fn page(&self, query: &str) -> String {
        self.client.get(format!("{}{query}", self.place)).send().await.unwrap().text().await.unwrap()
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let form: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", self.csrf.as_str())]).collect();
        let answer = self.client.post(format!("{}{path}", self.place)).form(&form).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// What a form sent like this is told; nothing is kept.
    async fn is_told(&self, path: &str, fields: &[(&str, &str)], says: &str) {
        let (status, page) = self.post(path, fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {says}");
        assert!(page.contains(says), "{path}: {says} on\n{page}");
    }
}

both_engines! {
    fn a_refused_call_says_from_when_it_is_allowed_as_people_write_it(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana").calls(maria, "talked");
        let desk = Desk::of(&mut floor, "Dana", Role::Officer, maria);
        floor.runtime.block_on(async {
            let form = desk.page("?do=contact").await;
            let to = form.split("<option value=\"call ").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            desk.is_told("/contacts", &[("to", &format!("call {to}"))], "Allowed again from <b>Mon 9 Mar 2026 08:00</b>, their time.").await;
        });
    }

    fn what_nothing_on_file_can_carry_is_not_shown_as_open(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.tamper("update contact_points set state = 'wrong' where kind = 'phone'", &[]);
        let desk = Desk::of(&mut floor, "Dana", Role::Officer, maria);
        let page = floor.runtime.block_on(desk.page(""));
        assert!(page.contains("Call · <b>no number that reaches them</b>"), "{page}");
        assert!(page.contains("Text · <b>no mobile number that reaches them</b>"), "{page}");
    }

    fn a_channel_without_a_point_names_no_hour_and_a_closed_way_says_which(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.tamper("delete from contact_points where kind = 'email'", &[]);
        floor.clock("06:00");
        let desk = Desk::of(&mut floor, "Dana", Role::Officer, maria);
        floor.runtime.block_on(async {
            let page = desk.page("").await;
            assert!(page.contains("Call · <b>not before 08:00</b>"), "{page}");
            assert!(page.contains("Email · <b>no e-mail on file</b>"), "{page}");
            let closing = [("status", "closed"), ("channel", "text"), ("on", "2026-03-02"), ("source", "said")];
            assert_eq!(desk.post("/statuses", &closing).await.0, StatusCode::SEE_OTHER);
            assert!(desk.page("").await.contains("Closed a way of reaching them: not by text"));
        });
    }

    fn a_stop_and_a_death_are_chosen_not_slipped_into(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let desk = Desk::of(&mut floor, "Dana", Role::Officer, maria);
        floor.runtime.block_on(async {
            let form = desk.page("?do=stop").await;
            assert!(form.contains("name=\"kind\" required><option value=\"\">Choose</option>"), "{form}");
            desk.is_told("/stops", &[("kind", "")], "The kind is not chosen.").await;
            desk.is_told("/stops", &[("kind", "dispute"), ("on", "1926-03-02")], "lies more than thirty years back").await;
            desk.is_told("/stops", &[("kind", "dispute"), ("on", "2026-03-03")], "is in the future").await;
            desk.is_told("/statuses", &[("status", ""), ("on", "2026-03-02"), ("source", "letter")], "The status is not chosen.").await;
            desk.is_told("/statuses", &[("status", "cease"), ("on", "1926-03-02"), ("source", "letter")], "lies more than thirty years back").await;
            desk.is_told("/statuses", &[("status", "cease"), ("on", "2026-03-02"), ("source", "said")], "does not show this: letter, message, lawyer").await;
            desk.is_told("/statuses", &[("status", "deceased"), ("on", "2026-03-02"), ("source", "")], "The source is not chosen.").await;
            desk.is_told("/incoming", &[("channel", "call"), ("result", "")], "choose what became of it").await;
            assert!(form.contains("name=\"status\" required><option value=\"\">Choose</option><option value=\"cease\""), "{form}");
        });
        assert_eq!(floor.count("select count(*) from notices") + floor.count("select count(*) from circumstances"), 0);
        assert!(floor.may_call(maria));
        let (status, _) = floor.runtime.block_on(desk.post("/statuses", &[("status", "deceased"), ("on", "2026-03-01"), ("source", "family")]));
        assert_eq!((status, floor.may_call(maria)), (StatusCode::SEE_OTHER, false));
    }

    fn texts_and_days_without_end_are_told_at_their_field(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let desk = Desk::of(&mut floor, "Dana", Role::Officer, maria);
        let (long, name) = ("x".repeat(1_001), "x".repeat(201));
        floor.runtime.block_on(async {
            desk.is_told("/preferences", &[("kind", "no_channel"), ("channel", "call"), ("words", &long)], "What they said is longer than 1000").await;
            desk.is_told("/preferences", &[("kind", "inconvenient_time"), ("from", "09:00"), ("to", "09:00")], "where the time begins").await;
            desk.is_told("/holds", &[("reason", &long), ("until", "2026-03-05")], "The reason is longer than 1000 letters").await;
            desk.is_told("/holds", &[("reason", "x"), ("until", "2040-01-01")], "too far away: Tue 1 Sep 2026 at the latest").await;
            desk.is_told("/stops", &[("kind", "dispute"), ("words", &long)], "What they said is longer than 1000 letters").await;
            desk.is_told("/people", &[("name", &name), ("role", "co_debtor")], "The name is longer than 200 letters").await;
            desk.is_told("/promises", &[("amount", "1.000,50"), ("due", "2026-03-05")], "The amount is not an amount such as 1234.50.").await;
            desk.is_told("/promises", &[("amount", "99999999999999999999"), ("due", "2026-03-05")], "The amount is too large.").await;
        });
        let contact = floor.officer("Dana").reserves(maria, duly_domain::values::channel::Channel::Call).unwrap().contact.unwrap();
        floor.runtime.block_on(async {
            let path = format!("/contacts/{contact}/results");
            desk.is_told(&path, &[("result", "busy"), ("note", &long)], "longer than 1000 letters").await;
            desk.is_told(&path, &[("result", "busy"), ("follow_up", "2199-01-01")], "is more than a year ahead").await;
        });
        let clerk = Desk::of(&mut floor, "Bo", Role::BackOffice, maria);
        floor.runtime.block_on(async {
            clerk.is_told("/payments", &[("amount", "1"), ("date", "1900-01-01"), ("reference", "A")], "look at the year").await;
            clerk.is_told("/payments", &[("amount", "1"), ("date", "2026-03-02"), ("reference", &name)], "longer than 200 letters").await;
        });
        assert_eq!(floor.balance(maria), "420.00");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_stop_on_a_business_debt_is_the_houses_and_cites_no_law_that_does_not_reach_it(mut floor: "2026-03-02") {
        let otto = floor.debtor("Otto", "420.00");
        floor.clock("10:00");
        let desk = Desk::of(&mut floor, "Dana", Role::Officer, otto);
        let closing = [("status", "cease"), ("on", "2026-03-02"), ("source", "letter")];
        let cited = "12 CFR 1006.6(c); 15 USC 1692c(c)";
        floor.runtime.block_on(async {
            assert_eq!(desk.post("/statuses", &closing).await.0, StatusCode::SEE_OTHER);
            assert!(desk.page("?why=letter").await.contains(cited), "a consumer's debt");
        });
        floor.tamper("update accounts set kind = 'business'", &[]);
        let house = format!("house policy, as for consumer debts; {cited} does not reach this debt");
        floor.runtime.block_on(async {
            assert!(desk.page("?why=letter").await.contains(&house), "the creditor has us keep to it");
            let tree = desk.page("/why?channel=letter&at=2026-03-02T11:00").await;
            assert!(tree.contains(&house), "{tree}");
        });
        floor.tamper("update creditors set rule_scope = 'law'", &[]);
        let page = floor.runtime.block_on(desk.page("?why=letter"));
        assert!(!page.contains("1006.6(c)") || !page.contains("Letter · <b>no</b>"), "nothing but the law binds, and it does not: {page}");
        assert!(page.contains("no: the debt is no consumer&#39;s"), "{page}");
    }
}
