//! Years of business as chance has them, in any order and twice: our own checks hold, and hledger and beancount agree.

use super::charges::{charges_fee, sets};
use super::remittances::{agree, bea, creditor_of, noor, pays_direct, plan};
use duly::accounts::hardship::actions::{GrantPause, grant_pause};
use duly::app::{Actor, Failure};
use duly::ledger::actions::{PostPayment, post_payment, reverse_payment};
use duly::ledger::charges::actions::{Waive, reverse_charge, waive};
use duly::ledger::charges::store::list_charges;
use duly::ledger::journal::Dialect;
use duly::ledger::refund::{RefundOverpayment, refund, reverse_refund};
use duly::ledger::remittances::gathering::Ask;
use duly::ledger::remittances::{approve, prepare};
use duly::ledger::write_offs::actions::{WriteOff, write_off};
use duly::plans::agreed::following::withdraw_plan;
use duly::plans::agreed::revising::revise_plan;
use duly::plans::agreed::store::{PlanRow, list_plans};
use duly::plans::joint::agreeing::{AgreeJoint, agree_joint};
use duly::plans::joint::paying::{PayJoint, pay_joint};
use duly::plans::joint::standing::JointDesk;
use duly::{accounts, plans};
use duly_domain::accounts::Bucket;
use duly_domain::accounts::hardship::PauseReason;
use duly_domain::ledger::charges::InterestSource;
use duly_domain::ledger::rates::Mode;
use duly_domain::ledger::write_off::WriteOffReason;
use duly_domain::plans::revision::Revision;
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::ids::{PaymentId, RefundId};
use duly_domain::values::money::Money;
use duly_testkit::{Engine, Floor, Person};
use jiff::Span;
use proptest::prelude::*;
use std::io::Write;
use std::process::{Command, Stdio};

/// Years that are lived through.
const YEARS: u32 = 20;

/// Accounts of a year, each of which the creditor gives another balance once in a while.
const ACCOUNTS: usize = 4;

/// Buckets of the mapping, in the order of the file.
const MAPPING: &str = "
[columns]
reference = \"reference\"
name = \"name\"
principal = \"principal\"
interest = \"interest\"
fees = \"fees\"
due_on = \"due_on\"
";

/// What happens.
#[derive(Clone, Debug)]
enum Happens {
    /// Money comes in; the reference is one of few, so that it comes twice.
    Pays { account: usize, minor: i64, reference: u8, days_ago: i8 },
    /// One of the payments so far comes back, perhaps for the second time.
    ComesBack { which: usize },
    /// Overpaid money goes back.
    GoesBack { account: usize, minor: i64, reference: u8 },
    /// A refund did not arrive.
    RefundComesBack { which: usize },
    /// The creditor tells other amounts.
    IsChanged { account: usize, owes: [i64; 3] },
    /// A promise is taken.
    Promises { account: usize, minor: i64, in_days: i8 },
    /// The creditor takes it back, or it opens again.
    Closes { account: usize, opens: bool },
    /// The debtor pays the creditor itself.
    PaysTheCreditor { account: usize, minor: i64, reference: u8 },
    /// Interest runs by the agreement from some days ago.
    BearsInterest { account: usize, days_ago: i8 },
    /// A fee of the agreement is charged.
    IsCharged { account: usize, units: u8 },
    /// A part of a bucket is given up.
    IsWaived { account: usize, bucket: Bucket, minor: i64 },
    /// What is left is written off, and the account closes.
    IsWrittenOff { account: usize, because: WriteOffReason },
    /// The newest charge that stands is taken back.
    IsTakenBack { account: usize },
    /// They cannot pay for a while, and could not for some days.
    Pauses { account: usize, days_ago: i8, days: i8 },
    /// The first two accounts, which are one person's, get one plan.
    AgreesJointly { count: u32, in_days: i8 },
    /// Money comes in for both.
    PaysJointly { minor: i64, reference: u8 },
    /// Their plan goes on otherwise, or is taken back.
    GoesOn { account: usize, revision: u8 },
    /// The creditor has what was collected.
    IsRemitted,
    /// So many days go by, each with its night.
    DaysGoBy { days: i8 },
}

