//! Clipboard and screen capture: the order of the ways by tables and fakes, each way by the real thing where it is installed.

use crate::support::tmux::TmuxServer;
use crate::support::xvfb::{self, Xvfb};
use crate::support::{is_again, run_again, this_program, wait_until};
use countersign::ports::capture::{self, Screenshot};
use countersign::ports::clipboard::commands::Tmux;
use countersign::ports::clipboard::holder::{Holder, copy_and_hand_over};
use countersign::ports::clipboard::osc52::Osc52;
use countersign::ports::clipboard::{NotCopied, RoutedClipboard, Surroundings, Way, order};
use countersign::ports::disk::Disk;
use countersign::ports::{Clearing, Clipboard, ClipboardRoute, CopyKind, ScreenCapture, Storage};
use countersign::secret::SecretText;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

const NOWHERE: Surroundings =
    Surroundings { desktop: false, wayland: false, ssh: false, tmux: false, screen: false, wl_copy: false, terminal: false };

fn code(text: &str) -> SecretText {
    SecretText::new(text)
}

#[test]
fn the_order_of_the_ways() {
    use ClipboardRoute::{Osc52, System, Tmux, WlCopy};
    let x11 = Surroundings { desktop: true, terminal: true, ..NOWHERE };
    let wayland = Surroundings { wayland: true, wl_copy: true, ..x11 };
    let console = Surroundings { terminal: true, ..NOWHERE };
    let rows: [(&str, Surroundings, &[ClipboardRoute], &[ClipboardRoute]); 9] = [
        ("nothing at all", NOWHERE, &[], &[]),
        ("a console", console, &[Osc52], &[]),
        ("X11", x11, &[System, Osc52], &[System]),
        ("Wayland", wayland, &[System, WlCopy, Osc52], &[System, WlCopy]),
        ("Wayland without wl-copy", Surroundings { wl_copy: false, ..wayland }, &[System, Osc52], &[System]),
        ("tmux on Wayland", Surroundings { tmux: true, ..wayland }, &[System, WlCopy, Tmux, Osc52], &[System, WlCopy]),
        ("tmux on a console", Surroundings { tmux: true, ..console }, &[Tmux, Osc52], &[]),
        ("ssh with X11 forwarded", Surroundings { ssh: true, ..x11 }, &[Osc52, System], &[System]),
        ("tmux over ssh", Surroundings { ssh: true, tmux: true, ..console }, &[Tmux, Osc52], &[]),
    ];
    for (name, around, for_code, for_secret) in rows {
        assert_eq!(order(&around, CopyKind::Code), for_code, "a code: {name}");
        assert_eq!(order(&around, CopyKind::Secret), for_secret, "a secret: {name}");
    }
}

/// A clipboard that works or not, and can be looked into.
#[derive(Clone, Default)]
struct FakeWay {
    holds: Arc<Mutex<Option<String>>>,
    broken: Option<&'static str>,
    /// It takes the text, and then fails all the same.
    takes_and_fails: bool,
    /// How many questions and wishes to clear it leaves without an answer.
    deaf: Arc<Mutex<u32>>,
}

impl FakeWay {
    fn broken(why: &'static str) -> Self {
        FakeWay { broken: Some(why), ..FakeWay::default() }
    }

    fn holds(&self) -> Option<String> {
        self.holds.lock().unwrap().clone()
    }

    fn deaf_for(&self, times: u32) {
        *self.deaf.lock().unwrap() = times;
    }

    fn answers(&self) -> Result<(), String> {
        let mut deaf = self.deaf.lock().unwrap();
        match *deaf {
            0 => Ok(()),
            _ => {
                *deaf -= 1;
                Err("it does not answer".into())
            }
        }
    }

    fn put(&self, text: &str) {
        *self.holds.lock().unwrap() = Some(text.into());
    }
}

impl Way for FakeWay {
    fn copy(&mut self, text: &str) -> Result<(), NotCopied> {
        if let Some(why) = self.broken {
            return Err(why.into());
        }
        self.put(text);
        match self.takes_and_fails {
            true => Err(NotCopied { why: "it stopped answering".into(), may_hold_it: true }),
            false => Ok(()),
        }
    }

