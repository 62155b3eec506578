//! KeePass databases: every cipher, version and kind of key; wrong, damaged and hostile ones; and KeePassXC as the peer.

use crate::support::fixtures;
use crate::support::kdbx::{Cipher, Kdbx, dictionary, document, entry, hex};
use crate::support::world::FakeEntropy;
use countersign::error::{Error, ErrorKind};
use countersign::otp::{Algorithm, Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::{self, Draft, ForeignFile, Found, Sealing};
use sha2::{Digest, Sha256};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PASSWORD: &str = "correct horse";
const LINK: &str = "otpauth://totp/Shop:hugo?secret=GEZDGNBVGY3TQOJQ&issuer=Shop";

fn open(bytes: &[u8], password: Option<&str>, key_file: Option<&[u8]>) -> Result<Found, Error> {
    let file = ForeignFile::new(bytes).with_key_file(key_file);
    let format = transfer::detect(&file)?;
    format.read(&file, password.map(SecretText::new).as_ref())
}

fn kind_of(result: Result<Found, Error>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind)
}

fn plain() -> Kdbx {
    Kdbx::new(document(&entry("Shop", LINK)))
}

#[test]
fn every_cipher_and_version_opens_and_tells_wrong_from_damaged() {
    for version in [3, 4] {
        for cipher in [Cipher::Aes, Cipher::Twofish, Cipher::ChaCha20] {
            for is_packed in [false, true] {
                let bytes = Kdbx { version, cipher, is_packed, ..plain() }.build();
                let labels: Vec<String> = open(&bytes, Some(PASSWORD), None).unwrap().drafts.iter().map(Draft::label).collect();
                assert_eq!(labels, ["Shop (hugo)"]);
                assert_eq!(kind_of(open(&bytes, None, None)), Some(ErrorKind::NeedsPassword));
                assert_eq!(kind_of(open(&bytes, Some("battery"), None)), Some(ErrorKind::WrongPassword));
                let mut altered = bytes.clone();
                *altered.iter_mut().nth_back(90).unwrap() ^= 1;
                assert_eq!(kind_of(open(&altered, Some(PASSWORD), None)), Some(ErrorKind::ForeignDamaged));
                let cut = &bytes[..bytes.len() - 81];
                assert_eq!(kind_of(open(cut, Some(PASSWORD), None)), Some(ErrorKind::ForeignDamaged), "version {version}");
            }
        }
    }
}

#[test]
fn a_cut_database_is_never_anything_but_damaged() {
    for version in [3, 4] {
        let whole = Kdbx { version, ..plain() }.build();
        for length in 12..whole.len() {
            let kind = kind_of(open(&whole[..length], Some(PASSWORD), None));
            assert_eq!(kind, Some(ErrorKind::ForeignDamaged), "version {version}, {length} of {}", whole.len());
        }
    }
}

#[test]
fn a_key_file_of_each_kind_opens_alone_and_with_a_password() {
    let raw: [u8; 32] = std::array::from_fn(|at| at as u8 ^ 0x5A);
    let digits: String = raw.iter().map(|byte| format!("{byte:02X}")).collect();
    let hash: String = Sha256::digest(raw)[..4].iter().map(|byte| format!("{byte:02X}")).collect();
    let base64 = "WltYWV5fXF1SU1BRVldUVUpLSElOT0xNQkNAQUZHREU=";
    let old =
        format!("<?xml version=\"1.0\"?><KeyFile><Meta><Version>1.00</Version></Meta><Key><Data>{base64}</Data></Key></KeyFile>");
    let new = |hash: &str| {
        let (left, right) = digits.split_at(32);
        format!(
            "<?xml version=\"1.0\"?>\n<KeyFile>\n<Meta><Version>2.0</Version></Meta>\n<Key>\n<Data Hash=\"{hash}\">\n\t{left}\n\t{right}\n</Data></Key>\n</KeyFile>\n"
        )
    };
    let any = b"any other file".to_vec();
    let files: [(Vec<u8>, [u8; 32]); 5] = [
        (raw.to_vec(), raw),
        (digits.clone().into_bytes(), raw),
        (old.into_bytes(), raw),
        (new(&hash).into_bytes(), raw),
        (any.clone(), Sha256::digest(&any).into()),
    ];
    for (file, key) in files {
        let alone = Kdbx { key: vec![key], ..plain() }.build();
        assert_eq!(open(&alone, None, Some(&file)).unwrap().drafts.len(), 1);
        let both = Kdbx { key: vec![Sha256::digest(PASSWORD).into(), key], ..plain() }.build();
        assert_eq!(open(&both, Some(PASSWORD), Some(&file)).unwrap().drafts.len(), 1);
        assert_eq!(kind_of(open(&both, None, Some(&file))), Some(ErrorKind::NeedsPassword));
        let error = open(&both, Some(PASSWORD), None).unwrap_err();
        assert_eq!(error.kind, ErrorKind::WrongPassword);
        assert!(error.hint.unwrap().contains("key file"));
    }
    let alone = Kdbx { key: vec![raw], ..plain() }.build();
    assert_eq!(kind_of(open(&alone, None, Some(new("00000000").as_bytes()))), Some(ErrorKind::ForeignDamaged));
}

