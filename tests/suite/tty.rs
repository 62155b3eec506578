//! The terminal port and the prompts in a real pseudo-terminal: what is taken is given back, however it ends.
//! The program in it is this test binary, running one of the two ignored tests at the end of this file.

use crate::support::pty::Pty;
use crate::support::tmux::TmuxServer;
use crate::support::{AGAIN, is_again, is_installed, this_program, wait_until};
use countersign::ports::prompt::TerminalPrompt;
use countersign::ports::{Input, Prompt, Terminal as _, hardening, terminal};
use crossterm::event::{KeyCode, MouseEventKind};
use portable_pty::CommandBuilder;
use rustix::process::Signal;
use std::sync::{Arc, mpsc};

const LEAVE: &str = "\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// The command that runs one of the programs below, on the main thread as the real one does.
fn command(program: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(this_program());
    command.args([program, "--exact", "--ignored", "--nocapture", "--test-threads=1", "--quiet"]);
    command.env(AGAIN, program);
    command.env("TERM", "xterm-256color");
    command.env_remove("RUST_BACKTRACE");
    command
}

fn front_end() -> Pty {
    let mut pty = Pty::start(command(FRONT_END));
    pty.wait_for("ready");
    pty
}

fn assert_given_back(pty: &mut Pty) {
    pty.wait_for(LEAVE);
    wait_until("the terminal has its attributes back", || pty.is_restored());
}

#[test]
fn the_terminal_is_taken_and_given_back_and_never_asked() {
    let mut pty = Pty::start(command(FRONT_END));
    let taken = pty.wait_for("ready");
    assert!(taken.contains("\x1b[?1049h\x1b[?25l\x1b[?2004h"), "{taken:?}");
    assert!(!pty.is_restored() && !pty.echoes());
    pty.send("q");
    assert_given_back(&mut pty);
    assert_eq!(pty.ended(), Ok(0));
    for question in ["\x1b[6n", "\x1b[c", "\x1b[?u", "\x1b]"] {
        assert!(!pty.all().contains(question), "{question:?} in {:?}", pty.all());
    }
}

#[test]
fn every_ending_signal_is_reported_and_ends_with_its_status() {
    for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let mut pty = front_end();
        pty.signal(signal);
        assert_given_back(&mut pty);
        assert_eq!(pty.ended(), Ok(status), "{signal:?}");
    }
}

#[test]
fn a_front_end_that_is_stuck_is_ended_all_the_same() {
    let mut pty = front_end();
    pty.send("s");
    pty.wait_for("stuck");
    pty.signal(Signal::TERM);
    assert_given_back(&mut pty);
    assert_eq!(pty.ended(), Ok(143));
}

#[test]
fn a_panic_leaves_the_screen_first_and_quotes_no_data() {
    let mut pty = front_end();
    pty.send("p");
    pty.wait_for(LEAVE);
    pty.wait_for("countersign: internal error at tests/suite/tty.rs:");
    pty.wait_for("hint: ");
    assert!(pty.is_restored());
    assert_ne!(pty.ended(), Ok(0));
    assert!(!pty.all().contains("JBSWY3DP"), "{:?}", pty.all());
}

#[test]
fn a_panic_of_another_thread_leaves_the_screen_alone() {
    let mut pty = front_end();
    pty.send("t");
    pty.wait_for("thread-gone");
    assert!(!pty.all().contains("internal error") && !pty.all().contains(LEAVE), "{:?}", pty.all());
    pty.send("q");
    assert_given_back(&mut pty);
}

#[test]
fn a_terminal_that_goes_away_ends_the_program() {
    let program = this_program();
    let arguments = format!("{FRONT_END} --exact --ignored --nocapture --test-threads=1 --quiet");
    let Some(tmux) = TmuxServer::start(&format!("{AGAIN}={FRONT_END} exec {} {arguments}", program.display())) else { return };
    wait_until("it is ready", || tmux.run(&["capture-pane", "-p"]).1.contains("ready"));
    let (_, process) = tmux.run(&["display-message", "-p", "#{pane_pid}"]);
    let folder = std::path::PathBuf::from(format!("/proc/{}", process.trim()));
    assert!(folder.exists());
    drop(tmux);
    wait_until("the program has ended", || !folder.exists());
}

