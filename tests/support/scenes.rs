//! Every screen in a telling moment: pictures, sizes and styles are tested over this table. A new screen is a row here.

use super::tui::Tui;
use countersign::config::Config;
use countersign::tui::state::Start;

/// Name and how to get there.
pub const SCENES: &[(&str, fn() -> Tui)] = &[
    ("welcome", || Tui::start(Start::Welcome)),
    ("create", || {
        let mut tui = Tui::start(Start::Welcome);
        tui.press("Enter").type_text("correct horse");
        tui
    }),
    ("create-made-up", || {
        let mut tui = Tui::start(Start::Welcome);
        tui.press("Enter Ctrl-G");
        tui
    }),
    ("unlock", || {
        let mut tui = Tui::start(Start::Unlock);
        tui.type_text("open sesame");
        tui
    }),
    ("unlock-waiting", || {
        let mut tui = Tui::start(Start::Unlock);
        tui.holding = true;
        tui.type_text("open sesame").press("Enter");
        tui
    }),
    ("list", Tui::demo),
    ("list-empty", Tui::empty),
    ("list-copied", || {
        let mut tui = Tui::demo();
        tui.press("j j j Enter");
        tui
    }),
    ("list-shared-bar", || {
        let mut tui = Tui::demo();
        tui.press("v");
        tui
    }),
    ("list-hidden", || {
        let mut tui = Tui::with_config(Start::Demo, Config { hide_codes: true, ..Config::default() });
        tui.press("j r");
        tui
    }),
    ("list-marked", || {
        let mut tui = Tui::demo();
        tui.press("j Space Space");
        tui
    }),
    ("list-labels", || {
        let mut tui = Tui::demo();
        tui.press("f");
        tui
    }),
    ("list-tag", || {
        let mut tui = Tui::demo();
        tui.press("Tab Tab");
        tui
    }),
    ("search", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("hg");
        tui
    }),
    ("search-nothing", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("zzz");
        tui
    }),
    ("confirm-delete", || {
        let mut tui = Tui::demo();
        tui.press("d");
        tui
    }),
    ("help", || {
        let mut tui = Tui::demo();
        tui.press("?");
        tui
    }),
];
