//! The product served at a free port of this machine, for tests that speak HTTP or drive a browser.

use crate::Floor;
use duly::web;
use tokio::net::TcpListener;

impl Floor {
    /// Serves the floor's product; the address to visit.
    pub fn serve(&self) -> String {
        // What it could not do is told with the test that fails, and a few answers say no more than that something failed.
        tracing_subscriber::fmt().with_test_writer().with_max_level(tracing_subscriber::filter::LevelFilter::ERROR).try_init().ok();
        let listener = self.runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port is free");
        let address = listener.local_addr().expect("the listener has an address");
        let app = self.app.clone();
        self.runtime.spawn(async move {
            // Ends with the runtime, when the floor is dropped.
            web::serve_at(app, listener).await.ok();
        });
        format!("http://{address}")
    }
}
