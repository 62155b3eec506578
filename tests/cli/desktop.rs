//! On a display of the test's own: codes into its clipboard, accounts out of its clipboard and from its screen.

use crate::place::{Place, finish};
use crate::support::drawing;
use crate::support::wait_until;
use crate::support::xvfb::Xvfb;
use std::io::Cursor;

/// The secret of RFC 4226 and its first code, which holds for over a century.
const LINK: &str =
    "otpauth://totp/Forge:hugo%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Forge&period=4000000000";

fn on(x: &Xvfb, place: &Place, arguments: &[&str]) -> std::process::Command {
    let mut command = place.command(arguments);
    command.env("DISPLAY", &x.display).env("PATH", std::env::var_os("PATH").unwrap());
    command
}

#[test]
fn a_copied_code_outlives_the_command_and_goes_when_its_time_is_over() {
    let Some(x) = Xvfb::start(&["xclip"]) else { return };
    let place = Place::new();
    place.add(LINK);
    std::fs::create_dir_all(place.path("config/countersign")).unwrap();
    place.file("config/countersign/config.toml", "clipboard_clear_s = 3\n");
    let ran = finish(on(&x, &place, &["code", "forge", "--copy"]), b"").done();
    assert_eq!(ran.text(), "", "the code is not printed besides");
    assert!(ran.stderr.starts_with("Copied Forge (hugo@example.org) · valid "), "{}", ran.stderr);
    assert!(ran.stderr.ends_with(" · clipboard clears in 3 s\n"), "{}", ran.stderr);
    assert_eq!(x.paste().as_deref(), Some("755224"));
    wait_until("the clipboard is cleared", || x.paste().is_none());
}

#[test]
fn without_a_clipboard_the_code_is_not_said_to_be_copied() {
    let place = Place::new();
    place.add(LINK);
    let ran = place.run(&["code", "forge", "--copy"]);
    assert_eq!(ran.status, Some(1));
    assert_eq!(ran.stderr, "countersign: the code was not copied: no clipboard was found\nhint: without --copy it is printed\n");
}

#[test]
fn the_picture_in_the_clipboard_is_added() {
    let Some(x) = Xvfb::start(&["xclip"]) else { return };
    let place = Place::new();
    let ran = finish(on(&x, &place, &["add", "--clipboard"]), b"");
    assert_eq!((ran.status, ran.stderr.lines().next()), (Some(1), Some("countersign: there is no picture in the clipboard")));
    let mut png = Cursor::new(Vec::new());
    drawing::code(LINK, 4).write_to(&mut png, image::ImageFormat::Png).unwrap();
    x.copy_as("image/png", png.get_ref());
    let ran = finish(on(&x, &place, &["add", "--clipboard"]), b"").done();
    assert_eq!(ran.stderr, "Added Forge (hugo@example.org)\n");
    assert_eq!(place.run(&["code", "forge"]).done().text(), "755224\n");
}

#[test]
fn a_code_on_the_screen_is_added() {
    use x11rb::connection::Connection;
    use x11rb::protocol::xproto::{ConnectionExt, CreateGCAux, Rectangle};
    let Some(x) = Xvfb::start(&[]) else { return };
    let place = Place::new();
    let ran = finish(on(&x, &place, &["add", "--screen"]), b"");
    assert_eq!((ran.status, ran.stderr.lines().next()), (Some(5), Some("countersign: no QR code was found in the picture")));
    let drawn = drawing::code(LINK, 4);
    let (connection, number) = x11rb::connect(Some(&x.display)).unwrap();
    let root = connection.setup().roots[number].root;
    let pen = connection.generate_id().unwrap();
    connection.create_gc(pen, root, &CreateGCAux::new().foreground(0xffffff)).unwrap();
    let light: Vec<Rectangle> = drawn
        .enumerate_pixels()
        .filter(|(_, _, shade)| shade[0] > 127)
        .map(|(x, y, _)| Rectangle { x: x as i16 + 20, y: y as i16 + 20, width: 1, height: 1 })
        .collect();
    light.chunks(10_000).for_each(|some| connection.poly_fill_rectangle(root, pen, some).unwrap().check().unwrap());
    let ran = finish(on(&x, &place, &["add", "--screen"]), b"").done();
    assert_eq!(ran.stderr, "Added Forge (hugo@example.org)\n");
}
