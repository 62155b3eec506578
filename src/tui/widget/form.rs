//! A form: labelled rows to type into, to choose from, or to press. One has the keys; rows may be folded away.

mod row;

use super::field::Field;
use super::said;
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::key::{Key, Stroke};
use crate::tui::layout::{put, wrap};
use crate::tui::state::Common;
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
pub use row::Row;
use row::{Input, Said};

/// `N` names the rows; the names on the screen are the labels.
#[derive(Debug)]
pub struct Form<N> {
    rows: Vec<Row<N>>,
    focus: usize,
}

/// What a key did to a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched<N> {
    Nothing,
    Moved,
    Changed(N),
    Pressed(N),
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

    /// What is typed in a row, or the secret that is there; empty where it is no row of text.
    pub fn text(&self, name: N) -> &str {
        match self.row(name).map(|row| &row.input) {
            Some(Input::Text(field)) => field.text(),
            Some(Input::Kept { secret, new, .. }) if new.is_empty() => secret.expose(),
            Some(Input::Kept { new, .. }) => new.text(),
            _ => "",
        }
    }

    /// Fills in a text of the program's.
    pub fn set_text(&mut self, name: N, text: &str) {
        match self.row_mut(name).map(|row| &mut row.input) {
            Some(Input::Text(field)) => {
                field.set(text);
                field.select();
            }
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

    /// What is wrong with a row. Its text stays, and is replaced by what is typed next.
    pub fn set_error(&mut self, name: N, error: Option<String>) {
        if let Some(row) = self.row_mut(name) {
            row.error = error;
            if row.error.is_some() {
                row.select();
            }
        }
    }

    /// The whole form was refused, and says so itself: each text stays until something is typed in its place.
    pub fn refuse(&mut self) {
        self.rows.iter_mut().for_each(Row::select);
    }

    /// How much was tried of a hidden text that was refused; see [`Field::tried`].
    pub fn tried(&self, name: N) -> String {
        self.row(name).and_then(Row::field).map_or_else(String::new, Field::tried)
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

    /// Whether the row with the keys is one to press: a secret that is closed is opened by it.
    pub fn on_press(&self) -> bool {
        self.on_closed() || matches!(self.rows[self.focus].input, Input::Press(_))
    }

    /// Whether the row with the keys is a secret that is closed.
    pub fn on_closed(&self) -> bool {
        self.rows[self.focus].is_closed()
    }

    /// Whether the row with the keys is a secret that is being replaced.
    pub fn on_open(&self) -> bool {
        matches!(self.rows[self.focus].input, Input::Kept { open: true, .. })
    }

    /// Closes the secret that is being replaced in the row with the keys: the one that is there stays. Returns whether there
    /// was one.
    pub fn close(&mut self) -> bool {
        let row = &mut self.rows[self.focus];
        let Input::Kept { new, open, .. } = &mut row.input else { return false };
        new.clear();
        row.error = None;
        std::mem::take(open)
    }

    pub fn has_secrets_in_sight(&self) -> bool {
        self.rows.iter().any(|row| row.secret && !row.folded)
    }

    /// Whether the secrets are shown as dots.
    pub fn hides(&self) -> bool {
        self.rows.iter().any(|row| matches!(&row.input, Input::Text(field) | Input::Kept { new: field, .. } if field.masked))
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
                    if let Input::Text(field) | Input::Kept { new: field, .. } = &mut row.input {
                        field.masked = !hidden;
                    }
                }
            }
            Command::Accept if self.on_closed() => {
                if let Input::Kept { open, .. } = &mut self.rows[self.focus].input {
                    *open = true;
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
            Input::Kept { new, open, .. } => {
                // A closed one has nothing to edit; the first character opens it.
                if (!*open && key.typed().is_none()) || !new.edit(key) {
                    return Touched::Nothing;
                }
                *open = !new.is_empty();
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
        match &mut row.input {
            Input::Text(field) => field.insert(text.expose()),
            Input::Kept { new, open, .. } => {
                new.insert(text.expose());
                *open |= !new.is_empty();
            }
            Input::Choice { .. } | Input::Press(_) => return Touched::Nothing,
        }
        row.error = None;
        Touched::Changed(row.name)
    }

    /// Draws the rows into an area, scrolled to the one with the keys, and its hint in the last line. `active` tells
    /// whether the form has the keys at all.
    pub fn draw(&self, buffer: &mut Buffer, common: &Common, area: Rect, active: bool) {
        let theme = &common.theme;
        let labels = self.rows.iter().filter(|row| !row.folded).map(Row::label_width).max().unwrap_or(0).min(area.width / 3);
        let x = area.x + 2;
        let input_x = x + labels + 2;
        let columns = area.right().saturating_sub(input_x);
        let hint = self.rows[self.focus].hint;
        let hint_rows = if area.height >= 6 { 2 } else { 0 };
        let room = area.height.saturating_sub(hint_rows);

        // Lines first, so that it is known which of them are in sight: where there is no room the gaps go, then what is said of
        // the length of a hidden text.
        let lay = |gaps: bool, lengths: bool| {
            let mut lines: Vec<Option<(usize, Option<Said>)>> = Vec::new();
            for (at, row) in self.rows.iter().enumerate().filter(|(_, row)| !row.folded) {
                if row.apart && gaps && !lines.is_empty() {
                    lines.push(None);
                }
                lines.push(Some((at, None)));
                lines.extend(row.below(common, columns, lengths).into_iter().map(|line| Some((at, Some(line)))));
            }
            lines
        };
        let fits = |lines: &Vec<_>| lines.len() <= room.into();
        let lines = Some(lay(true, true)).filter(fits).or_else(|| Some(lay(false, true)).filter(fits));
        let lines = lines.unwrap_or_else(|| lay(false, false));
        let of_focus = |line: &Option<(usize, _)>| matches!(line, Some((at, _)) if *at == self.focus);
        let (first, last) = (lines.iter().position(of_focus).unwrap_or(0), lines.iter().rposition(of_focus).unwrap_or(0));
        // The row itself stays in sight, however much there is below it.
        let skipped = (last + 1).saturating_sub(room.into()).min(first);
        let mut wrong = None;
        for (line, y) in lines.iter().skip(skipped).zip(area.y..area.y + room) {
            let Some((at, below)) = line else { continue };
            let row = &self.rows[*at];
            let focused = active && *at == self.focus;
            if let Some((text, role)) = below {
                let is_more = wrong.replace(*at) == Some(*at) && *role == Role::Error;
                let role = if is_more { Role::Text } else { *role };
                said::draw(buffer, theme, input_x, y..y + 1, columns, &[(text.clone(), role)]);
                continue;
            }
            if focused {
                put(buffer, area.x, y, 1, "▌", theme.style(Role::Mark));
            }
            put(buffer, x, y, labels, row.label(), theme.style(if focused { Role::Strong } else { Role::Second }));
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
