//! `unlock` and `lock` with the real keyring of the kernel, where it is there. What is kept is forgotten at the end.

use crate::place::{Place, Ran, finish};
use crate::support::is_installed;
use countersign::ports::Keyring;
use countersign::ports::keyring::KernelKeyring;
use countersign::secret::SecretText;
use std::process::{Command, Stdio};
use std::time::Duration;

const GITHUB: &str = "otpauth://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP&issuer=GitHub";

/// A vault that nobody is asked about: locked unless its unlock is remembered.
struct Vault(Place);

impl Vault {
    /// `None`, and a line that says so, where the kernel has no keyring for us.
    fn new() -> Option<Vault> {
        if let Err(why) = KernelKeyring.get("countersign:test") {
            println!("skipped: {why}");
            return None;
        }
        let place = Place::new();
        place.add(GITHUB);
        Some(Vault(place))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.0.command(arguments);
        command.env_remove("COUNTERSIGN_PASSPHRASE_FILE");
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        finish(self.command(arguments), b"")
    }

    fn unlock(&self, time: &str) -> Ran {
        self.run(&["--passphrase-file", "passphrase", "unlock", "--for", time])
    }

    fn is_locked(&self) -> bool {
        match self.run(&["code", "GitHub", "--at", "59"]) {
            Ran { status: Some(0), stdout, .. } if stdout == b"996554\n" => false,
            Ran { status: Some(3), .. } => true,
            other => panic!("{other:?}"),
        }
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        let _ = self.run(&["lock"]);
    }
}

