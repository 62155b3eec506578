//! The real installed programs: found on PATH, fed and read. They may take the terminal to ask for a password themselves.

use super::program::{on_path, run};
use super::{Process, ProcessError};
use std::process::Command;
use std::time::Duration;

/// A person may take long to find a password, or to touch a key.
const PATIENCE: Duration = Duration::from_secs(600);

pub struct Programs;

impl Process for Programs {
    fn run(&self, program: &str, arguments: &[&str], input: &[u8], limit: u64) -> Result<Vec<u8>, ProcessError> {
        let path = on_path(program).ok_or(ProcessError::Missing)?;
        let result = run(Command::new(path).args(arguments), input, limit, PATIENCE);
        result.map_err(|failure| ProcessError::Failed(failure.into()))
    }
}
