//! Enrolling: keys in, screen and vault out.

use crate::support::drawing::{self, Chance, code, desktop, gray_picture, split};
use crate::support::google::transfer;
use crate::support::store::{Desk, passphrase};
use crate::support::tui::Tui;
use countersign::config::Config;
use countersign::otp::{Algorithm, Credential, Kind};
use countersign::ports::CopyKind;
use countersign::tui::msg::Msg;
use countersign::tui::state::Start;
use std::time::Duration;

const SECRET: &str = "JBSWY3DPEHPK3PXP";
const FORGE: &str = "otpauth://totp/Forge:hugo%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=Forge";
const VPN: &str = "otpauth://hotp/VPN:hugo?secret=JBSWY3DPEHPK3PXP&issuer=VPN&counter=5";
const ASKS: &str = "Enter this code on the site";

/// At the source menu: the lines of it, from the top.
const SCREEN: &str = "Down Enter";
const FILE: &str = "Down Down Enter";
const LINK: &str = "Down Down Down Enter";
const TYPE: &str = "Up Enter";

fn copied(tui: &Tui) -> Vec<(String, CopyKind)> {
    tui.outside.lock().unwrap().copied.clone()
}

fn png(text: &str) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    code(text, 4).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn put_file(tui: &Tui, path: &str, bytes: Vec<u8>) {
    tui.outside.lock().unwrap().files.insert(path.into(), bytes);
}

#[test]
fn a_pasted_link_is_enrolled_tried_and_confirmed() {
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).see("Found from the pasted text.").see("Forge").see("hugo@example.org");
    assert!(tui.entries().is_empty());
    tui.press("Enter").see(ASKS).see("Kept as pending until you say that it worked.");
    assert!(tui.entry("Forge").is_pending());
    tui.press("Enter").see("Recovery codes of Forge");
    assert!(!tui.entry("Forge").is_pending());
    tui.paste("1. abcd-efgh\n2. ijkl-mnop\n").see("2 codes").see_no("abcd-efgh").press("Ctrl-R").see("abcd-efgh   ijkl-mnop");
    tui.press("Enter").see("Forge is enrolled").see("1 entry");
    assert_eq!(tui.entry("Forge").recovery_codes_left(), 2);
}

#[test]
fn no_code_is_shown_before_the_entry_is_on_the_disk() {
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE);
    tui.holding = true;
    tui.press("Enter").see("details").see_no(ASKS);
    tui.press("Enter Esc Enter");
    assert_eq!(tui.held.len(), 1);
    tui.release().see(ASKS);
}

#[test]
fn what_can_not_be_saved_stays_in_the_form() {
    let desk = Desk::new();
    drop(desk.create());
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    tui.type_text(passphrase().expose()).press("Enter a").paste(FORGE).type_text(" of ours");
    std::fs::rename(&desk.folder, desk.folder.with_extension("away")).unwrap();
    tui.press("Enter").see("✗").see("Forge of ours").see_no(ASKS);
    assert!(tui.entries().is_empty());
    std::fs::rename(desk.folder.with_extension("away"), &desk.folder).unwrap();
    tui.press("Enter").see(ASKS);
    assert!(desk.unlock().vault().active().any(|entry| entry.issuer.value == "Forge of ours" && entry.is_pending()));
}

#[test]
fn a_counter_is_saved_before_its_code_shows_and_only_keys_advance_it() {
    let mut tui = Tui::empty();
    tui.press("a").paste(VPN).press("Enter").see("Take a code").see("counter 5");
    tui.holding = true;
    tui.press("Enter").see_no("It was accepted");
    tui.release().see("It was accepted").see("counter 5");
    assert_eq!(tui.entry("VPN").counter, 6);
    tui.wait(Duration::from_secs(60)).see("Another code").press("c");
    assert_eq!(copied(&tui).len(), 1);
    assert_eq!(copied(&tui)[0].1, CopyKind::Code);
    assert_eq!(tui.entry("VPN").counter, 6);
    tui.press("Down Enter").see("counter 6");
    assert_eq!(tui.entry("VPN").counter, 7);
}

