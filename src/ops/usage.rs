//! When and how often each entry's code was taken. Kept in the state folder, never in the vault: using a code is no edit.

use crate::error::{Error, Result};
use crate::ports::UnixMs;
use crate::vault::entry::EntryId;
use crate::vault::store::{self, World};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::ErrorKind;

const FILE: &str = "usage.json";
/// What could not be read, kept for whoever wants to look at it.
const UNREAD: &str = "usage.unread.json";
/// A larger file is not ours.
const LIMIT: u64 = 16 * 1024 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    pub times: u64,
    /// Wall time of the last one, in milliseconds.
    pub last: UnixMs,
}

/// The counts of all entries this machine took codes of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    counts: BTreeMap<EntryId, Used>,
    /// There is a file that could not be read: it is set aside before another is written.
    is_unread: bool,
}

impl Usage {
    /// What was counted so far; nothing where the file is missing or can't be read, for no work may hang on it.
    pub fn load(world: &World) -> Usage {
        let file = match world.storage.read(&world.state_folder.join(FILE), LIMIT) {
            Ok(bytes) => serde_json::from_slice::<BTreeMap<String, Used>>(&bytes).ok(),
            Err(error) if error.kind() == ErrorKind::NotFound => Some(BTreeMap::new()),
            Err(_) => None,
        };
        let is_unread = file.is_none();
        let counts = file.into_iter().flatten().filter_map(|(id, used)| Some((EntryId::parse(&id)?, used))).collect();
        Usage { counts, is_unread }
    }

    pub fn of(&self, id: EntryId) -> Option<Used> {
        self.counts.get(&id).copied()
    }

    /// Counts one use now. The error tells that it could not be kept; say it once and go on.
    pub fn count(&mut self, world: &World, id: EntryId) -> Result<()> {
        let used = self.counts.entry(id).or_default();
        used.times = used.times.saturating_add(1);
        used.last = world.clock.now();
        self.save(world)
    }

    fn save(&mut self, world: &World) -> Result<()> {
        let file: BTreeMap<String, Used> = self.counts.iter().map(|(id, used)| (id.to_string(), *used)).collect();
        let path = world.state_folder.join(FILE);
        let bytes =
            serde_json::to_vec(&file).map_err(|error| Error::failed(format!("can't write {}: {error}", path.display())))?;
        let failed = |error: &std::io::Error| Error::io("keep the usage counts in", &path, error);
        world.storage.make_folder(&world.state_folder).map_err(|error| failed(&error))?;
        if self.is_unread {
            world.storage.rename(&path, &world.state_folder.join(UNREAD)).map_err(|error| failed(&error))?;
            self.is_unread = false;
        }
        // Nothing hangs on a count, and whoever waits for a code waits for this too.
        store::replace_lightly(world, &path, &bytes).map_err(|unwritten| failed(&unwritten.error))
    }
}
