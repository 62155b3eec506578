//! Left alone, the locked program does nothing at all.

use crate::home::Home;
use crate::support::pty::Pty;
use crate::support::wait_until;
use std::time::Duration;

/// How often any thread of a process was given the processor, and the ticks it used.
#[derive(Debug, PartialEq)]
struct Effort {
    switches: u64,
    ticks: u64,
    asleep: bool,
}

fn effort(process: i32) -> Effort {
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap_or_default();
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap().map(|thread| thread.unwrap().path());
    let mut effort = Effort { switches: 0, ticks: 0, asleep: true };
    for thread in threads {
        let status = read(thread.join("status"));
        let switches = status.lines().filter(|line| line.contains("ctxt_switches"));
        effort.switches += switches.map(|line| line.split_whitespace().last().unwrap().parse::<u64>().unwrap()).sum::<u64>();
        effort.asleep &= status.lines().any(|line| line.starts_with("State:\tS"));
    }
    let stat = read(format!("/proc/{process}/stat").into());
    // The name in brackets may hold anything; the fields after it are counted from the third.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    effort.ticks = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    effort
}

/// Waits until it has settled; then it must neither write nor be given the processor.
fn assert_does_nothing(pty: &Pty) {
    let mut last = effort(pty.id());
    wait_until("it has settled", || {
        let before = std::mem::replace(&mut last, effort(pty.id()));
        last == before && last.asleep
    });
    assert!(pty.is_quiet_for(Duration::from_secs(2)), "{:?}", pty.all());
    assert_eq!(effort(pty.id()), last);
}

#[test]
#[cfg(target_os = "linux")]
fn the_unlock_screen_neither_writes_nor_wakes() {
    let home = Home::with_vault();
    let pty = home.start();
    pty.see("passphrase");
    assert_does_nothing(&pty);
}

#[test]
#[cfg(target_os = "linux")]
fn nor_does_it_after_locking_itself() {
    let home = Home::with_vault().configure("lock_after_s = 1\n");
    let pty = home.open();
    pty.wait_until_screen("the lock", |screen| !screen.contents().contains("Forge"));
    pty.see("passphrase");
    assert_does_nothing(&pty);
}