#[test]
fn copying_takes_a_counters_code_if_none_is_there() {
    let mut tui = Tui::empty();
    tui.press("a").paste(VPN).press("Enter c").see("Copied VPN");
    assert_eq!(tui.entry("VPN").counter, 6);
    assert_eq!(copied(&tui).len(), 1);
}

#[test]
fn the_code_that_is_copied_is_the_one_shown_or_the_next_at_the_end() {
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).press("Enter").see("next 307 890").press("c").see("Copied Forge · valid 23 s");
    tui.wait(Duration::from_secs(21)).press("c").see("the next code, as this one was about to end");
    assert_eq!(copied(&tui), [("260025".into(), CopyKind::Code), ("307890".into(), CopyKind::Code)]);
}

#[test]
fn the_picture_in_the_clipboard_is_read() {
    let mut tui = Tui::empty();
    tui.press("a Enter").see("There is no picture in the clipboard.");
    tui.outside.lock().unwrap().clipboard_picture = Some(gray_picture(code(FORGE, 4)));
    tui.press("Enter").see("Found from the picture in the clipboard.").see("Forge");
}

#[test]
fn a_picture_without_a_code_says_what_to_do() {
    let mut tui = Tui::empty();
    tui.outside.lock().unwrap().clipboard_picture = Some(gray_picture(image::GrayImage::new(80, 80)));
    tui.press("a Enter").see("No QR code was found in the picture.").see("try a larger or");
    tui.outside.lock().unwrap().clipboard_picture = Some(gray_picture(code("https://example.org/", 4)));
    tui.press("Enter").see("This is a web page; open it in a browser");
}

#[test]
fn the_code_on_the_screen_is_read() {
    let mut tui = Tui::empty();
    tui.outside.lock().unwrap().screen_picture = Some(desktop(&code(FORGE, 4), &mut Chance::seed(3)));
    tui.press("a").press(SCREEN).see("Found from the screen.").see("Forge");
}

#[test]
fn the_parts_of_a_split_code_come_one_after_the_other() {
    let parts = split(FORGE.as_bytes(), 3);
    let mut tui = Tui::empty();
    tui.outside.lock().unwrap().clipboard_picture = Some(gray_picture(parts[2].clone()));
    tui.press("a Enter").see("Part 3 of 3 of a split QR code is not enough: give the other parts too.");
    tui.see("0 accounts found so far.").see_no("Go on with what was found");
    tui.press("Enter").see("Part 3 of 3 of a split QR code is not enough: give the other parts too.");
    tui.outside.lock().unwrap().screen_picture = Some(gray_picture(parts[0].clone()));
    tui.press(SCREEN).see("Parts 1 and 3 of 3 of a split QR code are not enough: give the other part");
    let mut last = std::io::Cursor::new(Vec::new());
    parts[1].write_to(&mut last, image::ImageFormat::Png).unwrap();
    put_file(&tui, "/home/hugo/last.png", last.into_inner());
    tui.press(FILE).type_text("~/last.png").press("Enter").see("Found from the file.").see("Forge").see_no("split QR code");
}

#[test]
fn parts_of_a_split_code_that_do_not_fit_together_say_so() {
    let first = drawing::part(&drawing::bytes(&FORGE.as_bytes()[..30]), 0, 2, 1);
    let second = drawing::part(&drawing::bytes(&FORGE.as_bytes()[31..]), 1, 2, 1);
    let mut tui = Tui::empty();
    tui.outside.lock().unwrap().clipboard_picture = Some(gray_picture(first));
    tui.press("a Enter").see("Part 1 of 2 of a split QR code is not enough");
    tui.outside.lock().unwrap().clipboard_picture = Some(gray_picture(second));
    tui.press("Enter").see("The 2 parts of a split QR code don't fit together.");
    tui.outside.lock().unwrap().clipboard_picture = Some(gray_picture(code(FORGE, 4)));
    tui.press("Enter").see("Found from the picture in the clipboard.").see("Forge");
}

