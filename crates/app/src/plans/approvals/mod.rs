//! Approvals: an officer asks for more than they may grant alone, often while somebody holds, and a supervisor answers.
//!
//! [`actions::ask`] keeps the request with the limits it passes; [`actions::answer`] approves it, grants other terms, refuses it or
//! answers a question; what was granted is taken like any promise ([`take_promise`](super::actions::take_promise)), which finds the grant
//! itself and uses it up. Nobody need answer: a request lapses, by the clock that whoever looks reads, and [`lapsing`] writes it down.
//! Both sides see it without loading their page again ([`crate::web::live`]). Shown at `/approvals`, on the account and in the call.
//!
//! Always true: the rules of law and house are asked again when it is answered and when it is used; who asked does not answer.

pub mod actions;
pub mod context;
pub mod lapsing;
pub mod pages;
pub mod panel;
pub mod relief;
pub mod store;
