//! The trash and the history of an entry: keys in, screen and vault out.

use crate::support::tui::Tui;
use countersign::ops::change::{Change, CredentialEdit, Edit};
use countersign::ops::history;
use countersign::otp::Kind;
use countersign::ports::CopyKind;
use countersign::tui::msg::{Effect, Job, Then};
use countersign::vault::entry::Entry;
use std::sync::Arc;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// The demo's list with this entry selected.
fn at(name: &str) -> Tui {
    let mut tui = Tui::demo();
    tui.press("/").type_text(name).press("Tab");
    tui
}

/// As at [`at`], after the entry got each of these secrets a day after the one before.
fn replaced(name: &str, secrets: &[&str]) -> Tui {
    let mut tui = at(name);
    for secret in secrets {
        tui.wait(DAY);
        let entry = named(&tui, name);
        let credential = CredentialEdit { secret: Kind::Totp.read_secret(secret), ..CredentialEdit::default() };
        let change = Change::Edit(entry.id, Edit { credential, ..Edit::default() });
        tui.perform(vec![Effect::job(Job::Apply { change, then: Then::Nothing })]);
    }
    tui.wait(3 * DAY);
    tui
}

fn named(tui: &Tui, name: &str) -> Arc<Entry> {
    tui.entries().into_iter().find(|entry| entry.issuer.value.eq_ignore_ascii_case(name)).unwrap()
}

fn secret(tui: &Tui, name: &str) -> String {
    named(tui, name).credential.value.secret_text().expose().to_owned()
}

fn in_trash(tui: &Tui) -> usize {
    tui.state.common.open.as_ref().unwrap().vault.trash().count()
}

