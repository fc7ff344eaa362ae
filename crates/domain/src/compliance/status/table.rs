//! The table of statuses: one entry each, in the order screens list them.

use super::Evidence as E;
use super::{Addressee, Allowance, Binds, Status, StatusCard};
use crate::compliance::record::Purpose;
use crate::identity::Permission;

const ANYBODY: Allowance = Allowance {
    says: "Everything else, as before.",
    to: &Addressee::ALL,
    by: &[],
    purposes: &[],
    by_machine: true,
    is_answer: false,
    is_once: false,
};

const fn once(says: &'static str, purposes: &'static [Purpose]) -> Allowance {
    Allowance { says, to: &[Addressee::Them, Addressee::SpeaksForThem], purposes, is_once: true, ..ANYBODY }
}

/// Purposes that neither ask for payment nor lead up to it.
const OWED_OR_ENDING: &[Purpose] = &[
    Purpose::OptOutConfirmation,
    Purpose::EndingCollection,
    Purpose::RequiredByLaw,
    Purpose::SendVerification,
    Purpose::SendOriginalCreditor,
    Purpose::AnswerDuplicativeDispute,
    Purpose::ProofOfClaim,
];

const CO_DEBTOR: Allowance =
    Allowance { says: "Whoever owes it with them, by that person's own rules.", to: &[Addressee::CoDebtor], ..ANYBODY };
const LAWYER: Allowance = Allowance { says: "Their lawyer.", to: &[Addressee::Lawyer], ..ANYBODY };
const ASK_OTHERS: Allowance = Allowance {
    says: "Somebody else, once, where they can be reached; nothing about the debt.",
    to: &[Addressee::Other],
    purposes: &[Purpose::LocationInformation],
    is_once: true,
    ..ANYBODY
};
const WHAT_IS_OWED: Allowance = Allowance {
    says: "What the law makes us send: verification, answers, notices; and word that collection ends.",
    purposes: OWED_OR_ENDING,
    ..ANYBODY
};

const OPEN_CASE: &[Allowance] =
    &[Allowance { says: "Proof of claim to the court.", purposes: &[Purpose::ProofOfClaim], ..ANYBODY }, WHAT_IS_OWED];
const OPEN_CASE_OF_ONE: &[Allowance] =
    &[Allowance { says: "Proof of claim to the court.", purposes: &[Purpose::ProofOfClaim], ..ANYBODY }, WHAT_IS_OWED, CO_DEBTOR];

const FILED: &[E] = &[E::CourtNotice, E::Docket, E::LawyersWord, E::Letter, E::Message, E::Said, E::Client, E::Check];
const CASE_OVER: &[E] = &[E::CourtOrder, E::CourtNotice, E::Docket, E::Mistake];
const STAY_CITE: &str = "11 USC 362(a)(6)";
const STAY_OF_ALL_CITE: &str = "11 USC 362(a)(6), 1201, 1301";
const STAY_BESIDE: &str = "No suit, no debit and no judgment; a report to a bureau says the case is open.";

const fn petition(status: Status, code: &'static str, words: &'static str, shields_others: bool) -> StatusCard {
    StatusCard {
        status,
        code,
        words,
        binds: Binds::EveryDebt,
        cite: if shields_others { STAY_OF_ALL_CITE } else { STAY_CITE },
        allowed: if shields_others { OPEN_CASE } else { OPEN_CASE_OF_ONE },
        beside: STAY_BESIDE,
        enter: FILED,
        lift: CASE_OVER,
        lifted_by: Permission::LiftStops,
    }
}

