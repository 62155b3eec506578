//! Finds the links in any text: where each begins, where it ends, and what else stands there.
//!
//! A link begins at its scheme, wherever that stands; `end` has the rules of where it ends. Before that, a line loses the
//! escapes of JSON, of shells and of HTML.

use super::end::{Extent, NextLine, closing, extent, is_usual, next_line, open_end, partners};
use crate::otp::uri;
use crate::text;
use crate::transfer::google;
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
    /// Whether it is mail that says it is quoted-printable: `=3D` for `=`, and a `=` at the end of a line that goes on.
    is_quoted_printable: bool,
}

/// What a `#` at the start of a line means: in a file it marks a comment.
#[derive(Clone, Copy, PartialEq)]
pub enum Comments {
    Apart,
    None,
}

/// The most lines that a link is put together from, and a transfer of many accounts.
const MOST_LINES: usize = 16;
const MOST_TRANSFER_LINES: usize = 64;

impl<'t> Scanner<'t> {
    pub fn new(text: &'t str, comments: Comments) -> Self {
        // Lines may end in a lone CR.
        let end = if text.contains('\n') { '\n' } else { '\r' };
        let is_quoted_printable = text.lines().any(is_quoted_printable);
        Scanner { lines: text.split(end).enumerate(), found: VecDeque::new(), comments, is_quoted_printable }
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
        if self.is_quoted_printable {
            line = Cow::Owned(self.without_soft_breaks(&line));
            starts = self::starts(&line);
        }
        let (mut done, mut beside) = (0, false);
        for (at, start) in starts.iter().enumerate() {
            let next = starts.get(at + 1).map_or(line.len(), |next| next.at);
            let (before, region) = (&line[done..start.at], &line[start.at..next]);
            let is_last = next == line.len();
            let Extent { end, closed, is_unclear } = extent(before, region, start.depth, !is_last);
            beside |= has_words(before);
            done = start.at + end;
            let mut text = plain(&region[..end], start.depth, self.is_quoted_printable);
            if is_unclear {
                // A line break in a link refuses it.
                text.push('\n');
                text.push_str(region[end..].trim());
            } else if is_last && !closed && start.depth == 0 {
                self.go_on(before, &region[..end], &mut text, &mut beside);
            }
            self.found.push_back(Piece::Link(number, Cow::Owned(text)));
        }
        if beside || has_words(&line[done..]) {
            self.found.push_back(Piece::Beside(number));
        }
    }

    /// The line with those after it, as far as each ends in the `=` that says so.
    fn without_soft_breaks(&mut self, line: &str) -> String {
        let mut whole = line.trim_end().to_owned();
        for _ in 0..MOST_TRANSFER_LINES {
            let Some((_, next)) = self.lines.clone().next().filter(|_| whole.ends_with('=') && whole.len() < uri::MAX_LENGTH)
            else {
                break;
            };
            self.lines.next();
            whole.pop();
            whole.push_str(unescaped(next).trim_end());
        }
        whole
    }

    /// Adds the lines in which a link goes on that reaches the end of its own, as far as it can be read with them.
    fn go_on(&mut self, before: &str, first: &str, text: &mut String, beside: &mut bool) {
        // A mail that is answered has `>` before each line.
        let is_reply = before.trim_start().starts_with('>');
        let opener = before.chars().next_back();
        let closer = opener.filter(|opener| "\"'`<“„‘‚«‹「".contains(*opener)).and_then(partners).unwrap_or_default();
        let mut whole = first.to_owned();
        let mut ahead = self.lines.clone();
        let (most, longest) = match google::is_transfer(first) {
            true => (MOST_TRANSFER_LINES, 8 * uri::MAX_LENGTH),
            false => (MOST_LINES, uri::MAX_LENGTH),
        };
        let mut count = 0;
        for _ in 1..most {
            let Some((_, next)) = ahead.next() else { return };
            count += 1;
            let line = match is_reply {
                true => trimmed(unescaped(next.trim_start_matches(|c: char| c == '>' || c.is_whitespace()))),
                false => trimmed(unescaped(next)),
            };
            if line.is_empty() || line.starts_with('#') || whole.len() + line.len() > longest || !starts(&line).is_empty() {
                return;
            }
            let is_indented = !is_reply && next.starts_with([' ', '\t']);
            let (piece, rest) = line.split_once(|c| closer.contains(c)).unwrap_or((&line, "-"));
            let is_closed = !rest.contains(char::is_alphanumeric) && rest != "-";
            let line = if is_closed { piece } else { &line }.trim_end_matches('\\');
            let (is_soft, lacks_value) = open_end(&whole);
            let softly = whole.strip_suffix('=').filter(|_| is_soft);
            let heads = [softly, Some(&*whole).filter(|_| !is_soft || lacks_value)];
            let mut joined = None;
            for head in heads.into_iter().flatten() {
                match next_line(head, line, is_indented, is_closed) {
                    NextLine::Other => {}
                    fits => {
                        let link = format!("{head}{line}");
                        let Extent { end, is_unclear, .. } = extent("", &link, 0, false);
                        let end = opener.and_then(|opener| closing(opener, &link)).unwrap_or(end);
                        let soft = self.is_quoted_printable || softly.is_some_and(|softly| softly.len() == head.len());
                        let read = plain(&link[..end], 0, soft);
                        let is_readable = is_readable(&read);
                        if is_readable && (fits == NextLine::Unclear || is_unclear) {
                            *text = format!("{head}\n{line}");
                            self.lines.nth(count - 1);
                            return;
                        }
                        if fits == NextLine::Rest && (is_readable || joined.is_none()) {
                            joined = Some((link, end, read, is_readable));
                        }
                        if is_readable {
                            break;
                        }
                    }
                }
            }
            let Some((link, end, read, is_readable)) = joined else { return };
            if is_readable {
                *text = read;
                *beside |= has_words(&link[end..]);
                self.lines.nth(count - 1);
                count = 0;
            }
            let is_done = end < link.len() || is_closed;
            whole = link;
            if is_done {
                return;
            }
        }
    }
}

