//! The one table of keys: dispatch, footer, help, README and the user's overrides all read it.
//! A new key for a command is one line here.

use super::command::Command;
use super::key::Key;
use crate::error::{Error, ErrorKind, Result};
use std::collections::BTreeMap;

/// Where a binding holds. Each screen names the place it is in; `Everywhere` holds in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    List,
    /// The list while a search is typed.
    Search,
    /// A choice among lines.
    Menu,
    /// Lines to mark, several at once.
    Choose,
    /// What an import would do.
    Review,
    /// Text fields: every printable key types.
    Form,
    /// A path is typed.
    Path,
    /// The passphrase of a vault that is there.
    Unlock,
    /// The ways to unlock.
    Keys,
    /// The passphrase of a new vault.
    Create,
    /// A code is shown to be entered on a site.
    Try,
    /// The recovery codes of an entry.
    Recovery,
    /// What was deleted.
    Trash,
    /// The replaced secrets of an entry.
    History,
    /// A command is searched.
    Palette,
    /// A yes-or-no question.
    Confirm,
    /// Something to read or scroll.
    Reading,
    Everywhere,
}

impl Place {
    pub const ALL: [Place; 18] = [
        Place::List,
        Place::Search,
        Place::Menu,
        Place::Choose,
        Place::Review,
        Place::Form,
        Place::Path,
        Place::Unlock,
        Place::Keys,
        Place::Create,
        Place::Try,
        Place::Recovery,
        Place::Trash,
        Place::History,
        Place::Palette,
        Place::Confirm,
        Place::Reading,
        Place::Everywhere,
    ];

    /// Whether printable keys type text there.
    pub fn types(self) -> bool {
        matches!(self, Place::Search | Place::Form | Place::Path | Place::Unlock | Place::Create | Place::Palette)
    }

    /// Its heading in the help and the README.
    pub fn title(self) -> &'static str {
        match self {
            Place::List => "In the list",
            Place::Search => "While searching",
            Place::Menu => "In a choice",
            Place::Choose => "In a choice of several",
            Place::Review => "Reviewing an import",
            Place::Form => "In a form",
            Place::Path => "While typing a path",
            Place::Unlock => "Unlocking",
            Place::Keys => "In the ways to unlock",
            Place::Create => "Creating a vault",
            Place::Try => "Trying a code",
            Place::Recovery => "In the recovery codes",
            Place::Trash => "In the trash",
            Place::History => "In the history of an entry",
            Place::Palette => "In the palette of commands",
            Place::Confirm => "In a question",
            Place::Reading => "While reading",
            Place::Everywhere => "Everywhere",
        }
    }
}

