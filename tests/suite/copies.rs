//! Copies of the vault from elsewhere: conflict copies by their names, other folders, those that open only with a key that
//! was replaced, and that no step of taking one in loses it.

use crate::support::disk::FakeDisk;
use crate::support::faulty::Faulty;
use crate::support::judge::Answers;
use crate::support::rekey::{add_method, change_passphrase};
use crate::support::store::*;
use crate::support::world::Nobody;
use countersign::error::{ErrorKind, Result};
use countersign::ops::merge::{self, Difference};
use countersign::ops::session::Session;
use countersign::secret::SecretText;
use countersign::vault::MethodKind;
use countersign::vault::backup::{self, FOLDER, Name, Why};
use countersign::vault::seal::identity::Identities;
use countersign::vault::seal::{self, MethodKey};
use countersign::vault::store::{self, MethodState, NewMethod, OpenStore, Trust, UnlockChanges, VaultFiles, World, left_by};
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn add(store: &mut OpenStore, id: u128, issuer: &str) {
    store
        .change(|vault, stamper| {
            vault.insert(totp(id, stamper, issuer, "hugo"));
            Ok(())
        })
        .unwrap();
}

fn open(world: &World, folder: &Path) -> Session {
    Session::unlock(world, folder, &passphrase(), Trust::Pinned).unwrap()
}

