//! A form: labelled rows to type into, to choose from, or to press. One has the keys; rows may be folded away.

use super::field::Field;
use super::said;
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::key::{Key, Stroke};
use crate::tui::layout::{put, width, wrap};
use crate::tui::state::Common;
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// `N` names the rows; the names on the screen are the labels.
#[derive(Debug)]
pub struct Form<N> {
    rows: Vec<Row<N>>,
    focus: usize,
}

#[derive(Debug)]
pub struct Row<N> {
    pub name: N,
    label: &'static str,
    input: Input,
    /// Said below the form while the row has the keys.
    hint: &'static str,
    /// What is wrong with it, as a sentence.
    error: Option<String>,
    folded: bool,
    /// Set apart from the row before.
    apart: bool,
    secret: bool,
}

#[derive(Debug)]
enum Input {
    Text(Field),
    /// Each with what it means.
    Choice {
        options: Vec<(String, &'static str)>,
        chosen: usize,
    },
    Press(String),
}

/// What a key did to a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched<N> {
    Nothing,
    Moved,
    Changed(N),
    Pressed(N),
}

impl<N> Row<N> {
    fn new(name: N, label: &'static str, input: Input) -> Row<N> {
        Row { name, label, input, hint: "", error: None, folded: false, apart: false, secret: false }
    }

    pub fn text(name: N, label: &'static str, text: &str) -> Row<N> {
        Row::new(name, label, Input::Text(Field::plain(text)))
    }

    /// Text whose line ends are kept.
    pub fn lines(name: N, label: &'static str, text: &str) -> Row<N> {
        Row::new(name, label, Input::Text(Field::lines(text)))
    }

    /// Text shown as dots until asked for.
    pub fn secret(name: N, label: &'static str, text: &SecretText) -> Row<N> {
        let mut field = Field::masked();
        field.insert(text.expose());
        Row { secret: true, ..Row::new(name, label, Input::Text(field)) }
    }

    pub fn choice(name: N, label: &'static str, options: Vec<(String, &'static str)>, chosen: usize) -> Row<N> {
        Row::new(name, label, Input::Choice { options, chosen })
    }

    /// A row that does something when chosen.
    pub fn press(name: N, label: &'static str, text: String) -> Row<N> {
        Row::new(name, label, Input::Press(text))
    }

    pub fn hint(self, hint: &'static str) -> Row<N> {
        Row { hint, ..self }
    }

    pub fn apart(self) -> Row<N> {
        Row { apart: true, ..self }
    }

    pub fn folded(self) -> Row<N> {
        Row { folded: true, ..self }
    }
}

impl<N: Copy + PartialEq> Form<N> {
    pub fn new(rows: Vec<Row<N>>) -> Form<N> {
        let mut form = Form { rows, focus: 0 };
        form.focus = form.next_unfolded(form.rows.len() - 1, 1);
        form
    }

    /// Adds a row before all others; the one with the keys keeps them.
    pub fn put_first(&mut self, row: Row<N>) {
        self.rows.insert(0, row);
        self.focus += 1;
    }

    fn row(&self, name: N) -> Option<&Row<N>> {
        self.rows.iter().find(|row| row.name == name)
    }

    fn row_mut(&mut self, name: N) -> Option<&mut Row<N>> {
        self.rows.iter_mut().find(|row| row.name == name)
    }

    /// What is typed in a row; empty where it is no row of text.
    pub fn text(&self, name: N) -> &str {
        match self.row(name).map(|row| &row.input) {
            Some(Input::Text(field)) => field.text(),
            _ => "",
        }
    }

    pub fn set_text(&mut self, name: N, text: &str) {
        match self.row_mut(name).map(|row| &mut row.input) {
            Some(Input::Text(field)) => field.set(text),
            Some(Input::Press(shown)) => *shown = text.to_owned(),
            _ => {}
        }
    }

