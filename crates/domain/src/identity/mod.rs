//! Identity: the roles, and the one table that says who may do what.
//!
//! Every route and command names one [`Permission`]; [`may`] is the only place that answers. A test walks every route
//! as every role against this table. How far a role goes alone with what it may do is [`authority`].

pub mod authority;

use std::fmt;

/// What somebody is here for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Talks with the people who owe.
    Officer,
    /// Leads officers.
    Supervisor,
    /// Owns rules, stops and complaints.
    Compliance,
    /// Imports files and posts payments.
    BackOffice,
    /// Runs the installation.
    Administrator,
    /// Sees everything that was done, changes nothing.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 6] = [Role::Officer, Role::Supervisor, Role::Compliance, Role::BackOffice, Role::Administrator, Role::Auditor];

    /// The code in commands and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Role::Officer => "officer",
            Role::Supervisor => "supervisor",
            Role::Compliance => "compliance",
            Role::BackOffice => "back_office",
            Role::Administrator => "administrator",
            Role::Auditor => "auditor",
        }
    }

    /// Finds a role by its code.
    pub fn parse(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// The word on screens.
impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Officer => "Officer",
            Role::Supervisor => "Supervisor",
            Role::Compliance => "Compliance officer",
            Role::BackOffice => "Back office",
            Role::Administrator => "Administrator",
            Role::Auditor => "Auditor",
        })
    }
}

/// One thing that may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Nothing but being here: sign in, sign out, static files.
    Anyone,
    /// Own password, own session.
    SignedIn,
    /// Read accounts, people and their timeline.
    ReadAccounts,
    /// Read telephone numbers and postal addresses in full.
    ReadNumbers,
    /// Have one masked value shown, for a reason that is recorded.
    Unmask,
    /// Ask the gate, reserve and record contacts, take promises, note wishes.
    WorkAccounts,
    /// Record written stops, lawyers, deaths and other statuses.
    RecordStops,
    /// Lift what the law makes of a status: written stops, lawyers, bankruptcies, deaths, service, minority.
    LiftStops,
    /// Lift what calls for care.
    LiftCare,
    /// Put on record what the time to sue is counted from, and ask whether we may.
    JudgeSuits,
    /// Ask whether something may be done about a debt; the answer is kept.
    AskActs,
    /// Take cases further and decide them.
    WorkCases,
    /// Take off what a case found to be wrong.
    CorrectAmounts,
    /// Release a contact that the gate leaves to a supervisor.
    ReleaseContacts,
    /// See the floor as it is now, and answer what officers ask for.
    LeadFloor,
    /// Close and recall accounts, and open them again.
    CloseAccounts,
    /// Write off what is left of an account, each role up to its limit, and ask for more.
    WriteOff,
    /// File documents with an account.
    FileDocuments,
    /// Print validation notices, and say that they were mailed.
    PrintLetters,
    /// Set and stop interest, charge fees, take charges back.
    Charge,
    /// Keep cards and bank accounts that somebody let us charge, and ask for charges.
    AskCharges,
    /// Post payments.
    PostPayments,
    /// Reverse payments.
    ReversePayments,
    /// Take an authorization of debits back as they say, cancel a debit that was not sent.
    StopDebits,
    /// See whose the money in trust is, remittances and rate plans.
    ReadTrust,
    /// Keep the trust book, propose rate plans, prepare remittances.
    KeepTrust,
    /// Approve rate plans and remittances that somebody else proposed or prepared.
    ApproveTrust,
    /// Import placements.
    Import,
    /// Make two records of one person one, and part them again.
    MergePeople,
    /// See nights and their reports.
    ReadNights,
    /// Start a night.
    RunNights,
    /// Read refusals and the audit record.
    ReadCompliance,
    /// Propose changes of policy, amendments of rule packs and texts of the call guide, and approve or withdraw those that others proposed.
    ChangePolicy,
    /// Keep the agency's licenses and bonds.
    KeepLicenses,
    /// Settle whose accounts bureaus are told of, and write the files for them.
    Furnish,
    /// Make desks and teams, see what waits on them, move work between them.
    MoveWork,
    /// Read reviews of calls: one's own, one's team's, or all, as the role has it.
    ReadReviews,
    /// Draw calls, review those of others, set goals.
    ReviewCalls,
    /// Decide about a mark that an officer disputes.
    DecideScores,
    /// Lead calls.
    LeadCalls,
    /// Practice calls, read lessons, take quizzes.
    Practice,
    /// Make users, switch them off and on, give them a new password.
    Administer,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Permission; 42] = [
        Permission::Anyone,
        Permission::SignedIn,
        Permission::ReadAccounts,
        Permission::ReadNumbers,
        Permission::Unmask,
        Permission::WorkAccounts,
        Permission::RecordStops,
        Permission::LiftStops,
        Permission::LiftCare,
        Permission::JudgeSuits,
        Permission::AskActs,
        Permission::WorkCases,
        Permission::CorrectAmounts,
        Permission::ReleaseContacts,
        Permission::LeadFloor,
        Permission::CloseAccounts,
        Permission::WriteOff,
        Permission::FileDocuments,
        Permission::PrintLetters,
        Permission::Charge,
        Permission::AskCharges,
        Permission::PostPayments,
        Permission::ReversePayments,
        Permission::StopDebits,
        Permission::ReadTrust,
        Permission::KeepTrust,
        Permission::ApproveTrust,
        Permission::Import,
        Permission::MergePeople,
        Permission::ReadNights,
        Permission::RunNights,
        Permission::ReadCompliance,
        Permission::ChangePolicy,
        Permission::KeepLicenses,
        Permission::Furnish,
        Permission::MoveWork,
        Permission::ReadReviews,
        Permission::ReviewCalls,
        Permission::DecideScores,
        Permission::LeadCalls,
        Permission::Practice,
        Permission::Administer,
    ];
}

