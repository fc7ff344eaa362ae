//! How somebody stands to an account.

/// A role on an account, with its words: `(code, words)`. The debtor is one of them and always there.
pub const ROLES: [(&str, &str); 16] = [
    ("debtor", "Debtor"),
    ("co_debtor", "Co-debtor"),
    ("guarantor", "Guarantor"),
    ("spouse", "Spouse"),
    ("guardian", "Guardian"),
    ("parent_of_minor", "Parent of a minor"),
    ("personal_representative", "Personal representative of the estate"),
    ("executor", "Executor of the estate"),
    ("administrator", "Administrator of the estate"),
    ("surviving_spouse", "Surviving spouse"),
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

/// The roles that may speak for an estate; the gate counts each as the consumer (12 CFR 1006.6(a)(1), (4)).
pub const OF_ESTATE: [&str; 4] = ["executor", "administrator", "personal_representative", "surviving_spouse"];

/// The roles that may speak for somebody under age (12 CFR 1006.6(a)(2), (3)).
pub const OF_MINOR: [&str; 2] = ["parent_of_minor", "guardian"];
