//! The list in a person's hands: keys in, what is seen and copied out.

use crate::support::tui::Tui;
use countersign::otp::Kind;
use countersign::ports::CopyKind;
use countersign::tui::state::Start;
use std::time::Duration;

fn copied(tui: &Tui) -> Vec<String> {
    tui.outside.lock().unwrap().copied.iter().map(|(text, _)| text.clone()).collect()
}

/// The code an entry shows at the test's time.
fn code_of(tui: &Tui, issuer: &str, at: u64) -> String {
    tui.entry(issuer).credential.value.code_at(at).unwrap().code.expose().to_owned()
}

fn unix(tui: &Tui) -> u64 {
    tui.state.common.now.unix()
}

#[test]
fn enter_copies_the_selected_code_and_says_how_long_it_holds() {
    let mut tui = Tui::demo();
    let code = code_of(&tui, "Amazon", unix(&tui));
    tui.press("Enter").see("✓ Copied Amazon · valid 23 s · clipboard clears in 30 s");
    assert_eq!(copied(&tui), [code]);
    assert_eq!(tui.outside.lock().unwrap().copied[0].1, CopyKind::Code);
}

#[test]
fn a_code_about_to_end_gives_the_next_one_and_says_so() {
    let mut tui = Tui::demo();
    tui.wait(Duration::from_secs(21));
    let next = code_of(&tui, "Amazon", unix(&tui) + 2);
    tui.press("Enter").see("the next code, as this one was about to end · valid 32 s");
    assert_eq!(copied(&tui), [next]);
}

#[test]
fn with_three_seconds_left_the_code_itself_is_copied() {
    let mut tui = Tui::demo();
    tui.wait(Duration::from_secs(20));
    let code = code_of(&tui, "Amazon", unix(&tui));
    tui.press("Enter").see("Copied Amazon · valid 3 s");
    assert_eq!(copied(&tui), [code]);
}

#[test]
fn n_copies_the_next_code() {
    let mut tui = Tui::demo();
    let next = code_of(&tui, "Amazon", unix(&tui) + 30);
    tui.press("n").see("Copied the next code of Amazon · valid 53 s");
    assert_eq!(copied(&tui), [next]);
}

#[test]
fn a_digit_copies_that_visible_row() {
    let mut tui = Tui::demo();
    let code = code_of(&tui, "GitHub", unix(&tui));
    let row = tui.screen_text().lines().position(|line| line.contains("GitHub")).unwrap();
    let digit = row - 2;
    tui.press(&digit.to_string()).see("Copied GitHub");
    assert_eq!(copied(&tui), [code]);
}

#[test]
fn f_labels_the_rows_and_a_label_copies() {
    let mut tui = Tui::demo();
    let code = code_of(&tui, "AWS", unix(&tui));
    tui.press("f").see(" s AWS").press("s").see("Copied AWS").see_no(" s AWS");
    assert_eq!(copied(&tui), [code]);
}

#[test]
fn escape_leaves_the_labels_without_copying() {
    let mut tui = Tui::demo();
    tui.press("f Esc").see("★ Amazon");
    assert_eq!(copied(&tui), [] as [&str; 0]);
}

#[test]
fn what_can_not_be_copied_says_why_and_the_clipboard_stays() {
    let mut tui = Tui::demo();
    tui.outside.lock().unwrap().copy_fails = Some("no clipboard was found".into());
    tui.press("Enter").see("✗ Not copied: Amazon · no clipboard was found");
    assert_eq!(tui.state.common.clipboard_clears_at, None);
}

#[test]
fn the_clipboard_is_cleared_when_its_time_is_over() {
    let mut tui = Tui::demo();
    tui.press("Enter");
    assert_eq!(copied(&tui).len(), 1);
    tui.wait(Duration::from_secs(29));
    assert_eq!(copied(&tui).len(), 1);
    tui.wait(Duration::from_secs(1)).see("Clipboard cleared");
    assert_eq!(copied(&tui).len(), 0);
}

#[test]
fn a_second_copy_starts_the_clearing_time_anew() {
    let mut tui = Tui::demo();
    tui.press("Enter").wait(Duration::from_secs(20)).press("j Enter").wait(Duration::from_secs(20));
    assert_eq!(copied(&tui).len(), 2);
    tui.wait(Duration::from_secs(10)).see("Clipboard cleared");
}

