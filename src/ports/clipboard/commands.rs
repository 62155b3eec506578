//! Clipboards reached by running another program. The text always goes by stdin, never as an argument.

use super::{PATIENCE, Way};
use crate::ports::program;
use crate::secret::SecretText;
use std::process::Command;

/// Longest text that is compared with ours.
const MAX_TEXT: u64 = 64 << 10;

fn run(name: &str, arguments: &[&str], input: &str, limit: u64) -> Result<Vec<u8>, String> {
    let file = program::on_path(name).ok_or_else(|| format!("{name} is not installed"))?;
    program::run(Command::new(file).args(arguments), input.as_bytes(), limit, PATIENCE)
}

fn text_of(output: Result<Vec<u8>, String>) -> Option<SecretText> {
    String::from_utf8(output.ok()?).ok().map(SecretText::new)
}

/// `wl-copy` of wl-clipboard, for compositors that arboard can't reach.
pub struct WlCopy;

impl Way for WlCopy {
    fn copy(&mut self, text: &str) -> Result<(), String> {
        let plain = ["--type", "text/plain"];
        // Only recent versions know it, and tell history managers.
        run("wl-copy", &[&plain[..], &["--sensitive"]].concat(), text, 0).or_else(|_| run("wl-copy", &plain, text, 0)).map(drop)
    }

    fn text(&mut self) -> Option<SecretText> {
        text_of(run("wl-paste", &["--no-newline", "--type", "text/plain"], "", MAX_TEXT))
    }

    fn clear(&mut self) -> Result<(), String> {
        run("wl-copy", &["--clear"], "", 0).map(drop)
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
    fn run(&self, arguments: &[&str], input: &str) -> Result<Vec<u8>, String> {
        let file = program::on_path("tmux").ok_or("tmux is not installed")?;
        let mut command = Command::new(file);
        if let Some(server) = &self.server {
            command.env("TMUX", server);
        }
        program::run(command.args(arguments), input.as_bytes(), MAX_TEXT, PATIENCE)
    }
}

impl Way for Tmux {
    fn copy(&mut self, text: &str) -> Result<(), String> {
        // Before 3.2 there is no `-w`; then tmux itself is as far as it goes.
        let load = |flags: &[&str]| self.run(&[&["load-buffer"], flags, &["-b", BUFFER, "-"]].concat(), text);
        load(&["-w"]).or_else(|_| load(&[])).map(drop)
    }

    fn text(&mut self) -> Option<SecretText> {
        text_of(self.run(&["show-buffer", "-b", BUFFER], ""))
    }

    fn clear(&mut self) -> Result<(), String> {
        self.run(&["delete-buffer", "-b", BUFFER], "").map(drop)
    }
}
