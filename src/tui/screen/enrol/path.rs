//! The path of a file, completed as in a shell, with what it could go on with below.

use crate::tui::command::Command;
use crate::tui::key::Key;
use crate::tui::layout::put;
use crate::tui::msg::Job;
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
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

impl Default for PathEntry {
    fn default() -> Self {
        PathEntry { field: Field::plain(""), names: Vec::new(), asked: String::new(), selected: None, tab: false }
    }
}

impl PathEntry {
    /// The path as typed or dropped onto the terminal: without quotes around it, and not as an address.
    fn path(&self) -> PathBuf {
        let text = self.field.text().trim();
        let text = text.strip_prefix("file://").unwrap_or(text);
        let bare = ['\'', '"'].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
        bare.unwrap_or(text).into()
    }

    /// Asks for the names that the text could go on with.
    pub fn ask(&mut self) -> Job {
        self.asked = self.field.text().to_owned();
        Job::CompletePath(self.asked.clone())
    }

    pub fn key(&mut self, key: Key) -> Option<Job> {
        let before = self.field.text().len();
        let edited = self.field.edit(key);
        (edited && before != self.field.text().len()).then(|| self.changed())
    }

    pub fn paste(&mut self, text: &str) -> Job {
        self.field.insert(text);
        self.changed()
    }

    fn changed(&mut self) -> Job {
        self.selected = None;
        self.tab = false;
        self.ask()
    }

    pub fn command(&mut self, command: Command) -> Option<Job> {
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
                return Some(self.ask());
            }
            Command::Accept => return self.accept(),
            _ => {}
        }
        None
    }

    /// Takes the selected name, or reads the file.
    fn accept(&mut self) -> Option<Job> {
        if let Some(name) = self.selected.and_then(|at| self.names.get(at)).cloned() {
            self.field.set(&name);
            return Some(if name.ends_with('/') { self.changed() } else { Job::ReadFile(self.path()) });
        }
        (!self.field.text().trim().is_empty()).then(|| Job::ReadFile(self.path()))
    }

    /// Goes on as far as all names agree.
    fn complete(&mut self) -> Option<Job> {
        let text = match self.selected.and_then(|at| self.names.get(at)) {
            Some(name) => name.clone(),
            None => common_start(&self.names)?,
        };
        if text.len() <= self.field.text().len() {
            return None;
        }
        self.field.set(&text);
        Some(self.changed())
    }

    pub fn completions(&mut self, typed: &str, names: Vec<String>) -> Option<Job> {
        if typed != self.field.text() {
            return None;
        }
        self.names = names;
        self.selected = None;
        if std::mem::take(&mut self.tab) { self.complete() } else { None }
    }

    pub fn draw(&self, buffer: &mut Buffer, common: &Common, area: Rect, focused: bool) {
        let theme = &common.theme;
        put(buffer, area.x, area.y, 1, "▌", theme.style(Role::Mark));
        let label = put(buffer, area.x + 2, area.y, area.width.saturating_sub(2), "file", theme.style(Role::Text)) + 4;
        self.field.draw(buffer, common, area.x + label, area.y, area.width.saturating_sub(label), focused);
        let room = usize::from(area.height.saturating_sub(1));
        let (x, columns) = (area.x + label, area.width.saturating_sub(label));
        // The last line says how many more there are; the selected one is always in sight.
        let fits = if self.names.len() > room { room.saturating_sub(1) } else { self.names.len() };
        let first = self.selected.map_or(0, |at| (at + 1).saturating_sub(fits));
        for (row, (at, name)) in self.names.iter().enumerate().skip(first).take(fits).enumerate() {
            let selected = self.selected == Some(at);
            let y = area.y + 1 + row as u16;
            if selected {
                put(buffer, x.saturating_sub(2), y, 1, "▌", theme.style(Role::Mark));
            }
            put(buffer, x, y, columns, name, theme.style(if selected { Role::Selected } else { Role::Dim }));
        }
        if fits < self.names.len() && room > 0 {
            let more = format!("and {} more", self.names.len() - fits);
            put(buffer, x, area.y + 1 + fits as u16, columns, &more, theme.style(Role::Dim));
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
