//! `backup`: a proved copy now, or the whole vault in one file that stock `age` opens.

use super::desk::Desk;
use super::export::or_force;
use super::output::count;
use crate::error::{Error, Result};
use crate::ops::export;
use crate::vault::backup::{self, Why};
use crate::vault::store::DEFAULT_WORK_FACTOR;
use crate::vault::store::copies;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Backup {
    /// Write the whole vault to one new file under the passphrase, instead of a copy in backups/
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the file
    #[arg(long, requires = "output")]
    force: bool,
}

impl Backup {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let Some(path) = self.output else {
            let mut session = desk.open()?;
            let name = session.back_up(Why::Asked)?;
            desk.warn_of_backups(&session);
            if let Some((store, _)) = session.on_disk() {
                let folder = backup::own_folder(store).join(name.to_string());
                desk.output.say(&format!("Made and reopened {}", folder.display()));
            }
            return Ok(());
        };
        export::check_place(&*desk.outside.world.storage, &path, self.force).map_err(or_force)?;
        let (session, passphrase) = desk.open_with_passphrase()?;
        let Some((store, _)) = session.on_disk() else { return Ok(()) };
        let work_factor = store.work_factor().unwrap_or(DEFAULT_WORK_FACTOR);
        let file = copies::wrap_payload(store, &passphrase, work_factor)?;
        if copies::open_wrapped(&file, &passphrase)? != *store.vault() {
            return Err(Error::failed("the backup does not read back as it was").hint("nothing was written; please report it"));
        }
        export::save(&desk.outside.world, &path, &file, self.force).map_err(or_force)?;
        let vault = session.vault();
        let held = count(vault.active().count() + vault.trash().count(), "entry", "entries");
        desk.output.say(&format!("Wrote {held}, the trash too, to {}", path.display()));
        desk.output.say(&format!("It opens with the passphrase: age -d {}", path.display()));
        Ok(())
    }
}
