//! What is inside `vault.age`: small, readable, and nothing of it is ever lost for being odd.

use crate::support::store::{TODAY, totp};
use countersign::otp::{Algorithm, Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::vault::entry::{Entry, EntryId, RecoveryCode, Status};
use countersign::vault::stamp::{LATEST_WALL_MS, Stamp, Stamped, Stamper};
use countersign::vault::{Method, RetiredKey, Vault, schema};
use serde_json::{Value, json};

fn stamper() -> Stamper {
    Stamper::new(TODAY * 1000, 0xfeed_beef_0123_4567, Stamp::default())
}

/// A vault of one entry in which everything that can be set is set.
fn full() -> Vault {
    let mut at = stamper();
    let mut other = Stamper::new(TODAY * 1000 + 5, 77, Stamp::default());
    let mut vault = Vault::new("ab".repeat(32));
    vault.name = Stamped::new(at.next(), "persönlich".into());
    vault.methods.push(Method {
        name: "passphrase".into(),
        kind: "passphrase".into(),
        recipient: "age1qqq".into(),
        added: at.next(),
        removed: Some(other.next()),
        extra: [("new".to_owned(), json!([1, {"a": null}]))].into_iter().collect(),
    });
    vault.retired.push(RetiredKey { identity: SecretText::new("AGE-SECRET-KEY-1QQQ"), retired: at.next() });
    let mut entry = totp(1, &mut at, "Git\"Hub\\ 日本", "hugo@example.org\n");
    entry.note = Stamped::new(other.next(), "two\nlines".into());
    entry.pinned = Stamped::new(at.next(), true);
    entry.status = Stamped::new(at.next(), Status::Pending);
    let hotp = Credential {
        algorithm: Algorithm::Other("SM3".into()),
        counter: u64::MAX - 1,
        pin: Some(SecretText::new("1234")),
        ..Credential::new(Kind::Hotp, Secret::new(vec![0, 255, 7]))
    };
    entry.replace_credential(other.next(), hotp);
    entry.counter = u64::MAX;
    entry.counted.go_on(entry.credential.at, entry.created);
    let gone = Credential { counter: 7, ..Credential::new(Kind::Hotp, Secret::new(vec![3])) };
    entry.counted.note_gone(&Stamped::new(entry.created, gone));
    entry.set_candidate(at.next(), Some(Credential::new(Kind::Motp, Secret::new(b"0a1B2c3d4e5f6071".to_vec()))));
    entry.rivals = vec![Stamped::new(at.next(), Credential::new(Kind::Motp, Secret::new(vec![255, 0])))];
    entry.tags =
        [("work".to_owned(), Stamped::new(entry.created, true)), ("off".to_owned(), Stamped::new(at.next(), false))].into();
    entry.order = Stamped::new(at.next(), "a0".into());
    let codes = |at, used| {
        vec![RecoveryCode::new(at, SecretText::new("1-2"), false), RecoveryCode::new(used, SecretText::new("3-4"), true)]
    };
    let (first, second) = (at.next(), at.next());
    entry.set_recovery_codes(first, codes(first, at.next()));
    entry.set_recovery_codes(second, codes(second, second));
    entry.deleted = Some(other.next());
    entry.raw = Some(json!({"type": "ocra", "suite": 12}));
    entry.extra.insert("color".into(), json!("#fff"));
    vault.insert(entry);
    vault.insert(Entry::tombstone(EntryId(2), Some(at.next())));
    vault.extra.insert("groups".into(), json!({"x": [1, 2]}));
    [at.last(), other.last()].into_iter().for_each(|at| vault.note_stamp(at));
    vault
}

fn json_of(vault: &Vault) -> Value {
    serde_json::from_slice(&schema::write(vault)).unwrap()
}

/// The payload of a vault with one entry, the entry changed by `edit`.
fn with_entry(edit: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut at = stamper();
    let mut vault = Vault::new("ab".repeat(32));
    vault.insert(totp(1, &mut at, "GitHub", "hugo"));
    vault.note_stamp(at.last());
    let mut json = json_of(&vault);
    edit(&mut json["entries"][0]);
    serde_json::to_vec(&json).unwrap()
}

#[test]
fn everything_survives_a_round_trip() {
    let vault = full();
    let read = schema::read(&schema::write(&vault)).unwrap();
    assert_eq!(read, vault);
    assert_eq!(schema::write(&read), schema::write(&vault));
}

#[test]
fn a_plain_entry_is_readable_and_takes_at_most_350_bytes() {
    let mut at = stamper();
    let mut vault = Vault::new("ab".repeat(32));
    vault.insert(totp(u128::MAX, &mut at, "GitHub Enterprise", "hugo.somebody@mail.example.org"));
    vault.note_stamp(at.last());
    let payload = schema::write(&vault);
    let line = payload.split(|byte| *byte == b'\n').find(|line| line.starts_with(b"{\"id\"")).unwrap();
    assert_eq!(
        std::str::from_utf8(line).unwrap(),
        r#"{"id":"ffffffff-ffff-ffff-ffff-ffffffffffff","created":[1795430000000,0],"issuer":"GitHub Enterprise","account":"hugo.somebody@mail.example.org","credential":{"kind":"totp","secret":"774PD2XD3TK45R6AXGZKXJE5S2HYRAL2","algorithm":"SHA1","digits":6,"period":30}}"#
    );
    assert!(line.len() <= 350, "{}", line.len());
}

#[test]
fn the_length_tells_little() {
    let mut at = stamper();
    let mut vault = Vault::new("ab".repeat(32));
    for id in 0..40 {
        let length = schema::write(&vault).len();
        assert!(length.is_multiple_of(4096) && length > 0);
        vault.insert(totp(id, &mut at, "issuer", "account"));
    }
}

#[test]
fn the_order_of_members_is_of_no_matter() {
    let Value::Object(members) = json_of(&full()) else { panic!() };
    let mut turned = String::from("{");
    for (name, value) in members.iter().rev() {
        turned += &format!("{}{}:{value}", if turned.len() > 1 { "," } else { "" }, json!(name));
    }
    assert_eq!(schema::read((turned + "}").as_bytes()).unwrap(), full());
}

#[test]
fn unknown_fields_survive_at_every_level() {
    let mut json = json_of(&full());
    json["later"] = json!({"a": [1, 2.5, null]});
    json["methods"][0]["later"] = json!("m");
    json["entries"][0]["later"] = json!([{"b": true}]);
    json["entries"][0]["edited"]["later"] = json!([5, "00000000000000aa"]);
    json["devices"][0]["later"] = json!("d");
    json["devices"][1]["last"] = json!("not a pair");
    json["name"]["later"] = json!("n");
    json["retired"][0]["later"] = json!("r");
    json["entries"][0]["credential"]["later"] = json!("c");
    let read = schema::read(&serde_json::to_vec(&json).unwrap()).unwrap();
    let mut written = json_of(&read);
    // The last stamp of a device whose row is not understood stands in a row of its own.
    let last = written["devices"].as_array_mut().unwrap().pop().unwrap();
    assert_eq!(last["id"], json["devices"][1]["id"]);
    assert_eq!(written, json);
    assert_eq!(read.entries[0].issuer, full().entries[0].issuer);
    let again = schema::read(&schema::write(&read)).unwrap();
    assert_eq!((&again, schema::write(&again)), (&read, schema::write(&read)));
}

#[test]
fn a_new_device_moves_no_other_one_in_the_table_that_stamps_point_into() {
    let mut vault = full();
    let table = |vault: &Vault| -> Vec<Value> {
        json_of(vault)["devices"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect()
    };
    let before = table(&vault);
    vault = schema::read(&schema::write(&vault)).unwrap();
    vault.note_stamp(Stamp { wall_ms: 1, count: 0, device: 1 });
    assert_eq!(table(&vault), [before.clone(), vec![json!("0000000000000001")]].concat());
    let theirs = schema::read(&schema::write(&full())).unwrap();
    let merged = countersign::vault::merge::vault(&theirs, &vault).unwrap();
    assert_eq!(table(&merged)[..before.len()], before);
}

#[test]
fn superseded_stamps_in_any_order_are_read_sorted() {
    let payload = with_entry(|entry| entry["superseded"] = json!([[5, 0], [3, 0], [5, 0], [4, 0]]));
    let vault = schema::read(&payload).unwrap();
    assert_eq!(vault.entries[0].superseded.iter().map(|at| at.wall_ms).collect::<Vec<_>>(), [3, 4, 5]);
}

/// A version that does not know of it keeps it, and joins it as what it is: lists without an order.
#[test]
fn which_credentials_count_as_one_names_devices_in_full_and_is_read_in_any_order() {
    let device = "feedbeef01234567";
    assert_eq!(json_of(&full())["entries"][0]["counted"]["gone"][0][0][1], json!(device));
    let (early, late) = (json!([5, device]), json!([6, device]));
    let counted = json!({"on": [[early, late], [late, early]], "gone": [[late, 1, 3], [early, 1, 9], [late, 1, 4], [early, 1, 2], [late, 2, 1]]});
    let payload = with_entry(|entry| entry["counted"] = counted);
    let json = json_of(&schema::read(&payload).unwrap());
    assert_eq!(
        json["entries"][0]["counted"],
        json!({"on": [[late, early]], "gone": [[early, 1, 9], [late, 1, 4], [late, 2, 1]]})
    );
}

#[test]
fn a_credential_that_was_not_understood_and_loses_a_merge_is_kept_in_the_history() {
    let unread = schema::read(&with_entry(|entry| entry["credential"]["kind"] = json!("ocra"))).unwrap();
    let mut replaced = schema::read(&with_entry(|_| ())).unwrap();
    let at = Stamper::new(TODAY * 1000 + 9, 5, replaced.highest()).next();
    let new = Credential::new(Kind::Totp, Secret::new(vec![1; 10]));
    replaced.entry_mut(EntryId(1)).unwrap().replace_credential(at, new.clone());
    replaced.note_stamp(at);
    let merge = |a: &Vault, b: &Vault| countersign::vault::merge::vault(a, b).unwrap();
    let merged = merge(&unread, &replaced);
    assert_eq!(merged, merge(&replaced, &unread));
    assert_eq!(merged, merge(&merged, &unread));
    assert_eq!(merged.entries[0].credential.value, new);
    let json = json_of(&merged);
    assert_eq!(json["entries"][0]["history"].as_array().unwrap().last().unwrap()["kind"], "ocra");
    assert_eq!(json["entries"][0]["credential"]["kind"], "totp");
    assert_eq!(json_of(&schema::read(&schema::write(&merged)).unwrap()), json);
}

#[test]
fn an_odd_field_is_kept_until_it_is_edited_and_spoils_nothing_else() {
    for (field, odd) in [
        ("issuer", json!(7)),
        ("pinned", json!("yes")),
        ("status", json!("suspended")),
        ("tags", json!({"work": true})),
        ("created", json!("yesterday")),
        ("edited", json!({"issuer": "never"})),
        ("history", json!([{"kind": "totp"}, {"kind": "psychic"}])),
        ("recovery_codes", json!(["plain"])),
        ("deleted", json!(true)),
    ] {
        let payload = with_entry(|entry| entry[field] = odd.clone());
        let mut vault = schema::read(&payload).unwrap();
        assert_eq!(json_of(&vault)["entries"][0][field], odd, "{field}");
        let entry = vault.entry(EntryId(1)).unwrap();
        assert!(!entry.is_deleted(), "{field}");
        assert_eq!(entry.account.value, "hugo", "{field}");
        assert_eq!(entry.credential.value.kind, Kind::Totp, "{field}");
        if field == "issuer" {
            vault.entry_mut(EntryId(1)).unwrap().issuer = Stamped::new(stamper().next(), "GitHub".into());
            assert_eq!(json_of(&vault)["entries"][0]["issuer"], "GitHub");
        }
    }
}

#[test]
fn a_credential_that_is_not_understood_is_unknown_and_kept_to_the_letter() {
    for (field, odd) in [
        ("kind", json!("ocra")),
        ("digits", json!("six")),
        ("digits", json!(-1)),
        ("secret", json!("not base32!")),
        ("secret", json!(null)),
        ("offset", json!(30)),
    ] {
        let payload = with_entry(|entry| entry["credential"][field] = odd.clone());
        let vault = schema::read(&payload).unwrap();
        let entry = vault.entry(EntryId(1)).unwrap();
        assert_eq!((entry.credential.value.kind, entry.label()), (Kind::Unknown, "GitHub"));
        assert!(entry.credential.value.check().is_err());
        assert_eq!(json_of(&vault)["entries"], serde_json::from_slice::<Value>(&payload).unwrap()["entries"], "{odd}");
    }
}

#[test]
fn replacing_a_credential_that_was_not_understood_keeps_it_in_the_history() {
    let payload = with_entry(|entry| entry["credential"]["kind"] = json!("ocra"));
    let mut vault = schema::read(&payload).unwrap();
    let new = Credential::new(Kind::Totp, Secret::new(vec![1; 10]));
    vault.entry_mut(EntryId(1)).unwrap().replace_credential(stamper().next(), new);
    let json = json_of(&vault);
    assert_eq!(json["entries"][0]["credential"]["kind"], "totp");
    let kinds = |json: &Value| -> Vec<Value> {
        json["entries"][0]["history"].as_array().unwrap().iter().map(|old| old["kind"].clone()).collect()
    };
    assert_eq!(kinds(&json), ["ocra"]);
    let mut vault = schema::read(&serde_json::to_vec(&json).unwrap()).unwrap();
    assert_eq!(json_of(&vault), json);
    let newer = Credential::new(Kind::Totp, Secret::new(vec![2; 10]));
    vault.entry_mut(EntryId(1)).unwrap().replace_credential(stamper().next(), newer);
    assert_eq!(kinds(&json_of(&vault)), ["totp", "ocra"]);
}

#[test]
fn what_is_no_entry_at_all_is_kept_verbatim() {
    for odd in ["7", "\"text\"", "null", "[]", "{}", r#"{"id":"not an id", "x":1e999}"#, r#"{"id":5}"#] {
        let whole = String::from_utf8(with_entry(|_| ())).unwrap();
        let payload = whole.replace("\"entries\":[", &format!("\"entries\":[{odd},"));
        let vault = schema::read(payload.as_bytes()).unwrap();
        assert_eq!(vault.entries.len(), 1);
        let written = String::from_utf8(schema::write(&vault).to_vec()).unwrap();
        assert!(written.contains(&format!("\n{odd}")), "{odd}: {written}");
        assert_eq!(schema::read(written.as_bytes()).unwrap(), vault);
    }
}

#[test]
fn two_entries_of_one_id_are_joined() {
    let mut json: Value = serde_json::from_slice(&with_entry(|_| ())).unwrap();
    let mut twin = json["entries"][0].clone();
    twin["account"] = json!("zoe");
    json["entries"].as_array_mut().unwrap().push(twin);
    let vault = schema::read(&serde_json::to_vec(&json).unwrap()).unwrap();
    assert_eq!(vault.entries.len(), 1);
    assert_eq!(vault.entry(EntryId(1)).unwrap().account.value, "zoe");
}

#[test]
fn what_is_no_vault_is_a_clear_error_that_quotes_nothing() {
    let whole = with_entry(|_| ());
    let deep = format!(r#"{{"version":1,"vault_id":"x","x":{}"#, "[".repeat(100_000));
    let mut cases: Vec<Vec<u8>> = (0..whole.len()).step_by(7).map(|length| whole[..length].to_vec()).collect();
    for text in ["", "null", "[]", "{}", "  ", "{\"version\":1}", deep.as_str(), r#"{"version":1,"vault_id":"s3cret"}"#] {
        cases.push(text.as_bytes().to_vec());
    }
    cases.push([whole.clone(), b"x".to_vec()].concat());
    cases.push(whole.iter().map(|byte| byte | 0x80).collect());
    for case in cases {
        let error = schema::read(&case).unwrap_err();
        assert_eq!(error.kind, countersign::error::ErrorKind::VaultDamaged);
        assert!(error.what.starts_with("the vault is damaged: ") && !error.what.contains("s3cret"), "{error}");
    }
}

#[test]
fn a_stamp_beyond_all_time_still_leaves_room_for_a_later_edit() {
    let payload = with_entry(|entry| entry["edited"] = json!({"issuer": [u64::MAX, 0, u32::MAX]}));
    let mut vault = schema::read(&payload).unwrap();
    let wild = vault.highest();
    assert_eq!(wild.wall_ms, LATEST_WALL_MS);
    let at = Stamper::new(TODAY * 1000, 3, wild).next();
    assert!(at > wild);
    vault.entry_mut(EntryId(1)).unwrap().issuer = Stamped::new(at, "today".into());
    vault.note_stamp(at);
    assert_eq!(schema::read(&schema::write(&vault)).unwrap(), vault);
}

#[test]
fn a_log_of_a_vault_tells_no_secret_of_what_this_version_does_not_know() {
    use countersign::otp::{Credential, Kind};
    use countersign::secret::Secret;
    use countersign::vault::entry::{Entry, EntryId};
    use countersign::vault::stamp::Stamp;
    use countersign::vault::{Method, Vault};
    let secret = serde_json::json!({ "secret": "JBSWY3DPEHPK3PXP" });
    let extra: serde_json::Map<_, _> = [("new".to_owned(), secret.clone())].into_iter().collect();
    let mut entry = Entry::new(EntryId(1), Stamp::default(), Credential::new(Kind::Unknown, Secret::new(b"sentinel".to_vec())));
    entry.raw = Some(secret);
    entry.extra = extra.clone();
    let mut vault = Vault::new("0123456789abcdef");
    vault.insert(entry);
    vault.extra = extra.clone();
    vault.methods.push(Method {
        name: "passphrase".into(),
        kind: "passphrase".into(),
        recipient: "age1sentinel".into(),
        added: Stamp::default(),
        removed: None,
        extra,
    });
    let told = format!("{vault:?}");
    assert!(told.contains("passphrase") && told.contains("[raw]") && told.contains("[1 unknown]"), "{told}");
    for hidden in ["JBSWY3DPEHPK3PXP", "sentinel", "0123456789abcdef"] {
        assert!(!told.contains(hidden), "{hidden} in {told}");
    }
}
