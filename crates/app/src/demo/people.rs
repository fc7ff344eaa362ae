//! Made-up people and firms, as a creditor's file would bring them.

use super::life::Dice;
use duly_domain::compliance::states::state;
use jiff::Span;
use jiff::civil::Date;
use std::fmt::Write;

/// One creditor of the sample agency and what it places.
pub struct Placer {
    /// Its name.
    pub name: &'static str,
    /// The mapping of its files.
    pub mapping: &'static str,
    /// The first letters of its references.
    pub prefix: &'static str,
    /// What its debts are for.
    pub descriptions: &'static [&'static str],
    /// Smallest and largest principal, in minor units.
    pub principal: (i64, i64),
    /// Whether its debtors are businesses.
    pub is_business: bool,
}

const MAPPING: &str = r#"
nothing = ["NA"]
debts = "KIND"
debtors = "DEBTORS"
[columns]
reference = "account"
name = "name"
language = "language"
street = "street"
city = "city"
state = "state"
zip = "zip"
mobile = "mobile"
home_phone = "home_phone"
work_phone = "work_phone"
email = "email"
description = "description"
principal = "principal"
interest = "interest"
fees = "fees"
itemized_on = "itemized_on"
due_on = "due_on"
"#;

/// The creditors of the sample agency.
pub const PLACERS: [Placer; 4] = [
    Placer {
        name: "Northmere Credit Union",
        mapping: "consumer",
        prefix: "NCU",
        descriptions: &["Credit card", "Personal loan", "Car loan"],
        principal: (30_000, 620_000),
        is_business: false,
    },
    Placer {
        name: "Tansy Street Clinic",
        mapping: "consumer",
        prefix: "TSC",
        descriptions: &["Emergency visit", "Imaging", "Outpatient surgery"],
        principal: (9_000, 240_000),
        is_business: false,
    },
    Placer {
        name: "Larkfield Supply",
        mapping: "business",
        prefix: "LFS",
        descriptions: &["Open invoices", "Equipment lease"],
        principal: (60_000, 2_400_000),
        is_business: true,
    },
    Placer {
        name: "City of Bellwether",
        mapping: "government",
        prefix: "BLW",
        descriptions: &["Parking fines", "Water charges"],
        principal: (4_500, 60_000),
        is_business: false,
    },
];

impl Placer {
    /// What the creditor calls the account of a line.
    pub fn reference(&self, number: u32) -> String {
        format!("{}-{number:07}", self.prefix)
    }

    /// The text of its mapping file.
    pub fn mapping_text(&self) -> String {
        MAPPING.replace("KIND", self.mapping).replace("DEBTORS", if self.is_business { "businesses" } else { "people" })
    }
}

const GIVEN: [&str; 24] = [
    "Marisol",
    "Bartholomew",
    "Ottoline",
    "Ignatius",
    "Kwabena",
    "Perpetua",
    "Casimir",
    "Željko",
    "Rosalind",
    "Anselm",
    "Thandiwe",
    "Leopold",
    "Maximiliana",
    "Ines",
    "Dashiell",
    "Beatrix",
    "Oluwaseun",
    "Katarzyna",
    "Hiro",
    "Saoirse",
    "Mateo",
    "Freya",
    "Amadou",
    "Lucinda",
];
const FAMILY: [&str; 24] = [
    "Quintanilla-Okonkwo",
    "Achterberg",
    "Vasquez-Mbeki",
    "Thorvaldsen",
    "Lindqvist",
    "Adeyemi-Strand",
    "Dunleavy",
    "Đurđević-Šarić",
    "Ekwueme",
    "Jørgensen-Pike",
    "Brockhurst",
    "Nakagawa-Reyes",
    "Featherstone",
    "Palumbo",
    "Osei",
    "Kowalczyk",
    "Marchetti",
    "Abernathy",
    "Delacroix",
    "Halloran",
    "Svensson",
    "Mwangi",
    "Castellanos",
    "Bright",
];
/// Names that a screen must bear.
const HARD: [&str; 3] =
    ["أمينة بنت يوسف الخطيب", "Maximiliana Guadalupe Fernández-Montemayor y Wolfeschlegelstein", "O'Brien-Ng \"Skip\" & Sons"];
const FIRMS: [&str; 12] = [
    "Harbour Glass Works",
    "Juniper & Pike Bakery",
    "Red Mesa Roofing",
    "Tidewater Print Shop",
    "Foxglove Nurseries",
    "Summit Bicycle Repair",
    "Copper Kettle Diner",
    "Alder Lane Dental Lab",
    "Meridian Freight",
    "Bluebird Day Care",
    "Stonebridge Masonry",
    "Willow Creek Vineyards",
];
/// City, state, ZIP, area code of land lines.
const CITIES: [(&str, &str, &str, &str); 12] = [
    ("Columbus", "OH", "43205", "614"),
    ("Tucson", "AZ", "85719", "520"),
    ("Chicago", "IL", "60618", "773"),
    ("Miami", "FL", "33125", "305"),
    ("Denver", "CO", "80205", "303"),
    ("Portland", "OR", "97202", "503"),
    ("Austin", "TX", "78704", "512"),
    ("Madison", "WI", "53703", "608"),
    ("Albuquerque", "NM", "87106", "505"),
    ("Atlanta", "GA", "30310", "404"),
    ("Sacramento", "CA", "95816", "916"),
    ("Honolulu", "HI", "96816", "808"),
];

