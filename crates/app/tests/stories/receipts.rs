//! Money in from bank statements: posted by its reference, decided by a person, known when it is told again, and proved to the cent.

use crate::permissions::{client, sign_in};
use duly::accounts::closing::close_account;
use duly::app::{Actor, Failure};
use duly::ledger::receipts::decide::{Back, identify, set_aside, take_back};
use duly::ledger::receipts::look::propose;
use duly::ledger::receipts::store::{EntryRow, list_entries, list_waiting};
use duly::ledger::receipts::take::{TakeFile, Taken, take_file};
use duly_domain::identity::Role;
use duly_domain::ledger::matching::Ground;
use duly_domain::ledger::receipts::State;
use duly_domain::values::ids::ReceiptId;
use duly_testkit::{Floor, Person, both_engines};
use reqwest::StatusCode;
use std::fmt::Write;

/// What the bank tells of one booking.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) minor: i64,
    pub(super) on: &'static str,
    pub(super) bank_reference: &'static str,
    pub(super) reference: &'static str,
    pub(super) name: &'static str,
    pub(super) text: &'static str,
    pub(super) reason: &'static str,
    pub(super) is_reversal: bool,
    pub(super) parts: Vec<Told>,
}

pub(super) fn told(minor: i64, bank_reference: &'static str, name: &'static str, text: &'static str) -> Told {
    Told { minor, on: "2026-03-02", bank_reference, name, text, ..Told::default() }
}

fn amount(minor: i64, currency: &str) -> String {
    format!("<Amt Ccy=\"{currency}\">{}.{:02}</Amt>", minor.abs() / 100, minor.abs() % 100)
}

fn side(minor: i64) -> &'static str {
    if minor < 0 { "<CdtDbtInd>DBIT</CdtDbtInd>" } else { "<CdtDbtInd>CRDT</CdtDbtInd>" }
}

/// A camt.053 with its balances, or a camt.054 that has none.
fn camt(form: &str, opening: i64, entries: &[Told], currency: &str) -> String {
    let balance = |code: &str, minor: i64| {
        let (amount, side) = (amount(minor, currency), side(minor));
        format!("<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount}{side}<Dt><Dt>2026-03-02</Dt></Dt></Bal>")
    };
    let mut text = String::new();
    for entry in entries {
        let (sum, side_of, on) = (amount(entry.minor, currency), side(entry.minor), entry.on);
        write!(text, "<Ntry>{sum}{side_of}<RvslInd>{}</RvslInd><Sts>BOOK</Sts><BookgDt><Dt>{on}</Dt></BookgDt>", entry.is_reversal)
            .unwrap();
        write!(text, "<ValDt><Dt>{on}</Dt></ValDt>").unwrap();
        if !entry.bank_reference.is_empty() {
            write!(text, "<AcctSvcrRef>{}</AcctSvcrRef>", entry.bank_reference).unwrap();
        }
        text.push_str("<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd><NtryDtls>");
        for part in if entry.parts.is_empty() { std::slice::from_ref(entry) } else { &entry.parts[..] } {
            let refs = if part.reference.is_empty() { "NOTPROVIDED" } else { part.reference };
            write!(text, "<TxDtls><Refs><EndToEndId>{refs}</EndToEndId></Refs>{}{}", amount(part.minor, currency), side(part.minor))
                .unwrap();
            let role = if part.minor < 0 { "Cdtr" } else { "Dbtr" };
            write!(text, "<RltdPties><{role}><Nm>{}</Nm></{role}></RltdPties><RmtInf><Ustrd>{}</Ustrd></RmtInf>", part.name, part.text)
                .unwrap();
            if !part.reason.is_empty() {
                write!(text, "<RtrInf><Rsn><Cd>{}</Cd></Rsn></RtrInf>", part.reason).unwrap();
            }
            text.push_str("</TxDtls>");
        }
        text.push_str("</NtryDtls></Ntry>");
    }
    let (outer, inner) = if form == "053" { ("BkToCstmrStmt", "Stmt") } else { ("BkToCstmrDbtCdtNtfctn", "Ntfctn") };
    let sum: i64 = entries.iter().map(|entry| entry.minor).sum();
    let balances = if form == "053" { format!("{}{}", balance("OPBD", opening), balance("CLBD", opening + sum)) } else { String::new() };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.{form}.001.02\"><{outer}>\
         <GrpHdr><MsgId>M</MsgId><CreDtTm>2026-03-02T18:00:00</CreDtTm></GrpHdr><{inner}><Id>S1</Id><CreDtTm>2026-03-02T18:00:00</CreDtTm>\
         <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>{currency}</Ccy></Acct>{balances}{text}</{inner}></{outer}></Document>"
    )
}

