//! Unlock methods in the store: who opens what, what a fault leaves behind, and the passphrase set without the old one.

use crate::support::disk::{FakeDisk, dice};
use crate::support::store::{Desk, TODAY, passphrase, totp};
use crate::support::world::{FakeEntropy, Nobody};
use countersign::error::{Error, ErrorKind, Result};
use countersign::ops::session::Session;
use countersign::secret::SecretText;
use countersign::vault::MethodKind;
use countersign::vault::schema;
use countersign::vault::seal::identity::{Identities, Recipients, wrap_to_ssh};
use countersign::vault::seal::{self, MethodKey};
use countersign::vault::stamp::Stamper;
use countersign::vault::store::{self, MethodState, NewMethod, OpenStore, Trust, World};
use std::io::ErrorKind as Io;
use std::path::Path;
use std::sync::Arc;

const FOLDER: &str = "/home/vault";
const KINDS: [Io; 3] = [Io::StorageFull, Io::PermissionDenied, Io::Other];

/// Of age's own test keys, made for nothing else.
const SSH_PUBLIC: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN alice@rust";

fn by_key(world: &World, folder: &Path, key: &MethodKey) -> Result<OpenStore> {
    store::unlock_by(world, folder, &Identities::parse(&key.text(), "key").unwrap(), Arc::new(Nobody), Trust::Pinned)
}

fn add_direct(store: &mut OpenStore, name: &str, kind: &str, key: &MethodKey) -> Result<()> {
    store.add_method(name, NewMethod::Direct { kind, recipient: &key.recipient() })
}

fn add_entry(store: &mut OpenStore, id: u128) -> Result<()> {
    store.change(|vault, stamper| {
        vault.insert(totp(id, stamper, "GitHub", "hugo"));
        Ok(())
    })
}

fn names(store: &OpenStore) -> Vec<(String, MethodState)> {
    store.methods().into_iter().map(|listed| (listed.name, listed.state)).collect()
}

#[test]
fn a_recovery_key_and_a_person_open_the_vault_until_they_are_removed() {
    let desk = Desk::new();
    let mut store = desk.create();
    add_entry(&mut store, 1).unwrap();
    let (recovery, anna) = (MethodKey::generate(), MethodKey::generate());
    assert_eq!(by_key(&desk.world, &desk.folder, &recovery).err().unwrap().kind, ErrorKind::WrongPassphrase);
    add_direct(&mut store, "paper", MethodKind::RECOVERY, &recovery).unwrap();
    add_direct(&mut store, "anna", MethodKind::PERSON, &anna).unwrap();
    let mut theirs = by_key(&desk.world, &desk.folder, &anna).unwrap();
    add_entry(&mut theirs, 2).unwrap();
    by_key(&desk.world, &desk.folder, &recovery).unwrap();
    desk.unlock();
    let removed = store.remove_method("anna").unwrap();
    assert_eq!(removed.exposed.len(), 2, "what anna could read");
    assert_eq!(by_key(&desk.world, &desk.folder, &anna).err().unwrap().kind, ErrorKind::WrongPassphrase);
    by_key(&desk.world, &desk.folder, &recovery).unwrap();
    // And come back.
    add_direct(&mut store, "anna", MethodKind::PERSON, &anna).unwrap();
    by_key(&desk.world, &desk.folder, &anna).unwrap();
}

#[test]
fn the_last_method_of_ones_own_can_not_be_removed() {
    let desk = Desk::new();
    let mut store = desk.create();
    let (recovery, anna) = (MethodKey::generate(), MethodKey::generate());
    add_direct(&mut store, "anna", MethodKind::PERSON, &anna).unwrap();
    let refused = store.remove_method("passphrase").unwrap_err();
    assert_eq!(refused.what, "this is the last method that unlocks the vault for you");
    desk.unlock();
    add_direct(&mut store, "paper", MethodKind::RECOVERY, &recovery).unwrap();
    let own = std::fs::read(desk.folder.join("unlock/passphrase.age")).unwrap();
    store.remove_method("passphrase").unwrap();
    assert!(!desk.folder.join("unlock/passphrase.age").exists());
    // Who removed the method they are in by goes on, and what they save is not for its key.
    add_entry(&mut store, 1).unwrap();
    let sealed = std::fs::read(desk.folder.join("vault.age")).unwrap();
    assert!(seal::open(&sealed, &seal::unwrap(&own, &passphrase()).unwrap()).is_err());
    let error = store::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Pinned).err().unwrap();
    assert_eq!(
        (error.kind, error.what.as_str()),
        (ErrorKind::WrongPassphrase, "this vault has no passphrase here: unlock it by a key")
    );
    let mut by_paper = by_key(&desk.world, &desk.folder, &recovery).unwrap();
    assert_eq!(by_paper.remove_method("paper").unwrap_err().what, "this is the last method that unlocks the vault for you");
    assert_eq!(by_paper.remove_method("nobody").unwrap_err().kind, ErrorKind::NoMatch);
    assert_eq!(store::presence(&desk.world, &desk.folder).unwrap(), store::Presence::Vault);
}