/// Some consumers' debts are years old: on them the time to sue has run out, or soon will.
fn old_years(placer: &Placer, number: u32) -> i64 {
    if placer.mapping == "consumer" && number % 19 == 3 { 2 + i64::from(number / 19 % 6) } else { 0 }
}

/// The debts on which the time to sue ends some weeks after the sample does.
const NEARLY_BARRED: [u32; 6] = [2, 4, 7, 11, 12, 22];

/// The day of such a debt; none for the others.
fn nearly_barred(placer: &Placer, number: u32, placed_on: Date, code: &str) -> Option<Date> {
    let years = state(code)
        .and_then(|state| state.limitation.open_account)
        .filter(|_| placer.mapping == "consumer" && NEARLY_BARRED.contains(&number))?;
    // What was placed first is placed seventy days before the sample ends.
    let ends_on = placed_on.saturating_add(Span::new().days(75 + i64::from(number * 13 % 60)));
    Some(ends_on.saturating_sub(Span::new().years(years)))
}

/// Whom several creditors place on the first day: one person, who owes to each of them.
struct Same {
    name: &'static str,
    street: &'static str,
    mobile: &'static str,
    email: &'static str,
}

const SAME: Same =
    Same { name: "Delphine Okafor-Lindgren", street: "27 Alder Lane", mobile: "(614) 555-0158", email: "delphine@people.example" };

/// Whether a line may be that person's: of a debt that is neither years old nor about to be.
pub fn may_be_the_same(placer: &Placer, number: u32) -> bool {
    !placer.is_business && number % 19 != 3 && !NEARLY_BARRED.contains(&number) && !number.is_multiple_of(37)
}

/// The head of every file.
pub const HEAD: &str = "account,name,language,street,city,state,zip,mobile,home_phone,work_phone,email,description,principal,interest,fees,itemized_on,due_on\n";

/// One line of a creditor's file; of the person whom several place, where it is theirs. The dice fall the same way.
pub fn line(placer: &Placer, number: u32, placed_on: Date, is_the_same: bool, dice: &mut Dice) -> String {
    let name = match dice.of(40) {
        0 => HARD[dice.of(3)].to_string(),
        _ if placer.is_business => format!("{} {}", FIRMS[dice.of(FIRMS.len())], ["LLC", "Inc", "Co"][dice.of(3)]),
        _ => format!("{} {}", GIVEN[dice.of(GIVEN.len())], FAMILY[dice.of(FAMILY.len())]),
    };
    let (city, code, zip, area) = CITIES[dice.of(CITIES.len())];
    // Every fifth mobile number was taken along from another state: two clocks, and both must be open.
    let mobile_area = if dice.of(5) == 0 { CITIES[dice.of(CITIES.len())].3 } else { area };
    let phone = |area: &str, dice: &mut Dice| format!("({area}) 555-01{:02}", dice.of(100));
    let mobile = if dice.of(8) > 0 { phone(mobile_area, dice) } else { String::new() };
    let home = if dice.of(3) == 0 || mobile.is_empty() { phone(area, dice) } else { String::new() };
    let work = if dice.of(6) == 0 { phone(area, dice) } else { String::new() };
    // Now and then two creditors place the same person: their names and numbers show it.
    let twin = (number.is_multiple_of(37) && !placer.is_business).then_some(number / 37 / 2);
    let name = twin.map_or(name, |pair| format!("{} {}", GIVEN[pair as usize % GIVEN.len()], FAMILY[pair as usize * 7 % FAMILY.len()]));
    let mobile = twin.map_or(mobile, |pair| format!("(614) 555-01{:02}", 60 + pair % 40));
    let email = twin.map(|pair| format!("twin{pair}@people.example"));
    let email = if let Some(email) = email {
        email
    } else if dice.of(3) > 0 {
        format!("person{number}@{}.example", placer.prefix.to_lowercase())
    } else {
        String::new()
    };
    let (low, high) = placer.principal;
    let principal = low + dice.number(high - low);
    let interest = if placer.mapping == "consumer" { principal * (dice.number(18)) / 100 } else { 0 };
    let fees = if placer.mapping == "government" { 2_500 * dice.number(3) } else { dice.number(2) * 3_500 };
    let age = i64::try_from(dice.of(400)).unwrap_or(0) + 20;
    let due_on = nearly_barred(placer, number, placed_on, code)
        .unwrap_or_else(|| placed_on.saturating_sub(Span::new().years(old_years(placer, number)).days(age)));
    let amount = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
    let language = if dice.of(9) == 0 { "Spanish" } else { "" };
    let street = format!("{} Alder Lane", dice.of(900) + 10);
    let plain = (name, street, (city, code, zip), mobile, home, work, email, language);
    let (name, street, (city, code, zip), mobile, home, work, email, language) = match is_the_same {
        false => plain,
        true => {
            let [name, street, mobile, email] = [SAME.name, SAME.street, SAME.mobile, SAME.email].map(String::from);
            (name, street, (CITIES[0].0, CITIES[0].1, CITIES[0].2), mobile, String::new(), String::new(), email, "")
        }
    };
    let mut line = String::new();
    let quoted = name.replace('"', "\"\"");
    writeln!(
        line,
        "{},\"{quoted}\",{language},{street},{city},{code},{zip},{mobile},{home},{work},{email},{},{},{},{},{due_on},{due_on}",
        placer.reference(number),
        placer.descriptions[dice.of(placer.descriptions.len())],
        amount(principal),
        amount(interest),
        amount(fees),
    )
    .expect("writing to a string cannot fail");
    line
}
