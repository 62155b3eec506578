//! The one table of keys: dispatch, footer, help, palette, README and the user's overrides all read it. A row says which keys
//! give a command in a place, and what they do there. A new key for a command is one line here.
//! It has over 400 lines because it is one table.

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
    /// The tags of an entry, put on and taken off.
    Tags,
    /// What an import would do.
    Review,
    /// What an export loses.
    Losses,
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
    /// A question whose "yes" can be undone.
    Confirm,
    /// A question whose "yes" can't be undone.
    ConfirmFinal,
    /// The removal of many things for good: their number is typed.
    ConfirmMany,
    /// Something to read or scroll.
    Reading,
    Everywhere,
}

impl Place {
    pub const ALL: [Place; 21] = [
        Place::List,
        Place::Search,
        Place::Menu,
        Place::Tags,
        Place::Review,
        Place::Losses,
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
        Place::ConfirmFinal,
        Place::ConfirmMany,
        Place::Reading,
        Place::Everywhere,
    ];

    /// Whether printable keys type text there.
    pub fn types(self) -> bool {
        matches!(
            self,
            Place::Search | Place::Form | Place::Path | Place::Unlock | Place::Create | Place::Palette | Place::ConfirmMany
        )
    }

    /// Its heading in the help and the README.
    pub fn title(self) -> &'static str {
        match self {
            Place::List => "In the list",
            Place::Search => "While searching",
            Place::Menu => "In a choice",
            Place::Tags => "In the tags",
            Place::Review => "Reviewing an import",
            Place::Losses => "Reading what an export loses",
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
            Place::Confirm => "In a question whose answer can be undone",
            Place::ConfirmFinal => "In a question about what can't be undone",
            Place::ConfirmMany => "Removing many things for good",
            Place::Reading => "While reading",
            Place::Everywhere => "Everywhere",
        }
    }
}

struct Row {
    place: Place,
    command: Command,
    /// The first one is the one the footer shows.
    keys: &'static [&'static str],
    /// What the footer may call it there, depending on what is selected; the usual word first.
    words: &'static [&'static str],
    /// What it does there, for help, palette and README: imperative, lower case, no full stop.
    help: &'static str,
}

/// A row with the command's own words.
const fn row(place: Place, command: Command, keys: &'static [&'static str]) -> Row {
    Row { place, command, keys, words: &[], help: "" }
}

impl Row {
    /// Words for a place where the command does something of its own; without any the command's own word stays.
    const fn says(self, words: &'static [&'static str], help: &'static str) -> Row {
        Row { words, help, ..self }
    }
}

/// The answers that questions name.
const YES: &[&str] = &[
    "move to the trash",
    "join",
    "put back",
    "make one",
    "merge",
    "show it",
    "overwrite",
    "remove",
    "remove for good",
    "lose it",
    "lose them",
    "quit",
];
const NO: &[&str] = &["keep it", "keep them", "stay", "leave it", "leave them", "not now"];

