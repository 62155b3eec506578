//! A site's recovery codes: shown on request, copied one by one and marked as used by that, replaced as a set.

use super::codes::{Codes, Wish};
use super::confirm::Confirm;
use super::{Behaviour, Event, Reaction, Screen, undo};
use crate::ops::change::Change;
use crate::ports::CopyKind;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, put, wrap};
use crate::tui::msg::{Awaited, Copied, Done, Job, MouseAct, Then};
use crate::tui::state::{Common, Tone};
use crate::tui::theme::Role;
use crate::vault::entry::{Entry, EntryId, RecoveryCode};
use crate::vault::stamp::Stamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use std::sync::Arc;

#[derive(Debug)]
pub struct Recovery {
    id: EntryId,
    name: String,
    selected: usize,
    shown: bool,
    /// While another set is taken in.
    replacing: Option<Codes>,
}

impl Recovery {
    pub fn new(common: &Common, entry: &Entry) -> Self {
        let first_unused = entry.recovery_codes.value.iter().position(|code| !code.used.value).unwrap_or(0);
        let replacing = entry.recovery_codes.value.is_empty().then(|| Codes::new(0));
        Recovery { id: entry.id, name: common.name_of(entry), selected: first_unused, shown: false, replacing }
    }

    /// The entry as it is on the disk.
    fn entry(&self, common: &Common) -> Option<Arc<Entry>> {
        common.open.as_ref()?.vault.entry(self.id).cloned()
    }

    fn count(&self, common: &Common) -> usize {
        self.entry(common).map_or(0, |entry| entry.recovery_codes.value.len())
    }

    /// With the stamp of its set.
    fn selected_code(&self, common: &Common) -> Option<(Stamp, RecoveryCode)> {
        let set = &self.entry(common)?.recovery_codes;
        Some((set.at, set.value.get(self.selected)?.clone()))
    }

    fn copy(&self, common: &mut Common) -> Reaction {
        let Some((set, code)) = self.selected_code(common) else { return Reaction::stay() };
        if code.used.value {
            common.say(Tone::Note, format!("Recovery code {} was used before: choose another, or unmark it", self.selected + 1));
            return Reaction::stay();
        }
        let what = format!("recovery code {} of {}", self.selected + 1, self.name);
        let said = Copied { what, valid_s: None, next_instead: false, entry: None, used_up: Some((self.id, set, self.selected)) };
        Reaction::job(Job::Copy { text: code.code, kind: CopyKind::Secret, said })
    }

    fn toggle(&self, common: &Common) -> Reaction {
        let Some((set, code)) = self.selected_code(common) else { return Reaction::stay() };
        let used = !code.used.value;
        let said = format!("Recovery code {} is marked as {}", self.selected + 1, if used { "used" } else { "unused" });
        let change = Change::MarkRecoveryCode { id: self.id, set, index: self.selected, used };
        Reaction::job(Job::Apply { change, then: Then::Say(said) })
    }

    fn move_by(&mut self, common: &Common, command: Command) {
        let last = self.count(common).saturating_sub(1);
        let to = match command {
            Command::Up => self.selected.saturating_sub(1),
            Command::Down => self.selected + 1,
            _ => self.selected,
        };
        self.selected = to.min(last);
    }

    fn replacing(&mut self, common: &Common, event: Event) -> Reaction {
        let Some(codes) = &mut self.replacing else { return Reaction::stay() };
        match codes.handle(event) {
            Wish::Nothing => Reaction::stay(),
            Wish::Save(new) => {
                let change = Change::SetRecoveryCodes(self.id, new);
                Reaction::job(Job::Apply { change, then: Then::Screen(Awaited::RecoverySaved) })
            }
            Wish::Leave if !codes.is_empty() => Reaction::push(Screen::Confirm(Confirm::leave("the new codes"))),
            Wish::Leave if self.count(common) == 0 => Reaction::pop(),
            Wish::Leave => {
                self.replacing = None;
                Reaction::stay()
            }
        }
    }

    fn saved(&mut self, common: &mut Common, done: Done) -> Reaction {
        let Done::Applied { result, then: Then::Screen(Awaited::RecoverySaved), .. } = done else { return Reaction::stay() };
        if let Some(codes) = &mut self.replacing {
            codes.saving = false;
        }
        // The toast has said what went wrong; what was pasted is still there.
        let Ok(outcome) = result else { return Reaction::stay() };
        let said = format!("Recovery codes of {} are saved", self.name);
        common.say_changed(outcome.undo, said);
        self.replacing = None;
        self.selected = 0;
        Reaction::stay()
    }

    /// Where the codes lie, and the first one in sight.
    fn frame(&self, size: (u16, u16)) -> (Rect, usize) {
        let (width, height) = size;
        let (top, below) = match height {
            0..4 => (0, 0),
            4..12 => (1, 2),
            _ => (5, 2),
        };
        let x = if width >= 40 { MARGIN + 2 } else { 0 };
        let area = Rect::new(x, top, width.saturating_sub(x), height.saturating_sub(top + below));
        (area, (self.selected + 1).saturating_sub(usize::from(area.height).max(1)))
    }
}

