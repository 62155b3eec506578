//! The tables of commands, keys and themes, walked: a new row is covered the day it is added.

use countersign::tui::command::Command;
use countersign::tui::key::Key;
use countersign::tui::keymap::{Keymap, Place};
use countersign::tui::theme::{BUILT_IN, Role, Theme};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::collections::{BTreeMap, BTreeSet};

fn overrides(name: &str, keys: &[&str]) -> BTreeMap<String, Vec<String>> {
    BTreeMap::from([(name.to_owned(), keys.iter().map(|key| key.to_string()).collect())])
}

#[test]
fn no_key_means_two_things_in_one_place() {
    assert_eq!(Keymap::default().clash(), None);
}

#[test]
fn every_command_has_a_key_and_every_name_is_its_own() {
    let keymap = Keymap::default();
    let mut names = BTreeSet::new();
    for command in Command::ALL {
        assert!(Place::ALL.iter().any(|place| keymap.key(*place, *command).is_some()), "{} has no key", command.name());
        assert!(names.insert(command.name()), "two commands are called {}", command.name());
        assert_eq!(Command::from_name(command.name()), Some(*command));
        assert!(!command.help().ends_with('.') && command.help().starts_with(|c: char| c.is_lowercase()), "{}", command.help());
    }
}

#[test]
fn every_bound_key_is_written_as_it_is_read() {
    let keymap = Keymap::default();
    for binding in Place::ALL.iter().flat_map(|place| keymap.rows(*place)) {
        assert!(!binding.keys.is_empty());
        for key in &binding.keys {
            assert_eq!(Key::parse(&key.to_string()), Some(*key));
        }
    }
}

#[test]
fn no_default_needs_a_function_key_or_shift_with_an_arrow() {
    let keymap = Keymap::default();
    for binding in Place::ALL.iter().flat_map(|place| keymap.rows(*place)) {
        for key in &binding.keys {
            assert!(!key.alt, "{key} does not reach programs everywhere");
        }
    }
}

#[test]
fn a_large_letter_is_one_key_however_the_terminal_reports_it() {
    let large = Key::parse("G");
    for (code, modifiers) in [
        (KeyCode::Char('G'), KeyModifiers::NONE),
        (KeyCode::Char('G'), KeyModifiers::SHIFT),
        (KeyCode::Char('g'), KeyModifiers::SHIFT),
    ] {
        assert_eq!(Key::from_event(KeyEvent::new(code, modifiers)), large);
    }
    assert_eq!(Key::from_event(KeyEvent::new(KeyCode::Char('>'), KeyModifiers::SHIFT)), Key::parse(">"));
    assert_eq!(Key::from_event(KeyEvent::new(KeyCode::Char('L'), KeyModifiers::CONTROL)), Key::parse("Ctrl-l"));
    assert_eq!(Key::from_event(KeyEvent::new(KeyCode::F(1), KeyModifiers::NONE)), None);
}

#[test]
fn the_users_keys_take_the_place_of_the_defaults() {
    let keymap = Keymap::with_overrides(&overrides("enrol", &["Ctrl-E", "+"])).unwrap();
    let key = |text: &str| Key::parse(text).unwrap();
    assert_eq!(keymap.command(Place::List, key("+")), Some(Command::Enrol));
    assert_eq!(keymap.command(Place::List, key("Ctrl-e")), Some(Command::Enrol));
    assert_eq!(keymap.command(Place::List, key("a")), None);
    assert_eq!(keymap.key(Place::List, Command::Enrol).map(|key| key.sign()), Some("Ctrl-E".into()));
}

#[test]
fn no_setting_takes_the_last_key_away_where_text_is_typed() {
    for command in Command::ALL {
        let Ok(keymap) = Keymap::with_overrides(&overrides(command.name(), &["ß"])) else { continue };
        for place in Place::ALL.into_iter().filter(|place| place.types()) {
            let usable = |keymap: &Keymap| {
                keymap
                    .rows(place)
                    .filter(|row| row.command == *command)
                    .flat_map(|row| row.keys.clone())
                    .find(|key| key.typed().is_none())
            };
            assert_eq!(usable(&keymap), usable(&Keymap::default()), "{} in {}", command.name(), place.title());
        }
    }
}

#[test]
fn a_wrong_key_setting_says_which() {
    let said = |name: &str, keys: &[&str]| Keymap::with_overrides(&overrides(name, keys)).unwrap_err().what;
    assert_eq!(said("fly", &["x"]), "the configuration's [keys] fly: there is no such command");
    assert_eq!(said("copy", &["F25"]), "the configuration's [keys] copy: \"F25\" is not a key");
    assert_eq!(said("enrol", &["e"]), "the configuration's [keys]: e means both enrol and edit (in the list)");
}

#[test]
fn every_built_in_theme_has_every_role_and_no_colour_is_needed() {
    for (name, source) in BUILT_IN {
        Theme::parse(source).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let mono = Theme::built_in("mono").unwrap();
    for role in Role::ALL {
        let style = mono.style(*role);
        assert_eq!((style.fg, style.bg), (None, None), "the mono theme colours {}", role.name());
    }
}

#[test]
fn a_wrong_theme_says_what_is_wrong() {
    let said = |source: &str| Theme::parse(source).unwrap_err().what;
    assert_eq!(said("text = \"cyan\"\nsparkle = \"red\""), "the theme is not valid: there is no role \"sparkle\"");
    assert_eq!(said("text = \"cyan\""), "the theme is not valid: the role \"strong\" is missing");
    let with_star = |style: &str| said(&BUILT_IN[0].1.replace("star = \"\"", &format!("star = \"{style}\"")));
    assert_eq!(with_star("beige"), "the theme is not valid: \"beige\" is not a style (star)");
    let hidden = "the theme is not valid: bright-black is the background of some terminals and can't be seen there (star)";
    assert_eq!(with_star("bold bright-black"), hidden);
    let blind = "the theme is not valid: #d8dee9 can't be seen on every terminal: the theme has to give its background (star)";
    assert_eq!(with_star("#d8dee9"), blind);
    let night = |from: &str, to: &str| said(&BUILT_IN[2].1.replace(from, to));
    let mixed =
        "the theme is not valid: cyan differs from terminal to terminal: on a background it has to be like #6fc3bd (text)";
    assert_eq!(night("text = \"#d8dee9\"", "text = \"cyan\""), mixed);
    let own_text = "the theme is not valid: a theme with a background has to give text a colour";
    assert_eq!(night("text = \"#d8dee9\"", "text = \"\""), own_text);
    let no_colour = "the theme is not valid: \"dark\" is not a colour like #1b1f27 (background)";
    assert_eq!(night("\"#1b1f27\"", "\"dark\""), no_colour);
    assert_eq!(Theme::built_in("neon").unwrap_err().hint.as_deref(), Some("the themes are default, mono, night"));
}