    /// Position of the chosen option; 0 where it is no row of choice.
    pub fn chosen(&self, name: N) -> usize {
        match self.row(name).map(|row| &row.input) {
            Some(Input::Choice { chosen, .. }) => *chosen,
            _ => 0,
        }
    }

    pub fn fold(&mut self, name: N, folded: bool) {
        if let Some(row) = self.row_mut(name) {
            row.folded = folded;
        }
        if self.rows[self.focus].folded {
            self.focus = self.next_unfolded(self.focus, 1);
        }
    }

    pub fn set_error(&mut self, name: N, error: Option<String>) {
        if let Some(row) = self.row_mut(name) {
            row.error = error;
        }
    }

    pub fn clear_errors(&mut self) {
        self.rows.iter_mut().for_each(|row| row.error = None);
    }

    /// Goes to the first row with an error, unfolding it; returns whether there is one.
    pub fn go_to_error(&mut self) -> bool {
        let Some(at) = self.rows.iter().position(|row| row.error.is_some()) else { return false };
        self.rows[at].folded = false;
        self.focus = at;
        true
    }

    pub fn go_to(&mut self, name: N) {
        if let Some(at) = self.rows.iter().position(|row| row.name == name && !row.folded) {
            self.focus = at;
        }
    }

    pub fn focused(&self) -> N {
        self.rows[self.focus].name
    }

    /// Whether the row with the keys is one to press.
    pub fn on_press(&self) -> bool {
        matches!(self.rows[self.focus].input, Input::Press(_))
    }

    pub fn has_secrets_in_sight(&self) -> bool {
        self.rows.iter().any(|row| row.secret && !row.folded)
    }

    /// Whether the secrets are shown as dots.
    pub fn hides(&self) -> bool {
        self.rows.iter().any(|row| matches!(&row.input, Input::Text(field) if field.masked))
    }

    fn next_unfolded(&self, from: usize, by: usize) -> usize {
        let count = self.rows.len();
        (1..=count).map(|step| (from + by * step) % count).find(|at| !self.rows[*at].folded).unwrap_or(0)
    }

    pub fn command(&mut self, command: Command) -> Touched<N> {
        let count = self.rows.len();
        match command {
            Command::NextField => self.focus = self.next_unfolded(self.focus, 1),
            Command::PreviousField => self.focus = self.next_unfolded(self.focus, count - 1),
            Command::ShowText => {
                let hidden = self.hides();
                for row in self.rows.iter_mut().filter(|row| row.secret) {
                    if let Input::Text(field) = &mut row.input {
                        field.masked = !hidden;
                    }
                }
            }
            Command::Accept if self.on_press() => return Touched::Pressed(self.focused()),
            _ => return Touched::Nothing,
        }
        Touched::Moved
    }

    pub fn key(&mut self, key: Key) -> Touched<N> {
        let row = &mut self.rows[self.focus];
        match &mut row.input {
            Input::Text(field) => {
                if !field.edit(key) {
                    return Touched::Nothing;
                }
                row.error = None;
                Touched::Changed(row.name)
            }
            Input::Choice { options, chosen } => {
                let last = options.len() - 1;
                *chosen = match key.stroke {
                    Stroke::Right | Stroke::Char(' ') => {
                        if *chosen == last {
                            0
                        } else {
                            *chosen + 1
                        }
                    }
                    Stroke::Left => chosen.checked_sub(1).unwrap_or(last),
                    Stroke::Char(c) => {
                        let starts =
                            |(text, _): &(String, _)| text.chars().next().is_some_and(|first| first.eq_ignore_ascii_case(&c));
                        match (1..=options.len()).map(|step| (*chosen + step) % options.len()).find(|at| starts(&options[*at])) {
                            Some(at) => at,
                            None => return Touched::Nothing,
                        }
                    }
                    _ => return Touched::Nothing,
                };
                row.error = None;
                Touched::Changed(row.name)
            }
            Input::Press(_) if matches!(key.stroke, Stroke::Char(' ') | Stroke::Right) => Touched::Pressed(row.name),
            Input::Press(_) => Touched::Nothing,
        }
    }

