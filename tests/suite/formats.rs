//! Foreign files: real exports give exactly their entries, and bad ones one clear error.

use crate::support::fixtures;
use crate::support::world::FakeEntropy;
use countersign::error::ErrorKind;
use countersign::otp::{Algorithm, Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::google::Part;
use countersign::transfer::{self, Draft, ForeignFile, Found, Sealing};
use serde_json::{Value, json};

fn read(bytes: &[u8]) -> Found {
    transfer::read(bytes, None).unwrap_or_else(|error| panic!("{error}")).1
}

/// Kind and message of the refusal.
fn refusal(bytes: &[u8]) -> (ErrorKind, String) {
    match transfer::read(bytes, None) {
        Ok((format, found)) => panic!("taken as {}: {found:?}", format.id()),
        Err(error) => (error.kind, error.what),
    }
}

/// A draft in the words of the manifest.
fn told(draft: &Draft) -> Value {
    let credential = &draft.credential;
    let text = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let is_hotp = credential.kind == Kind::Hotp;
    json!({
        "kind": credential.kind.name(),
        "issuer": text(&draft.issuer),
        "account": text(&draft.account),
        "secret_base32": credential.secret_text().expose(),
        "algorithm": credential.algorithm.name(),
        "digits": credential.digits,
        "period": if is_hotp { Value::Null } else { json!(credential.period) },
        "counter": if is_hotp { json!(credential.counter) } else { Value::Null },
        "pin": credential.pin.as_ref().map(SecretText::expose),
        "note": text(&draft.note),
        "group": draft.tags.first(),
    })
}

/// Odd lengths of base32 hold loose bits at their end, which the secret does not.
fn wanted(entry: &Value) -> Value {
    let mut entry = entry.clone();
    let kind = Kind::from_name(entry["kind"].as_str().unwrap()).unwrap();
    let secret = kind.read_secret(entry["secret_base32"].as_str().unwrap()).unwrap();
    entry["secret_base32"] = json!(Credential::new(kind, secret).secret_text().expose());
    entry
}

#[test]
fn real_exports_give_exactly_their_entries() {
    for (folder, id) in [("google-migration", "google"), ("otpauth-uri-list", "otpauth"), ("qr-images", "qr")] {
        for (row, bytes) in fixtures::rows(folder) {
            let file = row["file"].as_str().unwrap();
            let entries = row["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
            match transfer::read(&bytes, None) {
                Ok((format, found)) => {
                    let of_picture = ["png", "jpg", "jpeg"].iter().any(|ending| file.ends_with(ending));
                    assert_eq!(format.id(), if of_picture { "qr" } else { id }, "{file}");
                    if row["expect_error"].is_null() {
                        let told: Vec<Value> = found.drafts.iter().map(told).collect();
                        assert_eq!(told, entries.iter().map(wanted).collect::<Vec<_>>(), "{file}");
                    } else {
                        // The one payload others refuse for its MD5, which we compute.
                        assert!(file.ends_with("AlgoMD5.txt"), "{file} was taken: {found:?}");
                        let told: Vec<&str> = found.drafts.iter().map(|draft| draft.credential.algorithm.name()).collect();
                        assert_eq!(told, ["SHA1", "MD5"]);
                    }
                }
                Err(error) => {
                    assert!(entries.is_empty(), "{file}: {error}");
                    assert!(matches!(error.kind, ErrorKind::UnknownFormat | ErrorKind::ForeignDamaged), "{file}: {error}");
                }
            }
        }
    }
}

#[test]
fn bad_lines_are_named_and_the_others_taken() {
    let found = read(
        b"# my codes\r\n\r\notpauth://totp/Good:one?secret=MFRGG\r\nan intruder\r\notpauth://totp/\r\n\
          otpauth://totp/a?secret=MFRGG&digits=0\r\nsteam://MFRGG\r\nhttps://example.org\r\notpauth://totp/caf\xe9?secret=MFRGG",
    );
    assert_eq!(found.drafts.iter().map(Draft::label).collect::<Vec<_>>()[0], "Good (one)");
    let skipped: Vec<(usize, &str)> = found.skipped.iter().map(|skipped| (skipped.index, skipped.reason.as_str())).collect();
    assert_eq!(
        skipped,
        [
            (1, "line 5: the link holds no secret"),
            (2, "line 6: the digits of the link can't be used"),
            (4, "line 8: this is a web page; open it in a browser and look there for a QR code or a secret to type"),
        ]
    );
    assert_eq!(found.drafts[2].label(), "café");
    assert_eq!(
        found.warnings,
        [
            "Line 4 holds no link and was not taken.",
            "The text is not UTF-8: it was read as Windows-1252, so check the letters beyond A to Z.",
            "1 entry has no name in the file: edit it to give it one."
        ]
    );
}

#[test]
fn links_and_transfers_may_stand_in_one_file_in_any_encoding() {
    let text = "otpauth://totp/A:a?secret=MFRGG\nQR-Code:otpauth-migration://offline?data=CjYKEExyJfPiZeroMa/MdF%2BnkTISE2pvaG5kb2VAZXhhbXBsZS5jb20aB0Rpc2NvcmQgASgBMAIQARgBIAA%3D\nqr-code:otpauth://totp/B:b?secret=MFRGG\n";
    let plain = read(text.as_bytes());
    assert_eq!(plain.drafts.iter().map(Draft::label).collect::<Vec<_>>(), ["A (a)", "Discord (johndoe@example.com)", "B (b)"]);
    assert_eq!(plain.parts, [(Part { batch_id: 0, index: 0, of: 1 }, 1..2)]);
    let little: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> = [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    for bytes in [
        [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        text.replace('\n', "\r\n").into_bytes(),
        text.replace('\n', "\r").into_bytes(),
        little,
        big,
    ] {
        assert_eq!(read(&bytes), plain);
    }
}

#[test]
fn json_lists_of_links_are_read() {
    for text in [
        r#"["otpauth://totp/A:a?secret=MFRGG", 7, "steam://MFRGG"]"#,
        r#"{"items": ["otpauth://totp/A:a?secret=MFRGG", 7, "steam://MFRGG"]}"#,
    ] {
        let found = read(text.as_bytes());
        assert_eq!(found.drafts.iter().map(|draft| draft.credential.kind).collect::<Vec<_>>(), [Kind::Totp, Kind::Steam]);
        assert_eq!(found.skipped.len(), 1);
        assert_eq!(
            (found.skipped[0].index, found.skipped[0].reason.as_str()),
            (1, "link 2: this is not a link to a one-time password")
        );
    }
}

#[test]
fn unknown_parameters_of_a_link_come_back_out_but_no_session_tokens() {
    let text = "otpauth://totp/A:a?secret=MFRGG&issuer=A&icon=star&data=%7B%22identity_secret%22%3A1%7D\n";
    let found = read(text.as_bytes());
    let written = written("otpauth", &found.drafts);
    assert_eq!(written.0, "otpauth://totp/A:a?secret=MFRGG&issuer=A&algorithm=SHA1&digits=6&period=30&icon=star\n");
    assert_eq!(written.1, Vec::<String>::new());
}

/// The exported text and what was lost.
fn written(format: &str, drafts: &[Draft]) -> (String, Vec<String>) {
    let written =
        transfer::by_id(format).unwrap().writer().unwrap().write(drafts, &Sealing::new(None, &FakeEntropy::seed(1))).unwrap();
    (String::from_utf8(written.bytes.to_vec()).unwrap(), written.lost)
}

// -- Google transfers --

/// A transfer link as Google's app makes it; `extra` is put behind the accounts.
fn transfer_link(accounts: &[&str], index: u8, of: u8, batch: u8) -> String {
    use base64::Engine;
    let field = |tag: u8, bytes: &[u8]| [&[tag << 3 | 2, bytes.len() as u8][..], bytes].concat();
    let mut payload = Vec::new();
    for name in accounts {
        let account = [field(1, name.as_bytes()), field(2, name.as_bytes()), vec![4 << 3, 1, 5 << 3, 1, 6 << 3, 2]].concat();
        payload.extend(field(1, &account));
    }
    payload.extend([2 << 3, 1, 3 << 3, of, 4 << 3, index, 5 << 3, batch]);
    let data = base64::engine::general_purpose::STANDARD.encode(payload);
    format!("otpauth-migration://offline?data={}", data.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"))
}

fn names(found: &Found) -> Vec<&str> {
    found.drafts.iter().map(|draft| draft.account.as_str()).collect()
}

#[test]
fn parts_of_a_transfer_come_in_any_order_and_missing_ones_are_named() {
    let part = |index: u8, names: &[&str]| transfer_link(names, index, 4, 9);
    let found = read(format!("{}\n{}\n{}\n", part(2, &["c"]), part(0, &["a", "b"]), part(2, &["c"])).as_bytes());
    assert_eq!(names(&found), ["c", "a", "b"]);
    assert_eq!(found.parts.iter().map(|(part, _)| part.index).collect::<Vec<_>>(), [2, 0]);
    assert_eq!(found.warnings, ["The Google transfer is not complete: parts 2 and 4 of 4 are missing."]);
}

#[test]
fn parts_from_several_pictures_are_one_transfer() {
    let part = |index: u8, names: &[&str]| read(transfer_link(names, index, 3, 9).as_bytes());
    let mut whole = part(1, &["b"]);
    assert_eq!(whole.warnings, ["The Google transfer is not complete: parts 1 and 3 of 3 are missing."]);
    whole.absorb(part(0, &["a"]));
    whole.absorb(part(1, &["b"]));
    assert_eq!(whole.warnings, ["The Google transfer is not complete: part 3 of 3 is missing."]);
    whole.absorb(part(2, &["c"]));
    assert_eq!((names(&whole), whole.warnings.as_slice()), (vec!["b", "a", "c"], &[][..]));
}

#[test]
fn two_transfers_without_a_number_are_not_taken_for_one() {
    let found = read(format!("{}\n{}\n", transfer_link(&["a"], 0, 1, 0), transfer_link(&["b"], 0, 1, 0)).as_bytes());
    assert_eq!(names(&found), ["a", "b"]);
}

#[test]
fn a_transfer_is_read_raw_unpadded_and_in_the_other_alphabet() {
    let whole = "otpauth-migration://offline?data=CigKEPqlBekzoNEukL7qlsjBCDYSDnBpQHJhc3BiZXJyeXBpIAEoATACEAEYASAAKLzjp5n4%2F%2F%2F%2F%2FwE%3D";
    let wanted = read(whole.as_bytes());
    assert_eq!(names(&wanted), ["pi@raspberrypi"]);
    let raw = whole.replace("%2F", "/").replace("%3D", "=");
    let upper = raw.replace("otpauth-migration://offline?data", "OTPAUTH-MIGRATION://OFFLINE?DATA");
    for other in [raw.clone(), raw.trim_end_matches('=').to_owned(), raw.replace('/', "_").replace(":__", "://"), upper] {
        assert_eq!(read(other.as_bytes()), wanted, "{other}");
    }
}

#[test]
fn bad_transfers_are_clear_errors() {
    let error = |link: &str| refusal(link.as_bytes());
    let damaged = |what: &str| (ErrorKind::ForeignDamaged, what.to_owned());
    assert_eq!(error("otpauth-migration://offline"), damaged("the transfer link has no data"));
    assert_eq!(
        error("otpauth-migration://offline?data="),
        damaged("the data of the transfer link is not base64: it may be cut short")
    );
    assert_eq!(
        error("otpauth-migration://offline?data=%%%"),
        damaged("the data of the transfer link is not base64: it may be cut short")
    );
    assert_eq!(error("otpauth-migration://offline?data=EAEYASAA"), damaged("the transfer link holds no account"));
    let whole = transfer_link(&["alice", "bob"], 0, 1, 5);
    for length in 33..whole.len() {
        match transfer::read(&whole.as_bytes()[..length], None) {
            Ok((_, found)) => assert!(names(&found).iter().all(|name| ["alice", "bob"].contains(name)), "cut to {length}"),
            Err(error) => assert_eq!(error.kind, ErrorKind::ForeignDamaged, "cut to {length}"),
        }
    }
}

#[test]
fn a_transfer_that_claims_two_thousand_million_parts_is_told_briefly() {
    use base64::Engine;
    let payload = [&[0x0A, 6, 0x0A, 1, b'x', 0x12, 1, b'n'][..], &[0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]].concat();
    let link = format!("otpauth-migration://offline?data={}", base64::engine::general_purpose::STANDARD.encode(payload));
    let found = read(link.as_bytes());
    assert_eq!(
        found.warnings,
        ["The Google transfer is not complete: parts 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and more of 2147483647 are missing."]
    );
}

// -- our JSON --

fn whole_draft() -> Draft {
    let mut hotp = Credential::new(Kind::Hotp, Secret::new(b"0123456789".to_vec()));
    hotp.counter = u64::MAX;
    hotp.algorithm = Algorithm::Sha512;
    let mut motp = Credential::new(Kind::Motp, Kind::Motp.read_secret("7ac61d4736f51a2b").unwrap());
    motp.pin = Some(SecretText::new("1234"));
    Draft {
        id: Some(7),
        issuer: "日本 \"銀行\"".into(),
        account: "hugo".into(),
        tags: vec!["work".into()],
        note: "line\nline".into(),
        pinned: true,
        pending: true,
        recovery_codes: vec![(SecretText::new("one"), true), (SecretText::new("two"), false)],
        history: vec![motp],
        ..Draft::new(hotp)
    }
}

#[test]
fn the_documented_form_is_written() {
    let (text, lost) = written("json", &[whole_draft()]);
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        told,
        json!({"version": 1, "entries": [{
            "id": "00000000-0000-0000-0000-000000000007", "kind": "hotp", "issuer": "日本 \"銀行\"", "account": "hugo",
            "secret": "GAYTEMZUGU3DOOBZ", "algorithm": "SHA512", "digits": 6, "period": null, "counter": u64::MAX, "pin": null,
            "tags": ["work"], "note": "line\nline", "pinned": true, "status": "pending",
            "recovery_codes": [{"code": "one", "used": true}, {"code": "two", "used": false}],
            "history": [{"kind": "motp", "secret": "7ac61d4736f51a2b", "algorithm": "MD5", "digits": 6, "period": 10, "counter": null, "pin": "1234"}],
            "raw": null, "deleted": false,
        }]})
    );
    assert_eq!(lost, Vec::<String>::new());
    assert_eq!(read(text.as_bytes()).drafts, [whole_draft()]);
}

#[test]
fn a_short_entry_has_the_usual_parameters() {
    let found =
        read(br#"{"version":1,"entries":[{"kind":"TOTP","secret":"mfrgg"},{"kind":"yandex","secret":"MFRGG","pin":"12"}]}"#);
    let yandex = Credential { pin: Some(SecretText::new("12")), ..Credential::new(Kind::Yandex, Secret::new(b"abc".to_vec())) };
    assert_eq!(
        found.drafts.into_iter().map(|draft| draft.credential).collect::<Vec<_>>(),
        [Credential::new(Kind::Totp, Secret::new(b"abc".to_vec())), yandex]
    );
}

#[test]
fn entries_that_cant_be_read_are_named_and_the_others_taken() {
    let found = read(
        br#"{"version":1,"entries":[
            {"kind":"totp","secret":"MFRGG","account":"good"},
            {"kind":"totp"}, {"kind":"totp","secret":"not base32!"}, {"secret":"MFRGG"}, 7,
            {"kind":"totp","secret":"MFRGG","digits":-6}, {"kind":"hotp","secret":"MFRGG","counter":18446744073709551616},
            {"kind":"totp","secret":"MFRGG","issuer":5}, {"kind":"totp","secret":"MFRGG","tags":"work"},
            {"kind":"totp","secret":"MFRGG","status":"lost"}, {"kind":"totp","secret":"MFRGG","recovery_codes":["x"]},
            {"kind":"totp","secret":"MFRGG","account":"a","colour":"red"}, {"kind":"totp","secret":"MFRGG","account":"b","colour":"blue"}
        ]}"#,
    );
    assert_eq!(found.drafts.len(), 3);
    let skipped: Vec<(usize, &str)> = found.skipped.iter().map(|skipped| (skipped.index, skipped.reason.as_str())).collect();
    assert_eq!(
        skipped,
        [
            (1, "the secret is missing"),
            (2, "the secret can't be read: character 10 is neither a letter nor a digit"),
            (3, "\"kind\" is missing"),
            (4, "not an object"),
            (5, "\"digits\" is out of range"),
            (6, "\"counter\" is out of range"),
            (7, "\"issuer\" is not text"),
            (8, "\"tags\" is not a list"),
            (9, "\"status\" is neither \"active\" nor \"pending\""),
            (10, "a recovery code is not an object"),
        ]
    );
    assert_eq!(found.warnings, ["2 entries have a field \"colour\" that this program does not know; it was not taken."]);
}

#[test]
fn unknown_kinds_and_hashes_are_kept_and_come_back_out() {
    let entry = json!({"kind": "quantum", "issuer": "Future", "secret": "zz", "digits": "many"});
    let text =
        json!({"version": 1, "entries": [entry, {"kind": "totp", "account": "a", "secret": "MFRGG", "algorithm": "SHA3-256"}]})
            .to_string();
    let found = read(text.as_bytes());
    assert_eq!((found.skipped.len(), found.warnings.len()), (0, 0));
    assert_eq!(found.drafts[0].credential.kind, Kind::Unknown);
    assert_eq!((found.drafts[0].issuer.as_str(), found.drafts[0].raw.as_ref()), ("Future", Some(&entry)));
    assert_eq!(found.drafts[1].credential.algorithm, Algorithm::Other("SHA3-256".into()));
    let (again, _) = written("json", &found.drafts);
    assert_eq!(read(again.as_bytes()).drafts, found.drafts);
}

#[test]
fn no_draft_shows_a_secret_when_printed() {
    let text = json!({"version": 1, "entries": [
        {"kind": "quantum", "secret": "NBUWIZDFNY"}, {"kind": "totp", "secret": "NBUWIZDFNY", "pin": "hidden"},
        {"kind": "totp", "secret": "NBUWIZDFNY", "recovery_codes": [{"code": "hidden"}], "history": [{"kind": "totp", "secret": "NBUWIZDFNY"}]},
    ]});
    let found = read(text.to_string().as_bytes());
    let printed = format!("{found:?}{found:#?}");
    assert_eq!(found.drafts.len(), 3);
    assert!(!printed.contains("NBUWIZDFNY") && !printed.contains("hidden"), "{printed}");
}

#[test]
fn a_newer_file_is_read_and_said_to_be_newer() {
    let found = read(br#"{"version":2,"entries":[{"kind":"totp","secret":"MFRGG","account":"a"}]}"#);
    assert_eq!(found.drafts.len(), 1);
    assert_eq!(found.warnings, ["The file is of version 2, newer than this program knows: what it does not know was not taken."]);
}

#[test]
fn what_links_cant_hold_is_said() {
    let received = Draft { issuer: "Bank".into(), ..Draft::new(Credential::new(Kind::Received, Secret::new(vec![]))) };
    let (text, lost) = written("otpauth", &[whole_draft(), received]);
    assert_eq!(text.lines().count(), 1);
    assert_eq!(
        lost,
        [
            "Bank was left out: a link can't hold such an entry.",
            "Links hold no tags: left out for 1 entry.",
            "Links hold no notes: left out for 1 entry.",
            "Links hold no pins to the top: left out for 1 entry.",
            "Links hold no recovery codes: left out for 1 entry.",
            "Links hold no earlier secrets: left out for 1 entry.",
            "Links hold no mark of being unconfirmed: left out for 1 entry.",
        ]
    );
}

// -- bad input --

#[test]
fn bad_files_are_one_clear_error() {
    let unknown = |what: &str| (ErrorKind::UnknownFormat, what.to_owned());
    let damaged = |what: &str| (ErrorKind::ForeignDamaged, what.to_owned());
    assert_eq!(refusal(b""), unknown("the file is empty"));
    assert_eq!(refusal(b"\0\x01\x02\x03"), unknown("the file is of no known format"));
    assert_eq!(refusal(&[0xC3; 500]), unknown("the file is of no known format"));
    assert_eq!(refusal(b"Lorem ipsum"), unknown("the text holds no link and is of no known format"));
    assert_eq!(refusal(b"{\"a\": 1}"), unknown("the text holds no link and is of no known format"));
    assert_eq!(
        refusal(b"{\"version\": 1, \"entries\": ["),
        damaged("the file is damaged JSON: EOF while parsing a list at line 1 column 27")
    );
    assert_eq!(
        refusal("[".repeat(100_000).as_bytes()),
        damaged("the file is damaged JSON: recursion limit exceeded at line 1 column 128")
    );
    assert_eq!(refusal(b"{\"version\":1,\"entries\":[7]}"), damaged("no entry could be read; entry 1: not an object"));
    assert_eq!(refusal(b"phonefactor://activate_account?code=1").0, ErrorKind::UnknownFormat);
    assert_eq!(refusal(b"otpauth://totp/a?secret=MFRGG&digits=10&period=0"), damaged("the period of the link can't be used"));
    assert_eq!(
        refusal(b"otpauth://hotp/a?secret=MFRGG&counter=18446744073709551616"),
        damaged("the counter of the link can't be used")
    );
    let long = format!("otpauth://totp/a?secret={}", "A".repeat(1_000_000));
    assert_eq!(refusal(long.as_bytes()), damaged("the link is longer than 8 KiB"));
    let long = format!("otpauth-migration://offline?data={}", "A".repeat(1_000_000));
    assert_eq!(refusal(long.as_bytes()), damaged("the transfer link is longer than 64 KiB"));
}

#[test]
fn a_file_named_to_be_of_a_format_it_is_not_is_an_error() {
    for format in transfer::FORMATS {
        for bytes in [&b""[..], b"\0\x01", b"Lorem ipsum", b"{}", b"[]", b"7", b"\x89PNG\r\n\x1a\n", b"\xFF\xFEa"] {
            let error = format.read(&ForeignFile::new(bytes), None).unwrap_err();
            assert!(matches!(error.kind, ErrorKind::UnknownFormat | ErrorKind::ForeignDamaged), "{}: {error}", format.id());
        }
    }
}

#[test]
fn every_scheme_that_can_be_read_is_recognised_in_a_file() {
    for link in [
        "apple-otpauth://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP&issuer=GitHub",
        "otpauth:totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP&issuer=GitHub",
        "OTPAUTH://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP&issuer=GitHub",
        "\u{200b}otpauth://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP&issuer=GitHub",
    ] {
        let found = read(format!("# my accounts\n{link}\n").as_bytes());
        let [draft] = found.drafts.as_slice() else { panic!("{link}: {found:?}") };
        assert_eq!((draft.issuer.as_str(), draft.account.as_str()), ("GitHub", "hugo"), "{link}");
    }
    assert_eq!(read(b"steam://JBSWY3DPEHPK3PXP").drafts.len(), 1);
    // Lines that people write about an account are no links to it.
    for text in ["Steam: my games", "motp: the old token", "otpauthor: me"] {
        assert_eq!(refusal(text.as_bytes()).0, ErrorKind::UnknownFormat, "{text}");
    }
}

/// A format that gives back what the test says instead of what was written.
struct Forgetful(Vec<Draft>);

impl transfer::Format for Forgetful {
    fn id(&self) -> &'static str {
        "forgetful"
    }

    fn name(&self) -> &'static str {
        "Forgetful"
    }

    fn how_to_get(&self) -> &'static str {
        ""
    }

    fn detect(&self, _: &ForeignFile) -> bool {
        true
    }

    fn read(&self, _: &ForeignFile, _: Option<&SecretText>) -> countersign::error::Result<Found> {
        Ok(Found { drafts: self.0.clone(), ..Found::default() })
    }
}

#[test]
fn an_export_that_does_not_read_back_as_it_was_is_refused() {
    use countersign::ops::export::prove;
    let named = |name: &str| {
        let secret = Secret::new(name.as_bytes().to_vec());
        Draft { issuer: name.into(), ..Draft::new(Credential::new(Kind::Totp, secret)) }
    };
    let drafts = [named("One"), named("Two"), named("Three")];
    let proof = |back: Vec<Draft>, left_out: Vec<usize>| {
        let written = transfer::Written { bytes: Default::default(), left_out, lost: Vec::new() };
        prove(&Forgetful(back), &written, &drafts, None).map_err(|error| error.what)
    };
    assert_eq!(proof(drafts.to_vec(), vec![]), Ok(vec![]));
    assert_eq!(proof(vec![named("One"), named("Three")], vec![1]), Ok(vec![]), "what was said to be left out may be missing");
    assert_eq!(proof(vec![], vec![0, 1, 2]), Ok(vec![]));
    let refused = |what: &str| Err(format!("the export does not read back as it was: {what}"));
    assert_eq!(proof(vec![named("One")], vec![]), refused("of 3 entries 1 come back"));
    assert_eq!(proof([drafts.to_vec(), drafts.to_vec()].concat(), vec![]), refused("of 3 entries 6 come back"));
    type Spoil = fn(&mut Draft);
    let mut back = drafts.to_vec();
    back[1].issuer = "Zwei".into();
    assert_eq!(proof(back, vec![]), Ok(vec!["Two comes back as Zwei.".into()]));
    let spoils: [Spoil; 4] = [
        |draft| draft.credential.secret = Secret::new(vec![1]),
        |draft| draft.credential.kind = Kind::Steam,
        |draft| draft.credential.digits = 8,
        |draft| draft.credential.algorithm = Algorithm::Sha512,
    ];
    for spoil in spoils {
        let mut back = drafts.to_vec();
        spoil(&mut back[1]);
        assert_eq!(proof(back, vec![]), refused("Two comes back otherwise"));
    }
}