/// Rows of keys: the first key of a row is the one the footer shows. Digits 1–9 in the list copy that visible row
/// and are not bindings of their own.
const DEFAULTS: &[(Place, Command, &[&str])] = &[
    (Place::List, Command::Copy, &["Enter", "c"]),
    (Place::List, Command::CopyNext, &["n"]),
    (Place::List, Command::Search, &["/"]),
    (Place::List, Command::Enrol, &["a"]),
    (Place::List, Command::Import, &["i"]),
    (Place::List, Command::Export, &["o"]),
    (Place::List, Command::Edit, &["e"]),
    (Place::List, Command::Tags, &["t"]),
    (Place::List, Command::Pin, &["p"]),
    (Place::List, Command::RecoveryCodes, &["x"]),
    (Place::List, Command::Delete, &["d"]),
    (Place::List, Command::Trash, &["T"]),
    (Place::List, Command::History, &["H"]),
    (Place::List, Command::Join, &["J"]),
    (Place::List, Command::ConflictCopy, &["W"]),
    (Place::List, Command::Undo, &["u"]),
    (Place::List, Command::Mark, &["Space"]),
    (Place::List, Command::LabelRows, &["f"]),
    (Place::List, Command::TryNew, &["R"]),
    (Place::List, Command::Reveal, &["r"]),
    (Place::List, Command::ShowQr, &["Q"]),
    (Place::List, Command::Keys, &["K"]),
    (Place::List, Command::Vaults, &["V"]),
    (Place::List, Command::CopyTo, &["C"]),
    (Place::List, Command::MoveTo, &["M"]),
    (Place::List, Command::NextTag, &["Tab"]),
    (Place::List, Command::PreviousTag, &["BackTab"]),
    (Place::List, Command::Sort, &["s"]),
    (Place::List, Command::Density, &["v"]),
    (Place::List, Command::HideCodes, &["h"]),
    (Place::List, Command::Up, &["Up", "k"]),
    (Place::List, Command::Down, &["Down", "j"]),
    (Place::List, Command::PageUp, &["PageUp"]),
    (Place::List, Command::PageDown, &["PageDown"]),
    (Place::List, Command::Top, &["g", "Home"]),
    (Place::List, Command::Bottom, &["G", "End"]),
    (Place::List, Command::Back, &["Esc"]),
    (Place::List, Command::Settings, &[","]),
    (Place::List, Command::Palette, &[":", "Ctrl-P"]),
    (Place::List, Command::Help, &["?"]),
    (Place::List, Command::Quit, &["q"]),
    (Place::Search, Command::Copy, &["Enter"]),
    (Place::Search, Command::Up, &["Up", "Ctrl-P"]),
    (Place::Search, Command::Down, &["Down", "Ctrl-N"]),
    (Place::Search, Command::PageUp, &["PageUp"]),
    (Place::Search, Command::PageDown, &["PageDown"]),
    (Place::Search, Command::Accept, &["Tab"]),
    (Place::Search, Command::Back, &["Esc"]),
    (Place::Menu, Command::Accept, &["Enter"]),
    (Place::Menu, Command::Up, &["Up", "k"]),
    (Place::Menu, Command::Down, &["Down", "j"]),
    (Place::Menu, Command::Back, &["Esc"]),
    (Place::Menu, Command::Help, &["?"]),
    (Place::Menu, Command::Quit, &["q"]),
    (Place::Choose, Command::Accept, &["Enter"]),
    (Place::Choose, Command::Mark, &["Space"]),
    (Place::Choose, Command::Up, &["Up"]),
    (Place::Choose, Command::Down, &["Down"]),
    (Place::Choose, Command::PageUp, &["PageUp"]),
    (Place::Choose, Command::PageDown, &["PageDown"]),
    (Place::Choose, Command::Back, &["Esc"]),
    (Place::Review, Command::Accept, &["Enter"]),
    (Place::Review, Command::Mark, &["Space"]),
    (Place::Review, Command::MarkAll, &["a"]),
    (Place::Review, Command::OnConflict, &["c"]),
    (Place::Review, Command::Up, &["Up", "k"]),
    (Place::Review, Command::Down, &["Down", "j"]),
    (Place::Review, Command::PageUp, &["PageUp"]),
    (Place::Review, Command::PageDown, &["PageDown"]),
    (Place::Review, Command::Top, &["g", "Home"]),
    (Place::Review, Command::Bottom, &["G", "End"]),
    (Place::Review, Command::Back, &["Esc"]),
    (Place::Review, Command::Help, &["?"]),
    (Place::Form, Command::Accept, &["Enter"]),
    (Place::Form, Command::NextField, &["Tab", "Down"]),
    (Place::Form, Command::PreviousField, &["BackTab", "Up"]),
    (Place::Form, Command::ShowText, &["Ctrl-R"]),
    (Place::Form, Command::Back, &["Esc"]),
    (Place::Path, Command::Accept, &["Enter"]),
    (Place::Path, Command::Complete, &["Tab"]),
    (Place::Path, Command::Up, &["Up"]),
    (Place::Path, Command::Down, &["Down"]),
    (Place::Path, Command::Back, &["Esc"]),
    (Place::Unlock, Command::Accept, &["Enter"]),
    (Place::Unlock, Command::OtherKey, &["Tab"]),
    (Place::Unlock, Command::ShowText, &["Ctrl-R"]),
    (Place::Unlock, Command::Vaults, &["Ctrl-O"]),
    (Place::Unlock, Command::Back, &["Esc"]),
    (Place::Keys, Command::Accept, &["Enter"]),
    (Place::Keys, Command::Delete, &["d"]),
    (Place::Keys, Command::Up, &["Up", "k"]),
    (Place::Keys, Command::Down, &["Down", "j"]),
    (Place::Keys, Command::Back, &["Esc"]),
    (Place::Keys, Command::Help, &["?"]),
    (Place::Create, Command::Accept, &["Enter"]),
    (Place::Create, Command::NextField, &["Tab", "Down"]),
    (Place::Create, Command::PreviousField, &["BackTab", "Up"]),
    (Place::Create, Command::Generate, &["Ctrl-G"]),
    (Place::Create, Command::ShowText, &["Ctrl-R"]),
    (Place::Create, Command::Back, &["Esc"]),
    (Place::Try, Command::Accept, &["Enter"]),
    (Place::Try, Command::Copy, &["c"]),
    (Place::Try, Command::Up, &["Up", "k"]),
    (Place::Try, Command::Down, &["Down", "j"]),
    (Place::Try, Command::Back, &["Esc"]),
    (Place::Try, Command::Help, &["?"]),
    (Place::Recovery, Command::Copy, &["Enter", "c"]),
    (Place::Recovery, Command::Mark, &["Space"]),
    (Place::Recovery, Command::Edit, &["e"]),
    (Place::Recovery, Command::Reveal, &["r"]),
    (Place::Recovery, Command::Up, &["Up", "k"]),
    (Place::Recovery, Command::Down, &["Down", "j"]),
    (Place::Recovery, Command::Back, &["Esc"]),
    (Place::Recovery, Command::Help, &["?"]),
    (Place::Trash, Command::PutBack, &["Enter", "r"]),
    (Place::Trash, Command::Purge, &["d"]),
    (Place::Trash, Command::EmptyTrash, &["E"]),
    (Place::Trash, Command::Undo, &["u"]),
    (Place::Trash, Command::Up, &["Up", "k"]),
    (Place::Trash, Command::Down, &["Down", "j"]),
    (Place::Trash, Command::PageUp, &["PageUp"]),
    (Place::Trash, Command::PageDown, &["PageDown"]),
    (Place::Trash, Command::Top, &["g", "Home"]),
    (Place::Trash, Command::Bottom, &["G", "End"]),
    (Place::Trash, Command::Back, &["Esc"]),
    (Place::Trash, Command::Help, &["?"]),
    (Place::History, Command::PutBack, &["Enter"]),
    (Place::History, Command::Reveal, &["r"]),
    (Place::History, Command::Copy, &["c"]),
    (Place::History, Command::Undo, &["u"]),
    (Place::History, Command::Up, &["Up", "k"]),
    (Place::History, Command::Down, &["Down", "j"]),
    (Place::History, Command::PageUp, &["PageUp"]),
    (Place::History, Command::PageDown, &["PageDown"]),
    (Place::History, Command::Top, &["g", "Home"]),
    (Place::History, Command::Bottom, &["G", "End"]),
    (Place::History, Command::Back, &["Esc"]),
    (Place::History, Command::Help, &["?"]),
    (Place::Palette, Command::Accept, &["Enter"]),
    (Place::Palette, Command::Up, &["Up", "Ctrl-P"]),
    (Place::Palette, Command::Down, &["Down", "Ctrl-N"]),
    (Place::Palette, Command::PageUp, &["PageUp"]),
    (Place::Palette, Command::PageDown, &["PageDown"]),
    (Place::Palette, Command::Back, &["Esc"]),
    (Place::Confirm, Command::Yes, &["y", "Enter"]),
    (Place::Confirm, Command::No, &["n", "Esc"]),
    (Place::Reading, Command::Back, &["Esc", "q", "?", "Enter"]),
    (Place::Reading, Command::Up, &["Up", "k"]),
    (Place::Reading, Command::Down, &["Down", "j"]),
    (Place::Reading, Command::PageUp, &["PageUp"]),
    (Place::Reading, Command::PageDown, &["PageDown", "Space"]),
    (Place::Everywhere, Command::Lock, &["Ctrl-L"]),
    (Place::Everywhere, Command::Suspend, &["Ctrl-Z"]),
    (Place::Everywhere, Command::Quit, &["Ctrl-C"]),
];

