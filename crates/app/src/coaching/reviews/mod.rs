//! Reviews: a call is looked at by its steps, by the officer who led it, and by somebody who did not.
//!
//! The steps are scored first, of every call ([`scored`]); people mark what only they can judge, and may see it otherwise.
//!
//! Always true: nobody reviews a call they led.

pub mod scored;
