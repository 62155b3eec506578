//! A passphrase that is to hold from now on: asked for twice, its strength told.

use super::desk::Desk;
use crate::error::{Error, Result};
use crate::ops::passphrase;
use crate::secret::SecretText;
use crate::vault::store::{WEAK_WORK_FACTOR, WorkFactor};
use crate::words::is_same;

/// zxcvbn's score from which a passphrase is not warned of.
const FAIR: u8 = 2;

/// At the terminal. `instead` is the hint where nothing is typed.
pub fn ask(desk: &mut Desk, instead: &str) -> Result<SecretText> {
    let first = desk.ask_secret("New passphrase: ")?;
    if first.is_empty() {
        return Err(Error::failed("the passphrase is empty").hint(instead));
    }
    warn_if_weak(desk, &first);
    match is_same(desk.ask_secret("The same again: ")?.expose(), first.expose()) {
        true => Ok(first),
        false => Err(Error::failed("the two passphrases differ").hint("start again")),
    }
}

pub fn warn_if_weak(desk: &mut Desk, passphrase: &SecretText) {
    let strength = passphrase::strength(passphrase);
    if strength.score < FAIR {
        desk.output.warn(&format!("this passphrase is {}", strength.verdict));
    }
}

pub fn warn_if_cheap(desk: &mut Desk, work_factor: WorkFactor) {
    if work_factor < WEAK_WORK_FACTOR {
        desk.output
            .warn(&format!("at work factor {work_factor} the passphrase is cheap to guess; use 18 for a vault that matters"));
    }
}
