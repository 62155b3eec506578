//! What this machine remembers of a vault, in the state folder and never synced: the device id, the pinned fingerprint,
//! the highest stamp seen of each device. Trouble here is warned of and never keeps a vault shut.

use super::files::{self, Place, Unwritten, digest};
use super::{Trust, WEAK_WORK_FACTOR, WorkFactor, World, hex};
use crate::error::{Error, ErrorKind, Result, describe_io};
use crate::vault::Vault;
use crate::vault::stamp::Stamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};

const LONGEST: u64 = 1 << 20;
/// Told when a state was opened that lacks edits seen here before.
pub const OLDER_STATE: &str = "an older state of this vault was put back: edits seen here before are missing";

pub struct Memory {
    /// Random, made once per machine and user.
    pub device: u64,
    /// What went wrong, in sentences.
    pub warnings: Vec<String>,
    path: PathBuf,
    kept: Kept,
    saved: Kept,
    /// The highest stamps seen before this opening, where the vault lacked some of them.
    missed: BTreeMap<String, (u64, u32)>,
}

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// SHA-256 of the vault id.
    vault: String,
    /// Device id in hexadecimal → wall ms and count.
    highest: BTreeMap<String, (u64, u32)>,
    /// Of the passphrase, as last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    work_factor: Option<WorkFactor>,
    /// An older state was put back, and what is missing was neither brought back nor given up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_older: bool,
    /// The farthest stamp ahead of the clock that was told of, in wall ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wild_ms: Option<u64>,
    /// It had entries that could not be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    has_unread: bool,
}

impl Memory {
    pub fn load(world: &World, place: &Place) -> Memory {
        let path = Memory::path(world, &place.folder);
        let mut memory = Memory {
            device: 0,
            warnings: Vec::new(),
            path,
            kept: Kept::default(),
            saved: Kept::default(),
            missed: BTreeMap::new(),
        };
        memory.device = memory.load_device(world);
        match world.storage.read(&memory.path, LONGEST).map(|bytes| serde_json::from_slice::<Kept>(&bytes)) {
            Ok(Ok(kept)) => {
                memory.saved = kept.clone();
                memory.kept = kept;
            }
            Ok(Err(_)) => memory.warn("what this machine remembered of the vault was damaged and starts anew"),
            Err(error) if error.kind() == Io::NotFound => {}
            Err(error) => memory.warn(format!("what this machine remembers of the vault can't be read: {}", describe_io(&error))),
        }
        memory
    }

    /// Whether anything is remembered of a vault in this folder.
    pub fn is_there(world: &World, folder: &Path) -> bool {
        world.storage.facts(&Memory::path(world, folder)).is_ok()
    }

    fn path(world: &World, folder: &Path) -> PathBuf {
        world.state_folder.join("vaults").join(format!("{}.json", super::path_digest(folder)))
    }

    fn load_device(&mut self, world: &World) -> u64 {
        let path = world.state_folder.join("device");
        let read = world.storage.read(&path, 64).ok();
        let known = read.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        if let Some(device) = known.and_then(|text| u64::from_str_radix(text.trim(), 16).ok()).filter(|id| *id != 0) {
            return device;
        }
        let mut random = [0; 8];
        world.entropy.fill(&mut random);
        let device = u64::from_le_bytes(random).max(1);
        let made = world.storage.make_folder(&world.state_folder).map_err(|error| Unwritten::new(&world.state_folder, error));
        if let Err(Unwritten { path, error, .. }) =
            made.and_then(|()| files::replace(world, &path, format!("{device:016x}\n").as_bytes()))
        {
            self.warn(format!("can't write {}: {}", path.display(), describe_io(&error)));
        }
        device
    }

    fn warn(&mut self, sentence: impl Into<String>) {
        self.warnings.push(sentence.into());
    }

    /// Compares a vault just opened with what was remembered, and remembers it.
    pub fn check(&mut self, vault: &Vault, trust: Trust) -> Result<Vec<String>> {
        let mut warnings = Vec::new();
        let id = fingerprint(vault);
        if self.kept.vault.is_empty() {
            warnings.push(format!("first opening of this vault on this machine; its fingerprint is: {}", words(vault)));
        } else if self.kept.vault != id && trust == Trust::Pinned {
            return Err(Error::new(ErrorKind::NotTrusted, "this is not the vault that was here before")
                .hint(format!("its fingerprint is: {}; if the change is yours, unlock with --trust-vault", words(vault))));
        }
        if self.kept.vault == id && lacks(vault, &self.kept.highest) {
            self.missed = self.kept.highest.clone();
            self.kept.is_older = true;
        }
        if trust == Trust::Accept && self.kept.vault == id {
            self.settle_older_state(vault);
        }
        // New edits hide the gap from the stamps, so it is remembered.
        if self.kept.vault == id && self.kept.is_older {
            warnings.push(OLDER_STATE.into());
        }
        self.pin(vault);
        Ok(warnings)
    }

