//! The records of a NACHA file: one table of fields for each, as the rules print them. Reading follows them; so will writing.

use crate::values::fixed::{Kind, Layout, field, layouts};
use Kind::{Guarded, Is, Number, NumberOrBlank, OneOf, Reserved, Text, YyMmDd};

/// Characters of every record.
pub const WIDTH: usize = 94;

/// Classes of entries: what a batch may hold.
const SERVICE_CLASSES: Kind = OneOf(&["200", "220", "225", "280"]);

layouts! {
    all ALL;
    /// Opens a file.
    FILE_HEADER, "file header": [
        field("record type", 1, Is("1")), field("priority", 2, Is("01")), field("destination", 10, Text), field("origin", 10, Text),
        field("created on", 6, YyMmDd), field("created at", 4, NumberOrBlank), field("file id modifier", 1, Text),
        field("record size", 3, Is("094")), field("blocking factor", 2, Is("10")), field("format code", 1, Is("1")),
        field("destination name", 23, Text), field("origin name", 23, Text), field("reference", 8, Text),
    ];
    /// Opens a batch.
    BATCH_HEADER, "batch header": [
        field("record type", 1, Is("5")), field("service class", 3, SERVICE_CLASSES), field("company name", 16, Text),
        field("discretionary data", 20, Text), field("company id", 10, Text), field("entry class", 3, Text),
        field("entry description", 10, Text), field("descriptive date", 6, Text), field("effective on", 6, YyMmDd),
        field("settlement day", 3, NumberOrBlank), field("originator status", 1, Text), field("originating bank", 8, Text),
        field("batch number", 7, Number),
    ];
    /// Opens a batch of international entries.
    IAT_BATCH_HEADER, "batch header": [
        field("record type", 1, Is("5")), field("service class", 3, SERVICE_CLASSES), field("indicator", 16, Text),
        field("exchange indicator", 2, OneOf(&["FV", "VF", "FF"])), field("exchange reference indicator", 1, NumberOrBlank),
        field("exchange reference", 15, Text), field("country", 2, Text), field("company id", 10, Text), field("entry class", 3, Text),
        field("entry description", 10, Text), field("originating currency", 3, Text), field("destination currency", 3, Text),
        field("effective on", 6, YyMmDd), field("settlement day", 3, NumberOrBlank), field("originator status", 1, Text),
        field("originating bank", 8, Text), field("batch number", 7, Number),
    ];
    /// An entry of most classes.
    ENTRY, "entry": [
        field("record type", 1, Is("6")), field("transaction code", 2, Number), field("receiving bank", 8, Number),
        field("check digit", 1, Number), field("account number", 17, Guarded), field("amount", 10, Number), field("id", 15, Text),
        field("name", 22, Text), field("discretionary data", 2, Text), field("has addenda", 1, OneOf(&["0", "1"])), field("trace", 15, Number),
    ];
    /// An entry whose number of addenda stands in it (CTX, TRX, ATX).
    COUNTED_ENTRY, "entry": [
        field("record type", 1, Is("6")), field("transaction code", 2, Number), field("receiving bank", 8, Number),
        field("check digit", 1, Number), field("account number", 17, Guarded), field("amount", 10, Number), field("id", 15, Text),
        field("addenda", 4, NumberOrBlank), field("name", 16, Text), field("reserved", 2, Reserved), field("discretionary data", 2, Text),
        field("has addenda", 1, OneOf(&["0", "1"])), field("trace", 15, Number),
    ];
    /// An entry whose name stands before its id (CIE, MTE).
    NAMED_FIRST_ENTRY, "entry": [
        field("record type", 1, Is("6")), field("transaction code", 2, Number), field("receiving bank", 8, Number),
        field("check digit", 1, Number), field("account number", 17, Guarded), field("amount", 10, Number), field("name", 15, Text),
        field("id", 22, Text), field("discretionary data", 2, Text), field("has addenda", 1, OneOf(&["0", "1"])), field("trace", 15, Number),
    ];
    /// An entry of a card (SHR).
    CARD_ENTRY, "entry": [
        field("record type", 1, Is("6")), field("transaction code", 2, Number), field("receiving bank", 8, Number),
        field("check digit", 1, Number), field("account number", 17, Guarded), field("amount", 10, Number), field("card expires", 4, Text),
        field("id", 11, Text), field("card", 22, Guarded), field("card transaction", 2, Text),
        field("has addenda", 1, OneOf(&["0", "1"])), field("trace", 15, Number),
    ];
    /// An entry for a check presented (POP).
    CHECK_ENTRY, "entry": [
        field("record type", 1, Is("6")), field("transaction code", 2, Number), field("receiving bank", 8, Number),
        field("check digit", 1, Number), field("account number", 17, Guarded), field("amount", 10, Number), field("id", 9, Text),
        field("terminal city", 4, Text), field("terminal state", 2, Text), field("name", 22, Text), field("discretionary data", 2, Text),
        field("has addenda", 1, OneOf(&["0", "1"])), field("trace", 15, Number),
    ];
    /// An international entry.
    IAT_ENTRY, "entry": [
        field("record type", 1, Is("6")), field("transaction code", 2, Number), field("receiving bank", 8, Number),
        field("check digit", 1, Number), field("addenda", 4, NumberOrBlank), field("reserved", 13, Reserved), field("amount", 10, Number),
        field("account number", 35, Guarded), field("reserved", 2, Reserved), field("gateway screening", 1, Text),
        field("second screening", 1, Text), field("has addenda", 1, Is("1")), field("trace", 15, Number),
    ];
    /// An entry of an accounting advice.
    ADV_ENTRY, "entry": [
        field("record type", 1, Is("6")), field("transaction code", 2, Number), field("receiving bank", 8, Number),
        field("check digit", 1, Number), field("account number", 15, Guarded), field("amount", 12, Number), field("advice bank", 9, Text),
        field("id", 5, Text), field("operator data", 1, Text), field("name", 22, Text), field("discretionary data", 2, Text),
        field("has addenda", 1, OneOf(&["0", "1"])), field("operator", 8, Text), field("day of year", 3, Text), field("sequence", 4, Text),
    ];
    /// What was paid, in words.
    ADDENDA_05, "addenda 05": [
        field("record type", 1, Is("7")), field("addenda type", 2, OneOf(&["05", "17"])), field("text", 80, Text),
        field("sequence", 4, Number), field("entry sequence", 7, Number),
    ];
    /// Where a terminal stood.
    ADDENDA_02, "addenda 02": [
        field("record type", 1, Is("7")), field("addenda type", 2, Is("02")), field("reference 1", 7, Text), field("reference 2", 3, Text),
        field("terminal", 6, Text), field("serial number", 6, Text), field("on", 4, Text), field("authorization", 6, Text),
        field("terminal location", 27, Text), field("terminal city", 15, Text), field("terminal state", 2, Text), field("trace", 15, Number),
    ];
    /// The receiver of an international entry.
    ADDENDA_10, "addenda 10": [
        field("record type", 1, Is("7")), field("addenda type", 2, Is("10")),
        field("transaction type", 3, OneOf(&["ANN", "BUS", "DEP", "LOA", "MIS", "MOR", "PEN", "REM", "RLS", "SAL", "TAX", "ARC", "BOC", "MTE", "POP", "POS", "RCK", "SHR", "TEL", "WEB"])),
        field("foreign amount", 18, NumberOrBlank), field("foreign trace", 22, Text), field("name", 35, Text),
        field("reserved", 6, Reserved), field("entry sequence", 7, Number),
    ];
    /// The originator of an international entry.
    ADDENDA_11, "addenda 11": [
        field("record type", 1, Is("7")), field("addenda type", 2, Is("11")), field("originator", 35, Text), field("street", 35, Text),
        field("reserved", 14, Reserved), field("entry sequence", 7, Number),
    ];
    /// Where the originator is.
    ADDENDA_12, "addenda 12": [
        field("record type", 1, Is("7")), field("addenda type", 2, Is("12")), field("city and state", 35, Text),
        field("country and postal code", 35, Text), field("reserved", 14, Reserved), field("entry sequence", 7, Number),
    ];
    /// A bank of an international entry.
    ADDENDA_13, "addenda 13": [
        field("record type", 1, Is("7")), field("addenda type", 2, OneOf(&["13", "14"])), field("bank", 35, Text),
        field("bank id kind", 2, OneOf(&["01", "02", "03"])), field("bank id", 34, Text), field("country", 3, Text),
        field("reserved", 10, Reserved), field("entry sequence", 7, Number),
    ];
    /// The receiver's id and street.
    ADDENDA_15, "addenda 15": [
        field("record type", 1, Is("7")), field("addenda type", 2, Is("15")), field("receiver id", 15, Text), field("street", 35, Text),
        field("reserved", 34, Reserved), field("entry sequence", 7, Number),
    ];
    /// Where the receiver is.
    ADDENDA_16, "addenda 16": [
        field("record type", 1, Is("7")), field("addenda type", 2, Is("16")), field("city and state", 35, Text),
        field("country and postal code", 35, Text), field("reserved", 14, Reserved), field("entry sequence", 7, Number),
    ];
    /// A bank in between.
    ADDENDA_18, "addenda 18": [
        field("record type", 1, Is("7")), field("addenda type", 2, Is("18")), field("bank", 35, Text),
        field("bank id kind", 2, OneOf(&["01", "02", "03"])), field("bank id", 34, Text), field("country", 3, Text),
        field("reserved", 6, Reserved), field("sequence", 4, Number), field("entry sequence", 7, Number),
    ];
    /// A notification of change.
    CHANGE, "addenda 98": [
        field("record type", 1, Is("7")), field("addenda type", 2, Is("98")), field("change code", 3, Text), field("original trace", 15, Number),
        field("reserved", 6, Reserved), field("original bank", 8, Number), field("corrected data", 35, Guarded), field("reserved", 9, Reserved),
        field("trace", 15, Number),
    ];
    /// A notification of change that was refused.
    REFUSED_CHANGE, "addenda 98, refused": [
        field("record type", 1, Is("7")), field("addenda type", 2, Is("98")), field("refused code", 3, Text), field("original trace", 15, Number),
        field("reserved", 6, Reserved), field("original bank", 8, Number), field("corrected data", 29, Guarded), field("change code", 3, Text),
        field("trace sequence", 7, NumberOrBlank), field("reserved", 5, Reserved), field("trace", 15, Number),
    ];
    /// A return.
    RETURN, "addenda 99": [
        field("record type", 1, Is("7")), field("addenda type", 2, Is("99")), field("reason", 3, Text), field("original trace", 15, Number),
        field("died on", 6, YyMmDd), field("original bank", 8, Number), field("text", 44, Text), field("trace", 15, Number),
    ];
    /// A return that was not accepted.
    DISHONORED, "addenda 99, dishonored": [
        field("record type", 1, Is("7")), field("addenda type", 2, Is("99")), field("reason", 3, Text), field("original trace", 15, Number),
        field("reserved", 6, Reserved), field("original bank", 8, Number), field("reserved", 3, Reserved), field("return trace", 15, NumberOrBlank),
        field("return settlement day", 3, NumberOrBlank), field("return reason", 2, Text), field("text", 21, Text), field("trace", 15, Number),
    ];
    /// An answer to a return that was not accepted.
    CONTESTED, "addenda 99, contested": [
        field("record type", 1, Is("7")), field("addenda type", 2, Is("99")), field("reason", 3, Text), field("original trace", 15, Number),
        field("original returned on", 6, YyMmDd), field("original bank", 8, Number), field("original settlement day", 3, NumberOrBlank),
        field("return trace", 15, NumberOrBlank), field("return settlement day", 3, NumberOrBlank), field("return reason", 2, Text),
        field("dishonored trace", 15, NumberOrBlank), field("dishonored settlement day", 3, NumberOrBlank),
        field("dishonored reason", 2, Text), field("reserved", 1, Reserved), field("trace", 15, Number),
    ];
    /// Closes a batch.
    BATCH_CONTROL, "batch control": [
        field("record type", 1, Is("8")), field("service class", 3, SERVICE_CLASSES), field("entries and addenda", 6, Number),
        field("hash", 10, Number), field("debits", 12, Number), field("credits", 12, Number), field("company id", 10, Text),
        field("authentication", 19, Text), field("reserved", 6, Reserved), field("originating bank", 8, Text), field("batch number", 7, Number),
    ];
    /// Closes a batch of accounting advices.
    ADV_BATCH_CONTROL, "batch control": [
        field("record type", 1, Is("8")), field("service class", 3, SERVICE_CLASSES), field("entries and addenda", 6, Number),
        field("hash", 10, Number), field("debits", 20, Number), field("credits", 20, Number), field("operator data", 19, Text),
        field("originating bank", 8, Text), field("batch number", 7, Number),
    ];
    /// Closes a file.
    FILE_CONTROL, "file control": [
        field("record type", 1, Is("9")), field("batches", 6, Number), field("blocks", 6, Number), field("entries and addenda", 8, Number),
        field("hash", 10, Number), field("debits", 12, Number), field("credits", 12, Number), field("reserved", 39, Reserved),
    ];
    /// Closes a file of accounting advices.
    ADV_FILE_CONTROL, "file control": [
        field("record type", 1, Is("9")), field("batches", 6, Number), field("blocks", 6, Number), field("entries and addenda", 8, Number),
        field("hash", 10, Number), field("debits", 20, Number), field("credits", 20, Number), field("reserved", 23, Reserved),
    ];
}

