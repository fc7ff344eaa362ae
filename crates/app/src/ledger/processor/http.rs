//! One request to the processor and its answer, encrypted unless it stays on this machine.
//!
//! Always true: an error says where and why, and nothing of what was sent.

use crate::app::Failure;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest answer that is read.
const ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// Where the processor answers.
#[derive(Clone, Debug)]
pub(super) struct Address {
    is_encrypted: bool,
    host: String,
    port: u16,
}

/// What was answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
    /// The processor's clock, where it said it.
    pub(super) at: Option<Timestamp>,
}

/// A form that is sent, with its key where asking twice must be asking once.
pub(super) struct Sent {
    pub(super) form: String,
    pub(super) key: String,
}

impl Address {
    /// Reads `https://HOST[:PORT]`; without encryption only a machine that is this one.
    pub(super) fn parse(text: &str) -> Result<Address, Failure> {
        let wrong = |says: &str| Failure::wrong("processor.api", format!("{text:?} {says}"));
        let (is_encrypted, rest) = match text.trim_end_matches('/').split_once("://") {
            Some(("https", rest)) => (true, rest),
            Some(("http", rest)) => (false, rest),
            _ => return Err(wrong("is no address such as https://api.stripe.com")),
        };
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| wrong("names no port"))?),
            None => (rest, if is_encrypted { 443 } else { 80 }),
        };
        if host.is_empty() || host.contains(['/', '@', '?', '#']) {
            return Err(wrong("is no address such as https://api.stripe.com"));
        }
        if !is_encrypted && !matches!(host, "127.0.0.1" | "localhost") {
            return Err(wrong("is not encrypted: only this machine itself is asked in the clear"));
        }
        Ok(Address { is_encrypted, host: host.into(), port })
    }

    /// Asks; an error where no whole answer came, so that nobody knows what was done.
    pub(super) async fn ask(&self, path: &str, key: &str, sent: Option<&Sent>) -> Result<Answer, String> {
        let asked = async {
            let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|error| error.to_string())?;
            match self.is_encrypted {
                false => self.over(stream, path, key, sent).await,
                true => {
                    let name = ServerName::try_from(self.host.clone()).map_err(|error| error.to_string())?;
                    let stream = TlsConnector::from(trusted()?).connect(name, stream).await.map_err(|error| error.to_string())?;
                    self.over(stream, path, key, sent).await
                }
            }
        };
        let answered = tokio::time::timeout(PATIENCE, asked).await;
        let answered = answered.unwrap_or_else(|_| Err(format!("no answer within {} seconds", PATIENCE.as_secs())));
        answered.map_err(|says| format!("{}:{} did not answer: {says}", self.host, self.port))
    }

    async fn over<S>(&self, stream: S, path: &str, key: &str, sent: Option<&Sent>) -> Result<Answer, String>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        let mut request = Request::builder()
            .method(if sent.is_some() { Method::POST } else { Method::GET })
            .uri(path)
            .header(HOST, &self.host)
            .header(AUTHORIZATION, format!("Bearer {key}"));
        let mut body = Bytes::new();
        if let Some(sent) = sent {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").header("idempotency-key", &sent.key);
            body = Bytes::from(sent.form.clone());
        }
        let request = request.body(Full::new(body)).map_err(|error| error.to_string())?;
        let answered = async {
            let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
            let status = answer.status().as_u16();
            let at = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
            let at = at.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|date| date.timestamp());
            let body = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await.map_err(|error| error.to_string())?.to_bytes();
            Ok(Answer { status, body, at })
        };
        tokio::pin!(connection);
        tokio::pin!(answered);
        tokio::select! {
            answer = &mut answered => answer,
            // It ended, by an error or with all that was sent: what has arrived is still read.
            _ = &mut connection => answered.await,
        }
    }
}

/// Whom this machine trusts, read once.
fn trusted() -> Result<Arc<ClientConfig>, String> {
    static TRUSTED: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = TRUSTED.get() {
        return Ok(config.clone());
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err("this machine trusts no authority: install its certificates (Debian package ca-certificates)".into());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TRUSTED.get_or_init(|| Arc::new(config)).clone())
}

/// The pairs of a form as they are sent.
pub(super) fn form(pairs: &[(&str, &str)]) -> String {
    let encoded = |text: &str| {
        let mut out = String::with_capacity(text.len());
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
                byte => out.push_str(&format!("%{byte:02X}")),
            }
        }
        out
    };
    pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_in_the_clear() {
        for good in ["https://api.stripe.com", "https://api.stripe.com/", "http://127.0.0.1:8420", "http://localhost:8420"] {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        for wrong in
            ["", "api.stripe.com", "http://api.stripe.com", "https://", "https://user@host", "https://host/v1", "http://127.0.0.1:x"]
        {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(form(&[("metadata[duly]", "a b&c"), ("x", "ü")]), "metadata%5Bduly%5D=a%20b%26c&x=%C3%BC");
    }
}
