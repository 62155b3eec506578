//! How WinAuth encrypts with a password: `WINAUTH3` ‖ salt ‖ SHA-256(salt ‖ plain) ‖ sealed, all in hexadecimal; sealed is another
//! salt and Blowfish in ECB under 256 bytes of PBKDF2-SHA-1. Windows' own protection and a YubiKey may lie around it.

use super::crypto::wrong_password;
use super::encoding::hex;
use super::json::damaged;
use crate::error::Result;
use crate::secret::SecretText;
use blowfish::Blowfish;
use blowfish::cipher::BlockCipherDecrypt;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const MARK: &[u8] = b"WINAUTH3";
const SALT: usize = 8;
const HASH: usize = 32;
const BLOCK: usize = 8;
const ROUNDS: u32 = 2_000;
/// Far more than Blowfish is made for; it goes round in the key until its 18 round keys are filled, so the first 72 bytes count.
const KEY: usize = 72;

/// Refuses what no password opens, by the letters of the attribute `encrypted`.
pub fn check_layers(layers: &str) -> Result<()> {
    let refused = |by: &str, hint: &str| {
        Err(damaged(&format!("the file is encrypted by {by}, so only WinAuth itself can open it")).hint(hint))
    };
    const HINT: &str = "in WinAuth, export with a password, or protect with a password alone";
    match layers.chars().find(|letter| *letter != 'y') {
        None => Ok(()),
        Some('u') => refused("the account of the Windows user", HINT),
        Some('m') => refused("the Windows computer it was made on", HINT),
        Some('a' | 'b') => refused("a YubiKey", HINT),
        Some(_) => Err(damaged("the file is encrypted in a way of WinAuth that is not known")),
    }
}

/// The bytes inside. The hash tells a wrong password.
pub fn open(text: &str, password: &SecretText) -> Result<Zeroizing<Vec<u8>>> {
    let damage = || damaged("what WinAuth encrypted is damaged or cut short");
    let bytes = hex(text).ok_or_else(damage)?;
    let rest = bytes.strip_prefix(MARK).ok_or_else(damage)?;
    let (outer_salt, rest) = rest.split_at_checked(SALT).ok_or_else(damage)?;
    let (hash, rest) = rest.split_at_checked(HASH).ok_or_else(damage)?;
    let (salt, sealed) = rest.split_at_checked(SALT).ok_or_else(damage)?;
    if sealed.is_empty() || sealed.len() % BLOCK != 0 {
        return Err(damage());
    }
    let mut key = Zeroizing::new([0; KEY]);
    pbkdf2_hmac::<Sha1>(password.expose().as_bytes(), salt, ROUNDS, &mut *key);
    let mut cipher = Blowfish::bc_init_state();
    cipher.bc_expand_key(&*key);
    let mut plain = Zeroizing::new(sealed.to_vec());
    for block in plain.chunks_exact_mut(BLOCK) {
        if let Ok(block) = block.try_into() {
            cipher.decrypt_block(block);
        }
    }
    // ISO 10126: the last byte tells how many were added; the others are chance.
    let added = usize::from(plain.last().copied().unwrap_or_default());
    let length = plain.len().checked_sub(added).ok_or_else(wrong_password)?;
    plain.truncate(length);
    let is_right = Sha256::new().chain_update(outer_salt).chain_update(&*plain).finalize()[..] == *hash;
    if is_right { Ok(plain) } else { Err(wrong_password()) }
}