#[test]
fn a_file_is_found_by_completing_its_path() {
    let mut tui = Tui::empty();
    put_file(&tui, "/home/hugo/pictures/scan one.png", png(FORGE));
    put_file(&tui, "/home/hugo/pictures/scan two.png", b"no picture".to_vec());
    put_file(&tui, "/home/hugo/pictures/other/notes.txt", b"none".to_vec());
    tui.press("a").press(FILE).type_text("~/pi").press("Tab").see("file  ~/pictures/");
    tui.type_text("s").press("Tab").see("file  ~/pictures/scan\n").see("~/pictures/scan one.png").see_no("other/");
    tui.type_text("o").press("Tab Enter").see("Found from the file.").see("Forge");
}

#[test]
fn a_file_is_chosen_from_the_list_or_dropped_onto_the_terminal() {
    let mut tui = Tui::empty();
    put_file(&tui, "/home/hugo/pictures/scan one.png", png(FORGE));
    tui.press("a").press(FILE).type_text("~/").press("Down Enter").see("~/pictures/scan one.png");
    tui.press("Down Enter").see("Found from the file.");
    tui.press("Esc").press("Down").press(FILE).press("Ctrl-U").paste("'/home/hugo/pictures/scan one.png' ").press("Enter");
    tui.see("Found from the file.");
}

#[test]
fn a_file_that_is_not_there_says_so_and_the_path_stays() {
    let mut tui = Tui::empty();
    tui.press("a").press(FILE).type_text("~/none.png").press("Enter");
    tui.see("Can't read /home/hugo/none.png: no such file or directory.").see("file  ~/none.png");
}

#[test]
fn a_link_pasted_where_a_path_is_typed_is_not_shown() {
    let mut tui = Tui::empty();
    tui.press("a").press(FILE).paste(FORGE).see_no(SECRET).see("Found from the pasted text.");
}

#[test]
fn a_list_of_links_in_a_file_is_reviewed() {
    let mut tui = Tui::empty();
    put_file(&tui, "/home/hugo/links.txt", format!("{FORGE}\n{VPN}\n").into_bytes());
    tui.press("a").press(FILE).type_text("~/links.txt").press("Enter").see("2 accounts found, 2 marked to be enrolled");
    tui.press("Enter").see("2 accounts enrolled").see("2 entries");
    assert!(tui.entries().iter().all(|entry| !entry.is_pending()));
    tui.press("u").see("No accounts yet");
}

#[test]
fn a_link_is_never_shown_only_counted() {
    let mut tui = Tui::empty();
    let link = FORGE.replace("totp", "nonsense");
    tui.press("a").press(LINK).type_text(&link).see("1 link, 80 characters").see_no(SECRET).see_no("otpauth");
    tui.press("Enter").see("The link does not say which type of code it is for.").see("1 link, 80 characters");
    tui.press("Esc Esc").see("Leave and lose the new entry?").press("n Enter").see("1 link, 80 characters");
}

#[test]
fn what_is_no_one_time_password_is_explained() {
    let mut tui = Tui::empty();
    tui.press("a").paste("phonefactor://activate?code=123456").see("This link does not hold the secret of a one-time password.");
    tui.see("different authenticator").see("1 link, 34 characters");
    tui.press("Ctrl-U").see_no("characters").paste(FORGE).see("Found from the pasted text.");
}

#[test]
fn hostile_texts_are_refused_and_nothing_is_lost() {
    for text in
        ["\u{0}\u{1}\u{2}", "{\"version\": 1, \"entries\": [", "otpauth://totp/a?secret=", &"A".repeat(1_000_000), "[[[[[[[["]
    {
        let mut tui = Tui::demo();
        tui.press("a").paste(text).see("source ›").press("Esc").see("Paste a link");
        assert_eq!(tui.entries().len(), 15);
    }
}

