//! What footer, help, palette and messages say of the keys is what the keys do.

use crate::support::scenes::SCENES;
use crate::support::tui::Tui;
use countersign::config::Config;
use countersign::tui::command::Command;
use countersign::tui::keymap::{Keymap, Place};
use countersign::tui::screen::{Behaviour, key_for};
use countersign::tui::state::Start;
use std::collections::BTreeMap;

fn scene(name: &str) -> Tui {
    SCENES.iter().find(|(known, _)| *known == name).unwrap().1()
}

/// The lines of the help's first part, for the screen it was opened on: keys and what they do.
fn first_part(tui: &mut Tui) -> Vec<(String, String)> {
    tui.resize(160, 400);
    tui.press("?");
    let text = tui.screen_text();
    let lines = text.lines().skip_while(|line| !line.starts_with("   ")).skip(1);
    lines
        .take_while(|line| !line.trim().is_empty())
        .filter_map(|line| line.trim().split_once("   "))
        .map(|(keys, does)| (keys.trim().to_owned(), does.trim().to_owned()))
        .collect()
}

fn does(part: &[(String, String)], key: &str) -> String {
    let line = part.iter().find(|(keys, _)| keys.split("  ").any(|one| one == key));
    line.unwrap_or_else(|| panic!("{key} is not in {part:?}")).1.clone()
}

#[test]
fn the_help_of_the_ways_to_unlock_says_what_d_does_there() {
    let part = first_part(&mut scene("keys"));
    assert_eq!(does(&part, "d"), "remove the way to unlock");
    assert_eq!(does(&part, "↵"), "change the passphrase, or add a way to unlock");
}

#[test]
fn the_help_of_the_recovery_codes_says_what_their_keys_do() {
    let part = first_part(&mut scene("recovery"));
    assert_eq!(does(&part, "e"), "replace all recovery codes with new ones");
    assert_eq!(does(&part, "Space"), "mark the recovery code as used, or as unused");
    assert_eq!(does(&part, "u"), "take the last change back");
    assert_eq!(does(&part, "↵"), "copy the recovery code, and mark it as used");
}

#[test]
fn the_help_of_the_trash_and_of_the_history_says_what_enter_does() {
    assert_eq!(does(&first_part(&mut scene("trash")), "↵"), "put the entry back into the list");
    assert_eq!(does(&first_part(&mut scene("history")), "↵"), "use this secret again; the present one is kept");
}

/// On every screen that has a help key: each line of its help names a key, and that key gives the command whose words stand
/// beside it.
#[test]
fn each_line_of_each_help_is_of_the_command_that_its_key_gives() {
    let keymap = Keymap::default();
    let mut walked = 0;
    for (name, scene) in SCENES {
        let mut tui = scene();
        let place = tui.state.top().behaviour().place();
        if key_for(&tui.state.common, tui.state.top().behaviour(), Command::Help).is_none() || place == Place::Reading {
            continue;
        }
        walked += 1;
        for (keys, said) in first_part(&mut tui) {
            if keys == "1 … 9" {
                continue;
            }
            for sign in keys.split("  ") {
                let sent: Vec<Command> = Command::ALL
                    .iter()
                    .copied()
                    .filter(|command| {
                        keymap.rows(place).any(|row| row.command == *command && row.keys.iter().any(|key| key.sign() == sign))
                    })
                    .collect();
                let [command] = sent.as_slice() else { panic!("{name}: {sign} gives {sent:?}") };
                let key = keymap.rows(place).flat_map(|row| &row.keys).find(|key| key.sign() == sign).copied().unwrap();
                assert_eq!(keymap.command(place, key), Some(*command), "{name}: {sign}");
                assert_eq!(keymap.binding(place, *command).unwrap().help(), said, "{name}: {sign}");
            }
        }
    }
    assert!(walked >= 15, "only {walked} screens have a help key");
}

/// The footer of every scene: each command is bound there, and called by a word of the table.
#[test]
fn each_word_of_each_footer_is_of_the_table() {
    for (name, scene) in SCENES {
        let tui = scene();
        let top = tui.state.top().behaviour();
        check_footer(name, &tui, top);
    }
}

pub fn check_footer(name: &str, tui: &Tui, top: &dyn Behaviour) {
    let common = &tui.state.common;
    for (command, word) in top.footer(common) {
        let binding = common.keymap.binding(top.place(), command);
        let binding = binding.unwrap_or_else(|| panic!("{name}: {command:?} is in the footer, and no key gives it"));
        assert!(word.is_empty() || binding.has_word(word), "{name}: {command:?} is called {word:?} in {:?}", top.place());
    }
}

