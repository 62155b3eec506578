//! Enrolling: keys in, screen and vault out.

use crate::support::tui::Tui;
use countersign::ports::CopyKind;
use std::time::Duration;

const GITHUB: &str = "otpauth://totp/GitHub:hugo%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=GitHub";
const VPN: &str = "otpauth://hotp/VPN:hugo?secret=JBSWY3DPEHPK3PXP&issuer=VPN&counter=5";

#[test]
fn a_pasted_link_is_enrolled_tried_and_confirmed() {
    let mut tui = Tui::empty();
    tui.press("a").paste(GITHUB).see("Found from the pasted text.").see("GitHub").see("hugo@example.org");
    tui.see_no("JBSWY3DPEHPK3PXP");
    assert!(tui.entries().is_empty());
    tui.press("Enter").see("Enter this code on the site. Kept as pending until you say that it worked.");
    assert!(tui.entry("GitHub").is_pending());
    tui.press("Enter").see("Recovery codes of GitHub");
    assert!(!tui.entry("GitHub").is_pending());
    tui.paste("1. abcd-efgh\n2. ijkl-mnop\n").see("2 codes").see_no("abcd-efgh").press("Ctrl-R").see("abcd-efgh   ijkl-mnop");
    tui.press("Enter").see("GitHub is enrolled").see("1 entry");
    assert_eq!(tui.entry("GitHub").recovery_codes_left(), 2);
}

#[test]
fn no_code_is_shown_before_the_entry_is_on_the_disk() {
    let mut tui = Tui::empty();
    tui.press("a").paste(GITHUB);
    tui.holding = true;
    tui.press("Enter").see("details").see_no("Enter this code on the site");
    tui.release().see("Enter this code on the site");
}

#[test]
fn a_counter_is_saved_before_its_code_shows_and_only_keys_advance_it() {
    let mut tui = Tui::empty();
    tui.press("a").paste(VPN).press("Enter").see("Take a code").see("counter 5");
    tui.holding = true;
    tui.press("Enter").see_no("It was accepted");
    tui.release().see("It was accepted").see("counter 5");
    assert_eq!(tui.entry("VPN").counter, 6);
    tui.wait(Duration::from_secs(60)).see("Another code");
    tui.press("c");
    let copied = tui.outside.lock().unwrap().copied.clone();
    assert_eq!(copied.len(), 1);
    assert_eq!(copied[0].1, CopyKind::Code);
    assert_eq!(tui.entry("VPN").counter, 6);
    tui.press("Down Enter").see("counter 6");
    assert_eq!(tui.entry("VPN").counter, 7);
}
