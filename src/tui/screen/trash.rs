//! The trash: the deleted entries, newest first, each put back with one key. What goes for good is asked about first.

use super::confirm::Confirm;
use super::confirm_many::ConfirmMany;
use super::{Behaviour, Event, Reaction, Screen, undo};
use crate::ops::change::Change;
use crate::ports::UnixMs;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, fit, put, put_centre, put_right, width, wrap};
use crate::tui::msg::{Awaited, Done, Effect, Job, MouseAct, Then};
use crate::tui::names::{self, Room, Shown, Sites};
use crate::tui::state::{Common, Tone};
use crate::tui::theme::Role;
use crate::tui::widget::ago;
use crate::tui::widget::lines::{Lines, draw_mark};
use crate::vault::entry::{Entry, EntryId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug)]
pub struct Trash {
    /// As they are on the disk.
    entries: Vec<Arc<Entry>>,
    sites: Sites,
    lines: Lines,
}

const WHAT_IT_IS: &str = "Deleted entries stay here, secrets and all, until removed for good.";

/// Columns of `59 minutes ago`, and of issuer and account together at most.
const AGO: u16 = 14;
const NAMES: u16 = 50;

impl Trash {
    pub fn new(common: &Common) -> Self {
        let entries = deleted(common);
        Trash { sites: Sites::of(&entries), entries, lines: Lines::default() }
    }

    fn selected(&self) -> Option<&Arc<Entry>> {
        self.entries.get(self.lines.selected)
    }

    fn put_back(&self, common: &Common) -> Reaction {
        let Some(entry) = self.selected() else { return Reaction::stay() };
        let said = format!("{} is back in the list", called(common, entry));
        Reaction::job(Job::Apply { change: Change::Restore(vec![entry.id]), then: Then::Say(said) })
    }

    fn purge(&self, common: &Common) -> Reaction {
        let Some(entry) = self.selected() else { return Reaction::stay() };
        let question = format!("Remove {} for good, secret and all?", called(common, entry));
        let yes = removal(vec![entry.id]);
        Reaction::push(Screen::Confirm(Confirm::no_undo(question, "remove for good", "keep it", yes)))
    }

    /// Only what is listed: what comes into the trash meanwhile stays.
    fn empty(&self, common: &Common) -> Reaction {
        let what = match self.entries.len() {
            1 => "1 entry is removed for good".to_owned(),
            number => format!("{number} entries are removed for good"),
        };
        let lost = self.entries.iter().map(|entry| lost_words(common, entry)).collect();
        let yes = removal(self.entries.iter().map(|entry| entry.id).collect());
        Reaction::push(Screen::ConfirmMany(ConfirmMany::new("Empty the trash".into(), what, lost, yes)))
    }

    fn purged(&self, common: &mut Common, done: Done) {
        let Done::Applied { result: Ok(outcome), then: Then::Screen(Awaited::Purged), .. } = done else { return };
        match outcome.ids.len() {
            0 => common.say(Tone::Note, "Nothing was removed: it is not in the trash any more"),
            1 => common.say(Tone::Done, "1 entry is removed for good"),
            number => common.say(Tone::Done, format!("{number} entries are removed for good")),
        }
    }

    /// Where the entries lie.
    fn frame((width, height): (u16, u16)) -> Rect {
        let (top, below) = match height {
            0..4 => (0, 0),
            4..12 => (1, 2),
            12..16 => (3, 2),
            _ => (5, 3),
        };
        let x = if width >= 40 { MARGIN + 2 } else { 0 };
        Rect::new(x, top, width.saturating_sub(x + x.min(1)), height.saturating_sub(top + below))
    }

    /// Columns of the names, and how they share them.
    fn names(area: Rect) -> (u16, Room) {
        let room = area.width.saturating_sub(2);
        let all = if room >= AGO + 12 { (room - AGO - 2).min(NAMES) } else { room };
        let site = all * 2 / 5;
        (all, if all < 24 { Room::Beside(all) } else { Room::Columns { site, account: all - site - 1 } })
    }

    fn draw_row(&self, common: &Common, buffer: &mut Buffer, area: Rect, (at, y): (usize, u16), name: &Shown) {
        let theme = &common.theme;
        let entry = &self.entries[at];
        let selected = at == self.lines.selected;
        if selected {
            draw_mark(buffer, theme, area.x, y);
        }
        let when = ago::text(ago::since(common, deleted_at(entry)));
        let room = area.width.saturating_sub(2);
        let (all, names) = Trash::names(area);
        let role = if selected { Role::Selected } else { Role::Text };
        let used = put(buffer, area.x + 2, y, all, &name.site, theme.style(role));
        let gap = if let Room::Columns { site, .. } = names { site } else { used } + 1;
        put(buffer, area.x + 2 + gap, y, all.saturating_sub(gap), &name.account, theme.style(Role::Second));
        if all < room {
            put_right(buffer, area.x + 2 + all + 2 + AGO, y, &when, theme.style(Role::Second));
        }
    }
}

fn deleted(common: &Common) -> Vec<Arc<Entry>> {
    let mut entries: Vec<Arc<Entry>> = common.open.iter().flat_map(|open| open.vault.trash().cloned()).collect();
    entries.sort_by_cached_key(|entry| (Reverse(deleted_at(entry)), entry.name_key()));
    entries
}

