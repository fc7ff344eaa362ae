//! Remittances: prepared by one, approved by another, sent once; what comes back is taken back at the rate that was charged.

use super::charges::charges_fee;
use super::years::reads;
use duly::app::{Actor, Failure};
use duly::ledger::charges::actions::reverse_charge;
use duly::ledger::charges::store::list_charges;
use duly::ledger::direct::{PostDirect, PostedDirect, post_direct, reverse_direct};
use duly::ledger::journal::Dialect;
use duly::ledger::rates::store::RatePlanRow;
use duly::ledger::rates::{ProposeRates, approve as approve_rates, propose};
use duly::ledger::remittances::costs::{LayOut, lay_out, take_back as take_costs_back};
use duly::ledger::remittances::gathering::{Ask, Gathered};
use duly::ledger::remittances::rehearsing::rehearse;
use duly::ledger::remittances::statement::Statement;
use duly::ledger::remittances::store::{RemittanceRow, list_lines};
use duly::ledger::remittances::{approve, prepare, preview, withdraw};
use duly::ledger::trust::booking::{Book, sweep};
use duly::ledger::trust::proving::list_ledgers;
use duly::store::Value;
use duly_domain::identity::Role;
use duly_domain::ledger::rates::{Mode, Rate, RatePlan, Slice, SlicesOf};
use duly_domain::values::ids::CreditorId;
use duly_testkit::{Floor, Person, both_engines};

/// A plan of one share, without days of holding.
pub(super) fn plan(mode: Mode, bp: u32) -> RatePlan {
    let slices = vec![Slice { up_to_minor: None, bp }];
    let usual = Rate { name: "usual".into(), has_judgment: None, age_days_min: None, age_days_max: None, flat_minor: None, slices };
    RatePlan { mode, hold_days: 0, hold_days_bank: 0, slices_of: SlicesOf::Account, minimum_minor: 0, direct_bp: None, rates: vec![usual] }
}

pub(super) fn noor(floor: &mut Floor) -> Actor {
    floor.user("Noor", Role::BackOffice).actor()
}

pub(super) fn bea(floor: &mut Floor) -> Actor {
    floor.user("Bea", Role::BackOffice).actor()
}

pub(super) fn creditor_of(floor: &mut Floor, person: Person) -> CreditorId {
    floor.account(person).creditor
}

/// A plan that Noor proposes and Bea approves.
pub(super) fn agree(floor: &mut Floor, creditor: CreditorId, plan: RatePlan, from: &str) -> RatePlanRow {
    let (noor, bea, at) = (noor(floor), bea(floor), floor.app.moment());
    let ask = ProposeRates { creditor, plan, from_on: from.parse().unwrap(), reason: "As in the contract".into() };
    let row = floor.runtime.block_on(propose(&floor.app, &noor, at, &ask)).unwrap();
    floor.runtime.block_on(approve_rates(&floor.app, &bea, at, row.id)).unwrap()
}

fn ask(creditor: CreditorId, from: &str, to: &str) -> Ask {
    Ask { creditor, currency: "USD".into(), from_on: from.parse().unwrap(), to_on: to.parse().unwrap(), corrects: None }
}

fn prepares(floor: &mut Floor, ask: &Ask) -> Result<RemittanceRow, Failure> {
    let (noor, at) = (noor(floor), floor.app.moment());
    floor.runtime.block_on(prepare(&floor.app, &noor, at, ask))
}

fn approves(floor: &mut Floor, row: &RemittanceRow) -> Result<RemittanceRow, Failure> {
    let (bea, at) = (bea(floor), floor.app.moment());
    floor.runtime.block_on(approve(&floor.app, &bea, at, row.id))
}

/// Noor prepares a period and Bea approves it.
pub(super) fn remits(floor: &mut Floor, creditor: CreditorId, from: &str, to: &str) -> RemittanceRow {
    let row = prepares(floor, &ask(creditor, from, to)).unwrap();
    approves(floor, &row).unwrap()
}

fn previews(floor: &mut Floor, ask: &Ask) -> Gathered {
    let at = floor.app.moment();
    floor.runtime.block_on(preview(&floor.app, at, ask)).unwrap()
}

