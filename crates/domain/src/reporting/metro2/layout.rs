//! The records and segments of Metro 2: one table of fields for each. Reading and writing follow them.
//!
//! A packed record has the same fields in fewer bytes: [`packed_width`] says how many each takes.

use crate::values::fixed::{Field, Kind, Layout, field, layouts};
use Kind::{Guarded, GuardedNumber, Is, MmDdYyyy, MmDdYyyyTime, NumberOrBlank, OneOf, Reserved, Text};

/// States an account can be reported in.
pub const STATUSES: [&str; 25] = [
    "05", "11", "13", "61", "62", "63", "64", "65", "71", "78", "80", "82", "83", "84", "88", "89", "93", "94", "95", "96", "97", "DA",
    "DF", "DE", "DM",
];

/// A number of the trailer.
const fn count(name: &'static str) -> Field {
    field(name, 9, NumberOrBlank)
}

layouts! {
    /// Opens a file.
    HEADER, "header": [
        field("record length", 4, Text), field("record", 6, Is("HEADER")), field("cycle", 2, Text), field("innovis program", 10, Text),
        field("equifax program", 10, Text), field("experian program", 5, Text), field("transunion program", 10, Text),
        field("activity date", 8, MmDdYyyy), field("created on", 8, MmDdYyyy), field("program date", 8, MmDdYyyy),
        field("program revised on", 8, MmDdYyyy), field("reporter", 40, Text), field("reporter address", 96, Text),
        field("reporter telephone", 10, NumberOrBlank), field("software vendor", 40, Text), field("software version", 5, Text),
        field("prbc program", 10, Text), field("reserved", 146, Reserved),
    ];
    /// An account and its consumer.
    BASE, "base": [
        field("record length", 4, Text), field("processing indicator", 1, OneOf(&["1"])), field("time stamp", 14, MmDdYyyyTime),
        field("correction indicator", 1, OneOf(&["0", "1"])), field("identification number", 20, Text), field("cycle", 2, Text),
        field("account number", 30, Guarded), field("portfolio type", 1, OneOf(&["C", "I", "M", "O", "R"])), field("account type", 2, Text),
        field("opened on", 8, MmDdYyyy), field("credit limit", 9, NumberOrBlank), field("highest credit", 9, NumberOrBlank),
        field("terms duration", 3, Text),
        field("terms frequency", 1, OneOf(&["D", "P", "W", "B", "E", "M", "L", "Q", "T", "S", "Y"])),
        field("scheduled payment", 9, NumberOrBlank), field("actual payment", 9, NumberOrBlank), field("account status", 2, OneOf(&STATUSES)),
        field("payment rating", 1, OneOf(&["0", "1", "2", "3", "4", "5", "6", "G", "L"])), field("payment history", 24, Text),
        field("special comment", 2, Text), field("compliance condition", 2, Text), field("current balance", 9, NumberOrBlank),
        field("amount past due", 9, NumberOrBlank), field("original charge-off", 9, NumberOrBlank), field("account information on", 8, MmDdYyyy),
        field("first delinquency on", 8, MmDdYyyy), field("closed on", 8, MmDdYyyy), field("last payment on", 8, MmDdYyyy),
        field("interest type", 1, OneOf(&["F", "V"])), field("reserved", 16, Reserved),
        field("consumer transaction type", 1, Text), field("surname", 25, Text), field("first name", 20, Text), field("middle name", 20, Text),
        field("generation", 1, Text), field("social security number", 9, GuardedNumber), field("born on", 8, MmDdYyyy),
        field("telephone", 10, GuardedNumber), field("ecoa", 1, OneOf(&["1", "2", "3", "5", "7", "T", "W", "X", "Z"])),
        field("consumer information", 2, Text), field("country", 2, Text), field("address", 32, Text), field("second address", 32, Text),
        field("city", 20, Text), field("state", 2, Text), field("postal code", 9, Text),
        field("address indicator", 1, OneOf(&["C", "Y", "N", "M", "S", "B", "U", "D", "P"])), field("residence", 1, OneOf(&["O", "R"])),
    ];
    /// Another consumer at the same address.
    J1, "J1": [
        field("segment", 2, Is("J1")), field("consumer transaction type", 1, Text), field("surname", 25, Text), field("first name", 20, Text),
        field("middle name", 20, Text), field("generation", 1, Text), field("social security number", 9, GuardedNumber),
        field("born on", 8, MmDdYyyy), field("telephone", 10, GuardedNumber), field("ecoa", 1, OneOf(&["1", "2", "3", "5", "7", "T", "W", "X", "Z"])),
        field("consumer information", 2, Text), field("reserved", 1, Reserved),
    ];
    /// Another consumer at another address.
    J2, "J2": [
        field("segment", 2, Is("J2")), field("consumer transaction type", 1, Text), field("surname", 25, Text), field("first name", 20, Text),
        field("middle name", 20, Text), field("generation", 1, Text), field("social security number", 9, GuardedNumber),
        field("born on", 8, MmDdYyyy), field("telephone", 10, GuardedNumber), field("ecoa", 1, OneOf(&["1", "2", "3", "5", "7", "T", "W", "X", "Z"])),
        field("consumer information", 2, Text), field("country", 2, Text), field("address", 32, Text), field("second address", 32, Text),
        field("city", 20, Text), field("state", 2, Text), field("postal code", 9, Text), field("address indicator", 1, Text),
        field("residence", 1, Text), field("reserved", 2, Reserved),
    ];
    /// Who the debt was owed to first.
    K1, "K1": [
        field("segment", 2, Is("K1")), field("original creditor", 30, Text), field("creditor classification", 2, NumberOrBlank),
    ];
    /// From whom it was bought or to whom it was sold.
    K2, "K2": [
        field("segment", 2, Is("K2")), field("purchased indicator", 1, OneOf(&["1", "2", "9"])), field("other party", 30, Text),
        field("reserved", 1, Reserved),
    ];
    /// A mortgage.
    K3, "K3": [
        field("segment", 2, Is("K3")), field("agency", 2, NumberOrBlank), field("agency account", 18, Text), field("mortgage number", 18, Text),
    ];
    /// A payment deferred, or one large one at the end.
    K4, "K4": [
        field("segment", 2, Is("K4")), field("specialized payment", 2, OneOf(&["01", "02"])), field("deferred until", 8, MmDdYyyy),
        field("balloon due on", 8, MmDdYyyy), field("balloon", 9, NumberOrBlank), field("reserved", 1, Reserved),
    ];
    /// A new number.
    L1, "L1": [
        field("segment", 2, Is("L1")), field("change indicator", 1, OneOf(&["1", "2", "3"])), field("new account number", 30, Guarded),
        field("new identification number", 20, Text), field("reserved", 1, Reserved),
    ];
    /// An employer.
    N1, "N1": [
        field("segment", 2, Is("N1")), field("employer", 30, Text), field("address", 32, Text), field("second address", 32, Text),
        field("city", 20, Text), field("state", 2, Text), field("postal code", 9, Text), field("occupation", 18, Text),
        field("reserved", 1, Reserved),
    ];
    /// Closes a file with what it holds.
    TRAILER, "trailer": [
        field("record length", 4, Text), field("record", 7, Is("TRAILER")), count("base records"), field("reserved", 9, Reserved),
        count("status DF"), count("J1 segments"), count("J2 segments"), count("blocks"), count("status DA"), count("status 05"),
        count("status 11"), count("status 13"), count("status 61"), count("status 62"), count("status 63"), count("status 64"),
        count("status 65"), count("status 71"), count("status 78"), count("status 80"), count("status 82"), count("status 83"),
        count("status 84"), count("status 88"), count("status 89"), count("status 93"), count("status 94"), count("status 95"),
        count("status 96"), count("status 97"), count("ecoa Z"), count("N1 segments"), count("K1 segments"), count("K2 segments"),
        count("K3 segments"), count("K4 segments"), count("L1 segments"), count("social security numbers"),
        count("social security numbers, base"), count("social security numbers, J1"), count("social security numbers, J2"),
        count("dates of birth"), count("dates of birth, base"), count("dates of birth, J1"), count("dates of birth, J2"),
        count("telephone numbers"), field("reserved", 19, Reserved),
    ];
}

