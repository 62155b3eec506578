//! A home of its own for each test: nothing of the real environment, a vault at a cheap work factor.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");
pub const PASSPHRASE: &str = "one two three";

pub struct Place {
    folder: tempfile::TempDir,
}

/// What a run gave.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Ran {
    pub fn text(&self) -> &str {
        str::from_utf8(&self.stdout).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The output, the program having done what it was asked.
    #[track_caller]
    pub fn done(self) -> Ran {
        assert_eq!(self.status, Some(0), "{self:?}");
        self
    }
}

impl Place {
    /// Without a vault.
    pub fn empty() -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap() };
        place.file("passphrase", format!("{PASSPHRASE}\n"));
        place
    }

    /// With an empty vault.
    pub fn new() -> Place {
        let place = Place::empty();
        place.run(&["init", "--work-factor", "10"]).done();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn vault(&self) -> PathBuf {
        self.path("data/countersign/vault")
    }

    /// Writes a file and gives its path as an argument.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    /// The program in this home, without a terminal.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("setsid");
        command.arg("--wait").arg(PROGRAM).args(arguments).current_dir(self.folder.path()).env_clear();
        for (name, folder) in
            [("HOME", ""), ("XDG_DATA_HOME", "data"), ("XDG_STATE_HOME", "state"), ("XDG_CONFIG_HOME", "config")]
        {
            command.env(name, self.path(folder));
        }
        command.env("COUNTERSIGN_PASSPHRASE_FILE", self.path("passphrase"));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, b"")
    }

    pub fn run_with(&self, arguments: &[&str], stdin: &[u8]) -> Ran {
        finish(self.command(arguments), stdin)
    }

    /// Adds the accounts of these links.
    pub fn add(&self, links: &str) {
        self.run_with(&["add", "--uri", "-"], links.as_bytes()).done();
    }

    /// Every file of the vault with its bytes; the lock file is no part of it.
    pub fn vault_files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.vault(), &mut files);
        files.retain(|path, _| !path.ends_with("vault.lock"));
        files
    }
}

pub fn finish(mut command: Command, stdin: &[u8]) -> Ran {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    // On a thread of its own, or a large input and a large output would wait for each other.
    let feeder = std::thread::spawn(move || drop(pipe.write_all(&stdin)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    Ran { status: output.status.code(), stdout: output.stdout, stderr: String::from_utf8(output.stderr).unwrap() }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(&path, files),
            false => drop(files.insert(path.clone(), std::fs::read(&path).unwrap())),
        }
    }
}
