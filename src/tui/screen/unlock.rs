//! Unlocking a vault that is there, in the ways its files tell of or by a recovery key: the one at hand, or another that
//! entries are sent to. What was refused stays selected: the right one is typed or pasted over it, and a typo can be corrected.

use super::mend::Mend;
use super::vaults::{self, Purpose};
use super::{Behaviour, Event, Reaction, Screen, Step};
use crate::error::{Error, ErrorKind};
use crate::ops::backup::Rescue;
use crate::ops::unlock::Opening;
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{put, put_centre, width};
use crate::tui::msg::{Done, Job, OtherVault, SendOrder};
use crate::tui::state::{Common, sentence};
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
use crate::tui::widget::said;
use crate::vault::store::Way;
use ratatui::buffer::Buffer;

#[derive(Debug)]
pub struct Unlock {
    ways: Vec<How>,
    way: usize,
    field: Field,
    /// A question of the key's, with what it is to be opened with and the answers so far.
    question: Option<(String, Opening, Vec<SecretText>)>,
    /// What was tried last.
    tried: Option<(Opening, Vec<SecretText>)>,
    /// What went wrong, and what to do.
    said: Option<(String, String)>,
    waiting: bool,
    /// It opens another vault, for entries to be sent there; the one at hand stays open.
    order: Option<SendOrder>,
}

/// A way to unlock as it is offered: a recovery key may be there, whatever the files tell.
#[derive(Clone, Debug, PartialEq)]
enum How {
    Passphrase,
    Recovery,
    Plugin(String),
    Ssh(String),
}

/// Frames of the spinner, one each 100 ms.
pub const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// The spinner's frame for the work that goes on since then.
pub fn spinner(common: &Common) -> &'static str {
    let since = common.busy_since.map_or(0, |since| common.now.boot.saturating_sub(since).as_millis());
    SPINNER[(since / 100) as usize % SPINNER.len()]
}

impl Unlock {
    pub fn new(ways: &[Way]) -> Unlock {
        let mut offered: Vec<How> = ways
            .iter()
            .map(|way| match way {
                Way::Passphrase => How::Passphrase,
                Way::Plugin(name) => How::Plugin(name.clone()),
                Way::Ssh(name) => How::Ssh(name.clone()),
            })
            .collect();
        if offered.is_empty() {
            // Nobody has looked, or it will say what is missing.
            offered.push(How::Passphrase);
        }
        offered.push(How::Recovery);
        let mut unlock = Unlock {
            ways: offered,
            way: 0,
            field: Field::masked(),
            question: None,
            tried: None,
            said: None,
            waiting: false,
            order: None,
        };
        unlock.take_way(0);
        unlock
    }

    /// Opens another vault, so that entries can be sent there; at once where its key is remembered.
    pub fn to_send(common: &Common, other: &OtherVault, order: SendOrder) -> (Unlock, Reaction) {
        let mut unlock = Unlock { order: Some(order), ..Unlock::new(&other.ways) };
        let reaction = match other.is_remembered {
            true => unlock.try_opening(common, Opening::Remembered, Vec::new()),
            false => Reaction::stay(),
        };
        (unlock, reaction)
    }

    /// With what is tried at once. It is not in the field: nobody typed it, so nobody could mend it there.
    pub fn with(common: &Common, opening: Opening) -> (Unlock, Reaction) {
        let mut unlock = Unlock::new(&common.ways);
        let reaction = unlock.try_opening(common, opening, Vec::new());
        (unlock, reaction)
    }

    fn take_way(&mut self, way: usize) {
        self.way = way;
        self.question = None;
        self.said = None;
        self.field = match self.how() {
            How::Ssh(_) => Field::proposed("~/.ssh/id_ed25519"),
            _ => Field::masked(),
        };
    }

    fn how(&self) -> &How {
        self.ways.get(self.way).unwrap_or(&How::Passphrase)
    }

