//! A home folder of the test's own, and the program in it with an environment that holds nothing else.

use crate::support::pty::Pty;
use portable_pty::CommandBuilder;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");
pub const PASSPHRASE: &str = "sentinel harbour mole";
/// The secret of RFC 4226, appendix D, and its first code [`CODE`]: the period began in 1970 and lasts for over a century.
pub const LINK: &str =
    "otpauth://totp/Forge:hugo%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Forge&period=4000000000";
pub const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
pub const CODE: &str = "755224";
/// The same as the screen groups it.
pub const CODE_SHOWN: &str = "755 224";

pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    /// Without a vault.
    pub fn new() -> Home {
        Home { folder: tempfile::tempdir().unwrap() }
    }

    /// With a vault that holds the entry of [`LINK`].
    pub fn with_vault() -> Home {
        let home = Home::new();
        std::fs::write(home.path().join("passphrase"), PASSPHRASE).unwrap();
        home.run(&["init", "--work-factor", "10"], "");
        home.run(&["add", "--uri", "-"], LINK);
        home
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn vault(&self) -> PathBuf {
        self.path().join("data/countersign/vault")
    }

    pub fn configure(self, text: &str) -> Home {
        std::fs::create_dir_all(self.path().join("config/countersign")).unwrap();
        std::fs::write(self.path().join("config/countersign/config.toml"), text).unwrap();
        self
    }

    /// All there is in the environment of what runs here.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let inside = |folder: &str| self.path().join(folder).to_str().unwrap().to_owned();
        vec![
            ("PATH", std::env::var("PATH").unwrap()),
            ("HOME", inside("")),
            ("XDG_DATA_HOME", inside("data")),
            ("XDG_STATE_HOME", inside("state")),
            ("XDG_CONFIG_HOME", inside("config")),
            ("TERM", "xterm-256color".into()),
            ("PS1", "shell> ".into()),
        ]
    }

    /// A program for a pseudo-terminal.
    pub fn command(&self, program: &str, arguments: &[&str]) -> CommandBuilder {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        self.environment().into_iter().for_each(|(name, value)| command.env(name, value));
        command.cwd(self.path());
        command
    }

    /// Runs a command of the program away from any terminal's input; it must succeed. Returns its stdout.
    pub fn run(&self, arguments: &[&str], stdin: &str) -> String {
        let mut command = Command::new(PROGRAM);
        command.env_clear().envs(self.environment()).arg("--passphrase-file").arg(self.path().join("passphrase"));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The full-screen program.
    pub fn start(&self) -> Pty {
        Pty::start(self.command(PROGRAM, &[]))
    }

    /// The full-screen program, its vault open.
    pub fn open(&self) -> Pty {
        let mut pty = self.start();
        unlock(&mut pty);
        pty
    }
}

pub fn unlock(pty: &mut Pty) {
    pty.see("passphrase");
    pty.send(PASSPHRASE);
    pty.send("\r");
    pty.see("Forge");
}

/// A paste as a terminal brackets it.
pub fn paste(pty: &mut Pty, text: &str) {
    pty.send(&format!("\x1b[200~{text}\x1b[201~"));
}