/// Digits 1–9 in the list copy that visible row and are not bindings of their own.
const DEFAULTS: &[Row] = &[
    row(Place::List, Command::Copy, &["Enter", "c"])
        .says(&["copy", "try", "try the new one", "next code"], "copy the code; take a counter's next one; try a new one"),
    row(Place::List, Command::CopyNext, &["n"]),
    row(Place::List, Command::Search, &["/"]),
    row(Place::List, Command::Enrol, &["a"]),
    row(Place::List, Command::Import, &["i"]),
    row(Place::List, Command::Export, &["o"]),
    row(Place::List, Command::Edit, &["e"]),
    row(Place::List, Command::Tags, &["t"]),
    row(Place::List, Command::Pin, &["p"]),
    row(Place::List, Command::RecoveryCodes, &["x"]).says(&["recovery"], "show, copy and replace the site's recovery codes"),
    row(Place::List, Command::Delete, &["d"]),
    row(Place::List, Command::Trash, &["T"]),
    row(Place::List, Command::History, &["H"]),
    row(Place::List, Command::Join, &["J"]),
    row(Place::List, Command::ConflictCopy, &["W"]),
    row(Place::List, Command::Undo, &["u"]),
    row(Place::List, Command::Mark, &["Space"]),
    row(Place::List, Command::LabelRows, &["f"]),
    row(Place::List, Command::TryNew, &["R"]),
    row(Place::List, Command::Reveal, &["r"]),
    row(Place::List, Command::ShowQr, &["Q"]),
    row(Place::List, Command::Keys, &["K"]),
    row(Place::List, Command::Vaults, &["V"]),
    row(Place::List, Command::CopyTo, &["C"]),
    row(Place::List, Command::MoveTo, &["M"]),
    row(Place::List, Command::NextTag, &["Tab"]),
    row(Place::List, Command::PreviousTag, &["BackTab"]),
    row(Place::List, Command::Sort, &["s"]),
    row(Place::List, Command::Density, &["v"]),
    row(Place::List, Command::HideCodes, &["h"]),
    row(Place::List, Command::Up, &["Up", "k"]),
    row(Place::List, Command::Down, &["Down", "j"]),
    row(Place::List, Command::PageUp, &["PageUp"]),
    row(Place::List, Command::PageDown, &["PageDown"]),
    row(Place::List, Command::Top, &["g", "Home"]),
    row(Place::List, Command::Bottom, &["G", "End"]),
    row(Place::List, Command::Back, &["Esc"])
        .says(&["back", "no label"], "drop the labels, then take off the marks, then show all entries"),
    row(Place::List, Command::Settings, &[","]),
    row(Place::List, Command::Palette, &[":", "Ctrl-P"]),
    row(Place::List, Command::Help, &["?"]),
    row(Place::List, Command::Quit, &["q"]),
    row(Place::Search, Command::Copy, &["Enter"]).says(
        &["copy", "try", "try the new one", "next code"],
        "copy the code of the entry found; take a counter's next one; try a new one",
    ),
    row(Place::Search, Command::Up, &["Up", "Ctrl-P"]).says(&[], "go to the match above"),
    row(Place::Search, Command::Down, &["Down", "Ctrl-N"]).says(&[], "go to the match below"),
    row(Place::Search, Command::PageUp, &["PageUp"]),
    row(Place::Search, Command::PageDown, &["PageDown"]),
    row(Place::Search, Command::Accept, &["Tab"]).says(&["go to it"], "end the search on the entry found"),
    row(Place::Search, Command::Back, &["Esc"]).says(&["back"], "end the search where it began"),
    row(Place::Menu, Command::Accept, &["Enter"]).says(&["choose", "open", "copy", "move"], "choose the selected line"),
    row(Place::Menu, Command::Up, &["Up", "k"]),
    row(Place::Menu, Command::Down, &["Down", "j"]).says(&["move"], "move down"),
    row(Place::Menu, Command::Back, &["Esc"]).says(&["back", "keep it", "leave it", "cancel"], "go back without choosing"),
    row(Place::Menu, Command::Help, &["?"]),
    row(Place::Menu, Command::Quit, &["q"]),
    row(Place::Tags, Command::Accept, &["Enter"]).says(&["save", "add this tag"], "save the tags; add the one that is typed"),
    row(Place::Tags, Command::Mark, &["Space"]).says(&["put on or take off"], "put the tag on, or take it off"),
    row(Place::Tags, Command::Up, &["Up"]),
    row(Place::Tags, Command::Down, &["Down"]).says(&["move"], "move down"),
    row(Place::Tags, Command::PageUp, &["PageUp"]),
    row(Place::Tags, Command::PageDown, &["PageDown"]),
    row(Place::Tags, Command::Back, &["Esc"]).says(&["back", "no tag"], "go back; drop the tag that is typed"),
    row(Place::Review, Command::Accept, &["Enter"]).says(&["import", "enrol"], "take the marked accounts into the vault"),
    row(Place::Review, Command::Mark, &["Space"]).says(&["leave out", "take"], "take the account, or leave it out"),
    row(Place::Review, Command::MarkAll, &["a"]).says(&["all"], "take all accounts, or none"),
    row(Place::Review, Command::OnConflict, &["c"]),
    row(Place::Review, Command::Up, &["Up", "k"]),
    row(Place::Review, Command::Down, &["Down", "j"]),
    row(Place::Review, Command::PageUp, &["PageUp"]),
    row(Place::Review, Command::PageDown, &["PageDown"]),
    row(Place::Review, Command::Top, &["g", "Home"]),
    row(Place::Review, Command::Bottom, &["G", "End"]),
    row(Place::Review, Command::Back, &["Esc", "q"]).says(&["back"], "go back to the source; nothing is taken"),
    row(Place::Review, Command::Help, &["?"]),
    row(Place::Losses, Command::Accept, &["Enter"]).says(&["go on"], "go on with the export"),
    row(Place::Losses, Command::Up, &["Up", "k"]).says(&[], "scroll up"),
    row(Place::Losses, Command::Down, &["Down", "j"]).says(&["scroll"], "scroll down"),
    row(Place::Losses, Command::PageUp, &["PageUp"]),
    row(Place::Losses, Command::PageDown, &["PageDown"]),
    row(Place::Losses, Command::Top, &["g", "Home"]),
    row(Place::Losses, Command::Bottom, &["G", "End"]),
    row(Place::Losses, Command::Back, &["Esc", "q"]).says(&["back"], "go back to the formats"),
    row(Place::Losses, Command::Help, &["?"]),
    row(Place::Form, Command::Accept, &["Enter"]).says(
        &[
            "go on",
            "save",
            "add",
            "open",
            "choose",
            "unfold",
            "save and try",
            "go on without",
            "back",
            "make it",
            "it counts",
            "open it",
            "read",
            "replace",
        ],
        "go on with what is filled in",
    ),
    row(Place::Form, Command::NextField, &["Tab", "Down"]),
    row(Place::Form, Command::PreviousField, &["BackTab", "Up"]),
    row(Place::Form, Command::ShowText, &["Ctrl-R"])
        .says(&["show", "hide", "show secrets", "hide secrets"], "show what is hidden, or hide it"),
    row(Place::Form, Command::Back, &["Esc"]).says(&["back", "leave it", "no key", "cancel", "keep the old one"], "go back"),
    row(Place::Path, Command::Accept, &["Enter"]).says(&["read", "write"], "take the path, or go into the selected folder"),
    row(Place::Path, Command::Complete, &["Tab"]).says(&["complete"], "complete the path as far as it is certain"),
    row(Place::Path, Command::Up, &["Up"]).says(&[], "go up the list of names"),
    row(Place::Path, Command::Down, &["Down"]).says(&["list"], "go down the list of names"),
    row(Place::Path, Command::Back, &["Esc"]).says(&["back", "cancel"], "go back"),
    row(Place::Unlock, Command::Accept, &["Enter"]).says(&["unlock", "copy", "move"], "unlock with what is typed"),
    row(Place::Unlock, Command::OtherKey, &["Tab"]),
    row(Place::Unlock, Command::ShowText, &["Ctrl-R"]).says(&["show", "hide"], "show what is typed, or hide it"),
    row(Place::Unlock, Command::Vaults, &["Ctrl-O"]),
    row(Place::Unlock, Command::Back, &["Esc"]).says(&["back"], "empty the field"),
    row(Place::Keys, Command::Accept, &["Enter"]).says(&["choose"], "change the passphrase, or add a way to unlock"),
    row(Place::Keys, Command::Delete, &["d"]).says(&["remove"], "remove the way to unlock"),
    row(Place::Keys, Command::Up, &["Up", "k"]),
    row(Place::Keys, Command::Down, &["Down", "j"]).says(&["move"], "move down"),
    row(Place::Keys, Command::Back, &["Esc", "q"]),
    row(Place::Keys, Command::Help, &["?"]),
    row(Place::Create, Command::Accept, &["Enter"]).says(&["go on", "create"], "go to the second field, then create the vault"),
    row(Place::Create, Command::NextField, &["Tab", "Down"]),
    row(Place::Create, Command::PreviousField, &["BackTab", "Up"]),
    row(Place::Create, Command::Generate, &["Ctrl-G"]),
    row(Place::Create, Command::ShowText, &["Ctrl-R"]).says(&["show", "hide"], "show the passphrase, or hide it"),
    row(Place::Create, Command::Back, &["Esc"]).says(&["back"], "go back; no vault is made"),
    row(Place::Try, Command::Accept, &["Enter"]).says(&["choose"], "choose the selected answer"),
    row(Place::Try, Command::Copy, &["c"]).says(&["copy the code", "copy new code"], "copy the code that is tried"),
    row(Place::Try, Command::Up, &["Up", "k"]),
    row(Place::Try, Command::Down, &["Down", "j"]),
    row(Place::Try, Command::Back, &["Esc", "q"]).says(&["later"], "leave it for later: it stays unconfirmed"),
    row(Place::Try, Command::Help, &["?"]),
    row(Place::Recovery, Command::Copy, &["Enter", "c"]).says(&["copy"], "copy the recovery code, and mark it as used"),
    row(Place::Recovery, Command::Mark, &["Space"])
        .says(&["mark used", "mark unused"], "mark the recovery code as used, or as unused"),
    row(Place::Recovery, Command::Edit, &["e"]).says(&["replace"], "replace all recovery codes with new ones"),
    row(Place::Recovery, Command::Reveal, &["r"]).says(&["show", "hide"], "show the recovery codes, or hide them"),
    row(Place::Recovery, Command::Undo, &["u"]).says(&["undo"], "take the last change back"),
    row(Place::Recovery, Command::Up, &["Up", "k"]),
    row(Place::Recovery, Command::Down, &["Down", "j"]),
    row(Place::Recovery, Command::Back, &["Esc", "q"]),
    row(Place::Recovery, Command::Help, &["?"]),
    row(Place::Trash, Command::PutBack, &["Enter", "r"]).says(&["put back"], "put the entry back into the list"),
    row(Place::Trash, Command::Purge, &["d"]).says(&["remove"], "remove the entry for good"),
    row(Place::Trash, Command::EmptyTrash, &["E"]).says(&["remove all"], "remove all that is in the trash for good"),
    row(Place::Trash, Command::Undo, &["u"]),
    row(Place::Trash, Command::Up, &["Up", "k"]),
    row(Place::Trash, Command::Down, &["Down", "j"]),
    row(Place::Trash, Command::PageUp, &["PageUp"]),
    row(Place::Trash, Command::PageDown, &["PageDown"]),
    row(Place::Trash, Command::Top, &["g", "Home"]),
    row(Place::Trash, Command::Bottom, &["G", "End"]),
    row(Place::Trash, Command::Back, &["Esc", "q"]),
    row(Place::Trash, Command::Help, &["?"]),
    row(Place::History, Command::PutBack, &["Enter"]).says(&["put back"], "use this secret again; the present one is kept"),
    row(Place::History, Command::Reveal, &["r"]).says(&["show", "hide"], "show the codes, or hide them"),
    row(Place::History, Command::Copy, &["c"]).says(&["copy"], "copy the code of this replaced secret"),
    row(Place::History, Command::Undo, &["u"]),
    row(Place::History, Command::Up, &["Up", "k"]),
    row(Place::History, Command::Down, &["Down", "j"]),
    row(Place::History, Command::PageUp, &["PageUp"]),
    row(Place::History, Command::PageDown, &["PageDown"]),
    row(Place::History, Command::Top, &["g", "Home"]),
    row(Place::History, Command::Bottom, &["G", "End"]),
    row(Place::History, Command::Back, &["Esc", "q"]),
    row(Place::History, Command::Help, &["?"]),
    row(Place::Palette, Command::Accept, &["Enter"]).says(&["do it"], "do the selected command"),
    row(Place::Palette, Command::Up, &["Up", "Ctrl-P"]),
    row(Place::Palette, Command::Down, &["Down", "Ctrl-N"]).says(&["move"], "move down"),
    row(Place::Palette, Command::PageUp, &["PageUp"]),
    row(Place::Palette, Command::PageDown, &["PageDown"]),
    row(Place::Palette, Command::Back, &["Esc"]),
    row(Place::Confirm, Command::Yes, &["Enter", "y"]).says(YES, "do what is asked"),
    row(Place::Confirm, Command::No, &["Esc", "n"]).says(NO, "leave everything as it is"),
    row(Place::ConfirmFinal, Command::No, &["Enter", "Esc", "n", "q"]).says(NO, "leave everything as it is"),
    row(Place::ConfirmFinal, Command::Yes, &["y"]).says(YES, "do what is asked, for good"),
    row(Place::ConfirmMany, Command::Accept, &["Enter"])
        .says(&["keep it", "keep them", "remove for good"], "keep everything; once the number is typed, remove it for good"),
    row(Place::ConfirmMany, Command::Up, &["Up"]).says(&[], "scroll up"),
    row(Place::ConfirmMany, Command::Down, &["Down"]).says(&["see them all"], "scroll down"),
    row(Place::ConfirmMany, Command::Back, &["Esc"]).says(&["keep it", "keep them"], "keep everything"),
    row(Place::Reading, Command::Back, &["Esc", "q", "?", "Enter"]).says(&["back", "close"], "close what is shown"),
    row(Place::Reading, Command::Up, &["Up", "k"]).says(&[], "scroll up"),
    row(Place::Reading, Command::Down, &["Down", "j"]).says(&["scroll"], "scroll down"),
    row(Place::Reading, Command::PageUp, &["PageUp"]),
    row(Place::Reading, Command::PageDown, &["PageDown", "Space"]),
    row(Place::Everywhere, Command::Lock, &["Ctrl-L"]),
    row(Place::Everywhere, Command::Suspend, &["Ctrl-Z"]),
    row(Place::Everywhere, Command::Quit, &["Ctrl-C"]),
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
    words: &'static [&'static str],
    help: &'static str,
}

