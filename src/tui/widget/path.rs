//! The path of a file or of several, completed as in a shell, with what it could go on with below.

use super::field::Field;
use super::lines::{Lines, draw_mark};
use crate::tui::command::Command;
use crate::tui::key::Key;
use crate::tui::layout::put;
use crate::tui::msg::Job;
use crate::tui::state::Common;
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::path::PathBuf;

#[derive(Debug)]
pub struct PathEntry {
    field: Field,
    /// What it could go on with, and the text that was asked for.
    names: Vec<String>,
    asked: String,
    selected: Option<usize>,
    /// Tab was pressed before the names were there.
    tab: bool,
}

/// What a key or an answer led to.
#[derive(Debug, PartialEq)]
pub enum Typed {
    Nothing,
    /// The names that the text could go on with are wanted.
    Ask(Job),
    /// The path is to be taken as it stands.
    Taken,
}

impl Default for PathEntry {
    fn default() -> Self {
        PathEntry::proposing("")
    }
}

impl PathEntry {
    /// With a path that the program proposes.
    pub fn proposing(path: &str) -> PathEntry {
        PathEntry { field: Field::proposed(path), names: Vec::new(), asked: String::new(), selected: None, tab: false }
    }

    /// Selects what is typed: it was refused, or one comes back to it.
    pub fn select(&mut self) {
        self.field.select();
    }

    /// The paths as typed, or as dropped onto the terminal.
    pub fn paths(&self) -> Vec<PathBuf> {
        dropped(self.field.text())
    }

    /// The first of them.
    pub fn path(&self) -> PathBuf {
        self.paths().into_iter().next().unwrap_or_default()
    }

    pub fn is_empty(&self) -> bool {
        self.field.text().trim().is_empty()
    }

    /// Asks for the names that the text could go on with.
    pub fn ask(&mut self) -> Job {
        self.asked = self.field.text().to_owned();
        Job::CompletePath(self.asked.clone())
    }

    pub fn key(&mut self, key: Key) -> Typed {
        let before = self.field.text().to_owned();
        self.field.edit(key);
        if before != self.field.text() { self.changed() } else { Typed::Nothing }
    }

    pub fn paste(&mut self, text: &str) -> Typed {
        // A single path stands there plainly, so that it can be completed.
        match dropped(text).as_slice() {
            [path] if dropped(&path.to_string_lossy()) == [path.clone()] => self.field.insert(&path.to_string_lossy()),
            _ => self.field.insert(text),
        }
        self.changed()
    }

    fn changed(&mut self) -> Typed {
        self.selected = None;
        self.tab = false;
        Typed::Ask(self.ask())
    }

    pub fn command(&mut self, command: Command) -> Typed {
        let last = self.names.len().saturating_sub(1);
        match command {
            Command::Down if !self.names.is_empty() => {
                self.selected = Some(self.selected.map_or(0, |at| if at >= last { 0 } else { at + 1 }));
            }
            Command::Up if !self.names.is_empty() => {
                self.selected = Some(self.selected.map_or(last, |at| at.checked_sub(1).unwrap_or(last)));
            }
            Command::Complete if self.asked == self.field.text() && !self.tab => return self.complete(),
            Command::Complete => {
                self.tab = true;
                return Typed::Ask(self.ask());
            }
            Command::Accept => return self.accept(),
            _ => {}
        }
        Typed::Nothing
    }

    /// Goes into the selected folder, takes the selected file, or what is typed.
    fn accept(&mut self) -> Typed {
        if let Some(name) = self.selected.and_then(|at| self.names.get(at)).cloned() {
            self.field.set(&name);
            let goes_into = name.ends_with('/');
            let asks = self.changed();
            return if goes_into { asks } else { Typed::Taken };
        }
        if self.is_empty() { Typed::Nothing } else { Typed::Taken }
    }

    /// Goes on as far as all names agree.
    fn complete(&mut self) -> Typed {
        let text = match self.selected.and_then(|at| self.names.get(at)) {
            Some(name) => Some(name.clone()),
            None => common_start(&self.names),
        };
        match text.filter(|text| text.len() > self.field.text().len()) {
            Some(text) => {
                self.field.set(&text);
                self.changed()
            }
            None => Typed::Nothing,
        }
    }

    pub fn completions(&mut self, typed: &str, names: Vec<String>) -> Typed {
        if typed != self.field.text() {
            return Typed::Nothing;
        }
        self.names = names;
        self.selected = None;
        if std::mem::take(&mut self.tab) { self.complete() } else { Typed::Nothing }
    }

    /// Rows that all names would take, with the field.
    pub fn rows(&self) -> u16 {
        1 + self.names.len() as u16
    }

