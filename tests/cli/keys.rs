//! `passwd` and `keys`, and that what they make opens: with this program, and with stock age.

use crate::place::{PASSPHRASE, Place, Ran, finish};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const GITHUB: &str = "otpauth://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP&issuer=GitHub";

fn place() -> Place {
    let place = Place::new();
    place.add(GITHUB);
    place
}

/// Without the passphrase of the environment.
fn run_by(place: &Place, identity: &str, arguments: &[&str]) -> Ran {
    let mut command = place.command(&[&["--identity", identity], arguments].concat());
    command.env_remove("COUNTERSIGN_PASSPHRASE_FILE");
    finish(command, b"")
}

fn listed(ran: &Ran) -> Vec<String> {
    let rows = ran.json();
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {} {}", row["name"], row["kind"], row["state"]).replace('"', ""))
        .collect()
}

/// A recovery key of the vault.
fn recovery(place: &Place) -> String {
    let ran = place.run(&["--yes", "keys", "add", "recovery"]).done();
    ran.text().lines().last().unwrap().to_owned()
}

fn is_missing(program: &str) -> bool {
    let missing = Command::new(program).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err();
    if missing {
        println!("skipped: {program} is not installed");
    }
    missing
}

#[test]
fn passwd_changes_the_passphrase_and_tells_its_strength() {
    let place = place();
    let new = place.file("new", "correct horse battery staple\n");
    let ran = place.run(&["passwd", "--new-passphrase-file", &new]).done();
    assert_eq!(
        ran.stderr,
        "The passphrase is changed; the new one is strong\n\
         Older copies of the vault still open with the old passphrase: delete those you don't need\n"
    );
    assert_eq!(place.run(&["list"]).status, Some(3));
    place.run(&["--passphrase-file", &new, "list"]).done();
    // From stdin, weak and cheap: said, and done.
    let ran = place.run_with(
        &["--passphrase-file", &new, "passwd", "--new-passphrase-file", "-", "--work-factor", "11"],
        format!("{PASSPHRASE}\n").as_bytes(),
    );
    assert!(ran.done().stderr.contains("at work factor 11 the passphrase is cheap to guess"));
    place.run(&["list"]).done();
}

#[test]
fn passwd_without_a_terminal_or_with_the_wrong_passphrase_changes_nothing() {
    let place = place();
    let before = place.vault_files();
    let wrong = place.file("wrong", "wrong\n");
    for (arguments, status) in [
        (&["passwd"][..], 2),
        (&["--passphrase-file", &wrong, "passwd", "--new-passphrase-file", &wrong], 3),
        (&["--passphrase-file", "-", "passwd", "--new-passphrase-file", "-"], 2),
    ] {
        let ran = place.run_with(arguments, b"x\n");
        assert_eq!(ran.status, Some(status), "{ran:?}");
    }
    assert_eq!(place.vault_files(), before);
}

#[test]
fn a_recovery_key_opens_the_vault_here_and_with_stock_age_and_sets_the_passphrase_anew() {
    let place = place();
    let refused = place.run(&["keys", "add", "recovery"]);
    assert_eq!(refused.status, Some(2), "it is asked back, so somebody must be there");
    let sheet = place.path("sheet.html");
    let ran = place.run(&["--yes", "keys", "add", "recovery", "--sheet", sheet.to_str().unwrap()]).done();
    let key = ran.text().lines().last().unwrap().to_owned();
    assert!(key.starts_with("AGE-SECRET-KEY-1") && ran.text().contains('█'), "a QR code and the key: {ran:?}");
    let page = fs::read_to_string(&sheet).unwrap();
    assert!(page.contains(&key) && page.contains("<svg"));
    assert_eq!(listed(&place.run(&["keys", "list", "--json"])), ["passphrase passphrase usable", "recovery recovery usable"]);
    let file = place.file("key.txt", format!("# kept in the safe\n{key}\n"));
    assert!(run_by(&place, &file, &["list"]).done().text().contains("GitHub"));
    let mut piped = place.command(&["--identity", "-", "list"]);
    piped.env_remove("COUNTERSIGN_PASSPHRASE_FILE");
    finish(piped, key.as_bytes()).done();
    if !is_missing("age") {
        let json = age(&place, &["-d", "-i", &file, "vault.age"]);
        assert!(json.contains("\"GitHub\""), "{json}");
    }
    let new = place.file("new", "never forget this one\n");
    run_by(&place, &file, &["passwd", "--new-passphrase-file", &new]).done();
    assert_eq!(place.run(&["list"]).status, Some(3));
    place.run(&["--passphrase-file", &new, "list"]).done();
    let removed = place.run(&["--passphrase-file", &new, "keys", "remove", "recovery"]).done();
    assert_eq!(removed.text(), "GitHub (hugo)\n");
    assert_eq!(run_by(&place, &file, &["list"]).status, Some(3));
    let last = place.run(&["--passphrase-file", &new, "keys", "remove", "passphrase"]);
    assert_eq!(last.stderr.lines().next(), Some("countersign: this is the last method that unlocks the vault for you"));
}