/// One sentence may not stand for two things: within a place no two commands say the same.
#[test]
fn no_two_keys_of_a_place_say_the_same() {
    let keymap = Keymap::default();
    for place in Place::ALL {
        let rows: Vec<_> = keymap.rows(place).collect();
        for (at, row) in rows.iter().enumerate() {
            let same = rows[..at].iter().find(|other| other.help() == row.help());
            assert!(same.is_none(), "{place:?}: {:?} and {:?}", row.command, same.map(|row| row.command));
        }
    }
}

#[test]
fn the_palette_says_what_a_command_does_in_the_screen_below() {
    let mut tui = Tui::demo();
    tui.press(":").type_text("recovery").see("show, copy and replace the site's recovery codes");
}

/// Every command moved to a key of its own that nobody uses by default. What a text on a screen calls a key then has
/// another name, or it is made up.
#[test]
fn no_text_on_a_screen_names_a_key_that_the_user_has_moved() {
    let mut free = ('a'..='z')
        .map(|c| format!("Alt-{c}"))
        .chain(('A'..='Z').map(|c| format!("Alt-{c}")))
        .chain(('0'..='9').map(|c| format!("Alt-{c}")));
    let keys: BTreeMap<String, Vec<String>> =
        Command::ALL.iter().map(|command| (command.name().to_owned(), vec![free.next().unwrap()])).collect();
    let keymap = Keymap::with_overrides(&keys).unwrap();
    let mut named = Vec::new();
    for (name, scene) in SCENES {
        let mut tui = scene();
        if tui.state.top().behaviour().place().types() {
            // There the usual keys stay beside the user's.
            continue;
        }
        tui.state.common.keymap = keymap.clone();
        tui.resize(120, 40);
        let text = tui.screen_text();
        let signs = ["↵", "Esc", "Tab "].into_iter().filter(|sign| text.contains(sign));
        named.extend(signs.map(|sign| (*name, sign)));
    }
    assert_eq!(named, []);
}

#[test]
fn a_moved_undo_key_is_the_one_that_messages_name() {
    let config = Config { keys: BTreeMap::from([("undo".to_owned(), vec!["U".to_owned()])]), ..Config::default() };
    let mut tui = Tui::with_config(Start::Demo, config);
    tui.press("p").see("U takes it back").press("U").see("Taken back");
}

/// Each message that offers to take something back: pressed there and then, its key does.
#[test]
fn wherever_a_message_says_that_u_takes_it_back_u_does() {
    let u = "u takes it back";
    let at = |name: &str| {
        let mut tui = Tui::demo();
        tui.press("/").type_text(name).press("Tab");
        tui
    };
    Tui::demo().press("p").see(u).press("u").see("Taken back");
    Tui::demo().press("d Enter").see(u).press("u").see("Taken back");
    Tui::demo().press("e").type_text("x").press("Enter").see(u).press("u").see("Taken back: “Amazonx is changed”");
    Tui::demo().press("t").type_text("new").press("Enter Enter").see(u).press("u").see("Taken back");
    at("github").press("x Space").see("is marked as").see(u).press("u").see("Taken back");
    at("github")
        .press("x Down Down Enter")
        .see("Copied recovery code")
        .see("u marks it unused again")
        .press("u")
        .see("Taken back");
    at("github").press("x e").paste("aaaa-bbbb cccc-dddd").press("Enter").see("are saved").see(u).press("u").see("Taken back");
    Tui::demo().press("d Enter T Enter").see("is back in the list").see(u).press("u").see("Taken back");
    scene("history").press("Enter Enter").see("again").see(u).press("u").see("Taken back");
}

#[test]
fn a_copied_recovery_code_is_unused_again_after_u() {
    let mut tui = Tui::demo();
    tui.press("/").type_text("github").press("Tab x");
    let left = |tui: &Tui| tui.entry("GitHub").recovery_codes_left();
    let before = left(&tui);
    tui.press("Enter").see("Copied recovery code");
    assert_eq!(left(&tui), before - 1);
    tui.press("u").see("Taken back: “Recovery code");
    assert_eq!(left(&tui), before);
}

/// A message stays when a screen opens where its key types or means nothing: then it does not name the key.
#[test]
fn a_message_does_not_name_a_key_that_would_only_type_it() {
    let mut tui = Tui::demo();
    tui.press("p").see("u takes it back").press("/").see("inned").see_no("takes it back");
    let mut tui = Tui::demo();
    tui.press("p").see("u takes it back").press(",").see("inned").see_no("takes it back");
    tui.press("Esc").see("u takes it back");
}
