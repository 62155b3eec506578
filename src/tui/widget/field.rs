//! A line of text to type into. Its text is wiped when dropped; a masked one shows dots.

use crate::secret::SecretText;
use crate::tui::key::{Key, Stroke};
use crate::tui::layout::{clean, put, width};
use crate::tui::state::Common;
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;
use unicode_segmentation::UnicodeSegmentation;
use zeroize::Zeroizing;

/// Bytes a field takes at most: longer pastes are cut.
const CAPACITY: usize = 64 * 1024;

#[derive(Clone)]
pub struct Field {
    text: Zeroizing<String>,
    /// Byte offset, on a grapheme boundary.
    cursor: usize,
    /// All of the text is selected: what is typed or pasted next takes its place. The cursor is at the end then.
    selected: bool,
    pub masked: bool,
    /// Whether line ends are kept; they show as `⏎`.
    pub lines: bool,
}

/// Never shows the text: it may be a passphrase.
impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Field({} bytes)", self.text.len())
    }
}

impl Field {
    pub fn plain(text: &str) -> Field {
        Field::with(text, false)
    }

    /// For text of several lines.
    pub fn lines(text: &str) -> Field {
        Field::with(text, true)
    }

    fn with(text: &str, lines: bool) -> Field {
        let room = Zeroizing::new(String::with_capacity(256));
        let mut field = Field { text: room, cursor: 0, selected: false, masked: false, lines };
        field.insert(text);
        field
    }

    /// Shown as dots. It begins empty: nobody could see what a text typed into it was added to.
    pub fn masked() -> Field {
        Field { masked: true, ..Field::plain("") }
    }

    /// With a text that the program proposes.
    pub fn proposed(text: &str) -> Field {
        let mut field = Field::plain(text);
        field.select();
        field
    }

    /// Selects all of the text: for one that was refused, and for one that the program filled in. A text of several lines
    /// is not lost to one key.
    pub fn select(&mut self) {
        self.cursor = self.text.len();
        self.selected = !self.lines && !self.text.is_empty();
    }

    /// The length of a hidden text that was refused, and what the keys do with it; empty where it can be read.
    pub fn tried(&self) -> String {
        match self.text.graphemes(true).count() {
            _ if !self.selected || !self.masked => String::new(),
            1 => "1 character was tried. Type to replace it, ← to change it.".into(),
            count => format!("{count} characters were tried. Type to replace them, ← to change them."),
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn secret(&self) -> SecretText {
        SecretText::new(self.text.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub fn clear(&mut self) {
        *self = Field { masked: self.masked, lines: self.lines, ..Field::plain("") };
    }

    pub fn set(&mut self, text: &str) {
        self.clear();
        self.insert(text);
    }

    /// Inserts at the cursor, or in the place of what is selected; line ends become spaces unless they are kept, other
    /// controls are dropped.
    pub fn insert(&mut self, text: &str) {
        for c in text.trim_end_matches(['\r', '\n']).chars() {
            let c = if c == '\t' || (c == '\n' && !self.lines) { ' ' } else { c };
            if c.is_control() && c != '\n' {
                continue;
            }
            if std::mem::take(&mut self.selected) {
                self.cut(0, self.text.len());
            }
            if self.text.len() + c.len_utf8() > CAPACITY {
                continue;
            }
            self.text.insert(self.cursor, c);
            self.cursor += c.len_utf8();
        }
    }

    /// Edits by a key; returns whether the key was one of editing. Keys that move the cursor leave a selected text as it is,
    /// and Backspace deletes from its end.
    pub fn edit(&mut self, key: Key) -> bool {
        match (key.stroke, key.ctrl, key.alt) {
            (Stroke::Left, ..) if self.selected => self.cursor = 0,
            (Stroke::Delete, ..) | (Stroke::Char('d' | 'k'), true, _) if self.selected => self.cut(0, self.cursor),
            (Stroke::Left, ..) => self.cursor = self.before(),
            (Stroke::Right, ..) => self.cursor = self.after(),
            (Stroke::Home, ..) | (Stroke::Char('a'), true, _) => self.cursor = 0,
            (Stroke::End, ..) | (Stroke::Char('e'), true, _) => self.cursor = self.text.len(),
            (Stroke::Backspace, ..) | (Stroke::Char('h'), true, _) => self.cut(self.before(), self.cursor),
            (Stroke::Delete, ..) | (Stroke::Char('d'), true, _) => self.cut(self.cursor, self.after()),
            (Stroke::Char('u'), true, _) => self.cut(0, self.cursor),
            (Stroke::Char('k'), true, _) => self.cut(self.cursor, self.text.len()),
            (Stroke::Char('w'), true, _) => {
                let kept = self.text[..self.cursor].trim_end();
                let from =
                    kept.rfind(char::is_whitespace).map_or(0, |at| at + kept[at..].chars().next().map_or(1, char::len_utf8));
                self.cut(from, self.cursor);
            }
            _ => match key.typed() {
                Some(c) => self.insert(c.encode_utf8(&mut [0; 4])),
                None => return false,
            },
        }
        self.selected = false;
        true
    }

    fn cut(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.cursor = from;
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.text[self.cursor..].graphemes(true).next().map_or(self.cursor, |piece| self.cursor + piece.len())
    }

    /// Draws the text with its cursor, or reversed where it is selected, if `focused`; what is too long scrolls.
    pub fn draw(&self, buffer: &mut Buffer, common: &Common, x: u16, y: u16, columns: u16, focused: bool) {
        if columns == 0 {
            return;
        }
        let shown = |text: &str| match self.masked {
            true => "•".repeat(text.graphemes(true).count()),
            false => clean(&text.replace('\n', "⏎")),
        };
        let (before, rest) = (shown(&self.text[..self.cursor]), shown(&self.text[self.cursor..]));
        let line = format!("{before}{rest}");
        if !focused {
            put(buffer, x, y, columns, &line, common.theme.style(Role::Text));
            return;
        }
        let mut style = common.theme.style(Role::Text);
        if self.selected {
            style = style.add_modifier(Modifier::REVERSED);
        }
        // The cursor stays inside: graphemes scroll out at the left until it fits. A selected text has none behind it.
        let cursor = u16::from(!self.selected);
        let mut skipped = 0;
        let mut hidden = 0;
        for piece in before.graphemes(true) {
            if width(&before) - hidden + cursor <= columns {
                break;
            }
            hidden += width(piece);
            skipped += piece.len();
        }
        let visible: String = line[skipped..].to_owned();
        let mut used = 0;
        for piece in visible.graphemes(true) {
            if used + width(piece) > columns {
                break;
            }
            used += put(buffer, x + used, y, width(piece).max(1), piece, style);
        }
        if self.selected {
            return;
        }
        let cursor_x = x + (width(&before) - hidden).min(columns - 1);
        if let Some(cell) = buffer.cell_mut((cursor_x, y)) {
            let style = cell.style().add_modifier(Modifier::REVERSED);
            cell.set_style(style);
        }
    }
}
