//! A case: of what kind it is, what may happen to it, and when it may be closed.
//!
//! Open → steps in any order (acknowledged, evidence asked for and received, answered) → closed with an outcome.
//! [`find_hindrances`] says what is missing before an outcome may be named: an answer that went out, evidence for what is called
//! verified, a root cause for a complaint. A step is never changed; a case is never opened again, a new one is opened.

use crate::values::coded::coded;

coded! {
    /// What a case is about.
    CaseKind, 4 {
        Dispute = "dispute", "Dispute";
        OriginalCreditor = "original_creditor", "Original creditor asked for";
        IdentityTheft = "identity_theft", "Identity theft";
        Complaint = "complaint", "Complaint";
    }
}

coded! {
    /// What they say is wrong with the debt.
    Ground, 8 {
        NotMine = "not_mine", "It is not mine";
        WrongAmount = "wrong_amount", "The amount is wrong";
        AlreadyPaid = "already_paid", "It is paid or settled";
        NotReceived = "not_received", "Goods or services did not come or were faulty";
        InBankruptcy = "in_bankruptcy", "It was in a bankruptcy";
        TooOld = "too_old", "It is too old";
        AskedForProof = "proof", "They ask for proof";
        Other = "other", "Something else";
    }
}

coded! {
    /// One thing that happened to a case.
    StepKind, 10 {
        Acknowledged = "acknowledged", "We said that we have it";
        CreditorAsked = "creditor_asked", "Evidence asked of the creditor";
        ConsumerAsked = "consumer_asked", "Evidence asked of them";
        CreditorSent = "creditor_sent", "Evidence came from the creditor";
        ConsumerSent = "consumer_sent", "Evidence came from them";
        Repeated = "repeated", "They said it again";
        VerificationSent = "verification_sent", "Verification sent";
        RepeatAnswered = "repeat_answered", "Repeated dispute answered with the reason";
        OriginalCreditorSent = "original_creditor_sent", "Original creditor's name and address sent";
        Answered = "answered", "Our answer sent";
    }
}

coded! {
    /// How a case ended.
    CaseOutcome, 7 {
        Verified = "verified", "Verified: it is as we said";
        Corrected = "corrected", "Corrected";
        Ended = "ended", "Collection of it ended";
        Supplied = "supplied", "What they asked for was sent";
        Upheld = "upheld", "The complaint is right";
        PartlyUpheld = "partly_upheld", "The complaint is right in part";
        NotUpheld = "not_upheld", "The complaint is not right";
    }
}

coded! {
    /// Why there was something to complain about.
    RootCause, 9 {
        WrongPerson = "wrong_person", "We reached the wrong person";
        TooOften = "too_often", "Too often or at a bad time";
        Tone = "tone", "What was said, or how";
        WrongAmount = "wrong_amount", "A wrong amount or balance";
        PaymentNotSeen = "payment_not_seen", "A payment was not seen or laid wrongly";
        WishNotHeeded = "wish_not_heeded", "A wish or stop was not heeded";
        CreditorsFile = "creditors_file", "The creditor's data were wrong";
        Slow = "slow", "We were slow";
        NoFault = "no_fault", "No fault of ours was found";
    }
}

impl CaseKind {
    /// The steps that answer a case of this kind.
    pub const fn answers(self) -> &'static [StepKind] {
        match self {
            CaseKind::Dispute => &[StepKind::VerificationSent, StepKind::RepeatAnswered, StepKind::Answered],
            CaseKind::OriginalCreditor => &[StepKind::OriginalCreditorSent],
            CaseKind::IdentityTheft => &[StepKind::VerificationSent, StepKind::Answered],
            CaseKind::Complaint => &[StepKind::Answered],
        }
    }

    /// The steps that may be recorded by hand: the common ones, and its answers.
    pub fn steps(self) -> impl Iterator<Item = StepKind> {
        StepKind::ALL.into_iter().take(5).chain(self.answers().iter().copied())
    }

    /// The outcomes a case of this kind can have.
    pub const fn outcomes(self) -> &'static [CaseOutcome] {
        match self {
            CaseKind::Dispute | CaseKind::IdentityTheft => &[CaseOutcome::Verified, CaseOutcome::Corrected, CaseOutcome::Ended],
            CaseKind::OriginalCreditor => &[CaseOutcome::Supplied, CaseOutcome::Ended],
            CaseKind::Complaint => &[CaseOutcome::Upheld, CaseOutcome::PartlyUpheld, CaseOutcome::NotUpheld],
        }
    }
}

/// What closing a case starts from.
#[derive(Clone, Debug)]
pub struct ClosingFacts {
    /// Of what kind the case is.
    pub kind: CaseKind,
    /// The steps so far, each with whether a document shows it.
    pub steps: Vec<(StepKind, bool)>,
    /// An answer is printed and not in the mail.
    pub is_letter_waiting: bool,
    /// The outcome somebody wants to name.
    pub outcome: CaseOutcome,
    /// The root cause they name.
    pub root_cause: Option<RootCause>,
    /// Whether the account is still collected.
    pub is_account_open: bool,
    /// What was said about why, in one's own words.
    pub has_words: bool,
}

