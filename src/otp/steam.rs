//! Steam Guard: the 31 bits of HOTP with SHA-1 as letters, least significant first. The hash is part of the kind.

use super::code::NotComputable;
use super::hotp;
use crate::secret::{Secret, SecretText};

/// The longest code totp-rs can make, and the longest with a meaning: 31 bits are less than seven letters.
pub(super) const LONGEST: u32 = 6;

/// The code of a step, `length` characters from 1 to [`LONGEST`].
pub(super) fn code(secret: &Secret, length: u32, step: u64) -> Result<SecretText, NotComputable> {
    let width = u8::try_from(length).map_err(|_| NotComputable::Digits(length))?;
    let steam = hotp::builder(totp_rs::Algorithm::Steam, secret).with_digits(width).build_noncompliant();
    Ok(SecretText::new(steam.generate(step).to_string()))
}
