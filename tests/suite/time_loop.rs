//! The loop in made-up time: when it wakes, what it draws, when it clears and locks, and that no clock can fool it.

use crate::support::stage::ScriptedStage;
use crate::support::store::{Desk, TODAY, totp};
use crate::support::tui::{Shared, Tui};
use countersign::config::Config;
use countersign::otp::Credential;
use countersign::ports::Clock;
use countersign::secret::Secret;
use countersign::tui::key::Key;
use countersign::tui::msg::{Effect, Msg};
use countersign::tui::run::run;
use countersign::tui::state::{Start, State};
use countersign::vault::seal::MethodKey;
use countersign::vault::stamp::{Stamp, Stamper};
use countersign::vault::store::NewMethod;
use countersign::vault::{MethodKind, Vault};
use std::time::Duration;

struct Scene {
    state: State,
    stage: ScriptedStage,
    outside: Shared,
    desk: Desk,
}

/// The program before a vault of one TOTP account, unlock screen first.
fn before_unlocking(config: Config) -> Scene {
    let desk = Desk::new();
    let mut store = desk.create();
    store
        .change(|vault, stamper| {
            vault.insert(totp(1, stamper, "GitHub", "hugo"));
            Ok(())
        })
        .unwrap();
    // A second method, or a reminder of it would be on the screen for a while.
    let recipient = MethodKey::generate().recipient();
    store.add_method("paper", NewMethod::Direct { kind: MethodKind::RECOVERY, recipient: &recipient }).unwrap();
    drop(store);
    let tui = Tui::at(&desk, Start::Unlock, config);
    let stage = ScriptedStage::new(tui.clock.clone(), tui.worker);
    Scene { state: tui.state, stage, outside: tui.outside, desk }
}

impl Scene {
    fn unlock_at(&mut self, seconds: f64) -> &mut Self {
        for c in "open sesame".chars() {
            self.stage.at(seconds, Msg::Key(Key::char(c)));
        }
        self.key_at(seconds, "Enter")
    }

    fn key_at(&mut self, seconds: f64, key: &str) -> &mut Self {
        self.stage.at(seconds, Msg::Key(Key::parse(key).unwrap()));
        self
    }

    /// Runs to the end of the script, which a SIGTERM closes.
    fn until(&mut self, seconds: f64) -> u8 {
        self.stage.at(seconds, Msg::Terminate(15));
        let clock = self.desk.clock.clone();
        run(&mut self.state, Vec::<Effect>::new(), &mut self.stage, clock.as_ref()).unwrap()
    }

    fn copied(&self) -> usize {
        self.outside.lock().unwrap().copied.len()
    }

    fn frames_between(&self, from: f64, to: f64) -> usize {
        let (from, to) = (Duration::from_secs_f64(from), Duration::from_secs_f64(to));
        self.stage.frames.iter().filter(|(at, _)| *at > from && *at <= to).count()
    }
}

#[test]
fn a_locked_screen_never_wakes() {
    let mut scene = before_unlocking(Config::default());
    assert_eq!(scene.until(86_400.0), 143);
    assert_eq!(scene.stage.wakes.len(), 0);
    assert_eq!(scene.stage.frames.len(), 1);
}

#[test]
fn an_open_list_wakes_once_a_second_on_the_second() {
    let mut scene = before_unlocking(Config { lock_after_s: 0, ..Config::default() });
    scene.unlock_at(0.25).until(10.5);
    let seconds: Vec<f64> = scene.stage.wakes.iter().map(|wake| wake.as_secs_f64()).collect();
    assert_eq!(seconds, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]);
}

#[test]
fn the_bar_and_the_seconds_follow_the_wall_clock() {
    let mut scene = before_unlocking(Config::default());
    scene.unlock_at(0.0).until(31.0);
    let left = 30 - TODAY % 30;
    for second in [1, 2, 5] {
        let shown = format!("{}s", (left + 30 - second - 1) % 30 + 1);
        let frame = scene.stage.frame_at(second as f64);
        assert!(frame.contains(&shown), "{shown} after {second} s in\n{frame}");
    }
}

