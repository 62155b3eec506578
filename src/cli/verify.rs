//! `verify`: reopens the vault and every backup of it.

use super::desk::Desk;
use super::output::{Cell, count};
use crate::error::{Error, ErrorKind, Result};
use crate::ops;
use crate::vault::Vault;
use crate::vault::backup;

#[derive(Debug, clap::Args)]
pub struct Verify {}

impl Verify {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let session = match desk.open() {
            // Now of all times one wants to know which of the backups are good.
            Err(error) if error.kind == ErrorKind::VaultDamaged => return without_vault(desk, error),
            opened => opened?,
        };
        let Some((store, backups)) = session.on_disk() else { return Ok(()) };
        desk.output.say(&format!("Fingerprint: {}", store.fingerprint_words()));
        desk.output.table(&[vec![Cell::bold("ok"), Cell::plain("the vault"), Cell::plain(entries(store.vault()))]]);
        let (mut all, mut bad) = (0, 0);
        let mut failed = Vec::new();
        for place in backups.places(store) {
            let checked = place.is_there(store.world()).and_then(|()| backup::check(store, &place.folder));
            let checked = match checked {
                Ok(checked) => checked,
                Err(error) => {
                    failed.push(error);
                    continue;
                }
            };
            if checked.is_empty() {
                desk.output.warn(&format!("there is no backup in {}", place.folder.display()));
            } else {
                desk.output.say(&format!("Backups in {}", place.folder.display()));
            }
            let mut rows = Vec::new();
            for one in checked {
                all += 1;
                let name = Cell::plain(one.name.to_string());
                rows.push(match one.result {
                    Ok(opened) => {
                        let by = match opened.by_retired_key {
                            true => "opens with an earlier passphrase",
                            false => one.name.why.told(),
                        };
                        vec![Cell::bold("ok"), name, Cell::plain(entries(&opened.vault)), Cell::dim(by)]
                    }
                    Err(error) => {
                        bad += 1;
                        vec![Cell::bold("bad"), name, Cell::plain(""), Cell::plain(error.what)]
                    }
                });
            }
            desk.output.table(&rows);
        }
        if bad > 0 {
            let what = format!("of {} {bad} did not open", count(all, "backup", "backups"));
            return Err(Error::new(ErrorKind::VaultDamaged, what)
                .hint("the vault itself is well; make a new one with: countersign backup"));
        }
        match failed.pop() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

/// Tells of the backups, and ends with what is wrong with the vault.
fn without_vault(desk: &mut Desk, error: Error) -> Result<()> {
    let (folder, policy) = (desk.vault_folder()?, desk.backup_policy()?);
    let opening = desk.last_opening("Passphrase: ")?;
    let (world, person) = (desk.outside.world.clone(), desk.outside.prompt.clone());
    let mut rows = vec![vec![Cell::bold("bad"), Cell::plain("the vault"), Cell::plain("")]];
    rows.extend(ops::backup::reopen_all(&world, &folder, &policy, &opening, person).into_iter().map(|(name, opened)| {
        let name = Cell::plain(name.to_string());
        match opened {
            Ok(vault) => vec![Cell::bold("ok"), name, Cell::plain(entries(&vault))],
            Err(error) => vec![Cell::bold("bad"), name, Cell::plain(error.what)],
        }
    }));
    desk.output.table(&rows);
    Err(error)
}

fn entries(vault: &Vault) -> String {
    count(vault.active().count(), "entry", "entries")
}
