//! Walks the table of formats: what holds for one holds for each, the day it is added.

use crate::support::fixtures;
use crate::support::world::FakeEntropy;
use countersign::error::ErrorKind;
use countersign::otp::{Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::{self, Draft, Encryption, FORMATS, ForeignFile, Format, Sealing, Written};

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
    let all = format!("the formats are {}", FORMATS.iter().map(|format| format.id()).collect::<Vec<_>>().join(", "));
    assert_eq!(error("gogle"), usage("there is no format \"gogle\"", "did you mean google?"));
    assert_eq!(error("otpaut"), usage("there is no format \"otpaut\"", "did you mean otpauth?"));
    assert_eq!(error("zzzzzzzz"), usage("there is no format \"zzzzzzzz\"", &all));
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

/// What each writer makes: in clear where it can, and encrypted where it can.
fn written(drafts: &[Draft]) -> Vec<(&'static dyn Format, Option<SecretText>, Written)> {
    let password = || Some(SecretText::new("correct horse"));
    let mut all = Vec::new();
    for format in FORMATS.iter().copied() {
        let Some(writer) = format.writer() else { continue };
        let ways = match writer.encryption() {
            Encryption::Never => vec![None],
            Encryption::Optional => vec![None, password()],
            Encryption::Always => vec![password()],
        };
        for password in ways {
            let entropy = FakeEntropy::seed(7);
            let sealing = Sealing { work_factor: 1, ..Sealing::new(password.as_ref(), &entropy) };
            let written = writer.write(drafts, &sealing).unwrap_or_else(|error| panic!("{}: {error}", format.id()));
            all.push((format, password, written));
        }
    }
    all
}

#[test]
fn what_a_format_writes_it_detects_and_reads_back() {
    for (format, password, written) in written(&plain()) {
        let id = format.id();
        let names_stay = id == "pskc" && password.is_some();
        let lost = if names_stay { vec!["PSKC encrypts secrets alone: issuers and accounts stay readable."] } else { Vec::new() };
        assert_eq!(written.lost, lost, "{id}");
        let file = ForeignFile::new(&written.bytes);
        assert_eq!(transfer::detect(&file).unwrap().id(), id);
        let found = format.read(&file, password.as_ref()).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!((found.drafts, found.skipped.len(), found.warnings), (plain(), 0, Vec::new()), "{id}");
        if password.is_some() {
            assert_ne!(format.encryption(), Encryption::Never, "{id}");
            assert_eq!(format.read(&file, None).unwrap_err().kind, ErrorKind::NeedsPassword, "{id}");
            let wrong = SecretText::new("battery staple");
            assert_eq!(format.read(&file, Some(&wrong)).unwrap_err().kind, ErrorKind::WrongPassword, "{id}");
            assert_eq!(written.bytes.windows(6).any(|part| part == b"GitHub"), names_stay, "{id}");
        }
    }
}

#[test]
fn no_entries_are_written_without_complaint() {
    for (format, _, written) in written(&[]) {
        assert!(written.lost.is_empty(), "{}", format.id());
    }
}

#[test]
fn a_cut_or_altered_export_is_a_clear_error_or_gives_no_more_than_it_had() {
    for (format, password, written) in written(&plain()) {
        let whole = written.bytes;
        // Deriving a key takes its time: of an encrypted file only some places are tried, of a long one not all.
        let step = whole.len() / if password.is_some() { 5 } else { 2_000 } + 1;
        let read = |bytes: &[u8], how: &str| {
            let outcome = format.read(&ForeignFile::new(bytes), password.as_ref());
            let read = outcome.as_ref().map_or(0, |found| found.drafts.len());
            assert!(read <= plain().len(), "{}, {how}: {read} entries", format.id());
            fixtures::assert_clear(outcome, &format!("{}, {how}", format.id()));
        };
        for length in (0..whole.len()).step_by(step) {
            read(&whole[..length], &format!("cut to {length}"));
        }
        for at in (0..whole.len()).step_by(step) {
            let mut altered = whole.to_vec();
            altered[at] ^= 0x20;
            read(&altered, &format!("altered at {at}"));
        }
    }
}

#[test]
fn every_export_is_proved_with_all_kinds_and_names_in_it() {
    use countersign::otp::Algorithm;
    let of = |kind: Kind, secret: &[u8], issuer: &str, account: &str| Draft {
        issuer: issuer.into(),
        account: account.into(),
        ..Draft::new(Credential::new(kind, Secret::new(secret.to_vec())))
    };
    let mut drafts = vec![
        of(Kind::Totp, b"12345678901234567890", "Ünï & Co: 100%", "a+b@example.org"),
        of(Kind::Hotp, b"12345678901234567891", "VPN", "hugo"),
        of(Kind::Steam, b"12345", "Steam", "hugo"),
        of(Kind::Steam, b"12346", "Valve", "hugo"),
        of(Kind::Motp, b"0123456789abcdef", "Old", "hugo"),
        of(Kind::Totp, b"1", "", "only an account"),
        of(Kind::Totp, b"2", "only an issuer", ""),
        of(Kind::Totp, b"3", "", ""),
        of(Kind::Unknown, b"4", "Later", "hugo"),
        of(Kind::Totp, b"1", "Twin", "hugo"),
        of(Kind::Totp, b"5", "Twin", "hugo"),
    ];
    drafts[0].credential = Credential { digits: 8, period: 60, algorithm: Algorithm::Sha512, ..drafts[0].credential.clone() };
    drafts[1].credential.counter = 41;
    drafts[4].credential.pin = Some(SecretText::new("1234"));
    for (format, password, written) in written(&drafts) {
        assert!(written.left_out.len() <= written.lost.len(), "{}: {:?}", format.id(), written.lost);
        countersign::ops::export::prove(format, &written, &drafts, password.as_ref())
            .unwrap_or_else(|error| panic!("{}: {error}", format.id()));
    }
}