#[test]
fn the_vault_locks_after_five_minutes_without_a_key() {
    let mut scene = before_unlocking(Config::default());
    scene.unlock_at(0.0).key_at(100.0, "j").until(500.0);
    assert!(scene.stage.frame_at(399.9).contains("GitHub"));
    assert!(!scene.stage.frame_at(400.0).contains("GitHub"), "{}", scene.stage.frame_at(400.0));
    assert!(scene.stage.frame_at(400.0).contains("passphrase"));
    assert_eq!(scene.stage.wiped, 1);
    assert_eq!(scene.frames_between(400.5, 499.0), 0, "a locked screen draws nothing");
}

#[test]
fn setting_the_clock_back_does_not_put_the_locking_off() {
    let mut scene = before_unlocking(Config::default());
    let year_before = (TODAY - 365 * 86_400) * 1000;
    scene.unlock_at(0.0);
    scene.stage.set_wall_at(10.0, year_before);
    scene.until(500.0);
    assert!(scene.stage.frame_at(299.0).contains("GitHub"));
    assert!(!scene.stage.frame_at(300.0).contains("GitHub"));
}

#[test]
fn setting_the_clock_forward_does_not_lock_at_once() {
    let mut scene = before_unlocking(Config::default());
    scene.unlock_at(0.0);
    scene.stage.set_wall_at(10.0, (TODAY + 365 * 86_400) * 1000);
    scene.until(299.0);
    assert!(scene.stage.frame_at(298.0).contains("GitHub"));
}

#[test]
fn a_key_puts_the_locking_off() {
    let mut scene = before_unlocking(Config { lock_after_s: 60, ..Config::default() });
    scene.unlock_at(0.0).key_at(50.0, "j").key_at(100.0, "j").until(200.0);
    assert!(scene.stage.frame_at(159.0).contains("GitHub"));
    assert!(!scene.stage.frame_at(160.0).contains("GitHub"));
}

#[test]
fn the_clipboard_is_cleared_thirty_seconds_after_the_copy() {
    let mut scene = before_unlocking(Config::default());
    scene.unlock_at(0.0).key_at(5.0, "Enter").until(35.0);
    assert_eq!(scene.copied(), 0, "cleared at 35 s");
    let mut scene = before_unlocking(Config::default());
    scene.unlock_at(0.0).key_at(5.0, "Enter").until(34.9);
    assert_eq!(scene.copied(), 1, "still there at 34.9 s");
}

#[test]
fn locking_clears_the_clipboard_at_once() {
    let mut scene = before_unlocking(Config::default());
    scene.unlock_at(0.0).key_at(5.0, "Enter").key_at(6.0, "Ctrl-L").until(7.0);
    assert_eq!(scene.copied(), 0);
    assert!(!scene.stage.frame_at(6.0).contains("GitHub"));
}

#[test]
fn the_spinner_turns_while_scrypt_runs_and_rests_after() {
    let mut scene = before_unlocking(Config { lock_after_s: 0, ..Config::default() });
    scene.stage.job_time = Duration::from_millis(450);
    scene.unlock_at(0.0).until(0.9);
    let wakes: Vec<u128> = scene.stage.wakes.iter().map(Duration::as_millis).collect();
    assert_eq!(wakes, [100, 200, 300, 400]);
    assert!(scene.stage.frame_at(0.2).contains("⠹ opening the vault"), "{}", scene.stage.frame_at(0.2));
    assert!(scene.stage.frame_at(0.45).contains("GitHub"));
}

#[test]
fn a_burst_of_keys_is_drawn_once() {
    let mut scene = before_unlocking(Config::default());
    for _ in 0..50 {
        scene.key_at(1.0, "x");
    }
    scene.until(2.0);
    assert_eq!(scene.frames_between(0.5, 1.5), 1);
}