    pub fn draw(&self, buffer: &mut Buffer, common: &Common, area: Rect, focused: bool) {
        let theme = &common.theme;
        draw_mark(buffer, theme, area.x, area.y);
        let label = put(buffer, area.x + 2, area.y, area.width.saturating_sub(2), "file", theme.style(Role::Text)) + 4;
        self.field.draw(buffer, common, area.x + label, area.y, area.width.saturating_sub(label), focused);
        let room = usize::from(area.height.saturating_sub(1));
        let (x, columns) = (area.x + label, area.width.saturating_sub(label));
        // The last line says how many more there are; the selected one is always in sight.
        let fits = if self.names.len() > room { room.saturating_sub(1) } else { self.names.len() };
        let rows = Rect::new(x, area.y + 1, columns, fits as u16);
        let scroll = Lines { selected: self.selected.unwrap_or(0) };
        for (at, y) in scroll.in_sight(rows, self.names.len()) {
            let selected = self.selected == Some(at);
            if selected {
                draw_mark(buffer, theme, x.saturating_sub(2), y);
            }
            put(buffer, x, y, columns, &self.names[at], theme.style(if selected { Role::Selected } else { Role::Text }));
        }
        if fits < self.names.len() && room > 0 {
            let more = format!("and {} more", self.names.len() - fits);
            put(buffer, x, area.y + 1 + fits as u16, columns, &more, theme.style(Role::Second));
        }
    }
}

/// The longest start that all names share.
fn common_start(names: &[String]) -> Option<String> {
    let (first, rest) = names.split_first()?;
    let mut shared = first.len();
    for name in rest {
        shared = first
            .char_indices()
            .take_while(|(at, c)| *at < shared && name.get(*at..).is_some_and(|rest| rest.starts_with(*c)))
            .map(|(at, c)| at + c.len_utf8())
            .last()
            .unwrap_or(0);
    }
    Some(first[..shared].to_owned())
}

/// The paths in a text, as typed or as terminals paste what is dropped onto them: with blanks behind backslashes, in quotes,
/// or as addresses, several in a row. A text that is none of these is one path as it stands.
pub fn dropped(text: &str) -> Vec<PathBuf> {
    let text = text.trim();
    let words = words(text).filter(|words| words.len() == 1 || words.iter().all(|(quoted, word)| *quoted || is_rooted(word)));
    let words = words.unwrap_or_else(|| vec![(false, text.to_owned())]);
    words.into_iter().map(|(_, word)| of_address(&word).unwrap_or(word).into()).collect()
}

/// Whether a pasted text can be nothing but paths.
pub fn is_dropped(text: &str) -> bool {
    let text = text.trim();
    words(text).is_some_and(|words| words.iter().all(|(_, word)| is_rooted(word))) || is_rooted(text) && !text.contains('\n')
}

fn is_rooted(word: &str) -> bool {
    let drive = matches!(word.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    word.starts_with(['/', '~']) || drive || of_address(word).is_some()
}

/// The words of a text as a shell splits it, each with whether it began in quotes. A quote within a word is a letter, and so
/// is a backslash before one, which stands so on Windows. `None` where a quote is not closed.
fn words(text: &str) -> Option<Vec<(bool, String)>> {
    let (mut words, mut letters): (Vec<(bool, String)>, _) = (Vec::new(), text.chars().peekable());
    while let Some(first) = letters.find(|letter| !letter.is_whitespace()) {
        let (mut word, mut next, mut may_open) = (String::new(), Some(first), true);
        while let Some(letter) = next.filter(|letter| !letter.is_whitespace()) {
            match letter {
                '\'' | '"' if may_open => loop {
                    match letters.next()? {
                        end if end == letter => break,
                        '\\' if letter == '"' => {
                            word.push(letters.next_if(|next| "\"\\$`".contains(*next)).unwrap_or('\\'));
                        }
                        inside => word.push(inside),
                    }
                },
                '\\' => {
                    word.push(letters.next_if(|next| !next.is_alphanumeric()).unwrap_or('\\'));
                    may_open = true;
                }
                plain => {
                    word.push(plain);
                    may_open = false;
                }
            }
            next = letters.next();
        }
        words.push((matches!(first, '\'' | '"'), word));
    }
    (!words.is_empty()).then_some(words)
}

/// The path in an address of a file, whatever the computer is called.
fn of_address(word: &str) -> Option<String> {
    let rest = word.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("file:")).map(|_| &word[5..])?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => &rest[rest.find('/')?..],
        None => Some(rest).filter(|rest| rest.starts_with('/'))?,
    };
    Some(percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned())
}
