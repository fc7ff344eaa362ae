//! Passwords: hashed with Argon2id, made by the machine where nobody chose one.

use crate::app::Failure;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

/// The fewest characters of a password somebody chooses (NIST SP 800-63B).
pub const LENGTH_MIN: usize = 12;

/// Hashes a password. Takes some tens of milliseconds, away from the threads that serve.
pub async fn hash(password: String) -> Result<String, Failure> {
    let hashed = tokio::task::spawn_blocking(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()));
    match hashed.await {
        Ok(Ok(hash)) => Ok(hash),
        _ => Err(Failure::File("the password could not be hashed".into())),
    }
}

/// Whether a password is the one that was hashed.
pub async fn is_right(password: String, hash: String) -> bool {
    tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
    .unwrap_or(false)
}

/// A hash of nothing anybody knows, compared against when there is no such user, so that both take as long.
pub const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$G7pAj6GqO4b6YFzYzVdUoEuHjJ3cHkRbyQ0QwUjF0wQ";

/// Random bytes from the operating system.
pub fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Failure::File(format!("the machine gave no random numbers: {error}")))?;
    Ok(bytes)
}

/// A password to be changed at first sign-in: letters and figures that are not mistaken for each other.
pub fn make() -> Result<String, Failure> {
    const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes: [u8; 16] = random()?;
    let signs = bytes.map(|byte| char::from(SIGNS[usize::from(byte % 32)]));
    Ok(signs.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_only_for_its_hash() {
        let hashed = hash("correct horse battery".into()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$"));
        assert!(is_right("correct horse battery".into(), hashed.clone()).await);
        assert!(!is_right("correct horse".into(), hashed).await);
        assert!(!is_right("anything".into(), NOBODY.into()).await);
        assert_eq!(make().unwrap().len(), 19);
    }
}