#[test]
fn who_knows_an_ssh_public_key_and_writes_to_the_folder_gets_nothing_in() {
    if !crate::support::is_installed("ssh-keygen") {
        return println!("skipped: ssh-keygen is not installed");
    }
    let (desk, mut attacker) = (Desk::new(), Desk::new());
    attacker.world.entropy = Arc::new(FakeEntropy::seed(66));
    let file = desk.home().join("key");
    let mut made = std::process::Command::new("ssh-keygen");
    assert!(made.args(["-q", "-N", "", "-t", "ed25519", "-f"]).arg(&file).status().unwrap().success());
    let public = std::fs::read_to_string(file.with_extension("pub")).unwrap();
    let private = SecretText::new(std::fs::read_to_string(&file).unwrap());
    let wrapped = |key: &MethodKey| {
        let Ok(Recipients::Ssh(recipient)) = Recipients::parse(&public) else { panic!("not an SSH key") };
        wrap_to_ssh(key, &recipient).unwrap()
    };
    let add = |store: &mut OpenStore, key: &MethodKey| {
        let wrapped = wrapped(key);
        store.add_method("ssh", NewMethod::Wrapped { kind: MethodKind::SSH, key, wrapped: &wrapped, stub: None }).unwrap();
    };
    let open = || {
        let keys = Identities::parse(&private, "key").unwrap();
        Session::unlock_by(&desk.world, &desk.folder, &keys, Arc::new(Nobody), Trust::Pinned)
    };
    let mut store = desk.create();
    add_entry(&mut store, 1).unwrap();
    add(&mut store, &MethodKey::generate());
    let own = std::fs::read(desk.folder.join("vault.age")).unwrap();
    let own_ssh = std::fs::read(desk.folder.join("unlock/ssh.age")).unwrap();
    // A vault of their own in its place, which the SSH key opens.
    let mut forged = attacker.create();
    let key = MethodKey::generate();
    add_entry(&mut forged, 2).unwrap();
    add(&mut forged, &key);
    for file in ["vault.age", "unlock/ssh.age"] {
        std::fs::copy(attacker.folder.join(file), desk.folder.join(file)).unwrap();
    }
    let refused = open().err().unwrap();
    assert_eq!((refused.kind, refused.what.as_str()), (ErrorKind::NotTrusted, "this is not the vault that was here before"));
    std::fs::write(desk.folder.join("vault.age"), &own).unwrap();
    std::fs::write(desk.folder.join("unlock/ssh.age"), &own_ssh).unwrap();
    // Even with the id of the vault, from an old copy: a conflict copy for a key that lies under unlock/ but is none of its.
    let mut vault = store.vault().clone();
    let mut stamper = Stamper::new(TODAY * 1000 + 5, 66, vault.highest());
    vault.insert(totp(3, &mut stamper, "forged", "attacker"));
    let sealed = seal::seal(&schema::write(&vault), &[&key.recipient()]).unwrap();
    std::fs::write(desk.folder.join("vault-LAPTOP.age"), sealed).unwrap();
    std::fs::write(desk.folder.join("unlock/a.age"), wrapped(&key)).unwrap();
    let mut session = open().unwrap();
    let said = session.fold_conflict_copies();
    assert_eq!(said, ["a conflict copy was left where it is: vault-LAPTOP.age: none of the keys in hand opens it"]);
    assert_eq!(session.vault().active().count(), 1);
}