impl Behaviour for Recovery {
    fn place(&self) -> Place {
        if self.replacing.is_some() { Place::Form } else { Place::Recovery }
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        if let Event::Done(done) = event {
            return self.saved(common, done);
        }
        if self.replacing.is_some() {
            return self.replacing(common, event);
        }
        let (area, first) = self.frame(common.size);
        match event {
            Event::Command(Command::Back) => return Reaction::pop(),
            Event::Command(Command::Copy) => return self.copy(common),
            Event::Command(Command::Mark) => return self.toggle(common),
            Event::Command(Command::Reveal) => self.shown = !self.shown,
            Event::Command(Command::Undo) => return undo::take_back(common),
            Event::Command(Command::Edit) => {
                let left = self.entry(common).map_or(0, |entry| entry.recovery_codes_left());
                self.replacing = Some(Codes::new(left));
            }
            Event::Command(command) => self.move_by(common, command),
            Event::Mouse { act: MouseAct::WheelUp, .. } => self.move_by(common, Command::Up),
            Event::Mouse { act: MouseAct::WheelDown, .. } => self.move_by(common, Command::Down),
            Event::Mouse { act, row, .. } => {
                let at = row.checked_sub(area.y).filter(|at| *at < area.height).map(|at| first + usize::from(at));
                if let Some(at) = at.filter(|at| *at < self.count(common)) {
                    self.selected = at;
                    if act == MouseAct::DoubleClick {
                        return self.copy(common);
                    }
                }
            }
            _ => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let theme = &common.theme;
        let whole = buffer.area;
        let (area, first) = self.frame((whole.width, whole.height));
        if let Some(codes) = &self.replacing {
            let top = area.y.min(1);
            let area = Rect::new(area.x, top, area.width.saturating_sub(1), whole.height.saturating_sub(top + 2 * top.min(1)));
            codes.draw(common, buffer, area, &format!("Recovery codes of {}", self.name));
            return;
        }
        let Some(entry) = self.entry(common) else {
            put(buffer, area.x, area.y, area.width, "This entry is no longer in the vault.", theme.style(Role::Text));
            return;
        };
        let codes = &entry.recovery_codes.value;
        if area.y > 0 {
            let y = u16::from(area.y > 1);
            let x = MARGIN + put(buffer, MARGIN, y, whole.width, "Recovery codes", theme.style(Role::Strong)) + 3;
            put(buffer, x, y, whole.width.saturating_sub(x), &self.name, theme.style(Role::Second));
            if area.y >= 5 {
                let left = entry.recovery_codes_left();
                let text = format!("{left} of {} left. Copying one marks it as used; sites take each only once.", codes.len());
                for (line, y) in wrap(&text, area.width).iter().take(2).zip(3..) {
                    put(buffer, area.x, y, area.width, line, theme.style(Role::Second));
                }
            }
        }
        for ((at, code), y) in codes.iter().enumerate().skip(first).zip(area.top()..area.bottom()) {
            let selected = at == self.selected;
            if selected {
                put(buffer, area.x, y, 1, "▌", theme.style(Role::Mark));
            }
            let number = format!("{:>3}", at + 1);
            put(buffer, area.x + 1, y, 3, &number, theme.style(Role::Second));
            if code.used.value {
                put(buffer, area.x + 5, y, 1, "✓", theme.style(Role::Ok));
            }
            let text = match self.shown {
                true => code.code.expose().to_owned(),
                false => "•".repeat(code.code.expose().chars().count().min(16)),
            };
            let style = match (code.used.value, selected) {
                (true, _) => theme.style(Role::Hint).add_modifier(Modifier::CROSSED_OUT),
                (false, true) => theme.style(Role::Selected),
                (false, false) => theme.style(Role::Code),
            };
            let used = put(buffer, area.x + 7, y, area.width.saturating_sub(7), &text, style);
            if code.used.value {
                let x = area.x + 7 + used + 2;
                put(buffer, x, y, whole.width.saturating_sub(x), "used", theme.style(Role::Second));
            }
        }
    }

    fn footer(&self, common: &Common) -> Vec<(Command, &'static str)> {
        if let Some(codes) = &self.replacing {
            return codes.footer("back");
        }
        let used = self.entry(common).and_then(|entry| entry.recovery_codes.value.get(self.selected).map(|code| code.used.value));
        let mark = if used == Some(true) { "mark unused" } else { "mark used" };
        let reveal = if self.shown { "hide" } else { "show" };
        vec![
            (Command::Copy, ""),
            (Command::Mark, mark),
            (Command::Reveal, reveal),
            (Command::Edit, "replace"),
            (Command::Back, ""),
            (Command::Help, ""),
        ]
    }

    fn disabled(&self, common: &Common, command: Command) -> Option<String> {
        match command {
            Command::Undo => undo::why_not(common),
            _ => None,
        }
    }

    fn vault_changed(&mut self, common: &Common) {
        self.selected = self.selected.min(self.count(common).saturating_sub(1));
        self.name = common.name_by_id(self.id).unwrap_or_else(|| std::mem::take(&mut self.name));
    }

    fn unsaved(&self) -> Option<&'static str> {
        self.replacing.as_ref().filter(|codes| !codes.is_empty()).map(|_| "the recovery codes")
    }
}
