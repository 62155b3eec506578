//! A passphrase as age's scrypt stanza has it (<https://c2sp.org/age#scrypt-recipient-stanza>). The age crate has one, too; that
//! one measures the machine on each use (2 ms, and the better part of the time of tests), and its older scrypt takes a fifth longer.

use super::WorkFactor;
use crate::secret::SecretText;
use age::{DecryptError, EncryptError, Identity, Recipient};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::{aead_decrypt, aead_encrypt};
use age_core::secrecy::ExposeSecret;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use std::collections::HashSet;
use zeroize::{Zeroize, Zeroizing};

const TAG: &str = "scrypt";
/// Put before the salt.
const LABEL: &[u8] = b"age-encryption.org/v1/scrypt";
const SALT_BYTES: usize = 16;
/// Of ChaCha20-Poly1305.
const AEAD_TAG_BYTES: usize = 16;

/// Encrypts with this work factor; opens files of at most this one.
pub struct Passphrase<'a> {
    pub text: &'a SecretText,
    pub work_factor: WorkFactor,
}

impl Passphrase<'_> {
    /// The key that wraps the file key. `None` for a work factor that scrypt doesn't take.
    fn wrapping_key(&self, salt: &[u8], work_factor: WorkFactor) -> Option<Zeroizing<[u8; 32]>> {
        let params = scrypt::Params::new(work_factor, 8, 1).ok()?;
        let mut key = Zeroizing::new([0; 32]);
        scrypt::scrypt(self.text.expose().as_bytes(), &[LABEL, salt].concat(), &params, &mut *key).ok()?;
        Some(key)
    }
}

impl Recipient for Passphrase<'_> {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let random = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|error| EncryptError::Io(error.into()));
        let mut salt = [0; SALT_BYTES];
        random(&mut salt)?;
        // By a label that no other recipient has, age keeps it the only recipient of its file.
        let mut label = [0; 24];
        random(&mut label)?;
        let impossible = || EncryptError::Io(std::io::Error::other("a work factor that scrypt does not take"));
        let key = self.wrapping_key(&salt, self.work_factor).ok_or_else(impossible)?;
        let stanza = Stanza {
            tag: TAG.into(),
            args: vec![BASE64_STANDARD_NO_PAD.encode(salt), self.work_factor.to_string()],
            body: aead_encrypt(&key, file_key.expose_secret()),
        };
        Ok((vec![stanza], HashSet::from([BASE64_STANDARD_NO_PAD.encode(label)])))
    }
}

impl Identity for Passphrase<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        (stanza.tag == TAG).then(|| {
            let (salt, work_factor) = read_arguments(&stanza.args).ok_or(DecryptError::InvalidHeader)?;
            if stanza.body.len() != FILE_KEY_BYTES + AEAD_TAG_BYTES {
                return Err(DecryptError::InvalidHeader);
            }
            let excessive = || DecryptError::ExcessiveWork { required: work_factor, target: self.work_factor };
            if work_factor > self.work_factor {
                return Err(excessive());
            }
            let key = self.wrapping_key(&salt, work_factor).ok_or_else(excessive)?;
            let mut plain = aead_decrypt(&key, FILE_KEY_BYTES, &stanza.body)?;
            Ok(FileKey::init_with_mut(|file_key| {
                file_key.copy_from_slice(&plain);
                plain.zeroize();
            }))
        })
    }
}

/// Salt and work factor in the one form they may have: canonical base64, decimal without leading zero.
fn read_arguments(arguments: &[String]) -> Option<(Vec<u8>, WorkFactor)> {
    let [salt, work_factor] = arguments else { return None };
    let salt = BASE64_STANDARD_NO_PAD.decode(salt).ok().filter(|salt| salt.len() == SALT_BYTES)?;
    let is_decimal = !work_factor.starts_with('0') && work_factor.bytes().all(|byte| byte.is_ascii_digit());
    Some((salt, work_factor.parse().ok().filter(|_| is_decimal)?))
}
