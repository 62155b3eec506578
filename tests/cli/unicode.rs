//! Names and passphrases in the forms that other systems write: macOS takes letters apart, and not every keyboard has accents.

use crate::place::Place;
use std::fs;

const COMPOSED: &str = "Z\u{fc}rich";
const DECOMPOSED: &str = "Zu\u{308}rich";
const HANGUL: &str = "한국";
const HANGUL_APART: &str = "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}";

fn links() -> Place {
    let place = Place::new();
    place.add(
        "otpauth://totp/%C3%96BB:anna?secret=JBSWY3DPEHPK3PXA\n\
         otpauth://totp/M%C3%A9dico:jose%CC%81?secret=JBSWY3DPEHPK3PXB\n\
         otpauth://totp/Medico:jose?secret=JBSWY3DPEHPK3PXC\n",
    );
    place
}

#[test]
fn a_code_is_given_for_either_spelling_of_a_name() {
    let place = links();
    let code = |query: &str| place.run(&["code", query, "--at", "1700000000"]).done().text().to_owned();
    let [accented, plain] = ["Médico:josé", "medico:jose"].map(code);
    assert_ne!(accented, plain);
    for query in ["jos\u{e9}", "jose\u{301}", "JOSÉ", "MÉDICO"] {
        assert_eq!(code(query), accented, "{query}");
    }
    for query in ["jose", "medico"] {
        assert_eq!(code(query), plain, "{query}");
    }
    assert_eq!(code("obb"), code("ÖBB"));
}

#[test]
fn two_spellings_of_a_name_that_was_not_typed_are_exit_4_with_both_named() {
    let ran = links().run(&["code", "josè"]);
    assert_eq!(ran.status, Some(4), "{ran:?}");
    assert!(ran.stderr.starts_with("countersign: 2 entries match \"josè\"\nhint: say which, by account or id:\n"), "{ran:?}");
    assert!(ran.stderr.contains("Médico · jose\u{301}") && ran.stderr.contains("Medico · jose  "), "{ran:?}");
}

#[test]
fn entries_are_chosen_by_a_tag_in_either_form_and_the_exact_spelling_wins() {
    let place = Place::new();
    let add = |issuer: &str, tag: &str| {
        let link = format!("otpauth://totp/{issuer}:x?secret=JBSWY3DPEHPK3PX{issuer}\n");
        place.run_with(&["add", "--uri", "-", "--tag", tag], link.as_bytes()).done();
    };
    add("A", "K\u{e4}ufe");
    add("B", "Ka\u{308}ufe");
    add("C", "Kaufe");
    let listed = |tag: &str| -> Vec<String> {
        let rows = place.run(&["list", "--json", "--tag", tag]).done().json();
        rows.as_array().unwrap().iter().map(|row| row["issuer"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed("KÄUFE"), ["A", "B"]);
    assert_eq!(listed("ka\u{308}ufe"), ["A", "B"]);
    assert_eq!(listed("kaufe"), ["C"]);
    assert_eq!(listed("Kàufe"), ["A", "B", "C"]);
    let exported = place.run(&["export", "--format", "otpauth", "--tag", "KÄUFE"]).done();
    assert_eq!(exported.text().lines().count(), 2, "{exported:?}");
    // As they were typed.
    assert!(place.run(&["list", "--json"]).done().text().contains("Ka\u{308}ufe"));
}

#[test]
fn a_vault_is_found_by_its_name_in_either_form() {
    for (typed, folder) in [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED), (HANGUL, HANGUL_APART)] {
        let place = Place::new();
        place.run(&["--vault", folder, "init", "--work-factor", "10"]).done();
        place.add("otpauth://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP\n");
        place.run(&["--vault", typed, "list"]).done();
        let own = place.path("passphrase").to_str().unwrap().to_owned();
        place.run(&["cp", "github", "--to", typed, "--to-passphrase-file", &own]).done();
        let rows = place.run(&["--vault", typed, "vaults", "--json"]).done().json();
        let current: Vec<&str> =
            rows.as_array().unwrap().iter().filter(|row| row["current"] == true).filter_map(|row| row["name"].as_str()).collect();
        assert_eq!(current, [folder]);
        // No second one is made beside it that looks the same.
        let ran = place.run(&["--vault", typed, "init", "--work-factor", "10"]);
        assert_ne!(ran.status, Some(0), "{ran:?}");
        assert_eq!(fs::read_dir(place.path("data/countersign")).unwrap().count(), 2);
    }
}

#[test]
fn the_name_as_it_was_typed_goes_before_another_form_of_it() {
    let place = Place::new();
    for name in [COMPOSED, DECOMPOSED] {
        let folder = place.path("data/countersign").join(name);
        place.run(&["--vault", folder.to_str().unwrap(), "init", "--work-factor", "10"]).done();
    }
    for name in [COMPOSED, DECOMPOSED] {
        let rows = place.run(&["--vault", name, "vaults", "--json"]).done().json();
        let row = rows.as_array().unwrap().iter().find(|row| row["current"] == true).unwrap();
        assert_eq!(row["name"], name);
    }
}

#[test]
fn a_passphrase_from_a_file_opens_the_vault_in_either_form() {
    for (typed, other) in [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED), (HANGUL, HANGUL_APART), (HANGUL_APART, HANGUL)] {
        let place = Place::empty();
        let [first, second] = [("first", typed), ("second", other)].map(|(name, text)| place.file(name, format!("{text}\n")));
        place.run(&["--passphrase-file", &first, "init", "--work-factor", "10"]).done();
        place.run(&["--passphrase-file", &second, "list"]).done();
        let next = place.file("next", format!("new {other}\n"));
        place.run(&["--passphrase-file", &second, "passwd", "--new-passphrase-file", &next]).done();
        let again = place.file("again", format!("new {typed}\n"));
        place.run(&["--passphrase-file", &again, "list"]).done();
        assert_eq!(place.run(&["--passphrase-file", &second, "list"]).status, Some(3));
        let backup = place.path("one.age").to_str().unwrap().to_owned();
        place.run(&["--passphrase-file", &next, "backup", "--output", &backup]).done();
        place.run(&["--vault", "other", "--passphrase-file", &again, "restore-backup", "--yes", &backup]).done();
    }
}
