//! Finds the links in any text: where each begins, where it ends, and what else stands there.
//!
//! A link begins at its scheme, wherever that stands. It ends, whichever comes first,
//! - where another link begins;
//! - at the partner of the quote, bracket or tag that stands right before it, also some lines further down;
//! - behind its `?`, at a quote, `<`, `>`, a tab or a closing bracket that it did not open;
//! - as a cell, at the comma, semicolon or bar that also stands before it;
//! - in its last parameter, behind a number, or behind a secret, of which groups of letters may stand between blanks;
//!   in other text at the first blank where words stand before the link (`scan otpauth://… with the app`);
//! - at the end of the line, without the separators there.
//!
//! Before that, a line loses the escapes of JSON, of shells and of HTML. A link goes on in the next line where that can be
//! nothing else: see [`goes_on`].

use crate::otp::uri;
use crate::transfer::html::unescape;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::iter::Enumerate;
use std::str::Split;

/// What a line holds. Lines count from 1.
pub enum Piece<'t> {
    Link(usize, Cow<'t, str>),
    /// A line without a link, neither empty nor a comment.
    Other(usize, Cow<'t, str>),
    /// A comment with a link in it.
    Comment(usize),
    /// Words beside a link.
    Beside(usize),
}

pub struct Scanner<'t> {
    lines: Enumerate<Split<'t, char>>,
    found: VecDeque<Piece<'t>>,
    comments: Comments,
    /// Mail in quoted-printable has `=3D` for `=`, and a `=` at the end of a line that goes on.
    quoted: Quoted,
}

/// What a `#` at the start of a line means: in a file it marks a comment.
#[derive(Clone, Copy, PartialEq)]
pub enum Comments {
    Apart,
    None,
}

#[derive(Clone, Copy, PartialEq)]
enum Quoted {
    No,
    /// Perhaps: nothing says so, and a secret may begin with `3D`.
    Perhaps,
    Yes,
}

/// The longest link that is put together from several lines, in bytes, and the most lines.
const LONGEST: usize = 64 * 1024;
const MOST_LINES: usize = 64;
/// Parameters whose names show that a line is a part of a link.
const PARAMETERS: [&str; 8] = ["secret", "issuer", "algorithm", "digits", "period", "counter", "data", "pin"];
/// The usual length of a group of letters in a secret, at most.
const GROUP: usize = 8;

impl<'t> Scanner<'t> {
    pub fn new(text: &'t str, comments: Comments) -> Self {
        // Lines may end in a lone CR.
        let end = if text.contains('\n') { '\n' } else { '\r' };
        let quoted = match text.contains("=3D") || text.contains("=3d") {
            true if text.to_ascii_lowercase().contains("quoted-printable") => Quoted::Yes,
            true => Quoted::Perhaps,
            false => Quoted::No,
        };
        Scanner { lines: text.split(end).enumerate(), found: VecDeque::new(), comments, quoted }
    }

    fn take_line(&mut self, index: usize, line: &'t str) {
        let number = index + 1;
        let line = unescaped(line);
        let mut starts = starts(&line);
        if starts.is_empty() {
            let line = trimmed(line);
            // gopass writes `otpauth: //`.
            if uri::is_link(&line) {
                self.found.push_back(Piece::Link(number, line));
            } else if !line.is_empty() && !line.starts_with('#') {
                self.found.push_back(Piece::Other(number, line));
            }
            return;
        }
        if self.comments == Comments::Apart && line.trim_start().starts_with('#') {
            self.found.push_back(Piece::Comment(number));
            return;
        }
        let mut line = line;
        if self.quoted != Quoted::No {
            line = Cow::Owned(self.without_soft_breaks(&line));
            starts = self::starts(&line);
        }
        let (mut done, mut beside) = (0, false);
        for (at, start) in starts.iter().enumerate() {
            let next = starts.get(at + 1).map_or(line.len(), |next| next.at);
            let (before, region) = (&line[done..start.at], &line[start.at..next]);
            let is_last = next == line.len();
            let (end, closed) = extent(before, region, start.depth, !is_last);
            beside |= has_words(before);
            done = start.at + end;
            let mut text = region[..end].to_owned();
            if is_last && !closed && start.depth == 0 {
                self.go_on(before, region, &mut text, &mut beside);
            }
            self.found.push_back(Piece::Link(number, Cow::Owned(plain(&text, start.depth, self.quoted))));
        }
        if beside || has_words(&line[done..]) {
            self.found.push_back(Piece::Beside(number));
        }
    }