fn labels(session: &Session) -> Vec<&str> {
    session.vault().active().map(|entry| entry.label()).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// What was moved to the backups' folder.
/// Puts a copy away that is as it was merged.
fn as_merged(session: &mut Session, path: &Path) -> countersign::error::Result<Option<std::path::PathBuf>> {
    let files = VaultFiles { vault: fs::read(path).unwrap(), ..VaultFiles::default() };
    merge::put_away(session, path, files.digest())
}

fn put_away(folder: &Path) -> Vec<String> {
    let is_backup = |name: &String| name.starts_with('.') || Name::parse(name).is_some();
    names(&folder.join(FOLDER)).into_iter().filter(|name| !is_backup(name)).collect()
}

/// Why the backups were made, the oldest first, and what is in each, opened by this passphrase.
fn backups(world: &World, folder: &Path, passphrase: &SecretText) -> Vec<(Why, Vec<String>)> {
    let folder = folder.join(FOLDER);
    let open = |name: Name| {
        let parcel = backup::read(&*world.storage, &folder.join(name.to_string())).unwrap();
        let vault = parcel.open(passphrase).unwrap();
        (name.why, vault.active().map(|entry| entry.label().to_owned()).collect())
    };
    backup::list(&*world.storage, &folder).unwrap().into_iter().map(open).collect()
}

/// A copy of the desk's vault in which another machine added an entry.
fn elsewhere(desk: &Desk, name: &str, id: u128, issuer: &str) -> std::path::PathBuf {
    let folder = desk.home().join(name);
    fs::create_dir_all(folder.join("unlock")).unwrap();
    for file in ["vault.age", "unlock/passphrase.age"] {
        fs::copy(desk.folder.join(file), folder.join(file)).unwrap();
    }
    let mut store = store::unlock(&desk.elsewhere(id as u64), &folder, &passphrase(), Trust::Pinned).unwrap();
    add(&mut store, id, issuer);
    folder
}

fn fold(session: &mut Session, folder: &Path, judge: &mut Answers) -> Result<Difference> {
    let files = VaultFiles::read(session.world(), folder)?;
    let copy = merge::open(session, "the copy", &files, judge)?;
    let copies = [copy];
    if merge::needs_trust(&copies) {
        let difference = merge::difference(session, &copies)?;
        assert!(merge::Judge::trusts(judge, "the copy", &difference)?);
    }
    merge::fold(session, "the copy", &copies, &UnlockChanges::default(), judge)
}

#[test]
fn conflict_copies_are_known_by_their_names() {
    for (name, program) in [
        ("vault.sync-conflict-20261125-101010-ABCDEFG.age", "Syncthing"),
        ("vault (hugo's conflicted copy 2026-11-25).age", "Dropbox, Nextcloud"),
        ("vault (Selective Sync Conflict).age", "Dropbox, Nextcloud"),
        ("vault (conflicted copy 2026-11-25 101010).age", "Dropbox, Nextcloud"),
        ("vault_conflict-20261125-101010.age", "ownCloud"),
        ("vault (1).age", "Google Drive"),
        ("vault-LAPTOP.age", "OneDrive"),
        ("vault 2.age", "iCloud"),
    ] {
        assert_eq!(left_by("vault.age", name), Some(program), "{name}");
    }
    for name in ["vault.age", "vault.lock", "vault.age.tmp", ".vault.age.0123.tmp", "vault-.txt", "vaults.age", "vault two.age"] {
        assert_eq!(left_by("vault.age", name), None, "{name}");
    }
}

#[test]
fn conflict_copies_are_merged_on_opening_and_moved_to_the_backups() {
    let desk = Desk::new();
    add(&mut desk.create(), 1, "GitHub");
    for (name, id) in [("vault.sync-conflict-20261125-101010-ABCDEFG.age", 2), ("vault 2.age", 3)] {
        let other = elsewhere(&desk, name, id, &format!("from {id}"));
        fs::copy(other.join("vault.age"), desk.folder.join(name)).unwrap();
    }
    let mut session = open(&desk.world, &desk.folder);
    let said = session.fold_conflict_copies();
    assert_eq!(
        said,
        [
            "merged a conflict copy, now in backups: vault 2.age",
            "merged a conflict copy, now in backups: vault.sync-conflict-20261125-101010-ABCDEFG.age",
            "the conflict copies brought: 2 new",
        ]
    );
    assert_eq!(labels(&session), ["GitHub", "from 2", "from 3"]);
    assert_eq!(names(&desk.folder), ["backups", "unlock", "vault.age", "vault.lock"]);
    assert_eq!(put_away(&desk.folder), ["vault 2.age", "vault.sync-conflict-20261125-101010-ABCDEFG.age"]);
    // One backup of what was there before all of them.
    assert_eq!(backups(&desk.world, &desk.folder, &passphrase()), [(Why::Merge, vec!["GitHub".to_owned()])]);
    assert_eq!(session.fold_conflict_copies(), [] as [&str; 0]);
    assert_eq!(labels(&open(&desk.world, &desk.folder)), ["GitHub", "from 2", "from 3"]);
}

#[test]
fn a_second_copy_of_one_name_takes_no_place_of_the_first() {
    let desk = Desk::new();
    desk.create();
    let mut session = open(&desk.world, &desk.folder);
    for id in [2, 3] {
        let other = elsewhere(&desk, &id.to_string(), id, &format!("from {id}"));
        fs::copy(other.join("vault.age"), desk.folder.join("vault 2.age")).unwrap();
        session.fold_conflict_copies();
    }
    assert_eq!(put_away(&desk.folder), ["vault 2 2.age", "vault 2.age"]);
    assert_eq!(labels(&session), ["from 2", "from 3"]);
}

#[test]
fn a_copy_that_is_damaged_or_of_another_vault_stays_where_it_is_and_is_told_of_once() {
    let (desk, mut other) = (Desk::new(), Desk::new());
    other.world.entropy = Arc::new(crate::support::world::FakeEntropy::seed(99));
    desk.create();
    other.create();
    fs::write(desk.folder.join("vault 2.age"), "rubbish").unwrap();
    fs::write(desk.folder.join("vault 4.age"), "").unwrap();
    fs::copy(other.folder.join("vault.age"), desk.folder.join("vault 3.age")).unwrap();
    fs::write(desk.folder.join("unlock/passphrase (1).age"), "x").unwrap();
    let mut session = open(&desk.world, &desk.folder);
    let said = session.fold_conflict_copies().join("\n");
    for part in [
        "a conflict copy was left where it is: vault 2.age: it is not an age file",
        "a conflict copy was left where it is: vault 3.age: none of the keys in hand opens it",
        "vault 4.age is empty",
        "the passphrase was changed on two machines: the other one's key is in unlock/passphrase (1).age",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert_eq!(session.fold_conflict_copies(), [] as [&str; 0]);
    let there = names(&desk.folder);
    assert_eq!(there, ["unlock", "vault 2.age", "vault 3.age", "vault 4.age", "vault.age", "vault.lock"]);
}

#[test]
fn a_copy_of_another_vault_with_the_same_key_is_refused() {
    let (desk, mut other) = (Desk::new(), Desk::new());
    other.world.entropy = Arc::new(crate::support::world::FakeEntropy::seed(99));
    let store = desk.create();
    let recipient = store.vault().methods[0].recipient.clone();
    let mut foreign = other.create();
    foreign
        .change(|vault, _| {
            vault.methods[0].recipient = recipient;
            Ok(())
        })
        .unwrap();
    fs::copy(other.folder.join("vault.age"), desk.folder.join("vault 2.age")).unwrap();
    let mut session = open(&desk.world, &desk.folder);
    assert_eq!(
        session.fold_conflict_copies(),
        ["a conflict copy was left where it is: vault 2.age: these are two different vaults and can't be merged"]
    );
    let error = fold(&mut session, &desk.folder.join("vault 2.age"), &mut Answers::default()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotTrusted);
}

#[test]
fn whatever_step_of_taking_in_a_copy_fails_or_loses_power_the_entry_is_there_or_its_copy_is() {
    let clock = Arc::new(crate::support::world::FakeClock::at(TODAY));
    let disk = FakeDisk::default();
    let world = |disk: &FakeDisk| World {
        storage: Arc::new(disk.clone()),
        clock: clock.clone(),
        entropy: Arc::new(crate::support::world::FakeEntropy::seed(3)),
        keyring: Arc::new(crate::support::world::FakeKeyring::default()),
        state_folder: "/state".into(),
    };
    let folder = Path::new("/vault");
    let mut store = store::create(&world(&disk), folder, &passphrase(), 1).unwrap();
    let before = disk.get(&folder.join("vault.age")).unwrap();
    add(&mut store, 7, "from elsewhere");
    let copy = disk.get(&folder.join("vault.age")).unwrap();
    disk.put(&folder.join("vault.age"), &before);
    disk.put(&folder.join("vault 2.age"), &copy);
    drop(store);
    let is_kept = |disk: &FakeDisk| {
        let mut session = open(&world(disk), folder);
        session.fold_conflict_copies();
        labels(&session) == ["from elsewhere"]
    };
    let (mut points, mut chance) = (0, 12345usize);
    for fails in [true, false] {
        for at in 0.. {
            let disk = disk.copy();
            let mut session = open(&world(&disk), folder);
            let from = disk.operations().len();
            match fails {
                true => disk.fail(at, std::io::ErrorKind::StorageFull),
                false => disk.cut_power(at),
            }
            session.fold_conflict_copies();
            let done = disk.operations().len() - from <= at;
            for _ in 0..4 {
                let after = disk.after_power_cut(|below| {
                    chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (chance >> 33) % below
                });
                assert!(is_kept(&after), "operation {at}: {:?}", disk.operations());
                points += 1;
            }
            if done {
                break;
            }
        }
    }
    assert!(points > 80, "{points}");
}

#[test]
fn another_folder_is_merged_with_one_write_and_shows_what_it_brings() {
    let desk = Desk::new();
    let mut store = desk.create();
    add(&mut store, 1, "GitHub");
    add(&mut store, 2, "Forge");
    let other = elsewhere(&desk, "other", 3, "from elsewhere");
    let mut theirs = store::unlock(&desk.elsewhere(3), &other, &passphrase(), Trust::Pinned).unwrap();
    theirs
        .change(|vault, stamper| {
            vault.entry_mut(countersign::vault::entry::EntryId(1)).unwrap().note =
                countersign::vault::stamp::Stamped::new(stamper.next(), "a note".into());
            vault.entry_mut(countersign::vault::entry::EntryId(2)).unwrap().deleted = Some(stamper.next());
            Ok(())
        })
        .unwrap();
    let mut session = open(&desk.world, &desk.folder);
    let brought = fold(&mut session, &other, &mut Answers::default()).unwrap();
    assert_eq!(brought.tally(), "1 new, 1 changed, 1 to the trash");
    let rows: Vec<String> =
        brought.entries.iter().map(|(what, name, parts)| format!("{} {name} {parts:?}", what.word())).collect();
    assert_eq!(rows, ["new from elsewhere (hugo) []", "changed GitHub (hugo) [\"note\"]", "to the trash Forge (hugo) []"]);
    // What they have written is all there is, so it is taken as it is.
    assert_eq!(fs::read(desk.folder.join("vault.age")).unwrap(), fs::read(other.join("vault.age")).unwrap());
    let made = backups(&desk.world, &desk.folder, &passphrase());
    assert_eq!(made[0], (Why::Merge, vec!["GitHub".to_owned(), "Forge".into()]));
    // Where nothing comes in none is made.
    assert!(fold(&mut session, &other.join("vault.age"), &mut Answers::default()).unwrap().is_empty());
    assert_eq!(backups(&desk.world, &desk.folder, &passphrase()), made);
}

#[test]
fn whoever_knows_an_old_passphrase_gets_nothing_in_unasked() {
    let desk = Desk::new();
    add(&mut desk.create(), 1, "GitHub");
    // The attacker kept an old copy and the old passphrase.
    let forged = elsewhere(&desk, "forged", 66, "attacker");
    let mut store = store::unlock(&desk.elsewhere(66), &forged, &passphrase(), Trust::Pinned).unwrap();
    add_method(&mut store, "person", &MethodKey::generate(), None);
    let new = SecretText::new("quite another one");
    change_passphrase(&desk.world, &desk.folder, &passphrase(), &new);
    let name = "vault.sync-conflict-20261125-101010-ABCDEFG.age";
    fs::copy(forged.join("vault.age"), desk.folder.join(name)).unwrap();

    let mut session = Session::unlock(&desk.world, &desk.folder, &new, Trust::Pinned).unwrap();
    let said = session.fold_conflict_copies();
    assert!(said[0].contains("waits for you") && said.len() == 1, "{said:?}");
    assert_eq!(labels(&session), ["GitHub"]);
    let mut nobody = Answers::default();
    let error = fold(&mut session, &desk.folder.join(name), &mut nobody).unwrap_err();
    assert_eq!(error.what, "nobody is there to ask");
    assert_eq!(nobody.asked, ["trust in the copy: 1 new, it opens with another unlock method: person (person)"]);
    assert_eq!(labels(&session), ["GitHub"]);
    // With the word of a person it comes in, and the copy goes to the backups.
    fold(&mut session, &desk.folder.join(name), &mut Answers { trusts: Some(true), ..Answers::default() }).unwrap();
    assert_eq!(labels(&session), ["GitHub", "attacker"]);
    assert!(as_merged(&mut session, &desk.folder.join(name)).unwrap().unwrap().ends_with(format!("backups/{name}")));
    // In the place of the vault itself such a file opens nothing.
    fs::copy(forged.join("vault.age"), desk.folder.join("vault.age")).unwrap();
    let error = store::unlock(&desk.world, &desk.folder, &new, Trust::Pinned).err().unwrap();
    assert_eq!(error.kind, ErrorKind::VaultDamaged);
}

#[test]
fn a_passphrase_changed_in_the_copy_is_asked_for_and_becomes_the_vaults() {
    let desk = Desk::new();
    desk.create();
    let other = elsewhere(&desk, "other", 2, "from elsewhere");
    let new = SecretText::new("changed elsewhere");
    change_passphrase(&desk.elsewhere(2), &other, &passphrase(), &new);
    add(&mut desk.unlock(), 1, "GitHub");
    let mut session = open(&desk.world, &desk.folder);
    let before = fs::read(desk.folder.join("vault.age")).unwrap();
    let error = fold(&mut session, &other, &mut Answers::default()).unwrap_err();
    assert_eq!((error.kind, fs::read(desk.folder.join("vault.age")).unwrap()), (ErrorKind::Locked, before));
    let alone = desk.home().join("alone.age");
    fs::copy(other.join("vault.age"), &alone).unwrap();
    let error = fold(&mut session, &alone, &mut Answers::default()).unwrap_err();
    assert_eq!(
        error.hint.unwrap(),
        "unlock with a key that opens both, by --identity; or give the folder it lies in, if its passphrase was changed"
    );
    let mut person = Answers { passphrases: vec!["a typo", "changed elsewhere"], ..Answers::default() };
    fold(&mut session, &other, &mut person).unwrap();
    assert_eq!(person.asked, ["passphrase of the copy", "passphrase of the copy, again"]);
    assert_eq!(labels(&session), ["GitHub", "from elsewhere"]);
    // The session goes on, the old passphrase is none any more.
    session.refresh().unwrap();
    assert!(store::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Pinned).is_err());
    let opened = store::unlock(&desk.world, &desk.folder, &new, Trust::Pinned).unwrap();
    assert_eq!(opened.vault().active().count(), 2);
    // The backup that was made before opens with the new one, too.
    let before = (Why::Merge, vec!["GitHub".to_owned()]);
    assert!(backups(&desk.world, &desk.folder, &new).contains(&before));
    // And the session can change the passphrase that came in.
    let third = SecretText::new("changed here again");
    session.store_mut().unwrap().change_passphrase(&third, Some(1)).unwrap();
    assert_eq!(store::unlock(&desk.world, &desk.folder, &third, Trust::Pinned).unwrap().vault().active().count(), 2);
}

#[test]
fn wherever_taking_over_a_passphrase_is_cut_short_one_of_the_two_opens_and_merging_again_finishes_it() {
    let new = SecretText::new("changed elsewhere");
    let (mut old_opened, mut new_opened) = (0, 0);
    for killed in [true, false] {
        for at in 0.. {
            let desk = Desk::new();
            add(&mut desk.create(), 1, "GitHub");
            let old_file = fs::read(desk.folder.join("unlock/passphrase.age")).unwrap();
            let other = elsewhere(&desk, "other", 2, "from elsewhere");
            change_passphrase(&desk.elsewhere(2), &other, &passphrase(), &new);
            let storage = Arc::new(Faulty::new(&desk.folder, at, killed));
            let world = World { storage: storage.clone(), ..desk.world.clone() };
            let mut cut = open(&world, &desk.folder);
            let person = || Answers { passphrases: vec!["changed elsewhere"], ..Answers::default() };
            let taken = fold(&mut cut, &other, &mut person());
            if !storage.has_failed() {
                taken.unwrap();
                break;
            }
            let what = format!("change {at}, killed: {killed}: {:?}", taken.err());
            if !killed {
                let saved = cut.store_mut().unwrap().change(|vault, stamper| {
                    vault.insert(totp(7, stamper, "of the same program", "hugo"));
                    Ok(())
                });
                saved.unwrap_or_else(|error| panic!("{what}: {error}"));
            }
            // Whatever is saved in between keeps the way in.
            let world = World { entropy: desk.elsewhere(9).entropy, ..desk.world.clone() };
            let unlock = |with: &SecretText| store::unlock(&world, &desk.folder, with, Trust::Pinned);
            match unlock(&passphrase()) {
                Ok(mut store) => {
                    old_opened += 1;
                    add(&mut store, 5, "saved in between");
                    drop(store);
                    let mut session = open(&world, &desk.folder);
                    fold(&mut session, &other, &mut person()).unwrap_or_else(|error| panic!("{what}: {error}"));
                }
                Err(_) => {
                    new_opened += 1;
                    add(&mut unlock(&new).unwrap_or_else(|error| panic!("{what}: {error}")), 5, "saved in between");
                }
            }
            let store = unlock(&new).unwrap_or_else(|error| panic!("{what}: {error}"));
            let mut entries: Vec<u128> = store.vault().active().map(|entry| entry.id.0).collect();
            entries.retain(|id| *id != 7);
            assert_eq!(entries, [1, 2, 5], "{what}");
            assert!(unlock(&passphrase()).is_err(), "{what}");
            let sealed = fs::read(desk.folder.join("vault.age")).unwrap();
            let old = seal::unwrap(&old_file, &passphrase()).unwrap();
            assert!(seal::open(&sealed, &old).is_err(), "the old key opens it: {what}");
        }
    }
    assert!(old_opened > 10 && new_opened > 3, "both outcomes were met: {old_opened} old, {new_opened} new");
}

#[test]
fn the_file_of_a_new_passphrase_stays_while_its_vault_is_on_the_way() {
    let desk = Desk::new();
    let key = MethodKey::generate();
    let new = NewMethod::Direct { kind: MethodKind::RECOVERY, recipient: &key.recipient() };
    desk.create().add_method("paper", new).unwrap();
    let by_key = |world: &World, folder: &Path| {
        let keys = Identities::parse(&key.text(), "key").unwrap();
        Session::unlock_by(world, folder, &keys, Arc::new(Nobody), Trust::Pinned).unwrap()
    };
    // Another machine removes the passphrase, and sets another one later.
    let other = elsewhere(&desk, "other", 2, "from elsewhere");
    let mut session = by_key(&desk.elsewhere(2), &other);
    let theirs = session.store_mut().unwrap();
    theirs.remove_method("passphrase").unwrap();
    let without = fs::read(other.join("vault.age")).unwrap();
    let set_anew = SecretText::new("set anew elsewhere");
    theirs.change_passphrase(&set_anew, Some(1)).unwrap();
    // A sync program brings its file, while of its vaults only the older one is here.
    fs::copy(other.join("unlock/passphrase.age"), desk.folder.join("unlock/passphrase.age")).unwrap();
    fs::write(desk.folder.join("vault 2.age"), without).unwrap();
    let mut session = by_key(&desk.world, &desk.folder);
    assert_eq!(session.fold_conflict_copies()[0], "merged a conflict copy, now in backups: vault 2.age");
    let methods = session.store_mut().unwrap().methods();
    let methods: Vec<_> = methods.iter().map(|method| (method.name.as_str(), method.state)).collect();
    assert_eq!(methods, [("paper", MethodState::Usable), ("passphrase", MethodState::Stray)]);
    // Once the newer one comes it opens it.
    fs::copy(other.join("vault.age"), desk.folder.join("vault.age")).unwrap();
    let opened = Session::unlock(&desk.world, &desk.folder, &set_anew, Trust::Pinned).unwrap();
    assert_eq!(labels(&opened), ["from elsewhere"]);
}

#[test]
fn a_conflict_copy_that_has_nothing_new_makes_no_backup() {
    let desk = Desk::new();
    add(&mut desk.create(), 1, "GitHub");
    fs::copy(desk.folder.join("vault.age"), desk.folder.join("vault 2.age")).unwrap();
    let mut session = open(&desk.world, &desk.folder);
    session.fold_conflict_copies();
    assert_eq!(names(&desk.folder.join(FOLDER)), ["vault 2.age"]);
}

#[test]
fn a_sync_program_that_chose_the_vault_of_the_old_passphrase_locks_nobody_out() {
    let desk = Desk::new();
    add(&mut desk.create(), 1, "GitHub");
    let other = elsewhere(&desk, "other", 2, "written with the old one");
    let new = SecretText::new("quite another one");
    change_passphrase(&desk.world, &desk.folder, &passphrase(), &new);
    // The other machine's file was newer; the one of the new passphrase became the conflict copy.
    let name = "vault.sync-conflict-20261125-101010-ABCDEFG.age";
    fs::rename(desk.folder.join("vault.age"), desk.folder.join(name)).unwrap();
    fs::copy(other.join("vault.age"), desk.folder.join("vault.age")).unwrap();
    let mut session = Session::unlock(&desk.world, &desk.folder, &new, Trust::Pinned).unwrap();
    assert_eq!(labels(&session), ["GitHub"]);
    let said = session.fold_conflict_copies();
    assert!(said.len() == 1 && said[0].contains("waits for you") && said[0].contains("older passphrase"), "{said:?}");
    let waiting = desk.folder.join("vault (conflict, older passphrase).age");
    fold(&mut session, &waiting, &mut Answers { trusts: Some(true), ..Answers::default() }).unwrap();
    as_merged(&mut session, &waiting).unwrap().unwrap();
    assert_eq!(labels(&session), ["GitHub", "written with the old one"]);
    assert_eq!(names(&desk.folder), ["backups", "unlock", "vault.age", "vault.lock"]);
}