    fn text(&mut self) -> Result<Option<SecretText>, String> {
        self.answers().map(|()| self.holds().map(SecretText::new))
    }

    fn clear(&mut self) -> Result<(), String> {
        self.answers()?;
        *self.holds.lock().unwrap() = None;
        Ok(())
    }
}

/// A clipboard on Wayland, inside tmux, with a terminal.
fn everywhere(system: &FakeWay, wl_copy: &FakeWay, tmux: &FakeWay, osc52: &FakeWay) -> RoutedClipboard {
    let around = Surroundings { desktop: true, wayland: true, wl_copy: true, tmux: true, terminal: true, ..NOWHERE };
    let ways: Vec<(ClipboardRoute, Box<dyn Way>)> = vec![
        (ClipboardRoute::System, Box::new(system.clone())),
        (ClipboardRoute::WlCopy, Box::new(wl_copy.clone())),
        (ClipboardRoute::Tmux, Box::new(tmux.clone())),
        (ClipboardRoute::Osc52, Box::new(osc52.clone())),
    ];
    RoutedClipboard::with(around, ways)
}

#[test]
fn the_first_way_that_works_is_taken() {
    let (good, bad) = (FakeWay::default(), FakeWay::broken("it is out of order"));
    let mut clipboard = everywhere(&bad, &bad, &good, &FakeWay::default());
    assert_eq!(clipboard.copy(&code("492039"), CopyKind::Code), Ok(ClipboardRoute::Tmux));
    assert_eq!(good.holds().as_deref(), Some("492039"));
}

#[test]
fn a_secret_never_goes_through_a_terminal() {
    let (tmux, osc52, bad) = (FakeWay::default(), FakeWay::default(), FakeWay::broken("it is out of order"));
    let mut clipboard = everywhere(&bad, &bad, &tmux, &osc52);
    let result = clipboard.copy(&code("JBSWY3DPEHPK3PXP"), CopyKind::Secret);
    assert_eq!(result, Err("no clipboard could be reached: it is out of order; it is out of order".into()));
    assert_eq!((tmux.holds(), osc52.holds()), (None, None));
}

#[test]
fn no_clipboard_is_said_plainly() {
    let mut clipboard = RoutedClipboard::with(NOWHERE, Vec::new());
    assert_eq!(clipboard.copy(&code("1"), CopyKind::Code), Err("no clipboard was found".into()));
    let secret = clipboard.copy(&code("1"), CopyKind::Secret);
    assert_eq!(secret, Err("no clipboard was found that is safe for a secret".into()));
    assert_eq!(clipboard.clear_if_ours(), Clearing::NotOurs);
}

#[test]
fn only_what_is_still_ours_is_cleared_and_only_once() {
    let way = FakeWay::default();
    let mut clipboard = everywhere(&way, &way, &way, &way);
    way.put("a shopping list");
    assert_eq!(clipboard.clear_if_ours(), Clearing::NotOurs);
    clipboard.copy(&code("492039"), CopyKind::Code).unwrap();
    assert_eq!(clipboard.clear_if_ours(), Clearing::Cleared(ClipboardRoute::System));
    assert_eq!(way.holds(), None);
    clipboard.copy(&code("492039"), CopyKind::Code).unwrap();
    way.put("a shopping list");
    assert_eq!(clipboard.clear_if_ours(), Clearing::NotOurs);
    way.put("492039");
    assert_eq!(clipboard.clear_if_ours(), Clearing::NotOurs, "the copy of another time is not ours any more");
    assert_eq!(way.holds().as_deref(), Some("492039"));
}

#[test]
fn a_clipboard_that_does_not_answer_is_asked_again_until_the_code_is_gone() {
    let way = FakeWay::default();
    let mut clipboard = everywhere(&way, &way, &way, &way);
    clipboard.copy(&code("492039"), CopyKind::Code).unwrap();
    way.deaf_for(2);
    assert_eq!(clipboard.clear_if_ours(), Clearing::Failed);
    assert_eq!(clipboard.clear_if_ours(), Clearing::Failed);
    assert_eq!(way.holds().as_deref(), Some("492039"));
    assert_eq!(clipboard.clear_if_ours(), Clearing::Cleared(ClipboardRoute::System));
    assert_eq!((way.holds(), clipboard.clear_if_ours()), (None, Clearing::NotOurs));
}