    /// Remembers whether the vault has entries that can't be read.
    pub fn note_unread(&mut self, has_unread: bool) {
        self.kept.has_unread = has_unread;
    }

    /// Whether there is nothing to tell of this vault and nothing to remember that is not remembered already.
    pub fn is_as_seen(&mut self, vault: &Vault) -> bool {
        let told = self.check(vault, Trust::Pinned);
        told.is_ok_and(|told| told.is_empty()) && self.warnings.is_empty() && self.kept == self.saved && !self.kept.has_unread
    }

    /// Whether what was missing at this opening is there now.
    pub fn has_caught_up(&self, vault: &Vault) -> bool {
        !self.missed.is_empty() && !lacks(vault, &self.missed)
    }

    /// Whether that was found at this opening.
    pub fn is_newly_older(&self) -> bool {
        !self.missed.is_empty()
    }

    /// Nothing is missing any more, or nothing can bring it back: this vault is the state from now on.
    pub fn settle_older_state(&mut self, vault: &Vault) {
        self.kept.is_older = false;
        self.missed.clear();
        self.take(vault);
    }

    /// Whether a stamp so far ahead of the clock was not told of yet.
    pub fn is_new_wild(&mut self, wall_ms: u64) -> bool {
        let is_new = self.kept.wild_ms.is_none_or(|told| told < wall_ms);
        self.kept.wild_ms = self.kept.wild_ms.max(Some(wall_ms));
        is_new
    }

    /// This vault is the one of this path.
    pub fn pin(&mut self, vault: &Vault) {
        let id = fingerprint(vault);
        if self.kept.vault != id {
            self.kept = Kept { vault: id, highest: BTreeMap::new(), ..Kept::default() };
        }
        self.see(vault);
    }

    /// Remembers the work factor of the passphrase; a weak one is told of when it is new here.
    pub fn weigh(&mut self, work_factor: WorkFactor) -> Option<String> {
        let is_new = self.kept.work_factor.replace(work_factor) != Some(work_factor);
        (is_new && work_factor < WEAK_WORK_FACTOR).then(|| {
            format!("this vault's passphrase is cheap to guess: its work factor is {work_factor}, less than {WEAK_WORK_FACTOR}")
        })
    }

    /// Remembers its highest stamps.
    pub fn see(&mut self, vault: &Vault) {
        for (device, Stamp { wall_ms, count, .. }) in &vault.clocks {
            let highest = self.kept.highest.entry(format!("{device:016x}")).or_default();
            *highest = (*wall_ms, *count).max(*highest);
        }
    }

    /// Remembers this vault as the state from now on, even where edits seen before are missing from it: the user was told and went on.
    pub fn take(&mut self, vault: &Vault) {
        self.kept.highest.clear();
        self.see(vault);
    }

    /// Writes what is new; what goes wrong becomes a warning. Whether it outlives a power cut is not waited for: an older
    /// one notices a little less, and each save waits long enough for the vault itself.
    pub fn save(&mut self, world: &World) {
        if self.kept == self.saved {
            return;
        }
        let folder = world.state_folder.join("vaults");
        let text = serde_json::to_vec(&self.kept).unwrap_or_default();
        let made = world.storage.make_folder(&folder).map_err(|error| Unwritten::new(&folder, error));
        match made.and_then(|()| files::put(world, &self.path, &text)) {
            Ok(()) => self.saved = self.kept.clone(),
            Err(Unwritten { path, error, .. }) => self.warn(format!("can't write {}: {}", path.display(), describe_io(&error))),
        }
    }
}

fn lacks(vault: &Vault, highest: &BTreeMap<String, (u64, u32)>) -> bool {
    let clock = |device: &str| u64::from_str_radix(device, 16).ok().and_then(|device| vault.clocks.get(&device)).copied();
    highest.iter().any(|(device, (wall_ms, count))| {
        let now = clock(device).unwrap_or_default();
        (now.wall_ms, now.count) < (*wall_ms, *count)
    })
}

/// Tells one vault from another: the SHA-256 of its id.
pub fn fingerprint(vault: &Vault) -> String {
    hex(&digest(vault.id.as_bytes()))
}

/// Six words of the EFF's long list: 77 bits of the fingerprint, to compare between machines.
pub fn words(vault: &Vault) -> String {
    let list = crate::words::dice();
    let mut number = u128::from_be_bytes(digest(vault.id.as_bytes())[..16].try_into().unwrap_or_default());
    let mut words = Vec::with_capacity(6);
    for _ in 0..6 {
        words.push(list[(number % list.len() as u128) as usize]);
        number /= list.len() as u128;
    }
    words.join(" ")
}
