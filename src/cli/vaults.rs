//! `vaults`: those that a name opens.

use super::desk::Desk;
use super::output::Cell;
use crate::error::Result;
use crate::ops::vaults;
use serde::Serialize;
use std::path::Path;

#[derive(Debug, clap::Args)]
pub struct Vaults {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    folder: &'a Path,
    /// The one this command line and this configuration mean.
    current: bool,
}

impl Vaults {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let current = desk.vault_folder()?;
        let vaults = vaults::list(&desk.outside.world, &desk.outside.environment.data_folder);
        let row = |vault: &vaults::Named| vault.folder == current;
        if self.json {
            let rows = vaults.iter().map(|vault| Row { name: &vault.name, folder: &vault.folder, current: row(vault) });
            desk.output.json(&rows.collect::<Vec<_>>());
            return Ok(());
        }
        if vaults.is_empty() {
            desk.output.say("There is no vault beside the default place; countersign init makes one");
        }
        let mark = |vault: &vaults::Named| if row(vault) { "at hand" } else { "" };
        let rows: Vec<_> = vaults
            .iter()
            .map(|vault| vec![Cell::plain(&vault.name), Cell::plain(vault.folder.to_string_lossy()), Cell::dim(mark(vault))])
            .collect();
        desk.output.table(&rows);
        Ok(())
    }
}
