//! Accounts are told to bureaus: only what may be told, each once a day, with a date that never moves, and taken out at their end.

use duly::accounts::closing::close_account;
use duly::app::{Actor, Failure};
use duly::disputes::actions::{OpenCase, open_case};
use duly::reporting::furnish::{Furnish, Furnished, begin_creditor, end_creditor, furnish};
use duly_domain::disputes::case::{CaseKind, Ground};
use duly_domain::reporting::metro2::{self, Metro2File};
use duly_domain::values::channel::Channel;
use duly_testkit::{Floor, Person, both_engines};
use uuid::Uuid;

pub(super) const MAPPING: &str = "[columns]\nreference = \"reference\"\nname = \"name\"\nstreet = \"street\"\ncity = \"city\"\nstate = \"state\"\nzip = \"zip\"\n\
                       mobile = \"mobile\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";

pub(super) const ROWS: &str = "reference,name,street,city,state,zip,mobile,principal,due_on
A-1,\"López, María\",12 Mill Road,Columbus,OH,43205,6145550101,420.99,2025-03-01
A-2,John Smith,13 Mill Road,Columbus,OH,43205,6145550102,300.00,2025-03-01
A-3,Nora Quay,,,OH,43205,6145550103,300.00,2025-03-01
A-4,Cher,14 Mill Road,Columbus,OH,43205,6145550104,300.00,2025-03-01
A-5,Otto Lane,15 Mill Road,Columbus,OH,43205,6145550105,250.00,2025-04-01
A-6,Vera Moss,,,OH,43205,6145550106,0.99,2025-04-01
";

/// What a file of today came to, and what it says to whoever reads it.
pub(super) fn tells(floor: &mut Floor) -> Result<(Furnished, Metro2File), Failure> {
    let file = std::env::temp_dir().join(format!("duly_{}.txt", Uuid::now_v7().simple()));
    let ask = Furnish { file: file.clone(), reporter: "HARBOR01".into(), bureau: "Any".into() };
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let furnished = floor.runtime.block_on(furnish(&app, &Actor::command(), at, &ask))?;
    let bytes = std::fs::read(&file).expect("the file is there");
    std::fs::remove_file(&file).expect("the file can be removed");
    let read = metro2::read(&bytes).expect("what is written is a file");
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    Ok((furnished, read))
}

pub(super) fn of<'f>(file: &'f Metro2File, reference: &str) -> Option<&'f metro2::ReportedAccount> {
    file.accounts.iter().find(|account| account.base.text("account number") == reference)
}

pub(super) fn talks(floor: &mut Floor, person: Person) {
    let contact = floor.officer("Dana").reserves(person, Channel::Call).unwrap().contact.expect("the gate allows");
    floor.officer("Dana").records(contact, "promised").unwrap();
}

/// Accounts come in, and it is settled who we are.
pub(super) fn starts(floor: &mut Floor) {
    floor.import(ROWS, MAPPING, "Larkfield").unwrap();
    floor.officer("Dana");
    floor.clock("10:00");
    for (name, value) in
        [("company", "Harbor Recovery"), ("company_address", "1 Quay Street\nColumbus, OH, 43205"), ("company_phone", "614 555 0199")]
    {
        floor.tamper("insert into settings (name, value) values ($1, $2)", &[name.into(), value.into()]);
    }
}

pub(super) fn begin(floor: &mut Floor, classification: &str) -> Result<(), Failure> {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    floor.runtime.block_on(begin_creditor(&app, &Actor::command(), at, "Larkfield", classification))
}