#[test]
fn a_counter_advances_once_and_the_shown_code_is_copied_again() {
    let mut tui = Tui::demo();
    let before = tui.entry("Old VPN");
    assert_eq!(before.credential.value.kind, Kind::Hotp);
    let expected = before.credential.value.code_for(before.counter).unwrap().expose().to_owned();
    tui.press("/").type_text("old vpn").press("Enter");
    assert_eq!(copied(&tui), std::slice::from_ref(&expected));
    assert_eq!(tui.entry("Old VPN").counter, before.counter + 1);
    tui.see(&format!("counter {}", before.counter));
    tui.press("Enter");
    assert_eq!(copied(&tui), [expected.clone(), expected]);
    assert_eq!(tui.entry("Old VPN").counter, before.counter + 1);
}

#[test]
fn half_a_minute_later_a_counter_gives_a_new_code() {
    let mut tui = Tui::demo();
    let before = tui.entry("Old VPN").counter;
    tui.press("/").type_text("old vpn").press("Enter").wait(Duration::from_secs(30)).press("Enter");
    assert_eq!(tui.entry("Old VPN").counter, before + 2);
}

#[test]
fn looking_moving_and_the_next_key_never_advance_a_counter() {
    let mut tui = Tui::demo().sized(120, 40);
    let before = tui.entry("Old VPN").counter;
    tui.press("G g j j j k PageDown PageUp n / Esc").press("/").type_text("old vpn").press("Tab n").wait(Duration::from_secs(90));
    assert_eq!(tui.entry("Old VPN").counter, before);
}

#[test]
fn search_narrows_as_it_is_typed_and_escape_brings_all_back() {
    let mut tui = Tui::demo();
    tui.press("/").type_text("gtlb").see("GitLab").see_no("Amazon").see("1 of 15");
    tui.press("Esc").see("Amazon").see("GitLab");
}

#[test]
fn in_the_search_every_printable_key_types() {
    let mut tui = Tui::demo();
    tui.press("/").type_text("q?dg1").see("/ q?dg1");
    assert_eq!(tui.quit, None);
    assert_eq!(tui.entries().len(), 15);
}

#[test]
fn search_finds_tags_too() {
    let mut tui = Tui::demo();
    tui.press("/").type_text("shop").see("Amazon");
}

#[test]
fn tab_goes_through_the_tags_and_round() {
    let mut tui = Tui::demo();
    tui.press("Tab");
    let with_tag = tui.screen_text();
    assert!(with_tag.lines().count() == 24 && !with_tag.contains("Amazon"), "{with_tag}");
    tui.press("BackTab").see("Amazon");
    tui.press("BackTab").see("all").press("Tab").see("Amazon");
}

#[test]
fn pinning_is_saved_and_moves_the_row_up() {
    let mut tui = Tui::demo();
    tui.press("/").type_text("twilio").press("Tab p").see("Pinned Twilio");
    assert!(tui.entry("Twilio").pinned.value);
    tui.press("u").see("Taken back: “Pinned Twilio”");
    assert!(!tui.entry("Twilio").pinned.value);
}

#[test]
fn deleting_asks_goes_to_the_trash_and_can_be_taken_back() {
    let mut tui = Tui::demo();
    tui.press("d").see("Move Amazon to the trash?").press("n").see("Amazon");
    assert_eq!(tui.entries().len(), 15);
    tui.press("d y").see("Amazon is in the trash · u takes it back");
    assert_eq!(tui.entries().len(), 14);
    tui.press("u").see("Taken back");
    assert_eq!(tui.entries().len(), 15);
}

#[test]
fn marked_entries_are_deleted_together() {
    let mut tui = Tui::demo();
    tui.press("Space Space Space").see("3 marked").press("d").see("Move 3 entries to the trash?").press("y");
    assert_eq!(tui.entries().len(), 12);
    tui.press("u");
    assert_eq!(tui.entries().len(), 15);
}

#[test]
fn nothing_to_take_back_says_so() {
    Tui::demo().press("u").see("There is nothing to take back");
}

#[test]
fn hidden_codes_are_shown_one_at_a_time_for_ten_seconds() {
    let mut tui = Tui::demo();
    let code = code_of(&tui, "Amazon", unix(&tui));
    let shown = format!("{} {}", &code[..3], &code[3..]);
    tui.press("h").see("••• •••").see_no(&shown).press("r").see(&shown);
    tui.wait(Duration::from_secs(10)).see_no(&shown);
}

#[test]
fn a_click_selects_and_a_double_click_copies() {
    let mut tui = Tui::demo();
    let row = tui.screen_text().lines().position(|line| line.contains("GitHub")).unwrap() as u16;
    let code = code_of(&tui, "GitHub", unix(&tui));
    tui.click(5, row).see("▌  GitHub").double_click(5, row).see("Copied GitHub");
    assert_eq!(copied(&tui), [code]);
}

