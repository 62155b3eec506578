//! Foreign formats: bytes and an optional password in, drafts and what was skipped out. Nothing here prompts, prints or stores.
//! A new format is one file under `transfer/` and two lines here: its `mod` and its row in [`FORMATS`].

pub mod draft;
pub mod google;
pub mod json;
pub mod otpauth;
pub mod picture;
pub mod qr;

use crate::error::Result;
use crate::secret::SecretText;
pub use draft::Draft;

/// The largest foreign file taken, in bytes.
pub const MAX_FILE: u64 = 64 * 1024 * 1024;

/// A foreign format. Detection goes by content, never by name.
pub trait Format: Sync {
    /// As in `--format`: `google`, `otpauth`.
    fn id(&self) -> &'static str;
    /// As people call it: `Google Authenticator transfer`.
    fn name(&self) -> &'static str;
    /// How to get such a file, in one line.
    fn how_to_get(&self) -> &'static str;
    /// Whether these bytes are of this format. Cheap; must be true for at most one format.
    fn detect(&self, bytes: &[u8]) -> bool;
    /// Reads all that is in it. `password` is for encrypted forms: `NeedsPassword` without, `WrongPassword` with a wrong one.
    fn read(&self, bytes: &[u8], password: Option<&SecretText>) -> Result<Found>;
    /// Writes drafts in this format, where it can be written.
    fn writer(&self) -> Option<&dyn Writer> {
        None
    }
}

pub trait Writer: Sync {
    /// Whether the file is encrypted with a password.
    fn encrypted(&self) -> bool;
    fn write(&self, drafts: &[Draft], password: Option<&SecretText>) -> Result<Written>;
}

/// An exported file and what the format could not hold, a sentence each.
pub struct Written {
    pub bytes: zeroize::Zeroizing<Vec<u8>>,
    pub lost: Vec<String>,
}

/// What a foreign file held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    pub drafts: Vec<Draft>,
    pub skipped: Vec<Skipped>,
    /// Sentences about the file as a whole, e.g. which parts of a transfer are missing.
    pub warnings: Vec<String>,
    /// Which part of a multi-part transfer each part read was.
    pub parts: Vec<google::Part>,
}

/// Something in the file that was not taken: where (from 0) and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub index: usize,
    pub reason: String,
}

pub static FORMATS: &[&dyn Format] = &[];

/// The format of these bytes, or `UnknownFormat`.
pub fn detect(bytes: &[u8]) -> Result<&'static dyn Format> {
    let _ = bytes;
    todo!()
}

/// The format of this id, or `Usage` with the nearest one named.
pub fn by_id(id: &str) -> Result<&'static dyn Format> {
    let _ = id;
    todo!()
}
