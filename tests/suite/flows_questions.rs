//! Questions: what Enter answers, what keys typed by habit do, and what has to be typed for what can't be undone.

use crate::support::scenes::SCENES;
use crate::support::tui::Tui;
use countersign::ops::change::Change;
use countersign::otp::{Credential, Kind};
use countersign::secret::Secret;
use countersign::transfer::Draft;
use countersign::tui::msg::{Effect, Job, Then};

/// The trash with these entries of the demo in it.
fn with_trash(names: &[&str]) -> Tui {
    let mut tui = Tui::demo();
    let ids = names.iter().map(|name| tui.entry(name).id).collect();
    tui.perform(vec![Effect::job(Job::Apply { change: Change::Delete(ids), then: Then::Nothing })]);
    tui.press("T").see("Trash");
    tui
}

fn in_trash(tui: &Tui) -> usize {
    tui.state.common.open.as_ref().unwrap().vault.trash().count()
}

fn scene(name: &str) -> Tui {
    SCENES.iter().find(|(known, _)| *known == name).unwrap().1()
}

#[test]
fn enter_does_not_remove_an_entry_for_good() {
    let mut tui = with_trash(&["GitHub"]);
    tui.press("d").see("Remove GitHub (hugo@example.org) for good, secret and all?").see("▌ ↵ keep it   y remove for good");
    tui.press("Enter").see_no("for good,");
    assert_eq!(in_trash(&tui), 1);
    tui.press("d y").see("1 entry is removed for good");
    assert_eq!(in_trash(&tui), 0);
}

/// Three entries of the same names, two of them deleted: their rows are numbered, and the question has the number of its row.
#[test]
fn the_question_names_the_entry_whose_row_is_selected() {
    let mut tui = Tui::empty();
    let draft = |secret: &str| Draft {
        issuer: "GitHub".into(),
        account: "ann".into(),
        ..Draft::new(Credential::new(Kind::Totp, Secret::new(secret.into())))
    };
    let drafts = vec![draft("the first secret"), draft("the second one"), draft("the third one")];
    tui.perform(vec![Effect::job(Job::Apply { change: Change::Enrol(drafts), then: Then::Nothing })]);
    let mut entries = tui.entries();
    entries.sort_by_key(|entry| (entry.created, entry.id));
    let deleted = vec![entries[1].id, entries[2].id];
    tui.perform(vec![Effect::job(Job::Apply { change: Change::Delete(deleted), then: Then::Nothing })]);
    tui.press("T").see("ann #1").see("ann #2");
    for keys in ["g", "G"] {
        tui.press(keys);
        let screen = tui.screen_text();
        let row = screen.lines().find(|line| line.contains('▌')).unwrap();
        let number = if row.contains("#1") { "#1" } else { "#2" };
        tui.press("d").see(&format!("Remove GitHub (ann {number}) for good, secret and all?")).press("Esc");
    }
}

#[test]
fn the_whole_trash_goes_only_when_its_number_is_typed() {
    let mut tui = with_trash(&["GitHub", "Hetzner", "Twilio"]);
    tui.press("E")
        .see("Empty the trash")
        .see("3 entries are removed for good; undo can't bring them back.")
        .see("GitHub (hugo@example.org)")
        .see("Type 3 to remove them")
        .see("▌ ↵  Keep them");
    tui.press("Enter").see("3 entries");
    assert_eq!(in_trash(&tui), 3);
    tui.press("E y Enter");
    assert_eq!(in_trash(&tui), 3, "y is no number");
    tui.press("E 4 Enter");
    assert_eq!(in_trash(&tui), 3, "another number");
    tui.press("E 3 Esc");
    assert_eq!(in_trash(&tui), 3, "Esc keeps them");
    tui.press("E 3").see("▌ ↵  Remove them for good").press("Enter").see("3 entries are removed for good");
    assert_eq!(in_trash(&tui), 0);
}

#[test]
fn enter_does_not_remove_a_way_to_unlock() {
    let mut tui = scene("keys");
    tui.press("Down d")
        .see("Remove anna, another person?")
        .see("▌ ↵ keep it   y remove")
        .press("Enter")
        .see("anna")
        .see_no("Remove anna");
}

