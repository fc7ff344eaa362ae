//! Reviews: a call is looked at by its steps, by the officer who led it, and by somebody who did not.
//!
//! Every call is scored from its steps when it is wrapped up ([`scored`]). Each week some calls are drawn, by chance and by risk
//! ([`drawing`]), by a supervisor or else by the night ([`nightly`]). The officer and a reviewer mark a drawn call blind; then both, and what the steps say, stand side by side
//! ([`marking`]); a mark that the officer disputes is decided by somebody who gave none. Two reviewers who mark the same call show
//! whether they see the same ([`calibration`]). What is to be learned becomes a goal ([`goals`]). What the
//! calls came to is compared like with like ([`comparison`]), and nobody is ranked. [`care`] is for the officer alone.
//!
//! A review is about an officer's work, not about the account: its entries stand in the agency's chain, so that no evidence pack of an
//! account tells it. The score of the steps is named in the entry that wraps the call up.
//!
//! Always true: nobody reviews a call they led; nobody sees another's marks before both are in; a mark that was given stays.

pub mod calibration;
pub mod care;
pub mod comparison;
pub mod drawing;
pub mod goals;
pub mod marking;
pub mod nightly;
pub mod numbers;
pub mod pages;
pub mod review_page;
pub mod scope;
pub mod scored;
pub mod steps;
pub mod store;
pub mod team_page;
