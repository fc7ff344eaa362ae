//! HTTPS by our own certificate, and PostgreSQL through an encrypted connection, with certificates made for each test.

use duly::store::Db;
use duly::web::serving::Serving;
use duly::web::tls::{Certificate, CertificateFiles, provider};
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor, PASSWORD};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// A folder with a certificate and its key, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(std::env::temp_dir().join(format!("duly-tls-{}", duly::app::new_uuid().simple())));
        std::fs::create_dir(&folder.0).unwrap();
        folder.make_pair();
        folder
    }

    /// Makes a new pair in the place of the old one.
    fn make_pair(&self) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".into(), "127.0.0.1".into()]).unwrap();
        std::fs::write(self.files().certificate, made.cert.pem()).unwrap();
        std::fs::write(self.files().key, made.signing_key.serialize_pem()).unwrap();
    }

    fn files(&self) -> CertificateFiles {
        CertificateFiles { certificate: self.0.join("certificate.pem"), key: self.0.join("key.pem") }
    }

    /// What the certificate file holds now.
    fn certificate(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.files().certificate).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// Serves a floor by HTTPS; where.
fn serve(floor: &Floor, folder: &Folder) -> SocketAddr {
    let listener = floor.runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let serving = Serving { certificate: Some(folder.files()), ..Serving::default() };
    let app = floor.app.clone();
    floor.runtime.spawn(async move { duly::web::serve_with(app, listener, serving).await });
    address
}

/// A connection that trusts one certificate alone.
async fn connect(
    to: SocketAddr,
    trusted: CertificateDer<'static>,
    version: &'static SupportedProtocolVersion,
    speaks: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).unwrap();
    let config = ClientConfig::builder_with_provider(provider()).with_protocol_versions(&[version]).unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = speaks.iter().map(|name| name.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(to).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await
}

/// One request by HTTP/1.1; the whole answer.
async fn ask(stream: &mut TlsStream<TcpStream>, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A server that closes without saying goodbye has said all the same what it had to say.
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn https_is_spoken_in_both_versions_and_marks_its_cookies() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    floor.user("Dana", Role::Officer);
    let folder = Folder::new();
    let at = serve(&floor, &folder);
    floor.runtime.block_on(async {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let mut stream = connect(at, folder.certificate(), version, &["http/1.1"]).await.unwrap();
            let answer = ask(&mut stream, "GET /sign-in HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
            assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("strict-transport-security: max-age=31536000"), "{answer}");
        }
        let mut stream = connect(at, folder.certificate(), &rustls::version::TLS13, &["http/1.1"]).await.unwrap();
        let form = format!("email=dana@example.org&password={}", PASSWORD.replace(' ', "+").replace('\'', "%27"));
        let length = form.len();
        let answer = ask(
            &mut stream,
            &format!("POST /sign-in HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{form}"),
        )
        .await;
        let cookie = answer.lines().find(|line| line.starts_with("set-cookie: duly_session=")).unwrap_or_else(|| panic!("{answer}"));
        assert!(cookie.contains("; Secure") && cookie.contains("; HttpOnly"), "{cookie}");

        // HTTP/2: our greeting and empty settings; the server answers with settings of its own.
        let mut stream = connect(at, folder.certificate(), &rustls::version::TLS13, &["h2", "http/1.1"]).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(head[3], 4, "a frame of settings");

        // Somebody who speaks plain HTTP, or nothing at all, holds up nobody.
        let silent = TcpStream::connect(at).await.unwrap();
        let mut plain = TcpStream::connect(at).await.unwrap();
        plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        connect(at, folder.certificate(), &rustls::version::TLS13, &["h2"]).await.unwrap();
        drop(silent);
    });
}

#[test]
fn in_the_clear_nothing_says_https() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    floor.user("Dana", Role::Officer);
    let base = floor.serve();
    floor.runtime.block_on(async {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let form = [("email", "dana@example.org"), ("password", PASSWORD)];
        let answer = client.post(format!("{base}/sign-in")).form(&form).send().await.unwrap();
        assert!(answer.headers().get("strict-transport-security").is_none());
        assert!(!answer.headers()["set-cookie"].to_str().unwrap().contains("Secure"));
    });
}

#[test]
fn behind_a_proxy_cookies_are_secure_and_tries_are_counted_by_the_callers_address() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    floor.user("Dana", Role::Officer);
    let listener = floor.runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serving = Serving { is_behind_proxy: true, ..Serving::default() };
    let app = floor.app.clone();
    floor.runtime.spawn(async move { duly::web::serve_with(app, listener, serving).await });
    floor.runtime.block_on(async {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let tries = |from: &'static str, email: String| {
            let form = [("email".to_string(), email), ("password".to_string(), "wrong".to_string())];
            client.post(format!("{base}/sign-in")).header("x-forwarded-for", from).form(&form).send()
        };
        // A hundred and twenty at once, and some that become free while they are tried.
        let mut refused = 0;
        while tries("203.0.113.9", format!("nobody{refused}@example.org")).await.unwrap().status().as_u16() != 429 {
            refused += 1;
            assert!(refused < 1_000, "one caller may try without end");
        }
        assert!(refused >= 120);
        assert_eq!(tries("203.0.113.10", "other@example.org".into()).await.unwrap().status().as_u16(), 422, "another has not");
        let form = [("email", "dana@example.org"), ("password", PASSWORD)];
        let answer = client.post(format!("{base}/sign-in")).header("x-forwarded-for", "203.0.113.11").form(&form).send().await.unwrap();
        assert!(answer.headers()["set-cookie"].to_str().unwrap().contains("; Secure"));
        assert!(answer.headers().contains_key("strict-transport-security"));
    });
}

