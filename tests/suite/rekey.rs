//! The change of the passphrase: what opens afterwards, and that nothing is lost wherever it is cut short.

use crate::support::disk::{FakeDisk, dice};
use crate::support::store::{Desk, passphrase, totp};
use countersign::error::{Error, ErrorKind};
use countersign::secret::SecretText;
use countersign::vault::seal::{self, MethodKey};
use countersign::vault::store::{self, OpenStore, Trust};
use std::fs;
use std::io::ErrorKind as Io;
use std::path::Path;

const FOLDER: &str = "/home/vault";
const KINDS: [Io; 3] = [Io::StorageFull, Io::PermissionDenied, Io::Other];

fn new() -> SecretText {
    SecretText::new("correct horse battery staple")
}

fn unlock(disk: &FakeDisk, passphrase: &SecretText) -> Result<OpenStore, Error> {
    store::unlock(&disk.world(), Path::new(FOLDER), passphrase, Trust::Pinned)
}

fn add(store: &mut OpenStore, id: u128) -> Result<(), Error> {
    store.change(|vault, stamper| {
        vault.insert(totp(id, stamper, "GitHub", "hugo"));
        Ok(())
    })
}

fn ids(store: &OpenStore) -> Vec<u128> {
    store.vault().entries.iter().map(|entry| entry.id.0).collect()
}

fn with_one_entry() -> FakeDisk {
    let disk = FakeDisk::default();
    let mut store = store::create(&disk.world(), Path::new(FOLDER), &passphrase(), 1).unwrap();
    add(&mut store, 1).unwrap();
    disk.copy()
}

/// The keys in the passphrase file.
fn keys(disk: &FakeDisk, passphrase: &SecretText) -> Vec<MethodKey> {
    seal::unwrap(&disk.get(&Path::new(FOLDER).join("unlock/passphrase.age")).unwrap(), passphrase).unwrap()
}

#[test]
fn after_a_change_the_new_passphrase_opens_and_the_old_one_does_not() {
    let desk = Desk::new();
    let mut store = desk.create();
    add(&mut store, 1).unwrap();
    let old = desk.home().join("old");
    fs::create_dir_all(old.join("unlock")).unwrap();
    for file in ["vault.age", "unlock/passphrase.age"] {
        fs::copy(desk.folder.join(file), old.join(file)).unwrap();
    }
    let before = store.vault().methods[0].recipient.clone();
    let rekeyed = store.change_passphrase(&new(), None).unwrap();
    assert_eq!(rekeyed.unfinished, None);
    assert_eq!(rekeyed.old_keys.iter().map(MethodKey::recipient).collect::<Vec<_>>(), std::slice::from_ref(&before));
    assert!(!rekeyed.recipients.contains(&before));
    assert_eq!(rekeyed.recipients.len(), 1);
    // The same session goes on, and so does a new one.
    add(&mut store, 2).unwrap();
    let opened = store::unlock(&desk.world, &desk.folder, &new(), Trust::Pinned).unwrap();
    assert_eq!((ids(&opened), opened.warnings()), (vec![1, 2], &[] as &[String]));
    let refused = store::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Pinned).err().unwrap();
    assert_eq!(refused.kind, ErrorKind::WrongPassphrase);
    // The old passphrase file opens the old copy, and not the new vault.
    let old_keys = seal::unwrap(&fs::read(old.join("unlock/passphrase.age")).unwrap(), &passphrase()).unwrap();
    assert!(seal::open(&fs::read(desk.folder.join("vault.age")).unwrap(), &old_keys).is_err());
    // And the retired key in the payload still reads that copy.
    let retired: Vec<MethodKey> =
        opened.vault().retired.iter().map(|key| MethodKey::parse(key.identity.expose()).unwrap()).collect();
    assert_eq!(retired.len(), 1);
    seal::open(&fs::read(old.join("vault.age")).unwrap(), &retired).unwrap();
}

