//! Files that ask for more than they are worth: each gets an error, soon and in little memory, from whatever format takes it.

use crate::support::{is_again, run_again, this_program};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::error::Error;
use countersign::secret::SecretText;
use countersign::transfer::{self, FORMATS, ForeignFile};
use std::io::{Cursor, Read, Write};
use std::time::Duration;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// A name, the bytes.
type Hostile = (&'static str, Vec<u8>);

const GIB: u64 = 1 << 30;

/// A zip whose member of this name expands to so many zeros.
fn zip_bomb(member: &str, expanded: u64) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(expanded > u32::MAX.into());
    writer.start_file(member, options).unwrap();
    std::io::copy(&mut std::io::repeat(b' ').take(expanded), &mut writer).unwrap();
    writer.finish().unwrap().into_inner()
}

/// The same as gzip: the deflated bytes of the zip between other ends.
fn gzip_bomb(expanded: u64) -> Vec<u8> {
    let zip = zip_bomb("x", expanded);
    let mut archive = ZipArchive::new(Cursor::new(zip.as_slice())).unwrap();
    let mut member = archive.by_index_raw(0).unwrap();
    let mut bytes = b"\x1F\x8B\x08\0\0\0\0\0\0\xFF".to_vec();
    let crc = member.crc32();
    member.read_to_end(&mut bytes).unwrap();
    bytes.extend(crc.to_le_bytes());
    bytes.extend((expanded as u32).to_le_bytes());
    bytes
}

/// Many members that all claim 2 GiB.
fn zip_of_liars(member: &str) -> Vec<u8> {
    let mut bytes = zip_bomb(member, 1000);
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == 1000u32.to_le_bytes() {
            bytes[at..at + 4].copy_from_slice(&(2 * GIB as u32 - 1).to_le_bytes());
        }
    }
    bytes
}

fn compressed() -> Vec<Hostile> {
    let members = ["raivo-otp-export.json", "export.data", "Proton Pass/data.json", "winauth.txt", "content.xml", "data.json"];
    let mut files: Vec<Hostile> = members.iter().map(|member| ("zip bomb", zip_bomb(member, 70 << 20))).collect();
    files.extend(members.iter().map(|member| ("zip with a length of 2 GiB", zip_of_liars(member))));
    let bomb = zip_bomb("raivo-otp-export.json", 70 << 20);
    let mut nested = ZipWriter::new(Cursor::new(Vec::new()));
    nested.start_file("raivo-otp-export.json", SimpleFileOptions::default()).unwrap();
    nested.write_all(&bomb).unwrap();
    files.push(("zip in a zip", nested.finish().unwrap().into_inner()));
    files.push(("gzip bomb", gzip_bomb(310 << 20)));
    files
}

fn deep() -> Vec<Hostile> {
    const DEPTH: usize = 200_000;
    let around = |open: &str, inside: &str, close: &str| (open.repeat(DEPTH) + inside + &close.repeat(DEPTH)).into_bytes();
    let within = |before: &str, after: &str| {
        let mut bytes = before.as_bytes().to_vec();
        bytes.extend(around("[", "", "]"));
        bytes.extend_from_slice(after.as_bytes());
        bytes
    };
    vec![
        ("deep lists", around("[", "", "]")),
        ("wide lists", ("[0".to_owned() + &",0".repeat(5 << 20) + "]").into_bytes()),
        ("wide objects", ("[{\"a\":0}".to_owned() + &",{\"a\":0}".repeat(1 << 19) + "]").into_bytes()),
        ("deep lists without end", "[".repeat(DEPTH).into_bytes()),
        ("deep objects", around("{\"a\":", "1", "}")),
        ("deep in our JSON", within("{\"version\":1,\"entries\":", "}")),
        (
            "deep in Aegis",
            within("{\"version\":1,\"header\":{\"slots\":null,\"params\":null},\"db\":{\"version\":3,\"entries\":", "}}"),
        ),
        ("deep in 2FAS", within("{\"schemaVersion\":4,\"services\":", "}")),
        ("deep in Bitwarden", within("{\"encrypted\":false,\"items\":", "}")),
        ("deep XML", around("<a>", "", "</a>")),
        ("deep HTML", [b"<!DOCTYPE html><html>".to_vec(), around("<div>", "", "</div>")].concat()),
        ("deep XML attributes", [b"<a ".to_vec(), "b=\"&amp;\" ".repeat(DEPTH).into_bytes(), b"/>".to_vec()].concat()),
        (
            "deep plist",
            [b"<?xml version=\"1.0\"?><plist>".to_vec(), around("<array>", "", "</array>"), b"</plist>".to_vec()].concat(),
        ),
    ]
}

