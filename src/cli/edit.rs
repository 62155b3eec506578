//! `edit`: change an entry.

use super::desk::{Desk, called};
use super::source;
use crate::cli::add::read_secret;
use crate::error::{Error, ErrorKind, Result};
use crate::ops::change::{Change, CredentialEdit, Edit};
use crate::ops::find;
use crate::otp::{Algorithm, Kind};
use crate::secret::SecretText;
use crate::vault::entry::Entry;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct EditLine {
    /// An issuer, an account or an id; else a part of them that only one entry has
    query: String,
    #[arg(long, value_name = "I")]
    issuer: Option<String>,
    #[arg(long, value_name = "A")]
    account: Option<String>,
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Put a tag on (can be given several times)
    #[arg(long, value_name = "T")]
    tag: Vec<String>,
    /// Take a tag off (can be given several times)
    #[arg(long, value_name = "T")]
    untag: Vec<String>,
    /// Keep it on top of the list
    #[arg(long, conflicts_with = "unpin")]
    pin: bool,
    /// Let it go back to its place
    #[arg(long)]
    unpin: bool,
    /// totp, hotp, steam, motp or yandex
    #[arg(long, value_name = "K", value_parser = super::add::kind)]
    kind: Option<Kind>,
    /// SHA1, SHA224, SHA256, SHA384, SHA512 or MD5
    #[arg(long, value_name = "H", value_parser = super::add::algorithm)]
    algorithm: Option<Algorithm>,
    #[arg(long, value_name = "D")]
    digits: Option<u32>,
    /// Seconds
    #[arg(long, value_name = "P")]
    period: Option<u64>,
    /// The next counter to use
    #[arg(long, value_name = "C")]
    counter: Option<u64>,
    /// A corrected secret; the old one is kept in the history
    #[arg(long, value_name = "FILE|-")]
    secret_file: Option<PathBuf>,
    /// The PIN of mOTP and Yandex
    #[arg(long, value_name = "FILE|-")]
    pin_file: Option<PathBuf>,
    /// The site's recovery codes, one a line; they replace the ones there
    #[arg(long, value_name = "FILE|-")]
    recovery_codes: Option<PathBuf>,
    /// The site took a code: no longer pending
    #[arg(long)]
    confirm: bool,
}

impl EditLine {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let secret =
            self.secret_file.as_ref().map(|path| desk.read_line_secret(path, "--secret-file", "the secret")).transpose()?;
        let pin = self.pin_file.as_ref().map(|path| desk.read_line_secret(path, "--pin-file", "the PIN")).transpose()?;
        let recovery_codes = match &self.recovery_codes {
            Some(path) => Some(read_codes(desk, path)?),
            None => None,
        };
        let mut session = desk.open_to_change()?;
        let entry = find::one(session.vault(), &self.query)?.clone();
        let edit = self.edit(&entry, secret, pin)?;
        // Confirmed first: an edit gives the credential another stamp, and is meant for the one that stays.
        let tried = entry.candidate.as_deref().unwrap_or(&entry.credential).at;
        let mut changes: Vec<Change> = self.confirm.then_some(Change::Confirm(entry.id, tried)).into_iter().collect();
        changes.push(Change::Edit(entry.id, edit));
        changes.extend(recovery_codes.map(|codes| Change::SetRecoveryCodes(entry.id, codes)));
        let outcome = desk.save(&mut session, Change::Several(changes))?;
        match outcome.undo {
            Some(_) => desk.output.say(&format!("Changed {}", called(&entry))),
            None => desk.output.say(&format!("{} is like that already", called(&entry))),
        }
        Ok(())
    }

    fn edit(&self, entry: &Entry, secret: Option<SecretText>, pin: Option<SecretText>) -> Result<Edit> {
        let kind = self.kind.unwrap_or(entry.credential.value.kind);
        let edit = Edit {
            issuer: self.issuer.clone(),
            account: self.account.clone(),
            note: self.note.clone(),
            pinned: (self.pin || self.unpin).then_some(self.pin),
            tag: self.tag.iter().filter(|tag| !self.untag.contains(tag)).cloned().collect(),
            untag: self.untag.clone(),
            counter: self.counter,
            credential: CredentialEdit {
                kind: self.kind,
                secret: secret.map(|text| read_secret(kind, &text)).transpose()?,
                algorithm: self.algorithm.clone(),
                digits: self.digits,
                period: self.period,
                pin: pin.map(Some),
            },
        };
        if edit == Edit::default() && self.recovery_codes.is_none() && !self.confirm {
            return Err(
                Error::new(ErrorKind::Usage, "nothing to change was named").hint("countersign edit --help lists what can be")
            );
        }
        Ok(edit)
    }
}

fn read_codes(desk: &mut Desk, path: &Path) -> Result<Vec<SecretText>> {
    let bytes = desk.read(path, "--recovery-codes", source::LINE_LIMIT)?;
    let text = source::line(&bytes, path, "the list of recovery codes")?;
    Ok(text.expose().lines().map(str::trim).filter(|line| !line.is_empty()).map(SecretText::new).collect())
}
