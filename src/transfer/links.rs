//! Links of all schemes, one after the other: what text files, pasted text, JSON lists and QR codes have in common.

mod end;
mod scan;

use super::google;
use super::{Draft, Found, Skipped};
use crate::error::{Error, ErrorKind, Result};
use crate::otp::uri::{self, UriError};
use scan::{Comments, Piece, Scanner};
use std::borrow::Cow;
use std::collections::HashSet;

/// One candidate for a link and what to call its place: `line 3`, `QR code 2`.
pub struct Candidate<'a> {
    pub place: String,
    pub text: Cow<'a, str>,
}

/// Whether a text holds a link of ours, anywhere.
pub fn has_link(text: &str) -> bool {
    lines(text).any(scan::has_link)
}

/// Whether a text is a link of ours as a whole, as far as its beginning tells.
pub fn is_link(text: &str) -> bool {
    uri::is_link(text) || google::is_transfer(text)
}

/// The links in a text, as [`scan`] finds them.
pub fn each(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    Scanner::new(text, Comments::None).filter_map(|piece| match piece {
        Piece::Link(_, link) => Some(link),
        _ => None,
    })
}

/// The links in a text that should be one, such as that of a QR code; the whole text, where it is one or holds none.
pub fn candidates<'t>(place: &str, text: &'t str) -> Vec<Candidate<'t>> {
    let text = text.trim();
    let is_one = is_link(text) && scan::count(text) <= 1 && !text.contains('\n') && !text.ends_with('>');
    let mut all: Vec<Cow<str>> = if is_one { Vec::new() } else { each(text).collect() };
    if all.is_empty() {
        all.push(text.into());
    }
    all.into_iter().map(|text| Candidate { place: place.to_owned(), text }).collect()
}

/// Reads all links in a text and says what else stands there.
pub fn read_text(text: &str) -> Result<Found> {
    let (mut beside, mut others, mut commented) = (Vec::new(), Vec::new(), Vec::new());
    let candidates = Scanner::new(text, Comments::Apart).filter_map(|piece| match piece {
        Piece::Link(line, text) => Some((line, text)),
        // Where the scheme is known, the reason is said.
        Piece::Other(line, text) if explain(&text).is_some() => Some((line, text)),
        Piece::Other(line, _) => {
            others.push(line);
            None
        }
        Piece::Comment(line) => {
            commented.push(line);
            None
        }
        Piece::Beside(line) => {
            beside.push(line);
            None
        }
    });
    let result = read(candidates.map(|(line, text)| Candidate { place: format!("line {line}"), text }));
    let comments = match commented.as_slice() {
        [] => None,
        [line] => Some(format!("The link in line {line} was not taken: it stands in a comment, behind a #.")),
        lines => Some(format!("The links in {} were not taken: they stand in comments, behind a #.", listed(lines))),
    };
    let mut found = result.map_err(|error| match &comments {
        Some(why) if others.is_empty() && error.what == NO_LINK => {
            Error::new(ErrorKind::ForeignDamaged, why.trim_end_matches('.'))
        }
        _ => error,
    })?;
    found.warnings.extend(comments);
    if !beside.is_empty() {
        found.warnings.push(format!("What stands beside the links was not taken: see {}.", listed(&beside)));
    }
    match others.as_slice() {
        [] => {}
        [line] => found.warnings.push(format!("Line {line} holds no link and was not taken.")),
        lines => found.warnings.push(format!("L{} hold no link and were not taken.", &listed(lines)[1..])),
    }
    Ok(found)
}

const NO_LINK: &str = "there is no link in it";

/// `line 3`, `lines 3, 4 and 7`.
fn listed(lines: &[usize]) -> String {
    const NAMED: usize = 10;
    let named: Vec<String> = lines.iter().take(NAMED).map(usize::to_string).collect();
    match (named.as_slice(), lines.len()) {
        ([one], _) => format!("line {one}"),
        (all, count) if count > NAMED => format!("lines {} and {} more", all.join(", "), count - NAMED),
        ([all @ .., last], _) => format!("lines {} and {last}", all.join(", ")),
        ([], _) => String::new(),
    }
}

/// Lines may end in a lone CR.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(if text.contains('\n') { '\n' } else { '\r' })
}

/// Reads all candidates. Where not one gives an entry, the error of the first.
pub fn read<'a>(candidates: impl Iterator<Item = Candidate<'a>>) -> Result<Found> {
    let mut found = Found::default();
    let mut first_error = None;
    let mut count = 0;
    // The same link twice in one place, such as the text and the target of a hyperlink, is one account.
    let (mut last_place, mut seen) = (String::new(), HashSet::new());
    for (index, Candidate { place, text }) in candidates.enumerate() {
        count += 1;
        if place != last_place {
            last_place.clone_from(&place);
            seen.clear();
        }
        if !seen.insert(text.clone().into_owned()) {
            continue;
        }
        let text = &*text;
        if google::is_transfer(text) {
            match google::read_link(text) {
                Ok(transfer) => {
                    found
                        .skipped
                        .extend(transfer.refused.into_iter().map(|why| Skipped { index, reason: format!("{place}: {why}") }));
                    found.take_part(transfer.part, transfer.drafts);
                    continue;
                }
                Err(why) => {
                    first_error.get_or_insert_with(|| Error::new(ErrorKind::ForeignDamaged, &why));
                    found.skipped.push(Skipped { index, reason: format!("{place}: {why}") });
                }
            }
            continue;
        }
        match uri::parse(text) {
            Ok(labelled) => found.drafts.push(Draft::from(labelled)),
            Err(error) => {
                found.skipped.push(Skipped { index, reason: format!("{place}: {}", reason(&error)) });
                first_error.get_or_insert_with(|| error.into());
            }
        }
    }
    found.warnings.extend(google::missing(&found.parts));
    match (found.drafts.is_empty(), first_error, found.skipped.first()) {
        (false, _, _) => Ok(found),
        (true, Some(error), _) if count == 1 => Err(error),
        (true, _, Some(first)) => Err(Error::new(ErrorKind::ForeignDamaged, format!("no entry could be read; {}", first.reason))),
        _ => Err(Error::new(ErrorKind::ForeignDamaged, NO_LINK)),
    }
}

/// What a text that is no link of ours is, where its scheme is known.
pub fn explain(text: &str) -> Option<Error> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    match uri::parse(line) {
        Err(error @ UriError::Scheme { explanation: Some(_) }) => Some(Error { kind: ErrorKind::UnknownFormat, ..error.into() }),
        _ => None,
    }
}

/// Why a link was not read, in words. Never quotes a value of the link.
fn reason(error: &UriError) -> String {
    match error {
        UriError::Scheme { explanation: Some(explanation) } => (*explanation).to_owned(),
        other => other.to_string(),
    }
}
