//! HTML cut into the pieces that may hold a link: text, values of attributes, scripts, and pictures in data URIs.
//! Lenient as browsers are: what is broken is passed over, and nothing is looked at twice.

use std::borrow::Cow;

pub(super) enum Piece<'p> {
    /// Also the value of an attribute, or a script.
    Text(Cow<'p, str>),
    /// The base64 of a picture.
    Picture(&'p str),
}

/// The pieces in the order of the page. Only those that could matter are worth the memory of being decoded.
pub(super) fn pieces(page: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = page;
    let mut text_from = page;
    while let Some(at) = rest.find('<') {
        let tag = &rest[at..];
        let begins_tag = tag[1..].starts_with(|letter: char| letter.is_ascii_alphabetic() || "/!?".contains(letter));
        if !begins_tag {
            rest = &tag[1..];
            continue;
        }
        push_text(&mut pieces, &text_from[..text_from.len() - tag.len()]);
        rest = match tag.strip_prefix("<!--") {
            Some(comment) => comment.split_once("-->").map_or("", |(_, rest)| rest),
            None => read_tag(&tag[1..], &mut pieces),
        };
        text_from = rest;
    }
    push_text(&mut pieces, text_from);
    pieces
}

fn push_text<'p>(pieces: &mut Vec<Piece<'p>>, text: &'p str) {
    if text.contains("://") || text.contains("&#") {
        pieces.push(Piece::Text(unescape(text)));
    }
}

/// Reads a tag from its name on, and the script or style that it opens; what follows.
fn read_tag<'p>(tag: &'p str, pieces: &mut Vec<Piece<'p>>) -> &'p str {
    let ends_name = |letter: char| letter.is_whitespace() || letter == '>' || letter == '/';
    let name = tag.split(ends_name).next().unwrap_or_default();
    let mut rest = &tag[name.len()..];
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
        match rest.strip_prefix('>') {
            Some(behind) => {
                rest = behind;
                break;
            }
            None if rest.is_empty() => break,
            None => {}
        }
        // An attribute's name may begin with anything, even "=".
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let length = rest[first..].find(|letter: char| ends_name(letter) || letter == '=').map_or(rest.len(), |at| first + at);
        rest = rest[length..].trim_start();
        if let Some(value) = rest.strip_prefix('=') {
            let value = value.trim_start();
            let (value, behind) = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                _ => value.split_at(value.find(|letter: char| letter.is_whitespace() || letter == '>').unwrap_or(value.len())),
            };
            push_value(pieces, value);
            rest = behind;
        }
    }
    let is_script = name.eq_ignore_ascii_case("script");
    if !is_script && !name.eq_ignore_ascii_case("style") {
        return rest;
    }
    let end = end_of(rest, name);
    if is_script {
        pieces.push(Piece::Text(Cow::Borrowed(&rest[..end])));
    }
    &rest[end..]
}

/// Where the content of an element ends that holds no other elements.
fn end_of(content: &str, name: &str) -> usize {
    let is_end = |at: &usize| content.get(at + 2..at + 2 + name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name));
    content.match_indices("</").map(|(at, _)| at).find(is_end).unwrap_or(content.len())
}

fn push_value<'p>(pieces: &mut Vec<Piece<'p>>, value: &'p str) {
    let bare = value.trim_start();
    if bare.get(..11).is_some_and(|start| start.eq_ignore_ascii_case("data:image/")) {
        if let Some((_, data)) = bare.split_once(";base64,") {
            pieces.push(Piece::Picture(data));
        }
    } else if value.contains(":") || value.contains("&#") || value.contains('%') {
        pieces.push(Piece::Text(unescape(value)));
    }
}

/// Character references by number and the few names that links need. Without a semicolon they are none:
/// many a page writes the `&` of a link as it is.
pub(in crate::transfer) fn unescape(text: &str) -> Cow<'_, str> {
    const NAMES: [(&str, char); 6] = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", ' ')];
    const LONGEST: usize = 8;
    if !text.contains('&') || !text.contains(';') {
        return Cow::Borrowed(text);
    }
    let mut whole = String::with_capacity(text.len());
    let mut parts = text.split('&');
    whole.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let reference = part.bytes().take(LONGEST + 1).position(|byte| byte == b';').map(|end| (&part[..end], &part[end + 1..]));
        let letter = |name: &str| match name.strip_prefix('#') {
            Some(number) => {
                let hexadecimal = number.strip_prefix(['x', 'X']);
                hexadecimal
                    .map_or_else(|| number.parse().ok(), |digits| u32::from_str_radix(digits, 16).ok())
                    .and_then(char::from_u32)
            }
            None => NAMES.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter),
        };
        match reference.and_then(|(name, rest)| Some((letter(name)?, rest))) {
            Some((letter, rest)) => {
                whole.push(letter);
                whole.push_str(rest);
            }
            None => {
                whole.push('&');
                whole.push_str(part);
            }
        }
    }
    Cow::Owned(whole)
}
