//! The keys in force, from the keymap.

use super::{Behaviour, Event, Reaction};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, put, width};
use crate::tui::state::Common;
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;

#[derive(Debug)]
pub struct Help {
    /// The place the help was asked in comes first.
    asked_in: Place,
    scroll: u16,
}

enum Line {
    Title(&'static str),
    Row(String, &'static str),
    Gap,
}

impl Help {
    pub fn new(asked_in: Place) -> Help {
        Help { asked_in, scroll: 0 }
    }

    fn lines(&self, common: &Common) -> Vec<Line> {
        let mut places = vec![self.asked_in, Place::Everywhere];
        places.extend(Place::ALL.into_iter().filter(|place| !matches!(place, Place::Everywhere) && *place != self.asked_in));
        let mut lines = Vec::new();
        for place in places {
            lines.push(Line::Title(place.title()));
            for binding in common.keymap.rows(place) {
                let keys: Vec<String> = binding.keys.iter().map(|key| key.sign()).collect();
                lines.push(Line::Row(keys.join("  "), binding.help()));
            }
            if place == Place::List {
                lines.push(Line::Row("1 … 9".into(), "copy the code of that visible row"));
            }
            lines.push(Line::Gap);
        }
        lines.pop();
        lines
    }

    fn page(common: &Common) -> u16 {
        common.size.1.saturating_sub(5).max(1)
    }
}

impl Behaviour for Help {
    fn place(&self) -> Place {
        Place::Reading
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        let last = (self.lines(common).len() as u16).saturating_sub(Help::page(common));
        let page = Help::page(common);
        match event {
            Event::Command(Command::Back) => return Reaction::pop(),
            Event::Command(Command::Up) => self.scroll = self.scroll.saturating_sub(1),
            Event::Command(Command::Down) => self.scroll += 1,
            Event::Command(Command::PageUp) => self.scroll = self.scroll.saturating_sub(page),
            Event::Command(Command::PageDown) => self.scroll += page,
            Event::Mouse { act: crate::tui::msg::MouseAct::WheelUp, .. } => self.scroll = self.scroll.saturating_sub(3),
            Event::Mouse { act: crate::tui::msg::MouseAct::WheelDown, .. } => self.scroll += 3,
            _ => {}
        }
        self.scroll = self.scroll.min(last);
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let theme = &common.theme;
        put(buffer, area.x + MARGIN, 1, area.width, "Keys", theme.style(Role::Strong));
        let lines = self.lines(common);
        let widest = lines.iter().map(|line| if let Line::Row(keys, _) = line { width(keys) } else { 0 }).max().unwrap_or(0);
        let (x, columns) = (area.x + MARGIN + 2, area.width.saturating_sub(MARGIN + 3));
        for (at, line) in lines.iter().skip(self.scroll.into()).take(Help::page(common).into()).enumerate() {
            let y = 3 + at as u16;
            match line {
                Line::Title(title) => {
                    put(buffer, x, y, columns, title, theme.style(Role::Strong));
                }
                Line::Row(keys, what) => {
                    put(buffer, x, y, widest, keys, theme.style(Role::Strong));
                    put(buffer, x + widest + 3, y, columns.saturating_sub(widest + 3), what, theme.style(Role::Second));
                }
                Line::Gap => {}
            }
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        vec![(Command::Down, "scroll"), (Command::PageDown, ""), (Command::Back, "")]
    }
}
