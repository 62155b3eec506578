//! Enrolling: keys in, screen and vault out.

use crate::support::tui::Tui;

#[test]
fn the_demo_opens_and_an_empty_vault_says_how_to_enrol() {
    Tui::demo().see("15 entries").see("Amazon");
    Tui::empty().see("No accounts yet");
}
