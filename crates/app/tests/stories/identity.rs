//! Users: switched off only when their accounts have somebody, given a new password, gone at once.

use duly::accounts::actions::join_desk;
use duly::accounts::desks::actions::leave_desk;
use duly::app::{Actor, Failure};
use duly::identity::actions::{find_session, reset_password, sign_in, switch_off, switch_on};
use duly_domain::identity::Role;
use duly_domain::values::ids::UserId;
use duly_testkit::{Floor, both_engines};

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
