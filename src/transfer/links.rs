//! Links of all schemes, one after the other: what text files, pasted text, JSON lists and QR codes have in common.

use super::google;
use super::{Draft, Found, Skipped};
use crate::error::{Error, ErrorKind, Result};
use crate::otp::uri::{self, UriError};

/// One candidate for a link and what to call its place: `line 3`, `QR code 2`.
pub struct Candidate<'a> {
    pub place: String,
    pub text: &'a str,
}

/// The candidates of a text: every line that is neither blank nor a `#` comment.
pub fn lines(text: &str) -> impl Iterator<Item = Candidate<'_>> {
    // Lines may end in a lone CR.
    let end = if text.contains('\n') { '\n' } else { '\r' };
    text.split(end).enumerate().filter_map(|(number, line)| {
        let line = line.trim();
        let counts = !line.is_empty() && !line.starts_with('#');
        counts.then(|| Candidate { place: format!("line {}", number + 1), text: link_in(line) })
    })
}

/// Whether a line holds a link of ours.
pub fn is_link(line: &str) -> bool {
    let line = link_in(line.trim());
    uri::is_link(line) || google::is_transfer(line)
}

/// Reads all candidates. Where not one gives an entry, the error of the first.
pub fn read<'a>(candidates: impl Iterator<Item = Candidate<'a>>) -> Result<Found> {
    let mut found = Found::default();
    let mut first_error = None;
    let mut count = 0;
    for (index, Candidate { place, text }) in candidates.enumerate() {
        count += 1;
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
        _ => Err(Error::new(ErrorKind::ForeignDamaged, "there is no link in it")),
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

/// The link of a line: some programs write `QR-Code:` before it.
fn link_in(line: &str) -> &str {
    if let Some(at) = google::find_transfer(line) {
        return &line[at..];
    }
    match line.split_at_checked("QR-Code:".len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("QR-Code:") => rest.trim_start(),
        _ => line,
    }
}
