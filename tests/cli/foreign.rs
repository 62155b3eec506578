//! Real exports through the real program: imported, then exported as JSON, they are the entries they must give.

use crate::place::Place;
use crate::support::kdbx::{Kdbx, document, entry};
use serde_json::{Value, json};
use std::path::Path;

/// The entry of our JSON in the words of the manifest. Codes that count have no period there, and only they a counter.
fn told(entry: &Value) -> Value {
    json!({
        "kind": entry["kind"],
        "issuer": entry["issuer"].as_str().filter(|text| !text.is_empty()),
        "account": entry["account"].as_str().filter(|text| !text.is_empty()),
        "secret": entry["secret"],
        "algorithm": entry["algorithm"],
        "digits": entry["digits"],
        "period": entry["period"],
        "counter": entry["counter"],
        "pin": entry["pin"],
    })
}

/// Bits behind the last whole byte of base32 are not kept.
fn wanted(entry: &Value) -> Value {
    use countersign::otp::{Credential, Kind};
    let kind = Kind::from_name(entry["kind"].as_str().unwrap()).unwrap();
    let secret = kind.read_secret(entry["secret_base32"].as_str().unwrap()).unwrap();
    let mut wanted = told(entry);
    wanted["secret"] = json!(Credential::new(kind, secret).secret_text().expose());
    wanted
}

/// The order of a list of entries is no promise of the export.
fn sorted(mut entries: Vec<Value>) -> Vec<Value> {
    entries.sort_by_key(Value::to_string);
    entries
}

#[test]
fn every_sample_gives_exactly_its_entries() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures");
    let Ok(manifest) = std::fs::read(folder.join("MANIFEST.json")) else {
        println!("skipped: no sample files at {}", folder.display());
        return;
    };
    let rows: Vec<Value> = serde_json::from_slice(&manifest).unwrap();
    let ours = ["google-migration", "otpauth-uri-list", "qr-images"];
    for row in rows.iter().filter(|row| ours.contains(&row["format"].as_str().unwrap())) {
        let path = folder.join(row["file"].as_str().unwrap());
        // Others refuse MD5; we compute it, so this one is read.
        if path.is_dir() || path.ends_with("chronos__testInvalidImport_AlgoMD5.txt") {
            continue;
        }
        let name = path.to_str().unwrap();
        let place = Place::new();
        let before = place.vault_files();
        let ran = place.run(&["import", name]);
        let expected = row["entries"].as_array().unwrap();
        if expected.is_empty() {
            assert_eq!(ran.status, Some(5), "{name}: {ran:?}");
            assert_eq!(place.vault_files(), before, "{name}");
            continue;
        }
        assert_eq!(ran.status, Some(0), "{name}: {ran:?}");
        let exported = place.run(&["export", "--format", "json"]).done().json();
        let found = exported["entries"].as_array().unwrap().iter().map(told).collect();
        assert_eq!(sorted(found), sorted(expected.iter().map(wanted).collect()), "{name}");
    }
}

#[test]
fn the_parts_of_a_transfer_may_come_in_several_files_and_missing_ones_are_named() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/google-migration");
    let part = folder.join("proton__GoogleAuthenticatorExport_1.png");
    if !part.is_file() {
        println!("skipped: no sample file at {}", part.display());
        return;
    }
    let part = part.to_str().unwrap();
    let ran = Place::new().run(&["import", part, part]).done();
    assert!(ran.stderr.contains("10 entries in qr\n"), "the same part counts once: {}", ran.stderr);
    assert!(ran.stderr.contains("missing"), "{}", ran.stderr);
}

fn case(name: &str) -> String {
    format!("{}/tests/import/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn labels(place: &Place) -> Vec<String> {
    let exported = place.run(&["export", "--format", "json"]).done().json();
    let label = |entry: &Value| format!("{} {}", entry["issuer"].as_str().unwrap(), entry["secret"].as_str().unwrap());
    let mut labels: Vec<String> = exported["entries"].as_array().unwrap().iter().map(label).collect();
    labels.sort();
    labels
}

#[test]
fn a_vault_that_is_a_folder_may_be_given_by_any_of_its_files() {
    let (folder, password) = (case("1password/opvault/file.opvault"), case("1password/opvault/password"));
    let (profile, band) = (format!("{folder}/default/profile.js"), format!("{folder}/default/band_0.js"));
    for files in [vec![&folder], vec![&profile], vec![&band, &profile]] {
        let place = Place::new();
        let files = files.into_iter().map(String::as_str);
        let line: Vec<&str> = ["import"].into_iter().chain(files).chain(["--password-file", &password]).collect();
        place.run(&line).done();
        assert_eq!(labels(&place), ["Shop GEZDGNBVGY3TQOJQ", "Shop GEZDGNBVGY3TQOJR"]);
    }
}

#[test]
fn a_password_file_that_an_editor_on_windows_saved_holds_the_password_alone() {
    let password = std::fs::read_to_string(case("1password/opvault/password")).unwrap();
    let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(password.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [format!("\u{feff}{password}").into_bytes(), utf16] {
        let place = Place::new();
        let file = place.file("password", bytes);
        place.run(&["import", &case("1password/opvault/file.opvault"), "--password-file", &file]).done();
        assert_eq!(labels(&place), ["Shop GEZDGNBVGY3TQOJQ", "Shop GEZDGNBVGY3TQOJR"]);
    }
    let place = Place::new();
    let file = place.file("password", b"caf\xE9\n");
    let ran = place.run(&["import", &case("1password/opvault/file.opvault"), "--password-file", &file]);
    assert!(ran.stderr.contains("is not UTF-8 text"), "{ran:?}");
}

#[test]
fn a_database_may_need_a_key_file_and_may_have_an_empty_password() {
    use sha2::{Digest, Sha256};
    let place = Place::new();
    let link = "otpauth://totp/Shop:hugo?secret=GEZDGNBVGY3TQOJQ&issuer=Shop";
    let key = vec![Sha256::digest("").into(), Sha256::digest("any file").into()];
    let database = Kdbx { key, ..Kdbx::new(document(&entry("Shop", link))) }.build();
    let (file, key, empty) = (place.file("some.kdbx", &database), place.file("key", "any file"), place.file("empty", "\n"));
    let alone = place.run(&["import", &file, "--key-file", &key]);
    assert_eq!(alone.status, Some(5), "{alone:?}");
    assert!(alone.stderr.contains("hint: the key file alone does not open it"), "{}", alone.stderr);
    let without = place.run(&["import", &file, "--password-file", &empty]);
    assert_eq!(without.status, Some(5), "{without:?}");
    assert!(without.stderr.contains("it may need a key file as well (--key-file)"), "{}", without.stderr);
    place.run(&["import", &file, "--password-file", &empty, "--key-file", &key]).done();
    assert_eq!(labels(&place), ["Shop GEZDGNBVGY3TQOJQ"]);
}
