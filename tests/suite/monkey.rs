//! A monkey at the keyboard: random keys, ticks, sizes and failing effects. Never a panic, never an empty stack, and
//! every entry that vanishes was deleted on purpose. And from wherever it ends up there is a way out.

use crate::flows_help::check_footer;
use crate::support::drawing::Chance;
use crate::support::fenced::Fenced;
use crate::support::store::{Desk, passphrase, totp};
use crate::support::tui::Tui;
use countersign::config::Config;
use countersign::error::Error;
use countersign::ops::backup::Rescue;
use countersign::ops::change::Change;
use countersign::ports::{Clearing, Clock};
use countersign::secret::SecretText;
use countersign::tui::command::Command;
use countersign::tui::key::{Key, Stroke};
use countersign::tui::keymap::{Keymap, Place};
use countersign::tui::msg::{Asker, Done, Effect, Job, MouseAct, Msg, Now};
use countersign::tui::screen::Screen;
use countersign::tui::state::Start;
use countersign::tui::update::update;
use countersign::vault::entry::EntryId;
use countersign::vault::store;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

const SEEDS: u64 = 12;
const KEYS: usize = 2_000;
/// Short runs through each door, each of which ends with the three ways out.
const RUNS: u64 = 4;
/// What short runs begin with: the deeper screens, which are seldom found by chance.
const DOORS: [&str; 18] = [
    "V Up Enter f a m Enter",
    "V Down Enter f a m Enter b Enter b Enter",
    "Ctrl-O Down Enter f a m Enter",
    "V",
    "C Enter",
    "M Enter",
    "K Down Down Enter",
    "K Enter",
    "K d",
    "T",
    "H",
    "a",
    "a Down Down Enter",
    "i Enter",
    "o Enter",
    "e",
    "x e",
    "t",
];

/// An error where there is no way out.
type WayOut = fn(&mut Monkey) -> Result<(), String>;

struct Monkey {
    tui: Tui,
    /// Holds the vaults of a run that has some.
    desk: Option<Desk>,
    chance: Chance,
    keys: Vec<Key>,
    /// Entries that a confirmed deletion, or the undo of an enrolment, named.
    given_up: BTreeSet<EntryId>,
    /// What was pressed, to be told when something fails.
    pressed: Vec<String>,
    /// Issuers that no locked screen may show.
    names: Vec<&'static str>,
    /// Whether jobs fail now and then.
    fails: bool,
    /// Answers of the worker that have not come yet.
    late: VecDeque<(Asker, Done)>,
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

const PASTES: [&str; 7] = [
    "open sesame",
    "work words",
    "otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP&issuer=Example",
    "otpauth://hotp/Counter:bob?secret=JBSWY3DPEHPK3PXP&counter=18446744073709551615",
    "JBSW Y3DP EHPK 3PXP",
    "otpauth://totp/Bad?secret=!!!!",
    "1. aaaa-bbbb\n2. cccc-dddd\n",
];

impl Monkey {
    fn new(seed: u64) -> Monkey {
        Monkey::at(seed, Tui::demo(), None)
    }

    /// In turn: the demo, an open vault beside others, the same locked, and a first start beside other vaults.
    fn on_vaults(seed: u64) -> Monkey {
        if seed.is_multiple_of(4) {
            return Monkey::new(seed);
        }
        let mut desk = Desk::new();
        desk.world.storage = Arc::new(Fenced(desk.home().to_owned()));
        store::create(&desk.world, &desk.home().join("work"), &SecretText::new("work words"), 1).unwrap();
        let start = if seed % 4 == 3 { Start::Welcome } else { Start::Unlock };
        if start == Start::Unlock {
            let mut own = desk.create();
            own.change(|vault, stamper| {
                vault.insert(totp(1, stamper, "GitHub", "hugo"));
                vault.insert(totp(2, stamper, "Amazon", "seller"));
                Ok(())
            })
            .unwrap();
        }
        let mut tui = Tui::at(&desk, start, Config::default());
        if seed % 4 == 1 {
            tui.type_text(passphrase().expose()).press("Enter");
        }
        Monkey::at(seed, tui, Some(desk))
    }