/// The keys in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    pub place: Place,
    pub command: Command,
    pub keys: Vec<Key>,
}

impl Default for Keymap {
    fn default() -> Self {
        let bindings = DEFAULTS
            .iter()
            .map(|(place, command, keys)| Binding {
                place: *place,
                command: *command,
                keys: keys.iter().filter_map(|key| Key::parse(key)).collect(),
            })
            .collect();
        Keymap { bindings }
    }
}

impl Keymap {
    /// The defaults with the user's keys (command name → keys) in place of those of that command, wherever it is bound.
    pub fn with_overrides(overrides: &BTreeMap<String, Vec<String>>) -> Result<Keymap> {
        let mut keymap = Keymap::default();
        for (name, texts) in overrides {
            let wrong = |what: String| Error::new(ErrorKind::Usage, format!("the configuration's [keys] {name}: {what}"));
            let command = Command::from_name(name)
                .ok_or_else(|| wrong("there is no such command".into()).hint("`?` in the program lists the commands"))?;
            let keys = texts
                .iter()
                .map(|text| {
                    Key::parse(text)
                        .ok_or_else(|| wrong(format!("{text:?} is not a key")).hint("keys look like g, Ctrl-L, Enter"))
                })
                .collect::<Result<Vec<Key>>>()?;
            for binding in keymap.bindings.iter_mut().filter(|binding| binding.command == command) {
                binding.keys = match binding.place.types() {
                    false => keys.clone(),
                    // Where text is typed a letter is no command: the usual keys stay, or there would be none.
                    true => keys.iter().filter(|key| key.typed().is_none()).chain(&binding.keys).copied().collect(),
                };
            }
        }
        match keymap.clash() {
            None => Ok(keymap),
            Some((place, key, one, other)) => Err(Error::new(
                ErrorKind::Usage,
                format!(
                    "the configuration's [keys]: {key} means both {} and {} ({})",
                    one.name(),
                    other.name(),
                    place.title().to_lowercase()
                ),
            )),
        }
    }

