//! When and how often each entry's code was taken. Kept in the state folder, never in the vault: using a code is no edit.

use crate::error::{Error, Result};
use crate::ports::UnixMs;
use crate::vault::entry::EntryId;
use crate::vault::store::World;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

const FILE: &str = "usage.json";
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
pub struct Usage(BTreeMap<EntryId, Used>);

impl Usage {
    /// What was counted so far; nothing where the file is missing or can't be read, for no work may hang on it.
    pub fn load(world: &World) -> Usage {
        let bytes = world.storage.read(&world.state_folder.join(FILE), LIMIT).unwrap_or_default();
        let file: BTreeMap<String, Used> = serde_json::from_slice(&bytes).unwrap_or_default();
        Usage(file.into_iter().filter_map(|(id, used)| Some((EntryId::parse(&id)?, used))).collect())
    }

    pub fn of(&self, id: EntryId) -> Option<Used> {
        self.0.get(&id).copied()
    }

    /// Counts one use now. The error tells that it could not be kept; say it once and go on.
    pub fn count(&mut self, world: &World, id: EntryId) -> Result<()> {
        let used = self.0.entry(id).or_default();
        used.times = used.times.saturating_add(1);
        used.last = world.clock.now();
        self.save(world)
    }

    fn save(&self, world: &World) -> Result<()> {
        let file: BTreeMap<String, Used> = self.0.iter().map(|(id, used)| (id.to_string(), *used)).collect();
        let path = world.state_folder.join(FILE);
        let bytes =
            serde_json::to_vec(&file).map_err(|error| Error::failed(format!("can't write {}: {error}", path.display())))?;
        let mut mark = [0; 8];
        world.entropy.fill(&mut mark);
        let temporary = PathBuf::from(format!("{}.{:016x}.tmp", path.display(), u64::from_le_bytes(mark)));
        let write = || {
            world.storage.make_folder(&world.state_folder)?;
            world.storage.write_new(&temporary, &bytes)?;
            world.storage.rename(&temporary, &path).inspect_err(|_| drop(world.storage.remove(&temporary)))
        };
        write().map_err(|error| Error::io("keep the usage counts in", &path, &error))
    }
}
