//! The store on a real disk: create, unlock, change, and what it says when something is wrong.

use crate::support::store::*;
use crate::support::world::FakeEntropy;
use countersign::error::{Error, ErrorKind, Result};
use countersign::ops::usage::{self, Usage};
use countersign::secret::SecretText;
use countersign::vault::entry::EntryId;
use countersign::vault::seal;
use countersign::vault::stamp::Stamp;
use countersign::vault::store::{self, OpenStore, Presence, Trust, World};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;

fn add(store: &mut OpenStore, id: u128, issuer: &str) -> Result<()> {
    store.change(|vault, stamper| {
        vault.insert(totp(id, stamper, issuer, "hugo@example.org"));
        Ok(())
    })
}

fn labels(store: &OpenStore) -> Vec<&str> {
    store.vault().active().map(|entry| entry.label()).collect()
}

fn unlock_in(world: &World, folder: &Path) -> Result<OpenStore> {
    store::unlock(world, folder, &passphrase(), Trust::Pinned)
}

fn error_of<T>(result: Result<T>) -> Error {
    result.err().expect("it fails")
}

#[test]
fn a_new_vault_opens_with_its_passphrase_and_keeps_what_is_saved() {
    let desk = Desk::new();
    assert_eq!(store::presence(&desk.world, &desk.folder).unwrap(), Presence::Nothing);
    let mut made = desk.create();
    assert_eq!(made.warnings(), [] as [&str; 0]);
    add(&mut made, 1, "GitHub").unwrap();
    assert_eq!(store::presence(&desk.world, &desk.folder).unwrap(), Presence::Vault);
    let opened = desk.unlock();
    assert_eq!(opened.vault(), made.vault());
    assert_eq!(opened.warnings(), [] as [&str; 0]);
    assert_eq!(opened.read_only(), None);
    assert_eq!(labels(&opened), ["GitHub"]);
}

#[test]
fn a_wrong_passphrase_says_so() {
    let desk = Desk::new();
    desk.create();
    let error = error_of(store::unlock(&desk.world, &desk.folder, &SecretText::new("wrong"), Trust::Pinned));
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::WrongPassphrase, "the passphrase is wrong"));
}

#[test]
fn no_vault_is_made_over_another_one() {
    let desk = Desk::new();
    desk.create();
    let before = fs::read(desk.folder.join("vault.age")).unwrap();
    let error = error_of(store::create(&desk.world, &desk.folder, &SecretText::new("new"), 1));
    assert_eq!(error.kind, ErrorKind::WouldOverwrite);
    assert_eq!(fs::read(desk.folder.join("vault.age")).unwrap(), before);
}

#[test]
fn where_there_is_nothing_there_is_no_vault_to_open() {
    let desk = Desk::new();
    for folder in [desk.home().join("nowhere"), desk.home().to_owned()] {
        assert_eq!(error_of(unlock_in(&desk.world, &folder)).kind, ErrorKind::NoVault);
    }
    fs::write(desk.home().join("file"), "x").unwrap();
    let error = error_of(store::presence(&desk.world, &desk.home().join("file")));
    assert!(error.what.ends_with("file is not a folder"), "{error}");
}

#[test]
fn a_work_factor_out_of_bounds_is_refused_and_makes_nothing() {
    let desk = Desk::new();
    for factor in [0, 21, 63, 64, 255] {
        let error = error_of(store::create(&desk.world, &desk.folder, &passphrase(), factor));
        assert_eq!(error.kind, ErrorKind::Usage);
    }
    assert!(!desk.folder.exists());
}