    fn at(seed: u64, tui: Tui, desk: Option<Desk>) -> Monkey {
        Monkey {
            tui,
            desk,
            chance: Chance::seed(seed),
            keys: keys(),
            given_up: BTreeSet::new(),
            pressed: Vec::new(),
            fails: true,
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
        self.send(msg);
        self.answer();
    }

    /// One turn of the loop; whether the program ends with it.
    fn send(&mut self, msg: Msg) -> bool {
        self.pressed.push(format!("{msg:?}"));
        let now = Now { wall_ms: self.tui.clock.now(), boot: self.tui.clock.boot() };
        let mut effects = update(&mut self.tui.state, Msg::Tick(now));
        effects.extend(update(&mut self.tui.state, msg));
        let quits = effects.iter().any(|effect| matches!(effect, Effect::Quit(_)));
        self.perform(effects);
        quits
    }

    fn press(&mut self, key: &str) -> bool {
        self.send(Msg::Key(Key::parse(key).unwrap()))
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let Effect::Job { asker, job } = effect else { continue };
            if let Job::Apply { change, .. } = &job {
                self.note_given_up(change);
            }
            let done = if self.fails && self.chance.below(20) == 0 { failed(job) } else { self.tui.worker.work(job) };
            self.late.push_back((asker, done));
        }
    }

    /// Answers come in order, now or some keys later.
    fn answer(&mut self) {
        while self.chance.below(3) > 0 {
            let Some((asker, done)) = self.late.pop_front() else { return };
            let effects = update(&mut self.tui.state, Msg::Done { asker, done });
            self.perform(effects);
        }
    }

    /// All answers have come.
    fn settle(&mut self) {
        while let Some((asker, done)) = self.late.pop_front() {
            let effects = update(&mut self.tui.state, Msg::Done { asker, done });
            self.perform(effects);
        }
    }

    /// Where the way back ends.
    fn is_at_a_root(&self) -> bool {
        let state = &self.tui.state;
        state.screens.len() == 1 && matches!(state.top(), Screen::List(_) | Screen::Unlock(_) | Screen::Welcome(_))
    }

    /// Once the worker has answered, the key that goes back leads to a root, with yes to the question about what was typed.
    fn goes_back(&mut self) -> Result<(), String> {
        self.settle();
        for _ in 0..12 {
            if self.is_at_a_root() {
                return Ok(());
            }
            let asks_to_leave =
                matches!(self.tui.state.top(), Screen::Confirm(confirm) if format!("{confirm:?}").contains("leaves: true"));
            self.press(if asks_to_leave { "y" } else { "Esc" });
            self.settle();
        }
        Err("Esc leads nowhere".into())
    }

    /// Whatever the worker is at: an open vault is locked at once, and what is named on the screen is what can be opened.
    fn locks(&mut self) -> Result<(), String> {
        if self.tui.state.common.open.is_none() {
            return Ok(());
        }
        self.press("Ctrl-L");
        let is_locked = |monkey: &Monkey| {
            let is_root = matches!(monkey.tui.state.top(), Screen::Unlock(_) | Screen::Welcome(_));
            monkey.tui.state.common.open.is_none() && monkey.tui.state.screens.len() == 1 && is_root
        };
        if !is_locked(self) {
            return Err("Ctrl-L does not lock".into());
        }
        let before = self.tui.screen_text();
        self.settle();
        if !is_locked(self) {
            return Err("an answer that came late opens what was locked".into());
        }
        if self.tui.screen_text() != before {
            return Err(format!("an answer that came late changes the locked screen, which was\n{before}"));
        }
        let words = match self.tui.state.common.vault.name.as_str() {
            "work" => "work words",
            "personal" | "vault" => "open sesame",
            _ => return Ok(()),
        };
        if self.desk.is_some() && matches!(self.tui.state.top(), Screen::Unlock(_)) {
            self.send(Msg::Paste(SecretText::new(words)));
            self.fails = false;
            self.press("Enter");
            self.settle();
            if self.tui.state.common.open.is_none() {
                return Err("the passphrase of the vault that is named does not open it".into());
            }
        }
        Ok(())
    }

