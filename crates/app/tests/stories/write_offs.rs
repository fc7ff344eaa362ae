//! What is left is written off by somebody who may; money that moves afterwards; what the books, bureaus and letters say of it.

use super::charges::sets;
use super::remittances::pays_direct;
use super::years::reads;
use duly::accounts::closing::{close_account, reopen_account};
use duly::app::{Actor, Failure, Outcome};
use duly::ledger::journal::Dialect;
use duly::ledger::write_offs::actions::{WriteOff, write_off};
use duly::ledger::write_offs::store::{WriteOffRow, list_of_account};
use duly::plans::approvals::actions::{AskApproval, answer, ask};
use duly::plans::desk::agreeing::{AgreePlan, Agreed, agree_plan};
use duly::plans::desk::limits;
use duly_domain::identity::Role;
use duly_domain::ledger::charges::InterestSource;
use duly_domain::ledger::write_off::WriteOffReason;
use duly_domain::plans::approval::{ApprovalState, Terms, Verdict};
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::ids::ApprovalId;
use duly_domain::values::money::Money;
use duly_testkit::{Floor, Person, both_engines};

/// Who writes off: Dana works accounts, Sam leads, Bo keeps the books.
fn actor(floor: &mut Floor, name: &str) -> Actor {
    let role = match name {
        "Sam" | "Sue" => Role::Supervisor,
        "Bo" => Role::BackOffice,
        _ => Role::Officer,
    };
    floor.user(name, role).actor()
}

fn tries(floor: &mut Floor, name: &str, person: Person, because: WriteOffReason) -> Result<Vec<&'static str>, Failure> {
    let (app, who, at) = (floor.app.clone(), actor(floor, name), floor.app.moment());
    let ask = WriteOff { account: person.account, because, note: "Not worth a letter.".into() };
    floor.runtime.block_on(write_off(&app, &who, at, &ask)).map(|outcome| match outcome {
        Outcome::Done(_) => vec![],
        Outcome::Refused(decision) => decision.because.iter().map(|reason| reason.rule.id).collect(),
    })
}

/// Written off by somebody: nothing, or the rules against it.
fn writes(floor: &mut Floor, name: &str, person: Person, because: WriteOffReason) -> Vec<&'static str> {
    tries(floor, name, person, because).unwrap()
}

fn asks(floor: &mut Floor, name: &str, person: Person, minor: i64, because: WriteOffReason) -> ApprovalId {
    let (app, who, at) = (floor.app.clone(), actor(floor, name), floor.app.moment());
    let terms = Terms::write_off(Money::usd(minor), because);
    let wanted = AskApproval { account: person.account, call: None, terms, words: "Nobody lives there any more.".into() };
    match floor.runtime.block_on(ask(&app, &who, at, &wanted)).unwrap() {
        Outcome::Done(id) => id,
        Outcome::Refused(decision) => panic!("{decision:?}"),
    }
}

fn answers(floor: &mut Floor, name: &str, id: ApprovalId, verdict: Verdict) -> Result<ApprovalState, Vec<&'static str>> {
    let (app, who, at) = (floor.app.clone(), actor(floor, name), floor.app.moment());
    match floor.runtime.block_on(answer(&app, &who, at, id, &verdict, "Ask the creditor first.")).unwrap() {
        Outcome::Done(state) => Ok(state),
        Outcome::Refused(decision) => Err(decision.because.iter().map(|reason| reason.rule.id).collect()),
    }
}

fn reopens(floor: &mut Floor, person: Person) {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    floor.runtime.block_on(reopen_account(&app, &Actor::command(), at, person.account)).unwrap();
}

fn rows(floor: &mut Floor, person: Person) -> Vec<WriteOffRow> {
    floor.runtime.block_on(async { list_of_account(&mut floor.app.db.read().await.unwrap(), person.account).await }).unwrap()
}

/// The state, what is owed and what is written off.
fn stands(floor: &mut Floor, person: Person) -> (String, i64, i64) {
    let account = floor.account(person);
    (account.state, account.balance_minor, account.written_off_minor)
}

