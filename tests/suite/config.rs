//! The configuration file: read, checked, and its mistakes explained.

use countersign::config::{Config, KEYS};
use countersign::error::{Error, ErrorKind};
use std::path::PathBuf;

fn wrong(text: &str) -> (String, Option<String>) {
    let Error { kind, what, hint } = Config::parse(text).unwrap_err();
    assert_eq!(kind, ErrorKind::Usage);
    (what, hint)
}

#[test]
fn an_empty_file_means_the_defaults() {
    assert_eq!(Config::parse(""), Ok(Config::default()));
}

#[test]
fn every_key_can_be_set() {
    let text = r#"
        lock_after_s = 0
        clipboard_clear_s = 45
        min_left_s = 5
        mouse = false
        theme = "mono"
        hide_codes = true
        screenshot_command = ["grim", "-t", "png"]
        vault = "work"
        backup_every_h = 1
        backup_folder = "~/stick"

        [keys]
        copy = ["Enter", "y"]
        lock = "L"
    "#;
    let set = Config {
        lock_after_s: 0,
        clipboard_clear_s: 45,
        min_left_s: 5,
        mouse: false,
        theme: "mono".into(),
        hide_codes: true,
        screenshot_command: Some(vec!["grim".into(), "-t".into(), "png".into()]),
        keys: [("copy".into(), vec!["Enter".into(), "y".into()]), ("lock".into(), vec!["L".into()])].into(),
        vault: Some(PathBuf::from("work")),
        backup_every_h: 1,
        backup_folder: Some(PathBuf::from("~/stick")),
    };
    assert_eq!(Config::parse(text), Ok(set));
    for key in KEYS {
        assert!(text.contains(key), "{key} is tried here");
    }
}

#[test]
fn an_unknown_key_comes_with_the_nearest_known_one() {
    let expected = ("has an unknown key \"lock_after\"".into(), Some("did you mean lock_after_s?".into()));
    assert_eq!(wrong("lock_after = 3"), expected);
    assert_eq!(wrong("tehme = \"x\"").1.unwrap(), "did you mean theme?");
    let (what, hint) = wrong("colour = \"x\"");
    assert_eq!(what, "has an unknown key \"colour\"");
    assert!(hint.unwrap().starts_with("the keys are lock_after_s, clipboard_clear_s"));
}

#[test]
fn a_wrong_value_says_what_is_right() {
    let cases = [
        ("lock_after_s = -1", "lock_after_s is a number of seconds from 0 to 86400"),
        ("clipboard_clear_s = \"30\"", "clipboard_clear_s is a number of seconds from 0 to 86400"),
        ("min_left_s = 61", "min_left_s is a number of seconds from 0 to 60"),
        ("mouse = 1", "mouse is true or false"),
        ("theme = \"\"", "theme is a text"),
        ("screenshot_command = []", "screenshot_command is a program and its arguments, e.g. [\"grim\"]"),
        ("screenshot_command = \"grim\"", "screenshot_command is a list of texts"),
        ("keys = 3", "keys is a table of command = \"key\""),
        ("[keys]\ncopy = [1]", "keys.copy is a list of texts"),
    ];
    for (text, hint) in cases {
        assert_eq!(wrong(text).1.as_deref(), Some(hint), "{text}");
    }
}

#[test]
fn broken_toml_names_the_line() {
    let (what, _) = wrong("mouse = true\ntheme = \n");
    assert!(what.starts_with("is not valid TOML in line 2: "), "{what}");
    let (what, _) = wrong("mouse = true\nmouse = true\n");
    assert!(what.starts_with("is not valid TOML in line 2: duplicate key"), "{what}");
}
