//! Passphrases: how strong one is, and made-up ones of six words.

use crate::ports::Entropy;
use crate::secret::SecretText;
use crate::words;
use zeroize::Zeroizing;

/// zxcvbn's score 0–4 with what to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strength {
    pub score: u8,
    /// "weak: a word and a year", "strong" …
    pub verdict: String,
}

/// zxcvbn takes quadratic time, and no passphrase gets weaker by what follows.
const CONSIDERED: usize = 100;

pub fn strength(passphrase: &SecretText) -> Strength {
    let text = passphrase.expose();
    let considered: Zeroizing<String> = Zeroizing::new(text.chars().take(CONSIDERED).collect());
    if considered.is_empty() {
        return Strength { score: 0, verdict: "empty".into() };
    }
    let entropy = zxcvbn::zxcvbn(&considered, &["countersign"]);
    let score = u8::from(entropy.score());
    let word = ["very weak", "weak", "fair", "good", "strong"][usize::from(score.min(4))];
    let why = entropy.feedback().and_then(|feedback| {
        let warning = feedback.warning().map(|warning| warning.to_string());
        warning.or_else(|| feedback.suggestions().first().map(|suggestion| suggestion.to_string()))
    });
    let verdict = match why {
        Some(why) => format!("{word}: {}", sentence_inside(&why)),
        None => word.to_owned(),
    };
    Strength { score, verdict }
}

/// "This is a top-10 password." → "this is a top-10 password".
fn sentence_inside(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// How many words [`generate`] takes.
pub const WORDS: usize = 6;

/// Six words of the EFF's long list, chosen uniformly: 77 bits.
pub fn generate(entropy: &dyn Entropy) -> SecretText {
    let list = words::dice();
    let mut text = String::with_capacity(WORDS * 10);
    for number in 0..WORDS {
        if number > 0 {
            text.push(' ');
        }
        text.push_str(list[below(list.len() as u16, entropy)]);
    }
    SecretText::new(text)
}

/// A uniform number below `bound`: draws that would favour the small numbers are thrown away.
fn below(bound: u16, entropy: &dyn Entropy) -> usize {
    let fair = u16::MAX - u16::MAX % bound;
    loop {
        let mut bytes = [0; 2];
        entropy.fill(&mut bytes);
        let drawn = u16::from_le_bytes(bytes);
        if drawn < fair {
            return usize::from(drawn % bound);
        }
    }
}
