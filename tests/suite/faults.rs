//! What can go wrong below the store: every operation fails in turn, the power goes at every moment, every byte is altered.
//! The vault afterwards is the old one or the new one, whole.

use crate::support::disk::{FakeDisk, dice};
use crate::support::store::{passphrase, totp};
use countersign::error::{Error, ErrorKind};
use countersign::vault::Vault;
use countersign::vault::store::{self, OpenStore, Presence, Trust};
use std::io::ErrorKind as Io;
use std::path::Path;

const FOLDER: &str = "/home/vault";
const KINDS: [Io; 3] = [Io::StorageFull, Io::PermissionDenied, Io::Other];

fn create(disk: &FakeDisk) -> Result<OpenStore, Error> {
    store::create(&disk.world(), Path::new(FOLDER), &passphrase(), 1)
}

fn unlock(disk: &FakeDisk) -> Result<OpenStore, Error> {
    store::unlock(&disk.world(), Path::new(FOLDER), &passphrase(), Trust::Pinned)
}

fn add(store: &mut OpenStore, id: u128) -> Result<(), Error> {
    store.change(|vault, stamper| {
        vault.insert(totp(id, stamper, "GitHub", "hugo"));
        Ok(())
    })
}

/// A disk with a vault of one entry.
fn with_one_entry() -> FakeDisk {
    let disk = FakeDisk::default();
    add(&mut create(&disk).unwrap(), 1).unwrap();
    disk.copy()
}

fn ids(vault: &Vault) -> Vec<u128> {
    vault.entries.iter().map(|entry| entry.id.0).collect()
}

/// How many operations `act` takes on a copy of the disk.
fn steps(disk: &FakeDisk, act: impl FnOnce(&FakeDisk)) -> usize {
    let disk = disk.copy();
    act(&disk);
    disk.operations().len()
}

#[test]
fn whichever_operation_of_a_save_fails_the_vault_is_the_old_or_the_new_one() {
    let disk = with_one_entry();
    let before = steps(&disk, |disk| drop(unlock(disk).unwrap()));
    let after = steps(&disk, |disk| add(&mut unlock(disk).unwrap(), 2).unwrap());
    assert!(after > before + 8, "the save has its steps");
    for n in 0..after - before {
        for kind in KINDS {
            let disk = disk.copy();
            let mut store = unlock(&disk).unwrap();
            disk.fail(n, kind);
            let saved = add(&mut store, 2);
            let failed = disk.operations()[before + n].clone();
            let here = ids(store.vault());
            let there = ids(unlock(&disk).unwrap().vault());
            match &saved {
                Ok(()) => assert_eq!((&here, &there), (&vec![1, 2], &vec![1, 2]), "{failed}"),
                Err(error) => {
                    assert_eq!(here, [1], "{failed}");
                    assert!(there == [1] || (failed.starts_with("sync folder") && there == [1, 2]), "{failed}: {there:?}");
                    assert!(error.what.contains("/home/vault"), "{failed}: {error}");
                    let says_unchanged = error.hint.as_ref().is_some_and(|hint| hint.contains("the vault is as it was"));
                    assert!(!(says_unchanged && there != [1]), "{failed}: {error:?}");
                }
            }
            // And it goes on.
            add(&mut store, 3).unwrap();
            assert!(ids(store.vault()).contains(&3) && ids(store.vault()).starts_with(&[1]));
            assert_eq!(ids(unlock(&disk).unwrap().vault()), ids(store.vault()), "{failed}");
            assert_no_temporary_files(&disk);
        }
    }
}

fn assert_no_temporary_files(disk: &FakeDisk) {
    let left: Vec<_> = disk.files().into_iter().filter(|path| path.starts_with(FOLDER)).collect();
    let names = ["unlock/passphrase.age", "vault.age", "vault.lock"].map(|name| Path::new(FOLDER).join(name));
    assert_eq!(left, names);
}

#[test]
fn whichever_operation_of_creating_fails_there_is_no_vault_or_a_whole_one() {
    let empty = FakeDisk::default();
    for n in 0..steps(&empty, |disk| drop(create(disk).unwrap())) {
        for kind in KINDS {
            let disk = empty.copy();
            disk.fail(n, kind);
            let made = create(&disk);
            let failed = disk.operations()[n].clone();
            match store::presence(&disk.world(), Path::new(FOLDER)).unwrap() {
                Presence::Vault => assert_eq!(ids(unlock(&disk).unwrap().vault()), [], "{failed}"),
                Presence::Nothing => {
                    assert!(made.is_err(), "{failed}");
                    assert_eq!(unlock(&disk).err().unwrap().kind, ErrorKind::NoVault);
                    create(&disk).unwrap();
                }
            }
            add(&mut unlock(&disk).unwrap(), 1).unwrap();
        }
    }
}

#[test]
fn whenever_the_power_goes_during_a_save_the_vault_is_the_old_or_the_new_one() {
    let disk = with_one_entry();
    let before = steps(&disk, |disk| drop(unlock(disk).unwrap()));
    let after = steps(&disk, |disk| add(&mut unlock(disk).unwrap(), 2).unwrap());
    let (mut old, mut new) = (0, 0);
    for n in 0..=after - before {
        for seed in 0..6 {
            let disk = disk.copy();
            let mut store = unlock(&disk).unwrap();
            disk.cut_power(n);
            let saved = add(&mut store, 2);
            let disk = disk.after_power_cut(dice(seed));
            let mut store = unlock(&disk).unwrap();
            match ids(store.vault())[..] {
                [1] if saved.is_err() => old += 1,
                [1, 2] => new += 1,
                ref odd => panic!("power cut before step {n}, seed {seed}: {odd:?} after {saved:?}"),
            }
            add(&mut store, 3).unwrap();
        }
    }
    assert!(old > 30 && new > 5, "both outcomes were met: {old} old, {new} new");
}