fn is(state: &str, owed: i64, written_off: i64) -> (String, i64, i64) {
    (state.into(), owed, written_off)
}

fn whole(floor: &mut Floor) {
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

fn sets_limits(floor: &mut Floor, text: &str) {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let (cora, sam) = (floor.user("Cora", Role::Compliance).actor(), floor.user("Sam", Role::Supervisor).actor());
    let ask = limits::SetLimits { written: limits::parse(text).unwrap(), from_on: at.business_day, approver: sam };
    floor.runtime.block_on(limits::set_limits(&app, &cora, at, &ask)).unwrap();
}

both_engines! {
    fn a_small_balance_is_written_off_alone_and_comes_back_when_the_account_is_taken_up(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.pays(maria, "415.01", "P1");
        assert!(writes(&mut floor, "Dana", maria, WriteOffReason::SmallBalance).is_empty());
        assert_eq!(stands(&mut floor, maria), is("closed", 0, 499));
        assert_eq!(floor.account(maria).closed_because.as_deref(), Some("small_balance"));
        assert_eq!(floor.count("select count(*) from entries where kind = 'write_off' and placed_minor = 499 and client_payable_minor = 0"), 1);
        let told = floor.timeline(maria);
        assert!(told.iter().any(|(title, more)| title == "USD 4.99 written off" && more.contains("Small balance: Not worth a letter.")), "{told:?}");
        whole(&mut floor);
        let journal = floor.journal(Dialect::Hledger);
        assert!(journal.contains("written off, small balance"), "{journal}");
        assert!(tries(&mut floor, "Dana", maria, WriteOffReason::SmallBalance).unwrap_err().to_string().contains("written off"));

        reopens(&mut floor, maria);
        assert_eq!(stands(&mut floor, maria), is("open", 499, 0));
        assert_eq!(floor.count("select count(*) from entries r join entries e on e.account_id = r.account_id and e.id = r.reverses_entry_id
            where r.kind = 'reversal' and e.kind = 'write_off' and r.placed_minor = -499"), 1);
        whole(&mut floor);
        floor.tamper("update write_offs set words = 'Paid.'", &[]);
        assert!(floor.failed_checks().iter().any(|fault| fault.contains("write-off")), "it cannot be altered unseen");
    }

    fn what_is_more_is_asked_for_and_two_who_lead_grant_what_neither_may_alone(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "900.00"));
        assert_eq!(writes(&mut floor, "Dana", maria, WriteOffReason::SmallBalance), ["ledger.write-off.small-balance", "ledger.limit.write-off"]);
        assert_eq!(writes(&mut floor, "Dana", maria, WriteOffReason::Uncollectible), ["ledger.limit.write-off"]);
        assert_eq!(writes(&mut floor, "Bo", maria, WriteOffReason::Uncollectible), ["ledger.limit.write-off"]);
        assert_eq!(stands(&mut floor, maria), is("open", 42_000, 0));
        let request = asks(&mut floor, "Dana", maria, 42_000, WriteOffReason::Uncollectible);
        assert_eq!(answers(&mut floor, "Sam", request, Verdict::Approve), Ok(ApprovalState::Approved));
        assert_eq!(writes(&mut floor, "Dana", maria, WriteOffReason::Bankruptcy), ["ledger.limit.write-off"], "for the reason that was asked");
        // A payment meanwhile leaves less, which the grant covers; Bo books what Dana asked for.
        floor.pays(maria, "20.00", "P1");
        assert!(writes(&mut floor, "Bo", maria, WriteOffReason::Uncollectible).is_empty());
        assert_eq!(stands(&mut floor, maria), is("closed", 0, 40_000));
        assert_eq!(rows(&mut floor, maria)[0].approval, Some(request));
        assert_eq!(floor.count("select count(*) from approvals where state = 'used'"), 1);
        reopens(&mut floor, maria);
        assert_eq!(writes(&mut floor, "Dana", maria, WriteOffReason::Uncollectible), ["ledger.limit.write-off"], "once");

        // 900.00 are beyond one supervisor; two of them are enough.
        let request = asks(&mut floor, "Dana", otto, 90_000, WriteOffReason::Uncollectible);
        assert_eq!(answers(&mut floor, "Sam", request, Verdict::Approve), Err(vec!["ledger.limit.write-off"]));
        assert_eq!(answers(&mut floor, "Sam", request, Verdict::Refuse), Ok(ApprovalState::Refused));
        assert_eq!(writes(&mut floor, "Sam", otto, WriteOffReason::Uncollectible), ["ledger.limit.write-off"]);
        let request = asks(&mut floor, "Sam", otto, 90_000, WriteOffReason::Uncollectible);
        assert_eq!(answers(&mut floor, "Sue", request, Verdict::Approve), Ok(ApprovalState::Approved));
        assert!(writes(&mut floor, "Sam", otto, WriteOffReason::Uncollectible).is_empty());
        assert_eq!(stands(&mut floor, otto), is("closed", 0, 90_000));
        whole(&mut floor);
    }

    fn money_that_arrives_later_is_taken_for_it_and_a_payment_that_comes_back_opens_the_account(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let early = floor.pays(maria, "120.00", "P1");
        assert!(writes(&mut floor, "Sam", maria, WriteOffReason::Uncollectible).is_empty());
        let posted = floor.pays_on(maria, "100.00", "2026-03-02", "P2").unwrap();
        assert_eq!((posted.unapplied.minor(), posted.balance.total().unwrap().minor()), (0, 0));
        assert_eq!(stands(&mut floor, maria), is("closed", 0, 20_000));
        let all = rows(&mut floor, maria);
        assert_eq!((all.len(), all[0].follows, all[0].reversed_on), (2, Some(all[1].id), None));
        assert!(floor.pays_on(maria, "100.00", "2026-03-02", "P2").unwrap().is_repeat);
        assert_eq!(rows(&mut floor, maria).len(), 2, "the same payment moves nothing");
        assert_eq!(pays_direct(&mut floor, maria, 5_000, "DESK 1").map(|_| ()).map_err(|error| error.to_string()), Ok(()));
        assert_eq!(stands(&mut floor, maria), is("closed", 0, 15_000));
        whole(&mut floor);

        // The first payment comes back: what was decided rested on it.
        floor.reverses(early);
        assert_eq!(stands(&mut floor, maria), is("open", 27_000, 0));
        assert!(floor.account(maria).next_action.unwrap().starts_with("Payment came back"));
        whole(&mut floor);

        // Written off again and then paid whole: it is paid, and what is over is theirs.
        assert!(writes(&mut floor, "Sam", maria, WriteOffReason::Uncollectible).is_empty());
        let posted = floor.pays_on(maria, "300.00", "2026-03-02", "P3").unwrap();
        assert_eq!(posted.unapplied.minor(), 3_000);
        assert_eq!(stands(&mut floor, maria), is("paid", 0, 0));
        assert_eq!(floor.account(maria).closed_because, None);
        whole(&mut floor);
        reads("hledger", &["-f", "-", "check"], &floor.journal(Dialect::Hledger));
        reads("bean-check", &["/dev/stdin"], &floor.journal(Dialect::Beancount));
    }

    fn a_settlement_that_was_kept_releases_the_rest_and_more_money_is_theirs(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "400.00");
        let sam = actor(&mut floor, "Sam");
        let terms = PlanTerms {
            total: Money::usd(32_000),
            down: Money::usd(0),
            cut: Cut::Count(1),
            first_on: "2026-03-09".parse().unwrap(),
            frequency: Frequency::Monthly,
        };
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let agreed = floor.runtime.block_on(agree_plan(&app, &sam, at, AgreePlan { account: maria.account, terms })).unwrap();
        assert!(matches!(agreed, Agreed::Done(_)));
        assert_eq!(writes(&mut floor, "Dana", maria, WriteOffReason::Settled), ["ledger.limit.write-off"], "it is not kept yet");
        floor.morning_of("2026-03-09");
        let paid = floor.pays(maria, "320.00", "P1");
        floor.morning_of("2026-03-12");
        assert_eq!(floor.account(maria).next_action.as_deref(), Some("Settlement kept: close the account as settled"));
        // Who agreed the settlement had the right to.
        assert!(writes(&mut floor, "Dana", maria, WriteOffReason::Settled).is_empty());
        assert_eq!(stands(&mut floor, maria), is("closed", 0, 8_000));
        assert!(rows(&mut floor, maria)[0].plan.is_some());
        let posted = floor.pays_on(maria, "10.00", "2026-03-12", "P2").unwrap();
        assert_eq!(posted.unapplied.minor(), 1_000, "nothing is owed any more");
        assert_eq!(stands(&mut floor, maria), is("closed", 0, 8_000));
        whole(&mut floor);
        floor.reverses(paid);
        assert_eq!(stands(&mut floor, maria).0, "open");
        assert_eq!(floor.account(maria).written_off_minor, 0);
        whole(&mut floor);
    }

    fn interest_is_brought_to_the_day_and_nothing_moves_beside_a_write_off(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "365.00");
        sets(&mut floor, maria, InterestSource::Agreement, 100_000, "2026-03-02").unwrap();
        floor.morning_of("2026-03-12");
        assert!(writes(&mut floor, "Sam", maria, WriteOffReason::Deceased).is_empty());
        assert_eq!(stands(&mut floor, maria), is("closed", 0, 36_600), "with ten days of 0.10");
        whole(&mut floor);
        floor.morning_of("2026-04-01");
        reopens(&mut floor, maria);
        assert_eq!(stands(&mut floor, maria), is("open", 36_600, 0), "its interest ended with the account");
        whole(&mut floor);
        // What was closed before keeps its reason, and is written off for that one alone.
        let (app, at) = (floor.app.clone(), floor.app.moment());
        floor.runtime.block_on(close_account(&app, &Actor::command(), at, maria.account, "uncollectible", None)).unwrap();
        let says = tries(&mut floor, "Sam", maria, WriteOffReason::Deceased).unwrap_err().to_string();
        assert!(says.contains("closed before: Nothing to be had"), "{says}");
        assert!(writes(&mut floor, "Sam", maria, WriteOffReason::Uncollectible).is_empty());
        assert_eq!(stands(&mut floor, maria), is("closed", 0, 36_600));
        whole(&mut floor);
        floor.tamper("update accounts set written_off_minor = 1", &[]);
        assert!(floor.failed_checks().iter().any(|fault| fault.contains("write-offs as entries say")), "{:?}", floor.failed_checks());
    }

    fn the_night_writes_off_what_is_small_where_a_creditor_says_so_and_nothing_elsewhere(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "420.00"));
        floor.pays(maria, "411.00", "P1");
        floor.pays(otto, "409.99", "P2");
        floor.morning_of("2026-04-20");
        assert_eq!(floor.count("select count(*) from write_offs"), 0, "nobody asked for it");
        let creditor = floor.texts("select name, null from creditors").remove(0).0.unwrap();
        sets_limits(&mut floor, &format!("[[row]]\ncreditor = \"{creditor}\"\nlimits = {{ write_off_max_minor = 1000, write_off_after_days = 60 }}\n"));
        floor.morning_of("2026-05-01");
        assert_eq!(floor.count("select count(*) from write_offs"), 0, "59 days are not 60");
        floor.morning_of("2026-05-03");
        assert_eq!(stands(&mut floor, maria), is("closed", 0, 900));
        assert_eq!(rows(&mut floor, maria)[0].by, "night");
        assert_eq!(stands(&mut floor, otto), is("open", 1_001, 0), "a cent more is no small balance");
        whole(&mut floor);
        // By the creditor's row an officer may write off as much.
        floor.pays(otto, "0.01", "P3");
        assert!(writes(&mut floor, "Dana", otto, WriteOffReason::SmallBalance).is_empty());
        whole(&mut floor);
    }
}
