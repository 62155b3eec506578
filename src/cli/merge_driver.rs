//! `merge-driver`: for people who merge with git themselves. The vault in the folder is opened, never written.

use super::desk::Desk;
use super::judge::{Answers, AtDesk};
use crate::error::{Error, ErrorKind, Result};
use crate::ops::merge;
use crate::vault::store::{self, VaultFiles};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct MergeDriver {
    /// %O: what both sides come from; it is not needed
    base: PathBuf,
    /// %A: this side, and where the result goes
    ours: PathBuf,
    /// %B: the other side
    theirs: PathBuf,
}

impl MergeDriver {
    /// Any error is a conflict to git, which keeps this side then.
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let world = desk.outside.world.clone();
        let mut session = desk.unlock()?;
        let mut judge = AtDesk::new(desk, Answers::default());
        let mut copies = Vec::new();
        for path in [&self.ours, &self.theirs] {
            let files = VaultFiles::read(&world, path)?;
            copies.push(merge::open(&mut session, &path.display().to_string(), &files, &mut judge)?);
        }
        if merge::needs_trust(&copies) {
            let difference = merge::difference(&mut session, &copies)?;
            if !difference.is_empty() && !merge::Judge::trusts(&mut judge, "a copy", &difference)? {
                return Err(Error::new(ErrorKind::NotTrusted, "nothing was merged"));
            }
        }
        let sealed = merge::join(&mut session, &copies)?;
        store::replace(&world, &self.ours, &sealed).map_err(|unwritten| Error::io("write", &unwritten.path, &unwritten.error))
    }
}
