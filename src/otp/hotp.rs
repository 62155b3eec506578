//! HOTP (RFC 4226), which also does the work of TOTP and Steam. totp-rs hashes where it can; SHA-224, SHA-384, MD5
//! and codes of ten digits are done here. Only for parameters that `code::check` let through: totp-rs panics on others.

use super::Algorithm;
use super::code::NotComputable;
use crate::secret::{Secret, SecretText};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha2::{Sha224, Sha384};
use zeroize::Zeroizing;

/// The code for a counter, `digits` from 1 to 10.
pub(super) fn code(algorithm: &Algorithm, secret: &Secret, digits: u32, counter: u64) -> Result<SecretText, NotComputable> {
    let native = match algorithm {
        Algorithm::Sha1 => Some(totp_rs::Algorithm::SHA1),
        Algorithm::Sha256 => Some(totp_rs::Algorithm::SHA256),
        Algorithm::Sha512 => Some(totp_rs::Algorithm::SHA512),
        _ => None,
    };
    let value = match (native, algorithm) {
        (Some(native), _) if digits < 10 => {
            let width = u8::try_from(digits).map_err(|_| NotComputable::Digits(digits))?;
            let totp = builder(native, secret).with_digits(width).build_noncompliant();
            return Ok(SecretText::new(totp.generate(counter).to_string()));
        }
        (Some(native), _) => truncate(builder(native, secret).build_noncompliant().sign(counter).as_ref()),
        (None, Algorithm::Sha224) => truncate(&hmac::<Hmac<Sha224>>(secret, counter)),
        (None, Algorithm::Sha384) => truncate(&hmac::<Hmac<Sha384>>(secret, counter)),
        (None, Algorithm::Md5) => truncate(&hmac::<Hmac<Md5>>(secret, counter)),
        (None, other) => return Err(NotComputable::UnknownAlgorithm(other.name().to_owned())),
    };
    let value = u64::from(value) % 10u64.pow(digits);
    Ok(SecretText::new(format!("{value:0width$}", width = digits as usize)))
}

/// A step of one second makes the time that totp-rs asks for the counter itself.
pub(super) fn builder(algorithm: totp_rs::Algorithm, secret: &Secret) -> totp_rs::Builder {
    totp_rs::Builder::new().with_algorithm(algorithm).with_secret(secret.expose()).with_step_duration(1)
}

/// Dynamic truncation, RFC 4226 section 5.3: 31 bits at the offset that the last four bits tell. MD5's 16 bytes can
/// end before the four are read; the missing ones count as 0, as in the implementations that accept MD5 without failing.
pub(super) fn truncate(hash: &[u8]) -> u32 {
    let offset = hash.last().map_or(0, |last| usize::from(last & 15));
    (offset..offset + 4).fold(0, |sum, at| sum << 8 | u32::from(hash.get(at).copied().unwrap_or(0))) & 0x7fff_ffff
}

fn hmac<M: Mac + KeyInit>(secret: &Secret, counter: u64) -> Zeroizing<Vec<u8>> {
    let mut mac = <M as KeyInit>::new_from_slice(secret.expose()).expect("HMAC takes keys of every length");
    mac.update(&counter.to_be_bytes());
    Zeroizing::new(mac.finalize().into_bytes().to_vec())
}
