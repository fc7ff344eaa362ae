//! Training: lessons and quizzes made from the rules as they are today, what has to be read by a day, and certificates.
//!
//! A quiz is drawn from a seed under the law that was known when it was asked ([`law`]), so that it can be shown again and proved.
//! A policy or an amendment that is approved, and a release with another rule set, make an assignment for everybody who may contact
//! ([`assigning`]). A course that is passed gives a certificate; a permission can be made to wait for one ([`certificates`]).
//!
//! Always true: no key of a quiz is written down before the rules are asked; nobody is stopped by a missing certificate before its day.

pub mod actions;
pub mod assigning;
pub mod certificates;
pub mod law;
pub mod lessons;
pub mod pages;
pub mod store;
pub mod team;