#[test]
fn the_demo_never_locks_by_itself_and_ctrl_l_leaves_it() {
    let mut tui = Tui::demo();
    tui.wait(Duration::from_secs(3_600)).see("Amazon");
    tui.press("Ctrl-L").see("Create a vault").see_no("Amazon");
    assert!(tui.state.common.open.is_none());
}

#[test]
fn q_and_ctrl_c_quit_with_status_0() {
    for key in ["q", "Ctrl-C"] {
        let mut tui = Tui::demo();
        tui.press(key);
        assert_eq!(tui.quit, Some(0), "{key}");
    }
}

#[test]
fn the_welcome_screen_leads_to_the_demo() {
    Tui::start(Start::Welcome).press("j Enter").see("demo: nothing is written").see("GitHub");
}

#[test]
fn a_new_passphrase_has_to_be_typed_twice_the_same() {
    let mut tui = Tui::start(Start::Welcome);
    tui.press("Enter").type_text("one thing").press("Enter").type_text("another").press("Enter").see("The two are not the same.");
}

#[test]
fn an_empty_passphrase_is_refused() {
    Tui::start(Start::Welcome).press("Enter Enter").see("An empty passphrase protects nothing.");
}

#[test]
fn the_strength_of_a_passphrase_is_said_while_it_is_typed() {
    let mut tui = Tui::start(Start::Welcome);
    tui.press("Enter").type_text("password1").see("very weak");
}

#[test]
fn ctrl_r_shows_what_was_typed() {
    let mut tui = Tui::start(Start::Unlock);
    tui.type_text("open sesame").see_no("sesame").press("Ctrl-R").see("open sesame");
}

#[test]
fn a_digit_a_label_and_a_double_click_leave_a_counter_where_it_is() {
    let mut tui = Tui::demo();
    let before = tui.entry("Old VPN").counter;
    let row = tui.screen_text().lines().position(|line| line.contains("Old VPN")).unwrap() as u16;
    let digit = row - 2;
    tui.press(&digit.to_string()).see("· Old VPN counts its codes · ↵ takes the next one");
    tui.press("f l").double_click(5, row);
    assert_eq!(tui.entry("Old VPN").counter, before);
    assert_eq!(copied(&tui), [] as [&str; 0]);
}

#[test]
fn three_quick_presses_on_a_counter_take_one_code() {
    let mut tui = Tui::demo();
    let before = tui.entry("Old VPN").counter;
    tui.press("/").type_text("old vpn").press("Tab");
    tui.holding = true;
    tui.press("Enter Enter Enter").release();
    assert_eq!(tui.entry("Old VPN").counter, before + 1);
    assert_eq!(copied(&tui).len(), 1);
}

#[test]
fn a_copy_whose_answer_comes_after_locking_says_nothing() {
    let mut tui = Tui::demo();
    tui.holding = true;
    tui.press("Enter Ctrl-L").release().see_no("Amazon").see_no("Copied");
    assert_eq!(tui.state.next_wake(), None, "a locked screen never wakes");
}

#[test]
fn undo_takes_back_the_last_change_whatever_it_was() {
    let mut tui = Tui::demo();
    tui.press("p").see("No longer pinned: Amazon");
    tui.press("a").paste("otpauth://totp/Forge:hugo?secret=JBSWY3DPEHPK3PXP&issuer=Forge").press("Enter Enter Enter Enter");
    tui.see("Forge").press("u");
    assert!(!tui.entry("Amazon").pinned.value, "the older change stays");
}

#[test]
fn taking_back_and_doing_again_say_which_is_which() {
    let mut tui = Tui::demo();
    tui.press("j j p").see("✓ Pinned Corner Café ☕");
    tui.press("u").see("✓ Taken back: “Pinned Corner Café ☕”");
    tui.press("u").see("✓ Done again: “Pinned Corner Café ☕”");
    tui.press("u").see("✓ Taken back: “Pinned Corner Café ☕”");
}

#[test]
fn marks_out_of_sight_are_still_meant() {
    let mut tui = Tui::demo();
    tui.press("Space Tab d").see("Move Amazon to the trash?").press("y");
    assert!(tui.entries().iter().all(|entry| entry.issuer.value != "Amazon"));
}

