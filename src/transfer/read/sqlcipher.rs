//! SQLCipher 3 databases: opened page by page into a plain SQLite file in memory.
//! A page of 1,024 bytes is content, 16 bytes of IV, 20 of HMAC-SHA-1 and 12 that are not used; of the first page the first
//! 16 bytes are the salt, where SQLite has its mark.

use super::crypto::open_cbc_blocks;
use super::json::damaged;
use super::kdf;
use crate::error::Result;
use crate::secret::SecretText;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use zeroize::Zeroizing;

pub const PAGE: usize = 1024;
const CONTENT: usize = PAGE - 48;
const IV_END: usize = CONTENT + 16;
const MAC_END: usize = IV_END + 20;
const SALT: usize = 16;
const ROUNDS: u64 = 64_000;
const MAC_ROUNDS: u64 = 2;
const MAC_SALT_MASK: u8 = 0x3A;
const MARK: &[u8; SALT] = b"SQLite format 3\0";

/// The plain database; `None` where the password does not open it, or it is none.
pub fn open(bytes: &[u8], password: &SecretText) -> Result<Option<Zeroizing<Vec<u8>>>> {
    if bytes.is_empty() || !bytes.len().is_multiple_of(PAGE) {
        return Err(damaged("the database is cut short"));
    }
    let salt = &bytes[..SALT];
    let key = kdf::pbkdf2::<Sha1>(password, salt, ROUNDS)?;
    let masked: Vec<u8> = salt.iter().map(|byte| byte ^ MAC_SALT_MASK).collect();
    let mac_key = kdf::pbkdf2_of::<Sha1>(&*key, &masked, MAC_ROUNDS)?;
    let mut plain = Zeroizing::new(bytes.to_vec());
    for (index, page) in plain.chunks_exact_mut(PAGE).enumerate() {
        let start = if index == 0 { SALT } else { 0 };
        let mut mac = Hmac::<Sha1>::new_from_slice(&*mac_key).map_err(|_| damaged("its key can't be derived"))?;
        mac.update(&page[start..IV_END]);
        mac.update(&(index as u32 + 1).to_le_bytes());
        if mac.verify_slice(&page[IV_END..MAC_END]).is_err() {
            return if index == 0 { Ok(None) } else { Err(damaged("the password is right, but the database is damaged")) };
        }
        let (content, rest) = page.split_at_mut(CONTENT);
        let iv = &rest[..IV_END - CONTENT];
        open_cbc_blocks(&key, iv, &mut content[start..]).ok_or_else(|| damaged("the database is damaged"))?;
        rest.fill(0);
    }
    plain[..SALT].copy_from_slice(MARK);
    Ok(Some(plain))
}
