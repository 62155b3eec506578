//! Text that stays in a field after a refusal, or that the program filled in: what is typed or pasted next takes its place.

use crate::support::scenes::{locked_backup, with_a_copy_of_another_passphrase};
use crate::support::store::{Desk, passphrase};
use crate::support::tui::Tui;
use countersign::config::Config;
use countersign::secret::SecretText;
use countersign::tui::msg::{Done, KeysDone};
use countersign::tui::state::Start;
use countersign::vault::MethodKind;
use countersign::vault::seal::MethodKey;
use countersign::vault::store::{NewMethod, Way};

fn locked() -> (Desk, Tui) {
    let desk = Desk::new();
    drop(desk.create());
    let tui = Tui::at(&desk, Start::Unlock, Config::default());
    (desk, tui)
}

fn unlocked() -> (Desk, Tui) {
    let (desk, mut tui) = locked();
    tui.type_text(passphrase().expose()).press("Enter").see("No accounts yet");
    (desk, tui)
}

fn put_file(tui: &Tui, name: &str, bytes: Vec<u8>) {
    tui.outside.lock().unwrap().files.insert(format!("/home/hugo/{name}").into(), bytes);
}

#[test]
fn the_right_passphrase_opens_when_it_is_typed_or_pasted_after_a_wrong_one() {
    let (_desk, mut tui) = locked();
    tui.type_text("tin drum").press("Enter").see("That passphrase does not open this vault.");
    tui.type_text(passphrase().expose()).press("Enter").see("No accounts yet");
    let (_desk, mut tui) = locked();
    tui.type_text("tin drum").press("Enter").paste(passphrase().expose()).press("Enter").see("No accounts yet");
}

#[test]
fn a_refused_passphrase_tells_its_length_and_what_the_next_key_does() {
    let (_desk, mut tui) = locked();
    tui.type_text("tin drum").press("Enter").see("8 characters were tried. Type to replace them, ← to change them.");
    // Shown, it is still what the next key replaces; there is nothing to count.
    tui.press("Ctrl-R").see("tin drum").see_no("were tried").press("Ctrl-R").type_text("é").see_no("were tried");
    tui.press("Enter").see("1 character was tried. Type to replace it, ← to change it.");
}

#[test]
fn a_typo_in_a_refused_passphrase_is_put_right_with_the_arrows_or_backspace() {
    assert_eq!(passphrase().expose(), "open sesame");
    for (typo, keys, missing) in [("pen sesame", "Left", "o"), ("open sesam", "End", "e"), ("open sesami", "Backspace", "e")] {
        let (_desk, mut tui) = locked();
        tui.type_text(typo).press("Enter").see("does not open").press(keys).type_text(missing).press("Enter");
        tui.see("No accounts yet");
    }
}

#[test]
fn a_recovery_key_pasted_after_a_wrong_one_opens() {
    let desk = Desk::new();
    let key = MethodKey::generate();
    let recipient = key.recipient();
    desk.create().add_method("paper", NewMethod::Direct { kind: MethodKind::RECOVERY, recipient: &recipient }).unwrap();
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    tui.press("Tab").paste(MethodKey::generate().text().expose()).press("Enter").see("74 characters were tried.");
    tui.paste(key.text().expose()).press("Enter").see("No accounts yet");
}

#[test]
fn the_path_of_an_ssh_key_is_typed_over_the_one_proposed_and_over_one_that_was_refused() {
    let mut tui = Tui::demo();
    tui.state.common.vault_exists = true;
    tui.state.common.ways = vec![Way::Ssh("laptop".into())];
    tui.press("Ctrl-L").see("SSH key  ~/.ssh/id_ed25519").type_text("/keys/old").see("SSH key  /keys/old\n").press("Enter");
    tui.see("/keys/old").type_text("/keys/new").see("SSH key  /keys/new\n").see_no("old");

    let (_desk, mut tui) = unlocked();
    tui.press("K Up Up Up Enter").see("public key  ~/.ssh/id_ed25519.pub").paste("/keys/none.pub");
    tui.see("public key  /keys/none.pub\n").press("Enter").see("no such file").type_text("/keys/new.pub");
    tui.see("public key  /keys/new.pub\n");
}

