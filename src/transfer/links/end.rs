//! Where a link ends that stands in other text, and whether it goes on in the next line.
//!
//! It ends, whichever comes first,
//! - where another link begins;
//! - at the partner of the quote, bracket or tag that stands right before it, also some lines further down;
//! - behind its `?`, at a quote, `<`, `>`, a tab or a closing bracket that it did not open;
//! - as a cell, at the comma, semicolon or bar that also stands before it;
//! - in its last parameter, behind a number, or behind a secret, of which groups of letters may stand between blanks;
//!   in an issuer that the label names too, behind that name; in other text at the first blank where words stand before
//!   the link (`scan otpauth://… with the app`);
//! - at the end of the line, without the separators there.
//!
//! It goes on in the next line where that can be nothing else: see [`next_line`]. Where either may be, the link is refused.

use super::scan::has_words;
use crate::otp::Algorithm;
use percent_encoding::percent_decode_str;

/// Parameters whose names show that a line is a part of a link.
const PARAMETERS: [&str; 10] =
    ["secret", "issuer", "algorithm", "digits", "period", "counter", "data", "pin", "image", "codeDisplay"];
/// The usual length of a group of letters in a secret, at most.
const GROUP: usize = 8;

/// What ends a link that stands right behind this.
pub fn partners(opener: char) -> Option<&'static str> {
    Some(match opener {
        '"' => "\"",
        '\'' => "'",
        '`' => "`",
        '<' => ">",
        '>' => "<",
        '*' => "*",
        '~' => "~",
        '|' => "|",
        '(' => ")",
        '[' => "]",
        '{' => "}",
        '“' | '„' => "”“",
        '‘' | '‚' => "’‘",
        '«' => "»",
        '‹' => "›",
        '「' => "」",
        _ => return None,
    })
}

/// Where the link ends that stands right behind `opener`.
pub fn closing(opener: char, region: &str) -> Option<usize> {
    let partners = partners(opener)?;
    let is_bracket = matches!(opener, '(' | '[' | '{');
    let mut depth = 0;
    let letters = region.char_indices();
    let from = query(region).unwrap_or(0);
    // A quote in a name (`Bob's`, `My "big" shop`) has a letter behind it; in the label it may stand anywhere.
    let is_end = |at: usize, letter: char| {
        let next = region[at + letter.len_utf8()..].chars().next();
        partners.contains(letter) && (!matches!(letter, '"' | '\'' | '`' | '’') || !next.is_some_and(char::is_alphanumeric))
    };
    let mut ends = letters.filter(|(at, letter)| {
        if is_bracket && *letter == opener {
            depth += 1;
        } else if is_bracket && partners.contains(*letter) {
            depth -= 1;
            return depth < 0;
        }
        !is_bracket && is_end(*at, *letter)
    });
    let first = ends.next()?.0;
    let end = if first < from { ends.find(|(at, _)| *at >= from).map_or(first, |(at, _)| at) } else { first };
    Some(region[..end].trim_end_matches('\\').len())
}

/// Where the parameters of a link begin, behind its `?`; at once where it has no label.
fn query(region: &str) -> Option<usize> {
    match region.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("steam")) {
        true => Some("steam://".len().min(region.len())),
        false => region.find('?').map(|at| at + 1),
    }
}

/// Where a link ends in its line.
pub struct Extent {
    pub end: usize,
    /// Whether something ends it before the end of the line.
    pub closed: bool,
    /// Whether what follows may belong to its secret or not.
    pub is_unclear: bool,
}

