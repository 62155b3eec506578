//! `sync`: several machines through a git repository.

use super::desk::Desk;
use super::judge::{Answers, AtDesk, tell};
use crate::error::Result;
use crate::ops::sync;
use crate::vault::store::{self, Presence};

#[derive(Debug, clap::Args)]
pub struct Sync {
    /// The repository to sync with from now on, in any form that git takes; without a vault here, where to bring one from
    #[arg(long, value_name = "URL")]
    remote: Option<String>,
    #[command(flatten)]
    answers: Answers,
}

impl Sync {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let folder = desk.vault_folder()?;
        let world = desk.outside.world.clone();
        let git = (desk.outside.git)(desk.outside.prompt.is_interactive());
        let is_there = store::presence(&world, &folder)? == Presence::Vault;
        let known = || sync::known_remote(&world, &*git, &folder);
        if let Some(remote) = self.remote.clone().or_else(known).filter(|_| !is_there) {
            sync::bring(&world, &*git, &folder, &remote)?;
            desk.output.say(&format!("Brought the vault to {}", folder.display()));
            // Opening it pins it, and shows its fingerprint.
            return sync::note_brought(&desk.open()?, &*git);
        }
        if self.remote.is_some() && sync::has_own_git(&world, &folder) {
            desk.output.warn("the .git in the vault's folder is not used any more; if only countersign used it, delete it");
        }
        let mut session = desk.open_to_change()?;
        let mut judge = AtDesk::new(desk, self.answers);
        let synced = sync::sync(&mut session, &*git, self.remote.as_deref(), &mut judge)?;
        desk.warn_of_backups(&session);
        if !synced.brought.is_empty() {
            tell(desk, &synced.brought);
        }
        let brought = match synced.brought.is_empty() {
            true => "nothing new came in".to_owned(),
            false => format!("came in: {}", synced.brought.tally()),
        };
        if !synced.brought.is_empty() {
            desk.warn_of_duplicates(&session);
        }
        match synced.unreached {
            Some(why) => desk.output.warn(&format!(
                "the repository was not reached: {why}; all is committed here and goes with the next sync ({brought})"
            )),
            None => {
                let sent = if synced.sent { "what is here was sent" } else { "there was nothing to send" };
                desk.output.say(&format!("Synced: {brought}; {sent}"));
            }
        }
        Ok(())
    }
}
