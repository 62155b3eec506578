//! Several processes on one vault, several machines on one repository, and git that merges by itself: all with the program
//! as it is.

use crate::place::{PASSPHRASE, PROGRAM, Place};
use crate::support::is_installed;
use crate::support::rekey::change_passphrase;
use crate::support::world::FakeKeyring;
use countersign::ports::disk::Disk;
use countersign::ports::system::{SystemClock, SystemEntropy};
use countersign::secret::SecretText;
use countersign::vault::store::World;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

fn link(issuer: &str) -> String {
    let secret: String = issuer.bytes().flat_map(|byte| [b'A' + (byte >> 4), b'A' + (byte & 15)]).map(char::from).collect();
    format!("otpauth://totp/{issuer}:hugo?secret={secret}MFRGGZDF&issuer={issuer}\n")
}

fn issuers(place: &Place) -> Vec<String> {
    let listed = place.run(&["list", "--json"]).done().json();
    let mut issuers: Vec<String> =
        listed.as_array().unwrap().iter().map(|entry| entry["issuer"].as_str().unwrap().to_owned()).collect();
    issuers.sort();
    issuers
}

fn git(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new("git");
    command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", folder);
    command.args(["-c", "user.name=hugo", "-c", "user.email=hugo@example.org"]).args(arguments).output().unwrap()
}

fn world(place: &Place) -> World {
    World {
        storage: Arc::new(Disk),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        keyring: Arc::new(FakeKeyring::default()),
        state_folder: place.path("state/countersign"),
    }
}

#[test]
fn four_processes_with_100_edits_each_keep_all_400() {
    let place = Place::new();
    std::thread::scope(|scope| {
        for process in 0..4 {
            let place = &place;
            scope.spawn(move || {
                for edit in 0..100 {
                    place.add(&link(&format!("P{process}E{edit:03}")));
                }
            });
        }
    });
    let mut expected: Vec<String> =
        (0..4).flat_map(|process| (0..100).map(move |edit| format!("P{process}E{edit:03}"))).collect();
    expected.sort();
    assert_eq!(issuers(&place), expected);
}

/// Two machines that sync through one repository.
struct Two {
    one: Place,
    two: Place,
}

impl Two {
    fn new() -> Two {
        let (one, two) = (Place::new(), Place::empty());
        let hub = one.path("hub.git").to_str().unwrap().to_owned();
        assert!(git(Path::new("/"), &["init", "--quiet", "--bare", "--initial-branch=main", &hub]).status.success());
        one.add(&link("GitHub"));
        let ran = one.run(&["sync", "--remote", &hub]).done();
        assert!(ran.stderr.ends_with("Synced: nothing new came in; what is here was sent\n"), "{}", ran.stderr);
        let ran = two.run(&["sync", "--remote", &hub]).done();
        assert!(ran.stderr.starts_with(&format!("Brought the vault to {}\n", two.vault().display())), "{}", ran.stderr);
        assert!(ran.stderr.contains("its fingerprint is: "), "{}", ran.stderr);
        Two { one, two }
    }

    /// The second one has another passphrase now.
    fn change_passphrase(&self, new: &str) {
        change_passphrase(&world(&self.two), &self.two.vault(), &SecretText::new(PASSPHRASE), &SecretText::new(new));
        self.two.file("passphrase", new);
    }
}

#[test]
fn what_one_machine_adds_the_other_has_after_a_sync_and_twins_are_told_of() {
    if !is_installed("git") {
        return println!("skipped: git is not installed");
    }
    let Two { one, two } = Two::new();
    one.add(&link("Forge"));
    two.add(&link("Forge"));
    two.run(&["sync"]).done();
    let ran = one.run(&["sync"]).done();
    assert_eq!(ran.text(), "new  Forge (hugo)\n");
    let told = "warning: the same secret is in 2 entries: Forge (hugo), Forge (hugo)\nJoin them in the full-screen program";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    let ran = two.run(&["sync"]).done();
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert!(!one.run(&["sync"]).done().stderr.contains("the same secret"), "told once");
    assert_eq!(issuers(&two), ["Forge", "Forge", "GitHub"]);
    std::fs::rename(one.path("hub.git"), one.path("gone.git")).unwrap();
    one.add(&link("Offline"));
    let ran = one.run(&["sync"]).done();
    assert!(ran.stderr.contains("warning: the repository was not reached: "), "{}", ran.stderr);
    std::fs::rename(one.path("gone.git"), one.path("hub.git")).unwrap();
    one.run(&["sync"]).done();
    two.run(&["sync"]).done();
    assert_eq!(issuers(&two), issuers(&one));
}