#[test]
fn folders_are_0700_and_files_0600() {
    let desk = Desk::new();
    add(&mut desk.create(), 1, "GitHub").unwrap();
    let mode = |path: &str| fs::metadata(desk.folder.join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(["", "unlock"].map(mode), [0o700; 2]);
    assert_eq!(["vault.age", "unlock/passphrase.age", "vault.lock"].map(mode), [0o600; 3]);
    let state = |path: &str| fs::metadata(desk.world.state_folder.join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(["", "vaults", "device"].map(state), [0o700, 0o700, 0o600]);
}

#[test]
fn no_key_or_recipient_is_written_in_clear() {
    let desk = Desk::new();
    let mut store = desk.create();
    add(&mut store, 1, "GitHub").unwrap();
    let recipient = store.vault().methods[0].recipient.clone();
    for file in ["vault.age", "unlock/passphrase.age"] {
        let text = String::from_utf8_lossy(&fs::read(desk.folder.join(file)).unwrap()).into_owned();
        for secret in [recipient.as_str(), "AGE-SECRET-KEY", "GitHub", store.vault().id.as_str()] {
            assert!(!text.contains(secret), "{file}");
        }
    }
}

#[test]
fn an_edit_that_fails_changes_nothing() {
    let desk = Desk::new();
    let mut store = desk.create();
    add(&mut store, 1, "GitHub").unwrap();
    let (vault, file) = (store.vault().clone(), fs::read(desk.folder.join("vault.age")).unwrap());
    let error = store.change(|vault, _| -> Result<()> {
        vault.entries.clear();
        Err(Error::failed("no"))
    });
    assert_eq!(error, Err(Error::failed("no")));
    assert_eq!((store.vault(), fs::read(desk.folder.join("vault.age")).unwrap()), (&vault, file));
}

#[test]
fn an_edit_that_changes_nothing_writes_nothing() {
    let desk = Desk::new();
    let mut store = desk.create();
    let file = fs::read(desk.folder.join("vault.age")).unwrap();
    store.change(|_, _| Ok(())).unwrap();
    assert_eq!(fs::read(desk.folder.join("vault.age")).unwrap(), file);
}

#[test]
fn two_programs_keep_each_others_edits() {
    let desk = Desk::new();
    let mut one = desk.create();
    let mut two = desk.unlock();
    add(&mut one, 1, "from one").unwrap();
    add(&mut two, 2, "from two").unwrap();
    assert_eq!(labels(&two), ["from one", "from two"]);
    assert_eq!(labels(&one), ["from one"]);
    assert!(one.refresh().unwrap());
    assert!(!one.refresh().unwrap());
    assert_eq!(one.vault(), two.vault());
}

#[test]
fn four_writers_at_once_lose_none_of_their_edits() {
    let desk = Desk::new();
    desk.create();
    std::thread::scope(|scope| {
        for writer in 0..4u128 {
            let mut store = desk.unlock();
            scope.spawn(move || {
                for edit in 0..100 {
                    add(&mut store, writer * 1000 + edit, "x").unwrap();
                }
            });
        }
    });
    let ids: Vec<u128> = desk.unlock().vault().entries.iter().map(|entry| entry.id.0).collect();
    let all: Vec<u128> = (0..4).flat_map(|writer| (0..100).map(move |edit| writer * 1000 + edit)).collect();
    assert_eq!(ids, all);
}

#[test]
fn a_vault_that_another_program_writes_to_for_long_is_busy() {
    use crate::support::disk::FakeDisk;
    let disk = FakeDisk::default();
    let desk = Desk::new();
    let world = World { storage: Arc::new(disk.clone()), state_folder: "/state".into(), ..desk.world.clone() };
    let mut store = store::create(&world, Path::new("/vault"), &passphrase(), 1).unwrap();
    let held = world.storage.lock(Path::new("/vault/vault.lock"), std::time::Duration::ZERO).unwrap();
    let error = error_of(add(&mut store, 1, "GitHub"));
    assert_eq!((error.kind, error.kind.exit_code()), (ErrorKind::Busy, 6));
    drop(held);
    add(&mut store, 1, "GitHub").unwrap();
}

#[test]
fn what_a_cut_write_left_is_ignored_and_removed() {
    let desk = Desk::new();
    let mut store = desk.create();
    for stale in [".vault.age.00ff.tmp", "unlock/.passphrase.age.12ab.tmp"] {
        fs::write(desk.folder.join(stale), "half").unwrap();
    }
    fs::write(desk.folder.join("mine.tmp"), "kept").unwrap();
    assert_eq!(desk.unlock().warnings(), [] as [&str; 0]);
    add(&mut store, 1, "GitHub").unwrap();
    let mut names: Vec<_> = fs::read_dir(&desk.folder).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["mine.tmp", "unlock", "vault.age", "vault.lock"]);
    assert_eq!(fs::read_dir(desk.folder.join("unlock")).unwrap().count(), 1);
}

#[test]
fn a_symlinked_vault_stays_a_symlink() {
    let desk = Desk::new();
    desk.create();
    let link = desk.home().join("link");
    symlink(&desk.folder, &link).unwrap();
    let dotfiles = desk.home().join("dotfiles");
    fs::create_dir_all(dotfiles.join("unlock")).unwrap();
    symlink(desk.folder.join("vault.age"), dotfiles.join("vault.age")).unwrap();
    symlink(desk.folder.join("unlock/passphrase.age"), dotfiles.join("unlock/passphrase.age")).unwrap();
    for (id, folder) in [(1, &link), (2, &dotfiles)] {
        let mut store = unlock_in(&desk.world, folder).unwrap();
        assert_eq!(store.warnings(), [] as [&str; 0], "the same vault by another way is no other vault");
        add(&mut store, id, "x").unwrap();
    }
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::symlink_metadata(dotfiles.join("vault.age")).unwrap().is_symlink());
    assert_eq!(desk.unlock().vault().entries.len(), 2);
    assert!(!dotfiles.join("vault.lock").exists());
}