/// What is missing before the case may be closed so; nothing when it may. Each with the field of the form it belongs to.
pub fn find_hindrances(facts: &ClosingFacts) -> Vec<(&'static str, &'static str)> {
    let has = |step: StepKind| facts.steps.iter().any(|(known, _)| *known == step);
    let is_answered = facts.kind.answers().iter().any(|answer| has(*answer));
    // That something was said to have gone out is not that it did.
    let is_shown = facts.kind.answers().iter().any(|answer| facts.steps.contains(&(*answer, true)));
    let mut missing = Vec::new();
    if !facts.kind.outcomes().contains(&facts.outcome) {
        missing.push(("outcome", "is none a case of this kind can have"));
    }
    if facts.outcome == CaseOutcome::Verified
        && !has(StepKind::CreditorSent)
        && !has(StepKind::ConsumerSent)
        && !has(StepKind::RepeatAnswered)
    {
        missing.push(("outcome", "is verified by evidence: record what came, or from whom it was asked"));
    }
    if facts.outcome == CaseOutcome::Ended {
        // Nothing is owed to somebody who is left alone but the truth about it.
        if facts.is_account_open {
            missing.push(("outcome", "leaves the account open: close the account first, then the case"));
        }
    } else if !is_answered {
        missing.push(("outcome", "has no answer yet: print its letter and mail it"));
    } else if !is_shown {
        missing
            .push(("outcome", "has an answer that nothing shows: mail its letter, or record the answer with the document that was sent"));
    }
    if facts.is_letter_waiting {
        missing.push(("outcome", "has a letter that is printed and not in the mail: mail it, or take it back"));
    }
    if facts.kind == CaseKind::Complaint && facts.root_cause.is_none() {
        missing.push(("root_cause", "is missing: why was there something to complain about?"));
    }
    if !facts.has_words {
        missing.push(("words", "are empty: say what was found"));
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(
        kind: CaseKind,
        outcome: CaseOutcome,
        steps: &[StepKind],
        root_cause: Option<RootCause>,
        is_open: bool,
    ) -> Vec<&'static str> {
        let facts = ClosingFacts {
            kind,
            steps: steps.iter().map(|step| (*step, true)).collect(),
            is_letter_waiting: false,
            outcome,
            root_cause,
            is_account_open: is_open,
            has_words: true,
        };
        find_hindrances(&facts).into_iter().map(|(_, says)| says.split([':', ' ']).next().unwrap()).collect()
    }

    #[test]
    fn a_case_is_closed_by_what_was_done() {
        use CaseKind::{Complaint, Dispute, OriginalCreditor};
        use CaseOutcome::{Corrected, Ended, Supplied, Upheld, Verified};
        use StepKind::{Answered, CreditorSent, OriginalCreditorSent, VerificationSent};
        let check = |kind, outcome, steps: &[StepKind], root_cause, is_open, count: usize| {
            let found = missing(kind, outcome, steps, root_cause, is_open);
            assert_eq!(found.len(), count, "{kind} {outcome} {steps:?}: {found:?}");
        };
        check(Dispute, Verified, &[], None, true, 2);
        check(Dispute, Verified, &[CreditorSent], None, true, 1);
        check(Dispute, Verified, &[CreditorSent, VerificationSent], None, true, 0);
        check(Dispute, Corrected, &[Answered], None, true, 0);
        check(Dispute, Ended, &[], None, true, 1);
        check(Dispute, Ended, &[], None, false, 0);
        check(Dispute, Upheld, &[CreditorSent, VerificationSent], None, true, 1);
        check(OriginalCreditor, Supplied, &[VerificationSent], None, true, 1);
        check(OriginalCreditor, Supplied, &[OriginalCreditorSent], None, true, 0);
        check(Complaint, Upheld, &[Answered], None, true, 1);
        check(Complaint, Upheld, &[Answered], Some(RootCause::Slow), true, 0);
    }

    #[test]
    fn an_answer_is_shown_by_what_was_sent_and_waits_for_the_mail() {
        let of = |is_shown, is_letter_waiting| {
            let steps = vec![(StepKind::CreditorSent, false), (StepKind::VerificationSent, is_shown)];
            let (kind, outcome) = (CaseKind::Dispute, CaseOutcome::Verified);
            find_hindrances(&ClosingFacts {
                kind,
                steps,
                is_letter_waiting,
                outcome,
                root_cause: None,
                is_account_open: true,
                has_words: true,
            })
        };
        assert!(of(true, false).is_empty());
        assert!(of(false, false)[0].1.contains("nothing shows"));
        assert!(of(true, true)[0].1.contains("not in the mail"));
    }

    #[test]
    fn codes_are_read_as_they_are_written() {
        assert!(CaseKind::ALL.into_iter().all(|kind| CaseKind::parse(kind.code()) == Some(kind)));
        assert!(Ground::ALL.into_iter().all(|ground| Ground::parse(ground.code()) == Some(ground)));
        assert!(StepKind::ALL.into_iter().all(|step| StepKind::parse(step.code()) == Some(step)));
        assert!(CaseOutcome::ALL.into_iter().all(|outcome| CaseOutcome::parse(outcome.code()) == Some(outcome)));
        assert!(RootCause::ALL.into_iter().all(|cause| RootCause::parse(cause.code()) == Some(cause)));
        assert_eq!(CaseKind::parse("pigeon"), None);
    }

    #[test]
    fn every_kind_offers_the_common_steps_and_its_own_answers() {
        for kind in CaseKind::ALL {
            let offered: Vec<StepKind> = kind.steps().collect();
            assert!(offered.contains(&StepKind::CreditorAsked) && !offered.contains(&StepKind::Repeated), "{kind}");
            assert!(kind.answers().iter().all(|answer| offered.contains(answer)), "{kind}");
            assert!(!kind.outcomes().is_empty());
        }
    }
}
