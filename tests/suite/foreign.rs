//! Real exports of other programs: each gives exactly its entries with its password, one clear error without it,
//! and is claimed by its format alone.

use crate::support::fixtures::{self, Sample};
use countersign::error::ErrorKind;
use countersign::otp::{Credential, Kind};
use countersign::secret::SecretText;
use countersign::transfer::{self, Draft, FORMATS, Format};
use serde_json::{Value, json};

/// The folder of samples of each format that is read, by its id. A new format adds its row.
const FOLDERS: &[(&str, &str)] = &[
    ("1password", "1password"),
    ("aegis", "aegis"),
    ("andotp", "andotp"),
    ("authenticator-extension", "authenticator-extension"),
    ("authenticator-plus", "authenticator-plus"),
    ("authy", "authy"),
    ("battlenet", "battle-net"),
    ("bitwarden", "bitwarden"),
    ("bitwarden-authenticator", "bitwarden"),
    ("chronos", "chronos"),
    ("cotp", "cotp"),
    ("cxf", "cxf"),
    ("duo", "duo"),
    ("enpass", "enpass"),
    ("ente", "ente"),
    ("freeotp", "freeotp"),
    ("freeotp-plus", "freeotp-plus"),
    ("google-authenticator-db", "google-database"),
    ("keepass", "keepass"),
    ("keepass-csv", "keepass-csv"),
    ("keeper", "keeper"),
    ("lastpass-authenticator", "lastpass"),
    ("microsoft-authenticator", "microsoft"),
    ("otp-auth-ios", "otp-auth-ios"),
    ("pass-otp", "pass"),
    ("proton-authenticator", "proton-authenticator"),
    ("proton-pass", "proton-pass"),
    ("raivo", "raivo"),
    ("steam", "steam"),
    ("stratum", "stratum"),
    ("stratum-html", "html"),
    ("synology-c2", "synology-c2"),
    ("totp-authenticator", "totp-authenticator"),
    ("twofas", "2fas"),
    ("twofauth", "2fauth"),
    ("winauth", "winauth"),
];

/// Files that another format takes than the one of the folder they lie in, and why.
const TAKEN_BY: &[(&str, &str, &str)] = &[
    ("keepass/keepassrs__broken_random_data.kdbx", "andotp", "noise without any mark may be an encrypted backup"),
    ("freeotp-plus/aegis__freeotp_plus_internal.xml", "freeotp", "FreeOTP+ keeps its tokens as FreeOTP 1 does"),
    ("ente/chronos__testValidImport.txt", "otpauth", "bare links without Ente's own parameter"),
    ("ente/chronos__testValidImport_Whitepsaces.txt", "otpauth", "bare links without Ente's own parameter"),
    (
        "gnome-authenticator/passimport__gnomeauthenticator.json",
        "andotp",
        "the old export of GNOME's Authenticator is that of andOTP",
    ),
    (
        "authenticator-extension/authenticatorcc__otp_backup_sample.txt",
        "otpauth",
        "the extension's text backup is a list of links",
    ),
    ("pass-otp/gopass__body4.txt", "otpauth", "a text with a link in it"),
    ("pass-otp/gopass__body5.txt", "otpauth", "a text with a link in it"),
    (
        "steam/steamguardcli/compat/winauth/exports.txt",
        "otpauth",
        "WinAuth's links for Steam, with the true secret in a parameter",
    ),
];

/// Files whose entries differ from the manifest's, what is expected instead, and why.
const DEVIATIONS: &[(&str, Change, &str)] = &[
    ("1password/keepassxc__keepassxc.opvault/default/profile.js", Change::KeptMore, "the note of an item is kept"),
    ("1password/keepassxc__1PasswordExport.1pux", Change::KeptMore, "the tags of an item are kept beside its vault"),
    ("cxf/bitwardensdk__cxf_example.json", Change::KeptMore, "collection and tags of an item are kept"),
    ("keepass/keepassxc__NewDatabase.kdbx", Change::KeptMore, "the notes of an entry are kept"),
    ("keepass/keepassxc__NewDatabaseMulti.kdbx", Change::KeptMore, "the notes of an entry are kept"),
    ("stratum/stratum__backup.unencrypted.authpro", Change::UsualMotp, FIXED_MOTP),
    ("stratum/stratum__demo.encrypted.authpro", Change::UsualMotp, FIXED_MOTP),
    ("twofauth/2fauth__unsupported_type.json", Change::Taken(2), "an unknown kind is kept as an entry that can't be computed"),
    ("twofas/2fauth__2fas_unsupported_type.json", Change::Taken(2), "an unknown kind is kept as an entry that can't be computed"),
    ("twofas/chronos__testInvalidImport_Algorithm.json", Change::Taken(4), "hashes that Chronos lacks are computed or kept here"),
    ("twofas/chronos__testInvalidImport_Steam.json", Change::Taken(1), "Steam, which Chronos lacks, is computed here"),
];

