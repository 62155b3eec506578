//! `export`: the entries in another format, to a new file that is read back before success is told.

mod codes;

use super::desk::Desk;
use super::output::{Output, count};
use super::{list, source};
use crate::error::{Error, ErrorKind, Result};
use crate::ops::export::{self, draft_of, left_out};
use crate::ports::Storage;
use crate::secret::SecretText;
use crate::transfer::{self, Draft, Encryption, Format, Sealing, Writer, Written};
use crate::vault::Vault;
use crate::vault::store::{self, World};
use std::io;
use std::path::{Path, PathBuf};

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
        let writer: &dyn Writer = format.writer().ok_or_else(|| {
            let known: Vec<_> =
                transfer::FORMATS.iter().filter(|format| format.writer().is_some()).map(|format| format.id()).collect();
            Error::new(ErrorKind::Usage, format!("{} can be read, but not written", format.name()))
                .hint(format!("these can be written: {}", known.join(", ")))
        })?;
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
            refuse_to_overwrite(&desk.outside.world, path, self.force)?;
        }
        let mut password =
            self.password_file.as_ref().map(|path| desk.read_line_secret(path, "--password-file", "the password")).transpose()?;
        if password.is_none() && !in_clear {
            password = Some(ask_password(desk, format)?);
        }
        let session = desk.open()?;
        let writer = codes.as_deref().unwrap_or(writer);
        let (drafts, left_out) = self.drafts(session.vault(), writer.is_whole())?;
        let written = writer.write(&drafts, &Sealing::new(password.as_ref(), &*desk.outside.world.entropy))?;
        let mut said = export::prove(format, &written, &drafts, password.as_ref())?;
        said.extend(left_out);
        said.extend_from_slice(&written.lost);
        said.iter().for_each(|sentence| desk.output.warn(sentence));
        let number = count(drafts.len() - written.left_out.len(), "entry", "entries");
        if codes.is_some() {
            return self.put_codes(desk, &written, &drafts, &number, screen);
        }
        let Some(path) = self.output.filter(|path| path.as_os_str() != "-") else {
            desk.output.bytes(&written.bytes);
            return Ok(());
        };
        let storage = desk.outside.world.storage.clone();
        write_file(&desk.outside.world, &path, &written.bytes, self.force)?;
        read_back(&*storage, &path, &written.bytes)?;
        if in_clear {
            desk.output.warn(&format!("{} holds every secret in clear; delete it when it has served", path.display()));
        }
        desk.output.say(&format!("Wrote {number} to {}", path.display()));
        Ok(())
    }

    /// The codes of what was written: to the pictures named, or on the screen.
    fn put_codes(
        &self,
        desk: &mut Desk,
        written: &Written,
        drafts: &[Draft],
        number: &str,
        screen: Option<(usize, usize)>,
    ) -> Result<()> {
        let codes = codes::of_lines(written)?;
        let Some(path) = &self.output else {
            codes::show(desk, &codes, screen.unwrap_or_default())?;
            desk.output.say(&format!("Showed {number} in {}", count(codes.len(), "code", "codes")));
            return Ok(());
        };
        let pictures = codes::Pictures::draw(&codes, path)?;
        export::compare(&pictures.read()?, written, drafts)?;
        pictures.write(desk, self.force)?;
        desk.output.warn("whoever sees these pictures has every secret in them; delete them when they have served");
        desk.output.say(&format!("Wrote {number} to {}", pictures.called()));
        Ok(())
    }

    /// With what they do not hold of the vault.
    fn drafts(&self, vault: &Vault, is_whole: bool) -> Result<(Vec<Draft>, Vec<String>)> {
        let mut entries: Vec<_> = vault.active().collect();
        if self.trash || is_whole {
            entries.extend(vault.trash());
        }
        if let Some(tag) = &self.tag {
            entries.retain(|entry| entry.tags().any(|set| set.to_lowercase() == tag.to_lowercase()));
            if entries.is_empty() {
                return Err(Error::new(ErrorKind::NoMatch, "no entry has this tag"));
            }
        }
        list::sort(&mut entries);
        let left_out = left_out(vault, entries.iter().map(|entry| &***entry));
        Ok((entries.into_iter().map(|entry| draft_of(entry)).collect(), left_out))
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

/// Before the passphrase is asked for.
pub fn refuse_to_overwrite(world: &World, path: &Path, force: bool) -> Result<()> {
    match force || world.storage.facts(path).is_err() {
        true => Ok(()),
        false => Err(would_overwrite(path)),
    }
}

fn would_overwrite(path: &Path) -> Error {
    Error::new(ErrorKind::WouldOverwrite, format!("{} is there already", path.display()))
        .hint("choose another name, or overwrite it with --force")
}

/// Neither half an export nor half the old file is left where the disk is full.
pub fn write_file(world: &World, path: &Path, bytes: &[u8], force: bool) -> Result<()> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => would_overwrite(path),
        _ => Error::io("write", path, &error),
    };
    // Without --force the name is taken first, so that no file that appears meanwhile is replaced.
    if !force {
        world.storage.write_new(path, b"").map_err(failed)?;
    }
    store::replace(world, path, bytes).map_err(|unwritten| {
        if !force && !unwritten.in_place {
            let _ = world.storage.remove(path);
        }
        failed(unwritten.error)
    })
}

/// Reads the file back: the bytes are those written.
pub fn read_back(storage: &dyn Storage, path: &Path, bytes: &[u8]) -> Result<()> {
    match source::file(storage, path, bytes.len() as u64)?.as_slice() == bytes {
        true => Ok(()),
        false => Err(Error::failed(format!("{} was written, but what is read back differs", path.display()))
            .hint("do not rely on it; is the disk failing?")),
    }
}
