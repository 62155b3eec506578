//! A picture of the whole screen: from the X server itself, or from whichever screenshot program is there.

use super::{Picture, ScreenCapture, program};
use crate::pixels;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt, ImageFormat, ImageOrder, Screen, Visualtype};

/// How long a screenshot program may take; some ask the user first.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the environment tells of the ways to a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// An X server that shows the screen itself, not one inside a Wayland session.
    pub x11: bool,
    pub wayland: bool,
    /// The program and arguments the user has set, if any.
    pub command: Option<Vec<String>>,
    /// Of the known screenshot programs, those on PATH.
    pub installed: Vec<&'static str>,
}

impl Surroundings {
    pub fn of_this_process(command: Option<Vec<String>>) -> Self {
        let wayland = program::is_set("WAYLAND_DISPLAY");
        let installed = PROGRAMS.iter().map(|known| known.name).filter(|name| program::on_path(name).is_some()).collect();
        Surroundings { x11: program::is_set("DISPLAY") && !wayland, wayland, command, installed }
    }
}

/// One way to a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    X11,
    /// A program that prints a PNG.
    Prints(Vec<String>),
    /// A program that writes a PNG to the file named after these arguments.
    Writes(Vec<String>),
}

struct Known {
    name: &'static str,
    arguments: &'static [&'static str],
    prints: bool,
    wayland_only: bool,
}

const PROGRAMS: [Known; 4] = [
    Known { name: "grim", arguments: &["-t", "png", "-"], prints: true, wayland_only: true },
    Known { name: "spectacle", arguments: &["-b", "-n", "-o"], prints: false, wayland_only: false },
    Known { name: "gnome-screenshot", arguments: &["-f"], prints: false, wayland_only: false },
    Known { name: "screencapture", arguments: &["-x"], prints: false, wayland_only: false },
];

/// The ways worth trying, best first: what the user has set goes before what we would choose.
pub fn order(around: &Surroundings) -> Vec<Way> {
    let mut ways = Vec::new();
    ways.extend(around.command.clone().filter(|command| !command.is_empty()).map(Way::Writes));
    if around.x11 {
        ways.push(Way::X11);
    }
    for known in &PROGRAMS {
        if around.installed.contains(&known.name) && (around.wayland || !known.wayland_only) {
            let command = [&[known.name], known.arguments].concat().iter().map(|word| word.to_string()).collect();
            ways.push(if known.prints { Way::Prints(command) } else { Way::Writes(command) });
        }
    }
    ways
}

/// The screen as this process's environment reaches it.
pub struct Screenshot {
    around: Surroundings,
}

impl Screenshot {
    pub fn new(around: Surroundings) -> Self {
        Screenshot { around }
    }
}

impl ScreenCapture for Screenshot {
    fn capture(&mut self) -> Result<Picture, String> {
        let mut why = Vec::new();
        for way in order(&self.around) {
            let picture = match &way {
                Way::X11 => from_x11(),
                Way::Prints(command) => printed_by(command).and_then(|png| decoded(&png)),
                Way::Writes(command) => written_by(command).and_then(|png| decoded(&png)),
            };
            match picture {
                Ok(picture) => return Ok(picture),
                Err(error) => why.push(error),
            }
        }
        if why.is_empty() {
            return Err("no way to take a picture of the screen was found (install grim, spectacle or gnome-screenshot, or \
                        set screenshot_command)"
                .into());
        }
        Err(format!("the screen can't be captured: {}", why.join("; ")))
    }
}

fn decoded(png: &[u8]) -> Result<Picture, String> {
    pixels::decode(png).map_err(|error| error.what)
}

fn started(command: &[String]) -> Result<Command, String> {
    let (name, arguments) = command.split_first().ok_or("the screenshot command is empty")?;
    let mut command = Command::new(name);
    command.args(arguments);
    Ok(command)
}

fn printed_by(command: &[String]) -> Result<Vec<u8>, String> {
    Ok(program::run(&mut started(command)?, b"", pixels::MAX_FILE, PATIENCE)?)
}

