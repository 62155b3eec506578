//! Painting the export: the steps, the question, the step that is on, and what is said below.

use super::{Export, Step};
use crate::transfer::{Encryption, Writer};
use crate::tui::layout::{body, put, wrap};
use crate::tui::msg::Which;
use crate::tui::screen::unlock::spinner;
use crate::tui::state::{Common, sentence};
use crate::tui::theme::Role;
use crate::tui::widget::lines::{Sign, draw_mark, draw_sign};
use crate::tui::widget::said;
use crate::tui::widget::steps;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

impl Export {
    pub(super) fn draw_all(&self, common: &Common, buffer: &mut Buffer) {
        let steps = self.steps();
        let names: Vec<&str> = steps.iter().map(|(_, name)| *name).collect();
        let at = steps.iter().position(|(step, _)| *step == self.step).unwrap_or(0);
        steps::draw(buffer, common, "Export", &names, at);
        let whole = body(buffer.area);
        let area = Export::below_question(whole);
        if area.y > whole.y {
            put(buffer, whole.x, whole.y, whole.width, &self.question(common), common.theme.style(Role::Text));
        }
        let said = self.said_lines(common, area.width);
        let said_rows = (said.len() as u16).min(area.height.saturating_sub(1));
        let gap = u16::from(said_rows > 0 && said_rows + 2 <= area.height);
        let rows = self.wanted_rows(common).min(area.height - said_rows - gap);
        self.draw_step(common, buffer, Rect { height: rows, ..area });
        said::draw(buffer, &common.theme, area.x, area.y + rows + gap..area.bottom(), area.width, &said);
    }

    /// The losses, wrapped; true where one begins.
    pub(super) fn lost_lines(&self, columns: u16) -> Vec<(bool, String)> {
        let lines = |text: &String| {
            let wrapped = wrap(text, columns.saturating_sub(4).min(90));
            wrapped.into_iter().enumerate().map(|(at, line)| (at == 0, line)).collect::<Vec<_>>()
        };
        self.foreseen.1.iter().flat_map(lines).collect()
    }

    fn question(&self, common: &Common) -> String {
        let name = self.format().0.name();
        let total = match (&self.which, &common.open) {
            (Which::Marked(ids), _) => ids.len(),
            (Which::All, Some(open)) => open.vault.active().count(),
            (Which::All, None) => 0,
        };
        let entries = if total == 1 { "entry" } else { "entries" };
        match self.step {
            Step::Format => match self.which {
                Which::All => format!("In which format? All {total} {entries} are exported."),
                Which::Marked(_) => format!("In which format? The {total} marked {entries} are exported."),
            },
            Step::Lost => match self.foreseen.0 {
                held if held == total => format!("{name} holds all {total} {entries}, but not all of each:"),
                held => format!("{name} holds {held} of {total} {entries}:"),
            },
            Step::Seal => format!("{name}: the password of the file?"),
            Step::File => format!("{name}: where to?"),
        }
    }

    /// What goes on, what went wrong, or what is to be known, below the step.
    fn said_lines(&self, common: &Common, columns: u16) -> Vec<(String, Role)> {
        let columns = columns.min(76);
        if self.waits(common) {
            let what = if self.step == Step::Format { "looking what fits" } else { "writing, and reading it back" };
            return vec![(format!("{} {what}", spinner(common)), Role::Accent)];
        }
        match (&self.said, self.step) {
            (Some(error), _) => {
                let mut said = said::lines(common, &format!("{}.", sentence(&error.what)), columns, Role::Error);
                if let Some(hint) = &error.hint {
                    said.extend(said::lines(common, &format!("{}.", sentence(hint)), columns, Role::Second));
                }
                said
            }
            (None, Step::File) if self.password.is_none() => {
                said::lines(common, "Every secret will stand in clear in this file.", columns, Role::Warning)
            }
            _ => Vec::new(),
        }
    }

    fn draw_step(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let theme = &common.theme;
        match self.step {
            Step::Format => {
                let about = |writer: &dyn Writer| match writer.encryption() {
                    Encryption::Never => "in clear",
                    Encryption::Optional => "encrypted, or in clear",
                    Encryption::Always => "encrypted",
                };
                let lines: Vec<(&str, &str)> =
                    self.formats.iter().map(|(format, writer)| (format.name(), about(*writer))).collect();
                self.menu.draw(buffer, common, area, &lines);
            }
            Step::Lost => {
                let lines = self.lost_lines(area.width);
                for (at, y) in self.scroll.in_sight(area, lines.len()) {
                    let (begins, text) = &lines[at];
                    if at == self.scroll.selected {
                        draw_mark(buffer, theme, area.x, y);
                    }
                    if *begins {
                        draw_sign(buffer, theme, area.x + 2, y, Sign::Note);
                    }
                    put(buffer, area.x + 4, y, area.width.saturating_sub(4), text, theme.style(Role::Text));
                }
            }
            Step::Seal => self.seal.draw(common, buffer, area),
            Step::File => self.path.draw(buffer, common, area, !self.waits(common)),
        }
    }

    /// Rows that the step would like to have above what is said.
    fn wanted_rows(&self, common: &Common) -> u16 {
        match self.step {
            Step::Format => self.formats.len() as u16,
            Step::File if self.said.is_some() || self.waits(common) => 1,
            Step::File => self.path.rows(),
            _ => u16::MAX,
        }
    }
}
