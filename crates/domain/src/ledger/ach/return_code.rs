//! Codes of returns (`R`) and of notifications of change (`C`): what each means, and what it calls for.

/// Code, meaning, kind.
#[rustfmt::skip]
const CODES: [(&str, &str, &str); 91] = [
    ("R01", "Insufficient Funds", "insufficient-or-uncollected"),
    ("R02", "Account Closed", "account-problem"),
    ("R03", "No Account/Unable to Locate Account", "account-problem"),
    ("R04", "Invalid Account Number", "account-problem"),
    ("R05", "Improper Debit to Consumer Account", "authorization"),
    ("R06", "Returned per ODFI's Request", "requested-by-originator-bank"),
    ("R07", "Authorization Revoked by Customer", "authorization"),
    ("R08", "Payment Stopped", "stop-payment"),
    ("R09", "Uncollected Funds", "insufficient-or-uncollected"),
    ("R10", "Customer Advises Originator is Not Known to Receiver and/or Originator is Not Authorized by Receiver to Debit Receiver's Account", "authorization"),
    ("R11", "Customer Advises Entry Not in Accordance with the Terms of the Authorization", "authorization-terms"),
    ("R12", "Branch Sold to Another DFI", "account-problem"),
    ("R13", "RDFI not qualified to participate", "account-problem"),
    ("R14", "Representative payee deceased or unable to continue in that capacity", "deceased"),
    ("R15", "Beneficiary or bank account holder", "deceased"),
    ("R16", "Bank account frozen", "account-problem"),
    ("R17", "File Record Edit Criteria/Entry with Invalid Account Number Initiated Under Questionable Circumstances", "format-or-operations"),
    ("R18", "Improper effective entry date", "format-or-operations"),
    ("R19", "Amount field error", "format-or-operations"),
    ("R20", "Non-payment bank account", "account-problem"),
    ("R21", "Invalid company ID number", "format-or-operations"),
    ("R22", "Invalid individual ID number", "format-or-operations"),
    ("R23", "Credit entry refused by receiver", "refused-or-duplicate"),
    ("R24", "Duplicate entry", "refused-or-duplicate"),
    ("R25", "Addenda error", "format-or-operations"),
    ("R26", "Mandatory field error", "format-or-operations"),
    ("R27", "Trace number error", "format-or-operations"),
    ("R28", "Transit routing number check digit error", "account-problem"),
    ("R29", "Corporate customer advises not authorized", "authorization"),
    ("R30", "RDFI not participant in check truncation program", "format-or-operations"),
    ("R31", "Permissible return entry (CCD and CTX only)", "permitted-late-return"),
    ("R32", "RDFI non-settlement", "format-or-operations"),
    ("R33", "Return of XCK entry", "format-or-operations"),
    ("R34", "Limited participation RDFI", "format-or-operations"),
    ("R35", "Return of improper debit entry", "format-or-operations"),
    ("R36", "Return of improper credit entry", "format-or-operations"),
    ("R37", "Source Document Presented for Payment (Adjustment Entry)", "authorization"),
    ("R38", "Stop Payment on Source Document (Adjustment Entry)", "authorization"),
    ("R39", "Improper Source Document", "authorization"),
    ("R40", "Return of ENR Entry by Federal Government Agency (ENR Only)", "enrollment-entries-only"),
    ("R41", "Invalid Transaction Code (ENR only)", "enrollment-entries-only"),
    ("R42", "Routing Number/Check Digit Error (ENR Only)", "enrollment-entries-only"),
    ("R43", "Invalid DFI Account Number (ENR Only)", "enrollment-entries-only"),
    ("R44", "Invalid Individual ID Number/Identification Number (ENR only)", "enrollment-entries-only"),
    ("R45", "Invalid Individual Name/Company Name (ENR only)", "enrollment-entries-only"),
    ("R46", "Invalid Representative Payee Indicator (ENR Only)", "enrollment-entries-only"),
    ("R47", "Duplicate Enrollment (ENR Only)", "enrollment-entries-only"),
    ("R50", "State Law Affecting RCK Acceptance", "format-or-operations"),
    ("R51", "Item Related to RCK Entry is Ineligible or RCK Entry is Improper", "authorization"),
    ("R52", "Stop Payment on Item (Adjustment Entry)", "authorization"),
    ("R53", "Item and RCK Entry Presented for Payment (Adjustment Entry)", "authorization"),
    ("R61", "Misrouted Return", "dishonored-return"),
    ("R62", "Return of Erroneous or Reversing Debt", "dishonored-return"),
    ("R67", "Duplicate Return", "dishonored-return"),
    ("R68", "Untimely Return", "dishonored-return"),
    ("R69", "Field Error(s)", "dishonored-return"),
    ("R70", "Permissible Return Entry Not Accepted/Return Not Requested by ODFI", "dishonored-return"),
    ("R71", "Misrouted Dishonored Return", "contested-dishonored-return"),
    ("R72", "Untimely Dishonored Return", "contested-dishonored-return"),
    ("R73", "Timely Original Return", "contested-dishonored-return"),
    ("R74", "Corrected Return", "contested-dishonored-return"),
    ("R75", "Return Not a Duplicate", "contested-dishonored-return"),
    ("R76", "No Errors Found", "contested-dishonored-return"),
    ("R77", "Non-Acceptance of R62 Dishonored Return", "contested-dishonored-return"),
    ("R80", "IAT Entry Coding Error", "international-entries-only"),
    ("R81", "Non-Participant in IAT Program", "international-entries-only"),
    ("R82", "Invalid Foreign Receiving DFI Identification", "international-entries-only"),
    ("R83", "Foreign Receiving DFI Unable to Settle", "international-entries-only"),
    ("R84", "Entry Not Processed by Gateway", "international-entries-only"),
    ("R85", "Incorrectly Coded Outbound International Payment", "international-entries-only"),
    ("R90", "Entry Returned Due to RDFI's Sanctions Compliance Obligations", "sanctions"),
    ("C01", "Incorrect bank account number", "notification-of-change"),
    ("C02", "Incorrect transit/routing number", "notification-of-change"),
    ("C03", "Incorrect transit/routing number and bank account number", "notification-of-change"),
    ("C04", "Bank account name change", "notification-of-change"),
    ("C05", "Incorrect transaction code", "notification-of-change"),
    ("C06", "Incorrect bank account number and transit code", "notification-of-change"),
    ("C07", "Incorrect transit/routing number, bank account number and transaction code", "notification-of-change"),
    ("C08", "Incorrect Receiving transit/routing number (IAT only)", "notification-of-change"),
    ("C09", "Incorrect individual ID number", "notification-of-change"),
    ("C13", "Addenda Format Error", "notification-of-change"),
    ("C14", "Incorrect SEC Code for outbound IAT payment", "notification-of-change"),
    ("C61", "Misrouted Notification of Change", "refused-notification-of-change"),
    ("C62", "Incorrect Trace Number", "refused-notification-of-change"),
    ("C63", "Incorrect Company Identification Number", "refused-notification-of-change"),
    ("C64", "Incorrect Individual Identification Number or Identification Number", "refused-notification-of-change"),
    ("C65", "Incorrectly Formatted Corrected Data", "refused-notification-of-change"),
    ("C66", "Incorrect Discretionary Data", "refused-notification-of-change"),
    ("C67", "Routing Number not from Original Entry Detail Record", "refused-notification-of-change"),
    ("C68", "DFI Account Number not from Original Entry Detail Record", "refused-notification-of-change"),
    ("C69", "Incorrect Transaction Code", "refused-notification-of-change"),
];

