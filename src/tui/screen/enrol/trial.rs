//! The code, to be tried on the site. The entry is on the disk as pending before this step is shown, and what is shown is
//! read from the saved vault; a counter's code is saved before it is seen.

use super::refused::{self, Refused, Way};
use super::{Part, Turn};
use crate::ops::change::Change;
use crate::otp::{Credential, Kind};
use crate::ports::CopyKind;
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{put, width, wrap};
use crate::tui::msg::{Awaited, Copied, Done, Job, MouseAct, Then};
use crate::tui::screen::edit::EditEntry;
use crate::tui::screen::{Event, Screen, copy};
use crate::tui::state::{COUNTER_CODE_SHOWN, Common, CounterCode, Tone};
use crate::tui::theme::Role;
use crate::tui::widget::code::{Face, face, grouped};
use crate::tui::widget::menu::Menu;
use crate::tui::widget::{bar, big};
use crate::vault::entry::{Entry, EntryId};
use crate::vault::stamp::Stamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug)]
pub struct Trial {
    id: EntryId,
    from: &'static str,
    menu: Menu,
    /// The counter's code that was taken, and its counter.
    code: Option<(SecretText, u64)>,
    /// Copy the counter's code when it is there.
    copies: bool,
    waiting: bool,
    refused: Option<Refused>,
}

/// What is tried: the credential of a pending entry, or the new one of an entry that has another.
pub(super) struct Tried {
    pub entry: Arc<Entry>,
    pub credential: Credential,
    /// The stamp of the credential.
    pub at: Stamp,
    pub is_candidate: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    TakeCode,
    Accepted,
    Later,
    Refused,
    /// The old secret may still be the one in use.
    CopyOld,
}

impl Tried {
    /// Whether there is an old secret whose code can be taken.
    fn is_old_in_use(&self) -> bool {
        self.is_candidate && !self.entry.is_pending() && self.entry.credential.value.check().is_ok()
    }
}

impl Trial {
    pub fn new(id: EntryId, from: &'static str) -> Trial {
        Trial { id, from, menu: Menu::default(), code: None, copies: false, waiting: false, refused: None }
    }

    fn tried(&self, common: &Common) -> Option<Tried> {
        let entry = common.open.as_ref()?.vault.entry(self.id).filter(|entry| !entry.is_deleted())?.clone();
        Some(match &entry.candidate {
            Some(candidate) => {
                Tried { credential: candidate.value.clone(), at: candidate.at, entry: entry.clone(), is_candidate: true }
            }
            None => {
                let credential = Credential { counter: entry.counter, ..entry.credential.value.clone() };
                Tried { credential, at: entry.credential.at, entry: entry.clone(), is_candidate: false }
            }
        })
    }

    fn choices(&self, tried: &Tried) -> Vec<(Choice, &'static str)> {
        let later = match tried.is_candidate {
            true => (Choice::Later, "Later: the old secret stays in use"),
            false => (Choice::Later, "Later: leave it pending"),
        };
        let refused = (Choice::Refused, "It was refused: find out why, or drop it");
        let accepted = (Choice::Accepted, "It was accepted");
        let mut choices = match (tried.credential.kind, &self.code) {
            _ if tried.credential.check().is_err() => vec![later, refused],
            (Kind::Hotp, None) => vec![(Choice::TakeCode, "Take a code"), later],
            (Kind::Hotp, Some(_)) => vec![accepted, (Choice::TakeCode, "Another code"), later, refused],
            _ => vec![accepted, later, refused],
        };
        if tried.is_old_in_use() {
            choices.push((Choice::CopyOld, "Copy the code of the old secret"));
        }
        choices
    }

    fn apply(&mut self, change: Change, awaited: Awaited) -> Turn {
        self.waiting = true;
        Turn::Do(Job::Apply { change, then: Then::Screen(awaited) })
    }

    fn take_code(&mut self, tried: &Tried) -> Turn {
        let change = if tried.is_candidate { Change::NextCandidateCode(self.id) } else { Change::NextCode(self.id) };
        self.apply(change, Awaited::EnrolCode)
    }

    /// The code of the secret that the new one is to replace. A counter's is saved first, and copied when it is.
    fn copy_old(&self, common: &mut Common, tried: &Tried) -> Turn {
        let (entry, credential) = (&tried.entry, &tried.entry.credential.value);
        if let Some(job) = copy::time_code(common, credential, copy::code_name(common, entry), self.id, false) {
            return Turn::Do(job);
        }
        copy::counter_code(common, entry, copy::Want::Code).map_or(Turn::Stay, Turn::Do)
    }

    fn choose(&mut self, common: &mut Common, tried: &Tried) -> Turn {
        let Some((choice, _)) = self.choices(tried).get(self.menu.selected).copied() else { return Turn::Stay };
        match choice {
            Choice::TakeCode => self.take_code(tried),
            Choice::Accepted => self.apply(Change::Confirm(self.id, tried.at), Awaited::EnrolConfirmed),
            Choice::Later => Turn::Done(self.id),
            Choice::CopyOld => self.copy_old(common, tried),
            Choice::Refused => {
                self.refused = Some(Refused::new(tried));
                Turn::Stay
            }
        }
    }

