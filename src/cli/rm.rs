//! `rm`: to the trash.

use super::desk::{Desk, called};
use crate::error::Result;
use crate::ops::change::Change;
use crate::ops::find;

#[derive(Debug, clap::Args)]
pub struct Rm {
    /// An issuer, an account or an id; else a part of them that only one entry has
    query: String,
}

impl Rm {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let mut session = desk.open_to_change()?;
        let entry = find::one(session.vault(), &self.query)?.clone();
        desk.save(&mut session, Change::Delete(vec![entry.id]))?;
        desk.output.say(&format!("Moved {} to the trash", called(&entry)));
        Ok(())
    }
}