/// Every segment that may follow a base.
pub static SEGMENTS: [&Layout; 8] = [&J1, &J2, &K1, &K2, &K3, &K4, &L1, &N1];

/// Bytes of a record of characters.
pub const CHARACTERS: usize = 426;
/// Bytes of a packed one.
pub const PACKED: usize = 366;

/// The bytes that a field takes in a packed base or trailer: numbers, days and times are shorter, and what is left is reserved.
pub fn packed_width(layout: &Layout, at: usize) -> usize {
    let own = &layout.fields[at];
    let is_header = layout.name == HEADER.name;
    let is_last = at + 1 == layout.fields.len();
    match own.kind {
        Reserved if is_last && layout.name != BASE.name => PACKED - (0..at).map(|before| packed_width(layout, before)).sum::<usize>(),
        Reserved if own.width == 9 => 5,
        _ if is_header => own.width,
        MmDdYyyy => 5,
        MmDdYyyyTime => 8,
        NumberOrBlank | GuardedNumber if own.width == 9 => 5,
        NumberOrBlank | GuardedNumber if own.width == 10 => 6,
        _ => own.width,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_the_lengths_of_the_standard() {
        for layout in [&HEADER, &BASE, &TRAILER] {
            assert_eq!(layout.width(), CHARACTERS, "{}", layout.name);
            let packed: usize = (0..layout.fields.len()).map(|at| packed_width(layout, at)).sum();
            assert_eq!(packed, PACKED, "{}", layout.name);
        }
        let widths = SEGMENTS.map(Layout::width);
        assert_eq!(widths, [100, 200, 34, 34, 40, 30, 54, 146]);
    }
}
