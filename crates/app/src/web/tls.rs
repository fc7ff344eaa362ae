//! HTTPS by our own certificate: TLS 1.2 and 1.3 in Rust alone, HTTP/1.1 and HTTP/2, read again on SIGHUP.

use crate::app::Failure;
use axum::serve::Listener;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Whoever has not greeted after so long is let go.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Callers who are greeted at the same time.
const GREETED: usize = 256;

/// Where the certificate and its key stand, in PEM form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate, with those it was signed by behind it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl CertificateFiles {
    /// Reads them; the error names the file and what is wrong with it.
    pub fn read(&self) -> Result<CertifiedKey, Failure> {
        let (certificate, key) = (self.certificate.display(), self.key.display());
        let chain = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| Failure::File(format!("the certificate {certificate} cannot be read: {error}")))?;
        if chain.is_empty() {
            return Err(Failure::File(format!("{certificate} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")));
        }
        let private = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|error| Failure::File(format!("{key} holds no private key that can be read, in PEM form: {error}")))?;
        CertifiedKey::from_der(chain, private, &provider()).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => Failure::File(format!(
                "the key {key} does not belong to the certificate {certificate}: give the pair that was made together"
            )),
            error => Failure::File(format!("{certificate} and {key} cannot be used: {error}")),
        })
    }
}

/// The one provider of cryptography.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The certificate as it stands now; a new one takes effect for the next caller.
#[derive(Debug)]
pub struct Certificate {
    files: CertificateFiles,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// Reads the files for the first time.
    pub fn open(files: CertificateFiles) -> Result<Arc<Certificate>, Failure> {
        let current = RwLock::new(Arc::new(files.read()?));
        Ok(Arc::new(Certificate { files, current }))
    }

    /// Reads them again; what is wrong leaves the one in use.
    pub fn reload(&self) -> Result<(), Failure> {
        let read = Arc::new(self.files.read()?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// Reads them again whenever the process is sent SIGHUP.
    pub fn reload_on_hangup(self: Arc<Certificate>) -> Result<(), Failure> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let mut hangups = signal(SignalKind::hangup()).map_err(|error| Failure::File(format!("SIGHUP cannot be heard: {error}")))?;
            tokio::spawn(async move {
                while hangups.recv().await.is_some() {
                    match self.reload() {
                        Ok(()) => tracing::info!("the certificate was read again"),
                        Err(failure) => tracing::error!(%failure, "the certificate could not be read again; the one in use stays"),
                    }
                }
            });
        }
        Ok(())
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// A listener that greets callers beside each other, so that a slow one holds up nobody.
pub struct TlsListener {
    greeted: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl TlsListener {
    /// Over a listener that is open already.
    pub fn over(listener: TcpListener, certificate: Arc<Certificate>) -> Result<TlsListener, Failure> {
        let broken = |error: &dyn std::fmt::Display| Failure::File(format!("HTTPS cannot be served: {error}"));
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| broken(&error))?
            .with_no_client_auth()
            .with_cert_resolver(certificate);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let address = listener.local_addr().map_err(|error| broken(&error))?;
        let (sender, greeted) = mpsc::channel(GREETED);
        tokio::spawn(greet(listener, TlsAcceptor::from(Arc::new(config)), sender));
        Ok(TlsListener { greeted, address })
    }
}

async fn greet(listener: TcpListener, acceptor: TlsAcceptor, sender: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>) {
    let turns = Arc::new(Semaphore::new(GREETED));
    loop {
        let Ok(turn) = turns.clone().acquire_owned().await else { return };
        let (stream, address) = tokio::select! {
            () = sender.closed() => return,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Most likely too many files are open; some will close.
                    tracing::warn!(%error, "a caller could not be accepted");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    continue;
                }
            },
        };
        let (acceptor, sender) = (acceptor.clone(), sender.clone());
        tokio::spawn(async move {
            let _turn = turn;
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                // When nobody takes callers any more, the server is ending.
                Ok(Ok(stream)) => drop(sender.send((stream, address)).await),
                Ok(Err(error)) => tracing::debug!(%error, "a caller could not be greeted"),
                Err(_) => tracing::debug!("a caller took too long to greet"),
            }
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TlsStream<TcpStream>, SocketAddr) {
        match self.greeted.recv().await {
            Some(greeted) => greeted,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
