//! Several vaults: by name beside each other, and entries that go from one to another.

use crate::place::{PASSPHRASE, Place};

/// With GitHub and a counter in the default vault, and an empty one called "work" with a passphrase of its own.
fn two_vaults() -> (Place, String) {
    let place = Place::new();
    place.add("otpauth://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP&issuer=GitHub\n");
    place.add("otpauth://hotp/VPN:hugo?secret=JBSWY3DPEHPK3PXQ&issuer=VPN&counter=7\n");
    let words = place.file("words", "work words here\n");
    place.run(&["--vault", "work", "--passphrase-file", &words, "init", "--work-factor", "10"]).done();
    (place, words)
}

fn listed(place: &Place, vault: &str, words: &str) -> Vec<String> {
    let rows = place.run(&["--vault", vault, "--passphrase-file", words, "list", "--json"]).done().json();
    rows.as_array().unwrap().iter().map(|row| row["issuer"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn vaults_are_listed_by_name() {
    let (place, _) = two_vaults();
    let rows = place.run(&["--vault", "work", "vaults", "--json"]).done().json();
    let row = |name: &str, current| serde_json::json!({ "name": name, "folder": place.path("data/countersign").join(name), "current": current });
    assert_eq!(rows, serde_json::json!([row("vault", false), row("work", true)]));
    let empty = Place::empty();
    let ran = empty.run(&["vaults"]).done();
    assert_eq!(
        (ran.text(), ran.stderr.as_str()),
        ("", "There is no vault beside the default place; countersign init makes one\n")
    );
}

#[test]
fn entries_are_copied_and_moved_to_a_vault_with_another_passphrase() {
    let (place, words) = two_vaults();
    let own = place.path("passphrase").to_str().unwrap().to_owned();
    let send = |command: &str, queries: &[&str]| {
        place.run(&[&[command], queries, &["--to", "work", "--to-passphrase-file", &words]].concat())
    };
    let ran = send("cp", &["github", "vpn"]).done();
    assert!(ran.stderr.ends_with(
        "Copied 2 entries to work\nwarning: VPN (hugo) counts its codes, and the site follows one count only: use one of the two copies\n"
    ), "{ran:?}");
    let ran = send("mv", &["github"]).done();
    assert!(ran.stderr.ends_with("Moved GitHub (hugo) to work, where all was already; here it is in the trash\n"), "{ran:?}");
    assert_eq!(
        (listed(&place, "vault", &own), listed(&place, "work", &words)),
        (vec!["VPN".into()], vec!["GitHub".into(), "VPN".into()])
    );
    assert!(place.run(&["trash"]).done().text().contains("GitHub"));
    // It gives the codes it gave before.
    let code = |vault: &str, words: &str| place.run(&["--vault", vault, "--passphrase-file", words, "code", "vpn"]).done();
    assert_eq!(code("work", &words).text(), code("vault", &own).text());
}

/// `--trust-vault` is said of the vault at hand: a forged one in the place of the other is refused all the same.
#[test]
fn nothing_goes_to_a_forged_vault() {
    let (place, words) = two_vaults();
    let send = |flags: &[&str]| place.run(&[flags, &["cp", "github", "--to", "work", "--to-passphrase-file", &words]].concat());
    send(&[]).done();
    std::fs::remove_dir_all(place.path("data/countersign/work")).unwrap();
    place.run(&["--vault", "forged", "--passphrase-file", &words, "init", "--work-factor", "10"]).done();
    std::fs::rename(place.path("data/countersign/forged"), place.path("data/countersign/work")).unwrap();
    let ran = send(&["--trust-vault"]);
    assert_eq!(ran.status, Some(7), "{ran:?}");
    assert!(ran.stderr.contains("countersign: work: this is not the vault that was here before"), "{ran:?}");
}

#[test]
fn what_can_not_be_sent_stays_and_the_error_says_whose_it_is() {
    let (place, words) = two_vaults();
    let own = place.path("passphrase").to_str().unwrap().to_owned();
    let fails = |arguments: &[&str]| {
        let ran = place.run(&[&["mv", "github"], arguments].concat());
        let line = ran.stderr.lines().find(|line| line.starts_with("countersign:")).unwrap_or_default().to_owned();
        (ran.status, line)
    };
    assert_eq!(
        fails(&["--to", "work", "--to-passphrase-file", &own]),
        (Some(3), "countersign: work: the passphrase is wrong".into())
    );
    assert_eq!(fails(&["--to", "vault", "--to-passphrase-file", &own]), (Some(2), "countersign: that is the same vault".into()));
    let (status, line) = fails(&["--to", "none", "--to-passphrase-file", &words]);
    assert!(status == Some(1) && line.starts_with("countersign: none: there is no vault in "), "{line}");
    // Nobody to ask for the other passphrase.
    assert_eq!(fails(&["--to", "work"]).0, Some(3));
    let ran = place.run_with(
        &["--passphrase-file", "-", "mv", "github", "--to", "work", "--to-passphrase-file", "-"],
        PASSPHRASE.as_bytes(),
    );
    assert_eq!(ran.status, Some(2), "{ran:?}");
    assert_eq!(listed(&place, "vault", &own).len(), 2);
    assert!(listed(&place, "work", &words).is_empty());
}

/// A command that a message names is one to be typed as it stands: it must not work on another vault.
#[test]
fn commands_named_in_messages_are_for_the_vault_that_was_asked_for() {
    let (place, words) = two_vaults();
    let other = ["--vault", "work", "--passphrase-file", &words];
    let last = |arguments: &[&str]| place.run(arguments).stderr.lines().last().unwrap_or_default().to_owned();
    let on_work = |arguments: &[&str]| last(&[&other, arguments].concat());
    assert_eq!(on_work(&["list"]), "The vault has no entries; add one with: countersign --vault work add");
    assert_eq!(on_work(&["keys", "remove", "nobody"]), "hint: `countersign --vault work keys list` tells which there are");
    let missing = |arguments: &[&str]| last(&[arguments, &["list"]].concat());
    assert_eq!(missing(&["--vault", "none"]), "hint: create one with: countersign --vault none init");
    assert_eq!(missing(&["--vault", "it's none"]), r"hint: create one with: countersign --vault 'it'\''s none' init");
    let config = place.file("my config.toml", "vault = \"other\"\n");
    assert_eq!(missing(&["--config", &config]), format!("hint: create one with: countersign --config '{config}' init"));
    assert_eq!(
        missing(&["--config", &config, "--vault", "none"]),
        format!("hint: create one with: countersign --vault none --config '{config}' init")
    );
    // The other vault of a command is named as it was given, be it by its place.
    let elsewhere = place.path("elsewhere").to_str().unwrap().to_owned();
    assert_eq!(
        last(&["cp", "github", "--to", &elsewhere, "--to-passphrase-file", &words]),
        format!("hint: create one with: countersign --vault {elsewhere} init")
    );
    // What works without a vault is named as it is.
    assert_eq!(on_work(&["import", &words]), "hint: `countersign formats` lists what can be read and how to get it");
    let damage = |vault: &str| std::fs::write(place.path("data/countersign").join(vault).join("vault.age"), "nothing").unwrap();
    place.run(&[&other[..], &["backup"]].concat()).done();
    damage("work");
    assert!(on_work(&["list"]).contains("put it back with: countersign --vault work restore-backup "));
    assert!(
        last(&["cp", "github", "--to", "work", "--to-passphrase-file", &words])
            .contains("put it back with: countersign --vault work restore-backup ")
    );
}