#[test]
fn the_work_factor_stays_unless_another_is_given() {
    let desk = Desk::new();
    let mut store = desk.create();
    let factor = || seal::work_factor(&fs::read(desk.folder.join("unlock/passphrase.age")).unwrap());
    store.change_passphrase(&new(), None).unwrap();
    assert_eq!(factor(), Some(1));
    store.change_passphrase(&passphrase(), Some(3)).unwrap();
    assert_eq!(factor(), Some(3));
    assert_eq!(store.change_passphrase(&new(), Some(21)).err().unwrap().kind, ErrorKind::Usage);
    desk.unlock();
}

#[test]
fn a_program_that_holds_the_old_key_writes_over_nothing() {
    let desk = Desk::new();
    let mut one = desk.create();
    let mut two = desk.unlock();
    one.change_passphrase(&new(), None).unwrap();
    let read = |file: &str| fs::read(desk.folder.join(file)).unwrap();
    let files = (read("vault.age"), read("unlock/passphrase.age"));
    for error in [add(&mut two, 2).err().unwrap(), two.change_passphrase(&SecretText::new("third"), None).err().unwrap()] {
        assert!(error.what.contains("it is not encrypted to this key"), "{error}");
        assert!(error.hint.unwrap().contains("lock and unlock again"));
    }
    assert_eq!((read("vault.age"), read("unlock/passphrase.age")), files);
}

/// The vault opens with the old passphrase or with the new one, whole; then the change is finished, or as if never begun.
fn assert_old_or_new(disk: &FakeDisk, what: &str) -> bool {
    let (store, is_new) = match unlock(disk, &new()) {
        Ok(store) => (store, true),
        Err(error) => {
            assert_eq!(error.kind, ErrorKind::WrongPassphrase, "{what}");
            (unlock(disk, &passphrase()).unwrap_or_else(|error| panic!("{what}: {error}")), false)
        }
    };
    assert_eq!(ids(&store), [1], "{what}");
    let holds = if is_new { new() } else { passphrase() };
    assert_eq!(keys(disk, &holds).len(), 1, "{what}");
    let in_use = store.vault().methods.iter().filter(|method| method.in_use());
    assert_eq!(in_use.map(|method| &method.recipient).collect::<Vec<_>>(), [&keys(disk, &holds)[0].recipient()], "{what}");
    assert_eq!(store.vault().retired.len(), usize::from(is_new), "{what}");
    // It goes on, and nothing has to be finished any more.
    let mut again = unlock(disk, &holds).unwrap();
    assert_eq!(again.warnings(), [] as [&str; 0], "{what}");
    add(&mut again, 2).unwrap();
    is_new
}

fn steps(disk: &FakeDisk, act: impl FnOnce(&FakeDisk)) -> usize {
    let disk = disk.copy();
    act(&disk);
    disk.operations().len()
}

#[test]
fn whichever_operation_of_a_change_fails_the_old_or_the_new_passphrase_opens() {
    let disk = with_one_entry();
    let before = steps(&disk, |disk| drop(unlock(disk, &passphrase()).unwrap()));
    let after = steps(&disk, |disk| drop(unlock(disk, &passphrase()).unwrap().change_passphrase(&new(), None).unwrap()));
    assert!(after > before + 20, "the change has its steps");
    let (mut old, mut renewed) = (0, 0);
    for n in 0..after - before {
        for kind in KINDS {
            let disk = disk.copy();
            let mut store = unlock(&disk, &passphrase()).unwrap();
            disk.fail(n, kind);
            let changed = store.change_passphrase(&new(), None);
            let failed = disk.operations()[before + n].clone();
            // The program that met the fault goes on too.
            assert_eq!(ids(&store), [1], "{failed}");
            store.change(|_, _| Ok(())).unwrap();
            let is_new = assert_old_or_new(&disk, &failed);
            match changed {
                Ok(_) => assert!(is_new, "{failed}"),
                Err(error) => assert!(error.what.contains("/home/vault"), "{failed}: {error}"),
            }
            *if is_new { &mut renewed } else { &mut old } += 1;
        }
    }
    assert!(old > 10 && renewed > 10, "both outcomes were met: {old} old, {renewed} new");
}