    /// A key bound twice where both would hold.
    pub fn clash(&self) -> Option<(Place, Key, Command, Command)> {
        for (at, one) in self.bindings.iter().enumerate() {
            for other in &self.bindings[at + 1..] {
                let overlap = one.place == other.place || one.place == Place::Everywhere || other.place == Place::Everywhere;
                let key = one.keys.iter().find(|key| other.keys.contains(key));
                if let (true, Some(key), false) = (overlap, key, one.command == other.command) {
                    return Some((one.place.min(other.place), *key, one.command, other.command));
                }
            }
        }
        None
    }

    /// The command a key means in a place.
    pub fn command(&self, place: Place, key: Key) -> Option<Command> {
        self.bindings
            .iter()
            .find(|binding| (binding.place == place || binding.place == Place::Everywhere) && binding.keys.contains(&key))
            .map(|binding| binding.command)
    }

    /// The key the footer shows for a command in a place.
    pub fn key(&self, place: Place, command: Command) -> Option<Key> {
        self.bindings
            .iter()
            .find(|binding| binding.command == command && (binding.place == place || binding.place == Place::Everywhere))
            .and_then(|binding| binding.keys.first().copied())
    }

    /// The rows of a place, in the table's order.
    pub fn rows(&self, place: Place) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |binding| binding.place == place)
    }
}