    /// The key that ends the program does, or asks first.
    fn quits(&mut self) -> Result<(), String> {
        let place = self.tui.state.top().behaviour().place();
        let is_typing = self.tui.state.top().behaviour().typing();
        let q = self.tui.state.common.keymap.command(place, Key::char('q'));
        let key = if q == Some(Command::Quit) && !is_typing { "q" } else { "Ctrl-C" };
        match self.press(key) || (matches!(self.tui.state.top(), Screen::Confirm(_)) && self.press("y")) {
            true => Ok(()),
            false => Err(format!("{key} does not end the program")),
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
        Job::Create { .. } | Job::Unlock { .. } | Job::OpenDemo | Job::Mend { .. } => Done::Opened(Err(error())),
        Job::Keys { .. } => Done::Keys { snapshot: None, result: Err(error()) },
        Job::ListVaults { .. } => Done::Vaults { vaults: Vec::new(), beside: "/nowhere".into() },
        Job::Switch(_) => Done::Switched(Err(error())),
        Job::Send { order, .. } => Done::Sent { order, snapshot: None, result: Err(error()) },
        Job::FindBackup { .. } => Done::BackupFound(Rescue::default()),
        Job::PlanCopy { .. } => Done::CopyPlanned(Err(error())),
        Job::TakeCopy { .. } => Done::CopyTaken { snapshot: None, result: Err(error()) },
        Job::Lock { .. } => Done::Locked(Clearing::NotOurs),
        Job::Apply { then, .. } => Done::Applied { snapshot: None, result: Err(error()), then },
        Job::Copy { said, .. } => Done::Copied { result: Err("no clipboard was found".into()), said, usage: Default::default() },
        Job::ClearClipboard => Done::ClipboardCleared(Clearing::NotOurs),
        Job::Refresh => Done::Refreshed(Err(error())),
        Job::Read(_) => Done::Found { from: "from nowhere", result: Err(error().into()) },
        Job::DeleteExports(_) => Done::ExportsDeleted { deleted: Vec::new(), kept: vec![error()] },
        Job::ForeseeExport { .. } => Done::Foreseen(Err(error())),
        Job::MakeExport(order) => Done::ExportMade { overwrite: order.overwrite, result: Err(error()) },
        Job::SaveExport { .. } => Done::Exported(Err(error())),
        Job::SaveSettings { .. } => Done::SettingsSaved(Err(error())),
        Job::CompletePath(typed) => Done::Completions { typed, names: Vec::new() },
        Job::MeasureStrength(_) => Done::Strength { score: 0, verdict: "very weak".into() },
        Job::GeneratePassphrase => Done::Generated(SecretText::new("one two three")),
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
            check_footer("monkey", &monkey.tui, monkey.tui.state.top().behaviour());
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

/// Each run is deterministic, so that all three ways out can be tried from where it ends.
#[test]
fn from_wherever_one_is_three_keys_lead_out() {
    let ways: [(&str, WayOut); 3] = [("back", Monkey::goes_back), ("lock", Monkey::locks), ("quit", Monkey::quits)];
    let mut dead_ends = Vec::new();
    for (door, seed) in DOORS.into_iter().flat_map(|door| (0..RUNS).map(move |run| (door, run))) {
        for (way, out) in ways {
            let mut monkey = Monkey::on_vaults(seed);
            for key in door.split(' ') {
                monkey.press(key);
                monkey.settle();
            }
            for _ in 0..monkey.chance.below(60) {
                monkey.step();
            }
            if let Err(what) = out(&mut monkey) {
                let recent = monkey.pressed.join("\n");
                dead_ends.push(format!("{door}, run {seed}, {way}: {what}\n{}\nafter\n{recent}", monkey.tui.screen_text()));
            }
        }
    }
    assert!(dead_ends.is_empty(), "{} dead ends, the first:\n{}", dead_ends.len(), dead_ends[0]);
}
