//! Payments: posted once, divided to the cent, taken back; the books of a real hledger.

use super::years::reads;
use duly::app::Actor;
use duly::ledger::check::{Verified, verify};
use duly::ledger::journal::Dialect;
use duly::store::Value;
use duly_domain::values::ids::{EntryId, PaymentId};
use duly_domain::values::money::Currency;
use duly_testkit::{Floor, both_engines};

both_engines! {
    fn a_list_of_payments_is_posted_once_and_what_cannot_be_is_told(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let otto = floor.debtor("Otto", "60.00");
        let path = std::env::temp_dir().join(format!("duly_list_{}.csv", uuid::Uuid::now_v7().simple()));
        let rows = [
            "R-1,100.00,2026-03-02,A",
            "R-2,75.00,2026-03-01,B",
            "R-1,100.00,2026-03-02,A",
            "R-1,99.00,2026-03-02,A",
            "R-9,1.00,2026-03-02,C",
            "R-1,ten,2026-03-02,D",
            "R-1,1.00,2026-03-03,E",
            "R-1,-1.00,2026-03-02,F",
            "R-1,1.00,2 March,G",
            "R-1,1.00,2026-03-02,",
        ];
        std::fs::write(&path, format!("account,amount,on,reference\n{}\n", rows.join("\n"))).unwrap();
        let ask = duly::ledger::payment_file::ImportPayments { path: path.clone(), rows_a_commit: 3, refusals: None };
        let post = |floor: &Floor| {
            let who = Actor::command();
            let import = duly::ledger::payment_file::import_payments(&floor.app, &who, floor.app.moment(), &ask, |_| {});
            let report = floor.runtime.block_on(import).unwrap();
            (report.accepted, report.duplicates, report.refused, report.kept, report.by_problem.into_keys().map(|(column, _)| column).collect::<Vec<_>>())
        };
        let problems: Vec<String> = ["account", "amount", "amount", "on", "on", "reference", "reference"].map(String::from).to_vec();
        assert_eq!(post(&floor), (2, 1, 7, 11, problems.clone()));
        assert_eq!(post(&floor), (0, 3, 7, 11, problems));
        assert_eq!((floor.balance(maria), floor.balance(otto)), ("320.00".into(), "0.00".into()));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_file(path).unwrap();
    }

    fn the_same_reference_is_posted_once(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let first = floor.pays_on(maria, "20.00", "2026-03-02", "REF 1").unwrap();
        let second = floor.pays_on(maria, "20.00", "2026-03-02", "REF 1").unwrap();
        assert_eq!((first.payment, second.is_repeat, first.allocation.clone()), (second.payment, true, second.allocation));
        assert_eq!(floor.balance(maria), "400.00");
        let other = floor.pays_on(maria, "21.00", "2026-03-02", "REF 1").unwrap_err();
        assert_eq!(other.to_string(), "reference was posted before on this account with another amount");
        for (amount, on, says) in [("0.00", "2026-03-02", "amount must be above zero"), ("1.00", "2026-03-03", "date is in the future")] {
            assert_eq!(floor.pays_on(maria, amount, on, "REF 2").unwrap_err().to_string(), says);
        }
    }

    fn paying_all_closes_the_account_and_a_reversal_opens_it(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let payment = floor.pays_on(maria, "450.00", "2026-03-02", "REF 1").unwrap();
        assert_eq!(payment.unapplied.minor(), 3_000);
        assert_eq!((floor.account(maria).state, floor.place("Dana", maria)), ("paid".into(), None));
        floor.reverses(payment.payment);
        floor.reverses(payment.payment); // twice is once
        assert_eq!((floor.account(maria).state, floor.balance(maria)), ("open".into(), "420.00".into()));
        assert!(floor.place("Dana", maria).is_some());
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn random_payments_and_reversals_keep_books_and_promises_whole(mut floor: "2026-03-02") {
        let people = [floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"), floor.debtor("Ann", "1000.00")];
        for person in people {
            floor.officer("Dana").takes_promise(person, "50.00", "2026-03-06");
        }
        let mut dice = 7u64;
        let mut roll = |sides: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % sides
        };
        let mut live = Vec::new();
        for i in 0..60 {
            let person = people[roll(3) as usize];
            if roll(3) == 0 && !live.is_empty() {
                let at = roll(live.len() as u64) as usize;
                floor.reverses(live.swap_remove(at));
            } else {
                live.push(floor.pays(person, &format!("{}.{:02}", roll(80), roll(99) + 1), &format!("R{i}")));
            }
            if i % 12 == 11 {
                let next = floor.today().saturating_add(jiff::Span::new().days(2)).to_string();
                floor.morning_of(&next);
                assert_eq!(floor.failed_checks(), Vec::<String>::new(), "after step {i}");
            }
        }
        assert_eq!(floor.count("select count(*) from promises where state = 'open'"), 0);
        for inconsistent in [
            "select count(*) from promises where state = 'kept' and arrived_minor < amount_minor",
            "select count(*) from promises where state = 'partly_kept' and (arrived_minor <= 0 or arrived_minor >= amount_minor)",
            "select count(*) from promises where state = 'broken' and arrived_minor >= amount_minor",
        ] {
            assert_eq!(floor.count(inconsistent), 0, "{inconsistent}");
        }
    }

    fn hledger_reads_the_journal_and_finds_the_same_balances(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria; \"the (other) one\"", "420.00");
        let otto = floor.debtor("Otto", "60.00");
        let first = floor.pays(maria, "100.10", "A:B;C");
        floor.pays(otto, "75.00", "OVER");
        floor.reverses(first);
        floor.pays(maria, "33.33", "REST");

        let balances = reads("hledger", &["-f", "-", "balance", "--flat", "--no-total", "-O", "csv"], &floor.journal(Dialect::Hledger));
        let of = |name: &str| balances.lines().filter(|line| line.contains(name)).map(String::from).collect::<Vec<_>>();
        assert_eq!(of("R-1:principal"), ["\"assets:receivable:Larkfield:R-1:principal\",\"USD 386.67\""]);
        assert_eq!(of("R-2:principal"), Vec::<String>::new(), "what is paid has no balance");
        assert_eq!(of("trust bank"), ["\"assets:trust bank\",\"USD 108.33\""]);
        assert_eq!(of("unapplied"), ["\"liabilities:unapplied:Larkfield\",\"USD -15.00\""]);
        assert_eq!(floor.balance(maria), "386.67");
    }

    fn the_check_finds_what_somebody_changed_behind_our_back(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.pays(maria, "20.00", "REF 1");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        floor.tamper("update audit_entries set detail = '{}' where act = $1", &[Value::from("payment.post")]);
        floor.tamper("update accounts set principal_minor = principal_minor + 1 where id = $1", &[Value::from(maria.account)]);
        floor.tamper("update accounts set next_action_on = null where id = $1", &[Value::from(maria.account)]);
        let unbalance = ("update entries set trust_bank_minor = trust_bank_minor - 1 where kind = $1", [Value::from("payment")]);
        assert!(floor.is_refused(unbalance.0, &unbalance.1), "the database itself holds entries balanced");
        floor.without_check("entries", "entries_balanced");
        floor.tamper(unbalance.0, &unbalance.1);
        let failed: Vec<String> = floor.failed_checks().iter().map(|check| check.split(':').next().unwrap().to_string()).collect();
        assert_eq!(failed, ["ledger balanced", "balances equal entries", "trust whole", "trust book whole", "audit chains verify", "rows as their entries say", "no orphan account"]);
    }

    fn the_check_names_what_is_wrong_in_the_ledger(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let otto = floor.debtor("Otto", "60.00");
        let payment = floor.pays(maria, "20.00", "REF 1");
        floor.pays(otto, "5.00", "REF 2");
        let verified = |floor: &mut Floor| floor.runtime.block_on(async { verify(&mut floor.app.db.read().await.unwrap()).await.unwrap() });
        let found = |verified: &Verified| [&verified.unbalanced, &verified.astray, &verified.off_accounts].map(ToString::to_string);
        let whole = verified(&mut floor);
        assert_eq!((whole.entries, found(&whole)), (4, [const { String::new() }; 3]));
        assert_eq!(whole.totals[&Currency::Usd], [45_500, 0, 0, 0, 0, -45_500, 2_500, -2_500, 0]);

        floor.without_check("entries", "entries_balanced");
        let entry = payment.to_string().replace(PaymentId::PREFIX, EntryId::PREFIX);
        let of_payment = [Value::from(payment)];
        floor.tamper("update entries set trust_bank_minor = trust_bank_minor + 3 where payment = $1", &of_payment);
        assert_eq!(found(&verified(&mut floor)), [format!(": {entry} by 3 minor units"), String::new(), String::new()]);
        floor.tamper("update entries set trust_bank_minor = trust_bank_minor - 3, currency = 'EUR' where payment = $1", &of_payment);
        let other = [String::new(), format!(": {entry} is in another currency than its account"), format!(": {}", maria.account)];
        assert_eq!(found(&verified(&mut floor)), other);
        floor.tamper("update entries set currency = 'USD' where payment = $1", &of_payment);
        floor.tamper("update accounts set balance_minor = balance_minor - 1 where id = $1", &[Value::from(otto.account)]);
        assert_eq!(found(&verified(&mut floor)), [String::new(), String::new(), format!(": {}", otto.account)]);
        floor.tamper("update accounts set balance_minor = balance_minor + 1 where id = $1", &[Value::from(otto.account)]);

        // More than a sum can hold: the entry is named, and the sums are those without it.
        let most = i64::MAX.to_string();
        floor.tamper(&format!("update entries set principal_minor = {most}, placed_minor = -{most} where kind = 'opening'"), &[]);
        floor.tamper("update entries set principal_minor = 1, placed_minor = -1 where payment = $1", &of_payment);
        let large = verified(&mut floor);
        assert_eq!(found(&large)[1], format!(": {entry} is too large to be summed"));
        assert_eq!((large.off_accounts.count, large.totals[&Currency::Usd][0]), (2, 2 * i128::from(i64::MAX) - 500));
    }

    fn a_reversal_of_another_sum_or_day_is_found(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let first = floor.pays(maria, "20.00", "REF 1");
        floor.pays(maria, "30.00", "REF 2");
        floor.reverses(first);
        for (tamper, undo, failing) in [
            (
                "update entries set trust_bank_minor = trust_bank_minor + 1, client_payable_minor = client_payable_minor - 1 where kind = 'reversal'",
                "update entries set trust_bank_minor = trust_bank_minor - 1, client_payable_minor = client_payable_minor + 1 where kind = 'reversal'",
                vec!["reversals equal entries: 1 reversals differ from what they take back", "remitted cents trace to payments: 1 clients' ledgers"],
            ),
            ("update entries set booked_on = '2026-03-01' where kind = 'reversal'", "update entries set booked_on = '2026-03-02' where kind = 'reversal'", vec!["rows as their entries say: payment "]),
            ("update entries set reverses_entry_id = null where kind = 'reversal'", "update entries set reverses_entry_id = (select p.entry_id from payments p where p.reference = 'REF 1') where kind = 'reversal'", vec!["remitted cents trace to payments: 1 clients' ledgers", "rows as their entries say: payment "]),
        ] {
            floor.tamper(tamper, &[]);
            let failed = floor.failed_checks();
            assert_eq!(failed.len(), failing.len(), "{tamper}: {failed:?}");
            for (failed, starts) in failed.iter().zip(failing) {
                assert!(failed.starts_with(starts), "{tamper}: {failed}");
            }
            floor.tamper(undo, &[]);
            assert_eq!(floor.failed_checks(), Vec::<String>::new(), "{undo}");
        }
    }

    fn a_shortened_chain_is_found(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.pays(maria, "20.00", "REF 1");
        floor.tamper("delete from audit_entries where act = $1", &[Value::from("payment.post")]);
        let failed = floor.failed_checks();
        assert_eq!(failed.len(), 2, "the payment has lost its entry too: {failed:?}");
        assert_eq!(failed[0], "audit chains verify: a chain is shorter than its head says");
        floor.tamper("delete from audit_heads where chain like $1", &[Value::from("acc%")]);
        assert_eq!(floor.failed_checks()[0], "audit chains verify: a chain goes on beyond its head, or has none");
        floor.tamper("delete from audit_entries where chain like $1", &[Value::from("acc%")]);
        assert_eq!(floor.failed_checks()[0], "audit chains verify: an account has no chain");
    }
}
