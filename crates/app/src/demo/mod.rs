//! Demo.
use crate::app::{App, Failure};
/// x
pub struct Made;
impl Made {
    /// x
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({})
    }
    /// x
    pub fn lines(&self) -> Vec<String> {
        vec![]
    }
}
/// x
pub async fn make(_app: &App, _n: u32, _s: u64) -> Result<Made, Failure> {
    Ok(Made)
}
