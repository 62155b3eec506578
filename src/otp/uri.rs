//! `otpauth://` links (and `motp://`, `steam://`): tolerant reading, exact writing.

use super::Credential;
use crate::secret::SecretText;

/// An account as a link tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    pub issuer: Option<String>,
    pub account: Option<String>,
    pub credential: Credential,
    /// Parameters this program has no place for, kept in order.
    pub unknown: Vec<(String, String)>,
}

/// Why a link could not be read. Never quotes the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UriError {
    /// Not one of our schemes; a known non-OTP scheme (`phonefactor://`) comes with an explanation.
    Scheme {
        explanation: Option<&'static str>,
    },
    TooLong,
    UnknownType(String),
    SecretMissing,
    SecretInvalid,
    Number {
        parameter: &'static str,
    },
}

/// The longest link taken, in bytes.
pub const MAX_LENGTH: usize = 8 * 1024;

pub fn parse(link: &str) -> Result<Labelled, UriError> {
    let _ = link;
    todo!()
}

/// Writes a link that [`parse`] reads back to the same value, `counter` being the next one to use.
pub fn write(labelled: &Labelled) -> SecretText {
    let _ = labelled;
    todo!()
}