/// Classes of entries that the rules know.
pub const CLASSES: [&str; 24] = [
    "ACK", "ADV", "ARC", "ATX", "BOC", "CCD", "CIE", "COR", "CTX", "DNE", "ENR", "IAT", "MTE", "POP", "POS", "PPD", "RCK", "RET", "SHR",
    "TEL", "TRC", "TRX", "WEB", "XCK",
];

/// The record of an entry of a class.
pub fn entry_of(class: &str) -> &'static Layout {
    match class {
        "CTX" | "TRX" | "ATX" => &COUNTED_ENTRY,
        "CIE" | "MTE" => &NAMED_FIRST_ENTRY,
        "SHR" => &CARD_ENTRY,
        "POP" => &CHECK_ENTRY,
        "IAT" => &IAT_ENTRY,
        "ADV" => &ADV_ENTRY,
        _ => &ENTRY,
    }
}

/// The record of an addenda by its type and, where it is a return or a change, its code.
pub fn addenda_of(kind: &str, code: &str) -> Option<&'static Layout> {
    Some(match kind {
        "05" | "17" => &ADDENDA_05,
        "02" => &ADDENDA_02,
        "10" => &ADDENDA_10,
        "11" => &ADDENDA_11,
        "12" => &ADDENDA_12,
        "13" | "14" => &ADDENDA_13,
        "15" => &ADDENDA_15,
        "16" => &ADDENDA_16,
        "18" => &ADDENDA_18,
        "98" if code.starts_with("C6") => &REFUSED_CHANGE,
        "98" => &CHANGE,
        "99" if code.starts_with("R6") || code == "R70" => &DISHONORED,
        "99" if code.starts_with("R7") => &CONTESTED,
        "99" => &RETURN,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_has_ninety_four_characters() {
        for layout in ALL {
            assert_eq!(layout.width(), WIDTH, "{layout:?}");
        }
        assert_eq!(ALL.len(), 28);
    }
}