fn happens() -> impl Strategy<Value = Happens> {
    let account = || 0..ACCOUNTS;
    prop_oneof![
        8 => (account(), 1i64..40_000, 0u8..12, 0i8..20).prop_map(|(account, minor, reference, days_ago)| Happens::Pays { account, minor, reference, days_ago }),
        3 => (0usize..12).prop_map(|which| Happens::ComesBack { which }),
        2 => (account(), 1i64..9_000, 0u8..4).prop_map(|(account, minor, reference)| Happens::GoesBack { account, minor, reference }),
        1 => (0usize..4).prop_map(|which| Happens::RefundComesBack { which }),
        2 => (account(), [0i64..50_000, 0i64..5_000, 0i64..3_000]).prop_map(|(account, owes)| Happens::IsChanged { account, owes }),
        2 => (account(), 1i64..20_000, 1i8..25).prop_map(|(account, minor, in_days)| Happens::Promises { account, minor, in_days }),
        1 => (account(), any::<bool>()).prop_map(|(account, opens)| Happens::Closes { account, opens }),
        3 => (1i8..40).prop_map(|days| Happens::DaysGoBy { days }),
        1 => (account(), 1i64..9_000, 0u8..4).prop_map(|(account, minor, reference)| Happens::PaysTheCreditor { account, minor, reference }),
        2 => (account(), 0i8..20).prop_map(|(account, days_ago)| Happens::BearsInterest { account, days_ago }),
        1 => (account(), 1u8..40).prop_map(|(account, units)| Happens::IsCharged { account, units }),
        1 => (account(), prop_oneof![Just(Bucket::Interest), Just(Bucket::Fees)], 1i64..900)
            .prop_map(|(account, bucket, minor)| Happens::IsWaived { account, bucket, minor }),
        2 => (account(), 0..WriteOffReason::ALL.len()).prop_map(|(account, why)| Happens::IsWrittenOff { account, because: WriteOffReason::ALL[why] }),
        2 => account().prop_map(|account| Happens::IsTakenBack { account }),
        1 => (account(), 0i8..25, 10i8..40).prop_map(|(account, days_ago, days)| Happens::Pauses { account, days_ago, days }),
        3 => (1u32..9, 1i8..28).prop_map(|(count, in_days)| Happens::AgreesJointly { count, in_days }),
        4 => (1i64..40_000, 0u8..9).prop_map(|(minor, reference)| Happens::PaysJointly { minor, reference }),
        2 => (0..2usize, 0u8..4).prop_map(|(account, revision)| Happens::GoesOn { account, revision }),
        3 => Just(Happens::IsRemitted),
    ]
}

/// A year under way.
struct Year {
    floor: Floor,
    people: Vec<Person>,
    payments: Vec<PaymentId>,
    refunds: Vec<RefundId>,
}

impl Year {
    fn begins(opening: &[[i64; 3]]) -> Year {
        let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
        let rows: String = opening.iter().enumerate().map(|(at, owes)| row(at, owes)).collect();
        floor
            .import(&format!("reference,name,principal,interest,fees,due_on\n{rows}"), MAPPING, "Lärk; (field)")
            .expect("the file is good");
        let people: Vec<Person> = (0..opening.len()).map(|at| floor.person(&reference(at))).collect();
        floor.merge(people[0].debtor, people[1].debtor);
        let creditor = creditor_of(&mut floor, people[0]);
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2025-01-01");
        Year { floor, people, payments: Vec::new(), refunds: Vec::new() }
    }

    /// The newest plan of an account.
    fn newest_plan(&mut self, account: usize) -> Option<PlanRow> {
        let account = self.people[account].account;
        let app = self.floor.app.clone();
        let plans = self.floor.runtime.block_on(async { list_plans(&mut app.db.read().await.expect("a reader"), account).await });
        plans.expect("plans").into_iter().next()
    }