#[test]
fn missing_and_emptied_files_are_clear_errors_and_never_a_new_vault() {
    let damaged = ErrorKind::VaultDamaged;
    let cases: [(&str, Option<&str>, ErrorKind, &str); 4] = [
        ("vault.age", None, damaged, "vault.age is missing in "),
        ("vault.age", Some(""), damaged, "the vault is damaged: vault.age: it is empty"),
        // It may have no passphrase at all: only who opens it can tell.
        ("unlock/passphrase.age", None, ErrorKind::WrongPassphrase, "this vault has no passphrase here: unlock it by a key"),
        ("unlock/passphrase.age", Some(""), damaged, "the vault is damaged: unlock/passphrase.age: it is empty"),
    ];
    for (file, content, kind, what) in cases {
        let desk = Desk::new();
        desk.create();
        match content {
            None => fs::remove_file(desk.folder.join(file)).unwrap(),
            Some(content) => fs::write(desk.folder.join(file), content).unwrap(),
        }
        let error = error_of(unlock_in(&desk.world, &desk.folder));
        assert_eq!(error.kind, kind);
        assert!(error.what.starts_with(what) && error.hint.is_some(), "{error:?}");
        assert!(store::create(&desk.world, &desk.folder, &passphrase(), 1).is_err());
    }
}

#[test]
fn a_vault_emptied_while_open_is_not_written_over() {
    let desk = Desk::new();
    let mut store = desk.create();
    fs::write(desk.folder.join("vault.age"), "").unwrap();
    assert_eq!(error_of(add(&mut store, 1, "GitHub")).kind, ErrorKind::VaultDamaged);
    assert_eq!(fs::read(desk.folder.join("vault.age")).unwrap(), b"");
}

/// Writes the payload of the vault anew, changed by `edit`, as another program could that knows the key.
fn rewrite(desk: &Desk, edit: impl FnOnce(String) -> String) {
    let keys = seal::unwrap(&fs::read(desk.folder.join("unlock/passphrase.age")).unwrap(), &passphrase()).unwrap();
    let path = desk.folder.join("vault.age");
    let (payload, _) = seal::open(&fs::read(&path).unwrap(), &keys).unwrap();
    let payload = edit(String::from_utf8(payload.to_vec()).unwrap());
    fs::write(&path, seal::seal(payload.as_bytes(), &[&keys[0].recipient()]).unwrap()).unwrap();
}

#[test]
fn a_vault_of_a_newer_version_opens_read_only_and_says_so() {
    let desk = Desk::new();
    let mut open = desk.create();
    add(&mut open, 1, "GitHub").unwrap();
    rewrite(&desk, |payload| payload.replace("{\"version\":1,", "{\"version\":2,\"shape\":\"new\","));
    let file = fs::read(desk.folder.join("vault.age")).unwrap();
    let mut store = desk.unlock();
    assert_eq!(labels(&store), ["GitHub"]);
    assert_eq!(store.read_only(), Some("a newer version of countersign wrote this vault (format 2)"));
    for store in [&mut store, &mut open] {
        assert_eq!(error_of(add(store, 2, "no")).kind, ErrorKind::ReadOnly);
    }
    assert_eq!(fs::read(desk.folder.join("vault.age")).unwrap(), file);
    open.refresh().unwrap();
    assert!(open.read_only().is_some());
}