    fn label(&self) -> &str {
        match (&self.question, self.how()) {
            (Some(_), _) => "answer",
            (None, How::Passphrase) => "passphrase",
            (None, How::Recovery) => "recovery key",
            (None, How::Plugin(name)) => name,
            (None, How::Ssh(_)) => "SSH key",
        }
    }

    fn has_field(&self) -> bool {
        self.question.is_some() || !matches!(self.how(), How::Plugin(_))
    }

    fn accept(&mut self, common: &Common) -> Reaction {
        if let Some((_, opening, mut answers)) = self.question.take() {
            answers.push(self.field.secret());
            return self.try_opening(common, opening, answers);
        }
        let opening = match self.how() {
            How::Plugin(name) => Opening::Plugin(name.clone()),
            _ if self.field.is_empty() => return Reaction::stay(),
            How::Ssh(_) => Opening::File(self.field.text().trim().into()),
            How::Passphrase | How::Recovery => Opening::typed(self.field.secret()),
        };
        self.try_opening(common, opening, Vec::new())
    }

    fn try_opening(&mut self, common: &Common, opening: Opening, answers: Vec<SecretText>) -> Reaction {
        self.waiting = true;
        self.said = None;
        self.tried = Some((opening.clone(), answers.clone()));
        Reaction::job(match self.order.clone() {
            None => Job::Unlock { vault: common.vault.folder.clone(), opening, answers },
            Some(order) => Job::Send { order, opening, answers },
        })
    }

    fn wrong(&self, error: &Error) -> (String, String) {
        let is_passphrase = matches!(self.tried, Some((Opening::Passphrase(_), _)));
        match (error.kind, self.how()) {
            (ErrorKind::WrongPassphrase, How::Recovery) if is_passphrase => {
                ("That is not a recovery key: it begins with AGE-SECRET-KEY-1.".into(), String::new())
            }
            (ErrorKind::WrongPassphrase, _) if is_passphrase && error.hint.is_none() => {
                ("That passphrase does not open this vault.".into(), String::new())
            }
            _ => (format!("{}.", sentence(&error.what)), error.hint.clone().unwrap_or_default()),
        }
    }
}

