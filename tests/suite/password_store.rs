//! Password stores: whatever opens their entries, what is in them is read, and what is not opened is named.

use crate::support::disk::FakeDisk;
use crate::support::process::FakePrograms;
use countersign::error::ErrorKind;
use countersign::ops::password_store::Opener;
use countersign::ports::{Process, Storage};
use countersign::secret::SecretText;
use countersign::transfer::{self, ForeignFile, Found, NamedFile};
use std::path::Path;

const SECRET: &str = "GEZDGNBVGY3TQOJQ";

/// What the fake programs open: text behind a mark.
fn sealed(text: &str) -> Vec<u8> {
    [b"\0sealed\0", text.as_bytes()].concat()
}

fn unseal(bytes: &[u8]) -> Option<Vec<u8>> {
    bytes.strip_prefix(b"\0sealed\0").map(<[u8]>::to_vec)
}

fn files(files: &[(&str, Vec<u8>)]) -> Vec<NamedFile> {
    files.iter().map(|(name, bytes)| NamedFile { name: (*name).to_owned(), bytes: bytes.clone().into() }).collect()
}

fn open(
    process: &dyn Process,
    disk: &FakeDisk,
    identities: Option<&str>,
    mut files: Vec<NamedFile>,
) -> Result<Found, (ErrorKind, String, Option<String>)> {
    let opener = Opener { process, storage: disk, home: Some(Path::new("/home/hugo")), identities: identities.map(Path::new) };
    let read = || {
        opener.open(&mut files)?;
        let folder = ForeignFile::folder(&files);
        let format = transfer::detect(&folder)?;
        assert_eq!(format.id(), "pass");
        format.read(&folder, None)
    };
    let mut read = read;
    read().map_err(|error| (error.kind, error.what, error.hint))
}

/// Issuer, account, tags and secret of each entry.
fn told(found: &Found) -> Vec<(&str, &str, String, SecretText)> {
    let of = |draft: &'_ transfer::Draft| (draft.tags.join(","), draft.credential.secret_text());
    found
        .drafts
        .iter()
        .map(|draft| {
            let (tags, secret) = of(draft);
            (draft.issuer.as_str(), draft.account.as_str(), tags, secret)
        })
        .collect()
}

#[test]
fn entries_are_opened_named_by_their_place_and_those_without_a_one_time_password_counted() {
    let gpg = FakePrograms::new(&["gpg"], unseal);
    let link = format!("hunter2\notpauth://totp/GitHub:hugo?secret={SECRET}&issuer=GitHub\n");
    let store = files(&[
        (".gpg-id", b"hugo@example.org\n".to_vec()),
        ("bank.gpg", sealed(&format!("{SECRET}\n"))),
        ("code/github.gpg", sealed(&link)),
        ("mail.gpg", sealed("correct horse battery staple\nuser: hugo\n")),
        ("shop.example/hugo.gpg", sealed(&format!("hunter2\ntotp: {SECRET}\n"))),
        ("work/vpn.example/hugo.gpg", sealed(&format!("hunter2\nhotp: {SECRET}\ncounter: 9\n"))),
        ("README", b"not an entry".to_vec()),
    ]);
    let found = open(&gpg, &FakeDisk::default(), None, store).unwrap();
    let secret = || SecretText::new(SECRET);
    assert_eq!(
        told(&found),
        [
            ("bank", "", String::new(), secret()),
            ("GitHub", "hugo", "code".into(), secret()),
            ("shop.example", "hugo", String::new(), secret()),
            ("vpn.example", "hugo", "work".into(), secret()),
        ]
    );
    assert_eq!(found.drafts[3].credential.counter, 9);
    assert_eq!(found.warnings, ["1 of 5 entries of the password store hold no one-time password."]);
    assert_eq!(*gpg.ran.lock().unwrap(), ["gpg --quiet --batch --decrypt"; 5]);
}

#[test]
fn one_entry_that_does_not_open_is_named_and_the_others_are_taken() {
    let gpg = FakePrograms::new(&["gpg"], unseal);
    let body = || sealed(&format!("hunter2\ntotp: {SECRET}\n"));
    let store =
        files(&[(".gpg-id", b"x".to_vec()), ("a.gpg", b"\0\0\0".to_vec()), ("b.gpg", body()), ("c.gpg", sealed("totp: ***\n"))]);
    let found = open(&gpg, &FakeDisk::default(), None, store).unwrap();
    assert_eq!(told(&found), [("b", "", String::new(), SecretText::new(SECRET))]);
    let skipped: Vec<(usize, &str)> = found.skipped.iter().map(|skipped| (skipped.index, skipped.reason.as_str())).collect();
    assert_eq!(
        skipped,
        [(0, "a: it could not be decrypted"), (2, "c: the secret can't be read: character 1 is neither a letter nor a digit")]
    );
}

#[test]
fn where_none_opens_the_program_is_not_asked_for_each() {
    let gpg = FakePrograms::new(&["gpg"], |_: &[u8]| None);
    let store = files(&[("a.gpg", sealed("")), ("b.gpg", sealed("")), ("c.gpg", sealed("")), ("d.gpg", sealed(""))]);
    let (kind, what, hint) = open(&gpg, &FakeDisk::default(), None, store).unwrap_err();
    assert_eq!((kind, what.as_str()), (ErrorKind::WrongPassword, "gpg opens none of the entries of the password store"));
    assert!(hint.unwrap().contains("pass show"));
    assert_eq!(gpg.ran.lock().unwrap().len(), 3);
}

#[test]
fn a_missing_program_is_named() {
    let none = FakePrograms::new(&[], unseal);
    let error = |name: &str| open(&none, &FakeDisk::default(), Some("/keys"), files(&[(name, sealed(""))])).unwrap_err();
    for (name, program) in [("a.gpg", "gpg"), ("a.age", "age")] {
        let what = format!(
            "the entries of the password store are encrypted, and the program {program} that opens them is not installed"
        );
        let hint = format!("install {program}, or decrypt the entries and import the texts");
        assert_eq!(error(name), (ErrorKind::Failed, what, Some(hint)));
    }
}

#[test]
fn age_is_given_the_identities_that_were_named_or_are_in_their_usual_place() {
    let store = || files(&[(".age-recipients", b"age1".to_vec()), ("shop.age", sealed(&format!("totp: {SECRET}\n")))]);
    let ran = |disk: &FakeDisk, identities| {
        let age = FakePrograms::new(&["age"], unseal);
        let outcome = open(&age, disk, identities, store()).map(|found| found.drafts.len());
        (outcome, age.ran.into_inner().unwrap())
    };
    let disk = FakeDisk::default();
    let (missing, _) = ran(&disk, None);
    let (kind, what, hint) = missing.unwrap_err();
    assert_eq!(kind, ErrorKind::Failed);
    assert_eq!(what, "the entries of the password store are encrypted with age, and no file of identities was found");
    assert_eq!(hint.as_deref(), Some("name it with --key-file"));
    assert_eq!(ran(&disk, Some("/keys")), (Ok(1), vec!["age --decrypt --identity /keys".to_owned()]));
    disk.make_folder(Path::new("/home/hugo/.passage")).unwrap();
    disk.write_new(Path::new("/home/hugo/.passage/identities"), b"AGE-SECRET-KEY-1").unwrap();
    assert_eq!(ran(&disk, None), (Ok(1), vec!["age --decrypt --identity /home/hugo/.passage/identities".to_owned()]));
}
