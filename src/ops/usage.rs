//! When and how often each entry's code was taken. Kept in the state folder, never in the vault: using a code is no edit.
//! A use is a line at the end of a log, so that whoever takes a code waits for nothing; now and then the log is folded into
//! the counts. A use may be lost where that is cut short: nothing hangs on it.

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
const UNREAD_LOG: &str = "usage.unread.log";
/// The uses since: a line each, the id and the wall time in milliseconds.
const LOG: &str = "usage.log";
/// A larger file is not ours.
const LIMIT: u64 = 16 * 1024 * 1024;
/// From so many bytes on, some 1,200 uses, the log is folded into the counts.
const FOLDED_FROM: usize = 64 * 1024;

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

/// Counts one use now, without looking at the others. The error tells that it could not be kept; say it once and go on.
pub fn note(world: &World, id: EntryId) -> Result<()> {
    let path = world.state_folder.join(LOG);
    let line = format!("{id} {}\n", world.clock.now());
    let append = || world.storage.append(&path, line.as_bytes());
    let noted = append().or_else(|error| match error.kind() {
        ErrorKind::NotFound => world.storage.make_folder(&world.state_folder).and_then(|()| append()),
        _ => Err(error),
    });
    noted.map_err(|error| Error::io("keep the usage counts in", &path, &error))
}

impl Usage {
    /// What was counted so far; nothing where the files are missing or can't be read, for no work may hang on it.
    pub fn load(world: &World) -> Usage {
        let file = match world.storage.read(&world.state_folder.join(FILE), LIMIT) {
            Ok(bytes) => serde_json::from_slice::<BTreeMap<String, Used>>(&bytes).ok(),
            Err(error) if error.kind() == ErrorKind::NotFound => Some(BTreeMap::new()),
            Err(_) => None,
        };
        let is_unread = file.is_none();
        let counts = file.into_iter().flatten().filter_map(|(id, used)| Some((EntryId::parse(&id)?, used))).collect();
        let mut usage = Usage { counts, is_unread };
        let log = world.storage.read(&world.state_folder.join(LOG), LIMIT).unwrap_or_else(|error| {
            if error.kind() == ErrorKind::FileTooLarge {
                // Nobody has folded it for years, or it is not ours: a new one begins.
                let _ = world.storage.rename(&world.state_folder.join(LOG), &world.state_folder.join(UNREAD_LOG));
            }
            Vec::new()
        });
        for line in log.split(|byte| *byte == b'\n') {
            let line = std::str::from_utf8(line).ok().and_then(|line| line.split_once(' '));
            if let Some((Some(id), Ok(at))) = line.map(|(id, at)| (EntryId::parse(id), at.parse())) {
                usage.add(id, at);
            }
        }
        if log.len() >= FOLDED_FROM {
            // Where it fails the log grows, and the next one to load it tries again.
            let _ = usage.fold(world);
        }
        usage
    }

    pub fn of(&self, id: EntryId) -> Option<Used> {
        self.counts.get(&id).copied()
    }

    /// As [`note`], and here too.
    pub fn count(&mut self, world: &World, id: EntryId) -> Result<()> {
        self.add(id, world.clock.now());
        note(world, id)
    }

    fn add(&mut self, id: EntryId, at: UnixMs) {
        let used = self.counts.entry(id).or_default();
        used.times = used.times.saturating_add(1);
        used.last = at.max(used.last);
    }

    fn fold(&mut self, world: &World) -> Result<()> {
        let file: BTreeMap<String, Used> = self.counts.iter().map(|(id, used)| (id.to_string(), *used)).collect();
        let path = world.state_folder.join(FILE);
        let bytes =
            serde_json::to_vec(&file).map_err(|error| Error::failed(format!("can't write {}: {error}", path.display())))?;
        let failed = |error: &std::io::Error| Error::io("keep the usage counts in", &path, error);
        if self.is_unread {
            world.storage.rename(&path, &world.state_folder.join(UNREAD)).map_err(|error| failed(&error))?;
            self.is_unread = false;
        }
        store::replace(world, &path, &bytes).map_err(|unwritten| failed(&unwritten.error))?;
        world.storage.remove(&world.state_folder.join(LOG)).map_err(|error| failed(&error))
    }
}