/// Kind, amount, costs and fee of each line, in cents.
fn lines(floor: &mut Floor, row: &RemittanceRow) -> Vec<(String, i64, i64, i64)> {
    let lines = floor.runtime.block_on(async { list_lines(&mut floor.app.db.read().await.unwrap(), row.id).await }).unwrap();
    lines.into_iter().map(|line| (line.kind, line.amount_minor, line.costs_minor, line.fee_minor)).collect()
}

fn line(kind: &str, amount: i64, costs: i64, fee: i64) -> (String, i64, i64, i64) {
    (kind.into(), amount, costs, fee)
}

/// Held for the only client, and what it owes of what came back and of fees.
pub(super) fn ledger(floor: &mut Floor) -> (i64, i64, i64) {
    let today = floor.today();
    let all = floor.runtime.block_on(async { list_ledgers(&mut floor.app.db.read().await.unwrap(), today).await }).unwrap();
    all.first().map_or((0, 0, 0), |one| (one.held_minor, one.returned_minor, one.billed_minor))
}

pub(super) fn pays_direct(floor: &mut Floor, person: Person, minor: i64, reference: &str) -> Result<PostedDirect, Failure> {
    let (noor, at) = (noor(floor), floor.app.moment());
    let ask = PostDirect { account: person.account, amount_minor: minor, paid_on: at.business_day, reference: reference.into() };
    floor.runtime.block_on(post_direct(&floor.app, &noor, at, &ask))
}

fn figures(row: &RemittanceRow) -> [i64; 5] {
    [row.collected_minor, row.direct_minor, row.fees_minor, row.paid_minor, row.invoiced_minor]
}

