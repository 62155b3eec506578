//! Zip archives with either kind of encryption. Nothing is unpacked but the member asked for, up to [`MAX_EXPANDED`].

use super::MAX_EXPANDED;
use super::crypto::{needs_password, wrong_password};
use super::json::damaged;
use crate::error::{Error, Result};
use crate::secret::SecretText;
use std::borrow::Cow;
use std::io::{Cursor, Read};
use zeroize::Zeroizing;
use zip::ZipArchive;
use zip::result::ZipError;

pub struct Archive<'a>(ZipArchive<Cursor<&'a [u8]>>);

impl<'a> Archive<'a> {
    pub fn is_zip(bytes: &[u8]) -> bool {
        bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
    }

    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        ZipArchive::new(Cursor::new(bytes)).map(Archive).map_err(|_| damaged("the zip archive is damaged"))
    }

    pub fn has(&self, member: &str) -> bool {
        self.0.index_for_name(member).is_some()
    }

    /// The names of all members; nothing for one that can't be read.
    pub fn members(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.file_names().map(|name| name.unwrap_or_default())
    }

    /// The content of a member; a password is looked at only where it is encrypted. `what` names the password that is meant.
    pub fn read(&mut self, member: &str, password: Option<&SecretText>, what: &str) -> Result<Zeroizing<Vec<u8>>> {
        let missing = || damaged("a member of the zip archive is missing or damaged");
        let index = self.0.index_for_name(member).ok_or_else(missing)?;
        let (sealed, size) = self.0.by_index_raw(index).map(|file| (file.encrypted(), file.size())).map_err(|_| missing())?;
        if size > MAX_EXPANDED {
            return Err(too_large());
        }
        let opened = match (sealed, password) {
            (true, None) => return Err(needs_password(what)),
            (true, Some(password)) => self.0.by_index_decrypt(index, password.expose().as_bytes()),
            (false, _) => self.0.by_index(index),
        };
        let file = opened.map_err(|error| match error {
            ZipError::InvalidPassword => wrong_password(),
            _ => missing(),
        })?;
        let mut content = Zeroizing::new(Vec::new());
        // One password in 256 passes the short check of old archives and shows only in the content.
        file.take(MAX_EXPANDED + 1).read_to_end(&mut content).map_err(|_| if sealed { wrong_password() } else { missing() })?;
        if content.len() as u64 > MAX_EXPANDED { Err(too_large()) } else { Ok(content) }
    }
}

fn too_large() -> Error {
    damaged("the zip archive expands to more than 64 MiB")
}
