//! Password stores, opened by the real `gpg` and `age` where they are installed.

use crate::place::{Place, finish};
use crate::support::is_installed;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const BODY: &[u8] = b"hunter2\notpauth://totp/GitHub:hugo?secret=GEZDGNBVGY3TQOJQ&issuer=GitHub\n";

/// Whether the programs are there, said where they are not.
fn are_installed(programs: &[&str]) -> bool {
    let missing: Vec<&&str> = programs.iter().filter(|program| !is_installed(program)).collect();
    missing.iter().for_each(|program| println!("skipped: {program} is not installed"));
    missing.is_empty()
}

fn output(mut command: Command, stdin: &[u8]) -> Vec<u8> {
    command.stderr(Stdio::null());
    finish(command, stdin).done().stdout
}

/// Imports the folder with real programs on the path, and gives what the vault holds then.
fn imported(place: &Place, arguments: &[&str], variables: &[(&str, &Path)]) -> (String, Value) {
    let mut command = place.command(arguments);
    command.env("PATH", std::env::var_os("PATH").unwrap()).envs(variables.iter().copied());
    let said = finish(command, b"").done().stderr;
    (said, place.run(&["export", "--format", "json"]).done().json())
}

fn assert_is_the_one(exported: &Value) {
    let entries = exported["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{exported}");
    assert_eq!((&entries[0]["issuer"], &entries[0]["account"]), (&Value::from("GitHub"), &Value::from("hugo")));
    assert_eq!((&entries[0]["secret"], &entries[0]["tags"][0]), (&Value::from("GEZDGNBVGY3TQOJQ"), &Value::from("code")));
}

#[test]
fn a_store_of_pass_is_opened_by_gpg() {
    if !are_installed(&["gpg", "gpgconf"]) {
        return;
    }
    let place = Place::new();
    // The sockets of its agent need a short path, and an owner alone.
    let home = tempfile::Builder::new().prefix("gpg").rand_bytes(4).tempdir_in("/tmp").unwrap();
    let gpg = |arguments: &[&str]| {
        let mut command = Command::new("gpg");
        command.env("GNUPGHOME", home.path()).args(["--batch", "--quiet", "--passphrase", ""]).args(arguments);
        command
    };
    output(gpg(&["--quick-generate-key", "hugo@example.org", "future-default", "default", "never"]), b"");
    let seal = |text: &[u8]| output(gpg(&["--encrypt", "--recipient", "hugo@example.org", "--output", "-"]), text);
    let store = place.path("store");
    fs::create_dir_all(store.join("code")).unwrap();
    fs::write(store.join(".gpg-id"), "hugo@example.org\n").unwrap();
    fs::write(store.join("code/github.gpg"), seal(BODY)).unwrap();
    fs::write(store.join("mail.gpg"), seal(b"correct horse battery staple\n")).unwrap();
    let (said, exported) = imported(&place, &["import", store.to_str().unwrap()], &[("GNUPGHOME", home.path())]);
    let mut kill = Command::new("gpgconf");
    kill.env("GNUPGHOME", home.path()).args(["--kill", "all"]);
    output(kill, b"");
    assert!(said.contains("1 of 2 entries of the password store hold no one-time password."), "{said}");
    assert_is_the_one(&exported);
}

#[test]
fn a_store_of_passage_is_opened_by_age() {
    if !are_installed(&["age", "age-keygen"]) {
        return;
    }
    let place = Place::new();
    let key = output(Command::new("age-keygen"), b"");
    let identities = place.file("identities", &key);
    let mut to_public = Command::new("age-keygen");
    to_public.args(["-y", &identities]);
    let recipient = String::from_utf8(output(to_public, b"")).unwrap();
    let mut seal = Command::new("age");
    seal.args(["--encrypt", "--recipient", recipient.trim()]);
    let store = place.path("store");
    fs::create_dir_all(store.join("code")).unwrap();
    fs::write(store.join("code/github.age"), output(seal, BODY)).unwrap();
    let store = store.to_str().unwrap();
    let (_, exported) = imported(&place, &["import", store, "--key-file", &identities], &[]);
    assert_is_the_one(&exported);
}

#[test]
fn a_missing_program_is_named() {
    let place = Place::new();
    let store = place.path("store");
    fs::create_dir_all(&store).unwrap();
    fs::write(store.join("shop.gpg"), b"\x85\x01\x0c\x03").unwrap();
    let ran = place.run(&["import", store.to_str().unwrap()]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("the program gpg that opens them is not installed"), "{}", ran.stderr);
}
