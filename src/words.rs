//! Small questions about words, asked all over: the known word nearest to a mistyped one, words to choose from, text made
//! safe to show, and the time in words.

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
