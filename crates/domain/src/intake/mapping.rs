//! A mapping: which column of a file is which field, and how the column writes it.

use crate::accounts::{Bucket, DebtKind};
use crate::values::moment::DateForm;
use crate::values::money::Currency;

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
    /// Street and number.
    Street,
    /// City.
    City,
    /// State code.
    State,
    /// ZIP code.
    Zip,
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
pub const FIELDS: [(Field, &str); 27] = [
    (Field::Reference, "reference"),
    (Field::Name, "name"),
    (Field::GivenName, "given_name"),
    (Field::FamilyName, "family_name"),
    (Field::DateOfBirth, "date_of_birth"),
    (Field::Language, "language"),
    (Field::Street, "street"),
    (Field::City, "city"),
    (Field::State, "state"),
    (Field::Zip, "zip"),
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
    /// Whether what the sum has over the balance was taken off by the creditor; otherwise it is a problem.
    pub difference_is_reduction: bool,
}

/// Guesses a mapping from the heads of a file; what is not recognized stays out. The guesses are shown before use.
pub fn guess(heads: &[String]) -> Mapping {
    let mut columns: Vec<Column> = Vec::new();
    for head in heads {
        let plain: String = head.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let Some(field) = GUESSES.iter().find(|(words, _)| words.contains(&plain.as_str())).map(|(_, field)| *field) else { continue };
        if columns.iter().all(|column| column.field != field) {
            columns.push(Column { field, head: head.clone(), dates: DateForm::Iso, is_required: field == Field::Reference });
        }
    }
    Mapping {
        columns,
        currency: Currency::Usd,
        debts: DebtKind::Consumer,
        debtors_are_businesses: false,
        nothing: vec!["NA".into(), "N/A".into(), "NULL".into()],
        difference_is_reduction: false,
    }
}

const GUESSES: [(&[&str], Field); 21] = [
    (
        &["reference", "account", "accountnumber", "accountno", "accountid", "acctno", "acct", "loannumber", "invoicenumber"],
        Field::Reference,
    ),
    (&["name", "fullname", "debtor", "debtorname", "customer", "customername", "consumer", "consumername"], Field::Name),
    (&["givenname", "firstname", "first"], Field::GivenName),
    (&["familyname", "lastname", "surname", "last"], Field::FamilyName),
    (&["dateofbirth", "dob", "birthdate"], Field::DateOfBirth),
    (&["language", "lang"], Field::Language),
    (&["street", "address", "address1", "addressline1"], Field::Street),
    (&["city", "town"], Field::City),
    (&["state", "st"], Field::State),
    (&["zip", "zipcode", "postcode", "postalcode"], Field::Zip),
    (&["mobile", "cell", "cellphone", "mobilephone", "phone", "telephone"], Field::Mobile),
    (&["homephone", "phonehome"], Field::HomePhone),
    (&["workphone", "phonework"], Field::WorkPhone),
    (&["email", "emailaddress", "mail"], Field::Email),
    (&["principal", "principalamount", "originalbalance"], Field::Amount(Bucket::Principal)),
    (&["interest", "interestamount"], Field::Amount(Bucket::Interest)),
    (&["fees", "fee", "latefees", "penalty"], Field::Amount(Bucket::Fees)),
    (&["paid", "payments", "paidtotal", "amountpaid"], Field::Paid),
    (&["balance", "amountdue", "currentbalance", "outstanding"], Field::Balance),
    (&["duedate", "dueon", "delinquencydate"], Field::DueOn),
    (&["itemizationdate", "itemizedon", "itemizationdate"], Field::ItemizedOn),
];
