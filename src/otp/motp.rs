//! Mobile-OTP: the first hexadecimal digits of MD5(step ‖ secret ‖ PIN), all three as text.
//! The original counts local time; apps and servers that interoperate count Unix time, and so does this.

use super::base32::is_filler;
use crate::secret::{Secret, SecretText};
use md5::{Digest, Md5};
use std::fmt::Write;
use zeroize::Zeroizing;

/// The code of a step, `digits` from 1 to 10.
pub(super) fn code(secret: &Secret, pin: &SecretText, digits: u32, step: u64) -> SecretText {
    let hash = Md5::new().chain_update(step.to_string()).chain_update(secret.expose()).chain_update(pin.expose()).finalize();
    let mut code = hex(&hash);
    code.truncate(digits as usize);
    SecretText::new(std::mem::take(&mut *code))
}

/// Reads a secret as typed: hexadecimal is brought to lower case; other text, which some servers allow, stays as it is.
pub(super) fn read_secret(text: &str) -> Option<Secret> {
    let mut bytes: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::with_capacity(text.len()));
    for letter in text.chars().filter(|&letter| !is_filler(letter)) {
        bytes.push(u8::try_from(letter).ok().filter(u8::is_ascii_graphic)?);
    }
    if bytes.iter().all(u8::is_ascii_hexdigit) {
        bytes.make_ascii_lowercase();
    }
    if bytes.is_empty() { None } else { Some(Secret::new(std::mem::take(&mut bytes))) }
}

/// The secret as text; raw bytes of another kind become the hexadecimal text that stands for them.
pub(super) fn secret_text(secret: &Secret) -> SecretText {
    match std::str::from_utf8(secret.expose()) {
        Ok(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => SecretText::new(text),
        _ => SecretText::new(std::mem::take(&mut *hex(secret.expose()))),
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
