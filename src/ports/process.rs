//! The real installed programs: found on PATH, fed and read. They may take the terminal to ask for a password themselves.

use super::program::{is_set, on_path, run};
use super::{Process, ProcessError};
use rustix::termios::ttyname;
use std::ffi::OsString;
use std::io::{stderr, stdin, stdout};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStringExt;
use std::process::Command;
use std::time::Duration;

/// A person may take long to find a password, or to touch a key.
const PATIENCE: Duration = Duration::from_secs(600);

/// Where gpg is told its terminal.
const GPG_TTY: &str = "GPG_TTY";

pub struct Programs;

impl Process for Programs {
    fn run(&self, program: &str, arguments: &[&str], input: &[u8], limit: u64) -> Result<Vec<u8>, ProcessError> {
        let path = on_path(program).ok_or(ProcessError::Missing)?;
        let mut command = Command::new(path);
        command.args(arguments);
        // Its stdin is a pipe, so the agent of gpg would not find the terminal to ask on.
        if let (false, Some(terminal)) = (is_set(GPG_TTY), terminal_name()) {
            command.env(GPG_TTY, terminal);
        }
        let result = run(&mut command, input, limit, PATIENCE);
        result.map_err(|failure| ProcessError::Failed(failure.into()))
    }
}

/// The path of the terminal that this process is used on; `None` where it is used on none.
fn terminal_name() -> Option<OsString> {
    let (input, output, errors) = (stdin(), stdout(), stderr());
    let name = [input.as_fd(), output.as_fd(), errors.as_fd()].into_iter().find_map(|stream| ttyname(stream, Vec::new()).ok());
    name.map(|name| OsString::from_vec(name.into_bytes()))
}
