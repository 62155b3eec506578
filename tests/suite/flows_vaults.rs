//! Several vaults on the screen: going over to another, making one, sending entries there.

use crate::support::store::{Desk, passphrase, totp};
use crate::support::tui::Tui;
use countersign::config::Config;
use countersign::hint::Naming;
use countersign::otp::Kind;
use countersign::secret::SecretText;
use countersign::tui::state::Start;
use countersign::vault::store::{self, OpenStore, Trust};
use std::time::Duration;

/// A desk whose own vault holds GitHub and a counter, beside it one called "work" with a passphrase of its own.
fn two_vaults() -> Desk {
    let desk = Desk::new();
    let mut own = desk.create();
    own.change(|vault, stamper| {
        vault.insert(totp(1, stamper, "GitHub", "hugo"));
        let mut counter = totp(2, stamper, "Old VPN", "hugo");
        counter.credential.value.kind = Kind::Hotp;
        vault.insert(counter);
        Ok(())
    })
    .unwrap();
    store::create(&desk.world, &desk.home().join("work"), &SecretText::new("work words"), 1).unwrap();
    desk
}

fn work(desk: &Desk) -> OpenStore {
    store::unlock(&desk.world, &desk.home().join("work"), &SecretText::new("work words"), Trust::Pinned).unwrap()
}

fn labels(store: &OpenStore) -> Vec<String> {
    store.vault().active().map(|entry| entry.label().to_owned()).collect()
}

fn unlocked(desk: &Desk) -> Tui {
    let mut tui = Tui::at(desk, Start::Unlock, Config::default());
    tui.type_text(passphrase().expose()).press("Enter").see("GitHub");
    tui
}

#[test]
fn the_palette_goes_over_to_another_vault_which_asks_for_its_own_passphrase() {
    let desk = two_vaults();
    let mut tui = unlocked(&desk);
    tui.press(":").type_text("vaults").press("Enter").see("the one at hand").see("▌ work").press("Enter");
    tui.see("passphrase").see("work").see_no("GitHub");
    assert!(tui.state.common.open.is_none(), "the first one is locked");
    tui.type_text(passphrase().expose()).press("Enter").see("That passphrase does not open this vault.");
    tui.press("Esc").type_text("work words").press("Enter").see("No accounts yet");
    // And back, from the locked screen.
    tui.press("Ctrl-L Ctrl-O").see("▌ vault").press("Enter").type_text(passphrase().expose()).press("Enter").see("GitHub");
}

#[test]
fn a_new_vault_is_made_beside_the_others() {
    let desk = two_vaults();
    let mut tui = unlocked(&desk);
    tui.press("V Up Up Enter").type_text("work").press("Enter").see("There is a vault of this name already.");
    tui.press("Ctrl-U").type_text("../out").press("Enter").see("A vault's name has no slash");
    tui.press("Ctrl-U").type_text("family").press("Enter").see("Create a vault");
    assert!(!desk.home().join("family").exists(), "nothing is made before there is a passphrase");
    tui.type_text("family words").press("Enter").type_text("family words").press("Enter").see("family");
    assert!(desk.home().join("family/vault.age").exists());
    tui.press("n V").see("family").see("work").see("vault");
}

#[test]
fn marked_entries_are_copied_with_a_word_of_warning_for_counters() {
    let desk = two_vaults();
    let mut tui = unlocked(&desk);
    tui.press("Space Space C").see("Copy 2 entries to").see_no("the one at hand").press("Enter");
    tui.see("Copy 2 entries to").type_text("wrong").press("Enter").see("That passphrase does not open this vault.");
    tui.press("Ctrl-U").type_text("work words").press("Enter");
    tui.see("Copied 2 entries to work").see("a site follows one count only").see("GitHub").see("Old VPN");
    assert_eq!(labels(&work(&desk)), ["GitHub", "Old VPN"].map(String::from));
}

#[test]
fn a_moved_entry_is_in_the_trash_here_and_the_move_can_be_taken_back() {
    let desk = two_vaults();
    let mut tui = unlocked(&desk);
    tui.press("M").see("Move GitHub to").press("Enter").type_text("work words").press("Enter");
    tui.see("Moved GitHub to work").see("u takes it back · here it is in the trash").see_no("  GitHub  ");
    assert_eq!(labels(&work(&desk)), ["GitHub"]);
    tui.press("u").see("Taken back");
    assert_eq!(labels(&work(&desk)), ["GitHub"], "the other vault keeps what it has");
    // Moved again it is found there, and nothing is doubled.
    tui.press("g M Enter").type_text("work words").press("Enter").see("Moved GitHub to work, where all was already");
    assert_eq!(labels(&work(&desk)), ["GitHub"]);
}

