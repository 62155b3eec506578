//! Commands: what the user can wish for. One row each: the name for the config, the footer's word, the help's sentence.

macro_rules! commands {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $label:literal, $help:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Command { $($(#[$doc])* $variant,)* }

        impl Command {
            pub const ALL: &'static [Command] = &[$(Command::$variant,)*];

            /// The name in the config: `copy-next`.
            pub fn name(self) -> &'static str {
                match self { $(Command::$variant => $name,)* }
            }

            /// One or two words for the footer.
            pub fn label(self) -> &'static str {
                match self { $(Command::$variant => $label,)* }
            }

            /// What it does, for the help: imperative, lower-case, no full stop.
            pub fn help(self) -> &'static str {
                match self { $(Command::$variant => $help,)* }
            }
        }
    };
}

commands! {
    Copy, "copy", "copy", "copy the code; of a counter, take the next one";
    CopyNext, "copy-next", "copy next", "copy the code that comes after this one";
    LabelRows, "label-rows", "label", "label the rows, then copy by typing a label";
    Search, "search", "search", "search issuer, account, tags and note";
    Enrol, "enrol", "enrol", "enrol a new account";
    Import, "import", "import", "import accounts from another authenticator";
    Export, "export", "export", "export the entries, or all marked ones, to a file";
    Edit, "edit", "edit", "edit the entry";
    Tags, "tags", "tags", "set the entry's tags";
    RecoveryCodes, "recovery-codes", "recovery codes", "show, copy and replace the site's recovery codes";
    Vaults, "vaults", "other vault", "open another vault, or make one";
    CopyTo, "copy-to", "copy to", "copy the entry, or all marked ones, to another vault";
    MoveTo, "move-to", "move to", "move the entry, or all marked ones, to another vault";
    Keys, "keys", "unlock methods", "see, add and remove ways to unlock, and change the passphrase";
    OtherKey, "other-key", "another way", "unlock in another way: recovery key, SSH key, plugin";
    ShowQr, "show-qr", "QR", "show the entry as a QR code";
    Delete, "delete", "delete", "move the entry, or all marked ones, to the trash";
    Trash, "trash", "trash", "see what was deleted, and put it back";
    History, "history", "history", "see the entry's replaced secrets, and put one back";
    PutBack, "put-back", "put back", "put it back";
    Purge, "purge", "remove", "remove the entry for good";
    EmptyTrash, "empty-trash", "empty", "remove all there is in the trash for good";
    Join, "join", "join", "join the entries that give the codes of this one";
    ConflictCopy, "conflict-copy", "conflict copy", "look at a conflict copy that waits for your word";
    Undo, "undo", "undo", "take the last change back";
    Mark, "mark", "mark", "mark the line, or take the mark off";
    MarkAll, "mark-all", "all", "mark all, or none";
    OnConflict, "on-conflict", "conflicts", "keep both, replace, or leave out what is there with another secret";
    Pin, "pin", "pin", "pin the entry to the top, or let it go";
    TryNew, "try-new", "try", "try the code of a new or pending secret";
    Reveal, "reveal", "reveal", "show a hidden code for a moment";
    NextTag, "next-tag", "next tag", "show only the next tag";
    PreviousTag, "previous-tag", "previous tag", "show only the tag before";
    Sort, "sort", "sort", "sort by name, by use, or by age";
    Density, "density", "density", "switch between a bar for each row and one shared bar";
    HideCodes, "hide-codes", "hide codes", "hide all codes, or show them";
    Up, "up", "up", "move up";
    Down, "down", "down", "move down";
    PageUp, "page-up", "page up", "move a page up";
    PageDown, "page-down", "page down", "move a page down";
    Top, "top", "top", "go to the first";
    Bottom, "bottom", "bottom", "go to the last";
    Accept, "accept", "choose", "take what is selected, or go on";
    NextField, "next-field", "next field", "go to the next field";
    PreviousField, "previous-field", "previous field", "go to the field before";
    Complete, "complete", "complete", "complete the path";
    ShowText, "show-text", "show", "show what is typed, or hide it";
    Generate, "generate", "make one up", "make up a passphrase of six words";
    Yes, "yes", "yes", "do it";
    No, "no", "no", "leave it";
    Back, "back", "back", "go back";
    Settings, "settings", "settings", "change the settings";
    Palette, "palette", "commands", "find a command by its name";
    Lock, "lock", "lock", "lock the vault";
    Suspend, "suspend", "suspend", "put the program in the background";
    Help, "help", "help", "show the keys";
    Quit, "quit", "quit", "quit";
}

impl Command {
    pub fn from_name(name: &str) -> Option<Command> {
        Command::ALL.iter().copied().find(|command| command.name() == name)
    }
}
