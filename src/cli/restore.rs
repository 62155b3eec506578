//! `restore`: an entry back from the trash, or a replaced secret back into its entry.

use super::desk::{Desk, called};
use crate::error::Result;
use crate::ops::change::Change;
use crate::ops::{find, history};

#[derive(Debug, clap::Args)]
pub struct Restore {
    /// An issuer, an account or an id in the trash; else a part of them that only one entry there has
    query: String,
    /// Of an entry that is not in the trash: put back its replaced secret of this number in `countersign history`; the
    /// present one is kept there
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replaced: Option<u32>,
}

impl Restore {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        match self.replaced {
            None => self.entry(desk),
            Some(number) => self.secret(desk, number),
        }
    }

    fn entry(self, desk: &mut Desk) -> Result<()> {
        let mut session = desk.open_to_change()?;
        let entry = find::one_in_trash(session.vault(), &self.query)?.clone();
        desk.save(&mut session, Change::Restore(vec![entry.id]))?;
        desk.output.say(&format!("Restored {}", called(&entry)));
        Ok(())
    }

    fn secret(self, desk: &mut Desk, number: u32) -> Result<()> {
        let mut session = desk.open_to_change()?;
        let entry = find::one(session.vault(), &self.query)?.clone();
        let replaced = history::nth(&entry, number as usize)?;
        let mark = history::mark(entry.id, &replaced.credential.secret);
        desk.save(&mut session, Change::RestoreCredential(entry.id, replaced.at))?;
        desk.output.say(&format!("{} uses the secret {mark} again; the one before is kept in its history", called(&entry)));
        Ok(())
    }
}