/// Where the link at the start of `region` ends. `followed`: another link stands behind it.
pub fn extent(before: &str, region: &str, depth: u8, followed: bool) -> Extent {
    let closed = |end| Extent { end, closed: true, is_unclear: false };
    if let Some(end) = before.chars().next_back().and_then(|opener| closing(opener, region)) {
        return closed(end);
    }
    if depth > 0 {
        let end = region.find(|c: char| c.is_whitespace() || "&#\"'<>`|,;)]}\\".contains(c));
        return closed(end.unwrap_or(region.len()));
    }
    let Some(from) = query(region) else {
        return Extent { end: without_separators(region), closed: followed, is_unclear: false };
    };
    let mut open = 0;
    let hard = region[from..].char_indices().find(|(at, letter)| match letter {
        '"' | '<' | '>' | '`' | '\t' => true,
        '\'' => !region[from + at + 1..].starts_with(char::is_alphanumeric),
        '(' | '[' | '{' => {
            open += 1;
            false
        }
        ')' | ']' | '}' => {
            open -= 1;
            open < 0
        }
        _ => false,
    });
    let mut end = hard.map_or(region.len(), |(at, _)| from + at);
    if let Some(separator @ (',' | ';' | '|')) = before.trim_end().chars().next_back()
        && let Some(at) = region[from..end].find(separator)
    {
        end = from + at;
    }
    let (end, is_unclear) = last_parameter(before, &region[..end], from, followed);
    let kept = without_separators(&region[..end]);
    let rest = region[kept..].trim_matches(|c: char| c.is_whitespace() || c == '\\');
    Extent { end: kept, closed: followed || !rest.is_empty(), is_unclear }
}

/// Without the separators at its end, among them line ends as JSON escapes them.
fn without_separators(text: &str) -> usize {
    let kept = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '\\'));
    match ["\\n", "\\r", "\\t"].iter().find_map(|escape| kept.strip_suffix(escape)) {
        Some(kept) => without_separators(kept),
        None => kept.len(),
    }
}

/// Where the last parameter of a link ends, and whether that is unclear.
fn last_parameter(before: &str, region: &str, from: usize, followed: bool) -> (usize, bool) {
    let (name, value) = last_value(region, from);
    let (length, is_unclear) = match name.to_ascii_lowercase().as_str() {
        "secret" => secret_length(value),
        "digits" | "period" | "counter" | "data" => (word_length(value), false),
        "algorithm" => (hash_length(value), false),
        _ => (text_length(before, &region[..from], value, followed), false),
    };
    (region.len() - value.len() + length, is_unclear)
}

/// Name and value of the last parameter. Steam's links are a secret and nothing else.
fn last_value(link: &str, from: usize) -> (&str, &str) {
    let mut names = link[from..].match_indices('&').map(|(at, _)| from + at + 1);
    let at = names.rfind(|at| names_parameter(&link[*at..]).is_some()).unwrap_or(from);
    match link.contains('?') {
        true => link[at..].split_once('=').unwrap_or(("", &link[at..])),
        false => ("secret", &link[at..]),
    }
}

/// The name of the parameter that a text begins with.
fn names_parameter(text: &str) -> Option<&str> {
    const LONGEST: usize = 40;
    let end = text.bytes().take(LONGEST).position(|byte| matches!(byte, b'=' | b'&'))?;
    let name = text[end..].starts_with('=').then(|| &text[..end])?;
    let name = name.strip_prefix("amp;").unwrap_or(name);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '%');
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}

/// A number or a name: up to a blank, a separator or the end of a sentence.
fn word_length(value: &str) -> usize {
    let end = value.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).unwrap_or(value.len());
    value[..end].trim_end_matches(['.', ':', '!']).len()
}

/// The name of a hash, of which the number may stand apart (`SHA 256`).
fn hash_length(value: &str) -> usize {
    let first = word_length(value);
    let rest = &value[first..];
    let both = first + (rest.len() - rest.trim_start().len()) + word_length(rest.trim_start());
    if completes_hash(&value[..first], &value[first..both]) { both } else { first }
}

/// Whether a name is no hash by itself, and one with this behind it.
fn completes_hash(name: &str, more: &str) -> bool {
    let is_known = |name: &str| !matches!(Algorithm::from_name(name), Algorithm::Other(_));
    !is_known(name) && is_known(&format!("{name}{more}"))
}

