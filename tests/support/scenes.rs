//! Every screen in a telling moment: pictures, sizes and styles are tested over this table. A new screen is a row here.

use super::google::transfer;
use super::tui::Tui;
use countersign::config::Config;
use countersign::secret::SecretText;
use countersign::tui::msg::{Done, KeysDone};
use countersign::tui::state::Start;
use countersign::vault::MethodKind;
use countersign::vault::store::{Listed, MethodState};
use std::sync::Arc;

const LINK: &str = "otpauth://totp/Forge:hugo%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=Forge";

/// As if the demo had files: the screen of its unlock methods, after these keys.
fn with_methods(mut tui: Tui, keys: &str) -> Tui {
    let method = |name: &str, kind: &str, state| Listed {
        name: name.into(),
        kind: kind.into(),
        id: "0badcafe".into(),
        added_ms: 0,
        state,
    };
    let open = tui.state.common.open.as_mut().unwrap();
    open.demo = false;
    open.by_passphrase = true;
    open.methods = Arc::new(vec![
        method("passphrase", MethodKind::PASSPHRASE, MethodState::Usable),
        method("anna", MethodKind::PERSON, MethodState::Usable),
        method("yubikey", MethodKind::PLUGIN, MethodState::FileMissing),
    ]);
    tui.press("K");
    if !keys.is_empty() {
        tui.press(keys);
    }
    tui
}

/// Name and how to get there.
pub type Scene = (&'static str, fn() -> Tui);

pub const SCENES: &[Scene] = &[
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
    ("unlock-recovery", || {
        let mut tui = Tui::start(Start::Unlock);
        tui.press("Tab").paste("AGE-SECRET-KEY-1QQQQ");
        tui
    }),
    ("keys", || with_methods(Tui::demo(), "")),
    ("keys-passphrase", || {
        let mut tui = with_methods(Tui::demo(), "Enter");
        tui.type_text("old").press("Enter").type_text("new words here").press("Enter").type_text("new").press("Enter");
        tui
    }),
    ("keys-ssh", || with_methods(Tui::demo(), "Down Down Down Down Down Enter")),
    ("keys-recovery", || {
        let mut tui = Tui::demo();
        let key = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
        let made = Done::Keys { snapshot: None, result: Ok(KeysDone::Made(SecretText::new(key))) };
        tui.perform_done(made);
        tui.type_text("EGA").press("Enter");
        tui
    }),
    ("keys-removed", || {
        let mut tui = with_methods(Tui::demo(), "Down d");
        let exposed = vec!["Amazon (seller@shop.example)".into(), "GitHub (hugo@example.org)".into()];
        tui.perform_done(Done::Keys { snapshot: None, result: Ok(KeysDone::Removed { name: "anna".into(), exposed }) });
        tui.press("n");
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
    ("enrol-source", || {
        let mut tui = Tui::demo();
        tui.press("a");
        tui
    }),
    ("enrol-file", || {
        let mut tui = Tui::demo();
        let mut outside = tui.outside.lock().unwrap();
        for name in ["scan.png", "scan 日本.png", "screenshots/one.png"] {
            outside.files.insert(format!("/home/hugo/pictures/{name}").into(), b"not a picture".to_vec());
        }
        drop(outside);
        tui.press("a Down Down Enter").type_text("~/pictures/sc").press("Tab Down");
        tui
    }),
    ("enrol-file-refused", || {
        let mut tui = Tui::demo();
        tui.press("a Down Down Enter").type_text("~/none.png").press("Enter");
        tui
    }),
    ("enrol-picture-waiting", || {
        let mut tui = Tui::demo();
        tui.holding = true;
        tui.press("a Enter");
        tui
    }),
    ("enrol-no-picture", || {
        let mut tui = Tui::demo();
        tui.press("a Enter");
        tui
    }),
    ("enrol-link-refused", || {
        let mut tui = Tui::demo();
        tui.press("a").paste("phonefactor://activate?code=123456&url=https%3A%2F%2Fexample.com");
        tui
    }),
    ("enrol-details", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(LINK);
        tui
    }),
    ("enrol-details-wrong", || {
        let mut tui = Tui::demo();
        tui.press("a Up Enter Enter");
        tui
    }),
    ("enrol-details-unfolded", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(LINK).press("Tab Tab Tab Tab Enter Right Right Right");
        tui
    }),
    ("enrol-known", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(&LINK.replace("Forge", "GitHub")).press("Enter");
        tui
    }),
    ("enrol-parts", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(&transfer(0, 3, &[("Forge", "hugo", "12345678901234567890")]));
        tui
    }),
    ("enrol-review", || {
        let mut tui = Tui::demo();
        let accounts = [
            ("Forge", "hugo@example.org", "12345678901234567890"),
            ("GitHub", "hugo@example.org", "22345678901234567890"),
            ("npm", "hugo", "made up for npm hugo"),
            ("Tweets", "@hugo", "made up for Twilio ops@example.org"),
            ("日本郵便局の長い名前のところ", "hugo@例え.example", "32345678901234567890"),
            ("", "nameless@example.org", "42345678901234567890"),
        ];
        tui.press("a").paste(&format!("{}\notpauth://totp/broken?secret=1", transfer(0, 1, &accounts))).press("Down Space");
        tui
    }),
    ("enrol-try", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(LINK).press("Enter");
        tui
    }),
    ("enrol-try-counter", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(&LINK.replace("totp", "hotp")).press("Enter Enter");
        tui
    }),
    ("enrol-try-renewed", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(&LINK.replace("Forge", "GitHub")).press("Enter Enter");
        tui
    }),
    ("enrol-refused", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(LINK).press("Enter Down Down Enter");
        tui
    }),
    ("enrol-recovery-codes", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(LINK).press("Enter Enter").paste("1. f3k9-2mqa\n2. 81xz-77pd\n3. q0vn-5j2e\n").type_text("mm4t");
        tui
    }),
    ("edit", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("github").press("Tab e");
        tui
    }),
    ("edit-unfolded", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("github").press("Tab e Up Enter Tab Tab Tab Ctrl-U").type_text("8");
        tui
    }),
    ("tags", || {
        let mut tui = Tui::demo();
        tui.press("j j Space Space Space t Down Space").type_text("new one");
        tui
    }),
    ("recovery", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("github").press("Tab x");
        tui
    }),
    ("recovery-shown", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("github").press("Tab x r Enter");
        tui
    }),
    ("recovery-replaced", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("github").press("Tab x e").paste("1111 2222\n3333 4444").press("Ctrl-R");
        tui
    }),
    ("qr-question", || {
        let mut tui = Tui::demo();
        tui.press("Q");
        tui
    }),
    ("qr", || {
        let mut tui = Tui::demo();
        tui.press("Q y");
        tui
    }),
];
