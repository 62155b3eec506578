//! How a code is written: grouped for reading, hidden, or as a pair of what is left of its time.

use crate::otp::Credential;
use crate::secret::SecretText;

/// Groups for the eye: `492 039`, `492 0391`, `4920 3918`, `8P XKQ`; letters (Yandex) stay together.
pub fn grouped(code: &str) -> String {
    let digits_only = code.chars().all(|c| c.is_ascii_digit());
    let at = match (code.len(), digits_only) {
        (length @ 4..=10, true) => length / 2,
        (5, false) => 2,
        (6, false) => 3,
        _ => return code.to_owned(),
    };
    code.split_at_checked(at).map_or_else(|| code.to_owned(), |(one, other)| format!("{one} {other}"))
}

/// Dots in the shape of the code.
pub fn hidden(digits: u32) -> String {
    grouped(&"0".repeat(digits.clamp(1, 10) as usize)).replace('0', "•")
}

/// The code of a moment: itself, the one after it, and how long it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    pub code: SecretText,
    pub next: SecretText,
    pub left_s: u64,
    pub period_s: u64,
}

/// The face of a time-based credential at a moment; `None` where there is none (counter, unknown, not computable).
pub fn face(credential: &Credential, unix: u64) -> Option<Face> {
    let window = credential.code_at(unix).ok()?;
    let next = credential.code_at(window.until).ok()?;
    Some(Face {
        code: window.code,
        next: next.code,
        left_s: window.until.saturating_sub(unix),
        period_s: window.until.saturating_sub(window.from),
    })
}