#[test]
fn keys_pastes_clicks_and_sizes_arrive() {
    let mut pty = front_end();
    pty.send("é");
    pty.wait_for("key-é");
    pty.send("\x1b[A");
    pty.wait_for("key-Up");
    pty.send("\x1b[200~otpauth://x\ny\x1b[201~");
    pty.wait_for("paste-13");
    pty.send("\x1b[<0;5;3M");
    pty.wait_for("click-4,2");
    pty.resize(100, 30);
    pty.wait_for("size-100,30");
    assert!(pty.all().contains("\x1b[?1000h\x1b[?1006h") && !pty.all().contains("\x1b[?1003h"), "clicks, not motion");
    pty.send("q");
    pty.wait_for("\x1b[?1006l\x1b[?1000l");
    assert_given_back(&mut pty);
}

#[test]
fn a_suspend_that_nobody_could_end_is_none() {
    // Started by no shell: the system does not stop what nobody could let go on.
    let mut pty = front_end();
    pty.send("z");
    pty.wait_for(LEAVE);
    pty.wait_for("\x1b[?1049h");
    pty.wait_for("again");
    assert!(!pty.is_restored());
    pty.send("q");
    assert_given_back(&mut pty);
}

#[test]
fn suspended_the_shell_has_the_terminal_and_fg_takes_it_again() {
    if !is_installed("bash") {
        return println!("skipped: bash is not installed");
    }
    let mut shell = CommandBuilder::new("bash");
    shell.args(["--norc", "--noprofile", "--noediting", "-i"]);
    shell.env("PS1", "shell> ");
    shell.env("TERM", "xterm-256color");
    shell.env(AGAIN, FRONT_END);
    let mut pty = Pty::start(shell);
    pty.wait_for("shell> ");
    let program = this_program();
    pty.send(&format!("{} {FRONT_END} --exact --ignored --nocapture --test-threads=1 --quiet\n", program.display()));
    pty.wait_for("ready");
    for _ in 0..2 {
        pty.send("z");
        pty.wait_for(LEAVE);
        pty.wait_for("Stopped");
        pty.wait_for("shell> ");
        assert!(pty.is_restored());
        pty.send("fg\n");
        pty.wait_for("\x1b[?1049h");
        pty.wait_for("again");
        assert!(!pty.is_restored());
    }
    pty.send("q");
    pty.wait_for(LEAVE);
    pty.wait_for("shell> ");
    assert!(pty.is_restored());
}

#[test]
fn stopped_from_outside_it_comes_back_as_well() {
    let mut pty = front_end();
    pty.signal(Signal::STOP);
    pty.signal(Signal::CONT);
    pty.wait_for("\x1b[?1049h");
    pty.wait_for("again");
    pty.send("q");
    assert_given_back(&mut pty);
}

#[test]
fn a_dumb_terminal_is_refused_and_left_as_it_is() {
    let mut command = command(FRONT_END);
    command.env("TERM", "dumb");
    let mut pty = Pty::start(command);
    pty.wait_for("refused: this terminal can't show a full screen (TERM is dumb)");
    assert_eq!(pty.ended(), Ok(1));
    assert!(pty.is_restored() && !pty.all().contains("\x1b[?"), "{:?}", pty.all());
}

#[test]
fn without_a_terminal_the_error_says_so() {
    if !is_installed("setsid") {
        return println!("skipped: setsid is not installed");
    }
    for (program, answer) in [(FRONT_END, "refused: there is no terminal"), (PROMPT, "nobody to ask")] {
        let mut command = std::process::Command::new("setsid");
        command.arg("--wait").arg(this_program()).args([program, "--exact", "--ignored", "--nocapture", "--quiet"]);
        let output = command.env(AGAIN, program).env("TERM", "xterm").stdin(std::process::Stdio::null()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains(answer), "{text}");
    }
}

fn prompt() -> Pty {
    let mut pty = Pty::start(command(PROMPT));
    pty.wait_for("Passphrase: ");
    pty
}

#[test]
fn a_secret_is_asked_for_without_echo() {
    let mut pty = prompt();
    assert!(!pty.echoes());
    pty.send("correct horse é\n");
    pty.wait_for("\r\n16 bytes, echo again");
    assert!(pty.is_restored());
    pty.wait_for("Really? [y/N] ");
    pty.send("y\n");
    pty.wait_for("confirmed: true");
    assert_eq!(pty.ended(), Ok(0));
    assert!(!pty.all().contains("horse"), "{:?}", pty.all());
}

#[test]
fn only_yes_is_yes() {
    for (answer, confirmed) in [("yes\n", true), (" Y \n", true), ("\n", false), ("n\n", false), ("yo\n", false), ("\x04", false)]
    {
        let mut pty = prompt();
        pty.send("x\n");
        pty.wait_for("Really? [y/N] ");
        pty.send(answer);
        pty.wait_for(&format!("confirmed: {confirmed}"));
    }
}

