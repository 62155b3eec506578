//! Recovery codes as sites print them, taken apart: numbered lists, columns, commas, a heading above.

use crate::secret::SecretText;

/// The codes of a pasted text, in its order. Numbers of a list (`1.`, `2)`) and lines of prose are left out; two short
/// groups of digits on a line are one code.
pub fn split(text: &SecretText) -> Vec<SecretText> {
    let lines: Vec<&str> = text.expose().lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let all_prose = lines.iter().all(|line| is_prose(line));
    lines.into_iter().filter(|line| all_prose || !is_prose(line)).flat_map(of_line).collect()
}

/// Several words without a digit, as in "Keep these codes safe".
fn is_prose(line: &str) -> bool {
    !line.contains([',', ';', '\t']) && line.split_whitespace().count() >= 3 && !line.chars().any(|c| c.is_ascii_digit())
}

fn of_line(line: &str) -> Vec<SecretText> {
    let parts = line.split([',', ';', '\t', '|']).flat_map(|part| part.split("  "));
    parts.flat_map(of_part).map(SecretText::new).collect()
}

/// A stretch with single spaces only.
fn of_part(part: &str) -> Vec<String> {
    let words: Vec<&str> = part.split_whitespace().filter(|word| !is_bullet(word)).collect();
    let short_digits = |word: &&str| word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    if words.len() == 2 && words.iter().all(short_digits) {
        return vec![words.join(" ")];
    }
    words.into_iter().map(|word| without_number(word).to_owned()).filter(|word| !word.is_empty()).collect()
}

/// What stands before a code in a list: `1.`, `12)`, `-`, `•`, `*`, `[ ]`.
fn is_bullet(word: &str) -> bool {
    let number =
        word.strip_suffix(['.', ')', ':']).is_some_and(|digits| digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()));
    number || word.chars().all(|c| !c.is_alphanumeric())
}

/// `1.abcd` without its number.
fn without_number(word: &str) -> &str {
    match word.split_once(['.', ')']) {
        Some((number, rest)) if (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => word,
    }
}
