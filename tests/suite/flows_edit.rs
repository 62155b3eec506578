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
const NEW: &str = "JBSWY3DPEHPK3PXP";
const OTHER: &str = "KRSXG5BAKRSXG5BA";

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
fn the_secret_is_closed_and_shown_only_when_asked_for() {
    let mut tui = at(GITHUB);
    let secret = tui.entry("GitHub").credential.value.secret_text();
    tui.press("e Up Enter Tab").see("secret      56 characters, hidden").see_no(secret.expose());
    tui.press("Ctrl-R").see(&format!("secret      {}", secret.expose())).press("Ctrl-R").see_no(secret.expose());
    // Keys that edit text have none to edit.
    tui.press("Backspace Delete Ctrl-U Left Right").see("56 characters, hidden").press("Esc").see("15 entries");
}

#[test]
fn a_pasted_secret_replaces_the_one_there_and_is_tried_before_it_is_used() {
    let mut tui = at(GITHUB);
    let old = tui.entry("GitHub").credential.value.clone();
    tui.press("e").type_text("!").press("Up Enter Tab").paste(NEW).see("new secret  ••••••••••••••••\n").see_no(NEW);
    tui.see("The old secret stays in use until the new one is confirmed, and is kept.").press("Enter");
    tui.see("Enter this code on the site. The old secret stays in use until you say that").see("GitHub!");
    let entry = tui.entry("GitHub!");
    assert_eq!(entry.credential.value, old);
    assert_eq!(entry.candidate.as_ref().map(|new| new.value.secret_text().expose().to_owned()), Some(NEW.into()));
    // The site took its code: now it is the secret, and the old one is in the history.
    tui.press("Enter").see("Recovery codes of GitHub!");
    let entry = tui.entry("GitHub!");
    assert_eq!((entry.credential.value.secret_text().expose(), entry.candidate.is_none()), (NEW, true));
    assert_eq!(entry.history[0].value, old);
}

#[test]
fn a_new_secret_and_the_other_changes_are_taken_back_together() {
    let mut tui = at(GITHUB);
    let before = tui.entry("GitHub");
    tui.press("e").type_text("!").press("Up Enter Tab").paste(NEW).press("Enter").see("Enter this code on the site.");
    tui.press("Esc u").see("Taken back");
    let after = tui.entry("GitHub");
    assert_eq!((&after.credential, &after.candidate), (&before.credential, &None));
}

#[test]
fn a_new_secret_beside_one_that_waits_says_what_becomes_of_that_one() {
    let mut tui = at(GITHUB);
    tui.press("e Up Enter Tab").paste(NEW).press("Enter").see("Enter this code on the site.").press("Esc");
    tui.press("e Up Up Enter Tab").see_no("takes its place").paste("KRSXG5BAKRSXG5BA");
    tui.see("Another new secret waits to be confirmed: this one takes its place")
        .press("Enter")
        .see("Enter this code on the site.");
    let entry = tui.entry("GitHub");
    let kept: Vec<_> = entry.history.iter().map(|old| old.value.secret_text().expose().to_owned()).collect();
    assert_eq!(kept, [NEW]);
}

#[test]
fn enter_opens_an_empty_field_for_a_new_secret_and_escape_closes_it() {
    let mut tui = at(GITHUB);
    let before = tui.entry("GitHub");
    tui.press("e Up Enter Tab Enter").see("new secret\n").type_text("jbsw y3dp").see("new secret  •••••••••\n");
    tui.press("Ctrl-R").see("new secret  jbsw y3dp\n").press("Ctrl-R Esc").see("secret      56 characters, hidden");
    // Emptied, it is closed, too; and the next character begins anew.
    tui.type_text("ab").see("new secret  ••\n").press("Ctrl-U").see("56 characters, hidden").type_text("a");
    tui.see("new secret  •\n").press("Backspace").see("56 characters, hidden").press("Esc").see("15 entries");
    assert_eq!(tui.entry("GitHub"), before);
}

#[test]
fn the_secret_that_is_there_typed_again_is_no_change() {
    let mut tui = at(GITHUB);
    let before = tui.entry("GitHub");
    let spaced = before.credential.value.secret_text().expose().to_lowercase().replace('b', "b ");
    tui.press("e Up Enter Tab").paste(&spaced).see_no("history").press("Enter").see("15 entries").see_no("changed");
    assert_eq!(tui.entry("GitHub"), before);
}

#[test]
fn a_secret_that_is_none_is_refused_and_replaced_by_what_is_typed_next() {
    let mut tui = at(GITHUB);
    tui.press("e Up Enter Tab").type_text("0189").press("Enter");
    tui.see("Character 1 is 0: did the site show the letter O?").see("4 characters were tried.");
    tui.type_text(NEW).press("Enter").see("Enter this code on the site.");
    let candidate = tui.entry("GitHub").candidate.clone().unwrap();
    assert_eq!(candidate.value.secret_text().expose(), NEW);
}

#[test]
fn a_new_secret_that_counts_begins_at_zero_unless_another_counter_is_set() {
    for (keys, counter) in [("Esc", 12), ("", 0), ("Tab Tab Tab 7", 7), ("Tab Tab Tab Ctrl-U 1 2", 12)] {
        let mut tui = at("old vpn");
        tui.press("e Up Enter Tab").see("counter     12\n").paste(NEW).see("counter     0\n");
        if !keys.is_empty() {
            tui.press(keys);
        }
        tui.see(&format!("counter     {counter}\n"));
        if keys == "Esc" {
            continue;
        }
        tui.press("Enter").see("Take a code");
        let entry = tui.entry("Old VPN");
        assert_eq!((entry.counter, entry.candidate.as_ref().unwrap().value.counter), (12, counter));
    }
}

