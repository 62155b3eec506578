//! All commands of the screen below, found by their names: those that can be done now first, the others with the reason.

use super::{Behaviour, Event, Reaction, Step};
use crate::ops::find::rank_texts;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, below_title, put, put_right, title_row, width, with_right_margin};
use crate::tui::state::{Common, Tone};
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
use crate::tui::widget::lines::{Lines, draw_mark};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Palette {
    choices: Vec<Choice>,
    field: Field,
    /// Positions in `choices`, as they are listed.
    listed: Vec<usize>,
    scroll: Lines,
}

#[derive(Debug)]
struct Choice {
    command: Command,
    key: String,
    /// What it does in the screen below.
    about: &'static str,
    /// Why it can't be done now.
    reason: Option<String>,
}

/// What nobody looks for by name: the ways to move, and the palette itself.
const LEFT_OUT: [Command; 9] = [
    Command::Up,
    Command::Down,
    Command::PageUp,
    Command::PageDown,
    Command::Top,
    Command::Bottom,
    Command::Accept,
    Command::Back,
    Command::Palette,
];

/// Columns of the widest name, and of all rows together.
const NAME: u16 = 16;
const WIDEST: u16 = 92;

impl Palette {
    pub fn new(common: &Common, below: &dyn Behaviour) -> Palette {
        let rows = common.keymap.rows(below.place()).chain(common.keymap.rows(Place::Everywhere));
        let mut choices: Vec<Choice> = Vec::new();
        for binding in rows.filter(|binding| !LEFT_OUT.contains(&binding.command)) {
            if choices.iter().all(|choice| choice.command != binding.command) {
                let key = binding.keys.first().map_or_else(String::new, |key| key.sign());
                let reason = below.disabled(common, binding.command);
                choices.push(Choice { command: binding.command, key, about: binding.help(), reason });
            }
        }
        let mut palette = Palette { choices, field: Field::plain(""), listed: Vec::new(), scroll: Lines::default() };
        palette.changed();
        palette
    }

    /// By their names, then those whose help has the very words. While nothing is typed, those that can be done come first.
    fn changed(&mut self) {
        let typed = self.field.text().trim().to_lowercase();
        let names: Vec<&str> = self.choices.iter().map(|choice| choice.command.name()).collect();
        self.listed = rank_texts(&names, &typed);
        for at in 0..self.choices.len() {
            if !self.listed.contains(&at) && self.choices[at].about.contains(&typed) {
                self.listed.push(at);
            }
        }
        if typed.is_empty() {
            self.listed.sort_by_key(|at| self.choices[*at].reason.is_some());
        }
        self.scroll = Lines::default();
    }

    fn choose(&self, common: &mut Common) -> Reaction {
        match self.listed.get(self.scroll.selected).map(|at| &self.choices[*at]) {
            Some(Choice { reason: Some(reason), .. }) => {
                common.say(Tone::Note, reason.clone());
                Reaction::stay()
            }
            Some(Choice { command, .. }) => Reaction { step: Step::PopAndDo(*command), effects: Vec::new() },
            None => Reaction::stay(),
        }
    }

    /// Where the commands are listed.
    fn frame(size: (u16, u16)) -> Rect {
        let Rect { x, y, width, height } = with_right_margin(below_title(size));
        // A blank line before the keys, where the title has one behind it.
        Rect::new(x, y, width.min(WIDEST), height.saturating_sub(u16::from(y > 1)))
    }
}

impl Behaviour for Palette {
    fn place(&self) -> Place {
        Place::Palette
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        let area = Palette::frame(common.size);
        match event {
            Event::Command(Command::Accept) => return self.choose(common),
            Event::Command(Command::Back) => return Reaction::pop(),
            Event::Command(command) => drop(self.scroll.move_by(command, self.listed.len(), area.height)),
            Event::Key(key) if self.field.edit(key) => self.changed(),
            Event::Paste(text) => {
                self.field.insert(text.expose());
                self.changed();
            }
            Event::Mouse { act, row, .. } if self.scroll.mouse(act, row, area, self.listed.len()) => {
                return self.choose(common);
            }
            _ => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let theme = &common.theme;
        let whole = buffer.area;
        let area = Palette::frame((whole.width, whole.height));
        if let Some(y) = title_row(area) {
            let used = put(buffer, MARGIN, y, whole.width, "Commands", theme.style(Role::Strong)) + 3;
            let x = MARGIN + used;
            self.field.draw(buffer, common, x, y, whole.width.saturating_sub(x + 1), true);
        }
        for (at, y) in self.scroll.in_sight(area, self.listed.len()) {
            let choice = &self.choices[self.listed[at]];
            let selected = at == self.scroll.selected;
            if selected {
                draw_mark(buffer, theme, area.x, y);
            }
            let role = match (selected, &choice.reason) {
                (true, _) => Role::Selected,
                (false, None) => Role::Text,
                (false, Some(_)) => Role::Hint,
            };
            let x = area.x + 2;
            put(buffer, x, y, NAME.min(area.right().saturating_sub(x)), choice.command.name(), theme.style(role));
            let key_x = area.right().saturating_sub(width(&choice.key));
            put_right(buffer, area.right(), y, &choice.key, theme.style(Role::Strong));
            let about_x = x + NAME + 1;
            let about = choice.reason.as_deref().unwrap_or(choice.about);
            let room = key_x.saturating_sub(about_x + 2);
            if room >= 12 {
                put(buffer, about_x, y, room, about, theme.style(Role::Second));
            }
        }
        if self.listed.is_empty() && area.height > 0 {
            put(buffer, area.x + 2, area.y, area.width.saturating_sub(2), "No command has this name.", theme.style(Role::Second));
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        vec![(Command::Accept, "do it"), (Command::Down, "move"), (Command::Back, "")]
    }
}
