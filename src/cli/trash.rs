//! `trash`: what was deleted, and the end of it.

use super::desk::Desk;
use super::list;
use super::output::{Cell, count};
use crate::error::Result;
use crate::ops::change::Change;
use crate::words::utc;

#[derive(Debug, clap::Args)]
pub struct Trash {
    /// Remove everything in the trash for good
    #[arg(long)]
    empty: bool,
}

impl Trash {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        match self.empty {
            true => empty(desk),
            false => list_trash(desk),
        }
    }
}

fn list_trash(desk: &mut Desk) -> Result<()> {
    let session = desk.open()?;
    let mut entries: Vec<_> = session.vault().trash().collect();
    list::sort(&mut entries);
    if entries.is_empty() {
        desk.output.say("The trash is empty");
    }
    let rows: Vec<Vec<Cell>> = entries
        .iter()
        .map(|entry| {
            let deleted = entry.deleted.map_or_else(String::new, |at| format!("deleted {} UTC", utc(at.wall_ms / 1000)));
            let names = [Cell::plain(&entry.issuer.value), Cell::plain(&entry.account.value)];
            names.into_iter().chain([Cell::dim(entry.id.to_string()), Cell::dim(deleted)]).collect()
        })
        .collect();
    desk.output.table(&rows);
    Ok(())
}

fn empty(desk: &mut Desk) -> Result<()> {
    let mut session = desk.open_to_change()?;
    let shown: Vec<_> = session.vault().trash().map(|entry| entry.id).collect();
    if shown.is_empty() {
        desk.output.say("The trash is empty");
        return Ok(());
    }
    let entries = |number| count(number, "entry", "entries");
    if !desk.agreed(&format!("Remove {} for good, secrets and all?", entries(shown.len())))? {
        desk.output.say("Nothing was removed");
        return Ok(());
    }
    let removed = desk.save(&mut session, Change::EmptyTrash(shown))?.ids;
    desk.output.say(&format!("Removed {} for good", entries(removed.len())));
    Ok(())
}
