//! The ways to unlock the vault: which there are, adding, removing, and changing the passphrase. After a removal it lists
//! what the holder of that key may have read.

use super::confirm::Confirm;
use super::key_form::{KeyForm, Kind};
use super::{Behaviour, Event, Reaction, Screen};
use crate::ops::keys::{kind_words, state_words};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, below_title, put, title_row, wrap};
use crate::tui::msg::{Done, Effect, Job, KeysAct, KeysDone};
use crate::tui::state::{Common, Tone, sentence};
use crate::tui::theme::Role;
use crate::tui::widget::menu::Menu;
use crate::vault::MethodKind;
use crate::vault::store::{Listed, MethodState};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug, Default)]
pub struct Keys {
    menu: Menu,
    /// The method that was removed, and what its holder may have read.
    exposed: Option<(String, Vec<String>)>,
    scroll: usize,
}

const ACTS: [(&str, &str); 5] = [
    ("Change the passphrase", ""),
    ("Add a recovery key", "to print and put away"),
    ("Add an SSH key", "ed25519 or RSA"),
    ("Add an age plugin", "a hardware key"),
    ("Add another person", "by their age public key"),
];

fn methods(common: &Common) -> &[Listed] {
    common.open.as_ref().map_or(&[], |open| &open.methods)
}

impl Keys {
    fn choose(&mut self, common: &mut Common) -> Reaction {
        let count = methods(common).len();
        let act = match self.menu.selected.checked_sub(count) {
            None => match methods(common).get(self.menu.selected) {
                Some(method) if method.kind == MethodKind::PASSPHRASE => 0,
                method => {
                    let kind = method.map_or("", kind_words).to_owned();
                    common.say(Tone::Note, sentence(&kind));
                    common.offer(Command::Delete, "removes it");
                    return Reaction::stay();
                }
            },
            Some(act) => act,
        };
        let by_passphrase = common.open.as_ref().is_some_and(|open| open.by_passphrase);
        match act {
            0 => Reaction::push(Screen::KeyForm(KeyForm::new(Kind::Passphrase { by_passphrase }))),
            1 => Reaction::job(Job::Keys { act: KeysAct::MakeRecovery, answers: Vec::new() }),
            2 => Reaction::push(Screen::KeyForm(KeyForm::new(Kind::Ssh))),
            3 => Reaction::push(Screen::KeyForm(KeyForm::new(Kind::Plugin))),
            _ => Reaction::push(Screen::KeyForm(KeyForm::new(Kind::Person))),
        }
    }

    fn remove(&self, common: &Common) -> Reaction {
        let Some(method) = methods(common).get(self.menu.selected) else { return Reaction::stay() };
        let name = if method.id.is_empty() { &method.name } else { &method.id };
        let act = KeysAct::Remove(name.clone());
        let question = match kind_words(method) {
            kind if kind == method.name => format!("Remove the {kind}? It will not open this vault any more."),
            kind => format!("Remove {}, {kind}? It will not open this vault any more.", method.name),
        };
        let yes = vec![Effect::job(Job::Keys { act, answers: Vec::new() })];
        Reaction::push(Screen::Confirm(Confirm::no_undo(question, "remove", "keep it", yes)))
    }

    fn draw_exposed(&self, common: &Common, buffer: &mut Buffer, area: Rect, name: &str, exposed: &[String]) {
        let theme = &common.theme;
        let text = format!(
            "{name} does not open the vault any more. Whoever holds it and an older copy can still read that copy: enrol these anew \
             where it matters."
        );
        let mut y = area.y;
        for line in wrap(&text, area.width.min(76)) {
            if y < area.bottom() {
                put(buffer, area.x, y, area.width, &line, theme.style(Role::Second));
            }
            y += 1;
        }
        for (line, y) in exposed.iter().skip(self.scroll).zip(y + 1..area.bottom()) {
            put(buffer, area.x + 2, y, area.width.saturating_sub(2), line, theme.style(Role::Text));
        }
    }
}

impl Behaviour for Keys {
    fn place(&self) -> Place {
        if self.exposed.is_some() { Place::Reading } else { Place::Keys }
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        let lines = methods(common).len() + ACTS.len();
        match (event, &self.exposed) {
            (Event::Done(Done::Keys { result: Ok(KeysDone::Removed { name, exposed }), .. }), _) => {
                self.scroll = 0;
                match exposed.is_empty() {
                    true => common.say(Tone::Done, format!("Removed {name}")),
                    false => {
                        // What was said of it before is not true any more.
                        common.toast = None;
                        self.exposed = Some((name, exposed));
                    }
                }
                self.menu.selected = 0;
            }
            (Event::Command(Command::Back), Some(_)) => self.exposed = None,
            (Event::Command(command), Some((_, exposed))) => {
                let last = exposed.len().saturating_sub(1);
                match command {
                    Command::Up => self.scroll = self.scroll.saturating_sub(1),
                    Command::Down => self.scroll = (self.scroll + 1).min(last),
                    Command::PageUp => self.scroll = self.scroll.saturating_sub(10),
                    Command::PageDown => self.scroll = (self.scroll + 10).min(last),
                    _ => {}
                }
            }
            (Event::Command(Command::Back), None) => return Reaction::pop(),
            (Event::Command(Command::Accept | Command::Delete), None) if common.read_only().is_some() => {
                let why = common.read_only().unwrap_or_default();
                common.say(Tone::Note, why);
            }
            (Event::Command(Command::Accept), None) => return self.choose(common),
            (Event::Command(Command::Delete), None) => return self.remove(common),
            (Event::Command(command), None) => drop(self.menu.move_by(command, lines)),
            _ => {}
        }
        Reaction::stay()
    }

    fn vault_changed(&mut self, common: &Common) {
        self.menu.selected = self.menu.selected.min(methods(common).len() + ACTS.len() - 1);
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let body = below_title((area.width, area.height));
        if let Some(y) = title_row(body) {
            put(buffer, MARGIN, y, area.width, "Ways to unlock", common.theme.style(Role::Strong));
        }
        if let Some((name, exposed)) = &self.exposed {
            return self.draw_exposed(common, buffer, body, name, exposed);
        }
        let aside = |method: &Listed| match method.state {
            MethodState::Usable if method.kind == MethodKind::PASSPHRASE => "typed to unlock".to_owned(),
            MethodState::Usable => kind_words(method).to_owned(),
            state => format!("{}: {}", kind_words(method), state_words(state)),
        };
        let methods = methods(common);
        let asides: Vec<String> = methods.iter().map(aside).collect();
        let lines: Vec<(&str, &str)> =
            methods.iter().zip(&asides).map(|(method, aside)| (method.name.as_str(), aside.as_str())).collect();
        self.menu.draw_apart(buffer, common, body, &lines, &ACTS);
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        match self.exposed {
            Some(_) => vec![(Command::Down, "scroll"), (Command::Back, "")],
            None => vec![(Command::Accept, ""), (Command::Delete, "remove"), (Command::Down, "move"), (Command::Back, "")],
        }
    }
}