/// Whether a link can be read by itself.
fn is_readable(link: &str) -> bool {
    match google::is_transfer(link) {
        true => google::read_link(link).is_ok(),
        false => uri::parse(link).is_ok(),
    }
}

/// Whether a line is the header of mail that says so.
fn is_quoted_printable(line: &str) -> bool {
    const NAME: &str = "content-transfer-encoding:";
    let value = line.get(..NAME.len()).filter(|name| name.eq_ignore_ascii_case(NAME)).map(|_| line[NAME.len()..].trim());
    value.is_some_and(|value| value.eq_ignore_ascii_case("quoted-printable"))
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
        let between = &line[from..start.at];
        let is_apart = between.contains([' ', '"', '<', '>', '\'', '\t']) || between.ends_with([',', ';', '|']);
        in_plain = start.depth == 0 || in_plain && !is_apart;
        from = start.at;
        start.depth == 0 || !in_plain
    });
    starts
}

/// The line without the escapes of JSON (`\/`, `\u0026`), of shells and property files (`\&`, `\:`) and of HTML.
/// A backslash before a quote stays: there the link ends. So does one before a letter or a mark that needs no escape: names
/// hold it (`CORP\_svc`).
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
            rest = &rest[at..];
            if let Some(letter) = code_point(rest) {
                text.push(letter);
                rest = &rest[6 * letter.len_utf16()..];
            } else {
                let mark = rest[1..].chars().next().filter(|mark| "/\\&:=?%#!~+.-,;()[]{}<>|*@$".contains(*mark));
                text.push(mark.unwrap_or('\\'));
                rest = &rest[1 + mark.map_or(0, char::len_utf8)..];
            }
        }
        text.push_str(rest);
        plain = Cow::Owned(text);
    }
    plain
}

/// The letter that a text begins with as JSON escapes it: `\u00fc`, or two of them for one beyond the first 65,536.
fn code_point(text: &str) -> Option<char> {
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    let units = [unit(text), text.get(6..).and_then(unit)].into_iter().map_while(|unit| unit);
    char::decode_utf16(units).next()?.ok()
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
fn plain(text: &str, depth: u8, is_quoted_printable: bool) -> String {
    let decoded = |text: &str| text::lenient(&percent_decode_str(text).collect::<Vec<u8>>()).text.into_owned();
    // An escaped quote in quotes.
    let mut text = text.replace("\\\"", "\"").replace("\\'", "'");
    for _ in 0..depth {
        text = decoded(&text);
    }
    // In another link, only the marks behind the label may be encoded.
    let small = text.to_ascii_lowercase();
    if !small.contains('?') && (small.contains("%3fsecret%3d") || small.contains("%26secret%3d") || small.contains("%3fdata%3d"))
    {
        return decoded(text.split(['&', '#']).next().unwrap_or_default());
    }
    if is_quoted_printable || is_like_quoted_printable(&text) {
        let escapes =
            text.split('=').skip(1).all(|rest| rest.get(..2).is_some_and(|digits| u8::from_str_radix(digits, 16).is_ok()));
        if escapes && small.contains("=3d") {
            return decoded(&text.replace('%', "%25").replace('=', "%"));
        }
    }
    text
}

/// Nothing says that it is quoted-printable, but each of several `=` is `=3D`, and only without that does the secret have a
/// usual length: a secret may begin with `3D`.
fn is_like_quoted_printable(text: &str) -> bool {
    let values = || text.split('=').skip(1);
    let secret = text.to_ascii_lowercase().find("secret=3d").map(|at| &text[at + "secret=".len()..]);
    let letters = secret.map_or(0, |secret| secret.bytes().take_while(|byte| byte.is_ascii_alphanumeric()).count());
    values().count() > 1
        && values().all(|value| value.get(..2).is_some_and(|digits| digits.eq_ignore_ascii_case("3D")))
        && letters > 2
        && !is_usual(letters)
        && is_usual(letters - 2)
}