#[test]
fn the_parts_of_a_transfer_come_in_any_order() {
    let part = |index: u8, name: &str| transfer(index, 3, &[(name, "hugo", &format!("0000000000000000000{index}"))]);
    let mut tui = Tui::empty();
    tui.press("a").paste(&part(2, "Three")).see("parts 1 and 2 of 3 are missing").see("1 account found so far");
    tui.paste(&part(0, "One")).see("part 2 of 3 is missing").see("2 accounts found so far");
    tui.paste(&part(0, "One")).see("2 accounts found so far");
    tui.outside.lock().unwrap().clipboard_picture = Some(gray_picture(code(&part(1, "Two"), 4)));
    tui.press("Enter").see("3 accounts found, 3 marked to be enrolled").press("Enter").see("3 entries");
}

#[test]
fn a_transfer_can_go_on_without_what_is_missing() {
    let mut tui = Tui::empty();
    tui.press("a").paste(&transfer(0, 2, &[("One", "hugo", "12345678901234567890"), ("Two", "hugo", "22345678901234567890")]));
    tui.see("part 2 of 2 is missing").press("Up").see("▌ Go on with what was found      2 accounts").press("Enter");
    tui.see("2 accounts found").see("part 2 of 2 is missing").press("Enter").see("2 entries");
}

#[test]
fn a_refused_source_keeps_the_parts_found_before() {
    let mut tui = Tui::empty();
    tui.press("a").paste(&transfer(0, 2, &[("One", "hugo", "12345678901234567890")])).paste("nonsense");
    tui.see("The text holds no link").press("Esc").see("Go on with what was found      1 account");
}

#[test]
fn accounts_that_are_there_already_are_marked_and_left_out() {
    let mut tui = Tui::demo();
    let accounts = [
        ("npm", "hugo", "made up for npm hugo"),
        ("GitHub", "hugo@example.org", "12345678901234567890"),
        ("Other", "ops", "made up for Twilio ops@example.org"),
        ("New", "hugo", "22345678901234567890"),
    ];
    tui.press("a").paste(&transfer(0, 1, &accounts)).see("4 accounts found, 3 marked").see("same").see("conflict").see("alike");
    tui.press("Down Space").see("2 marked").press("Enter").see("2 accounts enrolled");
    assert_eq!(tui.entries().len(), 17);
    tui.entry("New");
    tui.entry("Other");
}

#[test]
fn the_same_account_is_not_enrolled_twice_without_asking() {
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).press("Enter Enter Enter a").paste(FORGE);
    tui.see("Forge (hugo@example.org) is in the vault already, with the same secret.").press("Enter").see("▌ Don't enrol it");
    tui.press("Enter").see("1 entry").press("a").paste(FORGE).press("Enter Down Enter").see(ASKS);
    assert_eq!(tui.entries().len(), 2);
}

#[test]
fn a_pending_account_is_gone_on_with_instead() {
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).press("Enter Esc").see("pending").press("a").paste(FORGE);
    tui.see("is in the vault already, not yet confirmed")
        .press("Enter Enter")
        .see(ASKS)
        .press("Enter")
        .see("Recovery codes of Forge");
    assert_eq!(tui.entries().len(), 1);
}

#[test]
fn the_same_secret_under_another_name_is_said() {
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).press("Enter Enter Enter a").paste(&FORGE.replace("Forge", "Smithy"));
    tui.see("The same secret is in the vault already, as Forge (hugo@example.org).").press("Enter Down Enter").see(ASKS);
}

#[test]
fn a_new_secret_takes_over_only_when_it_is_confirmed() {
    let renewed = FORGE.replace(SECRET, "KRSXG5BAKRSXG5BA");
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).press("Enter Enter Enter a").paste(&renewed).press("Enter");
    tui.see("Forge (hugo@example.org) is in the vault already, with another secret.").see("▌ Replace its secret when confirmed");
    tui.press("Enter").see("The old secret stays in use until you say that").see("hugo@example.org  new secret");
    assert_eq!(tui.entry("Forge").credential.value.secret_text().expose(), SECRET);
    // Later, found again through the entry itself.
    tui.press("Esc e").see("not yet confirmed: try it").press("Up Enter").see("The old secret stays in use").press("Enter");
    tui.see("Recovery codes of Forge");
    let entry = tui.entry("Forge");
    assert_eq!(entry.credential.value.secret_text().expose(), "KRSXG5BAKRSXG5BA");
    assert_eq!((entry.candidate.is_none(), entry.history.len()), (true, 1));
}

