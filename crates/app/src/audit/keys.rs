//! The key that signs the daily root: a file beside the database, never in it, never in an export.
//!
//! Beside it lies `sealing-key`, which seals what must be read again and may not lie open ([`crate::ledger::debits::sealing`]).
//! The folder holds `signing-key.pem` (PKCS#8, readable by its owner alone) and one `<fingerprint>.pub.pem` for each key that
//! ever signed here. The first key is made when the first root is signed. After that a missing key is told, not replaced:
//! whoever could make us forget the key could sign another past. `duly keys new` makes another and records it.

use crate::app::{Actor, App, Failure};
use crate::{audit, transaction};
use duly_domain::audit::hex;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The private key's file.
const PRIVATE: &str = "signing-key.pem";
/// The file of the key that seals what must be read again, such as the number of a bank account.
const SEALING: &str = "sealing-key";
/// How a public key's file ends, after its fingerprint.
const PUBLIC: &str = ".pub.pem";

/// The folder of keys of one installation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Keys {
    folder: Arc<PathBuf>,
}

/// A key that can sign. Says nothing of itself.
pub struct Key(SigningKey);

impl Key {
    /// Signs a text.
    pub fn sign(&self, text: &str) -> [u8; 64] {
        self.0.sign(text.as_bytes()).to_bytes()
    }

    /// The public half.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }
}

impl Keys {
    /// The keys in a folder, which need not be there yet.
    pub fn in_folder(folder: PathBuf) -> Keys {
        Keys { folder: Arc::new(folder) }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The key that signs, if it is here.
    pub fn find(&self) -> Result<Option<Key>, Failure> {
        let path = self.folder.join(PRIVATE);
        let pem = match std::fs::read_to_string(&path) {
            Ok(pem) => pem,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unusable(&path, &error)),
        };
        SigningKey::from_pkcs8_pem(&pem).map(|key| Some(Key(key))).map_err(|error| unusable(&path, &error))
    }

    /// Makes a key where there is none.
    pub fn make(&self) -> Result<Key, Failure> {
        self.write(PRIVATE)
    }

    /// The public keys on file, current and past; `None` if there is no folder with any.
    pub fn public_keys(&self) -> Result<Option<Vec<[u8; 32]>>, Failure> {
        let Ok(entries) = std::fs::read_dir(&*self.folder) else { return Ok(None) };
        let mut keys = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| unusable(&self.folder, &error))?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(PUBLIC)) {
                let pem = std::fs::read_to_string(&path).map_err(|error| unusable(&path, &error))?;
                keys.push(VerifyingKey::from_public_key_pem(&pem).map_err(|error| unusable(&path, &error))?.to_bytes());
            }
        }
        Ok(Some(keys).filter(|keys| !keys.is_empty()))
    }

    /// Takes the keys of another installation along, where there are none here; whether there was anything to take.
    pub fn take_from(&self, other: &Keys) -> Result<bool, Failure> {
        let Ok(entries) = std::fs::read_dir(&*other.folder) else { return Ok(false) };
        if self.folder.exists() || (other.find()?.is_none() && other.find_sealing()?.is_none()) {
            return Ok(false);
        }
        self.make_folder()?;
        for entry in entries {
            let from = entry.map_err(|error| unusable(&other.folder, &error))?.path();
            let name = from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name == PRIVATE || name == SEALING || name.ends_with(PUBLIC) {
                let text = std::fs::read_to_string(&from).map_err(|error| unusable(&from, &error))?;
                write_once(&self.folder.join(&name), &text, !name.ends_with(PUBLIC))?;
            }
        }
        Ok(true)
    }

    /// The key that seals, if it is here.
    pub fn find_sealing(&self) -> Result<Option<[u8; 32]>, Failure> {
        let path = self.folder.join(SEALING);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unusable(&path, &error)),
        };
        unhex(text.trim())
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(Some)
            .ok_or_else(|| unusable(&path, &"it does not hold 64 hexadecimal digits"))
    }

    /// Makes a key that seals, where there is none.
    pub fn make_sealing(&self) -> Result<[u8; 32], Failure> {
        if let Some(key) = self.find_sealing()? {
            return Ok(key);
        }
        self.make_folder()?;
        let mut key = [0u8; 32];
        getrandom::fill(&mut key).map_err(|error| Failure::File(format!("the machine gives no random numbers: {error}")))?;
        write_once(&self.folder.join(SEALING), &format!("{}\n", hex(&key)), true)?;
        Ok(key)
    }

    fn make_folder(&self) -> Result<(), Failure> {
        std::fs::create_dir_all(&*self.folder).map_err(|error| unusable(&self.folder, &error))
    }

    fn write(&self, name: &str) -> Result<Key, Failure> {
        self.make_folder()?;
        let path = self.folder.join(name);
        let mut secret = [0u8; 32];
        getrandom::fill(&mut secret).map_err(|error| Failure::File(format!("the machine gives no random numbers: {error}")))?;
        let key = SigningKey::from_bytes(&secret);
        // Without the public half inside, every version of openssl reads it.
        let pair = KeypairBytes { secret_key: secret, public_key: None };
        let private = pair.to_pkcs8_pem(LineEnding::LF).map_err(|error| unusable(&path, &error))?;
        let public = public_pem(&key.verifying_key().to_bytes())?;
        // The public half first: a key that signs has its public half on file.
        let beside = self.folder.join(format!("{}{PUBLIC}", fingerprint(&key.verifying_key().to_bytes())));
        write_once(&beside, &public, false)?;
        write_once(&path, &private, true)?;
        Ok(Key(key))
    }
}

