//! Files that age encrypted with a passphrase, in its text form.

use super::MAX_EXPANDED;
use super::crypto::wrong_password;
use super::encoding::base64;
use super::json::damaged;
use super::kdf::{MOST_SCRYPT_MEMORY, out_of_memory, too_costly};
use crate::error::{Error, Result};
use crate::secret::SecretText;
use age::armor::ArmoredReader;
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, scrypt};
use std::io::Read;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
/// What age writes for a passphrase, to the work factor; a salt of 22 characters stands before that.
const HEADER: &str = "age-encryption.org/v1\n-> scrypt ";

/// Whether a text is such a file.
pub fn is_with_passphrase(text: &str) -> bool {
    work_factor(text).is_some()
}

/// log2 N of scrypt, which stands in the first line of the header.
fn work_factor(text: &str) -> Option<u8> {
    let body = text.trim_start().strip_prefix(BEGIN)?;
    // Two lines of base64 hold 96 bytes: more than the mark and the line.
    let start: String = body.trim_start().lines().take(2).map(str::trim).collect();
    let bytes = base64(&start)?;
    let line = bytes.strip_prefix(HEADER.as_bytes())?.split(|byte| *byte == b'\n').next()?;
    std::str::from_utf8(line).ok()?.split(' ').nth(1)?.parse().ok()
}

pub fn open(text: &str, password: &SecretText) -> Result<Zeroizing<Vec<u8>>> {
    let broken = || damaged("the age file is damaged or cut short");
    let factor = work_factor(text).ok_or_else(broken)?;
    let most = MOST_SCRYPT_MEMORY.ilog2() as u8 - 10;
    if factor > most {
        return Err(too_costly());
    }
    // A failed allocation inside scrypt would end the process.
    let mut probe = Vec::<u8>::new();
    probe.try_reserve_exact(1024 << factor).map_err(|_| out_of_memory(1024 << factor))?;
    drop(probe);
    let mut identity = scrypt::Identity::new(SecretString::from(password.expose().to_owned()));
    identity.set_max_work_factor(most);
    let failed = |error: DecryptError| -> Error {
        match error {
            DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => wrong_password(),
            _ => broken(),
        }
    };
    let reader = ArmoredReader::new(text.trim_start().as_bytes());
    let decryptor = Decryptor::new_buffered(reader).map_err(failed)?;
    let plain = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(failed)?;
    let mut content = Zeroizing::new(Vec::new());
    plain.take(MAX_EXPANDED).read_to_end(&mut content).map_err(|_| broken())?;
    Ok(content)
}
