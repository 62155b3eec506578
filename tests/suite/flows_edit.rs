//! Editing entries, their tags and recovery codes, and showing them as QR codes: keys in, screen and vault out.

use crate::support::tui::Tui;
use countersign::otp::uri;
use countersign::ports::{CopyKind, Picture};
use countersign::transfer::qr;
use ratatui::style::Color;

/// The demo's list with this entry selected.
fn at(name: &str) -> Tui {
    let mut tui = Tui::demo();
    tui.press("/").type_text(name).press("Tab");
    tui
}

const GITHUB: &str = "github";

#[test]
fn a_changed_name_is_saved_and_taken_back() {
    let mut tui = at(GITHUB);
    tui.press("e")
        .see("Edit   GitHub")
        .press("End")
        .type_text(" (bot)")
        .press("Enter")
        .see("GitHub (bot) is changed")
        .see("GitHub (bot)");
    tui.press("u").see("▌  GitHub   ");
}

#[test]
fn nothing_changed_writes_nothing_and_asks_nothing() {
    let mut tui = at(GITHUB);
    let before = tui.entry("GitHub");
    tui.press("e Enter").see("15 entries").see_no("changed").press("e").type_text("x").press("Backspace Esc").see("15 entries");
    assert_eq!(tui.entry("GitHub"), before);
}

#[test]
fn leaving_changes_asks() {
    let mut tui = at(GITHUB);
    tui.press("e").type_text("x").press("Esc").see("Leave and lose the changes?").press("n").see("GitHubx").press("Esc y");
    tui.see("15 entries").see_no("GitHubx");
}

#[test]
fn only_the_changed_fields_get_a_new_stamp() {
    let mut tui = at(GITHUB);
    let before = tui.entry("GitHub");
    tui.press("e Tab Tab Tab").type_text(" More.").press("Enter");
    let after = tui.entry("GitHub");
    assert_eq!(after.note.value, "Bot account, shared with the infra team since March. More.");
    assert!(after.note.at > before.note.at);
    assert_eq!((&after.issuer, &after.tags, &after.credential), (&before.issuer, &before.tags, &before.credential));
}

#[test]
fn the_lines_of_a_note_survive() {
    let mut tui = at(GITHUB);
    tui.press("e Tab Tab Tab Ctrl-U").paste("one\ntwo\r\nthree").see("one⏎two⏎three").press("Enter");
    assert_eq!(tui.entry("GitHub").note.value, "one\ntwo\nthree");
    tui.press("e Tab Tab Tab").type_text("!").press("Enter");
    assert_eq!(tui.entry("GitHub").note.value, "one\ntwo\nthree!");
}

#[test]
fn tags_and_the_pin_are_set_in_the_form() {
    let mut tui = at(GITHUB);
    tui.press("e Tab Tab Ctrl-U").type_text(" bots,  work ,work,").press("Tab Tab Space").see("‹ yes ›").press("Enter");
    let entry = tui.entry("GitHub");
    assert_eq!((entry.tags().collect::<Vec<_>>(), entry.pinned.value), (vec!["bots", "work"], true));
}

#[test]
fn the_secret_stays_hidden_until_asked_for_and_the_old_one_is_kept() {
    let mut tui = at(GITHUB);
    let secret = tui.entry("GitHub").credential.value.secret_text();
    tui.press("e Up Enter Tab")
        .see("secret   ••••")
        .see_no(secret.expose())
        .press("Ctrl-R")
        .see(secret.expose())
        .press("Ctrl-R Ctrl-U");
    tui.see("The old secret and parameters go to the entry's history.").paste("JBSWY3DPEHPK3PXP").see_no("JBSWY3DPEHPK3PXP");
    tui.press("Enter").see("GitHub is changed");
    let entry = tui.entry("GitHub");
    assert_eq!(entry.credential.value.secret_text().expose(), "JBSWY3DPEHPK3PXP");
    assert_eq!(entry.history[0].value.secret_text(), secret);
}

