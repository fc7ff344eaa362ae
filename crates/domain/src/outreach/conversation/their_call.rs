//! What may be said when somebody calls us although something forbids us to call them.
//!
//! Answering is no contact that we make, so no rule refuses it; what the stop is about still binds what is said. The list of what
//! stays allowed is the status' own ([`crate::compliance::status::StatusCard::allowed`]); the sentences here say it for a talk.

use crate::compliance::status::Status;

/// What a stop leaves in a call that they make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heed {
    /// What may be said.
    pub may: &'static str,
    /// What may not.
    pub must_not: &'static str,
}

const PETITION: Heed = Heed {
    may: "Ask for the court, the chapter, the case number and their lawyer. Answer what they ask about papers.",
    must_not: "Any word about paying: no amount asked for, no date, no plan, also if they offer it.",
};

/// What a status leaves; `None` where it forbids nothing in a talk that they began.
pub const fn heed(status: Status) -> Option<Heed> {
    Some(match status {
        Status::Cease => Heed {
            may: "Answer what they ask, and that collection ends or what usually follows, if it is decided. They take the stop back in \
                  writing, or not at all.",
            must_not: "Ask for payment, or go on once they are answered.",
        },
        Status::Attorney => Heed {
            may: "One answer to what they ask; then their lawyer's name and number, if they have changed.",
            must_not: "Go on about the debt, ask for payment, or ask what their lawyer said.",
        },
        Status::Chapter7 | Status::Chapter11 | Status::Chapter12 | Status::Chapter13 | Status::ChapterUnknown => PETITION,
        Status::Discharged => Heed {
            may: "That nothing is asked of them, and who can send them that in writing.",
            must_not: "Any word about paying: the debt is no longer theirs to pay.",
        },
        Status::Deceased => Heed {
            may: "Say that we are sorry. Who acts for the estate, and how we may write to them.",
            must_not: "Anything about a debt to whoever does not act for the estate; asking the family to pay.",
        },
        Status::Closed => Heed {
            may: "One answer by the way that they closed and use themselves. Ask which way they want instead.",
            must_not: "Take their call as leave to call again.",
        },
        Status::Minor => {
            Heed { may: "Who looks after them, and how we may write to them.", must_not: "Anything about a debt to the child." }
        }
        Status::Servicemember | Status::Incarcerated | Status::Vulnerable | Status::Hardship => return None,
    })
}

/// Whether a status keeps every word about paying out of a talk with whom it is about; the reason, as stages say it.
pub const fn bars_payment(status: Status) -> Option<&'static str> {
    match status {
        Status::Chapter7 | Status::Chapter11 | Status::Chapter12 | Status::Chapter13 | Status::ChapterUnknown => {
            Some("stays shut: they are in bankruptcy")
        }
        Status::Discharged => Some("stays shut: the debt was discharged in bankruptcy"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::status::{Addressee, CARDS};
    use crate::values::channel::Channel;

    #[test]
    fn every_status_that_forbids_calls_says_what_is_left_when_they_call() {
        for card in &CARDS {
            let may_call = card.allowed.iter().any(|item| {
                item.to.contains(&Addressee::Them)
                    && item.purposes.is_empty()
                    && !item.is_answer
                    && (item.by.is_empty() || item.by.contains(&Channel::Call))
            });
            if !may_call {
                assert!(heed(card.status).is_some(), "{} forbids calls and says nothing of theirs", card.code);
            }
            assert!(bars_payment(card.status).is_none() || heed(card.status).is_some(), "{}", card.code);
        }
        assert!(bars_payment(Status::ChapterUnknown).is_some() && bars_payment(Status::Cease).is_none());
    }
}
