//! The vaults that lie beside each other: to go over to one, to make a new one, or to say where entries go.

use super::create::Create;
use super::unlock::Unlock;
use super::{Behaviour, Event, Reaction, Screen, Step};
use crate::ops::send::Sending;
use crate::ops::vaults::{Named, place_of};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, below_title, put, title_row};
use crate::tui::msg::{Done, Effect, Job, MouseAct, OtherVault, SendOrder};
use crate::tui::state::{Common, Tone, explain};
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
use crate::tui::widget::menu::Menu;
use crate::tui::widget::said;
use crate::vault::entry::EntryId;
use crate::words::is_same;
use ratatui::buffer::Buffer;
use std::path::{Path, PathBuf};

/// What a vault is chosen for.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    Open,
    /// `what` calls the entries in a sentence.
    Send {
        ids: Vec<EntryId>,
        what: String,
        sending: Sending,
    },
}

#[derive(Debug)]
pub struct Vaults {
    purpose: Purpose,
    /// `None` until the folder was read.
    vaults: Option<Vec<OtherVault>>,
    beside: PathBuf,
    menu: Menu,
    /// The name of a new one, while it is typed, and what is wrong with it.
    name: Option<(Field, String)>,
    /// One is being gone over to: a second key would go over to it twice.
    going: bool,
}

const NEW: (&str, &str) = ("Make a new vault", "beside these");

/// The screen, and the question for what it lists.
pub fn ask(common: &Common, purpose: Purpose) -> Reaction {
    let screen = Vaults { purpose, vaults: None, beside: PathBuf::new(), menu: Menu::default(), name: None, going: false };
    Reaction::push(Screen::Vaults(screen)).and(Effect::job(list(common)))
}

/// None is at hand while the demo is shown.
fn list(common: &Common) -> Job {
    let at_hand = common.open.as_ref().is_none_or(|open| !open.demo);
    Job::ListVaults { vault: common.vault.folder.clone(), at_hand }
}

impl Vaults {
    fn lines(&self) -> Vec<(&str, &str)> {
        let aside = |other: &OtherVault| if other.is_current { "the one at hand" } else { "" };
        let vaults = self.vaults.iter().flatten().map(|other| (other.vault.name.as_str(), aside(other)));
        match self.purpose {
            Purpose::Open => vaults.chain([NEW]).collect(),
            Purpose::Send { .. } => vaults.collect(),
        }
    }

    fn take(&mut self, vaults: Vec<OtherVault>, beside: PathBuf) {
        // Where entries go there is nothing to be done with the vault they are in.
        let sends = matches!(self.purpose, Purpose::Send { .. });
        let vaults: Vec<OtherVault> = vaults.into_iter().filter(|other| !(sends && other.is_current)).collect();
        self.menu.selected = vaults.iter().position(|other| !other.is_current).unwrap_or(0);
        self.beside = beside;
        self.vaults = Some(vaults);
    }

    fn choose(&mut self, common: &mut Common) -> Reaction {
        let Some(vaults) = &self.vaults else { return Reaction::stay() };
        match (vaults.get(self.menu.selected), &self.purpose) {
            (Some(other), Purpose::Open) if other.is_current => Reaction::pop(),
            (Some(other), Purpose::Open) => {
                self.going = true;
                Reaction::job(Job::Switch(other.vault.folder.clone()))
            }
            (Some(other), Purpose::Send { ids, what, sending }) => {
                let order = SendOrder { ids: ids.clone(), what: what.clone(), sending: *sending, to: other.vault.clone() };
                let (screen, reaction) = Unlock::to_send(common, other, order);
                Reaction { step: Step::Push(Box::new(Screen::Unlock(screen))), ..reaction }
            }
            (None, Purpose::Open) => {
                self.name = Some((Field::plain(""), String::new()));
                Reaction::stay()
            }
            (None, Purpose::Send { .. }) => {
                common.say(Tone::Note, "There is no other vault");
                Reaction::stay()
            }
        }
    }

    /// The vault is made on the screen that follows: until then nothing is on the disk, and nothing is locked.
    fn make(&mut self) -> Reaction {
        let Some((field, wrong)) = &mut self.name else { return Reaction::stay() };
        let looks_like = |other: &Path, folder: &Path| is_same(&other.to_string_lossy(), &folder.to_string_lossy());
        let known = |folder: &Path| self.vaults.iter().flatten().any(|other| looks_like(&other.vault.folder, folder));
        match place_of(&self.beside, field.text()) {
            Ok(folder) if known(&folder) => *wrong = "There is a vault of this name already.".into(),
            Ok(folder) => {
                self.name = None;
                return Reaction::push(Screen::Create(Create::new(Named::of(&folder))));
            }
            Err(error) => *wrong = explain(&error),
        }
        field.select();
        Reaction::stay()
    }