#[test]
fn a_passphrase_that_was_removed_brings_no_older_vault_over_a_whole_one() {
    let place = place();
    let file = place.path("recovery.txt");
    fs::write(&file, recovery(&place)).unwrap();
    let identity = file.to_str().unwrap();
    place.run(&["backup"]).done();
    let backups = fs::read_dir(place.vault().join("backups")).unwrap().flatten();
    let mut names: Vec<_> = backups.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    run_by(&place, identity, &["keys", "remove", "passphrase"]).done();
    let before = fs::read(place.vault().join("vault.age")).unwrap();
    assert_eq!(place.run(&["list"]).status, Some(3), "the vault is not damaged");
    let ran = place.run(&["--yes", "restore-backup", names.last().unwrap()]);
    assert_eq!(ran.status, Some(7), "{ran:?}");
    assert!(ran.stderr.contains("is whole: an older one does not take its place\n"), "{ran:?}");
    assert_eq!(fs::read(place.vault().join("vault.age")).unwrap(), before);
}

/// Once such a vault had no backups: they asked for the passphrase file that it has no use for.
#[test]
fn a_vault_without_a_passphrase_is_backed_up_and_the_backup_opens() {
    let place = place();
    let file = place.path("recovery.txt");
    fs::write(&file, recovery(&place)).unwrap();
    let identity = file.to_str().unwrap();
    run_by(&place, identity, &["keys", "remove", "passphrase"]).done();
    let ran = run_by(&place, identity, &["backup"]).done();
    assert!(!ran.stderr.contains("failed"), "{}", ran.stderr);
    // The one from before the recovery key opens with the passphrase alone, and is told of.
    let verified = run_by(&place, identity, &["verify"]);
    let text = String::from_utf8(verified.stdout).unwrap();
    let asked = text.lines().find(|line| line.contains("-asked")).unwrap_or_default();
    assert!(asked.starts_with("ok") && asked.contains("1 entry"), "{text}");
    // Damaged or gone, the backup is named with the command that brings it back by the key.
    let vault = place.vault().join("vault.age");
    for content in [Some(&b""[..]), None] {
        match content {
            Some(bytes) => fs::write(&vault, bytes).unwrap(),
            None => fs::remove_file(&vault).unwrap(),
        }
        let ran = run_by(&place, identity, &["list"]);
        assert_eq!(ran.status, Some(5), "{ran:?}");
        let command = ran.stderr.split("put it back with: countersign ").nth(1).unwrap_or_else(|| panic!("{ran:?}"));
        let command: Vec<&str> = command.trim().split(' ').map(|word| if word == "FILE" { identity } else { word }).collect();
        assert_eq!(command[2..], ["--identity", identity]);
        assert_ne!(place.run(&["init", "--work-factor", "10"]).status, Some(0), "it is never taken for no vault");
        let mut by_passphrase = place.command(&command[..2]);
        let refused = finish(by_passphrase, b"");
        assert_eq!(refused.status, Some(3), "{refused:?}");
        assert!(refused.stderr.contains("the backup has no passphrase\nhint: give its key with --identity FILE"), "{refused:?}");
        by_passphrase = place.command(&command);
        by_passphrase.env_remove("COUNTERSIGN_PASSPHRASE_FILE");
        let ran = finish(by_passphrase, b"").done();
        assert!(ran.stderr.contains("is back: 1 entry\n"), "{ran:?}");
        assert!(run_by(&place, identity, &["list"]).done().text().contains("GitHub"));
    }
}

