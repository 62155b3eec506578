//! `restore`: back from the trash.

use super::desk::{Desk, called};
use crate::error::Result;
use crate::ops::change::Change;
use crate::ops::find;

#[derive(Debug, clap::Args)]
pub struct Restore {
    /// An issuer, an account or an id in the trash; else a part of them that only one entry there has
    query: String,
}

impl Restore {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let mut session = desk.open_to_change()?;
        let entry = find::one_in_trash(session.vault(), &self.query)?.clone();
        desk.save(&mut session, Change::Restore(vec![entry.id]))?;
        desk.output.say(&format!("Restored {}", called(&entry)));
        Ok(())
    }
}
