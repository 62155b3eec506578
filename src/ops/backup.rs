//! When backups are made, where, and what is said while they fail. A backup that fails never holds up a save.

use super::unlock::Opening;
use crate::error::{Error, ErrorKind, Result};
use crate::ports::Prompt;
use crate::vault::Vault;
use crate::vault::backup::{self, Name, Why};
use crate::vault::seal::identity::Asking;
use crate::vault::store::{self, OpenStore, Standing, World};
use crate::words::composed;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is told while one fails; why stands behind it.
pub const FAILED: &str = "the last backup failed";

/// What the configuration says of backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// After a change a backup is made unless one is younger than this; 0: only before something.
    pub every_h: u64,
    /// A second folder for copies of them: on another disk, say.
    pub second: Option<PathBuf>,
}

impl Default for Policy {
    fn default() -> Self {
        Policy { every_h: 24, second: None }
    }
}

/// The places of one vault's backups, and what fails there.
pub struct Backups {
    pub policy: Policy,
    /// Each place where the last backup failed.
    troubles: Vec<Trouble>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Trouble {
    place: PathBuf,
    why: String,
}

impl Backups {
    pub fn load(store: &OpenStore, policy: Policy) -> Backups {
        let mut backups = Backups { policy, troubles: Vec::new() };
        let read = store.world().storage.read(&backups.file(store), 1 << 16).ok();
        let kept: Option<Vec<Trouble>> = read.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        backups.troubles = kept.unwrap_or_default();
        // A second folder that is not configured any more troubles nobody.
        let places: Vec<PathBuf> = backups.places(store).into_iter().map(|place| place.folder).collect();
        backups.troubles.retain(|trouble| places.contains(&trouble.place));
        backups
    }

    /// Why, for each place where it failed.
    pub fn troubles(&self) -> Vec<String> {
        self.troubles.iter().map(|trouble| trouble.why.clone()).collect()
    }

    /// In every place; the error is of the vault's own folder, those of the second are among the troubles.
    pub fn make(&mut self, store: &OpenStore, why: Why) -> Result<Name> {
        let mut own = None;
        for place in self.places(store) {
            let made = self.make_in(store, &place, why);
            own.get_or_insert(made);
        }
        own.unwrap_or_else(|| Err(Error::failed("there is no place for backups")))
    }

    /// After a change: where one is due, or failed before.
    pub fn after_change(&mut self, store: &OpenStore) {
        let world = store.world();
        for place in self.places(store) {
            let names = backup::list(&*world.storage, &place.folder).unwrap_or_default();
            let failed = self.policy.every_h > 0 && self.troubles.iter().any(|trouble| trouble.place == place.folder);
            if failed || backup::is_due(&names, world.clock.now() / 1000, self.policy.every_h) {
                let _ = self.make_in(store, &place, Why::Change);
            }
        }
    }

    /// After a change of the passphrase: all that can be reached are sealed anew, so that the old one opens none. What could
    /// not be is told among the troubles.
    pub fn rekey(&mut self, store: &OpenStore) -> usize {
        let mut number = 0;
        for place in self.places(store) {
            match place.is_there(store.world()).and_then(|()| backup::rekey(store, &place.folder)) {
                Ok(some) => number += some,
                Err(error) => {
                    let why = format!("older backups still open with the passphrase used before: {}", error.what);
                    self.troubles.push(Trouble { place: place.folder, why });
                    self.remember(store);
                }
            }
        }
        number
    }

    pub fn places(&self, store: &OpenStore) -> Vec<Place> {
        let own = Place { folder: backup::own_folder(store), below: None };
        let second = self.policy.second.as_ref();
        let second = second.map(|shared| Place { folder: backup::shared_folder(store, shared), below: Some(shared.to_owned()) });
        [own].into_iter().chain(second).collect()
    }

    fn make_in(&mut self, store: &OpenStore, place: &Place, why: Why) -> Result<Name> {
        let made = place.is_there(store.world()).and_then(|()| backup::make(store, &place.folder, why));
        if matches!(&made, Err(error) if error.kind == ErrorKind::Busy) {
            // Somebody else writes at this moment: nothing is wrong with the backups.
            return made;
        }
        let before = self.troubles.clone();
        self.troubles.retain(|trouble| trouble.place != place.folder);
        if let Err(error) = &made {
            self.troubles.push(Trouble { place: place.folder.clone(), why: error.what.clone() });
        }
        if self.troubles != before {
            self.remember(store);
        }
        made
    }

    /// So that it is told until it is mended. Where even this fails, it is told in this run at least.
    fn remember(&self, store: &OpenStore) {
        let (storage, file) = (&store.world().storage, self.file(store));
        if self.troubles.is_empty() {
            let _ = storage.remove(&file);
        } else if let (Some(folder), Ok(text)) = (file.parent(), serde_json::to_vec(&self.troubles)) {
            let _ = storage.make_folder(folder);
            let _ = store::replace(store.world(), &file, &text);
        }
    }