/// Makes another key and lets it sign from now on; the folder keeps the public halves of those before.
///
/// Where no key is on file at all, as after a restore without its folder, those that signed the record's roots are taken as
/// they stand, and the entry says so: nothing here could tell a false one.
pub async fn replace(app: &App, who: &Actor) -> Result<String, Failure> {
    let coming = format!("{PRIVATE}.new");
    let (private, waiting) = (app.keys.folder().join(PRIVATE), app.keys.folder().join(&coming));
    if waiting.exists() {
        // A change that was cut off before it was recorded: nothing was signed with that key.
        std::fs::remove_file(&waiting).map_err(|error| unusable(&waiting, &error))?;
    }
    let mut accepted = Vec::new();
    if app.keys.public_keys()?.is_none() {
        for root in audit::store::list_roots(&mut app.db.read().await?).await? {
            if let Some((_, key)) = audit::root::signed_root(&root).filter(|(_, key)| !accepted.contains(key)) {
                app.keys.make_folder()?;
                write_once(&app.keys.folder().join(format!("{}{PUBLIC}", fingerprint(&key))), &public_pem(&key)?, false)?;
                accepted.push(key);
            }
        }
    }
    let accepted: Vec<String> = accepted.iter().map(fingerprint).collect();
    let key = app.keys.write(&coming)?;
    let (name, at) = (fingerprint(&key.public()), app.moment().at);
    let before = app.keys.find()?.map(|key| fingerprint(&key.public()));
    let detail = json!({"key": name, "before": before, "accepted": accepted});
    transaction!(app.db, tx, { audit::record(tx, who, at, None, "key.new", &detail).await })?;
    std::fs::rename(&waiting, &private).map_err(|error| unusable(&private, &error))?;
    Ok(name)
}

/// A public key in the form that openssl reads.
pub fn public_pem(key: &[u8; 32]) -> Result<String, Failure> {
    let unusable = || Failure::File("a public key in the record is none".into());
    VerifyingKey::from_bytes(key).map_err(|_| unusable())?.to_public_key_pem(LineEnding::LF).map_err(|_| unusable())
}

/// Whether a key signed a text.
pub fn is_signed(key: &[u8; 32], text: &str, signature: &[u8]) -> bool {
    let parts = VerifyingKey::from_bytes(key).ok().zip(ed25519_dalek::Signature::from_slice(signature).ok());
    parts.is_some_and(|(key, signature)| key.verify_strict(text.as_bytes(), &signature).is_ok())
}

/// The bytes of hexadecimal digits.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// The name of a key: the beginning of the hash of its public half.
pub fn fingerprint(key: &[u8; 32]) -> String {
    hex(&Sha256::digest(key)[..8])
}

/// Writes a file that must not be there, whole or not at all; a private one for its owner alone, from its first byte on.
fn write_once(path: &Path, text: &str, is_private: bool) -> Result<(), Failure> {
    let part = path.with_extension("part");
    let write = || {
        if part.exists() {
            // Left by a process that died while it wrote.
            std::fs::remove_file(&part)?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, if is_private { 0o600 } else { 0o644 });
        let mut file = options.open(&part)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?;
        // A link, unlike a new name, never takes the place of a file that is there.
        std::fs::hard_link(&part, path)?;
        std::fs::remove_file(&part)
    };
    write().map_err(|error| unusable(path, &error))
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::File(format!("{} cannot be used: {error}; --keys names another folder of keys", path.display()))
}
