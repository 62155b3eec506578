//! RNCryptor, version 3, with a password: mark ‖ two salts ‖ IV ‖ AES-256-CBC ‖ HMAC-SHA-256 over all before it.

use super::crypto::{open_cbc, wrong_password};
use super::json::damaged;
use super::kdf;
use crate::error::Result;
use crate::secret::SecretText;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

const MARK: &[u8] = &[3, 1];
const SALT: usize = 8;
const IV: usize = 16;
const MAC: usize = 32;
const ROUNDS: u64 = 10_000;

pub fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(MARK)
}

/// `WrongPassword` where the MAC does not match: an altered message looks the same.
pub fn open(bytes: &[u8], password: &SecretText) -> Result<Zeroizing<Vec<u8>>> {
    let cut_short = || damaged("what the file holds encrypted is cut short");
    let (message, mac) = bytes.split_last_chunk::<MAC>().ok_or_else(cut_short)?;
    let rest = message.strip_prefix(MARK).ok_or_else(|| damaged("the file is encrypted in a way that is not known"))?;
    let (salt, rest) = rest.split_at_checked(SALT).ok_or_else(cut_short)?;
    let (mac_salt, rest) = rest.split_at_checked(SALT).ok_or_else(cut_short)?;
    let (iv, sealed) = rest.split_at_checked(IV).ok_or_else(cut_short)?;
    let mac_key = kdf::pbkdf2::<Sha1>(password, mac_salt, ROUNDS)?;
    let check = Hmac::<Sha256>::new_from_slice(&*mac_key).map_err(|_| cut_short())?.chain_update(message);
    check.verify_slice(mac).map_err(|_| wrong_password())?;
    let key = kdf::pbkdf2::<Sha1>(password, salt, ROUNDS)?;
    open_cbc(&key, iv, sealed).ok_or_else(|| damaged("what the file holds encrypted is damaged"))
}
