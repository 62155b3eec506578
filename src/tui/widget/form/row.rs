//! One row of a form: its label, what is typed, chosen or kept in it, and how it is drawn.

use crate::secret::SecretText;
use crate::tui::layout::{put, width, wrap};
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
use crate::tui::widget::said;
use ratatui::buffer::Buffer;

/// A line below a row, and what it means.
pub(super) type Said = (String, Role);

#[derive(Debug)]
pub struct Row<N> {
    pub name: N,
    label: &'static str,
    pub(super) input: Input,
    /// Said below the form while the row has the keys.
    pub(super) hint: &'static str,
    /// What is wrong with it, as a sentence.
    pub(super) error: Option<String>,
    pub(super) folded: bool,
    /// Set apart from the row before.
    pub(super) apart: bool,
    pub(super) secret: bool,
}

#[derive(Debug)]
pub(super) enum Input {
    Text(Field),
    /// A secret that is there. It is closed until it is replaced, so that what is typed or pasted never joins it.
    Kept {
        secret: SecretText,
        /// The label of the row while it is open.
        label: &'static str,
        /// What takes its place. Empty while the row is closed; its mask is that of the secret, too.
        new: Field,
        open: bool,
    },
    /// Each with what it means.
    Choice {
        options: Vec<(String, &'static str)>,
        chosen: usize,
    },
    Press(String),
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

    /// Text shown as dots until asked for. It begins empty.
    pub fn secret(name: N, label: &'static str) -> Row<N> {
        Row { secret: true, ..Row::new(name, label, Input::Text(Field::masked())) }
    }

    /// A secret that is there, or an empty row for one that is not; `open_label` stands there while it is replaced.
    pub fn kept(name: N, label: &'static str, open_label: &'static str, secret: &SecretText) -> Row<N> {
        if secret.is_empty() {
            return Row::secret(name, label);
        }
        let input = Input::Kept { secret: secret.clone(), label: open_label, new: Field::masked(), open: false };
        Row { secret: true, ..Row::new(name, label, input) }
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

    /// Its text is the program's: the first that is typed takes its place.
    pub fn proposed(mut self) -> Row<N> {
        self.select();
        self
    }

    /// The field that text is typed into, if there is one now.
    pub(super) fn field(&self) -> Option<&Field> {
        match &self.input {
            Input::Text(field) | Input::Kept { new: field, open: true, .. } => Some(field),
            _ => None,
        }
    }

    pub(super) fn select(&mut self) {
        if let Input::Text(field) | Input::Kept { new: field, .. } = &mut self.input {
            field.select();
        }
    }

    /// Whether it is a secret that is there and not being replaced.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.input, Input::Kept { open: false, .. })
    }

    pub(super) fn label(&self) -> &'static str {
        match &self.input {
            Input::Kept { label, open: true, .. } => label,
            _ => self.label,
        }
    }

    /// Columns for either of its labels, so that nothing moves when it is opened.
    pub(super) fn label_width(&self) -> u16 {
        match &self.input {
            Input::Kept { label, .. } => width(self.label).max(width(label)),
            _ => width(self.label),
        }
    }

    pub fn apart(self) -> Row<N> {
        Row { apart: true, ..self }
    }

    pub fn folded(self) -> Row<N> {
        Row { folded: true, ..self }
    }

    /// The lines of a closed secret that is shown, or the one that tells its length.
    fn closed_lines(&self, columns: u16) -> Vec<String> {
        match &self.input {
            Input::Kept { secret, new, open: false, .. } if new.masked => match secret.expose().chars().count() {
                1 => vec!["1 character, hidden".into()],
                count => vec![format!("{count} characters, hidden")],
            },
            Input::Kept { secret, open: false, .. } => wrap(secret.expose(), columns),
            _ => Vec::new(),
        }
    }

    /// What stands in the lines below its first; with the length of a hidden text that was refused, or without.
    pub(super) fn below(&self, common: &Common, columns: u16, lengths: bool) -> Vec<Said> {
        let mut lines: Vec<Said> = self.closed_lines(columns).into_iter().skip(1).map(|line| (line, Role::Text)).collect();
        if let Some(error) = &self.error {
            lines.extend(said::lines(common, error, columns, Role::Error));
            let tried = self.field().filter(|_| lengths).map_or_else(String::new, Field::tried);
            lines.extend(said::lines(common, &tried, columns, Role::Second));
        }
        lines
    }

    pub(super) fn draw_input(&self, buffer: &mut Buffer, common: &Common, x: u16, y: u16, columns: u16, focused: bool) {
        let theme = &common.theme;
        match &self.input {
            Input::Text(field) | Input::Kept { new: field, open: true, .. } => field.draw(buffer, common, x, y, columns, focused),
            Input::Kept { .. } => {
                let role = if focused { Role::Selected } else { Role::Text };
                let line = self.closed_lines(columns).into_iter().next().unwrap_or_default();
                put(buffer, x, y, columns, &line, theme.style(role));
            }
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
