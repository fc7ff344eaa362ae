//! Cases in bankruptcy, and whom each protects: who filed, and in some chapters whoever else owes the same consumer debt.
//!
//! A stay reaches the person who filed (11 USC 362(a)); in chapters 12 and 13 everybody liable with them on a consumer debt too
//! (1201(a), 1301(a)), whoever of them filed. A discharge frees the person it was given to alone (524(a)(2), (e)).

use super::{Debt, Key, Record, Standing};

/// A case in bankruptcy, as it stands for one debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bankruptcy {
    /// Ended in a discharge; open otherwise.
    pub is_discharged: bool,
    /// The chapter, where it is known.
    pub chapter: Option<u8>,
    /// The court lifted the stay for this debt (11 USC 362(d)).
    pub is_stay_lifted: bool,
}

impl Bankruptcy {
    /// Whether co-debtors on consumer debts are shielded too (11 USC 1201, 1301); an unknown chapter may be one of those.
    pub const fn shields_co_debtors(self) -> bool {
        matches!(self.chapter, None | Some(12 | 13))
    }

    /// Whether its stay holds.
    pub const fn stays(self) -> bool {
        !self.is_discharged && !self.is_stay_lifted
    }
}

impl Debt {
    /// Whether it was discharged in the consumer's bankruptcy and the discharge reaches it.
    pub fn is_discharged(&self) -> bool {
        self.bankruptcy.is_some_and(|case| case.is_discharged) && !self.survives_discharge && !self.is_post_petition
    }

    /// Whether the consumer's own case stays collecting it, from the consumer or from somebody else who owes it.
    pub(in crate::compliance) fn is_stayed(&self, from_co_debtor: bool) -> bool {
        let reaches = |case: Bankruptcy| !from_co_debtor || (self.is_consumer_purpose && case.shields_co_debtors());
        !self.is_post_petition && self.bankruptcy.is_some_and(|case| case.stays() && reaches(case))
    }
}

impl Record {
    /// Whether a stay forbids collecting a debt from a person: the consumer's, their own, or that of somebody who owes it with them.
    pub fn is_stayed(&self, debt: &Debt, person: Key) -> bool {
        let is_co_debtor = self.persons.iter().any(|known| known.key == person && known.standing == Standing::CoDebtor);
        debt.is_stayed(is_co_debtor) || self.is_stayed_by_others(debt, person)
    }

    /// Whether the case of somebody other than the consumer forbids collecting a debt from a person.
    pub fn is_stayed_by_others(&self, debt: &Debt, person: Key) -> bool {
        self.persons.iter().any(|filer| {
            let shields = filer.standing == Standing::CoDebtor && debt.is_consumer_purpose;
            filer.case_of(debt.key).is_some_and(|case| case.stays() && (filer.key == person || (shields && case.shields_co_debtors())))
        })
    }

    /// Whether a debt was discharged for somebody other than the consumer.
    pub fn is_discharged_for(&self, debt: &Debt, person: Key) -> bool {
        let own = self.persons.iter().find(|known| known.key == person).and_then(|known| known.case_of(debt.key));
        own.is_some_and(|case| case.is_discharged)
    }
}