#[test]
fn a_clipboard_that_did_not_answer_is_left_when_it_holds_something_else_by_then() {
    let way = FakeWay::default();
    let mut clipboard = everywhere(&way, &way, &way, &way);
    clipboard.copy(&code("492039"), CopyKind::Code).unwrap();
    way.deaf_for(1);
    assert_eq!(clipboard.clear_if_ours(), Clearing::Failed);
    way.put("a shopping list");
    assert_eq!(clipboard.clear_if_ours(), Clearing::NotOurs);
    way.put("492039");
    drop(clipboard);
    assert_eq!(way.holds().as_deref(), Some("492039"), "nothing was ours any more");
}

#[test]
fn a_copy_that_was_made_and_then_failed_is_cleared() {
    let half = FakeWay { takes_and_fails: true, ..FakeWay::default() };
    let bad = FakeWay::broken("it is out of order");
    let mut clipboard = everywhere(&half, &bad, &bad, &bad);
    let result = clipboard.copy(&code("492039"), CopyKind::Secret);
    assert_eq!(result, Err("no clipboard could be reached: it stopped answering; it is out of order".into()));
    assert_eq!(half.holds(), None);

    // The same, and another way worked: the code lies where it was said to, and nowhere else.
    let good = FakeWay::default();
    let mut clipboard = everywhere(&half, &good, &bad, &bad);
    assert_eq!(clipboard.copy(&code("118204"), CopyKind::Code), Ok(ClipboardRoute::WlCopy));
    assert_eq!((half.holds(), good.holds().as_deref()), (None, Some("118204")));

    // The same, and it can't be cleared yet either: it is when the program ends.
    let mut clipboard = everywhere(&half, &bad, &bad, &bad);
    half.deaf_for(1);
    clipboard.copy(&code("492039"), CopyKind::Code).unwrap_err();
    assert_eq!(half.holds().as_deref(), Some("492039"));
    drop(clipboard);
    assert_eq!(half.holds(), None);
}

#[test]
fn a_copy_that_failed_leaves_what_was_copied_before_until_its_time() {
    let way = FakeWay::default();
    let mut clipboard = everywhere(&way, &way, &way, &way);
    clipboard.copy(&code("492039"), CopyKind::Code).unwrap();
    let mut other = everywhere(&FakeWay::broken("no"), &way, &way, &way);
    other.copy(&code("118204"), CopyKind::Secret).unwrap();
    assert_eq!(clipboard.clear_if_ours(), Clearing::NotOurs, "by then it is another's");
    assert_eq!(other.clear_if_ours(), Clearing::Cleared(ClipboardRoute::WlCopy));
}

#[test]
fn of_each_way_is_said_what_becomes_of_the_copy() {
    use ClipboardRoute::{Osc52, System, Tmux, WlCopy};
    let fates = [
        (System, 30, "clipboard clears in 30 s"),
        (WlCopy, 30, "clipboard clears in 30 s"),
        (System, 0, ""),
        (Tmux, 30, "through tmux, cleared there in 30 s; the terminal may keep it"),
        (Tmux, 0, "through tmux"),
        (Osc52, 30, "through the terminal; it can't be cleared from here"),
    ];
    for (route, seconds, fate) in fates {
        assert_eq!(route.fate(seconds), fate, "{route:?}");
    }
}

#[test]
fn a_pipe_nobody_writes_to_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let refused = |path: &std::path::Path| Disk.read(path, 100).unwrap_err().to_string();
    assert_eq!(refused(&pipe), "it is not a regular file");
    assert_eq!(refused("/dev/zero".as_ref()), "it is not a regular file");
    assert_eq!(Disk.read(folder.path(), 100).unwrap_err().kind(), io::ErrorKind::IsADirectory);
    // What a person names on the command line may be a pipe: someone does write to it.
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, "one two three")
    });
    assert_eq!(Disk.read_stream(&pipe, 100).unwrap(), b"one two three");
    writer.join().unwrap().unwrap();
}

