//! Copying for a command that ends at once: the selection of a desktop lives in the process that offers it, so a process
//! of our own holds it until it is replaced or its time is over. It is this program, started again with
//! [`SUB_COMMAND`], in a session of its own, the text on its stdin.

use super::{RoutedClipboard, Surroundings, Way, order};
use crate::ports::{Clipboard, ClipboardRoute, CopyKind};
use crate::secret::SecretText;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// The hidden sub-command; its argument is the number of seconds, 0 for no limit.
pub const SUB_COMMAND: &str = "__hold-clipboard";

/// How long the holder may take to take the selection.
const ANSWER_WITHIN: Duration = Duration::from_secs(6);
const MAX_TEXT: u64 = 64 << 10;
/// How often a holder without a time limit looks whether the desktop is still there.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The program that holds the clipboard.
pub struct Holder {
    pub program: PathBuf,
    /// Variables set for it beyond those of this process.
    pub environment: Vec<(OsString, OsString)>,
}

impl Holder {
    /// This program itself.
    pub fn itself() -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|_| "this program can't find itself to hold the clipboard")?;
        Ok(Holder { program, environment: Vec::new() })
    }
}

/// Copies a code so that it outlives this process by at most `seconds` (0: no limit), and is cleared then if it is
/// still there. Returns after the copy has been made.
pub fn copy_and_hand_over(
    text: &SecretText,
    seconds: u64,
    around: &Surroundings,
    terminal: Option<Box<dyn Write + Send>>,
    holder: &Holder,
) -> Result<ClipboardRoute, String> {
    let routes = order(around, CopyKind::Code);
    let by_terminal = |terminal: Box<dyn Write + Send>| {
        super::osc52::Osc52::new(terminal, around.screen)
            .copy(text.expose())
            .map(|()| ClipboardRoute::Osc52)
            .map_err(|not| not.why)
    };
    match (routes.first(), terminal) {
        (None, _) => Err("no clipboard was found".into()),
        (Some(ClipboardRoute::Osc52), Some(terminal)) => by_terminal(terminal),
        (Some(_), terminal) => hand_over(text, seconds, holder).or_else(|error| match terminal {
            Some(terminal) if routes.contains(&ClipboardRoute::Osc52) => by_terminal(terminal),
            _ => Err(error),
        }),
    }
}

fn hand_over(text: &SecretText, seconds: u64, holder: &Holder) -> Result<ClipboardRoute, String> {
    let failed = |error: io::Error| format!("the clipboard's holder can't be started: {error}");
    let mut child = Command::new(&holder.program)
        .args([SUB_COMMAND, &seconds.to_string()])
        .envs(holder.environment.iter().cloned())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("the clipboard's holder has no pipes".into());
    };
    stdin.write_all(text.expose().as_bytes()).map_err(failed)?;
    drop(stdin);
    let (answered, wait) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = BufReader::new(stdout.take(1024)).read_line(&mut line);
        let _ = answered.send(line);
    });
    let line = wait.recv_timeout(ANSWER_WITHIN).map_err(|_| {
        let _ = child.kill();
        "the clipboard's holder did not answer"
    })?;
    match line.trim_end() {
        "" => Err("the clipboard's holder ended without an answer".into()),
        answer => match ROUTES.iter().find(|(name, _)| *name == answer) {
            Some((_, route)) => Ok(*route),
            None => Err(answer.to_string()),
        },
    }
}

/// What the holder answers when the copy was made; any other line says why not.
const ROUTES: [(&str, ClipboardRoute); 3] =
    [("system", ClipboardRoute::System), ("wl-copy", ClipboardRoute::WlCopy), ("tmux", ClipboardRoute::Tmux)];

/// The holder's `main`: call it with the arguments that follow [`SUB_COMMAND`], before anything else is set up.
/// Returns the exit status.
pub fn hold_clipboard_main(arguments: &[OsString]) -> u8 {
    let Some(seconds) = arguments.first().and_then(|text| text.to_str()?.parse().ok()) else { return 2 };
    // Away from the terminal, so that neither its end nor Ctrl-C reaches us.
    let _ = rustix::process::setsid();
    let mut text = String::with_capacity(MAX_TEXT as usize);
    if io::stdin().take(MAX_TEXT).read_to_string(&mut text).is_err() || text.is_empty() {
        return 1;
    }
    hold(SecretText::new(text), (seconds > 0).then(|| Duration::from_secs(seconds)))
}

