//! An X server of the test's own, without a screen to look at, and processes that work on it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

pub struct Xvfb {
    server: Option<Child>,
    /// Such as `:3`.
    pub display: String,
}

impl Xvfb {
    /// `None`, said on stdout, where Xvfb or one of these programs is not installed.
    pub fn start(needed: &[&str]) -> Option<Xvfb> {
        for program in needed.iter().chain(&["Xvfb"]) {
            if !super::is_installed(program) {
                println!("skipped: {program} is not installed");
                return None;
            }
        }
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let display = format!(":{}", line.trim());
        Some(Xvfb { server: Some(server), display })
    }

    /// Stops answering anybody.
    pub fn hang(&self) {
        let server = self.server.as_ref().unwrap().id();
        let server = rustix::process::Pid::from_raw(i32::try_from(server).unwrap()).unwrap();
        rustix::process::kill_process(server, rustix::process::Signal::STOP).unwrap();
    }

    /// A command that knows this display and no other way to a clipboard.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.display);
        for other in ["WAYLAND_DISPLAY", "SSH_TTY", "SSH_CONNECTION", "TMUX", "STY", "XAUTHORITY"] {
            command.env_remove(other);
        }
        command
    }

    /// The display that [`inside`] gave this process.
    pub fn here() -> Xvfb {
        Xvfb { server: None, display: std::env::var("DISPLAY").unwrap() }
    }

    /// Runs the named test of this binary again, in a process that has this display: there [`inside`] does the work.
    pub fn run_inside(&self, test: &str) {
        super::run_again(self.command(super::this_program().to_str().unwrap()), test);
    }

    /// The text another program pastes, if there is any.
    pub fn paste(&self) -> Option<String> {
        self.paste_as("UTF8_STRING")
    }

    /// The same in a form it names.
    pub fn paste_as(&self, target: &str) -> Option<String> {
        self.paste_bytes(target).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    fn paste_bytes(&self, target: &str) -> Option<Vec<u8>> {
        let output = self.command("xclip").args(["-selection", "clipboard", "-target", target, "-out"]).output().unwrap();
        output.status.success().then_some(output.stdout)
    }

    /// Another program copies a text.
    pub fn copy(&self, text: &str) {
        self.copy_as("UTF8_STRING", text.as_bytes());
    }

    /// The same in a form it names.
    pub fn copy_as(&self, target: &str, bytes: &[u8]) {
        let mut command = self.command("xclip");
        command.args(["-selection", "clipboard", "-target", target, "-in"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(bytes).unwrap();
        assert!(child.wait().unwrap().success());
        // xclip goes on in the background before the server knows.
        super::wait_until("the copy was made", || self.paste_bytes(target).as_deref() == Some(bytes));
    }
}

/// Does the work of the named test in a process of its own whose environment has a display.
pub fn inside(test: &str, needed: &[&str], work: impl FnOnce(&Xvfb)) {
    if super::is_again(test) {
        work(&Xvfb::here());
    } else if let Some(x) = Xvfb::start(needed) {
        x.run_inside(test);
    }
}

impl Drop for Xvfb {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}
