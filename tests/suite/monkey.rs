//! A monkey at the keyboard: random keys, ticks, sizes and failing effects. Never a panic, never an empty stack, and
//! every entry that vanishes was deleted on purpose.

use crate::support::drawing::Chance;
use crate::support::tui::Tui;
use countersign::error::Error;
use countersign::ops::change::Change;
use countersign::secret::SecretText;
use countersign::tui::key::{Key, Stroke};
use countersign::tui::keymap::{Keymap, Place};
use countersign::tui::msg::{Done, Effect, Job, MouseAct, Msg, Now};
use countersign::tui::state::Start;
use countersign::tui::update::update;
use countersign::vault::entry::EntryId;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

const SEEDS: u64 = 20;
const KEYS: usize = 5_000;

struct Monkey {
    tui: Tui,
    chance: Chance,
    keys: Vec<Key>,
    /// Entries that a confirmed deletion, or the undo of an enrolment, named.
    given_up: BTreeSet<EntryId>,
    /// What was pressed, to be told when something fails.
    pressed: Vec<String>,
    /// Issuers that no locked screen may show.
    names: Vec<&'static str>,
    /// Answers of the worker that have not come yet.
    late: VecDeque<Done>,
}

/// Every bound key (the ends of the program aside), and what people type.
fn keys() -> Vec<Key> {
    let keymap = Keymap::default();
    let bound = Place::ALL.iter().flat_map(|place| keymap.rows(*place)).flat_map(|binding| binding.keys.clone());
    let typed = "aeiou 0123456789~/.:-ß日".chars().map(Key::char);
    let editing = [Stroke::Left, Stroke::Right, Stroke::Backspace, Stroke::Delete, Stroke::Home, Stroke::End].map(Key::plain);
    // Going on is what leads deeper, so it comes more often.
    let onward = [Stroke::Enter, Stroke::Enter, Stroke::Enter, Stroke::Down, Stroke::Tab].map(Key::plain);
    bound.chain(typed).chain(editing).chain(onward).collect()
}

const PASTES: [&str; 5] = [
    "otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP&issuer=Example",
    "otpauth://hotp/Counter:bob?secret=JBSWY3DPEHPK3PXP&counter=18446744073709551615",
    "JBSW Y3DP EHPK 3PXP",
    "otpauth://totp/Bad?secret=!!!!",
    "1. aaaa-bbbb\n2. cccc-dddd\n",
];

impl Monkey {
    fn new(seed: u64) -> Monkey {
        Monkey {
            tui: Tui::demo(),
            chance: Chance::seed(seed),
            keys: keys(),
            given_up: BTreeSet::new(),
            pressed: Vec::new(),
            late: VecDeque::new(),
            names: vec!["Amazon", "GitHub", "Hetzner", "Twilio"],
        }
    }

    fn step(&mut self) {
        let msg = match self.chance.below(100) {
            0 => Msg::Resize { width: 1 + self.chance.below(130) as u16, height: 1 + self.chance.below(45) as u16 },
            1 => Msg::Paste(SecretText::new(PASTES[self.chance.below(PASTES.len())])),
            2 => {
                let act = [MouseAct::Click, MouseAct::DoubleClick, MouseAct::WheelUp, MouseAct::WheelDown][self.chance.below(4)];
                Msg::Mouse { act, column: self.chance.below(130) as u16, row: self.chance.below(45) as u16 }
            }
            _ => Msg::Key(self.keys[self.chance.below(self.keys.len())]),
        };
        self.tui.clock.advance(Duration::from_millis(self.chance.below(3_000) as u64));
        self.pressed.push(format!("{msg:?}"));
        use countersign::ports::Clock;
        let now = Now { wall_ms: self.tui.clock.now(), boot: self.tui.clock.boot() };
        let mut effects = update(&mut self.tui.state, Msg::Tick(now));
        effects.extend(update(&mut self.tui.state, msg));
        self.perform(effects);
        self.answer();
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let Effect::Job(job) = effect else { continue };
            if let Job::Apply { change, .. } = &job {
                self.note_given_up(change);
            }
            let done = if self.chance.below(20) == 0 { failed(job) } else { self.tui.worker.work(job) };
            self.late.push_back(done);
        }
    }

    /// Answers come in order, now or some keys later.
    fn answer(&mut self) {
        while self.chance.below(3) > 0 {
            let Some(done) = self.late.pop_front() else { return };
            let effects = update(&mut self.tui.state, Msg::Done(done));
            self.perform(effects);
        }
    }

    /// While locked nothing of the vault is on the screen, and only work that is waited for wakes it.
    fn check_locked(&self) -> Result<(), String> {
        let common = &self.tui.state.common;
        if common.open.is_some() {
            return Ok(());
        }
        let text = self.tui.screen_text();
        match self.names.iter().find(|name| text.contains(*name)) {
            Some(name) => Err(format!("{name} is on a locked screen:\n{text}")),
            None if common.busy_since.is_none() && common.toast.is_none() && self.tui.state.next_wake().is_some() => {
                Err(format!("a locked screen wakes:\n{text}"))
            }
            None => Ok(()),
        }
    }

    fn note_given_up(&mut self, change: &Change) {
        match change {
            Change::Delete(ids) => self.given_up.extend(ids),
            Change::Several(changes) => changes.iter().for_each(|change| self.note_given_up(change)),
            _ => {}
        }
    }

    /// The ids the worker's vault holds, which no lock of the screen touches.
    fn ids(&self) -> Option<BTreeSet<EntryId>> {
        self.tui.state.common.open.as_ref().map(|open| open.vault.active().map(|entry| entry.id).collect())
    }
}