#[test]
fn a_name_is_taken_once_and_a_key_too() {
    let desk = Desk::new();
    let mut store = desk.create();
    let key = MethodKey::generate();
    add_direct(&mut store, "paper", MethodKind::RECOVERY, &key).unwrap();
    for (name, key, kind) in [
        ("paper", MethodKey::generate(), ErrorKind::WouldOverwrite),
        ("other", key, ErrorKind::WouldOverwrite),
        ("passphrase", MethodKey::generate(), ErrorKind::Usage),
        ("../up", MethodKey::generate(), ErrorKind::Usage),
        (".hidden", MethodKey::generate(), ErrorKind::Usage),
        ("", MethodKey::generate(), ErrorKind::Usage),
    ] {
        assert_eq!(add_direct(&mut store, name, MethodKind::RECOVERY, &key).unwrap_err().kind, kind, "{name}");
    }
}

#[test]
fn a_forgotten_passphrase_is_set_anew_with_the_recovery_key() {
    let desk = Desk::new();
    let mut store = desk.create();
    add_entry(&mut store, 1).unwrap();
    let recovery = MethodKey::generate();
    add_direct(&mut store, "paper", MethodKind::RECOVERY, &recovery).unwrap();
    let new = SecretText::new("never forget this one");
    let mut opened = by_key(&desk.world, &desk.folder, &recovery).unwrap();
    let rekeyed = opened.change_passphrase(&new, None).unwrap();
    assert!(rekeyed.old_keys.is_empty() && rekeyed.recipients.len() == 2 && rekeyed.unfinished.is_none());
    store::unlock(&desk.world, &desk.folder, &new, Trust::Pinned).unwrap();
    assert!(store::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Pinned).is_err());
    by_key(&desk.world, &desk.folder, &recovery).unwrap();
    assert_eq!(names(&opened), [("paper".into(), MethodState::Usable), ("passphrase".into(), MethodState::Usable)]);
}

fn steps(disk: &FakeDisk, act: impl FnOnce(&FakeDisk)) -> usize {
    let disk = disk.copy();
    act(&disk);
    disk.operations().len()
}

fn unlock(disk: &FakeDisk, passphrase: &SecretText) -> Result<OpenStore> {
    store::unlock(&disk.world(), Path::new(FOLDER), passphrase, Trust::Pinned)
}

/// A vault of one entry with a recovery key.
fn with_recovery(recovery: &MethodKey) -> FakeDisk {
    let disk = FakeDisk::default();
    let mut store = store::create(&disk.world(), Path::new(FOLDER), &passphrase(), 1).unwrap();
    add_entry(&mut store, 1).unwrap();
    add_direct(&mut store, "paper", MethodKind::RECOVERY, recovery).unwrap();
    disk.copy()
}

#[test]
fn wherever_a_passphrase_set_anew_is_cut_short_the_old_or_the_new_one_opens_and_the_recovery_key_always() {
    let recovery = MethodKey::generate();
    let disk = with_recovery(&recovery);
    let new = SecretText::new("never forget this one");
    let open = |disk: &FakeDisk| by_key(&disk.world(), Path::new(FOLDER), &recovery).unwrap();
    let before = steps(&disk, |disk| drop(open(disk)));
    let after = steps(&disk, |disk| drop(open(disk).change_passphrase(&new, None).unwrap()));
    let (mut old, mut renewed) = (0, 0);
    let mut check = |disk: &FakeDisk, what: String| {
        open(disk);
        let is_new = unlock(disk, &new).is_ok();
        let holds = if is_new { new.clone() } else { passphrase() };
        let mut store = unlock(disk, &holds).unwrap_or_else(|error| panic!("{what}: {error}"));
        let in_use = store.vault().methods.iter().filter(|method| method.in_use() && method.kind == MethodKind::PASSPHRASE);
        assert!(!is_new || in_use.count() == 1, "{what}: it is finished");
        add_entry(&mut store, 2).unwrap();
        // Whatever was left, the next one finishes.
        let third = SecretText::new("third time lucky");
        open(disk).change_passphrase(&third, None).unwrap_or_else(|error| panic!("{what}: {error}"));
        let store = unlock(disk, &third).unwrap();
        assert_eq!(names(&store), [("paper".into(), MethodState::Usable), ("passphrase".into(), MethodState::Usable)], "{what}");
        assert_eq!(store.vault().entries.len(), 2, "{what}");
        *if is_new { &mut renewed } else { &mut old } += 1;
    };
    for n in 0..after - before {
        for kind in KINDS {
            let disk = disk.copy();
            let mut store = open(&disk);
            disk.fail(n, kind);
            let _ = store.change_passphrase(&new, None);
            check(&disk, disk.operations()[before + n].clone());
        }
        for seed in 0..4 {
            let disk = disk.copy();
            let mut store = open(&disk);
            disk.cut_power(n);
            let _ = store.change_passphrase(&new, None);
            check(&disk.after_power_cut(dice(seed)), format!("power cut before step {n}, seed {seed}"));
        }
    }
    assert!(old > 10 && renewed > 10, "both outcomes were met: {old} old, {renewed} new");
}