    /// The line with those after it, as far as each ends in the `=` that says so.
    fn without_soft_breaks(&mut self, line: &str) -> String {
        let mut whole = line.trim_end().to_owned();
        for _ in 0..MOST_LINES {
            let Some((_, next)) = self.lines.clone().next().filter(|_| whole.ends_with('=') && whole.len() < LONGEST) else { break };
            self.lines.next();
            whole.pop();
            whole.push_str(unescaped(next).trim_end());
        }
        whole
    }

    /// Adds the lines in which a link goes on that reaches the end of its own.
    fn go_on(&mut self, before: &str, region: &str, text: &mut String, beside: &mut bool) {
        // A mail that is answered has `>` before each line.
        let quoted = before.trim_end().ends_with('>') && before.chars().all(|c| c == '>' || c.is_whitespace());
        let bare = |line: &'t str| match quoted {
            true => trimmed(Cow::Borrowed(line.trim_start_matches(|c: char| c == '>' || c.is_whitespace()))),
            false => trimmed(unescaped(line)),
        };
        let opener = before.chars().next_back();
        let (mut whole, mut ahead) = (region.trim_end().trim_end_matches('\\').to_owned(), self.lines.clone());
        for count in 1..MOST_LINES {
            let Some((_, line)) = ahead.next().filter(|_| opener.is_some_and(|opener| partners(opener).is_some())) else { break };
            let line = bare(line);
            if line.is_empty() || whole.len() + line.len() > LONGEST || !starts(&line).is_empty() {
                break;
            }
            whole.push_str(line.trim_end_matches('\\'));
            if let Some(end) = opener.and_then(|opener| closing(opener, &whole)) {
                *beside |= has_words(&whole[end..]);
                whole.truncate(end);
                *text = whole;
                self.lines.nth(count - 1);
                return;
            }
        }
        let mut last = region;
        let mut ahead = self.lines.clone();
        for _ in 1..MOST_LINES {
            let Some((_, next)) = ahead.next() else { break };
            let indented = next.starts_with([' ', '\t']);
            let line = bare(next);
            if text.len() + line.len() > LONGEST || !starts(&line).is_empty() || !goes_on(text, last, &line, indented) {
                break;
            }
            self.lines.next();
            if text.ends_with('=') && !is_padded(text) {
                text.pop();
            }
            text.push_str(line.trim_end_matches('\\'));
            // A parameter at the end may be followed by words, as on the first line.
            let (end, _) = extent("", text, 0, false);
            *beside |= has_words(&text[end..]);
            text.truncate(end);
            last = next;
        }
    }
}

impl<'t> Iterator for Scanner<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        loop {
            if let Some(piece) = self.found.pop_front() {
                return Some(piece);
            }
            let (index, line) = self.lines.next()?;
            self.take_line(index, line);
        }
    }
}

/// Whether a line holds a link, in a comment or not.
pub fn has_link(line: &str) -> bool {
    let line = unescaped(line);
    !starts(&line).is_empty() || uri::is_link(line.trim())
}

/// How many links a text holds.
pub fn count(text: &str) -> usize {
    starts(text).len()
}

struct Start {
    at: usize,
    /// How often the link is percent-encoded, as a parameter of another.
    depth: u8,
}