both_engines! {
    fn only_what_may_be_told_is_told_and_the_end_is_told_once(mut floor: "2026-03-30") {
        starts(&mut floor);
        assert!(begin(&mut floor, "16").unwrap_err().to_string().contains("01 to 15"));
        let says = tells(&mut floor).err().map(|why| why.to_string()).unwrap_or_default();
        assert!(says.contains("duly metro2 begin"), "no creditor wants it yet: {says}");
        begin(&mut floor, "10").unwrap();

        // Whoever was not told enough about the debt is not reported.
        let (first, second, fifth) = (floor.person("A-1"), floor.person("A-2"), floor.person("A-5"));
        talks(&mut floor, first);
        talks(&mut floor, fifth);
        let (app, at, dana) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
        let ask = OpenCase { ground: Some(Ground::WrongAmount), ..OpenCase::of(fifth.account, CaseKind::Dispute, false) };
        floor.runtime.block_on(open_case(&app, &dana, at, &ask)).unwrap();
        let (told, file) = tells(&mut floor).unwrap();
        assert_eq!(told.told.iter().map(|(status, count)| (*status, *count)).collect::<Vec<_>>(), [("93", 2)], "{told:?}");
        let why: Vec<_> = told.named.iter().map(|left| (left.reference.as_str(), left.why.code())).collect();
        assert_eq!(why, [("A-2", "refused"), ("A-3", "no_address"), ("A-4", "no_name")]);
        assert_eq!(told.left_out.get("under_a_dollar"), Some(&1), "it is counted, nobody need do anything; that it has no address is not why");
        assert!(told.named[0].says.contains("12 CFR 1006.30(a)(1)"), "{}", told.named[0].says);
        let base = &of(&file, "A-1").unwrap().base;
        let says = ["surname", "first name", "account type", "portfolio type", "ecoa", "city", "postal code"].map(|name| base.text(name));
        assert_eq!(says, ["LOPEZ", "MARIA", "48", "O", "1", "COLUMBUS", "43205"]);
        let amounts = ["current balance", "amount past due", "highest credit"].map(|name| base.number(name));
        assert_eq!(amounts, [Some(420); 3], "cents are dropped");
        assert_eq!(base.day("first delinquency on"), Some("2025-03-01".parse().unwrap()));
        assert_eq!((base.text("compliance condition"), base.text("payment history")), ("", "B".repeat(24).as_str()));
        assert_eq!(of(&file, "A-1").unwrap().segments[0].text("original creditor"), "LARKFIELD");
        assert_eq!(of(&file, "A-5").unwrap().base.text("compliance condition"), "XB", "a dispute is shown");
        assert_eq!(file.trailer.as_ref().unwrap().number("base records"), Some(2));

        // Again on the same day: the same, and nothing is kept twice.
        let (again, _) = tells(&mut floor).unwrap();
        assert_eq!((again.hash, floor.count("select count(*) from furnishings")), (told.hash, 2));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update furnishings set delinquent_since = '2026-01-01' where delinquent_since = '2025-03-01'", &[]);
        let failed = floor.failed_checks();
        assert!(failed.len() == 1 && failed[0].contains("furnishing fur_") && failed[0].contains("was altered"), "{failed:?}");
        floor.tamper("update furnishings set delinquent_since = '2025-03-01' where delinquent_since = '2026-01-01'", &[]);

        // In the next month: one is paid, one went back to its creditor, and the day that was told first stands.
        floor.night_of("2026-03-30");
        floor.morning_of("2026-04-01");
        floor.clock("10:00");
        floor.tamper("update accounts set due_on = '2025-09-09' where reference = 'A-1'", &[]);
        let (april, file) = tells(&mut floor).unwrap();
        assert_eq!(april.moved, ["A-1"]);
        assert_eq!(of(&file, "A-1").unwrap().base.day("first delinquency on"), Some("2025-03-01".parse().unwrap()));
        assert_eq!(of(&file, "A-1").unwrap().base.text("payment history"), format!("G{}", "B".repeat(23)));
        floor.tamper("update accounts set due_on = '2025-03-01' where reference = 'A-1'", &[]);
        floor.pays(first, "420.99", "ALL OF IT");
        let (app, at) = (floor.app.clone(), floor.app.moment());
        floor.runtime.block_on(close_account(&app, &Actor::command(), at, second.account, "uncollectible", None)).unwrap();
        floor.runtime.block_on(close_account(&app, &Actor::command(), at, fifth.account, "uncollectible", None)).unwrap();
        floor.morning_of("2026-04-02");
        floor.clock("10:00");
        let (second_day, file) = tells(&mut floor).unwrap();
        assert_eq!(second_day.told.iter().map(|(status, count)| (*status, *count)).collect::<Vec<_>>(), [("62", 1), ("DA", 1)]);
        let paid = &of(&file, "A-1").unwrap().base;
        assert_eq!((paid.text("account status"), paid.number("current balance")), ("62", Some(0)));
        assert_eq!(paid.day("last payment on"), Some("2026-04-01".parse().unwrap()));
        assert!(of(&file, "A-2").is_none(), "what was never told is not taken out");
        floor.morning_of("2026-04-03");
        floor.clock("10:00");
        let (third_day, file) = tells(&mut floor).unwrap();
        assert_eq!((third_day.told.len(), file.accounts.len()), (0, 0), "an end is told once: {third_day:?}");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_creditor_who_wants_it_no_more_has_its_accounts_taken_out(mut floor: "2026-03-30") {
        floor.import(ROWS, MAPPING, "Larkfield").unwrap();
        floor.officer("Dana");
        floor.clock("10:00");
        let says = tells(&mut floor).unwrap_err().to_string();
        assert!(says.contains("duly letters sender"), "{says}");
        for (name, value) in [("company", "Harbor Recovery"), ("company_address", "1 Quay Street")] {
            floor.tamper("insert into settings (name, value) values ($1, $2)", &[name.into(), value.into()]);
        }
        begin(&mut floor, "10").unwrap();
        let first = floor.person("A-1");
        talks(&mut floor, first);
        tells(&mut floor).unwrap();
        let (app, at) = (floor.app.clone(), floor.app.moment());
        floor.runtime.block_on(end_creditor(&app, &Actor::command(), at, "Larkfield")).unwrap();
        assert!(floor.runtime.block_on(end_creditor(&app, &Actor::command(), at, "Larkfield")).is_err(), "once");
        floor.morning_of("2026-04-01");
        floor.clock("10:00");
        let (april, file) = tells(&mut floor).unwrap();
        assert_eq!((april.looked_at, file.accounts[0].base.text("account status")), (1, "DA"));
        // Where bureaus know a later day, a file of today would undo it.
        floor.tamper("update furnishings set as_of = '2026-07-31' where status = 'DA'", &[]);
        let says = tells(&mut floor).err().map(|why| why.to_string()).unwrap_or_default();
        assert!(says.contains("2026-07-31"), "{says}");
    }
}
