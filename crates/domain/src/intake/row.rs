//! One row: its cells read by the mapping, every problem at once.

use super::mapping::{Field, Mapping};
use super::text::{control_in, control_in_lines, direction_in, invisible_in, visible};
use crate::accounts::{Bucket, Itemization};
use crate::ledger::{AllocationOrder, Buckets, LedgerError, allocate};
use crate::values::moment::parse_date;
use crate::values::money::{Currency, Money};
use crate::values::point::{EmailAddress, Phone, is_phone_region, parse_zip};
use crate::values::region::{is_state, state_code, state_of_zip};
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
    /// Whether the debtor is a business, where the row says.
    pub is_business: Option<bool>,
    /// Street.
    pub street: Option<String>,
    /// A second line of the address.
    pub street2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State code; none abroad.
    pub state: Option<String>,
    /// ZIP code; none abroad.
    pub zip: Option<String>,
    /// Region, postal code and country as written, of an address abroad.
    pub abroad: Option<Abroad>,
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

/// What an address abroad has in place of state and ZIP code; no rule reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Abroad {
    /// Region or province.
    pub region: Option<String>,
    /// Postal code.
    pub postcode: Option<String>,
    /// Country, by its code or name.
    pub country: String,
}

impl NewAccount {
    /// The address in one line; `None` where the row has none.
    pub fn address(&self) -> Option<String> {
        if self.street.is_none() && self.street2.is_none() && self.city.is_none() && self.zip.is_none() && self.abroad.is_none() {
            return None;
        }
        let abroad = self.abroad.as_ref();
        let lines = [
            self.street.as_deref(),
            self.street2.as_deref(),
            self.city.as_deref(),
            self.state.as_deref(),
            self.zip.as_deref(),
            abroad.and_then(|abroad| abroad.region.as_deref()),
            abroad.and_then(|abroad| abroad.postcode.as_deref()),
            abroad.map(|abroad| abroad.country.as_str()),
        ];
        Some(lines.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
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

/// Characters that a text of one line may have: what is found by it must fit into an index.
const LONGEST_LINE: usize = 500;

/// Characters that a description may have.
const LONGEST_TEXT: usize = 4_000;

/// Whether a text in the place of an account's number says that the row is a sum of the others.
fn is_total(text: &str) -> bool {
    let plain = text.trim_end_matches([':', '.', ' ']).to_lowercase();
    const WORDS: [&str; 16] = [
        "total",
        "totals",
        "grand total",
        "subtotal",
        "sub-total",
        "sum",
        "report total",
        "total amount",
        "gesamt",
        "summe",
        "gesamtsumme",
        "suma",
        "total general",
        "somme",
        "total général",
        "totaux",
    ];
    WORDS.contains(&plain.as_str())
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

    /// A text that is no longer than a field of its kind can be; longer ones come from a quote that is not closed.
    fn bounded(&mut self, field: Field) -> Option<&'c str> {
        let text = self.text(field)?;
        let most = if field == Field::Description { LONGEST_TEXT } else { LONGEST_LINE };
        if text.len() > most && text.chars().count() > most {
            let says = format!("has {} characters, more than the {most} that can be kept", text.chars().count());
            let at = self.layout.mapping.columns.iter().position(|column| column.field == field);
            let column = at.map_or_else(|| field.name().to_string(), |at| self.layout.mapping.columns[at].head.clone());
            let value = format!("{}…", text.chars().take(60).collect::<String>());
            self.problems.push(Problem { column, value, says, refuses: true });
            return None;
        }
        Some(text)
    }

    /// A text of one line; letters of every script stay, a control character keeps the row out.
    fn owned(&mut self, field: Field) -> Option<String> {
        let text = self.bounded(field)?;
        if let Some(control) = control_in(text) {
            self.problem(field, format!("holds {control}"), true);
            return None;
        }
        if let Some(direction) = direction_in(text) {
            self.problem(field, format!("holds {direction}; it was kept, look twice at what is shown"), false);
        }
        Some(text.to_string())
    }

    /// A text that may have several lines.
    fn lines(&mut self, field: Field) -> Option<String> {
        let text = self.bounded(field)?;
        if let Some(control) = control_in_lines(text) {
            self.problem(field, format!("holds {control}"), true);
            return None;
        }
        Some(text.to_string())
    }

    /// The creditor's number: with something in it that nobody sees, the account would not be known again.
    fn reference(&mut self) -> Option<String> {
        let text = self.owned(Field::Reference)?;
        if let Some(invisible) = invisible_in(&text) {
            self.problem(Field::Reference, format!("holds {invisible}, which nobody can see: take it out"), true);
            return None;
        }
        if is_total(&text) {
            self.problem(Field::Reference, "is the word of a total: a sum at the end of a file is no account", true);
            return None;
        }
        Some(text)
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
        let date = self.read(field, true, |text| parse_date(&visible(text), form))?;
        if date > self.today {
            self.problem(field, "is in the future", true);
            return None;
        }
        Some(date)
    }

    fn amount(&mut self, field: Field) -> Option<Money> {
        let currency = self.layout.mapping.currency;
        let text = visible(self.text(field)?);
        match Money::parse_marked(&text, currency, self.layout.mapping.decimal) {
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
        let reference = self.reference();
        let name = self.name();
        // Of a sum at the end it was told that it is no account.
        if name.is_none() && (reference.is_some() || self.text(Field::Reference).is_none()) {
            self.no_name();
        }
        let is_business = self.read(Field::PersonType, false, is_business);
        let abroad = self.abroad();
        let (zip, state) = if abroad.is_some() { (None, None) } else { self.zip_and_state() };
        let region = self.phone_region(abroad.as_ref());
        let phones = [("mobile", Field::Mobile), ("home", Field::HomePhone), ("work", Field::WorkPhone)]
            .into_iter()
            .filter_map(|(kind, field)| self.read(field, false, |text| Phone::parse_in(text, &region)).map(|phone| (kind, phone)))
            .collect();
        let email = self.read(Field::Email, false, EmailAddress::parse);
        let (itemized_on, due_on) = (self.date(Field::ItemizedOn), self.date(Field::DueOn));
        // A date that cannot stand where it does is told and left out: nobody should prove a debt by it.
        let date_of_birth = self.dated(Field::DateOfBirth, |born| due_on.is_none_or(|due| born < due), "is not before the debt was due");
        let charged_off_on =
            self.dated(Field::ChargedOffOn, |off| due_on.is_none_or(|due| off >= due), "is before the day since which it is unpaid");
        let (language, street, street2, city) =
            (self.owned(Field::Language), self.lines(Field::Street), self.lines(Field::Street2), self.owned(Field::City));
        let (description, creditor_status) = (self.lines(Field::Description), self.owned(Field::CreditorStatus));
        let (itemization, owed) = self.money()?;
        Some(NewAccount {
            reference: reference?,
            name,
            date_of_birth,
            language,
            is_business,
            street,
            street2,
            city,
            state,
            zip,
            abroad,
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

    /// A date that stands in order with the others; otherwise a gap.
    fn dated(&mut self, field: Field, is_in_order: impl Fn(Date) -> bool, says: &str) -> Option<Date> {
        let date = self.date(field)?;
        if !is_in_order(date) {
            self.problem(field, says, false);
        }
        Some(date).filter(|date| is_in_order(*date))
    }

    fn name(&mut self) -> Option<String> {
        let whole = self.owned(Field::Name);
        let parts = [self.owned(Field::GivenName), self.owned(Field::FamilyName)];
        whole.or_else(|| {
            let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            (!joined.is_empty()).then_some(joined)
        })
    }

    /// Nobody is named though a column is taken for names: a gap, unless the cell was told already.
    fn no_name(&mut self) {
        let columns = &self.layout.mapping.columns;
        let names = [Field::Name, Field::FamilyName, Field::GivenName];
        let Some(column) = names.into_iter().find_map(|field| columns.iter().find(|column| column.field == field)) else { return };
        let (field, is_told) = (column.field, self.problems.iter().any(|problem| problem.column == column.head));
        if !is_told {
            self.problem(field, "is empty: nobody is named", false);
        }
    }

    /// The ZIP code, and the state told or the one the ZIP code lies in.
    fn zip_and_state(&mut self) -> (Option<String>, Option<String>) {
        let zip = self.read(Field::Zip, false, parse_zip);
        let told = self.read(Field::State, false, |text| state_code(text).map(String::from).ok_or("is not the code of a state"));
        let state = told.or_else(|| zip.as_deref().and_then(state_of_zip).filter(|code| is_state(code)).map(String::from));
        (zip, state)
    }

    /// An address outside of the United States; its codes follow their own rules, so they are kept as they are.
    fn abroad(&mut self) -> Option<Abroad> {
        let told = self.owned(Field::Country);
        let country = told.clone().unwrap_or_else(|| self.layout.mapping.country.clone());
        if is_united_states(&country) {
            return None;
        }
        let (region, postcode) = (self.owned(Field::State), self.owned(Field::Zip));
        // Where the mapping alone names the country, a row without an address has none.
        let has_address =
            told.is_some() || [Field::Street, Field::City, Field::State, Field::Zip].iter().any(|field| self.text(*field).is_some());
        has_address.then_some(Abroad { region, postcode, country })
    }

    /// The region whose national numbers a row writes: its country's, where that is a code, or the mapping's.
    fn phone_region(&self, abroad: Option<&Abroad>) -> String {
        let country = abroad.map(|abroad| abroad.country.to_ascii_uppercase()).filter(|country| is_phone_region(country));
        country.unwrap_or_else(|| self.layout.mapping.phone_region.clone())
    }

    /// The itemized amounts, checked against the balance where the file gives one.
    fn money(&mut self) -> Option<(Itemization, Buckets)> {
        let zero = Money::of(0, self.layout.mapping.currency);
        let problems_before = self.problems.len();
        if let Some(told) = self.text(Field::Currency)
            && Currency::parse(told) != Some(zero.currency())
        {
            let says = format!("is not {}, the currency of the mapping: bring these rows with a mapping of theirs", zero.currency().code());
            self.problem(Field::Currency, says, true);
        }
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

/// Whether a text means the United States.
fn is_united_states(country: &str) -> bool {
    let plain: String = country.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    ["us", "usa", "unitedstates", "unitedstatesofamerica", "theunitedstates", "estadosunidos", "840", "eeuu"].contains(&plain.as_str())
}

/// A person or a business, as files call them.
fn is_business(text: &str) -> Result<bool, &'static str> {
    match text.to_lowercase().as_str() {
        "person" | "individual" | "consumer" | "p" | "i" | "natural person" | "private" => Ok(false),
        "business" | "company" | "commercial" | "corporation" | "organization" | "organisation" | "corp" | "llc" | "b" | "c" => Ok(true),
        _ => Err("is neither person nor business"),
    }
}

#[cfg(test)]
mod tests;
