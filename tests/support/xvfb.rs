//! An X server of the test's own, without a screen to look at, and processes that work on it.

use std::io::{BufRead, BufReader};
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
    fn here() -> Xvfb {
        Xvfb { server: None, display: std::env::var("DISPLAY").unwrap() }
    }

    /// Runs the named test of this binary again, in a process that has this display: there [`inside`] does the work.
    pub fn run_inside(&self, test: &str) {
        let program = std::env::current_exe().unwrap();
        let mut command = self.command(program.to_str().unwrap());
        let output = command.args([test, "--exact", "--nocapture"]).env(INSIDE, test).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
    }

    /// What another program pastes.
    pub fn paste(&self) -> Option<String> {
        let output = self.command("xclip").args(["-selection", "clipboard", "-out"]).output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    /// Another program copies.
    pub fn copy(&self, text: &str) {
        use std::io::Write;
        let mut command = self.command("xclip");
        command.args(["-selection", "clipboard", "-in"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }
}

const INSIDE: &str = "COUNTERSIGN_TEST_INSIDE";

/// Whether this process was started by [`Xvfb::run_inside`] for this test.
pub fn is_inside(test: &str) -> bool {
    std::env::var_os(INSIDE).is_some_and(|value| value == test)
}

/// Does the work of the named test in a process of its own whose environment has a display.
pub fn inside(test: &str, needed: &[&str], work: impl FnOnce(&Xvfb)) {
    if is_inside(test) {
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
