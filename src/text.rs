//! Text out of the bytes of a file, a link or a database of another program.

use encoding_rs::WINDOWS_1252;
use std::borrow::Cow;

#[derive(Debug, PartialEq)]
pub struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// Whether some bytes fit no encoding that tells itself, and were read as Windows-1252.
    pub is_guess: bool,
}

/// What a caller tells its user after a guess.
pub const GUESSED: &str = "The text is not UTF-8: it was read as Windows-1252, so check the letters beyond A to Z.";

/// UTF-16 or UTF-8 with a byte-order mark, which is dropped, UTF-16 without one, or UTF-8; bytes that are none of these are
/// read as Windows-1252, of which Latin-1 is a part. `None` where the bytes are no text.
pub fn decode(bytes: &[u8]) -> Option<Decoded<'_>> {
    let sure = |text| Decoded { text: Cow::Owned(text), is_guess: false };
    if let Some((bytes, unit)) = utf16_of(bytes) {
        return utf16(bytes, unit).map(sure);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Binary that holds no NUL has other control characters, unless it is short; then its bytes beyond ASCII tell. A table in
    // another alphabet has many of these, too.
    let beyond_ascii = || bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let most = if bytes.len() < 100 { bytes.len() / 3 } else { bytes.len() / 10 * 9 };
    let is_binary = || bytes.iter().any(is_control) || beyond_ascii() > most;
    match bytes.contains(&0) || std::str::from_utf8(bytes).is_err() && is_binary() {
        true => None,
        false => Some(lenient(bytes)),
    }
}

/// As [`decode`], for bytes that are known to be text without a mark, such as a name in a database.
pub fn lenient(bytes: &[u8]) -> Decoded<'_> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded { text: Cow::Borrowed(text), is_guess: false };
    }
    // Byte by byte, since files are put together from others.
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    Decoded { text: Cow::Owned(text), is_guess: true }
}

fn is_control(byte: &u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A)
}

type Unit = fn([u8; 2]) -> u16;

/// The bytes behind the mark of UTF-16, and how two of them make a unit. Without a mark, the first letter tells: foreign
/// files begin in ASCII, whose letters have one byte of zero.
fn utf16_of(bytes: &[u8]) -> Option<(&[u8], Unit)> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => Some((rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => Some((rest, u16::from_be_bytes)),
        [first, 0, second, 0, ..] if !is_control(first) && !is_control(second) => Some((bytes, u16::from_le_bytes)),
        [0, first, 0, second, ..] if !is_control(first) && !is_control(second) => Some((bytes, u16::from_be_bytes)),
        _ => None,
    }
}

fn utf16(bytes: &[u8], unit: Unit) -> Option<String> {
    // A line end of one byte comes of appending to the file, NULs at the end of writing a whole buffer.
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text: String = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect::<Result<_, _>>().ok()?;
    let text = text.trim_end_matches('\0');
    (matches!(rest, [] | [0 | b'\n' | b'\r']) && !text.is_empty() && !text.contains('\0')).then(|| text.to_owned())
}