fn take_text(floor: &Floor, text: &str, piece: usize, goes_on: impl Fn(u64) -> bool) -> Result<Taken, Failure> {
    let path = std::env::temp_dir().join(format!("duly_{}.xml", uuid::Uuid::now_v7().simple()));
    std::fs::write(&path, text).unwrap();
    let ask = TakeFile { path: path.clone(), piece };
    let taken = floor.runtime.block_on(take_file(&floor.app, &Actor::command(), floor.app.moment(), &ask, goes_on));
    std::fs::remove_file(path).unwrap();
    taken
}

pub(super) fn takes(floor: &Floor, opening: i64, entries: &[Told]) -> Taken {
    take_text(floor, &camt("053", opening, entries, "USD"), 100, |_| true).unwrap()
}

/// A day at the bank: money that one name speaks for, money that none does, and money that came back.
pub fn comes_in_at_the_bank(floor: &Floor, name: &'static str) {
    let back = Told { reason: "AC04", ..told(-500, "B3", "Somebody", "returned unpaid") };
    let taken = takes(floor, 10_000, &[told(2_500, "B1", name, "thank you"), told(4_000, "B2", "", "cash"), back]);
    assert_eq!(counts(&taken), [0, 0, 2, 1, 0]);
}

/// Posted, known, unidentified, came back, went out.
pub(super) fn counts(taken: &Taken) -> [u64; 5] {
    let of = |state| taken.of(state).entries;
    [of(State::Posted), taken.known.entries, of(State::Unidentified), of(State::CameBack), of(State::WentOut)]
}

pub(super) fn waiting(floor: &mut Floor) -> Vec<EntryRow> {
    floor.runtime.block_on(async { list_waiting(&mut floor.app.db.read().await.unwrap(), 100).await.unwrap() })
}

pub(super) fn of_state(floor: &mut Floor, state: State) -> Vec<EntryRow> {
    floor.runtime.block_on(async { list_entries(&mut floor.app.db.read().await.unwrap(), Some(state.code()), 100).await.unwrap() })
}

/// The references that are proposed for what waits, with their grounds.
fn proposed(floor: &mut Floor) -> Vec<Vec<(String, Vec<Ground>)>> {
    let rows = waiting(floor);
    let at = floor.app.moment();
    let shown = floor.runtime.block_on(async { propose(&mut floor.app.db.read().await.unwrap(), at, &rows).await.unwrap() });
    shown.into_iter().map(|all| all.into_iter().map(|one| (one.reference, one.proposal.grounds)).collect()).collect()
}

pub(super) fn identifies(floor: &mut Floor, entry: ReceiptId, person: Person) -> Result<(), Failure> {
    let (app, who, at) = (floor.app.clone(), Actor::command(), floor.app.moment());
    floor.runtime.block_on(identify(&app, &who, at, entry, person.account)).map(drop)
}

pub(super) fn takes_back(floor: &mut Floor, entry: ReceiptId) -> Result<Back, Failure> {
    let (app, who, at) = (floor.app.clone(), Actor::command(), floor.app.moment());
    floor.runtime.block_on(take_back(&app, &who, at, entry, at.business_day, None))
}

