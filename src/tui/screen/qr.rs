//! The entry as a QR code for another authenticator: dark on light whatever the theme, or phones can't read it.
//! It shows the secret, so it asks first.

use super::{Behaviour, Event, Reaction};
use crate::ops::export::draft_of;
use crate::secret::SecretText;
use crate::transfer::otpauth;
use crate::transfer::qr::code::{Code, MARGIN as QUIET, NARROW_MARGIN};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, put, wrap};
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::qr as widget;
use crate::vault::entry::Entry;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub struct Qr {
    name: String,
    link: Option<SecretText>,
    shown: bool,
}

/// Never shows what it holds.
impl std::fmt::Debug for Qr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Qr")
    }
}

impl Qr {
    pub fn new(common: &Common, entry: &Entry) -> Self {
        let link = otpauth::link(&draft_of(entry)).map(|link| otpauth::brief(&link));
        Qr { name: common.name_of(entry), link, shown: false }
    }

    fn code(&self) -> Option<Code> {
        Code::of(self.link.as_ref()?)
    }

    fn draw_code(&self, common: &Common, buffer: &mut Buffer, code: &Code) {
        let area = buffer.area;
        let keys = u16::from(area.height >= 4);
        let room = (area.width, area.height.saturating_sub(keys));
        let size = |margin: usize| widget::size(code, margin);
        let fits = [QUIET, NARROW_MARGIN].into_iter().find(|margin| size(*margin).0 <= room.0 && size(*margin).1 <= room.1);
        let Some(margin) = fits else {
            let (columns, rows) = size(NARROW_MARGIN);
            let text = format!("This QR code needs {columns} columns and {} rows: make the window larger.", rows + 1);
            draw_text(common, buffer, Rect { height: room.1, ..area }, &text);
            return;
        };
        let (columns, rows) = size(margin);
        // In the middle of the rows, at the left: the words stand beside it where there is room.
        let (x, y) = (MARGIN.min(room.0 - columns), (room.1 - rows) / 2);
        widget::draw(buffer, code, margin, x, y);
        let side = x + columns + 3;
        let beside = Rect::new(side, y + 2, area.width.saturating_sub(side + 1), rows.saturating_sub(2));
        if beside.width >= 16 {
            put(buffer, beside.x, beside.y, beside.width, &self.name, common.theme.style(Role::Strong));
            let text = "Scan it with another authenticator. Whoever sees it can make the same codes.";
            draw_text(common, buffer, Rect { y: beside.y + 2, height: beside.height.saturating_sub(2), ..beside }, text);
        }
    }
}

fn draw_text(common: &Common, buffer: &mut Buffer, area: Rect, text: &str) {
    for (line, y) in wrap(text, area.width).iter().zip(area.top()..area.bottom()) {
        put(buffer, area.x, y, area.width, line, common.theme.style(Role::Second));
    }
}

impl Behaviour for Qr {
    fn place(&self) -> Place {
        match (self.shown, &self.link) {
            (false, Some(_)) => Place::ConfirmFinal,
            _ => Place::Reading,
        }
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Command(Command::Yes) => {
                self.shown = true;
                // It would lie over the last rows of the code.
                common.toast = None;
            }
            Event::Command(Command::No | Command::Back) => return Reaction::pop(),
            _ => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let code = self.code();
        if let (true, Some(code)) = (self.shown, &code) {
            self.draw_code(common, buffer, code);
            return;
        }
        let x = if area.width >= 40 { MARGIN + 2 } else { 0 };
        let top = u16::from(area.height >= 6);
        let used = put(buffer, MARGIN.min(x), top, area.width, "QR code", common.theme.style(Role::Strong)) + 3;
        let name_x = MARGIN.min(x) + used;
        put(buffer, name_x, top, area.width.saturating_sub(name_x), &self.name, common.theme.style(Role::Second));
        let text = match (&self.link, &code) {
            (Some(_), Some(_)) => "This shows the secret to everybody who sees the screen. Show it?",
            (Some(_), None) => "The entry is too long for a QR code: shorten its names.",
            (None, _) => "This kind of entry can't be written as a link, so there is no QR code of it.",
        };
        let y = top + 1 + u16::from(area.height >= 6);
        let below = if area.height >= 4 { 2 } else { 0 };
        let height = area.height.saturating_sub(y + below);
        draw_text(common, buffer, Rect::new(x, y, area.width.saturating_sub(x + 1), height), text);
    }

    fn first_is_default(&self) -> bool {
        self.place() == Place::ConfirmFinal
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        match self.place() {
            Place::ConfirmFinal => vec![(Command::No, "leave it"), (Command::Yes, "show it")],
            _ => vec![(Command::Back, "")],
        }
    }
}
