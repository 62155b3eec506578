//! The system's git as a process. What is the same in every call stands here: no work tree, no hooks, no monitor, no
//! editor, no names of people, and no questions where there is nobody to answer them.

use super::{Git, GitCall, GitFailure};
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// What a repository or a user could switch on that would run other programs or touch files.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.logAllRefUpdates=false",
    "commit.gpgSign=false",
    "push.gpgSign=false",
    "push.followTags=false",
    "push.recurseSubmodules=no",
    "fetch.recurseSubmodules=no",
    "fetch.fsckObjects=true",
    "fetch.writeCommitGraph=false",
    "submodule.recurse=false",
    "protocol.ext.allow=never",
    "gc.autoDetach=false",
    "maintenance.autoDetach=false",
    "advice.detachedHead=false",
];

/// Variables by which a git around us would lead this one to another repository.
const STRAY: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_EXTERNAL_DIFF",
    "GIT_TRACE",
];

const AUTHOR: &str = "countersign";
const ADDRESS: &str = "countersign@localhost";

const HERE: Duration = Duration::from_secs(60);
/// A password may have to be typed.
const FAR: Duration = Duration::from_secs(300);
/// The longest vault, and its header.
const LONGEST_OUTPUT: u64 = 257 << 20;
const LONGEST_SAID: usize = 2000;

/// git on PATH. It asks for passwords only at a terminal.
pub struct SystemGit {
    pub interactive: bool,
}

impl Git for SystemGit {
    fn run(&self, call: GitCall<'_>) -> Result<Vec<u8>, GitFailure> {
        let mut command = Command::new("git");
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.arg("--git-dir").arg(call.repository).arg("--no-pager").args(call.arguments);
        // Whatever a call takes for its work tree, it is not where the person stands.
        if let Some(folder) = call.repository.parent() {
            command.current_dir(folder);
        }
        for name in STRAY {
            command.env_remove(name);
        }
        // The zone would tell where a person is.
        let date = format!("{} +0000", call.now / 1000);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), AUTHOR).env(format!("GIT_{role}_EMAIL"), ADDRESS);
            command.env(format!("GIT_{role}_DATE"), &date);
        }
        command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_EDITOR", "false");
        if !self.interactive {
            command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ASKPASS", "false").env("SSH_ASKPASS_REQUIRE", "never");
        }
        run(command, call.input, if call.remote { FAR } else { HERE })
    }
}

fn run(mut command: Command, input: &[u8], patience: Duration) -> Result<Vec<u8>, GitFailure> {
    let failed = |said: String| GitFailure { said, status: None };
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => failed("git is not installed".into()),
        _ => failed(format!("git can't be started: {}", crate::error::describe_io(&error))),
    })?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let pid = rustix::process::Pid::from_child(&child);
    let input = input.to_vec();
    thread::spawn(move || {
        // What git does not read it tells of by its exit status.
        let _ = stdin.map(|mut stdin| stdin.write_all(&input));
    });
    let said = thread::spawn(move || read(stderr, LONGEST_SAID as u64));
    let (done, wait) = mpsc::channel();
    thread::spawn(move || {
        let output = read(stdout, LONGEST_OUTPUT);
        let _ = done.send(child.wait().map(|status| (status, output)));
    });
    match wait.recv_timeout(patience) {
        Ok(Ok((status, output))) if status.success() => Ok(output),
        Ok(Ok((status, _))) => {
            let said = said.join().unwrap_or_default();
            Err(GitFailure { said: in_short(&String::from_utf8_lossy(&said)), status: status.code() })
        }
        Ok(Err(error)) => Err(failed(format!("git failed: {}", crate::error::describe_io(&error)))),
        Err(_) => {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            Err(failed("git did not end in time".into()))
        }
    }
}

/// All of it is read, or the writer would wait; at most so much is kept.
fn read(from: Option<impl Read>, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        let _ = from.by_ref().take(limit).read_to_end(&mut bytes);
        let _ = std::io::copy(&mut from, &mut std::io::sink());
    }
    bytes
}

/// The line that says why: git puts hints and what it was doing around it.
fn in_short(said: &str) -> String {
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("hint:")).collect();
    let why = lines.iter().find(|line| ["fatal: ", "error: ", " ! "].iter().any(|mark| line.starts_with(mark)));
    let refused = lines.iter().find(|line| line.starts_with("! [") || line.contains("rejected"));
    refused.or(why).or(lines.last()).map_or_else(|| "git failed".into(), |line| (*line).to_owned())
}
