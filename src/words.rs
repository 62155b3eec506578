//! Small questions about words, asked all over: whether two spellings are one word, the known word nearest to a mistyped one,
//! words to choose from, text made safe to show, and the time in words.

use nucleo_matcher::chars::normalize;
use std::borrow::Cow;
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The text with its letters and accents put together (NFC), as most keyboards give it; macOS takes them apart in the names
/// of files (NFD). Both look the same.
pub fn composed(text: &str) -> Cow<'_, str> {
    match text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        true => text.into(),
        false => text.nfc().collect(),
    }
}

/// Whether two texts differ in nothing that can be seen.
pub fn is_same(one: &str, other: &str) -> bool {
    one == other || !(one.is_ascii() && other.is_ascii()) && composed(one) == composed(other)
}

/// One form for all spellings of a text that have the same letters with the same accents, case aside.
pub fn spelled(text: &str) -> String {
    match text.is_ascii() {
        true => text.to_ascii_lowercase(),
        false => text.nfc().flat_map(lower).collect(),
    }
}

/// One form for all that a person may type for the same text: without case and accents, wide letters as narrow ones,
/// ligatures as letters (NFKC with case folded and marks left out). What a search looks through.
pub fn folded(text: &str) -> String {
    match text.is_ascii() {
        true => text.to_ascii_lowercase(),
        false => unmarked(text).chars().flat_map(lower).collect(),
    }
}

/// As [`folded`], but with its capitals. A text of marks alone keeps them, so that it is not taken for an empty one.
pub fn unmarked(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    let mut letters = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_mark(*letter)) {
        let mut room = [0; 4];
        let small = letter.to_lowercase().next().unwrap_or(letter);
        // Letters that no normal form takes apart.
        let plain = match small {
            'ß' => "ss",
            'æ' => "ae",
            'œ' => "oe",
            'þ' => "th",
            'ð' => "d",
            // What typography makes of signs that are on every keyboard.
            '‘' | '’' | 'ʼ' => "'",
            '“' | '”' => "\"",
            '‐'..='―' => "-",
            // Such as ø and ł. Of most of these it knows the small letter alone.
            _ => &*normalize(small).encode_utf8(&mut room),
        };
        match letter == small {
            true => letters.push_str(plain),
            false => letters.extend(plain.chars().flat_map(char::to_uppercase)),
        }
    }
    match letters.trim().is_empty() {
        true => text.nfkc().collect(),
        // Hangul and kana are whole letters again.
        false => letters.nfc().collect(),
    }
}

/// An accent, a vowel point, or what is not seen at all. The signs of Indic vowels and of voiced kana are no accents: a word
/// without them is another word.
fn is_mark(c: char) -> bool {
    match c {
        // Soft hyphen, joiners, marks of direction, variation selectors, and the line that stretches Arabic words.
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{640}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' => true,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}' => {
            true
        }
        // From 7 to 9 are nukta, the marks of voiced kana, and virama.
        _ => matches!(canonical_combining_class(c), 1 | 10..),
    }
}

/// In lower case, letter by letter: the sigma at the end of a word is a sigma.
fn lower(c: char) -> std::char::ToLowercase {
    if c == 'ς' { 'σ' } else { c }.to_lowercase()
}

/// The 7776 words that five dice choose from: the long list of the Electronic Frontier Foundation.
pub fn dice() -> Vec<&'static str> {
    eff_wordlist::large::LIST.iter().map(|(_, word)| *word).collect()
}

/// The known word meant by a mistyped one: at most two letters apart, or one beginning with the other.
pub fn nearest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    if typed.len() > 40 {
        return None;
    }
    let typed = typed.to_lowercase();
    let near =
        known.iter().map(|word| (distance(&typed, word), *word)).filter(|(distance, word)| *distance <= 2.min(word.len() / 2));
    near.min()
        .map(|(_, word)| word)
        .or_else(|| known.iter().copied().find(|word| typed.len() >= 3 && (word.starts_with(&typed) || typed.starts_with(word))))
}

/// Levenshtein's.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let next = (diagonal + usize::from(left != *right)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

/// The text without what a terminal would obey: control characters, and those that turn the direction of writing.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_obeyed(c) { '\u{fffd}' } else { c }).collect()
}

/// Whether a terminal would obey a character instead of showing it.
pub fn is_obeyed(c: char) -> bool {
    c.is_control() || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Seconds since 1970 as `2026-01-01 00:00:07`, in UTC.
pub fn utc(unix: u64) -> String {
    let (days, seconds) = (unix / 86_400, unix % 86_400);
    // Years from March on, so that the leap day is the last; 719,468 days lie between 0000-03-01 and 1970-01-01.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// The way back from [`utc`]; `None` where the text is no such time.
pub fn from_utc(text: &str) -> Option<u64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let years = year - u64::from(month <= 2 && year > 0);
    let march_month = (month + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + day.checked_sub(1)?;
    let (era, year_of_era) = (years / 400, years % 400);
    let days = (era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year).checked_sub(719_468)?;
    let unix = days * 86_400 + hour * 3_600 + minute * 60 + second;
    // What is written otherwise (a 31st of April, a minute 75, other separators) does not come back the same.
    (utc(unix) == text).then_some(unix)
}