/// The line of `/proc/keys` that describes the key of this vault, in columns.
fn listed(vault: &Vault) -> Option<Vec<String>> {
    use sha2::{Digest, Sha256};
    let folder = std::fs::canonicalize(vault.0.vault()).unwrap();
    let digest: String = Sha256::digest(folder.as_os_str().as_encoded_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let keys = std::fs::read_to_string("/proc/keys").unwrap();
    let lines = keys.lines().filter(|line| line.contains(&format!("countersign:{digest}")));
    let mut columns = lines.map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    // One that was revoked is listed until the kernel clears up.
    columns.find(|columns| !columns[1].contains('R'))
}

#[test]
fn an_unlock_is_remembered_until_it_is_locked() {
    let Some(vault) = Vault::new() else { return };
    assert!(vault.is_locked());
    assert_eq!(vault.run(&["lock"]).done().stderr, "No unlock was remembered\n");
    // Nobody is there to be asked, and nothing is given.
    assert_eq!(vault.run(&["unlock"]).status, Some(3));
    let ran = vault.unlock("10m").done();
    assert_eq!(ran.stderr, "Unlocked for 10 minutes; countersign lock forgets it at once\n");
    assert_eq!(ran.text(), "");
    assert!(!vault.is_locked());
    // Every command opens with it, those that change something too; not those that only the holder of a key may do.
    vault.run(&["edit", "GitHub", "--note", "work"]).done();
    vault.run(&["keys", "list"]).done();
    let new = vault.0.file("new", "correct horse battery staple\n");
    assert_eq!(vault.run(&["passwd", "--new-passphrase-file", &new]).status, Some(3));
    assert_eq!(vault.run(&["backup", "--output", "copy.age"]).status, Some(3));
    assert_eq!(vault.run(&["unlock"]).status, Some(3));
    let person = "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z";
    assert_eq!(vault.run(&["keys", "add", "person", person]).status, Some(3));
    assert_eq!(vault.run(&["--yes", "keys", "remove", "passphrase"]).status, Some(3));
    // What is given is taken, and not what is remembered.
    let wrong = vault.0.file("wrong", "wrong\n");
    assert_eq!(vault.run(&["--passphrase-file", &wrong, "list"]).status, Some(3));
    assert_eq!(vault.run(&["lock"]).done().stderr, "Locked: the unlock is not remembered any more\n");
    assert!(vault.is_locked());
    // A change of the passphrase ends it.
    vault.unlock("1h").done();
    vault.run(&["--passphrase-file", "passphrase", "passwd", "--new-passphrase-file", &new]).done();
    assert_eq!(listed(&vault), None);
    assert!(vault.is_locked());
}

#[test]
fn the_kernel_ends_it_and_shows_it_to_this_user_alone() {
    let Some(vault) = Vault::new() else { return };
    vault.unlock("1d").done();
    let Ok(_) = std::fs::read_to_string("/proc/keys") else { return println!("skipped: there is no /proc/keys") };
    let day = listed(&vault).unwrap();
    // The time left, and the rights of possessor, user, group and others.
    assert!(["1d", "23h"].contains(&day[3].as_str()), "{day:?}");
    assert_eq!((day[4].as_str(), day[7].as_str()), ("3b2b0000", "user"));
    // Given anew, it ends when the last one says.
    vault.unlock("600s").done();
    let minutes = listed(&vault).unwrap();
    assert!(["10m", "9m"].contains(&minutes[3].as_str()), "{minutes:?}");
}

/// In a session that does not possess the user's keyring, as services and some logins have it.
fn run_elsewhere(vault: &Vault, arguments: &[&str]) -> std::process::Output {
    let inside = vault.command(arguments);
    let mut session = Command::new("keyctl");
    session.args(["session", "-"]).arg(inside.get_program()).args(inside.get_args()).env_clear();
    session.envs(inside.get_envs().filter_map(|(name, value)| Some((name, value?))));
    session.current_dir(inside.get_current_dir().unwrap()).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn another_session_of_the_user_has_it_too() {
    let Some(vault) = Vault::new() else { return };
    if !is_installed("keyctl") {
        return println!("skipped: keyctl is not installed");
    }
    vault.unlock("10m").done();
    let ran = run_elsewhere(&vault, &["code", "GitHub", "--at", "59"]);
    assert_eq!(ran.stdout, b"996554\n", "{ran:?}");
    assert!(run_elsewhere(&vault, &["lock"]).status.success());
    assert!(vault.is_locked());
    // And the other way round.
    let passphrase = ["--passphrase-file", "passphrase"];
    assert!(run_elsewhere(&vault, &[&passphrase[..], &["unlock"]].concat()).status.success());
    assert!(!vault.is_locked());
}

/// A kernel without a keyring, a container that forbids it: the system call says so. Simulated by strace.
#[test]
fn where_the_keyring_can_not_be_used_unlock_says_why_and_all_else_asks() {
    let place = Place::new();
    place.add(GITHUB);
    let traced = |error: &str, arguments: &[&str]| {
        let inside = place.command(arguments);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=keyctl,add_key", "-e"]);
        strace.arg(format!("inject=keyctl,add_key:error={error}")).arg(inside.get_program()).args(inside.get_args());
        strace.env_clear().envs(inside.get_envs().filter_map(|(name, value)| Some((name, value?))));
        strace.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        strace.current_dir(inside.get_current_dir().unwrap());
        finish(strace, b"")
    };
    if !Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status().is_ok_and(|done| done.success()) {
        return println!("skipped: strace is not installed, or may not trace here");
    }
    for (error, why) in [
        ("EPERM", "the kernel's keyring may not be used here, as in many containers and sandboxes"),
        ("ENOSYS", "this kernel has no keyring"),
        ("EDQUOT", "the kernel's keyring is full"),
    ] {
        let ran = traced(error, &["unlock"]);
        let hint = "hint: give the passphrase by --passphrase-file FILE, or keep the full-screen program open";
        assert_eq!((ran.status, ran.stderr), (Some(1), format!("countersign: no unlock can be remembered: {why}\n{hint}\n")));
        let ran = traced(error, &["lock"]);
        let hint = "hint: one that is remembered ends when its time is over";
        assert_eq!((ran.status, ran.stderr), (Some(1), format!("countersign: no unlock can be forgotten: {why}\n{hint}\n")));
        let new = place.file("new", "one two three\n");
        for arguments in [&["code", "GitHub"][..], &["passwd", "--new-passphrase-file", &new]] {
            traced(error, arguments).done();
        }
    }
}

#[test]
fn times_that_can_not_be_meant_are_refused() {
    let place = Place::new();
    for (time, why) in [
        ("0s", "an unlock is remembered for one second or more"),
        ("25h", "an unlock is remembered for a day at most"),
        ("99999999999999999999d", "an unlock is remembered for a day at most"),
        ("10", "this is no time: give a number with s, m, h or d, as in 10m"),
        ("m", "this is no time: give a number with s, m, h or d, as in 10m"),
        ("+5m", "this is no time: give a number with s, m, h or d, as in 10m"),
    ] {
        let ran = place.run(&["unlock", "--for", time]);
        assert_eq!(ran.status, Some(2), "{time}");
        assert!(ran.stderr.starts_with(&format!("countersign: invalid value '{time}' for '--for <TIME>': {why}\n")), "{ran:?}");
    }
}

#[test]
fn the_port_keeps_gives_and_forgets() {
    let name = "countersign:test of the port";
    if let Err(why) = KernelKeyring.get(name) {
        return println!("skipped: {why}");
    }
    let keep = |text: &str| KernelKeyring.keep(name, &SecretText::new(text), Duration::from_secs(60));
    keep("first").unwrap();
    keep("second").unwrap();
    assert_eq!(KernelKeyring.get(name), Ok(Some(SecretText::new("second"))));
    assert_eq!(KernelKeyring.forget(name), Ok(true));
    assert_eq!((KernelKeyring.get(name), KernelKeyring.forget(name)), (Ok(None), Ok(false)));
    assert!(KernelKeyring.keep(name, &SecretText::new("third"), Duration::from_millis(999)).is_err());
    assert_eq!(KernelKeyring.get(name), Ok(None));
}