/// Every status.
pub static CARDS: [StatusCard; 15] = [
    StatusCard {
        status: Status::Cease,
        code: "cease",
        words: "Asked in writing to be left alone",
        binds: Binds::Debt,
        cite: "12 CFR 1006.6(c); 15 USC 1692c(c)",
        allowed: &[
            once("One message that collection ends.", &[Purpose::EndingCollection]),
            once("One message that a usual remedy may be used, with no demand.", &[Purpose::MayInvokeRemedy]),
            once("One message that a usual remedy will be used, with no demand.", &[Purpose::WillInvokeRemedy]),
            Allowance { says: "What another law requires.", is_once: false, ..once("", &[Purpose::RequiredByLaw]) },
            LAWYER,
            CO_DEBTOR,
            ASK_OTHERS,
        ],
        beside: "",
        enter: &[E::Letter, E::Message, E::LawyersWord],
        lift: &[E::Letter, E::Message, E::Mistake],
        lifted_by: Permission::LiftStops,
    },
    StatusCard {
        status: Status::Closed,
        code: "closed",
        words: "Closed a way of reaching them",
        binds: Binds::Person,
        cite: "12 CFR 1006.14(h)",
        allowed: &[
            Allowance {
                says: "Every way they have not closed.",
                by: &[
                    crate::values::channel::Channel::Text,
                    crate::values::channel::Channel::Email,
                    crate::values::channel::Channel::Letter,
                ],
                ..ANYBODY
            },
            Allowance { says: "Others on the account, by that person's own rules.", to: OTHERS, ..ANYBODY },
            Allowance {
                says: "One answer, where they reach us by the way they closed.",
                to: &[Addressee::Them],
                is_answer: true,
                is_once: true,
                ..ANYBODY
            },
        ],
        beside: "",
        enter: &[E::Said, E::Letter, E::Message, E::LawyersWord],
        lift: &[E::Said, E::Letter, E::Message, E::Mistake],
        lifted_by: Permission::WorkAccounts,
    },
    StatusCard {
        status: Status::Attorney,
        code: "attorney",
        words: "Has a lawyer",
        binds: Binds::Debt,
        cite: "12 CFR 1006.6(b)(2); 15 USC 1692c(a)(2)",
        allowed: &[
            LAWYER,
            Allowance {
                says: "One answer to them, where they write or ring first.",
                to: &[Addressee::Them],
                is_answer: true,
                is_once: true,
                ..ANYBODY
            },
            CO_DEBTOR,
        ],
        beside: "",
        enter: &[E::LawyersWord, E::Letter, E::Message, E::Said, E::CourtNotice, E::Client],
        lift: &[E::LawyersWord, E::LawyerSilent, E::Letter, E::CourtNotice, E::Mistake],
        lifted_by: Permission::LiftStops,
    },
    petition(Status::Chapter7, "bankruptcy_7", "In bankruptcy, chapter 7", false),
    petition(Status::Chapter11, "bankruptcy_11", "In bankruptcy, chapter 11", false),
    petition(Status::Chapter12, "bankruptcy_12", "In bankruptcy, chapter 12", true),
    petition(Status::Chapter13, "bankruptcy_13", "In bankruptcy, chapter 13", true),
    petition(Status::ChapterUnknown, "bankruptcy", "In bankruptcy, chapter not known", true),
    StatusCard {
        status: Status::Discharged,
        code: "discharged",
        words: "Discharged in bankruptcy",
        binds: Binds::EveryDebt,
        cite: "11 USC 524(a)(2), (e)",
        allowed: &[CO_DEBTOR, WHAT_IS_OWED],
        beside: "No suit, no debit, no sale; whoever owes it with them stays liable.",
        enter: &[E::CourtNotice, E::CourtOrder, E::Docket, E::LawyersWord, E::Letter, E::Client, E::Check],
        lift: &[E::CourtOrder, E::Mistake],
        lifted_by: Permission::LiftStops,
    },
    StatusCard {
        status: Status::Deceased,
        code: "deceased",
        words: "Has died",
        binds: Binds::Person,
        cite: "12 CFR 1006.6(a)(4), 1006.34(a)(1)",
        allowed: &[
            Allowance {
                says: "Whoever acts for the estate, named here, and the spouse; never as if they owed it themselves.",
                to: &[Addressee::SpeaksForThem],
                ..ANYBODY
            },
            CO_DEBTOR,
            LAWYER,
            ASK_OTHERS,
        ],
        beside: "",
        enter: &[E::Family, E::DeathCertificate, E::EstatePapers, E::Client, E::Check, E::LawyersWord],
        lift: &[E::Said, E::Letter, E::Check, E::Mistake],
        lifted_by: Permission::LiftStops,
    },
    StatusCard {
        status: Status::Servicemember,
        code: "servicemember",
        words: "Serves in the forces",
        binds: Binds::Person,
        cite: "50 USC 3919, 3931, 3936, 3937",
        allowed: &[ANYBODY],
        beside: "Once they asked with their orders, interest on what is older than the service is six percent at most; judgment by default \
                 asks for an affidavit; days of service do not count toward the time to sue.",
        enter: &[E::DefenseRegister, E::Orders, E::Letter, E::Message, E::Said, E::Client],
        lift: &[E::DefenseRegister, E::Orders, E::Letter, E::Mistake],
        lifted_by: Permission::LiftStops,
    },
    StatusCard {
        status: Status::Incarcerated,
        code: "incarcerated",
        words: "In prison",
        binds: Binds::Person,
        cite: "house rule policy.incarcerated",
        allowed: CARE,
        beside: "Whoever was not trained for it sees the special-care note. Their place on the worklist stays what it was.",
        enter: &[E::Said, E::Letter, E::Family, E::PrisonRegister, E::Client, E::LawyersWord],
        lift: &[E::Said, E::Letter, E::PrisonRegister, E::Mistake],
        lifted_by: Permission::LiftCare,
    },
    StatusCard {
        status: Status::Minor,
        code: "minor",
        words: "Under age",
        binds: Binds::Person,
        cite: "house rule policy.minor; 12 CFR 1006.6(a)(2), (3)",
        allowed: &[
            Allowance { says: "A parent or guardian, named on the account.", to: &[Addressee::SpeaksForThem], ..ANYBODY },
            LAWYER,
            CO_DEBTOR,
            Allowance { to: &[Addressee::Them], ..WHAT_IS_OWED },
            ASK_OTHERS,
        ],
        beside: "",
        enter: &[E::BirthDocument, E::Family, E::Said, E::Client],
        lift: &[E::BirthDocument, E::Mistake],
        lifted_by: Permission::LiftStops,
    },
    StatusCard {
        status: Status::Vulnerable,
        code: "vulnerable",
        words: "Needs particular care",
        binds: Binds::Person,
        cite: "house rule policy.vulnerable",
        allowed: CARE,
        beside: "Whoever was not trained for it sees the special-care note. Their place on the worklist stays what it was.",
        enter: &[E::Said, E::Letter, E::Message, E::Family, E::Carer, E::LawyersWord],
        lift: &[E::Said, E::Letter, E::Message, E::Carer, E::Mistake],
        lifted_by: Permission::LiftCare,
    },
    StatusCard {
        status: Status::Hardship,
        code: "hardship",
        words: "Cannot pay for a while",
        binds: Binds::Person,
        cite: "house rule policy.care-note",
        allowed: &[ANYBODY],
        beside: "Whoever was not trained for it sees the special-care note. Their place on the worklist stays what it was.",
        enter: &[E::Said, E::Letter, E::Message, E::Family, E::Carer, E::Client],
        lift: &[E::Said, E::Letter, E::Message, E::Carer, E::Mistake],
        lifted_by: Permission::LiftCare,
    },
];

/// Everybody but the person.
const OTHERS: &[Addressee] = &[Addressee::SpeaksForThem, Addressee::CoDebtor, Addressee::Lawyer, Addressee::Other];

const CARE: &[Allowance] = &[
    Allowance { says: "To be called or written to by hand; a machine only where a supervisor releases it.", by_machine: false, ..ANYBODY },
    Allowance { to: &[Addressee::Them], ..WHAT_IS_OWED },
    Allowance { says: "Others on the account, by that person's own rules.", to: OTHERS, ..ANYBODY },
];
