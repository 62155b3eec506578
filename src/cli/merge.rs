//! `merge`: other copies of the vault folded in.

use super::desk::Desk;
use super::judge::{Answers, AtDesk, tell};
use super::output::count;
use crate::error::Result;
use crate::ops::merge;
use crate::vault::store::{UnlockChanges, VaultFiles};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Merge {
    /// Copies of this vault: a file like vault.age, or a folder that holds one
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    answers: Answers,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
}

impl Merge {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let world = desk.outside.world.clone();
        // Read before the vault is opened: opening may move conflict copies, and a bad one costs no passphrase.
        let files = self.files.iter().map(|path| VaultFiles::read(&world, path)).collect::<Result<Vec<_>>>()?;
        let mut session = if self.dry_run { desk.open()? } else { desk.open_to_change()? };
        let mut judge = AtDesk::new(desk, self.answers);
        let mut copies = Vec::new();
        for (path, files) in self.files.iter().zip(&files) {
            copies.push(merge::open(&mut session, &path.display().to_string(), files, &mut judge)?);
        }
        let difference = merge::difference(&mut session, &copies)?;
        let copies_said = count(copies.len(), "copy", "copies");
        if self.dry_run {
            tell(judge.desk, &difference);
            judge.desk.output.say(&format!("Would merge {copies_said}: {}", difference.tally()));
            return Ok(());
        }
        let agreed = match merge::needs_trust(&copies) && !difference.is_empty() {
            true => merge::Judge::trusts(&mut judge, "a copy", &difference)?,
            false => {
                tell(judge.desk, &difference);
                difference.entries.len() < 2 || judge.desk.agreed(&format!("{}. Go on?", difference.tally()))?
            }
        };
        if !agreed {
            judge.desk.output.say("Nothing was merged");
            return Ok(());
        }
        let brought = merge::fold(&mut session, &copies_said, &copies, &UnlockChanges::default(), &mut judge)?;
        desk.warn_of_backups(&session);
        for (path, files) in self.files.iter().zip(&files) {
            match merge::put_away(&mut session, path, files.digest()) {
                Ok(Some(kept)) => desk.output.say(&format!("Moved {} to {}", path.display(), kept.display())),
                Ok(None) => {}
                Err(error) => desk.output.warn(&error.what),
            }
        }
        desk.output.say(&format!("Merged {copies_said}: {}", brought.tally()));
        if !brought.is_empty() {
            desk.warn_of_duplicates(&session);
        }
        Ok(())
    }
}
