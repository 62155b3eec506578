//! `export`: the entries in another format, to a new file that is read back before success is told.

mod codes;

use super::desk::Desk;
use super::list;
use super::output::{Output, count};
use crate::error::{Error, ErrorKind, Result};
use crate::ops::export::{self, Proved};
use crate::ops::find;
use crate::secret::SecretText;
use crate::transfer::{self, Encryption, Format, Sealing};
use crate::vault::Vault;
use crate::vault::entry::Entry;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, clap::Args)]
pub struct Export {
    /// Which format: see countersign formats
    #[arg(long, value_name = "F")]
    format: String,
    /// Write a new file; - is stdout, also where that is a terminal. QR codes go to pictures if it ends in .png
    #[arg(long, short, value_name = "FILE|-")]
    output: Option<PathBuf>,
    /// Read the password of an encrypted format
    #[arg(long, value_name = "FILE|-")]
    password_file: Option<PathBuf>,
    /// Only entries with this tag
    #[arg(long, value_name = "T")]
    tag: Option<String>,
    /// With the entries in the trash; a backup has them anyway
    #[arg(long)]
    trash: bool,
    /// Overwrite the file
    #[arg(long)]
    force: bool,
}

impl Export {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let format = transfer::by_id(&self.format)?;
        let writer = export::writer_of(format)?;
        let in_clear = match writer.encryption() {
            Encryption::Never => true,
            Encryption::Optional => self.password_file.is_none(),
            Encryption::Always => false,
        };
        if in_clear && self.password_file.is_some() {
            return Err(Error::new(ErrorKind::Usage, format!("{} is written in clear: it takes no password", format.name()))
                .hint("leave out --password-file, or choose a format that can be encrypted"));
        }
        let screen = Output::size().filter(|_| self.output.is_none());
        let codes = match (&self.output, screen) {
            (Some(path), _) if codes::is_picture(path) => writer.codes(usize::MAX),
            (None, Some((columns, rows))) => writer.codes(codes::longest_on(columns, rows)),
            _ => None,
        };
        if screen.is_some() && in_clear && codes.is_none() {
            return Err(Error::new(ErrorKind::Usage, "every secret would be shown on the screen")
                .hint("name a file with --output FILE, or say --output - to see them all the same"));
        }
        if let Some(path) = self.output.as_deref().filter(|path| path.as_os_str() != "-") {
            // Before any passphrase is asked for.
            export::check_place(&*desk.outside.world.storage, path, self.force).map_err(or_force)?;
        }
        let mut password =
            self.password_file.as_ref().map(|path| desk.read_line_secret(path, "--password-file", "the password")).transpose()?;
        if password.is_none() && !in_clear {
            password = Some(ask_password(desk, format)?);
        }
        let session = desk.open()?;
        let writer = codes.as_deref().unwrap_or(writer);
        let entries = self.entries(session.vault(), writer.is_whole())?;
        let entropy = desk.outside.world.entropy.clone();
        let entries = entries.iter().map(|entry| &***entry);
        let sealing = Sealing::new(password.as_ref(), &*entropy);
        let proved = export::write(session.vault(), entries, format, writer, &sealing)?;
        proved.lost.iter().for_each(|lost| desk.output.warn(lost));
        if codes.is_some() {
            return self.put_codes(desk, &proved, screen);
        }
        let Some(path) = self.output.filter(|path| path.as_os_str() != "-") else {
            desk.output.bytes(&proved.written.bytes);
            return Ok(());
        };
        export::save(&desk.outside.world, &path, &proved.written.bytes, self.force).map_err(or_force)?;
        if in_clear {
            desk.output.warn(&format!("{} holds every secret in clear; delete it when it has served", path.display()));
        }
        desk.output.say(&format!("Wrote {} to {}", count(proved.entries(), "entry", "entries"), path.display()));
        Ok(())
    }

    /// The codes of what was written: to the pictures named, or on the screen.
    fn put_codes(&self, desk: &mut Desk, proved: &Proved, screen: Option<(usize, usize)>) -> Result<()> {
        let codes = codes::of_lines(&proved.written)?;
        let number = count(proved.entries(), "entry", "entries");
        let Some(path) = &self.output else {
            codes::show(desk, &codes, screen.unwrap_or_default())?;
            desk.output.say(&format!("Showed {number} in {}", count(codes.len(), "code", "codes")));
            return Ok(());
        };
        let pictures = codes::Pictures::draw(&codes, path)?;
        export::compare(&pictures.read()?, &proved.written, &proved.drafts)?;
        pictures.write(desk, self.force).map_err(or_force)?;
        desk.output.warn("whoever sees these pictures has every secret in them; delete them when they have served");
        desk.output.say(&format!("Wrote {number} to {}", pictures.called()));
        Ok(())
    }

    fn entries<'v>(&self, vault: &'v Vault, is_whole: bool) -> Result<Vec<&'v Arc<Entry>>> {
        let mut entries: Vec<_> = vault.active().collect();
        if self.trash || is_whole {
            entries.extend(vault.trash());
        }
        if let Some(tag) = &self.tag {
            find::retain_tagged(&mut entries, tag);
            if entries.is_empty() {
                return Err(Error::new(ErrorKind::NoMatch, "no entry has this tag"));
            }
        }
        list::sort(&mut entries);
        Ok(entries)
    }
}

/// What is there already may be overwritten on demand.
pub fn or_force(error: Error) -> Error {
    match error.kind {
        ErrorKind::WouldOverwrite => error.hint("choose another name, or overwrite it with --force"),
        _ => error,
    }
}

/// Asks for the password of a new file, twice; `NeedsPassword` where nobody can be asked.
fn ask_password(desk: &mut Desk, format: &dyn Format) -> Result<SecretText> {
    if !desk.outside.prompt.is_interactive() {
        return Err(Error::new(ErrorKind::NeedsPassword, format!("{} is always encrypted: it needs a password", format.name()))
            .hint("give one with --password-file FILE"));
    }
    let password = desk.ask_secret(&format!("Password for the file ({}): ", format.name()))?;
    match password == desk.ask_secret("The same password again: ")? {
        true => Ok(password),
        false => Err(Error::failed("the two passwords differ; nothing was written")),
    }
}