fn billion_laughs() -> Vec<Hostile> {
    let entities: String = (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">\n", format!("&l{};", n - 1).repeat(10))).collect();
    let laughs = |root: &str, content: &str| {
        format!("<?xml version=\"1.0\"?>\n<!DOCTYPE {root} [\n<!ENTITY l0 \"lol\">\n{entities}]>\n<{root}>{content}</{root}>")
            .into_bytes()
    };
    vec![
        ("billion laughs as FreeOTP", laughs("map", "<string name=\"a\">&l9;</string>")),
        ("billion laughs as WinAuth", laughs("WinAuth", "&l9;")),
        ("billion laughs as PSKC", laughs("KeyContainer", "&l9;")),
        ("billion laughs as KeePass", laughs("KeePassFile", "&l9;")),
        ("billion laughs as a page", laughs("html", "&l9;")),
    ]
}

/// Lengths of 2 GiB where a length is told.
fn long() -> Vec<Hostile> {
    let transfer =
        |bytes: &[u8]| format!("otpauth-migration://offline?data={}", STANDARD.encode(bytes).replace('+', "%2B")).into_bytes();
    let png = |width: u32, height: u32| {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend(b"\x08\x06\0\0\0\0\0\0\0");
        bytes
    };
    let mut bmp = b"BM\xFF\xFF\xFF\x7F\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bmp.extend([0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0, 1, 0, 24, 0]);
    bmp.extend([0; 64]);
    let mut chunk = b"\x89PNG\r\n\x1a\n\x7F\xFF\xFF\xFFIDAT".to_vec();
    chunk.extend([0; 64]);
    let mut sqlite = b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20\0\0\0\x01\x7F\xFF\xFF\xFF".to_vec();
    sqlite.resize(4096, 0);
    // Signatures of KeePass, version 4.0, a first header field of 2 GiB.
    let kdbx = b"\x03\xD9\xA2\x9A\x67\xFB\x4B\xB5\0\0\x04\0\x02\xFF\xFF\xFF\x7F\0\0\0\0".to_vec();
    // A Java object stream: a class of fields without end, an array of 2 GiB.
    let java = b"\xAC\xED\0\x05ur\0\x02[B\xAC\xF3\x17\xF8\x06\x08T\xE0\x02\0\0xp\x7F\xFF\xFF\xFF".to_vec();
    // A binary property list whose trailer tells 2^63 objects.
    let mut plist = b"bplist00\xD1\x01\x02".to_vec();
    plist.extend([0, 0, 0, 0, 0, 0, 8, 8]);
    plist.extend((1u64 << 63).to_be_bytes());
    plist.extend(0u64.to_be_bytes());
    plist.extend(8u64.to_be_bytes());
    let mut andotp = vec![0, 0, 0xFF, 0xFF];
    andotp.extend((0..200u16).map(|n| (n * 73 + 11) as u8));
    vec![
        ("transfer with a length of 2 GiB", transfer(b"\x0A\xFF\xFF\xFF\xFF\x07\x0A\x04abcd")),
        ("transfer with a length beyond all", transfer(b"\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")),
        ("transfer of deep groups", transfer(&[0x0B; 40_000])),
        ("picture of 2^31 pixels a side", png(0x7FFF_FFFF, 0x7FFF_FFFF)),
        ("picture of 70 million pixels", png(10_000, 7_000)),
        ("bitmap of 65,535 pixels a side", bmp),
        ("picture with a chunk of 2 GiB", chunk),
        ("database of 2^31 pages", sqlite),
        ("KeePass with a field of 2 GiB", kdbx),
        ("Java array of 2 GiB", java),
        ("property list of 2^63 objects", plist),
        ("noise", andotp),
        ("one line of 4 MiB", vec![b'a'; 4 << 20]),
        // Our own code is not optimised in the tests.
        ("1 MiB of line ends", vec![b'\n'; 1 << 20]),
        ("4 MiB of commas", [b"name,login_totp\n".to_vec(), vec![b','; 4 << 20]].concat()),
    ]
}

