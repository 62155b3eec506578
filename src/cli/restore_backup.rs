//! `restore-backup`: a backup comes back. What would change is shown and asked first; what is there is backed up before.

use super::desk::Desk;
use super::output::Cell;
use crate::error::{Error, ErrorKind, Result};
use crate::ops::restore::{self, Copy, Difference, How, Source};
use crate::ops::session::Session;
use crate::ops::unlock::Opening;
use crate::secret::SecretText;
use crate::vault::backup::Why;
use crate::vault::store::{self, Presence, Way};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct RestoreBackup {
    /// The name of a backup as verify lists it, a folder that is a vault, a vault.age, or a file of backup --output
    #[arg(value_name = "NAME|FILE|FOLDER")]
    backup: PathBuf,
    /// Make the entries those of the backup; else they are merged, and whatever is newer stays
    #[arg(long)]
    replace: bool,
    /// Read the passphrase of the backup, where it is another one
    #[arg(long, value_name = "FILE|-")]
    password_file: Option<PathBuf>,
}

impl RestoreBackup {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let folder = desk.vault_folder()?;
        let world = desk.outside.world.clone();
        let source = restore::find(&world, &folder, &self.backup)?;
        let given = self
            .password_file
            .as_ref()
            .map(|path| desk.read_line_secret(path, "--password-file", "the passphrase"))
            .transpose()?;
        let why = match store::presence(&world, &folder) {
            Ok(Presence::Nothing) => return self.mend(desk, &folder, &source, given, None),
            Ok(Presence::Vault) => match desk.open_to_change() {
                Ok(session) => return self.restore(desk, session, &source, given),
                Err(error) if error.kind == ErrorKind::VaultDamaged => error,
                // Of a vault that lost its passphrase file the backup may have the one that still opens it.
                Err(error) if error.kind == ErrorKind::WrongPassphrase && self.has_what_is_missing(desk, &folder, &source) => {
                    error
                }
                Err(error) => return Err(error),
            },
            Err(error) if error.kind == ErrorKind::VaultDamaged => error,
            Err(error) => return Err(error),
        };
        self.mend(desk, &folder, &source, given, Some(why))
    }

    /// Into a vault that opens.
    fn restore(&self, desk: &mut Desk, mut session: Session, source: &Source, given: Option<SecretText>) -> Result<()> {
        let copy = match restore::open(&session, source, given.as_ref()) {
            Err(error) if error.kind == ErrorKind::NeedsPassword => {
                // A file of `backup --output` has the passphrase of its time: first the one just used is tried.
                let known = desk.last_passphrase().cloned();
                match known.map(|passphrase| restore::open(&session, source, Some(&passphrase))) {
                    Some(Ok(copy)) => copy,
                    Some(Err(other)) if other.kind != ErrorKind::WrongPassphrase => return Err(self.named(other)),
                    _ if !desk.outside.prompt.is_interactive() => return Err(error),
                    _ => {
                        let asked = desk.ask_secret("Passphrase of the backup: ")?;
                        restore::open(&session, source, Some(&asked))?
                    }
                }
            }
            result => result.map_err(|error| self.named(error))?,
        };
        let how = if self.replace { How::Replace } else { How::Merge };
        let Some(change) = restore::change(&session, &copy.vault, how)? else {
            desk.output.say("Nothing to restore: the vault has it all");
            return Ok(());
        };
        let difference = restore::difference(session.vault(), &restore::preview(&session, &change)?);
        tell(desk, &difference);
        if !self.agreed(desk, &copy, &difference)? {
            desk.output.say("Nothing was restored");
            return Ok(());
        }
        // Without the way back nothing is restored.
        let name = session.back_up(Why::Restore)?;
        desk.output.say(&format!("The vault as it was is kept as {name}"));
        session.apply_backed_up(change)?;
        desk.warn_of_backups(&session);
        desk.output.say(&format!("Restored {}: {}", self.backup.display(), difference.tally()));
        Ok(())
    }

    /// An error of the file itself, with its name.
    fn named(&self, error: Error) -> Error {
        match error.kind {
            ErrorKind::VaultDamaged => Error { what: format!("{}: {}", self.backup.display(), error.what), ..error },
            _ => error,
        }
    }

    /// A copy that only a key in use before opens may come from who knows an old passphrase: it takes a clear yes.
    fn agreed(&self, desk: &mut Desk, copy: &Copy, difference: &Difference) -> Result<bool> {
        if !copy.by_retired_key {
            return desk.agreed(&format!("{}. Go on?", difference.tally()));
        }
        if !desk.globals.yes && !desk.outside.prompt.is_interactive() {
            return Err(Error::new(ErrorKind::NotTrusted, "this backup opens only with a passphrase or key used before")
                .hint("whoever knows that could have made it; if you trust it, say --yes"));
        }
        desk.output.warn("this backup opens only with a passphrase or key used before: whoever knows that could have made it");
        desk.agreed(&format!("{}. Do you trust it?", difference.tally()))
    }

    /// A passphrase, while the vault knows of none.
    fn has_what_is_missing(&self, desk: &Desk, folder: &Path, source: &Source) -> bool {
        let is_missing = !store::ways(&desk.outside.world, folder).contains(&Way::Passphrase);
        is_missing && desk.last_passphrase().is_some() && matches!(source, Source::Folder(parcel) if parcel.has_passphrase())
    }

    /// Where the vault does not open, or there is none.
    fn mend(&self, desk: &mut Desk, folder: &Path, source: &Source, given: Option<SecretText>, why: Option<Error>) -> Result<()> {
        if let Some(error) = why {
            desk.output.warn(&error.what);
            let question = match error.kind {
                ErrorKind::WrongPassphrase => {
                    "The vault stays as it is, and the passphrase file of the backup is put to it. Go on?"
                }
                _ => "What is there is set aside, and the backup put in its place. Go on?",
            };
            if !desk.agreed(question)? {
                desk.output.say("Nothing was restored");
                return Ok(());
            }
        }
        let opening = match given {
            Some(passphrase) => Opening::Passphrase(passphrase),
            None if source.has_passphrase() => desk.last_opening("Passphrase of the backup: ")?,
            None => desk.last_opening("Recovery key of the backup: ")?,
        };
        let (world, trust, policy) = (desk.outside.world.clone(), desk.globals.trust(), desk.backup_policy()?);
        let person = desk.outside.prompt.clone();
        let is_passphrase = matches!(opening, Opening::Passphrase(_));
        let mended =
            restore::mend(&world, folder, source, &opening, person, trust, &policy).map_err(|error| match error.kind {
                ErrorKind::WrongPassphrase if is_passphrase => {
                    Error { what: "the passphrase does not open the backup".into(), ..error }
                        .hint("it has the passphrase of its time: give that with --password-file FILE")
                }
                ErrorKind::WrongPassphrase => error.hint("give a key of its time with --identity FILE"),
                ErrorKind::VaultDamaged if is_passphrase && !source.has_passphrase() => {
                    Error::new(ErrorKind::WrongPassphrase, "the backup has no passphrase")
                        .hint("give its key with --identity FILE")
                }
                _ => error,
            })?;
        mended.session.warnings().iter().for_each(|warning| desk.output.warn(warning));
        if let Some(aside) = &mended.aside {
            desk.output.say(&format!("What was there is kept in {}", aside.display()));
        }
        let number = mended.session.vault().active().count();
        desk.output.say(&format!(
            "The vault in {} is back: {}",
            folder.display(),
            super::output::count(number, "entry", "entries")
        ));
        Ok(())
    }
}

fn tell(desk: &mut Desk, difference: &Difference) {
    let mut rows = Vec::new();
    for name in &difference.back {
        rows.push(vec![Cell::bold("back"), Cell::plain(name)]);
    }
    for (name, fields) in &difference.changed {
        rows.push(vec![Cell::bold("changes"), Cell::plain(name), Cell::dim(fields.join(", "))]);
    }
    for name in &difference.away {
        rows.push(vec![Cell::bold("to the trash"), Cell::plain(name)]);
    }
    desk.output.table(&rows);
}