    fn file(&self, store: &OpenStore) -> PathBuf {
        troubles_file(store.world(), &store.path_digest())
    }
}

/// Whether a backup of the vault whose path has this digest could not be made, and none since: opening it tells.
pub fn has_failed(world: &World, path_digest: &str) -> bool {
    world.storage.facts(&troubles_file(world, path_digest)).is_ok()
}

fn troubles_file(world: &World, path_digest: &str) -> PathBuf {
    world.state_folder.join("backups").join(format!("{path_digest}.json"))
}

/// A folder of backups.
pub struct Place {
    pub folder: PathBuf,
    /// The configured folder it lies in. That one is never made: where a disk is not mounted, its folder is missing.
    below: Option<PathBuf>,
}

impl Place {
    pub fn is_there(&self, world: &World) -> Result<()> {
        let Some(shared) = &self.below else { return Ok(()) };
        match world.storage.facts(shared) {
            Ok(facts) if facts.is_folder => Ok(()),
            _ => Err(Error::failed(format!("the backup folder {} is not there", shared.display()))
                .hint("connect its disk, make it, or change backup_folder in the configuration")),
        }
    }
}

/// For a vault that does not open: the error with the newest backup named in its hint. `again` is the command to say.
pub fn with_offer(world: &World, folder: &Path, error: Error, again: &str) -> Error {
    if error.kind != ErrorKind::VaultDamaged {
        return error;
    }
    match backup::newest_whole(world, &folder.join(backup::FOLDER)) {
        Some((name, by_passphrase)) => {
            let key = if by_passphrase { "" } else { " --identity FILE" };
            error.hint(format!(
                "nothing was changed; the newest backup is of {}, put it back with: {again} {name}{key}",
                name.when()
            ))
        }
        None => error,
    }
}

/// A backup that a passphrase or a key opens, found without the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub name: Name,
    pub path: PathBuf,
    pub entries: usize,
    /// The vault is whole, and this opens it: its passphrase file alone is put back.
    pub passphrase_alone: bool,
}

/// How many are tried: each takes as long as unlocking.
const TRIED: usize = 4;

/// What there is for a vault that is damaged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rescue {
    /// The newest backup that opens.
    pub found: Option<Found>,
    /// The newest that looks whole, where none opened.
    pub shut: Option<Name>,
}

/// For a vault that is damaged: the newest backup that this passphrase or key opens, of its own folder or the second. An error
/// where the key asks something and gets no answer.
pub fn find(world: &World, folder: &Path, policy: &Policy, opening: &Opening, person: Arc<dyn Prompt>) -> Result<Rescue> {
    let asking = Asking::new(person);
    let mut rescue = Rescue::default();
    for (name, path) in all_around(world, folder, policy).into_iter().rev().take(TRIED) {
        let Ok(parcel) = backup::read(&*world.storage, &path) else { continue };
        match opening.open_parcel(world, folder, &parcel, &asking) {
            // What is whole is not put aside for an older one.
            Ok((_, Standing::Shut)) => {}
            Ok((_, Standing::Open)) if opening.passphrase().is_none() => {}
            Ok((vault, standing)) => {
                let passphrase_alone = standing == Standing::Open;
                let found = Some(Found { name, path, entries: vault.active().count(), passphrase_alone });
                return Ok(Rescue { found, shut: None });
            }
            Err(error) if error.kind == ErrorKind::Locked => return Err(error),
            Err(_) if parcel.check_form().is_ok() => drop(rescue.shut.get_or_insert(name)),
            Err(_) => {}
        }
    }
    Ok(rescue)
}

/// For a vault that is damaged: every backup, the oldest first, opened by this passphrase or key.
pub fn reopen_all(
    world: &World,
    folder: &Path,
    policy: &Policy,
    opening: &Opening,
    person: Arc<dyn Prompt>,
) -> Vec<(Name, Result<Vault>)> {
    let asking = Asking::new(person);
    let open = |path: &Path| {
        backup::read(&*world.storage, path)
            .and_then(|parcel| opening.open_parcel(world, folder, &parcel, &asking))
            .map(|(vault, _)| vault)
    };
    all_around(world, folder, policy).into_iter().map(|(name, path)| (name, open(&path))).collect()
}

/// The backups of a vault that may be damaged, with their paths, the oldest first.
fn all_around(world: &World, folder: &Path, policy: &Policy) -> Vec<(Name, PathBuf)> {
    let storage = &*world.storage;
    let mut places = vec![storage.canonical(folder).unwrap_or_else(|_| folder.to_owned()).join(backup::FOLDER)];
    if let (Some(second), Some(vault)) = (&policy.second, folder.file_name()) {
        // Its id is not known, so every folder of its name is looked into; one of another vault is refused when put back.
        let start = format!("{}-", composed(&vault.to_string_lossy()));
        let ours = storage.list(second).unwrap_or_default().into_iter().filter(|name| composed(name).starts_with(&start));
        places.extend(ours.map(|name| second.join(name)));
    }
    let mut all: Vec<(Name, PathBuf)> = Vec::new();
    for place in places {
        let names = backup::list(storage, &place).unwrap_or_default();
        all.extend(names.into_iter().map(|name| (name, place.join(name.to_string()))));
    }
    all.sort();
    all
}