#[test]
fn the_right_password_opens_a_file_when_it_is_typed_after_a_wrong_one() {
    let mut tui = Tui::empty();
    put_file(&tui, "backup.2fas", locked_backup("right"));
    tui.press("i Enter").paste("~/backup.2fas").press("Enter").type_text("wrong").press("Enter");
    tui.see("That password does not open it.").see("5 characters were tried. Type to replace them, ← to change them.");
    tui.type_text("right").press("Enter").see("1 account in 2FAS");
}

#[test]
fn a_path_typed_after_one_that_was_refused_takes_its_place() {
    for keys in ["i Enter", "a Down Down Enter"] {
        let mut tui = Tui::empty();
        put_file(&tui, "links.txt", b"otpauth://totp/Forge:hugo?secret=JBSWY3DPEHPK3PXP&issuer=Forge".to_vec());
        tui.press(keys).type_text("~/none.txt").press("Enter").see("Can't read /home/hugo/none.txt");
        tui.type_text("~/links.txt").see("file  ~/links.txt\n").press("Enter").see("Forge");
    }
}

/// A path of one character may be replaced by one of one character: the completions are those of the new one.
#[test]
fn what_a_replaced_path_goes_on_with_is_looked_up_anew() {
    let mut tui = Tui::empty();
    put_file(&tui, "links.txt", Vec::new());
    tui.press("i Enter").type_text("x").press("Enter").see("Can't read").type_text("/").press("Tab").see("file  /home/");
}

#[test]
fn a_link_typed_after_one_that_was_refused_takes_its_place() {
    let mut tui = Tui::empty();
    tui.press("a Down Down Down Enter").type_text("otpauth://nonsense").press("Enter").see("18 characters");
    tui.type_text("otpauth://totp/Forge?secret=JBSWY3DPEHPK3PXP").press("Enter").see("Found from the pasted text.");
}

#[test]
fn a_conflict_copy_opens_with_the_passphrase_typed_after_a_wrong_one() {
    let desk = with_a_copy_of_another_passphrase();
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    tui.type_text("changed here").press("Enter W").type_text("a typo").press("Enter").see("That passphrase does not open it.");
    tui.see("6 characters were tried.").type_text("changed there").press("Enter").see("new  Forge (hugo@example.org)");
}

#[test]
fn the_passphrase_of_now_is_asked_again_and_the_new_one_stays() {
    let (_desk, mut tui) = unlocked();
    tui.press("K Enter").type_text("wrong").press("Enter").type_text("a new one").press("Enter").type_text("a new one");
    tui.press("Enter").see("The passphrase is wrong.").see("▌ passphrase now").see("5 characters were tried.");
    tui.type_text(passphrase().expose()).press("Enter").see("The passphrase is changed");
}

#[test]
fn a_new_passphrase_is_typed_once_more_where_the_two_differ() {
    let (_desk, mut tui) = unlocked();
    tui.press("K Enter").type_text(passphrase().expose()).press("Enter").type_text("a new one").press("Enter");
    tui.type_text("a new").press("Enter").see("The two are not the same.").see("5 characters were tried.");
    tui.type_text("a new one").press("Enter").see("The passphrase is changed");

    let mut tui = Tui::at(&Desk::new(), Start::Welcome, Config::default());
    tui.press("Enter").type_text("open sesame").press("Enter").type_text("sesame").press("Enter");
    tui.see("The two are not the same.").see("6 characters were tried.").type_text("open sesame").press("Enter");
    tui.see("Make a recovery key");
}

/// Words that were made up are not added to.
#[test]
fn a_passphrase_of_ones_own_replaces_the_one_made_up() {
    let desk = Desk::new();
    let mut tui = Tui::at(&desk, Start::Welcome, Config::default());
    tui.press("Enter Ctrl-G Up").type_text("open sesame").press("Enter").type_text("open sesame").press("Enter");
    tui.see("Make a recovery key");
    desk.unlock();
}

#[test]
fn the_end_of_a_recovery_key_is_typed_anew_after_a_wrong_one() {
    let mut tui = Tui::demo().sized(120, 40);
    let key = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    tui.perform_done(Done::Keys { snapshot: None, result: Ok(KeysDone::Made(SecretText::new(key))) });
    tui.type_text("zzzz").press("Enter").see("That is not how the key ends").type_text("gaex").see("characters  gaex");
}

