//! Containers that hold the files of other programs: zip archives and databases, whole, locked, broken and hostile.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::error::ErrorKind;
use countersign::secret::SecretText;
use countersign::transfer::{self, Draft, ForeignFile, Found, NamedFile};
use std::io::{Cursor, Write};
use zip::unstable::write::FileOptionsExt;
use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, ZipWriter};

fn read(bytes: &[u8], password: Option<&str>) -> Result<Found, (ErrorKind, String)> {
    let result = transfer::read(bytes, password.map(SecretText::new).as_ref());
    result.map(|(_, found)| found).map_err(|error| (error.kind, error.what))
}

// -- zip --

const MEMBER: &str = "raivo-otp-export.json";
const ENTRIES: &str =
    r#"[{"issuer":"Shop","account":"hugo","secret":"GEZDGNBVGY3TQOJQ","kind":"TOTP","timer":"30","digits":"6"}]"#;

fn archive(content: &[u8], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(MEMBER, options.compression_method(CompressionMethod::Deflated)).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap().into_inner()
}

fn plain() -> SimpleFileOptions {
    SimpleFileOptions::default()
}

#[test]
fn an_archive_opens_with_its_password_in_either_encryption() {
    let sealed = [
        archive(ENTRIES.as_bytes(), plain().with_aes_encryption(AesMode::Aes256, "master")),
        archive(ENTRIES.as_bytes(), plain().with_deprecated_encryption(b"master").unwrap()),
    ];
    for bytes in sealed {
        assert_eq!(read(&bytes, Some("master")).unwrap().drafts[0].label(), "Shop (hugo)");
        assert_eq!(read(&bytes, None).unwrap_err().0, ErrorKind::NeedsPassword);
        assert_eq!(read(&bytes, Some("other")).unwrap_err().0, ErrorKind::WrongPassword);
    }
    assert_eq!(read(&archive(ENTRIES.as_bytes(), plain()), None).unwrap().drafts.len(), 1);
}

#[test]
fn an_archive_that_expands_without_end_is_refused() {
    let bomb = archive(&vec![b' '; 65 << 20], plain());
    assert!(bomb.len() < 100_000);
    let refused = (ErrorKind::ForeignDamaged, "the zip archive expands to more than 64 MiB".to_owned());
    assert_eq!(read(&bomb, None), Err(refused.clone()));
    // One that tells a small size all the same, in both of its headers, expands no further than it says.
    let told = (65u32 << 20).to_le_bytes();
    let mut liar = bomb.clone();
    for at in 0..liar.len() - 4 {
        if liar[at..at + 4] == told {
            liar[at..at + 4].copy_from_slice(&100u32.to_le_bytes());
        }
    }
    assert_ne!(liar, bomb);
    assert_eq!(read(&liar, None).unwrap_err().0, ErrorKind::ForeignDamaged);
}

#[test]
fn a_cut_archive_is_an_error() {
    let whole = archive(ENTRIES.as_bytes(), plain());
    for length in 4..whole.len() {
        assert!(matches!(read(&whole[..length], None).unwrap_err().0, ErrorKind::UnknownFormat | ErrorKind::ForeignDamaged));
    }
}

// -- SQLite --

fn database(sql: &str) -> Vec<u8> {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch(sql).unwrap();
    connection.serialize(rusqlite::MAIN_DB).unwrap().to_vec()
}

const STRATUM: &str = "
    CREATE TABLE authenticator (type INTEGER, icon TEXT, issuer TEXT, username TEXT, secret TEXT, pin TEXT, algorithm INTEGER, digits INTEGER, period INTEGER, counter INTEGER);
    CREATE TABLE category (id TEXT, name TEXT);
    CREATE TABLE authenticatorcategory (categoryId TEXT, authenticatorSecret TEXT);
    INSERT INTO authenticator VALUES (2, 'shop', 'Shop', 'hugo', 'GEZDGNBVGY3TQOJQ', NULL, 1, 8, 60, 0), (1, NULL, 'Bank', NULL, 'MFRGGZDF', NULL, 0, 6, 30, 9), (2, NULL, 'Bad', NULL, NULL, NULL, 0, 6, 30, 0);
    INSERT INTO category VALUES ('c1', 'work');
    INSERT INTO authenticatorcategory VALUES ('c1', 'MFRGGZDF');";

#[test]
fn a_database_is_read_from_memory() {
    let found = read(&database(STRATUM), None).unwrap();
    assert_eq!(found.drafts.iter().map(|draft| draft.label()).collect::<Vec<_>>(), ["Shop (hugo)", "Bank"]);
    assert_eq!((found.drafts[0].credential.digits, found.drafts[0].credential.algorithm.name()), (8, "SHA256"));
    assert_eq!((found.drafts[1].credential.counter, found.drafts[1].tags.as_slice()), (9, &["work".to_owned()][..]));
    assert_eq!((found.skipped.len(), found.skipped[0].index, found.skipped[0].reason.as_str()), (1, 2, "the secret is missing"));
    assert_eq!(found.warnings, Vec::<String>::new());
}

