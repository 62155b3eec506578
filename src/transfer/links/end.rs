//! Where a link ends that stands in other text, and whether it goes on in the next line.
//!
//! It ends, whichever comes first,
//! - where another link begins;
//! - at the partner of the quote, bracket or tag that stands right before it, also some lines further down;
//! - behind its `?`, at a quote, `<`, `>`, a tab or a closing bracket that it did not open;
//! - as a cell, at the comma, semicolon or bar that also stands before it;
//! - in its last parameter, behind a number, or behind a secret, of which groups of letters may stand between blanks;
//!   in other text at the first blank where words stand before the link (`scan otpauth://… with the app`);
//! - at the end of the line, without the separators there.
//!
//! It goes on in the next line where that can be nothing else: see [`goes_on`].

use super::scan::has_words;

/// Parameters whose names show that a line is a part of a link.
const PARAMETERS: [&str; 8] = ["secret", "issuer", "algorithm", "digits", "period", "counter", "data", "pin"];
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

/// How long the link at the start of `region` is, and whether something ends it before the end of the line.
/// `followed`: another link stands behind it.
pub fn extent(before: &str, region: &str, depth: u8, followed: bool) -> (usize, bool) {
    if let Some(end) = before.chars().next_back().and_then(|opener| closing(opener, region)) {
        return (end, true);
    }
    if depth > 0 {
        let end = region.find(|c: char| c.is_whitespace() || "&#\"'<>`|,;)]}\\".contains(c));
        return (end.unwrap_or(region.len()), true);
    }
    let Some(from) = query(region) else { return (without_separators(region), followed) };
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
    end = last_parameter(before, &region[..end], from, followed);
    let kept = without_separators(&region[..end]);
    let rest = region[kept..].trim_matches(|c: char| c.is_whitespace() || c == '\\');
    (kept, followed || !rest.is_empty())
}

/// Without the separators at its end, among them line ends as JSON escapes them.
fn without_separators(text: &str) -> usize {
    let kept = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '\\'));
    match ["\\n", "\\r", "\\t"].iter().find_map(|escape| kept.strip_suffix(escape)) {
        Some(kept) => without_separators(kept),
        None => kept.len(),
    }
}

/// Where the last parameter of a link ends.
fn last_parameter(before: &str, region: &str, from: usize, followed: bool) -> usize {
    let mut names = region[from..].match_indices('&').map(|(at, _)| from + at + 1);
    let at = names.rfind(|at| names_parameter(&region[*at..]).is_some()).unwrap_or(from);
    // Steam's links are a secret and nothing else.
    let (name, value) = match region.contains('?') {
        true => region[at..].split_once('=').unwrap_or(("", &region[at..])),
        false => ("secret", &region[at..]),
    };
    let length = match name.to_ascii_lowercase().as_str() {
        "secret" => secret_length(value),
        "digits" | "period" | "counter" | "algorithm" | "data" => word_length(value),
        _ => text_length(before, &region[..from], value, followed),
    };
    region.len() - value.len() + length
}

/// The name of the parameter that a text begins with.
fn names_parameter(text: &str) -> Option<&str> {
    const LONGEST: usize = 40;
    let name = &text[..text.bytes().take(LONGEST).position(|byte| byte == b'=')?];
    let name = name.strip_prefix("amp;").unwrap_or(name);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '%');
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}

/// A number or a name: up to a blank, a separator or the end of a sentence.
fn word_length(value: &str) -> usize {
    let end = value.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).unwrap_or(value.len());
    value[..end].trim_end_matches(['.', ':', '!']).len()
}

/// Groups of one length and one case, with blanks between them, are one secret; so are two parts that only together have
/// the length of whole bytes. Anything else behind a blank is not of the secret.
fn secret_length(value: &str) -> usize {
    let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    let first = value.find(is_end).unwrap_or(value.len());
    let mut end = first;
    let (mut letters, head) = (first, &value[..first]);
    loop {
        let rest = &value[end..];
        let gap = rest.len() - rest.trim_start_matches(is_end).len();
        let word = rest[gap..].split(is_end).next().unwrap_or_default();
        let in_groups = head.len() <= GROUP && word.len() <= GROUP;
        if word.is_empty() || !(in_groups || completes(letters, word)) || !is_like(head, word) {
            break;
        }
        letters += word.len();
        end += gap + word.len();
    }
    value[..end].trim_end_matches(['.', ':', '!', ')']).len()
}

