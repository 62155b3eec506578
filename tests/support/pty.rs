//! A program in a pseudo-terminal that shows nothing and answers nothing.

use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};
use rustix::process::{Pid, Signal};
use rustix::termios::{LocalModes, Termios, tcgetattr};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);

pub struct Pty {
    pair: PtyPair,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    tty: OwnedFd,
    before: Termios,
    written: Arc<(Mutex<Vec<u8>>, Condvar)>,
    /// How much of what was written `wait_for` has gone past.
    seen: usize,
}

impl Pty {
    /// Starts a program on a terminal of 80 × 24.
    pub fn start(command: CommandBuilder) -> Pty {
        let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
        let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY;
        let tty = rustix::fs::open(pair.master.tty_name().unwrap(), flags, rustix::fs::Mode::empty()).unwrap();
        let before = tcgetattr(&tty).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        let (mut reader, keys) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let written: Arc<(Mutex<Vec<u8>>, Condvar)> = Arc::default();
        let shared = written.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut bytes) {
                shared.0.lock().unwrap().extend_from_slice(&bytes[..length]);
                shared.1.notify_all();
            }
        });
        Pty { pair, child, keys, tty, before, written, seen: 0 }
    }

    /// Waits until this text was written after what was waited for before. Returns all in between, the text included.
    pub fn wait_for(&mut self, text: &str) -> String {
        let give_up = Instant::now() + PATIENCE;
        let mut written = self.written.0.lock().unwrap();
        loop {
            let new = &written[self.seen..];
            if let Some(at) = new.windows(text.len()).position(|window| window == text.as_bytes()) {
                let found = String::from_utf8_lossy(&new[..at + text.len()]).into_owned();
                self.seen += at + text.len();
                return found;
            }
            let left = give_up.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited in vain for {text:?}; there was {:?}", String::from_utf8_lossy(new));
            written = self.written.1.wait_timeout(written, left).unwrap().0;
        }
    }

    /// All that was written until now.
    pub fn all(&self) -> String {
        String::from_utf8_lossy(&self.written.0.lock().unwrap()).into_owned()
    }

    pub fn send(&mut self, keys: &str) {
        self.send_bytes(keys.as_bytes());
    }

    pub fn send_bytes(&mut self, keys: &[u8]) {
        self.keys.write_all(keys).unwrap();
        self.keys.flush().unwrap();
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.pair.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    pub fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.process_id().unwrap()).unwrap();
        rustix::process::kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// Waits until the program has ended: its exit status, or the signal's name.
    pub fn ended(&mut self) -> Result<u32, String> {
        let mut status = None;
        super::wait_until("the program has ended", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        let status = status.unwrap();
        match status.signal() {
            Some(signal) => Err(signal.to_string()),
            None => Ok(status.exit_code()),
        }
    }

    pub fn echoes(&self) -> bool {
        tcgetattr(&self.tty).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    /// Whether the terminal has all the attributes it had before the program began.
    pub fn is_restored(&self) -> bool {
        let now = tcgetattr(&self.tty).unwrap();
        let modes = |at: &Termios| (at.input_modes, at.output_modes, at.control_modes, at.local_modes);
        modes(&now) == modes(&self.before)
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
