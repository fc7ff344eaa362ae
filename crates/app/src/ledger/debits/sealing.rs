//! Numbers of bank accounts are sealed before they are kept, and opened only to write a file or to correct them.
//!
//! Sealed with AES-256-GCM under the installation's sealing key, bound to the authorization whose number it is, so that a number cannot be
//! put under another. What is sealed names its key, so that one that was made with another is told from one that was altered.
//!
//! Always true: a number is nowhere in the record in clear but for its last four; the key is nowhere in the record at all.

use crate::app::Failure;
use crate::audit::keys::{Keys, unhex};
use duly_domain::audit::hex;
use duly_domain::values::ids::DebitAuthorizationId;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};
use std::fmt;

/// The number of an account at a bank, whole. Shows nothing of itself; [`Self::whole`] is the one way to it.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountNumber(String);

impl AccountNumber {
    /// One that was typed or opened.
    pub fn of(number: &str) -> AccountNumber {
        AccountNumber(number.trim().to_string())
    }

    /// All of it: for the file to the bank and nothing else.
    pub fn whole(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

/// The key, ready to seal and to open.
pub struct Sealer {
    key: LessSafeKey,
    name: String,
}

impl Sealer {
    fn of(key: &[u8; 32]) -> Result<Sealer, Failure> {
        let unbound = UnboundKey::new(&AES_256_GCM, key).map_err(|_| Failure::File("the sealing key cannot be used".into()))?;
        let name = hex(&Sha256::digest([b"sealing-key".as_slice(), key].concat())[..8]);
        Ok(Sealer { key: LessSafeKey::new(unbound), name })
    }

    /// The key that is here. Where it is missing, the error says the way out.
    pub fn find(keys: &Keys) -> Result<Sealer, Failure> {
        keys.find_sealing()?.map(|key| Sealer::of(&key)).unwrap_or_else(|| Err(missing(keys)))
    }

    /// The key that is here, or a new one where nothing was sealed yet.
    pub fn find_or_make(keys: &Keys, anything_sealed: bool) -> Result<Sealer, Failure> {
        if anything_sealed { Sealer::find(keys) } else { Sealer::of(&keys.make_sealing()?) }
    }

    /// Seals a number for an authorization.
    pub fn seal(&self, of: DebitAuthorizationId, number: &AccountNumber) -> Result<String, Failure> {
        let mut nonce = [0u8; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|error| Failure::File(format!("the machine gives no random numbers: {error}")))?;
        let mut sealed = number.0.as_bytes().to_vec();
        let bound = Aad::from(of.to_string());
        let done = self.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed);
        done.map_err(|_| Failure::File("the number cannot be sealed".into()))?;
        Ok(format!("{}.{}.{}", self.name, hex(&nonce), hex(&sealed)))
    }

    /// Opens what was sealed for an authorization.
    pub fn open(&self, of: DebitAuthorizationId, sealed: &str) -> Result<AccountNumber, Failure> {
        let mut parts = sealed.split('.');
        let (name, nonce, text) = (parts.next().unwrap_or_default(), parts.next().and_then(unhex), parts.next().and_then(unhex));
        if name != self.name {
            let says =
                format!("the number of {of} was sealed with another key ({name}): bring that one back, or take the authorization anew");
            return Err(Failure::File(says));
        }
        let altered = || Failure::File(format!("the sealed number of {of} was altered: take the authorization anew"));
        let nonce: [u8; NONCE_LEN] = nonce.and_then(|nonce| nonce.try_into().ok()).ok_or_else(altered)?;
        let mut text = text.ok_or_else(altered)?;
        let opened = self.key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(of.to_string()), &mut text);
        let opened = opened.map_err(|_| altered())?;
        Ok(AccountNumber(String::from_utf8(opened.to_vec()).map_err(|_| altered())?))
    }
}

fn missing(keys: &Keys) -> Failure {
    Failure::File(format!(
        "the sealing key is not in {}: numbers of bank accounts cannot be read without it; bring back the folder of keys from its copy \
         (--keys names another folder)",
        keys.folder().display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::new_uuid;

    #[test]
    fn what_is_sealed_opens_for_its_own_authorization_alone() {
        let (one, other) = (DebitAuthorizationId(new_uuid()), DebitAuthorizationId(new_uuid()));
        let (sealer, another) = (Sealer::of(&[7; 32]).unwrap(), Sealer::of(&[8; 32]).unwrap());
        let number = AccountNumber::of(" 000123456789 ");
        let sealed = sealer.seal(one, &number).unwrap();
        assert!(!sealed.contains("123456789") && sealed != sealer.seal(one, &number).unwrap(), "never the same twice");
        assert_eq!(sealer.open(one, &sealed).unwrap().whole(), "000123456789");
        assert!(sealer.open(other, &sealed).unwrap_err().to_string().contains("was altered"));
        assert!(another.open(one, &sealed).unwrap_err().to_string().contains("sealed with another key"));
        let mut bent = sealed.clone();
        bent.replace_range(bent.len() - 1.., if sealed.ends_with('0') { "1" } else { "0" });
        assert!(sealer.open(one, &bent).unwrap_err().to_string().contains("was altered"));
        assert_eq!(format!("{number:?}"), "•••");
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_a_missing_one_is_told() {
        let folder = std::env::temp_dir().join(format!("duly_{}.keys", new_uuid().simple()));
        let keys = Keys::in_folder(folder.clone());
        assert!(Sealer::find(&keys).err().unwrap().to_string().contains("bring back the folder of keys"));
        let made = Sealer::find_or_make(&keys, false).unwrap();
        assert_eq!(
            (Sealer::find_or_make(&keys, true).unwrap().name, Sealer::find(&keys).unwrap().name),
            (made.name.clone(), made.name.clone())
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(folder.join("sealing-key")).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // It travels with the keys, and is not made anew where something is sealed.
        let moved = Keys::in_folder(folder.with_extension("moved"));
        assert!(moved.take_from(&keys).unwrap());
        assert_eq!(Sealer::find(&moved).unwrap().name, made.name);
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(Sealer::find_or_make(&keys, true).is_err());
        std::fs::remove_dir_all(moved.folder()).unwrap();
    }
}