#[test]
fn dropping_the_clipboard_clears_what_is_ours() {
    let way = FakeWay::default();
    everywhere(&way, &way, &way, &way).copy(&code("492039"), CopyKind::Code).unwrap();
    assert_eq!(way.holds(), None);
}

/// A terminal that remembers each flush.
#[derive(Clone, Default)]
struct FakeTerminal(Arc<Mutex<Writes>>);

#[derive(Default)]
struct Writes {
    pending: Vec<u8>,
    flushed: Vec<Vec<u8>>,
}

impl FakeTerminal {
    fn flushed(&self) -> Vec<String> {
        self.0.lock().unwrap().flushed.iter().map(|bytes| String::from_utf8(bytes.clone()).unwrap()).collect()
    }
}

impl Write for FakeTerminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().pending.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        let bytes = std::mem::take(&mut state.pending);
        state.flushed.push(bytes);
        Ok(())
    }
}

#[test]
fn osc_52_writes_one_sequence_and_can_not_clear() {
    let terminal = FakeTerminal::default();
    let around = Surroundings { ssh: true, terminal: true, ..NOWHERE };
    let way: Box<dyn Way> = Box::new(Osc52::new(Box::new(terminal.clone()), false));
    let mut clipboard = RoutedClipboard::with(around, vec![(ClipboardRoute::Osc52, way)]);
    assert_eq!(clipboard.copy(&code("492039"), CopyKind::Code), Ok(ClipboardRoute::Osc52));
    assert_eq!(clipboard.clear_if_ours(), Clearing::NotOurs);
    drop(clipboard);
    assert_eq!(terminal.flushed(), ["\x1b]52;c;NDkyMDM5\x07"]);
}

#[test]
fn inside_gnu_screen_osc_52_is_wrapped() {
    let terminal = FakeTerminal::default();
    Osc52::new(Box::new(terminal.clone()), true).copy("492039").unwrap();
    assert_eq!(terminal.flushed(), ["\x1bP\x1b]52;c;NDkyMDM5\x07\x1b\\"]);
}

#[test]
fn over_ssh_a_one_shot_copy_goes_to_the_terminal() {
    let terminal = FakeTerminal::default();
    let around = Surroundings { ssh: true, desktop: true, terminal: true, ..NOWHERE };
    let nobody = Holder { program: "/nonexistent".into(), environment: Vec::new() };
    let route = copy_and_hand_over(&code("492039"), 30, &around, Some(Box::new(terminal.clone())), &nobody);
    assert_eq!(route, Ok(ClipboardRoute::Osc52));
    assert_eq!(terminal.flushed(), ["\x1b]52;c;NDkyMDM5\x07"]);
}

#[test]
fn a_one_shot_copy_without_any_clipboard_says_so() {
    let nobody = Holder { program: "/nonexistent".into(), environment: Vec::new() };
    let none = copy_and_hand_over(&code("492039"), 30, &NOWHERE, None, &nobody);
    assert_eq!(none, Err("no clipboard was found".into()));
}

/// A clipboard as a program inside this tmux has it.
fn clipboard_inside(tmux: &TmuxServer) -> RoutedClipboard {
    let way: Box<dyn Way> = Box::new(Tmux { server: Some(format!("{},1,0", tmux.socket())) });
    RoutedClipboard::with(Surroundings { tmux: true, ..NOWHERE }, vec![(ClipboardRoute::Tmux, way)])
}

#[test]
fn inside_tmux_a_buffer_of_our_own_is_loaded_and_deleted() {
    let Some(tmux) = TmuxServer::start("cat") else { return };
    tmux.run(&["set-buffer", "-b", "theirs", "a shopping list"]);
    let mut clipboard = clipboard_inside(&tmux);
    assert_eq!(clipboard.copy(&code("492039"), CopyKind::Code), Ok(ClipboardRoute::Tmux));
    assert_eq!(tmux.run(&["show-buffer", "-b", "countersign"]), (true, "492039".into()));
    assert_eq!(clipboard.clear_if_ours(), Clearing::Cleared(ClipboardRoute::Tmux));
    let (_, buffers) = tmux.run(&["list-buffers", "-F", "#{buffer_name} #{buffer_sample}"]);
    assert_eq!(buffers, "theirs a shopping list\n");
}