/// Groups of one length and one case, with blanks between them, are one secret where they have a usual length together.
/// Anything else behind a blank is not of the secret. It is unclear where the secret would be whole before some groups that
/// may be words as well.
fn secret_length(value: &str) -> (usize, bool) {
    let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    let first = value.find(is_end).unwrap_or(value.len());
    let head = &value[..first];
    let (mut end, mut run, mut letters) = (first, first, first);
    let (mut is_whole, mut is_unclear, mut has_digit) = (first == GROUP, false, false);
    while letters.is_multiple_of(first.max(1)) && (2..=GROUP).contains(&first) {
        let rest = &value[run..];
        let gap = rest.len() - rest.trim_start_matches(is_end).len();
        let word = rest[gap..].split(is_end).next().unwrap_or_default();
        if word.is_empty() || word.len() > first || !is_like(head, word) {
            break;
        }
        letters += word.len();
        run += gap + word.len();
        has_digit |= word.bytes().any(|byte| byte.is_ascii_digit());
        if letters >= 2 * GROUP && is_usual(letters) {
            is_unclear = is_unclear || is_whole && !has_digit;
            (end, is_whole, has_digit) = (run, true, false);
        }
    }
    let end = if is_unclear { first } else { end };
    (value[..end].trim_end_matches(['.', ':', '!', ')']).len(), is_unclear)
}

/// Whether secrets of so many letters are common: whole bytes without a remainder, or 16, 32 or 64 of them.
pub fn is_usual(letters: usize) -> bool {
    letters > 0 && letters.is_multiple_of(8) || matches!(letters, 26 | 52 | 103)
}

/// Whether a word may go on a secret: letters of base32, and of the same case.
fn is_like(secret: &str, word: &str) -> bool {
    let base32 = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'2'..=b'7' | b'=' | b'-'));
    let both = [secret, word];
    let upper = both.iter().all(|word| !word.bytes().any(|byte| byte.is_ascii_lowercase()));
    let lower = both.iter().all(|word| !word.bytes().any(|byte| byte.is_ascii_uppercase()));
    base32(word) && (upper || lower)
}