    fn copy(&mut self, common: &mut Common, tried: &Tried) -> Turn {
        let mut name = common.name_of(&tried.entry);
        if tried.is_candidate && !tried.entry.is_pending() {
            name = format!("the code of the new secret of {name}");
        }
        if tried.credential.kind == Kind::Hotp {
            let Some((code, _)) = &self.code else {
                self.copies = true;
                return self.take_code(tried);
            };
            let said = Copied { what: name, valid_s: None, next_instead: false, entry: Some(self.id), used_up: None };
            return Turn::Do(Job::Copy { text: code.clone(), kind: CopyKind::Code, said });
        }
        match copy::time_code(common, &tried.credential, name, self.id, false) {
            Some(job) => Turn::Do(job),
            None => {
                common.say(Tone::Note, "There is no code to copy");
                Turn::Stay
            }
        }
    }

    /// An answer of the worker. What failed has been said already, and nothing has changed.
    fn answered(&mut self, common: &mut Common, done: Done) -> Turn {
        let Done::Applied { result, then: Then::Screen(awaited), .. } = done else { return Turn::Stay };
        self.waiting = false;
        let copies = std::mem::take(&mut self.copies);
        let Ok(outcome) = result else { return Turn::Stay };
        match awaited {
            Awaited::EnrolCode => {
                let Some((code, counter)) = outcome.code else { return Turn::Stay };
                self.code = Some((code.clone(), counter));
                self.menu.selected = 0;
                let Some(tried) = self.tried(common) else { return Turn::Stay };
                if !tried.is_candidate {
                    let until = common.now.boot + COUNTER_CODE_SHOWN;
                    common.counter_codes.insert(self.id, CounterCode { code, counter, until });
                }
                if copies { self.copy(common, &tried) } else { Turn::Stay }
            }
            Awaited::EnrolConfirmed => Turn::Codes(self.id),
            Awaited::EnrolDropped => {
                let said = match self.tried(common) {
                    Some(tried) => format!("{} keeps its old secret", common.name_of(&tried.entry)),
                    None => "The new entry is in the trash".to_owned(),
                };
                common.say_changed(outcome.undo, said);
                Turn::Leave
            }
            _ => Turn::Stay,
        }
    }

    fn copy_word(&self, common: &Common) -> &'static str {
        if self.tried(common).is_some_and(|tried| tried.is_candidate) { "copy new code" } else { "copy the code" }
    }

    fn try_again(&mut self) {
        self.refused = None;
        self.menu.selected = 0;
    }

    fn take_way(&mut self, common: &Common, way: Way, tried: &Tried) -> Turn {
        match way {
            Way::Nothing => Turn::Stay,
            Way::Back => {
                self.try_again();
                Turn::Stay
            }
            Way::Edit => {
                self.try_again();
                // A counter's code was of what is corrected now.
                self.code = None;
                Turn::Push(Screen::Edit(EditEntry::in_trial(common, &tried.entry)))
            }
            Way::Drop if tried.is_candidate => self.apply(Change::DropCandidate(self.id), Awaited::EnrolDropped),
            Way::Drop => self.apply(Change::Delete(vec![self.id]), Awaited::EnrolDropped),
        }
    }

    /// Draws the code with its bar; returns the rows used.
    fn draw_code(&self, common: &Common, buffer: &mut Buffer, area: Rect, tried: &Tried) -> u16 {
        let theme = &common.theme;
        let large = if area.height >= 10 { big::ROWS } else { 1 };
        let mut code = |text: &str| {
            if large > 1 {
                big::draw(buffer, area.x, area.y, area.width, text, theme.style(Role::Code));
            } else {
                put(buffer, area.x, area.y, area.width, text, theme.style(Role::Code));
            }
        };
        match (face(&tried.credential, common.now.unix()), &self.code) {
            (Some(face), _) => {
                code(&grouped(face.code.expose()));
                let y = area.y + large + u16::from(large > 1);
                if y < area.bottom() {
                    draw_countdown(common, buffer, Rect { y, height: 1, ..area }, &face);
                }
                large + 1 + u16::from(large > 1)
            }
            (None, Some((text, counter))) => {
                code(&grouped(text.expose()));
                let y = area.y + large + u16::from(large > 1);
                if y < area.bottom() {
                    put(buffer, area.x, y, area.width, &format!("counter {counter}"), theme.style(Role::Second));
                }
                large + 1 + u16::from(large > 1)
            }
            (None, None) => {
                let text = match tried.credential.check() {
                    Err(why) => format!("No code: {why}."),
                    Ok(()) => "Each code is used up once it is shown. The counter is saved first.".to_owned(),
                };
                let lines = wrap(&text, area.width);
                for (line, y) in lines.iter().zip(area.y..area.bottom()) {
                    put(buffer, area.x, y, area.width, line, theme.style(Role::Second));
                }
                lines.len() as u16
            }
        }
    }
}