#[test]
fn a_vault_without_a_passphrase_is_cloned_with_its_key() {
    if is_missing("git") {
        return;
    }
    let (place, other) = (place(), Place::empty());
    let file = place.path("recovery.txt");
    fs::write(&file, recovery(&place)).unwrap();
    let identity = file.to_str().unwrap();
    run_by(&place, identity, &["keys", "remove", "passphrase"]).done();
    let hub = place.path("hub.git").to_str().unwrap().to_owned();
    assert!(Command::new("git").args(["init", "--quiet", "--bare", "--initial-branch=main", &hub]).status().unwrap().success());
    run_by(&place, identity, &["sync", "--remote", &hub]).done();
    let ran = run_by(&other, identity, &["sync", "--remote", &hub]).done();
    assert!(ran.stderr.starts_with("Brought the vault to ") && ran.stderr.contains("its fingerprint is: "), "{ran:?}");
    assert!(run_by(&other, identity, &["list"]).done().text().contains("GitHub"));
    let mut nothing = other.command(&["list"]);
    nothing.env_remove("COUNTERSIGN_PASSPHRASE_FILE");
    let ran = finish(nothing, b"");
    assert_eq!(ran.status, Some(3));
    assert!(ran.stderr.contains("it has no passphrase; give a key with --identity FILE"), "{ran:?}");
}