/// Whether a word may go on a secret: letters of base32, and of the same case.
fn is_like(secret: &str, word: &str) -> bool {
    let base32 = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'2'..=b'7' | b'=' | b'-'));
    let both = [secret, word];
    let upper = both.iter().all(|word| !word.bytes().any(|byte| byte.is_ascii_lowercase()));
    let lower = both.iter().all(|word| !word.bytes().any(|byte| byte.is_ascii_uppercase()));
    base32(word) && (upper || lower)
}

/// Whether a secret of so many letters is cut, and whole with this word.
fn completes(letters: usize, word: &str) -> bool {
    !letters.is_multiple_of(8) && (letters + word.len()).is_multiple_of(8)
}

/// A name may hold blanks, where the link stands for itself.
fn text_length(before: &str, label: &str, value: &str, followed: bool) -> usize {
    let words = before.split_whitespace().filter(|word| has_words(word)).count();
    let is_alone = words == 0 || words == 1 && before.trim_end().ends_with([':', '=', ',', ';', '|']);
    if is_alone && (!followed || !value.trim_end().contains(char::is_whitespace)) {
        return value.len();
    }
    let separator = value.find([',', ';']).unwrap_or(value.len());
    if is_alone && separator < value.len() {
        return separator;
    }
    // Among other words: as far as the label names the same, else one word.
    let first_blank = value.find(char::is_whitespace).unwrap_or(value.len());
    let issuer = label.rsplit('/').next().unwrap_or_default().split(':').next().unwrap_or_default();
    match value.strip_prefix(issuer) {
        Some(rest) if !issuer.is_empty() && !rest.starts_with(char::is_alphanumeric) => issuer.len(),
        _ => first_blank,
    }
}

/// Whether a link that reached the end of its line (`last`) goes on in `line`. It does
/// - where it has no secret yet, and the line has one;
/// - where it ends in the middle of something, as behind a `&`, or the line begins with a `&`;
/// - where the line has a parameter behind letters that may end the last one;
/// - where its last parameter is a secret or the data of a transfer and the line is one more piece of that, which is
///   either indented or makes the secret whole.
pub fn goes_on(text: &str, last: &str, line: &str, indented: bool) -> bool {
    let small = text.to_ascii_lowercase();
    let is_transfer = small.starts_with("otpauth-migration");
    let wanted = if is_transfer { "data=" } else { "secret=" };
    let head = line.split_whitespace().next().unwrap_or_default();
    if line.is_empty() || line.starts_with('#') || small.starts_with("steam") {
        return false;
    }
    if !small.contains(wanted) {
        return (small + &line.to_ascii_lowercase()).contains(wanted);
    }
    if head.starts_with('&') || text.ends_with(['&', '?', '%']) || text.ends_with('=') && !is_padded(text) {
        return true;
    }
    let before_and = head.split('&').next().unwrap_or_default();
    let is_piece = before_and.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%+._~=-/".contains(&byte));
    let has_parameter = head
        .split('&')
        .skip(1)
        .any(|rest| names_parameter(rest).is_some_and(|name| PARAMETERS.iter().any(|known| name.eq_ignore_ascii_case(known))));
    if is_piece && has_parameter {
        return true;
    }
    let (name, value) = text.rsplit(['&', '?']).next().and_then(|piece| piece.split_once('=')).unwrap_or_default();
    let is_word = head.len() == line.len() && is_piece;
    match name.to_ascii_lowercase().as_str() {
        "secret" => is_word && is_like(value, line) && (indented || completes(value.len(), line)),
        "data" => is_word && (indented || last.len() >= 40),
        _ => false,
    }
}

/// Whether the `=` at the end of a link are the padding of its secret.
pub fn is_padded(text: &str) -> bool {
    let value = text.rsplit(['&', '?']).next().and_then(|piece| piece.split_once('=')).map_or("", |(_, value)| value);
    !value.trim_end_matches('=').is_empty() && value.len().is_multiple_of(8)
}
