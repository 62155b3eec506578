//! Mobile-OTP: the first hexadecimal digits of MD5(step ‖ secret ‖ PIN), all three as text.
//! The original counts local time; apps and servers that interoperate count Unix time, and so does this.

use super::base32::{self, is_filler};
use crate::secret::{Secret, SecretText};
use md5::{Digest, Md5};
use std::fmt::Write;
use zeroize::Zeroizing;

/// In front of the base32 of a secret that is no text.
pub const BASE32_MARK: &str = "base32:";

/// The code of a step, `digits` from 1 to 10.
pub(super) fn code(secret: &Secret, pin: &SecretText, digits: u32, step: u64) -> SecretText {
    let hash = Md5::new().chain_update(step.to_string()).chain_update(secret.expose()).chain_update(pin.expose()).finalize();
    let mut code = hex(&hash);
    code.truncate(digits as usize);
    SecretText::new(std::mem::take(&mut *code))
}

/// Reads a secret as typed: hexadecimal is brought to lower case; other text, which some servers allow, stays as it is.
pub(super) fn read_secret(text: &str) -> Option<Secret> {
    if let Some(bytes) = text.trim().strip_prefix(BASE32_MARK) {
        return base32::decode(bytes);
    }
    let mut bytes: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::with_capacity(text.len()));
    for letter in text.chars().filter(|&letter| !is_filler(letter)) {
        bytes.push(u8::try_from(letter).ok().filter(u8::is_ascii_graphic)?);
    }
    if bytes.iter().all(u8::is_ascii_hexdigit) {
        bytes.make_ascii_lowercase();
    }
    if bytes.is_empty() { None } else { Some(Secret::new(std::mem::take(&mut bytes))) }
}

/// The secret as text; bytes that are none, as from an entry of another kind, become their base32 behind the mark.
pub(super) fn secret_text(secret: &Secret) -> SecretText {
    match std::str::from_utf8(secret.expose()) {
        Ok(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => SecretText::new(text),
        _ => SecretText::new(format!("{BASE32_MARK}{}", base32::encode(secret).expose())),
    }
}

fn hex(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    for byte in bytes {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
