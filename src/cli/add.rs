//! `add`: enrol accounts, from a link, a picture, the screen, the clipboard or a typed secret.

use super::desk::Desk;
use super::output::count;
use crate::error::{Error, ErrorKind, Result};
use crate::ops::change::Change;
use crate::ops::check;
use crate::ops::import::{self, OnConflict, Standing};
use crate::otp::{Algorithm, Credential, Kind};
use crate::pixels;
use crate::ports::Picture;
use crate::secret::{Secret, SecretText};
use crate::transfer::{self, Draft, Found, MAX_FILE, picture};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("source"))]
pub struct Add {
    /// Read otpauth:// or otpauth-migration:// links
    #[arg(long, value_name = "FILE|-", group = "source")]
    uri: Option<PathBuf>,
    /// Read the QR codes of a picture
    #[arg(long, value_name = "IMAGE", group = "source")]
    qr: Option<PathBuf>,
    /// Read the QR codes on the screen
    #[arg(long, group = "source")]
    screen: bool,
    /// Read the QR codes of the picture in the clipboard
    #[arg(long, group = "source")]
    clipboard: bool,
    /// Read the secret, in base32 (hexadecimal for mOTP); without any source it is asked for
    #[arg(long, value_name = "FILE|-", group = "source")]
    secret_file: Option<PathBuf>,
    #[arg(long, value_name = "I")]
    issuer: Option<String>,
    #[arg(long, value_name = "A")]
    account: Option<String>,
    /// totp, hotp, steam, motp or yandex
    #[arg(long, value_name = "K", value_parser = kind)]
    kind: Option<Kind>,
    /// SHA1, SHA224, SHA256, SHA384, SHA512 or MD5
    #[arg(long, value_name = "H", value_parser = algorithm)]
    algorithm: Option<Algorithm>,
    #[arg(long, value_name = "D")]
    digits: Option<u32>,
    /// Seconds
    #[arg(long, value_name = "P")]
    period: Option<u64>,
    /// The next counter to use
    #[arg(long, value_name = "C")]
    counter: Option<u64>,
    /// The PIN of mOTP and Yandex
    #[arg(long, value_name = "FILE|-")]
    pin_file: Option<PathBuf>,
    /// Put a tag on (can be given several times)
    #[arg(long, value_name = "T")]
    tag: Vec<String>,
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// The site has not taken a code yet
    #[arg(long)]
    pending: bool,
}