#[test]
fn a_counter_is_set_by_hand_without_a_new_credential() {
    let mut tui = at("old vpn");
    let secret = tui.entry("Old VPN").credential.value.secret.clone();
    tui.press("e Up Enter Tab Tab Tab Tab Ctrl-U").type_text("20").see_no("history").press("Enter").see("counter 20");
    let entry = tui.entry("Old VPN");
    assert_eq!((entry.counter, &entry.credential.value.secret, entry.history.len()), (20, &secret, 0));
}

#[test]
fn what_is_wrong_stands_beside_its_field_even_if_folded() {
    let mut tui = at(GITHUB);
    tui.press("e Up Enter Tab Ctrl-U Enter").see("The secret is missing.").press("Esc y");
    tui.press("e Ctrl-U")
        .type_text(&"x".repeat(301))
        .press("Enter")
        .see("The issuer is too long: at most 300 characters are kept.");
}

#[test]
fn every_key_types_in_a_form() {
    let mut tui = at(GITHUB);
    tui.press("e Ctrl-U").type_text("2FAS q? jk").see("issuer   2FAS q? jk");
}

#[test]
fn tags_of_several_entries_show_where_they_are_on_some() {
    let mut tui = Tui::demo();
    tui.press("j j Space Space Space t").see("Tags   3 entries");
    tui.see("– shop").press("Down Down").see("▌ – shop").press("Space").see("▌ ✓ shop").press("Space Space").see("– shop");
    tui.press("Esc").see("15 entries");
}

#[test]
fn a_tag_is_put_on_several_entries_at_once_and_taken_back_at_once() {
    let mut tui = Tui::demo();
    let with = |tui: &Tui, tag: &str| tui.entries().iter().filter(|entry| entry.tags().any(|of| of == tag)).count();
    tui.press("Space Space t")
        .type_text("new one")
        .press("Enter")
        .see("✓ new one")
        .press("Enter")
        .see("Tags of 2 entries are changed");
    assert_eq!(with(&tui, "new one"), 2);
    tui.press("u");
    assert_eq!(with(&tui, "new one"), 0);
}

#[test]
fn a_tag_is_taken_off_with_space() {
    let mut tui = at(GITHUB);
    tui.press("t").see("✓ infra").press("Down Space Enter").see("Tags of GitHub are changed");
    assert_eq!(tui.entry("GitHub").tags().collect::<Vec<_>>(), ["work"]);
}

#[test]
fn a_tag_with_a_comma_is_refused_and_stays_typed() {
    let mut tui = at(GITHUB);
    tui.press("t").type_text("a,b").press("Enter").see("A tag holds a comma").see("a,b").press("Esc").see_no("a,b");
    tui.press("Space Esc").see("Leave and lose the changes?");
}

#[test]
fn a_copied_recovery_code_is_marked_as_used() {
    let mut tui = at(GITHUB);
    tui.press("x").see("6 of 8 left").see_no("q0vn-5j2e").press("r").see("q0vn-5j2e").press("Enter");
    tui.see("Copied recovery code 3 of GitHub").see("5 of 8 left");
    assert_eq!(tui.outside.lock().unwrap().copied, [("q0vn-5j2e".into(), CopyKind::Secret)]);
    assert!(tui.entry("GitHub").recovery_codes.value[2].used.value);
    tui.press("Enter")
        .see("Recovery code 3 was used before")
        .press("Space")
        .see("6 of 8 left")
        .press("Esc u")
        .press("x")
        .see("5 of 8 left");
}

#[test]
fn a_recovery_code_that_was_not_copied_is_not_marked() {
    let mut tui = at(GITHUB);
    tui.outside.lock().unwrap().copy_fails = Some("no clipboard was found".into());
    tui.press("x Enter").see("Not copied: recovery code 3 of GitHub").see("no clipboard was found").see("6 of 8 left");
}

#[test]
fn a_copied_recovery_code_is_no_use_of_the_entrys_code() {
    let mut tui = at(GITHUB);
    let used = |tui: &Tui| tui.state.common.open.as_ref().unwrap().usage.clone();
    let before = used(&tui);
    tui.press("x Enter");
    assert_eq!(used(&tui), before);
}

