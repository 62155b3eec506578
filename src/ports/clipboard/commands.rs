//! Clipboards reached by running another program. The text always goes by stdin, never as an argument.

use super::{NotCopied, PATIENCE, Way};
use crate::ports::program::{self, Failure};
use crate::secret::SecretText;
use std::process::Command;

/// Longest text that is compared with ours.
const MAX_TEXT: u64 = 64 << 10;

fn run(name: &str, arguments: &[&str], input: &str, limit: u64) -> Result<Vec<u8>, Failure> {
    let file = found(name)?;
    program::run(Command::new(file).args(arguments), input.as_bytes(), limit, PATIENCE)
}

/// One that is not installed has done nothing.
fn found(name: &str) -> Result<std::path::PathBuf, Failure> {
    program::on_path(name).ok_or_else(|| Failure { sentence: format!("{name} is not installed"), refused: true })
}

/// Both programs say no where they hold no text.
fn text_of(output: Result<Vec<u8>, Failure>) -> Result<Option<SecretText>, String> {
    match output {
        Ok(bytes) => Ok(String::from_utf8(bytes).ok().map(SecretText::new)),
        Err(failure) if failure.refused => Ok(None),
        Err(failure) => Err(failure.sentence),
    }
}

/// `wl-copy` of wl-clipboard, for compositors that arboard can't reach.
pub struct WlCopy;

impl Way for WlCopy {
    fn copy(&mut self, text: &str) -> Result<(), NotCopied> {
        let plain = ["--type", "text/plain"];
        // Only recent versions know it, and tell history managers.
        let first = run("wl-copy", &[&plain[..], &["--sensitive"]].concat(), text, 0);
        again_if_refused(first, || run("wl-copy", &plain, text, 0))
    }

    fn text(&mut self) -> Result<Option<SecretText>, String> {
        text_of(run("wl-paste", &["--no-newline", "--type", "text/plain"], "", MAX_TEXT))
    }

    fn clear(&mut self) -> Result<(), String> {
        Ok(run("wl-copy", &["--clear"], "", 0).map(drop)?)
    }
}

/// The second way, where the program does not know the first. One that hangs would hang again.
fn again_if_refused(first: Result<Vec<u8>, Failure>, second: impl FnOnce() -> Result<Vec<u8>, Failure>) -> Result<(), NotCopied> {
    match first {
        Err(failure) if failure.refused => Ok(second().map(drop)?),
        done => Ok(done.map(drop)?),
    }
}

/// A tmux buffer of our own; `-w` has tmux pass it on to the clipboard of the terminal around it.
#[derive(Default)]
pub struct Tmux {
    /// The TMUX variable to use instead of this process's own.
    pub server: Option<String>,
}

const BUFFER: &str = "countersign";

impl Tmux {
    fn run(&self, arguments: &[&str], input: &str) -> Result<Vec<u8>, Failure> {
        let mut command = Command::new(found("tmux")?);
        if let Some(server) = &self.server {
            command.env("TMUX", server);
        }
        program::run(command.args(arguments), input.as_bytes(), MAX_TEXT, PATIENCE)
    }
}

impl Way for Tmux {
    fn copy(&mut self, text: &str) -> Result<(), NotCopied> {
        // Before 3.2 there is no `-w`; then tmux itself is as far as it goes.
        let load = |flags: &[&str]| self.run(&[&["load-buffer"], flags, &["-b", BUFFER, "-"]].concat(), text);
        again_if_refused(load(&["-w"]), || load(&[]))
    }

    fn text(&mut self) -> Result<Option<SecretText>, String> {
        text_of(self.run(&["show-buffer", "-b", BUFFER], ""))
    }

    fn clear(&mut self) -> Result<(), String> {
        Ok(self.run(&["delete-buffer", "-b", BUFFER], "").map(drop)?)
    }
}