fn sets_aside(floor: &mut Floor, entry: ReceiptId, note: &str) -> Result<(), Failure> {
    let (app, who, at) = (floor.app.clone(), Actor::command(), floor.app.moment());
    floor.runtime.block_on(set_aside(&app, &who, at, entry, note))
}

pub(super) const MAPPING: &str = "[columns]\nreference = \"reference\"\nname = \"name\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";

/// Three who owe: Maria Lopez 420.00 on LF-100234, Otto Krug 60.00 on LF-100235, Ann Otter 90.00 on LF-100236.
pub(super) fn placed(floor: &mut Floor) -> [Person; 3] {
    let rows = "LF-100234,Maria Lopez,420.00,2026-01-10\nLF-100235,Otto Krug,60.00,2026-01-10\nLF-100236,Ann Otter,90.00,2026-01-10\n";
    floor.import(&format!("reference,name,principal,due_on\n{rows}"), MAPPING, "Larkfield").unwrap();
    ["LF-100234", "LF-100235", "LF-100236"].map(|reference| floor.person(reference))
}

both_engines! {
    fn a_file_posts_by_reference_and_the_same_file_twice_posts_nothing_twice(mut floor: "2026-03-03") {
        let [maria, otto, _] = placed(&mut floor);
        let day = [
            told(10_000, "B1", "LOPEZ MARIA", "payment lf 100234 thank you"),
            Told { reference: "LF-100235", ..told(6_000, "B2", "Somebody", "") },
            told(500, "B3", "Nobody", "no reference at all"),
            told(-2_500, "B4", "The bank", "fees of the month"),
        ];
        let taken = takes(&floor, 0, &day);
        assert_eq!(counts(&taken), [2, 0, 1, 0, 1]);
        assert_eq!((taken.all.entries, taken.of(State::Posted).minor.get("USD"), taken.refuses()), (4, Some(&16_000), false));
        assert_eq!((floor.balance(maria).as_str(), floor.balance(otto).as_str()), ("320.00", "0.00"));
        let posted = of_state(&mut floor, State::Posted);
        assert_eq!(posted.iter().map(|row| row.grounds.as_str()).collect::<Vec<_>>(), ["reference balance", "reference name"]);
        let references = floor.texts("select reference, cast(effective_on as text) from payments order by reference");
        assert!(references[0].0.as_deref().is_some_and(|reference| reference.starts_with("B1 [")), "{references:?}");
        assert_eq!(references[0].1.as_deref(), Some("2026-03-02"), "from the day of value");
        let again = takes(&floor, 0, &day);
        assert_eq!((counts(&again), again.statements[0].id), ([0, 4, 0, 0, 0], taken.statements[0].id));
        assert_eq!((floor.count("select count(*) from payments"), floor.count("select count(*) from bank_statements")), (2, 1));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn statements_that_overlap_and_a_notice_before_the_statement_tell_nothing_twice(mut floor: "2026-03-03") {
        placed(&mut floor);
        let cash = told(700, "", "", "cash");
        let day = [told(10_000, "B1", "Maria", "LF-100234"), cash.clone(), cash.clone()];
        let notice = take_text(&floor, &camt("054", 0, &day[..2], "USD"), 100, |_| true).unwrap();
        assert_eq!(counts(&notice), [1, 0, 1, 0, 0]);
        let statement = takes(&floor, 5_000, &day);
        assert_eq!(counts(&statement), [0, 2, 1, 0, 0], "two deposits alike are two");
        let next = told(300, "B9", "", "later");
        let overlapping = takes(&floor, 5_000, &[&day[..], &[next]].concat());
        assert_eq!(counts(&overlapping), [0, 3, 1, 0, 0]);
        assert_eq!(floor.count("select count(*) from payments"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_only_a_name_and_an_amount_speak_for_waits_with_a_proposal(mut floor: "2026-02-27") {
        let [maria, ..] = placed(&mut floor);
        assert!(floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-06").is_empty());
        floor.morning_of("2026-03-03");
        takes(&floor, 0, &[told(10_000, "B1", "LOPES, MARIA", "thanks"), told(9_000, "B2", "Zeta Holdings", "thanks")]);
        let expected = vec![("LF-100234".to_string(), vec![Ground::Promised, Ground::Name])];
        assert_eq!(proposed(&mut floor), [expected, vec![]], "an amount alone proposes nobody");
        assert_eq!(floor.count("select count(*) from payments"), 0);
        let entry = waiting(&mut floor)[0].id;
        identifies(&mut floor, entry, maria).unwrap();
        assert_eq!((floor.balance(maria).as_str(), floor.promises(maria)), ("320.00", vec!["kept".to_string()]));
        let says = identifies(&mut floor, entry, maria).unwrap_err().to_string();
        assert_eq!(says, "it is posted already: take that back first");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn two_accounts_with_one_reference_and_a_closed_one_wait(mut floor: "2026-03-03") {
        let [maria, otto, _] = placed(&mut floor);
        let row = "reference,name,principal,due_on\nLF 100234,Maja Lott,50.00,2026-01-10\n";
        floor.import(row, MAPPING, "Brightwater").unwrap();
        let (app, who, at) = (floor.app.clone(), Actor::command(), floor.app.moment());
        floor.runtime.block_on(close_account(&app, &who, at, otto.account, "uncollectible", None)).unwrap();
        let taken = takes(&floor, 0, &[
            told(5_000, "B1", "", "LF-100234"), told(6_000, "B2", "", "LF-100235"), told(1_000, "B3", "", "LF-100235 and LF-100236"),
        ]);
        assert_eq!(counts(&taken), [0, 0, 3, 0, 0]);
        use Ground::*;
        let all = proposed(&mut floor);
        let named = |of: &[(String, Vec<Ground>)]| of.iter().map(|(reference, _)| reference.clone()).collect::<Vec<_>>();
        assert_eq!(named(&all[0]), ["LF 100234", "LF-100234"], "the one whose balance it is comes first");
        assert_eq!(all[1], [("LF-100235".to_string(), vec![Reference, Balance, Closed])]);
        assert_eq!(named(&all[2]), ["LF-100236", "LF-100235"]);
        let rows = waiting(&mut floor);
        identifies(&mut floor, rows[0].id, maria).unwrap();
        identifies(&mut floor, rows[1].id, otto).unwrap();
        assert_eq!(floor.account(otto).state, "closed", "a person may post there; it stays closed");
    }

    fn money_in_another_currency_is_not_posted(mut floor: "2026-03-03") {
        let [maria, ..] = placed(&mut floor);
        let taken = take_text(&floor, &camt("053", 0, &[told(10_000, "B1", "Maria Lopez", "LF-100234")], "EUR"), 100, |_| true).unwrap();
        assert_eq!(counts(&taken), [0, 0, 1, 0, 0]);
        assert_eq!(proposed(&mut floor)[0], [("LF-100234".to_string(), vec![Ground::Reference, Ground::Name, Ground::OtherCurrency])]);
        let entry = waiting(&mut floor)[0].id;
        let says = identifies(&mut floor, entry, maria).unwrap_err().to_string();
        assert_eq!(says, "account LF-100234 is kept in USD, and EUR came in");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_booking_of_several_is_posted_part_by_part(mut floor: "2026-03-03") {
        let [maria, otto, _] = placed(&mut floor);
        let parts = vec![told(4_000, "", "Maria", "LF-100234"), told(6_000, "", "Otto", "LF-100235"), told(100, "", "Nobody", "?")];
        let batch = Told { parts, ..told(10_100, "B1", "", "") };
        let taken = takes(&floor, 0, std::slice::from_ref(&batch));
        assert_eq!((counts(&taken), taken.all.entries), ([2, 0, 1, 0, 0], 3));
        assert_eq!((floor.balance(maria).as_str(), floor.balance(otto).as_str()), ("380.00", "0.00"));
        // The next day the bank tells it as one.
        let whole = told(10_100, "B1", "", "collected");
        let lump = take_text(&floor, &camt("053", 7, &[whole], "USD"), 100, |_| true).unwrap();
        assert_eq!(counts(&lump), [0, 1, 0, 0, 0]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn money_that_went_back_waits_with_its_payment_and_is_reversed_by_a_person(mut floor: "2026-03-03") {
        let [maria, otto, _] = placed(&mut floor);
        let day = [
            Told { reference: "E2E-1", ..told(10_000, "B1", "Maria", "LF-100234") },
            told(6_000, "B2", "Otto", "LF-100235"),
            Told { reference: "E2E-1", reason: "AC04", ..told(-10_000, "B3", "Maria", "returned") },
            told(-6_000, "B4", "Otto", "your LF 100235"),
            Told { is_reversal: true, ..told(-77, "B5", "Somebody", "unknown") },
            told(-6_000, "B6", "Rent", "March"),
        ];
        assert_eq!(counts(&takes(&floor, 20_000, &day)), [2, 0, 0, 3, 1]);
        let back = waiting(&mut floor);
        assert_eq!(back.iter().map(|row| row.account).collect::<Vec<_>>(), [Some(maria.account), Some(otto.account), None]);
        assert_eq!(floor.balance(maria), "320.00", "until a person has looked");
        let posted = of_state(&mut floor, State::Posted).into_iter().find(|row| row.account == Some(maria.account)).unwrap();
        let says = takes_back(&mut floor, posted.id).unwrap_err().to_string();
        assert!(says.starts_with("its money went back, as the bank said"), "{says}");
        assert_eq!(takes_back(&mut floor, back[0].id).unwrap(), Back::Reversed(posted.payment.unwrap()));
        assert_eq!((floor.balance(maria).as_str(), waiting(&mut floor).len()), ("420.00", 2));
        assert_eq!(takes_back(&mut floor, back[0].id).unwrap_err().to_string(), "its payment is reversed already, because the money went back");
        let says = takes_back(&mut floor, back[2].id).unwrap_err().to_string();
        assert!(says.starts_with("payment is missing: the bank's words name none"), "{says}");
        sets_aside(&mut floor, back[2].id, "A correction of the bank").unwrap();
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_was_decided_is_taken_back_and_decided_again(mut floor: "2026-03-03") {
        let [maria, otto, _] = placed(&mut floor);
        takes(&floor, 0, &[told(5_000, "B1", "Somebody", "thanks"), told(12, "B2", "The bank", "interest")]);
        let rows = waiting(&mut floor);
        assert_eq!(sets_aside(&mut floor, rows[1].id, " ").unwrap_err().to_string(), "note is missing: say what it is, such as interest of the bank");
        sets_aside(&mut floor, rows[1].id, "Interest of the bank").unwrap();
        assert_eq!(of_state(&mut floor, State::SetAside)[0].note, "Interest of the bank");
        for _ in 0..2 {
            identifies(&mut floor, rows[0].id, maria).unwrap();
            assert_eq!((floor.balance(maria).as_str(), waiting(&mut floor).len()), ("370.00", 0));
            assert!(matches!(takes_back(&mut floor, rows[0].id), Ok(Back::WaitsAgain(_))));
            assert_eq!((floor.balance(maria).as_str(), waiting(&mut floor).len()), ("420.00", 1));
        }
        identifies(&mut floor, rows[0].id, otto).unwrap();
        assert_eq!(floor.balance(otto), "10.00");
        assert_eq!(floor.count("select count(*) from payments where state = 'posted'"), 1);
        assert_eq!(takes_back(&mut floor, rows[1].id).unwrap(), Back::NotAside);
        assert!(takes_back(&mut floor, rows[1].id).unwrap_err().to_string().contains("waits to be identified"));
        let acts = floor.count("select count(*) from audit_entries where chain = 'agency' and act like 'bank.%'");
        assert_eq!(acts, 9, "taken in two steps, then each decision");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_file_that_was_cut_off_goes_on_where_it_stood(mut floor: "2026-03-03") {
        let [maria, ..] = placed(&mut floor);
        let day: Vec<Told> = ["B1", "B2", "B3", "B4", "B5"].map(|reference| told(1_000, reference, "Maria", "LF-100234")).to_vec();
        let text = camt("053", 0, &day, "USD");
        let cut = take_text(&floor, &text, 2, |kept| kept < 2).unwrap();
        assert_eq!((counts(&cut), cut.is_stopped, cut.statements[0].bookings_taken), ([2, 0, 0, 0, 0], true, 2));
        assert_eq!(floor.failed_checks(), Vec::<String>::new(), "half a statement is whole as far as it goes");
        let rest = take_text(&floor, &text, 2, |_| true).unwrap();
        assert_eq!((counts(&rest), rest.is_stopped, rest.statements[0].bookings_taken), ([3, 2, 0, 0, 0], false, 5));
        assert_eq!((floor.balance(maria).as_str(), floor.count("select count(*) from payments")), ("370.00", 5));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        assert!(take_text(&floor, &text, 0, |_| true).is_err());
    }

    fn the_check_finds_what_was_altered_past_it(mut floor: "2026-03-03") {
        placed(&mut floor);
        takes(&floor, 700, &[told(1_000, "B1", "Maria", "LF-100234"), told(500, "B2", "", "?"), told(-20, "B3", "", "fee")]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        for (tamper, undo, says) in [
            ("update bank_entries set amount_minor = 1100 where amount_minor = 1000", "update bank_entries set amount_minor = 1000 where amount_minor = 1100", "is posted without a payment of its amount"),
            ("update bank_entries set amount_minor = 501 where amount_minor = 500", "update bank_entries set amount_minor = 500 where amount_minor = 501", "USD 14.80 came by statements and USD 14.81 is accounted for"),
            ("update bank_statements set closing_minor = closing_minor + 1", "update bank_statements set closing_minor = closing_minor - 1", "is not what its entries make"),
            ("update bank_statements set told_minor = told_minor + 1", "update bank_statements set told_minor = told_minor - 1", "is not what its entries make"),
        ] {
            floor.tamper(tamper, &[]);
            let failed = floor.failed_checks();
            assert!(failed.iter().any(|fault| fault.starts_with("bank statements whole: ") && fault.contains(says)), "{tamper}: {failed:?}");
            assert!(failed.iter().any(|fault| fault.starts_with("rows as their entries say: ") && fault.contains("was altered")), "{tamper}: {failed:?}");
            floor.tamper(undo, &[]);
            assert_eq!(floor.failed_checks(), Vec::<String>::new(), "{undo}");
        }
        for refused in [
            "update bank_entries set state = 'posted' where state = 'unidentified'",
            "update bank_entries set state = 'set_aside' where state = 'unidentified'",
            "update bank_entries set state = 'lost'",
            "update bank_entries set part = 0, mark = 'one'",
        ] {
            assert!(floor.is_refused(refused, &[]), "{refused}");
        }
    }
    fn the_back_office_takes_the_file_and_works_the_queue_on_screen(mut floor: "2026-03-03") {
        let [maria, ..] = placed(&mut floor);
        floor.user("Ada", Role::BackOffice);
        floor.user("Olaf", Role::Officer);
        let base = floor.serve();
        let day = [
            told(10_000, "B1", "Maria", "LF-100234"),
            told(9_000, "B2", "OTTER ANN", "thank &lt;you&gt;"),
            told(12, "B3", "The bank", "interest"),
            Told { reason: "AC04", ..told(-10_000, "B4", "Maria", "LF-100234 returned") },
        ];
        let text = camt("053", 500, &day, "USD");
        floor.runtime.block_on(async {
            let officer = client();
            sign_in(&officer, &base, "olaf@example.org").await;
            assert_eq!(officer.get(format!("{base}/bank")).send().await.unwrap().status(), StatusCode::FORBIDDEN);
            let browser = client();
            let csrf = sign_in(&browser, &base, "ada@example.org").await;
            let get = async |path: &str| browser.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
            assert!(get("/bank").await.contains("Nothing waits"));
            let gives = async |bytes: Vec<u8>, name: &str| {
                let file = reqwest::multipart::Part::bytes(bytes).file_name(name.to_string());
                let form = reqwest::multipart::Form::new().text("csrf", csrf.clone()).part("file", file);
                let answer = browser.post(format!("{base}/bank")).multipart(form).send().await.unwrap();
                (answer.status(), answer.text().await.unwrap())
            };
            let (status, page) = gives(b"%PDF-1.7".to_vec(), "march.pdf").await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("march.pdf is a PDF"), "{page}");
            let (status, page) = gives(Vec::new(), "").await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("choose the bank&#39;s file first"), "{page}");
            let (status, page) = gives(text.into_bytes(), "march.xml").await;
            assert!(status == StatusCode::OK && page.contains("The file is taken") && page.contains("1 · USD 100.00"), "{page}");
            assert!(page.contains("Waiting 3") && page.contains("•••• 3000") && !page.contains("DE8937"), "{page}");
            assert!(page.contains("thank &#60;you&#62;") && page.contains("Post on LF-100236"), "{page}");
            assert!(page.contains("the amount is all that is owed; the name is alike"), "{page}");
            let entry = |page: &str, near: &str| {
                let at = page.split("<article").find(|part| part.contains(near)).unwrap();
                format!("rct_{}", &at.split("/bank/rct_").nth(1).unwrap()[..32])
            };
            let posts = async |entry: &str, what: &str, fields: &[(&str, &str)]| {
                let form: Vec<(&str, &str)> = [&[("csrf", csrf.as_str())][..], fields].concat();
                let answer = browser.post(format!("{base}/bank/{entry}/{what}")).form(&form).send().await.unwrap();
                (answer.status(), answer.text().await.unwrap())
            };
            let (ann, interest, back) = (entry(&page, "OTTER ANN"), entry(&page, "interest"), entry(&page, "came back</span>"));
            for (entry, what, fields, says) in [
                (&ann, "identities", vec![("account", "LF-9")], "Account LF-9 is not here."),
                (&ann, "identities", vec![], "Account is missing"),
                (&interest, "asides", vec![("note", " ")], "The reason is missing"),
                (&back, "backs", vec![("on", "2026-04-01")], "The day is in the future."),
                (&back, "backs", vec![("on", "2026-03-01")], "must lie between the payment"),
            ] {
                let (status, page) = posts(entry, what, &fields).await;
                assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(says), "{says}: {page}");
            }
            for (entry, what, fields) in [
                (&ann, "identities", vec![("account", "LF-100236")]),
                (&interest, "asides", vec![("note", "Interest of the bank")]),
                (&back, "backs", vec![("on", "2026-03-02")]),
            ] {
                assert_eq!(posts(entry, what, &fields).await.0, StatusCode::SEE_OTHER, "{what}");
            }
            let (status, page) = posts(&ann, "identities", &[("account", "LF-100236")]).await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("it is posted already"), "{page}");
            let page = get("/bank?state=posted").await;
            assert!(page.contains("by Ada (back office)") && page.contains("Reverse it: the money waits again"), "{page}");
            assert_eq!(posts(&ann, "backs", &[("on", "2026-03-03")]).await.0, StatusCode::SEE_OTHER);
            let page = get("/bank?said=waits-again").await;
            assert!(page.contains("Waiting 1") && page.contains("Taken back; it waits again.") && page.contains("adds up"), "{page}");
            assert_eq!(posts("rct_00000000000000000000000000000000", "asides", &[("note", "x")]).await.0, StatusCode::NOT_FOUND);
        });
        assert_eq!(floor.balance(maria), "420.00");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}
