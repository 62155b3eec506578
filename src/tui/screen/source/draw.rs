//! Painting the source: the question, the choice or the field, and what is said below.

use super::{Mode, Purpose, Source};
use crate::tui::command::Command;
use crate::tui::layout::{put, width};
use crate::tui::screen::unlock::spinner;
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::lines::draw_mark;
use crate::tui::widget::said;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

impl Source {
    pub fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let theme = &common.theme;
        let (question, more) = self.question();
        let top = top(area);
        if top > 0 {
            let used = put(buffer, area.x, area.y, area.width, &question, theme.style(Role::Text));
            if used + width(more) <= area.width {
                put(buffer, area.x + used, area.y, width(more), more, theme.style(Role::Text));
            }
        }
        let room = area.height.saturating_sub(top);
        let said = self.said_lines(common, area.width);
        // What was said is to be seen whole, if one line of the choice stays in sight; a gap comes last.
        let said_rows = (said.len() as u16).min(room.saturating_sub(1));
        let rows = self.wanted_rows().min(room - said_rows);
        self.draw_mode(common, buffer, Rect { y: area.y + top, height: rows, ..area });
        let gap = u16::from(said_rows > 0 && rows + said_rows < room);
        said::draw(buffer, theme, area.x, area.y + top + rows + gap..area.bottom(), area.width, &said);
    }

    pub fn footer(&self) -> Vec<(Command, &'static str)> {
        if self.waiting.is_some() {
            return vec![(Command::Back, "cancel")];
        }
        match &self.mode {
            Mode::Menu => vec![(Command::Accept, ""), (Command::Down, "move"), (Command::Back, ""), (Command::Help, "")],
            Mode::Path => {
                vec![(Command::Accept, "read"), (Command::Complete, "complete"), (Command::Down, "list"), (Command::Back, "")]
            }
            Mode::Link => vec![(Command::Accept, "read"), (Command::Back, "")],
            Mode::Locked(locked) => locked.footer(),
        }
    }

    /// What is going on, or what was said, in lines.
    fn said_lines(&self, common: &Common, columns: u16) -> Vec<(String, Role)> {
        if self.waiting.is_some() {
            return vec![(format!("{} reading", spinner(common)), Role::Accent)];
        }
        let Some(said) = &self.said else { return Vec::new() };
        let columns = columns.min(76);
        let tried = match &self.mode {
            Mode::Locked(locked) => locked.tried(),
            _ => String::new(),
        };
        let parts = [(&said.what, said.role), (&said.hint, Role::Second), (&tried, Role::Second)];
        parts.map(|(text, role)| said::lines(common, text, columns, role)).concat()
    }

    /// Draws what is asked for in an area that leaves room for what is said.
    fn draw_mode(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let theme = &common.theme;
        if area.height == 0 {
            return;
        }
        let active = self.waiting.is_none();
        match &self.mode {
            Mode::Menu => {
                let choices = self.choices();
                let lines: Vec<(&str, &str)> = choices.iter().map(|(_, text, aside)| (*text, aside.as_str())).collect();
                self.menu.draw(buffer, common, area, &lines);
            }
            Mode::Path => self.path.draw(buffer, common, area, active),
            Mode::Locked(locked) => locked.draw(common, buffer, area, active),
            Mode::Link => {
                draw_mark(buffer, theme, area.x, area.y);
                let label = put(buffer, area.x + 2, area.y, area.width.saturating_sub(2), "link", theme.style(Role::Text)) + 4;
                let columns = area.width.saturating_sub(label);
                self.paste.draw(buffer, common, area.x + label, area.y, columns, active);
                if area.height > 1 {
                    put(buffer, area.x + label, area.y + 1, columns, &self.paste.count(), theme.style(Role::Second));
                }
            }
        }
    }

    /// Rows that the mode would like to have.
    fn wanted_rows(&self) -> u16 {
        match &self.mode {
            Mode::Menu => self.choices().len() as u16,
            Mode::Path if self.said.is_some() || self.waiting.is_some() => 1,
            Mode::Path => u16::MAX,
            Mode::Link => 2,
            Mode::Locked(locked) => locked.rows(),
        }
    }

    /// The question above, and what is left out where there is no room for it.
    fn question(&self) -> (String, &'static str) {
        match (&self.mode, self.purpose) {
            (Mode::Menu, Purpose::Enrol) => ("Where does the account come from?".into(), ""),
            (Mode::Menu, Purpose::Import) => ("Where do the accounts come from?".into(), ""),
            (Mode::Path, Purpose::Enrol) => ("Which file?".into(), " A picture of QR codes, or a list of links."),
            (Mode::Path, Purpose::Import) => ("Which file or folder?".into(), " Its format is found out by what is in it."),
            (Mode::Link, _) => ("Paste the link.".into(), " It is not shown."),
            (Mode::Locked(locked), _) => (locked.question(), ""),
        }
    }
}

/// Rows above the menu.
pub(super) fn top(area: Rect) -> u16 {
    if area.height >= 6 { 2 } else { 0 }
}
