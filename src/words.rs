//! Small questions about words, asked all over: the known word nearest to a mistyped one, and text made safe to show.

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
    text.chars().map(|c| if c.is_control() || is_direction(c) { '\u{fffd}' } else { c }).collect()
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