#[test]
fn a_third_secret_says_what_becomes_of_the_one_that_waits() {
    let renewed = FORGE.replace(SECRET, "KRSXG5BAKRSXG5BA");
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).press("Enter Enter Enter a").paste(&renewed).press("Enter Enter").see(ASKS).press("Esc");
    tui.press("a").paste(&FORGE.replace(SECRET, "MFRGGZDFMFRGGZDF")).press("Enter");
    tui.see("one waits to be confirmed there; it would go to the history.")
        .see("▌ Replace its secret when confirmed")
        .press("Enter")
        .see(ASKS);
    assert_eq!(tui.entry("Forge").history.len(), 1);
}

#[test]
fn a_refused_new_secret_is_dropped_and_the_old_one_stays() {
    let renewed = FORGE.replace(SECRET, "KRSXG5BAKRSXG5BA");
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).press("Enter Enter Enter a").paste(&renewed).press("Enter Enter").see(ASKS);
    tui.press("Down Down Enter").see("▌ Try again").press("Down Enter").see("Forge keeps its old secret");
    assert_eq!(tui.entry("Forge").credential.value.secret_text().expose(), SECRET);
    assert!(tui.entry("Forge").candidate.is_none());
}

#[test]
fn both_are_kept_if_so_wished() {
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).press("Enter Enter Enter a").paste(&FORGE.replace(SECRET, "KRSXG5BAKRSXG5BA"));
    tui.press("Enter Down Enter").see(ASKS);
    assert_eq!(tui.entries().len(), 2);
}

#[test]
fn a_refused_code_is_explained_corrected_or_dropped() {
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).press("Enter Down Down Enter");
    tui.see("It says 2026-01-01 00:00:07 UTC.").see("the next will be 307 890").see("SHA1 · 6 digits · 30 s");
    tui.press("Down Enter").see("Edit   Forge").press("Up Enter Tab Tab Tab Ctrl-U").type_text("8").press("Enter").see(ASKS);
    tui.see("SHA1 · 8 digits · 30 s");
    tui.press("Down Enter").see("1 entry");
    tui.press("Enter Down Down Enter Up Enter").see("The new entry is in the trash").see("No accounts yet");
    tui.press("u").see("1 entry");
}

#[test]
fn a_pending_entry_is_tried_from_the_list() {
    let mut tui = Tui::demo();
    tui.press("/").type_text("npm").press("Tab Enter").see(ASKS).press("Enter").see("Recovery codes of npm");
    tui.press("Enter").see("npm is enrolled");
    assert!(!tui.entry("npm").is_pending());
}

#[test]
fn a_typed_secret_is_hidden_checked_and_taken_with_its_dashes() {
    let mut tui = Tui::empty();
    tui.press("a").press(TYPE).press("Enter").see("Name the site, or at least the account.").see("The secret is missing.");
    tui.type_text("Forge").press("Tab Tab").type_text("JBSW Y3DP-").see_no("JBSW");
    tui.press("Ctrl-R").see("JBSW Y3DP-").press("Ctrl-R").type_text("1");
    tui.press("Enter").see("Character 9 is 1: did the site show the letter I or L?");
    tui.press("Backspace").type_text("ehpk 3pxp").press("Enter").see(ASKS);
    assert_eq!(tui.entry("Forge").credential.value.secret_text().expose(), SECRET);
}

