//! The stack's closed enum of screens and what each must be able to do. A new screen is its file, one row here, its keys
//! in `keymap.rs`, and a scene in the tests.

pub mod account;
pub mod codes;
pub mod confirm;
pub mod confirm_many;
pub mod conflict;
pub mod copy;
pub mod create;
pub mod edit;
pub mod enrol;
pub mod export;
pub mod help;
pub mod history;
pub mod import;
pub mod key_form;
pub mod keys;
pub mod list;
pub mod mend;
pub mod new_key;
pub mod palette;
pub mod qr;
pub mod recovery;
pub mod review;
pub mod settings;
pub mod source;
pub mod tags;
pub mod trash;
pub mod undo;
pub mod unlock;
pub mod vaults;
pub mod welcome;

use super::command::Command;
use super::key::Key;
use super::keymap::Place;
use super::msg::{Done, Effect, Job, MouseAct};
use super::state::Common;
use crate::secret::SecretText;
use crate::vault::entry::EntryId;
use ratatui::buffer::Buffer;
use std::time::Duration;

/// What reaches a screen.
#[derive(Debug)]
pub enum Event {
    Command(Command),
    /// A key that types or edits, or that is bound to nothing here.
    Key(Key),
    Paste(SecretText),
    Mouse {
        act: MouseAct,
        column: u16,
        row: u16,
    },
    Done(Done),
}

/// What a screen wants after an event.
#[derive(Debug)]
pub struct Reaction {
    pub step: Step,
    pub effects: Vec<Effect>,
}

#[derive(Debug)]
pub enum Step {
    Stay,
    /// Puts a screen over this one; the orders beside it are the new screen's.
    Push(Box<Screen>),
    /// Goes, and leaves its place to this screen.
    Replace(Box<Screen>),
    /// Stays, and waits no longer: what it ordered so far is answered to nobody.
    GiveUp,
    Pop,
    /// Goes back, and the screen below selects this entry.
    PopTo(EntryId),
    /// Goes back from a question and from the screen that asked it.
    PopTwice,
    /// Goes back, and the screen below gets this command as if its key was pressed.
    PopAndDo(Command),
}

impl Reaction {
    pub fn stay() -> Reaction {
        Reaction { step: Step::Stay, effects: Vec::new() }
    }

    pub fn pop() -> Reaction {
        Reaction { step: Step::Pop, effects: Vec::new() }
    }

    pub fn pop_to(id: EntryId) -> Reaction {
        Reaction { step: Step::PopTo(id), effects: Vec::new() }
    }

    pub fn push(screen: Screen) -> Reaction {
        Reaction { step: Step::Push(Box::new(screen)), effects: Vec::new() }
    }

    pub fn replace(screen: Screen) -> Reaction {
        Reaction { step: Step::Replace(Box::new(screen)), effects: Vec::new() }
    }

    pub fn give_up() -> Reaction {
        Reaction { step: Step::GiveUp, effects: Vec::new() }
    }

    pub fn effect(effect: Effect) -> Reaction {
        Reaction { step: Step::Stay, effects: vec![effect] }
    }

    pub fn job(job: Job) -> Reaction {
        Reaction::effect(Effect::job(job))
    }

    pub fn and(mut self, effect: Effect) -> Reaction {
        self.effects.push(effect);
        self
    }
}

/// What every screen can do.
pub trait Behaviour {
    fn place(&self) -> Place;

    /// Whether printable keys type text now instead of being commands: as they do in its place, unless it knows better.
    fn typing(&self) -> bool {
        self.place().types()
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction;

    /// Draws the screen but for the two last lines (toast and keys).
    fn draw(&self, common: &Common, buffer: &mut Buffer);

    /// The commands of the footer, most useful first, each with its word (empty: the command's own).
    fn footer(&self, common: &Common) -> Vec<(Command, &'static str)>;

    /// Whether the first command of the footer is the default answer of a question, and drawn as that.
    fn first_is_default(&self) -> bool {
        false
    }

    /// Why a command of its place can do nothing now, as a sentence without full stop.
    fn disabled(&self, _common: &Common, _command: Command) -> Option<String> {
        None
    }

    /// Whether it is drawn over the screen below (a question in the last lines).
    fn overlay(&self) -> bool {
        false
    }

    /// The vault has changed (by us or by others): caches are made anew.
    fn vault_changed(&mut self, _common: &Common) {}

    /// Selects this entry, if it lists entries.
    fn show_entry(&mut self, _common: &Common, _id: EntryId) {}

    /// When its picture next changes by itself, in boot time.
    fn next_change(&self, _common: &Common) -> Option<Duration> {
        None
    }

    /// What would be lost by leaving now, as the subject of a question: "the new entry".
    fn unsaved(&self) -> Option<&'static str> {
        None
    }
}

/// The key that gives a command on this screen now; `None` where nothing is bound to it, or where its key types.
pub fn key_for(common: &Common, screen: &dyn Behaviour, command: Command) -> Option<Key> {
    let key = common.keymap.key(screen.place(), command)?;
    (!screen.typing() || key.typed().is_none()).then_some(key)
}

macro_rules! screens {
    ($($variant:ident($kind:ty),)*) => {
        #[derive(Debug)]
        pub enum Screen { $($variant($kind),)* }

        impl Screen {
            pub fn behaviour(&self) -> &dyn Behaviour {
                match self { $(Screen::$variant(screen) => screen,)* }
            }

            pub fn behaviour_mut(&mut self) -> &mut dyn Behaviour {
                match self { $(Screen::$variant(screen) => screen,)* }
            }
        }
    };
}

screens! {
    Welcome(welcome::Welcome),
    Create(create::Create),
    Unlock(unlock::Unlock),
    List(list::List),
    Mend(mend::Mend),
    Conflict(conflict::Conflict),
    Enrol(enrol::Enrol),
    Import(import::Import),
    Export(export::Export),
    Palette(palette::Palette),
    Settings(settings::Settings),
    Edit(edit::EditEntry),
    Tags(tags::Tags),
    Recovery(recovery::Recovery),
    Trash(trash::Trash),
    History(history::History),
    Qr(qr::Qr),
    Keys(keys::Keys),
    Vaults(vaults::Vaults),
    KeyForm(key_form::KeyForm),
    NewKey(new_key::NewKey),
    Confirm(confirm::Confirm),
    ConfirmMany(confirm_many::ConfirmMany),
    Help(help::Help),
}