/// Where links begin in a line, ascending.
fn starts(line: &str) -> Vec<Start> {
    const MARKS: [(&str, u8); 6] =
        [("://", 0), ("%3a%2f%2f", 1), ("%3a//", 1), (":%2f%2f", 1), ("%253a%252f%252f", 2), ("otpauth-migration:", 0)];
    const SCHEMES: [&str; 5] = ["otpauth-migration", "apple-otpauth", "otpauth", "motp", "steam"];
    if !line.contains([':', '%']) {
        return Vec::new();
    }
    let line = line.to_ascii_lowercase();
    let mut starts = Vec::new();
    for (mark, depth) in MARKS {
        for (at, _) in line.match_indices(mark) {
            let known = SCHEMES.iter().find(|scheme| line[..at].ends_with(**scheme));
            match known {
                _ if mark.starts_with('o') => starts.push(Start { at, depth }),
                Some(scheme) => starts.push(Start { at: at - scheme.len(), depth }),
                None => {}
            }
        }
    }
    starts.sort_by_key(|start| start.at);
    starts.dedup_by_key(|start| start.at);
    // Encoded and in a parameter of one of ours, it is a value.
    let mut last_plain = None;
    starts.retain(|start| {
        if start.depth == 0 {
            last_plain = Some(start.at);
        }
        start.depth == 0 || last_plain.is_none_or(|plain| line[plain..start.at].contains([' ', '"', '<', '>', '\'', '\t']))
    });
    starts
}

/// The line without the escapes of JSON (`\/`, `\u0026`), of shells and property files (`\&`, `\:`) and of HTML.
/// A backslash before a quote stays: there the link ends.
fn unescaped(line: &str) -> Cow<'_, str> {
    if !line.contains(['\\', '&']) || !line.contains([':', '%', '#']) {
        return Cow::Borrowed(line);
    }
    let mut plain = unescape(line);
    if plain.contains('\\') {
        let mut text = String::with_capacity(plain.len());
        let mut rest = &*plain;
        while let Some(at) = rest.find('\\') {
            text.push_str(&rest[..at]);
            let escape = &rest[at + 1..];
            let code = escape.strip_prefix('u').and_then(|digits| u32::from_str_radix(digits.get(..4)?, 16).ok());
            rest = match (escape.chars().next(), code.and_then(char::from_u32)) {
                (_, Some(letter)) => {
                    text.push(letter);
                    &escape[5..]
                }
                (Some(mark), _) if mark.is_ascii_punctuation() && !matches!(mark, '"' | '\'' | '`') => {
                    text.push(mark);
                    &escape[1..]
                }
                _ => {
                    text.push('\\');
                    escape
                }
            };
        }
        text.push_str(rest);
        plain = Cow::Owned(text);
    }
    plain
}