#[test]
fn a_method_that_is_not_understood_makes_it_read_only_so_that_nobody_is_locked_out() {
    let desk = Desk::new();
    desk.create();
    rewrite(&desk, |payload| payload.replace("\"methods\":[", "\"methods\":[{\"kind\":\"later\"},"));
    let mut store = desk.unlock();
    assert_eq!(store.read_only(), Some("it has an unlock method that this version can't write for"));
    assert_eq!(error_of(add(&mut store, 2, "no")).kind, ErrorKind::ReadOnly);
}

#[test]
fn a_read_only_folder_opens_read_only() {
    let desk = Desk::new();
    add(&mut desk.create(), 1, "GitHub").unwrap();
    fs::set_permissions(&desk.folder, fs::Permissions::from_mode(0o500)).unwrap();
    let mut store = desk.unlock();
    let why = format!("the folder {} is read-only", fs::canonicalize(&desk.folder).unwrap().display());
    assert_eq!(store.read_only(), Some(why.as_str()));
    assert_eq!(error_of(add(&mut store, 2, "no")).kind, ErrorKind::ReadOnly);
    assert_eq!(labels(&store), ["GitHub"]);
    fs::set_permissions(&desk.folder, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn the_first_opening_elsewhere_shows_the_same_six_words_and_only_once() {
    let desk = Desk::new();
    desk.create();
    let shown = [1, 2].map(|machine| {
        let world = desk.elsewhere(machine);
        let first = unlock_in(&world, &desk.folder).unwrap().warnings().to_vec();
        assert_eq!(unlock_in(&world, &desk.folder).unwrap().warnings(), [] as [&str; 0]);
        first
    });
    assert_eq!(shown[0], shown[1]);
    let words = shown[0][0].strip_prefix("first opening of this vault on this machine; its fingerprint is: ").unwrap();
    assert_eq!(words.split(' ').count(), 6);
}

#[test]
fn another_vault_in_the_place_of_the_known_one_opens_only_when_trusted() {
    let desk = Desk::new();
    add(&mut desk.create(), 1, "mine").unwrap();
    let mut open = desk.unlock();
    fs::rename(&desk.folder, desk.home().join("old")).unwrap();
    let stranger = desk.elsewhere(1);
    add(&mut store::create(&stranger, &desk.folder, &passphrase(), 1).unwrap(), 2, "theirs").unwrap();
    let error = error_of(unlock_in(&desk.world, &desk.folder));
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::NotTrusted, "this is not the vault that was here before"));
    assert!(error.hint.unwrap().contains("--trust-vault"));
    assert!(add(&mut open, 3, "no").is_err(), "the open one does not write over it");
    let trusted = store::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Accept).unwrap();
    assert_eq!(labels(&trusted), ["theirs"]);
    assert_eq!(labels(&desk.unlock()), ["theirs"]);
}

#[test]
fn an_older_state_put_back_is_told_until_the_person_takes_it() {
    let desk = Desk::new();
    let mut store = desk.create();
    add(&mut store, 1, "GitHub").unwrap();
    let older = fs::read(desk.folder.join("vault.age")).unwrap();
    desk.clock.advance(std::time::Duration::from_secs(60));
    add(&mut store, 2, "npm").unwrap();
    drop(store);
    fs::write(desk.folder.join("vault.age"), older).unwrap();
    let told = ["an older state of this vault was put back: edits seen here before are missing"];
    assert_eq!(desk.unlock().warnings(), told);
    let mut store = desk.unlock();
    assert_eq!(store.warnings(), told);
    desk.clock.advance(std::time::Duration::from_secs(60));
    add(&mut store, 3, "Amazon").unwrap();
    // The edit hides the gap from the stamps; the gap is there all the same.
    assert_eq!(desk.unlock().warnings(), told);
    let taken = store::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Accept).unwrap();
    assert_eq!(taken.warnings(), [] as [&str; 0]);
    assert_eq!(desk.unlock().warnings(), [] as [&str; 0]);
}