const FIXED_MOTP: &str = "Stratum writes 30 s and SHA-1 for mOTP, but computes it with 10 s and MD5, as everybody does";

/// How an expected list of entries is changed.
#[derive(Clone, Copy)]
enum Change {
    /// Not compared with the manifest: so many entries are taken.
    Taken(usize),
    /// Notes and tags are there of which the manifest tells nothing.
    KeptMore,
    /// mOTP has the parameters it always has.
    UsualMotp,
}

/// Opening it takes 1 GiB and 4 passes of Argon2id: done once, with its password.
const COSTLY: &str = "ente/stratum__ente.encrypted.json";

/// The id of the format that should take a row; `None` where that format is not there yet.
fn format_of(row: &Value) -> Option<&'static dyn Format> {
    let file = row["file"].as_str().unwrap();
    // An encrypted maFile is nothing without its manifest.
    let companion = row["companion_file"].as_str().filter(|_| row["encrypted"] == true);
    if companion.is_some_and(|companion| !fixtures::folder().unwrap().join(companion).is_file()) {
        println!("skipped: {file}, whose companion is missing");
        return None;
    }
    if let Some((_, id, _)) = TAKEN_BY.iter().find(|(name, ..)| *name == file) {
        return transfer::by_id(id).ok();
    }
    FOLDERS.iter().find(|(folder, _)| *folder == row["format"]).map(|(_, id)| transfer::by_id(id).unwrap())
}

fn password_of(row: &Value) -> Option<SecretText> {
    row["password"].as_str().map(SecretText::new)
}

/// Samples whose format is there.
fn samples() -> Vec<(Sample, &'static dyn Format)> {
    fixtures::samples().into_iter().filter_map(|sample| format_of(&sample.row).map(|format| (sample, format))).collect()
}

/// A draft in the words of the manifest.
fn told(draft: &Draft) -> Value {
    let credential = &draft.credential;
    let is_hotp = credential.kind == Kind::Hotp;
    json!({
        "kind": credential.kind.name(),
        "issuer": draft.issuer,
        "account": draft.account,
        "secret_base32": credential.secret_text().expose(),
        "algorithm": credential.algorithm.name(),
        "digits": credential.digits,
        "period": if is_hotp { Value::Null } else { json!(credential.period) },
        "counter": if is_hotp { json!(credential.counter) } else { Value::Null },
        "pin": credential.pin.as_ref().map(SecretText::expose),
        "note": draft.note,
        "group": draft.tags.join(","),
    })
}

/// The manifest writes "no text" as `null` or as nothing; odd lengths of base32 hold loose bits that the secret does not.
fn wanted(entry: &Value) -> Value {
    let mut entry = entry.clone();
    for name in ["issuer", "account", "note", "group"] {
        entry[name] = json!(entry[name].as_str().unwrap_or_default());
    }
    let kind = Kind::from_name(entry["kind"].as_str().unwrap()).unwrap();
    let secret = kind.read_secret(entry["secret_base32"].as_str().unwrap()).unwrap();
    entry["secret_base32"] = json!(Credential::new(kind, secret).secret_text().expose());
    entry
}

/// Folders whose samples `formats.rs` reads.
const ELSEWHERE: [&str; 3] = ["google-migration", "otpauth-uri-list", "qr-images"];