/// The bar, the seconds, and the next code.
fn draw_countdown(common: &Common, buffer: &mut Buffer, area: Rect, face: &Face) {
    let cells = if area.width >= 60 { bar::CELLS * 2 } else { bar::CELLS.min(area.width / 2) };
    bar::draw(buffer, &common.theme, area.x, area.y, cells, face.left_s, face.period_s);
    bar::draw_seconds(buffer, &common.theme, area.x + cells, area.y, face.left_s);
    let x = area.x + cells + bar::SECONDS + 3;
    let next = format!("next {}", grouped(face.next.expose()));
    put(buffer, x, area.y, area.right().saturating_sub(x), &next, common.theme.style(Role::Second));
}

impl Part for Trial {
    fn place(&self) -> Place {
        if self.refused.is_some() { Place::Menu } else { Place::Try }
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Turn {
        if let Event::Done(done) = event {
            return self.answered(common, done);
        }
        if self.waiting {
            return Turn::Stay;
        }
        let Some(tried) = self.tried(common) else { return Turn::Leave };
        if let Some(refused) = &mut self.refused {
            let way = refused.handle(&event);
            return self.take_way(common, way, &tried);
        }
        let lines = self.choices(&tried).len();
        match event {
            Event::Command(Command::Accept) => self.choose(common, &tried),
            Event::Command(Command::Copy) => self.copy(common, &tried),
            Event::Command(Command::Back) => Turn::Done(self.id),
            Event::Command(command) => {
                self.menu.move_by(command, lines);
                Turn::Stay
            }
            Event::Mouse { act: MouseAct::WheelUp, .. } => {
                self.menu.move_by(Command::Up, lines);
                Turn::Stay
            }
            Event::Mouse { act: MouseAct::WheelDown, .. } => {
                self.menu.move_by(Command::Down, lines);
                Turn::Stay
            }
            _ => Turn::Stay,
        }
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let theme = &common.theme;
        let Some(tried) = self.tried(common) else {
            put(buffer, area.x, area.y, area.width, "This entry is no longer in the vault.", theme.style(Role::Text));
            return;
        };
        if let Some(refused) = &self.refused {
            refused::draw(refused, common, buffer, area, &tried);
            return;
        }
        let gap = u16::from(area.height >= 12) + u16::from(area.height >= 16);
        let mut y = area.y;
        let mut x = area.x;
        let new = if tried.is_candidate { "new secret" } else { "" };
        let room = area.width.saturating_sub(if tried.is_candidate { width(new) + 2 } else { 0 });
        let (site, account, _) = common.name_in(&tried.entry, room, 2);
        for (text, role) in [(site.as_str(), Role::Strong), (account.as_str(), Role::Second), (new, Role::Accent)] {
            if !text.is_empty() {
                x += put(buffer, x, y, area.right().saturating_sub(x), text, theme.style(role)) + 2;
            }
        }
        y += 1;
        if area.height >= 8 {
            let mut about = tried.credential.parameters(tried.credential.counter);
            if !self.from.is_empty() {
                about = format!("{about} · {}", self.from);
            }
            put(buffer, area.x, y, area.width, &about, theme.style(Role::Second));
            y += 1;
        }
        y += gap.max(u16::from(area.height >= 8));
        let rest = |y: u16| Rect { y, height: area.bottom().saturating_sub(y), ..area };
        if area.height > 1 {
            y += self.draw_code(common, buffer, rest(y), &tried);
        }
        y += gap;
        let asks = match (tried.is_candidate, self.choices(&tried).first()) {
            (_, Some((Choice::TakeCode | Choice::Later, _))) => "",
            (true, _) => "Enter this code on the site. The old secret stays in use until you say that it worked.",
            (false, _) => "Enter this code on the site. Kept as pending until you say that it worked.",
        };
        if area.height >= 9 && !asks.is_empty() {
            for line in wrap(asks, area.width) {
                put(buffer, area.x, y, area.width, &line, theme.style(Role::Text));
                y += 1;
            }
            y += u16::from(gap > 0);
        }
        let choices = self.choices(&tried);
        let lines: Vec<(&str, &str)> = choices.iter().map(|(_, text)| (*text, "")).collect();
        self.menu.draw(buffer, common, rest(y), &lines);
    }

    fn footer(&self, common: &Common) -> Vec<(Command, &'static str)> {
        match self.refused {
            Some(_) => vec![(Command::Accept, ""), (Command::Down, "move"), (Command::Back, "")],
            None => vec![(Command::Accept, ""), (Command::Copy, self.copy_word(common)), (Command::Back, "later")],
        }
    }

    fn next_change(&self, common: &Common) -> Option<Duration> {
        let timed = self.tried(common).is_some_and(|tried| tried.credential.is_time_based());
        // Seconds change on the wall clock's whole seconds.
        timed.then(|| common.next_second())
    }
}
