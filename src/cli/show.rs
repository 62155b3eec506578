//! `show`: the secret, on purpose.

use super::desk::{Desk, called};
use crate::error::{Error, Result};
use crate::ops::{export, find};
use crate::secret::SecretText;
use crate::transfer::otpauth;
use crate::transfer::qr::code::{self, Code};
use crate::vault::entry::Entry;

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub struct Show {
    /// An issuer, an account or an id; else a part of them that only one entry has
    query: String,
    /// As a QR code to scan
    #[arg(long, group = "what")]
    qr: bool,
    /// As an otpauth:// link
    #[arg(long, group = "what")]
    uri: bool,
    /// The secret alone, in base32 (hexadecimal for mOTP)
    #[arg(long, group = "what")]
    secret: bool,
}

impl Show {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let session = desk.open()?;
        let entry = find::one(session.vault(), &self.query)?;
        if self.secret {
            desk.output.secret(&secret_text(entry)?);
            return Ok(());
        }
        let link = link(entry)?;
        match self.qr {
            true => {
                let code = Code::of(&link).ok_or_else(|| {
                    Error::failed(format!("the link of {} is too long for a QR code", called(entry))).hint("use --uri")
                })?;
                let drawn = code.to_text(code::MARGIN, desk.output.color());
                desk.output.bytes(drawn.as_bytes());
            }
            false => desk.output.secret(&link),
        }
        Ok(())
    }
}

fn secret_text(entry: &Entry) -> Result<SecretText> {
    let credential = &entry.credential.value;
    if credential.secret.is_empty() {
        return Err(Error::failed(format!("{} has no secret", called(entry))));
    }
    Ok(credential.secret_text())
}

fn link(entry: &Entry) -> Result<SecretText> {
    otpauth::link(&export::draft_of(entry)).ok_or_else(|| Error::failed(format!("{} can't be written as a link", called(entry))))
}