/// The lines of the screen that hold a text, without what is around them.
fn lines(tui: &Tui, text: &str) -> Vec<String> {
    tui.screen_text().lines().filter(|line| line.contains(text)).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn an_empty_trash_says_what_it_is() {
    let mut tui = Tui::demo();
    tui.press("T")
        .see("The trash is empty")
        .see("Deleted entries stay here")
        .press("Enter")
        .see("The trash is empty")
        .press("Esc")
        .see("Amazon");
    let mut tui = Tui::demo();
    tui.press("T E d").see("The trash is empty").see_no("for good?");
}

#[test]
fn deleted_entries_lie_in_the_trash_the_newest_first_and_come_back_with_a_key() {
    let mut tui = at("hetzner");
    tui.press("d y").wait(2 * DAY);
    tui.press("/").type_text("twilio").press("Tab d y").wait(Duration::from_secs(180));
    tui.press("T").see("Trash   2 entries");
    let rows = lines(&tui, " ago");
    assert!(rows[0].contains("Twilio") && rows[0].ends_with("3 minutes ago"), "{rows:?}");
    assert!(rows[1].contains("Hetzner") && rows[1].ends_with("2 days ago"), "{rows:?}");
    tui.press("Down Enter")
        .see("Hetzner (infra@example.org) is back in the list · u takes it back")
        .see("1 entry")
        .see("▌ Twilio");
    assert!(!named(&tui, "Hetzner").is_deleted());
    tui.press("u").see("Taken back").see("2 entries").press("r").see("is back in the list").press("Esc").see("14 entries");
}

#[test]
fn nothing_goes_for_good_without_a_question_that_says_how_much() {
    let mut tui = Tui::demo();
    tui.press("j j Space Space Space d y T").see("Trash   3 entries");
    tui.press("E").see("3 entries are removed for good; undo can't bring them back.").press("Esc").see("Trash   3 entries");
    tui.press("E Esc").see("3 entries").press("d").see("Remove Corner Café ☕ (table 9) for good, secret and all?").press("n");
    assert_eq!(in_trash(&tui), 3);
    tui.press("d y").see("1 entry is removed for good").see("Trash   2 entries");
    tui.press("E 2 Enter").see("2 entries are removed for good").see("The trash is empty");
    assert_eq!(in_trash(&tui), 0);
    // It can't be taken back, and says so.
    tui.press("u").see("There is nothing to take back");
}

#[test]
fn what_came_into_the_trash_after_the_question_stays_there() {
    let mut tui = Tui::demo();
    tui.press("d y T E");
    let other = named(&tui, "Twilio").id;
    tui.perform(vec![Effect::job(Job::Apply { change: Change::Delete(vec![other]), then: Then::Nothing })]);
    tui.press("1 Enter").see("1 entry is removed for good").see("Trash   1 entry").see("Twilio");
}

#[test]
fn what_went_back_to_the_list_after_the_question_is_not_removed() {
    let mut tui = Tui::demo();
    let id = named(&tui, "Amazon").id;
    tui.press("d y T d");
    tui.perform(vec![Effect::job(Job::Apply { change: Change::Restore(vec![id]), then: Then::Nothing })]);
    tui.press("y").see("Nothing was removed");
    assert_eq!(named(&tui, "Amazon").id, id);
}

#[test]
fn a_read_only_vault_shows_its_trash_and_says_why_nothing_can_be_done() {
    let mut tui = Tui::demo();
    tui.press("d y");
    tui.state.common.open.as_mut().unwrap().read_only = Some("its folder can't be written".into());
    for key in ["Enter", "d", "E"] {
        tui.state.common.toast = None;
        tui.press("T").see("Amazon").press(key).see("This vault is read-only").see_no("for good?").press("Esc");
    }
}

#[test]
fn an_entry_whose_secret_was_never_replaced_has_no_history() {
    let mut tui = at("github");
    tui.press("H").see("No secret of GitHub was replaced yet").see("15 entries");
}

#[test]
fn a_replaced_secret_is_put_back_after_a_question_and_taken_back_with_u() {
    let mut tui = replaced("github", &["KRSXG5CTMVRXEZLU", "MZXW6YTBOIQGM3LU"]);
    let first = named(&tui, "github").history[1].value.secret_text();
    tui.press("H").see("History   GitHub").see("▌ replaced 3 days ago").see("  replaced 4 days ago").see_no("KRSXG5CTMVRXEZLU");
    let entry = named(&tui, "github");
    let mark = history::mark(entry.id, &entry.history[1].value.secret);
    tui.press("Down Enter").see(&format!("GitHub: put the secret {mark} back? The present one is kept."));
    tui.press("n");
    assert_eq!(secret(&tui, "github"), "MZXW6YTBOIQGM3LU");
    tui.press("Enter y").see(&format!("GitHub uses the secret {mark} again · u takes it back")).see("replaced just now");
    assert_eq!(secret(&tui, "github"), first.expose());
    assert_eq!(named(&tui, "github").history[0].value.secret_text().expose(), "MZXW6YTBOIQGM3LU");
    tui.press("u").see("Taken back");
    assert_eq!(secret(&tui, "github"), "MZXW6YTBOIQGM3LU");
    tui.press("Esc").see("15 entries");
}

#[test]
fn the_codes_of_replaced_secrets_are_hidden_until_asked_for_and_can_be_copied_without_counting_as_a_use() {
    let mut tui = replaced("github", &["KRSXG5CTMVRXEZLU"]);
    let code = |tui: &Tui| {
        let entry = named(tui, "github");
        entry.history[0].value.code_at(tui.state.common.now.unix()).unwrap().code.expose().to_owned()
    };
    let shown = |code: &str| format!("{} {}", &code[..3], &code[3..]);
    let before = shown(&code(&tui));
    tui.press("H").see("••• •••").see_no(&before).press("r").see(&before).wait(Duration::from_secs(30));
    let (old, usage) = (code(&tui), tui.state.common.open.as_ref().unwrap().usage.clone());
    tui.see(&shown(&old)).see_no(&before).press("c").see("Copied the code of a replaced secret of GitHub").see("valid 23 s");
    assert_eq!(tui.outside.lock().unwrap().copied, [(old, CopyKind::Code)]);
    assert_eq!(tui.state.common.open.as_ref().unwrap().usage, usage);
    tui.press("r").see("••• •••").see_no(&before);
}

#[test]
fn a_replaced_counter_shows_no_code_and_is_never_advanced() {
    let mut tui = replaced("old vpn", &["KRSXG5CTMVRXEZLU"]);
    tui.press("H r").see("counter 12").see("None of these secrets has a code by time").press("c").see("put it back to take one");
    assert_eq!(named(&tui, "old vpn").history[0].value.counter, 12);
    tui.press("Enter y").see("Old VPN uses the secret");
    assert_eq!(named(&tui, "old vpn").counter, 12);
}

#[test]
fn a_history_whose_entry_is_deleted_elsewhere_says_so() {
    let mut tui = replaced("github", &["KRSXG5CTMVRXEZLU"]);
    let id = named(&tui, "github").id;
    tui.press("H");
    tui.perform(vec![Effect::job(Job::Apply { change: Change::Delete(vec![id]), then: Then::Nothing })]);
    tui.see("This entry is no longer in the list.")
        .press("Enter r c Down")
        .see("no longer in the list")
        .press("Esc")
        .see("14 entries");
}

#[test]
fn the_palette_knows_both() {
    let mut tui = Tui::demo();
    tui.press(":").type_text("trash").press("Enter").see("The trash is empty").press("Esc");
    tui.press(":").type_text("history").see("No secret of Amazon was replaced yet");
}