fn trimmed(line: Cow<'_, str>) -> Cow<'_, str> {
    match line {
        Cow::Borrowed(line) => Cow::Borrowed(line.trim()),
        Cow::Owned(line) => Cow::Owned(line.trim().to_owned()),
    }
}

/// Whether what stands beside a link says something: bullets, numbers and quotes do not, nor does what WinAuth writes.
fn has_words(text: &str) -> bool {
    let bare = text.trim().trim_end_matches(':');
    !bare.eq_ignore_ascii_case("QR-Code") && bare.chars().any(char::is_alphabetic)
}

/// What ends a link that stands right behind this.
fn partners(opener: char) -> Option<&'static str> {
    Some(match opener {
        '"' => "\"",
        '\'' => "'",
        '`' => "`",
        '<' => ">",
        '>' => "<",
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
fn closing(opener: char, region: &str) -> Option<usize> {
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
fn extent(before: &str, region: &str, depth: u8, followed: bool) -> (usize, bool) {
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

fn without_separators(text: &str) -> usize {
    text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '\\')).len()
}

/// Where the last parameter of a link ends. A piece behind a `&` that has no name belongs to none.
fn last_parameter(before: &str, region: &str, from: usize, followed: bool) -> usize {
    let mut at = from;
    for piece in region[from..].split('&') {
        let next = region[at + piece.len()..].strip_prefix('&');
        if next.is_some_and(|next| names_parameter(next).is_some() || next.is_empty()) {
            at += piece.len() + 1;
            continue;
        }
        let (name, value) = piece.split_once('=').unwrap_or(("", piece));
        let start = at + piece.len() - value.len();
        let length = match name.to_ascii_lowercase().as_str() {
            "secret" => secret_length(value),
            "" if from > 0 && region[..from].to_ascii_lowercase().starts_with("steam") => secret_length(value),
            "digits" | "period" | "counter" | "algorithm" | "data" => word_length(value),
            _ => text_length(before, &region[..from], value, followed),
        };
        return start + length;
    }
    region.len()
}

/// The name of the parameter that a text begins with.
fn names_parameter(text: &str) -> Option<&str> {
    let (name, _) = text.split_once('=')?;
    let name = name.strip_prefix("amp;").unwrap_or(name);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '%');
    (!name.is_empty() && name.len() <= 40 && name.chars().all(plain)).then_some(name)
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
        if word.is_empty() || !is_like(head, word) || !(in_groups || completes(letters, word)) {
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
    letters % 8 != 0 && (letters + word.len()).is_multiple_of(8)
}

/// A name may hold blanks, where the link stands for itself.
fn text_length(before: &str, label: &str, value: &str, followed: bool) -> usize {
    let first_blank = value.find(char::is_whitespace).unwrap_or(value.len());
    if followed {
        let separator = value.find([',', ';']).unwrap_or(value.len());
        let leads_in = value.trim_end().ends_with([':', '=', '-', '*', '•', '(', '[', '<', '"', '\'']);
        return if leads_in { separator.min(first_blank) } else { separator };
    }
    let words = before.split_whitespace().filter(|word| has_words(word)).count();
    let named = words == 1 && before.trim_end().ends_with([':', '=', ',', ';', '|']);
    if words == 0 || named {
        return value.len();
    }
    // In a sentence: as far as the label names the same, else one word.
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
fn goes_on(text: &str, last: &str, line: &str, indented: bool) -> bool {
    let small = text.to_ascii_lowercase();
    let is_transfer = small.starts_with("otpauth-migration");
    let wanted = if is_transfer { "data=" } else { "secret=" };
    let head = line.split_whitespace().next().unwrap_or_default();
    if line.is_empty() || line.starts_with('#') || small.starts_with("steam") {
        return false;
    }
    if !small.contains(wanted) {
        return line.to_ascii_lowercase().contains(wanted);
    }
    if head.starts_with('&') || text.ends_with(['&', '?', '%']) || text.ends_with('=') && !is_padded(text) {
        return true;
    }
    let before_and = head.split('&').next().unwrap_or_default();
    let is_piece = before_and.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%+._~=-/".contains(&byte));
    let has_parameter = head.split('&').skip(1).any(|rest| {
        names_parameter(rest).is_some_and(|name| PARAMETERS.iter().any(|known| name.eq_ignore_ascii_case(known)))
    });
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
fn is_padded(text: &str) -> bool {
    let value = text.rsplit(['&', '?']).next().and_then(|piece| piece.split_once('=')).map_or("", |(_, value)| value);
    !value.trim_end_matches('=').is_empty() && value.len().is_multiple_of(8)
}

/// The link without the encoding of what it stood in.
fn plain(text: &str, depth: u8, quoted: Quoted) -> String {
    let mut text = text.to_owned();
    for _ in 0..depth {
        text = percent_decode_str(&text).decode_utf8_lossy().into_owned();
    }
    // In another link, only the marks behind the label may be encoded.
    let small = text.to_ascii_lowercase();
    if !small.contains('?') && (small.contains("%3fsecret%3d") || small.contains("%26secret%3d") || small.contains("%3fdata%3d")) {
        let text = text.split(['&', '#']).next().unwrap_or_default();
        return percent_decode_str(text).decode_utf8_lossy().into_owned();
    }
    // Quoted-printable, where each `=` is written as `=3D`.
    let least = match quoted {
        Quoted::No => usize::MAX,
        Quoted::Perhaps => 2,
        Quoted::Yes => 1,
    };
    let count = text.matches("=3D").count() + text.matches("=3d").count();
    let escapes = text.split('=').skip(1).all(|rest| rest.get(..2).is_some_and(|digits| u8::from_str_radix(digits, 16).is_ok()));
    if escapes && count >= least {
        let bytes: Vec<u8> = percent_decode_str(&text.replace('%', "%25").replace('=', "%")).collect();
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    text
}