#[test]
fn a_long_sleep_locks_before_anything_is_drawn() {
    let mut scene = before_unlocking(Config::default());
    scene.stage.asleep = Duration::from_secs(3_600);
    scene.unlock_at(0.0).key_at(5.0, "Ctrl-Z").until(4_000.0);
    assert_eq!(scene.stage.suspended, 1);
    let after: Vec<&String> =
        scene.stage.frames.iter().filter(|(at, _)| *at > Duration::from_secs(5)).map(|(_, frame)| frame).collect();
    assert!(!after.is_empty() && after.iter().all(|frame| !frame.contains("GitHub")), "{after:?}");
}

#[test]
fn a_short_suspension_goes_on_where_it_was() {
    let mut scene = before_unlocking(Config::default());
    scene.stage.asleep = Duration::from_secs(20);
    scene.unlock_at(0.0).key_at(5.0, "Ctrl-Z").until(40.0);
    assert!(scene.stage.frame_at(26.0).contains("GitHub"));
}

#[test]
fn an_answer_that_comes_after_locking_does_not_open_the_vault_again() {
    let mut scene = before_unlocking(Config::default());
    scene.unlock_at(0.0);
    scene.key_at(5.0, "p").key_at(5.0, "Ctrl-L").until(10.0);
    assert!(scene.state.common.open.is_none());
    assert!(!scene.stage.frame_at(9.0).contains("GitHub"));
    assert_eq!(scene.desk.unlock().vault().active().filter(|entry| entry.pinned.value).count(), 1, "the change itself was saved");
}

#[test]
fn a_wrong_passphrase_says_so_and_keeps_the_field() {
    let mut scene = before_unlocking(Config::default());
    for c in "open sesam".chars() {
        scene.stage.at(0.0, Msg::Key(Key::char(c)));
    }
    scene.key_at(0.0, "Enter").key_at(1.0, "End").key_at(1.0, "e").key_at(1.0, "Enter").until(2.0);
    assert!(scene.stage.frame_at(0.5).contains("That passphrase does not open this vault."));
    assert!(scene.stage.frame_at(1.5).contains("GitHub"), "the typo was mended:\n{}", scene.stage.frame_at(1.5));
}

#[test]
fn signals_end_with_their_own_status() {
    for signal in [1, 2, 3, 15] {
        let mut scene = before_unlocking(Config::default());
        scene.stage.at(1.0, Msg::Terminate(signal));
        let clock = scene.desk.clock.clone();
        let code = run(&mut scene.state, Vec::new(), &mut scene.stage, clock.as_ref() as &dyn Clock).unwrap();
        assert_eq!(i32::from(code), 128 + signal);
    }
}

#[test]
fn a_broken_worker_ends_the_program_with_a_word_instead_of_hanging() {
    let mut scene = before_unlocking(Config::default());
    scene.stage.at(1.0, Msg::WorkerGone);
    let clock = scene.desk.clock.clone();
    let error = run(&mut scene.state, Vec::new(), &mut scene.stage, clock.as_ref()).unwrap_err();
    assert_eq!(error.what, "an internal error ended the work on the vault");
    assert_eq!(error.hint.as_deref(), Some("what was saved before is safe; please report what you did last"));
}

#[test]
fn a_clipboard_that_does_not_answer_is_asked_again_ever_more_rarely() {
    let mut scene = before_unlocking(Config { lock_after_s: 0, ..Config::default() });
    scene.outside.lock().unwrap().clear_fails = 2;
    scene.unlock_at(0.0).key_at(5.0, "Enter").until(51.0);
    let said = scene.stage.frame_at(35.5);
    assert!(said.contains("The clipboard could not be cleared · it will be tried again"), "{said}");
    assert!(scene.stage.frame_at(49.9).contains("GitHub"));
    assert_eq!(scene.copied(), 0, "asked at 35, 40 and 50 s");
    assert!(scene.stage.frame_at(50.5).contains("Clipboard cleared"), "{}", scene.stage.frame_at(50.5));
}

