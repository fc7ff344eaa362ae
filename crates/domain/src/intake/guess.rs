//! A mapping guessed from the heads and first rows of a file, each guess with its reason and how sure it is.
//!
//! Read [`guess`] first. A head proposes a field, the values agree or object. What is not recognized stays out, and nothing is
//! used before a person has seen it.

use super::mapping::{Column, Field, Mapping};
use super::shape::Shape;
use crate::accounts::{Bucket, DebtKind};
use crate::values::moment::DateForm;
use crate::values::money::{Currency, DecimalMark};

/// Rows that are looked at.
pub const ROWS: usize = 200;

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Nothing speaks against it.
    Low,
    /// Head or values say so.
    Medium,
    /// The head says so, and the values agree.
    High,
}

impl Confidence {
    /// The word on screens.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// One column that was recognized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guessed {
    /// The field it fills.
    pub field: Field,
    /// Its head.
    pub head: String,
    /// Why, as a sentence's end.
    pub because: String,
    /// How sure.
    pub confidence: Confidence,
}

/// A guessed mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The mapping.
    pub mapping: Mapping,
    /// The columns it names, each with its reason.
    pub columns: Vec<Guessed>,
    /// What a person must hear before using it.
    pub notices: Vec<String>,
}

/// Guesses a mapping from heads and the cells of the first rows ([`ROWS`] of them are enough).
pub fn guess(heads: &[String], samples: &[Vec<String>]) -> Guess {
    let shape = |at: usize| Shape::of(samples.iter().take(ROWS).map(move |row| row.get(at).cloned().unwrap_or_default()));
    let mut guessed: Vec<(Guessed, DateForm)> = Vec::new();
    let mut notices = Vec::new();
    // The best proposal for each field: a head that is the field's own word before one that only contains it.
    let mut proposals: Vec<(usize, Field, bool, usize)> = Vec::new();
    for (at, head) in heads.iter().enumerate() {
        if let Some((field, is_exact, rank)) = proposal(head) {
            proposals.push((at, field, is_exact, rank));
        }
    }
    proposals.sort_by_key(|(at, _, is_exact, rank)| (!*is_exact, *rank, *at));
    for (at, field, is_exact, _) in proposals {
        if guessed.iter().any(|(known, _)| known.field == field || known.head == heads[at]) {
            continue;
        }
        let shape = shape(at);
        let Some((agrees, form)) = agreement(field, &heads[at], &shape, &mut notices) else { continue };
        let confidence = match (is_exact, agrees.is_some()) {
            (true, true) => Confidence::High,
            (true, false) | (false, true) => Confidence::Medium,
            (false, false) => Confidence::Low,
        };
        let because = match agrees {
            Some(agrees) => format!("its head says so and {agrees}"),
            None => "its head says so".to_string(),
        };
        guessed.push((Guessed { field, head: heads[at].clone(), because, confidence }, form));
    }
    for (at, head) in heads.iter().enumerate().filter(|(_, head)| !head.is_empty()) {
        if let Some((field, because)) = by_values(&shape(at))
            && guessed.iter().all(|(known, _)| known.field != field && known.head != *head)
        {
            let found = Guessed { field, head: head.clone(), because: because.into(), confidence: Confidence::Medium };
            guessed.push((found, DateForm::Iso));
        }
    }
    find_reference(heads, &shape, &mut guessed, &mut notices);
    let amounts: Vec<Shape> = guessed
        .iter()
        .filter(|(known, _)| is_amount(known.field))
        .filter_map(|(known, _)| heads.iter().position(|head| *head == known.head).map(shape))
        .collect();
    let decimal = if amounts.iter().any(Shape::has_decimal_comma) { DecimalMark::Comma } else { DecimalMark::Point };
    if decimal == DecimalMark::Comma {
        notices.push("the amounts are read with a decimal comma".into());
    }
    let currency = amounts.iter().find_map(Shape::currency).unwrap_or(Currency::Usd);
    let column = |(known, dates): &(Guessed, DateForm)| Column {
        field: known.field,
        head: known.head.clone(),
        dates: *dates,
        is_required: known.field == Field::Reference,
    };
    let mapping = Mapping {
        columns: guessed.iter().map(column).collect(),
        currency,
        debts: DebtKind::Consumer,
        debtors_are_businesses: false,
        nothing: ["NA", "N/A", "NULL", "null"].map(String::from).to_vec(),
        decimal,
        country: "US".into(),
        phone_region: "US".into(),
        difference_is_reduction: false,
    };
    Guess { mapping, columns: guessed.into_iter().map(|(known, _)| known).collect(), notices }
}

