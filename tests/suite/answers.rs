//! An answer of the worker goes to the screen that asked, wherever that is by then, and to no other.

use crate::support::store::{Desk, passphrase};
use crate::support::tui::Tui;
use countersign::config::Config;
use countersign::error::Error;
use countersign::ops::backup::Rescue;
use countersign::ops::change::Outcome;
use countersign::ops::intake::Intake;
use countersign::ops::send::{Sending, Sent};
use countersign::ops::vaults::Named;
use countersign::ports::{Clearing, ClipboardRoute};
use countersign::secret::SecretText;
use countersign::tui::msg::{Asker, Copied, Done, Effect, Job, KeysDone, Msg, OtherVault, SendOrder, Then};
use countersign::tui::state::Start;
use countersign::tui::update::update;
use std::collections::BTreeSet;

#[test]
fn a_passphrase_made_up_for_a_screen_that_was_left_is_not_put_on_another() {
    let mut tui = Tui::start(Start::Welcome);
    tui.holding = true;
    tui.press("Enter Ctrl-G Esc Enter").see("Create a vault");
    let before = tui.screen_text();
    tui.release();
    assert_eq!(tui.screen_text(), before);
}

#[test]
fn the_strength_of_one_passphrase_is_not_shown_beside_another() {
    let mut tui = Tui::start(Start::Welcome);
    tui.press("Enter");
    tui.holding = true;
    tui.type_text("correct horse battery staple").press("Esc Enter");
    tui.release();
    tui.type_text("a").see("weak");
    tui.press("Esc Enter").see_no("weak");
    tui.holding = true;
    tui.type_text("a").press("Esc Enter").type_text("correct horse battery staple").see_no("strong");
    tui.held.truncate(1);
    tui.release().see_no("weak");
}

#[test]
fn a_recovery_key_is_shown_over_nothing_that_was_begun_since() {
    let desk = Desk::new();
    drop(desk.create());
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    tui.type_text(passphrase().expose()).press("Enter K Down");
    tui.see("Add a recovery key");
    tui.holding = true;
    tui.press("Down Enter Esc a").see("Type the secret");
    tui.press("Up Enter").type_text("half typed");
    let before = tui.screen_text();
    tui.release();
    assert_eq!(tui.screen_text(), before);
}

#[test]
fn the_demo_that_can_not_be_opened_says_why() {
    let mut tui = Tui::start(Start::Welcome);
    tui.perform_done(Done::Opened(Err(Error::failed("the disk is full"))));
    tui.see("The disk is full");
}

/// An answer of every kind, each the one that would say most. A new kind fails to compile in `number` until it has one,
/// and then to be counted until it is listed.
fn one_of_every_kind() -> Vec<Done> {
    fn number(done: &Done) -> u8 {
        match done {
            Done::Opened(_) => 0,
            Done::Vaults { .. } => 1,
            Done::Switched(_) => 2,
            Done::Sent { .. } => 3,
            Done::BackupFound(_) => 4,
            Done::Asked(_) => 5,
            Done::Keys { .. } => 6,
            Done::CopyPlanned(_) => 7,
            Done::CopyTaken { .. } => 8,
            Done::Locked(_) => 9,
            Done::Applied { .. } => 10,
            Done::Copied { .. } => 11,
            Done::ClipboardCleared(_) => 12,
            Done::Refreshed(_) => 13,
            Done::Found { .. } => 14,
            Done::ExportsDeleted { .. } => 15,
            Done::Foreseen(_) => 16,
            Done::ExportMade { .. } => 17,
            Done::Exported(_) => 18,
            Done::SettingsSaved(_) => 19,
            Done::Completions { .. } => 20,
            Done::Strength { .. } => 21,
            Done::Generated(_) => 22,
        }
    }
    const KINDS: u8 = 23;
    let snapshot = || Tui::demo().state.common.open;
    let error = || Error::failed("a secret trouble");
    let family = || Named { name: "family".into(), folder: "/family".into() };
    let other = || OtherVault { vault: family(), ways: Vec::new(), is_current: false, is_remembered: false };
    let order = SendOrder { ids: Vec::new(), what: "GitHub".into(), sending: Sending::Copy, to: family() };
    let copied = Copied { what: "GitHub".into(), valid_s: None, next_instead: false, entry: None, used_up: None };
    let all = vec![
        Done::Opened(snapshot().ok_or_else(error)),
        Done::Vaults { vaults: vec![other()], beside: "/".into() },
        Done::Switched(Ok(other())),
        Done::Sent { order, snapshot: snapshot(), result: Ok((Sent::default(), vec!["GitHub".into()])) },
        Done::BackupFound(Rescue::default()),
        Done::Asked("The PIN of GitHub".into()),
        Done::Keys { snapshot: snapshot(), result: Ok(KeysDone::Made(SecretText::new("AGE-SECRET-KEY-1GITHUB"))) },
        Done::CopyPlanned(Err(error())),
        Done::CopyTaken { snapshot: snapshot(), result: Ok("1 new".into()) },
        Done::Locked(Clearing::Cleared(ClipboardRoute::System)),
        Done::Applied { snapshot: snapshot(), result: Ok(Outcome::default()), then: Then::Say("GitHub is changed".into()) },
        Done::Copied { result: Ok(ClipboardRoute::System), said: copied, usage: Default::default() },
        Done::ClipboardCleared(Clearing::Cleared(ClipboardRoute::System)),
        Done::Refreshed(Ok(snapshot())),
        Done::Found { from: "from the file", result: Ok(Intake::default()) },
        Done::ExportsDeleted { deleted: Vec::new(), kept: vec![error()] },
        Done::Foreseen(Err(error())),
        Done::ExportMade { overwrite: false, result: Err(error()) },
        Done::Exported(Err(error())),
        Done::SettingsSaved(Err(error())),
        Done::Completions { typed: String::new(), names: vec!["github.txt".into()] },
        Done::Strength { score: 0, verdict: "very weak".into() },
        Done::Generated(SecretText::new("six words of GitHub")),
    ];
    assert_eq!(all.iter().map(number).collect::<BTreeSet<u8>>(), (0..KINDS).collect());
    all
}