#[test]
fn after_a_failed_change_the_same_program_can_try_again() {
    let disk = with_one_entry();
    let before = steps(&disk, |disk| drop(unlock(disk, &passphrase()).unwrap()));
    let after = steps(&disk, |disk| drop(unlock(disk, &passphrase()).unwrap().change_passphrase(&new(), None).unwrap()));
    for n in 0..after - before {
        let disk = disk.copy();
        let mut store = unlock(&disk, &passphrase()).unwrap();
        disk.fail(n, Io::StorageFull);
        let _ = store.change_passphrase(&new(), None);
        let failed = disk.operations()[before + n].clone();
        let third = SecretText::new("third time lucky");
        store.change_passphrase(&third, None).unwrap_or_else(|error| panic!("{failed}: {error:?}"));
        let opened = unlock(&disk, &third).unwrap_or_else(|error| panic!("{failed}: {error}"));
        assert_eq!((ids(&opened), opened.vault().methods.iter().filter(|method| method.in_use()).count()), (vec![1], 1));
        assert_eq!(keys(&disk, &third).len(), 1, "{failed}");
    }
}

#[test]
fn whenever_the_power_goes_during_a_change_the_old_or_the_new_passphrase_opens() {
    let disk = with_one_entry();
    let before = steps(&disk, |disk| drop(unlock(disk, &passphrase()).unwrap()));
    let after = steps(&disk, |disk| drop(unlock(disk, &passphrase()).unwrap().change_passphrase(&new(), None).unwrap()));
    let (mut old, mut renewed) = (0, 0);
    for n in 0..=after - before {
        for seed in 0..6 {
            let disk = disk.copy();
            let mut store = unlock(&disk, &passphrase()).unwrap();
            disk.cut_power(n);
            let changed = store.change_passphrase(&new(), None);
            let disk = disk.after_power_cut(dice(seed));
            let is_new = assert_old_or_new(&disk, &format!("power cut before step {n}, seed {seed}"));
            assert!(is_new || changed.is_err(), "a change that was said to be done is gone: step {n}, seed {seed}");
            *if is_new { &mut renewed } else { &mut old } += 1;
        }
    }
    assert!(old > 30 && renewed > 30, "both outcomes were met: {old} old, {renewed} new");
}

#[test]
fn finishing_a_change_that_was_cut_short_can_be_cut_short_too() {
    let disk = with_one_entry();
    // The power goes when the passphrase file holds both keys and the vault is the old one.
    let half = disk.copy();
    let mut store = unlock(&half, &passphrase()).unwrap();
    let all = steps(&disk, |disk| drop(unlock(disk, &passphrase()).unwrap().change_passphrase(&new(), None).unwrap()));
    let half = (0..all)
        .map(|n| {
            let half = disk.copy();
            store = unlock(&half, &passphrase()).unwrap();
            half.cut_power(n);
            let _ = store.change_passphrase(&new(), None);
            half.copy()
        })
        .find(|half| unlock(&half.copy(), &new()).is_ok())
        .unwrap();
    assert_eq!(keys(&half, &new()).len(), 2);
    let finishing = steps(&half, |disk| {
        let store = unlock(disk, &new()).unwrap();
        assert_eq!(store.warnings(), ["a change of the passphrase had been cut short; it is finished now"]);
    });
    for n in 0..finishing {
        for kind in KINDS {
            let disk = half.copy();
            disk.fail(n, kind);
            let opened = unlock(&disk, &new());
            let failed = disk.operations()[n].clone();
            if let Ok(store) = &opened {
                assert_eq!(ids(store), [1], "{failed}");
            }
            assert!(assert_old_or_new(&disk, &failed), "{failed}");
        }
        for seed in 0..4 {
            let disk = half.copy();
            disk.cut_power(n);
            let _ = unlock(&disk, &new());
            assert!(assert_old_or_new(&disk.after_power_cut(dice(seed)), &format!("step {n}, seed {seed}")));
        }
    }
}
