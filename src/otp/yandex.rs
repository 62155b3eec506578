//! Yandex Key: eight letters from HMAC-SHA-256 under a key made of PIN and secret. The hash is part of the kind.
//! No standard describes it; length, checksum and code follow what interoperating apps do.

use super::code::NotComputable;
use crate::secret::{Secret, SecretText};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes of the secret itself, which is all a QR code holds.
const BARE: usize = 16;
/// With PIN length and checksum behind it, as the site shows it for typing.
const FULL: usize = 26;
const CHECKSUM_BITS: usize = 12;
/// x^12 + x^11 + x^7 + x^6 + x^5 + x^4 + x + 1
const CHECKSUM_POLYNOMIAL: u16 = 0b1_1000_1111_0011;

/// Length and, where there is one, checksum.
pub(super) fn check(secret: &Secret) -> Result<(), NotComputable> {
    let bytes = secret.expose();
    match bytes.len() {
        BARE => Ok(()),
        FULL if checksum(bytes) == u16::from_be_bytes([bytes[FULL - 2] & 0x0f, bytes[FULL - 1]]) => Ok(()),
        FULL => Err(NotComputable::Secret("its checksum does not match")),
        _ => Err(NotComputable::Secret("a Yandex secret has 16 or 26 bytes")),
    }
}

/// The remainder of all bits before the checksum, by the polynomial.
fn checksum(bytes: &[u8]) -> u16 {
    let bits = (0..bytes.len() * 8 - CHECKSUM_BITS).map(|at| u16::from(bytes[at / 8] >> (7 - at % 8) & 1));
    bits.fold(0, |rest, bit| {
        let rest = rest << 1 | bit;
        if rest >> CHECKSUM_BITS == 1 { rest ^ CHECKSUM_POLYNOMIAL } else { rest }
    })
}

/// The code of a step, `letters` from 1 to 10, of a secret that [`check`] let through.
pub(super) fn code(secret: &Secret, pin: &SecretText, letters: u32, step: u64) -> SecretText {
    let bare = &secret.expose()[..BARE.min(secret.expose().len())];
    let key = Zeroizing::new(<[u8; 32]>::from(Sha256::new().chain_update(pin.expose()).chain_update(bare).finalize()));
    // The original turns the key into a number and back, which loses one leading zero byte.
    let key = key.strip_prefix(&[0]).unwrap_or(key.as_slice());
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[31] & 15);
    let mut value = hash[offset..offset + 8].iter().fold(0u64, |sum, &byte| sum << 8 | u64::from(byte)) & (u64::MAX >> 1);
    let mut code = Zeroizing::new(vec![b'a'; letters as usize]);
    for letter in code.iter_mut().rev() {
        *letter += (value % 26) as u8;
        value /= 26;
    }
    SecretText::new(code.iter().map(|&letter| char::from(letter)).collect::<String>())
}