    /// Lets something happen; what the rules of the house refuse has not happened.
    fn lives(&mut self, happens: &Happens) {
        let (who, at, today) = (Actor::command(), self.floor.app.moment(), self.floor.today());
        let app = self.floor.app.clone();
        let runtime = self.floor.runtime.handle().clone();
        match *happens {
            Happens::Pays { account, minor, reference, days_ago } => {
                let ask = PostPayment {
                    account: self.people[account].account,
                    amount_minor: minor,
                    effective_on: today.saturating_sub(Span::new().days(i64::from(days_ago))),
                    reference: format!("REF: {reference}"),
                };
                let posted = happened(runtime.block_on(post_payment(&app, &who, at, &ask)));
                self.payments.extend(posted.map(|posted| posted.payment));
            }
            Happens::ComesBack { which } => {
                if let Some(payment) = pick(&self.payments, which) {
                    happened(runtime.block_on(reverse_payment(&app, &who, at, payment, today)));
                }
            }
            Happens::GoesBack { account, minor, reference } => {
                let ask = RefundOverpayment {
                    account: self.people[account].account,
                    amount_minor: minor,
                    on: today,
                    reference: format!("BACK {reference}"),
                };
                self.refunds.extend(happened(runtime.block_on(refund(&app, &who, at, &ask))));
            }
            Happens::RefundComesBack { which } => {
                if let Some(refund) = pick(&self.refunds, which) {
                    happened(runtime.block_on(reverse_refund(&app, &who, at, refund)));
                }
            }
            Happens::IsChanged { account, owes } => {
                self.floor.updates = true;
                let file = format!("reference,name,principal,interest,fees,due_on\n{}", row(account, &owes));
                self.floor.import(&file, MAPPING, "Lärk; (field)").expect("a file is read, whatever becomes of its rows");
            }
            Happens::Promises { account, minor, in_days } => {
                let ask = plans::actions::TakePromise {
                    account: self.people[account].account,
                    amount_minor: minor,
                    due_on: today.saturating_add(Span::new().days(i64::from(in_days))),
                };
                happened(runtime.block_on(plans::actions::take_promise(&app, &who, at, ask)));
            }
            Happens::Closes { account, opens } => {
                let account = self.people[account].account;
                match opens {
                    true => happened(runtime.block_on(accounts::closing::reopen_account(&app, &who, at, account))),
                    false => {
                        happened(runtime.block_on(accounts::closing::close_account(&app, &who, at, account, "returned", None))).map(drop)
                    }
                };
            }
            Happens::PaysTheCreditor { account, minor, reference } => {
                happened(pays_direct(&mut self.floor, self.people[account], minor, &format!("DESK {reference}")));
            }
            Happens::BearsInterest { account, days_ago } => {
                let from = today.saturating_sub(Span::new().days(i64::from(days_ago)));
                happened(sets(&mut self.floor, self.people[account], InterestSource::Agreement, 173_900, &from.to_string()));
            }
            Happens::IsCharged { account, units } => {
                happened(charges_fee(&mut self.floor, self.people[account], &format!("{units}.50"), true));
            }
            Happens::IsWaived { account, bucket, minor } => {
                let ask = Waive { account: self.people[account].account, bucket, amount_minor: minor, because: "Never told of it.".into() };
                happened(runtime.block_on(waive(&app, &who, at, &ask)));
            }
            Happens::IsWrittenOff { account, because } => {
                let ask = WriteOff { account: self.people[account].account, because, note: String::new() };
                happened(runtime.block_on(write_off(&app, &who, at, &ask)));
            }
            Happens::IsTakenBack { account } => {
                let charges = runtime.block_on(async {
                    list_charges(&mut app.db.read().await.expect("a reader"), self.people[account].account, 100).await.expect("charges")
                });
                if let Some(charge) = charges.iter().find(|charge| charge.reversed_on.is_none() && charge.kind != "interest") {
                    happened(runtime.block_on(reverse_charge(&app, &who, at, charge.id, "It was charged wrongly.")));
                }
            }
            Happens::Pauses { account, days_ago, days } => {
                let ask = GrantPause {
                    account: self.people[account].account,
                    reason: PauseReason::Work,
                    words: "Lost the job.".into(),
                    is_for_person: false,
                    from_on: today.saturating_sub(Span::new().days(i64::from(days_ago))),
                    until_on: today.saturating_add(Span::new().days(i64::from(days))),
                };
                happened(runtime.block_on(grant_pause(&app, &who, at, &ask)));
            }
            Happens::AgreesJointly { count, in_days } => {
                let accounts = vec![self.people[0].account, self.people[1].account];
                let total = runtime.block_on(async {
                    let mut tx = app.db.read().await.expect("a reader");
                    JointDesk::of(&mut tx, &accounts, at).await.expect("two accounts of one person").total
                });
                let down = Money::of(0, total.currency());
                let first_on = today.saturating_add(Span::new().days(i64::from(in_days)));
                let terms = PlanTerms { total, down, cut: Cut::Count(count), first_on, frequency: Frequency::EveryTwoWeeks };
                happened(runtime.block_on(agree_joint(&app, &who, at, &AgreeJoint { accounts, terms })));
            }
            Happens::PaysJointly { minor, reference } => {
                if let Some(joint) = self.newest_plan(0).and_then(|plan| plan.joint) {
                    let ask = PayJoint { joint, amount_minor: minor, effective_on: today, reference: format!("BOTH {reference}") };
                    let posted = happened(runtime.block_on(pay_joint(&app, &who, at, &ask)));
                    let parts = posted.into_iter().filter(|posted| !posted.is_repeat).flat_map(|posted| posted.parts);
                    let parts: Vec<_> = parts.collect();
                    assert!(parts.is_empty() || parts.iter().map(|part| part.amount.minor()).sum::<i64>() == minor);
                    self.payments.extend(parts.iter().map(|part| part.posted.payment));
                }
            }
            Happens::GoesOn { account, revision } => {
                if let Some(plan) = self.newest_plan(account) {
                    let revision = match revision {
                        0 => Some(Revision::Skip),
                        1 => Some(Revision::Merge),
                        2 => Some(Revision::Rest { until: today.saturating_add(Span::new().days(30)) }),
                        _ => None,
                    };
                    match revision {
                        Some(revision) => {
                            happened(runtime.block_on(revise_plan(&app, &who, at, plan.account, plan.id, revision, "They asked for it.")));
                        }
                        None => {
                            happened(runtime.block_on(withdraw_plan(&app, &who, at, plan.account, plan.id)));
                        }
                    }
                }
            }
            Happens::IsRemitted => {
                let creditor = creditor_of(&mut self.floor, self.people[0]);
                let from = "2026-01-01".parse().expect("a day");
                let ask = Ask { creditor, currency: "USD".into(), from_on: from, to_on: today, corrects: None };
                let (noor, bea) = (noor(&mut self.floor), bea(&mut self.floor));
                if let Some(prepared) = happened(runtime.block_on(prepare(&app, &noor, at, &ask))) {
                    happened(runtime.block_on(approve(&app, &bea, at, prepared.id)));
                }
            }
            Happens::DaysGoBy { days } => {
                let day = today.saturating_add(Span::new().days(i64::from(days)));
                self.floor.morning_of(&day.to_string());
            }
        }
    }
}