#[test]
fn locking_while_the_other_vault_opens_shows_nothing_of_either() {
    let desk = two_vaults();
    let mut tui = unlocked(&desk);
    tui.press("M Enter").type_text("work words");
    tui.holding = true;
    tui.press("Enter Ctrl-L").see("passphrase").see_no("GitHub");
    tui.release();
    tui.see("passphrase").see_no("GitHub").see_no("Moved");
}

#[test]
fn a_vault_whose_unlock_is_remembered_is_not_asked_for_its_passphrase() {
    let desk = two_vaults();
    let mut tui = unlocked(&desk);
    work(&desk).remember(Duration::from_secs(600)).unwrap();
    tui.press("C Enter").see("Copied GitHub to work");
    tui.press("V Enter").see("GitHub");
    assert_eq!(tui.state.common.vault.name, "work");
}

/// The second Enter would go over a second time, and lock what the first had opened.
#[test]
fn enter_pressed_twice_goes_over_once_and_ends_no_remembered_unlock() {
    let desk = two_vaults();
    let mut tui = unlocked(&desk);
    for store in [desk.unlock(), work(&desk)] {
        store.remember(Duration::from_secs(600)).unwrap();
    }
    tui.press("V");
    tui.holding = true;
    tui.press("Enter Enter").click(5, 4).double_click(5, 4);
    tui.release();
    assert_eq!(tui.state.common.vault.name, "work");
    tui.see("No accounts yet");
    assert!(tui.state.common.open.is_some());
    // It is really open: and the way back is not asked for either.
    tui.press("V Enter").see("GitHub").press("p").see("Pinned GitHub");
}

/// As far as the passphrase of a new vault called "family".
fn name_a_new_vault(tui: &mut Tui, keys: &str) {
    tui.press(keys).see("Make a new vault");
    for _ in 0..3 {
        if !tui.screen_text().contains("▌ Make a new vault") {
            tui.press("Down");
        }
    }
    tui.press("Enter").type_text("family").press("Enter").see("Create a vault");
}

#[test]
fn whoever_makes_no_new_vault_after_all_is_back_at_the_vaults_and_the_open_one_was_never_locked() {
    let desk = two_vaults();
    let mut tui = unlocked(&desk);
    name_a_new_vault(&mut tui, "V");
    assert!(tui.state.common.open.is_some(), "nothing is locked for a name");
    tui.press("Esc").see("Vaults").see("the one at hand").see("work").see("Make a new vault");
    tui.press("Esc").see("GitHub").press("p").see("Pinned GitHub");
    // And the vaults listed there can be opened.
    name_a_new_vault(&mut tui, "V");
    tui.press("Esc Up")
        .see("▌ work")
        .press("Enter")
        .see("passphrase")
        .type_text("work words")
        .press("Enter")
        .see("No accounts yet");
}

#[test]
fn whoever_makes_no_new_vault_after_all_is_back_at_the_locked_one() {
    let desk = two_vaults();
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    name_a_new_vault(&mut tui, "Ctrl-O");
    tui.press("Esc").see("the one at hand").see("work").see("Make a new vault");
    tui.press("Esc").see("passphrase").type_text(passphrase().expose()).press("Enter").see("GitHub");
}

#[test]
fn from_the_demo_a_new_vault_is_made_or_not_and_ones_own_can_be_opened() {
    let desk = two_vaults();
    let mut tui = Tui::at(&desk, Start::Demo, Config::default());
    tui.state.common.vault_exists = true;
    name_a_new_vault(&mut tui, "V");
    tui.press("Esc").see("vault").see("work").press("Esc").see("demo: nothing is written");
    name_a_new_vault(&mut tui, "V");
    tui.type_text("family words").press("Enter").type_text("family words").press("Enter").press("n").see("No accounts yet");
    assert_eq!(tui.state.common.vault.name, "family");
    // None of the vaults is at hand while the demo is shown.
    let mut tui = Tui::at(&desk, Start::Demo, Config::default());
    tui.press("V").see("Vaults").see_no("the one at hand").press("Down").see("▌ vault").press("Enter");
    tui.see("passphrase").type_text(passphrase().expose()).press("Enter").see("GitHub");
}

