//! Settings: defaults < file < environment < flags. An unknown key is an error with a suggestion.

use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Seconds without a key until the vault locks; 0 never.
    pub lock_after_s: u64,
    /// Seconds until the clipboard is cleared; 0 never.
    pub clipboard_clear_s: u64,
    /// A copy of a code with fewer seconds left gives the next one.
    pub min_left_s: u64,
    pub mouse: bool,
    /// `default`, `mono` or another built-in theme.
    pub theme: String,
    pub hide_codes: bool,
    /// A program that writes a PNG of the screen to the path given as its last argument.
    pub screenshot_command: Option<Vec<String>>,
    /// Command name → keys, replacing the defaults of that command.
    pub keys: BTreeMap<String, Vec<String>>,
    pub vault: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            lock_after_s: 300,
            clipboard_clear_s: 30,
            min_left_s: 3,
            mouse: true,
            theme: "default".into(),
            hide_codes: false,
            screenshot_command: None,
            keys: BTreeMap::new(),
            vault: None,
        }
    }
}