/// Databases whose cells take far more memory than the file does: a large blob, whose bytes are values each, and many cells.
fn databases() -> Vec<Hostile> {
    let database = |columns: &str, rows: &str| {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        let usual = "_id INTEGER, email TEXT, secret TEXT, counter INTEGER, type INTEGER, issuer TEXT, original_name TEXT";
        connection.execute_batch(&format!("CREATE TABLE accounts({usual}{columns}); {rows}")).unwrap();
        connection.serialize(rusqlite::MAIN_DB).unwrap().to_vec()
    };
    let blob = "INSERT INTO accounts(secret, issuer) VALUES('JBSWY3DPEHPK3PXP', zeroblob(20000000));";
    let many: String = (0..1900).map(|at| format!(", c{at} INTEGER")).collect();
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000) \
                INSERT INTO accounts(secret) SELECT 'JBSWY3DPEHPK3PXP' FROM n;";
    vec![("a database with a large blob", database("", blob)), ("a database of many cells", database(&many, rows))]
}

/// One wide row among many short ones: what is kept of each must not be as wide.
fn wide() -> Vec<Hostile> {
    const SECRET: &str = "JBSWY3DPEHPK3PXP";
    let commas = |many| ",".repeat(many);
    let named = format!("issuer,account,secret\nA,a,b\nB{}\n{}", commas(8_000), "x,y,\n".repeat(8_000));
    let bare = format!("A,{SECRET}\nA,x\nA{}\n{}", commas(20_000), "B\n".repeat(20_000));
    vec![("a table with a wide row", named.into_bytes()), ("a table without header with a wide row", bare.into_bytes())]
}

