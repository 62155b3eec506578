//! What tests share: fakes of the ports, builders, paths of outside material.
#![allow(dead_code)]

pub mod canonical;
pub mod changes;
pub mod disk;
pub mod display;
pub mod drawing;
pub mod faulty;
pub mod fenced;
pub mod fixtures;
pub mod google;
pub mod judge;
pub mod kdbx;
pub mod palettes;
pub mod plugin;
pub mod process;
pub mod pty;
pub mod rekey;
pub mod scenes;
pub mod stage;
pub mod store;
pub mod tmux;
pub mod tui;
pub mod world;
pub mod xvfb;

use std::time::{Duration, Instant};

/// Whether a program is on PATH.
pub fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// Waits until something outside this process has happened; fails after ten seconds.
pub fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(10);
    while !happened() {
        assert!(Instant::now() < give_up, "waited in vain until {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// This test binary.
pub fn this_program() -> std::path::PathBuf {
    std::env::current_exe().unwrap()
}

pub const AGAIN: &str = "COUNTERSIGN_TEST_AGAIN";

/// Runs one test of this binary again in a process of its own, for what belongs to a whole process: its environment,
/// its terminal. There [`is_again`] says so.
pub fn run_again(mut program: std::process::Command, test: &str) {
    let output = program.args([test, "--exact", "--nocapture"]).env(AGAIN, test).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// Whether this process was started by [`run_again`] for this test.
pub fn is_again(test: &str) -> bool {
    std::env::var_os(AGAIN).is_some_and(|value| value == test)
}
