//! One row: its cells read by the mapping, every problem at once.

use super::mapping::{Field, Mapping};
use crate::accounts::{Bucket, Itemization};
use crate::ledger::{AllocationOrder, Buckets, LedgerError, allocate};
use crate::values::moment::parse_date;
use crate::values::money::Money;
use crate::values::point::{EmailAddress, Phone, parse_zip};
use crate::values::region::{is_state, state_of_zip};
use jiff::civil::Date;

/// What is wrong with one cell, or with the row where no cell alone is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The head of the column.
    pub column: String,
    /// The cell as it stands.
    pub value: String,
    /// The end of the sentence "it …".
    pub says: String,
    /// Whether the row stays out; otherwise it loads with a gap.
    pub refuses: bool,
}

/// An account that a row describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// The creditor's number.
    pub reference: String,
    /// The debtor's name; none where the file has none.
    pub name: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// Language code.
    pub language: Option<String>,
    /// Street.
    pub street: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State code.
    pub state: Option<String>,
    /// ZIP code.
    pub zip: Option<String>,
    /// Telephone numbers with their kinds (`mobile`, `home`, `work`).
    pub phones: Vec<(&'static str, Phone)>,
    /// E-mail.
    pub email: Option<EmailAddress>,
    /// What the debt is for.
    pub description: Option<String>,
    /// The creditor's own status.
    pub creditor_status: Option<String>,
    /// The itemized amounts.
    pub itemization: Itemization,
    /// What is left, by bucket.
    pub owed: Buckets,
    /// The date of the itemization.
    pub itemized_on: Option<Date>,
    /// Since when it is unpaid.
    pub due_on: Option<Date>,
    /// The date of charge-off.
    pub charged_off_on: Option<Date>,
}

/// The mapping laid over the heads of a file: which cell holds which field.
#[derive(Clone, Debug)]
pub struct Layout<'m> {
    mapping: &'m Mapping,
    /// Column of the file for each column of the mapping.
    places: Vec<usize>,
    order: AllocationOrder,
}

impl<'m> Layout<'m> {
    /// Finds the mapping's columns among the heads; the error names every head that is missing.
    pub fn of(mapping: &'m Mapping, heads: &[String], order: AllocationOrder) -> Result<Layout<'m>, Vec<String>> {
        let place = |head: &str| heads.iter().position(|known| known.trim().eq_ignore_ascii_case(head.trim()));
        let missing: Vec<String> = mapping.columns.iter().filter(|column| place(&column.head).is_none()).map(|c| c.head.clone()).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let places = mapping.columns.iter().filter_map(|column| place(&column.head)).collect();
        Ok(Layout { mapping, places, order })
    }
}

/// Reads one row. Problems that do not refuse come back beside the account.
pub fn read<'c>(layout: &Layout<'_>, cell: impl Fn(usize) -> &'c str, today: Date) -> (Option<NewAccount>, Vec<Problem>) {
    let mut reading = Reading { layout, cell, today, problems: Vec::new() };
    let account = reading.account();
    let problems = reading.problems;
    let refused = problems.iter().any(|problem| problem.refuses);
    (account.filter(|_| !refused), problems)
}

struct Reading<'l, 'm, F> {
    layout: &'l Layout<'m>,
    cell: F,
    today: Date,
    problems: Vec<Problem>,
}

