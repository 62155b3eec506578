//! Typing what a change of the passphrase or a new unlock method needs.

use super::unlock::spinner;
use super::{Behaviour, Event, Reaction};
use crate::error::ErrorKind;
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, below_title, put, title_row, with_right_margin};
use crate::tui::msg::{Done, Job, KeysAct};
use crate::tui::state::{Common, explain};
use crate::tui::theme::Role;
use crate::tui::widget::form::{Form, Row, Touched};
use crate::tui::widget::{path, said};
use crate::words::is_same;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whether the old one is to be typed: a recovery key in hand is enough.
    Passphrase {
        by_passphrase: bool,
    },
    Ssh,
    Plugin,
    Person,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Old,
    New,
    Again,
    Path,
    Recipient,
    Called,
    /// To a question of the plugin's.
    Answer,
}

#[derive(Debug)]
pub struct KeyForm {
    kind: Kind,
    form: Form<Name>,
    /// zxcvbn's words for the new passphrase.
    strength: Option<(u8, String)>,
    answers: Vec<SecretText>,
    question: Option<String>,
    said: Option<String>,
    waiting: bool,
}

impl KeyForm {
    pub fn new(kind: Kind) -> KeyForm {
        let called = || Row::text(Name::Called, "name", "").hint("What to call it; the usual name where it is empty.");
        let rows = match kind {
            Kind::Passphrase { by_passphrase } => {
                let old = by_passphrase.then(|| Row::secret(Name::Old, "passphrase now"));
                let new = [Row::secret(Name::New, "new passphrase").apart(), Row::secret(Name::Again, "once more")];
                old.into_iter().chain(new).collect()
            }
            Kind::Ssh => vec![
                Row::text(Name::Path, "public key", "~/.ssh/id_ed25519.pub")
                    .proposed()
                    .hint("The file of an SSH public key. To unlock, the private key beside it is named."),
                called(),
            ],
            Kind::Plugin => vec![
                Row::text(Name::Path, "identity file", "")
                    .hint("As the plugin wrote it, e.g. age-plugin-yubikey --identity > FILE"),
                called(),
                Row::secret(Name::Answer, "answer").folded(),
            ],
            Kind::Person => vec![
                Row::text(Name::Recipient, "public key", "").hint("age1…; they will be able to read and change everything."),
                called(),
            ],
        };
        let form = Form::new(rows);
        KeyForm { kind, form, strength: None, answers: Vec::new(), question: None, said: None, waiting: false }
    }

    fn title(&self) -> &'static str {
        match self.kind {
            Kind::Passphrase { .. } => "Change the passphrase",
            Kind::Ssh => "Add an SSH key",
            Kind::Plugin => "Add an age plugin",
            Kind::Person => "Add another person",
        }
    }

    fn accept(&mut self) -> Reaction {
        self.form.clear_errors();
        let text = |name| self.form.text(name).to_owned();
        let path = || {
            path::dropped(self.form.text(Name::Path)).first().map_or(String::new(), |path| path.to_string_lossy().into_owned())
        };
        let called = || Some(text(Name::Called).trim().to_owned()).filter(|name| !name.is_empty());
        let missing = |name, what: &str| (self.form.text(name).trim().is_empty()).then(|| (name, what.to_owned()));
        let (wrong, act) = match self.kind {
            Kind::Passphrase { by_passphrase } => {
                let secret = |name| SecretText::new(self.form.text(name));
                let old = by_passphrase.then(|| secret(Name::Old));
                let wrong = old
                    .as_ref()
                    .filter(|old| old.is_empty())
                    .map(|_| (Name::Old, "The passphrase that holds now is asked for.".to_owned()))
                    .or_else(|| missing(Name::New, "An empty passphrase protects nothing."))
                    .or_else(|| missing(Name::Again, "Type the new one once more."))
                    .or_else(|| {
                        (!is_same(secret(Name::New).expose(), secret(Name::Again).expose()))
                            .then(|| (Name::Again, "The two are not the same.".into()))
                    });
                (wrong, KeysAct::ChangePassphrase { old, new: secret(Name::New) })
            }
            Kind::Ssh => {
                let act = KeysAct::AddSsh { path: path(), name: called() };
                (missing(Name::Path, "Which file?"), act)
            }
            Kind::Plugin => {
                if self.question.is_some() {
                    self.answers.push(SecretText::new(self.form.text(Name::Answer)));
                }
                let act = KeysAct::AddPlugin { path: path(), name: called() };
                (missing(Name::Path, "Which file?"), act)
            }
            Kind::Person => {
                let act = KeysAct::AddPerson { recipient: text(Name::Recipient), name: called() };
                (missing(Name::Recipient, "Which key?"), act)
            }
        };
        self.said = None;
        if let Some((name, what)) = wrong {
            self.form.set_error(name, Some(what));
            self.form.go_to(name);
            return Reaction::stay();
        }
        self.waiting = true;
        Reaction::job(Job::Keys { act, answers: self.answers.clone() })
    }

    /// Enter goes on to the next empty row, and does it at the last.
    fn on_enter(&mut self) -> Reaction {
        let next = match self.form.focused() {
            Name::Old => Some(Name::New),
            Name::New => Some(Name::Again),
            _ => None,
        };
        match next.filter(|next| self.form.text(*next).is_empty()) {
            Some(next) => {
                self.form.go_to(next);
                Reaction::stay()
            }
            None => self.accept(),
        }
    }

    fn touched(&mut self, touched: Touched<Name>) -> Reaction {
        match touched {
            Touched::Changed(Name::New) => Reaction::job(Job::MeasureStrength(SecretText::new(self.form.text(Name::New)))),
            _ => Reaction::stay(),
        }
    }
}

