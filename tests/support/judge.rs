//! Answers to what only a person can decide, given beforehand, and a record of what was asked.

use countersign::error::{Error, ErrorKind, Result};
use countersign::ops::merge::{Difference, Judge};
use countersign::secret::SecretText;
use countersign::vault::store::Keep;

/// Without answers it is as away from a terminal: each question is an error.
#[derive(Default)]
pub struct Answers {
    pub passphrases: Vec<&'static str>,
    pub trusts: Option<bool>,
    pub keep: Option<Keep>,
    /// In order, in short.
    pub asked: Vec<String>,
}

fn nobody() -> Error {
    Error::new(ErrorKind::Locked, "nobody is there to ask")
}

impl Judge for Answers {
    fn passphrase(&mut self, copy: &str, again: bool) -> Result<SecretText> {
        self.asked.push(format!("passphrase of {copy}{}", if again { ", again" } else { "" }));
        if self.passphrases.is_empty() {
            return Err(nobody());
        }
        Ok(SecretText::new(self.passphrases.remove(0)))
    }

    fn trusts(&mut self, copy: &str, difference: &Difference) -> Result<bool> {
        self.asked.push(format!("trust in {copy}: {}", difference.tally()));
        self.trusts.ok_or_else(nobody)
    }

    fn passphrase_to_keep(&mut self, _copy: &str) -> Result<Keep> {
        self.asked.push("which passphrase stays".into());
        self.keep.ok_or_else(nobody)
    }
}
