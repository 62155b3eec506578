//! Before many things are removed for good: what is lost is listed, and only their number, typed in full, makes Enter
//! remove them.

use super::{Behaviour, Event, Reaction, Step};
use crate::tui::command::Command;
use crate::tui::key::Key;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, below_title, put, title_row};
use crate::tui::msg::{Effect, MouseAct};
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
use crate::tui::widget::lines::draw_mark;
use crate::tui::widget::said;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct ConfirmMany {
    title: String,
    /// "23 entries are removed for good".
    what: String,
    /// What is lost, a line each.
    lost: Vec<String>,
    /// The first line in sight.
    scroll: usize,
    typed: Field,
    /// Given on yes; emptied then.
    yes: Vec<Effect>,
}

impl ConfirmMany {
    pub fn new(title: String, what: String, lost: Vec<String>, yes: Vec<Effect>) -> ConfirmMany {
        ConfirmMany { title, what, lost, scroll: 0, typed: Field::plain(""), yes }
    }

    fn warning(&self, common: &Common, columns: u16) -> Vec<(String, Role)> {
        let warning = format!("{}; undo can't bring {} back.", self.what, self.them());
        said::lines(common, &warning, columns, Role::Warning)
    }

    fn them(&self) -> &'static str {
        if self.lost.len() == 1 { "it" } else { "them" }
    }

    fn number(&self) -> String {
        self.lost.len().to_string()
    }

    /// Whether the whole number is typed, so that Enter removes.
    fn is_certain(&self) -> bool {
        self.typed.text().trim() == self.number()
    }

    /// Where the lines of what is lost go: below the warning, above the field and the answer.
    fn lost_area(&self, common: &Common, size: (u16, u16)) -> Rect {
        let area = below_title(size);
        let gap = u16::from(area.height >= 10);
        let above = (self.warning(common, area.width).len() as u16 + gap).min(area.height.saturating_sub(2));
        let rows = area.height.saturating_sub(above + 2 * gap + 2).min(self.lost.len().try_into().unwrap_or(u16::MAX));
        Rect::new(area.x, area.y + above, area.width, rows)
    }

    fn scroll_by(&mut self, common: &Common, by: isize) {
        let last = self.lost.len().saturating_sub(usize::from(self.lost_area(common, common.size).height));
        self.scroll = self.scroll.saturating_add_signed(by).min(last);
    }

    fn edit(&mut self, key: Key) {
        if key.typed().is_none_or(|c| c.is_ascii_digit()) {
            self.typed.edit(key);
        }
    }
}

impl Behaviour for ConfirmMany {
    fn place(&self) -> Place {
        Place::ConfirmMany
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Command(Command::Accept) if self.is_certain() => {
                return Reaction { step: Step::Pop, effects: std::mem::take(&mut self.yes) };
            }
            Event::Command(Command::Accept | Command::Back) => return Reaction::pop(),
            Event::Command(Command::Up) | Event::Mouse { act: MouseAct::WheelUp, .. } => self.scroll_by(common, -1),
            Event::Command(Command::Down) | Event::Mouse { act: MouseAct::WheelDown, .. } => self.scroll_by(common, 1),
            Event::Key(key) => self.edit(key),
            _ => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let theme = &common.theme;
        let size = (buffer.area.width, buffer.area.height);
        let area = below_title(size);
        if let Some(y) = title_row(area) {
            put(buffer, MARGIN, y, area.width, &self.title, theme.style(Role::Strong));
        }
        let above = area.top()..self.lost_area(common, size).top();
        said::draw(buffer, theme, area.x, above, area.width, &self.warning(common, area.width));
        let lines = self.lost_area(common, size);
        let more = self.lost.len() - (self.lost.len().min(self.scroll + usize::from(lines.height)));
        for (line, y) in self.lost.iter().skip(self.scroll).zip(lines.top()..lines.bottom()) {
            put(buffer, lines.x + 2, y, lines.width.saturating_sub(2), line, theme.style(Role::Text));
        }
        if let (Some(y), true) = (lines.bottom().checked_sub(1), more > 0 && lines.height > 0) {
            let text = format!("and {} more", more + 1);
            put(buffer, lines.x + 2, y, lines.width, &" ".repeat(lines.width.into()), theme.style(Role::Text));
            put(buffer, lines.x + 2, y, lines.width.saturating_sub(2), &text, theme.style(Role::Second));
        }

        let gap = u16::from(area.height >= 10);
        let y = lines.bottom() + gap;
        let them = self.them();
        let ask = format!("Type {} to remove {them}", self.number());
        let used = put(buffer, area.x, y, area.width, &ask, theme.style(Role::Text)) + 2;
        self.typed.draw(buffer, common, area.x + used, y, 8.min(area.width.saturating_sub(used)), true);
        let y = y + 1 + gap;
        draw_mark(buffer, theme, area.x.saturating_sub(2), y);
        let answer = if self.is_certain() { format!("Remove {them} for good") } else { format!("Keep {them}") };
        let key = common.keymap.sign(Place::ConfirmMany, Command::Accept);
        let used = put(buffer, area.x, y, area.width, &key, theme.style(Role::Strong)) + 2;
        put(buffer, area.x + used, y, area.width.saturating_sub(used), &answer, theme.style(Role::Selected));
    }

    fn footer(&self, common: &Common) -> Vec<(Command, &'static str)> {
        let keep = if self.lost.len() == 1 { "keep it" } else { "keep them" };
        let accept = if self.is_certain() { "remove for good" } else { keep };
        let mut commands = vec![(Command::Accept, accept)];
        if usize::from(self.lost_area(common, common.size).height) < self.lost.len() {
            commands.push((Command::Down, "see them all"));
        }
        commands.push((Command::Back, keep));
        commands
    }
}