impl Behaviour for KeyForm {
    fn place(&self) -> Place {
        Place::Form
    }

    fn handle(&mut self, _common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Done(Done::Keys { result: Ok(_), .. }) => return Reaction::pop(),
            Event::Done(Done::Keys { result: Err(error), .. }) => {
                self.waiting = false;
                self.answers.clear();
                if self.question.take().is_some() {
                    // The key asks anew, from its first question.
                    self.form.go_to(Name::Path);
                    self.form.set_text(Name::Answer, "");
                    self.form.set_error(Name::Answer, None);
                    self.form.fold(Name::Answer, true);
                }
                self.form.refuse();
                let said = explain(&error);
                match (self.kind, error.kind) {
                    (Kind::Passphrase { by_passphrase: true }, ErrorKind::WrongPassphrase) => {
                        self.form.set_error(Name::Old, Some(said));
                        self.form.go_to(Name::Old);
                    }
                    _ => self.said = Some(said),
                }
            }
            Event::Done(Done::Asked(question)) => {
                self.waiting = false;
                self.form.fold(Name::Answer, false);
                self.form.set_text(Name::Answer, "");
                self.form.set_error(Name::Answer, Some(format!("The key asks: {question}")));
                self.form.go_to(Name::Answer);
                self.question = Some(question);
            }
            Event::Done(Done::Strength { score, verdict }) => self.strength = Some((score, verdict)),
            _ if self.waiting => {}
            Event::Command(Command::Accept) => return self.on_enter(),
            Event::Command(Command::Back) => return Reaction::pop(),
            Event::Command(command) => drop(self.form.command(command)),
            Event::Key(key) => {
                let touched = self.form.key(key);
                return self.touched(touched);
            }
            Event::Paste(text) => {
                let touched = self.form.paste(&text);
                return self.touched(touched);
            }
            _ => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let theme = &common.theme;
        let body = with_right_margin(below_title((area.width, area.height)));
        if let Some(y) = title_row(body) {
            put(buffer, MARGIN, y, area.width, self.title(), theme.style(Role::Strong));
        }
        let form = Rect { height: body.height.min(if area.height >= 12 { 10 } else { 5 }), ..body };
        self.form.draw(buffer, common, form, !self.waiting);
        let columns = body.width.saturating_sub(2);
        let mut y = form.bottom();
        let mut line = |text: &str, role: Role| {
            let lines = said::lines(common, text, columns.max(1), role);
            said::draw(buffer, theme, body.x + 2, y..body.bottom(), columns, &lines);
            y += lines.len() as u16;
        };
        match (&self.strength, self.kind) {
            (Some((score, verdict)), Kind::Passphrase { .. }) if !self.form.text(Name::New).is_empty() => {
                let role = [Role::Error, Role::Error, Role::Warning, Role::Ok, Role::Ok][usize::from(*score).min(4)];
                line(&format!("The new one is {verdict}"), role);
            }
            _ => {}
        }
        match (&self.said, self.waiting) {
            (_, true) if self.kind == Kind::Plugin => {
                line(&format!("{} waiting for the key: touch it where it blinks", spinner(common)), Role::Accent)
            }
            (_, true) => line(&format!("{} saving", spinner(common)), Role::Accent),
            (Some(said), false) => line(said, Role::Error),
            (None, false) => {}
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        let accept = if matches!(self.kind, Kind::Passphrase { .. }) { "go on" } else { "add" };
        let mut commands = vec![(Command::Accept, accept), (Command::NextField, "")];
        if self.form.has_secrets_in_sight() {
            commands.push((Command::ShowText, if self.form.hides() { "show" } else { "hide" }));
        }
        commands.push((Command::Back, ""));
        commands
    }
}