#[test]
fn sample_files_are_counted() {
    let Some(all) = fixtures::json("MANIFEST.json") else {
        println!("sample files: 0 of {} rows read, the folder is missing", fixtures::EXPECTED_ROWS);
        return;
    };
    let all = all.as_array().unwrap().len();
    let is_elsewhere = |sample: &Sample| ELSEWHERE.contains(&sample.row["format"].as_str().unwrap());
    let read = samples().len() + fixtures::samples().iter().filter(|sample| is_elsewhere(sample)).count();
    println!("sample files: {read} of {all} rows read");
    assert!(read >= fixtures::EXPECTED_ROWS, "only {read} rows were read, and {} were expected", fixtures::EXPECTED_ROWS);
}

#[test]
fn each_sample_gives_exactly_its_entries() {
    let wrong: Vec<String> = samples().iter().filter_map(|(sample, format)| differs(sample, *format)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// In what a sample differs from what the manifest says of it.
fn differs(sample: &Sample, format: &dyn Format) -> Option<String> {
    let (row, file) = (&sample.row, sample.name());
    let entries = row["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let deviation = DEVIATIONS.iter().find(|(name, ..)| *name == file).map(|(_, change, _)| *change);
    match format.read(&sample.file(), password_of(row).as_ref()) {
        Ok(found) => {
            let told: Vec<Value> = found.drafts.iter().map(told).collect();
            let mut wanted: Vec<Value> = entries.iter().map(wanted).collect();
            match deviation {
                Some(Change::Taken(number)) => return (told.len() != number).then(|| format!("{file}: {told:?}")),
                Some(Change::KeptMore) => {
                    for (wanted, told) in wanted.iter_mut().zip(&told) {
                        for name in ["note", "group"] {
                            let more = told[name].as_str().unwrap().starts_with(wanted[name].as_str().unwrap());
                            wanted[name] = if more { told[name].clone() } else { wanted[name].clone() };
                        }
                    }
                }
                Some(Change::UsualMotp) => {
                    for entry in wanted.iter_mut().filter(|entry| entry["kind"] == "motp") {
                        (entry["algorithm"], entry["period"]) = (json!("MD5"), json!(10));
                    }
                }
                None if !row["expect_error"].is_null() => return Some(format!("{file} was taken: {told:?}")),
                None => {}
            }
            let first = told.iter().zip(&wanted).find(|(told, wanted)| told != wanted);
            let more = format!("{} of {}, skipped {:?}, {first:?}", told.len(), wanted.len(), found.skipped);
            (told != wanted).then(|| format!("{file}: {more}"))
        }
        Err(error) => {
            // Of noise nobody can tell more than that it takes a password.
            let is_noise = sample.file().is_noise() && error.kind == ErrorKind::NeedsPassword;
            let clear = [ErrorKind::ForeignDamaged, ErrorKind::UnknownFormat].contains(&error.kind) || is_noise;
            let expected = !row["expect_error"].is_null() && entries.is_empty() && clear;
            (!expected).then(|| format!("{file}: {:?}: {error}", error.kind))
        }
    }
}

#[test]
fn a_locked_sample_tells_whether_its_password_is_missing_or_wrong() {
    for (sample, format) in samples() {
        if sample.row["password"].is_null() || !sample.row["expect_error"].is_null() {
            continue;
        }
        let (file, whole) = (sample.name(), sample.file());
        let kind =
            |password: Option<&str>| format.read(&whole, password.map(SecretText::new).as_ref()).map_err(|error| error.kind);
        assert_eq!(kind(None), Err(ErrorKind::NeedsPassword), "{file}");
        if file == COSTLY {
            continue;
        }
        assert_eq!(kind(Some("surely not this one")), Err(ErrorKind::WrongPassword), "{file}");
    }
}

/// All samples, those of formats to come included, against all formats.
#[test]
fn each_sample_is_claimed_by_its_format_alone() {
    let mut disputed = Vec::new();
    for sample in fixtures::samples() {
        let (row, file) = (&sample.row, sample.file());
        let own = format_of(row).map(|format| format.id());
        let claims: Vec<&str> = FORMATS.iter().filter(|format| format.detect(&file)).map(|format| format.id()).collect();
        let damaged = !row["expect_error"].is_null() && claims.is_empty();
        if own.is_some_and(|own| claims != [own] && !damaged) || claims.len() > 1 {
            disputed.push(format!("{}: {claims:?}", sample.name()));
        }
    }
    assert_eq!(disputed, Vec::<String>::new());
}
