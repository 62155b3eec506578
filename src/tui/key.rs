//! Keys, normalised once at the edge: SHIFT is part of the character, never a modifier.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stroke {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub stroke: Stroke,
    pub ctrl: bool,
    pub alt: bool,
}

/// Names in the config and the help, with the sign the footer shows.
const NAMED: [(Stroke, &str, &str); 14] = [
    (Stroke::Enter, "Enter", "↵"),
    (Stroke::Esc, "Esc", "Esc"),
    (Stroke::Tab, "Tab", "Tab"),
    (Stroke::BackTab, "BackTab", "⇧Tab"),
    (Stroke::Backspace, "Backspace", "⌫"),
    (Stroke::Delete, "Delete", "Del"),
    (Stroke::Up, "Up", "↑"),
    (Stroke::Down, "Down", "↓"),
    (Stroke::Left, "Left", "←"),
    (Stroke::Right, "Right", "→"),
    (Stroke::Home, "Home", "Home"),
    (Stroke::End, "End", "End"),
    (Stroke::PageUp, "PageUp", "PgUp"),
    (Stroke::PageDown, "PageDown", "PgDn"),
];

impl Key {
    pub const fn plain(stroke: Stroke) -> Key {
        Key { stroke, ctrl: false, alt: false }
    }

    pub const fn char(c: char) -> Key {
        Key::plain(Stroke::Char(c))
    }

    pub const fn ctrl(c: char) -> Key {
        Key { stroke: Stroke::Char(c), ctrl: true, alt: false }
    }

    /// `None` for releases and for keys no terminal program should bind (function and media keys).
    pub fn from_event(event: KeyEvent) -> Option<Key> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let shift = event.modifiers.contains(KeyModifiers::SHIFT);
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let stroke = match event.code {
            KeyCode::Char(c) if ctrl => Stroke::Char(c.to_ascii_lowercase()),
            KeyCode::Char(c) if shift && c.is_ascii_lowercase() => Stroke::Char(c.to_ascii_uppercase()),
            KeyCode::Char(c) => Stroke::Char(c),
            KeyCode::Tab if shift => Stroke::BackTab,
            KeyCode::Enter => Stroke::Enter,
            KeyCode::Esc => Stroke::Esc,
            KeyCode::Tab => Stroke::Tab,
            KeyCode::BackTab => Stroke::BackTab,
            KeyCode::Backspace => Stroke::Backspace,
            KeyCode::Delete => Stroke::Delete,
            KeyCode::Up => Stroke::Up,
            KeyCode::Down => Stroke::Down,
            KeyCode::Left => Stroke::Left,
            KeyCode::Right => Stroke::Right,
            KeyCode::Home => Stroke::Home,
            KeyCode::End => Stroke::End,
            KeyCode::PageUp => Stroke::PageUp,
            KeyCode::PageDown => Stroke::PageDown,
            _ => return None,
        };
        Some(Key { stroke, ctrl, alt: event.modifiers.contains(KeyModifiers::ALT) })
    }

    /// Reads the form of the config: `g`, `Ctrl-L`, `Alt-x`, `Enter`, `Space`.
    pub fn parse(text: &str) -> Option<Key> {
        let (mut rest, mut ctrl, mut alt) = (text, false, false);
        loop {
            if let Some(after) = strip_prefix_ignoring_case(rest, "ctrl-") {
                (rest, ctrl) = (after, true);
            } else if let Some(after) = strip_prefix_ignoring_case(rest, "alt-") {
                (rest, alt) = (after, true);
            } else {
                break;
            }
        }
        let mut chars = rest.chars();
        let stroke = match (chars.next(), chars.next()) {
            (Some(c), None) if ctrl => Stroke::Char(c.to_ascii_lowercase()),
            (Some(c), None) => Stroke::Char(c),
            _ if rest.eq_ignore_ascii_case("space") => Stroke::Char(' '),
            _ => NAMED.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(rest))?.0,
        };
        Some(Key { stroke, ctrl, alt })
    }

    /// The character this key types into a text field.
    pub fn typed(self) -> Option<char> {
        match self.stroke {
            Stroke::Char(c) if !self.ctrl && !self.alt && !c.is_control() => Some(c),
            _ => None,
        }
    }

    /// The short sign for the footer: `↵`, `Ctrl-L`, `PgUp`.
    pub fn sign(self) -> String {
        self.write_with(|(_, _, sign)| sign)
    }

    fn write_with(self, choose: impl Fn(&(Stroke, &'static str, &'static str)) -> &'static str) -> String {
        let mut text = String::new();
        if self.ctrl {
            text.push_str("Ctrl-");
        }
        if self.alt {
            text.push_str("Alt-");
        }
        match self.stroke {
            Stroke::Char(' ') => text.push_str("Space"),
            Stroke::Char(c) if self.ctrl => text.extend(c.to_uppercase()),
            Stroke::Char(c) => text.push(c),
            stroke => text.extend(NAMED.iter().find(|(named, _, _)| *named == stroke).map(choose)),
        }
        text
    }
}

/// The form of the config, read back by [`Key::parse`].
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.write_with(|(_, name, _)| name))
    }
}

fn strip_prefix_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    (head.eq_ignore_ascii_case(prefix) && text.len() > prefix.len()).then(|| &text[prefix.len()..])
}
