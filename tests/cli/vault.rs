//! The vault of the whole-output cases, `cli/home/vault`: made from `cli/home/accounts.json` with a clock that stands
//! still and ids that count, so that outputs can be compared whole. It also shows that vaults of version 1 stay readable.

use crate::support::world::FakeKeyring;
use countersign::ops::import::{OnConflict, plan};
use countersign::ops::session::Session;
use countersign::ports::disk::Disk;
use countersign::ports::{Clock, Entropy, UnixMs};
use countersign::secret::SecretText;
use countersign::transfer;
use countersign::vault::store::World;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

struct Still;

impl Clock for Still {
    fn now(&self) -> UnixMs {
        1_700_000_000_000
    }

    fn boot(&self) -> Duration {
        Duration::from_secs(1)
    }
}

/// Each draw is filled with the next number.
struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

#[test]
#[ignore = "makes tests/cli/home/vault anew"]
fn make() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/home");
    let folder = home.join("vault");
    let _ = std::fs::remove_dir_all(&folder);
    let state = tempfile::tempdir().unwrap();
    let world = World {
        storage: Arc::new(Disk),
        clock: Arc::new(Still),
        entropy: Arc::new(Counting(AtomicU8::new(1))),
        keyring: Arc::new(FakeKeyring::default()),
        state_folder: state.path().into(),
    };
    let accounts = std::fs::read(home.join("accounts.json")).unwrap();
    let found = transfer::read(&accounts, None).unwrap().1;
    let mut session = Session::create(&world, &folder, &SecretText::new("one two three"), 10).unwrap();
    let change = plan(session.vault(), found).change(OnConflict::KeepBoth).unwrap();
    session.apply(change).unwrap();
    let _ = std::fs::remove_file(folder.join("vault.lock"));
}