#[test]
fn a_new_certificate_is_taken_up_on_sighup_and_a_wrong_one_is_not() {
    let floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let folder = Folder::new();
    let at = serve(&floor, &folder);
    let hang_up = || assert!(Command::new("kill").args(["-HUP", &std::process::id().to_string()]).status().unwrap().success());
    floor.runtime.block_on(async {
        let old = folder.certificate();
        let is_served = |certificate: CertificateDer<'static>| connect(at, certificate, &rustls::version::TLS13, &["h2"]);
        is_served(old.clone()).await.unwrap();
        folder.make_pair();
        hang_up();
        let mut tries = 0;
        while is_served(folder.certificate()).await.is_err() {
            tries += 1;
            assert!(tries < 200, "the new certificate is not served");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(is_served(old).await.is_err(), "the old one is not served any more");

        let kept = folder.certificate();
        std::fs::write(folder.files().certificate, "no certificate").unwrap();
        hang_up();
        tokio::time::sleep(Duration::from_millis(200)).await;
        is_served(kept).await.unwrap();
    });
}

#[test]
fn what_is_wrong_with_a_certificate_is_told() {
    let (folder, other) = (Folder::new(), Folder::new());
    let says = |files: CertificateFiles| Certificate::open(files).map(drop).unwrap_err().to_string();
    let crossed = CertificateFiles { key: other.files().key, ..folder.files() };
    assert!(says(crossed).ends_with("give the pair that was made together"));
    let swapped = CertificateFiles { certificate: folder.files().key, key: folder.files().certificate };
    assert!(says(swapped).contains("holds no certificate in PEM form"));
    let missing = CertificateFiles { key: folder.0.join("none.pem"), ..folder.files() };
    assert!(says(missing).contains("none.pem holds no private key that can be read"));
}

#[test]
fn config_check_shows_the_configuration_and_ends_with_2_when_it_is_wrong() {
    let folder = Folder::new();
    let file = folder.0.join("duly.toml");
    let check = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let program = Command::new(env!("CARGO_BIN_EXE_duly"))
            .args(["config", "check", "--config"])
            .arg(&file)
            .env_remove("DULY_DATABASE")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (program.status.code(), text(program.stdout), text(program.stderr))
    };
    let files = folder.files();
    let (certificate, key) = (files.certificate.display(), files.key.display());
    let (code, out, err) = check(&format!(
        "database = 'postgres://duly:geheim@db/duly'\nlisten = '0.0.0.0:443'\ntls_cert = '{certificate}'\ntls_key = '{key}'\n"
    ));
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("database = \"postgres://duly:•••@db/duly\"") && out.contains("listen = \"0.0.0.0:443\""), "{out}");
    assert!(!out.contains("geheim"));

    let (code, _, err) = check("listen = '127.0.0.1:7171'\nlisten_at = 'x'\n");
    assert_eq!(code, Some(2));
    assert!(err.contains("duly.toml line 2 (listen_at): unknown field `listen_at`"), "{err}");
    let (code, _, err) = check(&format!("tls_cert = '{certificate}'\n"));
    assert_eq!((code, err.as_str()), (Some(2), "duly: tls_key is missing: a certificate needs its private key\n"));
    let (code, _, err) = check("database = 'postgres://db/duly?sslmode=verify-full'\n");
    assert_eq!(code, Some(2));
    assert!(err.contains("sslmode=verify-full needs sslrootcert=FILE"), "{err}");
}

/// A door to the test's PostgreSQL that answers its request for encryption with `answer` and, at `S`, encrypts.
async fn door(folder: &Folder, answer: u8, server: String) -> u16 {
    let chain = vec![folder.certificate()];
    let key = rustls::pki_types::PrivateKeyDer::from_pem_file(folder.files().key).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = listener.accept().await {
            let (acceptor, server) = (acceptor.clone(), server.clone());
            tokio::spawn(async move {
                let mut request = [0; 8];
                caller.read_exact(&mut request).await?;
                assert_eq!(request, [0, 0, 0, 8, 4, 210, 22, 47], "a request for encryption comes first");
                caller.write_all(&[answer]).await?;
                if answer == b'S' {
                    let mut caller = acceptor.accept(caller).await?;
                    copy_bidirectional(&mut caller, &mut TcpStream::connect(server).await?).await?;
                }
                std::io::Result::Ok(())
            });
        }
    });
    port
}

#[test]
fn postgres_is_reached_encrypted_and_proven() {
    let floor = Floor::on(Engine::Postgres, "2026-03-02");
    let server = floor.address.split('@').nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_string();
    let (folder, other) = (Folder::new(), Folder::new());
    floor.runtime.block_on(async {
        let (open, closed) = (door(&folder, b'S', server.clone()).await, door(&folder, b'N', server.clone()).await);
        let address = |port: u16, options: &str| format!("{}?{options}", floor.address.replace(&server, &format!("localhost:{port}")));
        let count = |address: String| async move {
            let db = Db::open(&address).await.map_err(|error| error.to_string())?;
            db.read()
                .await
                .map_err(|error| error.to_string())?
                .number("select count(*) from schema_steps", &[])
                .await
                .map_err(|error| error.to_string())
        };
        let root = |folder: &Folder| format!("sslmode=verify-full&sslrootcert={}", folder.files().certificate.display());
        assert!(count(address(open, "sslmode=require")).await.unwrap() > 10);
        assert!(count(address(open, &root(&folder))).await.unwrap() > 10);
        assert!(count(address(open, &root(&other))).await.unwrap_err().contains("certificate"), "another authority proves nothing");
        assert!(count(address(closed, "sslmode=require")).await.is_err(), "a server that does not encrypt is not spoken to");
        assert!(count(address(open, "sslmode=allow")).await.unwrap_err().contains("sslmode=allow is not offered"));
    });
}
