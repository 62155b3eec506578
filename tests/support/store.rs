//! A vault to try things on: folders that vanish with it, fake clock and entropy, a cheap work factor.

use super::world::{FakeClock, FakeEntropy, FakeKeyring};
use countersign::otp::{Credential, Kind};
use countersign::ports::disk::Disk;
use countersign::secret::{Secret, SecretText};
use countersign::vault::entry::{Entry, EntryId};
use countersign::vault::stamp::Stamper;
use countersign::vault::store::{self, OpenStore, Trust, World};
use std::path::PathBuf;
use std::sync::Arc;

/// 2026-11-23, whatever the day.
pub const TODAY: u64 = 1_795_430_000;

pub struct Desk {
    pub world: World,
    pub clock: Arc<FakeClock>,
    pub keyring: Arc<FakeKeyring>,
    pub folder: PathBuf,
    home: tempfile::TempDir,
}

impl Desk {
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let clock = Arc::new(FakeClock::at(TODAY));
        let keyring = Arc::new(FakeKeyring::by(clock.clone()));
        let world = World {
            storage: Arc::new(Disk),
            clock: clock.clone(),
            entropy: Arc::new(FakeEntropy::seed(7)),
            keyring: keyring.clone(),
            state_folder: home.path().join("state"),
        };
        let folder = home.path().join("vault");
        Desk { world, clock, keyring, folder, home }
    }

    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// As seen from another machine: the same files, another state folder.
    pub fn elsewhere(&self, machine: u64) -> World {
        World {
            entropy: Arc::new(FakeEntropy::seed(1000 + machine)),
            keyring: Arc::new(FakeKeyring::default()),
            state_folder: self.home.path().join(format!("state {machine}")),
            ..self.world.clone()
        }
    }

    pub fn create(&self) -> OpenStore {
        store::create(&self.world, &self.folder, &passphrase(), 1).unwrap()
    }

    pub fn unlock(&self) -> OpenStore {
        store::unlock(&self.world, &self.folder, &passphrase(), Trust::Pinned).unwrap()
    }
}

pub fn passphrase() -> SecretText {
    SecretText::new("open sesame")
}

/// A plain entry with a 20-byte secret.
pub fn totp(id: u128, stamper: &mut Stamper, issuer: &str, account: &str) -> Entry {
    let secret = Secret::new((0..20u8).map(|byte| byte.wrapping_mul(7) ^ id as u8).collect());
    let mut entry = Entry::new(EntryId(id), stamper.next(), Credential::new(Kind::Totp, secret));
    entry.issuer.value = issuer.into();
    entry.account.value = account.into();
    entry
}