#[test]
fn an_older_state_put_back_under_an_open_vault_takes_nothing_from_it() {
    let desk = Desk::new();
    let mut store = desk.create();
    add(&mut store, 1, "GitHub").unwrap();
    let older = fs::read(desk.folder.join("vault.age")).unwrap();
    add(&mut store, 2, "npm").unwrap();
    fs::write(desk.folder.join("vault.age"), older).unwrap();
    assert!(!store.refresh().unwrap());
    add(&mut store, 3, "Amazon").unwrap();
    assert_eq!(labels(&desk.unlock()), ["GitHub", "npm", "Amazon"]);
}

#[test]
fn a_clock_set_to_2100_is_told_and_freezes_nothing() {
    let desk = Desk::new();
    let mut store = desk.create();
    desk.clock.set_wall(4_102_444_800_000);
    add(&mut store, 1, "in 2100").unwrap();
    desk.clock.set_wall(TODAY * 1000);
    let mut store = desk.unlock();
    assert_eq!(
        store.warnings(),
        [
            "an edit in this vault is dated 26701 days ahead of this machine's clock: a clock is or was wrong, here or on another device"
        ]
    );
    let before = store.vault().highest();
    add(&mut store, 1, "today").unwrap();
    assert_eq!(labels(&store), ["today"]);
    let after = store.vault().highest();
    assert!(after > before && after.wall_ms == before.wall_ms);
}

#[test]
fn trouble_with_the_state_folder_is_told_and_keeps_nothing_shut() {
    let desk = Desk::new();
    desk.create();
    // A file where the folder should be.
    let blocked = World { state_folder: desk.folder.join("vault.age"), ..desk.world.clone() };
    let mut store = unlock_in(&blocked, &desk.folder).unwrap();
    assert!(store.warnings().iter().any(|warning| warning.starts_with("can't write ")), "{:?}", store.warnings());
    add(&mut store, 1, "GitHub").unwrap();
    // Nonsense in its files.
    let vaults = desk.world.state_folder.join("vaults");
    let record = fs::read_dir(&vaults).unwrap().next().unwrap().unwrap().path();
    for nonsense in ["", "{", "\u{0}", "[]"] {
        fs::write(&record, nonsense).unwrap();
        let store = desk.unlock();
        assert_eq!(store.warnings().len(), 3, "{:?}", store.warnings());
        assert_eq!(desk.unlock().warnings(), [] as [&str; 0]);
    }
    fs::write(desk.world.state_folder.join("device"), "nonsense").unwrap();
    add(&mut desk.unlock(), 2, "npm").unwrap();
    assert_eq!(labels(&desk.unlock()), ["GitHub", "npm"]);
}

#[test]
fn each_machine_has_a_device_id_of_its_own_and_keeps_it() {
    let desk = Desk::new();
    desk.create();
    let device = |world: &World| {
        let mut store = unlock_in(world, &desk.folder).unwrap();
        let mut at = Stamp::default();
        store
            .change(|_, stamper| {
                at = stamper.next();
                Ok(())
            })
            .unwrap();
        at.device
    };
    let elsewhere = World { entropy: Arc::new(FakeEntropy::seed(99)), ..desk.elsewhere(1) };
    let (here, there) = (device(&desk.world), device(&elsewhere));
    assert_ne!(here, there);
    assert_eq!((device(&desk.world), device(&elsewhere)), (here, there));
}

#[test]
fn a_passphrase_file_with_several_keys_opens_by_whichever_fits() {
    let desk = Desk::new();
    add(&mut desk.create(), 1, "GitHub").unwrap();
    let path = desk.folder.join("unlock/passphrase.age");
    let keys = seal::unwrap(&fs::read(&path).unwrap(), &passphrase()).unwrap();
    let other = seal::MethodKey::generate();
    for order in [[&other, &keys[0]], [&keys[0], &other]] {
        fs::write(&path, seal::wrap(&order, &passphrase(), 1).unwrap()).unwrap();
        assert_eq!(labels(&desk.unlock()), ["GitHub"]);
    }
    fs::write(&path, seal::wrap(&[&other], &passphrase(), 1).unwrap()).unwrap();
    let error = error_of(unlock_in(&desk.world, &desk.folder));
    assert_eq!(error.what, "the vault is damaged: vault.age: it is not encrypted to this key");
}