    pub fn paste(&mut self, text: &SecretText) -> Touched<N> {
        let row = &mut self.rows[self.focus];
        let Input::Text(field) = &mut row.input else { return Touched::Nothing };
        field.insert(text.expose());
        row.error = None;
        Touched::Changed(row.name)
    }

    /// Draws the rows into an area, scrolled to the one with the keys, and its hint in the last line. `active` tells
    /// whether the form has the keys at all.
    pub fn draw(&self, buffer: &mut Buffer, common: &Common, area: Rect, active: bool) {
        let theme = &common.theme;
        let labels =
            self.rows.iter().filter(|row| !row.folded).map(|row| width(row.label)).max().unwrap_or(0).min(area.width / 3);
        let x = area.x + 2;
        let input_x = x + labels + 2;
        let columns = area.right().saturating_sub(input_x);
        let hint = self.rows[self.focus].hint;
        let hint_rows = if area.height >= 6 { 2 } else { 0 };
        let room = area.height.saturating_sub(hint_rows);

        // Lines first, so that it is known which of them are in sight: gaps go where there is no room for them.
        let lay = |gaps: bool| {
            let mut lines: Vec<Option<(usize, Option<String>)>> = Vec::new();
            for (at, row) in self.rows.iter().enumerate().filter(|(_, row)| !row.folded) {
                if row.apart && gaps && !lines.is_empty() {
                    lines.push(None);
                }
                lines.push(Some((at, None)));
                let errors = row.error.iter().flat_map(|error| wrap(error, columns));
                lines.extend(errors.map(|error| Some((at, Some(error)))));
            }
            lines
        };
        let mut lines = lay(true);
        if lines.len() > room.into() {
            lines = lay(false);
        }
        let last = lines.iter().rposition(|line| matches!(line, Some((at, _)) if *at == self.focus)).unwrap_or(0);
        let skipped = (last + 1).saturating_sub(room.into());
        let mut wrong = None;
        for (line, y) in lines.iter().skip(skipped).zip(area.y..area.y + room) {
            let Some((at, error)) = line else { continue };
            let row = &self.rows[*at];
            let focused = active && *at == self.focus;
            if let Some(error) = error {
                let role = if wrong.replace(*at) == Some(*at) { Role::Text } else { Role::Error };
                said::draw(buffer, theme, input_x, y..y + 1, columns, &[(error.clone(), role)]);
                continue;
            }
            if focused {
                put(buffer, area.x, y, 1, "▌", theme.style(Role::Mark));
            }
            put(buffer, x, y, labels, row.label, theme.style(if focused { Role::Strong } else { Role::Second }));
            row.draw_input(buffer, common, input_x, y, columns, focused);
        }
        if hint_rows > 0 && active {
            let lines = wrap(hint, area.width.saturating_sub(2));
            let first = area.bottom() - (lines.len() as u16).clamp(1, hint_rows);
            for (line, y) in lines.iter().zip(first..area.bottom()) {
                put(buffer, x, y, area.width.saturating_sub(2), line, theme.style(Role::Second));
            }
        }
    }
}

impl<N> Row<N> {
    fn draw_input(&self, buffer: &mut Buffer, common: &Common, x: u16, y: u16, columns: u16, focused: bool) {
        let theme = &common.theme;
        match &self.input {
            Input::Text(field) => field.draw(buffer, common, x, y, columns, focused),
            Input::Choice { options, chosen } => {
                let Some((text, about)) = options.get(*chosen) else { return };
                let role = if focused { Role::Selected } else { Role::Text };
                let shown = if focused { format!("‹ {text} ›") } else { text.clone() };
                let used = put(buffer, x, y, columns, &shown, theme.style(role)) + 2;
                put(buffer, x + used, y, columns.saturating_sub(used), about, theme.style(Role::Second));
            }
            Input::Press(text) => {
                let role = if focused { Role::Selected } else { Role::Text };
                put(buffer, x, y, columns, text, theme.style(role));
            }
        }
    }
}
