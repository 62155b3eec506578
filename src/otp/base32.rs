//! RFC 4648 base32, read tolerantly and written without padding.

use crate::secret::{Secret, SecretText};
use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Reads base32 in any case, with spaces, dashes and padding; an odd length gives its whole bytes.
/// `None` where a character is not base32 or no byte comes out.
pub fn decode(text: &str) -> Option<Secret> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() * 5 / 8 + 1));
    let (mut bits, mut held) = (0u32, 0u32);
    for letter in text.trim_end_matches(|c| c == '=' || is_filler(c)).chars() {
        let value = match letter.to_ascii_uppercase() {
            upper @ 'A'..='Z' => upper as u32 - 'A' as u32,
            digit @ '2'..='7' => digit as u32 - '2' as u32 + 26,
            // Looked at last: it takes longer than all else, and most secrets have none.
            other if is_filler(other) => continue,
            _ => return None,
        };
        bits = (bits << 5 | value) & 0xfff;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    if bytes.is_empty() { None } else { Some(Secret::new(std::mem::take(&mut bytes))) }
}

/// Upper case, no padding.
pub fn encode(secret: &Secret) -> SecretText {
    let bytes = secret.expose();
    // With its full length from the start the text never moves, so no copy of it stays behind.
    let mut text = String::with_capacity((bytes.len() * 8).div_ceil(5));
    for group in bytes.chunks(5) {
        let value = group.iter().fold(0u64, |sum, &byte| sum << 8 | u64::from(byte)) << (8 * (5 - group.len()));
        for place in 0..(group.len() * 8).div_ceil(5) {
            text.push(char::from(ALPHABET[(value >> (35 - 5 * place)) as usize & 31]));
        }
    }
    SecretText::new(text)
}

/// What people and web pages put between the groups of a secret: spaces of any width, dashes, invisible marks.
pub(super) fn is_filler(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}