/// Keys that cost more than any program asks for.
fn costly() -> Vec<Hostile> {
    let zeros = "0".repeat(64);
    let params = "{\"nonce\":\"000000000000000000000000\",\"tag\":\"00000000000000000000000000000000\"}";
    let aegis_of = |slots: usize, n: u64, r: u64, p: u64| {
        let slot = format!(
            "{{\"type\":1,\"uuid\":\"x\",\"key\":\"{zeros}\",\"key_params\":{params},\
             \"n\":{n},\"r\":{r},\"p\":{p},\"salt\":\"{zeros}\"}}"
        );
        let slots = vec![slot; slots].join(",");
        format!("{{\"version\":1,\"header\":{{\"slots\":[{slots}],\"params\":{params}}},\"db\":\"AAAA\"}}").into_bytes()
    };
    let aegis = |n: u64, r: u64, p: u64| aegis_of(1, n, r, p);
    let bitwarden = |kdf: &str| {
        format!(
            "{{\"encrypted\":true,\"passwordProtected\":true,\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA==\",{kdf},\
             \"encKeyValidation_DO_NOT_EDIT\":\"2.AAAAAAAAAAAAAAAAAAAAAA==|AAAAAAAAAAAAAAAAAAAAAA==|AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\
             \"data\":\"2.AAAAAAAAAAAAAAAAAAAAAA==|AAAAAAAAAAAAAAAAAAAAAA==|AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}}"
        )
        .into_bytes()
    };
    let ente = |memory: u64, passes: u64| {
        format!(
            "{{\"version\":1,\"kdfParams\":{{\"memLimit\":{memory},\"opsLimit\":{passes},\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}},\
             \"encryptedData\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"encryptionNonce\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}}"
        )
        .into_bytes()
    };
    let age = |factor: &str| {
        format!(
            "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA {factor}\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- {}\n{}",
            "A".repeat(43),
            "x".repeat(64)
        )
        .into_bytes()
    };
    let mut pskc =
        b"<?xml version=\"1.0\"?><KeyContainer xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\"><EncryptionKey><DerivedKey>"
            .to_vec();
    pskc.extend(
        b"<KeyDerivationMethod Algorithm=\"http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2\"><PBKDF2-params>",
    );
    pskc.extend(
        b"<Salt><Specified>AAAAAAAAAAA=</Specified></Salt><IterationCount>4294967295</IterationCount><KeyLength>16</KeyLength>",
    );
    pskc.extend(b"</PBKDF2-params></KeyDerivationMethod></DerivedKey></EncryptionKey></KeyContainer>");
    vec![
        ("Aegis of scrypt N 2^40", aegis(1 << 40, 8, 1)),
        ("Aegis of scrypt r 2^31", aegis(1 << 15, 1 << 31, 1)),
        ("Aegis of scrypt p 2^30", aegis(1 << 15, 8, 1 << 30)),
        ("Aegis of scrypt N 2^15, p 64", aegis(1 << 15, 8, 64)),
        ("Aegis of 1000 slots", aegis_of(1000, 1 << 15, 8, 1)),
        ("Aegis of scrypt N 0", aegis(0, 8, 1)),
        ("Bitwarden of 2^32 rounds", bitwarden("\"kdfType\":0,\"kdfIterations\":4294967295")),
        ("Bitwarden of 4 TiB", bitwarden("\"kdfType\":1,\"kdfIterations\":3,\"kdfMemory\":4194304,\"kdfParallelism\":4")),
        (
            "Bitwarden of 2^31 passes",
            bitwarden("\"kdfType\":1,\"kdfIterations\":2147483647,\"kdfMemory\":64,\"kdfParallelism\":4"),
        ),
        ("Ente of 2^62 bytes", ente(1 << 62, 4)),
        ("Ente of 2^31 passes", ente(64 << 20, 1 << 31)),
        ("age of work factor 21", age("21")),
        ("age of work factor 63", age("63")),
        ("age of work factor 255", age("255")),
        ("age of a work factor beyond all", age("99999999999999999999")),
        ("PSKC of 2^32 rounds", pskc),
    ]
}

/// Time this process was given the processor, which other processes do not lengthen.
fn spent() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The most memory this process has held since [`forget_peak`], in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// A second for the program as it is shipped; without optimisation it is about four times slower.
const MOST_TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 4 } else { 1 });
const MOST_MIB: u64 = 300;

/// Reads it as a person would, and by force with each format; tells what went beyond the bounds.
fn beyond(name: &str, bytes: &[u8], password: &SecretText) -> Vec<String> {
    let mut beyond = Vec::new();
    let mut measured = |how: &str, read: &dyn Fn() -> Result<usize, Error>| {
        forget_peak();
        let began = spent();
        let outcome = read();
        let (took, held) = (spent() - began, peak());
        if took > MOST_TIME || held > MOST_MIB {
            beyond.push(format!("{name}, {how}: {took:?} and {held} MiB"));
        }
        if let Ok(entries) = outcome {
            beyond.push(format!("{name}, {how}: no error, but {entries} entries"));
        }
    };
    for password in [None, Some(password)] {
        measured("detected", &|| transfer::read(bytes, password).map(|(_, found)| found.drafts.len()));
    }
    let file = ForeignFile::new(bytes);
    for format in FORMATS {
        measured(format.id(), &|| format.read(&file, Some(password)).map(|found| found.drafts.len()));
    }
    beyond
}

#[test]
#[cfg(target_os = "linux")]
fn a_hostile_file_is_an_error_within_a_second_and_300_mib() {
    const NAME: &str = "bounds::a_hostile_file_is_an_error_within_a_second_and_300_mib";
    if !is_again(NAME) {
        // Memory is told of a whole process, and the other tests hold some.
        return run_again(std::process::Command::new(this_program()), NAME);
    }
    let password = SecretText::new("correct horse");
    let mut faults = Vec::new();
    for make in [compressed, deep, billion_laughs, long, wide, costly, databases] {
        for (name, bytes) in make() {
            faults.extend(beyond(name, &bytes, &password));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