#[test]
fn a_tmux_buffer_that_someone_changed_is_left() {
    let Some(tmux) = TmuxServer::start("cat") else { return };
    let mut clipboard = clipboard_inside(&tmux);
    clipboard.copy(&code("492039"), CopyKind::Code).unwrap();
    tmux.run(&["set-buffer", "-b", "countersign", "a shopping list"]);
    assert_eq!(clipboard.clear_if_ours(), Clearing::NotOurs);
    assert_eq!(tmux.run(&["show-buffer", "-b", "countersign"]), (true, "a shopping list".into()));
}

#[test]
fn a_tmux_that_is_gone_is_an_error_with_its_name() {
    let Some(tmux) = TmuxServer::start("cat") else { return };
    let mut clipboard = clipboard_inside(&tmux);
    tmux.run(&["kill-server"]);
    let result = clipboard.copy(&code("492039"), CopyKind::Code);
    let error = result.unwrap_err();
    assert!(error.starts_with("no clipboard could be reached: ") && error.ends_with("tmux failed"), "{error}");
}

#[test]
fn where_arboard_fails_wl_copy_is_used_of_any_version() {
    const NAME: &str = "ports::where_arboard_fails_wl_copy_is_used_of_any_version";
    if is_again(NAME) {
        let mut clipboard = RoutedClipboard::new(None);
        let holds = || std::fs::read_to_string(std::env::var("HELD").unwrap()).ok();
        assert_eq!(clipboard.copy(&code("492039"), CopyKind::Secret), Ok(ClipboardRoute::WlCopy));
        assert_eq!(holds().as_deref(), Some("492039"));
        assert_eq!(clipboard.clear_if_ours(), Clearing::Cleared(ClipboardRoute::WlCopy));
        assert_eq!(holds(), None);
        clipboard.copy(&code("492039"), CopyKind::Code).unwrap();
        std::fs::write(std::env::var("HELD").unwrap(), "a shopping list").unwrap();
        assert_eq!(clipboard.clear_if_ours(), Clearing::NotOurs);
        assert_eq!(holds().as_deref(), Some("a shopping list"));
        return;
    }
    // What wl-clipboard does, but into a file; the old one knows no --sensitive.
    let old = "case $* in *--sensitive*) exit 1;; --clear) rm $HELD;; '--type text/plain') cat >$HELD;; *) exit 2;; esac";
    let new = "case $* in --clear) rm $HELD;; '--type text/plain --sensitive') cat >$HELD;; *) exit 2;; esac";
    for wl_copy in [old, new] {
        let folder = tempfile::tempdir().unwrap();
        let script = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        };
        script("wl-copy", wl_copy);
        script("wl-paste", "cat $HELD");
        let mut command = Command::new(this_program());
        for other in ["DISPLAY", "SSH_TTY", "SSH_CONNECTION", "TMUX"] {
            command.env_remove(other);
        }
        command.env("WAYLAND_DISPLAY", "countersign-nowhere").env("HELD", folder.path().join("held"));
        command.env("PATH", format!("{}:/usr/bin:/bin", folder.path().display()));
        run_again(command, NAME);
    }
}

#[test]
fn on_x11_other_programs_paste_what_was_copied_until_it_is_cleared() {
    xvfb::inside("ports::on_x11_other_programs_paste_what_was_copied_until_it_is_cleared", &["xclip"], |x| {
        let mut clipboard = RoutedClipboard::new(None);
        assert_eq!(clipboard.copy(&code("492039"), CopyKind::Code), Ok(ClipboardRoute::System));
        assert_eq!(x.paste().as_deref(), Some("492039"));
        assert_eq!(x.paste_as("x-kde-passwordManagerHint").as_deref(), Some("secret"), "history managers are told");
        assert_eq!(clipboard.copy(&code("118204"), CopyKind::Secret), Ok(ClipboardRoute::System));
        assert_eq!(x.paste().as_deref(), Some("118204"));
        assert_eq!(clipboard.clear_if_ours(), Clearing::Cleared(ClipboardRoute::System));
        assert_eq!(x.paste(), None);
    });
}

