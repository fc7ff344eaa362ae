//! How somebody stands to an account.

/// A role on an account, with its words: `(code, words)`. The debtor is one of them and always there.
pub const ROLES: [(&str, &str); 13] = [
    ("debtor", "Debtor"),
    ("co_debtor", "Co-debtor"),
    ("guarantor", "Guarantor"),
    ("spouse", "Spouse"),
    ("guardian", "Guardian"),
    ("parent_of_minor", "Parent of a minor"),
    ("personal_representative", "Executor or personal representative"),
    ("consumer_attorney", "Attorney of the debtor"),
    ("creditor_attorney", "Attorney of the creditor"),
    ("authorized_third_party", "Third party the debtor authorized"),
    ("officer_of_business", "Speaks for the business"),
    ("accounts_payable", "Accounts payable"),
    ("third_party", "Other third party"),
];

/// Its words; the code itself if it is none of ours.
pub fn role_in_words(code: &str) -> &str {
    ROLES.iter().find(|(known, _)| *known == code).map_or(code, |(_, words)| words)
}

/// Whether it is a role somebody else than the debtor can be given.
pub fn can_be_added(code: &str) -> bool {
    code != "debtor" && ROLES.iter().any(|(known, _)| *known == code)
}