impl Behaviour for Unlock {
    fn place(&self) -> Place {
        Place::Unlock
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        match event {
            // While scrypt runs what is typed waits for nothing: it would be lost with the answer.
            Event::Command(Command::Accept) if !self.waiting => return self.accept(common),
            Event::Command(Command::OtherKey) if !self.waiting => self.take_way((self.way + 1) % self.ways.len()),
            Event::Command(Command::ShowText) => self.field.masked = !self.field.masked,
            Event::Key(key) if !self.waiting && self.has_field() && self.field.edit(key) => self.said = None,
            Event::Paste(text) if !self.waiting && self.has_field() => {
                self.field.insert(text.expose());
                self.said = None;
            }
            Event::Command(Command::Vaults) if !self.waiting && self.order.is_none() => {
                return vaults::ask(common, Purpose::Open);
            }
            Event::Command(Command::Back) if self.order.is_some() && !self.waiting => return Reaction::pop(),
            // There is nothing to go back to but an empty field.
            Event::Command(Command::Back) if !self.waiting => self.take_way(self.way),
            Event::Done(Done::Sent { result: Ok(_), .. }) => return Reaction { step: Step::PopTwice, effects: Vec::new() },
            Event::Done(Done::Opened(Err(error)) | Done::Sent { result: Err(error), .. }) => {
                self.waiting = false;
                self.field.select();
                // It has been forgotten meanwhile: the person is asked as if it had never been remembered.
                let is_forgotten =
                    error.kind == ErrorKind::WrongPassphrase && matches!(self.tried, Some((Opening::Remembered, _)));
                self.said = (!is_forgotten).then(|| self.wrong(&error));
                let tried = self.tried.clone().filter(|(opening, _)| *opening != Opening::Remembered);
                if let (ErrorKind::VaultDamaged, Some((opening, answers)), None) = (error.kind, tried, &self.order) {
                    return Reaction::job(Job::FindBackup { vault: common.vault.folder.clone(), opening, answers });
                }
                if matches!(&self.tried, Some((_, answers)) if !answers.is_empty()) {
                    // An answer was wrong: what was typed is no path and no passphrase.
                    let said = self.said.take();
                    self.take_way(self.way);
                    self.said = said;
                }
            }
            Event::Done(Done::Asked(question)) => {
                self.waiting = false;
                if let Some((opening, answers)) = self.tried.take() {
                    self.question = Some((question, opening, answers));
                    self.field = Field::masked();
                }
            }
            // It is tried again already.
            Event::Done(Done::BackupFound(_)) if self.waiting => {}
            Event::Done(Done::BackupFound(Rescue { found: Some(found), .. })) => {
                let why = self.said.as_ref().map(|(what, _)| what.clone()).unwrap_or_default();
                if let Some((opening, answers)) = self.tried.clone() {
                    return Reaction::push(Screen::Mend(Mend::new(found, why, opening, answers)));
                }
            }
            Event::Done(Done::BackupFound(Rescue { shut: Some(name), .. })) => {
                if let Some((_, hint)) = &mut self.said {
                    *hint = format!(
                        "There is a backup of {}, which this does not open. Unlock with what opened the vault then.",
                        name.when()
                    );
                }
            }
            _ => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let theme = &common.theme;
        let top = (area.height.saturating_sub(8)) * 2 / 5;
        let (title, name) = match &self.order {
            None => ("countersign".to_owned(), &common.vault.name),
            Some(order) => (order.title(), &order.to.name),
        };
        put_centre(buffer, area, top, &title, theme.style(Role::Strong));
        put_centre(buffer, area, top + 1, name, theme.style(Role::Second));
        // The usual length of label and field is in the middle; a long passphrase grows to the right.
        let x = area.width.saturating_sub(36) / 2;
        let label = put(buffer, x, top + 4, area.width, self.label(), theme.style(Role::Second)) + 2;
        let columns = area.width.saturating_sub(x + label + 2);
        match self.has_field() {
            true => self.field.draw(buffer, common, x + label, top + 4, columns, !self.waiting),
            false => drop(put(buffer, x + label, top + 4, columns, "have the key at hand", theme.style(Role::Text))),
        }
        if let (Some((question, ..)), false) = (&self.question, self.waiting) {
            put_centre(buffer, area, top + 2, question, theme.style(Role::Text));
        }
        if self.waiting {
            let what = match self.tried {
                Some((Opening::Plugin(_), _)) => "waiting for the key: touch it where it blinks",
                _ => "opening the vault",
            };
            put_centre(buffer, area, top + 6, &format!("{} {what}", spinner(common)), theme.style(Role::Accent));
        } else if let Some((what, hint)) = &self.said {
            let columns = area.width.saturating_sub(4).min(76);
            let texts = [(what, Role::Error), (hint, Role::Second), (&self.field.tried(), Role::Second)];
            let lines = texts.map(|(text, role)| said::lines(common, text, columns, role)).concat();
            // The blank line above goes before the last of them.
            let bottom = area.height.saturating_sub(2);
            let y = if top + 6 + lines.len() as u16 > bottom { top + 5 } else { top + 6 };
            for (at, ((line, role), y)) in lines.into_iter().zip(y..bottom).enumerate() {
                let wide = width(&line).min(area.width);
                let role = if at > 0 && role == Role::Error { Role::Text } else { role };
                said::draw(buffer, theme, area.x + (area.width - wide) / 2, y..y + 1, wide, &[(line, role)]);
            }
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        let (accept, leave) = match &self.order {
            None => ("unlock", Command::Quit),
            Some(order) => (order.verb(), Command::Back),
        };
        let show = if self.field.masked { "show" } else { "hide" };
        let mut commands = vec![(Command::Accept, accept), (Command::OtherKey, "")];
        if self.has_field() && !matches!((&self.question, self.how()), (None, How::Ssh(_))) {
            commands.push((Command::ShowText, show));
        }
        if self.order.is_none() {
            commands.push((Command::Vaults, ""));
        }
        commands.push((leave, ""));
        commands
    }
}