#[test]
fn what_was_purged_is_gone_from_the_file_even_after_merging_with_an_older_copy() {
    let desk = Desk::new();
    let mut store = desk.create();
    add(&mut store, 1, "GitHub").unwrap();
    let mut other = desk.unlock();
    let older = fs::read(desk.folder.join("vault.age")).unwrap();
    store
        .change(|vault, stamper| {
            let at = stamper.next();
            vault.entries.iter_mut().for_each(|entry| Arc::make_mut(entry).purge(at));
            Ok(())
        })
        .unwrap();
    add(&mut other, 2, "npm").unwrap();
    assert_eq!((labels(&other), other.vault().trash().count()), (vec!["npm"], 0));
    fs::write(desk.folder.join("vault.age"), older).unwrap();
    add(&mut other, 3, "Amazon").unwrap();
    let entry = desk.unlock().vault().entries[0].clone();
    assert_eq!((entry.issuer.value.as_str(), entry.has_no_credential()), ("", true));
    assert_eq!(labels(&desk.unlock()), ["npm", "Amazon"]);
}

#[test]
fn the_real_clock_and_entropy_are_of_this_world() {
    use countersign::ports::system::{SystemClock, SystemEntropy};
    use countersign::ports::{Clock, Entropy};
    let unix = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    assert!(u128::from(SystemClock.now()).abs_diff(unix) < 60_000);
    let uptime = fs::read_to_string("/proc/uptime").unwrap();
    let uptime: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
    let boot = SystemClock.boot();
    assert!((boot.as_secs_f64() - uptime).abs() < 60.0, "{boot:?}, {uptime}");
    assert!(SystemClock.boot() >= boot);
    let (mut one, mut two) = ([0; 32], [0; 32]);
    SystemEntropy.fill(&mut one);
    SystemEntropy.fill(&mut two);
    assert!(one != two && one != [0; 32]);
}

/// Runs a command in a pseudo-terminal, answers its question, and waits for its end.
pub fn answer_in_a_terminal(mut command: portable_pty::CommandBuilder, folder: &Path, answer: &str) -> (bool, String) {
    command.cwd(folder);
    crate::support::pty::converse(command, &[("passphrase", answer)])
}

#[test]
fn stock_age_opens_everything() {
    if std::process::Command::new("age").arg("--version").output().is_err() {
        return println!("skipped: age is not installed");
    }
    let desk = Desk::new();
    let mut store = store::create(&desk.world, &desk.folder, &passphrase(), 10).unwrap();
    add(&mut store, 1, "GitHub").unwrap();
    let command = || {
        let mut age = portable_pty::CommandBuilder::new("age");
        age.args(["-d", "-o", "plain.json", "-i", "unlock/passphrase.age", "vault.age"]);
        age
    };
    let (opened, said) = answer_in_a_terminal(command(), &desk.folder, "wrong");
    assert!(!opened && said.contains("incorrect passphrase"), "{said}");
    let (opened, said) = answer_in_a_terminal(command(), &desk.folder, passphrase().expose());
    assert!(opened, "{said}");
    let plain = fs::read(desk.folder.join("plain.json")).unwrap();
    assert_eq!(plain, *countersign::vault::schema::write(store.vault()));
    let json: serde_json::Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(json["entries"][0]["issuer"], "GitHub");
}

#[test]
fn a_vault_made_by_stock_age_opens() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    if Command::new("age").arg("--version").output().is_err() {
        return println!("skipped: age is not installed");
    }
    let desk = Desk::new();
    add(&mut desk.create(), 1, "GitHub").unwrap();
    let recipient = desk.unlock().vault().methods[0].recipient.clone();
    let payload = countersign::vault::schema::write(desk.unlock().vault());
    let mut age = Command::new("age");
    age.args(["-e", "-r", &recipient, "-o"]).arg(desk.folder.join("vault.age")).stdin(Stdio::piped());
    let mut child = age.spawn().unwrap();
    child.stdin.take().unwrap().write_all(&payload).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(labels(&desk.unlock()), ["GitHub"]);
}