#[test]
fn the_parameters_are_unfolded_and_follow_the_kind() {
    let mut tui = Tui::empty();
    tui.press("a").press(TYPE).type_text("Reading room").press("Tab Tab").type_text("0123456789abcdef");
    tui.press("Tab Tab Tab Enter").see("‹ TOTP ›").type_text("m").see("‹ mOTP ›").see("period   10").see_no("hash");
    tui.press("Enter").see("The PIN is missing").type_text("1234").see_no("1234").press("Enter").see(ASKS);
    let credential = tui.entry("Reading room").credential.value.clone();
    assert_eq!((credential.kind, credential.period, credential.digits), (Kind::Motp, 10, 6));
    assert_eq!(credential.pin.unwrap().expose(), "1234");
}

#[test]
fn numbers_out_of_range_are_refused_beside_their_field() {
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).press("Tab Tab Tab Tab Enter Tab Tab Right Right").see("SHA256").press("Tab Ctrl-U");
    tui.type_text("11").press("Enter").see("A code has 1 to 10 digits.").press("Ctrl-U").type_text("8").press("Tab Ctrl-U");
    tui.type_text("0").press("Enter").see("A period is a number of seconds, usually 30.").press("Ctrl-U").type_text("60");
    tui.press("Enter").see(ASKS);
    let credential = tui.entry("Forge").credential.value.clone();
    assert_eq!((credential.algorithm, credential.digits, credential.period), (Algorithm::Sha256, 8, 60));
}

#[test]
fn leaving_asks_only_where_something_would_be_lost() {
    let mut tui = Tui::demo();
    tui.press("a Esc").see("15 entries").press("a").press(TYPE).press("Esc Esc").see("15 entries");
    tui.press("a").press(TYPE).type_text("F").press("Esc").see("Leave and lose the new entry?").press("n").see("issuer   F");
    tui.press("Ctrl-C").see("Quit and lose the new entry?").press("n").press("Esc y").see("15 entries");
    tui.press("a").paste(FORGE).press("Ctrl-C").see("Quit and lose the new entry?").press("y");
    assert_eq!(tui.quit, Some(0));
}

#[test]
fn once_saved_nothing_is_lost_by_quitting() {
    let mut tui = Tui::demo();
    tui.press("a").paste(FORGE).press("Enter Ctrl-C");
    assert_eq!(tui.quit, Some(0));
}

#[test]
fn locking_in_the_middle_forgets_all() {
    let desk = Desk::new();
    drop(desk.create());
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    tui.type_text(passphrase().expose()).press("Enter a").paste(FORGE).press("Enter").see(ASKS);
    tui.wait(Duration::from_secs(301)).see("passphrase").see_no("Forge");
    tui.type_text(passphrase().expose()).press("Enter").see("pending");
}

#[test]
fn an_answer_that_comes_while_the_help_is_read_is_not_lost() {
    let mut tui = Tui::empty();
    tui.outside.lock().unwrap().clipboard_picture = Some(gray_picture(code(FORGE, 4)));
    tui.press("a");
    tui.holding = true;
    tui.press("Enter ?").see("Keys");
    tui.release().see("Keys").press("Esc").see("Found from the picture in the clipboard.");
}

#[test]
fn no_secret_is_ever_on_the_screen_unasked() {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut tui = Tui::empty().sized(width, height);
        tui.press("a").paste(FORGE).see_no(SECRET);
        for keys in ["Tab Tab Tab Tab Enter", "Down", "Enter", "Down Down Enter", "Esc Up Up Enter", "Enter", "Q"] {
            tui.press(keys).see_no(SECRET);
        }
    }
}

#[test]
fn the_time_moves_the_code_and_the_bar() {
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).press("Enter").see("23s");
    assert_eq!(tui.state.next_wake().map(|at| at - tui.state.common.now.boot), Some(Duration::from_secs(1)));
    tui.wait(Duration::from_secs(1)).see("22s");
    tui.wait(Duration::from_secs(22)).see("30s").see_no("next 307 890");
}