fn written_by(command: &[String]) -> Result<Vec<u8>, String> {
    let folder = PrivateFolder::new().map_err(|error| format!("no private folder can be made: {error}"))?;
    let file = folder.0.join("screen.png");
    program::run(started(command)?.arg(&file), b"", 0, PATIENCE)?;
    let read = |file: &Path| {
        let mut bytes = Vec::new();
        File::open(file)?.take(pixels::MAX_FILE + 1).read_to_end(&mut bytes)?;
        io::Result::Ok(bytes)
    };
    match read(&file) {
        Ok(bytes) if bytes.len() as u64 > pixels::MAX_FILE => Err(format!("{} wrote too large a file", command[0])),
        Ok(bytes) => Ok(bytes),
        Err(_) => Err(format!("{} wrote no picture", command[0])),
    }
}

/// A folder only we can look into, gone with all in it when dropped: what the program writes there may show secrets.
struct PrivateFolder(PathBuf);

impl PrivateFolder {
    fn new() -> io::Result<Self> {
        let parent = match std::env::var_os("XDG_RUNTIME_DIR") {
            Some(folder) if !folder.is_empty() => PathBuf::from(folder),
            _ => std::env::temp_dir(),
        };
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let path = parent.join(format!("countersign-{:016x}", u64::from_ne_bytes(random)));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(PrivateFolder(path))
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn from_x11() -> Result<Picture, String> {
    let no_answer = |_| String::from("the X server does not answer");
    let (connection, number) = x11rb::connect(None).map_err(no_answer)?;
    let screen = connection.setup().roots.get(number).ok_or("the X server has no screen")?;
    let (width, height) = (screen.width_in_pixels, screen.height_in_pixels);
    pixels::check_size(width.into(), height.into()).map_err(|error| error.what)?;
    let refused = "the X server gives no picture of the screen";
    let image = connection
        .get_image(ImageFormat::Z_PIXMAP, screen.root, 0, 0, width, height, !0)
        .map_err(|_| refused)?
        .reply()
        .map_err(|_| refused)?;
    let format = connection.setup().pixmap_formats.iter().find(|format| format.depth == image.depth);
    let format = format.ok_or("the X server's pictures have an unknown form")?;
    let layout = Layout {
        bytes_per_pixel: usize::from(format.bits_per_pixel) / 8,
        bytes_per_row: (usize::from(width) * usize::from(format.bits_per_pixel)).next_multiple_of(format.scanline_pad.into()) / 8,
        low_byte_first: connection.setup().image_byte_order == ImageOrder::LSB_FIRST,
        visual: visual_of(screen).ok_or("the X server's colours have an unknown form")?,
    };
    let rgba = layout.rgba(&image.data, width.into(), height.into()).ok_or("the X server's picture is cut short")?;
    Ok(Picture { width: width.into(), height: height.into(), rgba })
}

fn visual_of(screen: &Screen) -> Option<Visualtype> {
    screen.allowed_depths.iter().flat_map(|depth| &depth.visuals).find(|visual| visual.visual_id == screen.root_visual).copied()
}

/// How the X server lays out pixels.
struct Layout {
    bytes_per_pixel: usize,
    bytes_per_row: usize,
    low_byte_first: bool,
    visual: Visualtype,
}

impl Layout {
    fn rgba(&self, data: &[u8], width: usize, height: usize) -> Option<Vec<u8>> {
        if !(2..=4).contains(&self.bytes_per_pixel) {
            return None;
        }
        let masks = [self.visual.red_mask, self.visual.green_mask, self.visual.blue_mask];
        let mut rgba = Vec::with_capacity(width * height * 4);
        for row in 0..height {
            let row = data.get(row * self.bytes_per_row..)?.get(..width * self.bytes_per_pixel)?;
            for bytes in row.chunks_exact(self.bytes_per_pixel) {
                let join = |pixel: u32, &byte: &u8| pixel << 8 | u32::from(byte);
                let pixel = if self.low_byte_first { bytes.iter().rev().fold(0, join) } else { bytes.iter().fold(0, join) };
                rgba.extend(masks.map(|mask| channel(pixel, mask)));
                rgba.push(255);
            }
        }
        Some(rgba)
    }
}

/// One colour of a pixel, stretched to 8 bits.
fn channel(pixel: u32, mask: u32) -> u8 {
    if mask == 0 {
        return 0;
    }
    let shift = mask.trailing_zeros();
    let (value, most) = (u64::from((pixel & mask) >> shift), u64::from(mask >> shift));
    (value * 255 / most) as u8
}
