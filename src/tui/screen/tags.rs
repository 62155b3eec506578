//! The tags of one entry or of several: all tags there are, each on all, on some, or on none of them. Enter saves.

use super::confirm::Confirm;
use super::{Behaviour, Event, Reaction, Screen};
use crate::ops::change::{Change, Edit};
use crate::ops::check;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, put};
use crate::tui::msg::{Awaited, Done, Job, Then};
use crate::tui::state::{Common, explain};
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
use crate::tui::widget::lines::{Lines, Sign, draw_mark, draw_sign};
use crate::tui::widget::said;
use crate::vault::entry::{Entry, EntryId};
use crate::words::{composed, is_same};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug)]
pub struct Tags {
    targets: Vec<(EntryId, Vec<String>)>,
    /// What the targets are called together.
    name: String,
    lines: Vec<Line>,
    scroll: Lines,
    typed: Field,
    said: Option<String>,
    saving: bool,
}

#[derive(Debug)]
struct Line {
    tag: String,
    before: Set,
    now: Set,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    On,
    Some,
    Off,
}

const UNSAVED: &str = "the changes";

impl Tags {
    pub fn new(common: &Common, targets: &[Arc<Entry>]) -> Self {
        let name = match targets {
            [one] => common.name_of(one),
            many => format!("{} entries", many.len()),
        };
        let targets: Vec<(EntryId, Vec<String>)> =
            targets.iter().map(|entry| (entry.id, entry.tags().map(|tag| composed(tag).into_owned()).collect())).collect();
        let all: BTreeSet<String> = common
            .open
            .iter()
            .flat_map(|open| open.vault.active())
            .flat_map(|entry| entry.tags().map(|tag| composed(tag).into_owned()))
            .collect();
        let lines = all
            .into_iter()
            .map(|tag| {
                let with = targets.iter().filter(|(_, tags)| tags.contains(&tag)).count();
                let set = match with {
                    0 => Set::Off,
                    count if count == targets.len() => Set::On,
                    _ => Set::Some,
                };
                Line { tag, before: set, now: set }
            })
            .collect();
        Tags { targets, name, lines, scroll: Lines::default(), typed: Field::plain(""), said: None, saving: false }
    }

    /// On all → on none → as it was, where that was on some.
    fn toggle(&mut self) {
        if let Some(line) = self.lines.get_mut(self.scroll.selected) {
            line.now = match (line.now, line.before) {
                (Set::On, _) => Set::Off,
                (Set::Off, Set::Some) => Set::Some,
                (Set::Off | Set::Some, _) => Set::On,
            };
        }
    }

    fn add_typed(&mut self) {
        let tag = self.typed.text().split_whitespace().collect::<Vec<_>>().join(" ");
        if let Err(error) = check::tag(&tag) {
            self.typed.select();
            self.said = Some(explain(&error));
            return;
        }
        self.scroll.selected = match self.lines.iter().position(|line| is_same(&line.tag, &tag)) {
            Some(at) => at,
            None => {
                self.lines.push(Line { tag, before: Set::Off, now: Set::Off });
                self.lines.len() - 1
            }
        };
        self.lines[self.scroll.selected].now = Set::On;
        self.typed.clear();
    }

    fn is_changed(&self) -> bool {
        self.lines.iter().any(|line| line.now != line.before)
    }

    fn save(&mut self) -> Reaction {
        let changes: Vec<Change> = self
            .targets
            .iter()
            .filter_map(|(id, before)| {
                let keeps = |tag: &String| match self.lines.iter().find(|line| line.tag == *tag) {
                    Some(line) => line.now != Set::Off,
                    None => true,
                };
                let mut tags: Vec<String> = before.iter().filter(|tag| keeps(tag)).cloned().collect();
                let added = self.lines.iter().filter(|line| line.now == Set::On && !before.contains(&line.tag));
                tags.extend(added.map(|line| line.tag.clone()));
                (tags != *before).then(|| Change::Edit(*id, Edit::default().with_tags(before, &tags)))
            })
            .collect();
        if changes.is_empty() {
            return Reaction::pop();
        }
        self.saving = true;
        Reaction::job(Job::Apply { change: Change::Several(changes), then: Then::Screen(Awaited::TagsSaved) })
    }

    fn saved(&mut self, common: &mut Common, done: Done) -> Reaction {
        let Done::Applied { result, .. } = done else { return Reaction::stay() };
        self.saving = false;
        // The toast has said what went wrong; the marks are as they were.
        let Ok(outcome) = result else { return Reaction::stay() };
        let said = format!("Tags of {} are changed", self.name);
        common.say_changed(outcome.undo, said);
        Reaction::pop()
    }