#[test]
fn on_x11_what_another_program_copied_is_left() {
    xvfb::inside("ports::on_x11_what_another_program_copied_is_left", &["xclip"], |x| {
        let mut clipboard = RoutedClipboard::new(None);
        clipboard.copy(&code("492039"), CopyKind::Code).unwrap();
        x.copy("a shopping list");
        assert_eq!(clipboard.clear_if_ours(), Clearing::NotOurs);
        drop(clipboard);
        assert_eq!(x.paste().as_deref(), Some("a shopping list"));
    });
}

/// The start of a picture of 20,000 × 20,000 pixels of one bit: small as a file, 1.6 GB when drawn.
fn huge_png() -> Vec<u8> {
    let mut small = Vec::new();
    image::GrayImage::new(1, 1).write_to(&mut io::Cursor::new(&mut small), image::ImageFormat::Png).unwrap();
    let mut header = b"IHDR".to_vec();
    header.extend(20_000u32.to_be_bytes());
    header.extend(20_000u32.to_be_bytes());
    header.extend([1, 0, 0, 0, 0]);
    let crc = !header.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    });
    let mut png = small[..12].to_vec();
    png.extend(header);
    png.extend(crc.to_be_bytes());
    png.extend(&small[33..]);
    png
}

#[test]
fn on_x11_a_picture_is_read_from_the_clipboard() {
    xvfb::inside("ports::on_x11_a_picture_is_read_from_the_clipboard", &["xclip"], |x| {
        let mut clipboard = RoutedClipboard::new(None);
        assert_eq!(clipboard.picture().err().as_deref(), Some("there is no picture in the clipboard"));
        let picture = image::RgbaImage::from_fn(7, 5, |x, y| image::Rgba([x as u8 * 30, y as u8 * 40, 200, 255]));
        let mut png = Vec::new();
        picture.write_to(&mut io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
        x.copy_as("image/png", &png);
        let found = clipboard.picture().unwrap();
        assert_eq!((found.width, found.height), (7, 5));
        assert!(found.rgba == picture.into_raw());
        x.copy_as("image/png", &huge_png());
        assert_eq!(
            clipboard.picture().err().as_deref(),
            Some("can't read the picture: it has 20000 × 20000 pixels, and at most 64 million are taken")
        );
        x.copy_as("image/png", b"no picture at all");
        assert_eq!(clipboard.picture().err().as_deref(), Some("this is no PNG, JPEG, WebP, GIF or BMP picture"));
    });
}

#[test]
fn without_a_display_the_desktop_does_not_answer() {
    let nobody = Holder {
        program: env!("CARGO_BIN_EXE_countersign").into(),
        environment: [("DISPLAY", ":9999"), ("WAYLAND_DISPLAY", ""), ("TMUX", ""), ("SSH_TTY", ""), ("SSH_CONNECTION", "")]
            .map(|(name, value)| (name.into(), value.into()))
            .to_vec(),
    };
    let around = Surroundings { desktop: true, ..NOWHERE };
    let result = copy_and_hand_over(&code("492039"), 30, &around, None, &nobody);
    assert_eq!(result, Err("no clipboard could be reached: the desktop's clipboard does not answer".into()));
}

/// The program under test as the holder, on this display.
fn holder(x: &Xvfb) -> Holder {
    let environment =
        [("DISPLAY", x.display.as_str()), ("WAYLAND_DISPLAY", ""), ("TMUX", ""), ("SSH_TTY", ""), ("SSH_CONNECTION", "")];
    Holder {
        program: env!("CARGO_BIN_EXE_countersign").into(),
        environment: environment.map(|(name, value)| (name.into(), value.into())).to_vec(),
    }
}

/// How many holders live on this display.
fn holders(x: &Xvfb) -> usize {
    let ours = format!("\0DISPLAY={}\0", x.display);
    let processes = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let holds = |path: &std::path::PathBuf| {
        let read = |name: &str| String::from_utf8_lossy(&std::fs::read(path.join(name)).unwrap_or_default()).into_owned();
        read("cmdline").contains("\0__hold-clipboard\0") && format!("\0{}", read("environ")).contains(&ours)
    };
    processes.filter(holds).count()
}

fn hand_over(x: &Xvfb, seconds: u64) {
    let around = Surroundings { desktop: true, ..NOWHERE };
    let route = copy_and_hand_over(&code("492039"), seconds, &around, None, &holder(x));
    assert_eq!(route, Ok(ClipboardRoute::System));
}

#[test]
fn the_holder_outlives_the_command_and_does_not_keep_its_output_open() {
    const NAME: &str = "ports::the_holder_outlives_the_command_and_does_not_keep_its_output_open";
    // The end of the command's output is awaited here, as `$(…)` does; a holder that kept it open would let it last 60 s.
    let Some(x) = (if is_again(NAME) { Some(Xvfb::here()) } else { Xvfb::start(&["xclip"]) }) else { return };
    if is_again(NAME) {
        return hand_over(&x, 60);
    }
    x.run_inside(NAME);
    assert_eq!(holders(&x), 1);
    assert_eq!(x.paste().as_deref(), Some("492039"));
    assert_eq!(x.paste_as("x-kde-passwordManagerHint").as_deref(), Some("secret"));
    x.copy("a shopping list");
    wait_until("the holder has ended", || holders(&x) == 0);
    assert_eq!(x.paste().as_deref(), Some("a shopping list"));
}

#[test]
fn the_holder_clears_when_its_time_is_over() {
    let Some(x) = Xvfb::start(&["xclip"]) else { return };
    hand_over(&x, 1);
    assert_eq!(x.paste().as_deref(), Some("492039"));
    wait_until("the holder has ended", || holders(&x) == 0);
    assert_eq!(x.paste(), None);
}

#[test]
fn a_second_holder_relieves_the_first() {
    let Some(x) = Xvfb::start(&["xclip"]) else { return };
    hand_over(&x, 60);
    hand_over(&x, 0);
    wait_until("the first one has ended", || holders(&x) == 1);
    assert_eq!(x.paste().as_deref(), Some("492039"));
    x.copy("a shopping list");
    wait_until("the holder has ended", || holders(&x) == 0);
}

#[test]
fn a_holder_called_wrongly_ends_at_once() {
    for arguments in [&["__hold-clipboard"][..], &["__hold-clipboard", "soon"], &["__hold-clipboard", "5"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b""[..], &b""[..]), "{arguments:?}");
    }
}