#[test]
fn an_empty_password_is_not_the_same_as_none() {
    let empty = Kdbx { key: vec![Sha256::digest("").into()], ..plain() }.build();
    assert_eq!(open(&empty, Some(""), None).unwrap().drafts.len(), 1);
    assert_eq!(kind_of(open(&empty, None, None)), Some(ErrorKind::NeedsPassword));
    let key_file = [3; 32];
    let alone = Kdbx { key: vec![key_file], ..plain() }.build();
    assert_eq!(kind_of(open(&alone, Some(""), Some(&key_file))), Some(ErrorKind::WrongPassword));
}

#[test]
fn hostile_databases_are_refused_at_once() {
    let bomb = Kdbx::new(vec![b' '; 65 << 20]).build();
    let deep = Kdbx::new(document(&"<Group>".repeat(1 << 20))).build();
    let many = Kdbx::new(document(&"<Entry/>".repeat(200_000))).build();
    let laughs = format!("<!DOCTYPE x [<!ENTITY a \"{}\">]>{}", "ha".repeat(100), document("&a;"));
    let argon = |memory: u64, passes: u64| {
        let uuid = hex("ef636ddf8c29444b91f7a9a403e30a0c");
        let derivation = dictionary(&[
            (0x42, "$UUID", &uuid),
            (0x42, "S", &[1; 32]),
            (5, "M", &memory.to_le_bytes()),
            (5, "I", &passes.to_le_bytes()),
            (4, "P", &[1, 0, 0, 0]),
            (4, "V", &[0x13, 0, 0, 0]),
        ]);
        Kdbx { derivation: Some(derivation), ..plain() }.build()
    };
    let all = [
        ("bomb", bomb),
        ("deep", deep),
        ("many", many),
        ("laughs", Kdbx::new(laughs).build()),
        ("memory", argon(2 << 30, 1)),
        ("passes", argon(1 << 30, 33)),
        ("passes over nothing", argon(0, u64::MAX)),
        ("rounds", Kdbx { rounds: u64::MAX, ..plain() }.build()),
        ("old rounds", Kdbx { version: 3, rounds: 1 << 40, ..plain() }.build()),
    ];
    for (name, bytes) in all {
        let start = Instant::now();
        assert_eq!(kind_of(open(&bytes, Some(PASSWORD), None)), Some(ErrorKind::ForeignDamaged), "{name}");
        // A build without optimisation is some times slower than the second that is promised.
        assert!(start.elapsed() < Duration::from_secs(10), "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn a_database_of_another_age_is_named() {
    for (mark, word) in [("03d9a29a65fb4bb5", "KeePass 1"), ("03d9a29a66fb4bb5", "KeePass 2")] {
        let error = open(&[hex(mark), vec![0; 200]].concat(), Some(PASSWORD), None).unwrap_err();
        assert_eq!(error.kind, ErrorKind::UnknownFormat);
        assert!(error.what.contains(word), "{}", error.what);
    }
    let mut impossible = plain().build();
    impossible[10] = 0xC8;
    assert_eq!(kind_of(open(&impossible, Some(PASSWORD), None)), Some(ErrorKind::ForeignDamaged));
    let mut header = plain().build();
    header[60] ^= 1;
    assert_eq!(kind_of(open(&header, None, None)), Some(ErrorKind::ForeignDamaged));
}

#[test]
fn the_recycle_bin_is_left_out_and_said() {
    let xml = format!(
        "<KeePassFile><Meta><RecycleBinEnabled>True</RecycleBinEnabled><RecycleBinUUID>AQIDBAUGBwgJCgsMDQ4PEA==</RecycleBinUUID></Meta>\
         <Root><Group><UUID>EAECAwQFBgcICQoLDA0ODw==</UUID><Name>Root</Name>{}\
         <Group><UUID>AQIDBAUGBwgJCgsMDQ4PEA==</UUID><Name>Bin</Name><Group><Name>Old</Name>{}</Group></Group>\
         <Group><Name>Work</Name><Group><Name>Web</Name>{}{}</Group></Group></Group></Root></KeePassFile>",
        entry("Bare", "GEZDGNBVGY3TQOJQ"),
        entry("Gone", LINK),
        entry("Shop", LINK),
        entry("Odd", "otpauth://totp/x?secret=1"),
    );
    let found = open(&Kdbx::new(xml.as_str()).build(), Some(PASSWORD), None).unwrap();
    let told: Vec<(String, String)> = found.drafts.iter().map(|draft| (draft.label(), draft.tags.join(","))).collect();
    assert_eq!(told, [("Bare".into(), String::new()), ("Shop (hugo)".into(), "Work/Web".into())]);
    assert_eq!(found.warnings, ["1 entry with a one-time password lies in the recycle bin and was left out."]);
    assert_eq!(
        (found.skipped[0].index, found.skipped[0].reason.as_str()),
        (3, "Odd: the secret in the link can't be read: character 1 is 1: did the site show the letter I or L?")
    );
    let off = xml.replace("<RecycleBinEnabled>True", "<RecycleBinEnabled>False");
    assert_eq!(open(&Kdbx::new(off).build(), Some(PASSWORD), None).unwrap().drafts.len(), 3);
}

/// What KeePassXC's own tests say of the ways to keep one-time passwords, through a table with the fields as columns.
#[test]
fn the_fields_of_every_program_are_read() {
    let Some(vectors) = fixtures::json("vectors/keepass_otp_fields.json") else { return };
    let mut seen = 0;
    for case in vectors["cases"].as_array().unwrap() {
        let fields = case["fields"].as_object().unwrap();
        let row = |cells: Vec<&str>| cells.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",");
        let names = fields.keys().map(String::as_str).chain(["HmacOtp-Counter"]).collect();
        let values = fields.values().map(|value| value.as_str().unwrap()).chain([""]).collect();
        let table = format!("{}\n{}\n", row(names), row(values));
        let found = open(table.as_bytes(), None, None).unwrap();
        let expect = &case["expect"];
        if expect.is_null() {
            // KeePass itself reads the base64 form.
            assert_eq!(found.drafts.len(), usize::from(fields.contains_key("TimeOtp-Secret-Base64")), "{case}");
            continue;
        }
        let credential = &found.drafts[0].credential;
        assert_eq!(found.drafts.len(), 1, "{case}");
        assert_eq!(u64::from(credential.digits), expect["digits"].as_u64().unwrap_or(6), "{case}");
        // KeePassXC takes no period over a day.
        assert_eq!(credential.period.min(86400), expect["period"].as_u64().unwrap(), "{case}");
        assert_eq!(credential.algorithm.name(), expect["algorithm"].as_str().unwrap_or("SHA1"), "{case}");
        assert_eq!(credential.kind.name(), expect["kind"].as_str().unwrap_or("totp"), "{case}");
        if let Some(secret) = expect["secret"].as_str() {
            assert_eq!(Some(&credential.secret), Kind::Totp.read_secret(secret).as_ref(), "{case}");
        }
        seen += 1;
    }
    assert_eq!(seen, 7);
}

fn keepassxc(arguments: &[&str]) -> Option<String> {
    use std::io::Write;
    let mut child = Command::new("keepassxc-cli")
        .args(arguments)
        .env("QT_QPA_PLATFORM", "offscreen")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .inspect_err(|_| println!("skipped: keepassxc-cli is not installed"))
        .ok()?;
    child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
    let ran = child.wait_with_output().unwrap();
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    Some(String::from_utf8(ran.stdout).unwrap())
}

#[test]
fn keepassxc_opens_what_is_written_and_computes_the_same() {
    let draft = |kind, issuer: &str, account: &str, secret: &[u8]| Draft {
        issuer: issuer.into(),
        account: account.into(),
        ..Draft::new(Credential::new(kind, Secret::new(secret.to_vec())))
    };
    let mut drafts = vec![
        draft(Kind::Totp, "Ünï & <Co>", "hugo", b"12345678901234567890"),
        draft(Kind::Totp, "Long", "hugo", b"1234567890"),
        draft(Kind::Steam, "Steam", "hugo", b"1234567890123456"),
        draft(Kind::Hotp, "Counter", "hugo", b"12345678901234567890"),
    ];
    drafts[0].note = "two\nlines".into();
    drafts[0].tags = vec!["home".into(), "work".into()];
    drafts[1].credential.algorithm = Algorithm::Sha512;
    (drafts[1].credential.digits, drafts[1].credential.period) = (8, 60);
    drafts[3].credential.counter = 5;
    let password = SecretText::new(PASSWORD);
    let sealing = Sealing { password: Some(&password), entropy: &FakeEntropy::seed(5), work_factor: 2 };
    let written = transfer::by_id("keepass").unwrap().writer().unwrap().write(&drafts, &sealing).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.kdbx");
    std::fs::write(&path, &written.bytes).unwrap();
    let path = path.to_str().unwrap();
    let Some(list) = keepassxc(&["ls", "-q", path]) else { return };
    assert_eq!(list, "Ünï & <Co>\nLong\nSteam\nCounter\n");
    let show = |title: &str, field: &str| keepassxc(&["show", "-q", "-s", "-a", field, path, title]).unwrap();
    assert_eq!(show("Ünï & <Co>", "UserName"), "hugo\n");
    assert_eq!(show("Ünï & <Co>", "Notes"), "two\nlines\n");
    assert_eq!(show("Ünï & <Co>", "Tags"), "home,work\n");
    assert_eq!(show("Counter", "HmacOtp-Counter"), "5\n");
    for draft in &drafts[..3] {
        // The moment may pass from one period to the next while the program runs.
        let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let code = |at| draft.credential.code_at(at).unwrap().code.expose().to_owned();
        let before = code(now());
        let shown = keepassxc(&["show", "-q", "-t", path, &draft.issuer]).unwrap();
        assert!([before, code(now())].contains(&shown.trim().to_owned()), "{}: {shown}", draft.issuer);
    }
}
