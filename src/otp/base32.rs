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

/// Why a text without fillers is not base32, and what it may be instead.
pub(super) fn why_not(text: &[char]) -> String {
    let is_base32 = |letter: &char| matches!(letter.to_ascii_uppercase(), 'A'..='Z' | '2'..='7');
    let letters = text.len() - text.iter().rev().take_while(|letter| **letter == '=').count();
    let Some(at) = text[..letters].iter().position(|letter| !is_base32(letter)) else {
        return "it is too short".into();
    };
    let has = |is: fn(&char) -> bool| text.iter().any(is);
    if letters >= 16 && letters.is_multiple_of(2) && text.iter().all(char::is_ascii_hexdigit) {
        return format!("its {letters} characters look like hexadecimal, not base32");
    }
    let is_base64 = text.iter().all(|letter| letter.is_ascii_alphanumeric() || "+/=".contains(*letter));
    let shows = has(|letter| "+/".contains(*letter)) || letters < text.len();
    if is_base64 && shows && text.len().is_multiple_of(4) && has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase) {
        return "it looks like base64, as in Steam's files, not base32".into();
    }
    let place = at + 1;
    match text[at] {
        '0' => format!("character {place} is 0: did the site show the letter O?"),
        '1' => format!("character {place} is 1: did the site show the letter I or L?"),
        '8' => format!("character {place} is 8: did the site show the letter B?"),
        '9' => format!("character {place} is 9: did the site show the letter g?"),
        '%' => {
            format!("character {place} is %, as links write other characters: %3D at the end stands for =, which may be left out")
        }
        '=' => format!("character {place} is =, which stands only at the end: is there more than one secret?"),
        letter if letter.is_alphabetic() => format!("character {place} is a letter of another alphabet than A to Z"),
        letter if letter.is_control() => format!("character {place} is a control character"),
        _ => format!("character {place} is neither a letter nor a digit"),
    }
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
pub fn is_filler(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}