/// A locked screen, and who was shown while the vault was open.
type Locked = fn() -> (Tui, Asker);

/// A locked screen after these keys.
fn locked(keys: &str) -> (Tui, Asker) {
    let desk = Desk::new();
    drop(desk.create());
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    tui.type_text(passphrase().expose()).press("Enter");
    let asker = tui.state.asker();
    tui.press(keys);
    (tui, asker)
}

/// No vault was there yet: the demo was shown, and locked.
fn creating() -> (Tui, Asker) {
    let mut tui = Tui::demo();
    let asker = tui.state.asker();
    tui.press("Ctrl-L Enter").see("Create a vault");
    (tui, asker)
}

#[test]
fn an_answer_that_comes_after_locking_says_and_does_nothing() {
    let screens: [(&str, Locked); 3] =
        [("unlock", || locked("Ctrl-L")), ("vaults", || locked("Ctrl-L Ctrl-O")), ("create", creating)];
    let mut spoke = Vec::new();
    for (name, screen) in screens {
        for done in one_of_every_kind() {
            let kind = format!("{done:?}").chars().take_while(|c| c.is_alphanumeric()).collect::<String>();
            let (mut tui, asker) = screen();
            let before = tui.screen_text();
            // What is about an open vault is not even told to the screen that is there now.
            let asker = if done.survives_lock() { asker } else { tui.state.asker() };
            let effects = update(&mut tui.state, Msg::Done { asker, done });
            let common = &tui.state.common;
            if tui.screen_text() != before || common.toast.is_some() || common.open.is_some() || !effects.is_empty() {
                spoke.push(format!("{kind} on {name}"));
            }
        }
    }
    assert_eq!(spoke, [] as [String; 0]);
}

#[test]
fn nothing_is_begun_while_the_demo_opens_that_would_be_lost_with_it() {
    let mut tui = Tui::start(Start::Welcome);
    tui.holding = true;
    tui.press("Down Enter Up Enter")
        .see("Look at the demo")
        .see("for your own accounts")
        .release()
        .see("demo: nothing is written");
}

/// The worker holds another vault by then than the one on the screen.
#[test]
fn a_vault_that_opens_for_nobody_is_not_shown_and_ends_what_is() {
    let mut tui = Tui::demo();
    let gone = tui.state.asker();
    tui.press("Ctrl-L Down Enter").see("demo: nothing is written");
    let snapshot = Tui::demo().state.common.open.unwrap();
    let effects = update(&mut tui.state, Msg::Done { asker: gone, done: Done::Opened(Ok(snapshot)) });
    assert_eq!(effects, [Effect::job(Job::Lock { forget: None })]);
    tui.see("Look at the demo");
}