#[test]
fn escape_and_enter_by_habit_do_not_lose_what_was_typed() {
    let mut tui = Tui::demo();
    tui.press("a").paste("otpauth://totp/Forge:hugo?secret=JBSWY3DPEHPK3PXP&issuer=Forge").see("Forge");
    tui.press("Esc Esc").see("Leave and lose the new entry?").see("▌ ↵ stay   y lose it").press("Enter").see("1 account");
    tui.press("Esc y").see("15 entries").see_no("Forge");
}

#[test]
fn escape_and_enter_by_habit_do_not_lose_an_edit() {
    let mut tui = Tui::demo();
    tui.press("e").type_text("x").press("Esc").see("Leave and lose the changes?").press("Enter").see("Amazonx");
}

#[test]
fn ctrl_c_twice_by_habit_does_not_lose_an_edit() {
    let mut tui = Tui::demo();
    tui.press("e")
        .type_text("x")
        .press("Ctrl-C")
        .see("Quit and lose the changes?")
        .press("Ctrl-C")
        .see("Quit and lose the changes?");
    tui.press("Enter").see("Amazonx");
    assert_eq!(tui.quit, None);
    tui.press("Ctrl-C y");
    assert_eq!(tui.quit, Some(0));
}

#[test]
fn a_recovery_key_that_was_not_typed_back_is_not_left_by_escape_alone() {
    let mut tui = scene("keys-recovery");
    tui.press("Esc")
        .see("Leave and lose the recovery key, which does not open the vault yet?")
        .press("Enter")
        .see("Recovery key");
}

#[test]
fn a_search_typed_after_d_searches_and_deletes_nothing() {
    let mut tui = Tui::demo();
    let before = tui.entries().len();
    tui.press("d").see("Move Amazon").type_text("/github").see("1 of 15").press("Enter").see("Copied GitHub");
    assert_eq!(tui.entries().len(), before);
    assert_eq!(in_trash(&tui), 0);
}

#[test]
fn enter_deletes_where_undo_takes_it_back_and_is_marked_as_the_default() {
    let mut tui = Tui::demo();
    tui.press("d").see("▌ ↵ move to the trash   Esc keep it").press("Enter").see("is in the trash · u takes it back");
    tui.press("u").see("Taken back");
    assert_eq!(in_trash(&tui), 0);
}

#[test]
fn a_qr_code_shows_its_secret_only_on_y() {
    let mut tui = Tui::demo();
    tui.press("Q").see("This shows the secret").press("Enter").see_no("This shows the secret").see_no("Scan it");
    tui.press("Q y");
    assert!(tui.screen_text().contains('█') || tui.screen_text().contains('▀'), "{}", tui.screen_text());
}

#[test]
fn a_question_that_is_longer_than_the_screen_is_wide_is_shown_whole() {
    let mut tui = Tui::demo().sized(40, 12);
    tui.press("e").type_text("x").press("Ctrl-C").see("Quit and lose the changes?");
    let mut tui = scene("keys-recovery").sized(40, 12);
    tui.press("Esc").see("▌ Leave and lose the recovery key,").see("▌ which does not open the vault yet?");
}

/// No question that can't be undone is answered "yes" by Enter, whatever screen asks it: walks all scenes that show one.
#[test]
fn enter_never_gives_the_orders_of_what_cannot_be_undone() {
    use countersign::tui::command::Command;
    use countersign::tui::key::Key;
    use countersign::tui::keymap::{Keymap, Place};
    let enter = Key::parse("Enter").unwrap();
    let keymap = Keymap::default();
    assert_eq!(keymap.command(Place::ConfirmFinal, enter), Some(Command::No));
    let mut walked = 0;
    for (name, scene) in SCENES {
        let mut tui = scene();
        if tui.state.top().behaviour().place() != Place::ConfirmFinal {
            continue;
        }
        walked += 1;
        tui.holding = true;
        tui.press("Enter");
        assert!(tui.held.is_empty() && tui.quit.is_none(), "{name}: Enter ordered {:?}", tui.held);
    }
    assert!(walked >= 2, "only {walked} scenes ask what can't be undone");
}