#[test]
fn locking_while_the_clipboard_does_not_answer_goes_on_trying() {
    for (end, left) in [(10.9, 1), (11.1, 0)] {
        let mut scene = before_unlocking(Config::default());
        scene.outside.lock().unwrap().clear_fails = 1;
        scene.unlock_at(0.0).key_at(5.0, "Enter").key_at(6.0, "Ctrl-L").until(end);
        assert_eq!(scene.copied(), left, "after {end} s");
    }
}

#[test]
fn a_passphrase_given_at_the_start_opens_the_vault_without_a_key() {
    use countersign::ops::unlock::Opening;
    use countersign::secret::SecretText;
    let mut scene = before_unlocking(Config::default());
    let first = scene.state.unlock_with(Opening::Passphrase(SecretText::new("open sesame")));
    scene.stage.at(2.0, Msg::Terminate(15));
    let clock = scene.desk.clock.clone();
    run(&mut scene.state, first, &mut scene.stage, clock.as_ref()).unwrap();
    assert!(scene.stage.frame_at(1.0).contains("GitHub"), "{}", scene.stage.frame_at(1.0));
}

#[test]
fn a_wrong_passphrase_given_at_the_start_says_so_and_the_right_one_can_be_typed() {
    use countersign::ops::unlock::Opening;
    use countersign::secret::SecretText;
    let mut scene = before_unlocking(Config::default());
    let first = scene.state.unlock_with(Opening::Passphrase(SecretText::new("open barley")));
    scene.unlock_at(2.0);
    scene.stage.at(4.0, Msg::Terminate(15));
    let clock = scene.desk.clock.clone();
    run(&mut scene.state, first, &mut scene.stage, clock.as_ref()).unwrap();
    let refused = scene.stage.frame_at(1.0);
    assert!(refused.contains("That passphrase does not open this vault."), "{refused}");
    assert!(scene.stage.frame_at(3.0).contains("GitHub"), "{}", scene.stage.frame_at(3.0));
}

/// When the loop woke by itself between two times, in seconds.
fn wakes_between(scene: &Scene, from: f64, to: f64) -> Vec<f64> {
    scene.stage.wakes.iter().map(|wake| wake.as_secs_f64()).filter(|at| *at > from && *at < to).collect()
}

#[test]
fn the_trash_wakes_only_when_its_words_change() {
    let mut scene = before_unlocking(Config { lock_after_s: 0, ..Config::default() });
    scene.unlock_at(0.25).key_at(1.0, "d").key_at(1.5, "y").key_at(2.0, "T").until(200.0);
    assert!(scene.stage.frame_at(30.0).contains("just now"), "{}", scene.stage.frame_at(30.0));
    assert!(scene.stage.frame_at(70.0).contains("1 minute ago"), "{}", scene.stage.frame_at(70.0));
    // The toast is gone by then.
    assert_eq!(wakes_between(&scene, 20.0, 200.0), [61.5, 121.5, 181.5]);
}

#[test]
fn a_history_ticks_only_while_its_codes_are_shown() {
    let mut scene = before_unlocking(Config { lock_after_s: 0, ..Config::default() });
    let other = totp(1, &mut Stamper::new(0, 1, Stamp::default()), "x", "y").credential.value;
    let other = Credential { secret: Secret::new(b"another secret".to_vec()), ..other };
    let replace = |vault: &mut Vault, stamper: &mut Stamper| {
        let id = vault.entries[0].id;
        vault.entry_mut(id).unwrap().replace_credential(stamper.next(), other);
        Ok(())
    };
    scene.desk.unlock().change(replace).unwrap();
    scene.unlock_at(0.25).key_at(1.0, "H").key_at(100.5, "r").key_at(110.5, "r").until(119.0);
    assert!(scene.stage.frame_at(30.0).contains("replaced just now"), "{}", scene.stage.frame_at(30.0));
    assert_eq!(wakes_between(&scene, 20.0, 100.0), [60.0]);
    let seconds: Vec<f64> = (101..=110).map(f64::from).collect();
    assert_eq!(wakes_between(&scene, 100.0, 119.0), seconds);
}
