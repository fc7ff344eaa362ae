//! Interest by its terms, fees, waivers: posted, put right, waived, taken back; proved by the books.

use duly::app::{Actor, Failure, Outcome};
use duly::ledger::charges::actions::{ChargeFee, SetInterest, Waive, charge_fee, reverse_charge, set_interest, stop_interest, waive};
use duly::ledger::charges::payoff;
use duly::ledger::charges::store::{ChargeRow, list_charges};
use duly::plans::approvals::actions::{AskApproval, answer, ask};
use duly_domain::accounts::Bucket;
use duly_domain::identity::Role;
use duly_domain::ledger::charges::InterestSource;
use duly_domain::ledger::interest::DayCount;
use duly_domain::plans::approval::{Terms, Verdict};
use duly_domain::values::money::{Currency, Money};
use duly_testkit::{Floor, Person, both_engines};

fn minor(text: &str) -> i64 {
    Money::parse(text, Currency::Usd).unwrap().minor()
}

fn refusals<T>(outcome: Outcome<T>) -> Vec<&'static str> {
    match outcome {
        Outcome::Done(_) => vec![],
        Outcome::Refused(decision) => decision.because.iter().map(|reason| reason.rule.id).collect(),
    }
}

/// Sets nine percent by the agreement, or another rate by a judgment, from a day on; the rules against it.
pub fn sets(floor: &mut Floor, person: Person, source: InterestSource, rate_ppm: i64, from: &str) -> Result<Vec<&'static str>, Failure> {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let ask = SetInterest {
        account: person.account,
        source,
        rate_ppm,
        day_count: DayCount::Actual365,
        from_on: from.parse().unwrap(),
        words: "Clause 7 of the card agreement".into(),
    };
    floor.runtime.block_on(set_interest(&app, &Actor::command(), at, &ask)).map(refusals)
}

pub fn charges_fee(floor: &mut Floor, person: Person, amount: &str, is_in_agreement: bool) -> Result<Vec<&'static str>, Failure> {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let ask = ChargeFee {
        account: person.account,
        bucket: Bucket::Fees,
        amount_minor: minor(amount),
        what: "Returned check".into(),
        is_in_agreement,
        is_permitted_by_law: false,
    };
    floor.runtime.block_on(charge_fee(&app, &Actor::command(), at, &ask)).map(refusals)
}

pub fn waives(floor: &mut Floor, person: Person, bucket: Bucket, amount: &str) -> Vec<&'static str> {
    let (app, at, who) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
    let ask = Waive { account: person.account, bucket, amount_minor: minor(amount), because: "They were never told of it.".into() };
    refusals(floor.runtime.block_on(waive(&app, &who, at, &ask)).unwrap())
}

fn owed(floor: &mut Floor, person: Person) -> [i64; 5] {
    floor.account(person).owed_minor
}

fn pays_off(floor: &mut Floor, person: Person, on: &str) -> Result<(i64, i64), Failure> {
    let account = floor.account(person);
    floor.runtime.block_on(async {
        let figure = payoff::of(&mut floor.app.db.read().await.unwrap(), &account, on.parse().unwrap()).await?;
        Ok((figure.total.minor(), figure.accruing.minor()))
    })
}

fn charged(floor: &mut Floor, person: Person) -> Vec<ChargeRow> {
    floor.runtime.block_on(async { list_charges(&mut floor.app.db.read().await.unwrap(), person.account, 100).await }).unwrap()
}

const PRINCIPAL: usize = Bucket::Principal as usize;
const INTEREST: usize = Bucket::Interest as usize;
const FEES: usize = Bucket::Fees as usize;

