//! A yes-or-no question in the last lines. It carries the orders it will give, not a closure.
//!
//! Enter means yes only where undo takes it back. What can't be undone wants its own key, and the removal of many things is
//! a screen of its own, [`super::confirm_many`]. A key that answers nothing is no answer: it closes the question and does
//! what it does in the screen below, so keys typed by habit neither say yes nor get lost.

use super::{Behaviour, Event, Reaction, Step};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, put, wrap};
use crate::tui::msg::Effect;
use crate::tui::state::Common;
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;

#[derive(Debug)]
pub struct Confirm {
    question: String,
    /// What "yes" does: "join", "quit".
    yes_word: &'static str,
    /// What happens instead: "keep it".
    no_word: &'static str,
    /// Given on yes; emptied then.
    yes: Vec<Effect>,
    /// Whether "yes" also closes the screen that asked.
    leaves: bool,
    /// Whether undo takes it back, so that Enter may mean yes.
    undoable: bool,
}

impl Confirm {
    /// About something that undo takes back, or that changes nothing yet: Enter means yes.
    pub fn undoable(question: String, yes_word: &'static str, no_word: &'static str, yes: Vec<Effect>) -> Confirm {
        Confirm { question, yes_word, no_word, yes, leaves: false, undoable: true }
    }

    /// About something that can't be undone: Enter means no.
    pub fn no_undo(question: String, yes_word: &'static str, no_word: &'static str, yes: Vec<Effect>) -> Confirm {
        Confirm { question, yes_word, no_word, yes, leaves: false, undoable: false }
    }

    /// Before a screen closes and loses what was typed there: "the new entry", "the changes".
    pub fn leave(what: &str) -> Confirm {
        let yes_word = if what.ends_with('s') { "lose them" } else { "lose it" };
        let question = format!("Leave and lose {what}?");
        Confirm { leaves: true, ..Confirm::no_undo(question, yes_word, "stay", Vec::new()) }
    }
}

impl Behaviour for Confirm {
    fn place(&self) -> Place {
        if self.undoable { Place::Confirm } else { Place::ConfirmFinal }
    }

    fn overlay(&self) -> bool {
        true
    }

    fn handle(&mut self, _common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Command(Command::Yes) => {
                let step = if self.leaves { Step::PopTwice } else { Step::Pop };
                Reaction { step, effects: std::mem::take(&mut self.yes) }
            }
            Event::Command(Command::No) => Reaction::pop(),
            _ => Reaction::stay(),
        }
    }

    /// As many lines as the question needs, above the keys; the answer that Enter gives is marked.
    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let theme = &common.theme;
        let x = area.x + MARGIN + 1;
        let lines = wrap(&self.question, area.width.saturating_sub(MARGIN + 2));
        let first = area.bottom().saturating_sub(1 + lines.len() as u16);
        for y in first..area.bottom() {
            put(buffer, area.x, y, area.width, &" ".repeat(area.width.into()), theme.blank());
        }
        for (line, y) in lines.iter().zip(first..area.bottom()) {
            put(buffer, area.x, y, 1, "▌", theme.style(Role::Warning));
            put(buffer, x, y, area.width.saturating_sub(x), line, theme.style(Role::Strong));
        }
    }

    /// The answer that Enter gives comes first.
    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        let mut answers = vec![(Command::Yes, self.yes_word), (Command::No, self.no_word)];
        if !self.undoable {
            answers.reverse();
        }
        answers
    }

    fn first_is_default(&self) -> bool {
        true
    }
}
