//! Programs that are there or not, and what they make of their input.

use countersign::ports::{Process, ProcessError};
use std::sync::Mutex;

/// Answers for the programs that are installed; keeps what was run.
pub struct FakePrograms<F> {
    pub installed: &'static [&'static str],
    /// What a program makes of its input; `None`: it fails.
    pub answer: F,
    pub ran: Mutex<Vec<String>>,
}

impl<F: Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync> FakePrograms<F> {
    pub fn new(installed: &'static [&'static str], answer: F) -> Self {
        FakePrograms { installed, answer, ran: Mutex::default() }
    }
}

impl<F: Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync> Process for FakePrograms<F> {
    fn run(&self, program: &str, arguments: &[&str], input: &[u8], _: u64) -> Result<Vec<u8>, ProcessError> {
        if !self.installed.contains(&program) {
            return Err(ProcessError::Missing);
        }
        self.ran.lock().unwrap().push(format!("{program} {}", arguments.join(" ")));
        (self.answer)(input).ok_or_else(|| ProcessError::Failed(format!("{program} failed")))
    }
}
