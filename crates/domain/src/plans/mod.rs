//! Plans: what a debtor said they will pay, whether they did, what can be offered to them, and what an officer asks to grant beyond
//! their limits.
//!
//! The negotiation desk reads [`budget`] (what can be paid), [`schedule`] (a plan day by day), [`worth`] (what a plan is worth to the
//! creditor), [`offers`] (the best plans that policy and budget have) and [`limits`] (what of them somebody may grant alone). What becomes of one that was
//! agreed stands in [`plan`]; one over several accounts is cut by [`joint`]; after payments as agreed [`re_age`] brings an account current. What a note seems to promise past all of that is found by [`said`].

pub mod approval;
pub mod budget;
pub mod joint;
pub mod limits;
pub mod offers;
pub mod plan;
pub mod promise;
pub mod re_age;
pub mod revision;
pub mod rhythm;
pub mod said;
pub mod schedule;
pub mod worth;

use std::fmt;

/// What is wrong with one field of a form, in plain words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name in forms.
    pub field: &'static str,
    /// A whole sentence, to be shown beside it.
    pub says: String,
}

impl FieldProblem {
    /// A problem with a field.
    pub fn new(field: &'static str, says: impl Into<String>) -> FieldProblem {
        FieldProblem { field, says: says.into() }
    }
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.says)
    }
}

/// So many basis points of an amount (not below zero) in minor units, a part of one counted as a whole: a cent below a share is below it.
pub(crate) fn share_up(minor: i64, basis_points: u32) -> i64 {
    let exact = i128::from(minor) * i128::from(basis_points) + 9_999;
    i64::try_from(exact / 10_000).unwrap_or(i64::MAX)
}
