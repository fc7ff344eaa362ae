//! The configuration: one TOML file, unknown keys refused, printed with secrets hidden.

use crate::app::Failure;
use crate::ledger::processor::adapter::{Processor, ProcessorPlaces};
use crate::web::serving::{Network, Serving};
use crate::web::tls::CertificateFiles;
use serde_json::{Value as Json, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What the file may hold; what the command line names wins.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// The database.
    pub database: Option<String>,
    /// The address to serve at.
    pub listen: Option<SocketAddr>,
    /// The certificate for HTTPS, in PEM form.
    pub tls_cert: Option<PathBuf>,
    /// Its private key, in PEM form.
    pub tls_key: Option<PathBuf>,
    /// Whether a proxy with HTTPS stands in front.
    #[serde(default)]
    pub behind_proxy: bool,
    /// Whose `X-Forwarded-For` is believed: addresses and networks; this machine's own when none is named.
    #[serde(default)]
    pub trusted_proxies: Vec<String>,
    /// The folder of the keys that sign the record.
    pub keys: Option<PathBuf>,
    /// On screen, a payment of more than so many whole units of its currency is asked about before it is posted; commands are not asked.
    pub ask_payments_above: Option<u32>,
    /// The folder into which letters are printed from the screen; without one they are opened there.
    pub letters_folder: Option<PathBuf>,
    /// The payment processor: where its secrets are, never the secrets.
    pub processor: Option<ProcessorPlaces>,
}

impl Configuration {
    /// Reads a file, or nothing.
    pub fn read(path: Option<&Path>) -> Result<Configuration, Failure> {
        let Some(path) = path else { return Ok(Configuration::default()) };
        let text = std::fs::read_to_string(path).map_err(|error| Failure::File(format!("{} cannot be read: {error}", path.display())))?;
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map(|span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
            let place = line.map(|line| format!(" line {line}")).unwrap_or_default();
            // The key, not the value: a value may hold a password.
            let key = line.and_then(|line| text.lines().nth(line - 1)?.split_once('=')).map(|(key, _)| format!(" ({})", key.trim()));
            let says = error.message().replace('\n', " ");
            Failure::File(format!("{}{place}{}: {says}; duly config check reads it again", path.display(), key.unwrap_or_default()))
        })
    }

    /// The address to serve at.
    pub fn listen(&self) -> SocketAddr {
        self.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 7171)))
    }

    /// How the product is to be reached; the certificate is read once, so that what is wrong is told at once.
    pub fn serving(&self) -> Result<Serving, Failure> {
        let certificate = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Some(CertificateFiles { certificate: certificate.clone(), key: key.clone() }),
            (None, None) => None,
            (Some(_), None) => return Err(Failure::wrong("tls_key", "is missing: a certificate needs its private key")),
            (None, Some(_)) => return Err(Failure::wrong("tls_cert", "is missing: a private key needs its certificate")),
        };
        if let Some(files) = &certificate {
            files.read()?;
        }
        if !self.behind_proxy && !self.trusted_proxies.is_empty() {
            return Err(Failure::wrong("trusted_proxies", "are named, but behind_proxy is not true"));
        }
        let trusted_proxies = self.trusted_proxies.iter().map(|text| text.parse::<Network>()).collect::<Result<_, _>>();
        let trusted_proxies = trusted_proxies.map_err(|says| Failure::wrong("trusted_proxies", says))?;
        Ok(Serving { certificate, is_behind_proxy: self.behind_proxy, trusted_proxies })
    }

    /// The payment processor, with its secrets read where they are.
    pub fn processor(&self) -> Result<Option<Processor>, Failure> {
        self.processor.as_ref().map(Processor::open).transpose()
    }

    /// As it stands, with secrets hidden.
    pub fn json(&self, database: &str) -> Json {
        json!({
            "database": hidden(database), "listen": self.listen().to_string(), "tls_cert": self.tls_cert, "tls_key": self.tls_key,
            "behind_proxy": self.behind_proxy, "trusted_proxies": self.trusted_proxies, "keys": self.keys,
            "ask_payments_above": self.ask_payments_above, "letters_folder": self.letters_folder,
            "processor": self.processor.as_ref().map(|places| json!({
                "publishable_key": places.publishable_key, "api": places.api, "script": places.script,
                "secret_key": place(&places.secret_key), "webhook_secret": place(&places.webhook_secret),
            })),
        })
    }
}

/// Where a secret is; what is no place may be the secret itself.
fn place(text: &str) -> &str {
    if text.starts_with("env:") || text.starts_with("file:") { text } else { "•••" }
}

/// A database's address without its password.
pub fn hidden(address: &str) -> String {
    let (address, options) = address.split_once('?').map_or((address, None), |(address, options)| (address, Some(options)));
    let shown = match address.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
        Some((scheme, (login, host))) => {
            let user = login.split(':').next().unwrap_or_default();
            let password = if login.contains(':') { ":•••" } else { "" };
            format!("{scheme}://{user}{password}@{host}")
        }
        None => address.to_string(),
    };
    let options = options.map(|options| {
        let shown: Vec<String> = options
            .split('&')
            .map(|option| if option.starts_with("password=") { "password=•••".to_string() } else { option.to_string() })
            .collect();
        format!("?{}", shown.join("&"))
    });
    shown + &options.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hidden_wherever_they_stand() {
        for (address, shown) in [
            ("sqlite:duly.db", "sqlite:duly.db"),
            ("postgres://duly@127.0.0.1:5432/duly", "postgres://duly@127.0.0.1:5432/duly"),
            ("postgres://duly:a@b:c@host/duly?sslmode=require", "postgres://duly:•••@host/duly?sslmode=require"),
            ("postgres://host/duly?password=open&user=duly", "postgres://host/duly?password=•••&user=duly"),
        ] {
            assert_eq!(hidden(address), shown);
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let says =
            |text: &str| toml::from_str::<Configuration>(text).expect("keys that are known").serving().map(drop).unwrap_err().to_string();
        assert_eq!(says("tls_cert = 'c.pem'"), "tls_key is missing: a certificate needs its private key");
        assert_eq!(says("tls_key = 'k.pem'"), "tls_cert is missing: a private key needs its certificate");
        assert_eq!(says("trusted_proxies = ['10.0.0.1']"), "trusted_proxies are named, but behind_proxy is not true");
        let wrong = says("behind_proxy = true\ntrusted_proxies = ['10.0.0.0/99']");
        assert_eq!(wrong, "trusted_proxies \"10.0.0.0/99\" is no address or network such as 10.0.0.0/8");
        assert!(says("tls_cert = '/nowhere/c.pem'\ntls_key = 'k.pem'").starts_with("the certificate /nowhere/c.pem cannot be read: "));
    }
}