#[test]
fn the_order_of_the_ways_to_the_screen() {
    use capture::{Surroundings, Way, order};
    let words = |text: &str| text.split(' ').map(String::from).collect::<Vec<_>>();
    let x11 = Surroundings { x11: true, ..Surroundings::default() };
    let wayland = Surroundings { wayland: true, installed: vec!["grim", "spectacle"], ..Surroundings::default() };
    let spectacle = Way::Writes(words("spectacle -b -n -o"));
    let rows = [
        (Surroundings::default(), vec![]),
        (x11.clone(), vec![Way::X11]),
        (wayland.clone(), vec![Way::Prints(words("grim -t png -")), spectacle.clone()]),
        (Surroundings { x11: true, wayland: false, ..wayland }, vec![Way::X11, spectacle]),
        (Surroundings { command: Some(words("shot --all")), ..x11 }, vec![Way::Writes(words("shot --all")), Way::X11]),
        (Surroundings { command: Some(vec![]), ..Surroundings::default() }, vec![]),
    ];
    for (around, ways) in rows {
        assert_eq!(order(&around), ways, "{around:?}");
    }
}

#[test]
fn without_a_way_to_the_screen_the_error_says_what_to_do() {
    let error = Screenshot::new(capture::Surroundings::default()).capture().err().unwrap();
    assert_eq!(
        error,
        "no way to take a picture of the screen was found (install grim, spectacle or gnome-screenshot, or set screenshot_command)"
    );
}

/// A screenshot program: a shell script with the file's name as `$1`.
fn capture_with(script: &str) -> Result<countersign::ports::Picture, String> {
    let command = Some(vec!["sh".into(), "-c".into(), script.into(), "shot".into()]);
    Screenshot::new(capture::Surroundings { command, ..capture::Surroundings::default() }).capture()
}