#[test]
fn an_older_state_is_noticed_even_where_only_codes_were_taken_since() {
    use countersign::ops::change::{Change, apply};
    use countersign::otp::{Credential, Kind};
    use countersign::secret::Secret;
    use countersign::transfer::Draft;
    use countersign::vault::entry::EntryId;
    let desk = Desk::new();
    let mut store = desk.create();
    let does =
        |store: &mut OpenStore, change| store.change(|vault, stamper| apply(vault, stamper, &mut || EntryId(1), change)).unwrap();
    does(&mut store, Change::Enrol(vec![Draft::new(Credential::new(Kind::Hotp, Secret::new(vec![1; 20])))]));
    let older = fs::read(desk.folder.join("vault.age")).unwrap();
    does(&mut store, Change::NextCode(EntryId(1)));
    assert_eq!(desk.unlock().warnings(), [] as [&str; 0]);
    fs::write(desk.folder.join("vault.age"), older).unwrap();
    assert_eq!(desk.unlock().warnings(), ["an older state of this vault was put back: edits seen here before are missing"]);
}

#[test]
fn a_weak_work_factor_is_told_once_to_whoever_did_not_choose_it() {
    let desk = Desk::new();
    desk.create();
    let weak = "this vault's passphrase is cheap to guess: its work factor is 1, less than 17";
    assert_eq!(desk.unlock().warnings(), [] as [&str; 0]);
    let elsewhere = desk.elsewhere(1);
    let warnings = unlock_in(&elsewhere, &desk.folder).unwrap().warnings().to_vec();
    assert!(warnings.len() == 2 && warnings[1] == weak, "{warnings:?}");
    assert_eq!(unlock_in(&elsewhere, &desk.folder).unwrap().warnings(), [] as [&str; 0]);
}

#[test]
fn usage_is_counted_by_lines_that_are_folded_into_one_file_once_they_are_many() {
    let desk = Desk::new();
    let state = &desk.world.state_folder;
    let times = |id: u128| Usage::load(&desk.world).of(EntryId(id)).map(|used| used.times);
    usage::note(&desk.world, EntryId(1)).unwrap();
    Usage::load(&desk.world).count(&desk.world, EntryId(1)).unwrap();
    desk.clock.advance(std::time::Duration::from_secs(1));
    usage::note(&desk.world, EntryId(2)).unwrap();
    assert_eq!((times(1), times(2), times(3)), (Some(2), Some(1), None));
    assert_eq!(Usage::load(&desk.world).of(EntryId(2)).unwrap().last, (TODAY + 1) * 1000);
    // What was cut short is passed over.
    let log = state.join("usage.log");
    let cut = fs::read_to_string(&log).unwrap().replacen(" ", " x", 1);
    fs::write(&log, cut).unwrap();
    assert_eq!((times(1), times(2)), (Some(1), Some(1)));
    assert!(!state.join("usage.json").exists());
    for _ in 0..1300 {
        usage::note(&desk.world, EntryId(3)).unwrap();
    }
    assert_eq!((times(1), times(2), times(3)), (Some(1), Some(1), Some(1300)));
    assert!(state.join("usage.json").exists() && !log.exists());
    usage::note(&desk.world, EntryId(3)).unwrap();
    assert_eq!((times(1), times(2), times(3)), (Some(1), Some(1), Some(1301)));
}

#[test]
fn usage_counts_that_can_not_be_read_are_set_aside_and_a_full_disk_leaves_nothing_behind() {
    let desk = Desk::new();
    let state = &desk.world.state_folder;
    fs::create_dir_all(state).unwrap();
    fs::write(state.join("usage.json"), "{\"cut sho").unwrap();
    for _ in 0..1300 {
        usage::note(&desk.world, EntryId(1)).unwrap();
    }
    assert_eq!(Usage::load(&desk.world).of(EntryId(1)).unwrap().times, 1300);
    assert_eq!(fs::read_to_string(state.join("usage.unread.json")).unwrap(), "{\"cut sho");
    assert_eq!(Usage::load(&desk.world).of(EntryId(1)).unwrap().times, 1300);
    let disk = crate::support::disk::FakeDisk::default();
    let world = World { storage: Arc::new(disk.clone()), state_folder: "/state".into(), ..desk.world.clone() };
    disk.fail(1, std::io::ErrorKind::StorageFull);
    let error = usage::note(&world, EntryId(1)).unwrap_err();
    assert_eq!(error.what, "can't keep the usage counts in /state/usage.log: no storage space");
    assert_eq!(disk.files(), [] as [&Path; 0]);
}