impl Binding {
    /// What the footer calls it.
    pub fn word(&self) -> &'static str {
        self.words.first().copied().unwrap_or(self.command.label())
    }

    /// Whether the footer may call it so.
    pub fn has_word(&self, word: &str) -> bool {
        word == self.word() || self.words.contains(&word)
    }

    /// What it does in its place: imperative, lower case, no full stop.
    pub fn help(&self) -> &'static str {
        if self.help.is_empty() { self.command.help() } else { self.help }
    }
}

impl Default for Keymap {
    fn default() -> Self {
        let binding = |row: &Row| Binding {
            place: row.place,
            command: row.command,
            keys: row.keys.iter().filter_map(|key| Key::parse(key)).collect(),
            words: row.words,
            help: row.help,
        };
        Keymap { bindings: DEFAULTS.iter().map(binding).collect() }
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

    /// How a command is given in a place.
    pub fn binding(&self, place: Place, command: Command) -> Option<&Binding> {
        self.bindings
            .iter()
            .find(|binding| binding.command == command && (binding.place == place || binding.place == Place::Everywhere))
    }

    /// The key the footer shows for a command in a place.
    pub fn key(&self, place: Place, command: Command) -> Option<Key> {
        self.binding(place, command).and_then(|binding| binding.keys.first().copied())
    }

    /// The sign of that key; empty where the user has unbound it.
    pub fn sign(&self, place: Place, command: Command) -> String {
        self.key(place, command).map_or_else(String::new, Key::sign)
    }

    /// The rows of a place, in the table's order.
    pub fn rows(&self, place: Place) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |binding| binding.place == place)
    }
}
