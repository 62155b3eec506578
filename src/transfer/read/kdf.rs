//! Keys from passwords. The cost is what the file asks for, up to bounds far above what programs use: a file that asks for
//! more is refused before any memory is taken.

use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use argon2::{Algorithm, Argon2, Params, Version};
use pbkdf2::hmac::EagerHash;
use pbkdf2::pbkdf2_hmac;
use zeroize::Zeroizing;

pub type Key = Zeroizing<[u8; 32]>;

pub const MOST_PBKDF2_ROUNDS: u64 = 10_000_000;
pub const MOST_SCRYPT_MEMORY: u64 = 512 << 20;
pub const MOST_ARGON2_MEMORY: u64 = 1 << 30;
pub const MOST_ARGON2_PASSES: u64 = 32;
const MOST_LANES: u64 = 64;

/// PBKDF2 with HMAC of the hash `H`.
pub fn pbkdf2<H: EagerHash>(password: &SecretText, salt: &[u8], rounds: u64) -> Result<Key> {
    let rounds = u32::try_from(rounds).ok().filter(|rounds| (1..=MOST_PBKDF2_ROUNDS).contains(&u64::from(*rounds)));
    let mut key = Key::default();
    pbkdf2_hmac::<H>(password.expose().as_bytes(), salt, rounds.ok_or_else(too_costly)?, &mut *key);
    Ok(key)
}

/// `cost` is the N of RFC 7914, a power of two.
pub fn scrypt(password: &SecretText, salt: &[u8], cost: u64, block: u64, parallel: u64) -> Result<Key> {
    let memory = cost.checked_mul(block).and_then(|product| product.checked_mul(128));
    if memory.is_none_or(|memory| memory > MOST_SCRYPT_MEMORY) || !cost.is_power_of_two() || parallel > MOST_LANES {
        return Err(too_costly());
    }
    let (block, parallel) = (u32::try_from(block).map_err(|_| too_costly())?, parallel as u32);
    let params = scrypt::Params::new(cost.ilog2() as u8, block, parallel).map_err(|_| too_costly())?;
    // A failed allocation inside scrypt would end the process.
    let mut probe = Vec::<u8>::new();
    probe.try_reserve_exact(memory.unwrap_or_default() as usize).map_err(|_| out_of_memory(memory.unwrap_or_default()))?;
    drop(probe);
    let mut key = Key::default();
    scrypt::scrypt(password.expose().as_bytes(), salt, &params, &mut *key).map_err(|_| too_costly())?;
    Ok(key)
}

/// Argon2id, version 1.3. Memory in KiB.
pub fn argon2id(password: &SecretText, salt: &[u8], memory_kib: u64, passes: u64, lanes: u64) -> Result<Key> {
    if memory_kib > MOST_ARGON2_MEMORY >> 10 || passes > MOST_ARGON2_PASSES || lanes > MOST_LANES {
        return Err(too_costly());
    }
    let params =
        Params::new(memory_kib as u32, passes as u32, lanes as u32, Some(32)).map_err(|_| damaged("its key can't be derived"))?;
    let mut key = Key::default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.expose().as_bytes(), salt, &mut *key)
        .map_err(|error| match error {
            argon2::Error::OutOfMemory => out_of_memory(memory_kib << 10),
            _ => damaged("its key can't be derived"),
        })?;
    Ok(key)
}

fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::ForeignDamaged, what)
}

pub fn too_costly() -> Error {
    damaged("the file asks for a key derivation out of all bounds")
        .hint("no program writes such a file: it may be damaged or hostile")
}

fn out_of_memory(bytes: u64) -> Error {
    Error::failed(format!("there is not enough memory: the password of this file needs {} MiB", bytes >> 20))
        .hint("close other programs, or raise the memory limit")
}
