//! The clipboard of the terminal's own machine, by the sequence OSC 52. There is no answer: whether it was taken is not
//! known, and it can't be cleared.

use super::{NotCopied, Way};
use crate::secret::SecretText;
use base64::Engine;
use std::io::Write;
use zeroize::Zeroizing;

pub struct Osc52 {
    terminal: Box<dyn Write + Send>,
    /// GNU screen passes on only what is wrapped.
    wrapped: bool,
}

impl Osc52 {
    pub fn new(terminal: Box<dyn Write + Send>, wrapped: bool) -> Self {
        Osc52 { terminal, wrapped }
    }
}

impl Way for Osc52 {
    fn copy(&mut self, text: &str) -> Result<(), NotCopied> {
        let encoded = Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(text));
        let (before, after) = if self.wrapped { ("\x1bP", "\x1b\\") } else { ("", "") };
        let sequence = Zeroizing::new(format!("{before}\x1b]52;c;{}\x07{after}", *encoded));
        let written = self.terminal.write_all(sequence.as_bytes()).and_then(|()| self.terminal.flush());
        written.map_err(|_| "the terminal can't be written to".into())
    }

    fn text(&mut self) -> Result<Option<SecretText>, String> {
        Err("the terminal's clipboard can't be read from here".into())
    }

    fn clear(&mut self) -> Result<(), String> {
        Err("the terminal's clipboard can't be cleared from here".into())
    }
}