fn hold(text: SecretText, limit: Option<Duration>) -> u8 {
    let around = Surroundings::of_this_process(false);
    let begun = Instant::now();
    if order(&around, CopyKind::Code).first() == Some(&ClipboardRoute::System)
        && let Some(lost) = take_selection(&text)
    {
        answer("system");
        keep_selection(&text, limit.map(|limit| begun + limit), &lost);
        // Not by return: dropping arboard's handle offers the text to the clipboard manager.
        std::process::exit(0);
    }
    let mut clipboard = RoutedClipboard::new(None);
    match clipboard.copy(&text, CopyKind::Code) {
        Ok(route) => {
            answer(ROUTES.iter().find(|(_, each)| *each == route).map_or("", |(name, _)| name));
            match limit {
                Some(limit) => {
                    std::thread::sleep(limit);
                    clipboard.clear_if_ours();
                }
                // Nothing to clear later, and it is not this process that offers the text.
                None => std::process::exit(0),
            }
            0
        }
        Err(why) => {
            answer(&why);
            1
        }
    }
}

/// Takes the desktop's selection on a thread that ends when it is lost. Returns once it is ours.
fn take_selection(text: &SecretText) -> Option<mpsc::Receiver<()>> {
    let mut reader = arboard::Clipboard::new().ok()?;
    let (lose, lost) = mpsc::channel();
    let offered = text.clone();
    std::thread::spawn(move || {
        if let Ok(mut offering) = arboard::Clipboard::new() {
            let _ = offer(&mut offering, offered.expose());
        }
        let _ = lose.send(());
    });
    let give_up = Instant::now() + ANSWER_WITHIN / 2;
    while Instant::now() < give_up {
        // arboard does not tell when a waiting copy has been made.
        if reader.get_text().is_ok_and(|found| found == text.expose()) {
            return Some(lost);
        }
        match lost.recv_timeout(Duration::from_millis(2)) {
            Err(RecvTimeoutError::Timeout) => {}
            _ => return None,
        }
    }
    None
}

#[cfg(all(unix, not(target_os = "macos")))]
fn offer(clipboard: &mut arboard::Clipboard, text: &str) -> Result<(), arboard::Error> {
    use arboard::SetExtLinux;
    clipboard.set().exclude_from_history().wait().text(text)
}

/// Here the system keeps the text: nothing is lost when a process ends, and nobody tells when it is replaced.
#[cfg(target_os = "macos")]
fn offer(clipboard: &mut arboard::Clipboard, text: &str) -> Result<(), arboard::Error> {
    use arboard::SetExtApple;
    clipboard.set().exclude_from_history().text(text)?;
    loop {
        std::thread::park();
    }
}

/// Returns when the selection was lost, or when its time is over and it was cleared.
fn keep_selection(text: &SecretText, until: Option<Instant>, lost: &mpsc::Receiver<()>) {
    let Ok(mut clipboard) = arboard::Clipboard::new() else { return };
    let mut is_ours = || clipboard.get_text().is_ok_and(|found| found == text.expose());
    loop {
        let wait = until.map_or(LOOK_EVERY, |until| until.saturating_duration_since(Instant::now()));
        match lost.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) if until.is_none() && is_ours() => {}
            Err(RecvTimeoutError::Timeout) if is_ours() => break,
            _ => return,
        }
    }
    let _ = clipboard.clear();
    let _ = clipboard.get_text();
}

/// Tells the parent, and lets go of its pipe, which `$(…)` may be waiting on.
fn answer(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
    let _ = io::stdout().flush();
    if let Ok(nowhere) = File::options().read(true).write(true).open("/dev/null") {
        let _ = rustix::stdio::dup2_stdout(&nowhere);
        let _ = rustix::stdio::dup2_stdin(&nowhere);
    }
}
