//! Unlock methods on the screen: offered at creation, reminded of, added, removed, unlocked by; the passphrase changed.

use crate::support::store::{Desk, passphrase};
use crate::support::tui::Tui;
use countersign::config::Config;
use countersign::tui::msg::Msg;
use countersign::tui::state::Start;
use countersign::vault::MethodKind;
use countersign::vault::seal::MethodKey;
use countersign::vault::store::{NewMethod, ways};

fn unlocked(desk: &Desk) -> Tui {
    let mut tui = Tui::at(desk, Start::Unlock, Config::default());
    tui.type_text(passphrase().expose()).press("Enter");
    tui
}

/// The key on the screen, which is there once.
fn key_shown(tui: &Tui) -> String {
    let screen = tui.screen_text();
    let start = screen.find("AGE-SECRET-KEY-1").unwrap_or_else(|| panic!("no key:\n{screen}"));
    let line_at = screen[..start].lines().count() - 1;
    let column = screen.lines().nth(line_at).unwrap().chars().position(|c| c == 'A').unwrap();
    let part = |line: &str| line.chars().skip(column).collect::<String>().trim().to_owned();
    let mut lines = screen.lines().skip(line_at).map(part);
    format!("{}{}", lines.next().unwrap(), lines.next().unwrap())
}

#[test]
fn a_recovery_key_is_offered_at_creation_asked_back_and_then_opens() {
    let desk = Desk::new();
    let mut tui = Tui::at(&desk, Start::Welcome, Config::default()).sized(120, 40);
    tui.press("Enter").type_text("open sesame").press("Enter").type_text("open sesame").press("Enter");
    tui.see("Make a recovery key, for when the passphrase is forgotten?").press("y").see("Recovery key");
    let key = key_shown(&tui);
    assert!(MethodKey::parse(&key).is_some(), "{key}");
    tui.type_text("zzzz").press("Enter").see("That is not how the key ends");
    tui.press("Ctrl-U").type_text(&key[key.len() - 4..].to_lowercase()).press("Enter");
    tui.see("Added recovery: it opens the vault from now on").see_no("AGE-SECRET-KEY");
    // Pasted where the passphrase is asked for, and on its own line.
    tui.press("Ctrl-L").paste(&key).see_no("AGE-SECRET").press("Enter").see("No accounts yet");
    tui.see_no("Only one key opens this vault");
    tui.press("Ctrl-L Tab").see("recovery key").type_text("nonsense").press("Enter").see("That is not a recovery key");
    tui.press("Ctrl-U").paste(&key).press("Enter").see("No accounts yet");
}

#[test]
fn a_vault_with_one_key_is_reminded_of_at_each_unlock_until_there_is_a_second() {
    let desk = Desk::new();
    desk.create();
    let mut tui = unlocked(&desk);
    tui.see("Only one key opens this vault").see("K adds a recovery key");
    let key = MethodKey::generate();
    let recipient = key.recipient();
    desk.unlock().add_method("paper", NewMethod::Direct { kind: MethodKind::RECOVERY, recipient: &recipient }).unwrap();
    unlocked(&desk).see_no("Only one key opens this vault");
}

#[test]
fn the_passphrase_is_changed_after_the_old_one_was_typed_again() {
    let desk = Desk::new();
    desk.create();
    let mut tui = unlocked(&desk);
    tui.press("K").see("Ways to unlock").press("Enter").see("Change the passphrase");
    tui.type_text("wrong").press("Enter").type_text("a new one").press("Enter").type_text("a new two").press("Enter");
    tui.see("The two are not the same.").press("Ctrl-U").type_text("a new one").press("Enter");
    tui.see("The passphrase is wrong.");
    tui.press("Ctrl-U").type_text("open sesame").press("Enter");
    tui.see("The passphrase is changed");
    tui.press("Ctrl-L").type_text("open sesame").press("Enter").see("That passphrase does not open this vault.");
    tui.press("Ctrl-U").type_text("a new one").press("Enter").see("No accounts yet");
}

#[test]
fn a_person_is_added_and_removed_with_the_list_of_what_they_saw() {
    let desk = Desk::new();
    let mut store = desk.create();
    store
        .change(|vault, stamper| {
            vault.insert(crate::support::store::totp(1, stamper, "GitHub", "hugo"));
            Ok(())
        })
        .unwrap();
    let anna = MethodKey::generate();
    let mut tui = unlocked(&desk);
    tui.press("K Up Enter").see("Add another person").type_text("age1nonsense").press("Enter");
    tui.see("This is no public key of age or SSH.");
    tui.press("Ctrl-U").paste(&anna.recipient()).press("Tab").type_text("anna").press("Enter").see("Added anna");
    tui.see("another person").press("Up Up Up Up d").see("Remove anna, another person?").press("y");
    tui.see("anna does not open the vault any more").see("GitHub (hugo)");
    tui.press("Esc").see("Add another person").see_no("anna");
    // The last way of one's own stays.
    tui.press("d y").see("This is the last method that unlocks the vault for you");
}

#[test]
fn an_ssh_key_that_is_there_is_offered_and_asks_for_its_passphrase() {
    let has_ssh_keygen = std::process::Command::new("ssh-keygen").arg("-V").output().is_ok();
    if !has_ssh_keygen {
        return println!("skipped: ssh-keygen is not installed");
    }
    let desk = Desk::new();
    desk.create();
    let file = desk.home().join("key");
    let mut made = std::process::Command::new("ssh-keygen");
    assert!(made.args(["-q", "-N", "secret words", "-t", "ed25519", "-f"]).arg(&file).status().unwrap().success());
    let mut tui = unlocked(&desk);
    tui.press("K Up Up Up Enter").see("Add an SSH key").press("Ctrl-U").type_text(&format!("{}.pub", file.display()));
    tui.press("Enter").see("Added ssh");
    tui.press("Ctrl-L Tab").see("SSH key").press("Ctrl-U").type_text(file.to_str().unwrap()).press("Enter");
    tui.see("OpenSSH key").type_text("wrong").press("Enter").see("That is not the passphrase of the SSH key.");
    tui.press("Ctrl-U").type_text(file.to_str().unwrap()).press("Enter").type_text("secret words").press("Enter");
    tui.see("No accounts yet");
    assert_eq!(ways(&desk.world, &desk.folder).len(), 2);
}

#[test]
fn a_way_that_another_program_removed_is_not_offered_when_the_screen_is_locked() {
    let desk = Desk::new();
    let mut other = desk.create();
    let key = MethodKey::generate();
    let recipient = key.recipient();
    other.add_method("paper", NewMethod::Direct { kind: MethodKind::RECOVERY, recipient: &recipient }).unwrap();
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    tui.paste(key.text().expose()).press("Enter").see("No accounts yet");
    let mut other = desk.unlock();
    let method = other.methods().into_iter().find(|method| method.kind == MethodKind::PASSPHRASE).unwrap();
    other.remove_method(&method.id).unwrap();
    tui.send(Msg::FilesChanged);
    assert_eq!(tui.state.common.ways, ways(&desk.world, &desk.folder));
    assert!(tui.state.common.ways.is_empty());
}

#[test]
fn what_is_pasted_after_a_wrong_passphrase_is_not_called_wrong() {
    let desk = Desk::new();
    desk.create();
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    tui.type_text("wrong").press("Enter").see("That passphrase does not open this vault.");
    tui.press("Ctrl-U").type_text("wrong").press("Enter").see("That passphrase does not open this vault.");
    tui.paste("open sesame").see_no("does not open");
}
