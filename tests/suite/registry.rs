//! Walks the table of formats: what holds for one holds for each, the day it is added.

use countersign::error::ErrorKind;
use countersign::otp::{Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::{self, Draft, Encryption, FORMATS, ForeignFile};

#[test]
fn ids_and_names_are_there_and_differ() {
    for (index, format) in FORMATS.iter().enumerate() {
        let id = format.id();
        assert!(
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{id}"
        );
        assert!(!format.name().is_empty() && !format.how_to_get().is_empty(), "{id}");
        assert!(!format.how_to_get().contains('\n'), "{id}: one line");
        assert_eq!(transfer::by_id(id).unwrap().id(), id);
        for other in &FORMATS[..index] {
            assert!(other.id() != id && other.name() != format.name(), "{id} and {}", other.id());
        }
    }
}

#[test]
fn a_mistyped_format_is_answered_with_the_nearest() {
    let error = |id: &str| transfer::by_id(id).err().map(|error| (error.kind, error.what, error.hint.unwrap()));
    let usage = |what: &str, hint: &str| Some((ErrorKind::Usage, what.to_owned(), hint.to_owned()));
    assert_eq!(error("gogle"), usage("there is no format \"gogle\"", "did you mean google?"));
    assert_eq!(error("otp"), usage("there is no format \"otp\"", "did you mean otpauth?"));
    assert_eq!(error("zzzzzzzz"), usage("there is no format \"zzzzzzzz\"", "the formats are qr, json, google, otpauth"));
}

/// What any format can hold.
fn plain() -> Vec<Draft> {
    let draft = |issuer: &str, account: &str, secret: &[u8]| Draft {
        issuer: issuer.into(),
        account: account.into(),
        ..Draft::new(Credential::new(Kind::Totp, Secret::new(secret.to_vec())))
    };
    vec![
        draft("GitHub", "hugo@example.org", b"0123456789"),
        draft("日本", "ユーザー", b"\0\xFF\x01\xFE"),
        draft("A & B", "x y", b"z"),
    ]
}

#[test]
fn what_a_format_writes_it_detects_and_reads_back() {
    let password = SecretText::new("correct horse");
    for format in FORMATS {
        let Some(writer) = format.writer() else { continue };
        let id = format.id();
        let given = writer.encrypted().then_some(&password);
        let written = writer.write(&plain(), given).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(written.lost, Vec::<String>::new(), "{id}");
        let file = ForeignFile::new(&written.bytes);
        assert_eq!(transfer::detect(&file).unwrap().id(), id);
        let found = format.read(&file, given).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!((found.drafts, found.skipped.len(), found.warnings.len()), (plain(), 0, 0), "{id}");
        let none = writer.write(&[], given).unwrap();
        assert!(none.lost.is_empty(), "{id}");
        if writer.encrypted() {
            assert_ne!(format.encryption(), Encryption::Never, "{id}");
            assert_eq!(format.read(&file, None).unwrap_err().kind, ErrorKind::NeedsPassword, "{id}");
            let wrong = SecretText::new("battery staple");
            assert_eq!(format.read(&file, Some(&wrong)).unwrap_err().kind, ErrorKind::WrongPassword, "{id}");
        }
    }
}

#[test]
fn no_format_bears_a_cut_or_altered_file_badly() {
    let password = SecretText::new("correct horse");
    for format in FORMATS {
        let Some(writer) = format.writer() else { continue };
        let given = writer.encrypted().then_some(&password);
        let whole = writer.write(&plain(), given).unwrap().bytes;
        for length in 0..whole.len() {
            // Either an error or part of the entries: never a panic.
            let _ = format.read(&ForeignFile::new(&whole[..length]), given);
        }
        for at in 0..whole.len() {
            let mut altered = whole.to_vec();
            altered[at] ^= 0x20;
            let _ = format.read(&ForeignFile::new(&altered), given);
        }
    }
}
