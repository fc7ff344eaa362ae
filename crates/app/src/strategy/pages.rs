//! My day.
use super::store::WorkItem;
/// x
pub struct Term;
impl Term {
    /// x
    pub fn plain(&self) -> String {
        String::new()
    }
}
/// x
pub fn priority_terms(_item: &WorkItem) -> Vec<Term> {
    vec![]
}
