//! A plugin that asks: whether it may be used, and for its PIN. On the screen.

use crate::support::store::{Desk, passphrase};
use crate::support::tui::Tui;
use crate::support::{is_again, plugin, run_again, this_program};
use countersign::config::Config;
use countersign::tui::state::Start;
use std::process::Command;

#[test]
fn a_plugin_is_added_and_unlocked_by_on_the_screen_with_its_questions_answered() {
    const TEST: &str = "plugins::a_plugin_is_added_and_unlocked_by_on_the_screen_with_its_questions_answered";
    let desk = Desk::new();
    // The plugin is found by the PATH of the whole process.
    if !is_again(TEST) {
        let Some(path) = plugin::install(&desk.home().join("bin")) else { return };
        let mut program = Command::new(this_program());
        program.env("PATH", path);
        return run_again(program, TEST);
    }
    desk.create();
    let file = desk.home().join("identity");
    std::fs::write(&file, format!("# made up\n{}\n", plugin::IDENTITY)).unwrap();
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default()).sized(120, 40);
    tui.type_text(passphrase().expose()).press("Enter K Up Up Enter").see("Add an age plugin");
    tui.press("Ctrl-U").type_text(file.to_str().unwrap()).press("Enter");
    tui.see("The key asks: Use the made-up key? (yes: use it, no: leave it)").type_text("y").press("Enter");
    tui.see("The key asks: PIN of the made-up key").type_text("0000").press("Enter").see("it may not be used");
    assert!(!desk.folder.join("unlock/xyz.age").exists());
    tui.press("Enter").see("The key asks: Use the made-up key?").type_text("y").press("Enter");
    tui.see("The key asks: PIN of the made-up key").type_text(plugin::PIN).press("Enter").see("Added xyz: it opens the vault");
    tui.press("Ctrl-L Tab").see("xyz").see("have the key at hand").press("Enter").see("PIN of the made-up key");
    tui.type_text("0000").press("Enter").see("The age plugin failed:").see("couldn't use an identity: the PIN");
    tui.press("Enter").see("PIN of the made-up key").type_text(plugin::PIN).press("Enter").see("No accounts yet");
}