#[test]
fn wide_names_keep_the_columns() {
    let mut tui = Tui::empty();
    tui.press("a").paste(
        "otpauth://totp/%E6%97%A5%E6%9C%AC:%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB?secret=JBSWY3DPEHPK3PXP&issuer=%E6%97%A5%E6%9C%AC",
    );
    tui.see("issuer   日本").press("Enter").see("日本  ");
    for width in 1..30 {
        tui.send(Msg::Resize { width, height: 9 });
        tui.screen();
    }
}

/// Forge with a new secret that waits, in the list; the first code is of the old one, the second of the new one.
fn with_a_waiting_secret() -> (Tui, [String; 2]) {
    let mut tui = Tui::empty();
    tui.press("a").paste(FORGE).press("Enter Enter Enter a").paste(&FORGE.replace(SECRET, "KRSXG5BAKRSXG5BA"));
    tui.press("Enter Enter Esc").wait(Duration::from_secs(7));
    let entry = tui.entry("Forge");
    let now = tui.state.common.now.unix();
    let code = |credential: &Credential| credential.code_at(now).unwrap().code.expose().to_owned();
    let codes = [code(&entry.credential.value), code(&entry.candidate.as_ref().unwrap().value)];
    (tui, codes)
}

fn last_copied(tui: &Tui) -> String {
    copied(tui).pop().map(|(text, _)| text).unwrap_or_default()
}

#[test]
fn a_waiting_secret_is_seen_in_its_row_at_every_width() {
    let (mut tui, _) = with_a_waiting_secret();
    for width in 20..=200 {
        tui.resize(width, 24);
        tui.see("▌! F");
        match width {
            72..100 | 110.. => tui.see("R new secret").see("16s"),
            36.. => tui.see("R new ").see("16s"),
            _ => &mut tui,
        };
    }
}

#[test]
fn marks_and_labels_win_over_the_sign_of_a_waiting_secret_which_wins_over_the_star() {
    let (mut tui, _) = with_a_waiting_secret();
    tui.press("p").see("▌! Forge").press("Space").see("▌✓ Forge").press("f").see("▌a Forge");
}

#[test]
fn the_copy_key_leads_to_a_waiting_secret_and_says_so() {
    let (mut tui, [_, new]) = with_a_waiting_secret();
    tui.see("↵ try the new one").press("Enter").see("Forge  hugo@example.org  new secret").see(ASKS);
    tui.see("c copy new code").press("c").see("Copied the code of the new secret of Forge");
    assert_eq!(last_copied(&tui), new);
    tui.press("Esc /").see("↵ try the new one").see("↵ new secret").press("Enter").see(ASKS);
}

#[test]
fn r_tries_a_waiting_or_a_pending_secret_and_says_where_nothing_waits() {
    let (mut tui, _) = with_a_waiting_secret();
    tui.press("R").see(ASKS).press("Enter").see("Recovery codes of Forge").press("Enter R");
    tui.see("No new secret waits here");
    let mut tui = Tui::demo();
    tui.press("/").type_text("npm").press("Tab R").see(ASKS);
}

#[test]
fn the_code_of_the_old_secret_stays_at_hand_while_a_new_one_waits() {
    let (mut tui, [old, _]) = with_a_waiting_secret();
    for keys in ["1", "f a", "Enter Up Enter"] {
        tui.press(keys).see("Copied the code of the old secret of Forge");
        assert_eq!(last_copied(&tui), old);
    }
    tui.press("Esc n").see("Copied the next code of the old secret of Forge");
    let row = tui.screen_text().lines().position(|line| line.contains("▌! Forge")).unwrap();
    tui.double_click(10, row as u16).see("Copied the code of the old secret of Forge");
    assert_eq!(last_copied(&tui), old);
}

