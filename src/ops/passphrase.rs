//! Passphrases: how strong one is, and made-up ones of six words.

use crate::ports::Entropy;
use crate::secret::SecretText;

/// zxcvbn's score 0–4 with what to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strength {
    pub score: u8,
    /// "weak: a word and a year", "strong" …
    pub verdict: String,
}

pub fn strength(passphrase: &SecretText) -> Strength {
    let _ = passphrase;
    todo!()
}

/// Six words of the EFF's long list, chosen uniformly: 77 bits.
pub fn generate(entropy: &dyn Entropy) -> SecretText {
    let _ = entropy;
    todo!()
}