#[test]
fn a_new_secret_of_a_pending_entry_takes_its_place_and_is_tried() {
    let mut tui = at("npm");
    let old = tui.entry("npm").credential.value.clone();
    tui.press("e Up Enter Tab").paste(NEW).see("The old secret and parameters go to the entry's history.").press("Enter");
    tui.see("Enter this code on the site. Kept as pending until you say that it worked.");
    let entry = tui.entry("npm");
    assert_eq!((entry.credential.value.secret_text().expose(), entry.is_pending(), &entry.candidate), (NEW, true, &None));
    assert_eq!(entry.history[0].value, old);
}

#[test]
fn a_secret_corrected_while_it_is_tried_leads_back_to_its_own_code() {
    let mut tui = Tui::empty();
    tui.press("a").paste("otpauth://hotp/VPN:hugo?secret=JBSWY3DPEHPK3PXP&issuer=VPN&counter=5").press("Enter Enter");
    let code = |tui: &Tui, counter| {
        let code = tui.entry("VPN").credential.value.code_for(counter).unwrap();
        format!("{} {}", &code.expose()[..3], &code.expose()[3..])
    };
    tui.resize(80, 9);
    let old = code(&tui, 5);
    tui.see(&old).resize(80, 24);
    tui.press("Down Down Down Enter Down Enter").see("Edit   VPN").press("Up Enter Tab").paste(OTHER).press("Enter");
    tui.see("Take a code").press("Enter").resize(80, 9);
    let new = code(&tui, 0);
    tui.see_no(&old).see(&new).resize(80, 24);
    tui.press("Enter").see("Recovery codes of VPN").press("Enter").see("1 entry");
}

#[test]
fn a_secret_that_waits_gives_way_to_one_that_is_typed_and_is_kept() {
    let mut tui = at(GITHUB);
    tui.press("e Up Enter Tab").paste(OTHER).press("Enter").see("Enter this code on the site.").press("Esc e Up Up Enter Tab");
    tui.paste(NEW).press("Enter").see("Enter this code on the site.");
    let entry = tui.entry("GitHub");
    assert_eq!(entry.candidate.as_ref().unwrap().value.secret_text().expose(), NEW);
    assert_eq!(entry.history[0].value.secret_text().expose(), OTHER);
}

#[test]
fn a_pin_is_replaced_and_never_added_to() {
    let mut tui = at("yandex");
    tui.press("e Up Enter Tab Tab").see("PIN         4 characters, hidden").type_text("77").see("new PIN     ••\n");
    tui.see("The old secret and parameters go to the entry's history.").press("Enter").see("Yandex is changed");
    let entry = tui.entry("Yandex");
    assert_eq!(entry.credential.value.pin.as_ref().map(|pin| pin.expose()), Some("77"));
    assert_eq!(entry.history[0].value.pin.as_ref().map(|pin| pin.expose()), Some("5239"));
}

#[test]
fn the_secret_and_the_pin_of_a_found_account_are_replaced_too() {
    let mut tui = Tui::empty();
    tui.press("a").paste("motp://Reading:hugo?secret=0123456789abcdef&pin=1234").press("Tab Tab");
    tui.see("PIN      4 characters, hidden").paste("77").see("new PIN  ••\n").press("Enter").see("Enter this code on the site.");
    assert_eq!(tui.entry("Reading").credential.value.pin.as_ref().map(|pin| pin.expose()), Some("77"));
    let mut tui = Tui::empty();
    tui.press("a").paste("otpauth://totp/Forge:hugo?secret=JBSWY3DPEHPK3PXP&issuer=Forge").press("Tab Tab Tab Tab Enter Tab");
    tui.see("secret      16 characters, hidden").paste(NEW).press("Enter").see("Enter this code on the site.");
    assert_eq!(tui.entry("Forge").credential.value.secret_text().expose(), NEW);
}

#[test]
fn the_digits_the_period_and_the_counter_are_typed_over() {
    let mut tui = at(GITHUB);
    tui.press("e Up Enter Tab Tab Tab").type_text("8").press("Tab").type_text("60").press("Enter").see("GitHub is changed");
    let credential = &tui.entry("GitHub").credential.value;
    assert_eq!((credential.digits, credential.period), (8, 60));
    let mut tui = at("old vpn");
    tui.press("e Up Enter Tab Tab Tab Tab").type_text("20").press("Enter");
    assert_eq!(tui.entry("Old VPN").counter, 20);
    // Those that another kind brings are the program's, too.
    let mut tui = at(GITHUB);
    tui.press("e Up Enter Right Right").see("‹ Steam ›").press("Tab Tab").type_text("6").press("Enter").see("is changed");
    assert_eq!(tui.entry("GitHub").credential.value.digits, 6);
}

/// The person's own texts are added to, as before.
#[test]
fn a_name_a_tag_and_a_note_are_added_to() {
    let mut tui = at(GITHUB);
    tui.press("e").type_text(" a").press("Tab").type_text(" b").press("Tab").type_text(", c").press("Tab").type_text(" d");
    tui.press("Enter");
    let entry = tui.entry("GitHub a");
    assert_eq!(entry.account.value, "hugo@example.org b");
    assert_eq!(entry.tags().collect::<Vec<_>>(), ["c", "infra", "work"]);
    assert_eq!(entry.note.value, "Bot account, shared with the infra team since March. d");
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
    tui.press("e Up Enter Tab Tab Tab Ctrl-U Enter").see("A code has 1 to 10 digits.").press("Esc y");
    tui.press("e Ctrl-U")
        .type_text(&"x".repeat(301))
        .press("Enter")
        .see("The issuer is too long. At most 300 characters are kept.");
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
        let texts = qr::decode(&photograph(&tui), &qr::Effort::default()).texts;
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