impl Add {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let pin = self.pin_file.as_ref().map(|path| desk.read_line_secret(path, "--pin-file", "the PIN")).transpose()?;
        let mut found = self.found(desk)?.not_only_parts()?;
        self.override_details(&mut found.drafts, pin)?;
        found.drafts.iter().try_for_each(check::draft)?;
        let mut session = desk.open_to_change()?;
        let plan = import::plan(session.vault(), found);
        for warning in &plan.warnings {
            desk.output.warn(warning);
        }
        for skipped in &plan.skipped {
            desk.output.warn(&format!("not taken, number {}: {}", skipped.index + 1, skipped.reason));
        }
        let without_codes = plan.without_codes(OnConflict::KeepBoth);
        let mut add = Vec::new();
        let mut said = Vec::new();
        for (draft, standing) in plan.rows {
            let name = draft.label();
            let other = |id| session.vault().entry(id).map_or(String::new(), |entry| super::desk::called(entry));
            match standing {
                Standing::Same(_) => {
                    said.push(format!("{name} is in the vault already"));
                    continue;
                }
                Standing::New => said.push(format!("Added {name}")),
                Standing::Alike(id) => said.push(format!("Added {name}; the same secret is there as {}", other(id))),
                Standing::Conflict(_) => said.push(format!("Added {name}, beside the entry of that name with another secret")),
            }
            add.push(draft);
        }
        if !add.is_empty() {
            desk.save(&mut session, Change::Enrol(add))?;
        }
        said.iter().for_each(|line| desk.output.say(line));
        without_codes.iter().for_each(|warning| desk.output.warn(warning));
        Ok(())
    }

    fn found(&self, desk: &mut Desk) -> Result<Found> {
        if let Some(path) = &self.uri {
            let bytes = desk.read(path, "--uri", MAX_FILE)?;
            return transfer::read(&bytes, None).map(|(_, found)| found);
        }
        if let Some(path) = &self.qr {
            let bytes = desk.read(path, "--qr", MAX_FILE)?;
            return picture::read_picture(&pixels::decode(&bytes)?);
        }
        if self.screen {
            let command = desk.config()?.screenshot_command;
            return of_picture((desk.outside.capture)(command).capture());
        }
        if self.clipboard {
            return of_picture((desk.outside.clipboard)().picture());
        }
        if self.issuer.is_none() && self.account.is_none() {
            return Err(Error::new(ErrorKind::Usage, "what to add was not said")
                .hint("give --uri, --qr, --screen or --clipboard; or --issuer and --account, and the secret is asked for"));
        }
        let text = match &self.secret_file {
            Some(path) => desk.read_line_secret(path, "--secret-file", "the secret")?,
            None => self.ask(desk)?,
        };
        if text.expose().contains("://") {
            return transfer::read(text.expose().as_bytes(), None).map(|(_, found)| found);
        }
        let kind = self.kind.unwrap_or(Kind::Totp);
        let draft = Draft::new(Credential::new(kind, read_secret(kind, &text)?));
        Ok(Found { drafts: vec![draft], ..Found::default() })
    }

    fn ask(&self, desk: &mut Desk) -> Result<SecretText> {
        if !desk.outside.prompt.is_interactive() {
            return Err(Error::new(ErrorKind::Usage, "there is no secret, and no terminal to ask for it")
                .hint("give --secret-file FILE, or -"));
        }
        desk.ask_secret("Secret (not shown): ")
    }

    /// What was said on the command line goes before what the source says.
    fn override_details(&self, drafts: &mut [Draft], pin: Option<SecretText>) -> Result<()> {
        let said = self.issuer.is_some()
            || self.account.is_some()
            || self.kind.is_some()
            || self.algorithm.is_some()
            || self.digits.is_some()
            || self.period.is_some()
            || self.counter.is_some();
        if said && drafts.len() > 1 {
            let entries = count(drafts.len(), "account", "accounts");
            return Err(Error::new(ErrorKind::Usage, format!("{entries} were found, and the details given fit only one"))
                .hint("leave out --issuer and the like, and edit the entries afterwards"));
        }
        for draft in drafts {
            let credential = &mut draft.credential;
            if let Some(kind) = self.kind.filter(|kind| *kind != credential.kind) {
                *credential = Credential::new(kind, credential.secret.clone());
            }
            credential.algorithm = self.algorithm.clone().unwrap_or(credential.algorithm.clone());
            credential.digits = self.digits.unwrap_or(credential.digits);
            credential.period = self.period.unwrap_or(credential.period);
            credential.counter = self.counter.unwrap_or(credential.counter);
            credential.pin = pin.clone().or(credential.pin.take());
            draft.issuer = self.issuer.clone().unwrap_or(std::mem::take(&mut draft.issuer));
            draft.account = self.account.clone().unwrap_or(std::mem::take(&mut draft.account));
            draft.note = self.note.clone().unwrap_or(std::mem::take(&mut draft.note));
            draft.tags.extend(self.tag.iter().cloned());
            draft.pending |= self.pending;
        }
        Ok(())
    }
}

fn of_picture(taken: std::result::Result<Picture, String>) -> Result<Found> {
    picture::read_picture(&taken.map_err(Error::failed)?)
}

/// The secret as sites write it: base32, for mOTP hexadecimal.
pub fn read_secret(kind: Kind, text: &SecretText) -> Result<Secret> {
    let (form, hint) = match kind {
        Kind::Motp => ("hexadecimal", "mOTP secrets have the digits 0–9 and a–f"),
        _ => ("base32", "it has the letters A–Z and the digits 2–7; spaces and dashes do no harm"),
    };
    let why = kind.why_no_secret(text.expose());
    let wrong = || Error::new(ErrorKind::Usage, format!("the secret is not {form}; {why}")).hint(hint);
    kind.read_secret(text.expose()).ok_or_else(wrong)
}

pub fn kind(text: &str) -> std::result::Result<Kind, String> {
    Kind::from_name(text)
        .filter(|kind| !matches!(kind, Kind::Unknown | Kind::Received))
        .ok_or_else(|| "known are totp, hotp, steam, motp and yandex".into())
}

pub fn algorithm(text: &str) -> std::result::Result<Algorithm, String> {
    match Algorithm::from_name(text) {
        Algorithm::Other(_) => Err("known are SHA1, SHA224, SHA256, SHA384, SHA512 and MD5".into()),
        known => Ok(known),
    }
}