/// Whether it happened. What a year may be refused is wrong or comes too late; anything else is a fault of ours.
fn happened<T>(outcome: Result<T, Failure>) -> Option<T> {
    match outcome {
        Ok(done) => Some(done),
        Err(Failure::Wrong(_) | Failure::Stale(_) | Failure::Ledger(_)) => None,
        Err(fault) => panic!("{fault}"),
    }
}

fn pick<T: Copy>(from: &[T], which: usize) -> Option<T> {
    from.get(which % from.len().max(1)).copied()
}

/// References that look alike where their signs are taken away.
fn reference(at: usize) -> String {
    ["A:1", "A-1", "A;1", "ä 1"][at].to_string()
}

fn row(at: usize, [principal, interest, fees]: &[i64; 3]) -> String {
    let amount = |minor: &i64| format!("{}.{:02}", minor / 100, minor % 100);
    format!("{},Person {at},{},{},{},2026-01-02\n", reference(at), amount(principal), amount(interest), amount(fees))
}

/// Gives a journal to a program; what it writes, and what it finds wrong.
fn told(program: &str, args: &[&str], journal: &str) -> Result<String, String> {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} starts: install its Debian package: {error}"));
    child.stdin.take().expect("stdin is piped").write_all(journal.as_bytes()).expect("the journal is read");
    let output = child.wait_with_output().expect("the program ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() && said.is_empty() { Ok(String::from_utf8(output.stdout).expect("text")) } else { Err(said) }
}

/// As [`told`], where nothing may be wrong.
pub fn reads(program: &str, args: &[&str], journal: &str) -> String {
    told(program, args, journal).unwrap_or_else(|said| panic!("{program}: {said}\n{journal}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: YEARS, ..ProptestConfig::default() })]

    #[test]
    fn the_books_of_any_year_prove_themselves(
        opening in prop::array::uniform4([100i64..50_000, 0i64..5_000, 0i64..3_000]),
        happening in prop::collection::vec(happens(), 10..60),
    ) {
        let mut year = Year::begins(&opening);
        for happens in &happening {
            year.lives(happens);
        }
        prop_assert_eq!(year.floor.failed_checks(), Vec::<String>::new());
        let journal = year.floor.journal(Dialect::Hledger);
        reads("hledger", &["-f", "-", "check"], &journal);
        let balances = reads("hledger", &["-f", "-", "balance", "--flat", "--no-total", "-O", "csv", "assets:receivable"], &journal);
        let of_hledger: i64 = balances.lines().filter_map(|line| line.rsplit_once("USD ")).map(|(_, figure)| cents(figure)).sum();
        let ours = year.floor.count("select cast(coalesce(sum(balance_minor), 0) as bigint) from accounts");
        prop_assert_eq!(of_hledger, ours, "{}", balances);
        reads("bean-check", &["/dev/stdin"], &year.floor.journal(Dialect::Beancount));
    }
}

fn cents(figure: &str) -> i64 {
    figure.chars().filter(|letter| letter.is_ascii_digit() || *letter == '-').collect::<String>().parse().expect("a figure")
}

#[test]
fn a_journal_that_says_another_balance_is_refused_by_both() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    floor.pays(maria, "20.00", "REF 1");
    for (dialect, program, args) in
        [(Dialect::Hledger, "hledger", vec!["-f", "-", "check"]), (Dialect::Beancount, "bean-check", vec!["/dev/stdin"])]
    {
        let journal = floor.journal(dialect);
        reads(program, &args, &journal);
        let altered = journal.replace("400.00", "399.99");
        assert_ne!(journal, altered);
        assert!(told(program, &args, &altered).is_err(), "{program} takes a balance that the entries do not come to");
    }
}