fn add_ssh(store: &mut OpenStore) -> Result<()> {
    let Recipients::Ssh(recipient) = Recipients::parse(SSH_PUBLIC)? else { return Err(Error::failed("not an SSH key")) };
    let key = MethodKey::generate();
    let wrapped = wrap_to_ssh(&key, &recipient)?;
    store.add_method("ssh", NewMethod::Wrapped { kind: MethodKind::SSH, key: &key, wrapped: &wrapped, stub: Some("stub") })
}

/// After a fault: the method is there with its file, or not and nothing relies on what is left of it.
fn assert_there_or_not(disk: &FakeDisk, what: &str) -> bool {
    let mut store = unlock(disk, &passphrase()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let listed = store.methods().into_iter().find(|listed| listed.name == "ssh");
    let is_there = match listed.map(|listed| listed.state) {
        Some(MethodState::Usable) => true,
        None => false,
        Some(MethodState::Stray) => {
            // It can be removed, and written over.
            store.remove_method("ssh").unwrap();
            assert_eq!(names(&store).len(), 2, "{what}");
            false
        }
        Some(odd) => panic!("{what}: {odd:?}"),
    };
    if !is_there {
        add_ssh(&mut store).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    add_entry(&mut store, 2).unwrap();
    is_there
}

#[test]
fn wherever_adding_or_removing_a_method_is_cut_short_no_method_is_without_its_file() {
    let recovery = MethodKey::generate();
    let without = with_recovery(&recovery);
    let with = without.copy();
    add_ssh(&mut unlock(&with, &passphrase()).unwrap()).unwrap();
    let remove = |store: &mut OpenStore| store.remove_method("ssh").map(drop);
    for (disk, act) in [(without, &add_ssh as &dyn Fn(&mut OpenStore) -> Result<()>), (with.copy(), &remove)] {
        let before = steps(&disk, |disk| drop(unlock(disk, &passphrase()).unwrap()));
        let after = steps(&disk, |disk| act(&mut unlock(disk, &passphrase()).unwrap()).unwrap());
        let mut seen = [0, 0];
        for n in 0..after - before {
            for kind in KINDS {
                let disk = disk.copy();
                let mut store = unlock(&disk, &passphrase()).unwrap();
                disk.fail(n, kind);
                let _ = act(&mut store);
                seen[usize::from(assert_there_or_not(&disk, &disk.operations()[before + n].clone()))] += 1;
            }
            for seed in 0..4 {
                let disk = disk.copy();
                let mut store = unlock(&disk, &passphrase()).unwrap();
                disk.cut_power(n);
                let _ = act(&mut store);
                let what = format!("power cut before step {n}, seed {seed}");
                seen[usize::from(assert_there_or_not(&disk.after_power_cut(dice(seed)), &what))] += 1;
            }
        }
        assert!(seen[0] > 5 && seen[1] > 5, "both outcomes were met: {seen:?}");
    }
}

#[test]
fn a_passphrase_cut_short_twice_is_listed_and_removed_as_one() {
    let recovery = MethodKey::generate();
    let disk = with_recovery(&recovery);
    let mut store = by_key(&disk.world(), Path::new(FOLDER), &recovery).unwrap();
    // The vault is sealed to the new passphrase too, whose file was never written.
    let all = disk.operations().len();
    store.change_passphrase(&SecretText::new("new"), None).unwrap();
    let rename = disk.operations()[all..].iter().position(|done| done.starts_with("rename") && done.ends_with("passphrase.age"));
    let disk = with_recovery(&recovery);
    let mut store = by_key(&disk.world(), Path::new(FOLDER), &recovery).unwrap();
    disk.fail(rename.unwrap(), Io::Other);
    assert!(store.change_passphrase(&SecretText::new("new"), None).is_err());
    let passphrases = |store: &OpenStore| {
        store.vault().methods.iter().filter(|method| method.in_use() && method.kind == MethodKind::PASSPHRASE).count()
    };
    assert_eq!((passphrases(&store), names(&store).len()), (2, 2));
    store.remove_method("passphrase").unwrap();
    assert_eq!((passphrases(&store), names(&store)), (0, vec![("paper".into(), MethodState::Usable)]));
}