#[test]
fn hidden_codes_hide_those_of_counters_too() {
    let mut tui = Tui::demo().sized(120, 40);
    let entry = tui.entry("Old VPN");
    let code = entry.credential.value.code_for(entry.counter).unwrap().expose().to_owned();
    let shown = format!("{} {}", &code[..3], &code[3..]);
    tui.press("h /").type_text("old vpn").press("Tab Enter").see("Copied Old VPN").see_no(&shown);
    tui.press("r").see(&shown);
}

#[test]
fn a_click_in_the_side_pane_selects_nothing() {
    let mut tui = Tui::demo().sized(120, 40);
    tui.double_click(110, 6);
    assert_eq!(copied(&tui), [] as [&str; 0]);
}

#[test]
fn a_search_looks_through_the_whole_vault_whatever_tag_is_chosen() {
    let mut tui = Tui::demo();
    tui.press("Tab").see_no("Amazon").press("/").type_text("amazon").see("Amazon").press("Esc").see_no("Amazon");
    tui.press("/").type_text("amazon").press("Tab").see("▌★ Amazon");
}

#[test]
fn escape_ends_a_search_where_it_began() {
    let mut tui = Tui::demo();
    tui.press("j /").type_text("twilio").press("Esc").see("▌★ AWS");
}

#[test]
fn two_accounts_at_one_site_are_told_apart_in_questions() {
    let mut tui = Tui::demo();
    let links = ["hugo", "work"].map(|account| format!("otpauth://totp/Forge:{account}?secret=JBSWY3DPEHPK3PXP&issuer=Forge"));
    tui.press("a").paste(&links.join("\n")).press("Enter").see("Forge");
    tui.press("/").type_text("forge work").press("Tab d").see("Move Forge (work) to the trash?");
}

#[test]
fn a_key_that_can_do_nothing_says_why() {
    let mut tui = Tui::empty();
    for key in ["Enter", "n", "Space", "e", "d", "t", "x", "Q", "p"] {
        tui.press(key).see("No entry is selected");
        tui.state.common.toast = None;
    }
    Tui::demo().press("r").see("Codes are not hidden");
}

#[test]
fn a_command_ends_the_labels() {
    let mut tui = Tui::demo();
    tui.press("f Enter").see("Copied Amazon").press("q");
    assert_eq!(tui.quit, Some(0), "q is a command again");
}

#[test]
fn a_copy_made_just_before_the_clearing_is_not_cleared_with_the_old_one() {
    let mut tui = Tui::demo();
    tui.press("Enter").wait(Duration::from_millis(29_900));
    tui.holding = true;
    tui.press("j Enter").wait(Duration::from_millis(200)).release();
    assert_eq!(copied(&tui).len(), 2, "the second code is still there");
}

#[test]
fn a_period_of_the_largest_number_breaks_nothing() {
    let mut tui = Tui::empty();
    let link = "otpauth://totp/Slow:hugo?secret=JBSWY3DPEHPK3PXP&issuer=Slow&period=999999999";
    tui.press("a").paste(link).press("Enter Enter Enter Enter").see("Slow").press("n").see("Copied the next code of Slow");
}

#[test]
fn through_tmux_it_is_said_that_the_terminal_may_keep_the_code() {
    use countersign::ports::ClipboardRoute;
    let mut tui = Tui::demo();
    tui.resize(110, 24);
    tui.outside.lock().unwrap().route = Some(ClipboardRoute::Tmux);
    tui.press("Enter").see("Copied Amazon · valid 23 s · through tmux, cleared there in 30 s; the terminal may keep it");
    tui.wait(Duration::from_secs(30)).see("Cleared in tmux").see_no("Clipboard cleared");
}

#[test]
fn leaving_the_demo_where_a_vault_is_asks_for_its_passphrase() {
    let mut tui = Tui::demo();
    tui.press("Ctrl-L").see("Create a vault");
    let mut tui = Tui::demo();
    tui.state.common.vault_exists = true;
    tui.press("Ctrl-L").see("passphrase").see_no("Create a vault");
}

#[test]
fn a_pipe_typed_as_a_picture_is_refused_and_the_program_goes_on() {
    use crate::support::store::Desk;
    use countersign::tui::msg::{Done, Job, Origin, Reading};
    let desk = Desk::new();
    drop(desk.create());
    let pipe = desk.home().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut tui = Tui::at(&desk, Start::Unlock, Default::default());
    let reading = Reading { from: Origin::Files(vec![pipe.clone()]), password: None, key_file: None };
    match tui.worker.work(Job::Read(reading)) {
        Done::Found { result: Err(refused), .. } => {
            assert_eq!(refused.error.what, format!("can't read {}: it is not a regular file", pipe.display()));
        }
        other => panic!("{other:?}"),
    }
}
