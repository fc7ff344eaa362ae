//! Users: switched off only when their accounts have somebody, given a new password, gone at once.

use crate::permissions;
use duly::accounts::actions::join_desk;
use duly::accounts::desks::actions::leave_desk;
use duly::app::{Actor, Failure};
use duly::identity::actions::{find_session, reset_password, sign_in, switch_off, switch_on};
use duly_domain::identity::Role;
use duly_domain::values::ids::UserId;
use duly_domain::values::moment::Moment;
use duly_testkit::{Floor, both_engines};
use futures_util::future::try_join_all;

fn id(floor: &mut Floor, name: &str, role: Role) -> UserId {
    floor.user(name, role).actor().id.unwrap()
}

fn off(floor: &mut Floor, user: UserId) -> Result<(), Failure> {
    floor.runtime.block_on(switch_off(&floor.app, &Actor::command(), floor.app.moment(), user))
}

fn signs_in(floor: &mut Floor, email: &str, password: &str) -> Option<String> {
    floor.runtime.block_on(sign_in(&floor.app, floor.app.moment(), email, password)).unwrap()
}

fn is_in(floor: &mut Floor, token: &str) -> bool {
    floor.runtime.block_on(find_session(&floor.app, floor.app.moment(), token)).unwrap().is_some()
}

