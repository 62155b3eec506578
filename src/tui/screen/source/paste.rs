//! A link that is pasted, or typed where the terminal can't paste. It is never shown, only counted.

use crate::secret::SecretText;
use crate::tui::key::{Key, Stroke};
use crate::tui::layout::put;
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
use ratatui::buffer::Buffer;

#[derive(Debug)]
pub struct Paste {
    typed: Field,
    /// Pastes may be long, and of several lines: they are kept whole, beside the field, with their count.
    pasted: Option<(SecretText, String)>,
}

impl Default for Paste {
    fn default() -> Self {
        Paste { typed: Field::masked(), pasted: None }
    }
}

impl Paste {
    pub fn take(&mut self, text: SecretText) {
        self.typed.clear();
        let count = count(&text);
        self.pasted = Some((text, count));
    }

    pub fn key(&mut self, key: Key) -> bool {
        if self.pasted.is_some() {
            // What was pasted can't be edited unseen: any edit begins anew.
            let edits =
                key.typed().is_some() || matches!(key.stroke, Stroke::Backspace | Stroke::Delete) || key == Key::ctrl('u');
            if !edits {
                return false;
            }
            self.pasted = None;
            if key.typed().is_none() {
                return true;
            }
        }
        self.typed.edit(key)
    }

    /// Selects what was typed; what was pasted is replaced anyway.
    pub fn select(&mut self) {
        self.typed.select();
    }

    pub fn text(&self) -> SecretText {
        self.pasted.as_ref().map_or_else(|| self.typed.secret(), |(text, _)| text.clone())
    }

    pub fn is_empty(&self) -> bool {
        self.pasted.is_none() && self.typed.is_empty()
    }

    pub fn clear(&mut self) {
        *self = Paste::default();
    }

    /// "1 link, 84 characters"; empty where there is nothing.
    pub fn count(&self) -> String {
        self.pasted.as_ref().map_or_else(|| count(&self.typed.secret()), |(_, count)| count.clone())
    }

    pub fn draw(&self, buffer: &mut Buffer, common: &Common, x: u16, y: u16, columns: u16, focused: bool) {
        if self.pasted.is_none() {
            self.typed.draw(buffer, common, x, y, columns, focused);
            return;
        }
        let used = put(buffer, x, y, columns, "••••••••", common.theme.style(Role::Text));
        put(buffer, x + used + 2, y, columns.saturating_sub(used + 2), "pasted", common.theme.style(Role::Second));
    }
}

fn count(text: &SecretText) -> String {
    let text = text.expose().trim();
    let characters = text.chars().count();
    let links = text.split_whitespace().filter(|word| word.contains("://")).count();
    let plural = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    match (links, characters) {
        (_, 0) => String::new(),
        (0, _) => plural(characters, "character"),
        _ => format!("{}, {}", plural(links, "link"), plural(characters, "character")),
    }
}
