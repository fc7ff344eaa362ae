//! Web.
use crate::app::{App, Failure};
/// x
pub async fn serve(_app: App, _listen: std::net::SocketAddr) -> Result<(), Failure> {
    Ok(())
}
