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
    assert_eq!(
        (found.skipped.len(), found.skipped[0].index, found.skipped[0].reason.as_str()),
        (1, 2, "Bad: the secret is missing")
    );
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
fn a_cut_or_altered_database_is_a_clear_error_or_has_no_more_than_it_had() {
    let whole = database(STRATUM);
    let known = read(&whole, None).unwrap();
    for length in (16..whole.len()).step_by(97) {
        let (kind, what) = read(&whole[..length], None).unwrap_err();
        assert!([ErrorKind::UnknownFormat, ErrorKind::ForeignDamaged].contains(&kind), "cut to {length}: {what}");
    }
    for at in (16..whole.len()).step_by(13) {
        let mut altered = whole.clone();
        altered[at] ^= 0x55;
        match read(&altered, None) {
            Ok(found) => {
                let all = |found: &Found| found.drafts.len() + found.skipped.len();
                assert!(all(&found) <= all(&known), "altered at {at}: {found:?}");
            }
            // SQLite's mark may go with the byte, and then it may be any ciphertext.
            Err((kind, what)) => {
                let kinds = [ErrorKind::UnknownFormat, ErrorKind::ForeignDamaged, ErrorKind::NeedsPassword];
                assert!(kinds.contains(&kind), "altered at {at}: {kind:?} {what}");
            }
        }
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

// -- XML --

/// Refused soon: a build without optimisation on a busy machine is given ten times the second that a user is.
fn refused_soon(bytes: &[u8]) -> (ErrorKind, String) {
    let before = std::time::Instant::now();
    let error = read(bytes, Some("any")).unwrap_err();
    assert!(before.elapsed().as_secs() < 10, "{:?}", before.elapsed());
    error
}

#[test]
fn xml_that_expands_without_end_is_refused() {
    let mut laughs = String::from("<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY lol \"lol\">");
    for depth in 0..10 {
        let inner = if depth == 0 { "&lol;".repeat(10) } else { format!("&lol{};", depth - 1).repeat(10) };
        laughs += &format!("<!ENTITY lol{depth} \"{inner}\">");
    }
    laughs += "]>\n<map><string name=\"com.authy.storage.tokens.authenticator.key\">&lol9;</string></map>";
    let refused = "the XML has a document type, which no authenticator writes".to_owned();
    assert_eq!(refused_soon(laughs.as_bytes()), (ErrorKind::ForeignDamaged, refused));
    let entity = "the XML uses an entity of its own, which no authenticator writes".to_owned();
    assert_eq!(refused_soon(b"<map><string name=\"a\">&lol;</string></map>"), (ErrorKind::ForeignDamaged, entity));
}

#[test]
fn xml_that_is_too_deep_or_too_large_is_refused() {
    let refused = (ErrorKind::ForeignDamaged, "the XML is larger or deeper than any authenticator writes".to_owned());
    assert_eq!(refused_soon("<map>".repeat(1_000_000).as_bytes()), refused);
    let wide = format!("<map>{}</map>", "<a/>".repeat(2_000_000));
    assert_eq!(refused_soon(wide.as_bytes()), refused);
    let attributes = format!("<map {}/>", (0..300_000).map(|number| format!("a{number}='' ")).collect::<String>());
    assert_eq!(refused_soon(attributes.as_bytes()).0, ErrorKind::ForeignDamaged);
}

#[test]
fn a_link_in_angle_brackets_is_a_link() {
    let found = read(b"<otpauth://totp/Shop:hugo?secret=GEZDGNBVGY3TQOJQ>", None).unwrap();
    assert_eq!(found.drafts.iter().map(|draft| draft.label()).collect::<Vec<_>>(), ["Shop (hugo)"]);
}

// -- what other programs encrypt --

#[test]
fn rncryptor_opens_its_own_vectors() {
    use countersign::transfer::read::{encoding, rncryptor};
    // From the vectors of the RNCryptor specification, version 3, with a password.
    let vectors = [
        (
            "thepassword",
            "03010001020304050607010203040506070802030405060708090a0b0c0d0e0f0001a1f8730e0bf480eb7b70f690abf21e029514164ad3c474a51b30c7eaa1ca545b7de3de5b010acbad0a9a13857df696a8",
            "01",
        ),
        (
            "thepassword",
            "030101020304050607000203040506070801030405060708090a0b0c0d0e0f0001020e437fe809309c03fd53a475131e9a1978b8eaef576f60adb8ce2320849ba32d742900438ba897d22210c76c35c849df",
            "0123456789abcdef",
        ),
    ];
    for (password, sealed, plain) in vectors {
        let opened = rncryptor::open(&encoding::hex(sealed).unwrap(), &SecretText::new(password)).unwrap();
        assert_eq!(encoding::to_hex(&opened), plain);
    }
}

#[test]
fn winauth_opens_what_its_own_library_sealed() {
    use countersign::transfer::read::winauth_seal;
    // Made with the cipher library that WinAuth 3.5 is built on, and published with a program that reads its files.
    let sealed = "57494E41555448331011121314151617133D5D61D5627EB25D9E56F97A0308DF6C1012470B860D7724D10F75794A99E00001020304050607\
                  FD1EF2D60054FAB57095FFC7142C115E2416989448A2B95E07D0E6EDDA9E3AB8";
    let open = |password: &str| winauth_seal::open(sealed, &SecretText::new(password));
    assert_eq!(&**open("WinAuth-Compat-Password").unwrap(), b"<config>legacy-fixture</config>");
    assert_eq!(open("another").unwrap_err().kind, ErrorKind::WrongPassword);
}

// -- Java --

/// A map whose pairs after the first only name its texts again.
fn java_map(pairs: u32, text: &str) -> Vec<u8> {
    let mut bytes =
        b"\xAC\xED\x00\x05sr\x00\x11java.util.HashMap\x05\x07\xDA\xC1\xC3\x16\x60\xD1\x03\x00\x00xpw\x08\0\0\0\x10".to_vec();
    bytes.extend(pairs.to_be_bytes());
    for text in ["masterKey", text] {
        bytes.push(b't');
        bytes.extend((text.len() as u16).to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    for _ in 1..pairs {
        bytes.extend(b"\x71\x00\x7E\x00\x03\x71\x00\x7E\x00\x03");
    }
    bytes
}

#[test]
fn a_map_that_names_its_texts_again_is_read_within_bounds() {
    use countersign::transfer::read::java;
    let map = java::map_of_texts(&java_map(3, "{}")).unwrap();
    assert_eq!(
        map.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect::<Vec<_>>(),
        [("masterKey", "{}"), ("{}", "{}"), ("{}", "{}")]
    );
    let long = "a".repeat(60_000);
    assert_eq!(refused_soon(&java_map(100_000, &long)).0, ErrorKind::ForeignDamaged);
    assert_eq!(refused_soon(&java_map(u32::MAX >> 8, "{}")).0, ErrorKind::ForeignDamaged);
}
