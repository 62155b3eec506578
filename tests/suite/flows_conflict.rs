//! Conflict copies that need a word, on the screen: what they would change is shown, and taken in or left.

use crate::support::scenes::{with_a_copy_of_an_old_key, with_a_copy_of_another_passphrase};
use crate::support::store::{Desk, passphrase};
use crate::support::tui::Tui;
use countersign::config::Config;
use countersign::ops::merge;
use countersign::ops::session::Session;
use countersign::secret::SecretText;
use countersign::tui::msg::{Done, Msg};
use countersign::tui::state::Start;
use countersign::tui::update::update;
use countersign::vault::store::{self, Keep, Trust};
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
    tui.press("Enter").see("GitHub").see_no("Forge");
    assert!(desk.folder.join(NAME).is_file());
    tui.press("W Down Enter").see("Took it in: 1 new").see("the copy is in backups now").see("Forge");
    assert!(desk.folder.join("backups").join(NAME).is_file() && !desk.folder.join(NAME).exists());
    assert_eq!((opens(&desk, "quite another one"), opens(&desk, passphrase().expose())), (Some(2), None));
    tui.press("W").see("No conflict copy waits for your word");
}

#[test]
fn a_copy_with_a_passphrase_of_its_own_asks_for_it_and_which_one_stays() {
    for (choice, stays, goes) in
        [("Down Enter", "changed here", "changed there"), ("Down Down Enter", "changed there", "changed here")]
    {
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
fn what_took_the_place_of_the_copy_that_was_shown_is_not_taken_in() {
    let desk = with_a_copy_of_an_old_key();
    let mut tui = unlock(&desk, "quite another one");
    tui.press("W").see("new  Forge (hugo@example.org)");
    // The vault itself opens with the keys in hand, as any copy could that is put there meanwhile.
    let (copy, shown) = (desk.folder.join(NAME), fs::read(desk.folder.join(NAME)).unwrap());
    fs::copy(desk.folder.join("vault.age"), &copy).unwrap();
    let before = fs::read(desk.folder.join("vault.age")).unwrap();
    tui.press("Down Enter").see("It has changed meanwhile, and nothing was merged.");
    assert_eq!(fs::read(desk.folder.join("vault.age")).unwrap(), before);
    assert!(copy.is_file() && !desk.folder.join("backups").join(NAME).exists());
    // Looked at again it is what is there now.
    fs::write(&copy, shown).unwrap();
    tui.press("Esc W").see("new  Forge (hugo@example.org)").press("Down Enter").see("Took it in: 1 new");
}

#[test]
fn a_copy_that_changes_after_it_was_merged_does_not_vanish_among_the_backups() {
    let desk = with_a_copy_of_an_old_key();
    let new = SecretText::new("quite another one");
    let mut session = Session::unlock(&desk.world, &desk.folder, &new, Trust::Pinned).unwrap();
    let planned = merge::plan(&mut session, NAME, None).unwrap().digest;
    let copy = desk.folder.join(NAME);
    fs::copy(desk.folder.join("vault.age"), &copy).unwrap();
    let refused = merge::take(&mut session, NAME, planned, None, Keep::Ours).unwrap_err();
    assert_eq!(refused.what, "it has changed meanwhile, and nothing was merged");
    let error = merge::put_away(&mut session, &copy, planned).unwrap_err();
    assert!(error.what.starts_with(&format!("{NAME} was changed while it was merged; what it holds now is not")), "{error}");
    assert!(copy.is_file() && !desk.folder.join("backups").join(NAME).exists());
}

#[test]
fn a_plan_that_comes_late_is_not_shown_for_another_copy() {
    let desk = with_a_copy_of_an_old_key();
    let mut tui = unlock(&desk, "quite another one");
    tui.press("W").see("new  Forge (hugo@example.org)");
    let mut session = Session::unlock(&desk.world, &desk.folder, &SecretText::new("quite another one"), Trust::Pinned).unwrap();
    let mut late = merge::plan(&mut session, NAME, None).unwrap();
    late.difference.entries[0].1 = "Another".into();
    let left = tui.state.asker();
    tui.press("Esc W");
    let done = Done::CopyPlanned(Ok(Box::new(late)));
    update(&mut tui.state, Msg::Done { asker: left, done });
    tui.see("Forge").see_no("Another");
}

#[test]
fn a_copy_that_vanishes_meanwhile_is_said_and_nothing_changes() {
    let desk = with_a_copy_of_an_old_key();
    let mut tui = unlock(&desk, "quite another one");
    tui.press("W");
    fs::remove_file(desk.folder.join(NAME)).unwrap();
    tui.press("Down Enter").see("Can't read").see_no("Took it in");
    tui.press("Esc").see("GitHub");
    assert_eq!(opens(&desk, "quite another one"), Some(1));
}

#[test]
fn whoever_leaves_while_a_copy_is_taken_in_is_told_all_the_same_that_it_was_not() {
    let desk = with_a_copy_of_an_old_key();
    let mut tui = unlock(&desk, "quite another one");
    tui.press("W");
    fs::remove_file(desk.folder.join(NAME)).unwrap();
    tui.holding = true;
    tui.press("Down Enter Esc").see("GitHub").release().see("Can't read").see("GitHub");
}
