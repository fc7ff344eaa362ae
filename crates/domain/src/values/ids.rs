//! Every id type, in one list. An id prints with its prefix, so that a log line explains itself.
//!
//! Ids are UUIDv7, made at the edge (`app`); this room only types, prints and reads them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// What is wrong with a text that should have been an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdError {
    /// The prefix that was expected, such as `acc`.
    pub expected: &'static str,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an id of the form {}_ and 32 hexadecimal digits", self.expected)
    }
}

impl std::error::Error for IdError {}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The letters in front of the underscore.
            pub const PREFIX: &'static str = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<$name, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|rest| rest.len() == 32)
                    .and_then(|rest| Uuid::try_parse(rest).ok())
                    .map($name)
                    .ok_or(IdError { expected: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// Somebody who signs in.
    UserId = "usr";
    /// A desk: the one owner of its accounts, worked by its members.
    DeskId = "dsk";
    /// Users who work under one supervisor.
    TeamId = "tem";
    /// Accounts moved from one desk to another in one act.
    MoveId = "mov";
    /// The one to whom a debt is owed, our client.
    CreditorId = "crd";
    /// A person or business who owes, or belongs to an account in another role.
    DebtorId = "dbt";
    /// A telephone number, e-mail address or postal address of a debtor.
    PointId = "pnt";
    /// What a debtor told us about times, places and channels.
    PreferenceId = "prf";
    /// One debt of one debtor to one creditor.
    AccountId = "acc";
    /// One batch of accounts placed by a creditor.
    BatchId = "bat";
    /// What is to be heeded about a person, since when and by whose word.
    CircumstanceId = "cir";
    /// How we know that a status began or is over.
    StatusEvidenceId = "sev";
    /// What the time to sue on a debt is counted from.
    LimitationEntryId = "lim";
    /// Two records made one, until they are parted again.
    MergeId = "mrg";
    /// A note somebody wrote.
    NoteId = "nte";
    /// A note that seems to promise what only the desk can grant.
    NoteFlagId = "nfl";
    /// A document kept with an account.
    DocumentId = "doc";
    /// A reason to stand still.
    HoldId = "hld";
    /// What came in, was sent or became known: a written stop, a dispute, a bankruptcy.
    NoticeId = "ntc";
    /// One balanced entry of the ledger.
    EntryId = "ent";
    /// One payment.
    PaymentId = "pay";
    /// What a bank told of one account over a time.
    StatementId = "stm";
    /// One movement of money that a bank told.
    ReceiptId = "rct";
    /// One piece of what a sum at the bank stands for.
    BankClearingId = "bcl";
    /// What of a movement of money was posted on another account too.
    BankPartId = "bpt";
    /// What somebody agreed to about money drawn from their account at a bank.
    DebitAuthorizationId = "dau";
    /// One debit of an account at a bank: planned, sent, settled or returned.
    DebitId = "deb";
    /// One file of debits.
    DebitFileId = "ach";
    /// What a bank told of a debit: a return, or a correction.
    DebitReturnId = "drt";
    /// Overpaid money that went back.
    RefundId = "rfd";
    /// One version of what a creditor is charged.
    RatePlanId = "rat";
    /// What a creditor is sent for a period, and why.
    RemittanceId = "rem";
    /// A payment that the debtor made to the creditor itself.
    DirectPaymentId = "dpy";
    /// Costs that the agency laid out on an account.
    CostAdvanceId = "adv";
    /// A card or bank account that somebody let us charge, as the processor knows it.
    ProcessorMethodId = "pmt";
    /// A charge by card or bank debit through the processor.
    ProcessorChargeId = "pch";
    /// One message of the processor.
    ProcessorEventId = "pev";
    /// One posting of the trust book.
    TrustPostingId = "tru";
    /// What the proof of a day found.
    TrustProofId = "tpr";
    /// One promise to pay.
    PromiseId = "ptp";
    /// Something an officer asked to grant, and its answer.
    ApprovalId = "apr";
    /// One contact: reserved, then recorded.
    ContactId = "con";
    /// One recorded answer of the gate.
    DecisionId = "dec";
    /// One version of what the agency or a creditor asks beyond the law.
    PolicyId = "pol";
    /// One amendment of a rule pack.
    AmendmentId = "amd";
    /// A license, registration, bond or filing of the agency.
    LicenseId = "lic";
    /// Words that were due in a contact or a letter, and whether they were given.
    DisclosureId = "dsc";
    /// A dispute, request, claim or complaint, from the first word to the outcome.
    CaseId = "cas";
    /// One thing that happened to a case.
    CaseStepId = "cst";
    /// One call, led by the guide.
    CallId = "cal";
    /// One thing done in a call.
    CallStepId = "cls";
    /// One version of a call guide's text.
    GuideId = "gui";
    /// The score that a call's steps gave.
    CallScoreId = "csc";
    /// What was drawn of an officer's week.
    DrawId = "drw";
    /// One call that is looked at.
    ReviewId = "rev";
    /// The marks that somebody gave a call.
    ReviewScoreId = "rsc";
    /// A mark that the officer disputes.
    ScoreDisputeId = "sdp";
    /// What an officer works on.
    GoalId = "gol";
    /// Time to breathe after a call.
    PauseId = "pse";
    /// What an officer wrote for themselves.
    MoodNoteId = "mood";
    /// One call of practice, with a scripted person.
    PracticeId = "prc";
    /// One quiz about the rules.
    QuizId = "qiz";
    /// What somebody has to learn by a day.
    AssignmentId = "asg";
    /// A course that somebody passed.
    CertificateId = "crt";
    /// A permission that waits for a certificate.
    NeedId = "cnd";
    /// What was agreed in a call, sent after it.
    RecapId = "rcp";
    /// What was agreed or has ended, confirmed by letter.
    ConfirmationId = "cfm";
    /// The ways to deal with an account, sent by letter.
    ComparisonId = "cpn";
    /// What somebody can pay, as they told it.
    BudgetId = "bud";
    /// One version of what may be offered.
    OfferPolicyId = "ofp";
    /// A plan or settlement that was agreed.
    PlanId = "pln";
    /// One plan over several accounts.
    JointPlanId = "jpl";
    /// One payment of a plan.
    InstallmentId = "ins";
    /// One version of what somebody may grant alone.
    LimitsId = "lim";
    /// Terms of interest on an account.
    InterestTermsId = "int";
    /// Interest, a fee or a waiver.
    ChargeId = "chg";
    /// What was left of an account, written off.
    WriteOffId = "wof";
    /// Limits or a policy for offers that somebody proposes.
    TermsProposalId = "tpr";
    /// A time in which somebody who cannot pay is left alone.
    HardshipPauseId = "hsp";
    /// An account brought current after payments as agreed.
    ReAgeId = "rag";
    /// What a bureau was told of an account.
    FurnishingId = "fur";
    /// One file for bureaus.
    FurnishingFileId = "mtr";
    /// One letter.
    LetterId = "ltr";
    /// Letters printed in one go, in one folder.
    LetterRunId = "run";
    /// One line of the audit record.
    AuditId = "aud";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_only_as_its_own_kind() {
        let account = AccountId(Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001));
        assert_eq!(account.to_string(), "acc_01980000000070008000000000000001");
        assert_eq!(account.to_string().parse(), Ok(account));
        assert_eq!(account.to_string().parse::<DebtorId>(), Err(IdError { expected: "dbt" }));
        assert!("acc_xyz".parse::<AccountId>().is_err());
    }
}
