//! Vaults of every version ever released, made by that release: each opens, and every field of it is found.
//! A new version adds a folder under `tests/golden` and a row here; no folder is ever made anew.

use crate::support::world::{FakeClock, FakeEntropy, FakeKeyring};
use countersign::ops::export::draft_of;
use countersign::ops::session::Session;
use countersign::ports::disk::Disk;
use countersign::secret::SecretText;
use countersign::transfer::{self, Sealing};
use countersign::vault::entry::Entry;
use countersign::vault::schema;
use countersign::vault::seal;
use countersign::vault::store::{Trust, World};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Each version with its folder, its vault's passphrase, and the day it was made.
const VERSIONS: [(u64, &str, &str); 1] = [(1, "v1", "golden since twenty twenty-six")];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// A copy, since opening may write.
fn copy_of(name: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let vault = home.path().join("vault");
    fs::create_dir_all(vault.join("unlock")).unwrap();
    for file in ["vault.age", "unlock/passphrase.age"] {
        fs::copy(folder(name).join("vault").join(file), vault.join(file)).unwrap();
    }
    home
}

fn world(home: &Path) -> World {
    World {
        storage: Arc::new(Disk),
        clock: Arc::new(FakeClock::at(1_900_000_000)),
        entropy: Arc::new(FakeEntropy::seed(3)),
        keyring: Arc::new(FakeKeyring::default()),
        state_folder: home.join("state"),
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_released_version_opens_with_every_field_it_had() {
    for (version, name, passphrase) in VERSIONS {
        let home = copy_of(name);
        let vault = home.path().join("vault");
        let session = Session::unlock(&world(home.path()), &vault, &SecretText::new(passphrase), Trust::Pinned).unwrap();
        assert_eq!(session.vault().version, version);
        let mut entries: Vec<&Arc<Entry>> = session.vault().active().chain(session.vault().trash()).collect();
        entries.sort_by_key(|entry| entry.id);
        let drafts: Vec<_> = entries.into_iter().map(|entry| draft_of(entry)).collect();
        let writer = transfer::by_id("json").unwrap().writer().unwrap();
        let written = writer.write(&drafts, &Sealing { password: None, entropy: &FakeEntropy::seed(1), work_factor: 1 }).unwrap();
        let export: Value = serde_json::from_slice(&written.bytes).unwrap();
        assert_eq!(export, json(&folder(name).join("export.json")), "{name}");
    }
}

#[test]
fn what_no_export_holds_is_read_and_written_back_too() {
    for (_, name, passphrase) in VERSIONS {
        let vault = folder(name).join("vault");
        let wrapped = fs::read(vault.join("unlock/passphrase.age")).unwrap();
        let keys = seal::unwrap(&wrapped, &SecretText::new(passphrase)).unwrap();
        let (payload, _) = seal::open(&fs::read(vault.join("vault.age")).unwrap(), &keys).unwrap();
        let before: Value = serde_json::from_slice(&payload).unwrap();
        let mut expected = json(&folder(name).join("payload.json"));
        assert_eq!(before, expected, "{name}");
        // Read and written by this version, it says the same but for its version.
        expected["version"] = before["version"].clone();
        let again: Value = serde_json::from_slice(&schema::write(&schema::read(&payload).unwrap())).unwrap();
        assert_eq!(again, expected, "{name}");
    }
}

#[test]
fn a_vault_of_each_version_can_be_saved_to() {
    use countersign::ops::change::Change;
    for (_, name, passphrase) in VERSIONS {
        let home = copy_of(name);
        let vault = home.path().join("vault");
        let open = || Session::unlock(&world(home.path()), &vault, &SecretText::new(passphrase), Trust::Pinned).unwrap();
        let mut session = open();
        let ids: Vec<_> = session.vault().active().map(|entry| entry.id).collect();
        session.apply(Change::Delete(ids.clone())).unwrap();
        assert_eq!(open().vault().active().count(), 0);
        assert!(session.backup_troubles().is_empty());
        assert_eq!(fs::read_dir(vault.join("backups")).unwrap().flatten().filter(|entry| entry.path().is_dir()).count(), 1);
    }
}

/// Made once by the release itself, at a work factor that costs the tests little.
#[test]
#[ignore = "made tests/golden/v1, which is never made anew"]
fn make() {
    use countersign::ops::change::{Change, Edit};
    use countersign::otp::{Credential, Kind};
    use countersign::secret::Secret;
    use countersign::transfer::Draft;
    let target = folder("v1");
    assert!(!target.exists(), "a golden vault is never made anew");
    let state = tempfile::tempdir().unwrap();
    let clock = Arc::new(FakeClock::at(1_795_000_000));
    let world = World { clock: clock.clone(), ..world(state.path()) };
    let mut session = Session::create(&world, &target.join("vault"), &SecretText::new(VERSIONS[0].2), 10).unwrap();
    let credential = |kind, byte: u8| Credential::new(kind, Secret::new((0..16).map(|n| n * 3 + byte).collect()));
    let named =
        |issuer: &str, credential| Draft { issuer: issuer.into(), account: "hugo@example.org".into(), ..Draft::new(credential) };
    let codes = |texts: &[&str]| texts.iter().map(|text| SecretText::new(*text)).collect::<Vec<_>>();
    let drafts = vec![
        Draft {
            tags: vec!["work".into(), "日本".into()],
            note: "two\nlines".into(),
            pinned: true,
            recovery_codes: vec![(SecretText::new("aaaa-1111"), true), (SecretText::new("bbbb-2222"), false)],
            ..named("Everything", credential(Kind::Totp, 1))
        },
        named("Counter", Credential { counter: 41, digits: 8, ..credential(Kind::Hotp, 2) }),
        named("Steam", Credential { digits: 5, ..credential(Kind::Steam, 3) }),
        named("mOTP", Credential { pin: Some(SecretText::new("1234")), period: 10, ..credential(Kind::Motp, 4) }),
        named("Yandex", Credential { pin: Some(SecretText::new("0987")), digits: 8, ..credential(Kind::Yandex, 5) }),
        named("Received", Credential { digits: 6, ..credential(Kind::Received, 6) }),
        Draft { raw: Some(serde_json::json!({"from": "afar", "n": [1, 2]})), ..named("Unknown", credential(Kind::Unknown, 7)) },
        Draft { pending: true, ..named("Pending", credential(Kind::Totp, 8)) },
        named("Trash", credential(Kind::Totp, 9)),
        named("Purged", credential(Kind::Totp, 10)),
        named(
            "Other hash",
            Credential { algorithm: countersign::otp::Algorithm::Sha512, digits: 10, period: 3600, ..credential(Kind::Totp, 11) },
        ),
    ];
    let ids = session.apply(Change::Enrol(drafts)).unwrap().ids;
    let mut apply = |change| {
        clock.advance(std::time::Duration::from_secs(60));
        session.apply(change).unwrap();
    };
    apply(Change::Edit(ids[0], Edit { issuer: Some("Everything edited".into()), untag: vec!["work".into()], ..Edit::default() }));
    apply(Change::SetRecoveryCodes(ids[0], codes(&["cccc-3333", "dddd-4444"])));
    apply(Change::Reenrol(ids[0], credential(Kind::Totp, 21)));
    let tried = session.vault().entry(ids[0]).unwrap().candidate.as_ref().unwrap().at;
    let mut apply = |change| {
        clock.advance(std::time::Duration::from_secs(60));
        session.apply(change).unwrap();
    };
    apply(Change::Confirm(ids[0], tried));
    apply(Change::Reenrol(ids[0], credential(Kind::Totp, 22)));
    apply(Change::NextCode(ids[1]));
    apply(Change::Delete(vec![ids[8], ids[9]]));
    apply(Change::EmptyTrash(vec![ids[9]]));
    drop(fs::remove_dir_all(target.join("vault/backups")));
    drop(fs::remove_file(target.join("vault/vault.lock")));
    fs::write(target.join("payload.json"), schema::write(session.vault()).trim_ascii_end()).unwrap();
    let mut entries: Vec<&Arc<Entry>> = session.vault().active().chain(session.vault().trash()).collect();
    entries.sort_by_key(|entry| entry.id);
    let drafts: Vec<_> = entries.into_iter().map(|entry| draft_of(entry)).collect();
    let writer = transfer::by_id("json").unwrap().writer().unwrap();
    let written = writer.write(&drafts, &Sealing { password: None, entropy: &FakeEntropy::seed(1), work_factor: 1 }).unwrap();
    fs::write(target.join("export.json"), &*written.bytes).unwrap();
}
