//! The replaced secrets of an entry: listed without being shown, and put back.

use crate::place::{PASSPHRASE, Place};
use countersign::secret::SecretText;
use countersign::vault::seal;
use serde_json::{Value, json};
use std::fs;

const GITHUB: &str = "otpauth://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP&issuer=GitHub";
const SECRETS: [&str; 3] = ["JBSWY3DPEHPK3PXP", "KRSXG5CTMVRXEZLU", "MZXW6YTBOIQGM3LU"];

/// GitHub with the last secret in use and the two others replaced.
fn place() -> Place {
    let place = Place::new();
    place.add(GITHUB);
    for secret in &SECRETS[1..] {
        place.run_with(&["edit", "github", "--secret-file", "-"], secret.as_bytes()).done();
    }
    place
}

fn present(place: &Place) -> String {
    place.run(&["show", "github", "--secret"]).done().text().trim_end().to_owned()
}

/// The words of each line, without the moments.
fn table(place: &Place, arguments: &[&str]) -> Vec<String> {
    let ran = place.run(arguments).done();
    assert!(SECRETS.iter().all(|secret| !ran.text().contains(secret)), "{}", ran.text());
    ran.text().lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn replaced_secrets_are_listed_by_a_mark_and_the_one_chosen_is_put_back() {
    let place = place();
    let lines = table(&place, &["history", "github"]);
    let mark = |line: &str| line.split(' ').nth(1).unwrap().to_owned();
    let [now, newer, older] = [mark(&lines[0]), mark(&lines[1]), mark(&lines[2])];
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with(&format!("present {now} SHA1 · 6 digits · 30 s since 20")), "{}", lines[0]);
    assert!(lines[1].starts_with(&format!("1 {newer} SHA1 · 6 digits · 30 s replaced 20")), "{}", lines[1]);
    assert!(lines[2].starts_with(&format!("2 {older} SHA1 · 6 digits · 30 s replaced 20")), "{}", lines[2]);

    let ran = place.run(&["restore", "github", "--replaced", "2"]).done();
    let said = format!("GitHub (hugo) uses the secret {older} again; the one before is kept in its history\n");
    assert_eq!((ran.text(), ran.stderr.as_str()), ("", said.as_str()));
    assert_eq!(present(&place), SECRETS[0]);
    let marks: Vec<String> = table(&place, &["history", "github"]).iter().map(|line| mark(line)).collect();
    assert_eq!(marks, [older, now, newer]);
    // And the other way round: nothing was lost.
    place.run(&["restore", "github", "--replaced", "1"]).done();
    assert_eq!(present(&place), SECRETS[2]);
}

/// The counter of the secret before says nothing of the new one.
#[test]
fn a_new_secret_of_a_counter_begins_at_zero_unless_a_counter_is_given() {
    let link = |secret: &str, counter: u64| {
        format!("otpauth://hotp/VPN:hugo?secret={secret}&issuer=VPN&algorithm=SHA1&digits=6&counter={counter}\n")
    };
    for (more, counter) in [(&[][..], 0), (&["--counter", "7"], 7), (&["--counter", "42"], 42)] {
        let place = Place::new();
        place.add(&link(SECRETS[0], 42));
        let edit = [&["edit", "vpn", "--secret-file", "-"], more].concat();
        place.run_with(&edit, SECRETS[1].as_bytes()).done();
        assert_eq!(place.run(&["show", "vpn", "--uri"]).done().text(), link(SECRETS[1], counter));
        // The one before is kept with its own, and goes on there.
        place.run(&["restore", "vpn", "--replaced", "1"]).done();
        assert_eq!(place.run(&["show", "vpn", "--uri"]).done().text(), link(SECRETS[0], 42));
    }
}

#[test]
fn the_codes_of_replaced_secrets_are_told_where_asked_for() {
    let place = place();
    let told = place.run(&["history", "github", "--codes", "--json"]).done().json();
    place.run(&["restore", "github", "--replaced", "2"]).done();
    let oldest = &told["replaced"][1];
    let at = (oldest["until"].as_u64().unwrap() - 1).to_string();
    assert_eq!(place.run(&["code", "github", "--at", &at]).done().text().trim_end(), oldest["code"].as_str().unwrap());
    let code = oldest["code"].as_str().unwrap();
    assert!(code.len() == 6 && table(&place, &["history", "github", "--codes"]).len() == 3);
}

#[test]
fn the_json_form_has_what_tells_secrets_apart_and_no_secret() {
    let place = place();
    let ran = place.run(&["history", "github", "--json"]).done();
    assert!(SECRETS.iter().all(|secret| !ran.text().contains(secret)), "{}", ran.text());
    let told = ran.json();
    let replaced = told["replaced"].as_array().unwrap();
    assert_eq!((told["issuer"].as_str(), told["account"].as_str(), replaced.len()), (Some("GitHub"), Some("hugo"), 2));
    let mut first = replaced[0].clone();
    for time in ["set_at", "replaced_at"] {
        assert!(first[time].as_u64().unwrap() > 1_700_000_000);
        first[time] = Value::Null;
    }
    first["mark"] = Value::Null;
    assert_eq!(
        first,
        json!({"number": 1, "mark": null, "kind": "totp", "algorithm": "SHA1", "digits": 6, "period": 30, "counter": null,
               "set_at": null, "replaced_at": null, "fate": "replaced"})
    );
    assert_eq!(replaced[1]["replaced_at"], replaced[0]["set_at"]);
    assert_eq!(told["present"]["set_at"], replaced[0]["replaced_at"]);
}

#[test]
fn what_is_not_there_is_not_put_back() {
    let place = place();
    let before = place.vault_files();
    let ran = place.run(&["restore", "github", "--replaced", "3"]);
    assert_eq!(ran.status, Some(4));
    assert!(
        ran.stderr
            .starts_with("countersign: GitHub (hugo) has no replaced secret 3\nhint: those there are: countersign history ")
    );
    assert_eq!(place.run(&["restore", "gitlab", "--replaced", "1"]).status, Some(4));
    assert_eq!(place.run(&["restore", "github", "--replaced", "0"]).status, Some(2));
    // Without the option it is about the trash.
    assert_eq!(place.run(&["restore", "github"]).status, Some(4));
    assert_eq!(place.vault_files(), before);
}

#[test]
fn an_entry_in_the_trash_keeps_its_history() {
    let place = place();
    place.run(&["rm", "github"]).done();
    assert_eq!(place.run(&["history", "github"]).status, Some(4));
    place.run(&["restore", "github"]).done();
    assert_eq!(table(&place, &["history", "github"]).len(), 3);
}

#[test]
fn a_vault_that_can_only_be_read_shows_its_history_and_refuses_to_put_back() {
    let place = place();
    let wrapped = fs::read(place.vault().join("unlock/passphrase.age")).unwrap();
    let keys = seal::unwrap(&wrapped, &SecretText::new(PASSPHRASE)).unwrap();
    let path = place.vault().join("vault.age");
    let (payload, _) = seal::open(&fs::read(&path).unwrap(), &keys).unwrap();
    let newer = String::from_utf8(payload.to_vec()).unwrap().replace("{\"version\":1,", "{\"version\":2,");
    fs::write(&path, seal::seal(newer.as_bytes(), &[&keys[0].recipient()]).unwrap()).unwrap();
    assert_eq!(table(&place, &["history", "github"]).len(), 3);
    let ran = place.run(&["restore", "github", "--replaced", "1"]);
    assert_eq!(ran.status, Some(7), "{ran:?}");
    assert!(ran.stderr.contains("countersign: the vault can only be read: a newer version"), "{}", ran.stderr);
}
