//! The negotiation desk: what somebody can pay, what policy lets be offered, the ways side by side, and a plan that is agreed.
//!
//! [`standing::Desk`] gathers the case from the record: what may be asked for, the days that end it, the pay days of the budget, the
//! policy of the day, and how likely it is that money comes. [`agreeing::agree_plan`] is the one way to a plan: the rules of a promise,
//! then policy and budget ([`offer_of`](duly_domain::plans::offers::offer_of)), then the limits of whoever agrees it.
//! Shown at `/accounts/{account}/offers`; the comparison without any worth is also a paper.
//!
//! Always true: what is outside policy has no button and is refused where a form is forged; what is beyond somebody's limits is asked for.

pub mod agreeing;
pub mod budgeting;
pub mod comparison;
pub mod form;
pub mod limits;
pub mod mailing;
pub mod pages;
pub mod policy;
pub mod standing;
pub mod store;
pub mod terms;
pub mod words;
