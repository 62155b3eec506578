//! Where a command reads from: a file or stdin, bounded, and the single line of text that a secret file holds.

use crate::error::{Error, ErrorKind, Result, describe_io};
use crate::ops::unlock::Opening;
use crate::ports::Storage;
use crate::secret::SecretText;
use crate::text;
use std::borrow::Cow;
use std::io::{self, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// The longest file of a passphrase, a secret or a PIN, in bytes.
pub const LINE_LIMIT: u64 = 64 * 1024;

/// The first allocation for stdin, whose length nobody knows.
const START: usize = 64 * 1024;

pub fn file(storage: &dyn Storage, path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>> {
    storage.read_stream(path, limit).map(Zeroizing::new).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => too_large(&path.display().to_string(), limit),
        _ => Error::io("read", path, &error),
    })
}

pub fn stdin(limit: u64) -> Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(START));
    io::stdin()
        .lock()
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::failed(format!("can't read stdin: {}", describe_io(&error))))?;
    if bytes.len() as u64 > limit {
        return Err(too_large("stdin", limit));
    }
    Ok(bytes)
}

fn too_large(name: &str, limit: u64) -> Error {
    let limit = match limit >= 1024 * 1024 {
        true => format!("{} MiB", limit / 1024 / 1024),
        false => format!("{} KiB", limit / 1024),
    };
    Error::new(ErrorKind::ForeignDamaged, format!("{name} is too large")).hint(format!("at most {limit} are read"))
}

/// The text of a secret file without its last newline, not empty.
pub fn line(bytes: &[u8], path: &Path, what: &str) -> Result<SecretText> {
    let line = text(bytes, path, what)?;
    if line.is_empty() { Err(wrong(path, what, "is empty")) } else { Ok(line) }
}

/// As [`line`], but it may be empty.
pub fn text(bytes: &[u8], path: &Path, what: &str) -> Result<SecretText> {
    let text = &*sure_text(bytes).ok_or_else(|| wrong(path, what, "is not UTF-8 text"))?;
    Ok(SecretText::new(text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text))))
}

/// The text of these bytes, without the mark that editors on Windows put in front. A passphrase is never guessed at.
fn sure_text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    text::decode(bytes).filter(|decoded| !decoded.is_guess).map(|decoded| decoded.text)
}

fn wrong(path: &Path, what: &str, why: &str) -> Error {
    let place = if path.as_os_str() == "-" { "stdin".to_owned() } else { path.display().to_string() };
    Error::new(ErrorKind::Usage, format!("{what} in {place} {why}"))
}

/// Keys that came by stdin.
pub fn keys(bytes: &[u8]) -> Result<Opening> {
    let text = sure_text(bytes).ok_or_else(|| Error::new(ErrorKind::Usage, "the key in stdin is not UTF-8 text"))?;
    Ok(Opening::Keys { text: SecretText::new(&*text), name: "stdin".into() })
}
