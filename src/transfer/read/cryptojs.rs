//! What the CryptoJS library (and `openssl enc -md md5`) makes of a text and a passphrase: base64 of `Salted__`, a salt of
//! 8 bytes and AES-256-CBC, with key and IV from MD5 in a chain. Nothing is authenticated: what comes out must be looked at.

use super::crypto::open_cbc;
use super::encoding::base64;
use super::kdf::Key;
use md5::{Digest, Md5};
use zeroize::Zeroizing;

const MARK: &[u8] = b"Salted__";
const SALT: usize = 8;

/// Whether a text has this form.
pub fn is_sealed(text: &str) -> bool {
    base64(text).is_some_and(|bytes| bytes.starts_with(MARK))
}

/// `None` where the padding is wrong, which a wrong passphrase passes once in 256 times.
pub fn open(text: &str, passphrase: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = base64(text)?;
    let (salt, sealed) = bytes.strip_prefix(MARK)?.split_at_checked(SALT)?;
    let mut chain = Zeroizing::new(Vec::with_capacity(48));
    while chain.len() < 48 {
        let last = chain.len().saturating_sub(16);
        let block = Md5::new().chain_update(&chain[last..]).chain_update(passphrase).chain_update(salt).finalize();
        chain.extend_from_slice(&block);
    }
    let key: Key = Zeroizing::new(chain[..32].try_into().ok()?);
    open_cbc(&key, &chain[32..], sealed)
}