#[test]
fn a_database_with_a_log_beside_it_is_read_and_the_log_named() {
    let mut bytes = database(STRATUM);
    bytes[18..20].fill(2);
    assert_eq!(
        read(&bytes, None).unwrap().warnings,
        ["The newest changes may lie in the file beside it that ends in -wal, which was not read."]
    );
}

#[test]
fn a_view_that_computes_without_end_is_not_looked_at() {
    let endless = "
        CREATE VIEW authenticator AS WITH RECURSIVE more(type, issuer, username, secret) AS
            (SELECT 2, '', '', 'AA' UNION ALL SELECT type + 1, issuer, username, secret FROM more) SELECT * FROM more;
        CREATE TABLE authenticatorcategory (categoryId TEXT, authenticatorSecret TEXT);";
    assert_eq!(read(&database(endless), None).unwrap_err().0, ErrorKind::UnknownFormat);
}

#[test]
fn a_cut_or_altered_database_is_borne() {
    let whole = database(STRATUM);
    for length in (16..whole.len()).step_by(97) {
        let _ = read(&whole[..length], None);
    }
    for at in (16..whole.len()).step_by(13) {
        let mut altered = whole.clone();
        altered[at] ^= 0x55;
        let _ = read(&altered, None);
    }
}

// -- files that need more than themselves --

/// Of OTPClient 3, which keeps no mark in it. The password goes beyond ASCII, where OTPClient cuts it.
const OLD_OTPCLIENT: &str = "ie0s/JdTBui9ixUXy4PcqdY3yniUhO1+8JYmmRjZ10DpnM9COAA2LbCWSyOWxcVtM8QDZcxlh4SCfmtzRfypE1tImyp8zS6nFvIBW2lCvtA597\
    DrbZwb2RPNTwBxprOfiEqzG8tTrBo0eylPzJtlmJKwB+62jSd3oe02iQkUtlsrIgg2BJP5+xI4Pvl2MIUWled8DF2rcSAowcBPKmDlIN53VoHj\
    8rPhVj3cILTwW7H7NMOYKrqsNtNqzzWtgxl+PRQlFAUz4jkhnEaxAKkmJkCQjVAWw0G1QUoZRcmvPeufr4iVl3onuNEC4TvIlBO03olNGMoDA3\
    L3V4gY7dNuq/AVTuzJetd+eACGRfsMbRYMZ7AmYxhmGy8xAbHrhw8lqXgoAsE+ytbHODcb+0qOqot607S3dDy7JTh8G7EK12Ra5V6ZxiZqyz9J\
    rWFw9ryuYZ1m9XFfAdfikpuV9Z760ntRYPugfgGjh2KyKeTvTwEhkcTcOTJ9ym/0lzLi2EuRP8EAGCWnTFBII5/CxhjhzLWYkywN5LYatKvaLW\
    K0";

#[test]
fn a_database_of_old_otpclient_is_read_where_it_is_named() {
    let bytes = STANDARD.decode(OLD_OTPCLIENT).unwrap();
    let read = |password: Option<&str>| {
        let password = password.map(SecretText::new);
        transfer::by_id("otpclient").unwrap().read(&ForeignFile::new(&bytes), password.as_ref())
    };
    let labels: Vec<String> = read(Some("käse brot")).unwrap().drafts.iter().map(Draft::label).collect();
    assert_eq!(labels, ["GitHub (hugo@example.org)", "vpn", "Steam (gamer)"]);
    assert_eq!(read(None).unwrap_err().kind, ErrorKind::NeedsPassword);
    assert_eq!(read(Some("other")).unwrap_err().kind, ErrorKind::WrongPassword);
}

#[test]
fn a_sealed_mafile_is_opened_with_the_manifest_given_beside_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/import/steam/folder-steamguard-cli/files/");
    let file = |name: &str| NamedFile { name: name.to_owned(), bytes: std::fs::read(format!("{folder}{name}")).unwrap().into() };
    let files = [file("2.maFile"), file("manifest.json")];
    let steam = transfer::by_id("steam").unwrap();
    let password = SecretText::new("käse brot");
    let both: Vec<usize> = files
        .iter()
        .map(|file| {
            let file = ForeignFile::new(&file.bytes).among(&file.name, &files);
            assert!(steam.detect(&file));
            steam.read(&file, Some(&password)).unwrap().drafts.len()
        })
        .collect();
    assert_eq!(both, [1, 0]);
    let alone = ForeignFile::new(&files[0].bytes);
    assert!(!steam.detect(&alone));
    let error = steam.read(&alone, Some(&password)).unwrap_err();
    assert_eq!(error.what, "the manifest.json that tells how this maFile is encrypted is missing");
}
