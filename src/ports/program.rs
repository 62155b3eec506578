//! Runs other programs that are there or not: found on PATH, fed, read and waited for within a deadline.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The first file of this name in PATH's folders.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Why a program gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Names the program.
    pub sentence: String,
    /// It ran, and said no by its exit status. Otherwise nobody knows what it did.
    pub refused: bool,
}

impl From<Failure> for String {
    fn from(failure: Failure) -> String {
        failure.sentence
    }
}

/// Runs a program: feeds `input`, reads at most `limit` bytes of what it prints, ends it after `patience`.
/// With a limit of 0 it gets no pipe to print to, so it may leave a part of itself running.
pub fn run(command: &mut Command, input: &[u8], limit: u64, patience: Duration) -> Result<Vec<u8>, Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |why: &str| Failure { sentence: format!("{name} {why}"), refused: false };
    let stdout = if limit == 0 { Stdio::null() } else { Stdio::piped() };
    command.stdin(Stdio::piped()).stdout(stdout).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| failed(&format!("can't be started: {error}")))?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let pid = rustix::process::Pid::from_child(&child);
    let (done, wait) = mpsc::channel();
    let input = zeroize::Zeroizing::new(input.to_vec());
    thread::spawn(move || {
        // A program that does not read what it was given says so by its exit status.
        let _ = stdin.map(|mut stdin| stdin.write_all(&input));
    });
    thread::spawn(move || {
        let mut output = Vec::new();
        let read = stdout.map_or(Ok(0), |stdout| stdout.take(limit + 1).read_to_end(&mut output));
        let _ = done.send(read.and_then(|_| child.wait()).map(|status| (status, output)));
    });
    match wait.recv_timeout(patience) {
        Ok(Ok((status, output))) if status.success() => {
            if output.len() as u64 > limit {
                Err(failed("printed too much"))
            } else {
                Ok(output)
            }
        }
        Ok(Ok(_)) => Err(Failure { refused: true, ..failed("failed") }),
        Ok(Err(error)) => Err(failed(&format!("failed: {error}"))),
        Err(_) => {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            Err(failed("did not answer in time"))
        }
    }
}

/// Whether a variable is set and not empty.
pub fn is_set(variable: impl AsRef<OsStr>) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}
