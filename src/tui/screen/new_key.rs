//! A recovery key, shown this once as text and as a QR code. It counts when its last characters were typed back.

use super::confirm::Confirm;
use super::unlock::spinner;
use super::{Behaviour, Event, Reaction, Screen};
use crate::ops::keys::{ASKED_BACK, RecoveryKey, qr};
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, put};
use crate::tui::msg::{Done, Job, KeysAct};
use crate::tui::state::{Common, sentence};
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
use crate::tui::widget::qr as qr_widget;
use crate::tui::widget::said;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Never shows the key: `SecretText` and `Field` hide what they hold.
#[derive(Debug)]
pub struct NewKey {
    key: SecretText,
    end: Field,
    said: Option<String>,
    waiting: bool,
}

const TEXT: &str = "Write it down or scan it, and keep it where the vault is not. It opens the vault when the passphrase is \
                    forgotten, and is not shown again.";

/// It opens the vault only once its end was typed back.
const UNSAVED: &str = "the recovery key, which does not open the vault yet";

impl NewKey {
    pub fn new(key: SecretText) -> NewKey {
        NewKey { key, end: Field::plain(""), said: None, waiting: false }
    }

    fn accept(&mut self) -> Reaction {
        let ends = RecoveryKey::parse(&self.key).is_some_and(|key| key.ends_with(&self.end.secret()));
        if !ends {
            self.end.select();
            self.said = Some(format!("That is not how the key ends: its last {ASKED_BACK} characters are asked for."));
            return Reaction::stay();
        }
        self.said = None;
        self.waiting = true;
        Reaction::job(Job::Keys { act: KeysAct::AddRecovery(self.key.clone()), answers: Vec::new() })
    }

    fn words(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let theme = &common.theme;
        let mut y = area.y;
        let lines = |text: &str, role: Role, buffer: &mut Buffer, y: &mut u16| {
            let lines = said::lines(common, text, area.width.max(1), role);
            said::draw(buffer, theme, area.x, *y..area.bottom(), area.width, &lines);
            *y += lines.len() as u16;
        };
        // The key in groups that an eye can keep; in the end a line is a line.
        let key = self.key.expose();
        let width = usize::from(area.width.clamp(1, 38));
        let pieces: Vec<&str> = key.as_bytes().chunks(width).filter_map(|piece| std::str::from_utf8(piece).ok()).collect();
        for piece in pieces {
            lines(piece, Role::Strong, buffer, &mut y);
        }
        if area.height >= 10 {
            y += 1;
            lines(TEXT, Role::Second, buffer, &mut y);
            y += 1;
        }
        if y < area.bottom() {
            let label = format!("its last {ASKED_BACK} characters");
            let used = put(buffer, area.x, y, area.width, &label, theme.style(Role::Second)) + 2;
            self.end.draw(buffer, common, area.x + used, y, area.width.saturating_sub(used), !self.waiting);
            y += 1;
        }
        match (&self.said, self.waiting) {
            (_, true) => lines(&format!("{} saving", spinner(common)), Role::Accent, buffer, &mut y),
            (Some(said), _) => {
                let columns = area.width.saturating_sub(2);
                let lines = said::lines(common, said, columns, Role::Error);
                said::draw(buffer, theme, area.x + 2, y..area.bottom(), columns, &lines);
            }
            _ => {}
        }
    }
}

impl Behaviour for NewKey {
    fn place(&self) -> Place {
        Place::Form
    }

    fn handle(&mut self, _common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Done(Done::Keys { result: Ok(_), .. }) => return Reaction::pop(),
            Event::Done(Done::Keys { result: Err(error), .. }) => {
                self.waiting = false;
                self.said = Some(format!("{}.", sentence(&error.what)));
            }
            _ if self.waiting => {}
            Event::Command(Command::Accept) => return self.accept(),
            Event::Command(Command::Back) => return Reaction::push(Screen::Confirm(Confirm::leave(UNSAVED))),
            Event::Key(key) if self.end.edit(key) => self.said = None,
            Event::Paste(text) => {
                self.end.insert(text.expose());
                self.said = None;
            }
            _ => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let top = if area.height >= 12 { 2 } else { u16::from(area.height >= 5) };
        if top > 0 {
            put(buffer, MARGIN, 0, area.width, "Recovery key", common.theme.style(Role::Strong));
        }
        let body = Rect::new(MARGIN.min(area.width), top, area.width.saturating_sub(2), area.height.saturating_sub(top + 2));
        let code = qr(&self.key);
        let size = code.as_ref().map(|code| qr_widget::size(code, 2));
        match (code, size) {
            (Some(code), Some((columns, rows))) if columns + 24 <= body.width && rows <= body.height => {
                qr_widget::draw(buffer, &code, 2, body.x, body.y);
                let x = body.x + columns + 3;
                self.words(common, buffer, Rect::new(x, body.y + 1, body.right().saturating_sub(x), rows.saturating_sub(1)));
            }
            _ => self.words(common, buffer, body),
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        vec![(Command::Accept, "it counts"), (Command::Back, "no key")]
    }

    fn unsaved(&self) -> Option<&'static str> {
        Some(UNSAVED)
    }
}
