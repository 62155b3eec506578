//! `mv`: entries to another vault. What `cp` does, and then to the trash here.

use super::desk::{Desk, called};
use super::output::count;
use crate::error::Result;
use crate::ops::find;
use crate::ops::send::{self, Sending};
use crate::vault::entry::Entry;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, clap::Args)]
pub struct Mv {
    #[command(flatten)]
    what: What,
}

/// Which entries go where.
#[derive(Debug, clap::Args)]
pub struct What {
    /// Of each entry its issuer, account or id; else a part of them that only one entry has
    #[arg(required = true, value_name = "QUERY")]
    queries: Vec<String>,
    /// The other vault: a folder, or a name without slash beside the default one
    #[arg(long, value_name = "DIR|NAME")]
    to: PathBuf,
    /// Read the passphrase of the other vault from a file; - is stdin
    #[arg(long, value_name = "FILE|-")]
    to_passphrase_file: Option<PathBuf>,
}

impl Mv {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        self.what.send(desk, Sending::Move)
    }
}

impl What {
    pub fn send(self, desk: &mut Desk, sending: Sending) -> Result<()> {
        let mut from = match sending {
            Sending::Copy => desk.open()?,
            Sending::Move => desk.open_to_change()?,
        };
        let mut entries: Vec<Arc<Entry>> = Vec::new();
        for query in &self.queries {
            let entry = find::one(from.vault(), query)?;
            if entries.iter().all(|known| known.id != entry.id) {
                entries.push(entry.clone());
            }
        }
        let mut to = desk.unlock_other(&self.to, self.to_passphrase_file.as_deref(), "--to-passphrase-file")?;
        let ids: Vec<_> = entries.iter().map(|entry| entry.id).collect();
        let sent = send::send(&mut from, &mut to, &ids, sending);
        desk.warn_of_backups(&from);
        desk.warn_of_backups(&to);
        let sent = sent?;
        let what = match entries.as_slice() {
            [one] => called(one),
            many => count(many.len(), "entry", "entries"),
        };
        let to = self.to.display();
        let there = sent.already();
        desk.output.say(&match sending {
            Sending::Copy => format!("Copied {what} to {to}{there}"),
            Sending::Move => format!("Moved {what} to {to}{there}; here it is in the trash"),
        });
        for name in &sent.counters {
            desk.output.warn(&format!("{name} counts its codes, and the site follows one count only: use one of the two copies"));
        }
        Ok(())
    }
}
