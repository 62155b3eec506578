//! Finds the links in any text: where each begins, where it ends, and what else stands there.
//!
//! A link begins at its scheme, wherever that stands; `end` has the rules of where it ends. Before that, a line loses the
//! escapes of JSON, of shells and of HTML.

use super::end::{closing, extent, goes_on, is_padded, partners};
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
            } else if line.contains(char::is_alphanumeric) && !line.starts_with('#') {
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
            let Some((_, next)) = self.lines.clone().next().filter(|_| whole.ends_with('=') && whole.len() < LONGEST) else {
                break;
            };
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
    let (mut in_plain, mut from) = (false, 0);
    starts.retain(|start| {
        let is_apart = line[from..start.at].contains([' ', '"', '<', '>', '\'', '\t']);
        in_plain = start.depth == 0 || in_plain && !is_apart;
        from = start.at;
        start.depth == 0 || !in_plain
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
pub fn has_words(text: &str) -> bool {
    let bare = text.trim().trim_end_matches(':');
    !bare.eq_ignore_ascii_case("QR-Code") && bare.chars().any(char::is_alphabetic)
}

/// The link without the encoding of what it stood in.
fn plain(text: &str, depth: u8, quoted: Quoted) -> String {
    // An escaped quote in quotes.
    let mut text = text.replace("\\\"", "\"");
    for _ in 0..depth {
        text = percent_decode_str(&text).decode_utf8_lossy().into_owned();
    }
    // In another link, only the marks behind the label may be encoded.
    let small = text.to_ascii_lowercase();
    if !small.contains('?') && (small.contains("%3fsecret%3d") || small.contains("%26secret%3d") || small.contains("%3fdata%3d"))
    {
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