/// Runs age in the vault's folder.
fn age(place: &Place, arguments: &[&str]) -> String {
    let ran = Command::new("age").args(arguments).current_dir(place.vault()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// `age -d -i ID unlock/NAME.age | age -d -i - vault.age`
fn age_in_two_steps(place: &Place, identity: &Path, name: &str, path: Option<&Path>) -> String {
    let mut command = Command::new("sh");
    let script = format!("age -d -i \"$1\" unlock/{name}.age | age -d -i - vault.age");
    command.args(["-c", &script, "sh"]).arg(identity).current_dir(place.vault());
    if let Some(path) = path {
        command.env("PATH", path_with(path));
    }
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

fn path_with(folder: &Path) -> String {
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

#[test]
fn ssh_keys_of_both_kinds_open_the_vault_here_and_with_stock_age() {
    if is_missing("ssh-keygen") {
        return;
    }
    let place = place();
    for kind in ["ed25519", "rsa"] {
        let key = place.path(kind);
        let made = Command::new("ssh-keygen").args(["-q", "-N", "", "-t", kind, "-f"]).arg(&key).status();
        assert!(made.unwrap().success());
        let public = format!("{}.pub", key.display());
        place.run(&["keys", "add", "ssh", "--recipient", &public, "--name", kind]).done();
        let ran = run_by(&place, key.to_str().unwrap(), &["code", "github"]).done();
        assert_eq!(ran.text().trim().len(), 6);
        if !is_missing("age") {
            assert!(age_in_two_steps(&place, &key, kind, None).contains("\"GitHub\""));
        }
    }
    // The wrong half, and a key that was never added.
    let private = place.run(&["keys", "add", "ssh", "--recipient", place.path("rsa").to_str().unwrap()]);
    assert_eq!((private.status, private.stderr.contains("this is a private key")), (Some(2), true));
    let other = place.path("other");
    Command::new("ssh-keygen").args(["-q", "-N", "", "-t", "ed25519", "-f"]).arg(&other).status().unwrap();
    let refused = run_by(&place, other.to_str().unwrap(), &["list"]);
    assert_eq!((refused.status, refused.stderr.contains("this key does not open the vault")), (Some(3), true));
    // An SSH key with a passphrase of its own asks for it.
    let locked = place.path("locked");
    Command::new("ssh-keygen").args(["-q", "-N", "secret words", "-t", "ed25519", "-f"]).arg(&locked).status().unwrap();
    place.run(&["keys", "add", "ssh", "--recipient", &format!("{}.pub", locked.display())]).done();
    let asked = run_by(&place, locked.to_str().unwrap(), &["list"]);
    assert_eq!(asked.status, Some(3));
    assert!(asked.stderr.contains("the key has a question and got no answer: "), "{}", asked.stderr);
    // Removed, its file is gone and it opens nothing.
    place.run(&["keys", "remove", "rsa"]).done();
    assert!(!place.vault().join("unlock/rsa.age").exists());
    assert_eq!(run_by(&place, place.path("rsa").to_str().unwrap(), &["list"]).status, Some(3));
}

#[test]
fn another_person_opens_their_copy_and_is_removed_with_a_list_of_what_they_saw() {
    if is_missing("age-keygen") {
        return;
    }
    let place = place();
    let theirs = place.path("anna.txt");
    Command::new("age-keygen").arg("-o").arg(&theirs).stderr(Stdio::null()).status().unwrap();
    let text = fs::read_to_string(&theirs).unwrap();
    let public = text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    let before = place.vault_files();
    place.run(&["keys", "add", "person", public, "--name", "anna"]).done();
    for (path, bytes) in place.vault_files() {
        assert!(!String::from_utf8_lossy(&bytes).contains(public), "{}: {}", path.display(), before.len());
    }
    run_by(&place, theirs.to_str().unwrap(), &["list"]).done();
    if !is_missing("age") {
        assert!(age(&place, &["-d", "-i", theirs.to_str().unwrap(), "vault.age"]).contains("\"GitHub\""));
    }
    let again = place.run(&["keys", "add", "person", public, "--name", "twice"]);
    assert_eq!(again.status, Some(7), "{again:?}");
    let ran = place.run(&["keys", "remove", "anna"]).done();
    assert_eq!(ran.text(), "GitHub (hugo)\n");
    assert_eq!(run_by(&place, theirs.to_str().unwrap(), &["list"]).status, Some(3));
}

/// Where `.ci/run` installs the example plugin of the crate age-plugin.
fn plugin_folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin");
    folder.join("age-plugin-unencrypted").exists().then_some(folder)
}

#[test]
fn an_age_plugin_opens_the_vault_here_and_with_stock_age() {
    let Some(folder) = plugin_folder() else {
        return println!("skipped: age-plugin-unencrypted is not in target/tools/bin; .ci/run installs it");
    };
    let place = place();
    // Run by itself it makes an identity, with its public key in a comment.
    let made = Command::new(folder.join("age-plugin-unencrypted")).output().unwrap();
    let text = String::from_utf8(made.stdout).unwrap();
    let identity = text.lines().find(|line| line.starts_with("AGE-PLUGIN-")).unwrap();
    let public = text.lines().find_map(|line| line.strip_prefix("# recipient: ")).unwrap();
    let file = place.file("plugin.txt", &text);
    let recipient = place.file("public.txt", format!("{public}\n"));
    let run = |arguments: &[&str], passphrase: bool| {
        let mut command = place.command(arguments);
        command.env("PATH", path_with(&folder));
        if !passphrase {
            command.env_remove("COUNTERSIGN_PASSPHRASE_FILE");
        }
        finish(command, b"")
    };
    let missing = place.run(&["keys", "add", "plugin", "--stub", &file]);
    assert!(missing.stderr.contains("the program age-plugin-unencrypted is not installed"), "{missing:?}");
    assert!(!place.vault().join("unlock/unencrypted.age").exists());
    run(&["keys", "add", "plugin", "--stub", &file], true).done();
    assert_eq!(fs::read_to_string(place.vault().join("unlock/unencrypted.identity")).unwrap(), format!("{identity}\n"));
    // By the method's name, and by a file.
    assert!(run(&["--identity", "unencrypted", "list"], false).done().text().contains("GitHub"));
    run(&["--identity", &file, "list"], false).done();
    // A save needs no plugin.
    place.run(&["edit", "github", "--note", "saved without the plugin"]).done();
    if !is_missing("age") {
        let stub = place.vault().join("unlock/unencrypted.identity");
        assert!(age_in_two_steps(&place, &stub, "unencrypted", Some(&folder)).contains("saved without the plugin"));
    }
    run(&["keys", "add", "plugin", "--stub", &file, "--recipient", &recipient, "--name", "second"], true).done();
    place.run(&["keys", "remove", "second"]).done();
    place.run(&["keys", "remove", "unencrypted"]).done();
    assert!(!place.vault().join("unlock/unencrypted.identity").exists());
    assert_eq!(run(&["--identity", &file, "list"], false).status, Some(3));
}

#[test]
fn a_wrong_identity_file_says_why() {
    let place = place();
    let key = recovery(&place);
    for (text, what) in [
        ("", "it is empty"),
        ("hello\n", "it has a line that is no key of age"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
            "it is no SSH private key that can be read",
        ),
        ("age-encryption.org/v1\n", "it is itself encrypted by age"),
    ] {
        let file = place.file("identity", text);
        let ran = run_by(&place, &file, &["list"]);
        assert!(ran.status == Some(2) && ran.stderr.contains(what), "{ran:?}");
    }
    let file = place.file("identity", &key);
    let both = place.run(&["--identity", &file, "--passphrase-file", "passphrase", "list"]);
    assert_eq!(both.status, Some(2), "{both:?}");
}
