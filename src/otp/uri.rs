//! `otpauth://` links (and `motp://`, `steam://`): tolerant reading in `uri/read.rs`, exact writing in `uri/write.rs`.
//! What the two must agree on stands here. Where apps disagree: a parameter wins over the label, a label without a colon
//! is the account, a missing counter is 0.

mod read;
mod write;

use super::{Credential, base32};
use crate::error::{Error, ErrorKind};
use crate::secret::SecretText;
use std::fmt;

pub use read::parse;
pub use write::write;

/// An account as a link tells it. Texts that are there are not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    pub issuer: Option<String>,
    pub account: Option<String>,
    pub credential: Credential,
    /// Parameters this program has no place for, kept in order. Some apps put secrets there.
    pub unknown: Vec<(String, SecretText)>,
}

/// Why a link could not be read. Never quotes the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UriError {
    /// Not one of our schemes; a known non-OTP scheme (`phonefactor://`) comes with an explanation.
    Scheme {
        explanation: Option<&'static str>,
    },
    TooLong,
    /// `otpauth://TYPE/…` of another type than we know. Empty where it does not look like the name of a type.
    UnknownType(String),
    SecretMissing,
    /// Why, in half a sentence.
    SecretInvalid(String),
    /// Several parameters `secret` that differ.
    SecretsDiffer,
    /// Another link begins in it.
    Several,
    /// A line break stands in it: where it ends is not clear.
    Broken,
    /// Not a number, or out of range.
    Number {
        parameter: &'static str,
    },
}

/// Whose links they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Otpauth,
    Motp,
    Steam,
}

/// The schemes of links that hold a one-time password.
const SCHEMES: [(&str, Scheme); 4] =
    [("otpauth", Scheme::Otpauth), ("apple-otpauth", Scheme::Otpauth), ("motp", Scheme::Motp), ("steam", Scheme::Steam)];

/// The scheme, as far as it is one of ours, and what follows its colon. Invisible characters around the link come of copying.
fn split(link: &str) -> Option<(&str, Option<Scheme>, &str)> {
    let link = link.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}'));
    let (name, rest) = link.split_once(':')?;
    let known = SCHEMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    Some((name, known.map(|(_, scheme)| *scheme), rest))
}

/// Whether [`parse`] is meant for this text. A line of plain text may begin with `Steam:`, so only otpauth needs no slashes.
pub fn is_link(text: &str) -> bool {
    match split(text) {
        Some((_, Some(Scheme::Otpauth), _)) => true,
        Some((_, Some(Scheme::Motp | Scheme::Steam), rest)) => rest.starts_with("//"),
        _ => false,
    }
}

/// Whether another link begins in this one: its parts would be taken for those of the first.
fn holds_another(rest: &str) -> bool {
    let rest = rest.to_ascii_lowercase();
    let mut marks = rest.match_indices("://").map(|(at, _)| &rest[..at]);
    marks.any(|before| before.ends_with("otpauth-migration") || SCHEMES.iter().any(|(scheme, _)| before.ends_with(scheme)))
}

/// The longest link taken, in bytes.
pub const MAX_LENGTH: usize = 8 * 1024;

impl UriError {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            UriError::Scheme { explanation } => *explanation,
            UriError::TooLong => None,
            UriError::SecretsDiffer => Some("copy the link from the site once more"),
            UriError::Several => Some("put each link on a line of its own"),
            UriError::Broken => Some("put the whole link on one line, and nothing else"),
            UriError::UnknownType(_) => Some("known are totp, hotp, steam and yaotp"),
            UriError::SecretMissing => Some("copy the whole link; it ends in parameters such as secret=…"),
            UriError::SecretInvalid(_) => Some("a secret is made of the letters A to Z and the digits 2 to 7"),
            UriError::Number { .. } => Some("digits go from 1 to 10, a period from 1 s up, a counter up to 2^64 − 1"),
        }
    }
}

impl fmt::Display for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UriError::Scheme { explanation: None } => f.write_str("this is not a link to a one-time password"),
            UriError::Scheme { explanation: Some(_) } => f.write_str("this link does not hold the secret of a one-time password"),
            UriError::TooLong => write!(f, "the link is longer than {} KiB", MAX_LENGTH / 1024),
            UriError::UnknownType(name) if name.is_empty() => f.write_str("the link does not say which type of code it is for"),
            UriError::UnknownType(name) => write!(f, "codes of type \"{name}\" are not known"),
            UriError::SecretMissing => f.write_str("the link holds no secret"),
            UriError::SecretInvalid(why) => write!(f, "the secret in the link can't be read: {why}"),
            UriError::SecretsDiffer => f.write_str("the link holds two secrets"),
            UriError::Several => f.write_str("there is more than one link in it"),
            UriError::Broken => f.write_str("it is not clear where the link ends: put all of it on one line, and nothing else"),
            UriError::Number { parameter } => write!(f, "the {parameter} of the link can't be used"),
        }
    }
}

impl std::error::Error for UriError {}

impl From<UriError> for Error {
    fn from(error: UriError) -> Self {
        let plain = Error::new(ErrorKind::ForeignDamaged, error.to_string());
        match error.hint() {
            Some(hint) => plain.hint(hint),
            None => plain,
        }
    }
}

/// Parameters written as nothing or, by careless writers, as the word for nothing of their language, are absent. A value
/// that really is such a word is written with an escaped letter, which this does not match.
fn is_absent(raw: &str) -> bool {
    raw.is_empty() || ["null", "undefined", "(null)", "none"].iter().any(|word| raw.eq_ignore_ascii_case(word))
}

/// Yandex: Aegis writes the PIN as base32 of its digits. An escaped letter marks a PIN that only looks like that.
fn pin_from_base32(raw: &str) -> Option<SecretText> {
    let secret = base32::decode(raw)?;
    let text = std::str::from_utf8(secret.expose()).ok()?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| SecretText::new(text))
}

/// `encoder=` (KeePassXC) tells Steam codes from plain ones.
const ENCODER_STEAM: &str = "steam";
/// Ours: says that an account is not a Steam one although issuer and digits look so.
const ENCODER_PLAIN: &str = "default";

/// Steam's own links are plain TOTP with this issuer and no digits, or five.
fn looks_like_steam(issuer: Option<&str>, digits: Option<u64>) -> bool {
    issuer.is_some_and(|issuer| issuer.eq_ignore_ascii_case("steam")) && digits.is_none_or(|digits| digits == 5)
}