fn is_amount(field: Field) -> bool {
    matches!(field, Field::Amount(_) | Field::Paid | Field::Reduced | Field::Balance)
}

/// Whether the values of a column can be the field: why they agree, or nothing where they do not tell; `None` where they object.
fn agreement(field: Field, head: &str, shape: &Shape, notices: &mut Vec<String>) -> Option<(Option<String>, DateForm)> {
    let plain = |agrees: Option<&str>| Some((agrees.map(String::from), DateForm::Iso));
    if shape.is_empty() {
        return plain(None);
    }
    let told = |is_so: bool, says: &'static str| if is_so { plain(Some(says)) } else { None };
    match field {
        Field::Email => told(shape.are_emails(), "its values are e-mail addresses"),
        Field::Mobile | Field::HomePhone | Field::WorkPhone => told(shape.may_be_phones(), "its values are as long as telephone numbers"),
        Field::State => plain(shape.are_states().then_some("its values are states")),
        Field::Zip => plain(shape.are_zips().then_some("its values are ZIP codes")),
        Field::Name | Field::GivenName | Field::FamilyName | Field::City => told(shape.are_names(), "its values are words"),
        Field::Street => told(!shape.are_emails(), "its values are no e-mail addresses"),
        Field::Reference if shape.is_unique() => plain(Some("each row has its own")),
        Field::Reference => plain(None),
        Field::DateOfBirth | Field::ItemizedOn | Field::DueOn | Field::ChargedOffOn => {
            let dates = shape.dates(head)?;
            notices.extend(dates.notice);
            Some((Some(dates.because), dates.form))
        }
        _ if is_amount(field) => {
            told(shape.are_amounts(DecimalMark::Point) || shape.are_amounts(DecimalMark::Comma), "its values are amounts")
        }
        _ => plain(None),
    }
}

/// What values alone say, under a head that says nothing.
fn by_values(shape: &Shape) -> Option<(Field, &'static str)> {
    if shape.are_emails() {
        Some((Field::Email, "its values are e-mail addresses"))
    } else if shape.dates("").is_none() && shape.are_phones() {
        Some((Field::Mobile, "its values are telephone numbers"))
    } else if shape.are_states() {
        Some((Field::State, "its values are states"))
    } else {
        None
    }
}

/// The number of the account, where no head is its own word: a column of which each row has its own value.
fn find_reference(heads: &[String], shape: &impl Fn(usize) -> Shape, guessed: &mut Vec<(Guessed, DateForm)>, notices: &mut Vec<String>) {
    let known = guessed.iter().find(|(known, _)| known.field == Field::Reference).map(|(known, _)| known.head.clone());
    if let Some(known) = known {
        if heads.iter().position(|head| *head == known).is_some_and(|at| !shape(at).is_empty() && !shape(at).is_unique()) {
            notices.push(format!("some rows have the same {known:?}, by which an account is known: name another column if there is one"));
        }
        return;
    }
    let is_number = |head: &str| words(head).iter().any(|word| NUMBERS.contains(&word.as_str()));
    let free = |at: &usize| guessed.iter().all(|(known, _)| known.head != heads[*at]);
    let candidates: Vec<usize> = (0..heads.len()).filter(free).filter(|at| is_number(&heads[*at])).collect();
    let Some(at) = candidates.into_iter().find(|at| {
        let shape = shape(*at);
        shape.is_unique() && shape.may_be_references()
    }) else {
        return;
    };
    let because = "its head says that it is a number, and each row has its own".to_string();
    let found = Guessed { field: Field::Reference, head: heads[at].clone(), because, confidence: Confidence::Medium };
    notices.push(format!("{:?} is taken as the number of the account, because each row has its own", heads[at]));
    guessed.push((found, DateForm::Iso));
}

/// The field a head proposes, whether it is the field's own word, and its place among the words.
fn proposal(head: &str) -> Option<(Field, bool, usize)> {
    let words = words(head);
    let plain = words.concat();
    for (field, known) in HEADS {
        if let Some(rank) = known.iter().position(|known| known.replace(' ', "") == plain) {
            return Some((*field, true, rank));
        }
    }
    // All words of a known head stand in this one: `cust_phone_number`. One word alone says too little.
    HEADS.iter().find_map(|(field, known)| {
        let rank =
            known.iter().position(|known| known.contains(' ') && known.split(' ').all(|word| words.iter().any(|own| own == word)))?;
        Some((*field, false, 100 + rank))
    })
}