#[test]
fn a_counters_old_code_is_taken_from_the_trial_of_the_new_one() {
    let mut tui = Tui::empty();
    tui.press("a").paste(VPN).press("Enter Enter Enter Enter a").paste(&VPN.replace(SECRET, "KRSXG5BAKRSXG5BA"));
    tui.press("Enter Enter Esc").see("▌! VPN").wait(Duration::from_secs(31));
    let before = tui.entry("VPN");
    tui.press("1").see("VPN counts its codes · ↵ leads to the next one");
    tui.press("Enter Up Enter").see("Copied the code of the old secret of VPN");
    assert_eq!(last_copied(&tui), before.credential.value.code_for(before.counter).unwrap().expose());
    assert_eq!(tui.entry("VPN").counter, before.counter + 1);
    assert!(tui.entry("VPN").has_waiting_secret());
    // Asked for once more, it is the code that is shown: no other one is used up.
    tui.press("Enter").see("Copied the code of the old secret of VPN");
    assert_eq!(last_copied(&tui), before.credential.value.code_for(before.counter).unwrap().expose());
    assert_eq!(tui.entry("VPN").counter, before.counter + 1);
}

#[test]
fn the_pane_names_the_key_of_a_waiting_secret_uncut() {
    let (mut tui, _) = with_a_waiting_secret();
    for width in [100, 120, 200] {
        tui.resize(width, 30);
        tui.see("new secret not confirmed").see("R tries it");
    }
}

#[test]
fn a_small_window_tells_the_new_secret_from_the_old_one() {
    let (tui, _) = with_a_waiting_secret();
    tui.sized(40, 12).press("R").see("new secret").see("c copy new code   Esc later").see("Copy the code of the old secret");
}

#[test]
fn a_link_pasted_into_the_list_is_enrolled() {
    let mut tui = Tui::empty();
    tui.paste(FORGE).see("Found from the pasted text.").see("hugo@example.org").press("Enter").see(ASKS);
    assert!(tui.entry("Forge").is_pending());
    let mut tui = Tui::demo();
    tui.press("/").paste(&format!("My code: {FORGE}")).see("Found from the pasted text.");
    let mut tui = Tui::empty();
    tui.paste("just words").see_no("Found");
}

#[test]
fn a_link_in_the_place_of_the_secret_is_taken_as_a_whole() {
    let mut tui = Tui::empty();
    tui.press(&format!("a {TYPE}"))
        .press("Tab Tab")
        .paste(&format!("{FORGE}&algorithm=SHA256&digits=8"))
        .press("Enter")
        .see(ASKS);
    let entry = tui.entry("Forge");
    let credential = &entry.credential.value;
    assert_eq!(
        (&credential.algorithm, credential.digits, entry.account.value.as_str()),
        (&Algorithm::Sha256, 8, "hugo@example.org")
    );
    let mut tui = Tui::empty();
    tui.press(&format!("a {TYPE}")).type_text("Forge").press("Tab Tab").paste("otpauth://totp/A?issuer=B").press("Enter");
    tui.see("The link holds no secret.").see_no(ASKS);
}

#[test]
fn a_file_dropped_onto_a_menu_is_read() {
    for dropped in [
        "/home/hugo/my\\ code.png",
        "'/home/hugo/my code.png' ",
        "file:///home/hugo/my%20code.png\r\n",
        "\"/home/hugo/my code.png\"",
    ] {
        let mut tui = Tui::empty();
        put_file(&tui, "/home/hugo/my code.png", png(FORGE));
        tui.press("a").paste(dropped).see("Found from the file.").see("Forge");
        let mut tui = Tui::empty();
        put_file(&tui, "/home/hugo/my code.png", png(FORGE));
        tui.press(&format!("a {LINK}")).paste(dropped).see("Found from the file.");
        let mut tui = Tui::empty();
        put_file(&tui, "/home/hugo/my code.png", png(FORGE));
        tui.press(&format!("a {FILE}")).paste(dropped).see("/home/hugo/my code.png").press("Enter").see("Found from the file.");
    }
}

#[test]
fn a_key_of_another_layout_that_means_nothing_is_explained_once() {
    let mut tui = Tui::demo();
    tui.type_text("ф").see("Keys are those of the Latin layout; [keys] in the configuration maps others");
    tui.wait(Duration::from_secs(60)).type_text("ы").see_no("Latin layout");
    let mut tui = Tui::demo();
    tui.press("/").type_text("ф").see_no("Latin layout");
}