/// A name may hold blanks, as far as the label names the same or where the link stands for itself.
fn text_length(before: &str, label: &str, value: &str, followed: bool) -> usize {
    let issuer = label.rsplit('/').next().unwrap_or_default().split([':', '?']).next().unwrap_or_default();
    if let Some(rest) = value.strip_prefix(issuer).filter(|_| !issuer.is_empty())
        && rest.starts_with(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|'))
    {
        return issuer.len();
    }
    let words = before.split_whitespace().filter(|word| has_words(word)).count();
    let is_alone = words == 0 || words == 1 && before.trim_end().ends_with([':', '=', ',', ';', '|']);
    let is_end =
        |c: char| matches!(c, ',' | ';') && (followed || !is_alone || before.contains(c)) || c.is_whitespace() && !is_alone;
    value.find(is_end).unwrap_or(value.len())
}

/// What the next line is to a link that reaches the end of its own.
#[derive(Clone, Copy, PartialEq)]
pub enum NextLine {
    /// Its rest, which can be nothing else.
    Rest,
    /// Its rest, or something else.
    Unclear,
    Other,
}

/// Whether a link that reaches the end of its line goes on in `line`. It does where
/// - it has no secret yet, and the line has one or is a part of its name;
/// - it ends in the middle of something: behind a `&`, in the name of a parameter, in an escape, before a value;
/// - the line has a parameter, behind letters that may end the last one;
/// - its secret can't be whole, or the line looks like no word, and both together have the length of whole bytes;
/// - the line ends with the partner of the quote before the link (`is_closed`).
///
/// A word on a line of its own may be a heading, indented or not. The caller sees to it that both together can be read.
pub fn next_line(link: &str, line: &str, is_indented: bool, is_closed: bool) -> NextLine {
    use NextLine::{Other, Rest, Unclear};
    let is_transfer = link.get(..17).is_some_and(|scheme| scheme.eq_ignore_ascii_case("otpauth-migration"));
    let wanted = if is_transfer { "data=" } else { "secret=" };
    let has_wanted = |text: &str| text.to_ascii_lowercase().contains(wanted);
    let head = line.split_whitespace().next().unwrap_or_default();
    let is_word = head.len() == line.len();
    let is_known = |name: &str| PARAMETERS.iter().any(|known| known.eq_ignore_ascii_case(name));
    let Some(from) = query(link).filter(|from| *from < link.len() || !link.contains('?')) else {
        // The end of the label, or of the `?`. A blank in it may have stood at the break as well.
        let is_split = !link.ends_with('?') && link.contains(char::is_whitespace) && line.starts_with(char::is_alphanumeric);
        return match is_word || has_wanted(line) {
            true if is_split && has_wanted(line) => Unclear,
            true => Rest,
            false => Other,
        };
    };
    if link.contains('?') && !has_wanted(link) {
        return if is_word || has_wanted(&format!("{link}{line}")) { Rest } else { Other };
    }
    if line.strip_prefix('&').is_some_and(|rest| names_parameter(rest).is_some()) {
        return Rest;
    }
    // An open name.
    let piece = &link[link.rfind(['&', '?']).map_or(from, |at| at + 1)..];
    if link.contains('?') && !piece.contains('=') {
        let joined = format!("{piece}{}", head.get(..GROUP * 2).unwrap_or(head));
        return if names_parameter(&joined).is_some_and(is_known) { Rest } else { Other };
    }
    let is_cut = |text: &str| {
        text.ends_with('%') || text.len() > 1 && text.is_char_boundary(text.len() - 2) && text[text.len() - 2..].starts_with('%')
    };
    let is_piece = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%+._~=-/".contains(&byte));
    if is_word && is_piece(line) && is_cut(link) && percent_decode_str(&format!("{piece}{line}")).decode_utf8().is_ok() {
        let at = piece.rfind('%').unwrap_or_default();
        let digits = format!("{}{line}", &piece[at + 1..]);
        if digits.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()) {
            return Rest;
        }
    }
    let mut names = head.split('&');
    let is_name = |name: &str| PARAMETERS.iter().any(|known| !name.is_empty() && known.starts_with(&name.to_ascii_lowercase()));
    if names.next().is_some_and(is_piece)
        && names.any(|piece| names_parameter(piece).map_or_else(|| !piece.contains('=') && is_word && is_name(piece), is_known))
    {
        return Rest;
    }
    let (name, value) = last_value(link, from);
    if !is_word {
        return Other;
    }
    match name.to_ascii_lowercase().as_str() {
        "secret" if value.ends_with('=') || !is_like(value, line) => Other,
        "secret" => {
            let letters = value.len();
            let is_completed = !letters.is_multiple_of(8) && (letters + line.len()).is_multiple_of(8);
            let is_cut = matches!(letters % 8, 1 | 3 | 6);
            let is_no_word = line.trim_end_matches(|c: char| c.is_ascii_digit()).contains(|c: char| c.is_ascii_digit());
            match (is_completed, is_indented && is_no_word) {
                _ if value.is_empty() || is_closed => Rest,
                (true, _) if is_cut && !is_usual(letters) || is_no_word => Rest,
                (true, _) if !letters.is_multiple_of(4) && !is_usual(letters) => Unclear,
                (_, true) => Unclear,
                // Such a heading would be odd, even at the beginning of a line.
                _ if is_no_word && line.len() >= 8 => Unclear,
                _ => Other,
            }
        }
        "data" if line.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%+/=-_".contains(&byte)) => Rest,
        "digits" | "period" | "counter" if line.bytes().all(|byte| byte.is_ascii_digit()) => {
            if value.is_empty() {
                Rest
            } else {
                Unclear
            }
        }
        "algorithm" if completes_hash(value, line) => Rest,
        "data" | "digits" | "period" | "counter" | "algorithm" => Other,
        _ if is_closed => Rest,
        _ => Other,
    }
}

/// Whether the `=` at the end of a link may stand for the end of its line in mail, and whether a value may be missing
/// behind it. It is neither where it is the padding of a secret.
pub fn open_end(link: &str) -> (bool, bool) {
    let last = link.rsplit(['&', '?']).next().and_then(|piece| piece.split_once('='));
    match last.map_or("", |(_, value)| value) {
        "" => (link.ends_with('='), link.ends_with('=')),
        value => (value.ends_with('=') && !value.len().is_multiple_of(8), false),
    }
}