#[test]
fn a_new_vault_that_can_not_be_made_leaves_the_open_one_as_it_was() {
    let desk = two_vaults();
    let mut tui = unlocked(&desk);
    desk.unlock().remember(Duration::from_secs(600)).unwrap();
    name_a_new_vault(&mut tui, "V");
    std::fs::write(desk.home().join("family"), "in the way").unwrap();
    tui.type_text("family words").press("Enter").type_text("family words").press("Enter").see("Create a vault").see("family");
    assert!(!desk.keyring.kept().is_empty(), "its remembered unlock, too");
    tui.press("Esc Esc").see("GitHub").press("p").see("Pinned GitHub");
    assert_eq!(tui.state.common.vault.name, "personal");
}

#[test]
fn what_becomes_of_a_new_vault_while_one_locks_is_told_by_the_name_on_the_screen() {
    for locks_by_itself in [false, true] {
        let desk = two_vaults();
        let mut tui = unlocked(&desk);
        desk.unlock().remember(Duration::from_secs(600)).unwrap();
        name_a_new_vault(&mut tui, "V");
        tui.type_text("family words").press("Enter").type_text("family words");
        tui.holding = true;
        tui.press("Enter").see("creating the vault");
        if locks_by_itself {
            tui.wait(Duration::from_secs(301));
        } else {
            tui.press("Ctrl-L");
        }
        tui.see("passphrase").release();
        // The new one is there, and the one that was locked is still at hand.
        tui.see("personal").see_no("family").see_no("GitHub");
        assert!(tui.state.common.open.is_none() && desk.keyring.kept().is_empty());
        tui.type_text(passphrase().expose()).press("Enter").see("GitHub").press("p").see("Pinned GitHub");
        assert!(desk.unlock().vault().active().any(|entry| entry.pinned.value));
        tui.press("V").see("family");
    }
}

#[test]
fn the_screen_of_a_new_vault_says_where_it_will_lie() {
    let desk = two_vaults();
    let mut tui = unlocked(&desk);
    name_a_new_vault(&mut tui, "V");
    tui.see(&desk.home().join("family").display().to_string());
    // Where there is no room, its name at least.
    tui.resize(28, 12);
    tui.see("…").see("/family");
}

#[test]
fn a_vault_that_vanished_meanwhile_is_said_and_nothing_is_locked() {
    let desk = two_vaults();
    let mut tui = unlocked(&desk);
    tui.press("V").see("▌ work");
    std::fs::remove_dir_all(desk.home().join("work")).unwrap();
    tui.press("Enter").see("There is no vault in").see("the one at hand").see_no("▌ work").press("Esc").see("GitHub");
    assert!(tui.state.common.open.is_some());
}

/// It named `countersign import FOLDER`, which would have filled the vault that the program was not showing.
#[test]
fn commands_named_on_a_screen_are_for_the_vault_that_is_shown() {
    let desk = two_vaults();
    let store = desk.home().join("passwords");
    std::fs::create_dir_all(&store).unwrap();
    std::fs::write(store.join(".gpg-id"), "hugo@example.org\n").unwrap();
    let store = store.to_str().unwrap();
    let mut tui = unlocked(&desk);
    tui.state.common.naming = Some(Naming { takes_vault: |word| word == "import", vault: None, config: None });
    tui.press("i Enter")
        .paste(store)
        .press("Enter")
        .see("Take it in with: countersign import FOLDER.")
        .press("Esc Esc Esc")
        .see_no("FOLDER");
    tui.press("V").see("▌ work").press("Enter").type_text("work words").press("Enter").see("No accounts yet");
    let there = format!("countersign --vault {} import FOLDER.", desk.home().join("work").display());
    tui.press("i Enter").paste(store).press("Enter").see(&there).press("Esc Esc Esc").see_no("FOLDER");
    tui.press("V").see("▌ vault").press("Enter").type_text(passphrase().expose()).press("Enter").see("GitHub");
    tui.press("i Enter").paste(store).press("Enter").see("Take it in with: countersign import FOLDER.");
}