/// What the world may answer instead.
fn failed(job: Job) -> Done {
    let error = || Error::failed("the disk is full");
    match job {
        Job::Create { .. } | Job::Unlock { .. } => Done::Opened(Err(error())),
        Job::Keys { .. } => Done::Keys { snapshot: None, result: Err(error()) },
        Job::Apply { then, .. } => Done::Applied { snapshot: None, result: Err(error()), then },
        Job::Copy { said, .. } => Done::Copied { result: Err("no clipboard was found".into()), said, usage: Default::default() },
        Job::Read { ask, .. } => Done::Found { ask, from: "from nowhere", result: Err(error().into()) },
        Job::ForeseeExport { ask, .. } => Done::Foreseen { ask, result: Err(error()) },
        Job::MakeExport { ask, order } => Done::ExportMade { ask, overwrite: order.overwrite, result: Err(error()) },
        Job::SaveExport { ask, .. } => Done::Exported { ask, result: Err(error()) },
        Job::SaveSettings { .. } => Done::SettingsSaved(Err(error())),
        Job::DeleteExports(_) => Done::ExportsDeleted { deleted: Vec::new(), kept: vec![error()] },
        Job::Refresh => Done::Refreshed(Err(error())),
        _ => Done::ClipboardCleared(countersign::ports::Clearing::NotOurs),
    }
}

#[test]
fn whatever_is_pressed_nothing_breaks_and_nothing_vanishes() {
    for seed in 0..SEEDS {
        let mut monkey = Monkey::new(seed);
        let mut before = monkey.ids();
        for step in 0..KEYS {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| monkey.step()));
            let recent = || monkey.pressed[monkey.pressed.len().saturating_sub(15)..].join("\n");
            assert!(outcome.is_ok(), "seed {seed}, step {step}: a panic after\n{}", recent());
            assert!(!monkey.tui.state.screens.is_empty(), "seed {seed}, step {step}: no screen after\n{}", recent());
            if step % 8 == 0 {
                let drawn = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| monkey.tui.screen()));
                assert!(drawn.is_ok(), "seed {seed}, step {step}: drawing panics after\n{}", recent());
            }
            if let Err(what) = monkey.check_locked() {
                panic!("seed {seed}, step {step}: {what}\nafter\n{}", recent());
            }
            let after = monkey.ids();
            if let (Some(before), Some(after)) = (&before, &after) {
                let lost: Vec<&EntryId> = before.difference(after).filter(|id| !monkey.given_up.contains(id)).collect();
                assert!(lost.is_empty(), "seed {seed}, step {step}: {lost:?} vanished after\n{}", recent());
            }
            before = after;
            // A locked demo, or one emptied by diligence, is opened anew.
            if monkey.ids().is_none_or(|ids| ids.is_empty()) && monkey.chance.below(30) == 0 {
                monkey.tui = Tui::start(Start::Demo);
                monkey.late.clear();
                before = monkey.ids();
            }
        }
    }
}