#[test]
fn the_password_of_an_export_is_typed_once_more_where_the_two_differ() {
    let (desk, mut tui) = unlocked();
    tui.press("a").paste("otpauth://totp/Forge:hugo?secret=JBSWY3DPEHPK3PXP&issuer=Forge").press("Enter Enter Enter o Down");
    while !tui.screen_text().contains("▌ 2FAS") {
        tui.press("Down");
    }
    tui.press("Enter").type_text("one").press("Enter").type_text("two").press("Enter").see("The two are not the same.");
    tui.see("3 characters were tried.").type_text("one").press("Enter").see("where to?");
    // The name proposed is typed over, and so is one that was refused.
    tui.see("file  ~/countersign-2fas.2fas").paste(desk.home().to_str().unwrap()).see_no("countersign-2fas").press("Enter");
    tui.see("is a folder").paste(desk.home().join("mine.2fas").to_str().unwrap()).press("Enter").see("Wrote 1 entry to");
    assert!(desk.home().join("mine.2fas").exists());
}

#[test]
fn a_hidden_password_that_one_comes_back_to_is_replaced() {
    let mut tui = Tui::demo();
    tui.press("o");
    while !tui.screen_text().contains("▌ Aegis") {
        tui.press("Down");
    }
    tui.press("Enter Enter").type_text("one").press("Enter").type_text("one").press("Enter").see("where to?");
    tui.press("Esc Ctrl-R").see("once more  one\n").type_text("another").see("once more  another\n");
}

#[test]
fn the_name_of_a_vault_is_typed_anew_after_one_that_was_refused() {
    let (desk, mut tui) = unlocked();
    tui.press("V Up Enter").type_text("../out").press("Enter").see("A vault's name has no slash");
    tui.type_text("family").press("Enter").see("Create a vault");
    assert!(!desk.home().join("out").exists());
}

#[test]
fn a_number_of_the_settings_is_typed_over_and_one_that_was_refused_too() {
    let mut tui = Tui::demo();
    tui.press(",").see("lock after                 300\n").type_text("soon").see("lock after                 soon\n");
    tui.press("Enter").see("A number of seconds").type_text("90").press("Down").type_text("15").press("Enter");
    tui.see("Changed until the program ends");
    assert_eq!((tui.state.common.config.lock_after_s, tui.state.common.config.clipboard_clear_s), (90, 15));
}

/// Each key as in the text fields of a desktop; Backspace alone mends the end instead of clearing all.
#[test]
fn keys_that_edit_leave_the_filled_in_text_and_typing_replaces_it() {
    let keys = [
        ("1", "1"),
        ("Left 1", "1300"),
        ("Home 1", "1300"),
        ("Ctrl-A 1", "1300"),
        ("Right 1", "3001"),
        ("End 1", "3001"),
        ("Ctrl-E 1", "3001"),
        ("Backspace 1", "301"),
        ("Ctrl-W 1", "1"),
        ("Ctrl-U 1", "1"),
        ("Ctrl-K 1", "1"),
        ("Delete 1", "1"),
        ("Ctrl-D 1", "1"),
        // A key that means nothing here, and one that goes to another field and back.
        ("Alt-x 1", "1"),
        ("Tab BackTab 1", "1"),
        ("1 2", "12"),
    ];
    for (keys, text) in keys {
        let mut tui = Tui::demo();
        tui.press(",").press(keys).see(&format!("lock after                 {text}\n"));
    }
    // Nothing that can be typed is in it: nothing is replaced.
    Tui::demo().press(",").paste("\u{7}\n").see("lock after                 300\n").paste("4\n").see("  4\n");
}

#[test]
fn a_refused_tag_and_a_refused_recovery_code_are_typed_anew() {
    let mut tui = Tui::demo();
    tui.press("t").type_text("a,b").press("Enter").see("A tag holds a comma").type_text("ab").press("Enter").see("✓ ab");

    let mut tui = Tui::demo();
    tui.press("/").type_text("gitlab").press("Tab x").type_text("----").press("Enter").see("There is no code in it.");
    tui.type_text("aaaa").press("Enter").press("Ctrl-R").see("aaaa").see_no("----");
}