#[test]
fn a_pasted_set_of_recovery_codes_takes_the_place_of_the_old_one() {
    let mut tui = at(GITHUB);
    tui.press("x e")
        .see("It has 6 unused recovery codes")
        .paste("SAVE THESE CODES\n\n1. 1111 2222   2. 3333 4444\n3. 5555 6666\n");
    tui.see("3 codes").press("Ctrl-R").see("1111 2222   3333 4444   5555 6666").press("Enter").see("3 of 3 left");
    let entry = tui.entry("GitHub");
    assert_eq!((entry.recovery_codes_left(), entry.recovery_history.len()), (3, 1));
}

#[test]
fn recovery_codes_are_typed_one_by_one_and_taken_back_with_backspace() {
    let mut tui = at("gitlab");
    tui.press("x")
        .see("Recovery codes of GitLab")
        .type_text("aaaa")
        .press("Enter")
        .type_text("bbbb")
        .press("Enter")
        .see("2 codes");
    tui.press("Backspace").see("1 code").type_text("aaaa").press("Enter").see("1 code").press("Enter").see("1 of 1 left");
}

#[test]
fn too_many_recovery_codes_are_refused_and_the_others_stay() {
    let mut tui = at("gitlab");
    let many: String = (0..300).map(|at| format!("code-{at}\n")).collect();
    tui.press("x").paste("one-1\n").paste(&many).see("Too many recovery codes").see("1 code").press("Esc").see("Leave and lose");
}

#[test]
fn the_qr_code_asks_first_and_reads_back_to_the_same_account() {
    for (name, width, height) in [("amazon", 80, 24), ("aws", 120, 40), ("yandex", 120, 40)] {
        let mut tui = at(name).sized(width, height);
        tui.press("Q").see("This shows the secret to everybody who sees the screen. Show it?");
        assert!(!tui.screen_text().contains('▀'));
        tui.press("y");
        let texts = qr::decode(&photograph(&tui));
        assert_eq!(texts.len(), 1, "{name}");
        let read = uri::parse(texts[0].expose()).unwrap();
        let entry = tui.entries().into_iter().find(|entry| entry.issuer.value.eq_ignore_ascii_case(name)).unwrap();
        assert_eq!(read.credential, entry.credential.value);
        assert_eq!(read.account.as_deref(), Some(entry.account.value.as_str()));
        tui.press("Esc").see("15 entries");
    }
}

#[test]
fn too_small_a_window_says_how_large_it_must_be() {
    let mut tui = Tui::demo().sized(80, 20);
    tui.press("Q y").see("This QR code needs 45 columns and 24 rows: make the window larger.");
    tui.resize(45, 24);
    tui.see("▀");
}

#[test]
fn what_no_link_can_hold_has_no_qr_code() {
    let mut tui = Tui::empty();
    let json = r#"{"version":1,"entries":[{"kind":"received","issuer":"Bank","account":"letters"}]}"#;
    tui.press("a").paste(json).press("Enter Q").see("This kind of entry can't be written as a link");
}

/// The screen as a camera sees it: each cell two pixels high and one wide, enlarged.
fn photograph(tui: &Tui) -> Picture {
    let buffer = tui.screen();
    let scale = 4;
    let (width, height) = (u32::from(buffer.area.width) * scale, u32::from(buffer.area.height) * 2 * scale);
    let mut rgba = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let cell = buffer.cell(((x / scale) as u16, (y / scale / 2) as u16)).unwrap();
            let upper = y / scale % 2 == 0;
            let ink = matches!((cell.symbol(), upper), ("▀", true) | ("▄", false));
            // A dark terminal around the code.
            let light = if ink { cell.fg } else { cell.bg } == Color::Indexed(231);
            let shade = if light { 255 } else { 0 };
            rgba.extend([shade, shade, shade, 255]);
        }
    }
    Picture { width, height, rgba }
}
