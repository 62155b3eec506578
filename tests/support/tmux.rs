//! A tmux of the test's own, on a socket of its own.

use std::process::Command;

/// A tmux server of the test's own.
pub struct TmuxServer {
    folder: tempfile::TempDir,
}

impl TmuxServer {
    /// Runs this command in its one window. `None`, said on stdout, where tmux is not installed.
    pub fn start(command: &str) -> Option<TmuxServer> {
        if !super::is_installed("tmux") {
            println!("skipped: tmux is not installed");
            return None;
        }
        let server = TmuxServer { folder: tempfile::tempdir().unwrap() };
        server.run(&["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", command]);
        Some(server)
    }

    pub fn socket(&self) -> String {
        self.folder.path().join("socket").to_str().unwrap().to_string()
    }

    /// Whether a tmux command succeeded, and what it printed.
    pub fn run(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new("tmux").env_remove("TMUX").arg("-S").arg(self.socket()).args(arguments).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }
}

impl Drop for TmuxServer {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}