#[test]
fn whenever_the_power_goes_while_a_vault_is_made_there_is_none_or_a_whole_one() {
    let empty = FakeDisk::default();
    let all = steps(&empty, |disk| drop(create(disk).unwrap()));
    let (mut none, mut whole) = (0, 0);
    for n in 0..=all {
        for seed in 0..6 {
            let disk = empty.copy();
            disk.cut_power(n);
            let made = create(&disk);
            let disk = disk.after_power_cut(dice(seed));
            match store::presence(&disk.world(), Path::new(FOLDER)).unwrap() {
                Presence::Nothing => {
                    assert!(made.is_err(), "a vault that was made has gone: step {n}, seed {seed}");
                    none += 1;
                    create(&disk).unwrap();
                }
                Presence::Vault => whole += 1,
            }
            add(&mut unlock(&disk).unwrap(), 1).unwrap();
        }
    }
    assert!(none > 30 && whole > 5, "both outcomes were met: {none} none, {whole} whole");
}

/// Every altered form of a file: each byte with its lowest and with all its bits turned, and each shorter length.
fn altered(file: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let flipped = (0..file.len()).flat_map(move |at| {
        [0x01, 0xff].map(|bits| {
            let mut file = file.to_vec();
            file[at] ^= bits;
            file
        })
    });
    flipped.chain((0..file.len()).map(move |length| file[..length].to_vec()))
}

#[test]
fn every_altered_vault_file_is_a_clear_error_and_loses_nothing() {
    let disk = with_one_entry();
    let path = Path::new(FOLDER).join("vault.age");
    let whole = disk.get(&path).unwrap();
    let mut store = unlock(&disk).unwrap();
    for (n, file) in altered(&whole).enumerate() {
        disk.put(&path, &file);
        let error = store.refresh().unwrap_err();
        assert_eq!(error.kind, ErrorKind::VaultDamaged);
        assert!(error.what.starts_with("the vault is damaged: vault.age: "), "{error}");
        assert!(error.hint.is_some());
        assert_eq!(ids(store.vault()), [1]);
        // Opening and saving stand on the same reading; a few of each are enough.
        if n % 400 == 0 {
            assert_eq!(unlock(&disk).err(), Some(error.clone()));
            assert_eq!(add(&mut store, 2), Err(error));
            assert_eq!(disk.get(&path).unwrap(), file);
        }
    }
}

#[test]
fn every_altered_passphrase_file_is_a_clear_error() {
    let disk = with_one_entry();
    let path = Path::new(FOLDER).join("unlock/passphrase.age");
    let whole = disk.get(&path).unwrap();
    for file in altered(&whole) {
        disk.put(&path, &file);
        let error = unlock(&disk).err().unwrap();
        // An altered salt can't be told from a wrong passphrase.
        assert!(matches!(error.kind, ErrorKind::VaultDamaged | ErrorKind::WrongPassphrase), "{error}");
    }
    disk.put(&path, &whole);
    unlock(&disk).unwrap();
}

#[test]
fn an_absurd_work_factor_is_refused_before_any_work() {
    let disk = with_one_entry();
    let path = Path::new(FOLDER).join("unlock/passphrase.age");
    let text = disk.get(&path).unwrap();
    let at = text.windows(3).position(|three| three == b" 1\n").unwrap();
    for factor in ["21", "63", "255", "256", "18446744073709551616"] {
        let mut file = text[..=at].to_vec();
        file.extend_from_slice(factor.as_bytes());
        file.extend_from_slice(&text[at + 2..]);
        disk.put(&path, &file);
        assert_eq!(unlock(&disk).err().unwrap().kind, ErrorKind::VaultDamaged, "{factor}");
    }
}

#[test]
fn a_save_that_the_disk_does_not_confirm_says_that_it_was_written() {
    let disk = with_one_entry();
    let before = steps(&disk, |disk| drop(unlock(disk).unwrap()));
    let all = disk.copy();
    add(&mut unlock(&all).unwrap(), 2).unwrap();
    let sync = all.operations()[before..].iter().position(|operation| operation == "sync folder /home/vault").unwrap();
    let mut store = unlock(&disk).unwrap();
    disk.fail(sync, Io::Other);
    assert_eq!(
        add(&mut store, 2).unwrap_err(),
        Error::failed("/home/vault/vault.age was written, but the disk does not confirm it: other error")
            .hint("it may be gone after a power cut; see whether the change is there, and save again")
    );
    assert_eq!(ids(unlock(&disk).unwrap().vault()), [1, 2]);
}

#[test]
fn a_vault_that_goes_missing_is_noticed_even_where_making_it_was_cut_short_at_the_very_end() {
    let empty = FakeDisk::default();
    let whole = empty.copy();
    create(&whole).unwrap();
    let mark = whole.operations().iter().position(|operation| operation == "remove /home/vault/.unfinished").unwrap();
    let disk = empty.copy();
    disk.fail(mark, Io::Other);
    create(&disk).unwrap();
    add(&mut unlock(&disk).unwrap(), 1).unwrap();
    let vault = Path::new(FOLDER).join("vault.age");
    countersign::ports::Storage::remove(&disk, &vault).unwrap();
    let error = create(&disk).err().unwrap();
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::VaultDamaged, "vault.age is missing in /home/vault"));
}