/// The who-may table.
///
/// Who negotiates does not post money; who posts money does not negotiate; who administers sees no debtor.
pub fn may(role: Role, permission: Permission) -> bool {
    use Permission as P;
    use Role as R;
    match permission {
        P::Anyone | P::SignedIn => true,
        P::ReadAccounts => role != R::Administrator,
        P::ReadNumbers => matches!(role, R::Officer | R::Supervisor),
        P::Unmask => matches!(role, R::Officer | R::Supervisor | R::Compliance | R::Auditor),
        P::WorkAccounts | P::LeadCalls => matches!(role, R::Officer | R::Supervisor),
        P::RecordStops => matches!(role, R::Officer | R::Supervisor | R::Compliance),
        P::LiftStops | P::KeepLicenses => role == R::Compliance,
        P::LiftCare | P::JudgeSuits => matches!(role, R::Supervisor | R::Compliance),
        P::WorkCases | P::ChangePolicy | P::Furnish => matches!(role, R::Supervisor | R::Compliance),
        P::CorrectAmounts => role == R::Compliance,
        P::ReleaseContacts | P::LeadFloor => role == R::Supervisor,
        P::CloseAccounts => matches!(role, R::Supervisor | R::BackOffice),
        P::WriteOff | P::AskCharges => matches!(role, R::Officer | R::Supervisor | R::BackOffice),
        P::AskActs | P::FileDocuments | P::StopDebits => !matches!(role, R::Administrator | R::Auditor),
        P::PrintLetters => matches!(role, R::Supervisor | R::Compliance | R::BackOffice),
        P::PostPayments | P::ReversePayments | P::KeepTrust => role == R::BackOffice,
        P::ReadTrust => matches!(role, R::BackOffice | R::Supervisor | R::Compliance | R::Auditor),
        P::ApproveTrust => matches!(role, R::BackOffice | R::Supervisor),
        P::Charge => matches!(role, R::Compliance | R::BackOffice),
        P::Import | P::MergePeople => matches!(role, R::BackOffice | R::Supervisor),
        P::ReadNights => role != R::Officer,
        P::RunNights | P::MoveWork => matches!(role, R::Administrator | R::Supervisor),
        P::Practice => matches!(role, R::Officer | R::Supervisor | R::Compliance),
        P::ReadCompliance => matches!(role, R::Compliance | R::Auditor | R::Supervisor),
        P::ReadReviews => matches!(role, R::Officer | R::Supervisor | R::Compliance | R::Auditor),
        P::ReviewCalls => role == R::Supervisor,
        P::DecideScores => matches!(role, R::Supervisor | R::Compliance),
        P::Administer => role == R::Administrator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_changes_nothing_and_an_administrator_sees_no_debtor() {
        let changes = [
            Permission::WorkAccounts,
            Permission::LeadCalls,
            Permission::RecordStops,
            Permission::LiftStops,
            Permission::LiftCare,
            Permission::JudgeSuits,
            Permission::AskActs,
            Permission::WorkCases,
            Permission::CorrectAmounts,
            Permission::ReleaseContacts,
            Permission::LeadFloor,
            Permission::CloseAccounts,
            Permission::WriteOff,
            Permission::FileDocuments,
            Permission::PrintLetters,
            Permission::Charge,
            Permission::AskCharges,
            Permission::PostPayments,
            Permission::ReversePayments,
            Permission::StopDebits,
            Permission::KeepTrust,
            Permission::ApproveTrust,
            Permission::Import,
            Permission::MergePeople,
            Permission::RunNights,
            Permission::ChangePolicy,
            Permission::KeepLicenses,
            Permission::Furnish,
            Permission::MoveWork,
            Permission::ReviewCalls,
            Permission::DecideScores,
            Permission::Administer,
        ];
        assert!(changes.iter().all(|permission| !may(Role::Auditor, *permission)));
        assert!(!may(Role::Administrator, Permission::ReadAccounts));
    }

    #[test]
    fn who_dials_sees_numbers_and_nobody_else() {
        for role in Role::ALL {
            assert_eq!(may(role, Permission::ReadNumbers), may(role, Permission::WorkAccounts), "{role}");
        }
        assert!(!may(Role::BackOffice, Permission::Unmask) && !may(Role::Administrator, Permission::Unmask));
    }

    #[test]
    fn nobody_both_negotiates_and_moves_money() {
        for role in Role::ALL {
            let moving = [Permission::PostPayments, Permission::Charge, Permission::KeepTrust, Permission::CorrectAmounts];
            let moves_money = moving.iter().any(|one| may(role, *one));
            assert!(!(may(role, Permission::WorkAccounts) && moves_money), "{role}");
        }
    }

    #[test]
    fn roles_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.code()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }
}
