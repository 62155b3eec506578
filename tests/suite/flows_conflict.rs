//! Conflict copies that need a word, on the screen: what they would change is shown, and taken in or left.

use crate::support::scenes::{with_a_copy_of_an_old_key, with_a_copy_of_another_passphrase};
use crate::support::store::{Desk, passphrase};
use crate::support::tui::Tui;
use countersign::config::Config;
use countersign::secret::SecretText;
use countersign::tui::state::Start;
use countersign::vault::store::{self, Trust};
use std::fs;

const NAME: &str = "vault.sync-conflict-20261125-101010-ABCDEFG.age";

fn unlock(desk: &Desk, passphrase: &str) -> Tui {
    let mut tui = Tui::at(desk, Start::Unlock, Config::default());
    tui.type_text(passphrase).press("Enter");
    tui
}

fn opens(desk: &Desk, passphrase: &str) -> Option<usize> {
    let store = store::unlock(&desk.world, &desk.folder, &SecretText::new(passphrase), Trust::Pinned);
    store.ok().map(|store| store.vault().active().count())
}

#[test]
fn a_copy_that_only_a_replaced_key_opens_is_shown_and_taken_in_on_one_word() {
    let desk = with_a_copy_of_an_old_key();
    let mut tui = unlock(&desk, "quite another one");
    tui.see("A conflict copy from before or after a change of the passphrase waits").see("W shows what waits").see_no("Forge");
    tui.press("W").see("A conflict copy waits for your word").see(NAME).see("It opens only with a key that was replaced");
    tui.see("new  Forge (hugo@example.org)").see("It opens with another unlock method: anna (person)");
    tui.press("Down Enter").see("GitHub").see_no("Forge");
    assert!(desk.folder.join(NAME).is_file());
    tui.press("W Enter").see("Took it in: 1 new").see("the copy is in backups now").see("Forge");
    assert!(desk.folder.join("backups").join(NAME).is_file() && !desk.folder.join(NAME).exists());
    assert_eq!((opens(&desk, "quite another one"), opens(&desk, passphrase().expose())), (Some(2), None));
    tui.press("W").see("No conflict copy waits for your word");
}

#[test]
fn a_copy_with_a_passphrase_of_its_own_asks_for_it_and_which_one_stays() {
    for (choice, stays, goes) in [("Enter", "changed here", "changed there"), ("Down Enter", "changed there", "changed here")] {
        let desk = with_a_copy_of_another_passphrase();
        let mut tui = unlock(&desk, "changed here");
        tui.press("W").see("None of the keys in hand opens it.").see("its passphrase").see_no("Take it in");
        tui.type_text("a typo").press("Enter").see("That passphrase does not open it.");
        tui.press("Ctrl-U").type_text("changed there").press("Enter");
        tui.see("The passphrase was changed here and in it; one of the two has to stay.").see("new  Forge (hugo@example.org)");
        tui.press(choice).see("Took it in: 1 new").see("Forge");
        assert_eq!((opens(&desk, stays), opens(&desk, goes)), (Some(2), None));
        let unlock: Vec<_> = fs::read_dir(desk.folder.join("unlock")).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(unlock, ["passphrase.age"]);
        let backups = desk.folder.join("backups");
        assert!(backups.join(NAME).is_file() && backups.join("passphrase.sync-conflict-20261125-101010-ABCDEFG.age").is_file());
        tui.press("Ctrl-L").type_text(stays).press("Enter").see("Forge").see_no("conflict copy");
    }
}

#[test]
fn a_copy_that_vanishes_meanwhile_is_said_and_nothing_changes() {
    let desk = with_a_copy_of_an_old_key();
    let mut tui = unlock(&desk, "quite another one");
    tui.press("W");
    fs::remove_file(desk.folder.join(NAME)).unwrap();
    tui.press("Enter").see("Can't read").see_no("Took it in");
    tui.press("Esc").see("GitHub");
    assert_eq!(opens(&desk, "quite another one"), Some(1));
}
