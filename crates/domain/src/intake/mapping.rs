//! A mapping: which column of a file is which field, and how the column writes it.

use crate::accounts::{Bucket, DebtKind};
use crate::values::moment::DateForm;
use crate::values::money::{Currency, DecimalMark};

pub use super::guess::{Confidence, Guess, Guessed, guess};

/// A field of an account that a column can fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The creditor's own number of the account; needed, and what makes a row known.
    Reference,
    /// Full name of a person or business.
    Name,
    /// Given name, where the file has two columns.
    GivenName,
    /// Family name, where the file has two columns.
    FamilyName,
    /// Date of birth.
    DateOfBirth,
    /// Preferred language, as a code.
    Language,
    /// Whether the debtor is a person or a business.
    PersonType,
    /// Street and number.
    Street,
    /// A second line of the address: apartment, building, care of.
    Street2,
    /// City.
    City,
    /// State, by its code or name; a region or province abroad.
    State,
    /// ZIP code; a postal code abroad.
    Zip,
    /// Country, by its code or name.
    Country,
    /// A mobile number.
    Mobile,
    /// A home number.
    HomePhone,
    /// A work number.
    WorkPhone,
    /// E-mail address.
    Email,
    /// What the debt is for.
    Description,
    /// A gross amount of a bucket.
    Amount(Bucket),
    /// Paid before placement.
    Paid,
    /// Taken off before placement, other than by payment.
    Reduced,
    /// What is left; checked against the sum.
    Balance,
    /// The currency of the row, which must be the mapping's.
    Currency,
    /// The date of the itemization.
    ItemizedOn,
    /// Since when it is unpaid.
    DueOn,
    /// The date of charge-off.
    ChargedOffOn,
    /// The creditor's own status.
    CreditorStatus,
}

/// Every field with the name it has in mapping files and on screens.
pub const FIELDS: [(Field, &str); 31] = [
    (Field::Reference, "reference"),
    (Field::Name, "name"),
    (Field::GivenName, "given_name"),
    (Field::FamilyName, "family_name"),
    (Field::DateOfBirth, "date_of_birth"),
    (Field::Language, "language"),
    (Field::PersonType, "person_type"),
    (Field::Street, "street"),
    (Field::Street2, "street2"),
    (Field::City, "city"),
    (Field::State, "state"),
    (Field::Zip, "zip"),
    (Field::Country, "country"),
    (Field::Mobile, "mobile"),
    (Field::HomePhone, "home_phone"),
    (Field::WorkPhone, "work_phone"),
    (Field::Email, "email"),
    (Field::Description, "description"),
    (Field::Amount(Bucket::Principal), "principal"),
    (Field::Amount(Bucket::Interest), "interest"),
    (Field::Amount(Bucket::Fees), "fees"),
    (Field::Amount(Bucket::Costs), "costs"),
    (Field::Amount(Bucket::Other), "other"),
    (Field::Paid, "paid"),
    (Field::Reduced, "reduced"),
    (Field::Balance, "balance"),
    (Field::Currency, "currency"),
    (Field::ItemizedOn, "itemized_on"),
    (Field::DueOn, "due_on"),
    (Field::ChargedOffOn, "charged_off_on"),
    (Field::CreditorStatus, "creditor_status"),
];

impl Field {
    /// Finds a field by its name.
    pub fn parse(name: &str) -> Option<Field> {
        FIELDS.iter().find(|(_, known)| *known == name).map(|(field, _)| *field)
    }

    /// Whether its cells are dates.
    pub fn is_date(self) -> bool {
        matches!(self, Field::DateOfBirth | Field::ItemizedOn | Field::DueOn | Field::ChargedOffOn)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        FIELDS.iter().find(|(field, _)| *field == self).map_or("", |(_, name)| name)
    }
}

/// One matched column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The field it fills.
    pub field: Field,
    /// Its head in the file.
    pub head: String,
    /// How it writes dates, where it holds any.
    pub dates: DateForm,
    /// Whether an empty cell is a problem.
    pub is_required: bool,
}

/// A whole mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The matched columns.
    pub columns: Vec<Column>,
    /// The currency of every amount.
    pub currency: Currency,
    /// What kind of debts they are.
    pub debts: DebtKind,
    /// Whether the debtors are businesses.
    pub debtors_are_businesses: bool,
    /// Cells that mean "nothing", such as `NA`.
    pub nothing: Vec<String>,
    /// What stands before the decimals of amounts.
    pub decimal: DecimalMark,
    /// The country of addresses whose row names none, as a code of two letters.
    pub country: String,
    /// The region of telephone numbers without their country, as a code of two letters.
    pub phone_region: String,
    /// Whether what the sum has over the balance was taken off by the creditor; otherwise it is a problem.
    pub difference_is_reduction: bool,
}
