//! Keys from passwords. The cost is what the file asks for, up to bounds far above what programs use: a file that asks for
//! more is refused before any memory is taken.

use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use argon2::{Argon2, Params};
use pbkdf2::hmac::EagerHash;
use pbkdf2::pbkdf2_hmac;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub use argon2::{Algorithm, Version};

pub type Key = Zeroizing<[u8; 32]>;

pub const MOST_PBKDF2_ROUNDS: u64 = 10_000_000;
pub const MOST_SCRYPT_MEMORY: u64 = 512 << 20;
/// Memory that scrypt goes over for one file, each lane and each key anew.
pub const MOST_SCRYPT_WORK: u64 = MOST_SCRYPT_MEMORY;
pub const MOST_ARGON2_MEMORY: u64 = 1 << 30;
pub const MOST_ARGON2_PASSES: u64 = 32;
pub const MOST_AES_ROUNDS: u64 = 500_000_000;
const MOST_LANES: u64 = 64;

/// PBKDF2 with HMAC of the hash `H`.
pub fn pbkdf2<H: EagerHash>(password: &SecretText, salt: &[u8], rounds: u64) -> Result<Key> {
    pbkdf2_of::<H>(password.expose().as_bytes(), salt, rounds)
}

/// As [`pbkdf2`], from bytes that need not be text.
pub fn pbkdf2_of<H: EagerHash>(password: &[u8], salt: &[u8], rounds: u64) -> Result<Key> {
    let mut key = Key::default();
    pbkdf2_fill::<H>(password, salt, rounds, &mut *key)?;
    Ok(key)
}

/// As [`pbkdf2`], 64 bytes.
pub fn pbkdf2_wide<H: EagerHash>(password: &SecretText, salt: &[u8], rounds: u64) -> Result<Zeroizing<[u8; 64]>> {
    let mut key = Zeroizing::new([0; 64]);
    pbkdf2_fill::<H>(password.expose().as_bytes(), salt, rounds, &mut *key)?;
    Ok(key)
}

fn pbkdf2_fill<H: EagerHash>(password: &[u8], salt: &[u8], rounds: u64, key: &mut [u8]) -> Result<()> {
    let rounds = u32::try_from(rounds).ok().filter(|rounds| (1..=MOST_PBKDF2_ROUNDS).contains(&u64::from(*rounds)));
    pbkdf2_hmac::<H>(password, salt, rounds.ok_or_else(too_costly)?, key);
    Ok(())
}

/// The parameters of scrypt in RFC 7914. `cost` is N, a power of two.
#[derive(Clone, Copy)]
pub struct Scrypt {
    pub cost: u64,
    pub block: u64,
    pub parallel: u64,
}

/// `work` is what has been spent on other keys of the file, of at most [`MOST_SCRYPT_WORK`].
pub fn scrypt(password: &SecretText, salt: &[u8], params: Scrypt, work: &mut u64) -> Result<Key> {
    let Scrypt { cost, block, parallel } = params;
    let memory = cost.checked_mul(block).and_then(|product| product.checked_mul(128));
    *work = work.saturating_add(memory.unwrap_or(u64::MAX).saturating_mul(parallel));
    if memory.is_none_or(|memory| memory > MOST_SCRYPT_MEMORY) || !cost.is_power_of_two() || *work > MOST_SCRYPT_WORK {
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
    argon2id_of(password.expose().as_bytes(), salt, memory_kib, passes, lanes)
}

/// As [`argon2id`], from bytes that need not be text.
pub fn argon2id_of(password: &[u8], salt: &[u8], memory_kib: u64, passes: u64, lanes: u64) -> Result<Key> {
    if passes > MOST_ARGON2_PASSES {
        return Err(too_costly());
    }
    argon2(Algorithm::Argon2id, Version::V0x13, password, salt, Cost { memory_kib, passes, lanes })
}

/// What Argon2 is asked to spend.
#[derive(Clone, Copy)]
pub struct Cost {
    pub memory_kib: u64,
    pub passes: u64,
    pub lanes: u64,
}

/// Argon2 of any variant. Many passes are taken where the memory is little: memory times passes is what is bounded.
pub fn argon2(algorithm: Algorithm, version: Version, password: &[u8], salt: &[u8], cost: Cost) -> Result<Key> {
    let Cost { memory_kib, passes, lanes } = cost;
    let most_memory = MOST_ARGON2_MEMORY >> 10;
    let work = memory_kib.checked_mul(passes).filter(|work| *work <= most_memory * MOST_ARGON2_PASSES);
    if memory_kib > most_memory || work.is_none() || lanes > MOST_LANES {
        return Err(too_costly());
    }
    // Within these bounds passes alone still fit no 32 bits where the memory is given as none.
    let underivable = || damaged("its key can't be derived");
    let passes = u32::try_from(passes).map_err(|_| too_costly())?;
    let params = Params::new(memory_kib as u32, passes, lanes as u32, Some(32)).map_err(|_| underivable())?;
    let mut key = Key::default();
    Argon2::new(algorithm, version, params).hash_password_into(password, salt, &mut *key).map_err(|error| match error {
        argon2::Error::OutOfMemory => out_of_memory(memory_kib << 10),
        _ => underivable(),
    })?;
    Ok(key)
}

/// KeePass's own: the key encrypted with AES-256 under the seed again and again, then hashed.
pub fn aes_rounds(key: &Key, seed: &[u8; 32], rounds: u64) -> Result<Key> {
    if rounds > MOST_AES_ROUNDS {
        return Err(too_costly());
    }
    let cipher = aes::Aes256::new(seed.into());
    let mut halves = [aes::Block::default(), aes::Block::default()];
    let (left, right) = key.split_at(16);
    halves[0].copy_from_slice(left);
    halves[1].copy_from_slice(right);
    for _ in 0..rounds {
        cipher.encrypt_blocks(&mut halves);
    }
    let mut digest = Sha256::new();
    halves.iter().for_each(|half| digest.update(half));
    Ok(Zeroizing::new(digest.finalize().into()))
}

fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::ForeignDamaged, what)
}

pub fn too_costly() -> Error {
    damaged("the file asks for a key derivation out of all bounds")
        .hint("no program writes such a file: it may be damaged or hostile")
}

pub(super) fn out_of_memory(bytes: u64) -> Error {
    Error::failed(format!("there is not enough memory: the password of this file needs {} MiB", bytes >> 20))
        .hint("close other programs, or raise the memory limit")
}