both_engines! {
    fn nobody_goes_while_their_accounts_would_be_left_to_nobody(mut floor: "2026-03-02") {
        let (dana, sade) = (id(&mut floor, "Dana", Role::Officer), id(&mut floor, "Sade", Role::Supervisor));
        floor.debtor("Maria", "420.00");
        floor.debtor("Otto", "60.00");
        let desk = floor.desk("Larkfield desk");
        let (app, at) = (floor.app.clone(), floor.app.moment());
        floor.runtime.block_on(leave_desk(&app, &Actor::command(), at, desk, sade)).unwrap();

        let says = "nobody else works Larkfield desk with 2 open accounts: move the accounts first, or put somebody else on the desk";
        assert_eq!(off(&mut floor, dana).unwrap_err().to_string(), says);
        assert_eq!(floor.runtime.block_on(leave_desk(&app, &Actor::command(), at, desk, dana)).unwrap_err().to_string(), says);

        // Somebody who is switched off themselves, or works no accounts, is nobody in this.
        let ines = id(&mut floor, "Ines", Role::Administrator);
        floor.runtime.block_on(join_desk(&app, &Actor::command(), at, desk, ines)).unwrap();
        assert!(off(&mut floor, dana).is_err());
        floor.runtime.block_on(join_desk(&app, &Actor::command(), at, desk, sade)).unwrap();
        off(&mut floor, dana).unwrap();
        assert_eq!(off(&mut floor, sade).unwrap_err().to_string(), says);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_a_page_asks_for_at_once_is_answered_all(mut floor: "2026-03-02") {
        id(&mut floor, "Dana", Role::Officer);
        let token = signs_in(&mut floor, "dana@example.org", duly_testkit::PASSWORD).unwrap();
        for minute in [1, 2, 3] {
            // Each of them notes that somebody is there, and one of them has noted it first.
            let at = Moment { at: floor.app.moment().at + jiff::SignedDuration::from_secs(minute * 90), ..floor.app.moment() };
            let app = &floor.app;
            let found = floor.runtime.block_on(try_join_all((0..12).map(|_| find_session(app, at, &token)))).unwrap();
            assert!(found.iter().all(Option::is_some));
        }
    }

    fn switched_off_is_out_at_once_and_on_again_is_back(mut floor: "2026-03-02") {
        let dana = id(&mut floor, "Dana", Role::Officer);
        let token = signs_in(&mut floor, "dana@example.org", duly_testkit::PASSWORD).unwrap();
        assert!(is_in(&mut floor, &token));
        off(&mut floor, dana).unwrap();
        assert!(!is_in(&mut floor, &token));
        assert_eq!(signs_in(&mut floor, "dana@example.org", duly_testkit::PASSWORD), None);
        assert_eq!(off(&mut floor, dana).unwrap_err().to_string(), "Dana is switched off already");
        assert_eq!(floor.count("select count(*) from users where name = 'Dana'"), 1, "the record keeps the name");

        floor.runtime.block_on(switch_on(&floor.app, &Actor::command(), floor.app.moment(), dana)).unwrap();
        assert!(!is_in(&mut floor, &token), "the old session does not come back");
        assert!(signs_in(&mut floor, "dana@example.org", duly_testkit::PASSWORD).is_some());
        let acts = floor.count("select count(*) from audit_entries where act in ('user.off', 'user.on')");
        assert_eq!(acts, 2);
    }

    fn the_last_administrator_stays(mut floor: "2026-03-02") {
        let (ines, noor) = (id(&mut floor, "Ines", Role::Administrator), id(&mut floor, "Noor", Role::Administrator));
        off(&mut floor, noor).unwrap();
        assert_eq!(off(&mut floor, ines).unwrap_err().to_string(), "Ines is the last administrator: add another first");
        floor.runtime.block_on(switch_on(&floor.app, &Actor::command(), floor.app.moment(), noor)).unwrap();
        off(&mut floor, ines).unwrap();
    }

    fn an_administrator_settles_the_organization_and_the_record_says_what_it_was(mut floor: "2026-03-02") {
        id(&mut floor, "Ines", Role::Administrator);
        id(&mut floor, "Dana", Role::Officer);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let (ines, dana) = (permissions::client(), permissions::client());
            let csrf = permissions::sign_in(&ines, &base, "ines@example.org").await;
            let get = async |client: &reqwest::Client, path: &str| client.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
            // The first user was made at the machine: nobody was asked, and the start screen says so.
            assert!(get(&ines, "/desks").await.contains("has not settled its name and its time zone yet"));
            permissions::sign_in(&dana, &base, "dana@example.org").await;
            assert!(!get(&dana, "/my-day").await.contains("has not settled"), "who cannot settle it is not told");
            // Who sees no debtor has nothing to search.
            assert!(get(&dana, "/my-day").await.contains("role=\"search\""));
            assert!(!get(&ines, "/desks").await.contains("role=\"search\""));

            let keep = async |company: &str, address: &str, zone: &str| {
                let form = [("csrf", csrf.as_str()), ("company", company), ("address", address), ("zone", zone)];
                ines.post(format!("{base}/settings")).form(&form).send().await.unwrap()
            };
            for (company, zone, says) in
                [(" ", "America/Chicago", "Its name is empty"), ("Larkfield", "Mars/Base", "It is no time zone"), ("Larkfield", "", "It is no time zone")]
            {
                let answer = keep(company, "", zone).await.text().await.unwrap();
                assert!(answer.contains(says), "{company:?} {zone:?}");
            }
            for company in ["Larkfield Recovery", "Larkfield Recovery", "Larkfield & Sons"] {
                let answer = keep(company, "1 High Street, Columbus", "America/Los_Angeles").await;
                assert_eq!(answer.headers()["location"], "/settings?said=settled");
            }
            let page = get(&ines, "/settings").await;
            assert!(page.contains("Larkfield &#38; Sons") && page.contains("1 High Street, Columbus"), "{page}");
            assert!(!get(&ines, "/desks").await.contains("has not settled"));
        });
        assert_eq!(floor.app.zone().iana_name(), Some("America/Los_Angeles"));
        let acts = floor.texts("select act, detail from audit_entries where act = 'organization.settle' order by seq");
        assert_eq!(acts.len(), 2, "what was kept again as it stood is no change: {acts:?}");
        assert!(acts[1].1.as_deref().unwrap().contains("\"before\":{\"company\":\"Larkfield Recovery\",\"address\":\"1 High Street, Columbus\""), "{acts:?}");
    }

    fn a_new_password_ends_every_session_and_must_be_changed(mut floor: "2026-03-02") {
        let dana = id(&mut floor, "Dana", Role::Officer);
        let tokens = [0, 1].map(|_| signs_in(&mut floor, "dana@example.org", duly_testkit::PASSWORD).unwrap());
        let made = floor.runtime.block_on(reset_password(&floor.app, &Actor::command(), floor.app.moment(), dana)).unwrap();
        assert!(tokens.iter().all(|token| !is_in(&mut floor, token)));
        assert_eq!(signs_in(&mut floor, "dana@example.org", duly_testkit::PASSWORD), None);
        let token = signs_in(&mut floor, "dana@example.org", &made).unwrap();
        let session = floor.runtime.block_on(find_session(&floor.app, floor.app.moment(), &token)).unwrap().unwrap();
        assert!(session.must_change_password);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'password.reset'"), 1);

        off(&mut floor, dana).unwrap();
        let refused = floor.runtime.block_on(reset_password(&floor.app, &Actor::command(), floor.app.moment(), dana));
        assert_eq!(refused.unwrap_err().to_string(), "Dana is switched off: switch them on first");
    }
}