#[test]
fn a_screenshot_program_writes_into_a_folder_that_only_we_can_open() {
    let folder = tempfile::tempdir().unwrap();
    let (png, seen) = (folder.path().join("screen.png"), folder.path().join("seen"));
    image::RgbImage::from_pixel(3, 2, image::Rgb([1, 2, 3])).save(&png).unwrap();
    let picture = capture_with(&format!("cp {} \"$1\" && dirname \"$1\" >{}", png.display(), seen.display())).unwrap();
    assert_eq!((picture.width, picture.height, &picture.rgba[..4]), (3, 2, &[1, 2, 3, 255][..]));
    let used = std::fs::read_to_string(&seen).unwrap();
    assert!(!std::path::Path::new(used.trim_end()).exists(), "{used} is gone");
    let mode = folder.path().join("mode");
    let _ = capture_with(&format!("stat -c %a \"$(dirname \"$1\")\" >{}", mode.display()));
    assert_eq!(std::fs::read_to_string(&mode).unwrap(), "700\n");
}

#[test]
fn a_screenshot_program_that_fails_gives_one_sentence() {
    let cases = [
        ("exit 3", "the screen can't be captured: sh failed"),
        ("true", "the screen can't be captured: sh wrote no picture"),
        ("echo no picture >\"$1\"", "the screen can't be captured: this is no PNG, JPEG, WebP, GIF or BMP picture"),
        (": >\"$1\"", "the screen can't be captured: this is no PNG, JPEG, WebP, GIF or BMP picture"),
    ];
    for (script, sentence) in cases {
        assert_eq!(capture_with(script).err().as_deref(), Some(sentence), "{script}");
    }
    let command = Some(vec!["/nonexistent/shot".into()]);
    let around = capture::Surroundings { command, ..capture::Surroundings::default() };
    let error = Screenshot::new(around).capture().err().unwrap();
    assert!(error.starts_with("the screen can't be captured: /nonexistent/shot can't be started: "), "{error}");
}

#[test]
fn a_picture_too_large_to_look_at_is_refused_before_memory_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("huge.bmp");
    // The head of a bitmap of 60,000 × 60,000 pixels.
    let mut head = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    head.extend(60_000u32.to_le_bytes());
    head.extend(60_000u32.to_le_bytes());
    head.extend([1, 0, 24, 0]);
    head.resize(54, 0);
    std::fs::write(&file, head).unwrap();
    let error = capture_with(&format!("cp {} \"$1\"", file.display())).err().unwrap();
    assert_eq!(
        error,
        "the screen can't be captured: can't read the picture: it has 60000 × 60000 pixels, and at most 64 million are taken"
    );
}

#[test]
fn the_screen_of_an_x_server_is_captured_in_its_colours() {
    xvfb::inside("ports::the_screen_of_an_x_server_is_captured_in_its_colours", &[], |_| {
        use x11rb::connection::Connection;
        use x11rb::protocol::xproto::{ConnectionExt, CreateGCAux, Rectangle};
        let (connection, number) = x11rb::connect(None).unwrap();
        let root = connection.setup().roots[number].root;
        for (place, colour) in [(0, 0xff0000), (10, 0x00ff00), (20, 0x0000ff), (30, 0x123456)] {
            let pen = connection.generate_id().unwrap();
            connection.create_gc(pen, root, &CreateGCAux::new().foreground(colour)).unwrap();
            let area = Rectangle { x: place, y: place, width: 10, height: 10 };
            connection.poly_fill_rectangle(root, pen, &[area]).unwrap().check().unwrap();
        }
        let around = capture::Surroundings::of_this_process(None);
        assert!(around.x11);
        let picture = Screenshot::new(around).capture().unwrap();
        assert_eq!((picture.width, picture.height), (640, 480));
        let pixel = |x: usize, y: usize| &picture.rgba[(y * 640 + x) * 4..][..4];
        assert_eq!(pixel(5, 5), [255, 0, 0, 255]);
        assert_eq!(pixel(15, 15), [0, 255, 0, 255]);
        assert_eq!(pixel(25, 25), [0, 0, 255, 255]);
        assert_eq!(pixel(39, 39), [0x12, 0x34, 0x56, 255]);
        assert_eq!(pixel(639, 479), [0, 0, 0, 255]);
    });
}