both_engines! {
    fn net_gross_and_combined_as_in_the_contract(mut floor: "2026-03-02") {
        for (name, mode, paid, invoiced) in
            [("Net", Mode::Net, 600_000, 0), ("Gross", Mode::Gross, 850_000, 250_000), ("Combined", Mode::Combined, 637_500, 37_500)]
        {
            let rows = format!("reference,name,principal,due_on\n{name}-1,Maria,9000.00,2026-01-10\n{name}-2,Otto,1500.00,2026-01-10\n");
            let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";
            floor.import(&rows, mapping, name).unwrap();
            let (maria, otto) = (floor.person(&format!("{name}-1")), floor.person(&format!("{name}-2")));
            let creditor = creditor_of(&mut floor, maria);
            agree(&mut floor, creditor, plan(mode, 2_500), "2026-01-01");
            floor.pays(maria, "8500.00", "A");
            pays_direct(&mut floor, otto, 150_000, "AT THE DESK").unwrap();
            let row = remits(&mut floor, creditor, "2026-03-01", "2026-03-02");
            assert_eq!(figures(&row), [850_000, 150_000, 250_000, paid, invoiced], "{name}: metrics, section 7");
            assert_eq!(row.direct_minor + row.paid_minor - row.billed_after_minor, 750_000, "{name}: the client ends with the same");
        }
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn nobody_approves_what_they_prepared_and_what_changed_is_prepared_anew(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let creditor = creditor_of(&mut floor, maria);
        let asked = ask(creditor, "2026-03-01", "2026-03-02");
        floor.pays(maria, "100.00", "A");
        let says = prepares(&mut floor, &asked).unwrap_err().to_string();
        assert_eq!(says, "no approved rate plan holds for payments of 2026-03-02: propose one that begins by then");
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2026-01-01");
        let row = prepares(&mut floor, &asked).unwrap();
        let (noor, at) = (noor(&mut floor), floor.app.moment());
        let says = floor.runtime.block_on(approve(&floor.app, &noor, at, row.id)).unwrap_err().to_string();
        assert_eq!(says, "approver is who prepared it: a second person approves");
        let officer = floor.officer("Dana").actor();
        assert!(matches!(floor.runtime.block_on(approve(&floor.app, &officer, at, row.id)), Err(Failure::Forbidden)));
        assert!(prepares(&mut floor, &asked).unwrap_err().to_string().contains("is prepared already"));
        // What comes later is not in it; what was in it and is gone makes it another.
        floor.clock("10:00");
        let second = floor.pays(maria, "50.00", "B");
        assert!(lines(&mut floor, &row).is_empty(), "lines are kept when it is locked");
        floor.clock("11:00");
        floor.reverses(second);
        let locked = approves(&mut floor, &row).unwrap();
        assert_eq!((locked.state.as_str(), lines(&mut floor, &locked)), ("locked", vec![line("trust", 10_000, 0, 2_500)]));
        assert!(approves(&mut floor, &row).unwrap_err().to_string().contains("is locked already"));
        // The period is closed: what is paid for it later comes in the next one.
        let says = prepares(&mut floor, &asked).unwrap_err().to_string();
        assert!(says.starts_with("from lies in a period that is locked, up to 2026-03-02"), "{says}");
        floor.morning_of("2026-03-03");
        let late = floor.pays_on(maria, "20.00", "2026-03-01", "LATE").unwrap();
        let next = prepares(&mut floor, &ask(creditor, "2026-03-03", "2026-03-03")).unwrap();
        assert_eq!(figures(&next), [2_000, 0, 500, 1_500, 0]);
        floor.reverses(late.payment);
        // It was taken back after it was prepared: at that moment it stood, so the books say what has become of it.
        floor.clock("09:30");
        let says = approves(&mut floor, &next).unwrap_err().to_string();
        assert_eq!(says, "what would be remitted has changed since it was prepared: withdraw it and prepare it anew");
        let at = floor.app.moment();
        let gone = floor.runtime.block_on(withdraw(&floor.app, &noor, at, next.id)).unwrap();
        assert_eq!(gone.state, "withdrawn");
        assert!(prepares(&mut floor, &ask(creditor, "2026-03-03", "2026-03-03")).unwrap_err().to_string().starts_with("nothing is there"));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_came_back_is_taken_back_at_the_rate_that_was_charged(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "2000.00");
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2026-01-01");
        let payment = floor.pays(maria, "1000.00", "A");
        let first = remits(&mut floor, creditor, "2026-03-01", "2026-03-02");
        assert_eq!((first.paid_minor, ledger(&mut floor)), (75_000, (0, 0, 0)));
        floor.morning_of("2026-03-05");
        floor.reverses(payment);
        assert_eq!(ledger(&mut floor), (0, 100_000, 0), "covered at once: no other client's money pays for it");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        // The rate is another one since.
        agree(&mut floor, creditor, plan(Mode::Net, 4_000), "2026-01-02");
        let second = remits(&mut floor, creditor, "2026-03-03", "2026-03-05");
        assert_eq!(lines(&mut floor, &second), [line("returned", -100_000, 0, -25_000)]);
        assert_eq!((second.paid_minor, second.returned_after_minor, ledger(&mut floor)), (0, 75_000, (0, 75_000, 0)));
        floor.morning_of("2026-03-06");
        floor.pays(maria, "1500.00", "B");
        let third = remits(&mut floor, creditor, "2026-03-06", "2026-03-06");
        assert_eq!((figures(&third), third.returned_before_minor), ([150_000, 0, 60_000, 15_000, 0], 75_000));
        assert_eq!(ledger(&mut floor), (0, 0, 0));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn uncleared_payments_are_held_and_come_in_the_next_one(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, RatePlan { hold_days: 10, ..plan(Mode::Net, 2_500) }, "2026-01-01");
        floor.pays_on(maria, "10.00", "2026-02-20", "OLD").unwrap();
        floor.pays(maria, "20.00", "NEW");
        pays_direct(&mut floor, maria, 3_000, "DIRECT").unwrap();
        let gathered = previews(&mut floor, &ask(creditor, "2026-02-01", "2026-03-02"));
        let held: Vec<_> = gathered.held.iter().map(|held| (held.amount.minor(), held.free_on.to_string())).collect();
        assert_eq!((held, gathered.lines.len()), (vec![(2_000, "2026-03-12".to_string())], 2), "what was paid to the creditor is not held");
        remits(&mut floor, creditor, "2026-02-01", "2026-03-02");
        floor.morning_of("2026-03-12");
        let next = remits(&mut floor, creditor, "2026-03-03", "2026-03-11");
        assert_eq!(lines(&mut floor, &next), [line("trust", 2_000, 0, 500)]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn costs_are_recovered_first_and_bear_no_fee(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2026-01-01");
        let (noor, at) = (noor(&mut floor), floor.app.moment());
        let costs = |minor, reference: &str| LayOut {
            account: maria.account,
            amount_minor: minor,
            on: at.business_day,
            reference: reference.into(),
            words: "filing fee".into(),
        };
        let lays = |floor: &Floor, ask: &LayOut| floor.runtime.block_on(lay_out(&floor.app, &noor, at, ask));
        let wrong = lays(&floor, &costs(9_900, "WRONG")).unwrap();
        floor.runtime.block_on(take_costs_back(&floor.app, &noor, at, wrong)).unwrap();
        let filing = lays(&floor, &costs(6_000, "COURT 1")).unwrap();
        assert_eq!(lays(&floor, &costs(6_000, "COURT 1")).unwrap(), filing);
        let first = floor.pays(maria, "40.00", "A");
        floor.pays(maria, "60.00", "B");
        let row = remits(&mut floor, creditor, "2026-03-01", "2026-03-02");
        assert_eq!(lines(&mut floor, &row), [line("trust", 4_000, 4_000, 0), line("trust", 6_000, 2_000, 1_000)]);
        assert_eq!((row.costs_minor, row.kept_minor, row.paid_minor), (6_000, 7_000, 3_000));
        let says = floor.runtime.block_on(take_costs_back(&floor.app, &noor, at, filing)).unwrap_err().to_string();
        assert!(says.starts_with("they were recovered already"), "{says}");
        // What came back had recovered costs: they are open again, and the next payment recovers them.
        floor.morning_of("2026-03-03");
        floor.reverses(first);
        floor.pays(maria, "80.00", "C");
        let next = remits(&mut floor, creditor, "2026-03-03", "2026-03-03");
        assert_eq!(lines(&mut floor, &next), [line("returned", -4_000, -4_000, 0), line("trust", 8_000, 4_000, 1_000)]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn fees_are_put_right_by_another_remittance_that_names_the_first(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "2000.00");
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2026-01-01");
        let payment = floor.pays(maria, "1000.00", "A");
        let first = remits(&mut floor, creditor, "2026-03-01", "2026-03-02");
        let correct = Ask { corrects: Some(first.id), ..ask(creditor, "2026-03-01", "2026-03-02") };
        let says = prepares(&mut floor, &correct).unwrap_err().to_string();
        assert_eq!(says, "the plans say what was charged: there is nothing to put right");
        agree(&mut floor, creditor, plan(Mode::Net, 2_000), "2026-02-01");
        let right = prepares(&mut floor, &correct).unwrap();
        let right = approves(&mut floor, &right).unwrap();
        assert_eq!((lines(&mut floor, &right), right.paid_minor, right.corrects), (vec![line("correction", 0, 0, -5_000)], 5_000, Some(first.id)));
        floor.morning_of("2026-03-03");
        floor.reverses(payment);
        let back = remits(&mut floor, creditor, "2026-03-03", "2026-03-03");
        assert_eq!(lines(&mut floor, &back), [line("returned", -100_000, 0, -20_000)], "the fee as it was put right");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_is_paid_to_the_creditor_lowers_the_debt_keeps_promises_and_moves_no_money(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        assert!(floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-06").is_empty());
        let posted = pays_direct(&mut floor, maria, 10_000, "AT THE DESK").unwrap();
        assert_eq!((floor.balance(maria).as_str(), floor.promises(maria)), ("320.00", vec!["kept".to_string()]));
        assert!(pays_direct(&mut floor, maria, 10_000, "AT THE DESK").unwrap().is_repeat);
        let says = pays_direct(&mut floor, maria, 10_001, "AT THE DESK").unwrap_err().to_string();
        assert_eq!(says, "reference was recorded before on this account with another amount or day");
        let says = pays_direct(&mut floor, maria, 32_001, "ALL").unwrap_err().to_string();
        assert_eq!(says, "amount the amount is more than the USD 320.00 that are owed: the rest is the creditor's");
        assert_eq!(floor.count("select cast(coalesce(sum(trust_bank_minor), 0) as bigint) from entries"), 0);
        let (noor, at) = (noor(&mut floor), floor.app.moment());
        floor.runtime.block_on(reverse_direct(&floor.app, &noor, at, posted.payment)).unwrap();
        floor.runtime.block_on(reverse_direct(&floor.app, &noor, at, posted.payment)).unwrap(); // twice is once
        assert_eq!((floor.balance(maria).as_str(), floor.promises(maria)), ("420.00", vec!["open".to_string()]));
        pays_direct(&mut floor, maria, 42_000, "ALL").unwrap();
        assert_eq!(floor.account(maria).state, "paid");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_statement_is_the_same_each_time_and_its_folder_is_whole(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2026-01-01");
        floor.pays(maria, "100.00", "A");
        let row = prepares(&mut floor, &ask(creditor, "2026-03-01", "2026-03-02")).unwrap();
        let read = |floor: &Floor| floor.runtime.block_on(Statement::read(&floor.app, row.id));
        assert!(read(&floor).err().unwrap().to_string().contains("a statement is of what is locked"));
        approves(&mut floor, &row).unwrap();
        let folder = std::env::temp_dir().join(format!("duly_remit_{}", uuid::Uuid::now_v7().simple()));
        let place = read(&floor).unwrap().write_into(&folder).unwrap();
        assert_eq!(read(&floor).unwrap().write_into(&folder).unwrap(), place, "the same again is left as it is");
        let mut names: Vec<String> = std::fs::read_dir(&place).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        let name = "larkfield-remittance-0001";
        assert_eq!(names, [format!("{name}-pay.csv"), format!("{name}.pdf"), format!("{name}.xlsx"), "manifest.csv".to_string()]);
        let pdf = std::fs::read(place.join(format!("{name}.pdf"))).unwrap();
        assert!(pdf.starts_with(b"%PDF") && pdf.windows(11).any(|bytes| bytes == b"/StructTree"), "tagged");
        let pay = std::fs::read_to_string(place.join(format!("{name}-pay.csv"))).unwrap();
        assert!(pay.contains(",Larkfield,75.00,USD,REM 1 2026-03-02"), "{pay}");
        let summary: Vec<(String, String)> = read(&floor).unwrap().summary().into_iter().map(|(words, money, _)| (words, money.figures())).collect();
        assert!(summary.contains(&("Remitted to you".into(), "75.00".into())), "{summary:?}");
        std::fs::write(place.join("manifest.csv"), "other").unwrap();
        assert!(read(&floor).unwrap().write_into(&folder).unwrap_err().to_string().contains("holds something else"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn a_rehearsal_tells_where_another_system_differs_and_keeps_nothing(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2026-01-01");
        floor.pays(maria, "100.00", "A");
        floor.pays(otto, "10.00", "B");
        pays_direct(&mut floor, otto, 1_000, "C").unwrap();
        let path = std::env::temp_dir().join(format!("duly_month_{}.csv", uuid::Uuid::now_v7().simple()));
        std::fs::write(&path, "account,collected,direct,fee\nR-1,100.00,,25.00\nR-2,10.00,10.00,4.99\nR-3,1.00,,0.25\n").unwrap();
        let (asked, at) = (ask(creditor, "2026-03-01", "2026-03-02"), floor.app.moment());
        let found = floor.runtime.block_on(rehearse(&floor.app, at, &asked, &path)).unwrap();
        let differs: Vec<_> = found.differs.iter().map(|one| (one.reference.as_str(), one.here.fee, one.there.fee)).collect();
        assert_eq!((found.accounts, differs), (3, vec![("R-2", 500, 499), ("R-3", 0, 25)]));
        assert_eq!(floor.count("select count(*) from remittances"), 0);
        std::fs::remove_file(path).unwrap();
    }

    fn hledger_finds_the_same_balances_in_the_trust_book(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "2000.00");
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Combined, 2_500), "2026-01-01");
        let first = floor.pays(maria, "1000.00", "A");
        pays_direct(&mut floor, maria, 10_000, "D").unwrap();
        remits(&mut floor, creditor, "2026-03-01", "2026-03-02");
        let (noor, at) = (noor(&mut floor), floor.app.moment());
        let taken = Book { amount_minor: 20_000, currency: "USD".into(), on: at.business_day, reference: "S1".into() };
        floor.runtime.block_on(sweep(&floor.app, &noor, at, &taken)).unwrap();
        floor.pays(maria, "40.00", "B");
        floor.reverses(first);
        let balances = reads("hledger", &["-f", "-", "balance", "--flat", "--no-total", "-O", "csv"], &floor.journal(Dialect::Hledger));
        let of = |name: &str| balances.lines().filter(|line| line.contains(name)).map(String::from).collect::<Vec<_>>();
        assert_eq!(of("trust bank"), ["\"assets:trust bank\",\"USD 40.00\""]);
        assert_eq!(of("client payable"), ["\"liabilities:client payable:Larkfield\",\"USD -40.00\""]);
        assert_eq!(of("agency in trust"), ["\"liabilities:agency in trust\",\"USD 950.00\""], "to be brought in");
        assert_eq!(of("on its way"), ["\"liabilities:on its way\",\"USD -950.00\""]);
        assert_eq!(of("returned"), ["\"assets:due from clients:returned:Larkfield\",\"USD 1000.00\""]);
        assert_eq!(of("billed"), ["\"assets:due from clients:billed:Larkfield\",\"USD 25.00\""]);
        assert_eq!(ledger(&mut floor), (4_000, 100_000, 2_500));
    }

    fn what_somebody_changed_in_remittances_or_the_book_is_found(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2026-01-01");
        floor.pays(maria, "100.00", "A");
        remits(&mut floor, creditor, "2026-03-01", "2026-03-02");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        let (lines, rows, book) = ("remitted cents trace to payments", "rows as their entries say", "trust book whole");
        for (tamper, undo, failing) in [
            ("update remittance_lines set fee_minor = 2400", "update remittance_lines set fee_minor = 2500", vec![lines]),
            ("update remittance_lines set amount_minor = 9000", "update remittance_lines set amount_minor = 10000", vec![lines]),
            ("update remittances set fees_minor = 2400", "update remittances set fees_minor = 2500", vec![lines, rows]),
            (
                "update trust_postings set on_its_way_minor = -8500, agency_minor = -1500",
                "update trust_postings set on_its_way_minor = -7500, agency_minor = -2500",
                vec![lines, rows],
            ),
            (
                "update trust_postings set client_payable_minor = 11000, agency_minor = -3500",
                "update trust_postings set client_payable_minor = 10000, agency_minor = -2500",
                vec![book, lines, rows],
            ),
        ] {
            floor.tamper(tamper, &[]);
            let failed: Vec<String> = floor.failed_checks().iter().map(|check| check.split(':').next().unwrap().to_string()).collect();
            assert_eq!(failed, failing, "{tamper}");
            floor.tamper(undo, &[]);
            assert_eq!(floor.failed_checks(), Vec::<String>::new(), "{undo}");
        }
        let unbalance = "update trust_postings set agency_minor = agency_minor - 1 where kind = $1";
        assert!(floor.is_refused(unbalance, &[Value::from("remittance")]), "the database itself holds postings balanced");
        let twice = "insert into remittance_lines select remittance_id, 99, kind, is_direct, account_id, entry_id, plan_id, amount_minor,
            costs_minor, fee_minor, currency, paid_on, why from remittance_lines where line_no = $1";
        assert!(floor.is_refused(twice, &[Value::from(1i64)]), "a payment is remitted once");
    }

    fn random_months_keep_every_client_whole(mut floor: "2026-03-02") {
        let people = [floor.debtor("Maria", "9000.00"), floor.debtor("Otto", "600.00"), floor.debtor("Ann", "4000.00")];
        let creditor = creditor_of(&mut floor, people[0]);
        let slices = vec![Slice { up_to_minor: Some(50_000), bp: 3_333 }, Slice { up_to_minor: None, bp: 1_111 }];
        let mut tiered = plan(Mode::Net, 0);
        tiered.rates[0].slices = slices;
        agree(&mut floor, creditor, tiered, "2026-01-01");
        let mut dice = 11u64;
        let mut roll = |sides: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % sides
        };
        let mut live = Vec::new();
        let mut from = floor.today();
        for step in 0..48 {
            match roll(8) {
                0 | 1 if !live.is_empty() => {
                    let at = roll(live.len() as u64) as usize;
                    floor.reverses(live.swap_remove(at));
                }
                2 => drop(pays_direct(&mut floor, people[roll(3) as usize], 1 + roll(5_000) as i64, &format!("D{step}"))),
                3 => {
                    let (noor, at) = (noor(&mut floor), floor.app.moment());
                    let taken = Book { amount_minor: 1 + roll(2_000) as i64, currency: "USD".into(), on: at.business_day, reference: format!("S{step}") };
                    drop(floor.runtime.block_on(sweep(&floor.app, &noor, at, &taken)));
                }
                _ => live.push(floor.pays(people[roll(3) as usize], &format!("{}.{:02}", roll(200), roll(99) + 1), &format!("R{step}"))),
            }
            if step % 8 == 7 {
                let today = floor.today();
                if let Ok(row) = prepares(&mut floor, &ask(creditor, &from.to_string(), &today.to_string())) {
                    approves(&mut floor, &row).unwrap();
                }
                let next = today.saturating_add(jiff::Span::new().days(1));
                floor.morning_of(&next.to_string());
                from = next;
                assert_eq!(floor.failed_checks(), Vec::<String>::new(), "after step {step}");
            }
        }
        assert!(floor.count("select count(*) from remittance_lines where kind = 'returned'") > 0, "the dice brought something back");
        reads("hledger", &["-f", "-", "check"], &floor.journal(Dialect::Hledger));
        reads("bean-check", &["/dev/stdin"], &floor.journal(Dialect::Beancount));
    }

    fn what_was_paid_for_a_charge_that_is_taken_back_is_the_debtors(mut floor: "2026-03-02") {
        let rows = "reference,name,principal,due_on\nA-1,Maria,100.00,2026-01-10\nA-2,Otto,50.00,2026-01-10\n";
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";
        floor.import(rows, mapping, "Lark").unwrap();
        let (maria, otto) = (floor.person("A-1"), floor.person("A-2"));
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2026-01-01");
        assert_eq!(charges_fee(&mut floor, maria, "10.00", true).unwrap(), Vec::<&str>::new());
        let paid = floor.pays(maria, "110.00", "P1");
        let row = remits(&mut floor, creditor, "2026-03-01", "2026-03-02");
        assert_eq!(figures(&row), [11_000, 0, 2_750, 8_250, 0]);

        // The fee was none of the agreement after all, and nothing else is owed: the ten are hers, and the creditor owes them.
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let fee = floor.runtime.block_on(async { list_charges(&mut app.db.read().await.unwrap(), maria.account, 9).await }).unwrap()[0].id;
        floor.runtime.block_on(reverse_charge(&app, &Actor::command(), at, fee, "Not in the agreement.")).unwrap();
        assert_eq!((floor.balance(maria), ledger(&mut floor)), ("0.00".into(), (0, 1_000, 0)));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        floor.morning_of("2026-03-03");
        floor.pays(otto, "50.00", "P2");
        let row = remits(&mut floor, creditor, "2026-03-03", "2026-03-03");
        assert_eq!(lines(&mut floor, &row), [line("returned", -1_000, 0, -250), line("trust", 5_000, 0, 1_250)]);
        assert_eq!((figures(&row), ledger(&mut floor)), ([5_000, 0, 1_000, 3_000, 0], (0, 0, 0)));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        // Her payment comes back: what is unapplied goes to what is owed again first, and is the creditor's.
        floor.morning_of("2026-03-04");
        floor.reverses(paid);
        assert_eq!((floor.balance(maria), ledger(&mut floor)), ("100.00".into(), (1_000, 11_000, 0)));
        assert_eq!(floor.account(maria).owed_minor, [10_000, 0, 0, 0, 0], "nothing of the fee is left");
        let row = remits(&mut floor, creditor, "2026-03-04", "2026-03-04");
        assert_eq!(lines(&mut floor, &row), [line("returned", -11_000, 0, -2_750), line("trust", 1_000, 0, 250)]);
        assert_eq!(ledger(&mut floor).0, 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_the_creditor_was_paid_for_a_charge_that_is_taken_back_is_the_debtors_too(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "100.00");
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2026-01-01");
        assert_eq!(charges_fee(&mut floor, maria, "10.00", true).unwrap(), Vec::<&str>::new());
        let direct = pays_direct(&mut floor, maria, 11_000, "D1").unwrap().payment;
        remits(&mut floor, creditor, "2026-03-01", "2026-03-02");
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let fee = floor.runtime.block_on(async { list_charges(&mut app.db.read().await.unwrap(), maria.account, 9).await }).unwrap()[0].id;
        floor.runtime.block_on(reverse_charge(&app, &Actor::command(), at, fee, "Not in the agreement.")).unwrap();
        assert_eq!((floor.balance(maria).as_str(), ledger(&mut floor).1), ("0.00", 1_000), "the creditor has ten of hers");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        // It was not paid to the creditor at all: what was hers of it goes to what is owed again.
        let noor = noor(&mut floor);
        floor.runtime.block_on(reverse_direct(&floor.app, &noor, at, direct)).unwrap();
        assert_eq!(floor.account(maria).owed_minor, [10_000, 0, 0, 0, 0]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}