    fn back(&mut self) -> Reaction {
        if !self.typed.is_empty() {
            self.typed.clear();
            self.said = None;
            return Reaction::stay();
        }
        if !self.is_changed() {
            return Reaction::pop();
        }
        Reaction::push(Screen::Confirm(Confirm::leave(UNSAVED)))
    }

    /// Where the lines lie.
    fn frame((width, height): (u16, u16)) -> Rect {
        let (top, below) = match height {
            0..4 => (0, 0),
            4..12 => (1, 3),
            _ => (3, 5),
        };
        let x = if width >= 40 { MARGIN + 2 } else { 0 };
        Rect::new(x, top, width.saturating_sub(x), height.saturating_sub(top + below))
    }
}

impl Behaviour for Tags {
    fn place(&self) -> Place {
        Place::Tags
    }

    /// Space marks while nothing is typed, and belongs to the new tag then.
    fn typing(&self) -> bool {
        !self.typed.is_empty()
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        let area = Tags::frame(common.size);
        match event {
            Event::Done(done) => return self.saved(common, done),
            _ if self.saving => {}
            Event::Command(Command::Accept) if !self.typed.is_empty() => self.add_typed(),
            Event::Command(Command::Accept) => return self.save(),
            Event::Command(Command::Mark) => self.toggle(),
            Event::Command(Command::Back) => return self.back(),
            Event::Command(command) => drop(self.scroll.move_by(command, self.lines.len(), area.height)),
            Event::Key(key) if self.typed.edit(key) => self.said = None,
            Event::Key(_) => {}
            Event::Paste(text) => self.typed.insert(text.expose()),
            Event::Mouse { act, row, .. } => {
                if self.scroll.mouse(act, row, area, self.lines.len()) {
                    self.toggle();
                }
            }
        }
        Reaction::stay()
    }

    fn vault_changed(&mut self, common: &Common) {
        if let [(id, _)] = self.targets.as_slice()
            && let Some(name) = common.name_by_id(*id)
        {
            self.name = name;
        }
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let theme = &common.theme;
        let whole = buffer.area;
        let area = Tags::frame((whole.width, whole.height));
        if area.y > 0 {
            let y = u16::from(area.y > 1);
            let x = MARGIN + put(buffer, MARGIN, y, whole.width, "Tags", theme.style(Role::Strong)) + 3;
            put(buffer, x, y, whole.width.saturating_sub(x), &self.name, theme.style(Role::Second));
        }
        for (at, y) in self.scroll.in_sight(area, self.lines.len()) {
            let line = &self.lines[at];
            let selected = at == self.scroll.selected;
            if selected {
                draw_mark(buffer, theme, area.x, y);
            }
            let sign = match line.now {
                Set::On => Sign::On,
                Set::Some => Sign::Some,
                Set::Off => Sign::Off,
            };
            draw_sign(buffer, theme, area.x + 2, y, sign);
            let role = if selected { Role::Selected } else { Role::Text };
            let used = put(buffer, area.x + 4, y, area.width.saturating_sub(4), &line.tag, theme.style(role));
            let aside = match (line.now, self.targets.len()) {
                (Set::Some, _) => "on some of them",
                _ if line.now != line.before => "not yet saved",
                _ => "",
            };
            put(buffer, area.x + 4 + used + 2, y, area.width.saturating_sub(6 + used), aside, theme.style(Role::Second));
        }
        if self.lines.is_empty() && area.height > 0 {
            put(buffer, area.x, area.y, area.width, "There are no tags yet: type the first.", theme.style(Role::Second));
        }
        if whole.height >= 4 {
            let shown = (self.lines.len() as u16).min(area.height).max(1);
            let y = (area.y + shown + u16::from(whole.height >= 12)).min(whole.height - 3);
            let used = put(buffer, area.x + 2, y, area.width.saturating_sub(2), "new", theme.style(Role::Second)) + 2;
            let (x, columns) = (area.x + 2 + used, area.width.saturating_sub(2 + used));
            match &self.said {
                Some(said) => {
                    self.typed.draw(buffer, common, x, y, columns, true);
                    let first = (y + 1).min(whole.height - 2)..(y + 2).min(whole.height - 2);
                    said::draw(buffer, theme, x, first, columns, &said::lines(common, said, columns, Role::Error));
                }
                None if self.typed.is_empty() => drop(put(buffer, x, y, columns, "type a tag", theme.style(Role::Hint))),
                None => self.typed.draw(buffer, common, x, y, columns, true),
            }
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        if !self.typed.is_empty() {
            return vec![(Command::Accept, "add this tag"), (Command::Back, "no tag")];
        }
        vec![(Command::Accept, "save"), (Command::Mark, "put on or take off"), (Command::Down, "move"), (Command::Back, "")]
    }

    fn unsaved(&self) -> Option<&'static str> {
        (self.is_changed() || !self.typed.is_empty()).then_some(UNSAVED)
    }
}
