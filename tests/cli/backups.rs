//! Backups as a person meets them on the command line: made unasked, listed, brought back; and the vault that is damaged,
//! busy, or not what it was.

use crate::place::{Place, finish};
use std::fs::{self, File};

const GITHUB: &str = "otpauth://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP&issuer=GitHub";
const NPM: &str = "otpauth://totp/npm:hugo?secret=GEZDGNBVGY3TQOJQ&issuer=npm";

/// The backups that count, the oldest first.
fn backups(place: &Place) -> Vec<String> {
    let found = fs::read_dir(place.vault().join("backups")).into_iter().flatten();
    let mut names: Vec<String> = found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.starts_with('.') && !name.contains("set-aside"));
    names.sort();
    names
}

fn listed(place: &Place) -> Vec<String> {
    let list = place.run(&["list", "--json"]).done().json();
    let mut names: Vec<String> =
        list.as_array().unwrap().iter().map(|entry| entry["issuer"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_first_change_of_a_day_and_every_import_make_a_backup_that_verify_reopens() {
    let place = Place::new();
    place.add(GITHUB);
    place.add(NPM);
    assert_eq!(backups(&place).len(), 1);
    let links = place.file("links.txt", "otpauth://totp/Bank:hugo?secret=MFRGGZDFMZTWQ2LK&issuer=Bank\n");
    place.run(&["import", &links]).done();
    let names = backups(&place);
    assert_eq!(names.len(), 2, "{names:?}");
    let ran = place.run(&["verify"]).done();
    let lines: Vec<&str> = ran.text().lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("ok  the vault") && lines[0].ends_with("3 entries"), "{lines:?}");
    assert!(lines[1].contains("-change") && lines[1].ends_with("1 entry    after a change"), "{lines:?}");
    assert!(lines[2].contains("-import") && lines[2].ends_with("2 entries  before an import"), "{lines:?}");

    let broken = place.vault().join("backups").join(&names[0]).join("vault.age");
    let bytes = fs::read(&broken).unwrap();
    fs::write(&broken, &bytes[..bytes.len() / 2]).unwrap();
    let ran = place.run(&["verify"]);
    assert_eq!(ran.status, Some(5));
    assert!(ran.text().contains("bad  ") && ran.text().contains("cut short"), "{ran:?}");
    assert!(ran.stderr.contains("countersign: of 2 backups 1 did not open\nhint: the vault itself is well"), "{ran:?}");
}

#[test]
fn an_emptied_vault_names_the_backup_that_brings_it_back() {
    let place = Place::new();
    place.add(GITHUB);
    let name = backups(&place).remove(0);
    for content in [Some(""), Some("age-encryption.org/v1\n"), None] {
        let file = place.vault().join("vault.age");
        match content {
            Some(content) => fs::write(&file, content).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let ran = place.run(&["list"]);
        assert_eq!(ran.status, Some(5), "{ran:?}");
        assert!(ran.stderr.contains(&format!("put it back with: countersign restore-backup {name}\n")), "{ran:?}");
        assert_ne!(place.run(&["init", "--work-factor", "10"]).status, Some(0), "it is never taken for no vault");
        let ran = place.run(&["restore-backup", &name]).done();
        assert!(ran.stderr.contains("is back: 1 entry\n"), "{ran:?}");
        assert_eq!(listed(&place), ["GitHub"]);
    }
    let aside = fs::read_dir(place.vault().join("backups")).unwrap();
    let aside = aside.filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().contains("set-aside"));
    assert_eq!(aside.count(), 3);
}

#[test]
fn a_passphrase_file_that_was_lost_comes_back_from_a_backup_and_nothing_newer_is_lost() {
    let place = Place::new();
    place.add(GITHUB);
    place.add(NPM);
    let name = backups(&place).remove(0);
    fs::remove_file(place.vault().join("unlock/passphrase.age")).unwrap();
    let before = fs::read(place.vault().join("vault.age")).unwrap();
    let ran = place.run(&["list"]);
    assert_eq!(ran.status, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("countersign: this vault has no passphrase here: unlock it by a key\n"), "{ran:?}");
    assert!(ran.stderr.contains("or put that back with: countersign restore-backup NAME\n"), "{ran:?}");
    let ran = place.run(&["--yes", "restore-backup", &name]).done();
    assert!(ran.stderr.contains("is back: 2 entries\n"), "{ran:?}");
    assert_eq!(fs::read(place.vault().join("vault.age")).unwrap(), before);
    assert_eq!(listed(&place), ["GitHub", "npm"]);
}

#[test]
fn restoring_shows_what_comes_back_and_keeps_what_was_there() {
    let place = Place::new();
    place.add(GITHUB);
    let name = backups(&place).remove(0);
    place.run(&["edit", "GitHub", "--note", "newer"]).done();
    place.add(NPM);
    let ran = place.run(&["restore-backup", &name]).done();
    assert_eq!((ran.text(), ran.stderr.as_str()), ("", "Nothing to restore: the vault has it all\n"));

    let ran = place.run(&["restore-backup", &name, "--replace"]).done();
    assert_eq!(ran.text(), "changes       GitHub (hugo)  note\nto the trash  npm (hugo)\n");
    let kept = backups(&place).pop().unwrap();
    assert!(kept.contains("-restore"), "{kept}");
    assert_eq!(
        ran.stderr,
        format!("The vault as it was is kept as {kept}\nRestored {name}: 1 entry changes, 1 entry goes to the trash\n")
    );
    assert_eq!(listed(&place), ["GitHub"]);
    // And back again.
    let ran = place.run(&["restore-backup", &kept, "--replace"]).done();
    assert_eq!(ran.text(), "back     npm (hugo)\nchanges  GitHub (hugo)  note\n");
    assert_eq!(listed(&place), ["GitHub", "npm"]);
}

#[test]
fn an_older_state_put_back_names_the_backup_that_has_the_rest() {
    let place = Place::new();
    place.add(GITHUB);
    let file = place.vault().join("vault.age");
    let older = fs::read(&file).unwrap();
    place.add(NPM);
    let made = place.run(&["backup"]).done();
    assert!(made.stderr.starts_with("Made and reopened "), "{made:?}");
    fs::write(&file, &older).unwrap();
    let ran = place.run(&["list"]).done();
    let name = backups(&place).into_iter().find(|name| name.contains("-asked")).unwrap();
    assert!(ran.stderr.contains("warning: an older state of this vault was put back"), "{ran:?}");
    let offer = format!("merge it with countersign restore-backup {name}, or keep the older state with --trust-vault\n");
    assert!(ran.stderr.contains(&offer), "{ran:?}");
    // An edit hides the gap from the stamps; it is told of all the same, until it is closed.
    place.run(&["edit", "GitHub", "--note", "work"]).done();
    let ran = place.run(&["list"]).done();
    assert!(ran.stderr.contains(&offer), "{ran:?}");
    let ran = place.run(&["restore-backup", &name]).done();
    assert_eq!(ran.text(), "back  npm (hugo)\n");
    assert_eq!(place.run(&["list"]).done().stderr, "");
    assert_eq!(listed(&place), ["GitHub", "npm"]);
    // Put back on purpose, it is told of until the person has said so.
    fs::write(&file, older).unwrap();
    assert!(place.run(&["list"]).done().stderr.contains("an older state"));
    assert_eq!(place.run(&["--trust-vault", "list"]).done().stderr, "");
    assert_eq!(place.run(&["list"]).done().stderr, "");
}

#[test]
fn one_file_moves_the_vault_to_a_new_machine() {
    let place = Place::new();
    place.add(GITHUB);
    place.add(NPM);
    place.run(&["rm", "npm"]).done();
    let file = place.path("one.age");
    let ran = place.run(&["backup", "--output", file.to_str().unwrap()]).done();
    assert_eq!(
        ran.stderr,
        format!("Wrote 2 entries, the trash too, to {0}\nIt opens with the passphrase: age -d {0}\n", file.display())
    );
    let again = place.run(&["backup", "--output", file.to_str().unwrap()]);
    assert_eq!(again.status, Some(7), "{again:?}");

    let other = Place::empty();
    let ran = other.run(&["restore-backup", file.to_str().unwrap()]).done();
    assert!(ran.stderr.ends_with("is back: 1 entry\n"), "{ran:?}");
    assert_eq!(listed(&other), ["GitHub"]);
    other.run(&["restore", "npm"]).done();
    // What changed there comes back here.
    let back = other.path("back.age");
    other.run(&["backup", "--output", back.to_str().unwrap()]).done();
    let ran = place.run(&["restore-backup", back.to_str().unwrap()]).done();
    assert_eq!(ran.text(), "back  npm (hugo)\n");
    assert_eq!(listed(&place), ["GitHub", "npm"]);
    // It is no export, and an export is no vault: each says what takes it.
    let ran = other.run(&["import", file.to_str().unwrap(), "--password-file", other.path("passphrase").to_str().unwrap()]);
    assert_eq!(ran.status, Some(5), "{ran:?}");
    assert!(ran.stderr.contains("hint: bring it back with: countersign restore-backup FILE"), "{ran:?}");
    let export = other.path("export.age");
    let passphrase = other.path("passphrase");
    let line = ["export", "--format", "backup", "--output", export.to_str().unwrap(), "--password-file"];
    other.run(&[&line[..], &[passphrase.to_str().unwrap()]].concat()).done();
    let ran = other.run(&["restore-backup", export.to_str().unwrap()]);
    assert!(ran.stderr.contains("take it in with: countersign import FILE"), "{ran:?}");
    // And it opens with no other passphrase.
    let wrong = other.file("wrong", "no\n");
    let third = Place::empty();
    let ran = third.run(&["restore-backup", file.to_str().unwrap(), "--password-file", &wrong]);
    assert_eq!(ran.status, Some(3), "{ran:?}");
    assert!(!third.vault().join("vault.age").exists());
}

#[test]
fn a_second_folder_that_is_missing_is_told_by_every_command_until_it_is_there() {
    let place = Place::new();
    fs::create_dir_all(place.path("config/countersign")).unwrap();
    fs::write(place.path("config/countersign/config.toml"), "backup_folder = \"~/stick\"\n").unwrap();
    let told = format!("warning: the last backup failed: the backup folder {} is not there\n", place.path("stick").display());
    let ran = place.run_with(&["add", "--uri", "-"], GITHUB.as_bytes()).done();
    assert!(ran.stderr.contains(&told), "{ran:?}");
    assert_eq!(place.run(&["list"]).done().stderr, told);
    let ran = place.run(&["verify"]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    fs::create_dir(place.path("stick")).unwrap();
    place.add(NPM);
    assert_eq!(place.run(&["list"]).done().stderr, "");
    assert_eq!(place.run(&["verify"]).done().text().lines().count(), 3);
}

#[test]
fn who_writes_to_a_busy_vault_is_named() {
    let place = Place::new();
    let file = File::options().append(true).create(true).open(place.vault().join("vault.lock")).unwrap();
    file.lock().unwrap();
    let new = place.file("new", "correct horse battery staple\n");
    let (ran, changed) = std::thread::scope(|scope| {
        let change = scope.spawn(|| place.run(&["passwd", "--new-passphrase-file", &new]));
        (place.run_with(&["add", "--uri", "-"], GITHUB.as_bytes()), change.join().unwrap())
    });
    assert_eq!(ran.status, Some(6), "{ran:?}");
    // Nothing is changed without the backup before it, and nothing is wrong with the backups.
    assert_eq!(changed.status, Some(6), "{changed:?}");
    assert!(!changed.stderr.contains("backup"), "{changed:?}");
    let process = format!("(process {}) is writing to it", std::process::id());
    let known = fs::read_to_string("/proc/locks").is_ok_and(|locks| locks.contains(&format!(" {} ", std::process::id())));
    assert!(ran.stderr.contains("countersign: the vault is busy: "), "{ran:?}");
    match known {
        true => assert!(ran.stderr.contains(&process), "{ran:?}"),
        false => println!("skipped in part: this system does not tell who holds a lock"),
    }
    file.unlock().unwrap();
    assert_eq!(place.run(&["list"]).done().stderr, "The vault has no entries; add one with: countersign add\n");
}

/// A file system without locks, as NFS without its lock service: the system call says so. Simulated by strace.
#[test]
fn a_file_system_without_locks_is_written_to_all_the_same() {
    let place = Place::new();
    for error in ["ENOLCK", "EOPNOTSUPP", "ENOSYS"] {
        let plain = place.command(&["add", "--uri", "-"]);
        let mut traced = std::process::Command::new("strace");
        let inject = format!("inject=flock:error={error}");
        traced.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", &inject]);
        traced.arg(plain.get_program()).args(plain.get_args()).current_dir(place.path(""));
        traced.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        traced.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        if std::process::Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status().is_ok_and(|done| done.success())
        {
            let link = GITHUB.replace("GitHub", error).replace("JBSWY3DPEHPK3PXP", &format!("JBSWY3DPEHPK3PX{}", &error[1..2]));
            let ran = finish(traced, link.as_bytes()).done();
            assert!(!ran.stderr.contains("failed"), "{ran:?}");
        } else {
            return println!("skipped: strace is not installed, or may not trace here");
        }
    }
    assert_eq!(listed(&place).len(), 3);
    place.run(&["verify"]).done();
}

#[test]
fn a_folder_that_vanishes_or_is_another_vault_is_told_and_nothing_is_made_in_its_place() {
    let place = Place::new();
    place.add(GITHUB);
    let folder = place.vault();
    fs::rename(&folder, place.path("elsewhere")).unwrap();
    let ran = place.run_with(&["add", "--uri", "-"], NPM.as_bytes());
    assert_eq!(ran.status, Some(1), "{ran:?}");
    // A disk that is not mounted looks like no vault: nobody is told to make a new one.
    let gone = format!("countersign: the vault that was in {} is gone\nhint: is its disk mounted?", folder.display());
    assert!(ran.stderr.starts_with(&gone), "{ran:?}");
    assert!(!folder.exists());
    fs::rename(place.path("elsewhere"), &folder).unwrap();

    // The vault.age of another vault, dropped in with its keys.
    let other = Place::new();
    other.add(NPM);
    let mine = fs::read(folder.join("vault.age")).unwrap();
    fs::copy(other.vault().join("vault.age"), folder.join("vault.age")).unwrap();
    let ran = place.run(&["list"]);
    assert_eq!(ran.status, Some(5), "{ran:?}");
    assert!(ran.stderr.contains("it is not encrypted to this key"), "{ran:?}");
    fs::write(folder.join("vault.age"), mine).unwrap();
    assert_eq!(listed(&place), ["GitHub"]);
}

/// When the vault is damaged one wants to know which backups are good.
#[test]
fn the_backups_of_a_damaged_vault_are_verified_all_the_same() {
    let place = Place::new();
    place.add(GITHUB);
    place.add(NPM);
    place.run(&["backup"]).done();
    let good = place.run(&["verify"]).done();
    let fingerprint = good.stderr.lines().find_map(|line| line.strip_prefix("Fingerprint: ")).unwrap();
    assert_eq!(fingerprint.split(' ').count(), 6);
    fs::write(place.vault().join("vault.age"), "").unwrap();
    let ran = place.run(&["verify"]);
    assert_eq!(ran.status, Some(5), "{ran:?}");
    let lines: Vec<&str> = ran.text().lines().collect();
    assert_eq!(lines[0], "bad  the vault");
    assert!(lines[1..].len() >= 2 && lines[1..].iter().all(|line| line.starts_with("ok   ")), "{lines:?}");
    assert!(lines.last().unwrap().ends_with("2 entries"), "{lines:?}");
    assert!(ran.stderr.contains("put it back with: countersign restore-backup"), "{ran:?}");
}