impl<'c, F: Fn(usize) -> &'c str> Reading<'_, '_, F> {
    /// The text of a field's cell, if the file has the column and the cell says something.
    fn text(&self, field: Field) -> Option<&'c str> {
        let at = self.layout.mapping.columns.iter().position(|column| column.field == field)?;
        let text = (self.cell)(self.layout.places[at]).trim();
        let is_nothing = text.is_empty() || self.layout.mapping.nothing.iter().any(|nothing| nothing == text);
        (!is_nothing).then_some(text)
    }

    fn problem(&mut self, field: Field, says: impl Into<String>, refuses: bool) {
        let at = self.layout.mapping.columns.iter().position(|column| column.field == field);
        let (column, value) = at.map_or_else(
            || (field.name().to_string(), String::new()),
            |at| (self.layout.mapping.columns[at].head.clone(), (self.cell)(self.layout.places[at]).to_string()),
        );
        let problem = Problem { column, value, says: says.into(), refuses };
        // Two fields may read one column; what is wrong with the cell is told once.
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn owned(&mut self, field: Field) -> Option<String> {
        let text = self.text(field)?;
        if text.chars().any(char::is_control) {
            self.problem(field, "holds a control character", true);
            return None;
        }
        Some(text.to_string())
    }

    /// Reads a cell by a function; what it refuses keeps the row out, or leaves a gap where the field can be done without.
    fn read<T>(&mut self, field: Field, refuses: bool, by: impl Fn(&str) -> Result<T, &'static str>) -> Option<T> {
        match by(self.text(field)?) {
            Ok(value) => Some(value),
            Err(says) => {
                self.problem(field, says, refuses);
                None
            }
        }
    }

    fn date(&mut self, field: Field) -> Option<Date> {
        let form = self.layout.mapping.columns.iter().find(|column| column.field == field)?.dates;
        let date = self.read(field, true, |text| parse_date(text, form))?;
        if date > self.today {
            self.problem(field, "is in the future", true);
            return None;
        }
        Some(date)
    }

    fn amount(&mut self, field: Field) -> Option<Money> {
        let currency = self.layout.mapping.currency;
        let text = self.text(field)?;
        match Money::parse(text, currency) {
            Ok(amount) if amount.minor() < 0 => {
                self.problem(field, "is below zero", true);
                None
            }
            Ok(amount) if amount.minor() > Money::LARGEST_MINOR => {
                self.problem(field, "is too large to be an amount of one debt", true);
                None
            }
            Ok(amount) => Some(amount),
            Err(error) => {
                self.problem(field, error.to_string(), true);
                None
            }
        }
    }

    fn account(&mut self) -> Option<NewAccount> {
        for (at, column) in self.layout.mapping.columns.iter().enumerate() {
            if column.is_required && self.text(column.field).is_none() {
                let value = (self.cell)(self.layout.places[at]).to_string();
                self.problems.push(Problem { column: column.head.clone(), value, says: "is empty and needed".into(), refuses: true });
            }
        }
        let reference = self.owned(Field::Reference);
        let name = self.name();
        let zip = self.read(Field::Zip, false, parse_zip);
        let state = self.state(zip.as_deref());
        let phones = [("mobile", Field::Mobile), ("home", Field::HomePhone), ("work", Field::WorkPhone)]
            .into_iter()
            .filter_map(|(kind, field)| self.read(field, false, Phone::parse).map(|phone| (kind, phone)))
            .collect();
        let email = self.read(Field::Email, false, EmailAddress::parse);
        let date_of_birth = self.date(Field::DateOfBirth);
        let (itemized_on, due_on, charged_off_on) = (self.date(Field::ItemizedOn), self.date(Field::DueOn), self.date(Field::ChargedOffOn));
        let (language, street, city) = (self.owned(Field::Language), self.owned(Field::Street), self.owned(Field::City));
        let (description, creditor_status) = (self.owned(Field::Description), self.owned(Field::CreditorStatus));
        let (itemization, owed) = self.money()?;
        Some(NewAccount {
            reference: reference?,
            name,
            date_of_birth,
            language,
            street,
            city,
            state,
            zip,
            phones,
            email,
            description,
            creditor_status,
            itemization,
            owed,
            itemized_on,
            due_on,
            charged_off_on,
        })
    }

    fn name(&mut self) -> Option<String> {
        let whole = self.owned(Field::Name);
        let parts = [self.owned(Field::GivenName), self.owned(Field::FamilyName)];
        whole.or_else(|| {
            let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            (!joined.is_empty()).then_some(joined)
        })
    }

    fn state(&mut self, zip: Option<&str>) -> Option<String> {
        let told = self.read(Field::State, false, |text| {
            let code = text.to_ascii_uppercase();
            if is_state(&code) { Ok(code) } else { Err("is not the code of a state") }
        });
        told.or_else(|| zip.and_then(state_of_zip).filter(|code| is_state(code)).map(String::from))
    }

    /// The itemized amounts, checked against the balance where the file gives one.
    fn money(&mut self) -> Option<(Itemization, Buckets)> {
        let zero = Money::of(0, self.layout.mapping.currency);
        let problems_before = self.problems.len();
        let mut owed: Vec<(Bucket, Money)> =
            Bucket::ALL.into_iter().filter_map(|bucket| self.amount(Field::Amount(bucket)).map(|amount| (bucket, amount))).collect();
        let paid = self.amount(Field::Paid).unwrap_or(zero);
        let told_reduced = self.amount(Field::Reduced).unwrap_or(zero);
        let balance = self.amount(Field::Balance);
        if self.problems.len() > problems_before {
            return None;
        }
        if owed.is_empty() {
            let Some(balance) = balance else {
                self.problem(Field::Balance, "is missing: the row names no amount", true);
                return None;
            };
            // Only what is left is known; it is principal as far as anybody can say, whatever was paid before.
            owed.push((Bucket::Principal, balance));
            return self.left(Itemization { owed, paid: zero, reduced: zero });
        }
        let mut itemization = Itemization { owed, paid, reduced: told_reduced };
        match (itemization.balance(), balance) {
            (Err(error), _) => self.problem(Field::Balance, error.to_string(), true),
            (Ok(sum), Some(balance)) if sum != balance => {
                let over = sum.minor() - balance.minor();
                if over > 0 && self.layout.mapping.difference_is_reduction {
                    itemization.reduced = Money::of(told_reduced.minor() + over, zero.currency());
                } else {
                    let off = Money::of(over.abs(), zero.currency());
                    self.problem(Field::Balance, format!("is off by {off}: the amounts add up to {sum}"), true);
                }
            }
            (Ok(sum), None) if sum.minor() < 0 => {
                self.problem(Field::Paid, format!("is more than was owed, by {}", Money::of(-sum.minor(), sum.currency())), true)
            }
            _ => {}
        }
        if self.problems.len() > problems_before { None } else { self.left(itemization) }
    }

    /// What is left of each bucket after what was paid and reduced, in the creditor's order.
    fn left(&mut self, itemization: Itemization) -> Option<(Itemization, Buckets)> {
        let gross = itemization
            .owed
            .iter()
            .fold(Buckets::none(self.layout.mapping.currency), |all, (bucket, amount)| all.with(*bucket, amount.minor()));
        let left = itemization.paid.plus(itemization.reduced).map_err(LedgerError::from).and_then(|off| {
            if off.minor() == 0 {
                return Ok(gross);
            }
            let parts = allocate(off, &gross, self.layout.order)?.parts;
            Ok(parts.into_iter().fold(gross, |left, (bucket, part)| left.with(bucket, left.get(bucket).minor() - part.minor())))
        });
        match left {
            Ok(left) => Some((itemization, left)),
            Err(error) => {
                self.problem(Field::Balance, error.to_string(), true);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::mapping::Column;
    use super::*;
    use crate::accounts::DebtKind;
    use crate::values::moment::DateForm;
    use crate::values::money::Currency;
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
        let cells = ["A-1", "", "", "", "100.00", "0", "10.00", "85.00", "2026-01-02"];
        assert_eq!(read_row(&mapping(false), cells).1, ["balance is off by USD 5.00: the amounts add up to USD 90.00"]);
        let (account, problems) = read_row(&mapping(true), cells);
        assert_eq!((account.unwrap().itemization.reduced, problems.len()), (Money::usd(500), 0));
        let missing = ["A-1", "", "", "", "100.00", "0", "10.00", "95.00", "2026-01-02"];
        assert_eq!(read_row(&mapping(true), missing).1, ["balance is off by USD 5.00: the amounts add up to USD 90.00"]);
    }
}