    fn while_named(&mut self, event: Event) -> Reaction {
        let Some((field, wrong)) = &mut self.name else { return Reaction::stay() };
        match event {
            Event::Command(Command::Accept) => return self.make(),
            Event::Command(Command::Back) => self.name = None,
            Event::Key(key) if field.edit(key) => wrong.clear(),
            Event::Paste(text) => {
                field.insert(text.expose());
                wrong.clear();
            }
            _ => {}
        }
        Reaction::stay()
    }
}

impl Behaviour for Vaults {
    fn place(&self) -> Place {
        if self.name.is_some() { Place::Form } else { Place::Menu }
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        if let Event::Done(Done::Vaults { vaults, beside }) = event {
            self.take(vaults, beside);
            return Reaction::stay();
        }
        if let Event::Done(Done::Switched(Err(error))) = &event {
            self.going = false;
            common.say_error(error);
            // What is listed is not what is there.
            return Reaction::job(list(common));
        }
        if self.going {
            return Reaction::stay();
        }
        if self.name.is_some() {
            return self.while_named(event);
        }
        let lines = self.lines().len();
        match event {
            Event::Command(Command::Accept) => return self.choose(common),
            Event::Command(Command::Back) => return Reaction::pop(),
            Event::Command(command) => drop(self.menu.move_by(command, lines)),
            Event::Mouse { act: MouseAct::Click | MouseAct::DoubleClick, row, .. } => {
                // Those that can be opened; the last line stands apart.
                let there = self.vaults.as_ref().map_or(0, Vec::len);
                if let Some(line) = Menu::line_at(row, below_title(common.size).y, there) {
                    self.menu.selected = line;
                    return self.choose(common);
                }
            }
            _ => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let theme = &common.theme;
        let whole = buffer.area;
        let area = below_title((whole.width, whole.height));
        if let Some(y) = title_row(area) {
            let title = match &self.purpose {
                Purpose::Open if self.name.is_some() => "New vault".into(),
                Purpose::Open => "Vaults".into(),
                Purpose::Send { what, sending: Sending::Copy, .. } => format!("Copy {what} to"),
                Purpose::Send { what, sending: Sending::Move, .. } => format!("Move {what} to"),
            };
            put(buffer, MARGIN, y, whole.width.saturating_sub(MARGIN), &title, theme.style(Role::Strong));
        }
        if let Some((field, wrong)) = &self.name {
            let used = put(buffer, area.x, area.y, area.width, "name", theme.style(Role::Second)) + 2;
            field.draw(buffer, common, area.x + used, area.y, area.width.saturating_sub(used + 1), true);
            let about = format!("It will lie in {}, with a passphrase of its own.", self.beside.display());
            let (text, role) = if wrong.is_empty() { (&about, Role::Second) } else { (wrong, Role::Error) };
            let columns = area.width.saturating_sub(1);
            let lines = said::lines(common, text, columns, role);
            said::draw(buffer, theme, area.x, (area.y + 2).min(area.bottom())..area.bottom(), columns, &lines);
            return;
        }
        let lines = self.lines();
        let (there, acts) = lines.split_at(self.vaults.as_ref().map_or(0, Vec::len));
        self.menu.draw_apart(buffer, common, area, there, acts);
        if self.vaults.is_some() && lines.is_empty() && area.height > 0 {
            let key = common.keymap.sign(Place::List, Command::Vaults);
            let about = format!("There is no other vault: {key} in the list makes one.");
            put(buffer, area.x, area.y, area.width.saturating_sub(1), &about, theme.style(Role::Second));
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        match (&self.name, &self.purpose) {
            (Some(_), _) => vec![(Command::Accept, "make it"), (Command::Back, "")],
            (None, Purpose::Open) => vec![(Command::Accept, "open"), (Command::Down, "move"), (Command::Back, "")],
            (None, Purpose::Send { .. }) if self.lines().is_empty() => vec![(Command::Back, "")],
            (None, Purpose::Send { .. }) => vec![(Command::Accept, ""), (Command::Down, "move"), (Command::Back, "")],
        }
    }
}