/// With its account: another entry of its issuer may lie beside it.
fn called(common: &Common, entry: &Entry) -> String {
    let (site, account, _) = common.name_in(entry, common.size.0.saturating_sub(24).clamp(14, 44), 3);
    if account.is_empty() { site } else { format!("{site} ({account})") }
}

fn deleted_at(entry: &Entry) -> UnixMs {
    entry.deleted.map_or(0, |at| at.wall_ms)
}

fn removal(ids: Vec<EntryId>) -> Vec<Effect> {
    vec![Effect::job(Job::Apply { change: Change::EmptyTrash(ids), then: Then::Screen(Awaited::Purged) })]
}

/// What goes with an entry: its name, when it was deleted, and how many unused recovery codes it has.
fn lost_words(common: &Common, entry: &Entry) -> String {
    let codes = match entry.recovery_codes_left() {
        0 => String::new(),
        1 => " · 1 recovery code".to_owned(),
        number => format!(" · {number} recovery codes"),
    };
    format!("{}  {}{codes}", fit(&entry.called(), 60), ago::text(ago::since(common, deleted_at(entry))))
}

impl Behaviour for Trash {
    fn place(&self) -> Place {
        Place::Trash
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        let area = Trash::frame(common.size);
        match event {
            Event::Done(done) => self.purged(common, done),
            Event::Command(Command::Back) => return Reaction::pop(),
            Event::Command(Command::Undo) => return undo::take_back(common),
            Event::Command(command @ (Command::PutBack | Command::Purge | Command::EmptyTrash)) => {
                if let Some(reason) = self.disabled(common, command) {
                    common.say(Tone::Note, reason);
                    return Reaction::stay();
                }
                return match command {
                    Command::PutBack => self.put_back(common),
                    Command::Purge => self.purge(common),
                    _ => self.empty(common),
                };
            }
            Event::Command(command) => drop(self.lines.move_by(command, self.entries.len(), area.height)),
            Event::Mouse { act, row, .. } => {
                let hit = self.lines.mouse(act, row, area, self.entries.len());
                if hit && act == MouseAct::DoubleClick && self.disabled(common, Command::PutBack).is_none() {
                    return self.put_back(common);
                }
            }
            Event::Key(_) | Event::Paste(_) => {}
        }
        Reaction::stay()
    }

    fn disabled(&self, common: &Common, command: Command) -> Option<String> {
        match command {
            Command::Undo => undo::why_not(common),
            Command::PutBack | Command::Purge | Command::EmptyTrash => {
                let empty = self.entries.is_empty().then(|| "The trash is empty".to_owned());
                empty.or_else(|| common.read_only())
            }
            _ => None,
        }
    }

    /// The selection stays on its entry, or goes to the one that takes its place.
    fn vault_changed(&mut self, common: &Common) {
        let selected = self.selected().map(|entry| entry.id);
        self.entries = deleted(common);
        self.sites = Sites::of(&self.entries);
        let place = selected.and_then(|id| self.entries.iter().position(|entry| entry.id == id));
        self.lines.selected = place.unwrap_or(self.lines.selected).min(self.entries.len().saturating_sub(1));
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let theme = &common.theme;
        let whole = buffer.area;
        let area = Trash::frame((whole.width, whole.height));
        if area.y > 0 {
            let y = u16::from(area.y > 1);
            let x = MARGIN + put(buffer, MARGIN, y, whole.width, "Trash", theme.style(Role::Strong)) + 3;
            let count = match self.entries.len() {
                0 => String::new(),
                1 => "1 entry".to_owned(),
                number => format!("{number} entries"),
            };
            put(buffer, x, y, whole.width.saturating_sub(x), &count, theme.style(Role::Second));
        }
        if self.entries.is_empty() {
            let y = area.y + area.height / 3;
            put_centre(buffer, whole, y, "The trash is empty", theme.style(Role::Strong));
            for (line, y) in wrap(WHAT_IT_IS, area.width.min(46)).iter().zip(y + 2..area.bottom()) {
                put_centre(buffer, whole, y, line, theme.style(Role::Second));
            }
            return;
        }
        if area.y >= 5 {
            let text = if width(WHAT_IT_IS) <= area.width { WHAT_IT_IS } else { "Kept until removed for good." };
            put(buffer, area.x, 3, area.width, text, theme.style(Role::Second));
        }
        let in_sight: Vec<(usize, u16)> = self.lines.in_sight(area, self.entries.len()).collect();
        let rows: Vec<(&Entry, Room)> =
            in_sight.iter().map(|(at, _)| (self.entries[*at].as_ref(), Trash::names(area).1)).collect();
        for (row, name) in in_sight.iter().zip(names::of_rows(&self.entries, &self.sites, &rows)) {
            self.draw_row(common, buffer, area, *row, &name);
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        if self.entries.is_empty() {
            return vec![(Command::Back, ""), (Command::Help, "")];
        }
        vec![
            (Command::PutBack, ""),
            (Command::Purge, "remove"),
            (Command::EmptyTrash, "remove all"),
            (Command::Back, ""),
            (Command::Help, ""),
        ]
    }

    /// The words for the times of those in sight.
    fn next_change(&self, common: &Common) -> Option<Duration> {
        let in_sight = self.lines.in_sight(Trash::frame(common.size), self.entries.len());
        in_sight.map(|(at, _)| ago::next_change(common, deleted_at(&self.entries[at]))).min()
    }
}