#[test]
fn a_passphrase_changed_on_the_other_machine_is_exit_3_until_it_is_given() {
    if !is_installed("git") {
        return println!("skipped: git is not installed");
    }
    let both = Two::new();
    both.change_passphrase("quite another one");
    both.two.add(&link("Forge"));
    both.two.run(&["sync"]).done();
    both.one.add(&link("Shop"));
    let before = both.one.vault_files();
    let ran = both.one.run(&["sync"]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    assert_eq!(
        ran.stderr,
        "countersign: the vault of the other machine has another passphrase, and there is no terminal to ask for it\n\
         hint: it was changed on another machine; give it with --other-passphrase-file FILE, or - for stdin\n"
    );
    let after = both.one.vault_files();
    assert_eq!(before, after);
    let other = both.one.file("other", "quite another one");
    both.one.run(&["sync", "--other-passphrase-file", &other]).done();
    assert_eq!(both.one.run(&["list"]).status, Some(3), "the old passphrase is none any more");
    both.one.file("passphrase", "quite another one");
    assert_eq!(issuers(&both.one), ["Forge", "GitHub", "Shop"]);
}

#[test]
fn what_was_written_with_the_old_passphrase_needs_a_word_and_is_exit_7_without() {
    if !is_installed("git") {
        return println!("skipped: git is not installed");
    }
    let both = Two::new();
    both.change_passphrase("quite another one");
    both.one.add(&link("Shop"));
    both.one.run(&["sync"]).done();
    let ran = both.two.run(&["sync"]);
    assert_eq!((ran.status, ran.text()), (Some(7), "new  Shop (hugo)\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("opens only with a key that was replaced"), "{}", ran.stderr);
    assert_eq!(issuers(&both.two), ["GitHub"]);
    // The same by hand, from the other's folder.
    let folder = both.one.vault().to_str().unwrap().to_owned();
    assert_eq!(both.two.run(&["merge", &folder]).status, Some(7));
    assert_eq!(issuers(&both.two), ["GitHub"]);
    both.two.run(&["--yes", "sync"]).done();
    assert_eq!(issuers(&both.two), ["GitHub", "Shop"]);
}

#[test]
fn a_conflict_copy_is_said_on_stderr_and_never_in_a_code() {
    let (place, other) = (Place::new(), Place::empty());
    place.add(&link("GitHub"));
    copy(&place.vault(), &other.vault());
    other.add(&link("Forge"));
    std::fs::copy(other.vault().join("vault.age"), place.vault().join("vault (conflicted copy 2026-11-25).age")).unwrap();
    let ran = place.run(&["code", "github"]).done();
    assert!(ran.text().len() == 7 && ran.stderr.contains("merged a conflict copy, now in backups"), "{ran:?}");
    assert_eq!(issuers(&place), ["Forge", "GitHub"]);
}

#[test]
fn git_merges_two_branches_of_a_vault_with_the_merge_driver_or_reports_a_conflict() {
    if !is_installed("git") {
        return println!("skipped: git is not installed");
    }
    let (place, other) = (Place::new(), Place::empty());
    place.add(&link("GitHub"));
    copy(&place.vault(), &other.vault());
    let folder = place.vault();
    std::fs::write(folder.join(".gitattributes"), "vault.age merge=countersign\n").unwrap();
    std::fs::write(folder.join(".gitignore"), "vault.lock\nbackups\n").unwrap();
    let run = |arguments: &[&str]| {
        let output = git(&folder, arguments);
        (
            output.status.code().unwrap(),
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let done = |arguments: &[&str]| assert_eq!(run(arguments).0, 0, "{arguments:?}");
    done(&["init", "--quiet", "--initial-branch=main"]);
    done(&["add", "."]);
    done(&["commit", "--quiet", "-m", "first"]);
    done(&["checkout", "--quiet", "-b", "other"]);
    other.add(&link("Forge"));
    std::fs::copy(other.vault().join("vault.age"), folder.join("vault.age")).unwrap();
    done(&["commit", "--quiet", "-am", "forge"]);
    done(&["checkout", "--quiet", "main"]);
    place.add(&link("Shop"));
    done(&["commit", "--quiet", "-am", "shop"]);
    let before = std::fs::read(folder.join("vault.age")).unwrap();
    let driver = |passphrase: &str| {
        let state = place.path("state");
        format!(
            "merge.countersign.driver=XDG_STATE_HOME={} {PROGRAM} --vault . --passphrase-file {} merge-driver %O %A %B",
            state.display(),
            place.path(passphrase).display()
        )
    };
    place.file("wrong", "not this one");
    let (status, said) = run(&["-c", &driver("wrong"), "merge", "--quiet", "-m", "both", "other"]);
    assert!(status == 1 && said.contains("countersign: the passphrase is wrong") && said.contains("CONFLICT"), "{said}");
    assert_eq!(std::fs::read(folder.join("vault.age")).unwrap(), before);
    done(&["merge", "--abort"]);
    done(&["-c", &driver("passphrase"), "merge", "--quiet", "-m", "both", "other"]);
    assert_eq!(run(&["status", "--short"]).1, "");
    assert_eq!(issuers(&place), ["Forge", "GitHub", "Shop"]);
}

#[test]
fn copies_that_can_not_be_merged_are_told_apart() {
    let (place, other) = (Place::new(), Place::new());
    let folder = other.vault().to_str().unwrap().to_owned();
    let ran = place.run(&["merge", &folder]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    let ran = place.run(&["merge", &folder, "--other-passphrase-file", place.path("passphrase").to_str().unwrap()]);
    assert_eq!(ran.status, Some(7), "{}", ran.stderr);
    assert!(ran.stderr.contains("these are two different vaults and can't be merged\n"), "{}", ran.stderr);
    let rubbish = place.file("rubbish.age", "rubbish");
    let ran = place.run(&["merge", &rubbish]);
    assert_eq!(ran.status, Some(5), "{}", ran.stderr);
    assert_eq!(place.run(&["sync"]).status, Some(2));
    let ran = place.run(&["sync", "--remote", "./nowhere.git"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(1), "countersign: there is no ./nowhere.git\n"));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("unlock")).unwrap();
    for file in ["vault.age", "unlock/passphrase.age"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
}

/// Only a sync noted which vault the repository is of: another one in the place of one just brought was sent over it.
#[test]
fn a_new_vault_in_the_place_of_one_that_was_brought_is_not_sent() {
    if !is_installed("git") {
        return println!("skipped: git is not installed");
    }
    let both = Two::new();
    std::fs::remove_dir_all(both.two.vault()).unwrap();
    both.two.run(&["init", "--work-factor", "10"]).done();
    let ran = both.two.run(&["--trust-vault", "sync"]);
    assert_eq!(ran.status, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("another vault was synced from this folder before"), "{}", ran.stderr);
    both.one.run(&["sync"]).done();
    assert_eq!(issuers(&both.one), ["GitHub"]);
}