both_engines! {
    fn interest_is_exact_on_any_day_and_posted_at_the_end_of_a_month(mut floor: "2026-03-02") {
        // 3,650.00 at 9 % bear 0.90 a day.
        let maria = floor.debtor("Maria", "3650.00");
        assert!(sets(&mut floor, maria, InterestSource::Agreement, 90_000, "2026-03-02").unwrap().is_empty());
        assert_eq!(pays_off(&mut floor, maria, "2026-03-12").unwrap(), (365_900, 900));
        assert_eq!(owed(&mut floor, maria)[INTEREST], 0, "nothing is posted before a month ends");
        floor.morning_of("2026-04-01");
        assert_eq!(owed(&mut floor, maria)[INTEREST], 2_610, "29 days of March");
        assert_eq!(floor.count("select count(*) from decisions where act_kind = 'interest'"), 2, "asked when set, and when posted");
        // A payment takes what accrued to its day first.
        let posted = floor.pays_on(maria, "100.00", "2026-04-01", "P1").unwrap();
        assert_eq!(posted.allocation, [(Bucket::Interest, Money::usd(2_700)), (Bucket::Principal, Money::usd(7_300))]);
        assert_eq!((owed(&mut floor, maria)[PRINCIPAL], owed(&mut floor, maria)[INTEREST]), (357_700, 0));
        // A day before what is posted has no figure any more.
        assert!(pays_off(&mut floor, maria, "2026-03-31").unwrap_err().to_string().contains("is before"));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.morning_of("2026-05-01");
        // 29 days of 3,577.00: 25.579…
        assert_eq!(owed(&mut floor, maria)[INTEREST], 2_558);
        let figure = Money::usd(pays_off(&mut floor, maria, "2026-05-01").unwrap().0).figures();
        let paid = floor.pays(maria, &figure, "P2");
        assert_eq!((floor.balance(maria), floor.account(maria).state), ("0.00".into(), "paid".into()));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.reverses(paid);
        assert_eq!(floor.account(maria).state, "open");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        let journal = floor.journal(duly::ledger::journal::Dialect::Hledger);
        assert!(journal.contains("interest to 2026-03-31") && journal.contains(":interest"), "{journal}");
    }

    fn a_payment_of_an_earlier_day_and_one_that_came_back_leave_what_the_terms_say(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "3650.00");
        sets(&mut floor, maria, InterestSource::Agreement, 90_000, "2026-03-02").unwrap();
        floor.morning_of("2026-04-01");
        assert_eq!(owed(&mut floor, maria)[INTEREST], 2_610);
        // Half of it was paid on 12 March, which is told today: 10 days of 0.90, 19 of less.
        let late = floor.pays_on(maria, "1825.00", "2026-03-12", "LATE").unwrap();
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        let posted: i64 = charged(&mut floor, maria).iter().filter(|row| row.reversed_on.is_none()).map(|row| row.amount_minor).sum();
        assert!((1_750..1_780).contains(&posted), "{posted}");
        assert_eq!(late.balance.total().unwrap().minor(), floor.account(maria).balance_minor);
        // It came back: interest runs on all of it again, from the day it came back.
        floor.reverses(late.payment);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.morning_of("2026-05-01");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        assert!(floor.timeline(maria).iter().any(|(title, more)| title.starts_with("Interest of") && more.contains("taken back")));
    }

    fn what_the_rules_refuse_is_not_charged_and_stops(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "3650.00"), floor.debtor("Otto", "500.00"));
        assert_eq!(charges_fee(&mut floor, maria, "25.00", false).unwrap(), ["fdcpa.amount.authorised"]);
        assert_eq!(charges_fee(&mut floor, maria, "25.00", true).unwrap(), Vec::<&str>::new());
        assert!(charges_fee(&mut floor, maria, "25.00", true).unwrap_err().to_string().contains("already"), "once");
        assert_eq!(owed(&mut floor, maria)[FEES], 2_500);
        let early = sets(&mut floor, maria, InterestSource::Agreement, 90_000, "2026-03-01").unwrap_err();
        assert!(early.to_string().starts_with("from is before"), "{early}");
        sets(&mut floor, maria, InterestSource::Agreement, 90_000, "2026-03-02").unwrap();
        floor.morning_of("2026-04-01");
        // A petition stays every act to collect: nothing is added from then on, and somebody looks.
        floor.files(maria, None, Some(7));
        assert_eq!(charges_fee(&mut floor, maria, "30.00", true).unwrap(), ["bankruptcy.stay"]);
        floor.morning_of("2026-05-01");
        assert_eq!(owed(&mut floor, maria)[INTEREST], 2_610, "what was posted before stands");
        assert_eq!(floor.count("select count(*) from interest_terms where until_on = '2026-03-31'"), 1);
        assert_eq!(floor.account(maria).next_action.as_deref(), Some("Interest refused by the rules: look at its terms"));
        assert_eq!(sets(&mut floor, maria, InterestSource::Judgment, 75_000, "2026-05-01").unwrap(), ["bankruptcy.stay"]);
        assert_eq!(sets(&mut floor, otto, InterestSource::Judgment, 75_000, "2026-04-02").unwrap(), Vec::<&str>::new());
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn terms_follow_each_other_and_are_stopped_with_what_was_too_much(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "3650.00");
        sets(&mut floor, maria, InterestSource::Agreement, 90_000, "2026-03-02").unwrap();
        floor.morning_of("2026-03-12");
        sets(&mut floor, maria, InterestSource::Judgment, 40_000, "2026-03-12").unwrap();
        assert_eq!(owed(&mut floor, maria)[INTEREST], 900, "the old terms are posted to the day of the new ones");
        floor.morning_of("2026-04-01");
        assert_eq!(owed(&mut floor, maria)[INTEREST], 900 + 19 * 40);
        // They end on 20 March after all: what was posted beyond is taken back by entries of its own.
        let (app, at) = (floor.app.clone(), floor.app.moment());
        floor.runtime.block_on(stop_interest(&app, &Actor::command(), at, maria.account, "2026-03-20".parse().unwrap(), "settled in court")).unwrap();
        assert_eq!(owed(&mut floor, maria)[INTEREST], 900 + 8 * 40);
        assert!(floor.count("select count(*) from entries where kind = 'reversal'") > 0);
        floor.morning_of("2026-05-01");
        assert_eq!(owed(&mut floor, maria)[INTEREST], 900 + 8 * 40);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_little_is_waived_alone_and_more_by_a_request(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "36500.00");
        sets(&mut floor, maria, InterestSource::Agreement, 90_000, "2026-03-02").unwrap();
        charges_fee(&mut floor, maria, "40.00", true).unwrap();
        floor.morning_of("2026-03-22");
        // 20 days of 9.00 are 180.00, posted as soon as somebody waives of it.
        assert_eq!(waives(&mut floor, maria, Bucket::Interest, "50.00"), Vec::<&str>::new());
        assert_eq!(owed(&mut floor, maria)[INTEREST], 13_000);
        assert_eq!(waives(&mut floor, maria, Bucket::Interest, "50.01"), ["ledger.limit.waiver-amount"]);
        assert_eq!(waives(&mut floor, maria, Bucket::Fees, "25.00"), ["ledger.limit.waiver-share"]);
        assert_eq!(waives(&mut floor, maria, Bucket::Fees, "40.01"), ["ledger.waiver.amount"]);
        assert_eq!(waives(&mut floor, maria, Bucket::Principal, "1.00"), ["ledger.waiver.principal"]);
        let (app, at, dana) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
        let sam = floor.user("Sam", Role::Supervisor).actor();
        let terms = Terms::waiver(Bucket::Fees, Money::usd(4_000));
        let asked = AskApproval { account: maria.account, call: None, terms, words: "The bank was late.".into() };
        let Outcome::Done(id) = floor.runtime.block_on(ask(&app, &dana, at, &asked)).unwrap() else { panic!("it is asked") };
        assert!(matches!(floor.runtime.block_on(answer(&app, &sam, at, id, &Verdict::Approve, "")).unwrap(), Outcome::Done(_)));
        assert_eq!(waives(&mut floor, maria, Bucket::Fees, "40.00"), Vec::<&str>::new());
        assert_eq!(owed(&mut floor, maria)[FEES], 0);
        assert_eq!(floor.count("select count(*) from approvals where state = 'used'"), 1);
        // A waiver is taken back like any charge; interest is not, but by its terms.
        let rows = charged(&mut floor, maria);
        let waiver = rows.iter().find(|row| row.kind == "waiver" && row.bucket == "fees").unwrap();
        floor.runtime.block_on(reverse_charge(&app, &Actor::command(), at, waiver.id, "the wrong account")).unwrap();
        assert_eq!(owed(&mut floor, maria)[FEES], 4_000);
        let interest = rows.iter().find(|row| row.kind == "interest").unwrap();
        assert!(floor.runtime.block_on(reverse_charge(&app, &Actor::command(), at, interest.id, "no")).is_err());
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_is_altered_past_the_record_is_named(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "3650.00");
        sets(&mut floor, maria, InterestSource::Agreement, 90_000, "2026-03-02").unwrap();
        floor.morning_of("2026-04-01");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        for (tamper, undo, check) in [
            ("update interest_terms set rate_ppm = 100000", "update interest_terms set rate_ppm = 90000", "charges as terms say"),
            ("update charges set amount_minor = amount_minor + 1", "update charges set amount_minor = amount_minor - 1", "charges as terms say"),
            ("update charges set reversed_on = '2026-04-01'", "update charges set reversed_on = null", "rows as their entries say"),
        ] {
            floor.tamper(tamper, &[]);
            let failed = floor.failed_checks();
            assert!(failed.iter().any(|says| says.starts_with(check)), "{tamper}: {failed:?}");
            floor.tamper(undo, &[]);
        }
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn random_payments_charges_and_pauses_keep_books_and_interest_whole(mut floor: "2026-01-15") {
        let people = [floor.debtor("Maria", "3650.00"), floor.debtor("Otto", "912.34")];
        for person in people {
            sets(&mut floor, person, InterestSource::Agreement, 173_900, "2026-01-15").unwrap();
        }
        let mut dice = 11u64;
        let mut roll = |sides: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % sides
        };
        let mut live = Vec::new();
        for i in 0..36 {
            let person = people[roll(2) as usize];
            let back = floor.today().saturating_sub(jiff::Span::new().days(i64::try_from(roll(9)).unwrap()));
            match roll(6) {
                0 if !live.is_empty() => floor.reverses(live.swap_remove(roll(live.len() as u64) as usize)),
                1 => drop(charges_fee(&mut floor, person, &format!("{}.50", roll(30) + 1), true)),
                2 => drop(waives(&mut floor, person, Bucket::Interest, &format!("0.{:02}", roll(80) + 1))),
                3 => drop(crate::stories::hardship::pauses(&mut floor, person, &back.to_string(), 9)),
                _ => {
                    let on = back.max("2026-01-15".parse().unwrap()).to_string();
                    if let Ok(posted) = floor.pays_on(person, &format!("{}.{:02}", roll(60), roll(99) + 1), &on, &format!("R{i}")) {
                        live.push(posted.payment);
                    }
                }
            }
            let next = floor.today().saturating_add(jiff::Span::new().days(i64::try_from(roll(6)).unwrap())).to_string();
            floor.morning_of(&next);
            assert_eq!(floor.failed_checks(), Vec::<String>::new(), "after step {i}");
        }
    }
}
