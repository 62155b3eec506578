//! (being built)

use super::{Behaviour, Event, Reaction};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::state::Common;
use ratatui::buffer::Buffer;

#[derive(Debug)]
pub struct Qr;

impl Qr {
    pub fn new(_entry: &crate::vault::entry::Entry) -> Self {
        Qr
    }
}

impl Behaviour for Qr {
    fn place(&self) -> Place {
        Place::Reading
    }

    fn handle(&mut self, _common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Command(Command::Back) => Reaction::pop(),
            _ => Reaction::stay(),
        }
    }

    fn draw(&self, _common: &Common, _buffer: &mut Buffer) {}

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        vec![(Command::Back, "")]
    }
}