/// The words of a head in lower case without accents: `custPhone_No` has three.
fn words(head: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in head.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        was_lower = c.is_lowercase() || c.is_numeric();
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            c.to_lowercase().for_each(|c| word.push_str(&unaccented(c)));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn unaccented(c: char) -> String {
    match c {
        'á' | 'à' | 'â' | 'ã' => "a".into(),
        'ä' => "ae".into(),
        'é' | 'è' | 'ê' | 'ë' => "e".into(),
        'í' | 'ì' | 'î' | 'ï' => "i".into(),
        'ó' | 'ò' | 'ô' | 'õ' => "o".into(),
        'ö' => "oe".into(),
        'ú' | 'ù' | 'û' => "u".into(),
        'ü' => "ue".into(),
        'ñ' => "n".into(),
        'ç' => "c".into(),
        'ß' => "ss".into(),
        c => c.to_string(),
    }
}

/// Words of heads that say "number of".
const NUMBERS: [&str; 14] =
    ["id", "no", "nr", "num", "number", "numero", "nummer", "ref", "reference", "key", "code", "docid", "serial", "matricule"];

/// The words of heads, in English, Spanish, German and French; the surest first.
const HEADS: &[(Field, &[&str])] = &[
    (
        Field::Reference,
        &[
            "reference",
            "account number",
            "account no",
            "account id",
            "account",
            "acct number",
            "acct no",
            "acct num",
            "acct nbr",
            "acct id",
            "acct",
            "loan number",
            "loan id",
            "loan no",
            "invoice number",
            "invoice no",
            "invoice id",
            "invoice",
            "summons number",
            "citation number",
            "case number",
            "claim number",
            "contract number",
            "contract id",
            "policy number",
            "debt id",
            "file number",
            "client reference",
            "creditor reference",
            "reference number",
            "ref no",
            "ref",
            "document number",
            "doc id",
            "doc no",
            "placement id",
            "original account number",
            "numero de cuenta",
            "cuenta",
            "numero cuenta",
            "referencia",
            "factura",
            "numero de factura",
            "no cuenta",
            "contrato",
            "kontonummer",
            "konto",
            "aktenzeichen",
            "rechnungsnummer",
            "rechnungsnr",
            "vertragsnummer",
            "vertragsnr",
            "forderungsnummer",
            "belegnummer",
            "referenz",
            "numero de compte",
            "compte",
            "numero de dossier",
            "dossier",
            "numero de facture",
            "facture",
            "numero contrat",
        ],
    ),
    (
        Field::GivenName,
        &[
            "given name",
            "first name",
            "firstname",
            "fname",
            "first",
            "forename",
            "nombre de pila",
            "vorname",
            "prenom",
            "debtor first name",
        ],
    ),
    (
        Field::FamilyName,
        &[
            "family name",
            "last name",
            "lastname",
            "lname",
            "surname",
            "last",
            "apellido",
            "apellidos",
            "nachname",
            "familienname",
            "nom de famille",
            "debtor last name",
        ],
    ),
    (
        Field::Name,
        &[
            "name",
            "full name",
            "debtor name",
            "debtor",
            "customer name",
            "name customer",
            "customer",
            "consumer name",
            "consumer",
            "client name",
            "borrower name",
            "borrower",
            "responsible party",
            "patient name",
            "company name",
            "company",
            "business name",
            "account name",
            "nombre",
            "nombre completo",
            "cliente",
            "deudor",
            "razon social",
            "schuldner",
            "kunde",
            "kundenname",
            "firma",
            "nom",
            "nom complet",
            "client",
            "debiteur",
            "raison sociale",
        ],
    ),
    (
        Field::DateOfBirth,
        &["date of birth", "dob", "birth date", "birthday", "fecha de nacimiento", "geburtsdatum", "date de naissance", "naissance"],
    ),
    (Field::Language, &["language", "lang", "preferred language", "idioma", "sprache", "langue"]),
    (Field::PersonType, &["person type", "debtor type", "customer type", "party type", "entity type"]),
    (
        Field::Email,
        &[
            "email",
            "e mail",
            "email address",
            "e mail address",
            "mail",
            "correo",
            "correo electronico",
            "email adresse",
            "courriel",
            "adresse email",
        ],
    ),
    (
        Field::WorkPhone,
        &[
            "work phone",
            "phone work",
            "business phone",
            "office phone",
            "work telephone",
            "telefono trabajo",
            "telefon geschaeftlich",
            "telephone travail",
        ],
    ),
    (Field::HomePhone, &["home phone", "phone home", "home telephone", "telefono casa", "telefon privat", "telephone domicile"]),
    (
        Field::Mobile,
        &[
            "mobile",
            "mobile phone",
            "cell phone",
            "cell",
            "phone",
            "phone number",
            "telephone",
            "telephone number",
            "tel",
            "phone 1",
            "primary phone",
            "contact number",
            "telefono",
            "movil",
            "celular",
            "telefon",
            "telefonnummer",
            "handy",
            "mobil",
            "portable",
            "numero de telephone",
        ],
    ),
    (
        Field::Street2,
        &[
            "street2",
            "address2",
            "address 2",
            "address line 2",
            "street 2",
            "apartment",
            "apt",
            "suite",
            "unit",
            "addr2",
            "direccion 2",
            "adresszusatz",
            "complement adresse",
        ],
    ),
    (
        Field::Street,
        &[
            "street",
            "address",
            "address1",
            "address 1",
            "address line 1",
            "street address",
            "mailing address",
            "addr",
            "addr1",
            "home address",
            "direccion",
            "calle",
            "domicilio",
            "strasse",
            "anschrift",
            "adresse",
            "rue",
        ],
    ),
    (Field::City, &["city", "town", "mailing city", "ciudad", "localidad", "stadt", "ort", "ville"]),
    (Field::State, &["state", "st", "state code", "mailing state", "province", "region", "estado", "provincia", "bundesland"]),
    (
        Field::Zip,
        &[
            "zip",
            "zip code",
            "zip5",
            "postcode",
            "postal code",
            "post code",
            "mailing zip",
            "codigo postal",
            "cp",
            "plz",
            "postleitzahl",
            "code postal",
        ],
    ),
    (Field::Country, &["country", "country code", "country name", "pais", "land", "pays"]),
    (
        Field::Balance,
        &[
            "balance",
            "amount due",
            "current balance",
            "balance due",
            "outstanding",
            "outstanding balance",
            "outstanding amount",
            "amount owed",
            "total due",
            "total balance",
            "total open amount",
            "open amount",
            "open balance",
            "invoice amount",
            "total amount",
            "amount outstanding",
            "amount",
            "total",
            "saldo",
            "saldo actual",
            "importe",
            "monto",
            "monto adeudado",
            "deuda",
            "offener betrag",
            "restbetrag",
            "betrag",
            "forderung",
            "saldo offen",
            "solde",
            "montant",
            "montant du",
            "reste du",
        ],
    ),
    (
        Field::Amount(Bucket::Principal),
        &[
            "principal",
            "principal amount",
            "original balance",
            "original amount",
            "loan amount",
            "fine amount",
            "principal balance",
            "charge off amount",
            "capital",
            "hauptforderung",
            "principal du",
        ],
    ),
    (Field::Amount(Bucket::Interest), &["interest", "interest amount", "accrued interest", "interes", "intereses", "zinsen", "interets"]),
    (
        Field::Amount(Bucket::Fees),
        &[
            "fees",
            "fee",
            "late fees",
            "late fee",
            "penalty",
            "penalty amount",
            "fee amount",
            "cargos",
            "comisiones",
            "recargos",
            "gebuehren",
            "mahngebuehren",
            "frais",
            "penalites",
        ],
    ),
    (Field::Amount(Bucket::Costs), &["costs", "court costs", "legal costs", "costas", "kosten", "depens"]),
    (Field::Currency, &["currency", "currency code", "invoice currency", "moneda", "waehrung", "devise"]),
    (
        Field::Paid,
        &[
            "paid",
            "payments",
            "amount paid",
            "paid amount",
            "total paid",
            "payment amount",
            "paid total",
            "pagado",
            "pagos",
            "bezahlt",
            "zahlungen",
            "paye",
            "paiements",
        ],
    ),
    (Field::Reduced, &["reduced", "reduction amount", "credits", "adjustments", "discount", "descuento", "nachlass", "remise"]),
    (
        Field::DueOn,
        &[
            "due date",
            "due on",
            "date due",
            "due in date",
            "delinquency date",
            "date of delinquency",
            "date of first delinquency",
            "dofd",
            "past due since",
            "fecha de vencimiento",
            "vencimiento",
            "faelligkeit",
            "faelligkeitsdatum",
            "faellig am",
            "echeance",
            "date echeance",
        ],
    ),
    (
        Field::ItemizedOn,
        &[
            "itemization date",
            "itemized on",
            "statement date",
            "last statement date",
            "invoice date",
            "issue date",
            "fecha de factura",
            "rechnungsdatum",
            "date de facture",
        ],
    ),
    (Field::ChargedOffOn, &["charge off date", "charged off on", "chargeoff date", "charged off date", "date charged off", "chg off date"]),
    (
        Field::Description,
        &[
            "description",
            "debt description",
            "purpose",
            "loan purpose",
            "service",
            "product",
            "violation",
            "memo",
            "descripcion",
            "concepto",
            "beschreibung",
            "verwendungszweck",
            "libelle",
        ],
    ),
    (Field::CreditorStatus, &["creditor status", "status", "account status", "loan status", "estatus", "situacion", "statut"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Guess {
        let mut lines = text.lines().map(|line| line.split('|').map(String::from).collect::<Vec<_>>());
        let heads = lines.next().unwrap();
        guess(&heads, &lines.collect::<Vec<_>>())
    }

    fn shown(guess: &Guess) -> Vec<String> {
        let mut shown: Vec<String> =
            guess.columns.iter().map(|c| format!("{} = {} ({})", c.field.name(), c.head, c.confidence.name())).collect();
        shown.sort();
        shown
    }

    #[test]
    fn heads_of_four_languages_are_known() {
        for (text, expected) in [
            (
                "Kontonummer|Nachname|PLZ|Betrag\n1|Meier|80331|12,50",
                vec!["balance = Betrag (high)", "family_name = Nachname (high)", "reference = Kontonummer (high)", "zip = PLZ (high)"],
            ),
            (
                "Número de cuenta|Teléfono|Dirección\nA1|614 555 0100|Calle 1",
                vec!["mobile = Teléfono (high)", "reference = Número de cuenta (high)", "street = Dirección (high)"],
            ),
            ("N° de dossier|Prénom|Échéance\n7|Zoé|31.12.2025", vec!["due_on = Échéance (high)", "given_name = Prénom (high)"]),
            (
                "acctNo|custPhoneNumber|EMAIL_ADDRESS\n1|6145550100|a@b.org",
                vec!["email = EMAIL_ADDRESS (high)", "mobile = custPhoneNumber (medium)", "reference = acctNo (high)"],
            ),
        ] {
            assert_eq!(shown(&of(text)), expected, "{text}");
        }
    }

    #[test]
    fn values_object_and_values_alone_tell() {
        // A state of the account is no state of the union, and an amount has figures.
        let guess = of("loan_id|balance|x1|x2|due date\nL-1|open|a@b.org|OH|31/01/2025\nL-2|shut|c@d.org|TX|01/02/2025");
        assert_eq!(shown(&guess), ["due_on = due date (high)", "email = x1 (medium)", "reference = loan_id (high)", "state = x2 (medium)"]);
        assert_eq!(guess.mapping.columns.iter().find(|c| c.field == Field::DueOn).unwrap().dates, DateForm::DayFirst);
        let guess = of("LoanNr_ChkDgt|Name\n1000014003|ABC HOBBYCRAFT\n1000024006|LANDMARK BAR");
        assert_eq!(shown(&guess)[1], "reference = LoanNr_ChkDgt (medium)");
        assert!(of("name|balance\nAnn|1.00").columns.iter().all(|c| c.field != Field::Reference));
    }

    #[test]
    fn the_form_of_dates_is_told_by_their_values_or_said_to_be_open() {
        for (values, form, notice) in [
            ("01/31/2025\n02/01/2025", DateForm::MonthFirst, false),
            ("31/01/2025\n01/02/2025", DateForm::DayFirst, false),
            ("01/02/2025\n03/04/2025", DateForm::MonthFirst, true),
            ("01.02.2025\n03.04.2025", DateForm::DayFirst, false),
            ("1/31/25\n2/1/25", DateForm::MonthFirstShort, true),
            ("2025-01-31", DateForm::Iso, false),
            ("20250131", DateForm::Compact, false),
            ("Mar-2018", DateForm::MonthYear, false),
            ("45678\n45700", DateForm::ExcelSerial, true),
        ] {
            let guess = of(&format!("due date\n{values}"));
            assert_eq!((guess.mapping.columns[0].dates, !guess.notices.is_empty()), (form, notice), "{values}");
        }
        assert!(of("due date\nsoon").columns.is_empty());
    }

    #[test]
    fn a_decimal_comma_and_a_currency_are_seen() {
        let guess = of("account|balance\n1|1.234,50 €\n2|7,00 €");
        assert_eq!((guess.mapping.decimal, guess.mapping.currency), (DecimalMark::Comma, Currency::Eur));
        assert_eq!(of("account|balance\n1|1,234.50\n2|7").mapping.decimal, DecimalMark::Point);
    }
}
