//! Rows read and refused.

use super::super::mapping::Column;
use super::*;
use crate::accounts::DebtKind;
use crate::values::moment::DateForm;
use crate::values::money::DecimalMark;
use jiff::civil::date;

fn mapping(difference_is_reduction: bool) -> Mapping {
    let column = |head: &str| {
        let field = Field::parse(head).unwrap();
        Column { field, head: head.into(), dates: DateForm::Iso, is_required: matches!(field, Field::Reference | Field::ItemizedOn) }
    };
    Mapping {
        columns: ["reference", "name", "zip", "mobile", "principal", "fees", "paid", "balance", "itemized_on"].map(column).to_vec(),
        currency: Currency::Usd,
        debts: DebtKind::Consumer,
        debtors_are_businesses: false,
        nothing: vec!["NA".into()],
        decimal: DecimalMark::Point,
        country: "US".into(),
        phone_region: "US".into(),
        difference_is_reduction,
    }
}

fn read_row(mapping: &Mapping, cells: [&str; 9]) -> (Option<NewAccount>, Vec<String>) {
    let heads: Vec<String> = mapping.columns.iter().map(|column| column.head.clone()).collect();
    let layout = Layout::of(mapping, &heads, AllocationOrder::default()).unwrap();
    let (account, problems) = read(&layout, |at| cells[at], date(2026, 3, 3));
    (account, problems.into_iter().map(|p| format!("{} {}{}", p.column, p.says, if p.refuses { "" } else { " (gap)" })).collect())
}

#[test]
fn a_good_row_becomes_an_account() {
    let (account, problems) =
        read_row(&mapping(false), ["A-1", "Ann Otter", "43205", "614 555 0100", "100.00", "20", "30.00", "90", "2026-01-02"]);
    let account = account.unwrap();
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(account.state.as_deref(), Some("OH"));
    // What was paid took the fees first.
    assert_eq!((account.owed.get(Bucket::Fees), account.owed.get(Bucket::Principal)), (Money::usd(0), Money::usd(9_000)));
}

#[test]
fn nobody_named_is_a_gap_told_once() {
    let row = |name: &str| read_row(&mapping(false), ["A-1", name, "43205", "", "100.00", "20", "30.00", "90", "2026-01-02"]);
    for nobody in ["", "  ", "NA"] {
        let (account, problems) = row(nobody);
        assert!(account.is_some_and(|account| account.name.is_none()));
        assert_eq!(problems, ["name is empty: nobody is named (gap)"], "{nobody:?}");
    }
    let (_, problems) = row("A\u{7}n");
    assert_eq!(problems.len(), 1, "what is wrong with the cell is told already: {problems:?}");
    // Where only parts of a name are mapped, either will do.
    let mut parts = mapping(false);
    parts.columns[1].field = Field::GivenName;
    parts.columns[3].field = Field::FamilyName;
    let named =
        |given: &str, family: &str| read_row(&parts, ["A-1", given, "43205", family, "100.00", "20", "30.00", "90", "2026-01-02"]).1;
    assert_eq!(named("", "Otter"), Vec::<String>::new());
    assert_eq!(named("", ""), ["mobile is empty: nobody is named (gap)"]);
}

#[test]
fn every_problem_of_a_row_is_told_at_once() {
    let (account, problems) = read_row(&mapping(false), ["", "Ann", "nowhere", "555-0188", "ten", "-3", "NA", "90", "2063-10-08"]);
    assert!(account.is_none());
    assert_eq!(
        problems,
        [
            "reference is empty and needed",
            "zip is not a ZIP code (gap)",
            "mobile has no area code (gap)",
            "itemized_on is in the future",
            "principal is not an amount such as 1234.50",
            "fees is below zero",
        ]
    );
}

#[test]
fn a_balance_that_does_not_add_up_is_refused_unless_the_creditor_reduces() {
    let cells = ["A-1", "Ann", "", "", "100.00", "0", "10.00", "85.00", "2026-01-02"];
    assert_eq!(read_row(&mapping(false), cells).1, ["balance is off by USD 5.00: the amounts add up to USD 90.00"]);
    let (account, problems) = read_row(&mapping(true), cells);
    assert_eq!((account.unwrap().itemization.reduced, problems.len()), (Money::usd(500), 0));
    let missing = ["A-1", "Ann", "", "", "100.00", "0", "10.00", "95.00", "2026-01-02"];
    assert_eq!(read_row(&mapping(true), missing).1, ["balance is off by USD 5.00: the amounts add up to USD 90.00"]);
}

/// Reads one row of the columns named.
fn read_columns(columns: &[(&str, &str)], alter: impl Fn(&mut Mapping)) -> (Option<NewAccount>, Vec<String>) {
    let mut mapping = mapping(false);
    let column = |(head, _): &(&str, &str)| {
        let field = Field::parse(head).unwrap();
        Column { field, head: (*head).into(), dates: DateForm::Iso, is_required: false }
    };
    mapping.columns = columns.iter().map(column).collect();
    alter(&mut mapping);
    let heads: Vec<String> = columns.iter().map(|(head, _)| head.to_string()).collect();
    let layout = Layout::of(&mapping, &heads, AllocationOrder::default()).unwrap();
    let (account, problems) = read(&layout, |at| columns[at].1, date(2026, 3, 3));
    (account, problems.into_iter().map(|p| format!("{} {}{}", p.column, p.says, if p.refuses { "" } else { " (gap)" })).collect())
}