/// What is to be done by kind.
const STEPS: [(&str, &str); 18] = [
    ("insufficient-or-uncollected", "may be presented again, at most twice more within 180 days of the original"),
    ("account-problem", "the account cannot be used as held: get corrected or new details"),
    ("authorization", "stop debiting; do not present again without a new authorization"),
    ("authorization-terms", "correct the error; the entry may be sent again within 60 days of the original"),
    ("requested-by-originator-bank", "nothing: our own bank asked for it"),
    ("stop-payment", "ask the payer why; do not present again unless they lift the stop"),
    ("deceased", "stop, and record the death"),
    ("format-or-operations", "mend the file or the entry; look at it before it is presented again"),
    ("refused-or-duplicate", "let a person look at it"),
    ("permitted-late-return", "let a person look at it"),
    ("enrollment-entries-only", "not expected on debits for debts: let a person look at it"),
    ("international-entries-only", "not expected on domestic debits: let a person look at it"),
    ("sanctions", "tell compliance at once"),
    ("dishonored-return", "tie it to the return: the originating bank did not accept it"),
    ("contested-dishonored-return", "tie it to the return that was not accepted: the receiving bank stands by it"),
    ("notification-of-change", "update the stored details before the next entry"),
    ("refused-notification-of-change", "keep the details: the notification itself was refused"),
    ("unknown", "ask the bank what it means"),
];

/// A code and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnCode {
    /// The code as the file has it.
    pub code: String,
    /// What it means; nothing where no such code is known.
    pub means: &'static str,
    /// Its kind.
    pub class: &'static str,
    /// What is to be done.
    pub step: &'static str,
}

impl ReturnCode {
    /// What is known of a code.
    pub fn of(code: &str) -> ReturnCode {
        let (means, class) =
            CODES.iter().find(|(known, _, _)| *known == code).map_or(("", "unknown"), |(_, means, class)| (*means, *class));
        let step = STEPS.iter().find(|(known, _)| *known == class).map_or("", |(_, step)| *step);
        ReturnCode { code: code.to_string(), means, class, step }
    }

    /// Whether the code is known.
    pub fn is_known(&self) -> bool {
        !self.means.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_says_what_to_do() {
        let mut seen = std::collections::BTreeSet::new();
        for (code, _, _) in CODES {
            let known = ReturnCode::of(code);
            assert!(seen.insert(code) && known.is_known() && !known.step.is_empty(), "{code}");
        }
        assert_eq!(ReturnCode::of("R01").class, "insufficient-or-uncollected");
        assert_eq!((ReturnCode::of("C01").class, ReturnCode::of("R97").is_known()), ("notification-of-change", false));
    }
}