#[test]
fn a_prompt_that_ends_by_a_signal_gives_echo_back() {
    let by_key = [("\x03", "Interrupt"), ("\x1c", "Quit")];
    for (key, name) in by_key {
        let mut pty = prompt();
        pty.send(key);
        let ended = pty.ended();
        assert!(ended.as_ref().is_err_and(|signal| signal.contains(name)), "{ended:?}");
        assert!(pty.is_restored());
    }
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut pty = prompt();
        pty.signal(signal);
        assert!(pty.ended().is_err(), "it ends by the signal itself");
        assert!(pty.is_restored());
    }
}

#[test]
fn after_a_prompt_signals_end_the_program_as_always() {
    let mut pty = prompt();
    pty.send("x\n");
    pty.wait_for("Really? [y/N] ");
    pty.send("\x03");
    assert!(pty.ended().is_err());
    assert!(pty.is_restored());
}

#[test]
fn odd_answers_are_errors() {
    let mut pty = prompt();
    pty.send("\x04");
    pty.wait_for("\r\nerror: nothing was typed");
    assert!(pty.is_restored());
    let mut pty = prompt();
    pty.send_bytes(b"\xff\xfe\n");
    pty.wait_for("\r\nerror: what was typed is not UTF-8 text");
    let mut pty = prompt();
    pty.send(&"x".repeat(5000));
    pty.send("\n");
    pty.wait_for("\r\nerror: what was typed is too long for a terminal line");
}

const FRONT_END: &str = "tty::a_front_end";
const PROMPT: &str = "tty::a_prompt";

#[test]
#[ignore = "the program that other tests of this file run"]
fn a_front_end() {
    if !is_again(FRONT_END) {
        return;
    }
    hardening::hide_panic_data();
    let backend = match terminal::open(true) {
        Ok(backend) => backend,
        Err(error) => {
            println!("refused: {error}");
            std::process::exit(1);
        }
    };
    let mut screen = ratatui::Terminal::new(backend).unwrap();
    let (sender, inputs) = mpsc::channel();
    screen.backend_mut().listen(Arc::new(move |input| drop(sender.send(input)))).unwrap();
    let mut say = String::from("ready");
    loop {
        // Blanked in between, so that each text is written whole (but for blanks, which are left as they are).
        screen.draw(|_| {}).unwrap();
        screen.draw(|frame| frame.render_widget(say.as_str(), frame.area())).unwrap();
        say = match inputs.recv().unwrap() {
            Input::Key(key) => match key.code {
                KeyCode::Char('q') => {
                    drop(screen);
                    std::process::exit(0);
                }
                KeyCode::Char('p') => panic!("the secret is {}", String::from("JBSWY3DP")),
                KeyCode::Char('t') => {
                    let _ = std::thread::spawn(|| panic!("the secret is {}", String::from("JBSWY3DP"))).join();
                    "thread-gone".into()
                }
                KeyCode::Char('s') => {
                    screen.draw(|frame| frame.render_widget("stuck", frame.area())).unwrap();
                    loop {
                        std::thread::park();
                    }
                }
                KeyCode::Char('z') => {
                    screen.backend_mut().suspend().unwrap();
                    screen.backend_mut().resume().unwrap();
                    screen.clear().unwrap();
                    "again".into()
                }
                KeyCode::Char(other) => format!("key-{other}"),
                other => format!("key-{other:?}"),
            },
            Input::Mouse(mouse) if matches!(mouse.kind, MouseEventKind::Down(_)) => {
                format!("click-{},{}", mouse.column, mouse.row)
            }
            Input::Mouse(_) => continue,
            Input::Paste(text) => format!("paste-{}", text.expose().len()),
            Input::Resize { columns, rows } => format!("size-{columns},{rows}"),
            Input::Resumed => {
                screen.backend_mut().resume().unwrap();
                screen.clear().unwrap();
                "again".into()
            }
            Input::Terminate(signal) => {
                drop(screen);
                std::process::exit(128 + signal);
            }
        };
    }
}

#[test]
#[ignore = "the program that other tests of this file run"]
fn a_prompt() {
    if !is_again(PROMPT) {
        return;
    }
    let prompt = TerminalPrompt;
    if !prompt.is_interactive() {
        return println!("nobody to ask");
    }
    match prompt.secret("Passphrase: ") {
        Ok(secret) => println!("{} bytes, echo again", secret.expose().len()),
        Err(error) => return println!("error: {error}"),
    }
    println!("confirmed: {}", prompt.confirm("Really?").unwrap());
    std::process::exit(0);
}