#[test]
fn addresses_abroad_keep_their_own_codes() {
    let row = [
        ("reference", "A-1"),
        ("street", "17 Rue du Médecin-Colonel Calbairac"),
        ("city", "Toulouse"),
        ("state", "Midi-Pyrénées"),
        ("zip", "31000"),
        ("country", "FR"),
        ("mobile", "06 12 34 56 78"),
        ("person_type", "Company"),
        ("balance", "10.00"),
    ];
    let (account, problems) = read_columns(&row, |_| {});
    let account = account.unwrap();
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!((account.zip.as_deref(), account.state.as_deref(), account.is_business), (None, None, Some(true)));
    assert_eq!(account.address().unwrap(), "17 Rue du Médecin-Colonel Calbairac, Toulouse, Midi-Pyrénées, 31000, FR");
    assert_eq!(account.phones[0].1.e164(), "+33612345678");
    // The mapping may name the country of all rows, and a row may have no address at all.
    let (account, problems) = read_columns(&[("reference", "A-1"), ("zip", "SW1A 1AA"), ("balance", "1")], |m| m.country = "GB".into());
    assert_eq!((account.unwrap().address().unwrap().as_str(), problems.len()), ("SW1A 1AA, GB", 0));
    let (account, _) = read_columns(&[("reference", "A-1"), ("state", "Ohio"), ("balance", "1")], |_| {});
    assert_eq!(account.unwrap().state.as_deref(), Some("OH"));
}

#[test]
fn what_nobody_sees_is_told_and_names_keep_their_letters() {
    for (name, kept) in [
        ("王小明", true),
        ("Suzanne O’Brien-Nuñez", true),
        ("می\u{200c}خواهم", true),
        ("Madonna", true),
        ("Ann\0", false),
        ("Ann\tLee", false),
    ] {
        let (account, problems) = read_columns(&[("reference", "A-1"), ("name", name), ("balance", "1")], |_| {});
        assert_eq!(account.map(|account| account.name), kept.then(|| Some(name.to_string())), "{problems:?}");
    }
    let (_, problems) = read_columns(&[("reference", "A-\u{200b}1"), ("name", "Ann\0"), ("balance", "1\u{200e}")], |_| {});
    assert_eq!(
        problems,
        ["reference holds a space of no width (U+200B), which nobody can see: take it out", "name holds a NUL character (U+0000)"]
    );
    let (account, _) = read_columns(&[("reference", "A-1"), ("description", "two\nlines"), ("balance", "1")], |_| {});
    assert_eq!(account.unwrap().description.as_deref(), Some("two\nlines"));
    let (_, problems) =
        read_columns(&[("reference", "A-1"), ("name", "\u{202e}nnA"), ("balance", "1.234,50")], |m| m.decimal = DecimalMark::Comma);
    assert_eq!(
        problems,
        ["name holds a mark that turns the direction of writing (U+202E); it was kept, look twice at what is shown (gap)"]
    );
}

#[test]
fn dates_out_of_order_are_told_and_left_out() {
    let column = |head: &str| Column { field: Field::parse(head).unwrap(), head: head.into(), dates: DateForm::Iso, is_required: false };
    let columns = ["reference", "balance", "due_on", "charged_off_on", "date_of_birth"].map(column).to_vec();
    let mapping = Mapping { columns, ..mapping(false) };
    let heads: Vec<String> = mapping.columns.iter().map(|column| column.head.clone()).collect();
    let layout = Layout::of(&mapping, &heads, AllocationOrder::default()).unwrap();
    for (cells, off, born, told) in [
        (["A", "1", "2025-06-01", "2025-12-01", "1980-01-01"], true, true, 0),
        (["A", "1", "2025-06-01", "2025-05-31", "1980-01-01"], false, true, 1),
        (["A", "1", "2025-06-01", "2025-06-01", "2025-06-01"], true, false, 1),
        (["A", "1", "", "2025-05-31", "1980-01-01"], true, true, 0),
    ] {
        let (account, problems) = read(&layout, |at| cells[at], date(2026, 3, 3));
        let account = account.unwrap();
        let kept = (account.charged_off_on.is_some(), account.date_of_birth.is_some(), problems.len());
        assert_eq!(kept, (off, born, told), "{cells:?}: {problems:?}");
    }
}

#[test]
fn a_sum_at_the_end_and_a_text_without_an_end_are_no_accounts() {
    let long = "x".repeat(501);
    for (cells, says) in [
        (
            ["Total:", "", "", "", "300.00", "", "", "", "2026-01-02"],
            "reference is the word of a total: a sum at the end of a file is no account",
        ),
        (
            ["GESAMT", "", "", "", "300.00", "", "", "", "2026-01-02"],
            "reference is the word of a total: a sum at the end of a file is no account",
        ),
        (["A-1", &long, "", "", "300.00", "", "", "", "2026-01-02"], "name has 501 characters, more than the 500 that can be kept"),
    ] {
        let (account, problems) = read_row(&mapping(false), cells);
        assert_eq!((account.is_none(), problems), (true, vec![says.to_string()]));
    }
    let (account, _) = read_row(&mapping(false), ["TOTAL-7", "Total Care", "", "", "300.00", "", "", "", "2026-01-02"]);
    assert!(account.is_some());
}
